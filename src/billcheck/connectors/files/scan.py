"""One pass over one CSV file, or over a part of it: rows in, batches of lines out.

Comes in: a file, its layout and the keys of a check. Goes out: batches of the lines the keys may concern, totals of all
others, refused rows, a receipt, and an index by which rows are found again. Memory does not grow with the file but for
a few bytes per document. What a pass leaves behind is plain data, so that the parts of a file may be passed over in
several processes and joined. Must not know contracts, or how cells are cut.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import compress
from operator import neg, not_, sub
from typing import TYPE_CHECKING

from billcheck.connectors.files import refusals
from billcheck.connectors.files.columns import Converted, Converter, Fault
from billcheck.connectors.files.date_order import check_period
from billcheck.connectors.files.documents import Footing, RepeatedDocumentError, TaxMode
from billcheck.connectors.files.limits import BLOCK_BYTES, LimitProblem
from billcheck.connectors.files.output import Output
from billcheck.connectors.files.places import PlaceIndex, offset_of
from billcheck.connectors.files.profile import CreditSign
from billcheck.connectors.files.rows import LongDocumentError, Rows, key_fields, whole_runs
from billcheck.connectors.files.scope import Extent, Scope
from billcheck.connectors.files.stream import place
from billcheck.connectors.files.text import skip_bytes
from billcheck.connectors.files.values import Writing, clean_text
from billcheck.errors import LedgerRefusedError, Problem, SourceChangedError
from billcheck.ledger.line import Kind
from billcheck.ledger.numbers import DocumentNumbers
from billcheck.ledger.source import NO_DAY, Receipt, RefusedRow, add_totals
from billcheck.money import format_minor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from billcheck.connectors.files.columns import Columns
    from billcheck.connectors.files.documents import DocumentSum
    from billcheck.connectors.files.heading import Layout
    from billcheck.connectors.files.rows import Key
    from billcheck.connectors.files.stream import Fingerprint, Stream
    from billcheck.connectors.files.tokens import Slab, Tokenizer
    from billcheck.grammar import DateOrder
    from billcheck.ledger.source import Batch, Keys, OutsideTotal


_CREDIT_NOTE = int(Kind.CREDIT_NOTE)
_OPEN = int(TaxMode.OPEN)


class NoRowsError(Problem):
    """The file has a heading and no rows."""

    remedy = "Export it again; an empty ledger would look as if nothing had been billed."


class TooManyRowsError(LimitProblem):
    """The file has more rows than any that is read."""

    limit = "rows"


class TooManyRefusedError(LimitProblem):
    """More rows are refused than are listed one by one; the file is probably not what its headings say."""

    limit = "refused_rows"


@dataclass(slots=True)
class Remainder:
    """What a pass over rows leaves behind beside its batches.

    `footing` is None where documents state no totals; `credit_sums` then tells the sign of credit notes. `waiting` are
    the locators of rows that need the rest of the file, `waiting_numbers` their line numbers in their documents.
    `date_order` is the order of local dates, None where none needed one; `date_forms` is how the dates of each field
    are written.
    """

    places: PlaceIndex
    footing: Footing | None
    extent: Extent
    writing: Writing
    numbers: DocumentNumbers = field(default_factory=DocumentNumbers)
    outside: dict[tuple[str, str], OutsideTotal] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)
    credit_sums: dict[tuple[str, str], int] = field(default_factory=dict)
    waiting: array[int] = field(default_factory=lambda: array("q"))
    waiting_numbers: array[int] = field(default_factory=lambda: array("q"))
    rows: int = 0
    first_day: int = NO_DAY
    last_day: int = NO_DAY
    date_order: DateOrder | None = None
    date_forms: dict[str, str] = field(default_factory=dict)

    def join(self, later: Remainder) -> None:
        """Count in what a pass over the rows that follow left behind; both know the order of dates alike."""
        self.places.join(later.places)
        if self.footing is not None and later.footing is not None:
            self.footing.join(later.footing)
        self.extent.join(later.extent)
        self.writing.join(later.writing)
        self.numbers.merge(later.numbers)
        add_totals(self.outside, later.outside)
        self.refused += later.refused
        for key, amount in later.credit_sums.items():
            self.credit_sums[key] = self.credit_sums.get(key, 0) + amount
        self.waiting += later.waiting
        self.waiting_numbers += later.waiting_numbers
        self.rows += later.rows
        if later.first_day:
            self.first_day = min(self.first_day or later.first_day, later.first_day)
            self.last_day = max(self.last_day, later.last_day)


class FileScan:
    """One scan of one file: `run` does it all; else `take` a part of it, and `finish` once all parts are joined."""

    def __init__(
        self, text: Stream, layout: Layout, tokenizer: Tokenizer, keys: Keys, order: DateOrder | None = None
    ) -> None:
        """Prepare for a scan.

        Args:
            text: The file.
            layout: Where its fields are.
            tokenizer: How it is cut.
            keys: What the check may concern.
            order: The order of local dates, where it is known before.
        """
        footing = Footing(layout.delimiter) if layout.profile.control else None
        self._left = Remainder(PlaceIndex(), footing, Extent(layout), Writing())
        self._text = text
        self._layout = layout
        self._limits = layout.limits
        self._tokenizer = tokenizer
        self._key_fields = key_fields(layout)
        self._converter = Converter(text, layout, tokenizer, self._key_fields, self._refuse, self._left.writing, order)
        self._output = Output(layout, keys, self._converter.texts, self._left.outside)
        self._scope = Scope(self._left.extent, layout)
        self._is_second_look = False

    @property
    def remainder(self) -> Remainder:
        """What the rows taken so far left behind."""
        self._left.date_order = self._converter.date_order
        self._left.date_forms = self._converter.date_forms
        return self._left

    def close(self) -> None:
        """Let go of what refers back to this scan: the command looks for no cycles, and each would stay in memory."""
        del self._converter

    def run(self) -> Iterator[Batch]:
        """Batches of kept lines; the last one carries totals, refused rows and the receipt.

        Raises:
            LedgerRefusedError: The file as a whole cannot be read without guessing.
            SourceChangedError: The file changed meanwhile.
        """
        fingerprint = self._text.fingerprint()
        digest = sha256()
        blocks = skip_bytes(self._layout.start, self._text.blocks(0, digest))
        yield from self.take(blocks, self._layout.start, self._layout.first_line)
        yield from self.finish(digest.hexdigest(), fingerprint)

    def take(self, blocks: Iterator[bytes], start: int, first_line: int) -> Iterator[Batch]:
        """Full batches of the lines in some blocks, which hold whole documents as far as their rows follow each other.

        Args:
            blocks: The stream from `start` on.
            start: The offset of the first block in the stream.
            first_line: The line number of `start`.

        Raises:
            LedgerRefusedError: The blocks cannot be read without guessing.
        """
        slabs = self._tokenizer.slabs(blocks, start, first_line)
        for rows in whole_runs(self._text, map(self._count_in, slabs), self._key_fields, self._limits.document_rows):
            self._take(rows)
            yield from self._dated(self._output.full_batches())

    def rest(self) -> Batch:
        """The lines taken that filled no batch; it has no totals."""
        return next(self._dated([self._output.batch()]))

    def finish(self, digest: str, fingerprint: Fingerprint) -> Iterator[Batch]:
        """What only the whole file can tell; the last batch carries totals, refused rows and the receipt.

        Args:
            digest: The SHA-256 of the file.
            fingerprint: What the file looked like before the scan.

        Raises:
            LedgerRefusedError: The file as a whole cannot be read without guessing.
            SourceChangedError: The file changed meanwhile.
        """
        left = self._left
        if not left.rows and not self._text.facts.is_counted:
            raise LedgerRefusedError([NoRowsError(self._text.path)])
        self._check_rows(is_whole=True)
        self._check_refused(is_whole=True)
        self._converter.check_writing()
        check_period(self._text, left.first_day, left.last_day)
        self._look_again()
        for rows, numbers in self._waiting_rows():
            self._take_waiting(rows, numbers)
            yield from self._dated(self._output.full_batches())
        if self._text.fingerprint() != fingerprint:
            raise SourceChangedError(self._text.path)
        left.refused.sort(key=lambda row: row.row)
        yield from self._dated([self._output.last_batch(left.refused, self._receipt(digest))])

    def _dated(self, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Batches that know in which order the file writes day and month."""
        for batch in batches:
            batch.date_order = self._converter.date_order
            yield batch

    def _receipt(self, digest: str) -> Receipt:
        return Receipt(
            path=self._text.path,
            sha256=digest,
            profile=self._layout.profile.id,
            rows=self._left.rows,
            lines=self._left.rows - len(self._left.refused),
            first_day=self._left.first_day,
            last_day=self._left.last_day,
            numbers=self._left.numbers,
            covers=self._text.facts.covers,
            notes=self._text.facts.notes,
            shortcoming=self._shortcoming(),
        )

    def _shortcoming(self) -> str:
        days = self._left.last_day - self._left.first_day
        return " ".join(
            filter(None, (self._text.facts.shortcoming, self._left.extent.shortcoming(self._text.path, days)))
        )

    def _count_in(self, slab: Slab) -> Rows:
        """The rows of a slab seen for the first time."""
        self._left.places.add(slab)
        self._scope.add_slab(slab)
        for record in slab.ragged:
            reason = refusals.RAGGED.format(cells=record.cells, width=self._layout.width)
            self._refuse(record.line, Fault("", record.text[:200], reason))
        self._left.rows += len(slab.offsets) + len(slab.ragged)
        self._check_rows()
        return Rows.of_slab(slab, self._layout)

    def _refuse(self, line: int, fault: Fault) -> None:
        if self._is_second_look:
            return
        column = self._layout.heading_of(fault.field) if fault.field else ""
        self._left.refused.append(
            RefusedRow(
                self._text.path,
                self._text.row_of(line),
                column,
                fault.value,
                fault.reason,
                fault.customer,
                fault.document,
            )
        )
        self._check_refused()

    def _check_rows(self, *, is_whole: bool = False) -> None:
        """Refuse a file of too many rows; `is_whole` where all of them were counted, in whatever parts."""
        rows, most = self._left.rows, self._limits.rows
        if rows > most:
            raise LedgerRefusedError([TooManyRowsError(self._text.path, rows, most, is_least=not is_whole)])

    def _check_refused(self, *, is_whole: bool = False) -> None:
        """Likewise a file with too many refused rows."""
        refused, most = self._left.refused, self._limits.refused_rows
        if len(refused) > most:
            first = min(refused, key=lambda row: row.row)
            where = f"{self._text.path} row {first.row} {first.column}".rstrip()
            problem = TooManyRefusedError(where, len(refused), most, first.value, is_least=not is_whole)
            raise LedgerRefusedError([problem])

    def _check_documents(self, converted: Converted) -> None:
        """Likewise a document of too many rows that were all in hand at once."""
        lengths, most = converted.runs.lengths, self._limits.document_rows
        longest = max(lengths)
        if longest > most:
            line = converted.rows.lines[converted.runs.starts[lengths.index(longest)]]
            raise LedgerRefusedError([LongDocumentError(place(self._text, line), longest, most)])

    def _take(self, rows: Rows) -> None:
        """Hand out the rows of whole runs, or set aside those that need the rest of the file."""
        converted = self._converter.convert(rows)
        if converted is None:
            return
        self._check_documents(converted)
        self._left.extent.add_documents(converted.run_keys)
        self._left.numbers.add([key[0] for key in converted.run_keys])
        columns, numbers = converted.columns, converted.runs.line_numbers()
        days = set(columns.issue_days)
        first, last = min(days), max(days)
        self._left.first_day = min(self._left.first_day or first, first)
        self._left.last_day = max(self._left.last_day, last)
        if self._left.footing is None:
            self._take_as_written(converted.rows, columns, numbers)
            return
        self._take_judged(converted, self._left.footing.judge(converted), numbers)

    def _take_judged(self, converted: Converted, modes: dict[int, TaxMode], numbers: Sequence[int]) -> None:
        """Rows of documents that state totals: without tax, credit notes negative; those still open wait.

        Args:
            converted: The rows.
            modes: The `TaxMode` of each run that is not plainly exclusive, by its index.
            numbers: The line number of each row in its document.
        """
        rows, columns, runs = converted.rows, converted.columns, converted.runs
        amounts, row_modes = columns.amounts, [0] * len(rows) if modes else []
        for index, mode in modes.items():
            span = slice(runs.starts[index], runs.ends[index])
            row_modes[span] = [mode.value] * runs.lengths[index]
            if mode is TaxMode.INCLUSIVE:
                amounts[span] = map(sub, amounts[span], columns.taxes[span])
        if _CREDIT_NOTE in columns.kinds:
            for index in self._positive_credits(converted):
                span = slice(runs.starts[index], runs.ends[index])
                amounts[span] = map(neg, amounts[span])
        if TaxMode.OPEN in modes.values():
            flags = [mode != _OPEN for mode in row_modes]
            self._wait(rows, flags, numbers)
            rows, columns = rows.pick(flags), columns.pick(flags)
            numbers, row_modes = list(compress(numbers, flags)), list(compress(row_modes, flags))
        self._output.add(rows, columns, numbers, row_modes)

    def _positive_credits(self, converted: Converted) -> Iterator[int]:
        """The runs of credit notes that are written with positive amounts."""
        kinds = converted.columns.kinds
        for index, start in enumerate(converted.runs.starts):
            if kinds[start] == _CREDIT_NOTE and converted.totals[index] > converted.tax_totals[index]:
                yield index

    def _take_as_written(self, rows: Rows, columns: Columns, numbers: Sequence[int]) -> None:
        """Rows without document totals; credit notes wait until the sign of their document is known."""
        if _CREDIT_NOTE in columns.kinds:
            flags = [kind != _CREDIT_NOTE for kind in columns.kinds]
            waiting = [not flag for flag in flags]
            for key, amount in zip(
                self._credit_keys(rows.pick(waiting)), compress(columns.amounts, waiting), strict=True
            ):
                self._left.credit_sums[key] = self._left.credit_sums.get(key, 0) + amount
            self._wait(rows, flags, numbers)
            rows, columns, numbers = rows.pick(flags), columns.pick(flags), list(compress(numbers, flags))
        self._output.add(rows, columns, numbers)

    def _credit_keys(self, rows: Rows) -> Iterator[tuple[str, str]]:
        texts = self._converter.texts
        for number, customer in zip(rows.cells["document"], rows.cells["customer"], strict=True):
            yield clean_text(number, self._layout.delimiter), texts[customer]

    def _wait(self, rows: Rows, flags: Sequence[bool], numbers: Sequence[int]) -> None:
        waiting = [not flag for flag in flags]
        self._left.waiting.extend(compress(rows.locators, waiting))
        self._left.waiting_numbers.extend(compress(numbers, waiting))

    def _look_again(self) -> None:
        """Read the whole file once more where rows of one document stand in several places and some add up alone."""
        if self._left.footing is None:
            return
        documents: dict[Key, DocumentSum] = {}
        suspects = self._left.footing.suspects()
        if suspects:
            self._collect(suspects, documents)
        repeated = self._left.footing.look_again(documents)
        if repeated:
            raise LedgerRefusedError(
                [
                    RepeatedDocumentError(place(self._text, document.first_line), document.number)
                    for document in repeated
                ]
            )

    def _collect(self, suspects: frozenset[int], documents: dict[Key, DocumentSum]) -> None:
        """Add up the suspects over the whole file."""
        blocks = self._text.blocks(self._layout.start)
        slabs = self._tokenizer.slabs(blocks, self._layout.start, self._layout.first_line)
        pieces = (Rows.of_slab(slab, self._layout) for slab in slabs)
        self._is_second_look = True
        for rows in whole_runs(self._text, pieces, self._key_fields, self._limits.document_rows):
            converted = self._converter.convert(rows)
            if converted is not None:
                self._count_suspects(converted, suspects, documents)
        self._is_second_look = False

    def _count_suspects(
        self, converted: Converted, suspects: frozenset[int], documents: dict[Key, DocumentSum]
    ) -> None:
        keys, columns, runs = converted.run_keys, converted.columns, converted.runs
        wanted = [index for index, key in enumerate(keys) if hash(key) in suspects]
        if self._left.footing is None:
            return
        for index, document in self._left.footing.documents(converted, wanted):
            span = slice(runs.starts[index], runs.ends[index])
            documents.setdefault(keys[index], document).add(sum(columns.amounts[span]), sum(columns.taxes[span]))

    def _waiting_rows(self) -> Iterator[tuple[Rows, list[int]]]:
        """The rows that wait, read again in the order of the file, with their line numbers."""
        waiting, numbers = self._left.waiting, self._left.waiting_numbers
        spans = list(self._left.places.joined_spans(waiting, BLOCK_BYTES))
        done = 0
        for (start, end, line), data in zip(
            spans, self._text.slices((start, end) for start, end, _ in spans), strict=True
        ):
            upto = bisect_left(waiting, end, done, key=offset_of)
            wanted = frozenset(map(offset_of, waiting[done:upto]))
            for slab in self._tokenizer.slabs(iter([data]), start, line):
                found = Rows.of_slab(slab, self._layout).pick([offset in wanted for offset in slab.offsets])
                if len(found):
                    found.locators = list(waiting[done : done + len(found)])
                    yield found, list(numbers[done : done + len(found)])
                    done += len(found)
            if done != upto:
                raise SourceChangedError(self._text.path)

    def _take_credits(self, rows: Rows, columns: Columns, numbers: list[int]) -> None:
        """Hand out rows of credit notes, negative; those whose sign the profile does not allow are refused."""
        declared = self._layout.profile.credit_sign
        contrary = {CreditSign.POSITIVE: -1, CreditSign.NEGATIVE: 1}.get(declared, 0)
        flags: list[bool] = []
        for index, key in enumerate(self._credit_keys(rows)):
            total = self._left.credit_sums[key]
            flags.append(total * contrary <= 0)
            if not flags[-1]:
                currency = columns.currencies[index]
                lines = format_minor(total, currency)
                reason = refusals.CONTRARY_CREDIT.format(
                    document=key[0], lines=lines, currency=currency, sign=declared.value
                )
                value = clean_text(rows.cells["amount"][index], self._layout.delimiter)
                self._refuse(rows.lines[index], Fault("amount", value, reason, key[1], key[0]))
            elif total > 0 or (total == 0 and declared is CreditSign.POSITIVE):
                columns.amounts[index] *= -1
        self._output.add(rows.pick(flags), columns.pick(flags), list(compress(numbers, flags)))

    def _take_waiting(self, rows: Rows, numbers: list[int]) -> None:
        """Hand out rows whose whole document is known by now, or refuse them."""
        converted = self._converter.convert(rows)
        if converted is None or len(converted.rows) != len(rows):
            raise SourceChangedError(self._text.path)
        columns = converted.columns
        if self._left.footing is None:
            self._take_credits(rows, columns, numbers)
            return
        documents = [self._left.footing.waiting[key] for key in rows.keys(self._key_fields)]
        flags = [document.mode is not TaxMode.OPEN for document in documents]
        for index in compress(range(len(rows)), map(not_, flags)):
            value = clean_text(rows.cells["amount"][index], self._layout.delimiter)
            customer = self._converter.texts[rows.cells["customer"][index]]
            self._refuse(rows.lines[index], Fault("amount", value, _uneven(documents[index]), customer))
        modes = [document.mode.value for document in documents]
        for index, document in enumerate(documents):
            if document.mode is TaxMode.INCLUSIVE:
                columns.amounts[index] -= columns.taxes[index]
            if columns.kinds[index] == _CREDIT_NOTE and document.total > document.tax_total:
                columns.amounts[index] *= -1
        numbers, modes = list(compress(numbers, flags)), list(compress(modes, flags))
        self._output.add(rows.pick(flags), columns.pick(flags), numbers, modes)


def _uneven(document: DocumentSum) -> str:
    """Why the rows of a document are refused."""
    currency = document.currency
    return refusals.UNEVEN_DOCUMENT.format(
        document=document.number,
        currency=currency,
        lines=format_minor(document.lines, currency),
        excl_tax=format_minor(document.total - document.tax_total, currency),
        incl_tax=format_minor(document.total, currency),
    )
