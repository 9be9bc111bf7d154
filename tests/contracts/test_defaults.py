"""Defaults that are shown are those that count."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from billcheck.contracts.defaults import Default, fill_in
from billcheck.contracts.files import load_contracts, load_written
from billcheck.contracts.written import self_contained
from billcheck.pricing.schedule import make_schedule
from tests.contracts.samples import FLAT, GRADUATED, ONE_OFF, PACKAGE, PER_UNIT, contract_table, write_json
from tests.contracts.test_reference import SECTIONS, rows

ARREARS = {**FLAT, "name": "Arrears", "timing": "in_arrears", "start": "2026-02-14"}
WEEKLY = {**FLAT, "name": "Weekly", "every": "week", "start": "2026-02-14"}
CALENDAR = {**FLAT, "name": "Calendar", "every": "quarter", "align": "calendar", "start": "2026-02-14"}
HALVES = {**FLAT, "name": "Halves", "every": "semi_month", "start": "2026-02-14"}
PACKAGES = {**PACKAGE, "name": "Packages"}
TIERS = {**GRADUATED, "name": "Tiers", "quantity": "0"}
AMENDED = {**PER_UNIT, "amendments": [{"on": "2026-05-16", "quantity": "16"}], "end": "2027-01-01"}


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"last_day": None},
        {"last_day": None, "end": "2027-03-08"},
        {"tax": {"percent": "21"}, "grace_days": 5},
        {"start": "2026-01-31"},
    ],
)
def test_filled_in_or_not_it_comes_to_the_same(tmp_path: Path, keys: dict[str, Any]) -> None:
    table = contract_table(FLAT, ARREARS, AMENDED, WEEKLY, CALENDAR, HALVES, PACKAGES, TIERS, ONE_OFF, **keys)
    (item,) = load_written(write_json(tmp_path, table))
    filled, defaults = fill_in(item.table)
    assert item.table == table
    assert defaults
    (again,) = load_contracts(write_json(tmp_path, filled, name="filled.json"))
    for one, other in zip(item.contract.charges, again.charges, strict=True):
        schedule = make_schedule(item.contract, one, date(2027, 6, 1))
        same = make_schedule(again, other, date(2027, 6, 1))
        for column in ("first_days", "ends", "due_days", "amounts", "changes"):
            assert getattr(schedule, column) == getattr(same, column)
        assert item.contract.grace_of(one) == again.grace_of(other)
        assert item.contract.tax_percent_of(one) == again.tax_percent_of(other)
    assert fill_in(filled)[1] == tuple(default for default in defaults if default.value is None)


CASES = sorted((Path(__file__).parents[1] / "cases").glob("*/contracts.*"))
SILENT = {
    ("Charge", "metered"): "nothing is metered",
    ("Charge", "free_units"): "no unit is free",
    ("Tiers", "unit_amount"): "a tier without this price",
    ("Tiers", "flat_amount"): "a tier without this price",
    ("Index", "plus"): "nothing is added",
    ("Matching of a contract", "confirmed"): "nobody confirmed anything",
    ("Matching of a contract", "sub_customers"): "sub-customers are others",
    ("Contract", "no_waiver_clause"): "no such clause",
    ("Contract", "draft"): "an agreement, and no draft",
    ("Escalator", "notice_days"): "shown where notice is required",
    ("Escalator of a contract", "notice_days"): "shown where notice is required",
}
"""Documented defaults that are not shown, because they say that nothing is there."""
LISTS = {"price_steps": "Price steps", "discounts": "Discounts", "amendments": "Amendments"}


def section_of(default: Default) -> tuple[str, str]:
    """The table of the reference that a default is of, and its key."""
    *path, key = default.path
    names = [part for part in path if isinstance(part, str)]
    below = {
        "renewal": "Renewal",
        "late_invoice_cutoff": "Late invoice cutoff",
        "deposit": "Deposit",
        "retention": "Retention",
        "minimum": "Minimum or maximum of a contract",
        "maximum": "Minimum or maximum of a contract",
        "index": "Index",
        "escalator": "Escalator",
        **LISTS,
        "charge": "Charge",
    }
    section = below[names[-1]] if names else "Contract"
    is_of_contract = names in (["discounts"], ["amendments"], ["escalator"])
    return (f"{section} of a contract" if is_of_contract else section), str(key)


def test_every_case_comes_to_the_same_with_its_defaults_and_each_default_is_the_documented_one(tmp_path: Path) -> None:
    shown: dict[tuple[str, str], str] = {}
    index = {"series": "CPI", "base_month": "2025-10", "values": {"2025-10": "131.2", "2027-01": "140.0"}}
    others = write_json(tmp_path, contract_table(HALVES, {**FLAT, "escalator": {"index": index}}), name="others.json")
    for path in [*CASES, Path(others)]:
        for number, item in enumerate(load_written(path)):
            whole = self_contained(item.table, item.contract)
            whole.pop("supersedes", None)
            filled, defaults = fill_in(whole)
            (one,) = load_contracts(write_json(tmp_path, as_json(whole), name="one.json"))
            (other,) = load_contracts(write_json(tmp_path, as_json(filled), name="other.json"))
            shown |= {section_of(default): default.rule for default in defaults}
            for left, right in zip(one.charges, other.charges, strict=True):
                schedules = [make_schedule(one, left, date(2027, 6, 1)), make_schedule(other, right, date(2027, 6, 1))]
                columns = [
                    (item.first_days, item.ends, item.due_days, item.amounts, item.changes, item.unknowns)
                    for item in schedules
                ]
                assert columns[0] == columns[1], (path, number)
    documented = {
        (heading.strip("# "), key): cells[1].replace("`", "")
        for heading in SECTIONS
        for key, cells in rows(heading).items()
    }
    for place, rule in shown.items():
        assert rule == documented[place] or rule.startswith(f"{documented[place]}: "), place
    literal = {place for place, text in documented.items() if re.fullmatch(r'"\w+"|true|false|\d+|\[.*\]', text)}
    assert literal - shown.keys() <= SILENT.keys()


def as_json(table: dict[str, Any]) -> Any:
    return json.loads(json.dumps(table, default=date.isoformat))


SUM_RULE = '"actual_actual": of minimum, maximum and amounts off; what was used counts in full'
METERED = {**FLAT, "model": "per_unit", "unit_amount": "1", "metered": True, "timing": "in_arrears"}


@pytest.mark.parametrize(
    ("keys", "rule"),
    [
        ({"quantity_basis": "max"}, '"actual_actual"'),
        ({"quantity_basis": "sum"}, None),
        ({"quantity_basis": "sum", "minimum": "340.00"}, SUM_RULE),
        ({"quantity_basis": "sum", "maximum": "340.00"}, SUM_RULE),
        ({"quantity_basis": "sum", "discounts": [{"amount": "5"}]}, SUM_RULE),
        ({"quantity_basis": "sum", "discounts": [{"percent": "5"}]}, None),
    ],
)
def test_proration_is_a_default_where_it_counts(keys: dict[str, Any], rule: str | None) -> None:
    charge = {key: value for key, value in METERED.items() if key != "amount"} | keys
    _, defaults = fill_in(contract_table(charge))
    found = {default.path[-1]: default.rule for default in defaults}
    assert found.get("proration") == rule
    assert ("proration_denominator" in found) == (rule is not None)
