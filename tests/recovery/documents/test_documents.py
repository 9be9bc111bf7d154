"""The documents of a case: the story to the cent, and what never reaches a document."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck.errors import DraftsRefusedError
from billcheck.money import tax_on
from billcheck.recovery.contact_gate import ContactFirstError, NoReasonError, pass_gate
from billcheck.recovery.documents import (
    Wishes,
    credit_note,
    draft_documents,
    first_correct_invoice,
    letters_for,
    next_invoice,
    supplementary_invoice,
)
from billcheck.recovery.events import Contacted, Drafted, Invoiced, Noticed, Override, Waived
from billcheck.recovery.offers import (
    instalment_offer,
    next_invoice_offer,
    separate_invoice_offer,
    waive_all,
    waive_part,
)
from billcheck.recovery.states import add
from tests.acceptance import half_rate
from tests.recovery.cases import made_case, story_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from billcheck.errors import Problem
    from billcheck.ledger.draft import DraftDocument
    from billcheck.recovery.case import Case

TALK = date(2026, 9, 7)


def talked(case: Case | None = None) -> Case:
    case = story_case() if case is None else case
    return add(case, Contacted(on=TALK, channel="in_person", person="Anna"))


def figures(document: DraftDocument) -> tuple[str, str, str, int, int, int]:
    return (
        document.kind,
        str(document.issue_date),
        str(document.due_date),
        document.excl_tax_minor,
        document.tax_minor,
        document.incl_tax_minor,
    )


def refused(make: Callable[[], object]) -> Problem:
    with pytest.raises(DraftsRefusedError) as caught:
        make()
    return caught.value.problems[0]


def test_option_a_of_the_story() -> None:
    case = talked()
    (document,) = draft_documents(case, next_invoice_offer(case))
    assert figures(document) == ("next_invoice", "2026-09-30", "2026-10-30", 960_000, 201_600, 1_161_600)
    assert [(str(line.first_day)[:7], line.amount_minor, line.is_arrears) for line in document.lines] == [
        ("2026-09", 240_000, False),
        *((f"2026-0{month}", 120_000, True) for month in range(3, 9)),
    ]
    assert [reference.number for line in document.lines for reference in line.references] == [
        f"INV-2026-00{number}" for number in range(3, 9)
    ]


def test_option_b_of_the_story() -> None:
    case = talked()
    supplementary, september = draft_documents(case, separate_invoice_offer(case))
    assert figures(supplementary) == ("supplementary_invoice", "2026-09-08", "2026-10-08", 720_000, 151_200, 871_200)
    assert figures(september) == ("regular_invoice", "2026-09-30", "2026-10-30", 240_000, 50_400, 290_400)
    assert len(supplementary.lines) == 6
    assert supplementary.incl_tax_minor + september.incl_tax_minor == 1_161_600
    assert supplementary.lines[0].description == (
        "Website care, 2026-03-01 through 2026-03-31: difference to the agreed price, invoice INV-2026-003 dated "
        "2026-03-31"
    )
    assert supplementary.lines[0].references[0].issue_date == date(2026, 3, 31)
    assert [document.number for document in (supplementary, september)] == [
        f"DRAFT-{case.id[:6]}-1",
        f"DRAFT-{case.id[:6]}-2",
    ]


def test_one_document_at_a_time_is_the_same() -> None:
    case = talked()
    supplementary, september = draft_documents(case, separate_invoice_offer(case))
    assert supplementary_invoice(case) == supplementary
    assert replace(first_correct_invoice(case), number=september.number) == september
    assert next_invoice(case) == draft_documents(case, next_invoice_offer(case))[0]


def test_waiving_all_leaves_the_first_correct_invoice_and_two_letters() -> None:
    case = story_case()
    offer = waive_all(case)
    (document,) = draft_documents(case, offer)
    assert figures(document) == ("regular_invoice", "2026-09-30", "2026-10-30", 240_000, 50_400, 290_400)
    assert not any(line.is_arrears for line in document.lines)
    assert letters_for(offer) == ("waiver_letter", "price_confirmation")
    assert letters_for(separate_invoice_offer(case)) == ("price_confirmation",)


def test_a_plan_on_one_invoice_of_the_story() -> None:
    case = talked()
    offer = instalment_offer(case, first=date(2026, 10, 31), count=7)
    supplementary, _ = draft_documents(case, offer)
    assert [(str(each.due_date), each.amount_minor) for each in supplementary.schedule] == [
        ("2026-10-31", 124_458),
        *(
            (day, 124_457)
            for day in ("2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30")
        ),
    ]
    assert supplementary.due_date == date(2027, 4, 30)
    assert sum(each.amount_minor for each in supplementary.schedule) == supplementary.incl_tax_minor == 871_200


def test_an_invoice_for_each_instalment_of_the_story() -> None:
    case = talked()
    offer = instalment_offer(case, first=date(2026, 10, 31), count=7, mode="invoice_each")
    *documents, regular = draft_documents(case, offer)
    assert regular.kind == "regular_invoice"
    assert [(each.excl_tax_minor, each.tax_minor, each.incl_tax_minor) for each in documents] == [
        (102_858, 21_600, 124_458),
        *[(102_857, 21_600, 124_457)] * 6,
    ]
    assert [str(each.due_date) for each in documents][:3] == ["2026-10-31", "2026-11-30", "2026-12-31"]
    assert [str(each.issue_date) for each in documents][:3] == ["2026-10-01", "2026-10-31", "2026-12-01"]
    assert not any(each.schedule for each in documents)
    of_rows: dict[str, int] = {}
    for line in (line for each in documents for line in each.lines):
        of_rows[line.row] = of_rows.get(line.row, 0) + line.amount_minor
    assert set(of_rows.values()) == {120_000}
    assert "part of the difference" in documents[1].lines[0].description


def test_no_document_without_a_contact() -> None:
    case = story_case()
    for make in (
        lambda: draft_documents(case, separate_invoice_offer(case)),
        lambda: draft_documents(case, next_invoice_offer(case)),
        lambda: supplementary_invoice(case),
        lambda: next_invoice(case),
    ):
        with pytest.raises(ContactFirstError, match=r"Nobody has talked to the client yet.*contacted"):
            make()
    with pytest.raises(NoReasonError, match="for a reason only"):
        supplementary_invoice(case, without_contact=" ")


def test_a_reason_passes_the_gate_and_is_kept() -> None:
    case = story_case()
    documents = draft_documents(case, separate_invoice_offer(case), without_contact="they asked for it in writing")
    override = pass_gate(case, "they asked for it in writing")
    assert override == Override(safeguard="contact_first", reason="they asked for it in writing")
    recorded = add(case, Drafted(on=TALK, documents=documents, override=override))
    assert recorded.overrides == (override,)
    assert pass_gate(talked(), "needless") is None


def test_what_is_owed_anyway_needs_no_contact() -> None:
    assert first_correct_invoice(story_case()).incl_tax_minor == 290_400


def test_a_waived_period_never_reaches_a_document() -> None:
    case = talked()
    row = case.arrears.periods[0].row
    stale = separate_invoice_offer(case)
    case = add(case, Waived(on=TALK, rows=((row, 120_000),), reason="goodwill"))
    supplementary = supplementary_invoice(case)
    assert row not in {line.row for line in supplementary.lines}
    assert supplementary.incl_tax_minor == 726_000
    problem = refused(lambda: draft_documents(case, stale))
    assert "2026-03" in str(problem)
    assert "at most 0.00 EUR, excl. tax" in str(problem)


def test_a_part_that_was_waived_never_reaches_a_document() -> None:
    case = talked()
    offer = separate_invoice_offer(case, waiver=waive_part(case, percent=Decimal(25)))
    supplementary, _ = draft_documents(case, offer)
    assert figures(supplementary)[3:] == (540_000, 113_400, 653_400)
    assert all("part of the difference" in line.description for line in supplementary.lines)
    assert letters_for(offer) == ("waiver_letter", "price_confirmation")


def test_what_is_invoiced_is_not_drafted_again() -> None:
    case = talked()
    documents = draft_documents(case, separate_invoice_offer(case))
    case = add(case, Drafted(on=TALK, documents=documents))
    rows = tuple((line.row, line.amount_minor) for line in documents[0].lines)
    invoiced = Invoiced(on=TALK, draft=documents[0].number, number="INV-9", rows=rows, incl_tax_minor=871_200)
    case = add(case, invoiced)
    assert "Nothing of the arrears is left to bill" in str(refused(lambda: supplementary_invoice(case)))
    assert first_correct_invoice(case).number == f"DRAFT-{case.id[:6]}-3"


CUTOFF = """\
[[contract]]
id = "C-117"
customer = "Hartwell Interieur"
currency = "EUR"
start = 2026-01-01
last_day = 2027-12-31
payment_terms = "30 days"
tax = { percent = "21" }
late_invoice_cutoff = { days = 120, from = "service_end", effect = "forfeited" }

[[contract.charge]]
name = "Website care"
model = "flat"
amount = "2400.00"
every = "month"
timing = "in_arrears"
invoice_day = "period_end"
"""


def test_a_period_that_a_clause_cuts_off_never_reaches_a_document() -> None:
    case = talked(made_case(CUTOFF, half_rate.generic_csv()))
    # 120 days after 30 April are 28 August, after 31 May they are 28 September.
    supplementary = supplementary_invoice(case)
    assert [str(line.first_day)[:7] for line in supplementary.lines] == ["2026-05", "2026-06", "2026-07", "2026-08"]
    assert supplementary.excl_tax_minor == 480_000
    assert supplementary.remarks == (
        "2026-03: 1,200.00 EUR is in no document, because the clause on late invoices takes it after 2026-07-29.",
        "2026-04: 1,200.00 EUR is in no document, because the clause on late invoices takes it after 2026-08-28.",
    )
    late = supplementary_invoice(case, wishes=Wishes(issue_date=date(2026, 9, 29)))
    assert [str(line.first_day)[:7] for line in late.lines] == ["2026-06", "2026-07", "2026-08"]
    problem = refused(lambda: draft_documents(case, separate_invoice_offer(case), issue_date=date(2026, 9, 29)))
    assert "On 2026-09-29 it is at most 0.00 EUR" in str(problem)


LEDGER = """\
document,kind,status,issue_date,customer,description,amount,currency,period_first_day,period_last_day
A-1,invoice,approved,2026-01-31,Hartwell Interieur,Website care,2400.00,EUR,2026-01-01,2026-01-31
A-2,invoice,approved,2026-02-28,Hartwell Interieur,Website care,2500.00,EUR,2026-02-01,2026-02-28
A-3,invoice,approved,2026-03-31,Hartwell Interieur,Website care,1200.00,EUR,2026-03-01,2026-03-31
"""


def test_what_a_credit_note_made_is_in_no_document_and_said() -> None:
    credited = LEDGER.replace("2500.00", "2400.00") + (
        "N-1,credit note,approved,2026-03-02,Hartwell Interieur,Website care,-400.00,EUR,2026-02-01,2026-02-28\n"
    )
    passed = (Override(safeguard="credited", reason="to be looked at later"),)
    case = made_case(half_rate.CONTRACT_TOML, credited, as_of=date(2026, 4, 11), overrides=passed)
    document = supplementary_invoice(add(case, Contacted(on=date(2026, 4, 12), channel="phone")))
    assert [str(line.first_day)[:7] for line in document.lines] == ["2026-03"]
    assert (
        "2026-02: 400.00 EUR is in no document, because a credit note made it and nobody decided about it."
        in document.remarks
    )


def overbilled_case() -> Case:
    passed = (Override(safeguard="overbilled", reason="it is credited at once"),)
    return made_case(half_rate.CONTRACT_TOML, LEDGER, as_of=date(2026, 4, 11), overrides=passed)


def test_what_was_billed_too_much_is_credited_in_full_and_set_off_against_nothing() -> None:
    case = add(overbilled_case(), Contacted(on=date(2026, 4, 12), channel="phone"))
    credit = credit_note(case)
    assert figures(credit) == ("credit_note", "2026-04-15", "None", 10_000, 2_100, 12_100)
    assert credit.lines[0].description == (
        "Website care, 2026-02-01 through 2026-02-28: billed above the agreed price, invoice A-2 dated 2026-02-28"
    )
    documents = draft_documents(case, separate_invoice_offer(case))
    assert [each.kind for each in documents] == ["supplementary_invoice", "regular_invoice", "credit_note"]
    assert documents[0].excl_tax_minor == 120_000


def test_without_overbilling_there_is_no_credit_note() -> None:
    assert "there is nothing to credit" in str(refused(lambda: credit_note(story_case())))


@pytest.mark.parametrize(
    ("country", "kind", "remark"),
    [
        (None, "supplementary_invoice", ""),
        ("nl", "supplementary_invoice", ""),
        ("IE", "supplementary_invoice", ""),
        ("IT", "debit_note", "A debit note is usual in IT"),
        ("in", "debit_note", "A debit note is usual in IN"),
        ("ES", "corrective_invoice", "A corrective invoice is usual in ES"),
        ("PL", "corrective_invoice", "A corrective invoice is usual in PL"),
        ("SE", "supplementary_invoice", "Nothing is known here of documents for arrears in 'SE'"),
    ],
)
def test_the_country_chooses_the_document(country: str | None, kind: str, remark: str) -> None:
    document = supplementary_invoice(talked(), wishes=Wishes(country=country))
    assert document.kind == kind
    assert document.incl_tax_minor == 871_200
    assert remark in " ".join(document.remarks)
    assert bool(document.remarks) == bool(remark)


def test_a_kind_that_is_asked_for_comes_first() -> None:
    document = supplementary_invoice(talked(), wishes=Wishes(country="ES", kind="debit_note"))
    assert document.kind == "debit_note"


def test_a_period_without_an_original_is_no_correction() -> None:
    case = talked(made_case(half_rate.CONTRACT_TOML, half_rate.generic_csv()))
    assert not any("no invoice billed it" in each for each in supplementary_invoice(case).remarks)
    lines = half_rate.generic_csv().splitlines(keepends=True)
    missing = talked(made_case(half_rate.CONTRACT_TOML, "".join(line for line in lines if "INV-2026-004" not in line)))
    document = supplementary_invoice(missing, wishes=Wishes(kind="corrective_invoice"))
    assert (
        "Website care, 2026-04: no invoice billed it, so there is none for a corrective invoice to name."
        in document.remarks
    )
    assert document.lines[1].description == "Website care, 2026-04-01 through 2026-04-30: not billed before"
    assert document.lines[1].amount_minor == 240_000


def test_an_unknown_tax_percent_is_asked_for() -> None:
    case = talked(made_case(half_rate.CONTRACT_TOML.replace('tax = { percent = "21" }\n', ""), half_rate.generic_csv()))
    problem = refused(lambda: supplementary_invoice(case))
    assert "Nobody stated the tax percent of a period, and it is not taken for zero" in str(problem)
    document = supplementary_invoice(case, wishes=Wishes(tax_percent=Decimal(21)))
    assert document.incl_tax_minor == 871_200
    assert supplementary_invoice(case, wishes=Wishes(tax_percent=Decimal(0))).incl_tax_minor == 720_000
    offer = instalment_offer(case, first=date(2026, 10, 31), count=3)
    problem = refused(lambda: draft_documents(case, offer, wishes=Wishes(tax_percent=Decimal(21))))
    assert "The plan comes to 7,200.00 EUR, the document to 8,712.00 EUR" in str(problem)


def test_a_document_is_not_dated_before_its_notice() -> None:
    case = story_case()
    notice = Noticed(
        on=date(2026, 9, 10), language="en", excl_tax_minor=720_000, incl_tax_minor=871_200,
        reply_by=date(2026, 9, 24), digest="0" * 64,
    )  # fmt: skip
    case = add(add(case, notice), Contacted(on=date(2026, 9, 11), channel="phone"))
    problem = refused(lambda: supplementary_invoice(case, wishes=Wishes(issue_date=date(2026, 9, 9))))
    assert "The notice is of 2026-09-10." in str(problem)
    document = supplementary_invoice(case)
    assert document.issue_date == date(2026, 9, 11)
    assert "as explained in our notice of 2026-09-10" in document.reason


def test_a_next_invoice_whose_day_has_passed_is_said() -> None:
    case = add(story_case(), Contacted(on=date(2026, 10, 2), channel="phone"))
    for document in (next_invoice(case), first_correct_invoice(case)):
        assert any("on 2026-10-02 its day had passed" in remark for remark in document.remarks)
    assert supplementary_invoice(case).issue_date == date(2026, 10, 2)
    assert not any("had passed" in remark for remark in next_invoice(talked()).remarks)


rows_and_amounts = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 120_000), st.booleans()), max_size=8)


@settings(max_examples=60)
@given(rows_and_amounts)
def test_whatever_is_waived_or_invoiced_never_reaches_a_document(drawn: list[tuple[int, int, bool]]) -> None:
    case, left = talked(), dict.fromkeys((period.row for period in story_case().arrears.periods), 120_000)
    rows = list(left)
    for number, (index, minor, is_waived) in enumerate(drawn):
        row, amount = rows[index], min(minor, left[rows[index]])
        if not amount:
            continue
        left[row] -= amount
        part = ((row, amount),)
        if is_waived:
            case = add(case, Waived(on=TALK, rows=part, reason="drawn"))
        else:
            total = amount + amount // 4
            case = add(case, Invoiced(on=TALK, draft="", number=f"I-{number}", rows=part, incl_tax_minor=total))
    if not any(left.values()):
        assert "Nothing of the arrears is left" in str(refused(lambda: supplementary_invoice(case)))
        return
    document = supplementary_invoice(case)
    assert {line.row: line.amount_minor for line in document.lines} == {
        row: minor for row, minor in left.items() if minor
    }
    assert document.tax_minor == tax_on(sum(left.values()), Decimal(21))


def test_wishes_for_due_date_and_numbers() -> None:
    case = talked()
    wishes = Wishes(due_date=date(2026, 12, 31), numbers=("INV-2026-900",))
    documents = draft_documents(case, separate_invoice_offer(case), wishes=wishes)
    assert [str(each.due_date) for each in documents] == ["2026-12-31", "2026-10-30"]
    assert [each.number for each in documents] == ["INV-2026-900", f"DRAFT-{case.id[:6]}-1"]
    many = Wishes(numbers=("A", "B", "C"))
    problem = refused(lambda: draft_documents(case, separate_invoice_offer(case), wishes=many))
    assert "more numbers than documents" in str(problem)
    problem = refused(lambda: draft_documents(case, separate_invoice_offer(case), wishes=Wishes(numbers=("A", "A"))))
    assert "Two documents would have one number" in str(problem)


def test_a_contract_that_ended_has_no_next_invoice() -> None:
    ended = half_rate.CONTRACT_TOML.replace("last_day = 2027-12-31", "last_day = 2026-08-31")
    case = talked(made_case(ended, half_rate.generic_csv()))
    assert "No next regular invoice is known" in str(refused(lambda: next_invoice(case)))
    assert "No next regular invoice is known" in str(refused(lambda: first_correct_invoice(case)))
    assert [each.kind for each in draft_documents(case, separate_invoice_offer(case))] == ["supplementary_invoice"]


def test_a_claim_the_case_does_not_know_is_refused() -> None:
    problem = refused(lambda: supplementary_invoice(talked(), (("nothing", 100),)))
    assert "More is asked for a period than can be claimed" in str(problem)
    problem = refused(lambda: supplementary_invoice(talked(), ((story_case().arrears.periods[0].row, 120_001),)))
    assert "at most 1,200.00 EUR" in str(problem)


def test_a_draft_in_the_ledger_is_warned_of() -> None:
    draft = "D-1,invoice,draft,2026-08-31,Hartwell Interieur,Website care August 2026,1200.00,252.00,EUR\n"
    ledger = half_rate.generic_csv() + draft
    case = made_case(half_rate.CONTRACT_TOML, ledger, overrides=[Override(safeguard="drafted", reason="it is deleted")])
    document = supplementary_invoice(talked(case))
    assert "The ledger holds an unapproved draft of 1,200.00 EUR for 2026-08: delete it" in " ".join(document.remarks)
