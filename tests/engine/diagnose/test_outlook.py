"""What a coming period would be billed at under the latest cause, with figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from billcheck.contracts.prices import FlatPrice
from billcheck.contracts.terms import Amendment, Charge, Contract, Discount, PriceStep
from billcheck.contracts.uplifts import Escalator
from billcheck.engine.diagnose import Diagnosed, diagnose_with_outlook
from billcheck.engine.diff import JudgedRow
from billcheck.engine.outlook import Ahead, find_outlook, with_changes_since
from billcheck.findings import Status
from billcheck.period import Cadence
from billcheck.pricing.mistake import Mistake
from billcheck.pricing.schedule import Schedule, make_schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

START = date(2026, 1, 1)


def flat(amount: str = "2400.00", **terms: object) -> Charge:
    values: dict[str, object] = {
        "name": "Retainer",
        "model": "flat",
        "start": START,
        "price": FlatPrice(Decimal(amount)),
        "every": Cadence("month"),
        "timing": "in_arrears",
    }
    return Charge(**{**values, **terms})  # type: ignore[arg-type]


def agreed(charge: Charge) -> tuple[Contract, Schedule]:
    contract = Contract(id="C-117", customer="Hartwell", currency="EUR", start=START, charges=(charge,))
    return contract, make_schedule(contract, charge, date(2028, 1, 1))


def looked_ahead(charge: Charge, billed: Sequence[int], coming: int | None = None) -> Diagnosed:
    """The first periods were billed as given; the next one is coming, or the one named."""
    contract, schedule = agreed(charge)
    rows = []
    for period, amount in enumerate(billed):
        expected = schedule.amounts[period]
        status = Status.OK if amount == expected else Status.UNDERBILLED if amount < expected else Status.OVERBILLED
        rows.append(JudgedRow(period, status, expected, amount))
    ahead = Ahead(len(billed) - 1, len(billed) if coming is None else coming)
    return diagnose_with_outlook(contract, charge, schedule, rows, ahead)


def test_half_the_amount_makes_half_of_the_next_one() -> None:
    assert looked_ahead(flat(), [240_000, 240_000, *[120_000] * 6]).coming == 120_000


def test_half_of_an_odd_cent_is_rounded_half_up() -> None:
    # Half of 24.03 is 12.015: 12.02.
    assert looked_ahead(flat("24.03"), [1202] * 3).coming == 1202


def test_a_forgotten_price_step_makes_the_old_price_of_the_next_one() -> None:
    step = PriceStep(on=date(2026, 3, 1), price=FlatPrice(Decimal("2610.00")))
    assert looked_ahead(flat(price_steps=(step,)), [240_000] * 5).coming == 240_000


def test_two_readings_that_agree_on_the_next_period_are_enough() -> None:
    # From March 4,800.00 was agreed: half of it, and the price before, both make 2,400.00.
    step = PriceStep(on=date(2026, 3, 1), price=FlatPrice(Decimal("4800.00")))
    found = looked_ahead(flat(price_steps=(step,)), [240_000] * 5)
    assert found.causes[4][0].code == "previous_price_or_half_rate"
    assert found.coming == 240_000


def test_two_readings_that_part_ways_in_the_next_period_say_nothing() -> None:
    # Another step to 5,000.00 begins in June: half of that is 2,500.00, the price before March is still 2,400.00.
    steps = (
        PriceStep(on=date(2026, 3, 1), price=FlatPrice(Decimal("4800.00"))),
        PriceStep(on=date(2026, 6, 1), price=FlatPrice(Decimal("5000.00"))),
    )
    found = looked_ahead(flat(price_steps=steps), [240_000] * 5)
    assert found.causes[4][0].code == "previous_price_or_half_rate"
    assert found.coming is None


def test_a_missed_uplift_makes_the_old_price_of_the_next_one() -> None:
    # 3 % a year: 2,472.00 is agreed from January 2027, and 2,400.00 was billed until March.
    found = looked_ahead(flat(escalators=(Escalator(percent=Decimal(3)),)), [240_000] * 15)
    assert found.causes[14][0].group == "billed without the uplift of 2027-01-01"
    assert found.coming == 240_000


def test_whether_the_uplift_after_a_missed_one_comes_is_open() -> None:
    # December 2027 is the last one billed, at the price before 2027; in January 2028 the next uplift is due.
    found = looked_ahead(flat(escalators=(Escalator(percent=Decimal(3)),)), [240_000] * 24)
    assert found.causes[23][0].code == "missed_uplift_or_skipped_uplift"
    assert found.coming is None


def test_whether_the_first_uplift_after_a_missed_one_comes_is_open_too() -> None:
    # November 2026 is the last one billed, at the price before 2026; January 2027 is agreed at 2,904.00. If nothing
    # ever rises it will be 2,400.00; if only the one uplift was left out, 2,640.00.
    charge = flat(start=date(2025, 1, 1), escalators=(Escalator(percent=Decimal(10)),))
    billed = [240_000] * 23
    assert looked_ahead(charge, billed).coming == 240_000
    assert looked_ahead(charge, billed, coming=24).coming is None


def test_a_price_step_to_come_may_be_forgotten_like_the_one_before_or_not() -> None:
    # March was forgotten; in July 3,000.00 are agreed: 2,400.00 or 3,000.00. Until then there is one reading.
    steps = (
        PriceStep(on=date(2026, 3, 1), price=FlatPrice(Decimal("2611.00"))),
        PriceStep(on=date(2026, 7, 1), price=FlatPrice(Decimal("3000.00"))),
    )
    assert looked_ahead(flat(price_steps=steps), [240_000] * 5).coming == 240_000
    assert looked_ahead(flat(price_steps=steps), [240_000] * 5, coming=6).coming is None


def test_an_amendment_to_come_may_be_forgotten_like_the_one_before_or_not() -> None:
    amendments = (
        Amendment(on=date(2026, 3, 1), price=FlatPrice(Decimal("2611.00"))),
        Amendment(on=date(2026, 7, 1), price=FlatPrice(Decimal("3000.00"))),
    )
    assert looked_ahead(flat(amendments=amendments), [240_000] * 5).coming == 240_000
    assert looked_ahead(flat(amendments=amendments), [240_000] * 5, coming=6).coming is None


def test_a_step_that_lies_in_the_past_was_seen_to_be_forgotten() -> None:
    # Both steps were forgotten, and nothing is to change: one reading.
    steps = (
        PriceStep(on=date(2026, 3, 1), price=FlatPrice(Decimal("2611.00"))),
        PriceStep(on=date(2026, 5, 1), price=FlatPrice(Decimal("2733.00"))),
    )
    assert looked_ahead(flat(price_steps=steps), [240_000] * 6).coming == 240_000


def test_a_free_month_that_was_billed_leaves_the_next_one_alone() -> None:
    charge = flat(discounts=(Discount(percent=Decimal(100), is_free=True, periods=2),))
    assert looked_ahead(charge, [240_000, 240_000]).coming == 240_000


def test_what_nothing_explains_has_no_outlook() -> None:
    found = looked_ahead(flat(), [240_000, 191_137])
    assert found == Diagnosed({}, None)


@pytest.mark.parametrize("odd", [0, 1])
def test_an_odd_period_in_the_past_does_not_hide_what_comes(odd: int) -> None:
    billed = [240_000, 240_000, 120_000, 120_000, 120_000]
    billed[odd] = 191_137
    assert looked_ahead(flat(), billed).coming == 120_000


def test_nothing_wrong_has_no_outlook() -> None:
    assert looked_ahead(flat(), [240_000] * 3) == Diagnosed({}, None)


def test_no_period_asked_about_has_no_outlook() -> None:
    contract, schedule = agreed(flat())
    rows = [JudgedRow(0, Status.UNDERBILLED, 240_000, 120_000), JudgedRow(1, Status.UNDERBILLED, 240_000, 120_000)]
    assert diagnose_with_outlook(contract, flat(), schedule, rows, None).coming is None


def test_a_period_that_the_wrong_terms_do_not_have() -> None:
    contract, schedule = agreed(flat())
    assert (
        find_outlook(contract, flat(), schedule, Ahead(4, 5), [Mistake("", "", flat(every=Cadence("quarter")))], None)
        is None
    )


def test_changes_from_a_day_on_are_those_that_were_agreed() -> None:
    # Of each term a part before the day and one on it; what was forgotten before stays forgotten.
    day, days = date(2027, 1, 1), (date(2026, 3, 1), date(2027, 1, 1))
    charge = flat(
        price_steps=tuple(PriceStep(on=on, price=FlatPrice(Decimal(on.month))) for on in days),
        amendments=tuple(Amendment(on=on, price=FlatPrice(Decimal(10 + on.month))) for on in days),
        escalators=(Escalator(percent=Decimal(10), first_on=date(2026, 1, 1)),),
    )
    wrong = replace(
        charge,
        price_steps=(PriceStep(on=date(2026, 2, 1), price=FlatPrice(Decimal(99))),),
        amendments=(),
        escalators=(replace(charge.escalators[0], until=date(2026, 1, 1), skipped=(date(2025, 1, 1),)),),
    )
    assert with_changes_since(wrong, charge, day) == replace(
        charge,
        price_steps=(wrong.price_steps[0], charge.price_steps[1]),
        amendments=(charge.amendments[1],),
        escalators=(replace(charge.escalators[0], skipped=(date(2025, 1, 1), date(2026, 1, 1))),),
    )
    assert with_changes_since(charge, charge, day) == charge


def test_uplifts_that_end_by_agreement_do_not_come_again() -> None:
    ending = Escalator(percent=Decimal(10), until=date(2030, 1, 1))
    wrong = flat(escalators=(replace(ending, until=date(2027, 1, 1)),))
    assert with_changes_since(wrong, flat(escalators=(ending,)), date(2028, 6, 1)).escalators == (
        replace(ending, skipped=(date(2027, 1, 1), date(2028, 1, 1))),
    )
    assert with_changes_since(flat(escalators=(ending,)), flat(escalators=(ending,)), date(2028, 6, 1)) == (
        flat(escalators=(ending,))
    )


def test_a_change_after_the_coming_period_is_no_second_reading() -> None:
    # The wrong terms lack the step of December; whether it comes does not matter for June.
    charge = flat(price_steps=(PriceStep(on=date(2026, 12, 1), price=FlatPrice(Decimal("3000.00"))),))
    contract, schedule = agreed(charge)
    wrong = Mistake("", "", flat("1700.00"))
    assert find_outlook(contract, charge, schedule, Ahead(4, 5), [wrong], None) == 170_000
    assert find_outlook(contract, charge, schedule, Ahead(4, 11), [wrong], None) is None


def test_wrong_terms_without_any_uplift() -> None:
    charge = flat(escalators=(Escalator(percent=Decimal(10)),))
    contract, schedule = agreed(charge)
    assert find_outlook(contract, charge, schedule, Ahead(12, 13), [Mistake("", "", flat())], None) == 240_000


def test_a_period_whose_agreed_amount_is_not_known() -> None:
    contract, schedule = agreed(flat())
    unknown = Schedule(
        contract,
        flat(),
        schedule.first_days,
        schedule.ends,
        schedule.due_days,
        schedule.amounts,
        schedule.changes,
        unknowns={5: "usage is not given"},
    )
    assert find_outlook(contract, flat(), unknown, Ahead(3, 5), [Mistake("", "", flat())], None) is None
    assert find_outlook(contract, flat(), unknown, Ahead(3, 4), [Mistake("", "", flat())], None) == 240_000


@pytest.mark.parametrize("period", [3, 4])
def test_a_later_amendment_is_priced_as_agreed_at_the_wrong_share(period: int) -> None:
    # Half was billed; 1,000.00 is agreed from April (period 3), so the share makes 500.00 of it.
    charge = flat(amendments=(Amendment(on=date(2026, 4, 1), price=FlatPrice(Decimal("1000.00"))),))
    assert looked_ahead(charge, [120_000] * 3, coming=period).coming == 50_000
