"""The action and the hooks that other repositories use: their steps are run, and what they name exists."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from billcheck.cli.main import make_parser
from tests.cli.conftest import CONTRACTS, RIGHT, write_ledger
from tests.project.sources import ROOT, project_table, text_of

if TYPE_CHECKING:
    from pathlib import Path

ACTION: dict[str, Any] = yaml.safe_load(text_of("action.yml"))
HOOKS: list[dict[str, Any]] = yaml.safe_load(text_of(".pre-commit-hooks.yaml"))
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"] if "run" in step}
EXPRESSION = re.compile(r"\$\{\{ (inputs|github|steps)\.([a-z_.-]+) \}\}")


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str
    outputs: str
    words: list[str]


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A repository with contracts and two ledgers, committed on 15 April 2026; `billcheck` writes its words down."""
    (tmp_path / "contracts.toml").write_text(CONTRACTS, encoding="utf-8")
    write_ledger(tmp_path / "right.csv", RIGHT)
    write_ledger(tmp_path / "half.csv", [RIGHT[0], *(row.replace("100.00", "50.00") for row in RIGHT[1:])])
    programs = tmp_path / "bin"
    programs.mkdir()
    script = f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/words"\nexec "{sys.executable}" -m billcheck "$@"\n'
    (programs / "billcheck").write_text(script, encoding="utf-8")
    (programs / "billcheck").chmod(0o755)
    day = {"GIT_AUTHOR_DATE": "2026-04-15T12:00:00Z", "GIT_COMMITTER_DATE": "2026-04-15T12:00:00Z"}
    identity = ["-c", "user.name=A Bookkeeper", "-c", "user.email=books@example.org"]
    for words in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "Export"]):
        subprocess.run([program("git"), *words], cwd=tmp_path, env={**os.environ, **day}, check=True)
    return tmp_path


def program(name: str) -> str:
    found = shutil.which(name)
    assert found is not None
    return found


def run_step(name: str, folder: Path, **inputs: str) -> Done:
    """Run a step in bash, as the runner does, with the inputs given and the defaults of the others."""
    values = {key: str(entry.get("default", "")) for key, entry in ACTION["inputs"].items()}
    values |= {key.replace("_", "-"): value for key, value in inputs.items()}
    github = {"action_path": str(ROOT)}
    step = STEPS[name]
    environment = {
        key: EXPRESSION.sub(lambda found: (values if found[1] == "inputs" else github)[found[2]], text)
        for key, text in step.get("env", {}).items()
    }
    outputs = folder / "outputs"
    done = subprocess.run(
        [program("bash"), "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
        cwd=folder,
        env={
            "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "src"),
            "HOME": str(folder),
            "RUNNER_TEMP": str(folder / "temp"),
            "GITHUB_OUTPUT": str(outputs),
            "GITHUB_PATH": str(folder / "path"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            **{key: os.environ[key] for key in os.environ if key.startswith("PIP_")},
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    words = folder / "words"
    return Done(
        done.returncode,
        done.stdout,
        done.stderr,
        outputs.read_text() if outputs.exists() else "",
        words.read_text().splitlines() if words.exists() else [],
    )


def test_a_clean_check_passes_and_tells_its_code(workplace: Path) -> None:
    done = run_step("Check", workplace, ledgers="right.csv")
    assert (done.code, done.err, done.outputs) == (0, "", "exit-code=0\n")
    assert done.out.startswith("::notice title=billcheck::Verdict: clean.")
    assert done.words == ["check", "--as-of", "2026-04-15", "--format", "github", "--", "right.csv"]
    assert (workplace / "summary.md").read_text().startswith("# billcheck: clean\n")


def test_findings_fail_the_step_at_the_row_of_the_ledger(workplace: Path) -> None:
    done = run_step("Check", workplace, ledgers="half.csv")
    assert (done.code, done.outputs) == (1, "exit-code=1\n")
    assert "file=half.csv,line=3::" in done.out
    assert "file=contracts.toml,line=10::" in done.out


def test_what_cannot_be_checked_fails_the_step_with_its_own_code(workplace: Path) -> None:
    assert run_step("Check", workplace, ledgers="none.csv").outputs == "exit-code=2\n"
    text = (workplace / "right.csv").read_text()
    (workplace / "right.csv").write_text(f"{text}INV-4,2026-02-30,Hartwell Interieur,1,EUR,x\n")
    assert run_step("Check", workplace, ledgers="right.csv").outputs.endswith("exit-code=3\n")


def test_every_input_reaches_the_command_word_for_word(workplace: Path) -> None:
    done = run_step(
        "Check", workplace, ledgers="right.csv\nhalf.csv\n", contracts="contracts.toml", as_of="2026-04-15",
        covers="2026-01-01..2026-04-15", fail_on="none", redact="names", args="--grace-days\n3\r\n\n--exit-zero",
        outputs="sarif=out/a b.sarif\njunit=out/$(touch hacked).xml",
    )  # fmt: skip
    assert done.words == [
        "check", "--contracts", "contracts.toml", "--as-of", "2026-04-15", "--covers", "2026-01-01..2026-04-15",
        "--fail-on", "none", "--redact", "names", "--output", "sarif=out/a b.sarif",
        "--output", "junit=out/$(touch hacked).xml", "--grace-days", "3", "--exit-zero", "--format", "github", "--",
        "right.csv", "half.csv",
    ]  # fmt: skip
    assert done.code == 0
    assert sorted(path.name for path in (workplace / "out").iterdir()) == ["$(touch hacked).xml", "a b.sarif"]
    assert not (workplace / "hacked").exists()
    assert "Hartwell" not in done.out + (workplace / "summary.md").read_text()


def test_a_ledger_that_looks_like_an_option_is_a_ledger(workplace: Path) -> None:
    (workplace / "right.csv").rename(workplace / "--version")
    assert run_step("Check", workplace, ledgers="--version").code == 0


def test_every_input_and_output_is_used_and_no_script_holds_an_expression() -> None:
    environment = {key: text for step in STEPS.values() for key, text in step.get("env", {}).items()}
    used = {found[2] for text in environment.values() for found in EXPRESSION.finditer(text) if found[1] == "inputs"}
    used |= {
        found[2]
        for step in ACTION["runs"]["steps"]
        for text in map(str, step.get("with", {}).values())
        for found in EXPRESSION.finditer(text)
    }
    assert used == set(ACTION["inputs"])
    for step in STEPS.values():
        assert "${{" not in step["run"], "a text of somebody else's must never be part of a script"
        assert set(re.findall(r"\$\{?(BILLCHECK_[A-Z_]+)", step["run"])) == set(step["env"])
    assert EXPRESSION.findall(ACTION["outputs"]["exit-code"]["value"]) == [("steps", "check.outputs.exit-code")]
    assert ACTION["runs"]["using"] == "composite"
    assert {step["shell"] for step in STEPS.values()} == {"bash"}
    for entry in (*ACTION["inputs"].values(), *ACTION["outputs"].values()):
        assert entry["description"].endswith(".")


def test_the_installation_is_pinned_and_goes_on_the_path(workplace: Path) -> None:
    """With a Python that only writes down what it is asked to do."""
    log = workplace / "python.log"
    stub = workplace / "bin" / "python"
    stub.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$*" >> "{log}"\n'
        'if [ "$2" = venv ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; fi\n'
    )
    stub.chmod(0o755)
    done = run_step("Install billcheck", workplace)
    target = workplace / "temp" / "billcheck"
    assert (done.code, done.err) == (0, "")
    assert log.read_text().splitlines() == [
        f"-m venv {target}",
        f"-m pip install --quiet --disable-pip-version-check --constraint {ROOT}/constraints.txt {ROOT}[xlsx,yaml]",
    ]
    assert (workplace / "path").read_text() == f"{target}/bin\n"


@pytest.mark.system
def test_the_installation_gives_a_command_that_checks(workplace: Path) -> None:
    (workplace / "bin" / "python").symlink_to(sys.executable)
    assert run_step("Install billcheck", workplace).code == 0
    command = workplace / "temp" / "billcheck" / "bin" / "billcheck"
    (workplace / "bin" / "billcheck").unlink()
    (workplace / "bin" / "billcheck").symlink_to(command)
    done = run_step("Check", workplace, ledgers="half.csv")
    assert (done.code, done.outputs) == (1, "exit-code=1\n")


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_starts_a_command_there_is(hook: dict[str, Any]) -> None:
    assert {"id", "name", "description", "entry", "language", "files", "pass_filenames"} <= set(hook)
    assert (hook["language"], hook["pass_filenames"]) == ("python", False)
    script, *words = hook["entry"].split()
    assert script in project_table()["project"]["scripts"]
    ledgers = ["ledger.csv"] if words == ["check"] else []
    assert make_parser().parse_args([*words, *ledgers]).run
    extras = re.search(r"\[(.*)\]", hook["additional_dependencies"][0])
    assert extras is not None
    assert set(extras[1].split(",")) <= set(project_table()["project"]["optional-dependencies"])


@pytest.mark.parametrize(
    ("name", "hooks"),
    [
        ("contracts.toml", ["billcheck", "billcheck-contracts"]),
        ("clients/contracts/noord.yaml", ["billcheck", "billcheck-contracts"]),
        ("ledgers/2026-03.csv", ["billcheck"]),
        ("billcheck.toml", ["billcheck"]),
        ("decisions.toml", ["billcheck"]),
        ("README.md", []),
        ("pyproject.toml", []),
    ],
)
def test_hooks_run_for_the_files_they_read(name: str, hooks: list[str]) -> None:
    assert [hook["id"] for hook in HOOKS if re.search(hook["files"], name)] == hooks
