"""What was agreed and what was billed by instead, for every kind of mistake, written as two contract files.

Comes in: a seeded generator. Goes out: a `Story`: the agreed contracts, and the terms that billing went by. What a
mistake means is written here once more, as terms that somebody could have agreed; the library's own mistakes are not
used. Must not know ledgers or reports.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

Terms = dict[str, Any]
CENT = Decimal("0.01")
START = date(2024, 1, 1)
YEARS = (2025, 2026)
RATES = [{"role": "senior", "unit_amount": "143.00"}, {"role": "junior", "unit_amount": "97.00"}]


@dataclass(slots=True)
class Story:
    """One contract as agreed and as billed, with others beside it; `share` is what part of each amount was billed."""

    agreed: Terms
    billed: Terms
    others: list[Terms] = field(default_factory=list)
    share: tuple[int, int] = (1, 1)
    tax: str = ""
    is_pinned: bool | None = None


def money(random: Random, low: int = 300, high: int = 9000) -> Decimal:
    """An amount with odd cents, so that hardly any two wrong terms come to the same by chance."""
    return Decimal(random.randrange(low * 100, high * 100) * 10 + random.choice((1, 3, 7, 9))) / 1000 // CENT * CENT


def round_cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def contract(charge: Terms, **more: Any) -> Terms:
    """A contract with one charge."""
    given = {"id": "C-1", "customer": "Acme BV", "currency": "EUR", "start": str(START), **more}
    return {**given, "matching": {"confirmed": True}, "charge": [charge]}


def flat(random: Random, **more: Any) -> Terms:
    """A monthly amount."""
    timing = random.choice(["in_advance", "in_arrears"])
    base = {"name": "Fee", "model": "flat", "amount": str(money(random)), "every": "month", "timing": timing}
    return {**base, **more}


def seats(random: Random, **more: Any) -> Terms:
    """A monthly amount per unit."""
    timing = random.choice(["in_advance", "in_arrears"])
    base = {
        "name": "Seats", "model": "per_unit", "unit_amount": str(money(random, 11, 95)),
        "quantity": str(random.randint(13, 89)), "every": "month", "timing": timing,
    }  # fmt: skip
    return {**base, **more}


def changed(charge: Terms, **terms: Any) -> Terms:
    """The charge with other terms; those that are None are left out."""
    return {key: value for key, value in {**deepcopy(charge), **terms}.items() if value is not None}


def both(agreed: Terms, billed: Terms, **more: Any) -> Story:
    """A story of two charges of one contract."""
    of_contract = more.pop("of_contract", {})
    return Story(contract(agreed, **of_contract), contract(billed, **of_contract), **more)


def first_of_month(random: Random, year: int = 2025) -> date:
    return date(year, random.randint(2, 4 if year == YEARS[-1] else 11), 1)


def inside_a_month(random: Random, year: int = 2025) -> date:
    return date(year, random.randint(2, 11), random.randint(8, 22))


def previous_price(random: Random) -> Story:
    charge = random.choice((flat, seats))(random)
    key, (low, high) = ("amount", (300, 9000)) if charge["model"] == "flat" else ("unit_amount", (11, 95))
    days = [first_of_month(random), first_of_month(random, 2026)]
    steps = [{"on": str(day), key: str(money(random, low, high))} for day in days]
    forgotten = random.randrange(2)
    return both({**charge, "price_steps": steps}, {**charge, "price_steps": steps[:forgotten]})


def old_quantity(random: Random) -> Story:
    charge = seats(random, timing="in_arrears")
    day = random.choice((first_of_month, inside_a_month))(random)
    more = {"on": str(day), "quantity": str(random.randint(91, 140))}
    return both({**charge, "amendments": [more]}, charge)


def old_terms(random: Random) -> Story:
    charge = seats(random)
    change = {
        "on": str(first_of_month(random)),
        "quantity": str(random.randint(91, 140)),
        "unit_amount": str(money(random, 11, 95)),
    }
    return both({**charge, "amendments": [change]}, charge)


def _uplifts(charge: Terms, percents: list[Decimal]) -> list[Terms]:
    """Price steps on the first of January of 2025 and 2026, each a percentage of the price before."""
    price, steps = Decimal(charge["amount"]), []
    for year, percent in zip(YEARS, percents, strict=True):
        price = round_cents(price * (1 + percent / 100))
        steps.append({"on": f"{year}-01-01", "amount": str(price)})
    return steps


def _escalated(random: Random) -> tuple[Terms, Decimal]:
    return flat(random), Decimal(random.choice(["2.3", "3.2", "3.7", "4.1"]))


def missed_uplift(random: Random) -> Story:
    charge, percent = _escalated(random)
    missed = random.randrange(2)
    steps = _uplifts(charge, [percent if number < missed else Decimal(0) for number in range(2)])
    return both({**charge, "escalator": {"percent": str(percent)}}, {**charge, "price_steps": steps})


def skipped_uplift(random: Random) -> Story:
    charge, percent = _escalated(random)
    steps = _uplifts(charge, [Decimal(0), percent])
    return both({**charge, "escalator": {"percent": str(percent)}}, {**charge, "price_steps": steps})


def uplift_twice(random: Random) -> Story:
    charge, percent = _escalated(random)
    twice = random.randrange(2)
    price, steps = Decimal(charge["amount"]), []
    for number, year in enumerate(YEARS):
        for _ in range(2 if number == twice else 1):
            price = round_cents(price * (1 + percent / 100))
        steps.append({"on": f"{year}-01-01", "amount": str(price)})
    return both({**charge, "escalator": {"percent": str(percent)}}, {**charge, "price_steps": steps})


def uplift_without_notice(random: Random) -> Story:
    charge, percent = _escalated(random)
    told = {"percent": str(percent), "requires_notice": True, "notice_days": 30, "notified_on": ["2024-11-15"]}
    return both({**charge, "escalator": told}, {**charge, "price_steps": _uplifts(charge, [percent, percent])})


def uplift_compounding(random: Random) -> Story:
    charge, percent = _escalated(random)
    price = Decimal(charge["amount"])
    simple = [
        {"on": f"{year}-01-01", "amount": str(round_cents(price * (1 + number * percent / 100)))}
        for number, year in enumerate(YEARS, start=1)
    ]
    agreed = {**charge, "escalator": {"percent": str(percent), "rounding": "from_base"}}
    return both(agreed, {**charge, "price_steps": simple})


def uplift_rounding(random: Random) -> Story:
    charge, percent = _escalated(random)
    price = Decimal(charge["amount"])
    stepped, steps = price, []
    for year in YEARS:
        stepped = (stepped * (1 + percent / 100)).quantize(Decimal(1), ROUND_HALF_UP)
        steps.append({"on": f"{year}-01-01", "amount": str(stepped)})
    agreed = {**charge, "escalator": {"percent": str(percent), "rounding": "from_base", "decimals": 0}}
    return both(agreed, {**charge, "price_steps": steps})


def index_terms(random: Random) -> Story:
    charge = flat(random)
    values = {"2023-10": "120.0", "2024-10": "127.5", "2025-10": "131.3"}
    for month in ("2025-01", "2026-01", "2024-01"):
        values[month] = str(Decimal(128) + random.randrange(100) / Decimal(10))
    clause: Terms = {"series": "CPI", "base_month": "2023-10", "lag_months": 3, "values": values, "share": "70"}
    percents = []
    for earlier, later in (("2023-10", "2024-10"), ("2024-10", "2025-10")):
        percents.append((Decimal(values[later]) / Decimal(values[earlier]) - 1) * 100)
    steps = _uplifts(charge, percents)
    return both({**charge, "escalator": {"index": clause}}, {**charge, "price_steps": steps})


def late_change(random: Random) -> Story:
    charge = seats(random, timing="in_arrears")
    day = inside_a_month(random)
    following = date(day.year, day.month + 1, 1)
    more = {"quantity": str(random.randint(91, 140))}
    return both(
        {**charge, "amendments": [{"on": str(day), **more}]}, {**charge, "amendments": [{"on": str(following), **more}]}
    )


def pause_ignored(random: Random) -> Story:
    charge = flat(random)
    day = first_of_month(random, 2025)
    resumed = date(day.year + (day.month > 10), (day.month + 2 - 1) % 12 + 1, 1)
    pause = [{"on": str(day), "change": "pause"}, {"on": str(resumed), "change": "resume"}]
    return both({**charge, "amendments": pause}, {**charge, "amendments": random.choice([[], pause[:1]])})


def cancellation_ignored(random: Random) -> Story:
    charge = flat(random, timing="in_arrears")
    day = inside_a_month(random, 2025)
    last_day = str(date(day.year, day.month + 1, 1) - timedelta(1))
    return both({**charge, "amendments": [{"on": str(day), "change": "cancel"}]}, {**charge, "last_day": last_day})


def minimum_ignored(random: Random) -> Story:
    charge = seats(random)
    worth = Decimal(charge["unit_amount"]) * int(charge["quantity"])
    return both({**charge, "minimum": str(worth + money(random, 20, 90))}, charge)


def maximum_ignored(random: Random) -> Story:
    charge = seats(random)
    worth = Decimal(charge["unit_amount"]) * int(charge["quantity"])
    return both({**charge, "maximum": str(worth - money(random, 20, 90))}, charge)


def retention_ignored(random: Random) -> Story:
    charge = flat(random)
    return both({**charge, "retention": {"percent": "5", "released_on": "2027-12-31"}}, charge, is_pinned=True)


def commitment_whole(random: Random) -> Story:
    """Quarters of 500.00, until 31 August 2025: 62 of 92 days are 336.96 in the last one."""
    charge = flat(random, every="quarter", timing="in_arrears", amount="500.00", matching={"items": ["FEE"]})
    least = money(random, 3000, 6000)
    codes = {"items": ["LEAST"]}
    of_year = {"name": "Commitment", "amount": str(least), "every": "year", "charges": ["Fee"], "matching": codes}
    agreed = contract(charge, last_day="2025-08-31", commitment=[of_year])
    billed = contract(charge, last_day="2025-08-31")
    for name, on, spent in (("Year", "2025-01-01", "2000.00"), ("Months", "2025-08-31", "1336.96")):
        owed = str(least - Decimal(spent))
        billed["charge"].append({"name": name, "model": "one_off", "on": on, "amount": owed, "matching": codes})
    return Story(agreed, billed, is_pinned=False)


def expired_discount(random: Random) -> Story:
    charge = random.choice((flat, seats))(random)
    off = {"percent": random.choice(["7", "11", "13"]), "last_day": str(first_of_month(random) - timedelta(1))}
    return both({**charge, "discounts": [off]}, {**charge, "discounts": [{"percent": off["percent"]}]})


def discount_forgotten(random: Random) -> Story:
    charge = random.choice((flat, seats))(random)
    return both({**charge, "discounts": [{"percent": random.choice(["7", "11", "13"])}]}, charge)


def free_period_billed(random: Random) -> Story:
    charge = flat(random)
    return both({**charge, "free_periods": random.randint(1, 4)}, charge)


def free_period_prolonged(random: Random) -> Story:
    charge = flat(random)
    return both({**charge, "free_periods": 2}, {**charge, "free_periods": random.randint(5, 9)})


def _tiered(random: Random, model: str) -> Terms:
    tiers = [
        {"up_to": "10", "unit_amount": str(money(random, 60, 90)), "flat_amount": "13.37"},
        {"up_to": "50", "unit_amount": str(money(random, 30, 55)), "flat_amount": "29.11"},
        {"unit_amount": str(money(random, 5, 25))},
    ]
    return changed(
        seats(random), unit_amount=None, model=model, tiers=tiers, quantity=str(random.choice([14, 33, 58, 91]))
    )


def other_tier_rule(random: Random) -> Story:
    names = ["graduated", "volume"]
    random.shuffle(names)
    charge = _tiered(random, names[0])
    return both(charge, {**charge, "model": names[1]})


def neighbouring_tier(random: Random) -> Story:
    charge = _tiered(random, "volume")
    return both(charge, {**charge, "tiers": [changed(charge["tiers"][0], up_to=None)]})


def tier_amount_forgotten(random: Random) -> Story:
    charge = _tiered(random, "graduated")
    return both(charge, {**charge, "tiers": [changed(tier, flat_amount=None) for tier in charge["tiers"]]})


def zero_not_billed(random: Random) -> Story:
    charge = {**_tiered(random, "graduated"), "quantity": "0"}
    grown = [{"on": str(first_of_month(random)), "quantity": "14"}]
    return both({**charge, "amendments": grown}, {**charge, "amendments": grown, "bill_zero": False})


def _packages(random: Random, **more: Any) -> Terms:
    charge = changed(seats(random), unit_amount=None, model="package", amount=str(money(random, 20, 90)))
    return {**charge, "package_size": "10", "quantity": "47", **more}


def package_rounding(random: Random) -> Story:
    charge = _packages(random)
    return both(charge, {**charge, "package_rounding": "down"})


def free_units_forgotten(random: Random) -> Story:
    charge = _packages(random)
    return both({**charge, "free_units": "20"}, charge)


def other_percent(random: Random) -> Story:
    tiers = [{"up_to": "10000", "percent": "2.3"}, {"percent": "1.1"}]
    charge = changed(
        flat(random), amount=None, model="percentage", tiers=tiers, quantity=str(money(random, 11000, 90000))
    )
    which = random.choice(tiers)["percent"]
    return both(charge, changed(charge, tiers=None, percent=which))


def _card(random: Random, **more: Any) -> Terms:
    hours = [{"role": "senior", "quantity": "12.5"}, {"role": "junior", "quantity": "21"}]
    charge = {**flat(random), "model": "time", "rates": RATES, "hours": hours, **more}
    return {**charge, "included": "10"}


def included_hours_billed(random: Random) -> Story:
    charge = _card(random)
    return both(charge, {**charge, "included": "0"})


def overage_ignored(random: Random) -> Story:
    charge = _card(random)
    return both({**charge, "overage": "171.00"}, charge)


def price_for_other_time(random: Random) -> Story:
    charge = flat(random, every="quarter")
    return both({**charge, "amount_per": "year"}, charge)


def _short_first(random: Random) -> Terms:
    return flat(random, start=str(date(2025, random.choice([1, 3, 5, 7]), random.randint(9, 21))), anchor_day=1)


def part_in_full(random: Random) -> Story:
    charge = _short_first(random)
    return both(charge, {**charge, "proration_first": "full_period"})


def part_forgotten(random: Random) -> Story:
    charge = _short_first(random)
    return both(charge, {**charge, "proration_first": "none"})


def other_day_count(random: Random) -> Story:
    charge = _short_first(random)
    return both(charge, {**charge, "proration_first": random.choice(["30_360", "actual_30"])})


def other_full_period(random: Random) -> Story:
    """From 5 March: of the 28 days from 10 February, or of the 31 from 5 March."""
    charge = flat(random, start="2025-03-05", anchor_day=10)
    return both(charge, {**charge, "proration_denominator": "from_start"})


def inclusive_end(random: Random) -> Story:
    charge = flat(random)
    last_day = inside_a_month(random, 2026).replace(month=2)
    other = last_day + timedelta(random.choice([-1, 1]))
    return both({**charge, "last_day": str(last_day)}, {**charge, "last_day": str(other)})


def other_rhythm(random: Random) -> Story:
    charge = flat(random)
    ways = ["month", "4 weeks"]
    random.shuffle(ways)
    return both({**charge, "every": ways[0]}, {**charge, "every": ways[1]})


def other_alignment(random: Random) -> Story:
    charge = flat(random, start=str(date(2025, 1, random.randint(9, 20))))
    ways = [charge, {**charge, "align": "calendar"}]
    random.shuffle(ways)
    return both(*ways)


def _share_of_tax(random: Random, *, on_top: bool) -> Story:
    charge = flat(random)
    return both(charge, charge, of_contract={"tax": {"percent": "21"}}, share=(121, 100) if on_top else (100, 121))


def tax_included(random: Random) -> Story:
    return _share_of_tax(random, on_top=False)


def tax_on_top(random: Random) -> Story:
    return _share_of_tax(random, on_top=True)


def other_charge(random: Random) -> Story:
    charge, support = (
        flat(random, matching={"items": ["FEE"]}),
        flat(random, name="Support", matching={"items": ["SUP"]}),
    )
    agreed, billed = contract(charge), contract({**charge, "amount": support["amount"]})
    for each in (agreed, billed):
        each["charge"].append(support)
    return Story(agreed, billed)


def other_contract(random: Random) -> Story:
    charge, other = flat(random, matching={"items": ["FEE"]}), flat(random, matching={"items": ["OTHER"]})
    beside = [{**contract(other), "id": "C-2"}]
    return both(charge, {**charge, "amount": other["amount"]}, others=beside)


def usual_price(random: Random) -> Story:
    charge = seats(random, matching={"items": ["SEATS"]})
    usual = str(money(random, 11, 95))
    others = [
        {**contract({**seats(random), "matching": {"items": ["SEATS"]}, "unit_amount": usual}), "id": f"M-{number}",
         "customer": f"Client {number}"}
        for number in range(4)
    ]  # fmt: skip
    return both(charge, {**charge, "unit_amount": usual}, others=others)


def swapped_digits(random: Random) -> Story:
    digits = random.sample("123456789", 5)
    swapped = digits.copy()
    place = random.randrange(4)
    swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
    charge = flat(random)
    amounts = [f"{''.join(each[:3])}.{''.join(each[3:])}" for each in (digits, swapped)]
    return both({**charge, "amount": amounts[0]}, {**charge, "amount": amounts[1]})


def half_rate(random: Random) -> Story:
    return _share(random, (1, 2))


def double_rate(random: Random) -> Story:
    return _share(random, (2, 1))


def part_rate(random: Random) -> Story:
    return _share(random, random.choice([(1, 3), (3, 4), (5, 7), (11, 12)]))


def multiple_rate(random: Random) -> Story:
    return _share(random, random.choice([(3, 1), (3, 2), (12, 5)]))


def _share(random: Random, share: tuple[int, int]) -> Story:
    charge = random.choice((flat, seats))(random)
    return both(charge, charge, share=share)


STORIES: dict[str, Callable[[Random], Story]] = {
    make.__name__: make
    for make in (
        previous_price, old_quantity, old_terms, missed_uplift, skipped_uplift, uplift_twice, uplift_without_notice,
        uplift_compounding, uplift_rounding, index_terms, late_change, pause_ignored, cancellation_ignored,
        minimum_ignored, maximum_ignored, retention_ignored, commitment_whole, expired_discount, discount_forgotten,
        free_period_billed, free_period_prolonged, other_tier_rule, neighbouring_tier, tier_amount_forgotten,
        zero_not_billed, package_rounding, free_units_forgotten, other_percent, included_hours_billed, overage_ignored,
        price_for_other_time, part_in_full, part_forgotten, other_day_count, other_full_period,
        inclusive_end, other_rhythm, other_alignment, tax_included, tax_on_top, other_charge, other_contract,
        usual_price, swapped_digits, half_rate, double_rate, part_rate, multiple_rate,
    )
}  # fmt: skip
"""A story for every kind of mistake and pattern, by its code."""
