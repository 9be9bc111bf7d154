"""What must hold of matching whatever the ledger: names and order mean nothing, and no cent is lost or moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from billcheck import check
from billcheck.configuration.rules import Configuration, Scope, Selector
from billcheck.contracts.terms import ChargeMatching
from billcheck.engine.exact_sums import ExactSums
from billcheck.engine.keys import make_directory
from billcheck.ledger.source import Ledger
from tests.engine.agreements import contract, flat, line

if TYPE_CHECKING:
    from billcheck import Report
    from billcheck.contracts.terms import Charge, Contract
    from billcheck.ledger.line import Line

AS_OF = date(2026, 6, 30)
PRICES = ("100.00", "50.00", "30.00")
ITEMS = ("SUP", "HST", "BCK")
CODES = st.sampled_from((*ITEMS, "DISC", ""))
AMOUNTS = st.sampled_from(("100.00", "50.00", "30.00", "150.00", "80.00", "45.00", "-10.00", "-0.01", "-33.33"))
DRAWN = st.lists(st.tuples(st.integers(1, 5), CODES, AMOUNTS), max_size=14)


def monthly(name: str, amount: str, **matching: object) -> Charge:
    charge = flat(name, amount, timing="in_advance", invoice_day=None)
    return replace(charge, matching=ChargeMatching(**matching))  # type: ignore[arg-type]


def agreed(prefix: str = "") -> Contract:
    charges = [
        monthly(name, price, items=(prefix + item,))
        for name, price, item in zip(("Support", "Hosting", "Backup"), PRICES, ITEMS, strict=True)
    ]
    return contract(*charges)


def written(drawn: list[tuple[int, str, str]], prefix: str = "") -> list[Line]:
    """One invoice a month, with the lines drawn for it."""
    return [
        line(f"INV-{month}", f"2026-{month:02}-01", amount, item=prefix + item if item else "", description="Services")
        for month, item, amount in sorted(drawn, key=lambda entry: entry[0])
    ]


def checked(terms: Contract, lines: list[Line], **options: Configuration) -> Report:
    covers = (date(2026, 1, 1), AS_OF)
    return check([terms], Ledger.from_lines(lines), as_of=AS_OF, covers=covers, **options)  # type: ignore[arg-type]


def figures(report: Report) -> list[tuple[object, ...]]:
    return [(row.charges, row.first_day, row.status, row.expected_minor, row.billed_minor) for row in report.rows]


@given(DRAWN)
def test_other_codes_for_the_same_things_change_nothing(drawn: list[tuple[int, str, str]]) -> None:
    assert figures(checked(agreed(), written(drawn))) == figures(checked(agreed("x-"), written(drawn, "x-")))


@given(DRAWN, st.randoms())
def test_the_order_of_lines_in_the_ledger_changes_nothing(drawn: list[tuple[int, str, str]], random: object) -> None:
    lines = written(drawn)
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert figures(checked(agreed(), lines)) == figures(checked(agreed(), shuffled))


@given(DRAWN, st.lists(st.tuples(st.integers(1, 5), st.just(""), AMOUNTS), max_size=6))
def test_lines_out_of_scope_change_no_other_row(
    drawn: list[tuple[int, str, str]], left_out: list[tuple[int, str, str]]
) -> None:
    freight = [replace(entry, account="620") for entry in written(left_out)]
    configuration = Configuration(scope=Scope(ignore=Selector(accounts=("620",))))
    with_freight = checked(agreed(), [*written(drawn), *freight], configuration=configuration)
    without = checked(agreed(), written(drawn), configuration=configuration)
    assert figures(with_freight) == figures(without)
    assert sum(total.lines for total in with_freight.out_of_scope) == len(freight)


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from(("100.00", "200.00", "90.00"))), max_size=10))
def test_two_equal_charges_declared_as_a_group_are_one_of_their_sum(drawn: list[tuple[int, str]]) -> None:
    lines = [line(f"INV-{month}", f"2026-{month:02}-01", amount) for month, amount in sorted(drawn)]
    grouped = contract(*(monthly(name, "100.00", group="G") for name in ("One", "Two")))
    one = contract(monthly("Both", "200.00"))
    assert [row[1:] for row in figures(checked(grouped, lines))] == [row[1:] for row in figures(checked(one, lines))]


@given(DRAWN)
def test_every_cent_of_an_invoice_is_billed_or_left_over(drawn: list[tuple[int, str, str]]) -> None:
    lines = written(drawn)
    report = checked(agreed(), lines)
    evidence = sum(item.amount_minor for row in report.rows for item in row.evidence)
    left = sum(item.amount_minor for item in report.residue)
    assert evidence + left == sum(int(entry.amount * 100) for entry in lines)
    assert report.counts.lines == len(lines)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=6), st.integers(1, 40))
def test_an_exact_sum_is_the_only_selection_that_comes_to_it(prices: list[int], amount: int) -> None:
    terms = contract(*(monthly(f"Charge {index}", f"{price}.00") for index, price in enumerate(prices)))
    slots = make_directory((terms,)).slots
    numbers = tuple(range(len(prices)))
    found = ExactSums(slots, date(2027, 1, 1)).find(
        numbers, amount * 100, date(2026, 3, 1).toordinal(), is_pinned=False
    )
    selections = [
        chosen
        for size in range(2, len(prices) + 1)
        for chosen in combinations(numbers, size)
        if sum(prices[number] for number in chosen) == amount
    ]
    assert [number for number, _ in found] == (list(selections[0]) if len(selections) == 1 else [])
    assert sum(price for _, price in found) == (amount * 100 if found else 0)
