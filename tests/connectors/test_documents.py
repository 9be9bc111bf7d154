"""Documents that state their totals: tax in or out, wherever their rows stand."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billcheck.errors import LedgerRefusedError
from billcheck.ledger.line import DocumentStatus, Kind
from tests.connectors.exports import Scanned, only, scan, scan_text, xero_row, xero_text

if TYPE_CHECKING:
    from pathlib import Path

EXCLUSIVE = [
    xero_row(LineAmount="100.00", TaxAmount="21.00", Total="181.50", TaxTotal="31.50", Description="one"),
    xero_row(LineAmount="50.00", TaxAmount="10.50", Total="181.50", TaxTotal="31.50", Description="two"),
]
INCLUSIVE = [
    xero_row(InvoiceNumber="INV-2", LineAmount="121.00", TaxAmount="21.00", Total="181.50", TaxTotal="31.50"),
    xero_row(InvoiceNumber="INV-2", LineAmount="60.50", TaxAmount="10.50", Total="181.50", TaxTotal="31.50"),
]
TAX_FREE = [xero_row(InvoiceNumber="INV-3", LineAmount="80.00", TaxAmount="0.00", Total="80.00", TaxTotal="0.00")]


def figures(found: Scanned) -> list[tuple[str, int]]:
    return sorted((line.document, line.amount) for line in found.lines)


def test_amounts_come_without_tax_however_the_document_writes_them(tmp_path: Path) -> None:
    found = scan_text(tmp_path, xero_text([*EXCLUSIVE, *INCLUSIVE, *TAX_FREE]))
    assert figures(found) == [
        ("INV-1", 5000),
        ("INV-1", 10000),
        ("INV-2", 5000),
        ("INV-2", 10000),
        ("INV-3", 8000),
    ]
    assert not found.refused


def test_amounts_read_back_are_without_tax_too(tmp_path: Path) -> None:
    path = tmp_path / "SalesInvoices.csv"
    path.write_text(xero_text([*EXCLUSIVE, *INCLUSIVE, *TAX_FREE]), encoding="utf-8")
    source = only(path)
    lines = scan(source).lines
    read = source.read([line.locator for line in lines])
    assert [int(row.line.amount * 100) for row in read] == [line.amount for line in lines]
    assert [row.row for row in read] == [2, 3, 4, 5, 6]
    line = read[0].line
    assert (line.kind, line.status, line.account, line.description) == ("invoice", "approved", "200", "one")
    assert (str(line.quantity), str(line.unit_price), str(line.total), str(line.tax)) == (
        "1.0000", "100.0000", "181.50", "21.00",
    )  # fmt: skip
    assert (line.issue_date.isoformat(), line.due_date and line.due_date.isoformat()) == ("2026-01-31", "2026-02-28")


def test_a_document_that_does_not_add_up_is_refused_whole_with_its_figures(tmp_path: Path) -> None:
    rows = [*EXCLUSIVE, xero_row(InvoiceNumber="INV-9", Total="200.00", TaxTotal="21.00"), *TAX_FREE]
    found = scan_text(tmp_path, xero_text(rows))
    assert figures(found) == [("INV-1", 5000), ("INV-1", 10000), ("INV-3", 8000)]
    (refused,) = found.refused
    assert (refused.row, refused.column, refused.value) == (4, "LineAmount", "100.00")
    assert refused.reason == (
        "The lines of INV-9 add up to 100.00 EUR; the document says 179.00 excluding tax, 200.00 including it. "
        "Export the whole document again."
    )
    assert (found.receipt.rows, found.receipt.lines) == (4, 3)


def test_a_document_cut_short_is_refused(tmp_path: Path) -> None:
    found = scan_text(tmp_path, xero_text([EXCLUSIVE[0], *TAX_FREE]))
    assert figures(found) == [("INV-3", 8000)]
    assert [row.row for row in found.refused] == [2]


def test_a_refused_row_takes_the_rest_of_its_document_along(tmp_path: Path) -> None:
    broken = EXCLUSIVE[1].replace("50.00", "NaN")
    found = scan_text(tmp_path, xero_text([EXCLUSIVE[0], broken, *TAX_FREE]))
    assert figures(found) == [("INV-3", 8000)]
    assert [(row.row, row.column, row.value) for row in found.refused] == [
        (2, "LineAmount", "100.00"),
        (3, "LineAmount", "NaN"),
    ]


def test_gross_amounts_without_the_tax_of_each_line_are_refused(tmp_path: Path) -> None:
    row = xero_row(LineAmount="121.00", TaxAmount="", Total="121.00", TaxTotal="21.00")
    found = scan_text(tmp_path, xero_text([row]))
    assert (found.lines, len(found.refused)) == ([], 1)


def test_net_amounts_need_no_tax_of_each_line(tmp_path: Path) -> None:
    row = xero_row(LineAmount="100.00", TaxAmount="", Total="121.00", TaxTotal="21.00")
    assert figures(scan_text(tmp_path, xero_text([row]))) == [("INV-1", 10000)]


def test_a_line_of_text_alone_counts_as_zero(tmp_path: Path) -> None:
    note = xero_row(LineAmount="", TaxAmount="", Total="181.50", TaxTotal="31.50", Description="See you in March")
    found = scan_text(tmp_path, xero_text([*EXCLUSIVE, note]))
    assert found.amounts == [10000, 5000, 0]


@pytest.mark.parametrize("sign", ["", "-"])
def test_credit_notes_are_negative_in_either_sign(tmp_path: Path, sign: str) -> None:
    cells = {"Type": "Sales credit note", "InvoiceNumber": "CN-1", "Total": f"{sign}121.00", "TaxTotal": f"{sign}21.00"}
    rows = [
        xero_row(**cells, LineAmount=f"{sign}150.00", TaxAmount=f"{sign}31.50"),
        xero_row(**cells, LineAmount=f"{'' if sign else '-'}50.00", TaxAmount=f"{'' if sign else '-'}10.50"),
    ]
    found = scan_text(tmp_path, xero_text([rows[0], *TAX_FREE, rows[1]]))
    assert figures(found) == [("CN-1", -15000), ("CN-1", 5000), ("INV-3", 8000)]
    assert {line.kind for line in found.lines if line.document == "CN-1"} == {Kind.CREDIT_NOTE}


@pytest.mark.parametrize(
    "word", ["Sales overpayment", "Sales prepayment", "Bill", "Bill credit note", "Purchase invoice"]
)
def test_what_is_no_sale_is_marked_and_need_not_add_up(tmp_path: Path, word: str) -> None:
    row = xero_row(Type=word, InvoiceNumber="", LineAmount="7.00", Total="9.00", TaxTotal="0.00", AccountCode="610")
    found = scan_text(tmp_path, xero_text([row]))
    assert [(line.kind, line.amount, line.document) for line in found.lines] == [(Kind.OTHER, 700, "")]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Draft", DocumentStatus.DRAFT),
        ("Awaiting Approval", DocumentStatus.DRAFT),
        ("Awaiting Payment", DocumentStatus.APPROVED),
        ("PAID", DocumentStatus.APPROVED),
        ("Voided", DocumentStatus.VOID),
        ("Deleted", DocumentStatus.VOID),
    ],
)
def test_the_words_of_xero_say_how_far_a_document_got(tmp_path: Path, word: str, status: DocumentStatus) -> None:
    assert [line.status for line in scan_text(tmp_path, xero_text([xero_row(Status=word)])).lines] == [status]


def test_a_void_document_need_not_add_up(tmp_path: Path) -> None:
    row = xero_row(Status="Voided", Total="0.00", TaxTotal="0.00")
    found = scan_text(tmp_path, xero_text([row]))
    assert (len(found.lines), found.refused) == (1, [])


def test_a_number_used_again_after_voiding_is_another_document(tmp_path: Path) -> None:
    again = [xero_row(Status="Voided"), xero_row(LineAmount="90.00", TaxAmount="0.00", Total="90.00", TaxTotal="0.00")]
    assert sorted(scan_text(tmp_path, xero_text(again)).amounts) == [9000, 10000]


def test_two_tracking_options_stand_side_by_side(tmp_path: Path) -> None:
    rows = [
        xero_row(InvoiceNumber=f"INV-{number}", TrackingOption1=first, TrackingOption2=second)
        for number, (first, second) in enumerate([("North", ""), ("", "Web"), ("North", "Web"), ("", "")])
    ]
    path = tmp_path / "SalesInvoices.csv"
    path.write_text(xero_text(rows), encoding="utf-8")
    source = only(path)
    lines = scan(source).lines
    expected = ["North", "Web", "North | Web", ""]
    assert [line.tracking for line in lines] == expected
    assert [row.line.tracking for row in source.read([line.locator for line in lines])] == expected


@pytest.mark.parametrize("is_apart", [False, True])
def test_a_document_that_stands_twice_refuses_the_file(tmp_path: Path, is_apart: bool) -> None:
    rows = [*EXCLUSIVE, *TAX_FREE, *EXCLUSIVE] if is_apart else [*EXCLUSIVE, *EXCLUSIVE, *TAX_FREE]
    with pytest.raises(LedgerRefusedError) as caught:
        scan_text(tmp_path, xero_text(rows))
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"{tmp_path / 'ledger.csv'} row 2: The document stands in the file more than once")
    assert problem.value == "INV-1"


def test_a_document_that_stands_twice_with_tax_included_refuses_the_file(tmp_path: Path) -> None:
    with pytest.raises(LedgerRefusedError, match="more than once"):
        scan_text(tmp_path, xero_text([*INCLUSIVE, *TAX_FREE, *INCLUSIVE]))


def test_void_documents_and_cash_may_stand_twice(tmp_path: Path) -> None:
    void, cash = xero_row(Status="Voided"), xero_row(Type="Sales overpayment", InvoiceNumber="")
    assert len(scan_text(tmp_path, xero_text([void, cash, *TAX_FREE, void, cash])).lines) == 5


def test_rows_that_cancel_out_find_their_document_at_the_end(tmp_path: Path) -> None:
    # The first row adds up by itself; the other two, elsewhere, come to zero.
    cells = {"Total": "121.00", "TaxTotal": "21.00"}
    rows = [
        xero_row(**cells),
        *TAX_FREE,
        xero_row(**cells, LineAmount="30.00", TaxAmount="6.30"),
        *INCLUSIVE,
        xero_row(**cells, LineAmount="-30.00", TaxAmount="-6.30"),
    ]
    found = scan_text(tmp_path, xero_text(rows))
    assert [amount for document, amount in figures(found) if document == "INV-1"] == [-3000, 3000, 10000]
    assert not found.refused


def test_a_row_that_adds_up_alone_but_not_with_its_document_refuses_the_file(tmp_path: Path) -> None:
    stray = xero_row(Total="121.00", TaxTotal="21.00", LineAmount="30.00", TaxAmount="6.30")
    with pytest.raises(LedgerRefusedError, match="more than once"):
        scan_text(tmp_path, xero_text([xero_row(Total="121.00", TaxTotal="21.00"), *TAX_FREE, stray]))


def test_quotes_do_not_part_the_rows_of_a_document(tmp_path: Path) -> None:
    quoted = EXCLUSIVE[1].replace("INV-1", '"INV-1"').replace("Acme", '"Acme"')
    found = scan_text(tmp_path, xero_text([EXCLUSIVE[0], quoted]))
    assert [line.line_number for line in found.lines] == [1, 2]


@st.composite
def exports(draw: st.DrawFn) -> list[str]:
    """Rows of documents with and without tax in their amounts, credit notes, void ones and some that do not add up."""
    rows = []
    for number in range(draw(st.integers(1, 6))):
        nets = draw(st.lists(st.integers(-3000, 30000), min_size=1, max_size=5))
        rate = draw(st.sampled_from([0, 6, 21]))
        taxes = [net * rate // 100 for net in nets]
        is_inclusive = draw(st.booleans())
        total, tax_total = sum(nets) + sum(taxes) + draw(st.sampled_from([0, 0, 0, 0, 1])), sum(taxes)
        cells = {
            "InvoiceNumber": f"INV-{number}",
            "Type": draw(st.sampled_from(["Sales invoice", "Sales credit note"])),
            "Status": draw(st.sampled_from(["Paid", "Paid", "Draft", "Voided"])),
            "Total": money(total),
            "TaxTotal": money(tax_total),
        }
        rows += [
            xero_row(**cells, LineAmount=money(net + tax if is_inclusive else net), TaxAmount=money(tax))
            for net, tax in zip(nets, taxes, strict=True)
        ]
    return rows


def money(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exports(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_figure(tmp_path: Path, rows: list[str], chance: random.Random) -> None:
    def outcome(ordered: list[str]) -> tuple[list[tuple[str, int]], list[tuple[str, str]]] | None:
        try:
            found = scan_text(tmp_path, xero_text(ordered))
        except LedgerRefusedError as error:
            assert "more than once" in str(error)  # noqa: PT017 - the only refusal that may come of these rows
            return None
        return figures(found), sorted((row.value, row.reason) for row in found.refused)

    shuffled = list(rows)
    chance.shuffle(shuffled)
    first, second = outcome(rows), outcome(shuffled)
    if first is not None and second is not None:
        assert first == second


def test_all_documents_may_have_to_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Taxes that do not add up by line, as where tax is computed once per document: every document waits for the end.
    rows = []
    for number in range(300):
        cells = {"InvoiceNumber": f"INV-{number}", "Total": "121.00", "TaxTotal": "21.00"}
        rows += [xero_row(**cells, LineAmount=amount, TaxAmount="10.00") for amount in ("40.00", "60.00")]
    random.Random(3).shuffle(rows)
    whole = scan_text(tmp_path, xero_text(rows))
    assert len(whole.lines) == 600
    assert [line.locator for line in whole.lines] == sorted(line.locator for line in whole.lines)
    monkeypatch.setattr("billcheck.connectors.files.text.BLOCK_BYTES", 3000)
    monkeypatch.setattr("billcheck.connectors.files.scan.BLOCK_BYTES", 3000)
    assert [line[1:] for line in scan_text(tmp_path, xero_text(rows)).lines] == [line[1:] for line in whole.lines]
