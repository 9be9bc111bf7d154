"""What is doubtful in contracts, and what only looks so: each by the smallest contract that shows it."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.prices import FlatPrice, PercentagePrice, PercentTier, Rate, RoleHours, TimePrice, UnitPrice
from billcheck.contracts.terms import Amendment, Contract, Discount, PriceStep, TaxStep
from billcheck.contracts.uplifts import Escalator, IndexClause
from billcheck.contracts.usage import Metering
from billcheck.errors import Problem
from billcheck.period import Cadence
from billcheck.pricing import doubts
from billcheck.pricing.doubts import find_doubts
from tests.pricing.samples import flat, one_off, per_unit

if TYPE_CHECKING:
    from billcheck.contracts.terms import Charge

YEAR, MAY_16 = date(2027, 1, 1), date(2026, 5, 16)
RISING = Escalator(Decimal("3.2"))
NEVER_RAISED = "The price never rises: the charge ends before the first uplift."
NEVER = "The change never takes effect: no period begins on or after its day."
SAME = "The change leaves everything as it was."
NOTHING_OFF = "The discount takes nothing off."
NOTHING_BILLED = "Nothing is ever billed for this charge, so nothing of it is checked."
FRACTION = "The percent is below 1."


def doubted(*charges: Charge, **terms: Any) -> list[str]:
    """What is doubtful; a charge that is alone is called Fee."""
    if len(charges) == 1:
        charges = (replace(charges[0], name="Fee"),)
    contract = Contract("C-1", "Acme", "EUR", date(2026, 1, 1), charges, file="c.toml", **terms)
    return [str(doubt).removeprefix("c.toml: C-1 ") for doubt in find_doubts((contract,))]


def starts(found: list[str]) -> list[str]:
    """Place and sentence of each, without the value and what to do."""
    return [text.split(" Found ")[0].split(" Check ")[0].split(" If ")[0] for text in found]


def test_a_plain_contract_is_not_doubtful() -> None:
    assert doubted(flat("100"), per_unit("10", "5"), one_off("100", MAY_16), tax_percent=Decimal(21)) == []


class TestEscalators:
    def test_one_that_would_first_raise_after_the_end(self) -> None:
        advice = "Check the last day, and since when the price may rise."
        assert doubted(flat("100", end=YEAR, escalators=(RISING,))) == [
            f"\"Fee\" escalator: {NEVER_RAISED} Found '2026-01-01 to 2026-12-31'. {advice}"
        ]

    @pytest.mark.parametrize(
        "terms",
        [
            {"end": date(2027, 1, 2)},
            {"end": YEAR, "every_months": 6},
            {"end": YEAR, "first_on": date(2026, 12, 31)},
            {"first_after_months": 600},
        ],
    )
    def test_one_that_raises_once_is_none(self, terms: dict[str, Any]) -> None:
        end = terms.pop("end", None)
        assert doubted(flat("100", end=end, escalators=(replace(RISING, **terms),))) == []

    def test_one_whose_first_uplift_waits_for_a_period_that_never_begins(self) -> None:
        """The anniversary is 16 January 2027, the last period begins on 1 January."""
        mid = {"start": date(2026, 1, 16), "anchor_day": 1, "end": date(2027, 2, 1)}
        waiting = replace(RISING, applies="next_period")
        assert starts(doubted(flat("100", escalators=(waiting,), **mid))) == [f'"Fee" escalator: {NEVER_RAISED}']
        assert doubted(flat("100", escalators=(RISING,), **mid)) == []
        later = {**mid, "end": date(2027, 2, 2)}
        assert doubted(flat("100", escalators=(waiting,), **later)) == []

    def test_one_of_a_charge_that_is_cancelled_before(self) -> None:
        cancel = Amendment(date(2026, 12, 1), change="cancel")
        cancelled = flat("100", escalators=(RISING,), amendments=(cancel,))
        assert len(doubted(cancelled)) == 1
        for kept in (replace(cancel, applies="next_period"), replace(cancel, agreed_on=date(2027, 3, 1))):
            assert doubted(replace(cancelled, amendments=(kept,))) == []

    def test_one_of_nothing(self) -> None:
        found = doubted(flat("100", escalators=(Escalator(Decimal(0)),)))
        assert starts(found) == ['"Fee" escalator.percent: The price rises by nothing.']

    def test_one_of_a_renewal_is_named_so(self) -> None:
        renewal = Escalator(Decimal(4), first_on=YEAR, name="renewal")
        assert starts(doubted(flat("100", end=YEAR, escalators=(renewal,)))) == [f'"Fee" renewal: {NEVER_RAISED}']


class TestChanges:
    STEP = PriceStep(date(2026, 12, 2), FlatPrice(Decimal(110)), applies="next_period")

    def test_one_that_waits_for_a_period_that_never_begins(self) -> None:
        advice = "Check its day, or let it count from that day (applies)."
        assert doubted(flat("100", end=YEAR, price_steps=(self.STEP,))) == [
            f"\"Fee\" price_steps #1.on: {NEVER} Found '2026-12-02'. {advice}"
        ]
        begins = replace(self.STEP, on=date(2026, 12, 1))
        by_day = replace(self.STEP, applies="day")
        assert [doubted(flat("100", end=YEAR, price_steps=(step,))) for step in (begins, by_day)] == [[], []]
        assert doubted(flat("100", price_steps=(self.STEP,))) == []

    def test_a_cancellation_that_waits_in_vain(self) -> None:
        cancel = Amendment(date(2026, 12, 2), change="cancel", applies="next_period")
        charge = flat("100", end=YEAR, timing="in_arrears", amendments=(cancel,))
        assert starts(doubted(charge)) == [f'"Fee" amendments #1.on: {NEVER}']
        assert doubted(replace(charge, end=None)) == []

    def test_ones_that_set_what_holds_already(self) -> None:
        steps = (PriceStep(MAY_16, FlatPrice(Decimal("100.00"))), PriceStep(YEAR, FlatPrice(Decimal(110))))
        assert doubted(flat("100", price_steps=steps)) == [
            f"\"Fee\" price_steps #1: {SAME} Found '2026-05-16'. Check what it sets, or take it out."
        ]
        amendments = (
            Amendment(YEAR, Decimal(6)),
            Amendment(MAY_16, Decimal(5)),
            Amendment(date(2027, 2, 1), added=Decimal(0)),
        )
        assert starts(doubted(per_unit("10", "5", amendments=amendments))) == [
            f'"Fee" amendments #2: {SAME}',
            f'"Fee" amendments #3: {SAME}',
        ]

    @pytest.mark.parametrize(
        "amendments",
        [
            (Amendment(MAY_16, Decimal(6)),),
            (Amendment(MAY_16, added=Decimal(1)),),
            (Amendment(MAY_16, added=Decimal(-1)),),
            (Amendment(MAY_16, price=UnitPrice(Decimal(11))),),
            (Amendment(MAY_16, change="pause"), Amendment(YEAR, change="resume")),
            (Amendment(MAY_16, price=FlatPrice(Decimal(50))), Amendment(YEAR, Decimal(5), UnitPrice(Decimal(10)))),
            # Back to what was, which is no change of the contract and one of the price in force.
            (Amendment(MAY_16, Decimal(6)), Amendment(YEAR, Decimal(5))),
            # On one day, or waiting, the order is not that of the days.
            (Amendment(MAY_16, Decimal(6)), Amendment(MAY_16, Decimal(6))),
            (Amendment(MAY_16, Decimal(5), applies="next_period"),),
        ],
    )
    def test_ones_that_change_something(self, amendments: tuple[Amendment, ...]) -> None:
        assert doubted(per_unit("10", "5", amendments=amendments)) == []

    def test_a_quantity_of_a_fixed_price_changes_nothing(self) -> None:
        plans = (Amendment(MAY_16, price=FlatPrice(Decimal(50))), Amendment(YEAR, Decimal(7)))
        assert starts(doubted(per_unit("10", "5", amendments=plans))) == [f'"Fee" amendments #2: {SAME}']

    def test_a_price_that_undoes_an_uplift_is_a_change(self) -> None:
        step = PriceStep(YEAR, FlatPrice(Decimal(100)))
        assert doubted(flat("100", price_steps=(step,), escalators=(RISING,))) == []

    def test_a_dated_rate_is_named_as_one(self) -> None:
        card = TimePrice((Rate("senior", Decimal(140)),))
        charge = per_unit("1", "1", price_steps=(PriceStep(MAY_16, card),))
        hours = replace(charge, model="time", price=card, quantity=(RoleHours("senior", Decimal(2)),))
        assert starts(doubted(hours)) == [f'"Fee" rates: {SAME}']


class TestDiscounts:
    @pytest.mark.parametrize("nothing", [Discount(Decimal(0)), Discount(amount=Decimal("0.00"))])
    def test_one_of_nothing(self, nothing: Discount) -> None:
        free = Discount(Decimal(100), periods=1, is_free=True)
        assert doubted(flat("100", discounts=(free, Discount(Decimal(10)), nothing))) == [
            f'"Fee" discounts #2: {NOTHING_OFF} Check it, or take it out.'
        ]


class TestNothingBilled:
    @pytest.mark.parametrize(
        "charge",
        [
            flat("0"),
            flat("100", discounts=(Discount(Decimal(100)),)),
            flat("100", end=YEAR, discounts=(Discount(Decimal(100), periods=12),)),
            flat("100", discounts=(Discount(amount=Decimal(150)),)),
            flat("100", maximum=Decimal(0)),
            per_unit("10", "0"),
            flat("100", every=Cadence("month", 60), discounts=(Discount(Decimal(100)),)),
            one_off("0", MAY_16),
            flat(
                "0",
                price_steps=(PriceStep(MAY_16, FlatPrice(Decimal(0))),),
                amendments=(Amendment(YEAR, change="pause"),),
            ),
        ],
    )
    def test_a_charge_that_never_bills(self, charge: Charge) -> None:
        found = doubted(charge)
        assert f'"Fee": {NOTHING_BILLED} Check its price, its quantity and its discounts.' in found

    @pytest.mark.parametrize(
        "charge",
        [
            flat("0.01"),
            flat("0", price_steps=(PriceStep(date(2040, 1, 1), FlatPrice(Decimal(1))),)),
            flat("100", discounts=(Discount(Decimal(100), end=date(2050, 1, 1)),)),
            flat("100", discounts=(Discount(Decimal(100), periods=1200, is_free=True),)),
            flat("100", end=YEAR, discounts=(Discount(Decimal(100), periods=11),)),
            flat("0", minimum=Decimal(1)),
            per_unit("10", "0", amendments=(Amendment(MAY_16, Decimal(1)),)),
            replace(one_off("0", MAY_16), model="milestone", on=None),
            replace(per_unit("0", "0"), quantity=None, metering=Metering("sum")),
            flat("0", escalators=(Escalator(index=IndexClause("CPI", date(2025, 10, 1), ())),)),
        ],
    )
    def test_a_charge_that_may_bill(self, charge: Charge) -> None:
        assert [text for text in doubted(charge) if NOTHING_BILLED in text] == []


class TestFractions:
    def test_every_percent_of_a_contract(self) -> None:
        index = IndexClause("CPI", date(2025, 10, 1), (), share=Decimal("0.8"))
        charge = flat(
            "100",
            tax_percent=Decimal("0.09"),
            tax_steps=(TaxStep(YEAR, Decimal("0.1")),),
            discounts=(Discount(Decimal(100), periods=1, is_free=True), Discount(Decimal("0.15"))),
            escalators=(Escalator(Decimal("0.032")), Escalator(index=index)),
        )
        share = replace(one_off("1", MAY_16), model="milestone", price=PercentagePrice((PercentTier(Decimal("0.3")),)))
        milestone = replace(share, name="Share", quantity=Decimal(1000))
        tax = {
            "tax_percent": Decimal("0.21"),
            "tax_steps": (TaxStep(YEAR, Decimal(19)), TaxStep(MAY_16, Decimal("0.19"))),
        }
        found = doubted(charge, milestone, **tax)
        assert [text.split(":")[0] for text in found] == [
            "tax.percent",
            "tax.steps #2.percent",
            '"Fee" tax.percent',
            '"Fee" tax.steps #1.percent',
            '"Fee" discounts #1.percent',
            '"Fee" escalator.percent',
            '"Fee" escalator.index.share',
            '"Share" percent',
        ]
        assert found[0] == f"tax.percent: {FRACTION} Found '0.21'. If 21 % was meant, write \"21\"."
        assert found[5] == f'"Fee" escalator.percent: {FRACTION} Found \'0.032\'. If 3.2 % was meant, write "3.2".'

    def test_nothing_and_one_are_none(self) -> None:
        assert doubted(flat("100", tax_percent=Decimal(0)), tax_percent=Decimal(1)) == []

    def test_a_fee_of_less_than_a_percent_is_usual(self) -> None:
        fee = replace(per_unit("1", "1000"), model="percentage", price=PercentagePrice((PercentTier(Decimal("0.5")),)))
        assert doubted(fee) == []


def test_what_stands_in_tables_of_its_own_is_not_doubted() -> None:
    """A commitment is a charge without a price that bills what others lack; that of nothing bills nothing."""
    least = replace(flat("0"), model="commitment", minimum=Decimal(0), spans=("Fee",))
    assert doubted(flat("100"), replace(least, name="Least")) == []


def test_every_doubt_has_an_example() -> None:
    shown = Path(__file__).read_text(encoding="utf-8")
    for _, item in inspect.getmembers(doubts, inspect.isclass):
        if issubclass(item, Problem) and item.__module__ == doubts.__name__:
            assert (item.__doc__ or "").splitlines()[0] in shown, item
