"""What is wrong with a profile file, told with the key path a person would look for.

Comes in: the tables of a profile as written, and what pydantic found wrong with their shape. Goes out: problems with
places such as ``acme.toml: columns.customer``. No text of pydantic's reaches a person. Must not know what a profile is
for, or files.
"""

from __future__ import annotations

from copy import deepcopy
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from billcheck.connectors.files.profile_shape import FieldName, ProfileShape
from billcheck.contracts.faults import written
from billcheck.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Path = tuple[str | int, ...]

_FORMAT = "See the format of profiles in the reference."
_FIELDS: tuple[str, ...] = get_args(FieldName)
_ROUNDS = 3
"""How often the rest is judged again: what a table says as a whole shows only once its keys are right."""
_KEY_MARK = "[key]"
"""Ends the location of a fault that pydantic finds in the name of a key."""

_FITTING: dict[str, Any] = {
    "schema": 1,
    "id": "a",
    "title": "a",
    "evidence": "documented",
    "identify": {"required": ["a"]},
    "columns": dict.fromkeys(("document", "issue_date", "customer", "amount", "currency"), "a"),
    "kind": {"column": "a", "default": "invoice"},
    "status": {"column": "a", "default": "approved"},
}
"""What stands in for keys at fault, so that the rest can still be judged as a whole."""


class UnfinishedProblem(Problem):
    """This is left to be filled in."""

    remedy = "The comment beside it in a draft says what to write; take the line out if the file has no such thing."


class UnknownProfileKeyProblem(Problem):
    """A profile has no such key here."""


class MissingProfileKeyProblem(Problem):
    """A profile needs this key."""

    remedy = _FORMAT


class UnfitProfileValueProblem(Problem):
    """This cannot stand here."""

    remedy = _FORMAT


class ContradictoryProfileProblem(Problem):
    """The profile contradicts itself."""

    remedy = _FORMAT


def faults_of(place: str, table: object) -> list[Problem]:
    """Every fault of the shape of a profile; none if it has the shape.

    Args:
        place: How messages name the file.
        table: What the file holds.
    """
    try:
        ProfileShape.model_validate(table)
    except ValidationError as error:
        found = _Faults(place, table)
        broken = [found.add(fault) for fault in _details(error)]
        found.judge_rest(path for path in broken if path is not None)
        return found.problems
    return []


class _Faults:
    """Gathers the faults of one file, each place once."""

    def __init__(self, place: str, table: object) -> None:
        self.problems: list[Problem] = []
        self._place = place
        self._table = table
        self._told: set[Path] = set()

    def add(self, fault: Mapping[str, Any]) -> Path | None:
        """Tell a fault; returns the path of the key at fault, None if the profile as a whole is."""
        path, is_branch = _path_of(fault, self._table)
        kind = str(fault["type"])
        if not path and kind == "value_error":
            self._tell(ContradictoryProfileProblem, (kind, fault["msg"]), what=_sentence(fault))
            return None
        if any(path == told[: len(path)] or told == path[: len(told)] for told in self._told):
            return path  # the same fault, seen from a key above or below
        value = _value_at(self._table, path)
        if _is_left_open(value):
            self._tell(UnfinishedProblem, path)
        elif kind == "extra_forbidden" and not is_branch:
            self._tell(UnknownProfileKeyProblem, path, remedy=_near(str(path[-1]), _known_keys(path[:-1])))
        elif kind == "missing" and not is_branch:
            self._tell(MissingProfileKeyProblem, path)
        elif fault["loc"][-1] == _KEY_MARK and path[:1] == ("columns",):
            self._tell(UnknownProfileKeyProblem, path, remedy=_near(str(path[-1]), _FIELDS))
        else:
            what = _sentence(fault) if kind == "value_error" else ""
            value = None if isinstance(value, dict) and what else value
            value = path[-1] if fault["loc"][-1] == _KEY_MARK else value
            self._tell(UnfitProfileValueProblem, path, value, what=what, remedy=_advice(path, fault, is_branch))
        return path

    def judge_rest(self, broken: Iterable[Path]) -> None:
        """Put what fits in place of the keys at fault, and tell what is still wrong then."""
        rest = deepcopy(self._table)
        if not isinstance(rest, dict) or not any(self._told):
            return
        paths = list(broken)
        for _ in range(_ROUNDS):
            for path in paths:
                _mend(rest, path)
            try:
                ProfileShape.model_validate(rest)
            except ValidationError as error:
                found = [self.add(fault) for fault in _details(error) if fault["type"] == "value_error"]
                paths = [path for path in found if path]
                if not paths:
                    return

    def _tell(self, kind: type[Problem], path: Path, value: object = None, *, what: str = "", remedy: str = "") -> None:
        if path in self._told:
            return
        self._told.add(path)
        shown = "" if kind is ContradictoryProfileProblem else _shown(path)
        where = f"{self._place}: {shown}" if shown else self._place
        self.problems.append(kind(where, None if value is None else written(value), what=what, remedy=remedy))


def _details(error: ValidationError) -> list[Mapping[str, Any]]:
    return [dict(fault) for fault in error.errors(include_url=False)]


def _sentence(fault: Mapping[str, Any]) -> str:
    """The words of a validator of our own as a sentence."""
    text = str(fault.get("ctx", {}).get("error", fault["msg"]))
    return f"{text[:1].upper()}{text[1:]}".rstrip(".") + "."


def _path_of(fault: Mapping[str, Any], table: object) -> tuple[Path, bool]:
    """The keys that lead to a fault, and whether it is one of several forms that a value may have.

    Pydantic puts the branches of a union into the location; these are no keys of the file.
    """
    location: Sequence[str | int] = [step for step in fault["loc"] if step != _KEY_MARK]
    path: list[str | int] = []
    value: Any = table
    for position, step in enumerate(location):
        if _has(value, step):
            value = value[step]
        elif fault["type"] == "missing" and position == len(location) - 1 and isinstance(value, dict):
            value = None
        else:
            return tuple(path), True
        path.append(step)
    return tuple(path), False


def _has(value: object, step: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(step, int) and step < len(value)
    return isinstance(value, dict) and step in value


def _value_at(table: object, path: Path) -> object:
    value: Any = table
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list):
            value = value[int(step)]
    return value


def _is_left_open(value: object) -> bool:
    """Whether a draft left the value open: an empty text, or a list of nothing else."""
    if isinstance(value, str):
        return not value.strip()
    return isinstance(value, list) and all(map(_is_left_open, value))


def _shown(path: Path) -> str:
    return "".join(f" #{key + 1}" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


def _known_keys(path: Path) -> list[str]:
    """The keys of the table at a path of the shape."""
    shape: type[BaseModel] = ProfileShape
    for step in path:
        field = next((one for name, one in shape.model_fields.items() if (one.alias or name) == step), None)
        below = [] if field is None else [one for one in _types_in(field.annotation) if issubclass(one, BaseModel)]
        if not below:
            continue
        shape = below[-1]
    return [field.alias or name for name, field in shape.model_fields.items()]


def _types_in(annotation: object) -> Iterator[type]:
    if isinstance(annotation, type):
        yield annotation
    for inner in get_args(annotation):
        yield from _types_in(inner)


def _near(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1)
    hint = f'Did you mean "{close[0]}"? ' if close else ""
    return f"{hint}Known: {', '.join(known)}." if known else f"{hint}{_FORMAT}"


def _advice(path: Path, fault: Mapping[str, Any], is_branch: bool) -> str:  # noqa: FBT001 - a fact about the fault
    expected = fault.get("ctx", {}).get("expected")
    if expected and not is_branch:
        return f"Write {expected}.".replace("'", '"')
    if path[:1] == ("id",):
        return 'Write lower-case words between points or hyphens, such as "acme.invoice-lines".'
    if path[:1] == ("variants",) and fault["loc"][-1] == _KEY_MARK:
        return 'Name a variant in lower-case words between hyphens, such as "day-first".'
    if path[:1] == ("columns",):
        return 'Write the heading as the file has it, such as "Invoice number". ' + _FORMAT
    forms = {
        "string_type": "Write a text in quotes.",
        "int_type": "Write a whole number without quotes.",
        "int_parsing": "Write a whole number without quotes.",
        "tuple_type": 'Write a list such as ["A", "B"], also for a single one.',
        "dict_type": "Write a table of keys.",
        "model_type": "Write a table of keys.",
    }
    return forms.get(str(fault["type"]), _FORMAT)


def _mend(table: dict[str, Any], path: Path) -> None:
    """Put what fits at a path, or take the key out where nothing need stand there."""
    fitting: Any = _FITTING
    target: Any = table
    for step in path[:-1]:
        fitting = fitting.get(step) if isinstance(fitting, dict) else None
        target = target[step]
    last = path[-1]
    if isinstance(target, list):
        target[int(last)] = "a"
    elif isinstance(fitting, dict) and last in fitting:
        target[last] = deepcopy(fitting[last])
    else:
        target.pop(last, None)
