"""Suggestions of customers whose names look alike."""

from __future__ import annotations

import pytest

from billcheck.engine.look_alikes import LEGAL_FORMS, LookAlikes, _likeness
from billcheck.ledger.names import fold_name


@pytest.mark.parametrize(
    ("customer", "said"),
    [
        (
            "Hartwell Interieur",
            'The ledger bills "Hartwel Interieur BV" 12 lines: if that is the customer, set matching.aliases.',
        ),
        (
            "Brookside",
            'The ledger bills "Brookside:Port" 1 line: if that is the customer, set matching.sub_customers = true.',
        ),
        ("Hartmann", ""),
        ("...", ""),
    ],
)
def test_the_nearest_name_is_suggested(customer: str, said: str) -> None:
    lines = {"Hartwel Interieur BV": 12, "Brookside:Port": 1, "Interieur Holland": 3, "": 5}
    assert LookAlikes(lines).suggest(customer) == said


@pytest.mark.large
def test_many_names_with_a_word_in_common_are_not_all_compared() -> None:
    names = {f"Customer {number:05}": 1 for number in range(20_000)}
    look_alikes = LookAlikes({**names, "Zwolle Customer": 2})
    for number in range(200):
        assert "Zwolle Customer" in look_alikes.suggest("Zwole Customer"), number


@pytest.mark.parametrize(
    ("customer", "found"),
    [
        ("Jansen", "Jansen B.V."),
        ("JANSEN Ltd.", "Jansen B.V."),
        ("Brandt", "Brandt GmbH & Co. KG"),
        ("Lund", "Lund A/S"),
        ("Moreau SA", "SARL Moreau"),
        ("Zeta", "Zeta NV"),
        ("Jansen Rotterdam", ""),
        ("Janssen", ""),
        ("B.V.", ""),
        ("...", ""),
    ],
)
def test_a_name_with_another_legal_form_is_suggested(customer: str, found: str) -> None:
    names = ("Jansen B.V.", "Brandt GmbH & Co. KG", "Lund A/S", "SARL Moreau", "Zeta Inc", "Zeta NV", "N.V.", "")
    look_alikes = LookAlikes({**dict.fromkeys(names, 1), "Zeta NV": 2})
    count = "2 lines" if found == "Zeta NV" else "1 line"
    said = f'The ledger bills "{found}" {count}: if that is the customer, set matching.aliases.'
    assert look_alikes.suggest_other_form(customer) == (said if found else "")


def test_of_customers_with_as_many_lines_the_first_by_name_is_suggested() -> None:
    said = LookAlikes({"Jansen NV": 3, "Jansen BV": 3}).suggest_other_form("Jansen")
    assert said.startswith('The ledger bills "Jansen BV" 3 lines')


def test_legal_forms_are_written_as_names_are_folded() -> None:
    assert {fold_name(form) for form in LEGAL_FORMS} == LEGAL_FORMS


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("abc", "abcd", 85),  # 3 letters of each: 6 of 7 are the same
        ("abcde", "abcdx", 80),
        ("ab" * 150, "ab" * 150, 100),  # however often a letter comes
        ("hartwell", "hartwell:port", 100),
        ("hartwell:port:quay", "hartwell", 100),
        ("", "", 0),
    ],
)
def test_likeness_is_the_part_of_the_letters_that_are_the_same(one: str, other: str, likeness: int) -> None:
    assert _likeness(one, other) == likeness


def test_four_letters_of_five_are_alike_enough() -> None:
    assert LookAlikes({"abcdx": 1}).suggest("abcde").startswith('The ledger bills "abcdx"')
    assert LookAlikes({"abcdxy": 1}).suggest("abcde") == ""  # 8 of 11


def test_of_several_names_the_nearest_is_suggested() -> None:
    names = {"Hartwell Holding": 1, "Hartwell Interieurs": 1, "Hartwell Ijs": 1}
    assert LookAlikes(names).suggest("Hartwell Interieur").startswith('The ledger bills "Hartwell Interieurs"')
