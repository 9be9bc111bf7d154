from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from billcheck.cli import console
from billcheck.report.page import Span, line

if TYPE_CHECKING:
    import pytest


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


LINES = [line("Verdict", "bad"), (), (Span("[bold] "), Span("x" * 150, "good"))]


def test_a_file_gets_plain_text_whole(capsys: pytest.CaptureFixture[str]) -> None:
    console.write(LINES)
    assert capsys.readouterr().out == f"Verdict\n\n[bold] {'x' * 150}\n"


def test_a_terminal_gets_colour_and_nothing_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    console.write(LINES)
    text = terminal.getvalue()
    assert "\x1b[1;31mVerdict\x1b[0m" in text
    assert "x" * 150 in text
    assert "[bold] " in text


def test_no_color_and_dumb_terminals_get_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb")):
        terminal = Terminal()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", terminal)
            patch.setenv(name, value)
            console.write(LINES)
        assert "\x1b" not in terminal.getvalue()


def test_remarks_go_to_standard_error_without_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    console.note("a\x1b[2J\nb")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "a\\x1b[2J\nb\n")


def test_progress_is_silent_where_nobody_looks_on(capsys: pytest.CaptureFixture[str]) -> None:
    before = threading.active_count()
    with console.progress("Checking"):
        assert threading.active_count() == before
    assert capsys.readouterr().err == ""


def test_progress_shows_only_what_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with console.progress("Checking"):
        pass
    assert "Checking" not in terminal.getvalue()
    monkeypatch.setattr(console, "PROGRESS_AFTER_SECONDS", 0.0)
    with console.progress("Checking"):
        deadline = time.monotonic() + 10
        while "Checking" not in terminal.getvalue() and time.monotonic() < deadline:
            time.sleep(0.02)
    assert "Checking" in terminal.getvalue()


def test_progress_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands there is shown as it is: brackets and colons of it are no styles."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(console, "PROGRESS_AFTER_SECONDS", 0.0)
    said = "Fetching x: [bold] 3 of 7 :smile: \\x1b[2J"
    with console.progress("Fetching x:") as show:
        show("[bold] 3 of 7 :smile: \x1b[2J")
        deadline = time.monotonic() + 10
        while said not in terminal.getvalue() and time.monotonic() < deadline:
            time.sleep(0.02)
    assert said in terminal.getvalue()


def test_how_far_it_is_is_told_to_nobody_where_nobody_looks_on(capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress("Fetching x:") as show:
        show("3 of 7")
    assert capsys.readouterr().err == ""


def test_a_reader_that_stops_early_is_no_error() -> None:
    code = (
        "import sys\n"
        "from billcheck.cli import console\n"
        "console.prepare()\n"
        "sys.stdin.read()\n"
        "console.write_text('x' * 1_000_000)\n"
        "console.write_text('more')\n"
        "sys.exit(3)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate(b"")
    assert errors == b""
    assert process.returncode == 3


def test_characters_the_output_cannot_spell_are_escaped() -> None:
    code = "from billcheck.cli import console\nconsole.prepare()\nconsole.write_text('株 é\\n')"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=True)
    assert done.stdout == b"\\u682a \\xe9\n"
