"""What the keys of a profile do to a file: each shown by the smallest file in which it matters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from billcheck.connectors.files import opening, read_ledger
from billcheck.connectors.files.profile_shape import profile_of
from billcheck.errors import LedgerRefusedError, UsageError
from tests.connectors.exports import scan

if TYPE_CHECKING:
    from pathlib import Path

    from tests.connectors.exports import Scanned

PROFILE = """
schema = 1
id = "sample"
title = "A sample"
evidence = "documented"
[identify]
required = [["No", "Nummer"], "On", "Who", "Net"]
[columns]
document = { any = ["No", "Nummer"] }
issue_date = "On"
customer = "Who"
amount = "Net"
currency = "Cur"
description = ["Item", "Text"]
[kind]
column = "Kind"
default = "invoice"
credit_note = ["CN"]
[status]
default = "approved"
"""
FLAT = PROFILE.replace('description = ["Item", "Text"]\n', "")


class Reader:
    """Reads texts by a profile of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._path = folder / "ledger.csv"
        self._monkeypatch = monkeypatch

    def read(self, profile: str, text: str, currency: str | None = None) -> Scanned:
        self._monkeypatch.setattr(opening, "shipped_profiles", lambda: (profile_of(profile),))
        self._path.write_text(text, encoding="utf-8", newline="")
        (source,) = read_ledger(self._path, currency=currency).sources
        found = scan(source)
        lines = [row.line for row in source.read([line.locator for line in found.lines])]
        assert [line.currency for line in lines] == [line.currency for line in found.lines]
        assert [line.customer for line in lines] == [line.customer for line in found.lines]
        assert [line.description for line in lines] == [line.text for line in found.lines]
        return found

    def refusal(self, profile: str, text: str, currency: str | None = None) -> str:
        with pytest.raises(LedgerRefusedError) as caught:
            self.read(profile, text, currency)
        (problem,) = caught.value.problems
        return str(problem).removeprefix(str(self._path)).strip()


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path, monkeypatch)


@pytest.mark.parametrize("spelling", ["No", "Nummer"])
def test_a_heading_may_be_spelt_in_several_ways(reader: Reader, spelling: str) -> None:
    (line,) = reader.read(FLAT, f"{spelling},On,Who,Net,Cur\nF-1,2026-01-31,A,1.00,EUR\n").lines
    assert line.document == "F-1"


def test_the_first_spelling_that_is_there_counts(reader: Reader) -> None:
    (line,) = reader.read(FLAT, "Nummer,No,On,Who,Net,Cur\n7,F-1,2026-01-31,A,1.00,EUR\n").lines
    assert line.document == "F-1"


def test_a_misfit_names_every_spelling(reader: Reader) -> None:
    assert "it needs No or Nummer." in reader.refusal(FLAT, "Nr,On,Who,Net,Cur\nF-1,2026-01-31,A,1.00,EUR\n")


def test_a_value_may_be_the_same_on_every_row(reader: Reader) -> None:
    profile = FLAT.replace(
        'currency = "Cur"', 'currency = { const = "EUR" }\naccount = { const = "8000, \\"sales\\"" }'
    )
    found = reader.read(profile, "No,On,Who,Net,Cur\nF-1,2026-01-31,A,1.00,USD\nF-2,2026-02-28,A,2.00,\n")
    assert [(line.currency, line.account) for line in found.lines] == [("EUR", '8000, "sales"')] * 2


def test_a_file_that_names_no_currency_is_refused_until_somebody_does(reader: Reader) -> None:
    text = "No,On,Who,Net\nF-1,2026-01-31,A,1.00\n"
    assert reader.refusal(FLAT, text) == (
        "row 1: The file does not say in which currency its amounts are, and nobody has said it. "
        'Say which with --currency EUR or read_ledger(..., currency="EUR"), or add a column that names it.'
    )
    (line,) = reader.read(FLAT, text, "USD").lines
    assert (line.currency, line.amount) == ("USD", 100)


def test_a_column_of_currencies_comes_before_the_one_that_was_given(reader: Reader) -> None:
    found = reader.read(FLAT, "No,On,Who,Net,Cur\nF-1,2026-01-31,A,1.00,EUR\nF-2,2026-01-31,A,1.00,\n", "USD")
    assert [line.currency for line in found.lines] == ["EUR"]
    assert [(row.row, row.column) for row in found.refused] == [(3, "Cur")]


def test_a_currency_that_the_profile_contradicts_refuses_the_file(reader: Reader) -> None:
    profile = FLAT.replace('currency = "Cur"', 'currency = { const = "EUR" }')
    text = "No,On,Who,Net\nF-1,2026-01-31,A,1.00\n"
    assert reader.refusal(profile, text, "USD") == (
        "row 1: The profile reads every amount in EUR. Found 'USD'. "
        "Leave the currency out, or read the file with another profile."
    )
    assert reader.read(profile, text, "EUR").amounts == [100]


@pytest.mark.parametrize("currency", ["eur", "Euro", "XXX", ""])
def test_what_is_given_as_a_currency_must_be_one(currency: str) -> None:
    with pytest.raises(UsageError, match=r"currency: This is not a currency of ISO 4217\. .*Write three capitals"):
        read_ledger("ledger.csv", currency=currency)


def test_texts_are_joined_without_repeating_or_inventing_any(reader: Reader) -> None:
    text = (
        "No,On,Who,Net,Cur,Item,Text\n"
        'F-1,2026-01-31,A,1.00,EUR,Retainer,"January\n2026"\n'
        "F-2,2026-01-31,A,2.00,EUR,Retainer,Retainer\n"
        "F-3,2026-01-31,A,3.00,EUR,,\n"
        "F-4,2026-01-31,A,4.00,EUR,Retainer\n"
    )
    found = reader.read(PROFILE, text)
    assert [line.text for line in found.lines] == ["Retainer | January\n2026", "Retainer", ""]
    assert [row.row for row in found.refused] == [6]


def test_of_texts_to_join_a_file_may_lack_some(reader: Reader) -> None:
    found = reader.read(PROFILE, "No,On,Who,Net,Cur,Text\nF-1,2026-01-31,A,1.00,EUR,January\n")
    assert [line.text for line in found.lines] == ["January"]
    assert [line.text for line in reader.read(PROFILE, "No,On,Who,Net,Cur\nF-1,2026-01-31,A,1,EUR\n").lines] == [""]


def test_of_texts_to_join_none_may_stand_twice(reader: Reader) -> None:
    text = "No,On,Who,Net,Cur,Item,Text,item\nF-1,2026-01-31,A,1.00,EUR,a,b,c\n"
    assert reader.refusal(PROFILE, text).startswith("row 1: Two columns have the same heading")


FILLED = f'{FLAT}[fill_down]\ncolumns = ["No", "On", "Who", "Ref"]\n'.replace(
    'currency = "Cur"', 'currency = "Cur"\nreference = "Ref"'
)


def test_rows_without_a_document_of_their_own_belong_to_the_row_above(reader: Reader) -> None:
    text = (
        "No,On,Who,Ref,Net,Cur\n"
        "F-1,2026-01-31,A,PO 1,1.00,EUR\n"
        ",,,,2.00,EUR\n"
        ",,,,,\n"
        "F-2,2026-02-28,B,,3.00,EUR\n"
        ",,,,4.00,EUR\n"
    )
    found = reader.read(FILLED, text)
    assert [(line.document, line.customer, line.reference, line.amount) for line in found.lines] == [
        ("F-1", "A", "PO 1", 100),
        ("F-1", "A", "PO 1", 200),
        ("F-2", "B", "", 300),
        ("F-2", "B", "", 400),
    ]


def test_rows_below_one_that_is_cut_off_have_nothing_to_lean_on(reader: Reader) -> None:
    text = "No,On,Who,Ref,Net,Cur\nF-1,2026-01-31,A,,1.00,EUR\nF-2,2026-01\n,,,,2.00,EUR\n"
    found = reader.read(FILLED, text)
    assert found.amounts == [100]
    assert [(row.row, row.column) for row in found.refused] == [(3, ""), (4, "No")]


def test_a_first_row_that_leans_on_nothing_is_refused(reader: Reader) -> None:
    found = reader.read(FILLED, "No,On,Who,Ref,Net,Cur\n,,,,2.00,EUR\nF-1,2026-01-31,A,,1.00,EUR\n")
    assert ([row.row for row in found.refused], found.amounts) == ([2], [100])


def test_a_row_that_says_anything_of_its_own_document_is_not_filled(reader: Reader) -> None:
    found = reader.read(FILLED, "No,On,Who,Ref,Net,Cur\nF-1,2026-01-31,A,,1.00,EUR\n,2026-02-28,,,2.00,EUR\n")
    assert ([(row.row, row.column) for row in found.refused], found.amounts) == ([(3, "No")], [100])


def test_titles_are_allowed_unless_the_profile_has_none(reader: Reader) -> None:
    text = "My company,,,,\nNo,On,Who,Net,Cur\nF-1,2026-01-31,A,1.00,EUR\n"
    assert reader.read(FLAT, text).amounts == [100]
    strict = FLAT.replace("[columns]", '[file]\nheader_row = "first"\n[columns]')
    assert reader.refusal(strict, text).startswith("row 1: No profile knows these headings.")
    assert reader.read(strict, text.partition("\n")[2]).amounts == [100]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('amount = "Net"', 'amount = { const = "1.00" }', "amount differs from row to row and cannot be a const"),
        ('currency = "Cur"', 'currency = { const = "Euro" }', "Euro is no currency of ISO 4217"),
        ('["Item", "Text"]', "[]", "only description and tracking may have several columns, not description"),
        ("[kind]", 'tracking = ["a", "b", "c"]\n[kind]', "tracking has at most 2 columns"),
        ('[status]\ndefault = "approved"', "[status]", "kind and status each need a column or a default"),
        ('{ any = ["No", "Nummer"] }', "{ any = [] }", "any"),
        ('{ any = ["No", "Nummer"] }', '{ all = ["No", "Nummer"] }', "all"),
        ('[["No", "Nummer"], "On"', '[[], "On"', "required"),
        ("[columns]", "[file]\nsheet = 0\n[columns]", "sheet"),
        ("[columns]", "[fill_down]\ncolumns = []\n[columns]", "fill_down"),
    ],
)
def test_a_profile_that_says_what_cannot_be_is_refused(old: str, new: str, said: str) -> None:
    assert old in PROFILE
    with pytest.raises(ValidationError, match=re.escape(said)):
        profile_of(PROFILE.replace(old, new))
