"""What people confirmed, on lines made by hand: which line goes to which charge, and how each decision stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.decisions.rules import Decision, Standing
from billcheck.decisions.standing import Register
from billcheck.engine.confirmed import NOT_ASKED, confirm
from billcheck.engine.keys import make_directory
from billcheck.engine.match import Matched, Matcher
from billcheck.engine.match_rules import RULE_MASK, MatchRule, Named
from billcheck.ledger.source import Ledger
from tests.engine.agreements import contract, flat, line

if TYPE_CHECKING:
    from billcheck.contracts.terms import Contract
    from billcheck.engine.confirmed import Confirmed
    from billcheck.ledger.line import Line

AS_OF = date(2026, 4, 20)
TWO = (
    contract(flat("Support"), flat("Hosting", "100.00", items=("HOST",))),
    contract(flat("Cleaning"), name="C-2", customer="Juniper"),
)
ON_LINE = Decision(
    verb="confirm", reason="As the client says.", contract="C-117", charge="Hosting", document="X-1", line=1,
    amount_minor=7000, currency="EUR",
)  # fmt: skip
ON_CUSTOMER = Decision(verb="confirm", reason="They moved.", contract="C-117")
OUTGROWN = "the line bills 70.00 EUR, more than was confirmed, so it was not"
AMBIGUOUS = line("X-1", "2026-03-31", "70.00")


def matched_of(*lines: Line, contracts: tuple[Contract, ...] = TWO) -> Matched:
    directory = make_directory(contracts)
    matcher = Matcher(
        directory, as_of_day=AS_OF.toordinal(), has_price=lambda slot, amount: (slot.number, amount) == (1, 99)
    )
    for batch in Ledger.from_lines(lines).sources[0].scan(directory.keys()):
        matcher.add(batch, 0)
    return matcher.matched


def confirmed(matched: Matched, *decisions: Decision, contracts: tuple[Contract, ...] = TWO) -> Confirmed:
    return confirm(matched, contracts, Register(decisions, AS_OF))


def test_a_line_goes_to_the_charge_that_was_confirmed() -> None:
    matched = matched_of(AMBIGUOUS)
    assert matched.ambiguous == {0: (0, 1)}
    found = confirmed(matched, ON_LINE)
    assert found.standings == {0: (Standing.APPLIED, 'confirmed: the line belongs to "Hosting"')}
    assert found.contracts == frozenset()
    assert list(matched.lines.slots) == [1]
    assert list(matched.lines.rows_of(1)) == [0]
    assert list(matched.lines.match_rules) == [MatchRule.CONFIRMED | Named.CUSTOMER]
    assert (matched.ambiguous, matched.compared, list(matched.is_plain)) == ({}, {}, [1, 0, 1])


def test_a_line_that_fitted_no_charge_makes_its_contract_known() -> None:
    matched = matched_of(replace(AMBIGUOUS, item="ELSE"), contracts=(contract(flat("Hosting", items=("HOST",))),))
    assert matched.compared == {0: (0,)}
    assert matched.touched_contracts == set()
    assert confirmed(matched, ON_LINE).standings[0][0] is Standing.APPLIED
    assert (matched.compared, matched.touched_contracts) == ({}, {"C-117"})


def test_a_charge_that_only_an_amount_found_may_be_confirmed_as_another() -> None:
    matched = matched_of(replace(AMBIGUOUS, amount=AMBIGUOUS.amount * 99 / 7000))
    assert [rule & RULE_MASK for rule in matched.lines.match_rules] == [MatchRule.EXACT_AMOUNT]
    on_support = replace(ON_LINE, charge="Support", amount_minor=99)
    assert confirmed(matched, on_support).standings[0][0] is Standing.APPLIED
    assert list(matched.lines.slots) == [0]
    assert list(matched.is_plain) == [0, 0, 1]


def test_a_negative_line_without_a_name_is_no_discount_once_it_is_confirmed() -> None:
    matched = matched_of(replace(AMBIGUOUS, amount=-AMBIGUOUS.amount), line("X-2", "2026-03-31", "-1.00"))
    assert matched.unnamed_credits == [0, 1]
    confirmed(matched, replace(ON_LINE, amount_minor=-7000))
    assert matched.unnamed_credits == [1]


@pytest.mark.parametrize(
    ("change", "standing", "remark"),
    [
        ({"charge": "Hostings"}, Standing.STALE, "no contract has this charge"),
        ({"contract": "C-2"}, Standing.STALE, "no contract has this charge"),
        ({"contract": "C-2", "charge": "Cleaning"}, Standing.STALE, NOT_ASKED),  # of another customer
        ({"document": "X-2"}, Standing.STALE, NOT_ASKED),
        ({"line": 2}, Standing.STALE, NOT_ASKED),
        (
            {"currency": "USD"}, Standing.CHANGED,
            "the line bills 70.00 EUR, in another currency, so it was not confirmed",
        ),
        ({"amount_minor": 6999}, Standing.OUTGROWN, OUTGROWN),
        ({"amount_minor": -7000}, Standing.OUTGROWN, OUTGROWN),
        ({"amount_minor": 7001}, Standing.SMALLER, "confirmed, though the line bills only 70.00 EUR"),
        (
            {"until": date(2026, 4, 19)}, Standing.EXPIRED,
            "it ended on 2026-04-19, so what it is about counts again",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_any_more_confirms_nothing(change: dict[str, Any], standing: Standing, remark: str) -> None:
    matched = matched_of(AMBIGUOUS)
    assert confirmed(matched, replace(ON_LINE, **change)).standings == {0: (standing, remark)}
    is_confirmed = standing is Standing.SMALLER
    assert list(matched.lines.slots) == [1 if is_confirmed else -1]
    assert matched.ambiguous == ({} if is_confirmed else {0: (0, 1)})


def test_a_decision_counts_on_its_last_day() -> None:
    assert confirmed(matched_of(AMBIGUOUS), replace(ON_LINE, until=AS_OF)).standings[0][0] is Standing.APPLIED


def test_a_line_that_names_its_charge_needs_no_confirmation() -> None:
    matched = matched_of(replace(AMBIGUOUS, item="HOST"))
    assert confirmed(matched, replace(ON_LINE, charge="Support")).standings == {0: (Standing.STALE, NOT_ASKED)}
    assert list(matched.lines.slots) == [1]


def test_of_two_lines_with_one_document_and_line_number_neither_is_confirmed() -> None:
    """Credit notes are numbered by themselves, so that an invoice and a credit note may share both."""
    credit = replace(AMBIGUOUS, kind="credit_note", amount=-AMBIGUOUS.amount)
    matched = matched_of(AMBIGUOUS, credit)
    remark = "several lines have this document and line number, so none was confirmed"
    assert confirmed(matched, ON_LINE).standings == {0: (Standing.CHANGED, remark)}
    assert list(matched.lines.slots) == [-1, -1]


def test_each_line_is_confirmed_by_its_own_decision() -> None:
    second = replace(AMBIGUOUS, amount=AMBIGUOUS.amount * 2)
    matched = matched_of(AMBIGUOUS, second)
    decisions = replace(ON_LINE, charge="None"), replace(ON_LINE, line=2, amount_minor=14000), ON_LINE
    found = confirmed(matched, *decisions)
    assert [found.standings[number][0] for number in range(3)] == [
        Standing.STALE, Standing.APPLIED, Standing.APPLIED,
    ]  # fmt: skip
    assert list(matched.lines.slots) == [1, 1]


@pytest.mark.parametrize(
    ("agreed", "change", "lines", "standing", "remark"),
    [
        (contract(), {}, [], Standing.APPLIED, "confirmed: its periods are judged"),
        (contract(), {"contract": "C-9"}, [], Standing.STALE, "no contract has this id"),
        (contract(), {}, [AMBIGUOUS], Standing.STALE, "the ledger holds lines of this contract"),
        (contract(confirmed=True), {}, [], Standing.STALE, "the contract itself confirms its customer"),
        (contract(customer_ids=("7",)), {}, [], Standing.STALE, "the contract itself confirms its customer"),
        (
            contract(), {"until": date(2026, 4, 19)}, [], Standing.EXPIRED,
            "it ended on 2026-04-19, so what it is about counts again",
        ),
    ],
)  # fmt: skip
def test_a_customer_is_confirmed_where_nothing_else_says_who_it_is(
    agreed: Contract, change: dict[str, Any], lines: list[Line], standing: Standing, remark: str
) -> None:
    matched = matched_of(*lines, contracts=(agreed,))
    found = confirmed(matched, replace(ON_CUSTOMER, **change), contracts=(agreed,))
    assert found.standings == {0: (standing, remark)}
    expired = standing is Standing.EXPIRED
    assert found.contracts == (frozenset() if expired else {change.get("contract", "C-117")})


def test_decisions_about_findings_confirm_nothing() -> None:
    accepted = Decision(verb="accept", reason="Fine.", kind="missing", contract="C-117")
    found = confirmed(matched_of(AMBIGUOUS), accepted, ON_CUSTOMER, ON_LINE)
    assert found.standings.keys() == {1, 2}
