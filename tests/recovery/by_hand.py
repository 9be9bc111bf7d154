"""Cases made by hand, for tests of whatever reads a case: the half-rate story, and what else a test puts together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.contracts.terms import PaymentTerms
from billcheck.period import Cadence, Period, add_months
from billcheck.recovery.arrears import AgreedCharge, Agreement, Arrears, BilledPart, CasePeriod, RemainingPeriod
from billcheck.recovery.case import Case
from billcheck.recovery.events import Opened, StatedCause

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from billcheck.recovery.events import Event, Override

AS_OF = date(2026, 9, 4)
CAUSE = StatedCause(
    sentence="A wrong quantity, 0.5, was copied into the recurring template.",
    found_on=AS_OF,
    introduced_on=date(2026, 3, 1),
    prevention="The check runs before every invoice run.",
)


def make_agreement(contract: str = "C-117", *, every: Cadence | None = None, **changes: Any) -> Agreement:
    wanted: dict[str, Any] = {
        "contract": contract,
        "start": date(2026, 1, 1),
        "last_day": date(2027, 12, 31),
        "payment_terms": PaymentTerms(30),
        "charges": (AgreedCharge(name="Retainer", every=every or Cadence("month")),),
    }
    return Agreement(**(wanted | changes))


def make_period(
    month: str,
    agreed: int,
    billed: int,
    *,
    document: str = "",
    tax: str | None = "21",
    months: int = 1,
    parts: tuple[BilledPart, ...] = (),
    **changes: Any,
) -> CasePeriod:
    """A period of whole months, billed on its last day; or with `first_day` and `last_day` any other."""
    first = date.fromisoformat(f"{month}-01")
    last = Period(first, add_months(first, months, 1)).last_day
    status = (
        "missing" if not billed else "underbilled" if agreed > billed else "ok" if agreed == billed else "overbilled"
    )
    wanted: dict[str, Any] = {
        "contract": "C-117",
        "charges": ("Retainer",),
        "first_day": first,
        "last_day": last,
        "due_on": last,
        "status": status,
        "expected_minor": agreed,
        "billed_minor": billed,
        "tax_percent": None if tax is None else Decimal(tax),
        "billed": (BilledPart(document, last, billed),) if document else parts,
        "derivation": ("1 × 2,400.00 = 2,400.00",) if agreed == 240_000 else (),
    }
    wanted |= changes
    name = f"{wanted['contract']} {'+'.join(wanted['charges'])} {wanted['first_day']}"
    return CasePeriod(**({"row": name} | wanted))


def make_case(
    periods: Sequence[CasePeriod],
    *,
    events: Sequence[Event] = (),
    cause: StatedCause = CAUSE,
    overrides: tuple[Override, ...] = (),
    **changes: Any,
) -> Case:
    wanted: dict[str, Any] = {
        "customer": "Hartwell Interieur",
        "currency": "EUR",
        "as_of": AS_OF,
        "report_digest": "0" * 64,
        "agreements": (make_agreement(),),
        "periods": tuple(periods),
    }
    arrears = Arrears(**(wanted | changes))
    opened = Opened(on=arrears.as_of, arrears=arrears, cause=cause, overrides=overrides)
    return Case("hartwell-2026-09-04", (opened, *events))


def half_rate_case(**changes: Any) -> Case:
    """The story: March to August billed at half of 2,400.00, found on 4 September before that month's invoice."""
    months = ["2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08"]
    remaining = []
    for number in range(16):
        first = add_months(date(2026, 9, 1), number, 1)
        last = Period(first, add_months(first, 1, 1)).last_day
        remaining.append(RemainingPeriod(first, last, last, 240_000, "Retainer"))
    wanted: dict[str, Any] = {
        "agreements": (make_agreement(remaining=tuple(remaining)),),
        "coming": (make_period("2026-09", 240_000, 0, status="not_due"),),
        "right": (
            make_period("2026-01", 240_000, 240_000, document="INV-2026-001"),
            make_period("2026-02", 240_000, 240_000, document="INV-2026-002"),
        ),
        "still_leaks": True,
        "monthly_leak_minor": 120_000,
    }
    periods = [
        make_period(month, 240_000, 120_000, document=f"INV-2026-{number:03}")
        for number, month in enumerate(months, start=3)
    ]
    return make_case(**({"periods": periods} | wanted | changes))
