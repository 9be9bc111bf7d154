"""Where a case stands, and which events can happen there.

Comes in: a case and an event. Goes out: the case with the event appended, or every reason why it cannot happen; the
state of a case by one table. Must not know files, reports or wording for clients.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from billcheck.errors import EventRefusedError, Problem
from billcheck.recovery.event_checks import endings_of, problems_with
from billcheck.recovery.events import Agreed, Closed, Drafted, Invoiced, Opened
from billcheck.recovery.sums import sums_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from billcheck.recovery.case import Case
    from billcheck.recovery.events import Event


class State(StrEnum):
    """Where a case stands."""

    OPENED = "opened"
    NOTICED = "noticed"
    IN_TALKS = "in_talks"
    AGREED = "agreed"
    AWAITING_PAYMENT = "awaiting_payment"
    PLAN_RUNNING = "plan_running"
    DISPUTED = "disputed"
    REFUSED = "refused"
    CLOSED_PAID = "closed_paid"
    CLOSED_WAIVED = "closed_waived"
    CLOSED_SETTLED = "closed_settled"
    CLOSED_GIVEN_UP = "closed_given_up"


MEANINGS: Mapping[State, str] = {
    State.OPENED: "The arrears are frozen; the client has not heard of them.",
    State.NOTICED: "A notice was made; nobody has talked to the client yet.",
    State.IN_TALKS: "Somebody has talked to the client, who has not answered yet.",
    State.AGREED: "The client agreed how to pay; the documents are to be made.",
    State.AWAITING_PAYMENT: "The arrears are invoiced; the case is closed when they are paid.",
    State.PLAN_RUNNING: "Payments were agreed, and run.",
    State.DISPUTED: "The client disputes the claim; a compromise is looked for.",
    State.REFUSED: "The client refuses; it is for the supplier to decide what follows.",
    State.CLOSED_PAID: "Everything was invoiced and paid.",
    State.CLOSED_WAIVED: "Everything was waived.",
    State.CLOSED_SETTLED: "A part was paid, and the rest waived or credited.",
    State.CLOSED_GIVEN_UP: "The case ended with something open or outstanding.",
}

WITH_PLAN = "agreed with payments"
"""How the table calls an agreement to an offer that is paid in several payments."""

_TO_SELF = ("briefed", "drafted", "paid", "waived")
_TALKING = (*_TO_SELF, "noticed", "contacted", "objected", "offered")
_ANSWERS = {
    "agreed": State.AGREED,
    WITH_PLAN: State.PLAN_RUNNING,
    "disputed": State.DISPUTED,
    "refused": State.REFUSED,
}
_CLOSED = (State.CLOSED_PAID, State.CLOSED_WAIVED, State.CLOSED_SETTLED, State.CLOSED_GIVEN_UP)


def _row(state: State, stays: tuple[str, ...], **moves: State) -> dict[str, State]:
    closing = {f"closed {closed.removeprefix('closed_')}": closed for closed in _CLOSED}
    return {**dict.fromkeys(stays, state), **moves, **closing, "reopened": State.OPENED}


TABLE: Mapping[State, Mapping[str, State]] = {
    State.OPENED: _row(
        State.OPENED,
        _TO_SELF,
        noticed=State.NOTICED,
        contacted=State.IN_TALKS,
        invoiced=State.AWAITING_PAYMENT,
    ),
    State.NOTICED: _row(
        State.NOTICED,
        (*_TO_SELF, "noticed"),
        contacted=State.IN_TALKS,
        invoiced=State.AWAITING_PAYMENT,
    ),
    State.IN_TALKS: {
        **_row(State.IN_TALKS, _TALKING, invoiced=State.AWAITING_PAYMENT),
        **_ANSWERS,
    },
    State.AGREED: {
        **_row(State.AGREED, _TALKING, planned=State.PLAN_RUNNING, invoiced=State.AWAITING_PAYMENT),
        **_ANSWERS,
    },
    State.AWAITING_PAYMENT: {
        **_row(State.AWAITING_PAYMENT, (*_TALKING, "invoiced"), planned=State.PLAN_RUNNING),
        **_ANSWERS,
        "agreed": State.AWAITING_PAYMENT,
    },
    State.PLAN_RUNNING: {**_row(State.PLAN_RUNNING, (*_TALKING, "invoiced", "planned")), **_ANSWERS},
    State.DISPUTED: {**_row(State.DISPUTED, (*_TALKING, "invoiced")), **_ANSWERS},
    State.REFUSED: {**_row(State.REFUSED, (*_TALKING, "invoiced")), **_ANSWERS},
    **{state: {"reopened": State.OPENED} for state in _CLOSED},
}
"""State and event to the state after it; what does not stand here cannot happen."""


class ImpossibleEventProblem(Problem):
    """This cannot happen as the case stands."""


class NoContactProblem(Problem):
    """This needs a contact with the client."""

    remedy = "Record it first: contacted."


class EarlierDayProblem(Problem):
    """The day lies before that of the event before it."""


def name_of(event: Event) -> str:
    """What the table calls an event."""
    if isinstance(event, Closed):
        return f"closed {event.outcome}"
    if isinstance(event, Agreed) and event.offer.payments:
        return WITH_PLAN
    return type(event).__name__.lower()


def state_of(case: Case) -> State:
    """Where the case stands."""
    state = State.OPENED
    for event in case.events[1:]:
        state = TABLE[state][name_of(event)]
    return state


def add(case: Case, event: Event) -> Case:
    """The case with an event appended.

    Raises:
        EventRefusedError: It cannot happen as the case stands, or would break its sums; holds every reason.
    """
    state, name = state_of(case), name_of(event)
    problems: list[Problem] = []
    if name not in TABLE[state] or isinstance(event, Opened):
        problems.append(ImpossibleEventProblem(name, what=_impossible(state, name), remedy=_possible(case, state)))
    elif not case.has_contact and _needs_contact(event):
        problems.append(NoContactProblem(name))
    if event.on < case.events[-1].on:
        problems.append(EarlierDayProblem(name, str(event.on), remedy=_ways_out(case)))
    if not problems:
        problems.extend(problems_with(case, event))
    if problems:
        raise EventRefusedError(problems)
    return replace(case, events=(*case.events, event))


def _needs_contact(event: Event) -> bool:
    """Whether an event bills arrears that nobody talked about, and no override says why."""
    if isinstance(event, Drafted):
        return event.override is None and any(line.is_arrears for each in event.documents for line in each.lines)
    return isinstance(event, Invoiced) and not event.draft


def _impossible(state: State, name: str) -> str:
    return f"In a case that is {state}, {name} cannot happen."


def _ways_out(case: Case) -> str:
    """What to do about a day that lies before the last event, which may be the one that is wrong."""
    return (
        f"The last event is of {case.events[-1].on}. If that day is wrong, take its event out of the file of the case, "
        "or put back the file as it was before; it is checked again when it is read."
    )


def _possible(case: Case, state: State) -> str:
    """What can be done now."""
    needs_contact = not case.has_contact and "contacted" in TABLE[state]
    first = "Record the contact with the client first: contacted. " if needs_contact else ""
    sums = sums_of(case)
    is_pointless = {
        "paid": not sums.outstanding_minor,
        **dict.fromkeys(("drafted", "invoiced", "waived"), not sums.open_minor),
        **{f"closed {outcome}": not fits for outcome, fits in endings_of(case).items()},
    }
    possible = ", ".join(name for name in TABLE[state] if not is_pointless.get(name, False))
    return f"{first}Possible now: {possible}."
