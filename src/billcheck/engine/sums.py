"""What a check adds up as it goes: totals per currency, and how many rows could be judged.

Comes in: judged rows, and what charges that are billed exactly come to. Goes out: sums in minor units. Must not know
how a row was judged, nor how sums are shown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from billcheck.findings import ARREARS, JUDGED, Status, Totals
from billcheck.ledger.names import fold_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from billcheck.contracts.terms import Contract
    from billcheck.engine.diff import JudgedRow


FEW_DOCUMENTS = 5
"""So many documents that bill something by inference are named; of more, it is only known that they are more."""


@dataclass(slots=True)
class Sums:
    """What a check adds up as it goes, in minor units.

    `arrears_by_tax` holds arrears per currency, customer and tax percent. `allocated`, `residue` and `aside` hold the
    amounts of lines per currency, `aside_lines` how many lines do not count. `inferred_by` holds per currency the
    numbers of documents that bill by inference, in order, up to one more than are named.
    """

    totals: dict[str, Totals] = field(default_factory=dict)
    arrears_by_tax: Counter[tuple[str, str, Decimal | None]] = field(default_factory=Counter)
    allocated: Counter[str] = field(default_factory=Counter)
    residue: Counter[str] = field(default_factory=Counter)
    aside: Counter[str] = field(default_factory=Counter)
    inferred_by: dict[str, dict[str, None]] = field(default_factory=dict)
    aside_lines: int = 0
    judged_rows: int = 0
    inconclusive_rows: int = 0
    decided_rows: int = 0

    def join(self, other: Sums) -> None:
        """Add the sums of other charges."""
        for currency, theirs in other.totals.items():
            self.total(currency).add(theirs)
        self.arrears_by_tax.update(other.arrears_by_tax)
        self.allocated.update(other.allocated)
        self.residue.update(other.residue)
        self.aside.update(other.aside)
        for currency, numbers in other.inferred_by.items():
            self.add_inferred(currency, numbers)
        self.aside_lines += other.aside_lines
        self.judged_rows += other.judged_rows
        self.inconclusive_rows += other.inconclusive_rows
        self.decided_rows += other.decided_rows

    def total(self, currency: str) -> Totals:
        """The totals of a currency, begun at zero."""
        found = self.totals.get(currency)
        if found is None:
            found = self.totals[currency] = Totals(currency)
        return found

    def add_inferred(self, currency: str, numbers: Iterable[str]) -> None:
        """Note documents that bill by inference."""
        found = self.inferred_by.setdefault(currency, {})
        for number in numbers:
            if len(found) > FEW_DOCUMENTS:
                break
            found[number] = None

    def few_inferred(self) -> dict[str, tuple[str, ...]]:
        """Per currency the documents that bill by inference, where they are few."""
        found = sorted(self.inferred_by.items())
        return {currency: tuple(numbers) for currency, numbers in found if len(numbers) <= FEW_DOCUMENTS}

    def add_exact(self, currency: str, periods: int, amount: int) -> None:
        """Count in so many periods of a charge that were billed exactly as agreed."""
        total = self.total(currency)
        self.judged_rows += periods
        total.expected += amount
        total.billed += amount

    def add_row(
        self, row: JudgedRow, contract: Contract, tax_percent: Decimal | None, *, is_never_billed: bool
    ) -> None:
        """Count one judged row in."""
        total = self.total(contract.currency)
        if row.status is Status.OK:
            # Nearly every row of nearly every ledger; hashing an enumeration, as the sets below do, takes longer.
            self.judged_rows += 1
            total.expected += row.expected
            total.billed += row.billed
            total.inferred += row.inferred
            return
        if row.status in JUDGED:
            self.judged_rows += 1
            total.expected += row.expected
            total.billed += row.billed
            total.inferred += row.inferred
            total.net += row.shortfall
        if row.status in ARREARS:
            total.arrears += row.shortfall
            total.credited += row.credited
            self.arrears_by_tax[contract.currency, fold_name(contract.customer), tax_percent] += row.shortfall
        elif row.status is Status.OVERBILLED:
            total.overbilled -= row.shortfall
        elif row.status is Status.ROUNDING:
            total.rounding += row.shortfall
        elif row.status is Status.AWAITING:
            total.awaiting += row.shortfall
        elif row.status is Status.BILLED_AHEAD:
            total.billed_ahead += row.billed
        elif row.status is Status.DECIDED:
            self.decided_rows += 1
            total.decided += max(row.shortfall, 0)
            total.decided_overbilled += max(-row.shortfall, 0)
        elif row.status is Status.INCONCLUSIVE:
            self.inconclusive_rows += 1
            total.inconclusive += row.shortfall
            total.never_billed += row.shortfall if is_never_billed else 0
