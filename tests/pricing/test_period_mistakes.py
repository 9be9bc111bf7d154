"""Mistakes of ends, rhythms and alignment; what was billed by them is worked out beside each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.terms import Amendment, Discount, Proration
from billcheck.period import Cadence
from billcheck.pricing.period_mistakes import period_mistakes
from tests.pricing.samples import figures, flat, one_off
from tests.pricing.test_commitments import commitment

if TYPE_CHECKING:
    from billcheck.contracts.terms import Charge

D = Decimal


def found(charge: Charge, code: str) -> dict[str, Charge]:
    return {mistake.sentence: mistake.charge for mistake in period_mistakes(charge) if mistake.code == code}


def amounts(charge: Charge, until: date) -> list[tuple[str, str]]:
    """First day and amount of each row."""
    return [(row[0], row[3]) for row in figures(charge, until)]


def test_the_day_after_the_last_is_billed_or_the_last_is_not() -> None:
    """310.00 a month of 31 days is 10.00 a day: March's first 15 days are 150.00, one more 160.00, one less 140.00."""
    charge = flat("310", end=date(2026, 3, 16))
    ends = found(charge, "inclusive_end")
    assert list(ends) == [
        "2026-03-16, the day after the last one, was billed too",
        "2026-03-15, the last day, was not billed",
    ]
    more, less = (amounts(each, date(2026, 3, 1))[2][1] for each in ends.values())
    assert (amounts(charge, date(2026, 3, 1))[2][1], more, less) == ("150.00", "160.00", "140.00")
    assert [mistake.group for mistake in period_mistakes(charge) if mistake.code == "inclusive_end"] == [
        "a day after the last was billed",
        "the last day was not billed",
    ]


def test_a_charge_of_one_day_cannot_end_a_day_earlier() -> None:
    assert len(found(flat("310", end=date(2026, 1, 2)), "inclusive_end")) == 1
    assert found(flat("310"), "inclusive_end") == {}


PART_CODES = ("part_in_full", "part_forgotten", "other_day_count", "other_full_period")


def parts(charge: Charge, until: date, row: int) -> list[tuple[str, str, str]]:
    """Code, sentence and what the part would then cost, of the mistakes about parts of a period."""
    return [
        (each.code, each.sentence, amounts(each.charge, until)[row][1])
        for each in period_mistakes(charge)
        if each.code in PART_CODES
    ]


def test_a_first_part_counted_otherwise() -> None:
    """From 15 January, 17 of 31 days are 170.00 of 310.00; 16 of 30 are 165.33, and 17 of 30 are 175.67."""
    charge = flat("310", start=date(2026, 1, 15), align="calendar")
    assert parts(charge, date(2026, 2, 20), 0) == [
        ("part_in_full", "the first part of a period was billed in full", "310.00"),
        ("part_forgotten", "the first part of a period was not billed", "0.00"),
        ("other_day_count", "the first part of a period was billed by months of 30 days", "165.33"),
        ("other_day_count", "the first part of a period was billed by actual days over 30", "175.67"),
        # The month before 1 February has 31 days as well, and so has the one from 15 January.
        ("other_full_period", "the first part was weighed against the full period counted back from its end", "170.00"),
        ("other_full_period", "the first part was weighed against the full period counted from its start", "170.00"),
    ]


def test_a_first_part_weighed_against_another_full_period() -> None:
    """50 days from 10 February to 1 April: of 90 from 1 January 50.00 of 90.00, of 89 to 10 May 50.56."""
    charge = flat("90", start=date(2026, 2, 10), align="calendar", every=Cadence("quarter"))
    back = replace(charge, proration=Proration("actual_actual", full_period="back_from_boundary"))
    others = [
        (sentence, amount) for code, sentence, amount in parts(back, date(2026, 4, 20), 0) if code == PART_CODES[3]
    ]
    assert others == [
        ("the first part was weighed against the full period that contains it", "50.00"),
        ("the first part was weighed against the full period counted from its start", "50.56"),
    ]
    assert [code for code, _, _ in parts(replace(charge, proration=Proration("30_360")), date(2026, 4, 20), 0)] == [
        "part_in_full", "part_forgotten", "other_day_count", "other_day_count",
    ]  # fmt: skip


def test_a_last_part_counted_otherwise() -> None:
    """Until 15 March, 15 of 31 days are 150.00 of 310.00; 15 of 30 are 155.00 either way."""
    assert parts(flat("310", end=date(2026, 3, 16)), date(2026, 3, 20), 2) == [
        ("part_in_full", "the last part of a period was billed in full", "310.00"),
        ("part_forgotten", "the last part of a period was not billed", "0.00"),
        ("other_day_count", "the last part of a period was billed by months of 30 days", "155.00"),
        ("other_day_count", "the last part of a period was billed by actual days over 30", "155.00"),
    ]
    assert parts(flat("310", end=date(2026, 4, 1)), date(2026, 3, 20), 2) == []
    assert parts(flat("310"), date(2026, 3, 20), 2) == []


def test_the_first_and_the_last_part_have_rules_of_their_own() -> None:
    """The first is not billed, as agreed, and the last in full: each may be counted by any rule but its own."""
    proration = Proration("actual_actual", first="none", last="full_period")
    charge = flat("310", start=date(2026, 1, 15), end=date(2026, 3, 16), align="calendar", proration=proration)
    first = [sentence for _, sentence, _ in parts(charge, date(2026, 3, 20), 0) if "first" in sentence]
    assert first == [
        "the first part of a period was billed in full",
        "the first part of a period was billed by actual days of its full period",
        "the first part of a period was billed by months of 30 days",
        "the first part of a period was billed by actual days over 30",
    ]
    last = [sentence for _, sentence, _ in parts(charge, date(2026, 3, 20), 2) if "last" in sentence]
    assert last == [
        "the last part of a period was not billed",
        "the last part of a period was billed by actual days of its full period",
        "the last part of a period was billed by months of 30 days",
        "the last part of a period was billed by actual days over 30",
    ]


def test_a_part_of_a_week_is_not_counted_in_months() -> None:
    """Three of seven days are 30.00 of 70.00."""
    weekly = flat("70", every=Cadence("week"), end=date(2026, 1, 18))
    assert parts(weekly, date(2026, 1, 20), 2) == [
        ("part_in_full", "the last part of a period was billed in full", "70.00"),
        ("part_forgotten", "the last part of a period was not billed", "0.00"),
    ]


@pytest.mark.parametrize(("is_billed", "how"), [(False, "was billed too"), (True, "was not billed")])
def test_the_day_of_a_cancellation(is_billed: bool, how: str) -> None:
    cancel = Amendment(date(2026, 3, 16), change="cancel")
    charge = flat("310", amendments=(Amendment(date(2026, 2, 1), change="pause"), cancel), cancel_day_billed=is_billed)
    ((sentence, other),) = found(replace(charge, end=date(2026, 5, 1)), "inclusive_end").items()
    assert sentence == f"2026-03-16, the day of the cancellation, {how}"
    assert other.cancel_day_billed is (not is_billed)
    assert [each.group for each in period_mistakes(charge) if each.code == "inclusive_end"] == [
        f"the day of a cancellation {how}"
    ]


def test_a_discount_lasts_a_day_more_or_less() -> None:
    """10 % off 310.00 is 1.00 a day: 20 days of March are 20.00 off, 21 days 21.00, 19 days 19.00."""
    charge = flat("310", discounts=(Discount(D(10)), Discount(D(10), end=date(2026, 3, 21))))
    ends = found(replace(charge, discounts=charge.discounts[1:]), "inclusive_end")
    assert {sentence: amounts(each, date(2026, 3, 1))[2][1] for sentence, each in ends.items()} == {
        "the discount until 2026-03-20 was given one day longer": "289.00",
        "the discount until 2026-03-20 was given one day less": "291.00",
    }
    assert [each.discounts[0] for each in found(charge, "inclusive_end").values()] == [Discount(D(10))] * 2
    assert [each.group for each in period_mistakes(charge) if each.code == "inclusive_end"] == [
        "a discount was given one day longer",
        "a discount was given one day less",
    ]
    more = replace(charge, discounts=(*charge.discounts, Discount(D(5))))
    assert [each.discounts[2] for each in found(more, "inclusive_end").values()] == [Discount(D(5))] * 2


@pytest.mark.parametrize(
    ("every", "sentences"),
    [
        (
            Cadence("month"),
            ["billed every 4 weeks instead of every month", "billed every 30 days instead of every month"],
        ),
        (Cadence("semi_month"), ["billed every 2 weeks instead of twice a month"]),
        (Cadence("week", 2), ["billed twice a month instead of every 2 weeks"]),
        (Cadence("week", 4), ["billed every month instead of every 4 weeks"]),
        (Cadence("day", 28), ["billed every month instead of every 28 days"]),
        (Cadence("day", 30), ["billed every month instead of every 30 days"]),
        (Cadence("quarter"), []),
        (Cadence("week"), []),
    ],
)
def test_rhythms_that_are_nearly_the_same(every: Cadence, sentences: list[str]) -> None:
    assert list(found(flat("100", every=every), "other_rhythm")) == sentences


def test_a_price_every_four_weeks() -> None:
    (every_four_weeks, _) = found(flat("100", anchor_day=31, proration=Proration("30_360")), "other_rhythm").values()
    assert amounts(every_four_weeks, date(2026, 3, 1))[:3] == [
        ("2026-01-01", "100.00"),
        ("2026-01-29", "100.00"),
        ("2026-02-26", "100.00"),
    ]
    assert every_four_weeks.anchor_day is None
    assert (every_four_weeks.align, every_four_weeks.proration.rule) == ("anniversary", "actual_actual")
    monthly, *_ = found(flat("100", every=Cadence("week", 4), proration=Proration("none")), "other_rhythm").values()
    assert (monthly.every, monthly.proration.rule) == (Cadence("month"), "none")


def test_a_part_of_a_yearly_price_keeps_its_part() -> None:
    """A twelfth of the year every four weeks: the price of the year stands in the charge, the twelfth beside it."""
    found_ = [each for each in period_mistakes(flat("1200", amount_per=Cadence("year"))) if each.code == "other_rhythm"]
    assert [(each.factor, each.charge.amount_per) for each in found_] == [((2, 24), None)] * 2
    assert [each.factor for each in period_mistakes(flat("1200")) if each.code == "other_rhythm"] == [None, None]


def test_periods_of_the_calendar_or_from_the_first_day() -> None:
    """From 15 January: 17 of 31 days are 170.00 of 310.00, then whole months from the 1st."""
    ((sentence, by_calendar),) = found(flat("310", start=date(2026, 1, 15)), "other_alignment").items()
    assert sentence == "billed by the periods of the calendar"
    assert amounts(by_calendar, date(2026, 2, 20))[:2] == [("2026-01-15", "170.00"), ("2026-02-01", "310.00")]
    charge = flat("310", start=date(2026, 1, 15), align="calendar")
    ((sentence, by_first_day),) = found(charge, "other_alignment").items()
    assert sentence == "billed by periods from its first day"
    assert amounts(by_first_day, date(2026, 2, 20))[:2] == [("2026-01-15", "310.00"), ("2026-02-15", "310.00")]
    assert found(flat("310"), "other_alignment") == {}
    assert found(flat("310", start=date(2026, 1, 15), every=Cadence("week")), "other_alignment") == {}


@pytest.mark.parametrize("charge", [one_off("100", date(2026, 1, 5)), commitment("100")])
def test_what_has_no_periods_of_its_own_invites_none(charge: Charge) -> None:
    assert list(period_mistakes(charge)) == []


def test_what_is_metered_keeps_its_rhythm() -> None:
    metered: Any = object()
    assert found(replace(flat("100"), metering=metered), "other_rhythm") == {}
