"""Once round the loop: a document is written, imported, approved, exported, read, and everything is checked again."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from billcheck import Ledger, check, read_ledger
from billcheck.connectors.files.drafts import render_drafts
from billcheck.connectors.files.drafts.import_settings import ImportSettings
from tests.recovery.documents.products import approved_in_generic, exported_from_xero, reported_by_quickbooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from billcheck import Contract, Report
    from billcheck.connectors.files.drafts import DraftFormat
    from billcheck.decisions.rules import Decision
    from billcheck.ledger.draft import DraftDocument


class Way(NamedTuple):
    """A format, what its program makes of the file, and the profile that reads the outcome."""

    form: DraftFormat
    product: Callable[[str], str]
    profile: str


WAYS = (
    Way("generic", approved_in_generic, "generic"),
    Way("xero", exported_from_xero, "xero.sales-invoices:day-first"),
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
        paths.append(folder / f"{way.form}-{file}")
        paths[-1].write_text(way.product(text), encoding="utf-8", newline="")
    added = read_ledger(*paths, profile=way.profile, currency=documents[0].currency)
    return check(contracts, Ledger((*ledger.sources, *added.sources)), as_of=as_of, covers=covers, decisions=decisions)
