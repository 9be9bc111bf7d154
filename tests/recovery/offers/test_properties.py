"""What holds for every offer about every case, and the arithmetic once more by the oracle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st

from billcheck.errors import UsageError
from billcheck.recovery.claims import row_claims
from billcheck.recovery.events import Invoiced, Waived
from billcheck.recovery.ladder import compare_offers, preset_offers
from billcheck.recovery.offers import (
    default_count,
    instalment_offer,
    next_invoice_offer,
    separate_invoice_offer,
    waive_part,
)
from tests.recovery.offers import oracle
from tests.recovery.offers.stories import AS_OF, case_of, row

if TYPE_CHECKING:
    from collections.abc import Callable

    from billcheck.recovery.case import Case
    from billcheck.recovery.offer import InvoiceMode, Offer

FIRST = date(2026, 10, 31)
STATED = st.sampled_from(["0", "6", "8.875", "16", "19", "21"])
PERCENTS = st.none() | STATED
AMOUNTS = st.integers(1, 40) | st.integers(1, 10**7)


@dataclass(frozen=True)
class Made:
    """A case, and what can be claimed of each row in figures."""

    case: Case
    claimable: dict[str, int]

    def percent(self, name: str) -> Decimal | None:
        return next(each.tax_percent for each in self.case.arrears.periods if each.row == name)


@st.composite
def cases(draw: st.DrawFn, *, untaxed: bool = True) -> Made:
    percents = PERCENTS if untaxed else STATED
    figures = draw(st.lists(st.tuples(AMOUNTS, percents, st.booleans()), min_size=1, max_size=8))
    settled = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), min_size=8, max_size=8))
    rows, invoiced, waived, claimable = [], [], [], {}
    for number, ((shortfall, percent, is_other), parts) in enumerate(zip(figures, settled, strict=False), 1):
        name = "D-2" if is_other else "C-1"
        billed, given_up, credited = (shortfall * part // 9 for part in parts)
        made = row(number, shortfall, percent, contract=name, credited=credited)
        rows.append(made)
        invoiced.append((made.row, billed))
        waived.append((made.row, given_up))
        claimable[made.row] = shortfall - billed - given_up - credited
    assume(any(claimable.values()))
    events = [
        Invoiced(on=AS_OF, draft="", number="INV-1", rows=tuple(invoiced), incl_tax_minor=0),
        Waived(on=AS_OF, rows=tuple(waived), reason="goodwill"),
    ]
    coming = [row(9, draw(AMOUNTS), draw(percents), contract="C-1")] if draw(st.booleans()) else []
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD"]))
    rows.sort(key=lambda each: each.contract)
    return Made(case_of(rows, coming=coming, currency=currency, events=events), claimable)


@st.composite
def waivers(draw: st.DrawFn, case: Case) -> Offer | None:
    kind = draw(st.sampled_from(["none", "percent", "amount", "oldest", "newest"]))
    attempts: dict[str, Callable[[], Offer | None]] = {
        "none": lambda: None,
        "percent": lambda: waive_part(case, percent=Decimal(draw(st.integers(1, 99)))),
        "amount": lambda: waive_part(case, amount_minor=draw(st.integers(1, 10**7))),
        "oldest": lambda: waive_part(case, oldest=draw(st.integers(1, 7))),
        "newest": lambda: waive_part(case, newest=draw(st.integers(1, 7))),
    }
    try:
        return attempts[kind]()
    except UsageError:
        return None


@st.composite
def instalments(draw: st.DrawFn, case: Case, waiver: Offer | None) -> Offer:
    mode: InvoiceMode = draw(st.sampled_from(["one_invoice", "invoice_each"]))
    count = draw(st.integers(1, 30))
    try:
        return instalment_offer(case, first=FIRST, count=count, mode=mode, waiver=waiver)
    except UsageError:
        return instalment_offer(case, first=FIRST, count=1, mode=mode, waiver=waiver)


def check_rows(made: Made, offer: Offer) -> None:
    """Claimed and waived are together what can be claimed of each row, and never more than its arrears."""
    claims, waived = dict(offer.claims), dict(offer.waived)
    assert all(minor > 0 for minor in (*claims.values(), *waived.values()))
    together = {name: claims.get(name, 0) + waived.get(name, 0) for name in {**claims, **waived}}
    assert together == {name: minor for name, minor in made.claimable.items() if minor}
    arrears = {each.row: each.shortfall_minor for each in made.case.arrears.periods}
    for claim in row_claims(made.case):
        name = claim.period.row
        assert claims.get(name, 0) <= arrears[name]
        settled = claim.invoiced_minor + claim.waived_minor + claim.credited_minor + claim.cut_off_minor
        assert settled + together.get(name, 0) == arrears[name]
    assert offer.excl_tax_minor == sum(claims.values())


@given(st.data())
def test_every_offer_adds_up(data: st.DataObject) -> None:
    made = data.draw(cases())
    waiver = data.draw(waivers(made.case))
    offers = [
        separate_invoice_offer(made.case, waiver=waiver),
        data.draw(instalments(made.case, waiver)),
        *([next_invoice_offer(made.case, waiver=waiver)] if made.case.arrears.coming else []),
    ]
    for offer in offers:
        check_rows(made, offer)
        lines = [(made.percent(name), minor) for name, minor in offer.claims]
        if offer.how == "next_invoice":
            coming = [(each.tax_percent, each.expected_minor) for each in made.case.arrears.coming]
            assert offer.tax_minor == oracle.tax_of([*coming, *lines]) - oracle.tax_of(coming)
        elif offer.mode == "one_invoice":
            assert offer.tax_minor == oracle.tax_of(lines)


@given(st.data())
def test_payments_add_up_to_the_offer_and_differ_by_one_at_most(data: st.DataObject) -> None:
    made = data.draw(cases())
    offer = data.draw(instalments(made.case, data.draw(waivers(made.case))))
    amounts = [payment.amount_minor for payment in offer.payments]
    assert sum(amounts) == offer.incl_tax_minor
    assert [payment.number for payment in offer.payments] == list(range(1, len(amounts) + 1))
    assert offer.payments[0].due_date == FIRST
    if offer.mode == "one_invoice":
        assert not offer.invoices
        assert amounts == oracle.parts_of(offer.incl_tax_minor, len(amounts))
        return
    parts = [invoice.excl_tax_minor for invoice in offer.invoices]
    assert parts == oracle.parts_of(offer.excl_tax_minor, len(amounts))
    days = {each.row: each.first_day for each in made.case.arrears.periods}
    oldest = sorted(offer.claims, key=lambda claim: days[claim[0]])
    for invoice, billed in zip(offer.invoices, oracle.overlaps(oldest, parts), strict=True):
        assert dict(invoice.claims) == billed
        assert invoice.tax_minor == oracle.tax_of([(made.percent(name), minor) for name, minor in invoice.claims])
        assert invoice.incl_tax_minor == amounts[invoice.number - 1]
    billed = {name: sum(dict(each.claims).get(name, 0) for each in offer.invoices) for name, _ in offer.claims}
    assert billed == dict(offer.claims)
    # Each document rounds its tax once per percent, by half a minor unit at most.
    whole = oracle.tax_of([(made.percent(name), minor) for name, minor in offer.claims])
    groups = len({made.percent(name) for name, _ in offer.claims})
    assert abs(offer.tax_minor - whole) <= Fraction(groups * (len(amounts) + 1), 2)


@given(st.data(), st.integers(1, 10**7))
def test_a_cap_takes_the_fewest_instalments_that_keep_to_it(data: st.DataObject, cap: int) -> None:
    made = data.draw(cases())
    total = separate_invoice_offer(made.case).incl_tax_minor
    wanted = oracle.least_count(total, cap)
    try:
        offer = instalment_offer(made.case, first=FIRST, cap_minor=cap)
    except UsageError:
        assert wanted > min(24, total)
        return
    assert len(offer.payments) == wanted <= 24
    assert max(payment.amount_minor for payment in offer.payments) <= cap


@given(st.data(), st.integers(1, 10**7))
def test_a_cap_keeps_every_invoice_below_it(data: st.DataObject, cap: int) -> None:
    made = data.draw(cases())
    try:
        offer = instalment_offer(made.case, first=FIRST, cap_minor=cap, mode="invoice_each")
    except UsageError:
        most = min(24, sum(made.claimable.values()))
        fullest = instalment_offer(made.case, first=FIRST, count=most, mode="invoice_each")
        assert max(payment.amount_minor for payment in fullest.payments) > cap
        return
    amounts = [payment.amount_minor for payment in offer.payments]
    assert max(amounts) <= cap
    for fewer in range(1, len(amounts)):
        plan = instalment_offer(made.case, first=FIRST, count=fewer, mode="invoice_each")
        assert max(payment.amount_minor for payment in plan.payments) > cap


@given(cases(), st.integers(1, 99))
def test_a_percent_is_shared_by_largest_remainder(made: Made, percent: int) -> None:
    rows = [(name, minor) for name, minor in made.claimable.items() if minor]
    order = [each.row for each in made.case.arrears.periods]
    rows.sort(key=lambda claim: order.index(claim[0]))
    total = sum(minor for _, minor in rows)
    waived = oracle.half_up(Fraction(total * percent, 100))
    try:
        offer = waive_part(made.case, percent=Decimal(percent))
    except UsageError:
        assert waived in {0, total}
        return
    shares = oracle.shares_of(waived, [minor for _, minor in rows])
    assert offer.waived == tuple((name, share) for (name, _), share in zip(rows, shares, strict=True) if share)
    assert offer.waived_minor == waived


@given(cases(), st.integers(0, 10**7))
def test_the_ladder_never_rises_and_is_the_same_every_time(made: Made, floor: int) -> None:
    offers = preset_offers(made.case, first=FIRST)
    rungs = compare_offers(made.case, offers, floor_minor=floor)
    assert rungs == compare_offers(made.case, reversed(preset_offers(made.case, first=FIRST)), floor_minor=floor)
    claims = [rung.offer.excl_tax_minor for rung in rungs]
    assert claims == sorted(claims, reverse=True)
    invoiced = sum(claim.invoiced_minor for claim in row_claims(made.case))
    assert [rung.is_walk_away for rung in rungs] == [claim + invoiced < floor for claim in claims]
    assert len({rung.offer.name for rung in rungs}) == len(offers)
    for rung in rungs:
        check_rows(made, rung.offer)
        payments = [payment.amount_minor for payment in rung.offer.payments] or [rung.offer.incl_tax_minor]
        assert rung.peak_minor == max(payments)


@given(st.data(), st.integers(1, 10**7))
def test_a_first_amount_is_paid_exactly(data: st.DataObject, first_amount: int) -> None:
    made = data.draw(cases())
    mode: InvoiceMode = data.draw(st.sampled_from(["one_invoice", "invoice_each"]))
    try:
        offer = instalment_offer(made.case, first=FIRST, count=2, first_amount_minor=first_amount, mode=mode)
    except UsageError:
        return
    assert offer.payments[0].amount_minor == first_amount
    assert sum(payment.amount_minor for payment in offer.payments) == offer.incl_tax_minor
    check_rows(made, offer)


@given(cases())
def test_the_default_count_is_at_most_the_claimed_rows(made: Made) -> None:
    claimed = [each for each in made.case.arrears.periods if made.claimable[each.row]]
    assert default_count(made.case) == len({(each.first_day, each.last_day) for each in claimed})
