"""Lines find their charge and their service period as they pass.

Comes in: batches of lines and the directory of charges. Goes out: rows of the `LineTable`, each with its charge slot,
the rule that found it, its period and the rule that read that; lines without a charge with the reason. Exact evidence
comes first (contract reference, customer id, code), then the customer and the only charge that fits. Must not know
expected amounts beyond asking whether one charge alone has a price, nor anything about allocation.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from itertools import accumulate, compress
from operator import and_, ne
from typing import TYPE_CHECKING, NamedTuple

from billcheck.configuration.rules import CreditRules
from billcheck.engine.columns import Columns
from billcheck.engine.credit_classes import CreditClasses
from billcheck.engine.credit_links import note_credits
from billcheck.engine.keys import make_directory
from billcheck.engine.match_rules import WITHOUT_EVIDENCE, MatchRule, Named, PeriodRule
from billcheck.engine.scope import ScopeFilter
from billcheck.engine.stated import MEMO_LIMIT, StatedPeriods
from billcheck.engine.taxes import OtherTaxes, TaxComparison
from billcheck.ledger.line import TRACKING_SEPARATOR, DocumentStatus, Kind
from billcheck.ledger.names import fold_code, spaced_words
from billcheck.ledger.source import NO_DAY, OutsideTotal, add_totals
from billcheck.ledger.table import NO_SLOT, DocumentTable, LineTable, Names
from billcheck.periods.catch_up import says_catch_up

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from billcheck.configuration.rules import CreditClass, Scope
    from billcheck.engine.credit_links import Mentioned
    from billcheck.engine.keys import Directory, Slot
    from billcheck.ledger.source import Batch
    from billcheck.periods.misspelt import Misspelt

Codes = tuple[str, str | tuple[str, str], str, str, str]
"""Currency, charge, item, account and tracking of a line, as its source spells them.

Beside the charge stands the recurring invoice, where a source knows it: few do, and what the others lack costs nothing.
"""

_NO_DIRECTORY = make_directory(())


@dataclass(slots=True, eq=False)
class Candidates:
    """The slots one customer or contract offers, and what was decided for lines with the same codes."""

    slots: tuple[Slot, ...]
    named: Named
    by_codes: dict[Codes, tuple[tuple[Slot, ...], Slot | None, MatchRule]] = field(default_factory=dict)


@dataclass(slots=True)
class Matched:
    """All kept lines with their charges.

    `is_plain[slot]` is 1 while every line of the slot is an approved invoice line with a positive amount in the
    contract's currency, each from a document of its own. `ambiguous` names the slots a line without charge might belong
    to, `compared` those that do not fit it, `declared` the class of a credit that takes nothing back and the slots it
    is about. `touched_contracts` have at least one line. `placeholders` gives rows what their template left in the
    text, `misspelt` the month their text probably means. `aside` adds up the amounts set aside, per currency,
    `out_of_scope` and `out_of_scope_lines` what the configuration leaves out. `outside` totals lines of no contract, by
    customer and currency. `merged` are slots whose lines stand under the first of their group. `other_taxes` are the
    lines with another tax than agreed. `unnamed_credits` are negative lines of invoices without evidence of a charge,
    or of a retention; `credit_lines` are all approved credits, with what each mentions as its invoice, `linked` those
    whose words name one. `used_scope` is what lines bore of that which is to be ignored. `shares` counts further shares
    of lines.
    """

    directory: Directory
    lines: LineTable
    documents: DocumentTable
    customers: Names
    currencies: Names
    is_plain: bytearray
    other_taxes: OtherTaxes
    ambiguous: dict[int, tuple[int, ...]] = field(default_factory=dict)
    compared: dict[int, tuple[int, ...]] = field(default_factory=dict)
    declared: dict[int, tuple[CreditClass, tuple[int, ...]]] = field(default_factory=dict)
    touched_contracts: set[str] = field(default_factory=set)
    placeholders: dict[int, str] = field(default_factory=dict)
    misspelt: dict[int, Misspelt] = field(default_factory=dict)
    aside: Counter[str] = field(default_factory=Counter)
    aside_lines: int = 0
    out_of_scope: Counter[str] = field(default_factory=Counter)
    out_of_scope_lines: Counter[str] = field(default_factory=Counter)
    outside: dict[tuple[str, str], OutsideTotal] = field(default_factory=dict)
    merged: set[int] = field(default_factory=set)
    unnamed_credits: list[int] = field(default_factory=list)
    credit_lines: dict[int, Mentioned] = field(default_factory=dict)
    linked: set[int] = field(default_factory=set)
    used_scope: set[tuple[str, str]] = field(default_factory=set)
    shares: int = 0

    def set_aside(self, currency: str, amount: int) -> None:
        """Count a line that does not count."""
        self.aside[currency] += amount
        self.aside_lines += 1

    def leave_out(self, currency: str, amount: int, *, lines: int = 1) -> None:
        """Count a line as out of scope; `lines` is -1 to take one back."""
        self.out_of_scope[currency] += amount
        self.out_of_scope_lines[currency] += lines

    def without_directory(self) -> Matched:
        """The same without the contracts, to be sent to a process that knows them."""
        return replace(self, directory=_NO_DIRECTORY)

    def join(self, later: Matched) -> None:
        """Append lines that were matched apart against the same charges, none of them moved or merged yet."""
        first, documents = len(self.lines), len(self.documents)
        self.documents.join(
            later.documents, self.customers.join(later.customers), self.currencies.join(later.currencies)
        )
        self.lines.join(later.lines, documents)
        self.is_plain[:] = bytes(map(and_, self.is_plain, later.is_plain))
        self.other_taxes.join(later.other_taxes, first)
        for mine, theirs in ((self.ambiguous, later.ambiguous), (self.compared, later.compared)):
            mine.update((first + row, slots) for row, slots in theirs.items())
        self.declared.update((first + row, declared) for row, declared in later.declared.items())
        self.placeholders.update((first + row, text) for row, text in later.placeholders.items())
        self.misspelt.update((first + row, month) for row, month in later.misspelt.items())
        self.unnamed_credits.extend(first + row for row in later.unnamed_credits)
        self.credit_lines.update((first + row, mentioned) for row, mentioned in later.credit_lines.items())
        self.touched_contracts |= later.touched_contracts
        self.used_scope |= later.used_scope
        self.aside.update(later.aside)
        self.aside_lines += later.aside_lines
        self.out_of_scope.update(later.out_of_scope)
        self.out_of_scope_lines.update(later.out_of_scope_lines)
        add_totals(self.outside, later.outside)

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


def _line_at(lines: Columns, index: int, first_day: int) -> _Line:
    return _Line(
        lines.kinds[index], lines.statuses[index], lines.issue_days[index], lines.amounts[index],
        lines.currencies[index], lines.texts[index], first_day,
    )  # fmt: skip


_OUT_OF_SCOPE = Candidates((), Named.CUSTOMER)
"""What a line that the configuration leaves out may belong to."""


class Matcher:
    """Takes batches in, fills a `Matched`."""

    def __init__(
        self,
        directory: Directory,
        *,
        as_of_day: int,
        has_price: Callable[[Slot, int], bool],
        scope: Scope | None = None,
        credit_rules: CreditRules | None = None,
    ) -> None:
        """Prepare for the lines of one check.

        Args:
            directory: All charges.
            as_of_day: Ordinal of the day of the check; later documents are set aside.
            has_price: Whether a slot's schedule holds this amount (minor units) for some period.
            scope: What to leave out; by default nothing.
            credit_rules: Credits that take nothing back; None for none.
        """
        self._credit_classes = CreditClasses(credit_rules or CreditRules())
        self._directory = directory
        self._as_of_day = as_of_day
        self._has_price = has_price
        slots = len(directory.slots)
        self._taxes = TaxComparison(directory.slots)
        self.matched = Matched(
            directory,
            LineTable(slots),
            DocumentTable(),
            Names(),
            Names(),
            bytearray(b"\x01") * slots,
            self._taxes.others,
        )
        self._filter = (
            ScopeFilter(scope.ignore, self.matched.used_scope) if scope is not None and scope.ignore else None
        )
        self._by_reference: dict[str, Candidates | None] = {}
        self._by_customer: dict[tuple[str, str], Candidates] = {}
        self._numbers: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._shared: dict[tuple[int, ...], Candidates] = {}
        self._most_plain = MEMO_LIMIT + 2 * slots
        self._plain: dict[tuple[Candidates, str, str | tuple[str, str], str, str, str], tuple[int, int]] = {}
        self._stated = StatedPeriods(has_fiscal_years=any(slot.contract.fiscal_year_start for slot in directory.slots))
        self.matched.placeholders, self.matched.misspelt = self._stated.placeholders, self._stated.misspelt

    @property
    def as_of_day(self) -> int:
        """Ordinal of the day of the check."""
        return self._as_of_day

    def add(self, batch: Batch, source: int) -> None:
        """Match every line of a batch and append it to the table.

        A line that concerns no contract after all is outside: a source may give more than the keys ask for. Whole
        columns are looked up at once; only lines that are not ordinary, or are the first with their codes, are decided
        one by one.
        """
        lines = Columns.of(batch)
        taxes = batch.taxes
        found = self._candidates_of(lines)
        if None in found:
            flags = [candidates is not None for candidates in found]
            self._count_outside(lines.pick([not flag for flag in flags]))
            lines = lines.pick(flags)
            taxes = None if taxes is None else list(compress(taxes, flags))
        known = [candidates for candidates in found if candidates is not None]
        if not known:
            return
        table = self.matched.lines
        first_row = len(table)
        stated = self._stated.find(lines, batch.date_order, first_row, lambda index: known[index].slots)
        first_days, end_days, period_rules = (list(column) for column in zip(*stated, strict=True))
        slots, rules = self._decide_all(lines, known, first_days, first_row)
        documents = self._add_documents(lines, source)
        self._note_what_is_not_plain(slots, documents, period_rules)
        table.extend(
            slots, documents, lines.line_numbers, lines.issue_days, first_days, end_days, lines.amounts,
            lines.locators, [source] * len(slots), rules, period_rules,
        )  # fmt: skip
        note_credits(lines, first_row, self.matched.credit_lines)
        if taxes is not None:
            self._taxes.compare(slots, lines.amounts, taxes, first_row, self.matched.ambiguous)

    def outside_lines(self, batch: Batch) -> Columns:
        """The lines of a batch that concern no contract."""
        lines = Columns.of(batch)
        return lines.pick([candidates is None for candidates in self._candidates_of(lines)])

    def _candidates_of(self, lines: Columns) -> list[Candidates | None]:
        """The charges each line may belong to: of the contract it names, else of its customer; None for nobody's."""
        found = list(map(self._by_customer.get, zip(lines.customer_ids, lines.customers, strict=True)))
        if any(lines.contracts) or any(lines.references):
            for index, codes in enumerate(zip(lines.contracts, lines.references, strict=True)):
                named = [candidates for code in codes if code and (candidates := self._named_by(code))]
                if named:
                    found[index] = named[0]
        if self._filter is not None:
            cells = zip(lines.customers, lines.customer_ids, lines.items, lines.accounts, strict=True)
            for index, cell in enumerate(cells):
                if self._filter.is_left_out(*cell):
                    found[index] = _OUT_OF_SCOPE
        if None in found:
            for index, candidates in enumerate(found):
                if candidates is None:
                    customer = lines.customer_ids[index], lines.customers[index]
                    found[index] = self._by_customer.get(customer) or self._of_customer(*customer)
        return found

    def _decide_all(
        self, lines: Columns, found: list[Candidates], first_days: list[int], first_row: int
    ) -> tuple[list[int], list[int]]:
        """Slot number and stored rule of every line."""
        codes = list(
            zip(found, lines.currencies, _charges_of(lines), lines.items, lines.accounts, lines.trackings, strict=True)
        )
        decided = list(map(self._plain.get, codes))
        odd = self._odd_lines(lines)
        for index in odd:
            decided[index] = None
        for index, known in enumerate(decided):
            if known is None:
                again = None if index in odd else self._plain.get(codes[index])
                decided[index] = again or self._decide(
                    first_row + index, found[index], codes[index][1:], _line_at(lines, index, first_days[index])
                )
        settled = [one for one in decided if one is not None]
        return [slot for slot, _ in settled], [rule for _, rule in settled]

    def _odd_lines(self, lines: Columns) -> set[int]:
        """The lines that are not of an approved invoice up to the day of the check, or bill nothing."""
        as_of_day, amounts, days = self._as_of_day, lines.amounts, lines.issue_days
        if not any(lines.kinds) and not any(lines.statuses) and min(amounts) > 0 and max(days) <= as_of_day:
            return set()
        what = zip(lines.kinds, lines.statuses, amounts, days, strict=True)
        return {
            index
            for index, (kind, status, amount, day) in enumerate(what)
            if kind or status or amount <= 0 or day > as_of_day
        }

    def _add_documents(self, lines: Columns, source: int) -> list[int]:
        """Append the documents of these lines; the row of each line's own.

        Lines of one document follow each other; what differs in anything a document has is another.
        """
        matched = self.matched
        headers: list[tuple[object, ...]] = list(
            zip(
                lines.documents, lines.customers, lines.issue_days, lines.kinds, lines.statuses, lines.currencies,
                strict=True,
            )
        )  # fmt: skip
        if any(lines.credited):
            lines = lines._replace(credited=_credited_of(headers, lines.credited))
            headers = list(zip(headers, lines.credited, strict=True))
        is_first = list(map(ne, headers, [None, *headers]))
        rows = list(accumulate(is_first, initial=len(matched.documents) - 1))[1:]
        first = lines.pick(is_first)
        matched.documents.extend(
            first.documents,
            first.kinds,
            first.statuses,
            matched.currencies.numbers(first.currencies),
            matched.customers.numbers(first.customers),
            source,
            first.issue_days,
            first.credited,
        )
        return rows

    def _note_what_is_not_plain(self, slots: list[int], documents: list[int], period_rules: list[int]) -> None:
        """Remember charges with two lines of one document, or with a line that makes up for others."""
        counted = Counter(zip(slots, documents, strict=True))
        not_plain = {slot for (slot, _), count in counted.items() if count > 1}
        if PeriodRule.CATCH_UP in period_rules:
            not_plain.update(
                slot for slot, rule in zip(slots, period_rules, strict=True) if rule == PeriodRule.CATCH_UP
            )
        for slot in not_plain - {NO_SLOT}:
            self.matched.is_plain[slot] = 0

    def _count_outside(self, lines: Columns) -> None:
        for customer, currency, kind, status, amount, day in zip(
            lines.customers, lines.currencies, lines.kinds, lines.statuses, lines.amounts, lines.issue_days, strict=True
        ):
            if status == DocumentStatus.APPROVED and kind != Kind.OTHER:
                total = self.matched.outside.setdefault((customer, currency), OutsideTotal())
                total.add_line(amount, day, self._as_of_day)

    def _decide(self, row: int, candidates: Candidates, codes: Codes, line: _Line) -> tuple[int, int]:
        """Slot number and stored rule of a line that is not ordinary, or is the first with its codes."""
        matched = self.matched
        aside = self._set_aside(line)
        if aside is not None:
            matched.set_aside(line.currency, line.amount)
            return NO_SLOT, aside | candidates.named
        if candidates is _OUT_OF_SCOPE:
            if line.status == DocumentStatus.DRAFT:
                matched.set_aside(line.currency, line.amount)
                return NO_SLOT, MatchRule.DRAFT | candidates.named
            matched.leave_out(line.currency, line.amount)
            return NO_SLOT, MatchRule.OUT_OF_SCOPE | candidates.named
        slot, rule, others = _as_held_back(candidates, line, *self._choose(candidates, codes, line))
        stored = rule | candidates.named
        if (
            line.amount < 0
            and line.status == DocumentStatus.APPROVED
            and self._is_declared(row, codes, line, slot, others)
        ):
            return NO_SLOT, stored
        lowers_others = rule in WITHOUT_EVIDENCE or (slot is not None and slot.is_retention)
        if line.amount < 0 and line.kind == Kind.INVOICE and lowers_others and not line.status:
            matched.unnamed_credits.append(row)
        if slot is not None:
            self._note(slot, rule, line)
            _, decided, decided_rule = candidates.by_codes[codes]
            if decided is slot and rule is decided_rule and line.currency == slot.currency:
                self._keep_plain(candidates, codes, (slot.number, stored))
            return slot.number, stored
        if line.status == DocumentStatus.DRAFT:
            matched.set_aside(line.currency, line.amount)
            return NO_SLOT, MatchRule.DRAFT | candidates.named
        numbers = tuple(other.number for other in others)
        # Many lines may fit the same thousands of charges.
        numbers = self._numbers.setdefault(numbers, numbers)
        if rule is MatchRule.AMBIGUOUS:
            matched.ambiguous[row] = numbers
            matched.touched_contracts.update(other.contract.id for other in others)
        else:
            matched.compared[row] = numbers
        return NO_SLOT, stored

    def _keep_plain(self, candidates: Candidates, codes: Codes, decided: tuple[int, int]) -> None:
        """Remember what ordinary lines with these codes are decided to."""
        if len(self._plain) >= self._most_plain:
            self._plain.clear()
        self._plain[candidates, *codes] = decided

    def _is_declared(self, row: int, codes: Codes, line: _Line, slot: Slot | None, others: tuple[Slot, ...]) -> bool:
        """Whether a credit is declared to take nothing back; it is kept under its class."""
        _, _, item, account, _ = codes
        name = self._credit_classes.find(item, account, line.text)
        if name is None:
            return False
        about = others if slot is None else (slot,)
        self.matched.declared[row] = (name, tuple(other.number for other in about))
        if slot is not None:
            self.matched.touched_contracts.add(slot.contract.id)
        return True

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
        )
        if not is_plain:
            matched.is_plain[slot.number] = 0

    def _set_aside(self, line: _Line) -> MatchRule | None:
        if line.status == DocumentStatus.VOID:
            return MatchRule.VOID
        if line.kind == Kind.OTHER:
            return MatchRule.NOT_BILLING
        if line.issue_day > self._as_of_day:
            return MatchRule.AFTER_AS_OF
        if not line.amount and line.first_day == NO_DAY:
            return MatchRule.NO_AMOUNT
        return None

    def _named_by(self, code: str) -> Candidates | None:
        memo = self._by_reference
        if code in memo:
            return memo[code]
        if len(memo) >= MEMO_LIMIT:
            memo.clear()
        slots = self._directory.slots_named_by(code)
        found = memo[code] = self._share(slots, Named.REFERENCE) if slots else None
        return found

    def _of_customer(self, customer_id: str, customer: str) -> Candidates | None:
        by_id = self._directory.by_customer_id.get(fold_code(customer_id)) if customer_id else None
        slots, named = (by_id, Named.CUSTOMER_ID) if by_id else self._directory.slots_of_customer(customer)
        if not slots:
            return None
        found = self._by_customer[customer_id, customer] = self._share(slots, named)
        return found

    def _share(self, slots: tuple[Slot, ...], named: Named) -> Candidates:
        key = (int(named), *(slot.number for slot in slots))
        return self._shared.setdefault(key, Candidates(slots, named))

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
        """Among several charges: declared phrase, name in the text, the one that runs then, the exact amount.

        What makes up for earlier periods is no charge's regular amount, so an equal amount says nothing there.
        """
        words = spaced_words(text)
        bearing = tuple(slot for slot in fitting if any(pattern in words for pattern in slot.patterns))
        if len(bearing) == 1:
            return bearing[0], MatchRule.PATTERN, fitting
        remaining = bearing or fitting
        named = _longest_names(tuple(slot for slot in remaining if slot.words in words and slot.words.strip()))
        if len(named) == 1:
            return named[0], MatchRule.NAME_IN_TEXT, fitting
        remaining = named or remaining
        running = tuple(slot for slot in remaining if _runs(slot, day, is_pinned=is_pinned))
        if len(running) == 1 and running[0].is_recurring:
            return running[0], MatchRule.TERM, fitting
        remaining = running or remaining
        is_regular = not says_catch_up(text)
        priced = tuple(slot for slot in remaining if self._has_price(slot, abs(amount))) if is_regular else ()
        if len(priced) == 1:
            return priced[0], MatchRule.EXACT_AMOUNT, fitting
        recurring = tuple(slot for slot in remaining if slot.is_recurring)
        if len(recurring) == 1 and not priced:
            return recurring[0], MatchRule.ONLY_CHARGE, fitting
        if not recurring and not priced:
            return None, MatchRule.UNMATCHED, fitting
        return None, MatchRule.AMBIGUOUS, priced or recurring


def _as_held_back(
    candidates: Candidates, line: _Line, slot: Slot | None, rule: MatchRule, others: tuple[Slot, ...]
) -> tuple[Slot | None, MatchRule, tuple[Slot, ...]]:
    """What a line has, but a credit note that names a retention holds it back or takes it back: its invoice tells."""
    if slot is None or not slot.is_retention or line.kind != Kind.CREDIT_NOTE or line.amount >= 0:
        return slot, rule, others
    held = tuple(other for other in candidates.slots if other.is_held_back_by(slot))
    return None, MatchRule.AMBIGUOUS, (*held, slot)


def _credited_of(headers: Sequence[tuple[object, ...]], credited: Sequence[str]) -> list[str]:
    """What each line credits: what it names itself, else the only invoice that another line of its document names."""
    named: defaultdict[tuple[object, ...], set[str]] = defaultdict(set)
    for header, number in zip(headers, credited, strict=True):
        if number:
            named[header].add(number)
    only = {header: next(iter(numbers)) for header, numbers in named.items() if len(numbers) == 1}
    return [number or only.get(header, "") for header, number in zip(headers, credited, strict=True)]


def _charges_of(lines: Columns) -> Sequence[str | tuple[str, str]]:
    """The charge that each line names; with its recurring invoice where the source knows any."""
    return list(zip(lines.charges, lines.templates, strict=True)) if any(lines.templates) else lines.charges


_CODE_RULES = (MatchRule.TEMPLATE, MatchRule.ITEM, MatchRule.ACCOUNT, MatchRule.TRACKING)


def _choose_by_codes(slots: tuple[Slot, ...], codes: Codes) -> tuple[tuple[Slot, ...], Slot | None, MatchRule]:
    """The charges that a line's codes do not contradict, and the one among them that the codes alone decide."""
    currency, charge, item, account, tracking = codes
    charge, template = charge if isinstance(charge, tuple) else (charge, "")
    same_currency = tuple(slot for slot in slots if slot.contract.currency == currency)
    slots = same_currency or slots
    if charge:
        folded = fold_code(charge)
        named = tuple(slot for slot in slots if fold_code(slot.charge.name) == folded)
        if len(named) == 1:
            return named, named[0], MatchRule.CHARGE_NAMED
        slots = named or slots
    options = frozenset(fold_code(option) for option in tracking.split(TRACKING_SEPARATOR)) - {""}
    worn = (*(frozenset({fold_code(code)}) - {""} for code in (template, item, account)), options)
    fitting: list[Slot] = []
    bearing: list[tuple[Slot, MatchRule]] = []
    for slot in slots:
        declared = (slot.templates, slot.items, slot.accounts, slot.trackings)
        pairs = [
            (borne, codes_of, rule)
            for borne, codes_of, rule in zip(worn, declared, _CODE_RULES, strict=True)
            if borne and codes_of
        ]
        if not any(borne.isdisjoint(codes_of) for borne, codes_of, _ in pairs):
            fitting.append(slot)
            bearing.extend((slot, rule) for _, _, rule in pairs[:1])
    if len(bearing) == 1:
        return tuple(fitting), *bearing[0]
    remaining = tuple(slot for slot, _ in bearing) or tuple(fitting)
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
    end = None if charge.ends_on is None else charge.ends_on.toordinal() + trailing
    return charge.start.toordinal() <= day and (end is None or day < end)
