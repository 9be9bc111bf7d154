"""Offers about cases that come from contracts and a ledger by the public path, each with one difficulty."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING

from billcheck.recovery.documents import draft_documents
from billcheck.recovery.events import Override
from billcheck.recovery.ladder import preset_offers
from billcheck.recovery.offers import default_count, instalment_offer, separate_invoice_offer, waive_part
from tests.recovery.cases import made_case
from tests.recovery.offers.test_documents_of_offers import check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.recovery.case import Case

HEADINGS = "document,issue_date,customer,description,amount,currency,period_first_day,period_last_day"
CUSTOMER = "Hartwell Interieur"


def contract(charge: str, *, currency: str = "EUR", tax: str = '{ percent = "21" }', start: str = "2026-01-01") -> str:
    return f"""\
[[contract]]
id = "C-1"
customer = "{CUSTOMER}"
currency = "{currency}"
start = {start}
payment_terms = "30 days"
tax = {tax}

[[contract.charge]]
name = "Retainer"
every = "month"
timing = "in_arrears"
invoice_day = "period_end"
{charge}
"""


def months(first: tuple[int, int], amounts: Sequence[str], currency: str = "EUR") -> str:
    """One invoice for each month, of its last day."""
    rows = [HEADINGS]
    for number, amount in enumerate(amounts):
        year, month = divmod(first[0] * 12 + first[1] - 1 + number, 12)
        begin, last = date(year, month + 1, 1), date(year, month + 1, monthrange(year, month + 1)[1])
        rows.append(f"INV-{number + 1:03},{last},{CUSTOMER},Retainer,{amount},{currency},{begin},{last}")
    return "\n".join(rows) + "\n"


def check_all(case: Case) -> None:
    """Every offer of the ladder becomes documents that come to it, in both modes."""
    for offer in preset_offers(case, first=date(2026, 10, 31)):
        check(case, offer)
    check(case, instalment_offer(case, first=date(2026, 10, 31), count=7, mode="invoice_each"))


def test_a_tax_rate_that_changed_inside_the_arrears() -> None:
    # March and April at 19 %, May to August at 16 %: 2 x 228.00 + 4 x 192.00 = 1,224.00.
    agreed = contract(
        'model = "flat"\namount = "2400.00"', tax='{ percent = "19", steps = [{ on = 2026-05-01, percent = "16" }] }'
    )
    case = made_case(agreed, months((2026, 1), ["2400.00"] * 2 + ["1200.00"] * 6))
    assert separate_invoice_offer(case).tax_minor == 122_400
    check_all(case)


def test_yen() -> None:
    # 3 x 111 at 10 % is 33.3: 33; the same on three invoices: 11 each, 33.
    agreed = contract('model = "flat"\namount = "1111"', currency="JPY", tax='{ percent = "10" }')
    case = made_case(agreed, months((2026, 1), ["1111"] * 5 + ["1000"] * 3, "JPY"))
    offer = separate_invoice_offer(case)
    assert (offer.excl_tax_minor, offer.tax_minor) == (333, 33)
    assert [each.amount_minor for each in instalment_offer(case, first=date(2026, 10, 31)).payments] == [122] * 3
    check_all(case)


def test_dinars() -> None:
    # 8 months of 0.005 too little: 0.040, and 5 % of it is 0.002.
    agreed = contract('model = "flat"\namount = "10.005"', currency="KWD", tax='{ percent = "5" }')
    case = made_case(agreed, months((2026, 1), ["10.000"] * 8, "KWD"))
    offer = separate_invoice_offer(case)
    assert (offer.excl_tax_minor, offer.tax_minor, default_count(case)) == (40, 2, 8)
    check_all(case)


def test_seats_that_grew_inside_a_month() -> None:
    # 10.00 a seat; 12 seats, 16 from 17 May on. 15 of May's 31 days: 4 x 10.00 x 15/31 = 19.35 beside May's 120.00.
    # June to August 160.00 each. Billed 120.00 all the time: 19.35 + 3 x 40.00 = 139.35, in four periods.
    agreed = contract(
        'model = "per_unit"\nunit_amount = "10.00"\nquantity = "12"\n'
        'amendments = [{ on = 2026-05-17, quantity = "16" }]'
    )
    case = made_case(agreed, months((2026, 1), ["120.00"] * 8))
    offer = separate_invoice_offer(case)
    assert (offer.excl_tax_minor, default_count(case)) == (13_935, 4)
    assert waive_part(case, oldest=1).waived_minor == 1_935
    check_all(case)


def test_an_uplift_missed_for_two_years() -> None:
    # 1,000.00 from 2024, 2 % a year on 1 January: 2025 1,020.00, 2026 1,040.40. 12 x 20.00 + 8 x 40.40 = 563.20.
    agreed = contract('model = "flat"\namount = "1000.00"\nescalator = { percent = "2" }', start="2024-01-01")
    case = made_case(agreed, months((2024, 1), ["1000.00"] * 32))
    offer = separate_invoice_offer(case)
    assert (offer.excl_tax_minor, offer.tax_minor, default_count(case)) == (56_320, 11_827, 20)
    check_all(case)


def test_what_was_billed_too_much_is_no_part_of_an_offer() -> None:
    # March to May 100.00 short each, June 50.00 too much: 300.00 are claimed and 50.00 are owed back.
    agreed = contract('model = "flat"\namount = "500.00"')
    case = made_case(
        agreed,
        months((2026, 1), ["500.00"] * 2 + ["400.00"] * 3 + ["550.00"] + ["500.00"] * 2),
        overrides=[Override(safeguard="overbilled", reason="A credit note goes with it.")],
    )
    offer = separate_invoice_offer(case)
    assert offer.excl_tax_minor == 30_000
    documents = draft_documents(case, offer, without_contact="asked for")
    assert [(each.kind, each.excl_tax_minor) for each in documents][0::2] == [
        ("supplementary_invoice", 30_000),
        ("credit_note", 5_000),
    ]
    check_all(case)


def test_periods_that_begin_on_a_thirty_first() -> None:
    # Periods from 31 January: until 27 February, 30 March, 29 April, 30 May, 29 June, 30 July, 30 August; each invoice
    # is of the last day, and 10.00 short.
    agreed = contract('model = "flat"\namount = "110.00"', start="2026-01-31")
    days = ["01-31", "02-28", "03-31", "04-30", "05-31", "06-30", "07-31"]
    ends = ["02-27", "03-30", "04-29", "05-30", "06-29", "07-30", "08-30"]
    rows = [
        f"INV-{number},2026-{end},{CUSTOMER},Retainer,100.00,EUR,2026-{day},2026-{end}"
        for number, (day, end) in enumerate(zip(days, ends, strict=True), 1)
    ]
    case = made_case(agreed, "\n".join([HEADINGS, *rows]) + "\n")
    assert default_count(case) == 7
    plan = instalment_offer(case, first=date(2026, 10, 1), every="regular", count=6)
    # Invoices of 29 September, 30 October, 29 November, 30 December, 30 January, 27 February, each with 30 days.
    assert [str(each.due_date) for each in plan.payments] == [
        "2026-10-29", "2026-11-29", "2026-12-29", "2027-01-29", "2027-03-01", "2027-03-29",
    ]  # fmt: skip
    check_all(case)
