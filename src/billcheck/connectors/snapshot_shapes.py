"""The shape of a snapshot's lines: every key, its type and what it means.

Comes in: one line of JSON. Goes out: the same values, known to have the right types and no unknown keys. Numbers are
texts, so that no reader makes floats of them. Must not know files or what the lines add up to.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic looks it up when a class is made
from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from billcheck.money import is_currency


def _as_decimal(value: object) -> Decimal:
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").replace(".", "", 1).isdigit():
        return Decimal(value)
    message = "amounts are texts of digits"
    raise ValueError(message)


def _as_currency(value: object) -> str:
    if isinstance(value, str) and is_currency(value):
        return value
    message = "no currency of ISO 4217"
    raise ValueError(message)


Amount = Annotated[
    Decimal,
    BeforeValidator(
        _as_decimal, json_schema_input_type=Annotated[str, StringConstraints(pattern=r"^-?[0-9]+(\.[0-9]+)?$")]
    ),
]
Currency = Annotated[
    str,
    BeforeValidator(_as_currency, json_schema_input_type=Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]),
]
Whole = Annotated[int, Field(ge=0)]
Needed = Annotated[str, Field(min_length=1)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CountShape(_Shape):
    """How much of one kind of object was read."""

    kind: Needed = Field(description="What the ledger calls them.")
    stated: Whole = Field(description="How many the ledger says there are.")
    read: Whole = Field(description="How many were read.")


class HeaderShape(_Shape):
    """The first line: what the documents are complete for."""

    NAME: ClassVar = "header"

    billcheck_snapshot: Literal[1] = Field(description="The version of the format.")
    connector: Needed = Field(description="Which connector read the ledger.")
    organisation: str = Field(description="Whose ledger it is.")
    organisation_id: str = Field(description="The id of that organisation in the ledger.")
    first_day: date = Field(description="Documents from this day on were asked for.")
    last_day: date = Field(description="Documents up to this day were asked for, inclusive.")
    customers: tuple[Needed, ...] = Field(description="The only customers asked for; empty for all.", strict=False)
    read_at: AwareDatetime = Field(description="When the last answer came, in UTC.")
    complete: bool = Field(description="Whether everything that was asked for was read, and that is proved.")
    shortcomings: tuple[Needed, ...] = Field(description="What it may lack, each with what settles it.", strict=False)
    blind_spots: tuple[Needed, ...] = Field(description="What the ledger never shows to a connector.", strict=False)
    counts: tuple[CountShape, ...] = Field(
        description="What the ledger says it holds, and what was read.", strict=False
    )
    documents: Whole = Field(description="How many documents follow.")
    templates: Whole = Field(description="How many templates follow the documents.")
    digest: str = Field(description="SHA-256 of the lines that follow, in hexadecimal.", pattern="^[0-9a-f]{64}$")


class _PricedShape(_Shape):
    """What a line says of what it bills, whether it stands on a document or a template."""

    amount: Amount = Field(description="Excluding tax; below zero where it lowers what was billed.")
    description: str = Field("", description="Text of the line.")
    item: str = Field("", description="Item code.")
    account: str = Field("", description="Account.")
    tracking: str = Field("", description="Tracking, class or location.")
    quantity: Amount | None = Field(None, description="Units.")
    unit_price: Amount | None = Field(None, description="Price of a unit.")


class LineShape(_PricedShape):
    """A line of a document; absent keys have no value."""

    tax: Amount | None = Field(None, description="Tax of the line, with the sign of its amount.")
    template: str = Field("", description="Id of the recurring invoice it comes from.")
    charge: str = Field("", description="Name of the charge.")
    period_first_day: date | None = Field(None, description="First day of its service period.")
    period_last_day: date | None = Field(None, description="Last day of its service period, inclusive.")

    @model_validator(mode="after")
    def _check_period(self) -> Self:
        first_day, last_day = self.period_first_day, self.period_last_day
        if (first_day is None) != (last_day is None) or (first_day and last_day and last_day < first_day):
            message = "a service period needs both its ends, in that order"
            raise ValueError(message)
        return self


class DocumentShape(_Shape):
    """A line below the first: one document; absent keys have no value."""

    NAME: ClassVar = "document"

    id: Needed = Field(description="The ledger's own id.")
    number: str = Field(description="What people call it; may be empty.")
    kind: Literal["invoice", "credit_note", "other"] = Field(description="What it is; other is cash.")
    status: Literal["approved", "draft", "void"] = Field(description="Only approved documents count as billed.")
    issue_date: date = Field(description="Date of the document.")
    customer: Needed = Field(description="Name of the customer.")
    currency: Currency = Field(description="ISO 4217.")
    excl_tax: Amount = Field(description="What the lines add up to by the document itself.")
    lines: tuple[LineShape, ...] = Field(description="Its lines.", strict=False)
    digest: str = Field(description="SHA-256 of the payload it came in.", pattern="^[0-9a-f]{64}$")
    due_date: date | None = Field(None, description="When it is to be paid.")
    customer_id: str = Field("", description="The ledger's id of the customer.")
    reference: str = Field("", description="The document's reference.")
    contract: str = Field("", description="Id of the contract, where the document bears one.")
    credits_document: str = Field("", description="Number of the document that a credit note credits.")
    total: Amount | None = Field(None, description="Including tax.")
    amount_due: Amount | None = Field(None, description="What is still to be paid.")
    updated: str = Field("", description="When it was last changed, as the ledger writes it.")
    notes: tuple[Needed, ...] = Field((), description="What was inferred.", strict=False)


class TemplateLineShape(_PricedShape):
    """A line of a template; absent keys have no value."""

    amount: Amount = Field(description="Excluding tax; below zero where it lowers what is billed.")


class TemplateShape(_Shape):
    """A line below the documents: what the ledger makes documents from by itself; absent keys have no value."""

    NAME: ClassVar = "template"

    template: Needed = Field(description="The ledger's own id of it, as lines of documents bear it.")
    status: Literal["active", "paused", "ended"] = Field(description="Whether it makes anything.")
    makes: Literal["approved", "draft", "reminder"] = Field(description="What it makes on its day.")
    customer: Needed = Field(description="Name of the customer.")
    currency: Currency = Field(description="ISO 4217.")
    every: str = Field(description="How often, spelt as in a contract; empty where it is not known.")
    excl_tax: Amount = Field(description="What the lines add up to by the template itself.")
    lines: tuple[TemplateLineShape, ...] = Field(description="Its lines.", strict=False)
    digest: str = Field(description="SHA-256 of the payload it came in.", pattern="^[0-9a-f]{64}$")
    name: str = Field("", description="What people call it.")
    kind: Literal["invoice", "credit_note", "other"] = Field("invoice", description="What it makes; other is cash.")
    customer_id: str = Field("", description="The ledger's id of the customer.")
    next_date: date | None = Field(None, description="Date of the next document.")
    previous_date: date | None = Field(None, description="Date of the last document it made.")
    first_date: date | None = Field(None, description="Where its schedule begins; an edit may have moved it.")
    last_date: date | None = Field(None, description="Last day of its schedule, inclusive.")
    reference: str = Field("", description="The reference of what it makes.")
    contract: str = Field("", description="Id of the contract, where it bears one.")
    updated: str = Field("", description="When it was last changed, as the ledger writes it.")
    notes: tuple[Needed, ...] = Field((), description="What was inferred.", strict=False)
