"""A draft is priced by nobody until it is accepted, and accepting changes nothing else of its file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from billcheck import ContractsRefusedError, Ledger, UsageError, check, load_contracts
from billcheck.cli.main import main
from billcheck.contracts.acceptance import accept_drafts
from billcheck.contracts.files import load_written
from billcheck.pricing.schedule import expected_charges

CHARGE = """
[[contract.charge]]
name = "Fee"
model = "flat"
amount = "100.00"
every = "month"
timing = "in_advance"
"""
FILE = rf'''# Kept: what a person wrote
[[contract]]
draft = true
id = "C-1"  # QUESTION: which?
customer = "Acme"
currency = "EUR"
start = 2026-01-01
owner = """\
draft = true\
"""
{CHARGE}
[[contract]]
  id = "C-2"
  draft  =  true   # not looked at yet
  customer = "Beta"
  currency = "EUR"
  start = 2026-01-01
{CHARGE}
[[contract]]
id = "C-3"
customer = "Gamma"
currency = "EUR"
start = 2026-01-01
{CHARGE}'''


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("drafts.toml").write_text(FILE, encoding="utf-8")
    return Path("drafts.toml")


def test_a_file_with_drafts_is_refused_with_what_to_do(file: Path) -> None:
    with pytest.raises(ContractsRefusedError) as refused:
        load_contracts(file)
    assert (
        "drafts.toml: draft: The file holds drafts that nobody has accepted, and what a draft says is not known to be "
        "agreed. Found 'C-1, C-2'. Correct them, then run billcheck contracts accept with the file; or take the drafts "
    ) in str(refused.value)
    assert [item.contract.is_draft for item in load_written(file)] == [True, True, False]


def test_many_drafts_are_one_fault() -> None:
    ids = [f'[[contract]]\ndraft = true\nid = "D-{n}"\ncustomer = "A"\ncurrency = "EUR"\nstart = 2026-01-01\n{CHARGE}'
           for n in range(9)]  # fmt: skip
    Path("many.toml").write_text("\n".join(ids), encoding="utf-8")
    with pytest.raises(ContractsRefusedError, match="Found 'D-0, D-1, D-2, D-3, D-4 and 4 more'"):
        load_contracts("many.toml")
    Path("many.toml").unlink()


def test_nothing_prices_a_draft_that_was_made_otherwise(file: Path) -> None:
    contracts = [item.contract for item in load_written(file)]
    with pytest.raises(UsageError, match="is a draft that nobody has accepted; what it"):
        check(contracts, Ledger.from_lines([]), as_of=date(2026, 3, 1))
    with pytest.raises(UsageError, match="nobody has accepted, and a draft is not priced"):
        list(expected_charges(contracts, date(2026, 3, 1)))
    assert list(expected_charges([replace(contracts[0], is_draft=False)], date(2026, 1, 1)))


def test_accepting_takes_one_key_out_and_leaves_every_other_character() -> None:
    accepted = accept_drafts("drafts.toml", FILE, ["c-2"])
    assert accepted.ids == ("C-2",)
    assert accepted.text == FILE.replace("  draft  =  true   # not looked at yet\n", "# not looked at yet\n")
    both = accept_drafts("drafts.toml", FILE)
    assert both.ids == ("C-1", "C-2")
    assert both.text == accepted.text.replace("[[contract]]\ndraft = true\n", "[[contract]]\n", 1)
    crlf = accept_drafts("drafts.toml", FILE.replace("\n", "\r\n"))
    assert crlf.text == both.text.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("text", "ids", "said"),
    [
        (FILE, ["C-3"], "drafts.toml: The file has no draft with this id. Found 'C-3'. Its drafts are: C-1, C-2."),
        (FILE.replace("draft = true\nid", "id").replace("  draft  =  true   # not looked at yet\n", ""), [],
         "drafts.toml: The file holds no draft. There is nothing to accept."),
        (FILE.replace("draft = true\nid", '"draft" = true\nid'), ["C-1"],
         "drafts.toml: C-1: The key draft = true does not stand on a line of its own below [[contract]], so it"),
    ],
)  # fmt: skip
def test_what_cannot_be_accepted_is_said(text: str, ids: list[str], said: str) -> None:
    with pytest.raises(ContractsRefusedError) as refused:
        accept_drafts("drafts.toml", text, ids)
    assert said in str(refused.value)


def test_the_command_writes_the_file_and_a_check_takes_it(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contracts", "lint", str(file)]) == 0
    assert "2 contracts of them are drafts, which a check refuses until accepted." in capsys.readouterr().out
    assert main(["contracts", "lint", str(file), "--strict"]) == 2
    assert "This contract is a draft that nobody has accepted." in capsys.readouterr().err
    assert main(["contracts", "show", str(file)]) == 0
    assert "draft" in capsys.readouterr().out
    assert main(["schedule", "--contracts", str(file), "--until", "2026-01-31"]) == 2
    text = file.read_text(encoding="utf-8").replace("  # QUESTION: which?", "")
    file.write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert main(["contracts", "accept", str(file), "C-1"]) == 0
    assert capsys.readouterr().out == "Accepted 1 contract: C-1.\n"
    assert main(["schedule", "--contracts", str(file), "--until", "2026-01-31"]) == 2
    assert main(["contracts", "accept", str(file)]) == 0
    assert main(["schedule", "--contracts", str(file), "--until", "2026-01-31"]) == 0
    assert main(["contracts", "accept", str(file)]) == 2


def test_a_draft_with_open_questions_is_accepted_by_nobody_in_silence(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["contracts", "accept", str(file)]) == 2
    assert capsys.readouterr().err == (
        "The contracts were refused (1 problem):\n"
        "  drafts.toml: line 4: Not answered: which? Answer each question: correct the value where it is wrong, and "
        "delete the question. Or accept with --with-questions, which leaves them open: what was billed then counts as "
        "agreed.\n"
    )
    assert file.read_text(encoding="utf-8") == FILE
    assert main(["contracts", "accept", str(file), "C-2"]) == 0
    assert capsys.readouterr().out == "Accepted 1 contract: C-2.\n"
    assert main(["contracts", "accept", str(file), "C-1", "--with-questions"]) == 0
    assert capsys.readouterr().out == (
        "Accepted 1 contract: C-1.\nLeft open: 1 question. What was billed now counts as agreed.\n"
    )
    assert "# QUESTION: which?" in file.read_text(encoding="utf-8")


def test_questions_are_those_in_remarks_of_the_contracts_named_and_of_the_file() -> None:
    lines = FILE.split("\n")
    second = lines.index("[[contract]]", 3)
    lines[second - 1 : second] = ["# QUESTION: left out of C-1", "", "# QUESTION: right above C-2"]
    text = "\n".join(["# QUESTION: two rows could not", "# be read: what do they bill?", "", *lines])
    text = text.replace('owner = """', 'owner = """QUESTION: no remark ')
    text += '\nextra = "none"  # said; QUESTION: of C-3?'
    above, right_above = (1, "two rows could not be read: what do they bill?"), (second + 5, "right above C-2")
    assert accept_drafts("x.toml", text, ["C-1"]).questions == (above, (7, "which?"), (second + 3, "left out of C-1"))
    assert accept_drafts("x.toml", text, ["C-2"]).questions == (above, right_above)
    crlf = accept_drafts("x.toml", text.replace("\n", "\r\n"), ["C-2"])
    assert crlf.questions == (above, right_above)


def test_a_question_is_told_by_how_it_begins_and_each_of_a_remark_is_one() -> None:
    asked = f"# why? QUESTION: one?\n# QUESTION: {'long ' * 40}\n# QUESTION: a? QUESTION: b?\n#\n# c"
    text = f'{asked}\n[[contract]]\ndraft = true\nid = "D"\n'
    found = accept_drafts("x.toml", text).questions
    long = "long " * 19 + "…"
    assert found == ((1, "one?"), (2, long), (3, "a?"), (3, "b? c"))


def test_a_draft_stays_one_in_other_formats_and_is_accepted_by_hand_there(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for form in ("drafts.json", "drafts.yaml"):
        assert main(["contracts", "convert", str(file), "-o", form]) == 0
        assert [item.contract.is_draft for item in load_written(form)] == [True, True, False]
        capsys.readouterr()
        assert main(["contracts", "accept", form]) == 2
        assert f"{form}: Only in TOML can one key be taken out and all else stay" in capsys.readouterr().err
    assert main(["contracts", "convert", str(file), "--to", "csv", "-o", "rows"]) == 0
    assert [item.contract.is_draft for item in load_written("rows")] == [True, True, False]
