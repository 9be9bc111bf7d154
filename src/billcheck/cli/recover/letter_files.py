"""Where a notice or a letter goes: its language, its templates, its format, and the file it is written to.

Comes in: the words of a command line, and a letter that was made. Goes out: text on standard output, or a file that is
there as a whole or not at all. Must not know what the letter says.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from billcheck.cli.arguments import parse_working_date
from billcheck.cli.console import write, write_text
from billcheck.errors import Problem, UsageError
from billcheck.report.page import line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

LANGUAGES = ("en", "nl", "de", "fr")
FORMATS = ("markdown", "html", "text", "docx")
Format = Literal["markdown", "html", "text", "docx"]
ENDINGS: dict[str, Format] = {".md": "markdown", ".html": "html", ".htm": "html", ".txt": "text", ".docx": "docx"}


class NeedsFileError(Problem):
    """A DOCX document cannot be shown on a terminal."""

    remedy = "Give -o FILE.docx."


class OverwritesCaseError(Problem):
    """This file is the case, and would be overwritten by the letter."""

    remedy = "Give another file."


class Letter(Protocol):
    """What can be written in every format."""

    def to_markdown(self) -> str:
        """As Markdown."""
        ...

    def to_html(self) -> str:
        """As a page of HTML."""
        ...

    def to_text(self) -> str:
        """As plain text."""
        ...

    def to_docx(self) -> bytes:
        """As a DOCX document."""
        ...


def add_letter_options(parser: ArgumentParser) -> None:
    """`--language`, `--issue-date`, `--from`, `--phone`, `--business`, `--templates`, `--format` and `-o`."""
    parser.add_argument("--language", choices=LANGUAGES, required=True, help="the language of the client")
    parser.add_argument(
        "--issue-date", type=parse_working_date, metavar="DATE", required=True, help="the date of the letter"
    )
    parser.add_argument("--from", dest="sender", metavar="NAME", required=True, help="who writes, and is to be called")
    parser.add_argument("--phone", metavar="NUMBER", required=True, help="the number to call")
    parser.add_argument("--business", metavar="NAME", default="", help="your business, below the name")
    parser.add_argument("--templates", metavar="FOLDER", help="templates of your own, in front of those that ship")
    parser.add_argument(
        "--format", choices=FORMATS, help="how to write it (default: as the file's name ends, else markdown)"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write it to this file")


def refuse_output(arguments: Namespace) -> None:
    """Refuse a file that cannot be written, before anything is worked out.

    Raises:
        UsageError: It is the case itself, or there is none for a DOCX document.
    """
    output: Path | None = arguments.output
    if output is None and form_of(arguments) == "docx":
        raise UsageError([NeedsFileError("--format", "docx")])
    if output is not None and os.path.realpath(output) == os.path.realpath(arguments.case):
        raise UsageError([OverwritesCaseError("--output", str(output))])


def form_of(arguments: Namespace) -> Format:
    """The format asked for, else the one that the file's name ends with."""
    form: Format | None = arguments.format
    if form is not None:
        return form
    return ENDINGS.get("" if arguments.output is None else arguments.output.suffix.lower(), "markdown")


def deliver(letter: Letter, arguments: Namespace) -> None:
    """Write the letter to its file, or to standard output."""
    from billcheck.whole_files import write_whole

    form = form_of(arguments)
    if arguments.output is None:
        write_text(_text(letter, form))
        return
    write_whole(arguments.output, letter.to_docx() if form == "docx" else _text(letter, form))
    write([line(f"{arguments.output}: written. Nothing was sent.")])


def _text(letter: Letter, form: Format) -> str:
    if form == "html":
        return letter.to_html()
    return letter.to_text() if form == "text" else letter.to_markdown()
