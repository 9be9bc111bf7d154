"""A draft is tried on its own ledger: what a check by it finds was asked about, or is no charge's fault any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from billcheck import Ledger, check, draft_contracts, load_contracts
from billcheck.contracts.acceptance import accept_drafts
from billcheck.findings import Status
from tests.history.ledgers import bill, contracts_in, draft_of, said
from tests.history.test_drafts import MONTHS, monthly
from tests.simulator.comparison import lines_of, make_world

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck import Line, Report
    from billcheck.history.draft import Drafts

WRONG = {Status.MISSING, Status.UNDERBILLED, Status.OVERBILLED}
WITH_ARREARS = {26, 37, 59}
"""Correct ledgers of the simulator, of seeds 0 to 59, that a check by their own draft finds arrears in.

What they have in common: half of a customer's invoices are under a name that says nothing of the other half, or the
first invoice is for several months. It was 19 of them while drafts were never tried, and each is asked about.
"""


def checked(lines: list[Line], as_of: date, folder: Path) -> tuple[Drafts, Report | None]:
    """The drafts of a ledger, and the report of a check by them as they are; None where nothing is drafted."""
    drafts = draft_contracts(Ledger.from_lines(lines), as_of=as_of)
    if not drafts.contracts:
        return drafts, None
    path = folder / "drafts.toml"
    path.write_text(accept_drafts(str(path), drafts.to_toml()).text, encoding="utf-8")
    return drafts, check(load_contracts(path), Ledger.from_lines(lines), as_of=as_of)


def unasked(drafts: Drafts, report: Report) -> list[str]:
    """The periods that a check finds wrong and no remark at their charge asks about."""
    asked = {}
    for contract in drafts.contracts:
        identity = next(entry.value for entry in contract.entries if entry.key == "id")
        for charge in contract.charges:
            asked[identity, charge.name] = charge
    found = []
    for row in report.rows:
        if row.status in WRONG:
            charge = asked[row.contract, row.charges[0]]
            is_asked = any("a check of this ledger by this draft" in remark for remark in charge.remarks)
            if not is_asked and row.first_day not in charge.asked:
                found.append(f"{row.contract} {row.charges} {row.first_day} {row.status}")
    return found


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_what_a_check_by_its_own_draft_finds_in_a_correct_ledger_was_asked_about(first: int, tmp_path: Path) -> None:
    with_arrears = set()
    for seed in range(first, first + 20):
        world = make_world(seed, with_mistakes=False)
        drafts, report = checked(lines_of(world), world.as_of, tmp_path)
        if report is not None:
            assert unasked(drafts, report) == [], seed
            if any(report.arrears.values()):
                with_arrears.add(seed)
    assert with_arrears <= WITH_ARREARS


def test_a_mistake_that_no_price_explains_is_asked_about_with_its_document(tmp_path: Path) -> None:
    lines = monthly(["100.00"] * 6)
    lines.append(bill(50, "2026-04-14", "-7.50", "For the delay", kind="credit_note", credits_document="INV-4"))
    drafts, report = checked(lines, date(2026, 6, 3), tmp_path)
    assert report is not None
    assert [total.arrears for total in report.totals] == [750]
    expected = (
        "QUESTION: a check of this ledger by this draft as it is finds 2026-04 underbilled, 92.50 in place of 100.00 "
        "(INV-4, INV-50). Was it billed wrongly, or is something else agreed?"
    )
    assert expected in said(drafts.to_toml())


def test_no_more_than_four_periods_are_named(tmp_path: Path) -> None:
    lines = monthly(["100.00"] * 8)
    for number in range(1, 7):
        day = f"2026-0{number}-14"
        lines.append(bill(50 + number, day, "-7.50", "Sorry", kind="credit_note", credits_document=f"INV-{number}"))
    drafts, _ = checked(lines, date(2026, 8, 3), tmp_path)
    assert "(INV-4, INV-54); and 2 periods more. Was it billed wrongly" in said(drafts.to_toml())


def test_what_varies_and_counts_for_a_single_charge_is_named(tmp_path: Path) -> None:
    lines = monthly(["100.00"] * 6)
    lines += monthly(["11.00", "7.50", "19.00", "3.25", "14.00", "8.00"], "Calls")
    drafts, report = checked(lines, date(2026, 6, 3), tmp_path)
    assert report is not None
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 6275)]
    text = said(drafts.to_toml())
    assert "2026-01 overbilled, 111.00 in place of 100.00 (INV-1); 2026-02 overbilled, 107.50 in place" in text
    assert "What is left out below (Calls) is on the same documents, and counts here unless it is drafted." in text


def test_a_line_billed_once_beside_a_single_charge_becomes_a_charge_of_its_own(tmp_path: Path) -> None:
    lines = [*monthly(["100.00"] * 6), bill(50, "2026-04-02", "850.00", "Logo design")]
    drafts, report = checked(lines, date(2026, 6, 3), tmp_path)
    assert report is not None
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 0)]
    fee, once = contracts_in(drafts.to_toml())[0]["charge"]
    assert fee["name"] == "Fee"
    assert once == {"name": "Logo design", "model": "one_off", "on": date(2026, 4, 2), "amount": "850.00"}
    text = said(drafts.to_toml())
    assert "Billed once: INV-50 of 2026-04-02. It stands here since a check would count it for another charge" in text
    assert "QUESTION: is it agreed?" in text
    assert "Billed once, so left out" not in text


def test_where_charges_tell_their_lines_apart_what_is_billed_once_stays_a_remark() -> None:
    lines = [*monthly(["100.00"] * 6), *monthly(["10.00"] * 6, "Hosting"), bill(50, "2026-04-14", "7.77", "Logo")]
    text = draft_of([replace(line, item=line.description.split()[0].upper()) for line in lines], date(2026, 6, 3))
    assert [charge["name"] for charge in contracts_in(text)[0]["charge"]] == ["Fee", "Hosting"]
    assert "Billed once, so left out: INV-50" in said(text)


def test_a_line_in_another_currency_becomes_a_contract_in_that_currency(tmp_path: Path) -> None:
    lines = [*monthly(["100.00"] * 6), bill(50, "2026-04-14", "850.00", "Logo design", currency="USD")]
    drafts, report = checked(lines, date(2026, 6, 3), tmp_path)
    assert report is not None
    assert [(total.currency, total.arrears, total.overbilled) for total in report.totals] == [
        ("EUR", 0, 0),
        ("USD", 0, 0),
    ]
    assert not [finding for finding in report.findings if finding.kind == "currency_mismatch"]
    euro, dollar = contracts_in(drafts.to_toml())
    assert (euro["currency"], len(euro["charge"])) == ("EUR", 1)
    assert (dollar["id"], dollar["currency"], dollar["start"]) == ("draft-acme-usd", "USD", date(2026, 4, 14))
    assert dollar["charge"] == [
        {"name": "Logo design", "model": "one_off", "on": date(2026, 4, 14), "amount": "850.00"}
    ]


def test_what_taking_in_would_make_no_better_stays_a_remark(tmp_path: Path) -> None:
    # Two lines of one wording and no code: a check cannot tell which of two charges of that name either is.
    lines = [
        *monthly(["100.00"] * 8),
        bill(50, "2026-02-20", "40.00", "Repair"),
        bill(51, "2026-07-09", "90.00", "Repair"),
    ]
    drafts, report = checked(lines, date(2026, 8, 3), tmp_path)
    assert report is not None
    assert unasked(drafts, report) == []


def test_one_agreement_that_is_billed_to_a_customer_and_its_sub_customer_is_one(tmp_path: Path) -> None:
    names = ("Acme", "Acme:North", "Acme", "Acme Holding", "Acme:North", "Acme", "Acme")
    lines = [
        bill(number, f"2026-0{number}-01", "100.00", f"Fee {MONTHS[number - 1]} 2026", customer=name)
        for number, name in enumerate(names, start=1)
    ]
    drafts, report = checked(lines, date(2026, 7, 3), tmp_path)
    (contract,) = contracts_in(drafts.to_toml())
    assert (contract["customer"], contract["matching"]) == ("Acme", {"aliases": ["Acme Holding", "Acme:North"]})
    assert "Billed for 7 of 7 periods" in drafts.to_toml()
    assert "GUESS: billed under 3 names that begin alike, to one of them at a time" in said(drafts.to_toml())
    assert report is not None
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 0)]


def test_two_names_in_strict_turn_are_one_where_each_bill_names_its_month(tmp_path: Path) -> None:
    lines = [
        bill(n, f"2026-0{n}-28", "100.00", f"Fee {MONTHS[n - 1]} 2026", customer=("Acme", "Acme:North")[n % 2])
        for n in range(1, 8)
    ]
    drafts, report = checked(lines, date(2026, 8, 3), tmp_path)
    (contract,) = contracts_in(drafts.to_toml())
    assert contract["charge"][0]["every"] == "month"
    assert report is not None
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 0)]


def test_sub_customers_that_are_all_billed_every_month_stay_apart() -> None:
    lines = [
        *monthly(["100.00"] * 6, customer="Acme"),
        *monthly(["100.00"] * 6, customer="Acme:North"),
        *monthly(["100.00"] * 6, customer="Acme:South"),
    ]
    found = contracts_in(draft_of(lines, date(2026, 6, 3)))
    assert [contract["customer"] for contract in found] == ["Acme", "Acme:North", "Acme:South"]


def test_names_alike_under_ids_of_their_own_are_two_customers() -> None:
    amounts = ["100.00", "", "100.00", "", "100.00", ""]
    others = ["", "100.00", "", "100.00", "", "100.00"]
    one = monthly(amounts, customer="Acme", customer_id="1")
    two = monthly(others, customer="Acme Holding", customer_id="2")
    found = contracts_in(draft_of([*one, *two], date(2026, 6, 3)))
    assert [contract["customer"] for contract in found] == ["Acme", "Acme Holding"]


def test_lines_that_name_one_contract_are_one_whoever_they_name(tmp_path: Path) -> None:
    lines = [
        bill(number, f"2026-0{number}-01", "100.00", f"Fee {MONTHS[number - 1]} 2026", customer=name, contract="K-9")
        for number, name in enumerate(("Acme", "Beta", "Beta", "Acme", "Acme", "Beta"), start=1)
    ]
    drafts, report = checked(lines, date(2026, 6, 3), tmp_path)
    (contract,) = contracts_in(drafts.to_toml())
    assert (contract["id"], contract["matching"]) == ("K-9", {"aliases": ["Acme"]})
    assert "QUESTION: lines that name this contract bill 2 names. Is it one agreement?" in said(drafts.to_toml())
    assert report is not None
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 0)]


def test_one_contract_in_two_currencies_is_two_that_share_its_reference(tmp_path: Path) -> None:
    lines = [*monthly(["100.00"] * 5, contract="K-9"), *monthly(["30.00"] * 5, "Fee", contract="K-9", currency="USD")]
    drafts, report = checked(lines, date(2026, 5, 3), tmp_path)
    found = contracts_in(drafts.to_toml())
    assert [(one["id"], one["currency"], one["matching"]) for one in found] == [
        ("K-9", "EUR", {"references": ["K-9"]}),
        ("K-9-2", "USD", {"references": ["K-9"]}),
    ]
    assert report is not None
    assert [(total.currency, total.arrears, total.overbilled) for total in report.totals] == [
        ("EUR", 0, 0),
        ("USD", 0, 0),
    ]


def test_two_months_at_once_without_a_text_are_two_periods(tmp_path: Path) -> None:
    days = ("2026-01-01", "2026-02-01", "2026-04-02", "2026-05-01", "2026-06-01", "2026-07-01")
    amounts = ("100.00", "100.00", "200.00", "100.00", "100.00", "100.00")
    lines = [bill(n, day, amount, "Fee") for n, (day, amount) in enumerate(zip(days, amounts, strict=True), start=1)]
    drafts, report = checked(lines, date(2026, 7, 3), tmp_path)
    assert "Billed for 7 of 7 periods" in drafts.to_toml()
    assert "INV-3 bills several periods at once" in drafts.to_toml()
    assert "price_steps" not in drafts.to_toml()
    assert report is not None
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 0)]


def test_twice_the_price_where_no_period_lacks_is_no_second_period() -> None:
    text = draft_of(
        [
            bill(n, f"2026-0{n}-01", amount, "Fee")
            for n, amount in enumerate(("100.00",) * 3 + ("200.00",) * 3, start=1)
        ],
        date(2026, 6, 3),
    )
    (charge,) = contracts_in(text)[0]["charge"]
    assert charge["price_steps"] == [{"on": date(2026, 4, 1), "amount": "200.00"}]


def test_two_wordings_under_one_item_that_take_turns_are_one_thing(tmp_path: Path) -> None:
    texts = ("Care", "Services", "Services", "Care", "Services", "Care")
    amounts = ("100.00", "100.00", "110.00", "110.00", "110.00", "110.00")
    lines = [
        bill(n, f"2026-0{n}-01", amount, f"{text} {MONTHS[n - 1]} 2026", item="C")
        for n, (text, amount) in enumerate(zip(texts, amounts, strict=True), start=1)
    ]
    drafts, report = checked(lines, date(2026, 6, 3), tmp_path)
    (charge,) = contracts_in(drafts.to_toml())[0]["charge"]
    assert charge["price_steps"] == [{"on": date(2026, 3, 1), "amount": "110.00"}]
    assert report is not None
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 0)]


def test_two_things_under_one_item_that_are_billed_together_stay_two() -> None:
    lines = [*monthly(["100.00"] * 6, "Care", item="C"), *monthly(["40.00"] * 6, "Backup", item="C")]
    found = contracts_in(draft_of(lines, date(2026, 6, 3)))[0]["charge"]
    assert sorted(charge["name"] for charge in found) == ["Backup", "Care"]


def test_a_charge_that_its_lines_name_is_one_whatever_they_say() -> None:
    texts = ("Care", "Services", "Services", "Care", "Care", "Services")
    lines = [
        bill(n, f"2026-0{n}-01", f"{100 + n}.00" if n < 3 else "110.00", f"{text} {MONTHS[n - 1]} 2026", charge="Fee")
        for n, text in enumerate(texts, start=1)
    ]
    (charge,) = contracts_in(draft_of(lines, date(2026, 6, 3)))[0]["charge"]
    assert (charge["name"], charge["amount"]) == ("Fee", "101.00")


def test_a_first_part_of_a_quarter_that_begins_on_any_day_is_priced_by_days(tmp_path: Path) -> None:
    # From 10 to 14 January 5 of 92 days of a quarter from 15 October at 92.00 are 5.00.
    lines = [
        bill(0, "2026-01-10", "5.00", "Fee 2026-01-10 through 2026-01-14"),
        bill(1, "2026-01-15", "92.00", "Fee 2026-01-15 through 2026-04-14"),
        bill(2, "2026-04-15", "92.00", "Fee 2026-04-15 through 2026-07-14"),
        bill(3, "2026-07-15", "92.00", "Fee 2026-07-15 through 2026-10-14"),
    ]
    drafts, report = checked(lines, date(2026, 8, 3), tmp_path)
    (contract,) = contracts_in(drafts.to_toml())
    (charge,) = contract["charge"]
    assert (contract["start"], charge["amount"], charge["anchor_day"]) == (date(2026, 1, 10), "92.00", 15)
    assert "align" not in charge
    assert report is not None
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 0)]


def test_a_year_whose_price_changes_every_time_is_drafted_with_all_its_prices() -> None:
    lines = [bill(n, f"20{10 + n}-01-01", f"{100 + n}.00", f"Licence 20{10 + n}") for n in range(1, 12)]
    (charge,) = contracts_in(draft_of(lines, date(2021, 6, 1)))[0]["charge"]
    assert (charge["every"], charge["amount"], len(charge["price_steps"])) == ("year", "101.00", 10)


def test_a_month_that_comes_to_nothing_is_no_price_to_count_by() -> None:
    lines = [bill(n, f"2026-0{n}-01", "100.00", "Fee") for n in (1, 2, 4, 5, 6)]
    lines.append(bill(2, "2026-02-01", "-100.00", "Fee"))
    (charge,) = contracts_in(draft_of(lines, date(2026, 6, 3)))[0]["charge"]
    assert (charge["amount"], charge["every"]) == ("100.00", "month")
