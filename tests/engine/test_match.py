"""Which charge a line finds, and by which rule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.prices import FlatPrice
from billcheck.engine.keys import make_directory
from billcheck.engine.match import Matched, Matcher
from billcheck.engine.match_rules import RULE_MASK, MatchRule, Named, PeriodRule, describe_match, match_rule_of
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
        return isinstance(slot.charge.price, FlatPrice) and to_minor(slot.charge.price.amount, "EUR") == amount

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
        ({"item": "sup"}, "Support", MatchRule.ITEM),
        ({"account": "4010"}, "Hosting", MatchRule.ACCOUNT),
        ({"item": "OTHER"}, "Hosting", MatchRule.ONLY_CHARGE),
        ({"description": "Web-space 5 GB"}, "Hosting", MatchRule.PATTERN),
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
    assert found([only], line(item="SUP")) == ("Support", MatchRule.ITEM)
    assert found([only], line(item="FREIGHT")) == (None, MatchRule.UNMATCHED)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, Named.CUSTOMER),
        ({"customer": "HARTWELL  INTERIEUR"}, Named.CUSTOMER),
        ({"customer": "Hartwell Holding"}, Named.ALIAS),
        ({"customer": "Somebody", "customer_id": "77"}, Named.CUSTOMER_ID),
        ({"customer": "Somebody", "contract": "c-117"}, Named.REFERENCE),
        ({"customer": "Somebody", "reference": "C-117, March"}, Named.REFERENCE),
    ],
)
def test_what_named_the_customer_is_recorded(fields: dict[str, Any], named: Named) -> None:
    agreed = contract(aliases=("Hartwell Holding",), customer_ids=("77",))
    matched = match([agreed], line(**fields))
    assert matched.lines.match_rules[0] & ~RULE_MASK == named


@pytest.mark.parametrize(
    ("customer", "contract_id", "named"),
    [
        ("Hartwell:Amsterdam", "CHILD", Named.CUSTOMER),
        ("hartwell : AMSTERDAM", "CHILD", Named.CUSTOMER),
        ("Hartwell:Amsterdam:Port", "PARENT", Named.PARENT),
        ("Hartwell:Rotterdam", "PARENT", Named.PARENT),
        ("Hartwell Ltd:Rotterdam", "PARENT", Named.PARENT),
        ("Hartwell", "PARENT", Named.CUSTOMER),
        ("Hartwells:Rotterdam", None, None),
        ("Rotterdam:Hartwell", None, None),
    ],
)
def test_a_sub_customer_counts_for_its_own_contract_first_then_for_a_parent_that_declares_it(
    customer: str, contract_id: str | None, named: Named | None
) -> None:
    parent = contract(name="PARENT", customer="Hartwell", aliases=("Hartwell Ltd.",), sub_customers=True)
    child = contract(name="CHILD", customer="Hartwell:Amsterdam")
    matched = match([parent, child], line(customer=customer))
    rules = zip(matched.lines.slots, matched.lines.match_rules, strict=True)
    found = [(matched.directory.slots[slot].contract.id, rule & ~RULE_MASK) for slot, rule in rules]
    assert found == ([] if contract_id is None else [(contract_id, named)])


def test_names_without_a_letter_or_digit_belong_to_nobody() -> None:
    nameless = contract(customer="...", aliases=(" ' ",))
    for customer in ("", "..", "'"):
        assert not match([nameless], line(customer=customer)).lines


def test_look_alikes_of_another_alphabet_are_another_customer() -> None:
    assert not match([contract(customer="Acme")], line(customer="\N{CYRILLIC CAPITAL LETTER A}cme")).lines
    assert match([contract(customer="Acme")], line(customer="\N{FULLWIDTH LATIN CAPITAL LETTER A}cme")).lines


def test_an_id_of_one_contract_that_is_a_reference_of_another_names_both() -> None:
    one, two = contract(flat("A"), name="X-1"), contract(flat("B"), name="X-2", references=("x-1",))
    assert found([one, two], line(contract="X-1")) == (None, MatchRule.AMBIGUOUS)
    assert found([one, two], line(contract="X-1", charge="b")) == ("B", MatchRule.CHARGE_NAMED)
    assert found([one, two], line(contract="X-2")) == ("B", MatchRule.ONLY_CHARGE)


def test_a_line_handed_over_without_need_is_outside() -> None:
    """A reader cannot know that "PO 117" does not name contract 117; the engine decides that it does not."""
    matched = match([contract(name="117")], line(customer="Somebody", reference="PO 117"))
    assert not matched.lines
    (total,) = matched.outside.items()
    assert total[0] == ("Somebody", "EUR")
    assert (total[1].lines, total[1].amount) == (1, 240000)


@pytest.mark.large
def test_ten_thousand_charges_of_one_customer_are_told_apart_by_item() -> None:
    many = contract(*(flat(f"Charge {number}", items=(f"I{number}",)) for number in range(10_000)))
    matched = match([many], *(line(f"INV-{number}", item=f"I{number}") for number in range(0, 10_000, 500)))
    assert list(matched.lines.slots) == list(range(0, 10_000, 500))


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
    assert describe_match(Named.CUSTOMER_ID | MatchRule.ITEM, PeriodRule.TEXT) == (
        "customer id + item of the charge; period in the text"
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
