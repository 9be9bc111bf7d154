"""Lines that were counted for a charge though nothing in them names it: a hint where a difference has no cause.

Comes in: the periods of a charge whose differences nothing explains, and its books and lines. Goes out: for a period, a
sentence about the line that may be something else, or nothing. A line is only said to be that where its amount is not
what the charge costs, no other line bills the same amount, and no word of its text stands in the name of the charge or
in the texts of its other lines. Must not know how periods are judged; it changes no amount.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from billcheck.ledger.names import spaced_words
from billcheck.money import format_minor

if TYPE_CHECKING:
    from billcheck.engine.circumstances import Circumstances
    from billcheck.engine.diff import JudgedRow
    from billcheck.engine.events import Event
    from billcheck.engine.keys import Slot

MOST_ROWS = 3
"""So many periods of a charge are looked at: lines that do not belong to it are few, or there is a cause."""
MOST_OTHERS = 3
"""So many other lines of the charge are read, to learn how its texts are worded."""
SHORTEST_WORD = 3
LONGEST_TEXT = 60


class Strays:
    """The lines of one charge, looked at for those that may not belong to it."""

    def __init__(self, slot: Slot, around: Circumstances) -> None:
        self._slot = slot
        self._around = around
        self._looked_at = 0

    def say(self, row: JudgedRow) -> str:
        """A sentence about the line of a period that may be something else; empty where there is none.

        Nothing is said of charges that are checked together, since which of them a line is for is open anyhow.
        """
        if self._around.reader is None or self._slot.members or self._looked_at == MOST_ROWS:
            return ""
        self._looked_at += 1
        for event in self._events_of.get(row.period, ()):
            if event.names_charge or event.is_inferred:
                continue
            for line in event.rows:
                amount = self._amounts.get(line, 0)
                is_alone = amount > 0 and self._counts[amount] == 1
                if is_alone and _is_unlike(amount, row) and self._is_worded_unlike(line, row.period):
                    return self._say(event, line, amount)
        return ""

    @cached_property
    def _events_of(self) -> dict[int, list[Event]]:
        """Per period what billed it, each once and in order."""
        found: defaultdict[int, dict[tuple[int, ...], Event]] = defaultdict(dict)
        for posting in self._around.allocated.books.postings:
            if posting.amount > 0:
                found[posting.period][posting.event.rows] = posting.event
        return {period: list(events.values()) for period, events in found.items()}

    @cached_property
    def _amounts(self) -> dict[int, int]:
        """Per line that was billed for the charge, its amount in minor units."""
        reader = self._around.reader
        rows = [line for event in self._around.allocated.events.billed for line in event.rows]
        return {} if reader is None else {line: reader.amount(line) for line in rows}

    @cached_property
    def _counts(self) -> Counter[int]:
        return Counter(self._amounts.values())

    def _is_worded_unlike(self, line: int, period: int) -> bool:
        """Whether a text has words, and shares none with the charge's name and the texts of other periods."""
        words = _words(self._text_of(line))
        if not words or not words.isdisjoint(_words(self._slot.charge.name)):
            return False
        here = {row for event in self._events_of[period] for row in event.rows}
        others = [row for row in self._amounts if row not in here][:MOST_OTHERS]
        return all(words.isdisjoint(_words(self._text_of(row))) for row in others)

    def _text_of(self, line: int) -> str:
        return "" if self._around.reader is None else self._around.reader.line(line).description

    def _say(self, event: Event, line: int, amount: int) -> str:
        text = self._text_of(line)
        shown = text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT].rstrip()}…"
        money = f"{format_minor(amount, self._slot.currency, grouped=True)} {self._slot.currency}"
        return (
            f'Of this {event.number} bills {money} as "{shown}", counted here only because no other charge fits: if it '
            "is something else, write that into the contract, or ignore it in [scope]."
        )


def _is_unlike(amount: int, row: JudgedRow) -> bool:
    """Whether an amount is less than half of what was agreed, or just what was billed beyond that."""
    return 2 * amount < row.expected or row.billed - amount == row.expected


def _words(text: str) -> set[str]:
    """The words of a text, as they are compared."""
    return {word for word in spaced_words(text).split() if len(word) >= SHORTEST_WORD and word.isalpha()}
