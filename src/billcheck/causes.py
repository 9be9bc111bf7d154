"""What leaks by cause, and what of it still runs, as values.

Comes in: sums of the engine in minor units. Goes out: one group for each cause and currency, and for each charge that
still leaks what that comes to a month and what its next invoice will be. All of it repeats or foretells money of period
rows; nothing of it is ever added to them. Must not know how a cause was found, nor how it will be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from billcheck.money import to_decimal

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

PartOf = Literal["arrears", "overbilled"]
"""Which of the two totals an amount is part of; they are never set off against each other."""

UNEXPLAINED = "unexplained"
"""The code of the group of all differences that no cause explains."""


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """All periods, of whatever contract, that one cause explains; one group for each currency and total.

    `amount_minor` is above zero: of arrears what is short, of what is overbilled what was billed too much. The groups
    of a currency that are part of one total add up to it, since what nothing explains is a group as well, with the code
    `unexplained`. `contracts` are ids in the order of the contracts. `rows` counts periods, `first_day` and `last_day`
    (inclusive) bound them. `running` counts the contracts in which the cause still runs, `monthly_minor` is what it
    comes to a month there.
    """

    code: str
    sentence: str
    part_of: PartOf
    currency: str
    amount_minor: int
    contracts: tuple[str, ...]
    rows: int
    first_day: date
    last_day: date
    running: int
    monthly_minor: int

    @property
    def amount(self) -> Decimal:
        """What the cause explains, excl. tax; never negative."""
        return to_decimal(self.amount_minor, self.currency)

    @property
    def monthly(self) -> Decimal:
        """What the cause comes to a month where it still runs, excl. tax."""
        return to_decimal(self.monthly_minor, self.currency)

    @property
    def is_running(self) -> bool:
        """Whether the cause still runs in some contract."""
        return self.running > 0


@dataclass(frozen=True, slots=True)
class NextInvoice:
    """The next period to be billed: what was agreed for it, and what it will be billed at if nothing changes.

    `expected_minor` is None where it is not known, `projected_minor` where nothing foretells it. `is_awaited` says that
    the period is due already.
    """

    first_day: date
    last_day: date
    due_on: date
    currency: str
    expected_minor: int | None
    projected_minor: int | None
    is_awaited: bool = False

    @property
    def shortfall_minor(self) -> int | None:
        """Agreed less foretold; negative where it will be too much, None where either is not known."""
        if self.expected_minor is None or self.projected_minor is None:
            return None
        return self.expected_minor - self.projected_minor

    @property
    def expected(self) -> Decimal | None:
        """What was agreed for it, excl. tax."""
        return None if self.expected_minor is None else to_decimal(self.expected_minor, self.currency)

    @property
    def projected(self) -> Decimal | None:
        """What it will be billed at if nothing changes, excl. tax: an inference."""
        return None if self.projected_minor is None else to_decimal(self.projected_minor, self.currency)

    @property
    def shortfall(self) -> Decimal | None:
        """Agreed less foretold."""
        return None if self.shortfall_minor is None else to_decimal(self.shortfall_minor, self.currency)


@dataclass(frozen=True, slots=True)
class RunningCause:
    """What still goes wrong with one charge, or with several that are checked together.

    `code` and `sentence` are those of its `CauseGroup`. `since` is the first day of the run of periods it explains.
    `monthly_minor` is what the latest of them is short of, or was billed too much, brought to a month. `note` says why
    there is no projection of the next invoice; empty where there is one.
    """

    code: str
    sentence: str
    part_of: PartOf
    charges: tuple[str, ...]
    since: date
    currency: str
    monthly_minor: int
    next_invoice: NextInvoice
    note: str = ""

    @property
    def monthly(self) -> Decimal:
        """What it comes to a month, excl. tax; never negative."""
        return to_decimal(self.monthly_minor, self.currency)
