"""What lines become: one event for a document and a period, and which of them bill, credit or do neither."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.engine.events import gather_events
from tests.engine.agreements import contract, flat, line
from tests.engine.test_match import match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.terms import Contract
    from billcheck.engine.events import Event, Events
    from billcheck.ledger.line import Line

MARCH = {"period_first_day": date(2026, 3, 1), "period_last_day": date(2026, 3, 31)}
APRIL = {"period_first_day": date(2026, 4, 1), "period_last_day": date(2026, 4, 30)}


def gather(*lines: Line, agreed: Contract | None = None) -> Events:
    return gather_events(match([agreed or contract()], *lines), 0)


def credit_note(document: str, day: str, amount: str, **fields: Any) -> Line:
    return line(document, day, amount, kind="credit_note", **fields)


def brief(events: Sequence[Event]) -> list[tuple[str, int, tuple[int, ...]]]:
    """Number, amount and rows of each."""
    return [(event.number, event.amount, event.rows) for event in events]


def test_lines_of_one_document_and_period_are_one_event() -> None:
    events = gather(line("A", amount="60.00"), line("A", amount="40.00"), line("B", amount="5.00"))
    assert brief(events.billed) == [("A", 10000, (0, 1)), ("B", 500, (2,))]
    assert (events.credits, events.drafts, events.foreign, events.open_foreign) == ([], [], [], [])


def test_events_come_by_day_and_number_and_line_not_as_the_file_has_them() -> None:
    events = gather(
        line("C", "2026-03-05", "3.00", **APRIL),
        line("B", "2026-03-05", "1.00", **APRIL),
        line("B", "2026-03-05", "2.00", **MARCH),
        line("Z", "2026-03-04", "4.00"),
    )
    assert [event.amount for event in events.billed] == [400, 100, 200, 300]
    assert [event.line_number for event in events.billed] == [1, 1, 2, 1]


def test_one_number_on_two_days_is_two_documents() -> None:
    events = gather(line("A", "2026-01-31", "5.00"), line("A", "2026-02-28", "5.00"))
    assert brief(events.billed) == [("A", 500, (0,)), ("A", 500, (1,))]


def test_the_days_a_document_states_are_those_of_its_event() -> None:
    (event,) = gather(line("A", "2026-03-05", "3.00", **MARCH)).billed
    days = date(2026, 3, 1).toordinal(), date(2026, 4, 1).toordinal()
    assert (event.first_day, event.end_day, event.issue_day) == (*days, date(2026, 3, 5).toordinal())
    assert (event.is_pinned, event.is_from_text, event.is_catch_up, event.is_inferred) == (True, False, False, False)
    assert (event.credited, event.is_own, event.names_charge) == ("", False, False)


def test_a_text_may_state_the_period_or_say_that_the_line_makes_up() -> None:
    texts = ("Retainer March 2026", "Catch-up of the retainer", "Retainer")
    events = gather(*(line(f"INV-{n}", f"2026-03-0{n}", "3.00", description=text) for n, text in enumerate(texts, 1)))
    assert [(event.is_from_text, event.is_catch_up) for event in events.billed] == [
        (True, False),
        (False, True),
        (False, False),
    ]


def test_a_line_that_makes_up_is_an_event_of_its_own() -> None:
    events = gather(line("A", amount="60.00"), line("A", amount="40.00", description="Catch-up"))
    assert [(event.amount, event.is_catch_up) for event in events.billed] == [(6000, False), (4000, True)]


def test_a_charge_found_by_its_amount_alone_is_inferred() -> None:
    two = contract(flat("Support", "70.00"), flat("Hosting", "30.00"))
    events = gather(line("A", amount="70.00"), line("B", amount="8.00", description="Support"), agreed=two)
    assert [(event.is_inferred, event.names_charge) for event in events.billed] == [(True, False), (False, True)]


@pytest.mark.parametrize(
    ("amounts", "billed", "credited"),
    [
        (("100.00", "-30.00"), [(7000, (0, 1))], []),  # lowered
        (("100.00", "-100.00"), [(0, (0, 1))], []),
        (("100.00", "-100.01"), [(10000, (0,))], [(-10001, (1,))]),  # takes back more than it bills
        (("100.00", "0.50", "-300.00", "-1.00"), [(10050, (0, 1))], [(-30100, (2, 3))]),
        (("-5.00", "-6.00"), [], [(-1100, (0, 1))]),
        (("-5.00",), [], [(-500, (0,))]),
    ],
)
def test_an_invoice_that_takes_back_more_than_it_bills_does_both(
    amounts: tuple[str, ...], billed: list[tuple[int, tuple[int, ...]]], credited: list[tuple[int, tuple[int, ...]]]
) -> None:
    events = gather(*(line("A", amount=amount) for amount in amounts))
    assert [(event.amount, event.rows) for event in events.billed] == billed
    assert [(event.amount, event.rows) for event in events.credits] == credited
    assert all(event.is_own and event.credited == "A" for event in events.credits)


def test_a_credit_note_is_not_parted() -> None:
    events = gather(credit_note("CN", "2026-02-05", "-300.00"), credit_note("CN", "2026-02-05", "100.00"))
    assert [event.amount for event in events.credits] == [-20000]
    assert events.billed == []
    assert [event.credited for event in events.credits] == [""]


def test_a_credit_note_bills_what_it_has_for_a_charge_of_which_it_takes_nothing_back() -> None:
    """The note as a whole takes back 100.00 of another charge. One that names its invoice makes less of that credit."""
    two = contract(flat("A", items=("A",)), flat("B", items=("B",)))

    def note(amount: str, item: str, number: str = "CN", day: str = "2026-04-05", **fields: Any) -> Line:
        return credit_note(number, day, amount, item=item, **fields)

    events = gather(note("60.00", "A"), note("-100.00", "B"), agreed=two)
    assert (events.credits, brief(events.billed)) == ([], [("CN", 6000, (0,))])
    events = gather(note("60.00", "A"), note("-100.00", "B"), note("-7.00", "A", "CN-2"), agreed=two)
    assert (brief(events.credits), brief(events.billed)) == ([("CN-2", -700, (2,))], [("CN", 6000, (0,))])
    events = gather(note("60.00", "A"), note("-100.00", "B"), note("-7.00", "A", day="2026-04-06"), agreed=two)
    assert brief(events.billed) == [("CN", 6000, (0,))]
    of_march = credit_note("CN", "2026-04-05", "-7.00", item="A", **MARCH)
    events = gather(note("60.00", "A"), note("-100.00", "B"), of_march, agreed=two)
    assert (brief(events.credits), events.billed) == ([("CN", 6000, (0,)), ("CN", -700, (2,))], [])
    names = {"credits_document": "INV-1"}
    events = gather(note("60.00", "A", **names), note("-100.00", "B", **names), agreed=two)
    assert (brief(events.credits), events.billed) == ([("CN", 6000, (0,))], [])


def test_a_credit_note_bills_only_the_period_it_states_beside_what_it_takes_back() -> None:
    """March is credited and April billed on one note; what states no period there makes only less of the credit."""
    events = gather(
        credit_note("CN", "2026-04-05", "-100.00", **MARCH), credit_note("CN", "2026-04-05", "60.00", **APRIL)
    )
    assert brief(events.credits) == [("CN", -10000, (0,))]
    assert brief(events.billed) == [("CN", 6000, (1,))]
    events = gather(credit_note("CN", "2026-04-05", "-100.00", **MARCH), credit_note("CN", "2026-04-05", "60.00"))
    assert brief(events.credits) == [("CN", -10000, (0,)), ("CN", 6000, (1,))]
    assert events.billed == []


def test_lines_that_name_different_documents_are_different_credits() -> None:
    events = gather(
        credit_note("CN-1", "2026-02-05", "-50.00", credits_document="A"),
        credit_note("CN-2", "2026-02-05", "-50.00"),
        line("B", "2026-02-05", "-7.00", credits_document="A"),
    )
    assert [(event.number, event.credited, event.is_own) for event in events.credits] == [
        ("B", "A", False),
        ("CN-1", "A", False),
        ("CN-2", "", False),
    ]


def test_drafts_and_other_currencies_stand_apart() -> None:
    events = gather(
        line("A", amount="100.00", status="draft"),
        line("B", amount="100.00", status="draft", currency="USD"),
        line("E", "2026-01-30", amount="90.00", currency="USD"),
        line("D", amount="80.00", currency="GBP"),
        line("C", amount="80.00"),
    )
    assert [event.number for event in events.drafts] == ["A", "B"]
    assert [event.number for event in events.foreign] == ["E", "D"]
    assert [event.number for event in events.open_foreign] == ["E", "D"]
    assert [event.number for event in events.billed] == ["C"]


def test_what_is_taken_back_in_its_own_currency_leaves_no_doubt() -> None:
    events = gather(
        line("A", "2026-01-31", "100.00", currency="USD"),
        line("B", "2026-01-31", "100.00", currency="GBP"),
        credit_note("CN", "2026-02-05", "-100.00", currency="USD"),
    )
    assert [event.number for event in events.foreign] == ["A", "B", "CN"]
    assert [event.number for event in events.open_foreign] == ["B"]


@pytest.mark.parametrize(
    ("amounts", "repeated"),
    [
        (("5.00",), {}),
        (("5.00", "5.00"), {(0, 1): 500}),
        (("5.00", "5.00", "5.00"), {(0, 1, 2): 500}),
        (("5.00", "5.01"), {}),
        (("-5.00", "-5.00"), {}),
    ],
)
def test_equal_lines_are_noted(amounts: tuple[str, ...], repeated: dict[tuple[int, ...], int]) -> None:
    assert gather(*(line("A", amount=amount) for amount in amounts)).repeated == repeated


@pytest.mark.parametrize(
    ("named", "credits_"),
    [
        (("A", "B"), [(-700, "A"), (-800, "B")]),
        (("A", "A"), [(-1500, "A")]),
        (("A", ""), [(-1500, "A")]),  # the document names one invoice, on one of its lines
        (("", "A"), [(-1500, "A")]),
        (("", ""), [(-1500, "")]),
    ],
)
def test_each_line_of_a_credit_note_credits_the_invoice_it_names(
    named: tuple[str, str], credits_: list[tuple[int, str]]
) -> None:
    lines = [
        credit_note("CN", "2026-03-05", amount, credits_document=name)
        for amount, name in zip(("-7.00", "-8.00"), named, strict=True)
    ]
    events = gather(line("A", "2026-01-31", "70.00"), line("B", "2026-02-28", "80.00"), *lines)
    assert [(event.amount, event.credited) for event in events.credits] == credits_


def test_a_line_that_names_nothing_beside_two_that_do_names_nothing() -> None:
    named = {"-7.00": "A", "-8.00": "B", "-9.00": ""}
    lines = [credit_note("CN", "2026-03-05", amount, credits_document=name) for amount, name in named.items()]
    other = credit_note("CN", "2026-03-06", "-5.00", credits_document="C")  # another document of that number
    assert [(event.amount, event.credited) for event in gather(*lines, other).credits] == [
        (-700, "A"),
        (-800, "B"),
        (-900, ""),
        (-500, "C"),
    ]


def test_other_currencies_come_by_day_within_each() -> None:
    events = gather(
        line("B", "2026-02-28", "9.00", currency="USD"),
        line("A", "2026-03-31", "8.00", currency="USD"),
        credit_note("CN", "2026-04-05", "-8.00", currency="USD"),
    )
    assert [event.number for event in events.foreign] == ["B", "A", "CN"]
    assert [event.number for event in events.open_foreign] == ["B"]


@pytest.mark.parametrize(
    ("amounts", "billed", "credited"),
    [
        (("0.01", "-5.00"), [1], [-500]),
        (("1.00", "0.01", "-5.00"), [101], [-500]),
    ],
)
def test_a_cent_billed_beside_what_is_taken_back_is_billed(
    amounts: tuple[str, ...], billed: list[int], credited: list[int]
) -> None:
    events = gather(*(line("A", amount=amount) for amount in amounts))
    assert ([event.amount for event in events.billed], [event.amount for event in events.credits]) == (billed, credited)
