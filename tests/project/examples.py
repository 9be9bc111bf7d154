"""How the examples of the documentation are run.

Comes in: fenced blocks of a Markdown page. Goes out: None where a block holds true, else what differs. A page's blocks
run in order in one empty folder.

- ```` ```console ````: lines that begin with `$` are commands; what follows, up to the next command, is all they print
  (standard output, then standard error). A line of three dots stands for any number of lines. Only `billcheck`
  can be run, its output may be sent to a file with `>`, and `echo $?` prints the exit code of the command before.
- ```` ```{code-block} toml ```` (or json, yaml, text) with a `:caption:`: a file of that name. Where the folder holds
  no such file it is written; where it does, it must say the same.
- Commands that cannot be run here, such as `pip`, stand in ```` ```bash ```` blocks, which are not run.
"""

from __future__ import annotations

import shlex
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sybil import Example

PROMPT = "$ "
ANY_LINES = "..."
EXIT_CODE = "_exit_code"


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a console block and the lines it should print."""

    words: str
    expected: tuple[str, ...]


def read_commands(block: str) -> Iterator[Command]:
    """The commands of a console block, in order; a backslash at the end of a line continues the command."""
    words: str | None = None
    expected: list[str] = []
    lines = iter(block.splitlines())
    for line in lines:
        if not line.startswith(PROMPT):
            expected.append(line)
            continue
        if words is not None:
            yield Command(words, tuple(expected))
        words, expected = line.removeprefix(PROMPT), []
        while words.endswith("\\"):
            words = words[:-1] + next(lines).strip()
    if words is not None:
        yield Command(words, tuple(expected))


def run_console_block(example: Example) -> str | None:
    """Run the commands of a console block one after another; the first difference ends it."""
    for command in read_commands(example.parsed):
        if command.words == "echo $?":
            printed = [str(example.namespace.get(EXIT_CODE, 0))]
        else:
            arguments = shlex.split(command.words)
            if not arguments or arguments[0] != "billcheck":
                return f"{command.words!r} cannot be run here; show it in a bash block."
            printed, example.namespace[EXIT_CODE] = _run(arguments[1:])
        if not matches(trimmed(printed), trimmed(command.expected)):
            return "\n".join([f"{PROMPT}{command.words}", "prints:", *printed, "and the page says:", *command.expected])
    return None


def _run(arguments: list[str]) -> tuple[list[str], int]:
    target: str | None = None
    if ">" in arguments:
        position = arguments.index(">")
        arguments, target = arguments[:position], arguments[position + 1]
    output, remarks = StringIO(), StringIO()
    with redirect_stdout(output), redirect_stderr(remarks):
        try:
            code = main(arguments)
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
    printed = output.getvalue()
    if target is not None:
        Path(target).write_text(printed, encoding="utf-8")
        printed = ""
    return [*printed.splitlines(), *remarks.getvalue().splitlines()], code


def trimmed(lines: Sequence[str]) -> list[str]:
    """The lines without spaces at their ends and without empty lines before and after."""
    kept = [line.rstrip() for line in lines]
    while kept and not kept[-1]:
        kept.pop()
    while kept and not kept[0]:
        kept.pop(0)
    return kept


def matches(printed: Sequence[str], expected: Sequence[str]) -> bool:
    """Whether the lines are the expected ones; ``...`` stands for any number of lines, also none."""
    if ANY_LINES not in expected:
        return list(printed) == list(expected)
    position = list(expected).index(ANY_LINES)
    if list(printed[:position]) != list(expected[:position]):
        return False
    rest = expected[position + 1 :]
    return any(matches(printed[start:], rest) for start in range(position, len(printed) + 1))


def write_shown_file(example: Example) -> str | None:
    """Write the file a captioned block shows, or compare it with the one that is there."""
    name = example.region.lexemes.get("options", {}).get("caption")
    if name is None:
        return None
    path, shown = Path(name), f"{example.parsed.rstrip()}\n"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(shown, encoding="utf-8")
        return None
    found = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    return None if found == shown else f"{name} says:\n{found}\nand the page says:\n{shown}"
