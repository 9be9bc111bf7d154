"""Small exports for the tests of readers, and what a scan of them gives."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from billcheck.connectors.files import read_ledger
from billcheck.connectors.files.limits import DEFAULT_LIMITS, Limits
from billcheck.ledger.names import fold_name
from billcheck.ledger.source import Keys

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from billcheck.ledger.source import OutsideTotal, Receipt, RefusedRow, Source

GENERIC = "document,issue_date,customer,amount,currency"
XERO_36 = (
    "ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,POCity,PORegion,POPostalCode,"
    "POCountry,InvoiceNumber,Reference,InvoiceDate,DueDate,PlannedDate,Total,TaxTotal,InvoiceAmountPaid,"
    "InvoiceAmountDue,InventoryItemCode,Description,Quantity,UnitAmount,Discount,LineAmount,AccountCode,TaxType,"
    "TaxAmount,TrackingName1,TrackingOption1,TrackingName2,TrackingOption2,Currency,Type,Sent,Status"
)
XERO_44 = XERO_36.replace(
    "InvoiceNumber,",
    "SAAddressLine1,SAAddressLine2,SAAddressLine3,SAAddressLine4,SACity,SARegion,SAPostalCode,SACountry,InvoiceNumber,",
    1,
)


class EveryKey(Keys):
    """Keys that every line may concern."""

    def has_customer(self, name: str) -> bool:
        return bool(name) or super().has_customer(name)


class Kept(NamedTuple):
    """One line of a batch, column by column."""

    locator: int
    document: str
    line_number: int
    kind: int
    status: int
    issue_day: int
    customer: str
    customer_id: str
    amount: int
    currency: str
    contract: str
    charge: str
    reference: str
    item: str
    account: str
    tracking: str
    text: str
    first_day: int
    end_day: int
    credited: str


@dataclass(frozen=True)
class Scanned:
    """All that one scan gave."""

    lines: list[Kept]
    outside: dict[tuple[str, str], OutsideTotal]
    refused: list[RefusedRow]
    receipt: Receipt
    batches: int

    @property
    def amounts(self) -> list[int]:
        return [line.amount for line in self.lines]


def scan(source: Source, keys: Keys | None = None) -> Scanned:
    """A scan from beginning to end; without keys every line is kept."""
    lines: list[Kept] = []
    outside: dict[tuple[str, str], OutsideTotal] = {}
    refused: list[RefusedRow] = []
    receipt: Receipt | None = None
    batches = 0
    for batch in source.scan(EveryKey() if keys is None else keys):
        batches += 1
        columns = (
            batch.documents, batch.line_numbers, batch.kinds, batch.statuses, batch.issue_days, batch.customers,
            batch.customer_ids, batch.amounts, batch.currencies, batch.contracts, batch.charges, batch.references,
            batch.items, batch.accounts, batch.trackings, batch.texts, batch.first_days, batch.end_days, batch.credited,
        )  # fmt: skip
        count = len(batch.locators)
        taken = [list(islice(column, count)) for column in columns]
        assert all(len(column) == count for column in taken)
        lines += [Kept(*values) for values in zip(batch.locators, *taken, strict=True)]
        for key, total in batch.outside.items():
            assert key not in outside
            outside[key] = total
        refused += batch.refused
        receipt = batch.receipt or receipt
    assert receipt is not None
    return Scanned(lines, outside, refused, receipt, batches)


def only(path: Path, profile: str | None = None, limits: Limits = DEFAULT_LIMITS) -> Source:
    """The one source of a file."""
    (source,) = read_ledger(path, profile=profile, limits=limits).sources
    return source


def scan_text(
    folder: Path,
    text: str | bytes,
    profile: str | None = None,
    keys: Keys | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Scanned:
    """The scan of a file with this text."""
    path = folder / "ledger.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return scan(only(path, profile, limits), keys)


def keys_of(*customers: str) -> Keys:
    """Keys of some customers."""
    return Keys(customers=frozenset(map(fold_name, customers)))


def xero_row(**cells: str) -> str:
    """A row of the 44-column export; what is not given is plain."""
    values = {
        "ContactName": "Acme",
        "InvoiceNumber": "INV-1",
        "InvoiceDate": "31/01/2026",
        "DueDate": "28/02/2026",
        "Total": "121.00",
        "TaxTotal": "21.00",
        "Description": "Retainer",
        "Quantity": "1.0000",
        "UnitAmount": "100.0000",
        "LineAmount": "100.00",
        "AccountCode": "200",
        "TaxAmount": "21.00",
        "Currency": "EUR",
        "Type": "Sales invoice",
        "Sent": "Sent",
        "Status": "Paid",
        **cells,
    }
    return ",".join(values.get(heading, "") for heading in XERO_44.split(","))


def xero_text(rows: Sequence[str]) -> str:
    """A whole 44-column export."""
    return "\r\n".join([XERO_44, *rows, ""])
