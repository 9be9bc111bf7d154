"""How prices are plausibly got wrong: tiers, packages, rate cards, the time a price is for, rounding.

Comes in: a charge as agreed. Goes out: mistakes, to be priced like any charge. No mistake has a free parameter: all of
them follow from the terms. Must not know what was billed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from billcheck.contracts.prices import (
    ZERO,
    PackagePrice,
    PercentagePrice,
    PercentTier,
    Tier,
    TieredPrice,
    TimePrice,
)
from billcheck.pricing.mistake import Mistake
from billcheck.pricing.wording import plain_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from billcheck.contracts.prices import Price, TierRule
    from billcheck.contracts.terms import Charge

MOST_TIERS = 8
"""Of a longer ladder only the first tiers are taken for the one that was billed by."""

_GENERAL = {
    "neighbouring_tier": "billed by another tier",
    "other_percent": "billed at one percentage of the whole amount",
}
"""What is said of mistakes whose sentences name a tier or a percentage of the one contract."""


def price_mistakes(charge: Charge) -> Iterator[Mistake]:
    """The mistakes that a price invites.

    Codes: ``other_tier_rule`` (all units at one tier's price, or each tier at its own), ``neighbouring_tier``,
    ``tier_amount_forgotten``, ``zero_not_billed``, ``package_rounding``, ``free_units_forgotten``, ``other_percent``,
    ``included_hours_billed``, ``overage_ignored``, ``price_for_other_time`` (a yearly price billed each period),
    ``other_remainder``.
    """
    for code, sentence, change in _wrong_prices(charge.price):
        yield Mistake(code, sentence, with_prices(charge, change), _GENERAL.get(code, ""))
    if charge.every is None or charge.timing is None:
        return
    if charge.amount_per is not None and charge.amount_per != charge.every:
        sentence = f"the price per {charge.amount_per} was billed every {charge.every}".replace("_", " ")
        yield Mistake("price_for_other_time", sentence, replace(charge, amount_per=None))
    if charge.remainder == "cumulative":
        yield Mistake("other_remainder", "each period was rounded by itself", replace(charge, remainder="per_line"))
    elif charge.amount_per is not None:
        yield Mistake("other_remainder", "the sum of the periods was rounded", replace(charge, remainder="cumulative"))


def with_prices(charge: Charge, change: Callable[[Price], Price]) -> Charge:
    """The charge with one change made to the price it begins with and to all later ones."""
    return replace(
        charge,
        price=change(charge.price),
        price_steps=tuple(replace(step, price=change(step.price)) for step in charge.price_steps),
        amendments=tuple(
            each if each.price is None else replace(each, price=change(each.price)) for each in charge.amendments
        ),
    )


def _wrong_prices(price: Price) -> Iterator[tuple[str, str, Callable[[Price], Price]]]:
    if isinstance(price, TieredPrice):
        yield from _wrong_tiers(price)
    elif isinstance(price, PackagePrice):
        other = "down" if price.rounding == "up" else "up"
        yield "package_rounding", f"packages were rounded {other}", _rounded_otherwise
        if price.free_units:
            yield "free_units_forgotten", "the free units were billed", _without_free_units
    elif isinstance(price, PercentagePrice) and len(price.tiers) > 1:
        for percent in dict.fromkeys(tier.percent for tier in price.tiers[:MOST_TIERS]):
            yield "other_percent", f"billed at {plain_number(percent)} % of the whole amount", _at_percent(percent)
    elif isinstance(price, TimePrice):
        if price.included:
            yield "included_hours_billed", "the included hours were billed on top", _without_included_hours
        if price.overage is not None:
            yield "overage_ignored", "hours beyond the included ones were billed at the rate card", _without_overage


def _wrong_tiers(price: TieredPrice) -> Iterator[tuple[str, str, Callable[[Price], Price]]]:
    if price.rule == "graduated":
        yield "other_tier_rule", "billed with all units at the price of the tier that holds them", _by_rule("volume")
    if price.rule == "volume":
        yield "other_tier_rule", "billed with the units of each tier at its own price", _by_rule("graduated")
    if len(price.tiers) > 1:
        for number, tier in enumerate(price.tiers[:MOST_TIERS]):
            name = "the last tier" if tier.up_to is None else f"the tier up to {plain_number(tier.up_to)}"
            yield "neighbouring_tier", f"billed by {name}", _by_tier(number)
    if price.rule != "stairstep" and any(tier.flat_amount for tier in price.tiers):
        yield "tier_amount_forgotten", "billed without the flat amounts of the tiers", _without_flat_amounts
    if price.bills_zero:
        yield "zero_not_billed", "a quantity of zero was not billed", _without_zero


def _by_rule(rule: TierRule) -> Callable[[Price], Price]:
    return lambda price: replace(price, rule=rule) if isinstance(price, TieredPrice) else price


def _by_tier(number: int) -> Callable[[Price], Price]:
    def change(price: Price) -> Price:
        if not isinstance(price, TieredPrice):
            return price
        tier = price.tiers[min(number, len(price.tiers) - 1)]
        return replace(price, tiers=(replace(tier, up_to=None),))

    return change


def _at_percent(percent: Decimal) -> Callable[[Price], Price]:
    whole = PercentagePrice((PercentTier(percent),))
    return lambda price: whole if isinstance(price, PercentagePrice) else price


def _without_flat_amounts(price: Price) -> Price:
    if not isinstance(price, TieredPrice):
        return price
    return replace(price, tiers=tuple(Tier(tier.up_to, tier.unit_amount) for tier in price.tiers))


def _without_zero(price: Price) -> Price:
    return replace(price, bills_zero=False) if isinstance(price, TieredPrice) else price


def _rounded_otherwise(price: Price) -> Price:
    if not isinstance(price, PackagePrice):
        return price
    return replace(price, rounding="down" if price.rounding == "up" else "up")


def _without_free_units(price: Price) -> Price:
    return replace(price, free_units=ZERO) if isinstance(price, PackagePrice) else price


def _without_included_hours(price: Price) -> Price:
    return replace(price, included=ZERO) if isinstance(price, TimePrice) else price


def _without_overage(price: Price) -> Price:
    return replace(price, overage=None) if isinstance(price, TimePrice) else price
