"""Changes at their edges: of one day, of a due day, during a pause, after an uplift; figures and words by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from billcheck.contracts.prices import FlatPrice, UnitPrice
from billcheck.contracts.terms import Amendment, Discount, PriceStep, TaxStep
from billcheck.contracts.uplifts import Escalator
from billcheck.errors import UsageError
from billcheck.period import Cadence
from billcheck.pricing.amendments import discounted
from billcheck.pricing.schedule import Schedule, make_schedule
from tests.pricing.random_charges import contract_of
from tests.pricing.random_usage import UNIT, metered
from tests.pricing.samples import charges_until, figures, flat, one_off, per_unit
from tests.pricing.test_usage import row

D = Decimal
FEBRUARY = date(2026, 2, 1)


def price(amount: str, day: int, **terms: str | date) -> Amendment:
    """Another price from a day of January."""
    return Amendment(date(2026, 1, day), price=FlatPrice(D(amount)), **terms)  # type: ignore[arg-type]  # its own fields


class TestOneDay:
    def test_a_day_with_one_change_billed_at_once_is_billed_at_once(self) -> None:
        # 6 × 12.00 - 5 × 10.00 = 22.00 for 16 of 31 days: 11.3548
        step = PriceStep(date(2026, 1, 16), UnitPrice(D(12)), change_billing="immediate")
        more = Amendment(date(2026, 1, 16), quantity=D(6))
        charge = per_unit("10", "5", price_steps=(step,), amendments=(more,))
        assert figures(charge, date(2026, 1, 31))[1] == ("2026-01-16", "2026-01-31", "2026-01-16", "11.35 change")

    def test_changes_known_on_one_day_keep_their_own_days(self) -> None:
        # 310.00 for 31 days: 5 days of 310.00 more, then 22 days of 620.00 more.
        charge = flat(
            "310",
            amendments=(
                price("620", 5, agreed_on=date(2026, 1, 10), change_billing="immediate"),
                price("930", 10, change_billing="immediate"),
            ),
        )
        assert figures(charge, date(2026, 1, 31))[1:3] == [
            ("2026-01-05", "2026-01-09", "2026-01-10", "50.00 change"),
            ("2026-01-10", "2026-01-31", "2026-01-10", "440.00 change"),
        ]

    def test_a_change_agreed_later_for_the_same_day_takes_the_place_of_the_first(self) -> None:
        # Both are billed on 1 February, when only 930.00 since 10 January counts: 22 days of 620.00 more.
        charge = flat("310", amendments=(price("620", 10), price("930", 10, agreed_on=date(2026, 1, 20))))
        changes = [row for row in figures(charge, FEBRUARY) if row[3].endswith("change")]
        assert changes == [("2026-01-10", "2026-01-31", "2026-02-01", "440.00 change")]


class TestStops:
    def test_a_change_during_a_pause_does_not_end_it(self) -> None:
        charge = per_unit(
            "10",
            "5",
            amendments=(
                Amendment(date(2026, 2, 1), change="pause"),
                Amendment(date(2026, 3, 1), quantity=D(6)),
                Amendment(date(2026, 4, 1), change="resume"),
            ),
        )
        amounts = [row[3] for row in figures(charge, date(2026, 4, 1))][:4]
        assert amounts == ["50.00", "0.00", "0.00", "60.00"]

    def test_a_cancellation_on_a_first_day_ends_with_the_period_before(self) -> None:
        charge = flat("100", amendments=(Amendment(date(2026, 3, 1), change="cancel"),))
        assert [row[1] for row in figures(charge, date(2026, 6, 1))] == ["2026-01-31", "2026-02-28"]

    def test_a_cancellation_on_the_invoice_day_is_known_to_the_invoice(self) -> None:
        # 14 of 28 days
        charge = flat("100", invoice_day=15, amendments=(Amendment(date(2026, 2, 15), change="cancel"),))
        assert figures(charge, date(2026, 6, 1))[1:] == [("2026-02-01", "2026-02-14", "2026-02-15", "50.00")]


class TestReductions:
    def test_the_smallest_amount_that_is_left_is_due(self) -> None:
        charge = flat("10", discounts=(Discount(percent=None, amount=D(9)),))
        assert figures(charge, date(2026, 1, 1), "JPY")[0][3] == "1"
        assert discounted((100, 1), (Discount(percent=None, amount=D(9)),)) == (91, 1)

    def test_a_short_last_period_of_a_reduced_price_costs_its_days(self) -> None:
        # 90.00 × 15/31 = 43.548
        charge = flat("100", end=date(2026, 3, 16), discounts=(Discount(D(10)),))
        assert [row[3] for row in figures(charge, date(2026, 4, 1))] == ["90.00", "90.00", "43.55"]


class TestWords:
    def test_each_uplift_is_explained_from_the_price_before_it(self) -> None:
        charge = flat("1000", every=Cadence("year"), escalators=(Escalator(D(10)),))
        lines = charges_until(charge, date(2028, 1, 1))[2].derivation
        assert any("1,100.00 to 1,210.00" in line for line in lines)

    def test_a_price_agreed_after_an_uplift_is_no_uplift(self) -> None:
        step = PriceStep(date(2028, 1, 1), FlatPrice(D(900)))
        charge = flat("1000", every=Cadence("year"), escalators=(Escalator(D(10)),), price_steps=(step,))
        assert charges_until(charge, date(2028, 1, 1))[2].derivation == (
            "900.00 per year (2028-01-01 to 2028-12-31) = 900.00",
            "price in force since 2028-01-01",
        )

    def test_units_added_are_in_force_since_their_day(self) -> None:
        charge = per_unit("10", "5", amendments=(Amendment(date(2026, 2, 1), added=D(2)),))
        assert charges_until(charge, FEBRUARY)[1].derivation == (
            "7 × 10.00 per month (2026-02-01 to 2026-02-28) = 70.00",
            "quantity in force since 2026-02-01",
        )


class TestSchedules:
    def test_a_rounded_sum_follows_the_decimals_of_its_currency(self) -> None:
        charge = flat("10", every=Cadence("year"), remainder="cumulative", escalators=(Escalator(D("3.33")),))
        assert make_schedule(contract_of(charge, "KWD"), charge, date(2027, 1, 1)).amounts[:2] == (10_000, 10_333)

    @pytest.mark.parametrize(("on", "percent"), [(date(2026, 1, 31), 16), (FEBRUARY, 19)])
    def test_the_last_day_decides_on_the_tax_to_the_day(self, on: date, percent: int) -> None:
        charge = flat("100")
        contract = replace(contract_of(charge), tax_percent=D(19), tax_steps=(TaxStep(on, D(16)),))
        assert make_schedule(contract, charge, date(2026, 1, 1)).tax_percent_at(0) == percent

    def test_what_is_not_known_counts_as_nothing_in_the_column(self) -> None:
        # January's 2,000 units cost 100.00; nothing is known of February.
        charge = metered(UNIT, "sum", row("2026-01-01", "2000", "2026-01-31"))
        schedule = make_schedule(contract_of(charge), charge, date(2026, 3, 1))
        assert (schedule.amounts[:2], 1 in schedule.unknowns) == ((10_000, 0), True)

    def test_a_milestone_that_was_not_accepted_has_an_empty_schedule(self) -> None:
        charge = one_off("100", FEBRUARY)
        assert make_schedule(contract_of(charge), charge, FEBRUARY).changes == (False,)
        waiting = replace(one_off("100", FEBRUARY), model="milestone", on=None)
        contract = contract_of(waiting)
        assert make_schedule(contract, waiting, FEBRUARY) == Schedule(contract, waiting, (), (), (), (), ())

    def test_a_price_for_months_billed_by_weeks_is_refused_with_what_was_written(self) -> None:
        charge = flat("100", every=Cadence("week"), amount_per=Cadence("month"))
        with pytest.raises(UsageError) as refused:
            make_schedule(contract_of(charge), charge, FEBRUARY)
        assert [(each.where, each.value) for each in refused.value.problems] == [('charge "Fee" amount_per', "month")]
