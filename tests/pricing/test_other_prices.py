"""Prices of other charges that one may have been billed at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from billcheck.contracts.prices import FlatPrice, TimePrice, UnitPrice
from billcheck.contracts.terms import Amendment, Charge, ChargeMatching, Contract, PriceStep
from billcheck.contracts.uplifts import Escalator
from billcheck.pricing.other_prices import OtherPrices
from tests.pricing.samples import flat, one_off, per_unit
from tests.pricing.test_commitments import commitment

D = Decimal
FEE = flat("100")


def named(charge: Charge, name: str, *items: str) -> Charge:
    return replace(charge, name=name, matching=ChargeMatching(items=items))


def contract(number: str, *charges: Charge, customer: str = "Acme BV", currency: str = "EUR") -> Contract:
    return Contract(id=number, customer=customer, currency=currency, start=date(2026, 1, 1), charges=charges)


def found(own: Contract, *others: Contract, charge: int = 0) -> list[tuple[str, str, str]]:
    mistakes = OtherPrices((own, *others)).mistakes(own, own.charges[charge])
    return [(each.code, each.sentence, price_of(each.charge)) for each in mistakes]


def price_of(charge: Charge) -> str:
    price = charge.price
    return str(price.amount if isinstance(price, FlatPrice) else price.unit_amount)  # type: ignore[union-attr]


def test_another_charge_of_the_contract_comes_before_another_contract() -> None:
    own = contract("C-1", FEE, named(flat("70"), "Support"))
    other = contract("C-0", flat("55"), customer="ACME B.V.")
    mistakes = OtherPrices((other, own)).mistakes(own, FEE)
    assert [(each.code, each.sentence, each.group) for each in mistakes] == [
        ("other_charge", 'billed at the price of "Support"', "billed at the price of another charge"),
        ("other_contract", 'billed at the price of "Fee" in C-0', "billed at the price of another contract"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        contract("C-2", flat("55"), customer="Beta BV"),
        contract("C-2", flat("55"), currency="USD"),
        contract("C-2", per_unit("55", "2")),
        contract("C-2", one_off("55", date(2026, 1, 1))),
        contract("C-2", commitment("55")),
        contract("C-2", flat("100")),
    ],
    ids=["customer", "currency", "kind", "once", "commitment", "same price"],
)
def test_prices_that_could_not_be_taken_for_it(other: Contract) -> None:
    assert found(contract("C-1", FEE), other) == []


def test_the_price_a_contract_ended_with_and_the_one_it_began_with() -> None:
    steps = (PriceStep(date(2026, 6, 1), FlatPrice(D(80))),)
    raised = Amendment(date(2026, 9, 1), price=FlatPrice(D(90)))
    other = contract("C-2", flat("60", price_steps=steps, amendments=(raised, Amendment(date(2026, 2, 1)))))
    assert [price for _, _, price in found(contract("C-1", FEE), other)] == ["90", "60"]
    with_uplifts = contract("C-2", flat("60", price_steps=steps, escalators=(Escalator(D(10)),)))
    assert [price for _, _, price in found(contract("C-1", FEE), with_uplifts)] == ["60"]


def test_there_are_few() -> None:
    others = [contract(f"D-{number}", flat(str(200 + number))) for number in range(20)]
    assert [price for _, _, price in found(contract("C-1", FEE), *others)] == [str(200 + number) for number in range(6)]


def test_the_price_is_the_same_throughout_and_quantities_stay() -> None:
    amendments = (
        Amendment(date(2026, 3, 1), price=UnitPrice(D(11))),
        Amendment(date(2026, 4, 1), quantity=D(7), price=UnitPrice(D(12))),
        Amendment(date(2026, 5, 1), added=D(2)),
        Amendment(date(2026, 6, 1), change="pause"),
    )
    seats = per_unit(
        "10", "5", amendments=amendments, price_steps=(PriceStep(date(2026, 2, 1), UnitPrice(D(13))),),
        escalators=(Escalator(D(3)),),
    )  # fmt: skip
    own, other = contract("C-1", seats), contract("C-2", per_unit("99", "8"))
    (mistake,) = OtherPrices((own, other)).mistakes(own, seats)
    kept = (replace(amendments[1], price=None), *amendments[2:])
    assert mistake.charge == replace(seats, price=UnitPrice(D(99)), price_steps=(), escalators=(), amendments=kept)


def test_the_price_that_others_have_for_the_same_item() -> None:
    def market(*prices: str, item: str = "SEATS") -> list[Contract]:
        return [
            contract(f"M-{number}", named(per_unit(price, "3"), f"Plan {number}", item), customer=f"Client {number}")
            for number, price in enumerate(prices)
        ]

    own = contract("C-1", named(per_unit("25", "5"), "Seats", "SEATS"))
    assert found(own, *market("30", "30", "30", "28")) == [
        ("usual_price", "billed at the price that other contracts have for it", "30")
    ]
    assert found(own, *market("30", "30", "28")) == []  # two are too few
    assert found(own, *market("30", "30", "30", "28", "28", "28")) == []  # neither stands out
    assert found(own, *market("25", "25", "25", "25")) == []  # that is its own
    assert found(own, *market("30", "30", "30", item="OTHER")) == []


def test_without_an_item_the_name_tells_what_is_sold() -> None:
    others = [contract(f"M-{number}", flat("30"), customer=f"Client {number}") for number in range(3)]
    assert [code for code, *_ in found(contract("C-1", FEE), *others)] == ["usual_price"]
    assert found(contract("C-1", named(FEE, "Other")), *others) == []


def test_rate_cards_and_what_does_not_recur_have_none() -> None:
    card = replace(FEE, price=TimePrice(()), quantity=())
    other = contract("C-2", flat("55"), replace(card, name="Hours"))
    assert found(contract("C-1", card), other) == []
    assert found(contract("C-1", one_off("5", date(2026, 1, 1))), other) == []
    metered: object = object()
    assert found(contract("C-1", replace(FEE, metering=metered)), other) == []  # type: ignore[arg-type]


def test_prices_are_read_once_for_all_charges() -> None:
    """The same prices, asked for one charge after the other."""
    own = contract("C-1", FEE, named(flat("70"), "Support"))
    prices = OtherPrices((own,))
    for _ in range(2):
        assert [price_of(each.charge) for each in prices.mistakes(own, own.charges[0])] == ["70"]
        assert [price_of(each.charge) for each in prices.mistakes(own, own.charges[1])] == ["100"]


def test_a_price_that_is_its_own_hides_no_other_and_none_is_named_twice() -> None:
    own = contract("C-1", FEE, named(flat("100"), "Support"), named(flat("70"), "Backup"), named(flat("70"), "Mail"))
    assert found(own, contract("C-2", flat("70"))) == [("other_charge", 'billed at the price of "Backup"', "70")]


def test_the_price_agreed_last_is_that_of_the_latest_day() -> None:
    """A step to 80.00 in June counts, not an amendment to 60.00 in March; of one day the step does."""
    june, march = date(2026, 6, 1), date(2026, 3, 1)
    step, lower = PriceStep(june, FlatPrice(D(80))), Amendment(march, price=FlatPrice(D(60)))
    for amendment in (lower, replace(lower, on=june)):
        other = contract("C-2", flat("55", price_steps=(step,), amendments=(amendment,)))
        assert [price for _, _, price in found(contract("C-1", FEE), other)] == ["80", "55"]


def others_at(price: str, count: int) -> list[Contract]:
    return [contract(f"{price}-{number}", flat(price), customer=f"Client {price}-{number}") for number in range(count)]


def test_its_own_price_is_not_counted_among_those_of_others() -> None:
    """Three pay 55.00 and three others, as it does, 100.00: no price stands out. A fourth makes 55.00 the usual one."""
    own = contract("C-1", FEE)
    assert found(own, *others_at("55", 3), *others_at("100", 3)) == []
    assert [price for _, _, price in found(own, *others_at("55", 4), *others_at("100", 3))] == ["55"]
    assert found(own, *others_at("55", 3), *others_at("100", 4)) == []


def test_the_price_of_a_unit_is_not_usual_for_a_whole() -> None:
    units = [
        contract(f"U-{number}", named(per_unit("55", "2"), "Fee"), customer=f"Client {number}") for number in range(4)
    ]
    assert found(contract("C-1", FEE), *units) == []
