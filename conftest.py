"""The examples in the README and in the documentation are tests.

Comes in: Markdown pages. Goes out: one test for each block of Python, each console block and each file shown, in the
order of the page, in a folder of the page's own. `tests/project/examples.py` says how a block is written.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from sybil import Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser

from billcheck.cli import clock
from tests.project.examples import run_console_block, write_shown_file

TODAY = date(2026, 12, 31)
"""What day it is for the examples and the tests: none of them depends on when it is run."""

# How long a property takes is a matter of the machine. What is in force otherwise stays, as where mutants are counted.
settings.register_profile("patient", settings.get_profile(settings.get_current_profile_name()), deadline=None)
settings.load_profile("patient")

_FOLDER = "_folder"
_ORIGIN = "_origin"
_CLOCK = "_clock"


@pytest.fixture(autouse=True)
def _a_day_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: TODAY)


def _enter_folder(namespace: dict[str, Any]) -> None:
    namespace[_ORIGIN] = Path.cwd()
    namespace[_FOLDER] = TemporaryDirectory()
    os.chdir(namespace[_FOLDER].name)
    namespace[_CLOCK] = clock.today
    clock.today = lambda: TODAY


def _leave_folder(namespace: dict[str, Any]) -> None:
    clock.today = namespace[_CLOCK]
    os.chdir(namespace[_ORIGIN])
    namespace[_FOLDER].cleanup()


pytest_collect_file = Sybil(
    parsers=[
        PythonCodeBlockParser(),
        CodeBlockParser("console", run_console_block),
        *(CodeBlockParser(language, write_shown_file) for language in ("toml", "json", "yaml", "text")),
    ],
    patterns=["README.md", "docs/*.md", "docs/*/*.md"],
    setup=_enter_folder,
    teardown=_leave_folder,
).pytest()
