"""Ledgers with errors that no wrong terms make: amounts typed anyhow, invoices left out, invoices sent twice.

Comes in: a seeded generator. Goes out: what the check says; it should name no cause. Must not know how one is found.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.wrong_terms.ledgers import bill, examine
from tests.wrong_terms.stories import STORIES, Story

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.wrong_terms.ledgers import Outcome

CENT = Decimal("0.01")
WITHOUT_PARTS = ("previous_price", "missed_uplift", "other_charge", "tax_included", "half_rate", "maximum_ignored")
"""Stories whose periods nobody could leave out on purpose: a first part that is not billed is a mistake of terms."""


def _right(random: Random, names: tuple[str, ...]) -> Story:
    """A contract as agreed, billed as agreed."""
    story = STORIES[random.choice(names)](random)
    return replace(story, billed=story.agreed, share=(1, 1))


def anyhow(random: Random) -> Outcome:
    """Up to four lines with an amount of any cents, which no two of them share."""
    agreed, lines = bill(random, _right(random, tuple(STORIES)))
    chosen = random.sample(range(len(lines)), min(len(lines), random.randint(1, 4)))
    for index in chosen:
        line = lines[index]
        amount = (line.amount * random.randrange(2_000, 18_000) / 10_000).quantize(CENT)
        amount += CENT * random.randrange(1, 97)
        lines[index] = replace(line, amount=amount, quantity=None, unit_price=None)
    return examine(agreed, lines)


def left_out(random: Random) -> Outcome:
    """Up to three lines left out."""
    agreed, lines = bill(random, _right(random, WITHOUT_PARTS))
    for _ in range(random.randint(1, 3)):
        lines.pop(random.randrange(len(lines)))
    return examine(agreed, lines)


def twice(random: Random) -> Outcome:
    """One or two documents sent twice."""
    agreed, lines = bill(random, _right(random, WITHOUT_PARTS))
    again = random.sample(lines, random.randint(1, 2))
    return examine(agreed, [*lines, *(replace(line, document=f"{line.document}-2") for line in again)])


UNNAMED: dict[str, Callable[[Random], Outcome]] = {"anyhow": anyhow, "left_out": left_out, "twice": twice}
