"""The bounds of reading files, all in one place; each error that meets one names it.

Comes in and goes out: nothing but these numbers. They stand far above anything honest and keep a hostile or broken file
from taking the machine's memory. `Limits` are for the user to set; the constants below are how the work is cut, which
changes no result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from billcheck.errors import Problem

BLOCK_BYTES = 1 << 16
"""How much of a file is in hand at a time. Some 200 rows of the widest export: enough to make work per block small,
little enough for the processor's cache."""
SHARE_BYTES = 1 << 24
"""The least part of a file that is worth a process of its own."""
FIELD_BYTES = 131_072
"""The longest single field, which is also what the csv module of the standard library allows."""
COLUMNS = 256
"""Columns of a heading row."""
DOCUMENT_ROWS = 50_000
"""Rows that follow each other and belong to one document."""
REFUSED_ROWS = 10_000
"""Refused rows that are listed; a file with more is refused as a whole."""
BATCH_LINES = 8_192
"""Lines handed to the engine at a time."""
SPOOL_BYTES = 1 << 20
"""How much of a rendered source is held in memory; more goes to a temporary file."""
HEADING_ROWS = 40
"""Rows among which a heading is looked for where titles may stand above it."""
CACHE_ENTRIES = 65_536
"""Distinct raw values a cache holds before it starts anew."""
CHECKPOINT_ROWS = 32
"""Rows between two remembered places of a file, from which single rows are read back."""
XML_BYTES = 1 << 26
"""The largest electronic invoice, attached files included."""
XML_DEPTH = 100
"""How deep elements may stand within each other."""
XML_ELEMENTS = 500_000
"""How many elements an electronic invoice may have; one with 10,000 lines has some 250,000."""
XML_ATTRIBUTES = 64
"""How many attributes one element may have."""
XML_TOKEN_BYTES = 1 << 20
"""The longest single tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a ledger file may hold at most; sizes are in bytes.

    Attributes:
        columns: Columns of a heading row.
        zip_members: Parts of a workbook.
        zip_member_bytes: What one part of a workbook may unpack to.
        zip_total_bytes: What a workbook as a whole may unpack to.
        zip_ratio: How many times its packed size a part of more than 1 MiB may unpack to.
    """

    columns: int = COLUMNS
    zip_members: int = 10_000
    zip_member_bytes: int = 268_435_456
    zip_total_bytes: int = 536_870_912
    zip_ratio: int = 200


DEFAULT_LIMITS = Limits()


class LimitProblem(Problem):
    """Something goes beyond a limit."""

    limit: ClassVar[str] = ""

    def __init__(self, where: str, found: int, bound: int, value: str | None = None) -> None:
        """Say which limit was met.

        Args:
            where: File with row and column, or the part of it.
            found: How much there is, or how much was seen when reading stopped.
            bound: How much there may be.
            value: What to quote of it.
        """
        advice = (
            f"The limit {self.limit} is {bound:,}; this has {found:,}. If the file is right, raise it: "
            f"read_ledger(..., limits=Limits({self.limit}={found}))."
        )
        super().__init__(where, value, remedy=advice)
