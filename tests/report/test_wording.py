from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from billcheck.findings import Status
from billcheck.report.wording import (
    STATUS_WORDS,
    amount_text,
    counted,
    documents_of,
    listed,
    money_text,
    percent_text,
    spans_of,
)
from tests.report.stories import make_contract, make_evidence, make_row


def test_every_status_has_its_word() -> None:
    assert set(STATUS_WORDS) == set(Status)


@pytest.mark.parametrize(
    ("percent", "text"),
    [("21", "21%"), ("21.00", "21%"), ("7.50", "7.5%"), ("0", "0%"), ("100", "100%"), ("20", "20%")],
)
def test_percents_lose_only_needless_zeros(percent: str, text: str) -> None:
    assert percent_text(Decimal(percent)) == text


def test_amounts_are_grouped_and_keep_their_digits() -> None:
    assert amount_text(720_000, "EUR") == "7,200.00"
    assert money_text(-1_234_567, "JPY") == "-1,234,567 JPY"
    assert money_text(1_234, "KWD") == "1.234 KWD"


def test_counts_and_lists_read_as_english() -> None:
    assert (counted(1, "row"), counted(2, "row"), counted(0, "row")) == ("1 row", "2 rows", "0 rows")
    assert counted(2, "contract states", "contracts state") == "2 contracts state"
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_documents_are_named_once_in_order() -> None:
    row = make_row(make_contract(), "2026-01", 3, 3, Status.OK)
    day = date(2026, 1, 31)
    evidence = tuple(make_evidence(number, day, 1) for number in ("B", "A", "B"))
    assert documents_of(replace(row, evidence=evidence)) == ("B", "A")


def test_rows_span_from_the_first_to_the_last_day() -> None:
    contract = make_contract()
    rows = [make_row(contract, month, 1, 1, Status.OK) for month in ("2026-03", "2026-01")]
    assert spans_of(rows) == "2026-01 to 2026-03"
