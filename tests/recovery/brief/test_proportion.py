from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.period import Cadence
from billcheck.recovery.arrears import AgreedCharge, RemainingPeriod
from billcheck.recovery.brief import make_brief
from billcheck.recovery.brief_paper import to_markdown
from billcheck.recovery.case_files import case_text, parse_case
from billcheck.recovery.proportion import proportion_of, waiver_weight
from tests.recovery.by_hand import half_rate_case, make_agreement, make_case, make_period
from tests.recovery.cases import made_case, story_case

if TYPE_CHECKING:
    from billcheck.recovery.case import Case


def test_the_story_is_three_normal_months_and_a_quarter_of_a_year() -> None:
    proportion = proportion_of(story_case().arrears)
    assert (proportion.arrears_minor, proportion.normal_month_minor) == (720_000, 240_000)
    assert (proportion.months, proportion.percent_of_year) == (Decimal("3.00"), Decimal("25.00"))
    assert proportion.monthly_shortfall_minor == 120_000


def test_waiving_all_of_the_story_is_six_months_of_the_right_price() -> None:
    # 7,200.00 / 1,200.00 = 6; September 2026 to December 2027 are 16 months: 38,400.00, half of it the correction.
    weight = waiver_weight(story_case().arrears)
    assert weight is not None
    assert (weight.months, weight.remaining_minor, weight.uplift_minor) == (Decimal("6.00"), 3_840_000, 1_920_000)


def test_where_the_right_price_is_billed_already_no_month_earns_a_waiver_back() -> None:
    weight = waiver_weight(half_rate_case(still_leaks=False).arrears)
    assert weight is not None
    assert (weight.months, weight.remaining_minor, weight.uplift_minor) == (None, 3_840_000, 0)


def test_a_waiver_is_not_weighed_where_nothing_is_priced_or_nobody_can_tell_what_leaks() -> None:
    assert waiver_weight(half_rate_case(agreements=(make_agreement(),)).arrears) is None
    right = (make_period("2026-08", 240_000, 240_000, document="A"),)
    assert waiver_weight(half_rate_case(periods=[make_period("2026-03", 240_000, 0)], right=right).arrears) is None


def test_a_case_that_does_not_say_of_which_charge_a_coming_period_is_takes_the_whole_contract() -> None:
    arrears = half_rate_case().arrears
    agreement = arrears.agreements[0]
    nameless = tuple(replace(period, charge="") for period in agreement.remaining)
    weight = waiver_weight(replace(arrears, agreements=(replace(agreement, remaining=nameless),)))
    assert weight is not None
    assert (weight.months, weight.uplift_minor) == (Decimal("6.00"), 1_920_000)


SEATS_AND_CARE = """\
[[contract]]
id = "C-1"
customer = "Hartwell Interieur"
currency = "EUR"
start = 2026-01-01
last_day = 2027-06-30
tax = { percent = "19" }

[[contract.charge]]
name = "Seats"
model = "flat"
amount = "167.30"
every = "month"
timing = "in_advance"

[[contract.charge]]
name = "Wartung"
model = "flat"
amount = "449.55"
every = "quarter"
timing = "in_arrears"
"""


def seats_and_care(*, last_care: str) -> Case:
    """Seats: March at half, May missing, right since. Wartung: the first quarter right, the last billed at this."""
    seats = [(month, "83.65" if month == 3 else "167.30") for month in (1, 2, 3, 4, 6, 7)]
    lines = [
        *(f"S-{month},2026-{month:02}-01,Hartwell Interieur,Seats,{amount},EUR" for month, amount in seats),
        "W-1,2026-04-01,Hartwell Interieur,Wartung,449.55,EUR",
        f"W-2,2026-07-01,Hartwell Interieur,Wartung,{last_care},EUR",
    ]
    ledger = "document,issue_date,customer,description,amount,currency\n" + "\n".join(lines) + "\n"
    return made_case(SEATS_AND_CARE, ledger, as_of=date(2026, 7, 20))


def waiver_section(case: Case) -> str:
    page = to_markdown(make_brief(case, as_of=case.opened.on))
    return page.partition("A full waiver beside what the right price brings")[2].partition("\n## ")[0]


def test_only_a_charge_that_still_leaks_earns_a_waiver_back() -> None:
    # Missing: 83.65 in March, 167.30 in May, 449.55 - 224.78 = 224.77 in the quarter: 475.72. Still short is Wartung
    # alone: 224.77 / 3 = 74.92 a month; 475.72 / 74.92 = 6.35. To come: 11 × 167.30 + 4 × 449.55 = 3,638.50, of which
    # the correction brings 4 × 224.77 = 899.08.
    case = seats_and_care(last_care="224.78")
    assert (case.arrears.arrears_minor, case.arrears.monthly_leak_minor) == (47_572, 7_492)
    weight = waiver_weight(case.arrears)
    assert weight is not None
    assert (weight.months, weight.remaining_minor, weight.uplift_minor) == (Decimal("6.35"), 363_850, 89_908)
    assert waiver_weight(parse_case(case_text(case)).arrears) == weight
    section = waiver_section(case)
    assert "6.35 months of corrected billing" in section
    assert "the correction brings about 899.08 EUR" in section


def test_where_nothing_leaks_any_more_the_brief_says_so_and_gives_no_figure() -> None:
    section = waiver_section(seats_and_care(last_care="449.55"))
    assert "Nothing leaks any more" in section
    assert "months of corrected billing" not in section
    assert "EUR" not in section


def test_a_quarter_counts_as_three_months() -> None:
    # 9,000.00 a quarter is 3,000.00 a month; 1,500.00 missing is half a month, and 1,500 / 36,000 = 4.1666… %.
    case = make_case(
        [make_period("2026-01", 900_000, 750_000, months=3)], agreements=(make_agreement(every=Cadence("quarter")),)
    )
    proportion = proportion_of(case.arrears)
    assert (proportion.normal_month_minor, proportion.months) == (300_000, Decimal("0.50"))
    assert (proportion.percent_of_year, proportion.monthly_shortfall_minor) == (Decimal("4.17"), 50_000)


def test_weeks_are_brought_to_months_by_days() -> None:
    # 700.00 for 7 days is 100.00 a day; a mean month has 30.436875 days: 3,043.6875 → 3,043.69.
    week = make_period("2026-03", 70_000, 0, first_day=date(2026, 3, 2), last_day=date(2026, 3, 8))
    case = make_case([week], agreements=(make_agreement(every=Cadence("week")),))
    assert proportion_of(case.arrears).normal_month_minor == 304_369


def test_half_months_count_twice() -> None:
    half = make_period("2026-03", 50_000, 0, first_day=date(2026, 3, 1), last_day=date(2026, 3, 14))
    case = make_case([half], agreements=(make_agreement(every=Cadence("semi_month")),))
    assert proportion_of(case.arrears).normal_month_minor == 100_000


def test_a_stub_is_no_normal_month_while_a_whole_one_is_known() -> None:
    stub = make_period("2026-04", 80_000, 0, last_day=date(2026, 4, 10))
    case = make_case([make_period("2026-03", 240_000, 0), stub])
    assert proportion_of(case.arrears).normal_month_minor == 240_000


def test_months_from_the_31st_are_whole() -> None:
    # 31 January to 27 February, then to 30 March: both are a month from the 31st on; the latter is the latest.
    first = make_period("2026-01", 100_000, 0, first_day=date(2026, 1, 31), last_day=date(2026, 2, 27))
    second = make_period("2026-02", 110_000, 0, first_day=date(2026, 2, 28), last_day=date(2026, 3, 30))
    assert proportion_of(make_case([first, second]).arrears).normal_month_minor == 110_000


def test_seats_that_grew_count_as_they_are_now() -> None:
    # 10 seats at 30.00, from June 16: 480.00; the missing 6 × 30.00 for June to August are 540.00, 1.125 months.
    rows = [make_period(f"2026-0{month}", 48_000, 30_000, document=f"A{month}") for month in (6, 7, 8)]
    right = tuple(make_period(f"2026-0{month}", 30_000, 30_000, document=f"A{month}") for month in (4, 5))
    proportion = proportion_of(make_case(rows, right=right).arrears)
    assert (proportion.arrears_minor, proportion.normal_month_minor) == (54_000, 48_000)
    assert proportion.months == Decimal("1.13")


def test_an_uplift_missed_for_two_years_weighs_as_much_as_is_missed_now() -> None:
    # 1,000.00 a month, 5 % missed in 2025 (50.00), again in 2026 (102.50): 12 × 50.00 + 6 × 102.50 = 1,215.00.
    rows = [
        *(make_period(f"2025-{month:02}", 105_000, 100_000, document=f"A{month}") for month in range(1, 13)),
        *(make_period(f"2026-{month:02}", 110_250, 100_000, document=f"B{month}") for month in range(1, 7)),
    ]
    remaining = tuple(
        RemainingPeriod(date(2026, month, 1), date(2026, month, 28), date(2026, month, 28), 110_250, "Retainer")
        for month in range(7, 13)
    )
    case = make_case(
        rows, agreements=(make_agreement(remaining=remaining),), still_leaks=True, monthly_leak_minor=10_250
    )
    proportion, weight = proportion_of(case.arrears), waiver_weight(case.arrears)
    assert (proportion.arrears_minor, proportion.monthly_shortfall_minor) == (121_500, 10_250)
    assert proportion.months == Decimal("1.10")  # 1,215.00 / 1,102.50 = 1.102…
    assert weight is not None
    assert (weight.months, weight.remaining_minor, weight.uplift_minor) == (Decimal("11.85"), 661_500, 61_500)


def test_charges_of_several_contracts_add_up_and_single_ones_do_not_count() -> None:
    agreements = (
        make_agreement(charges=(AgreedCharge(name="Retainer", every=Cadence("month")), AgreedCharge(name="Setup"))),
        make_agreement("C-2", every=Cadence("year")),
    )
    rows = [
        make_period("2026-03", 100_000, 50_000),
        make_period("2026-03", 900_000, 0, charges=("Setup",)),
        make_period("2026-01", 120_000, 0, contract="C-2", months=12),
    ]
    proportion = proportion_of(make_case(rows, agreements=agreements).arrears)
    assert (proportion.normal_month_minor, proportion.arrears_minor) == (110_000, 1_070_000)


def test_where_what_recurs_comes_to_a_refund_there_is_no_normal_month() -> None:
    refund = make_period("2026-04", -50_000, -50_000, charges=("Discount",))
    agreement = make_agreement(
        charges=tuple(AgreedCharge(name=name, every=Cadence("month")) for name in ("Retainer", "Discount"))
    )
    case = make_case([make_period("2026-03", 40_000, 0)], agreements=(agreement,), right=(refund,))
    assert proportion_of(case.arrears).normal_month_minor is None


def test_where_nothing_recurs_there_is_no_normal_month() -> None:
    agreement = make_agreement(charges=(AgreedCharge(name="Retainer"),))
    proportion = proportion_of(make_case([make_period("2026-03", 100_000, 0)], agreements=(agreement,)).arrears)
    assert (proportion.normal_month_minor, proportion.months, proportion.percent_of_year) == (None, None, None)


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_proportions_do_not_depend_on_the_decimals_of_a_currency(currency: str) -> None:
    proportion = proportion_of(half_rate_case(currency=currency).arrears)
    assert (proportion.months, proportion.percent_of_year) == (Decimal("3.00"), Decimal("25.00"))


@given(st.integers(1, 10**9), st.integers(1, 24), st.integers(1, 10**6))
def test_ratios_are_within_half_a_hundredth_of_the_truth(agreed: int, count: int, billed: int) -> None:
    rows = []
    for number in range(count):
        first = date(2024, 1, 1) + timedelta(days=31 * number)
        rows.append(make_period(f"{first:%Y-%m}", agreed + billed, billed))
    proportion = proportion_of(make_case(rows).arrears)
    assert proportion.months is not None
    assert abs(proportion.months * (agreed + billed) - agreed * count) * 200 <= agreed + billed


def test_what_is_overbilled_makes_no_proportion_smaller() -> None:
    case = story_case()
    arrears = replace(case.arrears, overbilled=(make_period("2026-02", 240_000, 250_000, document="B"),))
    assert proportion_of(arrears).arrears_minor == 720_000
