"""Anything may be told of a case, in any order: its sums hold, and what cannot happen changes nothing."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from billcheck.errors import EventRefusedError
from billcheck.recovery.case_files import case_text, parse_case
from billcheck.recovery.events import (
    Agreed,
    Briefed,
    Closed,
    Contacted,
    Disputed,
    Invoiced,
    Objected,
    Offered,
    Paid,
    Planned,
    Refused,
    Reopened,
    Waived,
    WalkAway,
)
from billcheck.recovery.states import add, state_of
from billcheck.recovery.sums import document_sums, period_sums, sums_of
from tests.recovery.case.made import DAY, make_arrears, make_case, make_notice, make_offer, make_payments

if TYPE_CHECKING:
    from billcheck.recovery.case import Case
    from billcheck.recovery.events import Ending, Event

AMOUNTS = st.integers(-1, 40)
ROWS = st.dictionaries(st.sampled_from(["r1", "r2", "r3", "r4"]), AMOUNTS, max_size=4)
DOCUMENTS = st.sampled_from(["S-1", "S-2", "S-3"])


class CaseMachine(RuleBasedStateMachine):
    """Tells a case random things, and keeps its own books of what came through."""

    def __init__(self) -> None:
        super().__init__()
        self.case: Case = make_case()
        self.day: date = DAY
        self.missing: dict[str, int] = {}
        self.invoiced: defaultdict[str, int] = defaultdict(int)
        self.waived: defaultdict[str, int] = defaultdict(int)
        self.totals: dict[str, int] = {}
        self.received: defaultdict[str, int] = defaultdict(int)
        self.told: int | None = None
        self.has_contact = False
        self.is_closed = False

    @initialize(shortfalls=st.tuples(*[st.integers(1, 30)] * 3), currency=st.sampled_from(["EUR", "JPY", "KWD"]))
    def begin(self, shortfalls: tuple[int, int, int], currency: str) -> None:
        self.case = make_case(make_arrears(shortfalls, currency=currency))
        self.missing = {f"r{number}": minor for number, minor in enumerate(shortfalls, start=1)}

    def open_of(self, row: str) -> int:
        return self.missing.get(row, 0) - self.invoiced[row] - self.waived[row]

    def tell(self, event: Event) -> bool:
        """Whether the event came through; where it did not, nothing changed."""
        before, text = self.case, case_text(self.case)
        try:
            self.case = add(before, event)
        except EventRefusedError:
            assert case_text(self.case) == text
            return False
        assert self.case.events == (*before.events, event)
        return True

    def fits(self, rows: dict[str, int]) -> bool:
        return all(0 < minor <= self.open_of(row) for row, minor in rows.items())

    @rule(days=st.integers(0, 40))
    def time_passes(self, days: int) -> None:
        self.day += timedelta(days)

    @rule()
    def yesterday_is_refused(self) -> None:
        event = Briefed(on=self.case.events[-1].on - timedelta(1))
        assert not self.tell(event)

    @rule()
    def contacted(self) -> None:
        came = self.tell(Contacted(on=self.day, channel="phone"))
        assert came is not self.is_closed
        self.has_contact = self.has_contact or came

    @rule(minor=AMOUNTS)
    def briefed(self, minor: int) -> None:
        floor = WalkAway(floor_excl_tax_minor=minor, decided_on=self.day, decided_by="Anna")
        came = self.tell(Briefed(on=self.day, walk_away=floor))
        assert came == (not self.is_closed and 0 <= minor <= sum(self.missing.values()))

    @rule(minor=st.integers(0, 90))
    def noticed(self, minor: int) -> None:
        came = self.tell(make_notice(minor, on=self.day, reply_by=self.day))
        left = sum(self.missing.values()) - sum(self.waived.values())
        within = 0 < minor <= left and (self.told is None or minor <= self.told)
        assert came == (not self.is_closed and within)
        if came and self.told is None:
            self.told = minor

    @rule(rows=ROWS, document=DOCUMENTS, tax=st.integers(-1, 5))
    def invoiced_by_hand(self, rows: dict[str, int], document: str, tax: int) -> None:
        billed = sum(rows.values())
        came = self.tell(
            Invoiced(on=self.day, draft="", number=document, rows=tuple(rows.items()), incl_tax_minor=billed + tax)
        )
        within = self.told is None or sum(self.invoiced.values()) + billed <= self.told
        is_whole = bool(rows) and self.fits(rows) and document not in self.totals and billed + tax >= max(billed, 1)
        assert came == (not self.is_closed and self.has_contact and is_whole and within)
        if came:
            self.totals[document] = billed + tax
            for row, minor in rows.items():
                self.invoiced[row] += minor

    @rule(rows=ROWS)
    def waived_some(self, rows: dict[str, int]) -> None:
        came = self.tell(Waived(on=self.day, rows=tuple(rows.items()), reason="Goodwill."))
        assert came == (not self.is_closed and bool(rows) and self.fits(rows))
        for row, minor in rows.items() if came else ():
            self.waived[row] += minor

    @rule(document=DOCUMENTS, minor=AMOUNTS, is_credit=st.booleans())
    def paid(self, document: str, minor: int, is_credit: bool) -> None:
        came = self.tell(Paid(on=self.day, document=document, incl_tax_minor=minor, is_credit=is_credit))
        left = self.totals.get(document, 0) - self.received[document]
        assert came == (not self.is_closed and 0 < minor <= left)
        if came:
            self.received[document] += minor

    @rule(claims=ROWS, waived=ROWS, is_plan=st.booleans(), is_offer=st.booleans())
    def offered_or_agreed(self, claims: dict[str, int], waived: dict[str, int], is_plan: bool, is_offer: bool) -> None:
        whole = sum(claims.values())
        offer = make_offer(claims, waived, payments=(whole,) if is_plan else ())
        came = self.tell(Offered(on=self.day, offer=offer) if is_offer else Agreed(on=self.day, offer=offer))
        if came:
            assert not self.is_closed
            assert self.told is None or whole <= self.told
            for row in {*claims, *waived}:
                assert claims.get(row, 0) + waived.get(row, 0) <= self.missing[row] - self.waived[row]

    @rule(minor=st.integers(1, 90))
    def planned(self, minor: int) -> None:
        if self.tell(Planned(on=self.day, payments=make_payments(minor))):
            agreed = [event.offer.incl_tax_minor for event in self.case.current if isinstance(event, Agreed)]
            assert minor in {sums_of(self.case).outstanding_minor, *agreed[-1:]}

    @rule(is_refusal=st.booleans())
    def answered(self, is_refusal: bool) -> None:
        came = self.tell(Refused(on=self.day) if is_refusal else Disputed(on=self.day))
        assert not came or not self.is_closed

    @rule()
    def objected(self) -> None:
        came = self.tell(Objected(on=self.day, kind="too_old", text="That was long ago."))
        assert not came or not self.is_closed

    @rule(outcome=st.sampled_from(["paid", "waived", "settled", "given_up"]))
    def closed(self, outcome: Ending) -> None:
        came = self.tell(Closed(on=self.day, outcome=outcome))
        left = sum(map(self.open_of, self.missing)) + sum(self.totals.values()) - sum(self.received.values())
        assert came <= (left > 0 if outcome == "given_up" else left == 0)
        self.is_closed = self.is_closed or came

    @rule(more=st.integers(0, 5))
    def reopened(self, more: int) -> None:
        shortfalls = tuple(minor + more for minor in self.missing.values())
        later = make_arrears(shortfalls, currency=self.case.currency) if more else None
        assert self.tell(Reopened(on=self.day, reason="A later report.", arrears=later))
        self.missing = {row: minor + more for row, minor in self.missing.items()}
        self.told, self.has_contact, self.is_closed = None, False, False

    @invariant()
    def periods_add_up(self) -> None:
        for each in period_sums(self.case):
            row = each.period.row
            assert each.arrears_minor == each.open_minor + each.invoiced_minor + each.waived_minor
            assert each.open_minor >= 0
            assert (each.invoiced_minor, each.waived_minor) == (self.invoiced[row], self.waived[row])

    @invariant()
    def documents_add_up(self) -> None:
        for each in document_sums(self.case):
            assert each.total_minor == each.paid_minor + each.outstanding_minor + each.credited_minor
            assert each.outstanding_minor == self.totals[each.number] - self.received[each.number] >= 0
        assert len(document_sums(self.case)) == len(self.totals)

    @invariant()
    def what_is_claimed_is_no_more_than_is_missing(self) -> None:
        sums = sums_of(self.case)
        assert 0 <= sums.invoiced_minor <= sums.arrears_minor - sums.waived_minor
        assert state_of(self.case).startswith("closed") is self.is_closed

    @invariant()
    def its_text_reads_back(self) -> None:
        if len(self.case.events) % 5 == 0:
            assert parse_case(case_text(self.case)) == self.case


TestCaseMachine = CaseMachine.TestCase
TestCaseMachine.settings = settings(max_examples=40, stateful_step_count=30)
