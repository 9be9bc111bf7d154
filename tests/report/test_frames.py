"""Tables of pandas, polars and Arrow: the same values, exact, of the documented types, and nothing loaded unasked."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck.errors import BillcheckError, MissingPackageError, SourceChangedError
from billcheck.findings import ContractRows, Status
from billcheck.money import MINOR_DIGITS
from billcheck.report import frames
from billcheck.report.records import AMOUNT_SCALE, PERCENT_SCALE, Column, ColumnType, Records
from tests.report.stories import half_rate, make_contract, make_report, make_row, many
from tests.report.tables import READERS
from tests.report.test_faces_agree import reports
from tests.report.test_records import KINDS_OF_RECORDS, in_the_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from billcheck import Report
    from billcheck.findings import PeriodRow

pandas: Any = import_module("pandas")  # it ships no types
pyarrow: Any = import_module("pyarrow")  # the same

LIBRARIES = {"pandas", "polars", "pyarrow", "matplotlib", "duckdb"}
JUDGED = ["ok", "rounding", "settled", "underbilled", "missing", "overbilled"]


def empty() -> Report:
    return make_report([])


def in_three_currencies() -> Report:
    """A yen, a tenth of a cent of a dinar and a cent short, and a cent too much."""
    items = []
    for currency, expected, billed in (("JPY", 5, 4), ("KWD", 1001, 1000), ("EUR", 10, 9)):
        contract = make_contract(f"C-{currency}", currency=currency, tax_percent="7.7")
        rows = (
            make_row(contract, "2026-01", expected, billed, Status.UNDERBILLED, documents=("INV-1",)),
            make_row(contract, "2026-02", billed, expected, Status.OVERBILLED, documents=("INV-2",)),
        )
        items.append(ContractRows(contract, rows))
    return make_report(items)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@pytest.mark.parametrize("name", KINDS_OF_RECORDS)
def test_every_table_holds_what_the_dictionaries_hold(name: str, reader: Callable[[Records[Any]], Any]) -> None:
    for report in (half_rate(), in_three_currencies(), empty()):
        records = getattr(report, name)
        assert reader(records) == records.to_dicts()


@settings(max_examples=40)
@given(reports(), st.sampled_from(sorted(READERS)), st.sampled_from(KINDS_OF_RECORDS))
def test_every_table_of_any_report_holds_what_the_dictionaries_hold(report: Report, reader: str, name: str) -> None:
    records = getattr(report, name)
    assert READERS[reader](records) == records.to_dicts()


@settings(max_examples=40)
@given(reports())
def test_the_tables_add_up_to_the_totals_exactly(report: Report) -> None:
    wanted = {
        currency: (report.net[currency], report.arrears[currency], report.overbilled[currency])
        for currency in report.net
        if any(row.currency == currency and str(row.status) in JUDGED for row in report.rows)
    }
    for add in (by_hand, by_pandas, by_polars, by_duckdb, by_pyarrow):
        assert add(report) == wanted, add.__name__


Sums = dict[str, tuple[Decimal, ...]]
ADDED = ("shortfall", "arrears", "overbilled")


def by_hand(report: Report) -> Sums:
    sums: dict[str, list[Decimal]] = {}
    for entry in report.rows.to_dicts():
        if entry["status"] in JUDGED:
            own = sums.setdefault(str(entry["currency"]), [Decimal(0)] * 3)
            own[:] = [before + entry[name] for before, name in zip(own, ADDED, strict=True)]  # type: ignore[operator]
    return {currency: tuple(own) for currency, own in sums.items()}


def by_pandas(report: Report) -> Sums:
    frame = report.rows.to_pandas()
    sums = frame[frame.status.isin(JUDGED)].groupby("currency")[list(ADDED)].sum()
    return {row.Index: (row.shortfall, row.arrears, row.overbilled) for row in sums.itertuples()}


def by_polars(report: Report) -> Sums:
    judged = report.rows.to_polars().filter(pl.col("status").is_in(JUDGED))
    return {row[0]: row[1:] for row in judged.group_by("currency").agg(pl.col(ADDED).sum()).iter_rows()}


def by_duckdb(report: Report) -> Sums:
    names = ", ".join(f"sum({name})" for name in ADDED)
    with duckdb.connect() as connection:
        connection.register("rows", report.rows)
        found = connection.execute(
            f"select currency, {names} from rows where list_contains(?, status) group by currency",  # noqa: S608 - our own names
            [JUDGED],
        ).fetchall()
    return {row[0]: row[1:] for row in found}


def by_pyarrow(report: Report) -> Sums:
    table = pyarrow.table(report.rows)
    judged = table.filter(import_module("pyarrow.compute").is_in(table["status"], pyarrow.array(JUDGED)))
    sums = judged.group_by("currency").aggregate([(name, "sum") for name in ADDED]).to_pylist()
    return {row["currency"]: tuple(row[f"{name}_sum"] for name in ADDED) for row in sums}


@pytest.mark.parametrize("report", [half_rate(), empty()], ids=["half rate", "empty"])
@pytest.mark.parametrize("name", KINDS_OF_RECORDS)
def test_columns_have_the_documented_types_also_where_they_are_empty(name: str, report: Report) -> None:
    records = getattr(report, name)
    documented = {row[0]: [cell.strip("`") for cell in row[1:]] for row in in_the_reference("Types")}
    frame, polars_schema, arrow_schema = (
        records.to_pandas(),
        records.to_polars().schema,
        pyarrow.table(records).schema,
    )
    assert list(frame.columns) == list(polars_schema) == arrow_schema.names
    for column in records.columns:
        field = arrow_schema.field(column.name)
        found = [str(frame.dtypes[column.name]), str(polars_schema[column.name]), str(field.type)]
        assert found == documented[column.type.value][1:], column.name
        assert field.nullable == column.nullable


@pytest.mark.parametrize("name", KINDS_OF_RECORDS)
def test_values_have_the_documented_types(name: str) -> None:
    report = in_three_currencies()
    report = replace(report, found=tuple(replace(finding, decision="waive") for finding in report.found))
    records = getattr(report, name)
    documented = {row[0]: row[1].strip("`") for row in in_the_reference("Types")}
    for entry, column in ((entry, column) for entry in records.to_dicts() for column in records.columns):
        assert type(entry[column.name]).__name__ == documented[column.type.value], column.name


def test_amounts_keep_their_decimals_in_pandas_and_have_four_elsewhere() -> None:
    records = in_three_currencies().rows
    assert [str(amount) for amount in records.to_pandas()["shortfall"]] == [
        "1",
        "-1",
        "0.001",
        "-0.001",
        "0.01",
        "-0.01",
    ]
    wanted = ["1.0000", "-1.0000", "0.0010", "-0.0010", "0.0100", "-0.0100"]
    assert [str(amount) for amount in records.to_polars()["shortfall"]] == wanted
    assert [str(amount) for amount in pyarrow.table(records)["shortfall"].to_pylist()] == wanted


def test_the_scale_is_enough_for_every_currency() -> None:
    assert max(MINOR_DIGITS.values()) <= AMOUNT_SCALE


def test_an_amount_in_pandas_refuses_a_floating_point_number() -> None:
    with pytest.raises(TypeError):
        half_rate().rows.to_pandas()["shortfall"] * 0.5


def test_a_column_of_arrow_can_be_subtracted_from_another() -> None:
    table = pyarrow.table(half_rate().rows)
    apart = import_module("pyarrow.compute").subtract(table["expected"], table["billed"])
    assert apart.to_pylist() == table["shortfall"].to_pylist()


def test_the_types_of_arrow_can_be_had_in_pandas() -> None:
    frame = pyarrow.table(half_rate().rows).to_pandas(types_mapper=pandas.ArrowDtype)
    assert frame["shortfall"].sum() == Decimal("9600.00")
    assert frame.groupby("status")["arrears"].sum().to_dict() == {
        "ok": Decimal(0),
        "underbilled": Decimal(7200),
        "not_due": Decimal(0),
    }


def test_a_stream_is_made_batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "BATCH", 7)
    made: list[PeriodRow] = []
    report = make_report(many(30, leaking=3))

    def one_by_one() -> Iterator[PeriodRow]:
        for row in tuple(report.rows):
            made.append(row)
            yield row

    reader = frames.to_arrow(Records(report.rows.columns, one_by_one))
    assert made == []
    assert (reader.read_next_batch().num_rows, len(made)) == (7, 7)
    assert (reader.read_next_batch().num_rows, len(made)) == (7, 14)
    assert (sum(batch.num_rows for batch in reader), len(made)) == (46, 60)


@pytest.mark.parametrize("batch", [1, 7, 59, 60, 61])
@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_a_table_of_several_batches_is_one(
    reader: Callable[[Records[Any]], Any], batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "BATCH", batch)
    rows = make_report(many(30, leaking=3)).rows
    assert reader(rows) == rows.to_dicts()


@pytest.mark.parametrize("count", [8191, 8192, 8193])
def test_a_batch_loses_no_row_at_its_ends(count: int) -> None:
    columns: tuple[Column[int], ...] = (Column("number", ColumnType.NUMBER, lambda number: number),)
    table = pyarrow.table(Records(columns, lambda: range(count)))
    assert table["number"].to_pylist() == list(range(count))


def test_a_ledger_that_changes_on_the_way_ends_the_table() -> None:
    def changing() -> Iterator[PeriodRow]:
        yield half_rate().rows[0]
        raise SourceChangedError("SalesInvoices.csv")

    records = Records(half_rate().rows.columns, changing)
    for make in (records.to_dicts, records.to_pandas, records.to_polars):
        with pytest.raises(SourceChangedError):
            make()
    for consume in (pyarrow.table, pl.DataFrame):
        with pytest.raises(Exception, match="the file changed while it was being checked"):
            consume(records)


def percents(*texts: str) -> Records[Decimal]:
    values = tuple(map(Decimal, texts))
    return Records((Column("percent", ColumnType.PERCENT, lambda value: value),), lambda: values)


@pytest.mark.parametrize("text", ["33.33333333333", "12345678901234", "NaN"])
def test_a_value_with_more_digits_than_its_column_is_refused_not_cut(text: str) -> None:
    message = f"The column 'percent' cannot hold {text} in full; to_dicts\\(\\) and"
    with pytest.raises(frames.TooManyDigitsError, match=message):
        percents("21", text).to_polars()
    with pytest.raises(pyarrow.ArrowInvalid, match=message):
        pyarrow.table(percents("21", text))
    assert str(percents(text).to_dicts()[0]["percent"]) == str(percents(text).to_pandas()["percent"][0]) == text


@pytest.mark.parametrize("text", ["33.3333333333", "1234567890123.0123456789", "1E+12", "0E-10", "-0.0000000001"])
def test_a_value_that_just_fits_is_kept_in_full(text: str) -> None:
    assert percents(text).to_polars()["percent"].to_list() == [Decimal(text)]
    assert pyarrow.table(percents(text))["percent"].to_pylist() == [Decimal(text)]
    assert len(text.partition(".")[2]) <= PERCENT_SCALE


def test_half_characters_of_a_file_name_do_not_stop_a_table() -> None:
    contract = make_contract(customer="Caf\udce9 Möller")
    row = make_row(contract, "2026-01", 100, 100, Status.OK, derivation=("\ud800 \U0001f600",))
    records = make_report([ContractRows(contract, (row,))]).rows
    for reader in READERS.values():
        (entry,) = reader(records)
        assert (entry["customer"], entry["derivation"]) == ("Caf\ufffd Möller", ["\ufffd \U0001f600"])


@pytest.mark.parametrize(
    ("package", "ask", "what", "extra"),
    [
        ("pandas", lambda rows: rows.to_pandas(), "to_pandas()", "pandas"),
        ("polars", lambda rows: rows.to_polars(), "to_polars()", "polars"),
        ("pyarrow", lambda rows: rows.__arrow_c_stream__(), "A stream of Arrow", "arrow"),
    ],
    ids=["pandas", "polars", "pyarrow"],
)
def test_a_missing_package_is_named_with_its_extra(
    package: str, ask: Callable[[Any], Any], what: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = f"{what} needs {package}, which is not installed. Run: pip install 'billcheck[{extra}]'"
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackageError) as caught:
        ask(half_rate().rows)
    assert (str(caught.value), caught.value.name) == (message, package)
    assert isinstance(caught.value, ImportError)
    assert isinstance(caught.value, BillcheckError)


def test_what_a_package_lacks_itself_is_its_own_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    (tmp_path / "polars.py").write_text("import a_package_of_its_own\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "polars")
    with pytest.raises(ModuleNotFoundError, match="a_package_of_its_own"):
        half_rate().rows.to_polars()


STEPS = f"""
import sys
from dataclasses import replace
from datetime import date
from importlib.resources import files
import billcheck
loaded = lambda: print(sorted({LIBRARIES} & set(sys.modules)))
loaded()
story = files('billcheck.cli.demo')
contracts = billcheck.load_contracts(str(story / 'contracts.toml'))
report = billcheck.check(contracts, billcheck.read_ledger(str(story / 'SalesInvoices.csv')), as_of=date(2026, 9, 4))
report.to_json(), report._repr_html_(), repr(report)
for records in (report.rows, report.findings, report.evidence, report.causes):
    len(records), records.to_dicts(), records.columns
loaded()
report.rows.to_polars()
loaded()
report.rows.__arrow_c_stream__()
loaded()
"""


def test_a_library_for_tables_is_loaded_only_for_its_own_table() -> None:
    done = subprocess.run([sys.executable, "-c", STEPS], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "[]", "['polars']", "['polars', 'pyarrow']"]
