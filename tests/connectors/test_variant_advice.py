"""A refusal names every variant of the profile that the file needs, not one after the other."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from billcheck import LedgerRefusedError, check, read_ledger

if TYPE_CHECKING:
    from pathlib import Path

HEADING = "document;issue_date;customer;description;amount;currency\n"


def refusal(folder: Path, rows: str, *, encoding: str = "cp1252", profile: str | None = None) -> str:
    """What the refusal of a file with these rows says to do."""
    path = folder / "export.csv"
    path.write_bytes((HEADING + rows).encode(encoding))
    with pytest.raises(LedgerRefusedError) as refused:
        check([], read_ledger(str(path), profile=profile), as_of=date(2026, 5, 1))
    (problem,) = refused.value.problems
    return problem.advice


GERMAN = "R-1;31.01.2026;Müller;Gebühr;1.234,50;EUR\nR-2;28.02.2026;Müller;Gebühr;1.234,50;EUR\n"
OPEN_DAY = "R-1;03/04/2026;Müller;Gebühr;1234,50;EUR\n"


@pytest.mark.parametrize(
    ("rows", "profile", "needed"),
    [
        (GERMAN, None, "generic:cp1252:decimal-comma"),
        (GERMAN, "generic:cp1252", "generic:cp1252:decimal-comma"),
        (GERMAN, "generic:decimal-comma", "generic:decimal-comma:cp1252"),
        (OPEN_DAY, None, "generic:cp1252:decimal-comma:day-first (or month-first instead of day-first)"),
        (OPEN_DAY, "generic:cp1252:day-first", "generic:cp1252:day-first:decimal-comma"),
        (OPEN_DAY, "generic:cp1252:decimal-comma", "generic:cp1252:decimal-comma:day-first"),
        (GERMAN.replace("1.234,50", '"1.234,50"'), None, "generic:cp1252:decimal-comma"),
        (GERMAN.replace("1.234,50", "€ -1.234,50"), None, "generic:cp1252:decimal-comma"),
        (GERMAN.replace("1.234,50", "1.234,50 EUR"), None, "generic:cp1252:decimal-comma"),
    ],
)
def test_all_variants_are_named_at_once(tmp_path: Path, rows: str, profile: str | None, needed: str) -> None:
    advice = refusal(tmp_path, rows, profile=profile)
    assert advice.startswith(f"By its first rows the file needs all of this: --profile {needed}")


def test_what_is_named_reads_the_file(tmp_path: Path) -> None:
    refusal(tmp_path, OPEN_DAY)
    ledger = read_ledger(str(tmp_path / "export.csv"), profile="generic:cp1252:decimal-comma:month-first")
    assert [entry.amount_minor for entry in check([], ledger, as_of=date(2026, 5, 1)).outside] == [123450]


@pytest.mark.parametrize(
    ("rows", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN.replace("1.234,50", "1234.50"), "cp1252"),
        (GERMAN + "R-3;31.03.2026;Müller;Gebühr;99.50;EUR\n", "cp1252"),
        ("R-1;03/04/2026;Miller;Fee;1234.50;EUR\n", "utf-8"),
    ],
)
def test_one_variant_alone_is_what_the_fault_itself_names(tmp_path: Path, rows: str, encoding: str) -> None:
    assert "all of this" not in refusal(tmp_path, rows, encoding=encoding)


def test_a_letter_cut_at_the_end_of_the_first_block_is_no_other_encoding(tmp_path: Path) -> None:
    filler = "R-1;2026-01-31;Miller;" + "é" * 40 + ";1.234,50;EUR\n"
    for shift in ("", "x"):
        advice = refusal(tmp_path, f"{shift}{filler}" * 4000, encoding="utf-8")
        assert "cp1252" not in advice
