"""Contracts with their rows, and lines that do not count, as a report holds them: worked out when somebody looks.

Comes in: an examination and where its lines stand, and what is outside. Goes out: sequences that compute
what is asked for. Must not know reports or sources.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, overload

from billcheck.engine.evidence import find_set_aside, make_period_rows, make_set_aside
from billcheck.findings import ContractRows, Outside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from billcheck.causes import RunningCause
    from billcheck.engine.evidence import Places
    from billcheck.engine.examination import Examination
    from billcheck.engine.match import Matched
    from billcheck.findings import PeriodRow, SetAside
    from billcheck.ledger.source import OutsideTotal

KEPT_CONTRACTS = 256
"""How many contracts with rows a report keeps: those that several faces ask for one after the other."""


class LazyContracts(Sequence[ContractRows]):
    """Contracts with their rows, worked out when one is asked for; the last few are kept."""

    def __init__(self, examination: Examination, places: Places) -> None:
        self._examination = examination
        self._places = places
        self._kept: dict[int, ContractRows] = {}

    def __len__(self) -> int:
        return len(self._examination.contracts)

    @overload
    def __getitem__(self, index: int) -> ContractRows: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[ContractRows]: ...
    def __getitem__(self, index: int | slice) -> ContractRows | Sequence[ContractRows]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        kept = self._kept.get(index)
        if kept is None:
            kept = self._work_out(index)
            if len(self._kept) >= KEPT_CONTRACTS:
                self._kept.clear()
            self._kept[index] = kept
        return kept

    def _work_out(self, index: int) -> ContractRows:
        contract = self._examination.contracts[index]
        rows: list[PeriodRow] = []
        running: list[RunningCause] = []
        for slot in self._examination.slots_of(contract):
            charge = self._examination.examine(slot)
            rows.extend(make_period_rows(charge, charge.leaks.causes, self._places))
            running += [charge.leaks.running] if charge.leaks.running else []
        return ContractRows(contract, tuple(rows), self._examination.together_with(contract), tuple(running))


class LazyOutside(Sequence[Outside]):
    """What customers without a contract were billed, by customer and currency; of these there may be very many."""

    def __init__(self, totals: Mapping[tuple[str, str], OutsideTotal]) -> None:
        self._totals = totals
        self._keys = sorted(key for key, total in totals.items() if total.lines)

    def __len__(self) -> int:
        return len(self._keys)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # as of any list

    @overload
    def __getitem__(self, index: int) -> Outside: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Outside]: ...
    def __getitem__(self, index: int | slice) -> Outside | Sequence[Outside]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        total = self._totals[self._keys[index]]
        first_date, last_date = date.fromordinal(total.first_day), date.fromordinal(total.last_day)
        return Outside(*self._keys[index], total.lines, total.amount, first_date, last_date)


class LazySetAside(Sequence["SetAside"]):
    """Lines that do not count, read back when somebody looks, and only those."""

    def __init__(self, matched: Matched, places: Places, count: int) -> None:
        self._matched = matched
        self._places = places
        self._count = count
        self._rows: list[int] | None = None

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> SetAside: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[SetAside]: ...
    def __getitem__(self, index: int | slice) -> SetAside | Sequence[SetAside]:
        if self._rows is None:
            self._rows = find_set_aside(self._matched)
        if isinstance(index, slice):
            return make_set_aside(self._matched, self._places, self._rows[index])
        return make_set_aside(self._matched, self._places, [self._rows[index]])[0]

    def __iter__(self) -> Iterator[SetAside]:
        return iter(self[:])
