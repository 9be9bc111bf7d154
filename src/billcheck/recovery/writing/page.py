"""A letter as values: named parts, each of headings, paragraphs, lists and tables.

Comes in: what a template made. Goes out: frozen values that every format is written from. Each run of text knows
whether it is a word of the template or a fact that was put into it, so that a check of the wording never meets a
client's name. Must not know templates, languages or formats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Run(NamedTuple):
    """A run of text; `is_fact` where it was put in, `is_break` where a new line begins."""

    text: str
    is_strong: bool = False
    is_fact: bool = False
    is_break: bool = False


Runs = tuple[Run, ...]


def text_of(runs: Runs) -> str:
    """The words of some runs; a new line is a line feed."""
    return "".join("\n" if run.is_break else run.text for run in runs)


def joined(runs: Runs) -> Runs:
    """The runs, those that look the same as one, wherever their words come from."""
    made: list[Run] = []
    for run in runs:
        last = made[-1] if made else None
        if last is not None and not (run.is_break or last.is_break) and run.is_strong == last.is_strong:
            made[-1] = last._replace(text=last.text + run.text)
        else:
            made.append(run)
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 1 is the subject of the letter."""

    level: int
    runs: Runs


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences."""

    runs: Runs


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; its items are in order."""

    items: tuple[Runs, ...]


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row; a sum stands apart from what it adds up."""

    cells: tuple[Runs, ...]
    is_head: bool = False
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of equally many cells, those of the heading first; `is_amount` tells which columns are set to the right."""

    rows: tuple[TableRow, ...]
    is_amount: tuple[bool, ...]


Block = Heading | Paragraph | Bullets | Table


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a letter, by the name that its template gives it."""

    name: str
    blocks: tuple[Block, ...]

    def lines(self) -> Iterator[Runs]:
        """The runs of every paragraph, heading, item and cell, in order."""
        for block in self.blocks:
            match block:
                case Heading() | Paragraph():
                    yield block.runs
                case Bullets():
                    yield from block.items
                case Table():
                    for row in block.rows:
                        yield from row.cells

    @property
    def text(self) -> str:
        """All its words, a line each."""
        return "\n".join(text_of(runs) for runs in self.lines())


@dataclass(frozen=True, slots=True)
class Page:
    """A whole letter. `template` is the name of the file it was made with, for messages."""

    language: str
    template: str
    parts: tuple[Part, ...]

    @property
    def title(self) -> str:
        """Its subject, in one line."""
        for part in self.parts:
            for block in part.blocks:
                if isinstance(block, Heading):
                    return " ".join(text_of(block.runs).split())
        return ""

    @property
    def text(self) -> str:
        """All its words."""
        return "\n".join(part.text for part in self.parts)

    def part(self, name: str) -> Part | None:
        """The part of this name."""
        return next((part for part in self.parts if part.name == name), None)
