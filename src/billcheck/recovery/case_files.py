"""Cases as JSON text and files: versioned, one event after the other, the same bytes for the same case.

Comes in: a case, or the text of one. Goes out: text with every key in one order, amounts as strings with the decimals
of the case's currency; or the case, once every event has been found to be possible after those before it. Must not know
reports or what is said to a client.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billcheck.characters import visible_json
from billcheck.errors import CaseRefusedError, EventRefusedError, Problem
from billcheck.ledger.names import fold_name
from billcheck.money import MINOR_DIGITS
from billcheck.recovery import events
from billcheck.recovery.case import Case
from billcheck.recovery.event_checks import arrears_problems, cause_problems
from billcheck.recovery.forms import FAULTY, MissingKeyProblem, Reading, UnknownKeyProblem, WrongTypeProblem, record_of
from billcheck.recovery.states import add
from billcheck.whole_files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA_VERSION = 1
"""Changes when a key changes its meaning or goes away; a new key that may be left out does not change it."""

EVENTS: dict[str, type[events.Event]] = {
    kind.__name__.lower(): kind
    for kind in (
        events.Opened,
        events.Briefed,
        events.Noticed,
        events.Contacted,
        events.Objected,
        events.Offered,
        events.Agreed,
        events.Planned,
        events.Drafted,
        events.Invoiced,
        events.Paid,
        events.Waived,
        events.Disputed,
        events.Refused,
        events.Closed,
        events.Reopened,
    )
}
"""Every kind of event by the name it has in a file."""

MOST_EVENTS = 2_000
"""Each event is held against all before it, so a file made to keep a reader busy is refused."""

_LONGEST = 50_000_000
_BEGINNING = re.compile(r'\s*\{\s*"schema_version"\s*:\s*\d+\s*,\s*"id"\s*:')
_LINE = 140
"""A value is written in one line where it fits."""


class UnreadableCaseProblem(Problem):
    """The file of the case cannot be read."""


class NoCaseProblem(Problem):
    """This is no case that billcheck wrote."""

    remedy = "billcheck recover open writes one."


class CutCaseProblem(Problem):
    """The file begins as a case, and was cut off or changed since billcheck wrote it."""

    remedy = "Put the file back as it was before; nothing of it is used."


class ReportNotCaseProblem(Problem):
    """This is a report of billcheck, and no case."""

    remedy = "billcheck recover open makes a case of what it says about one customer."


class CaseVersionProblem(Problem):
    """The case is of another version of this format."""

    remedy = f"This billcheck reads version {SCHEMA_VERSION}."


class RepeatedKeyProblem(Problem):
    """A key stands twice in one object."""

    remedy = "Take one of the two out."


class EmptyCaseProblem(Problem):
    """A case begins with the event opened, and has no other of that kind."""


class TooManyEventsProblem(Problem):
    """No case holds so many events."""

    remedy = f"At most {MOST_EVENTS} are read."


class CurrencyProblem(Problem):
    """All of a case is about one customer and one currency, of ISO 4217."""


def case_text(case: Case) -> str:
    """The case as JSON text, with a newline at its end."""
    return visible_json(_laid_out(_case_json(case))) + "\n"


def write_case(case: Case, path: str | os.PathLike[str]) -> None:
    """Write the case, whole or not at all.

    Raises:
        OSError: It cannot be written; what was there before is still there.
    """
    write_whole(Path(path), case_text(case))


def load_case(path: str | os.PathLike[str]) -> Case:
    """The case in a file.

    Raises:
        CaseRefusedError: It cannot be read, is no case, or its events cannot follow each other; holds every fault.
    """
    name = os.fsdecode(path)
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        remedy = f"The system says: {error.strerror}."
        raise CaseRefusedError([UnreadableCaseProblem(name, remedy=remedy)]) from None
    except UnicodeDecodeError:
        raise CaseRefusedError([NoCaseProblem(name)]) from None
    return parse_case(text, name)


def parse_case(text: str, name: str = "case") -> Case:
    """The case that a text holds; `name` is what messages call it.

    Raises:
        CaseRefusedError: As `load_case`.
    """
    found = _parse(text, name)
    version, currency = found.get("schema_version"), found.get("currency")
    if "verdict" in found and "events" not in found:
        raise CaseRefusedError([ReportNotCaseProblem(name)])
    if not isinstance(version, int) or isinstance(version, bool):
        raise CaseRefusedError([NoCaseProblem(name)])
    if version != SCHEMA_VERSION:
        raise CaseRefusedError([CaseVersionProblem(name, str(version))])
    if not isinstance(currency, str) or currency not in MINOR_DIGITS:
        raise CaseRefusedError([CurrencyProblem(f"{name}: currency", str(currency))])
    reading = Reading(name, currency)
    told = list(_read_events(found.get("events"), reading))
    for key in found:
        if key not in {"schema_version", "id", "currency", "events"}:
            reading.fault(UnknownKeyProblem, "the case", key)
    identity = found.get("id")
    if not isinstance(identity, str) or not identity:
        reading.fault(MissingKeyProblem, "id")
    if reading.problems:
        raise CaseRefusedError(reading.problems)
    return _replayed(Case(str(identity), tuple(told)), currency, name)


def case_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a case."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A case of billcheck",
        "type": "object",
        "description": "Everything that happened about one customer's arrears, in the order it was told.",
        "additionalProperties": False,
        "required": ["schema_version", "id", "currency", "events"],
        "properties": {
            "schema_version": {"const": SCHEMA_VERSION},
            "id": {"type": "string", "minLength": 1, "description": "Stable; never changes."},
            "currency": {"type": "string", "enum": sorted(MINOR_DIGITS), "description": "Of every amount."},
            "events": {
                "type": "array",
                "minItems": 1,
                "description": "The opening first; later ones are only ever appended.",
                "items": {"oneOf": [_event_schema(name, kind) for name, kind in EVENTS.items()]},
            },
        },
    }


def _laid_out(value: Any, depth: int = 0) -> str:  # noqa: ANN401 - anything JSON may hold
    """The JSON of a value: in one line where it is short, else each member in a line of its own."""
    whole = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not isinstance(value, dict | list) or not value or len(whole) + depth <= _LINE:
        return whole
    inner = " " * (depth + 1)
    if isinstance(value, dict):
        members = [f"{json.dumps(key)}: {_laid_out(each, depth + 1)}" for key, each in value.items()]
        return "{\n" + ",\n".join(f"{inner}{member}" for member in members) + f"\n{' ' * depth}}}"
    elements = [f"{inner}{_laid_out(each, depth + 1)}" for each in value]
    return "[\n" + ",\n".join(elements) + f"\n{' ' * depth}]"


def _event_schema(name: str, kind: type[events.Event]) -> dict[str, Any]:
    schema = record_of(kind).schema()
    return {
        **schema,
        "required": ["event", *schema["required"]],
        "properties": {"event": {"const": name}, **schema["properties"]},
    }


def _case_json(case: Case) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "id": case.id,
        "currency": case.currency,
        "events": [
            {"event": type(event).__name__.lower(), **record_of(type(event)).dump(event, case.currency)}
            for event in case.events
        ],
    }


def _parse(text: str, name: str) -> dict[str, Any]:
    repeated: list[str] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(pairs)
        if len(table) != len(pairs):
            keys = [key for key, _ in pairs]
            repeated.extend(key for key in table if keys.count(key) > 1)
        return table

    try:
        found = json.loads(text, object_pairs_hook=members) if len(text) <= _LONGEST else None
    except json.JSONDecodeError as error:
        if _BEGINNING.match(text):
            what = (
                f"The file begins as a case, and makes no sense from line {error.lineno} on: it was cut off or changed."
            )
            raise CaseRefusedError([CutCaseProblem(name, what=what)]) from None
        found = None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise CaseRefusedError([NoCaseProblem(name)])
    if repeated:
        raise CaseRefusedError([RepeatedKeyProblem(name, key) for key in repeated])
    return found


def _read_events(found: Any, reading: Reading) -> Iterator[events.Event]:  # noqa: ANN401 - anything JSON may hold
    """The events that can be read; the faults of the others are noted."""
    if not isinstance(found, list) or not found:
        reading.fault(EmptyCaseProblem, "events")
        return
    if len(found) > MOST_EVENTS:
        reading.fault(TooManyEventsProblem, "events", str(len(found)))
        return
    for number, entry in enumerate(found, start=1):
        place = f"event {number}"
        name = entry.get("event") if isinstance(entry, dict) else None
        kind = EVENTS.get(name) if isinstance(name, str) else None
        if kind is None:
            reading.fault(WrongTypeProblem, f"{place} event", name, f"Write one of: {', '.join(EVENTS)}.")
            continue
        if (kind is events.Opened) is not (number == 1):
            reading.fault(EmptyCaseProblem, place, name)
            continue
        told = {key: value for key, value in entry.items() if key != "event"}
        event = record_of(kind).read(told, f"{place} {name}", reading)
        if event is not FAULTY:
            yield event


def _replayed(case: Case, currency: str, name: str) -> Case:
    """The case built up again, event by event."""
    opened = case.opened
    problems = [_placed(each, "event 1 opened") for each in cause_problems(opened.cause, opened.on)]
    for number, event in enumerate(case.events, start=1):
        arrears = event.arrears if isinstance(event, events.Opened | events.Reopened) else None
        if arrears is not None:
            problems.extend(_placed(each, f"event {number}") for each in arrears_problems(arrears))
            if (arrears.currency, fold_name(arrears.customer)) != (currency, fold_name(case.customer)):
                problems.append(CurrencyProblem(f"event {number} arrears", f"{arrears.customer} {arrears.currency}"))
    if problems:
        raise CaseRefusedError([_placed(problem, f"{name}:") for problem in problems])
    replayed = Case(case.id, case.events[:1])
    for number, event in enumerate(case.events[1:], start=2):
        try:
            replayed = add(replayed, event)
        except EventRefusedError as error:
            raise CaseRefusedError([_placed(each, f"{name}: event {number}") for each in error.problems]) from None
    return replayed


def _placed(problem: Problem, place: str) -> Problem:
    return type(problem)(f"{place} {problem.where}", problem.value, what=problem.what, remedy=problem.advice)
