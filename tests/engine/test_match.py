"""Which charge a line finds, and by which rule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.engine.keys import make_directory
from billcheck.engine.match import (
    Evidence,
    Matched,
    Matcher,
    MatchRule,
    PeriodRule,
    describe_match,
    match_rule_of,
)
from billcheck.ledger.source import Ledger
from billcheck.money import to_minor
from tests.engine.agreements import contract, flat, line, one_off

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck.contracts.terms import Contract
    from billcheck.ledger.line import Line

AS_OF = date(2026, 9, 4)


def match(contracts: Iterable[Contract], *lines: Line) -> Matched:
    directory = make_directory(tuple(contracts))

    def has_price(slot: Any, amount: int) -> bool:
        return slot.charge.amount is not None and to_minor(slot.charge.amount, "EUR") == amount

    matcher = Matcher(directory, as_of_day=AS_OF.toordinal(), has_price=has_price)
    for batch in Ledger.from_lines(lines).sources[0].scan(directory.keys()):
        matcher.add(batch, 0)
    return matcher.matched


def found(contracts: Iterable[Contract], given: Line) -> tuple[str | None, MatchRule]:
    """The charge one line finds, and the rule."""
    matched = match(contracts, given)
    assert len(matched.lines) == 1
    slot = matched.lines.slots[0]
    name = None if slot < 0 else matched.directory.slots[slot].charge.name
    return name, match_rule_of(matched.lines.match_rules[0])


TWO = contract(flat("Support", items=("SUP",)), flat("Hosting", "100.00", accounts=("4010",), patterns=("web space",)))


@pytest.mark.parametrize(
    ("fields", "charge", "rule"),
    [
        ({"item": "sup"}, "Support", MatchRule.CODE),
        ({"account": "4010"}, "Hosting", MatchRule.CODE),
        ({"item": "OTHER"}, "Hosting", MatchRule.ONLY_CHARGE),
        ({"description": "Web-space 5 GB"}, "Hosting", MatchRule.CODE),
        ({"description": "support, March"}, "Support", MatchRule.NAME_IN_TEXT),
        ({"charge": "HOSTING"}, "Hosting", MatchRule.CHARGE_NAMED),
        ({"amount": Decimal("100.00")}, "Hosting", MatchRule.EXACT_AMOUNT),
        ({"amount": Decimal("99.00")}, None, MatchRule.AMBIGUOUS),
        ({"item": "OTHER", "account": "9999"}, None, MatchRule.UNMATCHED),
    ],
)
def test_exact_evidence_comes_first(fields: dict[str, Any], charge: str | None, rule: MatchRule) -> None:
    amount = str(fields.pop("amount", "77.00"))
    assert found([TWO], line(amount=amount, **fields)) == (charge, rule)


@pytest.mark.parametrize(
    ("tracking", "charge"),
    [("North", "Support"), ("North | Web", "Support"), ("Web | South", "Hosting"), ("West", None)],
)
def test_one_of_several_tracking_options_names_the_charge(tracking: str, charge: str | None) -> None:
    both = contract(flat("Support", tracking=("North",)), flat("Hosting", "100.00", tracking=("South",)))
    assert found([both], line(amount="77.00", tracking=tracking))[0] == charge


def test_the_only_charge_takes_any_line_its_codes_do_not_contradict() -> None:
    only = contract(flat("Support", items=("SUP",)))
    assert found([only], line()) == ("Support", MatchRule.ONLY_CHARGE)
    assert found([only], line(item="SUP")) == ("Support", MatchRule.CODE)
    assert found([only], line(item="FREIGHT")) == (None, MatchRule.UNMATCHED)


@pytest.mark.parametrize(
    ("fields", "evidence"),
    [
        ({}, Evidence.CUSTOMER),
        ({"customer": "HARTWELL  INTERIEUR"}, Evidence.CUSTOMER),
        ({"customer": "Hartwell Holding"}, Evidence.CUSTOMER),
        ({"customer": "Somebody", "customer_id": "77"}, Evidence.CUSTOMER_ID),
        ({"customer": "Somebody", "contract": "c-117"}, Evidence.REFERENCE),
        ({"customer": "Somebody", "reference": "C-117, March"}, Evidence.REFERENCE),
    ],
)
def test_what_named_the_customer_is_recorded(fields: dict[str, Any], evidence: Evidence) -> None:
    agreed = contract(aliases=("Hartwell Holding",), customer_ids=("77",))
    matched = match([agreed], line(**fields))
    assert matched.lines.match_rules[0] & ~15 == evidence


def test_a_reference_decides_between_contracts_of_one_customer() -> None:
    one, two = contract(flat("A"), name="C-1"), contract(flat("B"), name="C-2")
    assert found([one, two], line(reference="C-2")) == ("B", MatchRule.ONLY_CHARGE)
    assert found([one, two], line()) == (None, MatchRule.AMBIGUOUS)


def test_an_unknown_contract_field_falls_back_to_the_customer() -> None:
    assert found([contract()], line(contract="X-1")) == ("Retainer", MatchRule.ONLY_CHARGE)


def test_contracts_that_follow_each_other_are_told_apart_by_their_term() -> None:
    old = contract(flat("Old", end=date(2026, 4, 1)), name="C-1")
    new = contract(flat("New", start=date(2026, 4, 1)), name="C-2")
    stated: dict[str, Any] = {"period_first_day": date(2026, 3, 1), "period_last_day": date(2026, 3, 31)}
    assert found([old, new], line(day="2026-06-30")) == ("New", MatchRule.TERM)
    assert found([old, new], line(day="2026-02-28")) == ("Old", MatchRule.TERM)
    assert found([old, new], line(day="2026-06-30", **stated)) == ("Old", MatchRule.TERM)


def test_the_longer_of_two_names_wins() -> None:
    both = contract(flat("Support"), flat("Support Plus"))
    assert found([both], line(amount="7.00", description="Support Plus, 2026-03")) == (
        "Support Plus",
        MatchRule.NAME_IN_TEXT,
    )
    assert found([both], line(amount="7.00", description="Support 2026-03")) == ("Support", MatchRule.NAME_IN_TEXT)


def test_a_one_off_takes_a_line_only_by_evidence_and_never_makes_another_ambiguous() -> None:
    both = contract(flat("Retainer"), one_off("Setup", "500.00"))
    assert found([both], line(amount="2400.00")) == ("Retainer", MatchRule.EXACT_AMOUNT)
    assert found([both], line(amount="1200.00")) == ("Retainer", MatchRule.ONLY_CHARGE)
    assert found([both], line(amount="500.00")) == ("Setup", MatchRule.EXACT_AMOUNT)
    assert found([both], line(amount="450.00", description="set-up: SETUP of the site")) == (
        "Setup",
        MatchRule.NAME_IN_TEXT,
    )
    alone = contract(one_off("Setup", "500.00"))
    assert found([alone], line(amount="450.00")) == (None, MatchRule.UNMATCHED)


def test_the_contract_in_the_currency_of_the_line_goes_before_another() -> None:
    euro, dollar = contract(flat("A"), name="C-1"), contract(flat("B"), name="C-2", currency="USD")
    assert found([euro, dollar], line(currency="USD")) == ("B", MatchRule.ONLY_CHARGE)
    assert found([euro], line(currency="USD")) == (
        "Retainer" if euro.charges[0].name == "Retainer" else "A",
        MatchRule.ONLY_CHARGE,
    )


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"status": "void"}, MatchRule.VOID),
        ({"day": "2026-09-05"}, MatchRule.AFTER_AS_OF),
        ({"amount": "0.00"}, MatchRule.NO_AMOUNT),
    ],
)
def test_lines_that_do_not_count_are_set_aside_with_the_reason(fields: dict[str, str], rule: MatchRule) -> None:
    matched = match([contract()], line(**fields))
    assert match_rule_of(matched.lines.match_rules[0]) is rule
    assert matched.lines.slots[0] == -1
    assert matched.aside_lines == 1


def test_a_draft_without_a_charge_is_set_aside_and_casts_no_doubt() -> None:
    matched = match([TWO], line(amount="99.00", status="draft"))
    assert match_rule_of(matched.lines.match_rules[0]) is MatchRule.DRAFT
    assert not matched.ambiguous


def test_a_zero_line_that_states_its_period_is_evidence() -> None:
    assert found([contract()], line(amount="0.00", description="March 2026")) == ("Retainer", MatchRule.ONLY_CHARGE)


@pytest.mark.parametrize(
    ("fields", "rule", "first"),
    [
        ({}, PeriodRule.NONE, None),
        ({"description": "Retainer March 2026"}, PeriodRule.TEXT, date(2026, 3, 1)),
        (
            {"description": "April 2026", "period_first_day": date(2026, 3, 1), "period_last_day": date(2026, 3, 31)},
            PeriodRule.FIELDS,
            date(2026, 3, 1),
        ),
    ],
)
def test_fields_go_before_text(fields: dict[str, Any], rule: PeriodRule, first: date | None) -> None:
    matched = match([contract()], line(day="2026-03-31", **fields))
    assert matched.lines.period_rules[0] == rule
    assert matched.lines.first_days[0] == (first.toordinal() if first else 0)


def test_rules_read_as_words() -> None:
    assert describe_match(Evidence.CUSTOMER_ID | MatchRule.CODE, PeriodRule.TEXT) == (
        "customer id + code of the charge; period in the text"
    )


@pytest.mark.parametrize(
    ("fields", "is_plain"),
    [
        ({}, True),
        ({"kind": "credit_note"}, False),
        ({"status": "draft"}, False),
        ({"amount": "-5.00"}, False),
        ({"currency": "USD"}, False),
    ],
)
def test_only_plain_invoices_leave_a_charge_plain(fields: dict[str, Any], is_plain: bool) -> None:
    assert bool(match([contract()], line(**fields)).is_plain[0]) is is_plain


def test_two_lines_of_one_document_are_not_plain() -> None:
    assert match([contract()], line(), line()).is_plain[0] == 0
    assert match([contract()], line(), line("INV-2")).is_plain[0] == 1


def test_documents_are_counted_once_while_their_lines_follow_each_other() -> None:
    matched = match([contract()], line(), line(), line("INV-2"))
    assert [matched.documents.number(row) for row in range(len(matched.documents))] == ["INV-1", "INV-2"]
