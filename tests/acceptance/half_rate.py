"""The figures of the half-rate story, as literals.

Duinweg Webbeheer bills Hartwell Interieur 2,400.00 EUR a month in arrears since January 2026. A quantity of 0.5 got
into the invoice template in March, and nobody saw it until 4 September. All parties are fictional. Nothing here is
computed: these are the figures that the library has to come to.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

AS_OF = date(2026, 9, 4)
CUSTOMER = "Hartwell Interieur"
CONTRACT = "C-117"

CONTRACT_TOML = """\
[[contract]]
id = "C-117"
customer = "Hartwell Interieur"
currency = "EUR"
start = 2026-01-01
last_day = 2027-12-31
payment_terms = "30 days"
tax = { percent = "21" }

[[contract.charge]]
name = "Website care"
model = "flat"
amount = "2400.00"
every = "month"
timing = "in_arrears"
invoice_day = "period_end"
"""


@dataclass(frozen=True, slots=True)
class Month:
    """One service month: what was invoiced for it, and what the check has to say."""

    document: str
    first_day: str
    last_day: str
    status: str
    expected: str
    billed: str
    shortfall: str
    shortfall_tax: str
    billed_tax: str
    billed_incl_tax: str

    @property
    def invoice_date(self) -> date:
        """Invoices are dated on the last day of their month."""
        return date.fromisoformat(self.last_day)


MONTHS = (
    Month("INV-2026-001", "2026-01-01", "2026-01-31", "ok", "2400.00", "2400.00", "0.00", "0.00", "504.00", "2904.00"),
    Month("INV-2026-002", "2026-02-01", "2026-02-28", "ok", "2400.00", "2400.00", "0.00", "0.00", "504.00", "2904.00"),
    *(
        Month(document, first, last, "underbilled", "2400.00", "1200.00", "1200.00", "252.00", "252.00", "1452.00")
        for document, first, last in (
            ("INV-2026-003", "2026-03-01", "2026-03-31"),
            ("INV-2026-004", "2026-04-01", "2026-04-30"),
            ("INV-2026-005", "2026-05-01", "2026-05-31"),
            ("INV-2026-006", "2026-06-01", "2026-06-30"),
            ("INV-2026-007", "2026-07-01", "2026-07-31"),
            ("INV-2026-008", "2026-08-01", "2026-08-31"),
        )
    ),
)

NOT_YET_DUE = ("2026-09-01", "2026-09-30", "2026-09-30")
"""First day, last day and due day of the next period."""

EXPECTED = "19200.00"
BILLED = "12000.00"
ARREARS = "7200.00"
ARREARS_TAX = "1512.00"
ARREARS_INCL_TAX = "8712.00"
PATTERN = "billed at half the agreed amount since 2026-03"
PATTERN_CODE = "half_rate"

NEXT_INVOICE_EXCL_TAX = "9600.00"
NEXT_INVOICE_TAX = "2016.00"
NEXT_INVOICE_INCL_TAX = "11616.00"
NEXT_INVOICE_DATE, NEXT_INVOICE_DUE = date(2026, 9, 30), date(2026, 10, 30)
SEPARATE_INCL_TAX = "8712.00"
SEPARATE_DATE, SEPARATE_DUE = date(2026, 9, 8), date(2026, 10, 8)
REGULAR_EXCL_TAX, REGULAR_TAX, REGULAR_INCL_TAX = "2400.00", "504.00", "2904.00"
PRINTED = ("7,200.00", "1,512.00", "8,712.00", "11,616.00", "2,904.00")
"""Figures a person must find in the printed check."""

GENERIC_COLUMNS = ("document", "kind", "status", "issue_date", "customer", "description", "amount", "tax", "currency")

XERO_COLUMNS = [
    "ContactName", "EmailAddress", "POAddressLine1", "POAddressLine2", "POAddressLine3", "POAddressLine4",
    "POCity", "PORegion", "POPostalCode", "POCountry", "SAAddressLine1", "SAAddressLine2", "SAAddressLine3",
    "SAAddressLine4", "SACity", "SARegion", "SAPostalCode", "SACountry", "InvoiceNumber", "Reference",
    "InvoiceDate", "DueDate", "PlannedDate", "Total", "TaxTotal", "InvoiceAmountPaid", "InvoiceAmountDue",
    "InventoryItemCode", "Description", "Quantity", "UnitAmount", "Discount", "LineAmount", "AccountCode",
    "TaxType", "TaxAmount", "TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2",
    "Currency", "Type", "Sent", "Status",
]  # fmt: skip


def generic_csv() -> str:
    """The eight invoices in the generic long format."""
    rows = [
        f"{month.document},invoice,approved,{month.last_day},{CUSTOMER},Website care,{month.billed},"
        f"{month.billed_tax},EUR"
        for month in MONTHS
    ]
    return "\n".join([",".join(GENERIC_COLUMNS), *rows]) + "\n"


def xero_csv(columns: list[str] = XERO_COLUMNS) -> str:
    """The eight invoices as Xero exports them: day first, paid in full, tax exclusive, header totals on each row."""
    rows = []
    for month in MONTHS:
        values = {
            "ContactName": CUSTOMER,
            "InvoiceNumber": month.document,
            "InvoiceDate": f"{month.invoice_date:%d/%m/%Y}",
            "DueDate": "30/09/2026",
            "Total": month.billed_incl_tax,
            "TaxTotal": month.billed_tax,
            "InvoiceAmountPaid": month.billed_incl_tax,
            "InvoiceAmountDue": "0.00",
            "Description": "Website care",
            "Quantity": "1.0000" if month.billed == "2400.00" else "0.5000",
            "UnitAmount": "2400.0000",
            "LineAmount": month.billed,
            "AccountCode": "200",
            "TaxType": "21% BTW",
            "TaxAmount": month.billed_tax,
            "Currency": "EUR",
            "Type": "Sales invoice",
            "Sent": "Sent",
            "Status": "Paid",
        }
        rows.append(",".join(values.get(column, "") for column in columns))
    return "\r\n".join([",".join(columns), *rows]) + "\r\n"
