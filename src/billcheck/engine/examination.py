"""Every charge of a check, examined: allocation, judgement and sums.

Comes in: matched lines and what the ledger can tell. Goes out: sums per currency, findings, residue in rows of the line
table, and, for whoever looks at a charge, its books and judged rows again. A charge whose invoices stand one for one
with its periods is judged by `engine.plain`; its books are worked out when somebody asks. Must not know sources,
files or reports.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import chain, compress
from typing import TYPE_CHECKING

from billcheck.configuration.rules import Configuration
from billcheck.engine.allocate import SURE_OF_HABIT, Known, allocate, nominal_days
from billcheck.engine.books import STATED_RULES, PostingRule
from billcheck.engine.change_lines import set_changes_apart
from billcheck.engine.circumstances import Allocated, Circumstances
from billcheck.engine.coverage import START_MARGIN_DAYS, Window
from billcheck.engine.dated_taxes import Served
from billcheck.engine.diff import Doubts, JudgedRow, judge
from billcheck.engine.events import Events, gather_events
from billcheck.engine.groups import schedule_of
from billcheck.engine.habit import LONG, REMEMBERED
from billcheck.engine.invariants import check_charge_conserved, check_conserved, check_partition
from billcheck.engine.leaks import find_leaks
from billcheck.engine.match_rules import PeriodRule
from billcheck.engine.pinned import periods_of
from billcheck.engine.plain import is_billed_exactly, judge_one_by_one, match_one_by_one
from billcheck.engine.precision import Precision, Rounding, small_part
from billcheck.engine.sentences import find_in_row, find_never_billed, row_id
from billcheck.engine.twins import find_twins
from billcheck.findings import JUDGED, Status
from billcheck.money import minor_scale
from billcheck.pricing.other_prices import OtherPrices
from billcheck.pricing.schedule import Schedule, make_schedule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from billcheck.contracts.terms import Contract, Contracts
    from billcheck.decisions.standing import Register
    from billcheck.engine.books import Books
    from billcheck.engine.events import Event
    from billcheck.engine.keys import Slot
    from billcheck.engine.leaks import Leaks
    from billcheck.engine.match import Matched
    from billcheck.engine.sums import Sums
    from billcheck.engine.twins import Twin
    from billcheck.ledger.table import LineTable

LAST_DAY = date.max.toordinal()
"""Later than any period begins."""

HORIZON_DAYS = 400
"""How far past the day of the check periods are laid out, for invoices issued ahead."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The day of the check and its window, as ordinals, and what the business decided.

    `grace_days` overrides the contracts' own where given. `doubts` says per currency why its documents may not all be
    there, where they do not tie to the general ledger; `unread` per contract which row that may concern it could not be
    read.
    `unread_documents` says the same per contract and number of a document of which a row is unread. `register` holds
    what was decided about findings, None where nothing was; `confirmed` the contracts whose customer was confirmed.
    """

    as_of_day: int
    window: Window
    grace_days: int | None = None
    check_from_day: int = 0
    check_until_day: int = LAST_DAY
    configuration: Configuration = field(default_factory=Configuration)
    doubts: Mapping[str, str] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    unread_documents: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    register: Register | None = None
    confirmed: frozenset[str] = frozenset()

    def window_of(self, contracts: Contracts) -> Window:
        """What the ledger can tell about periods of contracts in one currency."""
        doubt = self.doubts.get(contracts[0].currency)
        if self.unread and not doubt:
            doubt = next((self.unread[contract.id] for contract in contracts if contract.id in self.unread), None)
        return replace(self.window, doubt=doubt) if doubt else self.window


@dataclass(frozen=True, slots=True)
class PlainCharge:
    """A charge whose invoices stand one for one with its periods; `rows` are those that are due."""

    slot: Slot
    schedule: Schedule
    rows: list[JudgedRow]
    known: Known
    around: Circumstances

    @property
    def leaks(self) -> Leaks:
        """The causes of its differences, and what still runs."""
        return find_leaks(self.slot, self.schedule, self.rows, self.known.as_of_day, self.around)

    def invoice_day(self, period: int) -> int:
        """The day around which a period is invoiced."""
        return self.schedule.due_days[period]

    @property
    def is_remarkable(self) -> bool:
        """Whether there is anything to say beyond "billed as agreed"."""
        return any(row.status is not Status.OK and row.status not in _QUIET for row in self.rows)


@dataclass(frozen=True)
class ExaminedCharge:
    """One charge with everything that was worked out about it; its leaks, on demand and once."""

    slot: Slot
    schedule: Schedule
    events: Events
    books: Books
    rows: list[JudgedRow]
    known: Known
    lines: LineTable
    reader: Precision | None = None
    others: OtherPrices | None = None

    @property
    def around(self) -> Circumstances:
        """What diagnosis may look at beyond the rows."""
        return Circumstances(lambda: self.allocated, self.reader, self.others)

    @cached_property
    def leaks(self) -> Leaks:
        """The causes of its differences, and what still runs."""
        return find_leaks(self.slot, self.schedule, self.rows, self.known.as_of_day, self.around)

    @cached_property
    def twins(self) -> list[Twin]:
        """What may as well be a duplicate as make up for earlier periods, where any of these was asked for."""
        half_interval = nominal_days(self.slot.charge) * self.books.block // 2
        shown = {row.period for row in self.rows}
        found = find_twins(self.books, half_interval)
        return [twin for twin in found if not shown.isdisjoint(twin.periods)]

    @property
    def allocated(self) -> Allocated:
        """Where what was billed went, and what the ledger can tell."""
        return Allocated(self.books, self.events, self.known)

    def invoice_day(self, period: int) -> int:
        """The day around which a period is invoiced, by the habit of the charge."""
        return self.books.due_days[period] + self.books.offset

    @property
    def has_own_habit(self) -> bool:
        """Whether it is billed in blocks, or earlier or later than its grace days would explain."""
        if len({(event.number, event.issue_day) for event in self.events.billed}) < SURE_OF_HABIT:
            return False
        return self.books.block > 1 or abs(self.books.offset) > self.known.grace_days

    @property
    def is_remarkable(self) -> bool:
        """Whether there is anything to say beyond "billed as agreed"."""
        return bool(
            self.books.leftovers
            or self.books.mislabelled
            or self.events.drafts
            or self.events.foreign
            or any(row.status not in _QUIET for row in self.rows)
            or self.twins
        )


_DoubtfulDays = dict[tuple[int, int, int, bool], None]
"""Issue day, first day and exclusive end of lines, and whether they make up for others; each once, in their order."""

_DECIDABLE = frozenset({Status.UNDERBILLED, Status.MISSING, Status.OVERBILLED, Status.INCONCLUSIVE})
"""The statuses of rows whose findings speak of their money."""

_QUIET = frozenset({Status.OK, Status.NOT_DUE, Status.AWAITING})


class Examination:
    """All charges of one check."""

    def __init__(
        self,
        contracts: Contracts,
        matched: Matched,
        setting: Setting,
        precision: Precision | None = None,
        *,
        known: Contracts | None = None,
    ) -> None:
        """Prepare to examine charges.

        Args:
            contracts: The contracts that are examined.
            matched: All lines.
            setting: The day of the check, and what was decided.
            precision: How exact the prices of lines are; None where nobody asks.
            known: All contracts there are, whose prices may be mistaken for those of others; None for the same.
        """
        self.contracts = contracts
        self._precision = precision
        self._others = OtherPrices(contracts if known is None else known)
        self.matched = matched
        self.setting = setting
        self._horizon = date.fromordinal(setting.as_of_day + HORIZON_DAYS)
        self._doubtful = self._doubtful_lines()
        self._ids = {contract.id: contract for contract in contracts}
        self._slots_of = self._slots_by_contract()
        self._together_with = self._groups_by_contract()
        self._decided_as_a_whole: frozenset[str] = frozenset()
        self._remembered: dict[int, ExaminedCharge] = {}

    def _doubtful_lines(self) -> dict[int, list[_DoubtfulDays]]:
        """Per slot, the days of ambiguous lines that might belong to it; lines that fit the same slots share theirs."""
        lines = self.matched.lines
        by_slots: dict[tuple[int, ...], _DoubtfulDays] = {}
        for row, slots in self.matched.ambiguous.items():
            makes_up = lines.period_rules[row] == PeriodRule.CATCH_UP
            days = (lines.issue_days[row], lines.first_days[row], lines.end_days[row], makes_up)
            by_slots.setdefault(slots, {})[days] = None
        doubtful: dict[int, list[_DoubtfulDays]] = {}
        for slots, days_of in by_slots.items():
            for slot in slots:
                doubtful.setdefault(slot, []).append(days_of)
        return doubtful

    def _slots_by_contract(self) -> dict[str, list[Slot]]:
        slots: dict[str, list[Slot]] = {contract.id: [] for contract in self.contracts}
        for slot in self.slots:
            slots[slot.contract.id].append(slot)
        return slots

    def contract_of(self, name: str | None) -> Contract | None:
        """The contract of this id; None where it is not examined."""
        return None if name is None else self._ids.get(name)

    def slots_of(self, contract: Contract) -> list[Slot]:
        """The charges of a contract, in its order."""
        return self._slots_of[contract.id]

    def together_with(self, contract: Contract) -> tuple[str, ...]:
        """The ids of other contracts under which charges of this one are checked, in order."""
        return self._together_with.get(contract.id, ())

    def _groups_by_contract(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for slot in self.matched.directory.slots:
            for member in slot.members:
                if member.contract.id != slot.contract.id:
                    found.setdefault(member.contract.id, {})[slot.contract.id] = None
        return {contract: tuple(others) for contract, others in found.items()}

    def is_never_billed(self, contract: Contract) -> bool:
        """Whether the ledger holds no line for the contract and nobody confirmed the customer's name."""
        if contract.id in self.matched.touched_contracts:
            return False
        if contract.id in self.setting.confirmed:
            return False
        return not (contract.matching.confirmed or contract.matching.customer_ids)

    def due_of_never_billed(self, contract: Contract) -> tuple[tuple[str, ...], int] | None:
        """Ids and open amount of the rows of a contract without a line that are due, if there are any."""
        if not self.is_never_billed(contract):
            return None
        charges = [self.examine(slot) for slot in self.slots_of(contract)]
        due = [
            (row_id(charge.slot, charge.schedule, row.period), row.shortfall)
            for charge in charges
            for row in charge.rows
            if row.judged_as is Status.INCONCLUSIVE
        ]
        return (tuple(row for row, _ in due), sum(amount for _, amount in due)) if due else None

    def decide_never_billed(self) -> None:
        """Set aside all rows of contracts without a line of which that was decided."""
        register = self.setting.register
        if register is None:
            return
        self._decided_as_a_whole = frozenset(
            contract.id
            for contract in self.contracts
            if contract.id in register.contracts
            and (due := self.due_of_never_billed(contract)) is not None
            and register.decision_on(find_never_billed(contract, *due, "")) is not None
        )

    def _in_scope(self, schedule: Schedule, rows: list[JudgedRow]) -> list[JudgedRow]:
        """The rows of periods that do not begin too late to be asked for."""
        last = self.setting.check_until_day
        return rows if last == LAST_DAY else [row for row in rows if schedule.first_days[row.period] <= last]

    def _decide(self, slot: Slot, schedule: Schedule, rows: list[JudgedRow]) -> list[JudgedRow]:
        """The rows, those that were decided set aside."""
        register = self.setting.register
        if register is None or slot.contract.id not in register.contracts:
            return rows
        is_whole = slot.contract.id in self._decided_as_a_whole
        return [
            row._replace(status=Status.DECIDED, was=row.status)
            if (is_whole and row.status is Status.INCONCLUSIVE) or _is_decided(register, slot, schedule, row)
            else row
            for row in rows
        ]

    @property
    def slots(self) -> list[Slot]:
        """All charges of these contracts, in their order; a group in the place of its first member."""
        merged, ids = self.matched.merged, self._ids
        return [slot for slot in self.matched.directory.slots if slot.number not in merged and slot.contract.id in ids]

    def run(self, sums: Sums, slots: Iterable[Slot]) -> Iterator[ExaminedCharge | PlainCharge]:
        """Examine these charges, add to `sums`, and yield those there is something to say about, in order."""
        for slot in slots:
            schedule = self._plain_schedule(slot)
            if schedule is not None:
                if self._is_billed_exactly(slot, schedule, sums):
                    continue
                plain = self._judge_plainly(slot, schedule, sums)
                if plain is not None:
                    if plain.is_remarkable:
                        yield plain
                    continue
            examined = self.examine(slot)
            self._add(examined, sums)
            if examined.is_remarkable or examined.has_own_habit:
                yield examined

    def examine(self, slot: Slot) -> ExaminedCharge:
        """One charge in full; a long one is remembered, since each look at it takes long."""
        examined = self._remembered.get(slot.number)
        if examined is None:
            examined = self._examine(slot)
            if len(examined.events.billed) >= LONG and len(self._remembered) < REMEMBERED:
                self._remembered[slot.number] = examined
        return examined

    def _examine(self, slot: Slot) -> ExaminedCharge:
        events = gather_events(self.matched, slot.number)
        schedule = self._schedule(slot, events)
        if any(schedule.changes):
            events = set_changes_apart(events, schedule, self.matched.lines.amounts, nominal_days(slot.charge) // 2)
        known = self._known(slot)
        books = allocate(schedule, events, known)
        check_conserved(books, (*events.billed, *events.credits), slot.contract.id, slot.label)
        self._check(slot, schedule, events, books)
        doubts = self._doubts(slot, books, events)
        rows = judge(books, known, doubts, self.setting.check_from_day, self._rounding(slot))
        rows = self._decide(slot, schedule, self._in_scope(schedule, rows))
        return ExaminedCharge(
            slot, schedule, events, books, rows, known, self.matched.lines, self._precision, self._others
        )

    def periods_of_rows(self, slot: Slot) -> dict[int, list[Served]]:
        """Per line of a charge, the periods its money went to; lines that went to none are absent."""
        examined = self.examine(slot)
        schedule = examined.schedule
        found: dict[int, list[Served]] = {}
        for posting in examined.books.postings:
            period = posting.period
            is_stated = posting.rule in STATED_RULES
            days = schedule.first_days[period], schedule.ends[period], examined.invoice_day(period)
            served = Served(*days, is_stated)
            for row in posting.event.rows:
                found.setdefault(row, []).append(served)
        return found

    def _check(self, slot: Slot, schedule: Schedule, events: Events, books: Books) -> None:
        """Raise where a line of the charge has no place or two, or a day of its term no period or two."""
        if not slot.members:
            check_partition(schedule)
        lines = self.matched.lines
        check_charge_conserved(
            sum([lines.amounts[row] for row in lines.rows_of(slot.number)]),
            allocated=sum([posting.amount for posting in books.postings]),
            left=sum([leftover.amount for leftover in books.leftovers]),
            drafted=sum([event.amount for event in events.drafts]),
            foreign=sum([event.amount for event in events.foreign]),
            contract=slot.contract.id,
            charge=slot.label,
        )

    def _rounding(self, slot: Slot) -> Rounding | None:
        if self._precision is None:
            return None
        charges = [member.charge for member in slot.members or (slot,)]
        return Rounding(self._precision, small_part(charges, minor_scale(slot.currency)))

    def _schedule(self, slot: Slot, events: Events) -> Schedule:
        """The periods until the horizon, or until the last one an invoice states, as far as that is sane."""
        until = self.setting.as_of_day + HORIZON_DAYS
        stated = [event.end_day for event in (*events.billed, *events.credits, *events.drafts) if event.is_pinned]
        until = max([until, *(day for day in stated if day < until + 10 * HORIZON_DAYS)])
        return schedule_of(slot, date.fromordinal(until))

    def _known(self, slot: Slot) -> Known:
        setting, members = self.setting, slot.members or (slot,)
        own_grace = max(member.contract.grace_of(member.charge) for member in members)
        return Known(
            as_of_day=setting.as_of_day,
            grace_days=own_grace if setting.grace_days is None else setting.grace_days,
            window=setting.window_of(tuple(member.contract for member in members)),
            start_day=min(member.charge.start for member in members).toordinal(),
            default_early_days=START_MARGIN_DAYS,
        )

    def _doubts(self, slot: Slot, books: Books, events: Events) -> Doubts:
        doubts = Doubts(is_never_billed=self.is_never_billed(slot.contract))
        for event in events.drafts:
            if self.matched.currency_of(event.rows[0]) == slot.currency:
                for period in _periods_near(books, event)[:1]:
                    doubts.drafted[period] += event.amount
        unread = self.setting.unread_documents.get(slot.contract.id, {})
        for posting in books.postings if unread else ():
            if posting.event.number in unread:
                doubts.unread[posting.period] = unread[posting.event.number]
        for event in events.open_foreign:
            doubts.foreign.update(_periods_near(books, event)[:1])
        reach = nominal_days(slot.charge)
        for issue_day, first_day, end_day, makes_up in chain.from_iterable(self._doubtful.get(slot.number, ())):
            if makes_up:
                doubts.ambiguous.update(_open_before(books, issue_day))
            else:
                doubts.ambiguous.update(_periods_in_reach(books, issue_day, first_day, end_day, reach))
        return doubts

    def _plain_schedule(self, slot: Slot) -> Schedule | None:
        """The schedule of a charge all of whose lines are ordinary ones; None where it has to be looked at in full."""
        matched, setting = self.matched, self.setting
        if not matched.is_plain[slot.number] or slot.number in self._doubtful or slot.charge.every is None:
            return None
        if slot.contract.id in setting.unread_documents:
            return None
        schedule = make_schedule(slot.contract, slot.charge, self._horizon)
        return None if schedule.unknowns else schedule

    def _is_billed_exactly(self, slot: Slot, schedule: Schedule, sums: Sums) -> bool:
        """Whether a plain charge is billed just as agreed for all to see; then it is counted in, and needs no rows."""
        lines, setting = self.matched.lines, self.setting
        rows = lines.rows_of(slot.number)
        if not is_billed_exactly(schedule, lines, rows, setting.as_of_day):
            return False
        first_days, amounts = schedule.first_days[: len(rows)], schedule.amounts[: len(rows)]
        allocated = sum(amounts)
        self._check_plain(slot, schedule, rows, allocated)
        sums.allocated[slot.currency] += allocated
        if setting.check_from_day or setting.check_until_day != LAST_DAY:
            asked_for = [setting.check_from_day <= day <= setting.check_until_day for day in first_days]
            amounts = tuple(compress(amounts, asked_for))
        sums.add_exact(slot.currency, len(amounts), sum(amounts))
        return True

    def _check_plain(self, slot: Slot, schedule: Schedule, rows: Sequence[int], allocated: int) -> None:
        """Raise where the lines of a plain charge come to another sum, or a day of its term has no period or two."""
        amounts = self.matched.lines.amounts
        check_partition(schedule)
        check_charge_conserved(
            sum([amounts[row] for row in rows]), allocated=allocated, left=0, drafted=0, foreign=0,
            contract=slot.contract.id, charge=slot.label,
        )  # fmt: skip

    def _judge_plainly(self, slot: Slot, schedule: Schedule, sums: Sums) -> PlainCharge | None:
        """Judge a charge whose invoices stand one for one with its periods; None where that is not plain to see."""
        matched, setting = self.matched, self.setting
        rows = matched.lines.rows_of(slot.number)
        if not rows:
            return None
        known = self._known(slot)
        billed = match_one_by_one(schedule, matched.lines, rows, known)
        if billed is None:
            return None
        judged = judge_one_by_one(schedule, billed, known)
        short = [row for row in judged if row.status is Status.UNDERBILLED]
        if short and self._may_be_rounded(slot, short):
            return None
        tax_percent, later_percents = slot.contract.tax_of(slot.charge)
        allocated = sum([amount for amount, _ in billed.periods.values()])
        self._check_plain(slot, schedule, rows, allocated)
        sums.allocated[slot.currency] += allocated
        sums.total(slot.currency)
        shown = [row for row in judged if schedule.first_days[row.period] >= setting.check_from_day]
        shown = self._decide(slot, schedule, self._in_scope(schedule, shown))
        for row in shown:
            percent = schedule.tax_percent_at(row.period) if later_percents else tax_percent
            sums.add_row(row, slot.contract, percent, is_never_billed=False)
        around = Circumstances(
            lambda: self.examine(slot).allocated, self._precision, self._others, billed.is_to_the_day
        )
        return PlainCharge(slot, schedule, shown, known, around)

    def _may_be_rounded(self, slot: Slot, short: list[JudgedRow]) -> bool:
        """Whether rounded unit prices might explain a shortfall, which is not plain to see."""
        rounding = self._rounding(slot)
        return rounding is not None and any(rounding.is_worth_a_look(row.shortfall, row.expected) for row in short)

    def _add(self, examined: ExaminedCharge, sums: Sums) -> None:
        contract, charge, books = examined.slot.contract, examined.slot.charge, examined.books
        currency = contract.currency
        tax_percent, later_percents = contract.tax_of(charge)
        is_never_billed = self.is_never_billed(contract)
        sums.total(currency)
        for row in examined.rows:
            percent = books.schedule.tax_percent_at(row.period) if later_percents else tax_percent
            sums.add_row(row, contract, percent, is_never_billed=is_never_billed)
        inferred = {row.period for row in examined.rows if row.inferred and row.status in JUDGED}
        if inferred:
            sums.add_inferred(currency, _inferred_numbers(books, inferred))
        sums.allocated[currency] += sum(posting.amount for posting in books.postings)
        left = sum(leftover.amount for leftover in books.leftovers)
        sums.residue[currency] += left
        sums.total(currency).residue += left
        for event in examined.events.drafts:
            sums.aside[self.matched.currency_of(event.rows[0])] += event.amount
            sums.aside_lines += len(event.rows)
        for event in examined.events.foreign:
            foreign = self.matched.currency_of(event.rows[0])
            sums.residue[foreign] += event.amount
            sums.total(foreign).residue += event.amount


def _is_decided(register: Register, slot: Slot, schedule: Schedule, row: JudgedRow) -> bool:
    """Whether what is found in a row about its money was decided; a row without a difference stays what it is."""
    if row.status not in _DECIDABLE:
        return False
    found = find_in_row(slot, schedule, row)
    return any(finding.kind != "unapproved" and register.decision_on(finding) is not None for finding in found)


def _inferred_numbers(books: Books, periods: set[int]) -> Iterator[str]:
    """The numbers of documents that bill one of these periods by inference."""
    for posting in books.postings:
        is_counted = posting.period in periods and posting.rule is not PostingRule.REVERSED
        if is_counted and books.is_inferred(posting):
            yield posting.event.number


def _open_before(books: Books, issue_day: int) -> list[int]:
    """The open periods due by a day: what a line of that day may make up for."""
    due = books.schedule.due_days
    return [period for period in range(len(due)) if due[period] <= issue_day and books.open_amount(period) > 0]


def _periods_near(books: Books, event: Event) -> list[int]:
    """The periods an event that does not count would fill: those it states, else the nearest by date."""
    if event.is_pinned:
        return periods_of(books.schedule, event)
    nearest = books.nearest_period(event.issue_day)
    return [] if nearest is None else [nearest]


def _periods_in_reach(books: Books, issue_day: int, first_day: int, end_day: int, reach: int) -> list[int]:
    """The periods a line might fill: of which it states a day, else those due within `reach` days."""
    schedule = books.schedule
    periods = range(len(schedule.due_days))
    if first_day:
        return [row for row in periods if schedule.first_days[row] < end_day and first_day < schedule.ends[row]]
    return [row for row in periods if abs(issue_day - books.offset - schedule.due_days[row]) <= reach]
