"""What is due, when, and how much: the arithmetic by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from billcheck.contracts.prices import FlatPrice, PercentagePrice, PercentTier, UnitPrice
from billcheck.contracts.terms import Amendment, Charge, Contract, Discount, PriceStep, TaxStep
from billcheck.contracts.uplifts import Escalator, IndexClause
from billcheck.errors import InternalError, UsageError
from billcheck.period import Cadence
from billcheck.pricing.schedule import Schedule, expected_charges, make_schedule
from tests.pricing.random_charges import contract_of
from tests.pricing.samples import charges_until, figures, flat, one_off, per_unit


def due_days(charge: Charge, until: date) -> list[str]:
    return [row[2] for row in figures(charge, until)]


class TestDueDays:
    def test_in_advance_is_due_on_the_first_day(self) -> None:
        assert figures(flat("100"), date(2026, 2, 1)) == [
            ("2026-01-01", "2026-01-31", "2026-01-01", "100.00"),
            ("2026-02-01", "2026-02-28", "2026-02-01", "100.00"),
            ("2026-03-01", "2026-03-31", "2026-03-01", "100.00"),
        ]

    def test_in_arrears_is_due_on_the_day_after(self) -> None:
        assert figures(flat("100", timing="in_arrears"), date(2026, 2, 1)) == [
            ("2026-01-01", "2026-01-31", "2026-02-01", "100.00"),
            ("2026-02-01", "2026-02-28", "2026-03-01", "100.00"),
        ]

    def test_period_end_is_the_last_day_itself(self) -> None:
        charge = flat("2400", timing="in_arrears", invoice_day="period_end")
        assert due_days(charge, date(2026, 2, 28)) == ["2026-01-31", "2026-02-28", "2026-03-31"]

    def test_period_start_is_the_first_day(self) -> None:
        assert due_days(flat("1", invoice_day="period_start"), date(2026, 1, 31)) == ["2026-01-01", "2026-02-01"]

    @pytest.mark.parametrize(
        ("timing", "invoice_day", "due"),
        [
            ("in_advance", 1, ["2026-01-01", "2026-02-01"]),
            ("in_advance", 15, ["2026-01-15", "2026-02-15"]),
            ("in_arrears", 15, ["2026-02-15", "2026-03-15"]),
            ("in_arrears", 1, ["2026-02-01", "2026-03-01"]),
            ("in_advance", 31, ["2026-01-31", "2026-02-28"]),
        ],
    )
    def test_a_day_of_the_month_is_the_first_on_or_after_the_due_day(
        self, timing: str, invoice_day: int, due: list[str]
    ) -> None:
        assert due_days(flat("1", timing=timing, invoice_day=invoice_day), date(2026, 3, 15))[:2] == due

    def test_the_day_comes_in_the_next_month_where_this_one_has_passed_it(self) -> None:
        charge = flat("1", start=date(2026, 1, 20), timing="in_advance", invoice_day=5)
        assert due_days(charge, date(2026, 1, 20)) == ["2026-02-05"]

    def test_a_first_stub_is_due_on_its_own_first_day(self) -> None:
        charge = flat("310", start=date(2026, 1, 20), anchor_day=1)
        assert figures(charge, date(2026, 1, 31)) == [
            ("2026-01-20", "2026-01-31", "2026-01-20", "120.00"),  # 310 × 12/31
            ("2026-02-01", "2026-02-28", "2026-02-01", "310.00"),
        ]

    def test_a_last_stub_in_arrears_is_due_on_the_day_after_it(self) -> None:
        charge = flat("310", timing="in_arrears", end=date(2026, 1, 11))
        assert figures(charge, date(2026, 6, 1)) == [("2026-01-01", "2026-01-10", "2026-01-11", "100.00")]

    def test_only_the_first_row_after_the_horizon_is_laid_out(self) -> None:
        assert due_days(flat("1"), date(2025, 1, 1)) == ["2026-01-01"]
        assert due_days(flat("1", end=date(2026, 3, 1)), date(2030, 1, 1)) == ["2026-01-01", "2026-02-01"]


class TestBoundaries:
    def test_the_31st_stays_the_31st(self) -> None:
        charge = flat("100", start=date(2026, 1, 31))
        assert [row[0] for row in figures(charge, date(2026, 5, 1))] == [
            "2026-01-31",
            "2026-02-28",
            "2026-03-31",
            "2026-04-30",
            "2026-05-31",
        ]
        assert {row[3] for row in figures(charge, date(2026, 5, 1))} == {"100.00"}

    def test_an_anchor_on_the_last_day_meets_the_end_of_a_shorter_month(self) -> None:
        charge = flat("100", start=date(2026, 4, 30), anchor_day=31)
        assert [row[:2] for row in figures(charge, date(2026, 5, 1))] == [
            ("2026-04-30", "2026-05-30"),
            ("2026-05-31", "2026-06-29"),
        ]

    def test_the_28th_of_february_is_not_the_end_of_every_month(self) -> None:
        charge = flat("1", start=date(2026, 2, 28))
        assert due_days(charge, date(2026, 4, 1))[1:] == ["2026-03-28", "2026-04-28"]

    def test_29_february_comes_back_in_leap_years(self) -> None:
        charge = flat("1", start=date(2024, 2, 29), every=Cadence("year"))
        assert due_days(charge, date(2028, 1, 1)) == [
            "2024-02-29",
            "2025-02-28",
            "2026-02-28",
            "2027-02-28",
            "2028-02-29",
        ]

    def test_quarters_keep_the_start_month(self) -> None:
        charge = flat("91", start=date(2026, 2, 1), every=Cadence("quarter"), anchor_day=13)
        assert figures(charge, date(2026, 5, 12))[:2] == [
            ("2026-02-01", "2026-02-12", "2026-02-01", "11.87"),  # 91 × 12 / (2025-11-13 to 2026-02-12: 92 days)
            ("2026-02-13", "2026-05-12", "2026-02-13", "91.00"),
        ]

    def test_years_keep_the_start_month_too(self) -> None:
        charge = flat("365", start=date(2026, 4, 15), every=Cadence("year"), anchor_day=1)
        assert figures(charge, date(2027, 4, 1))[:2] == [
            ("2026-04-15", "2027-03-31", "2026-04-15", "351.00"),  # 365 × 351/365
            ("2027-04-01", "2028-03-31", "2027-04-01", "365.00"),
        ]

    def test_half_years(self) -> None:
        charge = flat("1", every=Cadence("half_year"), timing="in_arrears")
        assert due_days(charge, date(2027, 1, 1)) == ["2026-07-01", "2027-01-01", "2027-07-01"]

    def test_an_end_is_not_billed(self) -> None:
        charge = flat("310", end=date(2026, 3, 11))
        assert figures(charge, date(2027, 1, 1))[-1] == ("2026-03-01", "2026-03-10", "2026-03-01", "100.00")

    def test_a_term_inside_one_period_is_prorated_by_that_period(self) -> None:
        charge = flat("310", start=date(2026, 1, 5), end=date(2026, 1, 15), anchor_day=1)
        assert figures(charge, date(2027, 1, 1)) == [("2026-01-05", "2026-01-14", "2026-01-05", "100.00")]


class TestAmounts:
    def test_a_half_cent_goes_up_once(self) -> None:
        # 3 × 0.335 = 1.005
        assert figures(per_unit("0.335", "3"), date(2025, 1, 1))[0][3] == "1.01"

    def test_prices_may_have_more_decimals_than_the_currency(self) -> None:
        # 1003 × 0.0375 = 37.6125
        assert figures(per_unit("0.0375", "1003"), date(2025, 1, 1))[0][3] == "37.61"

    @pytest.mark.parametrize(("currency", "amount"), [("JPY", "124"), ("EUR", "123.50"), ("KWD", "123.500")])
    def test_rounding_follows_the_currency(self, currency: str, amount: str) -> None:
        assert figures(flat("123.5"), date(2025, 1, 1), currency)[0][3] == amount

    def test_a_stub_by_actual_days(self) -> None:
        charge = flat("2400", start=date(2026, 5, 1), end=date(2026, 5, 16))
        # 2,400.00 × 15/31 = 1,161.2903…
        assert figures(charge, date(2027, 1, 1))[0][3] == "1161.29"

    def test_the_parts_of_a_year_make_up_the_year(self) -> None:
        """10,000.00 × n/12 rounded, less what came before: 833.33, 1,666.67, 2,500.00, ..."""
        terms = {"amount_per": Cadence("year"), "remainder": "cumulative"}
        charge = flat("10000", **terms)
        found = [Decimal(row[3]) for row in figures(charge, date(2026, 12, 1))][:12]
        assert [str(amount) for amount in found[:3]] == ["833.33", "833.34", "833.33"]
        assert sum(found) == 10000
        alone = [Decimal(row[3]) for row in figures(flat("10000", amount_per=Cadence("year")), date(2026, 12, 1))][:12]
        assert sum(alone) == Decimal("9999.96")

    def test_after_a_period_that_is_not_known_no_sum_is(self) -> None:
        """July's uplift lacks its value; the price of October is known again, the sum with it is not."""
        clause = IndexClause("CPI", date(2025, 7, 1), ((date(2025, 7, 1), Decimal(100)),))
        step = PriceStep(date(2026, 10, 1), FlatPrice(Decimal(200)))
        terms = {"escalators": (Escalator(index=clause, every_months=6),), "price_steps": (step,)}
        alone = flat("100", end=date(2026, 12, 1), **terms)
        summed = replace(alone, remainder="cumulative")
        by_row, by_sum = (make_schedule(contract_of(each), each, date(2026, 12, 1)) for each in (alone, summed))
        assert sorted(by_row.unknowns) == [6, 7, 8]
        assert sorted(by_sum.unknowns) == [6, 7, 8, 9, 10]
        assert by_sum.charge_at(10).derivation == (
            "a period before it is not known, and its amount is the rest of a rounded sum",
        )
        assert by_sum.charge_at(10).amount is None

    def test_the_sum_before_is_named(self) -> None:
        charge = flat("10000", amount_per=Cadence("year"), remainder="cumulative")
        second = charges_until(charge, date(2026, 2, 1))[1]
        assert second.derivation == (
            "10,000.00 per year × 1/12 (2026-02-01 to 2026-02-28) = 833.333333…",
            ("1,666.666666… up to this period rounded half-up, less 833.33 before it = 833.34 (rounding: cumulative)"),
        )

    def test_a_period_takes_the_tax_of_its_last_day(self) -> None:
        """From 1 July 16 %: the month from 15 June is completed in July, and takes that."""
        charge = flat("100", start=date(2026, 5, 15), timing="in_arrears")
        steps = (TaxStep(date(2026, 7, 1), Decimal(16)),)
        contract = replace(contract_of(charge), tax_percent=Decimal(19), tax_steps=steps)
        schedule = make_schedule(contract, charge, date(2026, 8, 1))
        percents = [schedule.charge_at(index).tax_percent for index in range(len(schedule))]
        assert percents == [Decimal(19), Decimal(16), Decimal(16)]

    def test_a_milestone_is_due_on_its_acceptance_and_not_before(self) -> None:
        """30 % of 50,000.00 is 15,000.00, on the day it was accepted."""
        share = PercentagePrice((PercentTier(Decimal(30)),))
        milestone = Charge("Go-live", "milestone", date(2026, 1, 1), share, quantity=Decimal(50000))
        assert figures(milestone, date(2030, 1, 1)) == []
        accepted = replace(milestone, on=date(2026, 3, 31))
        assert figures(accepted, date(2026, 1, 1)) == [("2026-03-31", "2026-03-31", "2026-03-31", "15000.00")]
        (expected,) = charges_until(accepted, date(2026, 4, 1))
        assert expected.derivation == ("30 % of 50,000.00 once (2026-03-31) = 15,000.00", "due on its acceptance")
        assert expected.quantity == Decimal(50000)

    def test_one_off_is_due_on_its_day_and_never_prorated(self) -> None:
        assert figures(one_off("900", date(2026, 2, 10)), date(2026, 3, 1)) == [
            ("2026-02-10", "2026-02-10", "2026-02-10", "900.00")
        ]

    def test_one_off_takes_the_discounts_of_its_day(self) -> None:
        given = one_off("900", date(2026, 2, 10), discounts=(Discount(Decimal(10), end=date(2026, 2, 11)),))
        expired = one_off("900", date(2026, 2, 10), discounts=(Discount(Decimal(10), end=date(2026, 2, 10)),))
        assert figures(given, date(2026, 3, 1))[0][3] == "810.00"
        assert figures(expired, date(2026, 3, 1))[0][3] == "900.00"


class TestDiscounts:
    def test_one_off_has_no_next_period_to_wait_for(self) -> None:
        step = PriceStep(date(2026, 2, 1), FlatPrice(Decimal(120)), applies="next_period")
        charge = one_off("100", date(2026, 2, 10), price_steps=(step,))
        assert figures(charge, date(2026, 3, 1)) == [("2026-02-10", "2026-02-10", "2026-02-10", "120.00")]

    def test_percents_compound(self) -> None:
        charge = flat("100", discounts=(Discount(Decimal(10)), Discount(Decimal(10))))
        assert figures(charge, date(2025, 1, 1))[0][3] == "81.00"  # 100 × 0.9 × 0.9

    def test_an_end_inside_a_period_due_in_advance_is_known_beforehand(self) -> None:
        charge = flat("310", discounts=(Discount(Decimal(10), end=date(2026, 1, 11)),))
        # 10 days at 9.00 and 21 days at 10.00
        assert figures(charge, date(2026, 1, 1)) == [
            ("2026-01-01", "2026-01-31", "2026-01-01", "300.00"),
            ("2026-02-01", "2026-02-28", "2026-02-01", "310.00"),
        ]

    def test_a_start_inside_a_period(self) -> None:
        charge = flat("310", timing="in_arrears", discounts=(Discount(Decimal(50), start=date(2026, 1, 30)),))
        assert figures(charge, date(2026, 2, 1))[0][3] == "300.00"  # 29 × 10 + 2 × 5

    def test_more_than_everything_is_nothing(self) -> None:
        assert figures(flat("100", discounts=(Discount(Decimal(150)),)), date(2025, 1, 1))[0][3] == "0.00"

    def test_a_free_period_still_has_its_row(self) -> None:
        charge = flat("100", discounts=(Discount(Decimal(100), end=date(2026, 2, 1)),))
        assert [row[3] for row in figures(charge, date(2026, 1, 31))] == ["0.00", "100.00"]


class TestChanges:
    def test_a_step_on_a_boundary_is_a_new_price_and_no_more(self) -> None:
        charge = flat("100", price_steps=(PriceStep(date(2026, 2, 1), price=FlatPrice(Decimal(110))),))
        assert [row[3] for row in figures(charge, date(2026, 2, 1))] == ["100.00", "110.00", "110.00"]

    def test_in_arrears_a_step_cuts_the_period(self) -> None:
        charge = flat(
            "310", timing="in_arrears", price_steps=(PriceStep(date(2026, 1, 16), price=FlatPrice(Decimal(620))),)
        )
        # 15 × 10 + 16 × 20
        assert figures(charge, date(2026, 2, 1))[0][3] == "470.00"

    def test_in_advance_a_step_comes_with_the_next_invoice(self) -> None:
        charge = flat("310", price_steps=(PriceStep(date(2026, 1, 16), price=FlatPrice(Decimal(620))),))
        assert figures(charge, date(2026, 2, 1)) == [
            ("2026-01-01", "2026-01-31", "2026-01-01", "310.00"),
            ("2026-02-01", "2026-02-28", "2026-02-01", "620.00"),
            ("2026-01-16", "2026-01-31", "2026-02-01", "160.00 change"),  # (620 − 310) × 16/31
            ("2026-03-01", "2026-03-31", "2026-03-01", "620.00"),
        ]

    def test_a_lower_price_comes_back(self) -> None:
        charge = flat("620", price_steps=(PriceStep(date(2026, 1, 16), price=FlatPrice(Decimal(310))),))
        assert figures(charge, date(2026, 2, 1))[2][3] == "-160.00 change"

    def test_an_immediate_amendment_is_due_on_its_day(self) -> None:
        amendment = Amendment(date(2026, 1, 16), quantity=Decimal(14), change_billing="immediate")
        charge = per_unit("31.00", "10", amendments=(amendment,))
        assert figures(charge, date(2026, 1, 31)) == [
            ("2026-01-01", "2026-01-31", "2026-01-01", "310.00"),
            ("2026-01-16", "2026-01-31", "2026-01-16", "64.00 change"),  # 4 × 31 × 16/31
            ("2026-02-01", "2026-02-28", "2026-02-01", "434.00"),
        ]

    def test_without_a_next_invoice_a_change_is_due_on_the_day_after_the_period(self) -> None:
        charge = flat(
            "310", end=date(2026, 2, 1), amendments=(Amendment(date(2026, 1, 16), price=FlatPrice(Decimal(620))),)
        )
        assert figures(charge, date(2026, 6, 1))[1] == ("2026-01-16", "2026-01-31", "2026-02-01", "160.00 change")

    def test_a_change_known_on_a_later_invoice_day_cuts_the_regular_row(self) -> None:
        charge = flat("310", invoice_day=20, price_steps=(PriceStep(date(2026, 1, 20), price=FlatPrice(Decimal(620))),))
        # 19 × 10 + 12 × 20: the invoice of the 20th knows the price of the 20th
        assert figures(charge, date(2026, 1, 20))[0] == ("2026-01-01", "2026-01-31", "2026-01-20", "430.00")

    def test_two_changes_on_one_invoice_share_the_period(self) -> None:
        steps = (
            PriceStep(date(2026, 1, 11), price=FlatPrice(Decimal(620))),
            PriceStep(date(2026, 1, 21), price=FlatPrice(Decimal(930))),
        )
        assert figures(flat("310", price_steps=steps), date(2026, 2, 1))[2:4] == [
            ("2026-01-11", "2026-01-20", "2026-02-01", "100.00 change"),  # 10 days × 10 more
            ("2026-01-21", "2026-01-31", "2026-02-01", "220.00 change"),  # 11 days × 20 more
        ]

    def test_an_immediate_change_knows_nothing_of_the_next(self) -> None:
        charge = flat(
            "310",
            amendments=(
                Amendment(date(2026, 1, 11), price=FlatPrice(Decimal(620)), change_billing="immediate"),
                Amendment(date(2026, 1, 21), price=FlatPrice(Decimal(930)), change_billing="immediate"),
            ),
        )
        assert figures(charge, date(2026, 1, 31))[1:3] == [
            ("2026-01-11", "2026-01-31", "2026-01-11", "210.00 change"),  # 21 days × 10 more than was due
            ("2026-01-21", "2026-01-31", "2026-01-21", "110.00 change"),  # 11 days × 10 more again
        ]

    def test_a_change_to_the_same_price_makes_no_row(self) -> None:
        charge = flat("310", price_steps=(PriceStep(date(2026, 1, 16), price=FlatPrice(Decimal(310))),))
        assert [row[3] for row in figures(charge, date(2026, 2, 1))] == ["310.00", "310.00", "310.00"]

    def test_a_change_is_discounted_like_what_it_changes(self) -> None:
        charge = flat(
            "310",
            discounts=(Discount(Decimal(50)),),
            price_steps=(PriceStep(date(2026, 1, 16), price=FlatPrice(Decimal(620))),),
        )
        assert figures(charge, date(2026, 2, 1))[2][3] == "80.00 change"

    def test_segments_are_summed_before_they_are_rounded(self) -> None:
        # Each third of a cent alone would round away: 0.01 × (10 + 10 + 11)/31 in three segments is one whole cent.
        steps = (
            PriceStep(date(2026, 1, 11), price=FlatPrice(Decimal("0.01"))),
            PriceStep(date(2026, 1, 21), price=FlatPrice(Decimal("0.01"))),
        )
        assert figures(flat("0.01", timing="in_arrears", price_steps=steps), date(2026, 2, 1))[0][3] == "0.01"

    def test_a_step_before_the_start_is_the_first_price(self) -> None:
        charge = flat("100", price_steps=(PriceStep(date(2025, 6, 1), price=FlatPrice(Decimal(110))),))
        assert figures(charge, date(2025, 1, 1))[0][3] == "110.00"

    def test_the_last_price_set_is_in_force_whoever_set_it(self) -> None:
        charge = flat(
            "100",
            price_steps=(
                PriceStep(date(2026, 2, 1), price=FlatPrice(Decimal(110))),
                PriceStep(date(2026, 4, 1), price=FlatPrice(Decimal(130))),
            ),
            amendments=(Amendment(date(2026, 3, 1), price=FlatPrice(Decimal(90))),),
        )
        assert [row[3] for row in figures(charge, date(2026, 3, 31))] == ["100.00", "110.00", "90.00", "130.00"]

    def test_on_one_day_the_amendment_comes_after_the_step(self) -> None:
        day = date(2026, 2, 1)
        charge = flat(
            "100",
            price_steps=(PriceStep(day, price=FlatPrice(Decimal(110))),),
            amendments=(Amendment(day, price=FlatPrice(Decimal(90))),),
        )
        assert figures(charge, date(2026, 1, 31))[1][3] == "90.00"

    def test_an_order_of_writing_changes_nothing(self) -> None:
        steps = (
            PriceStep(date(2026, 1, 11), price=FlatPrice(Decimal(620))),
            PriceStep(date(2026, 1, 21), price=FlatPrice(Decimal(930))),
        )
        one, other = flat("310", price_steps=steps), flat("310", price_steps=steps[::-1])
        assert figures(one, date(2026, 4, 1)) == figures(other, date(2026, 4, 1))


class TestQuantities:
    @pytest.mark.parametrize(
        ("charge", "quantities"),
        [
            (flat("1"), [None, None]),
            (per_unit("1", "2.5"), ["2.5", "2.5"]),
            (
                per_unit("1", "2", timing="in_arrears", amendments=(Amendment(date(2026, 1, 9), Decimal(3)),)),
                [None, "3"],
            ),
        ],
    )
    def test_a_row_names_its_quantity_where_there_is_one(self, charge: Charge, quantities: list[str | None]) -> None:
        found = [expected.quantity for expected in charges_until(charge, date(2026, 2, 1))]
        assert found[:2] == [None if text is None else Decimal(text) for text in quantities]

    def test_a_change_names_the_difference_only_where_nothing_else_changed(self) -> None:
        more = Amendment(date(2026, 1, 9), quantity=Decimal(3))
        dearer = Amendment(date(2026, 1, 9), quantity=Decimal(3), price=UnitPrice(Decimal(7)))
        by_quantity = charges_until(per_unit("1", "2", amendments=(more,)), date(2026, 2, 1))
        by_both = charges_until(per_unit("1", "2", amendments=(dearer,)), date(2026, 2, 1))
        assert [expected.quantity for expected in by_quantity if expected.is_change] == [Decimal(1)]
        assert [expected.quantity for expected in by_both if expected.is_change] == [None]


class TestInterfaces:
    def test_expected_charges_come_by_contract_charge_and_due_day(self) -> None:
        first = Contract("A", "Acme", "EUR", date(2026, 1, 1), (flat("1"), one_off("5", date(2026, 1, 15))))
        second = replace(first, id="B", charges=(flat("2", timing="in_arrears"),), tax_percent=Decimal(21))
        found = list(expected_charges((first, second), date(2026, 2, 1)))
        assert [(each.contract, each.charge, each.due_on.isoformat()) for each in found] == [
            ("A", "Fee", "2026-01-01"),
            ("A", "Fee", "2026-02-01"),
            ("A", "Setup", "2026-01-15"),
            ("B", "Fee", "2026-02-01"),
        ]
        assert [each.tax_percent for each in found] == [None, None, None, Decimal(21)]
        assert found[0].amount == Decimal("1.00")

    def test_columns_are_sorted_and_parallel(self) -> None:
        steps = (PriceStep(date(2026, 1, 16), price=FlatPrice(Decimal(620))),)
        schedule = make_schedule(contract_of(flat("310")), flat("310", price_steps=steps), date(2026, 6, 1))
        keys = list(zip(schedule.due_days, schedule.changes, schedule.first_days, strict=True))
        assert keys == sorted(keys)
        assert len(schedule) == len(schedule.ends) == len(schedule.amounts) == 8

    def test_grids_are_shared_between_charges(self) -> None:
        one, other = flat("1"), flat("2")
        until = date(2026, 6, 1)
        first, second = (make_schedule(contract_of(charge), charge, until) for charge in (one, other))
        assert first.due_days is second.due_days
        assert first.first_days is second.first_days

    def test_there_is_no_row_beyond_the_last(self) -> None:
        with pytest.raises(IndexError):
            make_schedule(contract_of(flat("1")), flat("1"), date(2026, 1, 1)).charge_at(99)

    def test_an_amount_that_its_parts_do_not_make_is_an_internal_error(self) -> None:
        schedule = make_schedule(contract_of(flat("1")), flat("1"), date(2026, 1, 1))
        forged = replace(schedule, amounts=(101, *schedule.amounts[1:]))
        with pytest.raises(InternalError, match="sum of its parts"):
            forged.charge_at(0)

    def test_a_row_of_no_period_is_an_internal_error(self) -> None:
        charge = flat("1")
        stray = Schedule(contract_of(charge), charge, (1,), (2,), (date(2026, 1, 1).toordinal(),), (100,), (False,))
        with pytest.raises(InternalError, match="belongs to a period"):
            stray.charge_at(0)

    def test_a_change_row_that_is_none_is_an_internal_error(self) -> None:
        schedule = make_schedule(contract_of(flat("1")), flat("1"), date(2026, 1, 1))
        forged = replace(schedule, changes=(True, *schedule.changes[1:]))
        with pytest.raises(InternalError, match="belongs to a period"):
            forged.charge_at(0)


class TestIncompleteTerms:
    @pytest.mark.parametrize(
        ("charge", "message"),
        [
            (replace(per_unit("1", "1"), quantity=None), 'charge "Seats" quantity'),
            (replace(flat("1"), every=None), 'charge "Fee" every'),
            (replace(flat("1"), timing=None), 'charge "Fee" timing'),
            (Charge("Setup", "one_off", date(2026, 1, 1), FlatPrice(Decimal(1))), 'charge "Setup" on'),
            (flat("1", start=date(1899, 12, 31)), "years that can be priced"),
            (flat("1", end=date(2201, 1, 1)), "years that can be priced"),
            (flat("1", end=date(2026, 1, 1)), "has no day to price"),
        ],
    )
    def test_a_charge_made_by_hand_is_refused_with_what_it_lacks(self, charge: Charge, message: str) -> None:
        with pytest.raises(UsageError, match=message):
            make_schedule(contract_of(charge), charge, date(2026, 6, 1))

    def test_a_horizon_beyond_all_years_is_refused(self) -> None:
        with pytest.raises(UsageError, match=r"until: .*'9999-12-31'"):
            make_schedule(contract_of(flat("1")), flat("1"), date(9999, 12, 31))

    @pytest.mark.parametrize("term", [{"start": date(1900, 1, 1)}, {"start": date(2199, 12, 31)}])
    def test_the_outermost_years_are_priced(self, term: dict[str, Any]) -> None:
        for cadence in ("month", "quarter", "half_year", "year"):
            charge = flat("100", every=Cadence(cadence), anchor_day=31, invoice_day=31, **term)
            rows = charges_until(charge, date(2199, 12, 31))
            assert all(one.first_day < other.first_day for one, other in pairwise(rows))
