"""What the text of an invoice line says about its service period, before any date is known.

Comes in: any text. Goes out: a `Reading`: one span of months or days, with or without a year, and the rule that read
it; or the reason why there is none. The rules are written on the string of token kinds, so they hold for every
language whose words are in the vocabulary. A text is read once for each set of languages in which its words mean
different things; those that find a period must find the same one. Whatever could be two things is read as nothing: a
line without a period is still placed by its date, a line with a wrong one is not. Must not know issue dates, contracts
or ledgers.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from billcheck.periods.judgement import (
    MisplacedTextError,
    NoPeriodError,
    RefusedTextError,
    Scope,
    UnclearTextError,
    judge,
)
from billcheck.periods.kinds import Kind
from billcheck.periods.mentions import date_orders
from billcheck.periods.placeholders import find_placeholder
from billcheck.periods.spans import NO_SUCH_DATE, REVERSED, ResolvedPeriod, Span, named_period
from billcheck.periods.tokens import cut
from billcheck.periods.vocabulary import LANGUAGES
from billcheck.periods.words import PLACEHOLDERS, WORDS

if TYPE_CHECKING:
    from billcheck.grammar import DateOrder
    from billcheck.periods.tokens import Token

_MEMO_SIZE = 16_384
_MEMO_LONGEST_TEXT = 200
"""Texts longer than this are not memoised, which bounds the memo to a few megabytes; they seldom repeat anyway."""

_LONGEST_TEXT = 2_000
"""A longer text is a description of work, whose dates are seldom the period."""

_ALL = tuple(range(len(LANGUAGES)))


class Reading(NamedTuple):
    """What a text says.

    `span` is None where the text names no period, and `reason` says why where it names something like one. `dated` is
    the period itself where the text gives the year. `rule` names how it was read, `language` in which language (empty
    where figures alone say it). `by_order` holds the readings with the day first and with the month first, where
    neither is proved. `is_fiscal` counts months from the start of a fiscal year; `placeholder` is what a template left.
    """

    span: Span | None = None
    dated: ResolvedPeriod | None = None
    rule: str = ""
    reason: str = ""
    language: str = ""
    by_order: tuple[Reading, Reading] | None = None
    is_fiscal: bool = False
    placeholder: str = ""


NOTHING = Reading(reason="no period in the text")
_OPEN_ORDER = "nothing shows whether the day or the month comes first"


def _start_pattern() -> re.Pattern[str]:
    """What any period, date or placeholder begins with, after something that is no letter or figure.

    The search skips from one such place to the next, so it passes over most of a text quickly. A space goes before the
    text.
    """
    kinds = {Kind.MONTH, Kind.QUARTER_WORD, Kind.HALF_WORD, Kind.FISCAL}
    words = _branches({word for word, entry in WORDS.items() if kinds & set(entry.kinds)})
    codes = "[qtk][1-4]|[hs][12]|f[qhy]"
    placeholders = "|".join(sorted({re.escape(word[:3]) for word in PLACEHOLDERS}))
    figures = (
        r"(?=[0-9])(?:(?:19|20)[0-9][0-9][-./][0-9]"
        r"|[0-9]{1,2}(?:[./-][0-9]{1,2}[./-][0-9]|/[0-9]{1,2}\s|\.[0-9]{1,2}(?:\.|\s?[-–—]))"
        r"|[0-9]{2}[./-](?:19|20)[0-9]|[1-4]q)"
    )
    return re.compile(
        rf"\W(?:(?:{words})(?![^\W\d_])|{figures}|{codes}|(?<=[\[{{<%#])\W*(?:[\w.]*\W)?(?:{placeholders}))"
    )


def _branches(words: set[str]) -> str:
    """A pattern for any of these words that looks at each letter once."""
    rests: dict[str, set[str]] = {}
    for word in words:
        rests.setdefault(word[:1], set()).add(word[1:])
    return "|".join(
        "" if not first else re.escape(first) + (f"(?:{_branches(rests[first])})" if rests[first] != {""} else "")
        for first in sorted(rests, reverse=True)
    )


_PERIOD_START = _start_pattern()


def read(text: str, language: str | None = None) -> Reading:
    """What `text` says about its service period; the same text gives the same reading, without any date.

    Args:
        text: Any text.
        language: The language it is in, one of `LANGUAGES`, where that is known: only this one is read then.

    Raises:
        ValueError: The language is not one that is read.
    """
    if language is None:
        return _read_memoised(text) if len(text) <= _MEMO_LONGEST_TEXT else _read(text)
    return _read(text, (LANGUAGES.index(language),))


def may_name_period(text: str) -> bool:
    """Whether the text holds the start of something like a period; most other texts do not."""
    return _PERIOD_START.search(" " + text.lower()) is not None


def _read(text: str, languages: tuple[int, ...] = _ALL) -> Reading:
    if not may_name_period(text):
        return NOTHING
    if len(text) > _LONGEST_TEXT:
        return Reading(reason="the text is too long to be sure of its dates")
    placeholder = find_placeholder(text)
    if placeholder:
        return Reading(reason=f"the placeholder {placeholder} was not filled in", placeholder=placeholder)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    tokens = cut(text)
    tongues = _tongues(tuple([token.kinds for token in tokens]), languages)
    if len(tongues) == 1:
        return _read_in(tokens, *tongues[0]).reading
    return _agreed(
        [_read_in(tokens, kinds, scope)._replace(known_words=_known_words(tokens, scope)) for kinds, scope in tongues]
    )


_read_memoised = lru_cache(maxsize=_MEMO_SIZE)(_read)


def forget_many() -> None:
    """Let go of what texts were read as, where that is much: once all lines of a check are read nobody asks again."""
    if _read_memoised.cache_info().currsize > _MEMO_SIZE // 4:
        _read_memoised.cache_clear()


@lru_cache(maxsize=4096)
def _tongues(pieces: tuple[str, ...], languages: tuple[int, ...]) -> tuple[tuple[str, Scope], ...]:
    """The kinds of the tokens in each set of languages that gives its words the same meaning.

    A language that does not know a month of the text is left out, unless no language knows them all.
    """
    is_told = len(languages) == 1
    varied = [index for index, kinds in enumerate(pieces) if len(kinds) > 1]
    plain = [kinds[0] for kinds in pieces]
    sets: dict[tuple[str, ...], int] = {}
    columns = list(zip(*[pieces[index] for index in varied], strict=True)) or [()] * len(LANGUAGES)
    for language in languages:
        sets[columns[language]] = sets.get(columns[language], 0) | 1 << language
    known = {column: members for column, members in sets.items() if Kind.UNREADABLE not in column} or sets
    tongues = []
    for column, members in known.items():
        for index, kind in zip(varied, column, strict=True):
            plain[index] = kind
        tongues.append(("".join(plain), Scope(members, is_told)))
    return tuple(tongues)


class _Outcome(NamedTuple):
    """A reading in some languages, and how far a refusal goes.

    One that `is_final` stands whatever other languages make of the text; one that `is_misplaced` stands against
    figures, which belong to no language. `known_words` counts the words of the text that belong to the languages.
    """

    reading: Reading
    is_final: bool = False
    is_misplaced: bool = False
    known_words: int = 0


def _read_in(tokens: list[Token], kinds: str, scope: Scope) -> _Outcome:
    orders = date_orders(tokens, kinds)
    if not orders:
        return _Outcome(Reading(reason="some dates have the day first and others the month"), is_final=True)
    outcomes = [_read_with(tokens, kinds, order, scope) for order in orders]
    first, last = outcomes[0], outcomes[-1]
    if first.reading == last.reading:
        return first
    for one, other in ((first, last), (last, first)):
        if one.reading.span is not None and other.reading.reason in {REVERSED, NO_SUCH_DATE}:
            return one  # the dates themselves prove the order
    if first.reading.span is None and last.reading.span is None:
        return first
    return _Outcome(Reading(reason=_OPEN_ORDER, by_order=(first.reading, last.reading)))


def _read_with(tokens: list[Token], kinds: str, order: DateOrder, scope: Scope) -> _Outcome:
    try:
        named = judge(tokens, kinds, order, scope)
    except NoPeriodError:
        return _Outcome(NOTHING)
    except RefusedTextError as refused:
        is_final, is_misplaced = isinstance(refused, UnclearTextError), isinstance(refused, MisplacedTextError)
        return _Outcome(Reading(reason=str(refused)), is_final=is_final, is_misplaced=is_misplaced)
    language = "" if _is_in_figures(kinds) else _language_of(tuple([token.owners for token in tokens]), scope.languages)
    if named.span.first.year is None or named.is_fiscal:
        return _Outcome(Reading(named.span, None, named.rule, "", language, None, named.is_fiscal))
    period = named_period(named.span, named.rule)
    if isinstance(period, str):
        return _Outcome(Reading(reason=period), is_final=True)
    return _Outcome(Reading(named.span, period, named.rule, "", language))


def _known_words(tokens: list[Token], scope: Scope) -> int:
    return sum(1 for token in tokens if token.owners & scope.languages)


def _is_in_figures(kinds: str) -> bool:
    return not (Kind.MONTH in kinds or Kind.QUARTER_WORD in kinds or Kind.HALF_WORD in kinds)


@lru_cache(maxsize=4096)
def _language_of(owners: tuple[int, ...], languages: int) -> str:
    """Of languages that read a text alike, the one that knows most of its words; the first of several."""
    if not languages & (languages - 1):
        return LANGUAGES[languages.bit_length() - 1]
    members = [language for language in _ALL if languages >> language & 1]
    return LANGUAGES[max(members, key=lambda language: sum(known >> language & 1 for known in owners))]


def _agreed(outcomes: list[_Outcome]) -> Reading:
    """The one reading of all languages that find a period; a refusal that no language can lift comes first."""
    refused = [one for one in outcomes if one.reading.span is None and one.reading.by_order is None]
    found = [one.reading for one in outcomes if one.reading.span is not None or one.reading.by_order is not None]
    stands = next((one for one in refused if one.is_final), None)
    if stands is None and found:
        # Whoever knows more of the words knows better: in "à partir de mars" Swedish knows nothing but the month.
        best = max(one.known_words for one in outcomes if one not in refused)
        stands = next((one for one in refused if one.known_words > best and one.reading is not NOTHING), None)
    if stands is None and found and not found[0].language:
        stands = next((one for one in refused if one.is_misplaced), None)
    if stands is not None:
        return stands.reading
    if not found:
        return next((one.reading for one in refused if one.reading is not NOTHING), NOTHING)
    if any(_meaning(one) != _meaning(found[0]) for one in found):
        return Reading(reason="two languages read it differently")
    return found[0]


def _meaning(reading: Reading) -> Reading:
    """What a reading says in whatever language, and however it words the end of days that are known."""
    return reading._replace(language="", span=None if reading.dated is not None else reading.span)
