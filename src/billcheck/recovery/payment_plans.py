"""A claim in instalments: one invoice whose total is split, or one invoice for each instalment.

Comes in: what is claimed, row by row, and a count. Goes out: payments, and in the second mode what each invoice bills
of every row, with the tax of that document. The two modes may differ by minor units, since tax is rounded once on each
document. Must not know days of regular invoices, caps, waivers or wording.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from billcheck.errors import Problem, UsageError
from billcheck.ledger.draft import PaymentDue
from billcheck.money import format_minor
from billcheck.recovery.instalments import FirstAmountError, allot, split
from billcheck.recovery.offer import InstalmentInvoice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from billcheck.recovery.claims import Claim, RowAmounts
    from billcheck.recovery.offer import InvoiceMode, Offer


class FirstInvoiceError(Problem):
    """No invoice comes to exactly this amount once its tax is rounded."""


class PaymentPlan(Protocol):
    """How a claim is paid in so many equal instalments, after a first amount or without one."""

    @property
    def most(self) -> int:
        """The most instalments there can be, one minor unit each; 0 or less where the first amount takes all."""
        ...

    def largest(self, count: int) -> int:
        """The largest of so many equal instalments, including tax."""
        ...

    def offer(self, name: str, count: int, days: Sequence[date]) -> Offer:
        """The offer, with a payment on each of the days."""
        ...


def make_plan(claim: Claim, mode: InvoiceMode, first_minor: int | None, currency: str) -> PaymentPlan:
    """The plan of a mode.

    Args:
        claim: What is claimed.
        mode: Whether there is one invoice or one for each instalment.
        first_minor: A first amount including tax; None without one.
        currency: What it is an amount of.

    Raises:
        UsageError: In the second mode, no invoice comes to exactly the first amount.
    """
    if mode == "one_invoice":
        return _OneInvoice(claim, first_minor)
    return _InvoiceEach(claim, None if first_minor is None else _first_excl_tax(claim, first_minor, currency))


def _first_excl_tax(claim: Claim, first_minor: int, currency: str) -> int:
    """What excluding tax comes to a first amount exactly; what is claimed first is what a first invoice bills."""

    def incl_tax(excl_tax_minor: int) -> int:
        (part,) = allot(claim.oldest_first, [excl_tax_minor])
        return excl_tax_minor + claim.tax_of(part)

    if not 0 < first_minor < incl_tax(claim.excl_tax_minor):
        raise UsageError([FirstAmountError("first_amount", format_minor(first_minor, currency))])
    # Tax never falls as the amount it is on grows, so amounts including tax rise with those excluding it.
    found = bisect_left(range(claim.excl_tax_minor), first_minor, key=incl_tax)
    if incl_tax(found) != first_minor:
        near = " or ".join(format_minor(incl_tax(each), currency) for each in (found - 1, found) if each > 0)
        raise UsageError([
            FirstInvoiceError("first_amount", format_minor(first_minor, currency), remedy=f"Give {near}, incl. tax.")
        ])  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class _OneInvoice:
    """The total of one invoice is split."""

    claim: Claim
    first_minor: int | None

    @property
    def most(self) -> int:
        return self.claim.excl_tax_minor + self.claim.tax_minor - (self.first_minor or 0)

    def largest(self, count: int) -> int:
        return max(self._amounts(count)[-count:])

    def offer(self, name: str, count: int, days: Sequence[date]) -> Offer:
        payments = _payments(days, self._amounts(count))
        return self.claim.offer(name, "instalments", self.claim.tax_minor, payments=payments)

    def _amounts(self, count: int) -> tuple[int, ...]:
        return split(self.claim.excl_tax_minor + self.claim.tax_minor, count, first_minor=self.first_minor)


@dataclass(frozen=True, slots=True)
class _InvoiceEach:
    """The amount excluding tax is split, and each part is an invoice of its own, the oldest periods first."""

    claim: Claim
    first_excl_tax_minor: int | None

    @property
    def most(self) -> int:
        return self.claim.excl_tax_minor - (self.first_excl_tax_minor or 0)

    def largest(self, count: int) -> int:
        return max(excl + tax for _, excl, tax in self._parts(count)[-count:])

    def offer(self, name: str, count: int, days: Sequence[date]) -> Offer:
        invoices = tuple(
            InstalmentInvoice(number=number, due_date=day, claims=claims, excl_tax_minor=excl, tax_minor=tax)
            for number, (day, (claims, excl, tax)) in enumerate(zip(days, self._parts(count), strict=True), 1)
        )
        return self.claim.offer(
            name,
            "instalments",
            sum(invoice.tax_minor for invoice in invoices),
            mode="invoice_each",
            payments=_payments(days, [invoice.incl_tax_minor for invoice in invoices]),
            invoices=invoices,
        )

    def _parts(self, count: int) -> list[tuple[RowAmounts, int, int]]:
        amounts = split(self.claim.excl_tax_minor, count, first_minor=self.first_excl_tax_minor)
        allotted = allot(self.claim.oldest_first, amounts)
        return [(claims, excl, self.claim.tax_of(claims)) for claims, excl in zip(allotted, amounts, strict=True)]


def _payments(days: Sequence[date], amounts: Sequence[int]) -> tuple[PaymentDue, ...]:
    return tuple(
        PaymentDue(number, day, minor) for number, (day, minor) in enumerate(zip(days, amounts, strict=True), 1)
    )
