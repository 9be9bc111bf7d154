"""A Sales by Customer Detail of QuickBooks as a workbook: every number a formula, and no result saved with any.

Comes in: nothing. Goes out: the bytes of the ledger of the case `quickbooks-workbook-short-of-a-retainer`, the same on
every run; `python -m tests.connectors.workbook.quickbooks` writes them there.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Iterator

CASE = Path(__file__).parents[2] / "cases" / "quickbooks-workbook-short-of-a-retainer" / "Sales by Customer Detail.xlsx"
HEADINGS = (
    "Transaction date",
    "Transaction type",
    "Num",
    "Product/Service full name",
    "Description",
    "Quantity",
    "Sales price",
    "Amount",
    "Balance",
)
RETAINER = ("Consulting:Retainer", "Retainer")
DESK = ("Design desk", "Design desk")
SALES = {
    "Marsh & Vane Co.": (
        ("03/01/2026", "Invoice", "2101", *RETAINER, "March 2026", "1.00", "1250.00", "1250.00", "1250.00"),
        ("04/01/2026", "Invoice", "2103", *RETAINER, "April 2026", "1.00", "1250.00", "1250.00", "2500.00"),
        ("05/01/2026", "Invoice", "2105", *RETAINER, "May 2026", "1.00", "1150.00", "1150.00", "3650.00"),
        ("06/01/2026", "Invoice", "2108", *RETAINER, "June 2026", "1.00", "1250.00", "1250.00", "4900.00"),
    ),
    "Orchard Lane Clinic": (
        ("03/01/2026", "Invoice", "2102", *DESK, "March 2026", "1.00", "480.00", "480.00", "480.00"),
        ("04/01/2026", "Invoice", "2104", *DESK, "April 2026", "1.00", "480.00", "480.00", "960.00"),
        ("05/01/2026", "Invoice", "2106", *DESK, "Voided", "0.00", "0.00", "0.00", "960.00"),
        ("05/04/2026", "Invoice", "2107", *DESK, "May 2026", "1.50", "480.00", "720.00", "1680.00"),
        ("05/20/2026", "Credit Memo", "2107CM", *DESK, "May 2026", "-0.50", "480.00", "-240.00", "1440.00"),
        ("06/01/2026", "Invoice", "2109", *DESK, "June 2026", "1.00", "480.00", "480.00", "1920.00"),
    ),
}


def rows() -> Iterator[tuple[str, ...]]:
    """The rows below the headings, which stand in row 5."""
    totals: list[int] = []
    row = 5
    for customer, sales in SALES.items():
        yield (customer,)
        first = row + 2
        for day, kind, number, item, text, month, *figures in sales:
            shown = month if month == "Voided" else f"{text}, {month}"
            yield ("", day, kind, number, item, shown, *(f"={figure}" for figure in figures))
        row = first + len(sales)
        totals.append(row)
        yield (f"Total for {customer}", *[""] * 5, *sums(range(first, row)))
    yield ("TOTAL", *[""] * 5, *sums(totals))


def sums(added: range | list[int]) -> tuple[str, str, str]:
    """Quantity and amount of a row of totals, as the program writes them: cell by cell, in pairs."""
    return pairs("G", added), "", pairs("I", added)


def pairs(column: str, added: range | list[int]) -> str:
    """A sum such as =((I7)+(I8))+(I9)."""
    first, *others = added
    text = f"({column}{first})"
    for place, row in enumerate(others):
        text = f"({text})+({column}{row})" if place else f"{text}+({column}{row})"
    return f"={text}"


def sales_by_customer_detail() -> bytes:
    """The workbook."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 7, 2, 9, 30, tzinfo=UTC)})
    sheet = book.add_worksheet("Sales by Customer Detail")
    for row, title in enumerate(("Brightwater Advisory, LLC", "Sales by Customer Detail", "March 1-June 30, 2026")):
        sheet.merge_range(row, 0, row, len(HEADINGS), title)
    table = [("", *HEADINGS), *rows()]
    for row, cells in enumerate(table, start=4):
        for column, cell in enumerate(cells):
            if cell.startswith("="):
                sheet.write_formula(row, column, cell, value="")
            elif cell:
                sheet.write_string(row, column, cell)
    sheet.write_string(len(table) + 7, 0, "Accrual Basis Thursday, July 02, 2026 09:30 AM GMT-04:00")
    book.close()
    return file.getvalue()


if __name__ == "__main__":
    CASE.write_bytes(sales_by_customer_detail())
