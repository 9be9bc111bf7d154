"""Profiles that users keep themselves: found, judged as a whole, and known beside those that ship."""

from __future__ import annotations

import os
import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

import billcheck
from billcheck.configuration.rules import LedgerFile
from billcheck.connectors.files import read_ledger
from billcheck.connectors.files.profile_files import (
    SHIPPED,
    load_profiles,
    shipped_profile_files,
    split_path,
)
from billcheck.connectors.files.profile_shape import profile_of
from billcheck.errors import LedgerRefusedError, ProfilesRefusedError, UsageError
from tests.connectors.exports import GENERIC, EveryKey

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.ledger.source import Batch, Ledger

ACME = """\
schema = 1
id = "acme.lines"
title = "Acme"
evidence = "real file"
[identify]
required = ["Nummer", "Datum", "Klant", "Netto"]
[file]
delimiter = ";"
[values]
decimal = ","
group = "."
[columns]
document = "Nummer"
issue_date = "Datum"
customer = "Klant"
amount = "Netto"
[kind]
column = "Soort"
default = "invoice"
credit_note = ["Credit"]
[status]
column = "Stand"
default = "approved"
[variants.month-first]
date_order = "month_first"
"""
LEDGER = "Nummer;Datum;Klant;Netto\nF-1;2026-01-31;Acme;1.200,50\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "profiles" / "acme.toml", ACME)
    write(tmp_path / "a.csv", LEDGER)
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def last_batch(ledger: Ledger) -> Batch:
    return [batch for source in ledger.sources for batch in source.scan(EveryKey())][-1]


def refusals(*paths: str) -> list[str]:
    with pytest.raises(ProfilesRefusedError) as refused:
        load_profiles(paths)
    return [str(problem) for problem in refused.value.problems]


def refusals_of(folder: Path, text: str) -> list[str]:
    write(folder / "one.toml", text)
    return [problem.removeprefix("one.toml: ") for problem in refusals("one.toml")]


@pytest.mark.usefixtures("folder")
def test_a_file_is_recognised_among_all_profiles() -> None:
    batch = last_batch(read_ledger("a.csv", currency="EUR", profiles=["profiles"]))
    assert batch.receipt is not None
    assert (batch.receipt.profile, list(batch.amounts), list(batch.issue_days)) == (
        "acme.lines",
        [120050],
        [date(2026, 1, 31).toordinal()],
    )


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("profile", "profiles", "found"),
    [
        ("acme.lines", ["profiles"], "acme.lines"),
        ("acme.lines:month-first", ["profiles/acme.toml"], "acme.lines:month-first"),
        ("profiles/acme.toml", [], "acme.lines"),
        ("profiles/acme.toml:month-first", ["nowhere"], "acme.lines:month-first"),
    ],
)
def test_a_profile_is_named_by_its_id_or_its_file(profile: str, profiles: list[str], found: str) -> None:
    batch = last_batch(read_ledger("a.csv", profile=profile, currency="EUR", profiles=profiles))
    assert batch.receipt is not None
    assert batch.receipt.profile == found


def test_a_path_of_a_profile_may_be_any_path(folder: Path) -> None:
    batch = last_batch(read_ledger("a.csv", profile=folder / "profiles" / "acme.toml", currency="EUR"))
    assert list(batch.amounts) == [120050]


@pytest.mark.usefixtures("folder")
def test_nothing_is_looked_for_that_was_not_named() -> None:
    with pytest.raises(LedgerRefusedError, match="No profile knows these headings"):
        last_batch(read_ledger("a.csv", currency="EUR"))
    with pytest.raises(UsageError, match=r"Found 'acme\.lines'"):
        read_ledger("a.csv", profile="acme.lines")
    with pytest.raises(UsageError, match=r"Found 'acme\.line'\. Did you mean acme\.lines\?"):
        read_ledger("a.csv", profile="acme.line", profiles=["profiles"])
    with pytest.raises(UsageError, match="no variant of this name"):
        read_ledger("a.csv", profile="profiles/acme.toml:day-first")


def test_titles_may_stand_above_the_headings_of_a_profile_with_a_delimiter(folder: Path) -> None:
    write(folder / "a.csv", f"All invoices;;;\n\n{LEDGER}")
    batch = last_batch(read_ledger("a.csv", currency="EUR", profiles=["profiles"]))
    assert list(batch.amounts) == [120050]
    write(folder / "a.csv", f"All invoices;;;\n\n{LEDGER}".replace(";", "\t"))
    with pytest.raises(LedgerRefusedError, match="No profile knows these headings"):
        last_batch(read_ledger("a.csv", currency="EUR", profiles=["profiles"]))


def test_a_tie_names_both(folder: Path) -> None:
    required = ", ".join(f'"{name}"' for name in GENERIC.split(",")[:4])
    text = re.sub(r"required = .*", f"required = [{required}]", ACME).replace('delimiter = ";"\n', "")
    write(folder / "profiles" / "acme.toml", text)
    write(folder / "b.csv", f"{GENERIC}\nF-1,2026-01-31,A,1.00,EUR\n")
    with pytest.raises(LedgerRefusedError, match=r"several profiles equally well\. Found 'acme\.lines, generic'"):
        last_batch(read_ledger("b.csv", profiles=["profiles"], profile=None))


def test_ledgers_may_each_be_read_in_their_own_way(folder: Path) -> None:
    write(folder / "b.csv", f"{GENERIC}\nF-1,2026-01-31,A,1.00,EUR\n")
    write(folder / "c.csv", "document,issue_date,customer,amount\nF-1,2026-01-31,A,1.50\n")
    own = LedgerFile("a.csv", "profiles/acme.toml", "USD")
    ledger = read_ledger("b.csv", own, LedgerFile("c.csv"), profile="generic", currency="JPY")
    batches = [next(iter(source.scan(EveryKey()))) for source in ledger.sources[:2]]
    assert [list(batch.currencies) for batch in batches] == [["EUR"], ["USD"]]
    assert [batch.receipt.profile for batch in batches if batch.receipt] == ["generic", "acme.lines"]
    third = next(iter(ledger.sources[2].scan(EveryKey())))
    assert third.refused[0].reason.startswith("The amount has more decimals than JPY has.")
    assert os.fspath(own) == "a.csv"
    with pytest.raises(UsageError, match="not a currency"):
        read_ledger(LedgerFile("a.csv", None, "EURO"))
    with pytest.raises(LedgerRefusedError, match="given twice"):
        read_ledger("a.csv", LedgerFile("a.csv", "generic"))


def test_files_of_a_folder_come_by_name_and_each_counts_once(folder: Path) -> None:
    write(folder / "profiles" / "Other.TOML", ACME.replace("acme.lines", "other"))
    write(folder / "profiles" / ".hidden.toml", "[")
    write(folder / "profiles" / "notes.txt", "[")
    (folder / "profiles" / "sub.toml").mkdir()
    found = load_profiles(["profiles/", "profiles/acme.toml"])
    assert [(one.place, one.profile.id) for one in found] == [
        ("profiles/Other.TOML", "other"),
        ("profiles/acme.toml", "acme.lines"),
    ]
    assert found[1].text == ACME
    assert load_profiles([]) == ()


def test_every_shipped_profile_is_named_by_its_file() -> None:
    for one in shipped_profile_files():
        assert (one.place, profile_of(one.text)) == (SHIPPED, one.profile)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a.toml", ("a.toml", "")),
        ("C:/x/a.TOML:day-first:cp1252", ("C:/x/a.TOML", ":day-first:cp1252")),
        ("acme.tomls", None),
        ("acme:toml", None),
        (".toml", None),
    ],
)
def test_what_ends_in_toml_is_a_path(name: str, found: tuple[str, str] | None) -> None:
    assert split_path(name) == found


SAME = "This profile has the same id as the one in"
TAKEN = "A profile that ships with billcheck has this id."


@pytest.mark.parametrize(
    "text",
    ['id = "acme.lines\ntitle = "x"\n', "id = 'acme.lines\ntitle = 'x'\n", 'id = "acme.lines', 'id = ["a", "b\n]\n'],
)
def test_a_quote_that_is_not_closed_is_said_to_be(folder: Path, text: str) -> None:
    write(folder / "own.toml", text)
    (found,) = refusals("own.toml")
    assert found.startswith("own.toml: This is not valid TOML. Found ")
    assert "A quote is not closed there: a text begins and ends on one line, with the same quote." in found


@pytest.mark.parametrize("text", ["id = x\n", 'id = "a" b\n', "id = ['a'\n"])
def test_other_faults_of_toml_are_not_put_down_to_a_quote(folder: Path, text: str) -> None:
    write(folder / "own.toml", text)
    (found,) = refusals("own.toml")
    assert "Correct it at this place" in found


def test_faults_of_all_files_are_told_together(folder: Path) -> None:
    write(folder / "profiles" / "b.toml", "id = ")
    write(folder / "profiles" / "c.toml", ACME)
    write(folder / "profiles" / "d.toml", ACME.replace("acme.lines", "generic"))
    (folder / "profiles" / "e.toml").write_bytes(b"\xff")
    (folder / "empty").mkdir()
    found = refusals("profiles", "empty", "none.toml", "a.csv")
    assert found[:3] == [
        "empty: The folder holds no profile. Profiles are files that end in .toml.",
        "none.toml: There is no such profile file, nor a folder of them. Check the spelling and the folder you are in.",
        "a.csv: A profile is a TOML file. Its name must end in .toml.",
    ]
    assert found[3].startswith("profiles/b.toml: This is not valid TOML.")
    assert found[4].startswith("profiles/e.toml: line 1: The file is not UTF-8 text.")
    assert found[5:] == [
        f"profiles/c.toml: id: {SAME} profiles/acme.toml. Found 'acme.lines'. Give one of them another.",
        f"profiles/d.toml: id: {TAKEN} Found 'generic'. Give yours another, such as \"own.invoice-lines\".",
    ]


FORMAT = "See the format of profiles in the reference."
OPEN = (
    "This is left to be filled in. The comment beside it in a draft says what to write; take the line out if the file "
    "has no such thing."
)
UNFIT = "This cannot stand here. Found"
HEADING = f'Write the heading as the file has it, such as "Invoice number". {FORMAT}'
FAULTS = [
    ('id = "acme.lines"', 'id = "Acme"', f"id: {UNFIT} 'Acme'.", "Write lower-case words between points or hyphens"),
    ('title = "Acme"', 'title = ""', f"title: {OPEN}", ""),
    ('title = "Acme"', "title = 1", f"title: {UNFIT} '1'.", "Write a text in quotes."),
    ('title = "Acme"', "", "title: A profile needs this key.", FORMAT),
    ('"real file"', '"seen"', f"evidence: {UNFIT} 'seen'.", 'Write "real file" or "documented".'),
    ("schema = 1", "schema = 2", f"schema: {UNFIT} '2'.", "Write 1."),
    ('"Nummer", "Datum", "Klant", "Netto"]', "]", f"identify.required: {OPEN}", ""),
    ('required = ["Nummer",', "required = [7,", f"identify.required #1: {UNFIT} '7'.", "Write a text in quotes."),
    ('customer = "Klant"', 'customer = " "', f"columns.customer: {OPEN}", ""),
    ('customer = "Klant"', "customer = 1", f"columns.customer: {UNFIT} '1'.", HEADING),
    ('customer = "Klant"', "", "Columns lack customer.", FORMAT),
    ('group = "."', 'group = ","', "values: Decimal and group must differ.", FORMAT),
    ('decimal = ","', 'date_formats = ["%q"]', "values.date_formats #1: This is not a date format", "Found '%q'."),
    ('default = "approved"', 'default = "paid"', f"status.default: {UNFIT} 'paid'.", '"approved", "draft" or "void".'),
    ('default = "approved"', 'defualt = "draft"', "status.defualt: A profile has no", 'Did you mean "default"?'),
    ("[variants.month-first]", "[variants.Month]", f"variants.Month: {UNFIT} 'Month'.", 'such as "day-first".'),
    ("[variants.month-first]", "[variant.a]", "variant: A profile has no such key here.", 'Did you mean "variants"?'),
    ('credit_note = ["Credit"]', 'credit_note = "C"', f"kind.credit_note: {UNFIT} 'C'.", 'such as ["A", "B"]'),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "start", "remedy"), FAULTS, ids=[new or "nothing" for _, new, *_ in FAULTS])
def test_each_fault_is_told_with_key_value_and_remedy(
    folder: Path, old: str, new: str, start: str, remedy: str
) -> None:
    assert old in ACME
    (found,) = refusals_of(folder, ACME.replace(old, new, 1))
    assert found.startswith(start)
    assert remedy in found
    assert "Input should" not in found


def test_faults_of_one_file_are_told_together(folder: Path) -> None:
    text = ACME.replace('title = "Acme"', 'title = ""').replace('document = "Nummer"', 'docment = "Nummer"')
    found = refusals_of(folder, text.replace('decimal = ","', 'decimal = ";"'))
    assert [problem.split(":")[0] for problem in found] == [
        "title",
        "values.decimal",
        "columns.docment",
        "Columns lack document. See the format of profiles in the reference.",
    ]
    assert 'Did you mean "document"? Known: document, issue_date' in found[2]


@pytest.mark.usefixtures("folder")
def test_a_named_file_is_judged_when_it_is_named(folder: Path) -> None:
    write(folder / "bad.toml", "schema = 1\n")
    with pytest.raises(billcheck.ProfilesRefusedError, match=r"bad\.toml: id: A profile needs this key"):
        read_ledger("a.csv", profile="bad.toml")
    with pytest.raises(billcheck.ProfilesRefusedError, match="no such profile file"):
        read_ledger("a.csv", profile="nowhere.toml:day-first")
