"""Escalators: what the keys of their tables mean together.

Comes in: the table of an escalator, and the term of its charge. Goes out: a frozen escalator; faults go to the docket.
Values of an index stand in the table itself or in a CSV file beside the contract file. Must not know prices or charges
as a whole.
"""

from __future__ import annotations

import csv
import re
from datetime import date
from io import StringIO
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from billcheck.contracts.kinds import PLAIN_DECIMAL, YEAR_AND_MONTH
from billcheck.contracts.tables import read_text
from billcheck.contracts.uplifts import Escalator, IndexClause, Notice
from billcheck.contracts.values import read_day, read_decimal, read_percent, require
from billcheck.errors import Problem
from billcheck.period import MONTHS_OF

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from billcheck.contracts.change_shapes import EscalatorShape, IndexShape
    from billcheck.contracts.faults import Docket, Path

Values = dict[date, "Decimal"]
_COLUMNS = ["month", "value"]


class UpliftSourceProblem(Problem):
    """An escalator has either a percent or an index."""

    remedy = "Keep one of them."


class IndexSourceProblem(Problem):
    """The values of an index stand either in the contract or in a file."""

    remedy = "Give values, or file, and not both."


class IndexValueProblem(Problem):
    """An index has no value that is zero."""

    remedy = "Check the value; leave a month out that is not published yet."


class BaseMonthProblem(Problem):
    """The values hold none for the base month."""

    remedy = "Add its value: uplifts are measured from it."


class NoticeProblem(Problem):
    """The days of a notice mean nothing without requires_notice = true."""

    remedy = "Add it, or take the days out."


class CapBelowFloorProblem(Problem):
    """The cap is below the floor."""

    remedy = "Check both."


class CalendarDateProblem(Problem):
    """A calendar date comes once a year."""

    remedy = 'Leave every out, or write on = "anniversary".'


class IndexFileProblem(Problem):
    """This row of an index file cannot be read."""

    remedy = "Write a header month,value and rows such as 2026-10,134.9, each month once."


def read_escalator(docket: Docket, prefix: Path, shape: EscalatorShape) -> Escalator | None:
    """The escalator of a table; None where it is at fault."""
    problems = len(docket.problems)
    if (shape.percent is None) == (shape.index is None) and not docket.is_broken(*prefix, "index"):
        if shape.percent is None:
            require(docket, (*prefix, "percent"), None, shape)
        else:
            docket.add(UpliftSourceProblem, (*prefix, "percent"), shape.percent)
    every = shape.every or "year"
    month_and_day = None
    if shape.on not in {None, "anniversary"}:
        day = date.fromisoformat(f"2000-{shape.on}")
        month_and_day = (day.month, day.day)
        if every != "year":
            docket.add(CalendarDateProblem, (*prefix, "every"), every)
    percent = read_percent(docket, (*prefix, "percent"), shape.percent)
    index = None if shape.index is None else read_index(docket, (*prefix, "index"), shape.index)
    notice = _read_notice(docket, prefix, shape)
    if len(docket.problems) > problems or docket.is_broken(*prefix):
        return None
    return Escalator(
        percent=percent,
        index=index,
        month_and_day=month_and_day,
        every_months=MONTHS_OF[every],
        first_after_months=shape.first_after_months,
        is_compounding=shape.compounding is not False,
        rounding=shape.rounding or "per_step",
        decimals=shape.decimals,
        notice=notice,
        applies=shape.applies or "day",
        change_billing=shape.change_billing or "next_invoice",
    )


def is_index_file(path: FilePath) -> bool:
    """Whether a CSV file holds values of an index by month, which contract files name, and no contracts."""
    if path.suffix.lower() != ".csv":
        return False
    with path.open("rb") as file:
        heading = file.readline(100).decode("utf-8", "replace").removeprefix("\ufeff")
    return [cell.strip() for cell in heading.split(",")] == _COLUMNS


def _read_notice(docket: Docket, prefix: Path, shape: EscalatorShape) -> Notice | None:
    days = [read_day(docket, (*prefix, "notified_on"), day) for day in shape.notified_on or ()]
    if not shape.requires_notice:
        for key in ("notice_days", "notified_on"):
            if getattr(shape, key) is not None:
                docket.add(NoticeProblem, (*prefix, key))
        return None
    return Notice(shape.notice_days or 0, tuple(day for day in days if day is not None))


def read_index(docket: Docket, prefix: Path, shape: IndexShape) -> IndexClause | None:
    """The clause of an index; what is at fault is told, and may leave none."""
    for key in ("series", "base_month"):
        require(docket, (*prefix, key), getattr(shape, key), shape)
    cap, floor = (read_decimal(value) for value in (shape.cap, shape.floor))
    if cap is not None and floor is not None and cap < floor:
        docket.add(CapBelowFloorProblem, (*prefix, "cap"), shape.cap)
    share = read_percent(docket, (*prefix, "share"), shape.share)
    values = _read_values(docket, prefix, shape)
    if shape.series is None or shape.base_month is None or values is None:
        return None
    base_month = _month(shape.base_month)
    if base_month not in values:
        docket.add(BaseMonthProblem, (*prefix, "base_month"), shape.base_month)
    return IndexClause(
        series=shape.series,
        base_month=base_month,
        values=tuple(sorted(values.items())),
        lag_months=shape.lag_months or 0,
        share=share,
        plus=read_decimal(shape.plus),
        cap=cap,
        floor=floor,
    )


def _read_values(docket: Docket, prefix: Path, shape: IndexShape) -> Values | None:
    """The values by month, from wherever they stand; None where there are none."""
    if (shape.values is None) == (shape.file is None):
        if not docket.is_broken(*prefix, "values") and not docket.is_broken(*prefix, "file"):
            docket.add(IndexSourceProblem, (*prefix, "values"))
        return None
    found: Values = {}
    pairs = shape.values.items() if shape.values is not None else _rows_of_file(docket, shape.file or "")
    for month, text in pairs:
        value = read_decimal(text)
        if not value:
            docket.add(IndexValueProblem, (*prefix, "values", month), text)
        else:
            found[_month(month)] = value
    return found


def _rows_of_file(docket: Docket, name: str) -> Iterator[tuple[str, str]]:
    """The months and values of a CSV file; faults name the file and the row."""
    path = str(FilePath(docket.file).parent / name)
    text = read_text(path, docket.problems)
    rows = [] if text is None else list(csv.reader(StringIO(text)))
    if text is not None and (not rows or [cell.strip() for cell in rows[0]] != _COLUMNS):
        docket.problems.append(IndexFileProblem(f"{path}: row 1", ",".join(rows[0]) if rows else None))
        return
    seen: set[str] = set()
    for number, row in enumerate(rows[1:], start=2):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) != len(_COLUMNS) or not _is_row(*cells) or cells[0] in seen:
            docket.problems.append(IndexFileProblem(f"{path}: row {number}", ",".join(row)))
            continue
        seen.add(cells[0])
        yield cells[0], cells[1]


def _is_row(month: str, value: str) -> bool:
    return re.fullmatch(YEAR_AND_MONTH, month) is not None and re.fullmatch(PLAIN_DECIMAL, value) is not None


def _month(text: str) -> date:
    """The first day of a month written as 2026-10."""
    return date.fromisoformat(f"{text}-01")
