"""`billcheck period`: what a text names, and why it names nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from billcheck.cli.main import main


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["period", *words, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("words", "first_day", "last_day", "language"),
    [
        (("Huur maart 2026",), "2026-03-01", "2026-03-31", "nl"),
        (("du 1er au 31 mars", "--invoice-date", "2026-03-31"), "2026-03-01", "2026-03-31", "fr"),
        (("01/03/2026 - 01/04/2026", "--day-first"), "2026-03-01", "2026-03-31", ""),
        (("01/03/2026 - 01/04/2026", "--month-first"), "2026-01-03", "2026-01-04", ""),
        (("FQ1", "--fiscal-year-start", "4", "--invoice-date", "2026-06-30"), "2026-04-01", "2026-06-30", ""),
        (("set 2026", "--language", "it"), "2026-09-01", "2026-09-30", "it"),
    ],
)
def test_a_period(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], first_day: str, last_day: str, language: str
) -> None:
    found = answer(capsys, *words)
    assert found["reason"] is None
    assert (found["period"]["first_day"], found["period"]["last_day"]) == (first_day, last_day)
    assert found["period"]["language"] == language
    assert found["period"]["rule"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("Huur maart",), "it depends on the invoice date"),
        (("01/03/2026 - 01/04/2026",), "nothing shows whether the day or the month comes first"),
        (("FY26 Q1", "--invoice-date", "2026-03-31"), "the contract does not say when its fiscal year starts"),
        (("Q1 2026", "--invoice-date", "2026-03-31", "--fiscal-year-start", "4"), "it may be a quarter or half"),
        (("Support [Month Year]",), "the placeholder [Month Year] was not filled in"),
        (("set 2026",), "the word may be something else than a month"),
        (("Retainer",), "no period in the text"),
    ],
)
def test_no_period_and_why(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], reason: str) -> None:
    found = answer(capsys, *words)
    assert found["period"] is None
    assert found["reason"].startswith(reason)


def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["period", "Huur maart 2026"]) == 0
    assert capsys.readouterr().out == "2026-03-01 to 2026-03-31  (month and year, in nl)\n"
    assert main(["period", "Retainer"]) == 0
    assert capsys.readouterr().out == "No period: no period in the text.\n"
