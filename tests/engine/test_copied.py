"""Texts that copy the period of another invoice, on months made by hand: which are copies, and which are believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from billcheck.engine.copied import find_copied
from tests.engine.bookings import Row, books_of, event, regular

if TYPE_CHECKING:
    from billcheck.engine.events import Event

MONTHS = regular(100, 100, 100, 100)
JANUARY, FEBRUARY, MARCH = (0, 30), (30, 60), (60, 90)


def stated(name: str, day: int, days: tuple[int, int], amount: int = 100, **fields: Any) -> Event:
    return event(amount, day, name, days, **({"is_from_text": True} | fields))


def copies(*billed: Event, nominal_days: int = 30) -> list[str]:
    """The numbers of the documents whose text is a copy, in order."""
    found = find_copied(books_of(MONTHS).schedule, billed, nominal_days)
    return [one.number for label in found for one in label.events]


def test_one_that_repeats_a_period_is_a_copy() -> None:
    """The invoice of January is the original wherever it stands; those of February and March copied its text."""
    january, february, march = (stated(name, day, JANUARY) for name, day in (("J", 1), ("F", 31), ("M", 61)))
    assert copies(january, february, march) == ["F", "M"]
    assert copies(january, march) == ["M"]
    assert copies(january, stated("F", 31, FEBRUARY)) == []


def test_the_original_is_the_one_nearest_to_the_due_day() -> None:
    """Invoices come a month late: that of day 30 bills January, that of day 60 February, and so on."""
    assert copies(*(stated(name, day, JANUARY) for name, day in (("J", 30), ("F", 60), ("M", 90)))) == ["F", "M"]
    # Two days later than a month it is no habit any more: then it is the date alone that counts.
    late = [stated(name, day, JANUARY) for name, day in (("J", 32), ("F", 62))]
    assert copies(*late) == ["J", "F"]


@pytest.mark.parametrize(("day", "copied"), [(30, ["F"]), (31, ["J", "F"])])
def test_no_invoice_comes_more_than_an_interval_late(day: int, copied: list[str]) -> None:
    assert copies(stated("J", day, JANUARY), stated("F", day + 30, JANUARY)) == copied


@pytest.mark.parametrize(("days_between", "copied"), [(2, []), (14, []), (15, ["B"]), (30, ["B"])])
def test_a_text_is_not_copied_within_half_an_interval(days_between: int, copied: list[str]) -> None:
    """A first period of two days: by its date the second invoice would bill the empty one after it in any case."""
    schedule = books_of([Row(0, 2, 0, 7), Row(2, 32, 2, 100), Row(32, 62, 32, 100)]).schedule
    billed = [stated("A", 0, (0, 2), 7), stated("B", days_between, (0, 2), 7)]
    found = find_copied(schedule, billed, 30)
    assert [one.number for label in found for one in label.events] == copied


def test_of_two_equally_near_the_earlier_is_the_original() -> None:
    """Five days before the due day of February and five after: the earlier one, so that invoices come five days early.

    By that habit the second invoice bills February as well, and only the third is a copy.
    """
    assert copies(stated("B", 35, FEBRUARY), stated("A", 25, FEBRUARY), stated("C", 85, FEBRUARY)) == ["C"]


def test_parts_that_make_up_the_period_are_believed() -> None:
    assert copies(stated("A", 0, JANUARY, 60), stated("B", 30, JANUARY, 40)) == []
    assert copies(stated("A", 0, JANUARY, 60), stated("B", 30, JANUARY, 41)) == ["B"]


def test_a_copy_bills_only_a_period_that_nothing_else_bills() -> None:
    first, second = stated("J", 0, JANUARY), stated("F", 30, JANUARY)
    assert copies(first, second, stated("X", 33, FEBRUARY)) == []
    assert copies(first, second, stated("X", 63, MARCH)) == ["F"]
    assert copies(first, second, event(100, 33, "X")) == []  # a free one, of the same date
    assert copies(first, second, event(100, 63, "X")) == ["F"]


def test_two_copies_of_one_month_are_not_both_believed_to_bill_it() -> None:
    assert copies(stated("J", 0, JANUARY), stated("F", 30, JANUARY), stated("G", 31, JANUARY)) == ["F"]


def test_a_period_in_two_lines_of_one_document_is_no_copy() -> None:
    assert copies(stated("J", 0, JANUARY), stated("J", 0, JANUARY, 30)) == []


def test_a_document_that_states_other_periods_too_is_believed() -> None:
    both = stated("F", 30, JANUARY), stated("F", 30, MARCH)
    assert copies(stated("J", 0, JANUARY), *both) == []


def test_one_period_in_fields_does_not_stop_the_look_at_others() -> None:
    fields = [stated(name, day, JANUARY, is_from_text=False) for name, day in (("A", 0), ("B", 5))]
    texts = [stated(name, day, FEBRUARY) for name, day in (("C", 30), ("D", 60))]
    assert copies(*fields, *texts) == ["D"]
