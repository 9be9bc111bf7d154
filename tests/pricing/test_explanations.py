"""What derivations say, line by line: uplifts, indices, discounts, bounds, commitments and charges checked together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from billcheck.contracts.prices import FlatPrice, Tier, TieredPrice
from billcheck.contracts.terms import Amendment, Charge, Contract, Discount
from billcheck.contracts.uplifts import Escalator, IndexClause
from billcheck.errors import UsageError
from billcheck.period import Cadence
from billcheck.pricing.changes_wording import describe_discount, percent_text
from billcheck.pricing.combined import combine_schedules
from billcheck.pricing.models import quantity_of
from billcheck.pricing.schedule import make_schedule
from billcheck.pricing.spanning import commitment_row
from billcheck.pricing.wording import exact_text, money_text, plain_number, price_text
from tests.pricing.samples import charges_until, flat, per_unit
from tests.pricing.test_commitments import commitment

D = Decimal
YEAR = Cadence("year")


@pytest.mark.parametrize(
    ("percent", "text"),
    [
        (Fraction(100), "100"),
        (Fraction(0), "0"),
        (Fraction(1, 2), "0.5"),
        (Fraction(-3, 2), "-1.5"),
        (Fraction(1, 3), "0.3333…"),
        (Fraction(-1, 3), "-0.3333…"),
    ],
)
def test_percentages(percent: Fraction, text: str) -> None:
    assert percent_text(percent) == text


def test_numbers_and_prices() -> None:
    assert [plain_number(D(text)) for text in ("100", "1.50", "2.00", "0.07")] == ["100", "1.5", "2", "0.07"]
    assert [money_text(D(text), "EUR") for text in ("100", "1.5", "0.0006", "1234.50")] == [
        "100.00",
        "1.50",
        "0.0006",
        "1,234.50",
    ]
    assert (money_text(D(1200), "JPY"), price_text(TieredPrice("graduated", (Tier(),)), D(3), "EUR")) == (
        "1,200",
        "0.00",
    )
    texts = [exact_text(amount, "EUR") for amount in ((0, 1), (300, 2), (1, 3), (-1, 3), (1, 2))]
    assert texts == ["0.00", "1.50", "0.003333…", "-0.003333…", "0.005"]


@pytest.mark.parametrize(
    ("discount", "text"),
    [
        (Discount(D(10)), "discount of 10 %"),
        (Discount(None, amount=D(5)), "discount of 5.00 for each full period"),
        (Discount(D(10), periods=3), "discount of 10 % for 3 periods"),
        (
            Discount(D(10), date(2026, 2, 1), date(2026, 5, 1)),
            "discount of 10 % from 2026-02-01 through 2026-04-30",
        ),
        (Discount(D(100), periods=2, is_free=True), "free periods: the first 2"),
    ],
)
def test_discounts(discount: Discount, text: str) -> None:
    assert describe_discount(discount, "EUR") == text


def indexed(**clause: Decimal) -> Charge:
    """1,000.00 a year from 2026; the index rises by 8 % from October 2025 to October 2026."""
    values = ((date(2025, 10, 1), D(100)), (date(2026, 10, 1), D(108)))
    terms = IndexClause("CPI", date(2025, 10, 1), values, lag_months=3, **clause)
    return flat("1000", every=YEAR, escalators=(Escalator(index=terms),))


def test_an_index_with_everything_that_was_agreed_of_it() -> None:
    # Half of 8 % and 0.5 more are 4.5 %, held to 4 %: 1,040.00
    charge = indexed(share=D(50), plus=D("0.5"), cap=D(4), floor=D(1))
    lines = charges_until(charge, date(2027, 1, 1))[1].derivation
    assert lines[1].startswith("uplift of 4 % on 2027-01-01 (")
    assert lines[1].endswith("), 1,000.00 to 1,040.00; rounded once per step (default)")
    assert lines[2] == ("CPI: 108 (2026-10) over 100 (2025-10) is 8 %, 50 % of it, plus 0.5, at most 4 %, at least 1 %")


def test_an_index_as_it_is() -> None:
    lines = charges_until(indexed(), date(2027, 1, 1))[1].derivation
    assert lines[2:] == ("CPI: 108 (2026-10) over 100 (2025-10) is 8 %",)


def test_an_uplift_of_tiers_names_no_single_amount() -> None:
    tiers = TieredPrice("graduated", (Tier(None, D(10)),))
    charge = replace(per_unit("10", "3", every=YEAR, escalators=(Escalator(D(10)),)), price=tiers)
    lines = charges_until(charge, date(2027, 1, 1))[1].derivation
    assert lines[0] == "3 × 11.00 per year (2027-01-01 to 2027-12-31) = 33.00"
    assert lines[1].endswith("); rounded once per step (default)")


def test_bounds_are_named_and_reduced_to_their_days() -> None:
    whole, half = charges_until(flat("100", maximum=D(80), end=date(2026, 2, 15)), date(2026, 2, 1))
    assert "maximum of 80.00" in whole.derivation
    assert "100.00, cut to the maximum of 80.00" in whole.derivation
    assert "maximum of 80.00 for its days = 40.00" in half.derivation
    assert "50.00, cut to the maximum for its days of 40.00" in half.derivation
    (least, *_) = charges_until(flat("100", minimum=D(80)), date(2026, 1, 1))
    assert "minimum of 80.00" in least.derivation
    assert "100.00 is not below the minimum" in least.derivation


def test_a_commitment_names_what_counts_towards_it() -> None:
    least = replace(commitment("1500", "half_year"), spans=("Fee", "Seats"))
    days = date(2026, 1, 1).toordinal(), date(2026, 7, 1).toordinal()
    row = commitment_row(least, (*days, days[1]), 160_000, 150_000, "EUR")
    assert (row[:3], row.amount) == ((*days, days[1]), 0)
    assert row.lines == (
        "1,500.00 − 1,600.00 (2026-01-01 to 2026-06-30), at least 0 = 0.00",
        "commitment of 1,500.00 per half year",
        "1,600.00 is what begins in this period of: Fee, Seats",
    )


def test_charges_checked_together_are_shown_as_one() -> None:
    """1,000.00 and 5 × 100.00 in January; in February the seats have ended."""
    fee, seats = flat("1000"), per_unit("100", "5", end=date(2026, 2, 1))
    contract = Contract("C-1", "Acme", "EUR", date(2026, 1, 1), (fee, seats))
    members = [make_schedule(contract, charge, date(2026, 2, 1)) for charge in (fee, seats)]
    together = combine_schedules(members)
    january, february = (date(2026, month, 1).toordinal() for month in (1, 2))
    march, april = (date(2026, month, 1).toordinal() for month in (3, 4))
    assert (together.contract, together.charge, together.amounts) == (contract, fee, (150_000, 100_000, 100_000))
    assert (together.first_days, together.ends) == ((january, february, march), (february, march, april))
    assert (together.due_days, together.changes) == ((january, february, march), (False,) * 3)
    first, second = together.charge_at(0), together.charge_at(1)
    assert (first.charge, first.amount, first.quantity) == ("Fee + Seats", D("1500.00"), None)
    assert first.derivation == (
        "Fee: 1,000.00 per month (2026-01-01 to 2026-01-31) = 1,000.00",
        "Seats: 5 × 100.00 per month (2026-01-01 to 2026-01-31) = 500.00",
        "2 charges checked together = 1,500.00",
    )
    assert first.parts == (*members[0].charge_at(0).parts, *members[1].charge_at(0).parts)
    assert (second.charge, second.derivation) == (
        "Fee",
        ("Fee: 1,000.00 per month (2026-02-01 to 2026-02-28) = 1,000.00",),
    )


def test_parts_of_a_change_have_both_prices_and_none_while_nothing_runs() -> None:
    step = Amendment(date(2026, 1, 16), price=FlatPrice(D(130)))
    (part,) = charges_until(flat("100", amendments=(step,)), date(2026, 2, 1))[2].parts
    assert [item.unit_amount for item in (*part.items, *part.instead_of)] == [D(130), D(100)]
    paused = flat("100", discounts=(Discount(D(10)),), amendments=(Amendment(date(2026, 1, 1), change="pause"),))
    (part,) = charges_until(paused, date(2026, 1, 1))[0].parts
    assert (part.items, part.instead_of, part.discounts) == ((), (), (Discount(D(10)),))


def test_a_counted_charge_needs_its_quantity() -> None:
    with pytest.raises(UsageError, match='charge "Seats" quantity: A charge lacks a term'):
        quantity_of(replace(per_unit("10", "5"), quantity=None))
