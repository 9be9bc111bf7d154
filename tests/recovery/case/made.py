"""Arrears and events made by hand, for tests of what can happen in a case."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from billcheck.contracts.terms import PaymentTerms
from billcheck.ledger.draft import DraftDocument, DraftLine, PaymentDue
from billcheck.period import Cadence
from billcheck.recovery.arrears import AgreedCharge, Agreement, Arrears, BilledPart, CasePeriod
from billcheck.recovery.case import Case
from billcheck.recovery.events import Noticed, Opened, StatedCause
from billcheck.recovery.offer import Offer
from billcheck.recovery.states import add

DAY = date(2026, 9, 4)
ROWS = ("r1", "r2", "r3")


def make_period(row: str, expected: int, billed: int, **more: Any) -> CasePeriod:
    """A month of 2026, by the digit of the row's id."""
    month = int(row[1:])
    first_day = date(2026, month, 1)
    last_day = date(2026, month + 1, 1) - timedelta(1)
    values: dict[str, Any] = {
        "contract": "C-1",
        "charges": ("Fee",),
        "first_day": first_day,
        "last_day": last_day,
        "due_on": last_day,
        "status": "underbilled" if billed else "missing",
        "tax_percent": Decimal(21),
        "billed": (BilledPart(f"INV-{month}", last_day, billed),) if billed else (),
        "derivation": (f"{expected} minor units",),
    }
    return CasePeriod(row=row, expected_minor=expected, billed_minor=billed, **{**values, **more})


def make_arrears(
    shortfalls: tuple[int, ...] = (10_000, 20_000, 30_000), *, currency: str = "EUR", **more: Any
) -> Arrears:
    """A customer who was billed nothing in months that miss these amounts."""
    agreement = Agreement(
        contract="C-1",
        start=date(2026, 1, 1),
        last_day=None,
        payment_terms=PaymentTerms(30),
        charges=(AgreedCharge(name="Fee", every=Cadence("month")),),
    )
    periods = tuple(make_period(f"r{number}", minor, 0) for number, minor in enumerate(shortfalls, start=1))
    values: dict[str, Any] = {
        "customer": "Acme BV",
        "as_of": DAY,
        "report_digest": "0" * 64,
        "agreements": (agreement,),
        "periods": periods,
    }
    return Arrears(currency=currency, **{**values, **more})


def make_case(arrears: Arrears | None = None, *events: Any) -> Case:
    """A case opened on the day, and these events after it."""
    cause = StatedCause(sentence="The template was wrong.", found_on=DAY)
    case = Case("case-1", (Opened(on=DAY, arrears=arrears or make_arrears(), cause=cause),))
    for event in events:
        case = add(case, event)
    return case


def make_offer(
    claims: dict[str, int], waived: dict[str, int] | None = None, *, payments: tuple[int, ...] = (), tax: int = 0
) -> Offer:
    """An offer to pay these amounts, in payments a month apart where they are given."""
    return Offer(
        name="made",
        how="instalments" if payments else "separate_invoice",
        claims=tuple(claims.items()),
        waived=tuple((waived or {}).items()),
        excl_tax_minor=sum(claims.values()),
        tax_minor=tax,
        payments=make_payments(*payments),
    )


def make_payments(*amounts: int) -> tuple[PaymentDue, ...]:
    """Payments four weeks apart."""
    return tuple(
        PaymentDue(number, DAY + timedelta(28 * number), minor) for number, minor in enumerate(amounts, start=1)
    )


def make_notice(excl_tax: int, **more: Any) -> Noticed:
    """A notice that asks for so much."""
    values: dict[str, Any] = {"on": DAY, "language": "en", "digest": "0" * 64}
    values |= {"excl_tax_minor": excl_tax, "incl_tax_minor": excl_tax, "reply_by": DAY + timedelta(14)}
    return Noticed(**{**values, **more})


def make_draft(number: str, claims: dict[str, int], *, is_arrears: bool = True) -> DraftDocument:
    """A supplementary invoice of these rows, without tax."""
    return DraftDocument(
        kind="supplementary_invoice",
        number=number,
        issue_date=DAY,
        due_date=None,
        customer="Acme BV",
        currency="EUR",
        lines=tuple(
            DraftLine(
                contract="C-1",
                charges=("Fee",),
                first_day=date(2026, 1, 1),
                last_day=date(2026, 1, 31),
                description=f"Fee {row}",
                amount_minor=minor,
                tax_percent=None,
                is_arrears=is_arrears,
                row=row if is_arrears else "",
            )
            for row, minor in claims.items()
        ),
    )
