"""Lines below zero that recur on the invoices of a charge, as what is taken off its price.

Comes in: series that recur, and the lines below zero that are no series. Goes out: discounts, each with the periods it
is given for and its lines; a percentage where one gives every amount to the cent, else an amount; and the lines that
are none. Must not know contract files.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from billcheck.history.wording import folded, wording_of
from billcheck.ledger.names import spaced_words
from billcheck.ledger.source import NO_DAY
from billcheck.money import percent_of, tax_on

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence
    from decimal import Decimal

    from billcheck.history.lines import BilledLine
    from billcheck.history.prices import Prices
    from billcheck.history.rhythm import Rhythm
    from billcheck.history.series import Event, Series

_MOST_DECIMALS = 2
_MOST_RUNS = 6


class Charged(NamedTuple):
    """A series that recurs, as far as a discount on it needs to be known."""

    series: Series
    rhythm: Rhythm
    prices: Prices


@dataclass(frozen=True, slots=True)
class Discount:
    """What was taken off a charge for periods in a row: a percentage, else minor units for each period.

    `first` and `last` are numbers of periods. `others` is how many other charges the same percentage is off.
    """

    percent: Decimal | None
    amount: int
    first: int
    last: int
    lines: tuple[BilledLine, ...]
    others: int = 0


class _Given(NamedTuple):
    """What one document takes off: `base` is what it bills of the charges, `number` the period of the first of them.

    `is_sure` says that it bills nothing else that this could be off.
    """

    number: int
    last: int
    base: int
    off: int
    lines: tuple[BilledLine, ...]
    is_sure: bool


def find_discounts(
    credits_: Sequence[BilledLine], charged: Sequence[Charged], charges: Sequence[BilledLine]
) -> tuple[list[list[Discount]], list[BilledLine]]:
    """The discounts of each series, in its place, and the lines that are none.

    Args:
        credits_: Lines below zero.
        charged: The series that recur.
        charges: All lines above zero of the account.
    """
    found: list[list[Discount]] = [[] for _ in charged]
    beside = _Beside(charged, charges)
    groups: dict[tuple[str, ...], list[BilledLine]] = defaultdict(list)
    for line in credits_:
        if line.is_on_invoice and not line.credited:
            groups[key_of(line)].append(line)
    taken: set[BilledLine] = set()
    for _, lines in sorted(groups.items()):
        for place, discount in _discounts(lines, charged, beside):
            found[place].append(discount)
            taken.update(discount.lines)
    return found, [line for line in credits_ if line not in taken]


def key_of(line: BilledLine) -> tuple[str, ...]:
    """By what lines bill the same thing: their codes, and their words where they name no charge."""
    words = "" if line.charge else wording_of(line.text).words
    return (*map(folded, (line.charge, line.item, line.account, line.tracking)), words)


class _Beside:
    """What the documents of an account bill, by series."""

    def __init__(self, charged: Sequence[Charged], charges: Sequence[BilledLine]) -> None:
        self._names = [spaced_words(each.series.name) for each in charged]
        self._keys = [frozenset(map(key_of, each.series.lines)) for each in charged]
        self._billed: dict[str, dict[int, list[tuple[int, int, int, int, int]]]] = defaultdict(dict)
        for place, each in enumerate(charged):
            for event, (first, last) in zip(each.series.events, each.rhythm.numbers, strict=True):
                entry = (first, last, event.amount, event.first_day, event.end_day)
                self._billed[event.document].setdefault(place, []).append(entry)
        self._totals: dict[str, int] = defaultdict(int)
        for line in charges:
            self._totals[line.document] += line.amount

    def places_of(self, line: BilledLine) -> tuple[tuple[int, ...], bool]:
        """The series that a line lowers: the one it names, else all of its document.

        And whether that is sure: beside the series its document bills nothing else, such as a thing billed once.
        """
        billed = self._billed.get(line.document, {})
        named = [
            place
            for place in billed
            if key_of(line) in self._keys[place]
            or (self._names[place].strip() and self._names[place] in spaced_words(line.text))
        ]
        if len(named) == 1:
            return (named[0],), True
        total = sum(amount for entries in billed.values() for _, _, amount, _, _ in entries)
        return tuple(sorted(billed)), total == self._totals[line.document]

    def span(self, place: int, documents: Container[str]) -> tuple[int, int] | None:
        """The first and the last period, as a series numbers them, that it is billed on these documents.

        None where something else between bills it too, without what is taken off.
        """
        billed = [(document, entry) for document, by_place in self._billed.items() for entry in by_place.get(place, ())]
        own = [entry for document, entry in billed if document in documents]
        first, last = min(entry[0] for entry in own), max(entry[1] for entry in own)
        between = [document for document, entry in billed if first <= entry[0] and entry[1] <= last]
        return (first, last) if all(document in documents for document in between) else None

    def given(self, places: Sequence[int], lines: Sequence[BilledLine], *, is_sure: bool) -> _Given | None:
        """What the lines of one document take off these series; None where the periods differ or nothing is billed."""
        billed = self._billed[lines[0].document]
        entries = [billed[place] for place in places]
        if any(len(own) != 1 for own in entries):
            return None
        first, last, _, first_day, end_day = entries[0][0]
        stated = {(line.first_day, line.end_day) for line in lines if line.first_day != NO_DAY}
        if stated - {(first_day, end_day)}:
            return None
        base = sum(own[0][2] for own in entries)
        if base <= 0:
            return None
        return _Given(first, last, base, -sum(line.amount for line in lines), tuple(lines), is_sure)


def _discounts(
    lines: Sequence[BilledLine], charged: Sequence[Charged], beside: _Beside
) -> Iterator[tuple[int, Discount]]:
    """What lines of one wording take off, by series."""
    by_document: dict[str, list[BilledLine]] = defaultdict(list)
    for line in lines:
        by_document[line.document].append(line)
    targets = {document: {beside.places_of(line) for line in own} for document, own in by_document.items()}
    if len(by_document) < 2 or any(len(found) != 1 for found in targets.values()):  # noqa: PLR2004 - twice is recurring
        return
    target_of = {document: next(iter(found)) for document, found in targets.items()}
    places_of = {document: places for document, (places, _) in target_of.items()}
    if not all(places_of.values()):
        return
    given = [
        beside.given(places_of[document], own, is_sure=target_of[document][1]) for document, own in by_document.items()
    ]
    every = [each for each in given if each is not None]
    if len(every) < len(given) or not any(each.is_sure for each in every):
        return
    if len(set(places_of.values())) > 1:
        yield from _off_all(every, charged, places_of)
        return
    every.sort()
    places = next(iter(places_of.values()))
    runs = list(_runs(every, charged[places[0]], is_of_one=len(places) == 1))
    if (
        len({each.number for each in every}) < len(every)
        or not runs
        or len(runs) > max(1, min(len(every) // 2, _MOST_RUNS))
        or not all(any(each.is_sure for each in members) for _, _, members in runs)
    ):
        return
    found: list[tuple[int, Discount]] = []
    for percent, amount, members in runs:
        own_lines = tuple(line for each in members for line in each.lines)
        documents = {each.lines[0].document for each in members}
        for place in places:
            span = beside.span(place, documents)
            if span is None:
                return
            found.append((place, Discount(percent, amount, *span, own_lines, len(places) - 1)))
    yield from found


def _off_all(
    every: Sequence[_Given], charged: Sequence[Charged], places_of: Mapping[str, tuple[int, ...]]
) -> Iterator[tuple[int, Discount]]:
    """One percentage off whatever a document bills, now of these charges and now of those."""
    percent, _ = _terms(every, is_of_one=False) or (None, 0)
    if percent is None:
        return
    by_document = {each.lines[0].document: each for each in every}
    for place, one in enumerate(charged):
        spans: list[list[tuple[int, int, str]]] = [[]]
        for event, (first, last) in sorted(zip(one.series.events, one.rhythm.numbers, strict=True), key=_by_number):
            if place in places_of.get(event.document, ()):
                spans[-1].append((first, last, event.document))
            elif spans[-1]:
                spans.append([])
        for span in filter(None, spans):
            lines = tuple(line for _, _, document in span for line in by_document[document].lines)
            yield place, Discount(percent, 0, span[0][0], span[-1][1], lines, len(charged) - 1)


def _by_number(billed: tuple[Event, tuple[int, int]]) -> tuple[int, int]:
    return billed[1]


def _runs(
    every: Sequence[_Given], charged: Charged, *, is_of_one: bool
) -> Iterator[tuple[Decimal | None, int, list[_Given]]]:
    """Periods in a row off which one percentage or one amount was taken; none at all where some fit neither."""
    found: list[tuple[Decimal | None, int, list[_Given]]] = []
    billed = sorted({number for first, last in charged.rhythm.numbers for number in range(first, last + 1)})
    following = dict(pairwise(billed))
    members: list[_Given] = []
    for each in every:
        follows = bool(members) and following.get(members[-1].last) == each.number
        if members and not (follows and _terms([*members, each], is_of_one=is_of_one)):
            found.append((*(_terms(members, is_of_one=is_of_one) or (None, 0)), members))
            members = []
        members = [*members, each]
    found.append((*(_terms(members, is_of_one=is_of_one) or (None, 0)), members))
    if all(percent is not None or amount for percent, amount, _ in found):
        yield from found


def _terms(members: Sequence[_Given], *, is_of_one: bool) -> tuple[Decimal | None, int] | None:
    """The percentage that gives all amounts to the cent, of the fewest decimals; else the one amount of each period."""
    for decimals in range(_MOST_DECIMALS + 1):
        percent = percent_of(members[0].off, members[0].base, decimals)
        if 0 < percent <= 100 and all(tax_on(each.base, percent) == each.off for each in members):  # noqa: PLR2004
            return percent, 0
    amounts = {each.off for each in members}
    if is_of_one and len(amounts) == 1 and all(each.number == each.last for each in members):
        return None, amounts.pop()
    return None
