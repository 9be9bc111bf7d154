"""Every fault of releases in parts, by its smallest example."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.contracts.samples import FLAT, contract_table, refusals, write_json

if TYPE_CHECKING:
    from pathlib import Path

HALF = {"percent": "50", "released_on": "2026-12-31"}
OTHER_HALF = {"percent": "50", "released_on": "2027-12-31"}
AMOUNT = {"amount": "200", "released_on": "2026-12-31"}


def in_parts(*releases: dict[str, str]) -> dict[str, Any]:
    return {"percent": "5", "releases": list(releases)}


FAULTS: list[tuple[dict[str, Any], str]] = [
    (
        {"percent": "5", "releases": [HALF]},
        (
            ".releases: What is released in parts has at least two. Add the others, or write released_on or "
            "released_with instead of releases."
        ),
    ),
    (
        {"percent": "5", "released_on": "2026-12-31", "releases": [HALF, OTHER_HALF]},
        (
            ".released_on: What is held back is released at once or in parts. Found '2026-12-31'. Take it out: "
            "each of the releases has a day or a milestone of its own."
        ),
    ),
    (
        {"percent": "5", "released_with": "Done", "releases": [HALF, OTHER_HALF]},
        (
            ".released_with: What is held back is released at once or in parts. Found 'Done'. Take it out: each "
            "of the releases has a day or a milestone of its own."
        ),
    ),
    (
        in_parts({"percent": "50"}, OTHER_HALF),
        ('.releases #1.released_on: A required key is missing. Add it, for example released_on = "2027-12-31".'),
    ),
    (
        in_parts({**HALF, "released_with": "Done"}, OTHER_HALF),
        (
            ".releases #1.released_with: What is held back is released on a day or with a milestone. Found "
            "'Done'. Keep one of released_on and released_with."
        ),
    ),
    (
        in_parts({**HALF, "amount": "100"}, OTHER_HALF),
        (".releases #1.amount: A part is a percent or an amount. Found '100'. Keep one of percent and amount."),
    ),
    (
        in_parts({**HALF, "percent": "0"}, OTHER_HALF),
        (".releases #1.percent: Nothing would be released. Found '0'. Write what is released, or take this part out."),
    ),
    (
        in_parts({**AMOUNT, "amount": "0"}, {"released_on": "2027-12-31"}),
        (".releases #1.amount: Nothing would be released. Found '0'. Write what is released, or take this part out."),
    ),
    (
        in_parts({**HALF, "percent": "150"}, OTHER_HALF),
        (".releases #1.percent: A percent is from 0 to 100. Found '150'. Write 21 % as \"21\"."),
    ),
    (
        in_parts({"released_on": "2026-12-31"}, OTHER_HALF),
        (".releases #1: Only the last part may be the rest. Give this part a percent or an amount, or put it last."),
    ),
    (
        in_parts(HALF, {"amount": "100", "released_on": "2027-12-31"}),
        (
            ".releases: The parts are percents or amounts, not both. Write all in one way; the last may be the "
            "rest, without percent and amount."
        ),
    ),
    (
        in_parts(AMOUNT, {"amount": "100.50", "released_on": "2027-12-31"}),
        (
            ".releases #2.amount: What is held back may come to more than these amounts. Found '100.50'. Take the"
            " amount of the last part out: it is then the rest."
        ),
    ),
    (
        in_parts(HALF, {**OTHER_HALF, "percent": "40.0"}),
        (
            ".releases: The parts come to 90 % of what is held back. Let the percents come to 100; the last part "
            "may leave its percent out, and is then the rest."
        ),
    ),
    (
        in_parts(HALF, {**OTHER_HALF, "percent": "60"}),
        (
            ".releases: The parts come to 110 % of what is held back. Let the percents come to 100; the last part"
            " may leave its percent out, and is then the rest."
        ),
    ),
    (
        in_parts({**HALF, "percent": "100"}, {"released_on": "2027-12-31"}),
        (
            ".releases: The parts come to 100 % of what is held back before the rest of it. Let the percents come"
            " to 100; the last part may leave its percent out, and is then the rest."
        ),
    ),
    (
        in_parts(OTHER_HALF, HALF),
        (
            ".releases #2.released_on: A part before this one is released on this day or later. Found "
            "'2026-12-31'. Write the parts in the order of their days."
        ),
    ),
    (
        in_parts({**HALF, "released_on": "2026-01-01"}, OTHER_HALF),
        (
            ".releases #1.released_on: The retention would be released before anything is billed. Found "
            "'2026-01-01'. Check the day: it is the one on which what was held back is due, and from then on "
            "nothing is held back."
        ),
    ),
    (
        in_parts({"percent": "50", "released_with": "Done"}, OTHER_HALF),
        (
            ".releases #1.released_with: The contract has no milestone of this name. Found 'Done'. Name a charge "
            "of the model milestone as it stands in this contract, or give the day as released_on."
        ),
    ),
    (
        {"percent": "5", "releases": "twice"},
        (
            ".releases: A list of tables is expected here. Found 'twice'. In TOML use double brackets, as in "
            "[[contract]] and [[contract.charge]]; in JSON a list of objects."
        ),
    ),
]


@pytest.mark.parametrize(("retention", "message"), FAULTS)
def test_a_fault_of_a_release(tmp_path: Path, retention: dict[str, Any], message: str) -> None:
    """Of a contract and of a charge alike."""
    path = write_json(tmp_path, contract_table(FLAT, retention=retention))
    assert refusals(path) == [f"{path}: C-1 retention{message}"]
    path = write_json(tmp_path, contract_table({**FLAT, "retention": retention}))
    assert refusals(path) == [f'{path}: C-1 "Fee" retention{message}']


def test_all_that_is_wrong_with_the_parts_is_told_at_once(tmp_path: Path) -> None:
    retention = in_parts({**HALF, "percent": "0"}, {"percent": "50"}, {"amount": "0", "released_on": "2027-13-01"})
    path = write_json(tmp_path, contract_table(FLAT, retention=retention))
    assert [problem.split("retention.")[1].split(":")[0] for problem in refusals(path)] == [
        "releases #1.percent",
        "releases #2.released_on",
        "releases #3.amount",
        "releases #3.released_on",
    ]
