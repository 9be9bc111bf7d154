"""Single values of a contract: days, decimals, percents, and the term they make.

Comes in: values whose types are known from the shape. Goes out: dates, decimals and terms with exclusive ends; faults
go to the docket, once each. Must not know contracts or charges as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from billcheck.contracts.faults import DayProblem
from billcheck.errors import Problem
from billcheck.grammar import FIRST_YEAR, LAST_YEAR, parse_plain_decimal
from billcheck.period import ONE_DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.contracts.contract_shapes import CommitmentShape, ContractShape
    from billcheck.contracts.faults import Docket, Path
    from billcheck.contracts.kinds import Shape
    from billcheck.contracts.shapes import ChargeShape, DiscountShape

EARLIEST_DAY = date(FIRST_YEAR, 1, 1)
LATEST_DAY = date(LAST_YEAR, 12, 31)
"""Days outside these years are taken for slips of the pen; `billcheck.pricing.grid` prices no others."""

WHOLE = Decimal(100)


class MissingKeyProblem(Problem):
    """A required key is missing."""

    remedy = "Add it."


class KeyNotForModelProblem(Problem):
    """The key means nothing in a charge of this model."""

    remedy = "Take it out, or change the model."


class TwoEndsProblem(Problem):
    """Both end and last_day are given."""

    remedy = "Keep one: last_day is the last day itself, end the day after it."


class EndBeforeStartProblem(Problem):
    """The term ends before it has held a day."""

    remedy = "Check start, end and last_day; end is the day after the last."


class DayOutOfRangeProblem(Problem):
    """The day is outside the years 1900 to 2199."""

    remedy = "Check the year; where a term is open, leave its end out."


class OutsideTermProblem(Problem):
    """The day is outside the term."""

    remedy = "Check the year, or widen the term: a contract may start before its charges do."


class PercentProblem(Problem):
    """A percent is from 0 to 100."""

    remedy = 'Write 21 % as "21".'


@dataclass(frozen=True, slots=True)
class Term:
    """From `start` (inclusive) to `end` (exclusive).

    None stands for open; where `is_known` is false it may also stand for a day whose fault was told, and nothing should
    be judged by the term. `names_end` says that the end was written as such, not as the last day.
    """

    start: date | None
    end: date | None
    is_known: bool = True
    names_end: bool = False

    def holds(self, day: date) -> bool:
        """Whether the day is in the term, or may be as far as is known."""
        if not self.is_known:
            return True
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def __str__(self) -> str:
        return f"from {self.start}" if self.end is None else f"{self.start} to {self.end - ONE_DAY}"


@lru_cache(maxsize=16_384)
def read_decimal(value: str | int | None) -> Decimal | None:
    """The decimal of a text or number that keeps the grammar; None for None."""
    if value is None:
        return None
    return parse_plain_decimal(value) if isinstance(value, str) else Decimal(value)


def read_percent(docket: Docket, path: Path, value: str | int | None) -> Decimal | None:
    """A percent from 0 to 100, else a fault."""
    percent = read_decimal(value)
    if percent is not None and percent > WHOLE:
        docket.add(PercentProblem, path, value)
        return None
    return percent


def read_day(docket: Docket, path: Path, value: date | str | None) -> date | None:
    """A day that exists in the years that can be priced, else a fault."""
    if value is None:
        return None
    day, is_in_range = _day_of(value)
    if is_in_range:
        return day
    if day is None:
        docket.add(DayProblem, path, value, what="There is no such day in the calendar.", remedy="Check the date.")
    else:
        docket.add(DayOutOfRangeProblem, path, value)
    docket.broken.add(path)
    return None


@lru_cache(maxsize=16_384)
def _day_of(value: date | str) -> tuple[date | None, bool]:
    """The day, the same object for equal values, None where it does not exist; and whether it can be priced."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return None, False
    return day, EARLIEST_DAY <= day <= LATEST_DAY


def read_term(
    docket: Docket,
    prefix: Path,
    shape: ContractShape | ChargeShape | CommitmentShape | DiscountShape,
    *,
    within: Term | None = None,
) -> Term:
    """The term of a table with start, end and last_day.

    Args:
        docket: Where faults go.
        prefix: The table's path.
        shape: The table.
        within: A wider term that gives what is absent, and that the table's own must not leave.
    """
    if (
        within is not None
        and shape.start is None
        and shape.end is None
        and shape.last_day is None
        and not docket.broken
    ):
        return within
    start = read_day(docket, (*prefix, "start"), shape.start)
    end = read_day(docket, (*prefix, "end"), shape.end)
    last_day = read_day(docket, (*prefix, "last_day"), shape.last_day)
    end_key = "end" if last_day is None else "last_day"
    if shape.end is not None and shape.last_day is not None:
        docket.add(TwoEndsProblem, (*prefix, "last_day"), shape.last_day)
        docket.broken.add((*prefix, "last_day"))
    elif last_day is not None:
        end = last_day + ONE_DAY
    names_end = end is not None and last_day is None
    is_known = not docket.broken or not any(docket.is_broken(*prefix, key) for key in ("start", "end", "last_day"))
    if within is not None:
        if is_known and within.is_known:
            _judge_within(docket, prefix, (start, end, end_key), within)
        is_known = is_known and within.is_known
        start = within.start if start is None else start
        names_end = within.names_end if end is None else names_end
        end = within.end if end is None else end
    if is_known and start is not None and end is not None and end <= start:
        written = shape.end if end_key == "end" else shape.last_day
        docket.add(EndBeforeStartProblem, (*prefix, end_key if written is not None else "start"), written or start)
        is_known = False
    return Term(start, end, is_known, names_end)


def _judge_within(docket: Docket, prefix: Path, own: tuple[date | None, date | None, str], within: Term) -> None:
    """A charge's own days must not leave the contract's term."""
    start, end, end_key = own
    outside = []
    if start is not None and within.start is not None and start < within.start:
        outside.append(("start", start))
    if end is not None and within.end is not None and end > within.end:
        outside.append((end_key, end if end_key == "end" else end - ONE_DAY))
    for key, day in outside:
        what = f"The day is outside the contract's term ({within})."
        docket.add(OutsideTermProblem, (*prefix, key), day, what=what)


def require(docket: Docket, path: Path, value: object, shape: Shape) -> None:
    """A fault where the value of this key of a shape is absent and nothing was said about it yet."""
    if value is None and not docket.is_broken(*path):
        key = str(path[-1])
        examples = type(shape).model_fields[key].examples or ()
        example = f"Add it, for example {key} = {_toml(examples[0])}." if examples else ""
        docket.add(MissingKeyProblem, path, remedy=example)


def _toml(example: object) -> str:
    """An example as a contract file would have it."""
    if isinstance(example, list):
        return f"[{', '.join(_toml(item) for item in example)}]"
    if isinstance(example, dict):
        return f"{{ {', '.join(f'{key} = {_toml(value)}' for key, value in example.items())} }}"
    if isinstance(example, int):
        return str(example)
    return f'"{example}"'


def refuse_foreign(docket: Docket, prefix: Path, shape: Shape, model: str, keys: Iterable[str]) -> None:
    """A fault for each of these keys that is present."""
    if shape.model_fields_set.isdisjoint(keys):
        return
    for key in keys:
        value = getattr(shape, key)
        if value is not None and value != []:
            what = f"A {model} charge knows no {key} here."
            docket.add(
                KeyNotForModelProblem, (*prefix, key), value if isinstance(value, str | int) else None, what=what
            )


AnyShape = TypeVar("AnyShape", bound="Shape")


def tables_of(docket: Docket, path: Path, shapes: list[AnyShape]) -> Iterator[tuple[Path, AnyShape]]:
    """The tables of a list with their paths, without those that were no tables."""
    for index, shape in enumerate(shapes):
        if not docket.is_broken(*path, index):
            yield (*path, index), shape


@lru_cache(maxsize=4096)
def shared(text: str) -> str:
    """The same object for equal texts: the names and codes of many charges are few."""
    return text


@lru_cache(maxsize=4096)
def fold(name: str) -> str:
    """A name with case and runs of spaces folded."""
    return " ".join(name.casefold().split())


def forget() -> None:
    """Let go of what was remembered for the sake of the next contract, once there is none."""
    for remembered in (read_decimal, _day_of, shared, fold):
        remembered.cache_clear()
