"""A column of amounts looked at as a whole says exactly what its cells say one by one."""

from __future__ import annotations

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from billcheck.connectors.files.profile import find_profile
from billcheck.connectors.files.values import Amounts, Writing

PLAIN = re.compile(r"-?[0-9]{1,15}\.[0-9]{2}")
HONEST = st.from_regex(PLAIN, fullmatch=True)
CELLS = st.lists(HONEST | st.text(st.sampled_from("0199.-, +_e()\r\t"), max_size=8), min_size=1, max_size=6)


@settings(max_examples=1500)
@given(CELLS)
@example([".00"])
@example(["-.00"])
@example(["1-2.00"])
@example(["1.-00"])
@example(["--1.00"])
@example(["1.00", "1.2", "33.4.00"])
@example(["1000000000000000.00"])
@example(["-999999999999999.99", "0.00"])
@example(["1.00", ""])
@example(["1 2.00"])
def test_a_whole_column_and_its_cells_agree(cells: list[str]) -> None:
    raw = [cell.encode() for cell in cells]
    amounts = Amounts(b",", find_profile("generic").values, Writing(), is_empty_zero=False)
    one_by_one = [amounts.value(cell, "EUR", 2) for cell in raw]
    column = amounts.column(raw, {100}, ["EUR"] * len(raw), range(2, 2 + len(raw)))
    assert column == (None if None in one_by_one else one_by_one)
    if all(PLAIN.fullmatch(cell) for cell in cells):
        assert column == [int(cell.replace(".", "")) for cell in cells]
