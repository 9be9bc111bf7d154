"""Events: one document's lines for one charge and one service period, or for none.

Comes in: the matched lines of one charge slot. Goes out: events in the order of issue day, document number and line,
never of a file; those that bill, those that credit, drafts, and lines in another currency, apart. Must not know what
was expected.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.credits import not_taken_back
from billcheck.engine.match_rules import INFERRED_MATCHES, NAMING_RULES, RULE_MASK, PeriodRule
from billcheck.ledger.line import DocumentStatus, Kind
from billcheck.ledger.source import NO_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from billcheck.engine.match import Matched


class Event(NamedTuple):
    """What one document bills for one charge and one period. A tuple, because a ledger makes millions of them.

    `rows` are rows of the line table in line order. `amount` is signed minor units excluding tax. `first_day` and
    `end_day` (exclusive) are 0 where the document states no period. `credited` is the number of the document a credit
    names; where it names none, "" for a credit note and for what states a period, and its own number for other lines of
    an invoice, since negative ones lower its others. `names_charge` tells whether a line itself names the charge,
    `is_from_text` whether the period was read from a text, `is_catch_up` whether the text says that the line makes up
    for what was billed too little.
    """

    rows: tuple[int, ...]
    number: str
    line_number: int
    issue_day: int
    amount: int
    first_day: int
    end_day: int
    credited: str
    names_charge: bool
    is_inferred: bool
    is_from_text: bool
    is_catch_up: bool

    @property
    def is_own(self) -> bool:
        """Whether nothing but its own document is credited."""
        return self.credited == self.number

    @property
    def is_pinned(self) -> bool:
        """Whether the document states the service period."""
        return self.first_day != NO_DAY


@dataclass(slots=True)
class Events:
    """The events of one charge by what they do; each list in the order of issue day, number and line.

    `open_foreign` are the foreign ones without those that a credit in their currency takes back in full.
    `repeated` gives the amount of each line of billing events that are several equal lines, by the rows of the event.
    """

    billed: list[Event] = field(default_factory=list)
    credits: list[Event] = field(default_factory=list)
    drafts: list[Event] = field(default_factory=list)
    foreign: list[Event] = field(default_factory=list)
    open_foreign: list[Event] = field(default_factory=list)
    repeated: dict[tuple[int, ...], int] = field(default_factory=dict)


def gather_events(matched: Matched, slot: int) -> Events:
    """The events of one charge slot.

    Lines of one document for the same period make one event; a negative line is netted inside it, unless it names
    another document, or takes back more than an invoice bills. What makes up for earlier periods is an event of its
    own. An event of an invoice that stays negative credits the invoice's own other events, or the period it states; one
    of a credit note that is positive bills, where it states its period or the note takes nothing back of the charge.
    Two documents with one number and different dates are two.
    """
    lines, documents = matched.lines, matched.documents
    currency = matched.directory.slots[slot].contract.currency
    groups: dict[tuple[int, ...], list[int]] = {}
    kinds, statuses = documents.kinds, documents.statuses
    numbers: dict[bytes, int] = {}
    for row in lines.rows_of(slot):
        document = lines.documents[row]
        number = numbers.setdefault(bytes(documents.number_bytes(document)), len(numbers))
        named = documents.credited.get(document)
        credited = numbers.setdefault(named.encode("utf-8", "surrogatepass"), len(numbers)) if named else number
        key = (
            number, kinds[document], documents.customers[document], statuses[document], lines.issue_days[row],
            lines.first_days[row], lines.end_days[row], documents.currencies[document],
            lines.period_rules[row] == PeriodRule.CATCH_UP, credited,
        )  # fmt: skip
        rows = groups.get(key)
        if rows is None:
            groups[key] = [row]
        else:
            rows.append(row)
    events = Events()
    foreign: dict[int, list[Event]] = {}
    for (_, kind, _, status, _, first_day, end_day, in_currency, _, _), rows in _parted(groups, lines.amounts):
        event = _make_event(matched, rows, first_day, end_day)
        if status == DocumentStatus.DRAFT:
            events.drafts.append(event)
        elif matched.currencies[in_currency] != currency:
            foreign.setdefault(in_currency, []).append(event)
        elif event.amount < 0 or (kind == Kind.CREDIT_NOTE and not event.is_pinned):
            events.credits.append(event)
        else:
            events.billed.append(event)
            if len(rows) > 1 and event.amount and len({lines.amounts[row] for row in rows}) == 1:
                events.repeated[event.rows] = lines.amounts[rows[0]]
    _bill_by_notes(events)
    for in_one_currency in foreign.values():
        in_one_currency.sort(key=_order)
        events.foreign.extend(in_one_currency)
        events.open_foreign.extend(not_taken_back(in_one_currency))
    for found in (events.billed, events.credits, events.drafts, events.foreign, events.open_foreign):
        found.sort(key=_order)
    return events


def _bill_by_notes(events: Events) -> None:
    """Let credit notes bill what they have above zero for a charge of which they take nothing back, and name nothing.

    Beside what a note takes back of the charge, or of an invoice it names, it only makes that less.
    """
    lowering = {(event.number, event.issue_day) for event in events.credits if event.amount < 0}
    for event in [event for event in events.credits if event.amount > 0 and not event.credited]:
        if (event.number, event.issue_day) not in lowering:
            events.credits.remove(event)
            events.billed.append(event)


def _parted(
    groups: dict[tuple[int, ...], list[int]], amounts: Sequence[int]
) -> Iterator[tuple[tuple[int, ...], list[int]]]:
    """The groups; one of an invoice that takes back more than it bills as what it bills and what it takes back."""
    for key, rows in groups.items():
        billing = [row for row in rows if amounts[row] > 0] if len(rows) > 1 and key[1] == Kind.INVOICE else []
        if billing and sum([amounts[row] for row in rows]) < 0:
            yield key, billing
            yield key, [row for row in rows if amounts[row] <= 0]
        else:
            yield key, rows


def _make_event(matched: Matched, rows: list[int], first_day: int, end_day: int) -> Event:
    lines, documents = matched.lines, matched.documents
    if len(rows) > 1:
        rows.sort(key=lambda row: (lines.line_numbers[row], lines.amounts[row], row))
    rules = {lines.match_rules[row] & RULE_MASK for row in rows}
    document = lines.documents[rows[0]]
    number = documents.number(document)
    lowers_own = documents.kinds[document] != Kind.CREDIT_NOTE and first_day == NO_DAY
    return Event(
        rows=tuple(rows),
        number=number,
        line_number=lines.line_numbers[rows[0]],
        issue_day=lines.issue_days[rows[0]],
        amount=sum([lines.amounts[row] for row in rows]),
        first_day=first_day,
        end_day=end_day,
        credited=documents.credited.get(document, number if lowers_own else ""),
        names_charge=not NAMING_RULES.isdisjoint(rules),
        is_inferred=not INFERRED_MATCHES.isdisjoint(rules),
        is_from_text=lines.period_rules[rows[0]] == PeriodRule.TEXT,
        is_catch_up=lines.period_rules[rows[0]] == PeriodRule.CATCH_UP,
    )


def _order(event: Event) -> tuple[int, str, int, int, int]:
    return (event.issue_day, event.number, event.line_number, event.first_day, event.amount)
