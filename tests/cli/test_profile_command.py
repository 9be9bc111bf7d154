"""`billcheck profile`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.connectors.files.profile_files import shipped_profile_files
from tests.connectors.test_profile_files import ACME

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

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
    assert outcome.out.splitlines()[-1].split() == ["acme.lines", "real", "file", "profiles/acme.toml", "Acme"]
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
    assert outcome.err == "Wrote profiles/dutch.toml; 2 lines are left to be filled in.\n"
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
