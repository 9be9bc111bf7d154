"""On which line of its file a charge stands.

Comes in: the path of a contract file, the id of a contract and the name of a charge. Goes out: the line of text on
which the charge begins, for TOML files; None wherever it is not certain. Read only when a face asks, for reading a
contract needs no line numbers. Must not know reports.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

_TOKENS = re.compile(
    r'"""(?:\\.|(?!""").)*"{3,5}'  # texts over several lines may hold what looks like a heading
    r"|'''(?:(?!''').)*'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|^[ \t]*\[\[[ \t]*(?P<heading>contract(?:[ \t]*\.[ \t]*charge)?)[ \t]*\]\]",
    re.DOTALL | re.MULTILINE,
)
_CONTRACT = "contract"


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
    if Path(path).suffix.lower() != ".toml":
        return {}
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        tables = tomllib.loads(text)
    except (OSError, ValueError):  # it was read a moment ago, and has changed since
        return {}
    return find_lines(text, tables)


def find_lines(text: str, tables: dict[str, Any]) -> dict[tuple[str, str | None], int]:
    """The lines of headings by contract and charge; none where the headings are not one for one the tables."""
    headings: list[list[int]] = []
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
            return {}
        else:
            headings[-1].append(line)
    contracts = tables.get(_CONTRACT, [])
    if not isinstance(contracts, list) or len(contracts) != len(headings):
        return {}
    lines: dict[tuple[str, str | None], int] = {}
    for table, (first, *others) in zip(contracts, headings, strict=True):
        contract = table.get("id", "")
        lines[contract, None] = first
        charges = table.get("charge", [])
        if isinstance(charges, list) and len(charges) == len(others):
            names = [charge.get("name", "") for charge in charges]
            lines.update({(contract, name): line for name, line in zip(names, others, strict=True)})
    return lines
