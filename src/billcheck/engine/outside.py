"""Documents of customers without a contract that stand in several sources: counted once where they are the same.

Comes in: the totals each source gave of what concerns no contract, and what the sources say of their extent. Goes out:
what these totals hold more than once, and the documents that differ. Lines outside are totalled as they pass, so this
takes a second look: at the customers billed by two sources in days that overlap, in sources that may share a number,
and nothing of it where there are none. Must not know charges, findings or files.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import groupby
from operator import add
from typing import TYPE_CHECKING, NamedTuple

from billcheck.engine.overlaps import repeated_numbers
from billcheck.errors import InternalError, SourceChangedError
from billcheck.ledger.line import DocumentStatus, Kind
from billcheck.ledger.names import fold_name
from billcheck.ledger.numbers import overlapping, sharing
from billcheck.ledger.source import LAST_DAY, Keys, OutsideTotal, add_totals
from billcheck.ledger.table import DocumentTable, Names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from billcheck.engine.columns import Columns
    from billcheck.engine.match import Matched, Matcher
    from billcheck.ledger.source import Receipt, Source

_DIGEST_BITS = 64

CustomerKey = tuple[str, str]
"""Customer, as the source writes the name, and currency."""

_DocumentKey = tuple[str, int, str, str]
"""Number, kind, customer and currency: what makes a document the same one in two sources."""


@dataclass(slots=True)
class OutsideSum:
    """The totals of all sources together.

    `suspects` are customers billed in one currency by two sources in days that overlap, or after the day of the check:
    only their documents may stand in both, since one document has one day.
    """

    totals: dict[CustomerKey, OutsideTotal] = field(default_factory=dict)
    suspects: set[CustomerKey] = field(default_factory=set)

    def add(self, further: dict[CustomerKey, OutsideTotal]) -> None:
        """Count the totals of one more source in, given as a whole and left to this sum."""
        if not self.totals:
            self.totals = further
            return
        known = self.totals
        self.suspects.update(key for key in known.keys() & further.keys() if _overlap(known[key], further[key]))
        add_totals(known, further)


def _overlap(one: OutsideTotal, two: OutsideTotal) -> bool:
    """Whether a document may be in both totals, by their days."""
    return two.first_day <= _end(one) and one.first_day <= _end(two)


def _end(total: OutsideTotal) -> int:
    """Its last day; those after the day of the check are not known, so they may be any."""
    return LAST_DAY if total.later_lines else total.last_day


class OutsideDocument(NamedTuple):
    """A document that stands in several sources and differs; `sources` are their positions, in order."""

    customer: str
    number: str
    sources: tuple[int, ...]


@dataclass(slots=True)
class Repeats:
    """What a second look at the sources found.

    `lines` counts the lines that were taken out of the totals, since another source holds them too, but for those dated
    after the day of the check, which count nowhere. `different` are the
    documents that share number, kind, customer and currency and differ in days or amounts, `divided` those that count
    for a contract in one source and for none in another; all of these stay counted.
    """

    lines: int = 0
    different: list[OutsideDocument] = field(default_factory=list)
    divided: list[OutsideDocument] = field(default_factory=list)


def count_once(
    outside: OutsideSum, sources: Sequence[Source], receipts: Sequence[Receipt], matcher: Matcher
) -> Repeats:
    """Take what stands in several sources out of the totals, but for once.

    Args:
        outside: The totals of all sources; changed here.
        sources: Those sources.
        receipts: What they said of themselves, in the same order.
        matcher: What tells lines that concern no contract; it has matched all lines.

    Raises:
        SourceChangedError: A source is not what it was during its scan.
        LedgerRefusedError: It cannot be read any more.
    """
    if len(sources) == 1:
        return Repeats()
    kept = matcher.matched.customers
    kept_names = {kept[number] for number in range(len(kept))}
    divided = {key for key in outside.totals if key[0] in kept_names}
    suspects = outside.suspects | divided
    if suspects and len(receipts) != len(sources):
        raise InternalError("every source ends with one receipt", sources=len(sources), receipts=len(receipts))
    again = _may_share(receipts) if suspects else []
    if not again:
        return Repeats()
    found = _Documents(matcher.as_of_day)
    keys = Keys(customers=frozenset(fold_name(customer) for customer, _ in suspects))
    for source in again:
        for batch in sources[source].scan(keys):
            found.add(matcher.outside_lines(batch), suspects, source)
            if batch.receipt is not None and batch.receipt.sha256 != receipts[source].sha256:
                raise SourceChangedError(sources[source].path)
    return found.compare(outside.totals, _kept_documents(matcher.matched, divided))


def _may_share(receipts: Sequence[Receipt]) -> list[int]:
    """The sources that may hold a document of another one: days that overlap, and a number that both may have."""
    days = overlapping([(one.first_day, one.last_day, source) for source, one in enumerate(receipts)])
    positions = sorted(days)
    return [positions[one] for one in sorted(sharing([receipts[source].numbers for source in positions]))]


def _kept_documents(matched: Matched, wanted: set[CustomerKey]) -> dict[_DocumentKey, set[int]]:
    """The approved documents of these customers of which a line may concern a contract, with their sources."""
    documents = matched.documents
    found: dict[_DocumentKey, set[int]] = {}
    for row in range(len(documents) if wanted else 0):
        if documents.statuses[row] == DocumentStatus.APPROVED:
            key = _key(documents, row, matched.customers, matched.currencies)
            if key[2:] in wanted:
                found.setdefault(key, set()).add(documents.sources[row])
    return found


def _key(documents: DocumentTable, row: int, customers: Names, currencies: Names) -> _DocumentKey:
    return (
        documents.number(row), documents.kinds[row],
        customers[documents.customers[row]], currencies[documents.currencies[row]],
    )  # fmt: skip


class _Content(NamedTuple):
    """What the lines of one document in one source come to; equal where they have the same days and amounts."""

    digest: int
    lines: int
    amount: int
    later_lines: int
    later_amount: int

    def join(self, other: _Content) -> _Content:
        """Both together, in whatever order their lines stand."""
        digest = (self.digest + other.digest) % (1 << _DIGEST_BITS)
        return _Content(digest, *map(add, self[1:], other[1:]))

    def take_from(self, total: OutsideTotal, times: int) -> None:
        """Take this out of a total so many times."""
        total.lines -= times * self.lines
        total.amount -= times * self.amount
        total.later_lines -= times * self.later_lines
        total.later_amount -= times * self.later_amount


class _Documents:
    """The documents that may stand in two sources, some 50 bytes and a number each."""

    def __init__(self, as_of_day: int) -> None:
        self._as_of_day = as_of_day
        self._customers = Names()
        self._currencies = Names()
        self._table = DocumentTable()
        self._digests = array("Q")
        self._contents = tuple(array("q") for _ in range(4))

    def add(self, lines: Columns, suspects: set[CustomerKey], source: int) -> None:
        """Take the billed lines of suspects in; those of one document that follow each other make one row."""
        billed = [
            status == DocumentStatus.APPROVED and kind != Kind.OTHER and (customer, currency) in suspects
            for status, kind, customer, currency in zip(
                lines.statuses, lines.kinds, lines.customers, lines.currencies, strict=True
            )
        ]
        lines = lines.pick(billed)
        rows = zip(
            lines.documents, lines.kinds, lines.customers, lines.currencies, lines.issue_days, lines.amounts,
            strict=True,
        )  # fmt: skip
        for (number, kind, customer, currency), run in groupby(rows, key=lambda row: row[:4]):
            of_run = [(day, amount) for *_, day, amount in run]
            self._table.extend(
                [number], [kind], [DocumentStatus.APPROVED], [self._currencies.number(currency)],
                [self._customers.number(customer)], source, [of_run[0][0]], [""],
            )  # fmt: skip
            self._digests.append(sum(map(_digest, of_run)) % (1 << _DIGEST_BITS))
            total = OutsideTotal()
            for day, amount in of_run:
                total.add_line(amount, day, self._as_of_day)
            figures = (total.lines, total.amount, total.later_lines, total.later_amount)
            for column, figure in zip(self._contents, figures, strict=True):
                column.append(figure)

    def compare(self, totals: Mapping[CustomerKey, OutsideTotal], kept: Mapping[_DocumentKey, set[int]]) -> Repeats:
        """Take repeated documents out of the totals, and give what was found."""
        repeats = Repeats()
        for key, contents in self._by_document():
            sources = tuple(sorted(contents))
            different: dict[_Content, int] = Counter(contents.values())
            for content, times in different.items():
                content.take_from(totals[key[2], key[3]], times - 1)
                repeats.lines += (times - 1) * content.lines
            if len(different) > 1:
                repeats.different.append(OutsideDocument(key[2], key[0], sources))
        for key, found in self._beside(kept):
            repeats.divided.append(OutsideDocument(key[2], key[0], tuple(sorted(found | kept[key]))))
        repeats.different.sort()
        repeats.divided.sort()
        return repeats

    def _by_document(self) -> Iterator[tuple[_DocumentKey, dict[int, _Content]]]:
        """The content of each document that stands in several sources, by source."""
        found: dict[_DocumentKey, dict[int, _Content]] = {}
        for row in sorted(repeated_numbers(self._table)):
            contents = found.setdefault(_key(self._table, row, self._customers, self._currencies), {})
            content = _Content(self._digests[row], *(column[row] for column in self._contents))
            source = self._table.sources[row]
            contents[source] = contents[source].join(content) if source in contents else content
        return ((key, contents) for key, contents in found.items() if len(contents) > 1)

    def _beside(self, kept: Mapping[_DocumentKey, set[int]]) -> Iterator[tuple[_DocumentKey, set[int]]]:
        """The sources of each document that has no line outside where it has one kept."""
        found: dict[_DocumentKey, set[int]] = {}
        for row in range(len(self._table) if kept else 0):
            key = _key(self._table, row, self._customers, self._currencies)
            if key in kept:
                found.setdefault(key, set()).add(self._table.sources[row])
        return ((key, sources) for key, sources in found.items() if not sources & kept[key])


def _digest(line: tuple[int, int]) -> int:
    """A whole number for the day and the amount of a line."""
    return int.from_bytes(blake2b(b"%d %d" % line, digest_size=_DIGEST_BITS // 8).digest(), "big")
