"""Retentions: held back of every invoice, and released on a later day; worked out by hand and by the oracle."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from billcheck.contracts.prices import FlatPrice
from billcheck.contracts.terms import Amendment, Charge, Contract, Release, Retention
from billcheck.contracts.uplifts import Escalator, IndexClause
from billcheck.period import Cadence
from billcheck.pricing.mistakes import plausible_mistakes
from billcheck.pricing.schedule import make_schedule
from tests.pricing import oracle
from tests.pricing.random_changes import random_changing_charge
from tests.pricing.retention_oracle import random_retention, release, releases_by_day, retained_contract
from tests.pricing.samples import charges_until, figures, flat, one_off
from tests.pricing.test_commitments import commitment

HALF_YEAR = date(2026, 7, 1)


def held(percent: str, until: date | None = HALF_YEAR) -> Retention:
    return Retention(Decimal(percent), until)


def released(*charges: Charge, until: date = date(2026, 12, 31), on: date | None = HALF_YEAR) -> Any:
    charge = release(*charges, on=on)
    return make_schedule(Contract("C-1", "Acme", "EUR", date(2026, 1, 1), (*charges, charge)), charge, until)


def test_what_is_due_is_less_the_percent_until_it_is_released() -> None:
    # 5 % of 1,000.10 is 50.005, half-up 50.01; from 1 July on nothing is held back.
    fee = flat("1000.10", retention=held("5"))
    amounts = {due: amount for _, _, due, amount in figures(fee, date(2026, 8, 1))}
    assert [amounts[f"2026-0{month}-01"] for month in (1, 6, 7, 8)] == ["950.09", "950.09", "1000.10", "1000.10"]


def test_without_a_day_it_is_held_back_for_good() -> None:
    fee = flat("200", retention=held("10", None))
    assert {amount for *_, amount in figures(fee, date(2030, 1, 1))} == {"180.00"}
    assert len(released(fee, on=None)) == 0


def test_all_of_it_is_due_on_the_day_of_the_release() -> None:
    # January to June: 6 x 50.01 of the fee, and 5 % of 400.00 set up in February; what is due on 1 July is whole.
    fee = flat("1000.10", retention=held("5"))
    setup = one_off("400", date(2026, 2, 10), retention=held("5"))
    row = released(fee, setup).charge_at(0)
    assert (row.amount, row.due_on, row.first_day, row.last_day) == (Decimal("320.06"), *(HALF_YEAR,) * 3)
    assert row.derivation == (
        "Fee: 5 % of each of 6 rows due before 2026-07-01, 6,000.60 in all: 300.06",
        "Setup: 5 % of each of 1 row due before 2026-07-01, 400.00 in all: 20.00",
        "held back until 2026-07-01 = 320.06",
    )
    assert not row.is_change


def test_the_release_appears_once_the_horizon_reaches_it() -> None:
    fee = flat("100", retention=held("5"))
    assert len(released(fee, until=date(2026, 6, 30))) == 0
    assert released(fee, until=HALF_YEAR).amounts == (3000,)


def test_charges_that_are_not_named_or_begin_later_hold_nothing() -> None:
    fee, other = flat("100", retention=held("5")), flat("100", start=HALF_YEAR, retention=held("5"))
    late = replace(other, name="Late")
    assert released(late).amounts == (0,)
    assert released(late).charge_at(0).derivation == (
        "Late: 5 % of each of 0 rows due before 2026-07-01, 0.00 in all: 0.00",
        "held back until 2026-07-01 = 0.00",
    )
    contract = Contract("C-1", "Acme", "EUR", date(2026, 1, 1), (fee, late, release(fee, on=HALF_YEAR)))
    assert make_schedule(contract, release(fee, on=HALF_YEAR), HALF_YEAR).amounts == (3000,)
    whole = replace(fee, retention=None)
    assert released(whole).charge_at(0).derivation == ("held back until 2026-07-01 = 0.00",)


def test_a_row_says_what_was_held_back() -> None:
    fee = flat("1000", retention=held("5"))
    january, *_, july = charges_until(fee, date(2026, 6, 2))
    assert january.derivation[-1] == "1,000.00 − 50.00 = 950.00; 5 % retention held back until 2026-07-01"
    assert [str(part.amount) for part in january.parts] == ["1000"]
    assert not any("retention" in line for line in july.derivation)
    (first, *_) = charges_until(replace(fee, retention=held("2.50", None)), date(2026, 1, 1))
    assert first.derivation[-1] == "1,000.00 − 25.00 = 975.00; 2.5 % retention held back until it is released"


def test_a_correction_is_held_back_of_too() -> None:
    # From 16 January 90.00 less for 16 of 31 days: -46.4516…, -46.45; of that 5 %, -2.3225, -2.32.
    change = Amendment(date(2026, 1, 16), price=FlatPrice(Decimal(10)))
    fee = flat("100", amendments=(change,), retention=held("5"))
    rows = {(first, due): amount for first, _, due, amount in figures(fee, date(2026, 2, 1))}
    assert rows["2026-01-16", "2026-02-01"] == "-44.13 change"


def test_a_commitment_counts_what_was_agreed_and_not_what_is_left() -> None:
    fee, least = flat("100", retention=held("5")), commitment("1500")
    contract = Contract("C-1", "Acme", "EUR", date(2026, 1, 1), (fee, least))
    assert make_schedule(contract, least, date(2027, 1, 1)).charge_at(0).amount == Decimal("300.00")


def test_what_is_not_known_is_not_known_less_a_percent_either() -> None:
    clause = IndexClause("CPI", date(2025, 7, 1), ((date(2025, 7, 1), Decimal(100)),))
    fee = flat("100", escalators=(Escalator(index=clause, every_months=3),), retention=held("5"))
    schedule = make_schedule(Contract("C-1", "Acme", "EUR", fee.start, (fee,)), fee, date(2026, 6, 1))
    april = schedule.charge_at(3)
    assert (april.amount_minor, april.derivation) == (None, ("the value of CPI for 2026-04 is not given",))
    row = released(fee).charge_at(0)
    assert (row.amount_minor, row.derivation) == (None, ("the value of CPI for 2026-04 is not given",))


def test_a_line_may_come_to_the_amount_with_or_without_it() -> None:
    fee = flat("100", retention=held("5"), end=date(2026, 2, 1))
    contract = Contract("C-1", "Acme", "EUR", fee.start, (fee,))
    assert make_schedule(contract, fee, HALF_YEAR).line_amounts == (9500, 10000)
    assert make_schedule(contract, replace(fee, retention=None), HALF_YEAR).line_amounts == (10000,)


def test_it_may_be_forgotten() -> None:
    fee = flat("100", retention=held("5"))
    contract = Contract("C-1", "Acme", "EUR", fee.start, (fee, release(fee, on=HALF_YEAR)))
    found = {mistake.code: mistake for mistake in plausible_mistakes(contract, fee)}
    assert found["retention_ignored"].sentence == "nothing was held back as retention"
    assert found["retention_ignored"].charge == replace(fee, retention=None)
    assert plausible_mistakes(contract, release(fee, on=HALF_YEAR)) == ()


def test_its_sum_is_rounded_row_by_row_in_the_cumulative_way_too() -> None:
    """10.00 a quarter by month: 3.33, 3.34, 3.33; of each 50 %: 1.67 (1.665), 1.67, 1.67; left are 1.66, 1.67, 1.66."""
    fee = flat("10", amount_per=Cadence("quarter"), remainder="cumulative", retention=held("50"))
    assert [amount for *_, amount in figures(fee, date(2026, 2, 1))] == ["1.66", "1.67", "1.66"]
    assert released(fee).amounts == (1002,)


OCTOBER = date(2026, 10, 1)
HALVES = (Release(HALF_YEAR, Decimal(50)), Release(OCTOBER, Decimal(50)))


def in_parts(percent: str, *releases: Release) -> Retention:
    days = [part.on for part in releases if part.on is not None]
    return Retention(Decimal(percent), max(days) if len(days) == len(releases) else None, releases)


def released_in_parts(*charges: Charge, until: date = date(2026, 12, 31)) -> list[tuple[str, str]]:
    schedule = released(*charges, until=until, on=None)
    rows = [schedule.charge_at(index) for index in range(len(schedule))]
    return [(str(row.due_on), str(row.amount)) for row in rows]


class TestReleasesInParts:
    def test_after_the_first_half_only_half_is_held_back(self) -> None:
        fee = flat("1000.10", retention=in_parts("5", *HALVES))
        amounts = {due: amount for _, _, due, amount in figures(fee, date(2026, 11, 1))}
        # 5 % are 50.005, half-up 50.01; half of that percent is 25.0025; from October nothing is held back.
        assert [amounts[f"2026-{month}-01"] for month in ("06", "07", "09", "10", "11")] == (
            ["950.09", "975.10", "975.10", "1000.10", "1000.10"]
        )

    def test_each_half_is_due_on_its_day(self) -> None:
        """6 × 50.01 = 300.06, of which 150.03; and 300.06 + 3 × 25.00 − 150.03 = 225.03."""
        fee = flat("1000.10", retention=in_parts("5", *HALVES))
        assert released_in_parts(fee) == [("2026-07-01", "150.03"), ("2026-10-01", "225.03")]
        assert released_in_parts(fee, until=date(2026, 9, 30)) == [("2026-07-01", "150.03")]
        assert released_in_parts(fee, until=date(2026, 6, 30)) == []

    def test_three_parts_lose_nothing(self) -> None:
        """One row of 100.01 at 10 %: 10.00 held back; a third of it is 3.33 (3.332), then 3.33 (6.664 − 3.33), 3.34."""
        third = Decimal("33.32")
        days = (date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1))
        parts = (Release(days[0], third), Release(days[1], third), Release(days[2], 100 - 2 * third))
        once = one_off("100.01", date(2026, 2, 10), retention=in_parts("10", *parts))
        assert released_in_parts(once) == [("2026-03-01", "3.33"), ("2026-04-01", "3.33"), ("2026-05-01", "3.34")]

    def test_a_milestone_that_is_not_accepted_releases_nothing(self) -> None:
        fee = flat("1000", end=date(2026, 4, 1), retention=in_parts("5", Release(None, Decimal(50)), HALVES[1]))
        assert released_in_parts(fee) == [("2026-10-01", "75.00")]
        assert {amount for *_, amount in figures(fee, date(2026, 4, 1))} == {"950.00"}

    def test_amounts_are_released_as_far_as_so_much_is_held_back_and_the_rest_at_the_end(self) -> None:
        """5 % of 100.00 for six months is 30.00 by July, and 45.00 by October."""

        def of(amount: str) -> Retention:
            return Retention(Decimal(5), OCTOBER, (Release(HALF_YEAR, amount=Decimal(amount)), Release(OCTOBER)))

        fee = flat("100", retention=of("12.50"))
        assert released_in_parts(fee) == [("2026-07-01", "12.50"), ("2026-10-01", "32.50")]
        assert released_in_parts(replace(fee, retention=of("99"))) == [("2026-07-01", "30.00"), ("2026-10-01", "15.00")]
        amounts = {due: amount for _, _, due, amount in figures(fee, date(2026, 11, 1))}
        assert [amounts[f"2026-{month}-01"] for month in ("06", "07", "10")] == ["95.00", "95.00", "100.00"]

    def test_they_are_explained(self) -> None:
        fee, setup = flat("1000.10"), one_off("400", date(2026, 2, 10))
        charges = [replace(charge, retention=in_parts("5", *HALVES)) for charge in (fee, setup)]
        schedule = released(*charges, on=None)
        assert [schedule.charge_at(index).derivation for index in (0, 1)] == [
            (
                "Fee: 5 % of each of 6 rows due before 2026-07-01, 6,000.60 in all: 300.06",
                "Setup: 5 % of each of 1 row due before 2026-07-01, 400.00 in all: 20.00",
                "50 % of what is held back, 320.06 until 2026-07-01 = 160.03",
            ),
            (
                "Fee: held back of 9 rows due before 2026-10-01, 9,000.90 in all: 375.06",
                "Setup: 5 % of each of 1 row due before 2026-10-01, 400.00 in all: 20.00",
                "395.06 held back until 2026-10-01, less 160.03 released before = 235.03",
            ),
        ]
        thirds = (
            Release(HALF_YEAR, Decimal(40)),
            Release(date(2026, 8, 1), Decimal(40)),
            Release(OCTOBER, Decimal(20)),
        )
        late = released(replace(setup, retention=in_parts("5", *thirds)), on=None).charge_at(1)
        assert late.derivation[-1] == (
            "40 % of what is held back, 16.00 of 20.00 until 2026-08-01, less 8.00 released before = 8.00"
        )
        rows = {row.due_on: row.derivation[-1] for row in charges_until(charges[0], date(2026, 8, 1))}
        assert rows[date(2026, 6, 1)] == (
            "1,000.10 − 50.01 = 950.09; 5 % retention held back until 2026-07-01 and until 2026-10-01"
        )
        assert rows[date(2026, 8, 1)] == ("1,000.10 − 25.00 = 975.10; 50 % of 5 % retention held back until 2026-10-01")
        unknown = replace(fee, retention=in_parts("5", Release(None, Decimal(50)), HALVES[1]))
        (first, *_) = charges_until(unknown, date(2026, 1, 1))
        assert first.derivation[-1] == "1,000.10 − 50.01 = 950.09; 5 % retention held back until it is released"

    def test_parts_of_one_day_are_released_together(self) -> None:
        """Two milestones accepted on 1 July release 50 % and 30 % of 30.00 (15.00 and 9.00), and October the rest."""
        parts = (Release(HALF_YEAR, Decimal(50)), Release(HALF_YEAR, Decimal(30)), Release(OCTOBER, Decimal(20)))
        fee = flat("100", end=HALF_YEAR, retention=in_parts("5", *parts))
        assert released_in_parts(fee) == [("2026-07-01", "24.00"), ("2026-10-01", "6.00")]
        assert released(fee, on=None).charge_at(0).derivation == (
            "Fee: 5 % of each of 6 rows due before 2026-07-01, 600.00 in all: 30.00",
            "50 % of what is held back, 30.00 until 2026-07-01 = 15.00",
            "30 % of what is held back, 24.00 of 30.00 until 2026-07-01, less 15.00 released before = 9.00",
            "together on 2026-07-01 = 24.00",
        )

    def test_what_is_due_on_the_day_of_a_release_is_not_held_back_for_it(self) -> None:
        fee = flat("100", retention=in_parts("5", *HALVES))
        rows = {row.due_on: row.derivation[-1] for row in charges_until(fee, HALF_YEAR)}
        assert rows[HALF_YEAR] == "100.00 − 2.50 = 97.50; 50 % of 5 % retention held back until 2026-10-01"

    def test_an_amount_that_is_all_there_is_is_explained(self) -> None:
        parts = (Release(date(2026, 3, 1), amount=Decimal(4)), Release(HALF_YEAR, amount=Decimal(99)), Release(OCTOBER))
        fee = flat("100", end=HALF_YEAR, retention=Retention(Decimal(5), OCTOBER, parts))
        schedule = released(fee, on=None)
        assert [schedule.charge_at(index).derivation[-1] for index in range(3)] == [
            "10.00 held back until 2026-03-01, of it an amount = 4.00",
            "30.00 held back until 2026-07-01, less 4.00 released before = 26.00",
            "30.00 held back until 2026-10-01, less 30.00 released before = 0.00",
        ]

    def test_an_amount_is_explained(self) -> None:
        parts = (Release(HALF_YEAR, amount=Decimal("12.50")), Release(OCTOBER))
        fee = flat("100", retention=Retention(Decimal(5), OCTOBER, parts))
        schedule = released(fee, on=None)
        assert [schedule.charge_at(index).derivation[-1] for index in (0, 1)] == [
            "30.00 held back until 2026-07-01, of it an amount = 12.50",
            "45.00 held back until 2026-10-01, less 12.50 released before = 32.50",
        ]

    @pytest.mark.parametrize("seed", range(60))
    def test_what_is_released_in_all_is_what_was_held_back(self, seed: int) -> None:
        random = Random(f"in parts {seed}")
        charges, retention, until = random_retention(random)
        contract = retained_contract(charges, "EUR")
        schedule = make_schedule(contract, contract.charges[-1], until)
        if not schedule.unknowns:
            assert list(zip(schedule.due_days, schedule.amounts, strict=True)) == [
                (day.toordinal(), amount) for day, amount in releases_by_day(charges, retention, "EUR", until)
            ]


@pytest.mark.parametrize("seed", range(60))
def test_the_sum_over_all_time_is_what_was_agreed(seed: int) -> None:
    """What the oracle prices is the rows and the release together, whenever that is."""
    random = Random(f"retention {seed}")
    charge = replace(random_changing_charge(random), metering=None)
    day = charge.start + timedelta(days=random.randrange(1, 500))
    charge = replace(charge, retention=Retention(Decimal(random.randrange(1, 200)) / 10, day))
    until = charge.start + timedelta(days=600)
    back = replace(release(charge, on=day), start=charge.start)
    contract = Contract("C-1", "Acme", "EUR", charge.start, (charge, back))
    rows = oracle.price_by_day(replace(charge, retention=None), "EUR", until)
    schedule, later = make_schedule(contract, charge, until), make_schedule(contract, back, until)
    if not schedule.unknowns and not later.unknowns:
        assert sum(schedule.amounts) + sum(later.amounts) == sum(row.amount for row in rows)
