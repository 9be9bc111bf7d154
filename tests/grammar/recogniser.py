"""A second reading of amounts and dates, from their description alone: character by character, without patterns.

Comes in: a text and the marks or formats it should be in. Goes out: what it means, None for nothing. It shares no code
with `billcheck.grammar`, so that tests can hold the one against the other.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from itertools import product

DIGITS = "0123456789"
SPACES = (" ", "\u00a0", "\u202f", "\u2009")
MINUSES = ("-", "\u2212")
LONG_MONTHS = [
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip
MONTHS = [name[:3] for name in LONG_MONTHS]


def figures(text: str, decimal: str, group: str) -> Fraction | None:
    """A number without sign."""
    whole, found, decimals = text.partition(decimal)
    if found and not (decimals and all(digit in DIGITS for digit in decimals) and len(decimals) <= 10):
        return None
    marks = {" ": SPACES, "'": ("'", "\u2019"), "": ()}.get(group, (group,))
    used = {character for character in whole if character not in DIGITS}
    if len(used) > 1 or not used <= set(marks):
        return None
    parts = whole.split(used.pop()) if used else [whole]
    if len(parts) > 1 and not (1 <= len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])):
        return None
    if len(parts) > 1 and parts[0][0] == "0":
        return None
    digits = "".join(parts)
    if not 1 <= len(digits) <= 15:
        return None
    value = Fraction(0)
    for digit in digits + decimals:
        value = value * 10 + DIGITS.index(digit)
    return value / Fraction(10) ** len(decimals)


def _signed(number: str, sign: str) -> set[str]:
    """A number with a currency sign on either side of it, with and without a space."""
    return {f"{sign}{gap}{number}" for gap in ("", *SPACES)} | {f"{number}{gap}{sign}" for gap in ("", *SPACES)}


@lru_cache(maxsize=256)
def frames_of(sign: str) -> dict[str, set[str]]:
    """Every way to write an amount around a number, here N, with this sign or none, by the form of its negative."""
    plain = {"N"} | (_signed("N", sign) if sign else set())
    credited = {f"{text}{gap}{word}" for text, gap, word in product(plain, ("", *SPACES), ("CR", "Cr", "cr"))}
    minus: set[str] = set()
    trailing: set[str] = set()
    for mark in MINUSES:
        minus |= {f"{mark}{text}" for text in plain} | (_signed(f"{mark}N", sign) if sign else set())
        trailing |= {f"{text}{mark}" for text in plain} | (_signed(f"N{mark}", sign) if sign else set())
    bracketed = {f"({text})" for text in plain} | (_signed("(N)", sign) if sign else set())
    return {"": plain, "-": minus, "trailing-": trailing, "()": bracketed, "CR": credited}


def amount(text: str, marks: tuple[str, str], negative: tuple[str, ...], signs: tuple[str, ...]) -> Fraction | None:
    """The value of an amount with one of these currency signs, or none."""
    places = [index for index, character in enumerate(text) if character in DIGITS]
    if not places:
        return None
    number = text[places[0] : places[-1] + 1]
    frame = f"{text[: places[0]]}N{text[places[-1] + 1 :]}"
    value = figures(number, *marks)
    if value is None:
        return None
    for sign in ("", *signs):
        for form, frames in frames_of(sign).items():
            if frame in frames and (not form or form in negative):
                return -value if form else value
    return None


def day(text: str, pattern: str) -> tuple[int, int, int] | None:
    """Year, month and day of a date in a format of `strftime`, by taking its directives one after the other."""
    found = {"d": 0, "m": 0, "y": 0}
    is_compact = pattern == "%Y%m%d"
    while pattern:
        directive, pattern = (pattern[:2], pattern[2:]) if pattern[0] == "%" else (pattern[0], pattern[1:])
        if directive in {"%b", "%B"}:
            names = [*MONTHS, "sept"] if directive == "%b" else LONG_MONTHS
            fitting = [name for name in names if text[: len(name)].lower() == name and text[: len(name)].isascii()]
            if not fitting:
                return None
            name = max(fitting, key=len)
            found["m"] = 9 if name == "sept" else names.index(name) + 1
            text = text[len(name) :]
        elif directive[0] == "%":
            width = {"%Y": 4}.get(directive, 2)
            is_full = directive in {"%Y", "%y"} or is_compact
            length = 0
            while length < min(width, len(text)) and text[length] in DIGITS:
                length += 1
            if not length or (is_full and length < width):
                return None
            value = int(text[:length])
            found[directive[1].lower()] = value + 2000 if directive == "%y" else value
            text = text[length:]
        elif not text.startswith(directive):
            return None
        else:
            text = text[1:]
    if text or not 1900 <= found["y"] <= 2199 or not 1 <= found["m"] <= 12:
        return None
    leap = found["y"] % 4 == 0 and (found["y"] % 100 != 0 or found["y"] % 400 == 0)
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return (found["y"], found["m"], found["d"]) if 1 <= found["d"] <= lengths[found["m"] - 1] else None
