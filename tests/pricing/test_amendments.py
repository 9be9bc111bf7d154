"""Segments of constant terms: which row knows which change."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from billcheck.contracts.prices import FlatPrice, UnitPrice
from billcheck.contracts.terms import Amendment, ChangeBilling, Discount, PriceStep
from billcheck.pricing.amendments import (
    Row,
    discounted,
    exact_amount,
    exact_part,
    rows_of_period,
)
from billcheck.pricing.proration import Measure
from billcheck.pricing.timeline import FROM_THE_BEGINNING, Point, Timeline, make_timeline
from tests.pricing.samples import flat, one_off, per_unit

if TYPE_CHECKING:
    from billcheck.contracts.prices import Price
    from billcheck.contracts.terms import Charge

JANUARY = (date(2026, 1, 1).toordinal(), date(2026, 2, 1).toordinal())
"""A period of 31 days."""


def on(day: int) -> date:
    """A day of January."""
    return date(2026, 1, day)


def ordinal(day: int) -> int:
    """A day of January as an ordinal; 32 is the first of February."""
    return JANUARY[0] + day - 1


def january(charge: Charge, *, due: int, next_due: int = 32) -> list[Row]:
    """The rows of January where its regular row is due on this day of it."""
    return rows_of_period(make_timeline(charge), Measure(*JANUARY, *JANUARY), ordinal(due), (ordinal(next_due),))


def spans(row: Row) -> list[tuple[int, int, str]]:
    """First and last day of January of each part, with its price."""
    return [(part.first_day - JANUARY[0] + 1, part.end - JANUARY[0], written(part.terms.price)) for part in row.parts]


def written(price: Price) -> str:
    """The amount of a flat price."""
    assert isinstance(price, FlatPrice)
    return f"{price.amount}"


def steps(**prices: str) -> tuple[PriceStep, ...]:
    """Price steps by day of January: ``steps(d11="2")``."""
    return tuple(PriceStep(on(int(day[1:])), price=FlatPrice(Decimal(price))) for day, price in prices.items())


def amendment(day: int, price: str, billing: ChangeBilling = "immediate") -> Amendment:
    return Amendment(on(day), price=FlatPrice(Decimal(price)), change_billing=billing)


class TestTimeline:
    def test_terms_that_never_change_are_one(self) -> None:
        timeline = make_timeline(flat("1"))
        assert [terms.first_day for terms in timeline.versions[0].terms] == [FROM_THE_BEGINNING]
        assert timeline.cuts == ()
        assert timeline.next_cut(ordinal(1)) is None

    def test_terms_hold_from_their_day_to_the_day_before_the_next(self) -> None:
        timeline = make_timeline(flat("1", price_steps=steps(d11="2", d21="3")))
        found = [timeline.terms_on(ordinal(day)).price for day in (1, 10, 11, 20, 21, 31)]
        assert found == [FlatPrice(Decimal(price)) for price in (1, 1, 2, 2, 3, 3)]

    def test_each_term_remembers_when_it_was_set(self) -> None:
        charge = per_unit(
            "1",
            "5",
            price_steps=(PriceStep(on(11), price=UnitPrice(Decimal(2))),),
            amendments=(Amendment(on(21), quantity=Decimal(6)),),
        )
        last = make_timeline(charge).terms_on(ordinal(31))
        assert (last.price, last.quantity) == (UnitPrice(Decimal(2)), Decimal(6))
        assert (last.price_since, last.quantity_since) == (ordinal(11), ordinal(21))

    def test_changes_of_one_day_are_one(self) -> None:
        charge = per_unit(
            "1",
            "5",
            price_steps=(PriceStep(on(11), price=UnitPrice(Decimal(2))),),
            amendments=(Amendment(on(11), quantity=Decimal(6), change_billing="immediate"),),
        )
        timeline = make_timeline(charge)
        assert len(timeline.versions[0].terms) == 2
        assert timeline.changes == (Point(ordinal(11), ordinal(11), is_immediate=True),)
        assert timeline.cuts == (ordinal(11),)

    def test_being_immediate_is_not_inherited(self) -> None:
        charge = flat("1", amendments=(amendment(11, "2"), amendment(21, "3", "next_invoice")))
        assert [point.is_immediate for point in make_timeline(charge).changes] == [True, False]

    def test_a_quantity_of_what_is_not_counted_changes_nothing(self) -> None:
        stray = Amendment(on(11), quantity=Decimal(9))
        terms = make_timeline(flat("1", amendments=(stray,))).terms_on(ordinal(12))
        assert (terms.price, terms.quantity) == (FlatPrice(Decimal(1)), None)

    def test_a_price_of_another_kind_replaces_the_old_one_as_a_whole(self) -> None:
        plan = Amendment(on(11), quantity=Decimal(9), price=UnitPrice(Decimal(2)))
        back = Amendment(on(21), price=FlatPrice(Decimal(3)))
        timeline = make_timeline(flat("1", amendments=(plan, back)))
        found = [(terms.price, terms.quantity) for terms in timeline.versions[0].terms]
        assert found == [
            (FlatPrice(Decimal(1)), None),
            (UnitPrice(Decimal(2)), Decimal(9)),
            (FlatPrice(Decimal(3)), None),
        ]

    def test_discounts_hold_from_their_first_to_their_last_day(self) -> None:
        discount = Discount(Decimal(10), on(11), on(21))
        timeline = make_timeline(flat("1", discounts=(discount,)))
        assert [len(timeline.discounts_on(ordinal(day))) for day in (10, 11, 20, 21)] == [0, 1, 1, 0]
        assert timeline.cuts == (ordinal(11), ordinal(21))

    def test_the_next_cut_comes_after_the_day(self) -> None:
        timeline = make_timeline(flat("1", price_steps=steps(d11="2", d21="3")))
        assert [timeline.next_cut(ordinal(day)) for day in (10, 11, 20, 21)] == [
            ordinal(11),
            ordinal(21),
            ordinal(21),
            None,
        ]

    def test_a_one_off_has_a_timeline_too(self) -> None:
        assert make_timeline(one_off("9", on(5))).terms_on(ordinal(5)).price == FlatPrice(Decimal(9))


class TestRows:
    def test_nothing_changes(self) -> None:
        (row,) = january(flat("31"), due=1)
        assert spans(row) == [(1, 31, "31")]
        assert not row.is_change

    def test_a_change_known_on_the_due_day_cuts_the_row(self) -> None:
        (row,) = january(flat("1", price_steps=steps(d11="2", d21="3")), due=21)
        assert spans(row) == [(1, 10, "1"), (11, 20, "2"), (21, 31, "3")]

    def test_a_change_after_the_due_day_is_a_row(self) -> None:
        regular, change = january(flat("1", price_steps=steps(d11="2", d21="3")), due=20)
        assert spans(regular) == [(1, 10, "1"), (11, 31, "2")]
        assert spans(change) == [(21, 31, "3")]
        assert change.parts[0].instead_of == regular.parts[1].terms
        assert (change.due_day, change.is_change) == (ordinal(32), True)

    def test_a_change_on_the_first_day_is_in_the_regular_row(self) -> None:
        (row,) = january(flat("1", price_steps=steps(d1="2")), due=1)
        assert spans(row) == [(1, 31, "2")]

    def test_a_change_on_the_day_after_is_none_of_this_period(self) -> None:
        charge = flat("1", price_steps=(PriceStep(date(2026, 2, 1), price=FlatPrice(Decimal(2))),))
        (row,) = january(charge, due=1)
        assert spans(row) == [(1, 31, "1")]

    def test_a_row_due_after_the_period_knows_all_of_it(self) -> None:
        (row,) = january(flat("1", price_steps=steps(d11="2")), due=45, next_due=60)
        assert spans(row) == [(1, 10, "1"), (11, 31, "2")]

    def test_changes_due_together_share_the_days(self) -> None:
        _, first, second = january(flat("1", price_steps=steps(d11="2", d21="4")), due=1)
        assert (spans(first), spans(second)) == ([(11, 20, "2")], [(21, 31, "4")])
        assert first.parts[0].instead_of == second.parts[0].instead_of

    def test_a_change_billed_before_the_next_keeps_its_days(self) -> None:
        _, first, second = january(flat("1", amendments=(amendment(11, "2"), amendment(21, "4"))), due=1)
        assert (spans(first), spans(second)) == ([(11, 31, "2")], [(21, 31, "4")])
        assert second.parts[0].instead_of == first.parts[0].terms

    def test_an_immediate_change_before_one_that_waits(self) -> None:
        charge = flat("1", amendments=(amendment(11, "2"),), price_steps=steps(d21="4"))
        _, first, second = january(charge, due=1)
        assert [(row.due_day, spans(row)) for row in (first, second)] == [
            (ordinal(11), [(11, 31, "2")]),
            (ordinal(32), [(21, 31, "4")]),
        ]
        assert second.parts[0].instead_of == first.parts[0].terms

    def test_an_immediate_change_after_one_that_waits(self) -> None:
        """The one that waits is billed last and knows both; the immediate one bills all that is not yet due."""
        charge = flat("1", price_steps=steps(d11="2"), amendments=(amendment(21, "4"),))
        regular, first, second = january(charge, due=1)
        assert [(row.due_day, spans(row)) for row in (first, second)] == [
            (ordinal(32), [(11, 20, "2")]),
            (ordinal(21), [(21, 31, "4")]),
        ]
        assert second.parts[0].instead_of == regular.parts[0].terms

    def test_discounts_cut_changes_and_rows_alike(self) -> None:
        charge = flat("1", price_steps=steps(d11="2"), discounts=(Discount(Decimal(10), end=on(21)),))
        regular, change = january(charge, due=1)
        assert spans(regular) == [(1, 20, "1"), (21, 31, "1")]
        assert spans(change) == [(11, 20, "2"), (21, 31, "2")]
        assert [len(part.discounts) for part in change.parts] == [1, 0]

    def test_rows_of_a_period_come_to_its_days_at_their_own_prices(self) -> None:
        """However a change is billed, the days cost the same together: 10 at 1, 10 at 2 and 11 at 4 a month."""
        days = Fraction(10 * 1 + 10 * 2 + 11 * 4, 31) * 100
        for billings in (("immediate", "immediate"), ("immediate", "next_invoice"), ("next_invoice", "immediate")):
            changes = (amendment(11, "2", billings[0]), amendment(21, "4", billings[1]))
            for due in (1, 11, 15, 21, 31):
                rows = january(flat("1", amendments=changes), due=due)
                assert sum(Fraction(*exact_amount(row, 100)) for row in rows) == days


class TestAmounts:
    def test_a_part_costs_its_share(self) -> None:
        (row,) = january(flat("31", price_steps=steps(d11="62")), due=11)
        assert [Fraction(*exact_part(part, row.measure, 100)) for part in row.parts] == [1000, 4200]
        assert Fraction(*exact_amount(row, 100)) == 5200

    def test_discounts_compound_and_stop_at_zero(self) -> None:
        price = (1000, 1)
        assert Fraction(*discounted(price, ())) == 1000
        assert Fraction(*discounted(price, (Discount(Decimal(10)), Discount(Decimal("2.5"))))) == Fraction(8775, 10)
        assert Fraction(*discounted(price, (Discount(Decimal(200)), Discount(Decimal(200))))) == 0

    def test_an_empty_timeline_has_no_days(self) -> None:
        timeline = Timeline(make_timeline(flat("1")).versions, (), (), ())
        assert timeline.discounts_on(ordinal(1)) == ()
