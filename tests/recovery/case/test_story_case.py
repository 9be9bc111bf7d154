"""The story's case: what is frozen, from a report at hand and from its JSON alike, and how its file reads back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck import check, load_contracts, read_ledger
from billcheck.recovery.case_files import case_text, load_case, parse_case, write_case
from billcheck.recovery.opening import open_case
from billcheck.recovery.states import State, state_of
from billcheck.recovery.sums import sums_of
from tests.acceptance import half_rate
from tests.recovery.cases import FOUND_ON, STORY_CAUSE, story_case

if TYPE_CHECKING:
    from pathlib import Path

MONTHS = [f"2026-0{month}" for month in range(3, 9)]


def test_what_the_story_freezes() -> None:
    arrears = story_case().arrears
    assert (arrears.customer, arrears.currency, arrears.as_of) == ("Hartwell Interieur", "EUR", FOUND_ON)
    assert [
        (
            f"{period.first_day:%Y-%m}",
            period.expected_minor,
            period.billed_minor,
            period.shortfall_minor,
            period.shortfall_tax_minor,
            period.status,
            [(part.document, part.issue_date.isoformat(), part.amount_minor) for part in period.billed],
        )
        for period in arrears.periods
    ] == [
        (month, 240_000, 120_000, 120_000, 25_200, "underbilled", [(f"INV-2026-00{month[-1]}", day, 120_000)])
        for month, day in zip(
            MONTHS,
            ["2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31"],
            strict=True,
        )
    ]
    assert (arrears.arrears_minor, arrears.credited_minor, arrears.overbilled_minor) == (720_000, 0, 0)
    assert [(f"{each.first_day:%Y-%m}", each.due_on.isoformat(), each.expected_minor) for each in arrears.coming] == [
        ("2026-09", "2026-09-30", 240_000)
    ]
    assert [f"{each.first_day:%Y-%m}" for each in arrears.right] == ["2026-01", "2026-02"]
    assert (arrears.still_leaks, arrears.monthly_leak_minor, arrears.unknown_charges) == (True, 120_000, ())


def test_what_is_still_to_come_is_priced_from_the_contract() -> None:
    # September 2026 to December 2027 are 16 months: 16 x 2,400.00 = 38,400.00.
    (agreement,) = story_case().arrears.agreements
    assert len(agreement.remaining) == 16
    assert sum(period.amount_minor for period in agreement.remaining) == 3_840_000
    assert (agreement.remaining[0].first_day.isoformat(), agreement.remaining[-1].last_day.isoformat()) == (
        "2026-09-01",
        "2027-12-31",
    )
    assert (agreement.contract, str(agreement.payment_terms), agreement.charges[0].name) == (
        "C-117",
        "30 days",
        "Website care",
    )


def test_a_report_at_hand_gives_the_same_case_as_its_json(tmp_path: Path) -> None:
    (tmp_path / "contracts.toml").write_text(half_rate.CONTRACT_TOML, encoding="utf-8")
    (tmp_path / "ledger.csv").write_text(half_rate.generic_csv(), encoding="utf-8")
    contracts = load_contracts(tmp_path / "contracts.toml")
    report = check(contracts, read_ledger(tmp_path / "ledger.csv"), as_of=half_rate.AS_OF)
    made = open_case(report, customer="HARTWELL  interieur", cause=STORY_CAUSE, on=half_rate.AS_OF, contracts=contracts)
    assert made == story_case()


def test_a_new_case_is_opened_and_nothing_of_it_is_settled() -> None:
    case = story_case()
    sums = sums_of(case)
    assert state_of(case) is State.OPENED
    assert (sums.arrears_minor, sums.open_minor, sums.invoiced_minor, sums.waived_minor) == (720_000, 720_000, 0, 0)
    assert sums.documents == ()


def test_a_file_reads_back_as_the_same_case_and_the_same_bytes(tmp_path: Path) -> None:
    case, path = story_case(), tmp_path / "case.json"
    write_case(case, path)
    assert load_case(path) == case
    assert path.read_text(encoding="utf-8") == case_text(case) == case_text(parse_case(case_text(case)))
