from __future__ import annotations

import json
import re
from argparse import Action, ArgumentParser, _SubParsersAction
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from billcheck.cli.main import COMMANDS, make_parser
from billcheck.findings import KINDS, Status, Totals
from billcheck.report.json_text import report_schema_text

if TYPE_CHECKING:
    from collections.abc import Iterator

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def parser_of(command: str) -> ArgumentParser:
    (subparsers,) = [action for action in make_parser()._actions if isinstance(action, _SubParsersAction)]
    parser: ArgumentParser = subparsers.choices[command]
    return parser


def actions_of(parser: ArgumentParser) -> Iterator[Action]:
    """All arguments of a parser and of what is below it; the names of what is below count as choices."""
    for action in parser._actions:
        yield action
        if isinstance(action, _SubParsersAction):
            for below in action.choices.values():
                yield from actions_of(below)


def section_of(text: str, heading: str) -> str:
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"no section {heading!r}"
    return found[1]


@pytest.mark.parametrize("command", [command.NAME for command in COMMANDS])
def test_every_command_and_option_is_documented(command: str) -> None:
    section = section_of((REFERENCE / "command-line.md").read_text(encoding="utf-8"), f"billcheck {command}")
    for action in actions_of(parser_of(command)):
        for name in action.option_strings:
            assert name in {"-h", "--help"} or f"`{name}" in section, name
        for choice in action.choices or ():
            assert f"`{choice}`" in section, choice
        if not action.option_strings and action.metavar and not action.choices:
            assert f"`{action.metavar}" in section


@pytest.mark.parametrize("command", [command.NAME for command in COMMANDS])
def test_no_option_is_documented_that_does_not_exist(command: str) -> None:
    section = section_of((REFERENCE / "command-line.md").read_text(encoding="utf-8"), f"billcheck {command}")
    known = {name for action in actions_of(parser_of(command)) for name in action.option_strings}
    assert set(re.findall(r"`(--[a-z-]+)", section)) <= known


def test_the_commands_of_the_page_are_the_commands() -> None:
    text = (REFERENCE / "command-line.md").read_text(encoding="utf-8")
    assert re.findall(r"^## billcheck (\w+)$", text, re.MULTILINE) == [command.NAME for command in COMMANDS]


def test_every_key_of_the_report_is_documented() -> None:
    text = (REFERENCE / "report-json.md").read_text(encoding="utf-8")

    def names(node: object) -> set[str]:
        if isinstance(node, list):
            return set().union(*map(names, node)) if node else set()
        if not isinstance(node, dict):
            return set()
        own = set(node["properties"]) if node.get("type") == "object" else set()
        return own.union(*(names(value) for value in node.values()))

    for name in sorted(names(json.loads(report_schema_text()))):
        assert f"`{name}`" in text, name
    for total in Totals("EUR").amounts():
        assert f"`{total}`" in text
    for status in Status:
        assert f"`{status}`" in text


def test_every_exit_code_and_kind_is_documented() -> None:
    text = (REFERENCE / "exit-codes.md").read_text(encoding="utf-8")
    for code in (0, 1, 2, 3):
        assert re.search(rf"^\| {code} \|", text, re.MULTILINE)
    for kind, entry in KINDS.items():
        assert (f"`{kind}`" in text) == (entry.severity == "error")
