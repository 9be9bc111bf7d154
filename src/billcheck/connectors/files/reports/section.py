"""The section ``[report]`` of a profile file, and its way into a `ReportShape`.

Comes in: the values of that section. Goes out: the shape; unknown keys are refused. Loads pydantic, so it is only
imported where a profile is read. Must not know rows.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from billcheck.connectors.files.reports.shape import Proof, ReportShape

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Words = tuple[Text, ...]


class ReportSection(BaseModel):
    """How a report is laid out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    titles: Words = ()
    group_column: Text | None = None
    total_words: Words = Field(min_length=1)
    nested_words: Words = ()
    blank_group: Text = "--"
    grand_total_words: Words = ("TOTAL",)
    grand_total: Literal["required", "expected", "optional"] = "required"
    totals: Literal["read", "unread"] = "read"
    balance: Words = ()
    balance_rows: Words = ()
    footer: Literal["required", "none"] = "none"
    basis: Literal["accrual", "any"] = "any"
    void_column: Text | None = None
    void_words: Words = ()
    amount_column: Text | None = None
    credit: Words = ()
    debit: Words = ()

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if bool(self.void_column) != bool(self.void_words):
            message = "void_column and void_words are given together"
            raise ValueError(message)
        if not bool(self.amount_column) == bool(self.credit) == bool(self.debit):
            message = "amount_column, credit and debit are given together"
            raise ValueError(message)
        if self.basis == "accrual" and self.footer == "none":
            message = "only a footer can say that the basis is accrual"
            raise ValueError(message)
        return self

    def shape(self) -> ReportShape:
        """The section as a frozen value."""
        return ReportShape(
            titles=self.titles,
            group_column=self.group_column or "",
            total_words=self.total_words,
            nested_words=self.nested_words,
            blank_group=self.blank_group,
            grand_total_words=self.grand_total_words,
            grand_total=Proof(self.grand_total),
            has_readable_totals=self.totals == "read",
            balance_columns=self.balance,
            balance_row_words=self.balance_rows,
            has_footer=self.footer == "required",
            needs_accrual=self.basis == "accrual",
            void_words=self.void_words,
            status_column=self.void_column or "",
            amount_column=self.amount_column or "",
            credit_columns=self.credit,
            debit_columns=self.debit,
        )
