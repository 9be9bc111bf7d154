"""A check of some contracts only, on lines made by hand: what is left out, and what stays because it may be theirs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from billcheck.configuration.rules import CreditRules, Selector
from billcheck.contracts.terms import ChargeMatching
from billcheck.engine.groups import check_together
from billcheck.engine.keys import make_directory
from billcheck.engine.limits import leave_out_contracts
from billcheck.engine.match import Matched, Matcher
from billcheck.engine.match_rules import MatchRule, match_rule_of
from billcheck.ledger.source import Ledger
from tests.engine.agreements import contract, flat, line

AS_OF = date(2026, 4, 20)
AGREED = (
    contract(flat("A", items=("A",)), flat("B", items=("B",)), name="C-1"),
    contract(flat("C", items=("C",)), name="C-2"),
    contract(flat("D"), flat("E"), name="C-3", customer="Juniper"),
)
REBATES = CreditRules(classes=(("rebate", Selector(items=("REB",))),))


def matched() -> Matched:
    """A line of every sort: of C-1, of C-2, fitting A, B and C, fitting none, declared, a draft, and Juniper's."""
    directory = make_directory(AGREED)
    matcher = Matcher(
        directory, as_of_day=AS_OF.toordinal(), has_price=lambda _slot, _amount: False, credit_rules=REBATES
    )
    lines = [
        line("1", item="A", amount="1.00", description="[Month Year]"), line("2", item="C", amount="2.00"),
        line("3", amount="4.00"), line("4", item="X", amount="8.00"),
        line("5", item="REB", amount="-16.00", kind="credit_note"),
        line("6", item="C", amount="32.00", status="draft"),
        line("7", amount="64.00", customer="Juniper", charge="D", description="Mrach 2026"),
        line("8", amount="128.00", customer="Juniper", charge="F", item="?"),
        line("9", amount="-256.00", customer="Juniper", item="REB", kind="credit_note"),
    ]  # fmt: skip
    for batch in Ledger.from_lines(lines).sources[0].scan(directory.keys()):
        matcher.add(batch, 0)
    return matcher.matched


def test_what_concerns_none_of_the_contracts_is_left_out() -> None:
    """What stays: the line of C-1, what may be its, what fits no charge of its customer, and the rebate."""
    found = matched()
    assert found.ambiguous.keys() >= {2}
    assert leave_out_contracts(found, {"C-1"}, len(found.lines)) == {"C-1"}
    assert list(found.lines.slots) == [0, -1, -1, -1, -1, -1, -1, -1, -1]
    assert found.ambiguous.keys() | found.compared.keys() | found.declared.keys() == {2, 3, 4}
    assert found.placeholders == {0: "[Month Year]"}
    assert found.misspelt == {}
    assert found.out_of_scope == {"EUR": 200 + 6400 + 12800 - 25600}
    assert found.out_of_scope_lines == {"EUR": 4}
    assert (found.aside, found.aside_lines) == ({"EUR": 3200}, 1)
    assert [match_rule_of(found.lines.match_rules[row]) for row in (1, 5, 6)] == [
        MatchRule.OUT_OF_SCOPE, MatchRule.DRAFT, MatchRule.OUT_OF_SCOPE,
    ]  # fmt: skip


def test_what_may_be_of_another_contract_only_is_left_out_with_it() -> None:
    found = matched()
    assert leave_out_contracts(found, {"C-3"}, len(found.lines)) == {"C-3"}
    assert [slot for slot in found.lines.slots if slot >= 0] == [3]
    assert found.placeholders == {}
    assert found.misspelt == {6: ("Mrach 2026", 2026, 3)}
    assert found.ambiguous.keys() | found.compared.keys() | found.declared.keys() == {7, 8}
    assert found.out_of_scope == {"EUR": 100 + 200 + 400 + 800 - 1600}
    assert found.out_of_scope_lines == {"EUR": 5}


def test_contracts_that_are_checked_together_stay_together() -> None:
    """C-1 and C-2 share charges that nothing tells apart; C-3 is another customer's."""
    alike = [contract(flat("Fee", "10.00"), name=name) for name in ("C-1", "C-2")]
    other = contract(flat("Fee", "10.00", matching=ChargeMatching(group="G")), name="C-3", customer="Juniper")
    directory = make_directory((*alike, other))
    matcher = Matcher(directory, as_of_day=AS_OF.toordinal(), has_price=lambda _slot, _amount: False)
    lines = [line("1", amount="20.00"), line("2", amount="10.00", customer="Juniper")]
    for batch in Ledger.from_lines(lines).sources[0].scan(directory.keys()):
        matcher.add(batch, 0)
    found = matcher.matched
    check_together(found, AS_OF)
    assert leave_out_contracts(found, {"C-2"}, len(found.lines)) == {"C-1", "C-2"}
    assert found.out_of_scope == {"EUR": 1000}
    assert [found.documents.number(found.lines.documents[row]) for row in found.lines.rows_of(0)] == ["1"]


def test_a_further_share_of_a_line_is_no_further_line() -> None:
    found = matched()
    leave_out_contracts(found, {"C-1"}, 7)
    assert found.out_of_scope_lines == {"EUR": 2}
    assert found.out_of_scope["EUR"] == int(Decimal("-62.00") * 100)
