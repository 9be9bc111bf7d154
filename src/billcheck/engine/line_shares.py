"""Which lines of a document an amount comes from, to the cent, where it bills several periods or is left in part.

Comes in: events of several lines, and the amounts that went to periods or were left over. Goes out: what each line has
of each amount, so that all amounts of an event use up each of its lines exactly. Must not know periods or sources.
"""

from __future__ import annotations

from fractions import Fraction
from operator import sub
from typing import TYPE_CHECKING

from billcheck.money import round_half_up, split_by_weights

if TYPE_CHECKING:
    from billcheck.engine.events import Event
    from billcheck.ledger.table import LineTable


class LineShares:
    """Deals events out over their lines, each cent once; ask for the amounts of an event one after the other."""

    def __init__(self, lines: LineTable) -> None:
        self._lines = lines
        self._left: dict[tuple[int, ...], list[int]] = {}

    def take(self, event: Event, amount: int) -> list[tuple[int, int]]:
        """The lines an amount of an event comes from, each with its part; parts of nothing are left out."""
        rows = event.rows
        if len(rows) == 1:
            return [(rows[0], amount)]
        own = self._left.get(rows) or [self._lines.amounts[row] for row in rows]
        shares = share_of(amount, own)
        self._left[rows] = list(map(sub, own, shares))
        return [(row, share) for row, share in zip(rows, shares, strict=True) if share]


def share_of(amount: int, own: list[int]) -> list[int]:
    """What each of several lines has of an amount that they bill together.

    All of it where they come to just that. Lines above zero give it one after the other. Where some are below zero, as
    a discount is, each has its part in proportion, with its own sign; so have the lines of a credit.
    """
    whole = sum(own)
    if amount == whole:
        return own
    if amount >= 0 and min(own) >= 0:
        return _in_order(amount, own)
    if amount * whole > 0:
        billing, lowering = [max(part, 0) for part in own], [max(-part, 0) for part in own]
        billed = round_half_up(Fraction(amount * sum(billing), whole))
        return list(map(sub, split_by_weights(billed, billing), split_by_weights(billed - amount, lowering)))
    return split_by_weights(amount, own)


def _in_order(amount: int, available: list[int]) -> list[int]:
    """An amount taken from what is available, in order; what exceeds all of it comes from the last."""
    shares = []
    for part in available:
        shares.append(min(amount, part))
        amount -= shares[-1]
    shares[-1] += amount
    return shares
