"""Rows, findings and evidence as sequences and as dictionaries, with the columns that the reference lists."""

from __future__ import annotations

import gc
import re
import weakref
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from billcheck.findings import ContractRows, Status
from billcheck.report import records
from billcheck.report.records import ColumnType, Records
from tests.project.sources import text_of
from tests.report.stories import clean, half_rate, half_rate_contract, make_contract, make_report, make_row, many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck import Report
    from billcheck.findings import PeriodRow

PAGE = "docs/reference/tables.md"
KINDS_OF_RECORDS = ("rows", "findings", "evidence", "causes")


def in_the_reference(heading: str) -> list[list[str]]:
    """The table under a heading of the page, without its head."""
    section = text_of(PAGE).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


class Watched:
    """Contracts that count how often somebody walks over them."""

    def __init__(self, items: list[ContractRows]) -> None:
        self.items = items
        self.walks = 0

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[ContractRows]:
        self.walks += 1
        return iter(self.items)


def watched_report() -> tuple[Report, Watched]:
    contracts = Watched([half_rate_contract()])
    return replace(half_rate(), contracts=contracts), contracts  # type: ignore[arg-type]


@pytest.mark.parametrize("name", KINDS_OF_RECORDS)
def test_the_columns_are_those_of_the_reference(name: str) -> None:
    listed = in_the_reference(name.capitalize())
    columns = getattr(half_rate(), name).columns
    assert [(f"`{column.name}`", column.type.value, "yes" if column.nullable else "") for column in columns] == [
        (column, holds, empty) for column, holds, empty, _ in listed
    ]
    assert all(meaning.endswith(".") for *_, meaning in listed)
    assert len({column.name for column in columns}) == len(columns)


def test_the_reference_lists_every_type() -> None:
    assert [row[0] for row in in_the_reference("Types")] == [kind.value for kind in ColumnType]


@pytest.mark.parametrize("name", KINDS_OF_RECORDS)
def test_every_dictionary_has_the_columns_in_their_order(name: str) -> None:
    found = getattr(half_rate(), name)
    names = [column.name for column in found.columns]
    assert [list(entry) for entry in found.to_dicts()] == [names] * len(found)
    assert len(found) == {"rows": 9, "findings": 6, "evidence": 8, "causes": 1}[name]


def test_a_row_in_full() -> None:
    assert half_rate().rows[2:3].to_dicts() == [
        {
            "id": "C-117/Retainer/2026-03",
            "contract": "C-117",
            "customer": "Hartwell Interieur",
            "charges": ["Retainer"],
            "first_day": date(2026, 3, 1),
            "last_day": date(2026, 3, 31),
            "due_on": date(2026, 3, 31),
            "currency": "EUR",
            "expected": Decimal("2400.00"),
            "billed": Decimal("1200.00"),
            "shortfall": Decimal("1200.00"),
            "tax_percent": Decimal(21),
            "shortfall_tax": Decimal("252.00"),
            "status": "underbilled",
            "arrears": Decimal("1200.00"),
            "overbilled": Decimal("0.00"),
            "inferred": Decimal("0.00"),
            "credited": Decimal("0.00"),
            "drafted": Decimal("0.00"),
            "is_change": False,
            "causes": [half_rate().rows[2].causes[0].group],
            "cause_codes": ["half_rate"],
            "derivation": ["flat: 240000 minor units for the whole period"],
            "note": "",
        }
    ]


def test_a_piece_of_evidence_in_full() -> None:
    (first, *_), (entry, *_) = half_rate().evidence, half_rate().evidence.to_dicts()
    assert entry == {
        "row_id": "C-117/Retainer/2026-01",
        "contract": "C-117",
        "customer": "Hartwell Interieur",
        "charges": ["Retainer"],
        "first_day": date(2026, 1, 1),
        "last_day": date(2026, 1, 31),
        "document": "INV-2026-001",
        "line": 1,
        "date": date(2026, 1, 31),
        "currency": "EUR",
        "amount": Decimal("2400.00"),
        "path": "SalesInvoices.csv",
        "row": 2,
        "rule": "customer + only charge; own period",
    }
    assert (first.row_id, first.document, first.amount) == ("C-117/Retainer/2026-01", "INV-2026-001", Decimal(2400))


def test_a_row_keeps_its_figures_apart() -> None:
    contract = make_contract(currency="KWD", tax_percent=None)
    row = make_row(
        contract,
        "2026-01",
        5_000,
        7_001,
        Status.OVERBILLED,
        inferred_minor=3,
        credited_minor=4,
        drafted_minor=5,
        is_change=True,
    )
    (entry,) = make_report([ContractRows(contract, (row,))]).rows.to_dicts()
    assert {name: str(value) for name, value in entry.items() if isinstance(value, Decimal)} == {
        "expected": "5.000",
        "billed": "7.001",
        "shortfall": "-2.001",
        "arrears": "0.000",
        "overbilled": "2.001",
        "inferred": "0.003",
        "credited": "0.004",
        "drafted": "0.005",
    }
    assert (entry["tax_percent"], entry["shortfall_tax"], entry["is_change"]) == (None, None, True)


def test_what_was_agreed_is_none_where_it_is_not_known() -> None:
    contract = make_contract()
    row = make_row(contract, "2026-01", 500, 500, Status.INCONCLUSIVE, is_known=False, note="Give the usage.")
    (entry,) = make_report([ContractRows(contract, (row,))]).rows.to_dicts()
    assert (entry["expected"], entry["shortfall"], entry["note"]) == (None, Decimal("0.00"), "Give the usage.")


def test_a_finding_fails_as_the_report_says() -> None:
    report = half_rate()
    assert {entry["fails"] for entry in report.findings.to_dicts()} == {True}
    assert {entry["fails"] for entry in replace(report, fail_on=frozenset()).findings.to_dicts()} == {False}
    bearable = replace(report, min_amounts={"EUR": 120_001})
    assert {entry["fails"] for entry in bearable.findings.to_dicts()} == {False}
    assert (bearable.failing, bearable.below) == ((), report.found)


def test_records_are_used_like_a_tuple() -> None:
    rows = half_rate().rows
    kept = tuple(rows)
    assert (len(rows), rows[0], rows[-1], list(reversed(rows))) == (9, kept[0], kept[-1], list(reversed(kept)))
    assert isinstance(rows[2:4], Records)
    assert rows[2:4] == kept[2:4]
    assert kept[3] in rows
    assert replace(kept[3], note="another") not in rows
    assert (repr(rows[:1]), hash(rows)) == (repr(kept[:1]), hash(kept))
    with pytest.raises(IndexError):
        rows[9]


def test_records_equal_the_same_values_and_nothing_else() -> None:
    rows, again = half_rate().rows, half_rate().rows
    assert rows == again
    assert rows == tuple(again)
    assert tuple(again) == rows
    assert rows != again[:-1]
    assert rows != list(again)
    assert clean().rows != rows


def test_rows_are_worked_out_once_and_only_when_somebody_looks() -> None:
    report, contracts = watched_report()
    rows = report.rows
    assert (report.verdict, len(report.findings), contracts.walks) == ("findings", 6, 0)
    assert (len(rows), rows[0].contract, len(report.rows), contracts.walks) == (9, "C-117", 9, 1)
    assert (len(report.evidence), len(report.evidence), rows.to_dicts()[0]["id"]) == (8, 8, rows[0].id)
    assert contracts.walks == 1


def test_a_table_keeps_the_rows_it_is_made_of() -> None:
    report, contracts = watched_report()
    assert len(report.evidence.to_dicts()) == 8
    assert (len(report.rows.to_dicts()), len(report.rows), report.rows[8].status) == (9, 9, "not_due")
    assert contracts.walks == 1


@pytest.mark.parametrize(("most", "walks"), [(9, 1), (8, 3), (4, 3)])
def test_a_table_of_very_many_keeps_none(most: int, walks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "KEPT_RECORDS", most)
    report, contracts = watched_report()
    tables = [report.rows.to_dicts() for _ in range(3)]
    assert tables == [half_rate().rows.to_dicts()] * 3
    assert contracts.walks == walks


def test_rows_are_kept_only_once_all_were_seen() -> None:
    report, contracts = watched_report()
    assert next(iter(report.rows.stream())).contract == "C-117"
    assert (len(report.rows.to_dicts()), contracts.walks) == (9, 2)


def test_no_sequence_keeps_its_report_alive() -> None:
    report = half_rate()
    kept = report.rows, report.findings, report.evidence, report.causes
    gone = weakref.ref(report)
    gc.disable()
    try:
        del report
        assert gone() is None
    finally:
        gc.enable()
    assert [len(found) for found in kept] == [9, 6, 8, 1]


def test_rows_of_many_contracts_stand_in_the_order_of_the_contracts() -> None:
    report = make_report(many(30, leaking=3))
    assert [row.contract for row in report.rows] == sorted(row.contract for row in report.rows)
    assert [entry["contract"] for entry in report.rows.to_dicts()] == [row.contract for row in report.rows]


def test_evidence_of_a_row_without_any_is_none() -> None:
    contract = make_contract()
    rows: tuple[PeriodRow, ...] = (make_row(contract, "2026-01", 100, 0, Status.MISSING),)
    assert make_report([ContractRows(contract, rows)]).evidence == ()


def test_the_page_names_the_digits_of_amounts_and_percents() -> None:
    assert re.findall(r"decimal128\((\d+), (\d+)\)", text_of(PAGE)) == [("23", "4"), ("23", "10")]
