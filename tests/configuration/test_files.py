"""Configuration files: what they decide, and every fault by its smallest example."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from billcheck import ConfigurationRefusedError, load_configuration
from billcheck.configuration.rules import Configuration, CreditRules, Scope, Selector
from billcheck.configuration.shapes import CreditShape, CreditsShape, ScopeShape

if TYPE_CHECKING:
    from billcheck.contracts.kinds import Shape

PAGE = Path(__file__).parents[2].joinpath("docs", "reference", "configuration.md").read_text(encoding="utf-8")
TEXTS = 'Write ["A", "B"], also for a single one.'
TABLE = 'Write { key = "value" } in TOML or {"key": "value"} in JSON.'


def load(folder: Path, text: str) -> Configuration:
    path = folder / "billcheck.toml"
    path.write_text(text, encoding="utf-8")
    return load_configuration(path)


def refusals(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationRefusedError) as refused:
        load(folder, text)
    return [str(problem).removeprefix(f"{folder / 'billcheck.toml'}: ") for problem in refused.value.problems]


def test_every_key_is_read_and_folded(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        """
        [scope]
        ignore_accounts = ["620", "A  1"]
        ignore_items = ["Freight  Out"]
        ignore_customers = ["Hartwell Holding B.V."]
        [credits.rebate]
        accounts = ["8200"]
        [credits.write_off]
        items = ["WO"]
        patterns = ["Bad-debt!"]
        """,
    )
    assert found == Configuration(
        Scope(Selector(accounts=("620", "a 1"), items=("freight out",), customers=("hartwell holding bv",))),
        CreditRules(
            (("write_off", Selector(items=("wo",), patterns=(" bad debt ",))), ("rebate", Selector(accounts=("8200",))))
        ),
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[scope]\n", "\ufeff"])
def test_a_file_that_says_nothing_decides_nothing(tmp_path: Path, text: str) -> None:
    assert load(tmp_path, text) == Configuration()


def test_a_selector_made_by_hand_is_folded_and_holds_nothing_empty() -> None:
    selector = Selector(accounts=("A1", "a1 "), items=("",), customers=("...",), patterns=("--", "Late fee"))
    assert selector == Selector(accounts=("a1",), patterns=(" late fee ",))
    assert selector
    assert not Selector(customers=("...",), patterns=("?",))


FAULTS = [
    ("[scope", "", "This is not valid TOML."),
    ("[scop]", "scop", 'There is no such key here. Did you mean "scope"?'),
    ("zzz = 1", "zzz", "There is no such key here. Take it out, or see the reference of the configuration."),
    ("scope = 1", "scope", f"A table of keys is expected here. Found '1'. {TABLE}"),
    ("[scope]\nignore_account = []", "scope.ignore_account", 'no such key here. Did you mean "ignore_accounts"?'),
    ("[scope]\nignore_items = 'F'", "scope.ignore_items", f"A list of texts is expected here. Found 'F'. {TEXTS}"),
    ("[scope]\nignore_items = [5]", "scope.ignore_items #1", "A text in quotes is expected here. Found '5'."),
    ("[scope]\nignore_customers = ['A', ' ']", "scope.ignore_customers #2", "The text is empty, begins or ends with"),
    (
        "[scope]\nignore_customers = ['...']",
        "scope.ignore_customers #1",
        (
            "The text holds no letter and no digit, so no line could be told by it. Found '...'. "
            "Write what the lines bear."
        ),
    ),
    ("[credits.writeoff]", "credits.writeoff", 'There is no such key here. Did you mean "write_off"?'),
    (
        "[credits.rebate]\naccounts = ['A1']\n[credits.goodwill]\naccounts = ['a1']",
        "credits.rebate.accounts #1",
        "Another class of credits means the same lines. Found 'A1'. It stands in goodwill too; keep one.",
    ),
]


@pytest.mark.parametrize(("text", "place", "said"), FAULTS)
def test_a_fault_is_told_at_its_place(tmp_path: Path, text: str, place: str, said: str) -> None:
    (found,) = refusals(tmp_path, text)
    assert found.startswith(f"{place}: " if place else said)
    assert said in found or place == ""


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    assert len(refusals(tmp_path, "zzz = 1\n[scope]\nignore_items = [5, 6]\n[credits.rebate]\nitems = ['?']")) == 3


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationRefusedError, match=r"There is no such configuration file\. Check the path\."):
        load_configuration(tmp_path / "absent.toml")
    with pytest.raises(ConfigurationRefusedError, match=r"The file cannot be read\."):
        load_configuration(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'x = "\xe9"')
    with pytest.raises(ConfigurationRefusedError, match=r"line 1: The file is not UTF-8 text"):
        load_configuration(tmp_path / "latin.toml")


SECTIONS: dict[str, type[Shape]] = {"scope": ScopeShape, "credits": CreditsShape, "credits.CLASS": CreditShape}


@pytest.mark.parametrize("section", SECTIONS)
def test_the_reference_names_every_key_and_no_other(section: str) -> None:
    text = re.split(r"\n##", PAGE.split(f"\n## {section}\n", 1)[1], maxsplit=1)[0]
    keys = re.findall(r"^\| `([a-z_]+)` \|", text, flags=re.MULTILINE)
    assert keys == list(SECTIONS[section].model_fields)


def test_the_example_of_the_reference_is_read(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    assert set(tomllib.loads(example)) == {"scope", "credits"}
    found = load(tmp_path, example)
    assert found.scope.ignore
    assert len(found.credits.classes) == 4
