"""One ledger with everything in it that Xero is known to give otherwise than it looks, and what it truly says.

Each document is laid down first as what a bookkeeper would say it is, without tax and with its sign, and only then
written as Xero would. So the truth owes nothing to how an answer is read, and the same ledger can be written in other
ways: `as_rows` has it in the columns of the generic ledger.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from tests.servers.xero import XeroServer, contact, identifier, milliseconds, repeating

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FIRST_DAY, LAST_DAY = date(2026, 1, 1), date(2026, 12, 31)
CENT = Decimal("0.01")
ITEMS = [
    {"ItemID": identifier(9001), "Code": "RET", "Name": "Retainer"},
    {"ItemID": identifier(9002), "Code": "HST", "Name": "Hosting"},
    {"ItemID": identifier(9003), "Code": "SEAT", "Name": "Seats"},
]
COLUMNS = (
    "document", "kind", "status", "issue_date", "due_date", "customer", "currency", "description", "item", "account",
    "tracking", "template", "quantity", "unit_price", "amount", "tax", "reference", "credits_document",
)  # fmt: skip


@dataclass(frozen=True)
class TrueLine:
    """A line as it counts; `amount` and `price` without tax. The sign is the document's to give."""

    amount: Decimal
    description: str = "Retainer"
    item: str = ""
    account: str = "200"
    tracking: str = ""
    quantity: Decimal | None = Decimal(1)
    price: Decimal | None = None
    percent: int = 21
    template: str = ""

    @property
    def tax(self) -> Decimal:
        """Rounded by itself, half up, as Xero does."""
        return (self.amount * self.percent / 100).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class TrueDocument:
    """A document as it counts; `trap` names what is odd about how Xero gives it."""

    trap: str
    id: str
    number: str
    day: date
    customer: str
    lines: tuple[TrueLine, ...]
    kind: str = "invoice"
    status: str = "approved"
    currency: str = "EUR"
    reference: str = ""
    credits_document: str = ""

    @property
    def sign(self) -> int:
        """Which way it counts."""
        return -1 if self.kind == "credit_note" else 1

    @property
    def due(self) -> date:
        """Everything here is due in thirty days."""
        return self.day + timedelta(days=30)

    @property
    def excl_tax(self) -> Decimal:
        """What it comes to."""
        return self.sign * sum((line.amount for line in self.lines), Decimal(0))


@dataclass
class Books:
    """The ledger while it is being laid down."""

    server: XeroServer = field(default_factory=XeroServer)
    truth: list[TrueDocument] = field(default_factory=list)
    _number: int = 1000

    def contact(self, name: str, **more: Any) -> dict[str, Any]:
        """A contact."""
        self._number += 1
        made = contact(self._number, name, **more)
        self.server.contacts.append(made)
        return made

    def add(
        self, trap: str, of: dict[str, Any], day: date, *lines: TrueLine, is_inclusive: bool = False,
        wire: dict[str, Any] | None = None, is_true: bool = True, **said: Any,
    ) -> TrueDocument:  # fmt: skip
        """Lay down a document: `said` is what it truly is, `wire` what Xero writes otherwise; returns the truth."""
        self._number += 1
        kind = said.get("kind", "invoice")
        number = said.pop("number", f"{'CN' if kind == 'credit_note' else 'INV'}-{self._number}")
        true = TrueDocument(
            trap=trap,
            id=identifier(self._number),
            number=number,
            day=day,
            customer=said.pop("customer", of["Name"]),
            lines=lines,
            **said,
        )
        written = {**_written(true, of, is_inclusive=is_inclusive), **(wire or {})}
        self.server.documents.append({name: value for name, value in written.items() if value is not ...})
        if is_true:
            self.truth.append(true)
        return true


def _written(true: TrueDocument, of: dict[str, Any], *, is_inclusive: bool) -> dict[str, Any]:
    """A document as Xero writes it where nothing is odd; credit notes have positive amounts there."""
    excl_tax = sum((line.amount for line in true.lines), Decimal(0))
    tax = sum((line.tax for line in true.lines), Decimal(0))
    statuses = {"approved": "AUTHORISED", "draft": "DRAFT", "void": "VOIDED"}
    is_credit = true.kind == "credit_note"
    one = "CreditNote" if is_credit else "Invoice"
    return {
        "Type": "ACCRECCREDIT" if is_credit else "ACCREC",
        f"{one}ID": true.id,
        f"{one}Number": true.number,
        "Reference": true.reference,
        "Contact": {"ContactID": of["ContactID"], "Name": of["Name"], "Addresses": [], "HasValidationErrors": False},
        "DateString": f"{true.day}T00:00:00",
        "Date": milliseconds(true.day),
        "DueDateString": f"{true.due}T00:00:00",
        "DueDate": milliseconds(true.due),
        "Status": statuses[true.status],
        "LineAmountTypes": "Inclusive" if is_inclusive else "Exclusive",
        "LineItems": [_line(line, is_inclusive=is_inclusive) for line in true.lines],
        "SubTotal": float(excl_tax),
        "TotalTax": float(tax),
        "Total": float(excl_tax + tax),
        "CurrencyCode": true.currency,
        "CurrencyRate": 1.0,
        "UpdatedDateUTC": "/Date(1780000000123+0000)/",
        "HasErrors": False,
        "SomethingNew": {"That": "nobody knows"},
        **({"Allocations": [], "RemainingCredit": float(excl_tax + tax), "Payments": []} if is_credit else {}),
    }


def _line(line: TrueLine, *, is_inclusive: bool) -> dict[str, Any]:
    amount = line.amount + (line.tax if is_inclusive else 0)
    price = line.amount / (line.quantity or 1) if line.price is None else line.price
    if is_inclusive:
        price = (price * (100 + line.percent) / 100).quantize(CENT / 100, ROUND_HALF_UP)
    options = line.tracking.split(" | ") if line.tracking else []
    return {
        "LineItemID": identifier(len(line.description) + int(line.amount)),
        "Description": line.description,
        "Quantity": None if line.quantity is None else float(line.quantity),
        "UnitAmount": float(price),
        "LineAmount": float(amount),
        "TaxAmount": float(line.tax),
        "TaxType": "OUTPUT2",
        "AccountCode": line.account,
        "Tracking": [{"Name": f"Kind {at}", "Option": option} for at, option in enumerate(options)],
        **({"ItemCode": line.item} if line.item else {}),
        **({"RepeatingInvoiceID": line.template} if line.template else {}),
    }


def of(amount: str, description: str = "Retainer", **more: Any) -> TrueLine:
    """A line of one piece at a price."""
    return TrueLine(Decimal(amount), description, **{"price": Decimal(amount), **more})


def lay_down(seed: int = 11) -> Books:
    """The whole ledger: regular invoices of three dozen customers over a year, and among them every trap."""
    books = Books(XeroServer(items=ITEMS))
    random = Random(seed)
    customers = [books.contact(f"Customer {number:02}") for number in range(1, 37)]
    for of_whom in customers:
        _regular(books, of_whom, random)
    for trap in TRAPS:
        trap(books, random.choice(customers))
    books.server.repeating = [
        repeating(8000 + at, of_whom, "100.00", first=date(2027, 1, 1)) for at, of_whom in enumerate(customers[:5])
    ]
    random.shuffle(books.server.documents)
    return books


def _regular(books: Books, of_whom: dict[str, Any], random: Random) -> None:
    """A retainer and seats each month, with or without tax in their amounts; some months were prepared only."""
    price = Decimal(random.randrange(20_000, 300_000)) / 100
    is_inclusive = random.random() < 0.3
    template = identifier(8000 + len(books.truth)) if random.random() < 0.5 else ""
    for month in range(1, 13):
        day = date(2026, month, random.randrange(1, 28))
        seats, each = Decimal(random.randrange(1, 40)), Decimal(random.randrange(500, 3000)) / 100
        books.add(
            "regular", of_whom, day,
            of(str(price), f"Retainer {day:%Y-%m}", item="RET", template=template),
            TrueLine(seats * each, f"Seats {day:%Y-%m}", "SEAT", "260", "North", seats, each, template=template),
            is_inclusive=is_inclusive,
            status="draft" if random.random() < 0.02 else "approved",
            wire={"RepeatingInvoiceID": template} if template else {},
        )  # fmt: skip


# The traps: one function each, of which the name is that of the trap.

TRAPS: list[Callable[[Books, dict[str, Any]], None]] = []
DAY = date(2026, 5, 20)


def trap(make: Callable[[Books, str, dict[str, Any]], None]) -> Callable[[Books, dict[str, Any]], None]:
    """Take a function for a trap."""

    def lay(books: Books, of_whom: dict[str, Any]) -> None:
        make(books, lay.__name__, of_whom)

    lay.__name__ = make.__name__.strip("_")
    TRAPS.append(lay)
    return lay


@trap
def _no_tax(books: Books, name: str, whom: dict[str, Any]) -> None:
    books.add(name, whom, DAY, of("55.00", percent=0), wire={"LineAmountTypes": "NoTax"})


@trap
def _way_of_tax_in_capitals(books: Books, name: str, whom: dict[str, Any]) -> None:
    books.add(name, whom, DAY, of("55.00"), is_inclusive=True, wire={"LineAmountTypes": "INCLUSIVE"})


@trap
def _way_of_tax_that_is_new(books: Books, name: str, whom: dict[str, Any]) -> None:
    books.add(name, whom, DAY, of("55.00"), is_inclusive=True, wire={"LineAmountTypes": "Within"})
    books.add(name, whom, DAY, of("56.00"), wire={"LineAmountTypes": ...})


@trap
def _tax_rounded_by_line(books: Books, name: str, whom: dict[str, Any]) -> None:
    # 15 % of each is 3.759, 3.8415 and 3.8445; 11.44 together, where 15 % of the sum would be 11.45.
    lines = [of(amount, percent=15) for amount in ("25.06", "25.61", "25.63")]
    for is_inclusive in (True, False):
        books.add(name, whom, DAY, *lines, is_inclusive=is_inclusive)


@trap
def _discounts(books: Books, name: str, whom: dict[str, Any]) -> None:
    # 19.95 less 10 % is 17.955, and Xero rounds up.
    percent = TrueLine(Decimal("17.96"), price=Decimal("19.95"))
    books.add(name, whom, DAY, percent, wire={"TotalDiscount": 1.99, "IsDiscounted": True})
    in_money = TrueLine(Decimal("90.00"), quantity=Decimal(2), price=Decimal("50.00"))
    books.add(name, whom, DAY, in_money)
    books.add(name, whom, DAY, TrueLine(Decimal(0), price=Decimal("40.00")))  # all of it given


@trap
def _lines_below_zero(books: Books, name: str, whom: dict[str, Any]) -> None:
    books.add(name, whom, DAY, of("100.00"), of("-30.00", "Less what was agreed"))
    books.add(name, whom, DAY, of("-30.00", "More given back than billed"), of("10.00"))


@trap
def _lines_of_text_alone(books: Books, name: str, whom: dict[str, Any]) -> None:
    true = books.add(name, whom, DAY, of("70.00"))
    books.server.documents[-1]["LineItems"].insert(0, {"Description": f"Dear {true.customer}", "Tracking": []})


@trap
def _nothing_to_pay(books: Books, name: str, whom: dict[str, Any]) -> None:
    books.add(name, whom, DAY, of("0.00"))


@trap
def _lines_left_out_of_the_list(books: Books, name: str, whom: dict[str, Any]) -> None:
    hidden = {
        books.add(name, whom, DAY, of("64.00"), of("1.00")).id,
        books.add(name, whom, DAY, of("40.00"), of("-40.00", "Given")).id,
        books.add(name, whom, DAY, of("12.00"), kind="credit_note").id,
    }
    books.server.leaves_lines_out_of |= hidden


@trap
def _prices_of_four_decimals(books: Books, name: str, whom: dict[str, Any]) -> None:
    books.add(name, whom, DAY, TrueLine(Decimal("164.80"), quantity=Decimal(1000), price=Decimal("0.1648")))
    books.add(name, whom, DAY, TrueLine(Decimal("61.17"), quantity=Decimal(1), price=Decimal("61.17")))


@trap
def _large_amounts(books: Books, name: str, whom: dict[str, Any]) -> None:
    books.add(name, whom, DAY, of("148062.76"), of("9999999.99"))


@trap
def _statuses(books: Books, name: str, whom: dict[str, Any]) -> None:
    for status, told in (("PAID", "approved"), ("SUBMITTED", "draft"), ("DELETED", "void"), ("VOIDED", "void")):
        books.add(name, whom, DAY, of("33.00"), status=told, wire={"Status": status, "AmountDue": 0})
    books.add(name, whom, DAY, of("34.00"), number="", status="draft")
    books.add(name, whom, DAY, of("34.00"), number="", status="draft", kind="credit_note")


@trap
def _void_without_lines(books: Books, name: str, whom: dict[str, Any]) -> None:
    books.add(name, whom, DAY, status="void", wire={"SubTotal": 40.0, "Total": 48.4, "LineItems": []})


@trap
def _currencies(books: Books, name: str, whom: dict[str, Any]) -> None:
    books.add(name, whom, DAY, of("100.00"), currency="USD", wire={"CurrencyRate": 1.082347})
    books.add(name, whom, DAY, of("12000"), currency="JPY", wire={"CurrencyRate": 171.4})
    books.add(name, whom, DAY, of("80.00"), wire={"CurrencyCode": ...})


@trap
def _money_that_came_in(books: Books, name: str, whom: dict[str, Any]) -> None:
    ahead = [{"PrepaymentID": identifier(70), "Amount": 20.0}]
    wire = {"Prepayments": ahead, "Overpayments": [], "AmountCredited": 20.0, "CISDeduction": 10.0}
    books.add(name, whom, DAY, of("50.00"), wire=wire)


@trap
def _bills(books: Books, name: str, whom: dict[str, Any]) -> None:
    books.add(name, whom, DAY, of("500.00", "Rent"), is_true=False, wire={"Type": "ACCPAY"})
    books.add(name, whom, DAY, of("5.00"), kind="credit_note", is_true=False, wire={"Type": "ACCPAYCREDIT"})


@trap
def _days_at_the_ends(books: Books, name: str, whom: dict[str, Any]) -> None:
    for day in (FIRST_DAY, date(2026, 2, 28), date(2026, 3, 29), date(2026, 10, 25), LAST_DAY):
        books.add(name, whom, day, of("21.00"))
    for day in (FIRST_DAY - timedelta(days=1), LAST_DAY + timedelta(days=1)):
        books.add(name, whom, day, of("22.00"), is_true=False)


@trap
def _days_that_are_unset_but_in_words(books: Books, name: str, whom: dict[str, Any]) -> None:
    books.add(name, whom, DAY, of("24.00"), wire={"Date": "/Date(0+0000)/", "DueDate": "/Date(0)/"})


@trap
def _due_days_as_moments(books: Books, name: str, whom: dict[str, Any]) -> None:
    # Midnight in Amsterdam, in summer two hours before that of UTC; once with the offset said, once without.
    due = DAY + timedelta(days=30)
    evening = (due - timedelta(days=1) - date(1970, 1, 1)).days * 86_400_000 + 22 * 3_600_000
    for text in (f"/Date({evening}+0200)/", f"/Date({evening}+0000)/", f"/Date({evening})/"):
        books.add(name, whom, DAY, of("23.00"), wire={"DueDateString": ..., "DueDate": text})


@trap
def _customers_that_were_merged(books: Books, name: str, _: dict[str, Any]) -> None:
    last = books.contact("Merged Into BV")
    middle = books.contact("Merged Middle", MergedToContactID=last["ContactID"], ContactStatus="ARCHIVED")
    first = books.contact("Merged First", MergedToContactID=middle["ContactID"], ContactStatus="ARCHIVED")
    for whom in (first, middle, last):
        books.add(name, whom, DAY, of("41.00"), customer="Merged Into BV")


@trap
def _names(books: Books, name: str, _: dict[str, Any]) -> None:
    books.add(name, books.contact("Zwei\nZeilen GmbH"), DAY, of("42.00"), customer="Zwei Zeilen GmbH")
    for odd in ('Anführung "und" Söhne; Co, Ltd', "=cmd()", "O'Neill & Zonen"):
        books.add(name, books.contact(odd), DAY, of("43.00"))
    gone = books.contact("Archived Ltd", ContactStatus="ARCHIVED")
    books.add(name, gone, DAY, of("44.00"))


@trap
def _items_by_another_code(books: Books, name: str, whom: dict[str, Any]) -> None:
    books.add(name, whom, DAY, of("45.00", item="HST"))
    line = books.server.documents[-1]["LineItems"][0]
    line |= {"ItemCode": "HOST-OLD", "Item": {"ItemID": identifier(9002), "Code": "HOST-OLD", "Name": "Hosting"}}
    books.add(name, whom, DAY, of("46.00", "Hosting", item="HST"))
    books.server.documents[-1]["LineItems"][0]["Description"] = ""


@trap
def _numbers_that_two_documents_bear(books: Books, name: str, whom: dict[str, Any]) -> None:
    for _ in range(2):
        books.add(name, whom, DAY, of("47.00"), number="2026/1", status="draft")
    books.add(name, whom, DAY, of("48.00"), number="2026/1", kind="credit_note")


@trap
def _tracking(books: Books, name: str, whom: dict[str, Any]) -> None:
    books.add(name, whom, DAY, of("49.00", tracking="North | Web"))


def _applied(true: TrueDocument, amount: Decimal, **more: Any) -> dict[str, Any]:
    stub = {"InvoiceID": true.id, "InvoiceNumber": true.number}
    day = milliseconds(true.day)
    return {
        "AllocationID": identifier(60),
        "Amount": float(amount),
        "Date": day,
        "Invoice": stub,
        "IsDeleted": False,
        **more,
    }


def _credit(
    books: Books, name: str, whom: dict[str, Any], *applied: dict[str, Any], left: str = "0", **said: Any
) -> TrueDocument:
    """A credit note of 100.00, 121.00 with tax."""
    wire = {"Allocations": list(applied), "RemainingCredit": float(left), **said.pop("wire", {})}
    return books.add(name, whom, DAY + timedelta(days=9), of("100.00", "Back"), kind="credit_note", wire=wire, **said)


@trap
def _credits_of_one_invoice(books: Books, name: str, whom: dict[str, Any]) -> None:
    one, other = (books.add(name, whom, DAY, of(amount)) for amount in ("100.00", "250.00"))
    whole = _applied(one, Decimal(121))
    _credit(books, name, whom, whole, credits_document=one.number)
    undone = _applied(other, Decimal(121), IsDeleted=True)
    _credit(books, name, whom, undone, _applied(other, Decimal(100)), credits_document=other.number, wire={
        "Payments": [{"PaymentID": identifier(61), "Amount": 21.0}],
    })  # fmt: skip


@trap
def _credits_of_several_invoices(books: Books, name: str, whom: dict[str, Any]) -> None:
    one, other = (books.add(name, whom, DAY, of(amount)) for amount in ("60.00", "90.00"))
    _credit(books, name, whom, _applied(one, Decimal("72.60")), _applied(other, Decimal("48.40")))
    _credit(books, name, whom, _applied(one, Decimal(21)), left="100")
    _credit(books, name, whom, left="121")


@trap
def _credits_whose_list_is_silent(books: Books, name: str, whom: dict[str, Any]) -> None:
    one = books.add(name, whom, DAY, of("100.00"))
    true = _credit(books, name, whom, _applied(one, Decimal(121)), credits_document=one.number)
    books.server.leaves_allocations_out_of |= {true.id}


def as_rows(truth: list[TrueDocument]) -> str:
    """The ledger in the columns of the generic ledger, one row a line."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(row for true in truth for row in _rows(true))
    return out.getvalue()


def _rows(true: TrueDocument) -> Iterator[tuple[str, ...]]:
    for line in true.lines or (replace(of("0"), description="", quantity=None, price=None),):
        yield (
            true.number or f"id {true.id}", true.kind, true.status, str(true.day), str(true.due), true.customer,
            true.currency, line.description, line.item, line.account, line.tracking, line.template,
            "" if line.quantity is None else f"{line.quantity:f}", "" if line.price is None else f"{line.price:f}",
            f"{true.sign * line.amount:f}", f"{true.sign * line.tax:f}", true.reference, true.credits_document,
        )  # fmt: skip
