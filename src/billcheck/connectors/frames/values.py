"""Values of data frames as cells of a ledger.

Comes in: a Python value and the field it is for. Goes out: a text, an exact decimal or a day; or why no cell can hold
the value. Nothing is guessed: a flag is no number, a number with a fraction no name, and a floating-point number no
money unless the user said how to round it. Texts are left to the grammar of the profile. Must not know frames or rows.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from numbers import Integral, Rational, Real
from operator import index
from types import NoneType
from typing import TYPE_CHECKING, NamedTuple

from billcheck.grammar import DECIMAL_DIGITS
from billcheck.money import MINOR_DIGITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.connectors.files.cells import Cell

DAYS = frozenset({"issue_date", "due_date", "period_first_day", "period_last_day"})
AMOUNTS = frozenset({"amount", "tax", "total", "amount_due"})
"""Money that stands on documents, in minor units of a currency."""
MONEY = AMOUNTS | {"unit_price"}
NUMBERS = MONEY | {"quantity"}

_LARGEST_EXPONENT = 40
"""Powers of ten; far above and below every amount that the grammar reads, and short enough to write out."""
_LIKE_A_GROUP = 3
_NO_TIME = "NaTType"
"""The type of a time that pandas does not have."""
_WIDE = Context(prec=100, rounding=ROUND_HALF_UP)


class NoCellError(ValueError):
    """No cell can hold the value; the text says why."""


class FloatMoney(NamedTuple):
    """Money that is held as a floating-point number: the shortest decimal that stands for it."""

    shortest: Decimal


def is_empty(value: object) -> bool:
    """Whether a value stands for nothing: None, NaN, NaT or NA."""
    if value is None:
        return True
    if isinstance(value, float | Real):
        return bool(value != value)  # noqa: PLR0124 - NaN alone differs from itself
    return type(value).__name__ in {"NAType", _NO_TIME} or (_is_numpy_day(value) and str(value) == "NaT")


def cell_of(value: object, field: str) -> Cell | FloatMoney:
    """The cell of a field.

    Raises:
        NoCellError: The value is of a kind that the field cannot hold.
    """
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Decimal) and field in NUMBERS:
        return plain(_checked(value))
    if is_empty(value):
        return ""
    if type(value).__name__ in {"bool", "bool_"}:
        raise NoCellError("A flag, true or false, is nothing that this column can hold.")
    if field in DAYS:
        return _day(value)
    return _number(value, field) if field in NUMBERS else _name(value)


def cells_at_once(values: Sequence[object], field: str) -> list[Cell | FloatMoney] | None:
    """The cells of a column all of whose values are of one plain kind; None for any other column, read one by one."""
    kinds = set(map(type, values))
    if kinds == {str} and all(map(str.isascii, values)):  # type: ignore[arg-type] # they are texts
        return list(values)  # type: ignore[arg-type]
    if kinds == {NoneType}:
        return [""] * len(values)
    if field in DAYS and kinds == {date}:
        return list(values)  # type: ignore[arg-type]
    if field in DAYS and all(issubclass(kind, datetime) and kind.__name__ != _NO_TIME for kind in kinds):
        return [value.date() for value in values]  # type: ignore[attr-defined]
    return None


def rounded(amount: Decimal, currency: str) -> Decimal:
    """An amount in the minor units of a currency, half away from zero; as it is where there is no such currency."""
    digits = MINOR_DIGITS.get(currency)
    return amount if digits is None else amount.quantize(Decimal(1).scaleb(-digits), context=_WIDE)


def without_noise(number: Decimal) -> Decimal:
    """A number with no more decimals than the grammar reads: 0.1 + 0.2 is 0.3."""
    exponent = number.as_tuple().exponent
    is_long = isinstance(exponent, int) and -exponent > DECIMAL_DIGITS
    return number.quantize(Decimal(1).scaleb(-DECIMAL_DIGITS), context=_WIDE) if is_long else number


def plain(number: Decimal) -> Decimal:
    """The same number, so that no text of it could be read in two ways.

    Three decimals are what a group of digits looks like; in a text, some other amount would have to prove that they are
    none. This number is no text, and known: with a fourth decimal it reads in one way only.
    """
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").removesuffix(".")
    decimals = text.partition(".")[2]
    return Decimal(f"{text}0" if len(decimals) == _LIKE_A_GROUP else text) if number else Decimal(0)


def _text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise NoCellError("The text holds half of a character, which nothing can write.") from None
    return str(value)


def _day(value: object) -> Cell:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if _is_numpy_day(value):
        return str(value)[:10]
    raise NoCellError(f"A value of type {type(value).__name__} is no day.")


def _is_numpy_day(value: object) -> bool:
    kind = type(value)
    return kind.__name__ == "datetime64" and kind.__module__ == "numpy"


def _number(value: object, field: str) -> Cell | FloatMoney:
    if isinstance(value, Integral):
        return plain(_checked(Decimal(index(value))))
    if isinstance(value, Real) and not isinstance(value, Rational):
        # That of numpy writes its type into its repr, and is no float where it is short.
        shortest = _checked(Decimal(str(value)))
        return FloatMoney(shortest) if field in MONEY else plain(without_noise(shortest))
    raise NoCellError(f"A value of type {type(value).__name__} is no figure.")


def _checked(number: Decimal) -> Decimal:
    if not number.is_finite() or abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise NoCellError("No figure of a document is infinite, undefined or that large.")
    return number


def _name(value: object) -> Cell:
    if isinstance(value, Integral):
        return str(_checked(Decimal(index(value))))
    if isinstance(value, Real) and not isinstance(value, Rational):
        raise NoCellError("A number that may have a fraction is no text; make the column whole numbers, or texts.")
    raise NoCellError(f"A value of type {type(value).__name__} is no text.")
