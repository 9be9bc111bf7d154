"""What cells of workbooks say: exact decimals, days and texts, or nothing sure."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import python_calamine
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billcheck import read_ledger
from billcheck.connectors.files.cells import Unreadable
from billcheck.connectors.files.workbook import cell_values, open_workbook
from billcheck.connectors.files.workbook.styles import Shown, shown_by
from billcheck.spreadsheets import column_of, exact_decimal, letters_of
from tests.connectors.exports import scan
from tests.connectors.workbook.books import (
    billed,
    cells_of,
    formula,
    headed,
    number,
    parts_of,
    row,
    text,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path

DATE, PERCENT, TIME, DURATION, KRONER, MOMENT, TEXT = range(1, 8)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (number("1250.00"), Decimal(1250)),
        (number("33.350000000000001"), Decimal("33.35")),
        (number("1.1E3"), Decimal(1100)),
        (number("-0"), Decimal(0)),
        (number("-0.01"), Decimal("-0.01")),
        (number("99.5", KRONER), Decimal("99.5")),
        (number("1041", TEXT), Decimal(1041)),
        (number("46053", DATE), date(2026, 1, 31)),
        (number("46053.5", MOMENT), datetime(2026, 1, 31, 12)),  # noqa: DTZ001
        (number("46053.99999999999", MOMENT), date(2026, 2, 1)),
        (number("61", DATE), date(1900, 3, 1)),
        ('<c t="d"><v>2026-01-31</v></c>', date(2026, 1, 31)),
        ('<c t="d"><v>2026-01-31T10:00:00</v></c>', datetime(2026, 1, 31, 10)),  # noqa: DTZ001
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="b"><v>0</v></c>', "FALSE"),
        (text("00123"), "00123"),
        (text("1250.00"), "1250.00"),
        (text("a_x000D_b"), "a\rb"),
        ('<c t="inlineStr"><is><r><t>bold</t></r><r><t> plain</t></r><rPh><t>aid</t></rPh></is></c>', "bold plain"),
        ('<c t="str"><f>A9</f><v>shown</v></c>', "shown"),
        (formula("1250.00"), Decimal("1250.00")),
        (formula("-(50)"), Decimal(-50)),
        (formula("1250.00", "0"), Decimal("1250.00")),
        (formula("0.1+0.2", "0.30000000000000004"), Decimal("0.3")),
        (formula("B7*C7", "12.5"), Decimal("12.5")),
    ],
)
def test_a_cell_is_read_exactly(tmp_path: Path, cell: str, value: object) -> None:
    ((found,),) = cells_of(write(tmp_path, row(cell)))
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("cell", "shown", "reason"),
    [
        ('<c t="e"><v>#REF!</v></c>', "#REF!", cell_values.ERROR),
        ('<c t="e"><f>B2/0</f><v>#DIV/0!</v></c>', "#DIV/0!", cell_values.ERROR),
        (number("0.30000000000000004"), "0.30000000000000004…", cell_values.INEXACT),
        (number("33.333333333333336"), "33.333333333333336…", cell_values.INEXACT),
        (number("1E15"), "1E15…", cell_values.INEXACT),
        (number("1E999"), "1E999…", cell_values.INEXACT),
        (number("1E-16"), "1E-16…", cell_values.INEXACT),
        (number("0.21", PERCENT), "21 %", cell_values.PERCENT),
        (number("0.5", TIME), "time 0.5", cell_values.TIME),
        (number("1.1", DURATION), "time 1.1", cell_values.TIME),
        (number("60", DATE), "day 60", cell_values.EARLY_DAY),
        (number("-1", DATE), "day -1", cell_values.EARLY_DAY),
        (number("1E300", DATE), "day 1E300", cell_values.EARLY_DAY),
        ('<c t="d"><v>yesterday</v></c>', "day yesterday", cell_values.EARLY_DAY),
        ('<c t="d"><v>1900-01-05</v></c>', "day 1900-01-05", cell_values.EARLY_DAY),
        (formula("B7*C7"), "=B7*C7", cell_values.UNCALCULATED),
        (formula("B7*C7", "0"), "=B7*C7", cell_values.UNCALCULATED),
        (formula("1/3", "0.33333333333333331"), "0.33333333333333331…", cell_values.INEXACT),
        (formula("2+2", "4.1000000000000009"), "4.1000000000000009…", cell_values.INEXACT),
        ('<c><f t="shared" si="0"/><v>0</v></c>', "=", cell_values.UNCALCULATED),
    ],
)
def test_a_cell_without_a_sure_value_says_why(tmp_path: Path, cell: str, shown: str, reason: str) -> None:
    ((found,),) = cells_of(write(tmp_path, row(cell)))
    assert isinstance(found, Unreadable)
    assert (str(found), found.reason) == (shown, reason)


def test_days_count_from_1904_where_the_workbook_says_so(tmp_path: Path) -> None:
    parts = parts_of(row(number("44591", DATE), number("0", DATE)))
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace("<workbookPr/>", '<workbookPr date1904="1"/>')
    assert cells_of(write(tmp_path, parts)) == [(date(2026, 1, 31), date(1904, 1, 1))]


SUMS = {
    "A1+A2": "1150",
    "(A1)": "1250",
    "-A2--A2": "0",
    "SUM(A1:A2)": "1150",
    "SUM(A1:A3,A2)": "1050",
    "sum($A$1:A$2) - 0.5": "1149.5",
    "A1+A9": "1250",
    "A1-(A2-(1.5))": "1351.5",
}


@pytest.mark.parametrize(("code", "value"), SUMS.items())
def test_a_sum_that_nobody_calculated_is_worked_out(tmp_path: Path, code: str, value: str) -> None:
    rows = row(formula("1250.00")) + row(number("-100")) + row(text("text")) + row(formula(code))
    assert cells_of(write(tmp_path, rows))[3] == (Decimal(value),)


@pytest.mark.parametrize(
    "code",
    [
        "A4",
        "A1+A3",
        "A1*2",
        "A1%",
        "(1)%",
        "2^2",
        "SUM(A1:A5)",
        "SUM(Sheet2!A1)",
        "Sheet2!A1",
        "A1.5",
        "(A1",
        "A1)",
        "",
        "1 2",
        "+",
        "SUM(1)",
        "SUM(A1",
        "SUM(A1:A2:A3)",
        "A1048577",
        "A0",
        "XFE1",
        "XFE1048577:A1",
        "1E5",
        "LOG10(5)",
        "A1:A2",
        "A2A",
        "1.2.3",
        '"5"',
        "1/2",
        "0.1234567890123456",
        "999999999999999+1",
        "(" * 61 + "1" + ")" * 61,
        "1+" * 5000 + "1",
        "SUM(A1:XFD1048576)",
    ],
)
def test_what_is_no_sum_is_not_worked_out(tmp_path: Path, code: str) -> None:
    rows = row(number("1")) + row(number("2")) + row(text("3")) + row(formula(code)) + row('<c t="e"><v>#N/A</v></c>')
    (found,) = cells_of(write(tmp_path, rows))[3]
    assert isinstance(found, Unreadable)
    assert found.reason == cell_values.UNCALCULATED


def test_a_long_chain_of_sums_is_worked_out(tmp_path: Path) -> None:
    """Balances, each the one above and the amount beside it; and totals on top of what they add up."""
    count = 3000
    down = "".join(row(formula("1.10"), formula(f"B{line}+A{line + 1}" if line else "A1")) for line in range(count))
    assert cells_of(write(tmp_path, down))[-1] == (Decimal("1.10"), Decimal("1.10") * count)
    up = "".join(row(formula(f"A{line + 2}+0.10")) for line in range(count))
    assert cells_of(write(tmp_path, up))[0] == (Decimal("0.10") * count,)


def test_cells_that_point_at_each_other_have_no_value(tmp_path: Path) -> None:
    ((first, second),) = cells_of(write(tmp_path, row(formula("B1+1"), formula("A1+1"))))
    assert isinstance(first, Unreadable)
    assert isinstance(second, Unreadable)


def test_a_calculated_zero_is_a_zero_where_its_column_was_calculated(tmp_path: Path) -> None:
    rows = row(formula("C1*2", "0"), formula("C1*3", "0")) + row(formula("C2*2", "8"))
    first, _ = cells_of(write(tmp_path, rows))
    assert first[0] == Decimal(0)
    assert isinstance(first[1], Unreadable)


def test_columns_that_are_empty_throughout_are_left_out(tmp_path: Path) -> None:
    rows = '<row r="2"><c r="B2"><v>1</v></c><c r="D2" s="1"/><c r="F2"><v>2</v></c></row>'
    rows += '<row r="4"><c r="F4"><v>3</v></c></row>'
    book = open_workbook("x", str(write(tmp_path, rows)), None)
    assert list(book.rows()) == [(1, ("", "")), (2, (Decimal(1), Decimal(2))), (3, ("", "")), (4, ("", Decimal(3)))]


def test_what_is_hidden_is_read_and_told(tmp_path: Path) -> None:
    rows = (
        '<worksheet><cols><col min="1" max="1" hidden="1"/><col min="9" max="9" hidden="1"/></cols><sheetData>'
        + row(number("1"))
        + row(number("2"), attributes=' hidden="1"')
        + row(number("3"), attributes=' hidden="true"')
        + row(number("4"), attributes=' ht="0"')
        + row(number("5"))
        + row(number("6"), attributes=' hidden="1"')
        + "</sheetData></worksheet>"
    )
    path = write(tmp_path, parts_of(rows, row(number("9")), states={2: "veryHidden"}))
    book = open_workbook("x.xlsx", str(path), None)
    assert [one.cells[0] for one in book.rows()] == [1, 2, 3, 4, 5, 6]
    assert book.notes == (
        "x.xlsx: sheet Sheet2 is hidden and not read.",
        "x.xlsx sheet Sheet1: rows 2-4, 6 are hidden, and read like the others.",
        "x.xlsx sheet Sheet1: column A is hidden, and read like the others.",
    )
    named = open_workbook("x.xlsx", str(path), "sheet2")
    assert named.notes == ("x.xlsx sheet Sheet2: the sheet is hidden, and was read because it was named.",)


def test_merged_cells_hold_nothing_but_the_first(tmp_path: Path) -> None:
    rows = (
        f"<worksheet><sheetData>{row(text('a'), text('b'))}{row('', '')}<row r='3'><c r='B3'><v>2</v></c></row>"
        '</sheetData><mergeCells><mergeCell ref="A1:A3"/></mergeCells></worksheet>'
    )
    found = cells_of(write(tmp_path, rows))
    assert found == [("a", "b"), ("", ""), ("", Decimal(2))]
    assert isinstance(found[2][0], Unreadable)
    assert found[2][0].reason == cell_values.MERGED.format(first="A1")


def test_a_row_is_refused_for_a_fault_in_a_column_that_is_read_only(tmp_path: Path) -> None:
    head = row(*map(text, ("document", "issue_date", "customer", "amount", "currency", "margin", "description")))
    usual = (text("2026-01-31"), text("Acme"))
    error = '<c t="e"><v>#REF!</v></c>'
    rows = (
        head
        + row(text("F-1"), *usual, number("1"), text("EUR"), error)
        + row(text("F-2"), *usual, error, text("EUR"))
        + row(text("F-3"), *usual, number("33.333333333333336"), text("EUR"))
        + row(text("F-4"), *usual, number("4"), text("EUR"), number("1"), error)
    )
    (source,) = read_ledger(write(tmp_path, rows)).sources
    found = scan(source)
    assert [(line.document, line.amount) for line in found.lines] == [("F-1", 100)]
    assert [(one.row, one.column, one.value, one.reason, one.document) for one in found.refused] == [
        (3, "amount", "#REF!", cell_values.ERROR, "F-2"),
        (4, "amount", "33.333333333333336…", cell_values.INEXACT, "F-3"),
        (5, "description", "#REF!", cell_values.ERROR, "F-4"),
    ]
    assert (found.receipt.rows, found.receipt.lines) == (4, 1)


def test_a_number_of_three_decimals_is_no_whole_number_in_groups(tmp_path: Path) -> None:
    (source,) = read_ledger(write(tmp_path, billed(number("1.234")).replace("EUR", "KWD"))).sources
    assert scan(source).amounts == [1234]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("General", Shown.NUMBER),
        ("0.00E+00", Shown.NUMBER),
        ('#,##0.00 "days"', Shown.NUMBER),
        ("[$kr-41D] #,##0.00;[Red]-#,##0.00", Shown.NUMBER),
        ("@", Shown.NUMBER),
        ("0.0%", Shown.PERCENT),
        ("[$-409]d mmm yyyy;@", Shown.DATE),
        ("mmm", Shown.DATE),
        ("m/d/yy h:mm", Shown.DATE),
        ("h:mm AM/PM", Shown.TIME),
        ("mm:ss.0", Shown.TIME),
        ("[hh]:mm", Shown.TIME),
        ("[h]", Shown.TIME),
        ("", Shown.NUMBER),
    ],
)
def test_a_format_tells_dates_from_amounts(code: str, shown: Shown) -> None:
    assert shown_by(code) is shown


def test_columns_have_letters() -> None:
    assert [letters_of(number) for number in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]
    assert all(column_of(letters_of(number)) == number for number in range(0, 16384, 7))


DECIMALS = st.builds(
    lambda digits, places, sign: (Decimal(digits) * sign).scaleb(-places),
    st.integers(0, 10**15 - 1),
    st.integers(0, 10),
    st.sampled_from((1, -1)),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(DECIMALS, min_size=1, max_size=30))
def test_any_decimal_of_15_digits_reads_back_equal(values: list[Decimal], tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for line, value in enumerate(values):
            sheet.write_number(line, 0, float(value))
            sheet.write_formula(line, 1, f"={value:f}")
            sheet.write_string(line, 2, f"{value:f}")
    assert cells_of(path) == [(value, value, f"{value:f}") for value in values]


@settings(max_examples=300)
@given(value=st.floats(allow_nan=False))
def test_a_double_is_the_decimal_that_prints_it_or_none(value: float) -> None:
    found = exact_decimal(value)
    if found is not None:
        assert float(found) == value
        assert len(found.as_tuple().digits) <= 15


ANY_CELL = st.one_of(
    st.integers(-(10**9), 10**9),
    st.decimals(-(10**6), 10**6, places=2).map(float),
    st.dates(date(1900, 3, 1), date(2199, 12, 31)),
    st.booleans(),
    st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn", "Co"]), min_size=1, max_size=20),
    st.none(),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.lists(ANY_CELL, min_size=3, max_size=3), min_size=1, max_size=8), is_mac=st.booleans())
def test_calamine_reads_the_same_cells(table: list[list[Any]], tmp_path: Path, *, is_mac: bool) -> None:
    """The reader is held against one that shares no code with it."""
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": is_mac, "strings_to_formulas": False}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        for line, cells in enumerate([["a", "b", "c"], *table]):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    if not is_mac or cell.year > 1904:
                        sheet.write_datetime(line, column, datetime.combine(cell, datetime.min.time()), day)
                elif isinstance(cell, str):
                    sheet.write_string(line, column, cell)
                else:
                    sheet.write(line, column, cell)
    own = cells_of(path)
    theirs = python_calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python()
    flags = {True: "TRUE", False: "FALSE"}
    expected = [
        tuple(
            flags[cell] if isinstance(cell, bool) else exact_decimal(cell) if isinstance(cell, int | float) else cell
            for cell in cells
        )
        for cells in theirs
    ]
    assert own == expected


def test_a_ledger_of_typed_cells_reads_as_its_text(tmp_path: Path) -> None:
    path = write(tmp_path, headed(number("1041"), number("46053", DATE), text("Acme"), number("-50.5"), text("EUR")))
    (source,) = read_ledger(path).sources
    found = scan(source)
    (line,) = found.lines
    assert (line.document, line.amount, line.issue_day) == ("1041", -5050, date(2026, 1, 31).toordinal())
    assert source.read([line.locator])[0].row == 2


def test_a_refused_cell_is_reported_as_plain_text_in_every_format(tmp_path: Path) -> None:
    """A value that cannot be copied breaks reports that are made of copies."""
    path = write(tmp_path, billed(number("0.21", PERCENT)))
    (refused,) = scan(read_ledger(path).sources[0]).refused
    assert (refused.value, type(refused.value)) == ("21 %", str)
