"""The shape of a contract as a whole: its own keys, and what several of its charges share.

Comes in: tables as TOML or JSON gave them, one contract at a time. Goes out: the same values, known to have the right
types and no unknown keys. What keys mean together is judged in `billcheck.contracts.agreement`, which is why every key
is optional here. Must not know files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, create_model

from billcheck.contracts.change_shapes import (
    APPLIES_MEANING,
    CHANGE_BILLING_MEANING,
    Applies,
    ChangeBilling,
    EscalatorShape,
    IndexShape,
)
from billcheck.contracts.kinds import Day, DayCount, Kind, Month, MonthCount, PlainDecimal, PlainText, Shape, Texts
from billcheck.contracts.metering_shapes import RolloverShape
from billcheck.contracts.shapes import (
    AmendmentShape,
    ChargeMatchingShape,
    ChargeShape,
    DiscountShape,
    HoursShape,
    PricedShape,
    PriceStepShape,
    RateShape,
    RetentionShape,
    RoundingShape,
    TaxShape,
    TaxStepShape,
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


class CommitmentShape(Shape):
    """What several charges come to at least, over a period of its own."""

    name: PlainText | None = Field(
        None,
        description="Name of the commitment, by which lines may bill it. Required.",
        examples=["Yearly commitment"],
    )
    amount: PlainDecimal | None = Field(
        None, description="The least that the charges come to in a full period. Required.", examples=["12000.00"]
    )
    every: Annotated[Literal["month", "quarter", "half_year", "year"], Kind.CHOICE] | None = Field(
        None, description="Length of a full period. Required.", examples=["year"]
    )
    charges: Texts | None = Field(
        None, description="Names of the charges that count. Required.", examples=[["Calls", "Messages"]]
    )
    start: Day | None = Field(None, description="First day; the contract's if absent.", examples=["2026-03-01"])
    end: Day | None = Field(None, description="The day after the last; instead of last_day.", examples=["2027-01-01"])
    last_day: Day | None = Field(
        None, description="Last day, inclusive; the contract's if absent.", examples=["2026-12-31"]
    )
    tax: Annotated[TaxShape, Kind.TABLE] | None = Field(
        None, description="Its own tax; the contract's if absent.", examples=[{"percent": "9"}]
    )
    matching: Annotated[ChargeMatchingShape, Kind.TABLE] | None = Field(
        None, description="Codes by which invoice lines name it.", examples=[{"items": ["TRUE-UP"]}]
    )


_SPANNED = "Names of the charges it spans; all that recur if absent."


class BoundShape(Shape):
    """The least or the most that several charges come to together in a period."""

    amount: PlainDecimal | None = Field(
        None, description="What they come to in a full period, after discounts. Required.", examples=["500.00"]
    )
    charges: Texts | None = Field(None, description=_SPANNED, examples=[["Calls", "Messages"]])
    name: PlainText | None = Field(
        None,
        description=(
            'Its name, by which lines may bill the difference; "Minimum" or "Maximum", as it stands under, if absent.'
        ),
        examples=["Top-up"],
    )
    matching: Annotated[ChargeMatchingShape, Kind.TABLE] | None = Field(
        None, description="Codes by which invoice lines name it.", examples=[{"items": ["TOP-UP"]}]
    )


class ContractDiscountShape(DiscountShape):
    """A percentage off several charges, or an amount off their sum."""

    charges: Texts | None = Field(None, description=_SPANNED, examples=[["Calls", "Messages"]])


class ContractEscalatorShape(EscalatorShape):
    """A rule by which the prices of several charges rise again and again, as if it stood with each of them."""

    charges: Texts | None = Field(
        None,
        description="Names of the charges; all that recur and have no escalator of their own if absent.",
        examples=[["Calls", "Messages"]],
    )


class ContractAmendmentShape(Shape):
    """A pause of several charges, its end, or their end, from a day on."""

    on: Day | None = Field(None, description="First day of the new state. Required.", examples=["2026-05-16"])
    change: Annotated[Literal["pause", "resume", "cancel"], Kind.CHOICE] | None = Field(
        None, description="Whether billing pauses, goes on after a pause, or ends. Required.", examples=["pause"]
    )
    charges: Texts | None = Field(None, description=_SPANNED, examples=[["Seats"]])
    agreed_on: Day | None = Field(
        None,
        description=(
            "When the change was agreed, if later than its day: what was due before is corrected for each period."
        ),
        examples=["2026-07-10"],
    )
    applies: Applies | None = Field(None, description=APPLIES_MEANING, examples=["next_period"])
    change_billing: ChangeBilling | None = Field(None, description=CHANGE_BILLING_MEANING, examples=["immediate"])


if TYPE_CHECKING:
    _CountedShape = Shape
else:
    # "from" is a word of Python, so that no class body can name the key.
    _CountedShape = create_model(
        "_CountedShape",
        __base__=Shape,
        **{
            "from": (
                Annotated[Literal["service_end", "due", "termination"], Kind.CHOICE] | None,
                Field(
                    None,
                    description=(
                        "From when it counts: the last day of a period, the day it was due, or the last day of the "
                        "contract; service_end if absent."
                    ),
                    examples=["due"],
                ),
            )
        },
    )


class LateInvoiceCutoffShape(_CountedShape):
    """How long a service may still be invoiced, and what becomes of it afterwards."""

    days: DayCount | None = Field(
        None, description="How many days it may still be invoiced; this or months is required.", examples=[120]
    )
    months: MonthCount | None = Field(
        None, description="How many months it may still be invoiced, instead of days.", examples=[6]
    )
    effect: Annotated[Literal["forfeited", "discount"], Kind.CHOICE] | None = Field(
        None,
        description="Whether an invoice later than that is due no more, or less a percent; forfeited if absent.",
        examples=["forfeited"],
    )
    percent: PlainDecimal | None = Field(
        None, description="What a late invoice is reduced by. Required if effect is discount.", examples=["10"]
    )
    notice_extends: Annotated[bool, Kind.FLAG] = Field(
        default=False,
        description="Whether a written notice within that time keeps what it names.",
        examples=[True],
    )


class DepositShape(Shape):
    """What is billed at the start and taken off a later invoice."""

    amount: PlainDecimal | None = Field(None, description="The deposit, excl. tax. Required.", examples=["5000.00"])
    deducted_on: Day | None = Field(
        None, description="The day of the invoice it is taken off. Required.", examples=["2027-12-31"]
    )
    on: Day | None = Field(
        None, description="When it is due; the first day of the contract if absent.", examples=["2026-01-15"]
    )
    name: PlainText | None = Field(
        None,
        description='Its name, by which lines may bill it and take it off; "Deposit" if absent.',
        examples=["Deposit"],
    )
    tax: Annotated[TaxShape, Kind.TABLE] | None = Field(
        None, description="Its own tax; the contract's if absent.", examples=[{"percent": "9"}]
    )
    matching: Annotated[ChargeMatchingShape, Kind.TABLE] | None = Field(
        None, description="Codes by which invoice lines name it.", examples=[{"items": ["DEPOSIT"]}]
    )


class RenewalPriceShape(PricedShape):
    """The price of one charge from the first renewal on."""

    charge: PlainText | None = Field(None, description="Name of the charge. Required.", examples=["Seats"])


class RenewalShape(Shape):
    """How a contract goes on after its last day."""

    every: Annotated[Literal["month", "quarter", "half_year", "year"], Kind.CHOICE] | None = Field(
        None, description="How long each further term is. Required in this table.", examples=["year"]
    )
    percent: PlainDecimal | None = Field(
        None, description="Percent by which prices rise at each renewal; none if absent.", examples=["4"]
    )
    index: Annotated[IndexShape, Kind.TABLE] | None = Field(
        None,
        description="The index that prices follow at each renewal, instead of percent.",
        examples=[{"series": "CPI", "base_month": "2025-10", "values": {"2025-10": "131.2", "2026-10": "134.9"}}],
    )
    prices: Annotated[list[RenewalPriceShape], Kind.TABLES] | None = Field(
        None,
        description="New prices of single charges from the first renewal on.",
        examples=[[{"charge": "Seats", "unit_amount": "28.00"}]],
    )
    notice_days: DayCount | None = Field(
        None, description="Days before the end of a term by which it must be terminated; 0 if absent.", examples=[60]
    )
    terminated_on: Day | None = Field(
        None,
        description="The day either side gave notice; the contract ends with the first term for which it was in time.",
        examples=["2027-10-15"],
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
    renewal: Annotated[RenewalShape, Kind.TABLE] | None = Field(
        None, description="How the contract goes on after its last day.", examples=[{"every": "year", "percent": "4"}]
    )
    supersedes: PlainText | None = Field(
        None, description="Id of the contract that ends when this one begins.", examples=["C-98"]
    )
    payment_terms: PlainText | None = Field(
        None,
        description="Days to pay after the invoice date, or after the end of its month (30 days end of month).",
        examples=["30 days"],
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
    late_invoice_cutoff: Annotated[LateInvoiceCutoffShape, Kind.TABLE] | None = Field(
        None,
        description="How long a service may still be invoiced; changes no amount.",
        examples=[{"days": 120, "effect": "forfeited"}],
    )
    no_waiver_clause: Annotated[bool, Kind.FLAG] = Field(
        default=False,
        description="Whether the contract says that who does not invoice in time has waived nothing.",
        examples=[True],
    )
    draft: Annotated[bool, Kind.FLAG] = Field(
        default=False,
        description="Drafted from invoices, and accepted by nobody yet; everything that prices refuses it.",
        examples=[True],
    )
    owner: PlainText | None = Field(None, description="Who looks after the contract.", examples=["Ines"])
    tags: Texts | None = Field(None, description="Words to group contracts by.", examples=[["retainer"]])
    matching: Annotated[ContractMatchingShape, Kind.TABLE] | None = Field(
        None, description="How invoice lines name this customer and contract.", examples=[{"references": ["C-117"]}]
    )
    deposit: Annotated[DepositShape, Kind.TABLE] | None = Field(
        None,
        description="What is billed at the start and taken off a later invoice.",
        examples=[{"amount": "5000.00", "deducted_on": "2027-12-31"}],
    )
    retention: Annotated[RetentionShape, Kind.TABLE] | None = Field(
        None,
        description="What is held back of every invoice, and billed on a later day.",
        examples=[{"percent": "5", "released_on": "2027-12-31"}],
    )
    commitment: Annotated[list[CommitmentShape], Kind.TABLES] | None = Field(
        None,
        description="What charges come to at least, over a period. In TOML each is headed [[contract.commitment]].",
        examples=[[{"name": "Yearly commitment", "amount": "12000.00", "every": "year", "charges": ["Calls"]}]],
    )
    minimum: Annotated[BoundShape, Kind.TABLE] | None = Field(
        None,
        description="The least that several charges come to together in a period.",
        examples=[{"amount": "500.00", "charges": ["Calls", "Messages"]}],
    )
    maximum: Annotated[BoundShape, Kind.TABLE] | None = Field(
        None,
        description="The most that several charges come to together in a period.",
        examples=[{"amount": "5000.00", "charges": ["Calls", "Messages"]}],
    )
    discounts: Annotated[list[ContractDiscountShape], Kind.TABLES] | None = Field(
        None,
        description="Percentages off several charges, and amounts off their sum.",
        examples=[[{"percent": "10", "last_day": "2026-06-30"}]],
    )
    escalator: Annotated[ContractEscalatorShape, Kind.TABLE] | None = Field(
        None,
        description="How the prices of all charges rise, or of several.",
        examples=[{"percent": "3.2", "on": "01-01"}],
    )
    amendments: Annotated[list[ContractAmendmentShape], Kind.TABLES] | None = Field(
        None,
        description="Pauses of several charges, their end, or the end of all.",
        examples=[[{"on": "2026-05-16", "change": "pause"}]],
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
    ContractAmendmentShape: ("on", "change"),
    BoundShape: ("amount",),
    IndexShape: ("series", "base_month"),
    RenewalShape: ("every",),
    RenewalPriceShape: ("charge",),
    DepositShape: ("amount", "deducted_on"),
    RetentionShape: ("percent",),
    CommitmentShape: ("name", "amount", "every", "charges"),
    TaxShape: ("percent",),
    TaxStepShape: ("on", "percent"),
    RoundingShape: ("remainder",),
    RateShape: ("role", "unit_amount"),
    HoursShape: ("role", "quantity"),
    RolloverShape: ("periods",),
}
"""Keys without which a table says nothing, whatever its other keys are."""
