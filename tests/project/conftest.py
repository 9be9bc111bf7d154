"""Says after a run how much test code there is for the code; the aim is half again as much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.project.sources import ROOT, modules

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

AIM = 1.5


def lines_of_code(folder: Path) -> int:
    """Lines of Python below a folder that are not empty."""
    return sum(bool(line.strip()) for path in modules(folder) for line in path.read_text(encoding="utf-8").splitlines())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line; a remark, never a failure."""
    code, tests = lines_of_code(ROOT / "src"), lines_of_code(ROOT / "tests")
    terminalreporter.write_line(f"{tests:,} lines of tests for {code:,} lines of code: {tests / code:.2f} (aim: {AIM})")
