"""Which spellings are one name."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billcheck.ledger.names import fold_code, fold_name


@pytest.mark.parametrize(
    "written",
    [
        "Hartwell Interieur B.V.",
        "HARTWELL  INTERIEUR BV",
        " hartwell interieur b.v ",
        "Hartwell\u00a0Interieur BV",
        "Ｈartwell Interieur BV",
    ],
)
def test_case_spaces_width_and_legal_punctuation_fold(written: str) -> None:
    assert fold_name(written) == "hartwell interieur bv"


@pytest.mark.parametrize(
    ("one", "other"), [("Hartwell", "Hartwel"), ("A & B", "A B"), ("Jansen-Bos", "Jansen Bos"), ("X 1", "X 2")]
)
def test_names_that_only_look_alike_stay_apart(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)


def test_dashes_and_quotes_fold() -> None:
    assert fold_name("O’Neill – Sons") == fold_name("O'Neill - Sons")


def test_codes_keep_their_punctuation() -> None:
    assert fold_code(" C-117 ") == "c-117"
    assert fold_code("C.117") != fold_code("C117")


@pytest.mark.parametrize("unseen", ["\u200b", "\u00ad", "\ufeff", "\u2060", "\u202e", "\u2066", "\u200d", "\u200f"])
def test_what_cannot_be_seen_makes_no_other_name(unseen: str) -> None:
    assert fold_name(f"Ac{unseen}me{unseen}") == "acme"
    assert fold_code(f"{unseen}C{unseen}-117") == "c-117"


@given(st.text())
@example("C.\N{COMBINING CEDILLA}")
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_name(fold_name(text)) == fold_name(text)
    assert fold_code(fold_code(text)) == fold_code(text)
