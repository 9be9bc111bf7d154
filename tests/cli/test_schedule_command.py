from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]


@pytest.mark.usefixtures("folder")
def test_expected_charges_as_json(run: Run) -> None:
    outcome = run("schedule", "--until", "2026-03-30", "--format", "json")
    assert (outcome.code, outcome.err) == (0, "")
    charges = json.loads(outcome.out)
    assert [(charge["first_day"], charge["last_day"], charge["due_on"]) for charge in charges] == [
        ("2026-01-01", "2026-01-31", "2026-01-31"),
        ("2026-02-01", "2026-02-28", "2026-02-28"),
    ]
    assert list(charges[0]) == [
        "contract", "charge", "first_day", "last_day", "due_on", "currency", "quantity", "amount",
        "derivation", "parts",
    ]  # fmt: skip
    assert (charges[0]["contract"], charges[0]["charge"], charges[0]["amount"]) == ("C-117", "Retainer", "100.00")
    assert charges[0]["quantity"] is None
    assert "100.00" in "".join(charges[0]["derivation"])
    assert charges[0]["parts"] == [
        {
            "first_day": "2026-01-01",
            "last_day": "2026-01-31",
            "items": [{"quantity": None, "unit_amount": "100.00"}],
            "instead_of": [],
            "share": "1",
            "amount": "100",
        }
    ]


@pytest.mark.usefixtures("folder")
def test_expected_charges_as_a_table(run: Run) -> None:
    outcome = run("schedule", "--until", "2026-03-31")
    assert outcome.code == 0
    assert outcome.out.startswith('C-117 "Retainer"  (EUR, excl. tax)\n')
    assert "  2026-03  2026-03-31  100.00" in outcome.out
    assert outcome.out.endswith("  3 charges, 300.00 EUR\n")


@pytest.mark.usefixtures("folder")
def test_nothing_due_is_said(run: Run) -> None:
    assert run("schedule", "--until", "2025-12-31").out == "Nothing is due on or before 2025-12-31.\n"
    assert run("schedule", "--until", "2025-12-31", "--format", "json").out == "[]\n"


def test_quantities_and_several_charges(run: Run, folder: Path) -> None:
    extra = '\n[[contract.charge]]\nname = "Seats"\nmodel = "per_unit"\nunit_amount = "10.00"\nquantity = "2.5"\n'
    extra += 'every = "quarter"\ntiming = "in_advance"\n'
    path = folder / "contracts.toml"
    path.write_text(path.read_text() + extra)
    charges = json.loads(run("schedule", "--until", "2026-01-31", "--format", "json").out)
    assert [(charge["charge"], charge["quantity"], charge["amount"]) for charge in charges] == [
        ("Retainer", None, "100.00"),
        ("Seats", "2.5", "25.00"),
    ]
    assert 'C-117 "Seats"' in run("schedule", "--until", "2026-01-31").out


@pytest.mark.usefixtures("folder")
def test_until_is_required(run: Run) -> None:
    outcome = run("schedule")
    assert outcome.code == 2
    assert "--until" in outcome.err
