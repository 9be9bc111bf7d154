"""The one period that the tokens of a text give in one language, or why they give none.

Comes in: tokens, their kinds in that language, and the order of day and month in figures. Goes out: a span and the rule
that read it. The rules are written on the string of kinds and know no word of any language; what stands around a month
or date decides whether it may be read. Must not know issue dates, nor how many languages there are.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from billcheck.periods.kinds import Kind
from billcheck.periods.mentions import JOINTS, Mention, UnsureMentionError, find_mentions
from billcheck.periods.spans import REVERSED, Ending, Mark, Span, complete_years, days_of
from billcheck.periods.words import (
    ABBREVIATIONS,
    DOUBTFUL,
    ENGLISH,
    FRENCH,
    HALVES,
    MODALS,
    NAMED,
    NAMES,
    STREETS,
    VERBS,
    WEAK,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck.grammar import DateOrder
    from billcheck.periods.tokens import Token

# What may stand before a mention, nearest first, and after it.
_DATED = re.compile(r"[o#]?C|o[#wnN]{1,2}C|[o#wnN]{0,2}[Ri]")  # "due 14 April", "invoice 7 of 14 April"
_OWNED = re.compile(
    r"b?i?o?[PO]|[CetTUEhk]|FPC|[#wnN]?o[#wnN]{0,2}[RC]"
)  # "since March", "until March", "contract of March"
_INVOICE_OF = re.compile(r"[#wnN]?o[#wnN]{0,2}i")  # "correction invoice of March"
_PRICED = re.compile(r"[~b]?[^b,~]*p")  # "price list March", "increase of the rent - March"
_NUMBERED = re.compile(r"[#bwnN]?[Ri#]")  # "order no. 2026-03"
_CONTINUED = re.compile(
    r"[-~&]?[POh]|w?p|[RtTUE]|[-~](?!N[wgi])[NnYDIMGLQZV]|,?N[-~tTUE]N"
)  # "March onwards", "March prices", "March - 12"
_CLOSED = re.compile(r"$|b|,(?!N)|~(?![NnYDIMGLQZV])|[egik]")  # the end, or what is billed
_INCLUSIVE = re.compile(r"[b,]?k(?:$|[b,])")  # "to 14 March inclusive", not "inclusive VAT"
_STREET = re.compile(r"[of]*(?:No?M[YN]?|M(?!o?Y))(?![-~tTUE])")  # "rue du 8 mai 1945", "Via Maggio 12"
_LISTS = frozenset({",", "&", ",&", "/"})
_DATES = frozenset({"day", "iso_day", "figure_day"})
_RANGES_IN_ONE = frozenset({"days", "figure_days"})
_PARTS = frozenset({"quarter", "half"})
_NUMBER_LIKE = frozenset({"iso_month", "figure_days", "fiscal"})
_ONE_RULES = {
    "days": "days of a month",
    "figure_days": "days of a month in figures",
    "iso_month": "ISO month",
    "quarter": "quarter",
    "half": "half year",
}
_FISCAL_RULES = {3: "fiscal quarter", 6: "fiscal half year", 12: "fiscal year"}
_RANGE_RULES = {
    "day": "range of dates",
    "iso_day": "ISO range of dates",
    "figure_day": "range of dates in figures",
    "iso_month": "ISO range of months",
    "month": "range of months",
    "quarter": "range of quarters",
    "half": "range of half years",
}
_LOOK_BACK = 3
_SHORT_MONTHS = 6
_LAST_OF_YEAR = 11
_SHORTEST_MONTH = 28
_ONLY_A_DATE = "only a date, no period"
_NOT_A_MONTH = "the word may be something else than a month"
_PART_WORDS = frozenset({"part", "deel", "teil", "partie", "parte"})
_CURRENCIES = frozenset({"EUR", "USD", "GBP", "CHF", "SEK", "DKK", "NOK", "PLN", "BRL", "€", "$", "£"})
_MEASURES = frozenset(
    {"%", "kwh", "mwh", "kw", "kg", "gb", "tb", "km", "m2", "m²", "m3", "m³", "eur", "usd", "gbp", "chf"}
)
_DIGITS_OF_NUMBER = 3
_LITTLE = str.maketrans("", "", Kind.FILLER)


class RefusedTextError(Exception):
    """The text holds something like a period that could be read in two ways, or none at all."""


class UnclearTextError(RefusedTextError):
    """The text names one period, and it is not clear which days that is; no other language can tell better."""


class MisplacedTextError(RefusedTextError):
    """What looks like a month or quarter may be the number of something."""


class NoPeriodError(RefusedTextError):
    """The text names nothing like a period."""


class Named(NamedTuple):
    """A span and the rule that read it; a fiscal one counts months from the start of the fiscal year."""

    rule: str
    span: Span
    is_fiscal: bool = False


class Scope(NamedTuple):
    """The languages a text is read in, and whether somebody said so (`is_told`)."""

    languages: int
    is_told: bool


def judge(tokens: list[Token], kinds: str, order: DateOrder, scope: Scope) -> Named:
    """The one period all mentions agree on.

    Raises:
        RefusedTextError: There is none, or none to be sure of.
    """
    kinds = _without_streets(tokens, _without_parts(tokens, kinds))
    try:
        mentions = find_mentions(tokens, kinds, order)
    except UnsureMentionError:
        raise RefusedTextError("a number beside the month or quarter may be its year or something else") from None
    chains = _chains(kinds, mentions)
    if not chains:
        raise NoPeriodError
    named: list[Named] = []
    for chain in chains:
        if len(chain) == 1 and chain[0].form in _DATES:
            _check_date(tokens, kinds, chain[0])
            continue
        found = _with_inclusive(kinds, chain, _period(kinds, chain))
        _check_edges(tokens, kinds, chain)
        _check_place(tokens, kinds, chain, found.span)
        _check_words(tokens, kinds, chain, found.span, scope)
        if chain[0].form in _PARTS and Kind.FISCAL in kinds:
            raise RefusedTextError("it is not clear whether the quarter or half is one of the fiscal year")
        named.append(found)
    if not named:
        raise RefusedTextError(_ONLY_A_DATE)
    best = _one_of(named)
    if Kind.UNREADABLE in kinds:
        raise RefusedTextError("another date or period stands in the text that cannot be read")
    if best.span.first == best.span.last:
        _check_length(tokens, kinds, mentions)
    if best.span.first.year is None and _has_other_year(tokens, mentions):
        raise RefusedTextError("a year stands apart from the month")
    return best


def _without_parts(tokens: list[Token], kinds: str) -> str:
    """The kinds without the ordinals that count parts behind a year, as in "April 2026 first part": no day is meant."""
    for index in range(1, len(kinds) - 1):
        is_part = kinds[index] == Kind.ORDINAL and tokens[index + 1].text.lower() in _PART_WORDS
        if is_part and kinds[index - 1] == Kind.YEAR:
            kinds = f"{kinds[:index]}{Kind.WORD}{kinds[index + 1 :]}"
    return kinds


def _without_streets(tokens: list[Token], kinds: str) -> str:
    """The kinds without the days and months that streets are named after, as in "rue du 8 mai 1945" or "Via Maggio"."""
    for index, token in enumerate(tokens):
        if token.text.lower() in STREETS:
            name = _STREET.match(kinds, index + 1)
            if name is not None:
                kinds = kinds[: name.start()] + Kind.WORD * len(name[0]) + kinds[name.end() :]
    return kinds


def _with_inclusive(kinds: str, chain: list[Mention], named: Named) -> Named:
    """The span with its last day, where a word behind it says that it counts."""
    if _INCLUSIVE.match(kinds, chain[-1].end) is None:
        return named
    return named._replace(span=named.span._replace(ending=Ending.THROUGH))


def _chains(kinds: str, mentions: list[Mention]) -> list[list[Mention]]:
    """Mentions that a range sign or a list joins stand together; a day in figures alone is a fraction or a number."""
    chains: list[list[Mention]] = []
    for mention in mentions:
        if chains and _is_joined(kinds, chains[-1][-1], mention):
            chains[-1].append(mention)
        else:
            chains.append([mention])
    return [chain for chain in chains if len(chain) > 1 or kinds[chain[0].start] != Kind.FIGURE_DAY]


def _is_joined(kinds: str, before: Mention, mention: Mention) -> bool:
    gap = kinds[before.end : mention.start]
    is_list = gap in _LISTS and before.form == mention.form and (mention.form == "month" or gap == "/")
    return gap in JOINTS or is_list or (gap == Kind.AND and _is_between(kinds, before))


def _is_between(kinds: str, mention: Mention) -> bool:
    return _before(kinds, mention.start)[:1] == Kind.BETWEEN


def _check_length(tokens: list[Token], kinds: str, mentions: list[Mention]) -> None:
    """Refuse a month of which only half may be meant, or several that begin with it."""
    if _has_rhythm(kinds, mentions):
        raise RefusedTextError("the month may be the first of several")
    if any(token.text.lower() in HALVES for token in tokens):
        raise RefusedTextError("it may be half of the month")


def _has_rhythm(kinds: str, mentions: list[Mention]) -> bool:
    if not {Kind.DURATION, Kind.QUARTER_WORD} & set(kinds):
        return False
    inside = {index for mention in mentions for index in range(mention.start, mention.end)}
    return any(kind in "dq" and index not in inside for index, kind in enumerate(kinds))


def _period(kinds: str, chain: list[Mention]) -> Named:
    """The span of mentions that stand together."""
    first, last = chain[0], chain[-1]
    if len(chain) == 1:
        return _alone(first)
    if any(mention.form != first.form for mention in chain) or first.form in _RANGES_IN_ONE or first.form == "fiscal":
        raise RefusedTextError("the two ends of the range are not written alike")
    gap = kinds[first.end : chain[1].start]
    is_iso_interval = gap == "/" and first.form.startswith("iso")
    if gap in _LISTS and not is_iso_interval and not _is_between(kinds, first):
        return Named("list of months", _month_list(kinds, chain))
    if len(chain) > 2:  # noqa: PLR2004 - a range has two ends
        raise RefusedTextError("more than two ends of a range")
    start, end = complete_years(first.first, last.last)
    if None in {first.first.year, last.last.year}:
        _check_order(start, end)
    _check_two_digit_years(kinds, first, last)
    return Named(_RANGE_RULES[first.form], Span(start, end, JOINTS.get(gap, Ending.PLAIN)))


def _alone(mention: Mention) -> Named:
    span = Span(mention.first, mention.last, mention.ending)
    if mention.form in _RANGES_IN_ONE and mention.first.day == mention.last.day:
        raise RefusedTextError(_ONLY_A_DATE)
    if mention.form == "fiscal":
        is_whole = span.last.month - span.first.month == _LAST_OF_YEAR
        is_half = span.last.month - span.first.month == _SHORT_MONTHS - 1
        return Named(
            "fiscal year" if is_whole else "fiscal half year" if is_half else "fiscal quarter", span, is_fiscal=True
        )
    month = "month without a year" if mention.first.year is None else "month and year"
    return Named(_ONE_RULES.get(mention.form, month), span)


def _month_list(kinds: str, chain: list[Mention]) -> Span:
    """Consecutive months, as in "January, February and March 2026"; a year holds for the months before it."""
    if any(kinds[before.end : after.start] not in _LISTS for before, after in pairwise(chain)):
        raise RefusedTextError("a range and a list of months are mixed")
    marks = [chain[-1].first]
    for mention in reversed(chain[:-1]):
        mark, _ = complete_years(mention.first, marks[0])
        if mark.month % 12 + 1 != marks[0].month or not _are_consecutive(mark, marks[0]):
            raise RefusedTextError("the months do not follow each other")
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
        raise UnclearTextError(REVERSED)


def _check_two_digit_years(kinds: str, first: Mention, last: Mention) -> None:
    """Tell days from years: "Nov 25 - Feb 26" may also be November 2025 to February 2026."""
    if first.first.year is not None or last.first.year is not None or first.first.day is None or last.first.day is None:
        return
    months = last.first.day * 12 + last.first.month - first.first.day * 12 - first.first.month
    if kinds[first.start] == kinds[last.start] == "M" and 0 <= months <= 24:  # noqa: PLR2004 - two years
        raise RefusedTextError("the numbers beside the months may be days or years")


def _one_of(named: list[Named]) -> Named:
    """The period all agree on; of several the one with a year, and rather the months than a quarter's number."""
    best = max(named, key=lambda one: (one.span.first.year is not None, one.rule not in _PARTS))
    for other in named:
        if other is best:
            continue
        if other.is_fiscal != best.is_fiscal or not _agree(best.span, other.span):
            raise RefusedTextError("two different periods in one text")
    return best


def _agree(one: Span, other: Span) -> bool:
    """Whether two spans are the same days; `one` has a year if either has."""
    if one.first.year is None:
        return (one.first, one.last) == (other.first, other.last)
    return days_of(one) == days_of(other, one.first.year if other.first.year is None else None)


def _has_other_year(tokens: list[Token], mentions: list[Mention]) -> bool:
    inside = {index for mention in mentions for index in range(mention.start, mention.end)}
    return any(
        token.kinds == Kind.YEAR or (token.kinds == Kind.NUMBER and re.match(r"(?:19|20)[0-9]{2}\b", token.text))
        for index, token in enumerate(tokens)
        if index not in inside
    )


def _before(kinds: str, start: int) -> str:
    """The kinds before a mention, nearest first, without the little words between."""
    return kinds[max(0, start - 2 * _LOOK_BACK) : start][::-1].translate(_LITTLE)[:_LOOK_BACK]


def _check_date(tokens: list[Token], kinds: str, mention: Mention) -> None:
    """A date on its own is no period; only one that is plainly the document's may stand beside a period."""
    before = _before(kinds, mention.start)
    if _DATED.match(before) is None or tokens[mention.start].is_glued:
        raise RefusedTextError("a date stands beside it")


def _check_edges(tokens: list[Token], kinds: str, chain: list[Mention]) -> None:
    """Refuse what has no space around it, such as a part of a word."""
    for place in (chain[0].start, chain[-1].end):
        outside = place if place == chain[-1].end else place - 1
        if 0 < place < len(kinds) and tokens[place].is_glued and kinds[outside] not in "b,":
            raise RefusedTextError("it is part of another word or number")


def _check_place(tokens: list[Token], kinds: str, chain: list[Mention], span: Span) -> None:
    """Refuse where the neighbours may turn the months or days into something else."""
    form, start = chain[0].form, chain[0].start
    if form in _NUMBER_LIKE and (_NUMBERED.match(_before(kinds, start)) or _is_part_of_number(tokens, chain[0])):
        raise MisplacedTextError("it may be a number, not a month")
    is_single = len(chain) == 1 and form not in _RANGES_IN_ONE
    fault = _place_fault(kinds, start, chain[-1].end, is_single, span.first.year is not None)
    if fault:
        raise RefusedTextError(fault)
    if form == "month" and start and kinds[start - 1] == Kind.FIGURE_DAY:
        raise RefusedTextError("the figures before the month may be days")
    if _spaced_days_may_be_a_count(kinds, chain[0]):
        raise RefusedTextError("the first number may be something else than a day")


def _is_part_of_number(tokens: list[Token], mention: Mention) -> bool:
    """Whether figures like 2026-03 go on a number ("Phone 0303 2026-03"), or 10.2026 is a quantity of something."""
    before = tokens[mention.start - 1].text if mention.start else ""
    after = tokens[mention.end].text.lower() if mention.end < len(tokens) else ""
    is_quantity = "." in tokens[mention.start].text and (after in _MEASURES or before in _CURRENCIES)
    return is_quantity or (before.isdigit() and len(before) >= _DIGITS_OF_NUMBER)


@lru_cache(maxsize=4096)
def _place_fault(kinds: str, start: int, end: int, is_single: bool, has_year: bool) -> str:  # noqa: FBT001 - as the memo
    """What the neighbours of the tokens from `start` to `end` say against a period, if anything."""
    before, after = _before(kinds, start), kinds[end:]
    if _OWNED.match(before) or (is_single and _INVOICE_OF.match(before)) or _CONTINUED.match(after):
        return "it is the date of something else, or one end of a longer period"
    if _PRICED.match(kinds[:start][::-1].translate(_LITTLE)):
        return "it says from when a price holds, not what is billed for"
    if is_single and before[:1] in {Kind.FROM, Kind.BETWEEN}:
        return "the period has no end"
    if not has_year and _CLOSED.match(after) is None:
        return "the month has no year and the words after it may belong to it"
    return ""


def _spaced_days_may_be_a_count(kinds: str, mention: Mention) -> bool:
    """Whether the first number may belong to the word before it, as in "Room 3 - 15 March", unlike "1 - 31 March"."""
    if mention.form not in _RANGES_IN_ONE or kinds[mention.start : mention.start + 2] != "N~":
        return False
    is_whole_month = mention.first.day == 1 and (mention.last.day or 0) >= _SHORTEST_MONTH
    return not is_whole_month and mention.start > 0 and kinds[mention.start - 1] not in "bfF,~o"


def _check_words(tokens: list[Token], kinds: str, chain: list[Mention], span: Span, scope: Scope) -> None:
    """Refuse a month or quarter that may be another word, a name or a code."""
    if Kind.MONTH not in kinds and Kind.QUARTER not in kinds:
        return
    words = [
        tokens[index].text for mention in chain for index in range(mention.start, mention.end) if kinds[index] in "MQ"
    ]
    if not words:
        return
    is_english = bool(scope.languages & ENGLISH)
    if not is_english and all(word.lower() in WEAK for word in words) and not _has_own_word(tokens, kinds, scope):
        raise RefusedTextError(_NOT_A_MONTH)
    if span.first.year is not None:
        return
    if chain[0].form in _PARTS and any("Q" not in word.upper() for word in words):
        if any("T" in word for word in words):  # "Loyer T2" is the rent of a flat with two rooms
            scope = scope._replace(languages=scope.languages & ~FRENCH)
        if not scope.languages or not _has_own_word(tokens, kinds, scope):
            raise RefusedTextError("the letter and number may be something else than a quarter or half year")
    elif len(chain) == 1 and chain[0].form == "month":
        after = kinds[chain[0].end : chain[0].end + 1]
        before = tokens[chain[0].start - 1].text.lower() if chain[0].start else ""
        if (
            before in NAMED
            or _is_doubtful(words[0], after, is_english=is_english)
            or (words[0].lower() in DOUBTFUL and not is_english and not _has_own_word(tokens, kinds, scope))
        ):
            raise RefusedTextError(_NOT_A_MONTH)


def _is_doubtful(spelling: str, after: str, *, is_english: bool) -> bool:
    """Whether a month alone, without a year, may be a name or a verb as it is spelt."""
    word = spelling.lower()
    if word in NAMES or (word in ABBREVIATIONS and not spelling.istitle()):
        return True
    return (word in VERBS and spelling == word and is_english) or (word in MODALS and after in {"e", "g", "i"})


def _has_own_word(tokens: Iterable[Token], kinds: str, scope: Scope) -> bool:
    """Whether a word of the text, other than a month, belongs to these languages and not to English."""
    return scope.is_told or any(
        kind != Kind.MONTH and token.owners & scope.languages and not token.owners & ENGLISH
        for kind, token in zip(kinds, tokens, strict=True)
    )
