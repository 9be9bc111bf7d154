"""Uplifts that were agreed and not made use of, because nobody gave notice in time.

Comes in: contracts and the day of the check. Goes out: one finding for each such uplift. No money hangs on them:
without notice the old price is the agreed one. Must not know the ledger.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from billcheck.engine.sentences import find_uplift_not_exercised
from billcheck.pricing.escalation import uplifts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.contracts.terms import Charge, Contract
    from billcheck.findings import Finding


def find_unexercised(contracts: Iterable[Contract], as_of_day: int) -> Iterator[Finding]:
    """The uplifts whose day has come without notice, by contract, charge and day."""
    for contract in contracts:
        for charge in contract.charges:
            for escalator in charge.escalators:
                if escalator.notice is None:
                    continue
                for uplift in uplifts_of(escalator, charge.start, date.fromordinal(as_of_day)):
                    if not uplift.is_exercised and _runs_on(charge, uplift.day):
                        yield find_uplift_not_exercised(contract, charge.name, uplift)


def _runs_on(charge: Charge, day: date) -> bool:
    """Whether the charge is still there on a day, neither ended nor cancelled."""
    return charge.ends_on is None or day < charge.ends_on
