"""Credits that a business declared to be something else than less billed: write-offs, goodwill, discounts, rebates.

Comes in: the credit rules of the configuration, and what a line below zero bears. Goes out: the class that means the
line, if any. Such a credit takes nothing back: it is kept apart, under its class. Must not know charges, periods or
amounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.ledger.names import fold_code, spaced_words

if TYPE_CHECKING:
    from billcheck.configuration.rules import CreditClass, CreditRules

CLASS_WORDS: dict[CreditClass, str] = {
    "write_off": "a write-off",
    "goodwill": "goodwill",
    "settlement_discount": "a settlement discount",
    "rebate": "a rebate",
}


class CreditClasses:
    """Finds the class of a credit; the first class that means a line has it."""

    def __init__(self, rules: CreditRules) -> None:
        self._rules = [(name, selector) for name, selector in rules.classes if selector]

    def find(self, item: str, account: str, text: str) -> CreditClass | None:
        """The class of a line with this item, account and text, as its source spells them."""
        if not self._rules:
            return None
        codes, words = (fold_code(item), fold_code(account)), spaced_words(text)
        for name, selector in self._rules:
            if codes[0] in selector.items or codes[1] in selector.accounts:
                return name
            if any(pattern in words for pattern in selector.patterns):
                return name
        return None
