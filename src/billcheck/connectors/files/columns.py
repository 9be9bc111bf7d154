"""Raw rows into typed columns, and the reason where a row has no value.

Comes in: `Rows` of raw cells. Goes out: `Columns` of days, words, currencies and minor units. A column is converted as
a whole; only when one of its cells has no value are the rows looked at one by one, and the faulty ones refused. Faults
that put the whole file in doubt (its date order, its decimal mark) refuse the file. Must not know what lines add up to.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import compress
from operator import sub
from typing import TYPE_CHECKING

from billcheck.connectors.files import refusals
from billcheck.connectors.files.date_order import DATE_FIELDS, MixedDatesError, OtherDateOrderError, prove_order
from billcheck.connectors.files.heading import ZERO
from billcheck.connectors.files.heading_words import is_total_word
from billcheck.connectors.files.rows import Runs
from billcheck.connectors.files.stream import place
from billcheck.connectors.files.values import (
    BAD_WORD,
    CONTRARY_DAY,
    STRAY_DAY,
    Amounts,
    Currencies,
    Days,
    FoundOrder,
    Texts,
    WordMeanings,
    Writing,
    Zeros,
    clean_text,
    is_visible,
    limit_memory,
)
from billcheck.errors import InternalError, LedgerRefusedError, Problem
from billcheck.grammar import DateOrder, Deviation, ForeignSignError, GrammarError
from billcheck.ledger.line import Kind
from billcheck.ledger.source import NO_DAY
from billcheck.money import minor_scale, to_minor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from billcheck.connectors.files.heading import Layout
    from billcheck.connectors.files.rows import Key, Rows
    from billcheck.connectors.files.stream import Stream
    from billcheck.connectors.files.tokens import Tokenizer

_TEXTS = ("document", "customer", "issue_date", "description", "item")
"""Where the word for a total may stand."""
AMOUNT_FIELDS = ("amount", "control:tax", "control:total", "control:tax_total")


class OtherDecimalMarkError(Problem):
    """This amount is written with another decimal mark than the profile reads, so no amount of the file is safe."""

    remedy = (
        "If all amounts have a decimal comma, use --profile generic:decimal-comma (or another profile before the "
        "colon); if all have a point, leave that out. Else export the file again."
    )


class OpenDecimalMarkError(Problem):
    """This may be a number with three decimals or a whole number in groups: no other amount has three for sure."""

    remedy = "Export amounts with two decimals, or, if commas are decimal, use --profile generic:decimal-comma."


class OtherGroupMarkError(Problem):
    """This amount has another mark between its groups of digits than the profile reads, so no amount is safe."""

    remedy = "Export amounts without such marks, or read the file with a profile that names this one: [values] group."


class OtherNegativeFormError(Problem):
    """This amount is negative in a form that the profile does not read."""

    remedy = "Write it with a minus in front, or read the file with a profile that names the form: [values] negative."


class DecimalsError(Problem):
    """This amount has decimals, but the profile reads whole cents, so no amount of the file is safe."""

    remedy = "Export amounts in cents, or read the file with a profile that does not say minor_units."


class OtherCurrencySignError(Problem):
    """The currency signs of the file are not those of the currency its rows are said to be in."""

    remedy = "Check the currency column, or the currency that was given for the file."


_DEVIATIONS: Mapping[Deviation, type[Problem]] = {
    Deviation.DECIMAL_MARK: OtherDecimalMarkError,
    Deviation.GROUP_MARK: OtherGroupMarkError,
    Deviation.NEGATIVE: OtherNegativeFormError,
}


@dataclass(slots=True)
class Columns:
    """Typed columns of equal length.

    Days are ordinals, `end_days` exclusive; `first_days` and `end_days` are empty where the file has no periods.
    Amounts and taxes are minor units as written, but for tax that the profile takes off; `taxes` is empty where neither
    the profile's control nor that needs them.
    """

    issue_days: list[int]
    first_days: list[int]
    end_days: list[int]
    kinds: list[int]
    statuses: list[int]
    currencies: list[str]
    amounts: list[int]
    taxes: list[int]

    def pick(self, flags: Sequence[bool]) -> Columns:
        """The rows whose flag is set."""
        return Columns(
            list(compress(self.issue_days, flags)),
            list(compress(self.first_days, flags)),
            list(compress(self.end_days, flags)),
            list(compress(self.kinds, flags)),
            list(compress(self.statuses, flags)),
            list(compress(self.currencies, flags)),
            list(compress(self.amounts, flags)),
            list(compress(self.taxes, flags)),
        )


@dataclass(frozen=True, slots=True)
class Converted:
    """Usable rows, their columns and runs; the totals their documents state, one per run, empty without control."""

    rows: Rows
    columns: Columns
    runs: Runs
    run_keys: list[Key]
    totals: list[int] = field(default_factory=list)
    tax_totals: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row."""

    field: str
    value: str
    reason: str
    customer: str = ""
    document: str = ""


class Converter:
    """Turns the raw rows of one file into columns; `refuse` takes the rows that have none.

    Args:
        text: The file.
        layout: Where its fields are.
        tokenizer: How it is cut.
        key_fields: The fields that tell one document from the next.
        refuse: Takes line number and fault of each refused row.
        writing: Takes what amounts show of how they are written.
        order: The order of local dates, where it is known before and the profile leaves it open.
    """

    def __init__(
        self,
        text: Stream,
        layout: Layout,
        tokenizer: Tokenizer,
        key_fields: Sequence[str],
        refuse: Callable[[int, Fault], None],
        writing: Writing,
        order: DateOrder | None,
    ) -> None:
        profile, delimiter = layout.profile, layout.delimiter
        self.texts = Texts(delimiter)
        values = profile.values
        amounts = Amounts(delimiter, values, writing, is_empty_zero=profile.is_empty_amount_zero)
        self.amounts = amounts
        self._readers = dict.fromkeys((name for name in AMOUNT_FIELDS if name in layout.fields), amounts)
        if values.has_tax:
            self._readers["tax"] = Amounts(delimiter, values, writing, is_empty_zero=values.is_empty_tax_zero)
        self._writing = writing
        self._stream = text
        self._layout = layout
        self._key_fields = key_fields
        self._refuse = refuse
        self._order = FoundOrder(values.date_order or order, lambda: prove_order(text, layout, tokenizer))
        self._days = {name: Days(delimiter, values.dates, self._order, values.marks.missing) for name in DATE_FIELDS}
        self._kinds = WordMeanings(delimiter, profile.kinds, profile.default_kind)
        self._statuses = WordMeanings(delimiter, profile.statuses, profile.default_status)
        self._currencies = Currencies(delimiter)
        self._zeros = Zeros(delimiter, values.marks)
        self._zero_fields = [name for name in layout.fields if name.startswith(ZERO)]

    @property
    def date_order(self) -> DateOrder | None:
        """The order of local dates, None as long as no date needed one."""
        return self._order.order

    @property
    def date_forms(self) -> dict[str, str]:
        """How the dates of each field are written, for the fields that have dates."""
        return {name: days.form for name, days in self._days.items() if days.form}

    def convert(self, rows: Rows) -> Converted | None:
        """The usable rows with their columns, None where no row is usable.

        Raises:
            LedgerRefusedError: The file mixes date orders or ways of writing dates, leaves its order open, or writes
                amounts otherwise than the profile reads them.
        """
        if self._stream.unreadable:
            rows = self._readable(rows)
            if not len(rows):
                return None
        limit_memory(*self._days.values(), self._kinds, self._statuses, self._currencies, self._zeros, self.texts)
        converted = self._convert(rows)
        if converted is not None:
            return converted
        rows = self._sift(rows)
        if not len(rows):
            return None
        converted = self._convert(rows)
        if converted is None:
            raise InternalError("rows without a fault convert", path=self._stream.path, line=rows.lines[0])
        return converted

    def check_writing(self) -> None:
        """Refuse the file if its amounts as a whole are not what the profile reads.

        Raises:
            LedgerRefusedError: An amount that may mean two things was never cleared up by another, or every amount with
                a currency sign has that of another currency than its row.
        """
        found = self._writing
        problems: list[Problem] = []
        if found.open_line and not found.is_proved:
            problems.append(OpenDecimalMarkError(place(self._stream, found.open_line), found.open_text))
        if found.foreign_line and not found.is_sign_agreed:
            where = place(self._stream, found.foreign_line)
            what = (
                f"No amount of the file has a currency sign of {found.foreign_currency}, the currency of its rows; "
                "this one has that of another."
            )
            problems.append(OtherCurrencySignError(where, found.foreign_text, what=what))
        if problems:
            raise LedgerRefusedError(problems)

    def _convert(self, rows: Rows) -> Converted | None:
        cells = rows.cells
        kinds = _meanings(self._kinds, cells.get("kind"), len(rows))
        statuses = _meanings(self._statuses, cells.get("status"), len(rows))
        codes = {self._currencies[cell] for cell in set(cells["currency"])}
        if kinds is None or statuses is None or "" in codes:
            return None
        if not self._is_named(rows, kinds) or not self._is_zero(cells):
            return None
        days = self._issue_days(cells)
        periods = self._periods(cells)
        if days is None or periods is None:
            return None
        currencies = [*codes] if len(codes) == 1 else list(map(self._currencies.__getitem__, cells["currency"]))
        if len(codes) == 1:
            currencies *= len(rows)
        scales = {minor_scale(code) for code in codes}
        amounts = self.amounts.column(cells["amount"], scales, currencies, rows.lines)
        if amounts is None:
            return None
        keys = rows.keys(self._key_fields)
        runs = Runs.of(keys)
        run_keys = [keys[start] for start in runs.starts]
        taxes: list[int] = []
        if "tax" in self._readers:
            found = self._readers["tax"].column(cells["tax"], scales, currencies, rows.lines)
            if found is None:
                return None
            amounts, taxes = list(map(sub, amounts, found)), found
        columns = Columns(days, *periods, kinds, statuses, currencies, amounts, taxes)
        if "control:total" not in cells:
            return Converted(rows, columns, runs, run_keys)
        return self._with_totals(Converted(rows, columns, runs, run_keys), scales)

    def _with_totals(self, converted: Converted, scales: set[int]) -> Converted | None:
        rows, columns, runs = converted.rows, converted.columns, converted.runs
        taxes = self.amounts.column(rows.cells["control:tax"], scales, columns.currencies, rows.lines)
        currencies = [columns.currencies[start] for start in runs.starts]
        lines = [rows.lines[start] for start in runs.starts]
        totals, tax_totals = (
            self.amounts.column([rows.cells[name][start] for start in runs.starts], scales, currencies, lines)
            for name in ("control:total", "control:tax_total")
        )
        if taxes is None or totals is None or tax_totals is None:
            return None
        columns.taxes = taxes
        return Converted(rows, columns, runs, converted.run_keys, totals, tax_totals)

    def _issue_days(self, cells: Mapping[str, list[bytes]]) -> list[int] | None:
        dues = map(self._days["due_date"].__getitem__, dict.fromkeys(cells.get("due_date", ())))
        if min(dues, default=NO_DAY) < NO_DAY:
            return None
        days = list(map(self._days["issue_date"].__getitem__, cells["issue_date"]))
        return None if min(days) <= NO_DAY else days

    def _periods(self, cells: Mapping[str, list[bytes]]) -> tuple[list[int], list[int]] | None:
        """First days and exclusive ends, both empty where the file has no such columns; None for a faulty one."""
        names = ("period_first_day", "period_last_day")
        if all(name not in cells for name in names):
            return [], []
        count = len(cells["document"])
        first_days, last_days = (
            list(map(self._days[name].__getitem__, cells[name])) if name in cells else [NO_DAY] * count
            for name in names
        )
        for first_day, last_day in zip(first_days, last_days, strict=True):
            if last_day < first_day or (not first_day and last_day) or first_day < NO_DAY:
                return None
        if self._layout.profile.values.has_exclusive_end:
            return without_moments(first_days, last_days)
        return first_days, [day + 1 if day else NO_DAY for day in last_days]

    def _anonymous(self, rows: Rows, kinds: Sequence[int]) -> bool:
        """Whether some invoice or credit note names no customer; cash may come from nobody."""
        texts = self.texts
        return any(
            kind != Kind.OTHER and not texts[cell] for cell, kind in zip(rows.cells["customer"], kinds, strict=True)
        )

    def _is_named(self, rows: Rows, kinds: Sequence[int]) -> bool:
        """Whether every row names its customer and its document, where it must."""
        if not all(map(self.texts.__getitem__, set(rows.cells["customer"]))) and self._anonymous(rows, kinds):
            return False
        return not _may_be_nameless(rows.cells["document"]) or not self._nameless(rows, kinds)

    def _is_zero(self, cells: Mapping[str, list[bytes]]) -> bool:
        """Whether all columns that must be are empty or zero."""
        return all(self._zeros[cell] for name in self._zero_fields for cell in set(cells[name]))

    def _nameless(self, rows: Rows, kinds: Sequence[int]) -> bool:
        """Whether some invoice or credit note has no number; cash documents may have none."""
        return any(
            kind != Kind.OTHER and not is_visible(self._text(cell))
            for cell, kind in zip(rows.cells["document"], kinds, strict=True)
        )

    def _readable(self, rows: Rows) -> Rows:
        """The rows whose cells all have a sure value, as far as they are read; the others are refused."""
        flags = []
        for index, line in enumerate(rows.lines):
            cells = self._stream.unreadable.get(line, {})
            field = next((name for name, column in self._layout.fields.items() if column in cells), None)
            if field is not None:
                cell = cells[self._layout.fields[field]]
                customer, document = (self._text(rows.cells[name][index]) for name in ("customer", "document"))
                self._refuse(line, Fault(field, str(cell), cell.reason, customer, document))
            flags.append(field is None)
        return rows.pick(flags)

    def _sift(self, rows: Rows) -> Rows:
        """The rows without a fault; the others are refused."""
        flags: list[bool] = []
        problems: dict[type[Problem], Problem] = {}
        for index, line in enumerate(rows.lines):
            cells = {name: column[index] for name, column in rows.cells.items()}
            for problem in self._doubts_about_file(cells, line):
                problems.setdefault(type(problem), problem)
            fault = self._fault(cells, line)
            if fault is not None and self._is_like_a_total(cells):
                fault = replace(fault, reason=refusals.LIKE_A_TOTAL)
            if fault is not None and not problems:
                customer, document = self._text(cells["customer"]), self._text(cells["document"])
                self._refuse(line, replace(fault, customer=customer, document=document))
            flags.append(fault is None)
        if problems:
            raise LedgerRefusedError(problems.values())
        return rows.pick(flags)

    def _doubts_about_file(self, cells: Mapping[str, bytes], line: int) -> list[Problem]:
        problems: list[Problem] = []
        for name in DATE_FIELDS:
            day = self._day(name, cells)
            if day == CONTRARY_DAY:
                problems.append(self._contrary(place(self._stream, line), self._text(cells[name])))
            elif day == STRAY_DAY:
                where = f"{place(self._stream, line)} {self._layout.heading_of(name)}"
                what = (
                    f"This date is written in another way than the first one of its column, {self._days[name].example}."
                )
                problems.append(MixedDatesError(where, self._text(cells[name]), what=what))
        for name, amounts in self._readers.items():
            where = f"{place(self._stream, line)} {self._layout.heading_of(name)}"
            deviation = amounts.deviation(cells[name])
            if deviation is not None:
                problems.append(_DEVIATIONS[deviation](where, self._text(cells[name])))
            elif amounts.is_no_minor(cells[name]):
                problems.append(DecimalsError(where, self._text(cells[name])))
        return problems

    def _day(self, name: str, cells: Mapping[str, bytes]) -> int:
        return self._days[name][cells.get(name, b"")]

    def _contrary(self, where: str, text: str) -> Problem:
        is_day_first = self._order.order is DateOrder.DAY_FIRST
        order, other = ("day first", "month first") if is_day_first else ("month first", "day first")
        reason = f"other dates, such as {self._order.proof}, are" if self._order.proof else "the profile reads"
        return OtherDateOrderError(where, text, what=f"This date is {other}, but {reason} {order}.")

    def _text(self, cell: bytes) -> str:
        return clean_text(cell, self._layout.delimiter)

    def _fault(self, cells: Mapping[str, bytes], line: int) -> Fault | None:
        """What is wrong with a row, the first fault in the order of a reader's eye."""
        kind = self._kinds[cells.get("kind", b"")]
        if kind == BAD_WORD:
            return self._unknown_word("kind", cells, refusals.UNKNOWN_KIND, self._layout.profile.kinds)
        if kind != Kind.OTHER and not is_visible(self._text(cells["document"])):
            return Fault("document", self._text(cells["document"]), refusals.NO_DOCUMENT)
        if kind != Kind.OTHER and not self.texts[cells["customer"]]:
            return Fault("customer", self._text(cells["customer"]), refusals.NO_CUSTOMER)
        if self._statuses[cells.get("status", b"")] == BAD_WORD:
            return self._unknown_word("status", cells, refusals.UNKNOWN_STATUS, self._layout.profile.statuses)
        currency = self._currencies[cells["currency"]]
        if not currency:
            return Fault("currency", self._text(cells["currency"]), refusals.UNKNOWN_CURRENCY)
        return self._fault_of_days(cells) or self._fault_of_amounts(cells, currency, line)

    def _is_like_a_total(self, cells: Mapping[str, bytes]) -> bool:
        """Whether a row has an amount and lacks what every line has: all of it, or some and says that it is a total."""
        if not self._text(cells["amount"]):
            return False
        named = [bool(self._text(cells[name])) for name in ("document", "customer", "issue_date")]
        return not any(named) or (
            not all(named) and any(is_total_word(self._text(cells[name])) for name in _TEXTS if name in cells)
        )

    def _unknown_word(self, name: str, cells: Mapping[str, bytes], reason: str, known: Mapping[str, int]) -> Fault:
        return Fault(name, self._text(cells.get(name, b"")), reason.format(known=", ".join(known)))

    def _fault_of_days(self, cells: Mapping[str, bytes]) -> Fault | None:
        for name in DATE_FIELDS:
            if self._day(name, cells) < NO_DAY:
                return Fault(name, self._text(cells[name]), refusals.BAD_DATE)
        if self._day("issue_date", cells) == NO_DAY:
            return Fault("issue_date", "", refusals.NO_DATE)
        first_day, last_day = self._day("period_first_day", cells), self._day("period_last_day", cells)
        if bool(first_day) != bool(last_day):
            return Fault("period_last_day" if first_day else "period_first_day", "", refusals.ONE_PERIOD_END)
        if last_day < first_day:
            value = f"{self._text(cells['period_first_day'])} to {self._text(cells['period_last_day'])}"
            return Fault("period_last_day", value, refusals.BACKWARD_PERIOD)
        return None

    def _fault_of_amounts(self, cells: Mapping[str, bytes], currency: str, line: int) -> Fault | None:
        marks = self._layout.profile.values.marks
        for name in self._zero_fields:
            if not self._zeros[cells[name]]:
                return Fault(name, self._text(cells[name]), refusals.NOT_ZERO)
        for name, amounts in self._readers.items():
            if amounts.value(cells[name], currency, line) is not None:
                continue
            text = self._text(cells[name])
            try:
                is_too_exact = to_minor(marks.parse(text, currency), currency) is None
            except ForeignSignError:
                return Fault(name, text, refusals.FOREIGN_SIGN.format(currency=currency))
            except GrammarError as error:
                return Fault(name, text, refusals.BAD_AMOUNT.format(reason=error.reason))
            if is_too_exact:
                return Fault(name, text, refusals.TOO_EXACT.format(currency=currency))
        return None


def without_moments(first_days: list[int], end_days: list[int]) -> tuple[list[int], list[int]]:
    """Periods with exclusive ends; one that ends when it begins is a moment and no period."""
    flags = [first < end for first, end in zip(first_days, end_days, strict=True)]
    return (
        [day if flag else NO_DAY for day, flag in zip(first_days, flags, strict=True)],
        [day if flag else NO_DAY for day, flag in zip(end_days, flags, strict=True)],
    )


def _meanings(memory: WordMeanings, column: list[bytes] | None, count: int) -> list[int] | None:
    """The meanings of a column of few different words, None where one of them is unknown."""
    words = {b""} if column is None else set(column)
    meanings = {memory[word] for word in words}
    if BAD_WORD in meanings:
        return None
    if column is None or len(meanings) == 1:
        return [*meanings] * count
    return list(map(memory.__getitem__, column))


def _may_be_nameless(documents: list[bytes]) -> bool:
    """Whether some cell is empty, or begins with what may be padding, a quote or a character nobody sees."""
    return min(documents) < b"#" or max(documents) >= b"\x7f"
