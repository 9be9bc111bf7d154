"""Recurring transactions of QuickBooks Online as templates, each day worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billcheck.connectors.faults import SignInError
from billcheck.connectors.snapshot import read_documents, read_header, snapshot_lines
from tests.connectors.live.test_quickbooks import HARTWELL, MARCH, YEAR, fetch
from tests.servers.quickbooks import (
    QuickBooksServer,
    customer,
    discount,
    document,
    fault,
    group,
    invoice,
    item,
    lower_fault,
    product,
    recurring,
    subtotal,
)
from tests.servers.raw import Asked, Reply, answer

BRIGHTWATER = customer(2, "Brightwater")
RETAINER = invoice(1483, HARTWELL, MARCH, "550.00", CustomField=[{"Name": "Contract", "StringValue": "C-100"}])


def company(*templates: dict[str, Any], **more: Any) -> QuickBooksServer:
    return QuickBooksServer([], [HARTWELL, BRIGHTWATER], templates=list(templates), **more)


def only(template: dict[str, Any], **more: Any) -> Any:
    fetched = fetch(company(template, **more))
    assert fetched.completeness.is_complete
    (found,) = fetched.templates
    return found


def scheduled(**info: Any) -> Any:
    return only(recurring(RETAINER, 6, "Retainer", **info))


def test_a_template() -> None:
    days = {"StartDate": "2026-01-15", "PreviousDate": "2026-12-01", "EndDate": "2027-12-31", "DaysBefore": 2}
    found = scheduled(**days)
    assert (found.id, found.name, found.kind, found.status, found.makes) == (
        "6",
        "Retainer",
        "invoice",
        "active",
        "approved",
    )
    assert (found.customer, found.customer_id, found.currency, found.reference) == (
        "Hartwell Interieur",
        "1",
        "EUR",
        "C-100",
    )
    assert (found.every, found.next_date, found.previous_date) == ("month", date(2027, 1, 1), date(2026, 12, 1))
    assert (found.first_date, found.last_date) == (date(2026, 1, 15), date(2027, 12, 31))
    # 550.00 without, 665.50 with 21 % tax.
    assert (found.excl_tax, found.notes, found.updated) == (550, (), "2026-01-02T00:00:00-08:00")
    (line,) = found.lines
    assert (line.amount, line.description, line.item) == (550, "Retainer 2026-03", "Services")


def test_lines_of_a_template_are_read_as_those_of_a_document() -> None:
    care = product(4, "Care", account="Care income")
    bundle = group(item("30.00", ItemRef={"value": "4"}, Description="Per seat", Qty=3, UnitPrice=10))
    made = document(
        9, HARTWELL, MARCH, item("70.00"), bundle, subtotal("100"), discount("10"), excl_tax="90", tax="18.90"
    )
    found = only(recurring(made, 7, "Seats"), items=[care])
    # 10.00 off 70.00 and 30.00: 7.00 and 3.00.
    assert [line.amount for line in found.lines] == [63, 27]
    seats = found.lines[1]
    assert (seats.item, seats.account, seats.quantity, seats.unit_price) == ("Care", "Care income", 3, 10)
    assert (seats.description, found.excl_tax) == ("Care bundle: Per seat", 90)


@pytest.mark.parametrize(
    ("makes", "kind", "amount"),
    [
        ("Invoice", "invoice", 550),
        ("SalesReceipt", "invoice", 550),
        ("CreditMemo", "credit_note", -550),
        ("RefundReceipt", "credit_note", -550),
    ],
)
def test_what_a_template_makes_counts_as_the_document_would(makes: str, kind: str, amount: int) -> None:
    found = only(recurring(RETAINER, 6, "Retainer", makes=makes))
    assert (found.kind, found.excl_tax, found.lines[0].amount) == (kind, amount, amount)


def test_templates_of_what_is_bought_are_left_out() -> None:
    fetched = fetch(company(recurring(RETAINER, 6, "Retainer"), {"Bill": {"Id": "20", "TotalAmt": 74.36}}))
    assert [each.id for each in fetched.templates] == ["6"]
    counted = [(count.kind, count.stated, count.read) for count in fetched.completeness.counts]
    assert counted[-1] == ("RecurringTransaction", 2, 2)


@pytest.mark.parametrize(
    ("interval", "count", "every"),
    [
        ("Monthly", 1, "month"),
        ("Monthly", 2, "2 months"),
        ("Monthly", 3, "quarter"),
        ("Monthly", 6, "half_year"),
        ("Monthly", 12, "year"),
        ("Yearly", 1, "year"),
        ("Yearly", 2, "2 years"),
        ("Weekly", 1, "week"),
        ("Weekly", 4, "4 weeks"),
        ("Daily", 1, "1 day"),
        ("Daily", 30, "30 days"),
        ("monthly", 1, "month"),
        ("Monthly", None, ""),
        ("Monthly", 0, ""),
        ("TwiceAMonth", 1, ""),
        (None, 1, ""),
    ],
)
def test_how_often_in_the_words_of_a_contract(interval: str | None, count: int | None, every: str) -> None:
    assert scheduled(IntervalType=interval, NumInterval=count).every == every


@pytest.mark.parametrize(
    ("stated", "makes", "note"),
    [
        ("Automated", "approved", ""),
        ("automatic", "approved", ""),
        ("Reminder", "reminder", ""),
        ("Reminded", "reminder", ""),
        ("UnScheduled", "reminder", "on no schedule"),
        ("Manual", "reminder", "on no schedule"),
        ("Sometimes", "reminder", "Its kind Sometimes is not known"),
        (None, "reminder", "Its kind (none) is not known"),
    ],
)
def test_what_happens_on_its_day(stated: str | None, makes: str, note: str) -> None:
    found = scheduled(RecurType=stated)
    assert found.makes == makes
    assert note in "".join(found.notes)
    assert bool(found.notes) is bool(note)


def test_an_unscheduled_template_has_no_schedule() -> None:
    bare = recurring(RETAINER, 6, "Retainer", RecurType="UnScheduled")
    del bare["Invoice"]["RecurringInfo"]["ScheduleInfo"]
    found = only(bare)
    assert (found.every, found.next_date, found.first_date, found.last_date) == ("", None, None, None)


@pytest.mark.parametrize(
    ("info", "last"),
    [
        # Twelve times on the 1st, of which the first after 15 January is 1 February: 1 January of the next year.
        ({"StartDate": "2026-01-15", "MaxOccurrences": 12}, date(2027, 1, 1)),
        ({"StartDate": "2026-02-01", "MaxOccurrences": 12}, date(2027, 1, 1)),
        # On the last day of each month: the 14th time is a year and a month after 31 January, on 28 February.
        ({"StartDate": "2026-01-31", "DayOfMonth": 31, "MaxOccurrences": 14}, date(2027, 2, 28)),
        ({"StartDate": "2026-01-15", "NumInterval": 3, "MaxOccurrences": 5}, date(2027, 2, 1)),
        # From Tuesday 6 January on: 13 times 28 days later are 364, so 5 January of the next year.
        (
            {"IntervalType": "Weekly", "NumInterval": 4, "StartDate": "2026-01-06", "MaxOccurrences": 14},
            date(2027, 1, 5),
        ),
        # From Thursday 1 January on each Monday: 5 January, and 56 weeks later 1 February.
        (
            {"IntervalType": "Weekly", "DayOfWeek": "Monday", "StartDate": "2026-01-01", "MaxOccurrences": 57},
            date(2027, 2, 1),
        ),
        (
            {"IntervalType": "Daily", "NumInterval": 100, "StartDate": "2026-01-01", "MaxOccurrences": 6},
            date(2027, 5, 16),
        ),
        ({"IntervalType": "Yearly", "StartDate": "2025-01-01", "MaxOccurrences": 4}, date(2028, 1, 1)),
        # The sooner of the two.
        ({"StartDate": "2026-02-01", "MaxOccurrences": 12, "EndDate": "2027-06-30"}, date(2027, 1, 1)),
        ({"StartDate": "2026-02-01", "MaxOccurrences": 24, "EndDate": "2027-06-30"}, date(2027, 6, 30)),
    ],
)
def test_the_last_day_by_a_number_of_times(info: dict[str, Any], last: date) -> None:
    found = scheduled(**info)
    assert (found.last_date, found.status, found.notes) == (last, "active", ())


@pytest.mark.parametrize(
    "info",
    [
        {},  # no start
        {"StartDate": "2026-01-01", "DayOfMonth": None, "WeekOfMonth": "Second", "DayOfWeek": "Tuesday"},
        {"StartDate": "2026-01-01", "DayOfMonth": 32},
        {"StartDate": "2026-01-01", "IntervalType": "Weekly", "DayOfWeek": "Someday"},
        {"StartDate": "2026-01-01", "NumInterval": None},
        {"StartDate": "2026-03-01", "IntervalType": "Yearly"},  # its next day is in January
        {"StartDate": "2026-01-01", "MaxOccurrences": 6},  # June, and yet it goes on in January
    ],
)
def test_a_last_day_that_is_not_told_is_not_guessed(info: dict[str, Any]) -> None:
    found = scheduled(**{"MaxOccurrences": 12, **info})
    assert (found.last_date, found.status) == (None, "active")
    assert any("on which day is not known" in note for note in found.notes)


def test_a_template_is_active_paused_or_ended() -> None:
    assert scheduled(Active=False).status == "paused"
    assert scheduled(Active=False).next_date is None
    assert scheduled(Active=None).status == "active"
    over = scheduled(EndDate="2026-06-30", NextDate=None)
    assert (over.status, over.next_date, over.last_date) == ("ended", None, date(2026, 6, 30))
    assert scheduled(EndDate="2026-12-31", NextDate="2027-01-01").status == "ended"
    assert scheduled(StartDate="2025-01-01", MaxOccurrences=12, NextDate=None).status == "ended"


def test_a_template_that_stood_still_is_told() -> None:
    found = scheduled(NextDate="2026-02-01")
    assert (found.status, found.next_date) == ("active", date(2026, 2, 1))
    assert found.notes == (
        "It was due on 2026-02-01, which QuickBooks still calls its next day: see whether it made one.",
    )
    assert scheduled(NextDate="2026-02-01", RecurType="Reminder").notes == ()
    assert scheduled(NextDate="2026-02-01", Active=False).notes == ()


def test_templates_follow_each_other_by_customer_and_id() -> None:
    other = invoice(1, BRIGHTWATER, MARCH, "1.00")
    fetched = fetch(
        company(recurring(RETAINER, 9, "b"), recurring({**RETAINER, "Id": "2"}, 10, "a"), recurring(other, 8, "c"))
    )
    assert [(each.customer, each.id) for each in fetched.templates] == [
        ("Brightwater", "8"),
        ("Hartwell Interieur", "10"),
        ("Hartwell Interieur", "9"),
    ]


def test_only_templates_of_the_customers_asked_for() -> None:
    other = invoice(1, BRIGHTWATER, MARCH, "1.00")
    server = company(recurring(RETAINER, 6, "Retainer"), recurring(other, 8, "Other"))
    assert [each.id for each in fetch(server, replace(YEAR, customers=("Brightwater",))).templates] == ["8"]
    assert fetch(server, replace(YEAR, customers=("Nobody",))).templates == ()


def test_a_template_without_an_id_of_its_own_has_that_of_its_object() -> None:
    bare = recurring(RETAINER, 6, "Retainer")
    del bare["Invoice"]["RecurDataRef"]
    assert only(bare).id == "Invoice/1483"


def test_a_template_that_cannot_be_read_costs_no_invoice() -> None:
    broken = recurring(document(5, HARTWELL, MARCH, item("9.00"), excl_tax="10.00"), 7, "Broken")
    fetched = fetch(company(recurring(RETAINER, 6, "Retainer"), broken))
    assert fetched.completeness.is_complete
    assert [each.id for each in fetched.templates] == ["6"]
    assert fetched.completeness.blind_spots[-1] == (
        "These recurring transactions could not be read, which changes no invoice: quickbooks RecurringTransaction 5: "
        "Its lines add up to 9.00, and it says 10.00 excl. tax."
    )


def refusing(reply: Reply) -> Any:
    return lambda _, asked: reply if "RecurringTransaction" in asked.target else None


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (answer(fault("5020", "Permission Denied Error"), status=403), "Permission Denied"),
        (answer(fault("4001", "Invalid query"), status=400), "Invalid query"),
        (answer(fault("10000", "An application error"), status=400), "code 10000"),
        (answer({"QueryResponse": {"totalCount": 1, "RecurringTransaction": 5}}), "in place of a list"),
    ],
)
def test_a_plan_without_templates_is_read_all_the_same(reply: Reply, words: str) -> None:
    kept = [("Invoice", invoice(1, HARTWELL, MARCH, "10.00"))]
    fetched = fetch(QuickBooksServer(kept, [HARTWELL], before=refusing(reply)))
    assert (len(fetched.documents), fetched.templates, fetched.completeness.is_complete) == (1, (), True)
    assert words in fetched.completeness.blind_spots[-1]
    assert all(count.kind != "RecurringTransaction" for count in fetched.completeness.counts)


def test_a_sign_in_that_ends_at_the_templates_ends_the_fetch() -> None:
    with pytest.raises(SignInError):
        fetch(company(before=refusing(answer(lower_fault("3201", "Failed", "AUTHENTICATION", 401), status=401))))


def many_templates(count: int) -> list[dict[str, Any]]:
    return [recurring({**RETAINER, "Id": str(number)}, number, f"No. {number}") for number in range(1, count + 1)]


@pytest.mark.parametrize("counts_templates", [True, False])
@pytest.mark.parametrize("largest_page", [1000, 7])
def test_all_templates_come_also_where_they_cannot_be_counted(counts_templates: bool, largest_page: int) -> None:
    server = company(*many_templates(30), counts_templates=counts_templates, largest_page=largest_page)
    fetched = fetch(server)
    assert {each.id for each in fetched.templates} == {str(number) for number in range(1, 31)}
    assert len(fetched.completeness.blind_spots) == 1
    kinds = {count.kind for count in fetched.completeness.counts}
    assert ("RecurringTransaction" in kinds) is counts_templates


def test_templates_that_are_counted_and_do_not_come_are_told() -> None:
    def script(_: QuickBooksServer, asked: Asked) -> Reply | None:
        is_count = "RecurringTransaction" in asked.target and "COUNT" in asked.target
        return answer({"QueryResponse": {"totalCount": 31}}) if is_count else None

    fetched = fetch(company(*many_templates(30), before=script))
    assert (len(fetched.templates), fetched.completeness.is_complete) == (30, True)
    assert fetched.completeness.blind_spots[-1] == (
        "QuickBooks counts 31 recurring transactions, and 30 came: templates may lack."
    )


def test_templates_go_through_a_snapshot_unchanged() -> None:
    fetched = fetch(company(*many_templates(3)))
    assert all(isinstance(each.excl_tax, Decimal) for each in fetched.templates)
    header, *lines = (line.encode() for line in snapshot_lines(fetched))
    read = read_header("ledger.jsonl", header)
    assert (read.documents, read.templates) == (0, 3)
    assert list(read_documents("ledger.jsonl", read, lines)) == []
