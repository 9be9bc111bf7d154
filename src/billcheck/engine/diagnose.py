"""Which wrong terms would have produced these invoices? The likely causes of the differences of one charge.

Comes in: a charge with its schedule and the judged rows of its periods, and where at hand its events and lines. Goes
out: for each row that some cause explains, that cause. Three kinds of hypotheses are held against the rows: the
plausible mistakes that the charge's own terms invite, priced like any charge; two of them at once, as declared; and
simple fractions of the agreed amount. Where these leave something, mistakes that move dates are tried with periods of
their own. Whatever nothing explains gets no cause. Must not know texts or how rows are shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction as Rational
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.terms import ChargeMatching
from billcheck.engine.cause_words import say_cause, say_extent
from billcheck.engine.hypotheses import (
    CORRECT,
    Trial,
    differs,
    find_hypotheses,
    is_billed_otherwise,
    is_unbilled,
    make_cells,
    may_be_pair,
    moves_dates,
    says_something,
    with_pairs,
)
from billcheck.engine.outlook import find_outlook
from billcheck.engine.quotes import prefer_by_lines
from billcheck.engine.retrial import retry
from billcheck.engine.segments import Segment, cut
from billcheck.findings import Cause
from billcheck.period import ONE_DAY
from billcheck.pricing.combined import CombinedSchedule
from billcheck.pricing.period_mistakes import period_mistakes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.terms import Charge, Contract
    from billcheck.engine.circumstances import Circumstances
    from billcheck.engine.diff import JudgedRow
    from billcheck.engine.outlook import Ahead
    from billcheck.engine.patterns import Fraction
    from billcheck.pricing.mistake import Mistake
    from billcheck.pricing.other_prices import OtherPrices
    from billcheck.pricing.schedule import Schedule

REMEMBERED_RUNS = 1_024
"""So many runs of rows are remembered with their explanations: contracts of one product are billed alike."""


class Diagnosed(NamedTuple):
    """The causes of a charge by period, and what its coming period would be billed at by that of the latest period.

    `coming` is in minor units; None where that cause does not tell, where there is none, or where no period was asked
    about.
    """

    causes: dict[int, tuple[Cause, ...]]
    coming: int | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """Rows that are not billed as agreed, as positions, and what explains them all equally well; nothing: unexplained.

    `is_last` tells whether no later row could have shown the same and does not.
    """

    rows: tuple[int, ...]
    mistakes: tuple[Mistake, ...] = ()
    fraction: Fraction | None = None
    is_last: bool = False

    @property
    def is_known(self) -> bool:
        """Whether anything explains them."""
        return bool(self.mistakes or self.fraction)


def diagnose(
    contract: Contract,
    charge: Charge,
    schedule: Schedule,
    rows: Sequence[JudgedRow],
    around: Circumstances | None = None,
) -> dict[int, tuple[Cause, ...]]:
    """The likely causes of the differences of one charge.

    Args:
        contract: The contract of the charge.
        charge: The charge as agreed.
        schedule: Its expected charges; the rows' `period` points into it.
        rows: The judged rows in schedule order. Rows that are not judged, were billed twice, in another currency, or
            credited afterwards say nothing about the terms and are passed over, as are periods that were not billed.
        around: Events, lines and prices of other charges, for mistakes that move dates and for explanations that tie.

    Returns:
        Period to causes, for the periods with a cause. A run of periods shares one `Cause`; its amount is the sum of
        their shortfalls. Equally good explanations are one cause that names them all.
    """
    return diagnose_with_outlook(contract, charge, schedule, rows, None, around).causes


def diagnose_with_outlook(
    contract: Contract,
    charge: Charge,
    schedule: Schedule,
    rows: Sequence[JudgedRow],
    ahead: Ahead | None,
    around: Circumstances | None = None,
) -> Diagnosed:
    """The likely causes as `diagnose` gives them, and what that of the latest period makes of the coming one."""
    if all(row.expected == row.billed for row in rows):
        return Diagnosed({})
    found = _explain(contract, charge, schedule, rows, around)
    causes: dict[int, tuple[Cause, ...]] = {}
    outlook = None
    for each in found:
        if not each.is_known:
            continue
        cause = (_cause(contract, schedule, rows, each),)
        causes |= {rows[row].period: cause for row in each.rows}
        if ahead is not None and any(rows[row].period == ahead.latest for row in each.rows):
            share = each.fraction and Rational(each.fraction.numerator, each.fraction.denominator)
            outlook = find_outlook(contract, charge, schedule, ahead, each.mistakes, share)
    return Diagnosed(causes, outlook)


def _explain(
    contract: Contract, charge: Charge, schedule: Schedule, rows: Sequence[JudgedRow], around: Circumstances | None
) -> list[Explained]:
    """What explains the differences, in the order of their first rows; last those that nothing explains."""
    found: list[Explained] = []
    if any(says_something(row) and row.expected != row.billed for row in rows):
        found = list(_explain_run(_Run.of(contract, charge, schedule, rows, around.others if around else None)))
    if around is None:
        return found
    found = [_by_lines(contract, schedule, rows, each, around) for each in found]
    return _with_other_periods(contract, charge, schedule, rows, found, around)


@dataclass(frozen=True, slots=True)
class _Run:
    """What the explanations of a charge follow from: its terms, and what was agreed and billed period by period.

    Runs are equal where they have the same explanations; contract, schedule and rows then differ in nothing that
    matters.
    """

    key: tuple[object, ...]
    contract: Contract = field(compare=False)
    charge: Charge = field(compare=False)
    schedule: Schedule = field(compare=False)
    rows: tuple[JudgedRow, ...] = field(compare=False)
    others: tuple[Mistake, ...] = field(compare=False)

    @classmethod
    def of(
        cls, contract: Contract, charge: Charge, schedule: Schedule, rows: Sequence[JudgedRow],
        others: OtherPrices | None,
    ) -> _Run:  # fmt: skip
        """The run of a charge; of charges together there is none but their sum."""
        days = [
            (schedule.first_days[row.period], schedule.ends[row.period], schedule.due_days[row.period]) for row in rows
        ]
        elsewhere: tuple[Mistake, ...] = ()
        if others is not None and is_billed_otherwise(schedule, rows):
            elsewhere = tuple(others.mistakes(contract, charge))
        key = (
            replace(charge, name="", matching=ChargeMatching(), grace_days=None),
            contract.charges if charge.spans else (),
            contract.currency, contract.tax_percent, contract.tax_steps,
            isinstance(schedule, CombinedSchedule),
            tuple([(mistake.sentence, mistake.charge.price) for mistake in elsewhere]),
            tuple([(*day, schedule.changes[row.period], says_something(row), row.status, row.expected, row.billed)
                   for day, row in zip(days, rows, strict=True)]),
        )  # fmt: skip
        return cls(key, contract, charge, schedule, tuple(rows), elsewhere)


@lru_cache(maxsize=REMEMBERED_RUNS)
def _explain_run(run: _Run) -> tuple[Explained, ...]:
    """What explains the differences of a run, in the order of their first rows."""
    contract, charge, schedule, rows = run.contract, run.charge, run.schedule, run.rows
    changes = [schedule.changes[row.period] for row in rows]
    if isinstance(schedule, CombinedSchedule):  # of several charges together no single one's mistakes can be told
        return _explained(rows, cut(make_cells(rows, changes, ()), 0), ())
    trial = Trial(contract, charge, schedule, rows)
    hypotheses = find_hypotheses(trial, run.others)
    segments = cut(make_cells(rows, changes, hypotheses.predictions), hypotheses.first_pair)
    if any(segment.unexplained for segment in segments) and may_be_pair(rows):
        hypotheses = with_pairs(trial, hypotheses)
        segments = cut(make_cells(rows, changes, hypotheses.predictions), hypotheses.first_pair)
    return _explained(rows, segments, hypotheses.mistakes)


def _explained(
    rows: Sequence[JudgedRow], segments: Sequence[Segment], mistakes: Sequence[Mistake]
) -> tuple[Explained, ...]:
    """The segments that differ from what was agreed, with their mistakes."""
    billed = [position for position, row in enumerate(rows) if says_something(row) and not is_unbilled(row)]
    found = []
    for segment in segments:
        different = segment.explained or segment.unexplained
        if different:
            chosen = tuple(mistakes[number] for number in segment.mistakes)
            fraction = segment.fraction if segment.fraction and (not chosen or segment.fraction.is_simple) else None
            is_last = different[-1] >= (billed[-1] if billed else -1)
            found.append(Explained(different, chosen, fraction, is_last))
    return tuple(found)


def _with_other_periods(
    contract: Contract, charge: Charge, schedule: Schedule, rows: Sequence[JudgedRow], found: list[Explained],
    around: Circumstances,
) -> list[Explained]:  # fmt: skip
    """The explanations, with mistakes that move dates: instead of them where they leave something, else beside them."""
    different = tuple(
        position for position, row in enumerate(rows) if row.expected != row.billed and row.status not in CORRECT
        and (row.is_duplicate or says_something(row))
    )  # fmt: skip
    if not different or isinstance(schedule, CombinedSchedule):
        return found
    moving = (mistake for mistake in period_mistakes(charge) if moves_dates(mistake, charge))
    mistakes = retry(contract, moving, around)
    if not mistakes:
        return found
    if {row for each in found if each.is_known for row in each.rows} >= {*different}:
        return [replace(each, mistakes=(*each.mistakes, *mistakes)) for each in found]
    return [Explained(different, mistakes, is_last=True)]


def _by_lines(
    contract: Contract, schedule: Schedule, rows: Sequence[JudgedRow], explained: Explained, around: Circumstances
) -> Explained:
    """The explanations that the lines themselves speak for, where there are several."""
    if len(explained.mistakes) + bool(explained.fraction) < 2:  # noqa: PLR2004 - several
        return explained
    periods = [rows[row].period for row in explained.rows if differs(rows[row])]
    if not periods:
        return explained
    mistakes, fraction = prefer_by_lines(contract, schedule, periods, explained.mistakes, explained.fraction, around)
    return replace(explained, mistakes=mistakes, fraction=fraction)


def _cause(contract: Contract, schedule: Schedule, rows: Sequence[JudgedRow], explained: Explained) -> Cause:
    mine = [rows[row] for row in explained.rows]
    first_day = date.fromordinal(min(schedule.first_days[row.period] for row in mine))
    last_day = date.fromordinal(max(schedule.ends[row.period] for row in mine)) - ONE_DAY
    between = rows[explained.rows[0] : explained.rows[-1] + 1]
    extent = say_extent(
        first_day,
        last_day,
        len(mine),
        is_last=explained.is_last,
        has_right_ones=any(row.expected and row.status in CORRECT for row in between),
    )
    support = len({(row.expected, row.billed) for row in mine})
    code, sentence, group = say_cause(explained.mistakes, explained.fraction, extent, support=support, rows=len(mine))
    amount = sum(row.expected - row.billed for row in mine)
    return Cause(code, sentence, first_day, last_day, contract.currency, amount, support, group)
