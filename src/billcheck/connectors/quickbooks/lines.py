"""What the lines of a document or a template of QuickBooks Online bill, proved to add up to its total.

Comes in: one object of its answers, and the products it names. Goes out: lines in the document's own signs, without
tax, each lowered by its part of a discount on the whole, and remarks on what is inferred. Where they do not add up to
what the object says of itself, it is refused. Must not know requests, or what a document is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.connectors.base import FetchedLine
from billcheck.ledger.line import TRACKING_SEPARATOR
from billcheck.money import MINOR_DIGITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.connectors.payload import Payload
    from billcheck.connectors.quickbooks.company import Products

UNITEMISED = "unitemised"
"""The item of an amount that a document bills without saying for what, as one made from a delayed charge does."""
DELAYED = "delayed charge"
WITHHELD = "withheld"
_OWN_ITEMS = {"SHIPPING_ITEM_ID": "Shipping", "GRATUITY_ITEM_ID": "Gratuity"}
_ITEM, _GROUP, _DISCOUNT, _SUBTOTAL = (
    "salesitemlinedetail",
    "grouplinedetail",
    "discountlinedetail",
    "subtotallinedetail",
)
_SILENT = frozenset({"descriptiononly", "descriptionlinedetail", "taxlinedetail"})
"""Lines that bill nothing: one that is only a text may bear an amount, which repeats that of others."""
_MOST_DECIMALS = 10
_UNFOOTED = (
    "Nothing was taken from it. Compare it with what QuickBooks shows; to go on without it, fetch the days before and "
    "after it, or other customers, and please report it with the request's id."
)


@dataclass(slots=True)
class Footing:
    """The lines of one document in its own signs, of which `excl_tax` is the sum, less `discount` until it is spread.

    `digits` are the decimals of its currency. `notes` say what was inferred, `doubts` what nobody can vouch for, and
    `traits` which of the inferences above it needed.
    """

    lines: list[FetchedLine]
    digits: int
    excl_tax: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    subtotal: Decimal | None = None
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    traits: frozenset[str] = frozenset()

    @property
    def items(self) -> Decimal:
        """What the lines bill before the discount."""
        return sum((line.amount for line in self.lines), Decimal(0))

    def shown(self, amount: Decimal) -> str:
        """An amount for a message."""
        return f"{amount:.{max(self.digits, _decimals(amount))}f}"


@dataclass(frozen=True, slots=True)
class _Common:
    """What all lines of a document have of it."""

    template: str
    tracking: tuple[str, str]
    is_inclusive: bool
    products: Products


def read_lines(payload: Payload, currency: str, products: Products) -> Footing:
    """The lines of an object, footed and lowered by its discount.

    Raises:
        AnswerError: A value is missing or of another type, or they do not add up.
    """
    footing = _parts_of(payload, MINOR_DIGITS[currency], products)
    detail = payload.nested("TxnTaxDetail") if payload.has("TxnTaxDetail") else None
    tax = None if detail is None else detail.optional_amount("TotalTax")
    footing.excl_tax = payload.amount("TotalAmt") - (tax or 0)
    _foot(payload, footing)
    footing.lines = _lowered(footing)
    return footing


def _parts_of(payload: Payload, digits: int, products: Products) -> Footing:
    """The lines taken apart by what they are; nothing is proved yet."""
    parts = Footing([], digits)
    document = _Common(
        template=payload.nested("RecurDataRef").optional_text("value") if payload.has("RecurDataRef") else "",
        tracking=(name_of(payload, "ClassRef"), name_of(payload, "DepartmentRef")),
        is_inclusive=_is_inclusive(payload),
        products=products,
    )
    for line in payload.optional_each("Line"):
        kind = line.optional_text("DetailType")
        folded = kind.lower()
        if folded == _ITEM:
            parts.lines.append(_item(line, document))
        elif folded == _GROUP:
            _add_members(parts, line, document)
        elif folded == _DISCOUNT:
            parts.discount += line.optional_amount("Amount") or 0
        elif folded == _SUBTOTAL:
            parts.subtotal = line.amount("Amount")
        elif folded not in _SILENT:
            parts.unknown += (kind or "without a kind",)
    return parts


def _is_inclusive(payload: Payload) -> bool:
    return payload.optional_text("GlobalTaxCalculation").lower() in {"taxinclusive", "taxincluded"}


def _add_members(parts: Footing, group: Payload, document: _Common) -> None:
    """The lines of a bundle; what stands beside the bundle itself is their sum or nothing, and counts without any.

    Their quantities are those of the whole bundle already. Its own text stands before theirs, since it is what the
    customer reads, and may name the period.
    """
    detail = group.nested("GroupLineDetail")
    text = group.optional_text("Description") or name_of(detail, "GroupItemRef")
    members = list(detail.optional_each("Line"))
    for member in members:
        kind = member.optional_text("DetailType")
        if kind.lower() == _ITEM:
            line = _item(member, document)
            parts.lines.append(replace(line, description=": ".join(filter(None, (text, line.description)))))
        elif kind.lower() not in _SILENT | {_SUBTOTAL}:
            parts.unknown += (f"{kind or 'without a kind'} in a bundle",)
    amount = group.optional_amount("Amount")
    if not members and amount:
        parts.lines.append(
            FetchedLine(
                amount=amount,
                description=group.optional_text("Description"),
                item=_product(detail, "GroupItemRef", document.products),
                tracking=TRACKING_SEPARATOR.join(filter(None, document.tracking)),
                quantity=detail.optional_amount("Quantity"),
                template=document.template,
            )
        )


def _item(line: Payload, document: _Common) -> FetchedLine:
    detail = line.nested("SalesItemLineDetail")
    amount = line.amount("Amount") if line.has("Amount") else _no_amount(line, detail)
    inclusive = detail.optional_amount("TaxInclusiveAmt") if document.is_inclusive else None
    own_class, location = name_of(detail, "ClassRef"), document.tracking[1]
    return FetchedLine(
        amount=amount,
        description=line.optional_text("Description"),
        item=_product(detail, "ItemRef", document.products),
        account=name_of(detail, "ItemAccountRef") or document.products.account(_id_of(detail, "ItemRef")),
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


def name_of(payload: Payload, key: str) -> str:
    """What a reference names: its name, else its id; empty where there is none."""
    return (payload.nested(key).optional_text("name") if payload.has(key) else "") or _id_of(payload, key)


def _id_of(payload: Payload, key: str) -> str:
    return payload.nested(key).optional_text("value") if payload.has(key) else ""


def _product(payload: Payload, key: str, products: Products) -> str:
    own = _id_of(payload, key)
    return _OWN_ITEMS.get(own) or products.name(own) or name_of(payload, key)


def _foot(payload: Payload, parts: Footing) -> None:
    """Prove that the parts add up to the document, and complete them where it says itself what lacks.

    Raises:
        AnswerError: They do not, and nothing says what lacks.
    """
    if parts.items - parts.discount == parts.excl_tax:
        return
    # QuickBooks bills nothing by a line that names no item, whatever amount stands beside it.
    named = [line for line in parts.lines if line.item]
    if sum((line.amount for line in named), Decimal(0)) - parts.discount == parts.excl_tax:
        parts.lines = named
    elif not any(settle(payload, parts) for settle in (_by_what_is_withheld, _by_gross, _by_a_rest)):
        found, said = parts.shown(parts.items - parts.discount), parts.shown(parts.excl_tax)
        raise payload.fault(f"Its lines add up to {found}, and it says {said} excl. tax.", remedy=_UNFOOTED)


def _by_what_is_withheld(payload: Payload, parts: Footing) -> bool:
    """Whether the total leaves out what the customer withholds, which was billed all the same."""
    detail = payload.nested("TxnRetainageDetail") if payload.has("TxnRetainageDetail") else None
    retained = None if detail is None else detail.optional_amount("RetainageAmount")
    rest = abs(parts.items - parts.discount - parts.excl_tax)
    given = [abs(amount) for amount in (payload.optional_amount("LessCIS"), retained) if amount]
    if rest not in {*given, sum(given)}:
        return False
    parts.excl_tax = parts.items - parts.discount
    parts.notes += (f"Its total leaves out {parts.shown(rest)} that the customer withholds, which counts as billed.",)
    parts.traits |= {WITHHELD}
    return True


def _by_gross(payload: Payload, parts: Footing) -> bool:
    """Whether the amounts with tax add up to the total; those without then differ by roundings, or by the discount."""
    if not _is_inclusive(payload) or any(line.tax is None for line in parts.lines):
        return False
    gross = sum((line.amount + (line.tax or 0) for line in parts.lines), Decimal(0))
    rest = parts.items - parts.excl_tax
    if gross - parts.discount != payload.amount("TotalAmt"):
        return False
    if parts.discount:
        # The discount is given with its tax: what it lowers without is what lacks.
        is_part = 0 < rest < parts.discount
        if is_part:
            parts.notes += (
                f"Its discount is {parts.shown(parts.discount)} with tax, and {parts.shown(rest)} without.",
            )
            parts.discount = rest
        return is_part
    if abs(rest) * 2 > len(parts.lines) * Decimal(1).scaleb(-parts.digits):
        return False
    parts.excl_tax = parts.items
    parts.notes += (f"Its lines with tax add up to its total; without, each is rounded, {parts.shown(rest)} in all.",)
    return True


def _by_a_rest(payload: Payload, parts: Footing) -> bool:
    """Whether the document says that it bills more than its lines, by its subtotal or by lines of an unknown kind."""
    rest = parts.excl_tax + parts.discount - parts.items
    is_charge = any(each.optional_text("TxnType") == "StatementCharge" for each in payload.optional_each("LinkedTxn"))
    if parts.subtotal == parts.items + rest:
        where = "made from a delayed charge, " if is_charge else ""
        remark = (
            f"It is {where}without a line for {parts.shown(rest)} of its amount, which counts as one line, unitemised."
        )
        parts.notes += (remark,) if is_charge else ()
        parts.doubts += () if is_charge else (remark,)
        parts.traits |= {DELAYED} if is_charge else frozenset()
    elif parts.unknown:
        kinds = ", ".join(parts.unknown)
        parts.doubts += (
            f"Its lines of the kind {kinds} are not known; {parts.shown(rest)} of them counts as one line, unitemised.",
        )
    else:
        return False
    parts.lines.append(FetchedLine(amount=rest, item=UNITEMISED))
    return True


def _lowered(parts: Footing) -> list[FetchedLine]:
    """The lines less the discount of the document, each by its part; a discount on nothing is a line of its own."""
    if not parts.discount:
        return parts.lines
    shares = apportion(parts.discount, [line.amount for line in parts.lines], parts.digits)
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
