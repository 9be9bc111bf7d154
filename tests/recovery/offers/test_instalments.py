from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.errors import UsageError
from billcheck.recovery.instalments import Every, allot, due_days, smallest_count, split
from tests.recovery.offers import oracle

if TYPE_CHECKING:
    from collections.abc import Callable

END_OF_OCTOBER = date(2026, 10, 31)


def days(first: date, every: Every, count: int) -> list[str]:
    return [str(day) for day in due_days(first, every, count)]


def test_what_does_not_divide_goes_to_the_first_ones() -> None:
    # 871,200 / 7 = 124,457 and 1 left; 100 / 3 = 33 and 1 left; 11 / 4 = 2 and 3 left.
    assert split(871_200, 7) == (124_458, *[124_457] * 6)
    assert split(100, 3) == (34, 33, 33)
    assert split(11, 4) == (3, 3, 3, 2)
    assert split(5, 5) == (1, 1, 1, 1, 1)


def test_a_first_amount_comes_before_equal_parts() -> None:
    # 871,200 - 200,000 = 671,200; / 3 = 223,733 and 1 left.
    assert split(871_200, 3, first_minor=200_000) == (200_000, 223_734, 223_733, 223_733)


def test_a_thirty_first_stays_the_end_of_the_month() -> None:
    assert days(END_OF_OCTOBER, "month", 7) == [
        "2026-10-31", "2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30",
    ]  # fmt: skip
    assert days(date(2027, 10, 31), "month", 5)[-1] == "2028-02-29"
    assert days(END_OF_OCTOBER, "quarter", 4) == ["2026-10-31", "2027-01-31", "2027-04-30", "2027-07-31"]
    assert days(date(2026, 11, 30), "quarter", 3) == ["2026-11-30", "2027-02-28", "2027-05-30"]


def test_weeks_are_counted_in_days_and_weekends_move_nothing() -> None:
    assert days(date(2026, 10, 3), "week", 3) == ["2026-10-03", "2026-10-10", "2026-10-17"]
    assert days(date(2026, 10, 3), "two_weeks", 3) == ["2026-10-03", "2026-10-17", "2026-10-31"]


def test_a_row_is_used_up_before_the_next() -> None:
    rows = [("march", 120), ("april", 120), ("may", 10)]
    assert allot(rows, [84, 83, 83]) == [
        (("march", 84),),
        (("march", 36), ("april", 47)),
        (("april", 73), ("may", 10)),
    ]
    assert allot(rows, [5]) == [(("march", 5),)]
    assert allot(rows, [0]) == [()]


def test_the_smallest_count_that_keeps_to_a_cap() -> None:
    def largest(count: int) -> int:
        return max(split(100, count))

    assert smallest_count(34, largest, 24) == (3, 34)
    assert smallest_count(33, largest, 24) == (4, 25)
    assert smallest_count(100, largest, 24) == (1, 100)
    assert smallest_count(4, largest, 24) == (None, 5)
    assert smallest_count(0, largest, 24) == (None, 5)


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "no_part": (
        lambda: split(100, 0),
        "count: A plan has at least one instalment. Found '0'. Give a whole number of 1 or more.",
    ),
    "more_parts_than_cents": (
        lambda: split(3, 4),
        "count: There are more instalments than smallest units of money to pay. Found '4'. Take at most 3.",
    ),
    "nothing_to_split": (
        lambda: split(0, 1),
        "count: There are more instalments than smallest units of money to pay. Found '1'. Take at most 0.",
    ),
    "nothing_first": (
        lambda: split(100, 3, first_minor=0),
        (
            "first_amount: The first amount leaves nothing to pay later, or is nothing itself. "
            "Give more than nothing and less than all."
        ),
    ),
    "all_first": (
        lambda: split(100, 1, first_minor=100),
        (
            "first_amount: The first amount leaves nothing to pay later, or is nothing itself. "
            "Give more than nothing and less than all."
        ),
    ),
    "too_late": (
        lambda: due_days(date(2199, 11, 30), "month", 3),
        (
            "count: The last instalment would be due later than any day that is read back. Found '3'. "
            "Take fewer instalments; none may be due after 2199."
        ),
    ),
    "later_than_any_calendar": (
        lambda: due_days(date(2026, 10, 31), "week", 10**9),
        (
            "count: The last instalment would be due later than any day that is read back. Found '1000000000'. "
            "Take fewer instalments; none may be due after 2199."
        ),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused(name: str) -> None:
    attempt, message = REFUSED[name]
    with pytest.raises(UsageError) as refused:
        attempt()
    assert [str(problem) for problem in refused.value.problems] == [message]


@given(st.integers(1, 10**15), st.integers(1, 400))
def test_parts_add_up_and_differ_by_one_at_most(total: int, count: int) -> None:
    if count > total:
        return
    parts = split(total, count)
    assert sum(parts) == total
    assert max(parts) - min(parts) <= 1
    assert sorted(parts, reverse=True) == list(parts) == oracle.parts_of(total, count)


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_the_count_of_a_cap_is_the_least(total: int, cap: int) -> None:
    count, _ = smallest_count(cap, lambda number: max(split(total, number)), min(24, total))
    wanted = oracle.least_count(total, cap)
    assert count == (wanted if wanted <= 24 else None)


@given(st.lists(st.integers(1, 500), min_size=1, max_size=9), st.integers(1, 30))
def test_rows_are_allotted_as_the_stretches_overlap(amounts: list[int], count: int) -> None:
    rows = [(f"row {number}", amount) for number, amount in enumerate(amounts)]
    if count > sum(amounts):
        return
    parts = split(sum(amounts), count)
    assert [dict(part) for part in allot(rows, parts)] == oracle.overlaps(rows, parts)


@given(st.dates(date(1900, 1, 1), date(2190, 1, 1)), st.sampled_from(["month", "quarter"]), st.integers(1, 36))
def test_months_keep_the_day_of_the_first(first: date, every: Every, count: int) -> None:
    found = due_days(first, every, count)
    step = 1 if every == "month" else 3
    for number, day in enumerate(found):
        assert day.year * 12 + day.month == first.year * 12 + first.month + number * step
        assert day.day == first.day or (day.day < first.day and (date.fromordinal(day.toordinal() + 1)).day == 1)
