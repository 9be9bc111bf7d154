"""A case is opened only once nothing about the customer is open; every reason is told at once, with what settles it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.errors import InputError, OpeningRefusedError, ReportRefusedError
from billcheck.recovery.events import Override, StatedCause
from billcheck.recovery.opening import open_case
from tests.acceptance import half_rate
from tests.recovery.cases import STORY_CAUSE, checked, made_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from billcheck.recovery.case import Case

AS_OF = half_rate.AS_OF
COLUMNS = (
    "document,kind,status,issue_date,customer,description,amount,tax,currency,period_first_day,period_last_day,item,"
    "credits_document"
)


def contract(name: str = "C-1", customer: str = "Acme BV", *, more: str = "", charges: str = "") -> str:
    return f"""\
[[contract]]
id = "{name}"
customer = "{customer}"
currency = "EUR"
start = 2026-05-01
last_day = 2026-12-31
tax = {{ percent = "21" }}
{more}
{charges or CHARGE}
"""


CHARGE = """\
[[contract.charge]]
name = "Care"
model = "flat"
amount = "100.00"
every = "month"
timing = "in_arrears"
invoice_day = "period_end"
"""
MONTHS = {"05": "31", "06": "30", "07": "31", "08": "31"}


def ledger(*lines: str, amounts: str = "50.00 100.00 100.00 100.00", customer: str = "Acme BV") -> str:
    """Four months, the first of them half billed, and further lines."""
    billed = [
        f"F-{month},invoice,approved,2026-{month}-{day},{customer},Care,{amount},,EUR,2026-{month}-01,2026-{month}-{day},,"
        for (month, day), amount in zip(MONTHS.items(), amounts.split(), strict=True)
    ]
    return "\n".join([COLUMNS, *billed, *lines]) + "\n"


def case_of(lines: str, contracts: str = "", overrides: tuple[Override, ...] = ()) -> Case:
    return made_case(contracts or contract(), lines, customer="Acme BV", overrides=overrides)


def refusal(make: Callable[[], object], kind: type[InputError] = OpeningRefusedError) -> str:
    with pytest.raises(kind) as caught:
        make()
    return str(caught.value)


def test_nothing_open_and_a_case_is_there() -> None:
    assert case_of(ledger()).arrears.arrears_minor == 5_000


QUARTERLY = CHARGE.replace("Care", "Hosting").replace('"month"', '"quarter"').replace("100.00", "70.00")
BY_ITEM = CHARGE + 'matching = { items = ["CARE"] }\n'
UNCLEAR = "F-X,invoice,approved,2026-08-15,Acme BV,Something,55.00,,EUR,,,,"
UNREADABLE = "F-Y,invoice,approved,2026-08-15,Acme BV,Care,many,,EUR,,,,"
CREDIT = "CN-1,credit_note,approved,2026-08-20,Acme BV,Credit,-40.00,,EUR,,,,F-07"
DRAFT = "F-D,invoice,draft,2026-05-31,Acme BV,Care,50.00,,EUR,2026-05-01,2026-05-31,,"
LAPTOP = "F-Z,invoice,approved,2026-08-15,Acme BV,A laptop,999.00,,EUR,,,HW,"

QUESTIONS = {
    "ambiguous": (
        ledger(UNCLEAR),
        contract(charges=CHARGE + QUARTERLY),
        (
            "Lines that fit several charges may bill what is in arrears. F-X line 1, 55.00 EUR: several charges fit "
            "the line "
            "and nothing tells them apart. Give the charges codes of their own, or confirm which charge each line "
            "belongs to "
            "(billcheck decide). To pass it by: --override ambiguous=REASON."
        ),
    ),
    "residue": (
        ledger(LAPTOP),
        contract(charges=BY_ITEM),
        (
            "Amounts billed to this customer went to no period, and may bill what is in arrears. F-Z line 1, 999.00 "
            "EUR: no "
            "charge of this customer fits the line."
        ),
    ),
    "credited": (
        ledger(CREDIT),
        "",
        (
            "Periods were credited and not billed again, and nobody said whether they are still owed. C-1 Care "
            "2026-07-01 to "
            "2026-07-31, 40.00 EUR. Bill them again"
        ),
    ),
    "overbilled": (
        ledger(amounts="50.00 100.00 130.00 100.00"),
        "",
        (
            "Periods were billed too much, which is owed back to this customer. C-1 Care 2026-07-01 to 2026-07-31, "
            "30.00 EUR. "
            "Credit the excess"
        ),
    ),
    "refused": (
        ledger(UNREADABLE),
        "",
        "Rows of the ledger that may be of this customer could not be read. ",
    ),
    "not_judged": (
        ledger(),
        contract().replace("2026-05-01", "2026-04-01"),
        "Periods of this customer could not be judged. 1 period: The invoice may lie before the ledger begins",
    ),
    "never_billed": (
        ledger(),
        contract() + contract("C-2").replace("Care", "Other"),
        "The ledger holds no line at all for a contract of this customer. ",
    ),
    "tax_mismatch": (
        ledger().replace("50.00,,EUR", "50.00,3.00,EUR"),
        "",
        (
            "Periods in arrears were billed at another tax than was agreed. Acme BV, Care, invoiced 2026-05-31: "
            "50.00 EUR was "
            "billed at 6% tax, 21% was agreed: the tax is 7.50 EUR short. Correct tax in the contract"
        ),
    ),
    "drafted": (
        ledger(DRAFT),
        "",
        (
            "Unapproved drafts in the ledger would bill what is in arrears, so that it might be billed twice. C-1 Care "
            "2026-05-01 to 2026-05-31, 50.00 EUR. Approve or delete"
        ),
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_safeguard_from_a_ledger_with_what_settles_it(name: str) -> None:
    lines, contracts, said = QUESTIONS[name]
    text = refusal(lambda: case_of(lines, contracts))
    assert f"  {name} (Acme BV): {said}" in text
    assert f"To pass it by: --override {name}=REASON." in text


@pytest.mark.parametrize("name", [name for name in QUESTIONS if name != "not_judged"])
def test_every_safeguard_can_be_passed_by_for_a_reason(name: str) -> None:
    lines, contracts, _ = QUESTIONS[name]
    asked = [line.split()[0] for line in refusal(lambda: case_of(lines, contracts)).splitlines()[1:]]
    overrides = tuple(Override(safeguard=each, reason=f"Looked into {each}.") for each in asked)
    assert case_of(lines, contracts, overrides).overrides == overrides


def test_a_ledger_that_may_not_be_whole_is_a_question() -> None:
    data = json.loads(checked(contract(), ledger(), AS_OF).report)
    data["shortcomings"] = ["The ledger adds up to 350.00 EUR, the general ledger to 400.00 EUR: find the rest."]
    text = refusal(lambda: opened(json.dumps(data)))
    assert "  incomplete (Acme BV): The ledger may not hold all it should. The ledger adds up to 350.00 EUR" in text


def opened(report: str, **more: Any) -> Case:
    values: dict[str, Any] = {"customer": "Acme BV", "cause": STORY_CAUSE, "on": AS_OF}
    return open_case(report, **{**values, **more})


def test_all_reasons_are_told_at_once() -> None:
    text = refusal(lambda: case_of(ledger(LAPTOP, UNREADABLE, CREDIT, DRAFT), contract(charges=BY_ITEM)))
    names = [line.split()[0] for line in text.splitlines()[1:]]
    assert text.startswith("No case was opened (")
    assert {"residue", "refused"} <= set(names)
    assert names == [name for name in ORDER if name in names]


ORDER = [
    "ambiguous", "residue", "credited", "overbilled", "refused", "not_judged", "incomplete", "never_billed",
    "tax_mismatch", "drafted",
]  # fmt: skip


def test_of_many_lines_three_are_shown_and_the_rest_is_counted() -> None:
    lines = [LAPTOP.replace("F-Z", f"F-Z{number}") for number in range(5)]
    text = refusal(lambda: case_of(ledger(*lines), contract(charges=BY_ITEM)))
    assert text.count("999.00 EUR") == 3
    assert "; and 2 more." in text


def test_what_is_open_about_another_customer_is_no_question_about_this_one() -> None:
    other = contract("C-9", "Other BV", charges=CHARGE + QUARTERLY)
    lines = ledger(
        *(
            line.replace("Acme BV", "Other BV").replace("F-0", "G-0")
            for line in ledger(UNCLEAR, UNREADABLE, CREDIT.replace("F-07", "G-07"), DRAFT).splitlines()[1:]
        )
    )
    case = case_of(lines, contract() + other)
    assert case.arrears.arrears_minor == 5_000
    with pytest.raises(OpeningRefusedError):
        made_case(contract() + other, lines, customer="Other BV")


@pytest.mark.parametrize("name", ["", "  "])
def test_a_row_that_names_nobody_is_a_question_about_everybody(name: str) -> None:
    assert "  refused (Acme BV): " in refusal(lambda: with_refused(name))


def test_a_stranger_is_a_question_only_where_a_contract_is_known_by_an_id() -> None:
    assert with_refused("Stranger Ltd").arrears.arrears_minor == 5_000
    by_id = 'matching = { customer_ids = ["77"] }'
    assert "  refused (Acme BV): " in refusal(lambda: with_refused("Stranger Ltd", by_id))
    by_alias = 'matching = { aliases = ["Stranger Ltd"] }'
    assert "  refused (Acme BV): " in refusal(lambda: with_refused("stranger ltd", by_alias))


def with_refused(name: str, more: str = "") -> Case:
    data = json.loads(checked(contract(more=more), ledger(), AS_OF).report)
    row = {"path": "a.csv", "row": 9, "column": "amount", "value": "many", "reason": "This is no amount."}
    data["refused"] = [{**row, "customer": name, "document": ""}]
    return opened(json.dumps(data))


def test_what_is_decided_is_no_question() -> None:
    data = json.loads(checked(contract(charges=BY_ITEM), ledger(LAPTOP), AS_OF).report)
    for finding in data["findings"]:
        if finding["kind"] == "unmatched":
            finding["decision"] = "accept"
    assert opened(json.dumps(data)).arrears.arrears_minor == 5_000


def test_a_mismatch_of_tax_on_other_months_is_no_question() -> None:
    lines = ledger().replace(
        "F-06,invoice,approved,2026-06-30,Acme BV,Care,100.00,,",
        "F-06,invoice,approved,2026-06-30,Acme BV,Care,100.00,6.00,",
    )
    assert "tax_mismatch" in checked(contract(), lines, AS_OF).report
    assert case_of(lines).arrears.arrears_minor == 5_000


def test_what_was_credited_is_never_claimed_but_stays_known() -> None:
    case = case_of(ledger(CREDIT), overrides=(Override(safeguard="credited", reason="Given up on purpose."),))
    assert [(each.shortfall_minor, each.credited_minor) for each in case.arrears.periods] == [
        (5_000, 0),
        (4_000, 4_000),
    ]
    assert (case.arrears.arrears_minor, case.arrears.credited_minor) == (9_000, 4_000)


def test_what_is_owed_back_stands_apart_and_is_not_set_off() -> None:
    lines, _, _ = QUESTIONS["overbilled"]
    case = case_of(lines, overrides=(Override(safeguard="overbilled", reason="A credit note goes out with it."),))
    assert (case.arrears.arrears_minor, case.arrears.overbilled_minor) == (5_000, 3_000)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"customer": "Acme"},
            "customer: The report has no contract of this customer. Found 'Acme'. Did you mean Acme BV?",
        ),
        ({"customer": "Zuiver"}, "Found 'Zuiver'. Write it as the contracts do."),
        (
            {"currency": "USD"},
            "Acme BV: The report has no arrears of this customer. Found 'USD'. There is nothing to ask",
        ),
        ({"on": date(2026, 9, 3)}, "on: The day lies before the one the report looks back from. Found '2026-09-03'."),
        (
            {"overrides": [Override(safeguard="ambigous", reason="x")]},
            "override: There is no such safeguard. Found 'ambigous'. They are ambiguous, residue,",
        ),
        (
            {"overrides": [Override(safeguard="ambiguous", reason=" ")]},
            "override: A safeguard is passed by for a reason only. Found 'ambiguous'.",
        ),
        (
            {"overrides": [Override(safeguard="ambiguous", reason="x")]},
            "override: This safeguard is met, and there is nothing to pass by. Found 'ambiguous'.",
        ),
        (
            {"cause": StatedCause(sentence="  ", found_on=AS_OF)},
            "cause: A case needs its cause in one plain sentence.",
        ),
        (
            {"cause": StatedCause(sentence="x", found_on=date(2026, 9, 5))},
            (
                "found_on: The days of the cause contradict each other. Found '2026-09-05'. It is at the latest "
                "2026-09-04."
            ),
        ),
        (
            {"cause": StatedCause(sentence="x", found_on=AS_OF, introduced_on=date(2026, 9, 5))},
            "introduced_on: The days of the cause contradict each other.",
        ),
        (
            {"cause": StatedCause(sentence="x", found_on=AS_OF, fixed_on=date(2026, 9, 5))},
            "fixed_on: The days of the cause contradict each other.",
        ),
        (
            {"cause": StatedCause(sentence="x", found_on=AS_OF, fixed_on=date(2026, 9, 3))},
            (
                "fixed_on: The mistake would have been put right on 2026-09-03, before it was found on 2026-09-04. "
                "Leave fixed_on out"
            ),
        ),
        ({"contracts": ()}, "contracts: The contracts do not hold this contract as the report knew it. Found 'C-1'."),
    ],
)
def test_every_other_reason(more: dict[str, Any], said: str) -> None:
    report = checked(contract(), ledger(), AS_OF).report
    assert said in refusal(lambda: opened(report, **more))


def test_a_customer_without_arrears_has_nothing_to_recover() -> None:
    report = checked(contract(), ledger(amounts="100.00 100.00 100.00 100.00"), AS_OF).report
    assert "Acme BV: The report has no arrears of this customer." in refusal(lambda: opened(report))


def test_contracts_that_say_otherwise_are_not_priced_from() -> None:
    made = checked(contract(), ledger(), AS_OF)
    (other,) = checked(contract().replace("2026-12-31", "2027-12-31"), ledger(), AS_OF).contracts
    assert "Found 'C-1'. Give the contracts that the report was made with." in refusal(
        lambda: opened(made.report, contracts=[other])
    )


def test_several_currencies_are_several_cases() -> None:
    dollars = contract("C-2").replace("EUR", "USD")
    lines = ledger(
        *(
            line.replace("EUR", "USD").replace("F-0", "U-0").replace("50.00", "30.00")
            for line in ledger().splitlines()[1:]
        )
    )
    report = checked(contract() + dollars, lines, AS_OF).report
    text = refusal(lambda: opened(report))
    assert (
        "Acme BV: This customer has arrears in several currencies, and a case is about one. Found 'EUR, USD'." in text
    )
    assert [opened(report, currency=code).arrears.arrears_minor for code in ("EUR", "USD")] == [5_000, 7_000]
    assert [opened(report, currency=code).arrears.agreements[0].contract for code in ("EUR", "USD")] == ["C-1", "C-2"]


@pytest.mark.parametrize("part", ["amounts", "names"])
def test_a_redacted_report_opens_nothing(part: str) -> None:
    data = json.loads(checked(contract(), ledger(), AS_OF).report)
    data["redacted"] = [part]
    assert "redacted" in refusal(lambda: opened(json.dumps(data)), ReportRefusedError)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"schema_version": 1}', '{"schema_version": 1, "contracts": 3}', "[" * 100_000]
)
def test_no_report_is_refused_as_such(text: str) -> None:
    assert "report" in refusal(lambda: opened(text, name="report.json"), ReportRefusedError)


def test_a_report_without_what_was_agreed_is_refused() -> None:
    data = json.loads(checked(contract(), ledger(), AS_OF).report)
    del data["contracts"][0]["agreed"]
    assert "report" in refusal(lambda: opened(json.dumps(data)), ReportRefusedError)


def test_the_clause_on_late_invoices_gives_each_period_its_last_day() -> None:
    clause = 'late_invoice_cutoff = { days = 60, from = "service_end", effect = "forfeited" }'
    case = case_of(ledger(amounts="50.00 50.00 100.00 100.00"), contract(more=clause))
    # 31 May and 30 June, 60 days later: 30 July and 29 August.
    assert [str(each.last_invoice_day) for each in case.arrears.periods] == ["2026-07-30", "2026-08-29"]
    (agreement,) = case.arrears.agreements
    assert agreement.late_invoice_cutoff is not None
    assert agreement.late_invoice_cutoff.days == 60


def test_the_same_figures_give_the_same_digest_wherever_the_files_lie() -> None:
    made = checked(contract(), ledger(), AS_OF)
    data = json.loads(made.report)
    for row in data["contracts"][0]["rows"]:
        for piece in row["evidence"]:
            piece["path"] = f"elsewhere/{piece['path']}"
    assert opened(json.dumps(data)) == opened(made.report)
    data["contracts"][0]["rows"][0]["shortfall_tax"][0]["percent"] = "20"
    assert opened(json.dumps(data)).arrears.report_digest != opened(made.report).arrears.report_digest


def test_days_of_half_months_are_kept() -> None:
    halves = CHARGE.replace('"month"', '"semi_month"').replace(
        'invoice_day = "period_end"\n', "semi_month_days = [5, 20]\n"
    )
    made = checked(contract(charges=halves).replace("2026-05-01", "2026-08-05"), halved(), AS_OF)
    (agreement,) = opened(made.report).arrears.agreements
    every = agreement.charges[0].every
    assert every is not None
    assert (every.unit, every.count, every.days) == ("semi_month", 1, (5, 20))


def halved() -> str:
    return f"{COLUMNS}\nF-1,invoice,approved,2026-08-20,Acme BV,Care,40.00,,EUR,2026-08-05,2026-08-19,,\n"
