"""Reads tables back out of what a face wrote, independently of how it wrote them."""

from __future__ import annotations

import re
from html.parser import HTMLParser

Table = list[list[str]]


def markdown_tables(text: str) -> list[Table]:
    tables: list[Table] = []
    before = ""
    for line in text.splitlines():
        if line.startswith("| "):
            cells = [re.sub(r"\\(.)", r"\1", cell) for cell in re.split(r" (?<!\\)\| ", f"{line[2:]} ")][:-1]
            if not before.startswith("| "):
                tables.append([])
            if not set("".join(cells)) <= set("-:"):
                tables[-1].append(cells)
        before = line
    return tables


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self.is_data = False
        self.cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.is_data = ("class", "data") in attrs
            if self.is_data:
                self.tables.append([])
        elif self.is_data and tag == "tr":
            self.tables[-1].append([])
        elif self.is_data and tag in {"td", "th"}:
            self.cell = []

    def handle_endtag(self, tag: str) -> None:
        if self.cell is not None and tag in {"td", "th"}:
            self.tables[-1][-1].append("".join(self.cell))
            self.cell = None
        elif tag == "table":
            self.is_data = False

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)


def html_tables(text: str) -> list[Table]:
    parser = _Tables()
    parser.feed(text)
    return parser.tables


def plain(text: str) -> str:
    """A figure without grouping and currency: ``7,200.00 EUR`` is ``7200.00``."""
    return text.replace(",", "").split(" ")[0]
