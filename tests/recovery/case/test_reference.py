"""The page about cases says of states, events and safeguards what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from billcheck.recovery.case_files import EVENTS
from billcheck.recovery.questions import SAFEGUARDS
from billcheck.recovery.states import MEANINGS, TABLE, State

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "recovery.md").read_text(encoding="utf-8")
EVERYWHERE = ("briefed", "drafted", "paid", "waived")


def section(name: str) -> str:
    return PAGE.split(f"({name})=\n")[1].split("\n(")[0]


def rows_of(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines][2:]


def test_every_state_with_its_events() -> None:
    told = rows_of(section("states"))
    assert [row[0] for row in told] == [f"`{state}`" for state in State]
    for (_, meaning, stays, moves), state in zip(told, State, strict=True):
        assert meaning == MEANINGS[state]
        own = {event: after for event, after in TABLE[state].items() if event not in EVERYWHERE}
        own = {event: after for event, after in own.items() if event != "reopened" and not event.startswith("closed ")}
        assert set(re.findall(r"`([\w ]+)`", stays)) == {event for event, after in own.items() if after is state}
        assert dict(re.findall(r"`([\w ]+)` → `(\w+)`", moves)) == {
            event: str(after) for event, after in own.items() if after is not state
        }


def test_what_the_page_says_of_every_state_that_is_not_closed() -> None:
    for state in State:
        is_closed = state.startswith("closed_")
        assert TABLE[state]["reopened"] is State.OPENED
        assert all((event in TABLE[state]) is not is_closed for event in EVERYWHERE)
        assert all(TABLE[state].get(event, state) is state for event in EVERYWHERE)
        endings = {event: after for event, after in TABLE[state].items() if event.startswith("closed ")}
        assert endings == (
            {} if is_closed else {f"closed {each[7:]}": each for each in State if each.startswith("closed_")}
        )


def test_every_event() -> None:
    told = [name for row in rows_of(section("events")) for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(told) == sorted(EVENTS)


def test_every_safeguard_with_what_settles_it() -> None:
    assert rows_of(section("safeguards")) == [
        [f"`{kind.name}`", (kind.__doc__ or "").strip(), kind.remedy] for kind in SAFEGUARDS
    ]
