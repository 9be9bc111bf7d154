"""Contracts that follow each other, and contracts that overlap.

Comes in: all contracts of a check. Goes out: the same contracts, those that another supersedes cancelled on its first
day; and faults where one names a contract that is not there, or two bill one customer for the same thing. Must not know
files.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from billcheck.contracts.terms import Amendment
from billcheck.contracts.values import fold
from billcheck.errors import Problem
from billcheck.period import ONE_DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from billcheck.contracts.terms import Charge, Contract


class UnknownContractProblem(Problem):
    """The contract that this one supersedes is not among the contracts of this check."""

    remedy = "Check the id, or add that contract."


class SupersedesLaterProblem(Problem):
    """A contract supersedes one that began before it."""

    remedy = "Check the ids and the first days of both."


class OverlapProblem(Problem):
    """Two contracts bill one customer for the same thing at the same time."""


def supersede(contracts: Iterable[Contract], problems: list[Problem]) -> list[Contract]:
    """The contracts, with every superseded one cancelled on the first day of the one that follows it.

    The day counts as any cancellation does: what was billed in advance beyond it is owed back.
    """
    found = {fold(contract.id): contract for contract in contracts}
    for contract in tuple(found.values()):
        if contract.supersedes is None:
            continue
        earlier = found.get(fold(contract.supersedes))
        where = f"{contract.where} supersedes"
        if earlier is None:
            problems.append(UnknownContractProblem(where, contract.supersedes))
        elif earlier.start >= contract.start:
            problems.append(SupersedesLaterProblem(where, contract.supersedes))
        else:
            found[fold(earlier.id)] = _ended(earlier, contract.start)
    return list(found.values())


def _ended(contract: Contract, day: date) -> Contract:
    """The contract without anything that begins on or after a day, and cancelled on it.

    What was held back until then is released all the same.
    """
    kept = tuple(
        charge for charge in contract.charges if charge.model == "retention" or (charge.on or charge.start) < day
    )
    charges = tuple(_cancelled(charge, day) for charge in kept or contract.charges)
    end = day if contract.end is None else min(contract.end, day)
    return replace(contract, charges=charges, end=end)


def _cancelled(charge: Charge, day: date) -> Charge:
    if charge.every is None or (charge.ends_on is not None and charge.ends_on <= day):
        return charge
    # The day itself belongs to the contract that follows.
    on = day - ONE_DAY if charge.cancel_day_billed else day
    kept = tuple(each for each in charge.amendments if each.on < on)
    return replace(charge, amendments=(*kept, Amendment(on, change="cancel")))


def find_overlaps(contracts: Sequence[Contract]) -> Iterator[Problem]:
    """A fault for each charge that another contract with the same customer bills too on some day.

    Charges bill the same thing if they have one name or one item code, whatever the case. What is agreed about other
    charges, such as a maximum, is as often agreed with one customer as there are contracts.
    """
    seen: dict[tuple[str, str], list[tuple[Contract, Charge]]] = {}
    for contract in contracts:
        for charge in contract.charges:
            others = {
                id(other): (earlier, other)
                for key in _keys_of(contract, charge)
                for earlier, other in seen.get(key, ())
                if earlier is not contract and _meet(charge, other)
            }
            for earlier, other in list(others.values())[:1]:
                yield OverlapProblem(
                    f'{contract.where} "{charge.name}"',
                    f'{earlier.id} "{other.name}"',
                    remedy=(
                        f'If it follows {earlier.id}, write supersedes = "{earlier.id}"; '
                        "if both hold, give the charges other names or items."
                    ),
                )
        for charge in contract.charges:
            for key in _keys_of(contract, charge):
                seen.setdefault(key, []).append((contract, charge))


def _keys_of(contract: Contract, charge: Charge) -> set[tuple[str, str]]:
    customer = fold(contract.customer)
    return {(customer, fold(name)) for name in (charge.name, *charge.matching.items)}


def _meet(one: Charge, other: Charge) -> bool:
    """Whether both recur, have a price of their own, and run on a common day."""
    if one.every is None or other.every is None or one.spans or other.spans:
        return False
    return (one.ends_on is None or other.start < one.ends_on) and (other.ends_on is None or one.start < other.ends_on)
