"""Which charges are checked together, and what becomes of the lines that asked for it; monthly charges in advance."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.terms import ChargeMatching
from billcheck.engine.groups import check_together
from billcheck.engine.keys import make_directory
from billcheck.engine.match import Matched, Matcher
from billcheck.engine.match_rules import RULE_MASK, MatchRule, Named
from billcheck.ledger.source import Ledger
from tests.engine.agreements import contract, flat, line, one_off

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.terms import Charge, Contract
    from billcheck.ledger.line import Line

AS_OF = date(2026, 9, 4)


def monthly(name: str, amount: str = "10.00", **terms: Any) -> Charge:
    return flat(name, amount, timing="in_advance", invoice_day=None, **terms)


def grouped(name: str, group: str) -> Charge:
    return monthly(name, matching=ChargeMatching(group=group))


def coded(name: str, amount: str, group: str) -> Charge:
    """A charge of a group, with its name as its item."""
    return monthly(name, amount, matching=ChargeMatching(group=group, items=(name,)))


def together(contracts: Sequence[Contract], *lines: Line) -> Matched:
    """Lines matched, with groups in place of their members; amounts tell no charge."""
    directory = make_directory(tuple(contracts))
    matcher = Matcher(directory, as_of_day=AS_OF.toordinal(), has_price=lambda _slot, _amount: False)
    for batch in Ledger.from_lines(lines).sources[0].scan(directory.keys()):
        matcher.add(batch, 0)
    check_together(matcher.matched, AS_OF)
    return matcher.matched


def groups_of(matched: Matched) -> list[list[str]]:
    """The names of the members of each group, in order."""
    return [[member.charge.name for member in slot.members] for slot in matched.directory.slots if slot.members]


def lines_of(matched: Matched) -> dict[str, list[tuple[str, int]]]:
    """Document and cents of the lines of each charge, or of the group that stands in the place of its first."""
    return {
        slot.charge.name: [
            (matched.documents.number(matched.lines.documents[row]), matched.lines.amounts[row])
            for row in matched.lines.rows_of(slot.number)
        ]
        for slot in matched.directory.slots
    }


def bill(document: str, day: str, amount: str, **fields: Any) -> Line:
    return line(document, day, amount, **fields)


# --- declared --------------------------------------------------------------------------------------------------------


def test_charges_of_a_contract_that_declare_one_group_are_checked_together_though_no_line_asks_for_it() -> None:
    agreed = contract(grouped("A", "G"), grouped("B", "H"), grouped("C", "g "), grouped("D", "H"), monthly("E"))
    matched = together(
        [agreed], bill("1", "2026-01-01", "20.00", charge="C"), bill("2", "2026-01-01", "5.00", charge="E")
    )
    assert groups_of(matched) == [["A", "C"], ["B", "D"]]
    assert matched.merged == {2, 3}
    assert lines_of(matched) == {"A": [("1", 2000)], "B": [], "C": [], "D": [], "E": [("2", 500)]}
    assert list(matched.is_plain) == [0, 0, 1, 1, 1]
    assert matched.shares == 0


def test_groups_of_one_name_in_two_contracts_are_two() -> None:
    one = contract(grouped("A", "G"), grouped("B", "G"))
    other = contract(grouped("C", "G"), grouped("D", "G"), name="C-2", customer="Juniper")
    matched = together([one, other], bill("1", "2026-01-01", "20.00", charge="A"))
    assert groups_of(matched) == [["A", "B"], ["C", "D"]]
    assert matched.touched_contracts == {"C-117"}


def test_a_group_of_one_charge_is_none() -> None:
    matched = together([contract(grouped("A", "G"), monthly("B", items=("B",)))], bill("1", "2026-01-01", "7.00"))
    assert groups_of(matched) == []
    assert matched.ambiguous == {0: (0, 1)}
    assert matched.merged == set()


# --- exact sums ------------------------------------------------------------------------------------------------------

CODED = contract(
    monthly("A", "10.00", items=("A",)), monthly("B", "25.00", items=("B",)), monthly("C", "40.00", items=("C",))
)


def test_charges_that_only_ever_come_as_a_sum_are_checked_together() -> None:
    """Neither A nor B has a line of its own; 35.00 in January is both."""
    matched = together([CODED], bill("1", "2026-01-01", "35.00"), bill("2", "2026-01-01", "40.00", item="C"))
    assert groups_of(matched) == [["A", "B"]]
    assert lines_of(matched) == {"A": [("1", 3500)], "B": [], "C": [("2", 4000)]}
    assert matched.ambiguous == {}
    assert list(matched.lines.match_rules) == [
        MatchRule.TOGETHER | Named.CUSTOMER, MatchRule.ITEM | Named.CUSTOMER,
    ]  # fmt: skip
    assert matched.merged == {1}


def test_a_sum_of_charges_that_have_lines_of_their_own_is_split() -> None:
    """A has its own line in February, so 35.00 in January is 10.00 of A and 25.00 of B."""
    matched = together(
        [CODED], bill("1", "2026-01-01", "35.00", reference="C-117"), bill("2", "2026-02-01", "10.00", item="A")
    )
    assert groups_of(matched) == []
    assert lines_of(matched) == {"A": [("1", 1000), ("2", 1000)], "B": [("1", 2500)], "C": []}
    assert matched.ambiguous == {}
    assert matched.shares == 1
    assert {rule for rule in matched.lines.match_rules if rule & RULE_MASK == MatchRule.EXACT_SUM} == {
        MatchRule.EXACT_SUM | Named.REFERENCE
    }
    assert list(matched.is_plain) == [0, 0, 1]


def test_two_sums_are_split_each_by_itself() -> None:
    """January's and March's 35.00; two lines become four."""
    lines = [
        bill("1", "2026-01-01", "35.00"),
        bill("2", "2026-02-01", "10.00", item="A"),
        bill("3", "2026-03-01", "35.00"),
    ]
    matched = together([CODED], *lines)
    assert lines_of(matched)["A"] == [("1", 1000), ("2", 1000), ("3", 1000)]
    assert lines_of(matched)["B"] == [("1", 2500), ("3", 2500)]
    assert matched.shares == 2


@pytest.mark.parametrize(
    ("day", "is_split"),
    [
        ("2026-02-14", True),  # sixteen days before the line of A of 2 March
        ("2026-02-15", False),  # fifteen, half a month of thirty days: A is billed already
        ("2026-03-02", False),
        ("2026-03-17", False),
        ("2026-03-18", True),
    ],
)
def test_a_charge_with_a_line_of_its_own_at_the_time_is_no_part_of_a_sum(day: str, is_split: bool) -> None:
    matched = together([CODED], bill("1", "2026-03-02", "10.00", item="A"), bill("2", day, "35.00"))
    assert (lines_of(matched)["B"] == [("2", 2500)]) is is_split
    assert (1 in matched.ambiguous) is not is_split


def test_a_stated_period_counts_instead_of_the_day() -> None:
    """A was billed in March; a line of March that states January is of January."""
    own = bill("1", "2026-03-01", "10.00", item="A")
    assert lines_of(together([CODED], own, bill("2", "2026-03-01", "35.00")))["B"] == []
    assert lines_of(together([CODED], own, bill("2", "2026-03-01", "35.00", description="January 2026")))["B"] == [
        ("2", 2500)
    ]


@pytest.mark.parametrize(
    "fields",
    [{"amount": "-35.00"}, {"currency": "USD"}, {"amount": "34.99"}, {"amount": "0.00", "description": "May 2026"}],
)
def test_what_is_no_exact_sum_of_invoices_in_the_currency_stays_open_and_hides_no_later_sum(
    fields: dict[str, str],
) -> None:
    first = line(**({"document": "1", "day": "2026-05-01", "amount": "35.00"} | fields))
    matched = together([CODED], first, bill("2", "2026-01-01", "35.00"))
    assert groups_of(matched) == [["A", "B"]]
    assert lines_of(matched)["A"] == [("2", 3500)]
    assert matched.ambiguous == {0: (0, 2)}  # as the group is one of those that it fits


def test_the_sum_of_a_cent_and_a_cent_is_a_sum() -> None:
    small = contract(monthly("A", "0.01", items=("A",)), monthly("B", "0.01", items=("B",)))
    assert groups_of(together([small], bill("1", "2026-01-01", "0.02"))) == [["A", "B"]]


# --- what nothing tells apart ----------------------------------------------------------------------------------------

ALIKE = contract(monthly("A", "10.00"), monthly("B", "25.00"))


def test_charges_that_no_line_tells_apart_are_checked_together() -> None:
    matched = together([ALIKE], bill("1", "2026-01-01", "7.00"), bill("2", "2026-02-01", "-1.00", kind="credit_note"))
    assert groups_of(matched) == [["A", "B"]]
    assert lines_of(matched) == {"A": [("1", 700), ("2", -100)], "B": []}
    assert matched.ambiguous == {}


@pytest.mark.parametrize(
    ("charges", "other"),
    [
        ((monthly("A"), monthly("B", items=("B",))), []),  # a code tells them apart
        ((monthly("A"), flat("B")), []),  # one in advance, the other in arrears
        ((monthly("A"), monthly("B")), [bill("9", "2026-05-01", "3.00", charge="B")]),  # a line names one of them
        ((monthly("A"), monthly("B")), [bill("9", "2026-05-01", "3.00", description="for B")]),
    ],
)
def test_charges_that_something_tells_apart_are_not(charges: tuple[Charge, ...], other: list[Line]) -> None:
    matched = together([contract(*charges)], bill("1", "2026-01-01", "7.00"), *other)
    assert groups_of(matched) == []
    assert matched.ambiguous == {0: (0, 1)}


def test_a_one_off_is_never_checked_together() -> None:
    two = contract(one_off("A", "10.00"), one_off("B", "10.00"))
    assert groups_of(together([two], bill("1", "2026-01-01", "20.00"))) == []


def test_charges_without_code_join_though_an_earlier_line_asks_for_nothing() -> None:
    """The first line takes money back, and alone would ask for no group."""
    lines = [bill("1", "2026-01-01", "-7.00", kind="credit_note"), bill("2", "2026-02-01", "7.00")]
    assert groups_of(together([ALIKE], *lines)) == [["A", "B"]]
    assert groups_of(together([ALIKE], lines[0])) == []


def test_a_line_that_fits_two_groups_stays_open_between_them() -> None:
    """A + B and C + D are declared; what fits all four charges fits two groups."""
    agreed = contract(
        *(coded(name, "10.00", group) for name, group in (("A", "G"), ("B", "G"), ("C", "H"), ("D", "H")))
    )
    matched = together([agreed], bill("1", "2026-01-01", "7.00", reference="x"), bill("2", "2026-01-01", "8.00"))
    assert matched.ambiguous == {0: (0, 2), 1: (0, 2)}
    assert groups_of(matched) == [["A", "B"], ["C", "D"]]


def test_a_sum_inside_one_group_goes_to_the_group_and_one_over_two_is_split_by_group() -> None:
    """A + B are one group. 10 + 25 is its own; 10 + 25 + 40 is 35 of the group and 40 of C."""
    in_group = coded("A", "10.00", "G"), coded("B", "25.00", "G")
    agreed = contract(*in_group, monthly("C", "40.00", items=("C",)))
    own = [bill("8", "2026-05-01", "10.00", item="A"), bill("9", "2026-05-01", "40.00", item="C")]
    matched = together([agreed], bill("1", "2026-01-01", "35.00"), bill("2", "2026-03-01", "75.00"), *own)
    assert lines_of(matched) == {"A": [("1", 3500), ("2", 3500), ("8", 1000)], "B": [], "C": [("9", 4000), ("2", 4000)]}
    assert matched.shares == 1
    assert matched.ambiguous == {}


def test_contracts_of_which_one_is_touched_are_touched_together_and_others_stay_so() -> None:
    one, two = contract(monthly("A")), contract(monthly("B"), name="C-2")
    other = contract(monthly("C"), name="C-3", customer="Juniper")
    matched = together(
        [one, two, other], bill("1", "2026-01-01", "20.00"), bill("2", "2026-01-01", "5.00", customer="Juniper")
    )
    assert groups_of(matched) == [["A", "B"]]
    assert matched.touched_contracts == {"C-117", "C-2", "C-3"}
