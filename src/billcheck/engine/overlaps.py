"""One document in several exports counts once; two documents that share a number are said to.

Comes in: the matched lines of all sources. Goes out: the lines of repeated documents set aside, and the documents that
share a number but differ, be it in their lines or in their customer, which stay counted and are reported. Must not
know amounts beyond comparing them.
"""

from __future__ import annotations

import itertools
from array import array
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from billcheck.engine.match_rules import SET_ASIDE_WORDS, MatchRule, match_rule_of
from billcheck.ledger.line import DocumentStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.engine.match import Matched
    from billcheck.ledger.table import DocumentTable

_CHECKSUMS, _PARTS = 1 << 32, 4
"""How many checksums there are, and in how many parts they are sorted; one at a time takes little memory."""

LineContent = tuple[int, int, int, int, int, bool]
"""Slot, issue day, first and end day, amount of a line, and whether it stands on a draft."""

DocumentKey = tuple[str, int, int, int]
"""Number, kind, customer and currency of a document: what makes it the same one in two exports."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Documents that share number and kind, and differ; `rows` is the first line of each.

    `has_customers` tells that they differ in their customer, else they do in their lines.
    """

    number: str
    rows: tuple[int, ...]
    has_customers: bool = False


def set_aside_overlaps(matched: Matched) -> list[Conflict]:
    """Set repeated documents of later sources aside, and return those that share a number and differ, by number.

    A document is the same in two sources when number, kind, customer and currency are. If its lines bill the same
    amounts to the same charges for the same periods, only those of the first source count; a draft gives way to the
    approved document of the same number. Lines of one source under one number and different dates are two documents,
    and so are those of different customers.
    """
    conflicts = []
    suspects = repeated_numbers(matched.documents)
    for key, by_source in _repeated(matched, suspects).items():
        _drop_superseded_drafts(matched, by_source)
        kept: list[tuple[list[int], Counter[LineContent]]] = []
        for _, rows in sorted(by_source.items()):
            content = _content(matched, rows)
            if not any(content == known for _, known in kept):
                kept.append((rows, content))
                continue
            for row in rows:
                _set_aside(matched, row, MatchRule.REPEATED)
        different = [row for rows, _ in kept for row in _first_of_each_date(matched, rows)]
        if len(different) > 1:
            conflicts.append(Conflict(key[0], tuple(different)))
    conflicts += _of_several_customers(matched, suspects)
    return sorted(conflicts, key=lambda conflict: (conflict.number, conflict.rows))


def _of_several_customers(matched: Matched, suspects: set[int]) -> Iterator[Conflict]:
    """The numbers that documents of one kind share, and several customers."""
    lines = matched.lines
    customers: dict[tuple[str, int], set[int]] = {}
    for document in suspects:
        number, kind, customer, _ = _key(matched, document)
        customers.setdefault((number, kind), set()).add(customer)
    wanted = {shared for shared, found in customers.items() if len(found) > 1}
    first: dict[tuple[str, int], dict[int, int]] = {}
    for row in lines if wanted else ():
        document = lines.documents[row]
        if document not in suspects or match_rule_of(lines.match_rules[row]) in SET_ASIDE_WORDS:
            continue
        number, kind, customer, _ = _key(matched, document)
        if (number, kind) in wanted:
            first.setdefault((number, kind), {}).setdefault(customer, row)
    for (number, _), rows in first.items():
        if len(rows) > 1:
            yield Conflict(number, tuple(rows.values()), has_customers=True)


def _first_of_each_date(matched: Matched, rows: list[int]) -> list[int]:
    first: dict[int, int] = {}
    for row in rows:
        first.setdefault(matched.lines.issue_days[row], row)
    return [row for _, row in sorted(first.items())]


def _repeated(matched: Matched, suspects: set[int]) -> dict[DocumentKey, dict[int, list[int]]]:
    """The kept lines of every document that stands in several sources, or under several dates, per source."""
    if not suspects:
        return {}
    documents, lines = matched.documents, matched.lines
    origins: dict[DocumentKey, set[tuple[int, int]]] = {}
    for document in suspects:
        origin = (documents.sources[document], documents.issue_days[document])
        origins.setdefault(_key(matched, document), set()).add(origin)
    rows: dict[DocumentKey, dict[int, list[int]]] = {}
    for row in lines:
        if lines.documents[row] in suspects and match_rule_of(lines.match_rules[row]) not in SET_ASIDE_WORDS:
            key = _key(matched, lines.documents[row])
            if len(origins[key]) > 1:
                rows.setdefault(key, {}).setdefault(lines.sources[row], []).append(row)
    return rows


def repeated_numbers(documents: DocumentTable) -> set[int]:
    """Rows of documents whose number occurs again; a checksum in an array finds them without keeping every number."""
    checksums = array("L", (crc32(documents.number_bytes(row)) for row in range(len(documents))))
    repeated: set[int] = set()
    for first in range(0, _CHECKSUMS, _CHECKSUMS // _PARTS):
        part = sorted(filter(range(first, first + _CHECKSUMS // _PARTS).__contains__, checksums))
        repeated.update(one for one, other in itertools.pairwise(part) if one == other)
    return {row for row, checksum in enumerate(checksums) if checksum in repeated} if repeated else set()


def _key(matched: Matched, document: int) -> DocumentKey:
    documents = matched.documents
    return (
        documents.number(document),
        documents.kinds[document],
        documents.customers[document],
        documents.currencies[document],
    )


def _content(matched: Matched, rows: list[int]) -> Counter[LineContent]:
    lines = matched.lines
    return Counter(
        (
            lines.slots[row], lines.issue_days[row], lines.first_days[row], lines.end_days[row], lines.amounts[row],
            matched.is_draft(row),
        )
        for row in rows
    )  # fmt: skip


def _drop_superseded_drafts(matched: Matched, by_source: dict[int, list[int]]) -> None:
    statuses = {matched.documents.statuses[matched.lines.documents[row]] for rows in by_source.values() for row in rows}
    if statuses != {DocumentStatus.APPROVED, DocumentStatus.DRAFT}:
        return
    for source, rows in by_source.items():
        for row in rows:
            if matched.is_draft(row):
                _set_aside(matched, row, MatchRule.REPEATED)
        by_source[source] = [row for row in rows if not matched.is_draft(row)]


def _set_aside(matched: Matched, row: int, rule: MatchRule) -> None:
    if match_rule_of(matched.lines.match_rules[row]) is MatchRule.OUT_OF_SCOPE:
        matched.leave_out(matched.currency_of(row), -matched.lines.amounts[row], lines=-1)
    matched.lines.remove(row)
    matched.lines.match_rules[row] = rule
    matched.ambiguous.pop(row, None)
    matched.compared.pop(row, None)
    matched.declared.pop(row, None)
    matched.set_aside(matched.currency_of(row), matched.lines.amounts[row])
