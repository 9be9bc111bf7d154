"""Records as tables of pandas, polars and Arrow.

Comes in: records and their columns. Goes out: tables whose columns have one type whatever they hold, also where they
hold nothing, and every amount exactly as it was. Each library is loaded only by the function that makes its table. Must
not know what the records are.
"""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from billcheck.errors import BillcheckError, MissingPackageError
from billcheck.report.records import (
    AMOUNT_DIGITS,
    AMOUNT_SCALE,
    PERCENT_DIGITS,
    PERCENT_SCALE,
    ColumnType,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas
    import polars
    import pyarrow

    from billcheck.report.records import Column, Records

T = TypeVar("T")

BATCH = 8_192
"""So many records are turned at a time, so that their values as Python objects need little memory."""

DIGITS = {
    ColumnType.AMOUNT: (AMOUNT_DIGITS, AMOUNT_SCALE),
    ColumnType.PERCENT: (PERCENT_DIGITS, PERCENT_SCALE),
}
"""Of columns of decimals: all digits, and those after the decimal mark."""

PANDAS_TYPES = {
    ColumnType.TEXT: "string",
    ColumnType.TEXTS: "object",
    ColumnType.DATE: "datetime64[s]",
    ColumnType.AMOUNT: "object",
    ColumnType.PERCENT: "object",
    ColumnType.NUMBER: "int64",
    ColumnType.FLAG: "bool",
}


class TooManyDigitsError(BillcheckError):
    """A value has more digits than its column, which would cut them off, or is no number."""

    def __init__(self, column: str, value: Decimal) -> None:
        self.column = column
        self.value = value
        super().__init__(
            f"The column {column!r} cannot hold {value:f} in full; to_dicts() and to_pandas() give it as it is."
        )


def to_pandas(records: Records[T]) -> pandas.DataFrame:
    """The records as a data frame of pandas."""
    library = _load("pandas", "to_pandas()", "pandas")
    values = _values(records.columns, records.stream())
    return library.DataFrame(
        {
            column.name: library.Series(values[column.name], dtype=PANDAS_TYPES[column.type])
            for column in records.columns
        }
    )


def to_polars(records: Records[T]) -> polars.DataFrame:
    """The records as a data frame of polars."""
    library = _load("polars", "to_polars()", "polars")
    decimals = library.Decimal
    types: dict[ColumnType, Any] = {
        ColumnType.TEXT: library.String,
        ColumnType.TEXTS: library.List(library.String),
        ColumnType.DATE: library.Date,
        ColumnType.NUMBER: library.Int64,
        ColumnType.FLAG: library.Boolean,
        **{kind: decimals(*digits) for kind, digits in DIGITS.items()},
    }
    schema = {column.name: types[column.type] for column in records.columns}
    batches = [
        library.DataFrame(_exact_values(records.columns, some), schema=schema) for some in _batches(records.stream())
    ]
    frame: polars.DataFrame = library.concat(batches) if batches else library.DataFrame(schema=schema)
    return frame


def to_arrow(records: Records[T]) -> pyarrow.RecordBatchReader:
    """The records as batches of Arrow, each made when it is read."""
    library = _load("pyarrow", "A stream of Arrow", "arrow")
    types: dict[ColumnType, Any] = {
        ColumnType.TEXT: library.string(),
        ColumnType.TEXTS: library.list_(library.field("item", library.string(), nullable=False)),
        ColumnType.DATE: library.date32(),
        ColumnType.NUMBER: library.int64(),
        ColumnType.FLAG: library.bool_(),
        **{kind: library.decimal128(*digits) for kind, digits in DIGITS.items()},
    }
    schema = library.schema(
        [library.field(column.name, types[column.type], nullable=column.nullable) for column in records.columns]
    )
    batches = (
        library.RecordBatch.from_pydict(_exact_values(records.columns, some), schema=schema)
        for some in _batches(records.stream())
    )
    return library.RecordBatchReader.from_batches(schema, batches)


def _load(name: str, what: str, extra: str) -> Any:  # noqa: ANN401 - a module
    """The library for a table.

    Raises:
        MissingPackageError: It is not installed. What it lacks itself is its own error.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise MissingPackageError(what, name, extra) from None


def _batches(records: Iterable[T]) -> Iterator[Sequence[T]]:
    remaining = iter(records)
    while some := list(islice(remaining, BATCH)):
        yield some


def _values(columns: Sequence[Column[T]], records: Iterable[T]) -> dict[str, list[object]]:
    """The values by column; texts are made whole, since tables hold them as UTF-8."""
    lists: list[list[object]] = [[] for _ in columns]
    for record in records:
        for values, column in zip(lists, columns, strict=True):
            values.append(column.value(record))
    for position, column in enumerate(columns):
        if column.type is ColumnType.TEXT:
            lists[position] = [_whole(text) for text in lists[position]]
        elif column.type is ColumnType.TEXTS:
            lists[position] = [[_whole(text) for text in texts] for texts in lists[position]]  # type: ignore[attr-defined]
    return {column.name: values for column, values in zip(columns, lists, strict=True)}


def _whole(text: object) -> object:
    """A text in which half characters, which a file name may hold, are replaced by the sign for them."""
    if not isinstance(text, str) or text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _exact_values(columns: Sequence[Column[T]], records: Iterable[T]) -> dict[str, list[object]]:
    """The values by column, each of which the columns of decimals hold in full.

    Raises:
        TooManyDigitsError: One does not fit; libraries differ in what they would do, and some cut digits off.
    """
    lists = _values(columns, records)
    for column in columns:
        if column.type in DIGITS:
            digits, scale = DIGITS[column.type]
            for value in lists[column.name]:
                if isinstance(value, Decimal) and not _fits(value, digits, scale):
                    raise TooManyDigitsError(column.name, value)
    return lists


def _fits(value: Decimal, digits: int, scale: int) -> bool:
    shown, exponent = value.as_tuple()[1:]
    return isinstance(exponent, int) and -exponent <= scale and len(shown) + exponent + scale <= digits
