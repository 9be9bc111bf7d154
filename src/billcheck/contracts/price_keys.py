"""Which keys make the price of a model, and the price they make.

Comes in: a model, and the table of a charge, a price step or an amendment. Goes out: a frozen price, or faults in the
docket. Must not know what else the table holds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from billcheck.contracts.prices import (
    ZERO,
    FlatPrice,
    PackagePrice,
    PercentagePrice,
    PercentTier,
    Tier,
    TieredPrice,
    TimePrice,
    UnitPrice,
)
from billcheck.contracts.rate_cards import read_rates
from billcheck.contracts.shapes import PricedShape
from billcheck.contracts.values import read_decimal, read_percent, refuse_foreign, require, tables_of
from billcheck.errors import Problem

if TYPE_CHECKING:
    from decimal import Decimal

    from billcheck.contracts.faults import Docket, Path
    from billcheck.contracts.prices import Price
    from billcheck.contracts.shapes import TierShape

PRICE_KEYS: dict[str, tuple[str, ...]] = {
    "flat": ("amount",),
    "per_unit": ("unit_amount",),
    "graduated": ("tiers",),
    "volume": ("tiers",),
    "stairstep": ("tiers",),
    "package": ("amount",),
    "percentage": ("percent",),
    "time": ("rates",),
    "one_off": ("amount",),
    "milestone": ("amount",),
}
"""The keys that a new price of the model must have; percentage may have tiers instead, a milestone a percent."""

KEPT_KEYS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("graduated", "volume", "stairstep"), ("bill_zero",)),
    "package": ("package_size", "free_units", "package_rounding"),
    "percentage": ("tiers",),
    "milestone": ("percent",),
    "time": ("amount", "included", "overage"),
}
"""Further keys of a price; what a price step or an amendment leaves out of them stays as the charge has it."""

_TERMS_OF_PERIODS = (
    *("every", "timing", "start", "end", "last_day"),
    *("amount_per", "semi_month_days", "anchor_day", "align", "invoice_day", "proration", "proration_first"),
    *("proration_last", "proration_denominator", "cancel_day_billed", "rounding", "price_steps", "amendments"),
    *("escalator", "free_periods", "minimum", "maximum"),
)
ONE_DAY_MODELS = frozenset({"one_off", "milestone"})
"""Models of charges that do not recur."""

_RECURRING = ("every", "timing")
_COUNTED = ("quantity", *_RECURRING)

REQUIRED_FOR_MODEL: dict[str, tuple[str, ...]] = {
    "flat": ("amount", *_RECURRING),
    "per_unit": ("unit_amount", *_COUNTED),
    **dict.fromkeys(("graduated", "volume", "stairstep"), ("tiers", *_COUNTED)),
    "package": ("amount", "package_size", *_COUNTED),
    "percentage": _COUNTED,
    "time": ("rates", "hours", *_RECURRING),
    "one_off": ("amount", "on"),
    "milestone": (),
}
"""Keys that a charge needs besides name and model, by its model."""

_KNOWN_QUANTITY = {
    **dict.fromkeys(PRICE_KEYS, ("quantity",)),
    "flat": (),
    "one_off": (),
    "milestone": (),
    "time": ("hours",),
}


@lru_cache(maxsize=64)
def foreign_price_keys(model: str) -> tuple[str, ...]:
    """The price keys that mean nothing for a model."""
    own = (*PRICE_KEYS[model], *KEPT_KEYS.get(model, ()))
    return tuple(key for key in PricedShape.model_fields if key not in own)


def known_quantity_keys(model: str) -> tuple[str, ...]:
    """The key of the quantity of a model; none where it needs none."""
    return _KNOWN_QUANTITY[model]


@lru_cache(maxsize=64)
def foreign_quantity_keys(model: str) -> tuple[str, ...]:
    """The keys of quantities that mean nothing for a model."""
    return tuple(key for key in ("quantity", "hours") if key not in _KNOWN_QUANTITY[model])


FOREIGN_TO_MODEL: dict[str, tuple[str, ...]] = {
    model: (
        *foreign_price_keys(model),
        *foreign_quantity_keys(model),
        *(_TERMS_OF_PERIODS if model in ONE_DAY_MODELS else ()),
        *(() if model == "one_off" else ("on",)),
        *(() if model == "milestone" else ("accepted_on", "project_total")),
        *(("escalator",) if model == "percentage" else ()),
    )
    for model in PRICE_KEYS
}
"""Keys that would mean nothing in a charge of this model, and are refused rather than ignored."""


class NoTierProblem(Problem):
    """There is no tier."""

    remedy = "Give at least one; the last has no up_to."


class TierBoundProblem(Problem):
    """The bound of the tier is not above the one before it."""

    remedy = "Sort the tiers by up_to, the first above zero."


class OpenTierProblem(Problem):
    """A quantity must be in exactly one tier."""

    remedy = "Give every tier but the last an up_to."


class TierPriceProblem(Problem):
    """The tier has no price."""


class PackageSizeProblem(Problem):
    """A package holds more than nothing."""

    remedy = "Write how many units one amount pays for."


class TwoPercentsProblem(Problem):
    """Both percent and tiers are given."""

    remedy = "Keep one: a percent of the whole amount, or one for each part of it."


class TwoSharesProblem(Problem):
    """Both an amount and a percent are given."""

    remedy = "Keep one: a fixed amount, or a percent of project_total."


class NoRateProblem(Problem):
    """The rate card has no rate at its beginning."""

    remedy = "Give at least one rate without on: that of the first day."


class FeeWithoutHoursProblem(Problem):
    """Included hours and the fee that pays for them belong together."""

    remedy = "Give both amount and included, or neither."


def read_price(docket: Docket, path: Path, shape: PricedShape, model: str, charge: PricedShape) -> Price | None:
    """The price that a table gives; None where it is at fault, or lacks a key that its model needs.

    Args:
        docket: Where faults go; a missing key that `REQUIRED_FOR_MODEL` names is told elsewhere.
        path: The table's path.
        shape: The table.
        model: The model of the charge.
        charge: The charge's own table, which has the further keys that `shape` leaves out.
    """
    faults = len(docket.problems)
    price = _READERS[model](docket, path, shape, charge)
    return price if len(docket.problems) == faults else None


def required_price_keys(model: str) -> tuple[str, ...]:
    """The keys without which a table gives no price of this model; percentage may have tiers instead of its own."""
    return (*PRICE_KEYS[model], *(("package_size",) if model == "package" else ()))


def has_price(shape: PricedShape, model: str) -> bool:
    """Whether a table gives any key of a price of this model."""
    return any(getattr(shape, key) is not None for key in (*PRICE_KEYS[model], *KEPT_KEYS.get(model, ())))


def _kept(shape: PricedShape, charge: PricedShape, key: str) -> Decimal | None:
    value = getattr(shape, key)
    return read_decimal(getattr(charge, key) if value is None else value)


def _read_flat(_docket: Docket, _path: Path, shape: PricedShape, _charge: PricedShape) -> Price | None:
    return None if shape.amount is None else _flat_price(shape.amount)


def _read_unit(_docket: Docket, _path: Path, shape: PricedShape, _charge: PricedShape) -> Price | None:
    return None if shape.unit_amount is None else _unit_price(shape.unit_amount)


@lru_cache(maxsize=4096)
def _flat_price(written: str | int) -> Price | None:
    """The same object for equal amounts: the prices of many charges are few."""
    amount = read_decimal(written)
    return None if amount is None else FlatPrice(amount)


@lru_cache(maxsize=4096)
def _unit_price(written: str | int) -> Price | None:
    """The same object for equal amounts."""
    unit_amount = read_decimal(written)
    return None if unit_amount is None else UnitPrice(unit_amount)


def _read_package(docket: Docket, path: Path, shape: PricedShape, charge: PricedShape) -> Price | None:
    amount, size = read_decimal(shape.amount), _kept(shape, charge, "package_size")
    if size is not None and not size:
        docket.add(PackageSizeProblem, (*path, "package_size"), size)
    if amount is None or size is None:
        return None
    rounding = shape.package_rounding or charge.package_rounding or "up"
    return PackagePrice(amount, size, _kept(shape, charge, "free_units") or ZERO, rounding)


def _read_percentage(docket: Docket, path: Path, shape: PricedShape, _charge: PricedShape) -> Price | None:
    if shape.tiers is None:
        require(docket, (*path, "percent"), shape.percent, shape)
        percent = read_percent(docket, (*path, "percent"), shape.percent)
        return None if percent is None else PercentagePrice((PercentTier(percent),))
    if shape.percent is not None:
        docket.add(TwoPercentsProblem, (*path, "percent"), shape.percent)
    tiers = []
    for place, tier, up_to in _ladder(docket, (*path, "tiers"), shape.tiers):
        refuse_foreign(docket, place, tier, "percentage", ("unit_amount", "flat_amount"))
        require(docket, (*place, "percent"), tier.percent, tier)
        percent = read_percent(docket, (*place, "percent"), tier.percent)
        if percent is not None:
            tiers.append(PercentTier(percent, up_to))
    return None if docket.problems else PercentagePrice(tuple(tiers))


def _read_graduated(docket: Docket, path: Path, shape: PricedShape, charge: PricedShape) -> Price | None:
    tiers = _tiers(docket, path, shape, "graduated", ("unit_amount", "flat_amount"))
    return None if tiers is None else TieredPrice("graduated", tiers, bills_zero=_bills_zero(shape, charge))


def _read_volume(docket: Docket, path: Path, shape: PricedShape, charge: PricedShape) -> Price | None:
    tiers = _tiers(docket, path, shape, "volume", ("unit_amount", "flat_amount"))
    return None if tiers is None else TieredPrice("volume", tiers, bills_zero=_bills_zero(shape, charge))


def _read_stairstep(docket: Docket, path: Path, shape: PricedShape, charge: PricedShape) -> Price | None:
    tiers = _tiers(docket, path, shape, "stairstep", ("flat_amount",))
    return None if tiers is None else TieredPrice("stairstep", tiers, bills_zero=_bills_zero(shape, charge))


def _bills_zero(shape: PricedShape, charge: PricedShape) -> bool:
    own = charge.bill_zero if shape.bill_zero is None else shape.bill_zero
    return own is not False


def _tiers(
    docket: Docket, path: Path, shape: PricedShape, model: str, keys: tuple[str, ...]
) -> tuple[Tier, ...] | None:
    """The tiers of a price; each has at least one of the keys."""
    if shape.tiers is None:
        return None
    tiers = []
    for place, tier, up_to in _ladder(docket, (*path, "tiers"), shape.tiers):
        refuse_foreign(
            docket, place, tier, model, [key for key in ("unit_amount", "flat_amount", "percent") if key not in keys]
        )
        if all(getattr(tier, key) is None and not docket.is_broken(*place, key) for key in keys):
            docket.add(TierPriceProblem, place, remedy=f"Give its {' or '.join(keys)}.")
        tiers.append(Tier(up_to, read_decimal(tier.unit_amount) or ZERO, read_decimal(tier.flat_amount) or ZERO))
    return None if docket.problems else tuple(tiers)


def _ladder(docket: Docket, path: Path, shapes: list[TierShape]) -> list[tuple[Path, TierShape, Decimal | None]]:
    """The tiers with their paths and bounds, once these ascend to one without end."""
    if not shapes and not docket.is_broken(*path):
        docket.add(NoTierProblem, path)
    tiers = []
    below = ZERO
    for place, shape in tables_of(docket, path, shapes):
        up_to = read_decimal(shape.up_to)
        is_last = place[-1] == len(shapes) - 1
        if docket.is_broken(*place, "up_to"):
            continue
        if (up_to is None) is not is_last:
            docket.add(OpenTierProblem, (*place, "up_to"), up_to)
        elif up_to is not None and up_to <= below:
            docket.add(TierBoundProblem, (*place, "up_to"), up_to)
        below = up_to or below
        tiers.append((place, shape, up_to))
    return tiers


def _read_time(docket: Docket, path: Path, shape: PricedShape, charge: PricedShape) -> Price | None:
    amount, included = _kept(shape, charge, "amount"), _kept(shape, charge, "included")
    if (amount is None) is not (included is None):
        docket.add(FeeWithoutHoursProblem, (*path, "included" if included is None else "amount"))
    if shape.rates is None:
        return None
    faults = len(docket.problems)
    rates = read_rates(docket, (*path, "rates"), shape.rates, charge)
    if not rates:
        if len(docket.problems) == faults and not docket.broken:
            docket.add(NoRateProblem, (*path, "rates"))
        return None
    return TimePrice(rates, amount or ZERO, included or ZERO, _kept(shape, charge, "overage"))


def _read_milestone(docket: Docket, path: Path, shape: PricedShape, charge: PricedShape) -> Price | None:
    """A fixed amount, or a percent of the total of a project, which is the charge's quantity."""
    if shape.percent is None:
        require(docket, (*path, "amount"), shape.amount, shape)
        return _read_flat(docket, path, shape, charge)
    if shape.amount is not None:
        docket.add(TwoSharesProblem, (*path, "percent"), shape.percent)
    percent = read_percent(docket, (*path, "percent"), shape.percent)
    return None if percent is None else PercentagePrice((PercentTier(percent),))


_READERS = {
    "flat": _read_flat,
    "per_unit": _read_unit,
    "graduated": _read_graduated,
    "volume": _read_volume,
    "stairstep": _read_stairstep,
    "package": _read_package,
    "percentage": _read_percentage,
    "time": _read_time,
    "one_off": _read_flat,
    "milestone": _read_milestone,
}
