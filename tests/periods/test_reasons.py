"""Each reason why a text gives no period, with a small text that has it; and each rule that reads one."""

from __future__ import annotations

from datetime import date

import pytest

from billcheck.grammar import DateOrder
from billcheck.periods.reading import read
from billcheck.periods.resolve import refusal, resolve

ISSUED = date(2026, 3, 31).toordinal()
FISCAL_FROM_APRIL = 4

REASONS = {
    "Rent": "no period in the text",
    "Retainer [Month Year]": "the placeholder [Month Year] was not filled in",
    "March " + "x" * 2_000: "the text is too long to be sure of its dates",
    "13/01/2026 - 01/14/2026": "some dates have the day first and others the month",
    "01/02/2026 - 03/04/2026": "nothing shows whether the day or the month comes first",
    "01/02 - 03/04": "nothing shows whether the day or the month comes first",
    "Q1-20": "the period is more than five years away from the document",
    "Q1-19": "a number beside the month or quarter may be its year or something else",
    "1 March 5 - 31 March 5": "a number beside the month or quarter may be its year or something else",
    "1 March 20 - 31 March 20": "the period is more than five years away from the document",
    "Quarter 5 2026": "a number beside the month or quarter may be its year or something else",
    "Q1 2026 (fiscal)": "it is not clear whether the quarter or half is one of the fiscal year",
    "due 2026-03-14": "only a date, no period",
    "2-2 March 2026": "only a date, no period",
    "W12 March 2026": "another date or period stands in the text that cannot be read",
    "12 months March 2026": "the month may be the first of several",
    "Season 2025-26, March": "a year stands apart from the month",
    "Windows Server 2022 March": "a year stands apart from the month",
    "FQ1 2026 - FQ2 2026": "the two ends of the range are not written alike",
    "Huur 1e helft maart 2026": "it may be half of the month",
    "01/03 till 14/03": "two languages read it differently",
    "Projekt Mars hosting": "the word may be something else than a month",
    "Lot 117 2026-03": "it may be a number, not a month",
    "Usage 11.2026 kWh": "it may be a number, not a month",
    "EUR 11.2026": "it may be a number, not a month",
    "Quote valid from 1 March 2026 to 31 March 2026": "it is the date of something else, or one end of a longer period",
    "2 quarter 2026": "a number beside the month or quarter may be its year or something else",
    "2 kwartaal": "a number beside the month or quarter may be its year or something else",
    "1-15 March 2026 - 16-31 March 2026": "the two ends of the range are not written alike",
    "March 2026 - 2026-04": "the two ends of the range are not written alike",
    "January - March - May 2026": "more than two ends of a range",
    "January, February - March 2026": "a range and a list of months are mixed",
    "January and March": "the months do not follow each other",
    "January 2025 and February 2026": "the months do not follow each other",
    "Jan and Mar 2026": "the months do not follow each other",
    "March - January": "the range is reversed",
    "November - May 2026": "the range is reversed",
    "May - March 2026": "the range is reversed",
    "15 October - 14 May 2026": "the range is reversed",
    "15 March - 13 March 2026": "the range is reversed",
    "1 March - 27 February 2026": "the range is reversed",
    "2 April - 31 March 2026": "the range is reversed",
    "1 May - 31 March 2026": "the range is reversed",
    "31 March - 1 March 2026": "the range is reversed",
    "2026-03 to 2026-01": "the range is reversed",
    "Mar 24 - Mar 26": "the numbers beside the months may be days or years",
    "Mar 25 - Mar 25": "the numbers beside the months may be days or years",
    "Nov 25 - Feb 26": "the numbers beside the months may be days or years",
    "March 2026 (March 2025)": "two different periods in one text",
    "March 2026 (1-15 March 2026)": "two different periods in one text",
    "1 March 2026 and 31 March 2026": "a date stands beside it",
    "Sat 7 March 2026": "a date stands beside it",
    "Mar-26": "it is part of another word or number",
    "PO 2026-03": "it may be a number, not a month",
    "15/16 March 2026": "the figures before the month may be days",
    "Room 3 - 31 March 2026": "the first number may be something else than a day",
    "Retainer 1 - 27 February 2026": "the first number may be something else than a day",
    "Room 3 - 15 March 2026": "the first number may be something else than a day",
    "since March 2026": "it is the date of something else, or one end of a longer period",
    "correction invoice of March 2026": "it is the date of something else, or one end of a longer period",
    "price list March 2026": "it says from when a price holds, not what is billed for",
    "from March 2026": "the period has no end",
    "June Smith": "the month has no year and the words after it may belong to it",
    "you may 2026": "the word may be something else than a month",
    "May excl. VAT": "the word may be something else than a month",
    "May invoice": "the word may be something else than a month",
    "May retainer": "the word may be something else than a month",
    "Retainer may": "the word may be something else than a month",
    "Loyer T2": "the letter and number may be something else than a quarter or half year",
    "Retainer 2019-03": "the period is more than five years away from the document",
    "FY26 Q1": "the contract does not say when its fiscal year starts (fiscal_year_start)",
    "January - December": "the year is not given, and the months reach more than six months away from the document",
    "Retainer September": "the year is not given, and two years are equally near",
    "2026-02-30 to 2026-03-31": "the date does not exist",
    "jan 2026 tot mei 2026": "it is not clear whether the last month is included",
    "2026-01-31 to 2026-02-28": "it is not clear whether the last day is included",
    "1 tot 15 maart 2026": "it is not clear whether the last day is included",
    "1 March until 15 March 2026": "'until' leaves open whether the last day is included",
}

RULES = {
    "March 2026": ("month and year", "2026-03-01", "2026-03-31"),
    "Retainer March": ("month without a year", "2026-03-01", "2026-03-31"),
    "2026-03": ("ISO month", "2026-03-01", "2026-03-31"),
    "1-15 March 2026": ("days of a month", "2026-03-01", "2026-03-15"),
    "1-15/03/2026": ("days of a month in figures", "2026-03-01", "2026-03-15"),
    "Q1 2026": ("quarter", "2026-01-01", "2026-03-31"),
    "H1 2026": ("half year", "2026-01-01", "2026-06-30"),
    "2 March - 20 March 2026": ("range of dates", "2026-03-02", "2026-03-20"),
    "2026-03-02 - 2026-03-20": ("ISO range of dates", "2026-03-02", "2026-03-20"),
    "02/03/2026 - 20/03/2026": ("range of dates in figures", "2026-03-02", "2026-03-20"),
    "2026-02 - 2026-03": ("ISO range of months", "2026-02-01", "2026-03-31"),
    "February - March 2026": ("range of months", "2026-02-01", "2026-03-31"),
    "Q1 - Q2 2026": ("range of quarters", "2026-01-01", "2026-06-30"),
    "H1 2026 - H2 2026": ("range of half years", "2026-01-01", "2026-12-31"),
    "January, February and March 2026": ("list of months", "2026-01-01", "2026-03-31"),
    "Q1 2026 (January - March 2026)": ("range of months", "2026-01-01", "2026-03-31"),
    "Retainer March, 12.5 hours": ("month without a year", "2026-03-01", "2026-03-31"),
    "November - February 2026": ("range of months", "2025-11-01", "2026-02-28"),
    "November - April 2026": ("range of months", "2025-11-01", "2026-04-30"),
    "April - March 2026": ("range of months", "2025-04-01", "2026-03-31"),
    "December, January 2026": ("list of months", "2025-12-01", "2026-01-31"),
    "15 October - 14 April 2026": ("range of dates", "2025-10-15", "2026-04-14"),
    "15 March - 14 March 2026": ("range of dates", "2025-03-15", "2026-03-14"),
    "1 April - 31 March 2026": ("range of dates", "2025-04-01", "2026-03-31"),
    "1 March - 28 February 2026": ("range of dates", "2025-03-01", "2026-02-28"),
    "Mar 24 - Apr 26": ("range of dates", "2026-03-24", "2026-04-26"),
    "25 Nov - 26 Feb": ("range of dates", "2025-11-25", "2026-02-26"),
    "Retainer 1 - 28 February 2026": ("days of a month", "2026-02-01", "2026-02-28"),
    "Retainer, 3 - 15 March 2026": ("days of a month", "2026-03-03", "2026-03-15"),
    "1 tot 16/03/2026": ("days of a month in figures, end not included", "2026-03-01", "2026-03-15"),
    "Retainer 03/2024": ("ISO month", "2024-03-01", "2024-03-31"),
    "2nd quarter 2024": ("quarter", "2024-04-01", "2024-06-30"),
    "Q1-24": ("quarter", "2024-01-01", "2024-03-31"),
    "1 March 24 - 31 March 24": ("range of dates", "2024-03-01", "2024-03-31"),
    "16 tot 31 maart 2026": ("days of a month", "2026-03-16", "2026-03-31"),
    "jan 2026 tot apr 2026": ("range of months, end not included", "2026-01-01", "2026-03-31"),
    "1 tot 16 maart 2026": ("days of a month, end not included", "2026-03-01", "2026-03-15"),
    "Retainer between 1 March 2026 and 31 March 2026": ("range of dates", "2026-03-01", "2026-03-31"),
    "2026-03-01 to 2026-04-01": ("ISO range of dates, end not included", "2026-03-01", "2026-03-31"),
}


@pytest.mark.parametrize("text", REASONS, ids=lambda text: text[:40])
def test_the_reason(text: str) -> None:
    assert refusal(read(text), ISSUED) == REASONS[text]
    assert resolve(read(text), ISSUED) is None


@pytest.mark.parametrize("text", RULES)
def test_the_rule(text: str) -> None:
    period = resolve(read(text), ISSUED)
    assert period is not None
    days = (date.fromordinal(period.first_day), date.fromordinal(period.end_day - 1))
    assert (period.rule, *(day.isoformat() for day in days)) == RULES[text]
    assert refusal(read(text), ISSUED) == ""


@pytest.mark.parametrize(
    ("text", "rule", "first", "end"),
    [
        ("FY26 Q1", "fiscal quarter", date(2026, 4, 1), date(2026, 7, 1)),
        ("FQ4 2026", "fiscal quarter", date(2026, 1, 1), date(2026, 4, 1)),
        ("FH2 2025", "fiscal half year", date(2025, 10, 1), date(2026, 4, 1)),
        ("fiscal 2026", "fiscal year", date(2025, 10, 1), date(2026, 10, 1)),
        ("FY2026", "fiscal year", date(2025, 10, 1), date(2026, 10, 1)),
    ],
)
def test_the_rule_of_a_fiscal_part(text: str, rule: str, first: date, end: date) -> None:
    start = 10 if rule == "fiscal year" else FISCAL_FROM_APRIL
    period = resolve(read(text), ISSUED, fiscal_year_start=start)
    assert period == (first.toordinal(), end.toordinal(), rule)


def test_reasons_that_need_a_fiscal_year() -> None:
    quarter = read("Q1 2026")
    said = "it may be a quarter or half of the calendar year or of the contract's fiscal year"
    assert refusal(quarter, ISSUED, fiscal_year_start=FISCAL_FROM_APRIL) == said
    assert refusal(quarter, ISSUED, fiscal_year_start=1) == ""
    said = "no such part of the fiscal year lies within six months of the document"
    assert refusal(read("FY28 Q1"), ISSUED, fiscal_year_start=FISCAL_FROM_APRIL) == said


def test_the_order_of_the_source_settles_what_the_text_leaves_open() -> None:
    reading = read("01/02/2026 - 03/04/2026")
    for order, first, last in (
        (DateOrder.DAY_FIRST, date(2026, 2, 1), date(2026, 4, 3)),
        (DateOrder.MONTH_FIRST, date(2026, 1, 2), date(2026, 3, 4)),
    ):
        period = resolve(reading, ISSUED, order=order)
        assert period is not None
        assert (period.first_day, period.end_day) == (first.toordinal(), last.toordinal() + 1)


def test_a_document_at_the_edge_of_the_calendar() -> None:
    said = "the year is not given, and the document's date is at the edge of the calendar"
    assert refusal(read("Retainer January"), date(1, 1, 15).toordinal()) == said
    assert refusal(read("Retainer December"), date.max.toordinal()) == said


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Huur maart 2026", "nl"),
        ("Miete März 2026", "de"),
        ("Retainer March 2026", "en"),
        ("2026-03", ""),
        ("Q1 2026", ""),
    ],
)
def test_the_language(text: str, language: str) -> None:
    assert read(text).language == language
