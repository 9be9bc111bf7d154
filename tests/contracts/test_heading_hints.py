"""What is said about headings that stand for no key."""

from __future__ import annotations

import pytest

from billcheck.contracts.columns import Keys
from billcheck.contracts.heading_hints import has_table, hint_on_heading

CHARGES, AMENDMENTS = (Keys().names(are_amendments=are_amendments) for are_amendments in (False, True))
APART = "Its values stand in columns of their own: head them {}, as needed."
NUMBERED = 'The items of a list are numbered: write "{}".'


def test_every_suggested_heading_is_one() -> None:
    keys = Keys()
    assert [name for name in CHARGES if keys.of_charges(name) is None] == []
    assert [name for name in AMENDMENTS if keys.of_amendments(name) is None] == []
    assert len(CHARGES) == len({*CHARGES})


@pytest.mark.parametrize(
    ("heading", "hint"),
    [
        # The name of a table.
        ("retention", APART.format('"retention.percent", "retention.released_on" and "retention.released_with"')),
        ("price_steps", APART.format('"price_steps.1.on", "price_steps.1.amount" and "price_steps.1.unit_amount"')),
        ("price_steps.3", APART.format('"price_steps.3.on", "price_steps.3.amount" and "price_steps.3.unit_amount"')),
        ("hours", APART.format('"hours.1.role" and "hours.1.quantity"')),
        ("rounding", APART.format('"rounding.remainder"')),
        ("tax", APART.format('"tax.percent", "tax.steps.1.on" and "tax.steps.1.percent"')),
        (
            "contract.tax",
            APART.format('"contract.tax.percent", "contract.tax.steps.1.on" and "contract.tax.steps.1.percent"'),
        ),
        ("escalator.index.values", APART.format('"escalator.index.values.2025-10"')),
        # A list without its number.
        ("commitment.amount", NUMBERED.format("commitment.1.amount")),
        ("renewal.prices.charge", NUMBERED.format("renewal.prices.1.charge")),
        ("price_steps.2.tiers.up_to", NUMBERED.format("price_steps.2.tiers.1.up_to")),
        ("semi_month_days", NUMBERED.format("semi_month_days.1")),
        # A slip of the pen, with the numbers as written.
        ("rolover.cap", 'Did you mean "rollover.cap"?'),
        ("tiers.2.up_too", 'Did you mean "tiers.2.up_to"?'),
        ("price_steps.4.tiers.3.unit_amonut", 'Did you mean "price_steps.4.tiers.3.unit_amount"?'),
        ("deposit.deducted", 'Did you mean "deposit.deducted_on"?'),
        ("contract.renewal.notice", 'Did you mean "contract.renewal.notice_days"?'),
        ("Metered", 'Did you mean "metered"?'),
        ("xyzzy", ""),
    ],
)
def test_a_heading_of_charges(heading: str, hint: str) -> None:
    assert hint_on_heading(heading, CHARGES) == hint


@pytest.mark.parametrize(
    ("heading", "hint"),
    [
        ("tiers.up_to", NUMBERED.format("tiers.1.up_to")),
        ("hours.1.rol", 'Did you mean "hours.1.role"?'),
        ("agreed", 'Did you mean "agreed_on"?'),
        ("rates", APART.format('"rates.1.role", "rates.1.unit_amount" and "rates.1.on"')),
    ],
)
def test_a_heading_of_amendments(heading: str, hint: str) -> None:
    assert hint_on_heading(heading, AMENDMENTS) == hint


def test_only_what_no_heading_begins_with_is_explained_as_in_other_files() -> None:
    assert [has_table(heading, CHARGES) for heading in ("deposit.x", "contract.deposit", "milestones")] == [
        *(True, True),
        False,
    ]
