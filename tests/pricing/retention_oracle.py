"""Retentions of random charges, released at once or in parts, and what is then due when, by definition.

The charges are priced by the oracle of all charges. What is held back of a row is a purse of its own: at each release
every purse keeps the share of it that is still to be released, and what they all lost together is what is due.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.contracts.prices import ZERO, FlatPrice
from billcheck.contracts.terms import Charge, Contract, Release, Retention
from tests.pricing import oracle
from tests.pricing.random_changes import random_changing_charge

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

START = date(2026, 1, 1)


def release(*charges: Charge, on: date | None) -> Charge:
    """The charge that bills what was held back of these."""
    spans = tuple(charge.name for charge in charges)
    return Charge(name="Retention", model="retention", start=START, price=FlatPrice(ZERO), on=on, spans=spans)


def retained_contract(charges: Sequence[Charge], currency: str) -> Contract:
    """These charges, and the one that bills what is held back of them."""
    (until,) = {charge.retention.until for charge in charges if charge.retention is not None}
    back = release(*charges, on=until)
    return Contract("C-1", "Acme", currency, min(charge.start for charge in charges), (*charges, back))


def random_retention(random: Random) -> tuple[list[Charge], Retention, date]:
    """One to three charges with one retention, that retention, and a horizon."""
    charges = []
    for number in range(random.randrange(1, 4)):
        charge = replace(random_changing_charge(random), metering=None, name=f"Fee {number}")
        charges.append(replace(charge, escalators=tuple(each for each in charge.escalators if each.index is None)))
    first = min(charge.start for charge in charges)
    days = sorted({first + timedelta(random.randrange(1, 600)) for _ in range(random.randrange(1, 5))})
    retention = Retention(Decimal(random.choice(("5", "2.5", "10", "33.3"))), days[-1], _parts(random, days))
    until = first + timedelta(random.choice((100, 400, 700)))
    return [replace(charge, retention=retention) for charge in charges], retention, until


def _parts(random: Random, days: Sequence[date]) -> tuple[Release, ...]:
    """A part for each day, or nothing where there is one; a milestone may have a part and no day yet."""
    if len(days) == 1:
        return ()
    if random.random() < 0.4:
        *others, last = days
        return (*(Release(day, amount=Decimal(random.randrange(1, 10**5)).scaleb(-2)) for day in others), Release(last))
    cuts = sorted(random.sample(range(1, 1000), len(days) - 1))
    percents = [Decimal(after - before) / 10 for before, after in zip((0, *cuts), (*cuts, 1000), strict=True)]
    return tuple(Release(day, percent) for day, percent in zip(days, percents, strict=True))


def releases_by_day(
    charges: Sequence[Charge], retention: Retention, currency: str, until: date
) -> list[tuple[date, int]]:
    """What is due on each day of a release up to a horizon, in minor units."""
    whole = [oracle.price_by_day(replace(charge, retention=None), currency, until) for charge in charges]
    rows = [(row, oracle.held_back(charge, row)) for charge, own in zip(charges, whole, strict=True) for row in own]
    parts = retention.releases or (Release(retention.until),)
    found: list[tuple[date, int]] = []
    for part in parts:
        if part.on is None or part.on > until:
            continue
        paid = sum(amount for _, amount in found)
        held = [(row, purse) for row, purse in rows if row.due_on < part.on]
        if part.amount is not None:
            amount = min(oracle.half_up(Fraction(part.amount) * oracle.MINOR_UNITS[currency]), _all_of(held) - paid)
            amount = max(amount, 0)
        elif part.percent is None:
            amount = _all_of(held) - paid
        else:
            lost = sum((purse - _kept(retention, row.due_on, part.on) * purse for row, purse in held), Fraction())
            amount = oracle.half_up(lost) - paid
        found.append((part.on, amount))
    return found


def _all_of(held: Sequence[tuple[oracle.Row, int]]) -> int:
    return sum(purse for _, purse in held)


def _kept(retention: Retention, since: date, day: date) -> Fraction:
    """What share of a purse is still kept on a day: each release since it was filled takes a share of what was left."""
    kept, left = Fraction(1), Fraction(100)
    for part in retention.releases:
        assert part.on is not None
        if part.on > day:
            break
        if part.on > since and left:
            kept *= 1 - Fraction(part.percent or 0) / left
        left -= Fraction(part.percent or 0)
    return kept
