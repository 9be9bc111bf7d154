"""The shape of a file of decisions: every key, its type and what it means.

Comes in: the tables of a file. Goes out: the same values, known to have the right types and no unknown keys. Must not
know files, findings, or which key needs which.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from billcheck.contracts.kinds import Day, Kind, Number, PlainText, Shape, SignedDecimal


class DecisionShape(Shape):
    """One decision."""

    verb: Annotated[Literal["accept", "waive", "dispute", "snooze", "confirm"], Kind.CHOICE] | None = Field(
        None, description="What was decided.", examples=["waive"]
    )
    kind: PlainText | None = Field(None, description="The kind of finding that is decided.", examples=["underbilled"])
    contract: PlainText | None = Field(None, description="The id of the contract.", examples=["C-117"])
    charge: PlainText | None = Field(
        None, description="The charge; several that are checked together as the report names them.", examples=["Seats"]
    )
    first_day: Day | None = Field(None, description="First day of the first period.", examples=["2026-03-01"])
    last_day: Day | None = Field(None, description="Last day of the last period.", examples=["2026-03-31"])
    document: PlainText | None = Field(None, description="The document of a line to confirm.", examples=["INV-31"])
    line: Number | None = Field(None, description="The number of that line on its document.", examples=[1])
    finding: PlainText | None = Field(
        None, description="The id of the one finding that is meant.", examples=["0f3a1b2c4d5e"]
    )
    amount: SignedDecimal | None = Field(
        None,
        description="The most that is decided, per period, excl. tax, with the sign the report gives it.",
        examples=["1200.00"],
    )
    currency: PlainText | None = Field(None, description="The currency of the amount.", examples=["EUR"])
    says: PlainText | None = Field(
        None,
        description="What the finding says, where it speaks of no amount.",
        examples=["Its sentence."],
    )
    reason: PlainText | None = Field(None, description="Why.", examples=["Agreed by mail on 2026-09-01."])
    by: PlainText | None = Field(None, description="Who decided.", examples=["Anna"])
    until: Day | None = Field(None, description="The last day on which it counts.", examples=["2026-12-31"])


class DecisionsShape(Shape):
    """A file of decisions."""

    decision: Annotated[list[DecisionShape], Kind.TABLES] | None = Field(None, description="The decisions, in order.")
