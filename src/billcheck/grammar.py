"""The one strict grammar of amounts and dates.

Comes in: the text of one cell or one key. Goes out: an exact decimal or the calendar days a text can mean, or a reason
why it means none. ASCII only: no exponents, underscores, other scripts' digits, `NaN` or padding, which `Decimal`
itself would all accept. Nothing is guessed: a date that two orders read differently gives both readings. Must not know
files, columns or currencies' names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache

from billcheck.errors import BillcheckError

WHOLE_DIGITS = 15
"""Digits before the decimal mark; more than any honest amount has, and few enough for 64-bit minor units."""
DECIMAL_DIGITS = 10
"""Digits after the decimal mark that a price or a quantity may have."""
FIRST_YEAR = 1900
LAST_YEAR = 2199

NOT_AN_AMOUNT = "This is not an amount."
TOO_MANY_DIGITS = f"An amount has at most {WHOLE_DIGITS} digits before and {DECIMAL_DIGITS} after the decimal mark."

_PLAIN = re.compile(rf"-?[0-9]{{1,{WHOLE_DIGITS}}}(?:\.[0-9]{{1,{DECIMAL_DIGITS}}})?")
_DIGITS = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_LOCAL_DATE = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")
_GROUP_SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}'\N{RIGHT SINGLE QUOTATION MARK}"


class GrammarError(BillcheckError, ValueError):
    """A text is not what its place asks for; `reason` says why in one sentence."""

    def __init__(self, text: str, reason: str) -> None:
        self.text = text
        self.reason = reason
        super().__init__(f"{reason} Found {text!r}.")


def parse_plain_decimal(text: str) -> Decimal:
    """The value of an amount, quantity or percent as contracts write it: ``-?digits[.digits]``.

    Raises:
        GrammarError: Anything else, such as an exponent, an underscore, a group mark, a space or ``NaN``.
    """
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    raise GrammarError(text, TOO_MANY_DIGITS if _DIGITS.fullmatch(text) else NOT_AN_AMOUNT)


@dataclass(frozen=True, slots=True)
class AmountMarks:
    """How an export writes amounts: its decimal mark, and the mark between groups of three digits ("" for none).

    Groups are strict: where one mark stands, all stand, each before exactly three digits. A minus stands in front.
    """

    decimal: str = "."
    group: str = ","

    def parse(self, text: str) -> Decimal:
        """The value of an amount.

        Raises:
            GrammarError: The text is not an amount in these marks.
        """
        if _own_pattern(self.decimal, self.group).fullmatch(text):
            plain = text.replace(self.group, "") if self.group else text
            return Decimal(plain.replace(self.decimal, "."))
        is_long = _DIGITS.fullmatch(text.replace(self.decimal, ".")) is not None
        raise GrammarError(text, TOO_MANY_DIGITS if is_long else NOT_AN_AMOUNT)

    def is_broken_by(self, text: str) -> bool:
        """Whether the text is no amount in these marks but a fine one with point and comma exchanged."""
        if _own_pattern(self.decimal, self.group).fullmatch(text):
            return False
        return _other_pattern(self.decimal).fullmatch(text) is not None

    def is_open(self, text: str) -> bool:
        """Whether the decimal mark of this amount might as well be the group mark of the other convention.

        ``1.200`` is one and a fifth where the point is the decimal mark, and twelve hundred where it is not.
        """
        return _open_pattern(self.decimal).fullmatch(text) is not None

    def proves(self, text: str) -> bool:
        """Whether an amount in these marks shows by itself which of its marks is the decimal one."""
        return self.decimal in text and not self.is_open(text)


@lru_cache(maxsize=16)
def _own_pattern(decimal: str, group: str) -> re.Pattern[str]:
    whole = rf"[0-9]{{1,{WHOLE_DIGITS}}}"
    if group:
        whole = rf"(?:{whole}|[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}}){{1,4}})"
    return re.compile(rf"-?{whole}(?:{re.escape(decimal)}[0-9]{{1,{DECIMAL_DIGITS}}})?")


@lru_cache(maxsize=16)
def _other_pattern(decimal: str) -> re.Pattern[str]:
    other, group = (",", ".") if decimal == "." else (".", ",")
    groups = f"[{re.escape(group + _GROUP_SPACES)}]"
    whole = rf"(?:[0-9]+|[0-9]{{1,3}}(?:{groups}[0-9]{{3}})+)"
    return re.compile(rf"-?(?:{whole}{re.escape(other)}[0-9]+|[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}}){{2,}})")


@lru_cache(maxsize=16)
def _open_pattern(decimal: str) -> re.Pattern[str]:
    return re.compile(rf"-?[1-9][0-9]{{0,2}}{re.escape(decimal)}[0-9]{{3}}")


class DateOrder(Enum):
    """Which number of a local date comes first."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


@dataclass(frozen=True, slots=True)
class DateReadings:
    """The days a text can mean, by order; None where an order gives no day of the calendar.

    An ISO date means the same day in both orders. A text that is no date at all has None twice.
    """

    day_first: date | None
    month_first: date | None

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


_NO_DATE = DateReadings(None, None)


def read_date(text: str) -> DateReadings:
    """The days a text can mean: ``2026-01-31``, or day, month and a four-digit year between ``/``, ``.`` or ``-``.

    Years outside 1900 to 2199 are taken for slips of the pen and give no day.
    """
    iso = _ISO_DATE.fullmatch(text)
    if iso:
        day = _calendar_day(iso[1], iso[2], iso[3])
        return DateReadings(day, day)
    local = _LOCAL_DATE.fullmatch(text)
    if not local:
        return _NO_DATE
    first, second, year = local[1], local[3], local[4]
    return DateReadings(_calendar_day(year, second, first), _calendar_day(year, first, second))


def _calendar_day(year: str, month: str, day: str) -> date | None:
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
