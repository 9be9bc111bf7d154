"""Records and cells of delimited text, tokenised as bytes.

Comes in: blocks of UTF-8 bytes. Goes out: slabs of records with their offsets and line numbers, whose cells can be
taken column by column. Plain text is cut by a few operations on some hundred rows at a time; whatever they cannot prove
to be plain goes through the csv module in its strict mode, so the result is always the csv module's. Must not know
headings, profiles or what a cell means.

A cell is handed out raw: as it stands between delimiters, without needless quotes. Only a cell that holds a delimiter,
a quote or a line end keeps its quotes, with delimiters and line ends inside them replaced by bytes that UTF-8 never
uses; `cell_text` gives such a cell its text back. Equal texts are equal raw cells.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from itertools import accumulate
from operator import add
from typing import TYPE_CHECKING

from billcheck.connectors.files.limits import FIELD_BYTES, LINE_BYTES, LongFieldError
from billcheck.errors import LedgerRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from billcheck.connectors.files.heading import Layout

_HIDDEN_DELIMITER, _HIDDEN_RETURN, _HIDDEN_NEWLINE, _NEEDLESS_QUOTE = b"\xfd", b"\xfe", b"\xff", b"\xfc"
_DELIMITERS = (b",", b";", b"\t")
_HIDE = {
    delimiter: bytes.maketrans(delimiter + b"\r\n", _HIDDEN_DELIMITER + _HIDDEN_RETURN + _HIDDEN_NEWLINE)
    for delimiter in _DELIMITERS
}
_SHOW = {
    delimiter: bytes.maketrans(_HIDDEN_DELIMITER + _HIDDEN_RETURN + _HIDDEN_NEWLINE, delimiter + b"\r\n")
    for delimiter in _DELIMITERS
}
_LONG_LINE = "a line without an end"
_SHAPE_OF_DATE = re.compile(
    rb"\s*(?:[0-9]{1,4}[ ./-]{1,2}(?:[0-9]{1,2}|[A-Za-z]{3,9})[ ./,-]{1,2}[0-9]{1,4}"
    rb"|[A-Za-z]{3,9}[ ./-]{1,2}[0-9]{1,2}[ ./,-]{1,2}[0-9]{2,4}|[0-9]{8})(?:[T ][0-9:.,+ UTCZ-]+)?\s*"
)
"""Every way to write a date that the grammar knows, and some more."""
_SHAPE_OF_AMOUNT = re.compile(
    rb"\s*[A-Za-z$( .\x80-\xff-]{0,12}[0-9][0-9.,' \x80-\xff]*[A-Za-z$) .\x80-\xff-]{0,12}\s*"
)
"""Likewise, with whatever signs stand beside the figures."""


class NulError(Problem):
    """The file holds a NUL byte, which no text has."""

    remedy = "It is damaged, or UTF-16 without its mark. Export it again, as UTF-8."


class NotUtf8Error(Problem):
    """The file is not UTF-8 text."""

    remedy = "Save it as CSV in UTF-8, or name its encoding with a variant of the profile, such as generic:cp1252."


class UnclosedQuoteError(Problem):
    """A quoted field begins here and never ends, so the rest of the file would vanish in it."""

    remedy = "Close the quote, or double it if it belongs to the text."


class StrayQuoteError(Problem):
    """A quoted field ends in the middle of a cell, so rows may hide in it."""

    remedy = "Double the quotes that belong to the text, or export the file again."


class SwallowedRowsError(Problem):
    """A quoted field holds whole rows of the file; its closing quote seems to be missing."""

    remedy = "Close the quote at the end of its own cell, or double it if it belongs to the text."


class LongLineError(Problem):
    """A line of text is longer than any that is read."""

    remedy = f"At most {LINE_BYTES:,} bytes are read. The file seems to have no line ends, or to be no text."


@dataclass(frozen=True, slots=True)
class RaggedRecord:
    """A record with more or fewer cells than the heading; `line` counts lines of text from 1."""

    line: int
    cells: int
    text: str


@dataclass(slots=True)
class Slab:
    """Complete records that follow each other in the stream.

    `start` and `end` bound them in the stream, `first_line` and `next_line` are the line numbers of both, `data` is all
    between. `offsets` and `lines` say where each record of the right width begins; records without any content are left
    out, those of another width are `ragged`. The cells stand in `records`, or in one `grid` of `stride` cells a record.
    """

    start: int
    end: int
    first_line: int
    next_line: int
    data: bytes
    offsets: Sequence[int] = ()
    lines: Sequence[int] = ()
    records: list[list[bytes]] = field(default_factory=list)
    ragged: list[RaggedRecord] = field(default_factory=list)
    grid: list[bytes] | None = None
    stride: int = 1

    def column(self, index: int) -> list[bytes]:
        """The raw cells of one column, a new list."""
        if self.grid is not None:
            return self.grid[index :: self.stride]
        return [record[index] for record in self.records]


def cell_text(cell: bytes, delimiter: bytes) -> str:
    """The text of a raw cell, spaces around it included."""
    if cell[:1] != b'"':
        return cell.decode()
    return cell[1:-1].replace(b'""', b'"').translate(_SHOW[delimiter]).decode()


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """Cuts one file into slabs.

    `probe` holds the columns of a date and an amount, by which rows are recognised that an unclosed quote swallowed.
    `field_bytes` is how long a field may be.
    """

    path: str
    delimiter: bytes
    width: int
    probe: tuple[int, int]
    field_bytes: int = FIELD_BYTES

    @classmethod
    def of_layout(cls, path: str, layout: Layout) -> Tokenizer:
        """The tokenizer of a file that is laid out so."""
        probe = layout.fields["issue_date"], layout.fields["amount"]
        return cls(path, layout.delimiter, layout.width, probe, layout.limits.field_bytes)

    def slabs(self, blocks: Iterator[bytes], start: int, first_line: int) -> Iterator[Slab]:
        """All records of the blocks, in order.

        Args:
            blocks: The stream from `start` on, which must be the beginning of a record.
            start: The offset of the first block in the stream.
            first_line: The line number of `start`.

        Raises:
            LedgerRefusedError: A NUL, bytes that are not UTF-8, a quote that swallows rows, a field beyond all measure.
        """
        buffer, is_at_end = b"", False
        while not is_at_end:
            block = next(blocks, b"")
            is_at_end = not block
            buffer += block
            self._check_nul(buffer, first_line)
            data, masked = self._plain_part(buffer, first_line, is_at_end=is_at_end)
            if not data and not is_at_end and len(buffer) < self.field_bytes:
                continue
            slab = None if masked is None else self._cut_plain(data, masked, start, first_line)
            if slab is not None:
                buffer = buffer[len(data) :]
            elif buffer:
                slab, buffer = self._cut_by_csv(buffer, blocks, start, first_line)
            else:
                break
            start, first_line = slab.end, slab.next_line
            yield slab

    def _refusal(self, kind: type[Problem], line: int, value: str | None = None) -> LedgerRefusedError:
        return LedgerRefusedError([kind(f"{self.path} row {line}", value)])

    def record_at(self, data: bytes, begin: int) -> list[str]:
        """The texts of the record that begins at an offset of `data`."""
        feed = _Feed(data, iter(()), begin)
        reader = csv.reader(feed, delimiter=self.delimiter.decode(), strict=True)
        return [cell.encode("latin-1").decode() for cell in next(reader)]

    def _check_nul(self, data: bytes, first_line: int) -> None:
        if b"\0" in data:
            raise self._refusal(NulError, first_line + data.count(b"\n", 0, data.index(b"\0")))

    def _check_utf8(self, data: bytes, first_line: int) -> None:
        if data.isascii():
            return
        try:
            data.decode()
        except UnicodeDecodeError as error:
            line = first_line + data.count(b"\n", 0, error.start)
            raise self._refusal(NotUtf8Error, line, f"byte 0x{data[error.start]:02X}") from error

    def _plain_part(self, buffer: bytes, first_line: int, *, is_at_end: bool) -> tuple[bytes, bytes | None]:
        """The complete records in hand, if every quote is a plain one, and their text with quoted parts masked.

        The second is None where quotes are not plain, or no record is complete.
        """
        data = buffer if is_at_end else buffer[: buffer.rfind(b"\n") + 1]
        self._check_utf8(data, first_line)
        if not data:
            return data, None
        text = data if data.endswith(b"\n") else data + b"\n"
        if b'"' not in text:
            return data, text
        parts = text.split(b'"')
        if len(parts) % 2:
            return data, self._mask(parts)
        data = b"" if is_at_end else _without_open_record(data)
        parts = data.split(b'"')
        return data, self._mask(parts) if data else None

    def _cut_plain(self, data: bytes, masked: bytes, start: int, first_line: int) -> Slab | None:
        """The slab of `data`, or None where returns, lengths or hidden lines need the csv module's full rules."""
        pieces = masked.split(b"\n")
        pieces.pop()
        lengths = list(map(len, pieces))
        folded: list[int] = []
        if _HIDDEN_NEWLINE in masked:
            folded = [index for index, piece in enumerate(pieces) if _HIDDEN_NEWLINE in piece]
        if max(lengths) > self.field_bytes or any(self._may_hide_rows(pieces[index]) for index in folded):
            return None
        slab = Slab(start, start + len(data), first_line, first_line + len(pieces), data)
        slab.offsets = list(map(add, accumulate(lengths[:-1], initial=start), range(len(pieces))))
        slab.lines = range(first_line, slab.next_line)
        if folded:
            slab.lines = _line_numbers(pieces, folded, first_line)
            slab.next_line = slab.lines[-1] + pieces[-1].count(_HIDDEN_NEWLINE) + 1
        text = masked.replace(_NEEDLESS_QUOTE, b"").replace(b"\r\n", b"\n")
        if b"\r" in text:
            return None
        return self._lay_out(slab, text, len(pieces))

    def _lay_out(self, slab: Slab, text: bytes, count: int) -> Slab:
        """Cut text of so many records, a line each, into cells: all at once where all have the width of the heading."""
        delimiter, stride = self.delimiter, self.width + 1
        blank = delimiter * (self.width - 1) + b"\n"
        if not text.startswith(blank) and b"\n" + blank not in text:
            grid = text[:-1].replace(b"\n", delimiter + b"\n" + delimiter).split(delimiter)
            marks = grid[self.width :: stride]
            if len(grid) == count * stride - 1 and marks.count(b"\n") == len(marks):
                slab.grid, slab.stride = grid, stride
                return slab
        slab.records = [piece.split(delimiter) for piece in text[:-1].split(b"\n")]
        return self._sort_out(slab)

    def _sort_out(self, slab: Slab) -> Slab:
        """Put records of another width aside, and drop those without any content."""
        found = list(zip(slab.records, slab.offsets, slab.lines, strict=True))
        good = [record for record in found if len(record[0]) == self.width and any(record[0])]
        slab.records = [cells for cells, _, _ in good]
        slab.offsets = [offset for _, offset, _ in good]
        slab.lines = [line for _, _, line in good]
        for cells, _, line in found:
            if len(cells) != self.width and any(cells):
                text = self.delimiter.decode().join(cell_text(cell, self.delimiter) for cell in cells)
                slab.ragged.append(RaggedRecord(line, len(cells), text))
        return slab

    def _mask(self, parts: list[bytes]) -> bytes | None:
        """Text with delimiters and line ends inside quotes hidden, its length kept; None where it is not plain.

        Plain means: the text begins outside quotes, and every quote opens at the start of a field, doubles, or closes
        at the end of one. Then this is exactly what the csv module sees.

        Args:
            parts: The text, split at every quote; an odd number of parts.
        """
        delimiter = self.delimiter
        outside, inside = parts[0::2], parts[1::2]
        between = outside[1:-1]
        opening, closing = {b"", delimiter, b"\n"}, {b"", delimiter, b"\n", b"\r"}
        beginnings = {part[:1] for part in between}
        if not (beginnings <= closing and {part[-1:] for part in between} <= opening):
            return None
        if outside[0][-1:] not in opening or outside[-1][:1] not in closing:
            return None
        joined = b'"'.join(inside)
        hidden = joined.translate(_HIDE[delimiter])
        has_doubled = b"" in beginnings
        if hidden == joined and not has_doubled:
            return _NEEDLESS_QUOTE.join(parts)
        hidden_parts = hidden.split(b'"')
        if has_doubled:
            return _join_doubled(outside, hidden_parts, inside)
        quotes = [b'"' if new != old else _NEEDLESS_QUOTE for new, old in zip(hidden_parts, inside, strict=True)]
        parts[1::2] = [quote + part + quote for quote, part in zip(quotes, hidden_parts, strict=True)]
        return b"".join(parts)

    def _may_hide_rows(self, record: bytes) -> bool:
        """Whether some later line of a record over several lines has delimiters enough for a whole row."""
        enough = self.width - 1
        return any(
            line.count(self.delimiter) + line.count(_HIDDEN_DELIMITER) >= enough
            for line in record.split(_HIDDEN_NEWLINE)[1:]
        )

    def _cut_by_csv(self, buffer: bytes, blocks: Iterator[bytes], start: int, first_line: int) -> tuple[Slab, bytes]:
        """The slab of everything in hand by the csv module's own rules, and what is left over."""
        feed = _Feed(buffer, blocks)
        mark = self.delimiter.decode()
        reader = csv.reader(feed, delimiter=mark, strict=True)
        records: list[list[bytes]] = []
        offsets: list[int] = []
        lines: list[int] = []
        goal = len(buffer)
        while feed.position < goal:
            begin, line = feed.position, first_line + feed.newlines
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise self._csv_refusal(str(error), feed, begin, line) from error
            if cells is None:
                break
            self._check_lengths(cells, line)
            if any("\n" in cell and cell.count(mark) >= self.width - 1 for cell in cells):
                self._check_swallowed(feed.data[begin : feed.position], line)
            records.append([_raw_cell(cell.encode("latin-1"), self.delimiter) for cell in cells])
            offsets.append(start + begin)
            lines.append(line)
        data = feed.data[: feed.position]
        self._check_nul(data, first_line)
        self._check_utf8(data, first_line)
        slab = Slab(start, start + len(data), first_line, first_line + feed.newlines, data, offsets, lines, records)
        return self._sort_out(slab), feed.data[feed.position :]

    def _check_lengths(self, cells: list[str], line: int) -> None:
        """Refuse a record with a field that is too long, though not for the csv module; a character is a byte here."""
        bound = self.field_bytes
        for cell in cells:
            if len(cell) > bound:
                shown = cell[:60].encode("latin-1").decode("utf-8", "replace")
                raise LedgerRefusedError([LongFieldError(f"{self.path} row {line}", len(cell), bound, shown)])

    def _csv_refusal(self, message: str, feed: _Feed, begin: int, line: int) -> LedgerRefusedError:
        beginning = feed.data[begin : begin + 60].split(b"\n")[0].decode("utf-8", "replace")
        if message == _LONG_LINE:
            return self._refusal(LongLineError, line, beginning)
        if "field larger" in message:
            found, where = FIELD_BYTES + 1, f"{self.path} row {line}"
            return LedgerRefusedError([LongFieldError(where, found, self.field_bytes, beginning, is_least=True)])
        kind = UnclosedQuoteError if "unexpected end" in message else StrayQuoteError
        return self._refusal(kind, line, beginning)

    def _check_swallowed(self, record: bytes, line: int) -> None:
        """Refuse a record in one cell of which a whole row may stand, if one of its later lines of text is one."""
        date_column, amount_column = self.probe
        for number, text in enumerate(record.splitlines()[1:], start=1):
            cells = text.split(self.delimiter)
            if (
                len(cells) == self.width
                and _SHAPE_OF_DATE.fullmatch(cells[date_column].strip(b'"'))
                and _SHAPE_OF_AMOUNT.fullmatch(cells[amount_column].strip(b'"'))
            ):
                shown = text[:60].decode("utf-8", "replace")
                raise self._refusal(SwallowedRowsError, line + number, shown)


class _Feed:
    """Lines of text for the csv module, byte for byte, and how far it has got."""

    def __init__(self, data: bytes, blocks: Iterator[bytes], position: int = 0) -> None:
        self.data = data
        self.position = position
        self.newlines = 0
        self._blocks = blocks

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        begin = self.position
        end = self._line_end(begin)
        while end is None:
            if len(self.data) - begin > LINE_BYTES:
                raise csv.Error(_LONG_LINE)
            block = next(self._blocks, b"")
            if not block:
                end = len(self.data)
                break
            self.data += block
            end = self._line_end(begin)
        if end == begin:
            raise StopIteration
        line = self.data[begin:end]
        self.position = end
        self.newlines += line.count(b"\n")
        return line.decode("latin-1")

    def _line_end(self, begin: int) -> int | None:
        """Where the line ends, its ending included; None where more text is needed to tell."""
        newline = self.data.find(b"\n", begin)
        carriage = self.data.find(b"\r", begin, newline if newline >= 0 else len(self.data))
        if carriage < 0:
            return None if newline < 0 else newline + 1
        if carriage + 1 == len(self.data):
            return None
        return carriage + 2 if carriage + 1 == newline else carriage + 1


def _without_open_record(data: bytes) -> bytes:
    """Data with an odd number of quotes, up to the last line end before which their number is even."""
    newline = len(data) - 1
    is_odd = True
    while newline >= 0 and is_odd:
        previous = data.rfind(b"\n", 0, newline)
        is_odd = data.count(b'"', previous + 1, newline + 1) % 2 == 0
        newline = previous
    return data[: newline + 1]


def _line_numbers(records: Sequence[bytes], folded: Sequence[int], first_line: int) -> list[int]:
    """The line number of each record, where those at the indexes `folded` go over several lines."""
    numbers: list[int] = []
    line = first_line
    for index in folded:
        numbers += range(line, line + index + 1 - len(numbers))
        line = numbers[-1] + records[index].count(_HIDDEN_NEWLINE) + 1
    numbers += range(line, line + len(records) - len(numbers))
    return numbers


def _join_doubled(outside: list[bytes], hidden: list[bytes], inside: list[bytes]) -> bytes:
    """The text again where some quotes are doubled: a part next to a doubled quote keeps its quotes."""
    out = [outside[0]]
    last = len(outside) - 1
    field_parts: list[bytes] = []
    is_special = False
    for index, part in enumerate(hidden, start=1):
        field_parts.append(part)
        is_special = is_special or part != inside[index - 1]
        if not outside[index] and index != last:
            is_special = True
            continue
        quote = b'"' if is_special else _NEEDLESS_QUOTE
        out += (quote, b'""'.join(field_parts), quote, outside[index])
        field_parts, is_special = [], False
    return b"".join(out)


def _raw_cell(cell: bytes, delimiter: bytes) -> bytes:
    hidden = cell.translate(_HIDE[delimiter])
    if hidden == cell and b'"' not in cell:
        return cell
    return b'"' + hidden.replace(b'"', b'""') + b'"'
