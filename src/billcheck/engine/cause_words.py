"""A cause in words: what was done, since when, and how sure that is.

Comes in: the explanations of a run of rows, its days and its support. Goes out: code, sentence and group. Must not know
how explanations are found.

A fraction is arithmetic that anyone can check, so over several rows it is stated as it is. A mistake is an inference:
where all its rows show one and the same pair of agreed and billed, it is only "consistent with" them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.period import period_label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from billcheck.engine.patterns import Fraction
    from billcheck.pricing.mistake import Mistake

MOST_NAMED = 3
"""Of more explanations that fit equally well, so many are named, and it is said that the cause stays open."""


def say_extent(first_day: date, last_day: date, rows: int, *, is_last: bool, has_right_ones: bool) -> str:
    """When it was: a period, periods among right ones, or a run, which goes on where nothing comes after it."""
    if rows == 1:
        return f"in {period_label(first_day, last_day)}"
    if has_right_ones:
        return f"in {rows} periods from {first_day:%Y-%m} to {last_day:%Y-%m}"
    return f"since {first_day:%Y-%m}" if is_last else f"from {first_day:%Y-%m} to {last_day:%Y-%m}"


def say_cause(
    mistakes: Sequence[Mistake], fraction: Fraction | None, extent: str, *, support: int, rows: int
) -> tuple[str, str, str]:
    """Code, sentence and group of a cause; explanations that fit equally well are all named."""
    part = f"billed at {fraction}" if fraction else ""
    code = "_or_".join(_kept([*(mistake.code for mistake in mistakes), *([fraction.code] if fraction else [])]))
    names = _kept([mistake.sentence for mistake in mistakes])
    group = _either(_kept([*(mistake.group for mistake in mistakes), *([part] if part else [])]))
    if not mistakes:
        return code, f"{part} {extent}" if rows > 1 else f"consistent with {fraction} {extent}", group
    if len(names) + bool(part) > MOST_NAMED:
        return code, f"open, consistent with: {_either([*names, *([part] if part else [])])}, {extent}", group
    if support == 1 and part and rows > 1:
        return code, f"{part} {extent}, consistent with: {_either(names)}", group
    doubt = "consistent with: " if support == 1 else ""
    return code, f"{doubt}{_either([*names, *([part] if part else [])])}, {extent}", group


def _kept(names: Sequence[str]) -> list[str]:
    """Each name once, in order."""
    return list(dict.fromkeys(names))


def _either(names: Sequence[str]) -> str:
    """The names with "or"; of more than three the first ones, and how many more."""
    shown = [*names[:MOST_NAMED], *([f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else [])]
    return " or ".join(shown)
