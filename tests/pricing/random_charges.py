"""Charges of every kind from a seed, with corners far more frequent than in life."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.contracts.prices import (
    FlatPrice,
    PackagePrice,
    PercentagePrice,
    PercentTier,
    Rate,
    RoleHours,
    Tier,
    TieredPrice,
    TimePrice,
    UnitPrice,
    is_counted,
)
from billcheck.contracts.terms import (
    Align,
    Amendment,
    ChangeBilling,
    Charge,
    Contract,
    DaysAfter,
    Discount,
    FullPeriodRule,
    InvoiceDay,
    Model,
    PriceStep,
    Proration,
    ProrationRule,
    Retention,
    Timing,
)
from billcheck.period import Cadence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from billcheck.contracts.prices import Price, Quantity, TierRule


MODELS: tuple[Model, ...] = (
    *("flat", "flat", "per_unit", "per_unit", "one_off", "milestone"),
    *("graduated", "graduated", "volume", "stairstep", "package", "percentage", "time"),
)
ROLES = ("senior", "junior", "intern")
CADENCES = (
    *(Cadence("month"), Cadence("month"), Cadence("month"), Cadence("quarter"), Cadence("half_year"), Cadence("year")),
    *(
        Cadence("week"),
        Cadence("week", 4),
        Cadence("day", 30),
        Cadence("semi_month"),
        Cadence("semi_month", 1, (10, 25)),
    ),
    *(Cadence("month", 2), Cadence("month", 5), Cadence("semi_month", 1, (15, 31))),
)
RULES: tuple[ProrationRule, ...] = ("actual_actual", "30_360", "actual_30", "fixed_30", "full_period", "none")
EVEN_RULES: tuple[ProrationRule, ...] = ("actual_actual", "actual_actual", "full_period", "none")
FULL_PERIODS: tuple[FullPeriodRule, ...] = ("containing", "containing", "back_from_boundary", "from_start")
TIMINGS: tuple[Timing, ...] = ("in_advance", "in_advance", "in_arrears")
NAMED_INVOICE_DAYS: tuple[InvoiceDay, ...] = ("period_start", "period_end")
BILLINGS: tuple[ChangeBilling, ...] = ("next_invoice", "immediate")
PERCENTS = ("5", "10", "33.3", "50", "100", "0")
CURRENCIES = ("EUR", "EUR", "EUR", "JPY", "KWD")


def contract_of(charge: Charge, currency: str = "EUR") -> Contract:
    """A contract that holds this charge alone."""
    return Contract(id="C-1", customer="Acme", currency=currency, start=charge.start, charges=(charge,), end=charge.end)


def perhaps_retained(random: Random, charge: Charge) -> Charge:
    """The charge, one in five with part of it held back, for good or until a day."""
    if random.random() < 0.8:
        return charge
    until = random.choice((None, charge.start + timedelta(days=random.randrange(1, 400))))
    return replace(charge, retention=Retention(Decimal(random.choice(("5", "2.5", "10", "33.3"))), until))


def random_charge(random: Random) -> Charge:
    """One charge; its days fall near each other, so that changes meet stubs, due days and each other."""
    start = date(random.randrange(2018, 2032), random.randrange(1, 13), 1) + timedelta(days=random.randrange(31))
    end = (
        None if random.random() < 0.4 else start + timedelta(days=random.choice((1, 5, 29, 31, 90, 200, 365, 366, 500)))
    )
    model = random.choice(MODELS)
    days = [start + timedelta(days=random.randrange(-20, 420)) for _ in range(4)]
    price = _price(random, model)
    charge = Charge(
        name="Fee",
        model=model,
        start=start,
        end=end,
        price=price,
        quantity=_quantity_for(random, model) if is_counted(price) else None,
        discounts=tuple(_discount(random, days) for _ in range(random.choice((0, 0, 0, 1, 2)))),
        on=days[0] if model == "one_off" or (model == "milestone" and random.random() < 0.7) else None,
    )
    return charge if model in {"one_off", "milestone"} else _recurring(random, charge, days)


def _recurring(random: Random, charge: Charge, days: Sequence[date]) -> Charge:
    every = random.choice(CADENCES)
    may_align = every == Cadence("week") or (every.months and 12 % every.months == 0)
    align: Align = "calendar" if may_align and random.random() < 0.2 else "anniversary"
    return Charge(
        name=charge.name,
        model=charge.model,
        start=charge.start,
        end=charge.end,
        price=charge.price,
        quantity=charge.quantity,
        discounts=charge.discounts,
        every=every,
        amount_per=_amount_per(random, every),
        align=align,
        proration=_proration(random, every),
        remainder="cumulative" if random.random() < 0.2 else "per_line",
        timing=random.choice(TIMINGS),
        anchor_day=random.choice((None, None, 1, 15, 28, 29, 30, 31, random.randrange(1, 32))),
        invoice_day=random.choice(
            (None, None, *NAMED_INVOICE_DAYS, 1, 31, random.randrange(1, 32), DaysAfter(random.randrange(40)))
        ),
        price_steps=tuple(_step(random, charge, days) for _ in range(random.choice((0, 0, 1, 2, 3)))),
        amendments=tuple(_amendment(random, charge, days) for _ in range(random.choice((0, 0, 1, 2, 3)))),
    )


def _amount_per(random: Random, every: Cadence) -> Cadence | None:
    if random.random() < 0.7:
        return None
    if every.fixed_days:
        return random.choice((Cadence("week"), Cadence("day", 30)))
    return random.choice((Cadence("month"), Cadence("quarter"), Cadence("year")))


def _proration(random: Random, every: Cadence) -> Proration:
    if random.random() < 0.5:
        return Proration()
    rules = RULES if every.months else EVEN_RULES
    first, last = (random.choice(rules) if random.random() < 0.4 else None for _ in range(2))
    return Proration(random.choice(rules), first, last, random.choice(FULL_PERIODS))


def _money(random: Random) -> Decimal:
    return Decimal(random.randrange(10**6)).scaleb(-random.randrange(5))


def _price(random: Random, model: Model) -> Price:
    if model == "per_unit":
        return UnitPrice(_money(random))
    if model in {"graduated", "volume", "stairstep"}:
        tiers = tuple(Tier(bound, _small(random), _small(random)) for bound in _bounds(random))
        rule: TierRule = "graduated" if model == "graduated" else "volume" if model == "volume" else "stairstep"
        return TieredPrice(rule, tiers, bills_zero=random.random() < 0.7)
    if model == "package":
        size = max(_quantity(random), Decimal("0.5"))
        free = _quantity(random) if random.random() < 0.5 else Decimal(0)
        return PackagePrice(_money(random), size, free, "up" if random.random() < 0.6 else "down")
    if model == "milestone" and random.random() < 0.5:
        return PercentagePrice((PercentTier(Decimal(random.choice(PERCENTS))),))
    if model == "percentage":
        return PercentagePrice(tuple(PercentTier(Decimal(random.choice(PERCENTS)), top) for top in _bounds(random)))
    if model == "time":
        rates = tuple(Rate(role, _small(random)) for role in ROLES)
        has_fee = random.random() < 0.5
        return TimePrice(
            rates,
            _money(random) if has_fee else Decimal(0),
            _quantity(random) if has_fee else Decimal(0),
            _small(random) if random.random() < 0.3 else None,
        )
    return FlatPrice(_money(random))


def _small(random: Random) -> Decimal:
    """A price that is often nothing."""
    return Decimal(random.choice((0, 1, random.randrange(10**5)))).scaleb(-random.randrange(4))


def _bounds(random: Random) -> tuple[Decimal | None, ...]:
    """Bounds of tiers, near the quantities that occur."""
    found = {bound for _ in range(random.randrange(4)) if (bound := _quantity(random))}
    return (*sorted(found), None)


def _quantity_for(random: Random, model: Model) -> Quantity | None:
    if model in {"flat", "one_off"}:
        return None
    if model == "time":
        return tuple(RoleHours(role, _quantity(random)) for role in ROLES if random.random() < 0.6)
    return random.choice((Decimal(0), _quantity(random), _quantity(random)))


def _quantity(random: Random) -> Decimal:
    return Decimal(random.randrange(200)).scaleb(-random.choice((0, 0, 0, 1, 2)))


def _day(random: Random, days: Sequence[date]) -> date:
    return random.choice(days) + timedelta(days=random.choice((0, 0, 0, 1, -1, 7, 30)))


def _step(random: Random, charge: Charge, days: Sequence[date]) -> PriceStep:
    price = _price(random, charge.model)
    return PriceStep(_day(random, days), price)


def _amendment(random: Random, charge: Charge, days: Sequence[date]) -> Amendment:
    on, billing = _day(random, days), random.choice(BILLINGS)
    if charge.quantity is None:
        return Amendment(on, price=_price(random, charge.model), change_billing=billing)
    kind = random.randrange(3)
    return Amendment(
        on,
        quantity=_quantity_for(random, charge.model) if kind != 1 else None,
        price=_price(random, charge.model) if kind != 0 else None,
        change_billing=billing,
    )


def _discount(random: Random, days: Sequence[date]) -> Discount:
    first, second = sorted((_day(random, days), _day(random, days)))
    return Discount(
        Decimal(random.choice(PERCENTS)),
        first if random.random() < 0.6 else None,
        second + timedelta(days=1) if random.random() < 0.6 else None,
    )
