"""An offer as a value: what is claimed, what is given up, and how it is paid.

Comes in: amounts that `recovery.offers` worked out. Goes out: frozen values that a case keeps and documents are drafted
from. Internal: no text for a client is made from what is given up. Must not know cases, reports, files or wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

    from billcheck.ledger.draft import PaymentDue

How = Literal["next_invoice", "separate_invoice", "instalments", "waive_all"]
InvoiceMode = Literal["one_invoice", "invoice_each"]
"""One invoice with a schedule of payments, or one invoice for each instalment; the two may differ by cents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentInvoice:
    """One instalment that is an invoice of its own; `number` counts from 1.

    `claims` give per row id what the invoice asks for, excluding tax; each row's amounts on all the invoices add up to
    what the offer claims of it. The tax is that of this document, rounded once per percent.
    """

    number: int
    due_date: date
    claims: tuple[tuple[str, int], ...]
    excl_tax_minor: int
    tax_minor: int

    @property
    def incl_tax_minor(self) -> int:
        """What the client would pay of it."""
        return self.excl_tax_minor + self.tax_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One way to settle; amounts in minor units of the case's currency.

    `claims` and `waived` give per row id what is asked for and what is given up, excluding tax, in the order of the
    case's periods and without amounts of zero. Together they are what could be claimed of each row when the offer was
    made; what a clause cut off, a credit note made, or was settled before is in neither.

    `tax_minor` is that of the documents the offer makes: of one invoice rounded once per percent, of one invoice for
    each instalment rounded on each, on the next invoice what it bears more than without the arrears.

    `payments` are including tax, in the order of their dates, and empty where the terms of payment of the documents
    say when the whole is due. `invoices` are those of the mode `invoice_each`, one for each payment, else empty.
    """

    name: str
    how: How
    claims: tuple[tuple[str, int], ...]
    waived: tuple[tuple[str, int], ...]
    excl_tax_minor: int
    tax_minor: int
    mode: InvoiceMode = "one_invoice"
    payments: tuple[PaymentDue, ...] = ()
    invoices: tuple[InstalmentInvoice, ...] = ()

    @property
    def incl_tax_minor(self) -> int:
        """What the client would pay."""
        return self.excl_tax_minor + self.tax_minor

    @property
    def waived_minor(self) -> int:
        """What is given up, excluding tax."""
        return sum(minor for _, minor in self.waived)
