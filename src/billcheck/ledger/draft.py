"""Documents that are not billed yet: what a ledger is to hold once somebody has approved them.

Comes in: amounts that were worked out elsewhere. Goes out: frozen documents that connectors write as drafts and read
back as lines like any other. Nothing here is ever sent or approved. Must not know why a document is drafted, contracts,
files or the engine.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from billcheck.money import tax_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal

DraftKind = Literal[
    "supplementary_invoice", "next_invoice", "regular_invoice", "credit_note", "debit_note", "corrective_invoice"
]
"""What a draft is to be: arrears by themselves, arrears beside what is due anyway, what is due anyway, and so on."""

TYPE_CODES: Mapping[DraftKind, str] = {
    "supplementary_invoice": "380",
    "next_invoice": "380",
    "regular_invoice": "380",
    "credit_note": "381",
    "debit_note": "383",
    "corrective_invoice": "384",
}
"""What electronic invoices call each kind: the codes of UNTDID 1001."""


@dataclass(frozen=True, slots=True)
class DocumentReference:
    """A document of the ledger that a line is about; `issue_date` is None where it is not known."""

    number: str
    issue_date: date | None = None


@dataclass(frozen=True, slots=True)
class PaymentDue:
    """One payment of a schedule, including tax; `number` counts from 1."""

    number: int
    due_date: date
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """One line of a draft, excluding tax.

    `amount_minor` is above zero on every kind of document, so on a credit note it is what is given back; only a change
    that lowers what a regular invoice bills is below. `last_day` is inclusive. `references` are the documents that
    billed the period wrongly; none for a period that was never billed. `item`, `account` and `tracking` are codes by
    which a ledger tells charges apart, "" where none is needed. `row` is the id of the period row the line settles, ""
    for a regular line.
    """

    contract: str
    charges: tuple[str, ...]
    first_day: date
    last_day: date
    description: str
    amount_minor: int
    tax_percent: Decimal | None
    is_arrears: bool = False
    references: tuple[DocumentReference, ...] = ()
    item: str = ""
    account: str = ""
    tracking: str = ""
    row: str = ""


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """What one document adds up to at one percent; the tax is rounded once. No percent known: no tax."""

    percent: Decimal | None
    excl_tax_minor: int

    @property
    def tax_minor(self) -> int:
        """Tax on the group, rounded half-up once."""
        return 0 if self.percent is None else tax_on(self.excl_tax_minor, self.percent)


def group_by_percent(amounts: Iterable[tuple[Decimal | None, int]]) -> tuple[TaxGroup, ...]:
    """Amounts excluding tax, each after its percent, as one document adds them up.

    The lowest percent comes first; what has no known percent comes last.
    """
    groups: defaultdict[Decimal | None, int] = defaultdict(int)
    for percent, minor in amounts:
        groups[percent] += minor
    known = sorted((percent, minor) for percent, minor in groups.items() if percent is not None)
    unknown = [(None, groups[None])] if None in groups else []
    return tuple(TaxGroup(percent, minor) for percent, minor in (*known, *unknown))


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDocument:
    """A document to be approved by a person; amounts are above zero, also on a credit note.

    `number` is what the document is to be called; a ledger that numbers by itself may change it. `due_date` is None
    where nothing states terms of payment. `schedule` is in the order of its dates and adds up to `incl_tax_minor`;
    empty where the whole is due on `due_date`. `reason` says in one plain sentence why the document exists, for the
    client to read. `remarks` are for whoever approves it, and never for the client.
    """

    kind: DraftKind
    number: str
    issue_date: date
    due_date: date | None
    customer: str
    currency: str
    lines: tuple[DraftLine, ...]
    reason: str = ""
    schedule: tuple[PaymentDue, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def tax_groups(self) -> tuple[TaxGroup, ...]:
        """The lines by tax percent, the lowest first, those without a known percent last."""
        return group_by_percent((line.tax_percent, line.amount_minor) for line in self.lines)

    @property
    def line_taxes(self) -> tuple[int, ...]:
        """Tax of each line, so that the lines of one percent add up to the tax of their group."""
        before: defaultdict[Decimal, int] = defaultdict(int)
        taxes = []
        for line in self.lines:
            percent = line.tax_percent
            if percent is None:
                taxes.append(0)
                continue
            begun = before[percent]
            before[percent] = begun + line.amount_minor
            taxes.append(tax_on(before[percent], percent) - tax_on(begun, percent))
        return tuple(taxes)

    @property
    def excl_tax_minor(self) -> int:
        """The lines, excluding tax."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def tax_minor(self) -> int:
        """Tax, rounded once per percent."""
        return sum(group.tax_minor for group in self.tax_groups)

    @property
    def incl_tax_minor(self) -> int:
        """What the client is to pay, or to get back."""
        return self.excl_tax_minor + self.tax_minor
