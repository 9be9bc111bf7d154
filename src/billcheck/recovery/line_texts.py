"""What a line of a draft says: its charge and its service period, so that a person and a ledger read the same.

Comes in: charges, a period, the documents that billed it wrongly. Goes out: one line of text. Once the document stands
in the ledger, the next check has nothing but this text where the format has no column for the period; so every text is
read back by the reader of service periods, and what would make it read otherwise is left out of it. Must not know
cases, reports or file formats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from billcheck.characters import visible
from billcheck.period import ONE_DAY
from billcheck.periods.reading import read
from billcheck.periods.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from billcheck.ledger.draft import DocumentReference, DraftLine


Said = Literal["charge", "period", "references"]


def line_text(
    charges: Sequence[str],
    first_day: date,
    last_day: date,
    issue_date: date,
    *,
    why: str = "",
    references: Sequence[DocumentReference] = (),
) -> str:
    """The fullest text that is read as exactly this period; the fullest of all where none is.

    Args:
        charges: The names of the charges, without their contract.
        first_day: First day of the period.
        last_day: Its last day, inclusive.
        issue_date: Date of the document.
        why: What the line makes up for, in a few words.
        references: The documents that billed the period wrongly.
    """
    period = f"{first_day} through {last_day}"
    named = f"{visible(' + '.join(charges))}, {period}"
    full, short = _tail(why, references), _tail(why, ())
    tries = (f"{named}{full}", f"{named}{short}", named, f"Service period {period}{full}", f"Service period {period}")
    return next((text for text in tries if _reads_as(text, first_day, last_day, issue_date)), tries[0])


def lacking(line: DraftLine, issue_date: date) -> tuple[Said, ...]:
    """What a reader would not find in the text of a line on a document of this date."""
    text = line.description
    found: list[Said] = []
    if visible(" + ".join(line.charges)) not in text:
        found.append("charge")
    if not _reads_as(text, line.first_day, line.last_day, issue_date):
        found.append("period")
    if line.references and _listed(line.references) not in text:
        found.append("references")
    return tuple(found)


def _tail(why: str, references: Sequence[DocumentReference]) -> str:
    parts = [why, _listed(references) if references else ""]
    tail = ", ".join(filter(None, parts))
    return f": {tail}" if tail else ""


def _listed(references: Sequence[DocumentReference]) -> str:
    noun = "invoice" if len(references) == 1 else "invoices"
    return f"{noun} {' and '.join(map(_reference, references))}"


def _reference(reference: DocumentReference) -> str:
    number = visible(reference.number)
    return number if reference.issue_date is None else f"{number} dated {reference.issue_date}"


def _reads_as(text: str, first_day: date, last_day: date, issue_date: date) -> bool:
    period = resolve(read(text), issue_date.toordinal())
    return period is not None and (period.first_day, period.end_day) == (
        first_day.toordinal(),
        (last_day + ONE_DAY).toordinal(),
    )
