"""Pseudonyms for the names in a report, and texts without the amounts they name.

Comes in: the names of a report, then any text of it. Goes out: the text with every name, and every word of a name that
could tell it, replaced. Better a harmless word too many than a name too few. Must not know what the texts are for.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from billcheck.money import HIDDEN, MINOR_DIGITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.report.report import Report

_WORD = re.compile(r"[^\W_]+")
_LONGEST_GAP = 3
"""So many spaces, dots or dashes may stand between the words of a name."""

_SHORTEST_TELLING_WORD = 3
_COMMON_WORDS = """
the and van der den von und des les pour for with from per not all any one two
company group holding holdings service services solutions international limited ltd llc inc corp gmbh srl spa sarl sas
plc bvba oyj aps
agreed billed invoice invoices charge charges contract contracts period periods customer customers customer client
amount price credit credited line lines document documents ledger short due month months year years quarter day days
january february march april may june july august september october november december
tax excl incl percent retainer bookkeeping seats support subscription licence license hosting maintenance fee redacted
"""
_TELLING_NOTHING = frozenset(_COMMON_WORDS.split())
"""Words of names that also stand in other texts and tell nobody by themselves."""

_DECIMAL_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)+(?!\d)(?!\s?(?:%|percent))")
_MONEY = re.compile(r"-?\d+(?= ([A-Z]{3})\b)")
_ANY_NUMBER = re.compile(r"(?<![\d/])(?<!\d-)\d+(?![\d/]|-\d)(?!\s?(?:%|percent))")


def hide_amounts(text: str) -> str:
    """A text without what looks like an amount: a number with decimals or groups, or before the code of a currency."""
    text = _DECIMAL_NUMBER.sub(HIDDEN, text)
    return _MONEY.sub(lambda found: HIDDEN if found[1] in MINOR_DIGITS else found[0], text)


def hide_numbers(text: str) -> str:
    """A text without any number but days, fractions and percents."""
    return _ANY_NUMBER.sub(HIDDEN, hide_amounts(text))


class Pseudonyms:
    """What stands in the place of each name."""

    def __init__(self) -> None:
        self._sequences: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._words: dict[str, str] = {}
        self._ids: dict[tuple[str, str], str] = {}
        self._taken: set[tuple[str, str]] = set()

    @classmethod
    def of(cls, report: Report) -> Pseudonyms:
        """The pseudonyms of a report: customers of contracts in their order, then those the ledger alone names."""
        names = cls()
        numbered: dict[tuple[str, str], str] = {}
        counted: Counter[str] = Counter()
        for what, texts in _people_in(report):
            keys = [(what, _folded(text)) for text in texts]
            pseudonym = next((numbered[key] for key in keys if key in numbered), "")
            if not pseudonym:
                counted[what] += 1
                pseudonym = f"{what} {counted[what]}"
            for key, text in zip(keys, texts, strict=True):
                numbered.setdefault(key, pseudonym)
                names._add(text, pseudonym)
        for contract in report.agreements:
            names._name("contract", contract.id)
            for charge in contract.charges:
                names._name("charge", charge.name)
        return names

    def _add(self, name: str, pseudonym: str) -> None:
        words = _words_of(name)
        if not words:
            return
        for sequence in {words, ("".join(words),)}:
            self._sequences.setdefault(sequence[0], []).append((sequence, pseudonym))
            self._sequences[sequence[0]].sort(key=lambda entry: -len(entry[0]))
        for word in words:
            if len(word) >= _SHORTEST_TELLING_WORD and word not in _TELLING_NOTHING and not word.isdigit():
                self._words.setdefault(word, pseudonym)

    def _name(self, what: str, text: str) -> None:
        """Keep apart the ids of contracts, and the names of charges, that would read alike."""
        if (what, text) in self._ids:
            return
        plain = candidate = self._replaced(text)
        number = 1
        while (what, candidate) in self._taken:
            number += 1
            candidate = f"{plain} ({number})"
        self._ids[what, text] = candidate
        self._taken.add((what, candidate))

    def replace(self, text: str, field: str) -> str:
        """The text without names; `field` is where it stands, so that ids stay ids."""
        if field in {"contract", "contracts", "together_with"}:
            return self._ids.get(("contract", text)) or self._replaced(text)
        if field in {"charge", "charges"}:
            return " + ".join(self._ids.get(("charge", part)) or self._replaced(part) for part in text.split(" + "))
        return self._replaced(text)

    def _replaced(self, text: str) -> str:
        words = [(_plain(found[0]), found.start(), found.end()) for found in _WORD.finditer(text)]
        parts: list[str] = []
        position, number, last = 0, 0, ""
        while number < len(words):
            length, pseudonym = self._match(words, number)
            if not length:
                number, last = number + 1, ""
                continue
            between = text[position : words[number][1]]
            # Two words of one name in a row are one name.
            if not (pseudonym == last and len(between) <= _LONGEST_GAP):
                parts += [between, pseudonym]
            position, last = words[number + length - 1][2], pseudonym
            number += length
        return "".join([*parts, text[position:]])

    def _match(self, words: list[tuple[str, int, int]], number: int) -> tuple[int, str]:
        """How many words from this one on are a name, or one that tells it, and what stands in their place."""
        for sequence, pseudonym in self._sequences.get(words[number][0], ()):
            span = words[number : number + len(sequence)]
            if tuple(word for word, _, _ in span) == sequence and all(
                later[1] - earlier[2] <= _LONGEST_GAP for earlier, later in pairwise(span)
            ):
                return len(sequence), pseudonym
        pseudonym = self._words.get(words[number][0], "")
        return (1, pseudonym) if pseudonym else (0, "")


def _people_in(report: Report) -> Iterator[tuple[str, list[str]]]:
    """Whoever a report names, each with all spellings that are known to be one, customers before persons."""
    for contract in report.agreements:
        yield "customer", [text for text in (contract.customer, *contract.matching.aliases) if text]
    billed = {entry.customer for entry in report.residue} | {entry.customer for entry in report.outside}
    ignored = {entry.text for entry in report.unused_scope if entry.kind == "customer"}
    for customer in sorted(billed | ignored | {entry.customer for entry in report.refused}):
        if customer:
            yield "customer", [customer]
    deciding = (outcome.decision.by for outcome in report.decisions)
    for person in dict.fromkeys((*(contract.owner for contract in report.agreements), *deciding)):
        if person:
            yield "person", [person]


def _words_of(name: str) -> tuple[str, ...]:
    return tuple(_plain(word) for word in _WORD.findall(name))


def _folded(name: str) -> str:
    return " ".join(_words_of(name)) or name


def _plain(word: str) -> str:
    """A word without case and accents."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char)).casefold() or word
