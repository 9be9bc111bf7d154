"""Agreements as the simulator knows them, and what they come to; written apart from the library's pricing.

Comes in: nothing but figures of a seed. Goes out: agreed charges, the contract file that says the same, and per charge
the rows to be billed, in whole minor units. Amounts are added up day by day and rounded once. Knows the library only by
its contract file format.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

DAY = timedelta(1)
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
NOMINAL = {"month": 30, "quarter": 90, "half_year": 180, "year": 360}
DECIMALS = {"EUR": 2, "USD": 2, "JPY": 0, "KWD": 3}
GRACE = 10


def month_end(year: int, month: int) -> date:
    """The last day of a month; `month` may be any whole number, counted from January of `year`."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return (date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)) - DAY


def day_in(year: int, month: int, day: int) -> date:
    """A day of a month, or its last day where the month is shorter."""
    last = month_end(year, month)
    return last if day >= last.day else last.replace(day=day)


def as_text(minor: int, currency: str) -> str:
    """Minor units with a point."""
    places = DECIMALS[currency]
    sign, digits = "-" if minor < 0 else "", f"{abs(minor):0{places + 1}d}"
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


@dataclass(frozen=True, slots=True)
class Change:
    """New terms from a day on. `price` and `quantity` are None where they stay as they were."""

    on: date
    price: int | None
    quantity: int | None
    is_step: bool
    is_immediate: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """A percent off from a first through a last day (inclusive; None: open)."""

    percent: int
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Row:
    """What has to be billed once: `end` is exclusive, `amount` in minor units."""

    first_day: date
    end: date
    due: date
    amount: int
    is_change: bool


@dataclass(slots=True)
class Charge:
    """One agreed charge. `price` (minor units) is for one period, per unit where there is a `quantity`."""

    name: str
    model: str
    price: int
    quantity: int | None = None
    every: str = "month"
    timing: str = "in_advance"
    on: date | None = None
    anchor: int | None = None
    invoice_day: str | int | None = None
    changes: list[Change] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    item: str = ""
    style: str = "fields"
    rows: list[Row] = field(default_factory=list)


@dataclass(slots=True)
class Agreement:
    """A contract: `last_day` inclusive or None, `names` the customer's own name and its aliases.

    `children` are the "Parent:Child" names that the ledger may have instead; the contract does not spell them.
    """

    id: str
    names: list[str]
    currency: str
    start: date
    last_day: date | None
    charges: list[Charge]
    tax: int | None = None
    named_by: str = "only"
    children: list[str] = field(default_factory=list)

    @property
    def end(self) -> date | None:
        """The day after the last."""
        return None if self.last_day is None else self.last_day + DAY


def lay_out(agreement: Agreement, until: date) -> None:
    """Work out the rows of every charge that are due up to a day, and a year's more."""
    for charge in agreement.charges:
        charge.rows = _rows(agreement, charge, until + timedelta(400))


def _rows(agreement: Agreement, charge: Charge, until: date) -> list[Row]:
    if charge.model == "one_off":
        assert charge.on is not None
        return [Row(charge.on, charge.on + DAY, charge.on, charge.price, is_change=False)]
    rows = []
    periods = _periods(agreement, charge, until)
    dues = [_due(charge, first, end) for first, end, _ in periods]
    for number, (first, end, full) in enumerate(periods):
        due = dues[number]
        late = [change for change in charge.changes if max(due, first) < change.on < end]
        assert len(late) < 2
        rows.append(Row(first, end, due, _worth(charge, first, end, full, known=due), is_change=False))
        for change in late:
            following = dues[number + 1] if number + 1 < len(dues) else end
            due = change.on if change.is_immediate else following
            amount = _worth(charge, change.on, end, full, known=change.on, instead=change.on - DAY)
            rows.append(Row(change.on, end, due, amount, is_change=True))
    return sorted(rows, key=lambda row: (row.due, row.is_change, row.first_day))


def _periods(agreement: Agreement, charge: Charge, until: date) -> list[tuple[date, date, int]]:
    """First day, end and the days of the full period around it."""
    start, step = agreement.start, MONTHS[charge.every]
    anchor = charge.anchor or start.day
    edges = [day_in(start.year, start.month + step * number, anchor) for number in range(-1, 80)]
    found = []
    for first, end in pairwise(edges):
        inside_first = max(first, start)
        inside_end = end if agreement.end is None else min(end, agreement.end)
        if inside_first < inside_end and inside_first <= until:
            found.append((inside_first, inside_end, (end - first).days))
    return found


def _due(charge: Charge, first: date, end: date) -> date:
    if charge.invoice_day == "period_start":
        return first
    if charge.invoice_day == "period_end":
        return end - DAY
    by_timing = first if charge.timing == "in_advance" else end
    if not isinstance(charge.invoice_day, int):
        return by_timing
    days = [day_in(by_timing.year, by_timing.month + more, charge.invoice_day) for more in (0, 1)]
    return next(day for day in days if day >= by_timing)


def _worth(charge: Charge, first: date, end: date, full: int, *, known: date, instead: date | None = None) -> int:
    """The days of a row at the terms of each day, as far as they are known; less those known before, for a change."""
    days: Counter[tuple[int, int, tuple[int, ...]]] = Counter()
    day = first
    while day < end:
        cuts = tuple(
            cut.percent
            for cut in charge.cuts
            if (cut.first_day is None or cut.first_day <= day) and (cut.last_day is None or day <= cut.last_day)
        )
        days[(*terms_on(charge, day, known), cuts)] += 1
        if instead is not None:
            price, quantity = terms_on(charge, day, instead)
            days[-price, quantity, cuts] += 1
        day += DAY
    total = Fraction(0)
    for (price, quantity, cuts), count in days.items():
        part = Fraction(price * quantity * count, full)
        for percent in cuts:
            part *= Fraction(100 - percent, 100)
        total += part
    return half_up(total)


def terms_on(charge: Charge, day: date, known: date) -> tuple[int, int]:
    """Price and quantity on a day, by the changes that begin on or before `known`."""
    price, quantity = charge.price, charge.quantity or 1
    for change in sorted(charge.changes, key=lambda change: change.on):
        if change.on <= day and change.on <= known:
            price = price if change.price is None else change.price
            quantity = quantity if change.quantity is None else change.quantity
    return price, quantity


def half_up(value: Fraction) -> int:
    """The nearest whole number, a half away from zero."""
    doubled = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return doubled if value >= 0 else -doubled


def to_toml(agreements: list[Agreement]) -> str:
    """The contract file that says the same."""
    return "\n".join(line for agreement in agreements for line in _contract(agreement)) + "\n"


def _contract(agreement: Agreement) -> list[str]:
    lines = [
        "[[contract]]",
        f'id = "{agreement.id}"',
        f'customer = "{agreement.names[0]}"',
        f'currency = "{agreement.currency}"',
        f"start = {agreement.start}",
    ]
    if agreement.last_day is not None:
        lines.append(f"last_day = {agreement.last_day}")
    if agreement.tax is not None:
        lines.append(f'tax = {{ percent = "{agreement.tax}" }}')
    families = ", sub_customers = true" if agreement.children else ""
    lines.append(f"matching = {{ confirmed = true, aliases = {agreement.names[1:]!r}{families} }}".replace("'", '"'))
    for charge in agreement.charges:
        lines += _charge(charge, agreement.currency)
    return lines


def _charge(charge: Charge, currency: str) -> list[str]:
    lines = ["[[contract.charge]]", f'name = "{charge.name}"', f'model = "{charge.model}"']
    key = "unit_amount" if charge.model == "per_unit" else "amount"
    lines.append(f'{key} = "{as_text(charge.price, currency)}"')
    if charge.quantity is not None:
        lines.append(f'quantity = "{charge.quantity}"')
    if charge.on is not None:
        lines.append(f"on = {charge.on}")
    else:
        lines += [f'every = "{charge.every}"', f'timing = "{charge.timing}"']
    if charge.anchor is not None:
        lines.append(f"anchor_day = {charge.anchor}")
    if charge.invoice_day is not None:
        shown = charge.invoice_day
        lines.append(f"invoice_day = {shown}" if isinstance(shown, int) else f'invoice_day = "{shown}"')
    steps = [_change(change, key, currency) for change in charge.changes if change.is_step]
    amendments = [_change(change, key, currency) for change in charge.changes if not change.is_step]
    cuts = [_cut(cut) for cut in charge.cuts]
    for name, tables in (("price_steps", steps), ("amendments", amendments), ("discounts", cuts)):
        if tables:
            lines.append(f"{name} = [{', '.join(tables)}]")
    if charge.item:
        lines.append(f'matching = {{ items = ["{charge.item}"] }}')
    return lines


def _change(change: Change, key: str, currency: str) -> str:
    parts = [f"on = {change.on}"]
    if change.price is not None:
        parts.append(f'{key} = "{as_text(change.price, currency)}"')
    if change.quantity is not None:
        parts.append(f'quantity = "{change.quantity}"')
    if change.is_immediate:
        parts.append('change_billing = "immediate"')
    return f"{{ {', '.join(parts)} }}"


def _cut(cut: Cut) -> str:
    parts = [f'percent = "{cut.percent}"']
    if cut.first_day is not None:
        parts.append(f"start = {cut.first_day}")
    if cut.last_day is not None:
        parts.append(f"last_day = {cut.last_day}")
    return f"{{ {', '.join(parts)} }}"
