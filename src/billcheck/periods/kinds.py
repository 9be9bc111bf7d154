"""The kinds of pieces a text is made of, as far as service periods go.

Single letters, so that a text becomes a string of kinds that patterns can search. Must not know words or spellings.
"""

from __future__ import annotations

from typing import Final


class Kind:
    """What a token is."""

    ISO_DAY: Final = "D"
    YEAR_MONTH: Final = "I"
    FIGURE_DATE: Final = "G"
    FIGURE_DAY: Final = "L"
    YEAR: Final = "Y"
    DAY: Final = "N"
    MONTH: Final = "M"
    QUARTER: Final = "Q"
    QUARTER_WORD: Final = "q"
    HALF_WORD: Final = "h"
    ORDINAL: Final = "O"
    FISCAL: Final = "z"
    FISCAL_YEAR: Final = "Z"
    FISCAL_QUARTER: Final = "V"
    NUMBER: Final = "n"
    TIGHT_DASH: Final = "-"
    SPACED_DASH: Final = "~"
    TO: Final = "t"
    THROUGH: Final = "T"
    UNTIL: Final = "U"
    INCLUSIVE: Final = "k"
    UP_TO: Final = "E"
    SLASH: Final = "/"
    COMMA: Final = ","
    AND: Final = "&"
    OF: Final = "o"
    BETWEEN: Final = "B"
    FROM: Final = "F"
    BOUNDARY: Final = "b"
    FILLER: Final = "f"
    DUE: Final = "C"
    DOCUMENT: Final = "R"
    INVOICE: Final = "i"
    NUMBER_SIGN: Final = "#"
    OPEN: Final = "P"
    PRICE: Final = "p"
    WITHOUT: Final = "e"
    DURATION: Final = "d"
    BILLED: Final = "g"
    UNREADABLE: Final = "x"
    JUNK: Final = "j"
    WORD: Final = "w"
