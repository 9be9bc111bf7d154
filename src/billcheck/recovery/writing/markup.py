"""What a template made, read into the parts of a letter.

Comes in: the small set of HTML that templates are written in. Goes out: parts, or every place where something else
stands, with its line. Facts are told from words by two marks that the templates put around them. Must not know
templates, languages or formats.

Allowed are `section` with `data-part`, `h1`, `h2`, `p`, `br`, `strong`, `ul`, `li`, `table`, `thead`, `tbody`, `tfoot`,
`tr`, `th` and `td`; `class="amount"` on a cell sets its column to the right. White space is that of HTML.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from billcheck.errors import Problem
from billcheck.recovery.writing.page import Bullets, Heading, Paragraph, Part, Run, Table, TableRow

if TYPE_CHECKING:
    from billcheck.recovery.writing.page import Block, Runs

FACT_BEGINS, FACT_ENDS = "\ue000", "\ue001"
"""Characters for private use; in facts themselves they are written as escapes."""

_WITHIN: dict[str, frozenset[str]] = {
    "section": frozenset({""}),
    "h1": frozenset({"section"}),
    "h2": frozenset({"section"}),
    "p": frozenset({"section"}),
    "ul": frozenset({"section"}),
    "table": frozenset({"section"}),
    "li": frozenset({"ul"}),
    "thead": frozenset({"table"}),
    "tbody": frozenset({"table"}),
    "tfoot": frozenset({"table"}),
    "tr": frozenset({"thead", "tbody", "tfoot"}),
    "th": frozenset({"tr"}),
    "td": frozenset({"tr"}),
    "strong": frozenset({"h1", "h2", "p", "li", "th", "td"}),
    "br": frozenset({"h1", "h2", "p", "li", "th", "td"}),
}
_HOLDS_TEXT = frozenset({"h1", "h2", "p", "li", "th", "td", "strong"})
_LINES = _HOLDS_TEXT - {"strong"}
_ATTRIBUTES = {"section": "data-part", "th": "class", "td": "class"}
_SPACE = re.compile(r"[ \t\n\r\f]+")
_MARKS = re.compile(f"([{FACT_BEGINS}{FACT_ENDS}])")


class MarkupNotKnownError(Problem):
    """The template made something that a letter has no place for."""

    remedy = "docs/reference/notice-templates.md names the tags that may be used, and what may stand within what."


def read_markup(text: str, where: str) -> tuple[tuple[Part, ...], list[Problem]]:
    """The parts of a letter, and all that is wrong with the text; where something is, the parts are not to be used."""
    reader = _Reader(where)
    reader.feed(text)
    reader.close()
    if reader.open:
        reader.refuse(f"<{reader.open[-1]}> is not closed.", f"<{reader.open[-1]}>")
    return tuple(reader.parts), reader.problems


class _Reader(HTMLParser):
    """Follows the tags; text outside of a paragraph, cell or item is refused unless it is white space."""

    def __init__(self, where: str) -> None:
        super().__init__(convert_charrefs=True)
        self.where = where
        self.parts: list[Part] = []
        self.problems: list[Problem] = []
        self.open: list[str] = []
        self._name = ""
        self._blocks: list[Block] = []
        self._runs: list[Run] = []
        self._items: list[Runs] = []
        self._rows: list[TableRow] = []
        self._cells: list[Runs] = []
        self._amounts: list[bool] = []
        self._is_fact = False

    def refuse(self, what: str, value: str) -> None:
        """Note a fault at the current place."""
        self.problems.append(MarkupNotKnownError(f"{self.where} line {self.getpos()[0]}", value, what=what))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        shown = self.get_starttag_text() or f"<{tag}>"
        inside = self.open[-1] if self.open else ""
        if inside not in _WITHIN.get(tag, ()):
            place = f"within <{inside}>" if inside else "outside of every section"
            what = f"<{tag}> cannot stand {place}." if tag in _WITHIN else f"<{tag}> is no tag of a letter."
            self.refuse(what, shown)
        elif {name for name, _ in attrs} - {_ATTRIBUTES.get(tag)}:
            self.refuse(f"<{tag}> has an attribute that does nothing in a letter.", shown)
        if tag == "br":
            self._runs.append(Run("\n", is_break=True))
            return
        self.open.append(tag)
        if tag in _LINES:
            self._runs = []
        if tag in {"th", "td"} and not self._rows:
            self._amounts.append(dict(attrs).get("class") == "amount")
        elif tag == "section":
            self._begin_part(dict(attrs).get("data-part") or "", shown)
        elif tag == "table":
            self._rows, self._amounts = [], []
        elif tag == "tr":
            self._cells = []
        elif tag == "ul":
            self._items = []

    def _begin_part(self, name: str, shown: str) -> None:
        if not name or any(part.name == name for part in self.parts):
            self.refuse('Every section needs a data-part="…" of its own.', shown)
        self._name, self._blocks = name, []

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.refuse(f"</{tag}> closes nothing.", f"</{tag}>")
            return
        self.open.pop()
        if tag in {"h1", "h2"}:
            self._blocks.append(Heading(int(tag[1]), _tidied(self._runs)))
        elif tag == "p":
            self._blocks.append(Paragraph(_tidied(self._runs)))
        elif tag == "li":
            self._items.append(_tidied(self._runs))
        elif tag in {"th", "td"}:
            self._cells.append(_tidied(self._runs))
        elif tag == "ul":
            self._blocks.append(Bullets(tuple(self._items)))
        elif tag == "tr":
            self._end_row()
        elif tag == "table":
            self._blocks.append(Table(tuple(self._rows), tuple(self._amounts)))
        elif tag == "section":
            self.parts.append(Part(self._name, tuple(self._blocks)))

    def _end_row(self) -> None:
        if self._rows and len(self._cells) != len(self._rows[0].cells):
            count = f"{len(self._cells)} instead of {len(self._rows[0].cells)}"
            self.refuse(f"A row of the table has {count} cells.", "</tr>")
        kind = self.open[-1] if self.open else ""
        self._rows.append(TableRow(tuple(self._cells), is_head=kind == "thead", is_sum=kind == "tfoot"))

    def handle_data(self, data: str) -> None:
        is_strong = "strong" in self.open
        for piece in _MARKS.split(data):
            if piece in {FACT_BEGINS, FACT_ENDS}:
                self._is_fact = piece == FACT_BEGINS
            elif self.open and self.open[-1] in _HOLDS_TEXT:
                self._runs.append(Run(_SPACE.sub(" ", piece), is_strong=is_strong, is_fact=self._is_fact))
            elif piece.strip():
                self.refuse("There is text outside of every paragraph, item and cell.", piece.strip()[:60])

    def handle_comment(self, data: str) -> None:
        self.refuse("A comment would be lost. Write {# … #} instead.", f"<!--{data[:40]}")

    def handle_decl(self, decl: str) -> None:
        self.refuse("A template of a letter is no whole page.", f"<!{decl[:40]}>")

    def handle_pi(self, data: str) -> None:
        self.refuse("A template of a letter has no place for instructions.", f"<?{data[:40]}>")


def read_words(page: str) -> str:
    """The words that a whole page of HTML shows, in one line."""
    reader = _Words()
    reader.feed(page)
    reader.close()
    return " ".join(" ".join(reader.words).split())


class _Words(HTMLParser):
    """Collects text, except that of styles and scripts, and what stands for pictures."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"style", "script"}
        self.words += [value for name, value in attrs if name in {"alt", "title"} and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"style", "script"}

    def handle_data(self, data: str) -> None:
        if self._silent <= 0:
            self.words.append(data)


def _tidied(runs: list[Run]) -> Runs:
    """The runs with single spaces, and none at the ends of a line."""
    kept: list[Run] = []
    for run in runs:
        if run.is_break:
            _trim_end(kept)
            kept.append(run)
            continue
        is_at_start = not kept or kept[-1].is_break or kept[-1].text.endswith(" ")
        text = run.text.lstrip(" ") if is_at_start else run.text
        if text:
            kept.append(run._replace(text=text))
    _trim_end(kept)
    return tuple(kept)


def _trim_end(kept: list[Run]) -> None:
    while kept and not kept[-1].is_break:
        text = kept[-1].text.rstrip(" ")
        if text:
            kept[-1] = kept[-1]._replace(text=text)
            return
        kept.pop()
