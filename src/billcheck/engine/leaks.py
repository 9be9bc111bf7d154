"""Why the periods of one charge differ, and whether that still goes on.

Comes in: a charge with its schedule and judged rows. Goes out: the causes of its periods, and what still runs: what the
latest period that tells anything shows, if the next one will show it too. What that comes to a month, and at what the
next invoice will be, are inferences: nobody knows what will be billed. Must not know documents, texts or how any of it
is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from billcheck.causes import UNEXPLAINED, NextInvoice, RunningCause
from billcheck.engine.diagnose import diagnose_with_outlook
from billcheck.engine.groups import names_in
from billcheck.engine.outlook import Ahead
from billcheck.findings import JUDGED, Status
from billcheck.money import round_half_up
from billcheck.pricing.months import months_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.causes import PartOf
    from billcheck.engine.circumstances import Circumstances
    from billcheck.engine.diagnose import Diagnosed
    from billcheck.engine.diff import JudgedRow
    from billcheck.engine.keys import Slot
    from billcheck.findings import Cause
    from billcheck.pricing.schedule import Schedule

REASON_WORDS = {
    "missing": "never invoiced",
    "unapproved": "drafted and never approved",
    "not_credited": "agreed to be taken off, and never was",
    "credited_not_rebilled": "credited and not billed again",
    "duplicate": "billed twice",
    UNEXPLAINED: "no cause found",
}
"""The groups of rows without a cause: what is known of them."""

NOTE_UNEXPLAINED = "no cause was found, so nothing foretells the next invoice"
NOTE_OPEN = "the cause does not tell what the next invoice will be"
NOTE_UNKNOWN = "what was agreed for the next invoice is not known yet"


class Reason(NamedTuple):
    """What a row with a difference is grouped by: the words for it, and the total its difference is part of."""

    part_of: PartOf
    code: str
    sentence: str


@dataclass(slots=True)
class Leaks:
    """The causes of a charge by period, the reason of each row that differs, and what still runs."""

    causes: dict[int, tuple[Cause, ...]] = field(default_factory=dict)
    reasons: dict[int, Reason] = field(default_factory=dict)
    running: RunningCause | None = None


def find_leaks(
    slot: Slot, schedule: Schedule, rows: Sequence[JudgedRow], as_of_day: int, around: Circumstances | None = None
) -> Leaks:
    """The causes of a charge, and what of them still runs.

    Args:
        slot: The charge, or several that are checked together.
        schedule: Its expected charges; the rows' `period` points into it.
        rows: The judged rows in schedule order.
        as_of_day: The day of the check, as an ordinal.
        around: What may be looked at beyond the rows.
    """
    different = [row for row in rows if is_different(row)]
    if not different:
        return Leaks()
    latest = _latest_telling(schedule, rows)
    coming = None if latest is None or not is_different(latest) else _next_period(schedule, rows, latest)
    ahead = None if latest is None or coming is None else Ahead(latest.period, coming)
    diagnosed = diagnose_with_outlook(slot.contract, slot.charge, schedule, rows, ahead, around)
    reasons = {row.period: _reason(row, diagnosed.causes.get(row.period, ())) for row in different}
    leaks = Leaks(diagnosed.causes, reasons)
    if latest is None or coming is None:
        return leaks
    expected = None if coming in schedule.unknowns else schedule.amounts[coming]
    projected = None if expected is None else _projected(latest, diagnosed)
    months = months_of(schedule.charge, schedule.first_days[latest.period], schedule.ends[latest.period])
    if months is None or (expected is not None and expected == projected):
        return leaks
    reason = reasons[latest.period]
    leaks.running = RunningCause(
        code=reason.code,
        sentence=reason.sentence,
        part_of=reason.part_of,
        charges=names_in(slot, schedule, latest.period),
        since=date.fromordinal(_since(schedule, rows, latest, leaks)),
        currency=slot.currency,
        monthly_minor=round_half_up(abs(latest.shortfall) / months),
        next_invoice=NextInvoice(
            first_day=date.fromordinal(schedule.first_days[coming]),
            last_day=date.fromordinal(schedule.ends[coming] - 1),
            due_on=date.fromordinal(schedule.due_days[coming]),
            currency=slot.currency,
            expected_minor=expected,
            projected_minor=projected,
            is_awaited=schedule.due_days[coming] <= as_of_day,
        ),
        note=_note(reason, expected, projected),
    )
    return leaks


def is_different(row: JudgedRow) -> bool:
    """Whether the difference of a row is part of arrears or of what is overbilled."""
    status = row.status
    return status is Status.UNDERBILLED or status is Status.MISSING or status is Status.OVERBILLED


def _reason(row: JudgedRow, causes: tuple[Cause, ...]) -> Reason:
    part_of: PartOf = "overbilled" if row.status is Status.OVERBILLED else "arrears"
    if causes:
        return Reason(part_of, causes[0].code, causes[0].group)
    code = _code_without_cause(row)
    return Reason(part_of, code, REASON_WORDS[code])


def _code_without_cause(row: JudgedRow) -> str:
    if row.status is Status.OVERBILLED:
        if row.is_duplicate:
            return "duplicate"
        return UNEXPLAINED if row.billed else "not_credited"
    if row.credited:
        return "credited_not_rebilled"
    if row.status is Status.UNDERBILLED:
        return UNEXPLAINED
    return "unapproved" if row.drafted else "missing"


def _latest_telling(schedule: Schedule, rows: Sequence[JudgedRow]) -> JudgedRow | None:
    """The latest regular row that shows how the charge is billed.

    A row that was credited or billed twice shows what happened once, and one for which nothing was agreed and nothing
    billed shows nothing.
    """
    for row in reversed(rows):
        if schedule.changes[row.period] or row.status not in JUDGED or row.credited or row.is_duplicate:
            continue
        if row.expected or row.billed:
            return row
    return None


def _next_period(schedule: Schedule, rows: Sequence[JudgedRow], latest: JudgedRow) -> int | None:
    """The first regular period after the latest row that is still to be billed and comes to something, if any."""
    statuses = {row.period: row.status for row in rows}
    for period in range(latest.period + 1, len(schedule)):
        if schedule.changes[period] or not (schedule.amounts[period] or period in schedule.unknowns):
            continue
        status = statuses.get(period, Status.NOT_DUE)  # all that are due have a row
        if status is Status.NOT_DUE or status is Status.AWAITING:
            return period
    return None


def _projected(latest: JudgedRow, diagnosed: Diagnosed) -> int | None:
    """What the coming period will be billed at if nothing changes; None where nothing foretells it."""
    if latest.period in diagnosed.causes:
        return diagnosed.coming
    # What was not invoiced at all will not be the next time either; a wrong amount may be any.
    return None if latest.billed else 0


def _note(reason: Reason, expected: int | None, projected: int | None) -> str:
    """Why the next invoice cannot be foretold; nothing where it can."""
    if expected is None:
        return NOTE_UNKNOWN
    if projected is not None:
        return ""
    return NOTE_UNEXPLAINED if reason.code == UNEXPLAINED else NOTE_OPEN


def _since(schedule: Schedule, rows: Sequence[JudgedRow], latest: JudgedRow, leaks: Leaks) -> int:
    """The first day of the run of periods with the cause of the latest row; of its neighbours alike without a cause."""
    if found := leaks.causes.get(latest.period):
        return found[0].first_day.toordinal()
    first_day = schedule.first_days[latest.period]
    for row in reversed(rows):
        if row.period >= latest.period or schedule.changes[row.period]:
            continue
        if leaks.reasons.get(row.period) != leaks.reasons[latest.period]:
            break
        first_day = schedule.first_days[row.period]
    return first_day
