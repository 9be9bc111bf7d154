"""What the user says about how files are to be read.

Comes in and goes out: nothing but the value; whoever names a ledger makes it, and every file of that ledger is read by
it. Must not know files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from billcheck.connectors.files.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from billcheck.connectors.files.limits import Limits
    from billcheck.connectors.files.profile import Profile


@dataclass(frozen=True, slots=True)
class Instructions:
    """How files are to be read.

    `profile` names the profile of all files, variants included (``xero.sales-invoices:day-first``); None recognises
    each file by its headings. `currency` is the currency of files that name none, in ISO 4217.
    `sheet` is the sheet of workbooks, by its name or its number from 1; None reads the only one that holds anything.
    `limits` are what a file may hold.
    `own` are profiles of the user's beside those that ship.
    """

    profile: str | None = None
    currency: str | None = None
    own: tuple[Profile, ...] = ()
    sheet: str | int | None = None
    limits: Limits = DEFAULT_LIMITS
