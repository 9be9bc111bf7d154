"""The configuration file: read and judged as a whole.

Comes in: the path of a TOML file, `billcheck.toml` by custom, or a folder to look for one. Goes out: frozen rules; or
one error with every fault of the file. Must not know contracts, ledgers, or what the engine makes of a rule.
"""

from __future__ import annotations

import os
import re
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, ClassVar, get_args

from billcheck.configuration.rules import (
    GREATEST_LIMITS,
    Configuration,
    CreditClass,
    CreditRules,
    Files,
    LedgerFile,
    Scope,
    Selector,
    Thresholds,
)
from billcheck.configuration.shapes import ConfigurationShape
from billcheck.contracts.faults import Docket, read_shape, suggest
from billcheck.contracts.tables import parse_tables, read_text
from billcheck.contracts.values import read_day, read_decimal, require
from billcheck.errors import ConfigurationRefusedError, Problem
from billcheck.findings import KINDS
from billcheck.ledger.names import fold_code, spaced_words
from billcheck.money import is_currency, to_minor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from decimal import Decimal

    from billcheck.configuration.shapes import CreditShape, LimitsShape, ScopeShape, ThresholdsShape, WindowShape
    from billcheck.contracts.faults import Path

OWN_FILE = "billcheck.toml"
SHARED_FILE = "pyproject.toml"

_PROFILE_FILE = re.compile(r"\.toml(:|$)", re.IGNORECASE)
"""How a profile is named by its file, variants after colons; the name of a profile does not end so."""

_TABLE_MARK = "[tool.billcheck"


class NoConfigurationFileProblem(Problem):
    """There is no such configuration file."""

    remedy = "Check the path."


class WordlessProblem(Problem):
    """The text holds no letter and no digit, so no line could be told by it."""

    remedy = "Write what the lines bear."


class TwoClassesProblem(Problem):
    """Another class of credits means the same lines."""

    remedy = "Keep it in one class."


class TwoConfigurationsProblem(Problem):
    """There are both a billcheck.toml and a table [tool.billcheck] in the pyproject.toml beside it."""

    remedy = "Keep one of them."


class NoTableProblem(Problem):
    """The file holds no table [tool.billcheck]."""

    remedy = "Add one, or name a file of its own, such as billcheck.toml."


class UnknownKindProblem(Problem):
    """There is no such kind of finding."""


class NoneAndMoreProblem(Problem):
    """This asks for no kind of finding and for more."""

    remedy = 'Write ["none"] by itself, or leave it out.'


class UnknownCurrencyProblem(Problem):
    """This is not a currency code of ISO 4217."""

    remedy = "Write three capitals, such as EUR."


class TooExactProblem(Problem):
    """The amount has more decimals than its currency."""

    remedy = "Write it in whole minor units."


class NegativeLeastProblem(Problem):
    """A least amount cannot be negative."""


class HighLimitProblem(Problem):
    """The limit cannot be set so high."""


class ReversedDaysProblem(Problem):
    """The last day lies before the first."""

    remedy = "Both days are included."


class ConfigurationDocket(Docket):
    """The faults of a configuration file; its places are the keys alone."""

    __slots__ = ()

    advice: ClassVar[str] = "Take it out, or see the reference of the configuration."

    def names(self, path: Path) -> Iterator[str]:
        """The words of a path after the file."""
        yield "".join(f" #{key + 1}" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


def find_configuration(folder: str | os.PathLike[str] = ".") -> str | None:
    """The configuration that counts in a folder: its own, else that of the nearest folder above that has one.

    A folder has one in `billcheck.toml`, or in the table `[tool.billcheck]` of `pyproject.toml`. Folders above the root
    of a repository (where `.git` is) are not looked into.

    Returns:
        A path for `load_configuration`, relative where the folder is; None where there is none.

    Raises:
        ConfigurationRefusedError: One folder has both.
    """
    start = FilePath(folder)
    resolved = start.resolve()
    for place in (resolved, *resolved.parents):
        shown = start / os.path.relpath(place, resolved)
        own, shared = shown / OWN_FILE, shown / SHARED_FILE
        has_own, has_table = own.is_file(), _has_table(shared)
        if has_own and has_table:
            raise ConfigurationRefusedError([TwoConfigurationsProblem(str(own))])
        if has_own or has_table:
            return str(own if has_own else shared)
        if (place / ".git").exists():
            break
    return None


def _has_table(path: FilePath) -> bool:
    """Whether a file holds the table of billcheck; what is no TOML does so only if it seems to."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return False
    if "billcheck" not in text:
        return False
    problems: list[Problem] = []
    table = parse_tables(str(path), text, problems, is_toml=True)
    return _TABLE_MARK in text if problems else _tool_table(table) is not None


def _tool_table(table: object) -> object:
    """What stands under ``[tool.billcheck]``; None where nothing does."""
    tool = table.get("tool") if isinstance(table, dict) else None
    return tool.get("billcheck") if isinstance(tool, dict) else None


def load_configuration(path: str | os.PathLike[str]) -> Configuration:
    """What a business decided about its ledger and its checks, from a TOML file.

    Args:
        path: The file, by custom `billcheck.toml`; of a `pyproject.toml` the table `[tool.billcheck]` is read. An empty
            one decides nothing. Paths in it are relative to it.

    Returns:
        The rules, for `check(..., configuration=...)`; under `files` what to load for it.

    Raises:
        ConfigurationRefusedError: Something is wrong; holds every fault of the file, and no rule is used.
    """
    name = os.fsdecode(path)
    problems: list[Problem] = []
    text = None
    if FilePath(name).exists():
        text = read_text(name, problems)
    else:
        problems.append(NoConfigurationFileProblem(name))
    table = None if text is None else parse_tables(name, text, problems, is_toml=True)
    place = name
    if FilePath(name).name == SHARED_FILE and not problems:
        table, place = _tool_table(table), f"{name} [tool.billcheck]"
        if table is None:
            problems.append(NoTableProblem(name))
    if problems:
        raise ConfigurationRefusedError(problems)
    docket = ConfigurationDocket(place, 1, table)
    shape = read_shape(ConfigurationShape, docket)
    configuration = Configuration(
        scope=_scope(docket, shape.scope),
        credits=_credits(docket, shape),
        thresholds=_thresholds(docket, shape.thresholds),
        files=_files(docket, os.path.dirname(name), shape),  # noqa: PTH120 - keeps "" for this folder, and paths as written
        place=name,
    )
    if docket.problems:
        raise ConfigurationRefusedError(docket.problems)
    return configuration


def _files(docket: Docket, folder: str, shape: ConfigurationShape) -> Files:
    """Paths that stand in the file, as seen from where the check runs."""

    def joined(paths: Iterable[str] | None) -> tuple[str, ...]:
        return tuple(os.path.join(folder, path) for path in paths or ())  # noqa: PTH118 - keeps paths as written

    return Files(
        contracts=joined(shape.contracts),
        ledgers=(*joined(shape.ledgers), *_ledgers(docket, folder, shape)),
        quantities=joined(shape.quantities),
        profile=_profile(folder, shape.profile),
        currency=_currency(docket, ("currency",), shape.currency),
        profiles=joined(shape.profiles),
        limits=_limits(docket, shape.limits),
        decisions=next(iter(joined([shape.decisions])), None) if shape.decisions is not None else None,
    )


def _limits(docket: Docket, shape: LimitsShape | None) -> dict[str, int]:
    """The limits that are written; one that cannot be set so high is a fault."""
    found = {} if shape is None else shape.model_dump(exclude_none=True)
    for name, most in GREATEST_LIMITS.items():
        if found.get(name, 0) > most:
            docket.add(HighLimitProblem, ("limits", name), f"{found[name]:,}", remedy=f"At most {most:,} can be set.")
    return found


def _ledgers(docket: Docket, folder: str, shape: ConfigurationShape) -> Iterator[LedgerFile]:
    """The ledgers that are given as tables."""
    for index, ledger in enumerate(shape.ledger or ()):
        path = ("ledger", index)
        require(docket, (*path, "path"), ledger.path, ledger)
        currency = _currency(docket, (*path, "currency"), ledger.currency)
        if ledger.path is not None:
            place = os.path.join(folder, ledger.path)  # noqa: PTH118 - keeps paths as written
            yield LedgerFile(place, _profile(folder, ledger.profile), currency, ledger.sheet)


def _profile(folder: str, written: str | None) -> str | None:
    """The name of a profile, or the path of its file as seen from where the check runs."""
    if written is None or not _PROFILE_FILE.search(written):
        return written
    return os.path.join(folder, written)  # noqa: PTH118 - keeps paths as written


def _currency(docket: Docket, path: Path, written: str | None) -> str | None:
    if written is not None and not is_currency(written):
        docket.add(UnknownCurrencyProblem, path, written)
    return written


def _scope(docket: Docket, shape: ScopeShape | None) -> Scope:
    if shape is None:
        return Scope()
    for key in ("ignore_accounts", "ignore_items", "ignore_customers", "customers"):
        _refuse_wordless(docket, ("scope", key), getattr(shape, key))
    first = read_day(docket, ("scope", "check_from"), shape.check_from)
    last = read_day(docket, ("scope", "check_until"), shape.check_until)
    if first is not None and last is not None and last < first:
        docket.add(ReversedDaysProblem, ("scope", "check_until"), last)
    return Scope(
        ignore=Selector(
            accounts=tuple(shape.ignore_accounts or ()),
            items=tuple(shape.ignore_items or ()),
            customers=tuple(shape.ignore_customers or ()),
        ),
        check_from=first,
        check_until=last,
        contracts=tuple(shape.contracts or ()),
        customers=tuple(shape.customers or ()),
    )


def _thresholds(docket: Docket, shape: ThresholdsShape | None) -> Thresholds:
    if shape is None:
        return Thresholds()
    least = _read_amounts(docket, "min_amounts", shape.min_amounts)
    for currency, amount in least.items():
        if amount < 0:
            docket.add(NegativeLeastProblem, ("thresholds", "min_amounts", currency), str(amount))
    return Thresholds(
        fail_on=None if shape.fail_on is None else _kinds(docket, shape.fail_on),
        min_amounts=least,
        grace_days=shape.grace_days,
        covers=_window(docket, shape.covers),
        control_totals=_read_amounts(docket, "control_totals", shape.control_totals),
    )


def _kinds(docket: Docket, words: list[str]) -> frozenset[str]:
    path = ("thresholds", "fail_on")
    for index, word in enumerate(words):
        if word not in KINDS and word not in {"any", "none"}:
            remedy = suggest(word, [*KINDS, "any", "none"]) or f"Write one of: {', '.join(KINDS)}, any, none."
            docket.add(UnknownKindProblem, (*path, index), word, remedy=remedy)
    if "none" in words and len(words) > 1:
        docket.add(NoneAndMoreProblem, path)
    return frozenset(KINDS) if "any" in words else frozenset(words) - {"none"}


def _window(docket: Docket, shape: WindowShape | None) -> tuple[date, date] | None:
    if shape is None:
        return None
    path = ("thresholds", "covers")
    for key in ("first_day", "last_day"):
        require(docket, (*path, key), getattr(shape, key), shape)
    first = read_day(docket, (*path, "first_day"), shape.first_day)
    last = read_day(docket, (*path, "last_day"), shape.last_day)
    if first is None or last is None:
        return None
    if last < first:
        docket.add(ReversedDaysProblem, (*path, "last_day"), last)
    return first, last


def _read_amounts(docket: Docket, key: str, written: Mapping[str, str | int] | None) -> dict[str, Decimal]:
    amounts: dict[str, Decimal] = {}
    for currency, text in (written or {}).items():
        amount, path = read_decimal(text), ("thresholds", key, currency)
        if not is_currency(currency):
            docket.add(UnknownCurrencyProblem, path)
        elif amount is not None and to_minor(amount, currency) is None:
            docket.add(TooExactProblem, path, text)
        elif amount is not None:
            amounts[currency] = amount
    return amounts


def _credits(docket: Docket, shape: ConfigurationShape) -> CreditRules:
    """The classes that are written; what one means no other may."""
    found: list[tuple[CreditClass, Selector]] = []
    places: dict[tuple[str, str], str] = {}
    for name in get_args(CreditClass):
        written: CreditShape | None = getattr(shape.credits, name, None)
        if written is None:
            continue
        for key in type(written).model_fields:
            path, texts = ("credits", name, key), getattr(written, key) or ()
            _refuse_wordless(docket, path, texts)
            for index, text in enumerate(texts):
                folded = spaced_words(text) if key == "patterns" else fold_code(text)
                other = places.setdefault((key, folded), name)
                if other != name:
                    docket.add(TwoClassesProblem, (*path, index), text, remedy=f"It stands in {other} too; keep one.")
        selector = Selector(
            accounts=tuple(written.accounts or ()),
            items=tuple(written.items or ()),
            patterns=tuple(written.patterns or ()),
        )
        found.append((name, selector))
    return CreditRules(tuple(found))


def _refuse_wordless(docket: Docket, path: Path, texts: list[str] | tuple[str, ...] | None) -> None:
    for index, text in enumerate(texts or ()):
        if not spaced_words(text).strip():
            docket.add(WordlessProblem, (*path, index), text)
