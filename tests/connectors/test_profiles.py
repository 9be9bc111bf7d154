"""Profiles: how files find theirs, and what a profile file may say."""

from __future__ import annotations

import re
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel, ValidationError

from billcheck import Limits, read_ledger
from billcheck.connectors.files import opening, profile_shape
from billcheck.connectors.files.profile import find_profile, fold_word, shipped_profiles
from billcheck.connectors.files.profile_shape import ProfileShape, profile_of
from billcheck.errors import LedgerRefusedError, UsageError
from tests.connectors.exports import GENERIC, XERO_36, XERO_44, scan, scan_text, xero_row, xero_text

if TYPE_CHECKING:
    from collections.abc import Iterator

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
ROW = "F-1,2026-01-31,A,1.00,EUR"


def refusal(folder: Path, text: str, profile: str | None = None) -> str:
    with pytest.raises(LedgerRefusedError) as caught:
        scan_text(folder, text, profile)
    (problem,) = caught.value.problems
    return str(problem).removeprefix(str(folder / "ledger.csv")).strip()


def test_both_exports_of_xero_are_recognised(tmp_path: Path) -> None:
    row = xero_row(InvoiceDate="2026-01-31", DueDate="")
    assert len(XERO_44.split(",")) == 44
    assert len(XERO_36.split(",")) == 36
    older = row.replace(",,,,,,,,,,,,,,,,,,INV-1", ",,,,,,,,,,INV-1")
    for heading_row, cells in ((XERO_44, row), (XERO_36, older)):
        found = scan_text(tmp_path, f"{heading_row}\n{cells}\n")
        assert (found.receipt.profile, found.amounts) == ("xero.sales-invoices", [10000])


@pytest.mark.parametrize(
    "spelling",
    [
        "Document,ISSUE DATE,*Customer, amount ,Cur rency",
        "\ufeff*document,*issue_date,*customer,*amount,*currency",
        "document,IssueDate,customer,amount,currency",
        '"document","issue_date","customer","amount","currency"',
    ],
)
def test_spelling_of_headings_is_forgiven(tmp_path: Path, spelling: str) -> None:
    assert scan_text(tmp_path, f"{spelling}\n{ROW}\n").amounts == [100]


def test_any_order_of_columns_is_read(tmp_path: Path) -> None:
    cells = dict(zip(GENERIC.split(","), ROW.split(","), strict=True))
    for names in permutations(cells):
        text = ",".join(names) + "\n" + ",".join(cells[name] for name in names) + "\n"
        (line,) = scan_text(tmp_path, text).lines
        assert (line.document, line.customer, line.amount) == ("F-1", "A", 100)


def test_an_unknown_heading_names_the_closest_profile_and_what_it_lacks(tmp_path: Path) -> None:
    assert refusal(tmp_path, "document,issue_date,customer,net,currency\nF-1,2026-01-31,A,1.00,EUR\n") == (
        "row 1: No profile knows these headings. Found 'document, issue_date, customer, net, currency'. "
        "The closest is generic; it needs amount. Rename the columns, or name another profile."
    )
    lacking = XERO_44.replace("TaxTotal,", "")
    assert "The closest is xero.sales-invoices; it needs TaxTotal." in refusal(tmp_path, f"{lacking}\nx\n")


def test_a_named_profile_says_which_columns_it_needs(tmp_path: Path) -> None:
    assert refusal(tmp_path, f"{GENERIC}\n{ROW}\n", "xero.sales-invoices").startswith(
        "row 1: The profile xero.sales-invoices needs the columns ContactName, InvoiceNumber, InvoiceDate, Total,"
    )


def test_the_profile_that_needs_most_columns_wins(tmp_path: Path) -> None:
    row = f"{xero_row(InvoiceDate='2026-01-31', DueDate='')},{ROW}"
    text = f"{XERO_44},document,issue_date,customer,amount,currency_code\n{row}\n"
    assert scan_text(tmp_path, text).receipt.profile == "xero.sales-invoices"


def test_two_profiles_that_fit_equally_well_must_be_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    twin = profile_of(SMALL.replace('id = "a"', 'id = "twin"'))
    monkeypatch.setattr(opening, "shipped_profiles", lambda: (profile_of(SMALL), twin))
    assert refusal(tmp_path, "No,On,Who,Net,Cur,Kind,State\n") == (
        "row 1: The headings fit several profiles equally well. Found 'a, twin'. Name the profile."
    )


def test_a_heading_that_stands_twice_refuses_the_file_only_if_it_is_read(tmp_path: Path) -> None:
    assert refusal(tmp_path, f"{GENERIC},Amount\n{ROW},2.00\n") == (
        "row 1: Two columns have the same heading, so it is open which one counts. Found 'Amount'. "
        "Rename or remove one of them."
    )
    assert scan_text(tmp_path, f"{GENERIC},Notes,Notes,,\n{ROW},x,y,,\n").amounts == [100]


@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff", "\ufeff\r\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    assert refusal(tmp_path, text).startswith(": The file is empty. Export it again")


@pytest.mark.parametrize("text", [GENERIC, f"{GENERIC}\n", f"{GENERIC}\n\n,,,,\n"])
def test_a_heading_without_rows_is_refused(tmp_path: Path, text: str) -> None:
    assert refusal(tmp_path, text).startswith(": The file has a heading and no rows.")


def test_a_heading_with_a_broken_quote_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, '"document,issue_date\nF-1,2026-01-31\n').startswith(
        "row 1: The heading row cannot be read."
    )


def test_a_heading_of_endless_columns_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, ",".join([GENERIC, *["x"] * 252])).startswith("row 1: The file has more columns")
    assert scan_text(tmp_path, f"{','.join([GENERIC, *['x'] * 251])}\n{ROW}{',' * 251}").amounts == [100]


def test_the_limit_of_columns_can_be_raised(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(f"{','.join([GENERIC, *['x'] * 252])}\n{ROW}{',' * 252}", encoding="utf-8")
    (source,) = read_ledger(path, limits=Limits(columns=257)).sources
    assert scan(source).amounts == [100]


def test_one_column_is_no_ledger(tmp_path: Path) -> None:
    assert "No profile knows these headings" in refusal(tmp_path, "document\nF-1\n")


def test_a_named_profile_must_exist() -> None:
    with pytest.raises(UsageError, match=r"Found 'genric'\. Did you mean generic\? Known: chargebee"):
        find_profile("genric")
    with pytest.raises(UsageError, match=r"has no variant of this name\. Found 'dayfirst'\. Did you mean day-first\?"):
        find_profile("generic:dayfirst")


def test_variants_add_up() -> None:
    profile = find_profile("generic:day-first:decimal-comma:cp1252")
    assert profile.id == "generic:day-first:decimal-comma:cp1252"
    assert (profile.values.encodings, profile.values.marks.decimal) == (("cp1252",), ",")


def test_words_are_compared_without_case_and_joints() -> None:
    assert {fold_word(word) for word in ("Awaiting Payment", "AWAITING_PAYMENT", " awaiting-payment ")} == {
        "awaiting payment"
    }


SMALL = """
schema = 1
id = "a"
title = "A"
evidence = "documented"
[identify]
required = ["No", "On", "Who", "Net", "Cur"]
[columns]
document = "No"
issue_date = "On"
customer = "Who"
amount = "Net"
currency = "Cur"
[kind]
column = "Kind"
default = "invoice"
[status]
column = "State"
default = "approved"
"""


def test_the_smallest_profile_is_read() -> None:
    assert profile_of(SMALL).columns["document"] == (("No",),)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("schema = 1", "schema = 2", "schema"),
        ('title = "A"', 'title = "A"\ntitel = "B"', "titel"),
        ('id = "a"', 'id = "A B"', "id"),
        ('customer = "Who"', "", "columns lack customer"),
        (
            'document = "No"',
            'document = ["No", "Nr"]',
            "only description and tracking may have several columns, not document",
        ),
        ("[identify]", '[values]\ndecimal = ","\n[identify]', "decimal and group must differ"),
        ("[identify]", '[variants.x]\ndecimal = ","\n[identify]', "decimal and group are given together"),
        ("[identify]", '[values]\nencoding = "utf-7"\n[identify]', "encoding"),
        ('evidence = "documented"', 'evidence = "hearsay"', "evidence"),
        ('customer = "Who"', 'customer = "Who"\nprice = "P"', "price"),
    ],
)
def test_a_profile_that_says_something_else_is_refused(old: str, new: str, said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)):
        profile_of(SMALL.replace(old, new))


def keys_of_shape(shape: type[BaseModel]) -> Iterator[str]:
    for name, field in shape.model_fields.items():
        yield field.alias or name


def test_the_reference_names_every_key_column_and_word() -> None:
    text = (REFERENCE / "profiles.md").read_text(encoding="utf-8")
    for shape in vars(profile_shape).values():
        if isinstance(shape, type) and issubclass(shape, BaseModel) and shape is not BaseModel:
            for key in keys_of_shape(shape):
                assert re.search(rf"\b{key}\b", text), key
    for profile in shipped_profiles():
        assert re.search(rf"^\| `{profile.id}` \|.*\| {profile.evidence} \|$", text, re.MULTILINE), profile.id
        assert all(f"`{variant}`" in text for variant in profile.variants)
    generic, page = find_profile("generic"), (REFERENCE / "generic-ledger.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in (*generic.columns, *generic.kinds, *generic.statuses))


def test_the_example_of_the_reference_is_a_profile() -> None:
    text = (REFERENCE / "profiles.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    assert profile_of(example).id == "example.invoice-lines"
    assert ProfileShape.model_config["extra"] == "forbid"


def test_the_example_ledger_of_the_reference_is_read(tmp_path: Path) -> None:
    page = (REFERENCE / "generic-ledger.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    found = scan_text(tmp_path, example)
    assert (sorted(found.amounts), found.refused) == ([-5000, 36000, 120000], [])


def test_a_file_of_xero_with_semicolons_and_commas_is_read_by_its_variant(tmp_path: Path) -> None:
    text = xero_text([xero_row()]).replace(",", ";").replace(".", ",")
    assert scan_text(tmp_path, text, "xero.sales-invoices:decimal-comma").amounts == [10000]
