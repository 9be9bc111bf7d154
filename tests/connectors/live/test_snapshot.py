from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import billcheck
from billcheck.connectors.base import Completeness, Count, Fetched, FetchedDocument, FetchedLine, Request
from billcheck.connectors.snapshot import (
    read_documents,
    read_header,
    read_templates,
    snapshot_lines,
    snapshot_schema,
)
from billcheck.errors import LedgerRefusedError
from billcheck.ledger.line import Kind
from billcheck.ledger.source import Keys
from billcheck.ledger.template import Template, TemplateLine

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.ledger.source import Batch, Receipt

LINE = FetchedLine(
    amount=Decimal("2400.00"),
    description="Retainer",
    item="RET",
    period_first_day=date(2026, 1, 1),
    period_last_day=date(2026, 1, 31),
)
INVOICE = FetchedDocument(
    id="a-1",
    number="INV-1",
    kind="invoice",
    status="approved",
    issue_date=date(2026, 1, 31),
    customer="Hartwell Interieur",
    currency="EUR",
    excl_tax=Decimal("2400.00"),
    lines=(LINE,),
    digest="0" * 64,
)
CREDIT = replace(
    INVOICE,
    id="c-1",
    number="CN-1",
    kind="credit_note",
    excl_tax=Decimal("-50.00"),
    lines=(FetchedLine(amount=Decimal("-60.00")), FetchedLine(amount=Decimal("10.00"))),
    credits_document="INV-1",
)
TEMPLATE = Template(
    id="r-1",
    status="active",
    makes="approved",
    customer="Hartwell Interieur",
    currency="EUR",
    every="month",
    excl_tax=Decimal("1200.00"),
    lines=(TemplateLine(amount=Decimal("1200.00"), description="Retainer", item="RET", quantity=Decimal(1)),),
    digest="1" * 64,
    next_date=date(2026, 9, 30),
)
VOID = replace(INVOICE, id="v-1", number="INV-2", status="void", excl_tax=Decimal(0), lines=())
WHOLE = Completeness(
    connector="xero",
    organisation="Duinweg Webbeheer",
    organisation_id="t-1",
    request=Request(first_day=date(2026, 1, 1), last_day=date(2026, 12, 31)),
    read_at=datetime(2026, 9, 4, 10, 30, tzinfo=UTC),
    counts=(Count(kind="Invoices", stated=2, read=2),),
)

jsonschema: Any = import_module("jsonschema")


def text(*documents: FetchedDocument, completeness: Completeness = WHOLE, templates: tuple[Template, ...] = ()) -> str:
    return "".join(snapshot_lines(Fetched(documents, completeness, templates)))


def read_back(said: str) -> tuple[Completeness, list[FetchedDocument]]:
    first, *rest = said.encode().splitlines(keepends=True)
    header = read_header("s.jsonl", first)
    return header.completeness, [document for _, document in read_documents("s.jsonl", header, rest)]


def scan(tmp_path: Path, said: str, **keys: Any) -> tuple[list[Batch], Receipt]:
    path = tmp_path / "s.jsonl"
    path.write_text(said)
    batches = list(billcheck.read_ledger(path).sources[0].scan(Keys(**keys)))
    receipt = batches[-1].receipt
    assert receipt is not None
    return batches, receipt


def test_what_is_written_is_read_back() -> None:
    said = text(INVOICE, CREDIT, VOID)
    assert said.isascii()
    assert read_back(said) == (WHOLE, [INVOICE, CREDIT, VOID])
    assert text(INVOICE, CREDIT, VOID) == said


def test_templates_are_read_back_beside_the_documents(tmp_path: Path) -> None:
    ended = replace(TEMPLATE, id="r-2", status="ended", every="", next_date=None, lines=(), excl_tax=Decimal(0))
    said = text(INVOICE, templates=(TEMPLATE, ended))
    first, *rest = said.encode().splitlines(keepends=True)
    assert read_templates("s.jsonl", read_header("s.jsonl", first), rest) == (TEMPLATE, ended)
    assert read_back(said) == (WHOLE, [INVOICE])
    path = tmp_path / "s.jsonl"
    path.write_text(said)
    (tmp_path / "again.jsonl").write_text(text(templates=(TEMPLATE,)))
    assert billcheck.read_ledger(path, tmp_path / "again.jsonl").templates() == (TEMPLATE, ended)


def test_what_is_no_snapshot_has_no_templates(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text("document,issue_date,customer,amount,currency\nINV-1,2026-01-31,Hartwell,2400.00,EUR\n")
    assert billcheck.read_ledger(path).templates() == ()
    assert billcheck.Ledger.from_lines([]).templates() == ()


@given(
    st.text(max_size=20),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9),
    st.dates(min_value=date(1, 1, 1)),
)
def test_any_text_amount_and_day_comes_back(words: str, amount: Decimal, day: date) -> None:
    line = FetchedLine(amount=amount, description=words, tax=amount)
    document = replace(INVOICE, number=words, issue_date=day, excl_tax=amount, lines=(line,))
    if words.encode("utf-8", "ignore").decode() == words:  # JSON has no lone surrogates
        assert read_back(text(document))[1] == [document]


def test_every_line_fits_the_schema() -> None:
    schema = snapshot_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for line in text(INVOICE, CREDIT, VOID, templates=(TEMPLATE,)).splitlines():
        validator.validate(json.loads(line))
    assert not validator.is_valid({"id": "x"})


def changed(said: str, old: str, new: str) -> str:
    assert old in said
    return said.replace(old, new, 1)


SAID = text(INVOICE, CREDIT)
REPEATING = text(INVOICE, templates=(TEMPLATE,))
REFUSED = {
    "another version": (changed(SAID, '"billcheck_snapshot":1', '"billcheck_snapshot":2'), "version"),
    "no header": (SAID.split("\n", 1)[1], "Needs|columns|first row|heading"),
    "a header with an unknown key": (changed(SAID, '"connector"', '"extra":1,"connector"'), "extra"),
    "complete against its counts": (changed(SAID, '"read":2', '"read":1'), "says otherwise"),
    "a line cut off": (SAID[:-30], "row 3"),
    "a document cut off": ("".join(SAID.splitlines(keepends=True)[:2]), "counts 2 documents, and 1 follow"),
    "a document too many": (SAID + SAID.splitlines(keepends=True)[1].replace("a-1", "a-2"), "counts 2 documents"),
    "a document twice": (SAID + SAID.splitlines(keepends=True)[1], "a document or a template twice"),
    "an amount changed": (changed(SAID, '"amount":"2400.00"', '"amount":"2300.00"'), "do not add up"),
    "a text changed": (changed(SAID, "Retainer", "Retained"), "not those it was written with"),
    "a number as a float": (changed(SAID, '"amount":"2400.00"', '"amount":2400.00'), "amount"),
    "an exponent": (changed(SAID, '"amount":"2400.00"', '"amount":"24e2"'), "amount"),
    "an unknown key": (changed(SAID, '"description"', '"remark":"x","description"'), "remark"),
    "no currency": (changed(SAID, '"EUR"', '"EUX"'), "currency"),
    "an unknown status": (changed(SAID, '"approved"', '"maybe"'), "status"),
    "no day": (changed(SAID, '"issue_date":"2026-01-31"', '"issue_date":"2026-02-31"'), "issue_date"),
    "half a period": (changed(SAID, ',"period_last_day":"2026-01-31"', ""), "both its ends"),
    "a period backwards": (
        changed(SAID, '"period_last_day":"2026-01-31"', '"period_last_day":"2025-01-31"'),
        "both its",
    ),
    "no customer": (changed(SAID, '"customer":"Hartwell Interieur"', '"customer":""'), "customer"),
    "nothing below the header": (SAID.split("\n", 1)[0] + "\n", "counts 2 documents, and 0 follow"),
    "a template cut off": ("".join(REPEATING.splitlines(keepends=True)[:2]), "counts 1 templates, and 0 follow"),
    "a template twice": (REPEATING + REPEATING.splitlines(keepends=True)[2], "a document or a template twice"),
    "a template that does not add up": (
        changed(REPEATING, '"excl_tax":"1200.00"', '"excl_tax":"1.00"'),
        "do not add up",
    ),
    "a template of an unknown status": (changed(REPEATING, '"active"', '"maybe"'), "status"),
    "no JSON": (SAID + "oops\n", "row 4"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_whole_snapshot_is_refused(tmp_path: Path, name: str) -> None:
    said, reason = REFUSED[name]
    with pytest.raises(LedgerRefusedError, match=reason):
        scan(tmp_path, said)


def test_a_snapshot_is_a_ledger(tmp_path: Path) -> None:
    batches, receipt = scan(tmp_path, text(INVOICE, CREDIT, VOID), customers=frozenset({"hartwell interieur"}))
    assert receipt.profile == "snapshot"
    assert receipt.covers == (date(2026, 1, 1), date(2026, 9, 4))
    assert receipt.shortcoming == ""
    lines = [line for batch in batches for line in zip(batch.documents, batch.amounts, batch.texts, strict=False)]
    assert sorted(lines) == [("CN-1", -6000, ""), ("CN-1", 1000, ""), ("INV-1", 240000, "Retainer"), ("INV-2", 0, "")]


def test_every_line_of_a_document_left_over_is_counted(tmp_path: Path) -> None:
    path, contracts = tmp_path / "s.jsonl", tmp_path / "contracts.toml"
    stray = tuple(FetchedLine(amount=Decimal(amount), item="X") for amount in ("70.00", "80.00", "90.00"))
    path.write_text(text(replace(INVOICE, lines=(LINE, *stray), excl_tax=Decimal("2640.00"))))
    contracts.write_text(
        '[[contract]]\nid = "C-1"\ncustomer = "Hartwell Interieur"\ncurrency = "EUR"\nstart = 2026-01-01\n'
        '[[contract.charge]]\nname = "Retainer"\nmodel = "flat"\namount = "2400.00"\nevery = "month"\n'
        'timing = "in_arrears"\nmatching = { items = ["RET"] }\n'
    )
    report = billcheck.check(billcheck.load_contracts(contracts), billcheck.read_ledger(path), as_of=date(2026, 2, 10))
    counts = report.counts
    assert (counts.lines, counts.allocated, counts.residue) == (4, 1, 3)


def test_two_documents_with_one_number_stay_two(tmp_path: Path) -> None:
    twin, nameless = replace(INVOICE, id="a-2"), replace(INVOICE, id="a-3", number="")
    batches, _ = scan(tmp_path, text(INVOICE, twin, nameless), customers=frozenset({"hartwell interieur"}))
    assert [number for batch in batches for number in batch.documents] == ["INV-1", "INV-1 (id a-2)", "id a-3"]


def test_cash_is_no_billing_and_refuses_nothing(tmp_path: Path) -> None:
    batches, receipt = scan(tmp_path, text(replace(INVOICE, kind="other")), customers=frozenset({"hartwell interieur"}))
    assert [Kind(kind) for batch in batches for kind in batch.kinds] == [Kind.OTHER]
    assert [row for batch in batches for row in batch.refused] == []
    assert receipt.lines == 1


@pytest.mark.parametrize(
    ("completeness", "reason"),
    [
        (replace(WHOLE, shortcomings=("Something lacks: fetch it again.",)), "Something lacks"),
        (replace(WHOLE, counts=(Count(kind="Invoices", stated=3, read=2),)), "Of 3 Invoices"),
        (replace(WHOLE, request=replace(WHOLE.request, customers=("Hartwell",))), "Only documents of these customers"),
    ],
)
def test_what_a_snapshot_may_lack_is_said(tmp_path: Path, completeness: Completeness, reason: str) -> None:
    _, receipt = scan(tmp_path, text(INVOICE, completeness=completeness))
    assert reason in receipt.shortcoming


def test_what_a_ledger_never_shows_is_a_note(tmp_path: Path) -> None:
    _, receipt = scan(tmp_path, text(INVOICE, completeness=replace(WHOLE, blind_spots=("Cash sales are not read.",))))
    assert receipt.notes == ("Cash sales are not read.",)
    assert receipt.shortcoming == ""
