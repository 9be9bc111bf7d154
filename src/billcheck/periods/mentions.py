"""The dates, months, quarters and ranges of days that a string of token kinds holds.

Comes in: tokens and their kinds in one language. Goes out: mentions in order, each with its first and last mark. Must
not know what stands between or around them, nor words of any language.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from billcheck.grammar import DateOrder
from billcheck.periods.kinds import Kind
from billcheck.periods.spans import Ending, Mark
from billcheck.periods.words import ENGLISH, MONTHS_IN_QUARTER

if TYPE_CHECKING:
    from billcheck.periods.tokens import Token

_POINT = re.compile(
    "(?P<fiscal>Z[-~/,]?Q|Q[-/,o]?Z|zY,?Q|Q,?o?zY|zQY|zQ|V,?Y|V,?o?Z|Z-?V|V|Z|zY)"  # FY26 Q1; Q1 FY26; FQ1 2026
    "|(?P<quarter>(?:Q|[NO][qh]|[qh]N)(?:o?,?|[-/])Y|Y[-~,/]?(?:Q|[NO][qh])|Q[-/]N(?![-~tTUE]?[NM])|Q|[NO][qh]|[qh]N(?!o?M))"
    "|(?P<days>N[-~tTUE]No?M(?:o?,?Y|[-/]Y|N(?!o?M))?|MN[-~tTUE]N(?!o?M)(?:,?Y)?)"  # 1-31 March 2026; March 1-31, 2026
    "|(?P<figure_days>N[-~tTUE]G)"  # 1-31/03/2026
    "|(?P<iso_day>D)"
    "|(?P<figure_day>G|(?<=[-~tTUE])LY|L)"  # 1/3 - 31/3 2026
    "|(?P<day>N[-/]M[-/][YN]|N-M(?!-)|No?M(?:o?,?Y|N(?!o?M))?|MN(?:,?Y)?)"  # 1-Mar-2026; 1st of March, 2026
    "|(?P<iso_month>I)"
    "|(?P<month>M(?:[of]?,?|[-/])Y|M)"  # March 2026; mars månad 2026; Mar-2026; March
)
JOINTS = {
    **dict.fromkeys((Kind.TIGHT_DASH, Kind.SPACED_DASH, Kind.TO), Ending.PLAIN),
    Kind.THROUGH: Ending.THROUGH,
    Kind.UNTIL: Ending.UNTIL,
    Kind.UP_TO: Ending.UP_TO,
}
"""What joins the two ends of a range, and what it says about the last one."""

_FIGURES = re.compile("[0-9]+")
_FIGURE_DATES = re.compile("G|L(?=[-~tTUE][GL])|(?<=[GL][-~tTUE])L")
_ANY_ORDER = (DateOrder.DAY_FIRST,)
_CENTURY = 2000
_FIRST_YEAR_IN_TWO_FIGURES = 20
_LAST_MONTH = 12


class Mention(NamedTuple):
    """One date, month, quarter or range of days in one month, as tokens `start` to `end` (exclusive) give it."""

    form: str
    start: int
    end: int
    first: Mark
    last: Mark
    ending: Ending = Ending.PLAIN


class UnsureMentionError(Exception):
    """A number beside a month may be its year or something else."""


def find_mentions(tokens: list[Token], kinds: str, order: DateOrder) -> list[Mention]:
    """All mentions of a text in order.

    Raises:
        UnsureMentionError: A mention has a number that may not belong to it.
    """
    return [_mention(tokens, kinds, point, order) for point in _points(kinds)]


@lru_cache(maxsize=4096)
def _points(kinds: str) -> tuple[tuple[str, int, int], ...]:
    """The form and place of each mention; far fewer strings of kinds exist than texts."""
    return tuple((match.lastgroup or "", match.start(), match.end()) for match in _POINT.finditer(kinds))


def date_orders(tokens: list[Token], kinds: str) -> tuple[DateOrder, ...]:
    """The orders of day and month in which the dates in figures of a text can be read: none, one or both.

    A date proves its order for all others of the text. One with dots has the day first everywhere.
    """
    if Kind.FIGURE_DATE not in kinds and Kind.FIGURE_DAY not in kinds:
        return _ANY_ORDER
    proofs: set[DateOrder] = set()
    is_open = False
    for match in _FIGURE_DATES.finditer(kinds):
        text = tokens[match.start()].text
        first, second = (int(figures) for figures in _FIGURES.findall(text)[:2])
        if "." in text or first > _LAST_MONTH:
            proofs.add(DateOrder.DAY_FIRST)
        if second > _LAST_MONTH:
            proofs.add(DateOrder.MONTH_FIRST)
        is_open = is_open or first != second
    if proofs:
        return tuple(proofs) if len(proofs) == 1 else ()
    return (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST) if is_open else _ANY_ORDER


def _mention(tokens: list[Token], kinds: str, point: tuple[str, int, int], order: DateOrder) -> Mention:
    form, start, end = point
    inside = tokens[start:end]
    if form in {"iso_day", "iso_month"}:
        mark = _iso_mark(inside[0].text)
        return Mention(form, start, end, mark, mark)
    if form == "figure_day":
        mark = _figure_mark(inside[0].text, order)
        if len(inside) > 1:
            mark = mark._replace(year=inside[1].number)
        return Mention(form, start, end, mark, mark)
    if form == "figure_days":
        last = _figure_mark(inside[2].text, DateOrder.DAY_FIRST)
        return Mention(form, start, end, last._replace(day=inside[0].number), last, JOINTS[kinds[start + 1]])
    if form in {"fiscal", "quarter"}:
        return _part_of_year(inside, kinds[start:end], form, start)
    return _in_words(inside, kinds[start:end], form, start)


def _iso_mark(text: str) -> Mark:
    parts = [int(figures) for figures in _FIGURES.findall(text)]
    return Mark(parts[1], parts[0]) if parts[0] <= _LAST_MONTH else Mark(*parts)


def _figure_mark(text: str, order: DateOrder) -> Mark:
    day, month, *years = (int(figures) for figures in _FIGURES.findall(text))
    if order is DateOrder.MONTH_FIRST:
        day, month = month, day
    year = None if not years else years[0] if years[0] >= _CENTURY - 100 else _CENTURY + years[0]
    return Mark(year, month, day)


def _part_of_year(inside: list[Token], kinds: str, form: str, start: int) -> Mention:
    """A quarter or half, of a calendar or a fiscal year; a whole fiscal year where neither is named."""
    by_kind = dict(zip(kinds, inside, strict=True))
    first, last = 1, _LAST_MONTH
    code, word = by_kind.get("Q") or by_kind.get("V"), by_kind.get("q") or by_kind.get("h")
    ordinal = by_kind.get("O") or by_kind.get("N")
    if code is not None:
        first, last = divmod(code.number, 100)
        year = _year_of(by_kind.get("Y") or by_kind.get("Z"), ordinal)
    else:
        year = _year_of(by_kind.get("Y") or by_kind.get("Z"), None)
        if word is not None and ordinal is not None:
            if ordinal.text.isdigit() and kinds[0] not in "qh" and (year is None or word.owners & ENGLISH):
                raise UnsureMentionError  # "1 quarter" is how long; "1 kwartaal 2026" is which
            first, last = (ordinal.number - 1) * word.number + 1, ordinal.number * word.number
    if last > _LAST_MONTH:
        raise UnsureMentionError
    if form == "quarter" and last - first >= MONTHS_IN_QUARTER:
        form = "half"
    return Mention(form, start, start + len(inside), Mark(year, first), Mark(year, last))


def _year_of(year: Token | None, short: Token | None) -> int | None:
    """The year of a quarter, written out or in two figures ("Q1-26")."""
    if year is not None:
        return year.number
    if short is None:
        return None
    if short.number < _FIRST_YEAR_IN_TWO_FIGURES or not short.text.isdigit():
        raise UnsureMentionError
    return _CENTURY + short.number


def _in_words(inside: list[Token], kinds: str, form: str, start: int) -> Mention:
    """A month, a date or a range of days whose month is a word."""
    year: int | None = None
    days: list[int] = []
    month, ending = 0, Ending.PLAIN
    for kind, token in zip(kinds, inside, strict=True):
        if kind == Kind.MONTH:
            month = token.number
        elif kind == Kind.YEAR:
            year = token.number
        elif kind == Kind.DAY and month and days and kinds[-1] == Kind.DAY and kinds[0] == Kind.DAY:
            if not (token.text.isdigit() and token.number >= _FIRST_YEAR_IN_TWO_FIGURES):
                raise UnsureMentionError  # "1 March 5" and no year
            year = _CENTURY + token.number
        elif kind == Kind.DAY:
            days.append(token.number)
        elif form == "days":
            ending = JOINTS.get(kind, ending)
    first = Mark(year, month, days[0] if days else None)
    last = Mark(year, month, days[-1]) if len(days) > 1 else first
    return Mention(form, start, start + len(inside), first, last, ending)
