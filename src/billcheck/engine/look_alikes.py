"""Customers of the ledger whose names look like that of a contract, as a suggestion and nothing more.

Comes in: the customers billed without a contract, with their lines. Goes out: for a name, a sentence that names the
nearest of them and the key that would settle it. Names are held against each other only where two of their words begin
alike, and rare words first, so that many customers and many contracts stay cheap; names that differ in their legal form
alone are looked up, not compared. Must not know amounts.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import cached_property
from typing import TYPE_CHECKING

from billcheck.ledger.names import fold_name, parents_of, spaced_words

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_LIKENESS = 80
"""Percent of the letters of both names that must be the same and in the same order."""
MOST_COMPARED = 200
"""Names one contract's name is held against."""
LETTERS = 3
"""How many letters of a word must be the same."""
_LEGAL_FORMS = """
bv bvba cv nv vof ag eg gbr gmbh kg kgaa ohg ug co company corp corporation inc incorporated limited llc llp lp ltd plc
pty eurl sa sarl sas sasu sca scs snc sàrl lda ltda sl slu srl spa aps as ab asa ks is hb oy oyj ou oü doo kft sro
"""
LEGAL_FORMS = frozenset(_LEGAL_FORMS.split())
"""Words of a name that say what kind of company it is, as they are folded."""


class LookAlikes:
    """The customers without a contract, found by the beginnings of their words or by their names without legal form."""

    def __init__(self, lines: Mapping[str, int]) -> None:
        self._lines = lines

    @cached_property
    def _blocks(self) -> dict[str, list[str]]:
        blocks: dict[str, list[str]] = {}
        for name in sorted(self._lines):
            for beginning in _beginnings(name):
                blocks.setdefault(beginning, []).append(name)
        return blocks

    @cached_property
    def _by_bare_name(self) -> dict[str, str]:
        """Of the customers that share a name but for the legal form, the one with the most lines."""
        found: dict[str, str] = {}
        for name, lines in self._lines.items():
            bare = _bare_name(name)
            other = found.get(bare)
            if other is None or (-lines, name) < (-self._lines[other], other):
                found[bare] = name
        return found

    def suggest(self, customer: str) -> str:
        """A sentence about the customer that looks most like this one; empty where none does."""
        folded = fold_name(customer)
        blocks = sorted((self._blocks.get(beginning, []) for beginning in _beginnings(customer)), key=len)
        near = list(dict.fromkeys(name for block in blocks for name in block[:MOST_COMPARED]))[:MOST_COMPARED]
        scored = [(_likeness(folded, fold_name(name)), name) for name in near]
        likeness, found = max(scored, key=lambda item: (item[0], item[1]), default=(0, ""))
        if likeness < LEAST_LIKENESS:
            return ""
        key = "sub_customers = true" if folded in parents_of(fold_name(found)) else "aliases"
        return self._say(found, key)

    def suggest_other_form(self, customer: str) -> str:
        """A sentence about the customer that has this name but for its legal form; empty where none has."""
        bare = _bare_name(customer)
        found = self._by_bare_name.get(bare) if bare else None
        return "" if found is None else self._say(found, "aliases")

    def _say(self, found: str, key: str) -> str:
        count = self._lines[found]
        noun = "line" if count == 1 else "lines"
        return f'The ledger bills "{found}" {count:,} {noun}: if that is the customer, set matching.{key}.'


def _bare_name(name: str) -> str:
    """The words of a name without those of its legal form; empty where it has no others."""
    return " ".join([word for word in spaced_words(name.replace("/", "")).split() if word not in LEGAL_FORMS])


def _beginnings(name: str) -> list[str]:
    return sorted({word[:LETTERS] for word in spaced_words(name).split()})


def _likeness(one: str, other: str) -> int:
    if one in parents_of(other) or other in parents_of(one):
        return 100
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    return 200 * sum(block.size for block in blocks) // max(len(one) + len(other), 1)
