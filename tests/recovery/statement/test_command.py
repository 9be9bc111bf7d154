from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from billcheck.cli.main import main
from billcheck.recovery.case_files import write_case
from tests.recovery.cases import story_case

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.json"
    write_case(story_case(), path)
    return path


@pytest.mark.parametrize(
    ("form", "begin"), [("csv", "record,"), ("json", "{\n"), ("markdown", "# What was"), ("html", "<!DOCTYPE html>")]
)
def test_every_format_on_standard_output_and_in_a_file(
    form: str, begin: str, case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = case.read_bytes()
    assert main(["recover", "statement", str(case), "--format", form]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(begin)
    output = case.parent / "statement.txt"
    assert main(["recover", "statement", str(case), "--format", form, "-o", str(output)]) == 0
    assert output.read_bytes().decode() == shown
    assert case.read_bytes() == before


def test_fiscal_years_as_asked_for(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["recover", "statement", str(case), "--format", "json", "--fiscal-year-end", "06-30"])
    table = json.loads(capsys.readouterr().out)
    assert [(each["first_day"], each["arrears"]) for each in table["fiscal_years"]] == [
        ("2025-07-01", "4800.00"),
        ("2026-07-01", "2400.00"),
    ]


@pytest.mark.parametrize("text", ["13-01", "02-30", "6-30", "2026-06-30", "00-10", "06-00"])
def test_what_is_no_year_end_is_refused(text: str, case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["recover", "statement", str(case), "--fiscal-year-end", text])
    assert caught.value.code == 2
    assert "write it as 06-30" in capsys.readouterr().err


def test_a_file_that_is_no_case_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "other.json"
    path.write_text("{}", encoding="utf-8")
    assert main(["recover", "statement", str(path)]) == 2
    assert capsys.readouterr().out == ""
