"""What the keys of one charge mean together: from its table to frozen terms.

Comes in: the table of one charge, and the term of its contract. Goes out: a `Charge` with every default filled in and
an exclusive end; or, in the docket, every reason why it says nothing certain. Must not know other charges.
"""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from billcheck.contracts.cadences import RHYTHM_KEYS, read_rhythm
from billcheck.contracts.changes import read_amendments, read_price_steps
from billcheck.contracts.discounts import read_bounds, read_discounts
from billcheck.contracts.escalators import read_escalator
from billcheck.contracts.metering import KEYS_OF_METERED, QUANTITY_KEYS, read_metering
from billcheck.contracts.price_keys import FOREIGN_TO_MODEL, ONE_DAY_MODELS, REQUIRED_FOR_MODEL, read_price
from billcheck.contracts.rate_cards import judge_cards, read_dated_rates, read_hours
from billcheck.contracts.terms import LAST_DAY_OF_MONTH, Charge, ChargeMatching, TaxStep
from billcheck.contracts.values import (
    OutsideTermProblem,
    Term,
    read_day,
    read_decimal,
    read_percent,
    read_term,
    refuse_foreign,
    require,
    shared,
    tables_of,
)
from billcheck.errors import Problem
from billcheck.period import ONE_DAY

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from billcheck.contracts.faults import Docket, Path
    from billcheck.contracts.prices import Quantity
    from billcheck.contracts.shapes import ChargeMatchingShape, ChargeShape, TaxShape

_required_values = {model: attrgetter("name", "model", *keys) for model, keys in REQUIRED_FOR_MODEL.items()}


class RepeatedTaxProblem(Problem):
    """Another percent begins on the same day."""

    remedy = "Keep one of them."


class ProjectTotalProblem(Problem):
    """The total of a project means nothing for a milestone of a fixed amount."""

    remedy = "Take it out, or give a percent of it in the place of the amount."


class _Called(NamedTuple):
    """What the keys of a charge call for; the rest need not be looked at.

    `foreign` are keys that mean nothing for the model; what stands under them may be empty, and then is no fault.
    """

    foreign: tuple[str, ...]
    has_day: bool
    has_plain_rhythm: bool
    has_bounds: bool
    is_metered: bool


_DAY_KEYS = frozenset({"on", "accepted_on"})
_BOUND_KEYS = frozenset({"minimum", "maximum"})
_METERED_KEYS = frozenset({"metered", *KEYS_OF_METERED})


@lru_cache(maxsize=1024)
def _called_by(model: str | None, keys: frozenset[str]) -> _Called:
    """What these keys call for, remembered: many charges are written alike."""
    return _Called(
        () if model is None else tuple(key for key in FOREIGN_TO_MODEL[model] if key in keys),
        has_day=not keys.isdisjoint(_DAY_KEYS),
        has_plain_rhythm=keys.isdisjoint(RHYTHM_KEYS),
        has_bounds=not keys.isdisjoint(_BOUND_KEYS),
        is_metered=not keys.isdisjoint(_METERED_KEYS),
    )


def read_charge(docket: Docket, prefix: Path, shape: ChargeShape, contract_term: Term) -> Charge | None:
    """One charge; None where the docket holds faults, of this charge or of what it depends on."""
    model = shape.model
    called = _called_by(model, frozenset(shape.model_fields_set))
    if model is None or None in _required_values[model](shape):
        for key in ("name", "model", *REQUIRED_FOR_MODEL.get(model or "", ())):
            if not (shape.metered and key in QUANTITY_KEYS):
                require(docket, (*prefix, key), getattr(shape, key), shape)
    if model is not None and called.foreign:
        refuse_foreign(docket, prefix, shape, model, called.foreign)
    term = contract_term if model in ONE_DAY_MODELS else read_term(docket, prefix, shape, within=contract_term)
    on = _read_only_day(docket, prefix, shape, contract_term) if called.has_day else None
    rhythm = read_rhythm(docket, prefix, shape, is_plain=called.has_plain_rhythm)
    price = None if model is None else read_price(docket, prefix, shape, model, shape)
    quantity = _read_quantity(docket, prefix, shape)
    price_steps = read_price_steps(docket, prefix, shape, term) if shape.price_steps else ()
    if shape.rates is not None:
        price_steps = (*price_steps, *read_dated_rates(docket, prefix, shape, term, price))
    amendments = read_amendments(docket, prefix, shape, term) if shape.amendments else ()
    discounts = read_discounts(docket, prefix, shape, term) if shape.discounts or shape.free_periods else ()
    escalator = None if shape.escalator is None else read_escalator(docket, (*prefix, "escalator"), shape.escalator)
    minimum, maximum = read_bounds(docket, prefix, shape) if called.has_bounds else (None, None)
    tax_percent, tax_steps = (None, ()) if shape.tax is None else read_tax(docket, prefix, shape.tax)
    if shape.rounding is not None:
        require(docket, (*prefix, "rounding", "remainder"), shape.rounding.remainder, shape.rounding)
    metering = read_metering(docket, prefix, shape) if called.is_metered else None
    if shape.hours is not None and price is not None and not docket.problems:
        judge_cards(docket, prefix, (price, quantity), price_steps, amendments)
    if docket.problems or shape.name is None or model is None or term.start is None or price is None:
        return None
    return Charge(
        name=shared(shape.name),
        model=model,
        start=term.start,
        end=_end_of(term, is_cancel_day_billed=bool(shape.cancel_day_billed)),
        price=price,
        quantity=quantity,
        every=rhythm.every,
        amount_per=rhythm.amount_per,
        timing=shape.timing,
        on=on,
        anchor_day=LAST_DAY_OF_MONTH if shape.anchor_day == "last" else shape.anchor_day,
        align=shape.align or "anniversary",
        invoice_day=rhythm.invoice_day,
        proration=rhythm.proration,
        cancel_day_billed=bool(shape.cancel_day_billed),
        price_steps=price_steps,
        discounts=discounts,
        amendments=amendments,
        escalators=() if escalator is None else (escalator,),
        minimum=minimum,
        maximum=maximum,
        remainder=shape.rounding.remainder or "per_line" if shape.rounding is not None else "per_line",
        tax_percent=tax_percent,
        tax_steps=tax_steps,
        grace_days=shape.grace_days,
        matching=read_charge_matching(shape.matching),
        metering=metering,
    )


def _read_only_day(docket: Docket, prefix: Path, shape: ChargeShape, term: Term) -> date | None:
    """The day of a one_off charge, in the term; or the day a milestone was accepted, which may be after it."""
    on = read_day(docket, (*prefix, "on"), shape.on)
    if on is not None and not term.holds(on):
        docket.add(OutsideTermProblem, (*prefix, "on"), on, what=f"The day is outside the term ({term}).")
    accepted_on = read_day(docket, (*prefix, "accepted_on"), shape.accepted_on)
    if accepted_on is not None and not Term(term.start, None, term.is_known).holds(accepted_on):
        what = f"The day is before the term ({term})."
        docket.add(OutsideTermProblem, (*prefix, "accepted_on"), accepted_on, what=what)
    return on or accepted_on


def _read_quantity(docket: Docket, prefix: Path, shape: ChargeShape) -> Quantity | None:
    """Units, hours of each role, or the total that a milestone is a percent of."""
    if shape.hours is not None:
        return read_hours(docket, (*prefix, "hours"), shape.hours, shape)
    if shape.model != "milestone":
        return read_decimal(shape.quantity)
    if shape.percent is None and shape.project_total is not None:
        docket.add(ProjectTotalProblem, (*prefix, "project_total"), shape.project_total)
    if shape.percent is not None:
        require(docket, (*prefix, "project_total"), shape.project_total, shape)
    return read_decimal(shape.project_total)


def _end_of(term: Term, *, is_cancel_day_billed: bool) -> date | None:
    """The day after the last that is billed; where `end` names the day of a cancellation, that may be the last."""
    if term.end is not None and term.names_end and is_cancel_day_billed:
        return term.end + ONE_DAY
    return term.end


def read_tax(docket: Docket, prefix: Path, tax: TaxShape | None) -> tuple[Decimal | None, tuple[TaxStep, ...]]:
    """The percent of a tax table and its later ones by day; no percent where there is none, or it is at fault."""
    if tax is None:
        return None, ()
    path = (*prefix, "tax")
    if tax.percent is None:
        require(docket, (*path, "percent"), tax.percent, tax)
    if not tax.steps:
        return read_percent(docket, (*path, "percent"), tax.percent), ()
    steps = []
    days: set[date] = set()
    for place, step in tables_of(docket, (*path, "steps"), tax.steps):
        require(docket, (*place, "on"), step.on, step)
        require(docket, (*place, "percent"), step.percent, step)
        day, percent = (
            read_day(docket, (*place, "on"), step.on),
            read_percent(docket, (*place, "percent"), step.percent),
        )
        if day is None or percent is None:
            continue
        if day in days:
            docket.add(RepeatedTaxProblem, (*place, "on"), day)
        days.add(day)
        steps.append(TaxStep(day, percent))
    return read_percent(docket, (*path, "percent"), tax.percent), tuple(sorted(steps, key=attrgetter("on")))


_NO_CHARGE_MATCHING = ChargeMatching()


def read_charge_matching(shape: ChargeMatchingShape | None) -> ChargeMatching:
    """The codes by which lines name a charge."""
    if shape is None:
        return _NO_CHARGE_MATCHING
    return _shared_matching(
        tuple(shape.templates or ()),
        tuple(shape.items or ()),
        tuple(shape.accounts or ()),
        tuple(shape.tracking or ()),
        tuple(shape.patterns or ()),
        shape.group,
    )


@lru_cache(maxsize=4096)
def _shared_matching(
    templates: tuple[str, ...],
    items: tuple[str, ...],
    accounts: tuple[str, ...],
    tracking: tuple[str, ...],
    patterns: tuple[str, ...],
    group: str | None,
) -> ChargeMatching:
    """The same object for equal codes: those of many charges are few."""
    return ChargeMatching(templates, items, accounts, tracking, patterns, group)
