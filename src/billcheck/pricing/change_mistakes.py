"""How changes over time are plausibly got wrong: uplifts, pauses, days of effect, minimum and maximum.

Comes in: a charge as agreed. Goes out: mistakes, to be priced like any charge. No mistake has a free parameter: all of
them follow from the terms. Must not know what was billed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from billcheck.contracts.terms import Proration
from billcheck.pricing.escalation import uplifts_of
from billcheck.pricing.mistake import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from billcheck.contracts.terms import Charge
    from billcheck.contracts.uplifts import Escalator, IndexClause


def change_mistakes(charge: Charge, until: date) -> Iterator[Mistake]:
    """The mistakes that changes over time invite; `until` is the last day that matters.

    Codes: ``missed_uplift`` (since then for good), ``skipped_uplift`` (that one only), ``uplift_twice``,
    ``uplift_without_notice``, ``uplift_compounding``, ``uplift_rounding``, ``index_terms`` (share, plus, cap, floor or
    lag left out), ``late_change`` (a change counted from the next period only, or from when it was agreed),
    ``pause_ignored``, ``cancellation_ignored``, ``minimum_ignored``, ``maximum_ignored``, ``retention_ignored``,
    ``commitment_whole``.
    """
    if charge.model in {"deposit", "retention", "minimum", "maximum", "discount"}:
        return
    if charge.spans:
        sentence = "the commitment of a short period was billed as for a full one"
        yield Mistake("commitment_whole", sentence, replace(charge, proration=Proration("full_period")))
        return
    for index in range(len(charge.escalators)):
        yield from _wrong_uplifts(charge, index, until)
    yield from _wrong_days(charge)
    yield from _ignored_stops(charge)
    if charge.minimum is not None:
        yield Mistake("minimum_ignored", "billed without the minimum", replace(charge, minimum=None))
    if charge.maximum is not None:
        yield Mistake("maximum_ignored", "billed without the maximum", replace(charge, maximum=None))
    if charge.retention is not None:
        yield Mistake("retention_ignored", "nothing was held back as retention", replace(charge, retention=None))


def _wrong_uplifts(charge: Charge, index: int, horizon: date) -> Iterator[Mistake]:
    escalator = charge.escalators[index]

    def changed(**terms: object) -> Charge:
        other: Escalator = replace(escalator, **terms)  # type: ignore[arg-type]  # names of its own fields
        return replace(charge, escalators=(*charge.escalators[:index], other, *charge.escalators[index + 1 :]))

    uplifts = uplifts_of(escalator, charge.start, horizon)
    days = [uplift.day for uplift in uplifts if uplift.is_exercised]
    for day in reversed(days):
        yield Mistake("missed_uplift", f"billed without the uplift of {day}", changed(until=day))
    for day in reversed(days):
        yield Mistake("uplift_twice", f"the uplift of {day} was applied twice", changed(doubled=(day,)))
    for day in reversed(days[:-1]):
        yield Mistake(
            "skipped_uplift", f"the uplift of {day} was left out, later ones were not", changed(skipped=(day,))
        )
    if any(not uplift.is_exercised for uplift in uplifts):
        sentence = "an uplift was applied for which no notice came in time"
        yield Mistake("uplift_without_notice", sentence, changed(notice=None))
    if len(days) > 1 and escalator.percent is not None:
        way = "of the price agreed last" if escalator.is_compounding else "of the price in force"
        yield Mistake(
            "uplift_compounding", f"each uplift was taken {way}", changed(is_compounding=not escalator.is_compounding)
        )
        is_per_step = escalator.rounding == "per_step"
        how = "not rounded" if is_per_step else "rounded"
        other = "from_base" if is_per_step else "per_step"
        yield Mistake("uplift_rounding", f"uplifts were {how} at each step", changed(rounding=other))
    if escalator.index is not None:
        for what, clause in _wrong_clauses(escalator.index):
            yield Mistake("index_terms", f"the uplift was worked out {what}", changed(index=clause))


def _wrong_clauses(clause: IndexClause) -> Iterator[tuple[str, IndexClause]]:
    """An index clause of which something was not read."""
    yield "without its share", replace(clause, share=None)
    yield "without what is added", replace(clause, plus=None)
    yield "without its cap", replace(clause, cap=None)
    yield "without its floor", replace(clause, floor=None)
    yield "by the index of its own month", replace(clause, lag_months=0)


def _wrong_days(charge: Charge) -> Iterator[Mistake]:
    """Changes that were billed from a later day than agreed."""
    for number, amendment in reversed([*enumerate(charge.amendments)]):
        others = (charge.amendments[:number], charge.amendments[number + 1 :])
        if amendment.agreed_on is not None and amendment.agreed_on > amendment.on:
            late = replace(amendment, on=amendment.agreed_on, agreed_on=None)
            sentence = f"the change of {amendment.on} was billed only from {amendment.agreed_on}"
            yield Mistake("late_change", sentence, replace(charge, amendments=(*others[0], late, *others[1])))
        if amendment.applies == "day":
            late = replace(amendment, applies="next_period")
            sentence = f"the change of {amendment.on} was billed only from the next period"
            yield Mistake("late_change", sentence, replace(charge, amendments=(*others[0], late, *others[1])))
    for number, step in reversed([*enumerate(charge.price_steps)]):
        if step.applies == "day":
            steps = (
                *charge.price_steps[:number],
                replace(step, applies="next_period"),
                *charge.price_steps[number + 1 :],
            )
            sentence = f"the price of {step.on} was billed only from the next period"
            yield Mistake("late_change", sentence, replace(charge, price_steps=steps))


def _ignored_stops(charge: Charge) -> Iterator[Mistake]:
    """Pauses and cancellations that nobody told the billing of."""
    pauses = sorted(each.on for each in charge.amendments if each.change == "pause")
    for day in reversed(pauses):
        resumed = min(
            (each.on for each in charge.amendments if each.change == "resume" and each.on > day), default=None
        )
        kept = tuple(each for each in charge.amendments if each.change is None or each.on not in {day, resumed})
        yield Mistake("pause_ignored", f"billed through the pause from {day}", replace(charge, amendments=kept))
        if resumed is not None:
            kept = tuple(each for each in charge.amendments if each.change != "resume" or each.on != resumed)
            yield Mistake(
                "pause_ignored", f"not billed again after the pause, from {resumed}", replace(charge, amendments=kept)
            )
    for cancel in charge.amendments:
        if cancel.change == "cancel":
            kept = tuple(each for each in charge.amendments if each is not cancel)
            sentence = f"billed as if it had not been cancelled on {cancel.on}"
            yield Mistake("cancellation_ignored", sentence, replace(charge, amendments=kept))
