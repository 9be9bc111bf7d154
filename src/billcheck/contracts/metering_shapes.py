"""The keys of metered charges, and what stands in them.

Comes in: tables as TOML or JSON gave them. Goes out: the same values, known to have the right types and no unknown
keys. What they mean together is judged in `billcheck.contracts.metering`. Must not know files.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from billcheck.contracts.kinds import Kind, PeriodCount, PlainDecimal, Shape


class RolloverShape(Shape):
    """How long unused free units last."""

    periods: PeriodCount | None = Field(
        None, description="In how many later periods unused free units still count. Required.", examples=[2]
    )
    cap: PlainDecimal | None = Field(
        None, description="The most that may be carried into a period; without end if absent.", examples=["100"]
    )


class MeteredShape(Shape):
    """The keys that make a charge a metered one."""

    metered: Annotated[bool, Kind.FLAG] | None = Field(
        None,
        description="Whether how much was used comes from a file of quantities, not from the contract.",
        examples=[True],
    )
    quantity_basis: Annotated[Literal["by_day", "first", "last", "max", "average", "sum"], Kind.CHOICE] | None = Field(
        None,
        description=(
            "What of the given quantities counts in a period: their sum (sum); or, where each is a level that holds "
            "for some days, every day's own (by_day), that of the first or last day, the largest (max), or the average "
            "over the days. Required where metered."
        ),
        examples=["sum"],
    )
    rollover: Annotated[RolloverShape, Kind.TABLE] | None = Field(
        None,
        description="Free units that a period leaves unused count later (free_units, included).",
        examples=[{"periods": 2, "cap": "100"}],
    )
