"""The three-way view as values: what is agreed next, what a template will make, what was billed last.

Comes in: nothing; it is filled by `billcheck.forecast.comparison`. Goes out: frozen values with minor units and dates.
Must not know how they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from billcheck.money import to_decimal

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from billcheck.ledger.template import Template


class Weight(StrEnum):
    """What a remark means for the next invoice."""

    WRONG = "wrong"
    OPEN = "open"
    REMARK = "remark"


CONCERNS = {
    "wrong_amount": "A template will bill another amount than is agreed.",
    "out_of_turn": "What a template will bill would be taken for another period than the one whose turn it is.",
    "wrong_cadence": "A template bills more or less often than is agreed.",
    "period_skipped": "A period falls due before the next date of its template.",
    "template_stopped": "The template of a charge that goes on is paused, has ended or is gone.",
    "other_customer": "The template that made the last invoices will bill something or somebody else.",
    "after_the_end": "A template will bill a charge outside its term.",
    "no_template": "No template bills the charge; its invoices are made by hand, or not at all.",
    "no_date": "A template does not say when it makes its next document.",
    "date_passed": "The next date of a template has passed already.",
    "drafts_only": "A template makes drafts, which count only when somebody approves them, or only a reminder.",
    "not_approved": "Drafts wait for approval.",
    "not_known": "What is agreed, or which charge a template bills, is not known.",
    "no_contract": "A template bills what no contract agrees.",
}
"""The kinds of concerns, in words."""


@dataclass(frozen=True, slots=True)
class Concern:
    """Something to be said about a next invoice; `amount_minor` is what it will be short of, negative if above."""

    kind: str
    weight: Weight
    sentence: str
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class LastInvoice:
    """What one document billed of a charge: `amount_minor` excl. tax for the period that begins and ends on these days.

    Both days are inclusive.
    """

    document: str
    issue_date: date
    first_day: date
    last_day: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Upcoming:
    """One charge, or several that are checked together: agreed next, made next, billed last.

    `first_day`, `last_day` (inclusive) and `due_on` are of the period that is agreed next; None where the charge has
    ended. `planned_minor` is what templates will bill for it on the day `on`, `billed_minor` what is billed for it
    already; all are in minor units of `currency`, excl. tax.
    """

    contract: str
    customer: str
    charges: tuple[str, ...]
    currency: str
    first_day: date | None
    last_day: date | None
    due_on: date | None
    expected_minor: int | None
    billed_minor: int
    planned_minor: int | None
    on: date | None
    templates: tuple[Template, ...]
    last: tuple[LastInvoice, ...]
    concerns: tuple[Concern, ...]

    @property
    def expected(self) -> Decimal | None:
        """What is agreed; None where it is not known, or nothing is agreed any more."""
        return None if self.expected_minor is None else to_decimal(self.expected_minor, self.currency)

    @property
    def planned(self) -> Decimal | None:
        """What templates will bill; None where none will."""
        return None if self.planned_minor is None else to_decimal(self.planned_minor, self.currency)

    @property
    def is_wrong(self) -> bool:
        """Whether the next invoice will be wrong, or will not be made."""
        return any(concern.weight is Weight.WRONG for concern in self.concerns)


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """A template, or lines of one, that bills no charge; `amount_minor` is what these lines bill each time."""

    template: Template
    amount_minor: int
    concern: Concern


@dataclass(frozen=True, slots=True)
class Forecast:
    """What comes next of every contract, in the order of the contracts.

    `templates` counts those that the ledger holds; without any, nothing was compared. `is_complete` says that the
    ledger was read in full.
    """

    as_of: date
    templates: int
    next_invoices: tuple[Upcoming, ...]
    unclaimed: tuple[Unclaimed, ...]
    is_complete: bool

    @property
    def concerns(self) -> tuple[Concern, ...]:
        """All of them."""
        own = [concern for each in self.next_invoices for concern in each.concerns]
        return (*own, *(each.concern for each in self.unclaimed))

    @property
    def verdict(self) -> Weight | None:
        """`WRONG` where a next invoice will be wrong, `OPEN` where something could not be told, else None."""
        weights = {concern.weight for concern in self.concerns}
        if Weight.WRONG in weights:
            return Weight.WRONG
        return Weight.OPEN if Weight.OPEN in weights or not self.templates or not self.is_complete else None

    @property
    def exit_code(self) -> int:
        """1 where a next invoice will be wrong, 3 where something could not be told, else 0."""
        return {Weight.WRONG: 1, Weight.OPEN: 3}.get(self.verdict, 0) if self.verdict else 0
