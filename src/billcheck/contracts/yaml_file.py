"""YAML files: what one holds, as tables, lists and values, and nothing that YAML would make of it by itself.

Comes in: the text of a YAML file. Goes out: what TOML or JSON would have given: texts as they stand, whole numbers,
true and false. All else that is not quoted stays a text (``no``, ``012``, ``1_000``, ``12:30``, ``2400.50``), so that
no amount passes through a float and no word turns into something else. Anchors, aliases, tags and further documents are
refused. Needs the extra `yaml`. Must not know what the tables mean.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from billcheck.contracts.faults import DUPLICATE_MARK
from billcheck.contracts.tables import MissingExtraProblem
from billcheck.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

Event: TypeAlias = Any
"""An event of the parser; the types of the package know nothing of what each kind holds."""

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")
_DEEPEST = 50


class YamlProblem(Problem):
    """This is not valid YAML."""

    remedy = "Correct it at this place; the rest of the file was not read."


class YamlFeatureProblem(Problem):
    """Contract files use no anchors, aliases, tags or further documents."""

    remedy = "Write what is meant in full; the rest of the file was not read."


class _RefusedError(Exception):
    """Ends the reading at the first thing that is refused."""

    def __init__(self, line: int, found: str) -> None:
        super().__init__(found)
        self.line = line
        self.found = found


def parse_yaml(path: str, text: str, problems: list[Problem]) -> object:
    """What a text holds; None where it is no such thing, and the reason is told."""
    try:
        import yaml  # noqa: PLC0415 - an extra, loaded when a YAML file is read
    except ImportError:
        problems.append(MissingExtraProblem(path, remedy="Run: pip install 'billcheck[yaml]'"))
        return None
    try:
        return _document(yaml.parse(text, Loader=yaml.SafeLoader))
    except _RefusedError as refused:
        problems.append(YamlFeatureProblem(f"{path}: line {refused.line}", refused.found))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else 1
        problems.append(YamlProblem(f"{path}: line {line}", error.problem))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problems.append(YamlProblem(f"{path}: line {line}", f"character {chr(error.character)!a}"))
    except RecursionError:
        problems.append(YamlProblem(path, "tables or lists are nested too deeply"))
    return None


def _document(events: Iterator[Event]) -> object:
    """The only document; an empty file holds none."""
    value: object = None
    is_begun = False
    for event in events:
        name = type(event).__name__
        if name == "DocumentStartEvent":
            if is_begun or event.tags:
                raise _RefusedError(event.start_mark.line + 1, "---" if is_begun else "%TAG")
            is_begun = True
            value = _value(next(events), events, 0)
    return value


def _value(event: Event, events: Iterator[Event], depth: int) -> object:
    line = event.start_mark.line + 1
    name = type(event).__name__
    if name == "AliasEvent":
        raise _RefusedError(line, f"*{event.anchor}")
    if event.anchor is not None:
        raise _RefusedError(line, f"&{event.anchor}")
    if event.tag is not None:
        raise _RefusedError(line, event.tag)
    if depth > _DEEPEST:
        raise RecursionError
    if name == "ScalarEvent":
        return event.value if event.style else _plain(event.value)
    if name == "SequenceStartEvent":
        return _items(events, depth)
    return _table(events, depth)


def _items(events: Iterator[Event], depth: int) -> list[object]:
    items = []
    for event in events:
        if type(event).__name__ == "SequenceEndEvent":
            break
        items.append(_value(event, events, depth + 1))
    return items


def _table(events: Iterator[Event], depth: int) -> dict[str, object]:
    """A table without its nulls, which say nothing; keys that stand twice get a marked entry to be refused."""
    table: dict[str, object] = {}
    seen: set[str] = set()
    for event in events:
        if type(event).__name__ == "MappingEndEvent":
            break
        if type(event).__name__ != "ScalarEvent" or event.anchor is not None or event.tag is not None:
            raise _RefusedError(event.start_mark.line + 1, "a key that is no text")
        key, value = str(event.value), _value(next(events), events, depth + 1)
        if key in seen:
            table[DUPLICATE_MARK + key] = key
        elif value is not None:
            table[key] = value
        seen.add(key)
    return table


def _plain(text: str) -> object:
    """A scalar without quotes: true, false, nothing, a whole number without a leading zero, else the text itself."""
    if text in {"true", "false"}:
        return text == "true"
    if text in {"", "~", "null"}:
        return None
    return int(text) if _WHOLE.fullmatch(text) else text
