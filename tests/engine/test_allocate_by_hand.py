"""How one charge is allocated, on schedules and events made by hand: what is far, what makes up, what is left."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.engine.align import FreeEvent
from billcheck.engine.allocate import (
    Known,
    _periods_in_doubt,
    _stated_offsets,
    allocate,
    find_habit_of,
    nominal_days,
)
from billcheck.engine.books import PostingRule
from billcheck.engine.coverage import Window
from billcheck.engine.credits import Reversal, Taken
from billcheck.engine.events import Events
from billcheck.period import Cadence
from tests.engine.agreements import START, flat, one_off
from tests.engine.bookings import DAY_0, Row, books_of, event, leftovers, postings, regular

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.terms import Charge
    from billcheck.engine.books import Books
    from billcheck.engine.events import Event

PLACED, OWN, REVERSED = PostingRule.PLACED, PostingRule.OWN_PERIOD, PostingRule.REVERSED
CATCH_UP, COMBINED, DUPLICATE = PostingRule.CATCH_UP, PostingRule.COMBINED, PostingRule.DUPLICATE


def known(as_of: int = 200, grace: int = 10, early: int = 45, days: tuple[int, int] = (-100, 1000)) -> Known:
    return Known(DAY_0 + as_of, grace, Window(DAY_0 + days[0], DAY_0 + days[1]), DAY_0, early)


def allocated(
    rows: Sequence[Row], *events: Event, charge: Charge | None = None, foreign: Sequence[Event] = (), **options: Any
) -> Books:
    given = Events(
        billed=[one for one in events if one.amount > 0],
        credits=[one for one in events if one.amount < 0],
        open_foreign=list(foreign),
    )
    return allocate(books_of(rows, charge).schedule, given, known(**options))


def invoice(number: int, amount: int, day: int, **fields: Any) -> Event:
    """An invoice line in a row of its own."""
    return event(amount, day, f"INV-{number}", rows=(number,), **fields)


# --- known to be missing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "late", "early", "is_open"),
    [
        (100, 0, 0, True),
        (190, 0, 0, False),  # 190 + 10 is the day of the check: still awaited
        (189, 0, 0, True),
        (184, 5, 0, True),
        (185, 5, 0, False),
        (-101, 0, 0, False),  # before the window
        (-100, 0, 0, True),
        (-100, 0, 1, True),  # the charge begins inside the window, so nothing can lie before it
    ],
)
def test_a_period_is_open_once_it_was_waited_for_inside_the_window(
    due: int, late: int, early: int, *, is_open: bool
) -> None:
    assert known().is_open(DAY_0 + due, late, early) is is_open


def test_an_invoice_that_may_lie_before_the_window_leaves_a_period_open_to_doubt() -> None:
    before = Known(DAY_0 + 200, 10, Window(DAY_0 + 50, DAY_0 + 1000), DAY_0, 45)
    assert before.is_open(DAY_0 + 95, 0, 45)
    assert not before.is_open(DAY_0 + 94, 0, 45)


@pytest.mark.parametrize(("every", "days"), [("month", 30), ("quarter", 90), ("year", 360)])
def test_the_round_days_of_an_interval(every: Any, days: int) -> None:
    assert nominal_days(flat(every=Cadence(every))) // 10 == days // 10
    assert nominal_days(one_off()) == 30


# --- far from its date -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "is_far"), [(15, False), (16, True), (0, False)])
def test_more_than_half_an_interval_from_its_due_day_is_far(day: int, *, is_far: bool) -> None:
    books = allocated(regular(100), invoice(1, 100, day))
    assert postings(books) == [(0, 100, PLACED)]
    assert books.far == (frozenset({(1,)}) if is_far else frozenset())


def test_a_stated_period_is_never_far() -> None:
    books = allocated(regular(100, 100), invoice(1, 100, 29, days=(0, 30)))
    assert (postings(books), books.far) == ([(0, 100, OWN)], frozenset())


@pytest.mark.parametrize(
    ("first", "rebilled", "is_far"),
    [
        (0, 31, False),
        (0, 45, False),  # half an interval after the credit
        (0, 46, True),
        (15, 31, False),
        (16, 31, True),  # what was credited was not near its due day either
    ],
)
def test_what_is_billed_again_soon_after_its_credit_is_not_far(first: int, rebilled: int, *, is_far: bool) -> None:
    """The invoice is credited in full on day 30; half an interval is fifteen days."""
    invoices = invoice(1, 100, first), invoice(2, -100, 30, credited="INV-1"), invoice(3, 100, rebilled)
    books = allocated(regular(100), *invoices)
    assert postings(books) == [(0, 100, PLACED), (0, 100, REVERSED), (0, -100, REVERSED)]
    assert books.far == (frozenset({(3,)}) if is_far else frozenset())


@pytest.mark.parametrize(("amount", "is_far"), [(100, False), (60, True)])
def test_another_amount_than_a_period_not_yet_due_may_as_well_bill_the_one_before(amount: int, *, is_far: bool) -> None:
    books = allocated(regular(100, 100), invoice(1, 100, 0), invoice(2, amount, 25), as_of=26)
    assert postings(books) == [(0, 100, PLACED), (1, amount, PLACED)]
    assert books.far == (frozenset({(2,)}) if is_far else frozenset())


# --- words of a catch-up ---------------------------------------------------------------------------------------------


def test_words_of_a_catch_up_settle_what_is_short() -> None:
    books = allocated(
        regular(100, 100, 100),
        invoice(1, 60, 0),
        invoice(2, 60, 30),
        invoice(3, 100, 60),
        invoice(4, 80, 65, is_catch_up=True),
    )
    assert sorted(postings(books)[-2:]) == [(0, 40, CATCH_UP), (1, 40, CATCH_UP)]
    assert books.billed == [100, 100, 100]


def test_words_of_a_catch_up_on_the_only_invoice_of_a_period_mean_nothing() -> None:
    books = allocated(
        regular(100, 100), invoice(1, 100, 0, is_catch_up=True), invoice(2, 100, 30, is_catch_up=True), as_of=60
    )
    assert postings(books) == [(0, 100, PLACED), (1, 100, PLACED)]


# --- what finds no place ---------------------------------------------------------------------------------------------


def test_an_invoice_that_fits_nothing_is_left_over() -> None:
    books = allocated(regular(100), invoice(1, 100, 0), invoice(2, 55, 90))
    assert leftovers(books) == [(55, "left_over")]
    assert books.leftovers[0].reason == "it fits no period by date and equals no open shortfall exactly"


@pytest.mark.parametrize(
    ("day", "kind"), [(29, "left_over"), (30, "expired_still_billed"), (90, "expired_still_billed")]
)
def test_what_is_billed_after_the_end_goes_by_another_name(day: int, kind: str) -> None:
    charge = flat(timing="in_advance", invoice_day=None, end=START + timedelta(30))
    books = allocated(regular(100), invoice(1, 100, 0), invoice(2, 55, day), charge=charge)
    assert leftovers(books) == [(55, kind)]


def test_a_charge_that_does_not_recur_takes_everything() -> None:
    books = allocated([Row(0, 1, 0, 100)], invoice(1, 60, 0), invoice(2, 40, 500), charge=one_off())
    assert postings(books) == [(0, 60, OWN), (0, 40, OWN)]


# --- periods in doubt ------------------------------------------------------------------------------------------------


def find(
    free: list[tuple[int, int]], rows: Sequence[Row], in_doubt: frozenset[int] = frozenset(), **options: Any
) -> Any:
    schedule = books_of(rows).schedule
    events = [FreeEvent(DAY_0 + day, amount) for day, amount in free]
    return find_habit_of(schedule, events, schedule.amounts, known(**options), in_doubt)


def test_a_period_in_doubt_costs_nothing_when_it_stays_open() -> None:
    """Two periods are missed: 150 tenths each; one of them in doubt costs nothing."""
    assert find([(0, 100)], regular(100, 100, 100)).cost == 300
    assert find([(0, 100)], regular(100, 100, 100), frozenset({1})).cost == 150
    assert find([(0, 100)], regular(100, 100, 100), frozenset({1, 2})).cost == 0


@pytest.mark.parametrize(("as_of", "cost"), [(40, 0), (41, 150), (70, 150), (71, 300)])
def test_only_what_is_known_to_be_missing_costs(as_of: int, cost: int) -> None:
    assert find([(0, 100)], regular(100, 100, 100), as_of=as_of).cost == cost


@pytest.mark.parametrize(("last_day", "cost"), [(39, 0), (40, 150), (69, 150), (70, 300)])
def test_only_what_the_window_covers_costs(last_day: int, cost: int) -> None:
    assert find([(0, 100)], regular(100, 100, 100), days=(-100, last_day)).cost == cost


def test_an_invoice_for_two_months_ahead_goes_to_both() -> None:
    """100 for each of six months; the second invoice bills the second and the third, and no other one does so."""
    habit = find([(0, 100), (30, 200), (90, 100), (120, 100), (150, 100)], regular(*[100] * 6))
    assert [(one.kind, one.events, one.periods) for one in habit.placements[:3]] == [
        ("place", (0,), (0,)),
        ("run", (1,), (1, 2)),
        ("place", (2,), (3,)),
    ]
    assert [[(share.event, share.period, share.amount) for share in one.shares] for one in habit.placements[:3]] == [
        [(0, 0, 100)],
        [(1, 1, 100), (1, 2, 100)],
        [(2, 3, 100)],
    ]
    assert (habit.offset, habit.block, habit.phase) == (0, 1, 0)
    assert habit.due_days == tuple(range(DAY_0, DAY_0 + 180, 30))


@pytest.mark.parametrize(("day", "is_ahead"), [(30, True), (44, True), (45, False), (60, False)])
def test_what_is_billed_ahead_of_its_due_day_says_so(day: int, *, is_ahead: bool) -> None:
    """More than fifteen days before: the third month is due on day 60."""
    later = [invoice(number, 100, 30 * number) for number in (3, 4, 5)]
    books = allocated(regular(*[100] * 6), invoice(1, 100, 0), invoice(2, 200, day), *later)
    rules = {posting.period: posting.rule for posting in books.postings}
    assert books.billed == [100] * 6
    assert (rules[0], rules[1], rules[3]) == (PLACED, COMBINED, PLACED)
    assert rules[2] is (PostingRule.AHEAD if is_ahead else COMBINED)


def test_a_line_in_another_currency_leaves_its_period_in_doubt() -> None:
    """The third invoice comes twenty days before the third period is due.

    Placed there it costs 200 tenths of a day and saves the 150 of leaving it and the 150 of a missed period. If a line
    in dollars may bill that period, it saves 150 only, so that it is left, and repeats the second period.
    """
    invoices = [invoice(1, 100, 0), invoice(2, 100, 30), invoice(3, 100, 40)]
    assert postings(allocated(regular(100, 100, 100), *invoices))[-1] == (2, 100, PLACED)
    doubted = allocated(regular(100, 100, 100), *invoices, foreign=[invoice(9, 77, 60)])
    assert postings(doubted)[-1] == (1, 100, DUPLICATE)


@pytest.mark.parametrize(("day", "is_settled"), [(15, False), (16, True)])
def test_words_of_a_catch_up_near_its_only_period_mean_nothing(day: int, *, is_settled: bool) -> None:
    """The first period is short of all it costs: an invoice within fifteen days of it is simply its own."""
    books = allocated(regular(100), invoice(1, 100, day, is_catch_up=True))
    assert postings(books) == [(0, 100, CATCH_UP if is_settled else PLACED)]


def test_a_credit_of_part_of_an_invoice_lowers_it() -> None:
    books = allocated(regular(100, 100), invoice(1, 100, 0), invoice(2, 130, 30), invoice(3, -30, 40, credited="INV-2"))
    assert books.billed == [100, 100]
    assert leftovers(books) == []


def test_a_copied_text_goes_by_its_date() -> None:
    """All three texts say the first month."""
    texts = [invoice(n, 100, 30 * n, days=(0, 30), is_from_text=True) for n in range(3)]
    books = allocated(regular(100, 100, 100), *texts)
    assert postings(books) == [(0, 100, OWN), (1, 100, PLACED), (2, 100, PLACED)]
    assert all(posting.event.first_day == posting.event.end_day == 0 for posting in books.postings[1:])
    assert [one.number for label in books.mislabelled for one in label.events] == ["INV-1", "INV-2"]


# --- what else leaves a period in doubt ------------------------------------------------------------------------------


def in_doubt(*, reversals: Sequence[tuple[int, int]] = (), billed: Sequence[int] = (), **lines: Any) -> set[int]:
    """The periods in doubt; `reversals` are the days of an invoice and of the credit that takes it back in full."""
    reversed_ = [
        Reversal((invoice(9, -100, credited),), (invoice(8, 100, issued, days=lines.get("days")),))
        for issued, credited in reversals
    ]
    taken = Taken([invoice(number, 100, day) for number, day in enumerate(billed)], reversed_, [])
    return set(_periods_in_doubt(books_of(regular(100, 100, 100)), lines.get("foreign", []), taken))


@pytest.mark.parametrize(
    ("again", "periods"),
    [
        ([], {0}),
        ([29], {0}),  # before the credit
        ([30], set()),
        ([45], set()),  # within half an interval, fifteen days
        ([46], {0}),
        ([29, 46], {0}),
        ([29, 40], set()),
    ],
)
def test_what_was_credited_and_not_billed_again_soon_leaves_its_period_in_doubt(
    again: list[int], periods: set[int]
) -> None:
    """An invoice of day 2 was credited in full on day 30; the first period is due on day 0, the next on day 30."""
    assert in_doubt(reversals=[(2, 30)], billed=again) == periods


def test_each_credited_invoice_is_looked_at_by_itself() -> None:
    """The first was billed again on day 31, the other, of day 58, was not."""
    assert in_doubt(reversals=[(2, 30), (58, 80)], billed=[31]) == {2}
    assert in_doubt(reversals=[(2, 30)], days=(0, 30)) == set()  # it states its period, which no other invoice may bill


@pytest.mark.parametrize(("day", "periods"), [(13, {0}), (14, {0, 1}), (15, {0, 1}), (16, {0, 1}), (17, {1})])
def test_about_half_way_between_two_periods_both_are_in_doubt(day: int, periods: set[int]) -> None:
    """Neither may be nearer by more than a fifth of half an interval: three days. Day 13 is four days nearer to 0."""
    assert in_doubt(reversals=[(day, 80)]) == periods


def test_lines_in_another_currency_leave_the_nearest_period_in_doubt_unless_they_state_one() -> None:
    foreign = [invoice(7, 100, 31), invoice(6, 100, 59, days=(0, 30))]
    assert in_doubt(foreign=foreign) == {1}


# --- what stated periods say of the habit ----------------------------------------------------------------------------


def stated(*lags: int) -> Books:
    """Books of invoices that state their periods, each so many days after its due day."""
    books = books_of(regular(*[100] * len(lags)))
    for period, lag in enumerate(lags):
        books.post(invoice(period, 100, 30 * period + lag, days=(30 * period, 30 * period + 30)), period, 100, OWN)
    return books


@pytest.mark.parametrize(
    ("lags", "free", "offsets"),
    [
        ((4, 9, 5), 1, (0, 5)),
        ((4, 9, 5), 3, (0, 5)),
        ((4, 9, 5), 4, None),  # more lines do not state their period than do
        ((4, 9), 1, None),  # two are too few to tell
        ((1, 9, 2, 8), 1, (0, 2)),  # the lower of the two in the middle
        ((-7, -7, -7, 0, 0), 2, (0, -7)),
    ],
)
def test_invoices_that_state_their_periods_show_the_habit_of_those_that_do_not(
    lags: tuple[int, ...], free: int, offsets: tuple[int, int] | None
) -> None:
    assert _stated_offsets(stated(*lags), free) == offsets


def test_only_what_bills_something_says_how_late_invoices_come() -> None:
    books = stated(4, 4)
    books.post(invoice(8, 0, 59), 1, 0, OWN)
    books.post(invoice(8, -5, 59), 1, -5, OWN)
    books.post(invoice(8, 5, 59), 1, 5, COMBINED)
    assert _stated_offsets(books, 1) is None
    books.post(invoice(9, 1, 39), 1, 1, OWN)
    assert _stated_offsets(books, 1) == (0, 4)


def test_a_stray_line_beside_invoices_that_state_their_periods_has_no_habit_of_its_own() -> None:
    """Four months are stated, on their due days. A line of day 115 alone would show a habit of coming early."""
    months = [invoice(number, 100, 30 * number, days=(30 * number, 30 * number + 30)) for number in range(4)]
    books = allocated(regular(*[100] * 6), *months, invoice(9, 33, 115), as_of=118)
    assert books.offset == 0
    assert [posting.period for posting in books.postings if posting.event.number == "INV-9"] == [4]
    assert books.far == frozenset({(9,)})  # not due yet, and not its amount


# --- whole periods without a gap -------------------------------------------------------------------------------------


def test_periods_after_the_last_that_is_billed_may_be_open() -> None:
    habit = find([(3, 100), (30, 100)], regular(100, 100, 100, 100))
    assert [one.periods for one in habit.placements] == [(0,), (1,)]
    assert habit.cost == 330  # three days, and two periods


# --- near and far after a credit -------------------------------------------------------------------------------------


def test_a_cent_credited_in_full_counts_like_any_amount() -> None:
    books = allocated(regular(1), invoice(1, 1, 0), invoice(2, -1, 30, credited="INV-1"), invoice(3, 1, 31))
    assert books.far == frozenset()


def test_what_is_billed_again_on_the_day_of_its_credit_is_not_far() -> None:
    books = allocated(regular(100), invoice(1, 100, 0), invoice(2, -100, 30, credited="INV-1"), invoice(3, 100, 30))
    assert postings(books)[0] == (0, 100, PLACED)
    assert books.far == frozenset()


@pytest.mark.parametrize(("as_of", "is_far"), [(29, True), (30, False)])
def test_a_period_due_on_the_day_of_the_check_is_due(as_of: int, *, is_far: bool) -> None:
    books = allocated(regular(100, 100), invoice(1, 100, 0), invoice(2, 60, 25), as_of=as_of)
    assert postings(books)[1] == (1, 60, PLACED)
    assert books.far == (frozenset({(2,)}) if is_far else frozenset())


def test_an_invoice_for_several_shortfalls_names_where_each_begins() -> None:
    """Both of the first two months are 40 short, and so are the last two together: 80 may be for either pair."""
    short = [invoice(number, 60 if number < 2 else 80, 30 * number) for number in range(2)]
    later = [invoice(number, 20 if number == 3 else 100, 30 * number) for number in range(2, 5)]
    books = allocated(regular(*[100] * 5), *short, *later, invoice(9, 80, 150))
    assert leftovers(books) == [(80, "left_over")]
    assert books.leftovers[0].reason == (
        "it equals open shortfalls of different shape, beginning 2026-01-01, 2026-04-01: say which it settles"
    )
