"""Lines that bear another tax than their charge agreed.

Comes in: the tax percent of each charge, and the tax of each line where its source states one; where the percent
changes over time, the periods that lines were allocated to. Goes out: per charge, the runs of invoice days on which
another percent was billed. Rounding is no other percent: the tax of a line may lie one minor unit beside that of its
amount, because a document that rounds once puts the rest on one of its lines. Only what differs, or may differ, is
remembered. Must not know how lines are allocated: amounts are compared excluding tax, whatever the tax is.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.dated_taxes import DatedTax, Served
from billcheck.ledger.table import NO_SLOT
from billcheck.money import percent_of, tax_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from decimal import Decimal

    from billcheck.engine.keys import Slot
    from billcheck.engine.match import Matched

    PeriodsOf = Callable[[Slot], Mapping[int, Sequence[Served]]]

_PLACES = (0, 1, 2)


class _Rate(NamedTuple):
    """A percent as integers: tax * `times_tax` - amount * `times_amount` is within `tolerance` where the tax is right.

    All three are zero where no percent is known, which every tax satisfies.
    """

    times_tax: int
    times_amount: int
    tolerance: int

    def fits(self, amount: int, tax: int) -> bool:
        """Whether a tax belongs to an amount; signs say nothing, since sources write credits either way."""
        return abs(abs(tax) * self.times_tax - abs(amount) * self.times_amount) <= self.tolerance


_NO_RATE = _Rate(0, 0, 0)
_DATED = _Rate(0, 0, -1)
"""Of a charge whose percent changes: no tax satisfies it, so that every line is remembered."""


@dataclass(slots=True)
class OtherTaxes:
    """Rows of the line table whose tax is not that of their charge, or may not be, where that changes over time.

    What each bills, and its tax, in minor units.

    The amounts are those of whole lines: in the table a line may be split over several charges by the time it is asked.
    """

    rows: array[int]
    amounts: array[int]
    taxes: array[int]

    def join(self, later: OtherTaxes, first_row: int) -> None:
        """Count in the rows of another table, whose first row is `first_row` here."""
        self.rows.extend([first_row + row for row in later.rows])
        self.amounts += later.amounts
        self.taxes += later.taxes


@dataclass(frozen=True, slots=True)
class TaxRun:
    """One charge billed at another percent on some days in a row.

    Days are inclusive ordinals. `amount` is what was billed excluding tax, `missing_tax` the tax agreed on it less the
    tax billed, both in minor units of the contract's currency.
    """

    slot: Slot
    first_day: int
    last_day: int
    agreed_percent: Decimal
    percent: Decimal
    amount: int
    missing_tax: int


class TaxComparison:
    """Holds the tax of passing lines against the percent of their charge."""

    def __init__(self, slots: Sequence[Slot]) -> None:
        # A line without a charge has `NO_SLOT`, which is the last entry.
        self._rates = [*map(_rate_of_slot, slots), _NO_RATE]
        self._is_needed = any(rate is not _NO_RATE for rate in self._rates)
        self.others = OtherTaxes(array("q"), array("q"), array("q"))

    def compare(
        self,
        slots: Sequence[int],
        amounts: Sequence[int],
        taxes: Sequence[int | None],
        first_row: int,
        ambiguous: dict[int, tuple[int, ...]],
    ) -> None:
        """Remember the lines whose tax differs.

        Args:
            slots: The slots of the lines of one batch as they go into the table.
            amounts: Their amounts.
            taxes: The tax of each, None where it is not known.
            first_row: The row of the first of them.
            ambiguous: Per row without charge, the slots that it may belong to.
        """
        if not self._is_needed:
            return
        rates = self._rates
        for row, (slot, amount, tax) in enumerate(zip(slots, amounts, taxes, strict=True), first_row):
            rate = rates[slot]
            times_tax, times_amount, tolerance = rate
            if tax is None or -tolerance <= tax * times_tax - amount * times_amount <= tolerance:
                continue
            if not rate.fits(amount, tax):
                self._remember(row, amount, tax)
        for row in reversed(ambiguous):
            if row < first_row:
                break
            found = {rates[slot] for slot in ambiguous[row]}
            index = row - first_row
            tax = taxes[index]
            if len(found) == 1 and tax is not None and not found.pop().fits(amounts[index], tax):
                self._remember(row, amounts[index], tax)

    def _remember(self, row: int, amount: int, tax: int) -> None:
        self.others.rows.append(row)
        self.others.amounts.append(amount)
        self.others.taxes.append(tax)


def find_tax_runs(matched: Matched, periods_of: PeriodsOf) -> Iterator[TaxRun]:
    """The runs of all charges, in the order of charges, percents and days.

    A run goes on over the days on which the charge was billed at the same other percent; a day of nothing but other
    lines ends it, and so does one on which another percent was agreed. Drafts and lines in another currency are left
    out, and lines that are nothing but tax.

    Args:
        matched: The lines.
        periods_of: Per row of a charge, the periods its money went to; asked only for charges whose percent changes.
    """
    others = matched.other_taxes
    found: dict[int, list[_Line]] = {}
    for row, amount, tax in zip(others.rows, others.amounts, others.taxes, strict=True):
        number = matched.lines.slots[row]
        if number == NO_SLOT or not amount or matched.is_draft(row):
            continue
        if matched.currency_of(row) == matched.directory.slots[number].currency:
            found.setdefault(number, []).append(_Line(row, matched.lines.issue_days[row], amount, tax))
    for number, entries in sorted(found.items()):
        slot = matched.directory.slots[number]
        first, steps = slot.contract.tax_of(slot.charge)
        if first is None:
            continue
        dated = DatedTax(first, steps)
        unlike = _others(matched, slot, dated, entries, periods_of) if steps else _all_others(dated, entries)
        yield from _runs_of(matched, slot, list(unlike))


class _Line(NamedTuple):
    """A line whose tax is another, or may be."""

    row: int
    day: int
    amount: int
    tax: int


class _Other(NamedTuple):
    """A line that bears another tax than agreed: its day, amount, tax and percent, and the percent agreed."""

    day: int
    amount: int
    tax: int
    percent: Decimal
    agreed: Decimal


def _all_others(dated: DatedTax, lines: list[_Line]) -> Iterator[_Other]:
    for line in lines:
        yield _Other(line.day, line.amount, line.tax, _percent_of(abs(line.amount), abs(line.tax)), dated.first)


def _others(
    matched: Matched, slot: Slot, dated: DatedTax, lines: list[_Line], periods_of: PeriodsOf
) -> Iterator[_Other]:
    """The lines that bear no percent that was ever agreed, or one that neither their period nor their date explains.

    A line of arrears, or one in advance, bears the percent of its own period. Where no period is known for a line, any
    percent that was ever agreed may be right.
    """
    rates = {percent: _rate_of(percent) for percent in dated.percents}
    periods: Mapping[int, Sequence[Served]] | None = None
    for line in lines:
        borne = {percent for percent, rate in rates.items() if rate.fits(line.amount, line.tax)}
        if not borne:
            percent = _percent_of(abs(line.amount), abs(line.tax))
            yield _Other(line.day, line.amount, line.tax, percent, dated.on(line.day))
            continue
        states_period = bool(matched.lines.first_days[line.row])
        if dated.on(line.day) in borne and not states_period:
            continue
        if periods is None:
            periods = periods_of(slot)
        own = periods.get(line.row, ())
        if own and not borne & dated.accepted(own, line.day):
            agreed = dated.on(max(period.end for period in own) - 1)
            yield _Other(line.day, line.amount, line.tax, min(borne), agreed)


def _runs_of(matched: Matched, slot: Slot, others: list[_Other]) -> Iterator[TaxRun]:
    lines = matched.lines
    days = sorted({lines.issue_days[row] for row in lines.rows_of(slot.number) if not matched.is_draft(row)})
    position = {day: index for index, day in enumerate(days)}
    by_percent: dict[Decimal, list[_Other]] = {}
    for other in others:
        by_percent.setdefault(other.percent, []).append(other)
    for percent, alike in sorted(by_percent.items()):
        runs: list[list[_Other]] = []
        for other in sorted(alike):
            before = runs[-1][-1] if runs else None
            if before is not None and position[other.day] - position[before.day] <= 1 and before.agreed == other.agreed:
                runs[-1].append(other)
            else:
                runs.append([other])
        for run in runs:
            amount, missing = sum(other.amount for other in run), sum(map(_missing, run))
            yield TaxRun(slot, run[0].day, run[-1].day, run[0].agreed, percent, amount, missing)


def _missing(other: _Other) -> int:
    """The tax agreed on a line less its tax; signed like its amount."""
    missing = tax_on(abs(other.amount), other.agreed) - abs(other.tax)
    return missing if other.amount > 0 else -missing


def _rate_of_slot(slot: Slot) -> _Rate:
    percent, steps = slot.contract.tax_of(slot.charge)
    return _DATED if percent is not None and steps else _rate_of(percent)


def _rate_of(percent: Decimal | None) -> _Rate:
    """A percent as integers; one minor unit and the half that rounding takes are tolerated."""
    if percent is None:
        return _NO_RATE
    share = Fraction(percent) / 100
    return _Rate(2 * share.denominator, 2 * share.numerator, 3 * share.denominator)


def _percent_of(amount: int, tax: int) -> Decimal:
    """The percent a tax is of an amount: the shortest that explains it to the minor unit, of at most two decimals."""
    rounded = [percent_of(tax, amount, decimals) for decimals in _PLACES]
    return next((percent for percent in rounded if _rate_of(percent).fits(amount, tax)), rounded[-1])
