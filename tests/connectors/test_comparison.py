from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from billcheck.connectors.base import Completeness, Fetched, FetchedDocument, FetchedLine, Request
from billcheck.connectors.comparison import compare_documents, listed_differences, with_what_vanished

YEAR = Request(first_day=date(2026, 1, 1), last_day=date(2026, 12, 31))


def made(number: int, amount: str = "50.00") -> FetchedDocument:
    return FetchedDocument(
        id=f"i-{number}",
        number=f"INV-{number}",
        kind="invoice",
        status="approved",
        issue_date=date(2026, 3, 31),
        customer="Hartwell",
        currency="EUR",
        excl_tax=Decimal(amount),
        lines=(FetchedLine(amount=Decimal(amount)),),
        digest="0" * 64,
    )


def fetched(*documents: FetchedDocument, day: int = 1, blind_spots: tuple[str, ...] = ()) -> Fetched:
    completeness = Completeness(
        connector="xero",
        organisation="Duinweg",
        organisation_id="t",
        request=YEAR,
        read_at=datetime(2026, 9, day, 8, 30, tzinfo=UTC),
        blind_spots=blind_spots,
    )
    return Fetched(documents, completeness)


def test_documents_are_new_changed_void_or_gone() -> None:
    before = [made(1), made(2), made(3), made(4)]
    now = [made(1), replace(made(2), excl_tax=Decimal(60)), replace(made(3), status="void"), made(5)]
    found = compare_documents(before, now)
    assert [each.number for each in found.new] == ["INV-5"]
    assert [each.number for each in found.changed] == ["INV-2"]
    assert [each.number for each in found.voided] == ["INV-3"]
    assert [each.number for each in found.gone] == ["INV-4"]
    assert list(listed_differences(found)) == [
        "1 new: INV-5.",
        "1 changed: INV-2.",
        "1 void by now: INV-3.",
        "1 no longer there: INV-4.",
    ]


def test_what_was_paid_or_renamed_is_no_change() -> None:
    paid = replace(made(1), amount_due=Decimal(0), updated="today", digest="1" * 64, customer="Hartwell BV")
    assert list(listed_differences(compare_documents([made(1)], [paid]))) == []


def test_long_lists_are_cut() -> None:
    found = compare_documents([], [made(number) for number in range(12)])
    assert next(listed_differences(found)).endswith("INV-9 and 2 more.")


def test_what_vanished_is_said_in_every_later_snapshot_until_it_is_back() -> None:
    first, second = fetched(made(1), made(2)), fetched(made(1), day=2)
    told = with_what_vanished(second, first, compare_documents(first.documents, second.documents).gone)
    sentence = (
        "No longer in this window of the ledger since the snapshot of 2026-09-01 08:30 UTC: approved invoice INV-2 of "
        "2026-03-31, Hartwell, 50.00 EUR excl. tax (id i-2)."
    )
    assert told.completeness.blind_spots == (sentence,)
    assert told.completeness.is_complete
    later = with_what_vanished(fetched(made(1), day=3), told, ())
    assert later.completeness.blind_spots == (sentence,)
    back = with_what_vanished(fetched(made(1), made(2), day=4), later, ())
    assert back.completeness.blind_spots == ()


def test_very_many_that_vanished_are_counted() -> None:
    gone = [made(number) for number in range(103)]
    told = with_what_vanished(fetched(day=2), fetched(*gone), gone).completeness.blind_spots
    assert len(told) == 101
    assert told[-1].endswith("3 more documents.")
