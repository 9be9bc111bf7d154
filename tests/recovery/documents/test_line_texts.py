"""The text of a drafted line is read back as its period, whatever charges and documents are called."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billcheck.ledger.draft import DocumentReference
from billcheck.periods.reading import read
from billcheck.periods.resolve import resolve
from billcheck.recovery.line_texts import line_text

FIRST, LAST, ISSUED = date(2026, 3, 1), date(2026, 3, 31), date(2026, 9, 8)
WHY = "difference to the agreed price"
ORIGINAL = DocumentReference("INV-2026-003", date(2026, 3, 31))


def period_read_in(text: str, issued: date = ISSUED) -> tuple[date, date] | None:
    period = resolve(read(text), issued.toordinal())
    return None if period is None else (date.fromordinal(period.first_day), date.fromordinal(period.end_day - 1))


def test_a_line_of_the_story_says_all() -> None:
    found = line_text(["Retainer"], FIRST, LAST, ISSUED, why=WHY, references=[ORIGINAL])
    assert found.text == (
        "Retainer, 2026-03-01 through 2026-03-31: difference to the agreed price, invoice INV-2026-003 dated 2026-03-31"
    )
    assert found.lacks == frozenset()
    assert period_read_in(found.text) == (FIRST, LAST)


def test_several_originals_are_all_named() -> None:
    originals = [ORIGINAL, DocumentReference("INV-2026-004"), DocumentReference("INV-2026-005", date(2026, 5, 2))]
    found = line_text(["Retainer", "Seats"], FIRST, LAST, ISSUED, why=WHY, references=originals)
    assert found.text.startswith("Retainer + Seats, 2026-03-01 through 2026-03-31: difference")
    assert found.text.endswith(
        "invoices INV-2026-003 dated 2026-03-31 and INV-2026-004 and INV-2026-005 dated 2026-05-02"
    )
    assert period_read_in(found.text) == (FIRST, LAST)


def test_a_regular_line_says_no_why() -> None:
    assert line_text(["Retainer"], FIRST, LAST, ISSUED).text == "Retainer, 2026-03-01 through 2026-03-31"


@pytest.mark.parametrize("number", ["2026-03", "03/2026", "Q1-2026-7", "MRT2026-1"])
def test_a_number_that_reads_as_a_period_is_left_out(number: str) -> None:
    found = line_text(["Retainer"], FIRST, LAST, ISSUED, why=WHY, references=[DocumentReference(number, LAST)])
    assert found.text == "Retainer, 2026-03-01 through 2026-03-31: difference to the agreed price"
    assert found.lacks == {"references"}


@pytest.mark.parametrize("charge", ["Q2 support", "April fee", "Consultancy 2025-12", "Jan Jansen"])
def test_a_charge_that_reads_as_a_period_is_left_out(charge: str) -> None:
    found = line_text([charge], FIRST, LAST, ISSUED, why=WHY, references=[ORIGINAL])
    assert charge not in found.text
    assert "INV-2026-003" in found.text
    assert found.lacks == {"charge"}
    both = line_text([charge], FIRST, LAST, ISSUED, why=WHY, references=[DocumentReference("2026-03")])
    assert both.text == "Service period 2026-03-01 through 2026-03-31"
    assert both.lacks == {"charge", "references"}


def test_a_period_too_far_back_is_not_read_by_anybody() -> None:
    found = line_text(["Retainer"], date(2020, 3, 1), date(2020, 3, 31), ISSUED, why=WHY, references=[ORIGINAL])
    assert found.text.startswith("Retainer, 2020-03-01 through 2020-03-31: difference")
    assert found.lacks == {"period"}


def test_characters_that_hide_are_written_out() -> None:
    found = line_text(["A\u202eB"], FIRST, LAST, ISSUED, references=[DocumentReference("I\x1b1")])
    assert found.text == "A\\u202eB, 2026-03-01 through 2026-03-31: invoice I\\x1b1"


@pytest.mark.parametrize("last", [date(2026, 4, 1), date(2026, 3, 1), date(2027, 3, 1), date(2028, 2, 28)])
def test_the_last_day_is_included_beyond_doubt(last: date) -> None:
    found = line_text(["Licence"], FIRST, last, ISSUED, why=WHY)
    assert period_read_in(found.text) == (FIRST, last)


names = st.text(max_size=30) | st.sampled_from(["Q2 support", "May 2026", "Support 24/7", "2026-03-01", "Week 12"])


@given(names, st.lists(names, max_size=3), st.integers(0, 1500), st.integers(0, 800))
@example("Retainer", ["INV-1"], 0, 0)
def test_what_is_said_to_be_read_is_read(charge: str, numbers: list[str], back: int, days: int) -> None:
    first = ISSUED - timedelta(days=back)
    last = first + timedelta(days=days)
    references = [DocumentReference(number, last) for number in numbers]
    found = line_text([charge], first, last, ISSUED, why=WHY, references=references)
    assert "period" not in found.lacks
    assert period_read_in(found.text) == (first, last)
    if "references" in found.lacks:
        assert "dated" not in found.text
