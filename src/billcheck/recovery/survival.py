"""Whether the business can do without the money: a test of the supplier's own figures, by a rule that is written down.

Comes in: cash, monthly costs, and the arrears. Goes out: how long the cash lasts, how many months of costs the arrears
are, and one of three verdicts. Internal: it says how far one can go in a talk, and never what to ask for. Must not know
cases or wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from billcheck.money import percent_of

if TYPE_CHECKING:
    from decimal import Decimal

    from billcheck.recovery.events import Survival

Verdict = Literal["can_absorb", "tight", "cannot"]

SAFE_MONTHS = 3
"""Cash for fewer months of costs than this is tight."""
LEAST_MONTHS = 1
"""With cash for less than this, the business cannot do without."""

RULE = (
    "cannot: the reserve pays for less than 1 month of costs, or the arrears are more than the reserve and the money "
    "must be in by a day. tight: the reserve pays for less than 3 months, or is less than the arrears, or the money "
    "must be in by a day. can_absorb: none of these. Other income is not counted."
)
"""The rule, as it is told and documented."""

_DECIMALS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalTest:
    """The figures and what they say; months are rounded half-up to two decimals and never compared rounded."""

    given: Survival
    runway_months: Decimal
    arrears_in_months: Decimal
    verdict: Verdict


def survival_test(given: Survival, arrears_minor: int) -> SurvivalTest | None:
    """The test, or None where no monthly costs are given.

    Args:
        given: Reserve and monthly costs, in the minor units of the arrears' currency.
        arrears_minor: What would be done without, excluding tax.
    """
    costs = given.monthly_costs_minor
    if costs <= 0:
        return None
    return SurvivalTest(
        given=given,
        runway_months=percent_of(given.cash_reserve_minor, 100 * costs, _DECIMALS),
        arrears_in_months=percent_of(arrears_minor, 100 * costs, _DECIMALS),
        verdict=_verdict(given, arrears_minor),
    )


def _verdict(given: Survival, arrears_minor: int) -> Verdict:
    reserve, costs = given.cash_reserve_minor, given.monthly_costs_minor
    must_collect = given.must_collect_within_days is not None
    if reserve < LEAST_MONTHS * costs or (must_collect and reserve < arrears_minor):
        return "cannot"
    if reserve < SAFE_MONTHS * costs or reserve < arrears_minor or must_collect:
        return "tight"
    return "can_absorb"
