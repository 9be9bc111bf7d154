"""What a reader of Xero's documents should know, though all of them were read.

Comes in: documents that were read, and the organisation. Goes out: sentences. Must not know requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from billcheck.connectors.base import FetchedDocument
    from billcheck.connectors.xero.directory import Organisation
    from billcheck.connectors.xero.documents import ReadDocument

_MOST_LISTED = 10
NOT_INVOICED = (
    "Xero lists no money received without an invoice, no quotes and no billable expenses among its invoices: what was "
    "billed that way is not in here."
)


def remarks_on(read: Sequence[ReadDocument], organisation: Organisation) -> Iterator[str]:
    """What was inferred, and what looks otherwise than one might think."""
    if organisation.is_demo:
        yield "This is Xero's demo company: its documents are made up, and it is reset now and then."
    noted = [each.document for each in read if each.document.notes and not each.doubts]
    for number, document in enumerate(noted):
        if number == _MOST_LISTED:
            yield f"{len(noted) - number} more documents have notes of their own in the snapshot."
            break
        yield f"{called(document)}: {' '.join(document.notes)}"
    renamed = sorted({pair for each in read for pair in each.renamed})
    if renamed:
        told = ", ".join(f"{old} is {new}" for old, new in renamed[:_MOST_LISTED])
        more = f" and {len(renamed) - _MOST_LISTED} more" if len(renamed) > _MOST_LISTED else ""
        yield f"Items whose code was changed bear the new one on all lines: {told}{more}. Contracts have to name that."


def called(document: FetchedDocument) -> str:
    """How people call a document."""
    return document.number or document.id
