"""Agreements about the sum of random charges, and what each period then adds up to, by a walk over its days.

The charges are priced by the oracle of all charges; which days count is asked of every day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from billcheck.contracts.prices import ZERO, FlatPrice
from billcheck.contracts.terms import Charge
from billcheck.period import Cadence
from tests.pricing import changes_oracle, oracle
from tests.pricing.random_changes import random_changing_charge

if TYPE_CHECKING:
    from random import Random

    from billcheck.contracts.terms import Timing
    from billcheck.pricing.schedule import Schedule


def balance(kind: Any, *charges: Charge, **terms: Any) -> Charge:
    first = charges[0]
    defaults: dict[str, Any] = {"start": first.start, "every": first.every, "timing": first.timing}
    spans = tuple(charge.name for charge in charges)
    return Charge(name=kind.capitalize(), model=kind, price=FlatPrice(ZERO), spans=spans, **{**defaults, **terms})


def alike(random: Random) -> list[Charge]:
    """Charges of one rhythm whose terms change in every way."""
    timings: tuple[Timing, ...] = ("in_advance", "in_arrears")
    timing, day = random.choice(timings), random.choice((1, 15, 31))
    start = date(2026, random.choice((1, 3, 5)), day)
    found = []
    for number in range(random.randrange(1, 4)):
        charge = replace(random_changing_charge(random), metering=None)
        shift = (start - charge.start).days
        amendments = tuple(
            replace(
                each,
                on=each.on + timedelta(shift),
                agreed_on=None if each.agreed_on is None else each.agreed_on + timedelta(shift),
            )
            for each in charge.amendments
            if each.change != "cancel"
        )
        steps = tuple(replace(step, on=step.on + timedelta(shift)) for step in charge.price_steps)
        found.append(
            replace(
                charge,
                name=f"Fee {number}",
                model="flat" if charge.every is None else charge.model,
                start=start,
                end=None,
                every=Cadence("month"),
                timing=timing,
                amount_per=None,
                anchor_day=None,
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


def random_agreement(random: Random, charges: list[Charge]) -> Charge:
    """A minimum or a maximum for all of these charges."""
    kind = random.choice(("minimum", "maximum"))
    amount = Decimal(random.randrange(10**6)) / 100
    return balance(kind, *charges, **{kind: amount}, proration=charges[0].proration)


def sums_of(agreed: Charge, charges: list[Charge], until: date) -> dict[date, int]:
    """What each period adds up to in all, from the oracle's rows and a walk over its days."""
    found: dict[date, int] = {}
    priced = [oracle.price_by_day(charge, "EUR", until) for charge in charges]
    services = [service for service in oracle.periods(charges[0], until) if service.due_on <= until]
    changes = [changes_of(charge, until) for charge in charges]
    for service in services:
        first, last = service.days[0], service.days[-1]
        rows = [row for of_charge in priced for row in of_charge if first <= row.first_day <= last]
        total, known = sum(row.amount for row in rows), max(row.due_on for row in rows)
        weight = 0
        for day, weighs in service.weights.items():
            counts = False
            for charge, own in zip(charges, changes, strict=True):
                state = changes_oracle.state_on(charge, own, day, known, "EUR")
                given = changes_oracle.given_on(charge, firsts_of(charge, until), day)
                counts = counts or changes_oracle.is_billable(state, given)
            weight += weighs if counts else 0
        share = Fraction(weight, service.full_weight)
        bound = agreed.minimum if agreed.maximum is None else agreed.maximum
        limit = oracle.half_up(Fraction(bound or 0) * 100 * share)
        found[first] = max(total, limit) if agreed.maximum is None else min(total, limit)
    return found


def added_up(schedules: list[Schedule], starts: list[date], until: date) -> dict[date, int]:
    """What the rows that are due add up to, by the first day of the period they are of."""
    sums = dict.fromkeys(sorted(starts), 0)
    for schedule in schedules:
        for first, due, amount in zip(schedule.first_days, schedule.due_days, schedule.amounts, strict=True):
            if due <= until.toordinal():
                sums[max(start for start in sums if start.toordinal() <= first)] += amount
    return sums


def firsts_of(charge: Charge, until: date) -> list[date]:
    return [service.days[0] for service in oracle.periods(charge, until)]


def changes_of(charge: Charge, until: date) -> list[changes_oracle.Change]:
    services = list(oracle.periods(charge, until))
    return changes_oracle.changes_of(charge, firsts_of(charge, until), services[-1].days[-1])
