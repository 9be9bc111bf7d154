from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from billcheck.findings import ContractRows, Status
from billcheck.ledger.source import RefusedRow
from tests.report.stories import clean, half_rate, make_contract, make_report, make_row, many, nothing_checked


class Reader(HTMLParser):
    """Checks that tags close in order, and gathers the text of table rows."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.extend(attrs)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"td", "th"}:
            self.rows[-1][-1] += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


def test_the_story_in_a_notebook() -> None:
    html = half_rate()._repr_html_()
    rows = read(html).rows
    billed = ["EUR", "19,200.00", "12,000.00", "7,200.00", "1,512.00", "8,712.00", "0.00", "7,200.00"]
    assert rows[1] == [*billed, *["0.00"] * 5, "1,200.00", "1,200.00"]
    assert rows[2] == ["Part of", "Currency", "Amount", "Cause"]
    assert rows[3] == [
        "arrears", "EUR", "7,200.00",
        "1 contract: billed at half the agreed amount, since 2026-03, goes on: 1,200.00 a month",
    ]  # fmt: skip
    assert rows[7] == [
        "C-117", "Hartwell Interieur", "Retainer", "2026-03", "2026-03-31", "EUR", "2,400.00", "1,200.00", "1,200.00",
        "underbilled", "INV-2026-003",
    ]  # fmt: skip
    assert len(rows) == 2 + 2 + 1 + 9
    assert (
        "<li>C-117: Retainer due 2026-09-30 will be 1,200.00 EUR short, 1,200.00 of 2,400.00, if nothing changes</li>"
    ) in html
    assert "Verdict: findings. 7,200.00 EUR excl. tax was agreed and never billed." in html


def test_a_clean_report_shows_its_periods_too() -> None:
    rows = read(clean()._repr_html_()).rows
    assert len(rows) == 2 + 1 + 8


def test_it_is_self_contained() -> None:
    reader = read(half_rate()._repr_html_())
    assert reader.tags <= {"div", "style", "p", "br", "table", "caption", "tr", "th", "td", "ul", "li"}
    assert {name for name, _ in reader.attributes} == {"class"}
    style = re.search(r"<style>(.*?)</style>", half_rate()._repr_html_(), re.DOTALL)
    assert style is not None
    assert all(rule.startswith(".billcheck-report") for rule in style[1].splitlines())
    assert "url(" not in style[1]


@pytest.mark.parametrize("field", ["customer", "charge", "document"])
def test_everything_from_the_data_is_escaped(field: str) -> None:
    evil = '<script>alert("1")</script>\u202e&'
    contract = make_contract(customer=evil if field == "customer" else "A")
    row = make_row(
        contract,
        "2026-01",
        100,
        0,
        Status.UNDERBILLED,
        charge=evil if field == "charge" else "Retainer",
        documents=(evil if field == "document" else "X",),
    )
    html = make_report([ContractRows(contract, (row,))])._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;\\u202e&amp;" in html
    read(html)


def test_two_hundred_rows_then_a_count() -> None:
    html = make_report(many(100, leaking=100))._repr_html_()
    assert "more row" not in html
    contract = make_contract("C-extra")
    extra = ContractRows(contract, (make_row(contract, "2026-01", 1, 1, Status.OK),))
    short = make_report([*many(99, leaking=99), ContractRows(contract, extra.rows * 5)])._repr_html_()
    assert '<p class="muted">3 more rows.</p>' in short
    assert len(read(short).rows) == 2 + 2 + 1 + 200


def test_a_big_report_shows_contracts_with_something_to_say() -> None:
    html = make_report(many(150, leaking=2))._repr_html_()
    assert "148 contracts not shown." in html
    assert len(read(html).rows) == 2 + 2 + 1 + 4


def test_doubts_are_said() -> None:
    assert "Nothing was checked" in nothing_checked()._repr_html_()
    refused = (RefusedRow("a.csv", 7, "amount", "NaN", "This is no amount."),)
    assert "The check is incomplete" in replace(half_rate(), refused=refused)._repr_html_()


def test_fifty_findings_then_a_count() -> None:
    html = make_report(many(60, leaking=60))._repr_html_()
    assert html.count("<li>") == 50
    assert "more findings" in html
    assert html.count("What settles it: ") == len(re.findall("<ul>", html))
