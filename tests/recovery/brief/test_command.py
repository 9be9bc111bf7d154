from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from billcheck.cli.main import main
from billcheck.recovery.case_files import load_case, write_case
from billcheck.recovery.events import Relationship
from tests.recovery.cases import story_case

if TYPE_CHECKING:
    from pathlib import Path

FLOOR = ["--floor", "3,600.00", "--decided-by", "Anna"]
CASH = ["--cash-reserve", "9000", "--monthly-costs", "4500.00", "--must-collect-within", "90"]
CALL = ["--who-calls", "Bert", "--phone", "+31 20 555 01 23", "--channel", "in_person", "--planned-for", "2026-09-08"]
KNOWN = ["--difficulty", "difficult", "--client-since", "2019-05-01", "--notes", "Pays on time"]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "case.json"
    write_case(story_case(), path)
    return path


def brief(case: Path, *words: str) -> int:
    return main(["recover", "brief", str(case), "--as-of", "2026-09-04", *words])


def test_without_record_the_case_stays_as_it_is(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = case.read_bytes()
    assert brief(case, *FLOOR) == 0
    printed = capsys.readouterr()
    assert "Ready: the walk-away floor is decided." in printed.out
    assert "is not kept in the case" in printed.err
    assert case.read_bytes() == before


def test_record_keeps_what_was_settled_for_the_next_brief(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert brief(case, *FLOOR, *CASH, *CALL, *KNOWN, "--record") == 0
    first = capsys.readouterr().out
    settled = load_case(case).briefed
    assert settled.walk_away is not None
    assert (settled.walk_away.floor_excl_tax_minor, settled.walk_away.decided_by) == (360_000, "Anna")
    assert settled.survival is not None
    assert (settled.survival.cash_reserve_minor, settled.survival.must_collect_within_days) == (900_000, 90)
    assert settled.contact is not None
    assert (settled.contact.person, settled.contact.channel, settled.contact.planned_for) == (
        "Bert",
        "in_person",
        date(2026, 9, 8),
    )
    assert brief(case) == 0
    printed = capsys.readouterr()
    assert printed.out == first
    assert printed.err == ""


def test_what_is_known_of_the_client_is_added_to_what_was(case: Path) -> None:
    brief(case, *KNOWN, "--record")
    brief(case, "--referrals", "Two neighbours", "--record")
    assert load_case(case).briefed.relationship == Relationship(
        difficulty="difficult", since=date(2019, 5, 1), referrals="Two neighbours", notes="Pays on time"
    )


def test_nothing_settled_says_not_ready_and_writes_nothing(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = case.read_bytes()
    assert brief(case, "--record") == 0
    printed = capsys.readouterr()
    assert "NOT READY" in printed.out
    assert printed.err == ""
    assert case.read_bytes() == before


def test_a_page_in_a_file(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = case.parent / "brief.html"
    assert brief(case, "--format", "html", "-o", str(page)) == 0
    assert capsys.readouterr().out == ""
    assert "internal – do not send" in page.read_text(encoding="utf-8")


def test_a_time_limit_of_each_kind(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert brief(case, "--time-limit", "nl") == 0
    assert "Burgerlijk Wetboek" in capsys.readouterr().out
    assert brief(case, "--limitation", "years=6,clock=service_end") == 0
    assert "6 years from the end of each period, a rule of your own" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--floor", "1"], "Give --decided-by as well"),
        (["--decided-by", "Anna"], "Give --floor as well"),
        (["--cash-reserve", "1"], "Give --monthly-costs as well"),
        (["--must-collect-within", "9"], "Give --monthly-costs as well"),
        (["--phone", "1"], "Give --who-calls as well"),
        (["--floor", "x", "--decided-by", "Anna"], "no amount of the case's currency"),
        (["--floor", "7200.01", "--decided-by", "Anna"], "0 to 7,200.00 EUR"),
        (["--time-limit", "atlantis"], "There are: gb-eaw"),
        (["--limitation", "years=x"], "years=6,clock=service_end"),
        (["--time-limit", "nl", "--limitation", "years=6,clock=found"], "Give one of --time-limit and --limitation"),
        (["--overdue", "1.234"], "no amount of the case's currency"),
    ],
)
def test_each_refusal_says_what_to_do(
    words: list[str], said: str, case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = case.read_bytes()
    assert brief(case, *words, "--record") == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""
    assert case.read_bytes() == before


def test_today_is_said(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recover", "brief", str(case)]) == 0
    assert "which is today; give --as-of for another day" in capsys.readouterr().err
