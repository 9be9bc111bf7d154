"""Words of the contract vocabulary that this version knows of and cannot price yet.

Comes in: a key or a word that a contract file holds and its shape does not. Goes out: whether it is one of the agreed
vocabulary, so that the answer is "not yet" rather than "unknown". Nothing of it is ever ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from billcheck.contracts.kinds import Shape

_LATER_KEYS = {
    "ContractShape": "late_invoice_cutoff",
    "ChargeShape": "late_invoice_cutoff",
}


def is_later_key(shape: type[Shape], key: str) -> bool:
    """Whether the key belongs to this table in a later version."""
    return key in _LATER_KEYS.get(shape.__name__, "").split()
