"""The names and codes of all contracts, compiled once, pointing at charge slots.

Comes in: contracts. Goes out: `Keys` for the readers, and a `Directory` in which matching looks a line up: contract
reference, customer id, customer name, then the codes of the charges behind them. A slot is one charge of one contract,
numbered in the order of the contracts. Must not know lines, files or money.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.configuration.rules import Selector
from billcheck.engine.match_rules import Named
from billcheck.ledger.names import fold_code, fold_name, parents_of, spaced_words
from billcheck.ledger.source import LAST_DAY, Keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck.configuration.rules import Scope
    from billcheck.contracts.terms import Charge, ChargeMatching, Contract, Contracts


@dataclass(frozen=True, slots=True)
class Slot:
    """One charge of one contract, with its codes folded. `words` is the charge name as the words to find in a text.

    `members` are the charges of a group, this one first, where it stands for several that are checked together.
    """

    number: int
    contract: Contract
    charge: Charge
    currency: str
    words: str
    templates: frozenset[str]
    items: frozenset[str]
    accounts: frozenset[str]
    trackings: frozenset[str]
    patterns: tuple[str, ...]
    group: str = ""
    members: tuple[Slot, ...] = ()

    @property
    def has_code(self) -> bool:
        """Whether lines may name the charge by a code or a phrase."""
        return bool(self.templates or self.items or self.accounts or self.trackings or self.patterns)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of the charge, or those of a group; with its contract where that is another than the group's."""
        contract = self.contract
        return tuple(
            slot.charge.name if slot.contract is contract else f'{slot.contract.id} "{slot.charge.name}"'
            for slot in self.members or (self,)
        )

    @property
    def label(self) -> str:
        """All names as one."""
        return " + ".join(self.names) if self.members else self.charge.name

    @property
    def is_retention(self) -> bool:
        """Whether it is what was held back of other charges: on their invoices it lowers them."""
        return self.charge.model == "retention"

    def is_held_back_by(self, retention: Slot) -> bool:
        """Whether a retention is held back of this charge, or of one of its group."""
        members = self.members or (self,)
        spans = retention.charge.spans
        return any(slot.contract is retention.contract and slot.charge.name in spans for slot in members)

    @property
    def is_recurring(self) -> bool:
        """Whether the charge comes again; one-off charges take a line only by code, name or exact amount."""
        return self.charge.every is not None and not self.charge.spans


@dataclass(frozen=True, slots=True)
class Directory:
    """Slots under every name and code a line may bear; each list in slot order.

    `by_alias` holds only names that are no customer's own; `by_parent` those whose sub-customers were declared to
    count.
    """

    slots: tuple[Slot, ...]
    by_name: dict[str, tuple[Slot, ...]]
    by_alias: dict[str, tuple[Slot, ...]]
    by_parent: dict[str, tuple[Slot, ...]]
    by_customer_id: dict[str, tuple[Slot, ...]]
    by_reference: dict[str, tuple[Slot, ...]]

    def keys(self, scope: Scope | None = None, *, as_of_day: int = LAST_DAY) -> Keys:
        """What the readers need to tell lines that may concern a contract, or are out of scope, from all others.

        Args:
            scope: What the configuration leaves out.
            as_of_day: The day of the check.
        """
        ignore = Selector() if scope is None else scope.ignore
        return Keys(
            customers=frozenset((*self.by_name, *self.by_alias, *ignore.customers)),
            parents=frozenset(self.by_parent),
            customer_ids=frozenset((*self.by_customer_id, *map(fold_code, ignore.customers))),
            contracts=frozenset(self.by_reference),
            items=frozenset(ignore.items),
            accounts=frozenset(ignore.accounts),
            has_tax=any(slot.contract.tax_percent_of(slot.charge) is not None for slot in self.slots),
            as_of_day=as_of_day,
        )

    def slots_of_customer(self, customer: str) -> tuple[tuple[Slot, ...], Named]:
        """The slots of the contracts of a customer, and whether its own name, an alias or a parent's name says so.

        An exact name comes first. Of the parents ("Hartwell" in "Hartwell:Amsterdam") the nearest counts, and only one
        whose contract declares `sub_customers`.
        """
        folded = fold_name(customer)
        for named, slots in ((Named.CUSTOMER, self.by_name), (Named.ALIAS, self.by_alias)):
            found = slots.get(folded)
            if found is not None:
                return found, named
        for parent in parents_of(folded) if self.by_parent else ():
            if parent in self.by_parent:
                return self.by_parent[parent], Named.PARENT
        return (), Named.CUSTOMER

    def slots_named_by(self, reference: str) -> tuple[Slot, ...]:
        """The slots of the contracts a contract or reference field names, as a whole or by one of its words.

        A word inside a longer text must hold more than digits to name a contract: "PO 117" does not name contract 117.
        """
        folded = fold_code(reference)
        whole = self.by_reference.get(folded)
        if whole is not None:
            return whole
        words = (word.strip(",;:()[]#") for word in folded.split())
        named = {word: self.by_reference[word] for word in words if word in self.by_reference and not word.isdigit()}
        return _in_order(slot for slots in named.values() for slot in slots)


def make_directory(contracts: Contracts) -> Directory:
    """The directory of all charges; contract ids always count as references of their own contract."""
    slots: list[Slot] = []
    by_name: _Found = {}
    by_parent: _Found = {}
    by_customer_id: _Found = {}
    by_reference: _Found = {}
    own_names: set[str] = set()
    spelling = _Spelling()
    for contract in contracts:
        own = tuple(
            spelling.slot(len(slots) + index, contract, charge) for index, charge in enumerate(contract.charges)
        )
        slots.extend(own)
        matching = contract.matching
        customer = fold_name(contract.customer)
        own_names.add(customer)
        names = {customer, *map(fold_name, matching.aliases)} - {""}
        _point(by_name, names, own)
        _point(by_parent, names if matching.sub_customers else (), own)
        _point(by_customer_id, map(fold_code, matching.customer_ids), own)
        _point(by_reference, map(fold_code, (contract.id, *matching.references)), own)
    named = _settled(by_name)
    return Directory(
        slots=tuple(slots),
        by_name={name: found for name, found in named.items() if name in own_names},
        by_alias={name: found for name, found in named.items() if name not in own_names},
        by_parent=_settled(by_parent),
        by_customer_id=_settled(by_customer_id),
        by_reference=_settled(by_reference),
    )


_Found = dict[str, tuple[Slot, ...] | list[Slot]]
"""Slots under names: the tuple of one contract, which its names share, or a list for those of several."""


def _point(found: _Found, names: Iterable[str], own: tuple[Slot, ...]) -> None:
    """Add a contract's slots under each of its distinct names."""
    for name in set(names):
        known = found.setdefault(name, own)
        if isinstance(known, list):
            known.extend(own)
        elif known is not own:
            found[name] = [*known, *own]


def _settled(found: _Found) -> dict[str, tuple[Slot, ...]]:
    return {name: slots if isinstance(slots, tuple) else tuple(slots) for name, slots in found.items()}


class _Spelling:
    """Folds each distinct name and code once; slots of charges alike share what comes out."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}
        self._codes: dict[ChargeMatching, _Codes] = {}

    def slot(self, number: int, contract: Contract, charge: Charge) -> Slot:
        """The slot of a charge."""
        words = self._words.get(charge.name)
        if words is None:
            words = self._words[charge.name] = spaced_words(charge.name)
        codes = self._codes.get(charge.matching)
        if codes is None:
            codes = self._codes[charge.matching] = _codes_of(charge.matching)
        return Slot(number, contract, charge, contract.currency, words, *codes)


_Codes = tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str], tuple[str, ...], str]


def _codes_of(matching: ChargeMatching) -> _Codes:
    """Templates, items, accounts, trackings, patterns and group as a slot has them."""
    return (
        frozenset(map(fold_code, matching.templates)),
        frozenset(map(fold_code, matching.items)),
        frozenset(map(fold_code, matching.accounts)),
        frozenset(map(fold_code, matching.tracking)),
        tuple(spaced_words(pattern) for pattern in matching.patterns),
        fold_code(matching.group or ""),
    )


def _in_order(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    return tuple({slot.number: slot for slot in sorted(slots, key=lambda slot: slot.number)}.values())
