"""Drafts as files: what stands in each format, what is refused, and that nothing is written over."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.connectors.files.drafts import place_files, render_drafts, write_drafts
from billcheck.connectors.files.drafts.import_settings import ImportSettings
from billcheck.errors import DraftsRefusedError
from billcheck.ledger.draft import DocumentReference, DraftDocument, DraftLine, PaymentDue
from billcheck.money import tax_on
from billcheck.recovery.documents import supplementary_invoice
from billcheck.recovery.events import Contacted
from billcheck.recovery.states import add
from tests.recovery.cases import story_case

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.connectors.files.drafts import DraftFormat

SETTINGS = ImportSettings(tax_names={Decimal(21): "21% BTW hoog"}, account="8000")
MARCH = DraftLine(
    contract="C-117",
    charges=("Website care",),
    first_day=date(2026, 3, 1),
    last_day=date(2026, 3, 31),
    description="Website care, 2026-03-01 through 2026-03-31: difference to the agreed price",
    amount_minor=120_000,
    tax_percent=Decimal(21),
    is_arrears=True,
    references=(DocumentReference("INV-2026-003", date(2026, 3, 31)),),
    row="r1",
)
DOCUMENT = DraftDocument(
    kind="supplementary_invoice",
    number="DRAFT-1",
    issue_date=date(2026, 9, 8),
    due_date=date(2026, 10, 8),
    customer="Hartwell Interieur",
    currency="EUR",
    lines=(MARCH,),
    reason="Difference to the agreed price.",
)


def story_document() -> DraftDocument:
    return supplementary_invoice(add(story_case(), Contacted(on=date(2026, 9, 7), channel="phone")))


def rows(document: DraftDocument, form: DraftFormat, settings: ImportSettings = SETTINGS) -> list[dict[str, str]]:
    ((_, text),) = render_drafts([document], form, settings)
    return list(csv.DictReader(StringIO(text, newline="")))


def test_the_generic_file_of_the_story() -> None:
    found = rows(story_document(), "generic", ImportSettings())
    assert len(found) == 6
    assert {row["status"] for row in found} == {"draft"}
    assert found[0] == {
        "document": found[0]["document"],
        "kind": "invoice",
        "status": "draft",
        "issue_date": "2026-09-08",
        "due_date": "2026-10-08",
        "customer": "Hartwell Interieur",
        "description": (
            "Website care, 2026-03-01 through 2026-03-31: difference to the agreed price, invoice INV-2026-003 dated "
            "2026-03-31"
        ),
        "item": "",
        "account": "",
        "tracking": "",
        "amount": "1200.00",
        "tax": "252.00",
        "total": "8712.00",
        "currency": "EUR",
        "period_first_day": "2026-03-01",
        "period_last_day": "2026-03-31",
        "contract": "C-117",
        "charge": "Website care",
        "credits_document": "",
    }
    assert sum(Decimal(row["tax"]) for row in found) == Decimal("1512.00")


def test_the_xero_file_of_the_story() -> None:
    ((name, text),) = render_drafts([story_document()], "xero", SETTINGS)
    assert name.startswith("DRAFT-")
    assert text.splitlines()[0] == (
        "*ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,POCity,PORegion,"
        "POPostalCode,POCountry,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,Total,InventoryItemCode,*Description,"
        "*Quantity,*UnitAmount,Discount,*AccountCode,*TaxType,TaxAmount,TrackingName1,TrackingOption1,TrackingName2,"
        "TrackingOption2,Currency,BrandingTheme"
    )
    found = rows(story_document(), "xero")
    assert [row["*UnitAmount"] for row in found] == ["1200.00"] * 6
    first = {key: value for key, value in found[0].items() if value and key not in {"*InvoiceNumber", "*Description"}}
    assert first == {
        "*ContactName": "Hartwell Interieur",
        "Reference": "C-117",
        "*InvoiceDate": "08/09/2026",
        "*DueDate": "08/10/2026",
        "Total": "8712.00",
        "*Quantity": "1",
        "*UnitAmount": "1200.00",
        "*AccountCode": "8000",
        "*TaxType": "21% BTW hoog",
        "TaxAmount": "252.00",
        "Currency": "EUR",
    }


def test_the_quickbooks_file_of_the_story() -> None:
    found = rows(story_document(), "quickbooks")
    first = {key: value for key, value in found[0].items() if key not in {"*InvoiceNo", "ItemDescription", "Memo"}}
    assert first == {
        "*Customer": "Hartwell Interieur",
        "*InvoiceDate": "08/09/2026",
        "*DueDate": "08/10/2026",
        "Terms": "",
        "Location": "",
        "Item(Product/Service)": "",
        "ItemQuantity": "1",
        "ItemRate": "1200.00",
        "*ItemAmount": "1200.00",
        "*ItemTaxCode": "21% BTW hoog",
        "ItemTaxAmount": "252.00",
        "Currency": "EUR",
        "Service Date": "31/03/2026",
    }
    assert sum(Decimal(row["*ItemAmount"]) + Decimal(row["ItemTaxAmount"]) for row in found) == Decimal("8712.00")


def test_the_json_file_of_the_story() -> None:
    ((name, text),) = render_drafts([story_document()], "json", ImportSettings())
    assert name.endswith(".json")
    data = json.loads(text)
    assert {key: data[key] for key in ("status", "kind", "type_code", "issue_date", "due_date", "customer")} == {
        "status": "draft",
        "kind": "supplementary_invoice",
        "type_code": "380",
        "issue_date": "2026-09-08",
        "due_date": "2026-10-08",
        "customer": "Hartwell Interieur",
    }
    assert (data["excl_tax"], data["tax_total"], data["incl_tax"]) == ("7200.00", "1512.00", "8712.00")
    assert data["tax"] == [{"percent": "21", "excl_tax": "7200.00", "tax": "1512.00"}]
    assert data["lines"][0]["references"] == [{"number": "INV-2026-003", "issue_date": "2026-03-31"}]


def test_month_first_and_the_ledgers_own_spelling() -> None:
    settings = replace(SETTINGS, is_month_first=True, customer="Hartwell Interieur BV", item="CARE")
    (xero,) = rows(DOCUMENT, "xero", settings)
    assert (xero["*InvoiceDate"], xero["*ContactName"], xero["InventoryItemCode"]) == (
        "09/08/2026", "Hartwell Interieur BV", "CARE",
    )  # fmt: skip
    (quickbooks,) = rows(DOCUMENT, "quickbooks", settings)
    assert (quickbooks["*InvoiceDate"], quickbooks["Item(Product/Service)"]) == ("09/08/2026", "CARE")
    (generic,) = rows(DOCUMENT, "generic", settings)
    assert (generic["issue_date"], generic["customer"]) == ("2026-09-08", "Hartwell Interieur BV")


def test_codes_of_the_charge_come_first() -> None:
    line = replace(MARCH, item="RET", account="4000", tracking="North")
    settings = replace(SETTINGS, item="CARE", tracking_name="Region")
    (xero,) = rows(replace(DOCUMENT, lines=(line,)), "xero", settings)
    assert [xero[key] for key in ("InventoryItemCode", "*AccountCode", "TrackingName1", "TrackingOption1")] == [
        "RET", "4000", "Region", "North",
    ]  # fmt: skip


def test_a_schedule_and_a_missing_tax_percent_in_json() -> None:
    document = replace(
        DOCUMENT,
        lines=(replace(MARCH, tax_percent=None),),
        schedule=(PaymentDue(1, date(2026, 10, 8), 60_000), PaymentDue(2, date(2026, 11, 8), 60_000)),
        remarks=("Look at it.",),
    )
    ((_, text),) = render_drafts([document], "json")
    data = json.loads(text)
    assert data["schedule"] == [
        {"number": 1, "due_date": "2026-10-08", "incl_tax": "600.00"},
        {"number": 2, "due_date": "2026-11-08", "incl_tax": "600.00"},
    ]
    assert data["tax"] == [{"percent": None, "excl_tax": "1200.00", "tax": None}]
    assert (data["lines"][0]["tax_percent"], data["lines"][0]["tax"]) == (None, None)
    assert data["remarks"] == ["Look at it."]
    (generic,) = rows(document, "generic")
    assert generic["tax"] == ""


def test_a_credit_note() -> None:
    credit = replace(DOCUMENT, kind="credit_note", due_date=None)
    (generic,) = rows(credit, "generic")
    assert [generic[key] for key in ("kind", "amount", "tax", "total", "credits_document")] == [
        "credit note", "-1200.00", "-252.00", "-1452.00", "INV-2026-003",
    ]  # fmt: skip
    (xero,) = rows(credit, "xero")
    assert (xero["*CreditNoteNumber"], xero["*CreditNoteDate"], xero["*UnitAmount"]) == (
        "DRAFT-1", "08/09/2026", "1200.00",
    )  # fmt: skip
    assert "*DueDate" not in xero


REFUSED: list[tuple[DraftFormat, DraftDocument, ImportSettings, str]] = [
    ("xero", replace(DOCUMENT, due_date=None), SETTINGS, "DRAFT-1: The import asks for a due date"),
    ("xero", DOCUMENT, ImportSettings(account="1"), "how the ledger calls this percent of tax. Found '21'"),
    ("xero", DOCUMENT, replace(SETTINGS, account=""), "DRAFT-1: Website care: The import asks for a revenue account"),
    ("xero", replace(DOCUMENT, lines=(replace(MARCH, tax_percent=None),)), SETTINGS, "would take it for untaxed"),
    ("xero", replace(DOCUMENT, lines=(replace(MARCH, tracking="North"),)), SETTINGS, "tracking option belongs to"),
    ("quickbooks", replace(DOCUMENT, kind="credit_note"), SETTINGS, "takes no credit notes"),
    ("quickbooks", replace(DOCUMENT, number="A" * 22), SETTINGS, "at most 21 characters"),
    ("quickbooks", replace(DOCUMENT, due_date=None), SETTINGS, "The import asks for a due date"),
    ("quickbooks", DOCUMENT, ImportSettings(), "how the ledger calls this percent of tax"),
    ("quickbooks", replace(DOCUMENT, lines=(replace(MARCH, tax_percent=None),)), SETTINGS, "would take it for untaxed"),
]


@pytest.mark.parametrize(("form", "document", "settings_", "message"), REFUSED)
def test_what_an_import_asks_for_is_refused_not_guessed(
    form: DraftFormat, document: DraftDocument, settings_: ImportSettings, message: str
) -> None:
    with pytest.raises(DraftsRefusedError, match=message):
        render_drafts([document], form, settings_)


def test_every_reason_is_given_at_once() -> None:
    with pytest.raises(DraftsRefusedError) as caught:
        render_drafts([replace(DOCUMENT, due_date=None)] * 2, "xero")
    assert len(caught.value.problems) == 6


def test_nothing_is_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "drafts"
    (written,) = write_drafts([DOCUMENT], folder, "generic")
    assert written == folder / "DRAFT-1.csv"
    before = written.read_bytes()
    other = replace(DOCUMENT, number="NEW")
    with pytest.raises(DraftsRefusedError, match=r"DRAFT-1\.csv: A file of this name is there already"):
        write_drafts([other, DOCUMENT], folder, "generic")
    assert written.read_bytes() == before
    assert [file.name for file in folder.iterdir()] == ["DRAFT-1.csv"]
    write_drafts([other, replace(DOCUMENT, customer="Other")], folder, "generic", force=True)
    assert b"Other" in written.read_bytes()
    assert sorted(file.name for file in folder.iterdir()) == ["DRAFT-1.csv", "NEW.csv"]


def test_a_file_is_no_folder_and_a_broken_link_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DraftsRefusedError, match="to a folder, one file for each"):
        write_drafts([DOCUMENT], tmp_path / "file", "json")
    (tmp_path / "DRAFT-1.json").symlink_to(tmp_path / "nowhere")
    with pytest.raises(DraftsRefusedError, match="is there already"):
        write_drafts([DOCUMENT], tmp_path, "json")
    assert place_files([], tmp_path) == ()


def test_no_name_leaves_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    write_drafts([replace(DOCUMENT, number="../../x"), replace(DOCUMENT, number="/etc/x")], folder, "generic")
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.csv")) == [
        "a/b/etc-x.csv",
        "a/b/x.csv",
    ]


risky = st.sampled_from("=+-@\t\r\n;'\uff1d\u202e,\"") | st.characters()
texts = st.text(risky, min_size=1, max_size=12)


@given(texts, texts, texts, texts, texts)
def test_no_cell_begins_a_formula(number: str, customer: str, text: str, item: str, contract: str) -> None:
    line = replace(
        MARCH, description=text, item=item, account=item, tracking=item, contract=contract, charges=(text,),
        references=(DocumentReference(number),),
    )  # fmt: skip
    document = replace(DOCUMENT, number=number[:21], customer=customer, reason=text, lines=(line,))
    settings = replace(SETTINGS, tracking_name=item, tax_names={Decimal(21): item})
    for form in ("generic", "xero", "quickbooks"):
        ((_, content),) = render_drafts([document], form, settings)
        for row in list(csv.reader(StringIO(content, newline="")))[1:]:
            for cell in (part for whole in row for part in whole.split(";")):
                assert cell.lstrip()[:1] not in {"=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"}, cell
                assert cell[:1] not in {"\t", "\r", "\n"}


amounts = st.integers(-(10**9), 10**9).filter(bool)
percents = st.sampled_from([None, Decimal(0), Decimal("7.7"), Decimal(9), Decimal(21)])


@given(st.lists(st.tuples(amounts, percents), min_size=1, max_size=15), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_the_tax_of_the_lines_is_that_of_the_document(drawn: list[tuple[int, Decimal | None]], currency: str) -> None:
    lines = tuple(replace(MARCH, amount_minor=amount, tax_percent=percent) for amount, percent in drawn)
    document = replace(DOCUMENT, currency=currency, lines=lines)
    assert sum(document.line_taxes) == document.tax_minor
    for (amount, percent), tax in zip(drawn, document.line_taxes, strict=True):
        assert abs(tax - (0 if percent is None else tax_on(amount, percent))) <= 1
