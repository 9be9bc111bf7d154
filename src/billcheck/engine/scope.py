"""Lines that the configuration leaves out of a check.

Comes in: what the business declared to be out of scope. Goes out: whether a line is, and what of the declaration no
line bore. Each combination of customer, item and account is looked at once. Must not know contracts or amounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.findings import UnusedScope
from billcheck.ledger.names import fold_code, fold_name

if TYPE_CHECKING:
    from collections.abc import Collection

    from billcheck.configuration.rules import Selector

MEMO_LIMIT = 65_536


class ScopeFilter:
    """Tells lines that are out of scope; customers are meant by name or by id. `used` takes what lines bore of it."""

    def __init__(self, ignore: Selector, used: set[tuple[str, str]]) -> None:
        self._accounts = frozenset(ignore.accounts)
        self._items = frozenset(ignore.items)
        self._customers = frozenset(ignore.customers)
        self._known: dict[tuple[str, str, str, str], bool] = {}
        self._used = used

    def is_left_out(self, customer: str, customer_id: str, item: str, account: str) -> bool:
        """Whether a line with these names and codes, as its source spells them, is out of scope."""
        key = (customer, customer_id, item, account)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MEMO_LIMIT:
                self._known.clear()
            known = self._known[key] = self._look(*key)
        return known

    def _look(self, customer: str, customer_id: str, item: str, account: str) -> bool:
        meant = {
            ("customer", name) for name in (fold_name(customer), fold_name(customer_id)) if name in self._customers
        }
        if (code := fold_code(item)) in self._items:
            meant.add(("item", code))
        if (code := fold_code(account)) in self._accounts:
            meant.add(("account", code))
        self._used |= meant
        return bool(meant)


def find_unused(ignore: Selector, used: Collection[tuple[str, str]]) -> tuple[UnusedScope, ...]:
    """What is to be ignored and no line bore, in the order of the declaration: accounts, items, customers."""
    declared = (
        *(("account", code) for code in ignore.accounts),
        *(("item", code) for code in ignore.items),
        *(("customer", name) for name in ignore.customers),
    )
    return tuple(UnusedScope(*one) for one in declared if one not in used)
