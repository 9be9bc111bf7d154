"""The one strict grammar of amounts and dates.

Comes in: the text of one cell or one key, and how its file is said to write such things. Goes out: an exact decimal or
the calendar days a text can mean, or a reason why it means none. Digits are ASCII: no exponents, underscores, other
scripts' digits, `NaN` or padding, which `Decimal` itself would all accept. Nothing is guessed: a date that two orders
read differently gives both readings. Must not know files or columns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from billcheck.errors import BillcheckError
from billcheck.money import CURRENCY_SIGNS, is_currency, is_sign_of

WHOLE_DIGITS = 15
"""Digits before the decimal mark; more than any honest amount has, and few enough for 64-bit minor units."""
DECIMAL_DIGITS = 10
"""Digits after the decimal mark that a price or a quantity may have."""
FIRST_YEAR = 1900
LAST_YEAR = 2199
CENTURY = 2000
"""A year of two digits is one of this century: ``26`` is 2026."""

NOT_AN_AMOUNT = "This is not an amount."
TOO_MANY_DIGITS = f"An amount has at most {WHOLE_DIGITS} digits before and {DECIMAL_DIGITS} after the decimal mark."
FOREIGN_SIGN = "Its currency sign is not one of the currency it should be in."
NOT_A_DATE_FORMAT = (
    "This is not a date format that is read. Give day, month and year (%d %m %Y) in the order d m y, m d y or y m d, "
    "with spaces, points, commas, slashes or hyphens between; %b or %B for an English month name, %y at the end for a "
    "year of two digits, and a time of day (%H:%M or %H:%M:%S) behind it; or %Y%m%d."
)

SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
"""What a space between groups of digits, or beside a currency sign, may be."""
APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"
NEGATIVE_FORMS = ("-", "trailing-", "()", "CR")
"""How exports write an amount below zero: ``-1.00``, ``1.00-``, ``(1.00)``, ``1.00 CR``."""
_MINUS, _TRAILING_MINUS, _PARENTHESES, _CREDIT = NEGATIVE_FORMS
_MINUSES = "-\N{MINUS SIGN}"
_ASCII_DIGITS = frozenset("0123456789")

_PLAIN = re.compile(rf"-?[0-9]{{1,{WHOLE_DIGITS}}}(?:\.[0-9]{{1,{DECIMAL_DIGITS}}})?")
_DIGITS = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


class GrammarError(BillcheckError, ValueError):
    """A text is not what its place asks for; `reason` says why in one sentence."""

    def __init__(self, text: str, reason: str) -> None:
        self.text = text
        self.reason = reason
        super().__init__(f"{reason} Found {text!r}.")


class ForeignSignError(GrammarError):
    """An amount has the sign or the code of another currency."""

    def __init__(self, text: str) -> None:
        super().__init__(text, FOREIGN_SIGN)


def parse_plain_decimal(text: str) -> Decimal:
    """The value of an amount, quantity or percent as contracts write it: ``-?digits[.digits]``.

    Raises:
        GrammarError: Anything else, such as an exponent, an underscore, a group mark, a space or ``NaN``.
    """
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    raise GrammarError(text, TOO_MANY_DIGITS if _DIGITS.fullmatch(text) else NOT_AN_AMOUNT)


class Deviation(Enum):
    """In what an amount is written otherwise than the marks say."""

    DECIMAL_MARK = "decimal mark"
    GROUP_MARK = "group mark"
    NEGATIVE = "negative form"


class AmountReading(NamedTuple):
    """An amount, its currency sign ("" for none), and what it shows of the decimal mark.

    `is_open` says that its decimal mark might as well be the group mark of the other convention: ``1.200`` is one and a
    fifth where the point is the decimal mark, and twelve hundred where it is not. `is_proof` says that it shows by
    itself that three digits behind the mark are decimals, as in ``1200.500``; ``1.20`` does not show it.
    """

    value: Decimal
    sign: str
    is_proof: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class AmountMarks:
    """How an export writes amounts.

    `decimal` is the decimal mark, a point or a comma. `group` stands between groups of three digits: a point, a comma,
    ``'`` for an apostrophe of either kind, a space for one of any kind; "" for none. Groups are strict: where one mark
    stands, all stand, all are the same, and the first digit is no nought: ``0,500`` is a half, never 500. `negative`
    holds the `NEGATIVE_FORMS` that occur, of which an amount has at most one; a Unicode minus is a minus. `missing`
    holds texts that mean an empty cell; no text at all always does.

    A currency sign or code may stand before or after the figures, with at most one space between, where it can mean the
    currency that the amount is in.
    """

    decimal: str = "."
    group: str = ","
    negative: tuple[str, ...] = (_MINUS,)
    missing: tuple[str, ...] = ()

    def parse(self, text: str, currency: str = "") -> Decimal:
        """The value of an amount.

        Args:
            text: The amount, without spaces around it.
            currency: What it is an amount of, as the ISO 4217 code; without one, no currency sign may stand there.

        Raises:
            ForeignSignError: Its currency sign does not mean `currency`.
            GrammarError: The text is not an amount in these marks.
        """
        return self.read(text, currency).value

    def read(self, text: str, currency: str = "") -> AmountReading:
        """The value of an amount, and what it shows of the decimal mark; arguments and errors are those of `parse`."""
        parts = _parts(text)
        found = _own_pattern(self.decimal, self.group).fullmatch(parts.figures) if parts else None
        if parts is None or found is None or not self._has_form(parts.negative):
            raise GrammarError(text, NOT_AN_AMOUNT)
        whole, mark, decimals = found.groups(default="")
        if mark:
            whole = whole.replace(mark, "")
        if len(whole) > WHOLE_DIGITS or len(decimals) > DECIMAL_DIGITS:
            raise GrammarError(text, TOO_MANY_DIGITS)
        if parts.sign and not is_sign_of(parts.sign, currency):
            raise ForeignSignError(text)
        has_three = len(decimals) == 3  # noqa: PLR2004 - groups of three
        is_open = has_three and not mark and len(whole) <= 3 and whole[0] != "0"  # noqa: PLR2004 - groups of three
        value = Decimal(("-" if parts.negative else "") + (f"{whole}.{decimals}" if decimals else whole))
        return AmountReading(value, parts.sign, has_three and not is_open, is_open)

    def is_missing(self, text: str) -> bool:
        """Whether the text means an empty cell."""
        return not text or text in self.missing

    def deviation(self, text: str) -> Deviation | None:
        """In what the text is an amount of another convention; None where it is one of this convention, or of none."""
        parts = _parts(text)
        if parts is None:
            return None
        if _own_pattern(self.decimal, self.group).fullmatch(parts.figures):
            return None if self._has_form(parts.negative) else Deviation.NEGATIVE
        if _other_pattern(self.decimal).fullmatch(parts.figures):
            return Deviation.DECIMAL_MARK
        return Deviation.GROUP_MARK if _grouped_pattern(self.decimal).fullmatch(parts.figures) else None

    def _has_form(self, negative: str) -> bool:
        return not negative or negative in self.negative


class _Parts(NamedTuple):
    """What an amount is made of: its figures, the form by which it is negative ("" for none), its currency sign."""

    figures: str
    negative: str
    sign: str


_SIGN = "|".join([*map(re.escape, sorted(CURRENCY_SIGNS, key=lambda sign: (-len(sign), sign))), "[A-Z]{3}"])
_FRAME = re.compile(
    rf"(?P<minus>[{_MINUSES}])?(?:(?P<sign1>{_SIGN})[{SPACES}]?)?(?P<inner_minus>[{_MINUSES}])?"
    rf"(?P<opening>\()?(?:(?P<sign2>{_SIGN})[{SPACES}]?)?"
    rf"(?P<figures>[0-9](?:[0-9.,{SPACES}{APOSTROPHES}]*[0-9])?)"
    rf"(?:[{SPACES}]?(?P<sign3>{_SIGN}))?(?P<closing>\))?"
    rf"(?P<trailing>[{_MINUSES}])?(?:[{SPACES}]?(?P<sign4>{_SIGN}))?(?:[{SPACES}]?(?P<credit>CR|Cr|cr))?"
)


def _parts(text: str) -> _Parts | None:
    """The parts of what may be an amount in some convention; None where it is none in any."""
    if text[-1:] in _ASCII_DIGITS:
        if text[0] in _ASCII_DIGITS:
            return _Parts(text, "", "")
        if text[0] == "-" and text[1] in _ASCII_DIGITS:
            return _Parts(text[1:], _MINUS, "")
    found = _FRAME.fullmatch(text)
    if found is None or bool(found["opening"]) != bool(found["closing"]):
        return None
    marks = (found["minus"] or found["inner_minus"], found["trailing"], found["opening"], found["credit"])
    forms = [form for form, mark in zip(NEGATIVE_FORMS, marks, strict=True) if mark]
    signs = [sign for sign in found.group("sign1", "sign2", "sign3", "sign4") if sign]
    if len(forms) > 1 or len(signs) > 1 or (found["minus"] and found["inner_minus"]):
        return None
    sign = signs[0] if signs else ""
    if sign and sign not in CURRENCY_SIGNS and not is_currency(sign):
        return None
    return _Parts(found["figures"], forms[0] if forms else "", sign)


@lru_cache(maxsize=16)
def _own_pattern(decimal: str, group: str) -> re.Pattern[str]:
    """Figures of any length: whole part, the group mark in it, decimals."""
    marks = SPACES if group == " " else APOSTROPHES if group == "'" else group
    grouped = (
        rf"|[1-9][0-9]{{0,2}}(?P<mark>[{marks}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*" if marks else "|(?P<mark>(?!))"
    )
    return re.compile(rf"(?P<whole>[0-9]+{grouped})(?:{re.escape(decimal)}(?P<decimals>[0-9]+))?")


@lru_cache(maxsize=16)
def _other_pattern(decimal: str) -> re.Pattern[str]:
    """Figures whose decimal mark is the other one."""
    other, group = (",", ".") if decimal == "." else (".", ",")
    whole = rf"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:[{group}{SPACES}{APOSTROPHES}][0-9]{{3}})+)"
    return re.compile(rf"{whole}{re.escape(other)}[0-9]+|[1-9][0-9]{{0,2}}(?:{re.escape(group)}[0-9]{{3}}){{2,}}")


@lru_cache(maxsize=16)
def _grouped_pattern(decimal: str) -> re.Pattern[str]:
    """Figures with this decimal mark and groups of three by any other mark."""
    marks = f"{',' if decimal == '.' else '.'}{SPACES}{APOSTROPHES}"
    return re.compile(
        rf"[1-9][0-9]{{0,2}}(?P<mark>[{marks}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*(?:{re.escape(decimal)}[0-9]+)?"
    )


class DateOrder(Enum):
    """Which number of a local date comes first."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


@dataclass(frozen=True, slots=True)
class DateReadings:
    """The days a text can mean, by order; None where an order gives no day of the calendar.

    An ISO date means the same day in both orders. A text that is no date at all has None twice. `form` names the way of
    writing, so that a column can be seen to mix two; "" where the text is written like no date.
    """

    day_first: date | None
    month_first: date | None
    form: str = field(default="", compare=False)

    @property
    def is_same(self) -> bool:
        """Whether both orders agree, on a day or on there being none."""
        return self.day_first == self.month_first

    @property
    def proof(self) -> DateOrder | None:
        """The only order that gives a day; None where both or neither do."""
        if (self.day_first is None) == (self.month_first is None):
            return None
        return DateOrder.MONTH_FIRST if self.day_first is None else DateOrder.DAY_FIRST

    def by(self, order: DateOrder) -> date | None:
        """The day this order reads."""
        return self.day_first if order is DateOrder.DAY_FIRST else self.month_first


@dataclass(frozen=True, slots=True)
class DateFormats:
    """How an export writes dates.

    `formats` are those that `check_date_format` allows; without any, day, month and a four-digit year in either order
    between ``/``, ``.`` or ``-`` are read. ISO dates and date-times are read beside them; of these the day counts as it
    is written, whatever the time and the zone.
    """

    formats: tuple[str, ...] = ()

    @property
    def order(self) -> DateOrder | None:
        """The order of day and month in all formats; None where they have both, or write no month as a number."""
        orders = {_shape(text).order for text in self.formats} - {None}
        return orders.pop() if len(orders) == 1 else None

    def read(self, text: str) -> DateReadings:
        """The days a text can mean, also in the order that the formats do not have: it shows that a file has that one.

        Years outside 1900 to 2199 are taken for slips of the pen and give no day.
        """
        for shape in (_ISO_SHAPE, *map(_shape, self.formats)) if self.formats else (_ISO_SHAPE, _LOCAL_SHAPE):
            found = shape.pattern.fullmatch(text)
            if found:
                return _readings(shape, found.groupdict())
        return _NO_DATE


def read_date(text: str) -> DateReadings:
    """The days a text can mean where no format is declared: `DateFormats.read`."""
    return _UNDECLARED.read(text)


def check_date_format(text: str) -> None:
    """Make sure that dates can be read by a format.

    Raises:
        GrammarError: They cannot.
    """
    _shape(text)


class _DateShape(NamedTuple):
    """A way to write dates; `order` is that of `day` and `month` in the pattern, None where no other can be meant."""

    form: str
    pattern: re.Pattern[str]
    order: DateOrder | None


_MONTHS = [
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip
_SHORT_MONTHS = {name[:3]: number for number, name in enumerate(_MONTHS, start=1)} | {"sept": 9}
_MONTH_NUMBERS = _SHORT_MONTHS | {name: number for number, name in enumerate(_MONTHS, start=1)}
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_SECONDS = r":[0-5][0-9]"
_PATTERNS = {
    "%d": r"(?P<day>[0-9]{1,2})",
    "%m": r"(?P<month>[0-9]{1,2})",
    "%Y": r"(?P<year>[0-9]{4})",
    "%y": r"(?P<short_year>[0-9]{2})",
    "%b": rf"(?P<name>(?ai:{'|'.join(_SHORT_MONTHS)}))",
    "%B": rf"(?P<name>(?ai:{'|'.join(_MONTHS)}))",
}
_FORMAT = re.compile(
    r"(?P<first>%[dmYbB])(?P<gap1>[ ./,-]{1,2})(?P<second>%[dmbB])(?P<gap2>[ ./,-]{1,2})(?P<third>%[dYy])"
    r"(?P<time>[ T]%H:%M(?P<seconds>:%S)?)?"
)
_ORDERS = {"dmy": DateOrder.DAY_FIRST, "mdy": DateOrder.MONTH_FIRST, "ymd": None}
_NO_DATE = DateReadings(None, None)
_COMPACT = "%Y%m%d"
_COMPACT_SHAPE = _DateShape(_COMPACT, re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"), None)
_LOCAL_SHAPE = _DateShape(
    "local",
    re.compile(r"(?P<day>[0-9]{1,2})(?P<gap>[/.-])(?P<month>[0-9]{1,2})(?P=gap)(?P<year>[0-9]{4})"),
    DateOrder.DAY_FIRST,
)
_ISO_SHAPE = _DateShape(
    "iso",
    re.compile(
        r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
        rf"(?:[T ]{_TIME}(?:{_SECONDS}(?:[.,][0-9]{{1,9}})?)?(?: ?(?:Z|UTC|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9]))?)?"
    ),
    None,
)
_UNDECLARED = DateFormats()


@lru_cache(maxsize=64)
def _shape(text: str) -> _DateShape:
    """The shape of a declared format.

    Raises:
        GrammarError: It is none.
    """
    if text == _COMPACT:
        return _COMPACT_SHAPE
    found = _FORMAT.fullmatch(text)
    kinds = "".join(found.group("first", "second", "third")).replace("%", "") if found else ""
    order_of = kinds.lower().replace("b", "m")
    if found is None or order_of not in _ORDERS:
        raise GrammarError(text, NOT_A_DATE_FORMAT)
    first, second, third = (_PATTERNS[key] for key in found.group("first", "second", "third"))
    time = f"{found['time'][0]}{_TIME}{_SECONDS if found['seconds'] else ''}" if found["time"] else ""
    pattern = f"{first}{re.escape(found['gap1'])}{second}{re.escape(found['gap2'])}{third}{time}"
    return _DateShape(text, re.compile(pattern), None if "b" in kinds.lower() else _ORDERS[order_of])


def _readings(shape: _DateShape, found: dict[str, str]) -> DateReadings:
    """The days that the parts of a date make, as they are named and with day and month exchanged."""
    year = int(found["year"]) if "year" in found else CENTURY + int(found["short_year"])
    month = int(found["month"]) if "month" in found else _MONTH_NUMBERS[found["name"].lower()]
    as_named = _calendar_day(year, month, int(found["day"]))
    if shape.order is None:
        return DateReadings(as_named, as_named, shape.form)
    exchanged = _calendar_day(year, int(found["day"]), month)
    if shape.order is DateOrder.DAY_FIRST:
        return DateReadings(as_named, exchanged, shape.form)
    return DateReadings(exchanged, as_named, shape.form)


def _calendar_day(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
