from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from billcheck.findings import ContractRows, Residue, Status
from billcheck.recovery.choices_page import to_lines
from billcheck.recovery.options import make_options
from billcheck.report.page import plain
from tests.report.stories import half_rate, half_rate_contract, make_contract, make_report, make_row

if TYPE_CHECKING:
    from billcheck.report.report import Report


def text_of(report: Report) -> str:
    (options,) = make_options(report)
    return plain(to_lines(options))


STORY = """\
Hartwell Interieur: two ways to ask for 8,712.00 EUR (7,200.00 excl. tax + 1,512.00 tax at 21%)
  Talk to the client first, then let them choose how to pay. Nothing has been sent.

  A  On the next invoice, dated 2026-09-30, due 2026-10-30
       Retainer 2026-09, as agreed                 2,400.00
       Retainer 2026-03, arrears on INV-2026-003   1,200.00
       Retainer 2026-04, arrears on INV-2026-004   1,200.00
       Retainer 2026-05, arrears on INV-2026-005   1,200.00
       Retainer 2026-06, arrears on INV-2026-006   1,200.00
       Retainer 2026-07, arrears on INV-2026-007   1,200.00
       Retainer 2026-08, arrears on INV-2026-008   1,200.00
       excl. tax                                   9,600.00
       tax at 21%                                  2,016.00
       to pay                                     11,616.00 EUR

  B  As a separate invoice, dated 2026-09-08, due 2026-10-08
       the 6 arrears lines above  7,200.00
       excl. tax                  7,200.00
       tax at 21%                 1,512.00
       to pay                     8,712.00 EUR
     and the next invoice as usual, dated 2026-09-30, due 2026-10-30
       Retainer 2026-09, as agreed  2,400.00
       excl. tax                    2,400.00
       tax at 21%                     504.00
       to pay                       2,904.00 EUR
     together 11,616.00 EUR
"""


def test_the_story_reads_like_this() -> None:
    assert text_of(half_rate()) == STORY


def test_no_third_way_and_nothing_of_what_stays_inside() -> None:
    text = text_of(half_rate()).lower()
    for word in ("waive", "discount", "instal", "interest", "floor", "write off", "immediately"):
        assert word not in text


def test_without_a_next_invoice_only_the_separate_one_is_offered_plainly() -> None:
    item = half_rate_contract()
    text = text_of(make_report([ContractRows(item.contract, item.rows[:-1])]))
    assert "one way to ask for 8,712.00 EUR" in text
    assert "  As a separate invoice, dated 2026-09-08" in text
    assert (
        "No next regular invoice is known (the contract ended, or the next one is billed already or comes to nothing): "
        "only the separate one."
    ) in text
    assert "On the next invoice" not in text
    assert "Retainer 2026-03, arrears on INV-2026-003" in text


def test_a_next_invoice_of_an_amount_not_known_yet_is_not_denied() -> None:
    item = half_rate_contract()
    usage = replace(make_row(item.contract, "2026-09", 0, 0, Status.NOT_DUE, charge="Usage"), is_known=False)
    text = text_of(make_report([ContractRows(item.contract, (*item.rows[:-1], usage))]))
    assert "What the next invoice will come to is not known yet (1 charge): only the separate one can be shown." in text
    assert "No next regular invoice" not in text
    assert text.count("not known yet") == 1


def test_a_cent_of_tax_between_the_two_ways_is_explained() -> None:
    # A: 65.00 x 21 % = 13.65, so 78.65. B: 2.50 x 21 % = 0.525, so 3.03, and 62.50 x 21 % = 13.125, so 75.63.
    contract = make_contract()
    rows = (
        make_row(contract, "2026-08", 6_250, 6_000, Status.UNDERBILLED, documents=("I-8",)),
        make_row(contract, "2026-09", 6_250, 0, Status.NOT_DUE),
    )
    text = text_of(make_report([ContractRows(contract, rows)]))
    assert "78.65 EUR" in text
    assert "together 78.66 EUR" in text
    assert "A and B differ by 0.01 EUR: tax is rounded once per document, and B is two documents." in text
    assert "differ by" not in text_of(half_rate())


def test_what_must_be_settled_first_is_said() -> None:
    contract = make_contract()
    item = half_rate_contract()
    extra = (
        make_row(contract, "2026-01", 100, 0, Status.UNDERBILLED, charge="X", credited_minor=100),
        make_row(contract, "2026-02", 100, 300, Status.OVERBILLED, charge="X"),
        make_row(contract, "2026-07", 100, 0, Status.INCONCLUSIVE, charge="X"),
        make_row(contract, "2026-08", 500, 0, Status.AWAITING, charge="X"),
    )
    residue = Residue("unmatched", "D", 1, date(2026, 5, 5), "Hartwell Interieur", None, "EUR", 5, "a.csv", 9, "why")
    text = text_of(make_report([ContractRows(contract, (*item.rows, *extra))], residue=[residue]))
    for remark in (
        "1.00 EUR excl. tax stands on periods with a credit note: decide on it first",
        "2.00 EUR excl. tax is owed back to this client for overbilled periods",
        "1 line billed to this client went to no period: settle that first",
        "5.00 EUR excl. tax is due and still awaited",
        "1 period could not be judged: nothing of that is in here.",
    ):
        assert remark in text
    assert "11,616.00 EUR" in text


def test_nothing_to_ask_for_before_a_decision() -> None:
    contract = make_contract()
    row = make_row(contract, "2026-02", 10_000, 0, Status.UNDERBILLED, credited_minor=10_000)
    text = text_of(make_report([ContractRows(contract, (row,))]))
    assert text.startswith("Hartwell Interieur: nothing to ask for before a decision is made\n")
    assert "separate" not in text


def test_a_next_invoice_that_leaves_no_time_for_the_talk_is_said() -> None:
    report = replace(half_rate(), as_of=date(2026, 9, 28))
    assert "The next invoice goes out in 2 days: talk before 2026-09-30." in text_of(report)
    assert "goes out in" not in text_of(half_rate())


def test_unknown_tax_and_terms_are_said_not_guessed() -> None:
    contract = make_contract(tax_percent=None, payment_days=None)
    text = text_of(make_report([ContractRows(contract, (make_row(contract, "2026-02", 100, 0, Status.MISSING),))]))
    assert "1.00 excl. tax + tax that the contract does not state" in text
    assert "to be paid by your usual terms" in text
    assert ["tax", "not", "stated", "in", "the", "contract", "?"] in [line.split() for line in text.splitlines()]
    assert "to pay, and that tax" in text
    assert "Retainer 2026-02, not billed before" in text


def test_lines_name_their_contract_where_there_are_several() -> None:
    first, second = make_contract("C-1"), make_contract("C-2")
    items = [
        ContractRows(contract, (make_row(contract, "2026-02", 100, 0, Status.MISSING),)) for contract in (first, second)
    ]
    text = text_of(make_report(items))
    assert "C-1 Retainer 2026-02, not billed before" in text
    assert "C-2 Retainer 2026-02, not billed before" in text


def test_names_from_the_data_are_shown_escaped() -> None:
    contract = make_contract(customer="A\x1b[2J")
    row = make_row(contract, "2026-02", 100, 50, Status.UNDERBILLED, documents=("I\u202e1",))
    text = text_of(make_report([ContractRows(contract, (row,))]))
    assert "A\\x1b[2J" in text
    assert "I\\u202e1" in text
