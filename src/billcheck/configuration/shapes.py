"""The shape of a configuration file: every key, its type and what it means.

Comes in: the tables of a file. Goes out: the same values, known to have the right types and no unknown keys. Must not
know files, or what the engine makes of a rule.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from billcheck.contracts.kinds import Kind, Shape, Texts


class ScopeShape(Shape):
    """What the check leaves out."""

    ignore_accounts: Texts | None = Field(
        None, description="Accounts whose lines are out of scope.", examples=[["620"]]
    )
    ignore_items: Texts | None = Field(
        None, description="Items or product codes whose lines are out of scope.", examples=[["FREIGHT"]]
    )
    ignore_customers: Texts | None = Field(
        None, description="Customers, by name or id, whose lines are out of scope.", examples=[["Hartwell Holding"]]
    )


class CreditShape(Shape):
    """How credits of one class are known."""

    accounts: Texts | None = Field(None, description="Accounts such credits are booked on.", examples=[["8100"]])
    items: Texts | None = Field(None, description="Items or product codes of such credits.", examples=[["GOODWILL"]])
    patterns: Texts | None = Field(
        None, description="Whole phrases looked for in the text of such credits.", examples=[["prompt payment"]]
    )


class CreditsShape(Shape):
    """Credits that do not reduce what was billed, by class."""

    write_off: Annotated[CreditShape, Kind.TABLE] | None = Field(
        None, description="The money is given up.", examples=[{"accounts": ["8100"]}]
    )
    goodwill: Annotated[CreditShape, Kind.TABLE] | None = Field(
        None, description="A present, for reasons outside the contract.", examples=[{"items": ["GOODWILL"]}]
    )
    settlement_discount: Annotated[CreditShape, Kind.TABLE] | None = Field(
        None, description="A reduction for paying early.", examples=[{"patterns": ["prompt payment"]}]
    )
    rebate: Annotated[CreditShape, Kind.TABLE] | None = Field(
        None, description="A reduction for what was bought over a time.", examples=[{"accounts": ["8200"]}]
    )


class ConfigurationShape(Shape):
    """A configuration file."""

    scope: Annotated[ScopeShape, Kind.TABLE] | None = Field(None, description="What the check leaves out.")
    credits: Annotated[CreditsShape, Kind.TABLE] | None = Field(
        None, description="Credits that do not reduce what was billed."
    )
