"""The same records out of every kind of table, as plain values that can be compared with `to_dicts()`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable

    from billcheck.report.records import Records

pandas: Any = import_module("pandas")  # it ships no types
pyarrow: Any = import_module("pyarrow")  # the same

Plain = list[dict[str, Any]]


def from_pandas(records: Records[Any]) -> Plain:
    return [
        {name: _of_pandas(value) for name, value in zip(frame.columns, values, strict=True)}
        for frame in [records.to_pandas()]
        for values in frame.itertuples(index=False, name=None)
    ]


def _of_pandas(value: Any) -> Any:
    if isinstance(value, list):
        return value
    if value is pandas.NaT or value is pandas.NA:
        return None
    return value.date() if isinstance(value, pandas.Timestamp) else value


def from_polars(records: Records[Any]) -> Plain:
    return records.to_polars().to_dicts()


def from_arrow(records: Records[Any]) -> Plain:
    rows: Plain = pyarrow.table(records).to_pylist()
    return rows


def from_arrow_by_polars(records: Records[Any]) -> Plain:
    return pl.DataFrame(records).to_dicts()


def from_arrow_by_duckdb(records: Records[Any]) -> Plain:
    with duckdb.connect() as connection:
        connection.register("records", records)
        found = connection.sql("select * from records")
        return [dict(zip(found.columns, values, strict=True)) for values in found.fetchall()]


READERS: dict[str, Callable[[Records[Any]], Plain]] = {
    "pandas": from_pandas,
    "polars": from_polars,
    "arrow": from_arrow,
    "arrow by polars": from_arrow_by_polars,
    "arrow by duckdb": from_arrow_by_duckdb,
}
"""Every way to a table, the last three through the stream of Arrow and by a library that knows nothing of ours."""
