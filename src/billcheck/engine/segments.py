"""The run of periods of one charge, cut into segments: correct, explained by one hypothesis, or unexplained.

Comes in: per period what each hypothesis makes of it. Goes out: the segments that leave the least unexplained, and of
these the fewest. A hypothesis is a mistake or a pair of mistakes, by number, or a fraction of the agreed amount. Must
not know what a mistake is, nor how a cause is worded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.patterns import Fraction, both, simplest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEAST_ROWS_OF_PAIR = 3
LEAST_AMOUNTS_OF_PAIR = 2
"""Two mistakes at once are believed only on so many periods, with so many different pairs of agreed and billed."""

Pair = tuple[int, int]
"""What was agreed and what was billed, in minor units."""


class Cell(NamedTuple):
    """One judged row, or several in sequence of which the same holds.

    `rows` are positions among the judged rows. `billed` are those of them that were billed, but not as agreed, and
    `pairs` their different amounts. `mistakes` holds the mistakes that would have billed exactly this, and `fractions`
    the fractions; None where the row says nothing about them. A row that should have been billed and was not speaks
    against none: an invoice may just be missing. `unbilled` are such rows where some mistakes would have billed nothing
    too, and those are its `mistakes`. Of these `leading` are those before anything was billed: there something did not
    begin, while one between others may be an invoice that was left out.
    """

    rows: tuple[int, ...]
    billed: tuple[int, ...]
    unbilled: tuple[int, ...]
    pairs: frozenset[Pair]
    mistakes: frozenset[int]
    fractions: frozenset[Fraction] | None
    leading: int = 0

    def is_like(self, other: Cell) -> bool:
        """Whether the same holds of the other's rows."""
        return (
            bool(self.billed) == bool(other.billed)
            and bool(self.unbilled) == bool(other.unbilled)
            and bool(self.leading) == bool(other.leading)
            and self.mistakes == other.mistakes
            and self.fractions == other.fractions
        )

    def joined(self, later: Cell) -> Cell:
        """Both as one."""
        return Cell(
            self.rows + later.rows,
            self.billed + later.billed,
            self.unbilled + later.unbilled,
            self.pairs | later.pairs,
            self.mistakes,
            self.fractions,
            self.leading + later.leading,
        )


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of rows and the hypotheses that explain all of it equally well.

    `explained` holds the rows that are not billed as agreed and that they account for. Where there are none of either,
    `unexplained` holds the rows that nothing accounts for.
    """

    explained: tuple[int, ...] = ()
    mistakes: tuple[int, ...] = ()
    fraction: Fraction | None = None
    unexplained: tuple[int, ...] = ()


_SEGMENTS_OF_PAIR = 3
"""Where one mistake after the other explains as much as two at once, that is preferred."""


class _Cost(NamedTuple):
    """What a way of cutting costs, summed over its segments; the first field that differs decides.

    Rows left unexplained that were billed, or that lead; causes, of which two mistakes at once are two; segments; and
    other rows that were not billed, where some mistake would explain that and none does.
    """

    unexplained: int
    causes: int
    segments: int
    unbilled: int


class _Stretch:
    """The cells of a possible segment, taken in from the last to the first."""

    def __init__(self, first_pair: int) -> None:
        self._first_pair = first_pair
        self.cells: list[Cell] = []
        self.mistakes: frozenset[int] | None = None
        self._fractions: frozenset[Fraction] | None = None
        self._billed = 0
        self._unbilled = 0
        self._leading = 0
        self._pairs: frozenset[Pair] = frozenset()

    def take(self, cell: Cell) -> None:
        """Let the segment begin one cell earlier."""
        self.cells.append(cell)
        if cell.unbilled:
            self._unbilled += len(cell.unbilled)
            self._leading += cell.leading
            return
        self.mistakes = cell.mistakes if self.mistakes is None else self.mistakes & cell.mistakes
        self._fractions = both(self._fractions, cell.fractions)
        self._billed += len(cell.billed)
        self._pairs |= cell.pairs

    def fitting(self) -> frozenset[int]:
        """The mistakes that explain it, or else the pairs of mistakes."""
        found = self.mistakes
        if found is None:
            found = frozenset[int]().union(*(cell.mistakes for cell in self.cells))
        singles = frozenset(number for number in found if number < self._first_pair)
        if singles or self._billed < LEAST_ROWS_OF_PAIR or len(self._pairs) < LEAST_AMOUNTS_OF_PAIR:
            return singles
        return found

    def unbilled_by(self, mistake: int) -> tuple[int, ...]:
        """The rows, latest first, that were not billed and would not have been by the mistake."""
        return tuple(row for cell in self.cells if mistake in cell.mistakes for row in reversed(cell.unbilled))

    def cost(self) -> _Cost:
        """What the segment costs at best."""
        fitting = self.fitting()
        if not fitting:
            is_fraction = simplest(self._fractions, self._billed) is not None
            left = self._leading + (0 if is_fraction else self._billed)
            return _Cost(left, 1 if is_fraction else 0, 1, self._unbilled)
        if min(fitting) >= self._first_pair:
            causes, segments = 2, _SEGMENTS_OF_PAIR
        else:
            causes, segments = 1, 1
        if not self._unbilled:
            return _Cost(0, causes if self._billed else 0, segments, 0)
        return min(
            _Cost(
                self._leading - leading, causes if self._billed or unbilled else 0, segments, self._unbilled - unbilled
            )
            for unbilled, leading in map(self._explained_by, fitting)
        )

    def _explained_by(self, mistake: int) -> tuple[int, int]:
        """How many rows that were not billed a mistake explains, and how many of them lead."""
        cells = [cell for cell in self.cells if mistake in cell.mistakes]
        return sum(len(cell.unbilled) for cell in cells), sum(cell.leading for cell in cells)


def cut(cells: Sequence[Cell], first_pair: int) -> list[Segment]:
    """The cells cut into segments: least unexplained rows, fewest causes, fewest segments, the longest later ones.

    Args:
        cells: The rows that say something, in order.
        first_pair: Mistakes from this number on are two at once; they count as two causes.
    """
    best: list[_Cost] = [_Cost(0, 0, 0, 0)]
    starts: list[int] = []
    for end in range(1, len(cells) + 1):
        cost, start = min(_ways_to(cells, end, best, first_pair))
        best.append(cost)
        starts.append(start)
    segments = []
    end = len(cells)
    while end:
        segments.append(_segment(cells[starts[end - 1] : end], first_pair))
        end = starts[end - 1]
    return segments[::-1]


def _ways_to(cells: Sequence[Cell], end: int, best: Sequence[_Cost], first_pair: int) -> Iterator[tuple[_Cost, int]]:
    """For every segment that ends at `end`: the cost of all up to it, and where it starts."""
    stretch = _Stretch(first_pair)
    for start in range(end - 1, -1, -1):
        stretch.take(cells[start])
        yield _Cost(*map(sum, zip(best[start], stretch.cost(), strict=True))), start


def _segment(cells: Sequence[Cell], first_pair: int) -> Segment:
    """What explains a run of cells as a whole."""
    stretch = _Stretch(first_pair)
    for cell in reversed(cells):
        stretch.take(cell)
    billed = [row for cell in cells for row in cell.billed]
    fitting = stretch.fitting()
    unbilled = {mistake: stretch.unbilled_by(mistake) for mistake in sorted(fitting)}
    most = max(unbilled.values(), key=len, default=())
    if fitting and (billed or most):
        mistakes = tuple(mistake for mistake, rows in unbilled.items() if rows == most)
        # No other name for a mistake that explains more than a fraction can.
        fraction = None if most else _fraction_of(cells)
        return Segment(tuple(sorted([*billed, *most])), mistakes, fraction)
    fraction = _fraction_of(cells)
    if fraction:
        return Segment(tuple(billed), (), fraction)
    return Segment(unexplained=tuple(billed))


def _fraction_of(cells: Sequence[Cell]) -> Fraction | None:
    """The fraction that fits the rows from the first to the last that differ: a mistake also fits correct ones."""
    different = [index for index, cell in enumerate(cells) if cell.billed]
    if not different:
        return None
    inner = cells[different[0] : different[-1] + 1]
    fractions: frozenset[Fraction] | None = None
    for cell in inner:
        fractions = fractions if cell.unbilled else both(fractions, cell.fractions)
    return simplest(fractions, sum(len(cell.billed) for cell in inner))
