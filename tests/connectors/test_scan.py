"""Scans: what is kept, totalled, refused and said in the receipt."""

from __future__ import annotations

import os
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from billcheck.connectors.files import read_ledger
from billcheck.connectors.files.limits import Limits
from billcheck.errors import InternalError, SourceChangedError
from billcheck.ledger.line import DocumentStatus, Kind
from billcheck.ledger.source import Keys, OutsideTotal
from tests.connectors.exports import GENERIC, EveryKey, keys_of, only, scan, scan_text, xero_row, xero_text

if TYPE_CHECKING:
    from pathlib import Path

JANUARY = date(2026, 1, 31).toordinal()


def test_only_lines_the_keys_may_concern_are_kept_and_the_others_are_totalled(tmp_path: Path) -> None:
    text = (
        f"{GENERIC},status,kind\n"
        "F-1,2026-01-31,Acme B.V.,100.00,EUR,paid,\n"
        "F-2,2026-02-28,Other,50.00,EUR,,\n"
        "F-3,2026-01-15,Other,25.50,EUR,sent,invoice\n"
        "F-4,2026-03-01,Other,7.00,EUR,draft,\n"
        "F-5,2026-03-02,Other,8.00,EUR,void,\n"
        "F-6,2026-03-03,Other,9.00,USD,open,\n"
        "F-7,2026-03-04,Other,5.00,EUR,open,credit note\n"
    )
    found = scan_text(tmp_path, text, keys=keys_of("ACME bv"))
    assert [(line.document, line.customer, line.amount) for line in found.lines] == [("F-1", "Acme B.V.", 10000)]
    assert found.outside == {
        ("Other", "EUR"): OutsideTotal(3, 7050, date(2026, 1, 15).toordinal(), date(2026, 3, 4).toordinal()),
        ("Other", "USD"): OutsideTotal(1, 900, date(2026, 3, 3).toordinal(), date(2026, 3, 3).toordinal()),
    }
    assert (found.receipt.rows, found.receipt.lines) == (7, 7)
    assert found.receipt.sha256 == sha256(text.encode()).hexdigest()
    assert (found.receipt.first_day, found.receipt.last_day) == (
        date(2026, 1, 15).toordinal(),
        date(2026, 3, 4).toordinal(),
    )
    assert found.receipt.profile == "generic"
    assert found.receipt.path == str(tmp_path / "ledger.csv")


@pytest.mark.parametrize(
    ("heading", "cell", "keys"),
    [
        ("customer_id", "K-9", Keys(customer_ids=frozenset({"k-9"}))),
        ("contract", "C-117", Keys(contracts=frozenset({"c-117"}))),
        ("reference", "Your order C-117; March", Keys(contracts=frozenset({"c-117"}))),
    ],
)
def test_a_code_keeps_a_line_of_an_unknown_customer(tmp_path: Path, heading: str, cell: str, keys: Keys) -> None:
    text = f"{GENERIC},{heading}\nF-1,2026-01-31,Somebody,1.00,EUR,{cell}\nF-2,2026-01-31,Somebody,2.00,EUR,\n"
    found = scan_text(tmp_path, text, keys=keys)
    assert found.amounts == [100]
    assert found.outside["Somebody", "EUR"].amount == 200


def test_every_column_of_the_generic_ledger_arrives(tmp_path: Path) -> None:
    text = (
        "document,kind,status,issue_date,due_date,customer,customer_id,description,item,account,tracking,quantity,"
        "unit_price,amount,tax,total,amount_due,currency,period_first_day,period_last_day,contract,charge,reference,"
        "credits_document\n"
        'CN-1,Credit-Note,Sent,2026-01-31,2026-02-28,"Acme, Inc.",K-1,"Two ""lines""\nof text",IT,AC,TR,1.5,10,15.00,'
        "3.15,18.15,0.00,EUR,2026-01-01,2026-01-31,C-1,Fee,PO 7,F-9\n"
    )
    (line,) = scan_text(tmp_path, text).lines
    assert line[1:] == (
        "CN-1", 1, Kind.CREDIT_NOTE, DocumentStatus.APPROVED, JANUARY, "Acme, Inc.", "K-1", -1500, "EUR", "C-1", "Fee",
        "PO 7", "IT", "AC", "TR", 'Two "lines"\nof text', date(2026, 1, 1).toordinal(), date(2026, 2, 1).toordinal(),
        "F-9",
    )  # fmt: skip


def test_spaces_around_values_are_no_part_of_them(tmp_path: Path) -> None:
    found = scan_text(tmp_path, f"{GENERIC}\n F-1 ,\t2026-01-31, Acme\u00a0, 100.00 , eur \n")
    assert [(line.document, line.issue_day, line.customer, line.amount, line.currency) for line in found.lines] == [
        ("F-1", JANUARY, "Acme", 10000, "EUR")
    ]


def test_minor_units_follow_the_currency_of_each_row(tmp_path: Path) -> None:
    text = (
        f"{GENERIC}\nF-1,2026-01-31,A,1200,JPY\nF-2,2026-01-31,A,1.234,KWD\nF-3,2026-01-31,A,1.20,EUR\n"
        'F-4,2026-01-31,A,-1.5,EUR\nF-5,2026-01-31,A,7,EUR\nF-6,2026-01-31,A,"1,234,567.8900",EUR\n'
    )
    assert scan_text(tmp_path, text).amounts == [1200, 1234, 120, -150, 700, 123456789]


def test_credit_notes_turn_negative_by_the_sign_of_their_document_wherever_their_rows_stand(tmp_path: Path) -> None:
    text = (
        f"{GENERIC},kind\n"
        "CN-1,2026-01-31,A,100.00,EUR,credit note\n"
        "CN-2,2026-01-31,A,-30.00,EUR,credit note\n"
        "F-1,2026-01-31,A,5.00,EUR,invoice\n"
        "CN-1,2026-01-31,A,-20.00,EUR,credit note\n"
        "CN-2,2026-01-31,A,10.00,EUR,credit note\n"
        "CN-1,2026-01-31,B,-1.00,EUR,credit note\n"
    )
    found = scan_text(tmp_path, text)
    assert sorted((line.customer, line.document, line.amount) for line in found.lines) == [
        ("A", "CN-1", -10000),
        ("A", "CN-1", 2000),
        ("A", "CN-2", -3000),
        ("A", "CN-2", 1000),
        ("A", "F-1", 500),
        ("B", "CN-1", -100),
    ]


def test_line_numbers_count_within_a_document(tmp_path: Path) -> None:
    rows = [f"{document},2026-01-31,A,1.00,EUR" for document in ("F-1", "F-1", "F-2", "F-3", "F-3", "F-3", "F-1")]
    found = scan_text(tmp_path, "\n".join([GENERIC, *rows]))
    assert [line.line_number for line in found.lines] == [1, 2, 1, 1, 2, 3, 1]


def test_small_blocks_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = []
    for number in range(60):
        name = ("Acme", '"Beta, ""B"""', "Gamma")[number % 3]
        rows += [
            f'F-{number},2026-01-{number % 28 + 1:02},{name},{number}.{line:02},EUR,"text\nof {line}"'
            for line in range(number % 5 + 1)
        ]
    text = "\n".join([f"{GENERIC},description", *rows])
    whole = scan_text(tmp_path, text)
    assert len(whole.lines) == len(rows)
    for size in (70, 200, 1000):
        monkeypatch.setattr("billcheck.connectors.files.text.BLOCK_BYTES", size)
        monkeypatch.setattr("billcheck.connectors.files.output.BATCH_LINES", 7)
        found = scan_text(tmp_path, text, limits=Limits(field_bytes=30))
        assert [line[1:] for line in found.lines] == [line[1:] for line in whole.lines]


def test_batches_are_handed_out_as_they_fill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billcheck.connectors.files.output.BATCH_LINES", 10)
    monkeypatch.setattr("billcheck.connectors.files.text.BLOCK_BYTES", 500)
    rows = [f"F-{number},2026-01-31,A,1.00,EUR" for number in range(100)]
    found = scan_text(tmp_path, "\n".join([GENERIC, *rows]))
    assert len(found.lines) == 100
    assert found.batches > 5


def test_nothing_kept_still_gives_a_receipt(tmp_path: Path) -> None:
    found = scan_text(tmp_path, f"{GENERIC}\nF-1,2026-01-31,A,1.00,EUR\n", keys=Keys())
    assert (found.lines, found.receipt.rows, found.outside["A", "EUR"].lines) == ([], 1, 1)


def test_rows_without_content_are_passed_over(tmp_path: Path) -> None:
    found = scan_text(tmp_path, f"\n{GENERIC}\n\nF-1,2026-01-31,A,1.00,EUR\r\n,,,,\n\r\n,,\n")
    assert (found.amounts, found.refused, found.receipt.rows) == ([100], [], 1)


def test_a_memory_that_overflows_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"F-{number},2026-01-{number % 28 + 1:02},Customer {number},1.00,EUR" for number in range(50)]
    whole = scan_text(tmp_path, "\n".join([GENERIC, *rows]))
    monkeypatch.setattr("billcheck.connectors.files.values.CACHE_ENTRIES", 3)
    monkeypatch.setattr("billcheck.connectors.files.text.BLOCK_BYTES", 100)
    assert [line[1:] for line in scan_text(tmp_path, "\n".join([GENERIC, *rows])).lines] == [
        line[1:] for line in whole.lines
    ]


@pytest.mark.parametrize(
    ("paid", "is_doubted"),
    [
        ("P-1,2026-03-20,A,1.00,EUR,invoice,Draft,0.00", True),
        ("P-1,2026-03-20,A,1.00,EUR, Payment ,approved,0.00", True),
        ("P-1,2026-03-20,A,1.00,EUR,invoice,approved,", True),
        ('P-1,2026-03-20,A,1.00,EUR,invoice," APPROVED","0.00"', False),
        ("P-1,2026-03-20,A,1.00,EUR,,,0.00", False),
    ],
)
def test_only_an_approved_document_that_is_paid_shows_that_paid_ones_are_exported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, paid: str, *, is_doubted: bool
) -> None:
    monkeypatch.setattr("billcheck.connectors.files.values.CACHE_ENTRIES", 1)
    unpaid = [f"F-{month},2026-0{month}-01,A,1.00,EUR,Invoice,Approved,1.00" for month in (1, 2, 3)]
    heading = f"{GENERIC},kind,status,amount_due"
    found = scan_text(tmp_path, "\n".join([heading, *unpaid, paid, unpaid[-1].replace("F-3", "F-4")]))
    assert (bool(found.receipt.shortcoming), found.refused) == (is_doubted, [])


def test_rows_are_read_back_in_the_order_asked_for(tmp_path: Path) -> None:
    rows = [f'F-{number},2026-01-31,A,{number}.00,EUR,"text\n{number}"' for number in range(200)]
    path = tmp_path / "ledger.csv"
    path.write_text("\n".join([f"{GENERIC},description", *rows, ""]), encoding="utf-8")
    source = only(path)
    lines = scan(source).lines
    wanted = [lines[index] for index in (150, 3, 77, 0, 199, 3)]
    found = source.read([line.locator for line in wanted])
    assert [row.line.document for row in found] == [line.document for line in wanted]
    assert [row.line.description for row in found] == [line.text for line in wanted]
    assert [row.row for row in found] == [2 + 2 * index for index in (150, 3, 77, 0, 199, 3)]
    assert {row.path for row in found} == {str(path)}
    assert source.read([]) == []
    assert source.rows_of([line.locator for line in wanted]) == [row.row for row in found]


def test_the_rows_of_lines_are_known_without_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f'F-{number},2026-01-31,A,{number}.00,EUR,"{"x" + chr(10) * (number % 3)}"' for number in range(150)]
    path = tmp_path / "ledger.csv"
    for bits in (16, 3):
        # With few bits most rows lie too deep in their part, and the file is asked after all.
        monkeypatch.setattr("billcheck.connectors.files.places._MOST_LINES", (1 << bits) - 1)
        for size in (1 << 17, 900):
            monkeypatch.setattr("billcheck.connectors.files.text.BLOCK_BYTES", size)
            path.write_text("\n".join([f"{GENERIC},description", "", *rows, ""]), encoding="utf-8")
            source = only(path)
            locators = [line.locator for line in scan(source).lines]
            assert locators == sorted(locators)
            expected = [3 + sum(1 + earlier % 3 for earlier in range(number)) for number in range(150)]
            assert source.rows_of(locators) == [row.row for row in source.read(locators)] == expected


def test_rows_of_a_changed_file_are_not_told(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(f"{GENERIC}\nF-1,2026-01-31,A,1.00,EUR\n", encoding="utf-8")
    source = only(path)
    locators = [line.locator for line in scan(source).lines]
    path.write_text(f"{GENERIC}\nF-1,2026-01-31,A,1.00,EUR\n\n", encoding="utf-8")
    with pytest.raises(SourceChangedError):
        source.rows_of(locators)


def test_a_file_is_read_back_only_after_its_scan(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(f"{GENERIC}\nF-1,2026-01-31,A,1.00,EUR\n", encoding="utf-8")
    with pytest.raises(InternalError, match="only after its scan"):
        only(path).read([0])


def test_a_file_that_changed_is_not_read_back(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(f"{GENERIC}\nF-1,2026-01-31,A,1.00,EUR\n", encoding="utf-8")
    source = only(path)
    locators = [line.locator for line in scan(source).lines]
    stamp = path.stat().st_mtime_ns
    path.write_text(f"{GENERIC}\nF-2,2026-01-31,A,1.00,EUR\n", encoding="utf-8")
    os.utime(path, ns=(stamp, stamp))
    with pytest.raises(SourceChangedError, match="changed while it was being checked"):
        source.read(locators)
    path.write_text(f"{GENERIC}\nF-1,2026-01-31,A,1.00,EUR\n", encoding="utf-8")
    os.utime(path, ns=(stamp + 1, stamp + 1))
    with pytest.raises(SourceChangedError):
        source.read(locators)
    path.unlink()
    with pytest.raises(SourceChangedError):
        source.read(locators)


def test_a_file_that_changes_during_the_scan_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text("\n".join([GENERIC, *["F-1,2026-01-31,A,1.00,EUR"] * 20_000]), encoding="utf-8")
    batches = only(path).scan(EveryKey())
    next(batches)
    with path.open("a", encoding="utf-8") as file:
        file.write("\nF-2,2026-01-31,A,1.00,EUR")
    with pytest.raises(SourceChangedError):
        list(batches)


def test_a_file_is_not_opened_before_it_is_scanned(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text("nothing of use", encoding="utf-8")
    ledger = read_ledger(path)
    path.write_text(f"{GENERIC}\nF-1,2026-01-31,A,1.00,EUR\n", encoding="utf-8")
    assert scan(ledger.sources[0]).amounts == [100]


def test_scanning_twice_gives_the_same(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(xero_text([xero_row(), xero_row(InvoiceNumber="INV-2")]), encoding="utf-8")
    source = only(path)
    first, second = scan(source), scan(source)
    assert first == second
    assert len(source.read([line.locator for line in second.lines])) == 2
