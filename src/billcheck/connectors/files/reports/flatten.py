"""A report as flat rows: each entry with the name of its group, once all totals that the report prints are proved.

Comes in: the rows of cells below the headings of one report, and its shape. Goes out: its entries in order, with the
columns that are made; at the end of the report, its faults as one refusal, or what is to be said about it. Titles,
group headings, subtotals and the footer are told by their words. A customer whose name begins with "Total" is a
customer: a total is one of a group that is open. Must not know files, or what an entry means.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.connectors.files.cells import CellRow
from billcheck.connectors.files.reports import problems as faults
from billcheck.connectors.files.reports.entries import CellValues, ReportColumns, text_in
from billcheck.connectors.files.reports.footer import Basis, Footer, read_footer
from billcheck.connectors.files.reports.period_line import covers_of
from billcheck.connectors.files.reports.shape import Proof
from billcheck.connectors.files.reports.totals import Group
from billcheck.errors import LedgerRefusedError
from billcheck.grammar import GrammarError
from billcheck.ledger.line import Kind
from billcheck.money import MINOR_DIGITS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from billcheck.connectors.files.cells import Cell
    from billcheck.connectors.files.reports.shape import ReportShape
    from billcheck.connectors.files.reports.totals import Sums
    from billcheck.errors import Problem

LISTED_PROBLEMS = 50
"""Faults of one report that are listed; where so many are, the first ones say what is wrong."""
VOID = "void"
_NO_CENTS = (
    "No amount in {path} shows cents. If the report was made without cents or divided by 1000, its amounts are not "
    "those of the invoices: export it with both options off."
)
_NO_GRAND_TOTAL = "{path} ends without a grand total, so its end may be missing: export the whole report again."
_OTHER_TITLE = "{path} does not bear the title {title}: make sure that it is that report, with its usual groups."


class Flattening:
    """One report being read.

    Args:
        path: How messages name the file.
        titles: The texts of the lines above the headings.
        columns: Where its columns stand.
        width: How many headings there are.
        shape: The shape of the report.
        values: How its cells are written.
        kind_of: Tells what a word says a document is, None where it says nothing known.
    """

    def __init__(
        self,
        path: str,
        titles: Sequence[str],
        columns: ReportColumns,
        width: int,
        shape: ReportShape,
        values: CellValues,
        kind_of: Callable[[str], Kind | None],
    ) -> None:
        self._path = path
        self._titles = titles
        self._columns = columns
        self._width = width
        self._shape = shape
        self._values = values
        self._kind_of = kind_of
        self._problems: list[Problem] = []
        self._root = Group("", "", 0)
        self._stack: list[Group] = []
        self._footer: Footer | None = None
        self._is_totalled = False
        self._shows_cents = False
        self._unproved: list[tuple[int, str]] = []
        self._last_row = 0

    @property
    def period(self) -> tuple[date, date] | None:
        """The days the report says it is of, None where it does not say so."""
        return covers_of(self._titles)

    @property
    def covers(self) -> tuple[date, date] | None:
        """The days of that period up to the day the report was made; known once all rows were read."""
        declared = self.period
        if declared is None or self._footer is None or self._footer.day is None:
            return declared
        last = min(declared[1], self._footer.day)
        return (declared[0], last) if declared[0] <= last else None

    @property
    def notes(self) -> Iterator[str]:
        """What makes it likely that the report is another one than its columns suggest; no figure depends on it."""
        folded = [" ".join(title.lower().split()) for title in self._titles]
        known = [title.lower() for title in self._shape.titles]
        if folded and known and not any(title in line for title in known for line in folded):
            yield _OTHER_TITLE.format(path=self._path, title=self._shape.titles[0])

    @property
    def doubts(self) -> Iterator[str]:
        """Why the report may not say all; known once all rows were read."""
        if not self._shows_cents and MINOR_DIGITS.get(self._values.currency, 2):
            yield _NO_CENTS.format(path=self._path)
        if self._shape.grand_total is Proof.EXPECTED and not self._is_totalled:
            yield _NO_GRAND_TOTAL.format(path=self._path)

    def rows(self, rows: Iterable[CellRow]) -> Iterator[CellRow]:
        """The entries among the rows below the headings, with the made columns behind their own cells.

        Raises:
            LedgerRefusedError: Once all rows were read, if the report contradicts itself or is not whole.
        """
        for row, cells in rows:
            texts = [text_in(cell) for cell in cells]
            if not any(texts):
                continue
            self._last_row = row
            entry = self._take(row, cells, texts)
            if entry is not None:
                yield entry
            if len(self._problems) >= LISTED_PROBLEMS:
                break
        else:
            self._finish()
        if self._problems:
            raise LedgerRefusedError(self._first_causes())

    def _first_causes(self) -> list[Problem]:
        """The problems without those that follow from others: where an amount cannot be read, no sum is right."""
        follow = (faults.FootingError, faults.BalanceError)
        causes = [problem for problem in self._problems if not isinstance(problem, follow)]
        has_unreadable = any(isinstance(problem, faults.UnreadableAmountError) for problem in causes)
        return causes if has_unreadable else self._problems

    def _take(self, row: int, cells: tuple[Cell, ...], texts: Sequence[str]) -> CellRow | None:
        """One row that is not blank: the entry it is, or None for any other."""
        filled = [index for index, text in enumerate(texts) if text]
        footer = read_footer(texts[filled[0]]) if len(filled) == 1 else None
        if self._footer is not None or (self._is_totalled and footer is None):
            self._refuse(faults.AfterEndError, row, texts[filled[0]])
            return None
        if footer is not None:
            self._take_footer(row, footer, texts[filled[0]])
            return None
        if filled[-1] >= self._width:
            self._refuse(faults.ShiftedRowError, row, texts[filled[-1]])
            return None
        cells = (*cells, *[""] * (self._width - len(cells)))[: self._width]
        name = next((texts[index] for index in self._columns.names if index in filled), "")
        if name and self._take_structure(row, cells, name, is_alone=len(filled) == 1):
            return None
        return self._take_entry(row, cells)

    def _take_structure(self, row: int, cells: Sequence[Cell], name: str, *, is_alone: bool) -> bool:
        """Whether a row that begins with a name is a heading, a total or a balance, which is then dealt with."""
        shape, columns = self._shape, self._columns
        may_be_total = not is_alone or not shape.has_readable_totals
        if may_be_total and self._end_group(row, cells, name):
            return True
        if may_be_total and name in shape.grand_total_words:
            self._end_report(row, cells)
            return True
        if name in shape.balance_row_words:
            return True
        if is_alone and (columns.has_own_names or shape.group_column):
            above = self._stack[-1].path if self._stack else ""
            is_full = not above or name.startswith(f"{above}:")
            self._stack.append(Group(name, name if is_full else f"{above}:{name}", row))
            return True
        is_total = any(name.startswith(f"{word} ") for word in shape.total_words)
        if is_total or is_alone or columns.has_own_names:
            self._refuse(faults.StrayTotalError if is_total else faults.StrayRowError, row, name)
            return True
        return False

    def _end_group(self, row: int, cells: Sequence[Cell], name: str) -> bool:
        """Whether the row is the total of a group that is open, or of one with those that ended after it."""
        for depth in range(len(self._stack) - 1, -1, -1):
            group = self._stack[depth]
            if not self._names(name, group.name or self._shape.blank_group, group.path):
                continue
            self._leave_open(depth + 1)
            del self._stack[depth]
            self._foot(row, cells, group.name or self._shape.blank_group, group.sums)
            if self._shape.amount_column and group.sides == {False}:
                self._refuse(faults.WrongSideError, group.row, group.name)
            self._above.end(group.name, group.sums)
            return True
        for nested in self._shape.nested_words:
            for word in self._shape.total_words:
                if name.startswith(f"{word} ") and name.endswith(f" {nested}"):
                    ended = name.removeprefix(f"{word} ").removesuffix(f" {nested}")
                    joined = self._above.regroup(ended)
                    if joined is not None:
                        self._foot(row, cells, ended, joined)
                        return True
        return False

    def _names(self, text: str, name: str, path: str) -> bool:
        """Whether a text is the total of a group of this name."""
        behind = ("", *(f" {words}" for words in self._shape.nested_words))
        return any(
            text == f"{word} {known}{suffix}"
            for word in self._shape.total_words
            for known in (name, path)
            for suffix in behind
        )

    @property
    def _above(self) -> Group:
        """The group that rows stand in."""
        return self._stack[-1] if self._stack else self._root

    def _end_report(self, row: int, cells: Sequence[Cell]) -> None:
        self._leave_open(0)
        self._foot(row, cells, "", self._root.sums)
        self._is_totalled = True
        self._unproved.clear()

    def _leave_open(self, depth: int) -> None:
        """Refuse the groups from this depth on, which have no total; their rows still count in those around them."""
        while len(self._stack) > depth:
            group = self._stack.pop()
            self._refuse(faults.UnclosedGroupError, group.row, group.name or self._shape.blank_group)
            self._above.end(group.name, group.sums)

    def _take_footer(self, row: int, footer: Footer, text: str) -> None:
        self._footer = footer
        if footer.basis is Basis.CASH:
            self._refuse(faults.CashBasisError, row, text)
        elif footer.basis is Basis.UNKNOWN and self._shape.needs_accrual:
            self._refuse(faults.UnknownBasisError, row, text)

    def _foot(self, row: int, cells: Sequence[Cell], name: str, sums: Sums) -> None:
        """Hold a printed total against the rows it is of; `name` "" is the grand total."""
        if not self._shape.has_readable_totals:
            return
        what = f'"{name}"' if name else "the report"
        columns = self._columns
        for column in (columns.amount, columns.balance):
            printed = None if column is None else self._number(row, cells[column])
            if column is not None and printed is not None and printed != sums.amount:
                said = f"The rows of {what} add up to {sums.amount}, not to what is printed."
                self._refuse_total(row, cells[column], said)
        if columns.amount is not None and not text_in(cells[columns.amount]):
            self._refuse(faults.MissingAmountError, row, name)
        if columns.quantity is not None:
            printed = self._quantity(cells[columns.quantity])
            if printed is not None and not sums.has_quantity(printed):
                said = f"The quantities of {what} add up to {sums.quantity}, not to what is printed."
                self._refuse_total(row, cells[columns.quantity], said)

    def _refuse_total(self, row: int, cell: Cell, what: str) -> None:
        self._problems.append(faults.FootingError(f"{self._path} row {row}", text_in(cell), what=what))

    def _take_entry(self, row: int, cells: tuple[Cell, ...]) -> CellRow:
        if not self._stack and self._shape.group_column:
            self._stack.append(Group("", "", row))
        group, columns = self._above, self._columns
        amount = self._amount_of(row, cells)
        quantity = None if columns.quantity is None else self._quantity(cells[columns.quantity])
        is_readable = columns.quantity is None or quantity is not None or not text_in(cells[columns.quantity])
        self._replay(row, cells, group, amount)
        group.sums.add(amount, quantity, is_quantity_readable=is_readable)
        self._look_at_kind(row, cells, group, amount)
        made: list[Cell] = []
        if self._shape.group_column:
            made.append(group.path)
        if self._shape.status_column:
            made.append(VOID if not amount and self._is_void(cells) else "")
        if self._shape.amount_column:
            made.append(amount)
        return CellRow(row, (*cells, *made))

    def _amount_of(self, row: int, cells: Sequence[Cell]) -> Decimal:
        """The amount of an entry; an empty cell is nothing."""
        columns = self._columns
        if columns.amount is not None:
            self._shows_cents |= self._values.shows_cents(cells[columns.amount])
            return self._number(row, cells[columns.amount]) or Decimal(0)
        amount = Decimal(0)
        for column, sign in ((columns.credit, 1), (columns.debit, -1)):
            if column is not None:
                self._shows_cents |= self._values.shows_cents(cells[column])
                amount += sign * (self._number(row, cells[column]) or Decimal(0))
        return amount

    def _replay(self, row: int, cells: Sequence[Cell], group: Group, amount: Decimal) -> None:
        """Hold the running balance against the amount of an entry.

        In a group it begins anew, or runs on from the group around it; behind a group within, it may leave that out.
        """
        column = self._columns.balance
        starts = {group.running, group.own}
        if not group.sums.rows and len(self._stack) > 1:
            starts.add(self._stack[-2].running)
        group.running += amount
        group.own += amount
        if column is None or not self._shape.has_readable_totals:
            return
        printed = self._number(row, cells[column])
        if printed is None:
            return
        if printed - amount not in starts and group.is_replayed:
            group.is_replayed = False
            said = f"The running balance should be {group.running} after this row."
            self._problems.append(faults.BalanceError(f"{self._path} row {row}", text_in(cells[column]), what=said))
        group.running = printed

    def _look_at_kind(self, row: int, cells: Sequence[Cell], group: Group, amount: Decimal) -> None:
        """Remember a credit above zero, which the total of its group proves, or else that of the report must.

        Remember also on which side of its account an invoice stands.
        """
        column = self._columns.kind
        kind = None if column is None else self._kind_of(text_in(cells[column]))
        if kind is Kind.CREDIT_NOTE and amount > 0 and not self._stack:
            self._unproved.append((row, str(amount)))
        if kind is Kind.INVOICE and amount:
            group.sides.add(amount > 0)

    def _is_void(self, cells: Sequence[Cell]) -> bool:
        column = self._columns.text
        text = "" if column is None else text_in(cells[column]).lower()
        return any(text.startswith(word.lower()) for word in self._shape.void_words)

    def _number(self, row: int, cell: Cell) -> Decimal | None:
        try:
            return self._values.number(cell)
        except GrammarError as error:
            where = f"{self._path} row {row}"
            self._problems.append(faults.UnreadableAmountError(where, text_in(cell), what=error.reason))
            return None

    def _quantity(self, cell: Cell) -> Decimal | None:
        """The quantity in a cell, None where there is none or it cannot be read: no amount depends on it."""
        try:
            return self._values.number(cell)
        except GrammarError:
            return None

    def _finish(self) -> None:
        """What only the end of the report shows."""
        shape = self._shape
        self._leave_open(0)
        if shape.has_footer and self._footer is None:
            self._refuse(faults.MissingFooterError, self._last_row)
        if shape.grand_total is Proof.REQUIRED and not self._is_totalled and self._root.sums.rows:
            self._refuse(faults.MissingTotalError, self._last_row)
        for row, amount in self._unproved:
            self._refuse(faults.PositiveCreditError, row, amount)
        if not self._problems and not self._root.sums.rows:
            self._refuse(faults.EmptyReportError, self._last_row)

    def _refuse(self, kind: type[Problem], row: int, value: str | None = None) -> None:
        where = f"{self._path} row {row}" if row else self._path
        self._problems.append(kind(where, value or None))
