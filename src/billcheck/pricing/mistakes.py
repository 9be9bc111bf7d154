"""Terms that somebody plausibly billed by instead: for each term, the ways it is forgotten or outlived.

Comes in: a charge as agreed. Goes out: changed charges with a sentence for a bookkeeper, to be priced like any charge
and held against what was billed. No mistake has a free parameter: all of them follow from the terms. Must not know
what was billed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from billcheck.period import ONE_DAY
from billcheck.pricing.change_mistakes import change_mistakes
from billcheck.pricing.entry_mistakes import swapped_digits, tax_mistakes
from billcheck.pricing.mistake import Mistake
from billcheck.pricing.period_mistakes import period_mistakes
from billcheck.pricing.price_mistakes import price_mistakes
from billcheck.pricing.proration import round_ratio
from billcheck.pricing.schedule import make_schedule
from billcheck.pricing.wording import plain_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from billcheck.contracts.terms import Amendment, Charge, Contract, Discount, PriceStep
    from billcheck.pricing.schedule import Schedule

MOST_MISTAKES = 40
"""How many mistakes of one charge are considered; the latest terms come first, for they are forgotten most."""

YEARS_AHEAD = 10
"""How far uplifts are looked at where nobody says which day matters."""


def plausible_mistakes(
    contract: Contract, charge: Charge, /, until: date | None = None, others: Iterable[Mistake] = ()
) -> tuple[Mistake, ...]:
    """The mistakes that a charge invites: at most 40, in turns by what they are about, the latest change first of each.

    `until` is the last day that matters: an escalator has no last uplift of its own (None: ten years from the start).
    `others` are those of prices of other charges, which no charge knows by itself.

    A forgotten change is forgotten for good: the changed charge also lacks the later changes of the same term, so that
    one mistake explains any run of periods since. `billcheck.pricing.mistake.KINDS` lists the codes.
    """
    horizon = until or charge.end or date(charge.start.year + YEARS_AHEAD, 12, 31)
    families = (
        _forgotten_changes(charge),
        change_mistakes(charge, horizon),
        _wrong_discounts(charge),
        price_mistakes(charge),
        period_mistakes(charge),
        tax_mistakes(charge, contract.tax_percent_of(charge, horizon), contract.currency),
        others,
        swapped_digits(charge, horizon, contract.currency),
    )
    return _in_turns([[mistake for mistake in family if _is_one(mistake, charge)] for family in families])


PAIRS = frozenset(
    {
        ("previous_price", "old_quantity"),
        ("previous_price", "expired_discount"),
        ("previous_price", "discount_forgotten"),
        ("missed_uplift", "old_quantity"),
        ("missed_uplift", "expired_discount"),
        ("missed_uplift", "discount_forgotten"),
        ("old_quantity", "expired_discount"),
        ("old_quantity", "discount_forgotten"),
        ("previous_price", "half_rate"),
        ("missed_uplift", "half_rate"),
        ("old_quantity", "half_rate"),
    }
)
"""Mistakes that are looked for at the same time: they are of different terms, and each goes unnoticed for long."""

_FIRST_OF_PAIRS = frozenset(first for first, _ in PAIRS)


def pairs_of_mistakes(contract: Contract, charge: Charge, until: date) -> tuple[Mistake, ...]:
    """Two declared mistakes at once, at most 40: the second made with the terms of the first."""
    found: list[Mistake] = []
    for first in plausible_mistakes(contract, charge, until):
        if first.code not in _FIRST_OF_PAIRS:
            continue
        seconds = [
            *_forgotten_changes(first.charge),
            *change_mistakes(first.charge, until),
            *_wrong_discounts(first.charge),
            Mistake("half_rate", "billed at half the amount", first.charge, factor=(1, 2)),
        ]
        found += [
            Mistake(
                f"{first.code}_and_{second.code}",
                f"{first.sentence}, and {second.sentence}",
                second.charge,
                f"{first.group}, and {second.group}",
                second.factor,
            )
            for second in seconds
            if (first.code, second.code) in PAIRS and _is_one(second, first.charge)
        ]
    return tuple(found[:MOST_MISTAKES])


def mistaken_schedule(contract: Contract, mistake: Mistake, until: date) -> Schedule:
    """What would have been billed by a mistake, up to a day and once after it."""
    schedule = make_schedule(contract, mistake.charge, until)
    if mistake.factor is None:
        return schedule
    numerator, denominator = mistake.factor
    return replace(
        schedule, amounts=tuple([round_ratio(amount * numerator, denominator) for amount in schedule.amounts])
    )


def _is_one(mistake: Mistake, charge: Charge) -> bool:
    """Whether anything is different by it."""
    return mistake.factor is not None or mistake.charge != charge


def _in_turns(families: Sequence[Sequence[Mistake]]) -> tuple[Mistake, ...]:
    """At most 40 of them, one of each family in turn so that none crowds out another, then family by family."""
    ranked = sorted((place, number) for number, family in enumerate(families) for place in range(len(family)))[
        :MOST_MISTAKES
    ]
    kept = sorted((number, place) for place, number in ranked)
    return tuple(families[number][place] for number, place in kept)


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
            if discount.periods is not None or _ends_within(discount, charge):
                outlived = replace(discount, end=None, periods=None)
                kept = (*charge.discounts[:index], outlived, *charge.discounts[index + 1 :])
                sentence = "billing did not begin after the free periods"
                yield Mistake("free_period_prolonged", sentence, replace(charge, discounts=kept))
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
