"""Agreements about the sum of random charges, and what each period then adds up to, by a walk over its days.

The charges are priced by the oracle of all charges; which days count is asked of every day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from billcheck.contracts.prices import ZERO, FlatPrice, with_amounts
from billcheck.contracts.terms import Charge, Discount
from billcheck.period import Cadence
from tests.pricing import changes_oracle, oracle
from tests.pricing.random_changes import EFFECTS, random_changing_charge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from billcheck.contracts.prices import Price
    from billcheck.contracts.terms import Timing
    from billcheck.pricing.schedule import Schedule


def balance(kind: Any, *charges: Charge, **terms: Any) -> Charge:
    """What brings the sum of these charges to what was agreed; of the first ones, the charges, it has the rhythm."""
    first = charges[0]
    defaults: dict[str, Any] = {"name": kind.capitalize(), "start": first.start, "every": first.every}
    spans = tuple(charge.name for charge in charges)
    return Charge(model=kind, price=FlatPrice(ZERO), spans=spans, **{**defaults, "timing": first.timing, **terms})


def alike(random: Random) -> list[Charge]:
    """Charges of one rhythm whose terms change in every way; all but the first may begin late, and all may end."""
    timings: tuple[Timing, ...] = ("in_advance", "in_arrears")
    timing, day = random.choice(timings), random.choice((1, 15, 31))
    first_day = date(2026, random.choice((1, 3, 5)), day)
    found: list[Charge] = []
    for number in range(random.randrange(1, 4)):
        charge = replace(random_changing_charge(random), metering=None)
        is_late = bool(found) and random.random() < 0.3
        start = first_day + timedelta(random.randrange(1, 100) if is_late else 0)
        end = start + timedelta(random.randrange(1, 160)) if random.random() < 0.3 else None
        shift = (start - charge.start).days
        amendments = tuple(
            replace(
                each,
                on=each.on + timedelta(shift),
                agreed_on=None if each.agreed_on is None else each.agreed_on + timedelta(shift),
            )
            for each in charge.amendments
        )
        steps = tuple(replace(step, on=step.on + timedelta(shift)) for step in charge.price_steps)
        if random.random() < 0.1:
            charge = replace(charge, price=for_nothing(charge.price))
            amendments = tuple(replace(each, price=each.price and for_nothing(each.price)) for each in amendments)
            steps = tuple(replace(step, price=for_nothing(step.price)) for step in steps)
        found.append(
            replace(
                charge,
                name=f"Fee {number}",
                model="flat" if charge.every is None else charge.model,
                start=start,
                end=end,
                every=Cadence("month"),
                timing=timing,
                amount_per=None,
                anchor_day=day,
                align="anniversary",
                invoice_day=None,
                amendments=amendments,
                price_steps=steps,
                escalators=tuple(
                    each for each in charge.escalators if not (each.first_on or each.notice or each.index)
                ),
                discounts=tuple(each for each in charge.discounts if each.periods is not None),
            )
        )
    return found


def for_nothing(price: Price) -> Price:
    """The same kind of price, whose every amount is nothing."""
    return with_amounts(price, lambda _: ZERO)


def random_agreements(random: Random, charges: Sequence[Charge]) -> list[Charge]:
    """Amounts off, a maximum and a minimum for all of these charges, as they apply: each spans those before it."""
    ends = [charge.end for charge in charges]
    known = [end for end in ends if end is not None]
    terms: dict[str, Any] = {
        "end": max(known) if len(known) == len(ends) else None,
        "anchor_day": charges[0].anchor_day,
        "proration": charges[0].proration,
    }
    found: list[Charge] = []
    for number in range(random.choice((0, 1, 1, 2))):
        off = _amount_off(random, charges[0].start)
        name = f"Discount {number}"
        found.append(balance("discount", *charges, *found, **terms, name=name, discounts=(off,)))
    bounds = sorted(Decimal(random.randrange(10**6)).scaleb(-2) for _ in range(2))
    if random.random() < 0.4:
        found.append(balance("maximum", *charges, *found, **terms, maximum=bounds[1]))
    if random.random() < 0.4 or not found:
        found.append(balance("minimum", *charges, *found, **terms, minimum=bounds[0]))
    return found


def _amount_off(random: Random, start: date) -> Discount:
    """An amount off for so many periods, or between days near the first ones."""
    amount = Decimal(random.randrange(10**5)).scaleb(-2)
    first = start + timedelta(random.randrange(-10, 100)) if random.random() < 0.5 else None
    if random.random() < 0.3:
        return Discount(amount=amount, start=first, periods=random.randrange(1, 4))
    end = (first or start) + timedelta(random.randrange(1, 100)) if random.random() < 0.5 else None
    return Discount(amount=amount, start=first, end=end, applies=random.choice(EFFECTS))


def sums_of(agreed: Sequence[Charge], charges: Sequence[Charge], until: date, currency: str) -> dict[date, int]:
    """What each period that has begun adds up to in all, from the oracle's rows and a walk over its days."""
    found: dict[date, int] = {}
    priced = [oracle.price_by_day(charge, currency, until, keeps_nothing=True) for charge in charges]
    due = [row for of_charge in priced for row in of_charge if row.due_on <= until]
    for service in oracle.periods(agreed[0], until):
        first, last = service.days[0], service.days[-1]
        rows = [row for row in due if first <= row.first_day <= last]
        if first > until:
            break
        total = sum(row.amount for row in rows)
        known = max((row.due_on for row in rows), default=None)
        for each in agreed:
            total = total if known is None else after(each, charges, service, known, total, until, currency)
        found[first] = total
    return found


def after(
    agreed: Charge,
    charges: Sequence[Charge],
    service: oracle.Service,
    known: date,
    total: int,
    until: date,
    currency: str,
) -> int:
    """What the sum of a period becomes by one agreement, as far as its days were known on a day."""
    weight = 0
    firsts = firsts_of(agreed, until)
    known_of = [(charge, firsts_of(charge, until), changes_of(charge, until)) for charge in charges]
    for day, weighs in service.weights.items():
        counts = any(
            charge.start <= day
            and (charge.end is None or day < charge.end)
            and changes_oracle.is_billable(
                changes_oracle.state_on(charge, own, day, known, currency),
                changes_oracle.given_on(charge, begun, day),
            )
            for charge, begun, own in known_of
        )
        is_given = not agreed.discounts or bool(changes_oracle.given_on(agreed, firsts, day))
        weight += weighs if counts and is_given else 0
    share = Fraction(weight, service.full_weight)
    agreed_amounts = (agreed.minimum, agreed.maximum, *(off.amount for off in agreed.discounts))
    (amount,) = (each for each in agreed_amounts if each is not None)
    limit = oracle.half_up(Fraction(amount) * oracle.MINOR_UNITS[currency] * share)
    if agreed.minimum is not None:
        return max(total, limit)
    if agreed.maximum is not None:
        return min(total, limit)
    # An amount off leaves at least nothing; what is below zero already, it leaves alone.
    return total if total < 0 else max(total - limit, 0)


def added_up(schedules: Sequence[Schedule], starts: Sequence[date], until: date) -> dict[date, int]:
    """What the rows that are due add up to, by the first day of the period they are of."""
    sums = dict.fromkeys(sorted(starts), 0)
    for schedule in schedules:
        for first, due, amount in zip(schedule.first_days, schedule.due_days, schedule.amounts, strict=True):
            if due <= until.toordinal():
                sums[max(start for start in sums if start.toordinal() <= first)] += amount
    return sums


@lru_cache(maxsize=64)
def firsts_of(charge: Charge, until: date) -> list[date]:
    return [service.days[0] for service in oracle.periods(charge, until)]


@lru_cache(maxsize=64)
def changes_of(charge: Charge, until: date) -> list[changes_oracle.Change]:
    services = list(oracle.periods(charge, until))
    return changes_oracle.changes_of(charge, firsts_of(charge, until), services[-1].days[-1])
