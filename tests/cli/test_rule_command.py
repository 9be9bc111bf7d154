from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from billcheck.findings import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_explained(run: Run, kind: str) -> None:
    outcome = run("rule", kind)
    entry = KINDS[kind]
    assert (outcome.code, outcome.err) == (0, "")
    for text in (kind, entry.meaning, entry.settled_by):
        assert text in outcome.out
    effect = "error, fails a check" if entry.severity == "error" else "warning, informs"
    assert effect in outcome.out


def test_a_kind_may_be_written_with_hyphens(run: Run) -> None:
    assert run("rule", "never-billed").out == run("rule", "never_billed").out


def test_without_a_kind_all_are_listed(run: Run) -> None:
    lines = run("rule").out.splitlines()
    assert [line.split()[0] for line in lines] == ["Kind", *KINDS]


def test_an_unknown_kind_is_told(run: Run) -> None:
    outcome = run("rule", "mising")
    assert (outcome.code, outcome.out) == (2, "")
    assert "'mising' is no kind of finding (did you mean 'missing'?); the kinds are underbilled, missing" in outcome.err
