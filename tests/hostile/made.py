"""Hostile files that are too large to be written out, or hold every byte.

Comes in: nothing. Goes out: the bytes of a file, by the name under which the manifest asks for it.
"""

from __future__ import annotations

from billcheck.connectors.files.limits import COLUMNS, DEFAULT_LIMITS, FIELD_BYTES
from tests.connectors.exports import GENERIC, XERO_44, xero_row

HEADING = f"{GENERIC}\n"
PLAIN = "F-1,2026-01-31,Acme,100.00,EUR\n"


def nothing_but_nuls() -> bytes:
    return b"\0" * 5000


def utf16_cut_in_a_character() -> bytes:
    return (HEADING + PLAIN).encode("utf-16")[:-1]


def every_byte() -> bytes:
    return bytes(range(1, 256)) * 3


def field_beyond_measure() -> bytes:
    return f"{HEADING}F-1,2026-01-31,{'x' * (FIELD_BYTES + 1)},100.00,EUR\n".encode()


def field_of_greatest_length() -> bytes:
    """A text that nobody reads may be as long as the csv module allows."""
    return f"{GENERIC},note\n{PLAIN.strip()},{'x' * FIELD_BYTES}\n".encode()


def row_beyond_measure() -> bytes:
    """A row of a million cells: one cell would do, but the line as a whole fills the memory."""
    return f"{HEADING}{PLAIN}{'x,' * (64 * FIELD_BYTES)}\n".encode()


def heading_beyond_measure() -> bytes:
    return (",".join(["x"] * (COLUMNS + 1)) + "\n").encode()


def long_document() -> bytes:
    return (HEADING + PLAIN * (DEFAULT_LIMITS.document_rows + 1)).encode()


def many_bad_rows() -> bytes:
    return (HEADING + PLAIN.replace("100.00", "x") * (DEFAULT_LIMITS.refused_rows + 1)).encode()


def one_decimal_comma() -> bytes:
    return (HEADING + PLAIN * 50 + PLAIN.replace("100.00", '"1.100,50"')).encode()


def one_grouping_point() -> bytes:
    return (HEADING + PLAIN * 400 + PLAIN.replace("100.00", "1.100")).encode()


def xero_cut_in_a_row() -> bytes:
    return f"{XERO_44}\r\n{xero_row()[:-60]}\r\n".encode()
