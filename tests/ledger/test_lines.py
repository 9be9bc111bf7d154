"""Lines made by hand: what reaches the engine, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from billcheck.errors import LedgerRefusedError
from billcheck.ledger.line import Kind, Line
from billcheck.ledger.source import NO_DAY, Batch, Keys, Ledger

KEYS = Keys(customers=frozenset({"acme bv"}), customer_ids=frozenset({"77"}), contracts=frozenset({"c-117"}))
LINE = Line(
    document="INV-1", issue_date=date(2026, 1, 31), customer="Acme B.V.", amount=Decimal("100.00"), currency="EUR"
)


def scan(*lines: Line) -> Batch:
    (batch,) = Ledger.from_lines(lines).sources[0].scan(KEYS)
    return batch


def test_a_line_becomes_a_row_of_each_column() -> None:
    line = replace(LINE, period_first_day=date(2026, 1, 1), period_last_day=date(2026, 1, 31), item="SEATS")
    batch = scan(line)
    assert list(batch.locators) == [0]
    assert list(batch.amounts) == [10000]
    assert list(batch.first_days) == [date(2026, 1, 1).toordinal()]
    assert list(batch.end_days) == [date(2026, 2, 1).toordinal()]
    assert list(batch.items) == ["SEATS"]
    assert list(scan(LINE).first_days) == [NO_DAY]


@pytest.mark.parametrize(
    "line",
    [
        LINE,
        replace(LINE, customer="Else", customer_id="77"),
        replace(LINE, customer="Else", contract="C-117"),
        replace(LINE, customer="Else", reference="PO 9, C-117"),
    ],
)
def test_a_line_is_kept_for_any_of_its_keys(line: Line) -> None:
    assert len(list(scan(line).amounts)) == 1


def test_other_customers_are_totalled_outside() -> None:
    other = replace(LINE, customer="Else")
    batch = scan(other, replace(other, issue_date=date(2026, 3, 1)), replace(other, status="draft"), LINE)
    assert len(list(batch.locators)) == 1
    total = batch.outside["Else", "EUR"]
    assert (total.lines, total.amount) == (2, 20000)
    assert (total.first_day, total.last_day) == (date(2026, 1, 31).toordinal(), date(2026, 3, 1).toordinal())


def test_cash_is_kept_apart_and_never_outside() -> None:
    cash = replace(LINE, kind="other")
    batch = scan(cash, replace(cash, customer="Else"))
    assert list(batch.kinds) == [Kind.OTHER]
    assert batch.outside == {}


def test_taxes_are_minor_units_where_the_keys_ask_for_them() -> None:
    lines = [replace(LINE, tax=Decimal("21.00")), LINE, replace(LINE, customer="Else", tax=Decimal("9.00"))]
    assert scan(*lines).taxes is None
    (batch,) = Ledger.from_lines(lines).sources[0].scan(replace(KEYS, has_tax=True))
    assert batch.taxes == [2100, None]


def test_line_numbers_count_within_a_document() -> None:
    batch = scan(LINE, replace(LINE, document="INV-2"), LINE)
    assert list(batch.line_numbers) == [1, 1, 2]


@pytest.mark.parametrize("sign", [1, -1])
def test_a_credit_note_is_negative_however_it_is_written(sign: int) -> None:
    credit = replace(LINE, kind="credit_note", amount=Decimal(100) * sign)
    extra = replace(credit, amount=Decimal(-20) * sign)
    batch = scan(credit, extra)
    assert list(batch.amounts) == [-10000, 2000]
    assert list(batch.kinds) == [Kind.CREDIT_NOTE] * 2


def test_the_receipt_tells_what_was_read() -> None:
    receipt = scan(LINE, replace(LINE, customer="Else", issue_date=date(2026, 2, 1))).receipt
    assert receipt is not None
    assert (receipt.rows, receipt.lines, receipt.profile, receipt.path) == (2, 2, "lines", "lines")
    assert (receipt.first_day, receipt.last_day) == (date(2026, 1, 31).toordinal(), date(2026, 2, 1).toordinal())
    assert receipt.sha256 == getattr(
        scan(LINE, replace(LINE, customer="Else", issue_date=date(2026, 2, 1))).receipt, "sha256", ""
    )
    empty = scan().receipt
    assert empty is not None
    assert (empty.rows, empty.first_day) == (0, NO_DAY)


def test_lines_are_read_back_by_position() -> None:
    source = Ledger.from_lines([LINE, replace(LINE, document="INV-2")]).sources[0]
    rows = source.read([1, 0])
    assert [(row.row, row.line.document) for row in rows] == [(2, "INV-2"), (1, "INV-1")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            replace(LINE, kind="bill"),
            "lines[0] INV-1 kind: This is not one of the words that can stand here. Found 'bill'.",
        ),
        (
            replace(LINE, status="done"),
            "lines[0] INV-1 status: This is not one of the words that can stand here. Found 'done'.",
        ),
        (
            replace(LINE, currency="EURO"),
            "lines[0] INV-1 currency: This is not a currency code of ISO 4217. Found 'EURO'.",
        ),
        (
            replace(LINE, amount=Decimal("0.001")),
            "lines[0] INV-1 amount: The amount has more decimals than its currency.",
        ),
        (
            replace(LINE, amount=Decimal("NaN")),
            "lines[0] INV-1 amount: The amount has more decimals than its currency.",
        ),
        (replace(LINE, period_first_day=date(2026, 1, 1)), "lines[0] INV-1 period: A service period needs both"),
        (
            replace(LINE, period_first_day=date(2026, 2, 1), period_last_day=date(2026, 1, 1)),
            "lines[0] INV-1 period: A service period needs both its first and its last day, in that order.",
        ),
    ],
)
def test_an_unusable_line_is_refused_with_its_place(line: Line, message: str) -> None:
    with pytest.raises(LedgerRefusedError) as caught:
        scan(line)
    assert message in str(caught.value)


def test_all_unusable_lines_are_named_together() -> None:
    with pytest.raises(LedgerRefusedError) as caught:
        scan(replace(LINE, kind="bill"), LINE, replace(LINE, currency="EURO"))
    assert len(caught.value.problems) == 2
