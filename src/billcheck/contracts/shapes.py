"""The shape of a contract file: every key, its type and what it means.

Comes in: tables as TOML or JSON gave them, one contract at a time. Goes out: the same values, known to have the right
types and no unknown keys. What keys mean together (an end before a start, a model without its amount) is judged in
`billcheck.contracts.agreement`, which is why every key is optional here. Must not know files.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from billcheck.contracts.change_shapes import (
    APPLIES_MEANING,
    CHANGE_BILLING_MEANING,
    Applies,
    ChangeBilling,
    EscalatorShape,
)
from billcheck.contracts.kinds import (
    Day,
    DayCount,
    DayOfMonth,
    DueDay,
    Kind,
    PeriodCount,
    PlainDecimal,
    PlainText,
    Shape,
    Texts,
    TwoDays,
    WrittenCadence,
)
from billcheck.contracts.metering_shapes import MeteredShape

Model = Literal[
    "flat", "per_unit", "graduated", "volume", "stairstep", "package", "percentage", "time", "one_off", "milestone"
]
"""The models that files may name."""

Change = Literal["quantity", "price", "plan", "pause", "resume", "cancel", "add", "remove"]


class TaxStepShape(Shape):
    """A new tax percent from a day on."""

    on: Day | None = Field(None, description="First day of the new percent. Required.", examples=["2027-01-01"])
    percent: PlainDecimal | None = Field(None, description="The new percent. Required.", examples=["19"])


class RoundingShape(Shape):
    """How amounts are rounded."""

    remainder: Annotated[Literal["per_line", "cumulative"], Kind.CHOICE] | None = Field(
        None,
        description=(
            "Whether every period is rounded by itself (per_line, the default) or the sum up to it is (cumulative), so "
            "that the parts of a yearly price make up the year. Required in this table."
        ),
        examples=["cumulative"],
    )


class TaxShape(Shape):
    """The tax on top of amounts."""

    percent: PlainDecimal | None = Field(
        None, description="Tax percent; amounts are excluding tax. Required in this table.", examples=["21"]
    )
    steps: Annotated[list[TaxStepShape], Kind.TABLES] | None = Field(
        None,
        description="Later percents; a period takes the one of its last day.",
        examples=[[{"on": "2027-01-01", "percent": "19"}]],
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


class TierShape(Shape):
    """The price of quantities up to a bound."""

    up_to: PlainDecimal | None = Field(
        None, description="The largest quantity of the tier, inclusive; left out in the last tier.", examples=["10"]
    )
    unit_amount: PlainDecimal | None = Field(
        None, description="Price of each unit (graduated: within the tier; volume: of all units).", examples=["30.00"]
    )
    flat_amount: PlainDecimal | None = Field(
        None, description="Price of the tier itself, once it is reached.", examples=["50.00"]
    )
    percent: PlainDecimal | None = Field(
        None, description="Percent of the part of the amount within the tier (percentage).", examples=["2.5"]
    )


class RateShape(Shape):
    """What an hour of one role costs."""

    role: PlainText | None = Field(None, description="The role. Required.", examples=["senior"])
    unit_amount: PlainDecimal | None = Field(None, description="Price of one hour. Required.", examples=["140.00"])
    on: Day | None = Field(
        None,
        description="First day of this rate, which replaces the one before it; from the start if absent.",
        examples=["2027-01-01"],
    )


class HoursShape(Shape):
    """How many hours of one role belong to a full period."""

    role: PlainText | None = Field(None, description="A role of the rate card. Required.", examples=["senior"])
    quantity: PlainDecimal | None = Field(None, description="Hours in a full period. Required.", examples=["12.5"])


class PricedShape(Shape):
    """The keys that make a price, wherever one is given."""

    amount: PlainDecimal | None = Field(
        None,
        description=(
            "Price of one full period (flat), of one package (package) or of the whole (one_off, milestone), or the "
            "fixed fee of a full period (time), excl. tax."
        ),
        examples=["2400.00"],
    )
    unit_amount: PlainDecimal | None = Field(
        None, description="Price of one unit for one full period (per_unit), excl. tax.", examples=["30.00"]
    )
    tiers: Annotated[list[TierShape], Kind.TABLES] | None = Field(
        None,
        description="Prices by quantity (graduated, volume, stairstep) or percents by amount (percentage).",
        examples=[[{"up_to": "10", "unit_amount": "30.00"}, {"unit_amount": "25.00"}]],
    )
    bill_zero: Annotated[bool, Kind.FLAG] | None = Field(
        None,
        description="Whether a quantity of zero costs the flat amount of the first tier; true if absent.",
        examples=[False],
    )
    package_size: PlainDecimal | None = Field(None, description="Units in one package (package).", examples=["100"])
    free_units: PlainDecimal | None = Field(
        None, description="Units that cost nothing before packages are counted (package).", examples=["50"]
    )
    package_rounding: Annotated[Literal["up", "down"], Kind.CHOICE] | None = Field(
        None,
        description="Whether a package that is not full counts in whole (up, the default) or not at all (down).",
        examples=["down"],
    )
    percent: PlainDecimal | None = Field(
        None,
        description="Percent of the given amount (percentage), instead of tiers, or of project_total (milestone).",
        examples=["2.5"],
    )
    rates: Annotated[list[RateShape], Kind.TABLES] | None = Field(
        None,
        description="The rate card: what an hour of each role costs (time).",
        examples=[[{"role": "senior", "unit_amount": "140.00"}]],
    )
    included: PlainDecimal | None = Field(
        None,
        description="Hours of a full period that the fixed fee pays for, used up in the order of the rate card (time).",
        examples=["10"],
    )
    overage: PlainDecimal | None = Field(
        None,
        description="Price of every hour beyond the included ones, instead of the role's rate (time).",
        examples=["160.00"],
    )


RuleOfParts = Annotated[Literal["actual_actual", "30_360", "actual_30", "fixed_30", "full_period", "none"], Kind.CHOICE]


class PriceStepShape(PricedShape):
    """A new price from a day on."""

    on: Day | None = Field(None, description="First day of the new price. Required.", examples=["2027-01-01"])
    applies: Applies | None = Field(None, description=APPLIES_MEANING, examples=["next_period"])
    change_billing: ChangeBilling | None = Field(None, description=CHANGE_BILLING_MEANING, examples=["immediate"])


class DiscountShape(Shape):
    """A percentage or an amount off, between two days or for a number of periods."""

    percent: PlainDecimal | None = Field(
        None,
        description="Percent off, 0 to 100; several apply one after the other. This or amount is required.",
        examples=["10"],
    )
    amount: PlainDecimal | None = Field(
        None,
        description="Amount off each full period, taken off after all percentages; never more than what is left.",
        examples=["250.00"],
    )
    periods: PeriodCount | None = Field(
        None,
        description="For how many periods, from the one that holds the first day; instead of last_day.",
        examples=[3],
    )
    applies: Applies | None = Field(
        None,
        description=(
            "Whether first and last day count as written, also inside a period (day, the default), or move to the next "
            "beginning of a period (next_period)."
        ),
        examples=["next_period"],
    )
    start: Day | None = Field(None, description="First day; from the beginning if absent.", examples=["2026-01-01"])
    end: Day | None = Field(None, description="The day after the last; instead of last_day.", examples=["2026-07-01"])
    last_day: Day | None = Field(
        None, description="Last day, inclusive; for as long as the charge runs if absent.", examples=["2026-06-30"]
    )


class AmendmentShape(PricedShape):
    """An agreed change from a day on: of quantity, price or plan, a pause, its end, or the end."""

    on: Day | None = Field(None, description="First day of the new state. Required.", examples=["2026-05-16"])
    quantity: PlainDecimal | None = Field(None, description="The new quantity.", examples=["16"])
    hours: Annotated[list[HoursShape], Kind.TABLES] | None = Field(
        None,
        description="The new hours of each role (time).",
        examples=[[{"role": "senior", "quantity": "16"}]],
    )
    change: Annotated[Change, Kind.CHOICE] | None = Field(
        None,
        description=(
            "What is changed. Needed for pause, resume and cancel, which end or resume what is billed, and for add and "
            "remove, whose quantity is how many units more or fewer; quantity, price and plan may be left to the other "
            "keys."
        ),
        examples=["pause"],
    )
    model: Annotated[Model, Kind.CHOICE] | None = Field(
        None, description="The model of another plan, with its own price keys.", examples=["flat"]
    )
    agreed_on: Day | None = Field(
        None,
        description=(
            "When the change was agreed, if later than its day: what was due before is corrected for each period."
        ),
        examples=["2026-07-10"],
    )
    applies: Applies | None = Field(None, description=APPLIES_MEANING, examples=["next_period"])
    change_billing: ChangeBilling | None = Field(None, description=CHANGE_BILLING_MEANING, examples=["immediate"])


class ReleaseShape(Shape):
    """A part of what is held back that is released by itself."""

    percent: PlainDecimal | None = Field(
        None,
        description="Percent of all that is held back; the last part is the rest if it has neither percent nor amount.",
        examples=["50"],
    )
    amount: PlainDecimal | None = Field(
        None, description="An amount, excl. tax, instead of a percent.", examples=["2500.00"]
    )
    released_on: Day | None = Field(
        None,
        description="The day on which this part is due; this or released_with is required.",
        examples=["2027-12-31"],
    )
    released_with: PlainText | None = Field(
        None, description="Name of the milestone whose acceptance is that day.", examples=["Handover"]
    )


class RetentionShape(Shape):
    """What is held back of every invoice, and billed on a later day."""

    percent: PlainDecimal | None = Field(
        None, description="Percent of each invoice, excl. tax, that is held back. Required.", examples=["5"]
    )
    released_on: Day | None = Field(
        None,
        description=(
            "The day on which all that was held back is due, and from which nothing is; this, released_with or "
            "releases is required."
        ),
        examples=["2027-12-31"],
    )
    released_with: PlainText | None = Field(
        None,
        description="Name of the milestone whose acceptance is that day; nothing is released before it is accepted.",
        examples=["Handover"],
    )
    releases: Annotated[list[ReleaseShape], Kind.TABLES] | None = Field(
        None,
        description="The parts in which it is released, instead of at once.",
        examples=[
            [
                {"percent": "50", "released_on": "2026-12-31"},
                {"percent": "50", "released_on": "2027-12-31"},
            ]
        ],
    )
    charges: Texts | None = Field(
        None,
        description=(
            "Names of the charges it is held back of; all without a retention of their own if absent. Only in the "
            "retention of a contract."
        ),
        examples=[["Works"]],
    )
    name: PlainText | None = Field(
        None,
        description='Its name, by which lines may hold it back and bill it; "Retention" if absent.',
        examples=["Retention"],
    )
    tax: Annotated[TaxShape, Kind.TABLE] | None = Field(
        None, description="The tax of what is released; the contract's if absent.", examples=[{"percent": "9"}]
    )
    matching: Annotated[ChargeMatchingShape, Kind.TABLE] | None = Field(
        None, description="Codes by which invoice lines name it.", examples=[{"items": ["RETENTION"]}]
    )


class ChargeShape(PricedShape, MeteredShape):
    """One thing that is billed."""

    name: PlainText | None = Field(
        None, description="Name of the charge, unique within its contract. Required.", examples=["Seats"]
    )
    model: Annotated[Model, Kind.CHOICE] | None = Field(
        None,
        description=(
            "How the price is worked out: flat, per_unit, graduated, volume, stairstep, package, percentage or time "
            "for each period; one_off, once; milestone, once it is accepted. Required."
        ),
        examples=["per_unit"],
    )
    quantity: PlainDecimal | None = Field(
        None, description="How many units, or the amount that a percentage is taken of.", examples=["12"]
    )
    hours: Annotated[list[HoursShape], Kind.TABLES] | None = Field(
        None,
        description="Hours of each role in a full period (time).",
        examples=[[{"role": "senior", "quantity": "12.5"}]],
    )
    every: WrittenCadence | None = Field(
        None,
        description=(
            "Length of a full period: month, quarter, half_year, year, week, semi_month (twice a month), or a number "
            "of days, weeks, months or years such as 4 weeks. Required where the charge recurs."
        ),
        examples=["month"],
    )
    amount_per: WrittenCadence | None = Field(
        None,
        description="What the price is for, where that is not the length of a period (a yearly price billed by month).",
        examples=["year"],
    )
    semi_month_days: TwoDays | None = Field(
        None,
        description="The two days of the month on which half months begin (semi_month); 1 and 15 if absent.",
        examples=[[10, 25]],
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
    accepted_on: Day | None = Field(
        None,
        description="The day on which a milestone was accepted and is due; nothing is expected while it is absent.",
        examples=["2026-03-31"],
    )
    project_total: PlainDecimal | None = Field(
        None, description="The price of the whole project that a milestone is a percent of.", examples=["50000.00"]
    )
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
    align: Annotated[Literal["anniversary", "calendar"], Kind.CHOICE] | None = Field(
        None,
        description=(
            "Whether periods are counted from the start (anniversary, the default) or by the calendar: months from "
            "January and from their first day, weeks from Monday."
        ),
        examples=["calendar"],
    )
    invoice_day: DueDay | None = Field(
        None,
        description=(
            "Moves the due day: period_start (first day), period_end (last day), a day of the month 1-31 (the first "
            "such day on or after the due day by timing), or a number of days after it, such as 10 days after."
        ),
        examples=["period_end"],
    )
    proration: RuleOfParts | None = Field(
        None,
        description=(
            "What a part of a full period costs: actual_actual (the default), 30_360, actual_30, fixed_30, full_period "
            "or none."
        ),
        examples=["30_360"],
    )
    proration_first: RuleOfParts | None = Field(
        None, description="The rule of the first part, where it is another.", examples=["full_period"]
    )
    proration_last: RuleOfParts | None = Field(
        None, description="The rule of the last part, where it is another.", examples=["none"]
    )
    proration_denominator: Annotated[Literal["containing", "back_from_boundary", "from_start"], Kind.CHOICE] | None = (
        Field(
            None,
            description=(
                "The full period whose days the first part is divided by: the one that contains it (containing, the "
                "default), one counted back from its end (back_from_boundary) or one from its start (from_start)."
            ),
            examples=["back_from_boundary"],
        )
    )
    cancel_day_billed: Annotated[bool, Kind.FLAG] | None = Field(
        None,
        description="Whether the day of a cancellation, which end names, is still billed; false if absent.",
        examples=[True],
    )
    price_steps: Annotated[list[PriceStepShape], Kind.TABLES] | None = Field(
        None,
        description="New prices, each from its day until the next.",
        examples=[[{"on": "2027-01-01", "amount": "2500.00"}]],
    )
    discounts: Annotated[list[DiscountShape], Kind.TABLES] | None = Field(
        None, description="Percentages and amounts off.", examples=[[{"percent": "10", "last_day": "2026-06-30"}]]
    )
    amendments: Annotated[list[AmendmentShape], Kind.TABLES] | None = Field(
        None,
        description="Agreed changes of quantity, price or plan, pauses and the end.",
        examples=[[{"on": "2026-05-16", "quantity": "16"}]],
    )
    escalator: Annotated[EscalatorShape, Kind.TABLE] | None = Field(
        None, description="A rule by which the price rises again and again.", examples=[{"percent": "3.2"}]
    )
    free_periods: PeriodCount | None = Field(
        None, description="How many periods at the beginning cost nothing.", examples=[1]
    )
    minimum: PlainDecimal | None = Field(
        None, description="The least that a full period comes to, after discounts.", examples=["500.00"]
    )
    maximum: PlainDecimal | None = Field(
        None, description="The most that a full period comes to, after discounts.", examples=["5000.00"]
    )
    rounding: Annotated[RoundingShape, Kind.TABLE] | None = Field(
        None, description="How the amounts of periods are rounded.", examples=[{"remainder": "cumulative"}]
    )
    retention: Annotated[RetentionShape, Kind.TABLE] | None = Field(
        None,
        description="What is held back of every invoice of it, and billed on a later day.",
        examples=[{"percent": "5", "released_on": "2027-12-31"}],
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
