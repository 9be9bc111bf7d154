"""Credits of a whole invoice that say so in one amount, though the invoice bills several things.

Comes in: all lines with the charges they found, and the credits among them. Goes out: the same, with the lines of a
credit note that equals a whole invoice split as the lines of that invoice are: each charge takes back its own, and what
is out of scope on the invoice is so on the credit. The invoice is the one that the credit names, else the latest of the
customer that has exactly its amount. A line that fits several charges and takes back a part of the invoice it names is
spread over what that bills. Must not know schedules or how money is allocated.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.credit_links import client_of, clients_among, document_key, documents_of
from billcheck.engine.match_rules import (
    INFERRED_MATCHES,
    RULE_MASK,
    SET_ASIDE_WORDS,
    WITHOUT_EVIDENCE,
    MatchRule,
    PeriodRule,
    match_rule_of,
)
from billcheck.ledger.source import NO_DAY
from billcheck.ledger.table import NO_SLOT, Share
from billcheck.money import split_by_weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billcheck.engine.credit_links import DocumentKey
    from billcheck.engine.match import Matched


_SILENT = WITHOUT_EVIDENCE | INFERRED_MATCHES
"""The rules by which a credit has a charge without naming it."""


class _Target(NamedTuple):
    """What lines of an invoice bill: a charge or none, in scope or not, and the period they state."""

    slot: int
    is_in_scope: bool
    first_day: int
    end_day: int


class _Invoice(NamedTuple):
    """An invoice with what it bills in all."""

    number: str
    issue_day: int
    currency: int
    amounts: Counter[_Target]

    @property
    def total(self) -> int:
        """What the invoice comes to, in scope or not."""
        return self.amounts.total()

    @property
    def is_divided(self) -> bool:
        """Whether one line cannot take it back: it bills several charges, or something beside them."""
        return len({target[:2] for target in self.amounts}) > 1 and any(
            target.slot != NO_SLOT for target in self.amounts
        )


class _Credit(NamedTuple):
    """A credit note, its lines in order, and the amount they take back, above zero."""

    rows: tuple[int, ...]
    issue_day: int
    number: str
    credited: str
    amount: int


def split_whole_credits(matched: Matched) -> None:
    """Split the credits that equal a whole invoice of several parts as the invoice is split.

    Args:
        matched: All lines, with groups of charges in place and discounts spread. Changed in place.
    """
    credits_ = _credits_of(matched)
    if not credits_:
        return
    invoices = _invoices_of(matched, credits_)
    splits: dict[int, list[Share]] = {}
    for customer, of_customer in credits_.items():
        taken: set[tuple[str, int]] = set()
        # A credit that names its invoice leaves the others to those that name none.
        for credit in sorted(of_customer, key=lambda credit: (not credit.credited, credit.issue_day, credit.number)):
            invoice = _invoice_of(matched, credit, invoices.get(customer, ()), taken)
            if invoice is None:
                continue
            if invoice.total != credit.amount:
                splits.update(_spread(matched, credit, invoice))
                continue
            taken.add((invoice.number, invoice.issue_day))
            is_open = any(matched.lines.slots[row] == NO_SLOT for row in credit.rows)
            if (invoice.is_divided or is_open) and (parts := _parts_of(matched, credit, invoice)):
                _name_invoice(matched, credit, invoice)
                splits.update(parts)
    for row, shares in splits.items():
        _note(matched, row, shares)
    matched.shares += matched.lines.split(splits)


def _credits_of(matched: Matched) -> dict[str, list[_Credit]]:
    """The documents that only credit, by customer; none where nothing in the ledger divides an invoice."""
    lines, documents = matched.lines, matched.documents
    by_document: dict[DocumentKey, list[int]] = {}
    is_asked_for = False
    for row in matched.credit_lines:
        rule = match_rule_of(lines.match_rules[row])
        if rule not in SET_ASIDE_WORDS:
            by_document.setdefault(document_key(matched, lines.documents[row]), []).append(row)
            is_asked_for = is_asked_for or rule in {MatchRule.AMBIGUOUS, MatchRule.UNMATCHED}
    found: dict[str, list[_Credit]] = defaultdict(list)
    if not (is_asked_for or any(matched.out_of_scope_lines.values()) or matched.compared):
        return found
    for (number, _, _, _, customer, day), rows in by_document.items():
        amounts = [lines.amounts[row] for row in rows]
        if max(amounts) >= 0 or not any(_is_in_scope(matched, row) for row in rows):
            continue
        rows.sort(key=lambda row: (lines.line_numbers[row], lines.amounts[row], row))
        named = {documents.credited.get(lines.documents[row], "") for row in rows}
        if len(named) == 1:
            credit = _Credit(tuple(rows), day, number, named.pop(), -sum(amounts))
            found[client_of(matched, customer)].append(credit)
    return found


def _is_in_scope(matched: Matched, row: int) -> bool:
    return matched.lines.slots[row] != NO_SLOT or row in matched.compared or row in matched.ambiguous


def _invoices_of(matched: Matched, customers: Iterable[str]) -> dict[str, list[_Invoice]]:
    """The invoices of customers in the order of day and number; those with a line in doubt are left out."""
    lines, clients = matched.lines, clients_among(matched, frozenset(customers))
    keys = {document: document_key(matched, document) for document in documents_of(matched, clients)}
    amounts: dict[DocumentKey, Counter[_Target]] = defaultdict(Counter)
    doubtful: set[DocumentKey] = set()
    for row, document in enumerate(lines.documents):
        key = keys.get(document)
        if key is None:  # as of nearly every line: few customers have such credits
            continue
        rule = match_rule_of(lines.match_rules[row])
        if rule in SET_ASIDE_WORDS or matched.is_draft(row):
            continue
        if row in matched.ambiguous or row in matched.declared:
            doubtful.add(key)
        is_in_scope = rule is not MatchRule.OUT_OF_SCOPE
        target = _Target(lines.slots[row], is_in_scope, lines.first_days[row], lines.end_days[row])
        amounts[key][target] += lines.amounts[row]
    found: dict[str, list[_Invoice]] = defaultdict(list)
    for (number, kind, status, currency, customer, day), billed in amounts.items():
        key = (number, kind, status, currency, customer, day)
        if key not in doubtful and min(billed.values()) > 0:
            found[clients[customer]].append(_Invoice(number, day, currency, billed))
    for invoices in found.values():
        invoices.sort(key=lambda invoice: (invoice.issue_day, invoice.number))
    return found


def _invoice_of(
    matched: Matched, credit: _Credit, invoices: Sequence[_Invoice], taken: set[tuple[str, int]]
) -> _Invoice | None:
    """The invoice that a credit takes back: the only one it names, else the latest that has exactly its amount."""
    lines = matched.lines
    currency = matched.documents.currencies[lines.documents[credit.rows[0]]]
    if credit.credited:
        named = [invoice for invoice in invoices if invoice.number == credit.credited and invoice.currency == currency]
        return named[0] if len(named) == 1 and named[0].total >= credit.amount else None
    is_silent = all(
        lines.first_days[row] == NO_DAY
        and (match_rule_of(lines.match_rules[row]) in _SILENT or not _is_in_scope(matched, row))
        for row in credit.rows
    )
    equal = [
        invoice
        for invoice in invoices
        if invoice.total == credit.amount
        and invoice.currency == currency
        and invoice.issue_day <= credit.issue_day
        and (invoice.number, invoice.issue_day) not in taken
    ]
    return equal[-1] if equal and is_silent else None


def _parts_of(matched: Matched, credit: _Credit, invoice: _Invoice) -> dict[int, list[Share]]:
    """The shares of each line of a credit, so that together they take back what each part of the invoice billed.

    A line that has exactly the amount of a part of its own kind, or of any, goes to that; what is left of the parts is
    dealt out over the other lines, in order.
    """
    lines = matched.lines
    left = dict(sorted(invoice.amounts.items()))
    own = {row: (lines.slots[row], _is_in_scope(matched, row)) for row in credit.rows}
    dealt: dict[int, list[tuple[_Target, int]]] = {}
    for is_own in (True, False):
        for row in credit.rows:
            exact = (part for part, amount in left.items() if amount == -lines.amounts[row])
            target = next((part for part in exact if not is_own or part[:2] == own[row]), None)
            if row not in dealt and target is not None:
                dealt[row] = [(target, left.pop(target))]
    for row in credit.rows:
        if row not in dealt:
            dealt[row] = _take(left, -lines.amounts[row])
    if all(target[:2] == own[row] for row, parts in dealt.items() for target, _ in parts):
        return {}
    return {row: _shares_of(matched, row, parts) for row, parts in dealt.items()}


def _spread(matched: Matched, credit: _Credit, invoice: _Invoice) -> dict[int, list[Share]]:
    """The shares of the lines that fit several charges, of a credit of a part of the invoice it names.

    They lower what the invoice bills for charges, by amount, as a discount on the invoice itself would: for those that
    the line fits, if there are any.
    """
    lines = matched.lines
    rows = [row for row in credit.rows if row in matched.ambiguous]
    billed = [(target, amount) for target, amount in sorted(invoice.amounts.items()) if target.slot != NO_SLOT]
    if not rows or -sum(lines.amounts[row] for row in rows) > sum(amount for _, amount in billed):
        return {}
    shares = {}
    for row in rows:
        fitting = [(target, amount) for target, amount in billed if target.slot in matched.ambiguous[row]]
        parts = fitting if sum(amount for _, amount in fitting) >= -lines.amounts[row] else billed
        weights = [amount for _, amount in parts]
        split = split_by_weights(-lines.amounts[row], weights)
        dealt = [(target, part) for (target, _), part in zip(parts, split, strict=True) if part]
        shares[row] = _shares_of(matched, row, dealt, PeriodRule.NAMED_INVOICE)
    return shares


def _take(left: dict[_Target, int], amount: int) -> list[tuple[_Target, int]]:
    """An amount from what is left of the parts of an invoice, in order."""
    taken = []
    for target in list(left):
        part = min(left[target], amount)
        if part:
            taken.append((target, part))
            amount -= part
            left[target] -= part
    return taken


def _shares_of(
    matched: Matched, row: int, parts: Iterable[tuple[_Target, int]], period_rule: PeriodRule = PeriodRule.WHOLE_INVOICE
) -> list[Share]:
    """The shares of one line; what falls to no charge in scope comes first, and what is out of scope last."""
    named, shares = matched.lines.match_rules[row] & ~RULE_MASK, []
    for (slot, is_in_scope, first_day, end_day), amount in sorted(parts, key=lambda part: (not part[0][1], part[0])):
        rule = MatchRule.OF_INVOICE if slot != NO_SLOT else MatchRule.UNMATCHED
        if not is_in_scope:
            rule = MatchRule.OUT_OF_SCOPE
        shares.append(Share(slot, -amount, first_day, end_day, rule | named, period_rule))
    return shares


def _name_invoice(matched: Matched, credit: _Credit, invoice: _Invoice) -> None:
    for row in credit.rows:
        matched.documents.credited[matched.lines.documents[row]] = invoice.number


def _note(matched: Matched, row: int, shares: Sequence[Share]) -> None:
    """Keep in step what is known about lines without a charge, out of scope, and about charges with ordinary lines."""
    lines = matched.lines
    currency = matched.currency_of(row)
    if match_rule_of(lines.match_rules[row]) is MatchRule.OUT_OF_SCOPE:
        matched.leave_out(currency, -lines.amounts[row], lines=-1)
    candidates = matched.compared.pop(row, ()) or matched.ambiguous.pop(row, ()) or (lines.slots[row],)
    for share in shares:
        rule = match_rule_of(share.match_rule)
        if rule is MatchRule.OUT_OF_SCOPE:
            matched.leave_out(currency, share.amount, lines=int(len(shares) == 1))
        elif rule is MatchRule.UNMATCHED:
            matched.compared[row] = candidates
        else:
            matched.is_plain[share.slot] = 0
            matched.touched_contracts.add(matched.directory.slots[share.slot].contract.id)
