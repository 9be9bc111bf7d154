"""What the rows of a report add up to, group within group.

Comes in: the amounts and quantities of rows, in the order of the report. Goes out: sums, and whether a printed total or
balance agrees with them. Amounts agree to the last digit; printed quantities may be rounded, so their sum may be off by
as much as rounding can do. Must not know cells or how anything is written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

_HALF = Decimal("0.5")


@dataclass(slots=True)
class Sums:
    """Amounts and quantities of some rows; `quantity` is None where some quantity could not be read.

    `quantities` counts those printed, `step` is the last place of the least exact one.
    """

    amount: Decimal = Decimal(0)
    quantity: Decimal | None = Decimal(0)
    quantities: int = 0
    step: Decimal = Decimal(0)
    rows: int = 0

    def add(self, amount: Decimal, quantity: Decimal | None, *, is_quantity_readable: bool) -> None:
        """Count a row in; a quantity of None is not printed."""
        self.amount += amount
        self.rows += 1
        if not is_quantity_readable:
            self.quantity = None
        elif quantity is not None:
            self.quantities += 1
            self.step = max(self.step, _last_place(quantity))
            if self.quantity is not None:
                self.quantity += quantity

    def join(self, other: Sums) -> None:
        """Count the rows of a group within in."""
        self.amount += other.amount
        self.rows += other.rows
        self.quantities += other.quantities
        self.step = max(self.step, other.step)
        self.quantity = None if self.quantity is None or other.quantity is None else self.quantity + other.quantity

    def has_quantity(self, printed: Decimal) -> bool:
        """Whether a printed total of quantities may be the sum of the printed quantities before they were rounded."""
        if self.quantity is None:
            return True
        rounding = self.quantities * self.step * _HALF + _last_place(printed) * _HALF
        is_whole = self.step == 1 and _last_place(printed) == 1
        return printed == self.quantity if is_whole else abs(printed - self.quantity) <= rounding


@dataclass(slots=True)
class Group:
    """A group that is open: its own name, with those above it, and the row of its heading.

    `inner` are the groups in it that have ended, with their sums, which are part of `sums`. `running` is the running
    balance, `own` that of its own entries alone; `sides` tells whether there are invoices above zero, and below.
    """

    name: str
    path: str
    row: int
    sums: Sums = field(default_factory=Sums)
    inner: list[tuple[str, Sums]] = field(default_factory=list)
    running: Decimal = Decimal(0)
    own: Decimal = Decimal(0)
    is_replayed: bool = True
    sides: set[bool] = field(default_factory=set)

    def end(self, name: str, sums: Sums) -> None:
        """Count a group within in that has ended."""
        self.sums.join(sums)
        self.inner.append((name, sums))
        self.running += sums.amount

    def regroup(self, name: str) -> Sums | None:
        """The sums of an ended group and of those after it, which are named as its parts; None where there is none."""
        for index in range(len(self.inner) - 1, -1, -1):
            if self.inner[index][0] != name:
                if not self.inner[index][0].startswith(f"{name}:"):
                    return None
            else:
                joined = Sums()
                for _, sums in self.inner[index:]:
                    joined.join(sums)
                self.inner[index:] = [(name, joined)]
                return joined
        return None


def _last_place(number: Decimal) -> Decimal:
    exponent = number.as_tuple().exponent
    return Decimal(1).scaleb(min(exponent, 0)) if isinstance(exponent, int) else Decimal(1)
