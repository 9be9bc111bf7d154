"""What the ledger bills a customer one of whose contracts has no line at all, as a hint and nothing more.

Comes in: the matched lines. Goes out: for a contract without a line, a sentence about the documents that bear its
customer's name all the same: in another currency, for other contracts, or for no charge. Must not know amounts.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from billcheck.ledger.line import DocumentStatus, Kind

if TYPE_CHECKING:
    from billcheck.contracts.terms import Contract
    from billcheck.engine.match import Matched

CONFIRM = "Where nothing was billed for it, set matching.confirmed = true."


class OtherDocuments:
    """The documents of customers by contract; looked for when first asked, as most checks never ask."""

    def __init__(self, matched: Matched, as_of_day: int) -> None:
        self._matched = matched
        self._as_of_day = as_of_day

    @cached_property
    def _customers(self) -> dict[str, list[int]]:
        """The customers, by number, whose names are those of a contract."""
        matched = self._matched
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number in range(len(matched.customers)):
            slots, _ = matched.directory.slots_of_customer(matched.customers[number])
            for contract in dict.fromkeys(slot.contract.id for slot in slots):
                found[contract].append(number)
        return found

    @cached_property
    def _documents(self) -> dict[int, dict[str, set[tuple[bytes, int]]]]:
        """The approved documents up to the day of the check, by customer and currency; each once."""
        documents, currencies = self._matched.documents, self._matched.currencies
        found: defaultdict[int, defaultdict[str, set[tuple[bytes, int]]]] = defaultdict(lambda: defaultdict(set))
        for row in range(len(documents)):
            kind = documents.kinds[row]
            if (
                documents.statuses[row] != DocumentStatus.APPROVED
                or kind == Kind.OTHER
                or documents.issue_days[row] > self._as_of_day
            ):
                continue
            document = bytes(documents.number_bytes(row)), kind
            found[documents.customers[row]][currencies[documents.currencies[row]]].add(document)
        return {customer: dict(by_currency) for customer, by_currency in found.items()}

    def say(self, contract: Contract) -> str:
        """A sentence about the documents of a contract's customer, none of which is for it; empty without any."""
        counts: defaultdict[str, int] = defaultdict(int)
        for customer in self._customers.get(contract.id, ()):
            for currency, found in self._documents.get(customer, {}).items():
                counts[currency] += len(found)
        total = sum(counts.values())
        if not total:
            return ""
        what = f"The ledger bills this customer {total:,} {'document' if total == 1 else 'documents'}"
        if contract.currency in counts:
            return f"{what}, for other contracts or for no charge: check whether one is for this contract. {CONFIRM}"
        listed = " and ".join(sorted(counts))
        return (
            f"{what} in {listed} and none in {contract.currency}: check the currency of the contract and of the "
            f"documents. {CONFIRM}"
        )
