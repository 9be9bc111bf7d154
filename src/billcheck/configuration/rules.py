"""What a business decided about its ledger and its checks as a whole, as frozen values.

Comes in: validated settings from `configuration.files`, or made by hand. Goes out: selectors of lines in the one
spelling that matching compares, under the decision they stand for; what a check looks at, on which terms, and in which
files. Must not know how files are read, pydantic, lines or contracts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from billcheck.ledger.names import fold_code, fold_name, spaced_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date
    from decimal import Decimal

CreditClass = Literal["write_off", "goodwill", "settlement_discount", "rebate"]
"""What a credit may be declared as, so that it does not reduce what was billed."""


GREATEST_LIMITS = {"field_bytes": 131_072, "xml_depth": 500}
"""Limits that cannot be raised at will: a field by what the csv module reads, depth by the stack of Python."""


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
    """What a check looks at.

    Lines that `ignore` means are totalled as out of scope and concern no contract. Periods that begin before
    `check_from` or after `check_until` are left out, and so are contracts unless `contracts` (ids) or `customers`
    (names) mean them, where any of these is given.
    """

    ignore: Selector = field(default_factory=Selector)
    check_from: date | None = None
    check_until: date | None = None
    contracts: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The terms of a check, each as the argument of the same name says; None or empty where nothing was decided."""

    fail_on: frozenset[str] | None = None
    min_amounts: Mapping[str, Decimal] = field(default_factory=dict)
    grace_days: int | None = None
    covers: tuple[date, date] | None = None
    control_totals: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A ledger file, or a folder of them, with how it is read: None is what counts for all ledgers.

    `profile` is the name of a profile or the path of its file, `currency` that of a file that names none, `sheet` the
    sheet of workbooks, by its name or its number from 1.
    """

    path: str
    profile: str | None = None
    currency: str | None = None
    sheet: str | int | None = None

    def __fspath__(self) -> str:
        """The path, for whatever opens files."""
        return self.path


@dataclass(frozen=True, slots=True)
class Files:
    """What is checked, as paths that can be opened as they stand, and how the ledgers are read.

    `profile` and `currency` count for ledgers without their own; `profiles` are the user's profile files, or folders of
    them. `limits` are what a ledger file may hold at most, by the names of `Limits`, which checks them. `read_ledger(
    *ledgers, profile=profile, currency=currency, profiles=profiles, limits=Limits(**limits))` reads them all.
    """

    contracts: tuple[str, ...] = ()
    ledgers: tuple[str | LedgerFile, ...] = ()
    quantities: tuple[str, ...] = ()
    profile: str | None = None
    decisions: str | None = None
    currency: str | None = None
    profiles: tuple[str, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CreditRules:
    """Credits that do not reduce what was billed: each class with the lines it means, in the order of `CreditClass`."""

    classes: tuple[tuple[CreditClass, Selector], ...] = ()


@dataclass(frozen=True, slots=True)
class Configuration:
    """All that was decided; by default nothing was.

    `check` reads everything but `files`, which its caller loads. `place` is the file it stands in, "" if in none.
    """

    scope: Scope = field(default_factory=Scope)
    credits: CreditRules = field(default_factory=CreditRules)
    thresholds: Thresholds = field(default_factory=Thresholds)
    files: Files = field(default_factory=Files)
    place: str = field(default="", compare=False)


def _folded(fold: Callable[[str], str], texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(folded for folded in map(fold, texts) if folded.strip()))
