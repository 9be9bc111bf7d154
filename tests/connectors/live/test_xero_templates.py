"""Xero's repeating invoices, read as templates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.connectors.faults import SignInError
from tests.connectors.live.test_xero import HARTWELL, YEAR, fetch
from tests.servers.raw import Asked, Reply, answer
from tests.servers.xero import XeroServer, contact, identifier, milliseconds, repeating

if TYPE_CHECKING:
    from billcheck.connectors.base import Fetched
    from billcheck.ledger.template import Template

JULY = date(2026, 7, 1)


class Fixed:
    """A clock that stands still."""

    def now(self) -> datetime:
        return datetime(2026, 6, 15, 12, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, _: float) -> None:
        return


def read(*templates: dict[str, Any], contacts: tuple[dict[str, Any], ...] = (HARTWELL,), **more: Any) -> Fetched:
    ledger = XeroServer([], list(contacts), repeating=list(templates))
    ledger.organisation |= more
    return fetch(ledger, clock=Fixed())


def only(**more: Any) -> Template:
    fetched = read(repeating(9, HARTWELL, "100.00", first=JULY, **more))
    assert fetched.completeness.is_complete
    (found,) = fetched.templates
    return found


def test_a_repeating_invoice() -> None:
    found = only(Reference="C-117 [Month]")
    assert (found.id, found.status, found.makes, found.kind) == (identifier(9), "active", "approved", "invoice")
    assert (found.customer, found.customer_id, found.currency) == ("Hartwell Interieur", identifier(1), "EUR")
    assert (found.every, found.next_date, found.first_date, found.last_date) == ("month", JULY, JULY, None)
    assert (found.reference, found.excl_tax) == ("C-117 [Month]", Decimal(100))
    assert [(line.amount, line.description, line.account) for line in found.lines] == [
        (Decimal(100), "Retainer 2026-07", "200")
    ]
    assert found.notes == ("Its invoices are due on day 10 of the month after.",)


def test_amounts_with_tax_are_brought_to_those_without() -> None:
    fetched = read(repeating(9, HARTWELL, "121.00", "60.50", first=JULY, is_inclusive=True))
    (found,) = fetched.templates
    assert [line.amount for line in found.lines] == [100, 50]
    assert found.excl_tax == 150


@pytest.mark.parametrize(
    ("period", "unit", "every"),
    [
        (1, "MONTHLY", "month"), (2, "MONTHLY", "2 months"), (3, "MONTHLY", "quarter"), (6, "MONTHLY", "half_year"),
        (12, "MONTHLY", "year"), (24, "MONTHLY", "2 years"), (18, "MONTHLY", "18 months"), (61, "MONTHLY", ""),
        (1, "WEEKLY", "week"), (4, "WEEKLY", "4 weeks"), (52, "WEEKLY", "52 weeks"), (261, "WEEKLY", ""),
        (1, "YEARLY", "year"), (2, "YEARLY", "2 years"), (1, "DAILY", ""), (0, "MONTHLY", ""),
    ],
)  # fmt: skip
def test_how_often_it_makes_one(period: int, unit: str, every: str) -> None:
    found = only(Schedule__Period=period, Schedule__Unit=unit)
    assert found.every == every
    told = f"How often it makes invoices is not known: every {period}, {unit}."
    assert (told in found.notes) is (not every)


@pytest.mark.parametrize(
    ("status", "makes", "is_ended"),
    [("AUTHORISED", "approved", False), ("DRAFT", "draft", False), ("DELETED", "draft", True)],
)
def test_what_it_makes_is_its_own_status(status: str, makes: str, is_ended: bool) -> None:
    found = only(Status=status)
    assert (found.makes, found.status == "ended", found.next_date is None) == (makes, is_ended, is_ended)


def test_a_status_that_nobody_knows_makes_drafts_and_is_told() -> None:
    found = only(Status="PAUSED")
    assert (found.makes, found.notes[0]) == (
        "draft",
        "Its status PAUSED is not known: taken for one that makes drafts.",
    )


@pytest.mark.parametrize(
    ("last", "status"),
    [
        (date(2026, 6, 14), "ended"),  # yesterday
        (date(2026, 6, 30), "ended"),  # before the next one
        (date(2026, 7, 1), "active"),  # the next one is the last
        (date(2027, 6, 30), "active"),
    ],
)
def test_one_past_its_last_day_has_ended(last: date, status: str) -> None:
    found = only(Schedule__EndDate=milliseconds(last))
    assert (found.status, found.last_date) == (status, last)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("DAYSAFTERBILLDATE", "10 days after their date"), ("DAYSAFTERINVOICEDATE", "10 days after their date"),
        ("DAYSAFTERBILLMONTH", "10 days after the end of their month"), ("OFCURRENTMONTH", "on day 10 of their month"),
        ("OFFOLLOWINGMONTH", "on day 10 of the month after"),
    ],
)  # fmt: skip
def test_when_its_invoices_are_due(rule: str, words: str) -> None:
    assert only(Schedule__DueDateType=rule).notes == (f"Its invoices are due {words}.",)


def test_a_rule_for_the_due_day_that_nobody_knows_says_nothing() -> None:
    assert only(Schedule__DueDateType="ONFULLMOON").notes == ()


def test_a_day_given_as_the_evening_before_is_the_day_where_the_organisation_is() -> None:
    # Xero gives 1 July in Amsterdam as 30 June, 22:00 UTC.
    evening = f"/Date({(date(2026, 6, 30) - date(1970, 1, 1)).days * 86_400_000 + 22 * 3_600_000}+0000)/"
    found = only(Schedule__NextScheduledDate=evening)
    assert found.next_date == JULY
    assert "read as days where the organisation is." in found.notes[0]
    fetched = read(repeating(9, HARTWELL, "1.00", first=JULY, Schedule__NextScheduledDate=evening), Timezone="")
    assert fetched.templates[0].next_date == date(2026, 6, 30)
    assert "which may be one day off" in fetched.templates[0].notes[0]


def test_a_schedule_that_has_no_next_day() -> None:
    assert only(Schedule__NextScheduledDate=None).next_date is None


def test_one_of_a_customer_that_was_merged_is_of_the_one_it_was_merged_into() -> None:
    old = contact(2, "Hartwell Old", MergedToContactID=identifier(1))
    fetched = read(repeating(9, old, "100.00", first=JULY), contacts=(HARTWELL, old))
    assert fetched.templates[0].customer == "Hartwell Interieur"


def test_what_makes_bills_to_be_paid_is_left_out() -> None:
    # A server that ignores the filter gives them all the same.
    made = repeating(9, HARTWELL, "100.00", first=JULY, Type="ACCPAY")

    def script(_: XeroServer, asked: Asked) -> Reply | None:
        return answer({"RepeatingInvoices": [made]}) if "/RepeatingInvoices" in asked.target else None

    fetched = fetch(XeroServer([], [HARTWELL], before=script))
    assert fetched.templates == ()


def test_they_are_those_of_the_customers_asked_for_whatever_the_window() -> None:
    other = contact(3, "Other")
    made = [repeating(9, HARTWELL, "1.00", first=JULY), repeating(10, other, "2.00", first=date(2031, 1, 1))]
    ledger = XeroServer([], [HARTWELL, other], repeating=made)
    assert [each.customer for each in fetch(ledger).templates] == ["Hartwell Interieur", "Other"]
    assert [each.customer for each in fetch(ledger, replace(YEAR, customers=("other",))).templates] == ["Other"]


def test_one_that_does_not_add_up_is_not_given_and_it_is_said() -> None:
    fetched = read(
        repeating(9, HARTWELL, "100.00", first=JULY, SubTotal=99.0), repeating(10, HARTWELL, "1", first=JULY)
    )
    assert [each.id for each in fetched.templates] == [identifier(10)]
    assert fetched.completeness.is_complete
    (told,) = (each for each in fetched.completeness.blind_spots if "repeating" in each)
    assert told == (
        f"A repeating invoice could not be read: xero RepeatingInvoices {identifier(9)}: "
        "Its lines add up to 100.0, and it says 99.0 excl. tax."
    )


@pytest.mark.parametrize(
    "reply",
    [
        answer({"Title": "Unauthorized", "Status": 401, "Detail": "AuthorizationUnsuccessful"}, status=401),
        answer(b"Not in your plan", status=403, kind="text/plain"),
        answer(b"No such resource", status=404, kind="text/html"),
    ],
)
def test_where_they_cannot_be_read_the_documents_are_complete_and_it_is_said(reply: Reply) -> None:
    def script(_: XeroServer, asked: Asked) -> Reply | None:
        return reply if "/RepeatingInvoices" in asked.target else None

    fetched = fetch(XeroServer([], [HARTWELL], before=script))
    assert fetched.completeness.is_complete
    assert "Repeating invoices could not be read" in fetched.completeness.blind_spots[1]
    assert [count.kind for count in fetched.completeness.counts] == ["Contacts", "Invoices", "CreditNotes"]


def test_a_sign_in_that_ends_there_ends_the_fetch() -> None:
    def script(_: XeroServer, asked: Asked) -> Reply | None:
        expired = answer({"Title": "Unauthorized", "Status": 401, "Detail": "TokenExpired"}, status=401)
        return expired if "/RepeatingInvoices" in asked.target else None

    with pytest.raises(SignInError):
        fetch(XeroServer([], [HARTWELL], before=script))


def test_how_many_there_are_is_counted() -> None:
    fetched = read(repeating(9, HARTWELL, "1.00", first=JULY), repeating(10, HARTWELL, "2.00", first=JULY))
    assert [(count.kind, count.read) for count in fetched.completeness.counts][-1] == ("RepeatingInvoices", 2)


BROKEN: dict[str, dict[str, Any]] = {
    "no id": {"RepeatingInvoiceID": None},
    "no type": {"Type": None},
    "no status": {"Status": ""},
    "no contact": {"Contact": None},
    "a currency that is none": {"CurrencyCode": "LTL"},
    "no total": {"SubTotal": None},
    "a total as text": {"SubTotal": "100.00"},
    "no lines": {"LineItems": []},
    "lines that are null": {"LineItems": None},
    "a line without an amount": {"LineItems": [{"Quantity": 1, "UnitAmount": 100}]},
    "no schedule": {"Schedule": None},
    "how often as text": {"Schedule__Period": "1"},
    "how often below zero": {"Schedule__Period": -1},
    "no unit": {"Schedule__Unit": None},
    "a day that is none": {"Schedule__NextScheduledDate": "soon"},
    "a year that is none": {"Schedule__EndDate": "/Date(999999999999999)/"},
    "a due day that is none": {"Schedule__DueDate": "ten"},
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_that_is_not_as_promised_is_named_and_the_others_are_read(name: str) -> None:
    broken = repeating(9, HARTWELL, "100.00", first=JULY, **BROKEN[name])
    made = [broken, repeating(10, HARTWELL, "1.00", first=JULY)]

    def script(_: XeroServer, asked: Asked) -> Reply | None:
        return answer({"RepeatingInvoices": made}) if "/RepeatingInvoices" in asked.target else None

    fetched = fetch(XeroServer([], [HARTWELL], before=script))
    assert [each.id for each in fetched.templates] == [identifier(10)]
    assert fetched.completeness.is_complete
    (told,) = (each for each in fetched.completeness.blind_spots if "A repeating invoice could not be read" in each)
    assert "xero RepeatingInvoices" in told


def test_one_without_a_currency_is_in_that_of_the_organisation_and_it_is_said() -> None:
    found = only(CurrencyCode=None)
    assert (found.currency, found.notes[0]) == (
        "EUR",
        "It names no currency: taken for EUR, that of the organisation.",
    )
