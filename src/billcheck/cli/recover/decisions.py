"""`billcheck recover decisions`: what a case gave up, for the file of decisions that every check reads.

Comes in: the file of a case. Goes out: one entry for each period of which something was waived, printed or appended to
a file of decisions. Must not know how an entry is worded.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.cli.console import note, write, write_text
from billcheck.cli.recover.arguments import add_case_argument, case_of
from billcheck.report.page import line
from billcheck.report.wording import counted

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NAME = "decisions"
HELP = "what was waived, as decisions for the next check"
DESCRIPTION = """\
Print what the case gave up as entries of a file of decisions, or append them to one. With them, the next check shows
these periods as decided; what was to be billed beside a part that was waived still counts."""


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this verb."""
    add_case_argument(parser)
    parser.add_argument(
        "--append-to", type=Path, metavar="FILE", help="a file of decisions, by custom decisions.toml; made if need be"
    )


def run(arguments: Namespace) -> int:
    """Print the entries, or append those that the file does not hold yet."""
    from billcheck.recovery.waivers import waiver_entries

    entries = waiver_entries(case_of(arguments))
    if not entries:
        note("Nothing was waived in this case.")
        return 0
    file: Path | None = arguments.append_to
    if file is None:
        write_text("\n".join(entries))
        return 0
    return _append(file, entries)


def _append(file: Path, entries: tuple[str, ...]) -> int:
    from billcheck.decisions.writing import append
    from billcheck.whole_files import write_whole

    text = file.read_text(encoding="utf-8") if file.exists() else ""
    new = [entry for entry in entries if entry not in text]
    if new:
        write_whole(file, append(str(file), text, new))
    there = len(entries) - len(new)
    already = f"; {there} were there already" if there else ""
    write([line(f"{file}: {counted(len(new), 'decision')} appended{already}.")])
    return 0
