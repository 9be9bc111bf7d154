"""What contracts say without fault and probably do not mean.

Comes in: frozen contracts. Goes out: doubts as problems, in the order of charges. Each states a fact that is certain, a
term that never does anything or a percent written as a fraction; only whether it was meant is open, so nothing is
refused for it. Must not know files beyond the path a contract carries, ledgers or the day of a check.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.contracts.prices import PercentagePrice, TimePrice, is_counted
from billcheck.contracts.uplifts import CONTRACT_ESCALATOR
from billcheck.errors import Problem
from billcheck.period import ONE_DAY
from billcheck.pricing.escalation import uplifts_of
from billcheck.pricing.grid import LATEST_DAY
from billcheck.pricing.layout import grid_of
from billcheck.pricing.schedule import make_schedule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from billcheck.contracts.prices import Price, Quantity
    from billcheck.contracts.terms import Amendment, Charge, Contract, PriceStep

_ONE = Decimal(1)
_LONGEST_PERIODS = timedelta(days=12 * 366)
"""Twice the longest period and more: after so long without a change an open charge goes on as it is."""
_MADE_UP = frozenset({"commitment", "deposit", "retention"})
"""Models of charges that stand in tables of their own."""


class NeverRaisedDoubt(Problem):
    """The price never rises: the charge ends before the first uplift."""

    remedy = "Check the last day, and since when the price may rise."


class NeverInEffectDoubt(Problem):
    """The change never takes effect: no period begins on or after its day."""

    remedy = "Check its day, or let it count from that day (applies)."


class NoChangeDoubt(Problem):
    """The change leaves everything as it was."""

    remedy = "Check what it sets, or take it out."


class NothingOffDoubt(Problem):
    """The discount takes nothing off."""

    remedy = "Check it, or take it out."


class NothingBilledDoubt(Problem):
    """Nothing is ever billed for this charge, so nothing of it is checked."""

    remedy = "Check its price, its quantity and its discounts."


class FractionDoubt(Problem):
    """The percent is below 1."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a charge stands, for messages."""

    contract: Contract
    charge: Charge

    def key(self, key: str) -> str:
        return f'{self.contract.where} "{self.charge.name}" {key}'.rstrip()


def find_doubts(contracts: Iterable[Contract]) -> Iterator[Problem]:
    """Everything doubtful, by contract and charge."""
    for contract in contracts:
        yield from _small(f"{contract.where} tax.percent", contract.tax_percent)
        for number, step in enumerate(contract.tax_steps, start=1):
            yield from _small(f"{contract.where} tax.steps #{number}.percent", step.percent)
        for charge in contract.charges:
            place = _Place(contract, charge)
            yield from _small_percents(place)
            if charge.model in _MADE_UP:
                continue
            if charge.every is not None:
                yield from _unraised(place)
                yield from _without_effect(place)
            yield from _unchanged(place)
            for number, discount in enumerate((each for each in charge.discounts if not each.is_free), start=1):
                if not discount.percent and not discount.amount:
                    yield NothingOffDoubt(place.key(f"discounts #{number}"))
            if _bills_nothing(contract, charge):
                yield NothingBilledDoubt(place.key(""))


def _small(where: str, percent: Decimal | None) -> Iterator[Problem]:
    """A percent that looks like a part of one."""
    if percent is not None and 0 < percent < _ONE:
        meant = f"{(percent * 100).normalize():f}"
        yield FractionDoubt(where, str(percent), remedy=f'If {meant} % was meant, write "{meant}".')


def _small_percents(place: _Place) -> Iterator[Problem]:
    charge = place.charge
    yield from _small(place.key("tax.percent"), charge.tax_percent)
    for number, step in enumerate(charge.tax_steps, start=1):
        yield from _small(place.key(f"tax.steps #{number}.percent"), step.percent)
    for number, discount in enumerate((each for each in charge.discounts if not each.is_free), start=1):
        yield from _small(place.key(f"discounts #{number}.percent"), discount.percent)
    for escalator in charge.escalators:
        yield from _small(place.key(f"{escalator.name}.percent"), escalator.percent)
        if escalator.index is not None:
            yield from _small(place.key(f"{escalator.name}.index.share"), escalator.index.share)
    if charge.model == "milestone" and isinstance(charge.price, PercentagePrice):
        yield from _small(place.key("percent"), charge.price.tiers[0].percent)


def _unraised(place: _Place) -> Iterator[Problem]:
    """Escalators that raise by nothing, or would only after the end."""
    charge, last = place.charge, _last_beginning(place.charge)
    end = _end_of(charge)
    until = LATEST_DAY if end is None else end - ONE_DAY
    for escalator in charge.escalators:
        if escalator.percent is not None and not escalator.percent:
            yield NoChangeDoubt(place.key(f"{escalator.name}.percent"), "0", what="The price rises by nothing.")
            continue
        uplifts = uplifts_of(escalator, charge.start, until)
        if escalator.applies == "next_period" and last is not None:
            uplifts = [uplift for uplift in uplifts if uplift.day.toordinal() <= last]
        if not uplifts and end is not None and escalator.name != CONTRACT_ESCALATOR:
            yield NeverRaisedDoubt(place.key(escalator.name), f"{charge.start} to {until}")


def _end_of(charge: Charge) -> date | None:
    """The day from which nothing is billed; None where there is none, or it depends on what was known when."""
    cancels = [each for each in charge.amendments if each.change == "cancel"]
    if any(each.applies == "next_period" or each.agreed_on is not None for each in cancels):
        return None
    return charge.ends_on


def _last_beginning(charge: Charge) -> int | None:
    """The day, as an ordinal, on which the last period of a charge with an end begins."""
    if charge.end is None:
        return None
    until = min(charge.end + _LONGEST_PERIODS, LATEST_DAY)
    return grid_of(charge, until.toordinal()).first_days[-1]


def _without_effect(place: _Place) -> Iterator[Problem]:
    """Changes that wait for a period that never begins."""
    last = _last_beginning(place.charge)
    for key, change in _changes_of(place.charge):
        if last is not None and change.applies == "next_period" and change.on.toordinal() > last:
            yield NeverInEffectDoubt(place.key(f"{key}.on"), str(change.on))


def _changes_of(charge: Charge) -> Iterator[tuple[str, PriceStep | Amendment]]:
    """Price steps and amendments with their keys; dated rates of a card are price steps of the key `rates`."""
    for number, step in enumerate(charge.price_steps, start=1):
        yield ("rates" if isinstance(step.price, TimePrice) else f"price_steps #{number}"), step
    for number, amendment in enumerate(charge.amendments, start=1):
        yield f"amendments #{number}", amendment


def _unchanged(place: _Place) -> Iterator[Problem]:
    """Changes that set what holds already; where prices rise by a rule, or changes wait, none is certain."""
    charge = place.charge
    changes = sorted(_changes_of(charge), key=lambda pair: pair[1].on)
    days = [change.on for _, change in changes]
    if charge.escalators or len({*days}) < len(days) or any(change.applies != "day" for _, change in changes):
        return
    price, quantity = charge.price, charge.quantity
    for key, change in changes:
        after = _after(price, quantity, change)
        stops = getattr(change, "change", None) is not None
        if after == (price, quantity) and not stops:
            yield NoChangeDoubt(place.key(key), str(change.on))
        price, quantity = after


def _after(price: Price, quantity: Quantity | None, change: PriceStep | Amendment) -> tuple[Price, Quantity | None]:
    """Price and quantity after one more change."""
    if change.price is not None:
        price = change.price
        quantity = quantity if is_counted(price) else None
    given, added = getattr(change, "quantity", None), getattr(change, "added", None)
    if is_counted(price) and given is not None:
        quantity = given
    if added is not None and isinstance(quantity, Decimal):
        quantity = max(quantity + added, Decimal(0))
    return price, quantity


def _bills_nothing(contract: Contract, charge: Charge) -> bool:
    """Whether every amount of the charge is known, and is nothing."""
    if charge.metering is not None:
        return False
    end = charge.ends_on
    if end is None and any(discount.periods is not None for discount in charge.discounts):
        return False
    if end is None:
        changes = [charge.start, *(change.on for _, change in _changes_of(charge))]
        changes += [day for discount in charge.discounts for day in (discount.start, discount.end) if day is not None]
        end = max(changes) + _LONGEST_PERIODS
    schedule = make_schedule(contract, charge, min(end, LATEST_DAY))
    return len(schedule) > 0 and not schedule.unknowns and not any(schedule.amounts)
