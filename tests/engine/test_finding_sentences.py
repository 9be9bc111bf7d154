"""Findings whole: kind, id, place, days, amount and the sentence, each written out by hand.

One customer, one charge of 2,400.00 EUR a month from January 2026. An id is a digest of what makes a finding one: kind,
contract, charges and first day, or kind, document and line where there is no row; so each is spelt out here as well.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.contracts.uplifts import Escalator
from billcheck.engine.copied import Mislabelled
from billcheck.engine.diff import JudgedRow
from billcheck.engine.keys import make_directory
from billcheck.engine.sentences import (
    find_conflict,
    find_expired,
    find_habit_unlike_contract,
    find_in_residue,
    find_in_row,
    find_mislabelled,
    find_never_billed,
    find_placeholder_left,
    find_possible_duplicate,
    find_sequence_gap,
    find_tax_mismatch,
    find_uplift_not_exercised,
    join_parts,
    row_id,
    say_numbers_lacking,
)
from billcheck.engine.sequences import Neighbours, SequenceGap
from billcheck.engine.taxes import TaxRun
from billcheck.engine.twins import Twin
from billcheck.findings import KINDS, Finding, Residue, Status, digest_id
from billcheck.pricing.escalation import Uplift
from billcheck.pricing.schedule import Schedule, make_schedule
from tests.engine.agreements import contract, flat
from tests.engine.bookings import DAY_0, Row, books_of, event

if TYPE_CHECKING:
    from billcheck.engine.keys import Slot

AGREED = contract(flat(end=date(2026, 7, 1)))
MARCH = {"charge": "Retainer", "first_day": date(2026, 3, 1), "last_day": date(2026, 3, 31)}


def the_slot() -> Slot:
    return make_directory((AGREED,)).slots[0]


def months() -> Schedule:
    return make_schedule(AGREED, AGREED.charges[0], date(2026, 12, 31))


def found(kind: str, identity: tuple[str, ...], sentence: str, amount: int | None = None, **fields: Any) -> Finding:
    """A finding about the one contract, in euros where it speaks of an amount."""
    nothing: dict[str, Any] = dict.fromkeys(("charge", "first_day", "last_day"))
    values: dict[str, Any] = {"contract": "C-117", "currency": None if amount is None else "EUR"}
    return Finding(
        kind=kind, id=digest_id(kind, *identity), severity=KINDS[kind].severity, amount_minor=amount, sentence=sentence,
        **(nothing | values | fields),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "kind", "amount", "said"),
    [
        (
            JudgedRow(2, Status.UNDERBILLED, 240000, 100000), "underbilled", 140000,
            "billed 1,000.00 EUR of 2,400.00 EUR agreed: 1,400.00 EUR short",
        ),
        (JudgedRow(2, Status.MISSING, 240000, 0), "missing", 240000, "2,400.00 EUR was agreed and nothing was billed"),
        (
            JudgedRow(2, Status.OVERBILLED, 240000, 250000), "overbilled", -10000,
            "billed 2,500.00 EUR, agreed 2,400.00 EUR: 100.00 EUR too much",
        ),
        (
            JudgedRow(2, Status.OVERBILLED, 240000, 480000, is_duplicate=True), "duplicate", -240000,
            "billed twice: 4,800.00 EUR against 2,400.00 EUR agreed, 2,400.00 EUR too much",
        ),
        (
            JudgedRow(2, Status.UNDERBILLED, 240000, 200000, credited=40000), "credited_not_rebilled", 40000,
            "400.00 EUR of the 2,400.00 EUR agreed was credited and not billed again",
        ),
        (
            JudgedRow(2, Status.MISSING, 240000, 0, credited=240000), "credited_not_rebilled", 240000,
            "2,400.00 EUR of the 2,400.00 EUR agreed was credited and not billed again",
        ),
        (
            JudgedRow(2, Status.INCONCLUSIVE, 240000, 0, is_foreign=True), "currency_mismatch", 240000,
            "a line in another currency than EUR may bill this; 2,400.00 EUR was agreed",
        ),
        (
            JudgedRow(2, Status.OK, 240000, 240000, is_foreign=True), "currency_mismatch", 0,
            "a line in another currency than EUR stands beside the 2,400.00 EUR billed",
        ),
        (
            JudgedRow(2, Status.OK, 240000, 240000, drafted=50000), "unapproved", 50000,
            "a draft would bill 500.00 EUR; it is not approved, so it does not count",
        ),
    ],
)  # fmt: skip
def test_a_row_is_found_with_its_customer_charge_and_period(row: JudgedRow, kind: str, amount: int, said: str) -> None:
    sentence = f"Hartwell Interieur, Retainer, 2026-03: {said}."
    identity = ("C-117", "Retainer", "2026-03-01", "")
    rows = (digest_id("row", "C-117", "Retainer", "2026-03-01"),)
    assert find_in_row(the_slot(), months(), row) == [found(kind, identity, sentence, amount, rows=rows, **MARCH)]


@pytest.mark.parametrize("status", [Status.OK, Status.AWAITING, Status.ROUNDING, Status.SETTLED, Status.INCONCLUSIVE])
def test_a_row_with_nothing_to_act_on_has_no_finding(status: Status) -> None:
    assert find_in_row(the_slot(), months(), JudgedRow(2, status, 240000, 239999, credited=5)) == []


def test_a_missing_period_that_a_draft_would_bill_is_found_twice_and_only_the_first_bears_the_suggestion() -> None:
    row = JudgedRow(2, Status.MISSING, 240000, 0, drafted=240000)
    missing, drafted = find_in_row(the_slot(), months(), row, "INV-3 lacks.")
    assert missing.sentence.endswith("2026-03: 2,400.00 EUR was agreed and nothing was billed. INV-3 lacks.")
    assert drafted.sentence.endswith(
        "2026-03: a draft would bill 2,400.00 EUR; it is not approved, so it does not count."
    )


@pytest.mark.parametrize(
    ("row", "bears_it"),
    [
        (JudgedRow(2, Status.UNDERBILLED, 240000, 100), True),
        (JudgedRow(2, Status.OVERBILLED, 240000, 250000), True),
        (JudgedRow(2, Status.OVERBILLED, 240000, 480000, is_duplicate=True), False),
        (JudgedRow(2, Status.UNDERBILLED, 240000, 100, credited=239900), False),
    ],
)
def test_a_suggestion_is_for_what_nothing_else_explains(row: JudgedRow, *, bears_it: bool) -> None:
    (plain,), (found,) = find_in_row(the_slot(), months(), row), find_in_row(the_slot(), months(), row, "See X.")
    assert found.sentence == (f"{plain.sentence} See X." if bears_it else plain.sentence)


def test_rows_of_changes_have_ids_of_their_own() -> None:
    """Two changes correct the same days, due on different ones: the later bears its due day, 2 March."""
    rows = (
        Row(0, 30, 0, 100), Row(10, 30, 30, 5, is_change=True), Row(0, 30, 30, 7, is_change=True),
        Row(30, 60, 30, 100), Row(30, 60, 60, 9, is_change=True), Row(0, 30, 60, 8, is_change=True),
    )  # fmt: skip
    schedule = books_of(rows).schedule
    kinds = {
        0: ("row", "2026-01-01"), 1: ("change", "2026-01-11"), 2: ("change", "2026-01-01"), 3: ("row", "2026-01-31"),
        4: ("change", "2026-01-31"), 5: ("change 2026-03-02", "2026-01-01"),
    }  # fmt: skip
    for period, (kind, first_day) in kinds.items():
        assert row_id(the_slot(), schedule, period) == digest_id(kind, "C-117", "Retainer", first_day)
    (last,) = find_in_row(the_slot(), schedule, JudgedRow(5, Status.MISSING, 8, 0))
    assert last.id == digest_id("missing", "C-117", "Retainer", "2026-01-01", "change 2026-03-02")
    assert last.rows == (digest_id("change 2026-03-02", "C-117", "Retainer", "2026-01-01"),)
    (first,) = find_in_row(the_slot(), schedule, JudgedRow(2, Status.MISSING, 7, 0))
    assert first.id == digest_id("missing", "C-117", "Retainer", "2026-01-01", "change")


@pytest.mark.parametrize(
    ("suggestion", "advice"),
    [
        ('The ledger bills "Hartwel".', 'The ledger bills "Hartwel".'),
        (
            "",
            "Check the customer's name in the ledger, then set matching.aliases, or matching.confirmed = true.",
        ),
    ],
)
def test_never_billed(suggestion: str, advice: str) -> None:
    sentence = (
        "Hartwell Interieur: the ledger holds no line at all for contract C-117, of which 4,800.00 EUR is due. "
    ) + advice
    wanted = found("never_billed", ("C-117",), sentence, 480000, rows=("a", "b"))
    assert find_never_billed(AGREED, ("a", "b"), 480000, suggestion) == wanted


@pytest.mark.parametrize(
    ("offset", "block", "said"),
    [
        (1, 1, "invoices come about 1 day after the due day"),
        (-1, 1, "invoices come about 1 day before the due day"),
        (20, 1, "invoices come about 20 days after the due day"),
        (0, 2, "one invoice covers 2 periods, where the contract has one for each"),
        (
            -15, 3,
            (
                "one invoice covers 3 periods, where the contract has one for each; "
                "invoices come about 15 days before the due day"
            ),
        ),
    ],
)  # fmt: skip
def test_another_habit(offset: int, block: int, said: str) -> None:
    wanted = found("habit", ("C-117", "Retainer"), f"Hartwell Interieur, Retainer: {said}.", charge="Retainer")
    assert find_habit_unlike_contract(the_slot(), offset, block) == wanted


def test_a_copied_period_names_its_documents_once_and_five_at_most() -> None:
    march = date(2026, 3, 1).toordinal(), date(2026, 4, 1).toordinal()
    numbers = ("INV-1", "INV-1", "INV-2", "INV-3", "INV-4", "INV-5")
    label = Mislabelled(march, tuple(event(100000, number=number) for number in numbers))
    identity = ("C-117", "Retainer", "2026-03-01")
    sentence = (
        "Hartwell Interieur, Retainer: 2026-03 also stands on INV-1, INV-2, INV-3, INV-4, INV-5, a text copied from "
        "another invoice; the 6,000.00 EUR were counted by date."
    )
    assert find_mislabelled(the_slot(), label) == found("mislabelled_period", identity, sentence, 600000, **MARCH)
    more = label._replace(events=(*label.events, *(event(1, number=f"INV-{number}") for number in range(6, 1300))))
    assert "INV-4, INV-5 and 1,294 more, a text copied" in find_mislabelled(the_slot(), more).sentence


def test_a_possible_duplicate_names_its_periods_five_at_most() -> None:
    twin = Twin(event(240000, 58, "INV-4"), event(240000, 58, "INV-3"), (0,), 240000)
    identity = ("INV-4", "1", "Hartwell Interieur")
    sentence = (
        "Hartwell Interieur, Retainer: INV-4 of 2026-02-28 is like INV-3 in day and amount, 2,400.00 EUR. It was "
        "counted for 2026-01, where just as much lacked. If it is a duplicate, credit it, and bill that."
    )
    days = {"charge": "Retainer", "first_day": date(2026, 1, 1), "last_day": date(2026, 1, 31)}
    wanted = found("possible_duplicate", identity, sentence, 240000, **days)
    assert find_possible_duplicate(the_slot(), months(), twin) == wanted
    many = find_possible_duplicate(the_slot(), months(), twin._replace(periods=tuple(range(6))))
    assert "counted for 2026-01, 2026-02, 2026-03, 2026-04, 2026-05 and 1 more, where" in many.sentence
    assert many.sentence.endswith("credit it, and bill those.")
    assert (many.first_day, many.last_day) == (date(2026, 1, 1), date(2026, 6, 30))


def test_what_was_billed_since_the_last_day() -> None:
    events = (event(240000, number="INV-7"), event(-40000, number="CN-1"), event(240000, number="INV-7"))
    sentence = "Hartwell Interieur, Retainer: ended on 2026-06-30, and 4,400.00 EUR were billed since, by INV-7, CN-1."
    wanted = found("expired_still_billed", ("C-117", "Retainer"), sentence, 440000, charge="Retainer")
    assert find_expired(the_slot(), events) == wanted


@pytest.mark.parametrize(
    ("last_day", "agreed", "percent", "missing", "days", "said"),
    [
        (1, "21", "9.00", 12000, "2026-01-01", "at 9% tax, 21% was agreed: the tax is 120.00 EUR short"),
        (
            31,
            "21.00",
            "0",
            21000,
            "2026-01-01 to 2026-01-31",
            "without tax, 21% was agreed: the tax is 210.00 EUR short",
        ),
        (
            31,
            "0",
            "5.5",
            -5500,
            "2026-01-01 to 2026-01-31",
            "at 5.5% tax, none was agreed: the tax is 55.00 EUR too much",
        ),
        (1, "9.50", "1E+1", 1, "2026-01-01", "at 10% tax, 9.5% was agreed: the tax is 0.01 EUR short"),
        (1, "21", "100", 1, "2026-01-01", "at 100% tax, 21% was agreed: the tax is 0.01 EUR short"),
    ],
)
def test_another_tax(last_day: int, agreed: str, percent: str, missing: int, days: str, said: str) -> None:
    run = TaxRun(the_slot(), DAY_0, DAY_0 + last_day - 1, Decimal(agreed), Decimal(percent), 100000, missing)
    where: dict[str, Any] = {"charge": "Retainer", "first_day": date(2026, 1, 1), "last_day": date(2026, 1, last_day)}
    digits = {"9.00": "9", "1E+1": "10"}.get(percent, percent)
    identity = ("C-117", "Retainer", "2026-01-01", digits)
    sentence = f"Hartwell Interieur, Retainer, invoiced {days}: 1,000.00 EUR was billed {said}."
    assert find_tax_mismatch(run) == found("tax_mismatch", identity, sentence, **where)


LEFT = Residue(
    kind="ambiguous", document="INV-4", line=2, date=date(2026, 3, 1), customer="Hartwell", contract="C-117",
    currency="USD", amount_minor=-123456, path="a.csv", row=9, reason="several fit", candidates=("A", "B"),
)  # fmt: skip


@pytest.mark.parametrize("kind", ["unmatched", "ambiguous", "open_credit", "out_of_term"])
def test_a_line_that_went_nowhere_is_found_by_its_document_and_line(kind: str) -> None:
    choice = ": A or B" if kind == "ambiguous" else ""
    sentence = f"Hartwell, INV-4 line 2, -1,234.56 USD: several fit{choice}."
    wanted = found(kind, ("INV-4", "2", "Hartwell"), sentence, -123456, currency="USD")
    assert find_in_residue(replace(LEFT, kind=kind)) == wanted


@pytest.mark.parametrize("kind", ["currency_mismatch", "left_over", "goodwill", "expired_still_billed"])
def test_other_residue_is_no_finding_of_its_own(kind: str) -> None:
    assert find_in_residue(replace(LEFT, kind=kind)) is None


def test_what_is_left_of_a_line_that_was_spread_over_charges_is_one() -> None:
    other, elsewhere = replace(LEFT, line=LEFT.line + 1), replace(LEFT, path="other.csv")
    joined = join_parts([LEFT, other, LEFT, elsewhere, replace(LEFT, kind="open_credit")])
    twice = replace(LEFT, amount_minor=2 * LEFT.amount_minor)
    assert joined == [twice, other, elsewhere, replace(LEFT, kind="open_credit")]
    assert join_parts([]) == []


def test_of_many_charges_that_fit_five_are_named() -> None:
    finding = find_in_residue(replace(LEFT, candidates=tuple("ABCDEFG")))
    assert finding is not None
    assert finding.sentence.endswith("several fit: A or B or C or D or E and 2 more.")


def test_a_placeholder_left_in_a_text() -> None:
    sentence = (
        "Acme, INV-4 line 2: the text says {{period}} where a date or period should stand, so the period was taken "
        "from the invoice date."
    )
    wanted = found("placeholder", ("INV-4", "2", "Acme"), sentence, contract=None)
    assert find_placeholder_left("INV-4", 2, "Acme", None, "{{period}}") == wanted
    assert find_placeholder_left("INV-4", 2, "Acme", "C-117", "{{period}}") == replace(wanted, contract="C-117")


@pytest.mark.parametrize(
    ("lacking", "missing", "said"),
    [
        (1, ("INV-0102",), "1 number is not in the ledger: INV-0102"),
        (2, ("INV-0102", "INV-0104"), "2 numbers are not in the ledger: INV-0102, INV-0104"),
        (1202, ("INV-0102", "INV-0104"), "1,202 numbers are not in the ledger: INV-0102, INV-0104 and 1,200 more"),
    ],
)
def test_numbers_that_lack_in_a_sequence(lacking: int, missing: tuple[str, ...], said: str) -> None:
    gap = SequenceGap("INV-0095", "INV-9907", lacking, missing)
    sentence = f"Of the documents INV-0095 to INV-9907, {said}."
    assert find_sequence_gap(gap) == found("sequence_gap", ("INV-",), sentence, contract=None)


@pytest.mark.parametrize(
    ("percent", "notify_by", "which", "when"),
    [(Fraction(5, 2), date(2025, 12, 2), " of 2.5 %", " by 2025-12-02"), (None, None, "", "")],
)
def test_an_uplift_nobody_gave_notice_of(
    percent: Fraction | None, notify_by: date | None, which: str, when: str
) -> None:
    day = date(2026, 1, 1)
    uplift = Uplift(Escalator(percent=Decimal(3)), day, percent, is_exercised=False, notify_by=notify_by)
    sentence = (
        f"Hartwell Interieur, Retainer: the uplift{which} on 2026-01-01 was not made use of, as the contract states no "
        f"notice{when}; the price stays as it was."
    )
    identity = ("C-117", "Retainer", "2026-01-01")
    where: dict[str, Any] = {"charge": "Retainer", "first_day": day, "last_day": day}
    assert find_uplift_not_exercised(AGREED, "Retainer", uplift) == found(
        "uplift_not_exercised", identity, sentence, **where
    )


def test_numbers_that_lack_around_an_invoice() -> None:
    one = Neighbours(("INV-3",), ("INV-2", DAY_0), ("INV-4", DAY_0 + 31))
    six = Neighbours(tuple(f"INV-{number}" for number in range(5, 11)), ("INV-4", DAY_0 + 31), ("INV-11", DAY_0 + 32))
    singular = "INV-3 lacks in the ledger, between INV-2 of 2026-01-01 and INV-4 of 2026-02-01."
    plural = (
        "INV-5, INV-6, INV-7, INV-8, INV-9 and 1 more lack in the ledger, between INV-4 of 2026-02-01 and INV-11 of "
        "2026-02-02."
    )
    assert say_numbers_lacking([]) == ""
    assert say_numbers_lacking([one, six]) == f"{singular} {plural}"
    assert say_numbers_lacking([one] * 6) == " ".join([singular] * 5)


def test_documents_that_share_a_number() -> None:
    sentence = (
        "Acme, INV-2: different documents share this number, in a.csv and b.csv and c.csv; all of them were counted."
    )
    wanted = found("document_conflict", ("INV-2", "Acme"), sentence)
    assert find_conflict("INV-2", "Acme", "C-117", ("c.csv", "a.csv", "b.csv", "a.csv")) == wanted
    assert find_conflict("INV-2", "Acme", None, ("c.csv", "a.csv", "b.csv")) == replace(wanted, contract=None)
