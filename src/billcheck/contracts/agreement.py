"""What the keys of one contract mean together: from its table to frozen terms.

Comes in: the table of one contract, in a docket. Goes out: a `Contract` with every default filled in and exclusive
ends; or, in the docket, every reason why it says nothing certain. Must not know how the file was read.
"""

from __future__ import annotations

import re
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, get_args

from billcheck.contracts.changes import read_amendments, read_discounts, read_price_steps
from billcheck.contracts.faults import TableProblem, read_shape
from billcheck.contracts.shapes import FOREIGN_TO_MODEL, REQUIRED_FOR_MODEL, ContractShape
from billcheck.contracts.terms import Charge, ChargeMatching, Contract, ContractMatching
from billcheck.contracts.values import (
    OutsideTermProblem,
    Term,
    fold,
    read_day,
    read_decimal,
    read_percent,
    read_term,
    refuse_foreign,
    require,
    shared,
)
from billcheck.errors import Problem
from billcheck.money import MINOR_DIGITS, is_currency
from billcheck.period import Cadence, CadenceUnit

if TYPE_CHECKING:
    from decimal import Decimal

    from billcheck.contracts.faults import Docket, Path
    from billcheck.contracts.shapes import ChargeMatchingShape, ChargeShape, ContractMatchingShape, TaxShape

LAST_DAY_OF_MONTH = 31
"""What "last" stands for: clamped to the month's end, the 31st is always its last day."""

_PAYMENT_TERMS = re.compile(r"([0-9]{1,3}) days?")
_CADENCES: dict[str, Cadence] = {unit: Cadence(unit) for unit in get_args(CadenceUnit)}
_required_values = {model: attrgetter("name", *keys) for model, keys in REQUIRED_FOR_MODEL.items()}
_foreign_values = {model: attrgetter(*keys) for model, keys in FOREIGN_TO_MODEL.items()}
_NOTHING = {model: (None,) * len(keys) for model, keys in FOREIGN_TO_MODEL.items()}
_CONTRADICTIONS = {("in_advance", "period_end"), ("in_arrears", "period_start")}


class CurrencyProblem(Problem):
    """This is not a current ISO 4217 currency."""

    remedy = 'Write its three capital letters, such as "EUR".'


class PaymentTermsProblem(Problem):
    """These payment terms cannot be read."""

    remedy = 'Write the days to pay, such as "30 days".'


class NoChargeProblem(Problem):
    """The contract has no charge, so nothing could be checked."""

    remedy = "Add what is billed: [[contract.charge]] in TOML, a list under charge in JSON."


class RepeatedChargeProblem(Problem):
    """Another charge of the contract has this name (case and spaces aside)."""

    remedy = "Give each charge a name of its own."


class ContradictionProblem(Problem):
    """The invoice day contradicts the timing."""

    remedy = "in_advance goes with period_start, in_arrears with period_end."


class GroupProblem(Problem):
    """Charges of one group must recur at the same rhythm and be taxed alike."""

    remedy = "Give them the same every, timing, invoice_day, anchor and tax, or take this one out of the group."


def read_contract(docket: Docket) -> Contract | None:
    """The contract of the docket's table; None where the docket holds faults afterwards."""
    if not isinstance(docket.table, dict):
        docket.add(TableProblem, (), docket.table)
        return None
    shape = read_shape(ContractShape, docket)
    identity, customer, currency = shape.id, shape.customer, shape.currency
    if None in (identity, customer, currency, shape.start):
        for key in ("id", "customer", "currency", "start"):
            require(docket, (key,), getattr(shape, key), shape)
    if currency is not None and not is_currency(currency):
        near = f'Write "{currency.upper()}".' if currency.upper() in MINOR_DIGITS else ""
        docket.add(CurrencyProblem, ("currency",), currency, remedy=near)
    term = read_term(docket, (), shape)
    payment_days = _payment_days(docket, shape.payment_terms)
    tax_percent = _tax_percent(docket, (), shape.tax)
    charges = _read_charges(docket, shape.charge or [], term)
    if docket.problems or identity is None or customer is None or currency is None or term.start is None:
        return None
    _judge_groups(docket, charges, tax_percent)
    if docket.problems:
        return None
    return Contract(
        id=identity,
        customer=customer,
        currency=shared(currency),
        start=term.start,
        charges=charges,
        end=term.end,
        payment_days=payment_days,
        tax_percent=tax_percent,
        grace_days=shape.grace_days,
        fiscal_year_start=shape.fiscal_year_start,
        matching=_contract_matching(shape.matching),
        owner=shape.owner,
        tags=tuple(shape.tags or ()),
        file=docket.file,
    )


def _judge_groups(docket: Docket, charges: tuple[Charge, ...], tax_percent: Decimal | None) -> None:
    """Charges of one group must have periods and a tax percent that can be added up."""
    first: dict[str, tuple[object, ...]] = {}
    for index, charge in enumerate(charges):
        group = charge.matching.group
        if group is None:
            continue
        measure = (charge.rhythm, tax_percent if charge.tax_percent is None else charge.tax_percent)
        if charge.rhythm is None or first.setdefault(fold(group), measure) != measure:
            docket.add(GroupProblem, ("charge", index, "matching", "group"), group)


def _payment_days(docket: Docket, text: str | None) -> int | None:
    if text is None:
        return None
    found = _PAYMENT_TERMS.fullmatch(text)
    if found is None:
        docket.add(PaymentTermsProblem, ("payment_terms",), text)
        return None
    return int(found[1])


def _tax_percent(docket: Docket, prefix: Path, tax: TaxShape | None) -> Decimal | None:
    if tax is None:
        return None
    path = (*prefix, "tax", "percent")
    require(docket, path, tax.percent, tax)
    return read_percent(docket, path, tax.percent)


def _read_charges(docket: Docket, shapes: list[ChargeShape], term: Term) -> tuple[Charge, ...]:
    """All charges of a contract that are free of faults; the docket has the others."""
    if not shapes and not docket.is_broken("charge"):
        docket.add(NoChargeProblem, ("charge",))
    charges = []
    names: set[str] = set()
    for index, shape in enumerate(shapes):
        if docket.is_broken("charge", index):
            continue
        name = shape.name
        if name is not None:
            folded = fold(name)
            if folded in names:
                docket.add(RepeatedChargeProblem, ("charge", index, "name"), name)
            names.add(folded)
        charge = _read_charge(docket, ("charge", index), shape, term)
        if charge is not None:
            charges.append(charge)
    return tuple(charges)


def _read_charge(docket: Docket, prefix: Path, shape: ChargeShape, contract_term: Term) -> Charge | None:
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
    price_steps = read_price_steps(docket, prefix, shape, term) if shape.price_steps else ()
    amendments = read_amendments(docket, prefix, shape, term) if shape.amendments else ()
    discounts = read_discounts(docket, prefix, shape, term) if shape.discounts else ()
    tax_percent = _tax_percent(docket, prefix, shape.tax)
    if docket.problems or shape.name is None or model is None or term.start is None:
        return None
    return Charge(
        name=shared(shape.name),
        model=model,
        start=term.start,
        end=term.end,
        amount=read_decimal(shape.amount),
        unit_amount=read_decimal(shape.unit_amount),
        quantity=read_decimal(shape.quantity),
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


_NO_CHARGE_MATCHING = ChargeMatching()
_NO_CONTRACT_MATCHING = ContractMatching()


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


def _contract_matching(shape: ContractMatchingShape | None) -> ContractMatching:
    if shape is None:
        return _NO_CONTRACT_MATCHING
    return ContractMatching(
        aliases=tuple(shape.aliases or ()),
        customer_ids=tuple(shape.customer_ids or ()),
        references=tuple(shape.references or ()),
        confirmed=shape.confirmed,
        sub_customers=shape.sub_customers,
    )
