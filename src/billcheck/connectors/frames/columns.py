"""The columns of a data frame, whichever library made it.

Comes in: an object. Goes out: its column names, and the values of chosen columns as plain Python values, some rows at a
time; or the refusal of an object that is no frame. A library is known by the module that its type comes from, and is
never imported to find out. Must not know what a column means.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from struct import pack, unpack
from typing import TYPE_CHECKING, Any, Protocol

from billcheck.errors import MissingPackageError, Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROWS = 8_192
"""How many rows are turned to Python values at a time."""

_MOST_DIGITS = 10
"""More than a number of 32 bits needs; nine always tell it from all others."""
_SHORT_FLOATS = {
    "f": frozenset({"float32", "Float32", "float", "float[pyarrow]"}),
    "e": frozenset({"float16", "Float16", "halffloat", "halffloat[pyarrow]"}),
}
"""How the libraries name columns of floating-point numbers of 32 and 16 bits."""


class NoFrameError(Problem):
    """This is no data frame that can be read."""

    remedy = (
        "Give a data frame of pandas or polars (collect a lazy one first), or an object with a stream of Arrow. Files "
        "are read by billcheck.read_ledger."
    )


class Columns(Protocol):
    """The columns of a frame."""

    @property
    def labels(self) -> tuple[object, ...]:
        """The names of the columns, in their order; pandas allows anything as a name, and one name twice."""
        ...

    def batches(self, positions: Sequence[int]) -> Iterator[Sequence[Sequence[object]]]:
        """The values of the columns at these positions, one sequence for each, some rows at a time from the first."""
        ...


@dataclass(frozen=True, slots=True)
class _Columns:
    """Columns of any library, by the few things in which they differ."""

    labels: tuple[object, ...]
    height: Callable[[], int]
    column: Callable[[int], Any]
    type_of: Callable[[Any], object]
    values: Callable[[Any, int, int], list[object]]

    def batches(self, positions: Sequence[int]) -> Iterator[Sequence[Sequence[object]]]:
        """The values of these columns as they are now."""
        picked = [self.column(position) for position in positions]
        codes = [_code_of(str(self.type_of(column))) for column in picked]
        for start in range(0, self.height(), ROWS):
            read = [self.values(column, start, ROWS) for column in picked]
            yield [
                values if code is None else [_shortest(value, code) for value in values]
                for values, code in zip(read, codes, strict=True)
            ]


def take_columns(frame: object, name: str) -> Columns:
    """The columns of a frame.

    Args:
        frame: A data frame of pandas or polars, or an object with a stream of Arrow, which is read here.
        name: What messages call it.

    Raises:
        UsageError: It is none of these.
        MissingPackageError: It is a stream of Arrow, and pyarrow is not installed.
    """
    if _comes_from("pandas", frame):
        return _of_pandas(frame)
    if _comes_from("polars", frame):
        return _of_polars(frame)
    if hasattr(frame, "__arrow_c_stream__") or hasattr(frame, "__arrow_c_array__"):
        return _of_arrow(frame, name)
    raise UsageError([NoFrameError(name, type(frame).__name__)])


def _comes_from(library: str, frame: object) -> bool:
    """Whether the object is a data frame of this library, or of a kind derived from it."""
    return any(
        kind.__name__ == "DataFrame" and kind.__module__.partition(".")[0] == library for kind in type(frame).__mro__
    )


def _of_pandas(frame: Any) -> Columns:  # noqa: ANN401 - no library of frames is imported
    return _Columns(
        tuple(frame.columns),
        lambda: len(frame),
        lambda position: frame.iloc[:, position],
        lambda column: column.dtype,
        lambda column, start, count: column.iloc[start : start + count].tolist(),
    )


def _of_polars(frame: Any) -> Columns:  # noqa: ANN401 - likewise
    return _Columns(
        tuple(frame.columns),
        lambda: frame.height,
        frame.to_series,
        lambda column: column.dtype,
        lambda column, start, count: column.slice(start, count).to_list(),
    )


def _of_arrow(frame: Any, name: str) -> Columns:  # noqa: ANN401 - likewise
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra, loaded when a stream of Arrow is given
    except ImportError:
        raise MissingPackageError(f"The stream of Arrow in {name}", "pyarrow", "arrow") from None
    table: Any
    try:
        if hasattr(frame, "__arrow_c_stream__"):
            table = pa.table(frame)
        else:
            table = pa.Table.from_batches([pa.record_batch(frame)])
    except (TypeError, ValueError) as error:  # a single column, which has no name for a field
        raise UsageError([NoFrameError(name, type(frame).__name__)]) from error
    return _Columns(
        tuple(table.column_names),
        lambda: table.num_rows,
        table.column,
        lambda column: column.type,
        lambda column, start, count: column.slice(start, count).to_pylist(),
    )


def _code_of(kind: str) -> str | None:
    """How `struct` names the short floating-point numbers of a column; None where it holds none."""
    return next((code for code, kinds in _SHORT_FLOATS.items() if kind in kinds), None)


def _shortest(value: object, code: str) -> object:
    """The number whose shortest text is that of a short floating-point number: 0.1, not 0.10000000149011612."""
    if not isinstance(value, float) or not isfinite(value):
        return value
    texts = (f"{value:.{digits}g}" for digits in range(1, _MOST_DIGITS))
    found = (number for number in map(float, texts) if unpack(code, pack(code, number))[0] == value)
    return next(found, value)
