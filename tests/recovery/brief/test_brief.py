from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

import pytest

from billcheck.errors import UsageError
from billcheck.recovery.brief import EarlyBriefProblem, make_brief
from billcheck.recovery.brief_paper import MARK, NOT_READY, to_html, to_markdown
from billcheck.recovery.brief_talk import ADVISER, ANSWERS
from billcheck.recovery.documents import first_correct_invoice
from billcheck.recovery.events import (
    Briefed,
    Channel,
    Contacted,
    ContactPlan,
    Difficulty,
    Invoiced,
    Objected,
    ObjectionKind,
    Override,
    Paid,
    Relationship,
    Survival,
    Waived,
    WalkAway,
)
from billcheck.recovery.ladder import first_instalment_day
from billcheck.recovery.states import add
from billcheck.recovery.time_limits import time_limits
from billcheck.recovery.time_shares import YearEnd
from tests.recovery.by_hand import CAUSE, half_rate_case, make_agreement, make_case, make_period
from tests.recovery.cases import story_case
from tests.recovery.statement.reading import html_tables, markdown_tables

if TYPE_CHECKING:
    from billcheck.recovery.brief import Brief
    from billcheck.recovery.case import Case

AS_OF = date(2026, 9, 4)
FLOOR = WalkAway(floor_excl_tax_minor=360_000, decided_on=AS_OF, decided_by="Anna de Wit")
CASH = Survival(cash_reserve_minor=900_000, monthly_costs_minor=450_000, must_collect_within_days=90)


def settled(case: Case | None = None, **said: Any) -> Case:
    wanted: dict[str, Any] = {"walk_away": FLOOR, "survival": CASH}
    return add(case or story_case(), Briefed(on=AS_OF, **(wanted | said)))


def story_brief(**said: Any) -> Brief:
    return make_brief(settled(**said), as_of=AS_OF)


def test_the_story_to_the_cent() -> None:
    brief = story_brief()
    assert (brief.proportion.months, brief.proportion.percent_of_year) == (Decimal("3.00"), Decimal("25.00"))
    assert brief.needs_plan
    assert brief.floor_percent == Decimal("50.00")
    assert brief.survival is not None
    assert (brief.survival.runway_months, brief.survival.arrears_in_months) == (Decimal("2.00"), Decimal("1.60"))
    assert brief.survival.verdict == "tight"
    assert brief.waiver is not None
    assert (brief.waiver.months, brief.waiver.remaining_minor, brief.waiver.uplift_minor) == (
        Decimal("6.00"),
        3_840_000,
        1_920_000,
    )
    first = brief.first_correct_invoice
    assert first is not None
    assert (str(first.issue_date), first.excl_tax_minor, first.tax_minor, first.incl_tax_minor) == (
        "2026-09-30",
        240_000,
        50_400,
        290_400,
    )


def test_the_first_correct_invoice_is_the_one_that_is_drafted() -> None:
    partly = make_period("2026-09", 240_000, 40_000, status="not_due")
    for case in (story_case(), half_rate_case(coming=(partly,))):
        first, drafted = make_brief(case, as_of=AS_OF).first_correct_invoice, first_correct_invoice(case)
        assert first is not None
        assert (first.issue_date, first.tax_groups) == (drafted.issue_date, drafted.tax_groups)


def test_the_ladder_of_the_story_by_the_floor() -> None:
    brief = story_brief()
    places = {rung.offer.name: (rung.offer.incl_tax_minor, rung.is_walk_away) for rung in brief.rungs}
    assert places["separate_invoice"] == (871_200, False)
    assert places["waive_10_percent"] == (784_080, False)
    assert places["waive_25_percent"] == (653_400, False)
    assert places["waive_50_percent"] == (435_600, False)
    assert places["last_3_periods"] == (435_600, False)
    assert places["last_5_periods"] == (726_000, False)
    assert places["last_1_period"] == (145_200, True)
    assert places["waive_all"] == (0, True)
    claims = [rung.offer.excl_tax_minor for rung in brief.rungs]
    assert claims == sorted(claims, reverse=True)


def test_the_story_in_words() -> None:
    text = to_markdown(story_brief())
    for said in (
        "Both are for all that can be claimed.",
        "3.00 normal months of 2,400.00 EUR",
        "25.00% of what is billed in a year",
        "7,200.00 EUR excl. tax, 8,712.00 EUR incl. tax",
        "dated 2026-09-30, due 2026-10-30: 11,616.00 EUR incl. tax, 8,712.00 EUR of it arrears",
        "8,712.00 EUR incl. tax in 6 payments of at most 1,452.00 EUR, the last on 2027-03-31",
        "the first correct invoice, dated 2026-09-30: 2,400.00 EUR + 504.00 EUR tax = 2,904.00 EUR",
        "Walk-away floor: 3,600.00 EUR excl. tax (50.00% of the arrears), decided on 2026-09-04 by Anna de Wit",
        "a runway of 2.00 months",
        "The arrears are 1.60 months of costs",
        "6 months of corrected billing",
        "38,400.00 EUR",
        "19,200.00 EUR",
        "one invoice brings 1,512.00 EUR at once",
        "The arrears are 3.00 normal months, more than 2: have a plan of instalments ready",
    ):
        assert said in text


def test_the_three_outcomes_each_have_a_next_step_and_the_first_correct_invoice() -> None:
    text = to_markdown(story_brief())
    parts = re.split(r"(?m)^## ", text)
    outcomes = [part for part in parts if part.startswith("The client ")]
    assert [part.splitlines()[0] for part in outcomes] == [
        "The client agrees",
        "The client argues",
        "The client refuses",
    ]
    for part in outcomes:
        assert "Next step: " in part
        assert "Document" in part
        assert "2,904.00 EUR" in part
    assert "waiver letter over 7,200.00 EUR" in outcomes[2]


def test_without_a_floor_it_is_not_ready() -> None:
    brief = make_brief(story_case(), as_of=AS_OF)
    assert not brief.is_ready
    for text in (to_markdown(brief), to_html(brief)):
        assert NOT_READY in text
    assert NOT_READY not in to_markdown(story_brief())


def test_every_section_and_page_is_marked() -> None:
    brief = story_brief()
    text, page = to_markdown(brief), to_html(brief)
    sections = len(re.findall(r"(?m)^## ", text))
    assert text.count(MARK) == sections + 2
    assert page.index(MARK) < page.index("<h1>")
    assert re.search(rf"<thead><tr><td><div class=\"mark\">{MARK}</div>", page)


def figures(brief: Brief) -> Any:
    return (brief.proportion, brief.claimable_minor, brief.rungs, brief.survival, brief.waiver, brief.floors,
            brief.statement, brief.sums, brief.deadlines, brief.first_correct_invoice)  # fmt: skip


def amounts_in(brief: Brief) -> list[str]:
    return re.findall(r"[0-9][0-9,.]*[0-9]", re.sub(r"(?m)^- (A client since|Bert|Notes).*$", "", to_markdown(brief)))


@pytest.mark.parametrize("difficulty", get_args(Difficulty))
@pytest.mark.parametrize("channel", get_args(Channel))
def test_what_is_known_of_the_client_changes_no_figure(difficulty: Difficulty, channel: Channel) -> None:
    plain = story_brief()
    relationship = Relationship(difficulty=difficulty, since=date(2019, 5, 1), referrals="many", notes="Likes a joke")
    told = story_brief(relationship=relationship, contact=ContactPlan(person="Bert", channel=channel))
    assert figures(told) == figures(plain)
    assert amounts_in(told) == amounts_in(plain)


def test_a_difficult_client_is_called_by_somebody_else() -> None:
    case = half_rate_case(agreements=(make_agreement(owner="Anna"),))
    for person, is_other in (("Anna", False), ("Bert", True)):
        said = settled(case, relationship=Relationship(difficulty="difficult"), contact=ContactPlan(person=person))
        text = to_markdown(make_brief(said, as_of=AS_OF))
        assert ("Good: not who looks after the account" in text) is is_other
        assert ("Let somebody else" in text) is not is_other


@pytest.mark.parametrize(("channel", "is_hinted"), [("phone", True), ("mail", True), ("in_person", False)])
def test_a_large_sum_is_for_a_talk_in_person(channel: Channel, *, is_hinted: bool) -> None:
    text = to_markdown(story_brief(contact=ContactPlan(person="Bert", channel=channel)))
    assert ("in person or by video is better" in text) is is_hinted


def test_two_normal_months_need_no_plan() -> None:
    case = make_case([make_period("2026-03", 240_000, 0), make_period("2026-04", 240_000, 0)])
    assert not make_brief(case, as_of=AS_OF).needs_plan
    more = make_case([*case.arrears.periods, make_period("2026-05", 240_000, 230_000)])
    assert make_brief(more, as_of=AS_OF).needs_plan


def test_overrides_are_printed_with_their_reasons() -> None:
    case = half_rate_case(overrides=(Override(safeguard="overbilled", reason="Credited by hand on 2 September"),))
    assert "overbilled: Credited by hand on 2 September" in to_markdown(make_brief(case, as_of=AS_OF))


def test_an_earlier_floor_stays_in_sight() -> None:
    lower = replace(FLOOR, floor_excl_tax_minor=240_000, reason="The client is worth it")
    brief = make_brief(settled(settled(), walk_away=lower), as_of=AS_OF)
    assert brief.floor == lower
    text = to_markdown(brief)
    assert "Walk-away floor: 2,400.00 EUR excl. tax (33.33% of the arrears)" in text
    assert "Before: 3,600.00 EUR, decided on 2026-09-04 by Anna de Wit" in text


def test_payments_later_than_the_money_is_needed_are_named() -> None:
    # 90 days after 4 September is 3 December; six months from October end in March.
    assert "must be in by 2026-12-03" in to_markdown(story_brief())
    patient = replace(CASH, must_collect_within_days=None)
    assert "must be in by 20" not in to_markdown(story_brief(survival=patient))


def test_objections_of_law_lead_to_an_adviser_and_to_no_answer() -> None:
    assert set(ANSWERS) == set(get_args(ObjectionKind))
    assert {kind for kind, (_, answer) in ANSWERS.items() if answer.startswith(ADVISER)} == {
        "accepted_invoices",
        "clause",
        "too_old",
    }


def test_what_the_client_said_is_shown() -> None:
    case = add(story_case(), Contacted(on=AS_OF, channel="phone"))
    case = add(case, Objected(on=AS_OF, kind="already_budgeted", text="The year is full"))
    assert "2026-09-04, already budgeted: The year is full" in to_markdown(make_brief(case, as_of=AS_OF))


def test_what_to_invoice_what_to_collect_and_what_is_overdue_are_three_figures() -> None:
    # March is waived (1,200.00), April and May are invoiced: 2,400.00, with tax 2,904.00, of which 1,000.00 came in.
    case = add(story_case(), Contacted(on=AS_OF, channel="phone"))
    rows = [period.row for period in case.arrears.periods]
    case = add(case, Waived(on=AS_OF, rows=((rows[0], 120_000),), reason="Goodwill"))
    case = add(
        case,
        Invoiced(
            on=AS_OF,
            draft="",
            number="INV-2026-009",
            rows=((rows[1], 120_000), (rows[2], 120_000)),
            incl_tax_minor=290_400,
        ),
    )
    case = add(case, Paid(on=AS_OF, document="INV-2026-009", incl_tax_minor=100_000))
    brief = make_brief(case, as_of=AS_OF, overdue_minor=55_000)
    table = next(table for table in markdown_tables(to_markdown(brief)) if table[0] == ["What", "Amount"])
    assert [row[1] for row in table[1:]] == ["3,600.00 EUR", "1,200.00 EUR", "1,904.00 EUR", "550.00 EUR"]
    assert brief.claimable_minor == 360_000


def test_what_cannot_be_claimed_is_told_with_its_reason() -> None:
    rows = (make_period("2026-03", 240_000, 0), make_period("2026-04", 240_000, 120_000, credited_minor=120_000))
    case = add(make_case(rows), Waived(on=AS_OF, rows=((rows[0].row, 40_000),), reason="Goodwill"))
    text = to_markdown(make_brief(case, as_of=AS_OF))
    assert "Of it 2,000.00 EUR excl. tax can be claimed today." in text
    assert "The rest: 400.00 EUR waived; 1,200.00 EUR made by credit notes, to be billed again first." in text


def test_charges_not_known_yet_are_named_on_the_first_correct_invoice() -> None:
    text = to_markdown(make_brief(half_rate_case(unknown_charges=("Hours",)), as_of=AS_OF))
    assert "= 2,904.00 EUR, and what Hours comes to, not known yet" in text


def test_what_is_owed_back_is_said_and_set_off_against_nothing() -> None:
    case = half_rate_case(overbilled=(make_period("2026-02", 240_000, 250_000, document="INV-2"),))
    brief = make_brief(case, as_of=AS_OF)
    assert brief.claimable_minor == 720_000
    assert "Owed back to this client: 100.00 EUR excl. tax, 121.00 EUR incl. tax" in to_markdown(brief)


def test_a_tax_change_inside_the_arrears_reaches_the_brief() -> None:
    # 6 × 600.00 at 19 % and 6 at 16 %: 684.00 + 576.00 = 1,260.00.
    rows = [
        make_period(f"2020-{month:02}", 120_000, 60_000, document=f"R-{month}", tax="19" if month < 7 else "16")
        for month in range(1, 13)
    ]
    brief = make_brief(make_case(rows), as_of=AS_OF)
    assert "one invoice brings 1,260.00 EUR" in to_markdown(brief)


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "720,000 JPY"), ("KWD", "720.000 KWD")])
def test_other_currencies(currency: str, amount: str) -> None:
    brief = make_brief(half_rate_case(currency=currency), as_of=AS_OF)
    assert f"{amount} excl. tax" in to_markdown(brief)


def test_fiscal_years_are_split() -> None:
    text = to_markdown(make_brief(story_case(), as_of=AS_OF, fiscal_year_end=YearEnd(6, 30)))
    assert "| Fiscal year 2025-07-01 to 2026-06-30 | 4,800.00 |" in text
    assert "| Fiscal year 2026-07-01 to 2027-06-30 | 2,400.00 |" in text


def test_a_mistake_that_still_runs_is_to_be_put_right_first() -> None:
    text = to_markdown(make_brief(half_rate_case(), as_of=AS_OF))
    assert "It still runs: 1,200.00 EUR a month. Put it right before the talk." in text
    assert CAUSE.prevention in text


def test_no_word_of_the_law_is_said() -> None:
    for limit in (None, *time_limits()):
        brief = make_brief(settled(), as_of=date(2040, 1, 1), limit=limit)
        for text in (to_markdown(brief), to_html(brief)):
            assert not re.search(r"(?i)barred|enforceable|legal action|court", text)


def test_both_faces_say_the_same() -> None:
    brief = story_brief()
    assert markdown_tables(to_markdown(brief)) == html_tables(to_html(brief))


def words_of(text: str) -> list[str]:
    """The words of a page or of Markdown, without what either draws with, and without the mark."""
    if text.startswith("<!DOCTYPE"):
        text = html.unescape(re.sub(r"(?s)<style>.*?</style>|<title>.*?</title>|<[^>]+>", " ", text))
    else:
        text = re.sub(r"(?m)^(#+|-) |^\| (---:? \|? ?)+$|(?<!\\)[|*]", " ", text).replace("\\", "")
    return text.replace(MARK, " ").split()


def test_both_faces_say_the_same_words() -> None:
    brief = make_brief(settled(), as_of=AS_OF, limit=time_limits()[0])
    assert words_of(to_markdown(brief)) == words_of(to_html(brief))


def test_names_draw_nothing() -> None:
    hostile = "<script>alert(1)</script>\u202e|x"
    case = half_rate_case(customer=hostile, cause=replace(CAUSE, sentence=hostile, prevention=hostile))
    case = settled(case, contact=ContactPlan(person=hostile, phone=hostile), relationship=Relationship(notes=hostile))
    brief = make_brief(case, as_of=AS_OF)
    assert "<script" not in to_html(brief)
    assert not re.search(r"(?<!\\)<", to_markdown(brief))
    assert "\u202e" not in to_html(brief) + to_markdown(brief)


def test_the_same_case_and_day_give_the_same_bytes() -> None:
    assert to_markdown(story_brief()) == to_markdown(story_brief())
    assert to_html(story_brief()) == to_html(story_brief())


def test_a_brief_before_its_case_was_opened_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        make_brief(story_case(), as_of=date(2026, 9, 3))
    (problem,) = caught.value.problems
    assert isinstance(problem, EarlyBriefProblem)
    assert "The case was opened on 2026-09-04." in str(problem)


def test_nothing_left_to_claim_makes_no_ladder() -> None:
    case = story_case()
    rows = tuple((period.row, period.shortfall_minor) for period in case.arrears.periods)
    brief = make_brief(add(case, Waived(on=AS_OF, rows=rows, reason="Goodwill")), as_of=AS_OF)
    assert (brief.claimable_minor, brief.rungs) == (0, ())
    assert "Nothing is left to claim." in to_markdown(brief)


@pytest.mark.parametrize(
    ("day", "first"),
    [("2026-09-04", "2026-10-31"), ("2026-12-31", "2027-01-31"), ("2027-01-31", "2027-02-28")],
)
def test_the_first_instalment_is_at_the_end_of_next_month(day: str, first: str) -> None:
    assert str(first_instalment_day(date.fromisoformat(day))) == first
