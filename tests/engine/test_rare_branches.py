"""Small inputs for what ledgers seldom hold: drafts beside originals, memos that are full, chains of groups."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from billcheck import Ledger, check
from billcheck.configuration.rules import Configuration, CreditRules, Scope, Selector
from billcheck.contracts.prices import FlatPrice
from billcheck.contracts.terms import ChargeMatching, Discount, PriceStep
from billcheck.contracts.uplifts import Escalator, Notice
from billcheck.engine import exact_sums, match, open_credits, scope, shown, stated
from billcheck.engine.allocate import Known, find_habit_of
from billcheck.engine.books import PostingRule
from billcheck.engine.copied import find_copied
from billcheck.engine.coverage import Window
from billcheck.engine.diagnose import diagnose
from billcheck.engine.groups import _Search
from billcheck.engine.keys import make_directory
from billcheck.engine.match_rules import MatchRule, match_rule_of
from billcheck.engine.pinned import post_pinned
from billcheck.engine.plain import Billed, judge_one_by_one
from billcheck.engine.repeats import post_repeats
from billcheck.engine.scope import ScopeFilter
from billcheck.engine.sequences import Neighbours, NumbersLacking, SequenceGap, find_sequence_gaps
from billcheck.engine.unexercised import find_unexercised
from billcheck.findings import Status
from billcheck.ledger.source import Receipt
from billcheck.periods.reading import Reading, _agreed, _Outcome
from billcheck.periods.spans import Mark, Span
from billcheck.pricing.schedule import make_schedule
from tests.engine.agreements import contract, flat, line, month_ends, one_off
from tests.engine.bookings import DAY_0, Row, books_of, event, regular

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck.contracts.terms import Contract
    from billcheck.ledger.line import Line
    from billcheck.report.report import Report

AS_OF = date(2026, 9, 4)
WITHOUT_FREIGHT = Configuration(scope=Scope(ignore=Selector(items=("FREIGHT",))))


def checked(agreed: Contract, lines: list[Line], **options: Any) -> Report:
    return check([agreed], Ledger.from_lines(lines), **({"as_of": AS_OF} | options))


def test_a_charge_without_a_cadence_has_no_habit() -> None:
    agreed = contract(one_off())
    schedule = make_schedule(agreed, agreed.charges[0], AS_OF)
    known = Known(AS_OF.toordinal(), 10, Window(DAY_0, AS_OF.toordinal()), DAY_0, 45)
    with pytest.raises(ValueError, match="a charge without a cadence has no habit"):
        find_habit_of(schedule, [], (), known)


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({}, True),
        ({"status": "draft"}, False),
        ({"status": "void"}, False),
        ({"kind": "other"}, False),
        ({"issue_date": date(2026, 12, 1)}, True),  # the general ledger has it as well
        ({"kind": "credit_note", "amount": Decimal("-5.00")}, True),
    ],
)
def test_what_a_control_total_counts(fields: dict[str, Any], *, counts: bool) -> None:
    given = replace(line("X", "2026-03-31", "5.00"), **fields)
    lines = [*month_ends(2), given]
    report = checked(contract(), lines, control_totals={"EUR": Decimal("4800.00")})
    (control,) = report.controls
    assert control.ledger_minor == 480000 + (int(given.amount * 100) if counts else 0)


def test_periods_stated_in_fields_are_never_copied_texts() -> None:
    books = books_of(regular(100, 100, 100))
    twice = [event(100, 0, "A", (0, 30)), event(100, 30, "B", (0, 30))]
    assert find_copied(books.schedule, twice, 30) == []
    texts = [item._replace(is_from_text=True) for item in twice]
    assert [label.events for label in find_copied(books.schedule, texts, 30)] == [(texts[1],)]
    mixed = [twice[0], texts[1]]
    assert find_copied(books.schedule, mixed, 30) == []


def test_texts_that_copy_a_period_outside_the_term_have_no_original() -> None:
    books = books_of(regular(100, 100, 100))
    alike = [event(100, day, f"INV-{day}", (-60, -30), is_from_text=True) for day in (0, 30)]
    assert [label.events for label in find_copied(books.schedule, alike, 30)] == [tuple(alike)]


def test_without_rows_there_is_no_cause() -> None:
    agreed = contract()
    assert diagnose(agreed, agreed.charges[0], make_schedule(agreed, agreed.charges[0], AS_OF), []) == {}


def test_a_full_memo_changes_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    agreed = contract(
        flat("Support", "70.00", items=("SUP",)),
        flat("Hosting", "30.00", items=("HOST",)),
        flat("Backup", "9.00", items=("BACK",)),
        references=("C-117", "PO-7"),
    )
    lines = [
        line(f"{month}-{number}", f"2026-{month:02}-28", amount, **fields)
        for month in range(1, 5)
        for number, (amount, fields) in enumerate(
            [
                ("70.00", {"item": "SUP", "description": f"Support {month:02}/2026"}),
                ("30.00", {"item": "HOST", "reference": "PO-7", "description": "Hosting March"}),
                ("9.00", {"item": "BACK", "reference": "C-117", "description": "Backup 1 May 2026"}),
                ("3.00", {"item": "FREIGHT"}),
                ("100.00", {"description": "both"}),
            ]
        )
    ]
    wanted = checked(agreed, lines, configuration=WITHOUT_FREIGHT).to_json()
    for module in (match, scope, stated, exact_sums):
        monkeypatch.setattr(module, "MEMO_LIMIT", 1)
    assert checked(agreed, lines, configuration=WITHOUT_FREIGHT).to_json() == wanted


def test_a_full_memo_of_scope_is_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scope, "MEMO_LIMIT", 2)
    used: set[tuple[str, str]] = set()
    left_out = ScopeFilter(Selector(accounts=("9",), items=("FREIGHT",), customers=("Bank",)), used)
    for _ in range(2):
        assert left_out.is_left_out("Acme", "", "freight", "")
        assert left_out.is_left_out("bank", "", "", "")
        assert left_out.is_left_out("Acme", "BANK", "", "")
        assert left_out.is_left_out("Acme", "", "", "9")
        assert not left_out.is_left_out("Acme", "", "OTHER", "8")
    assert used == {("item", "freight"), ("customer", "bank"), ("account", "9")}


def test_groups_that_meet_become_one() -> None:
    directory = make_directory((contract(flat("A"), flat("B"), flat("C"), flat("D")),))
    matcher = match.Matcher(directory, as_of_day=AS_OF.toordinal(), has_price=lambda _slot, _amount: False)
    search = _Search(matcher.matched, AS_OF)
    search._join((2, 3))
    search._join((1, 2))
    search._join((0, 1))
    assert [search.leader(number) for number in (3, 2, 1, 0)] == [0, 0, 0, 0]
    assert search.groups() == [(0, 1, 2, 3)]
    assert search._is_named(0) is search._is_named(0) is False


@pytest.mark.parametrize("approved_first", [True, False])
def test_a_draft_gives_way_to_the_approved_document_of_another_export(*, approved_first: bool) -> None:
    approved = Ledger.from_lines(month_ends(2))
    draft = Ledger.from_lines([line("INV-2", "2026-02-28", "1200.00", status="draft")])
    ledgers = (approved, draft) if approved_first else (draft, approved)
    ledger = Ledger(tuple(source for one in ledgers for source in one.sources))
    report = check([contract()], ledger, as_of=date(2026, 3, 5))
    assert [str(row.billed) for row in report.rows][:2] == ["2400.00", "2400.00"]
    assert [finding.kind for finding in report.findings] == []


def test_a_draft_out_of_scope_is_set_aside() -> None:
    lines = [
        *month_ends(2),
        line("X", "2026-02-28", "9.00", item="FREIGHT", status="draft"),
        line("Y", "2026-02-28", "7.00", item="FREIGHT"),
    ]
    report = checked(contract(), lines, configuration=WITHOUT_FREIGHT)
    assert [(item.currency, item.lines, item.amount_minor) for item in report.out_of_scope] == [("EUR", 1, 700)]


@pytest.mark.parametrize(
    ("status", "kind", "total"),
    [("approved", "invoice", (1, 1100)), ("draft", "invoice", None), ("approved", "other", None)],
)
def test_what_others_were_billed_is_totalled(status: str, kind: str, total: tuple[int, int] | None) -> None:
    """A source may give more lines than the keys ask for."""
    stranger = line("S", "2026-02-01", "11.00", customer="Somebody else", status=status, kind=kind)
    wider = make_directory((contract(), contract(name="C-2", customer="Somebody else")))
    matcher = matcher_of(contract())
    for batch in Ledger.from_lines([stranger]).sources[0].scan(wider.keys()):
        matcher.add(batch, 0)
    found = [(item.lines, item.amount) for item in matcher.matched.outside.values()]
    assert found == ([] if total is None else [total])


def matcher_of(*agreed: Contract) -> match.Matcher:
    return match.Matcher(make_directory(agreed), as_of_day=AS_OF.toordinal(), has_price=lambda _slot, _amount: False)


def test_a_full_memo_of_plain_lines_is_emptied() -> None:
    agreed = contract(flat("Support", items=("SUP",)), flat("Hosting", items=("HOST",)))
    matcher = matcher_of(agreed)
    matcher._most_plain = 1
    lines = [line(f"INV-{number}", item=item) for number, item in enumerate(["SUP", "HOST"] * 3)]
    keys = make_directory((agreed,)).keys()
    for given in lines:
        for batch in Ledger.from_lines([given]).sources[0].scan(keys):
            matcher.add(batch, 0)
    assert list(matcher.matched.lines.slots) == [0, 1] * 3


def test_taxes_of_ambiguous_lines_are_compared_with_their_own_batch() -> None:
    taxed = contract(flat("Support"), flat("Hosting"), tax_percent=Decimal(21))
    matcher = matcher_of(taxed)
    keys = make_directory((taxed,)).keys()
    for number, tax in enumerate(("21.00", "9.00", "21.00")):
        given = line(f"INV-{number}", amount="100.00", tax=Decimal(tax))
        for batch in Ledger.from_lines([given]).sources[0].scan(keys):
            matcher.add(batch, 0)
    others = matcher.matched.other_taxes
    assert (list(others.rows), list(others.amounts), list(others.taxes)) == ([1], [10000], [900])


def test_a_charge_column_that_names_nothing_here_leaves_the_codes_to_decide() -> None:
    agreed = contract(flat("Support", items=("SUP",)), flat("Hosting", "100.00", items=("HOST",)))
    directory = make_directory((agreed,))
    matcher = match.Matcher(directory, as_of_day=AS_OF.toordinal(), has_price=lambda _slot, _amount: False)
    for batch in Ledger.from_lines([line(charge="Elsewhere", item="HOST")]).sources[0].scan(directory.keys()):
        matcher.add(batch, 0)
    (slot,) = matcher.matched.lines.slots
    assert directory.slots[slot].charge.name == "Hosting"
    assert match_rule_of(matcher.matched.lines.match_rules[0]) is MatchRule.ITEM


def test_sources_without_numbers_have_no_gaps() -> None:
    assert find_sequence_gaps([Receipt("a.csv", "", "", 1, 1, DAY_0, DAY_0)]) == []


def test_a_fiscal_part_of_charges_with_different_fiscal_years_is_not_stated() -> None:
    agreed = (
        contract(flat("Support"), fiscal_year_start=4),
        contract(flat("Support"), name="C-2", fiscal_year_start=10),
    )
    lines = [line(description="Q1 FY2026")]
    directory = make_directory(agreed)
    matcher = match.Matcher(directory, as_of_day=AS_OF.toordinal(), has_price=lambda _slot, _amount: False)
    for batch in Ledger.from_lines(lines).sources[0].scan(directory.keys()):
        matcher.add(batch, 0)
    assert list(matcher.matched.lines.first_days) == [0]


# --- what other rooms of the engine seldom meet ----------------------------------------------------------------------


def test_two_languages_that_read_a_text_differently_refuse_it() -> None:
    march, may = (Reading(span=Span(Mark(2026, month), Mark(2026, month)), rule="month and year") for month in (3, 5))
    assert _agreed([_Outcome(march), _Outcome(may)]) == Reading(reason="two languages read it differently")
    dutch, german = march._replace(language="nl"), march._replace(language="de")
    assert _agreed([_Outcome(dutch), _Outcome(german)]) == dutch


SUPPORT_AND_HOSTING = (flat("Support", "70.00", items=("SUP",)), flat("Hosting", "30.00", items=("HOST",)))


def test_a_tax_says_nothing_where_none_is_agreed() -> None:
    matcher = matcher_of(contract(*SUPPORT_AND_HOSTING))
    given = line("A", item="SUP", amount="70.00", tax=Decimal("1.00"))
    wider = make_directory((contract(*SUPPORT_AND_HOSTING, tax_percent=Decimal(21)),)).keys()
    for batch in Ledger.from_lines([given]).sources[0].scan(wider):
        assert batch.taxes is not None
        matcher.add(batch, 0)
    assert list(matcher.matched.other_taxes.rows) == []


def test_the_tax_of_a_discount_on_a_charge_without_an_agreed_tax_says_nothing() -> None:
    taxed = (flat("Support", "70.00", tax_percent=Decimal(21)), flat("Hosting", "30.00", tax_percent=Decimal(21)))
    agreed = contract(*taxed, flat("Rent", "900.00", items=("RENT",)))
    lines = [
        line("A", item="RENT", amount="900.00"),
        line("A", item="X", amount="-90.00", tax=Decimal("-1.00")),
    ]
    report = checked(agreed, lines)
    assert "tax_mismatch" not in {finding.kind for finding in report.findings}
    assert [str(row.billed) for row in report.rows if row.billed] == ["810.00"]


def test_a_discount_in_two_exports_counts_once() -> None:
    lines = [
        line("A", item="SUP", amount="70.00"),
        line("A", item="HOST", amount="30.00"),
        line("A", item="X", amount="-10.00"),
    ]
    sources = [source for _ in range(2) for source in Ledger.from_lines(lines).sources]
    report = check([contract(*SUPPORT_AND_HOSTING)], Ledger(tuple(sources)), as_of=AS_OF)
    assert sorted(str(row.billed) for row in report.rows if row.billed) == ["27.00", "63.00"]


def test_a_discount_that_one_charge_fits_is_shared_with_a_line_that_no_charge_fits() -> None:
    lines = [
        line("A", item="SUP", amount="70.00"),
        line("A", item="OTHER", amount="30.00"),
        line("A", amount="-10.00"),
    ]
    report = checked(contract(flat("Support", "70.00", items=("SUP",))), lines)
    assert [str(row.billed) for row in report.rows if row.billed] == ["63.00"]
    assert sorted(str(item.amount) for item in report.residue) == ["-3.00", "30.00"]


def test_what_was_billed_before_the_first_row_shown_is_no_evidence_there() -> None:
    report = checked(contract(), month_ends(8), check_from=date(2026, 5, 1))
    evidence = [(row.first_day.month, [item.document for item in row.evidence]) for row in report.rows]
    assert evidence[:4] == [(month, [f"INV-{month}"]) for month in (5, 6, 7, 8)]


def test_a_period_without_a_price_is_right_without_an_invoice() -> None:
    rows = regular(100, 0, 100, 100)
    schedule = books_of(rows).schedule
    known = Known(DAY_0 + 200, 10, Window(DAY_0, DAY_0 + 200), DAY_0, 45)
    judged = judge_one_by_one(
        schedule, Billed({0: (100, DAY_0), 2: (99, DAY_0 + 60), 3: (90, DAY_0 + 90)}, 0, is_to_the_day=True), known
    )
    assert [(row.period, row.status, row.expected, row.billed) for row in judged] == [
        (0, Status.OK, 100, 100),
        (1, Status.OK, 0, 0),
        (2, Status.ROUNDING, 100, 99),
        (3, Status.UNDERBILLED, 100, 90),
    ]


def test_a_forgotten_discount_is_named_across_a_month_that_it_does_not_change() -> None:
    """Ten percent of four cents is less than half a cent, so that March is right with and without it."""
    steps = (
        PriceStep(on=date(2026, 3, 1), price=FlatPrice(Decimal("0.04"))),
        PriceStep(on=date(2026, 4, 1), price=FlatPrice(Decimal("200.00"))),
    )
    discount = Discount(percent=Decimal(10), start=date(2026, 2, 1), end=date(2026, 5, 1))
    charge = flat("Retainer", "100.00", timing="in_advance", invoice_day=None, discounts=(discount,), price_steps=steps)
    amounts = {1: "100.00", 2: "100.00", 3: "0.04", 4: "200.00", 5: "200.00"}
    lines = [line(f"INV-{month}", f"2026-{month:02}-01", amount) for month, amount in amounts.items()]
    report = checked(contract(charge), lines, as_of=date(2026, 5, 20))
    causes = {row.first_day.month: row.causes for row in report.rows if row.causes}
    assert set(causes) == {2, 4}
    assert "in 2 periods from 2026-02 to 2026-04" in causes[2][0].sentence


def test_a_sum_of_two_charges_that_are_one_group_is_a_line_of_the_group() -> None:
    together = {"matching": ChargeMatching(group="both")}
    agreed = contract(flat("Support", "70.00", **together), flat("Hosting", "30.00", **together))
    lines = [
        line("A", "2026-01-31", "70.00", description="Support January 2026"),
        line("B", "2026-02-28", "100.00", description="all of February 2026"),
    ]
    report = checked(agreed, lines, as_of=date(2026, 3, 5))
    assert [(row.charges, str(row.billed)) for row in report.rows][:2] == [
        (("Support", "Hosting"), "70.00"),
        (("Support", "Hosting"), "100.00"),
    ]


def test_a_declared_credit_that_fits_two_charges_stays_with_neither() -> None:
    rebates = Configuration(credits=CreditRules(classes=(("rebate", Selector(items=("REB",))),)))
    agreed = contract(flat("Support", "70.00"), flat("Hosting", "30.00"))
    lines = [line("A", amount="-10.00", item="REB", kind="credit_note")]
    report = checked(agreed, lines, configuration=rebates)
    assert {finding.kind for finding in report.findings} <= {"never_billed"}
    assert all(not row.billed for row in report.rows)


def test_a_text_on_the_same_day_is_read_once() -> None:
    lines = [line(name, "2026-03-31", "1200.00", description="Retainer March") for name in ("A", "B")]
    report = checked(contract(), lines, as_of=date(2026, 4, 5))
    assert [str(row.billed) for row in report.rows if row.billed] == ["2400.00"]


def test_a_credit_of_what_no_period_could_take_stays_open() -> None:
    books = books_of([])
    books.leave(event(100, 0, "A"), 100, "out_of_term", "no period")
    books.leave(event(-100, 5, "CN", credited="A"), -100, "open_credit", "nothing to take back")
    billed_past, credit_left = books.leftovers
    open_credits._take_back(books, credit_left, billed_past)
    assert books.leftovers == [billed_past, credit_left]


def test_a_correction_of_past_periods_goes_to_the_changes_that_are_open() -> None:
    changes = [Row(10, 30, 60, 40, is_change=True), Row(40, 60, 60, 25, is_change=True)]
    books = books_of([*regular(100, 100), *changes])
    for period, amount in enumerate((100, 100, 0, 25)):
        if amount:
            books.post(event(amount, 30 * period, f"INV-{period}"), period, amount, PostingRule.PLACED)
    post_pinned(books, [event(40, 70, "FIX", (0, 60))])
    assert books.billed == [100, 100, 40, 25]
    assert [item.event.number for item in books.postings if item.rule is PostingRule.CHANGE] == ["FIX"]


def test_a_declared_group_that_nothing_was_billed_for_is_never_billed() -> None:
    together = {"matching": ChargeMatching(group="both")}
    agreed = contract(flat("Support", "70.00", **together), flat("Hosting", "30.00", **together))
    other = contract(flat("Rent"), name="C-2", customer="Juniper")
    lines = [line(f"J-{month}", f"2026-{month:02}-28", customer="Juniper") for month in range(1, 9)]
    report = check([agreed, other], Ledger.from_lines(lines), as_of=AS_OF)
    assert [finding.kind for finding in report.findings if finding.contract == "C-117"] == ["never_billed"]


def test_lines_that_repeat_are_marked_only_where_their_event_was_posted_in_whole_amounts() -> None:
    books = books_of(regular(100, 100))
    books.post(event(150, rows=(1, 2)), 0, 150, PostingRule.PLACED)
    before = list(books.postings)
    post_repeats(books, {(8, 9): 100, (1, 2): 100}, lambda _period: True)
    assert books.postings == before


def test_numbers_that_lack_are_placed_between_documents_that_are_there() -> None:
    gap = SequenceGap("INV-001", "INV-020", 5, ("INV-005", "INV-006", "INV-011", "INV-015", "INV-016"))
    days = {"INV-004": 10, "INV-007": 20, "INV-010": 31, "INV-012": 29, "INV-014": 40}

    def find(spelled: Iterable[str]) -> dict[str, int]:
        wanted = set(spelled)
        return {name: place for place, name in enumerate(days) if name in wanted}

    table: Any = SimpleNamespace(find=find, issue_days=list(days.values()))
    lacking = NumbersLacking([gap], table)
    first = Neighbours(("INV-005", "INV-006"), ("INV-004", 10), ("INV-007", 20))
    # INV-011 stands between documents in the wrong order of days, and nothing stands above INV-016.
    assert lacking.near(15) == [first]
    assert lacking.near(10_000) == []


def test_rows_and_lines_that_do_not_count_are_given_one_by_one_and_by_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "KEPT_CONTRACTS", 1)
    second = contract(name="C-2", customer="Juniper")
    lines = [*month_ends(2), line("V", "2026-02-28", "9.00", status="void")]
    report = check([contract(), second], Ledger.from_lines(lines), as_of=date(2026, 3, 5))
    every = [report.contracts[0], report.contracts[1]]
    assert list(report.contracts[0:2]) == every
    assert [item.contract.id for item in report.contracts[::-1]] == ["C-2", "C-117"]
    assert [report.set_aside[0]] == list(report.set_aside[0:1]) == list(report.set_aside)


def test_what_is_matched_may_travel_without_its_contracts() -> None:
    matched = matcher_of(contract()).matched
    assert matched.without_directory().directory.slots == ()
    assert matched.directory.slots


def test_the_reference_of_an_invoice_below_zero_names_what_it_takes_back() -> None:
    lines = [
        *month_ends(2),
        line("CR", "2026-03-01", "-2400.00", reference="INV-1"),
    ]
    report = checked(contract(), lines, as_of=date(2026, 3, 20))
    rows = {row.first_day.month: str(row.billed) for row in report.rows}
    assert (rows[1], rows[2]) == ("0.00", "2400.00")


@pytest.mark.parametrize(("given", "kinds"), [((), [2027]), ((date(2026, 11, 1),), [])])
def test_only_uplifts_that_no_notice_was_given_of_are_told(given: tuple[date, ...], kinds: list[int]) -> None:
    uplift = Escalator(percent=Decimal(3), notice=Notice(days=30, given_on=given))
    agreed = contract(flat(timing="in_advance", invoice_day=None, escalators=(uplift,)))
    found = list(find_unexercised([agreed], date(2027, 3, 1).toordinal()))
    assert [finding.first_day.year for finding in found if finding.first_day is not None] == kinds
    assert len(found) == len(kinds)


@pytest.mark.parametrize(("last_day", "count"), [(date(2026, 12, 31), 0), (date(2027, 1, 1), 1), (None, 1)])
def test_an_uplift_is_told_only_while_its_charge_runs(last_day: date | None, count: int) -> None:
    """Of two escalators the first needs no notice; the second would raise the price on 1 January 2027."""
    escalators = Escalator(percent=Decimal(1)), Escalator(percent=Decimal(3), notice=Notice(days=30))
    end = None if last_day is None else last_day + timedelta(1)
    agreed = contract(flat(timing="in_advance", invoice_day=None, escalators=escalators, end=end))
    found = list(find_unexercised([agreed], date(2027, 3, 1).toordinal()))
    assert [finding.first_day for finding in found] == [date(2027, 1, 1)] * count
