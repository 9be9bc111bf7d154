"""Nothing that is decided within the business reaches a text for the client: by structure, and by trying."""

from __future__ import annotations

import re
import types
import typing
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import grimp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billcheck.ledger.draft import DocumentReference, PaymentDue, TaxGroup
from billcheck.recovery import client_view as views
from billcheck.recovery.client_view import ClientContact, ClientView
from billcheck.recovery.disclosure import Billing, choices_of, notice_view
from billcheck.recovery.events import (
    Briefed,
    ContactPlan,
    Objected,
    Offered,
    Relationship,
    Survival,
    Waived,
    WalkAway,
)
from billcheck.recovery.notice.notice import Notice, make_notice
from billcheck.recovery.offer import Offer
from billcheck.recovery.writing.language import LANGUAGES, Language
from tests.recovery.cases import story_case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from billcheck.recovery.case import Case
    from billcheck.recovery.events import Event

INTERNAL = re.compile(
    r"floor|walk|ladder|rung|offer|surviv|reserve|cash|runway|cost|relation|difficult|note|brief|waiv|given_up|override|"
    r"internal|instal|plan|limit|barred|cut_?off|script|outcome|decision|reason|event|case"
)
FACING = ("billcheck.recovery.client_view", "billcheck.recovery.writing", "billcheck.recovery.notice",
          "billcheck.recovery.letters")  # fmt: skip
FORMS: dict[str, Callable[[Notice], str | bytes]] = {
    "markdown": Notice.to_markdown,
    "html": Notice.to_html,
    "text": Notice.to_text,
    "docx": Notice.to_docx,
}


def types_in(hint: Any) -> Iterator[Any]:
    """The types that a type is made of."""
    if typing.get_origin(hint) in {typing.Union, types.UnionType, tuple}:
        for part in typing.get_args(hint):
            yield from types_in(part)
    elif hint is not Ellipsis:
        yield hint


def walked(kind: type, seen: dict[type, list[str]]) -> dict[type, list[str]]:
    """Every dataclass that a value of this type can hold, with the names of its fields."""
    if kind in seen:
        return seen
    names = {
        **vars(views),
        "date": date,
        "Decimal": Decimal,
        "DocumentReference": DocumentReference,
        "TaxGroup": TaxGroup,
    }
    hints = typing.get_type_hints(kind, globalns=names)
    seen[kind] = [field.name for field in fields(kind)]
    for field in fields(kind):
        for part in types_in(hints[field.name]):
            if is_dataclass(part):
                walked(typing.cast("type", part), seen)
            else:
                plain = part in {str, int, bool, date, Decimal, type(None)} or typing.get_origin(part) is typing.Literal
                assert plain, f"{kind.__name__}.{field.name} can hold a {part}"
    return seen


def test_a_view_has_no_field_that_could_hold_anything_internal() -> None:
    seen = walked(ClientView, {})
    assert {kind.__name__ for kind in seen} == {
        "ClientChoice", "ClientContact", "ClientInvoice", "ClientPeriod", "ClientSpan", "ClientTotals",
        "ClientView", "DocumentReference", "TaxGroup",
    }  # fmt: skip
    names = [f"{kind.__name__}.{name}" for kind, own in seen.items() for name in own]
    assert [name for name in names if INTERNAL.search(name.split(".")[1])] == []
    assert all(not hasattr(kind, "__dict__") or hasattr(kind, "__slots__") for kind in seen)


@dataclass(frozen=True)
class Leaky:
    customer: str
    anything: object


def test_the_walk_would_notice_such_a_field() -> None:
    assert INTERNAL.search("floor_excl_tax_minor")
    assert INTERNAL.search("waived_minor")
    assert INTERNAL.search("cash_reserve_minor")
    with pytest.raises(AssertionError, match="can hold"):
        walked(Leaky, {})


@pytest.mark.parametrize("room", FACING)
def test_what_a_client_reads_reaches_no_other_room_of_recovery_even_through_others(room: str) -> None:
    """import-linter holds the same for the rooms it names; this holds it for those to come."""
    graph = _graph()
    reached = graph.find_upstream_modules(room, as_package=True)
    others = {name for name in reached if name.startswith("billcheck.recovery.") and not name.startswith(FACING)}
    assert others == set()
    assert not {name for name in reached if name.startswith(("billcheck.engine", "billcheck.cli"))}


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("billcheck")


def rendered(case: Case, language: Language, form: str) -> str | bytes:
    """A notice about everything that can be claimed."""
    choices = choices_of(case, Billing(separate_on=date(2026, 9, 8)))
    view = notice_view(
        case,
        choices,
        issue_date=date(2026, 9, 4),
        reply_by=date(2026, 9, 8),
        contact=ClientContact(name="Anna de Vries", phone="+31 20 555 0117"),
    )
    return FORMS[form](make_notice(view, language=language))


@cache
def the_story() -> Case:
    return story_case()


@cache
def the_notice(language: Language, form: str) -> str | bytes:
    return rendered(the_story(), language, form)


AMOUNTS = st.integers(1, 10**9)
TEXTS = st.text(max_size=60)
ROWS = tuple(period.row for period in story_case().arrears.periods)


@st.composite
def internal_events(draw: st.DrawFn) -> Event:
    """What is decided or said within the business, or about a client's answer, with any amount and any words."""
    said: dict[str, Any] = {
        "on": date(2026, 9, 4) + timedelta(draw(st.integers(0, 300))),
        "by": draw(TEXTS),
        "note": draw(TEXTS),
    }
    kind = draw(st.sampled_from(["briefed", "offered", "objected"]))
    if kind == "objected":
        return Objected(kind="other", text=draw(TEXTS), **said)
    if kind == "offered":
        given = draw(st.lists(st.integers(0, 120000), min_size=6, max_size=6))
        claims = tuple((row, 120000 - minor) for row, minor in zip(ROWS, given, strict=True))
        payments = tuple(
            PaymentDue(number, date(2027, number, 1), draw(AMOUNTS)) for number in range(1, draw(st.integers(1, 12)))
        )
        offer = Offer(
            name=draw(TEXTS), how="instalments", claims=claims, waived=tuple(zip(ROWS, given, strict=True)),
            excl_tax_minor=sum(minor for _, minor in claims), tax_minor=draw(AMOUNTS), payments=payments,
        )  # fmt: skip
        return Offered(offer=offer, **said)
    return Briefed(
        walk_away=WalkAway(
            floor_excl_tax_minor=draw(AMOUNTS), decided_on=date(2026, 9, 4), decided_by=draw(TEXTS), reason=draw(TEXTS)
        ),
        survival=Survival(cash_reserve_minor=draw(AMOUNTS), monthly_costs_minor=draw(AMOUNTS)),
        relationship=Relationship(difficulty=draw(st.sampled_from(["easy", "difficult"])), notes=draw(TEXTS)),
        contact=ContactPlan(person=draw(TEXTS), phone=draw(TEXTS)),
        **said,
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    events=st.lists(internal_events(), min_size=1, max_size=4),
    note=TEXTS,
    language=st.sampled_from(LANGUAGES),
    form=st.sampled_from(list(FORMS)),
)
def test_nothing_internal_changes_a_byte_of_a_notice(
    events: list[Event], note: str, language: Language, form: str
) -> None:
    story = the_story()
    opened = replace(story.opened, note=note, by=note, cause=replace(story.opened.cause, prevention=note))
    case = replace(story, events=(opened, *events))
    assert rendered(case, language, form) == the_notice(language, form)


def test_what_is_stated_to_the_client_does_change_it() -> None:
    """Otherwise the property above would hold for a notice that says nothing."""
    story = the_story()
    opened = replace(story.opened, cause=replace(story.opened.cause, sentence="Something else happened."))
    assert rendered(replace(story, events=(opened,)), "en", "text") != the_notice("en", "text")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_a_period_that_was_waived_is_as_if_it_had_never_been(language: Language, form: str) -> None:
    """Neither its amount nor that something was waived can be seen."""
    story = the_story()
    waived = replace(
        story, events=(story.opened, Waived(on=date(2026, 9, 4), rows=((ROWS[0], 120000),), reason="goodwill"))
    )
    arrears = replace(story.arrears, periods=story.arrears.periods[1:])
    without = replace(story, events=(replace(story.opened, arrears=arrears),))
    assert rendered(waived, language, form) == rendered(without, language, form)
