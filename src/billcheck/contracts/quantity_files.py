"""Files of quantities: how much was used, row by row.

Comes in: paths of CSV or TOML files. Goes out: frozen quantities; or one error with every fault of every row. Must not
know contracts: whether a row fits one is judged when they meet.
"""

from __future__ import annotations

import os
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.contracts.faults import DayProblem, WrittenFloat, suggest, written
from billcheck.contracts.sheets import read_csv
from billcheck.contracts.tables import parse_tables, read_text
from billcheck.contracts.usage import Quantities, UsageRow
from billcheck.errors import Problem, QuantitiesRefusedError
from billcheck.grammar import FIRST_YEAR, LAST_YEAR, GrammarError, parse_plain_decimal
from billcheck.period import ONE_DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from decimal import Decimal

COLUMNS = ("contract", "charge", "first_day", "last_day", "quantity", "role")
REQUIRED = ("contract", "charge", "first_day", "quantity")
LIST = "usage"


class NoQuantitiesFileProblem(Problem):
    """There is no such file of quantities."""

    remedy = "Check the path."


class QuantitiesTypeProblem(Problem):
    """This is not a file of quantities."""

    remedy = "Files of quantities end in .csv or .toml."


class NoRowsProblem(Problem):
    """The file holds no quantity."""

    remedy = f"Write rows with the columns {', '.join(COLUMNS)}; in TOML tables headed [[{LIST}]]."


class UnknownColumnProblem(Problem):
    """There is no such column in a file of quantities."""

    remedy = f"The columns are {', '.join(COLUMNS)}."


class MissingColumnProblem(Problem):
    """A required column is missing."""

    remedy = f"The columns {', '.join(REQUIRED)} are required."


class MissingValueProblem(Problem):
    """A required value is missing."""


class TextProblem(Problem):
    """A name in quotes is expected here."""


class QuantityProblem(Problem):
    """This is not a plain decimal."""

    remedy = 'Write digits and a point, such as 1250.5 (in TOML with quotes, "1250.5").'


class NegativeQuantityProblem(Problem):
    """A quantity is not negative."""

    remedy = "Write what was used in all; a correction changes that figure."


class YearProblem(Problem):
    """The day is outside the years 1900 to 2199."""

    remedy = "Check the year."


class ReversedDaysProblem(Problem):
    """The last day is before the first."""

    remedy = "Both days belong to the row."


def load_quantities(*paths: str | os.PathLike[str]) -> Quantities:
    """How much was used, from CSV or TOML files.

    Args:
        paths: Files with the columns contract, charge, first_day, last_day, quantity and role; in TOML tables headed
            ``[[usage]]`` with these keys. `last_day` is inclusive; without it the quantity is one of `first_day`.

    Returns:
        The quantities in the order of the files, for `check(..., quantities=...)`.

    Raises:
        QuantitiesRefusedError: Something is wrong; holds every fault of every file, and no quantity is used.
    """
    problems: list[Problem] = []
    rows: list[UsageRow] = []
    for name in map(os.fsdecode, paths):
        path = Path(name)
        if not path.exists():
            problems.append(NoQuantitiesFileProblem(name))
        elif path.suffix.lower() not in {".csv", ".toml"}:
            problems.append(QuantitiesTypeProblem(name))
        else:
            found = list(_read_csv(name, problems) if path.suffix.lower() == ".csv" else _read_toml(name, problems))
            if not found and not problems:
                problems.append(NoRowsProblem(name))
            rows += found
    if problems:
        raise QuantitiesRefusedError(problems)
    return Quantities(tuple(rows))


def _read_csv(path: str, problems: list[Problem]) -> Iterator[UsageRow]:
    text = read_text(path, problems)
    sheet = None if text is None else read_csv(path, text, problems)
    if sheet is None or not sheet.headings:
        return
    unknown = [heading for heading in sheet.headings if heading and heading not in COLUMNS]
    problems += [UnknownColumnProblem(path, heading, remedy=suggest(heading, COLUMNS)) for heading in unknown]
    missing = [column for column in REQUIRED if column not in sheet.headings]
    problems += [MissingColumnProblem(path, column) for column in missing]
    if unknown or missing:
        return
    for row in sheet.rows:
        table = {key: cell for key, cell in zip(sheet.headings, row.cells, strict=True) if cell != ""}
        found = _read_row(table, f"{path} row {row.number}", partial(sheet.where, row.number), problems)
        if found is not None:
            yield found


def _read_toml(path: str, problems: list[Problem]) -> Iterator[UsageRow]:
    text = read_text(path, problems)
    table = None if text is None else parse_tables(path, text, problems, is_toml=True)
    if not isinstance(table, dict):
        return
    remedy = f"Write tables headed [[{LIST}]]."
    problems += [UnknownColumnProblem(f"{path}: {key}", remedy=remedy) for key in table if key != LIST]
    rows = table.get(LIST, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        problems.append(NoRowsProblem(f"{path}: {LIST}", written(rows)))
        return
    for number, row in enumerate(rows, start=1):
        place = f"{path}: {LIST} #{number}"
        unknown = [key for key in row if key not in COLUMNS]
        problems += [UnknownColumnProblem(f"{place} {key}", remedy=suggest(key, COLUMNS)) for key in unknown]
        found = _read_row(row, place, f"{place} {{}}".format, problems)
        if found is not None:
            yield found


def _read_row(
    table: Mapping[str, object], place: str, where: Callable[[str], str], problems: list[Problem]
) -> UsageRow | None:
    """One row; None where any of its values is at fault."""
    faults = len(problems)
    problems += [MissingValueProblem(where(key)) for key in REQUIRED if key not in table]
    texts = {}
    for key in ("contract", "charge", "role"):
        value = table.get(key)
        if isinstance(value, str) and value.strip():
            texts[key] = value.strip()
        elif value is not None:
            problems.append(TextProblem(where(key), written(value)))
    first_day = _read_day(table.get("first_day"), where("first_day"), problems)
    last_day = _read_day(table.get("last_day"), where("last_day"), problems)
    quantity = _read_quantity(table.get("quantity"), where("quantity"), problems)
    if first_day is not None and last_day is not None and last_day < first_day:
        problems.append(ReversedDaysProblem(where("last_day"), str(last_day)))
    if len(problems) > faults or first_day is None or quantity is None:
        return None
    return UsageRow(
        contract=texts["contract"],
        charge=texts["charge"],
        first_day=first_day,
        quantity=quantity,
        end=None if last_day is None else last_day + ONE_DAY,
        role=texts.get("role"),
        where=place,
    )


def _read_day(value: object, where: str, problems: list[Problem]) -> date | None:
    if value is None:
        return None
    day = value if isinstance(value, date) and not isinstance(value, datetime) else None
    if isinstance(value, str) and len(value) == len("2026-03-31"):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
    if day is None:
        problems.append(DayProblem(where, written(value), remedy="Write year, month and day: 2026-03-31."))
    elif not FIRST_YEAR <= day.year <= LAST_YEAR:
        problems.append(YearProblem(where, str(day)))
        return None
    return day


def _read_quantity(value: object, where: str, problems: list[Problem]) -> Decimal | None:
    if value is None:
        return None
    is_text = isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))
    try:
        quantity = parse_plain_decimal(str(value)) if is_text else None
    except GrammarError:
        quantity = None
    if quantity is None:
        remedy = f'Write it as a text: "{value}".' if isinstance(value, WrittenFloat) else ""
        problems.append(QuantityProblem(where, written(value), remedy=remedy))
    elif quantity < 0:
        problems.append(NegativeQuantityProblem(where, written(value)))
    return quantity
