"""How changes over time are got wrong: each mistake prices to what a hand would come to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from billcheck.contracts.prices import FlatPrice
from billcheck.contracts.terms import Amendment, Charge, Contract, Discount, PriceStep
from billcheck.contracts.uplifts import Escalator, IndexClause, Notice
from billcheck.period import Cadence
from billcheck.pricing.mistakes import MOST_MISTAKES, plausible_mistakes
from billcheck.pricing.schedule import make_schedule
from tests.pricing.random_changes import random_changing_charge
from tests.pricing.random_charges import contract_of
from tests.pricing.samples import figures, flat, per_unit
from tests.pricing.test_commitments import commitment

if TYPE_CHECKING:
    from billcheck.pricing.mistake import Mistake

YEAR = {"every": Cadence("year")}
UNTIL = date(2029, 6, 1)


def mistakes(charge: Charge, until: date = UNTIL) -> dict[str, Mistake]:
    """The mistakes of a charge by their sentences."""
    return {mistake.sentence: mistake for mistake in plausible_mistakes(contract_of(charge), charge, until)}


def amounts(mistake: Mistake, until: date = date(2029, 1, 1)) -> list[str]:
    return [row[3] for row in figures(mistake.charge, until)][:4]


def yearly(**terms: Any) -> Charge:
    """1,000.00 a year from 2026 and 10 % more on each anniversary: 1,000.00, 1,100.00, 1,210.00, 1,331.00."""
    return flat("1000", escalators=(Escalator(Decimal(10), **terms),), **YEAR)


def test_an_uplift_is_missed_for_good_left_out_once_or_given_twice() -> None:
    found = mistakes(yearly())
    assert amounts(found["billed without the uplift of 2027-01-01"]) == ["1000.00"] * 4
    assert amounts(found["billed without the uplift of 2028-01-01"]) == ["1000.00", "1100.00", "1100.00", "1100.00"]
    left_out = found["the uplift of 2028-01-01 was left out, later ones were not"]
    assert (left_out.code, amounts(left_out)) == ("skipped_uplift", ["1000.00", "1100.00", "1100.00", "1210.00"])
    twice = found["the uplift of 2027-01-01 was applied twice"]
    assert (twice.code, amounts(twice)) == ("uplift_twice", ["1000.00", "1210.00", "1331.00", "1464.10"])
    assert "the uplift of 2029-01-01 was left out, later ones were not" not in found


def test_the_latest_uplift_comes_first_and_none_after_the_day_that_matters() -> None:
    codes = [mistake.sentence for mistake in plausible_mistakes(contract_of(yearly()), yearly(), date(2028, 6, 1))]
    assert codes[:2] == ["billed without the uplift of 2028-01-01", "billed without the uplift of 2027-01-01"]


def test_compounding_and_rounding_are_mixed_up() -> None:
    found = mistakes(yearly())
    simple = found["each uplift was taken of the price agreed last"]
    assert amounts(simple) == ["1000.00", "1100.00", "1200.00", "1300.00"]
    back = mistakes(yearly(is_compounding=False))["each uplift was taken of the price in force"]
    assert amounts(back) == ["1000.00", "1100.00", "1210.00", "1331.00"]
    # 3.3 % of 99.99: 103.29 (103.28967), 106.70 (106.69857), 110.22 (110.2211) step by step;
    # unrounded 103.28967, 106.698229..., 110.219270...: the same cents here, so the charge differs in name only.
    odd = flat("99.99", escalators=(Escalator(Decimal("3.3")),), **YEAR)
    assert amounts(mistakes(odd)["uplifts were not rounded at each step"])[1] == "103.29"


def test_a_commitment_of_a_short_period_is_billed_as_a_full_one() -> None:
    # 1 March to 31 December are 306 of 365 days: 3,060.00 less 1,000.00 used; in full 3,650.00 less 1,000.00.
    least = commitment("3650", start=date(2026, 3, 1), end=date(2027, 1, 1), align="calendar")
    contract = Contract("C-1", "Acme", "EUR", date(2026, 1, 1), (flat("100"), least))
    assert make_schedule(contract, least, date(2027, 1, 1)).amounts == (206_000,)
    (whole,) = [each for each in plausible_mistakes(contract, least) if each.code == "commitment_whole"]
    assert make_schedule(contract, whole.charge, date(2027, 1, 1)).amounts == (265_000,)


def test_an_uplift_without_notice_was_billed_all_the_same() -> None:
    found = mistakes(yearly(notice=Notice(30, (date(2027, 11, 1),))))
    (billed,) = [mistake for mistake in found.values() if mistake.code == "uplift_without_notice"]
    assert amounts(billed) == ["1000.00", "1100.00", "1210.00", "1331.00"]


def test_an_index_clause_is_read_in_part() -> None:
    values = tuple(
        (date(year, month, 1), Decimal(value))
        for year, month, value in ((2025, 10, "100"), (2026, 10, "108"), (2027, 1, "103"), (2026, 1, "99"))
    )
    clause = IndexClause("CPI", date(2025, 10, 1), values, lag_months=3, share=Decimal(50), cap=Decimal(3))
    charge = flat("1000", end=date(2028, 1, 1), escalators=(Escalator(index=clause),), **YEAR)
    found = mistakes(charge, date(2027, 6, 1))
    # 108 / 100 is 8 %; half of it is 4 %, held to 3 %.
    assert amounts(found["the uplift was worked out without its share"])[1] == "1030.00"
    assert amounts(found["the uplift was worked out without its cap"])[1] == "1040.00"
    # January 2027 over October 2025 is 3 %, half of it 1.5 %.
    assert amounts(found["the uplift was worked out by the index of its own month"])[1] == "1015.00"
    assert "the uplift was worked out without its floor" not in found


def test_a_change_counts_from_the_next_period_or_its_agreement() -> None:
    charge = per_unit("31", "10", amendments=(Amendment(date(2026, 1, 16), Decimal(14), agreed_on=date(2026, 3, 16)),))
    found = mistakes(charge)
    waiting = found["the change of 2026-01-16 was billed only from the next period"]
    assert [row[0] for row in figures(waiting.charge, date(2026, 4, 1)) if "change" in row[3]] == [
        "2026-02-01",
        "2026-03-01",
    ]
    agreed = found["the change of 2026-01-16 was billed only from 2026-03-16"]
    # 4 more for 16 of 31 days of March: 4 x 31.00 x 16/31 = 64.00
    assert [row for row in figures(agreed.charge, date(2026, 4, 1)) if "change" in row[3]] == [
        ("2026-03-16", "2026-03-31", "2026-04-01", "64.00 change")
    ]
    step = flat("310", price_steps=(PriceStep(date(2026, 1, 16), price=FlatPrice(Decimal(620))),))
    late = mistakes(step)["the price of 2026-01-16 was billed only from the next period"]
    assert [row[3] for row in figures(late.charge, date(2026, 2, 28))][:2] == ["310.00", "620.00"]


def test_pauses_and_cancellations_are_ignored() -> None:
    pause = (Amendment(date(2026, 2, 1), change="pause"), Amendment(date(2026, 4, 1), change="resume"))
    found = mistakes(flat("100", amendments=pause))
    assert amounts(found["billed through the pause from 2026-02-01"]) == ["100.00"] * 4
    assert amounts(found["not billed again after the pause, from 2026-04-01"]) == ["100.00", "0.00", "0.00", "0.00"]
    cancelled = flat("100", amendments=(Amendment(date(2026, 3, 1), change="cancel"),))
    on = mistakes(cancelled)["billed as if it had not been cancelled on 2026-03-01"]
    assert amounts(on) == ["100.00"] * 4


def test_bounds_and_free_periods_are_ignored() -> None:
    bounded = flat("100", minimum=Decimal(150), maximum=Decimal(150))
    assert amounts(mistakes(bounded)["billed without the minimum"])[0] == "100.00"
    assert amounts(mistakes(flat("100", maximum=Decimal(80)))["billed without the maximum"])[0] == "100.00"
    free = flat("100", discounts=(Discount(Decimal(100), periods=1, is_free=True),))
    assert amounts(mistakes(free)["the free periods were billed"])[0] == "100.00"
    off = flat("100", discounts=(Discount(amount=Decimal(30), periods=2),))
    assert amounts(mistakes(off)["the discount of 30 was still given after its periods"]) == ["70.00"] * 4


def test_every_mistake_of_changing_terms_can_be_priced() -> None:
    random = Random("changing mistakes")
    for _ in range(150):
        charge = random_changing_charge(random)
        found = plausible_mistakes(contract_of(charge), charge, date(charge.start.year + 2, 1, 1))
        assert len(found) <= MOST_MISTAKES
        for mistake in found:
            assert mistake.factor or mistake.charge != charge
            make_schedule(contract_of(mistake.charge), mistake.charge, date(charge.start.year + 2, 1, 1))
