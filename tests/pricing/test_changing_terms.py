"""Terms that change over time, through the whole schedule, with the arithmetic by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.prices import FlatPrice, Tier, TieredPrice, UnitPrice
from billcheck.contracts.terms import Amendment, Charge, Discount, PriceStep
from billcheck.contracts.uplifts import Escalator, IndexClause
from billcheck.period import Cadence
from billcheck.pricing.grid import make_grid
from billcheck.pricing.schedule import make_schedule
from billcheck.pricing.timeline import make_timeline
from tests.pricing.random_changes import random_changing_charge
from tests.pricing.random_charges import contract_of
from tests.pricing.random_usage import random_metered
from tests.pricing.samples import charges_until, figures, flat, per_unit

if TYPE_CHECKING:
    from billcheck.contracts.prices import Price

YEAR: dict[str, Any] = {"every": Cadence("year")}
UNTIL = date(2029, 1, 1)


def amounts(charge: Charge, until: date = UNTIL, currency: str = "EUR") -> list[str]:
    return [row[3] for row in figures(charge, until, currency)]


def raised(amount: str, percent: str, currency: str = "EUR", **terms: Any) -> list[str]:
    """The first four yearly amounts of a charge with an escalator."""
    charge = flat(amount, escalators=(Escalator(Decimal(percent), **terms),), **YEAR)
    return amounts(charge, currency=currency)[:4]


class TestEscalators:
    def test_each_step_is_rounded_and_the_next_rises_from_it(self) -> None:
        # 2,400.00 x 1.032 = 2,476.80; x 1.032 = 2,556.0576; 2,556.06 x 1.032 = 2,637.85392
        assert raised("2400.00", "3.2") == ["2400.00", "2476.80", "2556.06", "2637.85"]

    def test_from_the_base_nothing_is_rounded_between(self) -> None:
        # 10.01 x 1.05 = 10.5105; x 1.05 = 11.036025; x 1.05 = 11.58782625. By steps: 10.51, 11.04 (11.0355), 11.59
        assert raised("10.01", "5", rounding="from_base") == ["10.01", "10.51", "11.04", "11.59"]
        # 0.49 x 1.05 = 0.5145, x 1.05 = 0.540225, x 1.05 = 0.56723625; by steps 0.51, 0.54 (0.5355), 0.57 (0.567)
        assert raised("0.49", "5") == ["0.49", "0.51", "0.54", "0.57"]
        # 1.11 x 1.1 = 1.221, 1.3431, 1.47741; by steps 1.22, 1.34 (1.342), 1.47 (1.474)
        assert raised("1.11", "10", rounding="from_base")[3] == "1.48"
        assert raised("1.11", "10")[3] == "1.47"

    def test_without_compounding_each_step_is_of_the_price_agreed_last(self) -> None:
        assert raised("1000", "3", is_compounding=False) == ["1000.00", "1030.00", "1060.00", "1090.00"]

    def test_rounding_follows_the_currency(self) -> None:
        assert raised("1001", "2.5", "JPY")[:2] == ["1001", "1026"]  # 1,026.025
        assert raised("10.001", "3.3", "KWD")[:2] == ["10.001", "10.331"]  # 10.331033

    def test_a_price_with_more_decimals_keeps_them_or_as_many_as_are_agreed(self) -> None:
        # 0.0375 x 1.03 = 0.038625: 0.0386 of 10,000 is 386.00; with six digits it is 386.25
        by_units = per_unit("0.0375", "10000", escalators=(Escalator(Decimal(3)),), **YEAR)
        assert amounts(by_units)[:2] == ["375.00", "386.00"]
        exact = replace(by_units, escalators=(Escalator(Decimal(3), decimals=6),))
        assert amounts(exact)[:2] == ["375.00", "386.25"]

    def test_every_amount_of_tiers_rises_and_no_bound(self) -> None:
        price = TieredPrice("graduated", (Tier(Decimal(10), Decimal(30), Decimal(50)), Tier(None, Decimal(25))))
        charge = Charge(
            "Seats",
            "graduated",
            date(2026, 1, 1),
            price,
            quantity=Decimal(12),
            timing="in_advance",
            escalators=(Escalator(Decimal(10)),),
            **YEAR,
        )
        # 10 x 30 + 50 + 2 x 25 = 400; 10 x 33 + 55 + 2 x 27.50 = 440
        assert amounts(charge)[:2] == ["400.00", "440.00"]

    def test_a_price_agreed_in_between_is_the_new_base(self) -> None:
        # 1,000, then 1,100; in 2028 a step to 2,000 on the day of an uplift holds; 2029: 2,200
        step = PriceStep(date(2028, 1, 1), FlatPrice(Decimal(2000)))
        charge = flat("1000", escalators=(Escalator(Decimal(10)),), price_steps=(step,), **YEAR)
        assert amounts(charge)[:4] == ["1000.00", "1100.00", "2000.00", "2200.00"]

    def test_an_uplift_inside_a_period_in_arrears_cuts_it(self) -> None:
        # Months of the calendar, start on 16 January 2026: in January 2027 15 days at 310.00 and 16 at 341.00
        charge = flat(
            "310", start=date(2026, 1, 16), anchor_day=1, timing="in_arrears", escalators=(Escalator(Decimal(10)),)
        )
        assert {row[0]: row[3] for row in figures(charge, date(2027, 3, 1))}["2027-01-01"] == "326.00"

    def test_an_uplift_may_wait_for_the_next_period(self) -> None:
        waiting = Escalator(Decimal(10), applies="next_period")
        charge = flat("310", start=date(2026, 1, 16), anchor_day=1, escalators=(waiting,))
        found = {row[0]: row[3] for row in figures(charge, date(2027, 3, 1))}
        assert (found["2027-01-01"], found["2027-02-01"]) == ("310.00", "341.00")

    def test_an_uplift_in_a_billed_period_may_be_billed_at_once(self) -> None:
        at_once = Escalator(Decimal(10), change_billing="immediate")
        charge = flat("310", start=date(2026, 1, 16), anchor_day=1, escalators=(at_once,))
        # 31.00 x 16/31 = 16.00
        assert ("2027-01-16", "2027-01-31", "2027-01-16", "16.00 change") in figures(charge, date(2027, 2, 1))

    def test_two_rules_rise_one_after_the_other(self) -> None:
        both = (Escalator(Decimal(10)), Escalator(Decimal(5), first_on=date(2027, 1, 1), name="renewal"))
        assert amounts(flat("1000", escalators=both, **YEAR))[:2] == ["1000.00", "1155.00"]

    def test_it_is_explained(self) -> None:
        charge = flat("2400", escalators=(Escalator(Decimal("3.2")),), **YEAR)
        assert charges_until(charge, UNTIL)[1].derivation == (
            "2,476.80 per year (2027-01-01 to 2027-12-31) = 2,476.80",
            "uplift of 3.2 % on 2027-01-01 (escalator), 2,400.00 to 2,476.80; rounded once per step (default)",
        )
        simple = replace(charge, escalators=(Escalator(Decimal("3.2"), is_compounding=False, rounding="from_base"),))
        assert charges_until(simple, UNTIL)[2].derivation[1] == (
            "uplift of 3.2 % on 2028-01-01 (escalator), 2,400.00 to 2,553.60, of the price agreed last; "
            "from the price agreed last"
        )
        units = per_unit("10", "3", escalators=(Escalator(Decimal(10)),), **YEAR)
        assert "10.00 to 11.00" in charges_until(units, UNTIL)[1].derivation[1]

    def test_an_index_is_explained_with_its_values(self) -> None:
        values = ((date(2025, 10, 1), Decimal("131.2")), (date(2026, 10, 1), Decimal("134.9")))
        clause = IndexClause(
            "CPI", date(2025, 10, 1), values, 3, Decimal(80), Decimal("0.5"), cap=Decimal(5), floor=Decimal(0)
        )
        charge = flat("1000", end=date(2028, 1, 1), escalators=(Escalator(index=clause),), **YEAR)
        # 134.9 / 131.2 - 1 = 2.8201… %; 80 % of it is 2.2560… %, and 0.5 more 2.7560… %: 1,027.56
        assert charges_until(charge, date(2027, 1, 1))[1].derivation[1:] == (
            "uplift of 2.7560… % on 2027-01-01 (escalator), 1,000.00 to 1,027.56; rounded once per step (default)",
            ("CPI: 134.9 (2026-10) over 131.2 (2025-10) is 2.8201… %, 80 % of it, plus 0.5, at most 5 %, at least 0 %"),
        )

    def test_an_uplift_that_is_not_known_leaves_its_change_of_a_billed_period_open(self) -> None:
        # The index of July 2026 is not given: what July adds to the year billed in January is open, and so is 2027.
        clause = IndexClause("CPI", date(2025, 7, 1), ((date(2025, 7, 1), Decimal(100)),))
        charge = flat("1200", escalators=(Escalator(index=clause, every_months=6),), **YEAR)
        rows = charges_until(charge, date(2027, 1, 1))[:3]
        assert [(str(row.first_day), str(row.due_on), row.is_change, row.amount) for row in rows] == [
            ("2026-01-01", "2026-01-01", False, Decimal(1200)),
            ("2027-01-01", "2027-01-01", False, None),
            ("2026-07-01", "2027-01-01", True, None),
        ]
        assert rows[2].derivation == ("the value of CPI for 2026-07 is not given",)


class TestAmendments:
    def test_units_are_added_and_taken_away_but_never_below_none(self) -> None:
        changes = (
            Amendment(date(2026, 2, 1), added=Decimal(3)),
            Amendment(date(2026, 3, 1), added=Decimal(-10)),
            Amendment(date(2026, 4, 1), added=Decimal(2)),
        )
        assert amounts(per_unit("10", "5", amendments=changes), date(2026, 4, 1))[:4] == [
            "50.00",
            "80.00",
            "0.00",
            "20.00",
        ]

    def test_another_plan_brings_its_own_quantity_or_keeps_it(self) -> None:
        flat_plan: Price = FlatPrice(Decimal(77))
        back: Price = UnitPrice(Decimal(4))
        changes = (
            Amendment(date(2026, 2, 1), price=flat_plan),
            Amendment(date(2026, 3, 1), price=back, quantity=Decimal(6)),
        )
        assert amounts(per_unit("10", "5", amendments=changes), date(2026, 3, 1))[:3] == ["50.00", "77.00", "24.00"]

    def test_a_pause_within_one_month_in_arrears(self) -> None:
        changes = (Amendment(date(2026, 1, 11), change="pause"), Amendment(date(2026, 1, 21), change="resume"))
        charge = flat("310", timing="in_arrears", amendments=changes)
        assert amounts(charge, date(2026, 2, 1))[0] == "210.00"  # 21 of 31 days
        lines = charges_until(charge, date(2026, 2, 1))[0].derivation
        assert lines[1] == "0.00 × 10/31 days (2026-01-11 to 2026-01-20) = 0.00"
        assert "nothing due since 2026-01-11 (paused or cancelled)" in lines

    def test_a_cancellation_in_arrears_ends_the_period_and_is_due_then(self) -> None:
        charge = flat("310", timing="in_arrears", amendments=(Amendment(date(2026, 2, 15), change="cancel"),))
        assert figures(charge, date(2026, 12, 31)) == [
            ("2026-01-01", "2026-01-31", "2026-02-01", "310.00"),
            ("2026-02-01", "2026-02-14", "2026-02-15", "155.00"),
        ]

    def test_the_day_of_a_cancellation_may_be_billed(self) -> None:
        cancel = (Amendment(date(2026, 2, 14), change="cancel"),)
        charge = flat("280", timing="in_arrears", amendments=cancel, cancel_day_billed=True)
        assert figures(charge, date(2026, 12, 31))[-1] == ("2026-02-01", "2026-02-14", "2026-02-15", "140.00")

    def test_a_cancellation_may_wait_for_the_end_of_the_period(self) -> None:
        cancel = Amendment(date(2026, 2, 15), change="cancel", applies="next_period")
        assert amounts(flat("310", amendments=(cancel,)), date(2026, 12, 31)) == ["310.00", "310.00"]

    def test_a_cancellation_agreed_late_gives_back_whole_periods(self) -> None:
        cancel = Amendment(date(2026, 2, 1), change="cancel", agreed_on=date(2026, 3, 10))
        assert figures(flat("310", amendments=(cancel,)), date(2026, 12, 31)) == [
            ("2026-01-01", "2026-01-31", "2026-01-01", "310.00"),
            ("2026-02-01", "2026-02-28", "2026-02-01", "310.00"),
            ("2026-03-01", "2026-03-31", "2026-03-01", "310.00"),
            ("2026-02-01", "2026-02-28", "2026-03-10", "-310.00 change"),
            ("2026-03-01", "2026-03-31", "2026-04-01", "-310.00 change"),
        ]

    def test_an_agreement_of_one_day_for_several_periods_says_so(self) -> None:
        late = Amendment(date(2026, 1, 16), price=FlatPrice(Decimal(620)), agreed_on=date(2026, 2, 10))
        rows = charges_until(flat("310", amendments=(late,)), date(2026, 3, 1))
        changes = [row for row in rows if row.is_change]
        assert [(str(row.first_day), str(row.due_on), str(row.amount)) for row in changes] == [
            ("2026-01-16", "2026-03-01", "160.00"),  # 310.00 more for 16 of 31 days
            ("2026-02-01", "2026-03-01", "310.00"),
        ]
        assert changes[0].derivation[-1] == (
            "change on 2026-01-16, agreed on 2026-02-10, inside a period already due; "
            "billed with the next invoice (default: next_invoice)"
        )


class TestReductions:
    def test_percentages_come_before_amounts_whatever_their_order(self) -> None:
        off, percent = Discount(amount=Decimal(10)), Discount(Decimal(50))
        for discounts in ((off, percent), (percent, off)):
            assert amounts(flat("100", discounts=discounts), date(2026, 1, 1))[0] == "40.00"

    def test_an_amount_is_never_more_than_what_is_left(self) -> None:
        assert amounts(flat("100", discounts=(Discount(amount=Decimal(101)),)), date(2026, 1, 1))[0] == "0.00"

    def test_part_of_a_period_takes_its_part_of_an_amount(self) -> None:
        charge = flat("310", end=date(2026, 1, 16), discounts=(Discount(amount=Decimal(31)),))
        assert amounts(charge, date(2026, 1, 1)) == ["135.00"]  # (310 - 31) x 15/31
        assert charges_until(charge, date(2026, 1, 1))[0].derivation[:2] == (
            "(310.00 less 31.00, at least 0) × 15/31 days (2026-01-01 to 2026-01-15) = 135.00",
            "discount of 31.00 for each full period",
        )

    def test_an_amount_off_is_for_a_period_also_where_the_price_is_for_a_year(self) -> None:
        charge = flat("1200", amount_per=Cadence("year"), discounts=(Discount(amount=Decimal(10)),))
        assert amounts(charge, date(2026, 1, 1))[0] == "90.00"
        assert "(1,200.00 × 1/12 less 10.00, at least 0)" in charges_until(charge, date(2026, 1, 1))[0].derivation[0]

    def test_a_number_of_periods_begins_with_the_one_that_holds_its_first_day(self) -> None:
        charge = flat("310", discounts=(Discount(amount=Decimal(31), start=date(2026, 1, 16), periods=2),))
        # January: 31.00 x 16/31 = 16.00 off; February 31.00 off; March nothing
        assert amounts(charge, date(2026, 3, 1))[:3] == ["294.00", "279.00", "310.00"]

    def test_days_of_a_discount_may_move_to_beginnings_of_periods(self) -> None:
        moved = Discount(Decimal(10), date(2026, 1, 16), date(2026, 3, 2), applies="next_period")
        assert amounts(flat("100", discounts=(moved,)), date(2026, 4, 1))[:4] == ["100.00", "90.00", "90.00", "100.00"]

    def test_free_periods_count_a_short_first_one(self) -> None:
        free = Discount(Decimal(100), periods=2, is_free=True)
        charge = flat("100", start=date(2026, 1, 20), anchor_day=1, discounts=(free,))
        assert amounts(charge, date(2026, 3, 1))[:3] == ["0.00", "0.00", "100.00"]
        assert "free periods: the first 2" in charges_until(charge, date(2026, 3, 1))[0].derivation


class TestBounds:
    @pytest.mark.parametrize(("price", "expected"), [("99.99", "100.00"), ("150", "150.00"), ("200.01", "200.00")])
    def test_a_period_is_held_between_minimum_and_maximum(self, price: str, expected: str) -> None:
        charge = flat(price, minimum=Decimal(100), maximum=Decimal(200))
        assert amounts(charge, date(2026, 1, 1))[0] == expected

    def test_both_are_reduced_by_days(self) -> None:
        charge = flat("31", end=date(2026, 1, 11), minimum=Decimal(310))
        assert amounts(charge, date(2026, 1, 1)) == ["100.00"]  # 310.00 x 10/31
        assert charges_until(charge, date(2026, 1, 1))[0].derivation[:3] == (
            "31.00 × 10/31 days (2026-01-01 to 2026-01-10) = 10.00",
            "minimum of 310.00 for its days = 100.00",
            "10.00, raised to the minimum for its days of 100.00",
        )

    @pytest.mark.parametrize(
        ("price", "bounds", "line"),
        [
            ("191.25", {"minimum": "340"}, "191.25, raised to the minimum of 340.00"),
            ("340", {"minimum": "340"}, "340.00 is not below the minimum"),
            ("425", {"maximum": "340"}, "425.00, cut to the maximum of 340.00"),
            ("191.25", {"maximum": "340"}, "191.25 is not above the maximum"),
            ("191.25", {"minimum": "100", "maximum": "340"}, "191.25 lies between minimum and maximum"),
        ],
    )
    def test_the_derivation_says_what_became_of_the_sum(self, price: str, bounds: dict[str, str], line: str) -> None:
        charge = flat(price, **{name: Decimal(bound) for name, bound in bounds.items()})
        assert line in charges_until(charge, date(2026, 1, 1))[0].derivation

    def test_discounts_come_first_and_free_or_paused_days_have_no_minimum(self) -> None:
        terms: dict[str, Any] = {"minimum": Decimal(80), "timing": "in_arrears"}
        off = flat("100", discounts=(Discount(Decimal(50), end=date(2026, 2, 1)),), **terms)
        assert amounts(off, date(2026, 2, 1))[0] == "80.00"
        free = flat("100", discounts=(Discount(Decimal(100), periods=1, is_free=True),), **terms)
        assert amounts(free, date(2026, 2, 1))[0] == "0.00"
        paused = flat(
            "31", minimum=Decimal(310), timing="in_arrears", amendments=(Amendment(date(2026, 1, 11), change="pause"),)
        )
        assert amounts(paused, date(2026, 2, 1))[0] == "100.00"

    def test_a_change_is_the_difference_of_what_the_whole_period_comes_to(self) -> None:
        # 5 seats come to 50.00, raised to 100.00; 12 from the 16th to 50 x 15/31 + 120 x 16/31 = 86.13, still below.
        few = per_unit("10", "5", minimum=Decimal(100), amendments=(Amendment(date(2026, 1, 16), Decimal(12)),))
        assert [row for row in figures(few, date(2026, 2, 1)) if "change" in row[3]] == []
        # 36 seats: 50 x 15/31 + 360 x 16/31 = 210.0 (24.1935… + 185.8064…), 110.00 more than the 100.00 that were due.
        many = per_unit("10", "5", minimum=Decimal(100), amendments=(Amendment(date(2026, 1, 16), Decimal(36)),))
        change = next(row for row in charges_until(many, date(2026, 2, 1)) if row.is_change)
        assert change.amount == Decimal("110.00")
        assert "the period comes to 210.00, before to 100.00: 110.00" in change.derivation


class TestProperties:
    @pytest.mark.parametrize("years", [4, -4, 28])
    def test_a_shift_by_four_years_changes_no_amount(self, years: int) -> None:
        """From 1901 to 2099 four years always have 1,461 days and the same months; their days of the week are others.

        So the one exception is what goes by days of the week: weeks counted from Monday, which come round after 28.
        """
        random = Random("shifted")
        weeks = indices = 0
        for _ in range(120):
            charge = random_changing_charge(random)
            if goes_by_weekdays(charge) and years % 28:
                weeks += 1
                continue
            indices += any(escalator.index for escalator in charge.escalators)
            here, there = (row_amounts(each) for each in (charge, shifted(charge, years)))
            assert here == there, charge
        assert weeks < 10
        assert indices > 10

    @pytest.mark.parametrize("years", [4, -4, 28])
    def test_a_shift_by_four_years_changes_no_metered_amount(self, years: int) -> None:
        random = Random("shifted usage")
        known = 0
        for _ in range(60):
            charge = random_metered(random)
            here, there = (known_amounts(each) for each in (charge, shifted(charge, years)))
            assert here == there, charge
            known += sum(amount is not None for amount in here)
        assert known > 150

    def test_weeks_from_monday_are_others_four_years_later(self) -> None:
        """2026-01-01 is a Thursday, and begins with 4/7 of a week; 2030-01-01 is a Tuesday: 6/7. 2054 is like 2026."""
        weekly = flat("70", every=Cadence("week"), align="calendar")
        assert [row_amounts(each)[:2] for each in (weekly, shifted(weekly, 4), shifted(weekly, 28))] == [
            (4_000, 7_000),
            (6_000, 7_000),
            (4_000, 7_000),
        ]

    def test_a_higher_percent_never_costs_less(self) -> None:
        for low, high in (("0", "1"), ("3", "3.01"), ("10", "50")):
            one, other = (raised("1234.56", percent) for percent in (low, high))
            assert all(Decimal(a) <= Decimal(b) for a, b in zip(one, other, strict=True))

    def test_an_uplift_is_a_price_step_of_the_same_day(self) -> None:
        start = date(2026, 1, 16)
        by_rule = flat("310", start=start, anchor_day=1, escalators=(Escalator(Decimal(10)),), end=date(2027, 12, 1))
        step = PriceStep(date(2027, 1, 16), FlatPrice(Decimal(341)))
        by_step = flat("310", start=start, anchor_day=1, price_steps=(step,), end=date(2027, 12, 1))
        assert figures(by_rule, UNTIL) == figures(by_step, UNTIL)

    def test_prices_scale_with_their_minimum_and_amounts_off(self) -> None:
        def charge(factor: int) -> Charge:
            return flat(
                str(100 * factor),
                minimum=Decimal(90 * factor),
                discounts=(Discount(amount=Decimal(15 * factor), periods=2),),
            )

        once, tenfold = (amounts(charge(factor), date(2026, 3, 1)) for factor in (1, 10))
        assert [Decimal(each) * 10 for each in once] == [Decimal(each) for each in tenfold]


def row_amounts(charge: Charge) -> tuple[int, ...]:
    return make_schedule(contract_of(charge), charge, charge.start + timedelta(days=500)).amounts


def known_amounts(charge: Charge) -> list[int | None]:
    schedule = make_schedule(contract_of(charge), charge, charge.start + timedelta(days=500))
    return [None if index in schedule.unknowns else amount for index, amount in enumerate(schedule.amounts)]


def goes_by_weekdays(charge: Charge) -> bool:
    return charge.align == "calendar" and charge.every is not None and bool(charge.every.fixed_days)


def shifted(charge: Charge, years: int) -> Charge:
    """The charge with every day and month so many years later."""

    def later(day: date | None) -> date | None:
        return None if day is None else day.replace(year=day.year + years)

    def move(item: Any, *names: str) -> Any:
        return replace(item, **{name: later(getattr(item, name)) for name in names})

    escalators = []
    for escalator in charge.escalators:
        notice = escalator.notice
        if notice is not None:
            notice = replace(notice, given_on=tuple(day.replace(year=day.year + years) for day in notice.given_on))
        index = escalator.index
        if index is not None:
            values = tuple((month.replace(year=month.year + years), value) for month, value in index.values)
            index = replace(move(index, "base_month"), values=values)
        escalators.append(replace(move(escalator, "first_on"), notice=notice, index=index))
    metering = charge.metering
    if metering is not None:
        metering = replace(metering, rows=tuple(move(row, "first_day", "end") for row in metering.rows))
    moved: Charge = move(charge, "start", "end", "on")
    return replace(
        moved,
        price_steps=tuple(move(step, "on") for step in charge.price_steps),
        amendments=tuple(move(each, "on", "agreed_on") for each in charge.amendments),
        discounts=tuple(move(each, "start", "end") for each in charge.discounts),
        escalators=tuple(escalators),
        metering=metering,
    )


def test_every_change_cuts_the_days_whenever_it_became_known() -> None:
    """Why the parts of a period are cut alike for any two days of knowledge, and need no cuts of each other's."""
    random = Random("cuts")
    changes = late = 0
    for _ in range(400):
        charge = replace(random_changing_charge(random), metering=None)
        if charge.every is None:
            continue
        schedule = make_schedule(contract_of(charge), charge, charge.start + timedelta(days=500))
        grid = make_grid(
            charge.start.toordinal(), None if charge.end is None else charge.end.toordinal(), charge.every,
            charge.wanted_day, charge.timing or "in_advance", charge.invoice_day, schedule.due_days[-1],
            is_calendar=charge.align == "calendar", full_period=charge.proration.full_period,
        )  # fmt: skip
        timeline = make_timeline(charge, grid)
        assert {point.first_day for point in timeline.changes} <= set(timeline.cuts)
        changes += len(timeline.changes)
        late += sum(point.known_day > point.first_day for point in timeline.changes)
    assert changes > 300
    assert late > 20
