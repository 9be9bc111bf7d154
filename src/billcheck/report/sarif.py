"""A report as SARIF 2.1.0, the exchange format of checking tools.

Comes in: a report and the places of its findings. Goes out: one run whose rules are the kinds of findings, with one
result for each finding; what stood in the way of the check is told as notifications. The same bytes for the same input:
no clock, no version. Must not know who reads it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from billcheck.characters import visible
from billcheck.findings import KINDS, Severity, Status, Verdict
from billcheck.money import format_minor
from billcheck.period import period_label
from billcheck.report.places import Place
from billcheck.report.verdict import verdict_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.findings import Finding, FindingKind
    from billcheck.report.places import Location, Places
    from billcheck.report.report import Report

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "billcheckFindingId/v1"
"""The name under which the id of a finding is its fingerprint; it digests no amount, so it lasts while one grows."""

_RULE_NUMBERS = {kind: number for number, kind in enumerate(KINDS)}

Json = dict[str, object]


def to_sarif(report: Report, places: Places) -> str:
    """The whole report as SARIF text, one result a line."""
    rules = ",\n".join(_text(_rule(kind, entry)) for kind, entry in KINDS.items())
    results = ",\n".join(
        _text(_result(report, finding, places.find(number))) for number, finding in enumerate(report.findings)
    )
    return (
        f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [{{\n'
        f'"tool": {{"driver": {{"name": "billcheck", "rules": [\n{rules}\n]}}}},\n'
        f'"columnKind": "unicodeCodePoints",\n'
        f'"invocations": [{_text(_invocation(report))}],\n'
        f'"results": [\n{results}\n]\n}}]}}\n'
    )


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def _rule(kind: str, entry: FindingKind) -> Json:
    return {
        "id": kind,
        "shortDescription": {"text": entry.meaning},
        "help": {"text": entry.settled_by},
        "defaultConfiguration": {"level": "error" if entry.severity is Severity.ERROR else "warning"},
    }


def _result(report: Report, finding: Finding, location: Location) -> Json:
    found = [*location.ledger, *(() if location.contract is None else (location.contract,))]
    # A finding about the ledger as a whole, such as numbers that lack, stands at the first of its files.
    places = found or [Place(source.path, None) for source in report.inputs[:1]]
    related = [location.contract] if location.ledger and location.contract is not None else []
    return {
        "ruleId": finding.kind,
        "ruleIndex": _RULE_NUMBERS[finding.kind],
        "level": "error" if report.fails(finding) else "warning",
        "message": {"text": visible(finding.sentence)},
        "locations": [_location(place, finding) for place in places[:1]],
        "relatedLocations": [
            *(_location(place) for place in location.ledger[1:]),
            *({**_location(place), "message": {"text": "what was agreed"}} for place in related),
        ],
        "partialFingerprints": {FINGERPRINT: finding.id},
        "suppressions": _suppressions(report, finding),
        "properties": _properties(finding),
    }


def _suppressions(report: Report, finding: Finding) -> list[Json]:
    """What sets a finding aside: the decision about it, which stands outside of the ledger."""
    if not finding.decision:
        return []
    reasons = [outcome.decision.reason for outcome in report.decisions if finding.id in outcome.decided]
    return [{"kind": "external", "justification": visible(reason)} for reason in reasons]


def _properties(finding: Finding) -> Json:
    has_amount = finding.amount_minor is not None and finding.currency is not None
    return {
        "contract": None if finding.contract is None else visible(finding.contract),
        "charge": None if finding.charge is None else visible(finding.charge),
        "firstDay": None if finding.first_day is None else finding.first_day.isoformat(),
        "lastDay": None if finding.last_day is None else finding.last_day.isoformat(),
        "currency": finding.currency,
        "amount": format_minor(finding.amount_minor or 0, finding.currency or "") if has_amount else None,
    }


def _location(place: Place, finding: Finding | None = None) -> Json:
    physical: Json = {"artifactLocation": {"uri": uri_of(place.path)}}
    if place.line is not None:
        physical["region"] = {"startLine": place.line}
    if finding is None or finding.contract is None:
        return {"physicalLocation": physical}
    names = [visible(name) for name in (finding.contract, finding.charge) if name is not None]
    return {
        "physicalLocation": physical,
        "logicalLocations": [{"name": names[-1], "fullyQualifiedName": "/".join(names), "kind": "member"}],
    }


def uri_of(path: str) -> str:
    """A path as a reference: relative as it was given, else with its scheme."""
    spelt = path.replace("\\", "/")
    is_drive = len(spelt) > 1 and spelt[1] == ":"
    reference = quote(spelt.encode("utf-8", "surrogateescape"), safe="/:" if is_drive else "/")
    if is_drive:
        return f"file:///{reference}"
    return f"file://{reference}" if spelt.startswith("/") else reference


def _invocation(report: Report) -> Json:
    """How the check went: not successful where it is inconclusive, for nobody knows then."""
    return {
        "executionSuccessful": report.complete and report.verdict is not Verdict.INCONCLUSIVE,
        "exitCode": report.exit_code,
        "toolExecutionNotifications": list(_notifications(report)),
        "properties": {
            "verdict": [visible("".join(span.text for span in spans)).strip() for spans in verdict_lines(report)],
            "totals": [
                {
                    "currency": totals.currency,
                    **{name: format_minor(amount, totals.currency) for name, amount in totals.amounts().items()},
                }
                for totals in report.totals
            ],
        },
    }


def _notifications(report: Report) -> Iterator[Json]:
    """Why something could not be checked."""
    for refused in report.refused:
        yield {
            "level": "error",
            "message": {"text": visible(f"{refused.column}: {refused.reason}")},
            "locations": [_location(Place(refused.path, refused.row))],
        }
    for shortcoming in report.shortcomings:
        yield {"level": "error", "message": {"text": visible(shortcoming)}}
    if not report.inconclusive_rows:
        return
    for item in report.contracts:
        for row in item.rows:
            if row.status is Status.INCONCLUSIVE:
                place = f"{row.contract}, {' + '.join(row.charges)}, {period_label(row.first_day, row.last_day)}"
                yield {"level": "warning", "message": {"text": visible(f"{place}: not judged. {row.note}".rstrip())}}
