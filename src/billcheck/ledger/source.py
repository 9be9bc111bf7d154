"""The protocol between readers and the engine: keys go down into the scan, batches come up.

Comes in: `Keys` (what the contracts may concern) and whatever a source reads. Goes out: `Batch`es of normalised lines
in parallel columns, the totals of everything the keys do not concern, the rows that were refused, and a receipt. A
source may give more than the keys ask for, never less. Must not know contracts, charges, files or the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from billcheck.ledger.names import fold_code, fold_name, parents_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from billcheck.grammar import DateOrder
    from billcheck.ledger.line import Line, SourceRow
    from billcheck.ledger.numbers import DocumentNumbers
    from billcheck.ledger.template import Template

NO_DAY = 0
"""The day ordinal that stands for "no date given"."""
LAST_DAY = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Keys:
    """What the contracts may concern, spelt canonically (`fold_name` for customers, `fold_code` for the rest).

    `parents` are customers whose sub-customers count as theirs. `items` and `accounts` are empty unless lines that bear
    one matter whoever the customer is. `has_tax` tells whether some charge has a tax percent to hold the tax of lines
    against. `as_of_day` is the day of the check: what the keys do not concern and is dated later is totalled apart.
    """

    customers: frozenset[str] = frozenset()
    customer_ids: frozenset[str] = frozenset()
    contracts: frozenset[str] = frozenset()
    parents: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    has_tax: bool = False
    as_of_day: int = LAST_DAY

    def has_customer(self, name: str) -> bool:
        """Whether a customer of this name, as the ledger writes it, has a contract."""
        folded = fold_name(name)
        return folded in self.customers or any(parent in self.parents for parent in parents_of(folded) if self.parents)

    def has_customer_id(self, customer_id: str) -> bool:
        """Whether a customer with this id has a contract."""
        return fold_code(customer_id) in self.customer_ids

    def has_item(self, item: str) -> bool:
        """Whether lines with this item matter whoever the customer is."""
        return fold_code(item) in self.items

    def has_account(self, account: str) -> bool:
        """Whether lines on this account matter whoever the customer is."""
        return fold_code(account) in self.accounts

    def has_reference(self, reference: str) -> bool:
        """Whether a contract or reference field names a contract: as a whole, or as one of its words."""
        if not reference:
            return False
        folded = fold_code(reference)
        return folded in self.contracts or any(word.strip(",;:()[]#") in self.contracts for word in folded.split())


class AnyKeys(Keys):
    """Keys that every line of some customer may concern: for whoever reads a ledger as a whole, without contracts."""

    def has_customer(self, name: str) -> bool:
        """Whoever it is."""
        return bool(name) or super().has_customer(name)


@dataclass(slots=True)
class OutsideTotal:
    """What a customer without a contract was billed in one currency; approved lines only, minor units excl. tax.

    `lines`, `amount` and the days are those up to the day of the check; without any, the days are the last and the
    first there are. `later_lines` and `later_amount` are dated after it.
    """

    lines: int = 0
    amount: int = 0
    first_day: int = LAST_DAY
    last_day: int = NO_DAY
    later_lines: int = 0
    later_amount: int = 0

    def add_line(self, amount: int, day: int, as_of_day: int) -> None:
        """Count one more line in."""
        if day > as_of_day:
            self.later_lines += 1
            self.later_amount += amount
            return
        self.lines += 1
        self.amount += amount
        self.first_day = min(self.first_day, day)
        self.last_day = max(self.last_day, day)

    def add(self, further: OutsideTotal) -> None:
        """Count another total in."""
        self.lines += further.lines
        self.amount += further.amount
        self.first_day = min(self.first_day, further.first_day)
        self.last_day = max(self.last_day, further.last_day)
        self.later_lines += further.later_lines
        self.later_amount += further.later_amount


def add_totals(totals: dict[tuple[str, str], OutsideTotal], further: Mapping[tuple[str, str], OutsideTotal]) -> None:
    """Count totals per customer and currency into others."""
    for key, total in further.items():
        known = totals.get(key)
        if known is None:
            totals[key] = replace(total)
        else:
            known.add(total)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that could not be read without guessing; the report that meets one is incomplete.

    `customer` and `document` are the name and the number in the row, empty where it has none or cannot be told.
    """

    path: str
    row: int
    column: str
    value: str
    reason: str
    customer: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a source read, stated once at the end of a scan.

    `rows` counts rows of data, `lines` those that became lines (kept or outside), `first_day` and `last_day` are the
    earliest and latest issue day of any document, `NO_DAY` where there is none. `covers` is a window the source itself
    declares (inclusive ends), else None. `shortcoming` is a sentence that says why the source may hold only a part of
    what it should, and how to settle that; empty where nothing suggests so. `notes` are sentences about how it was
    read, on which no figure depends. `numbers` are those of all documents, None
    where the source does not gather them.
    """

    path: str
    sha256: str
    profile: str
    rows: int
    lines: int
    first_day: int
    last_day: int
    covers: tuple[date, date] | None = None
    shortcoming: str = ""
    notes: tuple[str, ...] = ()
    numbers: DocumentNumbers | None = field(default=None, compare=False, repr=False)


@dataclass(slots=True)
class Batch:
    """Kept lines as parallel columns of equal length, in the order of the source.

    `locators` is always a sequence; every other column may be any iterable that yields at least as many values
    (`itertools.repeat("")` for a column the source does not have; `templates` is None then). `date_order` is the order
    of day and month that the source writes its own dates in, None where they show none; texts of its lines are read by
    it. Days are proleptic
    Gregorian ordinals (`date.toordinal()`), `end_days` exclusive, `NO_DAY` where a line states none. Amounts are signed
    minor units excluding tax; credit notes are negative. Line numbers count from 1 within a document. Kinds and
    statuses are the values of `Kind` and `DocumentStatus`. Texts are spelt as the source spells them. `taxes` are minor
    units whose sign says nothing, None for a line that states none; None as a whole where the source states none or
    the keys ask for none.
    """

    locators: Sequence[int]
    documents: Iterable[str]
    line_numbers: Iterable[int]
    kinds: Iterable[int]
    statuses: Iterable[int]
    issue_days: Iterable[int]
    customers: Iterable[str]
    customer_ids: Iterable[str]
    amounts: Iterable[int]
    currencies: Iterable[str]
    contracts: Iterable[str]
    charges: Iterable[str]
    references: Iterable[str]
    items: Iterable[str]
    accounts: Iterable[str]
    trackings: Iterable[str]
    texts: Iterable[str]
    first_days: Iterable[int]
    end_days: Iterable[int]
    credited: Iterable[str]
    templates: Iterable[str] | None = None
    outside: dict[tuple[str, str], OutsideTotal] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)
    receipt: Receipt | None = None
    date_order: DateOrder | None = None
    taxes: Sequence[int | None] | None = None


class Source(Protocol):
    """One place lines come from: a file, a folder's file, a frame, a list.

    `path` names it in reports, exactly as the user gave it.
    """

    @property
    def path(self) -> str:
        """How reports name this source."""
        ...

    def scan(self, keys: Keys) -> Iterator[Batch]:
        """Every line the keys may concern, in batches; the last batch carries the receipt.

        Raises:
            LedgerRefusedError: The source as a whole cannot be read without guessing.
        """
        ...

    def rows_of(self, locators: Sequence[int]) -> list[int]:
        """Where these lines stand, as `SourceRow.row` counts; for whoever needs no more, since it costs far less.

        Raises:
            SourceChangedError: The source is not what it was during the scan.
        """
        ...

    def read(self, locators: Sequence[int]) -> list[SourceRow]:
        """The lines at these locators, in the order asked for.

        Raises:
            SourceChangedError: The source is not what it was during the scan.
        """
        ...


class SourceShare(Protocol):
    """A part of a divisible source; `rows` counts its rows once it was scanned."""

    @property
    def size(self) -> int:
        """How much there is to read, in bytes."""
        ...

    def scan(self, keys: Keys) -> Iterator[Batch]:
        """The lines of this part, in batches without totals, refused rows or receipt.

        Raises:
            LedgerRefusedError: The part cannot be read as it stands.
        """
        ...

    def remainder(self) -> object:
        """What the source needs to know of this part after its scan; picklable."""
        ...


@runtime_checkable
class DivisibleSource(Source, Protocol):
    """A source that may be scanned in parts, also in copies of this process."""

    def shares(self, count: int) -> Sequence[SourceShare]:
        """The source in parts of about the same size, in order; at most as many as asked for, fewer if it is small."""
        ...

    def digest(self) -> str:
        """The SHA-256 of the whole, in hexadecimal.

        Raises:
            LedgerRefusedError: The source cannot be opened.
        """
        ...

    def finish(
        self, keys: Keys, shares: Sequence[SourceShare], remainders: Sequence[object], digest: str
    ) -> Iterator[Batch] | None:
        """The batches that only the whole can give, the last one with totals, refused rows and receipt.

        None where the parts do not fit together; the source has to be scanned as a whole then.

        Raises:
            LedgerRefusedError: The source as a whole cannot be read without guessing.
        """
        ...


@runtime_checkable
class TemplateSource(Source, Protocol):
    """A source that may also hold what the ledger makes documents from by itself."""

    def templates(self) -> tuple[Template, ...]:
        """Those, in the order of the source; empty where it holds none.

        Raises:
            LedgerRefusedError: The source cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Ledger:
    """One or more sources that are read together; nothing is read until a check asks."""

    sources: tuple[Source, ...]

    @classmethod
    def from_lines(cls, lines: Iterable[Line], *, path: str = "lines") -> Ledger:
        """A ledger of lines made by hand.

        Args:
            lines: The lines; their order does not matter to any result.
            path: How reports name the place the lines come from.

        Raises:
            LedgerRefusedError: At the scan, where a line has an unknown kind, status or currency, an amount with more
                decimals than its currency, only one end of a period, or a period that ends before it begins.
        """
        from billcheck.ledger.lines import LineList  # noqa: PLC0415 - the list reader is only needed here

        return cls((LineList(tuple(lines), path),))

    def templates(self) -> tuple[Template, ...]:
        """What the ledger makes documents from by itself, as snapshots of live ledgers hold it.

        By customer, then id. What several sources hold alike comes once; where they differ, the template changed
        between two fetches, and both versions come. Empty where no source says.

        Raises:
            LedgerRefusedError: A source cannot be read, or a snapshot was cut or changed.
        """
        held = [source.templates() for source in self.sources if isinstance(source, TemplateSource)]
        distinct = {(each.customer, each.id, each.digest): each for templates in held for each in templates}
        return tuple(distinct[key] for key in sorted(distinct))
