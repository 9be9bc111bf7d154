"""A company of QuickBooks Online with over four hundred documents, and what they say, worked out apart from any reader.

Every sale is made twice from the same few whole numbers of minor units: as the object that QuickBooks would answer,
with its traps, and as lines that a bookkeeper would write down. `ledger` gives both; `rows` writes the second in the
columns of the generic ledger. No code of billcheck takes part.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from tests.servers.quickbooks import QuickBooksServer, customer, document, product, recurring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

YEAR = 2026
UNITEMISED = "unitemised"
DIGITS = {"EUR": 2, "USD": 2, "GBP": 2, "JPY": 0}
COLUMNS = (
    "document", "kind", "status", "issue_date", "due_date", "customer", "customer_id", "currency", "description",
    "item", "account", "tracking", "template", "quantity", "unit_price", "amount", "tax", "total", "amount_due",
    "reference", "credits_document",
)  # fmt: skip
_SIGNS = {"Invoice": 1, "SalesReceipt": 1, "CreditMemo": -1, "RefundReceipt": -1}
_PARENT = customer(1, "Brightwater")
_CUSTOMERS = (
    _PARENT,
    customer(2, "North", parent=_PARENT, BillWithParent=True),
    customer(3, "O'Brien & Zoon"),
    customer(4, "Café Ünïcode + Söhne"),
    customer(5, "Hartwell Interieur"),
    customer(6, "Oude Haven (deleted)", Active=False),
    *(customer(number, f"Client {number:02}") for number in range(7, 21)),
)
_NAMES: dict[str, str] = {each["Id"]: each["FullyQualifiedName"].removesuffix(" (deleted)") for each in _CUSTOMERS}
_PRODUCTS = (
    product(1, "Services", account="Services income"),
    product(4, "Care", FullyQualifiedName="Retainers:Care", account="Care income", Sku="CARE-1"),
    product(5, "Hosting (deleted)", Active=False, account="Hosting income"),
    product(6, "Retainers", Type="Category"),
    product(24, "Care bundle", Type="Group"),
)
_ITEMS = {
    "1": ("Services", "Services income"),
    "4": ("Retainers:Care", "Care income"),
    "5": ("Hosting", "Hosting income"),
}


@dataclass(frozen=True)
class TrueLine:
    """A line as a bookkeeper writes it: minor units without tax, signed as it counts."""

    units: int
    description: str = ""
    item: str = ""
    account: str = ""
    tracking: str = ""
    quantity: str = ""
    unit_price: str = ""
    tax: int | None = None
    template: str = ""


@dataclass(frozen=True)
class TrueDocument:
    """A document as a bookkeeper writes it; `total` is with tax and signed, `due` what is still to be paid."""

    id: str
    number: str
    kind: str
    status: str
    issue_date: date
    customer_id: str
    currency: str
    lines: tuple[TrueLine, ...]
    total: int
    due: int
    reference: str
    trap: str
    credits_document: str = ""

    @property
    def customer(self) -> str:
        return _NAMES.get(self.customer_id, "(no customer)")

    def money(self, units: int) -> Decimal:
        return Decimal(units).scaleb(-DIGITS[self.currency])


@dataclass
class _Sale:
    """One document on its way into both worlds. Amounts are minor units and positive, as QuickBooks has them."""

    units: int
    text: str
    currency: str = "EUR"
    lines: list[dict[str, Any]] = field(default_factory=list)
    true: list[TrueLine] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    tax: int | None = None
    left_out: int = 0
    status: str = "approved"

    def number(self, units: int) -> float | int:
        digits = DIGITS[self.currency]
        return float(Decimal(units).scaleb(-digits)) if digits else units

    def add(self, units: int, key: str = "1", text: str | None = None, **detail: Any) -> dict[str, Any]:
        """An item line in both worlds; `detail` goes to QuickBooks alone."""
        item, account = _ITEMS[key]
        shown = self.text if text is None else text
        self.true.append(TrueLine(units, shown, item, account))
        return self.line(units, {"value": key, "name": f"{item} (name of then)"}, shown, **detail)

    def line(self, units: int, item: dict[str, Any] | None, text: str = "", **detail: Any) -> dict[str, Any]:
        made = {"Id": str(len(self.lines) + 1), "Amount": self.number(units), "DetailType": "SalesItemLineDetail"}
        own = {**({"ItemRef": item} if item else {}), "TaxCodeRef": {"value": "TAX"}, **detail}
        return {**made, **({"Description": text} if text else {}), "SalesItemLineDetail": own}

    def put(self, *lines: dict[str, Any], subtotal: int | None = None) -> None:
        self.lines += lines
        units = sum(line.units for line in self.true) if subtotal is None else subtotal
        self.lines.append({"Amount": self.number(units), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}})

    def change(self, at: int, **values: Any) -> None:
        self.true[at] = replace(self.true[at], **values)


def _plain(sale: _Sale) -> None:
    sale.put(sale.add(sale.units, "4"))


def _several(sale: _Sale) -> None:
    own = {"ClassRef": {"value": "8", "name": "Own class"}}
    price = round((sale.units - 700) / 300, 7)
    sale.put(
        sale.add(sale.units - 700, "4", Qty=3, UnitPrice=price),
        sale.add(700, "5", "Hosting", **own),
    )
    sale.more["ClassRef"] = {"value": "7", "name": "Care class"}
    sale.more["DepartmentRef"] = {"value": "2", "name": "Rotterdam"}
    sale.change(0, tracking="Care class | Rotterdam", quantity="3", unit_price=str(price))
    sale.change(1, tracking="Own class | Rotterdam")


def _bundle(sale: _Sale, *, is_summed: bool = False) -> None:
    members = sale.add(sale.units - 265, "4", "Part A", Qty=15), sale.add(265, "5", "", Qty=24)
    detail = {"GroupItemRef": {"value": "24", "name": "Care bundle"}, "Quantity": 3, "Line": list(members)}
    whole = {"Amount": sale.number(sale.units if is_summed else 0), "DetailType": "GroupLineDetail"}
    sale.put({**whole, "Description": sale.text, "GroupLineDetail": detail})
    sale.change(0, description=f"{sale.text}: Part A", quantity="15")
    sale.change(1, description=sale.text, quantity="24")


def _summed_bundle(sale: _Sale) -> None:
    _bundle(sale, is_summed=True)


def _texts(sale: _Sale) -> None:
    inline = {"Amount": sale.number(sale.units), "DetailType": "DescriptionOnly", "Description": "Subtotal: see above"}
    sale.put(sale.add(sale.units - 1250, "4"), {"DetailType": "DescriptionOnly", "Description": "Thank you"}, inline,
             sale.line(1250, {"value": "SHIPPING_ITEM_ID"}), subtotal=sale.units)  # fmt: skip
    sale.true.append(TrueLine(1250, "", "Shipping"))


def _gratuity(sale: _Sale) -> None:
    sale.put(sale.add(sale.units - 500, "4"), sale.line(500, {"value": "GRATUITY_ITEM_ID"}), subtotal=sale.units)
    sale.true.append(TrueLine(500, "", "Gratuity"))


def _lower(sale: _Sale, amount: int, *, percent: int | None = None, given: int | None = None) -> None:
    """A discount on the whole: what each true line loses is its exact part, the cents left over by largest rest."""
    percents = {"PercentBased": True, "DiscountPercent": percent} if percent else {"PercentBased": False}
    made = {"Amount": sale.number(given or amount), "DetailType": "DiscountLineDetail", "DiscountLineDetail": percents}
    sale.lines.append(made)
    whole = sum(line.units for line in sale.true)
    exact = [Decimal(amount) * line.units / whole for line in sale.true]
    parts = [int(each) for each in exact]
    order = sorted(range(len(exact)), key=lambda at: parts[at] - exact[at])
    for at in order[: amount - sum(parts)]:
        parts[at] += 1
    sale.true = [replace(line, units=line.units - part, tax=None) for line, part in zip(sale.true, parts, strict=True)]


def _percent(sale: _Sale) -> None:
    sale.put(sale.add(sale.units - 1000, "4"), sale.add(1000, "5", "Hosting"))
    sale.more["ApplyTaxAfterDiscount"] = bool(sale.units % 2)
    _lower(sale, (sale.units * 10 + 50) // 100, percent=10)


def _fixed(sale: _Sale) -> None:
    sale.put(sale.add(sale.units - 1333, "4"), sale.add(333, "5", "Hosting"), sale.add(1000, "1", "Help"))
    _lower(sale, 777)


def _free(sale: _Sale) -> None:
    sale.put(sale.add(sale.units, "4"))
    _lower(sale, sale.units, percent=100)


def _charge(sale: _Sale) -> None:
    sale.true.append(TrueLine(sale.units, "", UNITEMISED))
    sale.more["LinkedTxn"] = [{"TxnId": "29", "TxnType": "StatementCharge"}, {"TxnId": "98", "TxnType": "Payment"}]
    sale.put()


def _part_charge(sale: _Sale) -> None:
    line = sale.add(sale.units - 900, "4")
    sale.true.append(TrueLine(900, "", UNITEMISED))
    sale.more["LinkedTxn"] = [{"TxnId": "29", "TxnType": "StatementCharge"}]
    sale.put(line)


def _documentation(sale: _Sale) -> None:
    sale.put(sale.add(sale.units, "4"), sale.line(4321, None, "As agreed in our letter"))


def _inclusive(sale: _Sale) -> None:
    sale.more["GlobalTaxCalculation"] = "TaxInclusive"
    nets = [sale.units - 1000, 1000]
    taxes = [(net * 21 + 50) // 100 for net in nets]
    gross = [sale.number(net + tax) for net, tax in zip(nets, taxes, strict=True)]
    sale.put(sale.add(nets[0], "4", TaxInclusiveAmt=gross[0]), sale.add(1000, "5", "Hosting", TaxInclusiveAmt=gross[1]))
    sale.change(0, tax=taxes[0])
    sale.change(1, tax=taxes[1])
    sale.tax = sum(taxes)


def _rounded(sale: _Sale) -> None:
    """Seven lines of 10.00 with tax: 8.26 each and 57.82 in all without, where the whole has 57.85."""
    sale.more["GlobalTaxCalculation"] = "TaxInclusive"
    lines = [sale.add(826, "4", f"{sale.text} seat {seat}", TaxInclusiveAmt=10.0) for seat in range(1, 8)]
    sale.true = [replace(line, tax=174) for line in sale.true]
    sale.put(*lines)
    sale.tax = 7000 - 5785
    sale.left_out = 5782 - 5785  # the total is 70.00 all the same


def _gross_discount(sale: _Sale) -> None:
    """200.00 and 100.00 are 242.00 and 121.00 with tax; 36.30 off with tax are 30.00 without."""
    sale.more["GlobalTaxCalculation"] = "TaxInclusive"
    sale.put(sale.add(20000, "4", TaxInclusiveAmt=242.0), sale.add(10000, "5", "Hosting", TaxInclusiveAmt=121.0))
    _lower(sale, 3000, given=3630)
    sale.tax = 32670 - 27000


def _withheld(sale: _Sale) -> None:
    sale.put(sale.add(sale.units, "4"))
    sale.left_out = sale.units // 5
    sale.more["LessCIS"] = sale.number(sale.left_out)


def _withheld_from_payment(sale: _Sale) -> None:
    sale.put(sale.add(sale.units, "4"))
    sale.more["LessCIS"] = sale.number(sale.units // 5)


def _retained(sale: _Sale) -> None:
    sale.put(sale.add(sale.units, "4"))
    sale.left_out = sale.units // 10
    held = sale.number(sale.left_out)
    sale.more["TxnRetainageDetail"] = {"RetainageAmount": held, "RetainageOpenBalance": held}


def _dollars(sale: _Sale) -> None:
    sale.currency = "USD"
    sale.put(sale.add(sale.units, "4"))
    sale.more |= {"CurrencyRef": {"value": "USD", "name": "United States Dollar"}, "ExchangeRate": 0.91}
    sale.more |= {"HomeTotalAmt": 1.23, "HomeBalance": 4.56}


def _yen(sale: _Sale) -> None:
    sale.currency = "JPY"
    sale.put(sale.add(sale.units, "4"))
    sale.more |= {"CurrencyRef": {"value": "JPY"}, "ExchangeRate": 0.0062}


def _void(sale: _Sale, note: str = "Voided") -> None:
    sale.put(sale.add(0, "4"))
    sale.more["PrivateNote"] = note
    sale.status = "void" if note.startswith("Void") else "approved"


def _void_with_text(sale: _Sale) -> None:
    _void(sale, "VoIDED - was sent to the wrong address".capitalize())


def _zeros(sale: _Sale) -> None:
    _void(sale, "Ongeldig")


def _back_computed(sale: _Sale) -> None:
    # The price that QuickBooks computes back from the amount is never what counts.
    price = round(sale.units / 100 / 450, 7)
    sale.put(sale.add(sale.units, "4", Qty=450, UnitPrice=price))
    sale.change(0, quantity="450", unit_price=str(price))


def _lowered_line(sale: _Sale) -> None:
    sale.put(sale.add(sale.units + 2500, "4"), sale.add(-2500, "1", "Goodwill"))


def _deposit(sale: _Sale) -> None:
    sale.put(sale.add(sale.units, "4"))
    sale.more["Deposit"] = sale.number(500)


def _strange(sale: _Sale) -> None:
    sale.put(sale.add(sale.units, "4"), {"Amount": 9.99, "DetailType": "BrandNewDetail"})
    sale.more |= {"CustomExtensions": [], "V4IDPseudonym": "002c", "invoiceStatus": "PAID", "AllowIPNPayment": False}


def _draft(sale: _Sale) -> None:
    sale.put(sale.add(sale.units, "4"))
    sale.more["status"] = "Draft"
    sale.status = "draft"


SHAPES: tuple[Callable[[_Sale], None], ...] = (
    _plain, _several, _bundle, _summed_bundle, _texts, _gratuity, _percent, _fixed, _free, _charge, _part_charge,
    _documentation, _inclusive, _rounded, _gross_discount, _withheld, _withheld_from_payment, _retained, _dollars, _yen,
    _void, _void_with_text, _zeros, _back_computed, _lowered_line, _deposit, _strange, _draft,
)  # fmt: skip
MISC = 200


def ledger(seed: int = 5) -> tuple[QuickBooksServer, tuple[TrueDocument, ...]]:
    """The company, and its documents of the year as a bookkeeper writes them, in no order.

    Each of twenty customers gets an invoice at the end of every month, every other one in a shape of its own; two
    hundred further documents of all four kinds follow, and some of the years around, which are not among the true ones.
    """
    random, true = Random(seed), list[TrueDocument]()
    made: list[tuple[str, dict[str, Any]]] = []
    for entity, of, day, shape, sale in _sales(random):
        key = 100 + len(made)
        payload, written = _both(entity, key, of, day, sale, shape.__name__.strip("_"))
        made.append((entity, payload))
        if day.year == YEAR:
            true.append(written)
    linked = _linked(made, true)
    server = QuickBooksServer(made, list(_CUSTOMERS), items=list(_PRODUCTS), templates=_templates())
    server.preferences["CurrencyPrefs"]["MultiCurrencyEnabled"] = True
    return server, linked


def _sales(random: Random) -> Iterator[tuple[str, dict[str, Any], date, Callable[[_Sale], None], _Sale]]:
    for of in _CUSTOMERS:
        fee = 40000 + 2500 * int(of["Id"])
        for month in range(1, 13):
            shape = SHAPES[(int(of["Id"]) * 5 + month) % len(SHAPES)] if month % 2 else _plain
            day = date(YEAR, month, monthrange(YEAR, month)[1])
            yield "Invoice", of, day, shape, _shaped(shape, _Sale(fee, f"Retainer {day:%B %Y}"))
    for number in range(MISC):
        entity = ("Invoice", "SalesReceipt", "CreditMemo", "RefundReceipt", "CreditMemo")[number % 5]
        day = date(YEAR, 1, 1) + timedelta(days=random.randrange(365))
        shape = SHAPES[number % len(SHAPES)]
        of = random.choice(_CUSTOMERS)
        yield entity, of, day, shape, _shaped(shape, _Sale(random.randrange(3000, 400000), f"Work {number}"))
    for day in (date(YEAR - 1, 12, 31), date(YEAR + 1, 1, 1)):
        for entity in _SIGNS:
            yield entity, _PARENT, day, _plain, _shaped(_plain, _Sale(12345, "Another year"))


def _shaped(shape: Callable[[_Sale], None], sale: _Sale) -> _Sale:
    shape(sale)
    return sale


def _both(
    entity: str, key: int, of: dict[str, Any], day: date, sale: _Sale, trap: str
) -> tuple[dict[str, Any], TrueDocument]:
    """A sale as an object of QuickBooks and as a bookkeeper writes it."""
    digits, excl_tax = DIGITS[sale.currency], sum(line.units for line in sale.true)
    tax = (excl_tax * 21 + 50) // 100 if sale.tax is None else sale.tax
    # Every seventh has no number, and every eleventh shares one with others.
    number = "" if key % 7 == 0 else f"S-{key // 55}" if key % 11 == 0 else f"{key:05}"
    is_nobody = entity == "SalesReceipt" and key % 2 == 0
    template = str(of["Id"]) if entity == "Invoice" and key % 3 == 0 else ""
    total = excl_tax + tax - sale.left_out
    due = 0 if entity in {"SalesReceipt", "RefundReceipt"} or sale.status == "void" else total // 2
    own = {
        "DocNumber": number or None,
        "CustomField": [{"DefinitionId": "1", "Name": "Order", **({"StringValue": f"PO-{key}"} if key % 2 else {})}],
        "PrivateNote": None,
        "Balance": sale.number(due),
        **({"RecurDataRef": {"value": template}} if template else {}),
        **sale.more,
    }
    if is_nobody:
        own["CustomerRef"] = None
    shown = [str(Decimal(units).scaleb(-digits)) for units in (total - tax, tax)]
    payload = document(key, of, day, *sale.lines, excl_tax=shown[0], tax=shown[1], **own)
    sign = _SIGNS[entity]
    # What no line says came with a charge, not from the template.
    lines = [
        replace(line, units=sign * line.units, template=template if line.item != UNITEMISED else "")
        for line in sale.true
    ]
    lines = [line if line.tax is None else replace(line, tax=sign * line.tax) for line in lines]
    return {name: value for name, value in payload.items() if value is not None}, TrueDocument(
        id=f"{entity}/{key}",
        number=number,
        kind="invoice" if sign > 0 else "credit_note",
        status=sale.status,
        issue_date=day,
        customer_id="" if is_nobody else of["Id"],
        currency=sale.currency,
        lines=tuple(lines),
        total=sign * total,
        due=due,
        reference=f"PO-{key}" if key % 2 else "",
        trap=trap,
    )


def _linked(made: list[tuple[str, dict[str, Any]]], true: Sequence[TrueDocument]) -> tuple[TrueDocument, ...]:
    """Every third credit memo says of which invoice it is, as in some countries: one of the year, by its own number."""
    payloads = {f"{entity}/{each['Id']}": each for entity, each in made}
    own = [each for each in true if each.kind == "invoice" and each.id.startswith("Invoice/") and each.number.isdigit()]
    found = list(true)
    for at, each in enumerate(true):
        invoice = next((one for one in own if one.customer_id == each.customer_id), None)
        if each.id.startswith("CreditMemo/") and at % 3 == 0 and invoice is not None:
            payloads[each.id]["InvoiceRef"] = {"value": invoice.id.removeprefix("Invoice/")}
            found[at] = replace(each, credits_document=invoice.number)
    return tuple(found)


def _templates() -> list[dict[str, Any]]:
    """A monthly template of each customer at the fee of its retainer, and one of something that is bought."""
    found: list[dict[str, Any]] = [{"Bill": {"Id": "20", "RecurDataRef": {"value": "2"}, "TotalAmt": 74.36}}]
    for of in _CUSTOMERS:
        sale = _Sale(40000 + 2500 * int(of["Id"]), "Retainer")
        _plain(sale)
        payload, _ = _both("Invoice", 9000 + int(of["Id"]), of, date(YEAR, 12, 31), sale, "template")
        found.append(recurring(payload, int(of["Id"]), f"Retainer of {of['DisplayName']}", DayOfMonth=31))
    return found


def rows(documents: Sequence[TrueDocument]) -> Iterator[tuple[str, ...]]:
    """The lines in `COLUMNS`, without a heading row, by day, number and id; a document without a number has its id.

    Of documents that share number, kind and customer, all but the first bear their id behind it, and stay apart.
    """
    seen: set[tuple[str, str, str]] = set()
    for each in sorted(documents, key=lambda one: (one.issue_date, one.number, one.id)):
        number = each.number or f"id {each.id}"
        if (number, each.kind, each.customer) in seen:
            number = f"{number} (id {each.id})"
        seen.add((number, each.kind, each.customer))
        due = (each.issue_date + timedelta(days=30)).isoformat()
        for line in each.lines:
            tax = "" if line.tax is None else f"{each.money(line.tax):f}"
            yield (
                number, each.kind, each.status, each.issue_date.isoformat(), due, each.customer, each.customer_id,
                each.currency, line.description, line.item, line.account, line.tracking, line.template, line.quantity,
                line.unit_price, f"{each.money(line.units):f}", tax, f"{each.money(each.total):f}",
                f"{each.money(each.due):f}", each.reference, each.credits_document,
            )  # fmt: skip
