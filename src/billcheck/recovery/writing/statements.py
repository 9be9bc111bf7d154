"""What a letter must state, whoever wrote its template; and that no amount in it is the template's own.

Comes in: the page that was made, and the facts it must hold by part. Goes out: every fault. Must not know what the
letter is about.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from billcheck.characters import visible
from billcheck.errors import Problem
from billcheck.money import is_currency

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from billcheck.recovery.writing.page import Page

_WITH_CURRENCY = re.compile(
    r"[€£$¥]\s?\d[\d.,]*|\d[\d.,]*\s?[€£$¥%]|\b([A-Z]{3})\s?\d[\d.,]*|\b\d[\d.,]*\s?([A-Z]{3})\b"
)
"""A sum of money with a sign or a code, or a percentage."""

_BARE = re.compile(r"(?<![\d.,'])\d{1,3}(?:(?:[.,'\s]\d{3})+(?:[.,]\d{2,3})?|[.,]\d{2})(?![.,]?\d)")
"""A number as sums of money are written; on a letterhead it may as well be a telephone number or an hour."""


class MissingPartError(Problem):
    """The letter lacks one of its parts."""

    remedy = "Extend the template that ships, such as billcheck/notice-en.html, and replace only some of its blocks."


class MissingFactError(Problem):
    """The letter does not state a fact that the client needs."""


class OwnAmountError(Problem):
    """The template states an amount by itself."""

    remedy = "Use the facts, such as {{ totals.incl_tax_minor|money }}; they are those of the statement."


def missing_parts(page: Page, names: Iterable[str]) -> Iterator[Problem]:
    """The parts that are not there, or say nothing."""
    found = {part.name for part in page.parts if part.text.strip()}
    return (MissingPartError(page.template, name) for name in names if name not in found)


def missing_facts(page: Page, wanted: Mapping[str, Iterable[str]]) -> Iterator[Problem]:
    """The facts that a part does not state; parts that are not there are another fault."""
    for name, facts in wanted.items():
        part = page.part(name)
        yield from () if part is None else lacking(page, name, part.text, facts)


def lacking(page: Page, name: str, text: str, facts: Iterable[str]) -> Iterator[Problem]:
    """The facts that a text of a part does not state."""
    plain = " ".join(text.split())
    for fact in facts:
        if " ".join(visible(fact).split()) not in plain:
            yield MissingFactError(f"{page.template}, part {name!r}", fact)


def own_amounts(page: Page, *, is_letterhead: bool = False) -> Iterator[Problem]:
    """The amounts and percentages that are words of the template.

    Args:
        page: The page.
        is_letterhead: Whether it surrounds the letter; then only what bears a currency or a percent sign is an amount.
    """
    for part in page.parts:
        for runs in part.lines():
            for run in runs:
                for amount in () if run.is_fact else _amounts_in(run.text, has_bare=not is_letterhead):
                    yield OwnAmountError(f"{page.template}, part {part.name!r}", amount)


def _amounts_in(text: str, *, has_bare: bool) -> Iterator[str]:
    for match in _WITH_CURRENCY.finditer(text):
        code = match[1] or match[2]
        if code is None or is_currency(code):
            yield match[0]
    if has_bare:
        yield from (match[0] for match in _BARE.finditer(_WITH_CURRENCY.sub(" ", text)))
