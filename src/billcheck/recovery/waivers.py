"""What a case gave up, as decisions: so that the next check shows these periods as decided instead of in arrears.

Comes in: a case. Goes out: one decision for each period of which something was waived, in the words of the file of
decisions, with the case's id in its reason. A decision counts for what was waived and no more: what was to be billed
beside it fails a check until it is billed. Must not know the disk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.decisions.rules import Decision
from billcheck.decisions.writing import to_toml
from billcheck.findings import Status, digest_id
from billcheck.recovery.events import Waived
from billcheck.recovery.sums import period_sums

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.recovery.arrears import CasePeriod
    from billcheck.recovery.case import Case
    from billcheck.recovery.sums import PeriodSum


def waiver_decisions(case: Case) -> tuple[Decision, ...]:
    """A decision for each period of which something was waived, in the order of the case; none where nothing was."""
    return tuple(_decisions(case))


def waiver_entries(case: Case) -> tuple[str, ...]:
    """The same as entries of a file of decisions, each under a comment that names the period.

    Raises:
        UsageError: A reason cannot be written in one line.
    """
    return tuple(
        to_toml(decision, f"Waived in case {case.id}, {case.customer}: {decision.first_day} to {decision.last_day}.")
        for decision in waiver_decisions(case)
    )


def _decisions(case: Case) -> Iterator[Decision]:
    reasons: dict[str, dict[str, None]] = {}
    deciders: dict[str, str] = {}
    for event in case.of(Waived):
        for row, _ in event.rows:
            reasons.setdefault(row, {})[event.reason.strip()] = None
            deciders[row] = event.by
    for each in period_sums(case):
        if each.waived_minor:
            period = each.period
            reason = "; ".join(filter(None, reasons[period.row]))
            yield _decision(case, each, reason, deciders[period.row])


def _decision(case: Case, each: PeriodSum, reason: str, by: str) -> Decision:
    period = each.period
    kind = _kind(each)
    charge = " + ".join(period.charges)
    change = _change_of(period, charge)
    finding = digest_id(kind, period.contract, charge, period.first_day.isoformat(), change) if change else None
    return Decision(
        verb="waive",
        reason=f"case {case.id}: {reason}" if reason else f"case {case.id}",
        kind=kind,
        contract=period.contract,
        charge=charge,
        first_day=period.first_day,
        last_day=period.last_day,
        finding=finding,
        amount_minor=each.waived_minor,
        currency=case.currency,
        by=by or None,
    )


def _kind(each: PeriodSum) -> str:
    """What the next check finds in the period, once the rest of it is billed."""
    if each.period.credited_minor:
        return "credited_not_rebilled"
    return each.period.status if each.waived_minor == each.arrears_minor else str(Status.UNDERBILLED)


def _change_of(period: CasePeriod, charge: str) -> str:
    """How findings name the change inside a period that a row is of, "" for the period itself."""
    if not period.is_change:
        return ""
    first = period.first_day.isoformat()
    late = f"change {period.due_on}"
    return late if digest_id(late, period.contract, charge, first) == period.row else "change"
