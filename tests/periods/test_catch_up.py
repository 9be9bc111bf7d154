from __future__ import annotations

import unicodedata

import pytest

from billcheck.periods.catch_up import says_catch_up


@pytest.mark.parametrize(
    "text",
    [
        "Catch-up for seats", "catch up billing", "Back-billing Q1", "Backbilled hours", "UNDERBILLED in spring",
        "Nabetaling uren", "Naberekening", "Nachberechnung", "rückwirkende Anpassung", "Nachträglich berechnet",
        "Facture de rattrapage", "Régularisation", "conguaglio", "zaległa opłata", "efterfakturering",
    ],
)  # fmt: skip
def test_words_of_a_catch_up_are_found(text: str) -> None:
    assert says_catch_up(text)
    assert says_catch_up(unicodedata.normalize("NFD", text).upper())


@pytest.mark.parametrize(
    "text", ["", "Retainer", "billed in arrears", "Price adjustment index 2026", "settlement services", "catching"]
)
def test_ordinary_texts_say_no_such_thing(text: str) -> None:
    assert not says_catch_up(text)
