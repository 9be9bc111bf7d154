"""One document in several exports counts once.

Comes in: the matched lines of several sources. Goes out: the lines of repeated documents set aside, and the documents
whose content differs between sources, which stay counted and are reported. Must not know amounts beyond comparing them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.engine.match import SET_ASIDE_WORDS, MatchRule, match_rule_of
from billcheck.ledger.line import DocumentStatus

if TYPE_CHECKING:
    from billcheck.engine.match import Matched

DocumentKey = tuple[str, int, int, int]
"""Number, kind, customer and currency of a document: what makes it the same one in two exports."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A document that differs between sources; `rows` are the first of its lines in each, by source."""

    number: str
    rows: tuple[int, ...]


def set_aside_overlaps(matched: Matched) -> list[Conflict]:
    """Set repeated documents of later sources aside, and return those whose content differs, by number.

    A document is the same in two sources when number, kind, customer and currency are. If its lines bill the same
    amounts to the same charges for the same periods, only those of the first source count; a draft gives way to the
    approved document of the same number.
    """
    if len(set(matched.documents.sources)) <= 1:
        return []
    conflicts = []
    for key, by_source in _repeated(matched).items():
        _drop_superseded_drafts(matched, by_source)
        contents = [(rows, _content(matched, rows)) for _, rows in sorted(by_source.items()) if rows]
        first_content = contents[0][1] if contents else Counter()
        differing = [rows[0] for rows, content in contents if content != first_content]
        for rows, content in contents[1:]:
            if content == first_content:
                for row in rows:
                    _set_aside(matched, row, MatchRule.REPEATED)
        if differing:
            conflicts.append(Conflict(key[0], (contents[0][0][0], *differing)))
    return sorted(conflicts, key=lambda conflict: (conflict.number, conflict.rows))


def _repeated(matched: Matched) -> dict[DocumentKey, dict[int, list[int]]]:
    """The kept lines of every document that stands in more than one source, per source."""
    documents = matched.documents
    sources: dict[DocumentKey, int] = {}
    repeated: set[DocumentKey] = set()
    for document in range(len(documents)):
        key = _key(matched, document)
        if sources.setdefault(key, documents.sources[document]) != documents.sources[document]:
            repeated.add(key)
    rows: dict[DocumentKey, dict[int, list[int]]] = {}
    if repeated:
        for row in matched.lines:
            key = _key(matched, matched.lines.documents[row])
            if key in repeated and match_rule_of(matched.lines.match_rules[row]) not in SET_ASIDE_WORDS:
                rows.setdefault(key, {}).setdefault(matched.lines.sources[row], []).append(row)
    return rows


def _key(matched: Matched, document: int) -> DocumentKey:
    documents = matched.documents
    return (
        documents.number(document),
        documents.kinds[document],
        documents.customers[document],
        documents.currencies[document],
    )


def _content(matched: Matched, rows: list[int]) -> Counter[tuple[int, int, int, int, int, bool]]:
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
    matched.lines.remove(row)
    matched.lines.match_rules[row] = rule
    matched.ambiguous.pop(row, None)
    matched.compared.pop(row, None)
    matched.set_aside(matched.currency_of(row), matched.lines.amounts[row])
