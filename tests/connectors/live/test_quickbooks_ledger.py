"""A company with every trap at once, read over the wire and held against what a bookkeeper wrote down."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.connectors.quickbooks import connector as rooms
from tests.connectors.live.test_quickbooks import fetch
from tests.servers.quickbooks_ledger import SHAPES, ledger

if TYPE_CHECKING:
    from billcheck.connectors.base import FetchedDocument
    from tests.servers.quickbooks_ledger import TrueDocument, TrueLine


def written(each: TrueDocument) -> dict[str, Any]:
    """What the bookkeeper says."""

    def line(one: TrueLine) -> tuple[Any, ...]:
        figures = [Decimal(text) if text else None for text in (one.quantity, one.unit_price)]
        tax = None if one.tax is None else each.money(one.tax)
        words = (one.description, one.item, one.account, one.tracking, one.template)
        return (each.money(one.units), *words, *figures, tax)

    names = ("id", "number", "kind", "status", "issue_date", "customer", "customer_id", "currency", "reference")
    return {
        **{name: getattr(each, name) for name in names},
        "credits_document": each.credits_document,
        "excl_tax": each.money(sum(one.units for one in each.lines)),
        "total": each.money(each.total),
        "amount_due": each.money(each.due),
        "lines": [line(one) for one in each.lines],
    }


def told(each: FetchedDocument) -> dict[str, Any]:
    """What the connector says."""
    names = ("id", "number", "kind", "status", "issue_date", "customer", "customer_id", "currency", "reference")
    more = ("credits_document", "excl_tax", "total", "amount_due")
    return {
        **{name: getattr(each, name) for name in (*names, *more)},
        "lines": [
            (
                line.amount,
                line.description,
                line.item,
                line.account,
                line.tracking,
                line.template,
                line.quantity,
                line.unit_price,
                line.tax,
            )
            for line in each.lines
        ],
    }


@pytest.mark.parametrize("size", [999, 24])
@pytest.mark.parametrize("order", ["text", "number"])
def test_every_document_is_as_the_bookkeeper_wrote_it(size: int, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "PAGE_SIZE", size)
    server, true = ledger()
    server.order = order
    fetched = fetch(server)
    assert fetched.completeness.is_complete, fetched.completeness.shortcomings
    ours = {each.id: told(each) for each in fetched.documents}
    theirs = {each.id: written(each) for each in true}
    traps = {each.id: each.trap for each in true}
    assert set(ours) == set(theirs)
    assert len(ours) >= 400
    wrong = {key: (traps[key], ours[key], theirs[key]) for key in theirs if ours[key] != theirs[key]}
    assert not wrong, next(iter(wrong.values()))


def test_every_trap_is_in_the_ledger_more_than_once() -> None:
    found = Counter(each.trap for each in ledger()[1])
    assert set(found) == {shape.__name__.strip("_") for shape in SHAPES}
    assert min(found.values()) >= 5
