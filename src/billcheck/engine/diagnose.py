"""Why a run of periods differs: causes found by counterfactual."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.terms import Charge, Contract
    from billcheck.engine.diff import JudgedRow
    from billcheck.findings import Cause
    from billcheck.pricing.schedule import Schedule


def diagnose(
    contract: Contract, charge: Charge, schedule: Schedule, rows: Sequence[JudgedRow]
) -> dict[int, tuple[Cause, ...]]:
    """The likely causes of each period's difference; none is known yet."""
    del contract, charge, schedule, rows
    return {}
