"""Every limit of ledger files: just at it a file is read, one more is refused, and raised it is read again."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from billcheck import Limits, UsageError
from billcheck.configuration.rules import GREATEST_LIMITS
from billcheck.connectors.files import delimited
from billcheck.connectors.files.cells import CellRow
from billcheck.connectors.files.limits import BLOCK_BYTES, DEFAULT_LIMITS
from billcheck.connectors.files.rendered import Rendered
from billcheck.connectors.files.source import StreamSource
from billcheck.connectors.files.text import TextFile
from billcheck.errors import LedgerRefusedError
from tests.connectors.exports import GENERIC, EveryKey, only, scan

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[2]
PAGE = ROOT.joinpath("docs", "reference", "configuration.md").read_text(encoding="utf-8")
UBL = ROOT.joinpath("tests", "hostile", "files", "plain-ubl.xml").read_text(encoding="utf-8")
ROW = "F-1,2026-01-31,A,1.00,EUR"
OTHER = "F-2,2026-01-31,A,1.00,EUR"
BAD = "F-3,2026-01-31,A,NaN,EUR"


def csv(*rows: str) -> str:
    return "\n".join([GENERIC, *rows])


def ubl(before: str, after: str) -> str:
    assert before in UBL
    return UBL.replace(before, after, 1)


def lines_of(path: Path, limits: Limits) -> int:
    return len(scan(only(path, None, limits)).lines)


PLAIN_ELEMENTS = len(re.findall(r"<[a-zA-Z]", UBL))
NOTE = "x" * 200
"""Longer than any other text of the invoice."""
DEEP = ubl("</Invoice>", "<x>" * 30 + "</x>" * 30 + "</Invoice>")
CASES: list[tuple[str, int, str, str]] = [
    ("file_bytes", len(csv(ROW)), csv(ROW), "{path}: The file is larger than any that is read."),
    ("rows", 3, csv(ROW, OTHER, BAD), "{path}: The file has more rows than any that is read."),
    ("columns", 5, csv(ROW), "{path} row 1: The file has more columns than any export that is read."),
    (
        "field_bytes",
        20,
        csv("F-1,2026-01-31,ABCDEFGHIJKLMNOPQRST,1.00,EUR"),
        "{path} row 2: A field is longer than any field that is read. Found 'ABCDEFGHIJKLMNOPQRST'.",
    ),
    ("field_bytes", 20, csv(f"F-1,2026-01-31,{'é' * 10},1.00,EUR"), "Found 'éééééééééé'."),
    ("field_bytes", 20, csv('F-1,2026-01-31,"ABCDEFGHI, ""LMNOP"" Q",1.00,EUR'), "Found 'ABCDEFGHI, \"LMNOP\" Q'."),
    ("document_rows", 3, csv(ROW, ROW, ROW), "{path} row 2: One document has more rows than any"),
    ("document_rows", 3, csv(OTHER, ROW, ROW, ROW, OTHER), "{path} row 3: One document has more rows than any"),
    ("refused_rows", 2, csv(ROW, BAD, BAD), "{path} row 3 amount: More rows are refused than are listed one by one"),
    ("xml_bytes", len(UBL.encode()), UBL, "{path}: The XML file is larger than any electronic invoice."),
    ("xml_depth", 31, DEEP, "Elements stand deeper within each other than in any invoice."),
    ("xml_elements", PLAIN_ELEMENTS, UBL, "The file has more elements than any invoice."),
    (
        "xml_attributes",
        9,
        ubl("</Invoice>", "<x " + " ".join(f'a{n}=""' for n in range(9)) + "/></Invoice>"),
        "An element has more attributes than any in an invoice.",
    ),
    (
        "field_bytes",
        200,
        ubl("</Invoice>", f"<cbc:Note>{NOTE}</cbc:Note></Invoice>"),
        "A text is longer than any in an",
    ),
]


@pytest.mark.parametrize(("name", "exact", "text", "message"), CASES, ids=[f"{case[0]}" for case in CASES])
def test_at_a_limit_a_file_is_read_and_beyond_it_refused(
    name: str, exact: int, text: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / ("ledger.xml" if text.startswith("<") else "ledger.csv")
    path.write_text(text, encoding="utf-8")
    given: dict[str, Any] = {name: exact}
    whole = lines_of(path, DEFAULT_LIMITS)
    assert whole > 0
    assert lines_of(path, Limits(**given)) == whole
    assert lines_of(path, Limits(**{name: exact + 1})) == whole
    with pytest.raises(LedgerRefusedError) as caught:
        lines_of(path, Limits(**{name: exact - 1}))
    (problem,) = caught.value.problems
    assert message.format(path=path) in str(problem)
    assert re.search(rf"The limit {name} is {exact - 1:,}; this has (at least )?{exact:,}\.", str(problem))
    raised = re.search(
        rf"If that is right, raise it: limits=Limits\({name}=(\d+)\) for read_ledger or read_frame, "
        rf"or \[limits\] {name} = \1 in billcheck\.toml\.$",
        str(problem),
    )
    assert raised is not None
    assert lines_of(path, Limits(**{name: int(raised[1])})) == whole


def test_one_tag_has_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "ledger.xml"
    path.write_text(ubl("</Invoice>", "<!--" + "x" * 300_000 + "--></Invoice>"), encoding="utf-8")
    assert lines_of(path, Limits(xml_token_bytes=400_000)) == lines_of(path, DEFAULT_LIMITS) > 0
    with pytest.raises(
        LedgerRefusedError, match=r"The limit xml_token_bytes is 100,000; this has at least 1\d\d,\d\d\d\."
    ):
        lines_of(path, Limits(xml_token_bytes=100_000))


def test_a_tag_is_measured_by_whole_blocks_of_the_file(tmp_path: Path) -> None:
    """What the parser has not told yet is held against the limit after every block, to the byte."""
    two, start, end = 2 * BLOCK_BYTES, "<!--", "-->"
    body = UBL.partition("?>")[2].lstrip() if UBL.startswith("<?xml") else UBL
    path = tmp_path / "ledger.xml"
    path.write_text(f"{start}{'x' * two}{end}{body}", encoding="utf-8")
    assert lines_of(path, Limits(xml_token_bytes=two)) == lines_of(path, DEFAULT_LIMITS) > 0
    with pytest.raises(
        LedgerRefusedError, match=rf"The limit xml_token_bytes is {two - 1:,}; this has at least {two:,}\."
    ):
        lines_of(path, Limits(xml_token_bytes=two - 1))


def test_a_field_of_a_file_that_is_rendered_has_the_same_limit(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text("a,b\n1," + "é" * 10 + "\n", encoding="utf-8")
    text = TextFile("x", str(path))
    assert len(list(delimited.read_cells(text, ",", 20))) == 2
    with pytest.raises(
        LedgerRefusedError, match=r"x row 2: A field is longer.* The limit field_bytes is 19; this has 20\."
    ):
        list(delimited.read_cells(text, ",", 19))


@pytest.mark.parametrize(("rows", "refused"), [(4, 2), (3, 2), (4, 1)])
def test_what_is_counted_in_several_parts_is_held_against_the_limit_as_a_whole(
    rows: int, refused: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billcheck.connectors.files.shares.SHARE_BYTES", 10)
    path = tmp_path / "ledger.csv"
    path.write_text(csv(BAD, ROW, OTHER, BAD.replace("F-3", "F-4")) + "\n", encoding="utf-8")
    source = only(path, None, Limits(rows=rows, refused_rows=refused))
    assert isinstance(source, StreamSource)
    shares = source.shares(2)
    for share in shares:
        list(share.scan(EveryKey()))
    assert len(shares) == 2
    batches = source.finish(EveryKey(), shares, [share.remainder() for share in shares], source.digest())
    assert batches is not None
    if (rows, refused) == (4, 2):
        assert list(batches)
        return
    name, bound, found = ("rows", 3, 4) if rows == 3 else ("refused_rows", 1, 2)
    with pytest.raises(LedgerRefusedError, match=rf"The limit {name} is {bound}; this has {found}\."):
        list(batches)


@pytest.mark.parametrize(("text", "size"), [("é" * 10, 20), ("x" * 20, 20), ("€", 3)])
def test_a_typed_cell_is_measured_in_bytes(text: str, size: int) -> None:
    def write(bound: int) -> None:
        Rendered(TextFile("x", "x"), field_bytes=bound).write(("a", "b"), 1, [CellRow(7, (text, Decimal(1)))], ".")

    write(size)
    with pytest.raises(
        LedgerRefusedError, match=f"x row 7: A field is longer.* The limit field_bytes is {size - 1}; this"
    ):
        write(size - 1)


def test_a_field_that_no_limit_allows_says_so(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(csv(f"F-1,2026-01-31,{'x' * 131_073},1.00,EUR"), encoding="utf-8")
    with pytest.raises(LedgerRefusedError) as caught:
        lines_of(path, DEFAULT_LIMITS)
    assert str(caught.value.problems[0]).endswith(
        "The limit field_bytes is 131,072; this has at least 131,073. At most 131,072 can be set. "
        "Shorten it, or look for a quote that is not closed."
    )


@pytest.mark.parametrize("value", [0, -1, True, 1.5, "5", None])
def test_a_limit_is_a_whole_number_of_at_least_one(value: object) -> None:
    given: dict[str, Any] = {"rows": value, "zip_ratio": value}
    with pytest.raises(UsageError) as caught:
        Limits(**given)
    assert [str(problem) for problem in caught.value.problems] == [
        f"limits {name}: This is no limit. Found {str(value)!r}. Write a whole number of at least 1."
        for name in ("rows", "zip_ratio")
    ]
    assert Limits(rows=1).rows == 1


@pytest.mark.parametrize(("name", "most"), GREATEST_LIMITS.items())
def test_some_limits_cannot_be_raised_at_will(name: str, most: int) -> None:
    given: dict[str, Any] = {name: most}
    assert getattr(replace(DEFAULT_LIMITS, **given), name) == most
    with pytest.raises(UsageError, match=f"limits {name}: This is no limit. .* At most {most:,} can be set."):
        replace(DEFAULT_LIMITS, **{name: most + 1})


def table_of(page: str) -> Sequence[tuple[str, str]]:
    text = re.split(r"\n##", page.split("\n## limits\n", 1)[1], maxsplit=1)[0]
    return re.findall(r"^\| `([a-z_]+)` \| .* \| ([0-9,]+) \|$", text, flags=re.MULTILINE)


def test_the_reference_has_every_limit_with_its_default() -> None:
    assert table_of(PAGE) == [(one.name, f"{one.default:,}") for one in fields(Limits)]
