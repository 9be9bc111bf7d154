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
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import get_mutant_name

from tests.mutation.loop import KILLED, STOPPED, UNREACHED

ROOT = Path(__file__).parents[2]
SOURCE = Path("src/billcheck")
PARTS = ("periods", "engine", "pricing", "period.py")
ENOUGH_PERCENT = 90
QUIETLY = ("-p", "no:cacheprovider", "-q", "--tb=no", "--assert=plain")
DATA = {SOURCE / "periods" / "vocabulary.py"}
"""Modules that hold words and no decisions."""

TESTS = (
    "tests/engine",
    "tests/periods",
    "tests/pricing",
    "tests/test_period.py",
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


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the lines taken out and put in, and where, in the file with all mutants, its original stands.

    `line` is the first line that changes, `first` and `last` are those of the function.
    """

    change: tuple[str, ...]
    path: str
    line: int
    first: int
    last: int


def write_mutants(paths: list[Path], folder: Path) -> dict[str, Mutant]:
    """Write a copy of the project in which these modules hold their mutants; the mutants by name."""
    for name in ("src", "tests"):
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    mutants = {}
    for path in paths:
        mutated = mutate_file_contents(str(path), (ROOT / path).read_text(encoding="utf-8"))
        (folder / path).write_text(mutated.code, encoding="utf-8")
        lines = mutated.code.splitlines()
        spans = mutated.line_span_by_function_name
        for name in mutated.mutant_names:
            old, new = spans[name.partition("__mutmut_")[0] + "__mutmut_orig"], spans[name]
            before, after = lines[old.start - 1 : old.end], lines[new.start - 1 : new.end]
            pairs = enumerate(zip(before, after, strict=False))
            at = next((at for at, pair in pairs if is_changed(*pair)), 0)  # 0: the line that defines the function
            mutants[get_mutant_name(path, name)] = Mutant(
                change(before, after), str(folder.resolve() / path), old.start + at, old.start, old.end
            )
    return mutants


def is_changed(before: str, after: str) -> bool:
    """Whether two lines differ, but for the names of the two functions."""
    return before != after and "__mutmut_" not in before


def change(before: list[str], after: list[str]) -> tuple[str, ...]:
    """The lines that differ, but for the names of the two functions."""
    lines = list(unified_diff(before, after, lineterm="", n=0))[2:]
    return tuple(line for line in lines if line[0] in "+-" and "__mutmut_" not in line)


def report(mutants: dict[str, Mutant], results: dict[str, str]) -> bool:
    """Print the counts and the survivors; whether enough were killed."""
    by_module = defaultdict(list)
    for name in mutants:
        by_module[name.rpartition(".")[0]].append(name)
    for name, mutant in mutants.items():
        if results[name] not in {KILLED, STOPPED}:
            write(f"\n{name}: {results[name]}", *mutant.change)
    write("")
    for module, names in sorted(by_module.items()):
        write(count(module, [results[name] for name in names]))
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


def known_dead(mutants: dict[str, Mutant], folder: Path) -> dict[str, str]:
    """What an earlier run killed of these mutants, by the names and changes it wrote down."""
    paths = folder / "changes.json", folder / "results.json"
    if not all(path.exists() for path in paths):
        return {}
    before, results = (json.loads(path.read_text(encoding="utf-8")) for path in paths)
    return {
        name: result
        for name, result in results.items()
        if result in {KILLED, STOPPED} and name in mutants and before[name] == list(mutants[name].change)
    }


def try_mutants(mutants: dict[str, Mutant], options: argparse.Namespace) -> dict[str, str]:
    """Run the tests for each mutant; what became of it."""
    dead = known_dead(mutants, options.folder) if options.again else {}
    plan = options.folder.resolve() / "plan.json"
    alive = {
        name: (mutant.path, mutant.line, mutant.first, mutant.last)
        for name, mutant in mutants.items()
        if name not in dead
    }
    plan.write_text(json.dumps(alive), encoding="utf-8")
    changes = {name: mutant.change for name, mutant in mutants.items()}
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
    mutants = write_mutants(paths, options.folder)
    return 0 if report(mutants, try_mutants(mutants, options)) else 1


if __name__ == "__main__":
    sys.exit(main())
