"""The bounds of reading files, all in one place; each error that meets one names it.

Comes in and goes out: nothing but these numbers. They stand far above anything honest and keep a hostile or broken file
from taking the machine's memory.
"""

from __future__ import annotations

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
