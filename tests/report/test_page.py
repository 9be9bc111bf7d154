from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck.report.page import Span, grid, line, pad, plain, visible, width_of


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


@settings(deadline=None)
@given(st.text())
def test_nothing_that_moves_a_cursor_or_turns_text_gets_through(text: str) -> None:
    shown = visible(text)
    categories = {unicodedata.category(character) for character in shown} - {"Cf"}
    assert not categories & {"Cc", "Cs", "Zl", "Zp"}
    assert {character for character in shown if unicodedata.category(character) == "Cf"} <= {"\u200c", "\u200d"}
    assert visible(shown) == shown


def test_wide_and_combining_characters_are_counted_in_columns() -> None:
    assert width_of("株式") == 4
    assert width_of("e\u0301") == 1
    assert pad("株", 4) + "|" == "株  |"
    assert pad("1", 3, "right") == "  1"
    assert pad("long", 2) == "long"


def test_a_grid_lines_up_and_cuts_nothing() -> None:
    cells = [
        (Span("Name"), Span("Amount")),
        (Span("株式会社"), Span("1.00")),
        (Span("x" * 30), Span("1,000.00", "bad")),
        (Span("short"),),
    ]
    text = plain(grid(cells, ("left", "right"), indent=2)).splitlines()
    assert text == [
        "  Name                              Amount",
        "  株式会社                            1.00",
        f"  {'x' * 30}  1,000.00",
        "  short",
    ]


def test_a_heading_row_is_muted_unless_there_is_none() -> None:
    cells = [(Span("a"),), (Span("b"),)]
    assert [spans[1].role for spans in grid(cells, ("left",))] == ["muted", "plain"]
    assert [spans[1].role for spans in grid(cells, ("left",), head=False)] == ["plain", "plain"]


def test_plain_text_has_no_spaces_at_line_ends() -> None:
    assert plain([line("a  "), (), line("b", indent=3)]) == "a\n\n   b\n"
