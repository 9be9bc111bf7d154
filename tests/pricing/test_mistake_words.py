"""The code and the sentence of every mistake, in order, and what the mistaken terms are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from billcheck.contracts.prices import (
    FlatPrice,
    PackagePrice,
    PercentagePrice,
    PercentTier,
    Rate,
    Tier,
    TieredPrice,
    TimePrice,
)
from billcheck.contracts.terms import Amendment, PriceStep, Proration
from billcheck.contracts.uplifts import Escalator, IndexClause, Notice
from billcheck.period import Cadence
from billcheck.pricing.change_mistakes import change_mistakes
from billcheck.pricing.mistake import Mistake
from billcheck.pricing.mistakes import plausible_mistakes
from billcheck.pricing.price_mistakes import price_mistakes
from tests.pricing.random_charges import contract_of
from tests.pricing.samples import flat
from tests.pricing.test_commitments import commitment

if TYPE_CHECKING:
    from billcheck.contracts.prices import Price
    from billcheck.contracts.terms import Charge

D = Decimal
YEAR = Cadence("year")
PAUSE, RESUME = Amendment(date(2026, 3, 1), change="pause"), Amendment(date(2026, 5, 1), change="resume")
CANCEL = Amendment(date(2026, 9, 1), change="cancel", applies="next_period")
LATER = Amendment(date(2026, 2, 10), price=FlatPrice(D(7)), agreed_on=date(2026, 4, 1))
STEPS = tuple(PriceStep(date(2026, month, 15), FlatPrice(D(month))) for month in (2, 4, 6))
UNTIL = date(2028, 6, 1)
CARD = (Rate("senior", D(140)),)


def changes(charge: Charge, until: date = date(2028, 6, 1)) -> list[tuple[str, str]]:
    return [(mistake.code, mistake.sentence) for mistake in change_mistakes(charge, until)]


def by_sentence(charge: Charge) -> dict[str, Charge]:
    return {mistake.sentence: mistake.charge for mistake in change_mistakes(charge, date(2028, 6, 1))}


def test_uplifts() -> None:
    charge = flat("1000", every=YEAR, escalators=(Escalator(D(10)),))
    assert changes(charge) == [
        ("missed_uplift", "billed without the uplift of 2028-01-01"),
        ("missed_uplift", "billed without the uplift of 2027-01-01"),
        ("uplift_twice", "the uplift of 2028-01-01 was applied twice"),
        ("uplift_twice", "the uplift of 2027-01-01 was applied twice"),
        ("skipped_uplift", "the uplift of 2027-01-01 was left out, later ones were not"),
        ("uplift_compounding", "each uplift was taken of the price agreed last"),
        ("uplift_rounding", "uplifts were not rounded at each step"),
    ]
    assert len(changes(charge, date(2027, 6, 1))) == 2
    # Ten years ahead where nobody says which day matters: 2027 to 2036.
    assert plausible_mistakes(contract_of(charge), charge)[0].sentence == "billed without the uplift of 2036-01-01"
    ending = replace(charge, end=date(2028, 1, 1))
    assert plausible_mistakes(contract_of(ending), ending)[0].sentence == "billed without the uplift of 2028-01-01"
    other = flat("1000", every=YEAR, escalators=(Escalator(D(10), rounding="from_base", is_compounding=False),))
    assert changes(other)[-2:] == [
        ("uplift_compounding", "each uplift was taken of the price in force"),
        ("uplift_rounding", "uplifts were rounded at each step"),
    ]
    assert by_sentence(other)["uplifts were rounded at each step"].escalators[0].rounding == "per_step"
    assert by_sentence(charge)["uplifts were not rounded at each step"].escalators[0].rounding == "from_base"


def test_one_of_two_escalators_and_notices() -> None:
    told, untold = Escalator(D(10)), Escalator(D(5), notice=Notice(30, ()))
    charge = flat("1000", every=YEAR, escalators=(told, untold))
    assert ("uplift_without_notice", "an uplift was applied for which no notice came in time") in changes(charge)
    found = by_sentence(charge)["an uplift was applied for which no notice came in time"]
    assert found.escalators == (told, replace(untold, notice=None))
    assert by_sentence(charge)["the uplift of 2027-01-01 was applied twice"].escalators[1] == untold
    assert "uplift_without_notice" not in dict(changes(replace(charge, escalators=(told,))))


def test_an_index_clause_without_each_of_its_terms() -> None:
    months = tuple((date(year, month, 1), D(100)) for year in (2025, 2026, 2027, 2028) for month in range(1, 13))
    clause = IndexClause("CPI", date(2025, 7, 1), months, lag_months=3, share=D(50), plus=D(1), cap=D(4), floor=D(2))
    charge = flat("1000", every=YEAR, escalators=(Escalator(index=clause),))
    wrong = [mistake for mistake in change_mistakes(charge, date(2027, 6, 1)) if mistake.code == "index_terms"]
    assert [(mistake.sentence, mistake.charge.escalators[0].index) for mistake in wrong] == [
        ("the uplift was worked out without its share", replace(clause, share=None)),
        ("the uplift was worked out without what is added", replace(clause, plus=None)),
        ("the uplift was worked out without its cap", replace(clause, cap=None)),
        ("the uplift was worked out without its floor", replace(clause, floor=None)),
        ("the uplift was worked out by the index of its own month", replace(clause, lag_months=0)),
    ]


def test_days_of_changes() -> None:
    charge = flat("100", amendments=(LATER, replace(LATER, on=date(2026, 7, 3), agreed_on=None)), price_steps=STEPS)
    found = list(change_mistakes(charge, date(2026, 12, 31)))
    assert [(mistake.code, mistake.sentence) for mistake in found] == [
        ("late_change", "the change of 2026-07-03 was billed only from the next period"),
        ("late_change", "the change of 2026-02-10 was billed only from 2026-04-01"),
        ("late_change", "the change of 2026-02-10 was billed only from the next period"),
        ("late_change", "the price of 2026-06-15 was billed only from the next period"),
        ("late_change", "the price of 2026-04-15 was billed only from the next period"),
        ("late_change", "the price of 2026-02-15 was billed only from the next period"),
    ]
    assert found[1].charge.amendments == (replace(LATER, on=date(2026, 4, 1), agreed_on=None), charge.amendments[1])
    assert found[4].charge.price_steps == (STEPS[0], replace(STEPS[1], applies="next_period"), STEPS[2])


def test_pauses_cancellations_and_bounds() -> None:
    charge = flat("100", amendments=(PAUSE, RESUME, CANCEL), minimum=D(50), maximum=D(150))
    found = [mistake for mistake in change_mistakes(charge, UNTIL) if mistake.code != "late_change"]
    assert [(mistake.code, mistake.sentence) for mistake in found] == [
        ("pause_ignored", "billed through the pause from 2026-03-01"),
        ("pause_ignored", "not billed again after the pause, from 2026-05-01"),
        ("cancellation_ignored", "billed as if it had not been cancelled on 2026-09-01"),
        ("minimum_ignored", "billed without the minimum"),
        ("maximum_ignored", "billed without the maximum"),
    ]
    assert [mistake.charge.amendments for mistake in found[:3]] == [(CANCEL,), (PAUSE, CANCEL), (PAUSE, RESUME)]
    assert [(mistake.charge.minimum, mistake.charge.maximum) for mistake in found[3:]] == [
        (None, D(150)),
        (D(50), None),
    ]


def test_commitments_and_deposits() -> None:
    least = commitment("100")
    assert list(change_mistakes(least, UNTIL)) == [
        Mistake(
            "commitment_whole",
            "the commitment of a short period was billed as for a full one",
            replace(least, proration=Proration("full_period")),
        )
    ]
    deposit = replace(flat("100", minimum=D(1)), model="deposit")
    assert list(change_mistakes(deposit, UNTIL)) == []


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        (
            TieredPrice("graduated", (Tier(D(10), D(30), D(5)), Tier(None, D(25)))),
            [
                ("other_tier_rule", "billed with all units at the price of the tier that holds them"),
                ("neighbouring_tier", "billed by the tier up to 10"),
                ("neighbouring_tier", "billed by the last tier"),
                ("tier_amount_forgotten", "billed without the flat amounts of the tiers"),
            ],
        ),
        (
            TieredPrice("volume", (Tier(None, D(25)),)),
            [("other_tier_rule", "billed with the units of each tier at its own price")],
        ),
        (TieredPrice("stairstep", (Tier(None, D(0), D(25)),)), []),
        (PackagePrice(D(9), D(100)), [("package_rounding", "packages were rounded down")]),
        (
            PackagePrice(D(9), D(100), D(5), "down"),
            [
                ("package_rounding", "packages were rounded up"),
                ("free_units_forgotten", "the free units were billed"),
            ],
        ),
        (PercentagePrice((PercentTier(D(2)),)), []),
        (
            PercentagePrice((PercentTier(D(2), D(100)), PercentTier(D("1.5")))),
            [
                ("other_percent", "billed at 2 % of the whole amount"),
                ("other_percent", "billed at 1.5 % of the whole amount"),
            ],
        ),
        (TimePrice(CARD), []),
        (
            TimePrice(CARD, D(1000), D(10), D(160)),
            [
                ("included_hours_billed", "the included hours were billed on top"),
                ("overage_ignored", "hours beyond the included ones were billed at the rate card"),
            ],
        ),
    ],
)
def test_prices(price: Price, expected: list[tuple[str, str]]) -> None:
    price = replace(price, bills_zero=False) if isinstance(price, TieredPrice) else price
    charge = replace(flat("1"), price=price)
    assert [(mistake.code, mistake.sentence) for mistake in price_mistakes(charge)] == expected


def test_prices_for_another_time_and_rounded_sums() -> None:
    charge = flat("1200", every=Cadence("half_year"), amount_per=YEAR)
    assert [(mistake.code, mistake.sentence) for mistake in price_mistakes(charge)] == [
        ("price_for_other_time", "the price per year was billed every half year"),
        ("other_remainder", "the sum of the periods was rounded"),
    ]
    assert [(mistake.code, mistake.sentence) for mistake in price_mistakes(replace(charge, remainder="cumulative"))][
        1:
    ] == [
        ("other_remainder", "each period was rounded by itself"),
    ]
    assert list(price_mistakes(replace(charge, amount_per=None))) == []


def test_a_mistake_of_a_price_is_made_with_every_later_price() -> None:
    first, second = PackagePrice(D(9), D(100)), PackagePrice(D(8), D(100))
    more = Amendment(date(2026, 5, 1), quantity=D(7))
    amendments = (Amendment(date(2026, 3, 1), price=second), more)
    charge = replace(flat("1"), price=first, price_steps=(PriceStep(date(2026, 2, 1), second),), amendments=amendments)
    (other,) = (mistake.charge for mistake in price_mistakes(charge))
    down = replace(second, rounding="down")
    assert (other.price, other.price_steps[0].price) == (replace(first, rounding="down"), down)
    assert other.amendments == (replace(amendments[0], price=down), more)


def test_a_group_has_no_tier_and_no_percentage() -> None:
    tiers = replace(flat("1"), price=TieredPrice("stairstep", (Tier(D(10), D(30)), Tier(None, D(25)))))
    assert {mistake.group for mistake in price_mistakes(tiers)} == {
        "billed by another tier",
        "a quantity of zero was not billed",
    }
    percents = replace(flat("1"), price=PercentagePrice((PercentTier(D(2), D(100)), PercentTier(D("1.5")))))
    assert {mistake.group for mistake in price_mistakes(percents)} == {"billed at one percentage of the whole amount"}
