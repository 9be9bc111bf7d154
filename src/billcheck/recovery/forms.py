"""How the values of a case are written as JSON, and read back strictly.

Comes in: frozen dataclasses by their types. Goes out: for each type a form that writes a value, reads one, noting
every fault with its place, and describes itself as JSON Schema. A field `name_minor` is money: it is written under
`name`, as a decimal string of the case's currency. Must not know what the values mean, or files.
"""

from __future__ import annotations

import re
import sys
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Protocol, Union, get_args, get_origin, get_type_hints

from billcheck import period
from billcheck.contracts import terms
from billcheck.errors import InternalError, Problem
from billcheck.grammar import FIRST_YEAR, LAST_YEAR, GrammarError, parse_plain_decimal
from billcheck.ledger import draft
from billcheck.money import MINOR_DIGITS, format_minor, minor_scale
from billcheck.recovery import arrears, events, offer

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = Any
"""What `json` reads and writes: none, a boolean, a whole number, a string, a list or a dict."""
Value = Any
"""What a form stands for, or `FAULTY`."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONEY = re.compile(r"-?(?:0|[1-9][0-9]{0,15})(?:\.([0-9]{1,3}))?")
_LARGEST_WHOLE = 9_999
_COUNTED = frozenset({"count", "number"})
"""Whole numbers that begin at 1."""
_MINOR = "_minor"
_KEYS = {("CasePeriod", "billed"): "billed_by"}
"""The key of a field that would share one with an amount."""


class WrongTypeProblem(Problem):
    """This is not written as a case writes it."""


class UnknownKeyProblem(Problem):
    """A case has no such key here."""

    remedy = "Take it out; nothing of the case is read with it."


class MissingKeyProblem(Problem):
    """This key is needed here."""


class _Faulty:
    """Stands for a value that could not be read; its fault has been noted."""


FAULTY = _Faulty()


@dataclass(slots=True)
class Reading:
    """What is known while a case is read: its currency, and every fault so far."""

    name: str
    currency: str
    problems: list[Problem] = field(default_factory=list)

    def fault(self, problem: type[Problem], place: str, found: Json = None, remedy: str = "") -> _Faulty:
        """Note a fault."""
        value = None if found is None else _shown(found)
        self.problems.append(problem(f"{self.name}: {place}", value, remedy=remedy))
        return FAULTY


def _shown(found: Json) -> str:
    text = found if isinstance(found, str) else repr(found)
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 - a line of a message


class Form(Protocol):
    """How one type is written."""

    def dump(self, value: Value, currency: str) -> Json:
        """The value as JSON."""
        ...

    def read(self, found: Json, place: str, reading: Reading) -> Value:
        """The value, or `FAULTY`."""
        ...

    def schema(self) -> dict[str, Json]:
        """The form as JSON Schema."""
        ...


class _Text:
    def dump(self, value: str, currency: str) -> Json:  # noqa: ARG002 - the protocol's
        return value

    def read(self, found: Json, place: str, reading: Reading) -> Value:
        if isinstance(found, str):
            return found
        return reading.fault(WrongTypeProblem, place, found, "Write a text.")

    def schema(self) -> dict[str, Json]:
        return {"type": "string"}


class _Flag:
    def dump(self, value: bool, currency: str) -> Json:  # noqa: ARG002, FBT001 - the protocol's
        return value

    def read(self, found: Json, place: str, reading: Reading) -> Value:
        if isinstance(found, bool):
            return found
        return reading.fault(WrongTypeProblem, place, found, "Write true or false.")

    def schema(self) -> dict[str, Json]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class _Whole:
    least: int = 0

    def dump(self, value: int, currency: str) -> Json:  # noqa: ARG002 - the protocol's
        return value

    def read(self, found: Json, place: str, reading: Reading) -> Value:
        if isinstance(found, int) and not isinstance(found, bool) and self.least <= found <= _LARGEST_WHOLE:
            return found
        remedy = f"Write a whole number from {self.least} to {_LARGEST_WHOLE}."
        return reading.fault(WrongTypeProblem, place, found, remedy)

    def schema(self) -> dict[str, Json]:
        return {"type": "integer", "minimum": self.least, "maximum": _LARGEST_WHOLE}


class _Money:
    def dump(self, value: int, currency: str) -> Json:
        return format_minor(value, currency)

    def read(self, found: Json, place: str, reading: Reading) -> Value:
        digits = MINOR_DIGITS[reading.currency]
        shape = _MONEY.fullmatch(found) if isinstance(found, str) else None
        if shape is not None and len(shape[1] or "") == digits:
            return int(found.replace(".", ""))
        example = format_minor(1200 * minor_scale(reading.currency), reading.currency)
        return reading.fault(
            WrongTypeProblem, place, found, f'Write it with the decimals of {reading.currency}, as in "{example}".'
        )

    def schema(self) -> dict[str, Json]:
        return {"type": "string", "pattern": f"^{_MONEY.pattern}$"}


class _Day:
    def dump(self, value: date, currency: str) -> Json:  # noqa: ARG002 - the protocol's
        return value.isoformat()

    def read(self, found: Json, place: str, reading: Reading) -> Value:
        if isinstance(found, str) and _DAY.fullmatch(found) and FIRST_YEAR <= int(found[:4]) <= LAST_YEAR:
            try:
                return date.fromisoformat(found)
            except ValueError:
                pass
        return reading.fault(WrongTypeProblem, place, found, 'Write a day as "2026-09-04".')

    def schema(self) -> dict[str, Json]:
        return {"type": "string", "format": "date", "pattern": f"^{_DAY.pattern}$"}


class _Number:
    def dump(self, value: Decimal, currency: str) -> Json:  # noqa: ARG002 - the protocol's
        return f"{value:f}"

    def read(self, found: Json, place: str, reading: Reading) -> Value:
        if isinstance(found, str):
            try:
                return parse_plain_decimal(found)
            except GrammarError:
                pass
        return reading.fault(WrongTypeProblem, place, found, 'Write a number as a string, as in "21" or "8.5".')

    def schema(self) -> dict[str, Json]:
        return {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}


@dataclass(frozen=True, slots=True)
class _Choice:
    words: tuple[str, ...]

    def dump(self, value: str, currency: str) -> Json:  # noqa: ARG002 - the protocol's
        return value

    def read(self, found: Json, place: str, reading: Reading) -> Value:
        if isinstance(found, str) and found in self.words:
            return found
        return reading.fault(WrongTypeProblem, place, found, f"Write one of: {', '.join(self.words)}.")

    def schema(self) -> dict[str, Json]:
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class _Optional:
    form: Form

    def dump(self, value: Value, currency: str) -> Json:
        return None if value is None else self.form.dump(value, currency)

    def read(self, found: Json, place: str, reading: Reading) -> Value:
        return None if found is None else self.form.read(found, place, reading)

    def schema(self) -> dict[str, Json]:
        return {"anyOf": [self.form.schema(), {"type": "null"}]}


@dataclass(frozen=True, slots=True)
class _List:
    form: Form
    length: int | None = None

    def dump(self, value: tuple[Any, ...], currency: str) -> Json:
        return [self.form.dump(element, currency) for element in value]

    def read(self, found: Json, place: str, reading: Reading) -> Value:
        if not isinstance(found, list) or self.length not in {None, len(found)}:
            wanted = "a list" if self.length is None else f"a list of {self.length}"
            return reading.fault(WrongTypeProblem, place, found, f"Write {wanted}.")
        elements = [self.form.read(each, f"{place}[{number}]", reading) for number, each in enumerate(found)]
        return FAULTY if FAULTY in elements else tuple(elements)

    def schema(self) -> dict[str, Json]:
        bounds = {} if self.length is None else {"minItems": self.length, "maxItems": self.length}
        return {"type": "array", "items": self.form.schema(), **bounds}


class _RowAmounts:
    """Amounts by the id of a period row."""

    def dump(self, value: tuple[tuple[str, int], ...], currency: str) -> Json:
        return [{"row": row, "amount": format_minor(minor, currency)} for row, minor in value]

    def read(self, found: Json, place: str, reading: Reading) -> Value:
        pairs = _List(_RowAmount()).read(found, place, reading)
        if pairs is not FAULTY and len({row for row, _ in pairs}) != len(pairs):
            return reading.fault(WrongTypeProblem, place, None, "Name each row once.")
        return pairs

    def schema(self) -> dict[str, Json]:
        return _List(_RowAmount()).schema()


class _RowAmount:
    def dump(self, value: tuple[str, int], currency: str) -> Json:
        return {"row": value[0], "amount": format_minor(value[1], currency)}

    def read(self, found: Json, place: str, reading: Reading) -> Value:
        members = read_members(found, {"row": _Text(), "amount": _Money()}, frozenset(), place, reading)
        return FAULTY if members is None else (members["row"], members["amount"])

    def schema(self) -> dict[str, Json]:
        return object_schema({"row": _Text(), "amount": _Money()}, frozenset(), "An amount of one period row.")


class RecordForm:
    """A dataclass or named tuple, its fields in their order; those with a default may be left out when read."""

    def __init__(self, kind: type[Any]) -> None:
        self.kind = kind

    @cached_property
    def keys(self) -> dict[str, str]:
        """Key of the JSON to name of the field."""
        names = [entry.name for entry in fields(self.kind)] if is_dataclass(self.kind) else self.kind._fields
        keys = {_KEYS.get((self.kind.__name__, name), name.removesuffix(_MINOR)): name for name in names}
        if len(keys) != len(names):
            raise InternalError("every field of a case has a key of its own", type=self.kind.__name__)
        return keys

    @cached_property
    def forms(self) -> dict[str, Form]:
        """The form of each key."""
        hints = get_type_hints(self.kind, localns=_names())
        return {key: _form_of(hints[name], name) for key, name in self.keys.items()}

    @cached_property
    def optional(self) -> frozenset[str]:
        """The keys that have a default."""
        if not is_dataclass(self.kind):
            return frozenset()
        with_default = {entry.name for entry in fields(self.kind) if entry.default is not MISSING}
        return frozenset(key for key, name in self.keys.items() if name in with_default)

    def dump(self, value: Value, currency: str) -> Json:
        """Every key, always, in one order."""
        return {key: form.dump(getattr(value, self.keys[key]), currency) for key, form in self.forms.items()}

    def read(self, found: Json, place: str, reading: Reading) -> Value:
        """The value; every fault in it is noted."""
        members = read_members(found, self.forms, self.optional, place, reading)
        if members is None:
            return FAULTY
        return self.kind(**{self.keys[key]: value for key, value in members.items()})

    def schema(self) -> dict[str, Json]:
        """An object without further keys."""
        return object_schema(self.forms, self.optional, (self.kind.__doc__ or "").strip().partition("\n")[0])


def read_members(
    found: Json, forms: Mapping[str, Form], optional: frozenset[str], place: str, reading: Reading
) -> dict[str, Any] | None:
    """The members of an object; None where anything is wrong with it, which is noted."""
    if not isinstance(found, dict):
        reading.fault(WrongTypeProblem, place, found, "Write an object.")
        return None
    is_whole = True
    for key in found:
        if key not in forms:
            reading.fault(UnknownKeyProblem, place, key)
            is_whole = False
    members: dict[str, Any] = {}
    for key, form in forms.items():
        if key in found:
            members[key] = form.read(found[key], f"{place} {key}".strip(), reading)
            is_whole = is_whole and members[key] is not FAULTY
        elif key not in optional:
            reading.fault(MissingKeyProblem, f"{place} {key}".strip())
            is_whole = False
    return members if is_whole else None


def object_schema(forms: Mapping[str, Form], optional: frozenset[str], description: str) -> dict[str, Json]:
    """An object that has these members and no others."""
    return {
        "type": "object",
        "description": description,
        "additionalProperties": False,
        "required": [key for key in forms if key not in optional],
        "properties": {key: form.schema() for key, form in forms.items()},
    }


_RECORDS: dict[type[Any], RecordForm] = {}
_PLAIN: dict[type[Any], type[Form]] = {str: _Text, bool: _Flag, date: _Day, Decimal: _Number}
_ROW_AMOUNTS = tuple[tuple[str, int], ...]


def record_of(kind: type[Any]) -> RecordForm:
    """The form of a dataclass or named tuple."""
    return _RECORDS.setdefault(kind, RecordForm(kind))


def _form_of(hint: Value, name: str) -> Form:
    """The form of a type hint; `name` is that of the field."""
    origin: Value = get_origin(hint)
    arguments = get_args(hint)
    if origin in {Union, UnionType}:
        (inner,) = [each for each in arguments if each is not type(None)]
        return _Optional(_form_of(inner, name))
    if origin is Literal:
        return _Choice(arguments)
    if origin is tuple:
        return _form_of_tuple(hint, arguments)
    if hint is int:
        return _Money() if name.endswith(_MINOR) else _Whole(1 if name in _COUNTED else 0)
    if hint in _PLAIN:
        return _PLAIN[hint]()
    if is_dataclass(hint) or hasattr(hint, "_fields"):
        return record_of(hint)
    raise InternalError("every value of a case has a form", name=name, type=str(hint))


def _form_of_tuple(hint: Value, arguments: tuple[Value, ...]) -> Form:
    if hint == _ROW_AMOUNTS:
        return _RowAmounts()
    is_open = arguments[1:] == (...,)
    return _List(_form_of(arguments[0], ""), None if is_open else len(arguments))


def _names() -> dict[str, Any]:
    """What the annotations of the rooms' types mean; those rooms import it for type checkers only."""
    names: dict[str, Any] = {"date": date, "Decimal": Decimal}
    for module in (period, terms, draft, arrears, offer, events, sys.modules[__name__]):
        names |= {name: value for name, value in vars(module).items() if not name.startswith("_")}
    return names
