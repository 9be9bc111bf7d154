"""Arrears in proportion: how many normal months they are, and what share of a year.

Comes in: arrears, and what was agreed of later periods. Goes out: ratios, exact until they are rounded once. Must not
know what is done about them.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.money import percent_of, round_half_up
from billcheck.period import Period, add_months

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from billcheck.period import Cadence
    from billcheck.recovery.arrears import Agreement, Arrears, CasePeriod

MONTHS_OF_A_YEAR = 12
DAYS_OF_A_MONTH = Fraction(146_097, 4_800)
"""The mean of the Gregorian calendar, 30.436875 days."""

_DECIMALS = 2
_SHORTEST_HALF_MONTH = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """How large the arrears are beside what is billed anyway; amounts in minor units, excluding tax.

    `normal_month_minor` is what a month of the recurring charges of the customer's contracts comes to, by the latest
    whole period of each that is known. `months` are the arrears in such months, `percent_of_year` their share of twelve
    of them. `monthly_shortfall_minor` is what a month was short in the latest periods that were. All None where nothing
    recurs.
    """

    arrears_minor: int
    normal_month_minor: int | None
    months: Decimal | None
    percent_of_year: Decimal | None
    monthly_shortfall_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverWeight:
    """A full waiver beside what the right price brings from now on, excluding tax.

    `months` of corrected billing bring as much more as the waiver gives up; None where nothing leaks any more, so that
    a correction brings nothing. `remaining_minor` is what the contracts with arrears still bill until they end,
    `uplift_minor` what of it the correction brings: about, for the latest shortfall of the charges that still leak is
    taken to go on.
    """

    months: Decimal | None
    remaining_minor: int
    uplift_minor: int


def proportion_of(arrears: Arrears) -> Proportion:
    """The arrears beside a normal month and a year."""
    normal, short = _normal_month(arrears), _short_month(arrears)
    total = arrears.arrears_minor
    if normal <= 0:
        return Proportion(
            arrears_minor=total,
            normal_month_minor=None,
            months=None,
            percent_of_year=None,
            monthly_shortfall_minor=None,
        )
    return Proportion(
        arrears_minor=total,
        normal_month_minor=round_half_up(normal),
        months=_quotient(total, normal),
        percent_of_year=_quotient(100 * total, MONTHS_OF_A_YEAR * normal),
        monthly_shortfall_minor=round_half_up(short),
    )


def waiver_weight(arrears: Arrears) -> WaiverWeight | None:
    """What waiving everything weighs; None where nothing is priced ahead, or nobody can tell what leaks."""
    contracts = {period.contract for period in arrears.periods}
    own = [agreement for agreement in arrears.agreements if agreement.contract in contracts]
    remaining = sum(period.amount_minor for agreement in own for period in agreement.remaining)
    if not arrears.still_leaks:
        return WaiverWeight(months=None, remaining_minor=remaining, uplift_minor=0)
    leaking = _leaking(arrears)
    if not leaking or not arrears.monthly_leak_minor or not remaining:
        return None
    return WaiverWeight(
        months=_quotient(arrears.arrears_minor, Fraction(arrears.monthly_leak_minor)),
        remaining_minor=remaining,
        uplift_minor=round_half_up(sum((_uplift(arrears, each, leaking) for each in own), start=Fraction(0))),
    )


def _leaking(arrears: Arrears) -> list[CasePeriod]:
    """The latest period of each charge that still leaks: where it was billed right or too high since, nothing does.

    A period that was credited shows what happened once, so it tells nothing of the next.
    """
    latest: dict[tuple[str, tuple[str, ...]], CasePeriod] = {}
    cadences = _cadences(arrears)
    for row in (*arrears.periods, *arrears.overbilled, *arrears.right):
        if row.is_change or row.credited_minor or (row.contract, row.charges[0]) not in cadences:
            continue
        key = row.contract, row.charges
        if key not in latest or row.first_day > latest[key].first_day:
            latest[key] = row
    return [row for row in latest.values() if row in arrears.periods]


def _uplift(arrears: Arrears, agreement: Agreement, leaking: Iterable[CasePeriod]) -> Fraction:
    """What a correction brings of a contract's periods still to come.

    Each leaking charge goes on with the share that its latest period was short. Where nobody kept of which charge a
    period is, the whole contract has the share that a month of it is short.
    """
    own = [row for row in leaking if row.contract == agreement.contract]
    uplift = Fraction(0)
    for row in own:
        coming = sum(period.amount_minor for period in agreement.remaining if period.charge in row.charges)
        uplift += Fraction(coming * row.shortfall_minor, row.expected_minor) if row.expected_minor > 0 else 0
    nameless = sum(period.amount_minor for period in agreement.remaining if not period.charge)
    normal = _normal_month(arrears, agreement.contract)
    if nameless and normal > 0:
        cadences = _cadences(arrears)
        short = sum((_by_month(row, row.shortfall_minor, cadences) for row in own), start=Fraction(0))
        uplift += nameless * short / normal
    return uplift


def _quotient(part: Fraction | int, whole: Fraction) -> Decimal:
    """How often the whole goes into a part, both above zero; rounded half-up once to two decimals."""
    exact = Fraction(part) / whole
    return percent_of(exact.numerator, 100 * exact.denominator, _DECIMALS)


def _normal_month(arrears: Arrears, contract: str = "") -> Fraction:
    """What a month of the recurring charges comes to, of all contracts or of one; 0 where nothing recurs."""
    rows = (*arrears.periods, *arrears.overbilled, *arrears.right, *arrears.coming)
    cadences = _cadences(arrears)
    latest = _latest((row for row in rows if contract in {"", row.contract}), cadences)
    return sum((_by_month(row, row.expected_minor, cadences) for row in latest), start=Fraction(0))


def _short_month(arrears: Arrears) -> Fraction:
    """What a month was short, by the latest period of each charge that was."""
    cadences = _cadences(arrears)
    latest = _latest(arrears.periods, cadences)
    return sum((_by_month(row, row.shortfall_minor, cadences) for row in latest), start=Fraction(0))


_ChargeName = tuple[str, str]
_Cadences = dict[_ChargeName, "Cadence"]


def _cadences(arrears: Arrears) -> _Cadences:
    """How often each charge recurs; single ones are left out."""
    return {
        (agreement.contract, charge.name): charge.every
        for agreement in arrears.agreements
        for charge in agreement.charges
        if charge.every is not None
    }


def latest_periods(arrears: Arrears) -> tuple[CasePeriod, ...]:
    """The latest period that is known of each recurring charge, whole ones before stubs."""
    rows = (*arrears.periods, *arrears.overbilled, *arrears.right, *arrears.coming)
    return tuple(_latest(rows, _cadences(arrears)))


def _latest(rows: Iterable[CasePeriod], cadences: _Cadences) -> list[CasePeriod]:
    """The latest period of each recurring charge, whole ones before stubs; changes inside a period are no period."""
    latest: dict[tuple[str, tuple[str, ...]], CasePeriod] = {}
    for row in rows:
        if row.is_change or (row.contract, row.charges[0]) not in cadences:
            continue
        key = row.contract, row.charges
        if key not in latest or _rank(row, cadences) > _rank(latest[key], cadences):
            latest[key] = row
    return list(latest.values())


def _rank(row: CasePeriod, cadences: _Cadences) -> tuple[bool, int]:
    return _is_whole(row, cadences[row.contract, row.charges[0]]), row.first_day.toordinal()


def _is_whole(row: CasePeriod, every: Cadence) -> bool:
    """Whether a period is as long as its cadence, and no stub."""
    period = Period.from_last_day(row.first_day, row.last_day)
    if every.months:
        return add_months(row.first_day, every.months, row.first_day.day) <= period.end
    return period.days >= (every.fixed_days or _SHORTEST_HALF_MONTH)


def _by_month(row: CasePeriod, minor: int, cadences: _Cadences) -> Fraction:
    """An amount of a period as that of a month: by months where the charge recurs by months, else by days."""
    every = cadences[row.contract, row.charges[0]]
    if every.unit == "semi_month":
        return Fraction(2 * minor)
    if every.months and _is_whole(row, every):
        return Fraction(minor, every.months)
    return minor * DAYS_OF_A_MONTH / Period.from_last_day(row.first_day, row.last_day).days
