"""On which line of its file a charge stands.

Comes in: the path of a contract file, the id of a contract and the name of a charge. Goes out: the line of text on
which the charge begins, for TOML, JSON and YAML files; None wherever it is not certain. Read only when a face asks, for
reading a contract needs no line numbers. Must not know reports.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billcheck.contracts.yaml_file import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKENS = re.compile(
    r'"""(?:\\.|(?!""").)*"{3,5}'  # texts over several lines may hold what looks like a heading
    r"|'''(?:(?!''').)*'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|^[ \t]*\[\[[ \t]*(?P<heading>contract(?:[ \t]*\.[ \t]*charge)?)[ \t]*\]\]",
    re.DOTALL | re.MULTILINE,
)
_MARKS = re.compile(r'"(?:\\.|[^"\\])*"|[{}\[\]:]', re.DOTALL)
"""What gives a JSON text its structure."""
_CONTRACT, _CHARGE = "contract", "charge"

Headings = list[list[int]]
"""For each contract its line, and then those of its charges."""


class ChargeLines:
    """The lines of charges, by file; each file is read once, when the first of its charges is asked for."""

    def __init__(self) -> None:
        self._files: dict[str, dict[tuple[str, str | None], int]] = {}

    def find(self, path: str, contract: str, charge: str | None = None) -> int | None:
        """The line, from 1, of the heading of a charge, or of a contract where no charge is named; None if unknown."""
        if path not in self._files:
            self._files[path] = _read(path)
        lines = self._files[path]
        return lines.get((contract, charge), lines.get((contract, None)))


def _read(path: str) -> dict[tuple[str, str | None], int]:
    kind = _KINDS.get(Path(path).suffix.lower())
    if kind is None:
        return {}
    load, find = kind
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        tables = load(text)
        headings = [] if tables is None else find(text)
    except (OSError, ValueError):  # it was read a moment ago, and has changed since
        return {}
    return find_lines(headings, tables)


def find_lines(headings: Headings, tables: object) -> dict[tuple[str, str | None], int]:
    """The lines by contract and charge; none where the headings are not one for one the tables."""
    contracts = tables.get(_CONTRACT, []) if isinstance(tables, dict) else []
    if not isinstance(contracts, list) or len(contracts) != len(headings):
        return {}
    lines: dict[tuple[str, str | None], int] = {}
    for table, (first, *others) in zip(contracts, headings, strict=True):
        contract = table.get("id", "")
        lines[contract, None] = first
        charges = table.get(_CHARGE, [])
        if isinstance(charges, list) and len(charges) == len(others):
            names = [charge.get("name", "") for charge in charges]
            lines.update({(contract, name): line for name, line in zip(names, others, strict=True)})
    return lines


def toml_headings(text: str) -> Headings:
    """The headings of contracts and charges in a TOML text."""
    headings: Headings = []
    line, counted_to = 1, 0
    for token in _TOKENS.finditer(text):
        name = token["heading"]
        if name is None:
            continue
        line += text.count("\n", counted_to, token.start("heading"))
        counted_to = token.start("heading")
        if name == _CONTRACT:
            headings.append([line])
        elif not headings:
            return []
        else:
            headings[-1].append(line)
    return headings


def json_headings(text: str) -> Headings:
    """The lines on which the objects of contracts and charges begin in a JSON text."""
    headings: Headings = []
    keys: list[str] = []  # of the objects that are open, the key whose value is being read; "[" for a list
    last, line, counted_to = "", 1, 0
    for token in _MARKS.finditer(text):
        mark = token[0]
        if mark == "{":
            line += text.count("\n", counted_to, token.start())
            counted_to = token.start()
            if keys == [_CONTRACT, "["]:
                headings.append([line])
            elif keys == [_CONTRACT, "[", _CHARGE, "["]:
                headings[-1].append(line)
            keys.append("")
        elif mark == "[":
            keys.append(mark)
        elif mark in {"}", "]"}:
            keys.pop()
        elif mark == ":":
            keys[-1] = last
        else:
            last = json.loads(mark)
    return headings


def yaml_headings(text: str) -> Headings:
    """The lines on which the tables of contracts and charges begin in a YAML text, whose extra is installed."""
    import yaml  # noqa: PLC0415 - an extra, loaded when a YAML file is read

    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    return [
        [contract.start_mark.line + 1, *(charge.start_mark.line + 1 for charge in _yaml_items(contract, _CHARGE))]
        for contract in _yaml_items(root, _CONTRACT)
    ]


def _yaml_items(node: Any, key: str) -> list[Any]:  # noqa: ANN401 - the types of the package know no nodes
    found = [value for name, value in node.value if name.value == key] if node.id == "mapping" else []
    return [item for value in found if value.id == "sequence" for item in value.value]


def _parse_yaml(text: str) -> object:
    return parse_yaml("", text, [])


_KINDS: dict[str, tuple[Callable[[str], object], Callable[[str], Headings]]] = {
    ".toml": (tomllib.loads, toml_headings),
    ".json": (json.loads, json_headings),
    ".yaml": (_parse_yaml, yaml_headings),
    ".yml": (_parse_yaml, yaml_headings),
}
"""How a file is read, and where its contracts and charges begin, by its ending."""
