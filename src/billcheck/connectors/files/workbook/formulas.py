"""Formulas that a program wrote and nobody calculated, worked out where that can be done exactly.

Comes in: the text of a formula and the values of the cells it points at. Goes out: an exact decimal, for whole and
decimal numbers, plus, minus, parentheses, cells of the same sheet and sums of ranges; None for anything else. Must not
know files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, NamedTuple

from billcheck.spreadsheets import EXACT_DIGITS, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from billcheck.connectors.files.workbook.sheet import Place

LONGEST = 8_192
"""Characters of a formula; spreadsheets allow no more."""
DEEPEST = 60
"""Parentheses within each other; spreadsheets allow 64."""
STEPS = 2_000_000
"""Cells that all formulas of a sheet may look at; sums of long columns in every row would take for ever."""

_CELL = r"\$?[A-Z]{1,3}\$?[0-9]{1,7}"
_TOKEN = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?![\w.%^])"
    r"|(?P<sum>SUM\()"
    rf"|(?P<range>{_CELL}:{_CELL})(?![\w(:!.%^])"
    rf"|(?P<cell>{_CELL})(?![\w(:!.%^])"
    r"|(?P<mark>[-+(,]|\)(?![%^]))",
    re.IGNORECASE,
)


class _Token(NamedTuple):
    kind: str
    text: str


_END = _Token("end", "")


class _NoValueError(Exception):
    """The formula is not one that is worked out here, or what it points at has no sure value."""


def columns_of(formulas: Iterable[str]) -> set[int]:
    """The columns, from 0, that some formulas point at."""
    found: set[int] = set()
    for formula in formulas:
        for token in _tokens(formula):
            if token.kind in {"cell", "range"}:
                first, last = _ends(token.text)
                found.update(range(first[1], last[1] + 1))
    return found


@dataclass(slots=True)
class Calculator:
    """Works out the open formulas of a sheet.

    `values` holds the other cells of the columns that formulas point at: decimals, texts, and None for one without a
    sure value. A cell that is not in it is empty.
    """

    formulas: Mapping[Place, str]
    values: Mapping[Place, Decimal | str | None]
    _done: dict[Place, Decimal | None] = field(default_factory=dict)
    _steps: int = 0

    def value(self, place: Place) -> Decimal | None:
        """What the formula of a cell gives; None where that is not sure, as for one that points at itself."""
        waiting = [place]
        opened: set[Place] = set()
        while waiting:
            here = waiting[-1]
            needed = [] if here in opened or here in self._done else self._open_formulas(here)
            opened.add(here)
            if needed:
                waiting += needed
                continue
            waiting.pop()
            if here not in self._done:
                self._done[here] = self._work_out(self.formulas[here])
        return self._done[place]

    def _open_formulas(self, place: Place) -> list[Place]:
        """The formulas that this one needs and that are not worked out yet."""
        found: list[Place] = []
        try:
            for token in _tokens(self.formulas[place]):
                if token.kind in {"cell", "range"}:
                    cells = self._cells(token.text)
                    found += [cell for cell in cells if cell in self.formulas and cell not in self._done]
        except _NoValueError:
            return []
        return found

    def _work_out(self, formula: str) -> Decimal | None:
        with localcontext() as context:
            context.prec = 4 * EXACT_DIGITS
            reader = _Reader(self, _tokens(formula))
            try:
                value = reader.whole() + 0
            except _NoValueError:
                return None
            digits = len(value.normalize().as_tuple().digits)
        return value if digits <= EXACT_DIGITS and value.adjusted() < EXACT_DIGITS else None

    def number(self, text: str) -> Decimal:
        """The number in the cell of this name; an empty one counts as none."""
        place = self._cells(text)[0]
        found = self._done.get(place) if place in self.formulas else self.values.get(place, Decimal())
        if not isinstance(found, Decimal):
            raise _NoValueError
        return found

    def total(self, text: str) -> Decimal:
        """The sum of a range; texts in it count as nothing, as in a spreadsheet."""
        total = Decimal()
        for place in self._cells(text):
            found = self._done.get(place) if place in self.formulas else self.values.get(place, "")
            if found is None:
                raise _NoValueError
            if isinstance(found, Decimal):
                total += found
        return total

    def _cells(self, text: str) -> list[Place]:
        first, last = _ends(text)
        self._steps += max(0, last[0] - first[0] + 1) * max(0, last[1] - first[1] + 1)
        if self._steps > STEPS:
            raise _NoValueError
        return [(row, column) for row in range(first[0], last[0] + 1) for column in range(first[1], last[1] + 1)]


class _Reader:
    """Reads the tokens of one formula from left to right."""

    def __init__(self, calculator: Calculator, tokens: list[_Token]) -> None:
        self._calculator = calculator
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def whole(self) -> Decimal:
        """The value of the formula."""
        value = self._terms()
        if self._take() is not _END:
            raise _NoValueError
        return value

    def _take(self) -> _Token:
        token = self._tokens[self._next] if self._next < len(self._tokens) else _END
        self._next += 1
        return token

    def _terms(self) -> Decimal:
        value = self._term()
        while (token := self._take()).text in {"+", "-"}:
            value = value + self._term() if token.text == "+" else value - self._term()
        self._next -= 1
        return value

    def _term(self) -> Decimal:
        is_negative = False
        while (token := self._take()).text in {"+", "-"}:
            is_negative ^= token.text == "-"
        value = self._factor(token)
        return -value if is_negative else value

    def _factor(self, token: _Token) -> Decimal:
        if token.kind == "number":
            return Decimal(token.text)
        if token.kind == "cell":
            return self._calculator.number(token.text)
        if token.kind == "sum":
            return self._sum()
        if token.text == "(" and self._depth < DEEPEST:
            self._depth += 1
            value = self._terms()
            self._depth -= 1
            if self._take().text == ")":
                return value
        raise _NoValueError

    def _sum(self) -> Decimal:
        """The sum of cells and ranges, whose opening parenthesis is read."""
        total = Decimal()
        while True:
            token = self._take()
            if token.kind not in {"cell", "range"}:
                raise _NoValueError
            total += self._calculator.total(token.text)
            mark = self._take().text
            if mark == ")":
                return total
            if mark != ",":
                raise _NoValueError


def _tokens(formula: str) -> list[_Token]:
    """The tokens of a formula; none for one that is not worked out here."""
    text = formula.removeprefix("=").strip()
    if len(text) > LONGEST:
        return []
    tokens: list[_Token] = []
    place = 0
    while place < len(text):
        if text[place] == " ":
            place += 1
            continue
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            return []
        tokens.append(_Token(found.lastgroup, found[0]))
        place = found.end()
    return tokens if all(_is_on_sheet(token) for token in tokens) else []


def _is_on_sheet(token: _Token) -> bool:
    names = token.text.upper().replace("$", "").split(":") if token.kind in {"cell", "range"} else ()
    return all(place_of(name) is not None for name in names)


def _ends(text: str) -> tuple[Place, Place]:
    """First and last place of a cell or a range that was found to be on a sheet."""
    first, _, last = text.upper().replace("$", "").partition(":")
    places = place_of(first), place_of(last or first)
    if places[0] is None or places[1] is None:
        raise _NoValueError
    return places[0], places[1]
