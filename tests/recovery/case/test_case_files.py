"""The file of a case: what it says, and everything that is refused with its place."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck.contracts.terms import LateInvoiceCutoff
from billcheck.errors import CaseRefusedError
from billcheck.recovery.case_files import EVENTS, case_schema, case_text, load_case, parse_case, write_case
from billcheck.recovery.events import (
    Briefed,
    Closed,
    Contacted,
    ContactPlan,
    Disputed,
    Drafted,
    Invoiced,
    Objected,
    Offered,
    Override,
    Paid,
    Planned,
    Refused,
    Relationship,
    Reopened,
    Survival,
    Waived,
    WalkAway,
)
from tests.recovery.case.made import (
    DAY,
    make_arrears,
    make_case,
    make_draft,
    make_notice,
    make_offer,
    make_payments,
    make_period,
)
from tests.recovery.cases import story_case

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.recovery.case import Case

jsonschema: Any = import_module("jsonschema")  # it ships no types

ALL = {"r1": 10_000, "r2": 20_000, "r3": 30_000}


def full_case() -> Case:
    """A case with an event of every kind, and a value in every field."""
    agreement = make_arrears().agreements[0]
    clause = LateInvoiceCutoff(days=60, effect="discount", percent=Decimal("2.5"), notice_extends=True)
    arrears = make_arrears(
        overbilled=(make_period("r8", 100, 350),),
        coming=(make_period("r9", 240_000, 0, status="not_due"),),
        right=(make_period("r7", 100, 100, status="ok", tax_percent=None),),
        agreements=(type(agreement)(**{**values_of(agreement), "late_invoice_cutoff": clause, "owner": "Zoë"}),),
    )
    draft = Drafted(
        on=DAY, documents=(make_draft("D-1", ALL),), override=Override(safeguard="contact", reason="Asked in writing.")
    )
    return make_case(
        arrears,
        Briefed(
            on=DAY,
            walk_away=WalkAway(floor_excl_tax_minor=30_000, decided_on=DAY, decided_by="Anna"),
            survival=Survival(cash_reserve_minor=900_000, monthly_costs_minor=450_000, must_collect_within_days=90),
            relationship=Relationship(difficulty="difficult", since=date(2019, 1, 1)),
            contact=ContactPlan(person="Ben", planned_for=DAY),
        ),
        draft,
        make_notice(60_000),
        Contacted(on=DAY, channel="video", note="“Bonjour” – 見積\n\u202e"),
        Objected(on=DAY, kind="clause", text="Article 7."),
        Offered(on=DAY, offer=make_offer(ALL, payments=(30_000, 30_000))),
        Disputed(on=DAY),
        Refused(on=DAY, decision="lawyer", estimated_cost_minor=100),
        type(make_agreed())(on=DAY, offer=make_offer(ALL)),
        Planned(on=DAY, payments=make_payments(60_000)),
        Waived(on=DAY, rows=(("r1", 10_000),), reason="Goodwill."),
        Invoiced(on=DAY, draft="D-1", number="S-1", rows=(("r2", 20_000), ("r3", 30_000)), incl_tax_minor=60_500),
        Paid(on=DAY, document="S-1", incl_tax_minor=60_500),
        Closed(on=DAY, outcome="settled"),
        Reopened(on=DAY, reason="A later report.", arrears=make_arrears((10_000, 20_000, 30_000, 1))),
    )


def make_agreed() -> Any:
    from billcheck.recovery.events import Agreed  # noqa: PLC0415 - named by its type below

    return Agreed(on=DAY, offer=make_offer(ALL))


def values_of(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in type(value).__dataclass_fields__}


def refusal(text: str) -> str:
    with pytest.raises(CaseRefusedError) as caught:
        parse_case(text, "case.json")
    return str(caught.value)


def changed(change: Any) -> str:
    """The story's file with something else in it."""
    data = json.loads(case_text(story_case()))
    change(data)
    return json.dumps(data)


def test_every_kind_of_event_is_written_and_read() -> None:
    case = full_case()
    assert {type(event).__name__.lower() for event in case.events} == set(EVENTS)
    text = case_text(case)
    assert parse_case(text) == case
    assert case_text(parse_case(text)) == text
    assert "\u202e" not in text
    assert "Zoë" in text


def test_a_further_event_only_adds_lines() -> None:
    case = full_case()
    case_text(make_case(case.arrears if False else None)).splitlines()
    shorter = case_text(type(case)(case.id, case.events[:4])).splitlines()
    longer = case_text(type(case)(case.id, case.events[:5])).splitlines()
    assert longer[: len(shorter) - 3] == shorter[:-3]


@pytest.mark.parametrize(("currency", "amount"), [("EUR", "100.00"), ("JPY", "10000"), ("KWD", "10.000")])
def test_amounts_have_the_decimals_of_their_currency(currency: str, amount: str) -> None:
    case = make_case(make_arrears((10_000,), currency=currency))
    data = json.loads(case_text(case))
    assert data["events"][0]["arrears"]["periods"][0]["expected"] == amount
    assert parse_case(case_text(case)) == case


def test_the_schema_describes_what_is_written() -> None:
    schema = case_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for case in (story_case(), full_case()):
        validator.validate(json.loads(case_text(case)))
    assert not validator.is_valid(json.loads(changed(lambda data: data.update(colour="red"))))
    assert not validator.is_valid(json.loads(changed(lambda data: data["events"][0].update(on="4 September"))))


def test_what_has_a_default_may_be_left_out() -> None:
    def take_out(data: Any) -> None:
        opened = data["events"][0]
        del opened["by"], opened["note"], opened["overrides"], opened["arrears"]["unknown_charges"]

    assert parse_case(changed(take_out)) == story_case()


FAULTS: dict[str, tuple[Any, str]] = {
    "unknown key": (
        lambda data: data.update(colour="red"),
        "case.json: the case: A case has no such key here. Found 'colour'.",
    ),
    "unknown key of an event": (
        lambda data: data["events"][0].update(on_day="x"),
        "case.json: event 1 opened: A case has no such key here. Found 'on_day'.",
    ),
    "unknown key within": (
        lambda data: data["events"][0]["arrears"]["periods"][2].update(colour="red"),
        "case.json: event 1 opened arrears periods[2]: A case has no such key here. Found 'colour'.",
    ),
    "missing key": (
        lambda data: data["events"][0].pop("on"),
        "case.json: event 1 opened on: This key is needed here.",
    ),
    "a number for an amount": (
        lambda data: data["events"][0]["arrears"]["periods"][0].update(expected=2400.0),
        (
            "event 1 opened arrears periods[0] expected: This is not written as a case writes it. Found '2400.0'. "
            'Write it with the decimals of EUR, as in "1200.00".'
        ),
    ),
    "too few decimals": (
        lambda data: data["events"][0]["arrears"]["periods"][0].update(expected="2400"),
        "Found '2400'. Write it with the decimals of EUR",
    ),
    "another day": (
        lambda data: data["events"][0].update(on="2026-02-30"),
        "event 1 opened on: This is not written as a case writes it. Found '2026-02-30'.",
    ),
    "a year nobody means": (lambda data: data["events"][0].update(on="0001-01-01"), "Found '0001-01-01'."),
    "a word of a list": (
        lambda data: data["events"][0]["cause"].update(at_fault="them"),
        "event 1 opened cause at_fault: This is not written as a case writes it. Found 'them'. Write one of: us",
    ),
    "no text": (lambda data: data["events"][0].update(by=7), "event 1 opened by: This is not written"),
    "no list": (lambda data: data["events"][0].update(overrides={}), "Found '{}'. Write a list."),
    "no object": (lambda data: data["events"][0].update(cause="x"), "event 1 opened cause: This is not written"),
    "no flag": (
        lambda data: data["events"][0]["arrears"].update(still_leaks=1),
        "event 1 opened arrears still_leaks: This is not written as a case writes it. Found '1'. Write true or false.",
    ),
    "no percent": (
        lambda data: data["events"][0]["arrears"]["periods"][0].update(tax_percent="21%"),
        "periods[0] tax_percent: This is not written as a case writes it. Found '21%'.",
    ),
    "no count": (
        lambda data: data["events"][0]["arrears"]["agreements"][0]["charges"][0]["every"].update(count=0),
        "charges[0] every count: This is not written as a case writes it. Found '0'. Write a whole number from 1",
    ),
    "a list of another length": (
        lambda data: data["events"][0]["arrears"]["agreements"][0]["charges"][0]["every"].update(days=[1]),
        "every days: This is not written as a case writes it. Found '[1]'. Write a list of 2.",
    ),
    "unknown event": (
        lambda data: data["events"].append({"event": "forgiven", "on": "2026-09-04"}),
        "case.json: event 2 event: This is not written as a case writes it. Found 'forgiven'. Write one of: opened,",
    ),
    "an event that is no object": (lambda data: data["events"].append("x"), "case.json: event 2 event: This is not"),
    "no event": (lambda data: data.update(events=[]), "case.json: events: A case begins with the event opened"),
    "no opening": (
        lambda data: data.update(events=[{"event": "disputed", "on": "2026-09-04"}]),
        "case.json: event 1: A case begins with the event opened, and has no other of that kind.",
    ),
    "two openings": (lambda data: data["events"].append(data["events"][0]), "case.json: event 2: A case begins with"),
    "an event that cannot happen": (
        lambda data: data["events"].append({"event": "disputed", "on": "2026-09-04"}),
        "case.json: event 2 disputed: In a case that is opened, disputed cannot happen.",
    ),
    "days that run backwards": (
        lambda data: data["events"].append({"event": "contacted", "on": "2026-09-03", "channel": "phone"}),
        "case.json: event 2 contacted: The day lies before that of the event before it.",
    ),
    "a row twice": (
        lambda data: data["events"].append(
            {"event": "waived", "on": "2026-09-04", "reason": "x", "rows": [{"row": "a", "amount": "1.00"}] * 2}
        ),
        "case.json: event 2 waived rows: This is not written as a case writes it. Name each row once.",
    ),
    "far too many events": (
        lambda data: data.update(events=data["events"] * 2_001),
        "case.json: events: No case holds so many events. Found '2001'. At most 2000 are read.",
    ),
    "another version": (
        lambda data: data.update(schema_version=2),
        "case.json: The case is of another version of this format. Found '2'. This billcheck reads version 1.",
    ),
    "no version": (lambda data: data.update(schema_version="1"), "case.json: This is no case that billcheck wrote."),
    "no currency": (
        lambda data: data.update(currency="EURO"),
        "case.json: currency: All of a case is about one customer",
    ),
    "another currency within": (
        lambda data: data["events"][0]["arrears"].update(currency="USD"),
        "event 1 arrears: All of a case is about one customer and one currency, of ISO 4217. Found 'Hartwell",
    ),
    "no id": (lambda data: data.update(id=""), "case.json: id: This key is needed here."),
    "figures that contradict": (
        lambda data: data["events"][0]["arrears"]["periods"][0].update(billed="2400.00"),
        "event 1 arrears periods: The figures of a period contradict each other.",
    ),
    "a row of no contract": (
        lambda data: data["events"][0]["arrears"]["periods"][0].update(contract="C-9"),
        "A period is of a contract not described. Found 'C-9'.",
    ),
    "no arrears": (
        lambda data: data["events"][0]["arrears"].update(periods=[]),
        "A case is about at least one period in arrears.",
    ),
    "a cause from the future": (
        lambda data: data["events"][0]["cause"].update(found_on="2026-09-05"),
        "case.json: event 1 opened found_on: The days of the cause contradict each other.",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_told_with_its_place(fault: str) -> None:
    change, said = FAULTS[fault]
    assert said in refusal(changed(change))


def test_all_faults_are_told_at_once() -> None:
    def spoil(data: Any) -> None:
        data["events"][0].update(by=7, note=8, colour="red")
        data["events"].append({"event": "contacted", "on": "x"})

    text = refusal(changed(spoil))
    assert text.startswith("The case was refused (5 problems):")
    assert "event 2 contacted channel: This key is needed here." in text


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{", "7", "NaN", "[" * 200_000, '{"schema_version": 1' + "0" * 5000 + "}", "\x00"]
)
def test_no_case_is_refused_as_such(text: str) -> None:
    assert "case.json: This is no case that billcheck wrote. billcheck recover open writes one." in refusal(text)


def test_a_key_that_stands_twice_is_refused() -> None:
    text = case_text(story_case()).replace('"by": "",', '"by": "", "by": "Anna",', 1)
    assert refusal(text) == (
        "The case was refused (1 problem):\n  case.json: A key stands twice in one object. Found 'by'. "
        "Take one of the two out."
    )


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "none.json", "The file of the case cannot be read. The system says: No such file or directory."),
        (tmp_path, "The file of the case cannot be read. The system says: Is a directory."),
    ):
        with pytest.raises(CaseRefusedError, match=said.replace(".", r"\.")):
            load_case(path)
    binary = tmp_path / "binary.json"
    binary.write_bytes(b"\xff\xfe\x00{")
    with pytest.raises(CaseRefusedError, match="no case that billcheck wrote"):
        load_case(binary)


def test_a_case_of_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    path.write_text(case_text(story_case()), encoding="utf-8-sig")
    assert load_case(path) == story_case()


def test_a_written_case_replaces_the_old_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    write_case(story_case(), path)
    write_case(full_case(), path)
    assert load_case(path) == full_case()
    assert [entry.name for entry in tmp_path.iterdir()] == ["case.json"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150)
@given(data=st.data(), value=ANYTHING)
def test_whatever_stands_anywhere_is_read_or_refused(data: st.DataObject, value: Any) -> None:
    table = json.loads(case_text(full_case()))
    node: Any = table
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.booleans()):
            break
        node = node[key]
    node[key] = value
    try:
        case = parse_case(json.dumps(table))
    except CaseRefusedError as error:
        told = str(error)
        assert told.startswith("The case was refused (")
    else:
        assert parse_case(case_text(case)) == case
