"""The ledger of every trap and its repeating invoices, held against Xero's own client library.

What the library makes of the answers has to be what the ledger truly says: so the truth is not ours alone.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.connectors.live.test_oracle_xero import day, library, whole
from tests.connectors.live.test_xero import HARTWELL, fetch
from tests.servers.xero import TENANT, XeroServer, identifier, milliseconds, repeating
from tests.servers.xero_ledger import lay_down

if TYPE_CHECKING:
    from decimal import Decimal

    from tests.servers.xero_ledger import TrueDocument

JULY = date(2026, 7, 1)
KEYS = ("InvoiceID", "CreditNoteID")
NOT_FOR_THE_LIBRARY = {"way_of_tax_that_is_new"}
"""It refuses a whole page for a word that it does not know."""


def without(library_says: Any, true: TrueDocument) -> tuple[Decimal, ...]:
    """The amounts of the lines without tax, by the library's own figures; where the lines are in the list at all."""
    is_inclusive = library_says.line_amount_types.value.lower() == "inclusive"
    return tuple(
        true.sign * (line.line_amount - (line.tax_amount if is_inclusive else 0))
        for line in library_says.line_items
        if line.line_amount is not None
    )


def test_the_library_reads_the_ledger_as_what_it_truly_says() -> None:
    books = lay_down()
    hidden = {true.id for true in books.truth if true.trap in NOT_FOR_THE_LIBRARY}
    ledger = books.server
    ledger.documents = [each for each in ledger.documents if not hidden & {each.get(key) for key in KEYS}]
    for each in ledger.documents:
        # The library knows one way of writing it.
        if each.get("LineAmountTypes") == "INCLUSIVE":
            each["LineAmountTypes"] = "Inclusive"
    found = {getattr(each, "invoice_id", None) or each.credit_note_id: each for each in whole(ledger, size=200)}
    truth = {true.id: true for true in books.truth if true.id not in hidden}
    assert found.keys() == truth.keys()
    compared = 0
    for key, true in truth.items():
        each = found[key]
        if true.status != "void":
            assert true.sign * each.sub_total == true.excl_tax, true
        if each.line_items:
            assert without(each, true) == tuple(true.sign * line.amount for line in true.lines), true
            compared += len(true.lines)
        if true.trap != "days_that_are_unset_but_in_words":
            assert day(each.date) == true.day, true
    assert compared > 800


@pytest.mark.parametrize("is_inclusive", [False, True])
def test_the_library_reads_repeating_invoices_as_we_do(is_inclusive: bool) -> None:
    last = date(2027, 6, 30)
    made = [
        repeating(
            number, HARTWELL, "121.00", "60.50", first=JULY, is_inclusive=is_inclusive, Reference="[Month]",
            Status="AUTHORISED" if number % 2 else "DRAFT",
            Schedule__EndDate=milliseconds(last), Schedule__Period=number,
        )
        for number in (1, 2, 3)
    ]  # fmt: skip
    ledger = XeroServer([], [HARTWELL], repeating=made)
    ours = {each.id: each for each in fetch(ledger).templates}
    with library(ledger) as (api, _):
        theirs = api.get_repeating_invoices(TENANT, where='Type=="ACCREC"').repeating_invoices
    assert len(ours) == len(theirs) == 3
    for each in theirs:
        own = ours[each.repeating_invoice_id]
        assert own.excl_tax == each.sub_total
        amounts = [line.line_amount - (line.tax_amount if is_inclusive else 0) for line in each.line_items]
        assert [line.amount for line in own.lines] == amounts
        assert (own.next_date, own.first_date, own.last_date) == (
            day(each.schedule.next_scheduled_date), day(each.schedule.start_date), day(each.schedule.end_date)
        )  # fmt: skip
        assert own.reference == each.reference
        assert own.currency == each.currency_code.value
        assert own.customer_id == each.contact.contact_id
        assert own.makes == {"AUTHORISED": "approved", "DRAFT": "draft"}[each.status]
        every = {1: "month", 2: "2 months", 3: "quarter"}
        assert (each.schedule.unit, own.every) == ("MONTHLY", every[each.schedule.period])


def test_the_library_gives_a_schedule_a_day_early_where_xero_gives_moments_and_we_do_not() -> None:
    """Midnight of 1 July in Amsterdam is 22:00 of the day before in UTC; Xero is known to give it so."""
    evening = (date(2026, 6, 30) - date(1970, 1, 1)).days * 86_400_000 + 22 * 3_600_000
    made = repeating(1, HARTWELL, "1.00", first=JULY, Schedule__NextScheduledDate=f"/Date({evening}+0000)/")
    ledger = XeroServer([], [HARTWELL], repeating=[made])
    with library(ledger) as (api, _):
        (theirs,) = api.get_repeating_invoices(TENANT, where='Type=="ACCREC"').repeating_invoices
    assert day(theirs.schedule.next_scheduled_date) == date(2026, 6, 30)
    assert fetch(ledger).templates[0].next_date == JULY
    assert fetch(ledger).templates[0].id == identifier(1)
