"""How agreed figures are plausibly typed in wrong: two digits swapped, tax taken for part of a price or left in it.

Comes in: a charge as agreed, its tax percent and its currency. Goes out: mistakes, to be priced like any charge. No
mistake has a free parameter: all of them follow from the terms. Must not know what was billed.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from billcheck.contracts.prices import FlatPrice, with_amounts
from billcheck.contracts.terms import PriceStep
from billcheck.money import MINOR_DIGITS
from billcheck.pricing.layout import grid_of
from billcheck.pricing.mistake import Mistake
from billcheck.pricing.price_mistakes import with_prices
from billcheck.pricing.timeline import make_timeline
from billcheck.pricing.wording import money_text, plain_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from billcheck.contracts.prices import Price
    from billcheck.contracts.terms import Amendment, Charge

_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_HUNDRED = 100
LAST_UPLIFTS = 2
"""Of so many uplifts, the last ones, it is tried whether the new price was typed in wrong."""


def tax_mistakes(charge: Charge, tax_percent: Decimal | None, currency: str) -> Iterator[Mistake]:
    """Tax that was taken for a part of the price, or left in it; each worked out per price and per amount.

    Codes: ``tax_included`` (the agreed price was entered as one that includes tax), ``tax_on_top`` (the price with tax
    was entered as one without).
    """
    if not tax_percent or charge.spans or charge.model == "deposit":
        return
    percent = plain_number(tax_percent)
    whole = 1 + tax_percent / _HUNDRED
    numerator, denominator = whole.as_integer_ratio()
    included = f"the price was entered as if it included the tax of {percent} %"
    on_top = f"the price with the tax of {percent} % was entered as the price without it"
    step = Decimal(1).scaleb(-MINOR_DIGITS[currency])

    def less_tax(amount: Decimal) -> Decimal:
        return _EXACT.quantize(_EXACT.divide(amount, whole), step)

    def with_tax(amount: Decimal) -> Decimal:
        return _EXACT.quantize(_EXACT.multiply(amount, whole), step)

    yield Mistake("tax_included", included, charge, factor=(denominator, numerator))
    yield Mistake("tax_on_top", on_top, charge, factor=(numerator, denominator))
    if not isinstance(charge.price, FlatPrice):
        yield Mistake("tax_included", included, with_prices(charge, lambda price: with_amounts(price, less_tax)))
        yield Mistake("tax_on_top", on_top, with_prices(charge, lambda price: with_amounts(price, with_tax)))


def swapped_digits(charge: Charge, until: date, currency: str) -> Iterator[Mistake]:
    """Two neighbouring digits of a price or a quantity swapped, the latest first; code ``swapped_digits``.

    `until` is the last day that matters.
    """
    if charge.spans or charge.model == "deposit":
        return
    yield from _swapped_in_uplifts(charge, until, currency)
    for number, amendment in reversed([*enumerate(charge.amendments)]):

        def amended(number: int = number, amendment: Amendment = amendment, **terms: object) -> Charge:
            other: Amendment = replace(amendment, **terms)  # type: ignore[arg-type]  # names of its own fields
            return replace(charge, amendments=(*charge.amendments[:number], other, *charge.amendments[number + 1 :]))

        if amendment.price is not None:
            yield from _swapped_price(amendment.price, currency, lambda price: amended(price=price))
        if isinstance(amendment.quantity, Decimal):
            yield from _swapped_quantity(amendment.quantity, lambda units: amended(quantity=units))
    for number, step in reversed([*enumerate(charge.price_steps)]):

        def stepped(price: Price, number: int = number, step: PriceStep = step) -> Charge:
            changed = replace(step, price=price)
            return replace(
                charge, price_steps=(*charge.price_steps[:number], changed, *charge.price_steps[number + 1 :])
            )

        yield from _swapped_price(step.price, currency, stepped)
    yield from _swapped_price(charge.price, currency, lambda price: replace(charge, price=price))
    if isinstance(charge.quantity, Decimal) and charge.metering is None:
        yield from _swapped_quantity(charge.quantity, lambda units: replace(charge, quantity=units))


def _swapped_in_uplifts(charge: Charge, until: date, currency: str) -> Iterator[Mistake]:
    """The prices after the last uplifts, each typed in wrong on its day."""
    if not charge.escalators or charge.every is None:
        return
    terms = make_timeline(charge, grid_of(charge, until.toordinal()), MINOR_DIGITS[currency]).versions[-1].terms
    raised = [(each.uplift.day, each.price) for each in terms if each.uplift and each.uplift.day <= until]
    for day, price in reversed(dict(raised[-LAST_UPLIFTS:]).items()):

        def typed(price: Price, day: date = day) -> Charge:
            steps = [step for step in charge.price_steps if step.on != day]
            return replace(charge, price_steps=tuple(sorted([*steps, PriceStep(day, price)], key=lambda step: step.on)))

        yield from _swapped_price(price, currency, typed)


def _swapped_price(price: Price, currency: str, change: Callable[[Price], Charge]) -> Iterator[Mistake]:
    amounts: list[Decimal] = []

    def note(amount: Decimal) -> Decimal:
        amounts.append(amount)
        return amount

    with_amounts(price, note)
    for place, amount in enumerate(amounts):
        for other in swap_neighbours(amount):
            # Only the amount at this place, although others may be equal.
            places = iter(range(len(amounts)))
            changed = with_amounts(price, lambda each, o=other, p=place, s=places: o if next(s) == p else each)  # type: ignore[misc]
            shown = [money_text(each, currency) for each in (amount, other)]
            sentence = f"two digits of the price of {shown[0]} were swapped: {shown[1]}"
            yield Mistake("swapped_digits", sentence, change(changed), "two digits of a price were swapped")


def _swapped_quantity(quantity: Decimal, change: Callable[[Decimal], Charge]) -> Iterator[Mistake]:
    for other in swap_neighbours(quantity):
        sentence = f"two digits of the quantity of {plain_number(quantity)} were swapped: {plain_number(other)}"
        yield Mistake("swapped_digits", sentence, change(other), "two digits of a quantity were swapped")


def swap_neighbours(value: Decimal) -> Iterator[Decimal]:
    """A number with each two neighbouring digits swapped that differ, from the left; none that begins with a zero.

    Zeros at the end that say nothing are left out.
    """
    sign, digits, exponent = Decimal(plain_number(value)).as_tuple()
    for place, (one, other) in enumerate(pairwise(digits)):
        if one != other and (place or other):
            swapped = (*digits[:place], other, one, *digits[place + 2 :])
            yield Decimal((sign, swapped, int(exponent)))
