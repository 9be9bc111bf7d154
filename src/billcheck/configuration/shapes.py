"""The shape of a configuration file: every key, its type and what it means.

Comes in: the tables of a file. Goes out: the same values, known to have the right types and no unknown keys. Must not
know files, or what the engine makes of a rule.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from billcheck.contracts.kinds import Amounts, Day, DayCount, Kind, Limit, PlainText, Shape, Texts


class ScopeShape(Shape):
    """What the check looks at, and what it leaves out."""

    check_from: Day | None = Field(
        None, description="Periods that begin before this day are left out.", examples=["2026-01-01"]
    )
    check_until: Day | None = Field(
        None, description="Periods that begin after this day are left out.", examples=["2026-12-31"]
    )
    contracts: Texts | None = Field(None, description="Ids of the only contracts that are checked.", examples=[["C-1"]])
    customers: Texts | None = Field(
        None, description="Names of the only customers whose contracts are checked.", examples=[["Hartwell Interieur"]]
    )
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


class WindowShape(Shape):
    """Two days, both included."""

    first_day: Day | None = Field(None, description="The first day.", examples=["2026-01-01"])
    last_day: Day | None = Field(None, description="The last day.", examples=["2026-12-31"])


class ThresholdsShape(Shape):
    """On which terms it is checked, and what fails."""

    fail_on: Texts | None = Field(
        None, description='Kinds of findings that fail a check; "any" for all, "none" for none.', examples=[["missing"]]
    )
    min_amounts: Amounts | None = Field(
        None, description="Findings of a smaller amount do not fail a check, by currency.", examples=[{"EUR": "5.00"}]
    )
    grace_days: DayCount | None = Field(
        None, description="Days after the due day within which a period is awaited.", examples=[10]
    )
    covers: Annotated[WindowShape, Kind.TABLE] | None = Field(
        None,
        description="The window of documents the ledgers hold in full.",
        examples=[{"first_day": "2026-01-01", "last_day": "2026-12-31"}],
    )
    control_totals: Amounts | None = Field(
        None, description="What the general ledger has as billed, by currency.", examples=[{"EUR": "12345.67"}]
    )


class LedgerShape(Shape):
    """A ledger with how it is read."""

    path: PlainText | None = Field(None, description="The file, or a folder of them.", examples=["exports/nl"])
    profile: PlainText | None = Field(
        None, description="The profile by which it is read.", examples=["profiles/acme.toml"]
    )
    currency: PlainText | None = Field(
        None, description="The currency of files that name none, in ISO 4217.", examples=["EUR"]
    )
    sheet: Annotated[int, Field(ge=1)] | PlainText | None = Field(
        None, description="The sheet of workbooks: its name, or its number from 1.", examples=["May"]
    )


class LimitsShape(Shape):
    """What a ledger file may hold at most."""

    file_bytes: Limit | None = Field(None, description="Bytes of a file of any kind.", examples=[2147483648])
    rows: Limit | None = Field(None, description="Rows of a file, its heading aside.", examples=[6000000])
    columns: Limit | None = Field(None, description="Columns of a heading row.", examples=[300])
    field_bytes: Limit | None = Field(None, description="Bytes of a single field; at most 131,072.", examples=[65536])
    document_rows: Limit | None = Field(
        None, description="Rows that follow each other and belong to one document.", examples=[100000]
    )
    refused_rows: Limit | None = Field(
        None, description="Rows that are refused one by one; a file with more is refused as a whole.", examples=[100]
    )
    zip_members: Limit | None = Field(None, description="Parts of a workbook.", examples=[20000])
    zip_member_bytes: Limit | None = Field(
        None, description="Bytes that one part of a workbook may unpack to.", examples=[536870912]
    )
    zip_total_bytes: Limit | None = Field(
        None, description="Bytes that a workbook as a whole may unpack to.", examples=[1073741824]
    )
    zip_ratio: Limit | None = Field(
        None,
        description="How many times its packed size a part of a workbook of more than 1 MiB may unpack to.",
        examples=[400],
    )
    xml_bytes: Limit | None = Field(
        None, description="Bytes of an electronic invoice, attached files included.", examples=[134217728]
    )
    xml_depth: Limit | None = Field(
        None, description="How deep its elements may stand within each other; at most 500.", examples=[200]
    )
    xml_elements: Limit | None = Field(None, description="How many elements it may have.", examples=[1000000])
    xml_attributes: Limit | None = Field(None, description="How many attributes one element may have.", examples=[128])
    xml_token_bytes: Limit | None = Field(None, description="Bytes of a single tag or comment.", examples=[2097152])


class ConfigurationShape(Shape):
    """A configuration file."""

    contracts: Texts | None = Field(
        None, description="Contract files, or folders of them.", examples=[["contracts.toml"]]
    )
    ledgers: Texts | None = Field(None, description="Ledger files, or folders of them.", examples=[["exports"]])
    ledger: Annotated[list[LedgerShape], Kind.TABLES] | None = Field(
        None, description="Further ledgers, each with how it is read."
    )
    quantities: Texts | None = Field(None, description="Files of quantities.", examples=[["usage.csv"]])
    profile: PlainText | None = Field(
        None, description="The profile by which ledgers are read.", examples=["xero.sales-invoices"]
    )
    profiles: Texts | None = Field(
        None, description="Profile files of your own, or folders of them.", examples=[["profiles"]]
    )
    currency: PlainText | None = Field(
        None, description="The currency of ledgers that name none, in ISO 4217.", examples=["EUR"]
    )
    decisions: PlainText | None = Field(None, description="The file of decisions.", examples=["decisions.toml"])
    limits: Annotated[LimitsShape, Kind.TABLE] | None = Field(None, description="What a ledger file may hold at most.")
    thresholds: Annotated[ThresholdsShape, Kind.TABLE] | None = Field(
        None, description="On which terms it is checked, and what fails."
    )
    scope: Annotated[ScopeShape, Kind.TABLE] | None = Field(
        None, description="What the check looks at, and what it leaves out."
    )
    credits: Annotated[CreditsShape, Kind.TABLE] | None = Field(
        None, description="Credits that do not reduce what was billed."
    )
