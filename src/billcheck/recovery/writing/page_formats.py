"""A letter in its formats: Markdown, HTML and plain text.

Comes in: a page. Goes out: text. What was put in is escaped for each format, so that a name can neither draw nor link.
Must not know what the letter is about.
"""

from __future__ import annotations

import re
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING

from billcheck.recovery.writing.page import Bullets, Heading, Paragraph, Table, joined, text_of
from billcheck.report.markdown import escaped
from billcheck.report.page import Span, grid, width_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.recovery.writing.page import Block, Page, Part, Runs, TableRow
    from billcheck.recovery.writing.templates import Templates

TEXT_WIDTH = 78
"""Columns of plain text; a table may be wider."""

_ESCAPED_DAY = re.compile(r"^(\d{1,2})\\\. (?=\w+ \d{4}\b)")
_AMOUNT, _SUM = ' class="amount"', ' class="sum"'

FRAME = "page.html"
"""The template of the whole HTML page, with its style."""


def to_markdown(page: Page) -> str:
    """The letter as Markdown."""
    return "\n\n".join(_markdown(block) for part in page.parts for block in part.blocks) + "\n"


def _markdown(block: Block) -> str:
    match block:
        case Heading(level, runs):
            return f"{'#' * level} {_markdown_line(runs)}"
        case Paragraph(runs):
            return _markdown_line(runs)
        case Bullets(items):
            return "\n".join(f"- {_markdown_line(item)}" for item in items)
        case Table(rows, is_amount):
            rule = ["---:" if amount else "---" for amount in is_amount]
            heads = [_markdown_cells(row) for row in rows if row.is_head] or [[""] * len(is_amount)]
            cells = [*heads, rule, *(_markdown_cells(row) for row in rows if not row.is_head)]
            return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _markdown_cells(row: TableRow) -> list[str]:
    # A table of Markdown has one row of headings and no breaks within a cell.
    cells = [_markdown_line(cell).replace("  \n", ", ") for cell in row.cells]
    return [f"**{cell}**" if row.is_sum and cell and "**" not in cell else cell for cell in cells]


def _markdown_line(runs: Runs) -> str:
    parts = []
    for run in joined(runs):
        if run.is_break:
            parts.append("  \n")
            continue
        # A no-break space keeps "1. Juli 2026" from being a list as a backslash does, and is not seen.
        text = _ESCAPED_DAY.sub("\\1.\N{NO-BREAK SPACE}", escaped(run.text))
        if run.is_strong and text.strip():
            inner = text.strip(" ")
            text = text.replace(inner, f"**{inner}**", 1)
        parts.append(text)
    return "".join(parts)


def to_html(page: Page, templates: Templates) -> str:
    """The letter as a page of HTML that needs nothing else.

    Raises:
        TemplatesRefusedError: The user's own frame has faults.
    """
    from markupsafe import Markup  # noqa: PLC0415 - comes with Jinja2, which is loaded by now

    body = "\n".join(_html_part(part) for part in page.parts)
    facts = {"language": page.language, "title": page.title, "body": Markup(body)}  # noqa: S704 - escaped below
    return templates.frame(FRAME, facts).rstrip("\n") + "\n"


def _html_part(part: Part) -> str:
    blocks = "\n".join(_html(block) for block in part.blocks)
    return f'<section class="{escape(part.name)}">\n{blocks}\n</section>'


def _html(block: Block) -> str:
    match block:
        case Heading(level, runs):
            return f"<h{level}>{_html_line(runs)}</h{level}>"
        case Paragraph(runs):
            return f"<p>{_html_line(runs)}</p>"
        case Bullets(items):
            return "\n".join(["<ul>", *(f"<li>{_html_line(item)}</li>" for item in items), "</ul>"])
        case Table(rows, is_amount):
            return "\n".join(["<table>", *_html_rows(rows, is_amount), "</table>"])


def _html_rows(rows: tuple[TableRow, ...], is_amount: tuple[bool, ...]) -> Iterator[str]:
    for row in rows:
        begin, end = ('<th scope="col"', "</th>") if row.is_head else ("<td", "</td>")
        cells = "".join(
            f"{begin}{_AMOUNT if amount else ''}>{_html_line(cell)}{end}"
            for cell, amount in zip(row.cells, is_amount, strict=True)
        )
        yield f"<tr{_SUM if row.is_sum else ''}>{cells}</tr>"


def _html_line(runs: Runs) -> str:
    parts = []
    for run in joined(runs):
        text = "<br>" if run.is_break else escape(run.text)
        parts.append(f"<strong>{text}</strong>" if run.is_strong and not run.is_break else text)
    return "".join(parts)


def to_text(page: Page) -> str:
    """The letter as plain text for a mail, wrapped at `TEXT_WIDTH` columns; tables are aligned and never wrapped."""
    return "\n\n".join("\n".join(_text(block)) for part in page.parts for block in part.blocks) + "\n"


def _text(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, runs):
            title = text_of(runs)
            yield from (title, ("=" if level == 1 else "-") * width_of(title))
        case Paragraph(runs):
            yield from _wrapped(runs, "", "")
        case Bullets(items):
            for item in items:
                yield from _wrapped(item, "- ", "  ")
        case Table(rows, is_amount):
            aligns = ["right" if amount else "left" for amount in is_amount]
            cells = [[Span(text_of(cell).replace("\n", ", ")) for cell in row.cells] for row in rows]
            for spans in grid(cells, aligns):  # type: ignore[arg-type]
                yield "".join(span.text for span in spans).rstrip()


def _wrapped(runs: Runs, first: str, later: str) -> Iterator[str]:
    for number, line in enumerate(text_of(runs).split("\n")):
        begin = later if number else first
        yield from wrap(line, TEXT_WIDTH, initial_indent=begin, subsequent_indent=later, break_long_words=False,
                        break_on_hyphens=False) or [""]  # fmt: skip
