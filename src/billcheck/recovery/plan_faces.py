"""One offer with its payments as a page, JSON, Markdown and CSV, marked as internal in each.

Comes in: an offer of a case. Goes out: text with the same figures in each format. The JSON has the offer as the file of
a case has it. Must not know where the text goes.
"""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import TYPE_CHECKING

from billcheck.money import format_minor
from billcheck.period import period_label
from billcheck.recovery.forms import record_of
from billcheck.recovery.ladder_faces import AUDIENCE, SCHEMA_VERSION
from billcheck.recovery.offer import Offer
from billcheck.recovery.paper import INTERNAL_MARK, Heading, Paper, Paragraph, Table, to_markdown
from billcheck.report.page import BLANK, Line, Span, grid, line
from billcheck.report.wording import amount_text, counted, money_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.recovery.case import Case
    from billcheck.report.page import Align

COLUMNS = ("number", "due_date", "currency", "excl_tax", "tax", "incl_tax", "periods", "offer", "audience")
"""The headings of the CSV; `excl_tax`, `tax` and `periods` stand where each payment is an invoice of its own."""

_ONE: tuple[tuple[str, Align], ...] = (("No.", "right"), ("Due", "left"), ("Incl. tax", "right"))
_EACH: tuple[tuple[str, Align], ...] = (
    ("No.", "right"), ("Due", "left"), ("Excl. tax", "right"), ("Tax", "right"), ("Incl. tax", "right"),
    ("Periods", "left"),
)  # fmt: skip


def to_lines(case: Case, offer: Offer) -> list[Line]:
    """The offer as a page."""
    columns = _EACH if offer.invoices else _ONE
    cells = [tuple(map(Span, cells)) for cells in _cells(case, offer)]
    return [
        line(INTERNAL_MARK, "bad"),
        line(f"{case.customer}: {offer.name}", "heading"),
        *(line(text, indent=2) for text in _opening(case, offer)),
        BLANK,
        *grid([tuple(Span(name) for name, _ in columns), *cells], [align for _, align in columns], indent=2),
        BLANK,
        *(line(text, "muted", indent=2) for text in _remarks(case, offer)),
    ]


def to_paper(case: Case, offer: Offer) -> Paper:
    """The offer as a paper, which is marked on every page."""
    columns = _EACH if offer.invoices else _ONE
    rows = tuple(tuple(cells) for cells in _cells(case, offer))
    table = Table(tuple(name for name, _ in columns), tuple(align for _, align in columns), rows)
    return Paper(
        f"{case.customer}: {offer.name}",
        (
            *(Paragraph(text) for text in _opening(case, offer)),
            Heading("Payments"),
            table,
            *(Paragraph(text, "muted") for text in _remarks(case, offer)),
        ),
        mark=INTERNAL_MARK,
    )


def to_text(case: Case, offer: Offer, form: str) -> str:
    """The offer as `json`, `markdown` or `csv`."""
    if form == "markdown":
        return to_markdown(to_paper(case, offer))
    return _to_json(case, offer) if form == "json" else _to_csv(case, offer)


def _opening(case: Case, offer: Offer) -> Iterator[str]:
    currency = case.currency
    yield (
        f"{money_text(offer.excl_tax_minor, currency)} excl. tax, tax {amount_text(offer.tax_minor, currency)}, "
        f"{money_text(offer.incl_tax_minor, currency)} incl. tax."
    )
    if offer.waived:
        yield (
            f"{money_text(offer.waived_minor, currency)} excl. tax is given up, in "
            f"{counted(len(offer.waived), 'period')}."
        )
    if offer.invoices:
        yield "One invoice for each payment, the oldest periods first; tax is rounded on each."
    else:
        yield "One invoice with a schedule of payments; its tax is due at once, whenever the client pays."


def _remarks(case: Case, offer: Offer) -> Iterator[str]:
    percents = {period.row: period.tax_percent for period in case.arrears.periods}
    if any(percents[row] is None for row, _ in offer.claims):
        yield "The percent of tax of some periods is not stated in the contract: that tax is in no amount here."
    yield f"{case.currency}. No interest and no fee."


def _cells(case: Case, offer: Offer) -> Iterator[list[str]]:
    currency = case.currency
    if not offer.invoices:
        for payment in offer.payments:
            yield [str(payment.number), payment.due_date.isoformat(), amount_text(payment.amount_minor, currency)]
        return
    for invoice in offer.invoices:
        amounts = (invoice.excl_tax_minor, invoice.tax_minor, invoice.incl_tax_minor)
        figures = [amount_text(minor, currency) for minor in amounts]
        yield [str(invoice.number), invoice.due_date.isoformat(), *figures, ", ".join(_labels(case, invoice.claims))]


def _labels(case: Case, claims: tuple[tuple[str, int], ...]) -> list[str]:
    names = {period.row: period_label(period.first_day, period.last_day) for period in case.arrears.periods}
    return list(dict.fromkeys(names[row] for row, _ in claims))


def _to_json(case: Case, offer: Offer) -> str:
    table = {
        "schema_version": SCHEMA_VERSION,
        "audience": AUDIENCE,
        "case": case.id,
        "customer": case.customer,
        "currency": case.currency,
        "offer": record_of(Offer).dump(offer, case.currency),
    }
    return json.dumps(table, indent=2) + "\n"


def _to_csv(case: Case, offer: Offer) -> str:
    stream = StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    invoices = {invoice.number: invoice for invoice in offer.invoices}
    for payment in offer.payments:
        own = invoices.get(payment.number)
        writer.writerow([
            payment.number,
            payment.due_date.isoformat(),
            case.currency,
            "" if own is None else format_minor(own.excl_tax_minor, case.currency),
            "" if own is None else format_minor(own.tax_minor, case.currency),
            format_minor(payment.amount_minor, case.currency),
            "" if own is None else "; ".join(_labels(case, own.claims)),
            offer.name,
            AUDIENCE,
        ])  # fmt: skip
    return stream.getvalue()
