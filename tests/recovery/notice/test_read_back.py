"""Every number in a notice is read back, as its language writes it, and is one of the statement or of the choices."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck.money import MINOR_DIGITS, minor_scale
from billcheck.recovery.client_view import ClientContact
from billcheck.recovery.disclosure import Billing, choices_of, notice_view
from billcheck.recovery.notice.notice import make_notice
from billcheck.recovery.statement import make_statement
from billcheck.recovery.writing.language import LANGUAGES, Language
from tests.recovery.cases import story_case
from tests.recovery.views import STORY_PERIODS, VAT, month, view_of

if TYPE_CHECKING:
    from billcheck.recovery.client_view import ClientView

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
GROUP_AND_POINT = {"en": (",", "."), "nl": (".", ","), "de": (".", ","), "fr": ("\N{NARROW NO-BREAK SPACE}", ",")}


class Numbers:
    """Takes the numbers out of a text, kind by kind; what is left over was not understood."""

    def __init__(self, text: str, language: Language, currency: str) -> None:
        self.left = text
        self.language = language
        self.currency = currency
        self.names = MONTHS[language].split()

    def drop(self, *known: str) -> None:
        """Leave out texts that are no numbers, such as those of documents."""
        for words in sorted({*known}, key=len, reverse=True):
            assert words in self.left, words
            self.left = self.left.replace(words, "•")

    def days(self) -> set[date]:
        found: set[date] = set()

        def take(match: re.Match[str]) -> str:
            found.add(date(int(match[3]), self.names.index(match[2]) + 1, int(match[1])))
            return "•"

        pattern = rf"\b(\d{{1,2}})(?:er|\.)?\s({'|'.join(self.names)})\s(\d{{4}})\b"
        self.left = re.sub(pattern, take, self.left)
        return found

    def months(self) -> set[tuple[int, int]]:
        found: set[tuple[int, int]] = set()

        def take(match: re.Match[str]) -> str:
            found.add((int(match[2]), self.names.index(match[1]) + 1))
            return "•"

        self.left = re.sub(rf"\b({'|'.join(self.names)})\s(\d{{4}})\b", take, self.left)
        return found

    def percents(self) -> set[Decimal]:
        _, point = GROUP_AND_POINT[self.language]
        found: set[Decimal] = set()

        def take(match: re.Match[str]) -> str:
            found.add(Decimal(match[1].replace(point, ".")))
            return "•"

        self.left = re.sub(rf"(\d+(?:{re.escape(point)}\d+)?)\s?%", take, self.left)
        return found

    def amounts(self) -> set[int]:
        """Minor units; an amount has exactly the decimals of its currency, and strict groups of three."""
        group, point = (re.escape(mark) for mark in GROUP_AND_POINT[self.language])
        digits = MINOR_DIGITS[self.currency]
        part = rf"{point}(\d{{{digits}}})" if digits else "()"
        found: set[int] = set()

        def take(match: re.Match[str]) -> str:
            whole = int(re.sub(r"\D", "", match[1]))
            found.add(whole * minor_scale(self.currency) + int(match[2] or 0))
            return "•"

        least = r"\d{1,3}" if digits else r"\d{1,3}(?=\s|\N{NO-BREAK SPACE}|$|[.,;]\s)|\d{1,3}"
        pattern = rf"(?<![\d.,])({least}(?:{group}\d{{3}})*){part}(?![\d]|{group}\d)"
        self.left = re.sub(pattern, take, self.left)
        return found


def check(
    view: ClientView, language: Language, amounts: set[int], days: set[date], months: set[tuple[int, int]]
) -> None:
    text = " ".join(make_notice(view, language=language).to_text().split(" "))
    numbers = Numbers(re.sub(r"[ \n]+", " ", text), language, view.currency)
    numbers.drop(view.customer, view.contact.phone, *view.contracts)
    numbers.drop(*(invoice.number for period in view.periods for invoice in period.invoices))
    numbers.left = re.sub(
        r"\b\d{4}-\d\d\b", lambda match: "•" if _month(match[0]) in months else match[0], numbers.left
    )
    if len(view.periods) > 1:
        count = {"en": "periods", "nl": "perioden", "de": "Zeiträume", "fr": "périodes"}[language]
        assert f" {len(view.periods)} {count}" in numbers.left
        numbers.left = numbers.left.replace(f" {len(view.periods)} {count}", "•")
    assert numbers.days() <= days
    assert numbers.months() <= months
    assert numbers.percents() <= {period.tax_percent for period in view.periods}
    assert numbers.amounts() <= amounts
    assert re.findall(r"\S*\d\S*", numbers.left) == []


def _month(label: str) -> tuple[int, int]:
    return int(label[:4]), int(label[5:])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_of_the_story_is_one_of_the_statement_or_of_the_documents(language: Language) -> None:
    case = story_case()
    choices = choices_of(case, Billing(separate_on=date(2026, 9, 8)))
    written, reply_by, talk = date(2026, 9, 4), date(2026, 9, 11), date(2026, 9, 7)
    contact = ClientContact(name="Anna", phone="+31 20 555 0117", meeting_on=talk)
    view = notice_view(case, choices, issue_date=written, reply_by=reply_by, contact=contact, cause="A mistake.")
    statement = make_statement(case)
    documents = [document for each in choices.values() for document in each]
    amounts = {
        *(minor for row in statement.periods for minor in (row.expected_minor, row.billed_minor, row.shortfall_minor)),
        *(minor for each in documents for minor in (each.excl_tax_minor, each.tax_minor, each.incl_tax_minor)),
        statement.arrears.excl_tax_minor,
        statement.arrears.tax_minor,
        statement.arrears.incl_tax_minor,
        *(line.amount_minor for document in documents for line in document.lines),
    }  # fmt: skip
    assert {720000, 151200, 871200, 1161600, 290400, 240000, 120000, 201600} <= amounts
    days = {written, reply_by, talk, case.opened.cause.found_on}
    days |= {part.issue_date for row in statement.periods for part in row.billed}
    days |= {day for document in documents for day in (document.issue_date, document.due_date) if day is not None}
    months = {(row.first_day.year, row.first_day.month) for row in statement.periods} | {(2026, 9)}
    check(view, language, amounts, days, months)


@settings(max_examples=60)
@given(
    language=st.sampled_from(LANGUAGES),
    currency=st.sampled_from(["EUR", "GBP", "USD", "JPY", "KWD"]),
    rows=st.lists(
        st.tuples(st.integers(1, 10**11), st.integers(0, 10**11), st.sampled_from(["21", "5.5", "0", "19"])),
        min_size=1, max_size=8,
    ),
    regular=st.integers(1, 10**11),
)  # fmt: skip
def test_every_number_of_any_notice_is_one_of_its_view(
    language: Language, currency: str, rows: list[tuple[int, int, str]], regular: int
) -> None:
    periods = [
        month(number, agreed=missing + billed, billed=billed, percent=Decimal(percent))
        for number, (missing, billed, percent) in enumerate(rows, start=1)
    ]
    view = replace(view_of(periods, currency=currency, regular=regular), cause="A mistake.")
    taxes = view.totals.taxes
    amounts = {regular, sum(missing for missing, _, _ in rows)}
    amounts |= {minor for missing, billed, _ in rows for minor in (missing, billed, missing + billed)}
    amounts |= {minor for group in taxes for minor in (group.excl_tax_minor, group.tax_minor)}
    for choice in view.choices:
        for invoice in filter(None, (choice.invoice, choice.regular)):
            amounts |= {invoice.tax_minor, invoice.incl_tax_minor}
    days = {date(2026, 9, day) for day in (4, 7, 8, 30)} | {date(2026, 10, 8), date(2026, 10, 30)}
    days |= {date(2026, number + 1, 1) - timedelta(1) for number in range(1, 10)}
    check(view, language, amounts, days, {(2026, number) for number in range(1, 10)})


def test_the_reader_would_notice_a_number_of_its_own() -> None:
    numbers = Numbers("between €3,600.00 and 12 March 2026, 7%, 42", "en", "EUR")
    assert numbers.days() == {date(2026, 3, 12)}
    assert numbers.percents() == {Decimal(7)}
    assert numbers.amounts() == {360000}
    assert re.findall(r"\d+", numbers.left) == ["42"]
    assert len(STORY_PERIODS) == 6
    assert VAT == 21
