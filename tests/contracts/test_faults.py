"""How faults are placed, quoted and suggested."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest

from billcheck.contracts.contract_shapes import ContractShape
from billcheck.contracts.faults import (
    Docket,
    FlagProblem,
    TextProblem,
    UnknownKeyProblem,
    WrittenFloat,
    read_shape,
    suggest,
    written,
)
from billcheck.contracts.values import Term, fold, read_day, read_decimal

TABLE: dict[str, Any] = {"id": "C-117", "charge": [{"name": "Seats"}, {"name": 5}, "nonsense"]}


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ((), "c.toml: C-117"),
        (("currency",), "c.toml: C-117 currency"),
        (("tax", "percent"), "c.toml: C-117 tax.percent"),
        (("tags", 1), "c.toml: C-117 tags #2"),
        (("charge",), "c.toml: C-117 charge"),
        (("charge", 0), 'c.toml: C-117 "Seats"'),
        (("charge", 0, "quantity"), 'c.toml: C-117 "Seats" quantity'),
        (("charge", 0, "price_steps", 0, "on"), 'c.toml: C-117 "Seats" price_steps #1.on'),
        (("charge", 0, "matching", "items", 2), 'c.toml: C-117 "Seats" matching.items #3'),
        (("charge", 1, "name"), "c.toml: C-117 charge #2 name"),
        (("charge", 2), "c.toml: C-117 charge #3"),
    ],
)
def test_places_are_told_as_a_person_looks_for_them(path: tuple[str | int, ...], place: str) -> None:
    assert Docket("c.toml", 4, TABLE).where(path) == place


@pytest.mark.parametrize("identity", [None, "", " C", "a\nb", 7, "\u202eC"])
def test_a_contract_without_a_fit_id_goes_by_its_number(identity: object) -> None:
    assert Docket("c.toml", 4, {"id": identity}).where(()) == "c.toml: contract #4"


def test_a_table_that_is_none_goes_by_its_number() -> None:
    docket = Docket("c.toml", 4, "nonsense")
    assert docket.where(("charge", 0, "name")) == "c.toml: contract #4 charge #1 name"


def test_what_is_broken_includes_all_below() -> None:
    docket = Docket("c.toml", 1, {}, broken={("charge", 0, "tax")})
    assert docket.is_broken("charge", 0, "tax")
    assert docket.is_broken("charge", 0, "tax", "percent")
    assert not docket.is_broken("charge", 0)
    assert not docket.is_broken("charge", 1, "tax")
    assert not docket.is_broken("tax")


def test_a_shape_is_read_without_its_faults() -> None:
    table = {"id": "C-1", "owner": 5, "colour": "red", "matching": {"confirmed": "yes", "aliases": ["A"]}}
    docket = Docket("c.toml", 1, table)
    shape = read_shape(ContractShape, docket)
    assert (shape.id, shape.owner) == ("C-1", None)
    assert shape.matching is not None
    assert shape.matching.aliases == ["A"]
    assert {type(problem) for problem in docket.problems} == {TextProblem, UnknownKeyProblem, FlagProblem}
    assert docket.broken == {("owner",), ("colour",), ("matching", "confirmed")}
    assert table["colour"] == "red", "the table as written must survive for messages"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (5, "5"),
        (True, "true"),
        (False, "false"),
        (WrittenFloat("1e3"), "1e3"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, 4), "2026-01-02T03:04:00"),  # noqa: DTZ001 - a file may hold one
        (time(3, 4), "03:04:00"),
        ({}, "an empty table"),
        ({"a": 1}, "a table"),
        ([], "an empty list"),
        ([1], "a list"),
        ("x" * 81, "x" * 80 + "…"),
    ],
)
def test_values_are_quoted_as_written(value: object, text: str) -> None:
    assert written(value) == text


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("custmer", 'Did you mean "customer"?'),
        ("Customer", 'Did you mean "customer"?'),
        ("start_date", 'Did you mean "start"?'),
        ("xyz", ""),
    ],
)
def test_near_words_are_suggested(word: str, hint: str) -> None:
    assert suggest(word, ContractShape.model_fields) == hint


def test_decimals_and_days_are_read_exactly() -> None:
    docket = Docket("c.toml", 1, {})
    assert [str(read_decimal(value)) for value in ("1.50", 3, None)] == ["1.50", "3", "None"]
    assert read_day(docket, ("start",), "2026-02-28") == date(2026, 2, 28)
    assert read_day(docket, ("start",), None) is None
    assert not docket.problems
    assert read_day(docket, ("start",), "2026-02-29") is None
    assert docket.broken == {("start",)}


@pytest.mark.parametrize(
    ("term", "day", "is_held"),
    [
        (Term(date(2026, 1, 1), date(2026, 2, 1)), date(2026, 1, 1), True),
        (Term(date(2026, 1, 1), date(2026, 2, 1)), date(2026, 1, 31), True),
        (Term(date(2026, 1, 1), date(2026, 2, 1)), date(2026, 2, 1), False),
        (Term(date(2026, 1, 1), None), date(2199, 1, 1), True),
        (Term(date(2026, 1, 1), None), date(2025, 12, 31), False),
        (Term(None, date(2026, 2, 1)), date(1950, 1, 1), True),
        (Term(date(2026, 1, 1), date(2026, 2, 1), is_known=False), date(1950, 1, 1), True),
    ],
)
def test_a_term_holds_its_days(term: Term, day: date, *, is_held: bool) -> None:
    assert term.holds(day) is is_held


def test_terms_are_told_with_their_last_day() -> None:
    assert str(Term(date(2026, 1, 1), date(2026, 2, 1))) == "2026-01-01 to 2026-01-31"
    assert str(Term(date(2026, 1, 1), None)) == "from 2026-01-01"


def test_names_that_differ_in_case_and_spaces_alone_are_one() -> None:
    assert fold("Seats  and\tDesks") == fold("SEATS and desks")
    assert fold("Straße") == fold("STRASSE")
    assert fold("C-1") != fold("C1")
