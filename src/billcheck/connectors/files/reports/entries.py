"""The cells of one entry of a report: its amount, quantity, balance and text.

Comes in: a row of cells, and where the columns of the report stand. Goes out: exact values. Must not know groups,
totals or the rows around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.connectors.files.cells import Unreadable
from billcheck.grammar import GrammarError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from billcheck.connectors.files.cells import Cell
    from billcheck.connectors.files.reports.shape import ReportShape
    from billcheck.grammar import AmountMarks

_PADDING = " \t\r\n\N{NO-BREAK SPACE}"


def text_in(cell: Cell) -> str:
    """The text of a cell as a reader sees it; one of a typed cell is only good for telling it from nothing."""
    return cell.strip(_PADDING) if isinstance(cell, str) else str(cell)


@dataclass(frozen=True, slots=True)
class ReportColumns:
    """Where the columns of a report stand, None for those it does not have.

    The name of a group or a total stands in one of the `names` columns: those without a heading, or else the first one,
    which entries then use too (`has_own_names` is unset). Either `amount` is there, or `credit` and `debit`.
    """

    names: tuple[int, ...]
    has_own_names: bool
    amount: int | None
    credit: int | None
    debit: int | None
    quantity: int | None
    balance: int | None
    kind: int | None
    text: int | None

    @classmethod
    def find(
        cls,
        headings: Sequence[str],
        folded: Sequence[str],
        fields: Mapping[str, int],
        shape: ReportShape,
    ) -> ReportColumns:
        """The columns under some headings.

        Args:
            headings: As the file spells them.
            folded: The same, folded.
            fields: Where the fields of the profile stand.
            shape: The shape of the report, its headings folded like `folded`.
        """
        unnamed = tuple(index for index, heading in enumerate(headings) if not heading.strip())

        def first_of(names: Sequence[str]) -> int | None:
            return next((folded.index(name) for name in names if name in folded), None)

        amount = fields.get("amount")
        return cls(
            names=unnamed or (0,),
            has_own_names=bool(unnamed),
            amount=amount if amount is not None and amount < len(headings) else None,
            credit=first_of(shape.credit_columns),
            debit=first_of(shape.debit_columns),
            quantity=fields.get("quantity"),
            balance=first_of(shape.balance_columns),
            kind=fields.get("kind"),
            text=fields.get("description"),
        )


@dataclass(frozen=True, slots=True)
class CellValues:
    """Cells into values, by the marks of the profile; `currency` is the code that a currency sign must agree with."""

    marks: AmountMarks
    currency: str

    def number(self, cell: Cell) -> Decimal | None:
        """The amount in a cell, None for an empty one.

        Raises:
            GrammarError: The cell holds something else.
        """
        if isinstance(cell, Decimal):
            return cell
        if isinstance(cell, Unreadable):
            raise GrammarError(cell, cell.reason)
        if isinstance(cell, date):
            raise GrammarError(cell.isoformat(), "This is a date.")
        text = text_in(cell)
        return None if self.marks.is_missing(text) else self.marks.parse(text, self.currency)

    def shows_cents(self, cell: Cell) -> bool:
        """Whether the cell shows that amounts are not cut off at the decimal mark; a typed number has no such mark."""
        return isinstance(cell, Decimal) or (isinstance(cell, str) and self.marks.decimal in cell)
