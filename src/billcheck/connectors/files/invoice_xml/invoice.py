"""One electronic invoice: what it says, and the sums it must foot to.

Comes in: the values that the reader of a syntax found. Goes out: lines whose amounts exclude tax and add up to the
total without tax that the invoice states, or the reason why it is refused. The terms (BT-…, BG-…) are those of EN
16931. Must not know files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.errors import LedgerRefusedError, Problem
from billcheck.grammar import GrammarError, parse_plain_decimal
from billcheck.money import is_currency, minor_scale, round_half_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.connectors.files.invoice_xml.tree import Element

CREDIT_CODES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
"""Type codes (BT-3) of credit notes."""
INVOICE_CODES = frozenset(
    {
        "71", "80", "82", "84", "102", "218", "219", "326", "331", "380", "382", "383", "384", "385", "388", "389",
        "390", "393", "394", "395", "456", "457", "527", "553", "575", "623", "633", "751", "780", "817", "870", "875",
        "876", "877", "935",
    }
)  # fmt: skip
"""Type codes of invoices, among them corrected (384) and self-billed ones (389)."""
PREPAYMENT_CODE = "386"
"""A request for money in advance, which the final invoice bills once more in full and deducts as paid (BT-113)."""

PERCENT = "percent of tax (BT-152, BT-96, BT-103)"
SLACK = 2
"""By how many minor units quantity x price may differ from the amount of the line, as the Peppol rules allow."""

_ISO_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)
_DECIMAL = re.compile(r"(?:\+|(-))?(\d*)(?:\.(\d*))?", re.ASCII)


class MissingValueError(Problem):
    """The invoice lacks a value that every invoice has."""

    remedy = "Get the invoice again from whoever issued it, or enter it in a generic ledger."


class BadValueError(Problem):
    """The invoice holds a value that is none of its kind."""

    remedy = "Get the invoice again from whoever issued it, or enter it in a generic ledger."


class TwoValuesError(Problem):
    """The invoice says two different things where it can say only one."""

    remedy = "Get the invoice again from whoever issued it, or enter it in a generic ledger."


class UnknownTypeCodeError(Problem):
    """The type code of the invoice (BT-3) is not one of those that bill or credit."""

    remedy = "Leave the file out if it bills nothing, such as a pro forma invoice; else enter it in a generic ledger."


class NoLinesError(Problem):
    """The invoice has no lines, only totals, so nothing shows what it bills."""

    remedy = "Ask for the full invoice: minimal electronic invoices carry no lines."


class OtherCurrencyError(Problem):
    """An amount is in another currency than the invoice."""

    remedy = "Get the invoice again from whoever issued it."


class UnevenInvoiceError(Problem):
    """The amounts of the invoice do not add up to its own total."""

    remedy = "Get the invoice again from whoever issued it; no line of it can be relied on."


class UnevenLineError(Problem):
    """Quantity and price of a line do not give its amount."""

    remedy = "Get the invoice again from whoever issued it; a factor between them is wrong."


class NegativeCreditError(Problem):
    """The credit note adds up to less than zero, so it would bill and not credit."""

    remedy = "Enter it in a generic ledger as the invoice that it is."


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both inclusive."""

    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line, or an allowance or charge on the whole document; `row` is the line of text it begins on.

    `amount` excludes tax, and `tax_percent` is the percent of the tax on it; None where none is stated, or more than
    one. `price` is for `base_quantity` units; None where the line states none. `adjustment` is the sum of the line's
    own charges less its own allowances, which `amount` includes.
    """

    row: int
    amount: Decimal
    description: str
    item: str = ""
    quantity: Decimal | None = None
    price: Decimal | None = None
    base_quantity: Decimal = Decimal(1)
    adjustment: Decimal = Decimal(0)
    period: Period | None = None
    order: str = ""
    tax_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """What the document says it adds up to; `lines` (BT-106) and `excl_tax` (BT-109) exclude tax."""

    lines: Decimal
    excl_tax: Decimal
    incl_tax: Decimal | None
    payable: Decimal | None


@dataclass(frozen=True, slots=True)
class Invoice:
    """One electronic invoice or credit note. A credit note's amounts are positive, as in the file."""

    syntax: str
    number: str
    type_code: str
    is_credit_note: bool
    issue_date: date
    due_date: date | None
    customer: str
    customer_id: str
    currency: str
    contract: str
    references: tuple[str, ...]
    preceding: tuple[str, ...]
    period: Period | None
    lines: tuple[InvoiceLine, ...]
    adjustments: tuple[InvoiceLine, ...]
    totals: Totals

    def taxes(self) -> list[int | None]:
        """The tax on each line, then on each allowance and charge, rounded half-up to minor units.

        None where a line states no percent. Tax is rounded once for each percent (BR-CO-17), so that of the lines may
        lie some minor units beside that of the invoice, one a line at most. Where it lies further beside, the invoice
        contradicts itself, and nothing is said of the tax.
        """
        scale = minor_scale(self.currency)
        amounts = [*self.lines, *self.adjustments]
        found = [
            None
            if line.tax_percent is None
            else round_half_up(Fraction(line.amount) * scale * Fraction(line.tax_percent) / 100)
            for line in amounts
        ]
        stated = None if self.totals.incl_tax is None else self.totals.incl_tax - self.totals.excl_tax
        if stated is None or abs(sum(tax or 0 for tax in found) - stated * scale) <= len(amounts):
            return found
        return [None] * len(amounts)

    @property
    def kind(self) -> str:
        """The word of the generic ledger for what it is."""
        if self.type_code == PREPAYMENT_CODE:
            return "prepayment"
        return "credit note" if self.is_credit_note or self.type_code in CREDIT_CODES else "invoice"

    def check(self, path: str) -> None:
        """Hold the invoice to its own totals.

        Raises:
            LedgerRefusedError: Its type does not bill, it has no lines, or its amounts do not add up.
        """
        problems: list[Problem] = []
        if not self.is_credit_note and self.type_code not in {*INVOICE_CODES, *CREDIT_CODES, PREPAYMENT_CODE}:
            problems.append(UnknownTypeCodeError(path, self.type_code))
        if not self.lines:
            problems.append(NoLinesError(path, self.number))
        totals = self.totals
        summed = sum((line.amount for line in self.lines), Decimal(0))
        whole = summed + sum((line.amount for line in self.adjustments), Decimal(0))
        if summed != totals.lines:
            what = f"The lines add up to {summed}, and the invoice says {totals.lines} (BT-106)."
            problems.append(UnevenInvoiceError(path, self.number, what=what))
        elif whole != totals.excl_tax:
            what = f"Lines, charges and allowances add up to {whole}, and the invoice says {totals.excl_tax} (BT-109)."
            problems.append(UnevenInvoiceError(path, self.number, what=what))
        elif self.kind == "credit note" and whole < 0:
            problems.append(NegativeCreditError(path, str(whole)))
        problems += [problem for line in self.lines for problem in self._factors(path, line)]
        if problems:
            raise LedgerRefusedError(problems)

    def _factors(self, path: str, line: InvoiceLine) -> Sequence[Problem]:
        if line.quantity is None or line.price is None:
            return ()
        where = f"{path} row {line.row}"
        if line.base_quantity <= 0:
            return (BadValueError(where, str(line.base_quantity), what="The price is for no units (BT-149)."),)
        exact = Fraction(line.quantity) * Fraction(line.price) / Fraction(line.base_quantity)
        exact += Fraction(line.adjustment)
        if abs(exact - Fraction(line.amount)) * minor_scale(self.currency) <= SLACK:
            return ()
        base = "" if line.base_quantity == 1 else f" / {line.base_quantity}"
        more = f" {'+' if line.adjustment > 0 else '-'} {abs(line.adjustment)}" if line.adjustment else ""
        what = f"{line.quantity} x {line.price}{base}{more} is not {line.amount}, the amount of the line."
        return (UnevenLineError(where, str(line.amount), what=what),)


class Values:
    """Texts of elements into values; the problems of one file together."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def where(self, element: Element) -> str:
        """How messages name an element's place."""
        return f"{self.path} row {element.line}"

    def needed(self, parent: Element, term: str, *paths: str) -> str:
        """A text that every invoice has; `term` names it in messages."""
        for path in paths:
            texts = dict.fromkeys(element.text for element in parent.all(path) if element.text)
            if texts:
                self._check_single(parent, term, list(texts))
                return next(iter(texts))
        self.problems.append(MissingValueError(self.where(parent), what=f"The invoice has no {term}."))
        return ""

    def only(self, parent: Element, term: str, path: str) -> Element | None:
        """The element at a path, None where there is none; several of them must all say the same."""
        found = list(parent.all(path))
        if len(found) > 1 and any(one.content != found[0].content for one in found):
            self._check_single(parent, term, [one.text or f"row {one.line}" for one in found])
        return found[0] if found else None

    def _check_single(self, parent: Element, term: str, texts: Sequence[str]) -> None:
        if len(texts) > 1:
            what = f"The invoice has more than one {term}."
            self.problems.append(TwoValuesError(self.where(parent), " and ".join(texts[:2])[:60], what=what))

    def decimal(self, element: Element, term: str) -> Decimal:
        """The number an element holds; zero beside a problem where it holds none."""
        shape = _DECIMAL.fullmatch(element.text)
        if shape and (shape[2] or shape[3]):
            text = f"{shape[1] or ''}{shape[2] or '0'}" + (f".{shape[3]}" if shape[3] else "")
            try:
                return parse_plain_decimal(text)
            except GrammarError as error:
                self.problems.append(BadValueError(self.where(element), element.text[:60], what=error.reason))
                return Decimal(0)
        self.problems.append(BadValueError(self.where(element), element.text[:60], what=f"The {term} is no number."))
        return Decimal(0)

    def optional_decimal(self, parent: Element, term: str, path: str) -> Decimal | None:
        """The number at a path, None where there is none."""
        found = self.only(parent, term, path)
        return None if found is None else self.decimal(found, term)

    def only_decimal(self, parent: Element, term: str, path: str) -> Decimal | None:
        """The number at a path, None where there is none or where there are several that differ."""
        found = {self.decimal(each, term): each for each in parent.all(path)}
        return next(iter(found)) if len(found) == 1 else None

    def needed_decimal(self, parent: Element, term: str, path: str) -> Decimal:
        """A number that every invoice has."""
        found = self.only(parent, term, path)
        if found is None:
            self.problems.append(MissingValueError(self.where(parent), what=f"The invoice has no {term}."))
            return Decimal(0)
        return self.decimal(found, term)

    def day(self, element: Element, text: str, term: str) -> date:
        """The day a text names as 2026-01-31; a time zone behind it does not move it.

        Nothing is said of an empty text, which `needed` has spoken of.
        """
        if not text:
            return date.min
        shape = _ISO_DATE.fullmatch(text)
        try:
            return date.fromisoformat(shape[1] if shape else "")
        except ValueError:
            what = f"The {term} is no day of the calendar."
            self.problems.append(BadValueError(self.where(element), text[:60], what=what))
            return date.min

    def currency(self, parent: Element, code: str) -> str:
        """The currency of the document (BT-5); empty beside a problem where it is none."""
        if not code or is_currency(code):
            return code
        self.problems.append(BadValueError(self.where(parent), code[:60], what="This is no currency (BT-5)."))
        return ""

    def is_charge(self, element: Element, path: str) -> bool:
        """Whether an allowance or charge is a charge, as the mark at a path says."""
        flag = self.needed(element, "mark of an allowance or charge", path)
        if flag and flag not in {"true", "false", "1", "0"}:
            what = "This tells an allowance from a charge, and is neither true nor false."
            self.problems.append(BadValueError(self.where(element), flag[:60], what=what))
        return flag in {"true", "1"}

    def check_currency(self, amount: Element, currency: str) -> None:
        """Hold the currency of an amount, where it states one, against that of the document, where it is known."""
        stated = amount.attributes.get("currencyID")
        if stated and currency and stated != currency:
            where = f"{self.where(amount)} {amount.name.partition(':')[2]}"
            self.problems.append(OtherCurrencyError(where, stated[:60]))

    def raise_for_problems(self) -> None:
        """Refuse the file if any value was missing or bad."""
        if self.problems:
            raise LedgerRefusedError(self.problems)
