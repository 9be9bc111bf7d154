"""Xero's repeating invoices as templates.

Comes in: objects of its answers. Goes out: templates with amounts excluding tax. Xero keeps their newest version alone:
an edit moves the first date and forgets the old price. Must not know requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.connectors.xero.days import is_within_a_day, read_day
from billcheck.connectors.xero.documents import INVOICE, currency_of
from billcheck.connectors.xero.lines import read_lines
from billcheck.ledger.template import Template, TemplateLine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from billcheck.connectors.payload import Payload
    from billcheck.connectors.xero.directory import Directory
    from billcheck.ledger.template import Makes

_MAKES: dict[str, Makes] = {"AUTHORISED": "approved", "DRAFT": "draft", "DELETED": "draft"}
_MONTHS = {1: "month", 3: "quarter", 6: "half_year"}
_YEAR, _MOST_YEARS, _MOST_WEEKS = 12, 5, 260
_DUE = {
    "DAYSAFTERBILLDATE": "{} days after their date",
    "DAYSAFTERINVOICEDATE": "{} days after their date",
    "DAYSAFTERBILLMONTH": "{} days after the end of their month",
    "DAYSAFTERINVOICEMONTH": "{} days after the end of their month",
    "OFCURRENTMONTH": "on day {} of their month",
    "OFFOLLOWINGMONTH": "on day {} of the month after",
}


def is_of_sales(payload: Payload) -> bool:
    """Whether a repeating invoice makes sales invoices; others make bills to be paid."""
    return payload.text("Type") == INVOICE


def read_template(payload: Payload, directory: Directory, today: date) -> Template:
    """One repeating invoice; `today` tells whether its last day has passed.

    Raises:
        AnswerError: A value is missing or of another type, or the lines do not add up.
    """
    key = payload.text("RepeatingInvoiceID")
    payload.where = f"xero RepeatingInvoices {key}"
    customer_id, customer = directory.customer(payload.nested("Contact"))
    currency, notes = currency_of(payload, directory)
    lines = read_lines(payload, 1, directory)
    schedule = payload.nested("Schedule")
    next_date, first_date, last_date = (
        read_day(schedule, name, directory.organisation.zone) for name in ("NextScheduledDate", "StartDate", "EndDate")
    )
    status = payload.text("Status")
    is_over = last_date is not None and (last_date < today or (next_date is not None and next_date > last_date))
    is_ended = status == "DELETED" or is_over
    return Template(
        id=key,
        status="ended" if is_ended else "active",
        makes=_MAKES.get(status, "draft"),
        customer=customer,
        customer_id=customer_id,
        currency=currency,
        every=every_of(schedule),
        next_date=None if is_ended else next_date,
        first_date=first_date,
        last_date=last_date,
        excl_tax=payload.amount("SubTotal"),
        lines=tuple(
            TemplateLine(
                amount=line.amount,
                description=line.description,
                item=line.item,
                account=line.account,
                tracking=line.tracking,
                quantity=line.quantity,
                unit_price=line.unit_price,
            )
            for line in lines.lines
        ),
        digest=payload.digest(),
        reference=payload.optional_text("Reference"),
        notes=(*notes, *lines.notes, *lines.doubts, *_remarks(payload, schedule, directory)),
    )


def every_of(schedule: Payload) -> str:
    """How often it makes an invoice, as contracts spell it; empty where that is not known."""
    number, unit = schedule.whole("Period"), schedule.text("Unit").upper()
    if unit == "YEARLY":
        number, unit = number * _YEAR, "MONTHLY"
    if unit == "WEEKLY" and 0 < number <= _MOST_WEEKS:
        return "week" if number == 1 else f"{number} weeks"
    if unit != "MONTHLY" or not 0 < number <= _MOST_YEARS * _YEAR:
        return ""
    if number % _YEAR:
        return _MONTHS.get(number) or f"{number} months"
    return "year" if number == _YEAR else f"{number // _YEAR} years"


def _remarks(payload: Payload, schedule: Payload, directory: Directory) -> Iterator[str]:
    """What else there is to know, and what was inferred."""
    status = payload.text("Status")
    if status not in _MAKES:
        yield f"Its status {status} is not known: taken for one that makes drafts."
    if not every_of(schedule):
        yield f"How often it makes invoices is not known: every {schedule.whole('Period')}, {schedule.text('Unit')}."
    if any(is_within_a_day(schedule, name) for name in ("NextScheduledDate", "StartDate", "EndDate")):
        where = "where the organisation is" if directory.organisation.zone else "in UTC, which may be one day off"
        yield f"Xero gives its days as moments within a day: read as days {where}."
    rule = _DUE.get(schedule.optional_text("DueDateType").upper())
    if rule and schedule.has("DueDate"):
        yield f"Its invoices are due {rule.format(schedule.whole('DueDate'))}."
