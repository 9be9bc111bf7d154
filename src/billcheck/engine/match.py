"""Lines find their charge and their service period as they pass.

Comes in: batches of lines and the directory of charges. Goes out: rows of the `LineTable`, each with its charge slot,
the rule that found it, its period and the rule that read that; lines without a charge with the reason. Exact evidence
comes first (contract reference, customer id, code), then the customer and the only charge that fits. Must not know
expected amounts beyond asking whether one charge alone has a price, nor anything about allocation.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from billcheck.ledger.line import TRACKING_SEPARATOR, DocumentStatus, Kind
from billcheck.ledger.names import fold_code, fold_name, spaced_words
from billcheck.ledger.source import NO_DAY, Batch
from billcheck.ledger.table import NO_ROW, NO_SLOT, DocumentRow, DocumentTable, LineRow, LineTable, Names
from billcheck.periods.reading import read
from billcheck.periods.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Callable

    from billcheck.engine.keys import Directory, Slot

MEMO_LIMIT = 65_536

Codes = tuple[str, str, str, str, str]
"""Currency, charge, item, account and tracking of a line, as its source spells them."""


class MatchRule(IntEnum):
    """How a line found its charge, or why it has none."""

    ONLY_CHARGE = 0
    CODE = 1
    CHARGE_NAMED = 2
    NAME_IN_TEXT = 3
    TERM = 4
    EXACT_AMOUNT = 5
    UNMATCHED = 6
    AMBIGUOUS = 7
    VOID = 8
    NOT_BILLING = 9
    AFTER_AS_OF = 10
    NO_AMOUNT = 11
    DRAFT = 12
    REPEATED = 13


class Evidence(IntEnum):
    """What named the customer or the contract of a line."""

    CUSTOMER = 0
    CUSTOMER_ID = 16
    REFERENCE = 32


class PeriodRule(IntEnum):
    """How a line's service period was found; `NONE` where it states none and its date decides."""

    NONE = 0
    FIELDS = 1
    TEXT = 2


MATCH_WORDS = {
    MatchRule.ONLY_CHARGE: "the only charge that fits",
    MatchRule.CODE: "code of the charge",
    MatchRule.CHARGE_NAMED: "charge named in its own field",
    MatchRule.NAME_IN_TEXT: "name of the charge in the text",
    MatchRule.TERM: "the only charge running at the time",
    MatchRule.EXACT_AMOUNT: "exact amount of only one charge (inferred)",
}
EVIDENCE_WORDS = {
    Evidence.CUSTOMER: "customer",
    Evidence.CUSTOMER_ID: "customer id",
    Evidence.REFERENCE: "contract reference",
}
PERIOD_WORDS = {
    PeriodRule.NONE: "period from the invoice date",
    PeriodRule.FIELDS: "period in its own fields",
    PeriodRule.TEXT: "period in the text",
}
SET_ASIDE_WORDS = {
    MatchRule.VOID: "the document is void",
    MatchRule.NOT_BILLING: "neither an invoice nor a credit note",
    MatchRule.AFTER_AS_OF: "dated after the day of the check",
    MatchRule.NO_AMOUNT: "the amount is zero",
    MatchRule.DRAFT: "the document is a draft, which does not count as billed",
    MatchRule.REPEATED: "the same document was already read from another file",
}
RULE_MASK = 15
"""The part of a stored match code that is the rule; the rest is what named the customer."""


def match_rule_of(code: int) -> MatchRule:
    """The rule inside a stored match code."""
    return MatchRule(code & RULE_MASK)


def describe_match(code: int, period_code: int) -> str:
    """Both rules of a line in words, as evidence shows them."""
    evidence = EVIDENCE_WORDS[Evidence(code & ~RULE_MASK)]
    return f"{evidence} + {MATCH_WORDS[match_rule_of(code)]}; {PERIOD_WORDS[PeriodRule(period_code)]}"


@dataclass(slots=True)
class Candidates:
    """The slots one customer or contract offers, and what was decided for lines with the same codes.

    `plain` holds, for codes that decide alone and name the contract's own currency, the slot's number and the rule as
    stored: all that an ordinary invoice line needs.
    """

    slots: tuple[Slot, ...]
    evidence: Evidence
    by_codes: dict[Codes, tuple[tuple[Slot, ...], Slot | None, MatchRule]] = field(default_factory=dict)
    plain: dict[Codes, tuple[int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Matched:
    """All kept lines with their charges.

    `is_plain[slot]` is 1 while every line of the slot is an approved invoice line with a positive amount in the
    contract's currency, each from a document of its own. `ambiguous` names the slots a line without charge might
    belong to, `compared` those that do not fit it. `touched_contracts` have at least one line. `aside` adds up the
    amounts set aside, per currency.
    """

    directory: Directory
    lines: LineTable
    documents: DocumentTable
    customers: Names
    currencies: Names
    is_plain: bytearray
    ambiguous: dict[int, tuple[int, ...]] = field(default_factory=dict)
    compared: dict[int, tuple[int, ...]] = field(default_factory=dict)
    touched_contracts: set[str] = field(default_factory=set)
    aside: Counter[str] = field(default_factory=Counter)
    aside_lines: int = 0

    def set_aside(self, currency: str, amount: int) -> None:
        """Count a line that does not count."""
        self.aside[currency] += amount
        self.aside_lines += 1

    def is_draft(self, row: int) -> bool:
        """Whether a line stands on a document that was never approved."""
        return self.documents.statuses[self.lines.documents[row]] == DocumentStatus.DRAFT

    def currency_of(self, row: int) -> str:
        """The currency of a line's document."""
        return self.currencies[self.documents.currencies[self.lines.documents[row]]]


class _Line(NamedTuple):
    """What decides about a line beside its codes; `first_day` is `NO_DAY` where it has no period."""

    kind: int
    status: int
    issue_day: int
    amount: int
    currency: str
    text: str
    first_day: int
    document: int


_NO_PERIOD = (NO_DAY, NO_DAY, PeriodRule.NONE)


class Matcher:
    """Takes batches in, fills a `Matched`."""

    def __init__(self, directory: Directory, *, as_of_day: int, has_price: Callable[[Slot, int], bool]) -> None:
        """Prepare for the lines of one check.

        Args:
            directory: All charges.
            as_of_day: Ordinal of the day of the check; later documents are set aside.
            has_price: Whether a slot's schedule holds this amount (minor units) for some period.
        """
        self._directory = directory
        self._as_of_day = as_of_day
        self._has_price = has_price
        slots = len(directory.slots)
        self.matched = Matched(
            directory, LineTable(slots), DocumentTable(), Names(), Names(), bytearray(b"\x01") * slots
        )
        self._by_reference: dict[str, Candidates | None] = {}
        self._by_customer: dict[tuple[str, str], Candidates] = {}
        self._shared: dict[tuple[int, ...], Candidates] = {}
        self._last_documents = array("i", [NO_ROW]) * slots
        self._periods: dict[tuple[str, int], tuple[int, int, PeriodRule]] = {}

    def add(self, batch: Batch, source: int) -> None:
        """Match every line of a batch and append it to the table.

        A line that concerns no contract after all is dropped: a source may give more than the keys ask for. The loop
        runs once per line of the ledger, so an ordinary invoice line whose codes were seen before is decided in place,
        and everything else by a method.
        """
        matched, last_documents, periods = self.matched, self._last_documents, self._periods
        as_of_day, next_row, document = self._as_of_day, len(matched.lines), len(matched.documents) - 1
        rows: list[LineRow] = []
        documents: list[DocumentRow] = []
        header: tuple[str, str, int, int, int, str] | None = None
        for (
            locator, number, line_number, kind, status, issue_day, customer, customer_id, amount, currency,
            contract, charge, reference, item, account, tracking, text, first_day, end_day, credited,
        ) in zip(
            batch.locators, batch.documents, batch.line_numbers, batch.kinds, batch.statuses, batch.issue_days,
            batch.customers, batch.customer_ids, batch.amounts, batch.currencies, batch.contracts, batch.charges,
            batch.references, batch.items, batch.accounts, batch.trackings, batch.texts, batch.first_days,
            batch.end_days, batch.credited, strict=False,
        ):  # fmt: skip
            candidates = self._candidates(contract, reference, customer, customer_id)
            if candidates is None:
                continue
            if header != (number, customer, issue_day, kind, status, currency):
                header = (number, customer, issue_day, kind, status, currency)
                document += 1
                documents.append(self._document(header, source, credited))
            start, end, period_rule = first_day, end_day, PeriodRule.FIELDS
            if not start:
                start, end, period_rule = periods.get((text, issue_day)) or self._read_period(text, issue_day)
            codes = (currency, charge, item, account, tracking)
            plain = candidates.plain.get(codes)
            if plain is None or kind or status or amount <= 0 or issue_day > as_of_day:
                line = _Line(kind, status, issue_day, amount, currency, text, start, document)
                slot, rule = self._decide(next_row, candidates, codes, line, period_rule)
            else:
                slot, rule = plain
                if last_documents[slot] == document:
                    matched.is_plain[slot] = 0
            if slot != NO_SLOT:
                last_documents[slot] = document
            rows.append(
                (slot, document, line_number, issue_day, start, end, amount, locator, source, rule, period_rule)
            )
            next_row += 1
        matched.documents.extend(documents)
        matched.lines.extend(rows)

    def _document(self, header: tuple[str, str, int, int, int, str], source: int, credited: str) -> DocumentRow:
        number, customer, issue_day, kind, status, currency = header
        matched = self.matched
        numbers = matched.currencies.number(currency), matched.customers.number(customer)
        return (number, kind, status, *numbers, source, issue_day, credited)

    def _read_period(self, text: str, issue_day: int) -> tuple[int, int, PeriodRule]:
        """First day and exclusive end of the period a text names, if any; kept for lines with the same text and day."""
        period = resolve(read(text), issue_day) if text else None
        if len(self._periods) >= MEMO_LIMIT:
            self._periods.clear()
        found = _NO_PERIOD if period is None else (period.first_day, period.end_day, PeriodRule.TEXT)
        self._periods[text, issue_day] = found
        return found

    def _decide(
        self, row: int, candidates: Candidates, codes: Codes, line: _Line, period_rule: PeriodRule
    ) -> tuple[int, int]:
        """Slot number and stored rule of a line that is not ordinary, or is the first with its codes."""
        matched = self.matched
        aside = self._set_aside(line, period_rule)
        if aside is not None:
            matched.set_aside(line.currency, line.amount)
            return NO_SLOT, aside | candidates.evidence
        slot, rule, others = self._choose(candidates, codes, line)
        stored = rule | candidates.evidence
        if slot is not None:
            self._note(slot, rule, line)
            _, decided, decided_rule = candidates.by_codes[codes]
            if decided is slot and rule is decided_rule and line.currency == slot.currency:
                candidates.plain[codes] = (slot.number, stored)
            return slot.number, stored
        if line.status == DocumentStatus.DRAFT:
            matched.set_aside(line.currency, line.amount)
            return NO_SLOT, MatchRule.DRAFT | candidates.evidence
        numbers = tuple(other.number for other in others)
        if rule is MatchRule.AMBIGUOUS:
            matched.ambiguous[row] = numbers
            matched.touched_contracts.update(other.contract.id for other in others)
        else:
            matched.compared[row] = numbers
        return NO_SLOT, stored

    def _note(self, slot: Slot, rule: MatchRule, line: _Line) -> None:
        """Remember that a contract has a line, and whether the line is anything but an ordinary one."""
        matched = self.matched
        matched.touched_contracts.add(slot.contract.id)
        is_plain = (
            line.kind == Kind.INVOICE
            and line.status == DocumentStatus.APPROVED
            and line.amount > 0
            and line.currency == slot.currency
            and rule is not MatchRule.EXACT_AMOUNT
            and self._last_documents[slot.number] != line.document
        )
        if not is_plain:
            matched.is_plain[slot.number] = 0

    def _set_aside(self, line: _Line, period_rule: int) -> MatchRule | None:
        if line.status == DocumentStatus.VOID:
            return MatchRule.VOID
        if line.kind == Kind.OTHER:
            return MatchRule.NOT_BILLING
        if line.issue_day > self._as_of_day:
            return MatchRule.AFTER_AS_OF
        if not line.amount and period_rule == PeriodRule.NONE:
            return MatchRule.NO_AMOUNT
        return None

    def _candidates(self, contract: str, reference: str, customer: str, customer_id: str) -> Candidates | None:
        """The charges a line may belong to: of the contract it names, else of its customer; None for nobody's line."""
        if contract or reference:
            for code in (contract, reference):
                named = self._named_by(code) if code else None
                if named is not None:
                    return named
        found = self._by_customer.get((customer_id, customer))
        if found is None:
            found = self._of_customer(customer, customer_id)
            if found is not None:
                self._by_customer[customer_id, customer] = found
        return found

    def _named_by(self, code: str) -> Candidates | None:
        memo = self._by_reference
        if code in memo:
            return memo[code]
        if len(memo) >= MEMO_LIMIT:
            memo.clear()
        slots = self._directory.slots_named_by(code)
        found = memo[code] = self._share(slots, Evidence.REFERENCE) if slots else None
        return found

    def _of_customer(self, customer: str, customer_id: str) -> Candidates | None:
        if customer_id:
            slots = self._directory.by_customer_id.get(fold_code(customer_id))
            if slots:
                return self._share(slots, Evidence.CUSTOMER_ID)
        slots = self._directory.by_customer.get(fold_name(customer))
        return self._share(slots, Evidence.CUSTOMER) if slots else None

    def _share(self, slots: tuple[Slot, ...], evidence: Evidence) -> Candidates:
        key = (int(evidence), *(slot.number for slot in slots))
        return self._shared.setdefault(key, Candidates(slots, evidence))

    def _choose(
        self, candidates: Candidates, codes: Codes, line: _Line
    ) -> tuple[Slot | None, MatchRule, tuple[Slot, ...]]:
        """The charge of a line, the rule that chose it, and the charges it was compared with."""
        known = candidates.by_codes.get(codes)
        if known is None:
            if len(candidates.by_codes) >= MEMO_LIMIT:
                candidates.by_codes.clear()
            known = candidates.by_codes[codes] = _choose_by_codes(candidates.slots, codes)
        fitting, slot, rule = known
        if slot is not None:
            if line.amount < 0 and rule is MatchRule.ONLY_CHARGE and slot.words in spaced_words(line.text):
                # What a credit names decides which period it takes back.
                rule = MatchRule.NAME_IN_TEXT
            return slot, rule, fitting
        if not fitting:
            return None, MatchRule.UNMATCHED, candidates.slots
        is_pinned = line.first_day != NO_DAY
        day = line.first_day if is_pinned else line.issue_day
        return self._choose_by_content(fitting, line.text, line.amount, day, is_pinned=is_pinned)

    def _choose_by_content(
        self, fitting: tuple[Slot, ...], text: str, amount: int, day: int, *, is_pinned: bool
    ) -> tuple[Slot | None, MatchRule, tuple[Slot, ...]]:
        """Among several charges: declared phrase, name in the text, the one that runs then, the exact amount."""
        words = spaced_words(text)
        bearing = tuple(slot for slot in fitting if any(pattern in words for pattern in slot.patterns))
        if len(bearing) == 1:
            return bearing[0], MatchRule.CODE, fitting
        remaining = bearing or fitting
        named = _longest_names(tuple(slot for slot in remaining if slot.words in words and slot.words.strip()))
        if len(named) == 1:
            return named[0], MatchRule.NAME_IN_TEXT, fitting
        remaining = named or remaining
        running = tuple(slot for slot in remaining if _runs(slot, day, is_pinned=is_pinned))
        if len(running) == 1 and running[0].is_recurring:
            return running[0], MatchRule.TERM, fitting
        remaining = running or remaining
        priced = tuple(slot for slot in remaining if self._has_price(slot, abs(amount)))
        if len(priced) == 1:
            return priced[0], MatchRule.EXACT_AMOUNT, fitting
        recurring = tuple(slot for slot in remaining if slot.is_recurring)
        if len(recurring) == 1 and not priced:
            return recurring[0], MatchRule.ONLY_CHARGE, fitting
        if not recurring and not priced:
            return None, MatchRule.UNMATCHED, fitting
        return None, MatchRule.AMBIGUOUS, priced or recurring


def _choose_by_codes(slots: tuple[Slot, ...], codes: Codes) -> tuple[tuple[Slot, ...], Slot | None, MatchRule]:
    """The charges that a line's codes do not contradict, and the one among them that the codes alone decide."""
    currency, charge, item, account, tracking = codes
    same_currency = tuple(slot for slot in slots if slot.contract.currency == currency)
    slots = same_currency or slots
    if charge:
        folded = fold_code(charge)
        named = tuple(slot for slot in slots if fold_code(slot.charge.name) == folded)
        if len(named) == 1:
            return named, named[0], MatchRule.CHARGE_NAMED
        slots = named or slots
    options = frozenset(fold_code(option) for option in tracking.split(TRACKING_SEPARATOR)) - {""}
    worn = (frozenset({fold_code(item)}) - {""}, frozenset({fold_code(account)}) - {""}, options)
    fitting, bearing = [], []
    for slot in slots:
        declared = (slot.items, slot.accounts, slot.trackings)
        pairs = [(borne, codes_of) for borne, codes_of in zip(worn, declared, strict=True) if borne and codes_of]
        if not any(borne.isdisjoint(codes_of) for borne, codes_of in pairs):
            fitting.append(slot)
            if pairs:
                bearing.append(slot)
    if len(bearing) == 1:
        return tuple(fitting), bearing[0], MatchRule.CODE
    remaining = tuple(bearing or fitting)
    if len(remaining) == 1 and remaining[0].is_recurring:
        return remaining, remaining[0], MatchRule.ONLY_CHARGE
    return remaining, None, MatchRule.AMBIGUOUS


def _longest_names(slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """Names found in a text, without those inside a longer one found there ("Support" in "Support Plus")."""
    return tuple(
        slot for slot in slots if not any(slot.words != other.words and slot.words in other.words for other in slots)
    )


def _runs(slot: Slot, day: int, *, is_pinned: bool) -> bool:
    """Whether the charge runs on this day; an invoice date may trail the end of the last period by one interval."""
    charge = slot.charge
    if charge.every is None:
        return True
    trailing = 0 if is_pinned or charge.timing == "in_advance" else charge.every.nominal_days
    end = None if charge.end is None else charge.end.toordinal() + trailing
    return charge.start.toordinal() <= day and (end is None or day < end)
