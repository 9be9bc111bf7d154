"""What the keys of one contract mean together: from its table to frozen terms.

Comes in: the table of one contract, in a docket. Goes out: a `Contract` with every default filled in and exclusive
ends; or, in the docket, every reason why it says nothing certain. Must not know how the file was read.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from billcheck.contracts.balances import read_balances
from billcheck.contracts.charges import read_charge, read_tax
from billcheck.contracts.commitments import read_commitments
from billcheck.contracts.common_changes import with_percents, with_stops, with_uplifts
from billcheck.contracts.contract_shapes import ContractShape
from billcheck.contracts.cutoffs import read_cutoff
from billcheck.contracts.deposits import read_deposit
from billcheck.contracts.faults import TableProblem, read_shape
from billcheck.contracts.renewals import read_renewal, with_renewal
from billcheck.contracts.retentions import read_retentions
from billcheck.contracts.terms import Contract, ContractMatching, PaymentTerms
from billcheck.contracts.values import Term, fold, read_term, require, shared
from billcheck.errors import InternalError, Problem
from billcheck.money import MINOR_DIGITS, is_currency

if TYPE_CHECKING:
    from decimal import Decimal

    from billcheck.contracts.contract_shapes import ContractMatchingShape
    from billcheck.contracts.faults import Docket
    from billcheck.contracts.renewals import Renewal
    from billcheck.contracts.shapes import ChargeShape
    from billcheck.contracts.terms import Charge, TaxStep

_PAYMENT_TERMS = re.compile(r"(?:net )?([0-9]{1,3})(?: days?)?( end of month)?|end of month")


class CurrencyProblem(Problem):
    """This is not a current ISO 4217 currency."""

    remedy = 'Write its three capital letters, such as "EUR".'


class PaymentTermsProblem(Problem):
    """These payment terms cannot be read."""

    remedy = 'Write the days to pay, such as "30 days" or "30 days end of month".'


class NoChargeProblem(Problem):
    """The contract has no charge, so nothing could be checked."""

    remedy = "Add what is billed: [[contract.charge]] in TOML, a list under charge in JSON."


class RepeatedChargeProblem(Problem):
    """Another charge of the contract has this name (case and spaces aside)."""

    remedy = "Give each charge a name of its own."


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
    renewal = read_renewal(docket, shape.renewal, read_term(docket, (), shape))
    term = renewal.term
    payment_terms = _payment_terms(docket, shape.payment_terms)
    cutoff = read_cutoff(docket, shape.late_invoice_cutoff)
    tax_percent, tax_steps = read_tax(docket, (), shape.tax)
    charges = _read_charges(docket, shape.charge or [], term)
    if docket.problems or identity is None or customer is None or currency is None or term.start is None:
        return None
    charges = _with_shared_terms(docket, shape, charges, renewal, (tax_percent, tax_steps))
    _judge_groups(docket, charges, (tax_percent, tax_steps))
    if docket.problems or not charges:
        return None
    return Contract(
        id=identity,
        customer=customer,
        currency=shared(currency),
        start=term.start,
        charges=charges,
        end=term.end,
        payment_terms=payment_terms,
        tax_percent=tax_percent,
        tax_steps=tax_steps,
        grace_days=shape.grace_days,
        fiscal_year_start=shape.fiscal_year_start,
        matching=_contract_matching(shape.matching),
        supersedes=shape.supersedes,
        late_invoice_cutoff=cutoff,
        no_waiver_clause=shape.no_waiver_clause,
        is_draft=shape.draft,
        owner=shape.owner,
        tags=tuple(shape.tags or ()),
        file=docket.file,
    )


_SHARED_KEYS = frozenset(
    {"renewal", "escalator", "discounts", "minimum", "maximum", "commitment", "amendments", "deposit", "retention"}
)
"""The keys of a contract that say something of its charges; most contracts have none of them."""


def _with_shared_terms(
    docket: Docket,
    shape: ContractShape,
    charges: tuple[Charge, ...],
    renewal: Renewal,
    tax: tuple[Decimal | None, tuple[TaxStep, ...]],
) -> tuple[Charge, ...]:
    """The charges with what the contract agrees for several of them; none where their faults are told elsewhere."""
    if len(charges) != len(shape.charge or ()):
        if not docket.broken:
            raise InternalError("a charge that is not read is told why", contract=shape.id)
        return ()
    if shape.model_fields_set.isdisjoint(_SHARED_KEYS) and not any(own.retention for own in shape.charge or ()):
        return charges
    term = renewal.term
    charges = with_uplifts(docket, shape.escalator, charges, term)
    charges = with_renewal(docket, shape, charges, renewal)
    charges = with_percents(docket, shape.discounts or [], charges, term)
    charges = read_balances(docket, shape, charges, tax)
    charges += read_commitments(docket, shape.commitment or [], charges, term)
    charges = with_stops(docket, shape.amendments or [], charges, term)
    charges += read_deposit(docket, shape.deposit, charges, term)
    return read_retentions(docket, shape, charges, term)


def _judge_groups(docket: Docket, charges: tuple[Charge, ...], tax: tuple[object, ...]) -> None:
    """Charges of one group must have periods and a tax percent that can be added up."""
    first: dict[str, tuple[object, ...]] = {}
    for index, charge in enumerate(charges):
        group = charge.matching.group
        if group is None:
            continue
        measure = (charge.rhythm, tax if charge.tax_percent is None else (charge.tax_percent, charge.tax_steps))
        if charge.rhythm is None or first.setdefault(fold(group), measure) != measure:
            docket.add(GroupProblem, ("charge", index, "matching", "group"), group)


def _payment_terms(docket: Docket, text: str | None) -> PaymentTerms | None:
    """The terms of payment that a text states."""
    if text is None:
        return None
    terms = _terms_of(text)
    if terms is None:
        docket.add(PaymentTermsProblem, ("payment_terms",), text)
    return terms


@lru_cache(maxsize=256)
def _terms_of(text: str) -> PaymentTerms | None:
    """The same object for equal texts, because those of many contracts are few; None where it states none."""
    found = _PAYMENT_TERMS.fullmatch(text)
    if found is None or not re.search("day|net|end", text):
        return None
    return PaymentTerms(int(found[1] or 0), is_from_month_end=bool(found[2]) or found[1] is None)


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
        charge = read_charge(docket, ("charge", index), shape, term)
        if charge is not None:
            charges.append(charge)
    return tuple(charges)


_NO_CONTRACT_MATCHING = ContractMatching()


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
