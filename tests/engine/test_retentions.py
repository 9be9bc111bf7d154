"""What is held back lowers the lines it is held back of, however a document writes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from billcheck import Ledger, check
from billcheck.contracts.prices import ZERO, FlatPrice
from billcheck.contracts.terms import Charge, Retention
from tests.engine.agreements import START, contract, flat, line

if TYPE_CHECKING:
    from billcheck.ledger.line import Line

RELEASE = date(2026, 3, 31)


def retained(name: str, amount: str, percent: str = "10") -> Charge:
    """A charge of January and February in arrears, with part held back."""
    held = Retention(Decimal(percent), RELEASE)
    return replace(flat(name, amount), end=date(2026, 3, 1), retention=held)


def release(*names: str) -> Charge:
    return Charge(name="Retention", model="retention", start=START, price=FlatPrice(ZERO), on=RELEASE, spans=names)


def rows(charges: tuple[Charge, ...], lines: list[Line]) -> list[tuple[str, str, str, str]]:
    """Charge, status, agreed and billed of every row; 31 March is over."""
    covers = (START, date(2026, 4, 30))
    report = check([contract(*charges)], Ledger.from_lines(lines), as_of=date(2026, 4, 30), covers=covers)
    return [("+".join(row.charges), row.status, str(row.expected), str(row.billed)) for row in report.rows]


TWO = (retained("Works", "1000.00"), retained("Site", "300.00"), replace(flat("Travel", "50.00"), end=date(2026, 3, 1)))
BOTH = (*TWO, release("Works", "Site"))


def january(*others: Line) -> list[Line]:
    """All that January comes to in full, February as it should be, and other lines."""
    full = [
        line(amount=amount, description=name) for name, amount in (("Works", "1000"), ("Site", "300"), ("Travel", "50"))
    ]
    february = [
        line("INV-2", "2026-02-28", amount, description=name)
        for name, amount in (("Works", "900"), ("Site", "270"), ("Travel", "50"))
    ]
    return [*full, *february, *others, line("INV-3", "2026-03-31", "260", description="Release of retention")]


OK = [
    ("Works", "ok", "900.00", "900.00"),
    ("Works", "ok", "900.00", "900.00"),
    ("Site", "ok", "270.00", "270.00"),
    ("Site", "ok", "270.00", "270.00"),
    ("Travel", "ok", "50.00", "50.00"),
    ("Travel", "ok", "50.00", "50.00"),
    ("Retention", "ok", "260.00", "260.00"),
]


@pytest.mark.parametrize(
    "others",
    [
        [line(amount="-130", description="Less retention 10 %")],
        [line(amount="-100", description="Retention"), line(amount="-30", description="Retention")],
        [line("CN-1", "2026-01-31", "-130", description="Retention", kind="credit_note", credits_document="INV-1")],
    ],
)
def test_in_one_line_in_several_or_by_a_credit_note(others: list[Line]) -> None:
    assert rows(BOTH, january(*others)) == OK


def test_a_credit_note_for_a_single_charge_is_of_that_charge() -> None:
    charges = (TWO[0], TWO[2], release("Works"))
    note = line("CN-1", "2026-01-31", "-100", description="Retention", kind="credit_note", credits_document="INV-1")
    lines = [each for each in january(note) if each.description != "Site"]
    assert rows(charges, lines) == [
        *OK[:2],
        *OK[4:6],
        ("Retention", "overbilled", "200.00", "260.00"),
    ]


@pytest.mark.parametrize(("amount", "status", "left"), [("260", "missing", "0.00"), ("60", "underbilled", "200.00")])
def test_a_credit_of_the_release_itself_takes_that_back(amount: str, status: str, left: str) -> None:
    """A credit note that names the invoice of the release is told from one that holds back by what it credits."""
    note = line(
        "CN-9", "2026-04-02", f"-{amount}", description="Retention", kind="credit_note", credits_document="INV-3"
    )
    found = rows(BOTH, january(line(amount="-130", description="Retention"), note))
    assert found == [*OK[:-1], ("Retention", status, "260.00", left)]


def test_it_is_found_by_its_code_too() -> None:
    coded = replace(release("Works", "Site"), matching=replace(release().matching, items=("RET",)))
    assert rows((*TWO, coded), january(line(amount="-130", description="Holdback", item="RET"))) == OK


def test_what_is_held_back_of_nothing_on_its_invoice_is_a_question() -> None:
    alone = [
        line("INV-4", "2026-02-28", "50", description="Travel"),
        line("INV-4", "2026-02-28", "-20", description="Retention"),
    ]
    lines = [
        each
        for each in january(line(amount="-130", description="Retention"))
        if each.amount != 50 or each.document == "INV-1"
    ]
    report = check([contract(*BOTH)], Ledger.from_lines([*lines, *alone]), as_of=date(2026, 4, 20))
    assert [(row.status, str(row.billed)) for row in report.rows] == [(status, billed) for _, status, _, billed in OK]
    assert [(each.kind, each.amount_minor, each.document) for each in report.residue] == [
        ("open_credit", -2000, "INV-4")
    ]
