"""What a business decided about its ledger as a whole, as frozen values that the engine reads.

Comes in: validated settings from `configuration.files`, or made by hand. Goes out: selectors of lines in the one
spelling that matching compares, under the decision they stand for. Must not know files, pydantic, lines or contracts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from billcheck.ledger.names import fold_code, fold_name, spaced_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CreditClass = Literal["write_off", "goodwill", "settlement_discount", "rebate"]
"""What a credit may be declared as, so that it does not reduce what was billed."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Lines, by what they bear; a line is meant that bears any of these.

    However they are given, texts are kept as matching compares them: accounts and items as codes, customers as names,
    patterns as whole words between spaces; each once, and none that is empty in that spelling.
    """

    accounts: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Fold what was given."""
        object.__setattr__(self, "accounts", _folded(fold_code, self.accounts))
        object.__setattr__(self, "items", _folded(fold_code, self.items))
        object.__setattr__(self, "customers", _folded(fold_name, self.customers))
        object.__setattr__(self, "patterns", _folded(spaced_words, self.patterns))

    def __bool__(self) -> bool:
        """Whether any line could be meant."""
        return bool(self.accounts or self.items or self.customers or self.patterns)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a check looks at: lines that `ignore` means are totalled as out of scope and concern no contract."""

    ignore: Selector = field(default_factory=Selector)


@dataclass(frozen=True, slots=True)
class CreditRules:
    """Credits that do not reduce what was billed: each class with the lines it means, in the order of `CreditClass`."""

    classes: tuple[tuple[CreditClass, Selector], ...] = ()


@dataclass(frozen=True, slots=True)
class Configuration:
    """All decisions; by default none was made."""

    scope: Scope = field(default_factory=Scope)
    credits: CreditRules = field(default_factory=CreditRules)


def _folded(fold: Callable[[str], str], texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(folded for folded in map(fold, texts) if folded.strip()))
