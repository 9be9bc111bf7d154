"""What customers without a contract are billed after the day of the check is counted apart, however it comes in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import billcheck
from billcheck import Ledger, check
from billcheck.connectors.files import shares
from billcheck.ledger.lines import LineList
from billcheck.report.markdown import to_markdown
from billcheck.report.page import plain
from billcheck.report.table import to_lines
from tests.connectors.live.doors import DOORS, GENERIC, documents
from tests.engine.agreements import contract, line, month_ends

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from billcheck import Line, Report

AS_OF = date(2026, 3, 31)
WINDOW = (date(2026, 1, 1), AS_OF)


def other(document: str, day: str, amount: str = "10.00", **fields: Any) -> Line:
    return line(document, day, amount, **({"customer": "Delta GmbH"} | fields))


LINES = [
    *month_ends(3),
    other("F-1", "2026-01-15", "70.00"),
    other("F-2", "2026-03-31", "30.50"),  # the day itself
    other("F-3", "2026-04-01", "40.00"),
    other("F-3", "2026-04-01", "2.00"),
    other("F-4", "2026-04-02", "-1.00", kind="credit_note"),
    other("F-5", "2026-04-03", "9.00", status="draft"),
    other("F-6", "2026-04-03", "9.00", status="void"),
    other("F-7", "2026-05-02", "5.00", customer="Zeta SA"),
]
OUTSIDE = [("Delta GmbH", "EUR", 2, 10050, date(2026, 1, 15), AS_OF)]
LATER = 4
"""Two lines of F-3, and F-4 and F-7."""
IN_THE_BOOKS = Decimal("7346.50")
"""7,200.00 of the contract + 100.50 + 42.00 - 1.00 + 5.00: the general ledger has later documents too."""


def in_a_frame(written: Sequence[tuple[Line, ...]]) -> Ledger:
    lines = [one for each in written for one in each]
    return billcheck.read_frame(pd.DataFrame({name: [str(getattr(one, name)) for one in lines] for name in GENERIC}))


def through(door: str, written: Sequence[tuple[Line, ...]], folder: Path) -> Ledger:
    return DOORS[door](written, folder, WINDOW)


def in_a_snapshot(written: Sequence[tuple[Line, ...]], folder: Path) -> Ledger:
    """What a connector gave, kept in a file."""
    held = through("xero", written, folder).sources[0]
    path = folder / "ledger.jsonl"
    path.write_bytes(b"".join(held.opener.held.stored()))  # type: ignore[attr-defined]
    return billcheck.read_ledger(path)


WAYS: dict[str, Callable[[Sequence[tuple[Line, ...]], Path], Ledger]] = {
    "lines": lambda written, _: Ledger.from_lines(one for each in written for one in each),
    "frame": lambda written, _: in_a_frame(written),
    "snapshot": in_a_snapshot,
    **{name: partial(through, name) for name in DOORS},
}


def told(report: Report) -> list[tuple[object, ...]]:
    return [
        (each.customer, each.currency, each.lines, each.amount_minor, each.first_date, each.last_date)
        for each in report.outside
    ]


@pytest.mark.parametrize("way", WAYS)
def test_later_documents_are_set_aside_whoever_was_billed(way: str, tmp_path: Path) -> None:
    ledger = WAYS[way](documents(LINES), tmp_path)
    report = check([contract()], ledger, as_of=AS_OF, control_totals={"EUR": IN_THE_BOOKS})
    assert told(report) == OUTSIDE
    assert report.counts.outside_later == LATER
    assert [control.difference_minor for control in report.controls] == [0]
    said = "4 lines billed to customers without a contract are dated after 2026-03-31, and not counted."
    assert said in plain(to_lines(report))
    assert said in to_markdown(report)


def test_a_file_that_is_scanned_in_shares_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "SHARE_BYTES", 60)
    report = check([contract()], WAYS["generic"](documents(LINES), tmp_path), as_of=AS_OF, processes=3)
    assert (told(report), report.counts.outside_later) == (OUTSIDE, LATER)


def test_a_customer_who_is_billed_later_only_does_not_appear_and_is_no_hint() -> None:
    lines = [other("F-1", "2026-04-01", customer="Hartwell Interieur BV")]
    for as_of, count, hint in ((AS_OF, 0, False), (date(2026, 4, 1), 1, True)):
        report = check([contract()], Ledger.from_lines(lines), as_of=as_of, covers=WINDOW)
        assert len(report.outside) == count
        assert report.counts.outside_later == 1 - count
        (finding,) = report.findings
        assert ("Hartwell Interieur BV" in finding.sentence) is hint
    said = plain(to_lines(check([contract()], Ledger.from_lines(lines), as_of=AS_OF, covers=WINDOW)))
    assert "1 line billed to customers without a contract is dated after 2026-03-31, and not counted." in said


def of_exports(*exports: Sequence[Line], **options: Any) -> Report:
    sources = tuple(LineList(tuple(lines), f"{number}.csv") for number, lines in enumerate(exports, 1))
    return check([contract()], Ledger(sources), as_of=AS_OF, covers=WINDOW, **options)


def test_a_later_document_in_two_exports_is_counted_once() -> None:
    """Also by the general ledger, which has it."""
    later = [other("F-3", "2026-04-01", "40.00"), other("F-3", "2026-04-01", "2.00")]
    now = [other("F-1", "2026-01-15")]
    report = of_exports([*now, *later], later, control_totals={"EUR": Decimal("52.00")})
    assert told(report) == [("Delta GmbH", "EUR", 1, 1000, date(2026, 1, 15), date(2026, 1, 15))]
    assert (report.counts.outside_later, report.counts.outside_repeated) == (2, 0)
    assert [control.difference_minor for control in report.controls] == [0]


def test_a_document_of_days_on_both_sides_is_divided_by_its_lines() -> None:
    one = [other("F-1", "2026-03-31"), other("F-1", "2026-04-01", "3.00")]
    report = of_exports(one, one)
    assert told(report) == [("Delta GmbH", "EUR", 1, 1000, AS_OF, AS_OF)]
    assert (report.counts.outside_later, report.counts.outside_repeated) == (1, 1)


@pytest.mark.parametrize(
    ("beside", "later"),
    [
        ([[other("F-2", "2026-04-20")], []], 2),
        ([[], [other("F-2", "2026-03-01")]], 1),
    ],
)
def test_a_document_that_one_export_dates_later_is_told_and_stays(beside: list[list[Line]], later: int) -> None:
    report = of_exports([other("F-1", "2026-03-31"), *beside[0]], [other("F-1", "2026-04-01"), *beside[1]])
    assert [each[2] for each in told(report)] == [3 - later]
    assert report.counts.outside_later == later
    (said,) = [one.sentence for one in report.findings if one.kind == "document_conflict"]
    assert said.startswith("Delta GmbH F-1: in 1.csv and 2.csv this document stands with different lines")


DAYS = st.integers(-20, 20)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(1, 9), DAYS, st.integers(-500, 900), st.integers(1, 3)), max_size=12))
def test_the_totals_are_those_of_the_lines_up_to_the_day(raw: list[tuple[int, int, int, int]]) -> None:
    """Each document stands in one of two exports or in both, with one line; numbers are made unique."""
    exports: tuple[list[Line], list[Line]] = ([other("F-0", "2026-02-01")], [other("F-99", "2026-02-01")])
    wanted, later = [2, 2000], [0, 0]
    for number, (_, day, cents, bits) in enumerate(raw, 1):
        dated = date.fromordinal(AS_OF.toordinal() + day)
        one = other(f"F-{number}", str(dated), str(Decimal(cents) / 100))
        for export in range(2):
            if bits >> export & 1:
                exports[export].append(one)
        figures = wanted if dated <= AS_OF else later
        figures[0] += 1
        figures[1] += cents
    report = of_exports(*exports, control_totals={"EUR": Decimal(wanted[1] + later[1]) / 100})
    assert [each[2:4] for each in told(report)] == [tuple(wanted)]
    assert report.counts.outside_later == later[0]
    assert [control.difference_minor for control in report.controls] == [0]
