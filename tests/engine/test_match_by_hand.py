"""What is kept of lines as they pass: documents, what each credits, plain charges, bounds of terms and codes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.configuration.rules import CreditRules, Scope, Selector
from billcheck.contracts.prices import FlatPrice
from billcheck.contracts.terms import ChargeMatching
from billcheck.engine.keys import make_directory
from billcheck.engine.match import Matched, Matcher
from billcheck.engine.match_rules import RULE_MASK, MatchRule, Named, match_rule_of
from billcheck.ledger.source import Ledger
from billcheck.money import to_minor
from tests.engine.agreements import contract, flat, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.terms import Contract
    from billcheck.ledger.line import Line

AS_OF = date(2026, 9, 4)
REBATES = CreditRules(classes=(("rebate", Selector(items=("REB",))),))


def match(contracts: Sequence[Contract], *lines: Line, source: int = 0, rules: CreditRules | None = None) -> Matched:
    directory = make_directory(tuple(contracts))

    def has_price(slot: Any, amount: int) -> bool:
        return isinstance(slot.charge.price, FlatPrice) and to_minor(slot.charge.price.amount, "EUR") == amount

    matcher = Matcher(directory, as_of_day=AS_OF.toordinal(), has_price=has_price, credit_rules=rules)
    for batch in Ledger.from_lines(lines).sources[0].scan(directory.keys()):
        matcher.add(batch, source)
    return matcher.matched


def found(contracts: Sequence[Contract], *lines: Line) -> list[tuple[str | None, MatchRule]]:
    """The charge each line finds, and the rule."""
    matched = match(contracts, *lines)
    slots, names = matched.lines.slots, [slot.charge.name for slot in matched.directory.slots]
    return [
        (None if slots[row] < 0 else names[slots[row]], match_rule_of(matched.lines.match_rules[row]))
        for row in matched.lines
    ]


# --- documents -------------------------------------------------------------------------------------------------------


def test_documents_are_kept_with_all_that_tells_them_apart() -> None:
    agreed = (contract(), contract(name="C-2", customer="Juniper", currency="USD"))
    lines = (
        line("A", "2026-01-31", "5.00"), line("A", "2026-01-31", "6.00"),
        line("A", "2026-01-31", "7.00", customer="Juniper"), line("A", "2026-02-01", "8.00"),
        line("B", "2026-02-01", "-9.00", kind="credit_note", credits_document="A"),
        line("B", "2026-02-01", "4.00", status="draft"), line("B", "2026-02-01", "4.00", currency="USD"),
    )  # fmt: skip
    matched = match(agreed, *lines, source=3)
    documents, rows = matched.documents, range(len(matched.documents))
    january, february = date(2026, 1, 31).toordinal(), date(2026, 2, 1).toordinal()
    assert list(matched.lines.documents) == [0, 0, 1, 2, 3, 4, 5]
    assert [documents.number(row) for row in rows] == ["A", "A", "A", "B", "B", "B"]
    assert list(documents.issue_days) == [january, january, february, february, february, february]
    assert [matched.customers[number] for number in documents.customers] == [
        "Hartwell Interieur", "Juniper", *["Hartwell Interieur"] * 4,
    ]  # fmt: skip
    assert [matched.currencies[number] for number in documents.currencies] == [*["EUR"] * 5, "USD"]
    assert [kind != 0 for kind in documents.kinds] == [False, False, False, True, False, False]
    assert [status != 0 for status in documents.statuses] == [False, False, False, False, True, False]
    assert list(documents.sources) == [3] * 6
    assert documents.credited == {3: "A"}
    assert [matched.is_draft(row) for row in matched.lines] == [False, False, False, False, False, True, False]
    assert list(matched.lines.sources) == [3] * 7


@pytest.mark.parametrize(
    "other",
    [
        {}, {"day": "2026-02-01"}, {"kind": "credit_note"}, {"status": "draft"}, {"currency": "USD"},
        {"customer": "hartwell interieur"}, {"document": "B"},
    ],
)  # fmt: skip
def test_lines_that_follow_each_other_are_of_one_document_unless_anything_of_it_differs(other: dict[str, str]) -> None:
    values = {"document": "A", "day": "2026-01-31"}
    matched = match([contract()], line(**values), line(**(values | other)))
    assert list(matched.lines.documents) == [0, int(bool(other))]


def test_later_batches_go_on_where_the_documents_ended() -> None:
    directory = make_directory((contract(),))
    matcher = Matcher(directory, as_of_day=AS_OF.toordinal(), has_price=lambda _slot, _amount: False)
    for number in ("A", "B", "B"):
        for batch in Ledger.from_lines([line(number)]).sources[0].scan(directory.keys()):
            matcher.add(batch, 0)
    assert list(matcher.matched.lines.documents) == [0, 1, 2]


@pytest.mark.parametrize(
    ("named", "credited"),
    [
        (("", "", ""), [None, None, None]),
        (("A", "", ""), ["A", "A", "A"]),  # the only one that is named is meant by all lines
        (("", "A", "A"), ["A", "A", "A"]),
        (("A", "B", ""), ["A", "B", None]),  # which of the two the third takes back is not said
    ],
)
def test_a_line_of_a_credit_note_takes_back_what_it_names_else_what_its_document_names(
    named: tuple[str, ...], credited: list[str | None]
) -> None:
    lines = [
        line("CN", "2026-03-01", "-10.00", kind="credit_note", credits_document=number, description=str(index))
        for index, number in enumerate(named)
    ]
    other = line("CN-2", "2026-03-01", "-10.00", kind="credit_note")
    matched = match([contract()], *lines, other)
    of_lines = [matched.documents.credited.get(matched.lines.documents[row]) for row in matched.lines]
    assert of_lines == [*credited, None]


# --- what is plain ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "is_plain"),
    [
        ({"amount": "0.01"}, True),
        ({"amount": "0.00", "description": "January 2026"}, False),
        ({"day": "2026-09-04"}, True),
        ({"description": "Catch-up for earlier months"}, False),
        ({"description": "Regular"}, True),
    ],
)
def test_a_charge_is_plain_while_all_its_lines_are(fields: dict[str, str], is_plain: bool) -> None:
    matched = match([contract(), contract(name="C-2", customer="Juniper")], line(**fields), line(customer="Juniper"))
    assert list(matched.is_plain) == [int(is_plain), 1]
    assert matched.touched_contracts == {"C-117", "C-2"}
    assert matched.aside_lines == 0


def test_three_lines_of_one_document_are_no_plainer_than_two() -> None:
    assert list(match([contract()], line(), line(), line()).is_plain) == [0]


def test_a_charge_that_only_an_amount_found_is_not_plain() -> None:
    two = contract(flat("A", "1.00"), flat("B", "2.00"))
    matched = match([two], line(amount="2.00"))
    assert list(matched.is_plain) == [1, 0]


# --- tax and lines of others -----------------------------------------------------------------------------------------


def test_the_tax_of_a_line_stays_with_it_when_lines_before_it_concern_nobody() -> None:
    """'PO 7' names no contract, so the first line is outside; of the others the second bears 9 % for 21 %."""
    agreed = (contract(tax_percent=Decimal(21)), contract(name="7", customer="Acme"))
    lines = (
        line("X", amount="10.00", customer="Nobody", reference="PO 7", tax=Decimal("5.00")),
        line("A", amount="100.00", tax=Decimal("21.00")),
        line("B", amount="100.00", tax=Decimal("9.00")),
    )
    matched = match(agreed, *lines)
    assert len(matched.lines) == 2
    assert list(zip(matched.other_taxes.rows, matched.other_taxes.amounts, matched.other_taxes.taxes, strict=True)) == [
        (1, 10000, 900)
    ]


@pytest.mark.parametrize(("kind", "status"), [("other", "approved"), ("invoice", "draft"), ("invoice", "void")])
def test_what_does_not_count_is_not_totalled_as_outside(kind: str, status: str) -> None:
    agreed = (contract(name="7", customer="Acme"),)
    assert match(agreed, line(customer="Nobody", reference="PO 7", kind=kind, status=status)).outside == {}


# --- credits ---------------------------------------------------------------------------------------------------------


def test_a_declared_credit_is_about_the_charge_it_finds() -> None:
    two = (contract(flat("A", items=("A",)), flat("B", accounts=("4010",))),)
    by_account = line(amount="-5.00", item="REB", account="4010")
    by_nothing = line(amount="-5.00", item="REB")
    assert match(two, by_account, rules=REBATES).declared == {0: ("rebate", (1,))}
    assert match(two, by_account, rules=REBATES).touched_contracts == {"C-117"}
    by_name = line(amount="-5.00", item="REB", description="Hosting, too much")
    named = contract(flat("Support"), flat("Hosting"))
    assert match((named,), by_name, rules=REBATES).declared == {0: ("rebate", (1,))}
    matched = match((contract(flat("A"), flat("B")),), by_nothing, rules=REBATES)
    assert matched.declared == {0: ("rebate", (0, 1))}
    assert matched.touched_contracts == set()
    assert not matched.ambiguous


@pytest.mark.parametrize("amount", ["0.00", "0.01", "5.00"])
def test_a_line_that_is_not_below_zero_is_neither_declared_nor_a_credit_without_a_name(amount: str) -> None:
    matched = match((contract(),), line(amount=amount, item="REB", description="March 2026"), rules=REBATES)
    assert (matched.declared, matched.unnamed_credits, matched.credit_lines) == ({}, [], {})
    assert list(matched.lines.slots) == [0]


@pytest.mark.parametrize(
    ("fields", "is_unnamed"),
    [
        ({}, True),
        ({"kind": "credit_note"}, False),
        ({"status": "draft"}, False),
        ({"description": "Retainer"}, False),
        ({"charge": "Retainer"}, False),
    ],
)
def test_a_negative_line_of_an_invoice_that_names_no_charge_is_noted(fields: dict[str, str], is_unnamed: bool) -> None:
    assert match((contract(),), line(amount="-5.00", **fields)).unnamed_credits == ([0] if is_unnamed else [])


def test_a_negative_line_that_names_the_only_charge_says_so() -> None:
    rule = MatchRule.NAME_IN_TEXT
    assert found([contract()], line(amount="-5.00", description="Retainer, too much")) == [("Retainer", rule)]
    assert found([contract()], line(amount="-5.00", description="too much")) == [("Retainer", MatchRule.ONLY_CHARGE)]
    for amount in ("0.00", "5.00"):
        text = {"description": "Retainer March 2026"}
        assert found([contract()], line(amount=amount, **text)) == [("Retainer", MatchRule.ONLY_CHARGE)]
    coded = contract(flat(items=("RET",)))
    by_item = line(amount="-5.00", description="Retainer", item="RET")
    assert found([coded], by_item) == [("Retainer", MatchRule.ITEM)]


# --- drafts and what is set aside ------------------------------------------------------------------------------------


def test_what_is_set_aside_is_added_up_in_its_own_currency() -> None:
    lines = (
        line("A", amount="5.00", status="void"), line("B", amount="7.00", status="void", currency="USD"),
        line("C", "2026-09-05", "9.00"), line("D", amount="4.00", status="draft", item="ELSE", currency="USD"),
        line("E", "2026-09-04", "3.00", item="RET"),
    )  # fmt: skip
    matched = match((contract(flat(items=("RET",))),), *lines)
    assert matched.aside == {"EUR": 1400, "USD": 1100}
    assert matched.aside_lines == 4
    assert [rule & RULE_MASK for rule in matched.lines.match_rules] == [
        MatchRule.VOID, MatchRule.VOID, MatchRule.AFTER_AS_OF, MatchRule.DRAFT, MatchRule.ITEM,
    ]  # fmt: skip


def test_a_draft_out_of_scope_is_set_aside_as_a_draft() -> None:
    directory = make_directory((contract(),))
    scope = Scope(ignore=Selector(items=("FREIGHT",)))
    matcher = Matcher(directory, as_of_day=AS_OF.toordinal(), has_price=lambda _slot, _amount: False, scope=scope)
    lines = line("A", amount="5.00", item="FREIGHT", status="draft"), line("B", amount="7.00", item="FREIGHT")
    for batch in Ledger.from_lines(lines).sources[0].scan(directory.keys(scope)):
        matcher.add(batch, 0)
    matched = matcher.matched
    assert [match_rule_of(rule) for rule in matched.lines.match_rules] == [MatchRule.DRAFT, MatchRule.OUT_OF_SCOPE]
    assert (matched.aside, matched.out_of_scope, matched.out_of_scope_lines) == ({"EUR": 500}, {"EUR": 700}, {"EUR": 1})


# --- who is meant ----------------------------------------------------------------------------------------------------


def test_an_id_goes_before_a_name() -> None:
    agreed = (contract(flat("A")), contract(flat("B"), name="C-2", customer="Juniper", customer_ids=("J7",)))
    lines = (line("1", customer_id="j7"), line("2", customer_id="else"), line("3", customer="Juniper", customer_id=""))
    matched = match(agreed, *lines)
    assert list(matched.lines.slots) == [1, 0, 1]
    assert [rule & ~RULE_MASK for rule in matched.lines.match_rules] == [
        Named.CUSTOMER_ID, Named.CUSTOMER, Named.CUSTOMER,
    ]  # fmt: skip


def test_one_line_after_the_other_finds_its_own_customer_and_charge() -> None:
    """The first lines with their codes are decided one by one, all others by what was decided then."""
    agreed = (
        contract(flat("A", items=("I",)), flat("B", items=("J",))),
        contract(flat("A", items=("I",)), flat("B", items=("J",)), name="C-2", customer="Juniper"),
    )
    sorts = [("Hartwell Interieur", "I"), ("Juniper", "I"), ("Juniper", "J"), ("Hartwell Interieur", "J")]
    lines = [
        line(f"{turn}-{index}", customer=customer, item=item)
        for turn in range(3)
        for index, (customer, item) in enumerate(sorts)
    ]
    assert list(match(agreed, *lines).lines.slots) == [0, 2, 3, 1] * 3


def test_a_line_in_another_currency_is_never_decided_by_one_in_the_contract_s() -> None:
    lines = [line("A", currency="USD"), line("B"), line("C", currency="USD"), line("D")]
    matched = match((contract(),), *lines)
    assert list(matched.lines.slots) == [0] * 4
    assert list(matched.is_plain) == [0]


# --- which charge ----------------------------------------------------------------------------------------------------


def templated(name: str, template: str) -> Any:
    return flat(name, matching=ChargeMatching(templates=(template,)))


def test_a_recurring_invoice_names_its_charge() -> None:
    two = contract(templated("A", "R-1"), templated("B", "R-2"))
    assert found([two], line("1", template="r-2"), line("2", template="R-1"), line("3", template="R-3")) == [
        ("B", MatchRule.TEMPLATE), ("A", MatchRule.TEMPLATE), (None, MatchRule.UNMATCHED),
    ]  # fmt: skip
    assert found([two], line("1", template="R-2", charge="B"), line("2", charge="A")) == [
        ("B", MatchRule.CHARGE_NAMED), ("A", MatchRule.CHARGE_NAMED),
    ]  # fmt: skip


def test_of_two_codes_of_one_charge_the_first_kind_is_told() -> None:
    two = contract(flat("A", items=("I",), accounts=("4010",)), flat("B", accounts=("4020",)))
    assert found([two], line(item="I", account="4010")) == [("A", MatchRule.ITEM)]
    assert found([two], line(account="4010")) == [("A", MatchRule.ACCOUNT)]
    assert found([two], line(item="I", account="4020")) == [("B", MatchRule.ACCOUNT)]


def test_tracking_options_are_told_apart_and_empty_ones_say_nothing() -> None:
    two = contract(flat("A", tracking=("North",)), flat("B", tracking=("South East",)))
    assert found([two], line("1", tracking="x | south  east"), line("2", tracking=" | North")) == [
        ("B", MatchRule.TRACKING), ("A", MatchRule.TRACKING),
    ]  # fmt: skip
    only = contract(flat("A", tracking=("North",)))
    assert found([only], line(tracking=" | ")) == [("A", MatchRule.ONLY_CHARGE)]
    assert found([only], line(tracking="South")) == [(None, MatchRule.UNMATCHED)]


def test_what_makes_up_for_earlier_months_is_not_told_by_its_amount() -> None:
    two = contract(flat("A", "10.00"), flat("B", "20.00"))
    assert found([two], line(amount="20.00")) == [("B", MatchRule.EXACT_AMOUNT)]
    assert found([two], line(amount="20.00", description="Catch-up for earlier months")) == [
        (None, MatchRule.AMBIGUOUS)
    ]


APRIL = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("day", "timing", "charge"),
    [
        ("2026-03-31", "in_advance", "Old"),
        ("2026-04-01", "in_advance", "New"),
        # in arrears an invoice may trail the end by a month of thirty days: until then both may be meant
        ("2026-03-31", "in_arrears", "Old"),
        ("2026-04-01", "in_arrears", None),
        ("2026-04-30", "in_arrears", None),
        ("2026-05-01", "in_arrears", "New"),
    ],
)
def test_of_two_charges_that_follow_each_other_the_one_that_runs_is_meant(
    day: str, timing: str, charge: str | None
) -> None:
    terms: dict[str, Any] = {"timing": timing, "invoice_day": None}
    agreed = contract(flat("Old", end=APRIL, **terms), flat("New", start=APRIL, **terms))
    rule = MatchRule.TERM if charge else MatchRule.AMBIGUOUS
    assert found([agreed], line(day=day, amount="7.00")) == [(charge, rule)]


@pytest.mark.parametrize(
    ("first", "last", "charge"), [("2026-03-01", "2026-03-31", "Old"), ("2026-04-01", "2026-04-30", "New")]
)
def test_a_period_that_is_stated_trails_nothing(first: str, last: str, charge: str) -> None:
    agreed = contract(flat("Old", end=APRIL), flat("New", start=APRIL))
    stated: dict[str, Any] = {
        "period_first_day": date.fromisoformat(first), "period_last_day": date.fromisoformat(last),
    }  # fmt: skip
    assert found([agreed], line(day="2026-04-10", amount="7.00", **stated)) == [(charge, MatchRule.TERM)]


def test_where_none_runs_the_amount_may_still_tell() -> None:
    agreed = contract(flat("Old", "10.00", end=APRIL), flat("Older", "20.00", end=APRIL))
    assert found([agreed], line(day="2026-08-10", amount="20.00")) == [("Older", MatchRule.EXACT_AMOUNT)]


def test_lines_that_fit_several_are_noted_with_them_and_others_with_what_they_were_compared_with() -> None:
    agreed = (contract(flat("A", items=("I",)), flat("B", items=("I",))), contract(flat("C"), name="C-2", customer="J"))
    matched = match(agreed, line("1", amount="7.00"), line("2", item="X"), line("3", customer="J"))
    assert matched.ambiguous == {0: (0, 1)}
    assert matched.compared == {1: (0, 1)}
    assert matched.touched_contracts == {"C-117", "C-2"}
