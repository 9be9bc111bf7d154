"""The shape of tables that say how a price changes by itself: escalators and indices.

Comes in: tables as TOML or JSON gave them. Goes out: the same values, known to have the right types and no unknown
keys. What keys mean together is judged in `billcheck.contracts.escalators`. Must not know files.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from billcheck.contracts.kinds import (
    DayCount,
    DayOfYear,
    Days,
    DigitCount,
    IndexValues,
    Kind,
    MonthCount,
    PlainDecimal,
    PlainText,
    Shape,
    YearAndMonth,
)

Applies = Annotated[Literal["day", "next_period"], Kind.CHOICE]
ChangeBilling = Annotated[Literal["next_invoice", "immediate"], Kind.CHOICE]

APPLIES_MEANING = (
    "Whether the change counts from its day, also inside a period (day, the default), or from the first period that "
    "begins on or after it (next_period)."
)
CHANGE_BILLING_MEANING = (
    "When the difference is billed if the period was already due: with the next regular invoice (next_invoice, the "
    "default) or on the day of the change (immediate)."
)


class IndexShape(Shape):
    """How prices follow an index."""

    series: PlainText | None = Field(
        None, description="Name of the index; shown, never looked up. Required.", examples=["CPI all households"]
    )
    base_month: YearAndMonth | None = Field(
        None, description="The month the first uplift is measured from. Required.", examples=["2025-10"]
    )
    lag_months: MonthCount | None = Field(
        None,
        description="How many months before an uplift the month lies whose value counts; 0 if absent.",
        examples=[3],
    )
    share: PlainDecimal | None = Field(
        None, description="Percent of the change of the index that counts; 100 if absent.", examples=["80"]
    )
    plus: PlainDecimal | None = Field(
        None, description="Percentage points added to the share of the change.", examples=["0.5"]
    )
    cap: PlainDecimal | None = Field(None, description="The most an uplift comes to, in percent.", examples=["5"])
    floor: PlainDecimal | None = Field(
        None,
        description="The least an uplift comes to, in percent; without it prices fall with the index.",
        examples=["0"],
    )
    values: IndexValues | None = Field(
        None,
        description="Values of the index by month; these or a file are required.",
        examples=[{"2025-10": "131.2", "2026-10": "134.9"}],
    )
    file: PlainText | None = Field(
        None,
        description="CSV file beside the contract file with the columns month and value; instead of values.",
        examples=["cpi.csv"],
    )


class EscalatorShape(Shape):
    """A rule by which the price rises again and again."""

    percent: PlainDecimal | None = Field(
        None, description="Percent by which the price rises; this or index is required.", examples=["3.2"]
    )
    index: Annotated[IndexShape, Kind.TABLE] | None = Field(
        None,
        description="The index the price follows, instead of percent.",
        examples=[{"series": "CPI", "base_month": "2025-10", "values": {"2025-10": "131.2", "2026-10": "134.9"}}],
    )
    on: DayOfYear | None = Field(
        None,
        description='"anniversary" of the first day of the charge (the default), or a calendar date such as "01-01".',
        examples=["anniversary"],
    )
    every: Annotated[Literal["month", "quarter", "half_year", "year"], Kind.CHOICE] | None = Field(
        None, description="How long from one uplift to the next; year if absent.", examples=["year"]
    )
    first_after_months: MonthCount | None = Field(
        None,
        description="Months from the first day of the charge before which there is no uplift; every if absent.",
        examples=[12],
    )
    compounding: Annotated[bool, Kind.FLAG] | None = Field(
        None,
        description="Whether the percentage is of the price in force (true, the default) or of the price agreed last.",
        examples=[False],
    )
    rounding: Annotated[Literal["per_step", "from_base"], Kind.CHOICE] | None = Field(
        None,
        description=(
            "Whether each price is rounded and the next rises from it (per_step, the default), or all rise unrounded "
            "from the price agreed last (from_base)."
        ),
        examples=["from_base"],
    )
    decimals: DigitCount | None = Field(
        None,
        description=(
            "Digits after the point of a raised price; those of the currency, or of the price as written where it has "
            "more, if absent."
        ),
        examples=[4],
    )
    requires_notice: Annotated[bool, Kind.FLAG] | None = Field(
        None, description="Whether an uplift counts only if the client was told in time.", examples=[True]
    )
    notice_days: DayCount | None = Field(
        None, description="Days before an uplift by which the client must be told; 0 if absent.", examples=[30]
    )
    notified_on: Days | None = Field(
        None, description="Days on which the client was told of an uplift.", examples=[["2026-11-20"]]
    )
    applies: Applies | None = Field(None, description=APPLIES_MEANING, examples=["next_period"])
    change_billing: ChangeBilling | None = Field(None, description=CHANGE_BILLING_MEANING, examples=["immediate"])
