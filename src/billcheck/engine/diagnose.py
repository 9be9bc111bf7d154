"""Which wrong terms would have produced these invoices? The likely causes of the differences of one charge.

Comes in: a charge with its schedule and the judged rows of its periods. Goes out: for each row that some cause
explains, that cause. Two kinds of hypotheses are held against the rows: the plausible mistakes that the charge's own
terms invite, priced like any charge, and simple fractions of the agreed amount. The run of rows is cut into segments
(correct, explained by one hypothesis, unexplained) so that the least rows stay unexplained, then with the fewest
segments. Whatever nothing explains gets no cause. Must not know documents, texts or how rows are shown.

A fraction is arithmetic that anyone can check, so over several rows it is stated as it is. A mistake is an inference:
where all its rows show one and the same pair of agreed and billed, it is only "consistent with" them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction as Rational
from functools import lru_cache
from math import gcd
from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.outlook import find_outlook
from billcheck.findings import JUDGED, Cause, Status
from billcheck.period import ONE_DAY, period_label
from billcheck.pricing.combined import CombinedSchedule
from billcheck.pricing.mistakes import plausible_mistakes
from billcheck.pricing.schedule import make_schedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from billcheck.contracts.terms import Charge, Contract
    from billcheck.engine.diff import JudgedRow
    from billcheck.pricing.mistake import Mistake
    from billcheck.pricing.schedule import Schedule

MOST_PARTS = 12
"""Fractions of the agreed amount are looked for with up to this numerator and denominator."""

MOST_PARTS_OF_ONE_ROW = 4
"""A single row suggests a fraction only with a denominator up to this: some fraction fits nearly every amount."""

_CORRECT = frozenset({Status.OK, Status.ROUNDING, Status.SETTLED})


class Fraction(NamedTuple):
    """A part of the agreed amount in lowest terms; the simplest one sorts first."""

    denominator: int
    numerator: int


Hypothesis = Fraction | int
"""A fraction of the agreed amount, or the position of a plausible mistake."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One judged row, or several in sequence that the same hypotheses fit.

    `rows` are positions among the judged rows. `different` holds those of them that are not billed as agreed, and
    `fractional` those of these that a fraction may explain: money was billed.
    """

    rows: tuple[int, ...]
    different: tuple[int, ...]
    fractional: tuple[int, ...]
    mistakes: frozenset[int]
    fractions: frozenset[Fraction] | None
    """None where every fraction fits, since the row says nothing about one."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of cells under the hypotheses that explain all of it; none where it is correct or unexplained.

    `explained` holds the rows that are not billed as agreed and that the hypotheses account for.
    """

    explained: tuple[int, ...] = ()
    mistakes: frozenset[int] = frozenset()
    fraction: Fraction | None = None


def diagnose(
    contract: Contract, charge: Charge, schedule: Schedule, rows: Sequence[JudgedRow]
) -> dict[int, tuple[Cause, ...]]:
    """The likely causes of the differences of one charge.

    Args:
        contract: The contract of the charge.
        charge: The charge as agreed.
        schedule: Its expected charges; the rows' `period` points into it.
        rows: The judged rows in schedule order. Rows that are not judged, were billed twice, in another currency, or
            credited afterwards say nothing about the terms and are passed over, as are periods that were not billed.

    Returns:
        Period to causes, for the periods with a cause. A run of periods shares one `Cause`; its amount is the sum of
        their shortfalls. Equally good explanations are one cause that names them all.
    """
    return diagnose_with_outlook(contract, charge, schedule, rows, None).causes


class Diagnosed(NamedTuple):
    """The causes of a charge by period, and what its coming period would be billed at by the latest of them.

    `coming` is in minor units; None where the latest cause does not tell, where there is none, or where no period was
    asked about.
    """

    causes: dict[int, tuple[Cause, ...]]
    coming: int | None = None


def diagnose_with_outlook(
    contract: Contract, charge: Charge, schedule: Schedule, rows: Sequence[JudgedRow], coming: int | None
) -> Diagnosed:
    """The likely causes as `diagnose` gives them, and what they make of a coming period (an index of the schedule)."""
    if all(row.expected == row.billed for row in rows):
        return Diagnosed({})
    diagnosis = _Diagnosis(contract, charge, schedule, rows)
    segments = diagnosis.explained()
    outlook = diagnosis.outlook(segments[-1], coming) if segments and coming is not None else None
    return Diagnosed({period: found for segment in segments for period, found in diagnosis.causes(segment)}, outlook)


class _Diagnosis:
    """Holds the hypotheses about one charge against its rows."""

    def __init__(self, contract: Contract, charge: Charge, schedule: Schedule, rows: Sequence[JudgedRow]) -> None:
        self._contract = contract
        self._schedule = schedule
        self._rows = rows
        # Of several charges together no single one's mistakes can be told.
        is_single = not isinstance(schedule, CombinedSchedule)
        last_due = max((schedule.due_days[row.period] for row in rows if row.status in JUDGED), default=0)
        until = date.fromordinal(last_due) if last_due else None
        self._mistakes = plausible_mistakes(contract, charge, until) if is_single else ()
        self._predictions = [self._predict(mistake) for mistake in self._mistakes]
        self._judged_cells = self._cells()

    def explained(self) -> list[Segment]:
        """The runs of differences that something explains, in order."""
        return [segment for segment in _segments(self._judged_cells) if segment.explained]

    def causes(self, segment: Segment) -> Iterator[tuple[int, tuple[Cause, ...]]]:
        """The periods of a run of differences, all with the one cause of it."""
        is_last = segment.explained[-1] == _last_of(self._judged_cells, segment)
        cause = (self._cause(segment, is_last=is_last),)
        return ((self._rows[row].period, cause) for row in segment.explained)

    def outlook(self, segment: Segment, coming: int) -> int | None:
        """What a coming period would be billed at by the cause of a run of differences; None where that is open."""
        charges = [self._mistakes[number].charge for number in sorted(segment.mistakes)]
        share = segment.fraction and Rational(segment.fraction.numerator, segment.fraction.denominator)
        return find_outlook(self._contract, self._schedule, coming, charges, share)

    def _predict(self, mistake: Mistake) -> dict[tuple[int, int, bool], int]:
        """What the charge with the mistake would have billed for the same periods."""
        last_due = max(self._schedule.due_days[row.period] for row in self._rows)
        mistaken = make_schedule(self._contract, mistake.charge, date.fromordinal(last_due))
        keys = zip(mistaken.first_days, mistaken.ends, mistaken.changes, strict=True)
        return dict(zip(keys, mistaken.amounts, strict=True))

    def _cells(self) -> list[Cell]:
        """The rows that say something about the terms, equal neighbours together."""
        cells: list[Cell] = []
        for position, row in enumerate(self._rows):
            if row.status not in JUDGED or row.is_duplicate or row.is_foreign or row.credited:
                continue
            cell = self._cell(position, row)
            if cell is None:
                continue
            last = cells[-1] if cells else None
            if last and _is_alike(last, cell):
                cell = Cell(
                    last.rows + cell.rows,
                    last.different + cell.different,
                    last.fractional + cell.fractional,
                    cell.mistakes,
                    cell.fractions,
                )
                cells[-1] = cell
            else:
                cells.append(cell)
        return cells

    def _cell(self, position: int, row: JudgedRow) -> Cell | None:
        schedule, period = self._schedule, row.period
        key = schedule.first_days[period], schedule.ends[period], schedule.changes[period]
        absent = 0 if schedule.changes[period] else None  # a forgotten change makes no row of its own
        mistakes = frozenset(
            number for number, amounts in enumerate(self._predictions) if amounts.get(key, absent) == row.billed
        )
        own = (position,)
        is_unbilled = row.billed == 0 and row.expected != 0
        if is_unbilled:
            # A change that was never billed fits a mistake; a period that was never billed fits no rate at all.
            return Cell(own, own, (), mistakes, None) if mistakes and schedule.changes[period] else None
        fractions = frozenset(fitting_fractions(row.expected, row.billed)) if row.expected or row.billed else None
        if row.status in _CORRECT:
            return Cell(own, (), (), mistakes, fractions)
        return Cell(own, own, own, mistakes, fractions)

    def _cause(self, segment: Segment, *, is_last: bool) -> Cause:
        rows = [self._rows[row] for row in segment.explained]
        support = len({(row.expected, row.billed) for row in rows})
        first_day = date.fromordinal(min(self._schedule.first_days[row.period] for row in rows))
        end = date.fromordinal(max(self._schedule.ends[row.period] for row in rows))
        last_day = end - ONE_DAY
        positions = segment.explained
        between = self._rows[positions[0] : positions[-1] + 1]
        has_right_ones = any(row.expected and row.status in _CORRECT for row in between)
        extent = _extent(first_day, last_day, len(rows), is_last=is_last, has_right_ones=has_right_ones)
        mistakes = [self._mistakes[number] for number in sorted(segment.mistakes)]
        code, sentence = _word(mistakes, segment.fraction, extent, support=support, rows=len(rows))
        amount = sum(row.expected - row.billed for row in rows)
        group = _group(mistakes, segment.fraction)
        return Cause(code, sentence, first_day, last_day, self._contract.currency, amount, support, group)


def _is_alike(one: Cell, other: Cell) -> bool:
    return (
        bool(one.different) == bool(other.different)
        and bool(one.fractional) == bool(other.fractional)
        and one.mistakes == other.mistakes
        and one.fractions == other.fractions
    )


def _last_of(cells: Sequence[Cell], segment: Segment) -> int:
    """The last row that could have shown the same difference; periods that were not billed show no rate."""
    return max(cell.rows[-1] for cell in cells if segment.mistakes or cell.fractional or not cell.different)


def _segments(cells: Sequence[Cell]) -> list[Segment]:
    """The cells cut into segments: least unexplained rows, then fewest segments, then the longest later ones."""
    best: list[tuple[int, int]] = [(0, 0)]
    starts: list[int] = []
    for end in range(1, len(cells) + 1):
        cost, start = min(
            ((best[start][0] + unexplained, best[start][1] + 1), start)
            for start, unexplained in _unexplained_to(cells, end)
        )
        best.append(cost)
        starts.append(start)
    segments = []
    end = len(cells)
    while end:
        segments.append(_segment(cells[starts[end - 1] : end]))
        end = starts[end - 1]
    return segments[::-1]


def _unexplained_to(cells: Sequence[Cell], end: int) -> Iterator[tuple[int, int]]:
    """For every segment that ends at `end`: where it starts, and how many billed rows no hypothesis explains."""
    mistakes, fractions = cells[end - 1].mistakes, cells[end - 1].fractions
    billed = 0
    for start in range(end - 1, -1, -1):
        cell = cells[start]
        billed += len(cell.fractional)
        mistakes &= cell.mistakes
        fractions = _both(fractions, cell.fractions)
        is_explained = bool(mistakes) or _simplest(fractions, billed) is not None
        yield start, 0 if is_explained else billed


def _segment(cells: Sequence[Cell]) -> Segment:
    """What explains a run of cells as a whole."""
    different = [index for index, cell in enumerate(cells) if cell.different]
    if not different:
        return Segment()
    mistakes = frozenset.intersection(*(cell.mistakes for cell in cells))
    # A fraction is held against the rows from the first to the last that differ: a mistake also fits correct ones.
    inner = cells[different[0] : different[-1] + 1]
    fractions: frozenset[Fraction] | None = None
    for cell in inner:
        fractions = _both(fractions, cell.fractions)
    billed = tuple(row for cell in inner for row in cell.fractional)
    rows = tuple(row for cell in inner for row in cell.different)
    fraction = _simplest(fractions, len(billed))
    if mistakes:
        # No other name for a mistake that explains more than a fraction can.
        return Segment(rows, mistakes, fraction if len(billed) == len(rows) else None)
    return Segment(billed, mistakes, fraction) if fraction else Segment()


def _both(some: frozenset[Fraction] | None, others: frozenset[Fraction] | None) -> frozenset[Fraction] | None:
    """The fractions in both; None stands for all of them."""
    if some is None:
        return others
    return some if others is None else some & others


def _simplest(fractions: frozenset[Fraction] | None, rows: int) -> Fraction | None:
    """The simplest of the fractions that fit this many billed rows, or None where they are too few to suggest one."""
    simplest = min(fractions or (), default=None)
    if simplest is None or rows == 0 or (rows == 1 and simplest.denominator > MOST_PARTS_OF_ONE_ROW):
        return None
    return simplest


@lru_cache(maxsize=4096)
def fitting_fractions(expected: int, billed: int) -> tuple[Fraction, ...]:
    """The fractions that turn one amount into the other when rounded half-up to whole minor units, simplest first.

    Numerator and denominator are at most 12. Empty where the amounts are equal, zero or of unlike sign.
    """
    if expected == billed or (expected > 0) != (billed > 0) or not expected or not billed:
        return ()
    whole, part = 2 * abs(expected), 2 * abs(billed)
    found = []
    for denominator in range(1, MOST_PARTS + 1):
        # part - 1 <= whole × numerator / denominator < part + 1, in doubled minor units
        least = -(-(part - 1) * denominator // whole)
        most = -(-(part + 1) * denominator // whole) - 1
        found += [
            Fraction(denominator, numerator)
            for numerator in range(max(least, 1), min(most, MOST_PARTS) + 1)
            if gcd(numerator, denominator) == 1 and numerator != denominator
        ]
    return tuple(found)


def _extent(first_day: date, last_day: date, rows: int, *, is_last: bool, has_right_ones: bool) -> str:
    if rows == 1:
        return f"in {period_label(first_day, last_day)}"
    if has_right_ones:
        return f"in {rows} periods from {first_day:%Y-%m} to {last_day:%Y-%m}"
    return f"since {first_day:%Y-%m}" if is_last else f"from {first_day:%Y-%m} to {last_day:%Y-%m}"


def _word(
    mistakes: Sequence[Mistake], fraction: Fraction | None, extent: str, *, support: int, rows: int
) -> tuple[str, str]:
    """The code of a cause and its sentence; explanations that tie are all named."""
    code, part = _word_fraction(fraction) if fraction else ("", "")
    names = " or ".join(dict.fromkeys(mistake.sentence for mistake in mistakes))
    codes = "_or_".join(dict.fromkeys(mistake.code for mistake in mistakes))
    if not mistakes:
        stated = f"billed at {part} {extent}" if rows > 1 else f"consistent with {part} {extent}"
        return code, stated
    if support > 1:
        tie = f" or billed at {part}" if part else ""
        return (f"{codes}_or_{code}" if part else codes), f"{names}{tie}, {extent}"
    if part and rows > 1:
        return f"{codes}_or_{code}", f"billed at {part} {extent}, consistent with: {names}"
    tie = f" or billed at {part}" if part else ""
    return (f"{codes}_or_{code}" if part else codes), f"consistent with: {names}{tie}, {extent}"


def _group(mistakes: Sequence[Mistake], fraction: Fraction | None) -> str:
    """The explanations, without what belongs to one contract alone."""
    names = [mistake.group for mistake in mistakes]
    names += [f"billed at {_word_fraction(fraction)[1]}"] if fraction else []
    return " or ".join(dict.fromkeys(names))


def _word_fraction(fraction: Fraction) -> tuple[str, str]:
    denominator, numerator = fraction
    if (numerator, denominator) == (1, 2):
        return "half_rate", "half the agreed amount"
    if (numerator, denominator) == (2, 1):
        return "double_rate", "double the agreed amount"
    if denominator == 1:
        return "multiple_rate", f"{numerator} times the agreed amount"
    code = "part_rate" if numerator < denominator else "multiple_rate"
    return code, f"{numerator}/{denominator} of the agreed amount"
