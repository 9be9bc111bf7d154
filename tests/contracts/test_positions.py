"""The line of a charge in its file: found where it is certain, and nowhere else."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.contracts.positions import ChargeLines, find_lines, json_headings, toml_headings, yaml_headings

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
    return find_lines(toml_headings(text), tomllib.loads(text))


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


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("c.json", "{}"),
        ("c.json", "[{"),
        ("c.yaml", ""),
        ("c.yaml", "a: ["),
        ("c.csv", "contract\nC-1\n"),
        ("c.toml", "[[contract"),
        ("none.toml", None),
    ],
)
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


JSON = """\
{
  "contract": [
    {
      "id": "C-1", "note": "{ \\"contract\\": [ {",
      "charge": [
        {"name": "Seats", "tiers": [{"up_to": "10"}]},

        {"name": "Support"}
      ]
    },
    {"id": "C-2", "charge": []}
  ]
}
"""

YAML = """\
# agreements
contract:
  - id: C-1
    note: "contract: - id"
    charge:
      - name: Seats
        tiers: [{up_to: "10"}]

      - name: Support
  - id: C-2
    charge: []
"""


def test_contracts_in_json_and_yaml_have_lines_too(tmp_path: Path) -> None:
    assert find_lines(json_headings(JSON), json.loads(JSON)) == {
        ("C-1", None): 3,
        ("C-1", "Seats"): 6,
        ("C-1", "Support"): 8,
        ("C-2", None): 11,
    }
    for name, text, line in (("c.json", JSON, 8), ("c.yaml", YAML, 9), ("c.yml", YAML, 9)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert ChargeLines().find(str(tmp_path / name), "C-1", "Support") == line
        assert ChargeLines().find(str(tmp_path / name), "C-2", "Other") == line + (3 if name == "c.json" else 1)


@pytest.mark.parametrize("text", ["[]", "- 1", "contract: no", "contract:\n  - 1\n"])
def test_yaml_of_another_shape_has_no_lines(text: str) -> None:
    assert find_lines(yaml_headings(text), {}) == {}


@given(st.lists(st.integers(0, 3), min_size=1, max_size=4), st.sampled_from([None, 1, 4]))
def test_json_as_anybody_may_lay_it_out(charges: list[int], indent: int | None) -> None:
    tables = {
        "other": [{"contract": [{"id": "no"}]}],
        "contract": [
            {"id": f"C-{number}", "charge": [{"name": f"Charge {index}"} for index in range(count)]}
            for number, count in enumerate(charges)
        ],
    }
    text = json.dumps(tables, indent=indent)
    lines = find_lines(json_headings(text), tables)
    assert len(lines) == len(charges) + sum(charges)
    for (contract, charge), line in lines.items():
        below = "\n".join(text.split("\n")[line - 1 :])
        name = contract if charge is None else charge
        assert name in (below if indent is None else "".join(below.split("\n")[:2]))
