"""Change the code in one place at a time and see whether a test fails: `python -m tests.mutation.run periods`.

Comes in: parts of the package, as `periods`, `engine` or `engine/align.py`; `--seconds` of tests for each mutant. Goes
out: how many mutants each module has and how many were killed, and the survivors by function, each with its change.
Exit code 1 where fewer than 90 % were killed. mutmut makes the mutants; `loop.py` says how they are tried.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from difflib import unified_diff
from pathlib import Path

from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import get_mutant_name

from tests.mutation.loop import KILLED, STOPPED, UNREACHED

ROOT = Path(__file__).parents[2]
SOURCE = Path("src/billcheck")
PARTS = ("periods", "engine")
ENOUGH_PERCENT = 90
QUIETLY = ("-p", "no:cacheprovider", "-q", "--tb=no", "--assert=plain")
DATA = {SOURCE / "periods" / "vocabulary.py"}
"""Modules that hold words and no decisions."""

TESTS = (
    "tests/engine",
    "tests/periods",
    "tests/test_cases.py::test_case_comes_out_as_a_bookkeeper_expects",
    "tests/test_sentences.py",
)
"""Those of them marked as large are left out."""


def modules(parts: list[str]) -> list[Path]:
    """The modules of the package in these parts, by name."""
    paths = {
        path
        for part in parts
        for path in ([SOURCE / part] if part.endswith(".py") else sorted((ROOT / SOURCE / part).glob("*.py")))
    }
    return sorted(path for path in (Path(os.path.relpath(ROOT / path, ROOT)) for path in paths) if path not in DATA)


def write_mutants(paths: list[Path], folder: Path) -> dict[str, list[str]]:
    """Write a copy of the project in which these modules hold their mutants; the change that each mutant makes."""
    for name in ("src", "tests"):
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    changes = {}
    for path in paths:
        mutated = mutate_file_contents(str(path), (ROOT / path).read_text(encoding="utf-8"))
        (folder / path).write_text(mutated.code, encoding="utf-8")
        lines = mutated.code.splitlines()
        spans = mutated.line_span_by_function_name
        for name in mutated.mutant_names:
            before = spans[name.partition("__mutmut_")[0] + "__mutmut_orig"]
            changes[get_mutant_name(path, name)] = change(
                lines[before.start - 1 : before.end], lines[spans[name].start - 1 : spans[name].end]
            )
    return changes


def change(before: list[str], after: list[str]) -> list[str]:
    """The lines that differ, but for the names of the two functions."""
    lines = list(unified_diff(before, after, lineterm="", n=0))[2:]
    return [line for line in lines if line[0] in "+-" and "__mutmut_" not in line]


def report(changes: dict[str, list[str]], results: dict[str, str]) -> bool:
    """Print the counts and the survivors; whether enough were killed."""
    by_module = defaultdict(list)
    for mutant in changes:
        by_module[mutant.rpartition(".")[0]].append(mutant)
    for mutant, lines in changes.items():
        if results[mutant] not in {KILLED, STOPPED}:
            write(f"\n{mutant}: {results[mutant]}", *lines)
    write("")
    for module, mutants in sorted(by_module.items()):
        write(count(module, [results[mutant] for mutant in mutants]))
    write(count("all", list(results.values())))
    killed = sum(result in {KILLED, STOPPED} for result in results.values())
    return killed * 100 >= ENOUGH_PERCENT * len(results)


def count(name: str, results: list[str]) -> str:
    """One line of counts."""
    killed = sum(result in {KILLED, STOPPED} for result in results)
    stopped, unreached = results.count(STOPPED), results.count(UNREACHED)
    share = f"{killed / len(results):6.1%}" if results else "     -"
    return f"{share}  {killed:5} of {len(results):5}  (stopped {stopped}, unreached {unreached})  {name}"


def write(*lines: str) -> None:
    """Print."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def known_dead(changes: dict[str, list[str]], folder: Path) -> dict[str, str]:
    """What an earlier run killed of these mutants, by the names and changes it wrote down."""
    paths = folder / "changes.json", folder / "results.json"
    if not all(path.exists() for path in paths):
        return {}
    before, results = (json.loads(path.read_text(encoding="utf-8")) for path in paths)
    return {
        mutant: result
        for mutant, result in results.items()
        if result in {KILLED, STOPPED} and before[mutant] == changes.get(mutant)
    }


def try_mutants(changes: dict[str, list[str]], options: argparse.Namespace) -> dict[str, str]:
    """Run the tests for each mutant; what became of it."""
    dead = known_dead(changes, options.folder) if options.again else {}
    plan = options.folder.resolve() / "plan.json"
    plan.write_text(json.dumps([mutant for mutant in changes if mutant not in dead]), encoding="utf-8")
    plan.with_name("changes.json").write_text(json.dumps(changes), encoding="utf-8")
    how = ["-p", "tests.mutation.loop", "-p", "tests.mutation.quick", "-m", "not system and not large", *QUIETLY]
    limits = [f"--mutants={plan}", f"--seconds={options.seconds}", f"--workers={options.workers}"]
    subprocess.run(
        [sys.executable, "-m", "pytest", *how, *limits, *(options.tests or TESTS)],
        cwd=plan.parent,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(plan.parent / "src"), str(plan.parent)])},
        check=True,
    )
    results: dict[str, str] = dead | json.loads(plan.with_name("results.json").read_text(encoding="utf-8"))
    plan.with_name("results.json").write_text(json.dumps(results), encoding="utf-8")
    return results


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=PARTS)
    parser.add_argument("--seconds", type=float, default=10.0, help="of tests for each mutant, as measured without one")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--again", action="store_true", help="only those that the run before has not killed")
    parser.add_argument("--folder", type=Path, default=ROOT / "mutants", help="where to write the mutants")
    parser.add_argument("--tests", action="append", help="only these tests")
    options = parser.parse_args(arguments)
    paths = modules(list(options.parts))
    if not paths:
        parser.error(f"no module of {SOURCE} is in {' '.join(options.parts)}")
    changes = write_mutants(paths, options.folder)
    return 0 if report(changes, try_mutants(changes, options)) else 1


if __name__ == "__main__":
    sys.exit(main())
