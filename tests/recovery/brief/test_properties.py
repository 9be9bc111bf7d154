"""What holds of every brief, whatever was billed, agreed and chosen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck.contracts.terms import LateInvoiceCutoff
from billcheck.recovery.brief import make_brief
from billcheck.recovery.brief_paper import to_html, to_markdown
from billcheck.recovery.events import Briefed, Relationship, WalkAway
from billcheck.recovery.states import add
from billcheck.recovery.time_limits import TimeLimit
from tests.recovery.by_hand import AS_OF, make_agreement, make_case, make_period

if TYPE_CHECKING:
    from billcheck.recovery.case import Case


@st.composite
def cases(draw: st.DrawFn) -> Case:
    days = draw(st.sampled_from([None, 30, 90, 120, 400]))
    clause = None if days is None else LateInvoiceCutoff(days=days)
    rows = []
    for number in range(draw(st.integers(1, 8))):
        month = f"{(date(2026, 8, 1) - timedelta(days=30 * number)):%Y-%m}"
        agreed = draw(st.integers(2, 10**7))
        row = make_period(
            month, agreed, draw(st.integers(0, agreed - 1)), tax=draw(st.sampled_from(["0", "9", "21", None]))
        )
        last = None if days is None else row.last_day + timedelta(days=days)
        rows.append(make_period(month, row.expected_minor, row.billed_minor, last_invoice_day=last,
                                tax=None if row.tax_percent is None else str(row.tax_percent)))  # fmt: skip
    return make_case(list(reversed(rows)), agreements=(make_agreement(late_invoice_cutoff=clause),))


@settings(max_examples=60)
@given(cases(), st.integers(0, 500), st.sampled_from([None, 1, 6]))
def test_what_is_claimed_is_never_more_than_what_is_missing(case: Case, later: int, years: int | None) -> None:
    as_of = AS_OF + timedelta(days=later)
    limit = None if years is None else TimeLimit(id="x", years=years, clock="service_end")
    brief = make_brief(case, as_of=as_of, limit=limit)
    assert brief.claimable_minor + brief.deadlines.cut_off_minor == case.arrears.arrears_minor
    assert all(rung.offer.excl_tax_minor + rung.offer.waived_minor == brief.claimable_minor for rung in brief.rungs)
    for clock in brief.deadlines.periods:
        last = clock.claim.period.last_invoice_day
        assert (clock.claim.cut_off_minor > 0) is (last is not None and as_of > last)
    plain = make_brief(case, as_of=as_of)
    assert (plain.claimable_minor, plain.rungs) == (brief.claimable_minor, brief.rungs)  # a limit drops nothing


@settings(max_examples=40)
@given(cases(), st.text(max_size=30), st.sampled_from(["easy", "ordinary", "difficult"]))
def test_a_brief_is_the_same_but_for_who_and_how(case: Case, notes: str, difficulty: str) -> None:
    floor = WalkAway(floor_excl_tax_minor=0, decided_on=AS_OF, decided_by="Anna")
    plain = add(case, Briefed(on=AS_OF, walk_away=floor))
    known = Relationship(difficulty="difficult" if difficulty == "difficult" else "easy", notes=notes)
    told = add(plain, Briefed(on=AS_OF, relationship=known))
    first, second = make_brief(plain, as_of=AS_OF), make_brief(told, as_of=AS_OF)
    for name in ("statement", "sums", "claimable_minor", "proportion", "deadlines", "floors", "rungs", "waiver"):
        assert getattr(first, name) == getattr(second, name)
    to_markdown(second).encode("utf-8")
    to_html(second).encode("utf-8")
