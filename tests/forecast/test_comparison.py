"""What is agreed next, what a template will bill and what was billed last: figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from billcheck import compare_templates, load_contracts
from billcheck.forecast.shapes import CONCERNS, Weight
from billcheck.ledger.template import Template, TemplateLine
from tests.acceptance import half_rate
from tests.history.ledgers import bill
from tests.history.test_drafts import half_rate_lines
from tests.history.test_templates import live

if TYPE_CHECKING:
    from billcheck import Line
    from billcheck.forecast.shapes import Forecast

LINES = [replace(line, template="T-1") for line in half_rate_lines()]
RIGHT = [replace(line, amount=Decimal("2400.00")) for line in LINES]
HALF = Template(
    id="T-1",
    status="active",
    makes="approved",
    customer=half_rate.CUSTOMER,
    currency="EUR",
    every="month",
    excl_tax=Decimal("1200.00"),
    lines=(TemplateLine(amount=Decimal("1200.00"), description="Website care [Month Year]"),),
    digest="0" * 64,
    next_date=date(2026, 9, 30),
)


def priced(amount: str, **fields: Any) -> Template:
    line = replace(HALF.lines[0], amount=Decimal(amount))
    return replace(HALF, lines=(line,), excl_tax=line.amount, **fields)


def compared(
    *templates: Template,
    lines: list[Line] = LINES,
    contract: str = half_rate.CONTRACT_TOML,
    as_of: date = half_rate.AS_OF,
) -> Forecast:
    Path("contracts.toml").write_text(contract, encoding="utf-8")
    return compare_templates(load_contracts("contracts.toml"), live(lines, *templates), as_of=as_of)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def kinds(forecast: Forecast) -> list[tuple[str, Weight]]:
    return [(concern.kind, concern.weight) for concern in forecast.concerns]


def test_the_next_invoice_of_the_half_rate_will_be_wrong_too() -> None:
    forecast = compared(HALF)
    (one,) = forecast.next_invoices
    assert (one.contract, one.charges, one.currency) == ("C-117", ("Website care",), "EUR")
    assert (one.first_day, one.last_day, one.due_on) == (date(2026, 9, 1), date(2026, 9, 30), date(2026, 9, 30))
    assert (one.expected, one.planned, one.on) == (Decimal("2400.00"), Decimal("1200.00"), date(2026, 9, 30))
    assert [(last.document, last.amount_minor) for last in one.last] == [(f"INV-{n}", 120_000) for n in range(3, 9)]
    (concern,) = one.concerns
    assert concern.sentence == (
        "The next invoice will be wrong too: on 2026-09-30 template T-1 will bill 1,200.00 EUR for 2026-09, where "
        "2,400.00 EUR is agreed. That is 1,200.00 EUR too little."
    )
    assert concern.amount_minor == 120_000
    assert forecast.exit_code == 1


def test_a_template_at_the_agreed_price_is_right_whatever_was_billed_before() -> None:
    forecast = compared(priced("2400.00"))
    assert forecast.concerns == ()
    assert forecast.next_invoices[0].planned == Decimal("2400.00")
    assert (forecast.verdict, forecast.exit_code) == (None, 0)


def test_too_much_is_wrong_without_a_too_where_all_was_right() -> None:
    forecast = compared(priced("2500.00", next_date=date(2026, 3, 31)), lines=LINES[:2], as_of=date(2026, 3, 2))
    (concern,) = forecast.concerns
    assert concern.sentence.startswith("The next invoice will be wrong: on 2026-03-31 template T-1 will bill 2,500.00")
    assert concern.sentence.endswith("That is 100.00 EUR too much.")
    assert concern.amount_minor == -10_000


def test_two_templates_that_make_up_the_price_together_are_right() -> None:
    assert compared(HALF, replace(HALF, id="T-2")).exit_code == 0
    double = compared(priced("2400.00"), priced("2400.00", id="T-2"), lines=RIGHT)
    assert kinds(double) == [("wrong_amount", Weight.WRONG)]
    assert double.concerns[0].amount_minor == -240_000
    lower = compared(HALF, priced("1500.00", id="T-2"), lines=RIGHT)
    assert "template T-1 and template T-2 will bill 2,700.00 EUR for 2026-09" in lower.concerns[0].sentence


def test_what_is_billed_already_for_the_period_counts() -> None:
    early = [*RIGHT, bill(9, "2026-09-02", "2400.00", "Website care September 2026", customer=half_rate.CUSTOMER)]
    forecast = compared(priced("2400.00"), lines=early)
    assert kinds(forecast) == [("wrong_amount", Weight.WRONG)]
    assert forecast.concerns[0].sentence == (
        "The next invoice will be wrong: on 2026-09-30 template T-1 will bill 2,400.00 EUR for 2026-09, where "
        "2,400.00 EUR is agreed and 2,400.00 EUR is billed already. That is 2,400.00 EUR too much."
    )
    # Where two months are short of exactly that, nobody can tell.
    early = [*LINES, early[-1]]
    assert kinds(compared(priced("2400.00"), lines=early)) == [("out_of_turn", Weight.OPEN)] * 2


def test_how_often_counts_as_well_as_how_much() -> None:
    forecast = compared(priced("2400.00", every="quarter"))
    assert kinds(forecast) == [("wrong_cadence", Weight.WRONG)]
    assert forecast.concerns[0].sentence == "The template T-1 bills every quarter, and agreed is every month."


def test_a_period_before_the_next_date_is_skipped() -> None:
    forecast = compared(priced("2400.00", next_date=date(2026, 10, 31)))
    assert kinds(forecast) == [("period_skipped", Weight.WRONG)]
    assert forecast.concerns[0].sentence == (
        "Nothing will bill 2026-09: 2,400.00 EUR, due on 2026-09-30, and the next date of its template is 2026-10-31."
    )


@pytest.mark.parametrize(("status", "said"), [("paused", "is paused."), ("ended", "has ended.")])
def test_a_template_that_makes_nothing_any_more(status: Any, said: str) -> None:
    forecast = compared(priced("2400.00", status=status))
    assert kinds(forecast) == [("template_stopped", Weight.WRONG)]
    assert forecast.concerns[0].sentence == (
        f"Nothing will bill 2026-09 (2,400.00 EUR, due on 2026-09-30) by itself: the template T-1 {said}"
    )


def test_a_template_that_is_gone_or_bills_somebody_else() -> None:
    stranger = priced("2400.00", customer="Merged BV")
    forecast = compared(stranger)
    assert kinds(forecast) == [("other_customer", Weight.WRONG), ("no_contract", Weight.REMARK)]
    assert (
        "bills Merged BV, and what it bills does not belong to this charge any more." in forecast.concerns[0].sentence
    )
    assert forecast.concerns[1].sentence == (
        "On 2026-09-30 the template T-1 will bill 2,400.00 EUR to Merged BV, with whom there is no contract."
    )
    forecast = compared(replace(stranger, id="T-8"))
    assert kinds(forecast)[0] == ("template_stopped", Weight.WRONG)
    assert "template t-1, which made the last invoice, is gone." in forecast.concerns[0].sentence


def test_a_charge_without_a_template_is_a_remark() -> None:
    by_hand = [replace(line, template="") for line in LINES]
    forecast = compared(priced("5.00", customer="Beta"), lines=by_hand)
    assert kinds(forecast) == [("no_template", Weight.REMARK), ("no_contract", Weight.REMARK)]
    assert forecast.exit_code == 0


def test_drafts_and_reminders_need_a_person() -> None:
    waiting = [*LINES, bill(9, "2026-08-31", "1200.00", "Website care August 2026", customer=half_rate.CUSTOMER,
                            status="draft")]  # fmt: skip
    forecast = compared(priced("2400.00", makes="draft"), lines=waiting)
    assert [kind for kind, _ in kinds(forecast)] == ["drafts_only", "not_approved"]
    assert forecast.concerns[1].sentence == "Drafts of 1,200.00 EUR wait for approval: 2026-08."
    forecast = compared(priced("2400.00", makes="reminder"))
    assert "only reminds somebody" in forecast.concerns[0].sentence
    assert forecast.exit_code == 0


def test_what_cannot_be_told_is_open() -> None:
    forecast = compared(priced("2400.00", next_date=None))
    assert kinds(forecast) == [("no_date", Weight.OPEN)]
    forecast = compared(priced("2400.00", next_date=date(2026, 8, 31)), lines=LINES[:7])
    assert ("date_passed", Weight.OPEN) in kinds(forecast)
    forecast = compared()
    assert (forecast.concerns, forecast.verdict, forecast.exit_code) == ((), Weight.OPEN, 3)


def test_a_template_outside_the_term_is_wrong() -> None:
    ended = half_rate.CONTRACT_TOML.replace("2027-12-31", "2026-08-31")
    forecast = compared(priced("777.00"), contract=ended)
    assert kinds(forecast) == [("after_the_end", Weight.WRONG)]
    assert forecast.concerns[0].sentence.startswith(
        "On 2026-09-30 the template T-1 will bill 777.00 EUR to Hartwell Interieur, and that is outside the term."
    )
    forecast = compared(HALF, contract=ended)  # exactly what August is short of
    assert kinds(forecast) == [("out_of_turn", Weight.OPEN)]
    assert "would be taken for 2026-08, due on 2026-08-31, and that is not" in forecast.concerns[0].sentence


def test_lines_that_fit_no_charge_or_several() -> None:
    two = half_rate.CONTRACT_TOML.replace(
        'invoice_day = "period_end"\n', 'invoice_day = "period_end"\nmatching = { items = ["CARE"] }\n'
    )
    other = replace(HALF, id="T-3", lines=(TemplateLine(amount=Decimal("7.00"), description="Parking", item="PARK"),))
    forecast = compared(priced("2400.00"), other, contract=two)
    assert kinds(forecast) == [("no_contract", Weight.REMARK)]
    assert forecast.unclaimed[0].amount_minor == 700
    assert forecast.concerns[0].sentence.endswith("and no charge of the contract fits it.")


def test_every_concern_that_is_raised_is_in_the_list() -> None:
    raised = set()
    for templates in ((HALF,), (priced("2400.00", every="quarter"),), (priced("2400.00", status="paused"),)):
        raised |= {concern.kind for concern in compared(*templates).concerns}
    assert raised <= set(CONCERNS)


def test_each_customer_of_a_day_is_judged_alone() -> None:
    beta = half_rate.CONTRACT_TOML.replace("C-117", "C-118").replace(half_rate.CUSTOMER, "Beta")
    lines = [*LINES, *(replace(line, customer="Beta", document=f"B-{line.document}") for line in RIGHT)]
    templates = (HALF, priced("2400.00", id="T-2", customer="Beta"))
    forecast = compared(*templates, lines=lines, contract=half_rate.CONTRACT_TOML + beta)
    assert [(one.contract, one.is_wrong) for one in forecast.next_invoices] == [("C-117", True), ("C-118", False)]


def test_charges_that_only_their_sum_tells_are_judged_together() -> None:
    # 60.00 and 40.00 in one line of 100.00 a month; the template bills 95.00.
    contract = """
[[contract]]
id = "C-1"
customer = "Acme"
currency = "EUR"
start = 2026-01-01
charge = [
    { name = "Basic", model = "flat", amount = "60.00", every = "month", timing = "in_advance" },
    { name = "Extra", model = "flat", amount = "40.00", every = "month", timing = "in_advance" },
]
"""
    lines = [bill(n, f"2026-0{n}-01", "100.00", "Monthly services") for n in range(1, 5)]
    one = replace(HALF.lines[0], amount=Decimal("95.00"), description="Monthly services")
    template = replace(HALF, customer="Acme", lines=(one,), excl_tax=one.amount, next_date=date(2026, 5, 1))
    forecast = compared(template, lines=lines, contract=contract, as_of=date(2026, 4, 20))
    assert forecast.exit_code in {1, 3}
    right = replace(one, amount=Decimal("100.00"))
    right_one = replace(template, lines=(right,), excl_tax=right.amount)
    assert compared(right_one, lines=lines, contract=contract, as_of=date(2026, 4, 20)).exit_code == 0


def test_a_line_that_gives_something_back_lowers_its_own_template() -> None:
    lines = (
        TemplateLine(amount=Decimal("2500.00"), description="Website care"),
        TemplateLine(amount=Decimal("-100.00"), description="Website care, loyal client"),
    )
    forecast = compared(replace(HALF, lines=lines, excl_tax=Decimal("2400.00")), lines=RIGHT)
    assert forecast.next_invoices[0].planned == Decimal("2400.00")
    assert forecast.exit_code == 0


def test_a_yearly_template_beside_a_monthly_one() -> None:
    yearly = (
        half_rate.CONTRACT_TOML.replace("2027-12-31", "2029-05-31")
        + """
[[contract.charge]]
name = "Domain"
model = "flat"
amount = "30.00"
every = "year"
timing = "in_advance"
start = 2026-06-01
matching = { items = ["DOMAIN"] }
"""
    )
    domain = TemplateLine(amount=Decimal("30.00"), description="Domain", item="DOMAIN")
    far = replace(HALF, id="T-2", every="year", lines=(domain,), excl_tax=domain.amount, next_date=date(2027, 6, 1))
    lines = [*RIGHT, bill(20, "2026-06-01", "30.00", "Domain", customer=half_rate.CUSTOMER, item="DOMAIN")]
    forecast = compared(priced("2400.00"), far, lines=lines, contract=yearly)
    assert forecast.concerns == ()
    assert [(one.planned, one.on) for one in forecast.next_invoices] == [
        (Decimal("2400.00"), date(2026, 9, 30)),
        (Decimal("30.00"), date(2027, 6, 1)),
    ]


def test_usage_that_is_not_known_yet_is_open() -> None:
    metered = half_rate.CONTRACT_TOML.replace(
        'model = "flat"\namount = "2400.00"',
        'model = "per_unit"\nunit_amount = "2.00"\nmetered = true\nquantity_basis = "sum"',
    )
    forecast = compared(HALF, contract=metered)
    assert ("not_known", Weight.OPEN) in kinds(forecast)
    assert forecast.exit_code == 3
