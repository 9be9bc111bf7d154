"""Lines that bill the same thing again and again, as series; nothing is decided yet about how often.

Comes in: the lines of one account. Goes out: series of events, each one document's lines of that thing for one period.
What tells things apart are the codes of lines and the words of their texts; an amount never does, for prices change.
Must not know cadences, prices or contracts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from billcheck.history.wording import folded, name_in, wording_of
from billcheck.ledger.names import fold_code
from billcheck.ledger.source import NO_DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from billcheck.history.lines import Account, BilledLine

_FEW_DAYS = 400
"""So long may the same item pause before it counts as another agreement's."""
_MOST_LOOKED_AT = 50
"""Of the parts that share a code, how many of the latest a new one may go on from."""


class Event(NamedTuple):
    """One document's lines of one series for one period, or for none that is stated (`NO_DAY`)."""

    document: str
    day: int
    first_day: int
    end_day: int
    amount: int
    lines: tuple[BilledLine, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """Lines of one thing; `events` in the order of their periods, else of their days."""

    lines: tuple[BilledLine, ...]
    events: tuple[Event, ...]

    @property
    def name(self) -> str:
        """What all its texts say, else the charge or the item that its lines name; empty where they say nothing."""
        charges = {line.charge for line in self.lines}
        if len(charges) == 1 and "" not in charges:
            return next(iter(charges))
        return name_in(line.text for line in self.lines) or max(line.item for line in self.lines)

    @property
    def amounts(self) -> frozenset[int]:
        """The amounts of its events."""
        return frozenset(event.amount for event in self.events)

    def codes(self, field: str) -> tuple[str, ...]:
        """The spellings of one code, each once, the one of the latest line first; empty where some line has none."""
        found = dict.fromkeys(getattr(line, field) for line in reversed(self.lines))
        if "" in found:
            return ()
        by_fold: dict[str, str] = {}
        for code in found:
            by_fold.setdefault(fold_code(code), code)
        return tuple(by_fold.values())


def codes_of(series: Series) -> frozenset[tuple[str, ...]]:
    """The codes that its lines bear: charge, item, account and tracking of each."""
    return frozenset(tuple(map(folded, (line.charge, line.item, line.account, line.tracking))) for line in series.lines)


def joined(one: Series, other: Series) -> Series:
    """Two series as one."""
    return _series([*one.lines, *other.lines])


def with_lines(series: Series, lines: Iterable[BilledLine]) -> Series:
    """A series with further lines of the same thing."""
    return _series([*series.lines, *lines])


def series_of_line(line: BilledLine) -> Series:
    """A single line as a series."""
    return _series([line])


def find_series(account: Account) -> list[Series]:
    """The series of an account, by the day of their first line; what makes up for others shows no regular amount."""
    groups: dict[tuple[str, ...], list[BilledLine]] = defaultdict(list)
    for line in account.charges:
        if line.is_catch_up:
            continue
        words = "" if line.charge else wording_of(line.text).words
        codes = tuple(map(folded, (line.charge, line.item, line.account, line.tracking)))
        groups[*codes, words].append(line)
    parts: list[tuple[tuple[str, ...], list[BilledLine]]] = []
    for key in sorted(groups):
        parts.extend((key, part) for part in _parted(groups[key]))
    return sorted(map(_series, _joined(parts)), key=lambda series: (series.lines[0].day, series.name, series.lines[0]))


def _parted(lines: list[BilledLine]) -> list[list[BilledLine]]:
    """Lines of equal words and codes, apart where they recur side by side: by template, or by number in the text."""
    lines.sort()
    by_text = (lambda line: wording_of(line.text).numbered) if not lines[0].charge else (lambda _: "")
    for key in (lambda line: folded(line.template), by_text):
        parts = _by(lines, key)
        if len(parts) > 1 and _run_side_by_side(parts):
            return parts
    return [lines]


def _by(lines: Iterable[BilledLine], key: Callable[[BilledLine], str]) -> list[list[BilledLine]]:
    parts: dict[str, list[BilledLine]] = defaultdict(list)
    for line in lines:
        parts[key(line)].append(line)
    return [parts[name] for name in sorted(parts)]


def _run_side_by_side(parts: Sequence[list[BilledLine]]) -> bool:
    """Whether every part recurs, and each runs while the others do."""
    if any(len({line.document for line in part}) < 2 for part in parts):  # noqa: PLR2004 - twice is recurring
        return False
    latest_start = max(min(line.day for line in part) for part in parts)
    return latest_start < min(max(line.day for line in part) for part in parts)


def _joined(parts: list[tuple[tuple[str, ...], list[BilledLine]]]) -> list[list[BilledLine]]:
    """Parts that follow each other in time and bill the same thing under other words or codes, as one."""
    found: list[list[BilledLine]] = []
    bearing: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for key, lines in sorted(parts, key=lambda part: (min(line.day for line in part[1]), part)):
        lines.sort(key=_in_time)
        marks = _marks(key)
        earlier = [(rank, number) for rank, mark in enumerate(marks) for number in bearing[mark][-_MOST_LOOKED_AT:]]
        fitting = [
            (rank, -len(found[number]), number)
            for rank, number in earlier
            if _follows(found[number], lines, is_same_thing=rank < len(marks) - 1)
        ]
        if fitting:
            number = min(fitting)[-1]
            found[number].extend(lines)
        else:
            number = len(found)
            found.append(list(lines))
        for mark in marks:
            if number not in bearing[mark]:
                bearing[mark].append(number)
    return found


def _marks(key: tuple[str, ...]) -> list[tuple[str, ...]]:
    """By what a part may go on, the surest first: the same words, the same item; at last, the same account alone."""
    charge, item, account, tracking, words = key
    sure: list[tuple[str, ...]] = [("words", charge, item, words)] if words or charge else []
    sure += [("item", charge, item)] if item else []
    return [*sure, ("codes", charge, item, account, tracking)]


def _follows(earlier: list[BilledLine], later: list[BilledLine], *, is_same_thing: bool) -> bool:
    """Whether a part begins after the other has ended, soon enough, and where need be with the same amount."""
    gap = later[0].day - earlier[-1].day
    recur_alike = len(earlier) > 1 < len(later) and earlier[-1].amount == later[0].amount
    return 0 < gap <= _FEW_DAYS and (is_same_thing or recur_alike)


def _in_time(line: BilledLine) -> tuple[int, BilledLine]:
    return line.day, line


def _series(lines: list[BilledLine]) -> Series:
    lines.sort(key=_in_time)
    grouped: dict[tuple[str, int, int], list[BilledLine]] = defaultdict(list)
    for line in lines:
        grouped[line.document, line.first_day, line.end_day].append(line)
    events = [
        Event(document, members[0].day, first_day, end_day, sum(line.amount for line in members), tuple(members))
        for (document, first_day, end_day), members in grouped.items()
    ]
    events.sort(key=lambda event: (event.first_day if event.first_day != NO_DAY else event.day, event))
    return Series(tuple(lines), tuple(events))


def most_common(values: Iterable[int]) -> tuple[int, int]:
    """The value that stands most often, the least of several, and how often; (0, 0) for none."""
    counts = Counter(values)
    return min(
        ((value, count) for value, count in counts.items()), key=lambda pair: (-pair[1], pair[0]), default=(0, 0)
    )
