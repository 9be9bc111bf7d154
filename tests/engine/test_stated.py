"""Periods of whole columns of lines: what is kept of one line never changes another."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.engine import stated as stated_module
from billcheck.engine.columns import Columns
from billcheck.engine.keys import make_directory
from billcheck.engine.match import Matcher
from billcheck.engine.match_rules import PeriodRule
from billcheck.engine.stated import StatedPeriods
from billcheck.grammar import DateOrder
from billcheck.ledger.source import Ledger
from billcheck.periods.resolve import resolve
from tests.engine.agreements import contract, flat, line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from billcheck.engine.keys import Slot
    from billcheck.ledger.line import Line

AS_OF = date(2026, 9, 4)
AGREED = (
    contract(flat("Support", items=("SUP",)), flat("Hosting", "100.00", accounts=("4010",))),
    contract(flat("Cleaning"), name="C-2", customer="Juniper", fiscal_year_start=4, references=("PO-7",)),
)
TEXTS = (
    "", "Support January 2026", "Support March", "Hosting 03/04/2026 - 02/05/2026", "Hosting Q1 FY2026", "Q1 2026",
    "Support 2009-01-01 to 2009-01-31", "Catch-up for earlier months", "Support [Month Year]", "Maintenance as agreed",
)  # fmt: skip


def rows(lines: Iterable[Line], sizes: Iterable[int]) -> list[tuple[Any, ...]]:
    """What one matcher makes of the lines when they come in batches of these sizes, without their documents."""
    directory = make_directory(AGREED)
    matcher = Matcher(directory, as_of_day=AS_OF.toordinal(), has_price=lambda _slot, amount: amount == 10000)
    left = list(lines)
    for size in sizes:
        for batch in Ledger.from_lines(left[:size]).sources[0].scan(directory.keys()):
            matcher.add(batch, 0)
        del left[:size]
    matched, table = matcher.matched, matcher.matched.lines
    return [
        (
            table.slots[row], table.issue_days[row], table.first_days[row], table.end_days[row], table.amounts[row],
            table.match_rules[row], table.period_rules[row], matched.documents.number(table.documents[row]),
            matched.customers[matched.documents.customers[table.documents[row]]], matched.currency_of(row),
            matched.placeholders.get(row), matched.ambiguous.get(row), matched.compared.get(row),
        )
        for row in table
    ]  # fmt: skip


def random_line(rng: random.Random, number: int) -> Line:
    is_credit = rng.random() < 0.1
    fields: dict[str, Any] = {
        "customer": rng.choice(("Hartwell Interieur", "hartwell interieur.", "Juniper", "Nobody")),
        "kind": "credit_note" if is_credit else "invoice",
        "status": rng.choice(("approved",) * 8 + ("draft", "void")),
        "description": rng.choice(TEXTS),
        "item": rng.choice(("", "sup", "OTHER")),
        "account": rng.choice(("", "", "4010", "9999")),
        "reference": rng.choice(("", "", "", "PO-7", "C-117", "PO-8")),
        "currency": rng.choice(("EUR",) * 9 + ("USD",)),
    }
    if rng.random() < 0.1:
        fields |= {"period_first_day": date(2026, 2, 1), "period_last_day": date(2026, 2, 28)}
    day = date(2026, 1, 1) + timedelta(rng.randrange(270)) if rng.random() < 0.95 else date(2010, 3, 1)
    amount = Decimal(rng.choice(("100.00", "99.00", "0.00"))) * (-1 if is_credit else 1)
    return line(f"INV-{number // 3}", day.isoformat(), str(amount), **fields)


@pytest.mark.parametrize("seed", range(20))
def test_lines_in_any_batches_are_read_as_each_alone(seed: int) -> None:
    rng = random.Random(seed)
    lines = [random_line(rng, number) for number in range(120)]
    alone = [row for given in lines for row in rows([given], [1])]
    together = rows(lines, [len(lines)])
    assert [row[:10] for row in together] == [row[:10] for row in alone]
    assert rows(lines, [7] * 18) == together
    assert len(together) > 60
    assert {row[10] for row in together} > {None}
    assert any(row[11] for row in together)
    assert any(row[12] for row in together)


@pytest.mark.parametrize("days", [("2009-02-01", "2026-02-01"), ("2026-02-01", "2009-02-01")])
def test_a_dated_text_is_kept_only_for_documents_near_it(days: tuple[str, str]) -> None:
    text = "Support 2009-01-01 to 2009-01-31"
    lines = [line(f"INV-{day}", day, "100.00", description=text, item="SUP") for day in days]
    first_day = date(2009, 1, 1).toordinal()
    for sizes in ([2], [1, 1]):
        assert {row[1]: row[2] for row in rows(lines, sizes)} == {
            date(2009, 2, 1).toordinal(): first_day,
            date(2026, 2, 1).toordinal(): 0,
        }


# --- orders of dates and fiscal years, with their days ---------------------------------------------------------------

Days = tuple[str, str] | None


def periods(
    texts: list[str],
    *,
    order: DateOrder | None = None,
    starts: tuple[int | None, ...] = (None,),
    day: str = "2026-06-15",
) -> list[Days]:
    """First and last day that texts state; `starts` are the fiscal years of the contracts that lines may belong to."""
    slots = make_directory(
        tuple(contract(name=str(index), fiscal_year_start=start) for index, start in enumerate(starts))
    ).slots
    stated = StatedPeriods(has_fiscal_years=any(starts))
    return [found for text in texts for found in read_with(stated, [text], order=order, day=day, slots=slots)]


def read_with(
    stated: StatedPeriods, texts: list[str], *, order: DateOrder | None, day: str, slots: tuple[Slot, ...]
) -> list[Days]:
    lines = [line(str(index), day, description=text) for index, text in enumerate(texts)]
    (batch,) = Ledger.from_lines(lines).sources[0].scan(make_directory((contract(),)).keys())
    found = stated.find(Columns.of(batch), order, 0, lambda _index: slots)
    return [
        (date.fromordinal(first).isoformat(), date.fromordinal(end - 1).isoformat()) if first else None
        for first, end, _ in found
    ]


def test_the_order_of_day_and_month_is_that_of_the_source() -> None:
    assert periods(["03/04/2026 - 02/06/2026"], order=DateOrder.DAY_FIRST) == [("2026-04-03", "2026-06-02")]
    assert periods(["03/04/2026 - 04/03/2026"], order=DateOrder.MONTH_FIRST) == [("2026-03-04", "2026-04-03")]
    # without an order: month first it would end before it begins
    assert periods(["03/04/2026 - 02/05/2026"]) == [("2026-04-03", "2026-05-02")]


def test_one_text_in_two_sources_is_read_by_the_order_of_each() -> None:
    stated, slots = StatedPeriods(has_fiscal_years=False), make_directory((contract(),)).slots
    text = ["04/05/2026 - 06/07/2026"]
    for _ in range(2):
        for order, wanted in (
            (DateOrder.DAY_FIRST, ("2026-05-04", "2026-07-06")),
            (DateOrder.MONTH_FIRST, ("2026-04-05", "2026-06-07")),
            (None, None),
        ):
            assert read_with(stated, text, order=order, day="2026-06-15", slots=slots) == [wanted]


@pytest.mark.parametrize(
    ("text", "starts", "wanted"),
    [
        ("Q1 2026", (None,), ("2026-01-01", "2026-03-31")),
        ("Q1 2026", (1,), ("2026-01-01", "2026-03-31")),
        ("Q1 2026", (4,), None),  # of the calendar year or of the one that begins in April?
        ("Q1 2026", (None, 4), None),
        ("Q1 FY2026", (None,), None),
        ("Q1 FY2026", (4, 7), None),
        ("March 2026", (4,), ("2026-03-01", "2026-03-31")),
        ("March 2026", (4, 7), ("2026-03-01", "2026-03-31")),
    ],
)
def test_quarters_are_of_the_year_of_the_contracts_a_line_may_belong_to(
    text: str, starts: tuple[int | None, ...], wanted: Days
) -> None:
    assert periods([text, text], starts=starts) == [wanted, wanted]


def test_a_fiscal_quarter_is_that_of_the_contract() -> None:
    assert periods(["Q1 FY2026"], starts=(4,)) != periods(["Q1 FY2026"], starts=(7,))


def test_a_text_may_lie_five_years_away_whether_or_not_it_was_read_before() -> None:
    """March 2021: 1,830 days after its first day are 5 March 2026."""
    stated, slots = StatedPeriods(has_fiscal_years=False), make_directory((contract(),)).slots
    text = "2021-03-01 to 2021-03-31"
    for day, wanted in (
        ("2026-03-05", True),
        ("2026-03-06", False),
        ("2021-06-01", True),
        ("2026-03-06", False),
        ("2026-03-05", True),
    ):
        found = read_with(stated, [text, "Support"], order=None, day=day, slots=slots)
        assert found == [("2021-03-01", "2021-03-31") if wanted else None, None]


@pytest.mark.parametrize(
    ("text", "order", "days", "times"),
    [
        ("Support 2026-01-01 to 2026-01-31", None, ("2026-02-01", "2026-03-01", "2026-02-01"), 1),
        ("Support 2026-01-01 to 2026-01-31", DateOrder.DAY_FIRST, ("2026-02-01", "2026-03-01"), 1),
        ("Support", None, ("2026-02-01", "2026-03-01"), 1),
        ("Support", DateOrder.MONTH_FIRST, ("2026-02-01", "2026-03-01"), 1),
        ("Catch-up", None, ("2026-02-01", "2026-03-01"), 1),
        ("04/05/2026 - 06/07/2026", DateOrder.DAY_FIRST, ("2026-02-01", "2026-03-01"), 1),
        ("04/05/2026 - 06/07/2026", None, ("2026-02-01", "2026-03-01"), 1),
        ("Support March", None, ("2026-02-01", "2026-02-01", "2026-03-01"), 2),  # which March depends on the day
        ("Support 2026-01-01 to 2026-01-31", None, ("2026-02-01", "2040-03-01", "2026-02-01", "2040-03-01"), 2),
    ],
)
def test_a_text_is_read_once_or_once_for_each_day_that_it_depends_on(
    text: str, order: DateOrder | None, days: tuple[str, ...], times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def counted(*arguments: Any, **options: Any) -> Any:
        nonlocal asked
        asked += 1
        return resolve(*arguments, **options)

    monkeypatch.setattr(stated_module, "resolve", counted)
    stated, slots = StatedPeriods(has_fiscal_years=False), make_directory((contract(),)).slots
    for day in days:
        read_with(stated, [text], order=order, day=day, slots=slots)
    assert asked == times


def test_a_text_beside_a_stated_period_is_not_read_and_words_of_a_catch_up_are() -> None:
    fields: dict[str, Any] = {"period_first_day": date(2026, 2, 1), "period_last_day": date(2026, 2, 28)}
    lines = [
        line("1", "2026-03-01", description="Fee [Month Year]", **fields),
        line("2", "2026-03-01", description="Catch-up"),
        line("3", "2026-03-01", description="Fee {{period}}"),
    ]
    (batch,) = Ledger.from_lines(lines).sources[0].scan(make_directory((contract(),)).keys())
    stated, slots = StatedPeriods(has_fiscal_years=False), make_directory((contract(),)).slots
    february = date(2026, 2, 1).toordinal(), date(2026, 3, 1).toordinal(), PeriodRule.FIELDS
    nothing = 0, 0, PeriodRule.NONE
    assert stated.find(Columns.of(batch), None, 70, lambda _index: slots) == [
        february, (0, 0, PeriodRule.CATCH_UP), nothing,
    ]  # fmt: skip
    assert stated.placeholders == {72: "{{period}}"}
    assert stated.misspelt == {}


def test_a_misspelt_month_is_kept_for_every_line_and_gives_no_period() -> None:
    texts = ("Fee Febuary 2026", "Fee March 2026", "Fee Febuary 2026", "Catch-up Febuary 2026", "Mrach 2026: [Month]")
    lines = [line(str(number), "2026-03-01", description=text) for number, text in enumerate(texts)]
    (batch,) = Ledger.from_lines(lines).sources[0].scan(make_directory((contract(),)).keys())
    stated, slots = StatedPeriods(has_fiscal_years=False), make_directory((contract(),)).slots
    march = date(2026, 3, 1).toordinal(), date(2026, 4, 1).toordinal(), PeriodRule.TEXT
    nothing = 0, 0, PeriodRule.NONE
    for first_row in (70, 80):
        found = stated.find(Columns.of(batch), None, first_row, lambda _index: slots)
        assert found == [nothing, march, nothing, (0, 0, PeriodRule.CATCH_UP), nothing]
    assert stated.misspelt == dict.fromkeys((70, 72, 73, 80, 82, 83), ("Febuary 2026", 2026, 2))
    assert stated.placeholders == {74: "[Month]", 84: "[Month]"}
