"""Files of decisions: what they decide, and every fault by its smallest example."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from billcheck import DecisionsRefusedError, load_decisions
from billcheck.decisions.files import AMOUNT_KINDS
from billcheck.decisions.rules import Decision
from billcheck.decisions.shapes import DecisionShape
from billcheck.findings import KINDS
from tests.test_cases import CASES, read_case, run

PAGE = Path(__file__).parents[2].joinpath("docs", "reference", "decisions.md").read_text(encoding="utf-8")
WAIVED = """\
[[decision]]
verb = "waive"
kind = "missing"
contract = "C-1"
charge = "Fee"
first_day = 2026-02-01
last_day = 2026-02-28
amount = "100.00"
currency = "EUR"
reason = "Given up."
"""
CONFIRMED = """\
[[decision]]
verb = "confirm"
contract = "C-1"
charge = "Fee"
document = "INV-1"
line = 1
amount = "-70.00"
currency = "EUR"
reason = "Asked."
"""
NAMED = """\
[[decision]]
verb = "accept"
kind = "habit"
finding = "0f3a1b2c4d5e"
says = "Billed in blocks."
reason = "Fine."
"""


def load(folder: Path, text: str) -> tuple[Decision, ...]:
    path = folder / "decisions.toml"
    path.write_text(text, encoding="utf-8")
    return load_decisions(path)


def refusals(folder: Path, text: str) -> list[str]:
    with pytest.raises(DecisionsRefusedError) as refused:
        load(folder, text)
    return [str(problem).removeprefix(f"{folder / 'decisions.toml'}: ") for problem in refused.value.problems]


def test_every_key_is_read(tmp_path: Path) -> None:
    text = WAIVED + 'by = "Anna"\nuntil = 2026-12-31\nfinding = "0f3a1b2c4d5e"\n'
    (found,) = load(tmp_path, text)
    assert found == Decision(
        verb="waive",
        reason="Given up.",
        kind="missing",
        contract="C-1",
        charge="Fee",
        first_day=date(2026, 2, 1),
        last_day=date(2026, 2, 28),
        finding="0f3a1b2c4d5e",
        amount_minor=10_000,
        currency="EUR",
        by="Anna",
        until=date(2026, 12, 31),
        place=f"{tmp_path / 'decisions.toml'} #1",
    )
    assert str(found.amount) == "100.00"


def test_a_line_and_a_finding_without_an_amount_are_read(tmp_path: Path) -> None:
    line, named = load(tmp_path, f"{CONFIRMED}\n{NAMED}")
    assert (line.document, line.line, line.amount_minor) == ("INV-1", 1, -7_000)
    assert line.is_confirming_line
    assert (named.finding, named.says, named.amount) == ("0f3a1b2c4d5e", "Billed in blocks.", None)
    assert named.place.endswith("#2")


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "\ufeff"])
def test_a_file_that_says_nothing_decides_nothing(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text) == ()


FAULTS = [
    ("[[decision", "", "This is not valid TOML."),
    ("decision = 1", "decision", "A list of tables is expected here."),
    ("[[decisions]]", "decisions", 'There is no such key here. Did you mean "decision"?'),
    (WAIVED + "zzz = 1", "decision #1 zzz", "no such key here. Take it out, or see the reference of decisions."),
    (WAIVED.replace("waive", "waved"), "decision #1 verb", 'Did you mean "waive"?'),
    (WAIVED.replace("missing", "mising"), "decision #1 kind", "There is no such kind of finding. Found 'mising'. Did"),
    (
        WAIVED.replace("missing", "?"),
        "decision #1 kind",
        "There is no such kind of finding. Found '?'. Write one of: u",
    ),
    (WAIVED.replace("missing", "habit"), "decision #1 finding", "A required key is missing."),
    (WAIVED.replace('"100.00"', "100.5"), "decision #1 amount", "This is not a plain decimal. Found '100.5'."),
    (WAIVED.replace('"100.00"', '"100.005"'), "decision #1 amount", "The amount has more decimals than its currency."),
    (WAIVED.replace('"100.00"', '"-100.00"'), "decision #1 amount", "wrong sign for this kind of finding."),
    (WAIVED.replace("EUR", "EURO"), "decision #1 currency", "This is not a currency code of ISO 4217. Found 'EURO'."),
    (
        WAIVED.replace("02-28", "01-31"),
        "decision #1 last_day",
        "The last day lies before the first. Found '2026-01-31'.",
    ),
    (WAIVED.replace("waive", "snooze"), "decision #1 until", "A required key is missing. Add it, for example until ="),
    (WAIVED.replace("waive", "dispute"), "decision #1 until", "A required key is missing. Add it, for example until ="),
    (WAIVED + 'document = "INV-1"', "decision #1 document", "The key means nothing in a decision of this sort."),
    (WAIVED + 'says = "A"', "decision #1 says", "The key means nothing in a decision of this sort. Found 'A'. Take"),
    (NAMED.replace("accept", "waive"), "decision #1 kind", "Only what a client owes can be waived. Found 'habit'."),
    (NAMED + 'amount = "1"', "decision #1 amount", "The key means nothing in a decision of this sort."),
    (CONFIRMED + 'kind = "missing"', "decision #1 kind", "The key means nothing in a decision of this sort."),
    (CONFIRMED.replace("line = 1\n", ""), "decision #1 line", "A required key is missing. Add it"),
    (CONFIRMED.replace("line = 1", 'line = "1"'), "decision #1 line", "A whole number is expected here. Found '1'."),
]


@pytest.mark.parametrize(("text", "place", "said"), FAULTS)
def test_a_fault_is_told_at_its_place(tmp_path: Path, text: str, place: str, said: str) -> None:
    found = refusals(tmp_path, text)
    (told,) = [one for one in found if one.startswith(f"{place}: ")] if place else found
    assert said in told


@pytest.mark.parametrize("key", ["kind", "contract", "charge", "first_day", "last_day", "amount", "currency", "reason"])
def test_what_a_decision_about_a_period_lacks_is_named(tmp_path: Path, key: str) -> None:
    text = re.sub(rf"^{key} = .*\n", "", WAIVED, flags=re.MULTILINE)
    (told,) = refusals(tmp_path, text)
    assert told.startswith(f"decision #1 {key}: A required key is missing.")


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    assert len(refusals(tmp_path, f"zzz = 1\n{WAIVED.replace('EUR', 'X')}\n{NAMED.replace('says', 'said')}")) == 4


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DecisionsRefusedError, match=r"There is no such file of decisions\. Check the path\."):
        load_decisions(tmp_path / "absent.toml")
    with pytest.raises(DecisionsRefusedError, match=r"The file cannot be read\."):
        load_decisions(tmp_path)


def test_kinds_that_speak_of_an_amount_do_so_in_every_case(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, bool] = {}
    for folder in CASES:
        if not set(read_case(folder).expected.get("findings", {})) <= set(seen):
            monkeypatch.chdir(folder)
            for finding in run(read_case(folder)).findings:
                assert seen.setdefault(finding.kind, finding.amount is not None) is (finding.amount is not None)
    assert seen == {kind: kind in AMOUNT_KINDS for kind in KINDS}


def test_the_reference_names_every_key_and_no_other() -> None:
    keys = re.findall(r"^\| `([a-z_]+)` \|", PAGE.split("\n## Keys\n", 1)[1].split("\n##", 1)[0], flags=re.MULTILINE)
    assert keys == list(DecisionShape.model_fields)


def test_the_examples_of_the_reference_are_read(tmp_path: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    assert {decision.verb for example in examples for decision in load(tmp_path, example)} == {
        "accept", "waive", "dispute", "snooze", "confirm",
    }  # fmt: skip
