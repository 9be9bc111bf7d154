from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.characters import visible, visible_json, visible_lines, without_commands


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hartwell Interieur", "Hartwell Interieur"),
        ("Müller & Søn 株式会社", "Müller & Søn 株式会社"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\rc\td", "a\\x0ab\\x0dc\\x09d"),
        ("abc\u202edef", "abc\\u202edef"),
        ("a\u2066b\u2069", "a\\u2066b\\u2069"),
        ("\u200fa\ufeff", "\\u200fa\\ufeff"),
        ("\x9b1m", "\\x9b1m"),
        ("a\u2028b", "a\\u2028b"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_what_cannot_be_seen_is_escaped(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_that_moves_a_cursor_or_turns_text_gets_through(text: str) -> None:
    shown = visible(text)
    categories = {unicodedata.category(character) for character in shown} - {"Cf"}
    assert not categories & {"Cc", "Cs", "Zl", "Zp"}
    assert {character for character in shown if unicodedata.category(character) == "Cf"} <= {"\u200c", "\u200d"}
    assert visible(shown) == shown


@given(st.text())
def test_only_line_feeds_end_lines_of_a_text_of_several(text: str) -> None:
    assert visible_lines(text).split("\n") == [visible(part) for part in text.split("\n")]


@given(st.recursive(st.text() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_says_the_same_with_every_character_seen(value: object) -> None:
    for indent in (None, 2):
        text = visible_json(json.dumps(value, ensure_ascii=False, indent=indent))
        assert json.loads(text) == value
        assert visible_lines(text) == text


def test_json_keeps_what_is_seen_and_escapes_the_rest() -> None:
    assert visible_json('"é\u202e\x7f\U000e0041"') == '"é\\u202e\\u007f\\udb40\\udc41"'


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("::error::x", "\\x3a:error::x"),
        ("  ::stop-commands::x", "  \\x3a:stop-commands::x"),
        ("a ::error::x", "a ::error::x"),
        (":error", ":error"),
        ("a ##[group]", "a \\x23#[group]"),
        ("##vso[task.setvariable]", "\\x23#vso[task.setvariable]"),
        ("## Heading", "## Heading"),
    ],
)
def test_a_line_of_a_log_is_no_command_to_a_runner(line: str, shown: str) -> None:
    assert without_commands(line) == shown
    assert without_commands(shown) == shown


def test_two_colons_within_a_line_are_left() -> None:
    assert without_commands("::x", begins_line=False) == "::x"
