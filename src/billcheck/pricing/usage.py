"""What quantity the rows of a metered charge give a period, by its basis; or which rows would be needed.

Comes in: usage rows sorted by first day, a basis, and a period as day ordinals. Goes out: quantities with the days they
hold on and the rows they come from, or a sentence that says what is not known. Nothing is guessed: a day without a row
is a question, never zero. Must not know prices, currencies or contracts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from billcheck.contracts.prices import RoleHours
from billcheck.money import round_half_up

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from billcheck.contracts.prices import Quantity
    from billcheck.contracts.usage import QuantityBasis, UsageRow

AVERAGE_DIGITS = 10
"""Digits after the point to which an average is rounded half-up, as many as a quantity may have."""

NO_QUANTITY = (
    "No quantity{of_role} is given for {days}: give it with --quantities. "
    "If nothing was used, write a row with quantity 0."
)
OPEN_LIST = (
    "The quantities given for {days} may not be all: give them with first_day and last_day, or add {rows}, with "
    "quantity 0 if nothing was used."
)
TOO_LONG = "{where} counts {days}, which is more than {period}: give the quantity of each period in a row of its own."

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Level:
    """A quantity that holds from `first_day` up to, not including, `end`."""

    first_day: int
    end: int
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class Found:
    """What a period comes to: levels that cover it, one where one quantity counts throughout; and the rows used.

    Where `question` is not empty the rows do not tell, and there are no levels.
    """

    levels: tuple[Level, ...] = ()
    rows: tuple[UsageRow, ...] = ()
    question: str = ""


def find_quantity(
    rows: Sequence[UsageRow], basis: QuantityBasis, roles: Sequence[str], first_day: int, end: int
) -> Found:
    """The quantity of a period, `end` exclusive.

    Args:
        rows: The rows of the charge, sorted by first day.
        basis: What of them counts.
        roles: The roles of a rate card, whose quantities are told apart; none for other prices.
        first_day: First day of the period.
        end: The day after its last day.
    """
    if basis == "sum":
        return _sum(rows, roles, first_day, end)
    by_role = {role: [row for row in rows if row.role == role] for role in roles} if roles else {None: list(rows)}
    known = {role: own for role, own in by_role.items() if own}
    if not known:
        return Found(question=_no_quantity(None, first_day, end))
    needed = (end - 1, end) if basis == "last" else (first_day, first_day + 1 if basis == "first" else end)
    levels: dict[str | None, list[tuple[int, int, UsageRow]]] = {}
    for role, own in known.items():
        levels[role] = list(_levels(own, *needed))
        missing = next(_gaps([(first, until) for first, until, _ in levels[role]], *needed), None)
        if missing is not None:
            return Found(question=_no_quantity(role, *missing))
    used = tuple(dict.fromkeys(row for own in levels.values() for _, _, row in own))
    if basis != "by_day":
        single = {role: _single(basis, own) for role, own in levels.items()}
        return Found((Level(first_day, end, _quantity(single)),), used)
    days = sorted({first_day, end, *(first for own in levels.values() for first, _, _ in own)})
    found = tuple(
        Level(day, after, _quantity({role: _on(own, day) for role, own in levels.items()}))
        for day, after in pairwise(days)
    )
    return Found(found, used)


def _sum(rows: Sequence[UsageRow], roles: Sequence[str], first_day: int, end: int) -> Found:
    """What was used in all, once every day of the period is spoken for.

    Rows with a last day speak for their own role alone, and a role that has any row must be spoken for in every period;
    one that has none was not used. Single days are one list of all roles.
    """
    own = [row for row in rows if row.first_day.toordinal() < end and _end_of(row) > first_day]
    for row in own:
        if row.first_day.toordinal() < first_day or _end_of(row) > end:
            question = TOO_LONG.format(where=row.where or "A row", days=row.days, period=_days(first_day, end))
            return Found(question=question)
    dated = [row.first_day.toordinal() for row in rows if row.end is None]
    used = {row.role for row in rows}
    for role in [role for role in roles if role in used] or (None,):
        spans = [(row.first_day.toordinal(), _end_of(row)) for row in own if row.end is not None and row.role == role]
        for missing in _gaps(spans, first_day, end):
            question = _open_list(dated, role, *missing)
            if question:
                return Found(question=question)
    totals: dict[str | None, Decimal] = dict.fromkeys(roles or (None,), _ZERO)
    for row in own:
        totals[row.role] = totals.get(row.role, _ZERO) + row.quantity
    return Found((Level(first_day, end, _quantity(totals)),), tuple(own))


def _no_quantity(role: str | None, first_day: int, end: int) -> str:
    """That nothing is said of some days, of any role or of one."""
    return NO_QUANTITY.format(of_role="" if role is None else f" of {role}", days=_days(first_day, end))


def _open_list(dated: Sequence[int], role: str | None, first_day: int, end: int) -> str:
    """What lacks for single days, which ascend, to be all that was used on a stretch of days; empty where they are."""
    if not any(first_day <= day < end for day in dated):
        return _no_quantity(role, first_day, end)
    lacking = [f"on {date.fromordinal(first_day)}"] if dated[0] > first_day else []
    lacking += [f"on or after {date.fromordinal(end - 1)}"] if dated[-1] < end - 1 else []
    return OPEN_LIST.format(days=_days(first_day, end), rows="a row " + " and one ".join(lacking)) if lacking else ""


def _levels(rows: Sequence[UsageRow], first_day: int, end: int) -> Iterator[tuple[int, int, UsageRow]]:
    """The days of a stretch on which each row holds: up to its end, else to the next row."""
    for number, row in enumerate(rows):
        until = rows[number + 1].first_day.toordinal() if number + 1 < len(rows) else end
        if row.end is not None:
            until = row.end.toordinal()
        first, last = max(row.first_day.toordinal(), first_day), min(until, end)
        if first < last:
            yield first, last, row


def _gaps(spans: Sequence[tuple[int, int]], first_day: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches of days that no span covers. Spans ascend."""
    day = first_day
    for first, until in spans:
        if first > day:
            yield day, first
        day = max(day, until)
    if day < end:
        yield day, end


def _single(basis: QuantityBasis, levels: Sequence[tuple[int, int, UsageRow]]) -> Decimal:
    """The one quantity that counts: the largest, the average over the days, or the only one."""
    if basis == "max":
        return max(row.quantity for _, _, row in levels)
    if basis != "average":
        return levels[0][2].quantity
    days = sum(until - first for first, until, _ in levels)
    total = sum((Fraction(row.quantity) * (until - first) for first, until, row in levels), Fraction())
    return Decimal(round_half_up(total / days * 10**AVERAGE_DIGITS)).scaleb(-AVERAGE_DIGITS)


def _on(levels: Sequence[tuple[int, int, UsageRow]], day: int) -> Decimal:
    return next(row.quantity for first, until, row in levels if first <= day < until)


def _quantity(by_role: dict[str | None, Decimal]) -> Quantity:
    if None in by_role:
        return by_role[None]
    return tuple(RoleHours(role, quantity) for role, quantity in by_role.items() if role is not None)


def _end_of(row: UsageRow) -> int:
    return row.first_day.toordinal() + 1 if row.end is None else row.end.toordinal()


def _days(first_day: int, end: int) -> str:
    first, last = date.fromordinal(first_day), date.fromordinal(end - 1)
    return str(first) if first == last else f"{first} to {last}"
