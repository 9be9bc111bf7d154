"""What the text of an invoice line says about its service period, before any date is known.

Comes in: any text. Goes out: a `Reading`: one span of months or days, with or without a year, and the rule that read
it; or the reason why there is none. The rules are written on the string of token kinds, so they hold for every
language whose words are in the vocabulary. Whatever could be two things is read as nothing: a line without a period is
still placed by its date, a line with a wrong one is not. Must not know issue dates, contracts or ledgers.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from billcheck.periods.spans import Ending, Mark, ResolvedPeriod, Span, complete_years, days_of, named_period
from billcheck.periods.tokens import Token, cut
from billcheck.periods.vocabulary import VOCABULARIES, Kind

_MEMO_SIZE = 16_384
_MEMO_LONGEST_TEXT = 200
"""Texts longer than this are not memoised, which bounds the memo to a few megabytes; they seldom repeat anyway."""

_LONGEST_TEXT = 2_000
"""A longer text is a description of work, whose dates are seldom the period."""

_NAMES = frozenset().union(*(language.names for language in VOCABULARIES))
_VERBS = frozenset().union(*(language.verbs for language in VOCABULARIES))
_MODALS = frozenset().union(*(language.modals for language in VOCABULARIES))
_ABBREVIATIONS = frozenset().union(*(language.abbreviations for language in VOCABULARIES))


def _start_pattern() -> re.Pattern[str]:
    """The beginnings of month names and ISO dates, where a word begins.

    It begins with one set of characters, which lets the search skip over most of a text quickly.
    """
    rests: dict[str, set[str]] = {"1": {"9[0-9][0-9]-[0-9]"}, "2": {"0[0-9][0-9]-[0-9]"}}
    for word in (word for language in VOCABULARIES for word in language.months):
        rests.setdefault(word[0], set()).add(word[1:3])
    branches = "|".join(f"(?<={first})(?:{'|'.join(sorted(rests[first]))})" for first in sorted(rests))
    return re.compile(rf"[{''.join(sorted(rests))}](?<!\w.)(?:{branches})")


_PERIOD_START = _start_pattern()

_POINT = re.compile(
    "(?P<days>N[-~tTU]No?M(?:,?Y|-Y)?|MN[-~tTU]N(?!o?M)(?:,?Y)?)"  # 1-31 March 2026; March 1-31, 2026
    "|(?P<iso_day>D)"
    "|(?P<day>N-M-Y|N-M(?!-)|No?M(?:,?Y)?|MN(?:,?Y)?)"  # 1-Mar-2026; 1st of March, 2026; March 1, 2026
    "|(?P<iso_month>I)"
    "|(?P<month>M,?Y|M-Y|M)"  # March 2026; Mar-2026; March
)
_JOINTS = {"-": Ending.PLAIN, "~": Ending.PLAIN, "t": Ending.PLAIN, "T": Ending.THROUGH, "U": Ending.UNTIL}
# What may stand before a mention, nearest first, and after it.
_DATED = re.compile(r"[o#]?C|[o#wnN]{0,2}[Ri]")  # "due 14 April", "invoice 7 of 14 April"
_OWNED = re.compile(r"b?i?o?P|[CtTU]|oC|[#wnN]?o[#wnN]{0,2}[Ri]")  # "since March", "until March", "contract of March"
_NUMBERED = re.compile(r"[#bwnN]?[Ri#]")  # "order no. 2026-03"
_CONTINUED = re.compile(
    r"[-~&]?P|[pRtTU]|[-~](?!N[wgi])[NnYDIM]|,?N[-~tTU]N"
)  # "March onwards", "March prices", "March - 12"
_CLOSED = re.compile(r"$|b|,(?!N)|~(?![NnYDIM])|[gi]")  # the end, or what is billed
_DAYS_ON_DAYS = re.compile(r"[0-9]{1,2}/[0-9]{1,2}")
_LISTS = frozenset({",", "&", ",&", "/"})
_LOOK_BACK = 3
_SHORT_MONTHS = 6
_LAST_OF_YEAR = 11
_SHORTEST_MONTH = 28


class Mention(NamedTuple):
    """One date, month or range of days in one month, as tokens `start` to `end` (exclusive) give it."""

    form: str
    start: int
    end: int
    first: Mark
    last: Mark
    ending: Ending


class Reading(NamedTuple):
    """What a text says.

    `span` is None where the text names no period, and `reason` says why where it names something like one. `dated` is
    the period itself where the text gives the year. `rule` names how it was read, `language` in which language (empty
    for ISO dates).
    """

    span: Span | None = None
    dated: ResolvedPeriod | None = None
    rule: str = ""
    reason: str = ""
    language: str = ""


NOTHING = Reading(reason="no period in the text")


class _Refused(Exception):  # noqa: N818 - never leaves this module
    """The text holds something like a period that could be read in two ways."""


def read(text: str) -> Reading:
    """What `text` says about its service period; the same text gives the same reading, without any date."""
    return _read_memoised(text) if len(text) <= _MEMO_LONGEST_TEXT else _read(text)


def may_name_period(text: str) -> bool:
    """Whether the text holds the start of a month name or of an ISO date; most other texts do not."""
    return _PERIOD_START.search(text.lower()) is not None


def _read(text: str) -> Reading:
    if not may_name_period(text):
        return NOTHING
    if len(text) > _LONGEST_TEXT:
        return Reading(reason="the text is too long to be sure of its dates")
    tokens = cut(text)
    kinds = "".join([token.kind for token in tokens])
    mentions = [_mention(tokens, match) for match in _POINT.finditer(kinds)]
    if not mentions:
        return NOTHING
    try:
        return _judge(tokens, kinds, mentions)
    except _Refused as refused:
        return Reading(reason=str(refused))


_read_memoised = lru_cache(maxsize=_MEMO_SIZE)(_read)


def _mention(tokens: list[Token], match: re.Match[str]) -> Mention:
    form, start, end = match.lastgroup or "", match.start(), match.end()
    text = tokens[start].text
    if form == "iso_day":
        mark = Mark(int(text[:4]), int(text[5:7]), int(text[8:]))
        return Mention(form, start, end, mark, mark, Ending.PLAIN)
    if form == "iso_month":
        mark = Mark(int(text[:4]), int(text[5:]))
        return Mention(form, start, end, mark, mark, Ending.PLAIN)
    year: int | None = None
    month, days, ending = 0, [], Ending.PLAIN
    for kind, _, number, _ in tokens[start:end]:
        if kind == Kind.MONTH:
            month = number
        elif kind == Kind.YEAR:
            year = number
        elif kind == Kind.DAY:
            days.append(number)
        elif form == "days":
            ending = _JOINTS.get(kind, ending)
    first = Mark(year, month, days[0] if days else None)
    last = Mark(year, month, days[-1]) if len(days) > 1 else first
    return Mention(form, start, end, first, last, ending)


def _judge(tokens: list[Token], kinds: str, mentions: list[Mention]) -> Reading:
    """The one period all mentions agree on."""
    periods = []
    for chain in _chains(kinds, mentions):
        if len(chain) == 1 and chain[0].form in {"day", "iso_day"}:
            _check_date(tokens, kinds, chain[0])
            continue
        rule, span = _period(kinds, chain)
        _check_place(tokens, kinds, chain, span)
        periods.append((rule, span))
    if not periods:
        return Reading(reason="only a date, no period")
    rule, span = _one_of(periods)
    if "x" in kinds:
        raise _Refused("another date or period stands in the text that cannot be read")
    is_month = span.first == span.last
    if is_month and "d" in kinds:
        raise _Refused("the month may be the first of several")
    if span.first.year is None and _has_other_year(tokens, mentions):
        raise _Refused("a year stands apart from the month")
    language = "" if rule.startswith("ISO") else VOCABULARIES[0].language
    if span.first.year is None:
        return Reading(span, None, rule, "", language)
    period = named_period(span, rule)
    if isinstance(period, str):
        raise _Refused(period)
    return Reading(span, period, rule, "", language)


def _chains(kinds: str, mentions: list[Mention]) -> list[list[Mention]]:
    """Mentions that a range sign or a list joins stand together."""
    chains = [[mentions[0]]]
    for before, mention in pairwise(mentions):
        gap = kinds[before.end : mention.start]
        is_list = gap in _LISTS and before.form == mention.form and (mention.form == "month" or gap == "/")
        is_between = gap == "&" and _is_between(kinds, before)
        if gap in _JOINTS or is_list or is_between:
            chains[-1].append(mention)
        else:
            chains.append([mention])
    return chains


def _is_between(kinds: str, mention: Mention) -> bool:
    return _before(kinds, mention.start)[:1] == Kind.BETWEEN


def _period(kinds: str, chain: list[Mention]) -> tuple[str, Span]:
    """The rule and the span of mentions that stand together."""
    first, last = chain[0], chain[-1]
    if len(chain) == 1:
        if first.form == "days" and first.first.day == first.last.day:
            raise _Refused("only a date, no period")
        rule = {"days": "days of a month", "iso_month": "ISO month"}.get(first.form) or (
            "month without a year" if first.first.year is None else "month and year"
        )
        return rule, Span(first.first, first.last, first.ending)
    if any(mention.form != first.form for mention in chain) or first.form == "days":
        raise _Refused("the two ends of the range are not written alike")
    gap = kinds[first.end : chain[1].start]
    is_iso_interval = gap == "/" and first.form.startswith("iso")
    if gap in _LISTS and not is_iso_interval and not _is_between(kinds, first):
        return "list of months", _month_list(kinds, chain)
    if len(chain) > 2:  # noqa: PLR2004 - a range has two ends
        raise _Refused("more than two ends of a range")
    start, end = complete_years(first.first, last.first)
    if None in {first.first.year, last.first.year}:
        _check_order(start, end)
    _check_two_digit_years(kinds, first, last)
    is_by_day = first.form in {"day", "iso_day"}
    rule = ("ISO " if first.form.startswith("iso") else "") + ("range of dates" if is_by_day else "range of months")
    return rule, Span(start, end, _JOINTS.get(gap, Ending.PLAIN))


def _month_list(kinds: str, chain: list[Mention]) -> Span:
    """Consecutive months, as in "January, February and March 2026"; a year holds for the months before it."""
    if any(kinds[before.end : after.start] not in _LISTS for before, after in pairwise(chain)):
        raise _Refused("a range and a list of months are mixed")
    marks = [chain[-1].first]
    for mention in reversed(chain[:-1]):
        mark, _ = complete_years(mention.first, marks[0])
        if mark.month % 12 + 1 != marks[0].month or not _are_consecutive(mark, marks[0]):
            raise _Refused("the months do not follow each other")
        marks.insert(0, mark)
    return Span(marks[0], marks[-1])


def _are_consecutive(before: Mark, after: Mark) -> bool:
    if before.year is None or after.year is None:
        return before.year is after.year
    return before.year * 12 + before.month + 1 == after.year * 12 + after.month


def _check_order(start: Mark, end: Mark) -> None:
    """A range whose months run backwards crosses a year only where it stays short or makes a whole one."""
    if (start.month, start.day or 0) <= (end.month, end.day or 0):
        return
    months = (end.month - start.month) % 12
    if start.day is None or end.day is None:
        is_plausible = months < _SHORT_MONTHS or months == _LAST_OF_YEAR
    else:
        is_calendar = months == _LAST_OF_YEAR and start.day == 1 and end.day >= _SHORTEST_MONTH
        is_plausible = 0 < months <= _SHORT_MONTHS or (not months and start.day - end.day == 1) or is_calendar
    if not is_plausible:
        raise _Refused("the range is reversed")


def _check_two_digit_years(kinds: str, first: Mention, last: Mention) -> None:
    """Tell days from years: "Nov 25 - Feb 26" may also be November 2025 to February 2026."""
    if first.first.year is not None or last.first.year is not None or first.first.day is None or last.first.day is None:
        return
    months = last.first.day * 12 + last.first.month - first.first.day * 12 - first.first.month
    if kinds[first.start] == kinds[last.start] == "M" and 0 <= months <= 24:  # noqa: PLR2004 - two years
        raise _Refused("the numbers beside the months may be days or years")


def _one_of(periods: list[tuple[str, Span]]) -> tuple[str, Span]:
    """The period all agree on, the one with a year if any has it."""
    if len(periods) == 1:
        return periods[0]
    best = max(periods, key=lambda period: period[1].first.year is not None)
    for _, span in periods:
        if not _agree(best[1], span):
            raise _Refused("two different periods in one text")
    return best


def _agree(one: Span, other: Span) -> bool:
    """Whether two spans are the same days; `one` has a year if either has."""
    if one.first.year is None:
        return (one.first, one.last) == (other.first, other.last)
    return days_of(one) == days_of(other, one.first.year if other.first.year is None else None)


def _has_other_year(tokens: list[Token], mentions: list[Mention]) -> bool:
    inside = {index for mention in mentions for index in range(mention.start, mention.end)}
    return any(
        token.kind == Kind.YEAR or (token.kind == Kind.NUMBER and re.match(r"(?:19|20)[0-9]{2}\b", token.text))
        for index, token in enumerate(tokens)
        if index not in inside
    )


def _before(kinds: str, start: int) -> str:
    """The kinds before a mention, nearest first, without the little words between."""
    return kinds[max(0, start - 2 * _LOOK_BACK) : start][::-1].translate(_LITTLE)[:_LOOK_BACK]


_LITTLE = str.maketrans("", "", "f")


def _check_date(tokens: list[Token], kinds: str, mention: Mention) -> None:
    """A date on its own is no period; only one that is plainly the document's may stand beside a period."""
    before = _before(kinds, mention.start)
    if _DATED.match(before) is None or tokens[mention.start].is_glued:
        raise _Refused("a date stands beside it")


def _check_place(tokens: list[Token], kinds: str, chain: list[Mention], span: Span) -> None:
    """Refuse where the neighbours may turn the months or days into something else."""
    start, end = chain[0].start, chain[-1].end
    before, after = _before(kinds, start), kinds[end:]
    if tokens[start].is_glued and start and kinds[start - 1] not in "b,":
        raise _Refused("it is part of another word or number")
    if after and tokens[end].is_glued and after[0] not in "b,":
        raise _Refused("it is part of another word or number")
    if _OWNED.match(before):
        raise _Refused("it is the date of something else, or one end of a longer period")
    if len(chain) == 1 and chain[0].form != "days" and before[:1] in {"F", "B"}:
        raise _Refused("the period has no end")
    if chain[0].form == "iso_month" and _NUMBERED.match(before):
        raise _Refused("it may be a number, not a month")
    if chain[0].form == "month" and start and _DAYS_ON_DAYS.fullmatch(tokens[start - 1].text):
        raise _Refused("the figures before the month may be days")
    if _CONTINUED.match(after):
        raise _Refused("it is the date of something else, or one end of a longer period")
    if _spaced_days_may_be_a_count(kinds, chain[0]):
        raise _Refused("the first number may be something else than a day")
    if span.first.year is None:
        _check_without_year(tokens, chain, after)


def _spaced_days_may_be_a_count(kinds: str, mention: Mention) -> bool:
    """Whether the first number may belong to the word before it, as in "Room 3 - 15 March", unlike "1 - 31 March"."""
    if mention.form != "days" or kinds[mention.start : mention.start + 2] != "N~":
        return False
    is_whole_month = mention.first.day == 1 and (mention.last.day or 0) >= _SHORTEST_MONTH
    return not is_whole_month and mention.start > 0 and kinds[mention.start - 1] not in "bfF,~"


def _check_without_year(tokens: list[Token], chain: list[Mention], after: str) -> None:
    """A month without a year must stand where nothing but a month can stand."""
    if _CLOSED.match(after) is None:
        raise _Refused("the month has no year and the words after it may belong to it")
    if len(chain) > 1 or chain[0].form != "month":
        return
    spelling = tokens[chain[0].start].text
    word = spelling.lower()
    if word in _NAMES or (word in _ABBREVIATIONS and not spelling.istitle()):
        raise _Refused("the word may be something else than a month")
    if (word in _VERBS and spelling == word) or (word in _MODALS and after[:1] in {"g", "i"}):
        raise _Refused("the word may be something else than a month")
