"""What a ledger truly holds, as the author of a test set it up, and what is said where a connector breaks a rule.

Comes in: documents as their author knows them. Goes out: those that a request means. Must not know connectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from decimal import Decimal


class BrokenRuleError(AssertionError):
    """A connector breaks a rule; says what it did, and the rule."""

    def __init__(self, name: str, rule: str, faults: Iterable[str]) -> None:
        """Describe it.

        Args:
            name: The connector.
            rule: What holds for every connector.
            faults: What this one did instead.
        """
        self.rule = rule
        self.faults = tuple(faults)
        told = "".join(f"\n  {fault}" for fault in self.faults)
        super().__init__(f"The connector {name} breaks a rule:{told}\nThe rule: {rule}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueDocument:
    """One document of the ledger, as its author set it up.

    `excl_tax` is signed: below zero for a credit note. `number` and `customer_id` are compared where they are given.
    """

    id: str
    issue_date: date
    customer: str
    excl_tax: Decimal
    kind: Literal["invoice", "credit_note", "other"] = "invoice"
    status: Literal["approved", "draft", "void"] = "approved"
    currency: str = "EUR"
    number: str | None = None
    customer_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Everything the ledger holds, and the window that the tests ask for, both days inclusive.

    Documents outside the window belong to it: a connector has to leave them out. `templates` are the ids of what the
    ledger makes documents from by itself; None where that is not compared. `has_credit_notes` is False for a ledger
    that knows none.
    """

    first_day: date
    last_day: date
    documents: tuple[TrueDocument, ...]
    templates: frozenset[str] | None = None
    has_credit_notes: bool = True

    @property
    def wanted(self) -> dict[str, TrueDocument]:
        """The documents inside the window, by id."""
        return {each.id: each for each in self.documents if self.first_day <= each.issue_date <= self.last_day}

    def gaps(self) -> Iterator[str]:
        """What the truth would have to hold as well, for a wrong connector to show."""
        days = {each.issue_date for each in self.documents}
        wanted = self.wanted.values()
        if self.first_day not in days or self.last_day not in days:
            yield "No document is dated on the first, or none on the last day of the window."
        if not any(day < self.first_day for day in days) or not any(day > self.last_day for day in days):
            yield "No document lies before the window, or none behind it."
        if not any(self.first_day < each.issue_date < self.last_day for each in wanted):
            yield "No document lies between the ends of the window."
        if len({each.customer for each in wanted}) < 2:  # noqa: PLR2004 - one customer is no choice
            yield "All documents of the window are of one customer."
        if self.has_credit_notes and not any(each.kind == "credit_note" and each.excl_tax < 0 for each in wanted):
            yield "No credit note lies in the window; say has_credit_notes=False where the ledger knows none."
        if len({each.id for each in self.documents}) < len(self.documents):
            yield "Two documents have the same id."
