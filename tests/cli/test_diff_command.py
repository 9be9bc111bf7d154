from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

AS_OF = ("--as-of", "2026-04-15")
HALF_TO_RIGHT = """\
From the report as of 2026-04-15 (findings) to that as of 2026-04-15 (clean).

Settled: 2
  Contract  What      Period   Kind         Before  Now  Currency
  C-117     Retainer  2026-02  underbilled   50.00       EUR
  C-117     Retainer  2026-03  underbilled   50.00       EUR

Periods that were billed otherwise than agreed, excl. tax
  Currency  What        Before   New  Grown  Shrunk  Settled  Decided  Not judged   Now
  EUR       not billed  100.00  0.00   0.00    0.00   100.00     0.00        0.00  0.00

2 settled.
"""


@pytest.fixture
def reports(run: Run, folder: Path) -> Path:
    """right.json, and half.json with two months of three at half the amount."""
    for name in ("right", "half"):
        run("check", f"{name}.csv", *AS_OF, "--output", f"json={name}.json")
    return folder


@pytest.mark.usefixtures("reports")
def test_what_was_settled_is_told_and_fails_nothing(run: Run) -> None:
    outcome = run("diff", "half.json", "right.json")
    assert (outcome.code, outcome.out, outcome.err) == (0, HALF_TO_RIGHT, "")


@pytest.mark.usefixtures("reports")
@pytest.mark.parametrize("form", ["table", "json", "markdown"])
def test_new_differences_fail_in_every_format(run: Run, form: str) -> None:
    assert run("diff", "right.json", "half.json", "--format", form).code == 1
    assert run("diff", "half.json", "half.json", "--format", form).code == 0


@pytest.mark.usefixtures("reports")
@pytest.mark.parametrize(
    ("kinds", "code"), [("underbilled", 1), ("missing", 0), ("any", 1), ("none", 0), ("missing,underbilled", 1)]
)
def test_the_kinds_that_fail_can_be_chosen(run: Run, kinds: str, code: int) -> None:
    outcome = run("diff", "right.json", "half.json", "--fail-on", kinds)
    assert (outcome.code, "2 new." in outcome.out) == (code, True)


@pytest.mark.usefixtures("reports")
def test_json_and_markdown_hold_the_comparison(run: Run) -> None:
    data = json.loads(run("diff", "right.json", "half.json", "--format", "json").out)
    assert data["counts"] == {"new": 2, "grown": 0, "shrunk": 0, "settled": 0, "decided": 0, "not_judged": 0}
    assert [change["after"] for change in data["changes"]] == ["50.00", "50.00"]
    text = run("diff", "right.json", "half.json", "--format", "markdown").out
    assert text.startswith("# billcheck: 2 new.\n")
    assert "| C-117 | Retainer | 2026-02 | underbilled |  | 50.00 | EUR |" in text


@pytest.mark.usefixtures("reports")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("half.json",), "required: REPORT_B"),
        (("half.json", "none.json"), "none.json: The report cannot be read."),
        (("half.json", "half.csv"), "half.csv: This is no report of billcheck as JSON."),
        (("half.json", "later.json"), "later.json: The report has another schema version than this billcheck reads."),
        (("half.json", "half.json", "--fail-on", "mising"), "did you mean 'missing'?"),
    ],
)
def test_what_cannot_be_compared_exits_with_two(run: Run, reports: Path, words: tuple[str, ...], said: str) -> None:
    text = (reports / "half.json").read_text()
    (reports / "later.json").write_text(text.replace('"schema_version": 1', '"schema_version": 2'))
    outcome = run("diff", *words)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
