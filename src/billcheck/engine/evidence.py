"""Period rows and residue as people read them: with documents, file rows, derivations and causes.

Comes in: examined charges and the sources their lines came from. Goes out: `PeriodRow` and `Residue` values. Lines are
read back from their sources only here, and only for what is shown. Must not know how a source reads.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from billcheck.engine.books import PLACING_RULES
from billcheck.engine.credit_classes import CLASS_WORDS
from billcheck.engine.groups import names_in
from billcheck.engine.line_shares import LineShares
from billcheck.engine.match_rules import (
    RULE_MASK,
    SET_ASIDE_WORDS,
    MatchRule,
    describe_match,
    match_rule_of,
)
from billcheck.engine.sentences import row_id
from billcheck.findings import Evidence, PeriodRow, Residue, SetAside
from billcheck.pricing.schedule import Worked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from billcheck.engine.books import Posting
    from billcheck.engine.diff import JudgedRow
    from billcheck.engine.examination import Examination, ExaminedCharge
    from billcheck.engine.keys import Slot
    from billcheck.engine.match import Matched
    from billcheck.findings import Cause
    from billcheck.ledger.source import Source


FAR_WORDS = ", which its date alone does not say (inferred)"
"""Evidence of what its date alone would not have put on a period."""


class Places:
    """Where lines stand: asks their sources for the rows of the file."""

    def __init__(self, sources: Sequence[Source], matched: Matched) -> None:
        self._sources = sources
        self._matched = matched

    def find(self, rows: Iterable[int]) -> dict[int, tuple[str, int]]:
        """Path and row of each line; every source is asked once, in the order of its file."""
        lines = self._matched.lines
        by_source: dict[int, list[int]] = {}
        for row in sorted(set(rows)):
            by_source.setdefault(lines.sources[row], []).append(row)
        places: dict[int, tuple[str, int]] = {}
        for source, wanted in sorted(by_source.items()):
            wanted.sort(key=lambda row: lines.locators[row])
            path = self._sources[source].path
            found = self._sources[source].rows_of([lines.locators[row] for row in wanted])
            for row, file_row in zip(wanted, found, strict=True):
                places[row] = (path, file_row)
        return places


def make_period_rows(
    examined: ExaminedCharge, causes: Mapping[int, tuple[Cause, ...]], places: Places
) -> tuple[PeriodRow, ...]:
    """The rows of one charge in schedule order, with evidence, derivation and their causes."""
    shown = {row.period for row in examined.rows}
    postings: dict[int, list[Posting]] = {}
    for posting in examined.books.postings:
        if posting.period in shown:
            postings.setdefault(posting.period, []).append(posting)
    found = places.find(row for group in postings.values() for posting in group for row in posting.event.rows)
    evidence, worked = _Evidence(examined, found), Worked()
    return tuple(
        _make_row(examined, row, causes.get(row.period, ()), evidence.of(postings.get(row.period, ())), worked)
        for row in examined.rows
    )


def _make_row(
    examined: ExaminedCharge,
    row: JudgedRow,
    causes: tuple[Cause, ...],
    evidence: tuple[Evidence, ...],
    worked: Worked,
) -> PeriodRow:
    slot, schedule = examined.slot, examined.schedule
    expected = schedule.charge_at(row.period, worked)
    return PeriodRow(
        id=row_id(slot, schedule, row.period),
        contract=slot.contract.id,
        customer=slot.contract.customer,
        charges=names_in(slot, schedule, row.period),
        first_day=expected.first_day,
        last_day=expected.last_day,
        due_on=expected.due_on,
        currency=slot.contract.currency,
        expected_minor=row.expected,
        billed_minor=row.billed,
        status=row.status,
        is_change=schedule.changes[row.period],
        tax_percent=expected.tax_percent,
        inferred_minor=row.inferred,
        credited_minor=row.credited,
        drafted_minor=row.drafted,
        causes=causes,
        derivation=expected.derivation,
        evidence=evidence,
        note=row.note,
        is_known=row.period not in schedule.unknowns,
    )


class _Evidence:
    """Turns postings of one charge into evidence: each posting takes its cents from the lines of its event in order."""

    def __init__(self, examined: ExaminedCharge, places: dict[int, tuple[str, int]]) -> None:
        self._examined = examined
        self._places = places
        shares = LineShares(examined.lines)
        self._parts = {id(posting): shares.take(posting.event, posting.amount) for posting in examined.books.postings}

    def of(self, postings: Sequence[Posting]) -> tuple[Evidence, ...]:
        items = [item for posting in postings for item in self._items(posting)]
        return tuple(
            sorted(items, key=lambda item: (item.date, item.document, item.line, item.rule, item.amount_minor))
        )

    def _items(self, posting: Posting) -> Iterable[Evidence]:
        lines = self._examined.lines
        is_far = posting.rule in PLACING_RULES and posting.event.rows in self._examined.books.far
        rule = f"{posting.rule}{FAR_WORDS}" if is_far else posting.rule
        for row, part in self._parts[id(posting)]:
            path, file_row = self._places[row]
            yield Evidence(
                document=posting.event.number,
                line=lines.line_numbers[row],
                date=date.fromordinal(lines.issue_days[row]),
                currency=self._examined.slot.contract.currency,
                amount_minor=part,
                path=path,
                row=file_row,
                rule=f"{describe_match(lines.match_rules[row], lines.period_rules[row])}; {rule}",
            )


LeftOverLine = tuple[int, int, str, str, tuple[str, ...], str | None]
"""Row, amount, kind of residue and reason of a line, the charges it may be about, and the one contract of these."""


def left_over_lines(examined: ExaminedCharge) -> list[LeftOverLine]:
    """The lines of a charge that went to none of its periods, in whole or in part."""
    if not examined.books.leftovers and not examined.events.foreign:
        return []
    contract = examined.slot.contract
    candidates = (_name(contract.id, examined.slot.label),)
    reason = f"the contract is in {contract.currency}"
    shares = LineShares(examined.lines)
    left = [(item.event, item.amount, item.kind, item.reason) for item in examined.books.leftovers]
    in_part = {event.rows for event, amount, _, _ in left if amount != event.amount}
    for posting in examined.books.postings:
        if posting.event.rows in in_part:
            shares.take(posting.event, posting.amount)
    left.extend((event, event.amount, "currency_mismatch", reason) for event in examined.events.foreign)
    return [
        (row, part, kind, why, candidates, contract.id)
        for event, amount, kind, why in left
        for row, part in shares.take(event, amount)
    ]


def make_residue(examination: Examination, left_over: Iterable[LeftOverLine], places: Places) -> list[Residue]:
    """Everything that went to no period: left-over lines of charges, and lines without a charge.

    Ordered by date, document and line.
    """
    matched = examination.matched
    rows = [*left_over, *_without_charge(examination)]
    found = places.find(row for row, *_ in rows)
    residue = [_make_residue(matched, found, *row) for row in rows]
    return sorted(residue, key=lambda item: (item.date, item.document, item.line, item.customer, item.kind))


def _without_charge(examination: Examination) -> Iterable[LeftOverLine]:
    matched = examination.matched
    slots = matched.directory.slots
    known: dict[tuple[int, ...], tuple[tuple[str, ...], str | None]] = {}
    fits_none = "no charge of this customer fits the line"
    fits_several = "several charges fit the line and nothing tells them apart"
    for row, kind, why, numbers in (
        *((row, "unmatched", fits_none, numbers) for row, numbers in matched.compared.items()),
        *((row, "ambiguous", fits_several, numbers) for row, numbers in matched.ambiguous.items()),
        *(
            (row, name, f"declared as {CLASS_WORDS[name]}, so it takes back nothing that was billed", numbers)
            for row, (name, numbers) in matched.declared.items()
        ),
    ):
        candidates = known.get(numbers)
        if candidates is None:
            candidates = known[numbers] = _candidates_of([slots[number] for number in numbers])
        agreed = {slots[number].currency for number in numbers}
        is_foreign = len(agreed) == 1 and matched.currency_of(row) not in agreed
        reason = f"{why}, and it is not in {min(agreed)}" if is_foreign else why
        yield row, matched.lines.amounts[row], kind, reason, *candidates


def _candidates_of(slots: Sequence[Slot]) -> tuple[tuple[str, ...], str | None]:
    """The names of charges, and the id of their contract where they are of one."""
    contracts = {slot.contract.id for slot in slots}
    return tuple(_name(slot.contract.id, slot.label) for slot in slots), min(contracts) if len(contracts) == 1 else None


def _make_residue(
    matched: Matched, places: dict[int, tuple[str, int]], row: int, amount: int, kind: str, reason: str,
    candidates: tuple[str, ...], contract: str | None,
) -> Residue:  # fmt: skip
    lines, documents = matched.lines, matched.documents
    document = lines.documents[row]
    path, file_row = places[row]
    return Residue(
        kind=kind,
        document=documents.number(document),
        line=lines.line_numbers[row],
        date=date.fromordinal(lines.issue_days[row]),
        customer=matched.customers[documents.customers[document]],
        contract=contract,
        currency=matched.currencies[documents.currencies[document]],
        amount_minor=amount,
        path=path,
        row=file_row,
        reason=reason,
        candidates=candidates,
    )


def _name(contract: str, charge: str) -> str:
    return f'{contract} "{charge}"'


def find_set_aside(matched: Matched) -> list[int]:
    """Rows of the lines that were read and do not count, by source and place in it."""
    lines = matched.lines
    aside = [rule in SET_ASIDE_WORDS for rule in range(RULE_MASK + 1)]
    rows = [row for row in lines if aside[lines.match_rules[row] & RULE_MASK] or matched.is_draft(row)]
    return sorted(rows, key=lambda row: (lines.sources[row], lines.locators[row]))


def make_set_aside(matched: Matched, places: Places, rows: Sequence[int]) -> list[SetAside]:
    """Why each of these lines does not count, in the order given."""
    found = places.find(rows)
    rules = [match_rule_of(matched.lines.match_rules[row]) for row in rows]
    return [
        SetAside(*found[row], SET_ASIDE_WORDS.get(rule, SET_ASIDE_WORDS[MatchRule.DRAFT]))
        for row, rule in zip(rows, rules, strict=True)
    ]
