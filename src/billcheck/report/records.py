"""What a report holds many of, as sequences that turn themselves into tables.

Comes in: columns, and a way to make the records. Goes out: a sequence of values, and the same as dictionaries, as a
table of pandas or polars, and as a stream of Arrow. Must not know what the records are, and loads no library for tables
before somebody asks for its table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pandas
    import polars

T = TypeVar("T")

AMOUNT_DIGITS, AMOUNT_SCALE = 23, 4
"""Digits of an amount in a table, and how many of them are decimals.

No currency of ISO 4217 has more than four decimals, and whole minor units of 64 bits need 19 digits before them. More
digits would be no gift: tables that subtract or add two columns of 38 digits have no room for the result.
"""

PERCENT_DIGITS, PERCENT_SCALE = 23, 10
"""Digits of a percent in a table, and how many of them are decimals: as many as a contract file may give."""


KEPT_RECORDS = 50_000
"""So many records are kept once a table has been made of them; of more, each table makes them anew, one by one."""


class ColumnType(Enum):
    """What a column holds. The value is the name that the documentation uses."""

    TEXT = "text"
    TEXTS = "list of texts"
    DATE = "date"
    AMOUNT = "amount"
    PERCENT = "percent"
    NUMBER = "whole number"
    FLAG = "true or false"


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column of a table: its name, what it holds, how a record gives its value, and whether that may be None.

    Amounts and percents are given as decimals, lists as lists.
    """

    name: str
    type: ColumnType
    value: Callable[[T], object]
    nullable: bool = False


class Records(Generic[T]):
    """Values of one kind in their fixed order, which can be had as a table.

    It is used like a tuple and equals one with the same values; a slice is again such a sequence. Its tables have the
    columns of the reference, in that order, also where there is no record. The values are made when they are first
    needed, and then kept; a table of more than `KEPT_RECORDS` is made of them one by one, without keeping any.
    """

    # Not a `Sequence` by name: polars and others look for one before they look for a stream of Arrow, and would make
    # columns of the attributes, minor units and all.

    __slots__ = ("_columns", "_kept", "_make")

    def __init__(self, columns: tuple[Column[T], ...], make: Callable[[], Iterable[T]]) -> None:
        self._columns = columns
        self._make = make
        self._kept: tuple[T, ...] | None = None

    @property
    def columns(self) -> tuple[Column[T], ...]:
        """The columns of every table of these records, in their order."""
        return self._columns

    def stream(self) -> Iterable[T]:
        """The records one after the other; kept once all were seen, unless there are very many."""
        return self._made() if self._kept is None else self._kept

    def _made(self) -> Iterator[T]:
        kept: list[T] = []
        count = 0
        for count, record in enumerate(self._make(), start=1):
            if count <= KEPT_RECORDS:
                kept.append(record)
            else:
                kept.clear()
            yield record
        if count <= KEPT_RECORDS:
            self._kept = tuple(kept)

    def _all(self) -> tuple[T, ...]:
        if self._kept is None:
            self._kept = tuple(self._make())
        return self._kept

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[T]:
        return iter(self._all())

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Records[T]: ...
    def __getitem__(self, index: int | slice) -> T | Records[T]:
        if isinstance(index, slice):
            some = self._all()[index]
            return Records(self._columns, lambda: some)
        return self._all()[index]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Records):
            return self._all() == other._all()
        return self._all() == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def to_dicts(self) -> list[dict[str, object]]:
        """A dictionary for each record, from the names of the columns to plain values.

        Amounts are `Decimal` with the digits of their currency, dates `date`, lists lists, and what is not known None.
        """
        return [{column.name: column.value(record) for column in self._columns} for record in self.stream()]

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame of pandas: amounts as `Decimal` objects, which add up exactly, and dates as `datetime64[s]`.

        Raises:
            MissingPackageError: pandas is not installed.
        """
        from billcheck.report.frames import to_pandas  # noqa: PLC0415 - a face is loaded when somebody looks at it

        return to_pandas(self)

    def to_polars(self) -> polars.DataFrame:
        """A data frame of polars: amounts as `Decimal`, dates as `Date`.

        Raises:
            MissingPackageError: polars is not installed.
        """
        from billcheck.report.frames import to_polars  # noqa: PLC0415 - a face is loaded when somebody looks at it

        return to_polars(self)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A stream of Arrow (its PyCapsule interface), for any library that reads one; made batch by batch.

        Raises:
            MissingPackageError: pyarrow is not installed.
        """
        from billcheck.report.frames import to_arrow  # noqa: PLC0415 - a face is loaded when somebody looks at it

        return to_arrow(self).__arrow_c_stream__(requested_schema)
