"""What a notice must hold, whoever wrote its template.

Comes in: the page that was made, and the view it was made from. Goes out: every fault: a part that is missing or out of
order, a figure or a date that the client needs and that is not there, a third choice, an amount that a template states
by itself. Must not know cases or offers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.errors import Problem
from billcheck.recovery.writing.page import Bullets, Table, text_of
from billcheck.recovery.writing.statements import (
    MissingFactError,
    lacking,
    missing_facts,
    missing_parts,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from billcheck.recovery.client_view import ClientChoice, ClientView
    from billcheck.recovery.writing.language import Speech
    from billcheck.recovery.writing.page import Page, Part

PARTS = (
    "addressee",
    "purpose",
    "what_happened",
    "service_statement",
    "found_and_fixed",
    "table",
    "totals",
    "owed_back",
    "not_asked",
    "question",
    "from_now_on",
    "contact",
    "attachments",
    "reservation",
)
"""The parts of a notice, in their order; `owed_back` and `reservation` only where there is something to say."""


class PartOrderError(Problem):
    """The parts of the notice are not in their order: what happened comes before what is asked."""

    remedy = f"The order is: {', '.join(PARTS)}."


class ChoicesError(Problem):
    """The notice does not offer exactly the two ways of being billed."""

    remedy = "The part 'question' holds one list with one item for each of the choices, in their order."


def check_content(page: Page, view: ClientView, speech: Speech) -> Iterator[Problem]:
    """All that is wrong with what a notice says."""
    yield from _parts(page, view)
    yield from _facts(page, view, speech)
    yield from _choices(page, view, speech)


def _parts(page: Page, view: ClientView) -> Iterator[Problem]:
    is_needed = {"owed_back": bool(view.overbilled), "reservation": view.has_reservation}
    names = [name for name in PARTS if is_needed.get(name, True)]
    yield from missing_parts(page, names)
    found = [part.name for part in page.parts if part.name in PARTS and part.text.strip()]
    if found != sorted(found, key=PARTS.index):
        yield PartOrderError(page.template, ", ".join(found))


def _facts(page: Page, view: ClientView, speech: Speech) -> Iterator[Problem]:
    totals = view.totals
    wanted: dict[str, Iterable[str]] = {
        "addressee": (view.customer, speech.day(view.issue_date), *view.contracts),
        "purpose": (speech.money(totals.incl_tax_minor),),
        "what_happened": (view.cause,),
        "found_and_fixed": (speech.day(view.found_on),),
        "totals": map(speech.amount, (totals.excl_tax_minor, totals.incl_tax_minor)),
        "owed_back": (speech.money(-period.difference_minor) for period in view.overbilled),
        "question": (speech.day(view.reply_by),),
        "contact": (view.contact.name, view.contact.phone),
        "attachments": view.attachments,
    }
    yield from missing_facts(page, wanted)
    table = page.part("table")
    if table is not None:
        yield from _rows(page, table, view, speech)


def _rows(page: Page, part: Part, view: ClientView, speech: Speech) -> Iterator[Problem]:
    tables = [block for block in part.blocks if isinstance(block, Table)]
    rows = [row for block in tables for row in block.rows if not row.is_head and not row.is_sum]
    if len(rows) != len(view.periods):
        what = f"The table has {len(rows)} rows for {len(view.periods)} periods."
        yield MissingFactError(f"{page.template}, part 'table'", what=what)
        return
    for row, period in zip(rows, view.periods, strict=True):
        text = " ".join(text_of(cell) for cell in row.cells)
        amounts = map(speech.amount, (period.agreed_minor, period.billed_minor, period.difference_minor))
        numbers = (invoice.number for invoice in period.invoices)
        yield from lacking(page, "table", text, (speech.period(period.first_day, period.last_day), *amounts, *numbers))


def _choices(page: Page, view: ClientView, speech: Speech) -> Iterator[Problem]:
    part = page.part("question")
    if part is None:
        return
    lists = [block.items for block in part.blocks if isinstance(block, Bullets)]
    if len(lists) != 1 or len(lists[0]) != len(view.choices):
        found = f"The list of ways to be billed has {sum(map(len, lists))} items instead of {len(view.choices)}."
        yield ChoicesError(f"{page.template}, part 'question'", what=found)
        return
    for item, choice in zip(lists[0], view.choices, strict=True):
        yield from lacking(page, "question", text_of(item), _facts_of(choice, speech))


def _facts_of(choice: ClientChoice, speech: Speech) -> Iterator[str]:
    for invoice in filter(None, (choice.invoice, choice.regular)):
        yield from (speech.day(invoice.issue_date), speech.day(invoice.due_date), speech.money(invoice.incl_tax_minor))
