"""Findings in the words a bookkeeper would use.

Comes in: judged rows, residue and habits. Goes out: `Finding` values with a sentence each; ids never depend on amounts.
Must not know how a finding came about, nor how it will be shown.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from billcheck.findings import KINDS, Finding, Status, digest_id
from billcheck.money import format_minor
from billcheck.period import ONE_DAY, period_label
from billcheck.pricing.changes_wording import percent_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from billcheck.contracts.terms import Contract
    from billcheck.engine.copied import Mislabelled
    from billcheck.engine.diff import JudgedRow
    from billcheck.engine.events import Event
    from billcheck.engine.keys import Slot
    from billcheck.engine.outside import OutsideDocument
    from billcheck.engine.sequences import Neighbours, SequenceGap
    from billcheck.engine.taxes import TaxRun
    from billcheck.engine.twins import Twin
    from billcheck.findings import Residue
    from billcheck.periods.misspelt import Misspelt
    from billcheck.pricing.escalation import Uplift
    from billcheck.pricing.schedule import Schedule

NAMED = 5
"""How many documents, files or charges a sentence names before it counts the rest."""

RESIDUE_FINDINGS = frozenset({"unmatched", "ambiguous", "open_credit", "out_of_term"})
"""Kinds of residue that are also findings; a line in another currency is found by the row it may fill."""

_HINTED = frozenset({"missing", "underbilled", "overbilled"})
"""Kinds whose sentence ends with what else in the ledger may have to do with it."""


def row_id(slot: Slot, schedule: Schedule, period: int) -> str:
    """The id of a period row: contract, charge, first day, and whether it is a change.

    Several changes may correct one period from its first day; the later ones also bear the day they are due.
    """
    first_day = date.fromordinal(schedule.first_days[period])
    return digest_id(_kind_of_row(schedule, period), slot.contract.id, slot.label, first_day.isoformat())


def _kind_of_row(schedule: Schedule, period: int) -> str:
    if not schedule.changes[period]:
        return "row"
    first_day = schedule.first_days[period]
    earlier = zip(schedule.first_days[:period], schedule.changes[:period], strict=True)
    is_repeated = any(is_change and first == first_day for first, is_change in earlier)
    return f"change {date.fromordinal(schedule.due_days[period])}" if is_repeated else "change"


def find_in_row(slot: Slot, schedule: Schedule, row: JudgedRow, suggestion: str = "") -> list[Finding]:
    """The findings of one row: at most one about its money, and one where drafts would bill it.

    `suggestion` says what a missing invoice may be, such as a look-alike name that was billed instead, or what a line
    may be that was counted here, or is empty.
    """
    found = []
    kind = _kind_of(row)
    if kind is not None:
        finding = _row_finding(slot, schedule, row, kind, row.shortfall, _money_sentence(slot, row, kind))
        if kind in _HINTED and suggestion:
            finding = replace(finding, sentence=f"{finding.sentence} {suggestion}")
        found.append(finding)
    if row.drafted:
        sentence = f"a draft would bill {_money(row.drafted, slot)}; it is not approved, so it does not count"
        found.append(_row_finding(slot, schedule, row, "unapproved", row.drafted, sentence))
    return found


def _kind_of(row: JudgedRow) -> str | None:
    if row.is_foreign:
        return "currency_mismatch"
    status = row.judged_as
    if status is Status.OVERBILLED:
        return "duplicate" if row.is_duplicate else "overbilled"
    if status in {Status.UNDERBILLED, Status.MISSING}:
        return "credited_not_rebilled" if row.credited else str(status)
    return None


def _money_sentence(slot: Slot, row: JudgedRow, kind: str) -> str:
    expected, billed = _money(row.expected, slot), _money(row.billed, slot)
    if kind == "missing":
        return f"{expected} was agreed and nothing was billed"
    if kind == "underbilled":
        return f"billed {billed} of {expected} agreed: {_money(row.shortfall, slot)} short"
    if kind == "overbilled":
        return f"billed {billed}, agreed {expected}: {_money(-row.shortfall, slot)} too much"
    if kind == "duplicate":
        return f"billed twice: {billed} against {expected} agreed, {_money(-row.shortfall, slot)} too much"
    if kind == "credited_not_rebilled":
        return f"{_money(row.shortfall, slot)} of the {expected} agreed was credited and not billed again"
    if row.judged_as is Status.INCONCLUSIVE:
        return f"a line in another currency than {slot.contract.currency} may bill this; {expected} was agreed"
    return f"a line in another currency than {slot.contract.currency} stands beside the {billed} billed"


def _row_finding(slot: Slot, schedule: Schedule, row: JudgedRow, kind: str, amount: int, sentence: str) -> Finding:
    first_day = date.fromordinal(schedule.first_days[row.period])
    last_day = date.fromordinal(schedule.ends[row.period] - 1)
    place = f"{slot.contract.customer}, {slot.label}, {period_label(first_day, last_day)}"
    kind_of_row = _kind_of_row(schedule, row.period)
    change = "" if kind_of_row == "row" else kind_of_row
    return _finding(
        kind,
        (slot.contract.id, slot.label, first_day.isoformat(), change),
        f"{place}: {sentence}.",
        contract=slot.contract.id,
        charge=slot.label,
        days=(first_day, last_day),
        money=(amount, slot.contract.currency),
        rows=(row_id(slot, schedule, row.period),),
    )


def find_never_billed(contract: Contract, rows: tuple[str, ...], amount: int, suggestion: str) -> Finding:
    """The finding about a contract of which the ledger holds no line; `amount` is what is due so far, unjudged.

    `suggestion` is a sentence about other documents of the customer, or about a look-alike name, or empty.
    """
    money = f"{format_minor(amount, contract.currency, grouped=True)} {contract.currency}"
    return _finding(
        "never_billed",
        (contract.id,),
        (
            f"{contract.customer}: the ledger holds no line at all for contract {contract.id}, of which {money} is "
            f"due. {suggestion or KINDS['never_billed'].settled_by}"
        ),
        contract=contract.id,
        money=(amount, contract.currency),
        rows=rows,
    )


def find_habit_unlike_contract(slot: Slot, offset: int, block: int) -> Finding:
    """The finding about a charge billed at another rhythm, or much earlier or later, than its contract says."""
    parts = []
    if block > 1:
        parts.append(f"one invoice covers {block} periods, where the contract has one for each")
    if offset:
        days = "day" if abs(offset) == 1 else "days"
        parts.append(f"invoices come about {abs(offset)} {days} {'after' if offset > 0 else 'before'} the due day")
    return _finding(
        "habit",
        (slot.contract.id, slot.label),
        f"{slot.contract.customer}, {slot.label}: {'; '.join(parts)}.",
        contract=slot.contract.id,
        charge=slot.label,
    )


def find_mislabelled(slot: Slot, label: Mislabelled) -> Finding:
    """The finding about invoices whose text copies the period of another one."""
    first_day, last_day = date.fromordinal(label.days[0]), date.fromordinal(label.days[1] - 1)
    numbers = _some(tuple(dict.fromkeys(event.number for event in label.events)))
    amount = sum(event.amount for event in label.events)
    return _finding(
        "mislabelled_period",
        (slot.contract.id, slot.charge.name, first_day.isoformat()),
        (
            f"{slot.contract.customer}, {slot.charge.name}: {period_label(first_day, last_day)} also stands on "
            f"{numbers}, a text copied from another invoice; the {_money(amount, slot)} were counted by date."
        ),
        contract=slot.contract.id,
        charge=slot.charge.name,
        days=(first_day, last_day),
        money=(amount, slot.contract.currency),
    )


def find_possible_duplicate(slot: Slot, schedule: Schedule, twin: Twin) -> Finding:
    """The question about an invoice that was counted for earlier periods and is like another one of its day."""
    contract, event, periods = slot.contract, twin.event, twin.periods
    days = [
        (date.fromordinal(schedule.first_days[period]), date.fromordinal(schedule.ends[period] - 1))
        for period in periods
    ]
    issued, money = _dated((event.number, event.issue_day)), _money(twin.amount, slot)
    those = "those" if len(periods) > 1 else "that"
    return _finding(
        "possible_duplicate",
        (event.number, str(event.line_number), contract.customer),
        (
            f"{contract.customer}, {slot.label}: {issued} is like {twin.other.number} in day and amount, {money}. "
            f"It was counted for {_some([period_label(*first_and_last) for first_and_last in days])}, where just as "
            f"much lacked. If it is a duplicate, credit it, and bill {those}."
        ),
        contract=contract.id,
        charge=slot.label,
        days=(days[0][0], days[-1][1]),
        money=(twin.amount, contract.currency),
    )


def find_expired(slot: Slot, events: Sequence[Event]) -> Finding:
    """The finding about what was billed for a charge after its last day; the events in order."""
    amount = sum(event.amount for event in events)
    end = slot.charge.ends_on
    last_day = "" if end is None else f" ended on {end - ONE_DAY}"
    numbers = _some(tuple(dict.fromkeys(event.number for event in events)))
    return _finding(
        "expired_still_billed",
        (slot.contract.id, slot.charge.name),
        (
            f"{slot.contract.customer}, {slot.charge.name}:{last_day}, and {_money(amount, slot)} were billed since, "
            f"by {numbers}."
        ),
        contract=slot.contract.id,
        charge=slot.charge.name,
        money=(amount, slot.contract.currency),
    )


def find_tax_mismatch(run: TaxRun) -> Finding:
    """The finding about a charge that was billed at another tax percent."""
    slot, contract = run.slot, run.slot.contract
    first_day, last_day = date.fromordinal(run.first_day), date.fromordinal(run.last_day)
    days = f"{first_day}" if first_day == last_day else f"{first_day} to {last_day}"
    billed = f"at {run.percent.normalize():f}% tax" if run.percent else "without tax"
    agreed = f"{run.agreed_percent.normalize():f}% was agreed" if run.agreed_percent else "none was agreed"
    difference = f"{_money(abs(run.missing_tax), slot)} {'short' if run.missing_tax > 0 else 'too much'}"
    return _finding(
        "tax_mismatch",
        (contract.id, slot.label, first_day.isoformat(), f"{run.percent.normalize():f}"),
        (
            f"{contract.customer}, {slot.label}, invoiced {days}: {_money(run.amount, slot)} was billed {billed}, "
            f"{agreed}: the tax is {difference}."
        ),
        contract=contract.id,
        charge=slot.label,
        days=(first_day, last_day),
    )


def find_in_residue(residue: Residue) -> Finding | None:
    """The finding about a line that went to no period, where its kind has one."""
    if residue.kind not in RESIDUE_FINDINGS:
        return None
    money = f"{format_minor(residue.amount_minor, residue.currency, grouped=True)} {residue.currency}"
    choice = f": {_some(residue.candidates, ' or ')}" if residue.kind == "ambiguous" else ""
    return _finding(
        residue.kind,
        residue.identity,
        f"{residue.customer}, {residue.document} line {residue.line}, {money}: {residue.reason}{choice}.",
        contract=residue.contract,
        money=(residue.amount_minor, residue.currency),
    )


def join_parts(residue: Iterable[Residue]) -> list[Residue]:
    """Residue by whole lines, in its order: what is left of a line that was spread over several charges is one."""
    whole: dict[tuple[str, ...], Residue] = {}
    for each in residue:
        key = (each.kind, *each.identity, each.path, str(each.row))
        known = whole.get(key)
        whole[key] = replace(known, amount_minor=known.amount_minor + each.amount_minor) if known else each
    return list(whole.values())


def find_placeholder_left(document: str, line: int, customer: str, contract: str | None, placeholder: str) -> Finding:
    """The finding about a line whose text still holds a placeholder of its template."""
    return _finding(
        "placeholder",
        (document, str(line), customer),
        (
            f"{customer}, {document} line {line}: the text says {placeholder} where a date or period should stand, "
            "so the period was taken from the invoice date."
        ),
        contract=contract,
    )


def find_misspelt(
    document: str, line: int, customer: str, slot: Slot, misspelt: Misspelt, counted_for: tuple[date, date]
) -> Finding:
    """The finding about a line counted for another period than the month that its text probably means.

    `counted_for` is the first and the last day of that period.
    """
    month = f"{misspelt.year}-{misspelt.month:02}"
    return _finding(
        "mislabelled_period",
        (document, str(line), customer, slot.contract.id, slot.label),
        (
            f'{customer}, {slot.label}, {document} line {line}: the text says "{misspelt.written}", which cannot be '
            f"read and may mean {month}; by its date the line was counted for {period_label(*counted_for)}."
        ),
        contract=slot.contract.id,
        charge=slot.label,
        days=counted_for,
    )


def find_sequence_gap(gap: SequenceGap) -> Finding:
    """The finding about numbers that lack in a series of documents."""
    listed = ", ".join(gap.missing)
    rest = gap.lacking - len(gap.missing)
    more = f" and {rest:,} more" if rest else ""
    numbers = "1 number is" if gap.lacking == 1 else f"{gap.lacking:,} numbers are"
    return _finding(
        "sequence_gap",
        (gap.first.rstrip("0123456789"),),
        f"Of the documents {gap.first} to {gap.last}, {numbers} not in the ledger: {listed}{more}.",
    )


def find_uplift_not_exercised(contract: Contract, charge: str, uplift: Uplift) -> Finding:
    """The finding about an uplift that is not due, because no notice of it was given in time."""
    by = "" if uplift.notify_by is None else f" by {uplift.notify_by}"
    percent = "" if uplift.percent is None else f" of {percent_text(uplift.percent)} %"
    return _finding(
        "uplift_not_exercised",
        (contract.id, charge, uplift.day.isoformat()),
        (
            f"{contract.customer}, {charge}: the uplift{percent} on {uplift.day} was not made use of, as the contract "
            f"states no notice{by}; the price stays as it was."
        ),
        contract=contract.id,
        charge=charge,
        days=(uplift.day, uplift.day),
    )


def say_numbers_lacking(near: Sequence[Neighbours]) -> str:
    """Sentences about numbers that lack in the ledger around the day of an invoice, or nothing."""
    return " ".join(
        f"{_some(run.missing)} {'lacks' if len(run.missing) == 1 else 'lack'} in the ledger, "
        f"between {_dated(run.before)} and {_dated(run.after)}."
        for run in near[:NAMED]
    )


def _dated(document: tuple[str, int]) -> str:
    number, day = document
    return f"{number} of {date.fromordinal(day)}"


def find_conflict(number: str, customer: str, contract: str | None, paths: tuple[str, ...]) -> Finding:
    """The finding about documents of a customer that share a number and differ; `paths` is where each stands."""
    places = _some(sorted(set(paths)), " and ")
    return _finding(
        "document_conflict",
        (number, customer),
        f"{customer}, {number}: different documents share this number, in {places}; all of them were counted.",
        contract=contract,
    )


def find_shared_numbers(numbers: Sequence[str], paths: Sequence[str], contract: str | None) -> Finding:
    """The finding about numbers of which each stands for documents of several customers.

    Args:
        numbers: The numbers, in order; one where they stand in one file.
        paths: The files they stand in, in order, each once.
        contract: The contract all of them are about, None for several.
    """
    stands = "this number stands" if len(numbers) == 1 else f"each of these {len(numbers):,} numbers stands"
    return _finding(
        "document_conflict",
        ("shared", *(paths if len(paths) > 1 else numbers)),
        f"{_some(numbers)}: in {_some(paths, ' and ')} {stands} for documents of different customers; "
        "all of them were counted.",
        contract=contract,
    )


def find_outside_conflict(documents: Sequence[OutsideDocument], paths: Sequence[str], *, is_divided: bool) -> Finding:
    """The finding about documents of lines outside all contracts that several files hold.

    Args:
        documents: The documents, in order.
        paths: The files, in order.
        is_divided: Whether they count for a contract in some of the files, else they differ in days or amounts.
    """
    named = _some([f"{document.customer} {document.number}" for document in documents])
    those = "this document" if len(documents) == 1 else f"each of these {len(documents):,} documents"
    what = "counts for a contract in one and for none in another" if is_divided else "stands with different lines"
    return _finding(
        "document_conflict",
        ("divided" if is_divided else "outside", *paths),
        f"{named}: in {_some(paths, ' and ')} {those} {what}; all of them were counted.",
    )


def _finding(
    kind: str,
    identity: tuple[str, ...],
    sentence: str,
    *,
    contract: str | None = None,
    charge: str | None = None,
    days: tuple[date, date] | None = None,
    money: tuple[int, str] | None = None,
    rows: tuple[str, ...] = (),
) -> Finding:
    """A finding of a kind, with its id of what makes it one; `days` inclusive, `money` in minor units of a currency."""
    first_day, last_day = days or (None, None)
    amount_minor, currency = money or (None, None)
    return Finding(
        kind=kind,
        id=digest_id(kind, *identity),
        severity=KINDS[kind].severity,
        contract=contract,
        charge=charge,
        first_day=first_day,
        last_day=last_day,
        currency=currency,
        amount_minor=amount_minor,
        sentence=sentence,
        rows=rows,
    )


def _money(minor: int, slot: Slot) -> str:
    return f"{format_minor(minor, slot.contract.currency, grouped=True)} {slot.contract.currency}"


def _some(names: Sequence[str], between: str = ", ") -> str:
    """The first few names, and how many more there are."""
    shown = between.join(names[:NAMED])
    return shown if len(names) <= NAMED else f"{shown} and {len(names) - NAMED:,} more"
