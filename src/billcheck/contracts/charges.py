"""What the keys of one charge mean together: from its table to frozen terms.

Comes in: the table of one charge, and the term of its contract. Goes out: a `Charge` with every default filled in and
an exclusive end; or, in the docket, every reason why it says nothing certain. Must not know other charges.
"""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, get_args

from billcheck.contracts.changes import read_amendments, read_discounts, read_price_steps
from billcheck.contracts.price_keys import FOREIGN_TO_MODEL, REQUIRED_FOR_MODEL, read_hours, read_price
from billcheck.contracts.terms import Charge, ChargeMatching
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
)
from billcheck.errors import Problem
from billcheck.period import Cadence, CadenceUnit

if TYPE_CHECKING:
    from decimal import Decimal

    from billcheck.contracts.faults import Docket, Path
    from billcheck.contracts.prices import Quantity
    from billcheck.contracts.shapes import ChargeMatchingShape, ChargeShape, TaxShape

LAST_DAY_OF_MONTH = 31
"""What "last" stands for: clamped to the month's end, the 31st is always its last day."""

_CADENCES: dict[str, Cadence] = {unit: Cadence(unit) for unit in get_args(CadenceUnit)}
_required_values = {model: attrgetter("name", *keys) for model, keys in REQUIRED_FOR_MODEL.items()}
_foreign_values = {model: attrgetter(*keys) for model, keys in FOREIGN_TO_MODEL.items()}
_NOTHING = {model: (None,) * len(keys) for model, keys in FOREIGN_TO_MODEL.items()}
_CONTRADICTIONS = {("in_advance", "period_end"), ("in_arrears", "period_start")}


class ContradictionProblem(Problem):
    """The invoice day contradicts the timing."""

    remedy = "in_advance goes with period_start, in_arrears with period_end."


def read_charge(docket: Docket, prefix: Path, shape: ChargeShape, contract_term: Term) -> Charge | None:
    """One charge; None where the docket holds faults, of this charge or of what it depends on."""
    model = shape.model
    if model is None or None in _required_values[model](shape):
        for key in ("name", "model", *REQUIRED_FOR_MODEL.get(model or "", ())):
            require(docket, (*prefix, key), getattr(shape, key), shape)
    if model is not None and _foreign_values[model](shape) != _NOTHING[model]:
        refuse_foreign(docket, prefix, shape, model, FOREIGN_TO_MODEL[model])
    term = contract_term if model == "one_off" else read_term(docket, prefix, shape, within=contract_term)
    on = read_day(docket, (*prefix, "on"), shape.on)
    if model == "one_off" and on is not None and not contract_term.holds(on):
        docket.add(OutsideTermProblem, (*prefix, "on"), on, what=f"The day is outside the term ({contract_term}).")
    if shape.invoice_day is not None and (shape.timing, shape.invoice_day) in _CONTRADICTIONS:
        docket.add(ContradictionProblem, (*prefix, "invoice_day"), f"{shape.invoice_day} with {shape.timing}")
    price = None if model is None else read_price(docket, prefix, shape, model, shape)
    quantity: Quantity | None = read_decimal(shape.quantity)
    if shape.hours is not None:
        quantity = read_hours(docket, (*prefix, "hours"), shape.hours, price)
    price_steps = read_price_steps(docket, prefix, shape, term) if shape.price_steps else ()
    amendments = read_amendments(docket, prefix, shape, term, price) if shape.amendments else ()
    discounts = read_discounts(docket, prefix, shape, term) if shape.discounts else ()
    tax_percent = read_tax_percent(docket, prefix, shape.tax)
    if docket.problems or shape.name is None or model is None or term.start is None or price is None:
        return None
    return Charge(
        name=shared(shape.name),
        model=model,
        start=term.start,
        end=term.end,
        price=price,
        quantity=quantity,
        every=None if shape.every is None else _CADENCES[shape.every],
        timing=shape.timing,
        on=on,
        anchor_day=LAST_DAY_OF_MONTH if shape.anchor_day == "last" else shape.anchor_day,
        invoice_day=shape.invoice_day,
        price_steps=price_steps,
        discounts=discounts,
        amendments=amendments,
        tax_percent=tax_percent,
        grace_days=shape.grace_days,
        matching=_charge_matching(shape.matching),
    )


def read_tax_percent(docket: Docket, prefix: Path, tax: TaxShape | None) -> Decimal | None:
    """The percent of a tax table; None where there is none, or it is at fault."""
    if tax is None:
        return None
    path = (*prefix, "tax", "percent")
    require(docket, path, tax.percent, tax)
    return read_percent(docket, path, tax.percent)


_NO_CHARGE_MATCHING = ChargeMatching()


def _charge_matching(shape: ChargeMatchingShape | None) -> ChargeMatching:
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
