"""`billcheck recover letter`: what follows a talk in writing: what is waived, and the price from now on.

Comes in: the file of a case, and who writes when. Goes out: a letter for the client in their language. Must not know
wording.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.cli.arguments import parse_working_date
from billcheck.cli.console import note
from billcheck.cli.recover.arguments import add_case_argument, case_of, parse_percent
from billcheck.cli.recover.letter_files import add_letter_options, deliver, refuse_output
from billcheck.errors import Problem, UsageError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NAME = "letter"
HELP = "write to the client after the talk: what is waived, or the price from now on"
DESCRIPTION = """\
Write the letter that goes with an agreement: the waiver letter names the periods and the amount, and says that it sets
no precedent; the price confirmation is signed by both sides. Nothing is sent, and the case stays as it is."""

KINDS = ("waiver_letter", "price_confirmation")


class NothingToWaiveError(Problem):
    """A confirmation of the price waives nothing."""

    remedy = "Leave --all out, or ask for the waiver letter."


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this verb."""
    add_case_argument(parser)
    parser.add_argument("kind", choices=KINDS, metavar="LETTER", help=f"one of {', '.join(KINDS)}")
    add_letter_options(parser)
    parser.add_argument(
        "--all", action="store_true", help="waive everything that is open, to have the letter in hand at the talk"
    )
    parser.add_argument("--tax-percent", type=parse_percent, metavar="PERCENT", help="where the contract states none")
    parser.add_argument(
        "--due-date", type=parse_working_date, metavar="DATE", help="of the next invoice, where no terms are stated"
    )


def run(arguments: Namespace) -> int:
    """Write the letter."""
    from billcheck.recovery.client_view import ClientContact
    from billcheck.recovery.disclosed_letters import price_view, waiver_view
    from billcheck.recovery.documents import Wishes
    from billcheck.recovery.letters.letters import price_confirmation, waiver_letter
    from billcheck.recovery.writing.templates import Templates

    refuse_output(arguments)
    case = case_of(arguments)
    contact = ClientContact(name=arguments.sender, phone=arguments.phone, business=arguments.business)
    wishes = Wishes(tax_percent=arguments.tax_percent, due_date=arguments.due_date)
    templates = Templates(arguments.templates)
    day = arguments.issue_date
    if arguments.kind == "waiver_letter":
        waived = waiver_view(case, issue_date=day, contact=contact, is_all=arguments.all, wishes=wishes)
        deliver(waiver_letter(waived, language=arguments.language, templates=templates), arguments)
        if arguments.all:
            note("Record it once you have given it to the client: billcheck recover record CASE waived --all.")
        return 0
    if arguments.all:
        raise UsageError([NothingToWaiveError("--all")])
    price = price_view(case, issue_date=day, contact=contact, wishes=wishes)
    deliver(price_confirmation(price, language=arguments.language, templates=templates), arguments)
    return 0
