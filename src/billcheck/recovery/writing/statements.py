"""What a letter must state, whoever wrote its template; and that no amount in it is the template's own.

Comes in: the page that was made, and the facts it must hold by part. Goes out: every fault. Must not know what the
letter is about.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from billcheck.characters import visible
from billcheck.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from billcheck.recovery.writing.page import Page

_AMOUNT = re.compile(r"\d[\d.,'\s]*[.,]\d{2,3}(?!\d)|(?:[€£$¥]|\b[A-Z]{3}\b)\s?\d|\d\s?[€£$¥%]")
"""What looks like a sum of money, or like a percentage."""


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


def own_amounts(page: Page) -> Iterator[Problem]:
    """The amounts and percentages that are words of the template."""
    for part in page.parts:
        for runs in part.lines():
            for run in runs:
                for match in () if run.is_fact else _AMOUNT.finditer(run.text):
                    yield OwnAmountError(f"{page.template}, part {part.name!r}", match[0])
