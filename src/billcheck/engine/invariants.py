"""Checks that must hold in every run, raised even under ``python -O``.

Comes in: books and totals. Goes out: nothing, or `InternalError`. Must not know how the figures came about: it adds
them a second way.
"""

from __future__ import annotations

from collections import Counter
from operator import lt
from typing import TYPE_CHECKING

from billcheck.errors import InternalError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck.causes import CauseGroup
    from billcheck.engine.books import Books
    from billcheck.engine.events import Event
    from billcheck.findings import Totals
    from billcheck.pricing.schedule import Schedule


def check_conserved(books: Books, events: Iterable[Event], contract: str, charge: str) -> None:
    """Every cent of every event is posted or left over exactly once, and the periods add up to the postings.

    Raises:
        InternalError: Some cent is lost or counted twice.
    """
    placed: Counter[tuple[int, ...]] = Counter()
    billed: Counter[int] = Counter()
    for posting in books.postings:
        placed[posting.event.rows] += posting.amount
        billed[posting.period] += posting.amount
    for leftover in books.leftovers:
        placed[leftover.event.rows] += leftover.amount
    for event in events:
        if placed.pop(event.rows, 0) != event.amount:
            raise InternalError(
                "every billed cent is allocated once", contract=contract, charge=charge, document=event.number
            )
    if placed:
        raise InternalError("no amount is allocated that no document bills", contract=contract, charge=charge)
    for period, amount in enumerate(books.billed):
        if billed[period] != amount:
            raise InternalError(
                "a period is billed what its postings say", contract=contract, charge=charge, period=period
            )


def check_charge_conserved(
    in_lines: int, *, allocated: int, left: int, drafted: int, foreign: int, contract: str, charge: str
) -> None:
    """What the lines of a charge, and so of its customer, add up to is allocated, left over, drafted or foreign.

    Raises:
        InternalError: The four do not add up to the lines: one lies in no event, or in two.
    """
    if allocated + left + drafted + foreign != in_lines:
        raise InternalError(
            "the lines of a charge are allocated, left over, drafts or in another currency", contract=contract,
            charge=charge, in_lines=in_lines, allocated=allocated, left=left, drafted=drafted, foreign=foreign,
        )  # fmt: skip


def check_partition(schedule: Schedule) -> None:
    """The regular rows follow each other without a gap or an overlap, and each change lies inside one of them.

    A charge that does not recur has days and no periods.

    Raises:
        InternalError: A day of the term lies in no period, or in two.
    """
    if schedule.charge.every is None:
        return
    first_days, ends, changes = schedule.first_days, schedule.ends, schedule.changes
    if any(changes):
        columns = list(zip(first_days, ends, changes, strict=True))
        regular = sorted((first_day, end) for first_day, end, is_change in columns if not is_change)
        for first_day, end in ((first_day, end) for first_day, end, is_change in columns if is_change):
            if not any(begin <= first_day < end <= stop for begin, stop in regular):
                raise InternalError("a change lies inside a period", contract=schedule.contract.id, first_day=first_day)
        first_days, ends = tuple(first_day for first_day, _ in regular), tuple(end for _, end in regular)
    if first_days[1:] != ends[:-1] or not all(map(lt, first_days, ends)):
        raise InternalError(
            "periods follow each other without a gap", contract=schedule.contract.id, charge=schedule.charge.name
        )


def check_lines_conserved(
    currency: str, in_ledger: int, *, allocated: int, residue: int, aside: int, out_of_scope: int
) -> None:
    """What the kept lines of a currency add up to is allocated, residue, set aside or out of scope.

    Raises:
        InternalError: The four do not add up to the lines.
    """
    if allocated + residue + aside + out_of_scope != in_ledger:
        raise InternalError(
            "the kept lines are allocated, residue, set aside or out of scope", currency=currency,
            in_ledger=in_ledger, allocated=allocated, residue=residue, set_aside=aside, out_of_scope=out_of_scope,
        )  # fmt: skip


def check_totals(totals: Totals) -> None:
    """`net` is what was expected less what was billed, and also arrears less overbilled plus rounding.

    Raises:
        InternalError: The two ways disagree.
    """
    by_parts = totals.arrears - totals.overbilled + totals.rounding
    if totals.net != totals.expected - totals.billed or totals.net != by_parts:
        raise InternalError(
            "net adds up two ways", currency=totals.currency, net=totals.net, expected=totals.expected,
            billed=totals.billed, arrears=totals.arrears, overbilled=totals.overbilled, rounding=totals.rounding,
        )  # fmt: skip


def check_causes(totals: Iterable[Totals], groups: Iterable[CauseGroup]) -> None:
    """The groups of causes, what nothing explains among them, add up to arrears and to what is overbilled.

    Raises:
        InternalError: Some difference lies in no group, or in two.
    """
    sums: Counter[tuple[str, str]] = Counter()
    for group in groups:
        sums[group.currency, group.part_of] += group.amount_minor
    for total in totals:
        for name, amount in (("arrears", total.arrears), ("overbilled", total.overbilled)):
            in_groups = sums.pop((total.currency, name), 0)
            if in_groups != amount:
                raise InternalError(
                    f"the causes add up to the total '{name}'", currency=total.currency, causes=in_groups, total=amount
                )
    if sums:
        raise InternalError("every cause is of a currency with totals", currencies=sorted({key[0] for key in sums}))
