from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billcheck import Ledger, Line, check
from tests.engine.agreements import contract, flat

YEARLY = [f"2026-{number:04d}" for number in range(1, 31)]


def sentences(*sources: list[str]) -> list[str]:
    """What a check without contracts says about documents with these numbers, each list a source of its own."""
    ledgers = [
        Ledger.from_lines(
            Line(document=number, issue_date=date(2026, 1, 1), customer="A", amount=Decimal(1), currency="EUR")
            for number in numbers
        )
        for numbers in sources
    ]
    ledger = Ledger(tuple(source for ledger in ledgers for source in ledger.sources))
    found = check([], ledger, as_of=date(2026, 2, 1)).findings
    assert {finding.kind for finding in found} <= {"sequence_gap"}
    return [finding.sentence for finding in found]


def numbered(first: int, last: int, *without: int) -> list[str]:
    return [f"INV-{number}" for number in range(first, last + 1) if number not in without]


def test_nothing_lacks() -> None:
    assert sentences(YEARLY) == []
    assert sentences(YEARLY[::-1]) == []
    assert sentences(YEARLY[::2], YEARLY[1::2]) == []


@pytest.mark.parametrize("split", [1, 9, 17])
def test_sources_are_one_sequence(split: int) -> None:
    numbers = [number for number in YEARLY if number not in {"2026-0007", "2026-0019"}]
    said = "Of the documents 2026-0001 to 2026-0030, 2 numbers are not in the ledger: 2026-0007, 2026-0019."
    assert sentences(numbers[:split], numbers[split:]) == [said]


def test_numbers_that_grow_by_a_digit_are_one_sequence() -> None:
    said = "Of the documents INV-90 to INV-120, 2 numbers are not in the ledger: INV-99, INV-100."
    assert sentences(numbered(90, 120, 99, 100)) == [said]


def test_a_jump_begins_another_sequence() -> None:
    assert sentences(numbered(1000, 1020) + numbered(5000, 5030)) == []


def test_few_documents_are_no_sequence() -> None:
    assert sentences(numbered(100, 109, 105)) == []
    assert len(sentences(numbered(100, 110, 105))) == 1


def test_thin_numbers_are_no_sequence() -> None:
    assert sentences([f"INV-{number}" for number in range(1000, 1200, 2)]) == []


def test_a_long_list_is_counted() -> None:
    without = range(1100, 1130)
    (said,) = sentences(numbered(1000, 1999, *without))
    assert said.startswith(
        "Of the documents INV-1000 to INV-1999, 30 numbers are not in the ledger: INV-1100, INV-1101,"
    )
    assert said.endswith("INV-1119 and 10 more.")


def missing(*documents: tuple[str, str, str]) -> list[str]:
    """What the findings about missing months say, of documents given as number, customer and day."""
    lines = [
        Line(
            document=number, issue_date=date.fromisoformat(day), customer=customer, amount=Decimal(100), currency="EUR"
        )
        for number, customer, day in documents
    ]
    agreed = contract(flat("Fee", "100", timing="in_advance", invoice_day=None), customer="A")
    report = check([agreed], Ledger.from_lines(lines), as_of=date(2026, 12, 20))
    return [finding.sentence for finding in report.findings if finding.kind == "missing"]


MONTHS = [(f"INV-{number:03d}", "A", f"2026-{number:02d}-01") for number in range(1, 13)]


def test_a_missing_month_names_the_numbers_that_lack_around_its_day() -> None:
    without_may = [month for month in MONTHS if "-05-" not in month[2]]
    (sentence,) = missing(*without_may)
    assert sentence.endswith("INV-005 lacks in the ledger, between INV-004 of 2026-04-01 and INV-006 of 2026-06-01.")


def test_several_numbers_may_lack_and_neighbours_may_be_of_other_customers() -> None:
    numbers = iter(range(1, 100))
    documents = []
    for _, _, day in MONTHS:
        documents += [(f"{next(numbers):03d}", customer, day) for customer in ("B", "A", "C")]
    lacking = [one for one in documents if one[0] not in {"014", "015"}]
    (sentence,) = missing(*lacking)
    assert sentence.endswith("014, 015 lack in the ledger, between 011 of 2026-04-01 and 017 of 2026-06-01.")


def test_a_month_whose_day_lies_elsewhere_and_one_in_a_sequence_without_a_gap_name_nothing() -> None:
    without_may = [month for month in MONTHS if "-05-" not in month[2]]
    renumbered = [(f"INV-{number:03d}", "A", day) for number, (*_, day) in enumerate(without_may, 1)]
    assert missing(*renumbered)[0].endswith("nothing was billed.")
    numbers = (1, 2, *range(4, 12))
    skipped = [(f"INV-{number:03d}", "A", day) for number, (*_, day) in zip(numbers, without_may, strict=False)]
    assert missing(*skipped)[0].endswith("nothing was billed.")
