"""What a report that was kept as JSON says is wrong, each thing under the id it has in every report.

Comes in: the JSON text of a report. Goes out: the state of every period, and of every finding that is about no
difference of a period: nothing wrong, open with an amount, decided, or not judged. Ids digest no amounts, so the same
thing has the same id in the next report. Must not know what it will be compared with.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from billcheck.errors import Problem, ReportRefusedError
from billcheck.findings import ARREARS, KINDS, Status, digest_id
from billcheck.money import MINOR_DIGITS
from billcheck.report.json_text import SCHEMA_VERSION

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Iterator, Mapping

OF_ROWS = frozenset({"underbilled", "missing", "overbilled", "duplicate", "credited_not_rebilled"})
"""The kinds of findings that say what a period's own figures say; the period stands for them."""

_OPEN = frozenset({*map(str, ARREARS), str(Status.OVERBILLED)})
_NOT_JUDGED = frozenset(map(str, (Status.INCONCLUSIVE, Status.AWAITING, Status.NOT_DUE)))
_AMOUNT = re.compile(r"-?[0-9]{1,15}(?:\.([0-9]{1,4}))?")


class UnreadableReportProblem(Problem):
    """The report cannot be read."""

    remedy = "Check the path."


class NoReportProblem(Problem):
    """This is no report of billcheck as JSON."""

    remedy = "Give what billcheck check --format json wrote."


class SchemaVersionProblem(Problem):
    """The report has another schema version than this billcheck reads."""

    remedy = f"Compare reports of version {SCHEMA_VERSION}, or use the billcheck that wrote it."


class RedactedNamesProblem(Problem):
    """The names of this report are redacted, so nobody can say what is meant."""

    remedy = "Give a report with names."


class RedactedAmountsProblem(Problem):
    """The amounts of this report are redacted, so nobody can say what grew."""

    remedy = "Compare reports with amounts; names may be redacted."


class State(StrEnum):
    """How something stands in one report."""

    RIGHT = "right"
    OPEN = "open"
    DECIDED = "decided"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of one thing in one report.

    `kind` is that of its finding. `amount_minor` is a signed shortfall or the amount a finding speaks of, None where it
    speaks of none; `sentence` is what its finding says. `is_absent` tells that the report does not know the thing: its
    state is then what that means.
    """

    state: State
    kind: str = ""
    currency: str | None = None
    amount_minor: int | None = None
    sentence: str = field(default="", compare=False)
    is_absent: bool = field(default=False, compare=False)

    @property
    def size(self) -> int:
        """How large it is, without its sign; zero without an amount."""
        return abs(self.amount_minor or 0)


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """A period of a charge, or what a finding is about; `id` tells it from all others, the rest describes it.

    `day` is the first day of the period, else the day of the line or of the finding.
    """

    id: str
    contract: str | None = field(default=None, compare=False)
    charge: str | None = field(default=None, compare=False)
    day: str | None = field(default=None, compare=False)
    last_day: str | None = field(default=None, compare=False)
    is_row: bool = field(default=False, compare=False)


class Recorded(NamedTuple):
    """One report as far as it can be compared. `covers` is its window, first and last day; None for no document."""

    as_of: str
    verdict: str
    is_complete: bool
    covers: tuple[str, str] | None
    things: Mapping[Subject, Standing]

    def absence_of(self, subject: Subject) -> Standing:
        """What it means that this report does not know a thing.

        A period that is not checked any more is not judged, and neither is a line outside the window of the ledger;
        a line inside it is not found any more.
        """
        is_outside = self.covers is None or (
            subject.day is not None and not self.covers[0] <= subject.day <= self.covers[1]
        )
        state = State.NOT_JUDGED if subject.is_row or is_outside else State.RIGHT
        return Standing(state, is_absent=True)


def load_recorded(path: str | os.PathLike[str]) -> Recorded:
    """A report from a file.

    Raises:
        ReportRefusedError: It cannot be read, is no report, or one of another version.
    """
    return read_recorded(read_report_text(path), str(path))


def read_report_text(path: str | os.PathLike[str]) -> str:
    """The text of a report's file.

    Raises:
        ReportRefusedError: It cannot be read.
    """
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        remedy = f"The system says: {error.strerror}."
        raise ReportRefusedError([UnreadableReportProblem(str(path), remedy=remedy)]) from None
    except UnicodeDecodeError:
        raise ReportRefusedError([NoReportProblem(str(path))]) from None


def read_recorded(text: str, name: str) -> Recorded:
    """A report from its JSON; `name` is what messages call it.

    Raises:
        ReportRefusedError: As `load_recorded`.
    """
    data = parse_report(text, name)
    try:
        return _recorded(data)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise ReportRefusedError([NoReportProblem(name)]) from None


def parse_report(text: str, name: str, *, refuses: Collection[str] = ("amounts",)) -> dict[str, Any]:
    """The tables of a report's JSON, of a version this billcheck reads; what is in them is not judged yet.

    Args:
        text: The JSON.
        name: What messages call it.
        refuses: What may not be redacted in it.

    Raises:
        ReportRefusedError: It is no report, one of another version, or redacted.
    """
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise ReportRefusedError([NoReportProblem(name)]) from None
    if not isinstance(data, dict) or not isinstance(version := data.get("schema_version"), int):
        raise ReportRefusedError([NoReportProblem(name)])
    if version != SCHEMA_VERSION:
        raise ReportRefusedError([SchemaVersionProblem(name, str(version))])
    redacted = [part for part in refuses if part in data.get("redacted", ())]
    if redacted:
        raise ReportRefusedError([(RedactedNamesProblem if "names" in redacted else RedactedAmountsProblem)(name)])
    return data


def _recorded(data: dict[str, Any]) -> Recorded:
    window = None if data["covers"] is None else (data["covers"]["first_day"], data["covers"]["last_day"])
    for day in (data["as_of"], *(window or ())):
        date.fromisoformat(day)
    rows = {row["id"]: (contract, row) for contract in data["contracts"] for row in contract["rows"]}
    sentences = {
        row: (finding["kind"], finding["sentence"])
        for finding in data["findings"]
        if finding["kind"] in OF_ROWS
        for row in finding["rows"]
    }
    things = {
        **dict(_row(contract, row, *sentences.get(row["id"], ("", ""))) for contract, row in rows.values()),
        **dict(_findings(data, rows)),
    }
    return Recorded(data["as_of"], data["verdict"], bool(data["complete"]), window, things)


def _row(contract: dict[str, Any], row: dict[str, Any], kind: str, sentence: str) -> tuple[Subject, Standing]:
    charge = " + ".join(row["charges"])
    subject = Subject(f"row {row['id']}", contract["contract"], charge, row["first_day"], row["last_day"], is_row=True)
    status = Status(row["status"])
    if status in _OPEN or status is Status.DECIDED:
        state = State.OPEN if status in _OPEN else State.DECIDED
        currency = contract["currency"]
        amount = minor_of(row["shortfall"], currency)
        return subject, Standing(state, kind or str(status), currency, amount, sentence)
    is_unjudged = status in _NOT_JUDGED or row["expected"] is None
    return subject, Standing(State.NOT_JUDGED if is_unjudged else State.RIGHT)


def _findings(data: dict[str, Any], rows: Mapping[str, Any]) -> Iterator[tuple[Subject, Standing]]:
    """The findings that no period stands for."""
    days = {
        digest_id(line["kind"], line["document"], str(line["line"]), line["customer"]): line["date"]
        for name in ("residue", "unmatched", "ambiguous")
        for line in data[name]
    }
    for finding in data["findings"]:
        kind, currency, amount = finding["kind"], finding["currency"], finding["amount"]
        if kind in OF_ROWS and all(row in rows for row in finding["rows"]) and finding["rows"]:
            continue
        if kind not in KINDS and not re.fullmatch(r"[a-z_]+", kind):
            raise ValueError(kind)
        day = finding["first_day"] or days.get(finding["id"])
        subject = Subject(
            f"finding {finding['id']}",
            finding["contract"],
            finding["charge"],
            day,
            finding["last_day"] or day,
        )
        minor = None if amount is None else minor_of(amount, currency)
        yield (
            subject,
            Standing(
                State.DECIDED if finding.get("decision") else State.OPEN, kind, currency, minor, finding["sentence"]
            ),
        )


def minor_of(amount: str, currency: str) -> int:
    """Minor units of an amount with all decimals of its currency.

    Raises:
        ValueError: It is written otherwise.
        KeyError: There is no such currency.
    """
    found = _AMOUNT.fullmatch(amount)
    if found is None or len(found[1] or "") != MINOR_DIGITS[currency]:
        raise ValueError(amount)
    return int(amount.replace(".", ""))
