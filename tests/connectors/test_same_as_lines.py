"""A CSV file and the same lines made by hand give the engine the same batches."""

from __future__ import annotations

import csv
from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billcheck.ledger.line import Line
from billcheck.ledger.source import Keys, Ledger
from tests.connectors.exports import EveryKey, Scanned, only, scan

if TYPE_CHECKING:
    from pathlib import Path

CUSTOMERS = ["Acme", 'Beta "B", Ltd', "Zoë\nHolding", "Delta B.V."]
TEXTS = ["", "plain", "two\nlines", 'a "quote"', "comma, semicolon;", " spaces "]
KEYS = Keys(
    customers=frozenset({"acme", "delta bv"}),
    customer_ids=frozenset({"k-1"}),
    contracts=frozenset({"c-1"}),
)


@st.composite
def ledgers(draw: st.DrawFn, *, is_scattered: bool = False) -> list[Line]:
    """Some documents of some lines each; rows of one document together, or anyhow."""
    lines = []
    for number in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(["invoice", "invoice", "credit_note"]))
        currency = draw(st.sampled_from(["EUR", "EUR", "JPY", "KWD"]))
        issued = date(2026, 1, 1) + timedelta(draw(st.integers(0, 300)))
        customer = draw(st.sampled_from(CUSTOMERS))
        status = draw(st.sampled_from(["approved", "approved", "draft", "void"]))
        for _ in range(draw(st.integers(1, 3))):
            first_day = draw(st.none() | st.just(issued))
            lines.append(
                Line(
                    document=f"F-{number}",
                    issue_date=issued,
                    customer=customer,
                    amount=Decimal(draw(st.integers(-500, 900))) * (1 if currency == "JPY" else Decimal("0.1")),
                    currency=currency,
                    kind=kind,
                    status=status,
                    due_date=draw(st.none() | st.just(issued)),
                    customer_id=draw(st.sampled_from(["", "K-1", "K-2"])),
                    description=draw(st.sampled_from(TEXTS)),
                    item=draw(st.sampled_from(["", "IT"])),
                    account=draw(st.sampled_from(["", "200"])),
                    tracking=draw(st.sampled_from(["", "North"])),
                    quantity=draw(st.none() | st.just(Decimal("1.5"))),
                    period_first_day=first_day,
                    period_last_day=first_day and first_day + timedelta(draw(st.integers(0, 40))),
                    contract=draw(st.sampled_from(["", "C-1", "C-2"])),
                    charge=draw(st.sampled_from(["", "Fee"])),
                    reference=draw(st.sampled_from(["", "order C-1", "PO 7"])),
                    credits_document=draw(st.sampled_from(["", "F-0"])),
                )
            )
    return draw(st.permutations(lines)) if is_scattered else lines


def write(path: Path, lines: list[Line]) -> None:
    names = [field.name for field in fields(Line)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for line in lines:
            writer.writerow(["" if value is None else value for value in (getattr(line, name) for name in names)])


def by_row(found: Scanned) -> list[tuple[object, ...]]:
    """What each kept line says, in the order of the source, without its locator."""
    return [line[1:] for line in sorted(found.lines)]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ledgers(), st.sampled_from([EveryKey(), KEYS, Keys(), Keys(as_of_day=date(2026, 5, 1).toordinal())]))
def test_batches_are_the_same(tmp_path: Path, lines: list[Line], keys: Keys) -> None:
    path = tmp_path / "ledger.csv"
    write(path, lines)
    by_hand, by_bytes = scan(Ledger.from_lines(lines).sources[0], keys), scan(only(path), keys)
    assert by_row(by_bytes) == by_row(by_hand)
    assert by_bytes.outside == by_hand.outside
    for name in ("rows", "lines", "first_day", "last_day", "covers"):
        assert getattr(by_bytes.receipt, name) == getattr(by_hand.receipt, name)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ledgers(is_scattered=True))
def test_scattered_rows_differ_in_nothing_but_their_place_in_the_document(tmp_path: Path, lines: list[Line]) -> None:
    path = tmp_path / "ledger.csv"
    write(path, lines)
    by_hand, by_bytes = scan(Ledger.from_lines(lines).sources[0]), scan(only(path))
    assert [line[:1] + line[2:] for line in by_row(by_bytes)] == [line[:1] + line[2:] for line in by_row(by_hand)]


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ledgers())
def test_lines_read_back_are_the_lines_written(tmp_path: Path, lines: list[Line]) -> None:
    path = tmp_path / "ledger.csv"
    write(path, lines)
    source = only(path)
    found = sorted(scan(source).lines)
    read = [row.line for row in source.read([line.locator for line in found])]
    assert read == lines
    assert [len(list(group)) for _, group in groupby(read, key=lambda line: line.document)] == [
        len(list(group)) for _, group in groupby(lines, key=lambda line: line.document)
    ]
