"""`billcheck recover`: from a number to money, without losing the client.

Comes in: the words of a command line. Goes out: what one of the verbs does. Each verb is a module beside this one. Must
not know what they do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.cli.recover import (
    brief,
    decisions,
    documents,
    letter,
    notice,
    offers,
    plan,
    record,
    reopen,
    statement,
    status,
)
from billcheck.cli.recover import open as open_verb

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NAME = "recover"
HELP = "ask a client for what was not billed: a case from the first talk to the last payment"
DESCRIPTION = """\
Follow up on arrears, one customer at a time, in a case: a file to which everything that happens is appended. Talk to
the client first; let them choose how to pay. Nothing is ever sent. Exit code: 0 done, 2 refused, with every reason."""

VERBS = (open_verb, statement, brief, status, notice, offers, plan, letter, record, documents, decisions, reopen)


def add_arguments(parser: ArgumentParser) -> None:
    """The verbs, in the order of a case."""
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    for verb in VERBS:
        below = verbs.add_parser(verb.NAME, help=verb.HELP, description=verb.DESCRIPTION, allow_abbrev=False)
        verb.add_arguments(below)
        below.set_defaults(act=verb.run)


def run(arguments: Namespace) -> int:
    """Do what the verb says."""
    code: int = arguments.act(arguments)
    return code
