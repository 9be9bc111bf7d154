"""Repeating invoices beside what was billed: what they add to a draft, and what is asked where they differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from billcheck import Ledger, Line, check, draft_contracts, load_contracts
from billcheck.ledger.lines import LineList
from billcheck.ledger.template import Template, TemplateLine
from tests.history.ledgers import bill, contracts_in
from tests.history.test_drafts import monthly

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from billcheck.ledger.line import SourceRow
    from billcheck.ledger.source import Batch, Keys


@dataclass(frozen=True)
class WithTemplates:
    """Lines, and templates beside them, as a live ledger has them."""

    lines: LineList
    held: tuple[Template, ...]
    path: str = "live"

    def scan(self, keys: Keys) -> Iterator[Batch]:
        return self.lines.scan(keys)

    def rows_of(self, locators: Sequence[int]) -> list[int]:
        return self.lines.rows_of(locators)

    def read(self, locators: Sequence[int]) -> list[SourceRow]:
        return self.lines.read(locators)

    def templates(self) -> tuple[Template, ...]:
        return self.held


RETAINER = Template(
    id="T-1",
    status="active",
    makes="approved",
    customer="Acme",
    currency="EUR",
    every="month",
    excl_tax=Decimal("100.00"),
    lines=(TemplateLine(amount=Decimal("100.00"), description="Fee [Month Year]"),),
    digest="0" * 64,
    next_date=date(2026, 6, 1),
)


def live(lines: Iterable[Line], *templates: Template) -> Ledger:
    return Ledger((WithTemplates(LineList(tuple(lines), "live"), templates),))


def drafted(lines: Iterable[Line], *templates: Template) -> str:
    """The draft, with its remarks joined to whole lines."""
    return draft_contracts(live(lines, *templates), as_of=date(2026, 5, 31)).to_toml()


def said(text: str) -> str:
    return " ".join(text.replace("\n# ", " ").split())


def priced(amount: str, **fields: Any) -> Template:
    line = replace(RETAINER.lines[0], amount=Decimal(amount))
    return replace(RETAINER, lines=(line,), excl_tax=line.amount, **fields)


FIVE = monthly(["100.00"] * 5, template="T-1")


def test_a_template_that_agrees_with_its_invoices_is_evidence() -> None:
    text = drafted(FIVE, RETAINER)
    assert "# The template T-1 bills 100.00 every month, next on 2026-06-01." in text
    assert len(contracts_in(text)[0]["charge"]) == 1
    assert "what comes next is" not in text
    assert "# Templates that make documents by themselves: 1." in text


def test_a_template_that_differs_from_its_invoices_is_asked_about() -> None:
    text = said(drafted(FIVE, priced("50.00", every="quarter", name="Acme fee")))
    assert 'The template "Acme fee" (T-1) bills 50.00 every quarter, next on 2026-06-01.' in text
    assert "QUESTION: what comes next is 50.00, and the last period was billed 100.00. Which is agreed?" in text
    assert 'QUESTION: the template "Acme fee" (T-1) bills every quarter, and invoices came every month.' in text


def test_paused_ended_and_unapproved_templates_are_said() -> None:
    text = said(drafted(FIVE, replace(RETAINER, status="paused")))
    assert "The template T-1 of 100.00 every month is paused and makes nothing." in text
    assert "QUESTION: no active template is left for it, so who makes the next invoice?" in text
    assert "has ended and makes nothing more." in said(drafted(FIVE, replace(RETAINER, status="ended")))
    assert "as drafts that count only when somebody approves them." in said(
        drafted(FIVE, replace(RETAINER, makes="draft"))
    )
    assert "as a reminder: somebody has to make the invoice." in said(
        drafted(FIVE, replace(RETAINER, makes="reminder"))
    )
    later = bill(90, "2026-05-20", "7.00", "Repair", customer="Beta")
    text = said(drafted([*monthly(["100.00"] * 3, template="T-1"), later], RETAINER))
    assert "QUESTION: nothing was billed of late, and a template is still active. Does it go on?" in text


def test_a_template_without_invoices_drafts_a_charge(tmp_path: Path) -> None:
    seats = TemplateLine(
        amount=Decimal("90.00"), description="Seats", item="SEAT", quantity=Decimal(3), unit_price=Decimal("30.00")
    )
    template = replace(RETAINER, lines=(seats,), excl_tax=Decimal("90.00"), customer="Beta", customer_id="B-7")
    ledger = live(FIVE, template)
    text = draft_contracts(ledger, as_of=date(2026, 5, 31)).to_toml()
    _, beta = contracts_in(text)
    assert (beta["customer"], beta["start"], beta["matching"]) == ("Beta", date(2026, 6, 1), {"customer_ids": ["B-7"]})
    assert beta["charge"] == [
        {
            "name": "Seats",
            "model": "per_unit",
            "unit_amount": "30.00",
            "quantity": "3",
            "every": "month",
            "timing": "in_advance",
        }
    ]
    assert "a template is what will be billed, and not what was agreed." in text
    path = tmp_path / "drafts.toml"
    path.write_text(text.replace("draft = true\n", ""), encoding="utf-8")
    assert check(load_contracts(path), ledger, as_of=date(2026, 5, 31)).totals[0].arrears == 0


def test_one_invoice_and_its_template_are_a_charge_from_that_invoice_on() -> None:
    lines = [*FIVE, bill(50, "2026-05-04", "40.00", "Hosting May 2026", template="T-2")]
    hosting = replace(RETAINER, id="T-2", lines=(TemplateLine(amount=Decimal("40.00"), description="Hosting [Month]"),))
    text = drafted(lines, RETAINER, hosting)
    fee, second = contracts_in(text)[0]["charge"]
    assert fee["name"] == "Fee"
    assert (second["name"], second["amount"], second["start"]) == ("Hosting", "40.00", date(2026, 5, 1))
    assert "Billed so far, and too little to see it recur: INV-50." in text
    assert "Billed once" not in text


def test_what_a_template_does_not_say_keeps_it_out() -> None:
    beta = replace(RETAINER, customer="Beta")
    for template, why in (
        (replace(beta, every=""), "bills 100.00, nobody knows how often, next on 2026-06-01."),
        (replace(beta, next_date=None), "bills 100.00 every month."),
        (replace(beta, status="paused"), "is paused and makes nothing."),
        (replace(beta, kind="credit_note"), "makes no invoices but credit notes."),
        (replace(beta, kind="other"), "makes no invoices but other documents."),
    ):
        text = said(drafted(FIVE, template))
        assert "Not drafted: Beta, 0 lines, 0.00 EUR: nothing recurs. QUESTION: not drafted:" in text
        assert why in text


def test_a_template_of_two_things_belongs_to_two_series() -> None:
    both = replace(
        RETAINER,
        lines=(
            TemplateLine(amount=Decimal("100.00"), description="Fee [Month]", item="F"),
            TemplateLine(amount=Decimal("20.00"), description="Hosting [Month]", item="H"),
        ),
        excl_tax=Decimal("120.00"),
    )
    lines = [*monthly(["100.00"] * 5, item="F", template="T-1"),
             *monthly(["20.00"] * 5, "Hosting", item="H", template="T-1")]  # fmt: skip
    text = drafted(lines, both)
    assert [charge["name"] for charge in contracts_in(text)[0]["charge"]] == ["Fee", "Hosting"]
    assert "bills 100.00 every month" in text
    assert "bills 20.00 every month" in text
    assert "what comes next" not in text


def test_a_template_beside_lines_of_the_same_words_is_a_charge_of_its_own(tmp_path: Path) -> None:
    second = priced("40.00")
    second = replace(second, id="T-2")
    ledger = live(FIVE, RETAINER, second)
    text = draft_contracts(ledger, as_of=date(2026, 5, 31)).to_toml()
    fee, other = contracts_in(text)[0]["charge"]
    assert (fee["name"], fee["amount"]) == ("Fee", "100.00")
    assert other == {
        "name": "Fee T-2",
        "start": date(2026, 6, 1),
        "model": "flat",
        "amount": "40.00",
        "every": "month",
        "timing": "in_advance",
        "matching": {"templates": ["T-2"]},
    }
    assert "what comes next is" not in text
    path = tmp_path / "drafts.toml"
    path.write_text(text.replace("draft = true\n", ""), encoding="utf-8")
    assert check(load_contracts(path), ledger, as_of=date(2026, 5, 31)).totals[0].arrears == 0


def test_a_template_that_follows_another_goes_on_with_its_series() -> None:
    ended = replace(RETAINER, status="ended")
    text = said(drafted(FIVE, ended, replace(priced("110.00"), id="T-2")))
    assert len(contracts_in(drafted(FIVE, ended, replace(priced("110.00"), id="T-2")))[0]["charge"]) == 1
    assert "QUESTION: what comes next is 110.00, and the last period was billed 100.00. Which is agreed?" in text


def test_of_two_templates_without_ids_on_documents_the_one_of_that_amount_goes_on() -> None:
    lines = monthly(["100.00"] * 5)
    found = contracts_in(drafted(lines, priced("40.00"), replace(RETAINER, id="T-2")))[0]["charge"]
    assert [(charge["name"], charge["amount"]) for charge in found] == [("Fee", "100.00"), ("Fee T-1", "40.00")]
    both = drafted(lines, priced("40.00"), replace(priced("60.00"), id="T-2"))
    assert len(contracts_in(both)[0]["charge"]) == 1
    assert "what comes next is" not in both


def test_a_template_beside_amounts_that_vary_is_drafted() -> None:
    lines = monthly(["10.00", "25.00", "17.50", "31.00", "22.00"])
    text = drafted(lines, RETAINER)
    (contract,) = contracts_in(text)
    (charge,) = contract["charge"]
    assert (charge["name"], charge["amount"], contract["start"]) == ("Fee", "100.00", date(2026, 6, 1))
    assert "left out: Fee, every month, 10.00 to 31.00 EUR: the amount varies" in said(text)
    made = drafted([replace(line, template="T-1") for line in lines], RETAINER)
    assert "[[contract]]" not in made
