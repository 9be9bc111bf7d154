"""Which charges come to an amount together, on a contract whose prices are worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from billcheck.contracts.prices import FlatPrice
from billcheck.contracts.terms import PriceStep
from billcheck.engine import exact_sums
from billcheck.engine.exact_sums import MOST_SUMMED, ExactSums
from billcheck.engine.keys import make_directory
from billcheck.period import Cadence
from billcheck.pricing.schedule import make_schedule
from tests.engine.agreements import contract, flat, one_off

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.contracts.terms import Charge, Contract
    from billcheck.pricing.schedule import Schedule

UNTIL = date(2026, 12, 31)
IN_ADVANCE = {"timing": "in_advance", "invoice_day": None}


def sums_of(*charges: object) -> ExactSums:
    return ExactSums(make_directory((contract(*charges),)).slots, UNTIL)  # type: ignore[arg-type]


def find(sums: ExactSums, numbers: tuple[int, ...], amount: int, day: date, *, is_pinned: bool = False) -> object:
    return sums.find(numbers, amount, day.toordinal(), is_pinned=is_pinned)


def three() -> ExactSums:
    """10, 20 and 25 euros a month in advance; the first costs 11 from June."""
    step = PriceStep(on=date(2026, 6, 1), price=FlatPrice(Decimal(11)))
    return sums_of(
        flat("A", "10.00", price_steps=(step,), **IN_ADVANCE),
        flat("B", "20.00", **IN_ADVANCE),
        flat("C", "25.00", **IN_ADVANCE),
    )


@pytest.mark.parametrize(
    ("amount", "shares"),
    [
        (3000, ((0, 1000), (1, 2000))),
        (3500, ((0, 1000), (2, 2500))),
        (4500, ((1, 2000), (2, 2500))),
        (5500, ((0, 1000), (1, 2000), (2, 2500))),
        (2000, ()),  # one charge is no sum
        (0, ()),
        (5501, ()),
    ],
)
def test_the_only_charges_that_come_to_an_amount(amount: int, shares: tuple[tuple[int, int], ...]) -> None:
    sums = three()
    for _ in range(2):  # from memory as well
        assert find(sums, (0, 1, 2), amount, date(2026, 3, 1)) == shares


def test_charges_that_are_not_asked_for_do_not_count() -> None:
    sums = three()
    assert find(sums, (0, 1), 3000, date(2026, 3, 1)) == ((0, 1000), (1, 2000))
    assert find(sums, (0, 2), 3000, date(2026, 3, 1)) == ()
    assert find(sums, (0, 1), 5500, date(2026, 3, 1)) == ()


def test_two_selections_that_come_to_one_amount_are_none() -> None:
    sums = sums_of(
        *(flat(name, amount, **IN_ADVANCE) for name, amount in zip("ABCD", ("1", "4", "2", "3"), strict=True))
    )
    assert find(sums, (0, 1, 2, 3), 500, date(2026, 3, 1)) == ()  # 1 + 4 and 2 + 3
    assert find(sums, (0, 1, 2, 3), 300, date(2026, 3, 1)) == ((0, 100), (2, 200))


@pytest.mark.parametrize(
    ("day", "is_pinned", "price"),
    [
        (date(2026, 1, 1), True, 1000),  # the first day of the first period
        (date(2025, 12, 31), True, 0),  # before it
        (date(2026, 5, 31), True, 1000),
        (date(2026, 6, 1), True, 1100),
        (date(2025, 11, 1), False, 1000),  # the nearest due day is the first
        (date(2026, 5, 16), False, 1000),  # 15 days from 1 May, 16 from 1 June
        (date(2026, 5, 17), False, 1100),
        (date(2026, 6, 1), False, 1100),
    ],
)
def test_a_price_is_that_of_the_period_or_of_the_nearest_due_day(day: date, price: int, *, is_pinned: bool) -> None:
    sums = three()
    for _ in range(2):
        found = find(sums, (0, 1), price + 2000, day, is_pinned=is_pinned)
        assert found == (((0, price), (1, 2000)) if price else ())
    assert find(sums, (0, 1), 2100 + 1000 - price, day, is_pinned=is_pinned) == ()


def test_of_two_due_days_equally_near_the_earlier_counts() -> None:
    """February has 28 days in 2026: the 15th is fourteen from 1 February and fourteen from 1 March."""
    step = PriceStep(on=date(2026, 3, 1), price=FlatPrice(Decimal(11)))
    sums = sums_of(flat("A", "10.00", price_steps=(step,), **IN_ADVANCE), flat("B", "20.00", **IN_ADVANCE))
    assert find(sums, (0, 1), 3000, date(2026, 2, 15)) == ((0, 1000), (1, 2000))
    assert find(sums, (0, 1), 3100, date(2026, 2, 16)) == ((0, 1100), (1, 2000))


def test_a_charge_that_has_ended_states_no_price_for_a_period_after_its_end() -> None:
    sums = sums_of(flat("A", "10.00", end=date(2026, 4, 1), **IN_ADVANCE), flat("B", "20.00", **IN_ADVANCE))
    assert find(sums, (0, 1), 3000, date(2026, 3, 31), is_pinned=True) == ((0, 1000), (1, 2000))
    assert find(sums, (0, 1), 3000, date(2026, 4, 1), is_pinned=True) == ()
    # By its date an invoice of April may still bill March.
    assert find(sums, (0, 1), 3000, date(2026, 4, 1)) == ((0, 1000), (1, 2000))


def test_charges_of_another_rhythm_and_those_that_come_once_are_not_added() -> None:
    sums = sums_of(
        flat("A", "10.00", **IN_ADVANCE),
        flat("B", "20.00", every=Cadence("quarter"), **IN_ADVANCE),
        one_off("Setup", "30.00"),
        flat("C", "40.00", **IN_ADVANCE),
    )
    everything = (0, 1, 2, 3)
    assert find(sums, everything, 3000, date(2026, 1, 1)) == ()
    assert find(sums, everything, 4000, date(2026, 1, 1)) == ()
    assert find(sums, everything, 5000, date(2026, 1, 1)) == ((0, 1000), (3, 4000))


@pytest.mark.parametrize(("count", "are_parts_found"), [(MOST_SUMMED, True), (MOST_SUMMED + 1, False)])
def test_of_many_charges_only_the_sum_of_all_is_looked_at(count: int, *, are_parts_found: bool) -> None:
    """Each costs twice the one before, so that every selection has a sum of its own."""
    sums = sums_of(*(flat(f"Charge {n}", str(2**n), **IN_ADVANCE) for n in range(count)))
    numbers, day = tuple(range(count)), date(2026, 3, 1)
    assert find(sums, numbers, 100 * (2**count - 1), day) == tuple((n, 100 * 2**n) for n in numbers)
    assert find(sums, numbers, 300, day) == (((0, 100), (1, 200)) if are_parts_found else ())


def test_a_charge_that_has_ended_or_not_begun_is_no_part_of_a_sum_of_that_period() -> None:
    """A runs until the end of May; in July only B and C are left, which come to 45.00, and a cent more to nothing."""
    sums = sums_of(
        flat("A", "10.00", end=date(2026, 6, 1), **IN_ADVANCE),
        flat("B", "20.00", **IN_ADVANCE),
        flat("C", "25.00", **IN_ADVANCE),
    )
    for day, is_in in ((date(2026, 5, 31), True), (date(2026, 6, 1), False), (date(2025, 12, 31), False)):
        assert bool(find(sums, (0, 1), 3000, day, is_pinned=True)) is is_in
        assert find(sums, (0, 1), 2001, day, is_pinned=True) == ()
    assert find(sums, (0, 1, 2), 4500, date(2026, 7, 1), is_pinned=True) == ((1, 2000), (2, 2500))


def test_a_charge_that_is_yet_to_begin_has_its_first_period() -> None:
    """By its date alone an invoice may bill in advance; in a period before its first the charge bills nothing."""
    sums = sums_of(flat("A", "10.00", start=date(2028, 1, 1), **IN_ADVANCE), flat("B", "20.00", **IN_ADVANCE))
    assert find(sums, (0, 1), 3000, date(2026, 12, 1)) == ((0, 1000), (1, 2000))
    assert find(sums, (0, 1), 3000, date(2026, 12, 1), is_pinned=True) == ()


@pytest.mark.parametrize("is_pinned", [False, True])
def test_equal_charges_are_added_up_and_laid_out_once(monkeypatch: pytest.MonkeyPatch, *, is_pinned: bool) -> None:
    """Ledgers of a million lines ask the same of a few charges again and again."""
    laid_out: list[str] = []
    added_up: list[int] = []

    def lay_out(contract: Contract, charge: Charge, until: date) -> Schedule:
        laid_out.append(charge.name)
        return make_schedule(contract, charge, until)

    def combine(alike: list[tuple[int, int]], size: int) -> Iterator[tuple[tuple[int, int], ...]]:
        added_up.append(size)
        return combinations(alike, size)

    sums = three()
    monkeypatch.setattr(exact_sums, "combinations", combine)
    monkeypatch.setattr(exact_sums, "make_schedule", lay_out)
    for day in (date(2026, 3, 1), date(2026, 3, 1), date(2026, 4, 1)):  # the same day, and one with the same prices
        assert find(sums, (0, 1, 2), 3000, day, is_pinned=is_pinned) == ((0, 1000), (1, 2000))
        assert (laid_out, added_up) == (["A", "B", "C"], [2, 3])
    assert find(sums, (0, 1, 2), 3100, date(2026, 6, 1), is_pinned=is_pinned) == ((0, 1100), (1, 2000))
    assert (laid_out, added_up) == (["A", "B", "C"], [2, 3, 2, 3])
