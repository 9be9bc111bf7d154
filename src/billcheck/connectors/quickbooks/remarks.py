"""What a reader of QuickBooks Online's documents should know, though all of them were read.

Comes in: documents and what was deleted. Goes out: sentences that make nothing incomplete. Must not know requests.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from billcheck.connectors.quickbooks.changes import Deletions
from billcheck.connectors.quickbooks.documents import ZEROS
from billcheck.connectors.quickbooks.lines import DELAYED, WITHHELD

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from billcheck.connectors.base import FetchedDocument
    from billcheck.connectors.faults import ConnectorError
    from billcheck.connectors.quickbooks.documents import ReadDocument

_MOST_LISTED = 10
_NOT_INVOICED = (
    "QuickBooks lists no delayed charges, billable expenses, unbilled time, estimates or journal entries among its "
    "invoices: what was billed that way is not in here."
)
_DELETED = (
    "These were deleted since then, and QuickBooks no longer tells their customers, numbers or amounts, only what they "
    "were and its own ids (fetch --update names those that an earlier snapshot holds)"
)
_OF_TRAITS = {
    DELAYED: "Made from delayed charges, whose lines QuickBooks does not give: {}. What each bills that way counts as "
    "one line, unitemised.",
    WITHHELD: "The totals of these leave out what the customer withholds: {}. Their lines count as billed in full.",
    ZEROS: "Nothing but zeros stands in these, without the note of QuickBooks in English on what was voided: {}. "
    "They count as documents that bill nothing.",
}


def told_of_deletions(found: Deletions | ConnectorError) -> tuple[str, ...]:
    """What no connector can see, and what was deleted, as far as it could be asked for."""
    if not isinstance(found, Deletions):
        gone = f"An invoice that was deleted is gone without a trace, since QuickBooks did not say which were ({found})"
    elif found.since is None:
        gone = "An invoice that was deleted is gone without a trace: too much has changed lately to ask for it"
    else:
        gone = f"What was deleted before {found.since.date()} is gone without a trace. "
        gone += f"{_DELETED}: {_listed(found.ids)}" if found.ids else "Nothing was deleted since then"
    return (f"{_NOT_INVOICED} {gone}.",)


def remarks_on(read: Sequence[ReadDocument], gone: Collection[str]) -> list[str]:
    """What was inferred, and what only looks like a credit.

    Args:
        read: The documents.
        gone: The ids of customers that are inactive.
    """
    remarks = []
    for trait, words in _OF_TRAITS.items():
        if found := [each.document for each in read if trait in each.traits]:
            remarks.append(words.format(_listed(map(_called, found))))
    documents = [each.document for each in read]
    approved = [each for each in documents if each.kind == "credit_note" and each.status == "approved"]
    if credited := [each for each in approved if each.customer_id in gone]:
        remarks.append(
            "Where a customer with a balance is made inactive, QuickBooks writes a credit memo by itself, which nobody "
            f"agreed with the customer. Of customers that are inactive: {_listed(map(_called, credited))}."
        )
    return remarks + _refunds_of_credits(approved)


def _refunds_of_credits(approved: Sequence[FetchedDocument]) -> list[str]:
    """Refunds that may pay out what a credit memo of the same customer and amount has credited already."""
    memos = {(each.customer_id, each.currency, each.total) for each in approved if each.id.startswith("CreditMemo/")}
    found = [
        each
        for each in approved
        if each.id.startswith("RefundReceipt/") and (each.customer_id, each.currency, each.total) in memos
    ]
    if not found:
        return []
    remark = "A refund receipt lowers what was billed, and so does a credit memo. These refunds have the customer and "
    return [f"{remark}the amount of a credit memo, and may pay it out: {_listed(map(_called, found))}."]


def told_of_templates(faults: Sequence[ConnectorError], *, read: int = 0, stated: int = 0) -> list[str]:
    """What is said of recurring transactions that could not be read; of those that could, nothing."""
    remarks = []
    if faults:
        words = _listed(f"{fault.where}: {fault.remark}" for fault in faults)
        remarks.append(f"These recurring transactions could not be read, which changes no invoice: {words}")
    if read != stated:
        remarks.append(f"QuickBooks counts {stated} recurring transactions, and {read} came: templates may lack.")
    return remarks


def credits_linked(read: Sequence[ReadDocument]) -> tuple[FetchedDocument, ...]:
    """The documents, credit memos with the number of the invoice they say they are of, where that was read as well."""
    numbers = {each.document.id: each.document.number for each in read}
    often = Counter(numbers.values())  # a number that two documents share names neither

    def credited(each: ReadDocument) -> str:
        number = numbers.get(f"Invoice/{each.credits_id}", "")
        return number if often[number] == 1 else ""

    return tuple(replace(each.document, credits_document=credited(each)) for each in read)


def _called(document: FetchedDocument) -> str:
    return document.number or document.id


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = len(every) - _MOST_LISTED
    return ", ".join(every[:_MOST_LISTED]) + (f" and {more} more" if more > 0 else "")
