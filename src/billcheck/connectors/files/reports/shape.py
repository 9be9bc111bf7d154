"""How a report-shaped export is laid out, as frozen values.

Comes in and goes out: nothing but the types; a profile holds one. Structure is told by words, never by position. Must
not know rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Proof(Enum):
    """How much a report is held to something it may print."""

    REQUIRED = "required"
    EXPECTED = "expected"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class ReportShape:
    """One kind of report.

    `titles` are what the program calls it, of which one stands above its headings unless its user has renamed it.
    `group_column`, `status_column` and `amount_column` name columns that are made and that the file does not have: the
    name of the group a row stands in, "void" for a voided document, and credit minus debit; "" makes none.
    `total_words` stand before the name of a group that ends, `nested_words` behind it where the total takes in the
    groups within it, `blank_group` instead of the name where there is none. `grand_total_words` are the whole text of
    the last total. `balance_row_words` begin rows that are balances, not entries.

    `has_readable_totals` is unset where totals are formulas whose stored values mean nothing; then they are not read.
    A `grand_total` that is expected and missing makes the report doubtful, one that is required and missing refuses it.
    `has_footer` says that a last line with the time of the export belongs to the report, `needs_accrual` that this line
    must say that amounts are those invoiced, not those paid. `void_words` begin the text of a voided document.
    """

    titles: tuple[str, ...] = ()
    group_column: str = ""
    total_words: tuple[str, ...] = ("Total for", "Total")
    nested_words: tuple[str, ...] = ()
    blank_group: str = "--"
    grand_total_words: tuple[str, ...] = ("TOTAL",)
    grand_total: Proof = Proof.REQUIRED
    has_readable_totals: bool = True
    balance_columns: tuple[str, ...] = ()
    balance_row_words: tuple[str, ...] = ()
    has_footer: bool = False
    needs_accrual: bool = False
    void_words: tuple[str, ...] = ()
    status_column: str = ""
    amount_column: str = ""
    credit_columns: tuple[str, ...] = ()
    debit_columns: tuple[str, ...] = ()

    @property
    def made_columns(self) -> tuple[str, ...]:
        """The columns that a file gets beside its own."""
        return tuple(name for name in (self.group_column, self.status_column, self.amount_column) if name)
