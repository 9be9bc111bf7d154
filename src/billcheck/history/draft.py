"""A drafted contract as it will be written: keys, values, and beside each by what it is known.

Comes in: keys, values and remarks. Goes out: frozen values, and their text as a TOML file. A remark never holds a
character that is not seen. Must not know ledgers, or why a remark is made.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from billcheck.characters import visible
from billcheck.contracts import acceptance
from billcheck.contracts.kinds import TEXT
from billcheck.contracts.written import toml_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

QUESTION = acceptance.QUESTION
"""Begins a remark on what the ledger cannot tell."""
GUESS = "GUESS:"
"""Begins a remark on a value that the ledger suggests and does not prove."""

_TERM = re.compile(TEXT)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_WIDTH = 110
_LONGEST_REMARK = 70


def is_term(text: str) -> bool:
    """Whether a contract file can hold a text as it is: it holds no control character, and no space at either end."""
    return _TERM.fullmatch(text) is not None and _CONTROL.search(text) is None


def as_term(text: str) -> str:
    """A text as a contract file can hold it, with a space in place of what it cannot."""
    return _CONTROL.sub(" ", text).strip()


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value (a date, a text, a number, a list or a table of such), and the remark beside it.

    `above` are remarks on lines of their own. Members of a list of tables may have remarks: they are entries without a
    key.
    """

    key: str
    value: Any
    remark: str = ""
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftCharge:
    """A drafted charge: remarks on where it comes from, then its keys.

    `asked` are the first days of periods that a remark of its own asks about.
    """

    remarks: tuple[str, ...]
    entries: tuple[Entry, ...]
    asked: frozenset[date] = frozenset()

    @property
    def name(self) -> str:
        """The name of the charge."""
        return next(str(entry.value) for entry in self.entries if entry.key == "name")

    def to_table(self) -> dict[str, Any]:
        """Its keys with their values, as a contract file is read."""
        return _table(self.entries)


@dataclass(frozen=True, slots=True)
class DraftContract:
    """A drafted contract; `left_out` are remarks on what was billed and is not in it, each perhaps of several lines.

    `account` is the number of the account it was drafted from.
    """

    entries: tuple[Entry, ...]
    charges: tuple[DraftCharge, ...]
    left_out: tuple[str, ...] = ()
    account: int = 0

    def to_table(self) -> dict[str, Any]:
        """Its keys with their values as a contract file is read, without the mark of a draft."""
        return {**_table(self.entries), "charge": [charge.to_table() for charge in self.charges]}


def _table(entries: Iterable[Entry]) -> dict[str, Any]:
    return {entry.key: _plain(entry.value) for entry in entries}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever TOML can hold
    return [each.value for each in value] if isinstance(value, list) and _has_entries(value) else value


def _has_entries(value: Iterable[object]) -> bool:
    return any(isinstance(member, Entry) for member in value)


@dataclass(frozen=True, slots=True)
class Drafts:
    """What was drafted from a ledger.

    `heading` are remarks on the ledger as a whole, `left_out` on customers of whom nothing is drafted. `refused` counts
    the rows of the ledger that could not be read.
    """

    heading: tuple[str, ...]
    contracts: tuple[DraftContract, ...]
    left_out: tuple[str, ...] = ()
    refused: int = 0

    @property
    def charges(self) -> int:
        """How many charges were drafted."""
        return sum(len(contract.charges) for contract in self.contracts)

    def to_toml(self) -> str:
        """The text of a contract file in TOML, in which every contract is marked as a draft."""
        lines = [*_remarks(self.heading), ""]
        for contract in self.contracts:
            lines += ["[[contract]]", "draft = true", *_entries(contract.entries), ""]
            for charge in contract.charges:
                lines += ["[[contract.charge]]", *_remarks(charge.remarks), *_entries(charge.entries), ""]
            lines += _blocks(contract.left_out)
        return "\n".join([*lines, *_blocks(self.left_out)])


def _blocks(remarks: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for remark in remarks:
        lines += [*_remarks([remark]), ""]
    return lines


def _remarks(remarks: Sequence[str]) -> list[str]:
    """Remarks as comments; a line feed in one begins a new line, which is not wrapped."""
    return [f"# {line}".rstrip() for remark in remarks for line in _lines_of(remark)]


def _lines_of(remark: str) -> Iterator[str]:
    first, *others = remark.split("\n")
    yield from wrap(visible(first), _WIDTH, break_long_words=False, break_on_hyphens=False) or [""]
    yield from map(visible, others)


def _entries(entries: Sequence[Entry]) -> Iterator[str]:
    for entry in entries:
        is_long = len(entry.remark) > _LONGEST_REMARK
        yield from _remarks([*entry.above, *([entry.remark] if is_long else [])])
        beside = f"  # {visible(entry.remark)}" if entry.remark and not is_long else ""
        if isinstance(entry.value, list) and _has_entries(entry.value):
            yield f"{entry.key} = [{beside}"
            for member in entry.value:
                yield from (
                    f"    {line}"
                    for line in _remarks([*member.above, member.remark] if member.remark else member.above)
                )
                yield f"    {toml_text(member.value)},"
            yield "]"
        else:
            yield f"{entry.key} = {toml_text(entry.value)}{beside}"
