"""What the commands print: results on standard output, everything else on standard error.

Comes in: lines with roles, or plain text. Goes out: colour where a person looks on at a terminal, else plain text that
is never wrapped or cut. Lines and remarks go through `page.shown`, which lets no character of the data do anything. A
reader that closes the pipe early is no error. Must not know reports.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from io import TextIOWrapper
from threading import Timer
from typing import TYPE_CHECKING, TextIO

from billcheck.characters import visible
from billcheck.report.page import Span, plain, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from billcheck.report.page import Line

PROGRESS_AFTER_SECONDS = 1.0

_STYLES = {
    "plain": "",
    "heading": "bold",
    "strong": "bold",
    "muted": "dim",
    "good": "green",
    "attention": "yellow",
    "bad": "bold red",
}


def prepare() -> None:
    """Make sure that a character the output cannot spell is escaped, and that lines end the same way everywhere."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace", newline="\n")


def write_text(text: str) -> None:
    """Text of a result, as it is; the format it is in has escaped whatever would not be seen."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has seen enough. What is still buffered goes nowhere, so that closing cannot fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write(lines: Iterable[Line]) -> None:
    """Lines of a result, coloured where somebody looks on."""
    if not _is_colourful(sys.stdout):
        write_text(plain(lines))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    text = Text("\n").join(
        Text.assemble(*((span.text, _STYLES[span.role]) for span in spans)) for spans in shown(lines)
    )
    console.print(text)


def note(text: str) -> None:
    """A remark beside the result; what is quoted in it shows all of its characters and begins no command."""
    sys.stderr.write(plain((Span(part),) for part in text.rstrip("\n").split("\n")))


def _is_colourful(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


@contextmanager
def progress(what: str) -> Iterator[Callable[[str], None]]:
    """Say on a terminal what is going on, once it takes longer than a second; nothing anywhere else.

    What it gives takes how far that is, in words that replace those before.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    from rich.console import Console
    from rich.text import Text

    status = Console(stderr=True).status(Text(what))
    timer = Timer(PROGRESS_AFTER_SECONDS, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda words: status.update(Text(f"{what} {visible(words)}"))
    finally:
        timer.cancel()
        timer.join()
        status.stop()
