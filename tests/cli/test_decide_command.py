from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from billcheck import load_decisions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

WHEN = ("--as-of", "2026-05-31", "--covers", "2026-01-01..2026-05-31")
HALF = ("--ledger", "half.csv", *WHEN)
AMBIGUOUS = """\
[[contract]]
id = "C-1"
customer = "Acme BV"
currency = "EUR"
start = 2026-01-01

[[contract.charge]]
name = "Support"
model = "flat"
amount = "100.00"
every = "month"
timing = "in_advance"

[[contract.charge]]
name = "Hosting"
model = "flat"
amount = "250.00"
every = "quarter"
timing = "in_advance"

[[contract]]
id = "C-2"
customer = "Borealis Ltd"
currency = "EUR"
start = 2026-01-01
charge = [{ name = "Fee", model = "flat", amount = "80.00", every = "month", timing = "in_advance" }]
"""
LINES = """\
document,issue_date,customer,description,amount,currency
INV-1,2026-01-01,Acme BV,Services,100.00,EUR
INV-1,2026-01-01,Acme BV,Services,250.00,EUR
INV:2,2026-02-01,Acme BV,Services,70.00,EUR
"""


def report(run: Run, *words: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(run("check", *words, *WHEN, "--format", "json").out)
    return data


def ids(run: Run, kind: str, ledger: str = "half.csv") -> list[str]:
    return [finding["id"] for finding in report(run, ledger)["findings"] if finding["kind"] == kind]


def test_a_finding_is_decided_and_the_check_is_clean(folder: Path, run: Run) -> None:
    assert run("check", "half.csv", *WHEN).code == 1
    february, march = ids(run, "underbilled")
    (missing,) = ids(run, "missing")
    done = run("decide", february, march, "--waive", "--reason", "Given up.", "--by", "Anna", *HALF)
    assert done.code == 0
    assert done.out == (
        'decisions.toml: waive, C-117 "Retainer", underbilled, 2026-02, 50.00 EUR\n'
        'decisions.toml: waive, C-117 "Retainer", underbilled, 2026-03, 50.00 EUR\n'
    )
    assert run("check", "half.csv", *WHEN).code == 1
    assert run("decide", missing, "--snooze", "--until", "2026-06-30", "--reason", "Asked.", *HALF).code == 0
    checked = run("check", "half.csv", *WHEN)
    assert checked.code == 0
    assert "3 findings are decided and fail nothing: 2 waived and 1 put off." in checked.out
    assert "Waived: underbilled, 2 periods of Retainer, 2026-02 to 2026-03" in checked.out
    assert checked.err == "Read decisions.toml, the decisions of this folder.\n"
    first, *_, last = load_decisions(folder / "decisions.toml")
    assert (first.verb, first.reason, first.by) == ("waive", "Given up.", "Anna")
    assert str(last.until) == "2026-06-30"


def test_the_file_keeps_what_is_in_it(folder: Path, run: Run) -> None:
    other = folder / "kept.toml"
    other.write_text("# by hand\n", encoding="utf-8")
    (missing,) = ids(run, "missing")
    assert run("decide", missing, "--accept", "--reason", "No work.", *HALF, "--decisions", "kept.toml").code == 0
    assert other.read_text(encoding="utf-8").startswith("# by hand\n\n# Hartwell Interieur, Retainer, 2026-04: 100.00")
    assert not (folder / "decisions.toml").exists()


def test_a_kept_report_serves_as_well(folder: Path, run: Run) -> None:
    (missing,) = ids(run, "missing")
    (folder / "report.json").write_text(run("check", "half.csv", *WHEN, "--format", "json").out, encoding="utf-8")
    words = ("decide", missing, "--accept", "--reason", "No work.")
    assert run(*words, *HALF, "--decisions", "checked.toml").code == 0
    assert run(*words, "--report", "report.json").code == 0
    texts = [(folder / name).read_text(encoding="utf-8") for name in ("checked.toml", "decisions.toml")]
    assert texts[0] == texts[1]


@pytest.fixture
def doubtful(folder: Path) -> Path:
    """A line that fits two charges, two given to theirs for their amounts alone, and a customer without a line."""
    (folder / "contracts.toml").write_text(AMBIGUOUS, encoding="utf-8")
    (folder / "doubtful.csv").write_text(LINES, encoding="utf-8")
    return folder


@pytest.mark.usefixtures("doubtful")
@pytest.mark.parametrize("is_kept", [False, True])
def test_a_line_and_a_customer_are_confirmed(doubtful: Path, run: Run, *, is_kept: bool) -> None:
    (ambiguous,) = ids(run, "ambiguous", "doubtful.csv")
    (never_billed,) = ids(run, "never_billed", "doubtful.csv")
    text = run("check", "doubtful.csv", *WHEN, "--format", "json").out
    (doubtful / "report.json").write_text(text, encoding="utf-8")
    where = ("--report", "report.json") if is_kept else ("--ledger", "doubtful.csv", *WHEN)
    confirm = ("--confirm", "--reason", "Asked.", *where)
    assert run("decide", ambiguous, "--charge", "Support", *confirm).code == 0
    assert run("decide", never_billed, *confirm).code == 0
    line = run("decide", "--line", "INV-1:2", "--contract", "C-1", "--charge", "Hosting", *confirm)
    assert line.out == 'decisions.toml: confirm, C-1 "Hosting", INV-1 line 2, 250.00 EUR\n'
    after = report(run, "doubtful.csv")
    assert [entry["standing"] for entry in after["decisions"]] == ["applied"] * 3
    assert [(entry["document"], entry["line"], entry["amount"]) for entry in after["decisions"]] == [
        ("INV:2", 1, "70.00"), (None, None, None), ("INV-1", 2, "250.00"),
    ]  # fmt: skip
    assert {finding["kind"] for finding in after["findings"]} == {"missing", "underbilled"}
    assert after["totals"][0]["inferred"] == "100.00"


def refusal(outcome: Outcome) -> str:
    assert outcome.code == 2
    assert not outcome.out
    return outcome.err


@pytest.mark.usefixtures("doubtful")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--accept",), "FINDING_ID: Nothing was named to decide about. Give the id of a finding"),
        (("0123", "--accept"), "The check has no finding with this id. Found '0123'. It has "),
        (("ambiguous", "--snooze"), "--snooze: This decision settles nothing by itself, and needs the last day"),
        (("ambiguous", "--waive"), "Only what a client owes can be waived. Found 'ambiguous'. Accept it instead"),
        (("ambiguous", "--confirm"), "It has to be said which charge the line belongs to. Found 'INV:2:1'. Give"),
        (("missing", "--confirm"), "A finding of this kind asks for no confirmation. Found 'missing'. Confirm what"),
        (("--line", "INV-1:1", "--accept"), "A finding of this kind asks for no confirmation. Found 'INV-1:1'. A l"),
        (("--line", "INV-9:1", "--charge", "A", "--contract", "C-1", "--confirm"), "has no line of this number on s"),
        (("--line", "INV-1", "--confirm"), "'INV-1' is no line; write document and line number as INV-31:2"),
        (("ambiguous",), "one of the arguments --accept --waive --dispute --snooze --confirm is required"),
        (("ambiguous", "--accept", "--waive"), "argument --waive: not allowed with argument --accept"),
        (("ambiguous", "--accept", "--report", "absent.json"), "absent.json: The report cannot be read."),
    ],
)
def test_what_cannot_be_decided_is_refused(run: Run, words: tuple[str, ...], said: str) -> None:
    where = () if "--report" in words else ("--ledger", "doubtful.csv", *WHEN)
    kinds = {kind: found for kind in ("ambiguous", "missing") if (found := ids(run, kind, "doubtful.csv"))}
    named = [kinds[word][0] if word in kinds else word for word in words]
    assert said in refusal(run("decide", *named, "--reason", "Asked.", *where))


def test_a_reason_of_two_lines_is_refused_and_nothing_is_written(folder: Path, run: Run) -> None:
    (missing,) = ids(run, "missing")
    assert "Write it in one line." in refusal(run("decide", missing, "--accept", "--reason", "a\nb", *HALF))
    assert not (folder / "decisions.toml").exists()


@pytest.mark.parametrize("content", ["{", "[]", '{"schema_version": 1}', '{"schema_version": 1, "findings": [{}]}'])
def test_what_is_no_report_is_refused(folder: Path, run: Run, content: str) -> None:
    (folder / "report.json").write_text(content, encoding="utf-8")
    said = refusal(run("decide", "0123", "--accept", "--reason", "x", "--report", "report.json"))
    assert "This is no report of billcheck as JSON." in said


def test_a_redacted_report_is_refused(folder: Path, run: Run) -> None:
    (folder / "report.json").write_text('{"schema_version": 1, "redacted": ["names"]}', encoding="utf-8")
    said = refusal(run("decide", "0123", "--accept", "--reason", "x", "--report", "report.json"))
    assert "The names of this report are redacted, so nobody can say what is meant." in said


def test_decisions_are_listed_and_pruned(folder: Path, run: Run) -> None:
    (missing,) = ids(run, "missing")
    february, _ = ids(run, "underbilled")
    run("decide", missing, "--dispute", "--until", "2026-06-30", "--reason", "They say no.", *HALF)
    run("decide", february, "--waive", "--reason", "Given up.", *HALF)
    listed = run("decisions", "list", *HALF)
    assert listed.code == 0
    assert listed.out == (
        'decisions.toml #1  applied  dispute, C-117 "Retainer", missing, 2026-04, 100.00 EUR: disputed: 1 finding. '
        "They say no (until 2026-06-30).\n"
        'decisions.toml #2  applied  waive, C-117 "Retainer", underbilled, 2026-02, 50.00 EUR: waived: 1 finding. '
        "Given up.\n"
    )
    data = json.loads(run("decisions", "list", *HALF, "--format", "json").out)
    assert data == report(run, "half.csv")["decisions"]
    assert run("decisions", "prune", *HALF).out == "Every decision is kept.\n"
    right = ("--ledger", "right.csv", *WHEN)
    pruned = run("decisions", "prune", *right)
    assert pruned.out == (
        'Taken out: waive, C-117 "Retainer", underbilled, 2026-02, 50.00 EUR: there is nothing to decide any more\n'
    )
    (left,) = load_decisions(folder / "decisions.toml")
    assert left.finding == missing


@pytest.mark.usefixtures("folder")
def test_without_decisions_there_is_nothing_to_list(run: Run) -> None:
    assert run("decisions", "list", *HALF).out == "No decision was made.\n"
    assert run("decisions", "list", *HALF, "--format", "json").out == "[]\n"
