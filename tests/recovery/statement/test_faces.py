from __future__ import annotations

import csv
import json
import re
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.recovery.arrears import BilledPart
from billcheck.recovery.statement import make_statement
from billcheck.recovery.statement_faces import COLUMNS, to_csv, to_html, to_json, to_markdown
from billcheck.recovery.time_shares import YearEnd
from tests.recovery.by_hand import AS_OF, half_rate_case, make_case, make_period
from tests.recovery.statement.reading import html_tables, markdown_tables, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from billcheck.recovery.case import Case
    from billcheck.recovery.statement import Statement


def two_contracts() -> Case:
    """Two tax percents, two contracts, an overbilled month, a period never billed, and one on two documents."""
    return half_rate_case(
        overbilled=(make_period("2026-02", 240_000, 250_000, document="INV-2026-002"),),
        periods=(
            make_period(
                "2026-03",
                240_000,
                120_000,
                parts=(BilledPart("INV-3a", AS_OF, 70_000), BilledPart("INV-3b", AS_OF, 50_000)),
            ),
            make_period("2026-04", 50_050, 0, tax="9", contract="C-118", charges=("Seats", "Base")),
            make_period("2026-05", 7, 3, tax=None, contract="C-118", charges=("Seats", "Base"), document="INV-5"),
        ),
    )


def case_in(currency: str) -> Case:
    return half_rate_case(currency=currency)


CASES: dict[str, Callable[[], Case]] = {
    "story": half_rate_case,
    "two contracts": two_contracts,
    "JPY": lambda: case_in("JPY"),
    "KWD": lambda: case_in("KWD"),
    "one quarter": lambda: make_case([make_period("2025-11", 300_000, 200_000, months=3, document="A")]),
}


@pytest.fixture(params=CASES)
def statement(request: pytest.FixtureRequest) -> Statement:
    return make_statement(CASES[request.param](), fiscal_year_end=YearEnd(6, 30))


def csv_rows(statement: Statement) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(to_csv(statement))))


def read_json(statement: Statement) -> dict[str, Any]:
    table = json.loads(to_json(statement))
    assert isinstance(table, dict)
    return table


def test_the_csv_says_what_the_json_says(statement: Statement) -> None:
    table, rows = read_json(statement), csv_rows(statement)
    listed = {"period": table["periods"], "overbilled": table["overbilled"]["periods"]}
    for record, entries in listed.items():
        found = [row for row in rows if row["record"] == record]
        for row, entry in zip(found, entries, strict=True):
            for name in ("contract", "first_day", "last_day", "agreed", "billed", "difference", "credited", "row"):
                assert row[name] == entry[name]
            assert row["tax_percent"] == (entry["tax_percent"] or "")
            assert (
                row["documents"].split("; ") == [each["number"] for each in entry["documents"]] or not row["documents"]
            )
            assert row["document_dates"] == "; ".join(each["date"] for each in entry["documents"])
            assert row["document_amounts"] == "; ".join(each["billed"] for each in entry["documents"])
    for prefix, totals in (("", table["totals"]), ("overbilled_", table["overbilled"]["owed_back"])):
        sign = "-" if prefix else ""
        groups = [row for row in rows if row["record"] == f"{prefix}tax"]
        for row, group in zip(groups, totals["tax_groups"], strict=True):
            assert row["difference"] == sign + group["excl_tax"]
            assert row["tax"] == ("" if group["tax"] is None else sign + group["tax"])
        for row in (row for row in rows if row["record"] == f"{prefix}total"):
            assert (row["agreed"], row["billed"]) == (totals["agreed"], totals["billed"])
            assert row["difference"] == sign + totals["excl_tax"]
            assert (row["tax"], row["incl_tax"]) == (sign + totals["tax"], sign + totals["incl_tax"])
    for record, name in (("month", "months"), ("fiscal_year", "fiscal_years")):
        for key, prefix, sign in (("arrears", "", ""), ("overbilled", "overbilled_", "-")):
            said = [
                (each["first_day"], each["last_day"], sign + each[key]) for each in table[name] if each[key].strip("0.")
            ]
            found = [row for row in rows if row["record"] == prefix + record]
            assert [(row["first_day"], row["last_day"], row["difference"]) for row in found] == said
    leaks = [row["difference"] for row in rows if row["record"] == "leak"]
    assert leaks == ([table["leak"]["monthly"]] if table["leak"]["running"] else [])


@pytest.mark.parametrize(("face", "tables_of"), [(to_markdown, markdown_tables), (to_html, html_tables)])
def test_the_pages_say_what_the_json_says(
    statement: Statement, face: Callable[[Statement], str], tables_of: Callable[[str], list[list[list[str]]]]
) -> None:
    table, tables = read_json(statement), tables_of(face(statement))
    sides = [(table["periods"], table["totals"])]
    if table["overbilled"]["periods"]:
        sides.append((table["overbilled"]["periods"], table["overbilled"]["owed_back"]))
    for entries, totals in sides:
        rows: list[list[str]] = []
        for names in dict.fromkeys((entry["contract"], *entry["charges"]) for entry in entries):
            own = [entry for entry in entries if (entry["contract"], *entry["charges"]) == names]
            *listed, total = tables.pop(0)[1:]
            rows.extend(listed)
            whole = [sum(Decimal(entry[name]) for entry in own) for name in ("agreed", "billed", "difference")]
            assert [Decimal(plain(cell)) for cell in total[-3:]] == [*whole[:2], abs(whole[2])]
        for row, entry in zip(rows, entries, strict=True):
            assert list(map(plain, row[-3:])) == [entry["agreed"], entry["billed"], entry["difference"].strip("-")]
            percent = entry["tax_percent"]
            assert row[-4] == ("not stated" if percent is None else f"{percent}%")
            assert all(document["number"] in row[-6] for document in entry["documents"])
        sums = tables.pop(0)[1:]
        taxes = [group["tax"] or "not" for group in totals["tax_groups"]]
        assert [plain(row[1]) for row in sums] == [totals["excl_tax"], *taxes, totals["incl_tax"]]
    (shares,) = tables
    said = [each["arrears"] for name in ("months", "fiscal_years") for each in table[name]]
    assert [plain(row[1]) for row in shares[1:]] == said
    if table["overbilled"]["periods"]:
        said = [each["overbilled"] for name in ("months", "fiscal_years") for each in table[name]]
        assert [plain(row[2]) for row in shares[1:]] == said


def test_markdown_and_html_show_the_same_tables(statement: Statement) -> None:
    assert markdown_tables(to_markdown(statement)) == html_tables(to_html(statement))


def test_the_story_in_json_by_hand() -> None:
    table = read_json(make_statement(half_rate_case()))
    assert table["totals"] == {
        "agreed": "14400.00",
        "billed": "7200.00",
        "excl_tax": "7200.00",
        "tax_groups": [{"percent": "21", "excl_tax": "7200.00", "tax": "1512.00"}],
        "tax": "1512.00",
        "incl_tax": "8712.00",
        "tax_known": True,
    }
    assert table["periods"][0] == {
        "row": "C-117 Retainer 2026-03-01",
        "contract": "C-117",
        "charges": ["Retainer"],
        "first_day": "2026-03-01",
        "last_day": "2026-03-31",
        "is_change": False,
        "agreed": "2400.00",
        "billed": "1200.00",
        "difference": "1200.00",
        "credited": "0.00",
        "tax_percent": "21",
        "documents": [{"number": "INV-2026-003", "date": "2026-03-31", "billed": "1200.00"}],
        "derivation": ["1 × 2,400.00 = 2,400.00"],
    }
    assert table["leak"] == {"running": True, "monthly": "1200.00", "fixed_on": None}


def test_amounts_have_the_digits_of_their_currency() -> None:
    totals = [read_json(make_statement(case_in(currency)))["totals"]["excl_tax"] for currency in ("JPY", "KWD")]
    assert totals == ["720000", "720.000"]


def test_the_headings_of_the_csv_do_not_change() -> None:
    assert to_csv(make_statement(half_rate_case())).splitlines()[0] == ",".join(COLUMNS)


HOSTILE = '=HYPERLINK("http://x")|<script>alert(1)</script>\u202e![a](b)\n# x'


@pytest.fixture
def hostile() -> Statement:
    row = make_period("2026-03", 100, 50, contract=HOSTILE, charges=(HOSTILE,), document=HOSTILE, derivation=(HOSTILE,))
    other = make_period("2026-04", 100, 50, document="A")
    return make_statement(make_case([row, other], customer=HOSTILE))


def test_a_cell_of_the_csv_begins_no_formula(hostile: Statement) -> None:
    rows = csv_rows(hostile)
    assert all(
        not cell.startswith(("=", "+", "@")) and (not cell.startswith("-") or re.fullmatch(r"-[0-9.]+", cell))
        for row in rows
        for cell in row.values()
    )
    assert all("\u202e" not in cell and "\n" not in cell for row in rows for cell in row.values())


def test_html_and_markdown_draw_nothing_of_the_data(hostile: Statement) -> None:
    page = to_html(hostile)
    assert "<script" not in page
    assert "\u202e" not in page
    assert "href" not in page
    text = to_markdown(hostile)
    assert "\u202e" not in text
    assert not re.search(r"(?<!\\)[<\[!]", text)
    assert "\n# x" not in text
    assert "http://" not in text
    assert to_json(hostile).isascii()


def test_the_same_statement_is_the_same_bytes(statement: Statement) -> None:
    again = make_statement(half_rate_case(), fiscal_year_end=YearEnd(6, 30))
    for face in (to_csv, to_json, to_markdown, to_html):
        assert face(statement) == face(statement)
        assert face(again) == face(make_statement(half_rate_case(), fiscal_year_end=YearEnd(6, 30)))


def test_what_a_credit_note_made_is_said() -> None:
    row = make_period("2026-03", 240_000, 120_000, document="A", credited_minor=120_000)
    statement = make_statement(make_case([row]))
    assert "1,200.00 EUR of it was billed, and taken off again by credit notes." in to_markdown(statement)
    assert read_json(statement)["credited"] == "1200.00"


def test_a_percent_nobody_stated_is_said() -> None:
    text = to_markdown(make_statement(make_case([make_period("2026-03", 100, 0, tax=None)])))
    assert "Missing, incl. the tax that is stated" in text
    assert "that tax is in no sum here" in text


@pytest.mark.parametrize("form", [to_markdown, to_html, to_csv, to_json])
def test_the_words_of_the_contract_file_are_not_the_clients(form: Callable[[Statement], str]) -> None:
    texts = (
        "66.838709 rounded half-up once for the charge (default)",
        "billed with the next invoice (default: next_invoice)",
        "actual days over 30 days a month (proration: actual_30)",
        "4,500.00 per quarter (2026-07-01 to 2026-09-30) = 4,500.00",
    )
    case = make_case([make_period("2026-03", 6_684, 0, derivation=texts)])
    shown = form(make_statement(case))
    assert [word for word in ("default", "next_invoice", "actual_30") if word in shown] == []
    assert "rounded half-up once for the charge" in shown
    assert "(2026-07-01 to 2026-09-30)" in shown
