"""The examples of the documentation are read and compared as their authors mean them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sybil import Document, Example, Region
from sybil.region import Lexeme

from tests.project.examples import Command, matches, read_commands, run_console_block, trimmed, write_shown_file

if TYPE_CHECKING:
    from pathlib import Path


def as_example(source: str, **options: str) -> Example:
    region = Region(0, 0, parsed=Lexeme(source, 0, 0), lexemes={"options": options})
    document = Document("", "page.md")
    return Example(document, 1, 1, region, document.namespace)


def test_a_block_holds_commands_and_what_they_print() -> None:
    block = "$ billcheck demo\none\n\ntwo\n$ billcheck check a.csv \\\n    --contracts c.toml\n$ echo $?\n1\n"
    assert list(read_commands(block)) == [
        Command("billcheck demo", ("one", "", "two")),
        Command("billcheck check a.csv --contracts c.toml", ()),
        Command("echo $?", ("1",)),
    ]


def test_a_block_without_commands_holds_none() -> None:
    assert list(read_commands("just text\n")) == []


@pytest.mark.parametrize(
    ("printed", "expected", "is_match"),
    [
        (["a", "b"], ["a", "b"], True),
        (["a", "b"], ["a"], False),
        (["a"], ["a", "b"], False),
        (["a", "b", "c"], ["a", "...", "c"], True),
        (["a", "c"], ["a", "...", "c"], True),
        (["a", "b", "c"], ["...", "b", "..."], True),
        (["a", "b", "c"], ["...", "x", "..."], False),
        (["a", "b", "c", "d"], ["...", "b", "...", "d"], True),
        (["a"], ["..."], True),
        ([], [], True),
    ],
)
def test_three_dots_stand_for_any_number_of_lines(printed: list[str], expected: list[str], *, is_match: bool) -> None:
    assert matches(printed, expected) is is_match


def test_spaces_at_line_ends_and_empty_lines_around_do_not_count() -> None:
    assert trimmed(["", " a  ", "", "b", " "]) == [" a", "", "b"]


def test_a_command_that_prints_what_the_page_says_holds_true() -> None:
    assert run_console_block(as_example("$ billcheck check --fail-on\n...\n$ echo $?\n2\n")) is None


def test_a_command_that_prints_something_else_is_shown() -> None:
    difference = run_console_block(as_example("$ billcheck check --fail-on\nall is well\n"))
    assert difference is not None
    assert "expected one argument" in difference
    assert "all is well" in difference


def test_another_program_is_refused() -> None:
    difference = run_console_block(as_example("$ rm -r folder\n"))
    assert difference is not None
    assert "bash" in difference


def test_output_can_go_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_console_block(as_example("$ billcheck schema report > report.schema.json\n")) is None
    assert (tmp_path / "report.schema.json").read_text(encoding="utf-8").startswith("{")


def test_a_shown_file_is_written_once_and_compared_from_then_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert write_shown_file(as_example("id = 1\n", caption="agreed/contracts.toml")) is None
    assert (tmp_path / "agreed" / "contracts.toml").read_text(encoding="utf-8") == "id = 1\n"
    assert write_shown_file(as_example("id = 1\n", caption="agreed/contracts.toml")) is None
    difference = write_shown_file(as_example("id = 2\n", caption="agreed/contracts.toml"))
    assert difference is not None
    assert "id = 1" in difference


def test_a_block_without_a_caption_is_only_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert write_shown_file(as_example("id = 1\n")) is None
    assert list(tmp_path.iterdir()) == []
