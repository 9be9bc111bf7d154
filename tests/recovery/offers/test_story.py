"""The story to the cent: six months at 1,200.00 of 2,400.00, 21 % tax, so 7,200.00 + 1,512.00 = 8,712.00."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from billcheck.recovery.ladder import compare_offers, preset_offers
from billcheck.recovery.offers import (
    default_count,
    instalment_offer,
    next_invoice_offer,
    separate_invoice_offer,
    waive_all,
    waive_part,
)
from tests.recovery.offers.stories import story

if TYPE_CHECKING:
    from billcheck.recovery.instalments import Every
    from billcheck.recovery.offer import InvoiceMode, Offer

FIRST = date(2026, 10, 31)
MONTH_ENDS = [
    "2026-10-31", "2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31",
    "2027-06-30", "2027-07-31", "2027-08-31", "2027-09-30",
]  # fmt: skip
MONDAYS = [
    "2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23",
    "2026-11-30", "2026-12-07", "2026-12-14", "2026-12-21",
]  # fmt: skip


def totals(offer: Offer) -> tuple[int, int, int, int]:
    return offer.excl_tax_minor, offer.tax_minor, offer.incl_tax_minor, offer.waived_minor


def payments(offer: Offer) -> list[tuple[int, str, int]]:
    return [(payment.number, str(payment.due_date), payment.amount_minor) for payment in offer.payments]


@pytest.mark.parametrize("make", [next_invoice_offer, separate_invoice_offer])
def test_both_choices_claim_the_whole(make: object) -> None:
    offer = make(story())  # type: ignore[operator]
    assert totals(offer) == (720_000, 151_200, 871_200, 0)
    assert offer.claims == tuple((f"C-117-{number:02}", 120_000) for number in range(3, 9))
    assert (offer.waived, offer.payments, offer.invoices) == ((), (), ())


@pytest.mark.parametrize(
    ("count", "every", "first", "amounts", "days"),
    [
        (3, "month", FIRST, [290_400] * 3, MONTH_ENDS),
        (6, "month", FIRST, [145_200] * 6, MONTH_ENDS),
        (7, "month", FIRST, [124_458, *[124_457] * 6], MONTH_ENDS),
        (10, "month", FIRST, [87_120] * 10, MONTH_ENDS),
        (12, "month", FIRST, [72_600] * 12, MONTH_ENDS),
        (12, "week", date(2026, 10, 5), [72_600] * 12, MONDAYS),
    ],
)
def test_plans(count: int, every: Every, first: date, amounts: list[int], days: list[str]) -> None:
    offer = instalment_offer(story(), first=first, every=every, count=count)
    assert payments(offer) == list(zip(range(1, count + 1), days, amounts, strict=False))
    assert totals(offer) == (720_000, 151_200, 871_200, 0)
    assert offer.mode == "one_invoice"


@pytest.mark.parametrize(
    ("count", "parts"),
    [(6, [(120_000, 25_200)] * 6), (7, [(102_858, 21_600), *[(102_857, 21_600)] * 6])],
)
def test_an_invoice_for_each_instalment(count: int, parts: list[tuple[int, int]]) -> None:
    # 1,028.58 and 1,028.57 at 21 % are 216.0018 and 215.9997: 216.00 each.
    offer = instalment_offer(story(), first=FIRST, count=count, mode="invoice_each")
    assert [(invoice.excl_tax_minor, invoice.tax_minor) for invoice in offer.invoices] == parts
    assert payments(offer) == [
        (number, day, excl + tax) for number, (day, (excl, tax)) in enumerate(zip(MONTH_ENDS, parts, strict=False), 1)
    ]
    assert offer.incl_tax_minor == sum(excl + tax for excl, tax in parts)


def test_an_invoice_for_each_of_seven_bills_the_oldest_first() -> None:
    # 1,028.58 of March; the 171.42 left of March and 857.15 of April; 342.85 of April and 685.72 of May; ...
    offer = instalment_offer(story(), first=FIRST, count=7, mode="invoice_each")
    assert [invoice.claims for invoice in offer.invoices][:3] == [
        (("C-117-03", 102_858),),
        (("C-117-03", 17_142), ("C-117-04", 85_715)),
        (("C-117-04", 34_285), ("C-117-05", 68_572)),
    ]
    assert offer.invoices[-1].claims == (("C-117-08", 102_857),)


@pytest.mark.parametrize("mode", ["one_invoice", "invoice_each"])
@pytest.mark.parametrize(
    ("percent", "cap", "count", "each"),
    [
        (20, 58_080, 15, 58_080),
        (25, 72_600, 12, 72_600),
        (30, 87_120, 10, 87_120),
        (35, 101_640, 9, 96_800),
        (50, 145_200, 6, 145_200),
        (100, 290_400, 3, 290_400),
    ],
)
def test_capped_plans(mode: InvoiceMode, percent: int, cap: int, count: int, each: int) -> None:
    by_percent = instalment_offer(story(), first=FIRST, cap_percent=Decimal(percent), mode=mode)
    by_amount = instalment_offer(story(), first=FIRST, cap_minor=cap, mode=mode)
    assert by_percent == by_amount
    assert [payment.amount_minor for payment in by_percent.payments] == [each] * count


def test_the_default_is_one_instalment_for_each_period() -> None:
    assert default_count(story()) == 6
    offer = instalment_offer(story(), first=FIRST)
    assert [payment.amount_minor for payment in offer.payments] == [145_200] * 6


@pytest.mark.parametrize(
    ("percent", "figures", "each"),
    [
        (10, (648_000, 136_080, 784_080, 72_000), 130_680),
        (25, (540_000, 113_400, 653_400, 180_000), 108_900),
        (50, (360_000, 75_600, 435_600, 360_000), 72_600),
    ],
)
def test_partial_waivers_and_six_instalments(percent: int, figures: tuple[int, ...], each: int) -> None:
    waiver = waive_part(story(), percent=Decimal(percent))
    assert totals(waiver) == figures
    assert waiver.waived == tuple((f"C-117-{number:02}", figures[3] // 6) for number in range(3, 9))
    assert waive_part(story(), amount_minor=figures[3]).claims == waiver.claims
    plan = instalment_offer(story(), first=FIRST, count=6, waiver=waiver)
    assert totals(plan) == figures
    assert [payment.amount_minor for payment in plan.payments] == [each] * 6
    assert totals(next_invoice_offer(story(), waiver=waiver)) == figures


@pytest.mark.parametrize(
    ("left", "figures"),
    [
        (1, (120_000, 25_200, 145_200, 600_000)),
        (3, (360_000, 75_600, 435_600, 360_000)),
        (5, (600_000, 126_000, 726_000, 120_000)),
    ],
)
def test_last_periods_only(left: int, figures: tuple[int, ...]) -> None:
    offer = waive_part(story(), oldest=6 - left)
    assert totals(offer) == figures
    assert [row for row, _ in offer.claims] == [f"C-117-{number:02}" for number in range(9 - left, 9)]


def test_newest_and_named_periods() -> None:
    assert [row for row, _ in waive_part(story(), newest=2).waived] == ["C-117-07", "C-117-08"]
    named = waive_part(story(), periods=["2026-05", "C-117-03"])
    assert named.waived == (("C-117-03", 120_000), ("C-117-05", 120_000))
    assert named.name == "waive_2026-03_2026-05"


def test_waive_all() -> None:
    offer = waive_all(story())
    assert totals(offer) == (0, 0, 0, 720_000)
    assert (offer.claims, offer.payments, offer.how) == ((), (), "waive_all")


def test_the_walk_away_list() -> None:
    """With a floor of 3,600.00: what reaches it stands above, one period only and a full waiver below."""
    names = {"separate_invoice": "full", "waive_10_percent": "waive_10", "waive_25_percent": "waive_25"}
    rungs = compare_offers(story(), preset_offers(story(), first=FIRST), floor_minor=360_000)
    simple = [rung for rung in rungs if "instalments" not in rung.offer.name and rung.offer.how != "next_invoice"]
    above = [names.get(rung.offer.name, rung.offer.name) for rung in simple if not rung.is_walk_away]
    assert sorted(above) == sorted(
        ["full", "waive_10", "waive_25", "waive_50_percent", "last_3_periods", "last_5_periods"]
    )
    assert [rung.offer.name for rung in simple if rung.is_walk_away] == ["last_1_period", "waive_all"]


def test_the_ladder_of_the_story() -> None:
    rungs = compare_offers(story(), preset_offers(story(), first=FIRST), on=date(2026, 9, 8))
    assert [
        (
            rung.offer.name, rung.offer.excl_tax_minor, str(rung.percent_recovered), rung.count, rung.peak_minor,
            str(rung.peak_percent), str(rung.last_day), rung.tax_up_front_minor, rung.is_walk_away,
        )
        for rung in rungs
    ] == [
        ("next_invoice", 720_000, "100.00", 1, 871_200, "300.00", "2026-10-30", 151_200, None),
        ("separate_invoice", 720_000, "100.00", 1, 871_200, "300.00", "2026-10-08", 151_200, None),
        ("instalments_6", 720_000, "100.00", 6, 145_200, "50.00", "2027-03-31", 151_200, None),
        ("waive_10_percent", 648_000, "90.00", 1, 784_080, "270.00", "2026-10-08", 136_080, None),
        ("waive_10_percent_instalments_6", 648_000, "90.00", 6, 130_680, "45.00", "2027-03-31", 136_080, None),
        ("last_5_periods", 600_000, "83.33", 1, 726_000, "250.00", "2026-10-08", 126_000, None),
        ("waive_25_percent", 540_000, "75.00", 1, 653_400, "225.00", "2026-10-08", 113_400, None),
        ("waive_25_percent_instalments_6", 540_000, "75.00", 6, 108_900, "37.50", "2027-03-31", 113_400, None),
        ("last_3_periods", 360_000, "50.00", 1, 435_600, "150.00", "2026-10-08", 75_600, None),
        ("waive_50_percent", 360_000, "50.00", 1, 435_600, "150.00", "2026-10-08", 75_600, None),
        ("waive_50_percent_instalments_6", 360_000, "50.00", 6, 72_600, "25.00", "2027-03-31", 75_600, None),
        ("last_1_period", 120_000, "16.67", 1, 145_200, "50.00", "2026-10-08", 25_200, None),
        ("waive_all", 0, "0.00", 0, 0, "0.00", "None", 0, None),
    ]  # fmt: skip


def test_tax_follows_the_plan_with_an_invoice_for_each_instalment() -> None:
    offers = [instalment_offer(story(), first=FIRST, count=6, mode=mode) for mode in ("one_invoice", "invoice_each")]
    assert [rung.tax_up_front_minor for rung in compare_offers(story(), offers)] == [25_200, 151_200]
