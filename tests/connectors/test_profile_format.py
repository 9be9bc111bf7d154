"""What the keys of a profile do to a file: each shown by the smallest file in which it matters."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from billcheck.connectors.files import opening, read_ledger
from billcheck.connectors.files.profile_shape import profile_of
from billcheck.errors import LedgerRefusedError, UsageError
from tests.connectors.exports import EveryKey, scan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from billcheck.ledger.line import Line
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
    """Reads texts by a profile of its own; `lines` and `taxes` are those of the file read last."""

    lines: Sequence[Line] = ()
    taxes: Sequence[int | None] = ()

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._path = folder / "ledger.csv"
        self._monkeypatch = monkeypatch

    def read(self, profile: str, text: str, currency: str | None = None, variant: str = "") -> Scanned:
        made = profile_of(profile)
        made = made.with_variant(variant) if variant else made
        self._monkeypatch.setattr(opening, "shipped_profiles", lambda: (made,))
        self._path.write_text(text, encoding="utf-8", newline="")
        (source,) = read_ledger(self._path, currency=currency).sources
        found = scan(source)
        lines = self.lines = [row.line for row in source.read([line.locator for line in found.lines])]
        self.taxes = [tax for batch in source.scan(EveryKey(has_tax=True)) for tax in batch.taxes or ()]
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


ROW = "F-1,2026-01-31,A,{},EUR\n"
HEADING = "No,On,Who,Net,Cur\n"


def valued(*lines: str) -> str:
    """The flat profile with more said of values."""
    return FLAT.replace("[columns]", "\n".join(["[values]", *lines, "[columns]"]))


@pytest.mark.parametrize("text", ["-50.00", "50.00-", "(50.00)", "50.00 CR"])
def test_only_declared_forms_are_negative(reader: Reader, text: str) -> None:
    assert reader.read(valued('negative = ["-", "trailing-", "()", "CR"]'), HEADING + ROW.format(text)).amounts == [
        -5000
    ]
    if text[0] != "-":
        assert "negative in a form that the profile does not read" in reader.refusal(FLAT, HEADING + ROW.format(text))


def test_a_text_may_mean_an_empty_amount(reader: Reader) -> None:
    text = HEADING + ROW.format("n/a")
    assert [row.value for row in reader.read(valued('missing = ["n/a"]'), text).refused] == ["n/a"]
    assert reader.read(valued('missing = ["n/a"]', 'empty_amount = "zero"'), text).amounts == [0]


def test_declared_dates_show_the_order_of_day_and_month(reader: Reader) -> None:
    text = HEADING + ROW.format("1.00").replace("2026-01-31", "3/4/26")
    for written, month in (("%d/%m/%y", 4), ("%m/%d/%y", 3)):
        (line,) = reader.read(valued(f'date_formats = ["{written}"]'), text).lines
        assert date.fromordinal(line.issue_day).month == month


def test_cents_are_read_as_amounts_of_their_currency(reader: Reader) -> None:
    text = (
        HEADING
        + ROW.format("123456")
        + ROW.format("-5").replace("EUR", "JPY")
        + ROW.format("1500").replace("EUR", "KWD")
    )
    found = reader.read(valued("minor_units = true"), text)
    assert found.amounts == [123456, -5, 1500]
    assert [str(line.amount) for line in reader.lines] == ["1234.56", "-5", "1.500"]


def test_prices_are_in_cents_too_and_quantities_are_not(reader: Reader) -> None:
    profile = valued("minor_units = true").replace("[kind]", 'quantity = "Qty"\nunit_price = "Price"\n[kind]')
    text = "No,On,Who,Net,Cur,Qty,Price\nF-1,2026-01-31,A,100,EUR,8,12.5\n"
    assert reader.read(profile, text).amounts == [100]
    (line,) = reader.lines
    assert (str(line.amount), str(line.quantity), str(line.unit_price)) == ("1.00", "8", "0.125")


@pytest.mark.parametrize("text", ["12.00", "12.5", "0.00"])
def test_decimals_where_cents_are_said_to_be_refuse_the_file(reader: Reader, text: str) -> None:
    body = HEADING + ROW.format("100") + ROW.format(text)
    assert reader.refusal(valued("minor_units = true"), body) == (
        "row 3 Net: This amount has decimals, but the profile reads whole cents, so no amount of the file is safe. "
        f"Found '{text}'. Export amounts in cents, or read the file with a profile that does not say minor_units."
    )


def test_columns_that_must_be_zero_refuse_the_rows_in_which_they_are_not(reader: Reader) -> None:
    profile = valued('zero = ["Discount", { any = ["Fee", "Charge"] }, "Absent"]', 'missing = ["-"]')
    text = (
        "No,On,Who,Net,Cur,Discount,Charge\n"
        "F-1,2026-01-31,A,1.00,EUR,0.0000,\n"
        "F-2,2026-01-31,A,2.00,EUR,,-\n"
        "F-3,2026-01-31,A,3.00,EUR,10,0\n"
        "F-4,2026-01-31,A,4.00,EUR,0,none\n"
    )
    found = reader.read(profile, text)
    assert found.amounts == [100, 200]
    assert [(row.row, row.column, row.value) for row in found.refused] == [(4, "Discount", "10"), (5, "Charge", "none")]
    assert found.refused[0].reason.startswith("This profile does not know what a value here does to the amount")


TAXED = valued('amounts = "including_tax"').replace('amount = "Net"', 'amount = "Net"\ntax = "VAT"')
TAXED_HEADING = "No,On,Who,Net,Cur,VAT,Kind\n"


def test_tax_is_taken_off_amounts_that_include_it(reader: Reader) -> None:
    text = f"{TAXED_HEADING}F-1,2026-01-31,A,121.00,EUR,21.00,\nC-1,2026-01-31,A,60.50,EUR,10.50,CN\n"
    assert reader.read(TAXED, text).amounts == [10000, -5000]
    assert [str(line.amount) for line in reader.lines] == ["100.00", "50.00"]
    assert reader.taxes == [2100, 1050]


def test_an_open_tax_refuses_the_row_unless_it_means_none(reader: Reader) -> None:
    text = f"{TAXED_HEADING}F-1,2026-01-31,A,121.00,EUR,,\nF-2,2026-01-31,A,1.00,EUR,x,\n"
    assert [(row.row, row.column) for row in reader.read(TAXED, text).refused] == [(2, "VAT"), (3, "VAT")]
    found = reader.read(TAXED.replace("[values]", '[values]\nempty_tax = "zero"'), text)
    assert (found.amounts, [row.row for row in found.refused]) == ([12100], [3])
    assert [str(line.amount) for line in reader.lines] == ["121.00"]


def test_amounts_with_tax_and_no_column_of_it_refuse_the_file(reader: Reader) -> None:
    text = HEADING + ROW.format("121.00")
    said = (
        "row 1: The amounts of this export include tax, and no column says how much, so it cannot be taken off. "
        "Export the file with a column of tax, or a report without tax (in QuickBooks, Sales by Customer Detail)."
    )
    assert reader.refusal(TAXED, text) == said
    untaxed = f'{TAXED}[variants.untaxed]\namounts = "excluding_tax"\n'
    assert reader.refusal(untaxed, text) == f"{said} If there is no tax in them, read it as sample:untaxed."
    assert reader.read(untaxed, text, variant="untaxed").amounts == [12100]


CREDITS = (
    "No,On,Who,Net,Cur,Kind\n"
    "C-1,2026-01-31,A,60.00,EUR,CN\n"
    "C-1,2026-01-31,A,-10.00,EUR,CN\n"
    "C-2,2026-02-28,A,-7.00,EUR,CN\n"
)


def signed(sign: str) -> str:
    return FLAT.replace("[status]", f'[sign]\ncredit_amounts = "{sign}"\n[status]')


def test_credit_notes_go_by_what_they_add_up_to(reader: Reader) -> None:
    for profile in (FLAT, signed("either")):
        assert reader.read(profile, CREDITS).amounts == [-6000, 1000, -700]


@pytest.mark.parametrize(("sign", "amounts", "rows"), [("positive", [-6000, 1000], [4]), ("negative", [-700], [2, 3])])
def test_a_credit_note_with_the_other_sign_is_refused(
    reader: Reader, sign: str, amounts: list[int], rows: list[int]
) -> None:
    found = reader.read(signed(sign), CREDITS)
    assert (found.amounts, [row.row for row in found.refused]) == (amounts, rows)
    assert found.refused[0].customer == "A"
    assert f"this export writes credit notes with {sign} amounts. Check what kind" in found.refused[0].reason


def test_the_end_of_a_period_may_be_the_day_after_it(reader: Reader) -> None:
    profile = FLAT.replace("[kind]", 'period_first_day = "From"\nperiod_end = "To"\n[kind]')
    text = (
        "No,On,Who,Net,Cur,From,To\n"
        "F-1,2026-01-31,A,1.00,EUR,2026-01-01,2026-02-01\n"
        "F-2,2026-01-31,A,2.00,EUR,2026-01-15,2026-01-15\n"
        "F-3,2026-01-31,A,3.00,EUR,,\n"
        "F-4,2026-01-31,A,4.00,EUR,2026-02-01,2026-01-01\n"
    )
    found = reader.read(profile, text)
    first, end = date(2026, 1, 1).toordinal(), date(2026, 2, 1).toordinal()
    assert [(line.first_day, line.end_day) for line in found.lines] == [(first, end), (0, 0), (0, 0)]
    assert [(line.period_first_day, line.period_last_day) for line in reader.lines] == [
        (date(2026, 1, 1), date(2026, 1, 31)),
        (None, None),
        (None, None),
    ]
    assert [(row.row, row.column) for row in found.refused] == [(5, "To")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[columns]", '[values]\ndate_formats = ["%Q"]\n[columns]', "date_formats"),
        (
            "[columns]",
            '[values]\ndate_order = "day_first"\ndate_formats = ["%m/%d/%Y"]\n[columns]',
            "date_order day_first contradicts date_formats",
        ),
        ("[columns]", '[values]\nnegative = ["<>"]\n[columns]', "negative"),
        ("[kind]", 'period_end = "a"\nperiod_last_day = "b"\n[kind]', "the same day said in two ways"),
        (
            "[status]",
            '[sign]\ncredit_amounts = "positive"\n[control]\ntotal = "a"\ntax_total = "b"\ntax = "c"\n[status]',
            "control shows tax and sign",
        ),
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
