"""Where a report goes: files in several formats, standard output, and the summary of a workflow step.

Comes in: a report and the options that say which formats go where. Goes out: files that are there as a whole or not at
all, and text on standard output. Must not know how a format is written.
"""

from __future__ import annotations

import os
import re
from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from billcheck.cli.arguments import suggestion
from billcheck.cli.console import note, write_text
from billcheck.cli.effective import effective
from billcheck.cli.live import LiveLedger
from billcheck.errors import Problem, UsageError
from billcheck.report.formats import FORMATS, render
from billcheck.report.markdown import to_markdown
from billcheck.report.redaction import REDACTIONS
from billcheck.whole_files import write_whole

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterable

    from billcheck.cli.effective import Effective
    from billcheck.report.places import Places
    from billcheck.report.report import Report

TABLE = "table"
CHOICES = (TABLE, *FORMATS)
SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
LONGEST_SUMMARY = 1_000_000
"""Bytes; GitHub shows no summary of a step that is longer than one mebibyte."""

_PROFILE_ENDINGS = frozenset({".toml"})
_CONTRACT_ENDINGS = frozenset({".toml", ".json", ".yaml", ".yml", ".csv", ".xlsx"})
"""What is read of a folder, also the indexes beside contracts."""

_SHOWN = (100, 25, 5, 0)
"""How many contracts a summary shows row by row: the first of these numbers with which it is not too long."""


class Output(NamedTuple):
    """A format, the file it is written to, and the option that says so."""

    form: str
    file: Path
    option: str = "--output"


class TakenFileError(Problem):
    """This exists already, and nothing is overwritten."""

    remedy = "Choose another name, or move it away."


class RepeatedFileError(Problem):
    """Two outputs go to the same file."""

    remedy = "Give each a file of its own."


class OverwritesInputError(Problem):
    """This file is read by the check and would be overwritten by its output."""

    remedy = "Give another file."


class BecomesInputError(Problem):
    """This file would be read as a ledger by the next check, for it stands in a folder of ledgers."""

    remedy = "Write it to another folder."


def parse_output(text: str) -> Output:
    """A format and a file, as ``junit=report.xml``.

    Raises:
        ArgumentTypeError: It is not written so, or there is no such format.
    """
    form, equals, file = text.partition("=")
    if not equals or not file:
        message = f"{text!r} is no output; write format and file as junit=report.xml"
        raise ArgumentTypeError(message)
    if form not in CHOICES:
        message = f"{form!r} is no format{suggestion(form, list(CHOICES))}; the formats are {', '.join(CHOICES)}"
        raise ArgumentTypeError(message)
    return Output(form, Path(file))


def parse_redactions(text: str) -> frozenset[str]:
    """What to redact, separated by commas.

    Raises:
        ArgumentTypeError: A word is none of those that can be redacted.
    """
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if word not in REDACTIONS:
            message = f"{word!r} cannot be redacted{suggestion(word, list(REDACTIONS))}; write names, amounts, or both"
            raise ArgumentTypeError(f"{message} with a comma between")
    return frozenset(words)


def add_output_options(parser: ArgumentParser) -> None:
    """`--format FORMAT`, `--output FORMAT=FILE` as often as wanted, and `--redact`."""
    parser.add_argument(
        "--redact",
        type=parse_redactions,
        default=frozenset(),
        metavar="names|amounts",
        help="make names or amounts unreadable in all formats, or both: names,amounts",
    )
    parser.add_argument("--format", choices=CHOICES, default=TABLE, help="how to show it (default: table)")
    parser.add_argument(
        "--output",
        type=parse_output,
        action="append",
        default=[],
        metavar="FORMAT=FILE",
        help="also write it to a file in this format; may be given several times",
    )


def refuse_outputs(outputs: Iterable[Output], inputs: Iterable[str], folders: Iterable[str]) -> None:
    """Refuse files that are written twice or that this check or the next reads, before anything is worked out.

    Args:
        outputs: What is to be written.
        inputs: The files this check reads.
        folders: The folders whose ledgers it reads, as whole paths.

    Raises:
        UsageError: There are such files.
    """
    from billcheck.connectors.files import SUFFIXES

    problems: list[Problem] = []
    read = {os.path.realpath(path) for path in inputs}
    seen: set[str] = set()
    beneath = tuple(f"{folder.rstrip(os.sep)}{os.sep}" for folder in folders)
    for output in outputs:
        place = os.path.realpath(output.file)
        if place in seen:
            problems.append(RepeatedFileError(output.option, str(output.file)))
        elif place in read:
            problems.append(OverwritesInputError(output.option, str(output.file)))
        elif place.startswith(beneath) and place.lower().endswith(SUFFIXES):
            problems.append(BecomesInputError(output.option, str(output.file)))
        seen.add(place)
    if problems:
        raise UsageError(problems)


def snapshots_of(arguments: Namespace) -> list[Output]:
    """Where live ledgers are to be kept, if anywhere."""
    return [Output("snapshot", file, "--snapshot") for file in arguments.snapshot]


def inputs_of(arguments: Namespace) -> list[str]:
    """The files that a check reads: those that its options name, those in folders they name, and those by custom."""
    from billcheck.connectors.files import SUFFIXES
    from billcheck.connectors.files.profile_files import split_path

    settings = effective(arguments)
    own = () if settings.configuration is None else (settings.configuration.place,)
    files = [*settings["quantities"], *own, *filter(None, [settings["decisions"]])]
    files += ["contracts.toml", "billcheck.toml", "decisions.toml"]
    for path in _stored(settings):
        files += _files_in(path, frozenset(SUFFIXES))
    for path in settings["profiles"]:
        files += _files_in(path, _PROFILE_ENDINGS)
    named = (settings["profile"], *(getattr(ledger, "profile", None) for ledger in settings["ledgers"]))
    files += [found[0] for found in map(split_path, filter(None, named)) if found]
    for path in (*settings["contracts"], "contracts"):
        files += _files_in(path, _CONTRACT_ENDINGS)
    return files


def ledger_folders_of(arguments: Namespace) -> list[str]:
    """The folders whose ledgers a check reads, as whole paths."""
    return [os.path.realpath(path) for path in _stored(effective(arguments)) if Path(path).is_dir()]


def _stored(settings: Effective) -> list[str]:
    """The ledgers that are files or folders; live ones are neither."""
    return [os.fspath(ledger) for ledger in settings["ledgers"] if not isinstance(ledger, LiveLedger)]


def _files_in(path: str, endings: frozenset[str]) -> list[str]:
    """A file, or the files with these endings in a folder and below it."""
    place = Path(path)
    if not place.is_dir():
        return [path]
    return [str(file) for file in place.rglob("*") if file.suffix.lower() in endings]


def deliver(report: Report, arguments: Namespace, places: Places, show_table: Callable[[], str]) -> bool:
    """Write the files, then standard output, in the formats asked for; False where that was to be a table.

    `show_table` gives the table as plain text for files; on a terminal it is coloured, which is left to the caller.
    """
    texts: dict[str, str] = {}

    def text_of(form: str) -> str:
        if form not in texts:
            texts[form] = show_table() if form == TABLE else render(report, form, places)
        return texts[form]

    written = [(output.file, text_of(output.form)) for output in arguments.output]
    for file, text in written:
        write_whole(file, text)
    if "github" in {arguments.format, *(output.form for output in arguments.output)}:
        _write_summary(report)
    if arguments.format == TABLE:
        return False
    write_text(text_of(arguments.format))
    return True


def _write_summary(report: Report) -> None:
    """Add the report to the summary of the workflow step, where there is one; that it cannot be is no failure."""
    path = os.environ.get(SUMMARY_VARIABLE)
    if not path:
        return
    for limit in _SHOWN:
        text = to_markdown(report, limit=limit)
        if len(text.encode()) <= LONGEST_SUMMARY:
            break
    else:
        text = re.sub(r"(?s)\n## .*", "\n\nThe report is too long for a summary.\n", text)
    try:
        with Path(path).open("a", encoding="utf-8", newline="") as stream:
            stream.write(text)
    except OSError as error:
        note(f"The summary of the step could not be written: {error.strerror or error}.")
