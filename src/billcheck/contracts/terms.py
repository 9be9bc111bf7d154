"""What was agreed, as frozen values that pricing reads.

Comes in: validated terms from `contracts.files`, or built by hand. Goes out: contracts and charges with every default
filled in. Ends are exclusive here (`end`); people write the inclusive `last_day`. Must not know files, pydantic,
ledgers or prices in minor units.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from billcheck.contracts.prices import TimePrice, is_counted
from billcheck.period import ONE_DAY, add_months

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from billcheck.contracts.prices import Price, Quantity
    from billcheck.contracts.uplifts import Escalator
    from billcheck.contracts.usage import Metering
    from billcheck.period import Cadence

Model = Literal[
    "flat",
    "per_unit",
    "graduated",
    "volume",
    "stairstep",
    "package",
    "percentage",
    "time",
    "one_off",
    "milestone",
    "commitment",
    "deposit",
    "retention",
    "minimum",
    "maximum",
    "discount",
]
Timing = Literal["in_advance", "in_arrears"]
ChangeBilling = Literal["next_invoice", "immediate"]
Effect = Literal["day", "next_period"]
"""Whether a change counts from its day, also inside a period, or from the first period that begins on or after it."""
Stop = Literal["pause", "resume", "cancel"]
CutoffStart = Literal["service_end", "due", "termination"]
CutoffEffect = Literal["forfeited", "discount"]
Remainder = Literal["per_line", "cumulative"]
Align = Literal["anniversary", "calendar"]
ProrationRule = Literal["actual_actual", "30_360", "actual_30", "fixed_30", "full_period", "none"]
FullPeriodRule = Literal["containing", "back_from_boundary", "from_start"]


@dataclass(frozen=True, slots=True)
class DaysAfter:
    """So many days after the day on which a period would be due by its timing."""

    days: int


InvoiceDay = Literal["period_start", "period_end"] | int | DaysAfter


@dataclass(frozen=True, slots=True)
class Proration:
    """What a part of a full period costs.

    `first` and `last` are the rules of the first and the last part where they differ from `rule`; `full_period` says
    which full period the first part is weighed against: the one that contains it, one counted back from its end, or one
    counted from its first day. Where `is_price_whole`, the price is of what was used and counts in full; the rules hold
    for what is agreed for a full period: minimum, maximum and amounts off.
    """

    rule: ProrationRule = "actual_actual"
    first: ProrationRule | None = None
    last: ProrationRule | None = None
    full_period: FullPeriodRule = "containing"
    is_price_whole: bool = False


BY_ACTUAL_DAYS = Proration()

DEFAULT_GRACE_DAYS = 10
LAST_DAY_OF_MONTH = 31
"""What "last" stands for: clamped to the month's end, the 31st is always its last day."""


@dataclass(frozen=True, slots=True)
class PriceStep:
    """A new price from `on` (inclusive) until the next one; `applies` and `change_billing` as for an amendment."""

    on: date
    price: Price
    change_billing: ChangeBilling = "next_invoice"
    applies: Effect = "day"


@dataclass(frozen=True, slots=True)
class Amendment:
    """An agreed change from `on` (inclusive): a new quantity, a new price, or both; or a pause, its end, or the end.

    `added` is a number of units more, or fewer where it is negative. A price of another kind is another plan. With
    `applies` ``next_period`` the change waits for the first period that begins on or after `on`. `agreed_on` is when it
    was agreed, where that was later than `on`: invoices due before that day could not know it.
    """

    on: date
    quantity: Quantity | None = None
    price: Price | None = None
    change_billing: ChangeBilling = "next_invoice"
    applies: Effect = "day"
    agreed_on: date | None = None
    added: Decimal | None = None
    change: Stop | None = None


@dataclass(frozen=True, slots=True)
class Discount:
    """A percentage off or, where `amount` is set, an amount off the price of one full period.

    It is given from `start` (None: from the beginning) up to, not including, `end` (None: for ever), or for a number of
    `periods`, that of `start` being the first. With `applies` ``next_period`` both days move to the next beginning of a
    period. `is_free` marks periods that the contract calls free rather than discounted.
    """

    percent: Decimal | None = None
    start: date | None = None
    end: date | None = None
    amount: Decimal | None = None
    periods: int | None = None
    applies: Effect = "day"
    is_free: bool = False


@dataclass(frozen=True, slots=True)
class Release:
    """A part of what is held back that is due on a day: a percent of all of it, an amount, or the rest of it.

    `on` is None until its milestone is accepted.
    """

    on: date | None
    percent: Decimal | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """What part of every invoice is held back: `percent` of what is due before `until` (None: of all).

    It is released on that day at once, or in `releases`, in the contract's order: percents that come to 100, or amounts
    and the rest. After a release in percent, only that part of `percent` is held back of later invoices that is still
    to be released.
    """

    percent: Decimal
    until: date | None = None
    releases: tuple[Release, ...] = ()


@dataclass(frozen=True, slots=True)
class TaxStep:
    """A new tax percent for what is performed from `on` (inclusive)."""

    on: date
    percent: Decimal


@dataclass(frozen=True, slots=True)
class ChargeMatching:
    """Codes by which invoice lines name a charge; compared after folding case and outer spaces.

    `templates` are ids of recurring invoices, `patterns` whole phrases looked for in the line's text. Charges of a
    contract with one `group` are checked together.
    """

    templates: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    tracking: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    group: str | None = None


@dataclass(frozen=True, slots=True)
class ContractMatching:
    """Names and codes by which invoice lines name a customer or a contract.

    `confirmed` says that a person checked that this customer has no other name in the ledger,
    `sub_customers` that what "Parent:Child" is billed counts for a contract with "Parent".
    """

    aliases: tuple[str, ...] = ()
    customer_ids: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    confirmed: bool = False
    sub_customers: bool = False


@dataclass(frozen=True, slots=True)
class Charge:
    """One thing that is billed.

    `price` is for one full period, or for the whole of a charge that does not recur; `quantity` is None where the price
    needs none. `start` and `end` (exclusive, None: open) already include the contract's own. `every` and `timing` are
    None only for `one_off` and `milestone`, whose single day is `on`; that of a milestone is None until it is accepted.
    `anchor_day` is 1-31, where 31 also stands for the written "last"; None means the day of `start`. The price is for
    `amount_per` where that is another stretch of time than `every`. `cancel_day_billed` says that the day of a
    cancellation is still billed; it is already in `end`. `minimum` and `maximum` bound what a full period comes to.
    Where `spans` names other charges of the contract, this one bills what they lack of its `minimum` together; one of
    the models `minimum`, `maximum` and `discount` brings their sum in each period to what was agreed about it. By the
    `remainder` ``cumulative`` what is billed up to any period is the exact sum up to it, rounded; else every period is
    rounded by itself. A `deposit` is billed on `on` and taken off again on `deducted_on`. Of a charge with `retention`
    part is held back; the charge of the model `retention` that `spans` it bills that on `on` (None: not yet known), or
    in the `releases` of that retention, the last of them on that day.
    `tax_steps` ascend.
    """

    name: str
    model: Model
    start: date
    price: Price
    end: date | None = None
    quantity: Quantity | None = None
    every: Cadence | None = None
    timing: Timing | None = None
    on: date | None = None
    amount_per: Cadence | None = None
    anchor_day: int | None = None
    align: Align = "anniversary"
    invoice_day: InvoiceDay | None = None
    proration: Proration = BY_ACTUAL_DAYS
    cancel_day_billed: bool = False
    price_steps: tuple[PriceStep, ...] = ()
    discounts: tuple[Discount, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    escalators: tuple[Escalator, ...] = ()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    remainder: Remainder = "per_line"
    spans: tuple[str, ...] = ()
    deducted_on: date | None = None
    retention: Retention | None = None
    tax_percent: Decimal | None = None
    tax_steps: tuple[TaxStep, ...] = ()
    grace_days: int | None = None
    matching: ChargeMatching = field(default_factory=ChargeMatching)
    metering: Metering | None = None

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles of all rate cards that the charge ever has, each once."""
        cards = [price.rates for price in self.prices if isinstance(price, TimePrice)]
        return tuple(dict.fromkeys(rate.role for card in cards for rate in card))

    @property
    def prices(self) -> tuple[Price, ...]:
        """Every price that the charge ever has, before any uplift."""
        later = [*(step.price for step in self.price_steps), *(each.price for each in self.amendments)]
        return (self.price, *(price for price in later if price is not None))

    @property
    def counts_units(self) -> bool:
        """Whether any price of the charge asks for a quantity that is told without a role."""
        return any(is_counted(price) and not isinstance(price, TimePrice) for price in self.prices)

    @property
    def ends_on(self) -> date | None:
        """The day from which nothing of it is billed: its end, or its cancellation if that is earlier; None if open."""
        cancels = [
            each.on + ONE_DAY if self.cancel_day_billed else each.on
            for each in self.amendments
            if each.change == "cancel"
        ]
        return min((*cancels, *(() if self.end is None else (self.end,))), default=None)

    @property
    def rhythm(self) -> tuple[object, ...] | None:
        """What two charges share if their periods have the same boundaries and due days; None for a one_off."""
        every = self.every
        if every is None:
            return None
        is_calendar = self.align == "calendar"
        origin: object = None
        if every.fixed_days:
            origin = "Monday" if is_calendar else self.start.toordinal() % every.fixed_days
        elif every.months:
            month = 0 if is_calendar else (self.start.year * 12 + self.start.month - 1) % every.months
            origin = (self.wanted_day, month)
        return every, self.timing, self.invoice_day, origin

    @property
    def wanted_day(self) -> int:
        """The day of the month on which periods of months begin, 1-31."""
        if self.align == "calendar":
            return 1
        return self.start.day if self.anchor_day is None else self.anchor_day


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """Days to pay, counted from the date of an invoice, or from the end of the month that holds it."""

    days: int
    is_from_month_end: bool = False

    def due_date(self, issue_date: date) -> date:
        """The day by which an invoice of this date is to be paid."""
        start = issue_date
        if self.is_from_month_end:
            start = add_months(issue_date, 0, LAST_DAY_OF_MONTH)
        return start + self.days * ONE_DAY

    def __str__(self) -> str:
        days = "" if self.is_from_month_end and not self.days else f"{self.days} days"
        return f"{days} end of month".strip() if self.is_from_month_end else days


@dataclass(frozen=True, slots=True)
class LateInvoiceCutoff:
    """How long a service may still be invoiced by a clause of its contract, and what becomes of it afterwards.

    One of `days` and `months` is set. They are counted from the last day of a period, from the day it was due, or from
    the last day of the contract. An invoice later than that is forfeited, or due less `percent`. Where
    `notice_extends`, a written notice within that time keeps what it names. It changes nothing of what was agreed.
    """

    days: int | None = None
    months: int | None = None
    counted_from: CutoffStart = "service_end"
    effect: CutoffEffect = "forfeited"
    percent: Decimal | None = None
    notice_extends: bool = False

    def last_day_after(self, day: date) -> date:
        """The last day (inclusive) on which one may invoice, counted from this day, which is not counted itself.

        So many months later is the same day of that month, or its last day where it has fewer.
        """
        if self.months is not None:
            return add_months(day, self.months, day.day)
        return day + (self.days or 0) * ONE_DAY


@dataclass(frozen=True, slots=True)
class Contract:
    """An agreement with one customer in one currency.

    `start` is inclusive, `end` exclusive (None: open). `payment_terms` are counted from the date of an invoice.
    `fiscal_year_start` is the month, 1 to 12, in which the fiscal year that invoice texts speak of starts. `supersedes`
    is the id of the contract that ends when this one begins. `late_invoice_cutoff` is the clause on how long a service
    may still be invoiced; `no_waiver_clause` says that by another one who does not invoice in time has waived nothing.
    Neither changes what was agreed. `is_draft` says that it was drafted from invoices and nobody has accepted it; it is
    not priced. `file` is the path of the file it was read from.
    """

    id: str
    customer: str
    currency: str
    start: date
    charges: tuple[Charge, ...]
    end: date | None = None
    payment_terms: PaymentTerms | None = None
    tax_percent: Decimal | None = None
    tax_steps: tuple[TaxStep, ...] = ()
    grace_days: int | None = None
    fiscal_year_start: int | None = None
    matching: ContractMatching = field(default_factory=ContractMatching)
    supersedes: str | None = None
    late_invoice_cutoff: LateInvoiceCutoff | None = None
    no_waiver_clause: bool = False
    is_draft: bool = False
    owner: str | None = None
    tags: tuple[str, ...] = ()
    file: str = ""

    @property
    def where(self) -> str:
        """The file, if it was read from one, and the contract, as a message should name them."""
        return f"{self.file}: {self.id}" if self.file else self.id

    def grace_of(self, charge: Charge) -> int:
        """Days after the due date within which an unbilled period is still awaited: charge, contract, default."""
        for days in (charge.grace_days, self.grace_days):
            if days is not None:
                return days
        return DEFAULT_GRACE_DAYS

    @property
    def terminates_on(self) -> date | None:
        """The last day of the contract (inclusive), or that of the last of its recurring charges; None if open."""
        ends = [charge.ends_on for charge in self.charges if charge.every is not None and not charge.spans]
        known = [end for end in ends if end is not None]
        latest = max(known) if known and len(known) == len(ends) else None
        end = min((each for each in (self.end, latest) if each is not None), default=None)
        return None if end is None else end - ONE_DAY

    def last_invoice_day(self, last_day: date, due_on: date) -> date | None:
        """The last day (inclusive) on which a period may still be invoiced by the contract's clause on late invoices.

        None where no clause sets a day: there is none, or it counts from the end of a contract that is open.

        Args:
            last_day: The last day of the period (inclusive).
            due_on: The day the period was due to be invoiced.
        """
        clause = self.late_invoice_cutoff
        if clause is None:
            return None
        starts = {"service_end": last_day, "due": due_on, "termination": self.terminates_on}
        start = starts[clause.counted_from]
        return None if start is None else clause.last_day_after(start)

    def tax_of(self, charge: Charge) -> tuple[Decimal | None, tuple[TaxStep, ...]]:
        """The tax of a charge: its own, else the contract's; the percent at the beginning, and later ones by day."""
        owner = self if charge.tax_percent is None else charge
        return owner.tax_percent, owner.tax_steps

    def tax_percent_of(self, charge: Charge, last_day: date | None = None) -> Decimal | None:
        """The tax percent of what a charge performs, by the last day of a period; None where none is known.

        Without a day it is the percent at the beginning.
        """
        percent, steps = self.tax_of(charge)
        for step in steps:
            if last_day is not None and step.on <= last_day:
                percent = step.percent
        return percent


Contracts = tuple[Contract, ...]
"""Contracts in the order of their files; ids are unique within a check."""
