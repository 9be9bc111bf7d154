"""Typed rows into batches for the engine: what the keys may concern in full, all else as totals.

Comes in: converted rows with signed amounts excluding tax. Goes out: `Batch`es of kept lines, and totals per customer
and currency of the others. Whether a row is kept is decided on its raw cells, each different one looked at once; texts
are decoded for kept rows only. Must not know contracts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import compress, repeat
from operator import not_, or_
from typing import TYPE_CHECKING

from billcheck.connectors.files.limits import BATCH_LINES
from billcheck.connectors.files.values import Amounts, Concerns, Writing, clean_texts, limit_memory, plain_texts
from billcheck.ledger.line import TRACKING_SEPARATOR, DocumentStatus, Kind
from billcheck.ledger.source import NO_DAY, Batch, OutsideTotal
from billcheck.money import minor_scale

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from billcheck.connectors.files.columns import Columns
    from billcheck.connectors.files.heading import Layout
    from billcheck.connectors.files.rows import Rows
    from billcheck.connectors.files.values import Texts
    from billcheck.ledger.source import Keys, Receipt, RefusedRow

_REPEATING_FIELDS = ("customer", "customer_id", "contract", "charge", "template", "item", "account")
_DIFFERING_FIELDS = ("document", "reference", "credits_document")
_APPROVED = int(DocumentStatus.APPROVED)
_OTHER = int(Kind.OTHER)
_TRACKING = "tracking"
_SECOND_TRACKING = "tracking:2"
_TAX = "tax"
_TEXT_FIELDS = frozenset({*_REPEATING_FIELDS, *_DIFFERING_FIELDS, "description", _TAX, _TRACKING, _SECOND_TRACKING})


class Output:
    """Collects what one scan gives."""

    def __init__(self, layout: Layout, keys: Keys, texts: Texts, outside: dict[tuple[str, str], OutsideTotal]) -> None:
        delimiter = layout.delimiter
        self._delimiter = delimiter
        self._texts = texts
        self._customers = Concerns(delimiter, keys.has_customer)
        self._codes = {
            "customer_id": Concerns(delimiter, keys.has_customer_id),
            "contract": Concerns(delimiter, keys.has_reference),
            "reference": Concerns(delimiter, keys.has_reference),
        }
        self._totals = _Totals(texts, outside)
        self._as_of_day = keys.as_of_day
        if keys.items:
            self._codes["item"] = Concerns(delimiter, keys.has_item)
        if keys.accounts:
            self._codes["account"] = Concerns(delimiter, keys.has_account)
        self._outside = outside
        self._held = _Held()
        # Apart from the amounts: what stands in a column of taxes proves nothing about them.
        values = layout.profile.values
        self._taxes = Amounts(delimiter, values, Writing(), is_empty_zero=False) if keys.has_tax else None

    def add(self, rows: Rows, columns: Columns, numbers: Sequence[int], modes: Sequence[int] = ()) -> None:
        """Take rows in.

        Args:
            rows: Their raw cells.
            columns: Their typed columns; the amounts are signed and exclude tax by now.
            numbers: Their line numbers within their documents.
            modes: 1 for each row whose document's amounts include tax, else 0; empty where none does.
        """
        limit_memory(self._customers, *self._codes.values())
        flags = self._concerned(rows)
        if not any(flags):
            self._add_outside(rows.cells["customer"], columns)
            return
        if not all(flags):
            others = list(map(not_, flags))
            self._add_outside(list(compress(rows.cells["customer"], others)), columns.pick(others))
            rows, columns = rows.pick(flags, _TEXT_FIELDS), columns.pick(flags)
            numbers, modes = list(compress(numbers, flags)), list(compress(modes, flags))
        held = self._held
        if any(modes):
            held.locators += map(or_, rows.locators, modes)
        else:
            held.locators += rows.locators
        held.line_numbers += numbers
        held.amounts += columns.amounts
        held.kinds += columns.kinds
        held.statuses += columns.statuses
        held.issue_days += columns.issue_days
        held.first_days += columns.first_days
        held.end_days += columns.end_days
        held.currencies += columns.currencies
        if self._taxes is not None:
            held.taxes += columns.taxes or self._line_taxes(self._taxes, rows, columns.currencies)
        self._add_texts(rows)

    def full_batches(self) -> Iterator[Batch]:
        """The lines held so far, once there are enough of them."""
        if len(self._held.locators) >= BATCH_LINES:
            yield self.batch()

    def last_batch(self, refused: list[RefusedRow], receipt: Receipt) -> Batch:
        """What is left, with the totals of the whole scan."""
        batch = self.batch()
        batch.outside, batch.refused, batch.receipt = self._outside, refused, receipt
        return batch

    def _concerned(self, rows: Rows) -> list[bool]:
        cells = rows.cells
        flags = list(map(self._customers.__getitem__, cells["customer"]))
        for name, memory in self._codes.items():
            column = cells.get(name)
            if column is not None and not all(flags) and any(column):
                flags = [flag or memory[cell] for flag, cell in zip(flags, column, strict=True)]
        return flags

    def _add_outside(self, customers: Sequence[bytes], columns: Columns) -> None:
        """Count rows into the totals of their customers."""
        limit_memory(self._totals)
        keys: Iterable[tuple[bytes, str]] = zip(customers, columns.currencies, strict=True)
        amounts: Iterable[int] = columns.amounts
        days: Iterable[int] = columns.issue_days
        if any(columns.statuses) or _OTHER in columns.kinds:
            facts = zip(columns.statuses, columns.kinds, strict=True)
            billed = [status == _APPROVED and kind != _OTHER for status, kind in facts]
            keys, amounts, days = compress(keys, billed), compress(amounts, billed), compress(days, billed)
        totals, as_of_day = self._totals, self._as_of_day
        for key, amount, day in zip(keys, amounts, days, strict=True):
            total = totals[key]
            if day > as_of_day:
                total.later_lines += 1
                total.later_amount += amount
                continue
            total.lines += 1
            total.amount += amount
            if day > total.last_day:  # noqa: PLR1730 - a call for each line costs more
                total.last_day = day
            if day < total.first_day:  # noqa: PLR1730
                total.first_day = day

    def _add_texts(self, rows: Rows) -> None:
        cells, texts, delimiter = rows.cells, self._held.texts, self._delimiter
        for name in _REPEATING_FIELDS:
            if name in cells:
                texts.setdefault(name, []).extend(self._repeating(cells[name]))
        for name in _DIFFERING_FIELDS:
            if name in cells:
                texts.setdefault(name, []).extend(clean_texts(cells[name], delimiter))
        if "description" in cells:
            texts.setdefault("description", []).extend(plain_texts(cells["description"], delimiter))
        if _TRACKING in cells or _SECOND_TRACKING in cells:
            texts.setdefault(_TRACKING, []).extend(self._trackings(cells.get(_TRACKING), cells.get(_SECOND_TRACKING)))

    @staticmethod
    def _line_taxes(amounts: Amounts, rows: Rows, currencies: Sequence[str]) -> Sequence[int | None]:
        """The tax of each row, None where its cell holds no figure, which changes no amount; empty without a column."""
        cells = rows.cells.get(_TAX)
        if cells is None:
            return ()
        taxes = amounts.column(cells, {minor_scale(code) for code in set(currencies)}, currencies, rows.lines)
        if taxes is not None:
            return taxes
        return [amounts.value(*row) for row in zip(cells, currencies, rows.lines, strict=True)]

    def _repeating(self, cells: list[bytes]) -> Iterable[str]:
        """The texts of a column of few different cells."""
        if len(set(cells)) == 1:
            return [self._texts[cells[0]]] * len(cells)
        return map(self._texts.__getitem__, cells)

    def _trackings(self, first: list[bytes] | None, second: list[bytes] | None) -> Iterable[str]:
        if first is None or second is None:
            return self._repeating(first or second or [])
        if not any(second):
            return self._repeating(first)
        text_of = self._texts.__getitem__
        return (join_tracking(pair) for pair in zip(map(text_of, first), map(text_of, second), strict=True))

    def batch(self) -> Batch:
        """The lines held so far, however few."""
        held, self._held = self._held, _Held()
        texts = held.texts
        return Batch(
            locators=held.locators,
            documents=texts.get("document", ()),
            line_numbers=held.line_numbers,
            kinds=held.kinds,
            statuses=held.statuses,
            issue_days=held.issue_days,
            customers=texts.get("customer", ()),
            customer_ids=texts.get("customer_id", repeat("")),
            amounts=held.amounts,
            currencies=held.currencies,
            contracts=texts.get("contract", repeat("")),
            charges=texts.get("charge", repeat("")),
            references=texts.get("reference", repeat("")),
            items=texts.get("item", repeat("")),
            accounts=texts.get("account", repeat("")),
            trackings=texts.get(_TRACKING, repeat("")),
            texts=texts.get("description", repeat("")),
            first_days=held.first_days or repeat(NO_DAY),
            end_days=held.end_days or repeat(NO_DAY),
            credited=texts.get("credits_document", repeat("")),
            taxes=held.taxes or None,
            templates=texts.get("template"),
        )


def join_tracking(options: Iterable[str]) -> str:
    """Several tracking options of one line as one text."""
    return TRACKING_SEPARATOR.join(option for option in options if option)


class _Totals(dict[tuple[bytes, str], OutsideTotal]):
    """Raw customer and currency to the total that counts for both; a new one waits for its first line."""

    def __init__(self, texts: Texts, outside: dict[tuple[str, str], OutsideTotal]) -> None:
        super().__init__()
        self._texts = texts
        self._outside = outside

    def __missing__(self, key: tuple[bytes, str]) -> OutsideTotal:
        cell, currency = key
        total = self._outside.setdefault((self._texts[cell], currency), OutsideTotal())
        self[key] = total
        return total


@dataclass(slots=True)
class _Held:
    """Lines on their way into a batch; `texts` has only the fields that the file has."""

    locators: list[int] = field(default_factory=list)
    line_numbers: list[int] = field(default_factory=list)
    amounts: list[int] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    issue_days: list[int] = field(default_factory=list)
    first_days: list[int] = field(default_factory=list)
    end_days: list[int] = field(default_factory=list)
    currencies: list[str] = field(default_factory=list)
    taxes: list[int | None] = field(default_factory=list)
    texts: dict[str, list[str]] = field(default_factory=dict)
