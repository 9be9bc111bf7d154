"""Once round the loop: a document is written, imported, approved, exported, read, and everything is checked again."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from billcheck import Ledger, check, read_ledger
from billcheck.connectors.base import Completeness, Count, Fetched, FetchedDocument, FetchedLine, Request
from billcheck.connectors.files.drafts import render_drafts
from billcheck.connectors.files.drafts.import_settings import ImportSettings
from billcheck.connectors.snapshot import snapshot_lines
from tests.recovery.documents.products import approved_in_generic, exported_from_xero, reported_by_quickbooks, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from billcheck import Contract, Report
    from billcheck.connectors.files.drafts import DraftFormat
    from billcheck.decisions.rules import Decision
    from billcheck.ledger.draft import DraftDocument


class Way(NamedTuple):
    """A format, what its program makes of the file, and the profile that reads the outcome; None for a snapshot."""

    form: DraftFormat
    product: Callable[[str], str]
    profile: str | None

    @property
    def name(self) -> str:
        """What tests call it."""
        return self.form if self.profile else f"{self.form}-snapshot"


def fetched_from_xero(text: str) -> str:
    """Imported, approved, and fetched through the interface: the snapshot that holds the same document."""
    rows = rows_of(exported_from_xero(text))
    day, month, year = map(int, rows[0]["InvoiceDate"].split("/"))
    issued = date(year, month, day)
    sign = -1 if rows[0]["Type"] == "Sales credit note" else 1
    lines = tuple(
        FetchedLine(
            amount=sign * Decimal(row["LineAmount"]),
            tax=sign * Decimal(row["TaxAmount"]),
            description=row["Description"],
            item=row["InventoryItemCode"],
            account=row["AccountCode"],
            tracking=row["TrackingOption1"],
        )
        for row in rows
    )
    document = FetchedDocument(
        id=f"id-{rows[0]['InvoiceNumber']}",
        number=rows[0]["InvoiceNumber"],
        kind="credit_note" if sign < 0 else "invoice",
        status="approved",
        issue_date=issued,
        customer=rows[0]["ContactName"],
        currency=rows[0]["Currency"],
        excl_tax=sum((line.amount for line in lines), Decimal(0)),
        lines=lines,
        digest="0" * 64,
        reference=rows[0]["Reference"],
    )
    completeness = Completeness(
        connector="xero",
        organisation="Duinweg Webbeheer",
        organisation_id="org-1",
        request=Request(first_day=issued, last_day=issued),
        read_at=datetime(issued.year, issued.month, issued.day, 12, tzinfo=UTC),
        counts=(Count(kind="Invoices", stated=1, read=1),),
    )
    return "".join(snapshot_lines(Fetched((document,), completeness)))


WAYS = (
    Way("generic", approved_in_generic, "generic"),
    Way("xero", exported_from_xero, "xero.sales-invoices:day-first"),
    Way("xero", fetched_from_xero, None),
    Way("quickbooks", reported_by_quickbooks, "quickbooks.sales-by-customer-detail:day-first"),
)

SETTINGS = ImportSettings(
    tax_names={Decimal(percent): f"{percent}% VAT" for percent in (0, 7, 10, 16, 19, 21)},
    account="200",
    tracking_name="Region",
)


def check_again(
    folder: Path,
    contracts: Iterable[Contract],
    ledger: Ledger,
    documents: Sequence[DraftDocument],
    way: Way,
    as_of: date,
    *,
    covers: tuple[date, date] | None = None,
    decisions: Iterable[Decision] = (),
    settings: ImportSettings = SETTINGS,
) -> Report:
    """The report after the documents went through a program and came back, by way of files in a folder."""
    paths = []
    for file, text in render_drafts(documents, way.form, settings):
        paths.append(folder / f"{way.name}-{file}".replace(".csv", ".csv" if way.profile else ".jsonl"))
        paths[-1].write_text(way.product(text), encoding="utf-8", newline="")
    added = read_ledger(*paths, profile=way.profile, currency=documents[0].currency if way.profile else None)
    return check(contracts, Ledger((*ledger.sources, *added.sources)), as_of=as_of, covers=covers, decisions=decisions)
