"""Rows that lean on others, and texts in several columns, as flat rows.

Comes in: rows of cells below a heading, and a profile. Goes out: rows that each stand alone, with one column for every
text that the profile puts together, and the profile that reads them so. Must not know what a cell means, or the groups
and totals of reports.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from billcheck.connectors.files.cells import JOINT, CellRow, Unreadable
from billcheck.connectors.files.heading import DuplicateHeadingError
from billcheck.connectors.files.rendered import text_of
from billcheck.errors import LedgerRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from billcheck.connectors.files.cells import Cell
    from billcheck.connectors.files.heading import Heading
    from billcheck.connectors.files.profile import Headings, Profile


@dataclass(frozen=True, slots=True)
class Flattened:
    """Rows that each stand alone, their headings, and the profile by which these are read."""

    profile: Profile
    headings: tuple[str, ...]
    rows: Iterable[CellRow]


def flatten(path: str, profile: Profile, heading: Heading, rows: Iterable[CellRow]) -> Flattened:
    """The same rows, filled down and with a column for each joined text.

    Args:
        path: How messages name the file.
        profile: What reads it.
        heading: Its heading row.
        rows: All rows below that.

    Raises:
        LedgerRefusedError: Two columns have the heading of a joined text, or one that is filled down.
    """
    if profile.is_flat:
        return Flattened(profile, heading.cells, rows)
    filled = _places(path, heading, profile.fill_down)
    if filled:
        rows = _fill_down(rows, filled, len(heading.cells))
    found = {name: _places(path, heading, several) for name, several in profile.joins.items()}
    joins = {name: places for name, places in found.items() if len(places) > 1}
    texts = {
        name: ((" + ".join(heading.cells[place] for place in places),),) for name, places in found.items() if places
    }
    columns = {name: several for name, several in profile.columns.items() if name not in found} | texts
    return Flattened(
        replace(profile, columns=MappingProxyType(columns)),
        (*heading.cells, *(texts[name][0][0] for name in joins)),
        _join(rows, list(joins.values()), profile.values.marks.decimal),
    )


def _places(path: str, heading: Heading, several: Iterable[Headings]) -> list[int]:
    """Where these columns stand; those that the file does not have are left out."""
    found = [place for place in map(heading.places_of, several) if place]
    where = f"{path} row {heading.row}"
    doubled = [DuplicateHeadingError(where, heading.cells[place[1]]) for place in found if len(place) > 1]
    if doubled:
        raise LedgerRefusedError(doubled)
    return [place[0] for place in found]


def _fill_down(rows: Iterable[CellRow], places: Sequence[int], width: int) -> Iterator[CellRow]:
    """Rows in which all of these cells are empty take them from the row above.

    After a row that is cut off nothing is known of the rows that lean on it: they stay as they are, to be refused.
    """
    above: dict[int, Cell] = {}
    for row, cells in rows:
        if len(cells) != width:
            if not all(map(_is_empty, cells)):
                above = {}
        elif not all(_is_empty(cells[place]) for place in places):
            above = {place: cells[place] for place in places}
        elif not all(map(_is_empty, cells)):
            yield CellRow(row, tuple(above.get(place, cell) for place, cell in enumerate(cells)))
            continue
        yield CellRow(row, cells)


def _join(rows: Iterable[CellRow], joins: Sequence[Sequence[int]], decimal_mark: str) -> Iterator[CellRow]:
    """Rows with a cell more for each joined text; blank ones are left out."""
    for row, cells in rows:
        if not all(map(_is_empty, cells)):
            made = [_joined([cells[place] for place in places if place < len(cells)], decimal_mark) for places in joins]
            yield CellRow(row, (*cells, *made))


def _joined(cells: Sequence[Cell], decimal_mark: str) -> Cell:
    """The different texts of some cells as one; a cell that cannot be read makes the whole unreadable."""
    unreadable = next((cell for cell in cells if isinstance(cell, Unreadable)), None)
    return unreadable or JOINT.join(
        dict.fromkeys(filter(None, (text_of(cell, decimal_mark).strip() for cell in cells)))
    )


def _is_empty(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()
