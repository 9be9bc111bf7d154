"""Drafts accepted: the key that marks a draft is taken out of its file, and everything else stays as it is written.

Comes in: the text of a TOML file of contracts, and ids. Goes out: the same text without `draft = true` for these
contracts, and the questions that are still open in them. What comes out is read again before anybody gets it: it must
say the same but for that key. Must not know ledgers, or why a contract was drafted.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from textwrap import shorten
from typing import TYPE_CHECKING, Any, NamedTuple

from billcheck.contracts.values import fold
from billcheck.errors import ContractsRefusedError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
QUESTION = "QUESTION:"
"""Begins a question, in a remark of a draft."""
_LONGEST_QUESTION = 100
_CONTRACT = re.compile(r"\[\[[ \t]*contract[ \t]*\]\]")


class NotDraftProblem(Problem):
    """The file has no draft with this id."""


class NoDraftProblem(Problem):
    """The file holds no draft."""

    remedy = "There is nothing to accept."


class OddlyWrittenProblem(Problem):
    """The key draft = true does not stand on a line of its own below [[contract]], so it cannot be taken out safely."""

    remedy = "Take it out by hand."


class OpenQuestion(NamedTuple):
    """A question that still stands in a draft: its line in the file, from 1, and how it begins."""

    line: int
    text: str


class Accepted(NamedTuple):
    """The text of a file with drafts accepted, their ids as they are written, and the questions left open in them."""

    text: str
    ids: tuple[str, ...]
    questions: tuple[OpenQuestion, ...] = ()


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
    questions = tuple(_questions(text, frozenset(numbers)))
    return Accepted(accepted, tuple(tables[number]["id"] for number in numbers), questions)


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


class _Remark(NamedTuple):
    """A remark without its number sign; `is_alone` says that nothing else stands on its line."""

    text: str
    is_alone: bool


def _questions(text: str, numbers: frozenset[int]) -> Iterator[OpenQuestion]:
    """The questions in the remarks of these contracts; those above the first contract are about each of them."""
    remarks, starts = _remarks(text)
    for line, remark in remarks.items():
        asked = remark.text.count(QUESTION)
        owner = bisect_right(starts, line) - 1
        if not asked or (owner >= 0 and owner not in numbers):
            continue
        whole = [remark.text]
        while remark.is_alone and (below := remarks.get(line + len(whole))) is not None and below.is_alone:
            whole.append(below.text)
        for question in " ".join(whole).split(QUESTION)[1 : asked + 1]:
            yield OpenQuestion(line, shorten(question, _LONGEST_QUESTION, placeholder=" …"))


def _remarks(text: str) -> tuple[dict[int, _Remark], list[int]]:
    """The remarks of a file by their lines, and the line with which each contract begins.

    Remarks right above its heading belong to a contract.
    """
    remarks: dict[int, _Remark] = {}
    starts: list[int] = []
    line, done = 1, 0
    for found in _PIECES.finditer(text):
        line += text.count("\n", done, found.start())
        done = found.start()
        if found[0].startswith("#"):
            is_alone = not text[text.rfind("\n", 0, done) + 1 : done].strip()
            remarks[line] = _Remark(found[0].lstrip("#").strip(), is_alone)
        elif found["heading"] is not None and _CONTRACT.fullmatch(found["heading"]):
            start = line
            while start - 1 in remarks and remarks[start - 1].is_alone:
                start -= 1
            starts.append(start)
    return remarks, starts
