"""What a stored cell says: a text, an exact decimal or a day; or why it says nothing sure.

Comes in: stored cells and what their styles show. Goes out: cells as any source gives them. A cell at fault becomes an
`Unreadable` one, so that only those rows are refused whose fault stands in a column that is read. Must not know files.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from billcheck.connectors.files.cells import Unreadable
from billcheck.connectors.files.limits import CACHE_ENTRIES
from billcheck.connectors.files.workbook.styles import Shown
from billcheck.spreadsheets import FIRST_SURE_DAY, exact_decimal, shortest_decimal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.connectors.files.cells import Cell
    from billcheck.connectors.files.workbook.sheet import StoredCell

ERROR = "The cell shows an error instead of a value. Correct its formula, or write the value itself."
UNCALCULATED = (
    "The cell holds a formula that was not calculated, and that cannot be worked out exactly without a spreadsheet. "
    "Open the workbook in one and save it, or write the value itself."
)
INEXACT = (
    "The cell holds a number that is no exact decimal of at most 15 digits, as a calculation leaves it or a "
    "spreadsheet cuts it. Round it in the workbook, or write it as text."
)
PERCENT = (
    "The cell is formatted as a percentage, so what it shows is not what it holds. Format the column as a number, and "
    "write 21 % as 21."
)
EARLY_DAY = (
    "The cell holds a date that spreadsheets do not agree on, or that no spreadsheet can show. Write the date as text, "
    "such as 2026-03-31."
)
TIME = "The cell holds a time or a duration. Format the column as a number or as a date, as it is meant."
MERGED = "The cell is merged with {first}, so that it holds nothing itself. Take the merge apart and fill in every row."

_FOUR_DECIMALS = Decimal("0.0001")
_AMBIGUOUS = -3
_DAY_MILLISECONDS = 86_400_000
_FIRST_1900 = date(1899, 12, 30)
_FIRST_1904 = date(1904, 1, 1)
_LAST_ORDINAL = date.max.toordinal()


class CellValues:
    """The values of the cells of one workbook."""

    def __init__(self, styles: Sequence[Shown], *, counts_from_1904: bool) -> None:
        self._styles = styles or [Shown.NUMBER]
        self._first = _FIRST_1904 if counts_from_1904 else _FIRST_1900
        self._known: dict[tuple[str, int], Cell] = {}

    def value(self, cell: StoredCell) -> Cell:
        """What a cell says that holds no open formula."""
        if cell.kind == "s":
            return cell.text
        if cell.kind == "n":
            key = cell.text, cell.style
            found = self._known.get(key)
            if found is None:
                found = self._number(*key)
                if len(self._known) >= CACHE_ENTRIES:
                    self._known.clear()
                self._known[key] = found
            return found
        if cell.kind == "b":
            return "TRUE" if cell.text.strip() in {"1", "true"} else "FALSE"
        if cell.kind == "d":
            return _written_day(cell.text)
        return Unreadable(cell.text, ERROR)

    def result(self, number: Decimal, style: int) -> Cell:
        """What a cell says whose formula was worked out."""
        return self._number(str(number), style)

    def _number(self, text: str, style: int) -> Cell:
        shown = self._styles[style]
        number = exact_decimal(text)
        if shown is Shown.DATE:
            return self._day(text)
        if shown is Shown.TIME:
            return Unreadable(f"time {text}", TIME)
        if number is None:
            return Unreadable(f"{text}…", INEXACT)
        if shown is Shown.PERCENT:
            return Unreadable(f"{(number * 100).normalize():f} %", PERCENT)
        # Written with three decimals it might be taken for a whole number in groups.
        return number.quantize(_FOUR_DECIMALS) if number.as_tuple().exponent == _AMBIGUOUS else number

    def _day(self, text: str) -> Cell:
        days = shortest_decimal(text)
        if not abs(days) < _LAST_ORDINAL:
            return Unreadable(f"day {text}", EARLY_DAY)
        whole, milliseconds = divmod(int((days * _DAY_MILLISECONDS).to_integral_value()), _DAY_MILLISECONDS)
        ordinal = self._first.toordinal() + whole
        if not FIRST_SURE_DAY.toordinal() <= ordinal <= _LAST_ORDINAL or whole < 0:
            return Unreadable(f"day {text}", EARLY_DAY)
        day = date.fromordinal(ordinal)
        if not milliseconds:
            return day
        return datetime.combine(day, time()) + timedelta(seconds=milliseconds // 1000)


def _written_day(text: str) -> Cell:
    """A day that the workbook stores in words."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return Unreadable(f"day {text}", EARLY_DAY)
    if moment.date() < FIRST_SURE_DAY:
        return Unreadable(f"day {text}", EARLY_DAY)
    return moment.date() if moment.time() == time() else moment.replace(tzinfo=None)
