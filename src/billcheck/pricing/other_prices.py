"""Prices of other charges that one may have been billed at by mistake: of its customer, and what others pay.

Comes in: all contracts of a check. Goes out: for a charge, mistakes that take the price of another one. Must not know
what was billed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.prices import FlatPrice, TimePrice
from billcheck.ledger.names import fold_name
from billcheck.pricing.mistake import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.contracts.prices import Price
    from billcheck.contracts.terms import Charge, Contract

LEAST_CONTRACTS = 3
"""So many other contracts make a price one that could be taken for this contract's."""

_MOST_USUAL = 3
"""So many of the prices that most contracts have are kept: of these two are left when one of them is a charge's own."""

MOST_OF_CUSTOMER = 6
"""So many prices of the same customer are considered."""


class PriceOf(NamedTuple):
    """A price with the contract and the charge that has it."""

    contract: str
    charge: str
    price: Price


class OtherPrices:
    """Finds the prices that could be mistaken for a charge's own; the first question looks all contracts over."""

    def __init__(self, contracts: Iterable[Contract]) -> None:
        self._contracts = contracts
        self._of_customer: dict[tuple[str, str], list[tuple[Contract, Charge]]] = {}
        self._usual: dict[tuple[object, ...], list[tuple[Price, int]]] = {}
        self._is_read = False

    def _read(self) -> None:
        of_customer = defaultdict(list)
        usual: defaultdict[tuple[object, ...], Counter[Price]] = defaultdict(Counter)
        for contract in self._contracts:
            for charge in contract.charges:
                if _is_comparable(charge):
                    of_customer[fold_name(contract.customer), contract.currency].append((contract, charge))
                    for key in _kinds(contract, charge):
                        usual[key][_last_price(charge)] += 1
        self._of_customer, self._is_read = dict(of_customer), True
        self._usual = {key: counted.most_common(_MOST_USUAL) for key, counted in usual.items()}

    def mistakes(self, contract: Contract, charge: Charge) -> Iterator[Mistake]:
        """The prices of other charges of the customer, the same contract first, and one that many contracts share.

        Codes: ``other_charge`` (another charge of the same contract), ``other_contract`` (a charge of another contract
        of the customer, by the same name or code or alone of its kind), ``usual_price`` (what most other contracts pay
        for the same item).
        """
        if not _is_comparable(charge) or charge.metering is not None:
            return
        if not self._is_read:
            self._read()
        own = {charge.price, _last_price(charge)}
        for found in self._prices_of_customer(contract, charge):
            if found.price in own:
                continue
            own.add(found.price)
            mistaken = _at_price(charge, found.price)
            if found.contract == contract.id:
                yield Mistake(
                    "other_charge", f'billed at the price of "{found.charge}"', mistaken,
                    "billed at the price of another charge",
                )  # fmt: skip
            else:
                yield Mistake(
                    "other_contract", f'billed at the price of "{found.charge}" in {found.contract}', mistaken,
                    "billed at the price of another contract",
                )  # fmt: skip
        usual = self._usual_price(contract, charge)
        if usual is not None and usual not in own:
            sentence = "billed at the price that other contracts have for it"
            yield Mistake("usual_price", sentence, _at_price(charge, usual))

    def _prices_of_customer(self, contract: Contract, charge: Charge) -> list[PriceOf]:
        """Prices of the same kind and rhythm, those of the same contract first."""
        others = self._of_customer.get((fold_name(contract.customer), contract.currency), ())
        alike = [
            (other, each)
            for other, each in others
            if (other.id, each.name) != (contract.id, charge.name) and _is_alike(charge, each)
        ]
        alike.sort(key=lambda found: found[0].id != contract.id)
        prices = (
            PriceOf(other.id, each.name, price)
            for other, each in alike
            for price in _prices(each)
            if type(price) is type(charge.price)
        )
        return [*dict.fromkeys(prices)][:MOST_OF_CUSTOMER]

    def _usual_price(self, contract: Contract, charge: Charge) -> Price | None:
        """The price that most other contracts have for the same item; None where no price stands out."""
        own = _last_price(charge)
        for key in _kinds(contract, charge):
            others = [(count - (price == own), price) for price, count in self._usual.get(key, ())]
            counts = sorted((count for count, _ in others), reverse=True)
            if counts and counts[0] >= LEAST_CONTRACTS and counts[0] > (counts[1] if len(counts) > 1 else 0):
                return next(price for count, price in others if count == counts[0])
        return None


def _is_comparable(charge: Charge) -> bool:
    """Whether its price could stand for another charge's at all; every rate card has roles of its own."""
    return charge.every is not None and not charge.spans and not isinstance(charge.price, TimePrice)


def _kinds(contract: Contract, charge: Charge) -> Iterator[tuple[object, ...]]:
    """What charges of several contracts share if they sell the same: the item, else the name."""
    names = charge.matching.items or (charge.name,)
    for name in names:
        yield name.casefold(), contract.currency, type(charge.price), charge.every, charge.amount_per


def _is_alike(charge: Charge, other: Charge) -> bool:
    """Whether the price of one charge could stand in the place of the other's."""
    return (charge.every, charge.amount_per) == (other.every, other.amount_per)


def _prices(charge: Charge) -> Iterator[Price]:
    """The price a charge ended with, and that it began with; what it came to by uplifts is not counted."""
    if not charge.escalators:
        yield _last_price(charge)
    yield charge.price


def _last_price(charge: Charge) -> Price:
    """The price agreed last."""
    steps = [(step.on, step.price) for step in charge.price_steps]
    steps += [(each.on, each.price) for each in charge.amendments if each.price is not None]
    return max(steps, key=lambda step: step[0])[1] if steps else charge.price


def _at_price(charge: Charge, price: Price) -> Charge:
    """The charge at one price throughout."""
    amendments = tuple(replace(each, price=None) if each.price is not None else each for each in charge.amendments)
    kept = tuple(
        each for each in amendments if each.quantity is not None or each.added is not None or each.change is not None
    )
    quantity = None if isinstance(price, FlatPrice) else charge.quantity
    return replace(charge, price=price, quantity=quantity, price_steps=(), escalators=(), amendments=kept)
