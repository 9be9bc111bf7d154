"""Which charges come to an amount exactly, together.

Comes in: charges, an amount and a day. Goes out: the only selection of charges with one rhythm that expects this amount
at the time, with what each of them expects; nothing where there is none, or several. Must not know lines.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from billcheck.pricing.schedule import make_schedule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from billcheck.engine.keys import Slot

MOST_SUMMED = 12
"""Of more charges than this, an amount is held against the sum of all only, not against every selection."""

MEMO_LIMIT = 1024

Key = TypeVar("Key")

Shares = tuple[tuple[int, int], ...]
"""Slot numbers and what the charge of each expects, in minor units."""


def measure_of(slot: Slot) -> tuple[object, ...]:
    """What charges must share to be added up."""
    return (slot.charge.rhythm, slot.currency, slot.contract.tax_of(slot.charge))


class _Regular(NamedTuple):
    """The periods of a charge without those that a change makes."""

    due_days: Sequence[int]
    first_days: Sequence[int]
    ends: Sequence[int]
    amounts: Sequence[int]


class ExactSums:
    """Adds up what charges expect; equal charges on equal days only once."""

    def __init__(self, slots: Sequence[Slot], until: date) -> None:
        """Prepare.

        Args:
            slots: All charges, by number.
            until: How far prices are laid out.
        """
        self._slots = slots
        self._until = until
        self._regular: dict[int, _Regular] = {}
        self._by_day: dict[tuple[tuple[int, ...], int, bool], dict[int, Shares]] = {}
        self._by_prices: dict[Shares, dict[int, Shares]] = {}

    def find(self, numbers: tuple[int, ...], amount: int, day: int, *, is_pinned: bool) -> Shares:
        """The only charges among these that come to the amount together; empty for none and for several selections.

        Args:
            numbers: The charges, by slot number.
            amount: Minor units, above zero.
            day: First day of the period where `is_pinned`, else the issue day.
            is_pinned: Whether the period that holds the day counts, or the one due nearest to it.
        """
        key = (numbers, day, is_pinned)
        sums = self._by_day.get(key)
        if sums is None:
            slots = [self._slots[number] for number in numbers]
            prices = tuple(
                (slot.number, price)
                for slot in slots
                if slot.is_recurring and (price := self._price_at(slot, day, is_pinned=is_pinned))
            )
            sums = self._by_prices.get(prices)
            if sums is None:
                sums = _keep(self._by_prices, prices, self._add_up(prices))
            _keep(self._by_day, key, sums)
        return sums.get(amount, ())

    def _add_up(self, prices: Shares) -> dict[int, Shares]:
        sums: dict[int, Shares] = {}
        by_measure: dict[tuple[object, ...], list[tuple[int, int]]] = {}
        for number, price in prices:
            by_measure.setdefault(measure_of(self._slots[number]), []).append((number, price))
        for alike in by_measure.values():
            sizes = range(2, len(alike) + 1) if len(alike) <= MOST_SUMMED else (len(alike),)
            for size in sizes:
                for chosen in combinations(alike, size):
                    amount = sum([price for _, price in chosen])
                    sums[amount] = () if amount in sums else chosen
        return sums

    def _price_at(self, slot: Slot, day: int, *, is_pinned: bool) -> int:
        """What the charge expects for one regular period; 0 for none."""
        regular = self._regular.get(slot.number)
        if regular is None:
            schedule = make_schedule(slot.contract, slot.charge, self._until)
            columns = (schedule.due_days, schedule.first_days, schedule.ends, schedule.amounts)
            rows = [row for row, is_change in enumerate(schedule.changes) if not is_change]
            regular = self._regular[slot.number] = _Regular(*([column[row] for row in rows] for column in columns))
        if is_pinned:
            row = bisect_right(regular.first_days, day) - 1
            return regular.amounts[row] if row >= 0 and day < regular.ends[row] else 0
        after = bisect_left(regular.due_days, day)  # every charge has a period, its first one at least
        near = [row for row in (after - 1, after) if 0 <= row < len(regular.due_days)]
        return regular.amounts[min(near, key=lambda row: (abs(regular.due_days[row] - day), row))]


def _keep(memo: dict[Key, dict[int, Shares]], key: Key, value: dict[int, Shares]) -> dict[int, Shares]:
    if len(memo) >= MEMO_LIMIT:
        memo.clear()
    memo[key] = value
    return value
