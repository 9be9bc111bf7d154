"""The terms of one charge over time: what price and quantity hold on which day, and what was known of it when.

Comes in: a charge with price steps, escalators and amendments, and the periods of its grid. Goes out: a `Timeline` that
says of any day which terms hold, as far as they were known on another day. A change is known from its own day, unless
it was agreed later (a backdated amendment). Must not know due days, rounding of charges or how anything is shown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.prices import is_counted, with_amounts
from billcheck.contracts.terms import Amendment, PriceStep
from billcheck.money import round_half_up
from billcheck.pricing.escalation import Uplift, uplifts_of
from billcheck.pricing.models import quantity_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billcheck.contracts.prices import Price, Quantity
    from billcheck.contracts.terms import Charge, Discount
    from billcheck.pricing.grid import Grid

FROM_THE_BEGINNING = 0
"""The ordinal that stands for "since ever"; real days begin at 1."""

_first_day_of = attrgetter("first_day")


class Terms(NamedTuple):
    """Price and quantity in force from `first_day` (an ordinal) until the next terms.

    `price_since` and `quantity_since` are the days on which each was last set; `uplift` is the last one that the price
    took since then, and `price_before` the price it started from. While not `is_running` (paused or cancelled since
    `stopped_since`) nothing is due. `unknown` says why the price is not known, and is empty where it is.
    """

    first_day: int
    price: Price
    quantity: Quantity | None
    price_since: int = FROM_THE_BEGINNING
    quantity_since: int = FROM_THE_BEGINNING
    is_running: bool = True
    stopped_since: int = FROM_THE_BEGINNING
    uplift: Uplift | None = None
    price_before: Price | None = None
    unknown: str = ""


class Version(NamedTuple):
    """All terms of a charge, sorted by day and the first since ever, as they were known from `known_day` on."""

    known_day: int
    terms: tuple[Terms, ...]


class Point(NamedTuple):
    """A day from which changes are known, the day from which they count, and whether they are billed at once."""

    known_day: int
    first_day: int
    is_immediate: bool


class GivenDiscount(NamedTuple):
    """A discount with the days on which it is given, as ordinals; None for an open side, `end` is exclusive."""

    discount: Discount
    first_day: int | None
    end: int | None


class Timeline(NamedTuple):
    """All terms and discounts of one charge over time.

    `versions` are sorted by the day from which they are known; there is one, unless an amendment was agreed after its
    own day. `cuts` are the days on which anything changes, sorted. `changes` may call for rows of their own, sorted.
    """

    versions: tuple[Version, ...]
    discounts: tuple[GivenDiscount, ...]
    cuts: tuple[int, ...]
    changes: tuple[Point, ...]

    def terms_on(self, day: int, known_day: int | None = None) -> Terms:
        """The terms in force on a day, as far as they were known on another (None: all that ever became known)."""
        version = self.versions[-1]
        if known_day is not None:
            if len(self.versions) > 1:
                at = bisect_right(self.versions, known_day, key=attrgetter("known_day"))
                version = self.versions[at - 1]
            day = min(day, known_day)
        terms = version.terms
        return terms[bisect_right(terms, day, key=_first_day_of) - 1] if len(terms) > 1 else terms[0]

    def discounts_on(self, day: int) -> tuple[Discount, ...]:
        """The discounts in force on a day, in the contract's order."""
        if not self.discounts:
            return ()
        return tuple(
            [
                given.discount
                for given in self.discounts
                if (given.first_day is None or given.first_day <= day) and (given.end is None or day < given.end)
            ]
        )

    def next_cut(self, day: int) -> int | None:
        """The first day after this one on which anything changes; None where nothing does."""
        index = bisect_right(self.cuts, day)
        return self.cuts[index] if index < len(self.cuts) else None


class _Change(NamedTuple):
    """One change of terms: its own day and since when it was known, as ordinals.

    On one day an uplift comes before a price step, and that before amendments, which keep their order.
    """

    day: int
    known_day: int
    source: Uplift | PriceStep | Amendment


_day_of = attrgetter("day")


def make_timeline(charge: Charge, grid: Grid | None = None, digits: int = 2) -> Timeline:
    """The charge's terms over time.

    Args:
        charge: The terms.
        grid: The charge's periods, for changes that wait for the next of them and discounts that count them; changes
            after the last one are left out. None for a charge that does not recur.
        digits: The digits after the point of the contract's currency.
    """
    changes = sorted(_changes_of(charge, grid), key=_day_of)
    late = sorted({change.known_day for change in changes if change.known_day > change.day})
    versions = []
    for since in (FROM_THE_BEGINNING, *late):
        known = [change for change in changes if change.known_day <= max(since, change.day)]
        versions.append(Version(since, _terms_of(charge, known, digits)))
    discounts = tuple(_given(discount, charge, grid) for discount in charge.discounts)
    cuts = {terms.first_day for version in versions for terms in version.terms[1:]}
    for given in discounts:
        cuts.update(day for day in (given.first_day, given.end) if day is not None)
    return Timeline(tuple(versions), discounts, tuple(sorted(cuts)), _points(changes))


def _changes_of(charge: Charge, grid: Grid | None) -> Iterable[_Change]:
    """Every change of a charge with its effective day, in the order in which those of one day are applied."""
    sources: list[tuple[date, Uplift | PriceStep | Amendment]] = []
    if grid is not None:
        until = date.fromordinal(grid.ends[-1])
        for escalator in charge.escalators:
            uplifts = uplifts_of(escalator, charge.start, until)
            sources += [(uplift.day, uplift) for uplift in uplifts if uplift.is_exercised]
    sources += [(step.on, step) for step in charge.price_steps]
    sources += [(each.agreed_on or each.on, each) for each in charge.amendments]
    for known_on, source in sources:
        day = first_day_of_effect(source, charge, grid)
        if day is not None:
            yield _Change(day, max(day, known_on.toordinal()), source)


def first_day_of_effect(source: Uplift | PriceStep | Amendment, charge: Charge, grid: Grid | None) -> int | None:
    """The day from which a change counts; None beyond all periods."""
    if isinstance(source, Uplift):
        day, applies = source.day.toordinal(), source.escalator.applies
    else:
        day, applies = source.on.toordinal(), source.applies
        if isinstance(source, Amendment) and source.change == "cancel" and charge.cancel_day_billed:
            day += 1
    return _next_first_day(grid, day) if applies == "next_period" else day


def _next_first_day(grid: Grid | None, day: int) -> int | None:
    """The first day of the first period that begins on or after a day; None beyond all periods."""
    if grid is None:
        return day
    index = bisect_left(grid.first_days, day)
    return grid.first_days[index] if index < len(grid.first_days) else None


def _terms_of(charge: Charge, changes: Sequence[_Change], digits: int) -> tuple[Terms, ...]:
    """The terms that changes in the order of their days come to; those of one day are one."""
    raised = _Raised(charge.price)
    terms = [Terms(FROM_THE_BEGINNING, charge.price, quantity_of(charge))]
    for day, of_day in groupby(changes, key=_day_of):
        now = terms[-1]._replace(first_day=day)
        for change in of_day:
            now, raised = _after(now, raised, change, digits)
        terms.append(now)
    return tuple(terms)


def _after(now: Terms, raised: _Raised, change: _Change, digits: int) -> tuple[Terms, _Raised]:
    """The terms after one more change."""
    source = change.source
    if isinstance(source, Uplift):
        raised = raised.by(source)
        now = now._replace(
            price=raised.price(digits),
            price_before=now.price if source.escalator.rounding == "per_step" else raised.base,
            uplift=source,
            unknown=raised.unknown,
        )
    else:
        if source.price is not None:
            raised = _Raised(source.price)
            quantity = now.quantity if is_counted(source.price) else None
            now = now._replace(price=source.price, price_since=change.day, quantity=quantity, uplift=None, unknown="")
        if isinstance(source, Amendment):
            now = _amended(now, source, change.day)
    return now, raised


def _amended(now: Terms, amendment: Amendment, day: int) -> Terms:
    """The terms after an amendment's quantity, or after a pause, its end or a cancellation."""
    if amendment.quantity is not None and is_counted(now.price):
        now = now._replace(quantity=amendment.quantity, quantity_since=day)
    if amendment.added is not None and isinstance(now.quantity, Decimal):
        now = now._replace(quantity=max(now.quantity + amendment.added, Decimal(0)), quantity_since=day)
    if amendment.change in {"pause", "cancel"}:
        return now._replace(is_running=False, stopped_since=day)
    return now._replace(is_running=True) if amendment.change == "resume" else now


@dataclass(frozen=True, slots=True)
class _Raised:
    """A price as agreed last, and the uplifts since."""

    base: Price
    uplifts: tuple[Uplift, ...] = ()

    def by(self, uplift: Uplift) -> _Raised:
        return _Raised(self.base, (*self.uplifts, uplift))

    @property
    def unknown(self) -> str:
        """Why the price is not known; empty where it is."""
        for uplift in self.uplifts:
            if uplift.missing_month is not None and uplift.escalator.index is not None:
                return f"the value of {uplift.escalator.index.series} for {uplift.missing_month:%Y-%m} is not given"
        return ""

    def price(self, digits: int) -> Price:
        """Every amount of the price after all uplifts; an uplift that is not known raises nothing."""
        return with_amounts(self.base, lambda amount: self._amount(amount, digits))

    def _amount(self, amount: Decimal, digits: int) -> Decimal:
        written = -int(amount.normalize().as_tuple().exponent)
        base = value = Fraction(amount)
        decimals, scale = 0, Fraction(1)
        for uplift in self.uplifts:
            escalator = uplift.escalator
            decimals = max(digits, written) if escalator.decimals is None else escalator.decimals
            scale = Fraction(10) ** decimals
            value += (value if escalator.is_compounding else base) * (uplift.percent or 0) / 100
            if escalator.rounding == "per_step":
                value = round_half_up(value * scale) / scale
        whole = round_half_up(value * scale)
        return Decimal(whole).scaleb(-decimals)


def _given(discount: Discount, charge: Charge, grid: Grid | None) -> GivenDiscount:
    """The days of a discount; those of a number of periods end where these do."""
    first_day = None if discount.start is None else discount.start.toordinal()
    end = None if discount.end is None else discount.end.toordinal()
    if grid is None:
        return GivenDiscount(discount, first_day, end)
    if discount.periods is not None:
        since = charge.start.toordinal() if first_day is None else first_day
        last = max(bisect_right(grid.first_days, since) - 1, 0) + discount.periods
        end = grid.first_days[last] if last < len(grid.first_days) else None
    if discount.applies == "next_period":
        first_day = None if first_day is None else _next_first_day(grid, first_day) or grid.ends[-1]
        end = None if end is None else _next_first_day(grid, end)
    return GivenDiscount(discount, first_day, end)


def _points(changes: Sequence[_Change]) -> tuple[Point, ...]:
    """When changes became known; those of one day that were known together are one."""
    billed: dict[tuple[int, int], bool] = {}
    for change in changes:
        key = change.known_day, change.day
        billed[key] = billed.get(key, False) or _is_immediate(change.source)
    return tuple(Point(known_day, day, billed[known_day, day]) for known_day, day in sorted(billed))


def _is_immediate(source: Uplift | PriceStep | Amendment) -> bool:
    billing = source.escalator.change_billing if isinstance(source, Uplift) else source.change_billing
    return billing == "immediate"
