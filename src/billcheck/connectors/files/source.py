"""Whatever can be opened as a stream as a source: scanned in batches, its rows read back on demand.

Comes in: an opener, such as that of a file. Goes out: what the `Source` protocol asks for. Nothing is opened before a
scan. Must not know contracts or the engine, or what is opened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol
from zlib import crc32

from billcheck.connectors.files.output import join_tracking
from billcheck.connectors.files.places import offset_of
from billcheck.connectors.files.profile import fold_word
from billcheck.connectors.files.scan import FileScan, Remainder
from billcheck.connectors.files.shares import FileShare, cut_file
from billcheck.connectors.files.tokens import Tokenizer, cell_text
from billcheck.connectors.files.values import PADDING
from billcheck.connectors.files.variant_advice import advise
from billcheck.errors import InternalError, LedgerRefusedError, SourceChangedError
from billcheck.grammar import DateOrder, GrammarError
from billcheck.ledger.line import DocumentStatus, Kind, Line, SourceRow
from billcheck.money import MINOR_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from billcheck.connectors.files.heading import Layout
    from billcheck.connectors.files.places import PlaceIndex
    from billcheck.connectors.files.stream import Fingerprint, Stream
    from billcheck.ledger.source import Batch, Keys, SourceShare
    from billcheck.ledger.template import Template


@dataclass(slots=True)
class _Scanned:
    """What a scan leaves behind for reading rows back, and nothing else: of small files there may be thousands."""

    text: Stream
    layout: Layout
    tokenizer: Tokenizer
    fingerprint: Fingerprint
    places: PlaceIndex
    date_order: DateOrder | None


class Opener(Protocol):
    """Where a source comes from."""

    @property
    def path(self) -> str:
        """How reports name it, exactly as the user gave it."""
        ...

    def open(self) -> tuple[Stream, Layout]:
        """The stream to scan, and the columns of its fields.

        Raises:
            LedgerRefusedError: It cannot be read without guessing.
            UsageError: There is no profile of the name the user gave.
        """
        ...

    def digest(self) -> str:
        """The SHA-256 of the whole as stored, in hexadecimal.

        Raises:
            LedgerRefusedError: It cannot be read.
        """
        ...

    def templates(self) -> tuple[Template, ...]:
        """What the ledger makes documents from by itself; empty where this does not say.

        Raises:
            LedgerRefusedError: It cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class StreamSource:
    """One source; a locator holds the offset of a row in its stream, and how its amounts were read."""

    opener: Opener
    _scans: list[_Scanned] = field(default_factory=list, repr=False, compare=False)

    @property
    def path(self) -> str:
        """How reports name it."""
        return self.opener.path

    def scan(self, keys: Keys) -> Iterator[Batch]:
        """Every line the keys may concern, in batches; the last batch carries totals, refused rows and the receipt.

        Raises:
            LedgerRefusedError: The source as a whole cannot be read without guessing.
            UsageError: There is no profile of this name.
            SourceChangedError: The file changed during the scan.
        """
        text, layout = self.opener.open()
        tokenizer = Tokenizer.of_layout(self.path, layout)
        fingerprint = text.fingerprint()
        scan = FileScan(text, layout, tokenizer, keys)
        try:
            yield from scan.run()
        except LedgerRefusedError as error:
            raise LedgerRefusedError(advise(error.problems, text, layout)) from error
        left = scan.remainder
        self._scans[:] = [_Scanned(text, layout, tokenizer, fingerprint, left.places, left.date_order)]
        scan.close()

    def shares(self, count: int) -> list[FileShare]:
        """The file in parts that can be scanned side by side; one share of it all where it cannot be cut.

        Raises:
            LedgerRefusedError: The file as a whole cannot be read without guessing.
            UsageError: There is no profile of this name.
        """
        text, layout = self.opener.open()
        return cut_file(text, layout, count)

    def digest(self) -> str:
        """The SHA-256 of the file as stored, in hexadecimal.

        Raises:
            LedgerRefusedError: The file cannot be opened.
        """
        return self.opener.digest()

    def templates(self) -> tuple[Template, ...]:
        """What the ledger makes documents from by itself, which only a snapshot says; empty for any other file.

        Raises:
            LedgerRefusedError: The file cannot be opened, or the snapshot was cut or changed.
        """
        return self.opener.templates()

    def finish(
        self, keys: Keys, shares: Sequence[SourceShare], remainders: Sequence[object], digest: str
    ) -> Iterator[Batch] | None:
        """The batches that only the whole file can give, once all of its shares were scanned.

        None where the shares do not fit together: two of them read dates otherwise or find them written otherwise, or
        one could not be read alone.

        Raises:
            LedgerRefusedError: The file as a whole cannot be read without guessing.
        """
        parts = [share for share in shares if isinstance(share, FileShare)]
        left = [one for one in remainders if isinstance(one, Remainder)]
        order = parts[0].order
        if not len(parts) == len(left) == len(shares) or any(one.date_order is not order for one in left):
            return None
        forms = {pair for one in left for pair in one.date_forms.items()}
        if len(forms) > len(dict(forms)):
            return None
        return self._finish(keys, parts[0], left, digest)

    def _finish(self, keys: Keys, share: FileShare, left: Sequence[Remainder], digest: str) -> Iterator[Batch]:
        text, layout = share.text, share.layout
        tokenizer = Tokenizer.of_layout(self.path, layout)
        scan = FileScan(text, layout, tokenizer, keys, share.order)
        for one in left:
            scan.remainder.join(one)
        yield from scan.finish(digest, share.fingerprint)
        whole = scan.remainder
        self._scans[:] = [_Scanned(text, layout, tokenizer, share.fingerprint, whole.places, whole.date_order)]
        scan.close()

    def read(self, locators: Sequence[int]) -> list[SourceRow]:
        """The lines at these locators, in the order asked for, with the line of text each begins on.

        Amounts are excluding tax; a credit note's have the sign they have in the file.

        Raises:
            SourceChangedError: The file is not what it was during the scan.
        """
        scanned = self._scanned()
        places = scanned.places
        parts = sorted({places.find(offset_of(locator)) for locator in locators})
        data = dict(zip(parts, scanned.text.slices(map(places.span, parts)), strict=True))
        for part, text in data.items():
            if crc32(text) != places.checksums[part]:
                raise SourceChangedError(self.path)
        reader = _LineReader(scanned.layout, scanned.date_order)
        rows = []
        for locator in locators:
            offset = offset_of(locator)
            part = places.find(offset)
            begin = offset - places.starts[part]
            cells = scanned.tokenizer.record_at(data[part], begin)
            line = places.lines[part] + data[part].count(b"\n", 0, begin)
            row = scanned.text.row_of(line)
            rows.append(SourceRow(self.path, row, reader.line(cells, is_inclusive=bool(locator & 1))))
        return rows

    def rows_of(self, locators: Sequence[int]) -> list[int]:
        """The line of text each of these rows begins on, in the order asked for; hardly ever reads the file.

        Raises:
            SourceChangedError: The file is not what it was during the scan.
        """
        scanned = self._scanned()
        lines = [scanned.places.line_of(locator) for locator in locators]
        return [
            self.read([locator])[0].row if line is None else scanned.text.row_of(line)
            for line, locator in zip(lines, locators, strict=True)
        ]

    def _scanned(self) -> _Scanned:
        """The last scan, while the file is unchanged."""
        if not self._scans:
            raise InternalError("a file is read back only after its scan", path=self.path)
        scanned = self._scans[0]
        self._check_unchanged(scanned)
        return scanned

    def _check_unchanged(self, scanned: _Scanned) -> None:
        try:
            fingerprint = scanned.text.fingerprint()
        except LedgerRefusedError as error:
            raise SourceChangedError(self.path) from error
        if fingerprint != scanned.fingerprint:
            raise SourceChangedError(self.path)


class _LineReader:
    """Texts of one row into a `Line`; they were all found good by the scan."""

    def __init__(self, layout: Layout, order: DateOrder | None) -> None:
        self._layout = layout
        self._profile = layout.profile
        self._order = order or DateOrder.DAY_FIRST
        self._constants = {name: cell_text(cell, layout.delimiter) for name, cell in layout.constants.items()}

    def line(self, cells: Sequence[str], *, is_inclusive: bool) -> Line:
        """The line a row says."""
        texts = {name: cells[column] for name, column in self._layout.fields.items()} | self._constants
        cell = {name: text.strip(PADDING) for name, text in texts.items()}
        amount, tax = self._amount(cell, "amount"), self._amount(cell, "tax")
        if amount is None:
            amount = Decimal(0)
        line_tax = tax if self._profile.values.has_tax else self._amount(cell, "control:tax")
        is_inclusive |= self._profile.values.has_tax
        first_day, last_day = self._period(cell)
        return Line(
            document=cell["document"],
            issue_date=self._day(cell["issue_date"]),
            customer=cell["customer"],
            amount=amount - line_tax if is_inclusive and line_tax is not None else amount,
            currency=cell["currency"].upper(),
            kind=Kind(self._word(cell, "kind", self._profile.kinds, self._profile.default_kind)).name.lower(),
            status=DocumentStatus(
                self._word(cell, "status", self._profile.statuses, self._profile.default_status)
            ).name.lower(),
            due_date=self._optional_day(cell, "due_date"),
            customer_id=cell.get("customer_id", ""),
            description=texts.get("description", ""),
            template=cell.get("template", ""),
            item=cell.get("item", ""),
            account=cell.get("account", ""),
            tracking=join_tracking((cell.get("tracking", ""), cell.get("tracking:2", ""))),
            quantity=self._amount(cell, "quantity"),
            unit_price=self._amount(cell, "unit_price"),
            tax=tax,
            total=self._amount(cell, "total"),
            amount_due=self._amount(cell, "amount_due"),
            period_first_day=first_day,
            period_last_day=last_day,
            contract=cell.get("contract", ""),
            charge=cell.get("charge", ""),
            reference=cell.get("reference", ""),
            credits_document=cell.get("credits_document", ""),
        )

    def _amount(self, cell: Mapping[str, str], name: str) -> Decimal | None:
        """A figure, None where there is none or where a column that no scan looks at holds something else."""
        values, text, currency = self._profile.values, cell.get(name, ""), cell["currency"].upper()
        if values.marks.is_missing(text):
            return None
        try:
            amount = values.marks.parse(text, currency)
        except GrammarError:
            return None
        return amount.scaleb(-MINOR_DIGITS[currency]) if values.is_minor and name != "quantity" else amount

    def _word(self, cell: Mapping[str, str], name: str, meanings: Mapping[str, int], default: int | None) -> int:
        word = fold_word(cell.get(name, ""))
        found = meanings.get(word) if word else default
        if found is None:
            raise InternalError("a word that was scanned is known", word=word)
        return found

    def _period(self, cell: Mapping[str, str]) -> tuple[date | None, date | None]:
        """The first and the last day of the service period, None twice where there is none."""
        first_day, last_day = (self._optional_day(cell, f"period_{which}_day") for which in ("first", "last"))
        if first_day is None or last_day is None or not self._profile.values.has_exclusive_end:
            return first_day, last_day
        return (first_day, last_day - timedelta(days=1)) if first_day < last_day else (None, None)

    def _optional_day(self, cell: Mapping[str, str], name: str) -> date | None:
        text = cell.get(name, "")
        return None if self._profile.values.marks.is_missing(text) else self._day(text)

    def _day(self, text: str) -> date:
        day = self._profile.values.dates.read(text).by(self._order)
        if day is None:
            raise InternalError("a date that was scanned exists", text=text)
        return day
