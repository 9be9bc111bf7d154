"""The text of a drafted line is read back as its period, whatever charges and documents are called."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billcheck.ledger.draft import DocumentReference, DraftLine
from billcheck.periods.reading import read
from billcheck.periods.resolve import resolve
from billcheck.recovery.line_texts import lacking, line_text
from billcheck.recovery.line_words import DRAFT_LANGUAGES, ENGLISH, WORDS, Why

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.recovery.line_words import DraftLanguage, LineWords

FIRST, LAST, ISSUED = date(2026, 3, 1), date(2026, 3, 31), date(2026, 9, 8)
ORIGINAL = DocumentReference("INV-2026-003", date(2026, 3, 31))


def period_read_in(text: str, issued: date = ISSUED) -> tuple[date, date] | None:
    period = resolve(read(text), issued.toordinal())
    return None if period is None else (date.fromordinal(period.first_day), date.fromordinal(period.end_day - 1))


def line_of(
    charges: Sequence[str] = ("Retainer",),
    first: date = FIRST,
    last: date = LAST,
    *,
    references: Sequence[DocumentReference] = (ORIGINAL,),
    why: Why | None = "difference",
    words: LineWords = ENGLISH,
) -> DraftLine:
    return DraftLine(
        contract="C-117",
        charges=tuple(charges),
        first_day=first,
        last_day=last,
        description=line_text(charges, first, last, ISSUED, why=why, references=references, words=words),
        amount_minor=1,
        tax_percent=None,
        references=tuple(references),
    )


def test_a_line_of_the_story_says_all() -> None:
    line = line_of()
    assert line.description == (
        "Retainer, 2026-03-01 through 2026-03-31: difference to the agreed price, invoice INV-2026-003 dated 2026-03-31"
    )
    assert lacking(line, ISSUED) == ()
    assert period_read_in(line.description) == (FIRST, LAST)


def test_several_originals_are_all_named() -> None:
    originals = [ORIGINAL, DocumentReference("INV-2026-004"), DocumentReference("INV-2026-005", date(2026, 5, 2))]
    line = line_of(["Retainer", "Seats"], references=originals)
    assert line.description == (
        "Retainer + Seats, 2026-03-01 through 2026-03-31: difference to the agreed price, invoices INV-2026-003 dated "
        "2026-03-31 and INV-2026-004 and INV-2026-005 dated 2026-05-02"
    )
    assert period_read_in(line.description) == (FIRST, LAST)


def test_a_regular_line_says_no_why() -> None:
    assert line_text(["Retainer"], FIRST, LAST, ISSUED) == "Retainer, 2026-03-01 through 2026-03-31"


@pytest.mark.parametrize("number", ["2026-03", "03/2026", "Q1-2026-7", "MRT2026-1"])
def test_a_number_that_reads_as_a_period_is_left_out(number: str) -> None:
    line = line_of(references=[DocumentReference(number, LAST)])
    assert line.description == "Retainer, 2026-03-01 through 2026-03-31: difference to the agreed price"
    assert lacking(line, ISSUED) == ("references",)


@pytest.mark.parametrize("charge", ["Q2 support", "April fee", "Consultancy 2025-12", "Jan Jansen"])
def test_a_charge_that_reads_as_a_period_is_left_out(charge: str) -> None:
    line = line_of([charge])
    assert line.description.startswith("Service period 2026-03-01 through 2026-03-31: difference")
    assert "INV-2026-003" in line.description
    assert lacking(line, ISSUED) == ("charge",)
    both = line_of([charge], references=[DocumentReference("2026-04")])
    assert both.description == "Service period 2026-03-01 through 2026-03-31"
    assert lacking(both, ISSUED) == ("charge", "references")


def test_a_period_too_far_back_is_not_read_by_anybody() -> None:
    line = line_of(first=date(2020, 3, 1), last=date(2020, 3, 31))
    assert line.description.startswith("Retainer, 2020-03-01 through 2020-03-31: difference")
    assert lacking(line, ISSUED) == ("period",)


@pytest.mark.parametrize("last", [date(2026, 4, 1), date(2026, 3, 1), date(2027, 3, 1), date(2028, 2, 28)])
def test_the_last_day_is_included_beyond_doubt(last: date) -> None:
    assert period_read_in(line_of(last=last).description) == (FIRST, last)


def test_characters_that_hide_are_written_out() -> None:
    line = line_of(["A\u202eB"], references=[DocumentReference("I\x1b1")], why=None)
    assert line.description == "A\\u202eB, 2026-03-01 through 2026-03-31: invoice I\\x1b1"
    assert lacking(line, ISSUED) == ()


STORY_LINES = {
    "en": "through 2026-03-31: difference to the agreed price, invoice INV-2026-003 dated 2026-03-31",
    "nl": "t/m 2026-03-31: verschil met de afgesproken prijs, factuur INV-2026-003 gedateerd 2026-03-31",
    "de": "bis 2026-03-31: Differenz zum vereinbarten Preis, Rechnung INV-2026-003 mit Datum 2026-03-31",
    "fr": "au 2026-03-31: différence avec le prix convenu, facture INV-2026-003 en date du 2026-03-31",
}


@pytest.mark.parametrize("language", DRAFT_LANGUAGES)
def test_a_line_of_the_story_in_every_language(language: DraftLanguage) -> None:
    words = WORDS[language]
    line = line_of(words=words)
    assert line.description == f"Retainer, 2026-03-01 {STORY_LINES[language]}"
    assert lacking(line, ISSUED, words) == ()


@pytest.mark.parametrize("language", DRAFT_LANGUAGES)
@pytest.mark.parametrize("last", [date(2026, 4, 1), date(2026, 3, 1), date(2026, 5, 31), date(2027, 2, 28)])
def test_every_why_of_every_language_is_read(language: DraftLanguage, last: date) -> None:
    words = WORDS[language]
    several = (ORIGINAL, DocumentReference("INV-2026-004", date(2026, 4, 30)))
    for why in (None, *get_args(Why)):
        for references in ((), (ORIGINAL,), several):
            line = line_of(last=last, why=why, references=references, words=words)
            assert lacking(line, ISSUED, words) == (), line.description
            assert period_read_in(line.description) == (FIRST, last)
        bare = line_of(["Q2 support"], last=last, why=why, words=words)
        assert lacking(bare, ISSUED, words) == ("charge",)
        assert bare.description.startswith((words.service_period, ENGLISH.service_period))


names = st.text(max_size=30) | st.sampled_from(["Q2 support", "May 2026", "Support 24/7", "2026-03-01", "Week 12"])


@given(names, st.lists(names, max_size=3), st.integers(0, 1500), st.integers(0, 800))
@example("Retainer", ["INV-1"], 0, 0)
def test_every_text_within_five_years_is_read_as_its_period(
    charge: str, numbers: list[str], back: int, days: int
) -> None:
    first = ISSUED - timedelta(days=back)
    last = first + timedelta(days=days)
    line = line_of([charge], first, last, references=[DocumentReference(number, last) for number in numbers])
    assert "period" not in lacking(line, ISSUED)
    assert period_read_in(line.description) == (first, last)
