"""What a line of a draft says: its charge and its service period, so that a person and a ledger read the same.

Comes in: charges, a period, the documents that billed it wrongly, the words of a language. Goes out: one line of text.
Once the document stands in the ledger, the next check has nothing but this text where the format has no column for the
period; so every text is read back by the reader of service periods, and what would make it read otherwise is left out
of it. Must not know cases, reports or file formats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from billcheck.characters import visible
from billcheck.period import ONE_DAY
from billcheck.periods.reading import read
from billcheck.periods.resolve import resolve
from billcheck.recovery.line_words import ENGLISH

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from billcheck.ledger.draft import DocumentReference, DraftLine
    from billcheck.recovery.line_words import LineWords, Why

Said = Literal["charge", "period", "references"]


def line_text(
    charges: Sequence[str],
    first_day: date,
    last_day: date,
    issue_date: date,
    *,
    why: Why | None = None,
    references: Sequence[DocumentReference] = (),
    words: LineWords = ENGLISH,
) -> str:
    """The fullest text that is read as exactly this period; the fullest of all where none is.

    Args:
        charges: The names of the charges, without their contract.
        first_day: First day of the period.
        last_day: Its last day, inclusive.
        issue_date: Date of the document.
        why: What the line makes up for; None for what is due anyway.
        references: The documents that billed the period wrongly.
        words: Those of the client's language.
    """
    name = visible(" + ".join(charges))
    # From a day to the same day of a later month, "au" leaves the last day open; English has a word that does not.
    spoken = list(dict.fromkeys((words, ENGLISH)))
    periods = [f"{first_day} {one.through} {last_day}" for one in spoken]
    reasons = ["" if why is None else getattr(one, why) for one in spoken]
    full = [_tail(reason, references, one) for reason, one in zip(reasons, spoken, strict=True)]
    short = [_tail(reason, (), one) for reason, one in zip(reasons, spoken, strict=True)]
    tries = [f"{name}, {period}{tail}" for tails in (full, short) for period, tail in zip(periods, tails, strict=True)]
    tries += [f"{name}, {period}" for period in periods]
    begun = [f"{one.service_period} {period}" for one, period in zip(spoken, periods, strict=True)]
    tries += [f"{begin}{tail}" for begin, tail in zip(begun, full, strict=True)] + begun
    return next((text for text in tries if _reads_as(text, first_day, last_day, issue_date)), tries[0])


def lacking(line: DraftLine, issue_date: date, words: LineWords = ENGLISH) -> tuple[Said, ...]:
    """What a reader would not find in the text of a line on a document of this date."""
    text = line.description
    found: list[Said] = []
    if visible(" + ".join(line.charges)) not in text:
        found.append("charge")
    if not _reads_as(text, line.first_day, line.last_day, issue_date):
        found.append("period")
    if line.references and not any(_listed(line.references, one) in text for one in (words, ENGLISH)):
        found.append("references")
    return tuple(found)


def _tail(reason: str, references: Sequence[DocumentReference], words: LineWords) -> str:
    parts = [reason, _listed(references, words) if references else ""]
    tail = ", ".join(filter(None, parts))
    return f": {tail}" if tail else ""


def _listed(references: Sequence[DocumentReference], words: LineWords) -> str:
    noun = words.invoice if len(references) == 1 else words.invoices
    return f"{noun} {f' {words.joined} '.join(_reference(each, words) for each in references)}"


def _reference(reference: DocumentReference, words: LineWords) -> str:
    number = visible(reference.number)
    return number if reference.issue_date is None else f"{number} {words.dated} {reference.issue_date}"


def _reads_as(text: str, first_day: date, last_day: date, issue_date: date) -> bool:
    period = resolve(read(text), issue_date.toordinal())
    return period is not None and (period.first_day, period.end_day) == (
        first_day.toordinal(),
        (last_day + ONE_DAY).toordinal(),
    )
