"""What programs make of a file they import, once somebody has approved it there: the export of the same document.

Written from what is known of the programs, with nothing of the library: Xero works out line amounts and totals and
exports words of its own; QuickBooks books at once and reports by customer, by item and text, without tax.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Row = dict[str, str]

XERO_EXPORT = (
    "ContactName", "EmailAddress", "POAddressLine1", "POAddressLine2", "POAddressLine3", "POAddressLine4", "POCity",
    "PORegion", "POPostalCode", "POCountry", "SAAddressLine1", "SAAddressLine2", "SAAddressLine3", "SAAddressLine4",
    "SACity", "SARegion", "SAPostalCode", "SACountry", "InvoiceNumber", "Reference", "InvoiceDate", "DueDate",
    "PlannedDate", "Total", "TaxTotal", "InvoiceAmountPaid", "InvoiceAmountDue", "InventoryItemCode", "Description",
    "Quantity", "UnitAmount", "Discount", "LineAmount", "AccountCode", "TaxType", "TaxAmount", "TrackingName1",
    "TrackingOption1", "TrackingName2", "TrackingOption2", "Currency", "Type", "Sent", "Status",
)  # fmt: skip
QUICKBOOKS_HEADINGS = (
    "", "Transaction date", "Transaction type", "Num", "Product/Service full name", "Description", "Quantity",
    "Sales price", "Amount", "Balance",
)  # fmt: skip


def _day(text: str) -> date:
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


def rows_of(text: str) -> list[Row]:
    return list(csv.DictReader(StringIO(text, newline="")))


def table(headings: Sequence[str], rows: Iterable[Row]) -> str:
    stream = StringIO(newline="")
    writer = csv.DictWriter(stream, headings, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def approved_in_generic(text: str) -> str:
    """Somebody changes draft to approved, and nothing else."""
    rows = rows_of(text)
    assert {row["status"] for row in rows} == {"draft"}
    return table(list(rows[0]), [{**row, "status": "approved"} for row in rows])


def exported_from_xero(text: str) -> str:
    """Imported as a draft, approved, exported with the sales invoices."""
    rows = [{key.lstrip("*"): value for key, value in row.items()} for row in rows_of(text)]
    is_credit = "CreditNoteNumber" in rows[0]
    number, day = ("CreditNoteNumber", "CreditNoteDate") if is_credit else ("InvoiceNumber", "InvoiceDate")
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    taxes: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        for needed in ("ContactName", number, day, "Description", "Quantity", "UnitAmount", "AccountCode", "TaxType"):
            assert row[needed], needed
        row["LineAmount"] = str(Decimal(row["Quantity"]) * Decimal(row["UnitAmount"]))
        totals[row[number]] += Decimal(row["LineAmount"]) + Decimal(row["TaxAmount"])
        taxes[row[number]] += Decimal(row["TaxAmount"])
    made = []
    for row in rows:
        total, tax = totals[row[number]], taxes[row[number]]
        assert Decimal(row["Total"]) == total
        made.append(
            {key: value for key, value in row.items() if key in XERO_EXPORT}
            | {
                "InvoiceNumber": row[number],
                "InvoiceDate": row[day],
                "Total": str(total),
                "TaxTotal": str(tax),
                "InvoiceAmountDue": str(total),
                "Type": "Sales credit note" if is_credit else "Sales invoice",
                "Sent": "Unsent",
                "Status": "Awaiting Payment",
            }
        )
    return table(XERO_EXPORT, made)


def reported_by_quickbooks(text: str, *, company: str = "Duinweg Webbeheer") -> str:
    """Imported, which books it, and reported by customer on accrual basis."""
    rows = rows_of(text)
    for row in rows:
        for needed in ("*InvoiceNo", "*Customer", "*InvoiceDate", "*DueDate", "*ItemAmount"):
            assert row[needed], needed
    stream = StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    width = len(QUICKBOOKS_HEADINGS) - 1
    days = [_day(row["*InvoiceDate"]) for row in rows]
    period = f"{min(days):%B} {min(days).day}, {min(days).year}-{max(days):%B} {max(days).day}, {max(days).year}"
    for title in (company, "Sales by Customer Detail", period):
        writer.writerow([title, *[""] * width])
    stream.write("\r\n")
    writer.writerow(QUICKBOOKS_HEADINGS)
    total = Decimal(0)
    for customer in dict.fromkeys(row["*Customer"] for row in rows):
        writer.writerow([customer, *[""] * width])
        balance = Decimal(0)
        for row in (row for row in rows if row["*Customer"] == customer):
            amount = Decimal(row["*ItemAmount"])
            balance += amount
            item = row["Item(Product/Service)"] or "Sales"
            writer.writerow([
                "", row["*InvoiceDate"], "Invoice", row["*InvoiceNo"], item, row["ItemDescription"], "1.00",
                f"{amount:,}", f"{amount:,}", f"{balance:,}",
            ])  # fmt: skip
        writer.writerow([f"Total for {customer}", *[""] * 5, "", "", f"{balance:,}", ""])
        total += balance
    writer.writerow(["TOTAL", *[""] * 5, "", "", f"{total:,}", ""])
    stream.write("\r\n\r\n\r\n")
    writer.writerow(["Accrual Basis Tuesday, September 29, 2026 09:30 PM GMT-04:00", *[""] * width])
    return stream.getvalue()
