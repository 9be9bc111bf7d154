"""`billcheck recover offers`: the ways to settle, side by side, from the smallest concession to the largest.

Comes in: the file of a case. Goes out: the concession ladder on standard output, for the supplier's own eyes; with
`--record`, the file with one of its offers. Must not know how offers are worked out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from billcheck.report.wording import money_text

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from datetime import date

    from billcheck.recovery.case import Case
    from billcheck.recovery.offer import Offer

NAME = "offers"
HELP = "the ways to settle, from the smallest concession to the largest (internal)"
DESCRIPTION = """\
Set side by side what could be offered: the whole on the next invoice, on a separate one, in instalments, partial
waivers, a full waiver; what each brings, gives up and costs the client at a time, and whether it keeps to the floor.
Internal: never send it. With --record, one of the offers is put on record as made to the client."""


class UnknownOfferError(Problem):
    """The ladder has no offer of this name."""


class FloorTooHighError(Problem):
    """The floor lies above all that can be had, so every offer would be below it."""


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this verb."""
    add_case_argument(parser)
    parser.add_argument(
        "--floor", metavar="AMOUNT", help="the least you settle for, excl. tax (default: what the case has on record)"
    )
    parser.add_argument(
        "--first",
        type=parse_working_date,
        metavar="DATE",
        help="when the first instalment is due (default: at the end of next month)",
    )
    add_concession_options(parser)
    parser.add_argument("--record", metavar="OFFER", help="put the offer of this name on record, as made to the client")
    add_day_option(parser, "the day of the claim, and of a separate invoice")
    add_teller_options(parser)


def run(arguments: Namespace) -> int:
    """Show the ladder, or put an offer of it on record."""
    from billcheck.recovery import ladder_faces
    from billcheck.recovery.claims import row_claims
    from billcheck.recovery.ladder import compare_offers, first_instalment_day, floor_of, preset_offers

    on_record = case_of(arguments)
    on = happened_on(arguments) if arguments.record is not None else day_of(arguments)
    case = reckoned(arguments, on_record)
    floor = floor_of(case) if arguments.floor is None else _stated_floor(arguments.floor, case, on)
    offers = preset_offers(
        case,
        first=arguments.first or first_instalment_day(on),
        every=arguments.every,
        waiver=waiver_of(arguments.waive, case, on),
        on=on,
    )
    if arguments.record is not None:
        return _record(arguments, on_record, {offer.name: offer for offer in offers}, on)
    rungs = compare_offers(case, offers, floor_minor=floor, on=on)
    ladder = ladder_faces.Ladder(case=case, on=on, floor_minor=floor, claims=row_claims(case, on=on), rungs=rungs)
    if arguments.format == "table":
        write(ladder_faces.to_lines(ladder))
    else:
        write_text(ladder_faces.to_text(ladder, arguments.format))
    return 0


def _stated_floor(text: str, case: Case, on: date) -> int:
    """The floor of the command line.

    Raises:
        UsageError: It lies above what the case has invoiced and what can still be claimed.
    """
    from billcheck.recovery.claims import row_claims

    floor = minor_of(text, case.currency, "--floor")
    most = sum(row.invoiced_minor + row.claimable_minor for row in row_claims(case, on=on))
    if floor > most:
        remedy = f"It is at most {money_text(most, case.currency)}, excl. tax."
        raise UsageError([FloorTooHighError("--floor", text, remedy=remedy)])
    return floor


def _record(arguments: Namespace, case: Case, offers: dict[str, Offer], on: date) -> int:
    from billcheck.recovery.events import Offered
    from billcheck.recovery.states import add, state_of

    offer = offers.get(arguments.record)
    if offer is None:
        remedy = f"It has {', '.join(offers)}."
        raise UsageError([UnknownOfferError("--record", arguments.record, remedy=remedy)])
    changed = add(case, Offered(offer=offer, on=on, by=arguments.by, note=arguments.note))
    return keep(changed, arguments.case, f"offered {offer.name} on {on}; the case is now {state_of(changed)}.")
