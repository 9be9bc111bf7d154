"""Contracts that renew, end, follow each other, or overlap."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.files import load_contracts, load_written
from billcheck.contracts.prices import FlatPrice, UnitPrice
from billcheck.contracts.succession import find_overlaps
from billcheck.contracts.terms import Amendment, PriceStep
from billcheck.contracts.uplifts import Escalator
from billcheck.contracts.written import self_contained
from billcheck.pricing.schedule import make_schedule
from tests.contracts.samples import FLAT, ONE_OFF, PER_UNIT, contract_table, load_one, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.contracts.terms import Contract

YEARLY = {"every": "year", "percent": "4"}


class TestRenewal:
    def test_a_contract_goes_on_and_prices_rise_with_each_term(self, tmp_path: Path) -> None:
        contract = load_one(tmp_path, FLAT, renewal=YEARLY)
        assert (contract.end, contract.charges[0].end) == (None, None)
        assert contract.charges[0].escalators == (
            Escalator(Decimal(4), first_on=date(2028, 1, 1), every_months=12, name="renewal"),
        )

    def test_without_a_percent_prices_stay(self, tmp_path: Path) -> None:
        assert load_one(tmp_path, FLAT, renewal={"every": "month"}).charges[0].escalators == ()

    def test_an_index_is_followed_from_one_renewal_to_the_next(self, tmp_path: Path) -> None:
        """100.00 × 134.9/131.2 = 102.82 (102.820…) from 2028 on; the value for 2029 is not known."""
        values = {"2025-10": "131.2", "2027-10": "134.9"}
        index = {"series": "CPI", "base_month": "2025-10", "lag_months": 3, "values": values}
        contract = load_one(tmp_path, FLAT, renewal={"every": "year", "index": index})
        schedule = make_schedule(contract, contract.charges[0], date(2029, 1, 1))
        assert [schedule.charge_at(index).amount for index in (23, 24, 35)] == [
            Decimal("100.00"),
            Decimal("102.82"),
            Decimal("102.82"),
        ]
        assert schedule.charge_at(36).derivation == ("the value of CPI for 2028-10 is not given",)
        (uplift,) = contract.charges[0].escalators
        assert (uplift.name, uplift.percent, uplift.first_on) == ("renewal", None, date(2028, 1, 1))

    def test_the_values_of_its_index_go_with_the_contract(self, tmp_path: Path) -> None:
        (tmp_path / "cpi.csv").write_text("month,value\n2025-10,131.2\n2027-10,134.9\n", encoding="utf-8")
        index = {"series": "CPI", "base_month": "2025-10", "file": "cpi.csv"}
        path = write_json(tmp_path, contract_table(FLAT, renewal={"every": "year", "index": index}))
        (written,) = load_written(path)
        whole = self_contained(written.table, written.contract)
        assert whole["renewal"]["index"] == {
            "series": "CPI",
            "base_month": "2025-10",
            "values": {"2025-10": "131.2", "2027-10": "134.9"},
        }
        ended = contract_table({**FLAT, "last_day": "2026-12-31"}, renewal={"every": "year", "index": index})
        (nothing,) = load_written(write_json(tmp_path, ended))
        assert self_contained(nothing.table, nothing.contract)["renewal"]["index"] == index

    def test_prices_of_the_first_renewal_hold_from_then_on(self, tmp_path: Path) -> None:
        """The percentage of that day does not raise them, that of the next renewal does: 28.00 × 1.04 = 29.12."""
        prices = [{"charge": "seats", "unit_amount": "28"}]
        contract = load_one(tmp_path, FLAT, PER_UNIT, ONE_OFF, renewal={**YEARLY, "prices": prices})
        assert contract.charges[1].price_steps == (PriceStep(date(2028, 1, 1), UnitPrice(Decimal(28))),)
        assert contract.charges[0].price_steps == contract.charges[2].price_steps == ()
        schedule = make_schedule(contract, contract.charges[1], date(2029, 1, 1))
        # 12 seats at 30.00, at 28.00 and at 29.12
        assert [schedule.charge_at(index).amount for index in (23, 24, 36)] == [
            Decimal("360.00"),
            Decimal("336.00"),
            Decimal("349.44"),
        ]

    def test_a_contract_that_ends_before_has_no_prices_of_a_renewal(self, tmp_path: Path) -> None:
        prices = [{"charge": "Fee", "amount": "28"}]
        renewal = {"every": "year", "prices": prices, "terminated_on": "2027-06-01"}
        assert load_one(tmp_path, FLAT, renewal=renewal).charges[0].price_steps == ()
        later = {**renewal, "terminated_on": "2028-06-01"}
        assert len(load_one(tmp_path, FLAT, renewal=later).charges[0].price_steps) == 1

    def test_the_price_is_in_the_words_of_the_plan_then_in_force(self, tmp_path: Path) -> None:
        plan = {"on": "2027-01-01", "model": "flat", "amount": "50"}
        renewal = {"every": "year", "prices": [{"charge": "Seats", "amount": "60"}]}
        contract = load_one(tmp_path, {**PER_UNIT, "amendments": [plan]}, renewal=renewal)
        assert contract.charges[0].price_steps == (PriceStep(date(2028, 1, 1), FlatPrice(Decimal(60))),)

    def test_a_charge_with_an_end_of_its_own_does_not_renew(self, tmp_path: Path) -> None:
        charges = ({**FLAT, "last_day": "2026-12-31"}, ONE_OFF)
        contract = load_one(tmp_path, *charges, renewal=YEARLY)
        assert [charge.escalators for charge in contract.charges] == [(), ()]
        assert contract.charges[0].end == date(2027, 1, 1)

    @pytest.mark.parametrize(
        ("terminated_on", "notice_days", "end"),
        [
            ("2027-06-01", 60, date(2028, 1, 1)),  # in time for the first term
            ("2027-11-02", 60, date(2028, 1, 1)),  # 60 days before 1 January 2028 is 2 November 2027
            ("2027-11-03", 60, date(2029, 1, 1)),  # a day late: one term more
            ("2028-01-01", 0, date(2028, 1, 1)),
            ("2028-01-02", 0, date(2029, 1, 1)),
        ],
    )
    def test_a_notice_ends_the_first_term_it_is_in_time_for(
        self, tmp_path: Path, terminated_on: str, notice_days: int, end: date
    ) -> None:
        renewal = {"every": "year", "notice_days": notice_days, "terminated_on": terminated_on}
        assert load_one(tmp_path, FLAT, renewal=renewal).charges[0].end == end

    def test_terms_keep_the_day_of_the_first_end(self, tmp_path: Path) -> None:
        renewal = {"every": "month", "terminated_on": "2026-03-15"}
        contract = load_one(tmp_path, FLAT, last_day="2026-01-30", renewal=renewal)
        assert contract.end == date(2026, 3, 31)  # 31 January, 28 February, 31 March

    def test_an_end_beyond_all_years_is_none(self, tmp_path: Path) -> None:
        renewal = {"every": "year", "terminated_on": "2199-12-31", "notice_days": 60}
        assert load_one(tmp_path, FLAT, renewal=renewal).end is None


def load(folder: Path, *tables: dict[str, Any]) -> tuple[Contract, ...]:
    return load_contracts(write_json(folder, *tables))


class TestSuccession:
    def test_the_earlier_contract_is_cancelled_when_the_later_begins(self, tmp_path: Path) -> None:
        amendments = [{"on": "2026-03-01", "amount": "110"}, {"on": "2026-08-01", "amount": "120"}]
        later = contract_table(id="C-2", start="2026-07-16", supersedes="c-1")
        one_offs = ({**ONE_OFF, "on": "2026-02-10"}, {**ONE_OFF, "name": "Late", "on": "2026-09-01"})
        first, second = load(tmp_path, contract_table({**FLAT, "amendments": amendments}, *one_offs), later)
        assert [charge.name for charge in first.charges] == ["Fee", "Setup"]
        assert [each.on for each in first.charges[0].amendments] == [date(2026, 3, 1), date(2026, 7, 16)]
        assert first.charges[0].amendments[-1] == Amendment(date(2026, 7, 16), change="cancel")
        assert (first.end, first.charges[0].ends_on) == (date(2026, 7, 16), date(2026, 7, 16))
        assert (second.supersedes, second.charges[0].amendments) == ("c-1", ())

    def test_where_the_day_of_a_cancellation_is_billed_it_is_the_day_before(self, tmp_path: Path) -> None:
        later = contract_table(id="C-2", start="2026-07-16", supersedes="C-1")
        first, _ = load(tmp_path, contract_table({**FLAT, "cancel_day_billed": True}), later)
        assert first.charges[0].amendments == (Amendment(date(2026, 7, 15), change="cancel"),)
        assert first.charges[0].ends_on == date(2026, 7, 16)

    def test_what_was_held_back_is_released_all_the_same(self, tmp_path: Path) -> None:
        """Held back are 5 % of six months and of 15 of 31 days: 6 × 5.00 and of 48.39 2.42."""
        later = contract_table(id="C-2", start="2026-07-16", supersedes="C-1")
        held = {"percent": "5", "released_on": "2027-01-01"}
        first, _ = load(tmp_path, contract_table({**FLAT, "timing": "in_arrears"}, retention=held), later)
        assert [charge.name for charge in first.charges] == ["Fee", "Retention"]
        assert make_schedule(first, first.charges[1], date(2027, 1, 1)).amounts == (3242,)

    def test_what_ended_before_stays_as_it_is(self, tmp_path: Path) -> None:
        later = contract_table(id="C-2", start="2026-07-16", supersedes="C-1")
        first, _ = load(tmp_path, contract_table(FLAT, last_day="2026-06-30"), later)
        assert (first.end, first.charges[0].amendments) == (date(2026, 7, 1), ())

    def test_a_chain(self, tmp_path: Path) -> None:
        tables = [
            contract_table(id="C-3", start="2027-01-01", supersedes="C-2"),
            contract_table(id="C-2", start="2026-07-01", supersedes="C-1"),
            contract_table(),
        ]
        found = load(tmp_path, *tables)
        assert [contract.charges[0].ends_on for contract in found] == [
            date(2028, 1, 1),
            date(2027, 1, 1),
            date(2026, 7, 1),
        ]


class TestOverlaps:
    def overlaps(self, folder: Path, *tables: dict[str, Any]) -> list[str]:
        return [str(problem).split(": ", 1)[1] for problem in find_overlaps(load(folder, *tables))]

    def test_agreements_about_sums_may_have_one_name(self, tmp_path: Path) -> None:
        most = {"amount": "500"}
        other = contract_table({**FLAT, "name": "Rent"}, id="C-2", maximum=most)
        assert self.overlaps(tmp_path, contract_table(maximum=most), other) == []

    def test_one_charge_in_two_contracts_on_one_day(self, tmp_path: Path) -> None:
        later = contract_table({**FLAT, "name": "FEE"}, id="C-2", customer="ACME  bv", start="2027-12-31")
        assert self.overlaps(tmp_path, contract_table(), later) == [
            (
                'C-2 "FEE": Two contracts bill one customer for the same thing at the same time. Found \'C-1 "Fee"\'. '
                'If it follows C-1, write supersedes = "C-1"; if both hold, give the charges other names or items.'
            )
        ]

    def test_one_item_in_two_contracts(self, tmp_path: Path) -> None:
        coded = {"matching": {"items": ["SEATS"]}}
        later = contract_table({**PER_UNIT, **coded}, id="C-2")
        assert len(self.overlaps(tmp_path, contract_table({**FLAT, **coded}), later)) == 1

    @pytest.mark.parametrize(
        "later",
        [
            {"supersedes": "C-1", "start": "2026-02-01"},
            {"customer": "Other BV"},
            {"start": "2028-01-01", "last_day": None},
            {"charge": [PER_UNIT]},
            {"charge": [{**ONE_OFF, "name": "Fee"}]},
        ],
    )
    def test_no_overlap(self, tmp_path: Path, later: dict[str, Any]) -> None:
        assert self.overlaps(tmp_path, contract_table(), contract_table(id="C-2", **later)) == []

    def test_charges_of_one_contract_do_not_overlap(self, tmp_path: Path) -> None:
        coded = {"matching": {"items": ["X"]}}
        assert self.overlaps(tmp_path, contract_table({**FLAT, **coded}, {**PER_UNIT, **coded})) == []


def test_an_index_file_in_a_folder_of_contracts_is_none(tmp_path: Path) -> None:
    (tmp_path / "cpi.csv").write_text("month,value\n2025-10,131.2\n", encoding="utf-8")
    write_json(tmp_path, contract_table())
    assert len(load_contracts(tmp_path)) == 1
