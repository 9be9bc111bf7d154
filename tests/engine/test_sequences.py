from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billcheck import Ledger, Line, check
from billcheck.engine.sequences import Neighbours, NumbersLacking, SequenceGap, _runs, _spell
from billcheck.ledger.table import DocumentTable
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


def test_the_numbers_around_a_missing_month_are_those_of_the_day_it_is_usually_invoiced() -> None:
    """A is due on the first and invoiced on the 13th; B has invoices of the 12th and the 14th of each month."""
    fields: dict[str, Any] = {"amount": Decimal(100), "currency": "EUR"}
    numbers = iter(range(1, 100))
    lines = [
        Line(document=f"{next(numbers):03d}", issue_date=date(2026, month, day), customer=customer, item=item, **fields)
        for month in range(1, 11)
        for day, customer, item in ((12, "B", "ONE"), (13, "A", ""), (14, "B", "TWO"))
    ]
    terms: dict[str, Any] = {"timing": "in_advance", "invoice_day": None}
    a = contract(flat("Fee", "100", **terms), customer="A")
    charges = [
        flat(name, "100", items=(name,), start=date(2026, 1, day), **terms) for name, day in (("ONE", 12), ("TWO", 14))
    ]
    b = contract(*charges, customer="B", name="C-2")
    without = [one for one in lines if one.document != "014"]
    report = check([a, b], Ledger.from_lines(without), as_of=date(2026, 10, 30))
    (finding,) = [finding for finding in report.findings if finding.kind == "missing"]
    assert finding.first_day == date(2026, 5, 1)
    assert finding.sentence.endswith("014 lacks in the ledger, between 013 of 2026-05-12 and 015 of 2026-05-14.")


# --- what is a sequence ----------------------------------------------------------------------------------------------


def test_a_gap_may_be_a_tenth_of_the_documents_wide() -> None:
    """Of 22 documents two numbers in a row may lack, not three."""
    assert len(sentences(numbered(1000, 1023, 1010, 1011))) == 1
    assert sentences(numbered(1000, 1024, 1010, 1011, 1012)) == []
    # of twelve documents one may lack
    assert len(sentences(numbered(1000, 1012, 1006))) == 1
    assert sentences(numbered(1000, 1013, 1006, 1007)) == []


def test_of_five_numbers_one_may_lack_but_not_more() -> None:
    """Sixty numbers of which every fifth lacks, but for the last; with one more that lacks they are no sequence."""
    fifths = range(1004, 1060, 5)
    assert len(sentences(numbered(1000, 1060, *fifths))) == 1  # 12 of 61
    assert len(sentences(numbered(1000, 1059, *fifths))) == 1  # 12 of 60
    assert sentences(numbered(1000, 1059, *fifths, 1001)) == []  # 13 of 60


def test_only_numbers_without_a_break_grow_by_a_digit() -> None:
    """95 to 99 go on as 100 to 104; numbers of another prefix, or of two digits more, begin anew."""
    assert sentences(numbered(94, 99) + numbered(101, 104)) == [
        "Of the documents INV-94 to INV-104, 1 number is not in the ledger: INV-100."
    ]
    assert sentences(numbered(94, 99) + [f"RE-{number}" for number in range(101, 105)]) == []
    assert (
        sentences([f"INV-{number}" for number in range(94, 100)] + [f"INV-{number:03d}" for number in range(96, 105)])
        == []
    )
    longer = [
        f"INV-{number}" for number in (*range(5, 10), *range(10, 100), *range(100, 105)) if number not in {50, 101}
    ]
    (said,) = sentences(longer)
    assert said == "Of the documents INV-5 to INV-104, 2 numbers are not in the ledger: INV-50, INV-101."


def test_twenty_numbers_are_listed_whatever_gaps_they_are_in() -> None:
    without = [*range(1100, 1115), *range(1200, 1215), *range(1300, 1315)]
    (said,) = sentences(numbered(1000, 1999, *without))
    assert said.endswith("INV-1113, INV-1114, INV-1200, INV-1201, INV-1202, INV-1203, INV-1204 and 25 more.")
    assert "45 numbers are not in the ledger: INV-1100," in said


@pytest.mark.parametrize(
    ("numbers", "runs"),
    [([], []), ([7], [[7]]), ([3, 4, 5, 9, 11, 12], [[3, 4, 5], [9], [11, 12]]), ([1, 3, 5], [[1], [3], [5]])],
)
def test_numbers_without_a_break_are_one_run(numbers: list[int], runs: list[list[int]]) -> None:
    assert list(_runs(numbers)) == runs


@pytest.mark.parametrize(("day", "is_near"), [(-11, False), (-10, True), (0, True), (41, True), (42, False)])
def test_numbers_may_have_been_given_out_ten_days_before_or_after_their_neighbours(day: int, *, is_near: bool) -> None:
    """INV-05 lacks between INV-04 of day 0 and INV-06 of day 31."""
    documents = DocumentTable()
    start = date(2026, 1, 1).toordinal()
    documents.extend(["INV-04", "INV-06"], [0, 0], [0, 0], [0, 0], [0, 0], 0, [start, start + 31], ["", ""])
    lacking = NumbersLacking([SequenceGap("INV-01", "INV-20", 1, ("INV-05",))], documents)
    neighbours = [Neighbours(("INV-05",), ("INV-04", start), ("INV-06", start + 31))]
    assert lacking.near(start + day) == (neighbours if is_near else [])


def test_a_prefix_that_is_no_text_is_shown_all_the_same() -> None:
    assert _spell(b"INV\xff-", 4, 17) == "INV\ufffd-0017"
