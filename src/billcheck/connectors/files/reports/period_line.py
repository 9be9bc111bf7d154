"""The days a report says it covers, read from the lines above its headings.

Comes in: the text of one line, such as ``March 1-August 31, 2026``. Goes out: the first and the last day (inclusive),
or nothing where the line is no such period or leaves an end open. Months are written out in English; days in figures
are read only where one order gives a period at all. Must not know rows or profiles.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from billcheck.grammar import FIRST_YEAR, LAST_YEAR, DateOrder, read_date

if TYPE_CHECKING:
    from collections.abc import Iterable

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_NUMBERS = {name: number for number, name in enumerate(MONTHS, start=1)}
_NUMBERS |= {name[:3]: number for name, number in _NUMBERS.items()} | {"sept": 9}
_MONTH = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_END = re.compile(
    rf"(?:(?P<month>{_MONTH})\.?(?: (?P<day>[0-9]{{1,2}}))?"
    rf"|(?P<first_day>[0-9]{{1,2}})(?: (?P<later_month>{_MONTH})\.?)?)?"
    r"(?:,? ?(?P<year>[0-9]{4}))?"
)
_BETWEEN = re.compile(r" ?[-\N{EN DASH}\N{EM DASH}] ?| to | through ")
_OPENING = re.compile(r"(?:for the period|for|from) ")
_ENDED = re.compile(
    r"(?:for the )?(?P<length>(?:(?P<count>[0-9]{1,2}) )?months?|quarter|year) ended (?P<end>.+)",
)
_OPEN_PERIOD = re.compile(r"all dates|all time|(?:as of|as at|since|until|before|after) .*[0-9].*")
_FIGURES = re.compile(r"(?P<first>[0-9./-]{8,10}?) ?(?:-|\N{EN DASH}|to|through) ?(?P<last>[0-9./-]{8,10})")
_MONTHS_OF_A_YEAR = 12


class _End(NamedTuple):
    """One end of a period, as far as it is written; 0 where it is not."""

    year: int
    month: int
    day: int


def read_period_line(text: str) -> tuple[date, date] | None:
    """The first and the last day of the period that a line is, None where it is none."""
    plain = " ".join(text.lower().replace("\N{NO-BREAK SPACE}", " ").split())
    ended = _ENDED.fullmatch(plain)
    if ended:
        return _ending(ended)
    plain = _OPENING.sub("", plain, count=1)
    figures = _FIGURES.fullmatch(plain)
    if figures:
        return _in_figures(figures["first"], figures["last"])
    ends = _BETWEEN.split(plain)
    read = [_read_end(end) for end in ends]
    known = [end for end in read if end is not None]
    if len(known) != len(ends) or not 1 <= len(known) <= 2:  # noqa: PLR2004 - a period has two ends
        return None
    return _period(known[0], known[-1])


def covers_of(titles: Iterable[str]) -> tuple[date, date] | None:
    """The one period among the lines above the headings; None where there is none, one without an end, or two."""
    lines = [" ".join(title.lower().split()) for title in titles]
    if any(_OPEN_PERIOD.fullmatch(line) for line in lines):
        return None
    found = {period for period in map(read_period_line, lines) if period}
    return found.pop() if len(found) == 1 else None


def read_long_day(text: str) -> date | None:
    """A day with its month written out, such as ``March 2, 2026`` or ``2 March 2026``."""
    end = _read_end(" ".join(text.lower().split()))
    return _day(end) if end is not None and end.day else None


def _read_end(text: str) -> _End | None:
    found = _END.fullmatch(text)
    if found is None or not text:
        return None
    month = _NUMBERS.get(found["month"] or found["later_month"] or "", 0)
    return _End(int(found["year"] or 0), month, int(found["day"] or found["first_day"] or 0))


def _period(first: _End, last: _End) -> tuple[date, date] | None:
    """The days between two ends; what one does not say, the other does."""
    year, month = last.year, last.month or first.month
    first = _End(first.year or year, first.month or month, first.day)
    last = _End(year, month, last.day)
    if not first.year or bool(first.day) != bool(last.day):
        return None
    if not month:  # a year alone is as likely the name of a company
        return None
    if not first.day:
        first, last = first._replace(day=1), last._replace(day=monthrange(last.year, last.month)[1] if year else 0)
    return _in_order(_day(first), _day(last))


def _day(end: _End) -> date | None:
    if not FIRST_YEAR <= end.year <= LAST_YEAR:
        return None
    try:
        return date(end.year, end.month, end.day)
    except ValueError:
        return None


def _in_order(first: date | None, last: date | None) -> tuple[date, date] | None:
    return (first, last) if first is not None and last is not None and first <= last else None


def _in_figures(first: str, last: str) -> tuple[date, date] | None:
    ends = read_date(first), read_date(last)
    periods = {_in_order(ends[0].by(order), ends[1].by(order)) for order in DateOrder} - {None}
    return periods.pop() if len(periods) == 1 else None


def _ending(found: re.Match[str]) -> tuple[date, date] | None:
    """So many whole months up to a day."""
    last = read_long_day(found["end"])
    if last is None:
        return None
    lengths = {"quarter": 3, "year": _MONTHS_OF_A_YEAR}
    months = lengths.get(found["length"]) or int(found["count"] or 1)
    following = last + timedelta(days=1)
    if following.day != 1 or not months:
        return None
    year, month = divmod(following.year * _MONTHS_OF_A_YEAR + following.month - 1 - months, _MONTHS_OF_A_YEAR)
    return date(year, month + 1, 1), last
