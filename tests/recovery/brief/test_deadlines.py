from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from billcheck.recovery.brief import make_brief
from billcheck.recovery.brief_paper import to_markdown
from billcheck.recovery.deadlines import deadlines_of
from billcheck.recovery.events import Noticed
from billcheck.recovery.states import add
from billcheck.recovery.time_limits import parse_time_limit
from tests.acceptance import half_rate
from tests.recovery.cases import STORY_CAUSE, made_case, story_case

if TYPE_CHECKING:
    from billcheck.recovery.case import Case

AS_OF = date(2026, 9, 4)


def with_clause(clause: str, *, more: str = "") -> Case:
    """The story, with a clause on late invoices in its contract."""
    toml = half_rate.CONTRACT_TOML.replace(
        'payment_terms = "30 days"', f'payment_terms = "30 days"\nlate_invoice_cutoff = {clause}\n{more}'
    )
    return made_case(toml, half_rate.generic_csv(), cause=STORY_CAUSE)


@pytest.mark.parametrize(
    ("days", "inside", "outside", "next_day", "next_periods"),
    [
        # 120 days after 30 April is 28 August, after 31 May 28 September.
        (120, 480_000, 240_000, "2026-09-28", ("2026-05",)),
        # 180 days after 31 March is 27 September.
        (180, 720_000, 0, "2026-09-27", ("2026-03",)),
        # 90 days after 31 May is 29 August, after 30 June 28 September.
        (90, 360_000, 360_000, "2026-09-28", ("2026-06",)),
    ],
)
def test_the_clauses_of_the_story(
    days: int, inside: int, outside: int, next_day: str, next_periods: tuple[str, ...]
) -> None:
    case = with_clause(f"{{ days = {days} }}")
    brief = make_brief(case, as_of=AS_OF)
    assert (brief.claimable_minor, brief.deadlines.cut_off_minor) == (inside, outside)
    assert brief.statement.arrears.excl_tax_minor == 720_000
    first = brief.deadlines.next_cut_offs[0]
    assert (str(first.day), first.periods, first.amount_minor) == (next_day, next_periods, 120_000)
    assert first.is_before_next_invoice
    assert max(rung.offer.excl_tax_minor for rung in brief.rungs) == inside


def test_what_is_outside_is_said_and_stays_in_the_arrears() -> None:
    text = to_markdown(make_brief(with_clause("{ days = 120 }"), as_of=AS_OF))
    assert "Outside it today: 2,400.00 EUR excl. tax (2026-03 and 2026-04)" in text
    assert "Inside: 4,800.00 EUR" in text
    assert "one invoice brings 1,008.00 EUR at once" in text  # 21 % of what is inside
    assert "7,200.00 EUR excl. tax" in text
    assert "2026-09-28: the last day for 2026-05, 1,200.00 EUR, before the next regular invoice" in text


def test_the_next_invoice_comes_too_late_for_a_period_and_that_is_said() -> None:
    # The next invoice is of 30 September; by then May is outside the 120 days too.
    brief = make_brief(with_clause("{ days = 120 }"), as_of=AS_OF)
    assert (str(brief.deadlines.next_invoice_day), brief.deadlines.lost_on_next_invoice_minor) == (
        "2026-09-30",
        120_000,
    )
    text = to_markdown(brief)
    assert "By the next regular invoice, on 2026-09-30, another 1,200.00 EUR is outside" in text
    assert "The next invoice comes too late for 1,200.00 EUR by the contract" in text
    assert "Both are for all that can be claimed" not in text
    # The next invoice: 3,600.00 of arrears, June to August, beside 2,400.00; incl. tax 4,356.00 and 2,904.00.
    assert "dated 2026-09-30, due 2026-10-30: 7,260.00 EUR incl. tax, 4,356.00 EUR of it arrears" in text


def test_the_last_day_of_a_clause_is_still_inside() -> None:
    case = with_clause("{ days = 120 }")
    assert make_brief(case, as_of=date(2026, 9, 28)).claimable_minor == 480_000
    assert make_brief(case, as_of=date(2026, 9, 29)).claimable_minor == 360_000


def test_a_clause_that_takes_a_percent_takes_only_that() -> None:
    # 10 % of March and April: 240.00.
    case = with_clause('{ days = 120, effect = "discount", percent = "10" }')
    brief = make_brief(case, as_of=AS_OF)
    assert (brief.claimable_minor, brief.deadlines.cut_off_minor) == (696_000, 24_000)


def test_a_notice_in_time_keeps_what_it_names_where_the_clause_says_so() -> None:
    case = with_clause("{ days = 180, notice_extends = true }")
    noticed = add(
        case,
        Noticed(
            on=AS_OF,
            language="en",
            excl_tax_minor=720_000,
            incl_tax_minor=871_200,
            reply_by=date(2026, 9, 18),
            digest="0" * 64,
        ),
    )
    later = date(2026, 12, 31)
    assert make_brief(case, as_of=later).claimable_minor == 240_000  # June ends on 27 December, July on 27 January
    assert make_brief(noticed, as_of=later).claimable_minor == 720_000
    assert "The notice of 2026-09-04 asks for an answer by 2026-09-18." in to_markdown(make_brief(noticed, as_of=later))


def test_another_clause_is_pointed_at() -> None:
    case = with_clause("{ months = 4 }", more="no_waiver_clause = true\n")
    assert "nothing is waived by invoicing late: ask an adviser" in to_markdown(make_brief(case, as_of=AS_OF))


def test_without_a_clause_nothing_is_outside_and_the_brief_says_to_look_for_one() -> None:
    brief = make_brief(story_case(), as_of=AS_OF)
    assert (brief.deadlines.cut_off_minor, brief.deadlines.next_cut_offs) == (0, ())
    assert "Read them for one before the talk" in to_markdown(brief)


def test_ages_without_a_rule_judge_nothing() -> None:
    deadlines = deadlines_of(story_case(), as_of=AS_OF)
    assert [clock.age_days for clock in deadlines.periods] == [157, 127, 96, 66, 35, 4]
    assert {(clock.limit_day, clock.standing) for clock in deadlines.periods} == {(None, None)}
    text = to_markdown(make_brief(story_case(), as_of=AS_OF))
    assert "No rule for a time limit was chosen" in text
    assert "| inside |" not in text


def test_a_rule_of_ones_own_judges_and_drops_nothing() -> None:
    # One year from the end of each period, looked at from 5 March 2027: March 2026 ends in 26 days.
    limit = parse_time_limit("years=1,clock=service_end")
    brief = make_brief(story_case(), as_of=date(2027, 3, 5), limit=limit)
    assert [(clock.standing, clock.days_left) for clock in brief.deadlines.periods[:2]] == [
        ("ends_soon", 26),
        ("ends_soon", 56),
    ]
    late = make_brief(story_case(), as_of=date(2027, 5, 1), limit=limit)
    assert [clock.standing for clock in late.deadlines.periods] == ["past", "past", *["ends_soon"] * 4]
    assert late.claimable_minor == 720_000
    assert "ends within 26 days" in to_markdown(brief)


@pytest.mark.parametrize(
    ("days_left", "standing"), [(-1, "past"), (0, "ends_soon"), (180, "ends_soon"), (181, "inside")]
)
def test_the_bounds_of_how_a_period_stands(days_left: int, standing: str) -> None:
    day = date.fromordinal(date(2027, 8, 31).toordinal() - days_left)
    clock = deadlines_of(story_case(), as_of=day, limit=parse_time_limit("years=1,clock=service_end")).periods[-1]
    assert (clock.days_left, clock.standing) == (days_left, standing)
