"""The shape of a contract file: every key, its type and what it means.

Comes in: tables as TOML or JSON gave them, one contract at a time. Goes out: the same values, known to have the right
types and no unknown keys; and the JSON Schema of a whole file. What keys mean together (an end before a start, a model
without its amount) is judged in `billcheck.contracts.agreement`, which is why every key is optional here. Must not know
files.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from billcheck.grammar import DECIMAL_DIGITS

WHOLE_DIGITS = 12
"""Digits before the point; a price times a quantity then still fits the arithmetic of decimals exactly."""
PLAIN_DECIMAL = rf"^[0-9]{{1,{WHOLE_DIGITS}}}(\.[0-9]{{1,{DECIMAL_DIGITS}}})?$"
"""Amounts, quantities and percents: the plain decimals of `billcheck.grammar` without a sign, and not as long."""
ISO_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
TEXT = r"^[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f\u2028\u2029]*[^\s\x00-\x1f\x7f-\x9f])?$"
"""At least one character, no space at either end, no line break or other control character."""


class Kind(Enum):
    """What may stand under a key; decides how a wrong value is explained."""

    DECIMAL = "decimal"
    DAY = "day"
    TEXT = "text"
    TEXTS = "texts"
    DAYS = "days"
    MONTH = "month"
    DAY_OF_MONTH = "day_of_month"
    INVOICE_DAY = "invoice_day"
    CHOICE = "choice"
    FLAG = "flag"
    TABLE = "table"
    TABLES = "tables"


PlainDecimal = Annotated[
    Annotated[str, Field(pattern=PLAIN_DECIMAL)] | Annotated[int, Field(ge=0, lt=10**WHOLE_DIGITS)], Kind.DECIMAL
]
Day = Annotated[Annotated[str, Field(pattern=ISO_DAY, json_schema_extra={"format": "date"})] | date, Kind.DAY]
PlainText = Annotated[str, Field(pattern=TEXT), Kind.TEXT]
Texts = Annotated[list[Annotated[str, Field(pattern=TEXT)]], Kind.TEXTS]
DayCount = Annotated[int, Field(ge=0, le=366), Kind.DAYS]
Month = Annotated[int, Field(ge=1, le=12), Kind.MONTH]
DayOfMonth = Annotated[Annotated[int, Field(ge=1, le=31)] | Literal["last"], Kind.DAY_OF_MONTH]
DueDay = Annotated[Annotated[int, Field(ge=1, le=31)] | Literal["period_start", "period_end"], Kind.INVOICE_DAY]


class Shape(BaseModel):
    """A table with a closed set of keys and no conversions."""

    model_config = ConfigDict(extra="forbid", strict=True)


class TaxShape(Shape):
    """The tax on top of amounts."""

    percent: PlainDecimal | None = Field(
        None, description="Tax percent; amounts are excluding tax. Required in this table.", examples=["21"]
    )


class ContractMatchingShape(Shape):
    """How invoice lines name this customer and this contract."""

    aliases: Texts | None = Field(
        None, description="Other names of the customer on invoices.", examples=[["Hartwell BV"]]
    )
    customer_ids: Texts | None = Field(None, description="Ids of the customer in the ledger.", examples=[["4711"]])
    references: Texts | None = Field(
        None, description="References by which lines name the contract.", examples=[["C-117"]]
    )
    confirmed: Annotated[bool, Kind.FLAG] = Field(
        default=False,
        description="A person checked that the customer has no other name in the ledger.",
        examples=[True],
    )
    sub_customers: Annotated[bool, Kind.FLAG] = Field(
        default=False,
        description='What sub-customers ("Parent:Child" in the ledger) are billed counts for this contract too.',
        examples=[True],
    )


class ChargeMatchingShape(Shape):
    """How invoice lines name this charge."""

    templates: Texts | None = Field(
        None, description="Ids of the recurring invoices that bill it.", examples=[["b2f1c0d4"]]
    )
    items: Texts | None = Field(None, description="Item or product codes.", examples=[["SEATS"]])
    accounts: Texts | None = Field(None, description="Revenue accounts.", examples=[["4000"]])
    tracking: Texts | None = Field(None, description="Tracking options, classes or departments.", examples=[["North"]])
    patterns: Texts | None = Field(
        None, description="Whole phrases looked for in the line's text.", examples=[["seat licence"]]
    )
    group: PlainText | None = Field(
        None,
        description="Charges of the contract with one group are checked together, their amounts added.",
        examples=["Services"],
    )


class PriceStepShape(Shape):
    """A new price from a day on."""

    on: Day | None = Field(None, description="First day of the new price. Required.", examples=["2027-01-01"])
    amount: PlainDecimal | None = Field(None, description="The new price of a flat charge.", examples=["2500.00"])
    unit_amount: PlainDecimal | None = Field(
        None, description="The new unit price of a per_unit charge.", examples=["28.00"]
    )


class DiscountShape(Shape):
    """A percentage off, between two days."""

    percent: PlainDecimal | None = Field(
        None,
        description="Percent off, 0 to 100; several discounts apply one after the other. Required.",
        examples=["10"],
    )
    start: Day | None = Field(None, description="First day; from the beginning if absent.", examples=["2026-01-01"])
    end: Day | None = Field(None, description="The day after the last; instead of last_day.", examples=["2026-07-01"])
    last_day: Day | None = Field(
        None, description="Last day, inclusive; for as long as the charge runs if absent.", examples=["2026-06-30"]
    )


class AmendmentShape(Shape):
    """An agreed change of quantity, price or both from a day on."""

    on: Day | None = Field(None, description="First day of the new state. Required.", examples=["2026-05-16"])
    quantity: PlainDecimal | None = Field(None, description="The new quantity (per_unit).", examples=["16"])
    amount: PlainDecimal | None = Field(None, description="The new price (flat).", examples=["2500.00"])
    unit_amount: PlainDecimal | None = Field(None, description="The new unit price (per_unit).", examples=["28.00"])
    change_billing: Annotated[Literal["next_invoice", "immediate"], Kind.CHOICE] | None = Field(
        None,
        description=(
            "When the difference is billed if the period was already due: with the next regular invoice "
            "(next_invoice, the default) or on the day of the change (immediate)."
        ),
        examples=["immediate"],
    )


class ChargeShape(Shape):
    """One thing that is billed."""

    name: PlainText | None = Field(
        None, description="Name of the charge, unique within its contract. Required.", examples=["Seats"]
    )
    model: Annotated[Literal["flat", "per_unit", "one_off"], Kind.CHOICE] | None = Field(
        None,
        description="flat (amount per period), per_unit (unit_amount × quantity) or one_off (amount, once). Required.",
        examples=["per_unit"],
    )
    amount: PlainDecimal | None = Field(
        None, description="Price of one full period (flat) or of the whole (one_off), excl. tax.", examples=["2400.00"]
    )
    unit_amount: PlainDecimal | None = Field(
        None, description="Price of one unit for one full period (per_unit), excl. tax.", examples=["30.00"]
    )
    quantity: PlainDecimal | None = Field(None, description="How many units (per_unit).", examples=["12"])
    every: Annotated[Literal["month", "quarter", "half_year", "year"], Kind.CHOICE] | None = Field(
        None, description="Length of a full period. Required where the charge recurs.", examples=["month"]
    )
    timing: Annotated[Literal["in_advance", "in_arrears"], Kind.CHOICE] | None = Field(
        None,
        description=(
            "Due on the first day of the period (in_advance) or on the day after it ends (in_arrears). "
            "Required where the charge recurs."
        ),
        examples=["in_arrears"],
    )
    on: Day | None = Field(None, description="The day of a one_off charge.", examples=["2026-01-15"])
    start: Day | None = Field(None, description="First day; the contract's if absent.", examples=["2026-03-01"])
    end: Day | None = Field(None, description="The day after the last; instead of last_day.", examples=["2027-01-01"])
    last_day: Day | None = Field(
        None, description="Last day, inclusive; the contract's if absent.", examples=["2026-12-31"]
    )
    anchor_day: DayOfMonth | None = Field(
        None,
        description=(
            'Day of the month on which periods begin, 1-31 or "last"; the day of the start if absent. In a month with '
            "fewer days, the last one."
        ),
        examples=[1],
    )
    invoice_day: DueDay | None = Field(
        None,
        description=(
            "Moves the due day: period_start (first day), period_end (last day), or a day of the month 1-31 (the first "
            "such day on or after the due day by timing)."
        ),
        examples=["period_end"],
    )
    price_steps: Annotated[list[PriceStepShape], Kind.TABLES] | None = Field(
        None,
        description="New prices, each from its day until the next.",
        examples=[[{"on": "2027-01-01", "amount": "2500.00"}]],
    )
    discounts: Annotated[list[DiscountShape], Kind.TABLES] | None = Field(
        None, description="Percentages off.", examples=[[{"percent": "10", "last_day": "2026-06-30"}]]
    )
    amendments: Annotated[list[AmendmentShape], Kind.TABLES] | None = Field(
        None,
        description="Agreed changes of quantity or price.",
        examples=[[{"on": "2026-05-16", "quantity": "16"}]],
    )
    tax: Annotated[TaxShape, Kind.TABLE] | None = Field(
        None, description="The charge's own tax; the contract's if absent.", examples=[{"percent": "9"}]
    )
    grace_days: DayCount | None = Field(
        None, description="Days after the due day until a period counts as missing.", examples=[14]
    )
    matching: Annotated[ChargeMatchingShape, Kind.TABLE] | None = Field(
        None, description="Codes by which invoice lines name this charge.", examples=[{"items": ["SEATS"]}]
    )


class ContractShape(Shape):
    """An agreement with one customer in one currency."""

    id: PlainText | None = Field(None, description="Id, unique within a check. Required.", examples=["C-117"])
    customer: PlainText | None = Field(
        None, description="The customer's name as on invoices. Required.", examples=["Hartwell Interieur"]
    )
    currency: PlainText | None = Field(None, description="ISO 4217 code. Required.", examples=["EUR"])
    start: Day | None = Field(None, description="First day of the term. Required.", examples=["2026-01-01"])
    end: Day | None = Field(None, description="The day after the last; instead of last_day.", examples=["2028-01-01"])
    last_day: Day | None = Field(
        None, description="Last day of the term, inclusive; open if absent.", examples=["2027-12-31"]
    )
    payment_terms: PlainText | None = Field(
        None, description="Days to pay after the invoice date.", examples=["30 days"]
    )
    tax: Annotated[TaxShape, Kind.TABLE] | None = Field(
        None, description="Tax of all charges without their own.", examples=[{"percent": "21"}]
    )
    grace_days: DayCount | None = Field(
        None, description="Days after the due day until a period counts as missing; 10 if absent.", examples=[10]
    )
    fiscal_year_start: Month | None = Field(
        None, description="The month in which the fiscal year of texts such as FY26 Q1 starts.", examples=[4]
    )
    owner: PlainText | None = Field(None, description="Who looks after the contract.", examples=["Ines"])
    tags: Texts | None = Field(None, description="Words to group contracts by.", examples=[["retainer"]])
    matching: Annotated[ContractMatchingShape, Kind.TABLE] | None = Field(
        None, description="How invoice lines name this customer and contract.", examples=[{"references": ["C-117"]}]
    )
    charge: Annotated[list[ChargeShape], Kind.TABLES] | None = Field(
        None, description="What is billed; at least one. In TOML each is headed [[contract.charge]]."
    )


class FileShape(Shape):
    """A contract file."""

    contract: Annotated[list[ContractShape], Kind.TABLES] | None = Field(
        None, description="The contracts; at least one. In TOML each is headed [[contract]]."
    )


REQUIRED_KEYS: dict[type[Shape], tuple[str, ...]] = {
    FileShape: ("contract",),
    ContractShape: ("id", "customer", "currency", "start", "charge"),
    ChargeShape: ("name", "model"),
    PriceStepShape: ("on",),
    AmendmentShape: ("on",),
    DiscountShape: ("percent",),
    TaxShape: ("percent",),
}
"""Keys without which a table says nothing, whatever its other keys are."""

REQUIRED_FOR_MODEL: dict[str, tuple[str, ...]] = {
    "flat": ("amount", "every", "timing"),
    "per_unit": ("unit_amount", "quantity", "every", "timing"),
    "one_off": ("amount", "on"),
}
"""Keys that a charge needs besides, by its model."""

FOREIGN_TO_MODEL: dict[str, tuple[str, ...]] = {
    "flat": ("unit_amount", "quantity", "on"),
    "per_unit": ("amount", "on"),
    "one_off": (
        *("unit_amount", "quantity", "every", "timing", "start", "end", "last_day"),
        *("anchor_day", "invoice_day", "price_steps", "amendments"),
    ),
}
"""Keys that would mean nothing in a charge of this model, and are refused rather than ignored."""


def contract_schema() -> dict[str, object]:
    """The JSON Schema (draft 2020-12) of a contract file, with a description of every key.

    It describes files as JSON writes them; in TOML days may also be written without quotes.
    """
    schema = FileShape.model_json_schema()
    tables = {**schema.pop("$defs"), FileShape.__name__: schema}
    for table in tables.values():
        table["properties"] = {key: _tidy(value) for key, value in table["properties"].items()}
    for shape, keys in REQUIRED_KEYS.items():
        tables[shape.__name__]["required"] = list(keys)
    tables["FileShape"]["properties"]["contract"]["minItems"] = 1
    tables["ContractShape"]["properties"]["charge"]["minItems"] = 1
    tables["ChargeShape"]["allOf"] = [
        {
            "if": {"properties": {"model": {"const": model}}, "required": ["model"]},
            "then": {"required": list(keys), "properties": dict.fromkeys(FOREIGN_TO_MODEL[model], False)},
        }
        for model, keys in REQUIRED_FOR_MODEL.items()
    ]
    root = tables.pop("FileShape")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "billcheck contract file",
        **{key: value for key, value in root.items() if key != "title"},
        "$defs": {
            name: {key: value for key, value in table.items() if key != "title"} for name, table in tables.items()
        },
    }


def _tidy(key: dict[str, Any]) -> dict[str, Any]:
    """The schema of one key without what pydantic adds for its own sake: titles, and absence spelt as null."""
    choices = [choice for choice in key.get("anyOf", []) if choice not in ({"type": "null"}, _DATE_BY_TYPE)]
    tidy = {name: value for name, value in key.items() if name not in {"title", "anyOf", "default"}}
    if len(choices) == 1:
        return {**choices[0], **tidy}
    return {"anyOf": choices, **tidy} if choices else tidy


_DATE_BY_TYPE = {"type": "string", "format": "date"}
