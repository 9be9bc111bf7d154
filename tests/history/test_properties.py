"""Whatever a ledger holds, its draft is a contract file that is read, and says the same in any order."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck import Ledger, Line, check, draft_contracts
from billcheck.characters import is_seen
from billcheck.contracts.acceptance import accept_drafts
from billcheck.contracts.files import load_contracts, load_written
from tests.history.test_trial import unasked

if TYPE_CHECKING:
    import pytest

AS_OF = date(2026, 6, 30)
CODES = st.sampled_from(("", "", "A", "b", "Ü | x", "\x00"))
TEXTS = st.one_of(
    st.sampled_from(
        (
            "Fee",
            "Fee January 2026",
            "Fee 2026-02",
            "Q1 2026 Hosting",
            "Server 1",
            "Server 2",
            "Correction",
            "",
            "Discount",
            '"""',
            "\n[[contract]]\nid = 1",
            "# draft = true",
            "\\",
            "\u202e\u2066x",
        )
    ),
    st.text(max_size=30),
)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    amount = Decimal(draw(st.integers(-500, 5000))).scaleb(-2)
    return Line(
        document=draw(st.sampled_from(("1", "2", "3", "4", "5", "6", "", "é\n"))),
        issue_date=AS_OF - timedelta(draw(st.integers(-5, 400))),
        customer=draw(
            st.sampled_from(("Acme", "ACME ", "Beta: North", "\x1bG", "", "Beta", 'a"\n]]')) | st.text(max_size=6)
        ),
        customer_id=draw(st.sampled_from(("", "", "7", "\x07"))),
        amount=amount,
        currency=draw(st.sampled_from(("EUR", "EUR", "JPY"))) if amount == amount.to_integral_value() else "EUR",
        kind=draw(st.sampled_from(("invoice",) * 6 + ("credit_note", "other"))),
        status=draw(st.sampled_from(("approved",) * 6 + ("draft", "void"))),
        description=draw(TEXTS),
        item=draw(CODES),
        account=draw(CODES),
        tracking=draw(CODES),
        template=draw(CODES),
        charge=draw(st.sampled_from(("", "", "", "Fee"))),
        contract=draw(st.sampled_from(("", "", "", "C-1", " "))),
        credits_document=draw(st.sampled_from(("", "1", "2"))),
        quantity=draw(st.sampled_from((None, Decimal(1), Decimal("0.5"), Decimal(12)))),
        unit_price=draw(st.sampled_from((None, Decimal("10.0000"), Decimal("0.333")))),
        due_date=draw(st.sampled_from((None, AS_OF, date(2030, 1, 1)))),
        tax=draw(st.sampled_from((None, Decimal(0), Decimal(2)))),
    )


@st.composite
def ledgers(draw: st.DrawFn) -> list[Line]:
    """Lines of no order, and some that recur from month to month."""
    found = draw(st.lists(lines(), max_size=8))
    for number, pattern in enumerate(draw(st.lists(lines(), max_size=3))):
        gap = draw(st.sampled_from((7, 14, 28, 30, 31, 91, 365)))
        for index in range(draw(st.integers(2, 8))):
            day = AS_OF - timedelta(gap * index + draw(st.integers(0, 2)))
            found.append(
                Line(
                    document=f"R{number}-{index}",
                    issue_date=day,
                    customer=pattern.customer,
                    amount=abs(pattern.amount) + draw(st.sampled_from((0, 0, 0, 1))),
                    currency=pattern.currency,
                    description=pattern.description,
                    item=pattern.item,
                    template=pattern.template,
                    quantity=pattern.quantity,
                    unit_price=pattern.unit_price,
                )
            )
    return found


@settings(max_examples=40)
@given(billed=ledgers(), seed=st.integers(0, 9))
def test_every_draft_is_read_accepted_and_checked(
    billed: list[Line], seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ledger = Ledger.from_lines(billed)
    drafts = draft_contracts(ledger, as_of=AS_OF)
    text = drafts.to_toml()
    assert all(is_seen(character) for character in text.replace("\n", ""))
    shuffled = list(billed)
    Random(seed).shuffle(shuffled)
    if len({(line.document, line.customer) for line in billed}) == len(billed):  # lines of a document have an order
        assert draft_contracts(Ledger.from_lines(shuffled), as_of=AS_OF).to_toml() == text
    if not drafts.contracts:
        return
    path = tmp_path_factory.mktemp("drafts") / "drafts.toml"
    path.write_text(text, encoding="utf-8")
    written = load_written(path)
    assert all(item.contract.is_draft for item in written)
    assert len(written) == len(drafts.contracts)
    assert set(tomllib.loads(text)) == {"contract"}
    path.write_text(accept_drafts(str(path), text).text, encoding="utf-8")
    assert unasked(drafts, check(load_contracts(path), ledger, as_of=AS_OF)) == []
