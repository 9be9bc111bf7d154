"""Drafts accepted: the key that marks a draft is taken out of its file, and everything else stays as it is written.

Comes in: the text of a TOML file of contracts, and ids. Goes out: the same text without `draft = true` for these
contracts. What comes out is read again before anybody gets it: it must say the same but for that key. Must not know
ledgers, or why a contract was drafted.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, NamedTuple

from billcheck.contracts.values import fold
from billcheck.errors import ContractsRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

_PIECES = re.compile(
    r'"""(?:\\.|(?!""").)*"{3,5}'  # texts over several lines may hold what looks like a heading or a key
    r"|'''(?:(?!''').)*'{3,5}"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|^[ \t]*(?P<heading>\[\[?[^\n\]]*\]?\])"
    r"|^[ \t]*(?P<key>draft[ \t]*=[ \t]*true)(?=[ \t]*(?:\#[^\n]*)?\r?$)",
    re.DOTALL | re.MULTILINE,
)
_CONTRACT = re.compile(r"\[\[[ \t]*contract[ \t]*\]\]")


class NotDraftProblem(Problem):
    """The file has no draft with this id."""


class NoDraftProblem(Problem):
    """The file holds no draft."""

    remedy = "There is nothing to accept."


class OddlyWrittenProblem(Problem):
    """The key draft = true does not stand on a line of its own below [[contract]], so it cannot be taken out safely."""

    remedy = "Take it out by hand."


class Accepted(NamedTuple):
    """The text of a file with drafts accepted, and their ids as they are written."""

    text: str
    ids: tuple[str, ...]


def accept_drafts(path: str, text: str, ids: Iterable[str] = ()) -> Accepted:
    """The text of a TOML file in which drafts are no drafts any more.

    Args:
        path: How messages name the file.
        text: Its text, which holds no faults.
        ids: Which contracts are accepted (case and spaces aside); all drafts where none is named.

    Raises:
        ContractsRefusedError: There is no such draft, or the key is written in a way that cannot be taken out safely.
    """
    tables = _contracts(text)
    drafts = {fold(table["id"]): number for number, table in enumerate(tables) if table.get("draft") is True}
    if not drafts:
        raise ContractsRefusedError([NoDraftProblem(path)])
    wanted = dict.fromkeys(map(fold, ids)) or drafts
    unknown = [identity for identity in dict.fromkeys(ids) if fold(identity) not in drafts]
    if unknown:
        listed = ", ".join(tables[number]["id"] for number in list(drafts.values())[:5])
        remedy = f"Its drafts are: {listed}{' …' if len(drafts) > 5 else ''}."  # noqa: PLR2004 - a few are enough
        raise ContractsRefusedError([NotDraftProblem(path, identity, remedy=remedy) for identity in unknown])
    numbers = sorted(drafts[identity] for identity in wanted)
    accepted = _without_keys(text, frozenset(numbers))
    expected = [
        {key: value for key, value in table.items() if key != "draft" or number not in numbers}
        for number, table in enumerate(tables)
    ]
    if _contracts(accepted) != expected:
        raise ContractsRefusedError([OddlyWrittenProblem(f"{path}: {tables[number]['id']}") for number in numbers])
    return Accepted(accepted, tuple(tables[number]["id"] for number in numbers))


def _contracts(text: str) -> list[dict[str, Any]]:
    """The tables of contracts; none where the text is no longer TOML."""
    try:
        found = tomllib.loads(text, parse_float=str).get("contract", [])
    except tomllib.TOMLDecodeError:
        return []
    return [dict(table) for table in found]


def _without_keys(text: str, numbers: frozenset[int]) -> str:
    """The text without the key in these contracts; a line on which nothing else stands goes with it."""
    contract, is_own = -1, False
    pieces: list[str] = []
    done = 0
    for found in _PIECES.finditer(text):
        heading = found["heading"]
        if heading is not None:
            is_own = _CONTRACT.fullmatch(heading) is not None
            contract += is_own
        elif found["key"] is not None and is_own and contract in numbers:
            start = text.rfind("\n", 0, found.start("key")) + 1
            end = text.find("\n", found.end())
            end = len(text) if end < 0 else end + 1
            rest = text[found.end() : end].lstrip(" \t")
            pieces += [text[done:start], rest if rest.startswith("#") else ""]
            done = end
    return "".join([*pieces, text[done:]])
