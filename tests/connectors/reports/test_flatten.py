"""Reports into rows: what is a title, a group, a total and an entry, and what is not believed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from billcheck.connectors.files.cells import CellRow
from billcheck.connectors.files.reports.flatten import LISTED_PROBLEMS
from billcheck.connectors.files.reports.shape import Proof, ReportShape
from tests.connectors.reports.small import DESKTOP, FOOTER, LIST, ONLINE, flatten, refusals, rows_of

if TYPE_CHECKING:
    from billcheck.connectors.files.cells import Cell

A = (
    "Acme,,,,,,,\n"
    ",03/01/2026,Invoice,1,March,1.00,100.00,100.00\n"
    ",04/01/2026,Invoice,2,April,1.00,100.00,200.00\n"
    "Total for Acme,,,,,2.00,$200.00,\n"
)
TOTAL = "TOTAL,,,,,2.00,$200.00,\n"
END = f'\n\n\n"{FOOTER}",,,,,,,\n'
ENTRIES = [(3, "Acme", "1", "100.00"), (4, "Acme", "2", "100.00")]


def test_entries_know_their_group() -> None:
    assert flatten(A + TOTAL + END).entries == ENTRIES


def test_rows_may_lack_their_empty_last_cells() -> None:
    text = (A + TOTAL + END).replace("Acme,,,,,,,\n", "Acme\n", 1).replace(",\n", "\n").replace(",,,,,,\n", "\n")
    assert flatten(text).entries == ENTRIES


def test_names_stand_in_columns_without_a_heading_wherever_these_are() -> None:
    cells = [line.split(",") for line in (A + TOTAL).splitlines()]
    text = "\n".join(",".join([*row[1:3], row[0], *row[3:], ""]) for row in cells)
    shape = replace(ONLINE, has_footer=False)
    assert flatten(text, shape, heading="Date,Type,,Num,Memo,Qty,Amount,Balance,").entries == ENTRIES


@pytest.mark.parametrize("name", ["Total", "Total Quality Logistics", "Total for Acme", "TOTAL", "Sales by Customer"])
def test_a_customer_may_be_called_like_a_total_or_a_title(name: str) -> None:
    expected = [(row, name, number, amount) for row, _, number, amount in ENTRIES]
    online = (A + TOTAL).replace("Acme", name)
    assert flatten(online + END, titles=("Sales by Customer", "March 2026")).entries == expected
    desktop = (A + TOTAL).replace("Total for Acme", "Total Acme").replace("Acme", name)
    assert flatten(desktop, DESKTOP).entries == expected


def test_the_customers_of_a_customer_bear_both_names() -> None:
    text = (
        "Acme,,,,,,,\n"
        ",03/01/2026,Invoice,1,,1.00,100.00,100.00\n"
        "Site,,,,,,,\n"
        ",03/02/2026,Invoice,2,,1.00,30.00,30.00\n"
        "Total for Site,,,,,1.00,$30.00,\n"
        "Acme:Depot,,,,,,,\n"
        ",03/02/2026,Invoice,3,,1.00,20.00,20.00\n"
        "Total for Acme:Depot,,,,,1.00,$20.00,\n"
        "Total for Acme with sub-customers,,,,,3.00,$150.00,\n"
        "TOTAL,,,,,3.00,$150.00,\n"
    )
    groups = [(entry[1], entry[2]) for entry in flatten(text + END).entries]
    assert groups == [("Acme", "1"), ("Acme:Site", "2"), ("Acme:Depot", "3")]
    wrong = text.replace("sub-customers,,,,,3.00,$150.00", "sub-customers,,,,,3.00,$100.00")
    assert refusals(wrong + END) == [
        (
            "row 10: The rows of \"Acme\" add up to 150.00, not to what is printed. Found '$100.00'. "
            "Rows are missing, doubled or changed. Export the report again, whole and unchanged."
        )
    ]


def test_a_balance_may_run_on_in_a_group_within_another() -> None:
    text = (
        "Acme,,,,,,,\n"
        ",03/01/2026,Invoice,1,,1.00,100.00,100.00\n"
        "Site,,,,,,,\n"
        ",03/02/2026,Invoice,2,,1.00,30.00,130.00\n"
        "Total for Site,,,,,1.00,$30.00,\n"
        "Total for Acme with sub-customers,,,,,2.00,$130.00,\n"
        "TOTAL,,,,,2.00,$130.00,\n"
    )
    assert len(flatten(text + END).entries) == 2


def test_a_balance_may_leave_out_a_group_within() -> None:
    text = (
        "Acme,,,,,,,\n"
        ",03/01/2026,Invoice,1,,1.00,100.00,100.00\n"
        "Site,,,,,,,\n"
        ",03/02/2026,Invoice,2,,1.00,30.00,30.00\n"
        "Total for Site,,,,,1.00,$30.00,\n"
        ",03/02/2026,Invoice,3,,1.00,5.00,{balance}\n"
        "Total for Acme with sub-customers,,,,,3.00,$135.00,\n"
        "TOTAL,,,,,3.00,$135.00,\n"
    )
    for balance in ("105.00", "135.00"):
        assert len(flatten(text.format(balance=balance) + END).entries) == 3
    assert refusals(text.format(balance="35.00") + END)[0].startswith("row 7: The running balance should be 135.00")


def test_a_customer_may_be_totalled_before_those_that_are_part_of_it() -> None:
    part = A.replace("Acme", "Acme:Site").replace(",03/01/2026,Invoice,1", ",03/01/2026,Invoice,3")
    both = "Total for Acme with sub-customers,,,,,4.00,$400.00,\n"
    grand = "TOTAL,,,,,4.00,$400.00,\n"
    assert [entry[1] for entry in flatten(A + part + both + grand + END).entries] == ["Acme"] * 2 + ["Acme:Site"] * 2
    assert refusals(A + part + both.replace("400", "410") + grand + END)[0].startswith(
        'row 10: The rows of "Acme" add up'
    )
    assert refusals(A + both.replace("Acme", "Best") + grand + END)[0].startswith("row 6: This is the total of a group")
    assert refusals(both + A + TOTAL + END)[0].startswith("row 2: This is the total of a group")
    # Of others, nothing shows that they are part of it, and their rows would bear a wrong name.
    assert refusals(A + A.replace("Acme", "Site") + both + grand + END)[0].startswith(
        "row 10: This is the total of a group"
    )


def test_rows_of_nobody_stay_without_a_name() -> None:
    blank = "".join(A.splitlines(keepends=True)[1:]).replace("Total for Acme", "Total for --")
    assert flatten(",,,,,,,\n" + blank + TOTAL + END).entries == [(3, "", "1", "100.00"), (4, "", "2", "100.00")]
    assert refusals(",,,,,,,\n" + blank.rpartition("Total for")[0] + TOTAL + END) == [
        (
            "row 3: The group has no total, so some of its rows may be missing. Found '--'. "
            "Export the report again, whole and unchanged."
        )
    ]


def test_a_total_must_be_that_of_its_rows_to_the_cent() -> None:
    assert refusals(A.replace("$200.00", "$200.01") + TOTAL + END) == [
        (
            "row 5: The rows of \"Acme\" add up to 200.00, not to what is printed. Found '$200.01'. "
            "Rows are missing, doubled or changed. Export the report again, whole and unchanged."
        )
    ]
    assert refusals(A + TOTAL.replace("$200.00", "$199.99") + END) == [
        (
            "row 6: The rows of the report add up to 200.00, not to what is printed. Found '$199.99'. "
            "Rows are missing, doubled or changed. Export the report again, whole and unchanged."
        )
    ]


def test_each_total_that_does_not_foot_is_named() -> None:
    text = A.replace("$200.00", "$201.00") + A.replace("Acme", "Best").replace("$200.00", "$202.00")
    found = refusals(text + "TOTAL,,,,,4.00,$400.00,\n" + END)
    assert [problem[:28] for problem in found] == ['row 5: The rows of "Acme" ad', 'row 9: The rows of "Best" ad']


def test_quantities_foot_but_for_what_rounding_can_do() -> None:
    wrong = A.replace("Acme,,,,,2.00", "Acme,,,,,3.00")
    assert refusals(wrong + TOTAL + END)[0].startswith('row 5: The quantities of "Acme" add up to 2.00, not to what is')
    # Three times 1.333 is printed as 1.33 each, and their sum as 4.00; 4.01 is more than three roundings explain.
    text = (
        "Acme,,,,,,,\n"
        + "".join(f",03/0{n}/2026,Invoice,{n},,1.33,10.00,{n}0.00\n" for n in (1, 2, 3))
        + "Total for Acme,,,,,4.00,30.00,\nTOTAL,,,,,4.00,30.00,\n"
    )
    assert len(flatten(text + END).entries) == 3
    assert refusals(text.replace("4.00,30", "4.02,30") + END)[0].startswith(
        'row 6: The quantities of "Acme" add up to 3.99'
    )
    whole = A.replace("1.00,", "1,").replace("2.00,", "2,") + TOTAL.replace("2.00", "2")
    assert flatten(whole.replace("100,", "100.00,") + END).entries == ENTRIES
    assert len(refusals(whole.replace("Acme,,,,,2", "Acme,,,,,3") + END)) == 1


def test_a_quantity_that_is_none_proves_nothing_and_hides_nothing() -> None:
    text = A.replace("March,1.00", "March,1 h").replace("Acme,,,,,2.00", "Acme,,,,,9.00")
    assert flatten(text + TOTAL + END).entries == ENTRIES
    assert len(refusals(text.replace("$200.00", "$300.00") + TOTAL + END)) == 1


def test_the_running_balance_must_follow() -> None:
    wrong = A.replace("100.00,200.00", "100.00,210.00")
    assert refusals(wrong + TOTAL + END) == [
        (
            "row 4: The running balance should be 200.00 after this row. Found '210.00'. "
            "A row is missing, moved or changed. Export the report again, whole and unchanged."
        )
    ]
    assert flatten(A.replace(",100.00\n", ",\n") + TOTAL + END).entries == ENTRIES
    assert len(refusals(A.replace(",100.00\n", ",50.00\n") + TOTAL + END)) == 1


def test_a_printed_balance_of_a_total_must_be_its_amount() -> None:
    text = A.replace("Total for Acme,,,,,2.00,$200.00,", "Total Acme,,,,,2.00,200.00,200.00")
    grand = "TOTAL,,,,,2.00,200.00,200.00\n"
    assert flatten(text + grand, DESKTOP).entries == ENTRIES
    assert len(refusals(text + grand.replace("200.00\n", "100.00\n"), DESKTOP)) == 1


@pytest.mark.parametrize("cut", [3, 4, 5, 6])
def test_a_report_that_is_cut_is_refused(cut: int) -> None:
    assert refusals("".join((A + TOTAL).splitlines(keepends=True)[: cut - 1]))
    assert refusals((A + TOTAL)[: -(8 * cut)])


def test_a_report_without_its_last_line_is_refused() -> None:
    assert refusals(A + TOTAL) == [
        (
            "row 6: The report does not end with the line that says when it was made, so its end may be missing. "
            "Export the report again, whole and unchanged. Do not remove its last lines."
        )
    ]


def test_a_report_without_its_grand_total_is_refused_or_doubted() -> None:
    assert refusals(A + END) == [
        (
            "row 9: The report ends without its grand total, so its end may be missing. "
            "Export the report again, whole and unchanged."
        )
    ]
    found = flatten(A + END, replace(ONLINE, grand_total=Proof.EXPECTED))
    assert found.doubts == [
        "r.csv ends without a grand total, so its end may be missing: export the whole report again."
    ]
    assert flatten(A + TOTAL + END, replace(ONLINE, grand_total=Proof.EXPECTED)).doubts == []


def test_a_group_that_is_not_closed_refuses_the_report() -> None:
    open_group = "".join(A.splitlines(keepends=True)[:-1])
    unclosed = "The group has no total, so some of its rows may be missing. Found 'Acme'."
    assert refusals(open_group + TOTAL + END)[0].startswith(f"row 2: {unclosed}")
    inner = A.replace("Total for Acme", "Total for Site").replace("Acme", "Site") + "Other,,,,,,,\n"
    assert refusals("Acme,,,,,,,\n" + inner + "Total for Acme,,,,,2.00,200.00,\n" + TOTAL + END)[0].startswith(
        "row 7: The group has no total"
    )


def test_a_total_without_its_group_refuses_the_report() -> None:
    assert refusals(A + "Total for Best,,,,,0.00,0.00,\n" + TOTAL + END) == [
        (
            "row 6: This is the total of a group that did not begin before, so some of its rows may be missing. "
            "Found 'Total for Best'. Export the report again, whole and unchanged."
        )
    ]


def test_a_total_without_an_amount_proves_nothing() -> None:
    assert refusals(A.replace("$200.00", "") + TOTAL + END) == [
        (
            "row 5: A total has no amount, so the rows above it cannot be proved to be complete. Found 'Acme'. "
            "Export the report again, whole and unchanged."
        )
    ]


def test_a_row_that_is_nothing_refuses_the_report() -> None:
    assert refusals(A + "see below,03/01/2026,,,,,,\n" + TOTAL + END) == [
        (
            "row 6: This row is no title, group, entry or total of the report. Found 'see below'. "
            "Export the report again, whole and unchanged. Rows that were added by hand must go."
        )
    ]


def test_a_cell_beyond_the_headings_refuses_the_report() -> None:
    text = A.replace("Invoice,1,March", "Invoice,1,March, 2026")
    assert refusals(text + TOTAL + END)[0] == (
        "row 3: The row has a cell beyond the last heading, so its cells may stand in wrong columns. Found '100.00'. "
        "Export the report again, whole and unchanged."
    )


@pytest.mark.parametrize("after", [A, "Acme,,,,,,,\n", TOTAL])
def test_nothing_may_follow_the_end(after: str) -> None:
    said = "A row follows the end of the report."
    assert all(said in problem for problem in refusals(A + TOTAL + END + after))
    assert said in refusals(A + TOTAL + after + END)[0]


@pytest.mark.parametrize("text", ["", "\n\n", END, TOTAL.replace("2.00", "0.00").replace("$20", "$") + END])
def test_a_report_without_rows_is_refused(text: str) -> None:
    shape = ONLINE if FOOTER in text else DESKTOP
    assert "The report has no rows. Export it again with other dates or filters;" in refusals(text, shape)[0]


@pytest.mark.parametrize(
    "footer", [FOOTER.replace("Accrual", "Cash"), f"{FOOTER.removeprefix('Accrual Basis ')} - Cash Basis"]
)
@pytest.mark.parametrize("shape", [ONLINE, replace(ONLINE, needs_accrual=False)])
def test_cash_basis_is_refused_with_what_to_do(footer: str, shape: ReportShape) -> None:
    assert refusals(A + TOTAL + f'"{footer}"\n', shape) == [
        (
            "row 7: The report is on cash basis: it shows the part of each invoice that was paid, on the day of the "
            f"payment. Found '{footer}'. Set the accounting method of the report to accrual and export it again."
        )
    ]


def test_a_footer_that_does_not_say_its_basis_is_refused_until_somebody_does() -> None:
    text = A + TOTAL + f'" {FOOTER.removeprefix("Accrual Basis ")}"\n'
    assert refusals(text)[0].startswith("row 7: The last line does not say whether the report is on accrual or on cash")
    assert flatten(text, replace(ONLINE, needs_accrual=False)).entries == ENTRIES


@pytest.mark.parametrize(
    ("written", "amount"),
    [("-100.00", "-100.00"), ("(100.00)", "(100.00)"), ("-$100.00", "-$100.00"), ("$(100.00)", "$(100.00)")],
)
def test_amounts_below_zero_are_read_as_they_are_written(written: str, amount: str) -> None:
    text = (
        f"Acme,,,,,,,\n,03/01/2026,Credit Memo,1,,,{written},{written}\nTotal for Acme,,,,,,{written},\n"
        f"TOTAL,,,,,,{written},\n"
    )
    assert flatten(text + END).entries == [(3, "Acme", "1", amount)]
    assert refusals(text.replace(f"Acme,,,,,,{written}", "Acme,,,,,,100.00") + END)


def test_a_sign_of_another_currency_refuses_the_report() -> None:
    found = refusals(A + TOTAL + END, currency="EUR")
    assert found[0] == (
        "row 5: Its currency sign is not one of the currency it should be in. Found '$200.00'. "
        "Amounts are written such as 1,250.00, -50.00 or (50.00). If commas are decimal, name a variant for them."
    )


@pytest.mark.parametrize("bad", ["1.00,00", "ten", "1.000,00"])
def test_an_amount_that_cannot_be_read_refuses_the_report(bad: str) -> None:
    found = refusals(A.replace("1.00,100.00,100.00", f'1.00,"{bad}",100.00') + TOTAL + END)
    assert found[0].startswith(f"row 3: This is not an amount. Found '{bad}'.")


def test_an_entry_without_an_amount_counts_nothing() -> None:
    text = A.replace("Total for Acme", ",03/05/2026,Invoice,2,See annex,,,\nTotal for Acme")
    assert flatten(text + TOTAL + END).entries == [*ENTRIES, (5, "Acme", "2", "")]


def test_a_credit_above_zero_needs_a_total_that_proves_it() -> None:
    rows = ",03/01/2026,Credit Memo,1,,,100.00,\n"
    assert refusals(rows + END, LIST) == [
        (
            "row 2: A credit is written as a positive amount, and no total of the report proves that it is meant so. "
            "Found '100.00'. Export a report with totals, such as Sales by Customer Detail."
        )
    ]
    assert flatten(rows + "TOTAL,,,,,,100.00,\n" + END, LIST).entries == [(2, "", "1", "100.00")]
    assert refusals(rows + "TOTAL,,,,,,-100.00,\n" + END, LIST)
    assert flatten(rows.replace("100", "-100") + END, LIST).entries == [(2, "", "1", "-100.00")]
    grouped = f"Acme,,,,,,,\n{rows}Total for Acme,,,,,,100.00,\nTOTAL,,,,,,100.00,\n"
    assert flatten(grouped + END).entries == [(3, "Acme", "1", "100.00")]


@pytest.mark.parametrize("memo", ["Voided", "VOID: March", "void - March"])
def test_a_void_document_is_marked(memo: str) -> None:
    text = A.replace("Total for Acme", f",03/05/2026,Invoice,3,{memo},0.00,0.00,200.00\nTotal for Acme")
    assert flatten(text + TOTAL + END).entries[-1] == (5, "Acme", "3", "0.00 void")


@pytest.mark.parametrize("memo", ["Avoid", "March", ""])
def test_nothing_is_void_without_the_word_or_with_an_amount(memo: str) -> None:
    text = A.replace("Total for Acme", f",03/05/2026,Invoice,3,{memo},0.00,0.00,200.00\nTotal for Acme")
    assert flatten(text + TOTAL + END).entries[-1] == (5, "Acme", "3", "0.00")
    assert flatten(A.replace("April", "VOID: April") + TOTAL + END).entries == ENTRIES


def test_a_list_needs_no_groups_and_takes_them_as_they_come() -> None:
    rows = "".join(A.splitlines(keepends=True)[1:-1]).replace(",200.00\n", ",\n")
    expected = [(row - 1, "", number, amount) for row, _, number, amount in ENTRIES]
    assert flatten(rows + END, LIST).entries == expected
    assert flatten(rows + TOTAL + END, LIST).entries == expected
    assert [entry[2] for entry in flatten(A + TOTAL + END, LIST).entries] == ["1", "2"]


def test_a_list_without_a_column_for_names_has_no_groups() -> None:
    heading = "Date,Type,Num,Memo,Amount"
    rows = "03/01/2026,Invoice,1,,100.00\n"
    assert flatten(rows + "TOTAL,,,,100.00\n" + f'"{FOOTER}"\n', LIST, heading=heading).entries == [
        (2, "", "1", "100.00")
    ]
    assert refusals(rows + "Acme,,,,\n" + f'"{FOOTER}"\n', LIST, heading=heading)[0].startswith(
        "row 3: This row is no title"
    )
    assert refusals(rows + "Total for Acme,,,,100.00\n" + f'"{FOOTER}"\n', LIST, heading=heading)[0].startswith(
        "row 3: This is the total of a group"
    )


LEDGER = replace(
    ONLINE,
    total_words=("Total",),
    grand_total_words=("Total",),
    grand_total=Proof.EXPECTED,
    has_readable_totals=False,
    balance_row_words=("Opening Balance", "Closing Balance"),
    has_footer=False,
    needs_accrual=False,
    amount_column="(amount)",
    credit_columns=("credit",),
    debit_columns=("debit",),
)


def test_groups_may_share_the_first_column_with_entries_and_leave_totals_unread() -> None:
    text = (
        "Sales,,,,,\nOpening Balance,,,,0,900.00\n01/03/2026,Invoice,1,,,100.00\n02/03/2026,Credit,2,,40.00,\n"
        "Total Sales,,,,0,0\nClosing Balance,,,,0,\nTotal,,,,0,0\n"
    )
    found = flatten(text, LEDGER, heading="Date,Type,Num,Memo,Debit,Credit")
    assert found.entries == [(4, "Sales", "1", "100.00"), (5, "Sales", "2", "-40.00")]
    assert flatten(text.replace("Total Sales,,,,0,0", "Total Sales"), LEDGER, heading="Date,Type,Num,Memo,Debit,Credit")
    assert refusals(text.replace("Total Sales", "Total Rent"), LEDGER, heading="Date,Type,Num,Memo,Debit,Credit")[
        0
    ] == (
        "row 6: This is the total of a group that did not begin before, so some of its rows may be missing. "
        "Found 'Total Rent'. Export the report again, whole and unchanged."
    )


def test_invoices_that_are_all_debits_are_those_of_another_account() -> None:
    heading = "Date,Type,Num,Memo,Debit,Credit"
    text = "Debtors,,,,,\n01/03/2026,Invoice,1,,121.00,\n02/03/2026,Credit,2,,,40.00\nTotal Debtors,,,,0,0\n"
    assert refusals(text, LEDGER, heading=heading) == [
        (
            "row 2: The invoices of this account are all debits, as on a receivables account: they would count a "
            "second time. Found 'Debtors'. Choose only revenue accounts for the report, and export it again."
        )
    ]
    half = text.replace(",121.00,", ",,121.00").replace("Debit,", "")
    assert len(flatten(half, LEDGER, heading=heading.replace("Debit", "Other")).entries) == 2
    mixed = text.replace("02/03/2026,Credit", "02/03/2026,Invoice")
    assert len(flatten(mixed, LEDGER, heading=heading).entries) == 2


def test_the_period_line_declares_what_is_covered_up_to_the_day_of_the_export() -> None:
    titles = ("Northlight Advisory, LLC", "Sales by Customer Detail")
    assert flatten(A + TOTAL + END, titles=titles).covers is None
    whole = flatten(A + TOTAL + END, titles=(*titles, "March 1-August 31, 2026")).covers
    assert whole == (date(2026, 3, 1), date(2026, 8, 31))
    assert flatten(A + TOTAL + END, titles=(*titles, "January-December, 2026")).covers == (
        date(2026, 1, 1),
        date(2026, 9, 29),
    )
    assert flatten(A + TOTAL + END, titles=(*titles, "October-December, 2026")).covers is None
    month = flatten(A + TOTAL, replace(ONLINE, has_footer=False), ("March 2026",)).covers
    assert month == (date(2026, 3, 1), date(2026, 3, 31))


def test_amounts_without_cents_are_doubted() -> None:
    text = (A + TOTAL).replace("00.00", "00")
    (doubt,) = flatten(text + END).doubts
    assert doubt == (
        "No amount in r.csv shows cents. If the report was made without cents or divided by 1000, its amounts are not "
        "those of the invoices: export it with both options off."
    )
    assert flatten(A + TOTAL + END).doubts == []
    assert flatten(text.replace("$", "") + END, currency="JPY").doubts == []


def test_a_report_of_another_name_is_remarked() -> None:
    shape = replace(ONLINE, titles=("Sales by Customer Detail", "Sales by Client Detail"))
    assert flatten(A + TOTAL + END, shape).notes == []
    for title in ("Sales by Customer Detail", "SALES BY  CLIENT DETAIL", "Our Sales by Customer Detail"):
        assert flatten(A + TOTAL + END, shape, ("Acme Ltd", title)).notes == []
    assert flatten(A + TOTAL + END, shape, ("Acme Ltd", "Sales by Class Detail")).notes == [
        (
            "r.csv does not bear the title Sales by Customer Detail: make sure that it is that report, with its usual "
            "groups."
        )
    ]


def test_typed_cells_count_by_their_value_whatever_they_look_like() -> None:
    def typed(row: CellRow) -> CellRow:
        cells: list[Cell] = [
            Decimal(text.strip("$").removesuffix(".00")) if re.fullmatch(r"\$?[0-9]+\.00", text) else text
            for text in map(str, row.cells)
        ]
        if cells[1:] and cells[1]:
            cells[1] = date(2026, 3, 1)
        return CellRow(row.row, tuple(cells))

    rows = [typed(row) for row in rows_of(A + TOTAL + END)]
    found = flatten(rows)
    assert found.entries == [(3, "Acme", "1", "100"), (4, "Acme", "2", "100")]
    assert found.doubts == []  # a typed number does not show how it was printed
    rows[2] = CellRow(rows[2].row, (*rows[2].cells[:6], Decimal("100.01"), rows[2].cells[7]))
    assert refusals(rows)[0].startswith("row 4: The running balance should be 200.01 after this row.")
    rows[2] = CellRow(rows[2].row, (*rows[2].cells[:6], date(2026, 3, 1), rows[2].cells[7]))
    assert refusals(rows) == [
        (
            "row 4: This is a date. Found '2026-03-01'. Amounts are written such as 1,250.00, -50.00 or (50.00). "
            "If commas are decimal, name a variant for them."
        )
    ]


def test_of_many_faults_the_first_are_listed() -> None:
    assert len(refusals("x,1,,,,,,\n" * 200)) == LISTED_PROBLEMS
