"""The file of decisions: read and judged as a whole.

Comes in: the path of a TOML file, `decisions.toml` by custom. Goes out: frozen decisions in the order of the file; or
one error with every fault of it. Must not know ledgers, nor what a check makes of a decision.
"""

from __future__ import annotations

import os
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, ClassVar

from billcheck.contracts.faults import Docket, read_shape, suggest
from billcheck.contracts.tables import parse_tables, read_text
from billcheck.contracts.values import read_day, read_decimal, require
from billcheck.decisions.rules import OWED_KINDS, PASSING_VERBS, ROW_KINDS, Decision
from billcheck.decisions.shapes import DecisionsShape
from billcheck.errors import DecisionsRefusedError, Problem
from billcheck.findings import KINDS
from billcheck.money import is_currency, to_minor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.contracts.faults import Path
    from billcheck.decisions.shapes import DecisionShape

AMOUNT_KINDS = frozenset(
    {
        *ROW_KINDS,
        "never_billed",
        "unmatched",
        "ambiguous",
        "open_credit",
        "out_of_term",
        "mislabelled_period",
        "possible_duplicate",
        "surprise",
        "expired_still_billed",
    }
)
"""Kinds of findings that speak of an amount."""

_OVERBILLED_KINDS = frozenset({"overbilled", "duplicate"})
_PERIOD_KEYS = ("contract", "charge", "first_day", "last_day")
_LINE_KEYS = ("document", "line", "charge", "amount", "currency")


class NoDecisionsFileProblem(Problem):
    """There is no such file of decisions."""

    remedy = "Check the path."


class UnknownKindProblem(Problem):
    """There is no such kind of finding."""


class ForeignKeyProblem(Problem):
    """The key means nothing in a decision of this sort."""

    remedy = "Take it out."


class NotOwedProblem(Problem):
    """Only what a client owes can be waived."""

    remedy = f"Waive {', '.join(sorted(OWED_KINDS))}; accept anything else."


class UnknownCurrencyProblem(Problem):
    """This is not a currency code of ISO 4217."""

    remedy = "Write three capitals, such as EUR."


class TooExactProblem(Problem):
    """The amount has more decimals than its currency."""

    remedy = "Write it as the report does."


class WrongSignProblem(Problem):
    """The amount has the wrong sign for this kind of finding."""

    remedy = "What a client owes is written without a sign, what was billed too much with a minus."


class ReversedPeriodProblem(Problem):
    """The last day lies before the first."""

    remedy = "Both days are included."


class DecisionsDocket(Docket):
    """The faults of a file of decisions; its places are the number of a decision, and a key."""

    __slots__ = ()

    advice: ClassVar[str] = "Take it out, or see the reference of decisions."

    def names(self, path: Path) -> Iterator[str]:
        """The words of a path after the file."""
        yield " ".join(f"#{key + 1}" if isinstance(key, int) else key for key in path)


def load_decisions(path: str | os.PathLike[str]) -> tuple[Decision, ...]:
    """What people decided about findings, from a TOML file.

    Args:
        path: The file, by custom `decisions.toml`. An empty one decides nothing.

    Returns:
        The decisions in the order of the file, for `check(..., decisions=...)`.

    Raises:
        DecisionsRefusedError: Something is wrong; holds every fault of the file, and no decision is used.
    """
    name = os.fsdecode(path)
    problems: list[Problem] = []
    text = None
    if FilePath(name).exists():
        text = read_text(name, problems)
    else:
        problems.append(NoDecisionsFileProblem(name))
    return parse_decisions(name, text or "", problems)


def parse_decisions(name: str, text: str, problems: Iterable[Problem] = ()) -> tuple[Decision, ...]:
    """The decisions that a text holds.

    Args:
        name: The file, as messages name it.
        text: What stands in it.
        problems: What is already known to be wrong with it.

    Raises:
        DecisionsRefusedError: Something is wrong.
    """
    found = list(problems)
    table = None if found else parse_tables(name, text, found, is_toml=True)
    if found:
        raise DecisionsRefusedError(found)
    docket = DecisionsDocket(name, 1, table)
    shape = read_shape(DecisionsShape, docket)
    decisions = [_read(docket, index, one) for index, one in enumerate(shape.decision or ())]
    if docket.problems:
        raise DecisionsRefusedError(docket.problems)
    return tuple(decisions)


def _read(docket: Docket, index: int, shape: DecisionShape) -> Decision:
    """One decision; what is wrong with it is told."""
    path: Path = ("decision", index)
    for key in ("verb", "reason"):
        require(docket, (*path, key), getattr(shape, key), shape)
    if shape.verb == "confirm":
        _judge_confirmation(docket, path, shape)
    elif shape.verb is not None:
        _judge_kind(docket, path, shape)
        _refuse(docket, path, shape, ("document", "line"))
    if shape.verb in PASSING_VERBS:
        require(docket, (*path, "until"), shape.until, shape)
    first_day = read_day(docket, (*path, "first_day"), shape.first_day)
    last_day = read_day(docket, (*path, "last_day"), shape.last_day)
    if first_day is not None and last_day is not None and last_day < first_day:
        docket.add(ReversedPeriodProblem, (*path, "last_day"), last_day)
    return Decision(
        verb=shape.verb or "accept",
        reason=shape.reason or "",
        kind=shape.kind,
        contract=shape.contract,
        charge=shape.charge,
        first_day=first_day,
        last_day=last_day,
        document=shape.document,
        line=shape.line,
        finding=shape.finding,
        amount_minor=_read_amount(docket, path, shape),
        currency=shape.currency,
        says=shape.says,
        by=shape.by,
        until=read_day(docket, (*path, "until"), shape.until),
        place=f"{docket.file} #{index + 1}",
    )


def _judge_confirmation(docket: Docket, path: Path, shape: DecisionShape) -> None:
    """A confirmation names a contract, and of a line all that makes out which line and which charge."""
    require(docket, (*path, "contract"), shape.contract, shape)
    _refuse(docket, path, shape, ("kind", "finding", "says", "first_day", "last_day"))
    if any(getattr(shape, key) is not None for key in _LINE_KEYS):
        for key in _LINE_KEYS:
            require(docket, (*path, key), getattr(shape, key), shape)


def _judge_kind(docket: Docket, path: Path, shape: DecisionShape) -> None:
    """What a decision about findings of a kind has to name."""
    require(docket, (*path, "kind"), shape.kind, shape)
    kind = shape.kind
    if kind is None:
        return
    if kind not in KINDS:
        remedy = suggest(kind, KINDS) or f"Write one of: {', '.join(KINDS)}."
        docket.add(UnknownKindProblem, (*path, "kind"), kind, remedy=remedy)
        return
    needed = _PERIOD_KEYS if kind in ROW_KINDS else ("contract",) if kind == "never_billed" else ("finding",)
    has_amount = kind in AMOUNT_KINDS
    for key in (*needed, *(("amount", "currency") if has_amount else ("says",))):
        require(docket, (*path, key), getattr(shape, key), shape)
    _refuse(docket, path, shape, ("says",) if has_amount else ("amount", "currency"))
    if shape.verb == "waive" and kind not in OWED_KINDS:
        docket.add(NotOwedProblem, (*path, "kind"), kind)


def _refuse(docket: Docket, path: Path, shape: DecisionShape, keys: Iterable[str]) -> None:
    for key in keys:
        value = getattr(shape, key)
        if value is not None:
            docket.add(ForeignKeyProblem, (*path, key), value)


def _read_amount(docket: Docket, path: Path, shape: DecisionShape) -> int | None:
    """The amount in minor units."""
    amount, currency = read_decimal(shape.amount), shape.currency
    if currency is not None and not is_currency(currency):
        docket.add(UnknownCurrencyProblem, (*path, "currency"), currency)
        return None
    if amount is None or currency is None:
        return None
    minor = to_minor(amount, currency)
    if minor is None:
        docket.add(TooExactProblem, (*path, "amount"), shape.amount)
    elif (minor < 0 and shape.kind in OWED_KINDS) or (minor > 0 and shape.kind in _OVERBILLED_KINDS):
        docket.add(WrongSignProblem, (*path, "amount"), shape.amount)
    return minor
