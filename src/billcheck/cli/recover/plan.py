"""`billcheck recover plan`: one way to pay in instalments, to the day and the cent.

Comes in: the file of a case, and how many instalments or how large. Goes out: the plan on standard output, for the
supplier's own eyes; with `--record`, the file with the plan. Must not know how instalments are worked out.
"""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from contextlib import suppress
from typing import TYPE_CHECKING, get_args

from billcheck.cli.arguments import parse_working_date
from billcheck.cli.console import write, write_text
from billcheck.cli.recover.arguments import (
    add_case_argument,
    add_day_option,
    add_teller_options,
    case_of,
    day_of,
    happened_on,
    keep,
    minor_of,
)
from billcheck.cli.recover.concessions import add_concession_options, reckoned, waiver_of
from billcheck.errors import Problem, UsageError
from billcheck.grammar import GrammarError, parse_plain_decimal

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from datetime import date
    from decimal import Decimal

    from billcheck.recovery.case import Case
    from billcheck.recovery.events import Event
    from billcheck.recovery.offer import Offer

NAME = "plan"
HELP = "one way to pay in instalments, to the day and the cent (internal)"
DESCRIPTION = """\
Split what can be claimed into instalments that add up exactly; days are counted from the first one. Without a count or
a cap there is one instalment for each period. With --record, the plan is put on record: as planned where it is what the
client agreed to, else as offered."""

_COUNT = re.compile(r"[1-9][0-9]{0,2}")


class NoFirstDayError(Problem):
    """It is not said when the first instalment is due."""

    remedy = "Give --first DATE."


def parse_count(text: str) -> int:
    """A number of instalments, one or more.

    Raises:
        ArgumentTypeError: The text is no whole number from 1 to 999.
    """
    if not _COUNT.fullmatch(text):
        message = f"{text!r} is no number of instalments; write a whole number such as 6"
        raise ArgumentTypeError(message)
    return int(text)


def parse_share(text: str) -> Decimal:
    """A percent, with or without its sign.

    Raises:
        ArgumentTypeError: The text is no number above zero.
    """
    with suppress(GrammarError):
        percent = parse_plain_decimal(text.removesuffix("%"))
        if percent > 0:
            return percent
    message = f"{text!r} is no percent above zero; write it as 25"
    raise ArgumentTypeError(message)


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this verb."""
    from billcheck.recovery.instalments import MAX_COUNT
    from billcheck.recovery.offer import InvoiceMode

    add_case_argument(parser)
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument("--count", type=parse_count, metavar="N", help="how many instalments")
    sizes.add_argument("--cap", metavar="AMOUNT", help="as many as it takes for none to be above this, incl. tax")
    sizes.add_argument(
        "--cap-percent", type=parse_share, metavar="P", help="the same, in percent of the next regular invoice"
    )
    parser.add_argument(
        "--first",
        type=parse_working_date,
        metavar="DATE",
        help="when the first payment is due; with --every regular, the earliest it may be (default there: the next)",
    )
    add_concession_options(parser)
    parser.add_argument(
        "--mode",
        choices=get_args(InvoiceMode),
        default="one_invoice",
        help="one invoice with a schedule, or an invoice for each instalment (default: one_invoice)",
    )
    parser.add_argument("--first-amount", metavar="AMOUNT", help="a payment before the equal ones, incl. tax")
    parser.add_argument(
        "--max-count",
        type=parse_count,
        default=MAX_COUNT,
        metavar="N",
        help=f"the most instalments that a cap may lead to (default: {MAX_COUNT})",
    )
    parser.add_argument("--record", action="store_true", help="put the plan on record, as planned or offered")
    add_day_option(parser, "the day of the claim")
    add_teller_options(parser)


def run(arguments: Namespace) -> int:
    """Show the plan, or put it on record."""
    from billcheck.recovery import plan_faces
    from billcheck.recovery.offers import instalment_offer

    on_record = case_of(arguments)
    on = happened_on(arguments) if arguments.record else day_of(arguments)
    case = reckoned(arguments, on_record)
    if arguments.first is None and arguments.every != "regular":
        raise UsageError([NoFirstDayError("--first")])
    offer = instalment_offer(
        case,
        first=arguments.first or on,
        count=arguments.count,
        cap_minor=_amount(arguments.cap, case, "--cap"),
        cap_percent=arguments.cap_percent,
        every=arguments.every,
        mode=arguments.mode,
        first_amount_minor=_amount(arguments.first_amount, case, "--first-amount"),
        max_count=arguments.max_count,
        waiver=waiver_of(arguments.waive, case, on),
        on=on,
    )
    if arguments.record:
        return _record(arguments, on_record, offer, on)
    if arguments.format == "table":
        write(plan_faces.to_lines(case, offer))
    else:
        write_text(plan_faces.to_text(case, offer, arguments.format))
    return 0


def _amount(text: str | None, case: Case, option: str) -> int | None:
    return None if text is None else minor_of(text, case.currency, option)


def _record(arguments: Namespace, case: Case, offer: Offer, on: date) -> int:
    from billcheck.recovery.events import Offered, Planned
    from billcheck.recovery.states import add, state_of
    from billcheck.recovery.sums import agreed_offer

    event: Event
    if _splits(agreed_offer(case), offer):
        event = Planned(payments=offer.payments, on=on, by=arguments.by, note=arguments.note)
        said = f"planned {len(offer.payments)} payments"
    else:
        event = Offered(offer=offer, on=on, by=arguments.by, note=arguments.note)
        said = f"offered {offer.name}"
    changed = add(case, event)
    return keep(changed, arguments.case, f"{said} on {on}; the case is now {state_of(changed)}.")


def _splits(agreed: Offer | None, offer: Offer) -> bool:
    """Whether a plan only says when the one invoice that was agreed to is paid; else it is an offer of its own."""
    if agreed is None or "invoice_each" in {agreed.mode, offer.mode}:
        return False
    return (agreed.claims, agreed.incl_tax_minor) == (offer.claims, offer.incl_tax_minor)
