"""The byte tokenizer sees exactly what the csv module sees."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from billcheck.connectors.files import tokens
from billcheck.connectors.files.limits import FIELD_BYTES
from billcheck.connectors.files.tokens import Slab, Tokenizer, cell_text
from billcheck.errors import LedgerRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

Quoting = Literal[0, 1, 2]

PIECES = ["a", "b", ",", ",", '"', '"', '""', "\n", "\r\n", "\r", " ", "é", ";", "\t", '",', ',"', '"\n', '\n"', "'"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
FIELDS = st.text(st.sampled_from('ab,"\né '), max_size=6)


def blocks_of(data: bytes, sizes: list[int]) -> Iterator[bytes]:
    position = 0
    for size in sizes:
        if data[position : position + size]:
            yield data[position : position + size]
        position += size
    if data[position:]:
        yield data[position:]


def slabs_of(data: bytes, width: int, sizes: list[int], delimiter: bytes = b",") -> list[Slab]:
    tokenizer = Tokenizer("ledger.csv", delimiter, width, (0, 1))
    return list(tokenizer.slabs(blocks_of(data, sizes), 0, 1))


def rows_of(slabs: list[Slab], width: int, delimiter: bytes = b",") -> list[list[str]]:
    rows = []
    for slab in slabs:
        columns = [slab.column(index) for index in range(width)]
        assert all(len(column) == len(slab.offsets) == len(slab.lines) for column in columns)
        rows += [[cell_text(cell, delimiter) for cell in row] for row in zip(*columns, strict=True)]
    return rows


def by_csv(data: bytes, delimiter: str = ",") -> list[list[str]]:
    reader = csv.reader(io.StringIO(data.decode(), newline=""), delimiter=delimiter, strict=True)
    return [row for row in reader if any(row)]


def check_equal(data: bytes, width: int, sizes: list[int], delimiter: str = ",") -> None:
    mark = delimiter.encode()
    try:
        expected = by_csv(data, delimiter)
    except csv.Error:
        with pytest.raises(LedgerRefusedError):
            slabs_of(data, width, sizes, mark)
        return
    slabs = slabs_of(data, width, sizes, mark)
    assert rows_of(slabs, width, mark) == [row for row in expected if len(row) == width]
    assert [len(row) for row in expected if len(row) != width] == [
        record.cells for slab in slabs for record in slab.ragged
    ]
    assert b"".join(slab.data for slab in slabs) == data
    tokenizer = Tokenizer("ledger.csv", mark, width, (0, 1))
    for slab in slabs:
        for offset, line, row in zip(slab.offsets, slab.lines, rows_of([slab], width, mark), strict=True):
            assert tokenizer.record_at(data, offset) == row
            assert line == data.count(b"\n", 0, offset) + 1


@settings(max_examples=3000)
@given(TEXTS, st.integers(2, 4), st.lists(st.integers(1, 12), max_size=12))
@example('"a\nb",c\n', 2, [])
@example('a,b\n"c""d",e\n', 2, [3, 1, 1])
@example('a,5" pipe\nb,c\n', 2, [])
@example("a,b\rc,d\r", 2, [])
@example('"a"b,c\n', 2, [])
@example('a,"b\n', 2, [])
@example(",\n\n,\r\na,b", 2, [])
@example('"a","b"\r\n"c","d"\r\n', 2, [])
@example('a,b\r\n"",""\r\nc,d\r\n', 2, [])
@example('"",""\na,b\n', 2, [])
@example('a,b\r\nc,d\ne,"f\r\n"\r\n', 2, [])
@example("a,b\r\r\nc,d\r\n", 2, [])
@example("a,b\r\nc,d\r", 2, [])
@example(",\r\na\r\nb,c,d\r\ne,f", 2, [])
def test_any_text_reads_as_the_csv_module_reads_it(text: str, width: int, sizes: list[int]) -> None:
    check_equal(text.encode(), width, sizes)


@settings(max_examples=800)
@given(
    st.lists(st.lists(FIELDS, min_size=3, max_size=3), max_size=12),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.lists(st.integers(1, 30), max_size=8),
)
def test_whatever_the_csv_module_writes_is_read_back(
    rows: list[list[str]], quoting: Quoting, delimiter: str, line_end: str, sizes: list[int]
) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=quoting, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    check_equal(out.getvalue().encode(), 3, sizes, delimiter)


@settings(max_examples=300)
@given(st.lists(st.tuples(FIELDS, FIELDS), min_size=1, max_size=8), st.booleans())
def test_equal_texts_are_equal_raw_cells(rows: list[tuple[str, str]], is_quoted: bool) -> None:
    def text_of(quoting: Quoting) -> bytes:
        out = io.StringIO()
        csv.writer(out, quoting=quoting, lineterminator="\n").writerows(rows)
        return out.getvalue().encode()

    minimal, everything = text_of(csv.QUOTE_MINIMAL), text_of(csv.QUOTE_ALL)
    sizes = [1] if is_quoted else []
    first, second = slabs_of(minimal, 2, sizes), slabs_of(everything, 2, [])
    for column in range(2):
        assert [cell for slab in first for cell in slab.column(column)] == [
            cell for slab in second for cell in slab.column(column)
        ]


def test_plain_quotes_never_need_the_slow_path(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        pytest.fail("the csv module was asked")

    monkeypatch.setattr(Tokenizer, "_cut_by_csv", fail)
    data = b'a,"b, c",d\r\n"x ""y""",,z\r\ne,f,"two\r\nlines"\r\n'
    assert rows_of(slabs_of(data, 3, []), 3) == [["a", "b, c", "d"], ['x "y"', "", "z"], ["e", "f", "two\r\nlines"]]


def refusal(data: bytes, width: int = 3, probe: tuple[int, int] = (0, 1)) -> str:
    tokenizer = Tokenizer("ledger.csv", b",", width, probe)
    with pytest.raises(LedgerRefusedError) as caught:
        list(tokenizer.slabs(iter([data]), 0, 2))
    (problem,) = caught.value.problems
    return str(problem)


def test_a_nul_names_its_row() -> None:
    assert refusal(b"a,b,c\nd,\0,f\n").startswith("ledger.csv row 3: The file holds a NUL byte")


def test_bytes_that_are_no_utf8_name_their_row() -> None:
    text = refusal(b"a,b,c\nd,caf\xe9,f\n")
    assert text.startswith("ledger.csv row 3: The file is not UTF-8 text. Found 'byte 0xE9'.")
    assert "cp1252" in text


def test_a_quote_that_never_closes_names_its_row() -> None:
    text = refusal(b'a,b,c\nd,"e,f\ng,h,i\n')
    assert text.startswith("ledger.csv row 3: A quoted field begins here and never ends")


def test_a_quote_that_closes_inside_a_cell_names_its_row() -> None:
    text = refusal(b'a,b,c\nd,"e"x,f\n')
    assert text.startswith("ledger.csv row 3: A quoted field ends in the middle of a cell")


@pytest.mark.parametrize("extra", ["", 'x,"",y\n'])
def test_rows_inside_a_quoted_field_refuse_the_file(extra: str) -> None:
    # The missing quote of the first row is closed by the literal one of the second: the csv module sees one good row.
    data = f'2026-01-31,1.00,"Hosting\n2026-02-28,2.00,"\n{extra}'.encode()
    assert refusal(data).startswith("ledger.csv row 3: A quoted field holds whole rows of the file")


@pytest.mark.parametrize(
    "day",
    [
        "28/02/2026",
        "28.2.26",
        "20260228",
        "28 Feb 2026",
        "28-Feb-26",
        "Feb 28 2026",
        "February 28. 2026",
        "2026-02-28T10:00:00Z",
        "2026-02-28 10:00 UTC",
        "28/02/2026 10:00",
    ],
)
@pytest.mark.parametrize(
    "amount",
    [
        "2.00",
        "-2.00",
        "$2.00",
        "(2.00)",
        "2.00-",
        "2.00 CR",
        "2 000.00",
        "-€ 2.00",
        "2.00 EUR",
        "\N{MINUS SIGN}2",
        "2\N{NARROW NO-BREAK SPACE}000 kr.",
    ],
)
def test_rows_inside_a_quoted_field_are_found_however_they_are_written(day: str, amount: str) -> None:
    data = f'2026-01-31,1.00,"Hosting\n{day},{amount},"\n'.encode()
    assert refusal(data).startswith("ledger.csv row 3: A quoted field holds whole rows of the file")


def test_an_address_over_several_lines_is_no_row() -> None:
    data = b'2026-01-31,1.00,"Street 1, Utrecht\nthird floor, left, door 2"\n'
    assert rows_of(slabs_of(data, 3, []), 3) == [["2026-01-31", "1.00", "Street 1, Utrecht\nthird floor, left, door 2"]]


def test_a_name_over_two_lines_in_the_first_column_is_no_row() -> None:
    data = b'"Acme\nHolding",2026-01-31,1.00\n"Acme\nHolding ""B""",2026-01-31,1.00\n'
    assert [row[0] for row in rows_of(slabs_of(data, 3, []), 3)] == ["Acme\nHolding", 'Acme\nHolding "B"']


def test_a_field_beyond_the_limit_is_refused_and_one_at_it_is_read() -> None:
    assert "A field is longer than any field that is read" in refusal(b"a," + b"x" * (FIELD_BYTES + 1) + b",c\n")
    data = b"a," + b"x" * FIELD_BYTES + b",c\n"
    assert rows_of(slabs_of(data, 3, []), 3) == [["a", "x" * FIELD_BYTES, "c"]]


def test_a_line_that_never_ends_is_refused_before_it_fills_the_memory() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * FIELD_BYTES

    tokenizer = Tokenizer("ledger.csv", b",", 3, (0, 1))
    with pytest.raises(LedgerRefusedError, match="row 2: A line of text is longer than any that is read"):
        list(tokenizer.slabs(endless(), 0, 2))
    assert taken < 100


def test_a_character_cut_by_a_block_is_whole_again() -> None:
    data = "a,é,c\nd,ü,f\n".encode()
    for size in range(1, len(data)):
        assert rows_of(slabs_of(data, 3, [size]), 3) == [["a", "é", "c"], ["d", "ü", "f"]]


def test_the_last_row_needs_no_line_end() -> None:
    assert rows_of(slabs_of(b"a,b,c\nd,e,f", 3, []), 3) == [["a", "b", "c"], ["d", "e", "f"]]


def test_ragged_records_are_told_apart_from_their_neighbours() -> None:
    # Two cells too few and two too many: the number of cells in the block is right all the same.
    (slab,) = slabs_of(b"a\nb,c,d,e,f\ng,h,i\n", 3, [])
    assert slab.column(0) == [b"g"]
    assert [(record.line, record.cells, record.text) for record in slab.ragged] == [(1, 1, "a"), (2, 5, "b,c,d,e,f")]
    assert tokens.RaggedRecord(1, 1, "a") == slab.ragged[0]
