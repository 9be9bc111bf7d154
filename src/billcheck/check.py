"""The pipeline on one page: sources meet the engine, and a report comes out.

Comes in: contracts, a ledger, the day of the check. Goes out: a `Report`. This is the only place where a source and the
engine are introduced to each other; each of the steps lives in a room of its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from billcheck import stages
from billcheck.engine.confirmed import confirm
from billcheck.engine.controls import compare_with_controls, say_difference
from billcheck.engine.coverage import find_coverage, make_window
from billcheck.engine.credit_links import link_credits
from billcheck.engine.discounts import spread_discounts
from billcheck.engine.evidence import Places, make_residue
from billcheck.engine.examination import HORIZON_DAYS, LAST_DAY, Examination, Setting
from billcheck.engine.groups import check_together
from billcheck.engine.invariants import check_causes, check_lines_conserved, check_totals
from billcheck.engine.keys import Slot, make_directory
from billcheck.engine.limits import in_scope_only, leave_out_contracts
from billcheck.engine.look_alikes import LookAlikes
from billcheck.engine.match import Matcher
from billcheck.engine.match_rules import SET_ASIDE_WORDS, MatchRule, match_rule_of
from billcheck.engine.other_documents import OtherDocuments
from billcheck.engine.overlaps import Conflict, set_aside_overlaps
from billcheck.engine.precision import Precision
from billcheck.engine.scope import find_unused
from billcheck.engine.sentences import (
    find_conflict,
    find_in_residue,
    find_misspelt,
    find_never_billed,
    find_outside_conflict,
    find_placeholder_left,
    find_sequence_gap,
    find_shared_numbers,
    find_tax_mismatch,
    join_parts,
)
from billcheck.engine.sequences import NumbersLacking
from billcheck.engine.shown import LazyContracts, LazyOutside, LazySetAside
from billcheck.engine.sums import Sums
from billcheck.engine.taxes import find_tax_runs
from billcheck.engine.unexercised import find_unexercised
from billcheck.engine.unread import find_unread, find_unread_documents
from billcheck.engine.whole_credits import split_whole_credits
from billcheck.findings import (
    Counts,
    Coverage,
    Finding,
    InputFile,
    OutOfScope,
    Residue,
    Status,
)
from billcheck.ledger.table import NO_SLOT
from billcheck.money import tax_on
from billcheck.periods.reading import forget_many
from billcheck.pricing.schedule import make_schedule
from billcheck.report.report import Report
from billcheck.request import judge_request
from billcheck.stages import Hints, Scanned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from decimal import Decimal

    from billcheck.causes import CauseGroup
    from billcheck.configuration.rules import Configuration
    from billcheck.contracts.terms import Contract
    from billcheck.contracts.usage import Quantities
    from billcheck.decisions.rules import Decision
    from billcheck.decisions.standing import Register
    from billcheck.engine.match import Matched
    from billcheck.engine.outside import OutsideDocument, Repeats
    from billcheck.findings import Totals
    from billcheck.ledger.source import Ledger, OutsideTotal, Source
    from billcheck.recovery.case import Case
    from billcheck.request import Request
    from billcheck.stages import Examined


def check(
    contracts: Iterable[Contract],
    ledger: Ledger,
    *,
    as_of: date,
    covers: tuple[date, date] | None = None,
    check_from: date | None = None,
    check_until: date | None = None,
    only_contracts: Iterable[str] | None = None,
    only_customers: Iterable[str] | None = None,
    grace_days: int | None = None,
    fail_on: Iterable[str] | None = None,
    configuration: Configuration | None = None,
    control_totals: Mapping[str, Decimal] | None = None,
    min_amounts: Mapping[str, Decimal] | None = None,
    processes: int = 1,
    quantities: Quantities | None = None,
    decisions: Iterable[Decision] = (),
    cases: Iterable[Case] = (),
) -> Report:
    """Check what a ledger billed against what contracts agreed.

    Args:
        contracts: The agreements, with ids unique among them.
        ledger: What was billed; its sources are read now.
        as_of: The day the check looks back from. Documents dated later are set aside.
        covers: First and last day (inclusive) of the documents the ledger is known to hold in full; by default what the
            sources declare, else the first to the last document date.
        check_from: Periods that begin before this day are left out.
        check_until: Periods that begin after this day are left out.
        only_contracts: Ids of the contracts to check; all others only serve to match lines. By default all are checked.
        only_customers: Customers to check the contracts of; with `only_contracts`, contracts have to meet both.
        grace_days: Days after the due day within which an unbilled period is awaited; overrides the contracts' own.
        fail_on: Kinds of findings that make the verdict `findings`; by default those of severity `error`.
        configuration: What the business decided about its ledger and its checks; by default nothing. Its thresholds and
            its scope count where the arguments say nothing; its files are for the caller to load.
        control_totals: What the general ledger has as billed per currency, excl. tax; where the ledger adds up to
            something else, unbilled periods in that currency are not judged.
        min_amounts: Findings of a smaller amount in that currency do not fail the check; all totals stay what they are.
        processes: How many processes may work on a large ledger at a time; the report is the same with any number.
            Copies of this process do the work, so a program with threads of its own should leave it at 1.
        quantities: How much was used, for metered charges; without it their periods are inconclusive.
        decisions: What people decided about findings, by `load_decisions`. What is decided stays in the report and
            fails no check, until it grows, changes its currency or its last day passes.
        cases: What was told to customers about arrears, by `recovery.load_case`; an invoice to one of them that is far
            above what was agreed for it, with no notice on record, is a finding `surprise`.

    Returns:
        The report; with no contracts it has checked nothing, and its verdict is inconclusive.

    Raises:
        UsageError: An argument makes no sense.
        QuantitiesRefusedError: A quantity fits no contract, or contradicts another.
        LedgerRefusedError: A source as a whole cannot be read without guessing.
        InternalError: The engine's own sums disagree; no figure is reported.
    """
    request = judge_request(
        contracts,
        ledger,
        as_of=as_of,
        covers=covers,
        check_from=check_from,
        check_until=check_until,
        only_contracts=only_contracts,
        only_customers=only_customers,
        grace_days=grace_days,
        fail_on=fail_on,
        configuration=configuration,
        control_totals=control_totals,
        min_amounts=min_amounts,
        quantities=quantities,
        decisions=decisions,
    )
    return _check(request, ledger, processes, tuple(cases))


def _check(request: Request, ledger: Ledger, processes: int, cases: tuple[Case, ...]) -> Report:
    """Check what makes sense."""
    contracts, as_of, register = request.contracts, request.as_of, request.register
    scanned = _scan(request, ledger, processes)
    matched = scanned.matched
    coverage = find_coverage(request.covers, scanned.receipts)
    conflicts = set_aside_overlaps(matched)
    link_credits(matched)
    confirmed = confirm(matched, contracts, register)
    controls = compare_with_controls(request.stated, matched, scanned.outside)
    doubts = {control.currency: say_difference(control) for control in controls if control.difference_minor}
    left_out = [] if request.covers else [receipt.shortcoming for receipt in scanned.receipts if receipt.shortcoming]
    setting = _setting(request, scanned, coverage, doubts, " ".join(left_out), confirmed.contracts)
    lines = len(matched.lines)
    check_together(matched, as_of + timedelta(HORIZON_DAYS))
    spread_discounts(matched)
    split_whole_credits(matched)
    if request.asked_for is not None:
        in_scope = leave_out_contracts(matched, request.asked_for, lines)
        contracts = tuple(contract for contract in contracts if contract.id in in_scope)
        conflicts = in_scope_only(matched, conflicts)
    precision = Precision(ledger.sources, matched)
    examination = Examination(contracts, matched, setting, precision, known=request.contracts)
    is_whole = not (scanned.refused or left_out or doubts)
    if is_whole:
        examination.decide_never_billed()
    outcome = _Outcome(Places(ledger.sources, matched))
    hints = Hints(_look_alikes(scanned.outside), NumbersLacking(scanned.gaps, matched.documents))
    examined = stages.examine(examination, hints, processes)
    _settle(examination, outcome, examined, hints.look_alikes, conflicts, is_whole=is_whole)
    outcome.findings.extend(map(find_sequence_gap, scanned.gaps))
    if request.asked_for is None:
        outcome.findings.extend(_conflicts_outside(scanned.repeats, ledger.sources))
    outcome.findings.extend(find_unexercised(contracts, as_of.toordinal()))
    if cases:
        from billcheck.recovery.surprise import find_surprises  # noqa: PLC0415 - cases are an extra of few checks

        outcome.findings.extend(find_surprises(_report(examination, outcome, scanned, coverage, as_of), cases))
    outcome.decide(register)
    return replace(
        _report(examination, outcome, scanned, coverage, as_of),
        fail_on=request.fail_on,
        grace_days=request.grace_days,
        check_from=request.scope.check_from,
        scope=request.scope,
        contracts_left_out=len(request.contracts) - len(contracts),
        controls=controls,
        shortcomings=(*left_out, *doubts.values()),
        unused_scope=find_unused(request.configuration.scope.ignore, matched.used_scope),
        min_amounts=request.least,
        decisions=register.outcomes(
            outcome.findings,
            confirmed.standings.__getitem__,
            partial(_was_judged, examination, is_whole=is_whole, is_all=request.asked_for is None),
        ),
    )


def _setting(
    request: Request,
    scanned: Scanned,
    coverage: Coverage | None,
    doubts: Mapping[str, str],
    shortcoming: str,
    confirmed: frozenset[str],
) -> Setting:
    """How the charges are to be examined."""
    contracts, register = request.contracts, request.register
    return Setting(
        as_of_day=request.as_of.toordinal(),
        window=make_window(coverage, shortcoming),
        grace_days=request.grace_days,
        check_from_day=_ordinal(request.scope.check_from, 0),
        check_until_day=_ordinal(request.scope.check_until, LAST_DAY),
        configuration=request.configuration,
        doubts=doubts,
        unread=find_unread(scanned.refused, contracts),
        unread_documents=find_unread_documents(scanned.refused, contracts),
        register=register if register.contracts else None,
        confirmed=confirmed,
    )


def _scan(request: Request, ledger: Ledger, processes: int) -> Scanned:
    """Read the ledger, and match its lines."""
    directory, scope = make_directory(request.contracts), request.configuration.scope
    as_of_day = request.as_of.toordinal()
    make_matcher = partial(
        Matcher,
        directory,
        as_of_day=as_of_day,
        has_price=Prices(request.as_of).has,
        scope=scope,
        credit_rules=request.configuration.credits,
    )
    scanned = stages.scan(ledger, make_matcher, directory.keys(scope, as_of_day=as_of_day), processes)
    forget_many()
    return scanned


@dataclass(slots=True)
class _Outcome:
    """Sums, findings and residue of all charges, and where lines stand."""

    places: Places
    sums: Sums = field(default_factory=Sums)
    causes: tuple[CauseGroup, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    residue: list[Residue] = field(default_factory=list)

    def decide(self, register: Register) -> None:
        """Mark the findings that were decided."""
        for number, finding in enumerate(self.findings if register.decisions else ()):
            decision = register.decision_on(finding)
            if decision is not None:
                self.findings[number] = replace(finding, decision=decision.verb)


def _ordinal(day: date | None, default: int) -> int:
    return default if day is None else day.toordinal()


def _was_judged(examination: Examination, decision: Decision, *, is_whole: bool, is_all: bool) -> bool:
    """Whether the check looked at all that a decision may be about, so that finding nothing there says something."""
    if not is_whole:
        return False
    contract = examination.contract_of(decision.contract)
    first_day, last_day = decision.first_day, decision.last_day
    if contract is None or first_day is None or last_day is None:
        return is_all or contract is not None
    first, end = first_day.toordinal(), last_day.toordinal() + 1
    if first < examination.setting.check_from_day or last_day.toordinal() > examination.setting.check_until_day:
        return False
    return not any(
        row.status in _NOT_JUDGED
        for slot in examination.slots_of(contract)
        for charge in [examination.examine(slot)]
        for row in charge.rows
        if charge.schedule.first_days[row.period] < end and first < charge.schedule.ends[row.period]
    )


_NOT_JUDGED = frozenset({Status.INCONCLUSIVE, Status.AWAITING, Status.NOT_DUE, Status.BILLED_AHEAD})


class Prices:
    """The amounts each charge comes to, worked out only for charges that lines cannot be told apart by."""

    def __init__(self, until: date) -> None:
        self._until = until
        self._amounts: dict[int, frozenset[int]] = {}

    def has(self, slot: Slot, amount: int) -> bool:
        """Whether some period of the charge comes to this amount (minor units)."""
        known = self._amounts.get(slot.number)
        if known is None:
            known = self._amounts[slot.number] = frozenset(
                make_schedule(slot.contract, slot.charge, self._until).line_amounts
            )
        return amount in known


def _settle(
    examination: Examination,
    outcome: _Outcome,
    examined: Examined,
    look_alikes: LookAlikes,
    conflicts: list[Conflict],
    *,
    is_whole: bool,
) -> None:
    """Add what only all charges together show. Where rows were refused nobody is said to have never been billed."""
    outcome.sums, outcome.findings, outcome.causes = examined.sums, examined.findings, examined.causes.found()
    if is_whole:
        documents = OtherDocuments(examination.matched, examination.setting.as_of_day)
        outcome.findings.extend(_never_billed(examination, documents, look_alikes))
    outcome.findings.extend(_conflicts(examination.matched, outcome.places, conflicts))
    outcome.findings.extend(_placeholders(examination.matched))
    outcome.findings.extend(_misspelt(examination))
    outcome.findings.extend(map(find_tax_mismatch, find_tax_runs(examination.matched, examination.periods_of_rows)))
    outcome.residue = make_residue(examination, examined.left_over, outcome.places)
    whole = join_parts(outcome.residue)
    outcome.findings.extend(finding for residue in whole if (finding := find_in_residue(residue)))
    _add_lines_without_charge(examination.matched, outcome.sums)
    for total in outcome.sums.totals.values():
        examined.causes.add_to(total)
    _check_sums(examination, outcome.sums)
    check_causes(outcome.sums.totals.values(), outcome.causes)


def _look_alikes(outside: Mapping[tuple[str, str], OutsideTotal]) -> LookAlikes:
    lines: Counter[str] = Counter()
    for (customer, _), total in outside.items():
        if total.lines:
            lines[customer] += total.lines
    return LookAlikes(lines)


def _never_billed(examination: Examination, documents: OtherDocuments, look_alikes: LookAlikes) -> Iterator[Finding]:
    """One finding per contract without a line, if any of its periods is due and past its grace days."""
    for contract in examination.contracts:
        due = examination.due_of_never_billed(contract)
        if due is not None:
            hint = documents.say(contract) or look_alikes.suggest(contract.customer)
            yield find_never_billed(contract, *due, hint)


def _placeholders(matched: Matched) -> Iterator[Finding]:
    """One finding per line that counts, or may yet, and whose text holds a placeholder."""
    lines = matched.lines
    for row, placeholder in matched.placeholders.items():
        rule = match_rule_of(lines.match_rules[row])
        if rule in SET_ASIDE_WORDS and rule is not MatchRule.DRAFT:
            continue
        slot, document = lines.slots[row], lines.documents[row]
        contract = None if slot == NO_SLOT else matched.directory.slots[slot].contract.id
        customer = matched.customers[matched.documents.customers[document]]
        number = matched.documents.number(document)
        yield find_placeholder_left(number, lines.line_numbers[row], customer, contract, placeholder)


def _misspelt(examination: Examination) -> Iterator[Finding]:
    """One finding per line that went to another period than the month that its text probably means."""
    matched, lines = examination.matched, examination.matched.lines
    by_slot: defaultdict[int, list[int]] = defaultdict(list)
    for row in matched.misspelt:
        if lines.slots[row] != NO_SLOT:
            by_slot[lines.slots[row]].append(row)
    for number, rows in by_slot.items():
        slot = matched.directory.slots[number]
        served = examination.periods_of_rows(slot)
        for row in rows:
            misspelt, document = matched.misspelt[row], lines.documents[row]
            meant = date(misspelt.year, misspelt.month, 1).toordinal()
            periods = served.get(row, ())
            if periods and not any(period.first_day <= meant < period.end for period in periods):
                first_day, end = min(period.first_day for period in periods), max(period.end for period in periods)
                yield find_misspelt(
                    matched.documents.number(document),
                    lines.line_numbers[row],
                    matched.customers[matched.documents.customers[document]],
                    slot,
                    misspelt,
                    (date.fromordinal(first_day), date.fromordinal(end - 1)),
                )


def _conflicts(matched: Matched, places: Places, conflicts: list[Conflict]) -> Iterator[Finding]:
    """One finding per number; those that different customers share across files, as of two businesses, in one."""
    found = places.find(row for conflict in conflicts for row in conflict.rows)
    shared: dict[tuple[str, ...], list[Conflict]] = {}
    for conflict in conflicts:
        paths = tuple(found[row][0] for row in conflict.rows)
        if conflict.has_customers:
            files = tuple(sorted(set(paths)))
            shared.setdefault(files if len(files) > 1 else (*files, conflict.number), []).append(conflict)
            continue
        customer = matched.customers[matched.documents.customers[matched.lines.documents[conflict.rows[0]]]]
        yield find_conflict(conflict.number, customer, _contract_of(matched, conflict.rows[0]), paths)
    for alike in shared.values():
        contracts = {_contract_of(matched, row) for conflict in alike for row in conflict.rows}
        files = tuple(sorted({found[row][0] for conflict in alike for row in conflict.rows}))
        numbers = tuple(dict.fromkeys(conflict.number for conflict in alike))
        yield find_shared_numbers(numbers, files, contracts.pop() if len(contracts) == 1 else None)


def _contract_of(matched: Matched, row: int) -> str | None:
    slot = matched.lines.slots[row]
    return None if slot == NO_SLOT else matched.directory.slots[slot].contract.id


def _conflicts_outside(repeats: Repeats, sources: Sequence[Source]) -> Iterator[Finding]:
    """One finding for all documents outside that the same files hold and that differ there."""
    for is_divided, documents in ((False, repeats.different), (True, repeats.divided)):
        by_files: dict[tuple[str, ...], list[OutsideDocument]] = {}
        for document in documents:
            files = tuple(sorted(sources[source].path for source in document.sources))
            by_files.setdefault(files, []).append(document)
        for files, alike in by_files.items():
            yield find_outside_conflict(alike, files, is_divided=is_divided)


def _add_lines_without_charge(matched: Matched, sums: Sums) -> None:
    for row in (*matched.compared, *matched.ambiguous, *matched.declared):
        currency, amount = matched.currency_of(row), matched.lines.amounts[row]
        sums.residue[currency] += amount
        sums.total(currency).residue += amount
    sums.aside.update(matched.aside)
    sums.aside_lines += matched.aside_lines


def _check_sums(examination: Examination, sums: Sums) -> None:
    matched = examination.matched
    in_ledger: Counter[str] = Counter()
    if len(matched.currencies) == 1:
        in_ledger[matched.currencies[0]] = sum(matched.lines.amounts)
    else:
        for row in matched.lines:
            in_ledger[matched.currency_of(row)] += matched.lines.amounts[row]
    for currency in sorted({*in_ledger, *sums.allocated, *sums.residue, *sums.aside, *matched.out_of_scope}):
        check_lines_conserved(
            currency,
            in_ledger[currency],
            allocated=sums.allocated[currency],
            residue=sums.residue[currency],
            aside=sums.aside[currency],
            out_of_scope=matched.out_of_scope[currency],
        )
    for (currency, _, percent), arrears in sorted(sums.arrears_by_tax.items(), key=str):
        sums.total(currency).arrears_tax += 0 if percent is None else tax_on(arrears, percent)
    for total in sums.totals.values():
        total.arrears_incl_tax = total.arrears + total.arrears_tax
        check_totals(total)


def _report(
    examination: Examination,
    outcome: _Outcome,
    scanned: Scanned,
    coverage: Coverage | None,
    as_of: date,
) -> Report:
    matched, sums = examination.matched, outcome.sums
    counts = _counts(examination, outcome, scanned)
    order = {contract.id: position for position, contract in enumerate(examination.contracts)}
    last = len(order)
    findings = sorted(
        outcome.findings,
        key=lambda finding: (
            order.get(finding.contract or "", last),
            finding.first_day or date.min,
            finding.charge or "",
            finding.kind,
            finding.sentence,
        ),
    )
    currencies = {contract.currency for contract in examination.contracts}
    totals: list[Totals] = [sums.total(currency) for currency in sorted({*currencies, *sums.totals})]
    return Report(
        as_of=as_of,
        covers=coverage,
        inputs=tuple(
            InputFile(receipt.path, receipt.sha256, receipt.profile, receipt.rows, receipt.lines, receipt.notes)
            for receipt in scanned.receipts
        ),
        totals=tuple(totals),
        counts=counts,
        cause_groups=outcome.causes,
        contracts=LazyContracts(examination, outcome.places),
        found=tuple(findings),
        residue=tuple(outcome.residue),
        outside=LazyOutside(scanned.outside),
        out_of_scope=tuple(
            OutOfScope(currency, lines, matched.out_of_scope[currency])
            for currency, lines in sorted(matched.out_of_scope_lines.items())
            if lines
        ),
        set_aside=LazySetAside(matched, outcome.places, counts.set_aside),
        refused=tuple(scanned.refused),
        inferred_by=sums.few_inferred(),
        inconclusive_rows=sums.inconclusive_rows,
        judged_rows=sums.judged_rows,
        decided_rows=sums.decided_rows,
        terms=examination.contracts,
    )


def _counts(examination: Examination, outcome: _Outcome, scanned: Scanned) -> Counts:
    matched = examination.matched
    lines = len(matched.lines) - matched.shares - sum(matched.out_of_scope_lines.values())
    aside = outcome.sums.aside_lines
    # All lines of a document may stand in one row of a source, and shares of one line leave several items.
    residue = len({(item.path, item.row, item.document, item.line) for item in outcome.residue})
    return Counts(
        contracts=len(examination.contracts),
        contracts_without_lines=sum(contract.id not in matched.touched_contracts for contract in examination.contracts),
        lines=lines,
        allocated=lines - residue - aside,
        residue=residue,
        set_aside=aside,
        refused=len(scanned.refused),
        outside_repeated=scanned.repeats.lines,
        outside_later=sum(total.later_lines for total in scanned.outside.values()),
    )
