"""Every offer becomes documents that come to the offer exactly, line by line and payment by payment."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from billcheck.recovery.documents import draft_documents, first_correct_invoice
from billcheck.recovery.ladder import preset_offers
from billcheck.recovery.offers import next_invoice_offer, separate_invoice_offer, waive_all
from tests.recovery.offers.test_properties import Made, cases, instalments, waivers

if TYPE_CHECKING:
    from billcheck.ledger.draft import DraftDocument
    from billcheck.recovery.case import Case
    from billcheck.recovery.offer import Offer

ISSUE = date(2026, 9, 8)
REASON = "The client asked for it in writing."


def arrears_of(documents: tuple[DraftDocument, ...]) -> Counter[str]:
    billed: Counter[str] = Counter()
    for document in documents:
        for line in document.lines:
            if line.is_arrears:
                billed[line.row] += line.amount_minor
    return billed


def check(case: Case, offer: Offer) -> None:
    documents = draft_documents(case, offer, issue_date=ISSUE, without_contact=REASON)
    assert arrears_of(documents) == dict(offer.claims)
    own = tuple(each for each in documents if any(line.is_arrears for line in each.lines))
    total = sum(document.incl_tax_minor for document in own)
    if offer.how == "next_invoice":
        regular = first_correct_invoice(case)
        assert total - regular.incl_tax_minor == offer.incl_tax_minor
        return
    assert total == offer.incl_tax_minor
    assert sum(document.tax_minor for document in own) == offer.tax_minor
    if offer.mode == "invoice_each":
        assert [(each.due_date, each.incl_tax_minor) for each in own] == [
            (payment.due_date, payment.amount_minor) for payment in offer.payments
        ]
    else:
        assert [each.schedule for each in own] == ([offer.payments] if offer.claims else [])


@given(st.data())
def test_documents_come_to_the_offer(data: st.DataObject) -> None:
    made = data.draw(cases(untaxed=False))
    waiver = data.draw(waivers(made.case))
    offers = [
        separate_invoice_offer(made.case, waiver=waiver),
        data.draw(instalments(made.case, waiver)),
        waive_all(made.case),
        *([next_invoice_offer(made.case, waiver=waiver)] if made.case.arrears.coming else []),
    ]
    for offer in offers:
        check(made.case, offer)


@given(cases(untaxed=False))
def test_documents_come_to_every_rung_of_the_ladder(made: Made) -> None:
    for offer in preset_offers(made.case, first=date(2026, 10, 31)):
        check(made.case, offer)
