"""What the business declared: lines out of scope, and credits that take nothing back."""

from __future__ import annotations

import pytest

from billcheck.configuration.rules import CreditRules, Selector
from billcheck.engine.credit_classes import CreditClasses
from billcheck.engine.scope import find_unused
from billcheck.findings import UnusedScope

IGNORED = Selector(accounts=("620", "650"), items=("FREIGHT", "FEE"), customers=("Bank", "Acme B.V."))


def test_what_no_line_bore_is_named_in_the_order_of_the_declaration() -> None:
    everything = (
        UnusedScope("account", "620"), UnusedScope("account", "650"), UnusedScope("item", "freight"),
        UnusedScope("item", "fee"), UnusedScope("customer", "bank"), UnusedScope("customer", "acme bv"),
    )  # fmt: skip
    assert find_unused(IGNORED, set()) == everything
    used = {("account", "650"), ("item", "fee"), ("customer", "bank"), ("item", "620")}
    assert find_unused(IGNORED, used) == (everything[0], everything[2], everything[5])
    assert find_unused(Selector(), used) == ()


CLASSES = CreditClasses(
    CreditRules(
        classes=(
            ("goodwill", Selector(items=("GIFT",), accounts=("4900",))),
            ("write_off", Selector()),
            ("rebate", Selector(items=("REB", "GIFT"), patterns=("annual rebate",))),
        )
    )
)


@pytest.mark.parametrize(
    ("item", "account", "text", "wanted"),
    [
        ("gift", "", "", "goodwill"),
        ("", "4900", "", "goodwill"),
        ("4900", "", "", None),
        ("", "gift", "", None),
        ("reb", "1", "x", "rebate"),
        ("", "", "Annual  Rebate 2026", "rebate"),
        ("", "", "annual rebates", None),
        ("", "4900", "annual rebate", "goodwill"),  # the first class that means the line
        ("", "", "", None),
        ("other", "other", "other", None),
    ],
)
def test_the_class_of_a_credit(item: str, account: str, text: str, wanted: str | None) -> None:
    assert CLASSES.find(item, account, text) == wanted


def test_without_rules_no_credit_has_a_class() -> None:
    assert CreditClasses(CreditRules()).find("", "", "") is None
