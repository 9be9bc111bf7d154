"""Faults of a contract file, told with the key path a person would look for.

Comes in: the tables of one contract as written, and what pydantic found wrong with their shape. Goes out: problems with
places such as ``contracts.toml: C-117 "Seats" price_steps #1.on``, and the tables without the faulty keys, so that the
rest can still be judged. No text of pydantic's reaches a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar, get_args, get_origin

from pydantic import ValidationError

from billcheck.contracts.advice import advice_on_key, advice_on_word
from billcheck.contracts.kinds import Kind, Shape
from billcheck.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Path = tuple[str | int, ...]
"""The keys and list indexes (from 0) that lead from a contract's table to a value."""

AnyShape = TypeVar("AnyShape", bound=Shape)

LONGEST_QUOTE = 80
"""Longer values are cut in messages."""

DUPLICATE_MARK = "\0"
"""Begins the name under which a JSON reader records a key that stands twice in one table."""


@dataclass(frozen=True, slots=True)
class WrittenFloat:
    """The text of a float literal, kept so that it can be refused at its place."""

    text: str

    def __str__(self) -> str:
        return self.text


class UnknownKeyProblem(Problem):
    """There is no such key here."""


class RepeatedKeyProblem(Problem):
    """The key stands twice in one table."""

    remedy = "Keep one of them."


class FloatProblem(Problem):
    """A float cannot hold a decimal exactly."""

    remedy = 'Write it as a string, such as "2400.50".'


class DecimalProblem(Problem):
    """This is not a plain decimal."""

    remedy = 'Write a string such as "2400.50": digits and a point, no grouping, no sign, no currency.'


class NegativeProblem(Problem):
    """Amounts, quantities and percents of a contract are not negative."""

    remedy = "Write a reduction as a discount."


class SignedDecimalProblem(Problem):
    """This is not a plain decimal."""

    remedy = 'Write a string such as "2400.50" or "-2400.50": digits and a point, no grouping, no currency.'


class NumberProblem(Problem):
    """A whole number is expected here."""

    remedy = "Write it without quotes, below a million."


class AmountsProblem(Problem):
    """Amounts by currency are expected here."""

    remedy = 'Write { EUR = "2400.50" }: three capitals, and the amount in quotes.'


class TooManyDigitsProblem(Problem):
    """There are more than twelve digits before the point, or more than ten after it."""

    remedy = "Check the number."


class DayProblem(Problem):
    """This is not a day."""

    remedy = "Write year, month and day: 2026-03-31 (in JSON with quotes)."


class DayTimeProblem(Problem):
    """This is a time, and contracts know whole days only."""

    remedy = "Leave the time of day out."


class TextProblem(Problem):
    """A text in quotes is expected here."""

    remedy = "Put quotes around it."


class BlankTextProblem(Problem):
    """The text is empty, begins or ends with a space, or holds a line break or another control character."""

    remedy = "Write it without them."


class TextsProblem(Problem):
    """A list of texts is expected here."""

    remedy = 'Write ["A", "B"], also for a single one.'


class DayCountProblem(Problem):
    """A number of days from 0 to 366 is expected here."""

    remedy = "Write a whole number without quotes."


class LimitValueProblem(Problem):
    """A whole number of at least 1 is expected here."""

    remedy = "Write it without quotes; as bytes, not as 5 MB."


class MonthProblem(Problem):
    """A month from 1 to 12 is expected here."""

    remedy = "Write a whole number without quotes."


class MonthCountProblem(Problem):
    """A number of months from 0 to 1200 is expected here."""

    remedy = "Write a whole number without quotes."


class PeriodCountProblem(Problem):
    """A number of periods from 1 to 1200 is expected here."""

    remedy = "Write a whole number without quotes."


class DigitCountProblem(Problem):
    """A number of digits from 0 to 10 is expected here."""

    remedy = "Write a whole number without quotes."


class DayListProblem(Problem):
    """A list of days is expected here."""

    remedy = 'Write ["2026-11-20"], also for a single one.'


class DayOfYearProblem(Problem):
    """This is neither the anniversary nor a date in the calendar of every year."""

    remedy = 'Write "anniversary", or month and day such as "01-01".'


class YearAndMonthProblem(Problem):
    """This is not a month of a year."""

    remedy = 'Write year and month in quotes: "2026-10".'


class IndexValuesProblem(Problem):
    """Values of an index by month are expected here."""

    remedy = 'Write { "2025-10" = "131.2", "2026-10" = "134.9" }, months and values in quotes.'


class DayOfMonthProblem(Problem):
    """A day of the month is expected here."""

    remedy = 'Write a number from 1 to 31 without quotes, or "last".'


class InvoiceDayProblem(Problem):
    """This is not an invoice day."""

    remedy = 'Write "period_start", "period_end", "10 days after", or a number from 1 to 31 without quotes.'


class CadenceProblem(Problem):
    """This is not a length of a period."""

    remedy = 'Write month, quarter, half_year, year, week, semi_month, or a number such as "4 weeks" or "30 days".'


class TwoDaysProblem(Problem):
    """Two days of the month are expected here."""

    remedy = 'Write them as [1, 15]: numbers from 1 to 31 without quotes, or "last".'


class ChoiceProblem(Problem):
    """The word is not one of those this key knows."""


class FlagProblem(Problem):
    """Yes or no is expected here."""

    remedy = "Write true or false without quotes."


class TableProblem(Problem):
    """A table of keys is expected here."""

    remedy = 'Write { key = "value" } in TOML or {"key": "value"} in JSON.'


class TablesProblem(Problem):
    """A list of tables is expected here."""

    remedy = "In TOML use double brackets, as in [[contract]] and [[contract.charge]]; in JSON a list of objects."


_SIGNED_DECIMAL = re.compile(r"-[0-9]+(?:\.[0-9]+)?")
_LONG_DECIMAL = re.compile(r"[0-9]+(?:\.[0-9]+)?")


@dataclass(slots=True)
class Docket:
    """The faults of one contract, and where its keys stand.

    `table` is the contract as written, `number` its place in the file from 1. `broken` holds the paths of keys whose
    fault was already told: what depends on them is not judged.
    `advice` says what to do about a key that is unknown and like no other.
    """

    advice: ClassVar[str] = "Take it out, or see the reference of contract terms."

    file: str
    number: int
    table: object
    problems: list[Problem] = field(default_factory=list)
    broken: set[Path] = field(default_factory=set)

    def add(
        self, problem: type[Problem], path: Path, value: object = None, *, what: str = "", remedy: str = ""
    ) -> None:
        """Record a fault; a `value` of None is not quoted."""
        quoted = None if value is None else written(value)
        self.problems.append(problem(self.where(path), quoted, what=what, remedy=remedy))

    def is_broken(self, *path: str | int) -> bool:
        """Whether a fault was told for this path or for a table it stands in."""
        return bool(self.broken) and any(path[:length] in self.broken for length in range(1, len(path) + 1))

    def where(self, path: Path) -> str:
        """The place of a path in words."""
        return " ".join((f"{self.file}:", *self.names(path)))

    def names(self, path: Path) -> Iterator[str]:
        """The words of a path after the file."""
        name = _name_of(self.table, "id")
        yield name if name is not None else f"contract #{self.number}"
        if path[:1] == ("charge",) and len(path) > 1 and isinstance(path[1], int):
            charges = self.table.get("charge") if isinstance(self.table, dict) else None
            charge = charges[path[1]] if isinstance(charges, list) else None
            name = _name_of(charge, "name")
            yield f'"{name}"' if name is not None else f"charge #{path[1] + 1}"
            path = path[2:]
        if path:
            yield "".join(f" #{key + 1}" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


def read_shape(shape: type[AnyShape], docket: Docket) -> AnyShape:
    """The docket's table as a shape; keys at fault are told, remembered as broken and left out."""
    try:
        return shape.model_validate(docket.table)
    except ValidationError as error:
        # All faults are told at once and no key is required, so what is left has none.
        return shape.model_validate(_without(docket.table, _explain(error, shape, docket)))


def written(value: object) -> str:
    """A value as a message quotes it: as written where that is a plain value, else what it is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table" if value else "an empty table"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    text = value.isoformat() if isinstance(value, date | time) else str(value)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"


def _name_of(table: object, key: str) -> str | None:
    """What a table calls itself, if that is fit for a message."""
    name = table.get(key) if isinstance(table, dict) else None
    return name if isinstance(name, str) and name and name == name.strip() and name.isprintable() else None


def _explain(error: ValidationError, shape: type[Shape], docket: Docket) -> set[Path]:
    """Tell each fault once; returns the paths at fault."""
    told: set[Path] = set()
    for fault in error.errors(include_url=False, include_context=False):
        path, owner, kind, item = _resolve(shape, fault["loc"])
        if path in told:
            continue
        told.add(path)
        docket.broken.add(path)
        _tell(docket, path, owner, kind, fault["type"], item, _value_at(docket.table, path))
    return told


def _resolve(shape: type[Shape], location: Path) -> tuple[Path, type[Shape], Kind | None, int | None]:
    """Where a location of pydantic's leads: the path of the key, its table's shape, its kind, and the list item.

    Pydantic appends the branches of a union to a location; these are not part of the path.
    """
    path: list[str | int] = []
    owner, kind, item = shape, None, None
    rest = list(location)
    while rest:
        key = str(rest.pop(0))
        path.append(key)
        known = owner.model_fields.get(key)
        if known is None:
            return tuple(path), owner, None, None
        kind, below = _kind_and_shape(known.annotation, known.metadata)
        if kind is Kind.TABLES and below is not None and rest:
            path.append(int(rest.pop(0)))
            if not rest:
                return tuple(path), owner, Kind.TABLE, None
        if kind is Kind.TEXTS and rest:
            item = int(rest[0])
        if below is None:
            break
        if rest:
            owner, kind = below, None
    return tuple(path), owner, kind, item


def _kind_and_shape(annotation: object, metadata: list[Any]) -> tuple[Kind | None, type[Shape] | None]:
    """The kind that an annotation carries, and the shape of the tables below it."""
    kind: Kind | None = next((mark for mark in metadata if isinstance(mark, Kind)), None)
    below: type[Shape] | None = annotation if isinstance(annotation, type) and issubclass(annotation, Shape) else None
    marks = getattr(annotation, "__metadata__", ())
    for inner in get_args(annotation):
        if inner in marks:
            continue
        inner_kind, inner_shape = _kind_and_shape(inner, list(getattr(inner, "__metadata__", ())))
        kind, below = kind or inner_kind, below or inner_shape
    return kind, below


def _tell(
    docket: Docket, path: Path, owner: type[Shape], kind: Kind | None, fault: str, item: int | None, value: object
) -> None:
    """Say one fault in the words of its kind."""
    key = str(path[-1])
    if fault == "extra_forbidden":
        _tell_unknown_key(docket, path, owner)
    elif kind is Kind.DECIMAL:
        _tell_decimal(docket, path, value)
    elif kind is Kind.DAY:
        is_time = isinstance(value, datetime | time)
        docket.add(DayTimeProblem if is_time else DayProblem, path, value)
    elif kind is Kind.TEXT:
        docket.add(BlankTextProblem if isinstance(value, str) else TextProblem, path, value)
    elif kind is Kind.TEXTS and item is not None and isinstance(value, list):
        text = value[item]
        docket.add(BlankTextProblem if isinstance(text, str) else TextProblem, (*path, item), text)
    elif kind is Kind.CHOICE:
        _tell_choice(docket, path, owner, key, value)
    else:
        docket.add(_SIMPLE_KINDS[kind or Kind.TABLE], path, value)


_SIMPLE_KINDS: dict[Kind, type[Problem]] = {
    Kind.SIGNED_DECIMAL: SignedDecimalProblem,
    Kind.NUMBER: NumberProblem,
    Kind.AMOUNTS: AmountsProblem,
    Kind.TEXTS: TextsProblem,
    Kind.DAYS: DayCountProblem,
    Kind.MONTH: MonthProblem,
    Kind.MONTHS: MonthCountProblem,
    Kind.COUNT: PeriodCountProblem,
    Kind.DIGITS: DigitCountProblem,
    Kind.LIMIT: LimitValueProblem,
    Kind.DAY_LIST: DayListProblem,
    Kind.DAY_OF_YEAR: DayOfYearProblem,
    Kind.YEAR_AND_MONTH: YearAndMonthProblem,
    Kind.INDEX_VALUES: IndexValuesProblem,
    Kind.DAY_OF_MONTH: DayOfMonthProblem,
    Kind.INVOICE_DAY: InvoiceDayProblem,
    Kind.CADENCE: CadenceProblem,
    Kind.TWO_DAYS: TwoDaysProblem,
    Kind.FLAG: FlagProblem,
    Kind.TABLE: TableProblem,
    Kind.TABLES: TablesProblem,
}


def _tell_unknown_key(docket: Docket, path: Path, owner: type[Shape]) -> None:
    key = str(path[-1])
    if key.startswith(DUPLICATE_MARK):
        name = key.removeprefix(DUPLICATE_MARK)
        docket.add(RepeatedKeyProblem, (*path[:-1], name))
        docket.broken.add((*path[:-1], name))
        return
    hint = advice_on_key(owner, key) or suggest(key, owner.model_fields)
    docket.add(UnknownKeyProblem, path, remedy=hint or docket.advice)


def suggest(word: str, known: Iterable[str]) -> str:
    """A question that names the known word this one nearly is; empty where there is none."""
    close = get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return f'Did you mean "{close[0]}"?' if close else ""


def _tell_decimal(docket: Docket, path: Path, value: object) -> None:
    if isinstance(value, WrittenFloat):
        is_plain = _LONG_DECIMAL.fullmatch(value.text) is not None
        docket.add(FloatProblem, path, value, remedy=f'Write it as a string: "{value}".' if is_plain else "")
    elif (isinstance(value, int) and not isinstance(value, bool) and value < 0) or (
        isinstance(value, str) and _SIGNED_DECIMAL.fullmatch(value)
    ):
        docket.add(NegativeProblem, path, value)
    elif isinstance(value, int) or (isinstance(value, str) and _LONG_DECIMAL.fullmatch(value)):
        is_number = not isinstance(value, bool)
        docket.add(TooManyDigitsProblem if is_number else DecimalProblem, path, value)
    else:
        docket.add(DecimalProblem, path, value)


def _tell_choice(docket: Docket, path: Path, owner: type[Shape], key: str, value: object) -> None:
    choices = _choices_of(owner.model_fields[key].annotation)
    near = (advice_on_word(key, value) or suggest(value, choices)) if isinstance(value, str) else ""
    docket.add(ChoiceProblem, path, value, remedy=near or f"Write one of: {', '.join(choices)}.")


def _choices_of(annotation: object) -> tuple[str, ...]:
    """The words a choice may be."""
    if get_origin(annotation) is Literal:
        return tuple(str(word) for word in get_args(annotation))
    return tuple(word for inner in get_args(annotation) for word in _choices_of(inner))


def _value_at(table: object, path: Path) -> object:
    """The value as written at a path."""
    value: Any = table
    for key in path:
        value = value[key]
    return value


def _without(table: object, paths: set[Path]) -> object:
    """A copy of the tables without the keys at these paths; list items become empty tables, so that none moves."""
    if isinstance(table, dict):
        return {key: _without(value, _below(paths, key)) for key, value in table.items() if (key,) not in paths}
    if isinstance(table, list):
        return [{} if (index,) in paths else _without(value, _below(paths, index)) for index, value in enumerate(table)]
    return table


def _below(paths: set[Path], key: str | int) -> set[Path]:
    return {path[1:] for path in paths if path[0] == key and len(path) > 1}
