"""`billcheck profile`."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.connectors.files.invoice_xml import READ_FROM, SYNTAXES
from billcheck.connectors.files.profile import XML_NAMES
from billcheck.connectors.files.profile_files import shipped_profile_files
from tests.connectors.test_profile_files import ACME
from tests.connectors.workbook import books

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

ROOT = Path(__file__).parents[2]
HEADING = "Nummer;Datum;Klant;Netto;Soort;Stand;Opmerking"
ROWS = [
    "F-1;31/01/2026;Acme;1.200,50;Factuur;Betaald;x",
    "F-1;31/01/2026;Acme;99,50;Factuur;Betaald;",
    "F-2;28/02/2026;Beta;100,00;Factuur;Betaald;",
    "C-1;28/02/2026;Beta;40,00;Creditnota;Betaald;",
    "F-3;01/03/2026;Beta;1,00;Factuur;Concept;",
    "F-4;02/03/2026;Beta;2,00;Factuur;Vervallen;",
    "K-1;03/03/2026;Beta;3,00;Kas;Concept;",
]
PROFILE = (
    ACME.replace('column = "Soort"', 'column = "Soort"\ninvoice = ["Factuur"]\nother = ["Kas"]')
    .replace('credit_note = ["Credit"]', 'credit_note = ["Creditnota"]')
    .replace('column = "Stand"', 'column = "Stand"\napproved = ["Betaald"]\ndraft = ["Concept"]\nvoid = ["Vervallen"]')
)


@pytest.fixture
def own(folder: Path) -> Path:
    (folder / "profiles").mkdir()
    (folder / "profiles" / "acme.toml").write_text(PROFILE, encoding="utf-8")
    write(folder, ROWS)
    return folder


def write(folder: Path, rows: list[str]) -> None:
    (folder / "export.csv").write_text("\n".join([HEADING, *rows, ""]), encoding="utf-8")


def trial(run: Run, *words: str, code: int = 0) -> dict[str, Any]:
    outcome = run("profile", "test", "export.csv", "--currency", "EUR", *words, "--format", "json")
    assert outcome.code == code, outcome.err
    found: dict[str, Any] = json.loads(outcome.out)
    return found


@pytest.mark.usefixtures("own")
def test_list_names_those_that_ship_and_the_users(run: Run) -> None:
    found = json.loads(run("profile", "list", "--format", "json").out)
    shipped = [one.profile.id for one in shipped_profile_files()]
    assert [one["id"] for one in found] == [*shipped, "acme.lines"]
    assert found[-1] == {
        "id": "acme.lines",
        "title": "Acme",
        "evidence": "real file",
        "variants": ["month-first"],
        "from": "profiles/acme.toml",
    }
    outcome = run("profile", "list")
    assert (outcome.code, outcome.err) == (0, "Read profiles/, the profiles beside the contracts.\n")
    profiles, without = outcome.out.split("\n\n")
    assert profiles.splitlines()[-1].split() == ["acme.lines", "real", "file", "profiles/acme.toml", "Acme"]
    assert [said.split()[0] for said in without.splitlines()[1:]] == [*SYNTAXES, "snapshot"]
    assert run("profile", "list", "--profiles", "profiles/acme.toml").err == ""


@pytest.mark.parametrize("name", ["acme.lines", "acme.lines:month-first", "profiles/acme.toml"])
@pytest.mark.usefixtures("own")
def test_show_prints_the_file(run: Run, name: str) -> None:
    assert run("profile", "show", name).out == PROFILE


@pytest.mark.parametrize("name", [one.profile.id for one in shipped_profile_files()])
@pytest.mark.usefixtures("folder")
def test_show_prints_what_ships(run: Run, name: str) -> None:
    (text,) = [one.text for one in shipped_profile_files() if one.profile.id == name]
    assert run("profile", "show", name).out == text


@pytest.mark.parametrize("name", ["ubl", "cii"])
@pytest.mark.usefixtures("folder")
def test_show_says_of_electronic_invoices_what_is_read(run: Run, name: str) -> None:
    outcome = run("profile", "show", name)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith(f"{name}: U")
    assert "it needs no --profile, and none changes how it is read." in outcome.out
    assert ["amount", "BT-131"] in [text.split() for text in outcome.out.splitlines()]
    refused = run("profile", "test", "right.csv", "--profile", name)
    assert refused.code == 2
    assert "Electronic invoices are read without a profile" in refused.err
    assert set(SYNTAXES) == XML_NAMES


def test_the_reference_of_electronic_invoices_says_the_same() -> None:
    page = (ROOT / "docs" / "reference" / "electronic-invoices.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.+`) \| (.+?) \| .*\|$", page.split("## What is read", 1)[1], flags=re.MULTILINE)
    told = [(fields.replace("`", ""), terms) for fields, terms in rows]
    assert [(fields, terms.rstrip(".")) for fields, terms in told] == list(READ_FROM)


WORKBOOK = [
    ("Our invoices", "", "", "", ""),
    ("Number", "Date", "Customer", "Net amount", "Currency"),
]


@pytest.mark.usefixtures("folder")
def test_a_draft_is_made_from_a_workbook(folder: Path, run: Run) -> None:
    rows = "".join(books.row(*map(books.text, cells)) for cells in WORKBOOK)
    for number, day, amount in (("F-1", "46053", "1234.567"), ("F-2", "46081", "100")):
        cells = books.text(number), books.number(day, 1), books.text("Acme"), books.number(amount), books.text("EUR")
        rows += books.row(*cells)
    notes = books.row(books.text("a note"), books.text("and another"))
    path = books.write(folder, books.parts_of(notes, rows, names=("Notes", "May 2026")))
    assert "Several sheets hold something" in run("profile", "new", "ledger.xlsx").err
    outcome = run("profile", "new", "ledger.xlsx", "--sheet", "May 2026")
    assert (outcome.code, outcome.err) == (0, "")
    draft = tomllib.loads(outcome.out)
    assert draft["file"] == {"sheet": "May 2026"}
    assert draft["values"]["decimal"] == "."
    assert "# The amounts are numbers of the workbook, so it matters to none." in outcome.out
    assert draft["columns"] == {
        "document": "Number", "issue_date": "Date", "customer": "Customer", "amount": "Net amount",
        "currency": "Currency",
    }  # fmt: skip
    assert "# The headings were found in row 2." in outcome.out
    finished = outcome.out.replace('default = ""', 'default = "invoice"', 1)
    (folder / "book.toml").write_text(finished.replace('default = ""', 'default = "approved"', 1), encoding="utf-8")
    tested = run("profile", "test", "ledger.xlsx", "--profile", "book.toml", "--format", "json")
    found = json.loads(tested.out)
    assert tested.code == 3, "1,234.567 EUR has a decimal too many"
    assert (found["used"], found["totals"]) == (1, [{"currency": "EUR", "rows": 1, "amount": "100.00"}])
    assert found["refused"][0]["row"] == 3
    assert path.name == "ledger.xlsx"


def test_a_draft_from_a_workbook_goes_by_the_amounts_that_are_texts(folder: Path, run: Run) -> None:
    rows = books.row(*map(books.text, WORKBOOK[1]))
    for cell in (books.number("1234.5"), books.text("1.234,50")):
        cells = books.text("F-1"), books.text("2026-01-31"), books.text("Acme"), cell, books.text("EUR")
        rows += books.row(*cells)
    books.write(folder, rows)
    values = tomllib.loads(run("profile", "new", "ledger.xlsx", "--sheet", "1").out)["values"]
    assert (values["decimal"], values["group"]) == (",", ".")


@pytest.mark.usefixtures("folder")
def test_a_report_is_not_drafted_and_the_next_step_is_told(folder: Path, run: Run) -> None:
    report = "Customer,Number,Date,Amount\nDe Punt,,,\n,F-1,2026-01-31,10.00\nTotaal van De Punt,,,10.00\n"
    (folder / "report.csv").write_text(report, encoding="utf-8")
    outcome = run("profile", "new", "report.csv")
    assert (outcome.code, outcome.out) == (2, "")
    assert "report.csv row 4: This is a report with groups and their totals" in outcome.err
    assert "Found 'Totaal van De Punt'. Export the same as a list" in outcome.err
    assert "billcheck profile list, billcheck profile show NAME." in outcome.err
    (folder / "report.csv").write_text(report.replace("Totaal van De Punt", "Totaal van Acme"), encoding="utf-8")
    assert run("profile", "new", "report.csv").code == 0, "that name stands nowhere alone"


def test_a_file_is_tried_as_the_configuration_says_of_it(own: Path, run: Run) -> None:
    (own / "mine").mkdir()
    (own / "profiles" / "acme.toml").rename(own / "mine" / "acme.toml")
    (own / "exports").mkdir()
    (own / "export.csv").rename(own / "exports" / "export.csv")
    (own / "billcheck.toml").write_text(
        '[[ledger]]\npath = "exports"\nprofile = "mine/acme.toml"\ncurrency = "EUR"\n', encoding="utf-8"
    )
    outcome = run("profile", "test", "exports/export.csv")
    assert outcome.code == 0
    assert "exports/export.csv is read as [[ledger]] exports of billcheck.toml says.\n" in outcome.err
    assert "1,360.00 EUR excl. tax, 4 rows" in outcome.out
    usd = run("profile", "test", "exports/export.csv", "--currency", "USD")
    assert "1,360.00 USD excl. tax, 4 rows" in usd.out
    elsewhere = run("profile", "test", "right.csv")
    assert elsewhere.code == 0
    assert "[[ledger]]" not in elsewhere.err


def test_the_configuration_names_the_sheet_of_a_ledger(folder: Path, run: Run) -> None:
    sheets = [books.headed(*map(books.text, (number, "2026-01-31", "Acme", "1.00", "EUR"))) for number in "AB"]
    books.write(folder, books.parts_of(*sheets, names=("April", "May")))
    (folder / "billcheck.toml").write_text('[[ledger]]\npath = "ledger.xlsx"\nsheet = "May"\n', encoding="utf-8")
    assert run("profile", "test", "ledger.xlsx").code == 0
    check = ("check", "--as-of", "2026-02-01", "--format", "json")
    assert json.loads(run(*check).out)["outside"][0]["lines"] == 1
    shown = run("config", "show").out
    assert "ledger.xlsx (sheet May)" in shown
    (folder / "billcheck.toml").write_text('[[ledger]]\npath = "ledger.xlsx"\nsheet = "July"\n', encoding="utf-8")
    assert "The workbook has no such sheet. Found 'July'." in run(*check).err
    assert run(*check, "--sheet", "2").code != 2, "the command line counts for all ledgers"


@pytest.mark.usefixtures("own")
def test_what_cannot_be_shown_is_told(run: Run) -> None:
    outcome = run("profile", "show", "acme.line")
    assert (outcome.code, outcome.out) == (2, "")
    assert "There is no profile of this name. Found 'acme.line'. Did you mean acme.lines?" in outcome.err
    assert "no variant of this name" in run("profile", "show", "acme.lines:us").err
    assert "no such profile file" in run("profile", "show", "profiles/beta.toml").err


@pytest.mark.usefixtures("own")
def test_every_row_is_accounted_for(run: Run) -> None:
    # Used: 1200.50 + 99.50 + 100.00 - 40.00 = 1360.00 on four rows of two invoices and a credit note.
    found = trial(run)
    assert found["rows"] == 7
    assert found["used"] == 4
    assert found["set_aside"] == [
        {"reason": "of another kind than invoices and credit notes: cash, or no billing at all", "rows": 1},
        {"reason": "of void documents", "rows": 1},
        {"reason": "of drafts: evidence, but not billed", "rows": 1},
    ]
    assert found["refused"] == []
    assert found["totals"] == [{"currency": "EUR", "rows": 4, "amount": "1360.00"}]
    assert (found["invoices"], found["credit_notes"]) == (2, 1)
    assert (found["first_day"], found["last_day"]) == ("2026-01-31", "2026-03-03")
    assert (found["encoding"], found["delimiter"], found["decimal"]) == ("utf-8", "semicolon", ",")
    assert (found["profile"], found["date_order"], found["complete"]) == ("acme.lines", "day_first", True)
    assert found["fields"] == {
        "document": "Nummer",
        "issue_date": "Datum",
        "customer": "Klant",
        "amount": "Netto",
        "kind": "Soort",
        "status": "Stand",
        "currency": '"EUR"',
    }
    assert found["unused"] == ["Opmerking"]


@pytest.mark.usefixtures("own")
def test_the_table_says_the_same(run: Run) -> None:
    outcome = run("profile", "test", "export.csv", "--currency", "EUR", "--profile", "profiles/acme.toml")
    assert (outcome.code, outcome.err) == (0, "")
    for text in (
        "export.csv\n  Profile    acme.lines\n",
        "utf-8, semicolon between columns, decimal comma, day first in dates, as some date proves",
        "7 read: 4 used; 1 set aside, of another kind than invoices",
        "; 1 set aside, of void documents; 1 set aside, of drafts: evidence, but not billed; 0 refused",
        "2 invoices, 1 credit note",
        "2026-01-31 to 2026-03-03",
        "1,360.00 EUR excl. tax, 4 rows",
        "  Not read: Opmerking",
        "Every row was read.",
    ):
        assert text in outcome.out


def test_refused_rows_make_it_incomplete(own: Path, run: Run) -> None:
    write(own, [*ROWS, *(f"F-{number};01/04/2026;Beta;abc;Factuur;Betaald;" for number in range(10, 35))])
    found = trial(run, code=3)
    assert (found["rows"], found["used"], len(found["refused"]), found["complete"]) == (32, 4, 25, False)
    assert found["refused"][0]["row"] == 9
    assert (found["refused"][0]["column"], found["refused"][0]["value"]) == ("Netto", "abc")
    assert "This is not an amount." in found["refused"][0]["reason"]
    outcome = run("profile", "test", "export.csv", "--currency", "EUR")
    assert outcome.code == 3
    assert "... and 5 more rows; --format json lists all" in outcome.out
    assert "Incomplete: 25 rows could not be read." in outcome.out


def test_nothing_used_is_not_complete(own: Path, run: Run) -> None:
    write(own, [row.replace("01/03", "31/03") for row in ROWS[4:]])
    found = trial(run, code=3)
    assert (found["used"], found["totals"], found["complete"]) == (0, [], False)
    assert "Nothing was used: every row is set aside." in run("profile", "test", "export.csv", "--currency", "EUR").out


def test_a_profile_without_variants_is_told_where_to_say_the_order(own: Path, run: Run) -> None:
    write(own, ROWS[4:])
    refused = run("profile", "test", "export.csv", "--currency", "EUR").err
    assert "read the file with the profile acme.lines:month-first." in refused, "the profile has that variant alone"
    without = PROFILE[: PROFILE.index("[variants")]
    (own / "profiles" / "acme.toml").write_text(without, encoding="utf-8")
    refused = run("profile", "test", "export.csv", "--currency", "EUR").err
    assert 'Say which: write date_order = "day_first" or "month_first" under [values] of its profile.' in refused


def test_a_file_that_may_be_cut_off_is_not_complete(own: Path, run: Run) -> None:
    (own / "profiles" / "acme.toml").write_text(
        PROFILE.replace('delimiter = ";"', 'delimiter = ";"\ndocument_limit = 3').replace(
            "schema = 1", 'schema = 1\nlimits = ["No tips."]'
        ),
        encoding="utf-8",
    )
    write(own, ROWS[:4])
    found = trial(run, code=3)
    assert "holds exactly 3 documents" in found["shortcoming"]
    assert found["limits"] == ["No tips."]
    outcome = run("profile", "test", "export.csv", "--currency", "EUR")
    assert "Known limit: No tips." in outcome.out
    assert "Incomplete: export.csv holds exactly 3 documents" in outcome.out


def test_what_is_found_in_a_file_that_needs_no_order(own: Path, run: Run) -> None:
    (own / "titled.csv").write_text(
        "Export of all invoices\n\ndocument,issue_date,customer,amount,currency\nF-1,2026-01-31,A,1.00,EUR\n",
        encoding="utf-8",
    )
    outcome = run("profile", "test", "titled.csv", "--profile", "generic")
    assert outcome.code == 0
    assert "utf-8, decimal point, dates read the same in every order" in outcome.out


@pytest.mark.usefixtures("own")
def test_what_is_no_file_or_no_such_export_is_refused(run: Run) -> None:
    outcome = run("profile", "test", "profiles")
    assert (
        outcome.code,
        outcome.err.count("There is no such file, or it is a folder. Give a single file, and check its spelling."),
    ) == (2, 1)
    outcome = run("profile", "test", "export.csv", "--profile", "generic")
    assert outcome.code == 2
    assert "The profile generic needs the columns" in outcome.err
    assert run("profile", "test", "export.csv").code == 2, "no currency"


def test_an_unfinished_profile_says_what_is_missing(own: Path, run: Run) -> None:
    (own / "draft.toml").write_text(PROFILE.replace('"Klant"\n', '""\n').replace('"Netto"\n', '""\n'), encoding="utf-8")
    outcome = run("profile", "test", "export.csv", "--profile", "draft.toml")
    assert (outcome.code, outcome.out) == (2, "")
    assert "draft.toml: columns.customer: This is left to be filled in." in outcome.err
    assert "draft.toml: columns.amount: This is left to be filled in." in outcome.err


DRAFTABLE = """\
Factuurnummer;Factuurdatum;Klant;Omschrijving;Bedrag excl. btw;Munteenheid
F-1;31/01/2026;Acme;Retainer;1.200,50;EUR
F-2;28/02/2026;Beta;Retainer;100,00;EUR
"""


def test_a_draft_is_finished_and_reads_the_file(folder: Path, run: Run) -> None:
    (folder / "dutch.csv").write_text(DRAFTABLE, encoding="utf-8")
    printed = run("profile", "new", "dutch.csv")
    assert (printed.code, printed.err) == (0, "")
    outcome = run("profile", "new", "dutch.csv", "-o", "profiles/dutch.toml")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "Made the folder profiles/.\nWrote profiles/dutch.toml; 2 lines are left to be filled in.\n"
    outcome = run("profile", "new", "dutch.csv", "-o", "profiles/again.toml")
    assert outcome.err == "Wrote profiles/again.toml; 2 lines are left to be filled in.\n", "the folder is there now"
    (folder / "profiles" / "again.toml").unlink()
    draft = folder / "profiles" / "dutch.toml"
    text = draft.read_text(encoding="utf-8")
    assert text == printed.out

    words = ("profile", "test", "dutch.csv", "--profile", "profiles/dutch.toml")
    outcome = run(*words)
    assert (outcome.code, outcome.out) == (2, "")
    assert "profiles/dutch.toml: kind.default: This is left to be filled in." in outcome.err
    assert "profiles/dutch.toml: status.default: This is left to be filled in." in outcome.err
    assert "The profiles were refused (2 problems)" in outcome.err

    finished = text.replace('default = ""', 'default = "invoice"', 1).replace('default = ""', 'default = "approved"', 1)
    draft.write_text(finished, encoding="utf-8")
    outcome = run(*words)
    assert outcome.code == 0
    assert "1,300.50 EUR excl. tax, 2 rows" in outcome.out, "1,200.50 + 100.00"


def test_nothing_is_overwritten_by_a_draft(folder: Path, run: Run) -> None:
    (folder / "dutch.csv").write_text(DRAFTABLE, encoding="utf-8")
    (folder / "mine.toml").write_text("mine", encoding="utf-8")
    outcome = run("profile", "new", "dutch.csv", "-o", "mine.toml")
    assert outcome.code == 2
    assert "mine.toml: This exists already, and nothing is overwritten." in outcome.err
    assert (folder / "mine.toml").read_text(encoding="utf-8") == "mine"
    outcome = run("profile", "new", "dutch.csv", "-o", "dutch.csv")
    assert "dutch.csv: A profile is a TOML file." in outcome.err or "-o: A profile is a TOML file." in outcome.err
    assert "There is no such file, or it is a folder." in run("profile", "new", "profiles").err


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_read_already_hardly_needs_a_draft(run: Run) -> None:
    outcome = run("profile", "new", "right.csv")
    assert outcome.code == 0
    assert outcome.err == "right.csv is read by the profile generic, which ships with billcheck.\n"
    assert 'document = "document"' in outcome.out
