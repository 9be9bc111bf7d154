"""Lists of JSON files that are read item by item."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.contracts.files import load_contracts
from billcheck.contracts.tables import parse_list, parse_tables
from billcheck.errors import ContractsRefusedError
from tests.contracts.samples import contract_table

if TYPE_CHECKING:
    from pathlib import Path

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.text(max_size=4),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=10,
)


@given(st.lists(VALUES, min_size=1, max_size=4), st.sampled_from([None, 0, 1, "\t\r\n "]))
def test_items_are_those_of_the_whole_text(items: list[object], indent: int | str | None) -> None:
    text = json.dumps({"contract": items}, indent=indent)
    whole = parse_tables("a.json", text, [], is_toml=False)
    assert {"contract": list(parse_list(text, "contract"))} == whole


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        '{"contract": []}',
        '{"contract": {}}',
        '{"contracts": [1]}',
        '{"contract": [1], "contract": [1]}',
        '{"contract": [1], "other": 2}',
        '{"other": 2, "contract": [1]}',
        '{"contract": [1]',
        '{"contract": [1',
        '{"contract": [1,]}',
        '{"contract": [1 2]}',
        '{"contract": [1]} 2',
        '{"contract": [1, x]}',
        '{"contract":\u00a0[1]}',
    ],
)
def test_any_other_text_is_not_read_item_by_item(text: str) -> None:
    with pytest.raises(ValueError, match=r"not only a list|Expecting|delimiter"):
        list(parse_list(text, "contract"))


def test_nothing_is_used_of_a_list_that_proves_odd_at_its_end(tmp_path: Path) -> None:
    text = json.dumps({"contract": [contract_table(currency="eur"), contract_table()]})
    (tmp_path / "a.json").write_text(f"{text[:-2]}, ]}}", encoding="utf-8")
    with pytest.raises(ContractsRefusedError) as refused:
        load_contracts(tmp_path / "a.json")
    (problem,) = refused.value.problems
    assert problem.what == "This is not valid JSON."


def test_a_second_list_of_contracts_is_told_once_and_with_every_other_fault(tmp_path: Path) -> None:
    one = json.dumps([contract_table(currency="eur")])
    (tmp_path / "a.json").write_text(f'{{"contract": {one}, "contract": {one}}}', encoding="utf-8")
    with pytest.raises(ContractsRefusedError) as refused:
        load_contracts(tmp_path / "a.json")
    assert [problem.where.removeprefix(f"{tmp_path}/") for problem in refused.value.problems] == [
        "a.json: contract",
        "a.json: C-1 currency",
    ]
