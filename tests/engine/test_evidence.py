"""Rows, evidence, residue and lines set aside, each compared whole: what a reader sees of every billed cent."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck import Ledger, check
from billcheck.configuration.rules import Configuration, CreditRules, Selector
from billcheck.engine.line_shares import LineShares, share_of
from billcheck.findings import Evidence, PeriodRow, Residue, SetAside, Status, digest_id
from billcheck.ledger.lines import LineList
from tests.engine.agreements import contract, flat, line, month_ends
from tests.engine.bookings import event

if TYPE_CHECKING:
    from billcheck.contracts.terms import Contract
    from billcheck.ledger.line import Line
    from billcheck.report.report import Report

BY_DATE = "customer + the only charge that fits; period from the invoice date; the due day it is nearest to, in order"
STATED = "customer + the only charge that fits; period in the text; "


def checked(agreed: Contract, *lines: Line, **options: Any) -> Report:
    return check([agreed], Ledger.from_lines(lines), **({"as_of": date(2026, 4, 20)} | options))


def shown_of(row: PeriodRow) -> list[tuple[str, int, int]]:
    """Document, line and cents of the evidence of a row, in order."""
    return [(item.document, item.line, item.amount_minor) for item in row.evidence]


def shown(report: Report, period: int) -> list[tuple[str, int, int]]:
    return shown_of(report.rows[period])


def test_a_row_says_everything_about_its_period() -> None:
    agreed = contract(flat(), tax_percent=Decimal(21), aliases=("Hartwell",))
    lines = (
        line("INV-2", "2026-02-28", "1000.00"),
        line("INV-2", "2026-02-28", "200.00"),
        line("INV-1", "2026-01-31", "2400.00", customer="HARTWELL"),
        line("INV-3", "2026-03-31", "50.00", status="draft"),
    )
    report = checked(agreed, *lines, covers=(date(2025, 11, 1), date(2026, 4, 20)))
    whole: dict[str, Any] = {
        "contract": "C-117", "customer": "Hartwell Interieur", "charges": ("Retainer",), "currency": "EUR",
        "expected_minor": 240000, "tax_percent": Decimal(21),
    }  # fmt: skip
    proof: dict[str, Any] = {"line": 1, "currency": "EUR", "path": "lines", "rule": BY_DATE}
    january, february, march, april = report.rows
    assert january == PeriodRow(
        id=digest_id("row", "C-117", "Retainer", "2026-01-01"), first_day=date(2026, 1, 1), last_day=date(2026, 1, 31),
        due_on=date(2026, 1, 31), billed_minor=240000, status=Status.OK,
        derivation=("2,400.00 per month (2026-01-01 to 2026-01-31) = 2,400.00",),
        evidence=(
            Evidence(
                "INV-1", date=date(2026, 1, 31), amount_minor=240000, row=3,
                **(proof | {"rule": BY_DATE.replace("customer", "alias of the customer", 1)}),
            ),
        ),
        **whole,
    )  # fmt: skip
    day = date(2026, 2, 28)
    assert february == PeriodRow(
        id=digest_id("row", "C-117", "Retainer", "2026-02-01"), first_day=date(2026, 2, 1), last_day=day, due_on=day,
        billed_minor=120000, status=Status.UNDERBILLED, causes=february.causes,
        derivation=("2,400.00 per month (2026-02-01 to 2026-02-28) = 2,400.00",),
        evidence=(
            Evidence("INV-2", date=day, amount_minor=100000, row=1, **proof),
            Evidence("INV-2", date=day, amount_minor=20000, row=2, **(proof | {"line": 2})),
        ),
        **whole,
    )  # fmt: skip
    assert [cause.amount_minor for cause in february.causes] == [120000]
    assert march == PeriodRow(
        id=digest_id("row", "C-117", "Retainer", "2026-03-01"), first_day=date(2026, 3, 1), last_day=date(2026, 3, 31),
        due_on=date(2026, 3, 31), billed_minor=0, status=Status.MISSING, drafted_minor=5000,
        derivation=("2,400.00 per month (2026-03-01 to 2026-03-31) = 2,400.00",), **whole,
    )  # fmt: skip
    assert (april.status, april.note, april.evidence, april.causes) == (Status.NOT_DUE, "", (), ())


def test_a_row_says_what_of_it_was_credited() -> None:
    credit = line("CN-1", "2026-02-10", "-400.00", kind="credit_note", description="Retainer January 2026, partly")
    january, february, *_ = checked(contract(), *month_ends(3), credit).rows
    assert (january.status, january.credited_minor, january.inferred_minor) == (Status.UNDERBILLED, 40000, 0)
    assert shown_of(january) == [("INV-1", 1, 240000), ("CN-1", 1, -40000)]
    assert (february.status, february.credited_minor) == (Status.OK, 0)


def test_a_row_says_what_of_it_is_inferred() -> None:
    """The invoice of 5 April makes up for the only month that is open: February."""
    made_up = line("INV-4", "2026-04-05", "2400.00", description="Catch-up of what was forgotten")
    first, _, last = month_ends(3)
    covers = date(2026, 1, 1), date(2026, 4, 20)
    january, february, *_ = checked(contract(), first, last, made_up, covers=covers).rows
    assert (january.status, january.inferred_minor) == (Status.OK, 0)
    assert (february.status, february.inferred_minor, shown_of(february)) == (
        Status.SETTLED, 240000, [("INV-4", 1, 240000)],
    )  # fmt: skip


def test_an_invoice_of_several_lines_for_several_months_gives_each_cent_once() -> None:
    """100 + 50 for January to March at 50 a month: the first line pays two months, the second the third."""
    agreed = contract(flat(amount="50.00"))
    stated = {"description": "January 2026 - March 2026"}
    report = checked(
        agreed, line("INV-1", "2026-03-31", "100.00", **stated), line("INV-1", "2026-03-31", "50.00", **stated)
    )
    assert [shown(report, period) for period in range(3)] == [
        [("INV-1", 1, 5000)],
        [("INV-1", 1, 5000)],
        [("INV-1", 2, 5000)],
    ]
    uneven = [line("INV-1", "2026-03-31", amount, **stated) for amount in ("60.00", "60.00", "30.00")]
    report = checked(agreed, *uneven)
    assert [shown(report, period) for period in range(3)] == [
        [("INV-1", 1, 5000)],
        [("INV-1", 1, 1000), ("INV-1", 2, 4000)],
        [("INV-1", 2, 2000), ("INV-1", 3, 3000)],
    ]


def test_an_invoice_with_a_discount_for_several_months_is_shared_by_size() -> None:
    """160 - 10 for three months at 50: each month has a third of both, 53.33 less 3.33, and one a cent more."""
    agreed = contract(flat(amount="50.00"))
    stated = {"description": "January 2026 - March 2026"}
    lines = [line("INV-1", "2026-03-31", amount, **stated) for amount in ("160.00", "-10.00")]
    report = checked(agreed, *lines)
    assert [row.status for row in report.rows[:3]] == [Status.OK] * 3
    assert [shown(report, period) for period in range(3)] == [
        [("INV-1", 1, 5333), ("INV-1", 2, -333)],
        [("INV-1", 1, 5334), ("INV-1", 2, -334)],
        [("INV-1", 1, 5333), ("INV-1", 2, -333)],
    ]


def test_what_is_left_of_a_catch_up_is_what_its_lines_have_left() -> None:
    """January is 20.00 short. 15.00 + 10.00 make up for it: all of the first line and half of the second."""
    agreed = contract(flat(amount="50.00", timing="in_advance", invoice_day=None))
    lines = [line(f"INV-{month}", f"2026-0{month}-01", "30.00" if month == 1 else "50.00") for month in (1, 2, 3, 4)]
    lines += [line("X-1", "2026-03-20", amount, description="Catch-up") for amount in ("15.00", "10.00")]
    report = checked(agreed, *lines)
    assert shown(report, 0) == [("INV-1", 1, 3000), ("X-1", 1, 1500), ("X-1", 2, 500)]
    assert [(item.kind, item.document, item.line, item.amount_minor) for item in report.residue] == [
        ("left_over", "X-1", 2, 500)
    ]


def test_evidence_is_in_the_order_of_days_then_documents_then_lines() -> None:
    lines = [
        line("INV-2", "2026-01-31", "400.00"), line("INV-1", "2026-01-31", "900.00"),
        line("INV-2", "2026-01-31", "500.00"), line("INV-9", "2026-01-30", "600.00"),
    ]  # fmt: skip
    wanted = [("INV-9", 1, 60000), ("INV-1", 1, 90000), ("INV-2", 1, 40000), ("INV-2", 2, 50000)]
    stated = [replace(one, description="January 2026") for one in lines]
    report = checked(contract(), *stated)
    assert shown(report, 0) == wanted
    assert {item.rule for item in report.rows[0].evidence} == {f"{STATED}the period it states"}
    assert shown(checked(contract(), *reversed(stated)), 0) == [*wanted[:2], ("INV-2", 1, 50000), ("INV-2", 2, 40000)]


def test_what_its_date_alone_does_not_say_is_called_inferred() -> None:
    """Invoices of twenty days after the end of the month, which half a month does not reach."""
    lines = [line(f"INV-{month}", f"2026-0{month + 1}-20", "2400.00") for month in (1, 2, 3)]
    report = checked(contract(), *lines, covers=(date(2026, 1, 1), date(2026, 4, 20)))
    rules = {item.rule.rpartition("; ")[2] for row in report.rows for item in row.evidence}
    assert rules == {"the due day it is nearest to, in order, which its date alone does not say (inferred)"}
    assert [row.inferred_minor for row in report.rows[:3]] == [240000] * 3


@pytest.mark.parametrize(
    ("amount", "own", "wanted"),
    [
        (50, [50, 10], [50, 0]),
        (30, [50, 10], [30, 0]),
        (55, [50, 10], [50, 5]),
        (60, [50, 10], [50, 10]),
        (70, [50, 10], [50, 20]),  # more than there is: the last line gives it
        (0, [50, 10], [0, 0]),
        (7, [3, 3, 3], [3, 3, 1]),
        (70, [10, 20, 30], [10, 20, 40]),  # the last of three
        (1, [10, 30], [1, 0]),
        (20, [0, 30, 30], [0, 20, 0]),
        (50, [80, -30], [80, -30]),
        (25, [80, -30], [40, -15]),  # half of both
        (11, [80, -30], [18, -7]),  # 17.6 and 6.6
        (100, [80, -30], [160, -60]),
        (-25, [30, -80], [15, -40]),  # a credit of 80 of which 30 was billed again
        (5, [80, 20, -30, -20], [8, 2, -3, -2]),
        (-20, [-30, -10], [-15, -5]),  # a credit of two lines
        (-20, [30, 10], [-15, -5]),  # taken off again
        (1, [3, 0, -1], [2, 0, -1]),  # half: 1.5 and 0.5, rounded up
        (10, [30, -30], [5, 5]),  # which come to nothing
    ],
)
def test_the_lines_of_an_event_give_an_amount(amount: int, own: list[int], wanted: list[int]) -> None:
    assert share_of(amount, own) == wanted
    assert sum(wanted) == amount


@given(st.lists(st.integers(-500, 900), min_size=1, max_size=5), st.lists(st.integers(-300, 300), max_size=4))
def test_the_amounts_of_an_event_use_up_each_of_its_lines(own: list[int], amounts: list[int]) -> None:
    lines: Any = SimpleNamespace(amounts=dict(enumerate(own)))
    shares, given_ = LineShares(lines), event(sum(own), rows=tuple(range(len(own))))
    taken: Counter[int] = Counter()
    for amount in (*amounts, sum(own) - sum(amounts)):
        parts = shares.take(given_, amount)
        assert sum(part for _, part in parts) == amount
        taken.update(dict(parts))
    assert [taken[row] for row in range(len(own))] == own


# --- what went to no period ------------------------------------------------------------------------------------------


def residue_of(agreed: Contract, *lines: Line, **options: Any) -> list[Residue]:
    return list(checked(agreed, *month_ends(3), *lines, **options).residue)


def left(kind: str, reason: str, amount: int = 1234, **fields: Any) -> Residue:
    values: dict[str, Any] = {
        "document": "X-1", "line": 1, "date": date(2026, 4, 2), "customer": "Hartwell Interieur", "contract": "C-117",
        "currency": "EUR", "path": "lines", "row": 4, "candidates": ('C-117 "Retainer"',),
    }  # fmt: skip
    return Residue(kind=kind, reason=reason, amount_minor=amount, **(values | fields))


CODED = contract(flat(items=("RET",)))


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"item": "OTHER"}, left("unmatched", "no charge of this customer fits the line")),
        (
            {"currency": "USD", "item": "RET"},
            left("currency_mismatch", "the contract is in EUR", currency="USD"),
        ),
        (
            {"item": "RET", "description": "Retainer June 2025"},
            left("out_of_term", "its period lies outside the term of the charge"),
        ),
        (
            {"item": "GIFT", "amount": "-12.34", "kind": "credit_note"},
            left("goodwill", "declared as goodwill, so it takes back nothing that was billed", -1234),
        ),
    ],
)
def test_a_line_that_went_nowhere_says_why(fields: dict[str, Any], wanted: Residue) -> None:
    given = line(**({"document": "X-1", "day": "2026-04-02", "amount": "12.34"} | fields))
    rules = CreditRules(classes=(("goodwill", Selector(items=("gift",))),))
    billed = [replace(one, item="RET") for one in month_ends(3)]
    report = checked(CODED, *billed, given, configuration=Configuration(credits=rules))
    assert list(report.residue) == [wanted]


def test_charges_of_one_contract_that_fit_are_named_with_it_and_of_several_without() -> None:
    given = line("X-1", "2026-04-02", "12.34")
    why = "several charges fit the line and nothing tells them apart"
    two = contract(flat("A", "1.00", items=("A",)), flat("B", "2.00", items=("B",)))
    (residue,) = checked(two, given).residue
    assert residue == left("ambiguous", why, row=1, candidates=('C-117 "A"', 'C-117 "B"'))
    one, other = contract(flat("A", "1.00", items=("A",))), contract(flat("B", "2.00", items=("B",)), name="C-2")
    (residue,) = check([one, other], Ledger.from_lines([given]), as_of=date(2026, 4, 20)).residue
    assert residue == left("ambiguous", why, row=1, contract=None, candidates=('C-117 "A"', 'C-2 "B"'))


def test_what_is_left_of_a_document_of_several_lines_is_shown_line_by_line() -> None:
    """A credit of 30.00 + 10.00 that names nothing: both lines are open, each with its own amount."""
    lines = [line("CN-1", "2026-04-02", amount, kind="credit_note") for amount in ("-30.00", "-10.00")]
    found = residue_of(contract(), *lines)
    assert [(item.document, item.line, item.amount_minor, item.row) for item in found] == [
        ("CN-1", 1, -3000, 4),
        ("CN-1", 2, -1000, 5),
    ]


def test_residue_is_in_the_order_of_days_documents_and_lines() -> None:
    lines = [
        line("B", "2026-04-02", "1.00", item="X"), line("B", "2026-04-02", "2.00", item="X"),
        line("A", "2026-04-02", "3.00", item="X"), line("C", "2026-04-01", "4.00", item="X"),
    ]  # fmt: skip
    report = checked(CODED, *lines)
    assert [(item.document, item.line, item.row) for item in report.residue] == [
        ("C", 1, 4), ("A", 1, 3), ("B", 1, 1), ("B", 2, 2),
    ]  # fmt: skip


# --- what was set aside ----------------------------------------------------------------------------------------------


def test_lines_set_aside_are_named_by_source_and_row_with_the_reason() -> None:
    one = (
        line("A-1", "2026-01-31", status="void"), line("A-2", "2026-02-28"), line("A-3", "2026-04-21"),
        line("A-4", "2026-03-31", status="draft"),
    )  # fmt: skip
    other = (line("B-1", "2026-02-28", "0.00"), line("B-2", "2026-02-28", kind="other"))
    ledger = Ledger((LineList(one, "one"), LineList(other, "other")))
    report = check([contract()], ledger, as_of=date(2026, 4, 20), covers=(date(2026, 1, 1), date(2026, 4, 20)))
    aside = [
        SetAside("one", 1, "the document is void"),
        SetAside("one", 3, "dated after the day of the check"),
        SetAside("one", 4, "the document is a draft, which does not count as billed"),
        SetAside("other", 1, "the amount is zero"),
        SetAside("other", 2, "neither an invoice nor a credit note"),
    ]
    assert list(report.set_aside) == aside
    assert list(report.set_aside[1:3]) == aside[1:3]
    assert report.set_aside[-1] == aside[-1]
    assert report.rows[1].evidence[0].path == "one"
