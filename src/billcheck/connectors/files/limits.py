"""The bounds of reading files, all in one place; each error that meets one names it.

Comes in and goes out: nothing but these numbers. They stand far above anything honest and keep a hostile or broken file
from taking the machine's memory. `Limits` are for the user to set; most constants are only how the work is cut, which
changes no result.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

from billcheck.configuration.rules import GREATEST_LIMITS
from billcheck.errors import LedgerRefusedError, Problem, UsageError

BLOCK_BYTES = 1 << 16
"""How much of a file is in hand at a time. Some 200 rows of the widest export: enough to make work per block small,
little enough for the processor's cache."""
SHARE_BYTES = 1 << 24
"""The least part of a file that is worth a process of its own."""
FIELD_BYTES = GREATEST_LIMITS["field_bytes"]
"""The longest single field that can be read: what the csv module of the standard library allows, process-wide."""
LINE_BYTES = 32 * FIELD_BYTES
"""The longest line of text of which a record may be a part."""
COLUMNS = 256
"""Columns of a heading row."""
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
_BYTES_OF_CHARACTER = 4


class LimitValueError(Problem):
    """This is no limit."""

    remedy = "Write a whole number of at least 1."


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a ledger file may hold at most; sizes are in bytes, of texts in UTF-8.

    Of a data frame `rows`, `field_bytes`, `document_rows` and `refused_rows` are held against it.

    Attributes:
        file_bytes: A file of any kind. An export of a million rows in 44 columns has some 320 MB.
        rows: Rows of a file, its heading aside.
        columns: Columns of a heading row.
        field_bytes: A single field; 131,072 is also the most that can be set.
        document_rows: Rows that follow each other and belong to one document.
        refused_rows: Rows that are refused one by one; a file with more is refused as a whole.
        zip_members: Parts of a workbook.
        zip_member_bytes: What one part of a workbook may unpack to.
        zip_total_bytes: What a workbook as a whole may unpack to.
        zip_ratio: How many times its packed size a part of more than 1 MiB may unpack to.
        xml_bytes: An electronic invoice, attached files included.
        xml_depth: How deep its elements may stand within each other; 500 is the most that can be set.
        xml_elements: How many elements it may have; one with 10,000 lines has some 250,000.
        xml_attributes: How many attributes one element may have.
        xml_token_bytes: A single tag or comment.

    Raises:
        UsageError: One of them is no whole number of at least 1, or more than can be set.
    """

    file_bytes: int = 1 << 30
    rows: int = 5_000_000
    columns: int = COLUMNS
    field_bytes: int = FIELD_BYTES
    document_rows: int = 50_000
    refused_rows: int = 10_000
    zip_members: int = 10_000
    zip_member_bytes: int = 268_435_456
    zip_total_bytes: int = 536_870_912
    zip_ratio: int = 200
    xml_bytes: int = 1 << 26
    xml_depth: int = 100
    xml_elements: int = 500_000
    xml_attributes: int = 64
    xml_token_bytes: int = 1 << 20

    def __post_init__(self) -> None:
        problems: list[Problem] = []
        for one in fields(self):
            value, most = getattr(self, one.name), GREATEST_LIMITS.get(one.name)
            if type(value) is not int or value < 1:
                problems.append(LimitValueError(f"limits {one.name}", str(value)))
            elif most is not None and value > most:
                remedy = f"At most {most:,} can be set."
                problems.append(LimitValueError(f"limits {one.name}", f"{value:,}", remedy=remedy))
        if problems:
            raise UsageError(problems)


DEFAULT_LIMITS = Limits()


class LimitProblem(Problem):
    """Something goes beyond a limit."""

    limit: ClassVar[str] = ""

    def __init__(self, where: str, found: int, bound: int, value: str | None = None, *, is_least: bool = False) -> None:
        """Say which limit was met.

        Args:
            where: File with row and column, or the part of it.
            found: How much there is, or how much was seen when reading stopped.
            bound: How much there may be.
            value: What to quote of it.
            is_least: Whether there may be more than was found.
        """
        most = GREATEST_LIMITS.get(self.limit)
        raised = 2 * found if is_least else found
        met = f"The limit {self.limit} is {bound:,}; this has {'at least ' if is_least else ''}{found:,}."
        if most is not None and found > most:
            advice = f"{met} At most {most:,} can be set. {self.remedy}".rstrip()
        else:
            raised = raised if most is None else min(raised, most)
            advice = (
                f"{met} If that is right, raise it: limits=Limits({self.limit}={raised}) "
                f"for read_ledger or read_frame, or [limits] {self.limit} = {raised} in billcheck.toml."
            )
        super().__init__(where, value, remedy=advice)


class LongFieldError(LimitProblem):
    """A field is longer than any field that is read."""

    limit = "field_bytes"
    remedy = "Shorten it, or look for a quote that is not closed."


def check_field(where: str, text: str, bound: int) -> None:
    """Hold a text against the limit of a field.

    Args:
        where: How messages name its place.
        text: The field.
        bound: How many bytes of UTF-8 it may have.

    Raises:
        LedgerRefusedError: It is longer.
    """
    if len(text) * _BYTES_OF_CHARACTER > bound:
        size = len(text.encode("utf-8", "surrogatepass"))
        if size > bound:
            raise LedgerRefusedError([LongFieldError(where, size, bound, text[:60])])
