"""Lines made by hand as a source, on the same terms as any file.

Comes in: `Line` values. Goes out: batches and receipts like those of a reader. Must not know contracts, profiles or
the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from hashlib import sha256
from typing import TYPE_CHECKING

from billcheck.errors import LedgerRefusedError, Problem
from billcheck.ledger.line import DocumentStatus, Kind, Line, SourceRow
from billcheck.ledger.numbers import DocumentNumbers
from billcheck.ledger.source import NO_DAY, Batch, Keys, OutsideTotal, Receipt
from billcheck.money import is_currency, to_minor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_KINDS = {kind.name.lower(): kind for kind in Kind}
_STATUSES = {status.name.lower(): status for status in DocumentStatus}


class UnknownWordError(Problem):
    """This is not one of the words that can stand here."""


class NotExactError(Problem):
    """The amount has more decimals than its currency."""

    remedy = "Give the rounded amount that stands on the document."


class UnknownCurrencyError(Problem):
    """This is not a currency code of ISO 4217."""

    remedy = "Write three capitals, such as EUR."


class PeriodEndsError(Problem):
    """A service period needs both its first and its last day, in that order."""


@dataclass(frozen=True, slots=True)
class LineList:
    """A source over lines in memory; a locator is the position of the line from 0."""

    lines: tuple[Line, ...]
    path: str

    def scan(self, keys: Keys) -> Iterator[Batch]:
        """One batch with every line the keys may concern, and the receipt.

        Raises:
            LedgerRefusedError: Some line is not usable; all such lines are named.
        """
        problems = [problem for index, line in enumerate(self.lines) for problem in _problems(line, self._where(index))]
        if problems:
            raise LedgerRefusedError(problems)
        amounts = self._signed_amounts()
        kept: list[int] = []
        outside: dict[tuple[str, str], OutsideTotal] = {}
        for index, line in enumerate(self.lines):
            if _concerns(keys, line):
                kept.append(index)
            elif _STATUSES[line.status] is DocumentStatus.APPROVED and _KINDS[line.kind] is not Kind.OTHER:
                total = outside.setdefault((line.customer, line.currency), OutsideTotal())
                total.add_line(amounts[index], line.issue_date.toordinal(), keys.as_of_day)
        batch = self._batch(kept, amounts, outside)
        if keys.has_tax:
            batch.taxes = [_tax_of(self.lines[index]) for index in kept]
        yield batch

    def rows_of(self, locators: Sequence[int]) -> list[int]:
        """The positions of these lines from 1."""
        return [locator + 1 for locator in locators]

    def read(self, locators: Sequence[int]) -> list[SourceRow]:
        """The lines at these positions, in the order asked for."""
        return [SourceRow(self.path, locator + 1, self.lines[locator]) for locator in locators]

    def _where(self, index: int) -> str:
        return f"{self.path}[{index}] {self.lines[index].document}"

    def _signed_amounts(self) -> list[int]:
        """Minor units of every line; a credit note that adds up to a positive amount is turned negative as a whole."""
        amounts = [to_minor(line.amount, line.currency) or 0 for line in self.lines]
        sums: dict[tuple[str, str], int] = {}
        for line, amount in zip(self.lines, amounts, strict=True):
            if line.kind == "credit_note":
                document = (line.document, line.customer)
                sums[document] = sums.get(document, 0) + amount
        return [
            -amount if line.kind == "credit_note" and sums[line.document, line.customer] > 0 else amount
            for line, amount in zip(self.lines, amounts, strict=True)
        ]

    def _batch(self, kept: list[int], amounts: list[int], outside: dict[tuple[str, str], OutsideTotal]) -> Batch:
        lines = [self.lines[index] for index in kept]
        numbers = self._line_numbers()
        return Batch(
            locators=kept,
            documents=[line.document for line in lines],
            line_numbers=[numbers[index] for index in kept],
            kinds=[_KINDS[line.kind] for line in lines],
            statuses=[_STATUSES[line.status] for line in lines],
            issue_days=[line.issue_date.toordinal() for line in lines],
            customers=[line.customer for line in lines],
            customer_ids=[line.customer_id for line in lines],
            amounts=[amounts[index] for index in kept],
            currencies=[line.currency for line in lines],
            contracts=[line.contract for line in lines],
            charges=[line.charge for line in lines],
            references=[line.reference for line in lines],
            items=[line.item for line in lines],
            accounts=[line.account for line in lines],
            trackings=[line.tracking for line in lines],
            texts=[line.description for line in lines],
            first_days=[line.period_first_day.toordinal() if line.period_first_day else NO_DAY for line in lines],
            end_days=[line.period_last_day.toordinal() + 1 if line.period_last_day else NO_DAY for line in lines],
            credited=[line.credits_document for line in lines],
            templates=[line.template for line in lines] if any(line.template for line in lines) else None,
            outside=outside,
            receipt=self._receipt(),
        )

    def _line_numbers(self) -> list[int]:
        seen: dict[tuple[str, str, str], int] = {}
        numbers = []
        for line in self.lines:
            document = (line.kind, line.document, line.customer)
            seen[document] = seen.get(document, 0) + 1
            numbers.append(seen[document])
        return numbers

    def _receipt(self) -> Receipt:
        digest = sha256()
        for line in self.lines:
            digest.update(repr([getattr(line, name.name) for name in fields(line)]).encode("utf-8", "surrogatepass"))
        days = [line.issue_date.toordinal() for line in self.lines]
        numbers = DocumentNumbers()
        numbers.add([line.document.encode("utf-8", "surrogatepass") for line in self.lines])
        return Receipt(
            path=self.path,
            sha256=digest.hexdigest(),
            profile="lines",
            rows=len(self.lines),
            lines=len(self.lines),
            first_day=min(days, default=NO_DAY),
            last_day=max(days, default=NO_DAY),
            numbers=numbers,
        )


def _concerns(keys: Keys, line: Line) -> bool:
    return (
        keys.has_customer(line.customer)
        or keys.has_customer_id(line.customer_id)
        or keys.has_reference(line.contract)
        or keys.has_reference(line.reference)
        or keys.has_item(line.item)
        or keys.has_account(line.account)
    )


def _tax_of(line: Line) -> int | None:
    return None if line.tax is None else to_minor(line.tax, line.currency)


def _problems(line: Line, where: str) -> Iterator[Problem]:
    if line.kind not in _KINDS:
        yield UnknownWordError(f"{where} kind", line.kind, remedy=f"Write one of {', '.join(_KINDS)}.")
    if line.status not in _STATUSES:
        yield UnknownWordError(f"{where} status", line.status, remedy=f"Write one of {', '.join(_STATUSES)}.")
    if not is_currency(line.currency):
        yield UnknownCurrencyError(f"{where} currency", line.currency)
    elif not line.amount.is_finite() or to_minor(line.amount, line.currency) is None:
        yield NotExactError(f"{where} amount", str(line.amount))
    elif line.tax is not None and (not line.tax.is_finite() or to_minor(line.tax, line.currency) is None):
        yield NotExactError(f"{where} tax", str(line.tax))
    first_day, last_day = line.period_first_day, line.period_last_day
    if (first_day is None) != (last_day is None) or (first_day and last_day and last_day < first_day):
        yield PeriodEndsError(f"{where} period", f"{first_day} to {last_day}")
