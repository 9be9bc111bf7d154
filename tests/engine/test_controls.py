"""Totals of the general ledger against those of the lines, to the cent, and the sentence about a difference."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billcheck import Ledger, check
from billcheck.engine.controls import say_difference
from billcheck.findings import ControlTotal
from tests.engine.agreements import contract, line


def test_all_customers_count_whether_they_have_a_contract_or_not() -> None:
    """1,000 and 5 - 2 of the customer, 30 and 4 of others; in dollars 7 of one of them."""
    lines = [
        line("A", "2026-01-31", "1000.00"),
        line("B", "2026-01-31", "9.00", status="void"),  # neither ends the count nor is in it
        line("C", "2026-02-28", "5.00"),
        line("CN", "2026-02-28", "-2.00", kind="credit_note"),
        line("D", "2026-02-28", "30.00", customer="Somebody"),
        line("E", "2026-02-28", "4.00", customer="Somebody else"),
        line("F", "2026-02-28", "7.00", customer="Somebody", currency="USD"),
    ]
    stated = {"USD": Decimal(7), "EUR": Decimal(1000), "GBP": Decimal(0)}
    report = check([contract()], Ledger.from_lines(lines), as_of=date(2026, 3, 5), control_totals=stated)
    assert [(one.currency, one.stated_minor, one.ledger_minor) for one in report.controls] == [
        ("EUR", 100000, 103700),
        ("GBP", 0, 0),
        ("USD", 700, 700),
    ]


@pytest.mark.parametrize(
    ("stated", "ledger", "figures", "remedy"),
    [
        (123456700, 123456600, ("1,234,566.00", "1,234,567.00"), "1.00 EUR was billed that these files do not hold; "),
        (101, 100, ("1.00", "1.01"), "0.01 EUR was billed that these files do not hold; "),
        (100, 101, ("1.01", "1.00"), "0.01 EUR stands in these files only; "),
    ],
)
def test_the_sentence_about_a_difference(stated: int, ledger: int, figures: tuple[str, str], remedy: str) -> None:
    said = say_difference(ControlTotal("EUR", stated, ledger))
    in_files, in_books = figures
    assert said.startswith(
        f"The ledger comes to {in_files} EUR excl. tax, the general ledger to {in_books} EUR: {remedy}"
    )
    assert said.endswith("add the export that has it." if stated > ledger else "files only; find out why.")
