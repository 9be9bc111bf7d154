"""Lines matched apart and joined are the lines matched at once, in everything that is known about them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from billcheck.configuration.rules import CreditRules, Scope, Selector
from billcheck.engine.keys import make_directory
from billcheck.engine.match import Matcher
from billcheck.ledger.source import Ledger
from tests.engine.agreements import contract, flat, line

if TYPE_CHECKING:
    from billcheck.engine.match import Matched
    from billcheck.ledger.line import Line

TAX: dict[str, Any] = {"tax_percent": Decimal(21)}
AGREED = (
    contract(flat("Support", items=("SUP",)), flat("Hosting", "100.00", items=("HOST",)), references=("C-1",), **TAX),
    contract(flat("Cleaning"), name="C-2", customer="Juniper"),
    contract(flat("Fee"), name="C-3", customer="Acme", references=("7",)),
)
SCOPE = Scope(ignore=Selector(items=("FREIGHT", "BANK"), customers=("Fees Ltd",)))
CREDITS = CreditRules(classes=(("rebate", Selector(items=("REB",))),))


def matcher() -> Matcher:
    return Matcher(
        make_directory(AGREED), as_of_day=date(2026, 9, 4).toordinal(), has_price=lambda _slot, _amount: False,
        scope=SCOPE, credit_rules=CREDITS,
    )  # fmt: skip


def matched(*shares: list[Line]) -> Matched:
    """The lines of each share, matched apart and joined."""
    found: list[Matched] = []
    for lines in shares:
        one = matcher()
        for batch in Ledger.from_lines(lines).sources[0].scan(make_directory(AGREED).keys(SCOPE)):
            one.add(batch, 0)
        found.append(one.matched if not found else one.matched.without_directory())
    for later in found[1:]:
        found[0].join(later)
    return found[0]


def everything(found: Matched) -> dict[str, Any]:
    """All that is known, by documents instead of their rows."""
    lines, documents = found.lines, found.documents
    columns = (
        "slots",
        "line_numbers",
        "issue_days",
        "first_days",
        "end_days",
        "amounts",
        "match_rules",
        "period_rules",
    )
    return {
        "lines": [tuple(getattr(lines, name)[row] for name in columns) for row in lines],
        "documents": [
            (
                documents.number(lines.documents[row]), documents.statuses[lines.documents[row]],
                documents.kinds[lines.documents[row]], found.currency_of(row),
                found.customers[documents.customers[lines.documents[row]]],
                documents.credited.get(lines.documents[row]), found.is_draft(row),
            )
            for row in lines
        ],
        "taxes": list(zip(found.other_taxes.rows, found.other_taxes.amounts, found.other_taxes.taxes, strict=True)),
        **{
            name: getattr(found, name)
            for name in (
                "is_plain", "ambiguous", "compared", "declared", "touched_contracts", "placeholders", "misspelt",
                "aside", "aside_lines", "out_of_scope", "out_of_scope_lines", "outside", "unnamed_credits",
                "credit_lines", "used_scope",
            )
        },
    }  # fmt: skip


def share(month: int, item: str, amount: str, customer: str, currency: str) -> list[Line]:
    """A document of every sort, in one month; item and currency of some lines as given."""
    day = f"2026-{month:02}-28"
    sorts: list[dict[str, Any]] = [
        {"item": item, "tax": Decimal(amount)},  # right would be 21 %
        {"description": "either of the two"},
        {"item": "NONE"},
        {"item": item, "description": "Support [Month Year]"},
        {"item": item, "description": "Support March 2026"},
        {"item": item, "description": f"Support Febuary 202{month}"},
        {"item": item, "status": "void"},
        {"item": item, "status": "draft"},
        {"item": item, "currency": currency},
        {"item": "FREIGHT" if month < 4 else "BANK", "currency": currency},
        {"amount": f"-{amount}", "item": "REB", "kind": "credit_note"},
        {"amount": f"-{amount}", "description": "off"},
        {"amount": f"-{amount}", "item": item, "kind": "credit_note", "description": f"Credit of INV-{month}-0"},
        {"amount": f"-{amount}", "item": item, "kind": "credit_note", "credits_document": f"INV-{month}-0"},
        {"customer": customer},
        {"customer": "Nobody", "reference": "ours: C-1"},
        {"customer": "Nobody", "reference": "PO 7"},  # names no contract, which only the engine can tell
    ]
    return [
        line(**({"document": f"INV-{month}-{number}", "day": day, "amount": amount} | fields))
        for number, fields in enumerate(sorts)
    ]


def test_two_shares_joined_are_the_whole() -> None:
    first, second = share(3, "SUP", "80.00", "Juniper", "USD"), share(5, "HOST", "90.00", "Acme", "GBP")
    apart, at_once = everything(matched(first, second)), everything(matched([*first, *second]))
    assert apart == at_once
    assert len(apart["lines"]) == len(first) + len(second) - 2
    (total,) = apart["outside"].items()
    assert (total[0], total[1].lines, total[1].amount) == (("Nobody", "EUR"), 2, 17000)
    assert all(apart[name] for name in apart)
    assert apart["touched_contracts"] == {"C-117", "C-2", "C-3"}
    assert apart["aside_lines"] == 2
    assert apart["out_of_scope"] == {"USD": 8000, "GBP": 9000}
    assert apart["used_scope"] == {("item", "freight"), ("item", "bank")}


def test_a_charge_is_plain_where_it_is_so_in_every_share() -> None:
    """Two lines of one document, of March, are no plain invoice of Cleaning; Fee has one invoice in each share."""
    first = [line("A", customer="Juniper"), line("A", customer="Juniper"), line("B", customer="Acme")]
    second = [line("C", "2026-04-30", customer="Juniper"), line("D", "2026-04-30", customer="Acme")]
    for shares in ((first, second), (second, first)):
        assert list(matched(*shares).is_plain) == [1, 1, 0, 1]
