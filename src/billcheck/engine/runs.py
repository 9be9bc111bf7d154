"""Events that bill whole periods one after the other, without a gap: each goes to the next periods it pays for.

Comes in: free events and open periods, as integers. Goes out: the one reading in which every event is exactly the sum
of the next periods in need and comes at their time, or nothing. It is asked for only where the habit explains less,
where that reading leaves an event over, a period partly billed or billed too much, or one open between others. So an
invoice for this month and the next, for a year ahead or for two forgotten months does not look like a wrong price
beside missing periods. An event comes at the time of a run of periods from half an interval before the first of them is
due until half an interval after the last one is. Must not know dates, texts, documents or what the report will say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.engine.align import MOST_COMBINED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.engine.align import FreeEvent, Openings

Run = tuple[int, ...]
"""The periods one event bills, in order; those between them need nothing."""


def find_runs(events: Sequence[FreeEvent], openings: Openings, nominal_days: int) -> list[Run] | None:
    """Per event the periods it bills; None where some event is no such sum, or none bills more than one period.

    The first event may bill any period, if none before it would be missed. Change rows are not read this way.
    """
    if any(openings.changes) or not events:
        return None
    needing = [period for period, amount in enumerate(openings.amounts) if amount > 0]
    for start, period in enumerate(needing):
        if 2 * (openings.due_days[period] - events[0].issue_day) > nominal_days:
            return None
        runs = _runs_from(events, openings, needing, start, nominal_days)
        if runs is not None:
            return runs if max(map(len, runs)) > 1 else None
        if openings.costs[period]:
            return None
    return None


def _runs_from(
    events: Sequence[FreeEvent], openings: Openings, needing: Sequence[int], start: int, nominal_days: int
) -> list[Run] | None:
    """The runs of which the first begins with the period in need at `start`."""
    runs: list[Run] = []
    for issue_day, amount in events:
        total, stop = 0, start
        while total < amount and stop < min(start + MOST_COMBINED, len(needing)):
            total += openings.amounts[needing[stop]]
            stop += 1
        if total != amount:
            return None
        run = tuple(needing[start:stop])
        early, late = openings.due_days[run[0]] - issue_day, issue_day - openings.due_days[run[-1]]
        if 2 * max(early, late) > nominal_days:
            return None
        runs.append(run)
        start = stop
    return runs
