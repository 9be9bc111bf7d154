"""Naming files and folders."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import billcheck
from billcheck.connectors.files import read_ledger
from billcheck.errors import LedgerRefusedError, UsageError
from tests.connectors.exports import GENERIC, EveryKey

TEXT = f"{GENERIC}\nF-1,2026-01-31,A,1.00,EUR\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("exports/b.csv", "exports/a/z.CSV", "exports/a.csv", "exports/.hidden.csv", "exports/notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT, encoding="utf-8")
    return tmp_path


def test_paths_are_named_as_given(folder: Path) -> None:
    assert [source.path for source in read_ledger("exports/b.csv", folder / "exports" / "a.csv").sources] == [
        "exports/b.csv",
        str(folder / "exports" / "a.csv"),
    ]


@pytest.mark.parametrize("given", ["exports", "exports/"])
@pytest.mark.usefixtures("folder")
def test_a_folder_stands_for_its_csv_files_in_order(given: str) -> None:
    assert [source.path for source in read_ledger(given).sources] == [
        "exports/a/z.CSV",
        "exports/a.csv",
        "exports/b.csv",
    ]


@pytest.mark.usefixtures("folder")
def test_the_folder_one_is_in_is_read() -> None:
    assert next(source.path for source in read_ledger(".").sources) == "./exports/a/z.CSV"


@pytest.mark.usefixtures("folder")
def test_all_wrong_paths_are_named_together() -> None:
    Path("empty").mkdir()
    with pytest.raises(LedgerRefusedError) as caught:
        read_ledger("nothing.csv", "empty", "exports/a.csv", "./exports/../exports/a.csv")
    assert [str(problem) for problem in caught.value.problems] == [
        "nothing.csv: There is no such file or folder. Check the spelling and the folder you are in.",
        (
            "empty: The folder holds no ledger file. Files must end in .csv or .xlsx or .xml or .jsonl; "
            "give others by their own path."
        ),
        "./exports/../exports/a.csv: The file is given twice, so its lines would count twice. Give it once.",
    ]


@pytest.mark.usefixtures("folder")
def test_a_file_of_a_folder_may_not_be_given_beside_it() -> None:
    Path("link.csv").symlink_to("exports/b.csv")
    with pytest.raises(LedgerRefusedError, match=r"link\.csv: The file is given twice"):
        read_ledger("exports", "link.csv")


def test_no_path_and_no_such_profile_are_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No ledger was given"):
        read_ledger()
    (tmp_path / "a.csv").write_text(TEXT, encoding="utf-8")
    with pytest.raises(UsageError, match="no profile of this name"):
        read_ledger(tmp_path / "a.csv", profile="none")


@pytest.mark.usefixtures("folder")
def test_a_file_that_vanishes_is_refused_when_it_is_scanned() -> None:
    ledger = read_ledger("exports/b.csv")
    Path("exports/b.csv").unlink()
    with pytest.raises(LedgerRefusedError, match=r"exports/b\.csv: The file cannot be opened: No such file"):
        list(ledger.sources[0].scan(EveryKey()))


def test_the_library_offers_it() -> None:
    assert billcheck.read_ledger is read_ledger


def test_naming_a_ledger_loads_no_dependency(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(TEXT, encoding="utf-8")
    code = (
        "import sys, billcheck; billcheck.read_ledger('a.csv'); "
        "sys.exit(any(name.split('.')[0] == 'pydantic' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0


def test_what_is_no_path_is_named_with_where_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"A ledger is given by its path\. Found 'list'\. .* billcheck\.read_frame"):
        read_ledger([tmp_path])  # type: ignore[arg-type]


def test_a_pdf_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    with pytest.raises(LedgerRefusedError, match=r"a\.pdf: This is a PDF, which shows a ledger to people"):
        list(read_ledger(tmp_path / "a.pdf").sources[0].scan(EveryKey()))
