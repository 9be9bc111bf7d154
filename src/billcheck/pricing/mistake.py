"""One way of billing by other terms than agreed.

Comes in: a code, a sentence for a bookkeeper, and the charge with the mistake. Goes out: the value that the modules of
mistakes make and that is priced like any charge. Must not know what was billed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from billcheck.contracts.terms import Charge


@dataclass(frozen=True, slots=True)
class Mistake:
    """One way of billing by other terms than agreed: `charge` has those terms, `sentence` says what was done.

    `general` says the same without figures of the one contract, "" where the sentence has none but a day of change.
    """

    code: str
    sentence: str
    charge: Charge
    general: str = ""

    @property
    def group(self) -> str:
        """What was done, in words that charges of other contracts with the same mistake share."""
        return self.general or self.sentence
