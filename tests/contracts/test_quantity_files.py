"""Files of quantities, and how they meet contracts."""

from __future__ import annotations

import inspect
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from billcheck import load_contracts, load_quantities
from billcheck.contracts import quantity_files, usage
from billcheck.contracts.usage import Quantities, UsageRow
from billcheck.errors import Problem, QuantitiesRefusedError
from tests.contracts.samples import FLAT, PER_UNIT, TIME, contract_table, write_json

HEADINGS = "contract,charge,first_day,last_day,quantity,role"
SEATS: dict[str, Any] = {
    **{key: value for key, value in PER_UNIT.items() if key != "quantity"},
    "timing": "in_arrears",
    "metered": True,
    "quantity_basis": "sum",
}
HOURS: dict[str, Any] = {
    **{key: value for key, value in TIME.items() if key != "hours"},
    "name": "Work",
    "timing": "in_arrears",
    "metered": True,
    "quantity_basis": "sum",
}


def write(folder: Path, *lines: str, name: str = "usage.csv") -> str:
    path = folder / name
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return str(path)


def refused(*paths: str) -> list[str]:
    with pytest.raises(QuantitiesRefusedError) as error:
        load_quantities(*paths)
    return [str(problem) for problem in error.value.problems]


def test_rows_of_a_csv_file(tmp_path: Path) -> None:
    path = write(tmp_path, HEADINGS, "C-1,Seats,2026-01-01,2026-01-31,12.5,", "C-1,Work,2026-02-01,,3,senior")
    assert load_quantities(path).rows == (
        UsageRow("C-1", "Seats", date(2026, 1, 1), Decimal("12.5"), date(2026, 2, 1), None, f"{path} row 2"),
        UsageRow("C-1", "Work", date(2026, 2, 1), Decimal(3), None, "senior", f"{path} row 3"),
    )


def test_rows_of_a_toml_file(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "[[usage]]",
        'contract = "C-1"',
        'charge = "Seats"',
        "first_day = 2026-01-01",
        'last_day = "2026-01-31"',
        "quantity = 12",
        name="usage.toml",
    )
    assert load_quantities(path).rows == (
        UsageRow("C-1", "Seats", date(2026, 1, 1), Decimal(12), date(2026, 2, 1), None, f"{path}: usage #1"),
    )


def test_files_are_read_one_after_the_other(tmp_path: Path) -> None:
    one = write(tmp_path, HEADINGS, "C-1,Seats,2026-01-01,,1,")
    two = write(tmp_path, HEADINGS, "C-1,Seats,2026-02-01,,2,", name="b.csv")
    assert [row.quantity for row in load_quantities(two, one).rows] == [Decimal(2), Decimal(1)]


ROW = "C-1,Seats,2026-01-01,2026-01-31,12,"
REVERSED = 'row 2, column "last_day": The last day is before the first.'
REFUSED_CSV = [
    ((HEADINGS,), "The file holds no quantity."),
    ((HEADINGS + ",qty", ROW + ",1"), "There is no such column in a file of quantities. Found 'qty'."),
    (("contract,charge,quantity", "C-1,Seats,1"), "A required column is missing. Found 'first_day'."),
    ((HEADINGS, ROW.replace("Seats", "")), 'row 2, column "charge": A required value is missing.'),
    ((HEADINGS, ROW.replace("12", "-12")), "row 2, column \"quantity\": A quantity is not negative. Found '-12'."),
    (
        (HEADINGS, ROW.replace(",12,", ',"1,200",')),
        "row 2, column \"quantity\": This is not a plain decimal. Found '1,200'.",
    ),
    ((HEADINGS, ROW.replace(",12,", ",1e3,")), 'row 2, column "quantity": This is not a plain decimal.'),
    ((HEADINGS, ROW.replace(",12,", ",NaN,")), 'row 2, column "quantity": This is not a plain decimal.'),
    ((HEADINGS, ROW.replace("2026-01-01", "01/02/2026")), 'row 2, column "first_day": This is not a day.'),
    ((HEADINGS, ROW.replace("2026-01-01", "20260101")), 'row 2, column "first_day": This is not a day.'),
    (
        (HEADINGS, ROW.replace("2026-01-01", "1066-01-01")),
        'row 2, column "first_day": The day is outside the years 1900',
    ),
    (
        (HEADINGS, ROW.replace("2026-01-31", "2025-01-31")),
        'row 2, column "last_day": The last day is before the first.',
    ),
    ((HEADINGS, ROW + ",x"), "row 2: The row has a cell beyond the last heading"),
]


@pytest.mark.parametrize(("lines", "message"), REFUSED_CSV)
def test_what_a_csv_file_is_refused_for(tmp_path: Path, lines: tuple[str, ...], message: str) -> None:
    path = write(tmp_path, *lines)
    assert any(text.startswith(f"{path}: {message}") for text in refused(path)), refused(path)


TOML_ROW = '[[usage]]\ncontract = "C-1"\ncharge = "Seats"\nfirst_day = 2026-01-01\nquantity = "12"\n'
REFUSED_TOML = [
    (
        TOML_ROW.replace('"12"', "12.5"),
        "usage #1 quantity: This is not a plain decimal. Found '12.5'.",
    ),
    (TOML_ROW.replace('"12"', "true"), "usage #1 quantity: This is not a plain decimal. Found 'true'."),
    (TOML_ROW.replace('"C-1"', "1"), "usage #1 contract: A name in quotes is expected here. Found '1'."),
    (TOML_ROW.replace("2026-01-01", "2026-01-01T10:00:00"), "usage #1 first_day: This is not a day."),
    (TOML_ROW + "colour = 1\n", "usage #1 colour: There is no such column in a file of quantities."),
    ("usage = 5\n", "usage: The file holds no quantity. Found '5'."),
    ("[[quantity]]\n", "quantity: There is no such column in a file of quantities. Write tables headed [[usage]]."),
    ("nonsense", "This is not valid TOML."),
]


@pytest.mark.parametrize(("text", "message"), REFUSED_TOML)
def test_what_a_toml_file_is_refused_for(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text, name="usage.toml")
    assert any(item.startswith(f"{path}: {message}") for item in refused(path)), refused(path)


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    other = write(tmp_path, "x", name="usage.txt")
    assert refused(str(tmp_path / "none.csv"), other) == [
        f"{tmp_path / 'none.csv'}: There is no such file of quantities. Check the path.",
        f"{other}: This is not a file of quantities. Files of quantities end in .csv or .toml.",
    ]


def test_all_faults_of_all_files_come_together(tmp_path: Path) -> None:
    one = write(tmp_path, HEADINGS, ROW.replace("12", "x"), ROW.replace("2026-01-01", "soon"))
    two = write(tmp_path, TOML_ROW.replace('"12"', "1.5"), name="b.toml")
    assert len(refused(one, two)) == 3


UNFIT = [
    ("C-9,Seats,2026-01-01,,1,", "No contract of this check has this id. Found 'C-9'."),
    (
        "C-1,Seets,2026-01-01,,1,",
        'The contract has no charge of this name. Found \'Seets\'. Its charges are "Fee", "Seats"',
    ),
    ("C-1,Fee,2026-01-01,,1,", "The charge is not metered: its quantity stands in the contract."),
    ("C-1,Seats,2025-12-01,2025-12-31,1,", "The row speaks of days outside the term of the charge."),
    ("C-1,Seats,2027-12-01,2028-01-01,1,", "The row speaks of days outside the term of the charge."),
    ("C-1,Seats,2026-01-01,,1,senior", "The charge knows no such role. Found 'senior'. Leave the role out."),
    ("C-1,Work,2026-01-01,,1,", "The charge is priced by role, and the row names none."),
    ("C-1,Work,2026-01-01,,1,pilot", "The charge knows no such role. Found 'pilot'. Its roles are "),
]


@pytest.mark.parametrize(("line", "message"), UNFIT)
def test_rows_that_fit_no_contract(tmp_path: Path, line: str, message: str) -> None:
    contracts = load_contracts(write_json(tmp_path, contract_table(FLAT, SEATS, HOURS)))
    path = write(tmp_path, HEADINGS, line)
    with pytest.raises(QuantitiesRefusedError) as error:
        load_quantities(path).given_to(contracts)
    (problem,) = error.value.problems
    assert str(problem).startswith(f"{path} row 2: {message}")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("2026-01-01,2026-01-31", "2026-01-31,2026-02-28"),
        ("2026-01-01,2026-03-31", "2026-02-01,2026-02-28"),
        ("2026-01-05,", "2026-01-05,"),
        ("2026-01-01,2026-01-31", "2026-01-05,"),
    ],
)
def test_two_rows_of_the_same_days_are_refused(tmp_path: Path, one: str, two: str) -> None:
    contracts = load_contracts(write_json(tmp_path, contract_table(SEATS)))
    path = write(tmp_path, HEADINGS, f"C-1,Seats,{two},2,", f"c-1,SEATS,{one},1,")
    with pytest.raises(QuantitiesRefusedError, match=r"row [23] speaks of the same days") as error:
        load_quantities(path).given_to(contracts)
    assert len(error.value.problems) == 1


def test_two_roles_may_speak_of_the_same_days(tmp_path: Path) -> None:
    contracts = load_contracts(write_json(tmp_path, contract_table(HOURS)))
    roles = contracts[0].charges[0].roles
    lines = [f"C-1,Work,2026-01-01,2026-01-31,2,{role.upper()}" for role in roles]
    (given,) = load_quantities(write(tmp_path, HEADINGS, *lines)).given_to(contracts)
    metering = given.charges[0].metering
    assert metering is not None
    assert [row.role for row in metering.rows] == list(roles)


def test_units_and_hours_may_both_be_told_where_a_plan_changes_from_one_to_the_other(tmp_path: Path) -> None:
    plan = {"on": "2026-02-01", "model": "time", "rates": [{"role": "senior", "unit_amount": "5"}]}
    contracts = load_contracts(write_json(tmp_path, contract_table({**SEATS, "amendments": [plan]})))
    path = write(tmp_path, HEADINGS, "C-1,Seats,2026-01-01,,1,", "C-1,Seats,2026-02-01,,1,senior")
    (given,) = load_quantities(path).given_to(contracts)
    assert given.charges[0].metering is not None
    assert [row.role for row in given.charges[0].metering.rows] == [None, "senior"]


def test_rows_come_to_their_charge_in_order_and_replace_those_before(tmp_path: Path) -> None:
    contracts = load_contracts(write_json(tmp_path, contract_table(FLAT, SEATS)))
    path = write(tmp_path, HEADINGS, "C-1,Seats,2026-02-01,2026-02-28,2,", "c-1,seats,2026-01-01,2026-01-31,1,")
    (given,) = load_quantities(path).given_to(contracts)
    metering = given.charges[1].metering
    assert metering is not None
    assert [row.quantity for row in metering.rows] == [Decimal(1), Decimal(2)]
    assert given.charges[0] == contracts[0].charges[0]
    assert Quantities().given_to((given,)) == contracts


def test_all_unfit_rows_come_together_in_the_order_of_the_files(tmp_path: Path) -> None:
    contracts = load_contracts(write_json(tmp_path, contract_table(FLAT, SEATS)))
    path = write(tmp_path, HEADINGS, *(line for line, _ in UNFIT[:5]))
    with pytest.raises(QuantitiesRefusedError) as error:
        load_quantities(path).given_to(contracts)
    assert [problem.where for problem in error.value.problems] == [f"{path} row {number}" for number in range(2, 7)]


def test_every_problem_has_an_example() -> None:
    shown = Path(__file__).read_text(encoding="utf-8")
    for room in (quantity_files, usage):
        for name, item in inspect.getmembers(room, inspect.isclass):
            if issubclass(item, Problem) and item.__module__ == room.__name__ and name != "SameDaysProblem":
                assert (item.__doc__ or "").splitlines()[0].split(" to ")[0].removesuffix(".") in shown, item
