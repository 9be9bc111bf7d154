"""Text cut into the tokens that periods are made of.

Comes in: any text. Goes out: tokens, and the string of their kinds. Knows spelling (what stands alone, what is glued to
its neighbour, what is part of a number or code) and which kind a word has; must not know how tokens combine.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from billcheck.periods.vocabulary import UNREAD_MONTHS, VOCABULARIES, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

_YEAR = r"(?:19|20)[0-9]{2}"
# What may not follow an ISO date: more of a code, a time, a decimal. A dash or slash may lead to the next ISO date.
_ISO_END = rf"(?!\w|[.:]\w|[-/](?!{_YEAR}-[0-9]{{2}})\w)"
_MONTH_WORDS = "|".join(sorted({word for language in VOCABULARIES for word in language.months}, key=len, reverse=True))
_LETTER = r"[^\W\d_]"

_PIECES: dict[str, str] = {
    # The common case first: a word of letters that no figure or apostrophe follows.
    "word": rf"{_LETTER}+(?![\w'’]|[-./#][0-9])",
    "iso_day": rf"{_YEAR}-[0-9]{{2}}-[0-9]{{2}}{_ISO_END}",
    "iso_month": rf"{_YEAR}-(?:0[1-9]|1[0-2]){_ISO_END}",
    # Dates in figures: their order of day and month is not known here, so they are seen and not read.
    "unreadable": (
        r"[0-9]{1,2}(?P<mark>[./-])[0-9]{1,2}(?P=mark)(?:[0-9]{4}|[0-9]{2})(?!\w)"
        rf"|[0-9]{{1,2}}[./-]{_YEAR}(?!\w)|{_YEAR}[./][0-9]{{1,2}}(?:[./][0-9]{{1,2}})?(?!\w)"
    ),
    "year": rf"{_YEAR}(?!\w|\.\w|[/,:'’][0-9]|-(?![0-9]{{1,2}}(?:st|nd|rd|th)?(?!\w))[0-9])",
    "day": r"[0-9]{1,2}(?:st|nd|rd|th|ST|ND|RD|TH)?(?!\w|[.,:/'’][0-9]|\s?%)\.?",
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
# Quarters, halves, weeks and fiscal years are periods that are not read yet.
_OTHER_PERIOD = re.compile(r"[QHTKWSP][0-9]{1,2}\b|[CK]W[0-9]|FY|[0-9][QHS]\b", re.IGNORECASE)
_SIGNS = {",": Kind.COMMA, "&": Kind.AND, "+": Kind.AND, "/": Kind.SLASH, "#": Kind.NUMBER_SIGN, "№": Kind.NUMBER_SIGN}
_KINDS = {"iso_day": Kind.ISO_DAY, "iso_month": Kind.ISO_MONTH, "boundary": Kind.BOUNDARY}
_MODALS = frozenset().union(*(language.modals for language in VOCABULARIES))
_ABBREVIATIONS = frozenset().union(*(language.abbreviations for language in VOCABULARIES))
_UNITS = frozenset({"month"})
_BEFORE_UNIT = frozenset({Kind.DAY, Kind.NUMBER, Kind.TIGHT_DASH})
_LAST_DAY_OF_ANY_MONTH = 31


def _entries() -> dict[str, tuple[str, int]]:
    """Every known word with its kind and, for a month, its number."""
    entries = dict.fromkeys(UNREAD_MONTHS, (Kind.UNREADABLE, 0))
    for language in VOCABULARIES:
        entries |= {word: (kind, 0) for word, kind in language.words.items()}
        entries |= {word: (Kind.MONTH, number) for word, number in language.months.items()}
    return entries


_ENTRIES: Mapping[str, tuple[str, int]] = _entries()
_UNKNOWN = (Kind.WORD, 0)


class Token(NamedTuple):
    """One piece of a text: its kind, its spelling and the number it stands for (year, month or day), else 0.

    `is_glued` says that no space stands between it and the token before it.
    """

    kind: str
    text: str
    number: int
    is_glued: bool


def cut(text: str) -> list[Token]:
    """The tokens of a text in order; spaces and abbreviation dots between them are left out."""
    tokens: list[Token] = []
    is_glued = False
    for match in _TOKEN.finditer(text):
        name = match.lastgroup or ""
        piece = match[name]
        is_glued = is_glued and len(piece) == len(match[0])
        if name == "word":
            word = piece.lower()
            kind, number = _ENTRIES.get(word, _UNKNOWN)
            if word in _UNITS and tokens and tokens[-1].kind in _BEFORE_UNIT:
                kind = Kind.DURATION  # "12 months", "12-month", not "month of"
            elif number and word in _MODALS and piece == word:
                kind, number = _UNKNOWN
            tokens.append(Token(kind, piece, number, is_glued))
            is_glued = True
        elif name == "space" or (piece == "." and is_glued and _is_abbreviation(tokens[-1])):
            is_glued = False  # also the dot of "Sept. 2026" or "No. 12"
        else:
            token = _token(name, piece, is_glued=is_glued)
            tokens.append(token)
            is_glued = token.kind != Kind.SPACED_DASH
    return tokens


def _is_abbreviation(token: Token) -> bool:
    return token.kind == Kind.DOCUMENT or (token.kind == Kind.MONTH and token.text.lower() in _ABBREVIATIONS)


def _token(name: str, piece: str, *, is_glued: bool) -> Token:
    """The token of a piece that is not a plain word."""
    kind, number = _KINDS.get(name, Kind.UNREADABLE), 0
    if name == "day":
        number = int(piece[:2]) if piece[1:2].isdigit() else int(piece[0])
        kind = Kind.DAY if 1 <= number <= _LAST_DAY_OF_ANY_MONTH else Kind.NUMBER
    elif name == "year":
        kind, number = Kind.YEAR, int(piece)
    elif name == "dash":
        kind = Kind.SPACED_DASH if piece[0].isspace() or piece[-1].isspace() else Kind.TIGHT_DASH
        is_glued = kind == Kind.TIGHT_DASH
    elif name == "sign":
        kind = _SIGNS.get(piece, Kind.JUNK)
    elif name == "other_word":
        kind, number = _ENTRIES.get(piece.lower(), _UNKNOWN)
    elif name in {"number", "code"} and not _OTHER_PERIOD.match(piece):
        kind = Kind.NUMBER if name == "number" else Kind.WORD
    return Token(kind, piece, number, is_glued)
