"""Lines that the configuration leaves out of a check.

Comes in: what the business declared to be out of scope. Goes out: whether a line is. Each combination of customer, item
and account is looked at once. Must not know contracts, charges or amounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.ledger.names import fold_code, fold_name

if TYPE_CHECKING:
    from billcheck.configuration.rules import Selector

MEMO_LIMIT = 65_536


class ScopeFilter:
    """Tells lines that are out of scope; customers are meant by name or by id."""

    def __init__(self, ignore: Selector) -> None:
        self._accounts = frozenset(ignore.accounts)
        self._items = frozenset(ignore.items)
        self._customers = frozenset(ignore.customers)
        self._known: dict[tuple[str, str, str, str], bool] = {}

    def is_left_out(self, customer: str, customer_id: str, item: str, account: str) -> bool:
        """Whether a line with these names and codes, as its source spells them, is out of scope."""
        key = (customer, customer_id, item, account)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= MEMO_LIMIT:
                self._known.clear()
            known = self._known[key] = (
                fold_name(customer) in self._customers
                or fold_name(customer_id) in self._customers
                or fold_code(item) in self._items
                or fold_code(account) in self._accounts
            )
        return known
