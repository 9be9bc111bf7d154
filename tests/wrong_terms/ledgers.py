"""A story as a ledger: what was billed by the wrong terms, and what a check says of it.

Comes in: a story and a seeded generator. Goes out: the report, and whether the mistake is among the causes it names.
Must not know how a cause is found.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from billcheck import Ledger, Line, check, load_contracts
from billcheck.money import round_half_up, to_decimal
from billcheck.pricing.schedule import make_schedule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from billcheck import Report
    from billcheck.contracts.terms import Charge, Contract, Contracts
    from billcheck.findings import Cause, PeriodRow
    from tests.wrong_terms.stories import Story, Terms

AS_OF = date(2026, 6, 20)
LATEST = date(2026, 6, 1)
"""What was due later is not billed yet."""

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a report says of a ledger: rows that differ, and the causes named, the one of most rows first."""

    different: int
    causes: tuple[Cause, ...]

    def names(self, code: str) -> bool:
        """Whether the cause of most rows names a code; of two at once, whether the causes together name both."""
        if "_and_" in code:
            named = {each for cause in self.causes for part in codes_of(cause) for each in part.split("_and_")}
            return named >= {*code.split("_and_")}
        return bool(self.causes) and code in codes_of(self.causes[0])

    @property
    def is_open(self) -> bool:
        """Whether a cause names more than three mistakes."""
        return any("open, " in cause.sentence or len(codes_of(cause)) > MOST_NAMED for cause in self.causes)


def codes_of(cause: Cause) -> list[str]:
    """The codes of all that a cause names."""
    return cause.code.split("_or_")


def tell(random: Random, story: Story) -> Outcome:
    """Bill by the wrong terms, and check against the agreed ones."""
    return examine(*bill(random, story))


def bill(random: Random, story: Story) -> tuple[Contracts, list[Line]]:
    """The agreed contracts, and the lines that billing by the other terms makes."""
    wrong = _load([story.billed, *story.others])
    return _load([story.agreed, *story.others]), list(_lines(random, story, wrong))


def examine(agreed: Contracts, lines: list[Line]) -> Outcome:
    """What a check of these lines says."""
    first = min(charge.start for contract in agreed for charge in contract.charges) - timedelta(60)
    return outcome_of(check(agreed, Ledger.from_lines(lines), as_of=AS_OF, covers=(first, AS_OF)))


def outcome_of(report: Report) -> Outcome:
    """The causes of all rows that differ."""
    rows = [row for item in report.contracts for row in item.rows if _is_different(row)]
    count: dict[Cause, int] = {}
    for row in rows:
        for cause in row.causes:
            count[cause] = count.get(cause, 0) + 1
    return Outcome(len(rows), tuple(sorted(count, key=lambda cause: (-count[cause], cause.code))))


def _is_different(row: PeriodRow) -> bool:
    return row.status.value in {"underbilled", "overbilled", "missing"}


def _load(contracts: list[Terms]) -> Contracts:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "contracts.json"
        path.write_text(json.dumps({"contract": contracts}), encoding="utf-8")
        return load_contracts(path)


def _lines(random: Random, story: Story, contracts: Contracts) -> Iterator[Line]:
    lag, is_quoted = random.choice([0, 0, 1, 4]), bool(random.randrange(2))
    is_pinned = story.is_pinned if story.is_pinned is not None else bool(random.randrange(2))
    number = 0
    for contract in contracts:
        share = Fraction(*story.share) if contract.id == story.agreed["id"] else Fraction(1)
        for charge in contract.charges:
            schedule = make_schedule(contract, charge, LATEST)
            for index, due_day in enumerate(schedule.due_days):
                amount = round_half_up(schedule.amounts[index] * share)
                if due_day > LATEST.toordinal() or not amount:
                    continue
                number += 1
                first_day = date.fromordinal(schedule.first_days[index])
                last_day = date.fromordinal(schedule.ends[index] - 1)
                quantity = schedule.charge_at(index).quantity if is_quoted else None
                yield Line(
                    document=f"INV-{number}",
                    issue_date=date.fromordinal(due_day) + timedelta(lag + random.randint(-1, 1) * (lag > 1)),
                    customer=contract.customer,
                    description=charge.name,
                    item=_item(contract, charge),
                    amount=to_decimal(amount, contract.currency),
                    currency=contract.currency,
                    quantity=quantity,
                    unit_price=_unit_price(amount, quantity),
                    period_first_day=first_day if is_pinned or schedule.changes[index] else None,
                    period_last_day=last_day if is_pinned or schedule.changes[index] else None,
                )


def _item(_contract: Contract, charge: Charge) -> str:
    return charge.matching.items[0] if charge.matching.items else ""


def _unit_price(amount: int, quantity: Decimal | None) -> Decimal | None:
    """The price of one unit, where a line with that quantity would have it to the cent."""
    if not quantity:
        return None
    exact = Fraction(amount, 100) / Fraction(quantity)
    price = Decimal(exact.numerator) / Decimal(exact.denominator)
    return price if price == price.quantize(Decimal("0.01")) else None
