"""What became of a snapshot's documents: which are new, changed, void by now, or no longer there.

Comes in: a snapshot as it was kept, and what was fetched after it. Goes out: documents that differ, and sentences for
whoever follows the figures. Must not know how anything was fetched, or files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from billcheck.connectors.base import Fetched, FetchedDocument

_MOST_LISTED = 10
_MOST_GONE = 100
_GONE = "No longer in this window of the ledger since the snapshot of "


@dataclass(frozen=True, slots=True)
class Differences:
    """Documents by what became of them: those that are new, changed or void as they are now, those gone as they were.

    What was paid since, how a customer is called, and when the ledger touched a document last is no change of it.
    """

    new: tuple[FetchedDocument, ...]
    changed: tuple[FetchedDocument, ...]
    voided: tuple[FetchedDocument, ...]
    gone: tuple[FetchedDocument, ...]


def compare_documents(before: Iterable[FetchedDocument], now: Sequence[FetchedDocument]) -> Differences:
    """What became of documents, by their ids; in the order they come in."""
    old = {document.id: document for document in before}
    ids = {document.id for document in now}
    known = [(old[document.id], document) for document in now if document.id in old]
    voided = [new for was, new in known if new.status == "void" != was.status]
    changed = [new for was, new in known if _told(was) != _told(new) and new not in voided]
    return Differences(
        new=tuple(document for document in now if document.id not in old),
        changed=tuple(changed),
        voided=tuple(voided),
        gone=tuple(document for key, document in old.items() if key not in ids),
    )


def _told(document: FetchedDocument) -> FetchedDocument:
    return replace(document, digest="", updated="", amount_due=None, customer="")


def listed_differences(differences: Differences) -> Iterator[str]:
    """A sentence for each kind of difference there is."""
    kinds = (
        ("new", differences.new),
        ("changed", differences.changed),
        ("void by now", differences.voided),
        ("no longer there", differences.gone),
    )
    for word, documents in kinds:
        if documents:
            shown = ", ".join(document.number or document.id for document in documents[:_MOST_LISTED])
            more = len(documents) - _MOST_LISTED
            yield f"{len(documents)} {word}: {shown}{f' and {more} more' if more > 0 else ''}."


def with_what_vanished(fetched: Fetched, before: Fetched, gone: Sequence[FetchedDocument]) -> Fetched:
    """What was fetched, saying for good which documents of earlier snapshots it no longer holds.

    Args:
        fetched: What was fetched.
        before: The snapshot before it, which may say so of still earlier ones.
        gone: The documents of that snapshot that are no longer there.
    """
    ids = {document.id for document in fetched.documents}
    remarks = [
        remark
        for remark in before.completeness.blind_spots
        if remark.startswith(_GONE) and not any(remark.endswith(f"(id {key}).") for key in ids)
    ]
    read_at = before.completeness.read_at.astimezone(UTC)
    remarks += [f"{_GONE}{read_at:%Y-%m-%d %H:%M} UTC: {_described(document)}" for document in gone[:_MOST_GONE]]
    if len(gone) > _MOST_GONE:
        remarks.append(f"{_GONE}{read_at:%Y-%m-%d %H:%M} UTC: {len(gone) - _MOST_GONE} more documents.")
    spots = (*fetched.completeness.blind_spots, *remarks)
    return replace(fetched, completeness=replace(fetched.completeness, blind_spots=spots))


def _described(document: FetchedDocument) -> str:
    return (
        f"{document.status} {document.kind.replace('_', ' ')} {document.number or 'without a number'} of "
        f"{document.issue_date}, {document.customer}, {document.excl_tax:f} {document.currency} excl. tax "
        f"(id {document.id})."
    )
