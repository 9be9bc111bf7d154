"""Charges whose terms change in every way a contract can say, from a seed, with corners everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.contracts.terms import Amendment, Discount, Effect, PriceStep, Stop
from billcheck.contracts.uplifts import Escalator, IndexClause, Notice, UpliftRounding
from tests.pricing.random_charges import BILLINGS, random_charge

if TYPE_CHECKING:
    from random import Random

    from billcheck.contracts.terms import Charge

EFFECTS: tuple[Effect, ...] = ("day", "day", "next_period")
ROUNDINGS: tuple[UpliftRounding, ...] = ("per_step", "per_step", "from_base")
LONGEST = 900


def random_changing_charge(random: Random) -> Charge:
    """A charge of any kind with more changes than any contract has."""
    charge = random_charge(random)
    discounts = tuple(_discount(random, discount) for discount in charge.discounts)
    if random.random() < 0.3:
        discounts = (*discounts, Discount(Decimal(100), periods=random.randrange(1, 4), is_free=True))
    if charge.every is None:
        kept = tuple(replace(discount, periods=None, applies="day", is_free=False) for discount in discounts)
        return replace(charge, discounts=kept)
    steps = tuple(
        replace(step, applies=random.choice(EFFECTS), change_billing=random.choice(BILLINGS))
        for step in charge.price_steps
    )
    amendments = tuple(_amendment(random, charge, each) for each in charge.amendments)
    bounds = sorted((_bound(random), _bound(random)))
    return replace(
        charge,
        discounts=discounts,
        price_steps=_apart(steps),
        amendments=_with_one_end(random, charge, amendments),
        escalators=tuple(_escalator(random, charge) for _ in range(random.choice((0, 0, 1, 1, 2)))),
        minimum=bounds[0] if random.random() < 0.2 else None,
        maximum=bounds[1] if random.random() < 0.2 else None,
    )


def _apart(steps: tuple[PriceStep, ...]) -> tuple[PriceStep, ...]:
    """Price steps of different days: what holds on a day may not depend on the order of writing."""
    return tuple({step.on: step for step in steps}.values())


def _discount(random: Random, discount: Discount) -> Discount:
    kind = random.randrange(4)
    if kind == 0:
        discount = replace(discount, percent=None, amount=Decimal(random.randrange(20_000)).scaleb(-2))
    if random.random() < 0.3:
        return replace(discount, end=None, periods=random.randrange(1, 6))
    return replace(discount, applies=random.choice(EFFECTS))


def _amendment(random: Random, charge: Charge, amendment: Amendment) -> Amendment:
    changed = replace(amendment, applies=random.choice(EFFECTS))
    if random.random() < 0.3:
        changed = replace(changed, agreed_on=changed.on + timedelta(days=random.choice((1, 5, 31, 70, 200, -3))))
    kind = random.randrange(6)
    if kind == 0 and isinstance(charge.quantity, Decimal):
        return replace(changed, quantity=None, added=Decimal(random.randrange(-8, 9)))
    if kind == 1:
        stops: tuple[Stop, ...] = ("pause", "pause", "resume")
        return replace(changed, quantity=None, price=None, change=random.choice(stops))
    return changed


def _with_one_end(random: Random, charge: Charge, amendments: tuple[Amendment, ...]) -> tuple[Amendment, ...]:
    """The amendments, now and then followed by a cancellation after which there is no other change."""
    if random.random() < 0.75:
        return amendments
    on = charge.start + timedelta(days=random.randrange(1, 420))
    agreed_on = on + timedelta(days=random.choice((1, 40, 100))) if random.random() < 0.3 else None
    cancel = Amendment(
        on, change="cancel", agreed_on=agreed_on, applies=random.choice(EFFECTS), change_billing=random.choice(BILLINGS)
    )
    return (*(each for each in amendments if each.change != "resume"), cancel)


def _bound(random: Random) -> Decimal:
    return Decimal(random.choice((0, random.randrange(10**6)))).scaleb(-2)


def _escalator(random: Random, charge: Charge) -> Escalator:
    is_by_date = random.random() < 0.3
    every = 12 if is_by_date else random.choice((1, 3, 6, 12))
    notice = None
    if random.random() < 0.3:
        given = (charge.start + timedelta(days=random.randrange(500)) for _ in range(3))
        notice = Notice(random.choice((0, 10, 30)), tuple(given))
    return (
        Escalator(
            percent=Decimal(random.choice(("3", "3.2", "0", "10", "2.5"))),
            index=None,
            month_and_day=(random.randrange(1, 13), random.choice((1, 15, 28, 29, 30))) if is_by_date else None,
            every_months=every,
            first_after_months=random.choice((None, None, 0, 6, 14)),
            is_compounding=random.random() < 0.7,
            rounding=random.choice(ROUNDINGS),
            decimals=random.choice((None, None, 0, 3)),
            notice=notice,
            applies=random.choice(EFFECTS),
            change_billing=random.choice(BILLINGS),
            first_on=charge.start + timedelta(days=random.randrange(400)) if random.random() < 0.2 else None,
        )
        if random.random() < 0.6
        else _index_escalator(random, charge)
    )


def _index_escalator(random: Random, charge: Charge) -> Escalator:
    start = charge.start.replace(day=1)
    months = [date(start.year + (start.month - 1 + n) // 12, (start.month - 1 + n) % 12 + 1, 1) for n in range(-12, 96)]
    values = tuple((month, Decimal(random.randrange(900, 1200)).scaleb(-1)) for month in months)
    low, high = sorted(random.randrange(8) for _ in range(2))
    clause = IndexClause(
        "CPI",
        base_month=random.choice(months[:12]),
        values=values,
        lag_months=random.randrange(5),
        share=Decimal(random.choice(("80", "50"))) if random.random() < 0.4 else None,
        plus=Decimal("0.5") if random.random() < 0.3 else None,
        cap=Decimal(high) if random.random() < 0.5 else None,
        floor=Decimal(low) if random.random() < 0.5 else None,
    )
    return Escalator(
        index=clause,
        every_months=random.choice((3, 6, 12)),
        rounding=random.choice(ROUNDINGS),
        is_compounding=random.random() < 0.7,
        applies=random.choice(EFFECTS),
        change_billing=random.choice(BILLINGS),
    )
