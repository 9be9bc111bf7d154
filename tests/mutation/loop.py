"""A pytest plugin that runs the tests once for each mutant, in forks of one process that has collected them.

Comes in: the tests that pytest collected, and `--mutants`, a file with the names of the mutants. Goes out: beside that
file, `results.json`: what became of each. Starting pytest anew for every mutant costs more than running its tests, so
the tests are collected once, before any of them has run and while every memo is empty. Each mutant meets the tests that
run its line: those first that killed its neighbours, then those that are quick and run what few others run. It lives
when none of them fails within the seconds allowed.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
from collections import defaultdict, deque
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from coverage import Coverage
from mutmut.mutation.trampoline import set_mutant_under_test

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pytest

KILLED, SURVIVED, STOPPED, UNREACHED = "killed", "survived", "stopped", "unreached"
"""A mutant that is stopped ran much longer than its original, or took much more memory."""

MEMORY = 3 << 30
EVERY = 50


@runtime_checkable
class Memo(Protocol):
    """A function that remembers its answers."""

    def cache_clear(self) -> None:
        """Forget them."""


class Place(NamedTuple):
    """Where the original of a mutant stands: the line that changes, and the first and last line of its function."""

    path: str
    line: int
    first: int
    last: int


@dataclass(slots=True)
class Measured:
    """What the tests do without a mutant: CPU seconds of each, and which of them run each line of each file; a rank."""

    seconds: list[float]
    tests_by_line: dict[str, dict[int, list[int]]]
    ranks: list[float]
    killers: defaultdict[str, deque[int]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=8)))

    def order(self, mutant: str, place: Place, seconds: float) -> tuple[list[int], float]:
        """The tests for a mutant, as many as fit into `seconds`, and the seconds they take."""
        lines = self.tests_by_line.get(place.path, {})
        # An expression over several lines may be run at its first one only, and the line of a definition by no test.
        near = (*range(place.line, place.first, -1), *range(place.first + 1, place.last + 1))
        line = next((line for line in near if lines.get(line)), None)
        reaching = sorted(lines[line], key=self.ranks.__getitem__) if line is not None else []
        taken: list[int] = []
        total = 0.0
        for test in reaching:
            if taken and total + self.seconds[test] > seconds:
                break
            taken.append(test)
            total += self.seconds[test]
        first = [test for test in self.killers[function_of(mutant)] if test in reaching]
        return [*first, *(test for test in taken if test not in first)], total


def function_of(mutant: str) -> str:
    """The function that a mutant changes, as mutmut spells it."""
    return mutant.partition("__mutmut_")[0]


@dataclass(slots=True)
class Failures:
    """Whether a test has failed."""

    are_any: bool = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest after each part of a test."""
        self.are_any |= report.failed


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of this plugin."""
    parser.addoption("--mutants", type=Path)
    parser.addoption("--seconds", type=float)
    parser.addoption("--workers", type=int)


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Run the tests for every mutant instead of once."""
    for memo in find_memos():
        memo.cache_clear()
    gc.collect()
    gc.freeze()
    path = session.config.getoption("mutants")
    plan = {name: Place(*place) for name, place in json.loads(path.read_text(encoding="utf-8")).items()}
    measured = measure(session, path.with_name("measured.json"), sorted({place.path for place in plan.values()}))
    results = try_all(session, measured, plan)
    path.with_name("results.json").write_text(json.dumps(results), encoding="utf-8")
    return True


def find_memos() -> list[Memo]:
    """Everything in the package that remembers what it was asked before."""
    modules = [module for name, module in sys.modules.items() if name.startswith("billcheck")]
    return [value for module in modules for value in list(vars(module).values()) if isinstance(value, Memo)]


def run(items: Sequence[pytest.Item], order: Iterable[int], failures: Failures) -> Iterable[int]:
    """Run tests; yields the place of each after it has run."""
    places = list(order)
    for place, after in zip(places, [*places[1:], None], strict=True):
        item = items[place]
        item.ihook.pytest_runtest_protocol(item=item, nextitem=None if after is None else items[after])
        yield place
        if failures.are_any:
            return


def in_fork(session: pytest.Session) -> tuple[int, Failures]:
    """Fork; in the child, whose id is 0, nothing is shown any more."""
    sys.stdout.flush()
    child, failures = os.fork(), Failures()
    if child == 0:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        session.config.pluginmanager.unregister(name="terminalreporter")
        session.config.pluginmanager.register(failures)
    return child, failures


def measure(session: pytest.Session, path: Path, files: list[str]) -> Measured:
    """Run every test once without a mutant: which lines of these files it runs, and how long it takes.

    Each test begins with empty memos, or it would seem not to run what another one has asked for before.
    """
    child, failures = in_fork(session)
    if child == 0:
        coverage = Coverage(data_file=None, include=files, config_file=False)
        seconds, began = [], process_time()
        coverage.start()
        coverage.switch_context("0")
        memos = find_memos()
        for place in run(session.items, range(len(session.items)), failures):
            seconds.append(process_time() - began)
            for memo in memos:
                memo.cache_clear()
            coverage.switch_context(str(place + 1))
            began = process_time()
        coverage.stop()
        data = coverage.get_data()
        lines = {file: data.contexts_by_lineno(file) for file in files}
        path.write_text(json.dumps([seconds, lines]), encoding="utf-8")
        os._exit(failures.are_any)
    _, status = os.waitpid(child, 0)
    seconds, lines = json.loads(path.read_text(encoding="utf-8"))
    if status:
        raise RuntimeError(f"{session.items[len(seconds) - 1].nodeid} fails without a mutant")
    tests_by_line = {
        file: {int(line): [int(test) for test in tests if test] for line, tests in by_line.items()}
        for file, by_line in lines.items()
    }
    return Measured(seconds, tests_by_line, ranks_of(seconds, tests_by_line))


def ranks_of(seconds: list[float], tests_by_line: dict[str, dict[int, list[int]]]) -> list[float]:
    """The lower the better: a test is quick, and runs a line that few others run."""
    fewest = [len(seconds)] * len(seconds)
    for by_line in tests_by_line.values():
        for tests in by_line.values():
            for test in tests:
                fewest[test] = min(fewest[test], len(tests))
    return [fewest[test] * duration for test, duration in enumerate(seconds)]


def try_all(session: pytest.Session, measured: Measured, plan: dict[str, Place]) -> dict[str, str]:
    """What became of each mutant; several are tried at a time."""
    results: dict[str, str] = {}
    running: dict[int, tuple[str, int]] = {}
    for number, (mutant, place) in enumerate(plan.items()):
        order, seconds = measured.order(mutant, place, session.config.getoption("seconds"))
        if not order:
            results[mutant] = UNREACHED
            continue
        while len(running) >= session.config.getoption("workers"):
            settle(running, results, measured)
        child, answer = start(session, mutant, order, seconds)
        running[child] = mutant, answer
        if number % EVERY == 0:
            dead = sum(result in {KILLED, STOPPED} for result in results.values())
            sys.stdout.write(f"\n{number} of {len(plan)}, killed {dead} of {len(results)}")
            sys.stdout.flush()
            session.config.getoption("mutants").with_name("partial.json").write_text(json.dumps(results))
    while running:
        settle(running, results, measured)
    return results


def start(session: pytest.Session, mutant: str, order: list[int], seconds: float) -> tuple[int, int]:
    """Begin to try a mutant; the id of the process, and where it says which test has failed."""
    answer, ours = os.pipe()
    child, failures = in_fork(session)
    if child == 0:
        limit = int(3 * seconds + 3)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        set_mutant_under_test(mutant)
        for place in run(session.items, order, failures):
            if failures.are_any:
                os.write(ours, str(place).encode())
        os._exit(failures.are_any)
    os.close(ours)
    return child, answer


def settle(running: dict[int, tuple[str, int]], results: dict[str, str], measured: Measured) -> None:
    """Wait for the next process that ends, and note what became of its mutant."""
    child, status = os.wait()
    mutant, answer = running.pop(child)
    results[mutant] = {0: SURVIVED, 1: KILLED}.get(os.waitstatus_to_exitcode(status), STOPPED)
    with os.fdopen(answer) as pipe:
        killer = pipe.read()
    if killer:
        killers = measured.killers[function_of(mutant)]
        if int(killer) in killers:
            killers.remove(int(killer))
        killers.appendleft(int(killer))
