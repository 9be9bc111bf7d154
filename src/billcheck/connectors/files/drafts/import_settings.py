"""What the import of a program needs to know that stands in no document.

Comes in: what a person says of their ledger. Goes out: one frozen value. Must not know documents or columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSettings:
    """How a ledger calls things; all may be left out where nothing asks for them.

    `tax_names` are the ledger's names of its tax rates by percent. `account` and `item` stand in for charges that
    declare none of their own. `tracking_name` is the category that tracking options belong to. `customer` is the
    spelling of the ledger where it differs from that of the contract. `is_month_first` writes dates as the United
    States do.
    """

    tax_names: Mapping[Decimal, str] = field(default_factory=dict)
    account: str = ""
    item: str = ""
    tracking_name: str = ""
    customer: str = ""
    is_month_first: bool = False

    def date_text(self, day: date) -> str:
        """A day as the import reads it: ``31/03/2026``, or ``03/31/2026`` where the month comes first."""
        return f"{day:%m/%d/%Y}" if self.is_month_first else f"{day:%d/%m/%Y}"


DEFAULT_SETTINGS = ImportSettings()
