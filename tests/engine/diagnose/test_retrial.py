"""Mistakes that move dates: the invoices fit the periods of the mistake better than the agreed ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from billcheck import Ledger, Line, check
from billcheck.contracts.terms import Contract, ContractMatching
from billcheck.engine.circumstances import Circumstances
from billcheck.engine.retrial import retry
from billcheck.period import Cadence
from tests.pricing.samples import flat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck import Report
    from billcheck.contracts.terms import Charge
    from billcheck.engine.circumstances import Allocated
    from billcheck.pricing.mistake import Mistake

D = Decimal
AS_OF = date(2027, 1, 20)


def line(number: int, day: date, amount: str = "100.00", until: date | None = None) -> Line:
    """A line of a day; with `until` it states the period from that day, which ends before it."""
    return Line(
        document=f"INV-{number}",
        issue_date=day,
        customer="Acme BV",
        amount=D(amount),
        currency="EUR",
        period_first_day=day if until else None,
        period_last_day=until - timedelta(1) if until else None,
    )


def check_of(charge: Charge, lines: list[Line]) -> Report:
    matching = ContractMatching(confirmed=True)
    contract = Contract(
        id="C-1", customer="Acme BV", currency="EUR", start=charge.start, charges=(charge,), matching=matching
    )
    return check([contract], Ledger.from_lines(lines), as_of=AS_OF, covers=(date(2025, 11, 1), AS_OF))


def causes(charge: Charge, lines: list[Line]) -> dict[str, list[str]]:
    """Sentence to first days of the rows with it."""
    found: dict[str, list[str]] = {}
    for item in check_of(charge, lines).contracts:
        for row in item.rows:
            for cause in row.causes:
                found.setdefault(cause.sentence, []).append(str(row.first_day))
    return found


def every(days: int, count: int) -> list[date]:
    return [date(2026, 1, 1) + timedelta(days * number) for number in range(count)]


def firsts(count: int) -> list[date]:
    return [date(2026 + month // 12, month % 12 + 1, 1) for month in range(count)]


def test_every_four_weeks_instead_of_every_month() -> None:
    """Thirteen invoices in 2026, so that a month has two: stated periods fit none of the agreed ones."""
    days = every(28, 14)
    lines = [line(number, day, until=day + timedelta(28)) for number, day in enumerate(days)]
    (sentence,) = causes(flat("100.00"), lines)
    assert "billed every 4 weeks instead of every month" in sentence


@pytest.mark.parametrize(("parts", "is_told"), [(4, True), (5, False)])
def test_a_period_is_billed_in_four_parts_at_most(parts: int, *, is_told: bool) -> None:
    """With more invoices than other periods could take, those periods are not tried."""
    lines = [
        line(number * parts + part, day, str(100 / D(parts)), until=day + timedelta(28))
        for number, day in enumerate(every(28, 14))
        for part in range(parts)
    ]
    found = causes(flat("100.00"), lines)
    assert any("billed every 4 weeks instead of every month" in sentence for sentence in found) is is_told


def test_every_month_instead_of_every_four_weeks() -> None:
    """Twelve invoices a year where thirteen were agreed: one of the periods is open, and why is told."""
    charge = flat("100.00", every=Cadence("week", 4))
    lines = [line(number, day) for number, day in enumerate(firsts(13))]
    (sentence,) = causes(charge, lines)
    assert sentence.startswith("consistent with: billed every month instead of every 4 weeks, in ")


def test_an_invoice_too_many_each_month_is_no_other_rhythm() -> None:
    """One of twelve sent twice is a duplicate: the days are those agreed."""
    days = firsts(12)
    lines = [line(number, day) for number, day in enumerate([*days, days[5]])]
    assert causes(flat("100.00"), lines) == {}


def test_one_left_out_is_no_other_rhythm() -> None:
    days = firsts(12)
    assert causes(flat("100.00"), [line(number, day) for number, day in enumerate(days) if number != 6]) == {}
    stated = [line(number, day, until=days[number + 1]) for number, day in enumerate(days[:-1]) if number != 6]
    assert causes(flat("100.00"), stated) == {}


def test_by_the_calendar_instead_of_from_the_first_day() -> None:
    """From 15 January: 17 of 31 days are 54.84, then whole months on their first days."""
    charge = flat("100.00", start=date(2026, 1, 15))
    days = [date(2026 + month // 12, month % 12 + 1, 1) for month in range(1, 13)]
    lines = [line(0, date(2026, 1, 15), "54.84"), *(line(number, day) for number, day in enumerate(days, start=1))]
    assert causes(charge, lines) == {
        "consistent with: billed by the periods of the calendar, in 2026-01-15 to 2026-02-14": ["2026-01-15"]
    }


def test_a_first_part_in_full_and_days_counted_from_the_first_day_tie() -> None:
    """Calendar months from 15 January were agreed; invoices on the 15th bill whole months."""
    charge = flat("100.00", start=date(2026, 1, 15), align="calendar")
    lines = [line(month, date(2026, month, 15)) for month in range(1, 13)]
    (sentence,) = causes(charge, lines)
    assert sentence == (
        "consistent with: the first part of a period was billed in full or billed by periods from its first day, "
        "in 2026-01-15 to 2026-01-31"
    )
    on_the_first = [line(1, date(2026, 1, 15)), *(line(month, date(2026, month, 1)) for month in range(2, 13))]
    (sentence,) = causes(charge, on_the_first)
    assert sentence == "consistent with: the first part of a period was billed in full, in 2026-01-15 to 2026-01-31"


@pytest.mark.parametrize("count", [1, 2])
def test_few_invoices_show_no_rhythm(count: int) -> None:
    lines = [line(number, day, until=day + timedelta(28)) for number, day in enumerate(every(28, count))]
    assert not any("4 weeks" in sentence for sentence in causes(flat("100.00"), lines))


def test_half_months_and_two_weeks() -> None:
    """Twice a month was agreed, and billed every two weeks: 26 a year instead of 24."""
    charge = flat("100.00", every=Cadence("semi_month"))
    lines = [line(number, day, until=day + timedelta(14)) for number, day in enumerate(every(14, 27))]
    (sentence,) = causes(charge, lines)
    assert "billed every 2 weeks instead of twice a month" in sentence


def test_invoices_of_one_day_show_no_rhythm() -> None:
    """Three invoices of one day have no days between them."""
    lines = [line(number, date(2026, 1, 3), "40.00") for number in range(3)]
    lines = [replace(each, amount=D(amount)) for each, amount in zip(lines, ("40.00", "41.00", "42.00"), strict=True)]
    assert not any("weeks" in sentence for sentence in causes(flat("100.00"), lines))


def test_where_every_invoice_fits_to_the_day_no_mistake_is_even_made() -> None:
    """Half the agreed price, each on its day: other periods could not fit better, and books need not be worked out."""

    def books() -> Allocated:
        pytest.fail("nobody needs the books")

    mistakes: Iterator[Mistake] = map(pytest.fail, ["nobody needs a mistake"])
    charge = flat("100.00")
    agreed = Contract(id="C-1", customer="Acme BV", currency="EUR", start=charge.start, charges=(charge,))
    assert retry(agreed, mistakes, Circumstances(books, is_to_the_day=True)) == ()
