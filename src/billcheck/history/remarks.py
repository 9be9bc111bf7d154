"""How evidence is worded: documents, days, counts and amounts in the remarks of a draft.

Comes in: documents, ordinals, minor units. Goes out: short phrases. Must not know what is remarked.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from billcheck.money import format_minor
from billcheck.period import ONE_DAY, period_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billcheck.history.rhythm import Rhythm

_FEW = 4
_SHOWN = 6


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 period``, ``1,200 periods``."""
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def day_text(day: int) -> str:
    """An ordinal as an ISO date."""
    return date.fromordinal(day).isoformat()


def money_text(minor: int, currency: str) -> str:
    """An amount with grouped thousands and no currency, which the contract names."""
    return format_minor(minor, currency, grouped=True)


def documents_text(documents: Iterable[str]) -> str:
    """Documents by number, each once: all of a few, else the first two and the last."""
    names = [name or "without a number" for name in dict.fromkeys(documents)]
    if len(names) <= _FEW:
        return ", ".join(names)
    return f"{names[0]}, {names[1]} … {names[-1]}"


def label(rhythm: Rhythm, number: int) -> str:
    """A period as people name it."""
    return period_label(rhythm.boundary(number), rhythm.boundary(number + 1) - ONE_DAY)


def labels(rhythm: Rhythm, numbers: Sequence[int]) -> str:
    """Some periods as people name them; the number of those that are too many to name."""
    shown = ", ".join(label(rhythm, number) for number in numbers[:_SHOWN])
    rest = len(numbers) - _SHOWN
    return f"{shown} and {rest:,} more" if rest > 0 else shown
