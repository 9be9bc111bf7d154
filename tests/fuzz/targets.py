"""The targets: each takes any bytes and fails where a reader does what it must not.

Comes in: bytes. Goes out: nothing; an exception is a find. A reader may refuse what it is given in its own words, but
not fail otherwise, and what it does read has to be what a second reading says. Must not know what runs it.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.connectors.files import invoice_xml
from billcheck.connectors.files.limits import FIELD_BYTES
from billcheck.connectors.files.tokens import SwallowedRowsError, Tokenizer, cell_text
from billcheck.errors import LedgerRefusedError
from billcheck.grammar import NEGATIVE_FORMS, AmountMarks, DateFormats, DateOrder, GrammarError, parse_plain_decimal
from billcheck.money import CURRENCY_SIGNS, to_minor
from tests.grammar import recogniser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MARKS = [(decimal, group) for decimal in ".," for group in ("", ",", ".", " ", "'") if decimal != group]
CURRENCIES = ("", "EUR", "USD", "SEK", "CHF", "ZAR")
FORMATS = ("%d/%m/%Y", "%m-%d-%Y", "%d.%m.%y", "%Y/%m/%d", "%d %b %Y", "%b %d, %Y", "%d %B %y", "%Y%m%d", "%Y. %m. %d")
DELIMITERS = (",", ";", "\t")


def amounts(data: bytes) -> None:
    """An amount means what the second reading says, and no way to read it breaks the other questions about it."""
    choice, text = _split(data)
    pair, currency = MARKS[choice % len(MARKS)], CURRENCIES[choice // len(MARKS) % len(CURRENCIES)]
    marks = AmountMarks(*pair, NEGATIVE_FORMS)
    signs = tuple(sign for sign, codes in CURRENCY_SIGNS.items() if currency in codes)
    expected = recogniser.amount(text, pair, NEGATIVE_FORMS, (*signs, currency) if currency else ())
    try:
        value = marks.parse(text, currency)
    except GrammarError:
        value = None
    _expect(None if value is None else Fraction(value), expected, text)
    if value is not None:
        _hold(marks.deviation(text) is None, text)
        to_minor(value, currency or "EUR")
    else:
        marks.deviation(text)
    _plain(text)


def _plain(text: str) -> None:
    """A number as contracts write it is what `Decimal` reads, and written in ASCII."""
    try:
        value = parse_plain_decimal(text)
    except GrammarError:
        return
    _hold(value == Decimal(text) and text.isascii(), text)


def dates(data: bytes) -> None:
    """A date is the day that the second reading says, in the order of its format and in the other one."""
    choice, text = _split(data)
    form = FORMATS[choice % len(FORMATS)]
    formats = DateFormats((form,))
    readings = formats.read(text)
    if readings.form == "iso":
        _hold(readings.is_same and (not readings.day_first or text.startswith(str(readings.day_first))), text)
        return
    order = formats.order or DateOrder.DAY_FIRST
    parts = recogniser.day(text, form)
    _expect(readings.by(order), None if parts is None else date(*parts), text)
    undeclared = DateFormats().read(text)
    _hold(undeclared.form in {"", "local", "iso"}, text)


def csv_rows(data: bytes) -> None:
    """Our own tokens are the csv module's, row by row; what it refuses we refuse, and more only in our own words."""
    choice, _ = _split(data[:1])
    delimiter, width = DELIMITERS[choice % 3], 2 + choice // 3 % 3
    body = data[1:]
    tokenizer = Tokenizer("ledger.csv", delimiter.encode(), width, (0, 1))
    try:
        slabs = list(tokenizer.slabs(_blocks(body, 1 + choice), 0, 1))
    except LedgerRefusedError as error:
        _hold(_may_refuse(error, body, delimiter), repr(body))
        return
    rows = [row for row in _reader(body.decode(), delimiter) if any(row)]
    found: list[list[str]] = []
    for slab in slabs:
        columns = [slab.column(index) for index in range(width)]
        found += [[cell_text(cell, delimiter.encode()) for cell in row] for row in zip(*columns, strict=True)]
    _expect(found, [row for row in rows if len(row) == width], repr(body))
    ragged = [record.cells for slab in slabs for record in slab.ragged]
    _expect(ragged, [len(row) for row in rows if len(row) != width], repr(body))


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _may_refuse(error: LedgerRefusedError, body: bytes, delimiter: str) -> bool:
    """Whether there is a reason to refuse: no text, a NUL, a long field, what csv refuses, or rows in a cell."""
    if b"\0" in body or len(body) > FIELD_BYTES:
        return True
    try:
        rows = list(_reader(body.decode(), delimiter))
    except (UnicodeDecodeError, csv.Error):
        return True
    is_swallowed = all(isinstance(problem, SwallowedRowsError) for problem in error.problems)
    return is_swallowed and any("\n" in cell or "\r" in cell for row in rows for cell in row)


def xml(data: bytes) -> None:
    """An electronic invoice is read or refused, and what is read has cells for all its headings."""
    try:
        invoice = invoice_xml.read_invoice("invoice.xml", iter([data[:100], data[100:]]))
    except LedgerRefusedError as error:
        _hold(bool(error.problems and str(error)), repr(data))
        return
    for row in invoice_xml.to_cells(invoice):
        _expect(len(row.cells), len(invoice_xml.HEADINGS), repr(data))


TARGETS: dict[str, Callable[[bytes], None]] = {"amounts": amounts, "dates": dates, "csv": csv_rows, "xml": xml}


def _split(data: bytes) -> tuple[int, str]:
    """A number that chooses among conventions, and a text."""
    return (data[0] if data else 0), data[1:].decode("utf-8", "replace")


def _blocks(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def _expect(found: object, expected: object, text: str) -> None:
    if found != expected:
        raise AssertionError(f"{text!r}: found {found!r}, expected {expected!r}")


def _hold(is_held: bool, text: str) -> None:
    _expect(is_held, expected=True, text=text)
