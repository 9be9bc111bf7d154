"""How much was used: the quantities of metered charges, as frozen values that pricing reads.

Comes in: rows read by `contracts.quantity_files`, or made by hand, and contracts. Goes out: the same contracts, whose
metered charges hold their rows; or one error with every row that does not fit. Must not know files, periods or prices.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from billcheck.errors import Problem, QuantitiesRefusedError
from billcheck.period import ONE_DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from decimal import Decimal

    from billcheck.contracts.terms import Charge, Contract, Contracts

QuantityBasis = Literal["by_day", "first", "last", "max", "average", "sum"]


class UnknownContractProblem(Problem):
    """No contract of this check has this id."""

    remedy = "Check the id, or leave the row out."


class UnknownChargeProblem(Problem):
    """The contract has no charge of this name."""


class NotMeteredProblem(Problem):
    """The charge is not metered: its quantity stands in the contract."""

    remedy = "Write metered = true and a quantity_basis in the contract instead of the quantity, or leave the row out."


class OutsideChargeProblem(Problem):
    """The row speaks of days outside the term of the charge."""


class SameDaysProblem(Problem):
    """Another row speaks of the same days."""

    remedy = "Keep one of them, or write them as one."


class NoRoleProblem(Problem):
    """The charge is priced by role, and the row names none."""

    remedy = "Write the role as the rate card spells it."


class UnknownRoleProblem(Problem):
    """The charge knows no such role."""


@dataclass(frozen=True, slots=True)
class UsageRow:
    """One quantity: what was used from `first_day` up to, not including, `end`, or what is so from `first_day` on.

    `end` is None where only a date was given: under the basis `sum` the quantity was used on that day, under any other
    it holds until the next row. `where` names the row as a message should.
    """

    contract: str
    charge: str
    first_day: date
    quantity: Decimal
    end: date | None = None
    role: str | None = None
    where: str = ""

    @property
    def days(self) -> str:
        """The days of the row in words."""
        if self.end is None:
            return str(self.first_day)
        return str(self.first_day) if self.end - self.first_day == ONE_DAY else f"{self.first_day} to {self.last_day}"

    @property
    def last_day(self) -> date | None:
        """The last day, which is included; None where only a date was given."""
        return None if self.end is None else self.end - ONE_DAY


@dataclass(frozen=True, slots=True)
class Rollover:
    """Free units that a period leaves unused count in the next `periods` periods, at most `cap` at a time."""

    periods: int
    cap: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Metering:
    """How a metered charge comes to its quantity, and the rows it is worked out from, sorted by their first day."""

    basis: QuantityBasis
    rollover: Rollover | None = None
    rows: tuple[UsageRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Quantities:
    """The quantities of one check, in the order of their files."""

    rows: tuple[UsageRow, ...] = ()

    def given_to(self, contracts: Iterable[Contract]) -> Contracts:
        """The contracts, with these quantities in place of any that their metered charges held before.

        Raises:
            QuantitiesRefusedError: Rows name what there is not, or contradict each other; holds all of them.
        """
        problems: list[Problem] = []
        wanted: dict[str, list[UsageRow]] = defaultdict(list)
        for row in self.rows:
            wanted[fold(row.contract)].append(row)
        given = tuple(_give(contract, wanted.pop(fold(contract.id), []), problems) for contract in contracts)
        problems += [UnknownContractProblem(row.where, row.contract) for rows in wanted.values() for row in rows]
        if problems:
            raise QuantitiesRefusedError(sorted(problems, key=_order_of(self.rows)))
        return given


def fold(name: str) -> str:
    """A name with case and runs of spaces folded."""
    return " ".join(name.casefold().split())


def _order_of(rows: Sequence[UsageRow]) -> Callable[[Problem], int]:
    places = {row.where: number for number, row in enumerate(rows)}
    return lambda problem: places.get(problem.where, 0)


def _give(contract: Contract, rows: list[UsageRow], problems: list[Problem]) -> Contract:
    by_charge: dict[str, list[UsageRow]] = defaultdict(list)
    for row in rows:
        by_charge[fold(row.charge)].append(row)
    charges = []
    for charge in contract.charges:
        own = by_charge.pop(fold(charge.name), [])
        if charge.metering is None:
            problems += [NotMeteredProblem(row.where, charge.name) for row in own]
            charges.append(charge)
            continue
        fitting = tuple(sorted(_fitting(charge, own, problems), key=lambda row: row.first_day))
        problems += _doubled(fitting)
        charges.append(replace(charge, metering=replace(charge.metering, rows=fitting)))
    names = ", ".join(f'"{charge.name}"' for charge in contract.charges)
    for strangers in by_charge.values():
        remedy = f"Its charges are {names}."
        problems += [UnknownChargeProblem(row.where, row.charge, remedy=remedy) for row in strangers]
    return replace(contract, charges=tuple(charges)) if any(charge.metering for charge in charges) else contract


def _fitting(charge: Charge, rows: list[UsageRow], problems: list[Problem]) -> Iterable[UsageRow]:
    """The rows with the roles spelt as the rate card spells them; those that do not fit are told."""
    roles = {fold(role): role for role in charge.roles}
    for row in rows:
        last_day = row.last_day or row.first_day
        if row.first_day < charge.start or (charge.end is not None and last_day >= charge.end):
            until = "" if charge.end is None else f" to {charge.end - ONE_DAY}"
            remedy = f"The charge runs from {charge.start}{until}: give the row only those days."
            problems.append(OutsideChargeProblem(row.where, row.days, remedy=remedy))
        elif row.role is None and not charge.counts_units:
            problems.append(NoRoleProblem(row.where))
        elif row.role is not None and fold(row.role) not in roles:
            remedy = f"Its roles are {', '.join(roles.values())}." if roles else "Leave the role out."
            problems.append(UnknownRoleProblem(row.where, row.role, remedy=remedy))
        else:
            yield row if row.role is None else replace(row, role=roles[fold(row.role)])


def _doubled(rows: Sequence[UsageRow]) -> Iterable[Problem]:
    """The rows that speak of days an earlier one of the same role has spoken of."""
    before: dict[str | None, UsageRow] = {}
    for row in rows:
        earlier = before.get(row.role)
        if earlier is not None and row.first_day < _end_of(earlier):
            yield SameDaysProblem(row.where, row.days, what=f"{earlier.where} speaks of the same days.")
        if earlier is None or _end_of(row) >= _end_of(earlier):
            before[row.role] = row


def _end_of(row: UsageRow) -> date:
    return row.end or row.first_day + ONE_DAY
