"""Suggestions of customers whose names look alike."""

from __future__ import annotations

import pytest

from billcheck.engine.look_alikes import LookAlikes


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


def test_many_names_with_a_word_in_common_are_not_all_compared() -> None:
    names = {f"Customer {number:05}": 1 for number in range(20_000)}
    look_alikes = LookAlikes({**names, "Zwolle Customer": 2})
    for number in range(200):
        assert "Zwolle Customer" in look_alikes.suggest("Zwole Customer"), number
