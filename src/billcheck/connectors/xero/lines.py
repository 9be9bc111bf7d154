"""The lines of Xero's documents and templates, excluding tax, and the proof that they are all.

Comes in: an object with line items, and what they refer to. Goes out: signed lines that add up to what the object says
itself. Must not know what kind of object it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.connectors.base import FetchedLine
from billcheck.connectors.faults import AnswerError
from billcheck.ledger.line import TRACKING_SEPARATOR

if TYPE_CHECKING:
    from billcheck.connectors.payload import Payload
    from billcheck.connectors.xero.directory import Directory

_INCLUSIVE = {"INCLUSIVE": True, "EXCLUSIVE": False, "NOTAX": False}
_PRICE_DECIMALS = Decimal(1).scaleb(-4)
_LARGEST_PRICE = 10**15


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one object; `notes` say what was inferred, `doubts` what nobody can vouch for.

    `renamed` are items that the lines call otherwise than Xero does today: the old code and the new one.
    """

    lines: tuple[FetchedLine, ...]
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    renamed: frozenset[tuple[str, str]] = frozenset()


def read_lines(payload: Payload, sign: int, directory: Directory) -> Lines:
    """The lines of an object, which add up to its own total without tax; those that are only a text are left out.

    Raises:
        AnswerError: A value is missing or of another type, or the lines do not add up.
    """
    excl_tax = sign * payload.amount("SubTotal")
    ways = [_lines_by(payload, sign, directory, is_inclusive=way) for way in _ways(payload)]
    fitting = [lines for lines in ways if _total(lines) == excl_tax]
    if not fitting:
        remark = f"Its lines add up to {_total(ways[0])}, and it says {excl_tax} excl. tax."
        raise AnswerError(payload.where, remark)
    stated = payload.optional_text("LineAmountTypes")
    is_open = len({tuple(line.amount for line in lines) for lines in fitting}) > 1
    told = f"Its LineAmountTypes {stated or '(none)'} does not say whether amounts include tax"
    is_known = stated.upper() in _INCLUSIVE
    return Lines(
        fitting[0],
        notes=() if is_known or is_open else (f"{told}: they are read as what adds up.",),
        doubts=(f"{told}, and both add up: read as without.",) if is_open else (),
        renamed=frozenset(_renamed(payload, directory)),
    )


def unproved_lines(payload: Payload, sign: int, directory: Directory) -> tuple[FetchedLine, ...]:
    """The lines of an object that counts for nothing, such as a void one, whatever they add up to."""
    return _lines_by(payload, sign, directory, is_inclusive=_ways(payload)[0])


def adds_up(payload: Payload, directory: Directory) -> bool:
    """Whether there are lines, and they add up; a document without any is one whose lines were left out."""
    ways = [_lines_by(payload, 1, directory, is_inclusive=way) for way in _ways(payload)]
    return any(payload.optional_each("LineItems")) and payload.amount("SubTotal") in map(_total, ways)


def _ways(payload: Payload) -> tuple[bool, ...]:
    """Whether amounts include tax; both, the likelier first, where the object says nothing that is known."""
    stated = _INCLUSIVE.get(payload.optional_text("LineAmountTypes").upper())
    return (False, True) if stated is None else (stated,)


def _total(lines: tuple[FetchedLine, ...]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))


def _lines_by(payload: Payload, sign: int, directory: Directory, *, is_inclusive: bool) -> tuple[FetchedLine, ...]:
    template = payload.optional_text("RepeatingInvoiceID")
    return tuple(
        _line(item, sign, directory, is_inclusive=is_inclusive, template=template)
        for item in payload.optional_each("LineItems")
        if _has_amount(item)
    )


def _has_amount(item: Payload) -> bool:
    """Whether a line is more than a text.

    Raises:
        AnswerError: It bills something, and does not say how much.
    """
    if item.has("LineAmount"):
        return True
    if item.has("Quantity") and item.has("UnitAmount") and item.amount("Quantity") * item.amount("UnitAmount"):
        item.refuse("LineAmount", "a number")
    return False


def _line(item: Payload, sign: int, directory: Directory, *, is_inclusive: bool, template: str) -> FetchedLine:
    tax = item.optional_amount("TaxAmount")
    amount = item.amount("LineAmount") - ((tax or 0) if is_inclusive else 0)
    quantity, price = item.optional_amount("Quantity"), item.optional_amount("UnitAmount")
    sold = directory.item(item)
    return FetchedLine(
        amount=_signed(sign, amount),
        description=item.optional_text("Description") or sold.name,
        item=sold.code,
        account=item.optional_text("AccountCode"),
        tracking=TRACKING_SEPARATOR.join(
            option for each in item.optional_each("Tracking") if (option := each.optional_text("Option"))
        ),
        quantity=quantity,
        unit_price=_price_excl_tax(amount, quantity) if is_inclusive and tax else price,
        tax=None if tax is None else _signed(sign, tax),
        template=item.optional_text("RepeatingInvoiceID") or template,
    )


def _signed(sign: int, amount: Decimal) -> Decimal:
    """The amount with its sign; nothing has none."""
    return sign * amount if amount else Decimal(0)


def _price_excl_tax(amount: Decimal, quantity: Decimal | None) -> Decimal | None:
    """The price of a unit without tax, where it is a price: a division that does not come out says nothing."""
    if not quantity:
        return None
    price = amount / quantity
    if abs(price) >= _LARGEST_PRICE:
        return None
    price = price.quantize(_PRICE_DECIMALS)
    return price.normalize() + 0 if price * quantity == amount else None


def _renamed(payload: Payload, directory: Directory) -> list[tuple[str, str]]:
    pairs = [(line.optional_text("ItemCode"), directory.item(line).code) for line in payload.optional_each("LineItems")]
    return [(old, new) for old, new in pairs if old and old != new]
