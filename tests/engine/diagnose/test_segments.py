"""How a run of periods is cut: by hand, and against trying every way."""

from __future__ import annotations

from itertools import combinations, pairwise
from random import Random
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.engine.patterns import Fraction
from billcheck.engine.segments import Cell, Segment, cut

if TYPE_CHECKING:
    from collections.abc import Sequence

HALF, THIRD, FIFTH = Fraction(2, 1), Fraction(3, 1), Fraction(5, 1)
NEVER_A_PAIR = 99


def cells(*wanted: tuple[str, set[int]] | tuple[str, set[int], set[Fraction]]) -> list[Cell]:
    """One cell per row: "ok", "bad" (billed otherwise) or "none" (not billed), and the mistakes that fit it."""
    made = []
    for row, (kind, mistakes, *fractions) in enumerate(wanted):
        parts = frozenset(fractions[0]) if fractions else frozenset[Fraction]()
        made.append(
            Cell(
                (row,),
                (row,) if kind == "bad" else (),
                (row,) if kind == "none" else (),
                frozenset({(100, row)}) if kind == "bad" else frozenset(),
                frozenset(mistakes),
                None if kind == "none" else parts,
            )
        )
    return made


def explained(found: list[Segment]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(segment.explained, segment.mistakes) for segment in found if segment.explained]


def test_one_mistake_that_also_fits_right_rows_is_one_segment() -> None:
    found = cut(cells(("ok", {0, 1}), ("bad", {0}), ("bad", {0, 1}), ("ok", {1})), NEVER_A_PAIR)
    assert explained(found) == [((1, 2), (0,))]


def test_a_cause_may_change() -> None:
    found = cut(cells(("bad", {0}), ("bad", {0}), ("bad", {1}), ("bad", {1, 0})), NEVER_A_PAIR)
    assert explained(found) == [((0, 1), (0,)), ((2, 3), (1,))]


def test_all_that_fit_the_whole_segment_are_named() -> None:
    found = cut(cells(("bad", {0, 2, 3}), ("bad", {0, 3})), NEVER_A_PAIR)
    assert explained(found) == [((0, 1), (0, 3))]


def test_least_unexplained_comes_before_fewest() -> None:
    found = cut(cells(("bad", {0}), ("bad", set()), ("bad", {0})), NEVER_A_PAIR)
    assert explained(found) == [((0,), (0,)), ((2,), (0,))]
    assert [segment.unexplained for segment in found] == [(), (1,), ()]


def test_a_row_that_was_not_billed_speaks_against_none() -> None:
    found = cut(cells(("bad", {0}), ("none", {1}), ("bad", {0})), NEVER_A_PAIR)
    assert explained(found) == [((0, 2), (0,))]


def test_a_row_that_was_not_billed_is_explained_by_what_bills_nothing() -> None:
    found = cut(cells(("ok", {0, 1}), ("none", {1}), ("none", {1, 2}), ("ok", {1})), NEVER_A_PAIR)
    assert explained(found) == [((1, 2), (1,))]
    assert explained(cut(cells(("none", {1}), ("none", {1, 2})), NEVER_A_PAIR)) == [((0, 1), (1,))]


def test_of_mistakes_that_fit_those_that_explain_more_unbilled_rows() -> None:
    found = cut(cells(("bad", {0, 1, 2}), ("none", {1, 2}), ("bad", {0, 1, 2})), NEVER_A_PAIR)
    assert explained(found) == [((0, 1, 2), (1, 2))]


def test_a_fraction_is_no_other_name_where_a_mistake_explains_more() -> None:
    more = cut(cells(("bad", {0}, {HALF}), ("none", {0}), ("bad", {0}, {HALF})), NEVER_A_PAIR)
    assert [(segment.mistakes, segment.fraction) for segment in more] == [((0,), None)]
    equal = cut(cells(("bad", {0}, {HALF, THIRD}), ("bad", {0}, {HALF})), NEVER_A_PAIR)
    assert [(segment.mistakes, segment.fraction) for segment in equal] == [((0,), HALF)]


def test_a_fraction_passes_over_what_was_not_billed() -> None:
    found = cut(cells(("bad", set(), {HALF}), ("none", {1}), ("bad", set(), {HALF})), NEVER_A_PAIR)
    assert [(segment.explained, segment.fraction) for segment in found] == [((0, 2), HALF)]


def test_a_right_row_ends_a_fraction() -> None:
    found = cut(cells(("bad", set(), {HALF}), ("ok", set()), ("bad", set(), {HALF})), NEVER_A_PAIR)
    assert [segment.explained for segment in found if segment.fraction] == [(0,), (2,)]


def test_two_at_once_need_three_rows_and_two_amounts() -> None:
    pair = ("bad", {5})
    assert explained(cut(cells(pair, pair, pair), 5)) == [((0, 1, 2), (5,))]
    assert explained(cut(cells(pair, pair), 5)) == []
    alike = [cell._replace(pairs=frozenset({(100, 50)})) for cell in cells(pair, pair, pair)]
    assert explained(cut(alike, 5)) == []


def test_one_mistake_comes_before_two_at_once() -> None:
    both = ("bad", {0, 5})
    assert explained(cut(cells(both, both, both), 5)) == [((0, 1, 2), (0,))]
    # Two at once count as two: one after the other is no more.
    found = cut(cells(("bad", {0, 5}), ("bad", {0, 5}), ("bad", {1, 5}), ("bad", {1, 5})), 5)
    assert explained(found) == [((0, 1), (0,)), ((2, 3), (1,))]
    # Three one after the other are more.
    found = cut(cells(("bad", {0, 5}), ("bad", {1, 5}), ("bad", {2, 5})), 5)
    assert explained(found) == [((0, 1, 2), (5,))]


def test_nothing_to_cut() -> None:
    assert cut([], 0) == []
    assert cut(cells(("ok", set())), 0) == [Segment()]


some_cells = st.lists(
    st.tuples(st.sampled_from(["ok", "bad", "bad"]), st.sets(st.integers(0, 2), max_size=2)), min_size=1, max_size=7
)


@given(some_cells)
def test_no_other_way_leaves_less_unexplained_or_has_fewer_segments(wanted: list[tuple[str, set[int]]]) -> None:
    run = cells(*wanted)

    def cost(bounds: tuple[int, ...]) -> tuple[int, int, int]:
        edges = [0, *bounds, len(run)]
        unexplained = causes = 0
        for start, end in pairwise(edges):
            part = run[start:end]
            billed = sum(len(cell.billed) for cell in part)
            if not frozenset.intersection(*(cell.mistakes for cell in part)):
                unexplained += billed
            elif billed:
                causes += 1
        return unexplained, causes, len(edges) - 1

    best = min(cost(bounds) for count in range(len(run)) for bounds in combinations(range(1, len(run)), count))
    found = cut(run, NEVER_A_PAIR)
    causes = sum(bool(segment.explained) for segment in found)
    assert (sum(len(segment.unexplained) for segment in found), causes, len(found)) == best


def test_cells_are_alike_only_in_everything_that_is_held_of_them() -> None:
    (bad,) = cells(("bad", {0}, {HALF}))
    assert bad.is_like(bad._replace(rows=(7,), pairs=frozenset({(1, 2)})))
    for other in (
        bad._replace(billed=()),
        bad._replace(unbilled=(0,)),
        bad._replace(leading=1),
        bad._replace(mistakes=frozenset({1})),
        bad._replace(fractions=frozenset({THIRD})),
    ):
        assert not bad.is_like(other)
        assert not other.is_like(bad)


def test_joined_cells_hold_the_rows_and_pairs_of_both() -> None:
    one, other = cells(("bad", {0}), ("bad", {0}))
    both = one.joined(other)
    assert (both.rows, both.billed, both.pairs) == ((0, 1), (0, 1), frozenset({(100, 0), (100, 1)}))


def test_rows_before_anything_was_billed_come_before_fewer_causes() -> None:
    """Two rows that lead are explained by a mistake of their own; the same rows later on are not."""
    later = cells(("none", {1}), ("none", {1}), ("bad", {0}), ("bad", {0}))
    assert explained(cut(later, NEVER_A_PAIR)) == [((2, 3), (0,))]
    leading = [cell._replace(leading=1) if cell.unbilled else cell for cell in later]
    assert explained(cut(leading, NEVER_A_PAIR)) == [((0, 1), (1,)), ((2, 3), (0,))]


# --- against a plain reading of the rules: every way of cutting, and what each segment is explained by ----------------

PAIR = 2
"""Of the mistakes 0 to 3 the last two are pairs."""

ALL: Final = frozenset({HALF, THIRD, FIFTH})


def fitting(part: Sequence[Cell]) -> set[int]:
    """The mistakes that explain all rows of a part that were billed, or, where none was, any of the others."""
    telling = [cell for cell in part if not cell.unbilled]
    found = {
        mistake
        for mistake in range(4)
        if (all(mistake in cell.mistakes for cell in telling) if telling else any(mistake in c.mistakes for c in part))
    }
    rows, pairs = sum(len(cell.billed) for cell in part), {pair for cell in telling for pair in cell.pairs}
    singles = {mistake for mistake in found if mistake < PAIR}
    return found if not singles and rows >= 3 and len(pairs) >= 2 else singles


def fraction_of(part: Sequence[Cell]) -> Fraction | None:
    """The simplest fraction of all rows; one row alone suggests none with many parts."""
    telling = [cell.fractions for cell in part if not cell.unbilled and cell.fractions is not None]
    found = min(ALL.intersection(*telling), default=None) if telling else None
    rows = sum(len(cell.billed) for cell in part)
    return None if found is None or not rows or (rows == 1 and found.denominator > 4) else found


def cost_of(part: Sequence[Cell]) -> tuple[int, int, int, int]:
    rows, none, leading = (
        sum(len(cell.billed) for cell in part), sum(len(cell.unbilled) for cell in part),
        sum(cell.leading for cell in part),
    )  # fmt: skip
    found = fitting(part)
    if not found:
        is_fraction = fraction_of(part) is not None
        return leading + (0 if is_fraction else rows), int(is_fraction), 1, none
    causes, segments = (2, 3) if min(found) >= PAIR else (1, 1)
    costs = []
    for mistake in found:
        left = [cell for cell in part if cell.unbilled and mistake not in cell.mistakes]
        left_none = sum(len(cell.unbilled) for cell in left)
        is_cause = bool(rows or none - left_none)
        costs.append((sum(cell.leading for cell in left), causes * is_cause, segments, left_none))
    return min(costs)


def segment_of(part: Sequence[Cell]) -> Segment:
    rows = tuple(row for cell in part for row in cell.billed)
    found = fitting(part)
    none = {m: tuple(row for cell in part if m in cell.mistakes for row in cell.unbilled) for m in sorted(found)}
    most = max((len(unbilled) for unbilled in none.values()), default=0)
    first = next((unbilled for unbilled in none.values() if len(unbilled) == most), ())
    if found and (rows or most):
        alike = tuple(mistake for mistake, unbilled in none.items() if unbilled == first)
        return Segment(tuple(sorted((*rows, *first))), alike, None if most else inner_fraction(part))
    fraction = inner_fraction(part)
    return Segment(rows, (), fraction) if fraction else Segment(unexplained=rows)


def inner_fraction(part: Sequence[Cell]) -> Fraction | None:
    """The fraction of the rows from the first to the last that was billed otherwise."""
    differing = [index for index, cell in enumerate(part) if cell.billed]
    return fraction_of(part[differing[0] : differing[-1] + 1]) if differing else None


def best_cut(run: Sequence[Cell]) -> list[Segment]:
    """Of all ways the cheapest; of several the one whose last segment is longest, then the one before it."""
    ways = []
    for count in range(len(run)):
        for bounds in combinations(range(1, len(run)), count):
            parts = [run[start:end] for start, end in pairwise((0, *bounds, len(run)))]
            cost = tuple(map(sum, zip(*map(cost_of, parts), strict=True)))
            ways.append((cost, bounds[::-1], parts))
    _, _, parts = min(ways, key=lambda way: (way[0], way[1] + (0,)))
    return [segment_of(part) for part in parts]


def any_cells(random: Random) -> list[Cell]:
    """Up to five cells of one to three rows, which lead as long as nothing was billed."""
    made: list[Cell] = []
    row, has_begun = 0, False
    for _ in range(random.randint(1, 5)):
        kind = random.choice(("ok", "bad", "bad", "none", "none"))
        rows = tuple(range(row, row + random.randint(1, 3)))
        row = rows[-1] + 1
        mistakes = frozenset(random.sample(range(4), random.randint(int(kind == "none"), 3)))
        fractions = frozenset(random.choice(((HALF,), (HALF, THIRD), (FIFTH,), ())))
        has_begun = has_begun or kind != "none"
        made.append(
            Cell(
                rows,
                rows if kind == "bad" else (),
                rows if kind == "none" else (),
                frozenset((100, one // 2) for one in rows) if kind == "bad" else frozenset(),
                mistakes,
                None if kind == "none" or not random.randrange(6) else fractions,
                len(rows) if kind == "none" and not has_begun else 0,
            )
        )
    return made


@pytest.mark.parametrize("start", range(0, 1000, 250))
def test_the_cheapest_way_of_all_is_found_and_explained(start: int) -> None:
    for seed in range(start, start + 250):
        run = any_cells(Random(seed))
        assert cut(run, PAIR) == best_cut(run), seed
