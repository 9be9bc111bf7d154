"""The configuration file: read and judged as a whole.

Comes in: the path of a TOML file, `billcheck.toml` by custom. Goes out: frozen rules; or one error with every fault of
the file. Must not know contracts, ledgers, or what the engine makes of a rule.
"""

from __future__ import annotations

import os
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, ClassVar, get_args

from billcheck.configuration.rules import Configuration, CreditClass, CreditRules, Scope, Selector
from billcheck.configuration.shapes import ConfigurationShape
from billcheck.contracts.faults import Docket, read_shape
from billcheck.contracts.tables import parse_tables, read_text
from billcheck.errors import ConfigurationRefusedError, Problem
from billcheck.ledger.names import fold_code, spaced_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.configuration.shapes import CreditShape, ScopeShape
    from billcheck.contracts.faults import Path


class NoConfigurationFileProblem(Problem):
    """There is no such configuration file."""

    remedy = "Check the path."


class WordlessProblem(Problem):
    """The text holds no letter and no digit, so no line could be told by it."""

    remedy = "Write what the lines bear."


class TwoClassesProblem(Problem):
    """Another class of credits means the same lines."""

    remedy = "Keep it in one class."


class ConfigurationDocket(Docket):
    """The faults of a configuration file; its places are the keys alone."""

    __slots__ = ()

    advice: ClassVar[str] = "Take it out, or see the reference of the configuration."

    def names(self, path: Path) -> Iterator[str]:
        """The words of a path after the file."""
        yield "".join(f" #{key + 1}" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


def load_configuration(path: str | os.PathLike[str]) -> Configuration:
    """What a business decided about its ledger, from a TOML file.

    Args:
        path: The file, by custom `billcheck.toml`. An empty one decides nothing.

    Returns:
        The rules, for `check(..., configuration=...)`.

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
    if problems:
        raise ConfigurationRefusedError(problems)
    docket = ConfigurationDocket(name, 1, table)
    shape = read_shape(ConfigurationShape, docket)
    configuration = Configuration(_scope(docket, shape.scope), _credits(docket, shape))
    if docket.problems:
        raise ConfigurationRefusedError(docket.problems)
    return configuration


def _scope(docket: Docket, shape: ScopeShape | None) -> Scope:
    if shape is None:
        return Scope()
    for key in type(shape).model_fields:
        _refuse_wordless(docket, ("scope", key), getattr(shape, key))
    return Scope(
        Selector(
            accounts=tuple(shape.ignore_accounts or ()),
            items=tuple(shape.ignore_items or ()),
            customers=tuple(shape.ignore_customers or ()),
        )
    )


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
