"""What to write instead of a key or a word that people use for something the vocabulary calls otherwise.

Comes in: a key that its table does not know, or a word that a key does not know. Goes out: one sentence with the place
or the name it has here; empty where nothing certain can be said. Must not know how faults are placed or quoted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.contracts.contract_shapes import ContractAmendmentShape, ContractMatchingShape, ContractShape
from billcheck.contracts.shapes import ChargeMatchingShape, ChargeShape, PricedShape, PriceStepShape

if TYPE_CHECKING:
    from billcheck.contracts.kinds import Shape

_OTHER_NAMES = {
    "until": "last_day",
    "end_date": "last_day",
    "valid_until": "last_day",
    "minimum_amount": "minimum",
    "min_amount": "minimum",
    "maximum_amount": "maximum",
    "max_amount": "maximum",
    "indexation": "escalator",
    "uplift": "escalator",
    "increase": "escalator",
}
"""Names that near spelling would not lead to, or would lead elsewhere, with the key that means the same."""

_OTHER_WORDS = {
    ("model", "tiered"): 'Write "graduated" (each unit at the price of its tier) or "volume" (all units at one price).',
    ("model", "fixed"): 'Write "flat".',
}


_ELSEWHERE: dict[tuple[type[Shape], str], str] = {
    (ChargeShape, "deposit"): (
        'A deposit is agreed for the contract: write it there, as deposit = { amount = "5000.00", deducted_on = '
        '"2027-12-31" }.'
    ),
    (ChargeShape, "commitment"): (
        "A commitment is agreed for the contract: head it [[contract.commitment]] and name this charge in its charges."
    ),
    (ChargeShape, "milestones"): "Write each milestone as a charge of its own, of the model milestone.",
    (PriceStepShape, "quantity"): "A price step sets a price alone: write the new quantity among the amendments.",
    **{
        (ContractAmendmentShape, key): (
            "A contract agrees only pauses, their end and the end for several charges: write this among the amendments "
            "of each charge."
        )
        for key in ("quantity", "hours", "model", *PricedShape.model_fields)
    },
}
"""Keys that a table cannot have, with where to write what they mean."""


def elsewhere(shape: type[Shape], key: str) -> str:
    """Where to write what a key means that its table cannot have."""
    return _ELSEWHERE.get((shape, key), "")


def advice_on_key(shape: type[Shape], key: str) -> str:
    """Where a key belongs that this table does not know, or how it is called here."""
    found = elsewhere(shape, key) or _advice_on_matching(shape, key)
    if found:
        return found
    if shape is ContractShape and key in ChargeShape.model_fields:
        return "It belongs to a charge, not to the contract."
    if shape is ChargeShape and key in ContractShape.model_fields:
        return "It belongs to the contract, not to a charge."
    name = _OTHER_NAMES.get(key.lower())
    if name is None:
        return ""
    if name in shape.model_fields:
        return f'It is called "{name}" here{", and that day is included" if name == "last_day" else ""}.'
    if shape is ContractShape and name in ChargeShape.model_fields:
        return f'It is called "{name}", and belongs to a charge.'
    return ""


def advice_on_word(key: str, word: str) -> str:
    """What to write instead of a word that this key does not know."""
    return _OTHER_WORDS.get((key, word.lower()), "")


def _advice_on_matching(shape: type[Shape], key: str) -> str:
    """Where a key belongs that says how lines are matched, and stands outside the table for that."""
    if shape not in {ContractShape, ChargeShape, ContractMatchingShape, ChargeMatchingShape}:
        return ""
    if key in ContractMatchingShape.model_fields:
        return f"It is matching.{key} of the contract."
    if key in ChargeMatchingShape.model_fields:
        return f"It is matching.{key} of a charge."
    return ""
