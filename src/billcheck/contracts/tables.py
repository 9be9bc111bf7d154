"""Files that people write: found on the disk and read as tables, lists and values.

Comes in: the path of a TOML or JSON file. Goes out: what it holds, with floats kept as written so that they can be
refused at their place, or one fault of the file as a whole. Must not know what the tables mean.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.contracts.faults import DUPLICATE_MARK, WrittenFloat
from billcheck.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE_OF_FAULT = re.compile(r"\(at line ([0-9]+),")
_DAY_OTHERWISE = re.compile(
    r"=\s*(?:[0-9]{1,2}([-./])[0-9]{1,2}\1[0-9]{2,4}|[0-9]{4}(?:[./][0-9]{1,2}[./]|-[0-9]-|-[0-9]{2}-[0-9](?![0-9])))"
)
DAY_REMEDY = "A day is written as year, month and day without quotes: 2025-03-01. The rest of the file was not read."
_OPEN_QUOTE = re.compile(r"(?:Illegal|Found invalid) character '\\n'|Unterminated string|Expected \"'\"")
QUOTE_REMEDY = (
    "A quote is not closed there: a text begins and ends on one line, with the same quote. "
    "The rest of the file was not read."
)
_SPACE = r"[ \t\n\r]*"
_LIST_CONTINUES = re.compile(rf"{_SPACE},{_SPACE}")
_LIST_ENDS = re.compile(rf"{_SPACE}\]{_SPACE}\}}{_SPACE}")


class UnreadableFileProblem(Problem):
    """The file cannot be read."""

    remedy = "Check that it is a file and that you may read it."


class EncodingProblem(Problem):
    """The file is not UTF-8 text."""

    remedy = "Save it as UTF-8."


class MissingExtraProblem(Problem):
    """The package that reads this kind of file is not installed."""


class TomlProblem(Problem):
    """This is not valid TOML."""

    remedy = "Correct it at this place; the rest of the file was not read."


class JsonProblem(Problem):
    """This is not valid JSON."""

    remedy = "Correct it at this place; the rest of the file was not read."


def read_text(path: str, problems: list[Problem]) -> str | None:
    """The text of a file; None where it cannot be read, and the reason is told."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        problems.append(UnreadableFileProblem(path, remedy=f"The system says: {error.strerror}."))
        return None
    try:
        return content.removeprefix(_BYTE_ORDER_MARK).decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.append(EncodingProblem(f"{path}: line {line}", content[error.start : error.end].hex(" ")))
        return None


def parse_tables(path: str, text: str, problems: list[Problem], *, is_toml: bool) -> object:
    """What a text holds, as tables, lists and values; None where it is no such thing, and the reason is told."""
    try:
        return _parse_toml(text) if is_toml else _parse_json(text)
    except RecursionError:
        fault = "tables or lists are nested too deeply"
    except ValueError as error:
        # Numbers of thousands of digits end here too, beside faults of syntax.
        fault = str(error)
    remedy = ""
    if is_toml:
        remedy = DAY_REMEDY if _is_at_a_day(fault, text) else QUOTE_REMEDY if _OPEN_QUOTE.match(fault) else ""
    problems.append((TomlProblem if is_toml else JsonProblem)(path, fault, remedy=remedy))
    return None


def _is_at_a_day(fault: str, text: str) -> bool:
    """Whether the line that is no TOML holds what looks like a day written otherwise than TOML writes days."""
    place = _LINE_OF_FAULT.search(fault)
    if place is None:
        return False
    lines = text.split("\n")[int(place[1]) - 1 : int(place[1])]
    return any(_DAY_OTHERWISE.search(line) for line in lines)


def parse_list(text: str, key: str) -> Iterator[object]:
    """The items of the list that is all a JSON text holds, under this key; each is read when it is asked for.

    A large file is so never in memory as tables as a whole.

    Raises:
        ValueError: The text is anything else, which may show only after some items: none of them is to be used.
    """
    found = re.compile(rf'{_SPACE}\{{{_SPACE}"{key}"{_SPACE}:{_SPACE}\[{_SPACE}').match(text)
    while found is not None:
        item, place = _JSON.raw_decode(text, found.end())
        yield item
        found = _LIST_CONTINUES.match(text, place)
        if found is None and _LIST_ENDS.fullmatch(text, place) is not None:
            return
    raise ValueError(f"not only a list of {key}")


def _parse_toml(text: str) -> object:
    return tomllib.loads(text, parse_float=WrittenFloat)


def _parse_json(text: str) -> object:
    return _JSON.decode(text)


def _table_of_pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object without its nulls, which say nothing; keys that stand twice get a marked entry to be refused."""
    table = dict(pairs)
    if len(table) < len(pairs) or None in table.values():
        seen = set()
        for key, _ in pairs:
            if key in seen:
                table[DUPLICATE_MARK + key] = key
            seen.add(key)
        table = {key: value for key, value in table.items() if value is not None}
    return table


_JSON = json.JSONDecoder(parse_float=WrittenFloat, parse_constant=WrittenFloat, object_pairs_hook=_table_of_pairs)
