"""What should have been billed: the expected charges of a contract, with the day each is due.

Comes in: frozen terms and a horizon. Goes out: a `Schedule` of whole minor units per charge, or expected charges with
their derivations. A charge whose terms never change is priced by a few multiplications for its whole term; derivations
are written only when somebody asks for one. Must not know ledgers, files or the day of the check.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.contracts.terms import Release
from billcheck.errors import InternalError, Problem, UsageError
from billcheck.money import MINOR_DIGITS, minor_scale
from billcheck.pricing.amendments import Part, Row, bounded_rows, exact_amount, price_of, rows_of_period
from billcheck.pricing.balance import Agreement, SpannedDays, SpannedRow, balance_rows
from billcheck.pricing.derivation import derive, derive_parts, is_whole, on_other_days
from billcheck.pricing.expected import ExpectedCharge
from billcheck.pricing.grid import LATEST_DAY
from billcheck.pricing.layout import factor_of, grid_of, measure_of, whole_grid_of
from billcheck.pricing.metering import with_usage
from billcheck.pricing.models import full_price, quantity_of, require
from billcheck.pricing.proration import Measure, Ratio, add, multiply, round_ratio
from billcheck.pricing.retention import Held, HeldRow, describe_held, held_of, release_rows
from billcheck.pricing.spanning import commitment_row, deposit_rows
from billcheck.pricing.timeline import make_timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from billcheck.contracts.prices import Quantity
    from billcheck.contracts.terms import Charge, Contract, Discount, Retention
    from billcheck.pricing.grid import Grid
    from billcheck.pricing.metering import MeteredTerms
    from billcheck.pricing.spanning import ToldRow
    from billcheck.pricing.timeline import Terms, Timeline

_CORRECTION_DAYS = 370
REST_OF_UNKNOWN = "What is billed is the rest of a rounded sum from {days} on, which is not known: {question}"


class UnacceptedDraftError(Problem):
    """This contract is a draft that nobody has accepted, and a draft is not priced."""

    remedy = "Correct it, then run billcheck contracts accept with its file."


_WholeKey = tuple[int, int, "tuple[Discount, ...]", int]
"""A schedule, its terms, discounts and amount, the first two by identity."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What was worked out for some rows of schedules and holds for others; nothing here outlives its schedules.

    `layouts` are grid and terms of a schedule, and its periods that are not full ones. `wholes` are expected charges of
    whole periods, by schedule, terms, discounts and amount: such periods differ in nothing but their days.
    """

    layouts: dict[int, tuple[Grid, Timeline, Sequence[int]]] = field(default_factory=dict)
    wholes: dict[_WholeKey, ExpectedCharge] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The expected charges of one charge as parallel columns, sorted by due day, regular rows first, then first day.

    Days are ordinals and `ends` are exclusive; `amounts` are minor units of the contract's currency, excluding tax.
    `changes` marks the rows of changes inside a period that was already due. `unknowns` says of rows, by their index,
    why they cannot be priced yet; their amounts mean nothing. `before` has, by index, the exact sum of the regular rows
    before one, where the sum is rounded and not the row.
    """

    contract: Contract
    charge: Charge
    first_days: tuple[int, ...]
    ends: tuple[int, ...]
    due_days: tuple[int, ...]
    amounts: tuple[int, ...]
    changes: tuple[bool, ...]
    unknowns: Mapping[int, str] = field(default_factory=dict, kw_only=True)
    before: Mapping[int, Ratio] = field(default_factory=dict, kw_only=True)

    def __len__(self) -> int:
        return len(self.amounts)

    @property
    def line_amounts(self) -> tuple[int, ...]:
        """What a line that bills one row may come to."""
        return self.amounts

    def charge_at(self, index: int, worked: Worked | None = None) -> ExpectedCharge:
        """The expected charge of one row, with its derivation.

        Args:
            index: The row.
            worked: What was worked out for other rows, for whoever asks for many of them.

        Raises:
            IndexError: There is no such row.
            InternalError: Working the amount out again, part by part, gives another amount.
        """
        if worked is None or index in self.unknowns or index in self.before:
            return self._told(self._row(index, worked), index)
        like = self._like(index, worked)
        if like is None:
            row = self._row(index, worked)
            told = self._told(row, index)
            if is_whole(row):
                worked.wholes[self._key(row.parts[0].terms, row.parts[0].discounts, index)] = told
            return told
        days = self.first_days[index], self.ends[index], self.due_days[index]
        return on_other_days(like, *days, self.tax_percent_at(index))

    def _key(self, terms: Terms, discounts: tuple[Discount, ...], index: int) -> _WholeKey:
        """What whole periods have in common that are told alike but for their days."""
        return id(self), id(terms), discounts, self.amounts[index]

    def _like(self, index: int, worked: Worked) -> ExpectedCharge | None:
        """The expected charge of another whole period that differs in its days alone; None where none is worked out."""
        layout = worked.layouts.get(id(self))
        if layout is None or self.changes[index]:
            return None
        grid, timeline, uneven = layout
        first_day = self.first_days[index]
        period = bisect_right(grid.ends, first_day)
        if _end_of_run(grid, timeline, period, uneven) == period:
            return None
        return worked.wholes.get(self._key(timeline.terms_on(first_day), timeline.discounts_on(first_day), index))

    def _told(self, row: Row, index: int) -> ExpectedCharge:
        """A row as an expected charge."""
        amount, unknown, before = self.amounts[index], self.unknowns.get(index, ""), self.before.get(index)
        scale = minor_scale(self.contract.currency)
        if not unknown and _rounded(exact_amount(row, scale), before) != amount:
            raise InternalError(
                "an expected amount is the sum of its parts",
                contract=self.contract.id,
                charge=self.charge.name,
                amount=amount,
            )
        return ExpectedCharge(
            contract=self.contract.id,
            charge=self.charge.name,
            first_day=date.fromordinal(row.first_day),
            last_day=date.fromordinal(row.end - 1),
            due_on=date.fromordinal(row.due_day),
            currency=self.contract.currency,
            quantity=None if unknown else _quantity_of(row),
            amount_minor=None if unknown else amount,
            tax_percent=self.tax_percent_at(index),
            is_change=row.is_change,
            derivation=(unknown,) if unknown else derive(self.charge, row, self.contract.currency, amount, before),
            parts=() if unknown else derive_parts(row, self.contract.currency),
        )

    def tax_percent_at(self, index: int) -> Decimal | None:
        """The tax percent of one row: that of its last day."""
        return self.contract.tax_percent_of(self.charge, date.fromordinal(self.ends[index] - 1))

    def _row(self, index: int, worked: Worked | None) -> Row:
        """The row with its parts, worked out again."""
        wanted = self.first_days[index], self.changes[index], self.due_days[index]
        if self.charge.every is None:
            return _row_of_one_off(self.charge)
        layout = None if worked is None else worked.layouts.get(id(self))
        if layout is None:
            grid = grid_of(self.charge, self.due_days[-1])
            timeline = make_timeline(self.charge, grid, MINOR_DIGITS[self.contract.currency])
            layout = grid, timeline, _uneven(self.charge, grid)
            if worked is not None:
                worked.layouts[id(self)] = layout
        grid, timeline, _ = layout
        period = bisect_right(grid.ends, wanted[0])
        if period < len(grid.ends) and grid.first_days[period] <= wanted[0]:
            for row in _rows(self.charge, timeline, grid, period):
                if (row.first_day, row.is_change, row.due_day) == wanted:
                    return row
        raise InternalError("every row of a schedule belongs to a period", contract=self.contract.id, index=index)


def make_schedule(contract: Contract, charge: Charge, until: date) -> Schedule:
    """Every row due on or before `until`, and the first regular row due after it, if there is one.

    A milestone that was not accepted has none.

    Raises:
        UsageError: A day lies outside the years 1900 to 2199, or a charge made by hand is incomplete.
    """
    full = _full_schedule(contract, charge, until)
    return full if charge.retention is None else _retained_schedule(full, charge.retention)


def _full_schedule(contract: Contract, charge: Charge, until: date) -> Schedule:
    """The schedule of a charge with nothing held back."""
    if charge.model == "deposit":
        return _deposit_schedule(contract, charge, until)
    if charge.model == "retention":
        return _release_schedule(contract, charge, until)
    if charge.model in {"minimum", "maximum", "discount"}:
        return _balance_schedule(contract, charge, until)
    return _commitment_schedule(contract, charge, until) if charge.spans else _own_schedule(contract, charge, until)


def _own_schedule(contract: Contract, charge: Charge, until: date) -> Schedule:
    """The schedule of a charge with a price of its own."""
    scale = minor_scale(contract.currency)
    if charge.model == "milestone" and charge.on is None:
        return Schedule(contract, charge, (), (), (), (), ())
    if charge.every is None:
        row = _row_of_one_off(charge)
        amount = round_ratio(*exact_amount(row, scale))
        return Schedule(contract, charge, (row.first_day,), (row.end,), (row.due_day,), (amount,), (False,))
    grid = grid_of(charge, until.toordinal())
    if charge.metering is not None:
        return _metered_schedule(
            contract, with_usage(charge, charge.metering, grid, MINOR_DIGITS[contract.currency]), until
        )
    if charge.remainder == "cumulative":
        return _cumulative(_changing_schedule(contract, charge, grid, until.toordinal()), grid)
    if _is_changing(charge):
        return _changing_schedule(contract, charge, grid, until.toordinal())
    price = full_price(charge.price, quantity_of(charge), scale)
    uneven = _uneven(charge, grid)
    amounts = (round_ratio(*multiply(price, factor_of(charge))),) * len(grid.first_days)
    if uneven:
        parts = list(amounts)
        for index in uneven:
            measure = measure_of(charge, grid, index)
            parts[index] = round_ratio(*measure.prorate(price, measure.first_day, measure.end))
        amounts = tuple(parts)
    return Schedule(contract, charge, grid.first_days, grid.ends, grid.due_days, amounts, grid.changes)


@dataclass(frozen=True, slots=True)
class MeteredSchedule(Schedule):
    """The schedule of a metered charge; `charge` has the quantity of each period, `notes` what was used, by row."""

    notes: Mapping[int, tuple[str, ...]]

    def charge_at(self, index: int, worked: Worked | None = None) -> ExpectedCharge:
        """The expected charge of one row, whose derivation shows the rows of usage; without an amount if unknown."""
        found = super(MeteredSchedule, self).charge_at(index, worked)
        if index in self.unknowns:
            return found
        lines = [line for line in found.derivation if not line.startswith("quantity in force since")]
        return replace(found, derivation=(*lines, *self.notes.get(index, ())))


def _metered_schedule(contract: Contract, metered: MeteredTerms, until: date) -> Schedule:
    """The schedule of the charge with the quantities of its periods, less the periods whose quantity is not known."""
    plain = _own_schedule(contract, metered.charge, until)
    days = enumerate(zip(plain.first_days, plain.ends, strict=True))
    starts = sorted({*metered.unknowns, *metered.notes})
    period_of = {index: starts[bisect_right(starts, first_day) - 1] for index, (first_day, _) in days}
    unknowns = {index: metered.unknowns[start] for index, start in period_of.items() if start in metered.unknowns}
    if plain.before and unknowns:
        first = min(unknowns)
        earlier = f"{date.fromordinal(plain.first_days[first])} to {date.fromordinal(plain.ends[first] - 1)}"
        reason = REST_OF_UNKNOWN.format(days=earlier, question=unknowns[first])
        unknowns |= {index: reason for index in plain.before if index > first and index not in unknowns}
    return MeteredSchedule(
        contract=contract,
        charge=metered.charge,
        first_days=plain.first_days,
        ends=plain.ends,
        due_days=plain.due_days,
        amounts=tuple(0 if index in unknowns else amount for index, amount in enumerate(plain.amounts)),
        changes=plain.changes,
        unknowns={**plain.unknowns, **unknowns},
        before=plain.before,
        notes={index: metered.notes.get(start, ()) for index, start in period_of.items()},
    )


@dataclass(frozen=True, slots=True)
class RetainedSchedule(Schedule):
    """The schedule of a charge of which part is held back: what `full` expects, less that part."""

    full: Schedule

    @property
    def line_amounts(self) -> tuple[int, ...]:
        """Also what is billed in full, with what is held back on a line of its own."""
        return (*self.amounts, *self.full.amounts)

    def charge_at(self, index: int, worked: Worked | None = None) -> ExpectedCharge:
        """The expected charge of one row, whose derivation ends with what is held back."""
        found, amount = self.full.charge_at(index, worked), self.amounts[index]
        retention = self.charge.retention
        if index in self.unknowns or retention is None or amount == self.full.amounts[index]:
            return found
        line = describe_held(retention, self.full.amounts[index], amount, self.due_days[index], found.currency)
        return replace(found, amount_minor=amount, derivation=(*found.derivation, line))


def _retained_schedule(full: Schedule, retention: Retention) -> Schedule:
    """The schedule of a charge less what is held back of each row, each rounded by itself."""
    return RetainedSchedule(
        contract=full.contract,
        charge=full.charge,
        first_days=full.first_days,
        ends=full.ends,
        due_days=full.due_days,
        amounts=tuple(
            amount - held_of(retention, amount, due_day)
            for amount, due_day in zip(full.amounts, full.due_days, strict=True)
        ),
        changes=full.changes,
        unknowns=full.unknowns,
        before=full.before,
        full=full,
    )


@dataclass(frozen=True, slots=True)
class ToldSchedule(Schedule):
    """The schedule of what is no price of a period: a deposit, or what other charges come to; `lines` explain rows."""

    lines: tuple[tuple[str, ...], ...]

    def charge_at(self, index: int, worked: Worked | None = None) -> ExpectedCharge:  # noqa: ARG002 - nothing to work out
        """The expected charge of one row."""
        unknown = self.unknowns.get(index, "")
        return ExpectedCharge(
            contract=self.contract.id,
            charge=self.charge.name,
            first_day=date.fromordinal(self.first_days[index]),
            last_day=date.fromordinal(self.ends[index] - 1),
            due_on=date.fromordinal(self.due_days[index]),
            currency=self.contract.currency,
            quantity=None,
            amount_minor=None if unknown else self.amounts[index],
            tax_percent=self.tax_percent_at(index),
            is_change=self.changes[index],
            derivation=(unknown,) if unknown else self.lines[index],
        )


def _told(contract: Contract, charge: Charge, rows: Sequence[ToldRow]) -> ToldSchedule:
    return ToldSchedule(
        contract=contract,
        charge=charge,
        first_days=tuple(row.first_day for row in rows),
        ends=tuple(row.end for row in rows),
        due_days=tuple(row.due_day for row in rows),
        amounts=tuple(row.amount for row in rows),
        changes=tuple(row.is_change for row in rows),
        unknowns={index: row.unknown for index, row in enumerate(rows) if row.unknown},
        lines=tuple(row.lines for row in rows),
    )


def _deposit_schedule(contract: Contract, charge: Charge, until: date) -> Schedule:
    """The deposit on its day, whatever the horizon, and its deduction once the horizon reaches it."""
    amount = round_ratio(*full_price(charge.price, None, minor_scale(contract.currency)))
    days = require(charge.on, charge, "on"), require(charge.deducted_on, charge, "deducted_on")
    return _told(contract, charge, deposit_rows(amount, days, contract.currency)[: 2 if days[1] <= until else 1])


def _release_schedule(contract: Contract, charge: Charge, until: date) -> Schedule:
    """What was held back of other charges, once the horizon reaches the days on which it is released."""
    held = []
    for other in contract.charges:
        if other.name in charge.spans and other.retention is not None:
            full = _full_schedule(contract, other, until)
            columns = zip(full.due_days, full.amounts, range(len(full)), strict=True)
            rows = [
                HeldRow(due_day, amount, held_of(other.retention, amount, due_day), full.unknowns.get(index, ""))
                for due_day, amount, index in columns
            ]
            held.append(Held(other.name, other.retention, tuple(rows)))
    at_once = (Release(charge.on),)
    releases = next((each.retention.releases for each in held if each.retention.releases), at_once)
    return _told(contract, charge, release_rows(releases, held, contract.currency, until))


def _commitment_schedule(contract: Contract, charge: Charge, until: date) -> Schedule:
    """What the charges of a commitment fall short of it, per period; theirs count by the first day of service."""
    scale = minor_scale(contract.currency)
    grid = grid_of(charge, until.toordinal())
    least = []
    for period in range(len(grid.first_days)):
        measure = measure_of(charge, grid, period)
        numerator, denominator = require(charge.minimum, charge, "minimum").as_integer_ratio()
        least.append(round_ratio(*measure.prorate((numerator * scale, denominator), measure.first_day, measure.end)))
    spent, unknowns = [0] * len(least), {}
    # A correction may be due up to a year after the period it is for.
    horizon = min(date.fromordinal(grid.ends[-1]) + timedelta(days=_CORRECTION_DAYS), LATEST_DAY)
    for other in contract.charges:
        if other.name not in charge.spans:
            continue
        schedule = _full_schedule(contract, other, horizon)
        for row, first_day in enumerate(schedule.first_days):
            period = bisect_right(grid.first_days, first_day) - 1
            if period >= 0 and first_day < grid.ends[period]:
                spent[period] += schedule.amounts[row]
                if row in schedule.unknowns:
                    unknowns[period] = schedule.unknowns[row]
    periods = zip(grid.first_days, grid.ends, grid.due_days, strict=True)
    rows = [
        commitment_row(charge, days, spent[period], least[period], contract.currency)
        for period, days in enumerate(periods)
    ]
    return _told(contract, charge, [row._replace(unknown=unknowns.get(period, "")) for period, row in enumerate(rows)])


def _balance_schedule(contract: Contract, charge: Charge, until: date) -> Schedule:
    """What an agreement about the sum of several charges adds to it in each period, or takes off."""
    horizon, digits = until.toordinal(), MINOR_DIGITS[contract.currency]
    grid = grid_of(charge, horizon)
    rows, members = [], []
    for other in contract.charges:
        if other.name in charge.spans:
            full = _full_schedule(contract, other, until)
            columns = zip(full.due_days, full.changes, full.first_days, full.ends, full.amounts, strict=True)
            rows += [SpannedRow(*row, full.unknowns.get(index, "")) for index, row in enumerate(columns)]
            if not other.spans:
                end = None if other.end is None else other.end.toordinal()
                # A cancellation that waits for a period counts on its days too, though no such period is billed.
                timeline = make_timeline(other, whole_grid_of(other, horizon), digits)
                members.append(SpannedDays(other.start.toordinal(), end, timeline))
                own_grid = grid_of(other, horizon)
                rows += _late_changes(other, make_timeline(other, own_grid, digits), own_grid, horizon)
    agreement = Agreement(charge, tuple(members), make_timeline(charge, grid, digits), contract.currency)
    measures = [measure_of(charge, grid, period) for period in range(len(grid.first_days))]
    return _told(contract, charge, balance_rows(agreement, measures, rows))


def _late_changes(charge: Charge, timeline: Timeline, grid: Grid, until: int) -> Iterator[SpannedRow]:
    """A row of nothing wherever a change is billed that a period's invoice did not know.

    Of a charge that costs nothing the change has no row of its own, and yet a minimum for it may fall away.
    """
    if timeline.changes:
        for period in range(len(grid.first_days)):
            for row in _rows(charge, timeline, grid, period)[1:]:
                if row.due_day <= until:
                    yield SpannedRow(row.due_day, row.is_change, row.first_day, row.end, 0)


def expected_charges(contracts: Iterable[Contract], until: date) -> Iterator[ExpectedCharge]:
    """What is due on or before `until`, by contract, charge, due day, regular rows first.

    Raises:
        UsageError: A contract is a draft that nobody has accepted.
    """
    contracts = tuple(contracts)
    drafts = [UnacceptedDraftError(contract.where) for contract in contracts if contract.is_draft]
    if drafts:
        raise UsageError(drafts)
    horizon = until.toordinal()
    for contract in contracts:
        for charge in contract.charges:
            schedule, worked = make_schedule(contract, charge, until), Worked()
            for index, due_day in enumerate(schedule.due_days):
                if due_day <= horizon:
                    yield schedule.charge_at(index, worked)


def _is_changing(charge: Charge) -> bool:
    """Whether periods of the charge may differ in more than their days."""
    return bool(
        charge.price_steps
        or charge.amendments
        or charge.discounts
        or charge.escalators
        or charge.minimum is not None
        or charge.maximum is not None
    )


def _row_of_one_off(charge: Charge) -> Row:
    """The single row of a charge that does not recur: on its day, due on its day, never prorated."""
    if charge.model not in {"one_off", "milestone"}:
        require(charge.every, charge, "every")
    day = require(charge.on, charge, "on").toordinal()
    timeline = make_timeline(charge)
    part = Part(day, day + 1, timeline.terms_on(day), timeline.discounts_on(day))
    measure = Measure(day, day + 1, day, day + 1)
    return Row(day, day + 1, day, is_change=False, measure=measure, parts=(part,))


def _rows(charge: Charge, timeline: Timeline, grid: Grid, period: int) -> list[Row]:
    """The rows of one period of the grid."""
    measure = measure_of(charge, grid, period)
    rows = rows_of_period(timeline, measure, grid.due_days[period], grid.due_days[period + 1 :])
    return bounded_rows(charge, rows)


def _changing_schedule(contract: Contract, charge: Charge, grid: Grid, until: int) -> Schedule:
    """The schedule of a charge with terms that change: only periods in which one does are cut up."""
    scale = minor_scale(contract.currency)
    timeline = make_timeline(charge, grid, MINOR_DIGITS[contract.currency])
    uneven, factor = _uneven(charge, grid), factor_of(charge)
    is_bounded = charge.minimum is not None or charge.maximum is not None
    regular: list[int] = []
    changes: list[tuple[int, bool, int, int, int]] = []
    unknown: dict[tuple[int, bool, int, int], str] = {}
    while (period := len(regular)) < len(grid.first_days):
        stop = _end_of_run(grid, timeline, period, uneven)
        terms = timeline.terms_on(grid.first_days[period])
        if stop > period and not is_bounded and not terms.unknown:
            regular += [_even_amount(terms, timeline.discounts_on(grid.first_days[period]), scale, factor)] * (
                stop - period
            )
            continue
        own, *late = _rows(charge, timeline, grid, period)
        stop = max(stop, period + 1)
        regular += [round_ratio(*exact_amount(own, scale))] * (stop - period)
        if own.unknown:
            days = zip(grid.due_days[period:stop], grid.first_days[period:stop], grid.ends[period:stop], strict=True)
            unknown |= {(due_day, False, first_day, end): own.unknown for due_day, first_day, end in days}
        for row in late:
            amount = round_ratio(*exact_amount(row, scale))
            if (amount or row.unknown) and row.due_day <= until:
                changes.append((row.due_day, True, row.first_day, row.end, amount))
                if row.unknown:
                    unknown[row.due_day, True, row.first_day, row.end] = row.unknown
    if not changes and not unknown:
        return Schedule(contract, charge, grid.first_days, grid.ends, grid.due_days, tuple(regular), grid.changes)
    rows = [
        (due_day, False, first_day, end, amount)
        for due_day, first_day, end, amount in zip(grid.due_days, grid.first_days, grid.ends, regular, strict=True)
    ]
    rows = sorted(rows + changes)
    unknowns = {index: reason for index, row in enumerate(rows) if (reason := unknown.get(row[:4]))}
    due_days, are_changes, first_days, ends, sums = zip(*rows, strict=True)
    return Schedule(contract, charge, first_days, ends, due_days, sums, are_changes, unknowns=unknowns)


def _even_amount(terms: Terms, discounts: tuple[Discount, ...], scale: int, factor: Ratio) -> int:
    """What a full period comes to in which nothing changes."""
    return round_ratio(*multiply(price_of(terms, discounts, scale, (factor[1], factor[0])), factor))


def _cumulative(schedule: Schedule, grid: Grid) -> Schedule:
    """The schedule with its regular rows rounded so that their sum up to any of them is the exact sum, rounded."""
    contract, charge = schedule.contract, schedule.charge
    scale, timeline = minor_scale(contract.currency), make_timeline(charge, grid, MINOR_DIGITS[contract.currency])
    total, is_known = Fraction(), True
    amounts, before, unknowns = list(schedule.amounts), {}, dict(schedule.unknowns)
    regular = (index for index, is_change in enumerate(schedule.changes) if not is_change)
    for period, index in enumerate(regular):
        own, *_ = _rows(charge, timeline, grid, period)
        if not is_known:
            unknowns.setdefault(index, "a period before it is not known, and its amount is the rest of a rounded sum")
        is_known = is_known and not own.unknown
        exact = Fraction(*exact_amount(own, scale))
        before[index] = (total.numerator, total.denominator)
        amounts[index] = _rounded((exact.numerator, exact.denominator), before[index])
        total += exact
    return replace(schedule, amounts=tuple(amounts), before=before, unknowns=unknowns)


def _rounded(amount: Ratio, before: Ratio | None) -> int:
    """An amount rounded by itself, or what it adds to the rounded sum of those before it."""
    if before is None:
        return round_ratio(*amount)
    return round_ratio(*add(amount, before)) - round_ratio(*before)


def _end_of_run(grid: Grid, timeline: Timeline, period: int, uneven: Sequence[int]) -> int:
    """The index after the last of the even periods, from this one on, that end by the next change; none: `period`."""
    if grid.due_days[period] < timeline.versions[-1].known_day:
        return period
    cut = timeline.next_cut(grid.first_days[period])
    stop = len(grid.ends) if cut is None else bisect_right(grid.ends, cut)
    following = bisect_left(uneven, period)
    return min(stop, uneven[following]) if following < len(uneven) else stop


def _uneven(charge: Charge, grid: Grid) -> Sequence[int]:
    """The periods that do not cost a full price even where nothing changes in them, in order."""
    if charge.proration.rule == "actual_30":
        return range(len(grid.first_days))
    if not grid.stubs:
        return ()
    return [stub for stub, _, _ in grid.stubs]


def _quantity_of(row: Row) -> Decimal | None:
    """The quantity of a row, if it is the same throughout; the difference, if a change is of the quantity alone."""
    first = row.parts[0]
    quantities = {(part.terms.quantity, part.instead_of and part.instead_of.quantity) for part in row.parts}
    units = _units(first.terms.quantity)
    if len(quantities) > 1 or units is None or first.instead_of is None:
        return units if len(quantities) == 1 else None
    before = _units(first.instead_of.quantity)
    return None if before is None or first.terms.price != first.instead_of.price else units - before


def _units(quantity: Quantity | None) -> Decimal | None:
    """A quantity as one number; hours of all roles together."""
    return sum((hours.quantity for hours in quantity), Decimal(0)) if isinstance(quantity, tuple) else quantity
