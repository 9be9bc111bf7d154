"""What a line of a draft says: its charge and its service period, so that a person and a ledger read the same.

Comes in: charges, a period, the documents that billed it wrongly. Goes out: one line of text. Once the document stands
in the ledger, the next check has nothing but this text where the format has no column for the period; so every text is
read back by the reader of service periods, and what would make it read otherwise is left out of it. Must not know
cases, reports or file formats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from billcheck.characters import visible
from billcheck.period import ONE_DAY
from billcheck.periods.reading import read
from billcheck.periods.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from billcheck.ledger.draft import DocumentReference


Said = Literal["period", "charge", "references"]


class LineText(NamedTuple):
    """The text, and what of it a reader would not find there."""

    text: str
    lacks: frozenset[Said] = frozenset()


def line_text(
    charges: Sequence[str],
    first_day: date,
    last_day: date,
    issue_date: date,
    *,
    why: str = "",
    references: Sequence[DocumentReference] = (),
) -> LineText:
    """The fullest text that is read as exactly this period.

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
    no_references: frozenset[Said] = frozenset({"references"} if references else ())
    tries = [
        LineText(f"{named}{full}"),
        LineText(f"{named}{short}", no_references),
        LineText(named, no_references),
        LineText(f"Service period {period}{full}", frozenset({"charge"})),
        LineText(f"Service period {period}", no_references | {"charge"}),
    ]
    readable = (one for one in tries if _reads_as(one.text, first_day, last_day, issue_date))
    return next(readable, LineText(tries[0].text, frozenset({"period"})))


def _tail(why: str, references: Sequence[DocumentReference]) -> str:
    if not references:
        return f": {why}" if why else ""
    noun = "invoice" if len(references) == 1 else "invoices"
    listed = f"{noun} {' and '.join(map(_reference, references))}"
    return f": {why}, {listed}" if why else f": {listed}"


def _reference(reference: DocumentReference) -> str:
    number = visible(reference.number)
    return number if reference.issue_date is None else f"{number} dated {reference.issue_date}"


def _reads_as(text: str, first_day: date, last_day: date, issue_date: date) -> bool:
    period = resolve(read(text), issue_date.toordinal())
    return period is not None and (period.first_day, period.end_day) == (
        first_day.toordinal(),
        (last_day + ONE_DAY).toordinal(),
    )
