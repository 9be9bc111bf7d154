"""The one task runner: every check of the project by name.

`nox` runs what a commit must pass; `nox -s NAME` one session; `nox --no-venv -s NAME` uses the environment that is
active, as `.ci/run` does. Arguments after `--` go to the program of the session.
"""

from __future__ import annotations

from pathlib import Path

import nox
from nox.virtualenv import PassthroughEnv

nox.options.sessions = ["tests", "lint", "types", "layers", "docs"]
nox.options.reuse_existing_virtualenvs = True

ROOT = Path(__file__).parent
PINS = ROOT / "constraints.txt"
BUILD_TOOLS = ("hatchling", "tomlkit", "trove-classifiers")
"""What building the package needs beyond the dev extra; pip fetches it by itself, so it is pinned by name."""

REACHING = (
    "tests/engine",
    "tests/periods",
    "tests/grammar",
    "tests/test_period.py",
    "tests/test_money.py",
    "tests/pricing",
    "tests/connectors/test_shares.py",
    "tests/acceptance/test_processes.py",
    "tests/test_cases.py",
    "tests/test_sentences.py",
)
"""The tests that reach every branch whose coverage is counted; the others of the suite would reach none more."""


def _install(session: nox.Session) -> None:
    """Install the project in the versions of `constraints.txt`, unless the active environment is to be used."""
    if not isinstance(session.virtualenv, PassthroughEnv):
        session.install("-e", ".[dev]", env={"PIP_CONSTRAINT": str(PINS), "PIP_BUILD_CONSTRAINT": str(PINS)})


@nox.session
def tests(session: nox.Session) -> None:
    """All tests that need nothing but Python, the examples of the documentation among them."""
    _install(session)
    session.run("pytest", *session.posargs)


@nox.session
def system(session: nox.Session) -> None:
    """The tests that need a program beside Python."""
    marked = [path for path in Path("tests").rglob("*.py") if "mark.system" in path.read_text(encoding="utf-8")]
    if not marked:
        session.log("No test needs a program beside Python yet.")
        return
    _install(session)
    session.run("pytest", "-m", "system", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style: ruff's rules and its formatting."""
    _install(session)
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Types, strictly."""
    _install(session)
    session.run("mypy", *session.posargs)


@nox.session
def layers(session: nox.Session) -> None:
    """The floors of the house: who may import whom."""
    _install(session)
    session.run("lint-imports", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation as pages in docs/_build; a reference that leads nowhere is an error."""
    _install(session)
    options = ("-q", "-E", "-W", "-n", "--keep-going", "-b", "html", *session.posargs)
    session.run("sphinx-build", *options, "docs", "docs/_build")


@nox.session
def bench(session: nox.Session) -> None:
    """Seconds and memory on large ledgers."""
    _install(session)
    session.run("python", "benchmarks/bench.py", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """Every branch of the engine, of pricing and of what both are built on, reached by the tests that show it."""
    _install(session)
    session.run("pytest", "-p", "tests.mutation.quick", "--cov", "-m", "not system and not large", *REACHING)


@nox.session
def mutants(session: nox.Session) -> None:
    """Changes to the code that works amounts out, each to be noticed by a test; `-- pricing` for a part."""
    _install(session)
    session.run("python", "-m", "tests.mutation.run", *session.posargs)


@nox.session
def simulate(session: nox.Session) -> None:
    """100,000 ledgers of the simulator; `-- --count 5000 --seed 7` for others."""
    _install(session)
    session.run("python", "-m", "tests.simulator.run", *(session.posargs or ("--count", "100000")))


@nox.session
def wrong_terms(session: nox.Session) -> None:
    """300 ledgers billed by each kind of mistake, and as many with errors that are none; `-- --count 50` for fewer."""
    _install(session)
    session.run("python", "-m", "tests.wrong_terms.run", *(session.posargs or ("--count", "300")))


@nox.session
def interruptions(session: nox.Session) -> None:
    """50 fetches killed at random moments and run again; `-- --count 500` for more, `-- --seed 7` for one."""
    _install(session)
    session.run("python", "-m", "tests.interruptions.run", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """20,000 made-up inputs for each reader of amounts, dates, CSV and XML; `-- --target csv --runs 90000` for more."""
    _install(session)
    session.run("python", "-m", "tests.fuzz.run", *session.posargs)


@nox.session
def faults(session: nox.Session) -> None:
    """Each fault at each request of a fetch from each live ledger; `-- --provider xero --fault 429` for some."""
    _install(session)
    session.run("python", "-m", "tests.connectors.live.every_request", *session.posargs)


@nox.session
def oracle(session: nox.Session) -> None:
    """20,000 random contracts priced day by day by an independent oracle; `-- --first 7` shows one."""
    _install(session)
    session.run("python", "-m", "tests.pricing.run", *(session.posargs or ("--count", "20000", "--processes", "2")))


@nox.session(reuse_venv=False)
def pins(session: nox.Session) -> None:
    """Write `constraints.txt` anew from the newest versions; needs an environment of its own."""
    if isinstance(session.virtualenv, PassthroughEnv):
        session.error("Run this without --no-venv: it installs the newest versions.")
    session.install(".[dev]", *BUILD_TOOLS)
    frozen = session.run("python", "-m", "pip", "freeze", "--exclude", "billcheck", silent=True)
    comments = [line for line in PINS.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    PINS.write_text("\n".join([*comments, str(frozen).strip()]) + "\n", encoding="utf-8")
