"""Many random contracts priced twice: what the command counts, and that it shows what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.pricing import oracle, run
from tests.pricing.comparison import KINDS, compare

if TYPE_CHECKING:
    import pytest


def test_contracts_of_every_kind_are_priced_alike(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--count", "100"]) == 0
    counted = capsys.readouterr().out
    assert counted.startswith(
        "100 contracts (balance 10, changes 30, commitment 10, models 20, retention 10, roles 10, usage 10); "
    )
    assert counted.endswith("differing 0\n")


def test_the_counts_do_not_depend_on_how_many_processes_count() -> None:
    assert str(run.run_in_processes(7, 20, 2)) == str(run.run(range(7, 27)))


def test_a_difference_is_shown_with_its_contract(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    number = next(number for number in range(100) if KINDS[number % 10] == "models" and compare(number).rows)
    honest = oracle.price_by_day

    def one_too_many(*terms: Any) -> list[oracle.Row]:
        return [row._replace(amount=row.amount + 1) for row in honest(*terms)]

    monkeypatch.setattr(oracle, "price_by_day", one_too_many)
    assert run.main(["--first", str(number)]) == 1
    said = capsys.readouterr().out
    assert said.startswith(f"{number}: ")
    assert "billcheck [Row(" in said
    assert "Charge(name='Fee'" in said
    assert said.endswith("differing 1\n")
