"""A second, plain reader of flat files: the csv module, one regular expression for amounts and one for dates.

Comes in: the bytes of a file, and how it is declared. Goes out: what each row can say at most. It shares nothing with
the reader that it is held against, refuses nothing, and is slow: a row that it cannot read says nothing, and where one
row can be read in several ways it says all of them.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

GENERIC_FIELDS = {
    "document": "document", "issue_date": "issuedate", "customer": "customer", "amount": "amount",
    "currency": "currency", "kind": "kind",
}  # fmt: skip
XERO_FIELDS = {
    "document": "invoicenumber", "issue_date": "invoicedate", "customer": "contactname", "amount": "lineamount",
    "currency": "currency", "kind": "type", "tax": "taxamount", "total": "total", "tax_total": "taxtotal",
}  # fmt: skip
SIGNS = {
    "EUR": ["€"], "USD": ["US$", "$"], "GBP": ["£"], "CAD": ["CA$", "C$", "$"], "JPY": ["¥"], "CHF": ["SFr.", "Fr."],
    "AUD": ["A$", "$"], "SEK": ["kr"], "INR": ["₹"], "ZAR": ["R"],
}  # fmt: skip
PADDING = " \t\u00a0"
TIME = r"(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[-+]\d\d(?::?\d\d)?)?)?"
ISO = re.compile(rf"(\d{{4}})-(\d\d)-(\d\d){TIME}", re.ASCII)
LOCAL = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){TIME}", re.ASCII)

Reading = tuple[str, date, str, Decimal, str]
"""Document, issue date, customer, amount, currency."""


@dataclass(frozen=True)
class PlainRow:
    """What one row can say; empty where it cannot be read."""

    readings: frozenset[Reading]


@dataclass(frozen=True)
class PlainFile:
    """The rows with any content, read with the day first and with the month first."""

    day_first: tuple[PlainRow, ...]
    month_first: tuple[PlainRow, ...]

    def vouches_for(self, lines: list[Reading]) -> bool:
        """Whether each line was said by a row of its own, in one order of dates for all."""
        return any(is_matched(lines, rows) for rows in (self.day_first, self.month_first))


def is_matched(lines: list[Reading], rows: tuple[PlainRow, ...]) -> bool:
    """Whether the lines are what some of the rows say; the lines come in the order of the rows or in any other."""
    wanted = Counter(lines)
    sayings = Counter(reading for row in rows for reading in row.readings)
    if any(count > sayings[line] for line, count in wanted.items()):
        return False
    used = sum(1 for row in rows if not row.readings.isdisjoint(wanted))
    return used >= len(lines)


def decode(data: bytes, encoding: str) -> str | None:
    """The text of a file; None where it is none."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    if encoding == "cp1252" and not data.isascii():
        with suppress(UnicodeDecodeError):
            return data.decode().removeprefix("\ufeff")
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return None


def rows_of(text: str, delimiter: str) -> list[list[str]] | None:
    """The rows of the csv module in its strict mode, None where it gives up."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def read_plainly(data: bytes, profile: str = "generic") -> PlainFile | None:
    """What a file can say at most; None where it has no heading that is known, or cannot be cut into rows."""
    text = decode(data, "cp1252" if "cp1252" in profile else "utf-8")
    mark = "," if "decimal-comma" in profile else "."
    for delimiter in ",;\t" if text is not None else "":
        rows = rows_of(text or "", delimiter) or []
        for index, heading in enumerate(rows):
            columns = [re.sub(r"[\s_]", "", cell).casefold().lstrip("*") for cell in heading]
            for fields in (GENERIC_FIELDS, XERO_FIELDS):
                if all(name in columns for field, name in fields.items() if field != "kind"):
                    places = {field: columns.index(name) for field, name in fields.items() if name in columns}
                    below = [row for row in rows[index + 1 :] if any(row)]
                    day, month = (tuple(say(below, places, len(heading), mark, order)) for order in ("day", "month"))
                    return PlainFile(day, month)
    return None


def say(rows: list[list[str]], places: dict[str, int], width: int, mark: str, order: str) -> Iterator[PlainRow]:
    """What each row says."""
    for row in rows:
        cells = {field: row[place].strip(PADDING) for field, place in places.items()} if len(row) == width else {}
        yield PlainRow(frozenset(readings_of(cells, mark, order)) if cells else frozenset())


def readings_of(cells: dict[str, str], mark: str, order: str) -> Iterator[Reading]:
    """Every way to read a row: a credit note is written with either sign, an amount with a tax may include it."""
    day = day_of(cells["issue_date"], order)
    currency = cells["currency"].upper()
    amount = amount_of(cells["amount"] or ("0" if "tax" in cells else ""), mark, currency)
    tax = amount_of(cells.get("tax", "") or "0", mark, currency)
    if day is None or amount is None:
        return
    amounts = {amount} if tax is None else {amount, amount - tax}
    if "credit" in cells.get("kind", "").lower():
        amounts |= {-one for one in amounts}
    for one in amounts:
        yield cells["document"], day, cells["customer"], one, currency


def amount_of(text: str, mark: str, currency: str = "") -> Decimal | None:
    """An amount: a minus in front or none, groups of three or none, up to ten decimals or none, a sign beside it."""
    for sign in (currency, *SIGNS.get(currency, ())) if currency else ():
        bare = text.removeprefix("-").removeprefix("\u2212")
        if bare.startswith(sign) or bare.endswith(sign):
            space = "[ \u00a0\u202f\u2009]?"
            text = re.sub(rf"^([-\u2212]?){re.escape(sign)}{space}|{space}{re.escape(sign)}$", r"\1", text, count=1)
            break
    point, comma = (r"\.", ",") if mark == "." else (",", r"\.")
    if not re.fullmatch(rf"[-\u2212]?(\d+|\d{{1,3}}({comma}\d{{3}})+)({point}\d{{1,10}})?", text, re.ASCII):
        return None
    plain = text.replace("\u2212", "-").replace("," if mark == "." else ".", "").replace(mark, ".")
    return Decimal(plain)


def day_of(text: str, order: str) -> date | None:
    """A day of the calendar in this order; a time behind it says nothing about the day."""
    iso, local = ISO.fullmatch(text), LOCAL.fullmatch(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if local:
            first, second = int(local[1]), int(local[3])
            return date(int(local[4]), *((second, first) if order == "day" else (first, second)))
    except ValueError:
        pass
    return None
