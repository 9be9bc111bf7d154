"""Every hostile file gets exactly the verdict of the manifest: by the library, and by the command."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.cli.main import main
from billcheck.connectors.files import read_ledger, refusals
from billcheck.connectors.files.workbook import cell_values
from billcheck.errors import LedgerRefusedError
from billcheck.ledger.line import DocumentStatus, Kind
from billcheck.ledger.source import Keys
from billcheck.money import to_decimal
from tests.connectors.exports import Scanned, scan
from tests.hostile.manifest import CORPUS, Hostile

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.ledger.source import RefusedRow, Source
    from tests.hostile.manifest import LineFacts

CONTRACT = """\
[[contract]]
id = "C-1"
customer = "Acme"
currency = "EUR"
start = 2026-01-01

[[contract.charge]]
name = "Fee"
model = "flat"
amount = "100.00"
every = "month"
timing = "in_arrears"
"""
every_file = pytest.mark.parametrize("hostile", CORPUS, ids=lambda hostile: f"{hostile.theme}: {hostile.name}")


def source_of(hostile: Hostile, folder: Path) -> Source:
    (source,) = read_ledger(hostile.write(folder), **hostile.options).sources
    return source


def found_lines(found: Scanned) -> list[LineFacts]:
    return [
        (
            line.document,
            date.fromordinal(line.issue_day).isoformat(),
            line.customer,
            str(to_decimal(line.amount, line.currency)),
            line.currency,
            Kind(line.kind).name.lower(),
            DocumentStatus(line.status).name.lower(),
        )
        for line in found.lines
    ]


def is_wanted(row: RefusedRow, wanted: tuple[int, str, str, str]) -> bool:
    """Whether a refused row is the one of the manifest; a value of "*" is not written out there."""
    number, column, value, reason = wanted
    sentence = re.sub(r"\\{.*?\\}", ".*", re.escape(getattr(refusals, reason, "") or getattr(cell_values, reason)))
    has_value = value in {"*", row.value} or (not column and row.value == value[:200])
    return (row.row, row.column) == (number, column) and has_value and bool(re.fullmatch(sentence, row.reason))


@every_file
def test_the_library_gives_exactly_what_the_manifest_says(hostile: Hostile, tmp_path: Path) -> None:
    if hostile.problems:
        path = hostile.write(tmp_path)
        with pytest.raises(LedgerRefusedError) as caught:
            scan(source_of(hostile, tmp_path))
        assert [type(problem).__name__ for problem in caught.value.problems] == list(hostile.problems)
        assert all(problem.where.startswith(str(path)) and problem.reason for problem in caught.value.problems)
        assert caught.value.problems[0].where.endswith(hostile.where)
        return
    found = scan(source_of(hostile, tmp_path))
    assert sorted(found_lines(found)) == sorted(hostile.lines)
    assert len(found.refused) == len(hostile.refused), found.refused
    for row, wanted in zip(found.refused, hostile.refused, strict=True):
        assert is_wanted(row, wanted), (row, wanted)
    assert found.receipt.lines == len(hostile.lines)
    assert found.receipt.rows == len(hostile.lines) + len(hostile.refused)


@every_file
def test_what_concerns_nobody_is_totalled_to_the_cent(hostile: Hostile, tmp_path: Path) -> None:
    if hostile.problems:
        return
    found = scan(source_of(hostile, tmp_path), Keys())
    totals: dict[tuple[str, str], Decimal] = {}
    for _, _, customer, amount, currency, kind, status in hostile.lines:
        if status == "approved" and kind != "other":
            totals[customer, currency] = totals.get((customer, currency), Decimal(0)) + Decimal(amount)
    assert {key: to_decimal(total.amount, key[1]) for key, total in found.outside.items()} == totals
    assert not found.lines or all(line.kind == Kind.OTHER or line.status for line in found.lines)


@every_file
def test_the_command_says_so_and_leaves_with_its_code(
    hostile: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contracts.toml").write_text(CONTRACT, encoding="utf-8")
    options = [word for name, value in hostile.options.items() for word in (f"--{name}", str(value))]
    code = main(["check", hostile.write(tmp_path).name, "--as-of", "2026-02-05", "--format", "json", *options])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    if hostile.problems:
        assert (code, printed.out) == (2, "")
        assert hostile.write(tmp_path).name in printed.err
        return
    report: dict[str, Any] = json.loads(printed.out)
    assert code in ({1, 3} if hostile.refused else {0, 1, 3})
    assert hostile.exit is None or code == hostile.exit
    assert report["complete"] is not bool(hostile.refused)
    assert [(row["row"], row["column"]) for row in report["refused"]] == [row[:2] for row in hostile.refused]
    assert report["coverage"]["refused"] == len(hostile.refused)
    assert [(entry["lines"], entry["rows"]) for entry in report["inputs"]] == [
        (len(hostile.lines), len(hostile.lines) + len(hostile.refused))
    ]


def test_the_manifest_is_large_and_names_each_file_once() -> None:
    names = [(hostile.theme, hostile.name) for hostile in CORPUS]
    assert len(names) == len(set(names)) >= 120
    assert {hostile.verdict for hostile in CORPUS} == {"parsed", "rows_refused", "file_refused"}
