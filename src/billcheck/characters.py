r"""Characters that do something instead of being seen: they move a cursor, turn text around, or hide in it.

Comes in: texts of other people, such as names in a ledger. Goes out: the same texts with each such character written as
an escape, ``\x1b``, so that whoever reads them sees it and no terminal, log or page obeys it. Must not know where the
texts go.
"""

from __future__ import annotations

import unicodedata

_JOINERS = frozenset("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_LAST_OF_TWO_DIGITS, _LAST_OF_FOUR_DIGITS = 0xFF, 0xFFFF


def visible(text: str) -> str:
    r"""The text with control, bidirectional and other invisible characters written as escapes such as ``\x1b``.

    The two joiners that some scripts need inside words stay. Applying it twice changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(character if is_seen(character) else _escape(ord(character)) for character in text)


def visible_lines(text: str) -> str:
    """The same for a text of several lines, which stay lines; only a line feed ends one."""
    return "\n".join(map(visible, text.split("\n")))


def visible_json(text: str) -> str:
    r"""JSON text in which what would not be seen is written as JSON writes it, ``\u202e``; it says the same.

    Line feeds between values stay; inside of a string JSON has escaped them already.
    """
    return "".join(
        character if character == "\n" or is_seen(character) else _json_escape(character) for character in text
    )


def without_commands(text: str, *, begins_line: bool = True) -> str:
    r"""Text of a log line that no runner of continuous integration takes for a command, such as ``::error::``.

    Runners obey lines that begin with two colons, and two number signs before a bracket wherever they stand. The first
    of the two is written as an escape, ``\x3a:``.
    """
    begun = text.lstrip()
    if begins_line and begun.startswith("::"):
        text = f"{text[: len(text) - len(begun)]}\\x3a{begun[1:]}"
    return text.replace("##[", "\\x23#[").replace("##vso[", "\\x23#vso[") if "##" in text else text


def is_seen(character: str) -> bool:
    """Whether a character shows as itself, or joins others that do."""
    return unicodedata.category(character) not in _HIDDEN_CATEGORIES or character in _JOINERS


def _escape(number: int) -> str:
    if number <= _LAST_OF_TWO_DIGITS:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= _LAST_OF_FOUR_DIGITS else f"\\U{number:08x}"


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[index : index + 2].hex()}" for index in range(0, len(units), 2))
