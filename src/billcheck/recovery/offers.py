"""What can be put to a client, and what it comes to.

Comes in: the arrears of a case and what the supplier is ready to give up. Goes out: frozen offers: what is claimed,
what is waived period by period, how it is paid. Internal: no text for a client is made from a ladder. Must not know
reports, ledgers, files or wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from billcheck.ledger.draft import PaymentDue

How = Literal["next_invoice", "separate_invoice", "instalments", "waive_all"]
InvoiceMode = Literal["one_invoice", "invoice_each"]
"""One invoice with a schedule of payments, or one invoice for each instalment; the two may differ by cents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One way to settle; amounts in minor units of the case's currency.

    `claims` and `waived` give per row id what is asked for and what is given up, excluding tax; together they are the
    arrears of each row. `payments` are including tax, in the order of their dates, and empty where the terms of
    payment of the documents say when the whole is due.
    """

    name: str
    how: How
    claims: tuple[tuple[str, int], ...]
    waived: tuple[tuple[str, int], ...]
    excl_tax_minor: int
    tax_minor: int
    mode: InvoiceMode = "one_invoice"
    payments: tuple[PaymentDue, ...] = ()

    @property
    def incl_tax_minor(self) -> int:
        """What the client would pay."""
        return self.excl_tax_minor + self.tax_minor

    @property
    def waived_minor(self) -> int:
        """What is given up, excluding tax."""
        return sum(minor for _, minor in self.waived)
