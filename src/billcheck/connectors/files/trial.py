"""A ledger file read on trial, to see what a profile makes of it.

Comes in: an opener of a file. Goes out: a `Trial`: every row used, set aside or refused, with the totals, dates and
conventions that were found. Every line is looked at, whoever the customer is. Must not know contracts, or where the
trial is shown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from billcheck.connectors.files.rendered import Rendered
from billcheck.connectors.files.source import StreamSource
from billcheck.connectors.files.text import TextFile
from billcheck.connectors.files.tokens import cell_text
from billcheck.errors import InternalError
from billcheck.ledger.line import DocumentStatus, Kind
from billcheck.ledger.source import NO_DAY, AnyKeys, Batch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from billcheck.connectors.files.heading import Layout
    from billcheck.connectors.files.source import Opener
    from billcheck.connectors.files.stream import Stream
    from billcheck.grammar import DateOrder
    from billcheck.ledger.source import RefusedRow
    from billcheck.ledger.template import Template

NO_BILLING = "of another kind than invoices and credit notes: cash, or no billing at all"
DRAFT = "of drafts: evidence, but not billed"
VOID = "of void documents"
"""Why rows are set aside: ``4 rows of void documents``."""

_DELIMITERS = {b",": "comma", b";": "semicolon", b"\t": "tab"}


@dataclass(frozen=True, slots=True)
class CurrencyTotal:
    """What the used rows of one currency add up to: minor units excluding tax, credit notes negative."""

    currency: str
    rows: int
    amount: int


@dataclass(frozen=True, slots=True)
class Trial:
    """What a profile makes of a file.

    `rows` is used + set aside + refused. `fields` gives the heading each field was read from, or the fixed value in
    quotes; `unused` are the headings no field is read from. `encoding` is None for what is no text, `date_order` None
    where every date is read the same in both orders; `is_order_declared` where the profile says it. `documents` counts
    the different documents of the used rows. `first_day` and `last_day` are those of all documents, None without any.
    """

    path: str
    profile: str
    fields: Mapping[str, str]
    unused: tuple[str, ...]
    encoding: str | None
    delimiter: str | None
    decimal: str
    date_order: DateOrder | None
    is_order_declared: bool
    rows: int
    used: int
    set_aside: Mapping[str, int]
    refused: tuple[RefusedRow, ...]
    documents: Mapping[Kind, int]
    totals: tuple[CurrencyTotal, ...]
    first_day: date | None
    last_day: date | None
    notes: tuple[str, ...]
    limits: tuple[str, ...]
    shortcoming: str

    @property
    def is_complete(self) -> bool:
        """Whether every row was read, something was used, and nothing suggests that rows are left out."""
        return bool(self.used) and not self.refused and not self.shortcoming


@dataclass(frozen=True, slots=True)
class _Opened:
    """A stream that is open already, as an opener."""

    opener: Opener
    stream: Stream
    layout: Layout

    @property
    def path(self) -> str:
        return self.opener.path

    def open(self) -> tuple[Stream, Layout]:
        return self.stream, self.layout

    def digest(self) -> str:
        return self.opener.digest()

    def templates(self) -> tuple[Template, ...]:
        return self.opener.templates()


def try_file(opener: Opener) -> Trial:
    """Read a file as a check would.

    Raises:
        LedgerRefusedError: The file as a whole cannot be read without guessing.
        UsageError: There is no profile of this name.
        SourceChangedError: The file changed meanwhile.
    """
    stream, layout = opener.open()
    count, order = _Count(), None
    last: Batch | None = None
    for last in StreamSource(_Opened(opener, stream, layout)).scan(AnyKeys()):
        count.add(last)
        order = last.date_order
    if last is None or last.receipt is None:
        raise InternalError("a scan ends with a receipt", path=opener.path)
    receipt = last.receipt
    # Only what is no billing may name no customer, and is neither handed out nor totalled then.
    unnamed = receipt.rows - count.used - sum(count.aside.values()) - len(last.refused)
    if unnamed < 0 or last.outside:
        raise InternalError("every row is used, set aside or refused", path=opener.path)
    count.aside[NO_BILLING] += unnamed
    values = layout.profile.values
    return Trial(
        path=opener.path,
        profile=layout.profile.id,
        fields=_fields_of(layout),
        unused=_unused_of(layout),
        encoding=_encoding_of(stream),
        delimiter=_DELIMITERS[layout.delimiter] if isinstance(stream, TextFile) else None,
        decimal=values.marks.decimal,
        date_order=order,
        is_order_declared=values.date_order is not None,
        rows=receipt.rows,
        used=count.used,
        set_aside={reason: count.aside[reason] for reason in (NO_BILLING, VOID, DRAFT) if count.aside[reason]},
        refused=tuple(last.refused),
        documents={kind: len(count.documents[kind]) for kind in (Kind.INVOICE, Kind.CREDIT_NOTE)},
        totals=tuple(
            CurrencyTotal(currency, count.rows[currency], amount) for currency, amount in sorted(count.amounts.items())
        ),
        first_day=_day(receipt.first_day),
        last_day=_day(receipt.last_day),
        notes=receipt.notes,
        limits=layout.profile.limits,
        shortcoming=receipt.shortcoming,
    )


class _Count:
    """Counts the lines of batches."""

    def __init__(self) -> None:
        self.used = 0
        self.aside: Counter[str] = Counter()
        self.rows: Counter[str] = Counter()
        self.amounts: Counter[str] = Counter()
        self.documents: dict[Kind, set[tuple[str, str]]] = {kind: set() for kind in Kind}

    def add(self, batch: Batch) -> None:
        """Count in the lines of one batch."""
        for _, number, customer, kind, status, currency, amount in zip(
            batch.locators,
            batch.documents,
            batch.customers,
            batch.kinds,
            batch.statuses,
            batch.currencies,
            batch.amounts,
            strict=False,  # what a source does not have repeats for ever
        ):
            reason = _why_aside(kind, status)
            if reason:
                self.aside[reason] += 1
                continue
            self.used += 1
            self.rows[currency] += 1
            self.amounts[currency] += amount
            self.documents[Kind(kind)].add((number, customer))


def _why_aside(kind: int, status: int) -> str:
    """Why a line does not count as billed; empty if it does."""
    if kind == Kind.OTHER:
        return NO_BILLING
    if status == DocumentStatus.VOID:
        return VOID
    return DRAFT if status == DocumentStatus.DRAFT else ""


def _fields_of(layout: Layout) -> dict[str, str]:
    """The heading of each field, or its fixed value, fields in the order of the columns."""
    placed = sorted(layout.fields.items(), key=lambda item: item[1])
    found = {name: layout.headings[column] for name, column in placed}
    return found | {name: f'"{cell_text(cell, layout.delimiter)}"' for name, cell in layout.constants.items()}


def _unused_of(layout: Layout) -> tuple[str, ...]:
    used = set(layout.fields.values())
    return tuple(heading for column, heading in enumerate(layout.headings) if column not in used and heading)


def _origin_of(stream: Stream) -> TextFile | None:
    """The text file behind a stream; None if it is none."""
    origin = stream.origin if isinstance(stream, Rendered) else stream
    return origin if isinstance(origin, TextFile) else None


def _encoding_of(stream: Stream) -> str | None:
    origin = _origin_of(stream)
    return None if origin is None else origin.encoding


def _day(ordinal: int) -> date | None:
    return None if ordinal == NO_DAY else date.fromordinal(ordinal)
