"""From one whole number to agreements: everything a seed decides about what was agreed.

Comes in: a seeded generator. Goes out: agreements of one customer, laid out, and the day of the check. Must not know
the library.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.simulator.agreements import MONTHS, Agreement, Change, Charge, Cut, lay_out

if TYPE_CHECKING:
    from random import Random

NAMES = ("Website care", "Hosting", "Seats", "Support desk", "Retainer", "Licence")
CUSTOMERS = ("Hartwell Interieur", "Bakkerij Noord", "Müller Söhne", "Côté Jardin", "Łódź Druk", "Acme BV")
CHILDREN = ("Amsterdam", "North:Depot")
CURRENCIES = ("EUR",) * 6 + ("USD", "USD", "JPY", "KWD")
ANCHORS = (1, 15, 28, 29, 30, 31)


def build_agreements(random: Random, *, is_pinned: bool) -> tuple[list[Agreement], date]:
    """One or two agreements of one customer, and the day of the check some months after they begin."""
    customer = random.choice(CUSTOMERS)
    names = [customer] + (
        [f"{customer}: North", f"{customer} Holding"][: random.randint(1, 2)] if _one_in(random, 3) else []
    )
    children = [f"{random.choice(names)}:{child}" for child in CHILDREN] if _one_in(random, 4) else []
    first_start = date(
        random.randint(2022, 2025), random.randint(1, 12), random.choice((1, 1, 1, random.randint(1, 28)))
    )
    as_of = first_start + timedelta(random.randint(150, 480))
    count = 2 if _one_in(random, 4) else 1
    is_alone = count == 1 and _one_in(random, 2)
    free_names = list(NAMES)
    random.shuffle(free_names)
    agreements: list[Agreement] = []
    for number in range(count):
        named_by = "only" if is_alone else random.choice(("items", "names", "field"))
        start = first_start + timedelta(random.choice((0, 0, random.randint(0, 60))))
        currency = random.choice(CURRENCIES) if not agreements else agreements[0].currency
        last_day = start + timedelta(random.randint(200, 700)) if _one_in(random, 5) else None
        tax = random.choice((None, 21))
        agreement = Agreement(f"C-{number + 1}", names, currency, start, last_day, [], tax, named_by, children)
        for _ in range(1 if is_alone else random.randint(1, 3)):
            charge = _charge(random, agreement, free_names.pop(), is_pinned=is_pinned)
            first = agreement.charges[0] if agreement.charges else charge
            if "one_off" not in {charge.model, first.model} and random.randrange(3):
                # Most of what one contract charges is billed together.
                charge.every, charge.timing, charge.anchor = first.every, first.timing, first.anchor
                charge.invoice_day = first.invoice_day
            agreement.charges.append(charge)
        agreements.append(agreement)
    for agreement in agreements:
        for charge in agreement.charges:
            _vary(random, agreement, charge, as_of)
        lay_out(agreement, as_of)
    return agreements, as_of


def _one_in(random: Random, count: int) -> bool:
    return random.randrange(count) == 0


def _price(random: Random, currency: str, *, is_unit: bool) -> int:
    if currency == "JPY":
        return random.randint(500, 90000)
    if is_unit:
        return random.randint(105, 9999)
    return random.choice((random.randint(20, 5000) * 100, random.randint(1999, 500000)))


def _charge(random: Random, agreement: Agreement, name: str, *, is_pinned: bool) -> Charge:
    item = name.upper().replace(" ", "-") if agreement.named_by == "items" else ""
    style = random.choice(("fields", "text")) if is_pinned else random.choice(("none", "none", "none", "fields"))
    if agreement.named_by != "only" and _one_in(random, 8):
        latest = 140 if agreement.last_day is None else min(140, (agreement.last_day - agreement.start).days)
        on = agreement.start + timedelta(random.randint(0, latest))
        price = _price(random, agreement.currency, is_unit=False)
        return Charge(name, "one_off", price, on=on, item=item, style="none")
    is_unit = _one_in(random, 3)
    every = random.choice(("month",) * 6 + ("quarter", "quarter", "half_year", "year"))
    timing = random.choice(("in_advance", "in_arrears"))
    invoice_days = (
        None,
        None,
        None,
        None,
        "period_end" if timing == "in_arrears" else "period_start",
        random.randint(1, 31),
    )
    return Charge(
        name,
        "per_unit" if is_unit else "flat",
        _price(random, agreement.currency, is_unit=is_unit),
        quantity=random.randint(2, 40) if is_unit else None,
        every=every,
        timing=timing,
        anchor=random.choice(ANCHORS) if _one_in(random, 3) else None,
        invoice_day=random.choice(invoice_days),
        item=item,
        style=style,
    )


def _vary(random: Random, agreement: Agreement, charge: Charge, as_of: date) -> None:
    """Give a recurring charge price steps, amendments and discounts, at most one change in a period."""
    if charge.model == "one_off":
        return
    term_end = agreement.last_day or as_of
    span = (min(term_end, as_of) - agreement.start).days
    # A change may move to the first of its month, and the two must not fall into one period even then.
    apart = 31 * (MONTHS[charge.every] + 1) + 5
    is_changed = _one_in(random, 3) if charge.quantity is None else not _one_in(random, 3)
    if is_changed and span > 40:
        charge.changes.append(
            _change(random, agreement, charge, agreement.start + timedelta(random.randint(20, span - 10)))
        )
        later = charge.changes[0].on + timedelta(apart + random.randint(0, 60))
        if _one_in(random, 3) and later < min(term_end, as_of):
            charge.changes.append(_change(random, agreement, charge, later))
    if _one_in(random, 6) and span > 40:
        last = agreement.start + timedelta(random.randint(20, span))
        charge.cuts.append(Cut(random.choice((5, 10, 25)), None, last))


def _change(random: Random, agreement: Agreement, charge: Charge, on: date) -> Change:
    if _one_in(random, 2):
        on = on.replace(day=1)
        on = on if on > agreement.start else on + timedelta(31)
    is_step = _one_in(random, 2)
    price, quantity = charge.price, charge.quantity
    for earlier in charge.changes:
        price, quantity = earlier.price or price, earlier.quantity or quantity
    if quantity is not None and not is_step:
        more = random.choice((1, 2, 5, -1)) if quantity > 1 else 1
        # A lower price at once makes a credit note of its own, which only a stated period can link to anything.
        may_be_immediate = more > 0 or charge.style != "none"
        return Change(on, None, quantity + more, is_step=False, is_immediate=may_be_immediate and _one_in(random, 3))
    new = price * random.choice((103, 105, 110, 125, 150, 80)) // 100 + 1
    may_be_immediate = not is_step and (new > price or charge.style != "none")
    return Change(on, new, None, is_step=is_step, is_immediate=may_be_immediate and _one_in(random, 3))
