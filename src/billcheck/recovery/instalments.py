"""A sum in instalments: how much each is, what it is for, and when it is due.

Comes in: a sum in minor units, a count and a first day. Goes out: whole minor units that add up to the sum exactly, and
days that are all counted from the first one, so that a plan that begins on a 31st stays at the end of the month. No day
moves because of a weekend. Must not know cases, offers, tax or currencies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from billcheck.errors import Problem, UsageError
from billcheck.grammar import LAST_YEAR
from billcheck.period import Cadence, boundary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

Every = Literal["week", "two_weeks", "month", "quarter", "regular"]
"""How far instalments lie apart; `regular` is with each regular invoice of the contract."""

MAX_COUNT = 24
"""A cap is refused where it needs more instalments than this, unless somebody allows more."""

_CADENCES: dict[Every, Cadence] = {
    "week": Cadence("week"),
    "two_weeks": Cadence("week", 2),
    "month": Cadence("month"),
    "quarter": Cadence("quarter"),
}


class NoInstalmentsError(Problem):
    """A plan has at least one instalment."""

    remedy = "Give a whole number of 1 or more."


class TooManyInstalmentsError(Problem):
    """There are more instalments than smallest units of money to pay."""


class FirstAmountError(Problem):
    """The first amount leaves nothing to pay later, or is nothing itself."""

    remedy = "Give more than nothing and less than all."


class LateInstalmentError(Problem):
    """The last instalment would be due later than any day that is read back."""

    remedy = f"Take fewer instalments; none may be due after {LAST_YEAR}."


def split(total_minor: int, count: int, *, first_minor: int | None = None) -> tuple[int, ...]:
    """A sum in equal parts; what does not divide goes to the first ones, one minor unit each.

    Args:
        total_minor: What the parts add up to.
        count: How many equal parts there are.
        first_minor: An amount that comes before them, of any size.

    Raises:
        UsageError: No part, a part of nothing, or a first amount that leaves nothing.
    """
    if count < 1:
        raise UsageError([NoInstalmentsError("count", str(count))])
    if first_minor is not None:
        if not 0 < first_minor < total_minor:
            raise UsageError([FirstAmountError("first_amount")])
        return first_minor, *split(total_minor - first_minor, count)
    if count > total_minor:
        raise UsageError([TooManyInstalmentsError("count", str(count), remedy=f"Take at most {max(total_minor, 0)}.")])
    base, rest = divmod(total_minor, count)
    return (base + 1,) * rest + (base,) * (count - rest)


def allot(rows: Iterable[tuple[str, int]], amounts: Iterable[int]) -> list[tuple[tuple[str, int], ...]]:
    """Amounts of rows, put into parts of given size one after the other: a row is used up before the next is begun.

    Args:
        rows: Amounts above zero by the ids of their rows, in the order in which they are used up.
        amounts: The sizes of the parts, which together are at most all rows.
    """
    waiting = list(reversed(list(rows)))
    parts = []
    for amount in amounts:
        part, left = [], amount
        while left:
            row, minor = waiting.pop()
            taken = min(minor, left)
            part.append((row, taken))
            left -= taken
            if minor > taken:
                waiting.append((row, minor - taken))
        parts.append(tuple(part))
    return parts


def due_days(first: date, every: Every, count: int) -> tuple[date, ...]:
    """The days of instalments, each counted from the first one, whose day of the month is kept where a month has it.

    Args:
        first: The day of the first one.
        every: The distance; `regular` has days of its own, see `recovery.regular_days`.
        count: How many.

    Raises:
        UsageError: One would be later than the last year that is read.
    """
    try:
        days = tuple(boundary(first, _CADENCES[every], number) for number in range(count))
    except (OverflowError, ValueError):
        raise UsageError([LateInstalmentError("count", str(count))]) from None
    if days and days[-1].year > LAST_YEAR:
        raise UsageError([LateInstalmentError("count", str(count))])
    return days


def smallest_count(cap_minor: int, largest_of: Callable[[int], int], max_count: int) -> tuple[int | None, int]:
    """The least number of instalments of which none is above a cap, and the least cap that was found to hold.

    Args:
        cap_minor: The most that one instalment may be.
        largest_of: The largest instalment of a plan of so many.
        max_count: The most instalments that are tried, 1 or more.

    Returns:
        The number, or None where every plan has an instalment above the cap; and the least that the largest instalment
        of a plan that was tried comes to.
    """
    least = largest_of(1)
    for count in range(1, max_count + 1):
        least = min(least, largest_of(count))
        if least <= cap_minor:
            return count, least
    return None, least
