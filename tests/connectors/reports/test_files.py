"""Report-shaped files from end to end, by a profile of their own."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from billcheck.connectors.files import read_ledger
from billcheck.connectors.files.profile_shape import profile_of
from billcheck.errors import LedgerRefusedError
from billcheck.ledger.line import DocumentStatus
from tests.connectors.exports import scan
from tests.connectors.reports.small import FOOTER

if TYPE_CHECKING:
    from pathlib import Path

    from tests.connectors.exports import Scanned

PROFILE = """
schema = 1
id = "small"
title = "A small report"
evidence = "documented"
[identify]
required = ["Date", "Num", "Amount"]
[values]
empty_amount = "zero"
[columns]
document = "Num"
issue_date = "Date"
due_date = "Due"
customer = "(customer)"
description = "Memo"
amount = "Amount"
[kind]
column = "Type"
default = "invoice"
credit_note = ["Credit Memo"]
[status]
column = "(void)"
default = "approved"
void = ["void"]
[report]
group_column = "(customer)"
total_words = ["Total for"]
balance = ["Balance"]
footer = "required"
basis = "accrual"
void_column = "(void)"
void_words = ["Void"]
[variants.day-first]
date_order = "day_first"
[variants.accrual]
basis = "any"
"""
TEXT = (
    "Northlight Advisory\n"
    '"March 1-August 31, 2026",,,,,\n'
    "\n"
    ",Date,Num,Memo,Amount,Balance\n"
    "Acme,,,,,\n"
    ',03/01/2026,1,"Retainer,\nMarch",100.00,100.00\n'
    ",04/01/2026,2,Voided,0.00,100.00\n"
    "Total for Acme,,,,$100.00,\n"
    "TOTAL,,,,$100.00,\n"
    "\n"
    f'"{FOOTER}",,,,,\n'
)


class Reader:
    """Reads texts by one profile."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "ledger.csv"
        self._profile = folder / "small.toml"
        self._profile.write_text(PROFILE, encoding="utf-8")

    def read(self, text: str, profile: str | None = None, currency: str | None = "USD") -> Scanned:
        self._path.write_text(text, encoding="utf-8", newline="")
        ledger = read_ledger(self._path, profile=profile, currency=currency, profiles=[self._profile])
        (source,) = ledger.sources
        return scan(source)

    def refusal(self, text: str, profile: str | None = None, currency: str | None = "USD") -> str:
        with pytest.raises(LedgerRefusedError) as caught:
            self.read(text, profile, currency)
        return str(caught.value.problems[0]).removeprefix(str(self._path)).strip()


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    return Reader(tmp_path)


def test_a_report_is_read_by_the_same_scan_as_any_file(reader: Reader) -> None:
    found = reader.read(TEXT)
    told = [(line.customer, line.document, line.amount, line.status, line.text) for line in found.lines]
    assert told == [
        ("Acme", "1", 10000, DocumentStatus.APPROVED, "Retainer,\nMarch"),
        ("Acme", "2", 0, DocumentStatus.VOID, "Voided"),
    ]
    assert found.receipt.covers == (date(2026, 3, 1), date(2026, 8, 31))
    assert (found.receipt.shortcoming, found.receipt.notes) == ("", ())


def test_a_report_may_begin_with_its_headings(reader: Reader) -> None:
    found = reader.read(TEXT.partition("\n\n")[2], "small:day-first")
    assert (found.amounts, found.receipt.covers) == ([10000, 0], None)
    assert found.lines[0].issue_day == date(2026, 1, 3).toordinal()


def test_rows_are_named_as_they_stand_in_the_file(reader: Reader) -> None:
    found = reader.read(TEXT.replace("03/01/2026", "31/31/2026"))
    assert [(row.row, row.column, row.customer) for row in found.refused] == [(6, "Date", "Acme")]
    unnamed = reader.read(TEXT.replace(",2,Voided", ",,Voided"))
    assert [(row.row, row.column) for row in unnamed.refused] == [(8, "Num")]


def test_a_report_needs_to_be_told_its_currency(reader: Reader) -> None:
    assert reader.refusal(TEXT, currency=None).startswith("row 4: The file does not say in which currency")
    assert reader.refusal(TEXT, currency="EUR").startswith("row 9: Its currency sign is not one of the currency")


def test_the_period_of_a_report_shows_the_order_of_day_and_month(reader: Reader) -> None:
    days = [date.fromordinal(line.issue_day) for line in reader.read(TEXT).lines]
    assert days == [date(2026, 3, 1), date(2026, 4, 1)]
    other = TEXT.replace("March 1-August 31, 2026", "January 1-31, 2026")
    days = [date.fromordinal(line.issue_day) for line in reader.read(other).lines]
    assert days == [date(2026, 1, 3), date(2026, 1, 4)]


def test_a_period_that_allows_both_orders_or_none_shows_nothing(reader: Reader) -> None:
    for period in ("January-August, 2026", "May 2026", "All Dates"):
        text = TEXT.replace('"March 1-August 31, 2026"', period)
        assert reader.refusal(text).startswith("row 6: No date shows whether the day or the month comes first")


def test_a_due_date_shows_nothing_of_the_order(reader: Reader) -> None:
    text = (
        TEXT.replace("Amount,Balance\n", "Amount,Balance,Due\n")
        .replace("100.00,100.00\n", "100.00,100.00,01/10/2026\n")
        .replace("March 1-August 31, 2026", "January-August, 2026")
    )
    assert reader.refusal(text).startswith("row 6: No date shows whether the day")


def test_a_document_outside_the_period_of_its_report_refuses_it(reader: Reader) -> None:
    assert reader.refusal(TEXT.replace("04/01/2026", "09/30/2026")) == (
        ": The file says that it is of 2026-03-01 to 2026-08-31, but holds a document of 2026-09-30. If the day and "
        "the month of its dates are exchanged, name the other order; else export the file again, whole and unchanged."
    )
    assert "but holds a document of 2026-01-03" in reader.refusal(TEXT, "small:day-first")


def test_a_report_of_a_year_covers_it_up_to_the_day_of_its_export(reader: Reader) -> None:
    text = TEXT.replace("March 1-August 31, 2026", "January 1-December 31, 2026").replace("04/01/2026", "12/25/2026")
    found = reader.read(text)  # an invoice may be dated ahead
    assert found.receipt.covers == (date(2026, 1, 1), date(2026, 9, 29))
    assert date.fromordinal(found.receipt.last_day) == date(2026, 12, 25)


def test_a_basis_that_is_not_told_can_be_told(reader: Reader) -> None:
    text = TEXT.replace("Accrual Basis ", "")
    assert reader.refusal(text).startswith("row 12: The last line does not say whether")
    assert reader.read(text, "small:accrual").amounts == [10000, 0]


def test_a_doubt_makes_the_ledger_incomplete_and_is_said(reader: Reader) -> None:
    found = reader.read(TEXT.replace("0.00", "0"))
    assert found.receipt.shortcoming.startswith(f"No amount in {found.receipt.path} shows cents.")
    assert found.receipt.notes == (found.receipt.shortcoming,)


def test_a_made_column_may_not_be_in_the_file(reader: Reader) -> None:
    text = TEXT.replace("Memo,Amount", "(customer),Amount")
    assert reader.refusal(text).startswith("row 4: Two columns have the same heading")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('total_words = ["Total for"]', "total_words = []", "total_words"),
        ('void_words = ["Void"]', "", "void_column and void_words are given together"),
        ('balance = ["Balance"]', 'credit = ["Credit"]', "amount_column, credit and debit are given together"),
        ('balance = ["Balance"]', 'amount_column = "(a)"\ncredit = ["C"]', "amount_column, credit and debit are given"),
        ('footer = "required"', 'footer = "none"', "only a footer can say that the basis is accrual"),
        ('footer = "required"', 'footer = "required"\nfoot = "x"', "foot"),
    ],
)
def test_a_shape_that_cannot_be_is_refused(old: str, new: str, said: str) -> None:
    assert old in PROFILE
    with pytest.raises(ValidationError, match=re.escape(said)):
        profile_of(PROFILE.replace(old, new))
