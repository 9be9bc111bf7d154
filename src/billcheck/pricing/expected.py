"""What one charge should have billed for one period, as everybody outside of pricing reads it.

Comes in: the figures of a row and its derivation. Goes out: an `ExpectedCharge`. Must not know how they are worked out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.money import to_decimal

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from billcheck.pricing.derivation import DerivedPart


@dataclass(frozen=True, slots=True)
class ExpectedCharge:
    """What one charge should have billed for one service period, or for one change inside it.

    Both days are inclusive. `amount_minor` is excluding tax, in minor units of `currency`, and negative where a change
    lowered what was already due. `quantity` is None for models without one and where it was not the same throughout;
    in a change of the quantity alone it is the difference. `tax_percent` is None where none is known. `derivation`
    holds readable lines, and `parts` the same in figures; where the amount is not known, `amount_minor` is None and the
    lines say what is needed. Where part is held back, `parts` come to the amount before that.
    """

    contract: str
    charge: str
    first_day: date
    last_day: date
    due_on: date
    currency: str
    quantity: Decimal | None
    amount_minor: int | None
    tax_percent: Decimal | None
    is_change: bool
    derivation: tuple[str, ...]
    parts: tuple[DerivedPart, ...] = ()

    @property
    def amount(self) -> Decimal | None:
        """The amount, excl. tax, with exactly the digits of its currency; None where it is not known."""
        return None if self.amount_minor is None else to_decimal(self.amount_minor, self.currency)
