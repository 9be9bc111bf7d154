"""Run the targets under a fuzzer that looks at which branches of the code each input reaches.

`python -m tests.fuzz.run` runs every target a number of times, `--runs` how often, `--target` one of them. A find is
written to a file, and that file given as an argument runs it again. Each target has a process of its own, since the
fuzzer ends the one it runs in.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.seeds import SEEDS

RUNS = 20_000
SECONDS_OF_ONE = 5


def main() -> int:
    """Run the targets; 1 where one of them found something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", choices=[*SEEDS], action="append", help="only this target; may be repeated")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"how many inputs for each target ({RUNS:,})")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("finds", nargs="*", help="files with inputs to run again, instead of new ones")
    arguments = parser.parse_args()
    targets: list[str] = arguments.target or [*SEEDS]
    if arguments.alone:
        _fuzz(targets[0], arguments.runs, arguments.finds)
    failed = [target for target in targets if not _run_alone(target, arguments.runs, arguments.finds)]
    sys.stdout.write(f"{len(targets) - len(failed)} of {len(targets)} targets found nothing.\n")
    return 1 if failed else 0


def _run_alone(target: str, runs: int, finds: list[str]) -> bool:
    command = [sys.executable, "-m", "tests.fuzz.run", "--alone", "--target", target, "--runs", str(runs), *finds]
    return subprocess.run(command, check=False).returncode == 0


def _fuzz(target: str, runs: int, finds: list[str]) -> None:
    """Fuzz in this process, which ends with it."""
    import atheris  # noqa: PLC0415 - only who fuzzes needs it

    with atheris.instrument_imports(include=["billcheck"]):
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - instrumented as it loads

    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(SEEDS[target]):
            (Path(folder) / f"{number:04}").write_bytes(seed)
        options = [f"-runs={runs}", f"-timeout={SECONDS_OF_ONE}", "-max_len=8192", "-seed=1", "-print_final_stats=0"]
        atheris.Setup([sys.argv[0], *options, *(finds or [folder])], TARGETS[target])
        atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
