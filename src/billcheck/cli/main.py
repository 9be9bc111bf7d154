"""The command `billcheck`: its commands, and what each kind of failure exits with.

Comes in: the words of a command line. Goes out: an exit code: 0 clean, 1 findings, 3 inconclusive or incomplete, 2 no
report, because of wrong usage, a refused file or a fault of our own. A mistake of the user never shows a traceback.
Must not know what the commands do.
"""

from __future__ import annotations

import gc
import re
from argparse import Action, ArgumentParser, Namespace, _SubParsersAction
from contextlib import contextmanager
from difflib import get_close_matches
from traceback import format_exc
from typing import TYPE_CHECKING, NoReturn, Protocol

from billcheck.characters import visible, without_commands
from billcheck.cli import (
    check,
    config,
    connectors,
    console,
    contracts,
    decide,
    decisions,
    diff,
    explain,
    fetch,
    login,
    period,
    profile,
    recover,
    rule,
    schedule,
    schema,
)
from billcheck.cli.demo import command as demo
from billcheck.errors import BillcheckError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NO_REPORT = 2
INTERRUPTED = 130

_CHOICES = re.compile(r"invalid choice: '(?P<word>.*?)' \(choose from (?P<known>.*)\)$", re.DOTALL)
_QUOTED = re.compile(r"'([^']*)'")


class Command(Protocol):
    """What a module of a command offers."""

    NAME: str
    HELP: str
    DESCRIPTION: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        ...

    def run(self, arguments: Namespace) -> int:
        """Do the work and return the exit code."""
        ...


COMMANDS: tuple[Command, ...] = (
    check,
    demo,
    schedule,
    explain,
    decide,
    decisions,
    recover,
    config,
    diff,
    rule,
    contracts,
    profile,
    fetch,
    login,
    connectors,
    period,
    schema,
)


class _VersionAction(Action):
    """Prints the version; looked up only when asked for."""

    def __call__(self, parser: ArgumentParser, *_: object) -> None:
        from billcheck import __version__

        console.write_text(f"billcheck {__version__}\n")
        parser.exit()


class _Parser(ArgumentParser):
    """A parser, and that of each command, which says what is wrong before anything else, and what was meant.

    The words of the command line are quoted as they may be shown.
    """

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave."""
        found = _CHOICES.search(message)
        if found:
            message += _suggestion(found["word"], _QUOTED.findall(found["known"]))
        said = without_commands(visible(message))
        self.exit(NO_REPORT, f"{self.prog}: {said}\n{self.prog} --help shows how it is used.\n")

    def refuse_unknown(self, words: Sequence[str]) -> NoReturn:
        """Say that words mean nothing here, and which options are spelt much like them."""
        known = list(_options_of(self))
        meant = [_suggestion(word.partition("=")[0], known) for word in words if word.startswith("-")]
        self.error(f"unrecognized arguments: {' '.join(words)}{''.join(dict.fromkeys(filter(None, meant)))}")


def _options_of(parser: ArgumentParser) -> Iterator[str]:
    """The options of a command and of the actions below it."""
    for action in parser._actions:  # noqa: SLF001 - argparse says nowhere else which options there are
        yield from action.option_strings
        if isinstance(action, _SubParsersAction):
            for below in action.choices.values():
                yield from _options_of(below)


def _suggestion(word: str, known: Sequence[str]) -> str:
    """What was most likely meant, as the end of a sentence; nothing where no word is much like it."""
    close = get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def make_parser() -> ArgumentParser:
    """The parser of the whole command line."""
    parser = _Parser(
        prog="billcheck",
        description="Check what was billed against what was agreed, to the cent.",
        epilog="Begin with: billcheck demo",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_VersionAction, nargs=0, help="print the version")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        subparser = commands.add_parser(
            command.NAME, help=command.HELP, description=command.DESCRIPTION, allow_abbrev=False
        )
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run, parser=subparser)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        argv: The words after the command's name; None for those of this process.

    Raises:
        SystemExit: The words make no sense (code 2), or help or the version was asked for (code 0).
    """
    console.prepare()
    arguments, unknown = make_parser().parse_known_args(argv)
    if unknown:
        arguments.parser.refuse_unknown(unknown)
    try:
        with _without_cycle_search():
            code: int = arguments.run(arguments)
    except BillcheckError as error:
        console.note(str(error))
        return NO_REPORT
    except OSError as error:
        console.note(visible(f"{error.filename or 'billcheck'}: {error.strerror or error}"))
        return NO_REPORT
    except KeyboardInterrupt:
        console.note("Interrupted.")
        return INTERRUPTED
    except Exception:  # noqa: BLE001 - the last resort, told with its traceback
        # A bug of ours must not end like a check with findings, which is what an uncaught exception's code 1 means.
        console.note(f"This is a bug in billcheck; please report it. No report was made.\n{format_exc()}")
        return NO_REPORT
    return code


@contextmanager
def _without_cycle_search() -> Iterator[None]:
    """Keep Python from searching millions of lines for reference cycles: a command ends before any would matter.

    It halves the time of a large check. A library leaves this choice to its caller.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
