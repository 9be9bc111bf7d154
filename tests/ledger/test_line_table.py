"""The arrays the engine walks."""

from __future__ import annotations

from array import array

from billcheck.ledger.table import NO_SLOT, DocumentTable, LineTable, Names, Share


def test_names_are_numbered_in_order() -> None:
    names = Names()
    assert [names.number(text) for text in ("EUR", "USD", "EUR")] == [0, 1, 0]
    assert names.numbers(["GBP", "USD", "GBP"]) == [2, 1, 2]
    assert names[1] == "USD"
    assert len(names) == 3


def test_documents_keep_their_numbers_in_one_buffer() -> None:
    documents = DocumentTable()
    nothing = [0, 0, 0]
    documents.extend(["INV-1", "", "Ünïcode/9"], nothing, nothing, nothing, nothing, 0, [738000] * 3, [""] * 3)
    documents.extend([], [], [], [], [], 0, [], [])
    documents.extend(["CN-1"], [1], [0], [0], [0], 0, [738001], ["INV-1"])
    assert [documents.number(row) for row in range(len(documents))] == ["INV-1", "", "Ünïcode/9", "CN-1"]
    assert documents.credited == {3: "INV-1"}


def add(lines: LineTable, *slots: int, line_number: int = 1) -> None:
    """Lines of these slots that are alike otherwise."""
    same = [0] * len(slots)
    lines.extend(slots, same, [line_number] * len(slots), same, same, same, same, same, same, same, same)


def test_rows_of_a_slot_come_in_the_order_they_were_added() -> None:
    lines = LineTable(3)
    for slots in ((2, 0), (), (2, NO_SLOT, 2)):
        add(lines, *slots)
    assert lines.rows_of(2) == [0, 2, 4]
    assert lines.rows_of(0) == [1]
    assert lines.rows_of(1) == []
    lines.remove(2)
    assert lines.rows_of(2) == [0, 4]
    assert list(lines) == [0, 1, 2, 3, 4]


def test_a_line_split_over_slots_keeps_its_place_and_every_cent() -> None:
    lines = LineTable(3)
    rows = [(slot, 4, row + 1, 738000, 0, 0, cents, 10 * row, 0, 0, 0) for row, (slot, cents) in enumerate(LINES)]
    lines.extend(*zip(*rows, strict=True))
    shares = {
        1: [Share(0, 60, 737000, 737031, 10, 1), Share(2, 40, 0, 0, 10, 0)],
        2: [Share(NO_SLOT, -3, 0, 0, 17, 0), Share(0, -2, 0, 0, 11, 0), Share(1, -5, 0, 0, 11, 0)],
    }
    assert lines.split(shares) == 3
    assert [lines.rows_of(slot) for slot in range(3)] == [[0, 1, 5], [3, 6], [4]]
    assert list(lines.amounts) == [100, 60, -3, 7, 40, -2, -5]
    assert [lines.locators[row] for row in (1, 4, 2, 5, 6)] == [10, 10, 20, 20, 20]
    assert [lines.line_numbers[row] for row in (1, 4, 2, 5, 6)] == [2, 2, 3, 3, 3]
    assert (lines.first_days[1], lines.end_days[1], lines.match_rules[5]) == (737000, 737031, 11)


LINES = [(0, 100), (NO_SLOT, 100), (0, -10), (1, 7)]


def test_a_line_takes_at_most_48_bytes() -> None:
    lines = LineTable(1)
    columns = [getattr(lines, name) for name in LineTable.__slots__ if name != "_heads"]
    assert sum(column.itemsize for column in columns if isinstance(column, array)) <= 48


def test_line_numbers_beyond_the_array_are_capped() -> None:
    lines = LineTable(1)
    add(lines, 0, line_number=100_000)
    assert lines.line_numbers[0] == 65_535
