"""Every profile that ships, held by a sample: what a person reads in it, and in copies that are re-arranged or cut.

The sample of a flat export is called like its profile; its lines stand beside it, worked out by hand, with the currency
to name where the file has none. Those of reports lie in `samples/reports` and are held by the tests of reports as well.
"""

from __future__ import annotations

import csv
import json
import random
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.connectors.files import read_ledger
from billcheck.connectors.files.date_order import OpenDateOrderError
from billcheck.connectors.files.heading import fold_heading
from billcheck.connectors.files.profile import find_profile, shipped_profiles
from billcheck.errors import LedgerRefusedError
from billcheck.ledger.line import Line
from tests.connectors.exports import scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.connectors.exports import Scanned

SAMPLES = Path(__file__).parent / "samples"
PROFILES = {profile.id: profile for profile in shipped_profiles()}
FLAT = sorted(name for name, profile in PROFILES.items() if profile.report is None)
TOTALLED = [name for name in FLAT if PROFILES[name].control]
LOCAL = [name for name in FLAT if "day-first" in PROFILES[name].variants]
DATES = ("issue_date", "due_date", "period_first_day", "period_last_day")

Row = list[str]


def expected_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def rows_of(name: str) -> list[Row]:
    with (SAMPLES / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def write(path: Path, rows: Iterable[Row], delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return path


def read(path: Path, name: str, profile: str | None = None) -> tuple[Scanned, list[dict[str, Any]]]:
    """The scan of a file, and its lines as they stand beside a sample."""
    (source,) = read_ledger(path, profile=profile, currency=expected_of(name).get("currency")).sources
    found = scan(source)
    read_back = [(source.read([line.locator])[0], line.amount) for line in found.lines]
    read_back.sort(key=lambda pair: pair[0].row)
    return found, [{"row": row.row, "signed": amount, **plain(row.line)} for row, amount in read_back]


def plain(line: Line) -> dict[str, Any]:
    """What a line says, as JSON, without what it leaves open."""
    values = {name: getattr(line, name) for name in Line.__slots__}
    return {
        name: str(value) if isinstance(value, Decimal) else getattr(value, "isoformat", lambda value=value: value)()
        for name, value in values.items()
        if value not in {None, ""}
    }


def test_every_profile_has_a_sample() -> None:
    flat = {path.stem for path in SAMPLES.glob("*.csv") if path.with_suffix(".json").exists()}
    reports = {path.stem for path in (SAMPLES / "reports").glob("*.json")}
    assert flat == set(FLAT)
    lacking = [name for name in PROFILES.keys() - set(FLAT) if not any(one.startswith(name) for one in reports)]
    assert lacking == []


@pytest.mark.parametrize("name", FLAT)
def test_a_sample_gives_the_lines_a_person_reads_in_it(name: str) -> None:
    found, lines = read(SAMPLES / f"{name}.csv", name)
    refused = [[row.row, row.column, row.value] for row in found.refused]
    expected = expected_of(name)
    expected.pop("currency", None)
    assert {"profile": found.receipt.profile, "lines": lines, "refused": refused} == expected


@pytest.mark.parametrize("name", FLAT)
def test_columns_in_any_order_and_further_ones_change_nothing(name: str, tmp_path: Path) -> None:
    rows = rows_of(name)
    order = list(range(len(rows[0])))
    random.Random(name).shuffle(order)
    copy = [
        ["Remark", *(row[index] for index in order), "Branch" if number == 0 else "x;y"]
        for number, row in enumerate(rows)
    ]
    _, lines = read(write(tmp_path / "ledger.csv", copy, ";"), name)
    assert without_rows(lines) == without_rows(expected_of(name)["lines"])


def without_rows(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: value for key, value in line.items() if key != "row"} for line in lines]


def with_dates(name: str, written: Callable[[date], str]) -> list[Row]:
    """The rows of a sample with its dates written otherwise; times are dropped."""
    profile, (heading, *rows) = find_profile(name), rows_of(name)
    wanted = {fold_heading(text) for one in DATES for texts in profile.columns.get(one, ()) for text in texts}
    places = [index for index, text in enumerate(heading) if fold_heading(text) in wanted]
    assert places
    copies = [row[:] for row in rows]
    for row in copies:
        for place in places:
            day = profile.values.dates.read(row[place][:10]).day_first
            row[place] = written(day) if day else ""
    return [heading, *copies]


@pytest.mark.parametrize("name", LOCAL)
@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m.%d.%Y"])
def test_dates_of_either_country_give_the_same_lines(name: str, form: str, tmp_path: Path) -> None:
    path = write(tmp_path / "ledger.csv", with_dates(name, lambda day: day.strftime(form)))
    _, lines = read(path, name)
    assert without_rows(lines) == without_rows(expected_of(name)["lines"])


@pytest.mark.parametrize("name", LOCAL)
def test_dates_that_prove_no_order_are_asked_for(name: str, tmp_path: Path) -> None:
    rows = with_dates(name, lambda _: "03/04/2026")
    path = write(tmp_path / "ledger.csv", first_document(name, rows))
    with pytest.raises(LedgerRefusedError) as caught:
        read(path, name)
    assert [type(problem) for problem in caught.value.problems] == [OpenDateOrderError]
    for variant, month in (("day-first", "04"), ("month-first", "03")):
        _, lines = read(path, name, f"{name}:{variant}")
        assert {line["issue_date"][5:7] for line in lines} == {month}


@pytest.mark.parametrize("name", sorted(set(FLAT) - set(LOCAL)))
def test_profiles_without_an_order_of_dates_have_iso_dates(name: str) -> None:
    profile, (heading, *rows) = find_profile(name), rows_of(name)
    place = next(heading.index(text) for text in profile.columns["issue_date"][0] if text in heading)
    assert all(date.fromisoformat(row[place][:10]) for row in rows)


@pytest.mark.parametrize("name", FLAT)
def test_a_copy_cut_within_a_row_is_refused_or_incomplete(name: str, tmp_path: Path) -> None:
    """Wherever the cut is; within the last cell of a row it may go unseen, but then no figure is another."""
    path = write(tmp_path / "ledger.csv", rows_of(name)[:2])
    text = path.read_text(encoding="utf-8").rstrip("\n")
    begin, last = text.index("\n") + 2, text.rindex(",")
    whole = figures(read(path, name)[1])
    for end in range(begin, len(text)):
        path.write_text(text[:end], encoding="utf-8")
        try:
            found, lines = read(path, name)
        except LedgerRefusedError:
            continue
        assert found.refused or (end > last and figures(lines) == whole), text[begin:end]


def figures(lines: Iterable[dict[str, Any]]) -> list[list[Any]]:
    """What counts of lines: all but texts and codes."""
    names = ("signed", "document", "issue_date", "customer", "currency", "kind", "status", "period_first_day")
    return [[line.get(name) for name in names] for line in lines]


@pytest.mark.parametrize("name", TOTALLED)
def test_a_copy_cut_within_a_document_is_refused_or_incomplete(name: str, tmp_path: Path) -> None:
    heading, *rows = first_document(name, rows_of(name))
    whole = [line["signed"] for line in read(write(tmp_path / "ledger.csv", [heading, *rows]), name)[1]]
    refused = 0
    for cut in range(1, len(rows)):
        found, lines = read(write(tmp_path / "ledger.csv", [heading, *rows[:cut]]), name)
        if found.refused:
            assert (len(found.refused), lines) == (cut, [])
            refused += 1
        else:
            assert not any(whole[cut:]), "only lines without an amount may go unnoticed"
    assert refused


def first_document(name: str, rows: list[Row]) -> list[Row]:
    """The heading and the rows of the first document."""
    (headings,) = find_profile(name).columns["document"]
    place = next(rows[0].index(text) for text in headings if text in rows[0])
    return [rows[0], *(row for row in rows[1:] if row[place] == rows[1][place])]
