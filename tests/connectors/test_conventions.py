"""How dates, amounts and texts are written: proved by the file, declared, or refused."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from billcheck.errors import LedgerRefusedError
from billcheck.ledger.line import Kind
from tests.connectors.exports import GENERIC, Scanned, only, scan, scan_text, xero_row, xero_text

if TYPE_CHECKING:
    from pathlib import Path


def days(found: Scanned) -> list[str]:
    return [date.fromordinal(line.issue_day).isoformat() for line in found.lines]


def generic(*dates: str, due: str = "") -> str:
    rows = [f"F-{number},{text},A,1.00,EUR,{due}" for number, text in enumerate(dates)]
    return "\n".join([f"{GENERIC},due_date", *rows])


def refusal(folder: Path, text: str | bytes, profile: str | None = None) -> list[str]:
    with pytest.raises(LedgerRefusedError) as caught:
        scan_text(folder, text, profile)
    return [str(problem).removeprefix(str(folder / "ledger.csv")).strip() for problem in caught.value.problems]


def test_a_day_above_twelve_proves_the_order_for_all_rows(tmp_path: Path) -> None:
    assert days(scan_text(tmp_path, generic("05/03/2026", "13/03/2026"))) == ["2026-03-05", "2026-03-13"]
    assert days(scan_text(tmp_path, generic("05/03/2026", "03/13/2026"))) == ["2026-05-03", "2026-03-13"]


def test_the_proof_may_stand_in_another_column_and_far_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billcheck.connectors.files.text.BLOCK_BYTES", 100)
    text = generic(*["05/03/2026"] * 50) + "31/03/2026"
    assert days(scan_text(tmp_path, text))[0] == "2026-03-05"


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        *((word, Kind.INVOICE) for word in ("invoice", "Factuur", "Rechnung", "FACTURE")),
        *((word, Kind.CREDIT_NOTE) for word in ("credit note", "Creditnota", "Creditfactuur", "avoir")),
    ],
)
def test_kinds_of_documents_in_four_languages(tmp_path: Path, word: str, kind: Kind) -> None:
    found = scan_text(tmp_path, f"{GENERIC},kind\nF-1,2026-03-31,A,1.00,EUR,{word}\n")
    assert [line.kind for line in found.lines] == [kind]


def test_both_editions_of_xero_are_read(tmp_path: Path) -> None:
    british = [xero_row(InvoiceDate="03/04/2026", DueDate="30/04/2026")]
    american = [xero_row(InvoiceDate="04/03/2026", DueDate="04/30/2026")]
    assert days(scan_text(tmp_path, xero_text(british))) == ["2026-04-03"]
    assert days(scan_text(tmp_path, xero_text(american))) == ["2026-04-03"]


def test_dates_that_need_no_order(tmp_path: Path) -> None:
    found = scan_text(tmp_path, generic("05/05/2026", "5.5.2026", "05-05-2026", due="2026-05-31"))
    assert days(found) == ["2026-05-05"] * 3
    found = scan_text(tmp_path, generic("2026-03-05", "2026-03-06T00:00:00Z", "2026-03-07 23:59"))
    assert days(found) == ["2026-03-05", "2026-03-06", "2026-03-07"]


def test_a_file_that_can_be_read_both_ways_is_refused_with_both_readings(tmp_path: Path) -> None:
    (message,) = refusal(tmp_path, generic("05/05/2026", "05/03/2026", due="2026-01-31"))
    assert message == (
        "row 3: No date shows whether the day or the month comes first: this one is 2026-03-05 (day first) or "
        "2026-05-03 (month first). Found '05/03/2026'. Say which: read the file with the profile generic:day-first or "
        "generic:month-first."
    )


@pytest.mark.parametrize(("variant", "day"), [("day-first", "2026-03-05"), ("month-first", "2026-05-03")])
def test_a_variant_says_the_order(tmp_path: Path, variant: str, day: str) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(generic("05/03/2026"), encoding="utf-8")
    source = only(path, f"generic:{variant}")
    found = scan(source)
    assert days(found) == [day]
    assert found.receipt.profile == f"generic:{variant}"
    assert source.read([found.lines[0].locator])[0].line.issue_date.isoformat() == day


def test_two_orders_in_one_file_refuse_it(tmp_path: Path) -> None:
    (message,) = refusal(tmp_path, generic("13/03/2026", "03/13/2026"))
    assert message == (
        "row 3: This date is month first, but other dates, such as 13/03/2026, are day first. Found '03/13/2026'. "
        "Export the file again with dates as 2026-01-31, or in one order throughout."
    )
    assert "row 3: This date is day first, but other dates" in refusal(tmp_path, generic("03/13/2026", "13/03/2026"))[0]


def test_a_date_against_the_declared_order_refuses_the_file(tmp_path: Path) -> None:
    (text,) = refusal(tmp_path, generic("03/13/2026"), "generic:day-first")
    assert text.startswith("row 2: This date is month first, but the profile reads day first.")


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30", "31/02/2026", "2026-13-01", "13/13/2026", "1/1/26", "20260131", "2026/01/31", "Jan 31 2026", "10",
        "0026-01-31", "2026-01-31T24:00:00", "２026-01-31", "2026-1-31", "31/01-2026", "-",
    ],
)  # fmt: skip
def test_what_is_no_date_refuses_its_row(tmp_path: Path, text: str) -> None:
    found = scan_text(tmp_path, generic("2026-01-31", text))
    assert days(found) == ["2026-01-31"]
    (refused,) = found.refused
    assert (refused.row, refused.column, refused.value) == (3, "issue_date", text)
    assert "not a date that exists" in refused.reason


def test_an_impossible_date_proves_no_order(tmp_path: Path) -> None:
    assert "No date shows whether" in refusal(tmp_path, generic("05/03/2026", "31/02/2026"))[0]


def test_a_missing_date_refuses_its_row_and_a_missing_due_date_does_not(tmp_path: Path) -> None:
    found = scan_text(tmp_path, generic("", "2026-01-31"))
    assert [(row.column, row.reason.split(".")[0]) for row in found.refused] == [
        ("issue_date", "The row has no issue date")
    ]
    assert len(found.lines) == 1


def test_a_due_date_that_does_not_exist_refuses_its_row(tmp_path: Path) -> None:
    found = scan_text(tmp_path, generic("2026-01-31", due="2026-02-31"))
    assert [(row.column, row.value) for row in found.refused] == [("due_date", "2026-02-31")]


def amounts(*texts: str) -> str:
    rows = [f'F-{number},2026-01-31,A,"{text}",EUR' for number, text in enumerate(texts)]
    return "\n".join([GENERIC, *rows])


@pytest.mark.parametrize("text", ["1200,50", "1.200,50", "50,0", "1 200,50", "-0,5", "1.200.000", "1\u00a0200,50"])
def test_the_other_decimal_mark_refuses_the_file(tmp_path: Path, text: str) -> None:
    (message,) = refusal(tmp_path, amounts("100.00", text, text))
    assert message.startswith("row 3 amount: This amount is written with another decimal mark than the profile reads")
    assert f"Found {text!r}." in message
    assert "decimal-comma" in message


def test_a_point_that_may_group_needs_another_amount_to_show_what_it_is(tmp_path: Path) -> None:
    for other in ("1200", "0.5", "12.00", "1200.00", "1,200.00", "12.0000"):
        (message,) = refusal(tmp_path, amounts(other, "1.200"))
        assert message.startswith("row 3: This may be a number with three decimals or a whole number in groups")
    assert scan_text(tmp_path, amounts("0.500", "1.200")).amounts == [50, 120]
    assert scan_text(tmp_path, amounts("1.200", "1200.000", "12.00")).amounts == [120, 120000, 1200]


def test_a_variant_reads_decimal_commas(tmp_path: Path) -> None:
    found = scan_text(tmp_path, amounts("1200,50", "1.200", "-3", "1.234.567,8"), "generic:decimal-comma")
    assert found.amounts == [120050, 120000, -300, 123456780]


def test_a_decimal_point_refuses_a_file_that_was_said_to_have_commas(tmp_path: Path) -> None:
    assert "another decimal mark" in refusal(tmp_path, amounts("12,00", "12.50"), "generic:decimal-comma")[0]


def test_three_decimals_are_plain_where_the_currency_has_three(tmp_path: Path) -> None:
    found = scan_text(tmp_path, f"{GENERIC}\nF-1,2026-01-31,A,1.200,KWD\n")
    assert found.amounts == [1200]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("NaN", "not an amount"), ("1e400", "not an amount"), ("Infinity", "not an amount"), ("", "not an amount"),
        ("1_000.00", "not an amount"), ("٥٠٠", "not an amount"), ("５００", "not an amount"), ("+5", "not an amount"),
        ("(5.00", "not an amount"), ("-5.00-", "not an amount"), ("€€5.00", "not an amount"), ("--5", "not an amount"),
        ("12,34.00", "not an amount"), ("0x10", "not an amount"), ("1,2,3", "not an amount"), ("5 00", "not an amount"),
        ("9" * 16, "at most 15 digits"), ("1.00000000000", "at most 15 digits before and 10 after"),
        ("0.005", "more decimals than EUR"), ("=1+1", "not an amount"), ("1.", "not an amount"),
        (".5", "not an amount"),
    ],
)  # fmt: skip
def test_what_is_no_amount_refuses_its_row(tmp_path: Path, text: str, reason: str) -> None:
    found = scan_text(tmp_path, amounts("100.00", text))
    assert found.amounts == [10000]
    (refused,) = found.refused
    assert (refused.row, refused.column, refused.value) == (3, "amount", text)
    assert reason in refused.reason


def test_dates_and_amounts_in_doubt_are_reported_together(tmp_path: Path) -> None:
    text = f'{GENERIC}\nF-1,13/01/2026,A,1.00,EUR\nF-2,01/13/2026,A,"1,5",EUR\n'
    assert len(refusal(tmp_path, text)) == 2


TEXT = f"{GENERIC},description\nF-1,2026-01-31,Café Zoë,1.00,EUR,Überblick\nF-2,2026-01-31,A,2.00,EUR,ok\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-mark", "utf-16-be-mark"])
def test_encodings_that_need_no_declaration(tmp_path: Path, encoding: str) -> None:
    if encoding.endswith("-mark"):
        data = ("\ufeff" + TEXT).encode(encoding.removesuffix("-mark"))
    else:
        data = TEXT.encode(encoding)
    path = tmp_path / "ledger.csv"
    path.write_bytes(data)
    source = only(path)
    found = scan(source)
    assert [(line.customer, line.text) for line in found.lines] == [("Café Zoë", "Überblick"), ("A", "ok")]
    read = source.read([line.locator for line in reversed(found.lines)])
    assert [(row.row, row.line.customer) for row in read] == [(3, "A"), (2, "Café Zoë")]


def test_utf16_of_many_blocks_is_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billcheck.connectors.files.text.BLOCK_BYTES", 333)
    rows = [f"F-{number},2026-01-31,Zoë,{number}.00,EUR" for number in range(300)]
    path = tmp_path / "ledger.csv"
    path.write_bytes("\r\n".join([GENERIC, *rows]).encode("utf-16"))
    source = only(path)
    lines = scan(source).lines
    wanted = [lines[index].locator for index in (299, 0, 40, 41, 150)]
    assert [row.line.document for row in source.read(wanted)] == ["F-299", "F-0", "F-40", "F-41", "F-150"]


def test_a_declared_encoding_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(TEXT.replace("ok", "€ 5").encode("cp1252"))
    source = only(path, "generic:cp1252")
    found = scan(source)
    assert [line.text for line in found.lines] == ["Überblick", "€ 5"]
    assert [row.line.description for row in source.read([line.locator for line in found.lines])] == ["Überblick", "€ 5"]


def test_an_undeclared_encoding_refuses_the_file(tmp_path: Path) -> None:
    (message,) = refusal(tmp_path, TEXT.encode("cp1252"))
    assert message.startswith("row 2: The file is not UTF-8 text. Found 'byte 0xE9'.")


def test_bytes_that_the_declared_encoding_lacks_refuse_the_file(tmp_path: Path) -> None:
    data = f"{GENERIC}\nF-1,2026-01-31,A,1.00,EUR".encode() + b"\x81"
    assert refusal(tmp_path, data, "generic:cp1252")[0].startswith(": The file is not text in cp1252.")


def test_half_a_character_at_the_end_of_utf16_refuses_the_file(tmp_path: Path) -> None:
    assert "The file is not text in utf-16." in refusal(tmp_path, TEXT.encode("utf-16") + b"x")[0]


def test_a_heading_that_is_no_text_refuses_the_file(tmp_path: Path) -> None:
    assert "The file is not text" in refusal(tmp_path, GENERIC.encode() + b",\xe9\nF-1,2026-01-31,A,1.00,EUR,\n")[0]
    assert "The file holds bytes that are no text" in refusal(tmp_path, TEXT.encode("utf-16-le"))[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_the_file_s_own(tmp_path: Path, delimiter: str, line_end: str) -> None:
    rows = [GENERIC, 'F-1,2026-01-31,"A, B; C",1.00,EUR', "F-2,2026-01-31,B,2.00,EUR"]
    quoted = [row.replace('"A, B; C"', "@").replace(",", delimiter).replace("@", '"A, B; C"') for row in rows]
    path = tmp_path / "ledger.csv"
    path.write_bytes(line_end.join(quoted).encode())
    source = only(path)
    found = scan(source)
    assert [(line.customer, line.amount) for line in found.lines] == [("A, B; C", 100), ("B", 200)]
    assert [row.row for row in source.read([line.locator for line in found.lines])] == [2, 3]


def test_a_workbook_that_is_cut_off_is_named_as_one(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"PK\x03\x04 and so on") == [
        ": The workbook is cut off: its directory is missing. Save or export it anew."
    ]
