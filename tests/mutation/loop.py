"""A pytest plugin that runs the tests once for each mutant, in forks of one process that has collected them.

Comes in: the tests that pytest collected, and `--mutants`, a file with the names of the mutants. Goes out: beside that
file, `results.json`: what became of each. Starting pytest anew for every mutant costs more than running its tests, so
the tests are collected once, before any of them has run and while every memo is empty. Each mutant meets the tests that
call its function, those first that killed its neighbours, then the quickest first, until one fails or the time is up.
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
from typing import TYPE_CHECKING

from mutmut.configuration import config
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.state import state

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pytest

KILLED, SURVIVED, STOPPED, UNREACHED = "killed", "survived", "stopped", "unreached"
"""A mutant that is stopped ran much longer than its original, or took much more memory."""

MEMORY = 3 << 30


@dataclass(slots=True)
class Reached:
    """Which tests call a function, by their place among the tests, the quickest first, with CPU seconds."""

    tests: list[tuple[float, int]] = field(default_factory=list)
    killers: deque[int] = field(default_factory=lambda: deque(maxlen=8))

    def order(self, seconds: float) -> tuple[list[int], float]:
        """The tests for the next mutant, as many as fit into `seconds`, and the seconds they take."""
        taken: list[int] = []
        total = 0.0
        for duration, test in self.tests:
            if taken and total + duration > seconds:
                break
            taken.append(test)
            total += duration
        first = list(self.killers)
        return [*first, *(test for test in taken if test not in first)], total


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
    forget()
    config()
    gc.collect()
    gc.freeze()
    plan = session.config.getoption("mutants")
    reached = measure(session, plan.with_name("measured.json"))
    results = try_all(session, reached, list(json.loads(plan.read_text(encoding="utf-8"))))
    plan.with_name("results.json").write_text(json.dumps(results), encoding="utf-8")
    return True


def forget() -> None:
    """Empty the memos of the package."""
    for name, module in list(sys.modules.items()):
        if name.startswith("billcheck"):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


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


def measure(session: pytest.Session, path: Path) -> dict[str, Reached]:
    """Run every test once without a mutant: which functions it calls, and how long it takes."""
    child, failures = in_fork(session)
    if child == 0:
        set_mutant_under_test("stats")
        measured, began = [], process_time()
        for place in run(session.items, range(len(session.items)), failures):
            measured.append((process_time() - began, place, sorted(state()._stats)))
            state()._stats.clear()
            began = process_time()
        path.write_text(json.dumps(measured), encoding="utf-8")
        os._exit(failures.are_any)
    _, status = os.waitpid(child, 0)
    measured = json.loads(path.read_text(encoding="utf-8"))
    if status:
        raise RuntimeError(f"{session.items[measured[-1][1]].nodeid} fails without a mutant")
    reached: defaultdict[str, Reached] = defaultdict(Reached)
    for seconds, place, functions in sorted(measured):
        for function in functions:
            reached[function].tests.append((seconds, place))
    return reached


def try_all(session: pytest.Session, reached: dict[str, Reached], mutants: list[str]) -> dict[str, str]:
    """What became of each mutant; several are tried at a time."""
    results: dict[str, str] = {}
    running: dict[int, tuple[str, int]] = {}
    for number, mutant in enumerate(mutants):
        function = mutant.partition("__mutmut_")[0]
        if function not in reached:
            results[mutant] = UNREACHED
            continue
        while len(running) >= session.config.getoption("workers"):
            settle(running, results, reached)
        child, answer = start(session, mutant, reached[function])
        running[child] = mutant, answer
        if number % 100 == 0:
            dead = sum(result in {KILLED, STOPPED} for result in results.values())
            sys.stdout.write(f"\n{number} of {len(mutants)}, killed {dead} of {len(results)}")
            sys.stdout.flush()
            session.config.getoption("mutants").with_name("results.json").write_text(json.dumps(results))
    while running:
        settle(running, results, reached)
    return results


def start(session: pytest.Session, mutant: str, reached: Reached) -> tuple[int, int]:
    """Begin to try a mutant; the id of the process, and where it says which test has failed."""
    answer, ours = os.pipe()
    order, seconds = reached.order(session.config.getoption("seconds"))
    child, failures = in_fork(session)
    if child == 0:
        limit = int(process_time() + 3 * seconds + 3)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        set_mutant_under_test(mutant)
        for place in run(session.items, order, failures):
            if failures.are_any:
                os.write(ours, str(place).encode())
        os._exit(failures.are_any)
    os.close(ours)
    return child, answer


def settle(running: dict[int, tuple[str, int]], results: dict[str, str], reached: dict[str, Reached]) -> None:
    """Wait for the next process that ends, and note what became of its mutant."""
    child, status = os.wait()
    mutant, answer = running.pop(child)
    results[mutant] = {0: SURVIVED, 1: KILLED}.get(os.waitstatus_to_exitcode(status), STOPPED)
    with os.fdopen(answer) as pipe:
        killer = pipe.read()
    if killer:
        killers = reached[mutant.partition("__mutmut_")[0]].killers
        if int(killer) in killers:
            killers.remove(int(killer))
        killers.appendleft(int(killer))
