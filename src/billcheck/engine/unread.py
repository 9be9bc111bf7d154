"""Which contracts a row that could not be read may concern.

Comes in: refused rows and contracts. Goes out: per contract a sentence, where such a row may have billed it; then none
of its unbilled periods is known to be missing, nor is one short that a document bills of which a row is unread. Must
not know why a row was refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.ledger.names import fold_name, parents_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.terms import Contract, Contracts
    from billcheck.ledger.source import RefusedRow

OF_CUSTOMER = "{path} row {row} is of this customer and could not be read: correct it."
OF_ANYBODY = "{path} row {row} could not be read and may be of this customer: correct it."
OF_DOCUMENT = "{path} row {row} is of {document}, which billed this, and could not be read: correct it."


def find_unread(refused: Sequence[RefusedRow], contracts: Contracts) -> dict[str, str]:
    """A sentence for each contract, by its id, that a refused row may concern: the first row that does.

    A row whose customer is not known may concern every contract; one of a customer without a contract those that are
    also recognised by an id or a reference.
    """
    if not refused:
        return {}
    names = {name for contract in contracts for name in _names(contract)}
    of_customer: dict[str, RefusedRow] = {}
    of_anybody = of_others = None
    for row in refused:
        folded = fold_name(row.customer)
        known = [name for name in (folded, *parents_of(folded)) if name in names]
        for name in known:
            of_customer.setdefault(name, row)
        if not folded:
            of_anybody = of_anybody or row
        elif not known:
            of_others = of_others or row
    unread: dict[str, str] = {}
    for contract in contracts:
        own = next((of_customer[name] for name in _names(contract) if name in of_customer), None)
        matching = contract.matching
        other = of_anybody or (of_others if matching.customer_ids or matching.references else None)
        if own is not None:
            unread[contract.id] = OF_CUSTOMER.format(path=own.path, row=own.row)
        elif other is not None:
            unread[contract.id] = OF_ANYBODY.format(path=other.path, row=other.row)
    return unread


def find_unread_documents(refused: Sequence[RefusedRow], contracts: Contracts) -> dict[str, dict[str, str]]:
    """Per contract, by its id, a sentence for each document of its customer, by number, of which a row is unread."""
    unread: dict[str, dict[str, str]] = {}
    by_name: dict[str, dict[str, str]] = {}
    for row in refused:
        folded = fold_name(row.customer)
        for name in (folded, *parents_of(folded)) if folded and row.document else ():
            sentence = OF_DOCUMENT.format(path=row.path, row=row.row, document=row.document)
            by_name.setdefault(name, {}).setdefault(row.document, sentence)
    for contract in contracts if by_name else ():
        of_contract: dict[str, str] = {}
        for name in _names(contract):
            of_contract |= by_name.get(name, {})
        if of_contract:
            unread[contract.id] = of_contract
    return unread


def _names(contract: Contract) -> list[str]:
    return [fold_name(name) for name in (contract.customer, *contract.matching.aliases)]
