"""What a period comes to, on books made by hand: which status, and what stands beside it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.engine.allocate import Known, find_pace, open_flags, pace_of
from billcheck.engine.books import PostingRule
from billcheck.engine.coverage import NOTE_END, NOTE_START, Window
from billcheck.engine.diff import NOTE_AMBIGUOUS, NOTE_FOREIGN, NOTE_NEVER_BILLED, Doubts, JudgedRow, judge
from billcheck.engine.precision import Precision, Rounding
from billcheck.findings import Status
from tests.engine.bookings import DAY_0, Row, billed, books_of, event, regular

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.engine.books import Books

PLACED = PostingRule.PLACED


def known(as_of: int = 100, grace: int = 10, days: tuple[int, int] = (-100, 1000), start: int = 0) -> Known:
    """What a ledger can tell; days are counted from the first day of the contract."""
    return Known(DAY_0 + as_of, grace, Window(DAY_0 + days[0], DAY_0 + days[1]), DAY_0 + start, 45)


def judged(books: Books, doubts: Doubts | None = None, **options: Any) -> list[JudgedRow]:
    return judge(books, known(**options), doubts or Doubts(), 0)


def first(books: Books, doubts: Doubts | None = None, **options: Any) -> JudgedRow:
    return judged(books, doubts, **options)[0]


def with_unknown(books: Books, period: int, why: str) -> Books:
    """The same books, where it is not known what a period costs."""
    books.schedule = replace(books.schedule, unknowns={period: why})
    return books


# --- what was billed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "lines", "status"),
    [
        (1000, 1, Status.OK),
        (999, 1, Status.ROUNDING),  # a cent for each line
        (998, 1, Status.UNDERBILLED),
        (1001, 1, Status.ROUNDING),
        (1002, 1, Status.OVERBILLED),
        (997, 3, Status.ROUNDING),
        (996, 3, Status.UNDERBILLED),
        (1004, 3, Status.OVERBILLED),
    ],
)
def test_a_billed_period_may_be_off_by_a_cent_for_each_line(amount: int, lines: int, status: Status) -> None:
    books = books_of(regular(1000))
    books.post(event(amount, rows=tuple(range(lines))), 0, amount, PLACED)
    row = first(books)
    assert (row.period, row.status, row.expected, row.billed, row.note) == (0, status, 1000, amount, "")
    assert row.shortfall == 1000 - amount


def test_the_lines_of_all_documents_of_a_period_count() -> None:
    books = books_of(regular(1000))
    for number in range(3):
        books.post(event(332, number, f"INV-{number}"), 0, 332, PLACED)
    books.post(event(1, 3, "INV-3"), 0, 1, PLACED)
    assert first(books).status is Status.ROUNDING  # 997 in four lines


def test_what_was_reversed_does_not_hide_what_follows() -> None:
    books = books_of(regular(1000))
    books.post(event(1000), 0, 1000, PostingRule.REVERSED)
    books.post(event(-1000, 5, "CN"), 0, -1000, PostingRule.REVERSED)
    books.post(event(600, 6, "B"), 0, 600, PostingRule.SETTLEMENT)
    books.post(event(400, 7, "C"), 0, 400, PLACED)
    assert (first(books).status, first(books).inferred) == (Status.SETTLED, 600)


def test_an_invoice_that_was_credited_in_full_bills_nothing() -> None:
    books = books_of(regular(1000))
    books.post(event(1000), 0, 1000, PostingRule.REVERSED)
    books.post(event(-1000, 5, "CN"), 0, -1000, PostingRule.REVERSED)
    assert (first(books).status, first(books).billed) == (Status.MISSING, 0)


@pytest.mark.parametrize("rule", PostingRule)
def test_what_settles_a_period_is_said(rule: PostingRule) -> None:
    books = books_of(regular(1000))
    books.post(event(1000), 0, 1000, rule)
    settles = rule in {PostingRule.SETTLEMENT, PostingRule.CATCH_UP}
    row = first(books)
    assert row.status is (Status.SETTLED if settles else Status.OK)
    assert row.is_duplicate is (rule is PostingRule.DUPLICATE)
    # An excess credited is money that left: it is inferred as well, and counted above zero.
    inferred = {PostingRule.EXCESS_CREDITED: -1000, PostingRule.AHEAD: 1000}.get(rule, 1000 if settles else 0)
    assert row.inferred == inferred


def test_inferred_is_what_lines_matched_by_inference_or_placed_from_far_bill() -> None:
    books = books_of(regular(1000))
    books.post(event(300, is_inferred=True), 0, 300, PLACED)
    books.post(event(200, rows=(5,)), 0, 200, PLACED)
    books.post(event(500, rows=(6,)), 0, 500, PLACED)
    books.far = frozenset({(5,)})
    books.post(event(-40, 9, "CN", rows=(7,)), 0, -40, PostingRule.EXCESS_CREDITED)
    assert first(books).inferred == 300 + 200 + 40


@pytest.mark.parametrize(
    ("amount", "credited", "shown"), [(700, 400, 300), (700, 200, 200), (1000, 400, 0), (1100, 400, 0)]
)
def test_credits_explain_no_more_than_what_is_short(amount: int, credited: int, shown: int) -> None:
    books = billed(books_of(regular(1000)), amount)
    books.credited[0] = credited
    assert first(books).credited == shown


def test_what_drafts_would_bill_stands_beside_it() -> None:
    doubts = Doubts()
    doubts.drafted[0] = 400
    rows = judged(billed(books_of(regular(1000, 1000)), 1000, 1000), doubts)
    assert [row.drafted for row in rows] == [400, 0]


# --- rounded unit prices ---------------------------------------------------------------------------------------------


class Slack(Precision):
    """Every line may be off by so much; remembers which were asked for."""

    def __init__(self, slack: Fraction) -> None:
        self.each = slack
        self.asked: list[int] = []

    def slack(self, rows: Sequence[int]) -> Fraction:
        self.asked.extend(rows)
        return self.each * len(rows)


@pytest.mark.parametrize(
    ("amount", "status"),
    [
        (994, Status.ROUNDING),  # six off: one line, and its slack of five
        (993, Status.UNDERBILLED),
        (1006, Status.ROUNDING),
        (1007, Status.OVERBILLED),
    ],
)
def test_a_rounded_unit_price_explains_a_line_and_its_slack(amount: int, status: Status) -> None:
    books = billed(books_of(regular(1000)), amount)
    rounding = Rounding(Slack(Fraction(5)), Fraction(1, 50))
    assert judge(books, known(), Doubts(), 0, rounding)[0].status is status


@pytest.mark.parametrize(("amount", "status"), [(980, Status.ROUNDING), (979, Status.UNDERBILLED)])
def test_no_line_is_read_back_for_more_than_a_small_part(amount: int, status: Status) -> None:
    slack = Slack(Fraction(500))
    books = billed(books_of(regular(1000)), amount)
    assert judge(books, known(), Doubts(), 0, Rounding(slack, Fraction(1, 50)))[0].status is status
    assert bool(slack.asked) is (status is Status.ROUNDING)


def test_only_lines_that_went_to_the_period_as_a_whole_explain_it() -> None:
    books = books_of(regular(1000, 1000))
    books.post(event(500, rows=(1,)), 0, 500, PLACED)
    books.post(event(490, rows=(2,)), 0, 400, PLACED)  # the rest went elsewhere
    books.post(event(490, rows=(2,)), 1, 90, PLACED)
    books.post(event(85, 1, "B", rows=(3, 4)), 0, 85, PLACED)
    books.post(event(50, 2, "C", rows=(5,)), 0, 50, PostingRule.REVERSED)
    books.post(event(-50, 3, "CN", rows=(6,)), 0, -50, PostingRule.REVERSED)
    slack = Slack(Fraction(4))
    assert judge(books, known(as_of=25), Doubts(), 0, Rounding(slack, Fraction(1, 50)))[0].status is Status.ROUNDING
    assert slack.asked == [1, 3, 4]


# --- what was not billed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "status", "note"),
    [
        ({"as_of": 10}, Status.AWAITING, ""),  # the grace of ten days ends today
        ({"as_of": 11}, Status.MISSING, ""),
        ({"as_of": 11, "days": (-45, 10)}, Status.MISSING, ""),
        ({"as_of": 11, "days": (-45, 9)}, Status.INCONCLUSIVE, NOTE_END),
        ({"as_of": 11, "days": (-45, 10), "start": -60}, Status.MISSING, ""),
        ({"as_of": 11, "days": (-44, 10), "start": -60}, Status.INCONCLUSIVE, NOTE_START),
        ({"as_of": 11, "days": (-44, 10), "start": -44}, Status.MISSING, ""),  # nothing can lie before the charge
    ],
)
def test_an_unbilled_period(options: dict[str, Any], status: Status, note: str) -> None:
    row = first(books_of(regular(1000)), **options)
    assert (row.status, row.note, row.billed) == (status, note, 0)


def test_nobody_who_was_never_billed_is_called_missing() -> None:
    doubts = Doubts(is_never_billed=True)
    rows = judged(books_of(regular(1000, 1000)), doubts, as_of=40)
    assert [(row.status, row.note) for row in rows] == [
        (Status.INCONCLUSIVE, NOTE_NEVER_BILLED),
        (Status.AWAITING, ""),
    ]


def test_a_change_to_less_that_nothing_was_taken_off_for_is_billed_too_much() -> None:
    books = books_of([*regular(1000), Row(20, 30, 0, -50, is_change=True)])
    books.post(event(1000), 0, 1000, PLACED)
    assert [(row.status, row.shortfall) for row in judged(books)] == [(Status.OK, 0), (Status.OVERBILLED, -50)]
    assert judged(books, as_of=10)[1].status is Status.AWAITING


def test_a_period_that_costs_nothing_is_right_without_an_invoice() -> None:
    assert first(books_of(regular(0))).status is Status.OK


@pytest.mark.parametrize(
    ("doubts", "amount", "status", "note"),
    [
        (Doubts(foreign={0}), 0, Status.INCONCLUSIVE, NOTE_FOREIGN),
        (Doubts(foreign={0}), 999, Status.INCONCLUSIVE, NOTE_FOREIGN),
        (Doubts(foreign={0}), 1000, Status.OK, ""),
        (Doubts(ambiguous={0}), 0, Status.INCONCLUSIVE, NOTE_AMBIGUOUS),
        (Doubts(ambiguous={0}), 500, Status.INCONCLUSIVE, NOTE_AMBIGUOUS),
        (Doubts(ambiguous={0}), 999, Status.ROUNDING, ""),
        (Doubts(ambiguous={0}), 1500, Status.OVERBILLED, ""),  # another line makes it no better
        (Doubts(unread={0: "a row is unread"}), 0, Status.INCONCLUSIVE, "a row is unread"),
        (Doubts(unread={0: "a row is unread"}), 500, Status.INCONCLUSIVE, "a row is unread"),
        (Doubts(unread={0: "a row is unread"}), 1500, Status.OVERBILLED, ""),
        (Doubts(foreign={1}, ambiguous={1}, unread={1: "x"}), 500, Status.UNDERBILLED, ""),
    ],
)
def test_what_another_line_might_settle_is_not_called_short(
    doubts: Doubts, amount: int, status: Status, note: str
) -> None:
    row = first(billed(books_of(regular(1000)), amount), doubts)
    assert (row.status, row.note, row.is_foreign) == (status, note, 0 in doubts.foreign)


@pytest.mark.parametrize("amount", [0, 700])
def test_what_has_no_price_yet_is_neither_short_nor_too_much(amount: int) -> None:
    books = with_unknown(billed(books_of(regular(1000, 1000)), amount), 0, "no usage")
    row = first(books)
    assert (row.status, row.note, row.expected, row.shortfall) == (Status.INCONCLUSIVE, "no usage", amount, 0)


def test_a_period_without_a_price_that_is_not_due_is_not_due() -> None:
    assert first(with_unknown(books_of(regular(1000)), 0, "no usage"), as_of=-1).status is Status.NOT_DUE


# --- which rows there are --------------------------------------------------------------------------------------------


def test_the_first_period_that_is_not_due_is_shown_and_later_ones_with_money() -> None:
    books = billed(books_of(regular(10, 10, 10, 10, 10)), 10, 0, 0, 10)
    rows = judged(books, as_of=5)
    assert [(row.period, row.status) for row in rows] == [
        (0, Status.OK),
        (1, Status.NOT_DUE),
        (3, Status.BILLED_AHEAD),
    ]
    doubts = Doubts()
    doubts.drafted[4] = 10
    assert [row.period for row in judged(books, doubts, as_of=5)] == [0, 1, 3, 4]


def test_a_period_due_on_the_day_of_the_check_is_due() -> None:
    rows = judged(books_of(regular(10, 10, 10)), as_of=30)
    assert [row.status for row in rows] == [Status.MISSING, Status.AWAITING, Status.NOT_DUE]


def test_a_change_that_is_not_due_is_shown_only_with_money() -> None:
    change = Row(40, 60, 30, 7, is_change=True)
    books = books_of([*regular(10), change, *regular(10, 10)[1:]])
    assert [row.period for row in judged(books, as_of=5)] == [0, 2]
    books.post(event(7, 3, "A"), 1, 7, PLACED)
    assert [row.period for row in judged(books, as_of=5)] == [0, 1, 2]


def test_rows_before_the_first_day_to_check_are_absent() -> None:
    books = billed(books_of(regular(10, 10, 10)), 10, 10, 10)
    assert [row.period for row in judge(books, known(), Doubts(), DAY_0 + 30)] == [1, 2]
    assert [row.period for row in judge(books, known(), Doubts(), DAY_0 + 31)] == [2]


# --- how long a charge is waited for ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lags", "offset", "pace"),
    [
        ([], 0, (45, 0)),
        ([-9, 2], 4, (45, 4)),  # two invoices show no pace
        ([-9, 2], -4, (45, 0)),
        ([-3, 2, 5], 0, (3, 2)),
        ([-3, 2, 5], 4, (3, 4)),
        ([1, 2, 3, 4], 0, (0, 2)),  # of two middle ones the earlier
        ([1, 2, 3, 7, 9, 9], -2, (0, 3)),
        ([-5, -1, 2], 0, (5, 0)),
        ([-9, -5, -2], 0, (9, 0)),
        ([-9, -5, -2], -4, (9, 0)),
        ([-9, -5], -4, (45, 0)),
        ([7, 9], 0, (45, 0)),
    ],
)
def test_the_pace_of_a_charge(lags: list[int], offset: int, pace: tuple[int, int]) -> None:
    assert pace_of([(30 * number + lag, lag) for number, lag in enumerate(lags)], offset, known()) == pace


@pytest.mark.parametrize(
    ("dated", "pace"),
    [
        ([(0, 0), (250, 181), (250, 89)], (0, 0)),  # two days show no pace
        ([(250, 181), (250, 89), (300, 40)], (0, 0)),
        ([(0, 0), (250, 181), (250, 89), (300, 40)], (0, 40)),  # 0, 89, 40
        ([(300, 40), (250, 89), (250, 181), (0, 0)], (0, 40)),
        ([(0, 0), (0, -30), (0, -60)], (60, 0)),  # how early they may come every one of them shows
        ([(5, 5), (5, -5), (60, 9), (90, 9)], (5, 9)),  # -5, 9, 9
        ([(5, -5), (5, 5), (60, -9), (90, 9)], (9, 0)),  # -9, -5, 9
    ],
)
def test_invoices_of_one_day_show_the_usual_delay_once(dated: list[tuple[int, int]], pace: tuple[int, int]) -> None:
    assert pace_of(dated, 0, known()) == pace


def test_the_pace_counts_every_invoice_for_a_period_of_its_own() -> None:
    books = books_of(regular(*[10] * 6))
    rules = (PLACED, PostingRule.OWN_PERIOD, PLACED, PostingRule.COMBINED, PostingRule.SETTLEMENT)
    for period, (late, rule) in enumerate(zip((6, 4, -2, 20, 25), rules, strict=True)):
        books.post(event(10, 30 * period + late, f"INV-{period}"), period, 10, rule)
    books.post(event(-10, 170, "CN"), 5, -10, PLACED)
    assert find_pace(books, known()) == (2, 4)  # -2, 4, 6


def test_a_late_charge_is_waited_for_longer() -> None:
    books = books_of(regular(*[10] * 4))
    for period in range(3):
        books.post(event(10, 30 * period + 7, f"INV-{period}"), period, 10, PLACED)
    assert judged(books, as_of=107)[3].status is Status.AWAITING  # 90 + 10 + 7
    assert judged(books, as_of=108)[3].status is Status.MISSING


@pytest.mark.parametrize(
    ("as_of", "plain", "awaiting"),
    [
        (29, [True, False, False], [True, False, False]),
        (30, [True, False, False], [True, True, False]),  # due today, and awaited
        (40, [True, False, False], [True, True, False]),
        (41, [True, True, False], [True, True, False]),
    ],
)
def test_which_periods_are_known_to_be_short(as_of: int, plain: list[bool], awaiting: list[bool]) -> None:
    books = billed(books_of(regular(10, 10, 10)), 4)
    assert open_flags(books, known(as_of=as_of)) == plain
    assert open_flags(books, known(as_of=as_of), is_awaiting_open=True) == awaiting


def test_a_period_outside_the_window_is_not_known_to_be_short_until_something_was_billed_for_it() -> None:
    books = books_of(regular(10, 10))
    assert open_flags(books, known(days=(-100, 20))) == [True, False]
    assert open_flags(books, known(days=(-100, 20)), is_awaiting_open=True) == [True, False]
    books.post(event(4, 30), 1, 4, PLACED)
    assert open_flags(books, known(days=(-100, 20))) == [True, True]
