from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from argparse import Action, ArgumentParser, _SubParsersAction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.cli.main import COMMANDS, make_parser
from billcheck.findings import KINDS, Status, Totals
from billcheck.report.json_text import report_schema_text

if TYPE_CHECKING:
    from collections.abc import Iterator

WHOLE = ("config", "connectors", "decisions", "recover")
"""Commands of which the page of exit codes names none of the actions."""
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


def leaves_of(parser: ArgumentParser, name: str = "", above: Any = None) -> Iterator[tuple[str, Any]]:
    """Each command with its action, and the function that does it."""
    below = [action for action in parser._actions if isinstance(action, _SubParsersAction)]
    function = parser.get_default("act") or parser.get_default("run") or above
    if not below:
        yield name, function
    for action in below:
        for word, inner in action.choices.items():
            yield from leaves_of(inner, f"{name} {word}".strip(), function)


def speaks(function: Any) -> bool:
    """Whether a command gives back anything but 0 and what another function gives back."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    given = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    return not all(isinstance(value, ast.Call) or ast.unparse(value) == "0" for value in given if value is not None)


def test_the_page_of_exit_codes_names_every_command() -> None:
    section = section_of((REFERENCE / "exit-codes.md").read_text(encoding="utf-8"), "The other commands")
    rows = {row[0]: row[1:] for row in re.findall(r"^\| `([^`]+)` \| *(.*?) *\| *(.*?) *\|$", section, re.MULTILINE)}
    others = re.findall(r"`([a-z ]+)`", section[section.index("All others") :])
    leaves = {name: function for name, function in leaves_of(make_parser()) if name.split()[0] not in WHOLE}
    assert set(rows) == {name for name, function in leaves.items() if speaks(function)}
    assert all(any(cells) for cells in rows.values())
    assert sorted(others) == others == sorted({*leaves, *WHOLE} - set(rows))


@pytest.mark.parametrize("command", WHOLE)
def test_no_action_of_a_command_that_is_named_as_a_whole_speaks_through_another_code(command: str) -> None:
    leaves = dict(leaves_of(parser_of(command), command))
    assert leaves
    assert not [name for name, function in leaves.items() if speaks(function)]


def test_the_column_of_tax_says_that_it_is_rounded_row_by_row() -> None:
    page = (REFERENCE / "formats.md").read_text(encoding="utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith("| `tax_percent`, `shortfall_tax` |")]
    assert "The tax of each row is rounded by itself" in row


def test_every_exit_code_and_kind_is_documented() -> None:
    text = (REFERENCE / "exit-codes.md").read_text(encoding="utf-8")
    for code in (0, 1, 2, 3):
        assert re.search(rf"^\| {code} \|", text, re.MULTILINE)
    for kind, entry in KINDS.items():
        assert (f"`{kind}`" in text) == (entry.severity == "error")
