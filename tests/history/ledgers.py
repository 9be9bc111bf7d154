"""Ledgers as lines, and what is drafted from them."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from billcheck import Ledger, Line, draft_contracts

if TYPE_CHECKING:
    from collections.abc import Iterable

AS_OF = date(2026, 9, 4)


def bill(number: int, day: str, amount: str, text: str = "", **fields: Any) -> Line:
    """A line of document INV-<number>; of Acme, in EUR, unless said otherwise."""
    known = {"customer": "Acme", "currency": "EUR", **fields}
    return Line(
        document=f"INV-{number}",
        issue_date=date.fromisoformat(day),
        amount=Decimal(amount),
        description=text,
        **known,
    )


def draft_of(lines: Iterable[Line], as_of: date = AS_OF, customers: Iterable[str] = ()) -> str:
    """The text of the drafts from these lines."""
    return draft_contracts(Ledger.from_lines(lines), as_of=as_of, customers=customers).to_toml()


def contracts_in(text: str) -> list[dict[str, Any]]:
    """The contracts of a draft as TOML reads them."""
    return list(tomllib.loads(text).get("contract", []))


def charges_of(lines: Iterable[Line], as_of: date = AS_OF) -> list[dict[str, Any]]:
    """The charges of the only contract that is drafted."""
    (contract,) = contracts_in(draft_of(lines, as_of))
    return list(contract["charge"])


def said(text: str) -> str:
    """The text of a draft with its remarks joined to whole lines."""
    return " ".join(text.replace("\n# ", " ").replace("\n    # ", " ").split())
