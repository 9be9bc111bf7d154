"""The arrays the engine walks."""

from __future__ import annotations

from array import array

from billcheck.ledger.table import NO_SLOT, DocumentTable, LineTable, Names


def test_names_are_numbered_in_order() -> None:
    names = Names()
    assert [names.number(text) for text in ("EUR", "USD", "EUR")] == [0, 1, 0]
    assert names[1] == "USD"
    assert len(names) == 2


def test_documents_keep_their_numbers_in_one_buffer() -> None:
    documents = DocumentTable()
    documents.extend([(number, 0, 0, 0, 0, 0, 738000, "") for number in ("INV-1", "", "Ünïcode/9")])
    documents.extend([])
    documents.extend([("CN-1", 1, 0, 0, 0, 0, 738001, "INV-1")])
    assert [documents.number(row) for row in range(len(documents))] == ["INV-1", "", "Ünïcode/9", "CN-1"]
    assert documents.credited == {3: "INV-1"}


def test_rows_of_a_slot_come_in_the_order_they_were_added() -> None:
    lines = LineTable(3)
    for slots in ((2, 0), (), (2, NO_SLOT, 2)):
        lines.extend([(slot, 0, 1, 738000, 0, 0, 100, 0, 0, 0, 0) for slot in slots])
    assert lines.rows_of(2) == [0, 2, 4]
    assert lines.rows_of(0) == [1]
    assert lines.rows_of(1) == []
    lines.remove(2)
    assert lines.rows_of(2) == [0, 4]
    assert list(lines) == [0, 1, 2, 3, 4]


def test_a_line_takes_at_most_48_bytes() -> None:
    lines = LineTable(1)
    columns = [getattr(lines, name) for name in LineTable.__slots__ if name != "_heads"]
    assert sum(column.itemsize for column in columns if isinstance(column, array)) <= 48


def test_line_numbers_beyond_the_array_are_capped() -> None:
    lines = LineTable(1)
    lines.extend([(0, 0, 100_000, 738000, 0, 0, 1, 0, 0, 0, 0)])
    assert lines.line_numbers[0] == 65_535
