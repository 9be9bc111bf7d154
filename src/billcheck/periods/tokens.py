"""Text cut into the tokens that periods are made of.

Comes in: any text. Goes out: tokens, each with its kind in every language that is read. Knows spelling (what stands
alone, what is glued to its neighbour, what is part of a number or code) and which kind a word has; must not know how
tokens combine.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from billcheck.periods.kinds import Kind
from billcheck.periods.vocabulary import LANGUAGES
from billcheck.periods.words import (
    ABBREVIATED,
    ALL_LANGUAGES,
    ENGLISH,
    LETTERS,
    MODALS,
    MONTHS,
    PHRASES,
    UNKNOWN,
    WORDS,
    unlisted_word,
)

_YEAR = r"(?:19|20)[0-9]{2}"
# What may not follow an ISO date: more of a code, a time, a decimal. A dash or slash may lead to the next ISO date.
_ISO_END = rf"(?!\w|[.:]\w|[-/](?!{_YEAR}[-./][0-9]{{2}})\w)"
# The same for a date in figures, which a dash may lead to the next one, with or without a space.
_FIGURE_END = r"(?!\w|[.,:'’]\w|[-/](?![0-9]{1,2}[./-][0-9]{1,2}[./-])\w)"
_MONTH_END = rf"(?!\w|[.,:'’]\w|[-/](?![0-9]{{2}}[./-]{_YEAR})\w)"
_QUARTER_END = (
    rf"(?=FY[0-9])|(?!\w|[.,:#]\w|['’](?![0-9]{{2}}(?!\w))|[-/](?!(?:{_YEAR}|[0-9]{{2}}|[QTKHS][1-4]|FY)\b)\w)"
)
_LETTER = r"[^\W\d_]"
_ORDINAL = r"(?:st|nd|rd|th|ST|ND|RD|TH|er|ère|re|ème|eme|ste|de|e|:a|:e|[.]?[ºª°ᵉ]|[.]er)"
_MONTH_WORDS = "|".join(sorted(MONTHS, key=len, reverse=True))
_PHRASE_WORDS = "|".join(
    re.escape(phrase).replace(r"\ ", r"\s+") + r"\.?" for phrase in sorted(PHRASES, key=len, reverse=True)
)
_PHRASE_STARTS = "".join(sorted({start for phrase in PHRASES for start in phrase[0] + phrase[0].upper()}))

_PIECES: dict[str, str] = {
    "phrase": rf"(?=[{_PHRASE_STARTS}])(?i:{_PHRASE_WORDS})(?!\w)",
    # The common case: a word of letters that no figure or apostrophe follows.
    "word": rf"{_LETTER}+(?![\w'’]|[-./#][0-9])",
    "iso_day": rf"{_YEAR}(?P<stroke>[-./])[0-9]{{2}}(?P=stroke)[0-9]{{2}}{_ISO_END}",
    "iso_month": rf"{_YEAR}-(?:0[1-9]|1[0-2]){_ISO_END}",
    "figure_date": rf"[0-9]{{1,2}}(?P<mark>[./-])[0-9]{{1,2}}(?P=mark)(?:{_YEAR}|[0-9]{{2}}){_FIGURE_END}",
    # 03/2026: two figures, because 3/2026 is a number of something as often as a month.
    "figure_month": rf"(?:0[1-9]|1[0-2])[./-]{_YEAR}{_MONTH_END}",
    # A day and month without its year: 1/3, 01.03. and, before a date with the same dots, 01.03
    "figure_day": (
        r"[0-9]{1,2}/[0-9]{1,2}(?![\w/%]|[.,:][0-9])"
        r"|[0-9]{1,2}\.[0-9]{1,2}\.(?![\w%])"
        r"|[0-9]{1,2}\.[0-9]{1,2}(?=\s?[-–—]\s?[0-9]{1,2}\.[0-9]{1,2}\.)"
    ),
    # Other dates in figures, which may be numbers of something: seen, but not read.
    "unreadable": (
        rf"[0-9]{{1,2}}(?P<dot>[./-])[0-9]{{1,2}}(?P=dot)(?:[0-9]{{4}}|[0-9]{{2}})(?!\w)"
        rf"|[0-9]{{1,2}}[./-]{_YEAR}(?!\w)|{_YEAR}[./][0-9]{{1,2}}(?:[./][0-9]{{1,2}})?(?!\w)"
    ),
    "year": rf"{_YEAR}(?!\w|\.\w|[/,:'’][0-9]|-(?![0-9]{{1,2}}(?:st|nd|rd|th)?(?!\w))[0-9])",
    "short_year": r"['’][0-9]{2}(?![\w'’]|[-./][0-9])",
    "day": rf"[0-9]{{1,2}}{_ORDINAL}?(?!\w|[.,:/'’][0-9]|\s?%)\.?",
    "quarter_year": rf"[1-4]Q(?:{_YEAR}|[0-9]{{2}})(?![\w.,:/'’-])",
    "quarter": rf"(?:[QqTKHS][1-4]|[1-4][Q])(?:{_QUARTER_END})",
    "fiscal_quarter": r"F[QH][1-4](?!\w|[-./#]\w)",
    "fiscal_year": (
        rf"FY ?['’]?(?:{_YEAR}|[0-9]{{2}})(?:/[0-9]{{2}})?"
        r"(?:(?=[QH][1-4](?!\w))|(?![\w.,'’]|/\w|-(?![QH][1-4])\w))"
    ),
    "number": r"[0-9](?:[\w%]|[.,:/'’-](?=\w))*",
    # A code such as INV-2026-03 or Q1; a month's name before a figure is no code ("Mar-2026").
    "code": rf"(?!(?i:{_MONTH_WORDS})(?!{_LETTER})){_LETTER}+[-_./#]?[0-9](?:\w|[./#-](?=\w))*",
    "other_word": rf"{_LETTER}+(?:['’]{_LETTER}+)*",
    "dash": r"\s*(?:[-‐‑‒–—−→]+|\.\.+|…)\s*",
    "boundary": r"\s*[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]\s*|\.(?=\s|$)|[;:|()\[\]{}!?\"“”«»•·]",
    "space": r"\s+",
    "sign": r".",
}
_TOKEN = re.compile(
    "[ \t]*(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _PIECES.items()) + ")", re.DOTALL
)
# Polish writes the word for year behind it: "31 marca 2026 r.", "31.03.2026r."
_WORD_OF_YEAR = re.compile(rf"(?<![0-9])({_YEAR})\s?(?:r\.|roku)(?!\w)")
# Weeks, and quarters and halves that are spelt like another code.
_OTHER_PERIOD = re.compile(r"[QHTKWSP][0-9]{1,2}\b|[CK]W[0-9]|FY|[0-9][QHS]\b", re.IGNORECASE)
_SIGNS = {
    ",": Kind.COMMA,
    "&": Kind.AND,
    "+": Kind.AND,
    "/": Kind.SLASH,
    **dict.fromkeys("#№§", Kind.NUMBER_SIGN),
}
_KINDS = {
    "iso_day": Kind.ISO_DAY,
    "iso_month": Kind.YEAR_MONTH,
    "figure_date": Kind.FIGURE_DATE,
    "figure_month": Kind.YEAR_MONTH,
    "figure_day": Kind.FIGURE_DAY,
    "boundary": Kind.BOUNDARY,
}
_UNITS = frozenset(
    [
        "month",
        "maand",
        "monat",
        "mois",
        "mes",
        "mese",
        "mês",
        "månad",
        "måned",
        "miesiąc",
        "mth",
        "mths",
        "mo",
        "mos",
        "mon",
        "mnd",
        "mdr",
        "mån",
        "mies",
        "kk",
        "yr",
        "yrs",
        "jr",
    ]
)
# The same without a space: 12m, 1yr
_GLUED_DURATION = re.compile(r"[0-9]{1,2}(?:m|mo|mos|mths?|months?|mnd|mon|y|yrs?|years?|jr)", re.IGNORECASE)
_ROMANS = {"I": 1, "II": 2, "III": 3, "IV": 4}
_BEFORE_UNIT = frozenset({Kind.DAY, Kind.NUMBER, Kind.TIGHT_DASH})
_LAST_DAY_OF_ANY_MONTH = 31
_CENTURY = 2000


class Token(NamedTuple):
    """One piece of a text: its kinds, its spelling, and the number it stands for (year, month, day, ordinal), else 0.

    `kinds` is one letter, or one for each language where they differ. A quarter or half has the number of its first
    month times 100 plus its last. `is_glued` says that no space stands between it and the token before it. `owners`
    are the languages whose word it is.
    """

    kinds: str
    text: str
    number: int
    is_glued: bool
    owners: int = 0


def cut(text: str) -> list[Token]:
    """The tokens of a text in order; spaces and abbreviation dots between them are left out."""
    tokens: list[Token] = []
    is_glued = False
    if "r." in text or "roku" in text:
        text = _WORD_OF_YEAR.sub(r"\1", text)
    for match in _TOKEN.finditer(text):
        name = match.lastgroup or ""
        piece = match[name]
        is_glued = is_glued and len(piece) == len(match[0])
        if name == "word":
            token = _word(piece, is_glued)
            if tokens and tokens[-1].kinds in _BEFORE_UNIT and piece.lower() in _UNITS:
                token = token._replace(kinds=Kind.DURATION)  # "12 months", "12-month", not "month of"
            tokens.append(token)
            is_glued = True
        elif name == "space" or (piece == "." and is_glued and _is_abbreviation(tokens[-1])):
            is_glued = False  # also the dot of "Sept. 2026" or "No. 12"
        elif name == "quarter_year":
            tokens += (
                _quarter("Q" + piece[0], is_glued=is_glued),
                Token(Kind.YEAR, piece, _year(piece[2:]), is_glued=True),
            )
            is_glued = True
        else:
            token = _token(name, piece, is_glued)
            tokens.append(token)
            is_glued = token.kinds != Kind.SPACED_DASH
    return tokens


@lru_cache(maxsize=4096)
def _word(piece: str, is_glued: bool) -> Token:  # noqa: FBT001 - a memo is quicker without names
    word = piece.lower()
    kinds, number, owners = WORDS.get(word) or unlisted_word(word)
    if piece in _ROMANS:
        kinds, number = Kind.ORDINAL, _ROMANS[piece]
    elif number and word in MODALS and piece == word:
        kinds, owners = Kind.WORD + kinds[1:], owners & ~ENGLISH
    return Token(kinds, piece, number, is_glued, owners)


def _is_abbreviation(token: Token) -> bool:
    return token.text.lower() in ABBREVIATED or token.text in _ROMANS


def _year(figures: str) -> int:
    return int(figures) if len(figures) > 2 else _CENTURY + int(figures)  # noqa: PLR2004 - two figures leave the century out


def _quarter(code: str, *, is_glued: bool) -> Token:
    """The token of Q1, T1, H1 and the like: unreadable in a language that does not write quarters with this letter."""
    letter, number = code[-2].upper(), int(code[-1])
    quarters, halves = LETTERS.get("q" + letter, 0), LETTERS.get("h" + letter, 0)
    owners, months = (quarters, 3) if quarters else (halves, 6)
    if number > 12 // months:
        return Token(Kind.UNREADABLE, code, 0, is_glued)
    kinds = "".join(Kind.QUARTER if owners >> language & 1 else Kind.UNREADABLE for language in range(len(LANGUAGES)))
    first = (number - 1) * months + 1
    return Token(Kind.QUARTER if owners == ALL_LANGUAGES else kinds, code, first * 100 + first + months - 1, is_glued)


@lru_cache(maxsize=4096)
def _token(name: str, piece: str, is_glued: bool) -> Token:  # noqa: FBT001 - a memo is quicker without names
    """The token of a piece that is not a plain word."""
    kinds, number, owners = _KINDS.get(name, Kind.UNREADABLE), 0, 0
    if name == "day":
        number = int(piece[:2]) if piece[1:2].isdigit() else int(piece[0])
        kinds = Kind.DAY if 1 <= number <= _LAST_DAY_OF_ANY_MONTH else Kind.NUMBER
    elif name in {"year", "short_year"}:
        kinds, number = Kind.YEAR, _year(piece.lstrip("'’"))
    elif name == "dash":
        kinds = Kind.SPACED_DASH if piece[0].isspace() or piece[-1].isspace() else Kind.TIGHT_DASH
        is_glued = kinds == Kind.TIGHT_DASH
    elif name == "sign":
        kinds = _SIGNS.get(piece, Kind.JUNK)
    elif name in {"other_word", "phrase"}:
        word = " ".join(piece.lower().replace("’", "'").split())
        kinds, number, owners = WORDS.get(word) or WORDS.get(word.rstrip("."), UNKNOWN)
    elif name == "quarter":
        return _quarter(piece[::-1] if piece[0].isdigit() else piece, is_glued=is_glued)
    elif name == "fiscal_quarter":
        token = _quarter(piece[1:], is_glued=is_glued)
        return token._replace(kinds=Kind.FISCAL_QUARTER if token.number else Kind.UNREADABLE)
    elif name == "fiscal_year":
        kinds, number = Kind.FISCAL_YEAR, _year(re.split("/", piece[2:].lstrip(" '’"))[0])
    elif name in {"number", "code"} and not _OTHER_PERIOD.match(piece):
        kinds = Kind.WORD if name == "code" else Kind.DURATION if _GLUED_DURATION.fullmatch(piece) else Kind.NUMBER
    return Token(kinds, piece, number, is_glued, owners)
