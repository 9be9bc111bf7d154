"""Cases with one difficulty each, from contract and ledger, with figures worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from billcheck.recovery.case_files import case_text, parse_case
from billcheck.recovery.claims import row_claims
from billcheck.recovery.events import Override
from tests.acceptance import half_rate
from tests.recovery.cases import made_case

TALK = date(2026, 9, 8)
HEADINGS = "document,issue_date,customer,description,amount,currency,period_first_day,period_last_day\n"


def bills(*rows: tuple[str, str, str, str], currency: str = "EUR") -> str:
    """Invoices of one line: document, amount, first and last day of the period; dated on its last day."""
    return HEADINGS + "".join(
        f"{document},{last},Acme,Fee,{amount},{currency},{first},{last}\n" for document, amount, first, last in rows
    )


def contract(start: str, charge: str, *, currency: str = "EUR", more: str = "") -> str:
    return f"""\
[[contract]]
id = "C-1"
customer = "Acme"
currency = "{currency}"
start = {start}
{more}

[[contract.charge]]
name = "Fee"
every = "month"
timing = "in_arrears"
invoice_day = "period_end"
{charge}
"""


def flat(amount: str) -> str:
    return f'model = "flat"\namount = "{amount}"\n'


def test_tax_is_that_of_the_period_and_not_of_today() -> None:
    # Germany, second half of 2020: 19 % fell to 16 %. May and June: 2 x 1,200.00 x 19 % = 456.00;
    # July to October: 4 x 1,200.00 x 16 % = 768.00; together 1,224.00, and neither 1,368.00 nor 1,152.00.
    tax = 'tax = { percent = "19", steps = [{ on = 2020-07-01, percent = "16" }, { on = 2021-01-01, percent = "19" }] }'
    months = [("05", "31"), ("06", "30"), ("07", "31"), ("08", "31"), ("09", "30"), ("10", "31")]
    ledger = bills(*((f"R-{month}", "1200.00", f"2020-{month}-01", f"2020-{month}-{day}") for month, day in months))
    case = made_case(
        contract("2020-05-01", flat("2400.00"), more=tax), ledger, customer="Acme", as_of=date(2020, 11, 4)
    )
    assert [str(period.tax_percent) for period in case.arrears.periods] == ["19", "19", "16", "16", "16", "16"]
    assert sum(period.shortfall_tax_minor for period in case.arrears.periods) == 122_400
    assert case.arrears.arrears_minor == 720_000


@pytest.mark.parametrize(
    ("currency", "agreed", "billed", "missing", "text"),
    [("JPY", "300001", "150000", 300_002, "300001"), ("KWD", "250.125", "125.062", 250_126, "250.125")],
)
def test_currencies_without_cents_and_with_thousandths(
    currency: str, agreed: str, billed: str, missing: int, text: str
) -> None:
    # JPY: 2 x (300,001 - 150,000) = 300,002. KWD: 2 x (250.125 - 125.062) = 250.126.
    ledger = bills(
        ("I-1", billed, "2026-07-01", "2026-07-31"), ("I-2", billed, "2026-08-01", "2026-08-31"), currency=currency
    )
    case = made_case(contract("2026-07-01", flat(agreed), currency=currency), ledger, customer="Acme")
    assert case.arrears.arrears_minor == missing
    assert f'"expected": "{text}"' in case_text(case)
    assert parse_case(case_text(case)) == case


def test_periods_that_begin_on_the_31st() -> None:
    # From 31 January: to 27 February, from 28 February to 30 March, from 31 March to 29 April.
    periods = [("2026-01-31", "2026-02-27"), ("2026-02-28", "2026-03-30"), ("2026-03-31", "2026-04-29")]
    ledger = bills(*((f"I-{number}", "60.00", *days) for number, days in enumerate(periods)))
    case = made_case(contract("2026-01-31", flat("100.00")), ledger, customer="Acme", as_of=date(2026, 5, 4))
    assert [(str(each.first_day), str(each.last_day)) for each in case.arrears.periods] == periods
    assert case.arrears.arrears_minor == 12_000


def test_seats_that_grew_and_were_not_billed() -> None:
    # 12 seats at 10.00, 16 since June; 12 were billed on: 2 x 4 x 10.00 = 80.00.
    charge = (
        'model = "per_unit"\nunit_amount = "10.00"\nquantity = "12"\n'
        'amendments = [{ on = 2026-06-01, quantity = "16" }]\n'
    )
    ledger = bills(
        ("I-1", "120.00", "2026-05-01", "2026-05-31"),
        ("I-2", "120.00", "2026-06-01", "2026-06-30"),
        ("I-3", "120.00", "2026-07-01", "2026-07-31"),
    )
    case = made_case(contract("2026-05-01", charge), ledger, customer="Acme", as_of=date(2026, 8, 12))
    assert [(f"{each.first_day:%Y-%m}", each.shortfall_minor) for each in case.arrears.periods] == [
        ("2026-06", 4_000),
        ("2026-07", 4_000),
    ]


def test_an_uplift_that_was_missed_for_two_years() -> None:
    # 1,000.00 a year, 3 % a year: 1,030.00 and 1,060.90; 1,000.00 was billed on: 30.00 + 60.90 = 90.90.
    charge = flat("1000.00") + 'escalator = { percent = "3", on = "anniversary" }\n'
    ledger = bills(
        ("I-1", "1000.00", "2023-01-01", "2023-12-31"),
        ("I-2", "1000.00", "2024-01-01", "2024-12-31"),
        ("I-3", "1000.00", "2025-01-01", "2025-12-31"),
    )
    terms = contract("2023-01-01", charge).replace('"month"', '"year"')
    case = made_case(terms, ledger, customer="Acme", as_of=date(2026, 2, 1))
    assert [(each.first_day.year, each.shortfall_minor) for each in case.arrears.periods] == [
        (2024, 3_000),
        (2025, 6_090),
    ]


def test_an_overbilled_month_is_owed_back_and_nothing_is_set_off() -> None:
    ledger = bills(
        ("I-1", "70.00", "2026-06-01", "2026-06-30"),
        ("I-2", "145.00", "2026-07-01", "2026-07-31"),
        ("I-3", "70.00", "2026-08-01", "2026-08-31"),
    )
    case = made_case(
        contract("2026-06-01", flat("100.00")),
        ledger,
        customer="Acme",
        overrides=[Override(safeguard="overbilled", reason="A credit note goes out with the notice.")],
    )
    assert (case.arrears.arrears_minor, case.arrears.overbilled_minor) == (6_000, 4_500)
    assert [str(period.first_day) for period in case.arrears.overbilled] == ["2026-07-01"]


@pytest.mark.parametrize(("days", "inside"), [(90, 360_000), (120, 480_000), (180, 720_000)])
def test_a_clause_on_late_invoices_takes_the_oldest_months(days: int, inside: int) -> None:
    # On 8 September: 31 March + 120 days is 29 July, 30 April 28 August, 31 May 28 September. 90 days also take May.
    clause = f'late_invoice_cutoff = {{ days = {days}, from = "service_end", effect = "forfeited" }}'
    terms = half_rate.CONTRACT_TOML.replace("payment_terms", f"{clause}\npayment_terms")
    case = made_case(terms, half_rate.generic_csv(), on=TALK)
    rows = row_claims(case, on=TALK)
    assert sum(row.claimable_minor for row in rows) == inside
    assert sum(row.cut_off_minor for row in rows) == 720_000 - inside
    assert case.arrears.arrears_minor == 720_000
