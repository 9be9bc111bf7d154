"""The directory in which lines are looked up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from billcheck.engine.keys import make_directory
from billcheck.ledger.names import spaced_words
from tests.engine.agreements import contract, flat, one_off

if TYPE_CHECKING:
    from billcheck.engine.keys import Slot


def test_slots_are_numbered_in_the_order_of_the_contracts() -> None:
    directory = make_directory((contract(flat("A"), one_off("B"), name="1"), contract(flat("C"), name="2")))
    assert [(slot.number, slot.contract.id, slot.charge.name) for slot in directory.slots] == [
        (0, "1", "A"),
        (1, "1", "B"),
        (2, "2", "C"),
    ]
    assert [slot.is_recurring for slot in directory.slots] == [True, False, True]


def test_a_customer_is_known_by_name_alias_id_and_reference() -> None:
    directory = make_directory(
        (contract(customer="Acme B.V.", aliases=("ACME Holding",), customer_ids=("77",), references=("PO-9",)),)
    )
    keys = directory.keys()
    assert keys.customers == {"acme bv", "acme holding"}
    assert keys.customer_ids == {"77"}
    assert keys.contracts == {"c-117", "po-9"}
    assert keys.has_customer("ACME  bv")
    assert not keys.has_customer("Acme")
    assert keys.has_reference("see PO-9, thanks")
    assert not keys.has_reference("PO-91")
    assert not keys.has_reference("")


def test_contracts_of_one_customer_are_offered_together_once() -> None:
    directory = make_directory((contract(name="1", aliases=("HARTWELL INTERIEUR",)), contract(name="2")))
    (slots,) = directory.by_name.values()
    assert [slot.number for slot in slots] == [0, 1]


def test_names_codes_and_parents_of_several_contracts_point_at_all_their_charges() -> None:
    shared = {"aliases": ("Hartwell",), "customer_ids": ("77",), "references": ("PO-9",), "sub_customers": True}
    contracts = (
        contract(flat("A"), flat("B"), name="1", customer="Hartwell", **shared),
        contract(flat("C"), name="2", customer="Acme", **shared),
        contract(flat("D"), name="3", customer="Hartwell"),
    )
    directory = make_directory(contracts)

    def numbers(found: dict[str, tuple[Slot, ...]]) -> dict[str, list[int]]:
        return {name: [slot.number for slot in slots] for name, slots in sorted(found.items())}

    assert numbers(directory.by_name) == {"acme": [2], "hartwell": [0, 1, 2, 3]}
    assert numbers(directory.by_parent) == {"acme": [2], "hartwell": [0, 1, 2]}
    assert numbers(directory.by_customer_id) == {"77": [0, 1, 2]}
    assert numbers(directory.by_reference) == {"1": [0, 1], "2": [2], "3": [3], "po-9": [0, 1, 2]}
    assert directory.by_alias == {}


def test_charges_alike_share_their_folded_codes() -> None:
    first, second = make_directory((contract(flat("A"), name="1"), contract(flat("A"), name="2"))).slots
    assert first.words is second.words
    assert first.items is second.items


@pytest.mark.parametrize(
    ("reference", "contracts"),
    [("117", ["117"]), ("PO 117", []), ("C-5 / C-6", ["C-5", "C-6"]), ("(c-6)", ["C-6"]), ("C-56", [])],
)
def test_a_reference_names_contracts_whole_or_by_a_word_that_is_no_mere_number(
    reference: str, contracts: list[str]
) -> None:
    directory = make_directory(tuple(contract(name=name) for name in ("117", "C-5", "C-6")))
    assert [slot.contract.id for slot in directory.slots_named_by(reference)] == contracts


def test_words_are_found_whole() -> None:
    assert spaced_words("Set-up fee: Support+") == " set up fee support "
    assert spaced_words("Support") in spaced_words("Monthly SUPPORT, March")
    assert spaced_words("Support") not in spaced_words("Supporting")


def test_a_retention_is_held_back_of_the_charges_it_names_in_its_own_contract() -> None:
    held = replace(one_off("Retention"), model="retention", spans=("A",))
    slots = make_directory((contract(flat("A"), flat("B"), held, name="1"), contract(flat("A"), name="2"))).slots
    assert [slot.is_retention for slot in slots] == [False, False, True, False]
    assert [slot.is_held_back_by(slots[2]) for slot in slots] == [True, False, False, False]
    group = replace(slots[1], members=(slots[1], slots[0]))
    assert group.is_held_back_by(slots[2])
    assert not replace(slots[1], members=(slots[1], slots[3])).is_held_back_by(slots[2])
