"""What a contract agrees for several charges, in the terms that pricing reads."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.defaults import fill_in
from billcheck.contracts.files import load_contracts, load_written
from billcheck.contracts.terms import Amendment, Discount, Retention
from billcheck.contracts.uplifts import Escalator
from billcheck.contracts.written import self_contained, to_csv, to_json, to_toml, to_yaml
from billcheck.pricing.doubts import find_doubts
from billcheck.pricing.schedule import make_schedule
from tests.contracts.samples import FLAT, ONE_OFF, PER_UNIT, PERCENTAGE, contract_table, refusals, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.contracts.terms import Charge

PERCENTAGE_OF: dict[str, Any] = {**PERCENTAGE, "name": "Share"}
OTHER: dict[str, Any] = {**FLAT, "name": "Other", "amount": "50.00"}
LATE: dict[str, Any] = {**FLAT, "name": "Late", "start": "2026-06-01", "last_day": "2026-09-30"}


def charges_of(tmp_path: Path, *charges: dict[str, Any], **keys: Any) -> dict[str, Charge]:
    (contract,) = load_contracts(write_json(tmp_path, contract_table(*charges, **keys)))
    return {charge.name: charge for charge in contract.charges}


def stops(charge: Charge) -> list[tuple[str, str | None]]:
    return [(str(each.on), each.change) for each in charge.amendments]


class TestUplifts:
    def test_all_that_recur_rise_but_for_percentages_and_those_with_their_own(self, tmp_path: Path) -> None:
        own = {**OTHER, "name": "Own", "escalator": {"percent": "2"}}
        charges = (FLAT, PER_UNIT, own, ONE_OFF, PERCENTAGE_OF)
        found = charges_of(tmp_path, *charges, escalator={"percent": "3", "on": "07-01", "first_after_months": 6})
        common = Escalator(Decimal(3), month_and_day=(7, 1), first_after_months=6, name="contract.escalator")
        assert {name: charge.escalators for name, charge in found.items()} == {
            "Fee": (common,),
            "Seats": (common,),
            "Own": (Escalator(Decimal(2)),),
            "Setup": (),
            "Share": (),
        }

    def test_it_is_the_same_as_with_each_charge(self, tmp_path: Path) -> None:
        rule = {"percent": "3.2", "rounding": "from_base", "every": "half_year", "applies": "next_period"}
        charges = (FLAT, {**PER_UNIT, "every": "quarter"})
        (common,) = load_contracts(write_json(tmp_path, contract_table(*charges, escalator=rule), name="common.json"))
        own = [{**charge, "escalator": rule} for charge in charges]
        (each,) = load_contracts(write_json(tmp_path, contract_table(*own), name="each.json"))
        for one, other in zip(common.charges, each.charges, strict=True):
            found = make_schedule(common, one, date(2027, 12, 31)).amounts
            assert found == make_schedule(each, other, date(2027, 12, 31)).amounts
            assert len({*found}) > 2

    def test_only_those_it_names_rise(self, tmp_path: Path) -> None:
        late = {**OTHER, "name": "Late", "start": "2026-06-01"}
        found = charges_of(tmp_path, FLAT, OTHER, late, escalator={"percent": "3", "charges": ["other"]})
        assert [name for name, charge in found.items() if charge.escalators] == ["Other"]

    def test_it_goes_with_a_renewal(self, tmp_path: Path) -> None:
        renewal = {"every": "year", "percent": "4"}
        found = charges_of(tmp_path, FLAT, escalator={"percent": "3"}, renewal=renewal, last_day="2026-12-31")
        assert [each.name for each in found["Fee"].escalators] == ["contract.escalator", "renewal"]

    def test_the_values_of_its_index_go_with_the_contract(self, tmp_path: Path) -> None:
        (tmp_path / "cpi.csv").write_text("month,value\n2025-10,131.2\n2026-10,134.9\n", encoding="utf-8")
        index = {"series": "CPI", "base_month": "2025-10", "file": "cpi.csv"}
        path = write_json(tmp_path, contract_table(FLAT, escalator={"index": index}))
        (written,) = load_written(path)
        whole = self_contained(written.table, written.contract)
        assert whole["escalator"]["index"]["values"] == {"2025-10": "131.2", "2026-10": "134.9"}
        assert "file" not in whole["escalator"]["index"]

    def test_a_contract_that_ends_before_the_first_raises_no_doubt(self, tmp_path: Path) -> None:
        contracts = load_contracts(
            write_json(tmp_path, contract_table(FLAT, escalator={"percent": "3"}, last_day="2026-12-31"))
        )
        assert list(find_doubts(contracts)) == []


def test_a_bound_spans_all_that_recur_or_those_it_names(tmp_path: Path) -> None:
    found = charges_of(tmp_path, FLAT, OTHER, ONE_OFF, maximum={"amount": "120", "matching": {"items": ["CAP"]}})
    most = found["Maximum"]
    assert (most.model, most.spans, most.maximum, most.minimum) == ("maximum", ("Fee", "Other"), Decimal(120), None)
    assert (most.every, most.timing, most.start, most.end) == (
        found["Fee"].every,
        "in_advance",
        date(2026, 1, 1),
        date(2028, 1, 1),
    )
    assert most.matching.items == ("CAP",)
    groups = {name: charge.matching.group for name, charge in found.items()}
    assert groups == {"Fee": "sum of Fee, Other", "Other": "sum of Fee, Other", "Setup": None, "Maximum": groups["Fee"]}
    named = charges_of(tmp_path, FLAT, OTHER, minimum={"amount": "120", "charges": ["other"], "name": "Top-up"})
    assert named["Top-up"].spans == ("Other",)
    assert named["Fee"].matching.group is None


def test_declared_groups_are_kept(tmp_path: Path) -> None:
    own = {"matching": {"group": "All"}}
    found = charges_of(tmp_path, {**FLAT, **own}, {**OTHER, **own}, maximum={"amount": "120"})
    assert {charge.matching.group for charge in found.values()} == {"All"}


def test_agreements_with_the_same_charges_come_one_after_the_other(tmp_path: Path) -> None:
    found = charges_of(
        tmp_path, FLAT, OTHER,
        minimum={"amount": "100"}, maximum={"amount": "120"}, discounts=[{"amount": "5"}, {"amount": "6"}],
    )  # fmt: skip
    assert [(charge.name, charge.spans) for charge in found.values() if charge.spans] == [
        ("Discount", ("Fee", "Other")),
        ("Discount 2", ("Fee", "Other", "Discount")),
        ("Maximum", ("Fee", "Other", "Discount", "Discount 2")),
        ("Minimum", ("Fee", "Other", "Discount", "Discount 2", "Maximum")),
    ]
    assert found["Discount 2"].discounts == (Discount(amount=Decimal(6)),)
    own = {**OTHER, "name": "discount"}
    taken = charges_of(tmp_path, FLAT, own, discounts=[{"amount": "5"}, {"amount": "6"}])
    assert list(taken) == ["Fee", "discount", "Discount 2", "Discount 3"]


def test_it_runs_from_the_first_to_the_last_of_its_charges(tmp_path: Path) -> None:
    ended = {**OTHER, "start": "2026-03-01", "last_day": "2026-05-31", "proration": "full_period"}
    found = charges_of(tmp_path, LATE, ended, maximum={"amount": "120"})["Maximum"]
    assert (found.start, found.end, found.proration.rule) == (date(2026, 3, 1), date(2026, 10, 1), "actual_actual")
    open_ended = charges_of(tmp_path, {**FLAT}, LATE, maximum={"amount": "120"}, last_day=None)["Maximum"]
    assert (open_ended.start, open_ended.end) == (date(2026, 1, 1), None)


def test_a_percentage_is_of_each_charge_that_it_touches(tmp_path: Path) -> None:
    early, late = {"percent": "10", "last_day": "2026-05-31"}, {"percent": "20", "start": "2026-10-01"}
    found = charges_of(tmp_path, {**FLAT, "discounts": [{"percent": "5"}]}, LATE, ONE_OFF, discounts=[early, late])
    assert [each.percent for each in found["Fee"].discounts] == [Decimal(5), Decimal(10), Decimal(20)]
    assert (found["Late"].discounts, found["Setup"].discounts) == ((), ())
    named = charges_of(tmp_path, FLAT, ONE_OFF, discounts=[{"percent": "10", "charges": ["Fee", "Setup"]}])
    assert named["Setup"].discounts == named["Fee"].discounts == (Discount(Decimal(10)),)
    past = charges_of(
        tmp_path, ONE_OFF,
        discounts=[{**early, "last_day": "2026-02-09", "charges": ["Setup"]}, {**late, "charges": ["Setup"]}],
    )  # fmt: skip
    assert past["Setup"].discounts == ()


@pytest.mark.parametrize(
    ("charges", "keys", "is_refused"),
    [
        ((FLAT, OTHER), {}, False),
        ((FLAT, LATE), {}, True),
        ((FLAT, LATE), {"start": "2026-05-31"}, True),
        ((FLAT, LATE), {"start": "2026-06-01"}, False),
        ((FLAT, {**OTHER, "every": "quarter"}), {}, True),
        ((LATE,), {"start": "2026-03-01"}, False),
        ((ONE_OFF, LATE), {}, False),
    ],
)
def test_a_number_of_periods_is_of_charges_with_the_same_periods(
    tmp_path: Path, charges: tuple[dict[str, Any], ...], keys: dict[str, Any], is_refused: bool
) -> None:
    path = write_json(tmp_path, contract_table(*charges, discounts=[{"percent": "10", "periods": 2, **keys}]))
    if is_refused:
        (fault,) = refusals(path)
        assert "discounts #1.periods: The charges do not have the same periods" in fault
    else:
        (contract,) = load_contracts(path)
        assert contract.charges[-1].discounts[0].periods == 2


def test_a_pause_is_of_every_charge_inside_its_own_term(tmp_path: Path) -> None:
    pause, resume = {"on": "2026-05-01", "change": "pause"}, {"on": "2026-07-01", "change": "resume"}
    found = charges_of(tmp_path, FLAT, LATE, ONE_OFF, amendments=[resume, pause])
    assert stops(found["Fee"]) == [("2026-05-01", "pause"), ("2026-07-01", "resume")]
    assert stops(found["Late"]) == [("2026-06-01", "pause"), ("2026-07-01", "resume")]
    assert stops(found["Setup"]) == []
    before = charges_of(tmp_path, FLAT, LATE, amendments=[pause, {**resume, "on": "2026-05-15"}])
    assert stops(before["Late"]) == []
    after = charges_of(tmp_path, FLAT, LATE, amendments=[{**pause, "on": "2026-10-01"}])
    assert (stops(after["Fee"]), stops(after["Late"])) == ([("2026-10-01", "pause")], [])
    own = {**FLAT, "amendments": [{"on": "2026-04-01", "change": "cancel"}]}
    assert stops(charges_of(tmp_path, own, OTHER, amendments=[pause])["Fee"]) == [("2026-04-01", "cancel")]


def test_the_terms_of_a_stop_are_kept(tmp_path: Path) -> None:
    stop = {
        "on": "2026-05-01", "change": "pause", "agreed_on": "2026-06-01", "applies": "next_period",
        "change_billing": "immediate", "charges": ["Other"],
    }  # fmt: skip
    found = charges_of(tmp_path, FLAT, OTHER, amendments=[stop])
    assert found["Fee"].amendments == ()
    assert found["Other"].amendments == (
        Amendment(date(2026, 5, 1), None, None, "immediate", "next_period", date(2026, 6, 1), None, "pause"),
    )


def test_the_end_of_all_ends_commitments_and_a_pause_does_not(tmp_path: Path) -> None:
    least = {"name": "Least", "amount": "1200", "every": "year", "charges": ["Fee"]}
    pause, cancel = {"on": "2026-02-01", "change": "pause"}, {"on": "2026-05-01", "change": "cancel"}
    found = charges_of(tmp_path, FLAT, OTHER, commitment=[least], amendments=[pause, cancel], maximum={"amount": "120"})
    assert stops(found["Least"]) == [("2026-05-01", "cancel")]
    assert stops(found["Maximum"]) == []
    named = charges_of(tmp_path, FLAT, OTHER, commitment=[least], amendments=[{**cancel, "charges": ["Fee", "Other"]}])
    assert stops(named["Least"]) == []


def test_a_charge_that_would_never_run_is_refused(tmp_path: Path) -> None:
    table = contract_table(FLAT, LATE, amendments=[{"on": "2026-05-01", "change": "cancel"}])
    (fault,) = refusals(write_json(tmp_path, table))
    assert "amendments #1.on: The term ends before it has held a day. Found '2026-06-01'. Take the charge out." in fault


def test_own_amendments_and_those_of_the_contract_must_go_together(tmp_path: Path) -> None:
    own = {**FLAT, "amendments": [{"on": "2026-05-01", "change": "pause"}, {"on": "2026-08-01", "change": "resume"}]}
    table = contract_table(own, amendments=[{"on": "2026-04-01", "change": "pause"}])
    (fault,) = refusals(write_json(tmp_path, table))
    assert '"Fee" amendments #1.on: The charge is paused already.' in fault


def test_a_retention_is_of_agreements_about_the_sum_of_its_charges_too(tmp_path: Path) -> None:
    held = {"percent": "5", "released_on": "2027-12-31"}
    found = charges_of(tmp_path, FLAT, OTHER, retention=held, maximum={"amount": "120"})
    assert found["Maximum"].retention == Retention(Decimal(5), date(2027, 12, 31))
    assert found["Retention"].spans == ("Fee", "Other", "Maximum")
    part = charges_of(tmp_path, FLAT, OTHER, retention={**held, "charges": ["Fee"]}, maximum={"amount": "120"})
    assert part["Maximum"].retention is None


SHARED: dict[str, Any] = {
    "minimum": {"amount": "100", "charges": ["Fee", "Other"], "name": "Top-up"},
    "maximum": {"amount": "120"},
    "discounts": [{"percent": "10", "last_day": "2026-06-30"}, {"amount": "5", "charges": ["Fee", "Other"]}],
    "amendments": [
        {"on": "2026-05-01", "change": "pause", "charges": ["Fee"]},
        {"on": "2026-07-01", "change": "cancel"},
    ],
    "retention": {"percent": "5", "released_on": "2027-12-31"},
    "escalator": {"percent": "3", "on": "02-15"},
    "commitment": [{"name": "Least", "amount": "1200", "every": "year", "charges": ["Fee"]}],
}


@pytest.mark.parametrize("form", ["toml", "json", "yaml", "csv"])
def test_it_is_the_same_in_every_kind_of_file_and_with_its_defaults(tmp_path: Path, form: str) -> None:
    path = write_json(
        tmp_path, contract_table(FLAT, {**OTHER, "retention": {**SHARED["retention"], "name": "Own"}}, **SHARED)
    )
    (written,) = load_written(path)
    filled, _ = fill_in(written.table)
    for table in (written.table, filled):
        folder = tmp_path / f"{form}{table is filled}"
        folder.mkdir()
        texts = {
            "toml": lambda table=table: {"a.toml": to_toml([table])},
            "json": lambda table=table: {"a.json": to_json([table])},
            "yaml": lambda table=table: {"a.yaml": to_yaml([table])},
            "csv": lambda table=table: to_csv([table]),
        }[form]()
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
        (again,) = load_contracts(folder)
        for one, other in zip(written.contract.charges, again.charges, strict=True):
            assert (one.name, one.spans, one.discounts, one.amendments, one.retention) == (
                other.name,
                other.spans,
                other.discounts,
                other.amendments,
                other.retention,
            )
            found = [
                make_schedule(contract, charge, date(2028, 1, 1)).amounts
                for contract, charge in ((written.contract, one), (again, other))
            ]
            assert found[0] == found[1]
