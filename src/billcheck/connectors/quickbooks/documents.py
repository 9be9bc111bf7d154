"""QuickBooks Online's invoices, sales receipts, credit memos and refund receipts as normalised documents.

Comes in: objects of its answers, as its accounting interface describes them. Goes out: documents with signed amounts
excluding tax, of which each is proved to add up to its own total. Amounts are positive on every kind of document there,
so the sign is ours to give; they exclude tax also where prices include it. Must not know requests.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.connectors.base import FetchedDocument, FetchedLine
from billcheck.connectors.faults import AnswerError
from billcheck.ledger.line import TRACKING_SEPARATOR
from billcheck.money import MINOR_DIGITS, is_currency

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from billcheck.connectors.payload import Payload

KINDS = {"Invoice": "invoice", "SalesReceipt": "invoice", "CreditMemo": "credit_note", "RefundReceipt": "credit_note"}
"""What each entity counts as."""
UNITEMISED = "unitemised"
"""The item of an amount that a document bills without saying for what, as one made from a delayed charge does."""
NO_CUSTOMER = "(no customer)"
_STATUSES = {"": "approved", "Synchronized": "approved", "Draft": "draft", "Voided": "void", "Deleted": "void"}
_OWN_ITEMS = {"SHIPPING_ITEM_ID": "Shipping", "GRATUITY_ITEM_ID": "Gratuity"}
_SILENT = frozenset({"descriptiononly", "descriptionlinedetail", "taxlinedetail"})
_MOST_DECIMALS = 10


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document, and what of it is doubtful: `doubts` are sentences about amounts nobody can vouch for."""

    document: FetchedDocument
    doubts: tuple[str, ...]


@dataclass(slots=True)
class _Parts:
    """What the lines of one document hold, in its own signs."""

    lines: list[FetchedLine]
    discount: Decimal
    subtotal: Decimal | None
    unknown: tuple[str, ...]
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def read_document(entity: str, payload: Payload, names: Mapping[str, str]) -> ReadDocument:
    """One document, with its lines.

    Args:
        entity: As QuickBooks calls what it is, one of `KINDS`.
        payload: The object.
        names: The full names of customers by id.

    Raises:
        AnswerError: A value is missing or of another type, or the document does not add up.
    """
    kind = KINDS[entity]
    sign = -1 if kind == "credit_note" else 1
    currency = payload.nested("CurrencyRef").text("value")
    if not is_currency(currency):
        payload.refuse("CurrencyRef", "one of ISO 4217")
    total = payload.amount("TotalAmt")
    tax = payload.nested("TxnTaxDetail").optional_amount("TotalTax") if payload.has("TxnTaxDetail") else None
    excl_tax = total - (tax or 0)
    parts = _footed(payload, _parts_of(payload), excl_tax)
    lines = _lowered(parts, currency)
    customer = payload.nested("CustomerRef") if payload.has("CustomerRef") else None
    customer_id = "" if customer is None else customer.text("value")
    own_name = "" if customer is None else customer.optional_text("name")
    stated = payload.optional_text("status")
    status = _STATUSES.get(stated)
    doubts = parts.doubts
    if status is None:
        doubts += (f"Its status {stated} is not known, so it does not count as billed.",)
    elif _is_void(payload, total, lines):
        status = "void"
    document = FetchedDocument(
        id=f"{entity}/{payload.text('Id')}",
        number=payload.optional_text("DocNumber"),
        kind=kind,
        status=status or "draft",
        issue_date=_day(payload, "TxnDate") or payload.refuse("TxnDate", "a day"),
        due_date=_day(payload, "DueDate"),
        customer=names.get(customer_id) or own_name or customer_id or NO_CUSTOMER,
        customer_id=customer_id,
        currency=currency,
        excl_tax=sign * excl_tax,
        lines=tuple(_signed(line, sign) for line in lines),
        digest=payload.digest(),
        reference=", ".join(
            text for each in payload.optional_each("CustomField") if (text := each.optional_text("StringValue"))
        ),
        total=sign * total,
        amount_due=payload.optional_amount("Balance"),
        updated=payload.nested("MetaData").optional_text("LastUpdatedTime") if payload.has("MetaData") else "",
        notes=parts.notes + doubts,
    )
    return ReadDocument(document, doubts)


def _signed(line: FetchedLine, sign: int) -> FetchedLine:
    return replace(line, amount=sign * line.amount, tax=None if line.tax is None else sign * line.tax)


def _parts_of(payload: Payload) -> _Parts:
    """The lines taken apart by what they are; nothing is proved yet."""
    parts = _Parts([], Decimal(0), None, ())
    document = _Common(
        template=payload.nested("RecurDataRef").optional_text("value") if payload.has("RecurDataRef") else "",
        tracking=(_name(payload, "ClassRef"), _name(payload, "DepartmentRef")),
        is_inclusive=payload.optional_text("GlobalTaxCalculation").lower() in {"taxinclusive", "taxincluded"},
    )
    for line in payload.optional_each("Line"):
        kind = line.optional_text("DetailType")
        folded = kind.lower()
        if folded == "salesitemlinedetail":
            parts.lines.append(_item(line, document))
        elif folded == "grouplinedetail":
            parts.lines += _members(line, document)
        elif folded == "discountlinedetail":
            parts.discount += line.optional_amount("Amount") or 0
        elif folded == "subtotallinedetail":
            parts.subtotal = line.amount("Amount")
        elif folded not in _SILENT:
            # A line that is only a text may bear an amount, which repeats that of others: it is never counted.
            parts.unknown += (kind or "without a kind",)
    return parts


@dataclass(frozen=True, slots=True)
class _Common:
    """What all lines of a document have of it."""

    template: str
    tracking: tuple[str, str]
    is_inclusive: bool


def _members(group: Payload, document: _Common) -> Iterator[FetchedLine]:
    """The lines of a bundle; what stands beside the bundle itself is their sum or nothing, and counts without any."""
    detail = group.nested("GroupLineDetail")
    members = list(detail.optional_each("Line"))
    for member in members:
        if member.optional_text("DetailType").lower() not in _SILENT:
            yield _item(member, document)
    amount = group.optional_amount("Amount")
    if not members and amount:
        yield FetchedLine(
            amount=amount,
            description=group.optional_text("Description"),
            item=_name(detail, "GroupItemRef"),
            tracking=TRACKING_SEPARATOR.join(filter(None, document.tracking)),
            quantity=detail.optional_amount("Quantity"),
            template=document.template,
        )


def _item(line: Payload, document: _Common) -> FetchedLine:
    detail = line.nested("SalesItemLineDetail")
    amount = line.amount("Amount") if line.has("Amount") else _no_amount(line, detail)
    inclusive = detail.optional_amount("TaxInclusiveAmt") if document.is_inclusive else None
    own_class, location = _name(detail, "ClassRef"), document.tracking[1]
    return FetchedLine(
        amount=amount,
        description=line.optional_text("Description"),
        item=_name(detail, "ItemRef"),
        account=_name(detail, "ItemAccountRef"),
        tracking=TRACKING_SEPARATOR.join(filter(None, (own_class or document.tracking[0], location))),
        quantity=detail.optional_amount("Qty"),
        unit_price=detail.optional_amount("UnitPrice"),
        tax=None if inclusive is None else inclusive - amount,
        template=document.template,
    )


def _no_amount(line: Payload, detail: Payload) -> Decimal:
    """Nothing, unless quantity and price say that there is an amount, which is then never guessed."""
    if (detail.optional_amount("Qty") or 0) * (detail.optional_amount("UnitPrice") or 0):
        line.refuse("Amount", "a number")
    return Decimal(0)


def _name(payload: Payload, key: str) -> str:
    """What a reference names: its name, else its id; empty where there is none."""
    if not payload.has(key):
        return ""
    reference = payload.nested(key)
    value = reference.optional_text("value")
    return _OWN_ITEMS.get(value) or reference.optional_text("name") or value


def _footed(payload: Payload, parts: _Parts, excl_tax: Decimal) -> _Parts:
    """The parts with whatever they lack of the document's total, proved to add up to it.

    Raises:
        AnswerError: They do not, and nothing says what lacks.
    """
    items = sum((line.amount for line in parts.lines), Decimal(0))
    if items - parts.discount == excl_tax:
        return parts
    # QuickBooks bills nothing by a line that names no item, whatever amount stands beside it.
    named = [line for line in parts.lines if line.item]
    if sum((line.amount for line in named), Decimal(0)) - parts.discount == excl_tax:
        parts.lines = named
        return parts
    rest = excl_tax + parts.discount - items
    is_charge = any(each.optional_text("TxnType") == "StatementCharge" for each in payload.optional_each("LinkedTxn"))
    if parts.subtotal == items + rest:
        where = "made from a delayed charge, " if is_charge else ""
        remark = f"It is {where}without a line for {rest} of its amount, which counts as one line, unitemised."
        parts.notes += (remark,) if is_charge else ()
        parts.doubts += () if is_charge else (remark,)
    elif parts.unknown:
        kinds = ", ".join(parts.unknown)
        parts.doubts += (
            f"Its lines of the kind {kinds} are not known; {rest} of them counts as one line, unitemised.",
        )
    else:
        remark = f"Its lines add up to {items - parts.discount}, and it says {excl_tax} excl. tax."
        raise AnswerError(payload.where, remark)
    parts.lines.append(FetchedLine(amount=rest, item=UNITEMISED))
    return parts


def _lowered(parts: _Parts, currency: str) -> list[FetchedLine]:
    """The lines less the discount of the document, each by its part; a discount on nothing is a line of its own."""
    if not parts.discount:
        return parts.lines
    shares = apportion(parts.discount, [line.amount for line in parts.lines], MINOR_DIGITS[currency])
    if shares is None:
        return [*parts.lines, FetchedLine(amount=-parts.discount, item="Discount")]
    # The tax that stands beside a line is the one before the discount.
    return [
        replace(line, amount=line.amount - share, tax=None) for line, share in zip(parts.lines, shares, strict=True)
    ]


def apportion(amount: Decimal, weights: Sequence[Decimal], digits: int) -> list[Decimal] | None:
    """An amount in parts in proportion to signed weights, to the minor unit, by largest remainder; earlier ones first.

    Where a weight or the amount has more decimals than the currency, the parts have as many. None where the weights
    add up to nothing, since there is no proportion then.
    """
    whole = sum(weights, Decimal(0))
    if not whole:
        return None
    places = max([digits, *(_decimals(each) for each in (amount, *weights))])
    units = [int(each.scaleb(places)) for each in weights]
    size, total = int(amount.scaleb(places)), int(whole.scaleb(places))
    parts = [size * unit // total for unit in units]
    by_remainder = sorted(range(len(units)), key=lambda at: (-abs(size * units[at] % total), at))
    for at in by_remainder[: size - sum(parts)]:
        parts[at] += 1
    step = Decimal(1).scaleb(-places)
    return [part * step for part in parts]


def _decimals(amount: Decimal) -> int:
    exponent = amount.as_tuple().exponent
    return min(max(-exponent, 0), _MOST_DECIMALS) if isinstance(exponent, int) else 0


def _is_void(payload: Payload, total: Decimal, lines: Sequence[FetchedLine]) -> bool:
    """Whether it was voided: QuickBooks sets all amounts to zero then, and says so in the private note alone."""
    note = payload.optional_text("PrivateNote").strip().casefold()
    return not total and not any(line.amount for line in lines) and note.startswith("void")


def _day(payload: Payload, name: str) -> date | None:
    """A day, as it is written: QuickBooks gives days without a zone."""
    text = payload.optional_text(name)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        payload.refuse(name, "a day")
