"""Reading periods from text: a corpus by hand, and what must hold for any text."""

from __future__ import annotations

from calendar import month_abbr, month_name, monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck.periods import reading as reading_module
from billcheck.periods.reading import NOTHING, may_name_period, read
from billcheck.periods.resolve import refusal, resolve
from billcheck.periods.words import MONTHS
from tests.periods.corpus import NOT_READ, READ

ISSUED = date(2026, 3, 31)


def period_of(text: str, issued: date = ISSUED) -> tuple[str, str] | None:
    """First and last day, inclusive, as ISO dates."""
    period = resolve(read(text), issued.toordinal())
    if period is None:
        return None
    return date.fromordinal(period.first_day).isoformat(), date.fromordinal(period.end_day - 1).isoformat()


@pytest.mark.parametrize("text", READ)
def test_texts_that_name_a_period(text: str) -> None:
    assert period_of(text) == READ[text]


@pytest.mark.parametrize("text", READ)
def test_spaces_around_a_text_change_nothing(text: str) -> None:
    assert period_of(f"  {text}\n") == READ[text]
    assert period_of(text.replace(" ", "\N{NO-BREAK SPACE}")) == READ[text]


@pytest.mark.parametrize("text", NOT_READ)
def test_texts_that_name_none(text: str) -> None:
    assert period_of(text) is None
    assert refusal(read(text), ISSUED.toordinal())


@pytest.mark.parametrize("text", [text for text in READ if "\n" not in text])
def test_a_second_period_in_the_text_refuses_it(text: str) -> None:
    assert period_of(f"{text}; extra work 1 June 2024 - 7 June 2024") is None


@pytest.mark.parametrize("text", READ)
def test_a_month_of_another_language_refuses_the_text(text: str) -> None:
    assert period_of(f"{text}; styczeń") is None


def test_the_corpus_is_large_enough() -> None:
    assert len(READ) + len(NOT_READ) >= 150
    assert not READ.keys() & set(NOT_READ)


@pytest.mark.parametrize(
    ("issued", "expected"),
    [
        (date(2026, 9, 1), None),  # March 2026 and March 2027 are equally near
        (date(2026, 9, 30), None),
        (date(2026, 8, 31), ("2026-03-01", "2026-03-31")),
        (date(2026, 10, 1), ("2027-03-01", "2027-03-31")),
        (date(2026, 2, 1), ("2026-03-01", "2026-03-31")),
        (date(2025, 12, 31), ("2026-03-01", "2026-03-31")),
    ],
)
def test_a_month_without_year_is_the_nearest_and_never_beyond_six_months(
    issued: date, expected: tuple[str, str] | None
) -> None:
    assert period_of("Retainer March", issued) == expected


def test_a_range_without_year_lies_wholly_within_six_months() -> None:
    assert period_of("Nov - Feb", date(2026, 1, 5)) == ("2025-11-01", "2026-02-28")
    assert period_of("January - June", date(2026, 7, 31)) == ("2026-01-01", "2026-06-30")
    assert period_of("January - June", date(2026, 8, 1)) is None


def test_29_february_without_year_exists_only_in_a_leap_year() -> None:
    assert period_of("1-29 February", date(2028, 2, 29)) == ("2028-02-01", "2028-02-29")
    assert period_of("1-29 February", date(2026, 2, 28)) is None


def test_a_dated_period_far_from_its_document_is_refused() -> None:
    assert period_of("Retainer March 2021", date(2026, 1, 31)) is not None
    assert period_of("Retainer March 2020", date(2026, 1, 31)) is None
    assert "five years" in refusal(read("Retainer March 2020"), ISSUED.toordinal())


@pytest.mark.parametrize(
    ("text", "rule", "language"),
    [
        ("2026-03", "ISO month", ""),
        ("2026-03-01 to 2026-03-31", "ISO range of dates", ""),
        ("2026-01 to 2026-03", "ISO range of months", ""),
        ("March 2026", "month and year", "en"),
        ("March", "month without a year", "en"),
        ("1-31 March 2026", "days of a month", "en"),
        ("1 March - 31 March 2026", "range of dates", "en"),
        ("1 March - 1 April 2026", "range of dates, end not included", "en"),
        ("January - March 2026", "range of months", "en"),
        ("January, February 2026", "list of months", "en"),
        ("Affitto marzo 2026", "month and year", "it"),
        ("Alquiler marzo 2026", "month and year", "es"),
        ("Huur december 2025", "month and year", "nl"),
        ("Husleje august 2026", "month and year", "da"),
    ],
)
def test_every_period_names_its_rule(text: str, rule: str, language: str) -> None:
    period = resolve(read(text), ISSUED.toordinal())
    assert period is not None
    assert period.rule == rule
    assert read(text).language == language
    assert refusal(read(text), ISSUED.toordinal()) == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Retainer", "no period in the text"),
        ("due 2026-03-14", "only a date, no period"),
        ("5-5 March", "only a date, no period"),
        ("Retainer 5 March 2026", "a date stands beside it"),
        ("Jan 2026; Mar 2026", "two different periods in one text"),
        ("Jan, Mar 2026", "the months do not follow each other"),
        ("Jan, Feb - Mar 2026", "a range and a list of months are mixed"),
        ("Jan - Feb - Mar 2026", "more than two ends of a range"),
        ("5 January - March 2026", "the two ends of the range are not written alike"),
        ("2026-03-31 to 2026-03-01", "the range is reversed"),
        ("2026-03 to 2026-01", "the range is reversed"),
        ("March - January 2026", "the range is reversed"),
        ("2026-02-30 to 2026-03-01", "the date does not exist"),
        ("31 January - 28 February 2026", "it is not clear whether the last day is included"),
        ("1 March until 15 March 2026", "'until' leaves open whether the last day is included"),
        ("Nov 25 - Feb 26", "the numbers beside the months may be days or years"),
        ("March 2026 Q1", "two different periods in one text"),
        ("March 2026 W12", "another date or period stands in the text that cannot be read"),
        ("Annual fee March 2026", "the month may be the first of several"),
        ("March, plan 2025", "a year stands apart from the month"),
        ("pre-March 2026", "it is part of another word or number"),
        ("March 2026-based", "it is part of another word or number"),
        ("since March 2026", "it is the date of something else, or one end of a longer period"),
        ("March 2026 onwards", "it is the date of something else, or one end of a longer period"),
        ("from March 2026", "the period has no end"),
        ("Order 2026-03", "it may be a number, not a month"),
        ("15/16 March 2026", "the figures before the month may be days"),
        ("Room 3 - 15 March 2026", "the first number may be something else than a day"),
        ("March Smith", "the month has no year and the words after it may belong to it"),
        ("Fee Jan", "the word may be something else than a month"),
        ("retainer march", "the word may be something else than a month"),
        ("Retainer September", "the year is not given, and two years are equally near"),
        ("January - December", "the year is not given, and the months reach more than six months away"),
        ("March 2026 " + "x" * 2000, "the text is too long to be sure of its dates"),
    ],
)
def test_every_refusal_says_why(text: str, reason: str) -> None:
    assert refusal(read(text), ISSUED.toordinal()).startswith(reason)


def test_a_text_is_read_the_same_whether_memoised_or_not() -> None:
    for text in [*READ, *NOT_READ]:
        assert read(text) == reading_module._read(text) == read(text)
    long_text = "Retainer March 2026" + " and more" * 60
    assert read(long_text).span == read("Retainer March 2026").span


def test_memo_is_bounded() -> None:
    info = reading_module._read_memoised.cache_parameters()
    assert 0 < info["maxsize"] <= 20_000


def test_the_quick_look_misses_no_period() -> None:
    for text in READ:
        assert may_name_period(text)
    assert not may_name_period("Hosting, support and licence keys, 12.5 hours")
    assert read("Hosting") is NOTHING


@pytest.mark.large
@given(st.text())
def test_never_raises_on_any_text(text: str) -> None:
    reading = read(text)
    resolve(reading, ISSUED.toordinal())
    assert (resolve(reading, ISSUED.toordinal()) is None) == bool(refusal(reading, ISSUED.toordinal()))


PIECES = (
    "March May MAR Jan 2026 2025 2026-03 2026-03-01 2026-02-31 1 5 31 32 1st 26 '26 - – .. / , . ( ) & to through "
    "until from between and of due invoice No. # since annual Q1 mars x % retainer fee INV-2026-03 01/03/2026 12 "
    "months month rates 0 99 2026-13 tot t/m bis au du kwartaal trimestre K1 T2 H1 1Q26 FY26 FQ1 fiscal per excl "
    "01.03. 1-3-26 prijs Jahresabo 02/03"
)
pieces = st.sampled_from([*sorted(MONTHS), *PIECES.split(), "\n"])


@settings(max_examples=400)
@given(st.lists(st.tuples(pieces, st.sampled_from(["", " ", "  "])), max_size=14))
def test_never_raises_on_text_made_of_period_words(parts: list[tuple[str, str]]) -> None:
    text = "".join(piece + space for piece, space in parts)
    period = resolve(read(text), ISSUED.toordinal())
    if period is not None:
        assert period.first_day < period.end_day
        assert period.rule
        assert may_name_period(text)


days = st.dates(date(2022, 1, 1), date(2030, 12, 31))


def spell(day: date, style: int) -> str:
    name = month_name[day.month] if style % 2 else month_abbr[day.month]
    return [
        f"{day.day} {name} {day.year}",
        f"{name} {day.day}, {day.year}",
        f"{day.day:02d}-{month_abbr[day.month]}-{day.year}",
        day.isoformat(),
    ][style % 4]


@given(
    days, st.integers(1, 400), st.integers(0, 3), st.sampled_from([" - ", " to ", " – ", " through "]), st.text("xqz ")
)
def test_formatted_ranges_read_back(first: date, length: int, style: int, joint: str, words: str) -> None:
    last = first + timedelta(days=length)
    text = f"{words.strip()} ({spell(first, style)}{joint}{spell(last, style)})"
    period = resolve(read(text), first.toordinal())
    if period is None:
        assert joint != " through "
        return
    assert period.first_day == first.toordinal()
    is_exclusive = joint != " through " and first.day == last.day and first.month != last.month
    is_exclusive |= joint != " through " and first.day == last.day and first.year != last.year
    assert period.end_day == last.toordinal() + (0 if is_exclusive else 1)


@given(days, st.integers(0, 3), st.integers(0, 11))
def test_formatted_months_read_back(day: date, style: int, more: int) -> None:
    months = day.year * 12 + day.month - 1 + more
    last = date(months // 12, months % 12 + 1, monthrange(months // 12, months % 12 + 1)[1])
    first_text = [f"{month_name[day.month]} {day.year}", f"{day:%Y-%m}"][style % 2]
    last_text = [f"{month_name[last.month]} {last.year}", f"{last:%Y-%m}"][style % 2]
    text = f"{first_text} - {last_text}" if more else first_text
    period = resolve(read(f"Retainer {text}"), day.toordinal())
    assert period is not None
    assert period.first_day == day.replace(day=1).toordinal()
    assert period.end_day == last.toordinal() + 1


@given(days, st.integers(-12, 12))
def test_a_month_without_year_is_within_six_months_of_the_document(issued: date, offset: int) -> None:
    months = issued.year * 12 + issued.month - 1 + offset
    wanted = date(months // 12, months % 12 + 1, 1)
    text = f"Retainer ({month_name[wanted.month]})"
    period = resolve(read(text), issued.toordinal())
    if abs(offset) == 6:
        assert period is None
    elif abs(offset) < 6:
        assert period is not None
        assert period.first_day == wanted.toordinal()
    else:
        assert period is None or period.first_day != wanted.toordinal()
