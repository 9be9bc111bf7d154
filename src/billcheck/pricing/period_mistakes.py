"""How periods are plausibly got wrong: parts of them, their day count, their end, their rhythm.

Comes in: a charge as agreed. Goes out: mistakes, to be priced like any charge. No mistake has a free parameter: all of
them follow from the terms. Must not know what was billed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from billcheck.contracts.terms import BY_ACTUAL_DAYS
from billcheck.period import ONE_DAY, Cadence
from billcheck.pricing.grid import make_grid
from billcheck.pricing.layout import factor_of
from billcheck.pricing.mistake import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.contracts.terms import Charge, FullPeriodRule, ProrationRule, Timing

_PART_RULES: tuple[tuple[ProrationRule, str, str], ...] = (
    ("full_period", "part_in_full", "billed in full"),
    ("none", "part_forgotten", "not billed"),
    ("actual_actual", "other_day_count", "billed by actual days of its full period"),
    ("30_360", "other_day_count", "billed by months of 30 days"),
    ("actual_30", "other_day_count", "billed by actual days over 30"),
)
_MONTH, _HALF_MONTH = Cadence("month"), Cadence("semi_month")
_OTHER_RHYTHMS: dict[int, tuple[Cadence, ...]] = {14: (_HALF_MONTH,), 28: (_MONTH,), 30: (_MONTH,)}
"""What a stretch of so many days is taken for."""


def period_mistakes(charge: Charge) -> Iterator[Mistake]:
    """The mistakes that the periods of a recurring charge invite.

    Codes: ``part_in_full``, ``part_forgotten``, ``other_day_count``, ``other_full_period``, ``inclusive_end`` (a last
    day counted that is not, or the other way round), ``other_rhythm`` (every 4 weeks instead of every month, and the
    like), ``other_alignment`` (by the calendar instead of from the first day, or the other way round).
    """
    if charge.every is None or charge.timing is None or charge.spans:
        return
    yield from _wrong_parts(charge, charge.every, charge.timing)
    yield from _wrong_ends(charge)
    if charge.metering is None:
        yield from _wrong_rhythms(charge, charge.every)
    yield from _wrong_alignment(charge, charge.every)


def _wrong_parts(charge: Charge, every: Cadence, timing: Timing) -> Iterator[Mistake]:
    """Rules that a first or a last part of a period may have been billed by instead."""
    end = None if charge.end is None else charge.end.toordinal()
    last = charge.start.toordinal() if end is None else end
    grid = make_grid(
        charge.start.toordinal(), end, every, charge.wanted_day, timing, None, last,
        is_calendar=charge.align == "calendar",
    )  # fmt: skip
    own = charge.proration
    has_last = len(grid.stubs) > grid.is_cut_at_start
    rules = [rule for rule in _PART_RULES if every.months or rule[0] not in {"30_360", "actual_30"}]
    for rule, code, how in rules:
        if grid.is_cut_at_start and rule != (own.first or own.rule):
            sentence = f"the first part of a period was {how}"
            yield Mistake(code, sentence, replace(charge, proration=replace(own, first=rule)))
        if has_last and rule != (own.last or own.rule):
            sentence = f"the last part of a period was {how}"
            yield Mistake(code, sentence, replace(charge, proration=replace(own, last=rule)))
    if grid.is_cut_at_start and every.months and (own.first or own.rule) == "actual_actual":
        others: tuple[tuple[FullPeriodRule, str], ...] = (
            ("containing", "that contains it"),
            ("back_from_boundary", "counted back from its end"),
            ("from_start", "counted from its start"),
        )
        for full_period, which in others:
            if full_period != own.full_period:
                sentence = f"the first part was weighed against the full period {which}"
                mistaken = replace(charge, proration=replace(own, full_period=full_period))
                yield Mistake("other_full_period", sentence, mistaken)


def _wrong_ends(charge: Charge) -> Iterator[Mistake]:
    """Last days that were counted and are not, or were not counted and are; of the charge, and of its discounts."""
    end = charge.end
    if end is not None and not any(each.change == "cancel" for each in charge.amendments):
        sentence = f"{end}, the day after the last one, was billed too"
        yield Mistake("inclusive_end", sentence, replace(charge, end=end + ONE_DAY), "a day after the last was billed")
        if end - ONE_DAY > charge.start:
            sentence = f"{end - ONE_DAY}, the last day, was not billed"
            mistaken = replace(charge, end=end - ONE_DAY)
            yield Mistake("inclusive_end", sentence, mistaken, "the last day was not billed")
    for cancel in charge.amendments:
        if cancel.change == "cancel":
            how = "was not billed" if charge.cancel_day_billed else "was billed too"
            mistaken = replace(charge, cancel_day_billed=not charge.cancel_day_billed)
            sentence = f"{cancel.on}, the day of the cancellation, {how}"
            yield Mistake("inclusive_end", sentence, mistaken, f"the day of a cancellation {how}")
    for number, discount in enumerate(charge.discounts):
        if discount.end is None:
            continue
        for other, how in ((discount.end + ONE_DAY, "one day longer"), (discount.end - ONE_DAY, "one day less")):
            changed = (*charge.discounts[:number], replace(discount, end=other), *charge.discounts[number + 1 :])
            sentence = f"the discount until {discount.end - ONE_DAY} was given {how}"
            general = f"a discount was given {how}"
            yield Mistake("inclusive_end", sentence, replace(charge, discounts=changed), general)


def _wrong_rhythms(charge: Charge, every: Cadence) -> Iterator[Mistake]:
    """The same price at another rhythm that is nearly the same."""
    others = _OTHER_RHYTHMS.get(every.fixed_days, ())
    if every == _MONTH:
        others = (Cadence("week", 4), Cadence("day", 30))
    elif every.unit == "semi_month":
        others = (Cadence("week", 2),)
    numerator, denominator = factor_of(charge)
    factor = None if numerator == denominator else (numerator, denominator)
    for other in others:
        names = [_rhythm(each) for each in (other, every)]
        proration = charge.proration if other.months else BY_ACTUAL_DAYS  # the other rules count months
        mistaken = replace(
            charge, every=other, amount_per=None, anchor_day=None, align="anniversary", proration=proration
        )
        yield Mistake("other_rhythm", f"billed {names[0]} instead of {names[1]}", mistaken, factor=factor)


def _rhythm(every: Cadence) -> str:
    return "twice a month" if every.unit == "semi_month" else f"every {every}"


def _wrong_alignment(charge: Charge, every: Cadence) -> Iterator[Mistake]:
    """Periods of the calendar instead of those from the first day, and the other way round."""
    if not every.months:
        return
    to_calendar = charge.align == "anniversary"
    mistaken = replace(charge, align="calendar" if to_calendar else "anniversary", anchor_day=None)
    if mistaken.rhythm != charge.rhythm:
        how = "by the periods of the calendar" if to_calendar else "by periods from its first day"
        yield Mistake("other_alignment", f"billed {how}", mistaken)
