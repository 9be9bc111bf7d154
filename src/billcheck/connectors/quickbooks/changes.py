"""What QuickBooks Online says was changed and deleted lately, which no query tells of what was deleted.

Comes in: answers to the question for changes (CDC). Goes out: ids, by what they are of. It looks back 30 days, gives at
most 1,000 objects without pages, and has called an object deleted that was only changed: what was deleted is believed
once it cannot be read any more. Must not know requests, or documents.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from billcheck.connectors.payload import Payload

LOOKS_BACK = timedelta(days=29)
"""It refuses more than 30 days, whatever its clock says."""
MOST_CHANGES = 1000
"""Objects of one answer; with as many, others may have been left out."""
_DAYS = (LOOKS_BACK.days, 7, 1)
"""How far back is looked, the longest first."""


@dataclass(frozen=True, slots=True)
class Changes:
    """The ids of what changed since a moment and of what is said to be deleted, by entity.

    Where `is_capped`, there may be more of either.
    """

    changed: Mapping[str, frozenset[str]]
    deleted: Mapping[str, frozenset[str]]
    is_capped: bool


def read_changes(answer: Payload, entities: Sequence[str]) -> Changes:
    """What an answer to the question for changes says.

    Args:
        answer: Its outermost object.
        entities: Those that were asked for; their order in the answer is free, and one without changes may be missing.

    Raises:
        AnswerError: It is no such answer.
    """
    changed: dict[str, set[str]] = {entity: set() for entity in entities}
    deleted: dict[str, set[str]] = {entity: set() for entity in entities}
    count = 0
    for part in answer.each("CDCResponse"):
        for group in part.optional_each("QueryResponse"):
            for entity in entities:
                for each in group.optional_each(entity):
                    count += 1
                    is_gone = each.optional_text("status").lower() == "deleted"
                    (deleted if is_gone else changed)[entity].add(each.text("Id"))
    return Changes(
        {entity: frozenset(ids) for entity, ids in changed.items()},
        {entity: frozenset(ids - changed[entity]) for entity, ids in deleted.items()},
        count >= MOST_CHANGES,
    )


@dataclass(frozen=True, slots=True)
class Deletions:
    """What was deleted since a moment, as in ``Invoice 39``; `since` is None where too much changed to tell."""

    since: datetime | None
    ids: tuple[str, ...] = ()


def find_deletions(
    now: datetime,
    entities: Sequence[str],
    ask: Callable[[datetime], Payload],
    find: Callable[[str, Sequence[str]], set[str]],
) -> Deletions:
    """What was deleted in the longest time that one answer can hold.

    Args:
        now: The time.
        entities: What to look for.
        ask: Asks for the changes since a moment.
        find: Those of some ids of an entity that can still be read.

    Raises:
        ConnectorError: An answer did not come or is none.
    """
    for days in _DAYS:
        since = now - timedelta(days=days)
        changes = read_changes(ask(since), entities)
        if not changes.is_capped:
            break
    else:
        return Deletions(None)
    gone = []
    for entity, ids in changes.deleted.items():
        there = find(entity, sorted(ids)) if ids else set[str]()
        gone += [f"{entity} {key}" for key in sorted(ids - there)]
    return Deletions(since, tuple(gone))
