"""Configuration files: what they decide, and every fault by its smallest example."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from billcheck import ConfigurationRefusedError, Limits, load_configuration
from billcheck.configuration.files import find_configuration
from billcheck.configuration.rules import (
    Configuration,
    CreditRules,
    Files,
    LedgerFile,
    Scope,
    Selector,
    Thresholds,
)
from billcheck.configuration.shapes import (
    ConfigurationShape,
    CreditShape,
    CreditsShape,
    LedgerShape,
    LimitsShape,
    ScopeShape,
    ThresholdsShape,
)
from billcheck.findings import KINDS

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
        contracts = ["contracts", "more/c.toml"]
        ledgers = ["a.csv"]
        quantities = ["usage.csv"]
        profile = "generic"
        profiles = ["profiles"]
        currency = "EUR"
        decisions = "../decisions.toml"
        [[ledger]]
        path = "us"
        profile = "own/acme.toml:month-first"
        currency = "USD"
        sheet = "May"
        [[ledger]]
        path = "b.csv"
        [thresholds]
        fail_on = ["missing", "habit"]
        min_amounts = { EUR = "5.00", JPY = 7 }
        grace_days = 0
        covers = { first_day = 2026-01-01, last_day = "2026-08-31" }
        control_totals = { EUR = "-12.50" }
        [scope]
        check_from = 2026-01-01
        check_until = "2026-06-30"
        contracts = ["C-1"]
        customers = ["Hartwell"]
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
    tables = (
        LedgerFile(str(tmp_path / "us"), str(tmp_path / "own/acme.toml:month-first"), "USD", "May"),
        LedgerFile(str(tmp_path / "b.csv")),
    )
    assert found == Configuration(
        Scope(
            Selector(accounts=("620", "a 1"), items=("freight out",), customers=("hartwell holding bv",)),
            date(2026, 1, 1),
            date(2026, 6, 30),
            ("C-1",),
            ("Hartwell",),
        ),
        CreditRules(
            (("write_off", Selector(items=("wo",), patterns=(" bad debt ",))), ("rebate", Selector(accounts=("8200",))))
        ),
        Thresholds(
            frozenset({"missing", "habit"}),
            {"EUR": Decimal("5.00"), "JPY": Decimal(7)},
            0,
            (date(2026, 1, 1), date(2026, 8, 31)),
            {"EUR": Decimal("-12.50")},
        ),
        Files(
            (str(tmp_path / "contracts"), str(tmp_path / "more/c.toml")),
            (str(tmp_path / "a.csv"), *tables),
            (str(tmp_path / "usage.csv"),),
            "generic",
            str(tmp_path / "../decisions.toml"),
            "EUR",
            (str(tmp_path / "profiles"),),
        ),
    )
    assert found.place == str(tmp_path / "billcheck.toml")


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
    ("ledgres = ['a.csv']", "ledgres", 'There is no such key here. Did you mean "ledgers"?'),
    ("contracts = 'c.toml'", "contracts", f"A list of texts is expected here. Found 'c.toml'. {TEXTS}"),
    ("ledger = ['a.csv']", "ledger #1", f"A table of keys is expected here. Found 'a.csv'. {TABLE}"),
    ("[[ledger]]\nprofile = 'generic'", "ledger #1.path", 'Add it, for example path = "exports/nl".'),
    ("[[ledger]]\npath = 'a'\nperiod = 'b'", "ledger #1.period", "There is no such key here."),
    ("[[ledger]]\npath = 'a'\nsheet = 0", "ledger #1.sheet", ""),
    ("[[ledger]]\npath = 'a'\ncurrency = 'Euro'", "ledger #1.currency", "This is not a currency code of ISO 4217."),
    ("currency = 'eur'", "currency", "This is not a currency code of ISO 4217. Found 'eur'. Write three capitals"),
    ("profile = 1", "profile", "A text in quotes is expected here. Found '1'."),
    ("[thresholds]\ngrace = 1", "thresholds.grace", 'There is no such key here. Did you mean "grace_days"?'),
    ("[thresholds]\ngrace_days = -1", "thresholds.grace_days", "A number of days from 0 to 366 is expected here."),
    ("[thresholds]\nfail_on = ['mising']", "thresholds.fail_on #1", "Found 'mising'. Did you mean \"missing\"?"),
    ("[thresholds]\nfail_on = ['?']", "thresholds.fail_on #1", "no such kind of finding. Found '?'. Write one of: un"),
    ("[thresholds]\nfail_on = ['none', 'habit']", "thresholds.fail_on", "This asks for no kind of finding and for m"),
    ("[thresholds]\nmin_amounts = '5'", "thresholds.min_amounts", "Amounts by currency are expected here. Found '5'."),
    ("[thresholds]\nmin_amounts = { EUR = 5.5 }", "thresholds.min_amounts", "Amounts by currency are expected here."),
    ("[thresholds]\nmin_amounts = { EUR = '-1' }", "thresholds.min_amounts.EUR", "A least amount cannot be negative."),
    ("[thresholds]\nmin_amounts = { XXX = '1' }", "thresholds.min_amounts.XXX", "not a currency code of ISO 4217"),
    ("[thresholds]\ncontrol_totals = { JPY = '1.5' }", "thresholds.control_totals.JPY", "has more decimals than its"),
    ("[thresholds]\ncovers = 2026-01-01", "thresholds.covers", "A table of keys is expected here."),
    ("[thresholds.covers]\nfirst_day = 2026-01-01", "thresholds.covers.last_day", "A required key is missing. Add it"),
    (
        "[thresholds.covers]\nfirst_day = 2026-02-01\nlast_day = 2026-01-31",
        "thresholds.covers.last_day",
        "The last day lies before the first. Found '2026-01-31'. Both days are included.",
    ),
    ("[scope]\ncheck_from = '2026-02-30'", "scope.check_from", "There is no such day in the calendar."),
    ("[scope]\ncheck_from = 2026-02-01\ncheck_until = 2026-01-31", "scope.check_until", "lies before the first."),
    ("[scope]\ncustomers = ['...']", "scope.customers #1", "The text holds no letter and no digit"),
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


@pytest.mark.parametrize(("words", "kinds"), [('"any"', frozenset(KINDS)), ('"none"', frozenset()), ("", frozenset())])
def test_any_and_no_kind_may_fail(tmp_path: Path, words: str, kinds: frozenset[str]) -> None:
    assert load(tmp_path, f"[thresholds]\nfail_on = [{words}]").thresholds.fail_on == kinds


def test_a_table_of_pyproject_is_the_same(tmp_path: Path) -> None:
    shared = tmp_path / "pyproject.toml"
    shared.write_text('[tool.billcheck]\nledgers = ["a.csv"]\n[tool.billcheck.scope]\ncontracts = ["C-1"]\n')
    found = load_configuration(shared)
    assert found == load(tmp_path, 'ledgers = ["a.csv"]\n[scope]\ncontracts = ["C-1"]\n')
    assert found.place == str(shared)
    shared.write_text("[tool.billcheck]\nledgres = 1\n")
    with pytest.raises(ConfigurationRefusedError, match=r'\[tool\.billcheck\]: ledgres: There is no .* "ledgers"\?'):
        load_configuration(shared)
    shared.write_text("[tool.other]\n")
    with pytest.raises(ConfigurationRefusedError, match=r"The file holds no table \[tool\.billcheck\]\. Add one, or"):
        load_configuration(shared)


def test_the_nearest_configuration_counts(tmp_path: Path) -> None:
    below = tmp_path / "one" / "two"
    below.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    assert find_configuration(below) is None
    (tmp_path / "pyproject.toml").write_text("[tool.billcheck]\n")
    assert find_configuration(below) == f"{below}/../../pyproject.toml"
    (tmp_path / "one" / "billcheck.toml").touch()
    assert find_configuration(below) == f"{below}/../billcheck.toml"
    assert find_configuration(tmp_path / "one") == f"{tmp_path}/one/billcheck.toml"
    (below / "pyproject.toml").write_text("[tool.other]\nname = 'billcheck'\n")
    (below / "billcheck.toml").mkdir()
    assert find_configuration(below) == f"{below}/../billcheck.toml"


def test_nothing_above_the_repository_counts(tmp_path: Path) -> None:
    below = tmp_path / "repository"
    (below / ".git").mkdir(parents=True)
    (tmp_path / "billcheck.toml").touch()
    assert find_configuration(below) is None


def test_a_folder_with_both_is_refused(tmp_path: Path) -> None:
    (tmp_path / "billcheck.toml").touch()
    (tmp_path / "pyproject.toml").write_text("[tool.billcheck]\n")
    with pytest.raises(ConfigurationRefusedError, match=r"There are both a billcheck\.toml and .* Keep one of them\."):
        find_configuration(tmp_path)


@pytest.mark.parametrize(("text", "is_meant"), [("[tool.billcheck\n", True), ("# billcheck [\n[", False)])
def test_a_pyproject_that_is_no_toml_counts_if_it_seems_to_mean_us(
    tmp_path: Path, text: str, *, is_meant: bool
) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    (tmp_path / ".git").mkdir()
    assert find_configuration(tmp_path) == (f"{tmp_path}/pyproject.toml" if is_meant else None)
    (tmp_path / "pyproject.toml").write_bytes(b"billcheck \xff")
    assert find_configuration(tmp_path) is None


SECTIONS: dict[str, type[Shape]] = {
    "limits": LimitsShape,
    "thresholds": ThresholdsShape,
    "ledger": LedgerShape,
    "scope": ScopeShape,
    "credits": CreditsShape,
    "credits.CLASS": CreditShape,
}


def test_the_reference_names_every_key_above_the_tables() -> None:
    text = re.split(r"\n##", PAGE.split("\n## files\n", 1)[1], maxsplit=1)[0]
    keys = re.findall(r"^\| `([a-z_]+)` \|", text, flags=re.MULTILINE)
    assert [*keys, "limits", "thresholds", "scope", "credits"] == list(ConfigurationShape.model_fields)


@pytest.mark.parametrize("section", SECTIONS)
def test_the_reference_names_every_key_and_no_other(section: str) -> None:
    text = re.split(r"\n##", PAGE.split(f"\n## {section}\n", 1)[1], maxsplit=1)[0]
    keys = re.findall(r"^\| `([a-z_]+)` \|", text, flags=re.MULTILINE)
    assert keys == list(SECTIONS[section].model_fields)


def test_the_example_of_the_reference_is_read(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
    assert set(tomllib.loads(example)) == set(ConfigurationShape.model_fields)
    assert set(tomllib.loads(example)["scope"]) == set(ScopeShape.model_fields)
    assert set(tomllib.loads(example)["thresholds"]) == set(ThresholdsShape.model_fields)
    found = load(tmp_path, example)
    assert found.scope.ignore
    assert len(found.credits.classes) == 4


def test_limits_are_read_by_name(tmp_path: Path) -> None:
    assert load(tmp_path, "[limits]\nrows = 7\nxml_depth = 500\n").files.limits == {"rows": 7, "xml_depth": 500}
    assert load(tmp_path, "").files.limits == {}
    assert list(LimitsShape.model_fields) == [one.name for one in fields(Limits)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("row = 7", "limits.row: "),
        ("rows = 0", "limits.rows: A whole number of at least 1 is expected here. Found '0'."),
        ('file_bytes = "5 MB"', "limits.file_bytes: A whole number of at least 1 is expected here. Found '5 MB'."),
        ("rows = true", "limits.rows: A whole number of at least 1 is expected here."),
        (
            "field_bytes = 131073",
            "limits.field_bytes: The limit cannot be set so high. Found '131,073'. At most 131,072 can be set.",
        ),
        ("xml_depth = 501", "limits.xml_depth: The limit cannot be set so high. Found '501'. At most 500 can be set."),
    ],
)
def test_what_is_no_limit_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (found,) = refusals(tmp_path, f"[limits]\n{text}\n")
    assert message in found
