"""Terms that somebody plausibly billed by instead: for each term, the ways it is forgotten or outlived.

Comes in: a charge as agreed. Goes out: changed charges with a sentence for a bookkeeper, to be priced like any charge
and held against what was billed. No mistake has a free parameter: all of them follow from the terms. Must not know
what was billed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from billcheck.period import ONE_DAY
from billcheck.pricing.change_mistakes import change_mistakes
from billcheck.pricing.mistake import Mistake
from billcheck.pricing.price_mistakes import price_mistakes
from billcheck.pricing.wording import plain_number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from billcheck.contracts.terms import Amendment, Charge, Contract, Discount, PriceStep

MOST_MISTAKES = 40
"""How many mistakes of one charge are considered; the latest terms come first, for they are forgotten most."""


def plausible_mistakes(_contract: Contract, charge: Charge, /, until: date | None = None) -> tuple[Mistake, ...]:
    """The mistakes the charge's own terms invite, latest change first, at most 40; empty where nothing ever changes.

    `until` is the last day that matters: an escalator has no last uplift of its own (None: ten years from the start).

    A forgotten change is forgotten for good: the changed charge also lacks the later changes of the same term, so that
    one mistake explains any run of periods since. Codes: ``previous_price`` (a price step or an amended price was not
    applied), ``old_quantity`` (an amended quantity was not), ``old_terms`` (an amendment of both was not),
    ``expired_discount`` (a discount outlived its end), ``discount_forgotten`` (a discount was not given), and those of
    `billcheck.pricing.change_mistakes` and `billcheck.pricing.price_mistakes`. None of these depends on the rest of the
    contract yet.
    """
    found = [
        *_forgotten_changes(charge),
        *change_mistakes(charge, until),
        *_wrong_discounts(charge),
        *price_mistakes(charge),
    ]
    return tuple(mistake for mistake in found if mistake.charge != charge)[:MOST_MISTAKES]


def _forgotten_changes(charge: Charge) -> Iterator[Mistake]:
    days = {step.on for step in charge.price_steps} | {amendment.on for amendment in charge.amendments}
    for day in sorted((day for day in days if day > charge.start), reverse=True):
        without_price = _without_prices_since(charge, day)
        without_quantity = _without_quantities_since(charge, day)
        is_priced = any(step.on == day for step in charge.price_steps) or any(
            amendment.on == day and amendment.price is not None for amendment in charge.amendments
        )
        is_counted = any(
            amendment.on == day and (amendment.quantity is not None or amendment.added is not None)
            for amendment in charge.amendments
        )
        if is_priced:
            yield Mistake("previous_price", f"billed at the price before {day}", without_price)
        if is_counted:
            yield Mistake("old_quantity", f"billed for the quantity before {day}", without_quantity)
        if is_priced and is_counted:
            both = _without_quantities_since(without_price, day)
            yield Mistake("old_terms", f"billed at the price and for the quantity before {day}", both)


def _without_prices_since(charge: Charge, day: date) -> Charge:
    steps: tuple[PriceStep, ...] = tuple(step for step in charge.price_steps if step.on < day)
    amendments = (
        amendment if amendment.on < day else replace(amendment, price=None) for amendment in charge.amendments
    )
    return replace(charge, price_steps=steps, amendments=_kept(amendments))


def _without_quantities_since(charge: Charge, day: date) -> Charge:
    amendments = (
        amendment if amendment.on < day else replace(amendment, quantity=None, added=None)
        for amendment in charge.amendments
    )
    return replace(charge, amendments=_kept(amendments))


def _kept(amendments: Iterator[Amendment]) -> tuple[Amendment, ...]:
    """The amendments that still change something."""
    return tuple(
        amendment
        for amendment in amendments
        if not (
            amendment.price is None
            and amendment.quantity is None
            and amendment.added is None
            and amendment.change is None
        )
    )


def _wrong_discounts(charge: Charge) -> Iterator[Mistake]:
    for index, discount in enumerate(charge.discounts):
        others = (*charge.discounts[:index], *charge.discounts[index + 1 :])
        if discount.is_free:
            yield Mistake("free_period_billed", "the free periods were billed", replace(charge, discounts=others))
            continue
        value = f"{plain_number(discount.amount)}" if discount.amount is not None else ""
        value = f"{plain_number(discount.percent)} %" if discount.percent is not None else value
        if discount.periods is not None or _ends_within(discount, charge):
            outlived = replace(discount, end=None, periods=None)
            changed = replace(charge, discounts=(*charge.discounts[:index], outlived, *charge.discounts[index + 1 :]))
            last_day = "its periods" if discount.end is None else discount.end - ONE_DAY
            sentence = f"the discount of {value} was still given after {last_day}"
            yield Mistake("expired_discount", sentence, changed, f"a discount was still given after {last_day}")
        sentence = f"billed without the discount of {value}"
        yield Mistake("discount_forgotten", sentence, replace(charge, discounts=others), "billed without a discount")


def _ends_within(discount: Discount, charge: Charge) -> bool:
    """Whether the discount ends while the charge still runs."""
    return discount.end is not None and (charge.end is None or discount.end < charge.end)
