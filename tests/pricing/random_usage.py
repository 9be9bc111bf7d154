"""Metered charges of every kind from a seed, with what was used, by role where the price is a rate card."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

from billcheck.contracts.prices import (
    FlatPrice,
    PackagePrice,
    Rate,
    Tier,
    TieredPrice,
    TimePrice,
    UnitPrice,
    with_amounts,
)
from billcheck.contracts.terms import Amendment, Charge, Discount, PriceStep, Proration
from billcheck.contracts.usage import Metering, QuantityBasis, Rollover, UsageRow
from billcheck.period import Cadence
from tests.pricing import usage_oracle
from tests.pricing.random_charges import FULL_PERIODS, ROLES, RULES

if TYPE_CHECKING:
    from random import Random

    from billcheck.contracts.prices import Price

BASES: tuple[QuantityBasis, ...] = get_args(QuantityBasis)
START = date(2026, 1, 1)
UNIT = UnitPrice(Decimal("0.05"))
TIERS = TieredPrice("graduated", (Tier(Decimal(10), Decimal(30)), Tier(None, Decimal(25))))
PACKAGE = PackagePrice(Decimal(8), Decimal(100), Decimal(500))
CARD = TimePrice((Rate("senior", Decimal(140)), Rate("junior", Decimal("90.05"))))


def metered(
    price: Price, basis: QuantityBasis, *rows: UsageRow, rollover: Rollover | None = None, **keys: Any
) -> Charge:
    terms: dict[str, Any] = {"every": Cadence("month"), "timing": "in_arrears", "model": "per_unit", **keys}
    return Charge(name="Fee", start=START, price=price, metering=Metering(basis, rollover, rows), **terms)


def random_metered_by_role(random: Random) -> Charge:
    """A charge whose hours are counted by role, with included hours, overage and rates that change, now and then."""
    return random_metered(random, random_card(random))


def random_card(random: Random) -> TimePrice:
    """A rate card of one role or more, with a fee and included hours half the time."""
    roles = random.sample(ROLES, random.randrange(1, len(ROLES) + 1))
    rates = tuple(Rate(role, Decimal(random.choice((0, random.randrange(20_000)))).scaleb(-2)) for role in roles)
    if random.random() < 0.5:
        return TimePrice(rates)
    overage = Decimal(random.randrange(20_000)).scaleb(-2) if random.random() < 0.5 else None
    return TimePrice(rates, Decimal(random.randrange(90_000)).scaleb(-2), Decimal(random.randrange(900)), overage)


def random_metered(random: Random, price: Price | None = None) -> Charge:
    """A metered charge of this price, or of one that counts units, with rows that mostly tell what was used."""
    start = date(random.randrange(2023, 2028), random.randrange(1, 13), random.choice((1, 1, 15, 28)))
    cadence = Cadence(random.choice(("month", "month", "quarter")))
    basis = random.choice(BASES)
    if price is None:
        price = random.choice((UnitPrice(Decimal(random.randrange(1, 9999)).scaleb(-3)), TIERS, PACKAGE))
    rollover = None
    if basis == "sum" and isinstance(price, PackagePrice | TimePrice) and random.random() < 0.5:
        rollover = random.choice(
            (None, Rollover(random.randrange(1, 4), random.choice((None, Decimal(300), Decimal(700)))))
        )
    end = random.choice((None, start + timedelta(random.randrange(20, 400))))
    terms: dict[str, Any] = {"end": end, "every": cadence, "align": random.choice(("anniversary", "calendar"))}
    if random.random() < 0.5:
        first, last = (random.choice((None, *RULES)) for _ in range(2))
        terms["proration"] = Proration(random.choice(RULES), first, last, random.choice(FULL_PERIODS))
    least, most = sorted(Decimal(random.randrange(60_000)).scaleb(-2) for _ in range(2))
    terms |= {"minimum": random.choice((None, least)), "maximum": random.choice((None, most))}
    if random.random() < 0.3:
        terms["discounts"] = (Discount(amount=Decimal(random.randrange(5_000)).scaleb(-2)),)
    if random.random() < 0.3:
        terms["remainder"] = "cumulative"
    charge = replace(metered(price, basis, rollover=rollover, **terms), start=start)
    if random.random() < 0.4:
        charge = replace(charge, amendments=random_plans(random, charge, rollover))
    elif random.random() < 0.4:
        charge = replace(charge, price_steps=random_steps(random, charge))
    rows = list(random_rows(random, charge, basis))
    assert charge.metering is not None
    return replace(charge, metering=replace(charge.metering, rows=tuple(rows)))


def random_plans(random: Random, charge: Charge, rollover: Rollover | None) -> tuple[Amendment, ...]:
    """Up to three other plans, of what was used mostly from the first day of a period on."""
    other = PackagePrice(Decimal(5), Decimal(50), Decimal(200), "down")
    prices = (UNIT, TIERS, PACKAGE, other, CARD, FlatPrice(Decimal("99.99")), FlatPrice(Decimal(31)))
    found = {}
    for _ in range(random.randrange(1, 4)):
        day = _first_day(random, charge)
        found[day] = random.choice((other, random_card(random))) if rollover is not None else random.choice(prices)
    return tuple(Amendment(day, price=price) for day, price in found.items())


def random_steps(random: Random, charge: Charge) -> tuple[PriceStep, ...]:
    """Up to three new prices of the same kind; those of a rate card are rates from a day on."""
    found = {}
    for _ in range(random.randrange(1, 4)):
        price = charge.price
        found[_first_day(random, charge)] = (
            random_card(random) if isinstance(price, TimePrice) else with_amounts(price, lambda amount: 2 * amount)
        )
    return tuple(PriceStep(day, price) for day, price in found.items())


def _first_day(random: Random, charge: Charge) -> date:
    """A day on which something changes, mostly the first of a period."""
    firsts = [period.days[0] for period in usage_oracle.periods_of(charge, charge.start + timedelta(500))]
    if firsts and random.random() < 0.8:
        return random.choice(firsts)
    return charge.start + timedelta(random.randrange(1, 300))


def random_rows(random: Random, charge: Charge, basis: str) -> list[UsageRow]:
    """Rows that mostly follow each other without a gap; in a sum they mostly end with periods, or list single days."""
    rows = []
    day = charge.start
    stops = [
        period.days[-1] + timedelta(1) for period in usage_oracle.periods_of(charge, charge.start + timedelta(500))
    ]
    listed = random.choice((0, 0, 0.3, 1)) if basis == "sum" else 0.5
    for stop in stops:
        while day < stop:
            last = stop if random.random() < 0.5 else min(stop, day + timedelta(random.randrange(1, 40)))
            is_open = random.random() < listed
            roles = usage_oracle.kind_of(usage_oracle.price_on(charge, day)) or (None,)
            for role in roles if random.random() < 0.97 else (None,):
                quantity = Decimal(random.randrange(0, 1500)).scaleb(-random.choice((0, 0, 1, 2)))
                if random.random() < 0.97:
                    rows.append(UsageRow("C-1", "Fee", day, quantity, None if is_open else last, role))
            day = last if random.random() < 0.97 else last + timedelta(3)
    return rows
