"""What leaks and what goes on, in the words of every face."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from billcheck.causes import CauseGroup, NextInvoice, RunningCause
from billcheck.findings import Cause, ContractRows, Status
from billcheck.report.leaks import group_text, parts_of, rest_text, running_text, when_text
from billcheck.report.page import plain
from billcheck.report.table import cause_lines, to_lines
from tests.report.stories import half_rate, make_contract, make_report, make_row


def group(**more: Any) -> CauseGroup:
    values: dict[str, Any] = {
        "code": "missed_uplift",
        "sentence": "billed without the uplift of 2026-01-01",
        "part_of": "arrears",
        "currency": "EUR",
        "amount_minor": 1_820_410,
        "contracts": tuple(f"C-{number}" for number in range(34)),
        "rows": 272,
        "first_day": date(2026, 1, 1),
        "last_day": date(2026, 8, 31),
        "running": 34,
        "monthly_minor": 227_551,
    }
    return CauseGroup(**{**values, **more})


@pytest.mark.parametrize(
    ("more", "text"),
    [
        (
            {},
            "34 contracts: billed without the uplift of 2026-01-01, since 2026-01, goes on: 2,275.51 a month",
        ),
        (
            {"running": 30},
            (
                "34 contracts: billed without the uplift of 2026-01-01, 2026-01 to 2026-08, goes on in 30 of 34: "
                "2,275.51 a month"
            ),
        ),
        (
            {"running": 0, "monthly_minor": 0, "contracts": ("C-1",)},
            "1 contract: billed without the uplift of 2026-01-01, 2026-01 to 2026-08",
        ),
        (
            {"monthly_minor": 0, "running": 1, "contracts": ("C-1",)},
            (
                "1 contract: billed without the uplift of 2026-01-01, since 2026-01, goes on: less than 0.01 a month "
                "for each charge"
            ),
        ),
        (
            {"running": 0, "contracts": ("C-1",), "last_day": date(2026, 1, 31)},
            "1 contract: billed without the uplift of 2026-01-01, 2026-01",
        ),
    ],
)
def test_a_group_in_a_line(more: dict[str, Any], text: str) -> None:
    assert group_text(group(**more)) == text
    assert when_text(group(**more)) in text


def running(**more: Any) -> RunningCause:
    entry = half_rate().contracts[0].running[0]
    coming = {key: more.pop(key) for key in ("expected_minor", "projected_minor", "is_awaited") if key in more}
    return replace(entry, next_invoice=replace(entry.next_invoice, **coming), **more)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({}, "Retainer due 2026-09-30 will be 1,200.00 EUR short, 1,200.00 of 2,400.00, if nothing changes"),
        (
            {"monthly_minor": 40_000},
            (
                "Retainer due 2026-09-30 will be 1,200.00 EUR short, 1,200.00 of 2,400.00, if nothing changes; "
                "400.00 EUR a month"
            ),
        ),
        (
            {"projected_minor": 480_000, "part_of": "overbilled", "monthly_minor": 240_000},
            "Retainer due 2026-09-30 will be 2,400.00 EUR too high, 4,800.00 instead of 2,400.00, if nothing changes",
        ),
        (
            {"projected_minor": 0, "monthly_minor": 240_000},
            "Retainer due 2026-09-30 will not be invoiced, 2,400.00 EUR, if nothing changes",
        ),
        (
            {"expected_minor": -10_000, "projected_minor": 0, "part_of": "overbilled", "monthly_minor": 10_000},
            "Retainer due 2026-09-30 will not be taken off, -100.00 EUR, if nothing changes",
        ),
        (
            {"is_awaited": True, "charges": ("Retainer", "Seats")},
            (
                "Retainer + Seats due 2026-09-30, still awaited, will be 1,200.00 EUR short, 1,200.00 of 2,400.00, "
                "if nothing changes"
            ),
        ),
        (
            {"monthly_minor": 0},
            (
                "Retainer due 2026-09-30 will be 1,200.00 EUR short, 1,200.00 of 2,400.00, if nothing changes; "
                "less than 0.01 EUR a month"
            ),
        ),
        (
            {"projected_minor": None, "monthly_minor": 0, "note": "not known", "part_of": "overbilled"},
            "Retainer, less than 0.01 EUR a month too high by the latest period; not known",
        ),
        (
            {"projected_minor": None, "note": "no cause was found, so nothing foretells the next invoice"},
            (
                "Retainer, 1,200.00 EUR a month short by the latest period; no cause was found, so nothing "
                "foretells the next invoice"
            ),
        ),
        (
            {"expected_minor": None, "projected_minor": None, "note": "not known", "part_of": "overbilled"},
            "Retainer, 1,200.00 EUR a month too high by the latest period; not known",
        ),
    ],
)
def test_what_goes_on_in_a_line(more: dict[str, Any], text: str) -> None:
    assert running_text(running(**more)) == text


def test_what_goes_on_says_if_nothing_changes_or_why_nobody_can_say() -> None:
    assert "if nothing changes" in running_text(running())
    assert isinstance(running().next_invoice, NextInvoice)


def many_causes(number: int) -> list[ContractRows]:
    """Each contract with a cause of its own; the later ones are larger."""
    items = []
    for index in range(number):
        contract = make_contract(f"C-{index:03}", f"Customer {index:03}")
        shortfall = 100 + index
        group = f"cause {index:03}"
        cause = Cause("some_cause", group, date(2026, 2, 1), date(2026, 2, 28), "EUR", shortfall, 1, group)
        row = make_row(contract, "2026-02", 10_000, 10_000 - shortfall, Status.UNDERBILLED, causes=(cause,))
        items.append(ContractRows(contract, (row,)))
    return items


def by_size(contracts: list[ContractRows]) -> Any:
    report = make_report(contracts)
    return replace(report, cause_groups=tuple(sorted(report.causes, key=lambda entry: -entry.amount_minor)))


def test_the_table_shows_ten_causes_and_adds_up_the_rest() -> None:
    lines = plain(cause_lines(by_size(many_causes(13)))).splitlines()
    assert lines[0] == "Arrears by cause, in EUR"
    assert lines[1] == "   1.12  1 contract: cause 012, 2026-02"
    assert lines[10] == "   1.03  1 contract: cause 003, 2026-02"
    # 1.00 + 1.01 + 1.02; and 13 × 1.00 + 0.78 in all.
    assert lines[11:] == ["   3.03  3 more causes", "  13.78  arrears, all causes"]


def test_ten_causes_are_shown_without_a_rest() -> None:
    lines = plain(cause_lines(by_size(many_causes(10)))).splitlines()
    assert [line.split()[0] for line in lines[-2:]] == ["1.00", "10.45"]
    assert rest_text(make_report(many_causes(10)).cause_groups) == ""
    assert rest_text(make_report(many_causes(11)).cause_groups) == "1 more cause"


def test_the_notebook_shows_ten_causes_and_adds_up_the_rest() -> None:
    html = by_size(many_causes(13))._repr_html_()
    assert html.count("1 contract: cause ") == 10
    assert '<td class="amount">3.03</td><td>3 more causes</td>' in html


def test_the_notebook_shows_ten_next_invoices_and_counts_the_rest() -> None:
    item = half_rate().contracts[0]
    html = make_report([replace(item, running=item.running * 12)])._repr_html_()
    assert html.count("if nothing changes</li>") == 10
    assert "<li>2 more charges</li>" in html


def test_totals_and_currencies_stand_apart() -> None:
    euro, yen = make_contract(), make_contract("C-2", "Tokyo", currency="JPY")
    rows = (
        make_row(euro, "2026-01", 100, 50, Status.UNDERBILLED),
        make_row(euro, "2026-02", 100, 170, Status.OVERBILLED),
    )
    report = make_report([
        ContractRows(euro, rows), ContractRows(yen, (make_row(yen, "2026-01", 700, 0, Status.MISSING),))
    ])  # fmt: skip
    assert [(part_of, currency) for part_of, currency, _ in parts_of(report.cause_groups)] == [
        ("arrears", "EUR"), ("overbilled", "EUR"), ("arrears", "JPY")
    ]  # fmt: skip
    assert plain(cause_lines(report)).splitlines() == [
        "Arrears by cause, in EUR",
        "  0.50  1 contract: no cause found, 2026-01",
        "",
        "Overbilled by cause, in EUR",
        "  0.70  1 contract: no cause found, 2026-02",
        "",
        "Arrears by cause, in JPY",
        "  700  1 contract: never invoiced, 2026-01",
    ]


def test_a_contract_says_what_comes_next() -> None:
    text = plain(to_lines(half_rate()))
    assert (
        "  Next: Retainer due 2026-09-30 will be 1,200.00 EUR short, 1,200.00 of 2,400.00, if nothing changes\n" in text
    )
    assert "  Still leaking, a month                    1,200.00\n" in text
    assert "  Next invoices short, if nothing changes   1,200.00\n" in text


def test_nothing_wrong_has_no_causes_to_show() -> None:
    contract = make_contract()
    report = make_report([ContractRows(contract, (make_row(contract, "2026-01", 100, 100, Status.OK),))])
    assert cause_lines(report) == []
    assert "Causes" not in report._repr_html_()
    assert "Still leaking" not in plain(to_lines(report))
