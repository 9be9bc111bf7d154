"""Customers of one family as one account, where one agreement is billed now to this one and now to that one.

Comes in: the accounts of a history, and how one is learned. Goes out: what each of them shows, families as one account
where that explains more of what was billed. Must not know contract files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.history.lines import Account
from billcheck.ledger.names import fold_code, fold_name, spaced_words
from billcheck.ledger.source import NO_DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from billcheck.history.learning import Learned, Recurring

_MOST_MEMBERS = 12
"""A customer with more sub-customers is billed by each of them."""


def learn_families(accounts: Sequence[Account], learn: Callable[[Account], Learned]) -> Iterator[Learned]:
    """What accounts show, in their order; a family that is one stands where its first member does."""
    names = frozenset(_words_of(account) for account in accounts)
    families: dict[tuple[_Words, str], list[Account]] = {}
    for account in accounts:
        if not fold_code(account.contract):
            families.setdefault((_root_of(account, names), account.currency), []).append(account)
    settled: set[int] = set()
    for account in accounts:
        if id(account) in settled:
            continue
        members = families.get((_root_of(account, names), account.currency), [])
        if fold_code(account.contract) or not 1 < len(members) <= _MOST_MEMBERS:
            yield learn(account)
            continue
        settled.update(map(id, members))
        apart = [learn(member) for member in members]
        together = learn(_joined(members))
        if _is_one(together) and _unexplained(together) < sum(map(_unexplained, apart)):
            yield together
        else:
            yield from apart


_Words = tuple[str, ...]


def _words_of(account: Account) -> _Words:
    return tuple(spaced_words(account.customer).split())


def _root_of(account: Account, names: frozenset[_Words]) -> _Words:
    """The shortest name of a customer with whose words its own begins: "Acme" for "Acme:North" and "Acme Holding".

    A name under an id of its own is another customer's, but for a sub-customer: "Parent:Child", as QuickBooks writes.
    """
    words = _words_of(account)
    if account.ids and ":" not in account.customer:
        return words
    shorter = (words[:length] for length in range(1, len(words)))
    parent = account.customer.partition(":")[0]
    return next((each for each in shorter if each in names), None) or tuple(spaced_words(parent).split())


def _joined(members: Sequence[Account]) -> Account:
    """All that the members were billed, as one account."""
    whole = Account(members[0].currency, members[0].contract, is_family=True)
    for member in members:
        whole.names += member.names
        whole.ids.update(member.ids)
        whole.last_name = max(whole.last_name, member.last_name)
        whole.charges += member.charges
        whole.credits += member.credits
        whole.reversed += member.reversed
        whole.templates += member.templates
    for lines in (whole.charges, whole.credits):
        lines.sort(key=lambda line: (line.day, line))
    whole.leave_out_reversed()
    return whole


def _is_one(together: Learned) -> bool:
    """Whether something is billed under several names, and hardly ever under two for one period.

    Where it is, both together have to be the price of other periods.
    """
    is_shared = False
    for one in together.recurring:
        by_period = _names_by_period(one)
        is_shared = is_shared or len(set[str]().union(*by_period.values())) > 1
        usual = {billed.number for run in one.prices.runs if len(run.periods) > 1 for billed in run.periods}
        doubled = [number for number, names in by_period.items() if len(names) > 1]
        if len(doubled) * 4 > one.prices.periods or not usual.issuperset(doubled):
            return False
    return is_shared


def _names_by_period(one: Recurring) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for event, (first, last) in zip(one.series.events, one.rhythm.numbers, strict=True):
        for number in range(first, last + 1):
            found.setdefault(number, set()).update(fold_name(line.customer) for line in event.lines)
    return found


def _unexplained(learned: Learned) -> int:
    """How many periods were not billed, how many lines recur at no price or not at all, and what names less."""
    missed = sum(len(one.prices.missed) for one in learned.recurring)
    rest = [*(one.series for one in learned.varying), *learned.others]
    named_otherwise = sum(map(_names_less, learned.recurring))
    return missed + named_otherwise + sum(len(series.lines) for series in rest)


def _names_less(one: Recurring) -> bool:
    """Whether its texts name less than its periods, such as every other month."""
    return not one.rhythm.stated and any(event.first_day != NO_DAY for event in one.series.events)
