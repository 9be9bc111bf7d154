"""Opening a case: what a report says of one customer, frozen, once nothing about it is open.

Comes in: a report, at hand or as its JSON, a customer, and why too little was billed. Goes out: a case of one event,
or every reason why there is none yet. There is one way inside: what the JSON says, so that a report gives the same case
from either. Must not know the engine or files.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from billcheck.contracts.terms import LateInvoiceCutoff, PaymentTerms
from billcheck.errors import InternalError, OpeningRefusedError, Problem, ReportRefusedError
from billcheck.findings import ARREARS, Status, digest_id
from billcheck.grammar import parse_plain_decimal
from billcheck.ledger.names import fold_name
from billcheck.period import ONE_DAY, Cadence
from billcheck.pricing.grid import LATEST_DAY
from billcheck.pricing.schedule import make_schedule
from billcheck.recovery.arrears import (
    AgreedCharge,
    Agreement,
    Arrears,
    BilledPart,
    CasePeriod,
    RemainingPeriod,
)
from billcheck.recovery.case import Case
from billcheck.recovery.event_checks import arrears_problems, cause_problems
from billcheck.recovery.events import Opened, Reopened
from billcheck.recovery.questions import SAFEGUARDS, CustomerPart, open_questions
from billcheck.recovery.states import add
from billcheck.recovery.sums import document_sums, period_sums
from billcheck.report.recorded import NoReportProblem, minor_of, parse_report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from billcheck.contracts.terms import Contract
    from billcheck.recovery.events import Override, StatedCause
    from billcheck.recovery.sums import PeriodSum
    from billcheck.report.report import Report

Table = dict[str, Any]


class UnknownCustomerProblem(Problem):
    """The report has no contract of this customer."""


class SeveralCurrenciesProblem(Problem):
    """This customer has arrears in several currencies, and a case is about one."""

    remedy = "Give --currency, and open one case for each."


class NoArrearsProblem(Problem):
    """The report has no arrears of this customer."""

    remedy = "There is nothing to ask for."


class FixedBeforeFoundProblem(Problem):
    """The mistake would have been put right before it was found."""

    remedy = "Leave fixed_on out where it came right by itself: the notice then says since when it is right."


class NoCauseProblem(Problem):
    """A case needs its cause in one plain sentence."""


class NoReasonProblem(Problem):
    """A safeguard is passed by for a reason only."""


class UnknownSafeguardProblem(Problem):
    """There is no such safeguard."""


class NeedlessOverrideProblem(Problem):
    """This safeguard is met, and there is nothing to pass by."""

    remedy = "Take the override out."


class OpenedBeforeReportProblem(Problem):
    """The day lies before the one the report looks back from."""


class OtherContractProblem(Problem):
    """The contracts do not hold this contract as the report knew it."""

    remedy = "Give the contracts that the report was made with."


def open_case(
    report: Report | str,
    *,
    customer: str,
    cause: StatedCause,
    on: date,
    currency: str | None = None,
    overrides: Sequence[Override] = (),
    contracts: Iterable[Contract] | None = None,
    by: str = "",
    note: str = "",
    name: str = "report",
) -> Case:
    """A case about one customer's arrears in one currency.

    Args:
        report: A report, or the JSON text of one, whose names and amounts are not redacted.
        customer: The customer, as the contracts spell it; case, spaces and legal punctuation do not matter.
        cause: Why too little was billed.
        on: The day the case is opened, not before the report's `as_of`.
        currency: Needed where the customer has arrears in several.
        overrides: Safeguards to pass by, each with a reason, which the brief prints.
        contracts: The contracts, to price what is still to come of them; without them that is not known.
        by: Who opens it.
        note: A remark.
        name: What messages call the report.

    Raises:
        OpeningRefusedError: Something about the customer is not settled, or there is nothing to recover; every reason.
        ReportRefusedError: The text is no report this billcheck reads, or one that is redacted.
    """
    arrears = read_arrears(
        report, customer=customer, on=on, currency=currency, overrides=overrides, contracts=contracts, name=name
    )
    problems = [*cause_problems(cause, on), *_fixed_problems(cause)]
    if not cause.sentence.strip():
        problems.append(NoCauseProblem("cause"))
    if problems:
        raise OpeningRefusedError(problems)
    identity = digest_id(
        "case", fold_name(arrears.customer), arrears.currency, arrears.as_of.isoformat(), on.isoformat()
    )
    opened = Opened(on=on, by=by, note=note, arrears=arrears, cause=cause, overrides=tuple(overrides))
    return Case(identity, (opened,))


def _fixed_problems(cause: StatedCause) -> Iterator[Problem]:
    """What is wrong with the day it was put right; a case on record keeps what it says."""
    if cause.fixed_on is not None and cause.fixed_on < cause.found_on:
        what = f"The mistake would have been put right on {cause.fixed_on}, before it was found on {cause.found_on}."
        yield FixedBeforeFoundProblem("fixed_on", what=what)


def reopen_case(
    case: Case,
    *,
    reason: str,
    on: date,
    report: Report | str | None = None,
    overrides: Sequence[Override] = (),
    contracts: Iterable[Contract] | None = None,
    by: str = "",
    note: str = "",
    name: str = "report",
) -> Case:
    """The case begun anew, with the figures of a later report where one is given.

    What the documents of the case billed in that report's ledger is counted as invoiced here, and what was waived here
    and is decided there as waived, so that the arrears stay what was missing before anything was done.

    Args:
        case: The case.
        reason: Why.
        on: The day.
        report: A later report, or its JSON text; None where only the talks begin anew.
        overrides: Safeguards of that report to pass by, each with a reason.
        contracts: The contracts, to price what is still to come of them.
        by: Who says so.
        note: A remark.
        name: What messages call the report.

    Raises:
        OpeningRefusedError: Something in the report is not settled.
        ReportRefusedError: It is no report this billcheck reads.
        EventRefusedError: The new figures do not fit what was invoiced and waived, or the day lies before the last.
    """
    arrears = None
    if report is not None:
        arrears = read_arrears(
            report,
            customer=case.customer,
            on=on,
            currency=case.currency,
            overrides=overrides,
            contracts=contracts,
            name=name,
            before=case,
        )
    elif not reason.strip():
        raise OpeningRefusedError([NoReasonProblem("reopen")])
    return add(case, Reopened(on=on, by=by, note=note, reason=reason, arrears=arrears, overrides=tuple(overrides)))


def read_arrears(
    report: Report | str,
    *,
    customer: str,
    on: date,
    currency: str | None = None,
    overrides: Sequence[Override] = (),
    contracts: Iterable[Contract] | None = None,
    name: str = "report",
    before: Case | None = None,
) -> Arrears:
    """One customer's arrears, frozen; arguments and errors are those of `open_case`.

    With `before`, what was invoiced and waived in that case counts as missing still, since the case keeps it apart.
    """
    data = _tables(report, customer, name)
    try:
        part = _customer_part(data, customer, currency, is_known=before is not None)
        questions = list(open_questions(part))
        arrears = _arrears(data, part, before)
        day = date.fromisoformat(data["as_of"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise ReportRefusedError([NoReportProblem(name)]) from None
    problems: list[Problem] = [*_override_problems(questions, overrides)]
    passed = {override.safeguard for override in overrides}
    problems.extend(question for question in questions if question.name not in passed)
    if on < day:
        problems.append(OpenedBeforeReportProblem("on", str(on), remedy=f"The report is as of {day}."))
    if problems:
        raise OpeningRefusedError(problems)
    if contracts is not None:
        arrears = _with_remaining(arrears, list(contracts))
    if faults := list(arrears_problems(arrears)):
        raise InternalError("the periods of a report add up", faults=[str(fault) for fault in faults])
    return arrears


def _override_problems(questions: Sequence[Problem], overrides: Sequence[Override]) -> Iterator[Problem]:
    known, asked = [each.name for each in SAFEGUARDS], {getattr(each, "name", "") for each in questions}
    for override in overrides:
        if override.safeguard not in known:
            yield UnknownSafeguardProblem("override", override.safeguard, remedy=f"They are {', '.join(known)}.")
        elif not override.reason.strip():
            yield NoReasonProblem("override", override.safeguard)
        elif override.safeguard not in asked:
            yield NeedlessOverrideProblem("override", override.safeguard)


def _tables(report: Report | str, customer: str, name: str) -> Table:
    """The report's tables; of one at hand, those of this customer's contracts alone."""
    if isinstance(report, str):
        data = parse_report(report, name, refuses=("amounts", "names"))
        try:
            data["customers"] = sorted({contract["customer"] for contract in data["contracts"]})
        except (KeyError, TypeError):
            raise ReportRefusedError([NoReportProblem(name)]) from None
        return data
    from billcheck.report.json_text import part_json  # noqa: PLC0415 - only where a report is at hand

    wanted = fold_name(customer)
    own = [contract.id for contract in report.agreements if fold_name(contract.customer) == wanted]
    return parse_report(json.dumps(part_json(report, own)), name, refuses=("amounts", "names"))


def _customer_part(data: Table, customer: str, currency: str | None, *, is_known: bool) -> CustomerPart:
    """What the data say of the customer; `is_known` where a case about their arrears is there already."""
    wanted = fold_name(customer)
    own = [contract for contract in data["contracts"] if fold_name(contract["customer"]) == wanted]
    if not own:
        near = get_close_matches(customer, data["customers"], n=1)
        remedy = f"Did you mean {near[0]}?" if near else "Write it as the contracts do."
        raise OpeningRefusedError([UnknownCustomerProblem("customer", customer, remedy=remedy)])
    owed = {contract["currency"]: None for contract in own if minor_of(contract["arrears"], contract["currency"])}
    if currency is None and len(owed) > 1:
        raise OpeningRefusedError([SeveralCurrenciesProblem(own[0]["customer"], ", ".join(owed))])
    chosen = currency or next(iter(owed), "")
    if chosen not in owed and not is_known:
        raise OpeningRefusedError([NoArrearsProblem(own[0]["customer"], currency)])
    return CustomerPart(
        customer=own[0]["customer"],
        currency=chosen,
        contracts=[contract for contract in own if contract["currency"] == chosen],
        findings=data["findings"],
        lines=[*data["residue"], *data["unmatched"], *data["ambiguous"]],
        refused=data["refused"],
        shortcomings=data["shortcomings"],
        customers=data["customers"],
    )


def _arrears(data: Table, part: CustomerPart, before: Case | None) -> Arrears:
    periods: list[CasePeriod] = []
    coming: list[tuple[CasePeriod, bool]] = []
    done = {} if before is None else {each.period.row: each for each in period_sums(before)}
    own = frozenset() if before is None else frozenset(each.number for each in document_sums(before))
    for contract in part.contracts:
        agreement = _agreement(contract)
        for row in sorted(contract["rows"], key=lambda row: (row["first_day"], row["last_day"], row["is_change"])):
            period = _period(contract, agreement, row)
            if period.row in done:
                period = _as_before(period, done[period.row], own)
            if period.status == Status.NOT_DUE:
                coming.append((period, row["expected"] is not None))
            periods.append(period)
    following = _next_invoice(coming)
    return Arrears(
        customer=part.customer,
        currency=part.currency,
        as_of=date.fromisoformat(data["as_of"]),
        report_digest=_digest(data, part),
        agreements=tuple(map(_agreement, part.contracts)),
        periods=tuple(each for each in periods if each.status in ARREARS and each.shortfall_minor > 0),
        overbilled=tuple(each for each in periods if each.status == Status.OVERBILLED),
        coming=tuple(period for period, is_known in following if is_known and period.shortfall_minor),
        right=tuple(each for each in periods if each.status in _RIGHT),
        still_leaks=any(
            running["part_of"] == "arrears" for contract in part.contracts for running in contract["running"]
        ),
        monthly_leak_minor=sum(minor_of(contract["monthly_leak"], part.currency) for contract in part.contracts),
        unknown_charges=tuple(charge for period, is_known in following if not is_known for charge in period.charges),
    )


_RIGHT = frozenset({Status.OK, Status.ROUNDING, Status.SETTLED})


def _as_before(period: CasePeriod, done: PeriodSum, own: frozenset[str]) -> CasePeriod:
    """A period as it was before its case billed or waived any of it."""
    billed_here = sum(part.amount_minor for part in period.billed if part.document in own)
    taken = min(billed_here, done.invoiced_minor)
    if not taken and not (done.waived_minor and period.status == Status.DECIDED):
        return period
    billed = period.billed_minor - taken
    if billed >= period.expected_minor:
        return replace(period, billed_minor=billed)
    parts = tuple(part for part in period.billed if part.document not in own)
    status = Status.UNDERBILLED if parts else Status.MISSING
    return replace(period, billed_minor=billed, billed=parts, status=str(status))


def _next_invoice(coming: Iterable[tuple[CasePeriod, bool]]) -> list[tuple[CasePeriod, bool]]:
    """Everything due on the first coming day that comes to a bill, or to an amount not known yet."""
    by_day: defaultdict[date, list[tuple[CasePeriod, bool]]] = defaultdict(list)
    for period, is_known in coming:
        by_day[period.due_on].append((period, is_known))
    for _, rows in sorted(by_day.items()):
        if sum(period.shortfall_minor for period, _ in rows) > 0 or not all(is_known for _, is_known in rows):
            return rows
    return []


def _digest(data: Table, part: CustomerPart) -> str:
    """The SHA-256 of what was read, wherever the files of the ledger lay."""
    read = {
        "as_of": data["as_of"],
        "contracts": part.contracts,
        "findings": part.findings,
        "lines": part.lines,
        "refused": part.refused,
        "shortcomings": list(part.shortcomings),
    }
    return sha256(json.dumps(_without_paths(read), sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _without_paths(value: Any) -> Any:  # noqa: ANN401 - anything JSON may hold
    if isinstance(value, dict):
        return {key: _without_paths(each) for key, each in value.items() if key != "path"}
    return [_without_paths(each) for each in value] if isinstance(value, list) else value


def _period(contract: Table, agreement: Agreement, row: Table) -> CasePeriod:
    currency = contract["currency"]
    tax = row["shortfall_tax"]
    billed = minor_of(row["billed"], currency)
    first_day, last_day, due_on = (date.fromisoformat(row[key]) for key in ("first_day", "last_day", "due_on"))
    return CasePeriod(
        row=row["id"],
        contract=contract["contract"],
        charges=tuple(row["charges"]),
        first_day=first_day,
        last_day=last_day,
        due_on=due_on,
        status=str(Status(row["status"])),
        expected_minor=billed if row["expected"] is None else minor_of(row["expected"], currency),
        billed_minor=billed,
        tax_percent=parse_plain_decimal(tax[0]["percent"]) if tax else None,
        credited_minor=min(minor_of(row["credited"], currency), max(minor_of(row["shortfall"], currency), 0)),
        is_change=row["is_change"],
        drafted_minor=minor_of(row["drafted"], currency),
        last_invoice_day=_last_invoice_day(agreement, last_day, due_on),
        billed=_billed(row["evidence"], currency),
        derivation=tuple(row["derivation"]),
        cause=row["causes"][0]["sentence"] if row["causes"] else "",
    )


def _billed(evidence: Sequence[Table], currency: str) -> tuple[BilledPart, ...]:
    """What each document billed, by date."""
    amounts: defaultdict[tuple[str, str], int] = defaultdict(int)
    for piece in evidence:
        amounts[piece["date"], piece["document"]] += minor_of(piece["amount"], currency)
    return tuple(
        BilledPart(document, date.fromisoformat(day), minor) for (day, document), minor in sorted(amounts.items())
    )


def _agreement(contract: Table) -> Agreement:
    agreed = contract["agreed"]
    terms, clause = agreed["payment_terms"], agreed["late_invoice_cutoff"]
    return Agreement(
        contract=contract["contract"],
        start=date.fromisoformat(agreed["start"]),
        last_day=_day(agreed["last_day"]),
        payment_terms=None if terms is None else PaymentTerms(terms["days"], is_from_month_end=terms["from_month_end"]),
        charges=tuple(map(_charge, agreed["charges"])),
        reference=next(iter(agreed["references"]), ""),
        owner=contract["owner"],
        late_invoice_cutoff=None
        if clause is None
        else LateInvoiceCutoff(
            days=clause["days"],
            months=clause["months"],
            counted_from=clause["from"],
            effect=clause["effect"],
            percent=None if clause["percent"] is None else parse_plain_decimal(clause["percent"]),
            notice_extends=clause["notice_extends"],
        ),
        no_waiver_clause=agreed["no_waiver_clause"],
        terminates_on=None if clause is None else _day(clause["terminates_on"]),
    )


def _charge(charge: Table) -> AgreedCharge:
    every = charge["every"]
    return AgreedCharge(
        name=charge["name"],
        every=None if every is None else _cadence(every),
        item=next(iter(charge["items"]), ""),
        account=next(iter(charge["accounts"]), ""),
        tracking=next(iter(charge["tracking"]), ""),
        patterns=tuple(charge["patterns"]),
        last_day=_day(charge["last_day"]),
    )


def _cadence(every: Table) -> Cadence:
    if every["days"] is None:
        return Cadence(every["unit"], every["count"])
    first, second = every["days"]
    return Cadence(every["unit"], every["count"], (first, second))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _last_invoice_day(agreement: Agreement, last_day: date, due_on: date) -> date | None:
    """The last day on which a period may still be invoiced by the clause on late invoices."""
    clause = agreement.late_invoice_cutoff
    if clause is None:
        return None
    starts = {"service_end": last_day, "due": due_on, "termination": agreement.terminates_on}
    start = starts[clause.counted_from]
    return None if start is None else clause.last_day_after(start)


def _with_remaining(arrears: Arrears, contracts: Sequence[Contract]) -> Arrears:
    """The arrears with what is still to come of each contract, priced from the contracts themselves."""
    by_id = {contract.id: contract for contract in contracts}
    problems: list[Problem] = []
    agreements: list[Agreement] = []
    for agreement in arrears.agreements:
        contract = by_id.get(agreement.contract)
        if contract is None or not _is_same(contract, agreement, arrears):
            problems.append(OtherContractProblem("contracts", agreement.contract))
            continue
        agreements.append(replace(agreement, remaining=tuple(_remaining(contract, arrears.as_of))))
    if problems:
        raise OpeningRefusedError(problems)
    return replace(arrears, agreements=tuple(agreements))


def _is_same(contract: Contract, agreement: Agreement, arrears: Arrears) -> bool:
    last_day = None if contract.end is None else contract.end - ONE_DAY
    names = tuple(charge.name for charge in contract.charges)
    return (contract.start, last_day, contract.currency, fold_name(contract.customer), names) == (
        agreement.start,
        agreement.last_day,
        arrears.currency,
        fold_name(arrears.customer),
        tuple(charge.name for charge in agreement.charges),
    )


def _remaining(contract: Contract, as_of: date) -> Iterator[RemainingPeriod]:
    """What is due after a day, first due first; nothing of a contract without an end, or of an amount not known."""
    if contract.end is None:
        return
    found = []
    for charge in contract.charges:
        schedule = make_schedule(contract, charge, LATEST_DAY)
        for index, amount in enumerate(schedule.amounts):
            due_on = date.fromordinal(schedule.due_days[index])
            if due_on > as_of and index not in schedule.unknowns:
                first, last = (date.fromordinal(day) for day in (schedule.first_days[index], schedule.ends[index] - 1))
                found.append(RemainingPeriod(first, last, due_on, amount, charge.name))
    yield from sorted(found, key=lambda period: (period.due_on, period.first_day, period.last_day))
