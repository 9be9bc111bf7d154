"""The rules by which a line finds its charge and its period, as they are stored and as people read them.

Comes in: nothing. Goes out: small numbers that fit one byte per line, and their words. The lower bits of a stored match
code are the rule that found the charge, the upper ones what named the customer or the contract. Must not know lines.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache


class MatchRule(IntEnum):
    """How a line found its charge, or why it has none."""

    ONLY_CHARGE = 0
    ITEM = 1
    ACCOUNT = 2
    TRACKING = 3
    PATTERN = 4
    CHARGE_NAMED = 5
    NAME_IN_TEXT = 6
    TERM = 7
    EXACT_AMOUNT = 8
    TOGETHER = 9
    EXACT_SUM = 10
    DISCOUNT = 11
    TEMPLATE = 12
    OF_INVOICE = 13
    CONFIRMED = 15
    UNMATCHED = 16
    AMBIGUOUS = 17
    VOID = 18
    NOT_BILLING = 19
    AFTER_AS_OF = 20
    NO_AMOUNT = 21
    DRAFT = 22
    REPEATED = 23
    OUT_OF_SCOPE = 24


RULE_MASK = 31
"""The part of a stored match code that is the rule; the rest is what named the customer."""


class Named(IntEnum):
    """What named the customer or the contract of a line."""

    CUSTOMER = 0 << 5
    ALIAS = 1 << 5
    CUSTOMER_ID = 2 << 5
    PARENT = 3 << 5
    REFERENCE = 4 << 5


class PeriodRule(IntEnum):
    """How a line's service period was found; `NONE` where it states none and its date decides.

    `CATCH_UP` is `NONE` with words that say it makes up for periods before. The last two are those of credits: the
    invoice whose number stands in the text or reference, and the one that the credit equals as a whole.
    """

    NONE = 0
    FIELDS = 1
    TEXT = 2
    CATCH_UP = 3
    NAMED_INVOICE = 4
    WHOLE_INVOICE = 5


NAMING_RULES = frozenset(
    {
        MatchRule.TEMPLATE,
        MatchRule.ITEM,
        MatchRule.ACCOUNT,
        MatchRule.TRACKING,
        MatchRule.PATTERN,
        MatchRule.CHARGE_NAMED,
        MatchRule.NAME_IN_TEXT,
        MatchRule.CONFIRMED,
    }
)
"""The rules by which a line itself names its charge."""

WITHOUT_EVIDENCE = frozenset({MatchRule.ONLY_CHARGE, MatchRule.TERM, MatchRule.AMBIGUOUS, MatchRule.UNMATCHED})
"""The rules by which a line says nothing of a charge."""

INFERRED_MATCHES = frozenset({MatchRule.EXACT_AMOUNT, MatchRule.EXACT_SUM})
"""The rules that rest on an amount alone."""

MATCH_WORDS = {
    MatchRule.ONLY_CHARGE: "the only charge that fits",
    MatchRule.TEMPLATE: "recurring invoice of the charge",
    MatchRule.ITEM: "item of the charge",
    MatchRule.ACCOUNT: "account of the charge",
    MatchRule.TRACKING: "tracking option of the charge",
    MatchRule.PATTERN: "phrase of the charge in the text",
    MatchRule.CHARGE_NAMED: "charge named in its own field",
    MatchRule.NAME_IN_TEXT: "name of the charge in the text",
    MatchRule.TERM: "the only charge running at the time",
    MatchRule.EXACT_AMOUNT: "exact amount of only one charge (inferred)",
    MatchRule.EXACT_SUM: "its share of the exact sum of several charges (inferred)",
    MatchRule.DISCOUNT: "its share of a negative line of the document, by amount",
    MatchRule.OF_INVOICE: "what the invoice it takes back bills",
    MatchRule.CONFIRMED: "charge confirmed by a decision",
    MatchRule.TOGETHER: "one of the charges that are checked together",
}
NAMED_WORDS = {
    Named.CUSTOMER: "customer",
    Named.ALIAS: "alias of the customer",
    Named.CUSTOMER_ID: "customer id",
    Named.PARENT: "sub-customer",
    Named.REFERENCE: "contract reference",
}
PERIOD_WORDS = {
    PeriodRule.NONE: "period from the invoice date",
    PeriodRule.FIELDS: "period in its own fields",
    PeriodRule.TEXT: "period in the text",
    PeriodRule.CATCH_UP: "words of a catch-up in the text",
    PeriodRule.NAMED_INVOICE: "number of an invoice in the text or reference",
    PeriodRule.WHOLE_INVOICE: "equal to the whole of an invoice (inferred)",
}
SET_ASIDE_WORDS = {
    MatchRule.VOID: "the document is void",
    MatchRule.NOT_BILLING: "neither an invoice nor a credit note",
    MatchRule.AFTER_AS_OF: "dated after the day of the check",
    MatchRule.NO_AMOUNT: "the amount is zero",
    MatchRule.DRAFT: "the document is a draft, which does not count as billed",
    MatchRule.REPEATED: "the same document was already read from another file",
}


def match_rule_of(code: int) -> MatchRule:
    """The rule inside a stored match code."""
    return MatchRule(code & RULE_MASK)


@lru_cache(maxsize=1024)
def describe_match(code: int, period_code: int) -> str:
    """Both rules of a line in words, as evidence shows them."""
    named = NAMED_WORDS[Named(code & ~RULE_MASK)]
    return f"{named} + {MATCH_WORDS[match_rule_of(code)]}; {PERIOD_WORDS[PeriodRule(period_code)]}"
