"""Contracts in rows: CSV files of charges and of amendments, and what they are refused for."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from billcheck.contracts import row_files, rows, sheets
from billcheck.contracts.files import load_contracts
from billcheck.contracts.terms import Amendment
from billcheck.errors import Problem
from tests.contracts.samples import refusals

HEADINGS = "contract,charge,customer,currency,contract.start,model,amount,every,timing"
ROW = "C-1,Fee,Acme BV,EUR,2026-01-01,flat,100.00,month,in_advance"
SEATS = "C-1,Seats,Acme BV,EUR,2026-01-01,flat,30.00,month,in_advance"
CHANGES = "contract,charge,on,amount"


def write(folder: Path, *lines: str, name: str = "contracts.csv") -> str:
    path = folder / name
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return str(path)


def test_one_row_for_each_charge(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        f"{HEADINGS},contract.tags,tax.percent,discounts.1.percent,discounts.2.percent",
        f"{ROW},a; b,21,10,5",
        f"{SEATS},,,,",
        "C-2,Fee,Koren,EUR,2026-02-01,flat,1,month,in_advance,,,,",
    )
    first, second = load_contracts(path)
    assert (first.id, first.customer, first.tags, second.id) == ("C-1", "Acme BV", ("a", "b"), "C-2")
    fee, seats = first.charges
    assert (fee.name, seats.name) == ("Fee", "Seats")
    assert (fee.tax_percent, seats.tax_percent) == (Decimal(21), None)
    assert [item.percent for item in fee.discounts] == [Decimal(10), Decimal(5)]


def test_rows_of_a_contract_need_not_stand_together_nor_repeat_it(tmp_path: Path) -> None:
    other = "C-2,Fee,Koren,EUR,2026-02-01,flat,1,month,in_advance"
    path = write(tmp_path, HEADINGS, ROW, other, "c-1,Seats,,,,flat,30.00,month,in_advance")
    first, _ = load_contracts(path)
    assert [charge.name for charge in first.charges] == ["Fee", "Seats"]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_the_delimiter_is_seen_in_the_headings(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, HEADINGS.replace(",", delimiter), ROW.replace(",", delimiter))
    assert load_contracts(path)[0].id == "C-1"


def test_a_byte_order_mark_blank_rows_and_spaces_are_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEADINGS}\r\n,,\r\n {ROW} ,\r\n\r\n".encode())
    assert load_contracts(path)[0].charges[0].timing == "in_advance"


def test_amendments_come_from_a_second_file_of_the_folder_or_of_the_call(tmp_path: Path) -> None:
    one = write(tmp_path, HEADINGS, ROW, SEATS)
    two = write(tmp_path, CHANGES, "C-1,seats,2026-05-16,16", "C-1,Seats,2026-06-01,17", name="amendments.csv")
    (contract,) = load_contracts(tmp_path)
    assert contract.charges[0].amendments == ()
    assert [change.on for change in contract.charges[1].amendments] == [date(2026, 5, 16), date(2026, 6, 1)]
    assert isinstance(contract.charges[1].amendments[0], Amendment)
    (other,) = load_contracts(one, two)
    assert replace(other, file="") == replace(contract, file="")
    (third,) = load_contracts(two, one)
    assert third == other


def test_the_values_of_an_index_lie_beside_contracts_and_are_none(tmp_path: Path) -> None:
    one = write(tmp_path, HEADINGS, ROW)
    two = write(tmp_path, "month,value", "2025-10,131.2", name="cpi.csv")
    assert load_contracts(tmp_path) == tuple(
        replace(contract, file=f"{tmp_path}/contracts.csv") for contract in load_contracts(one)
    )
    (text,) = refusals(two)
    assert text.startswith(f"{two}: The file holds no contract.")


def test_an_amendment_of_the_plan_has_a_model_too(tmp_path: Path) -> None:
    one = write(tmp_path, HEADINGS, ROW)
    line = "C-1,Fee,2026-05-16,plan,per_unit,5.00,3"
    two = write(tmp_path, "contract,charge,on,change,model,unit_amount,quantity", line, name="amendments.csv")
    (contract,) = load_contracts(one, two)
    assert len(contract.charges[0].amendments) == 1


LATER = "This version of billcheck cannot price this term yet"
REFUSED = [
    ((HEADINGS, ROW.replace("100.00", '"1.100,00"')), 'row 2, column "amount": This is not a plain decimal'),
    ((HEADINGS, ROW.replace("100.00", "")), 'row 2, column "amount": A required key is missing'),
    ((HEADINGS, ROW.replace("EUR", "eur")), 'row 2, column "currency": This is not a current ISO 4217 currency'),
    ((HEADINGS, ROW.replace("2026-01-01", "01/02/2026")), 'row 2, column "contract.start": This is not a day'),
    ((HEADINGS, ROW.replace("month", "fortnight")), 'row 2, column "every": This is not a length of a period'),
    (
        (HEADINGS, ROW, ROW.replace("Fee", "FEE")),
        'row 3, column "charge": Another charge of the contract has this name',
    ),
    (
        (HEADINGS, ROW, SEATS.replace("Acme BV", "Acme")),
        'row 3, column "customer": An earlier row of this contract says something else of it',
    ),
    ((HEADINGS, ROW, SEATS.replace("C-1", "")), 'row 3, column "contract": The row names no contract'),
    ((HEADINGS, ROW + ",x"), "row 2: The row has a cell beyond the last heading"),
    ((HEADINGS + ",,owner", ROW + ",x,Ines"), "row 2: A column has cells and no heading"),
    ((HEADINGS + ",amount", ROW + ",1"), "row 1: Two columns have the same heading, or stand for the same key"),
    ((HEADINGS + ",name", ROW + ",1"), 'column "name": Two columns have the same heading, or stand for the same key'),
    ((HEADINGS + ",amuont", ROW + ",1"), 'column "amuont": There is no such column here. Did you mean "amount"?'),
    ((HEADINGS + ",amendments.1.on", ROW + ",1"), 'column "amendments.1.on": There is no such column here'),
    ((HEADINGS + ",contract.charge.1.name", ROW + ",1"), 'column "contract.charge.1.name": There is no such column'),
    (
        (HEADINGS + ",contract.tags,contract.tags.1", ROW + ",a,b"),
        'row 2, column "contract.tags.1": Two columns give this key a value',
    ),
    ((HEADINGS, '"C-1'), "row 2: This is not valid CSV"),
    (
        (HEADINGS + ",commitment", ROW + ",1"),
        (
            'column "commitment": There is no such column here. Its values stand in columns of their own: head them '
            '"commitment.1.name", "commitment.1.amount" and "commitment.1.every", as needed.'
        ),
    ),
    (
        (HEADINGS + ",contract.late_invoice_cutoff", ROW + ",1"),
        (
            'column "contract.late_invoice_cutoff": There is no such column here. Its values stand in columns of their '
            'own: head them "contract.late_invoice_cutoff.from", "contract.late_invoice_cutoff.days" and '
            '"contract.late_invoice_cutoff.months", as needed.'
        ),
    ),
    (
        (HEADINGS + ",late_invoice_cutoff.days", ROW + ",soon"),
        "row 2, column \"late_invoice_cutoff.days\": A number of days from 0 to 366 is expected here. Found 'soon'.",
    ),
    (
        ("contract,charge,amount", "C-1,Fee,1"),
        "By its headings this is neither a table of charges nor one of amendments",
    ),
    (
        ("contract,charge,first_day,quantity", "C-1,Fee,2026-01-01,1"),
        "These look like quantities: give the file with --quantities instead",
    ),
    ((HEADINGS,), "The table is empty"),
    ((CHANGES,), "The file holds no contract"),
    ((CHANGES, "C-9,Fee,2026-05-16,1"), 'row 2, column "contract": No table of charges has this contract'),
    ((CHANGES, ",Fee,2026-05-16,1"), 'row 2, column "contract": The row names no contract'),
]


@pytest.mark.parametrize(("lines", "message"), REFUSED)
def test_what_rows_are_refused_for(tmp_path: Path, lines: tuple[str, ...], message: str) -> None:
    path = write(tmp_path, *lines)
    found = refusals(path)
    assert any(message in text for text in found), found
    assert all(text.startswith(path) for text in found)


AMENDMENTS = [
    ("C-1,,2026-05-16,1", 'row 2, column "charge": The row names no charge. Write the charge\'s name in every row;'),
    ("C-1,Seets,2026-05-16,1", "row 2, column \"charge\": The contract has no charge of this name. Found 'Seets'."),
    ("C-1,Seats,2025-05-16,1", 'row 2, column "on": The day is outside'),
    ("C-1,Seats,2026-05-16,-1", 'row 2, column "amount": Amounts, quantities and percents of a contract are not'),
    ("C-1,Seats,,1", 'row 2, column "on": A required key is missing'),
]


@pytest.mark.parametrize(("line", "message"), AMENDMENTS)
def test_what_amendments_are_refused_for(tmp_path: Path, line: str, message: str) -> None:
    one = write(tmp_path, HEADINGS, ROW, SEATS)
    two = write(tmp_path, CHANGES, line, name="amendments.csv")
    found = refusals(one, two)
    assert [text for text in found if text.startswith(f"{two}: {message}")], found


def test_all_faults_of_all_rows_come_together(tmp_path: Path) -> None:
    one = write(tmp_path, HEADINGS, ROW.replace("100.00", "x"), SEATS.replace("month", "moon"))
    two = write(tmp_path, CHANGES, "C-1,Seats,soon,1", "C-2,Seats,2026-05-16,1", name="amendments.csv")
    assert len(refusals(one, two)) == 4


def test_a_gap_in_a_list_is_told_at_its_place(tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEADINGS},discounts.2.percent", f"{ROW},10")
    (text,) = refusals(path)
    assert text.startswith(f'{path}: row 2, column "discounts.1.percent": A required key is missing.')


def test_a_list_has_an_end(tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEADINGS},discounts.999.percent", f"{ROW},10")
    (text,) = refusals(path)
    assert 'column "discounts.999.percent": There is no such column here' in text


def test_every_problem_has_an_example() -> None:
    shown = Path(__file__).read_text(encoding="utf-8")
    for room in (row_files, rows, sheets):
        for name, item in inspect.getmembers(room, inspect.isclass):
            if issubclass(item, Problem) and item.__module__ == room.__name__:
                sentence = (item.__doc__ or "").splitlines()[0].removesuffix(".")
                assert sentence in shown or name == "DateCellProblem", name
