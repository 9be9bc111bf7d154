"""Rules of the house that no tool checks by itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from tests.project import rules
from tests.project.sources import PACKAGE, ROOT, modules, place, tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Rule = Callable[[ast.Module], Iterator[ast.AST]]


def offences(rule: Rule, allowed: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """Where the package breaks a rule; `allowed` names modules or folders of the package, each with its reason."""
    homes = [PACKAGE / name for name in allowed]
    return [
        place(path, node)
        for path in modules()
        if not any(path.is_relative_to(home) for home in homes)
        for node in rule(tree(path))
    ]


def test_function_bodies_stay_short() -> None:
    assert offences(rules.long_bodies) == []


def test_files_stay_short() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {str(path): length for path, length in lengths.items() if length > rules.LONGEST_FILE} == {}


def test_modules_are_named_after_things_of_the_domain() -> None:
    files = [*modules(), *modules(ROOT / "tests")]
    assert [path for path in files if rules.VAGUE_NAMES & {path.stem, *path.relative_to(ROOT).parts}] == []


def test_only_the_command_line_asks_what_day_it_is() -> None:
    allowed = {
        "cli": "`--as-of` may default to today, and says so",
        "connectors/patience.py": "how long a live ledger is waited for, and when it was read; no figure depends on it",
    }
    assert offences(rules.clock_readings, allowed) == []


def test_nothing_guesses_dates() -> None:
    assert offences(rules.guessing_date_parsers) == []


def test_decimals_are_made_of_literals_or_by_the_grammar() -> None:
    allowed = {
        "grammar.py": "it is the one place where text becomes an amount",
        "contracts/values.py": "the shape of contract files lets only plain decimals through, by a pattern",
        "connectors/files/invoice_xml/__init__.py": "the price of one unit, if ten decimals hold it, becomes a decimal",
        "connectors/files/workbook/formulas.py": "literals of formulas, found by a pattern, become decimals",
        "connectors/payload.py": "whole numbers of JSON become decimals",
        "connectors/snapshot_shapes.py": "digits of a snapshot, found by their form, become decimals",
        "spreadsheets.py": "numbers of a spreadsheet become decimals; its texts go through the grammar",
        "connectors/frames/values.py": "numbers of a data frame become decimals; its texts go through the grammar",
        "money.py": "whole minor units become decimals",
        "pricing/entry_mistakes.py": "the digits of a decimal, two of them swapped, become one again",
        "pricing/usage.py": "whole numbers become decimals",
        "pricing/models.py": "a whole number of packages becomes a decimal",
        "pricing/timeline.py": "a raised price, rounded to a whole number of its last digit, becomes a decimal",
        "pricing/wording.py": "whole numbers become decimals",
    }
    assert offences(rules.unchecked_decimals, allowed) == []


def test_no_float_stands_where_money_is_worked_out() -> None:
    allowed = {
        "cli": "widths and seconds of progress",
        "connectors/frames/columns.py": "numbers of 32 bits, as the user has them, get the shortest text they had",
        "spreadsheets.py": "the doubles of a workbook become decimals by their shortest text, or are refused",
        "contracts/faults.py": "how alike two words must be for a suggestion",
        "connectors/patience.py": "seconds to wait for a server",
        "connectors/http.py": "seconds to wait for a server",
        "connectors/login.py": "seconds to wait for somebody to sign in",
    }
    assert offences(rules.floats, allowed) == []


def test_only_the_console_prints() -> None:
    allowed = {"cli/console.py": "all that is printed goes through it, with no character that does anything"}
    assert offences(rules.prints, allowed) == []


def test_every_exception_names_something_that_exists() -> None:
    named = re.findall(r'^        "([a-z_/]+(?:\.py)?)": ', Path(__file__).read_text(encoding="utf-8"), re.MULTILINE)
    assert named
    assert [name for name in named if not (PACKAGE / name).exists()] == []


def test_invariants_hold_under_optimisation() -> None:
    assert offences(rules.assertions) == []


def test_every_module_says_what_it_is_for() -> None:
    assert [str(path) for path in modules() if not ast.get_docstring(tree(path))] == []


LONG_BODY = "def work():\n" + "    step()\n" * (rules.LONGEST_BODY + 1)


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (rules.long_bodies, LONG_BODY),
        (rules.long_bodies, f"class Room:\n{''.join(f'    {line}' for line in LONG_BODY.splitlines(keepends=True))}"),
        (rules.clock_readings, "from datetime import date\ndate.today()"),
        (rules.clock_readings, "import datetime\ndatetime.datetime.now(datetime.UTC)"),
        (rules.clock_readings, "import time\ntime.monotonic()"),
        (rules.clock_readings, "from time import perf_counter"),
        (rules.clock_readings, "from datetime import date\nclock = date.today"),
        (rules.prints, "print(name)"),
        (rules.prints, "import sys\nsys.stderr.write(name)"),
        (rules.guessing_date_parsers, "from dateutil.parser import parse"),
        (rules.guessing_date_parsers, "from dateutil import parser"),
        (rules.guessing_date_parsers, "import dateutil.parser"),
        (rules.guessing_date_parsers, "from dateutil import rrule"),
        (rules.unchecked_decimals, "Decimal(raw)"),
        (rules.unchecked_decimals, "decimal.Decimal(row['amount'])"),
        (rules.unchecked_decimals, "Decimal(value=text)"),
        (rules.floats, "price = 0.5"),
        (rules.floats, "float(text)"),
        (rules.assertions, "assert paid == billed"),
    ],
)
def test_every_rule_fires(rule: Rule, source: str) -> None:
    assert len(list(rule(ast.parse(source)))) == 1


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (rules.long_bodies, "def work():\n    '''" + "\n" * 80 + "'''\n    step()\n"),
        (rules.long_bodies, "def work():\n" + "    step()\n" * rules.LONGEST_BODY),
        (rules.clock_readings, "date.fromisoformat(text)"),
        (rules.guessing_date_parsers, "from dateutil.relativedelta import relativedelta"),
        (rules.unchecked_decimals, "Decimal(100)"),
        (rules.unchecked_decimals, "Decimal('21')"),
        (rules.floats, "share = 3"),
    ],
)
def test_no_rule_cries_without_need(rule: Rule, source: str) -> None:
    assert list(rule(ast.parse(source))) == []
