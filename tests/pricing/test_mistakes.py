"""Mistakes that the terms themselves invite."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from billcheck.contracts.prices import FlatPrice, UnitPrice
from billcheck.contracts.terms import Amendment, Charge, Discount, PriceStep, Proration
from billcheck.pricing.mistakes import (
    MOST_MISTAKES,
    PAIRS,
    mistaken_schedule,
    pairs_of_mistakes,
    plausible_mistakes,
)
from billcheck.pricing.schedule import make_schedule
from tests.pricing.random_charges import contract_of, random_charge
from tests.pricing.samples import OF_NEARLY_ANY_CHARGE, figures, flat, one_off, per_unit

if TYPE_CHECKING:
    from billcheck.pricing.mistake import Mistake

HORIZON = date(2026, 6, 1)


def mistakes(charge: Charge) -> tuple[Mistake, ...]:
    """The mistakes of price, quantity and discounts; those of days have their own tests."""
    found = plausible_mistakes(contract_of(charge), charge)
    return tuple(mistake for mistake in found if mistake.code not in OF_NEARLY_ANY_CHARGE)


def amounts(charge: Charge) -> list[str]:
    return [row[3] for row in figures(charge, HORIZON)]


def test_terms_that_never_change_invite_none() -> None:
    assert mistakes(flat("100")) == ()


def test_a_step_is_forgotten_for_good() -> None:
    charge = flat(
        "100",
        price_steps=(
            PriceStep(date(2026, 3, 1), price=FlatPrice(Decimal(110))),
            PriceStep(date(2026, 5, 1), price=FlatPrice(Decimal(120))),
        ),
    )
    latest, first = mistakes(charge)
    assert (latest.code, latest.sentence) == ("previous_price", "billed at the price before 2026-05-01")
    assert (first.code, first.sentence) == ("previous_price", "billed at the price before 2026-03-01")
    assert amounts(charge)[:6] == ["100.00", "100.00", "110.00", "110.00", "120.00", "120.00"]
    assert amounts(latest.charge)[:6] == ["100.00", "100.00", "110.00", "110.00", "110.00", "110.00"]
    assert amounts(first.charge)[:6] == ["100.00"] * 6


def test_an_amended_quantity_is_forgotten() -> None:
    charge = per_unit("10", "5", amendments=(Amendment(date(2026, 3, 1), quantity=Decimal(7)),))
    (only,) = mistakes(charge)
    assert (only.code, only.sentence) == ("old_quantity", "billed for the quantity before 2026-03-01")
    assert amounts(only.charge)[:4] == ["50.00"] * 4


def test_an_amended_price_is_forgotten() -> None:
    (only,) = mistakes(flat("100", amendments=(Amendment(date(2026, 3, 1), price=FlatPrice(Decimal(90))),)))
    assert only.code == "previous_price"
    assert amounts(only.charge)[:4] == ["100.00"] * 4


def test_an_amendment_of_both_is_forgotten_in_part_or_whole() -> None:
    amendment = Amendment(date(2026, 3, 1), quantity=Decimal(7), price=UnitPrice(Decimal(9)))
    found = mistakes(per_unit("10", "5", amendments=(amendment,)))
    assert [mistake.code for mistake in found] == ["previous_price", "old_quantity", "old_terms"]
    assert [amounts(mistake.charge)[2] for mistake in found] == ["70.00", "45.00", "50.00"]
    assert found[2].sentence == "billed at the price and for the quantity before 2026-03-01"


def test_an_expired_discount_goes_on_or_was_never_given() -> None:
    charge = flat("100", discounts=(Discount(Decimal("10.0"), end=date(2026, 3, 1)),))
    expired, forgotten = mistakes(charge)
    assert (expired.code, expired.sentence) == (
        "expired_discount",
        "the discount of 10 % was still given after 2026-02-28",
    )
    assert (forgotten.code, forgotten.sentence) == ("discount_forgotten", "billed without the discount of 10 %")
    assert expired.group == "a discount was still given after 2026-02-28"
    assert forgotten.group == "billed without a discount"
    assert amounts(expired.charge)[:4] == ["90.00"] * 4
    assert amounts(forgotten.charge)[:4] == ["100.00"] * 4


def test_only_the_discount_at_hand_is_mistaken() -> None:
    ends = (date(2026, 3, 1), date(2026, 4, 1))
    charge = flat("100", discounts=tuple(Discount(Decimal(10), end=end) for end in ends))
    assert [amounts(mistake.charge)[2:5] for mistake in mistakes(charge)] == [
        ["81.00", "90.00", "90.00"],
        ["90.00", "100.00", "100.00"],
        ["90.00", "90.00", "90.00"],
        ["100.00", "100.00", "100.00"],
    ]


def test_a_discount_to_the_end_cannot_outlive_it() -> None:
    charge = flat("100", end=date(2026, 3, 1), discounts=(Discount(Decimal(10), end=date(2026, 3, 1)),))
    assert [mistake.code for mistake in mistakes(charge)] == ["discount_forgotten"]
    open_discount = flat("100", discounts=(Discount(Decimal(10)),))
    assert [mistake.code for mistake in mistakes(open_discount)] == ["discount_forgotten"]


def test_terms_from_the_start_are_no_change_to_forget() -> None:
    assert mistakes(flat("100", price_steps=(PriceStep(date(2026, 1, 1), price=FlatPrice(Decimal(110))),))) == ()


def test_a_one_off_may_lack_its_discount() -> None:
    charge = one_off("900", date(2026, 2, 10), discounts=(Discount(Decimal(10)),))
    assert [mistake.code for mistake in mistakes(charge)] == ["discount_forgotten"]


def test_there_are_at_most_forty() -> None:
    steps = tuple(
        PriceStep(date(2026, 1, 2) + timedelta(days=day), price=FlatPrice(Decimal(day))) for day in range(100)
    )
    charge = flat("100", price_steps=steps)
    found = plausible_mistakes(contract_of(charge), charge)
    assert len(found) == MOST_MISTAKES == 40
    assert found[0].sentence == f"billed at the price before {steps[-1].on}"


def test_every_mistake_can_be_priced_and_is_none_of_the_agreed_terms() -> None:
    random = Random("mistakes")
    for _ in range(200):
        charge = random_charge(random)
        for mistake in mistakes(charge):
            assert mistake.factor or mistake.charge != charge
            changing: dict[str, Any] = {
                "price_steps": (),
                "amendments": (),
                "discounts": (),
                "price": FlatPrice(Decimal(1)),
                "proration": Proration(),
                "amount_per": None,
                "remainder": "per_line",
            }
            assert replace(mistake.charge, **changing) == replace(charge, **changing)
            make_schedule(contract_of(mistake.charge), mistake.charge, charge.start + timedelta(days=300))


def test_free_periods_may_be_billed_and_those_that_end_may_go_on() -> None:
    """Free until the end of March, or of the charge: only what ends within it can be prolonged."""
    ending = Discount(percent=Decimal(100), end=date(2026, 4, 1), is_free=True)
    ways = {mistake.code: mistake for mistake in mistakes(flat("100", discounts=(ending,)))}
    assert ways.keys() == {"free_period_billed", "free_period_prolonged"}
    assert amounts(ways["free_period_billed"].charge)[:4] == ["100.00"] * 4
    assert amounts(ways["free_period_prolonged"].charge)[:4] == ["0.00"] * 4
    for endless in (replace(ending, end=None), replace(ending, end=date(2026, 12, 1))):
        charge = flat("100", discounts=(endless,), end=date(2026, 12, 1))
        assert [mistake.code for mistake in mistakes(charge)] == ["free_period_billed"]


def test_two_at_once_are_declared_and_made_one_upon_the_other() -> None:
    """10 at 10.00 with 10 % off until February, from March 12 at 11.00."""
    charge = per_unit(
        "10", "10",
        price_steps=(PriceStep(date(2026, 3, 1), UnitPrice(Decimal(11))),),
        amendments=(Amendment(date(2026, 3, 1), quantity=Decimal(12)),),
        discounts=(Discount(Decimal(10), end=date(2026, 3, 1)),),
    )  # fmt: skip
    found = {mistake.code: mistake for mistake in pairs_of_mistakes(contract_of(charge), charge, HORIZON)}
    assert {*found} == {
        f"{first}_and_{second}"
        for first in ("previous_price", "old_quantity")
        for second in ("expired_discount", "discount_forgotten", "half_rate")
    } | {"previous_price_and_old_quantity"}
    assert {*found} <= {f"{first}_and_{second}" for first, second in PAIRS}
    billed = {
        code: [*mistaken_schedule(contract_of(charge), each, HORIZON).amounts[1:3]] for code, each in found.items()
    }
    assert billed["previous_price_and_old_quantity"] == [9000, 10000]
    assert billed["previous_price_and_expired_discount"] == [9000, 10800]  # 12 × 10.00 less 10 %
    assert billed["old_quantity_and_discount_forgotten"] == [10000, 11000]
    assert billed["old_quantity_and_half_rate"] == [4500, 5500]  # half of 10 × 9.00 and of 10 × 11.00
    both = found["previous_price_and_expired_discount"]
    assert both.sentence == (
        "billed at the price before 2026-03-01, and the discount of 10 % was still given after 2026-02-28"
    )
    assert both.group == "billed at the price before 2026-03-01, and a discount was still given after 2026-02-28"


def test_two_at_once_are_at_most_forty() -> None:
    steps = tuple(PriceStep(date(2026, 1, 2) + timedelta(days=day), FlatPrice(Decimal(day))) for day in range(100))
    charge = flat("100", price_steps=steps, discounts=tuple(Discount(Decimal(part)) for part in range(1, 9)))
    assert len(pairs_of_mistakes(contract_of(charge), charge, HORIZON)) == MOST_MISTAKES


def test_families_take_turns() -> None:
    """A hundred price steps do not crowd out the one discount, nor the rhythm, nor a swapped digit."""
    steps = tuple(PriceStep(date(2026, 1, 2) + timedelta(days=day), FlatPrice(Decimal(day))) for day in range(100))
    charge = flat("124", price_steps=steps, discounts=(Discount(Decimal(7)),))
    codes = [mistake.code for mistake in plausible_mistakes(contract_of(charge), charge)]
    assert {"previous_price", "late_change", "discount_forgotten", "other_rhythm", "swapped_digits"} <= {*codes}
    assert codes == sorted(
        codes, key=["previous_price", "late_change", "discount_forgotten", "other_rhythm", "swapped_digits"].index
    )
