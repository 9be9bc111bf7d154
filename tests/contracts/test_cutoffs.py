"""Clauses on late invoices: until when a period may be invoiced, and that they change no amount."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.contracts.defaults import fill_in
from billcheck.contracts.files import load_contracts, load_written
from billcheck.contracts.terms import Charge, Contract, LateInvoiceCutoff
from billcheck.pricing.schedule import make_schedule
from tests.contracts.samples import FLAT, ONE_OFF, PER_UNIT, contract_table, load_one, write_json
from tests.contracts.test_written import hold_in_every_format

if TYPE_CHECKING:
    from pathlib import Path

DAYS = st.dates(date(1999, 12, 1), date(2040, 3, 1))


def contract_with(clause: dict[str, Any] | None, tmp_path: Path, *charges: dict[str, Any], **keys: Any) -> Contract:
    return load_one(tmp_path, *charges or (FLAT,), late_invoice_cutoff=clause, **keys)


class TestReading:
    def test_what_is_left_out(self, tmp_path: Path) -> None:
        contract = contract_with({"days": 120}, tmp_path)
        assert contract.late_invoice_cutoff == LateInvoiceCutoff(
            days=120, counted_from="service_end", effect="forfeited", percent=None, notice_extends=False
        )
        assert contract.no_waiver_clause is False

    def test_all_that_can_be_said(self, tmp_path: Path) -> None:
        clause = {"months": 6, "from": "termination", "effect": "discount", "percent": "10", "notice_extends": True}
        contract = contract_with(clause, tmp_path, no_waiver_clause=True)
        assert contract.late_invoice_cutoff == LateInvoiceCutoff(
            months=6, counted_from="termination", effect="discount", percent=Decimal(10), notice_extends=True
        )
        assert contract.no_waiver_clause is True

    def test_most_contracts_have_none(self, tmp_path: Path) -> None:
        contract = contract_with(None, tmp_path)
        assert contract.late_invoice_cutoff is None
        assert contract.last_invoice_day(date(2026, 3, 31), date(2026, 4, 1)) is None

    def test_its_defaults_are_told(self, tmp_path: Path) -> None:
        (item,) = load_written(write_json(tmp_path, contract_table(FLAT, late_invoice_cutoff={"days": 90})))
        filled, defaults = fill_in(item.table)
        assert filled["late_invoice_cutoff"] == {
            "days": 90,
            "from": "service_end",
            "effect": "forfeited",
            "notice_extends": False,
        }
        told = [(each.path, each.rule) for each in defaults if each.path[0] == "late_invoice_cutoff"]
        assert told == [
            (("late_invoice_cutoff", "from"), '"service_end"'),
            (("late_invoice_cutoff", "effect"), '"forfeited"'),
            (("late_invoice_cutoff", "notice_extends"), "false"),
        ]

    @pytest.mark.parametrize(
        "clause",
        [
            {"days": 120},
            {"months": 6, "from": "due", "effect": "discount", "percent": "12.5", "notice_extends": False},
            {"days": 1, "from": "termination", "effect": "forfeited", "notice_extends": True},
        ],
    )
    def test_it_is_written_in_every_format(self, clause: dict[str, Any], tmp_path: Path) -> None:
        table = contract_table(FLAT, ONE_OFF, late_invoice_cutoff=clause, no_waiver_clause=True)
        hold_in_every_format(load_written(write_json(tmp_path, table)), tmp_path)


class TestLastInvoiceDay:
    @pytest.mark.parametrize(
        ("days", "inside"),
        [
            # 1,200.00 short each month from March to August 2026; the sum is written down on 8 September.
            (120, ["2026-05", "2026-06", "2026-07", "2026-08"]),
            (180, ["2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08"]),
            (90, ["2026-06", "2026-07", "2026-08"]),
        ],
    )
    def test_the_months_of_half_the_rate(self, days: int, inside: list[str], tmp_path: Path) -> None:
        contract = contract_with({"days": days}, tmp_path)
        ends = [date(2026, month + 1, 1) - timedelta(1) for month in range(3, 9)]
        last_days = {f"{end:%Y-%m}": contract.last_invoice_day(end, end) for end in ends}
        assert [month for month, day in last_days.items() if day is not None and day >= date(2026, 9, 8)] == inside

    def test_may_within_120_days(self, tmp_path: Path) -> None:
        """31 May and 30 days of June, 31 of July, 31 of August and 28 of September: 120."""
        contract = contract_with({"days": 120}, tmp_path)
        assert contract.last_invoice_day(date(2026, 5, 31), date(2026, 5, 1)) == date(2026, 9, 28)

    @pytest.mark.parametrize(
        ("counted_from", "wanted"),
        [("service_end", date(2026, 9, 30)), ("due", date(2026, 7, 1)), ("termination", date(2027, 6, 30))],
    )
    def test_from_when_it_counts(self, counted_from: str, wanted: date, tmp_path: Path) -> None:
        contract = contract_with({"months": 6, "from": counted_from}, tmp_path, last_day="2026-12-31")
        assert contract.last_invoice_day(date(2026, 3, 30), date(2026, 1, 1)) == wanted

    @pytest.mark.parametrize(
        ("start", "months", "wanted"),
        [
            (date(2026, 8, 31), 6, date(2027, 2, 28)),
            (date(2027, 8, 31), 6, date(2028, 2, 29)),
            (date(2026, 2, 28), 1, date(2026, 3, 28)),
            (date(2026, 12, 31), 12, date(2027, 12, 31)),
        ],
    )
    def test_months_end_on_the_same_day_or_the_last(self, start: date, months: int, wanted: date) -> None:
        assert LateInvoiceCutoff(months=months).last_day_after(start) == wanted

    @given(day=DAYS, days=st.integers(1, 366))
    def test_so_many_days_are_left(self, day: date, days: int) -> None:
        assert (LateInvoiceCutoff(days=days).last_day_after(day) - day).days == days

    @given(one=DAYS, other=DAYS, months=st.integers(1, 1200))
    def test_what_began_later_ends_no_earlier(self, one: date, other: date, months: int) -> None:
        clause = LateInvoiceCutoff(months=months)
        first, second = sorted((one, other))
        assert first < clause.last_day_after(first) <= clause.last_day_after(second)


class TestTermination:
    def test_an_open_contract_sets_no_day(self, tmp_path: Path) -> None:
        contract = contract_with({"days": 90, "from": "termination"}, tmp_path, last_day=None)
        assert contract.terminates_on is None
        assert contract.last_invoice_day(date(2026, 3, 31), date(2026, 4, 1)) is None

    def test_a_renewal_ends_with_notice(self, tmp_path: Path) -> None:
        renewal = {"every": "year", "notice_days": 30, "terminated_on": "2027-10-15"}
        contract = contract_with({"days": 90, "from": "termination"}, tmp_path, renewal=renewal, last_day="2026-12-31")
        assert contract.terminates_on == date(2027, 12, 31)
        # 31 of January, 29 of February and 30 of March 2028.
        assert contract.last_invoice_day(date(2026, 3, 31), date(2026, 4, 1)) == date(2028, 3, 30)

    def test_what_is_cancelled_as_a_whole_ends_then(self, tmp_path: Path) -> None:
        cancel = [{"on": "2026-07-01", "change": "cancel"}]
        minimum = {"amount": "50.00"}
        contract = contract_with(
            {"days": 90, "from": "termination"}, tmp_path, FLAT, PER_UNIT, ONE_OFF, amendments=cancel, minimum=minimum
        )
        assert contract.terminates_on == date(2026, 6, 30)

    def test_what_is_cancelled_in_part_goes_on(self, tmp_path: Path) -> None:
        cancel = [{"on": "2026-07-01", "change": "cancel", "charges": ["Seats"]}]
        contract = contract_with(
            {"days": 90, "from": "termination"}, tmp_path, FLAT, PER_UNIT, amendments=cancel, last_day="2026-12-31"
        )
        assert contract.terminates_on == date(2026, 12, 31)

    def test_without_anything_that_recurs_the_term_counts(self, tmp_path: Path) -> None:
        contract = contract_with({"days": 90}, tmp_path, ONE_OFF, last_day="2026-12-31")
        assert contract.terminates_on == date(2026, 12, 31)


def test_it_changes_no_amount(tmp_path: Path) -> None:
    def amounts(contract: Contract, charge: Charge) -> list[Any]:
        schedule = make_schedule(contract, charge, date(2028, 1, 1))
        return [schedule.charge_at(index) for index in range(len(schedule.amounts))]

    (plain,) = load_contracts(write_json(tmp_path, contract_table(FLAT, PER_UNIT), name="plain.json"))
    clause = {"days": 1, "effect": "discount", "percent": "100"}
    table = contract_table(FLAT, PER_UNIT, late_invoice_cutoff=clause)
    (limited,) = load_contracts(write_json(tmp_path, table, name="limited.json"))
    for one, other in zip(plain.charges, limited.charges, strict=True):
        assert amounts(plain, one)
        assert amounts(plain, one) == amounts(limited, other)
