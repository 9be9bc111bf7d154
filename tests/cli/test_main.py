from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import billcheck
from billcheck.cli import check
from billcheck.cli.main import main
from billcheck.errors import InternalError

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]


def test_help_and_version_go_to_standard_output(run: Run) -> None:
    helped = run("--help")
    assert (helped.code, helped.err) == (0, "")
    for command in ("check", "demo", "schedule", "explain", "schema"):
        assert re.search(rf"^ +{command} ", helped.out, re.MULTILINE)
    version = run("--version")
    assert (version.code, version.out) == (0, f"billcheck {billcheck.__version__}\n")


def test_python_m_billcheck_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "billcheck", "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"billcheck {billcheck.__version__}\n")


def test_options_cannot_be_cut_short(run: Run) -> None:
    assert run("check", "x.csv", "--exit").code == 2


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (InternalError("net adds up"), 2, "this is a bug"),
        (PermissionError(13, "Permission denied", "secret.csv"), 2, "secret.csv: Permission denied"),
        (OSError("disk full"), 2, "billcheck: disk full"),
        (KeyboardInterrupt(), 130, "Interrupted.\n"),
    ],
)
def test_what_goes_wrong_has_its_code(
    monkeypatch: pytest.MonkeyPatch, run: Run, error: BaseException, code: int, said: str
) -> None:
    def fail(_: Namespace) -> int:
        raise error

    monkeypatch.setattr(check, "run", fail)
    outcome = run("check", "x.csv")
    assert (outcome.code, outcome.out) == (code, "")
    assert said in outcome.err
    assert "Traceback" not in outcome.err


def test_a_bug_never_looks_like_findings(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: Namespace) -> int:
        raise ZeroDivisionError("a\x1b[2Jb")

    monkeypatch.setattr(check, "run", fail)
    assert main(["check", "x.csv"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("This is a bug in billcheck; please report it. No report was made.\nTraceback")
    assert told.endswith("\nZeroDivisionError: a\\x1b[2Jb\n")
