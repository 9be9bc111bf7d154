"""A report without the names, or without the amounts, that it would show.

Comes in: a report. Goes out: the same report with pseudonyms in the place of names, or with amounts that nobody can
read, so that every face of it is redacted alike: they are given nothing else. Verdict, exit code, ids, days and counts
stay. Whatever is not known to be harmless is redacted, and a value of an unknown kind is an internal error. Must not
know faces.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar, overload

from billcheck.contracts.prices import FlatPrice
from billcheck.contracts.terms import Charge, Contract
from billcheck.errors import InternalError
from billcheck.findings import Finding, Totals
from billcheck.ledger.source import RefusedRow
from billcheck.money import HIDDEN, HiddenAmount
from billcheck.report.pseudonyms import Pseudonyms, hide_amounts, hide_numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from billcheck.report.report import Report

_KEPT_TEXTS = 20_000
"""So many texts are kept with what they became: names, paths and rules stand in row after row."""

REDACTIONS = ("names", "amounts")
"""What can be redacted."""

_HARMLESS = frozenset(
    (
        *("id", "row_id", "rows", "finding", "decided", "undecided", "sha256"),
        *("kind", "status", "severity", "currency", "code", "profile", "verb", "decision", "part_of"),
    )
)
"""Fields whose texts are words of ours or digests."""

_NUMBERS = frozenset({"derivation", "group"})
"""Fields in whose texts any number may be an amount; in others only what looks like one."""

Item = TypeVar("Item")


class Redaction:
    """How one report is redacted; `report` is the outcome, `path` says how a file is called in it."""

    def __init__(self, report: Report, *, names: bool = False, amounts: bool = False) -> None:
        self._hides_amounts = amounts
        self._pseudonyms = Pseudonyms.of(report) if names else None
        self._least = report.min_amounts
        self._known: dict[tuple[str, str], str] = {}
        done = {*report.redacted, *(["names"] if names else ()), *(["amounts"] if amounts else ())}
        self.report = self._redacted(report, tuple(what for what in REDACTIONS if what in done))

    def path(self, path: str) -> str:
        """The name of a file in the redacted report."""
        return self._text(path, "path")

    def _redacted(self, report: Report, done: tuple[str, ...]) -> Report:
        values: dict[str, Any] = {}
        for field in fields(report):
            value = getattr(report, field.name)
            if field.name in {"fail_on", "redacted"}:
                continue
            if field.name == "min_amounts":
                values[field.name] = {c: HiddenAmount(_LARGE) for c in value} if self._hides_amounts else value
            else:
                values[field.name] = self._value(value, field.name)
        return replace(report, **values, redacted=done)

    def _value(self, value: object, name: str) -> Any:  # noqa: ANN401 - a value of the same type
        """A value without what is to be redacted; `name` is that of its field."""
        if value is None or isinstance(value, bool | date | Enum):
            return value
        if isinstance(value, str):
            return self._text(value, name)
        if isinstance(value, int | Decimal):
            return self._number(value, name)
        if is_dataclass(value) and not isinstance(value, type):
            return self._fields(value)
        return self._several(value, name)

    def _number(self, value: int | Decimal, name: str) -> int | Decimal:
        if not self._hides_amounts:
            return value
        if isinstance(value, int):
            return hidden(value) if name.endswith("_minor") else value
        return value if "percent" in name else Decimal("NaN")

    def _several(self, value: object, name: str) -> Any:  # noqa: ANN401 - a value of the same type
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            return type(value)(*(self._value(item, key) for key, item in zip(value._fields, value, strict=True)))
        if isinstance(value, tuple | list):
            return tuple(self._value(item, name) for item in value)
        if isinstance(value, Mapping):
            return {key: self._value(item, name) for key, item in value.items()}
        if isinstance(value, Sequence):
            return Redacted(value, lambda item: self._value(item, name))
        raise InternalError("every value of a report can be redacted", field=name, type=type(value).__name__)

    def _fields(self, value: Any) -> Any:  # noqa: ANN401 - a value of the same type
        if isinstance(value, Contract):
            return self._contract(value)
        changed = {name: self._value(getattr(value, name), name) for name in _names_of(value)}
        if isinstance(value, RefusedRow):
            # What stands in a cell that could not be read may be anything.
            reason = value.reason.replace(repr(value.value), HIDDEN) if value.value else value.reason
            changed |= {"value": HIDDEN, "reason": self._text(reason, "reason")}
        if self._hides_amounts:
            changed |= self._amounts(value)
        return type(value)(**changed)

    def _amounts(self, value: object) -> dict[str, int]:
        """The amounts of one thing, which faces compare and subtract: what is larger, equal or zero stays so."""
        if isinstance(value, Totals):
            return _ranked(value.amounts())
        if isinstance(value, Finding) and value.amount_minor is not None:
            is_small = abs(value.amount_minor) < self._least.get(value.currency or "", 0)
            return {"amount_minor": hidden(value.amount_minor, 1 if is_small else _LARGE)}
        amounts = {name: getattr(value, name) for name in _names_of(value) if name.endswith("_minor")}
        return _ranked({name: minor for name, minor in amounts.items() if minor is not None})

    def _contract(self, contract: Contract) -> Contract:
        """A contract as far as faces read it: its prices and the names it is matched by are left out."""
        return Contract(
            id=self._text(contract.id, "contract"),
            customer=self._text(contract.customer, "customer"),
            currency=contract.currency,
            start=contract.start,
            end=contract.end,
            charges=tuple(map(self._charge, contract.charges)),
            payment_terms=contract.payment_terms,
            tax_percent=contract.tax_percent,
            tax_steps=contract.tax_steps,
            grace_days=contract.grace_days,
            owner=None if contract.owner is None else self._text(contract.owner, "owner"),
            file=self.path(contract.file),
        )

    def _charge(self, charge: Charge) -> Charge:
        return Charge(
            name=self._text(charge.name, "charge"),
            model=charge.model,
            start=charge.start,
            end=charge.end,
            price=FlatPrice(Decimal("NaN")),
            every=charge.every,
            timing=charge.timing,
            on=charge.on,
            tax_percent=charge.tax_percent,
            tax_steps=charge.tax_steps,
            grace_days=charge.grace_days,
        )

    def _text(self, text: str, name: str) -> str:
        if name in _HARMLESS or not text:
            return text
        known = self._known.get((text, name))
        if known is None:
            if len(self._known) >= _KEPT_TEXTS:
                self._known.clear()
            known = self._known[text, name] = self._make_text(text, name)
        return known

    def _make_text(self, text: str, name: str) -> str:
        if self._hides_amounts and name not in _LABELS:
            text = hide_numbers(text) if name in _NUMBERS else hide_amounts(text)
        return text if self._pseudonyms is None else self._pseudonyms.replace(text, name)


class Redacted(Sequence[Item]):
    """A sequence whose elements are redacted when they are asked for."""

    def __init__(self, items: Sequence[Item], redacted: Callable[[Item], Item]) -> None:
        self._items = items
        self._redacted = redacted

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        # What is read back from a file is read back at once.
        return map(self._redacted, self._items)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | Sequence[Item]:
        if isinstance(index, slice):
            return [self._redacted(item) for item in self._items[index]]
        return self._redacted(self._items[index])


_LABELS = frozenset({"path", "file", "contract", "charge", "charges", "document", "inferred_by"})
"""Fields that name something, in which a number is no amount."""

_NAMES: dict[type, tuple[str, ...]] = {}
"""The fields of the kinds of values that were redacted, as looking them up takes longer than to redact them."""

_LARGE = 2
"""Stands for an amount that is not below the least one; those below are 1."""


def hidden(minor: int, size: int = _LARGE) -> HiddenAmount:
    """An amount of which only the sign is left, or that it is zero."""
    return HiddenAmount((minor > 0) * size - (minor < 0) * size)


def _ranked(amounts: Mapping[str, int]) -> dict[str, int]:
    """Amounts in whose place stand their ranks: larger stays larger, equal equal, zero zero."""
    above = sorted({minor for minor in amounts.values() if minor > 0})
    below = sorted({minor for minor in amounts.values() if minor < 0}, reverse=True)
    ranks = {0: 0, **_numbered(above, 1), **_numbered(below, -1)}
    return {name: HiddenAmount(ranks[minor]) for name, minor in amounts.items()}


def _numbered(amounts: Iterable[int], sign: int) -> dict[int, int]:
    return {minor: sign * rank for rank, minor in enumerate(amounts, start=1)}


def _names_of(value: Any) -> tuple[str, ...]:  # noqa: ANN401 - any dataclass
    known = _NAMES.get(type(value))
    if known is None:
        known = tuple(field.name for field in fields(value) if field.init)
        _NAMES[type(value)] = known
    return known


def redact(report: Report, *, names: bool = False, amounts: bool = False) -> Report:
    """The report with pseudonyms in the place of names, or with amounts that nobody can read, or both.

    Args:
        report: The report; it stays as it is.
        names: Customers become ``customer 1``, ``customer 2``, in the order of the contracts, then those that the
            ledger alone names; owners ``person 1``. The same report gives the same pseudonyms. The words of a name are
            replaced wherever they stand, in any text, id, document number or path, in any case.
        amounts: Every amount reads ``redacted``; as a decimal it is NaN, which tables of polars and Arrow refuse.
            Quantities in derivations are hidden too, percents are not.

    Returns:
        A report with the same verdict and exit code. It holds no prices, and no names that contracts are matched by, so
        it is for reading, not for recovery.
    """
    return Redaction(report, names=names, amounts=amounts).report
