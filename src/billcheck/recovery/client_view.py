"""What a client may see of a case, and nothing else: the type that every text for a client is made from.

Comes in: figures that were worked out elsewhere. Goes out: frozen values with a place for each part of a notice and for
no other fact. They cannot hold what is decided within the business: no floor, no ladder of offers, no survival test, no
note on the client and nothing that is given up. Must not know cases, offers, events or briefs, not even through others;
the import contracts prove it, and a test walks over every field.

Amounts are in minor units of the view's currency, excluding tax unless their name says otherwise; `last_day` is
inclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from billcheck.errors import InternalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

    from billcheck.ledger.draft import DocumentReference, TaxGroup

ChoiceHow = Literal["next_invoice", "separate_invoice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientPeriod:
    """One period: what was agreed for it, what was billed, and on which invoices; none where nothing was billed."""

    contract: str
    charges: tuple[str, ...]
    first_day: date
    last_day: date
    agreed_minor: int
    billed_minor: int
    tax_percent: Decimal | None
    invoices: tuple[DocumentReference, ...] = ()

    @property
    def difference_minor(self) -> int:
        """Agreed less billed; below zero where too much was billed."""
        return self.agreed_minor - self.billed_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTotals:
    """What the periods add up to; the tax is rounded once per percent."""

    taxes: tuple[TaxGroup, ...]

    @property
    def excl_tax_minor(self) -> int:
        """The differences."""
        return sum(group.excl_tax_minor for group in self.taxes)

    @property
    def tax_minor(self) -> int:
        """Tax on them."""
        return sum(group.tax_minor for group in self.taxes)

    @property
    def incl_tax_minor(self) -> int:
        """Both together."""
        return self.excl_tax_minor + self.tax_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientInvoice:
    """An invoice that is to come.

    `regular_minor` is what it bills anyway, for the days from `first_day` to `last_day` (None where it bills nothing
    else), `arrears_minor` the difference of the earlier periods.
    """

    issue_date: date
    due_date: date
    arrears_minor: int
    regular_minor: int
    tax_minor: int
    first_day: date | None = None
    last_day: date | None = None

    @property
    def excl_tax_minor(self) -> int:
        """All of it, excluding tax."""
        return self.arrears_minor + self.regular_minor

    @property
    def incl_tax_minor(self) -> int:
        """What is to be paid."""
        return self.excl_tax_minor + self.tax_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientChoice:
    """One way to be billed for the full difference.

    `invoice` is the one that bears it, `regular` the next regular invoice where that is another one.
    """

    how: ChoiceHow
    invoice: ClientInvoice
    regular: ClientInvoice | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSpan:
    """Some days, the last one inclusive."""

    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientContact:
    """Who writes, who is to be called, and when the two are to talk."""

    name: str
    phone: str
    business: str = ""
    meeting_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientView:
    """All that a notice is made from.

    `cause` is one plain sentence of the people who looked into it, shown as it stands. `found_on` and `fixed_on` are
    the days on which the mistake was found and mended; None while it is being mended. `overbilled` are periods for
    which too much was billed; that is owed back and set off against nothing. `right_again` is the period from which on
    all that was billed wrongly is billed as agreed; None where it is not yet. `choices` are both ways, or the separate
    invoice alone where it was said that there is no next invoice.

    Raises:
        InternalError: The periods, the totals and the choices do not ask for the same amount.
    """

    customer: str
    currency: str
    contracts: tuple[str, ...]
    issue_date: date
    reply_by: date
    cause: str
    is_our_mistake: bool
    found_on: date
    fixed_on: date | None
    periods: tuple[ClientPeriod, ...]
    totals: ClientTotals
    choices: tuple[ClientChoice, ...]
    contact: ClientContact
    attachments: tuple[str, ...] = ()
    overbilled: tuple[ClientPeriod, ...] = ()
    has_reservation: bool = False
    right_again: ClientSpan | None = None

    def __post_init__(self) -> None:
        asked = sum(period.difference_minor for period in self.periods)
        sums = {asked, self.totals.excl_tax_minor, *(choice.invoice.arrears_minor for choice in self.choices)}
        hows = tuple(choice.how for choice in self.choices)
        if len(sums) != 1 or asked <= 0:
            raise InternalError("a notice asks for one amount everywhere", periods=asked, sums=sorted(sums))
        if hows not in {("next_invoice", "separate_invoice"), ("separate_invoice",)}:
            raise InternalError("a notice offers the two ways to be billed", choices=hows)

    @property
    def next_invoice(self) -> ClientInvoice | None:
        """The next regular invoice as it is without the difference; None where there is none."""
        return self.choices[-1].regular

    def amounts_minor(self) -> frozenset[int]:
        """Every amount that may stand in a notice."""
        return frozenset(self._amounts())

    def _amounts(self) -> Iterator[int]:
        for period in (*self.periods, *self.overbilled):
            yield from (period.agreed_minor, period.billed_minor, period.difference_minor, -period.difference_minor)
        yield -sum(period.difference_minor for period in self.overbilled)
        for group in self.totals.taxes:
            yield from (group.excl_tax_minor, group.tax_minor)
        yield from (self.totals.excl_tax_minor, self.totals.tax_minor, self.totals.incl_tax_minor)
        for choice in self.choices:
            for invoice in filter(None, (choice.invoice, choice.regular)):
                yield from (invoice.arrears_minor, invoice.regular_minor, invoice.tax_minor)
                yield from (invoice.excl_tax_minor, invoice.incl_tax_minor)
