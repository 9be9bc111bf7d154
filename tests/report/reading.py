"""What the faces of a report say, read back into figures by other means than those that wrote them."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator

Figures = tuple[str | None, str, str | None]
"""Expected, billed and shortfall as plain figures; None where it is not said."""

XML_NUMBERS = re.compile(r"agreed (not known|-?[\d.]+), billed (-?[\d.]+), shortfall (-?[\d.]+) ([A-Z]{3})")


class Command(NamedTuple):
    """A workflow command as the runner of GitHub reads it."""

    level: str
    properties: dict[str, str]
    message: str


def read_commands(text: str) -> list[Command]:
    """Every line is one command; whatever else would stand there fails."""
    commands = []
    for line in text.splitlines():
        found = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line)
        assert found, line
        properties = dict(entry.split("=", 1) for entry in found[2].split(","))
        commands.append(Command(found[1], {k: unescaped(v) for k, v in properties.items()}, unescaped(found[3])))
    return commands


def unescaped(text: str) -> str:
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


def read_suites(text: str) -> list[ET.Element]:
    root = ET.fromstring(text.encode())  # noqa: S314 - written a moment ago
    assert root.tag == "testsuites"
    return list(root)


def read_sarif(text: str) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(text)["runs"][0]
    return run


def read_tables(markdown: str) -> Iterator[list[dict[str, str]]]:
    """The tables of a Markdown text, each as rows by heading, without what escapes."""
    block: list[list[str]] = []
    for line in [*markdown.split("\n"), ""]:
        if line.startswith("| "):
            block.append([plain_of(cell) for cell in re.split(r"(?<!\\) \| ", line[2:-2])])
        elif block:
            headings, _, *rows = block
            yield [dict(zip(headings, row, strict=True)) for row in rows]
            block = []


def plain_of(cell: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", cell)


def ungrouped(text: str) -> str:
    return text.replace(",", "")


def rows_of(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for contract in data["contracts"]:
        for row in contract["rows"]:
            yield {**row, "contract": contract["contract"], "currency": contract["currency"]}
