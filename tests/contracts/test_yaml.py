"""YAML files: read as they stand, and nothing else."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from billcheck.contracts.files import load_contracts
from billcheck.contracts.yaml_file import parse_yaml
from tests.contracts.samples import refusals

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.errors import Problem

CONTRACT = """\
contract:
  - id: "012"
    customer: no
    currency: EUR
    start: 2026-01-01
    owner: 12:30
    tags: [yes, 1_000, on]
    matching: { confirmed: true }
    charge:
      - name: Fee
        model: flat
        amount: 2400.50
        every: month
        timing: in_advance
        anchor_day: 15
"""


def write(folder: Path, text: str, name: str = "c.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_words_stay_words_and_decimals_are_exact(tmp_path: Path) -> None:
    (contract,) = load_contracts(write(tmp_path, CONTRACT, "c.yml"))
    assert (contract.id, contract.customer, contract.owner) == ("012", "no", "12:30")
    assert contract.tags == ("yes", "1_000", "on")
    assert contract.matching.confirmed is True
    assert contract.charges[0].anchor_day == 15


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2400.50", "2400.50"),
        ("0.1", "0.1"),
        ("007", "7"),
        ("2400", "2400"),
        ('"2400.10"', "2400.10"),
        ("'3'", "3"),
        ("1234567890.1234567890", "1234567890.1234567890"),
    ],
)
def test_an_amount_is_what_stands_there(tmp_path: Path, written: str, value: str) -> None:
    (contract,) = load_contracts(write(tmp_path, CONTRACT.replace("2400.50", written)))
    assert _amount(contract.charges[0]) == Decimal(value)


def _amount(charge: object) -> object:
    return charge.amount if hasattr(charge, "amount") else charge.price.amount  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "written", ["1_000", "1e3", ".5", "5.", "0x10", "0o17", ".inf", ".nan", "12:30", "1,000", "+5", "no", "2400.50 EUR"]
)
def test_anything_else_is_no_amount(tmp_path: Path, written: str) -> None:
    path = write(tmp_path, CONTRACT.replace("2400.50", written))
    (text,) = refusals(path)
    assert text.startswith(f'{path}: 012 "Fee" amount: This is not a plain decimal. Found {written!r}.')


REFUSED = [
    (CONTRACT.replace("no\n", "no\n    customer: yes\n"), "012 customer: The key stands twice in one table"),
    (CONTRACT.replace("no\n", "&x no\n"), "line 3: Contract files use no anchors, aliases, tags or further documents"),
    (CONTRACT.replace("no\n", "*x\n"), "line 3: Contract files use no anchors"),
    (CONTRACT.replace("no\n", "!!python/object:os.system no\n"), "line 3: Contract files use no anchors"),
    (CONTRACT.replace("no\n", "!!str no\n"), "line 3: Contract files use no anchors"),
    (CONTRACT + "---\n" + CONTRACT, "line 16: Contract files use no anchors"),
    ("%TAG ! tag:x,2000:\n---\n" + CONTRACT, "line 1: Contract files use no anchors"),
    (CONTRACT.replace("customer:", "? [a, b]\n    :"), "line 3: Contract files use no anchors"),
    (CONTRACT.replace("customer:", "<<: { owner: x }\n    customer:"), "012 <<: There is no such key here"),
    (CONTRACT.replace("customer: no", "customer: no\n   bad"), "line 4: This is not valid YAML"),
    (CONTRACT.replace("no\n", "\x01\n"), "line 3: This is not valid YAML"),
    (CONTRACT.replace("no\n", "117\n"), "012 customer: A text in quotes is expected here. Found '117'"),
    (CONTRACT.replace("true", "yes"), "012 matching.confirmed: Yes or no is expected here. Found 'yes'"),
    (CONTRACT.replace("true", "True"), "012 matching.confirmed: Yes or no is expected here. Found 'True'"),
    (CONTRACT.replace("no\n", "~\n"), "012 customer: A required key is missing"),
    ("contract: " + "[" * 200 + "]" * 200, "This is not valid YAML. Found 'tables or lists are nested too deeply'"),
    ("- 1\n", "A table of keys is expected here"),
    ("contract: []\n", "The file holds no contract"),
    ("just words", "A table of keys is expected here"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_what_yaml_files_are_refused_for(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)
    found = refusals(path)
    assert any(item.startswith(f"{path}: {message}") for item in found), found


def test_a_bomb_of_aliases_is_refused_before_it_grows(tmp_path: Path) -> None:
    lines = ["a: &a [x, x]"] + [
        f"{after}: &{after} [*{key}, *{key}]" for key, after in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    (text,) = refusals(write(tmp_path, "\n".join(lines)))
    assert "line 1: Contract files use no anchors" in text


def test_without_the_extra_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    path = write(tmp_path, CONTRACT)
    assert refusals(path) == [
        f"{path}: The package that reads this kind of file is not installed. Run: pip install 'billcheck[yaml]'"
    ]


def test_an_empty_document_holds_nothing() -> None:
    problems: list[Problem] = []
    assert parse_yaml("c.yaml", "# only a remark\n", problems) is None
    assert problems == []
