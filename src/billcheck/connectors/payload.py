"""Values out of what a live ledger answers: each of the type that is promised, or the answer is refused.

Comes in: decoded JSON, and what it is of. Goes out: texts, exact amounts and nested objects. Unknown keys pass, since
ledgers add some without notice; a value that is missing or of another type never becomes zero or empty on its own. Must
not know which ledger answered.
"""

from __future__ import annotations

import json
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NoReturn

from billcheck.connectors.faults import AnswerError, excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator

_LARGEST = Decimal(10) ** 15
_MOST_DECIMALS = 10


class Payload:
    """One object of an answer; `where` names it for messages, as in ``xero invoice INV-7``.

    `request_id` is that of the exchange it came in, by which the ledger's support finds it.
    """

    def __init__(self, where: str, data: Any, *, request_id: str = "") -> None:  # noqa: ANN401 - whatever was answered
        """Take an object.

        Raises:
            AnswerError: It is none.
        """
        self.where = where
        self.request_id = request_id
        if not isinstance(data, dict):
            raise self.fault(f"It is {_shown(data)} in place of an object.")
        self._data = data

    def fault(self, remark: str, *, remedy: str = "") -> AnswerError:
        """What is wrong with it, to be raised."""
        return AnswerError(self.where, remark, request_id=self.request_id, remedy=remedy)

    @property
    def data(self) -> dict[str, Any]:
        """The object as it was answered."""
        return self._data

    def refuse(self, name: str, wanted: str) -> NoReturn:
        """Say that a value is not what was promised."""
        raise self.fault(f"Its {name} is {_shown(self._data.get(name))} in place of {wanted}.")

    def has(self, name: str) -> bool:
        """Whether there is a value."""
        return self._data.get(name) is not None

    def text(self, name: str) -> str:
        """A text that has to be there and not be empty."""
        value = self._data.get(name)
        return value if isinstance(value, str) and value else self.refuse(name, "a text")

    def optional_text(self, name: str) -> str:
        """A text that may be missing, which reads as empty."""
        value = self._data.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else self.refuse(name, "a text")

    def amount(self, name: str) -> Decimal:
        """A number that has to be there."""
        value = self._data.get(name)
        if type(value) is int:
            value = Decimal(value)
        if not isinstance(value, Decimal) or not value.is_finite() or abs(value) >= _LARGEST:
            self.refuse(name, "a number")
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and exponent < -_MOST_DECIMALS:
            self.refuse(name, f"a number with at most {_MOST_DECIMALS} decimals")
        return value

    def optional_amount(self, name: str) -> Decimal | None:
        """A number that may be missing."""
        return self.amount(name) if self.has(name) else None

    def whole(self, name: str) -> int:
        """A whole number that has to be there, zero or more."""
        value = self._data.get(name)
        return value if type(value) is int and value >= 0 else self.refuse(name, "a whole number")

    def optional_whole(self, name: str) -> int | None:
        """A whole number that may be missing."""
        return self.whole(name) if self.has(name) else None

    def is_set(self, name: str) -> bool:
        """A flag, which ledgers write as a text at times; missing is false."""
        value = self._data.get(name)
        return value is True or (isinstance(value, str) and value.lower() == "true")

    def nested(self, name: str) -> Payload:
        """An object that has to be there."""
        return Payload(f"{self.where} {name}", self._data.get(name), request_id=self.request_id)

    def each(self, name: str) -> Iterator[Payload]:
        """The objects of a list that has to be there."""
        value = self._data.get(name)
        if not isinstance(value, list):
            self.refuse(name, "a list")
        for number, one in enumerate(value, start=1):
            yield Payload(f"{self.where} {name} {number}", one, request_id=self.request_id)

    def optional_each(self, name: str) -> Iterator[Payload]:
        """The objects of a list that may be missing."""
        return self.each(name) if self.has(name) else iter(())

    def digest(self) -> str:
        """The SHA-256 of what it says, whatever the order of its keys."""
        return sha256(json.dumps(self._data, sort_keys=True, default=str).encode()).hexdigest()


def _shown(value: object) -> str:
    return "missing" if value is None else excerpt(json.dumps(value, default=str).encode())
