"""QuickBooks Online's recurring transactions as templates.

Comes in: objects of its list, each wrapped by what it makes, as in ``{"Invoice": {...}}``. Goes out: templates of sales
documents with signed amounts excluding tax, which add up to their own totals as documents do. QuickBooks knows only
what a template is today, nothing of what it was. Must not know requests, or what anybody agreed on.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from billcheck.connectors.payload import Payload
from billcheck.connectors.quickbooks.documents import (
    KINDS,
    Books,
    customer_of,
    day_of,
    reference_of,
    updated_of,
)
from billcheck.connectors.quickbooks.lines import read_lines
from billcheck.ledger.template import Makes, Template, TemplateLine, TemplateStatus
from billcheck.period import add_months

if TYPE_CHECKING:
    from collections.abc import Mapping

    from billcheck.connectors.base import FetchedLine

ENTITY = "RecurringTransaction"
_UNITS = {"daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}
_OWN_WORDS = {(3, "month"): "quarter", (6, "month"): "half_year", (12, "month"): "year"}
_MAKES: Mapping[str, Makes] = {"auto": "approved", "remind": "reminder", "unsched": "reminder", "manual": "reminder"}
_DAYS_OF_A_MONTH = range(1, 32)
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_template(wrapper: Payload, books: Books, today: date) -> Template | None:
    """One template; None where it makes no sales document, as one of bills.

    Args:
        wrapper: A member of the list.
        books: What it refers to.
        today: A template whose last day lies before has ended.

    Raises:
        AnswerError: A value is missing or of another type, or it does not add up.
    """
    entity = next((each for each in KINDS if wrapper.has(each)), None)
    if entity is None:
        return None
    payload = wrapper.nested(entity)
    payload.where = f"quickbooks {ENTITY} {payload.text('Id')}"
    info = payload.nested("RecurringInfo")
    timing = _Schedule(info)
    currency = books.currencies.of(payload)
    footing = read_lines(payload, currency, books.products)
    kind: Literal["invoice", "credit_note"] = "credit_note" if KINDS[entity] == "credit_note" else "invoice"
    sign = -1 if kind == "credit_note" else 1
    customer, customer_id = customer_of(payload, books.names)
    makes, notes = _makes(info)
    status = _status(info, timing, today)
    return Template(
        id=_id_of(payload, entity),
        name=info.optional_text("Name"),
        status=status,
        makes=makes,
        kind=kind,
        customer=customer,
        customer_id=customer_id,
        currency=currency,
        every=timing.every,
        next_date=timing.next_date if status == "active" else None,
        previous_date=timing.previous_date,
        first_date=timing.first_date,
        last_date=timing.last_date,
        excl_tax=sign * footing.excl_tax,
        lines=tuple(_line(line, sign) for line in footing.lines),
        reference=reference_of(payload),
        updated=updated_of(payload),
        digest=payload.digest(),
        notes=(*footing.notes, *footing.doubts, *notes, *timing.notes, *_stalled(status, makes, timing, today)),
    )


def _id_of(payload: Payload, entity: str) -> str:
    """The id that the documents bear which it makes, else its own as an object."""
    own = payload.nested("RecurDataRef").optional_text("value") if payload.has("RecurDataRef") else ""
    return own or f"{entity}/{payload.text('Id')}"


def _line(line: FetchedLine, sign: int) -> TemplateLine:
    return TemplateLine(
        amount=sign * line.amount,
        description=line.description,
        item=line.item,
        account=line.account,
        tracking=line.tracking,
        quantity=line.quantity,
        unit_price=line.unit_price,
    )


def _makes(info: Payload) -> tuple[Makes, tuple[str, ...]]:
    """What happens on its day, by a word that QuickBooks' own pages spell in several ways; and what to know of it."""
    stated = info.optional_text("RecurType")
    for beginning, makes in _MAKES.items():
        if stated.lower().startswith(beginning):
            is_idle = beginning in {"unsched", "manual"}
            return makes, ("It is on no schedule: it makes something only where somebody uses it.",) if is_idle else ()
    return "reminder", (f"Its kind {stated or '(none)'} is not known, so it is taken to make nothing by itself.",)


def _status(info: Payload, timing: _Schedule, today: date) -> TemplateStatus:
    if timing.last_date is not None and (timing.next_date or today) > timing.last_date:
        return "ended"
    return "paused" if info.has("Active") and not info.is_set("Active") else "active"


def _stalled(status: TemplateStatus, makes: Makes, timing: _Schedule, today: date) -> tuple[str, ...]:
    if status != "active" or makes != "approved" or timing.next_date is None or timing.next_date >= today:
        return ()
    return (f"It was due on {timing.next_date}, which QuickBooks still calls its next day: see whether it made one.",)


class _Schedule:
    """When a template makes something; every part may be missing, and what is missing is not known."""

    def __init__(self, info: Payload) -> None:
        """Read it.

        Raises:
            AnswerError: A value is of another type than promised.
        """
        has_any = info.has("ScheduleInfo")
        payload = info.nested("ScheduleInfo") if has_any else Payload(info.where, {}, request_id=info.request_id)
        unit = _UNITS.get(payload.optional_text("IntervalType").lower(), "")
        count = payload.whole("NumInterval") if payload.has("NumInterval") else 0
        self.every = _every(count, unit) if count and unit else ""
        self.next_date = day_of(payload, "NextDate")
        self.previous_date = day_of(payload, "PreviousDate")
        self.first_date = day_of(payload, "StartDate")
        self.last_date = day_of(payload, "EndDate")
        self.notes: tuple[str, ...] = ()
        times = payload.whole("MaxOccurrences") if payload.has("MaxOccurrences") else 0
        if times:
            last = self._later(payload, unit, count * (times - 1))
            if last is None or last < (self.next_date or last):
                self.notes += (f"It ends after {times} times, and on which day is not known.",)
            else:
                self.last_date = min(last, self.last_date or last)

    def _first(self, payload: Payload, unit: str) -> date | None:
        """The day of the first occurrence, on or after its start; None where a weekday of a month tells it."""
        start = self.first_date
        if start is None or not self.every:
            return None
        if unit == "day":
            return start
        if unit == "week":
            wanted = payload.optional_text("DayOfWeek").lower() or _WEEK[start.weekday()]
            return start + timedelta(days=(_WEEK.index(wanted) - start.weekday()) % 7) if wanted in _WEEK else None
        day = payload.whole("DayOfMonth") if payload.has("DayOfMonth") else 0
        if day not in _DAYS_OF_A_MONTH:
            return None
        if unit == "month":
            first = add_months(start, 0, day)
            return first if first >= start else add_months(start, 1, day)
        known = self.next_date or self.previous_date
        return start if known is not None and (known.month, day) == (start.month, start.day) else None

    def _later(self, payload: Payload, unit: str, intervals: int) -> date | None:
        """So many days, weeks, months or years after the first occurrence."""
        first = self._first(payload, unit)
        if first is None or unit in {"day", "week"}:
            return first and first + timedelta(days=intervals * (7 if unit == "week" else 1))
        return add_months(first, intervals * (12 if unit == "year" else 1), payload.whole("DayOfMonth"))


def _every(count: int, unit: str) -> str:
    """As a contract writes it: a quarter is three months."""
    return _OWN_WORDS.get((count, unit)) or (f"{count} {unit}s" if count > 1 else unit if unit != "day" else "1 day")
