"""Texts of invoice lines in every language, each with the period that was decided by hand before it was ever read."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from billcheck.periods import reading
from billcheck.periods.reading import read
from billcheck.periods.resolve import refusal, resolve
from billcheck.periods.vocabulary import LANGUAGES

TEXTS: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("texts.toml").read_text(encoding="utf-8")
)
ISSUED = date(2026, 3, 31).toordinal()
REFUSALS = ("price", "document", "end", "longer", "renewed", "none")
CASES = [
    pytest.param(language, kind, text, id=f"{language} {text}")
    for language, kinds in TEXTS.items()
    for kind, texts in kinds.items()
    for text in texts
]


def period_of(text: str, language: str | None) -> str:
    """The first and last day, inclusive, as ISO dates with a stroke between; empty where there is none."""
    period = resolve(read(text, language), ISSUED)
    if period is None:
        assert refusal(read(text, language), ISSUED)
        return ""
    days = (date.fromordinal(period.first_day), date.fromordinal(period.end_day - 1))
    return "/".join(day.isoformat() for day in days)


@pytest.mark.parametrize(("language", "kind", "text"), CASES)
def test_texts(language: str, kind: str, text: str) -> None:
    expected = "" if kind in REFUSALS else kind
    assert period_of(text, None) == expected
    assert period_of(text, language) == expected


def test_there_are_enough_texts() -> None:
    assert set(TEXTS) == set(LANGUAGES)
    sizes = {language: sum(map(len, kinds.values())) for language, kinds in TEXTS.items()}
    refused = {
        language: sum(len(texts) for kind, texts in kinds.items() if kind in REFUSALS)
        for language, kinds in TEXTS.items()
    }
    assert min(sizes[language] for language in ("en", "nl", "de", "fr")) >= 60
    assert min(sizes.values()) >= 25
    assert min(refused.values()) >= 12
    assert sum(refused.values()) >= 150
    assert len({case.id for case in CASES}) == len(CASES)


def test_what_texts_were_read_as_is_let_go_of_once_it_is_much() -> None:
    reading._read_memoised.cache_clear()
    read("March 2026")
    reading.forget_many()
    assert reading._read_memoised.cache_info().currsize == 1
    for number in range(reading._MEMO_SIZE // 4 + 1):
        read(f"Line {number}")
    reading.forget_many()
    assert reading._read_memoised.cache_info().currsize == 0
