"""Cases to build on: the half-rate story by the public path, and others with one difficulty each.

Each builder goes from contracts and a ledger, as people write them, through `check` and `open_case`, so that nothing of
a case is made up here. Add yours.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from billcheck import check, load_contracts, read_ledger
from billcheck.recovery.events import StatedCause
from billcheck.recovery.opening import open_case
from tests.acceptance import half_rate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.terms import Contract
    from billcheck.recovery.case import Case
    from billcheck.recovery.events import Override

FOUND_ON = date(2026, 9, 4)
STORY_CAUSE = StatedCause(
    sentence="When we copied your invoice template in March, a quantity of 0.5 was left in it.",
    found_on=FOUND_ON,
    introduced_on=date(2026, 3, 1),
    fixed_on=FOUND_ON,
    prevention="Every invoice run is now checked against the contracts before it goes out.",
)


class Checked(NamedTuple):
    """A report as its JSON, and the contracts it was made with."""

    report: str
    contracts: tuple[Contract, ...]


@cache
def checked(contracts: str, ledger: str, as_of: date = half_rate.AS_OF) -> Checked:
    """The report about contracts in TOML and a ledger in the generic CSV format."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "contracts.toml").write_text(contracts, encoding="utf-8")
        (folder / "ledger.csv").write_text(ledger, encoding="utf-8")
        agreed = load_contracts(folder / "contracts.toml")
        return Checked(check(agreed, read_ledger(folder / "ledger.csv"), as_of=as_of).to_json(), agreed)


def made_case(
    contracts: str,
    ledger: str,
    *,
    customer: str = half_rate.CUSTOMER,
    as_of: date = half_rate.AS_OF,
    on: date | None = None,
    cause: StatedCause | None = None,
    overrides: Sequence[Override] = (),
) -> Case:
    """A case about a customer of these contracts, opened on the day of the check, with what is still to come priced."""
    made = checked(contracts, ledger, as_of)
    return open_case(
        made.report,
        customer=customer,
        cause=cause or StatedCause(sentence="A wrong amount stood in the template.", found_on=as_of),
        on=on or as_of,
        overrides=overrides,
        contracts=made.contracts,
    )


def story_case() -> Case:
    """The half-rate story: six months at half of 2,400.00 EUR, found on 4 September 2026; 7,200.00 excl. tax."""
    return made_case(half_rate.CONTRACT_TOML, half_rate.generic_csv(), cause=STORY_CAUSE)
