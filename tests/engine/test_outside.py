"""What customers without a contract were billed, where several exports hold the same documents."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck import Ledger, SourceChangedError, check, read_ledger
from billcheck.contracts.terms import ChargeMatching
from billcheck.errors import InternalError
from billcheck.ledger.lines import LineList
from billcheck.ledger.numbers import DocumentNumbers, overlapping, sharing
from billcheck.report.markdown import to_markdown
from billcheck.report.page import plain
from billcheck.report.table import to_lines
from tests.engine.agreements import contract, flat, line, month_ends

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from billcheck.ledger.line import Line
    from billcheck.ledger.source import Batch, Keys, Source
    from billcheck.report.report import Report

AS_OF = date(2026, 4, 20)
COVERS = (date(2026, 1, 1), AS_OF)


@dataclass(frozen=True, slots=True)
class Counted:
    """A source that counts how often it is scanned."""

    lines: LineList
    scans: list[int] = field(default_factory=list)

    @property
    def path(self) -> str:
        return self.lines.path

    def scan(self, keys: Keys) -> Iterator[Batch]:
        self.scans.append(1)
        return self.lines.scan(keys)

    def rows_of(self, locators: Sequence[int]) -> list[int]:
        return self.lines.rows_of(locators)

    def read(self, locators: Sequence[int]) -> Any:
        return self.lines.read(locators)


def other(document: str, day: str = "2026-02-10", amount: str = "10.00", **fields: Any) -> Line:
    return line(document, day, amount, **({"customer": "Delta GmbH"} | fields))


def checked(*sources: Source, **options: Any) -> Report:
    agreed = options.pop("agreed", contract())
    values: dict[str, Any] = {"as_of": AS_OF, "covers": COVERS}
    return check([agreed], Ledger(sources), **(values | options))


def of_exports(*exports: list[Line], **options: Any) -> Report:
    return checked(*(LineList(tuple(lines), f"{number}.csv") for number, lines in enumerate(exports, 1)), **options)


def outside(report: Report) -> list[tuple[str, str, int, int]]:
    return [(entry.customer, entry.currency, entry.lines, entry.amount_minor) for entry in report.outside]


def conflicts(report: Report) -> list[str]:
    end = "; all of them were counted."
    return [one.sentence.removesuffix(end) for one in report.findings if one.kind == "document_conflict"]


def test_a_document_in_two_exports_counts_once_and_is_said_to_stand_in_both() -> None:
    shared = [other("F-2"), other("F-2", amount="5.00"), other("F-3", "2026-02-20", "-3.00", kind="credit_note")]
    report = of_exports([other("F-1", "2026-01-05"), *shared], [*shared, other("F-4", "2026-03-05")])
    assert outside(report) == [("Delta GmbH", "EUR", 5, 1000 + 1500 - 300 + 1000)]
    assert report.counts.outside_repeated == 3
    assert (report.outside[0].first_date, report.outside[0].last_date) == (date(2026, 1, 5), date(2026, 3, 5))
    assert conflicts(report) == []
    assert "; 3 more stand in another file too and count once" in plain(to_lines(report))
    assert "not checked; 3 more stand in another file too and count once." in to_markdown(report)


def test_control_totals_count_it_once() -> None:
    lines = [*month_ends(3), other("F-1")]
    (control,) = of_exports(lines, lines, control_totals={"EUR": Decimal("7210.00")}).controls
    assert (control.ledger_minor, control.difference_minor) == (721000, 0)


def test_lines_of_a_document_in_another_order_and_apart_are_the_same() -> None:
    one, two = [other("F-1", amount=amount) for amount in ("1.00", "2.00", "3.00")], other("F-2")
    assert outside(of_exports([*one, two], [one[2], two, one[0], one[1]])) == [("Delta GmbH", "EUR", 4, 1600)]


def test_what_differs_stays_counted_and_is_told_in_one_finding_for_the_files() -> None:
    first = [other("F-1"), other("F-2"), other("F-3")]
    second = [other("F-1", amount="11.00"), other("F-2", "2026-02-11"), other("F-3")]
    report = of_exports(first, second, first)
    assert outside(report) == [("Delta GmbH", "EUR", 5, 1000 * 4 + 1100)]
    (said,) = conflicts(report)
    assert said == (
        "Delta GmbH F-1, Delta GmbH F-2: in 1.csv and 2.csv and 3.csv each of these 2 documents stands with "
        "different lines"
    )
    assert conflicts(of_exports(first[:1], second[:1])) == [
        "Delta GmbH F-1: in 1.csv and 2.csv this document stands with different lines"
    ]
    assert str(report.verdict) == str(of_exports(first).verdict)
    assert conflicts(of_exports(first, second, only_contracts=["C-117"])) == []


@pytest.mark.parametrize(
    "fields", [{"kind": "credit_note", "amount": "-10.00"}, {"customer": "Zeta"}, {"currency": "USD"}]
)
def test_another_kind_customer_or_currency_is_another_document(fields: dict[str, Any]) -> None:
    report = of_exports([other("F-1")], [other("F-1", **fields)])
    assert sum(entry.lines for entry in report.outside) == 2
    assert report.counts.outside_repeated == 0
    assert conflicts(report) == []


def test_drafts_and_void_documents_count_nowhere() -> None:
    lines = [other("F-1", status="draft"), other("F-2", status="void"), other("F-3", kind="other"), other("F-4")]
    report = of_exports(lines, lines)
    assert outside(report) == [("Delta GmbH", "EUR", 1, 1000)]
    assert report.counts.outside_repeated == 1


def test_a_document_that_stands_twice_in_one_export_is_not_judged() -> None:
    """Rows of one number in one file are rows of one document."""
    assert outside(of_exports([other("F-1"), other("F-1")], [other("F-9")])) == [("Delta GmbH", "EUR", 3, 3000)]
    assert outside(of_exports([other("F-1"), other("F-1")])) == [("Delta GmbH", "EUR", 2, 2000)]


def test_a_document_that_counts_for_a_contract_in_one_export_only_is_told() -> None:
    bears = other("F-1", reference="C-117")
    report = of_exports([*month_ends(3), bears], [other("F-1"), other("F-2", "2026-02-11")])
    assert conflicts(report) == [
        "Delta GmbH F-1: in 1.csv and 2.csv this document counts for a contract in one and for none in another"
    ]
    assert outside(report) == [("Delta GmbH", "EUR", 2, 2000)]


def test_a_draft_for_a_contract_in_one_export_only_is_not_told() -> None:
    """It counts for nothing there, as the other document of its number counts for no contract here."""
    bears = [other("F-1", reference="C-117"), other("F-2", reference="C-117", status="draft")]
    report = of_exports([*month_ends(3), *bears], [other("F-1"), other("F-2")])
    assert conflicts(report) == [
        "Delta GmbH F-1: in 1.csv and 2.csv this document counts for a contract in one and for none in another"
    ]


def test_lines_of_one_document_in_and_out_of_contracts_cast_no_doubt() -> None:
    agreed = contract(flat(matching=ChargeMatching(items=("FEE",))))
    lines = [*month_ends(3), other("F-1", item="FEE"), other("F-1", amount="1.00")]
    report = of_exports(lines, lines, agreed=agreed)
    assert conflicts(report) == []
    assert report.outside == of_exports(lines, agreed=agreed).outside


def test_nothing_is_read_twice_without_need() -> None:
    """Not other customers, not other days, not other numbers, and never a ledger of one file."""
    first = [other("F-1", "2026-01-05"), other("F-2", "2026-01-31"), line("INV-1")]
    for second in (
        [other("F-2", "2026-01-31", customer="Zeta")], [other("F-2", "2026-02-01")], [other("F-3", "2026-01-31")],
        [line("INV-1")],
    ):  # fmt: skip
        sources = [Counted(LineList(tuple(lines), "x")) for lines in (first, second)]
        checked(*sources)
        assert [len(source.scans) for source in sources] == [1, 1], second
    third = Counted(LineList((other("F-9", "2026-03-01"),), "z"))
    sources = [Counted(LineList(tuple(first), "x")), Counted(LineList((first[1],), "y")), third]
    assert checked(*sources).counts.outside_repeated == 1
    assert [len(source.scans) for source in sources] == [2, 2, 1]


def test_numbers_without_digits_at_their_end_are_compared_too() -> None:
    lines = [other("F-1-A"), other("no number"), other("9" * 20)]
    assert outside(of_exports(lines, lines)) == [("Delta GmbH", "EUR", 3, 3000)]


def test_a_file_that_changes_before_the_second_look_is_noticed(tmp_path: Path) -> None:
    head, rows = "document,issue_date,customer,amount,currency\n", "F-1,2026-02-10,Delta GmbH,10.00,EUR\n"
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(head + rows)
    second.write_text(head + rows)
    sources = list(read_ledger(first, second).sources)

    class Changes(Counted):
        def scan(self, keys: Keys) -> Iterator[Batch]:
            yield from super().scan(keys)
            first.write_text(head + rows.replace("10.00", "11.00"))

    with pytest.raises(SourceChangedError):
        checked(sources[0], Changes(sources[1]))  # type: ignore[arg-type]


def test_a_source_without_a_receipt_is_a_fault_of_its_reader() -> None:
    class Silent(Counted):
        def scan(self, keys: Keys) -> Iterator[Batch]:
            for batch in super().scan(keys):
                yield replace(batch, receipt=None)

    with pytest.raises(InternalError, match="every source ends with one receipt"):
        checked(LineList((other("F-1"),), "x"), Silent(LineList((other("F-1"),), "y")))


DOCUMENTS = st.lists(
    st.tuples(
        st.integers(1, 12),  # number
        st.sampled_from(["Delta GmbH", "Zeta", "Hartwell Interieur"]),
        st.integers(0, 90),
        st.lists(st.integers(-500, 900), min_size=1, max_size=3),
        st.integers(1, 15),  # in which of four exports, as bits
    ),
    max_size=14,
    unique_by=lambda document: document[:2],
)


@settings(max_examples=150)
@given(DOCUMENTS, st.randoms(use_true_random=False))
def test_any_split_into_overlapping_exports_comes_to_what_the_documents_come_to(
    documents: list[tuple[int, str, int, list[int], int]], shuffle: random.Random
) -> None:
    exports: list[list[Line]] = [[other("F-99", "2026-04-01")], [], [], []]
    wanted = {"Delta GmbH": [1, 1000], "Zeta": [0, 0]}
    again = 0
    for number, customer, day, amounts, bits in documents:
        where = [export for export in range(4) if bits >> export & 1]
        lines = [
            other(f"F-{number}", str(date(2026, 1, 1) + timedelta(day)), customer=customer)
            for _ in amounts
        ]  # fmt: skip
        lines = [replace(one, amount=Decimal(cents) / 100) for one, cents in zip(lines, amounts, strict=True)]
        for export in where:
            exports[export] += lines
        if customer in wanted:
            wanted[customer][0] += len(amounts)
            wanted[customer][1] += sum(amounts)
            again += (len(where) - 1) * len(amounts)
    for lines in exports:
        shuffle.shuffle(lines)
    exports = [lines for lines in exports if lines]
    shuffle.shuffle(exports)
    report = of_exports(*exports)
    found = [(customer, lines, amount) for customer, _, lines, amount in outside(report)]
    assert found == [(customer, *figures) for customer, figures in sorted(wanted.items()) if figures[0]]
    assert report.counts.outside_repeated == again


def test_what_is_outside_is_a_list_by_customer_and_currency() -> None:
    lines = [other(f"F-{number}", customer=name) for number, name in enumerate(("Zeta", "Alpha", "Mu", "Alpha"))]
    report = of_exports([*lines, other("F-9", customer="Later", day="2027-05-01")])
    assert outside(report) == [("Alpha", "EUR", 2, 2000), ("Mu", "EUR", 1, 1000), ("Zeta", "EUR", 1, 1000)]
    assert [entry.customer for entry in report.outside[1:]] == ["Mu", "Zeta"]
    assert (len(report.outside), report.outside[-1].customer, report.outside[-1] in report.outside) == (3, "Zeta", True)
    assert report.outside == of_exports(lines[::-1]).outside
    assert report.outside != of_exports(lines[1:]).outside


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6), st.integers(0, 5)), max_size=12))
def test_spans_that_overlap_another_owners_are_found(raw: list[tuple[int, int, int]]) -> None:
    """Those of one owner are made apart from each other first, as the function asks for."""
    spans: list[tuple[int, int, int]] = []
    for first, length, owner in raw:
        if not any(one[2] == owner and first <= one[1] and one[0] <= first + length for one in spans):
            spans.append((first, first + length, owner))
    wanted = {
        one[2] for one in spans for two in spans if one[2] != two[2] and one[0] <= two[1] and two[0] <= one[1]
    }  # fmt: skip
    assert overlapping(spans) == wanted


def _numbers(*texts: str) -> DocumentNumbers:
    found = DocumentNumbers()
    found.add([text.encode() for text in texts])
    return found


def test_which_sources_may_share_a_number() -> None:
    assert sharing([_numbers("A-1", "A-2"), _numbers("A-3"), _numbers("A-2")]) == {0, 2}
    assert sharing([_numbers("A-1"), _numbers("B-1"), _numbers("A-01")]) == set()
    assert sharing([_numbers("A-1", "x"), _numbers("A-2"), _numbers("y", "A-7")]) == {0, 2}
    assert sharing([_numbers("A-1", "x"), _numbers("A-2")]) == set()
    assert sharing([_numbers("A-1"), None, _numbers("B-1")]) == {0, 1, 2}
    assert sharing([_numbers(" A-1"), _numbers('"A-1"'), _numbers("\N{NO-BREAK SPACE}A-1")]) == {0, 1, 2}
