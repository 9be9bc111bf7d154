"""Columns of a table of charges: which key a heading stands for, and what a cell under it means.

Comes in: the JSON Schema of contract files, headings, cells as text. Goes out: the path of a key, values of the types
that contract files know, and the other way round. The keys are those of the schema, so that a key that contract files
learn is a column at once. Must not know files or sheets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from billcheck.contracts.schema import contract_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.contracts.faults import Path

Tree: TypeAlias = Any
"""Tables, lists and values below each other, as a file or a schema holds them."""

SEPARATOR = ";"
"""Between the texts of a list that stand in one cell."""
LONGEST_LIST = 200
"""How many items a list may have that is written in numbered columns."""

_WHOLE = re.compile(r"[0-9]{1,15}")
_NUMBER = re.compile(r"[1-9][0-9]{0,2}")


@lru_cache(maxsize=1)
def _tables() -> dict[str, Any]:
    schema: Any = contract_schema()
    tables: dict[str, Any] = schema["$defs"]
    return tables


@dataclass(frozen=True, slots=True)
class Leaf:
    """What may stand in the cells of one column."""

    is_list: bool = False
    is_flag: bool = False
    is_whole: bool = False
    is_day: bool = False
    patterns: tuple[str, ...] = ()

    def read(self, text: str) -> object:
        """The value a cell's text means; a text that means none is given back for whoever explains the fault."""
        if self.is_list:
            return [part.strip() for part in text.split(SEPARATOR)]
        if self.is_flag and text.casefold() in {"true", "false"}:
            return text.casefold() == "true"
        if self.is_whole and _WHOLE.fullmatch(text) and not any(re.search(known, text) for known in self.patterns):
            return int(text)
        return text


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading as written, the key path it stands for, and what its cells may hold."""

    heading: str
    path: Path
    leaf: Leaf


class Keys:
    """The keys of contracts, charges and amendments, as headings write them: ``tax.percent``, ``tiers.1.up_to``."""

    def __init__(self) -> None:
        self._tables = _tables()
        self._contract = self._tables["ContractShape"]
        self._charge = self._tables["ChargeShape"]

    def of_charges(self, heading: str) -> Column | None:
        """The column of a table of charges: a path from the contract, whose charge is number 0; None for no key.

        ``contract`` is the contract's id, ``charge`` the charge's name, ``contract.start`` the contract's own start;
        of keys that only contracts have, ``contract.`` may be left out.
        """
        if heading == "contract":
            return Column(heading, ("id",), Leaf())
        if heading == "charge":
            return Column(heading, ("charge", 0, "name"), Leaf())
        words = heading.split(".")
        if words[0] == "contract":
            return (
                None if words[1:2] in (["charge"], ["amendments"]) else self._find(heading, self._contract, words[1:])
            )
        found = self._find(heading, self._charge, words, ("charge", 0))
        if found is None and words[0] not in {"id", "charge", "amendments"}:
            found = self._find(heading, self._contract, words)
        return None if found is None or "amendments" in found.path else found

    def of_amendments(self, heading: str) -> Column | None:
        """The column of a table of amendments: a path from the amendment; None for no key."""
        if heading in {"contract", "charge"}:
            return Column(heading, (heading,), Leaf())
        for owner in (self._charge, self._contract):
            below = owner["properties"].get("amendments")
            if below is not None:
                found = self._find(heading, below["items"], heading.split("."))
                if found is not None:
                    return found
        return None

    def names(self, *, are_amendments: bool) -> list[str]:
        """A heading for every key whose values stand in cells, to suggest one of; the first of numbered ones."""
        if are_amendments:
            return ["contract", "charge", *self._flat(self._charge["properties"]["amendments"]["items"])]
        own = [name for name in self._flat(self._charge) if name.split(".")[0] not in {"name", "amendments"}]
        others = [
            name for name in self._flat(self._contract) if name.split(".")[0] not in {"id", "charge", "amendments"}
        ]
        return list(dict.fromkeys(["contract", "charge", *own, *others, *(f"contract.{name}" for name in others)]))

    def _flat(self, node: Tree) -> Iterator[str]:
        """The words that lead from a table to each of its values; to those that it must have first."""
        for option in self._options(node):
            known, required = option.get("properties", {}), option.get("required", ())
            for name, below in sorted(known.items(), key=lambda item: item[0] not in required):
                yield from (f"{name}.{words}" if words else name for words in self._ends(below))
            if "patternProperties" in option:
                yield from sorted(option["examples"][0])[:1] if "examples" in option else ()

    def _ends(self, node: Tree) -> Iterator[str]:
        """The words that lead from a key to its values; nothing where it has one itself."""
        for option in self._options(node):
            if option.get("type") == "object":
                yield from self._flat(option)
            elif option.get("type") != "array" or any(self._leaves_of_list(option, [], ())):
                yield ""
                return
            else:
                yield from (f"1.{words}" if words else "1" for words in self._ends(option["items"]))

    def _find(self, heading: str, node: Tree, words: list[str], prefix: Path = ()) -> Column | None:
        found = list(self._leaves(node, words, prefix))
        if not found:
            return None
        options = [option for _, option in found]
        leaf = Leaf(
            is_list=any(option.get("type") == "array" for option in options),
            is_flag=any(option.get("type") == "boolean" for option in options),
            is_whole=any(option.get("type") == "integer" for option in options),
            is_day=any(option.get("format") == "date" for option in options),
            patterns=tuple(option["pattern"] for option in options if "pattern" in option),
        )
        return Column(heading, found[0][0], leaf)

    def _options(self, node: Tree) -> Iterator[Any]:
        """The alternatives of a schema, each without references."""
        if "$ref" in node:
            yield from self._options(self._tables[node["$ref"].rpartition("/")[2]])
        elif "anyOf" in node:
            for option in node["anyOf"]:
                yield from self._options(option)
        else:
            yield node

    def _leaves(self, node: Tree, words: list[str], path: Path) -> Iterator[tuple[Path, Any]]:
        """The single values, and lists of texts, that the words lead to, with their paths."""
        for option in self._options(node):
            kind = option.get("type")
            if kind == "object":
                yield from self._leaves_of_table(option, words, path)
            elif kind == "array":
                yield from self._leaves_of_list(option, words, path)
            elif not words:
                yield path, option

    def _leaves_of_table(self, node: Tree, words: list[str], path: Path) -> Iterator[tuple[Path, Any]]:
        if not words:
            return
        known = node.get("properties", {})
        if words[0] in known:
            yield from self._leaves(known[words[0]], words[1:], (*path, words[0]))
            return
        patterns = node.get("patternProperties", {})
        below = next((patterns[known] for known in patterns), node.get("additionalProperties"))
        if isinstance(below, dict):
            is_single = all(option.get("type") not in {"object", "array"} for option in self._options(below))
            key, rest = (".".join(words), []) if is_single else (words[0], words[1:])
            yield from self._leaves(below, rest, (*path, key))

    def _leaves_of_list(self, node: Tree, words: list[str], path: Path) -> Iterator[tuple[Path, Any]]:
        if words:
            if _NUMBER.fullmatch(words[0]) and int(words[0]) <= LONGEST_LIST:
                yield from self._leaves(node["items"], words[1:], (*path, int(words[0]) - 1))
        elif all(option.get("type") == "string" for option in self._options(node["items"])):
            yield path, node


def heading_of(path: Path) -> str:
    """A key path as a heading writes it; items of lists are counted from 1."""
    return ".".join(str(key + 1) if isinstance(key, int) else key for key in path)


def put(node: Tree, path: Path, value: object) -> bool:
    """Put a value at a path below a table or list, making what lies on the way; False where something stands there.

    A gap in a list is None until `close_gaps`.
    """
    key, rest = path[0], path[1:]
    if isinstance(key, int):
        node.extend([None] * (key + 1 - len(node)))
        is_free = node[key] is None
    else:
        is_free = key not in node
    if not rest:
        if is_free:
            node[key] = value
        return is_free
    kind = list if isinstance(rest[0], int) else dict
    if is_free:
        node[key] = kind()
    return isinstance(node[key], kind) and put(node[key], rest, value)


def close_gaps(node: Tree) -> None:
    """Empty tables and texts in the gaps of lists, so that each is told at its place."""
    if isinstance(node, list):
        empty: Any = {} if any(isinstance(item, dict) for item in node) else ""
        node[:] = [type(empty)() if item is None else item for item in node]
    for below in node.values() if isinstance(node, dict) else node:
        if isinstance(below, dict | list):
            close_gaps(below)


def flatten(table: dict[str, Any], path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every value of a table as cells hold it, with its path; what is empty says nothing and is left out.

    The texts of a list stand in one cell, unless one of them holds what stands between them.
    """
    for key, value in table.items():
        yield from _flatten_value(value, (*path, key))


def _flatten_value(value: Tree, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, dict):
        yield from flatten(value, path)
    elif isinstance(value, list):
        if value and all(isinstance(item, str) and SEPARATOR not in item for item in value):
            yield path, SEPARATOR.join(value)
        else:
            for index, item in enumerate(value):
                yield from _flatten_value(item, (*path, index))
    elif isinstance(value, bool):
        yield path, "true" if value else "false"
    elif isinstance(value, date):
        yield path, value.isoformat()
    else:
        yield path, str(value)
