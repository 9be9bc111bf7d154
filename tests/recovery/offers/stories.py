"""Cases made by hand for the tests of offers: each row in figures, nothing read from a report."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.contracts.terms import PaymentTerms
from billcheck.period import Cadence, boundary
from billcheck.recovery.arrears import AgreedCharge, Agreement, Arrears, CasePeriod
from billcheck.recovery.case import Case
from billcheck.recovery.events import Opened, StatedCause

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billcheck.recovery.events import Event

AS_OF = date(2026, 9, 4)
MONTH = Cadence("month")
RETAINER = AgreedCharge(name="Retainer", every=MONTH)


def row(
    number: int,
    shortfall: int,
    percent: str | None = "21",
    *,
    start: date = date(2026, 1, 1),
    contract: str = "C-117",
    expected: int | None = None,
    credited: int = 0,
    status: str = "underbilled",
) -> CasePeriod:
    """The row of month `number` (1 is the month of `start`), in arrears, invoiced on its last day."""
    first_day, end = boundary(start, MONTH, number - 1), boundary(start, MONTH, number)
    wanted = shortfall if expected is None else expected
    return CasePeriod(
        row=f"{contract}-{number:02}",
        contract=contract,
        charges=("Retainer",),
        first_day=first_day,
        last_day=end - timedelta(days=1),
        due_on=end - timedelta(days=1),
        status=status,
        expected_minor=wanted,
        billed_minor=wanted - shortfall,
        tax_percent=None if percent is None else Decimal(percent),
        credited_minor=credited,
    )


def agreement(contract: str = "C-117", **changes: object) -> Agreement:
    known = {
        "start": date(2026, 1, 1),
        "last_day": date(2027, 12, 31),
        "payment_terms": PaymentTerms(30),
        "charges": (RETAINER,),
    }
    return Agreement(contract=contract, **{**known, **changes})  # type: ignore[arg-type]


def case_of(
    periods: Sequence[CasePeriod],
    *,
    coming: Sequence[CasePeriod] = (),
    currency: str = "EUR",
    agreements: Sequence[Agreement] = (),
    events: Iterable[Event] = (),
) -> Case:
    contracts = dict.fromkeys(period.contract for period in (*periods, *coming))
    arrears = Arrears(
        customer="Hartwell Interieur",
        currency=currency,
        as_of=AS_OF,
        report_digest="",
        agreements=tuple(agreements) or tuple(map(agreement, contracts)),
        periods=tuple(periods),
        coming=tuple(coming),
    )
    cause = StatedCause(sentence="A wrong quantity was copied into the template.", found_on=AS_OF)
    return Case("case-1", (Opened(on=AS_OF, arrears=arrears, cause=cause), *events))


def story(events: Iterable[Event] = ()) -> Case:
    """Six months at half rate: 1,200.00 of 2,400.00 each, March to August 2026, at 21 %."""
    rows = [row(number, 120_000, expected=240_000) for number in range(3, 9)]
    return case_of(rows, coming=[row(9, 240_000, status="not_due")], events=events)
