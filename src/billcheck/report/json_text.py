"""A report as JSON text: every key, always, in one order.

Comes in: a report. Goes out: ASCII text that is the same bytes for the same input, one row, finding or line of the
ledger per line of text, so that two reports can be compared with any diff; amounts are strings with the digits of their
currency. The text of the rows is read back and added up again on the way out, and text that contradicts the totals is
never given. The format is `report.schema.json`, shipped beside this module. Must not know how the figures came about.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import lru_cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from billcheck.errors import InternalError
from billcheck.findings import ARREARS, JUDGED, KINDS, Status
from billcheck.money import HiddenAmount, format_minor
from billcheck.period import ONE_DAY
from billcheck.report.leaks_json import CauseCheck, cause_group_json, running_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from billcheck.contracts.terms import Charge, Contract
    from billcheck.decisions.rules import Outcome
    from billcheck.findings import (
        Cause,
        ContractRows,
        Evidence,
        Finding,
        OutOfScope,
        Outside,
        PeriodRow,
        Residue,
        Totals,
    )
    from billcheck.period import Cadence
    from billcheck.report.report import Report

SCHEMA_VERSION = 1
"""Changes when a key changes its meaning or goes away; new keys do not change it."""

RE_ADDED = ("expected", "billed", "arrears", "overbilled", "net")
"""The totals that are added up again from the rows."""

_IS_JUDGED = frozenset(map(str, JUDGED))
_IN_ARREARS = frozenset(map(str, ARREARS))

Json = dict[str, object]
Item = TypeVar("Item")
_ENCODER = json.JSONEncoder(ensure_ascii=True, allow_nan=False)
_repeated_amount = lru_cache(maxsize=16_384, typed=True)(format_minor)
"""Amounts of rows are remembered: prices repeat from period to period, and most are short of nothing."""


def report_schema_text() -> str:
    """The JSON Schema (2020-12) of a report, as shipped."""
    return files("billcheck.report").joinpath("report.schema.json").read_text(encoding="utf-8")


def to_json(report: Report) -> str:
    """The whole report as JSON text, with a newline at its end.

    Raises:
        InternalError: What the text says of the rows does not add up to what it says of the totals.
    """
    is_readable = "amounts" not in report.redacted
    sums: dict[str, dict[str, int]] = {}
    causes = CauseCheck()
    contracts = [_contract_text(item, sums if is_readable else None, causes) for item in report.contracts]
    totals = [_text(_totals(entry)) for entry in report.totals]
    if is_readable:
        _check_sums({said["currency"]: said for said in map(json.loads, totals)}, sums)
        causes.compare(report.causes, report.totals)
    residue: dict[str, list[Residue]] = {"residue": [], "unmatched": [], "ambiguous": []}
    for entry in report.residue:
        residue.get(entry.kind, residue["residue"]).append(entry)
    members = [
        *([f"{_text(name)}: {_text(value)}"] for name, value in _head(report).items()),
        _array("inputs", (_text(asdict(entry)) for entry in report.inputs)),
        _array("totals", totals),
        [f'"coverage": {_text(asdict(report.counts))}'],
        _array("causes", (_text(cause_group_json(entry)) for entry in report.causes)),
        _array("contracts", contracts),
        _array("findings", (_text(_finding(entry, report)) for entry in report.findings)),
        _array("decisions", (_text(decision_table(entry)) for entry in report.decisions)),
        *(_array(name, (_text(_residue(entry)) for entry in entries)) for name, entries in residue.items()),
        _array("outside", (_text(_outside(entry)) for entry in report.outside)),
        _array("out_of_scope", (_text(_out_of_scope(entry)) for entry in report.out_of_scope)),
        _array("unused_scope", (_text(entry._asdict()) for entry in report.unused_scope)),
        _array("set_aside", (_text(asdict(entry)) for entry in report.set_aside)),
        _array("refused", (_text(asdict(entry)) for entry in report.refused)),
    ]
    # Joined once: a large report takes hundreds of megabytes, and each join of a part holds that part twice.
    return "".join(["{\n", *chain.from_iterable(_between([",\n"], members)), "\n}\n"])


def part_json(report: Report, contracts: Iterable[str]) -> Json:
    """What the report's JSON says of some contracts, without computing the others, read back as tables.

    The lists of lines and of rows that were refused are whole; of the findings those about other contracts' rows lack.

    Raises:
        KeyError: The report holds no contract of one of these ids.
    """
    wanted = dict.fromkeys(contracts)
    sums: dict[str, dict[str, int]] | None = {} if "amounts" not in report.redacted else None
    texts = [_contract_text(report.rows_of(contract), sums, CauseCheck()) for contract in wanted]
    part: Json = {**_head(report), "contracts": [json.loads(text) for text in texts]}
    part["findings"] = [_finding(entry, report) for entry in report.found if entry.contract in wanted or not entry.rows]
    for name in ("residue", "unmatched", "ambiguous"):
        part[name] = []
    for entry in report.residue:
        lines = part["residue" if entry.kind not in part else entry.kind]
        lines.append(_residue(entry))  # type: ignore[attr-defined]  # the lists above
    part["refused"] = [asdict(entry) for entry in report.refused]
    part["customers"] = sorted({contract.customer for contract in report.agreements})
    return part


def _text(value: object) -> str:
    return _ENCODER.encode(value)


def _array(name: str, elements: Iterable[str]) -> list[str]:
    """A list under its key, in pieces that are yet to be joined."""
    pieces = _between(",\n", elements)
    return [f"{_text(name)}: [\n", *pieces, "\n]"] if pieces else [f"{_text(name)}: []"]


def _between(separator: Item, items: Iterable[Item]) -> list[Item]:
    """The items, with the separator between any two."""
    return [each for item in items for each in (separator, item)][1:]


def _head(report: Report) -> Json:
    covers = report.covers
    return {
        "schema_version": SCHEMA_VERSION,
        "verdict": str(report.verdict),
        "complete": report.complete,
        "as_of": report.as_of.isoformat(),
        "covers": None
        if covers is None
        else {
            "first_day": covers.first_day.isoformat(),
            "last_day": covers.last_day.isoformat(),
            "declared": covers.declared,
            "gaps": [{"first_day": first.isoformat(), "last_day": last.isoformat()} for first, last in covers.gaps],
        },
        "scope": {
            "check_from": _day(report.check_from or report.scope.check_from),
            "check_until": _day(report.scope.check_until),
            "contracts": list(report.scope.contracts),
            "customers": list(report.scope.customers),
            "contracts_left_out": report.contracts_left_out,
        },
        "shortcomings": list(report.shortcomings),
        "controls": [
            {
                "currency": control.currency,
                "stated": format_minor(control.stated_minor, control.currency),
                "ledger": format_minor(control.ledger_minor, control.currency),
                "difference": format_minor(control.difference_minor, control.currency),
            }
            for control in report.controls
        ],
        "min_amounts": [
            {"currency": currency, "amount": format_minor(minor, currency)}
            for currency, minor in sorted(report.min_amounts.items())
        ],
        "redacted": list(report.redacted),
    }


def _totals(totals: Totals) -> Json:
    amounts = totals.amounts()
    return {
        "currency": totals.currency,
        **{name: format_minor(amount, totals.currency) for name, amount in amounts.items()},
    }


def _contract_text(item: ContractRows, sums: dict[str, dict[str, int]] | None, causes: CauseCheck) -> str:
    """A contract with its rows; adds up what the text says into `sums`, unless amounts are redacted (None)."""
    contract = item.contract
    if strange := {row.currency for row in item.rows} - {contract.currency}:
        raise InternalError("the rows of a contract are in its currency", contract=contract.id, others=sorted(strange))
    causes.add(item)
    rows = [_row_text(row) for row in item.rows]
    own = dict.fromkeys(RE_ADDED, 0 if sums is not None else HiddenAmount(0))
    if sums is not None:
        for text in rows:
            add_row_text(own, json.loads(text))
        total = sums.setdefault(contract.currency, dict.fromkeys(RE_ADDED, 0))
        for name, amount in own.items():
            total[name] += amount
    head = _text({**_contract(contract, own), **running_json(item)})[:-1]
    body = ",\n".join(rows)
    return f'{head}, "rows": [\n{body}\n]}}' if body else f'{head}, "rows": []}}'


def _contract(contract: Contract, amounts: Mapping[str, int]) -> Json:
    return {
        "contract": contract.id,
        "customer": contract.customer,
        "currency": contract.currency,
        "owner": contract.owner,
        "payment_terms": None if contract.payment_terms is None else str(contract.payment_terms),
        "agreed": _agreed(contract),
        **{name: format_minor(amounts[name], contract.currency) for name in ("arrears", "overbilled", "net")},
    }


def _agreed(contract: Contract) -> Json:
    """What whoever follows up on the rows needs to know of the terms; prices are in the derivations of the rows."""
    terms = contract.payment_terms
    return {
        "start": contract.start.isoformat(),
        "last_day": _last_day(contract.end),
        "payment_terms": None if terms is None else {"days": terms.days, "from_month_end": terms.is_from_month_end},
        "aliases": list(contract.matching.aliases),
        "customer_ids": list(contract.matching.customer_ids),
        "references": list(contract.matching.references),
        "late_invoice_cutoff": _cutoff(contract),
        "no_waiver_clause": contract.no_waiver_clause,
        "charges": [_charge(charge) for charge in contract.charges],
    }


def _cutoff(contract: Contract) -> Json | None:
    """The clause on late invoices, and the day from which it counts where that is the end of the contract."""
    clause = contract.late_invoice_cutoff
    if clause is None:
        return None
    terminates_on = contract.terminates_on
    return {
        "days": clause.days,
        "months": clause.months,
        "from": clause.counted_from,
        "terminates_on": None if terminates_on is None else terminates_on.isoformat(),
        "effect": clause.effect,
        "percent": None if clause.percent is None else f"{clause.percent:f}",
        "notice_extends": clause.notice_extends,
    }


def _charge(charge: Charge) -> Json:
    every, codes = charge.every, charge.matching
    return {
        "name": charge.name,
        "every": None if every is None else _every(every),
        "last_day": _last_day(charge.ends_on),
        "items": list(codes.items),
        "accounts": list(codes.accounts),
        "tracking": list(codes.tracking),
        "patterns": list(codes.patterns),
    }


def _every(every: Cadence) -> Json:
    days = list(every.days) if every.unit == "semi_month" else None
    return {"unit": every.unit, "count": every.count, "days": days}


def _last_day(end: date | None) -> str | None:
    return None if end is None else (end - ONE_DAY).isoformat()


def add_row_text(sums: dict[str, int], said: Mapping[str, str | None]) -> None:
    """Add up what the text of a row says, as a reader of the text would.

    Raises:
        InternalError: Its shortfall is not what it says was expected less what it says was billed, or it is judged
            though nobody knows what was expected.
    """
    status, expected = said["status"], said["expected"]
    if expected is None:
        if status in _IS_JUDGED:
            raise InternalError("a period of which it is not known what was expected is not judged", row=said["id"])
        return
    _add_judged(sums, str(status), _minor(expected), _minor(str(said["billed"])), _minor(str(said["shortfall"])))


def _add_judged(sums: dict[str, int], status: str, expected: int, billed: int, shortfall: int) -> None:
    if expected - billed != shortfall:
        raise InternalError(
            "a shortfall is what was expected less what was billed",
            expected=expected,
            billed=billed,
            shortfall=shortfall,
        )
    if status in _IN_ARREARS:
        sums["arrears"] += max(shortfall, 0)
    elif status == Status.OVERBILLED:
        sums["overbilled"] -= shortfall
    if status in _IS_JUDGED:
        sums["expected"] += expected
        sums["billed"] += billed
        sums["net"] += shortfall


def _minor(amount: str) -> int:
    """Minor units of an amount that is written with all decimals of its currency."""
    return int(amount.replace(".", "", 1))


def _check_sums(totals: Mapping[str, Mapping[str, str]], sums: Mapping[str, Mapping[str, int]]) -> None:
    for currency in sorted({*sums, *totals}):
        for name in RE_ADDED:
            in_rows = sums.get(currency, {}).get(name, 0)
            in_total = _minor(totals[currency][name]) if currency in totals else 0
            if in_rows != in_total:
                raise InternalError(
                    f"the rows add up to the total '{name}'", currency=currency, rows=in_rows, total=in_total
                )


def _row_text(row: PeriodRow) -> str:
    currency = row.currency
    tax = row.shortfall_tax_minor
    return _text(
        {
            "id": row.id,
            "charges": list(row.charges),
            "first_day": row.first_day.isoformat(),
            "last_day": row.last_day.isoformat(),
            "due_on": row.due_on.isoformat(),
            "expected": _repeated_amount(row.expected_minor, currency) if row.is_known else None,
            "billed": _repeated_amount(row.billed_minor, currency),
            "shortfall": _repeated_amount(row.shortfall_minor, currency),
            "credited": _repeated_amount(row.credited_minor, currency),
            "drafted": _repeated_amount(row.drafted_minor, currency),
            "is_change": row.is_change,
            "shortfall_tax": []
            if tax is None
            else [{"percent": f"{row.tax_percent:f}", "amount": _repeated_amount(tax, currency)}],
            "status": str(row.status),
            "causes": [_cause(cause) for cause in row.causes],
            "derivation": list(row.derivation),
            "evidence": [_evidence(evidence) for evidence in row.evidence],
            "note": row.note,
        }
    )


def _cause(cause: Cause) -> Json:
    return {
        "code": cause.code,
        "sentence": cause.sentence,
        "first_day": cause.first_day.isoformat(),
        "last_day": cause.last_day.isoformat(),
        "amount": format_minor(cause.amount_minor, cause.currency),
        "support": cause.support,
    }


def _evidence(evidence: Evidence) -> Json:
    return {
        "document": evidence.document,
        "line": evidence.line,
        "date": evidence.date.isoformat(),
        "amount": _repeated_amount(evidence.amount_minor, evidence.currency),
        "path": evidence.path,
        "row": evidence.row,
        "rule": evidence.rule,
    }


def _finding(finding: Finding, report: Report) -> Json:
    return {
        "id": finding.id,
        "kind": finding.kind,
        "severity": str(finding.severity),
        "contract": finding.contract,
        "charge": finding.charge,
        "first_day": _day(finding.first_day),
        "last_day": _day(finding.last_day),
        "currency": finding.currency,
        "amount": _amount(finding.amount_minor, finding.currency),
        "sentence": finding.sentence,
        "settled_by": KINDS[finding.kind].settled_by,
        "fails": report.fails(finding),
        "decision": finding.decision or None,
        "rows": list(finding.rows),
    }


def decision_table(outcome: Outcome) -> Json:
    """A decision and how it stands, under the keys of the report."""
    decision, currency = outcome.decision, outcome.decision.currency
    return {
        "place": decision.place,
        "verb": decision.verb,
        "kind": decision.kind,
        "contract": decision.contract,
        "charge": decision.charge,
        "first_day": _day(decision.first_day),
        "last_day": _day(decision.last_day),
        "document": decision.document,
        "line": decision.line,
        "finding": decision.finding,
        "amount": _amount(decision.amount_minor, currency),
        "currency": currency,
        "reason": decision.reason,
        "by": decision.by,
        "until": _day(decision.until),
        "standing": str(outcome.standing),
        "remark": outcome.remark,
        "decided": list(outcome.decided),
        "decided_amount": None if currency is None else format_minor(outcome.decided_minor, currency),
        "undecided": list(outcome.undecided),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _amount(minor: int | None, currency: str | None) -> str | None:
    return None if minor is None or currency is None else format_minor(minor, currency)


def _residue(residue: Residue) -> Json:
    return {
        "kind": residue.kind,
        "document": residue.document,
        "line": residue.line,
        "date": residue.date.isoformat(),
        "customer": residue.customer,
        "contract": residue.contract,
        "currency": residue.currency,
        "amount": format_minor(residue.amount_minor, residue.currency),
        "path": residue.path,
        "row": residue.row,
        "reason": residue.reason,
        "candidates": list(residue.candidates),
    }


def _outside(outside: Outside) -> Json:
    return {
        "customer": outside.customer,
        "currency": outside.currency,
        "lines": outside.lines,
        "amount": format_minor(outside.amount_minor, outside.currency),
        "first_date": outside.first_date.isoformat(),
        "last_date": outside.last_date.isoformat(),
    }


def _out_of_scope(entry: OutOfScope) -> Json:
    return {
        "currency": entry.currency,
        "lines": entry.lines,
        "amount": format_minor(entry.amount_minor, entry.currency),
    }
