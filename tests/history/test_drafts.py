"""What is drafted from ledgers whose agreements are plain to see: every figure worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

import billcheck
from tests.acceptance import half_rate
from tests.history.ledgers import AS_OF, bill, charges_of, contracts_in, draft_of, said

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck import Line

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August")


def half_rate_lines() -> list[Line]:
    return [
        bill(
            number,
            month.last_day,
            month.billed,
            f"Website care {MONTHS[number - 1]} 2026",
            customer=half_rate.CUSTOMER,
            quantity=Decimal("0.5") if month.billed == "1200.00" else Decimal(1),
            unit_price=Decimal("2400.00"),
            tax=Decimal(month.billed_tax),
            due_date=date.fromisoformat(month.last_day).replace(day=1),
        )
        for number, month in enumerate(half_rate.MONTHS[:8], start=1)
    ]


def test_the_half_rate_is_a_price_step_to_be_asked_about() -> None:
    text = draft_of(half_rate_lines())
    (contract,) = contracts_in(text)
    assert contract["draft"] is True
    assert (contract["customer"], contract["currency"]) == ("Hartwell Interieur", "EUR")
    assert contract["start"] == date(2026, 1, 1)
    assert contract["tax"] == {"percent": "21"}
    (charge,) = contract["charge"]
    assert charge == {
        "name": "Website care",
        "model": "flat",
        "amount": "2400.00",
        "every": "month",
        "timing": "in_arrears",
        "invoice_day": "period_end",
        "price_steps": [{"on": date(2026, 3, 1), "amount": "1200.00"}],
    }
    assert "Billed for 8 of 8 periods, 2026-01 through 2026-08, on 8 documents dated 2026-01-31 to" in text
    assert "QUESTION: 1,200.00 after 2,400.00: agreed, or a mistake?" in text
    assert "On INV-3 it is 0.5 × 2400.00." in text
    assert "QUESTION: first day billed; when was it agreed to begin?" in text
    assert "invoices do not tell the last day, renewal and notice" in text


@pytest.mark.parametrize(
    ("days", "texts", "every", "timing", "start"),
    [
        (["01-01", "02-01", "03-01"], "", "month", "in_advance", date(2026, 1, 1)),
        (["01-31", "02-28", "03-31", "04-30"], "", "month", "in_arrears", date(2026, 1, 1)),
        (["01-15", "02-15", "03-16"], "", "month", "in_advance", date(2026, 1, 15)),
        (["01-01", "04-01", "07-01"], "", "quarter", "in_advance", date(2026, 1, 1)),
        (["01-05", "02-02", "03-02", "03-30", "04-27"], "", "4 weeks", "in_advance", date(2026, 1, 5)),
        (["01-05", "01-12", "01-19", "01-26", "02-02"], "", "week", "in_advance", date(2026, 1, 5)),
        (["01-01", "01-15", "02-01", "02-15", "03-01"], "", "semi_month", "in_advance", date(2026, 1, 1)),
        (["02-03", "03-03", "04-02"], ["January 2026", "February 2026", "March 2026"], "month", "in_arrears",
         date(2026, 1, 1)),
        (["01-03", "04-02"], ["Q1 2026", "Q2 2026"], "quarter", "in_advance", date(2026, 1, 1)),
    ],
)  # fmt: skip
def test_cadence_and_timing(days: list[str], texts: Any, every: str, timing: str, start: date) -> None:
    lines = [
        bill(number, f"2026-{day}", "100.00", f"Fee {texts[number]}" if texts else "Fee")
        for number, day in enumerate(days)
    ]
    as_of = lines[-1].issue_date
    text = draft_of(lines, as_of)
    (contract,) = contracts_in(text)
    (charge,) = contract["charge"]
    assert (charge["every"], charge["timing"], contract["start"]) == (every, timing, start)
    assert ("GUESS: no text names a period" in text) is not bool(texts)


def test_thirty_days_again_and_again_are_no_months() -> None:
    # Four of these seven periods go to the same day of the next month, or from or to its last.
    starts = [date(2023, 9, 2) + timedelta(30 * n) for n in range(8)]
    lines = [
        bill(n, end.isoformat(), "55.00", f"Cleaning {start} through {end - timedelta(1)}")
        for n, (start, end) in enumerate(pairwise(starts))
    ]
    (charge,) = charges_of(lines, date(2024, 4, 3))
    assert (charge["every"], charge["timing"]) == ("30 days", "in_arrears")


def test_two_months_of_61_days_again_and_again_are_months() -> None:
    starts = [date(2023, 6, 30), date(2023, 8, 30), date(2023, 10, 30), date(2023, 12, 30), date(2024, 2, 29),
              date(2024, 4, 30), date(2024, 6, 30)]  # fmt: skip
    lines = [
        bill(n, start.isoformat(), "55.00", f"Cleaning {start} through {end - timedelta(1)}")
        for n, (start, end) in enumerate(pairwise(starts))
    ]
    (contract,) = contracts_in(draft_of(lines, date(2024, 5, 3)))
    (charge,) = contract["charge"]
    assert (contract["start"], charge["every"], charge["timing"]) == (date(2023, 6, 30), "2 months", "in_advance")


@pytest.mark.parametrize("days", [(1, 15), (1, 16), (10, 25)])
@pytest.mark.parametrize("has_periods", [True, False])
def test_twice_a_month_is_no_two_weeks(tmp_path: Path, days: tuple[int, int], *, has_periods: bool) -> None:
    starts = [date(2026, month, day) for month in range(1, 6) for day in days]
    lines = [
        bill(n, (start - timedelta(2)).isoformat(), "70.00", f"Cleaning {start} through {end - timedelta(1)}")
        for n, (start, end) in enumerate(pairwise(starts))
    ]
    lines = lines if has_periods else [replace(line, description="Cleaning") for line in lines]
    as_of = date(2026, 5, 6)
    (charge,) = charges_of(lines, as_of)
    # Two days before the 10th and the 25th are two days of every month as well, so nothing says that it is for others.
    expected = [8, 23] if not has_periods and days == (10, 25) else list(days)
    assert (charge["every"], charge["semi_month_days"]) == ("semi_month", expected)
    assert "price_steps" not in charge
    (tmp_path / "contracts.toml").write_text(draft_of(lines, as_of).replace("draft = true\n", ""), encoding="utf-8")
    accepted = billcheck.load_contracts(tmp_path / "contracts.toml")
    report = billcheck.check(accepted, billcheck.Ledger.from_lines(lines), as_of=as_of)
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 0)]


@pytest.mark.parametrize(
    ("days", "months", "timing", "end"),
    [
        (("01-02", "04-02", "07-02", "10-02"), ("January", "April", "July", "October"), "in_advance", None),
        (("03-30", "06-30", "09-30"), ("March", "June", "September"), "in_arrears", "period_end"),
    ],
)
def test_a_quarter_that_is_billed_by_the_name_of_one_of_its_months_is_a_quarter(
    tmp_path: Path, days: tuple[str, ...], months: tuple[str, ...], timing: str, end: str | None
) -> None:
    lines = [
        bill(number, f"2026-{day}", "345.00", f"Accounting {month} 2026")
        for number, (day, month) in enumerate(zip(days, months, strict=True))
    ]
    text = draft_of(lines, date(2026, 11, 29))
    (contract,) = contracts_in(text)
    (charge,) = contract["charge"]
    assert (contract["start"], contract.get("last_day")) == (date(2026, 1, 1), None)
    assert (charge["every"], charge["timing"], charge["amount"]) == ("quarter", timing, "345.00")
    assert (charge.get("invoice_day"), charge.get("last_day")) == (end, None)
    assert "the texts name less than a period, so it may as well be the other" in text
    (tmp_path / "contracts.toml").write_text(text.replace("draft = true\n", ""), encoding="utf-8")
    accepted = billcheck.load_contracts(tmp_path / "contracts.toml")
    report = billcheck.check(accepted, billcheck.Ledger.from_lines(lines), as_of=date(2026, 11, 29))
    assert not any(report.arrears.values())
    assert not [row for row in report.rows if row.status == "overbilled"]


def test_quantities_that_change_are_amendments_and_prices_that_change_are_steps() -> None:
    figures = [("10", "30.00"), ("10", "30.00"), ("12", "30.00"), ("12", "30.00"), ("12", "32.50"), ("12", "32.50")]
    lines = [
        bill(number, f"2026-0{number}-01", str(Decimal(units) * Decimal(price)), f"Seats {MONTHS[number - 1]} 2026",
             item="SEATS", quantity=Decimal(units), unit_price=Decimal(price))
        for number, (units, price) in enumerate(figures, start=1)
    ]  # fmt: skip
    (charge,) = charges_of(lines, date(2026, 6, 5))
    assert (charge["model"], charge["unit_amount"], charge["quantity"]) == ("per_unit", "30.00", "10")
    assert charge["amendments"] == [{"on": date(2026, 3, 1), "quantity": "12"}]
    assert charge["price_steps"] == [{"on": date(2026, 5, 1), "unit_amount": "32.50"}]


def monthly(amounts: list[str], text: str = "Fee", **fields: Any) -> list[Line]:
    return [
        bill(number, f"2026-0{number}-01", amount, f"{text} {MONTHS[number - 1]} 2026", **fields)
        for number, amount in enumerate(amounts, start=1)
        if amount
    ]


def test_one_month_out_of_line_is_an_exception_and_no_price_step() -> None:
    text = draft_of(monthly(["100.00", "100.00", "80.00", "100.00", "100.00"]), date(2026, 5, 2))
    assert "price_steps" not in text
    assert "QUESTION: 2026-03 was billed 80.00 in place of 100.00 (INV-3). A mistake, or agreed?" in text


@pytest.mark.parametrize(
    ("amounts", "month"),
    [
        (["55.00", "855.00", "55.00"], 2),
        (["55.00", "855.00", "55.00", "55.00"], 2),
        (["855.00", "55.00", "55.00", "55.00"], 1),
        (["55.00", "55.00", "55.00", "855.00"], 4),
    ],
)
def test_a_month_far_above_its_neighbours_is_an_extra_and_no_price_step(amounts: list[str], month: int) -> None:
    text = draft_of(monthly(amounts), date(2026, 4, 2))
    (charge,) = contracts_in(text)[0]["charge"]
    assert charge["amount"] == "55.00"
    assert "price_steps" not in charge
    asked = f"2026-0{month} was billed 855.00 in place of 55.00, 800.00 more (INV-{month})."
    assert f"QUESTION: {asked} A mistake, or an extra that is agreed?" in said(text)


def test_an_extra_where_the_price_changes_is_no_price_of_its_own() -> None:
    (charge,) = charges_of(monthly(["55.00", "855.00", "60.00", "60.00"]), date(2026, 4, 2))
    assert charge["price_steps"] == [{"on": date(2026, 3, 1), "amount": "60.00"}]


def test_half_the_price_from_the_second_month_on_is_a_price_step() -> None:
    (charge,) = charges_of(monthly(["2400.00", "1200.00", "1200.00", "1200.00"]), date(2026, 4, 2))
    assert (charge["amount"], charge["price_steps"]) == ("2400.00", [{"on": date(2026, 2, 1), "amount": "1200.00"}])


def test_amounts_that_take_turns_are_no_extras() -> None:
    text = draft_of([*monthly(["10.00"] * 6, "Base"), *monthly(["55.00", "855.00"] * 3)], date(2026, 6, 2))
    assert "left out: Fee, every month, 55.00 to 855.00 EUR: the amount varies on 6 documents" in said(text)


@pytest.mark.parametrize("month", [1, 2, 6])
def test_a_line_beside_the_usual_one_is_an_extra(month: int) -> None:
    extra = bill(month, f"2026-0{month}-01", "30.00", f"Fee {MONTHS[month - 1]} 2026")
    text = draft_of([*monthly(["55.00"] * 6), extra], date(2026, 6, 2))
    (charge,) = contracts_in(text)[0]["charge"]
    assert charge["amount"] == "55.00"
    assert "price_steps" not in charge
    asked = (
        f'2026-0{month} was billed 30.00 besides (INV-{month}, "Fee {MONTHS[month - 1]} 2026"). An extra that is agreed'
    )
    assert f"QUESTION: {asked}" in said(text)
    assert "a check of this ledger" not in text


def test_a_line_beside_the_usual_one_where_the_price_changes_is_its_difference() -> None:
    lines = [*monthly(["55.00"] * 3 + ["60.00"] * 3), bill(3, "2026-03-01", "2.50", "Fee March 2026")]
    (charge,) = charges_of(lines, date(2026, 6, 2))
    assert charge["price_steps"] == [
        {"on": date(2026, 3, 1), "amount": "57.50"},
        {"on": date(2026, 4, 1), "amount": "60.00"},
    ]


def test_two_lines_every_month_are_one_price() -> None:
    second = monthly(["30.00"] * 6)
    (charge,) = charges_of([*monthly(["55.00"] * 6), *second], date(2026, 6, 2))
    assert charge["amount"] == "85.00"


def test_a_month_that_was_not_billed_is_named() -> None:
    text = draft_of(monthly(["100.00", "100.00", "", "100.00", "100.00"]), date(2026, 5, 2))
    assert "Billed for 4 of 5 periods" in text
    assert "QUESTION: not billed: 2026-03. Forgotten, or agreed?" in text


def test_what_stopped_has_a_last_day_that_is_asked_about() -> None:
    lines = [*monthly(["100.00"] * 3), *monthly(["7.00"] * 8, "Hosting")]
    text = draft_of([line for line in lines if line.document != "INV-0"])
    (contract,) = contracts_in(text)
    ended, goes_on = contract["charge"]
    assert ended["last_day"] == date(2026, 3, 31)
    assert "last_day" not in goes_on
    assert "last_day" not in contract
    assert "Did it end, or is it" in text


def test_what_is_billed_once_or_varies_stays_out_and_is_said() -> None:
    lines = monthly(["100.00"] * 5)
    lines.append(bill(90, "2026-02-12", "850.00", "Logo design"))
    lines += monthly(["10.00", "25.00", "17.50", "31.00", "22.00"], "Calls")
    text = draft_of(lines, date(2026, 5, 2))
    (contract,) = contracts_in(text)
    assert [charge["name"] for charge in contract["charge"]] == ["Fee"]
    assert '# name = "Logo design"\n# model = "one_off"\n# on = 2026-02-12\n# amount = "850.00"' in text
    assert "left out: Calls, every month, 10.00 to 31.00 EUR: the amount varies on 5 documents" in text


def test_a_customer_of_whom_nothing_recurs_is_said() -> None:
    text = draft_of([*monthly(["100.00"] * 5), bill(91, "2026-03-03", "40.00", "Repair", customer="Beta")])
    assert "# Not drafted: Beta, 1 line, 40.00 EUR: nothing recurs." in text


def test_a_customer_without_a_contract_is_said_with_what_was_billed() -> None:
    calls = monthly(["10.00", "25.00", "17.50", "31.00", "22.00"], "Calls", customer="Beta")
    text = said(
        draft_of([*monthly(["100.00"] * 5), *calls, bill(91, "2026-03-03", "40.00", "Repair", customer="Beta")])
    )
    assert (
        "Not drafted: Beta, 6 lines, 145.50 EUR: the amount of Calls varies. Billed: Calls, 5 lines, 2026-01-01 to "
        "2026-05-01, 10.00 to 31.00; Repair, 1 line, 2026-03-03, 40.00."
    ) in text
    lines = [bill(n, f"2026-0{n}-0{n}", f"{n}0.00", "Repair", customer="Beta") for n in (1, 3)]
    text = said(draft_of([*monthly(["100.00"] * 5), *lines]))
    assert (
        "Not drafted: Beta, 2 lines, 40.00 EUR: nothing recurs. Billed: Repair, 2 lines, 2026-01-01 to 2026-03-03, "
        "10.00 to 30.00."
    ) in text


def test_a_customer_who_was_only_credited_is_said_with_the_credits() -> None:
    lines = [bill(n, f"2026-0{n}-01", "-10.00", "Refund", customer="Beta") for n in (1, 3)]
    assert (
        "Not drafted: Beta, 2 lines, -20.00 EUR: nothing recurs. Credited: INV-1 of 2026-01-01 -10.00; INV-3 of "
        "2026-03-01 -10.00."
    ) in said(draft_of([*monthly(["100.00"] * 5), *lines]))


def test_two_things_of_one_name_are_told_apart_by_number_and_by_template() -> None:
    servers = [*monthly(["10.00"] * 4, "Server 1"), *monthly(["20.00"] * 4, "Server 2")]
    assert [charge["amount"] for charge in charges_of(servers, date(2026, 4, 2))] == ["10.00", "20.00"]
    shops = [*monthly(["10.00"] * 4, template="T-1"), *monthly(["20.00"] * 4, template="T-2")]
    found = charges_of(shops, date(2026, 4, 2))
    assert [charge["matching"] for charge in found] == [{"templates": ["T-1"]}, {"templates": ["T-2"]}]


def test_codes_that_one_charge_alone_bears_are_its_matching() -> None:
    lines = [*monthly(["10.00"] * 4, "Basic", item="B"), *monthly(["20.00"] * 4, "Plus", item="P")]
    found = charges_of(lines, date(2026, 4, 2))
    assert [charge["matching"] for charge in found] == [{"items": ["B"]}, {"items": ["P"]}]


def test_a_price_change_and_a_new_wording_do_not_split_a_series() -> None:
    lines = [
        *monthly(["100.00"] * 3, "Care", item="C"),
        *(
            bill(number, f"2026-0{number}-01", "110.00", f"Website upkeep {MONTHS[number - 1]} 2026", item="C")
            for number in range(4, 8)
        ),
    ]
    (charge,) = charges_of(lines, date(2026, 7, 2))
    assert charge["price_steps"] == [{"on": date(2026, 4, 1), "amount": "110.00"}]


def test_one_thing_under_two_names_is_one_where_they_fill_each_others_gaps() -> None:
    lines = monthly(["100.00", "", "100.00", "", "100.00", "100.00"])
    lines += monthly(["", "100.00", "", "100.00", "", ""], "Services")
    (charge,) = charges_of(lines, date(2026, 6, 2))
    assert "Billed for 6 of 6 periods" in draft_of(lines, date(2026, 6, 2))
    other = monthly(["", "90.00", "", "90.00", "", ""], "Services")
    found = charges_of([*lines[:4], *other], date(2026, 6, 2))
    assert [one["name"] for one in found] == ["Fee", "Services"]
    assert charge["amount"] == "100.00"


def test_a_first_part_of_a_month_is_priced_by_days() -> None:
    # 16 of the 31 days of January at 310.00 are 160.00.
    lines = [
        bill(1, "2026-01-16", "160.00", "Fee 2026-01-16 through 2026-01-31"),
        *(bill(n, f"2026-0{n}-01", "310.00", f"Fee {MONTHS[n - 1]} 2026") for n in range(2, 6)),
    ]
    text = draft_of(lines, date(2026, 5, 2))
    (contract,) = contracts_in(text)
    assert contract["start"] == date(2026, 1, 16)
    assert (contract["charge"][0]["amount"], contract["charge"][0]["anchor_day"]) == ("310.00", 1)
    assert "no share of the price" not in text
    lines[0] = bill(1, "2026-01-16", "155.00", "Fee 2026-01-16 through 2026-01-31")
    # 155.00 / 16 × 31 are 300.3125, and 300.31 × 16/31 are 154.9987.
    text = draft_of(lines, date(2026, 5, 2))
    (charge,) = contracts_in(text)[0]["charge"]
    assert (charge["amount"], charge["price_steps"]) == ("300.31", [{"on": date(2026, 2, 1), "amount": "310.00"}])
    asked = "a part of 2026-01 was billed 155.00 (INV-1): its share by days of 300.31, and not of the price next to it."
    assert asked in said(text)


def test_a_day_less_at_the_whole_price_is_a_way_of_writing() -> None:
    ends = ("01-31", "04-29", "07-30")  # quarters from the 31st; the last might be meant to end on the 29th
    starts = (date(2025, 10, 31), date(2026, 1, 31), date(2026, 4, 30))
    lines = [
        bill(n, start.isoformat(), "458.00", f"Storage {start} to 2026-{end}")
        for n, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]
    (contract,) = contracts_in(draft_of(lines, date(2026, 5, 2)))
    assert "last_day" not in contract
    assert "last_day" not in contract["charge"][0]
    assert contract["charge"][0]["every"] == "quarter"


def test_what_was_taken_back_in_full_does_not_count_and_other_credits_are_said() -> None:
    lines = monthly(["100.00"] * 4)
    lines.append(bill(50, "2026-02-01", "999.00", "Fee February 2026"))
    lines.append(bill(60, "2026-02-03", "-999.00", "Fee", kind="credit_note", credits_document="INV-50"))
    lines.append(bill(61, "2026-03-03", "-5.00", "For the delay", kind="credit_note"))
    text = draft_of(lines, date(2026, 4, 2))
    (contract,) = contracts_in(text)
    assert contract["charge"][0]["amount"] == "100.00"
    assert "price_steps" not in text
    assert "Taken back in full, and neither counted: INV-50 by INV-60." in text
    assert 'QUESTION: credited, and not counted in above: INV-61 of 2026-03-03 -5.00 ("For the delay").' in said(text)


def test_what_was_not_billed_is_left_out_and_counted() -> None:
    lines = monthly(["100.00"] * 4)
    lines.append(bill(70, "2026-02-01", "900.00", "Fee", status="draft"))
    lines.append(bill(71, "2026-02-01", "900.00", "Fee", status="void"))
    lines.append(bill(72, "2026-02-01", "900.00", "Fee", kind="other"))
    lines.append(bill(73, "2027-02-01", "900.00", "Fee"))
    lines.append(bill(74, "2026-02-01", "0.00", "Thank you"))
    lines.append(bill(75, "2026-02-01", "3.00", "Fee", customer=""))
    text = draft_of(lines, date(2026, 4, 2))
    for why in (
        "not approved",
        "void",
        "no invoice or credit note",
        "dated after the day of the draft",
        "without an amount",
        "without a customer",
    ):
        assert f"# Left out: 1 line {why}." in text
    assert contracts_in(text)[0]["charge"][0]["amount"] == "100.00"


def test_a_catch_up_shows_no_price() -> None:
    lines = [*monthly(["100.00"] * 4), bill(80, "2026-04-20", "35.00", "Fee, correction for 2025")]
    text = draft_of(lines, date(2026, 4, 21))
    assert "# QUESTION: says that it makes up for others, so left out: INV-80 of 2026-04-20 35.00." in text


def test_an_invoice_for_several_months_is_an_equal_part_for_each() -> None:
    lines = [*monthly(["100.00"] * 3), bill(4, "2026-04-01", "200.00", "Fee April - May 2026"),
             bill(6, "2026-06-01", "100.00", "Fee June 2026")]  # fmt: skip
    text = draft_of(lines, date(2026, 6, 2))
    assert "INV-4 bills several periods at once" in text
    assert "Billed for 6 of 6 periods" in text
    assert "price_steps" not in text


def test_customers_are_one_by_id_and_apart_by_currency_and_named_contract() -> None:
    lines = [
        *monthly(["100.00"] * 2, customer="Acme", customer_id="7"),
        *(bill(n, f"2026-0{n}-01", "100.00", f"Fee {MONTHS[n - 1]} 2026", customer="Acme Group", customer_id="7")
          for n in (3, 4)),
        *monthly(["50.00"] * 4, customer="Acme Group", customer_id="7", currency="USD"),
        *monthly(["60.00"] * 4, customer="Acme Group", customer_id="7", contract="K-9"),
    ]  # fmt: skip
    found = contracts_in(draft_of(lines, date(2026, 4, 2)))
    assert [(one["id"], one["currency"], one["charge"][0]["amount"]) for one in found] == [
        ("draft-acme-group-eur", "EUR", "100.00"),
        ("K-9", "EUR", "60.00"),
        ("draft-acme-group-usd", "USD", "50.00"),
    ]
    assert found[0]["matching"] == {"customer_ids": ["7"], "aliases": ["Acme"]}


def test_only_the_customers_asked_for() -> None:
    lines = [*monthly(["100.00"] * 4), *monthly(["50.00"] * 4, customer="Beta B.V.", customer_id="B-1")]
    for asked in ("beta bv", "b-1"):
        (contract,) = contracts_in(draft_of(lines, date(2026, 4, 2), [asked]))
        assert contract["customer"] == "Beta B.V."


def test_ids_are_unique_also_where_names_leave_no_letters() -> None:
    lines = [*monthly(["1.00"] * 4, customer="東京"), *monthly(["2.00"] * 4, customer="大阪")]
    assert [one["id"] for one in contracts_in(draft_of(lines, date(2026, 4, 2)))] == [
        "draft-customer-eur",
        "draft-customer-eur-2",
    ]


def test_the_same_ledger_in_another_order_gives_the_same_bytes() -> None:
    lines = [*half_rate_lines(), *monthly(["10.00"] * 5, "Basic"), *monthly(["20.00"] * 5, "Plus"),
             bill(90, "2026-02-12", "850.00", "Logo design")]  # fmt: skip
    assert draft_of(lines) == draft_of(lines[::-1])
    assert AS_OF.isoformat() in draft_of(lines)
