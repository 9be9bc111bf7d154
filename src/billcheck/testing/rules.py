"""What holds for everything a connector gives, one function for each rule.

Comes in: what was fetched, and the truth. Goes out: sentences that say what is wrong, none where nothing is; the
docstring of a function is the rule. Each fault is the business of one rule. Must not know how anything was fetched.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from billcheck.connectors.base import Fetched
from billcheck.connectors.files import read_ledger
from billcheck.connectors.patience import SYSTEM_CLOCK
from billcheck.connectors.snapshot import read_documents, read_header, read_templates, snapshot_lines
from billcheck.errors import LedgerRefusedError
from billcheck.ledger.names import fold_name
from billcheck.ledger.source import Keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from billcheck.connectors.base import FetchedDocument, FetchedLine, Request
    from billcheck.ledger.line import Line
    from billcheck.ledger.source import Batch
    from billcheck.ledger.template import Template
    from billcheck.testing.truth import TrueDocument, Truth

_SLACK = timedelta(days=1)


def ids_are_unique(fetched: Fetched) -> Iterator[str]:
    """Every document and every template is given once, by an id of the ledger's own that never changes."""
    for what, ids in (
        ("document", [each.id for each in fetched.documents]),
        ("template", [each.id for each in fetched.templates]),
    ):
        yield from (f"{what} {key!r} is given {count} times." for key, count in Counter(ids).items() if count > 1)
        if not all(ids):
            yield f"A {what} has no id."


def documents_are_in_order(fetched: Fetched) -> Iterator[str]:
    """Documents come by issue date, then number, then id; templates by customer, then id."""
    documents = [(each.issue_date, each.number, each.id) for each in fetched.documents]
    yield from _disorder("document", documents)
    yield from _disorder("template", [(each.customer, each.id) for each in fetched.templates])


def _disorder(what: str, keys: Sequence[tuple[object, ...]]) -> Iterator[str]:
    for before, after in zip(keys, sorted(keys), strict=True):
        if before != after:
            yield f"{what} {' '.join(map(str, before))} stands where {' '.join(map(str, after))} belongs."
            return


def lines_add_up(fetched: Fetched) -> Iterator[str]:
    """The lines of a document, and of a template, add up to what it says of itself, to the last digit."""
    foots: list[FetchedDocument | Template] = [*fetched.documents, *fetched.templates]
    for each in foots:
        if _total(each) != each.excl_tax:
            yield f"{each.id}: its lines add up to {_total(each)}, and it says {each.excl_tax}."


def _total(of: FetchedDocument | Template) -> Decimal | int:
    return sum(line.amount for line in of.lines)


def signs_are_right(fetched: Fetched, truth: Truth) -> Iterator[str]:
    """What lowers what was billed is below zero, so the lines of a credit note are; everything else is not."""
    for each, true in _pairs(fetched, truth):
        if each.excl_tax < 0 < true.excl_tax or true.excl_tax < 0 < each.excl_tax:
            yield f"{each.id}: {each.excl_tax} has the wrong sign; a {each.kind} of {true.excl_tax} is in the ledger."


def amounts_are_those_of_the_ledger(fetched: Fetched, truth: Truth) -> Iterator[str]:
    """Amounts exclude tax, and are those of the ledger to the last digit."""
    for each, true in _pairs(fetched, truth):
        if abs(each.excl_tax) != abs(true.excl_tax):
            yield f"{each.id}: {each.excl_tax} was given, and {true.excl_tax} excl. tax is in the ledger."


def documents_say_what_the_ledger_says(fetched: Fetched, truth: Truth) -> Iterator[str]:
    """Kind, status, day, customer, currency and number are those of the ledger; what was never given is invented."""
    for each, true in _pairs(fetched, truth):
        for field in ("kind", "status", "issue_date", "customer", "currency", "number", "customer_id"):
            given, wanted = getattr(each, field), getattr(true, field)
            if wanted not in (None, "") and given != wanted:
                yield f"{each.id}: its {field} is {given!s}, and {wanted!s} in the ledger."
    known = {each.id for each in truth.documents}
    yield from (f"{each.id}: there is no such document." for each in fetched.documents if each.id not in known)


def the_window_is_kept(fetched: Fetched, truth: Truth) -> Iterator[str]:
    """Documents dated from the first to the last day are given, both inclusive, and no others."""
    given = {each.id for each in fetched.documents}
    for each in truth.documents:
        if each.issue_date in (truth.first_day, truth.last_day) and each.id not in given:
            yield f"{each.id} of {each.issue_date} is left out, at the end of the window."
    for document in fetched.documents:
        if not truth.first_day <= document.issue_date <= truth.last_day:
            yield f"{document.id} of {document.issue_date} lies outside {truth.first_day} to {truth.last_day}."


def everything_is_there(fetched: Fetched, truth: Truth) -> Iterator[str]:
    """All documents between the ends of the window are given, and it says so: no shortcoming, no count that differs."""
    given = {each.id for each in fetched.documents}
    for key, each in truth.wanted.items():
        if truth.first_day < each.issue_date < truth.last_day and key not in given:
            yield f"{key} of {each.issue_date} is left out."
    if truth.templates is not None:
        found = {each.id for each in fetched.templates}
        yield from (f"The template {key} is left out." for key in sorted(truth.templates - found))
        yield from (f"There is no template {key}." for key in sorted(found - truth.templates))
    yield from (f"It says that something lacks: {told}" for told in fetched.completeness.shortcomings)
    for count in fetched.completeness.counts:
        if count.read != count.stated:
            yield f"Of {count.stated} {count.kind}, {count.read} were read."


def the_record_is_true(fetched: Fetched, name: str, request: Request) -> Iterator[str]:
    """The record of completeness says who read, what was asked for, when, and how many of what are in the ledger."""
    record = fetched.completeness
    if record.connector != name:
        yield f"Its connector is {record.connector!r} instead of {name!r}."
    if record.request != request:
        yield f"Its request is {record.request}, and what was asked for is {request}."
    now = SYSTEM_CLOCK.now()
    if record.read_at.tzinfo is None or not now - _SLACK < record.read_at < now + _SLACK:
        yield f"It was read at {record.read_at}, which is not now, or says no time zone."
    if not record.counts:
        yield "It counts nothing: a ledger that gives no count proves nothing, which has to be said as a shortcoming."
    read = sum(count.read for count in record.counts)
    if record.counts and read < len(fetched.documents):
        yield f"It counts {read} objects as read, and gives {len(fetched.documents)} documents."


def only_these_customers(fetched: Fetched, everything: Fetched, truth: Truth, said: str) -> Iterator[str]:
    """Where customers are asked for, by name or id, all their documents and templates are given, and nobody else's."""
    theirs = {each.id for each in truth.documents if said in (each.customer, each.customer_id)}
    others = {each.id for each in truth.documents} - theirs
    given = {each.id for each in fetched.documents}
    lost = theirs & {each.id for each in everything.documents} - given
    yield from (f"Asked for {said!r}, it leaves out {key}." for key in sorted(lost))
    yield from (f"Asked for {said!r}, it gives {key}, which is another's." for key in sorted(given & others))
    theirs = {each.id for each in everything.templates if said in (each.customer, each.customer_id)}
    found = {each.id for each in fetched.templates}
    yield from (f"Asked for {said!r}, it leaves out the template {key}." for key in sorted(theirs - found))
    others = {each.id for each in everything.templates} - theirs
    yield from (
        f"Asked for {said!r}, it gives the template {key}, which is another's." for key in sorted(others & found)
    )


def snapshots_come_back(fetched: Fetched) -> Iterator[str]:
    """What is fetched fits a snapshot: amounts are decimals, days are days, texts are texts; all of it comes back."""
    fetched = _sound(fetched)
    try:
        header, *lines = (line.encode("ascii") for line in snapshot_lines(fetched))
        kept = read_header("snapshot", header)
        documents = [document for _, document in read_documents("snapshot", kept, lines)]
        templates = read_templates("snapshot", kept, lines)
    except (LedgerRefusedError, TypeError, ValueError, AttributeError) as error:
        yield f"It makes no snapshot: {error}"
        return
    for before, after in zip(fetched.documents, documents, strict=True):
        if before != after:
            yield f"{before.id} comes back as another: {before} became {after}."
    if templates != fetched.templates:
        yield "Templates come back as others."
    moment = fetched.completeness.read_at.replace(microsecond=0)
    if kept.completeness.read_at != moment:
        yield f"The moment of reading, {moment}, comes back as {kept.completeness.read_at}."


def ledgers_read_the_same(fetched: Fetched) -> Iterator[str]:
    """A check reads from the snapshot the lines that were fetched, each with its day, customer and amount."""
    fetched = _sound(fetched)
    if any(snapshots_come_back(fetched)):
        return  # the business of that rule
    customers = frozenset(fold_name(each.customer) for each in fetched.documents)
    with TemporaryDirectory() as folder:
        file = Path(folder, "ledger.jsonl")
        file.write_text("".join(snapshot_lines(fetched)), encoding="ascii")
        (source,) = read_ledger(file).sources
        batches: list[Batch] = list(source.scan(Keys(customers=customers)))
        rows = [row.line for batch in batches for row in source.read(batch.locators)]
    for batch in batches:
        yield from (f"Row {row.row} is refused: {row.column} {row.value!r} {row.reason}" for row in batch.refused)
    wanted = Counter(_told(each, line) for each in fetched.documents for line in each.lines)
    found = Counter(_told_of(line) for line in rows if line.amount or line.description)
    wanted = Counter({key: count for key, count in wanted.items() if key[3] or key[4]})
    yield from (f"This line is lost: {' '.join(map(str, key))}" for key in wanted - found)
    yield from (f"This line was never fetched: {' '.join(map(str, key))}" for key in found - wanted)


_Told = tuple[date, str, str, Decimal, str]


def _told(document: FetchedDocument, line: FetchedLine) -> _Told:
    return document.issue_date, document.customer.strip(), document.currency, line.amount, line.description


def _told_of(line: Line) -> _Told:
    return line.issue_date, line.customer, line.currency, line.amount, line.description


def is_the_same_again(first: Fetched, again: Fetched) -> Iterator[str]:
    """The same ledger, asked the same, gives the same in the same order; only the moment of reading differs."""
    (header, *lines), (other, *others) = (list(snapshot_lines(each)) for each in (first, again))
    yield from (f"First {a.strip()}, then {b.strip()}" for a, b in zip(lines, others, strict=False) if a != b)
    if len(lines) != len(others):
        yield f"First {len(lines)} documents and templates, then {len(others)}."
    moments = (first.completeness.read_at, again.completeness.read_at)
    texts = [text.replace(_written(moment), "") for text, moment in zip((header, other), moments, strict=True)]
    if lines == others and texts[0] != texts[1]:
        yield f"The records differ: {header.strip()} and {other.strip()}"


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _sound(fetched: Fetched) -> Fetched:
    """What no other rule is broken by: everything once, only what adds up, and no credit note that charges."""
    documents = {each.id: each for each in reversed(fetched.documents) if _total(each) == each.excl_tax}
    templates = {each.id: each for each in reversed(fetched.templates) if _total(each) == each.excl_tax}
    kept = (each for each in documents.values() if each.kind != "credit_note" or each.excl_tax <= 0)
    return Fetched(tuple(kept)[::-1], fetched.completeness, tuple(templates.values())[::-1])


def _pairs(fetched: Fetched, truth: Truth) -> Iterator[tuple[FetchedDocument, TrueDocument]]:
    """Documents that were fetched, each with the truth of it."""
    known = {each.id: each for each in truth.documents}
    return ((each, known[each.id]) for each in fetched.documents if each.id in known)
