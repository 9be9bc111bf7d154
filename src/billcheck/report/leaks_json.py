"""What leaks by cause and what still runs, as the JSON of a report has it, and the sums that must hold there.

Comes in: groups of causes, what of a charge still runs, and the rows of the contracts. Goes out: values in the order of
their documented keys; amounts are strings with the digits of their currency. Must not know how a cause was found.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from billcheck.errors import InternalError
from billcheck.money import format_minor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck.causes import CauseGroup, NextInvoice, RunningCause
    from billcheck.findings import ContractRows, Totals

Json = dict[str, object]

_SUMS = ("arrears", "overbilled", "monthly_leak", "monthly_overbilled", "next_shortfall", "next_overbilled")


def cause_group_json(group: CauseGroup) -> Json:
    """One group of causes."""
    return {
        "code": group.code,
        "sentence": group.sentence,
        "part_of": group.part_of,
        "currency": group.currency,
        "amount": format_minor(group.amount_minor, group.currency),
        "contracts": len(group.contracts),
        "rows": group.rows,
        "first_day": group.first_day.isoformat(),
        "last_day": group.last_day.isoformat(),
        "is_running": group.is_running,
        "running_contracts": group.running,
        "monthly": format_minor(group.monthly_minor, group.currency),
        "contract_ids": list(group.contracts),
    }


def running_json(item: ContractRows) -> Json:
    """What still runs of one contract: two sums, and each charge."""
    monthly = Counter({"arrears": 0, "overbilled": 0})
    for running in item.running:
        monthly[running.part_of] += running.monthly_minor
    currency = item.contract.currency
    return {
        "monthly_leak": format_minor(monthly["arrears"], currency),
        "monthly_overbilled": format_minor(monthly["overbilled"], currency),
        "running": [_running(running) for running in item.running],
    }


def _running(running: RunningCause) -> Json:
    return {
        "code": running.code,
        "sentence": running.sentence,
        "part_of": running.part_of,
        "charges": list(running.charges),
        "since": running.since.isoformat(),
        "monthly": format_minor(running.monthly_minor, running.currency),
        "next_invoice": _next_invoice(running.next_invoice),
        "note": running.note,
    }


def _next_invoice(coming: NextInvoice) -> Json:
    amounts = (coming.expected_minor, coming.projected_minor, coming.shortfall_minor)
    expected, projected, shortfall = (
        None if amount is None else format_minor(amount, coming.currency) for amount in amounts
    )
    return {
        "first_day": coming.first_day.isoformat(),
        "last_day": coming.last_day.isoformat(),
        "due_on": coming.due_on.isoformat(),
        "is_awaited": coming.is_awaited,
        "expected": expected,
        "projected": projected,
        "shortfall": shortfall,
    }


class CauseCheck:
    """Adds the rows and what still runs up again, contract by contract, and holds that against the groups."""

    def __init__(self) -> None:
        self._in_rows: Counter[tuple[str, str, str, str]] = Counter()
        self._sums: Counter[tuple[str, str]] = Counter()

    def add(self, item: ContractRows) -> None:
        """Count the rows of one contract in, and what still runs of it."""
        for row in item.rows:
            for part_of, amount in (("arrears", row.arrears_minor), ("overbilled", row.overbilled_minor)):
                for cause in row.causes[:1] if amount else ():
                    self._in_rows[part_of, row.currency, cause.code, cause.group] += amount
        for running in item.running:
            per_month = "monthly_leak" if running.part_of == "arrears" else "monthly_overbilled"
            self._sums[per_month, running.currency] += running.monthly_minor
            shortfall = running.next_invoice.shortfall_minor or 0
            self._sums["next_shortfall", running.currency] += max(shortfall, 0)
            self._sums["next_overbilled", running.currency] += max(-shortfall, 0)

    def compare(self, groups: Iterable[CauseGroup], totals: Iterable[Totals]) -> None:
        """Hold the sums against the groups and the totals.

        Raises:
            InternalError: A group is not what its rows add up to, or a total not what its groups do.
        """
        sums, monthly, differences = self._sums.copy(), Counter[tuple[str, str]](), self._in_rows.copy()
        for group in groups:
            sums[group.part_of, group.currency] += group.amount_minor
            monthly["monthly_leak" if group.part_of == "arrears" else "monthly_overbilled", group.currency] += (
                group.monthly_minor
            )
            key = (group.part_of, group.currency, group.code, group.sentence)
            if key in differences:
                differences[key] -= group.amount_minor
        if any(differences.values()):
            raise InternalError("a group of causes is what its rows add up to", causes=sorted(+differences))
        for key_of_sum, amount in monthly.items():
            if amount != self._sums[key_of_sum]:
                raise InternalError("causes come to as much a month as their contracts", causes=amount)
        for total in totals:
            for name in _SUMS:
                if sums[name, total.currency] != getattr(total, name):
                    raise InternalError(
                        f"the causes add up to the total '{name}'", currency=total.currency,
                        causes=sums[name, total.currency], total=getattr(total, name),
                    )  # fmt: skip
