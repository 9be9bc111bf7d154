"""What the README tells a newcomer, what continuous integration runs and what is declared stay the same."""

from __future__ import annotations

import ast
import json
import re
import sys
from typing import TYPE_CHECKING

from tests.project.sources import ROOT, modules, project_table, text_of, tree

if TYPE_CHECKING:
    from collections.abc import Iterator

SESSIONS_OF_A_COMMIT = ["tests", "lint", "types", "layers", "docs"]


DISTRIBUTIONS = {
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "python_calamine": "python-calamine",
    "yaml": "pyyaml",
}
"""Distributions whose name is not that of the package to import."""


def name_of(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement)[0]


def imported_packages(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module.partition(".")[0]


def notebook_cells() -> Iterator[ast.Module]:
    """The code of the notebooks of the documentation, cell by cell."""
    for path in sorted((ROOT / "docs").rglob("*.ipynb")):
        if "_build" not in path.parts:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            yield from (ast.parse("".join(cell["source"])) for cell in cells if cell["cell_type"] == "code")


def declared() -> list[str]:
    """The names of all dependencies, also those of extras, as the project declares them."""
    project = project_table()["project"]
    extras = project["optional-dependencies"].values()
    requirements = [*project["dependencies"], *(item for extra in extras for item in extra)]
    return [name_of(requirement) for requirement in requirements]


def ci_commands() -> list[str]:
    return re.findall(r'^readonly (?:FIRST|SECOND)="(.*)"$', text_of(".ci/run"), re.MULTILINE)


def test_the_readme_tells_the_two_commands_that_ci_runs() -> None:
    blocks = re.findall(r"^```bash\n(.*?)^```", text_of("README.md"), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    commands = ci_commands()
    assert len(commands) == 2
    assert [line for line in lines if line in commands] == commands


def test_ci_runs_both_commands_each_in_an_environment_of_its_own() -> None:
    script = text_of(".ci/run")
    assert script.startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in script
    assert 'run_in "$work/first" "$FIRST"' in script
    assert 'run_in "$work/second" "$SECOND"' in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_ci_and_nox_run_the_same_sessions() -> None:
    noxfile = ast.parse(text_of("noxfile.py"))
    sessions = {node.name for node in noxfile.body if isinstance(node, ast.FunctionDef) and node.decorator_list}
    run_by_ci = {
        name for names in re.findall(r"nox --no-venv -s ([a-z ]+)", text_of(".ci/run")) for name in names.split()
    }
    assert {
        *SESSIONS_OF_A_COMMIT,
        "system",
        "bench",
        "simulate",
        "faults",
        "interruptions",
        "fuzz",
        "oracle",
        "wrong_terms",
        "pins",
        "coverage",
        "mutants",
    } == sessions
    assert run_by_ci == {*SESSIONS_OF_A_COMMIT, "system"} - {"tests"}


def test_ci_installs_what_system_tests_need_before_it_runs_them() -> None:
    script = text_of(".ci/run")
    assert script.index("\ninstall_programs\n") < script.index("nox --no-venv -s system")
    assert "readonly PROGRAMS=(libreoffice-calc libreoffice-writer chromium poppler-utils)" in script
    assert 'apt-get install -y -qq --no-install-recommends "${missing[@]}"' in script


def test_every_dependency_is_pinned_for_ci_without_addresses() -> None:
    lines = [line for line in text_of("constraints.txt").splitlines() if not line.startswith("#")]
    pinned = {re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower() for line in lines}
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!]*", line) for line in lines)
    assert [name for name in [*declared(), "hatchling"] if name.lower() not in pinned] == []


def test_every_dependency_has_its_reason_in_the_decision_log() -> None:
    log = text_of("docs/design/decisions.md")
    assert [name for name in [*declared(), "hatchling"] if f"`{name}`" not in log] == []


def test_the_package_imports_only_what_it_declares_and_the_log_names_what_is_not_used_yet() -> None:
    imported = {name for path in modules() for name in imported_packages(tree(path))} - {"billcheck"}
    distributions = {DISTRIBUTIONS.get(name, name) for name in imported - sys.stdlib_module_names}
    project = project_table()["project"]
    required = {name_of(requirement) for requirement in project["dependencies"]}
    extras = project["optional-dependencies"]
    optional = {name_of(item) for extra, items in extras.items() if extra != "dev" for item in items}
    assert optional <= {name_of(item) for item in extras["dev"]}, "the tests read and write every kind of file"
    assert distributions <= required | optional
    assert optional <= distributions | {name for cell in notebook_cells() for name in imported_packages(cell)}
    log = text_of("docs/design/decisions.md")
    unused = set(
        re.findall(r"^\| `([a-z-]+)` \| .*Nothing in the package imports it in this version", log, re.MULTILINE)
    )
    assert required - distributions == unused


def test_the_changelog_has_a_place_for_what_is_not_released() -> None:
    headings = re.findall(r"^## (.*)$", text_of("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "[Unreleased]"


def test_the_source_distribution_names_what_exists() -> None:
    included = project_table()["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert [name for name in included if not (ROOT / name).exists()] == []
