"""Charges of every kind from a seed, with corners far more frequent than in life."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.contracts.terms import (
    Amendment,
    ChangeBilling,
    Charge,
    Contract,
    Discount,
    InvoiceDay,
    Model,
    PriceStep,
    Timing,
)
from billcheck.period import Cadence, CadenceUnit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

MODELS: tuple[Model, ...] = ("flat", "flat", "per_unit", "per_unit", "one_off")
CADENCES: tuple[CadenceUnit, ...] = ("month", "month", "month", "quarter", "half_year", "year")
TIMINGS: tuple[Timing, ...] = ("in_advance", "in_advance", "in_arrears")
NAMED_INVOICE_DAYS: tuple[InvoiceDay, ...] = ("period_start", "period_end")
BILLINGS: tuple[ChangeBilling, ...] = ("next_invoice", "immediate")
PERCENTS = ("5", "10", "33.3", "50", "100", "0")
CURRENCIES = ("EUR", "EUR", "EUR", "JPY", "KWD")


def contract_of(charge: Charge, currency: str = "EUR") -> Contract:
    """A contract that holds this charge alone."""
    return Contract(id="C-1", customer="Acme", currency=currency, start=charge.start, charges=(charge,), end=charge.end)


def random_charge(random: Random) -> Charge:
    """One charge; its days fall near each other, so that changes meet stubs, due days and each other."""
    start = date(random.randrange(2018, 2032), random.randrange(1, 13), 1) + timedelta(days=random.randrange(31))
    end = (
        None if random.random() < 0.4 else start + timedelta(days=random.choice((1, 5, 29, 31, 90, 200, 365, 366, 500)))
    )
    model = random.choice(MODELS)
    days = [start + timedelta(days=random.randrange(-20, 420)) for _ in range(4)]
    charge = Charge(
        name="Fee",
        model=model,
        start=start,
        end=end,
        amount=None if model == "per_unit" else _money(random),
        unit_amount=_money(random) if model == "per_unit" else None,
        quantity=_quantity(random) if model == "per_unit" else None,
        discounts=tuple(_discount(random, days) for _ in range(random.choice((0, 0, 0, 1, 2)))),
        on=days[0] if model == "one_off" else None,
    )
    return charge if model == "one_off" else _recurring(random, charge, days)


def _recurring(random: Random, charge: Charge, days: Sequence[date]) -> Charge:
    return Charge(
        name=charge.name,
        model=charge.model,
        start=charge.start,
        end=charge.end,
        amount=charge.amount,
        unit_amount=charge.unit_amount,
        quantity=charge.quantity,
        discounts=charge.discounts,
        every=Cadence(random.choice(CADENCES)),
        timing=random.choice(TIMINGS),
        anchor_day=random.choice((None, None, 1, 15, 28, 29, 30, 31, random.randrange(1, 32))),
        invoice_day=random.choice((None, None, *NAMED_INVOICE_DAYS, 1, 31, random.randrange(1, 32))),
        price_steps=tuple(_step(random, charge, days) for _ in range(random.choice((0, 0, 1, 2, 3)))),
        amendments=tuple(_amendment(random, charge, days) for _ in range(random.choice((0, 0, 1, 2, 3)))),
    )


def _money(random: Random) -> Decimal:
    return Decimal(random.randrange(10**6)).scaleb(-random.randrange(5))


def _quantity(random: Random) -> Decimal:
    return Decimal(random.randrange(200)).scaleb(-random.choice((0, 0, 0, 1, 2)))


def _day(random: Random, days: Sequence[date]) -> date:
    return random.choice(days) + timedelta(days=random.choice((0, 0, 0, 1, -1, 7, 30)))


def _step(random: Random, charge: Charge, days: Sequence[date]) -> PriceStep:
    is_per_unit = charge.model == "per_unit"
    price = _money(random)
    return PriceStep(_day(random, days), None if is_per_unit else price, price if is_per_unit else None)


def _amendment(random: Random, charge: Charge, days: Sequence[date]) -> Amendment:
    on, billing = _day(random, days), random.choice(BILLINGS)
    if charge.model == "flat":
        return Amendment(on, amount=_money(random), change_billing=billing)
    kind = random.randrange(3)
    return Amendment(
        on,
        quantity=_quantity(random) if kind != 1 else None,
        unit_amount=_money(random) if kind != 0 else None,
        change_billing=billing,
    )


def _discount(random: Random, days: Sequence[date]) -> Discount:
    first, second = sorted((_day(random, days), _day(random, days)))
    return Discount(
        Decimal(random.choice(PERCENTS)),
        first if random.random() < 0.6 else None,
        second + timedelta(days=1) if random.random() < 0.6 else None,
    )
