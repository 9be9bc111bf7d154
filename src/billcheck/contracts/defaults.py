"""What a contract says by leaving keys out: the defaults that take part in what it comes to.

Comes in: the table of a contract as it was written, free of faults. Goes out: the table with these defaults filled in,
and a list of them. A default that no key could say, such as a term without an end, is listed without a value. Reading
the filled table gives the same periods, days and amounts. Must not know how any of it is worked out.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from billcheck.contracts.terms import DEFAULT_GRACE_DAYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from billcheck.contracts.faults import Path

    Found = tuple[object, str] | None
    """The value a key has where it is left out (None where none can be written) and the rule in words."""


@dataclass(frozen=True, slots=True)
class Default:
    """A key that was left out: its path, the value it then has, and the rule that gives it in words.

    The value is None where the rule cannot be written as one.
    """

    path: Path
    value: object | None
    rule: str


def fill_in(table: dict[str, Any]) -> tuple[dict[str, Any], tuple[Default, ...]]:
    """A copy of a contract's table with its defaults filled in, and these defaults in the order of the table."""
    filled = deepcopy(table)
    defaults: list[Default] = []
    _fill(filled, (), defaults, {key: rule(table) for key, rule in OF_CONTRACTS.items()})
    _fill_shared(table, filled, defaults)
    for index, charge in enumerate(table["charge"]):
        path: Path = ("charge", index)
        own = filled["charge"][index]
        _fill(own, path, defaults, {key: rule(table, charge) for key, rule in OF_CHARGES.items()})
        for key, rules in OF_LISTS.items():
            for number, entry in enumerate(own.get(key, ())):
                _fill(entry, (*path, key, number), defaults, rules)
        if "retention" in own:
            _fill(own["retention"], (*path, "retention"), defaults, OF_RETENTIONS)
        if "escalator" in own:
            _fill_escalator(own["escalator"], (*path, "escalator"), defaults)
    return filled, tuple(defaults)


def _fill_shared(table: dict[str, Any], filled: dict[str, Any], defaults: list[Default]) -> None:
    """Fill in the tables of the contract itself that stand beside its charges."""
    if "renewal" in filled:
        _fill(filled["renewal"], ("renewal",), defaults, OF_RENEWALS)
        if "index" in filled["renewal"]:
            _fill(filled["renewal"]["index"], ("renewal", "index"), defaults, OF_INDICES)
    if "late_invoice_cutoff" in filled:
        _fill(filled["late_invoice_cutoff"], ("late_invoice_cutoff",), defaults, OF_CUTOFFS)
    if "escalator" in filled:
        _fill(filled["escalator"], ("escalator",), defaults, {"charges": _raised(table)})
        _fill_escalator(filled["escalator"], ("escalator",), defaults)
    if "deposit" in filled:
        first_day: Found = (table["start"], "first day of the contract")
        _fill(filled["deposit"], ("deposit",), defaults, {"on": first_day, **OF_DEPOSITS})
    for key in (key for key in ("minimum", "maximum") if key in filled):
        name: Found = (key.capitalize(), '"Minimum" or "Maximum"')
        _fill(filled[key], (key,), defaults, {"charges": _recurring(table), "name": name})
    for number, entry in enumerate(filled.get("discounts", ())):
        _fill(entry, ("discounts", number), defaults, {"charges": _recurring(table), **OF_LISTS["discounts"]})
    for number, entry in enumerate(filled.get("amendments", ())):
        ended = _ended_charges(table, entry)
        _fill(entry, ("amendments", number), defaults, {"charges": ended, **OF_LISTS["amendments"]})
    if "retention" in filled:
        _fill(filled["retention"], ("retention",), defaults, {**OF_RETENTIONS, "charges": _held_charges(table)})


def _fill_escalator(table: dict[str, Any], path: Path, defaults: list[Default]) -> None:
    _fill(table, path, defaults, OF_ESCALATORS)
    if table["requires_notice"]:
        _fill(table, path, defaults, {"notice_days": (0, "0")})
    if "index" in table:
        _fill(table["index"], (*path, "index"), defaults, OF_INDICES)


def _fill(table: dict[str, Any], path: Path, defaults: list[Default], found: dict[str, Found]) -> None:
    for key, default in found.items():
        if key in table or default is None:
            continue
        value, rule = default
        if value is not None:
            table[key] = value
        defaults.append(Default((*path, key), value, rule))


def _recurring(contract: dict[str, Any]) -> Found:
    return [charge["name"] for charge in contract["charge"] if _recurs(charge)], "all that recur"


def _raised(contract: dict[str, Any]) -> Found:
    charges = [charge for charge in contract["charge"] if _recurs(charge) and charge["model"] != "percentage"]
    names = [charge["name"] for charge in charges if "escalator" not in charge]
    return names, "all that recur and have no escalator of their own"


def _ended_charges(contract: dict[str, Any], amendment: dict[str, Any]) -> Found:
    """What an amendment of the contract changes; commitments end with all charges, and cannot be named."""
    names, rule = _recurring(contract) or ([], "")
    return (None if amendment["change"] == "cancel" and "commitment" in contract else names), rule


def _held_charges(contract: dict[str, Any]) -> Found:
    held = [charge["name"] for charge in contract["charge"] if "retention" not in charge]
    return held, "all without a retention of their own"


def _end_of_contract(contract: dict[str, Any]) -> Found:
    return None if "end" in contract else (None, "open")


def _start_of_charge(contract: dict[str, Any], charge: dict[str, Any]) -> Found:
    return (contract["start"], "the contract's") if _recurs(charge) else None


def _end_of_charge(contract: dict[str, Any], charge: dict[str, Any], key: str) -> Found:
    if not _recurs(charge) or "end" in charge or "last_day" in charge or key not in contract:
        return None
    # Days of its own would end the charge where the contract renews itself.
    return (None if "renewal" in contract else contract[key]), "the contract's"


def _anchor_day(contract: dict[str, Any], charge: dict[str, Any]) -> Found:
    if not _recurs_by_months(charge) or charge.get("align") == "calendar":
        return None
    start = str(charge.get("start", contract["start"]))
    return int(start[-2:]), "day of start"


def _align(_: dict[str, Any], charge: dict[str, Any]) -> Found:
    return ("anniversary", '"anniversary"') if _recurs(charge) else None


def _half_months(_: dict[str, Any], charge: dict[str, Any]) -> Found:
    return ([1, 15], "[1, 15]") if charge.get("every") == "semi_month" else None


def _proration(_: dict[str, Any], charge: dict[str, Any]) -> Found:
    if not _is_prorated(charge):
        return None
    if charge.get("quantity_basis") != "sum":
        return "actual_actual", '"actual_actual"'
    return "actual_actual", '"actual_actual": of minimum, maximum and amounts off; what was used counts in full'


def _denominator(_: dict[str, Any], charge: dict[str, Any]) -> Found:
    return ("containing", '"containing"') if _recurs_by_months(charge) and _is_prorated(charge) else None


def _cancel_day(_: dict[str, Any], charge: dict[str, Any]) -> Found:
    return (False, "false") if _recurs(charge) else None


def _bill_zero(_: dict[str, Any], charge: dict[str, Any]) -> Found:
    return (True, "true") if charge["model"] in {"graduated", "volume", "stairstep"} else None


def _package_rounding(_: dict[str, Any], charge: dict[str, Any]) -> Found:
    return ("up", '"up"') if charge["model"] == "package" else None


def _rounding(_: dict[str, Any], charge: dict[str, Any]) -> Found:
    return ({"remainder": "per_line"}, "every period by itself") if _recurs(charge) else None


def _invoice_day(_: dict[str, Any], charge: dict[str, Any]) -> Found:
    if not _recurs(charge):
        return None
    if charge["timing"] == "in_advance":
        return "period_start", "by timing"
    return None, "by timing: the day after the period"


def _tax(contract: dict[str, Any], _: dict[str, Any]) -> Found:
    return (contract["tax"], "the contract's") if "tax" in contract else None


def _grace_days(contract: dict[str, Any], _: dict[str, Any]) -> Found:
    return contract.get("grace_days", DEFAULT_GRACE_DAYS), "the contract's"


def _recurs(charge: dict[str, Any]) -> bool:
    return "every" in charge


def _is_prorated(charge: dict[str, Any]) -> bool:
    """Whether anything of the charge goes by days: not so where it is a sum of what was used, without bounds."""
    has_amounts_off = any("amount" in discount for discount in charge.get("discounts", ()))
    goes_by_days = charge.get("quantity_basis") != "sum" or has_amounts_off or {"minimum", "maximum"} & charge.keys()
    return _recurs(charge) and bool(goes_by_days)


def _recurs_by_months(charge: dict[str, Any]) -> bool:
    every = str(charge.get("every", ""))
    return every.rstrip("s").endswith(("month", "quarter", "year")) and every != "semi_month"


OF_CONTRACTS: dict[str, Callable[[dict[str, Any]], Found]] = {
    "last_day": _end_of_contract,
    "grace_days": lambda _: (DEFAULT_GRACE_DAYS, str(DEFAULT_GRACE_DAYS)),
}
OF_CHARGES: dict[str, Callable[[dict[str, Any], dict[str, Any]], Found]] = {
    "start": _start_of_charge,
    "last_day": lambda contract, charge: _end_of_charge(contract, charge, "last_day"),
    "end": lambda contract, charge: _end_of_charge(contract, charge, "end"),
    "bill_zero": _bill_zero,
    "package_rounding": _package_rounding,
    "semi_month_days": _half_months,
    "anchor_day": _anchor_day,
    "align": _align,
    "proration": _proration,
    "proration_denominator": _denominator,
    "cancel_day_billed": _cancel_day,
    "rounding": _rounding,
    "invoice_day": _invoice_day,
    "tax": _tax,
    "grace_days": _grace_days,
}
_DAY: Found = ("day", '"day"')
_NEXT_INVOICE: Found = ("next_invoice", '"next_invoice"')

OF_LISTS: dict[str, dict[str, Found]] = {
    "price_steps": {"applies": _DAY, "change_billing": _NEXT_INVOICE},
    "discounts": {"applies": _DAY},
    "amendments": {"applies": _DAY, "change_billing": _NEXT_INVOICE},
}
OF_ESCALATORS: dict[str, Found] = {
    "on": ("anniversary", '"anniversary"'),
    "every": ("year", '"year"'),
    "first_after_months": (None, "one every"),
    "compounding": (True, "true"),
    "rounding": ("per_step", '"per_step"'),
    "requires_notice": (False, "false"),
    "applies": _DAY,
    "change_billing": _NEXT_INVOICE,
}
OF_INDICES: dict[str, Found] = {"lag_months": (0, "0"), "share": ("100", "100")}
OF_CUTOFFS: dict[str, Found] = {
    "from": ("service_end", '"service_end"'),
    "effect": ("forfeited", '"forfeited"'),
    "notice_extends": (False, "false"),
}
OF_DEPOSITS: dict[str, Found] = {"name": ("Deposit", '"Deposit"')}
OF_RETENTIONS: dict[str, Found] = {"name": ("Retention", '"Retention"')}
OF_RENEWALS: dict[str, Found] = {"notice_days": (0, "0")}
