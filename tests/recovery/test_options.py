from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck.errors import InternalError
from billcheck.findings import ContractRows, Residue, Status
from billcheck.money import tax_on
from billcheck.recovery.choices_page import to_lines
from billcheck.recovery.options import CustomerOptions, make_options
from billcheck.report.page import plain
from tests.report.stories import half_rate, half_rate_contract, make_contract, make_report, make_row, many

if TYPE_CHECKING:
    from billcheck.findings import PeriodRow
    from billcheck.ledger.draft import DraftDocument
    from billcheck.report.report import Report

MONTHS = ["2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08"]


def only(report: Report) -> CustomerOptions:
    (options,) = make_options(report)
    return options


def figures(document: DraftDocument) -> tuple[str, str, int, int, int]:
    return (
        str(document.issue_date),
        str(document.due_date),
        document.excl_tax_minor,
        document.tax_minor,
        document.incl_tax_minor,
    )


def test_next_invoice_of_the_story_to_the_cent() -> None:
    options = only(half_rate())
    choice = options.choices[0]
    assert choice.how == "next_invoice"
    (document,) = choice.documents
    assert figures(document) == ("2026-09-30", "2026-10-30", 960_000, 201_600, 1_161_600)
    assert [(str(line.first_day)[:7], line.is_arrears, line.amount_minor) for line in document.lines] == [
        ("2026-09", False, 240_000),
        *((month, True, 120_000) for month in MONTHS),
    ]
    assert [tuple(reference.number for reference in line.references) for line in document.lines] == [
        (),
        *((f"INV-2026-{number:03}",) for number in range(3, 9)),
    ]


def test_separate_invoice_of_the_story_to_the_cent() -> None:
    options = only(half_rate())
    choice = options.choices[1]
    assert choice.how == "separate_invoice"
    supplementary, september = choice.documents
    assert figures(supplementary) == ("2026-09-08", "2026-10-08", 720_000, 151_200, 871_200)
    assert len(supplementary.lines) == 6
    assert figures(september) == ("2026-09-30", "2026-10-30", 240_000, 50_400, 290_400)
    assert choice.incl_tax_minor == 1_161_600
    assert options.separate == supplementary


def test_both_choices_ask_for_the_same_in_the_story() -> None:
    options = only(half_rate())
    assert options.choices[0].incl_tax_minor == options.choices[1].incl_tax_minor
    assert (options.customer, options.currency, options.contracts) == ("Hartwell Interieur", "EUR", ("C-117",))
    assert options.arrears_minor == 720_000
    assert (options.credited_minor, options.overbilled_minor, options.awaiting_minor) == (0, 0, 0)


def test_the_date_of_the_separate_invoice_can_be_given() -> None:
    (options,) = make_options(half_rate(), document_date=date(2026, 9, 15))
    assert options.separate is not None
    assert (options.separate.issue_date, options.separate.due_date) == (date(2026, 9, 15), date(2026, 10, 15))


def test_nothing_in_arrears_gives_no_options() -> None:
    contract = make_contract()
    rows = (
        make_row(contract, "2026-01", 100, 100, Status.OK),
        make_row(contract, "2026-02", 100, 150, Status.OVERBILLED),
        make_row(contract, "2026-03", 100, 0, Status.AWAITING),
        make_row(contract, "2026-04", 100, 0, Status.INCONCLUSIVE),
    )
    assert make_options(make_report([ContractRows(contract, rows)])) == ()


def test_an_ended_contract_offers_the_separate_invoice_alone() -> None:
    item = half_rate_contract()
    options = only(make_report([ContractRows(item.contract, item.rows[:-1])]))
    (choice,) = options.choices
    assert choice.how == "separate_invoice"
    (document,) = choice.documents
    assert figures(document) == ("2026-09-08", "2026-10-08", 720_000, 151_200, 871_200)


def with_rows(*rows: PeriodRow) -> Report:
    """The story's contract with more rows."""
    item = half_rate_contract()
    return make_report([ContractRows(item.contract, (*item.rows, *rows))])


@pytest.mark.parametrize(
    "status", [Status.AWAITING, Status.INCONCLUSIVE, Status.OVERBILLED, Status.DECIDED, Status.BILLED_AHEAD]
)
def test_rows_that_are_not_arrears_are_never_asked_for(status: Status) -> None:
    contract = make_contract()
    billed = 30_000 if status is Status.OVERBILLED else 0
    options = only(with_rows(make_row(contract, "2026-02", 10_000, billed, status, charge="Extra")))
    assert [choice.incl_tax_minor for choice in options.choices] == [1_161_600, 1_161_600]
    assert all(line.charges != ("Extra",) for choice in options.choices for line in choice.documents[0].lines)
    assert options.overbilled_minor == (20_000 if status is Status.OVERBILLED else 0)
    assert options.awaiting_minor == (10_000 if status is Status.AWAITING else 0)
    assert options.inconclusive_rows == (status is Status.INCONCLUSIVE)


def test_an_amount_of_the_next_invoice_that_is_not_known_is_said() -> None:
    row = replace(make_row(make_contract(), "2026-09", 0, 0, Status.NOT_DUE, charge="Extra"), is_known=False)
    options = only(with_rows(row))
    assert options.unknown_rows == 1
    assert "What 1 charge will come to is not known yet: it is on top of the next invoice." in plain(to_lines(options))


def test_rows_with_a_credit_wait_for_a_decision() -> None:
    contract = make_contract()
    credited = make_row(contract, "2026-02", 10_000, 4_000, Status.UNDERBILLED, charge="Extra", credited_minor=5_000)
    options = only(with_rows(credited))
    assert options.arrears_minor == 726_000
    assert options.credited_minor == 6_000
    assert options.separate is not None
    assert options.separate.excl_tax_minor == 720_000


def test_a_customer_with_nothing_but_credited_rows_gets_no_choice() -> None:
    contract = make_contract()
    row = make_row(contract, "2026-02", 10_000, 0, Status.UNDERBILLED, credited_minor=10_000)
    options = only(make_report([ContractRows(contract, (row,))]))
    assert options.choices == ()
    assert options.separate is None
    assert (options.arrears_minor, options.credited_minor) == (10_000, 10_000)


def test_a_missing_period_has_no_reference() -> None:
    contract = make_contract()
    row = make_row(contract, "2026-02", 10_000, 0, Status.MISSING)
    options = only(make_report([ContractRows(contract, (row,))]))
    assert options.separate is not None
    assert options.separate.lines[0].references == ()


def test_tax_is_rounded_once_per_percent_and_document() -> None:
    # 3 x 0.33 at 21 % is 0.2079, so 0.21; line by line it would be 3 x 0.07 = 0.21 and at 9 % 0.0891, so 0.09.
    contract = make_contract()
    rows = [make_row(contract, month, 33, 0, Status.MISSING) for month in MONTHS[:3]]
    rows += [make_row(contract, month, 33, 0, Status.MISSING, tax_percent=Decimal(9)) for month in MONTHS[3:]]
    rows.append(make_row(contract, "2026-02", 50, 0, Status.MISSING, tax_percent=None))
    options = only(make_report([ContractRows(contract, tuple(rows))]))
    assert options.separate is not None
    groups = [(group.percent, group.excl_tax_minor, group.tax_minor) for group in options.separate.tax_groups]
    assert groups == [(Decimal(9), 99, 9), (Decimal(21), 99, 21), (None, 50, 0)]
    assert options.separate.incl_tax_minor == 99 + 9 + 99 + 21 + 50


def test_an_amount_whose_tax_depends_on_where_it_is_rounded() -> None:
    # 2 x 0.02 at 21 %: once is 0.0084, so 0.01; line by line it would be 2 x 0.00.
    contract = make_contract()
    rows = tuple(make_row(contract, month, 2, 0, Status.MISSING) for month in MONTHS[:2])
    options = only(make_report([ContractRows(contract, rows)]))
    assert options.separate is not None
    assert options.separate.tax_minor == 1


def test_the_next_invoice_takes_every_charge_of_the_customer_due_first() -> None:
    first, second = make_contract("C-1"), make_contract("C-2", "HARTWELL  interieur", payment_days=60)
    items = [
        ContractRows(
            first,
            (
                make_row(first, "2026-02", 100, 0, Status.MISSING),
                make_row(first, "2026-10", 7, 0, Status.NOT_DUE),
                make_row(first, "2026-09", 200, 0, Status.NOT_DUE, charge="Seats"),
            ),
        ),
        ContractRows(second, (make_row(second, "2026-09", 300, 0, Status.NOT_DUE),)),
    ]
    options = only(make_report(items))
    assert options.contracts == ("C-1", "C-2")
    supplementary, regular = options.choices[1].documents
    assert [line.amount_minor for line in regular.lines] == [200, 300]
    assert regular.due_date == date(2026, 9, 30) + timedelta(days=60)
    assert supplementary.due_date == date(2026, 9, 8) + timedelta(days=30)


def test_a_period_that_costs_nothing_makes_no_next_invoice() -> None:
    contract = make_contract()
    rows = (
        make_row(contract, "2026-02", 100, 0, Status.MISSING),
        make_row(contract, "2026-09", 0, 0, Status.NOT_DUE),
        make_row(contract, "2026-10", 300, 0, Status.NOT_DUE),
    )
    options = only(make_report([ContractRows(contract, rows)]))
    assert options.choices[0].documents[0].issue_date == date(2026, 10, 31)


def test_a_lowered_price_is_part_of_the_next_invoice() -> None:
    contract = make_contract()
    rows = (
        make_row(contract, "2026-02", 100, 0, Status.MISSING),
        make_row(contract, "2026-09", 300, 0, Status.NOT_DUE),
        make_row(contract, "2026-09", -40, 0, Status.NOT_DUE, charge="Seats", is_change=True),
    )
    options = only(make_report([ContractRows(contract, rows)]))
    assert options.choices[1].documents[1].excl_tax_minor == 260


def test_a_day_that_comes_to_a_refund_makes_no_next_invoice() -> None:
    contract = make_contract()
    rows = (
        make_row(contract, "2026-02", 100, 0, Status.MISSING),
        make_row(contract, "2026-09", -40, 0, Status.NOT_DUE, is_change=True),
    )
    assert len(only(make_report([ContractRows(contract, rows)])).choices) == 1


def test_without_payment_terms_there_is_no_due_date() -> None:
    contract = make_contract(payment_days=None)
    rows = (make_row(contract, "2026-02", 100, 0, Status.MISSING),)
    options = only(make_report([ContractRows(contract, rows)]))
    assert options.separate is not None
    assert options.separate.due_date is None


def test_currencies_of_one_customer_stay_apart() -> None:
    euro, yen = make_contract("C-1"), make_contract("C-2", currency="JPY", tax_percent="10")
    items = [
        ContractRows(euro, (make_row(euro, "2026-02", 100, 0, Status.MISSING),)),
        ContractRows(yen, (make_row(yen, "2026-02", 5_005, 0, Status.MISSING),)),
    ]
    options = make_options(make_report(items))
    assert [(entry.currency, entry.arrears_minor) for entry in options] == [("EUR", 100), ("JPY", 5_005)]
    assert options[1].separate is not None
    assert options[1].separate.incl_tax_minor == 5_506


def test_lines_of_the_customer_that_went_to_no_period_are_counted() -> None:
    def residue(customer: str, contract: str | None) -> Residue:
        return Residue(
            "unmatched", "D", 1, date(2026, 5, 5), customer, contract, "EUR", 5, "a.csv", 9, "no charge fits"
        )

    found = [residue("hartwell interieur", None), residue("An alias", "C-117"), residue("Somebody else", "C-9")]
    assert only(make_report([half_rate_contract()], residue=found)).unallocated_lines == 2


def test_only_the_customers_of_the_named_contracts() -> None:
    report = make_report(many(5, leaking=4))
    options = make_options(report, contracts={"C-0001", "C-0003"})
    assert [entry.customer for entry in options] == ["Customer 0001", "Customer 0003"]


def test_options_that_do_not_make_up_the_arrears_are_an_internal_error() -> None:
    report = half_rate()
    wrong = replace(report.totals[0], arrears=720_001)
    with pytest.raises(InternalError, match="add up to the report's"):
        make_options(replace(report, totals=(wrong,)))
    with pytest.raises(InternalError):
        make_options(replace(report, found=()))


percents = st.sampled_from([None, Decimal(0), Decimal(9), Decimal("7.7"), Decimal(21)])
statuses = st.sampled_from([Status.UNDERBILLED, Status.MISSING, Status.NOT_DUE, Status.AWAITING, Status.INCONCLUSIVE])


@settings(max_examples=120)
@given(st.lists(st.tuples(statuses, st.integers(1, 10**8), st.integers(0, 3), percents), min_size=1, max_size=12))
def test_whatever_the_rows_the_choices_ask_for_the_arrears_and_no_more(
    drawn: list[tuple[Status, int, int, Decimal | None]],
) -> None:
    contract = make_contract()
    rows = tuple(
        make_row(
            contract,
            f"2026-{month + 1:02}",
            amount,
            0,
            status,
            tax_percent=percent,
            credited_minor=1 if is_credited == 3 and status in {Status.UNDERBILLED, Status.MISSING} else 0,
        )
        for month, (status, amount, is_credited, percent) in enumerate(drawn)
    )
    report = make_report([ContractRows(contract, rows)])
    for options in make_options(report):
        claimed = [row for row in rows if row.status in {"underbilled", "missing"} and not row.credited_minor]
        assert options.arrears_minor - options.credited_minor == sum(row.expected_minor for row in claimed)
        for choice in options.choices:
            lines = [line for document in choice.documents for line in document.lines]
            assert [line.row for line in lines if line.is_arrears] == [row.id for row in claimed]
            for document in choice.documents:
                used = {line.tax_percent for line in document.lines} - {None}
                sums = {
                    percent: sum(line.amount_minor for line in document.lines if line.tax_percent == percent)
                    for percent in used
                }
                assert document.tax_minor == sum(tax_on(amount, percent) for percent, amount in sums.items() if percent)
        excl_tax = {sum(document.excl_tax_minor for document in choice.documents) for choice in options.choices}
        assert len(excl_tax) <= 1
