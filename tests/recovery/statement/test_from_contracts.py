"""Statements of cases that begin as people write them: contracts and a ledger, checked and opened."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billcheck.recovery.brief import make_brief
from billcheck.recovery.events import Override
from billcheck.recovery.statement import Statement, make_statement
from tests.recovery.cases import made_case, story_case

HEAD = '[[contract]]\nid = "C-1"\ncustomer = "Hartwell Interieur"\n'
CHARGE = '[[contract.charge]]\nname = "Care"\nevery = "month"\ntiming = "in_arrears"\ninvoice_day = "period_end"\n'


def ledger(currency: str, *lines: tuple[str, str]) -> str:
    """Invoices by day and amount."""
    rows = [f"R-{number:03},{day},Hartwell Interieur,Care,{amount},{currency}\n" for number, (day, amount) in
            enumerate(lines, start=1)]  # fmt: skip
    return "document,issue_date,customer,description,amount,currency\n" + "".join(rows)


def month_ends(first: str, count: int) -> list[str]:
    year, month = map(int, first.split("-"))
    days = []
    for number in range(count):
        index = year * 12 + month - 1 + number + 1
        days.append(str(date.fromordinal(date(index // 12, index % 12 + 1, 1).toordinal() - 1)))
    return days


def shares(statement: Statement) -> list[tuple[str, int]]:
    return [(str(share.first_day)[:7], share.arrears_minor) for share in statement.months]


def test_the_story_by_the_public_path() -> None:
    statement = make_statement(story_case())
    assert [
        (row.shortfall_minor, row.billed[0].document, str(row.billed[0].issue_date)) for row in statement.periods
    ] == [(120_000, f"INV-2026-00{number}", day) for number, day in enumerate(month_ends("2026-03", 6), start=3)]
    totals = statement.arrears
    assert (totals.excl_tax_minor, totals.tax_minor, totals.incl_tax_minor) == (720_000, 151_200, 871_200)
    assert all(row.derivation for row in statement.periods)


def test_seats_that_grew_unnoticed() -> None:
    # 16 seats from June instead of 10, at 30.00: June to August are short by 180.00 each, 540.00; tax 113.40.
    contracts = (
        f'{HEAD}currency = "EUR"\nstart = 2026-04-01\nlast_day = 2027-03-31\ntax = {{ percent = "21" }}\n{CHARGE}'
        'model = "per_unit"\nunit_amount = "30.00"\nquantity = "10"\n'
        'amendments = [{ on = 2026-06-01, quantity = "16" }]\n'
    )
    billed = ledger("EUR", *((day, "300.00") for day in month_ends("2026-04", 5)))
    statement = make_statement(made_case(contracts, billed))
    assert shares(statement) == [("2026-06", 18_000), ("2026-07", 18_000), ("2026-08", 18_000)]
    assert (statement.arrears.excl_tax_minor, statement.arrears.tax_minor) == (54_000, 11_340)


def test_an_uplift_missed_for_two_years() -> None:
    # 1,000.00, 5 % more each year: 2025 is short by 50.00 a month, 600.00; 2026 by 102.50 for eight months, 820.00.
    contracts = (
        f'{HEAD}currency = "EUR"\nstart = 2024-01-01\nlast_day = 2026-12-31\ntax = {{ percent = "21" }}\n{CHARGE}'
        'model = "flat"\namount = "1000.00"\nescalator = { percent = "5", on = "anniversary" }\n'
    )
    case = made_case(contracts, ledger("EUR", *((day, "1000.00") for day in month_ends("2024-01", 32))))
    statement = make_statement(case)
    assert [(share.first_day.year, share.arrears_minor) for share in statement.fiscal_years] == [
        (2025, 60_000),
        (2026, 82_000),
    ]
    assert (statement.arrears.excl_tax_minor, statement.arrears.tax_minor) == (142_000, 29_820)
    brief = make_brief(case, as_of=date(2026, 9, 4))
    assert brief.proportion.months == Decimal("1.29")  # 1,420.00 / 1,102.50
    # September to December still bill 4 × 1,102.50 = 4,410.00, of which 4 × 102.50 = 410.00 are the correction.
    assert brief.waiver is not None
    assert (brief.waiver.remaining_minor, brief.waiver.uplift_minor) == (441_000, 41_000)


def test_periods_from_the_31st_are_shared_out_by_days() -> None:
    # 50.00 short each. 31 January to 27 February: 1 of 28 days is 1.79; 28 February to 30 March: 1 of 31 is 1.61;
    # 31 March to 29 April: 1 of 30 is 1.67; 30 April to 30 May: 1 of 31 is 1.61.
    contracts = (
        f'{HEAD}currency = "EUR"\nstart = 2026-01-31\nlast_day = 2027-01-30\ntax = {{ percent = "21" }}\n{CHARGE}'
        'model = "flat"\namount = "100.00"\n'
    )
    days = ("2026-02-27", "2026-03-30", "2026-04-29", "2026-05-30")
    case = made_case(contracts, ledger("EUR", *((day, "50.00") for day in days)), as_of=date(2026, 6, 1))
    statement = make_statement(case)
    assert statement.is_shared_out
    assert shares(statement) == [
        ("2026-01", 179),
        ("2026-02", 5_000 - 179 + 161),
        ("2026-03", 5_000 - 161 + 167),
        ("2026-04", 5_000 - 167 + 161),
        ("2026-05", 5_000 - 161),
    ]


@pytest.mark.parametrize(
    ("currency", "agreed", "billed", "percent", "excl_tax", "tax"),
    [
        # 2 × 50,001 = 100,002; 10 % is 10,000.2.
        ("JPY", "100001", "50000", "10", 100_002, 10_000),
        # 2 × 5.125 = 10.250; 5 % is 0.5125, half up 0.513.
        ("KWD", "10.125", "5.000", "5", 10_250, 513),
    ],
)
def test_currencies_with_no_and_three_decimals(
    currency: str, agreed: str, billed: str, percent: str, excl_tax: int, tax: int
) -> None:
    contracts = (
        f'{HEAD}currency = "{currency}"\nstart = 2026-06-01\nlast_day = 2027-05-31\ntax = {{ percent = "{percent}" }}\n'
        f'{CHARGE}model = "flat"\namount = "{agreed}"\n'
    )
    lines = [(month_ends("2026-06", 3)[0], agreed), *((day, billed) for day in month_ends("2026-07", 2))]
    totals = make_statement(made_case(contracts, ledger(currency, *lines))).arrears
    assert (totals.excl_tax_minor, totals.tax_minor) == (excl_tax, tax)


def test_a_tax_change_inside_the_arrears() -> None:
    # Germany 2020: May and June at 19 %, July to October at 16 %: 2 × 228.00 + 4 × 192.00 = 1,224.00.
    contracts = (
        f'{HEAD}currency = "EUR"\nstart = 2020-05-01\nlast_day = 2020-12-31\n'
        'tax = { percent = "19", steps = [{ on = 2020-07-01, percent = "16" }] }\n'
        f'{CHARGE}model = "flat"\namount = "2400.00"\n'
    )
    billed = ledger("EUR", *((day, "1200.00") for day in month_ends("2020-05", 6)))
    totals = make_statement(made_case(contracts, billed, as_of=date(2020, 11, 3))).arrears
    assert [(group.percent, group.tax_minor) for group in totals.tax_groups] == [
        (Decimal(16), 76_800),
        (Decimal(19), 45_600),
    ]
    assert (totals.tax_minor, totals.incl_tax_minor) == (122_400, 842_400)


def test_an_overbilled_month_beside_the_arrears() -> None:
    contracts = (
        f'{HEAD}currency = "EUR"\nstart = 2026-06-01\nlast_day = 2027-05-31\ntax = {{ percent = "21" }}\n{CHARGE}'
        'model = "flat"\namount = "1000.00"\n'
    )
    lines = list(zip(month_ends("2026-06", 3), ("1100.00", "400.00", "1000.00"), strict=True))
    overrides = [Override(safeguard="overbilled", reason="Goes back with the talk")]
    statement = make_statement(made_case(contracts, ledger("EUR", *lines), overrides=overrides))
    assert (statement.arrears.excl_tax_minor, statement.owed_back.incl_tax_minor) == (60_000, 12_100)
