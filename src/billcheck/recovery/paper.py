"""A paper to read: headings, paragraphs, lists and tables, as Markdown and as a page of HTML.

Comes in: words and figures that are already texts. Goes out: text in which all data is escaped, so that a name can
neither draw nor link; the page is self-contained, fetches nothing, runs nothing, and prints well. Both faces say
the same. Must not know what a paper is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from billcheck.report.markdown import escaped as escaped_markdown
from billcheck.report.markdown import table as markdown_table
from billcheck.report.notebook import escaped as escaped_html

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from billcheck.report.page import Align

INTERNAL_MARK = "internal – do not send"
"""What every page bears that no client may see."""

Tone = Literal["plain", "strong", "muted", "attention"]

_STYLE = """\
@page{size:A4;margin:18mm 16mm}
body{font:10.5pt/1.45 "Liberation Sans",Arial,Helvetica,sans-serif;margin:2em auto}
body{color:#1b1b1b;background:#fff;max-width:60em;padding:0 1.5em}
h1{font-size:1.5em;line-height:1.2;margin:0 0 .6em}
h2{font-size:1.12em;margin:1.6em 0 .4em;break-after:avoid}
p,ul{margin:.45em 0}
ul{padding-left:1.3em}
li{margin:.2em 0}
table.data{border-collapse:collapse;margin:.6em 0;width:100%;font-size:.93em}
table.data th,table.data td{padding:.3em .55em;text-align:left;vertical-align:top;border-bottom:1px solid #d5d5d5}
table.data thead th{border-bottom:2px solid #8a8a8a;font-weight:600}
table.data tr{break-inside:avoid}
table.data .right{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
table.data .short{white-space:nowrap}
table.data tr.total td{font-weight:600;border-top:1px solid #8a8a8a}
.strong{font-weight:600;break-after:avoid}
.muted{color:#5a5a5a}
.attention{border-left:4px solid #b9770e;padding-left:.7em;font-weight:600}
table.sheet{width:100%;border-collapse:collapse}
table.sheet>thead>tr>td,table.sheet>tbody>tr>td{padding:0}
.mark{color:#8e1b10;font-weight:700;text-align:center;border:1.5px solid #8e1b10;padding:.2em;margin-bottom:1em}
@media print{body{margin:0;max-width:none;padding:0}}"""

_SHORT = 14


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the last `totals` rows are sums. Rows have as many cells as there are headings."""

    headings: tuple[str, ...]
    aligns: tuple[Align, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: int = 0


Block = Heading | Paragraph | Bullets | Table


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper. `mark` is what every page bears, "" for none."""

    title: str
    blocks: tuple[Block, ...]
    mark: str = ""


def to_markdown(paper: Paper) -> str:
    """The paper as Markdown, with a newline at its end; the mark stands at both ends and below every heading."""
    mark = f"**{escaped_markdown(paper.mark)}**" if paper.mark else ""
    parts = [f"# {escaped_markdown(paper.title)}", mark]
    for block in paper.blocks:
        parts.append(_markdown_block(block))
        if isinstance(block, Heading) and paper.mark:
            parts.append(f"*{escaped_markdown(paper.mark)}*")
    return "\n\n".join(filter(None, [*parts, mark])) + "\n"


def _markdown_block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"## {escaped_markdown(block.text)}"
    if isinstance(block, Paragraph):
        text = escaped_markdown(block.text)
        return f"**{text}**" if block.tone in {"strong", "attention"} else text
    if isinstance(block, Bullets):
        return "\n".join(f"- {escaped_markdown(text)}" for text in block.texts)
    return markdown_table([escaped_markdown(name) for name in block.headings], block.aligns, block.rows)


def to_html(paper: Paper) -> str:
    """The paper as a whole page of HTML; when printed, the mark stands at the top of each page."""
    body = "\n".join(html for block in paper.blocks for html in _html_block(block))
    content = f"<h1>{escaped_html(paper.title)}</h1>\n{body}"
    if paper.mark:
        # The head of a table is the one thing that every browser repeats on each printed page.
        mark = f'<div class="mark">{escaped_html(paper.mark)}</div>'
        content = (
            f'<table class="sheet" role="presentation"><thead><tr><td>{mark}</td></tr></thead>'
            f"<tbody><tr><td>\n{content}\n</td></tr></tbody></table>"
        )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escaped_html(paper.title)}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n"
        f"<body>\n{content}\n</body>\n</html>\n"
    )


def _html_block(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"<h2>{escaped_html(block.text)}</h2>"
    elif isinstance(block, Paragraph):
        kind = "" if block.tone == "plain" else f' class="{block.tone}"'
        yield f"<p{kind}>{escaped_html(block.text)}</p>"
    elif isinstance(block, Bullets):
        yield "<ul>"
        yield from (f"<li>{escaped_html(text)}</li>" for text in block.texts)
        yield "</ul>"
    else:
        yield '<table class="data">'
        yield f"<thead>{_html_row(block.headings, block.aligns, 'th')}</thead>"
        yield "<tbody>"
        first_total = len(block.rows) - block.totals
        for number, row in enumerate(block.rows):
            yield _html_row(row, block.aligns, "td", is_total=number >= first_total)
        yield "</tbody></table>"


def _html_row(cells: Sequence[str], aligns: Sequence[Align], tag: str, *, is_total: bool = False) -> str:
    filled = "".join(
        f"<{tag}{_class_of(cell, align)}>{escaped_html(cell)}</{tag}>"
        for cell, align in zip(cells, aligns, strict=True)
    )
    total = ' class="total"' if is_total else ""
    return f"<tr{total}>{filled}</tr>"


def _class_of(cell: str, align: Align) -> str:
    """Amounts to the right; what is short, such as a date, is never broken."""
    if align == "right":
        return ' class="right"'
    return ' class="short"' if len(cell) <= _SHORT else ""
