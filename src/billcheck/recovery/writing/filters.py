"""How templates write facts: the filters `money`, `amount`, `percent`, `day`, `period`, `listed` and others.

Comes in: a language with a currency, and the amounts that a letter may hold. Goes out: functions. An amount that was
worked out in a template is refused: every figure of a letter is one of the statement or of the documents. Must not know
what the letter is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from billcheck.recovery.writing.language import Speech


def speech_filters(speech: Speech, amounts_minor: Collection[int]) -> Mapping[str, Callable[..., str]]:
    """The filters of a letter.

    Args:
        speech: The language, and the currency of all amounts.
        amounts_minor: The amounts that may be written, in minor units.
    """

    def stated(minor: object) -> int:
        if not isinstance(minor, int) or minor not in amounts_minor:
            message = f"{minor!r} is no amount of this letter. A template may write amounts, not work them out."
            raise ValueError(message)
        return minor

    return {
        "money": lambda minor: speech.money(stated(minor)),
        "amount": lambda minor: speech.amount(stated(minor)),
        "percent": speech.percent,
        "day": speech.day,
        "month": speech.month,
        "period": speech.period,
        "label": speech.label,
        "listed": speech.listed,
        "number": speech.number,
    }
