from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck.contracts.terms import ChargeMatching, ContractMatching, LateInvoiceCutoff, PaymentTerms
from billcheck.errors import InternalError
from billcheck.findings import (
    ContractRows,
    Finding,
    OutOfScope,
    Outside,
    Residue,
    SetAside,
    Severity,
    Status,
    Totals,
)
from billcheck.ledger.source import RefusedRow
from billcheck.report.json_text import report_schema_text
from tests.report.stories import clean, half_rate, make_contract, make_report, make_row, nothing_checked

if TYPE_CHECKING:
    from billcheck.report.report import Report

jsonschema: Any = import_module("jsonschema")  # it ships no types

KEYS = [
    "schema_version",
    "verdict",
    "complete",
    "as_of",
    "covers",
    "scope",
    "shortcomings",
    "controls",
    "min_amounts",
    "redacted",
    "inputs",
    "totals",
    "coverage",
    "causes",
    "contracts",
    "findings",
    "decisions",
    "residue",
    "unmatched",
    "ambiguous",
    "outside",
    "out_of_scope",
    "unused_scope",
    "set_aside",
    "refused",
]
TOTALS = [
    "currency",
    "expected",
    "billed",
    "arrears",
    "overbilled",
    "rounding",
    "net",
    "inferred",
    "credited",
    "awaiting",
    "billed_ahead",
    "decided",
    "inconclusive",
    "never_billed",
    "residue",
    "arrears_tax",
    "arrears_incl_tax",
    "monthly_leak",
    "monthly_overbilled",
    "next_shortfall",
    "next_overbilled",
    "decided_overbilled",
]
CAUSE_GROUP = [
    "code",
    "sentence",
    "part_of",
    "currency",
    "amount",
    "contracts",
    "rows",
    "first_day",
    "last_day",
    "is_running",
    "running_contracts",
    "monthly",
    "contract_ids",
]
CONTRACT = [
    "contract",
    "customer",
    "currency",
    "owner",
    "payment_terms",
    "agreed",
    "arrears",
    "overbilled",
    "net",
    "monthly_leak",
    "monthly_overbilled",
    "running",
    "rows",
]
RUNNING = ["code", "sentence", "part_of", "charges", "since", "monthly", "next_invoice", "note"]
NEXT_INVOICE = ["first_day", "last_day", "due_on", "is_awaited", "expected", "projected", "shortfall"]
ROW = [
    "id",
    "charges",
    "first_day",
    "last_day",
    "due_on",
    "expected",
    "billed",
    "shortfall",
    "credited",
    "drafted",
    "is_change",
    "shortfall_tax",
    "status",
    "causes",
    "derivation",
    "evidence",
    "note",
]
FINDING = [
    "id",
    "kind",
    "severity",
    "contract",
    "charge",
    "first_day",
    "last_day",
    "currency",
    "amount",
    "sentence",
    "settled_by",
    "fails",
    "decision",
    "rows",
]


def make_residue(kind: str, document: str, amount: int) -> Residue:
    return Residue(
        kind,
        document,
        1,
        date(2026, 5, 5),
        "Hartwell BV",
        None,
        "EUR",
        amount,
        "a.csv",
        9,
        "no charge fits",
        ('C "x"',),
    )


def full() -> Report:
    """A report with something in every list."""
    contract = make_contract("C-2", "Sûr \u202eBV", payment_days=None, tax_percent=None)
    rows = (make_row(contract, "2026-01", 100, 101, Status.OVERBILLED, documents=("X-1",)),)
    lineless = Finding(
        "open_credit", "f-1", Severity.WARNING, None, None, None, None, None, None, "A credit names nothing."
    )
    return make_report(
        [half_rate().contracts[0], ContractRows(contract, rows), ContractRows(make_contract("C-3"), ())],
        findings=[*half_rate().findings, lineless],
        residue=[make_residue("unmatched", "D-1", 500), make_residue("ambiguous", "D-2", -1),
                 make_residue("left_over", "D-3", 7)],
        outside=[Outside("Other BV", "JPY", 3, 1200, date(2026, 1, 1), date(2026, 2, 1))],
        out_of_scope=[OutOfScope("JPY", 2, 340)],
        set_aside=[SetAside("a.csv", 4, "The document is void.")],
        refused=[RefusedRow("a.csv", 7, "amount", "NaN", "This is no amount.")],
    )  # fmt: skip


def loaded(report: Report) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(report.to_json(), parse_float=Decimal)
    return value


@pytest.mark.parametrize("make", [half_rate, clean, nothing_checked, full])
def test_reports_fit_the_shipped_schema(make: Any) -> None:
    schema = json.loads(report_schema_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(loaded(make()))


def test_the_schema_allows_nothing_unknown() -> None:
    schema = json.loads(report_schema_text())

    def objects(node: Any) -> list[dict[str, Any]]:
        if isinstance(node, list):
            return [found for element in node for found in objects(element)]
        if not isinstance(node, dict):
            return []
        own = [node] if node.get("type") == "object" and "properties" in node else []
        return own + [found for value in node.values() for found in objects(value)]

    found = objects(schema)
    assert len(found) >= 12
    for entry in found:
        assert entry["additionalProperties"] is False
        assert entry["required"] == list(entry["properties"])


def test_keys_stand_in_the_documented_order() -> None:
    data = loaded(full())
    schema = json.loads(report_schema_text())
    assert list(data) == KEYS == list(schema["properties"])
    assert list(data["totals"][0]) == TOTALS == [entry.name for entry in fields(Totals)]
    assert list(data["contracts"][0]) == CONTRACT == list(schema["$defs"]["contract"]["properties"])
    assert list(data["causes"][0]) == CAUSE_GROUP == list(schema["$defs"]["cause_group"]["properties"])
    (running,) = data["contracts"][0]["running"]
    assert list(running) == RUNNING == list(schema["$defs"]["running"]["properties"])
    assert list(running["next_invoice"]) == NEXT_INVOICE == list(schema["$defs"]["next_invoice"]["properties"])
    row = data["contracts"][0]["rows"][2]
    assert list(row) == ROW == list(schema["$defs"]["row"]["properties"])
    assert list(row["causes"][0]) == ["code", "sentence", "first_day", "last_day", "amount", "support"]
    assert list(row["evidence"][0]) == ["document", "line", "date", "amount", "path", "row", "rule"]
    assert list(row["shortfall_tax"][0]) == ["percent", "amount"]
    assert list(data["findings"][0]) == FINDING
    assert list(data["covers"]) == ["first_day", "last_day", "declared", "gaps"]
    assert list(data["inputs"][0]) == ["path", "sha256", "profile", "rows", "lines", "notes"]
    assert list(data["outside"][0]) == ["customer", "currency", "lines", "amount", "first_date", "last_date"]
    assert data["out_of_scope"] == [{"currency": "JPY", "lines": 2, "amount": "340"}]
    assert list(data["set_aside"][0]) == ["path", "row", "reason"]
    assert list(data["refused"][0]) == ["path", "row", "column", "value", "reason", "customer", "document"]
    coverage = ["contracts", "contracts_without_lines", "lines", "allocated", "residue", "set_aside", "refused"]
    assert list(data["coverage"]) == [*coverage, "outside_repeated", "outside_later"]


def test_what_was_agreed_stands_beside_the_rows() -> None:
    terms = replace(
        make_contract("C-9", "Acme"),
        end=date(2027, 1, 1),
        payment_terms=PaymentTerms(14, is_from_month_end=True),
        matching=ContractMatching(aliases=("Acme Ltd",), customer_ids=("17",), references=("PO-9",)),
    )
    charge = replace(terms.charges[0], matching=ChargeMatching(items=("RET",), accounts=("200",), patterns=("care",)))
    (contract,) = loaded(make_report([ContractRows(replace(terms, charges=(charge,)), ())]))["contracts"]
    assert contract["agreed"] == {
        "start": "2026-01-01",
        "last_day": "2026-12-31",
        "payment_terms": {"days": 14, "from_month_end": True},
        "aliases": ["Acme Ltd"],
        "customer_ids": ["17"],
        "references": ["PO-9"],
        "late_invoice_cutoff": None,
        "no_waiver_clause": False,
        "charges": [
            {
                "name": "Retainer",
                "every": {"unit": "month", "count": 1, "days": None},
                "last_day": "2027-12-31",
                "items": ["RET"],
                "accounts": ["200"],
                "tracking": [],
                "patterns": ["care"],
            }
        ],
    }


def test_the_clause_on_late_invoices_stands_beside_the_rows_and_changes_none() -> None:
    clause = LateInvoiceCutoff(months=6, counted_from="termination", effect="discount", percent=Decimal("12.5"))
    terms = replace(make_contract("C-9", "Acme"), late_invoice_cutoff=clause, no_waiver_clause=True)
    row = make_row(terms, "2026-01", 240000, 120000, Status.UNDERBILLED)
    (contract,) = loaded(make_report([ContractRows(terms, (row,))]))["contracts"]
    (plain,) = loaded(make_report([ContractRows(make_contract("C-9", "Acme"), (row,))]))["contracts"]
    assert contract["agreed"]["no_waiver_clause"] is True
    assert contract["agreed"]["late_invoice_cutoff"] == {
        "days": None,
        "months": 6,
        "from": "termination",
        "terminates_on": "2027-12-31",
        "effect": "discount",
        "percent": "12.5",
        "notice_extends": False,
    }
    assert {**contract, "agreed": None} == {**plain, "agreed": None}


def test_the_story_in_json() -> None:
    data = loaded(half_rate())
    assert (data["schema_version"], data["verdict"], data["complete"]) == (1, "findings", True)
    totals = data["totals"][0]
    assert totals["expected"] == "19200.00"
    assert totals["billed"] == "12000.00"
    assert (totals["arrears"], totals["arrears_tax"], totals["arrears_incl_tax"]) == ("7200.00", "1512.00", "8712.00")
    contract = data["contracts"][0]
    assert (contract["arrears"], contract["net"], contract["payment_terms"]) == ("7200.00", "7200.00", "30 days")
    march = contract["rows"][2]
    assert (march["expected"], march["billed"], march["shortfall"]) == ("2400.00", "1200.00", "1200.00")
    assert march["shortfall_tax"] == [{"percent": "21", "amount": "252.00"}]
    assert march["causes"][0]["sentence"] == "billed at half the agreed amount since 2026-03"
    assert march["evidence"][0]["document"] == "INV-2026-003"
    assert data["findings"][0]["rows"] == [march["id"]]


def test_what_leaks_and_still_runs_in_the_story() -> None:
    data = loaded(half_rate())
    assert data["causes"] == [
        {
            "code": "half_rate",
            "sentence": "billed at half the agreed amount",
            "part_of": "arrears",
            "currency": "EUR",
            "amount": "7200.00",
            "contracts": 1,
            "rows": 6,
            "first_day": "2026-03-01",
            "last_day": "2026-08-31",
            "is_running": True,
            "running_contracts": 1,
            "monthly": "1200.00",
            "contract_ids": ["C-117"],
        }
    ]
    contract, totals = data["contracts"][0], data["totals"][0]
    assert (contract["monthly_leak"], contract["monthly_overbilled"]) == ("1200.00", "0.00")
    assert (totals["monthly_leak"], totals["next_shortfall"], totals["next_overbilled"]) == (
        "1200.00",
        "1200.00",
        "0.00",
    )
    assert contract["running"][0]["next_invoice"] == {
        "first_day": "2026-09-01",
        "last_day": "2026-09-30",
        "due_on": "2026-09-30",
        "is_awaited": False,
        "expected": "2400.00",
        "projected": "1200.00",
        "shortfall": "1200.00",
    }
    assert (contract["running"][0]["since"], contract["running"][0]["note"]) == ("2026-03-01", "")


def test_what_cannot_be_foretold_is_null_in_json() -> None:
    item = half_rate().contracts[0]
    coming = replace(item.running[0].next_invoice, expected_minor=None, projected_minor=None, is_awaited=True)
    running = replace(item.running[0], next_invoice=coming, note="usage is not given")
    data = loaded(make_report([replace(item, running=(running,))]))
    jsonschema.Draft202012Validator(json.loads(report_schema_text())).validate(data)
    said = data["contracts"][0]["running"][0]
    assert [said["next_invoice"][key] for key in ("is_awaited", "expected", "projected", "shortfall")] == (
        [True, None, None, None]
    )
    assert said["note"] == "usage is not given"
    assert (data["totals"][0]["monthly_leak"], data["totals"][0]["next_shortfall"]) == ("1200.00", "0.00")


def test_causes_that_the_rows_contradict_are_never_written() -> None:
    report = half_rate()
    group = report.causes[0]
    for wrong in (
        (),
        (replace(group, amount_minor=719_999),),
        (replace(group, sentence="billed at a third of the agreed amount"),),
        (replace(group, part_of="overbilled"),),
        (replace(group, monthly_minor=1),),
        (group, group),
    ):
        with pytest.raises(InternalError):
            replace(report, cause_groups=wrong).to_json()


@pytest.mark.parametrize("name", ["monthly_leak", "monthly_overbilled", "next_shortfall", "next_overbilled"])
def test_what_goes_on_and_contradicts_its_contracts_is_never_written(name: str) -> None:
    report = half_rate()
    changed: dict[str, Any] = {name: 1}
    wrong = replace(report.totals[0], **changed)
    with pytest.raises(InternalError, match=f"total '{name}'"):
        replace(report, totals=(wrong,)).to_json()


def test_a_cause_that_goes_on_in_no_contract_is_never_written() -> None:
    report = half_rate()
    with pytest.raises(InternalError, match="as much a month as their contracts"):
        replace(report, contracts=[replace(report.contracts[0], running=())]).to_json()


def test_what_is_unknown_is_null_or_empty() -> None:
    data = loaded(full())
    second = data["contracts"][1]
    assert (second["payment_terms"], second["owner"]) == (None, None)
    assert second["rows"][0]["shortfall_tax"] == []
    assert second["rows"][0]["shortfall"] == "-0.01"
    assert data["contracts"][2]["rows"] == []
    lineless = data["findings"][-1]
    assert [lineless[key] for key in ("contract", "charge", "first_day", "currency", "amount")] == [None] * 5
    assert loaded(nothing_checked())["covers"] is None


def test_every_residue_stands_in_one_list() -> None:
    data = loaded(full())
    assert [entry["document"] for entry in data["residue"]] == ["D-3"]
    assert [entry["document"] for entry in data["unmatched"]] == ["D-1"]
    assert [entry["document"] for entry in data["ambiguous"]] == ["D-2"]


def test_yen_have_no_decimals_in_json() -> None:
    assert loaded(full())["outside"][0]["amount"] == "1200"


def test_the_text_is_ascii_and_the_same_every_time() -> None:
    first, second = full().to_json(), full().to_json()
    assert first == second
    assert first.isascii()
    assert first.endswith("}\n")
    assert loaded(full())["contracts"][1]["customer"] == "Sûr \u202eBV"


def test_every_row_and_finding_has_a_line_of_text_of_its_own() -> None:
    lines = half_rate().to_json().splitlines()
    assert sum(text.startswith('{"id": "C-117') for text in lines) == 9
    assert sum('"kind": "underbilled"' in text for text in lines) == 6


@pytest.mark.parametrize("name", ["expected", "billed", "arrears", "overbilled", "net"])
def test_totals_that_the_rows_contradict_are_never_written(name: str) -> None:
    report = half_rate()
    wrong = replace(report.totals[0], **{name: getattr(report.totals[0], name) + 1})
    with pytest.raises(InternalError, match=f"total '{name}'"):
        replace(report, totals=(wrong,)).to_json()


def test_rows_without_a_total_are_never_written() -> None:
    with pytest.raises(InternalError):
        replace(half_rate(), totals=()).to_json()
    with pytest.raises(InternalError):
        replace(half_rate(), totals=(*half_rate().totals, Totals("USD", expected=1))).to_json()


def test_a_row_in_a_foreign_currency_is_never_written() -> None:
    contract = make_contract()
    row = replace(make_row(contract, "2026-01", 1, 1, Status.OK), currency="USD")
    with pytest.raises(InternalError, match="in its currency"):
        make_report([ContractRows(contract, (row,))]).to_json()


statuses = st.sampled_from(list(Status))


@settings(max_examples=60)
@given(st.lists(st.tuples(statuses, st.integers(0, 10**9), st.integers(-(10**6), 10**9)), max_size=12), st.text())
def test_any_rows_give_valid_json_whose_contracts_add_up(drawn: list[tuple[Status, int, int]], customer: str) -> None:
    contract = make_contract(customer=customer)
    rows = []
    for index, (status, expected, other) in enumerate(drawn):
        billed = {
            Status.OK: expected,
            Status.SETTLED: expected,
            Status.UNDERBILLED: expected - 1,
            Status.MISSING: expected - 1,
            Status.OVERBILLED: expected + 1,
        }.get(status, other)
        rows.append(make_row(contract, f"2026-{index + 1:02}", expected, billed, status))
    data = loaded(make_report([ContractRows(contract, tuple(rows))]))
    jsonschema.Draft202012Validator(json.loads(report_schema_text())).validate(data)
    own, totals = data["contracts"][0], data["totals"][0]
    assert own["arrears"] == totals["arrears"]
    shown = [row for row in own["rows"] if row["status"] in {"underbilled", "missing"}]
    assert sum(Decimal(row["shortfall"]) for row in shown) == Decimal(totals["arrears"])
    assert own["customer"] == customer
