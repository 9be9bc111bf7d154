"""The line of a charge in its file: found where it is certain, and nowhere else."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.contracts.positions import ChargeLines, find_lines

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = """\
# agreements
[[contract]]
id = "C-1"

[[contract.charge]]
name = "Seats"

  [[ contract . charge ]]
name = "Support"

[[contract]]
id = "C-2"
charge = [{ name = "Inline" }]
"""


def lines_of(text: str) -> dict[tuple[str, str | None], int]:
    return find_lines(text, tomllib.loads(text))


def test_every_heading_stands_on_its_line() -> None:
    assert lines_of(PLAIN) == {("C-1", None): 2, ("C-1", "Seats"): 5, ("C-1", "Support"): 8, ("C-2", None): 11}


@pytest.mark.parametrize(
    "decoy",
    [
        'note = """\n[[contract]]\n[[contract.charge]]\n"""',
        "note = '''\n[[contract.charge]]\n'''",
        'note = """a \\""" \n[[contract]]\n""""',
        "# [[contract]]",
        'note = "# no remark" # but [[contract]] is one',
        'note = \'"""\'',
        'note = [\n  ["[[contract]]"],\n]',
    ],
)
def test_what_only_looks_like_a_heading_counts_for_none(decoy: str) -> None:
    text = (
        f'{decoy}\n[[contract]]\nid = "C-1"\n{decoy.replace("note", "remark")}\n[[contract.charge]]\nname = "Seats"\n'
    )
    above = decoy.count("\n") + 1
    assert lines_of(text) == {("C-1", None): above + 1, ("C-1", "Seats"): 2 * above + 3}


@pytest.mark.parametrize(
    "text",
    [
        'contract = [{ id = "C-1", charge = [{ name = "Seats" }] }]',
        '[["contract"]]\nid = "C-1"\n',
        '[contract]\nid = "C-1"\n',
    ],
)
def test_contracts_written_otherwise_have_no_line(text: str) -> None:
    assert lines_of(text) == {}


def test_charges_written_otherwise_leave_the_line_of_their_contract() -> None:
    text = '[[contract]]\nid = "C-1"\n[["contract"."charge"]]\nname = "Seats"\n'
    assert lines_of(text) == {("C-1", None): 1}


def test_a_file_is_read_once_and_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "contracts.toml"
    path.write_text(f"\ufeff{PLAIN}", encoding="utf-8")
    lines = ChargeLines()
    assert lines.find(str(path), "C-1", "Support") == 8
    path.unlink()
    assert lines.find(str(path), "C-1", "Seats") == 5
    assert lines.find(str(path), "C-1", "Seats + Support") == 2, "several charges stand under their contract"
    assert lines.find(str(path), "C-3") is None


@pytest.mark.parametrize(("name", "content"), [("c.json", "{}"), ("c.toml", "[[contract"), ("none.toml", None)])
def test_any_other_file_gives_no_line(tmp_path: Path, name: str, content: str | None) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8")
    assert ChargeLines().find(str(tmp_path / name), "C-1") is None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=5))
def test_a_heading_is_where_the_file_names_it(drawn: list[tuple[int, int]]) -> None:
    """Contracts with so many charges, and so many blank lines before each heading."""
    text = ""
    wanted: dict[tuple[str, str | None], int] = {}
    for number, (charges, blanks) in enumerate(drawn):
        text += "\n" * blanks
        wanted[f"C-{number}", None] = text.count("\n") + 1
        text += f'[[contract]]\nid = "C-{number}"\n'
        for index in range(charges):
            text += "\n" * blanks
            wanted[f"C-{number}", f"Charge {index}"] = text.count("\n") + 1
            text += f'[[contract.charge]]\nname = "Charge {index}"\n'
    assert lines_of(text) == wanted
