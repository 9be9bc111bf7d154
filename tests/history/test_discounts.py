"""Lines below zero that recur beside a charge are discounts; every figure worked out by hand."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from billcheck import Ledger, check, load_contracts
from tests.history.ledgers import bill, contracts_in, draft_of, said
from tests.history.test_drafts import MONTHS, monthly
from tests.history.test_trial import checked

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck import Line

AS_OF = date(2026, 6, 3)


def off(amounts: list[str], text: str = "Discount", **fields: Any) -> list[Line]:
    """Lines of the invoices of each month in turn."""
    return [
        bill(number, f"2026-0{number}-01", amount, text, **fields)
        for number, amount in enumerate(amounts, start=1)
        if amount
    ]


def discounts_in(lines: list[Line], folder: Path) -> list[dict[str, Any]]:
    """The discounts of the only charge; a check by the draft finds nothing."""
    drafts, report = checked(lines, AS_OF, folder)
    assert report is not None
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 0)]
    (charge,) = contracts_in(drafts.to_toml())[0]["charge"]
    return list(charge.get("discounts", []))


def test_a_percentage_that_gives_every_amount_to_the_cent(tmp_path: Path) -> None:
    # 12.5 % of 99.96 are 12.495, rounded 12.50; of 120.00 they are 15.00.
    lines = [*monthly(["99.96"] * 3 + ["120.00"] * 3), *off(["-12.50"] * 3 + ["-15.00"] * 3)]
    assert discounts_in(lines, tmp_path) == [{"percent": "12.5"}]
    text = said(draft_of(lines, AS_OF))
    assert (
        'QUESTION: by lines below zero such as "Discount" on 6 documents (INV-1, INV-2 … INV-6), gives the lines to '
        "the cent. Is it agreed, and until when?"
    ) in text
    assert "QUESTION: credited" not in text


def test_an_amount_that_no_percentage_gives(tmp_path: Path) -> None:
    # 7.77 are 7.7077… % of 100.80 and 6.9375 % of 112.00.
    lines = [*monthly(["100.80"] * 3 + ["112.00"] * 3), *off(["-7.77"] * 6)]
    assert discounts_in(lines, tmp_path) == [{"amount": "7.77"}]
    assert "is on every one of the lines" in draft_of(lines, AS_OF).replace("\n    # ", " ")


def test_a_discount_that_begins_and_ends(tmp_path: Path) -> None:
    lines = [*monthly(["100.00"] * 6), *off(["", "-10.00", "-10.00", "-10.00", "", ""])]
    assert discounts_in(lines, tmp_path) == [
        {"percent": "10", "start": date(2026, 2, 1), "last_day": date(2026, 4, 30)}
    ]


def test_a_discount_that_changes_is_two(tmp_path: Path) -> None:
    lines = [*monthly(["100.00"] * 6), *off(["-10.00"] * 3 + ["-5.00"] * 3)]
    assert discounts_in(lines, tmp_path) == [
        {"percent": "10", "last_day": date(2026, 3, 31)},
        {"percent": "5", "start": date(2026, 4, 1)},
    ]


def test_a_discount_on_a_first_part_that_has_no_price_is_not_written(tmp_path: Path) -> None:
    # A part of a quarter from 20 January that begins on 10 January is no part of one from 20 October: it has no price.
    lines = [
        bill(0, "2025-12-31", "30.00", "Fee 2025-12-31 through 2026-01-30"),
        bill(1, "2026-01-31", "92.00", "Fee 2026-01-31 through 2026-03-30"),
        bill(2, "2026-03-31", "92.00", "Fee 2026-03-31 through 2026-05-30"),
        bill(3, "2026-05-31", "92.00", "Fee 2026-05-31 through 2026-07-30"),
        bill(0, "2025-12-31", "-15.00", "Discount"),
        bill(1, "2026-01-31", "-9.20", "Discount"),
        bill(2, "2026-03-31", "-9.20", "Discount"),
        bill(3, "2026-05-31", "-9.20", "Discount"),
    ]
    drafts, _ = checked(lines, AS_OF, tmp_path)
    (charge,) = contracts_in(drafts.to_toml())[0]["charge"]
    assert charge["discounts"] == [{"percent": "10"}]


def test_the_same_words_as_the_charge(tmp_path: Path) -> None:
    lines = [
        *monthly(["100.00"] * 6),
        *(bill(n, f"2026-0{n}-01", "-25.00", f"Fee {MONTHS[n - 1]} 2026") for n in range(1, 7)),
    ]
    assert discounts_in(lines, tmp_path) == [{"percent": "25"}]


def test_off_several_charges_of_one_invoice_is_off_each(tmp_path: Path) -> None:
    # 10 % of 100.00 + 40.00 are 14.00.
    lines = [*monthly(["100.00"] * 6), *monthly(["40.00"] * 6, "Hosting"), *off(["-14.00"] * 6)]
    drafts, report = checked(lines, AS_OF, tmp_path)
    fee, hosting = contracts_in(drafts.to_toml())[0]["charge"]
    assert fee["discounts"] == hosting["discounts"] == [{"percent": "10"}]
    assert "They are off 1 other charge too." in said(drafts.to_toml())
    assert report is not None
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 0)]


def test_off_charges_that_began_on_other_days(tmp_path: Path) -> None:
    # Hosting begins in March, and 10 % of 140.00 are taken off from May on.
    hosting = [line for line in monthly(["40.00"] * 6, "Hosting") if line.issue_date.month > 2]
    lines = [*monthly(["100.00"] * 6), *hosting, *off(["", "", "", "", "-14.00", "-14.00"])]
    drafts, report = checked(lines, AS_OF, tmp_path)
    for charge in contracts_in(drafts.to_toml())[0]["charge"]:
        assert charge["discounts"] == [{"percent": "10", "start": date(2026, 5, 1)}]
    assert report is not None
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 0)]


def test_off_every_other_bill_of_a_second_charge_nobody_knows_what_it_is_off() -> None:
    # Hosting is billed every month, by itself where there is no fee; the discount is on the quarterly invoices alone.
    fee = [bill(n, f"2026-0{n}-01", "300.00", "Fee") for n in (1, 4, 7)]
    hosting = [bill(n, f"2026-0{n}-01", "40.00", "Hosting") for n in range(1, 8)]
    taken_off = [bill(n, f"2026-0{n}-01", "-34.00", "Discount") for n in (1, 4, 7)]
    text = draft_of([*fee, *hosting, *taken_off], date(2026, 7, 3))
    assert len(contracts_in(text)[0]["charge"]) == 2
    assert "\ndiscounts = [" not in text


def test_the_charge_it_names_alone(tmp_path: Path) -> None:
    lines = [*monthly(["100.00"] * 6), *monthly(["40.00"] * 6, "Hosting"), *off(["-4.00"] * 6, "Discount on hosting")]
    drafts, report = checked(lines, AS_OF, tmp_path)
    fee, hosting = contracts_in(drafts.to_toml())[0]["charge"]
    assert "discounts" not in fee
    assert hosting["discounts"] == [{"percent": "10"}]
    assert report is not None
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 0)]


def test_beside_something_billed_once_it_is_off_what_it_is_off_elsewhere(tmp_path: Path) -> None:
    # 10 % of 100.00 each month, on the first invoice beside 600.00 and on the third beside 40.00.
    once = [bill(1, "2026-01-01", "600.00", "Migration"), bill(3, "2026-03-01", "40.00", "Repair")]
    drafts, report = checked([*monthly(["100.00"] * 6), *off(["-10.00"] * 6), *once], AS_OF, tmp_path)
    fee = contracts_in(drafts.to_toml())[0]["charge"][0]
    assert fee["discounts"] == [{"percent": "10"}]
    assert "QUESTION: credited" not in drafts.to_toml()
    assert report is not None
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 0)]


def test_beside_something_billed_once_on_every_invoice_nobody_knows_what_it_is_off() -> None:
    names = ("Repair", "Paint", "Keys", "Survey", "Signs", "Chairs")
    once = [bill(n, f"2026-0{n}-01", f"{n}7.00", name) for n, name in enumerate(names, start=1)]
    text = draft_of([*monthly(["100.00"] * 6), *off(["-10.00"] * 6), *once], AS_OF)
    assert "\ndiscounts = [" not in text
    assert "QUESTION: credited, and not counted in above: INV-1 of 2026-01-01" in said(text)


def test_of_nothing_there_is_no_percentage() -> None:
    lines = [*monthly(["100.00"] * 6), bill(2, "2026-02-01", "-100.00", "Fee February 2026")]
    lines += off(["-10.00"] * 6, "Fee discount")
    assert "\ndiscounts = [" not in draft_of(lines, AS_OF)


def test_another_share_beside_something_billed_once_may_be_off_that_too() -> None:
    # 14.00 are 10 % of 100.00 and the 40.00 beside them.
    off_all = off(["-10.00", "-10.00", "-14.00", "-10.00", "-10.00", "-10.00"])
    text = draft_of([*monthly(["100.00"] * 6), *off_all, bill(3, "2026-03-01", "40.00", "Repair")], AS_OF)
    assert "\ndiscounts = [" not in text
    assert "INV-3 of 2026-03-01 -14.00" in said(text)


def test_once_is_no_discount() -> None:
    text = draft_of([*monthly(["100.00"] * 6), *off(["", "-10.00"])], AS_OF)
    assert "\ndiscounts = [" not in text
    assert "INV-2 of 2026-02-01 -10.00" in text


def test_amounts_that_differ_every_time_are_no_discount() -> None:
    text = draft_of([*monthly(["100.00"] * 6), *off(["-1.37", "-8.11", "-3.33", "-7.91", "-2.22", "-9.99"])], AS_OF)
    assert "\ndiscounts = [" not in text


def test_on_credit_notes_of_their_own_they_are_no_discounts() -> None:
    notes = [bill(50 + n, f"2026-0{n}-02", "-10.00", "Discount", kind="credit_note") for n in range(1, 7)]
    text = draft_of([*monthly(["100.00"] * 6), *notes], AS_OF)
    assert "\ndiscounts = [" not in text


def test_a_line_below_zero_for_a_part_of_a_period_lowers_that_period(tmp_path: Path) -> None:
    # From 19 March on 69.00 in place of 100.00: 13 of 31 days of the difference of 31.00 are 13.00.
    lines = [*monthly(["100.00"] * 3 + ["69.00"] * 3), bill(4, "2026-04-01", "-13.00", "Fee 2026-03-19 to 2026-03-31")]
    drafts, report = checked(lines, AS_OF, tmp_path)
    (charge,) = contracts_in(drafts.to_toml())[0]["charge"]
    assert charge["price_steps"] == [
        {"on": date(2026, 3, 1), "amount": "87.00"},
        {"on": date(2026, 4, 1), "amount": "69.00"},
    ]
    assert report is not None
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 0)]


def test_more_taken_back_than_was_billed_is_a_question() -> None:
    lines = [*monthly(["100.00"] * 6), bill(4, "2026-04-01", "-130.00", "Fee March 2026")]
    text = draft_of(lines, AS_OF)
    assert 'QUESTION: credited, and not counted in above: INV-4 of 2026-04-01 -130.00 ("Fee March 2026").' in said(text)


def test_a_credit_that_names_no_invoice_says_what_to_write_where() -> None:
    note = bill(61, "2026-03-03", "-5.00", "For the delay", kind="credit_note")
    asked = (
        'QUESTION: credited, and not counted in above: INV-61 of 2026-03-03 -5.00 ("For the delay"). What was agreed '
        "about it? If it takes an invoice back, write the number of that invoice into the ledger (in a file: the "
        "column credits_document). If it was a gift, declare it under [credits] in billcheck.toml. If less was agreed "
        "for a period, write it into the charge (into its discounts, where it has some), with the days of that period: "
        'discounts = [{ amount = "5.00", start = 2026-03-01, last_day = 2026-03-31 }] # INV-61'
    )
    assert asked in said(draft_of([*monthly(["100.00"] * 6), note], AS_OF))
    other = bill(62, "2026-04-03", "-7.00", kind="credit_note")
    text = said(draft_of([*monthly(["100.00"] * 6), note, other], AS_OF))
    assert "; INV-62 of 2026-04-03 -7.00. What was agreed about it? If one of them takes an invoice back" in text


def test_several_credits_are_one_line_to_paste() -> None:
    # A key stands once in a table of TOML; of one month, what is taken off is the sum.
    notes = [
        bill(61, "2026-03-03", "-5.00", "Delay", kind="credit_note"),
        bill(62, "2026-03-20", "-2.50", "Noise", kind="credit_note"),
        bill(63, "2026-04-03", "-7.00", 'A "joke"', kind="credit_note"),
    ]
    text = draft_of([*monthly(["100.00"] * 6), *notes], AS_OF)
    (pasted,) = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("# discounts = ")]
    assert pasted.endswith("  # INV-61, INV-62, INV-63")
    assert tomllib.loads(pasted)["discounts"] == [
        {"amount": "7.50", "start": date(2026, 3, 1), "last_day": date(2026, 3, 31)},
        {"amount": "7.00", "start": date(2026, 4, 1), "last_day": date(2026, 4, 30)},
    ]


def test_what_it_says_to_write_is_what_makes_a_check_clean(tmp_path: Path) -> None:
    note = bill(61, "2026-03-03", "-5.00", "For the delay", kind="credit_note", credits_document="INV-3")
    lines = [*monthly(["100.00"] * 6), note]
    text = draft_of(lines, AS_OF)
    assert "A check calls what is taken back too little billed, until a decision or a discount" in said(text)
    loose = draft_of([*lines[:-1], replace(note, credits_document="")], AS_OF)
    (suggested,) = [line for line in loose.splitlines() if line.startswith("# discounts = [")]
    path = tmp_path / "contracts.toml"
    accepted = text.replace("draft = true\n", "").replace(
        'timing = "in_advance"', f'timing = "in_advance"\n{suggested[2:]}'
    )
    path.write_text(accepted.replace("  # 6 of 6", "\n# 6 of 6"), encoding="utf-8")
    report = check(load_contracts(path), Ledger.from_lines(lines), as_of=AS_OF)
    assert [(total.arrears, total.overbilled) for total in report.totals] == [(0, 0)]
