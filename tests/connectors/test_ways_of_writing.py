"""Ways to write amounts and dates that a profile declares; what it does not declare refuses the file, not a row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from billcheck.connectors.files import opening
from billcheck.connectors.files.profile import Values, find_profile
from billcheck.connectors.files.shares import cut_file
from billcheck.connectors.files.source import StreamSource
from billcheck.errors import LedgerRefusedError
from billcheck.grammar import NEGATIVE_FORMS, AmountMarks, DateFormats, DateOrder
from billcheck.ledger.source import Keys
from tests.connectors.exports import GENERIC, Scanned, only, scan, scan_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Declare = Callable[..., None]


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Declare:
    """Declare how the values of every file are written."""

    def as_profile(*, is_empty_zero: bool = False, **values: object) -> None:
        profile = replace(find_profile("generic"), values=Values(**values), is_empty_amount_zero=is_empty_zero)  # type: ignore[arg-type]
        monkeypatch.setattr(opening, "shipped_profiles", lambda: (profile,))

    return as_profile


def amounts(*texts: str, currency: str = "EUR") -> str:
    rows = [f'F-{number},2026-01-31,A,"{text}",{currency}' for number, text in enumerate(texts)]
    return "\n".join([GENERIC, *rows])


def dates(*texts: str, due: str = "") -> str:
    rows = [f'F-{number},"{text}",A,1.00,EUR,{due}' for number, text in enumerate(texts)]
    return "\n".join([f"{GENERIC},due_date", *rows])


def days(found: Scanned) -> list[str]:
    return [date.fromordinal(line.issue_day).isoformat() for line in found.lines]


def refusal(folder: Path, text: str) -> list[str]:
    with pytest.raises(LedgerRefusedError) as caught:
        scan_text(folder, text)
    return [str(problem).removeprefix(str(folder / "ledger.csv")).strip() for problem in caught.value.problems]


def test_declared_negative_forms(tmp_path: Path, declare: Declare) -> None:
    declare(marks=AmountMarks(".", ",", NEGATIVE_FORMS))
    texts = ("1,000.00", "-2.00", "\N{MINUS SIGN}3.00", "4.00-", "(5.00)", "6.00 CR", "-€7.00", "€(8.00)", "9.00 EUR-")
    assert scan_text(tmp_path, amounts(*texts)).amounts == [100000, -200, -300, -400, -500, -600, -700, -800, -900]


@pytest.mark.parametrize("text", ["(5.00)", "5.00-", "5.00 CR", "€(5.00)"])
def test_a_negative_form_that_is_not_declared_refuses_the_file(tmp_path: Path, text: str) -> None:
    (message,) = refusal(tmp_path, amounts("1.00", text))
    assert message == (
        f"row 3 amount: This amount is negative in a form that the profile does not read. Found {text!r}. Write it "
        "with a minus in front, or read the file with a profile that names the form: [values] negative."
    )


def test_a_minus_that_is_not_declared_refuses_the_file(tmp_path: Path, declare: Declare) -> None:
    declare(marks=AmountMarks(negative=("()",)))
    assert scan_text(tmp_path, amounts("1.00", "(2.00)")).amounts == [100, -200]
    assert "negative in a form" in refusal(tmp_path, amounts("1.00", "-2.00"))[0]


@pytest.mark.parametrize("text", ["1 200.50", "1'200.50", "1\N{NARROW NO-BREAK SPACE}200", "-1 200"])
def test_another_group_mark_refuses_the_file(tmp_path: Path, text: str) -> None:
    (message,) = refusal(tmp_path, amounts("1.00", text))
    assert message == (
        "row 3 amount: This amount has another mark between its groups of digits than the profile reads, so no amount "
        f"is safe. Found {text!r}. Export amounts without such marks, or read the file with a profile that names this "
        "one: [values] group."
    )


def test_declared_group_marks(tmp_path: Path, declare: Declare) -> None:
    declare(marks=AmountMarks(",", " "))
    texts = ("1 200,50", "1\u00a0200,50", "1\u202f200,50", "1\u2009200,50", "1 234 567,00")
    assert scan_text(tmp_path, amounts(*texts)).amounts == [120050] * 4 + [123456700]
    declare(marks=AmountMarks(".", "'"))
    assert scan_text(tmp_path, amounts("1'200.50", "1’200.50")).amounts == [120050] * 2


def test_two_conventions_in_one_file_refuse_it(tmp_path: Path) -> None:
    (message,) = refusal(tmp_path, amounts("1,200.50", "1.200,50"))
    assert message.startswith("row 3 amount: This amount is written with another decimal mark than the profile reads")
    (message,) = refusal(tmp_path, amounts("1.200,50", "1,200.50"))
    assert message.startswith("row 2 amount: This amount is written with another decimal mark than the profile reads")


def test_a_sign_of_the_row_s_currency_is_read(tmp_path: Path) -> None:
    text = f"{GENERIC}\nF-1,2026-01-31,A,$5.00,USD\nF-2,2026-01-31,A,CAD 6.00,cad\nF-3,2026-01-31,A,7.00 €,EUR"
    path = tmp_path / "ledger.csv"
    path.write_text(text, encoding="utf-8")
    ledger = only(path)
    found = scan(ledger)
    assert found.amounts == [500, 600, 700]
    rows = ledger.read([line.locator for line in found.lines])
    assert [str(row.line.amount) for row in rows] == ["5.00", "6.00", "7.00"]


def test_signs_of_another_currency_throughout_refuse_the_file(tmp_path: Path) -> None:
    (message,) = refusal(tmp_path, amounts("1.00", "$2.00", "USD 3.00"))
    assert message == (
        "row 3: No amount of the file has a currency sign of EUR, the currency of its rows; this one has that of "
        "another. Found '$2.00'. Check the currency column, or the currency that was given for the file."
    )


def test_one_sign_of_another_currency_refuses_its_row(tmp_path: Path) -> None:
    found = scan_text(tmp_path, amounts("€1.00", "$2.00", "3.00"))
    assert found.amounts == [100, 300]
    assert [(row.row, row.column, row.value, row.reason) for row in found.refused] == [
        (
            3,
            "amount",
            "$2.00",
            "The sign of this amount is not one of EUR, the currency of its row. Correct one of them.",
        )
    ]


def test_texts_that_mean_an_empty_cell(tmp_path: Path, declare: Declare) -> None:
    declare(marks=AmountMarks(missing=("-", "n/a")), is_empty_zero=True)
    path = tmp_path / "ledger.csv"
    text = f"{GENERIC},due_date,tax\nF-1,2026-01-31,A,-,EUR,n/a,-\nF-2,2026-01-31,A,1.00,EUR,-,n/a"
    path.write_text(text, encoding="utf-8")
    ledger = only(path)
    found = scan(ledger)
    assert found.amounts == [0, 100]
    lines = [row.line for row in ledger.read([line.locator for line in found.lines])]
    assert [(line.amount, line.due_date, line.tax) for line in lines] == [
        (Decimal(0), None, None),
        (Decimal(1), None, None),
    ]


def test_an_amount_that_is_missing_refuses_its_row_where_it_has_to_be_there(tmp_path: Path, declare: Declare) -> None:
    declare(marks=AmountMarks(missing=("-",)))
    found = scan_text(tmp_path, amounts("1.00", "-"))
    assert [(row.row, row.value) for row in found.refused] == [(3, "-")]


@pytest.mark.parametrize(
    ("form", "texts", "expected"),
    [
        ("%d %b %Y", ["22 Aug 2023", "1 sep 2023"], ["2023-08-22", "2023-09-01"]),
        ("%b %d %Y", ["Jan 28 2021", "Feb 1 2021"], ["2021-01-28", "2021-02-01"]),
        ("%B %d, %Y", ["January 28, 2021"], ["2021-01-28"]),
        ("%m/%d/%y", ["1/2/26", "01/31/26"], ["2026-01-02", "2026-01-31"]),
        ("%d-%m-%Y", ["01-02-2026"], ["2026-02-01"]),
        ("%Y%m%d", ["20260131"], ["2026-01-31"]),
        ("%d/%m/%Y %H:%M", ["02/03/2026 23:59"], ["2026-03-02"]),
        ("%d-%m-%Y", ["2026-01-31", "2026-02-28"], ["2026-01-31", "2026-02-28"]),
    ],
)
def test_declared_dates(tmp_path: Path, declare: Declare, form: str, texts: list[str], expected: list[str]) -> None:
    formats = DateFormats((form,))
    declare(dates=formats, date_order=formats.order)
    path = tmp_path / "ledger.csv"
    path.write_text(dates(*texts), encoding="utf-8")
    ledger = only(path)
    found = scan(ledger)
    assert days(found) == expected
    read = ledger.read([line.locator for line in found.lines])
    assert [row.line.issue_date.isoformat() for row in read] == expected


def test_a_date_in_the_order_that_no_format_has_refuses_the_file(tmp_path: Path, declare: Declare) -> None:
    declare(dates=DateFormats(("%d/%m/%Y",)), date_order=DateOrder.DAY_FIRST)
    (message,) = refusal(tmp_path, dates("01/02/2026", "01/31/2026"))
    assert message.startswith("row 3: This date is month first, but the profile reads day first. Found '01/31/2026'.")


def test_two_formats_are_told_apart_by_the_file(tmp_path: Path, declare: Declare) -> None:
    declare(dates=DateFormats(("%d/%m/%Y", "%m/%d/%Y")))
    assert days(scan_text(tmp_path, dates("01/02/2026", "01/31/2026"))) == ["2026-01-02", "2026-01-31"]
    assert days(scan_text(tmp_path, dates("01/02/2026", "31/01/2026"))) == ["2026-02-01", "2026-01-31"]
    assert "No date shows whether" in refusal(tmp_path, dates("01/02/2026"))[0]
    assert "row 3: This date is month first" in refusal(tmp_path, dates("31/01/2026", "01/31/2026"))[0]


def test_a_column_that_mixes_two_ways_of_writing_dates_refuses_the_file(tmp_path: Path, declare: Declare) -> None:
    (message,) = refusal(tmp_path, dates("13/03/2026", "2026-05-03"))
    assert message == (
        "row 3 issue_date: This date is written in another way than the first one of its column, 13/03/2026. Found "
        "'2026-05-03'. Export the file again with dates as 2026-01-31, or in one way throughout, and do not open it in "
        "between."
    )
    declare(dates=DateFormats(("%d %b %Y", "%d %B %Y")))
    assert "another way" in refusal(tmp_path, dates("1 Jan 2026", "1 January 2026"))[0]
    assert days(scan_text(tmp_path, dates("1 Jan 2026", due="1 January 2026"))) == ["2026-01-01"]


def test_a_mixture_far_apart_is_found_when_the_file_is_read_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billcheck.connectors.files.shares.SHARE_BYTES", 2_000)
    path = tmp_path / "ledger.csv"
    path.write_text(dates(*["13/03/2026"] * 400), encoding="utf-8")
    ledger = only(path)
    assert isinstance(ledger, StreamSource)
    first = cut_file(*ledger.opener.open(), 2)[1].first_line - 2
    path.write_text(dates(*["13/03/2026"] * first, *["2026-03-13"] * (400 - first)), encoding="utf-8")
    shares = cut_file(*ledger.opener.open(), 2)
    remainders = []
    for share in shares:
        list(share.scan(Keys()))
        remainders.append(share.remainder())
    assert [one.date_forms for one in remainders] == [{"issue_date": "local"}, {"issue_date": "iso"}]
    assert ledger.finish(Keys(), shares, remainders, ledger.digest()) is None
    with pytest.raises(LedgerRefusedError):
        list(ledger.scan(Keys()))


ACCENTED = f"{GENERIC},description\nF-1,2026-01-31,Zoë,1.00,EUR,€\n"


@pytest.mark.parametrize(
    ("encodings", "data", "notes"),
    [
        (("utf-8", "cp1252"), ACCENTED.encode(), ()),
        (("utf-8", "cp1252"), ACCENTED.encode("cp1252"), ("The file is read as cp1252, not as utf-8.",)),
        (("utf-8", "cp1252"), ACCENTED.encode("utf-16"), ("The file is read as utf-16, not as utf-8.",)),
        (("cp1252",), ACCENTED.encode("utf-8-sig"), ("The file is read as utf-8, not as cp1252.",)),
        (("cp1252",), ACCENTED.encode(), ("The file is read as utf-8, not as cp1252.",)),
        (("cp1252", "utf-8"), ACCENTED.encode(), ("The file is read as utf-8, not as cp1252.",)),
        (("utf-16-le",), ACCENTED.encode("utf-16-le"), ()),
        (("utf-8", "utf-16-be"), ACCENTED.encode("utf-16-be"), ("The file is read as utf-16-be, not as utf-8.",)),
    ],
)
def test_the_encoding_is_tried_strictly_and_said(
    tmp_path: Path, declare: Declare, encodings: tuple[str, ...], data: bytes, notes: tuple[str, ...]
) -> None:
    declare(encodings=encodings)
    path = tmp_path / "ledger.csv"
    path.write_bytes(data)
    ledger = only(path)
    found = scan(ledger)
    assert [(line.customer, line.text) for line in found.lines] == [("Zoë", "€")]
    assert found.receipt.notes == notes
    assert [row.line.customer for row in ledger.read([found.lines[0].locator])] == ["Zoë"]


def test_the_whole_file_decides_on_its_encoding(
    tmp_path: Path, declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billcheck.connectors.files.text.BLOCK_BYTES", 100)
    declare(encodings=("utf-8", "cp1252"))
    rows = [f"F-{number},2026-01-31,A,1.00,EUR" for number in range(100)]
    text = "\n".join([GENERIC, *rows, "F-9,2026-01-31,Zoë,1.00,EUR"])
    assert scan_text(tmp_path, text.encode("cp1252")).lines[-1].customer == "Zoë"
    assert scan_text(tmp_path, text).lines[-1].customer == "Zoë"


def test_a_file_that_is_text_in_no_declared_encoding_is_refused(tmp_path: Path, declare: Declare) -> None:
    declare(encodings=("utf-8", "cp1252"))
    path = tmp_path / "ledger.csv"
    path.write_bytes(ACCENTED.encode("cp1252") + b"\x81")
    with pytest.raises(LedgerRefusedError, match="The file is not text in utf-8, nor in cp1252"):
        scan(only(path))


def test_headings_in_another_encoding_find_the_one_profile_that_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generic = find_profile("generic")
    german = replace(
        generic,
        id="german",
        values=Values(encodings=("utf-8", "cp1252")),
        required=(("Währung",),),
        columns={**generic.columns, "currency": (("Währung",),)},
    )
    text = ACCENTED.replace("currency", "Währung").encode("cp1252")
    monkeypatch.setattr(opening, "shipped_profiles", lambda: (generic, german))
    assert scan_text(tmp_path, text).receipt.profile == "german"
    monkeypatch.setattr(opening, "shipped_profiles", lambda: (generic, german, replace(german, id="other")))
    with pytest.raises(LedgerRefusedError, match="not text in the encoding"):
        scan_text(tmp_path, text)
    monkeypatch.setattr(opening, "shipped_profiles", lambda: (generic,))
    with pytest.raises(LedgerRefusedError, match="not text in the encoding"):
        scan_text(tmp_path, text)
