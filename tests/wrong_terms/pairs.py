"""Two declared mistakes at once, as agreed and as billed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.wrong_terms.stories import both, flat, money, seats

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.wrong_terms.stories import Story, Terms

OFF = "9"


def _terms(random: Random, first: str, second: str) -> tuple[Terms, Terms]:
    """The agreed charge with the terms of both mistakes, and the charge without what they leave out."""
    needs_units = "old_quantity" in (first, second)
    charge = seats(random, timing="in_arrears") if needs_units else flat(random)
    key, (low, high) = ("unit_amount", (11, 95)) if needs_units else ("amount", (300, 9000))
    agreed, billed = dict(charge), dict(charge)
    if "previous_price" in (first, second):
        days = [f"2025-0{random.randint(2, 6)}-01", "2026-02-01"]
        agreed["price_steps"] = [{"on": day, key: str(money(random, low, high))} for day in days]
    if "missed_uplift" in (first, second):
        agreed["escalator"] = {"percent": "3.7"}
    if needs_units:
        more = random.randint(91, 140)
        days = [f"2025-{random.randint(7, 11):02}-01", "2026-04-01"]
        agreed["amendments"] = [{"on": day, "quantity": str(more + number * 7)} for number, day in enumerate(days)]
    if second == "expired_discount":
        agreed["discounts"] = [{"percent": OFF, "last_day": "2025-01-31"}]
        billed["discounts"] = [{"percent": OFF}]
    if second == "discount_forgotten":
        agreed["discounts"] = [{"percent": OFF}]
    return agreed, billed


def _maker(first: str, second: str) -> Callable[[Random], Story]:
    def make(random: Random) -> Story:
        agreed, billed = _terms(random, first, second)
        return both(agreed, billed, share=(1, 2) if second == "half_rate" else (1, 1))

    return make


PAIRS = (
    ("previous_price", "old_quantity"),
    ("previous_price", "expired_discount"),
    ("previous_price", "discount_forgotten"),
    ("missed_uplift", "old_quantity"),
    ("missed_uplift", "expired_discount"),
    ("missed_uplift", "discount_forgotten"),
    ("old_quantity", "expired_discount"),
    ("old_quantity", "discount_forgotten"),
    ("previous_price", "half_rate"),
    ("missed_uplift", "half_rate"),
    ("old_quantity", "half_rate"),
)
PAIR_STORIES = {f"{first}_and_{second}": _maker(first, second) for first, second in PAIRS}
