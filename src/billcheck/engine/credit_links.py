"""Credits that name their invoice in words only: in the text of a line or in the reference of the document.

Comes in: lines below zero and lines of credit notes as they pass, and, once all lines are there, the documents of the
same customer. Goes out: credits that name the one invoice which their text or reference means, as if a field of their
own had said so. A number that no invoice of the customer has, or several have, links nothing. Must not know charges,
amounts or how money is allocated.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.match_rules import SET_ASIDE_WORDS, PeriodRule, match_rule_of
from billcheck.ledger.line import DocumentStatus, Kind
from billcheck.ledger.names import fold_code, fold_name
from billcheck.periods.words import INVOICES, is_document_word

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from billcheck.engine.columns import Columns
    from billcheck.engine.match import Matched

FEWEST_CHARACTERS = 3
"""Shorter numbers are too likely to be something else, such as a size or a room."""

MOST_JOINED = 3
"""Of how many words a number may consist that is written with spaces ("RE 2026 017")."""

_BETWEEN = re.compile(r"[\s,;:()\[\]{}\"'«»<>]+")

DocumentKey = tuple[str, int, int, int, int, int]
"""Number, kind, status, currency, customer and day of a document, whichever source it stands in."""


class Mentioned(NamedTuple):
    """What a credit may name as its invoice, in the one spelling that is compared: in its text, in its reference."""

    in_text: tuple[str, ...]
    in_reference: tuple[str, ...]


def note_credits(lines: Columns, first_row: int, noted: dict[int, Mentioned]) -> None:
    """Remember, by row of the line table, what approved credits without a document of their own mention."""
    if not any(lines.kinds) and min(lines.amounts) >= 0:
        return
    pairs = zip(lines.kinds, lines.amounts, strict=True)
    for index in [index for index, (kind, amount) in enumerate(pairs) if kind or amount < 0]:
        if lines.statuses[index] or lines.kinds[index] == Kind.OTHER:
            continue
        noted[first_row + index] = (
            Mentioned((), ())
            if lines.credited[index]
            else Mentioned(find_numbers(lines.texts[index]), find_numbers(lines.references[index]))
        )


@lru_cache(maxsize=4096)
def find_numbers(text: str) -> tuple[str, ...]:
    """The words of a text that may be the number of an invoice, spelt by `spell_number`; each once, in order.

    Figures alone are one only after the word "invoice", in any of the languages that are read: else they are a year, an
    amount or an order.
    """
    if not any(char.isdigit() for char in text):
        return ()
    words = [stripped for word in _BETWEEN.split(fold_code(text)) if (stripped := word.strip(".!?#-/"))]
    found: dict[str, None] = {}
    for index, word in enumerate(words):
        spelled = spell_number(word)
        if spelled.isdigit():
            if _follows_invoice(words, index):
                found[spelled] = None
            continue
        for last in range(index, min(index + MOST_JOINED, len(words))):
            if last > index and not (spelled.isalpha() or spelled in found):
                break
            joined = "".join(spell_number(part) for part in words[index : last + 1])
            if len(joined) >= FEWEST_CHARACTERS and not joined.isalpha():
                found[joined] = None
    return tuple(found)


def spell_number(number: str) -> str:
    """The letters and figures of a document number: "INV-1042", "Inv 1042" and "INV1042" are spelt the same."""
    return "".join(char for char in fold_code(number) if char.isalnum())


def _follows_invoice(words: list[str], index: int) -> bool:
    """Whether the word "invoice" stands before a word, or before a "no." that stands between."""
    before = words[index - 1] if index else ""
    if before and before not in INVOICES and is_document_word(before) and index > 1:
        return _is_invoice(before) or _is_invoice(words[index - 2])
    return _is_invoice(before)


def _is_invoice(word: str) -> bool:
    return word in INVOICES or any(word.startswith(known) for known in INVOICES if len(known) > FEWEST_CHARACTERS)


def link_credits(matched: Matched) -> None:
    """Let credits credit the one invoice that they name in words.

    What the lines of a credit note name holds for all of it where they name one invoice; else, as for the negative
    lines of an invoice, each line names its own. The reference counts where no text names an invoice, and the day of
    an invoice is not after that of the credit.

    Args:
        matched: All lines; documents that stand in several sources are set aside by now. Changed in place.
    """
    documents, lines = matched.documents, matched.lines
    by_document: dict[DocumentKey, list[int]] = {}
    for row, mentioned in matched.credit_lines.items():
        if mentioned != ((), ()) and match_rule_of(lines.match_rules[row]) not in SET_ASIDE_WORDS:
            by_document.setdefault(document_key(matched, lines.documents[row]), [])
    if not by_document:
        return
    for row in matched.credit_lines:
        rows = by_document.get(document_key(matched, lines.documents[row]))
        if rows is not None:
            rows.append(row)
    invoices = _Invoices(matched, by_document)
    for rows in by_document.values():
        named = {row: number for row in rows if (number := invoices.named_in_text(row))}
        if not named:
            named = {row: number for row in rows if (number := invoices.named_in_reference(row))}
        is_whole = documents.kinds[lines.documents[rows[0]]] == Kind.CREDIT_NOTE and len({*named.values()}) == 1
        if is_whole:
            number = next(iter(named.values()))
            named = dict.fromkeys(rows, number)
        for row, number in named.items():
            _link(matched, row, number, alone=not is_whole)


def document_key(matched: Matched, document: int) -> DocumentKey:
    """What makes rows of the documents table one document."""
    documents = matched.documents
    return (
        documents.number(document),
        documents.kinds[document],
        documents.statuses[document],
        documents.currencies[document],
        documents.customers[document],
        documents.issue_days[document],
    )


def client_of(matched: Matched, customer: int) -> str:
    """The client that a customer of the ledger is, by its number there: the same for all names of a contract."""
    name = matched.customers[customer]
    slots, _ = matched.directory.slots_of_customer(name)
    return fold_name(slots[0].contract.customer if slots else name)


def clients_among(matched: Matched, wanted: Collection[str]) -> dict[int, str]:
    """The customers of the ledger, by number, that are one of these clients."""
    found = ((number, client_of(matched, number)) for number in range(len(matched.customers)))
    return {number: client for number, client in found if client in wanted}


class _Invoices:
    """The invoices of the customers that have credits, by the spelling of their numbers."""

    def __init__(self, matched: Matched, credits_: Iterable[DocumentKey]) -> None:
        self._matched = matched
        documents = matched.documents
        wanted = {client_of(matched, customer) for *_, customer, _ in credits_}
        self._customers = customers = clients_among(matched, wanted)
        self._by_spelling: dict[tuple[str, str], set[tuple[int, str]]] = {}
        for document in documents_of(matched, customers):
            if documents.statuses[document] != DocumentStatus.DRAFT:
                number = documents.number(document)
                key = customers[documents.customers[document]], spell_number(number)
                self._by_spelling.setdefault(key, set()).add((documents.issue_days[document], number))

    def named_in_text(self, row: int) -> str:
        """The number of the one invoice that the text of a line names, else ""."""
        return self._only(row, self._matched.credit_lines[row].in_text)

    def named_in_reference(self, row: int) -> str:
        """The number of the one invoice that the reference of a credit names, else "".

        That of an invoice says something about the invoice, unless all of it is below zero.
        """
        lines, documents = self._matched.lines, self._matched.documents
        document = lines.documents[row]
        if documents.kinds[document] == Kind.INVOICE and any(
            lines.amounts[other] > 0 for other in _neighbours(lines.documents, row)
        ):
            return ""
        return self._only(row, self._matched.credit_lines[row].in_reference)

    def _only(self, row: int, mentioned: tuple[str, ...]) -> str:
        lines, documents = self._matched.lines, self._matched.documents
        document = lines.documents[row]
        customer, day = self._customers[documents.customers[document]], documents.issue_days[document]
        own = (day, documents.number(document))
        found = {
            invoice
            for spelling in mentioned
            for invoice in self._by_spelling.get((customer, spelling), ())
            if invoice != own
        }
        earlier = [invoice for invoice in found if invoice[0] <= day]
        if len(earlier) != 1:
            return ""
        number = earlier[0][1]
        # Of two documents with one number nobody knows which is meant.
        return number if sum(invoice[1] == number for invoice in found) == 1 else ""


def documents_of(matched: Matched, customers: Iterable[int]) -> list[int]:
    """The rows of the documents table that are invoices of these customers, by their numbers in `matched`."""
    documents, wanted = matched.documents, frozenset(customers)
    return [
        document
        for document, (customer, kind) in enumerate(zip(documents.customers, documents.kinds, strict=True))
        if customer in wanted and kind == Kind.INVOICE
    ]


def _neighbours(documents: Sequence[int], row: int) -> Iterator[int]:
    """The rows that stand together with a row in its document."""
    first = row
    while first and documents[first - 1] == documents[row]:
        first -= 1
    while first < len(documents) and documents[first] == documents[row]:
        yield first
        first += 1


def _link(matched: Matched, row: int, number: str, *, alone: bool) -> None:
    """Let a line credit a document; `alone` where the other lines of its document do not."""
    lines, documents = matched.lines, matched.documents
    document = lines.documents[row]
    if alone:
        document = lines.documents[row] = documents.repeat(document)
    documents.credited[document] = number
    matched.linked.add(row)
    if lines.period_rules[row] in {PeriodRule.NONE, PeriodRule.CATCH_UP}:
        lines.period_rules[row] = PeriodRule.NAMED_INVOICE
