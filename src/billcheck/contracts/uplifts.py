"""Uplifts that a contract agrees in advance, as frozen values that pricing reads: by a percentage or by an index.

Comes in: validated terms from contract files, or values made by hand. Goes out: values with every default filled in.
Months are written as the first day of the month. Must not know charges, files or prices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

CONTRACT_ESCALATOR = "contract.escalator"
"""The name of an escalator that stands with the contract and not with its charge."""

UpliftRounding = Literal["per_step", "from_base"]
UpliftBilling = Literal["next_invoice", "immediate"]


@dataclass(frozen=True, slots=True)
class IndexClause:
    """How prices follow an index.

    An uplift takes the change of the index from one reference month to the next: the first from `base_month`, each
    other from that of the uplift before. The reference month lies `lag_months` before the month of the uplift. `share`
    percent of the change counts, then `plus` percentage points are added, and the result is held between `floor` and
    `cap` percent (None: without). `values` are pairs of month and value, in the order of months; `series` is the name
    of the index, shown and never looked up.
    """

    series: str
    base_month: date
    values: tuple[tuple[date, Decimal], ...]
    lag_months: int = 0
    share: Decimal | None = None
    plus: Decimal | None = None
    cap: Decimal | None = None
    floor: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """An uplift that is only due if the client was told at least `days` before it, on one of `given_on`."""

    days: int = 0
    given_on: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Escalator:
    """A rule by which the price in force rises again and again.

    Exactly one of `percent` and `index` is set. `month_and_day` is the calendar date of uplifts; None takes the
    anniversary of the charge's start. The first uplift is the first such day at least `first_after_months` after that
    start (None: `every_months`), every other comes `every_months` after the one before. `is_compounding` counts a
    percentage of the price in force, else of the price agreed last. `rounding` says whether each step is rounded and
    the next one starts from that (per_step), or all steps start unrounded from the price agreed last (from_base);
    `decimals` to how many digits (None: those of the currency, or of the price as written where it has more).
    `first_on` fixes the first day instead, as renewals do; `name` is the term that an explanation names.

    `until` (exclusive), `skipped` and `doubled` belong to `billcheck.pricing.mistakes`: uplifts that were forgotten for
    good, forgotten once, and given twice.
    """

    percent: Decimal | None = None
    index: IndexClause | None = None
    month_and_day: tuple[int, int] | None = None
    every_months: int = 12
    first_after_months: int | None = None
    is_compounding: bool = True
    rounding: UpliftRounding = "per_step"
    decimals: int | None = None
    notice: Notice | None = None
    applies: Literal["day", "next_period"] = "day"
    change_billing: UpliftBilling = "next_invoice"
    first_on: date | None = None
    name: str = "escalator"
    until: date | None = None
    skipped: tuple[date, ...] = ()
    doubled: tuple[date, ...] = ()
