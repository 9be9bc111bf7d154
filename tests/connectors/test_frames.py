"""Frames of three libraries as ledgers: the same as the same lines in a file, or refused with row and column."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import billcheck
from billcheck.connectors.files.source import StreamSource
from billcheck.connectors.frames import NEEDED, columns
from billcheck.connectors.frames.opening import TOLD
from billcheck.errors import LedgerRefusedError, MissingPackageError, UsageError
from billcheck.money import MINOR_DIGITS
from tests.connectors.exports import keys_of, scan, scan_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from billcheck.ledger.source import Source
    from tests.connectors.exports import Kept

Row = dict[str, Any]
DAYS = ("issue_date", "due_date", "period_first_day", "period_last_day")
FIGURES = ("amount", "tax", "quantity", "unit_price", "total", "amount_due")
EVERYTHING = (
    *NEEDED, "kind", "status", "due_date", "customer_id", "description", "template", "item", "account", "tracking",
    "quantity", "unit_price", "tax", "total", "amount_due", "period_first_day", "period_last_day", "contract", "charge",
    "reference", "credits_document",
)  # fmt: skip
PLAIN: dict[str, list[Any]] = {
    "document": ["F-1", "F-1", "F-2"],
    "issue_date": [date(2026, 1, 31), date(2026, 1, 31), date(2026, 2, 28)],
    "customer": ["Acme", "Acme", "Beta"],
    "amount": [Decimal("100.00"), Decimal("20.50"), Decimal("-7.00")],
    "currency": ["EUR", "EUR", "EUR"],
}


def of_pandas(data: dict[str, list[Any]]) -> pd.DataFrame:
    return pd.DataFrame(data)


def of_pandas_nullable(data: dict[str, list[Any]]) -> pd.DataFrame:
    """Days as datetime64, texts as the nullable type."""
    frame = pd.DataFrame(data)
    for name in frame.columns:
        if name in DAYS:
            frame[name] = pd.to_datetime(frame[name])
        elif name not in FIGURES:
            frame[name] = frame[name].astype("string")
    return frame


def of_polars(data: dict[str, list[Any]]) -> pl.DataFrame:
    types: dict[str, Any] = dict.fromkeys(DAYS, pl.Date) | {name: pl.Decimal(38, 5) for name in FIGURES}
    return pl.DataFrame({name: pl.Series(values, dtype=types.get(name, pl.String)) for name, values in data.items()})


def of_arrow(data: dict[str, list[Any]]) -> pa.Table:
    types = {name: pa.date32() for name in DAYS} | {name: pa.decimal128(38, 5) for name in FIGURES}
    return pa.table({name: pa.array(values, types.get(name, pa.string())) for name, values in data.items()})


def of_batch(data: dict[str, list[Any]]) -> pa.RecordBatch:
    return of_arrow(data).combine_chunks().to_batches()[0]


LIBRARIES: dict[str, Callable[[dict[str, list[Any]]], Any]] = {
    "pandas": of_pandas,
    "pandas nullable": of_pandas_nullable,
    "polars": of_polars,
    "arrow": of_arrow,
    "record batch": of_batch,
}
every_library = pytest.mark.parametrize("make", LIBRARIES.values(), ids=LIBRARIES)


def source_of(frame: object, *arguments: Any, **options: Any) -> Source:
    (source,) = billcheck.read_frame(frame, *arguments, **options).sources
    return source


def refusal(frame: object, *arguments: Any, **options: Any) -> str:
    with pytest.raises((LedgerRefusedError, UsageError)) as caught:
        scan(source_of(frame, *arguments, **options))
    return str(caught.value)


def csv_of(data: dict[str, list[Any]]) -> str:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(data)
    for row in zip(*data.values(), strict=True):
        texts = (
            "" if cell is None else f"{cell:f}" if isinstance(cell, Decimal) else str(cell) for cell in row
        )  # as a person would write them
        writer.writerow(texts)
    return stream.getvalue()


@every_library
def test_a_frame_is_read_with_its_rows_counted_from_one(make: Callable[..., Any]) -> None:
    source = source_of(make(PLAIN), name="invoices")
    found = scan(source)
    assert [(line.document, line.amount, line.line_number) for line in found.lines] == [
        ("F-1", 10000, 1),
        ("F-1", 2050, 2),
        ("F-2", -700, 1),
    ]
    locators = [line.locator for line in found.lines]
    assert source.rows_of(locators) == [1, 2, 3]
    (last,) = source.read(locators[2:])
    assert (last.path, last.row) == ("invoices", 3)
    assert last.line == billcheck.Line(
        document="F-2", issue_date=date(2026, 2, 28), customer="Beta", amount=Decimal("-7.00"), currency="EUR"
    )
    assert (found.receipt.path, found.receipt.profile, found.receipt.rows) == ("invoices", "generic", 3)
    assert found.receipt.notes == ()


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6)
names = st.sampled_from(["Acme", "Beta B.V.", "Zoë", "=Sum", "\u202eturned", ""]) | texts
days = st.dates(date(2020, 1, 1), date(2029, 12, 31))
figures = st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**6), max_value=10**6)


@st.composite
def rows_of(draw: st.DrawFn) -> Row:
    """A row as frames have them, right or with something that refuses it."""
    currency = draw(st.sampled_from(["EUR", "JPY", "KWD", "eur", "XXL"]))
    digits = draw(st.integers(0, MINOR_DIGITS.get(currency.upper(), 2) + draw(st.sampled_from([0, 0, 0, 1]))))
    row: Row = {name: draw(st.none() | texts) for name in EVERYTHING}
    row |= {name: draw(st.none() | figures) for name in FIGURES}
    row |= {name: draw(st.none() | days) for name in DAYS}
    row["amount"] = Decimal(draw(st.integers(-(10**9), 10**9))).scaleb(-digits)
    row["currency"] = currency
    row["document"] = draw(st.sampled_from(["F-1", "F-2", "CN-1"]) | names)
    row["customer"] = draw(names)
    row["issue_date"] = draw(st.none() | days) if draw(st.integers(0, 9)) == 0 else draw(days)
    row["kind"] = draw(st.sampled_from([None, "", "invoice", "credit note", "payment", "gift"]))
    row["status"] = draw(st.sampled_from([None, "", "paid", "draft", "void", "lost"]))
    if draw(st.booleans()):
        row["period_first_day"] = row["period_last_day"] = None
    return row


def billed(line: Kept) -> tuple[object, ...]:
    """What a line bills, and when."""
    return line.kind, line.status, line.issue_day, line.amount, line.currency, line.first_day, line.end_day


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(rows_of(), min_size=1, max_size=8), st.sampled_from([None, ("Acme",)]))
def test_a_frame_says_what_the_same_file_says(
    tmp_path: Path, rows: list[Row], customers: tuple[str, ...] | None
) -> None:
    data = {name: [row[name] for row in rows] for name in EVERYTHING}
    keys = None if customers is None else keys_of(*customers)
    wanted: Any
    try:
        wanted = scan_text(tmp_path, csv_of(data), keys=keys)
    except LedgerRefusedError as error:
        wanted = error
    for make in LIBRARIES.values():
        source = source_of(make(data))
        if isinstance(wanted, LedgerRefusedError):
            with pytest.raises(LedgerRefusedError) as caught:
                scan(source, keys)
            assert [type(problem) for problem in caught.value.problems] == [type(one) for one in wanted.problems]
            continue
        found = scan(source, keys)
        assert [line._replace(locator=0) for line in found.lines] == [line._replace(locator=0) for line in wanted.lines]
        assert found.outside == wanted.outside
        said = [(row.column, row.reason, row.customer, row.document) for row in found.refused]
        assert said == [(row.column, row.reason, row.customer, row.document) for row in wanted.refused]
        assert found.receipt.rows == wanted.receipt.rows
        assert (found.receipt.first_day, found.receipt.last_day) == (wanted.receipt.first_day, wanted.receipt.last_day)
        read = source.read([line.locator for line in found.lines])
        if customers is None and not found.refused:
            # Lines made by hand may have no tax finer than a minor unit, and a credit note needs all of its lines.
            by_hand = [replace(row.line, tax=None) for row in read]
            again = scan(billcheck.Ledger.from_lines(by_hand).sources[0])
            assert list(map(billed, again.lines)) == list(map(billed, found.lines))
        file = billcheck.read_ledger(tmp_path / "ledger.csv").sources[0]
        in_file = file.read([line.locator for line in scan(file, keys).lines])
        assert [row.line for row in read] == [row.line for row in in_file]


@every_library
def test_columns_are_named_by_a_mapping_and_only_they_are_read(make: Callable[..., Any]) -> None:
    data = {
        "no": ["F-1"], "day": [date(2026, 1, 31)], "who": ["Acme"], "net": [Decimal("1.50")], "cur": ["EUR"],
        "charge": ["no charge of ours"], "status": ["gone fishing"],
    }  # fmt: skip
    given = {"document": "no", "issue_date": "day", "customer": "who", "amount": "net", "currency": "cur"}
    types = make if make not in {of_polars, of_arrow, of_batch} else None
    frame = pd.DataFrame(data) if types is None else types(data)
    (line,) = scan(source_of(frame, given)).lines
    assert (line.document, line.amount, line.charge) == ("F-1", 150, "")


def test_columns_of_their_own_name_are_found_as_headings_of_files_are() -> None:
    frame = pd.DataFrame(PLAIN).rename(
        columns={"document": "*Document", "issue_date": "Issue Date", "amount": "AMOUNT"}
    )
    frame["Something else"] = 1.5
    frame[7] = True
    assert scan(source_of(frame)).amounts == [10000, 2050, -700]


def test_a_mapping_may_name_columns_that_are_no_texts() -> None:
    frame = pd.DataFrame([["F-1", "2026-01-31", "Acme", "1.00"]], columns=[0, 1, 2, ("net", "EUR")])
    given = {"document": 0, "issue_date": 1, "customer": 2, "amount": ("net", "EUR")}
    assert scan(source_of(frame, given, currency="EUR")).amounts == [100]


@every_library
def test_a_currency_for_all_lines(make: Callable[..., Any]) -> None:
    data = {name: values for name, values in PLAIN.items() if name != "currency"}
    found = scan(source_of(make(data), currency="JPY", columns=None))
    assert [(row.column, row.value) for row in found.refused] == [("amount", "20.5")]
    assert [(line.amount, line.currency) for line in found.lines] == [(100, "JPY"), (-7, "JPY")]


def test_blank_rows_are_passed_over_also_with_a_currency_for_all() -> None:
    frame = pd.DataFrame({name: [None, *values, None] for name, values in PLAIN.items() if name != "currency"})
    source = source_of(frame, currency="EUR")
    found = scan(source)
    assert (found.amounts, found.refused, found.receipt.rows) == ([10000, 2050, -700], [], 3)
    assert source.rows_of([line.locator for line in found.lines]) == [2, 3, 4]


def test_texts_are_read_as_those_of_a_file() -> None:
    data = {**PLAIN, "issue_date": ["31/01/2026", "31/01/2026", "01/02/2026"], "amount": ["1,200.00", "abc", "3"]}
    found = scan(source_of(pd.DataFrame(data)))
    assert [(line.amount, date.fromordinal(line.issue_day)) for line in found.lines] == [
        (120000, date(2026, 1, 31)),
        (300, date(2026, 2, 1)),
    ]
    assert [(row.row, row.column, row.value) for row in found.refused] == [(2, "amount", "abc")]


def test_texts_that_read_in_two_ways_ask_for_a_variant() -> None:
    data = {**PLAIN, "issue_date": ["01/02/2026"] * 3, "amount": ["1,50", "2,50", "3,50"]}
    frame = pd.DataFrame(data)
    assert "generic:decimal-comma:day-first" in refusal(frame)
    found = scan(source_of(frame, profile="generic:decimal-comma:day-first"))
    assert found.amounts == [150, 250, 350]
    assert {date.fromordinal(line.issue_day) for line in found.lines} == {date(2026, 2, 1)}
    typed = scan(source_of(pd.DataFrame(PLAIN), profile="generic:decimal-comma"))
    assert typed.amounts == [10000, 2050, -700]


FLOATS: dict[str, Callable[[list[float]], Any]] = {
    "pandas": lambda amounts: pd.DataFrame({**PLAIN, "amount": amounts}),
    "pandas float32": lambda amounts: pd.DataFrame({**PLAIN, "amount": np.array(amounts, "float32")}),
    "pandas float16": lambda amounts: pd.DataFrame({**PLAIN, "amount": np.array(amounts, "float16")}),
    "pandas nullable": lambda amounts: pd.DataFrame({**PLAIN, "amount": pd.array(amounts, "Float32")}),
    "pandas arrow": lambda amounts: pd.DataFrame({**PLAIN, "amount": pd.array(amounts, "float[pyarrow]")}),
    "pandas objects": lambda amounts: pd.DataFrame(
        {**PLAIN, "amount": [np.float32(one) for one in amounts]}, dtype=object
    ),
    "polars": lambda amounts: pl.DataFrame({**PLAIN, "amount": amounts}),
    "polars float32": lambda amounts: pl.DataFrame({**PLAIN, "amount": pl.Series(amounts, dtype=pl.Float32)}),
    "arrow": lambda amounts: pa.table({**PLAIN, "amount": amounts}),
    "arrow float32": lambda amounts: pa.table({**PLAIN, "amount": pa.array(amounts, pa.float32())}),
    "arrow float16": lambda amounts: pa.table({**PLAIN, "amount": pa.array(np.array(amounts, "float16"))}),
}


@pytest.mark.parametrize("make", FLOATS.values(), ids=FLOATS)
def test_money_as_floats_is_refused_unless_it_is_said_how_to_round(make: Callable[..., Any]) -> None:
    frame = make([2.675, 0.1, -1.5])
    told = refusal(frame, name="invoices")
    assert told.count("\n") == 1, "once for the column"
    assert "invoices row 1 amount: Money is held as floating-point numbers" in told
    assert 'float_money="round"' in told
    found = scan(source_of(frame, float_money="round", name="invoices"))
    assert found.amounts == [268, 10, -150], "also as 16 bits, whose shortest text near 2.675 is 2.676"
    (note,) = found.receipt.notes
    assert note.startswith(
        "invoices: 1 amount had more decimals than its currency and was rounded, half away from zero"
    )


def test_floats_are_rounded_by_the_currency_of_their_own_row() -> None:
    frame = pd.DataFrame({**PLAIN, "amount": [1.0005, 1.5, 0.125], "currency": [" kwd", "JPY", "EUR"], "tax": 0.625})
    source = source_of(frame, float_money="round")
    found = scan(source)
    assert [line.amount for line in found.lines] == [1001, 2, 13]
    assert [row.line.tax for row in source.read([line.locator for line in found.lines])] == [
        Decimal("0.625"), Decimal(1), Decimal("0.63"),
    ]  # fmt: skip
    assert found.receipt.notes[0].startswith("frame: 5 amounts had more decimals than their currency")


def test_a_float_that_is_missing_is_an_empty_amount_and_refuses_its_row() -> None:
    found = scan(source_of(pd.DataFrame({**PLAIN, "amount": [1.0, float("nan"), 2.0]}), float_money="round"))
    assert [(row.row, row.column, row.value) for row in found.refused] == [(2, "amount", "")]
    assert found.amounts == [100, 200]
    assert found.receipt.notes == ()


@pytest.mark.parametrize("amount", [0.1, 16777216.5, 123456.79, 1e-5, float("nan"), float("inf")])
def test_a_short_float_has_the_text_that_numpy_gives_it(amount: float) -> None:
    frame = pd.DataFrame({"a": np.array([amount], "float32")})
    ((found,),) = next(iter(columns.take_columns(frame, "x").batches([0])))
    assert str(np.float32(amount)) == str(np.float32(found))  # type: ignore[arg-type] # the column holds nothing else
    assert np.isnan(amount) or Decimal(str(found)) == Decimal(str(np.float32(amount)))


def test_quantities_and_unit_prices_keep_their_decimals() -> None:
    frame = pd.DataFrame({**PLAIN, "quantity": 0.1 + 0.2, "unit_price": 1.23456})
    assert "row 1 unit_price" in refusal(frame)
    source = source_of(frame, float_money="round")
    lines = [row.line for row in source.read([line.locator for line in scan(source).lines])]
    assert {(line.quantity, line.unit_price) for line in lines} == {(Decimal("0.3"), Decimal("1.23456"))}


def test_three_decimals_of_a_number_are_no_group_of_digits() -> None:
    """As a text, 1.234 might be twelve hundred; as a number it is known."""
    found = scan(source_of(pd.DataFrame({**PLAIN, "amount": [Decimal("1.234"), Decimal("2.500"), Decimal(3)]})))
    assert [(row.row, row.column) for row in found.refused] == [(1, "amount")]
    assert found.amounts == [250, 300]


def test_values_that_no_cell_can_hold_are_named_with_their_rows() -> None:
    frame = pd.DataFrame(
        {
            **PLAIN,
            "amount": [Decimal(1), True, 1j],
            "document": [1.5, "F", 10**5000],
            "issue_date": [20260131, None, "x"],
        },
        dtype=object,
    )
    told = refusal(frame, name="invoices").splitlines()
    assert [line.strip().partition(":")[0] for line in told[1:]] == [
        "invoices row 1 document",
        "invoices row 3 document",
        "invoices row 1 issue_date",
        "invoices row 2 amount",
        "invoices row 3 amount",
    ]
    assert "A value of type complex is no figure. Found '1j'." in told[-1]
    assert "Found 'int'." in told[2], "a number that cannot even be written is named by its type"


def test_the_names_of_the_users_own_columns_stand_in_messages() -> None:
    frame = pd.DataFrame({**PLAIN, "net": [1.5, 2.5, 3.5]})
    given = {name: name for name in NEEDED} | {"amount": "net"}
    assert "frame row 1 net: Money" in refusal(frame, given)
    frame["net"] = ["1.50", "x", "3.50"]
    assert [row.column for row in scan(source_of(frame, given)).refused] == ["net"]


def test_a_wrong_column_is_told_a_hundred_times_and_not_a_million() -> None:
    frame = pd.DataFrame([{**{name: values[0] for name, values in PLAIN.items()}, "document": 1.5}] * (TOLD + 50))
    assert refusal(frame).count("\n") == TOLD


@every_library
def test_an_empty_frame_is_refused(make: Callable[..., Any]) -> None:
    data: dict[str, list[Any]] = {name: [] for name in PLAIN}
    frame = of_arrow(data) if make is of_batch else make(data)
    assert "frame: The frame has no rows." in refusal(frame)
    assert "no rows" in refusal(of_pandas({name: [None, ""] for name in PLAIN}))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"columns": {"documnet": "document"}}, "no field of this name. Found 'documnet'. Did you mean document?"),
        ({"columns": {"document": "documnet"}}, "no column of this name. Found 'documnet'. Did you mean document?"),
        ({"columns": {"document": 3}}, "Found '3'. Its columns are document, issue_date, customer, amount, currency."),
        ({"columns": {"document": "document"}}, "The frame has no issue_date, customer, amount, currency."),
        ({"columns": {}}, "Name them in columns; give currency="),
        ({"currency": "EUR"}, "The currency is given, and the frame has a column for it."),
        ({"currency": "EURO"}, "This is not a currency code of ISO 4217. Found 'EURO'."),
        ({"float_money": "floor"}, "no way to read money"),
        ({"float_money": True}, "no way to read money"),
        ({"profile": "xero.sales-invoices"}, "Frames are read as the generic ledger"),
        ({"profile": "generic:sideways"}, "no variant of this name"),
    ],
    ids=str,
)
def test_arguments_that_make_no_sense_are_refused_at_once(options: dict[str, Any], said: str) -> None:
    with pytest.raises((UsageError, LedgerRefusedError)) as caught:
        billcheck.read_frame(pd.DataFrame(PLAIN), **options)
    assert said in str(caught.value)


def test_missing_columns_are_named_with_what_to_do() -> None:
    frame = pl.DataFrame({"Document": ["F-1"], "customer": ["A"], "Net": ["1.00"]})
    with pytest.raises(LedgerRefusedError) as caught:
        billcheck.read_frame(frame, name="invoices")
    assert str(caught.value) == (
        "The ledger was refused (1 problem):\n  invoices: The frame has no issue_date, amount, currency. "
        "Found 'Document, customer, Net'. Rename columns, or name them with columns={field: column}; "
        'give currency="EUR" if all lines are in one.'
    )
    with pytest.raises(LedgerRefusedError, match=r"has no amount.*or name it with"):
        billcheck.read_frame(pd.DataFrame(PLAIN).drop(columns="amount"))


def test_a_name_that_two_columns_have_is_refused() -> None:
    doubled = pd.concat([pd.DataFrame(PLAIN), pd.DataFrame({"Amount": [1, 2, 3]})], axis=1)
    with pytest.raises(LedgerRefusedError, match=r"Several columns have this name.*Found 'amount'"):
        billcheck.read_frame(doubled)
    doubled.columns = ["document", "issue_date", "customer", "amount", "currency", "amount"]
    with pytest.raises(UsageError, match="Several columns"):
        billcheck.read_frame(doubled, {name: name for name in NEEDED})


@pytest.mark.parametrize(
    "thing",
    [
        "ledger.csv", None, [PLAIN], PLAIN, pl.DataFrame(PLAIN).lazy(), pd.Series([1]), pa.array([1]), pl.Series([1]),
        np.array([1]),
    ],
    ids=lambda thing: type(thing).__name__,
)  # fmt: skip
def test_what_is_no_frame_is_refused(thing: object) -> None:
    with pytest.raises(UsageError, match=r"frame: This is no data frame.*Found"):
        billcheck.read_frame(thing)


def test_frames_of_derived_kinds_are_frames() -> None:
    class Mine(pd.DataFrame):  # type: ignore[misc] # pandas carries no types
        pass

    assert scan(source_of(Mine(PLAIN))).amounts == [10000, 2050, -700]


def test_whatever_has_a_stream_of_arrow_is_read_at_once() -> None:
    invoices = of_arrow(PLAIN)
    relation = duckdb.sql("select *, 'x' as item from invoices where amount > 0")
    assert sorted(scan(source_of(relation)).amounts) == [2050, 10000]
    assert scan(source_of(invoices.to_reader())).amounts == [10000, 2050, -700]
    ledger = billcheck.read_frame(invoices.to_reader())
    assert scan(ledger.sources[0]).amounts == scan(ledger.sources[0]).amounts == [10000, 2050, -700]


@pytest.mark.parametrize("count", [columns.ROWS - 1, columns.ROWS, columns.ROWS + 1])
@every_library
def test_rows_are_counted_through_batches(make: Callable[..., Any], count: int) -> None:
    data: dict[str, list[Any]] = {
        "document": [f"F-{number}" for number in range(count)],
        "issue_date": [date(2026, 1, 31)] * count,
        "customer": ["Acme"] * count,
        "amount": [Decimal(number) for number in range(count)],
        "currency": ["EUR"] * count,
    }
    source = source_of(make(data))
    found = scan(source)
    assert found.amounts == [100 * number for number in range(count)]
    assert source.rows_of([found.lines[-1].locator]) == [count]


def test_dictionaries_and_categories_are_texts() -> None:
    table = pa.table({**PLAIN, "customer": pa.array(PLAIN["customer"]).dictionary_encode()})
    frame = pd.DataFrame(PLAIN).astype({"customer": "category", "currency": "category"})
    polars = pl.DataFrame(PLAIN).with_columns(pl.col("customer").cast(pl.Categorical))
    for one in (table, frame, polars):
        assert [line.customer for line in scan(source_of(one)).lines] == PLAIN["customer"]


def test_what_was_scanned_is_what_is_shown_though_the_frame_changes() -> None:
    frame = pd.DataFrame(PLAIN)
    source = source_of(frame)
    found = scan(source)
    frame.loc[0, "amount"] = Decimal(999)
    frame.loc[0, "document"] = "changed"
    (row,) = source.read([found.lines[0].locator])
    assert (row.line.document, row.line.amount) == ("F-1", Decimal(100))
    again = scan(source)
    assert again.amounts[0] == 99900
    assert again.receipt.sha256 != found.receipt.sha256
    assert scan(source_of(pd.DataFrame(PLAIN))).receipt.sha256 == found.receipt.sha256


def test_the_digest_is_that_of_what_was_read() -> None:
    source: Any = source_of(pd.DataFrame(PLAIN))
    text = csv_of(PLAIN).replace("100.00", "100").replace("20.50", "20.5").replace("7.00", "7")
    assert scan(source).receipt.sha256 == source.digest() == sha256(text.encode()).hexdigest()


CONTRACT = """\
[[contract]]
id = "C-1"
customer = "Acme"
currency = "EUR"
start = 2026-01-01
charge = [{ name = "Fee", model = "flat", amount = "120.50", every = "month", timing = "in_arrears" }]
"""


@every_library
@pytest.mark.parametrize("processes", [1, 2])
def test_a_check_of_a_frame_is_the_check_of_the_file(tmp_path: Path, make: Callable[..., Any], processes: int) -> None:
    (tmp_path / "contracts.toml").write_text(CONTRACT, encoding="utf-8")
    (tmp_path / "ledger.csv").write_text(csv_of(PLAIN), encoding="utf-8")
    contracts = billcheck.load_contracts(tmp_path / "contracts.toml")
    options: dict[str, Any] = {"as_of": date(2026, 6, 1), "covers": (date(2026, 1, 1), date(2026, 5, 31))}
    framed = billcheck.check(contracts, billcheck.read_frame(make(PLAIN)), processes=processes, **options)
    filed = billcheck.check(contracts, billcheck.read_ledger(tmp_path / "ledger.csv"), **options)
    assert framed.arrears["EUR"] == filed.arrears["EUR"] == Decimal("361.50")
    assert [(row.status, row.billed) for row in framed.rows] == [(row.status, row.billed) for row in filed.rows]
    assert [item.row for item in framed.evidence] == [item.row - 1 for item in filed.evidence]


FULL: dict[str, list[Any]] = {
    "document": ["F-1", "F-1", "F-2", "F-3", "F-4"],
    "issue_date": [date(2026, 1, 31)] * 5,
    "customer": ["Acme", "Acme", "\N{LATIN SMALL LETTER E WITH ACUTE}" * 10, "Acme", "Acme"],
    "amount": [Decimal("100.00"), Decimal("20.50"), Decimal("-7.00"), Decimal("1.00"), Decimal("2.00")],
    "currency": ["EUR", "EUR", "EUR", "EURO", "none"],
}


@every_library
@pytest.mark.parametrize(
    ("limit", "exact", "where"),
    [
        ("rows", 5, "frame"),
        ("field_bytes", 20, "frame row 3"),
        ("document_rows", 2, "frame row 1"),
        ("refused_rows", 2, "frame row 4 currency"),
    ],
)
def test_a_frame_at_a_limit_is_read_and_beyond_it_refused(
    make: Callable[[dict[str, list[Any]]], object], limit: str, exact: int, where: str
) -> None:
    def read(**limits: int) -> int:
        (source,) = billcheck.read_frame(make(FULL), limits=billcheck.Limits(**limits)).sources
        return len(scan(source).lines)

    assert read() == read(**{limit: exact}) == 3
    with pytest.raises(LedgerRefusedError) as caught:
        read(**{limit: exact - 1})
    (problem,) = caught.value.problems
    assert str(problem).startswith(f"{where}: ")
    assert f"The limit {limit} is {exact - 1}; this has " in str(problem)
    assert f"limits=Limits({limit}=" in str(problem)


def test_a_frame_without_limits_has_any_number_of_rows() -> None:
    (source,) = billcheck.read_frame(of_polars(PLAIN)).sources
    assert isinstance(source, StreamSource)
    _, layout = source.opener.open()
    assert layout.limits == replace(billcheck.Limits(), rows=sys.maxsize)


def test_pyarrow_is_asked_for_only_by_a_stream_of_arrow(monkeypatch: pytest.MonkeyPatch) -> None:
    table = of_arrow(PLAIN)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingPackageError, match=r"The stream of Arrow in frame needs pyarrow.*billcheck\[arrow\]"):
        billcheck.read_frame(table)


READ = """
row = {"document": ["F"], "issue_date": ["2026-01-31"], "customer": ["A"], "amount": ["1.00"], "currency": ["EUR"]}
import billcheck
from billcheck.ledger.source import Keys
(source,) = billcheck.read_frame(DataFrame(row)).sources
assert [batch.receipt.rows for batch in source.scan(Keys())] == [1]
"""
NOTHING = """
import billcheck
try:
    billcheck.read_frame([])
except billcheck.UsageError:
    pass
"""


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        (NOTHING, ["pandas", "polars", "pyarrow", "numpy"]),
        (f"from polars import DataFrame{READ}", ["pandas", "pyarrow"]),
        (f"from pandas import DataFrame{READ}", ["polars"]),
    ],
    ids=["nothing given", "polars given", "pandas given"],
)
def test_no_library_is_imported_unless_one_of_its_frames_is_given(code: str, absent: list[str]) -> None:
    program = f"{code}\nimport sys\nprint([name for name in {absent} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
