"""Workbooks: cells that hold what they show are read, all others are refused with their place."""

from __future__ import annotations

import inspect
import sys
from contextlib import suppress
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billcheck.contracts import workbook
from billcheck.contracts.files import load_contracts
from billcheck.errors import ContractsRefusedError, Problem
from tests.contracts.samples import refusals

if TYPE_CHECKING:
    from collections.abc import Callable

HEADINGS = [
    "contract",
    "charge",
    "customer",
    "currency",
    "contract.start",
    "model",
    "unit_amount",
    "quantity",
    "every",
    "timing",
]
CELLS: list[Any] = ["C-1", "Seats", "Acme", "EUR", date(2026, 1, 1), "per_unit", 30.1, 12, "month", "in_advance"]
AMOUNT, START, NAME = 6, 4, 1


def make(
    folder: Path,
    cells: list[Any] | None = None,
    alter: Callable[[Any, Any], None] | None = None,
    *,
    names: tuple[str, ...] = ("charges",),
    options: dict[str, Any] | None = None,
) -> str:
    """A workbook with one charge; `alter` gets the workbook and the sheet."""
    path = folder / "c.xlsx"
    book = xlsxwriter.Workbook(str(path), options or {})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for name in names:
        sheet = book.add_worksheet(name)
        if name != names[0]:
            continue
        sheet.write_row(0, 0, HEADINGS)
        for column, cell in enumerate(CELLS if cells is None else cells):
            if isinstance(cell, date):
                sheet.write_datetime(1, column, cell, day)
            else:
                sheet.write(1, column, cell)
        if alter is not None:
            alter(book, sheet)
    book.close()
    return str(path)


def having(**cells: Any) -> list[Any]:
    return [cells.get(heading, cell) for heading, cell in zip(HEADINGS, CELLS, strict=True)]


def test_numbers_and_days_of_cells_are_read_exactly(tmp_path: Path) -> None:
    (contract,) = load_contracts(make(tmp_path))
    (charge,) = contract.charges
    assert (contract.start, charge.name) == (date(2026, 1, 1), "Seats")
    assert "Decimal('30.1')" in repr(charge)
    assert "Decimal('12')" in repr(charge)


def test_the_date_system_of_1904_is_read_as_such(tmp_path: Path) -> None:
    (contract,) = load_contracts(make(tmp_path, options={"date_1904": True}))
    assert contract.start == date(2026, 1, 1)


@pytest.mark.parametrize("names", [("Charges",), ("anything",), ("charges", "notes")])
def test_the_sheet_is_found_by_its_name_or_is_the_only_one(tmp_path: Path, names: tuple[str, ...]) -> None:
    assert load_contracts(make(tmp_path, names=names))[0].id == "C-1"


def test_amendments_on_the_second_sheet(tmp_path: Path) -> None:
    def alter(book: Any, _: Any) -> None:
        sheet = book.add_worksheet("Amendments")
        sheet.write_row(0, 0, ["contract", "charge", "on", "quantity"])
        sheet.write_row(1, 0, ["C-1", "Seats", "2026-05-16", 16])

    (contract,) = load_contracts(make(tmp_path, alter=alter))
    assert [change.on for change in contract.charges[0].amendments] == [date(2026, 5, 16)]


def test_an_empty_second_sheet_is_no_fault(tmp_path: Path) -> None:
    assert load_contracts(make(tmp_path, names=("charges", "amendments")))


def test_the_kept_value_of_a_formula_is_read(tmp_path: Path) -> None:
    path = make(tmp_path, alter=lambda _, sheet: sheet.write_formula(1, AMOUNT, "=15.05*2", None, 30.1))
    assert "30.1" in repr(load_contracts(path)[0].charges[0])


def percent(book: Any, sheet: Any) -> None:
    sheet.write_number(1, AMOUNT, 0.21, book.add_format({"num_format": "0.0%"}))


def early(book: Any, sheet: Any) -> None:
    sheet.write_number(1, START, 60, book.add_format({"num_format": "yyyy-mm-dd"}))


def day_in_text(book: Any, sheet: Any) -> None:
    sheet.write_datetime(1, NAME, datetime(2026, 1, 2), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001


def time_of_day(book: Any, sheet: Any) -> None:
    sheet.write_datetime(1, START, datetime(2026, 1, 2, 12), book.add_format({"num_format": "yyyy-mm-dd hh:mm"}))  # noqa: DTZ001


INEXACT = 'unit_amount": The cell holds a number that is no exact decimal, as a calculation leaves it'
NEGATIVE = 'unit_amount": Amounts, quantities and percents of a contract are not negative'


def put(column: int, value: Any = None, kept: Any = None) -> Callable[[Any, Any], None]:
    """Writes a value into a cell of the charge; a formula with the value that was kept."""

    def alter(_: Any, sheet: Any) -> None:
        if isinstance(value, str) and value.startswith("="):
            sheet.write_formula(1, column, value, None, kept)
        else:
            sheet.write(1, column, value)

    return alter


ALTERED: list[tuple[Any, str]] = [
    (put(AMOUNT, "=1/0", "#DIV/0!"), "unit_amount\": The cell shows an error instead of a value. Found '#DIV/0!'"),
    (put(AMOUNT, "=A1", ""), 'unit_amount": The cell holds a formula that was not calculated'),
    (percent, 'unit_amount": The cell is formatted as a percentage'),
    (early, 'contract.start": The cell holds a date that spreadsheets do not agree on'),
    (day_in_text, 'charge": The cell holds a date, and this column does not'),
    (time_of_day, 'contract.start": This is a time, and contracts know whole days only'),
    (
        lambda _, sheet: sheet.merge_range(2, 0, 3, 0, "C-1"),
        'contract": Cells are merged, so all but the first of them hold nothing',
    ),
    (put(AMOUNT, 100 / 3), INEXACT),
    (put(AMOUNT, 1e300), INEXACT),
    (put(AMOUNT, 1e-7), INEXACT),
    (put(AMOUNT, -5), NEGATIVE),
    (put(START, 46023), 'contract.start": This is not a day'),
    (put(AMOUNT, value=True), "unit_amount\": This is not a plain decimal. Found 'TRUE'"),
    (put(14, "x"), "row 2: The row has a cell beyond the last heading"),
    (put(14, "=1/0", "#DIV/0!"), 'column "O": The cell shows an error'),
]


@pytest.mark.parametrize(("alter", "message"), ALTERED)
def test_what_cells_are_refused_for(tmp_path: Path, alter: Any, message: str) -> None:
    path = make(tmp_path, alter=alter)
    found = refusals(path)
    assert any(message in text for text in found), found
    assert all(text.startswith(f'{path}: sheet "charges", row ') for text in found)


def test_a_sum_of_floats_is_no_price(tmp_path: Path) -> None:
    """0.1 + 0.2 shows as 0.3 in a spreadsheet and is not 0.3; written with all its digits it is refused."""
    path = make(tmp_path)
    edit(path, "xl/worksheets/sheet1.xml", lambda text: text.replace("<v>30.1</v>", "<v>0.30000000000000004</v>"))
    (text,) = refusals(path)
    assert "The cell holds a number that is no exact decimal" in text


def test_seventeen_digits_of_an_honest_decimal_are_that_decimal(tmp_path: Path) -> None:
    """So do some programs write 30.1 itself."""
    path = make(tmp_path)
    edit(path, "xl/worksheets/sheet1.xml", lambda text: text.replace("<v>30.1</v>", "<v>30.100000000000001</v>"))
    assert "Decimal('30.1')" in repr(load_contracts(path)[0].charges[0])


def edit(path: str, part: str, change: Callable[[str], str]) -> None:
    """Change a part of a workbook."""
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = change(parts[part].decode())
    assert changed != parts[part].decode()
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, changed if name == part else content)


def test_a_formula_of_a_program_that_calculates_nothing(tmp_path: Path) -> None:
    path = make(tmp_path)
    edit(path, "xl/worksheets/sheet1.xml", lambda text: text.replace("<v>30.1</v>", "<f>15*2</f>"))
    (text,) = refusals(path)
    assert "The cell holds a formula that was not calculated" in text


def test_a_sheet_with_one_cell_at_the_far_end_is_refused_before_it_fills_memory(tmp_path: Path) -> None:
    path = make(tmp_path, alter=lambda _, sheet: sheet.write_string(1_048_575, 16_383, "x"))
    (text,) = refusals(path)
    assert "The workbook unpacks to far more than any list of contracts" in text


def test_parts_that_unpack_to_too_much_are_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "LARGEST_WORKBOOK", 1000)
    (text,) = refusals(make(tmp_path))
    assert "The workbook unpacks to far more than any list of contracts" in text


def test_a_document_type_is_refused(tmp_path: Path) -> None:
    path = make(tmp_path)
    edit(
        path,
        "xl/workbook.xml",
        lambda text: text.replace("<workbook ", '<!DOCTYPE x [<!ENTITY a "b">]><workbook ', 1),
    )
    (text,) = refusals(path)
    assert "This is not an XLSX workbook that can be read. Found 'a document type is declared'" in text


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"not a workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600]
)
def test_what_is_no_workbook(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "c.xlsx"
    path.write_bytes(content)
    (text,) = refusals(str(path))
    assert text.startswith(f"{path}: This is not an XLSX workbook that can be read")


def test_a_workbook_without_the_sheet(tmp_path: Path) -> None:
    (text,) = refusals(make(tmp_path, names=("one", "two")))
    assert "The workbook has no sheet for the table of charges. Found 'one, two'." in text


def test_an_empty_sheet(tmp_path: Path) -> None:
    (text,) = refusals(make(tmp_path, names=("notes", "charges")))
    assert text.endswith('sheet "charges": The table is empty. Write its headings and rows, or take it away.')


def test_a_second_sheet_of_something_else(tmp_path: Path) -> None:
    def alter(book: Any, _: Any) -> None:
        book.add_worksheet("amendments").write_row(0, 0, ["when", "what"])

    (text,) = refusals(make(tmp_path, alter=alter))
    assert 'sheet "amendments": By its headings this is neither' in text


def test_without_the_extra_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path)
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    assert refusals(path) == [
        f"{path}: The package that reads this kind of file is not installed. Run: pip install 'billcheck[xlsx]'"
    ]


def test_every_problem_has_an_example() -> None:
    shown = Path(__file__).read_text(encoding="utf-8")
    for _, item in inspect.getmembers(workbook, inspect.isclass):
        if issubclass(item, Problem) and item.__module__ == workbook.__name__:
            assert (item.__doc__ or "").splitlines()[0].removesuffix(".").partition(",")[0] in shown, item


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_parts_bring_nothing_but_a_refusal_or_contracts(tmp_path: Path, data: st.DataObject) -> None:
    path = make(tmp_path)
    with ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    content = bytearray(parts[name])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        for other, kept in parts.items():
            archive.writestr(other, bytes(content) if other == name else kept)
    Path(path).write_bytes(stream.getvalue())
    with suppress(ContractsRefusedError):
        assert load_contracts(path)
