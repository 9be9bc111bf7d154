"""What documents of QuickBooks Online refer to: the company, its customers and its products.

Comes in: objects of its answers. Goes out: names and accounts by id. Every name there is the one of today, also on old
documents; what was made inactive bears a mark behind its name, which is taken off, so that nobody loses a match by
tidying up. Must not know requests, or documents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.money import is_currency

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from billcheck.connectors.payload import Payload

_GONE = " (deleted)"


def customer_names(customers: Mapping[str, Payload]) -> dict[str, str]:
    """The customers with those they belong to, as in ``Parent:Child``."""
    return {
        key: _without_mark(payload, payload.optional_text("FullyQualifiedName") or payload.text("DisplayName"))
        for key, payload in customers.items()
    }


def _without_mark(payload: Payload, name: str) -> str:
    """A name, without the mark of what was deleted where it was."""
    return name if payload.is_set("Active") else ":".join(part.removesuffix(_GONE) for part in name.split(":"))


def wanted_customers(
    asked: Sequence[str], customers: Mapping[str, Payload], names: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """The ids of the customers asked for by id or name, with all below them; and what was asked for in vain."""
    wanted, missing = set[str](), []
    for one in asked:
        found = {key for key in customers if one == key or _folded(one) in _names_of(customers[key], names[key])}
        wanted |= found
        if not found:
            missing.append(one)
    parents = {
        key: payload.nested("ParentRef").text("value") for key, payload in customers.items() if payload.has("ParentRef")
    }
    while grown := {key for key, parent in parents.items() if parent in wanted} - wanted:
        wanted |= grown
    return sorted(wanted), missing


def _names_of(customer: Payload, full_name: str) -> set[str]:
    return {_folded(full_name), _folded(customer.optional_text("DisplayName"))}


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


class Products:
    """The products and services of the company, by id; a product is named with its categories, ``Category:Product``."""

    def __init__(self, items: Mapping[str, Payload]) -> None:
        """Take the objects."""
        self._items = items

    def name(self, key: str) -> str:
        """The name of today; empty where there is no such product."""
        item = self._items.get(key)
        if item is None:
            return ""
        return _without_mark(item, item.optional_text("FullyQualifiedName") or item.optional_text("Name"))

    def account(self, key: str) -> str:
        """The income account of today; empty where there is none."""
        item = self._items.get(key)
        if item is None or not item.has("IncomeAccountRef"):
            return ""
        account = item.nested("IncomeAccountRef")
        return account.optional_text("name") or account.optional_text("value")


class Currencies:
    """The currency of each object: its own, else the only one that the company has."""

    def __init__(self, preferences: Callable[[], Payload]) -> None:
        """Prepare.

        Args:
            preferences: Asks for the preferences of the company; called at most once, and only where it is needed.
        """
        self._preferences = preferences
        self._home: str | None = None

    def of(self, payload: Payload) -> str:
        """The currency of an object.

        Raises:
            AnswerError: It names none of ISO 4217, or none at all though the company has several or does not say.
        """
        own = payload.nested("CurrencyRef").optional_text("value") if payload.has("CurrencyRef") else self._only()
        return own if is_currency(own) else payload.refuse("CurrencyRef", "one of ISO 4217")

    def _only(self) -> str:
        if self._home is None:
            preferences = self._preferences()
            found = preferences.nested("CurrencyPrefs") if preferences.has("CurrencyPrefs") else None
            is_only = found is not None and found.has("HomeCurrency") and not found.is_set("MultiCurrencyEnabled")
            self._home = found.nested("HomeCurrency").optional_text("value") if found and is_only else ""
        return self._home
