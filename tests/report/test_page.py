from __future__ import annotations

from billcheck.report.page import Span, grid, line, pad, plain, shown, width_of


def test_lines_go_out_with_every_character_seen_and_as_no_command() -> None:
    lines = [line("a\x1bb", indent=2), (Span("  "), Span("::x", "bad"), Span("::y\n")), (Span("##[z", "good"),)]
    assert list(shown(lines)) == [
        (Span("  a\\x1bb"),),
        (Span("  "), Span("\\x3a:x", "bad"), Span("::y\\x0a")),
        (Span("\\x23#[z", "good"),),
    ]
    assert plain(lines) == "  a\\x1bb\n  \\x3a:x::y\\x0a\n\\x23#[z\n"


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
