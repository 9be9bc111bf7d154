"""Made-up agreements with their correct amounts, for the benchmark ledger.

Comes in: a seeded random generator. Goes out: agreements whose every period and amount is known here by plain integer
arithmetic, and the same agreements as contract files write them. Imports nothing of billcheck, so that the truth of a
benchmark does not rest on what it measures.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

FIRST_DAY = date(2024, 7, 1)
AS_OF = date(2026, 6, 30)
ONE_DAY = timedelta(days=1)
MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
TAX_PERCENT = {"EUR": 21, "GBP": 20, "USD": 0}

_FIRST = ("Alder", "Birch", "Cedar", "Drift", "Elm", "Fjord", "Grove", "Harbour", "Iris", "Juniper", "Linden", "Maple")
_SECOND = ("Interiors", "Bakery", "Dental", "Legal", "Logistics", "Studio", "Clinic", "Foods", "Textiles", "Motors")
_FORMS = {"B.V.": 20, "Ltd": 20, "GmbH": 16, "LLC": 16, "& Sons": 8, "S.A.": 8, "Oy": 7, "Group, Inc.": 5}
_SERVICES = (
    "Retainer",
    "Hosting",
    "Support",
    "Maintenance",
    "Licences",
    "Bookkeeping",
    "Cleaning",
    "Backup storage",
    "Security monitoring",
    "Reporting",
    "Marketing",
    "Payroll",
)


def is_chance(random: Random, percent: float) -> bool:
    """True in so many of a hundred cases."""
    return random.random() * 100 < percent


def add_months(day: date, months: int, wanted_day: int) -> date:
    """The wanted day of the month that many months later, or that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(wanted_day, monthrange(year, month)[1]))


def half_up(numerator: int, denominator: int) -> int:
    """A positive quotient, rounded half-up."""
    return (2 * numerator + denominator) // (2 * denominator)


@dataclass(slots=True)
class Change:
    """New terms from the start of period `period` on: a price in cents, a quantity, or the end of a discount."""

    period: int
    price: int | None = None
    quantity: int | None = None


@dataclass(slots=True)
class Service:
    """One charge: price in cents for one full period, times the quantity."""

    name: str
    item: str
    every: str
    price: int
    quantity: int | None
    change: Change | None = None
    discount_percent: int = 0
    discounted_periods: int = 0

    def amount(self, period: int, *, is_changed: bool = True, is_discounted: bool | None = None) -> int:
        """The right amount of a period in cents; or without the change, or with the discount given or not."""
        price, quantity = self.price, 1 if self.quantity is None else self.quantity
        if is_changed and self.change and period >= self.change.period:
            price = price if self.change.price is None else self.change.price
            quantity = quantity if self.change.quantity is None else self.change.quantity
        if is_discounted is None:
            is_discounted = period < self.discounted_periods
        return half_up(price * quantity * (100 - self.discount_percent * is_discounted), 100)


@dataclass(slots=True)
class Agreement:
    """One contract of one customer, due at one rhythm of days."""

    id: str
    customer: str
    currency: str
    start: date
    end: date | None
    timing: str
    is_billed_on_last_day: bool
    services: list[Service] = field(default_factory=list)

    def period(self, service: Service, number: int) -> tuple[date, date]:
        """First day and exclusive end of a period."""
        months = MONTHS_OF[service.every]
        wanted = self.start.day
        return add_months(self.start, number * months, wanted), add_months(self.start, (number + 1) * months, wanted)

    def due_on(self, first_day: date, end: date) -> date:
        """The day a period is due."""
        if self.timing == "in_advance":
            return first_day
        return end - ONE_DAY if self.is_billed_on_last_day else end

    def periods(self, service: Service) -> list[tuple[date, date]]:
        """All periods that are due by the day of the check and within the term."""
        found: list[tuple[date, date]] = []
        number = 0
        while True:
            first_day, end = self.period(service, number)
            if self.due_on(first_day, end) > AS_OF or (self.end and first_day >= self.end):
                return found
            found.append((first_day, end))
            number += 1

    def to_contract(self) -> dict[str, object]:
        """The agreement as a contract file writes it."""
        contract: dict[str, object] = {
            "id": self.id,
            "customer": self.customer,
            "currency": self.currency,
            "start": self.start.isoformat(),
            "payment_terms": "30 days",
            "charge": [self._charge(service) for service in self.services],
        }
        if self.end:
            contract["last_day"] = (self.end - ONE_DAY).isoformat()
        if TAX_PERCENT[self.currency]:
            contract["tax"] = {"percent": str(TAX_PERCENT[self.currency])}
        return contract

    def _charge(self, service: Service) -> dict[str, object]:
        charge: dict[str, object] = {
            "name": service.name,
            "model": "flat" if service.quantity is None else "per_unit",
            "every": service.every,
            "timing": self.timing,
        }
        price_key = "amount" if service.quantity is None else "unit_amount"
        charge[price_key] = euros(service.price)
        if service.quantity is not None:
            charge["quantity"] = str(service.quantity)
        if self.is_billed_on_last_day and self.timing == "in_arrears":
            charge["invoice_day"] = "period_end"
        if len(self.services) > 1:
            charge["matching"] = {"items": [service.item]}
        if service.discount_percent:
            last_day = self.period(service, service.discounted_periods)[0] - ONE_DAY
            charge["discounts"] = [{"percent": str(service.discount_percent), "last_day": last_day.isoformat()}]
        if service.change:
            on = self.period(service, service.change.period)[0].isoformat()
            if service.change.price is not None:
                charge["price_steps"] = [{"on": on, price_key: euros(service.change.price)}]
            else:
                charge["amendments"] = [{"on": on, "quantity": str(service.change.quantity)}]
        return charge


def euros(cents: int) -> str:
    """Cents as an amount with two decimals."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def make_customer(random: Random, number: int) -> str:
    """A name that no other number gives."""
    return (
        f"{random.choice(_FIRST)} {random.choice(_SECOND)} {number} {random.choices([*_FORMS], [*_FORMS.values()])[0]}"
    )


def make_agreement(random: Random, number: int) -> Agreement:
    """One agreement that begins inside the window of the ledger."""
    day = random.choices([1, 15, 31, random.randint(2, 28)], [70, 15, 5, 10])[0]
    start = add_months(FIRST_DAY, random.randint(0, 18), day)
    timing = random.choice(["in_advance", "in_arrears"])
    agreement = Agreement(
        id=f"C-{number:06d}",
        customer=make_customer(random, number),
        currency=random.choices(["EUR", "GBP", "USD"], [7, 2, 1])[0],
        start=start,
        end=None,
        timing=timing,
        is_billed_on_last_day=is_chance(random, 30),
    )
    names = random.sample(_SERVICES, random.choices([1, 2, 3], [50, 30, 20])[0])
    agreement.services = [_make_service(random, name, is_first=not index) for index, name in enumerate(names)]
    if is_chance(random, 30):
        months = max(MONTHS_OF[service.every] for service in agreement.services)
        agreement.end = add_months(start, months * max(1, random.randint(6, 18) // months), start.day)
        for service in agreement.services:
            _drop_terms_after(agreement, service, agreement.end)
    return agreement


def _drop_terms_after(agreement: Agreement, service: Service, end: date) -> None:
    if service.change and agreement.period(service, service.change.period)[0] >= end:
        service.change = None
    if service.discount_percent and agreement.period(service, service.discounted_periods)[0] >= end:
        service.discount_percent = service.discounted_periods = 0


def _make_service(random: Random, name: str, *, is_first: bool) -> Service:
    every = "month" if is_first else random.choices(["month", "quarter", "year"], [80, 17, 3])[0]
    is_counted = is_chance(random, 35)
    service = Service(
        name=name,
        item=name.split(maxsplit=1)[0].upper(),
        every=every,
        price=random.randint(500, 9900) if is_counted else random.randint(40, 4000) * random.choice([100, 100, 25, 1]),
        quantity=random.randint(2, 60) if is_counted else None,
    )
    service.price = max(service.price, 500)
    if every == "month" and is_chance(random, 40):
        period = random.randint(3, 10)
        if is_counted and is_chance(random, 50):
            service.change = Change(period, quantity=(service.quantity or 0) + random.randint(1, 9))
        else:
            service.change = Change(period, price=half_up(service.price * random.randint(102, 119), 100) + 1)
    elif every == "month" and is_chance(random, 25):
        service.discount_percent = random.choice([5, 10, 15, 20])
        service.discounted_periods = random.randint(2, 8)
    return service
