"""Series of document numbers, held against sets of whole numbers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.ledger import numbers
from billcheck.ledger.numbers import DocumentNumbers

TEXTS = st.one_of(
    st.integers(0, 120).map(lambda number: f"INV-{number:04d}"),
    st.integers(0, 120).map(lambda number: f"INV-{number}"),
    st.tuples(st.sampled_from(["2025-", "2026-", "CN", "", "A7/"]), st.integers(0, 99)).map("{0[0]}{0[1]:02d}".format),
    st.sampled_from(["draft", "INV-", "", "1x", '"INV-0007"', " INV-0008", "INV-0009 ", "9" * 16, "é12"]),
)
STANDARD = re.compile("(.*?)([0-9]+)", re.DOTALL)


def plain(texts: list[str]) -> dict[tuple[bytes, int], set[int]]:
    """The same by one look at each number."""
    found: dict[tuple[bytes, int], set[int]] = {}
    for text in texts:
        match = STANDARD.fullmatch(text.strip('" '))
        if match and len(match[2]) <= numbers.LONGEST:
            found.setdefault((match[1].encode(), len(match[2])), set()).add(int(match[2]))
    return found


def gathered(slabs: list[list[str]]) -> dict[tuple[bytes, int], set[int]]:
    found = DocumentNumbers()
    for slab in slabs:
        part = DocumentNumbers()
        part.add([text.encode() for text in slab])
        found.merge(part)
        found.add([text.encode() for text in slab])
    return {
        series: {number for first, last in pairs for number in range(first, last + 1)}
        for series, pairs in found.series()
    }


@given(st.lists(st.lists(TEXTS, max_size=40), max_size=4))
def test_numbers_are_those_of_the_documents(slabs: list[list[str]]) -> None:
    assert gathered(slabs) == plain([text for slab in slabs for text in slab])


@given(st.integers(1, 9990), st.integers(1, 200), st.integers(0, 250))
def test_a_run_of_numbers_is_one_stretch(first: int, count: int, without: int) -> None:
    there = [number for number in range(first, first + count) if number != without]
    assert gathered([[f"INV-{number:05d}" for number in there]]) == ({(b"INV-", 5): set(there)} if there else {})


def test_stretches_that_touch_are_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "_COMPACT_AT", 2)
    found = DocumentNumbers()
    for number in (5, 3, 9, 4, 8, 1):
        found.add([b"%02d" % number])
    assert list(found.series()) == [((b"", 2), [(1, 1), (3, 5), (8, 9)])]


@pytest.mark.parametrize(("limit", "value"), [("MOST_SERIES", 3), ("MOST_STRETCHES", 3)])
def test_too_many_to_follow_are_none(limit: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, limit, value)
    found = DocumentNumbers()
    for number in range(5):
        found.add([b"%dX%d" % (number, number * 2)] if limit == "MOST_SERIES" else [b"%02d" % (number * 2)])
    assert list(found.series()) == []
    other = DocumentNumbers()
    other.merge(found)
    other.add([b"1", b"2"])
    assert list(other.series()) == []
