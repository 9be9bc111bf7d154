"""Texts that a second reader wrote down with what they mean, without knowing the rules by which they are read."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from billcheck.periods.reading import read
from billcheck.periods.resolve import refusal, resolve

ISSUED = "2026-03-31"
TEXTS: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("second_reader.toml").read_text(encoding="utf-8"))
CASES = [
    pytest.param(text, *key.partition(" on ")[::2], id=f"{text} {key}")
    for key, texts in TEXTS.items()
    for text in texts
]


@pytest.mark.parametrize(("text", "expected", "issued"), CASES)
def test_a_text_is_read_as_the_second_reader_read_it(text: str, expected: str, issued: str) -> None:
    day = date.fromisoformat(issued or ISSUED).toordinal()
    period = resolve(read(text), day)
    if expected == "none":
        assert period is None
        assert refusal(read(text), day)
        return
    assert period is not None, refusal(read(text), day)
    days = (date.fromordinal(period.first_day), date.fromordinal(period.end_day - 1))
    assert "/".join(day.isoformat() for day in days) == expected


def test_there_are_enough_texts_of_both_kinds() -> None:
    assert len({case.id for case in CASES}) == len(CASES)
    assert len(TEXTS["none"]) >= 150
    assert len(CASES) - len(TEXTS["none"]) >= 250
