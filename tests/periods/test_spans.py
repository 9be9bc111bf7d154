"""Spans and tokens on their own: days, ends, years, and how a text is cut."""

from __future__ import annotations

from datetime import date

import pytest

from billcheck.periods.reading import Reading, read
from billcheck.periods.resolve import refusal, resolve
from billcheck.periods.spans import Ending, Mark, Span, complete_years, days_of, named_period
from billcheck.periods.tokens import cut


def days(first: date, end: date) -> tuple[int, int]:
    return first.toordinal(), end.toordinal()


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Span(Mark(2026, 3), Mark(2026, 3)), days(date(2026, 3, 1), date(2026, 4, 1))),
        (Span(Mark(2025, 12), Mark(2026, 1)), days(date(2025, 12, 1), date(2026, 2, 1))),
        (Span(Mark(2026, 3, 5), Mark(2026, 3, 5)), days(date(2026, 3, 5), date(2026, 3, 6))),
        (Span(Mark(2026, 3, 1), Mark(2026, 4, 1)), days(date(2026, 3, 1), date(2026, 4, 1))),
        (Span(Mark(2026, 3, 1), Mark(2026, 4, 1), Ending.THROUGH), days(date(2026, 3, 1), date(2026, 4, 2))),
        (Span(Mark(2026, 3, 1), Mark(2026, 3, 31), Ending.UNTIL), days(date(2026, 3, 1), date(2026, 4, 1))),
        (Span(Mark(2026, 3, 15), Mark(2026, 4, 14), Ending.UNTIL), days(date(2026, 3, 15), date(2026, 4, 15))),
        (Span(Mark(2024, 2, 29), Mark(2025, 2, 28), Ending.THROUGH), days(date(2024, 2, 29), date(2025, 3, 1))),
    ],
)
def test_days_of_a_dated_span(span: Span, expected: tuple[int, int]) -> None:
    found = days_of(span)
    assert not isinstance(found, str)
    assert (found.first_day, found.end_day) == expected


@pytest.mark.parametrize(
    "span",
    [
        Span(Mark(2026, 4), Mark(2026, 3)),
        Span(Mark(2026, 4, 2), Mark(2026, 4, 1)),
        Span(Mark(2026, 2, 29), Mark(2026, 3, 1)),
        Span(Mark(2026, 3, 1), Mark(2026, 4, 31)),
        Span(Mark(2026, 3, 1), Mark(2026, 3, 20), Ending.UNTIL),
        Span(Mark(2026, 1, 31), Mark(2026, 2, 28)),
        Span(Mark(2026, 1, 29), Mark(2026, 2, 28)),
        Span(Mark(2026, 2, 28), Mark(2026, 3, 31)),
    ],
)
def test_spans_without_sure_days(span: Span) -> None:
    assert isinstance(days_of(span), str)
    assert isinstance(named_period(span, "rule"), str)


def test_a_span_without_years_takes_the_year_it_is_given() -> None:
    found = days_of(Span(Mark(None, 11), Mark(None, 2)), 2025)
    assert not isinstance(found, str)
    assert (found.first_day, found.end_day) == days(date(2025, 11, 1), date(2026, 3, 1))


@pytest.mark.parametrize(
    ("first", "last", "years"),
    [
        (Mark(2025, 12), Mark(None, 2), (2025, 2026)),
        (Mark(None, 12), Mark(2026, 2), (2025, 2026)),
        (Mark(2026, 1), Mark(None, 3), (2026, 2026)),
        (Mark(None, 1), Mark(2026, 3), (2026, 2026)),
        (Mark(2024, 1), Mark(2026, 3), (2024, 2026)),
        (Mark(None, 1), Mark(None, 3), (None, None)),
        (Mark(2026, 3, 15), Mark(None, 3, 14), (2026, 2027)),
    ],
)
def test_one_year_serves_both_ends(first: Mark, last: Mark, years: tuple[int | None, int | None]) -> None:
    completed = complete_years(first, last)
    assert (completed[0].year, completed[1].year) == years


def english_kinds(text: str) -> str:
    return "".join(token.kinds[0] for token in cut(text))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Retainer March 2026", "gMY"),
        ("1-31 March 2026", "N-NMY"),
        ("1 - 31 March 2026", "N~NMY"),
        ("1st to 31st of March", "NtNoM"),
        ("2026-03-01/2026-03-31", "D/D"),
        ("2026-03", "I"),
        ("INV-2026-03", "w"),
        ("2026-03-0001", "Y-N-n"),
        ("Mar-2026", "M-Y"),
        ("Sept. 2026", "MY"),
        ("March. 2026", "MbY"),
        ("No. 12", "RN"),
        ("15/03/2026", "G"),
        ("03/2026", "I"),
        ("3/2026", "x"),
        ("2026/03/15", "D"),
        ("2026.03.15", "D"),
        ("2026/03-15", "x-N"),
        ("2026/3/15", "x"),
        ("Q1 2026", "QY"),
        ("month of March", "foM"),
        ("12 months", "Nd"),
        ("12-month", "N-d"),
        ("may", "w"),
        ("May", "M"),
        ("March's", "w"),
        ("O'Neil", "w"),
        ("mars", "x"),
        ("1.5", "n"),
        ("45", "n"),
        ("0", "n"),
        ("5 %", "nj"),
        ("2026.", "Yb"),
        ("x\ny", "wbw"),
        ("1 marca 2026 r. do 2 marca 2026 roku.", "NxYPNxYb"),
        ("31.03.2026r.", "G"),
        ("31.03.2026 roku, lokal", "G,w"),
        ("12026 r. 2026 rok 2026 R. Smith", "nwbYdYwbw"),
        ("§ 12", "#N"),
        ("€5", "jN"),
        ("#7 №8", "#N#N"),
        ("x & y + z, q", "w&w&w,w"),
    ],
)
def test_kinds_of_tokens(text: str, kinds: str) -> None:
    assert english_kinds(text) == kinds


def test_glued_tokens_are_known() -> None:
    assert [token.is_glued for token in cut("pre-March 2026")] == [False, True, True, False]
    assert [token.is_glued for token in cut("pre - March")] == [False, False, False]


def test_a_month_at_the_edge_of_the_calendar_is_refused() -> None:
    assert resolve(read("Retainer January"), date(1, 1, 31).toordinal()) is None
    assert resolve(read("Retainer December"), date.max.toordinal()) is None
    assert "edge of the calendar" in refusal(read("Retainer December"), date.max.toordinal())


def test_an_empty_reading_resolves_to_nothing() -> None:
    assert resolve(Reading(reason="why"), 1) is None
    assert refusal(Reading(reason="why"), 1) == "why"
