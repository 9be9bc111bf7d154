"""`billcheck recover record`: append what happened to a case.

Comes in: the file of a case, and what somebody did or said. Goes out: the file with one more event; nothing where the
event cannot happen. Must not know which events may follow each other.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from typing import TYPE_CHECKING, Any, get_args

from billcheck.cli.console import note
from billcheck.cli.recover.arguments import (
    add_case_argument,
    add_day_option,
    add_teller_options,
    case_of,
    happened_on,
    keep,
    minor_of,
)
from billcheck.errors import Problem, UsageError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable
    from datetime import date

    from billcheck.recovery.case import Case
    from billcheck.recovery.events import Event
    from billcheck.recovery.offer import Offer

NAME = "record"
HELP = "append what happened: a talk, an answer, an invoice, a payment, a waiver, the end"
DESCRIPTION = """\
Append what happened to a case. An event that cannot happen as the case stands, or whose amounts would break its sums,
is refused with every reason, and the file stays as it is."""


class UnknownOfferError(Problem):
    """There is no offer of this name."""


class UnknownDraftError(Problem):
    """No draft of this number is on record."""


class WhatToBillError(Problem):
    """It is not said what the document bills."""

    remedy = "Give --draft NUMBER, or --row ROW=AMOUNT and --total AMOUNT."


class WhatToWaiveError(Problem):
    """It is not said what is waived, or said twice."""

    remedy = "Give one of --all, --agreed and --row ROW=AMOUNT."


class NothingAgreedError(Problem):
    """No offer was agreed to that gives anything up."""


def parse_row(text: str) -> tuple[str, str]:
    """A period row with an amount, as ``0eafb4232594=1200.00``.

    Raises:
        ArgumentTypeError: It is not written so.
    """
    row, sign, amount = text.partition("=")
    if not sign or not row or not amount:
        message = f"{text!r} is no row with an amount; write it as ROW=AMOUNT"
        raise ArgumentTypeError(message)
    return row, amount


def add_arguments(parser: ArgumentParser) -> None:
    """The events, and what each needs."""
    add_case_argument(parser)
    events = parser.add_subparsers(title="events", metavar="EVENT", required=True, dest="event")
    for name, (text, add_options, _) in _EVENTS.items():
        below = events.add_parser(name, help=text, description=f"{text.capitalize()}.", allow_abbrev=False)
        add_options(below)
        add_day_option(below, "the day it happened")
        add_teller_options(below)


def run(arguments: Namespace) -> int:
    """Append the event and write the file."""
    from billcheck.recovery.states import add, state_of
    from billcheck.recovery.status import TELL_THE_CHECK

    case = case_of(arguments)
    said = {"on": happened_on(arguments), "by": arguments.by, "note": arguments.note}
    changed = add(case, _EVENTS[arguments.event][2](arguments, case, said))
    keep(changed, arguments.case, f"{arguments.event} on {said['on']}; the case is now {state_of(changed)}.")
    if arguments.event == "waived":
        note(TELL_THE_CHECK)
    return 0


Said = dict[str, Any]


def _contacted_options(parser: ArgumentParser) -> None:
    from billcheck.recovery.events import Channel

    parser.add_argument("--channel", choices=get_args(Channel), required=True, help="how you talked")
    parser.add_argument("--person", metavar="NAME", default="", help="who at the client")


def _contacted(arguments: Namespace, _: Case, said: Said) -> Event:
    from billcheck.recovery.events import Contacted

    return Contacted(channel=arguments.channel, person=arguments.person, **said)


def _objected_options(parser: ArgumentParser) -> None:
    from billcheck.recovery.events import ObjectionKind

    parser.add_argument("--kind", choices=get_args(ObjectionKind), required=True, help="what kind of objection")
    parser.add_argument("--text", metavar="TEXT", required=True, help="what the client said")


def _objected(arguments: Namespace, _: Case, said: Said) -> Event:
    from billcheck.recovery.events import Objected

    return Objected(kind=arguments.kind, text=arguments.text, **said)


def _offer_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--offer",
        metavar="NAME",
        required=True,
        help="next_invoice, separate_invoice, waive_all, or the name of an offer on record",
    )


def _agreed_options(parser: ArgumentParser) -> None:
    _offer_options(parser)
    parser.add_argument("--evidence", metavar="TEXT", default="", help="where that stands, such as a mail")


def _offer(arguments: Namespace, case: Case, on: date) -> Offer:
    """The latest offer of that name on record, else one of the plain ways as it stands on that day."""
    from billcheck.recovery.events import Agreed, Offered
    from billcheck.recovery.offers import next_invoice_offer, separate_invoice_offer, waive_all

    on_record = {event.offer.name: event.offer for event in case.current if isinstance(event, Offered | Agreed)}
    if arguments.offer in on_record:
        return on_record[arguments.offer]
    plain: dict[str, Callable[..., Offer]] = {
        "next_invoice": next_invoice_offer,
        "separate_invoice": separate_invoice_offer,
        "waive_all": waive_all,
    }
    if arguments.offer not in plain:
        known = ", ".join(dict.fromkeys([*plain, *on_record]))
        remedy = f"There are {known}; billcheck recover offers --record puts others on record."
        raise UsageError([UnknownOfferError("--offer", arguments.offer, remedy=remedy)])
    return plain[arguments.offer](case, on=on)


def _offered(arguments: Namespace, case: Case, said: Said) -> Event:
    from billcheck.recovery.events import Offered

    return Offered(offer=_offer(arguments, case, said["on"]), **said)


def _agreed(arguments: Namespace, case: Case, said: Said) -> Event:
    from billcheck.recovery.events import Agreed

    return Agreed(offer=_offer(arguments, case, said["on"]), evidence=arguments.evidence, **said)


def _invoiced_options(parser: ArgumentParser) -> None:
    parser.add_argument("--draft", metavar="NUMBER", default="", help="the draft on record that was approved")
    parser.add_argument("--number", metavar="NUMBER", default="", help="what the ledger calls it (default: as drafted)")
    parser.add_argument(
        "--row",
        action="append",
        type=parse_row,
        default=[],
        metavar="ROW=AMOUNT",
        help="without a draft: what it bills of a period, excl. tax; may be given several times",
    )
    parser.add_argument("--total", metavar="AMOUNT", help="without a draft: what it comes to, incl. tax")


def _invoiced(arguments: Namespace, case: Case, said: Said) -> Event:
    from billcheck.recovery.events import Drafted, Invoiced

    if not arguments.draft:
        if not arguments.number or not arguments.row or arguments.total is None:
            raise UsageError([WhatToBillError("invoiced")])
        total = minor_of(arguments.total, case.currency, "--total")
        return Invoiced(draft="", number=arguments.number, rows=_rows(arguments, case), incl_tax_minor=total, **said)
    drafts = {document.number: document for event in case.of(Drafted) for document in event.documents}
    if arguments.draft not in drafts:
        known = f"There are {', '.join(drafts)}." if drafts else "There is none."
        raise UsageError([UnknownDraftError("--draft", arguments.draft, remedy=known)])
    document = drafts[arguments.draft]
    amounts: dict[str, int] = {}
    for line in document.lines:
        if line.is_arrears:
            amounts[line.row] = amounts.get(line.row, 0) + line.amount_minor
    return Invoiced(
        draft=arguments.draft,
        number=arguments.number or arguments.draft,
        rows=tuple(amounts.items()),
        incl_tax_minor=document.incl_tax_minor,
        **said,
    )


def _rows(arguments: Namespace, case: Case) -> tuple[tuple[str, int], ...]:
    amounts: dict[str, int] = {}
    for row, amount in arguments.row:
        amounts[row] = amounts.get(row, 0) + minor_of(amount, case.currency, "--row")
    return tuple(amounts.items())


def _paid_options(parser: ArgumentParser) -> None:
    parser.add_argument("--document", metavar="NUMBER", required=True, help="the document it was for")
    parser.add_argument("--amount", metavar="AMOUNT", required=True, help="what came in, incl. tax")
    parser.add_argument("--credit-note", action="store_true", help="a credit note took it off instead")


def _paid(arguments: Namespace, case: Case, said: Said) -> Event:
    from billcheck.recovery.events import Paid

    amount = minor_of(arguments.amount, case.currency, "--amount")
    return Paid(document=arguments.document, incl_tax_minor=amount, is_credit=arguments.credit_note, **said)


def _waived_options(parser: ArgumentParser) -> None:
    parser.add_argument("--reason", metavar="TEXT", required=True, help="why")
    parser.add_argument("--all", action="store_true", help="everything that is open")
    parser.add_argument("--agreed", action="store_true", help="what the offer that was agreed to gives up")
    parser.add_argument(
        "--row",
        action="append",
        type=parse_row,
        default=[],
        metavar="ROW=AMOUNT",
        help="so much of a period, excl. tax; may be given several times",
    )


def _waived(arguments: Namespace, case: Case, said: Said) -> Event:
    from billcheck.recovery.events import Agreed, Waived
    from billcheck.recovery.sums import period_sums

    if [bool(arguments.all), bool(arguments.agreed), bool(arguments.row)].count(True) != 1:
        raise UsageError([WhatToWaiveError("waived")])
    if arguments.all:
        rows = tuple((each.period.row, each.open_minor) for each in period_sums(case) if each.open_minor)
    elif arguments.agreed:
        offers = [event.offer for event in case.current if isinstance(event, Agreed)]
        rows = offers[-1].waived if offers else ()
        if not rows:
            raise UsageError([NothingAgreedError("--agreed")])
    else:
        rows = _rows(arguments, case)
    return Waived(rows=rows, reason=arguments.reason, **said)


def _disputed_options(parser: ArgumentParser) -> None:
    parser.add_argument("--text", metavar="TEXT", default="", help="what the client said")


def _disputed(arguments: Namespace, _: Case, said: Said) -> Event:
    from billcheck.recovery.events import Disputed

    return Disputed(text=arguments.text, **said)


def _refused_options(parser: ArgumentParser) -> None:
    from billcheck.recovery.events import Decision

    parser.add_argument(
        "--decision", choices=get_args(Decision), default="undecided", help="what you make of it (default: undecided)"
    )
    parser.add_argument("--estimated-cost", metavar="AMOUNT", help="what that would cost")


def _refused(arguments: Namespace, case: Case, said: Said) -> Event:
    from billcheck.recovery.events import Refused

    cost = arguments.estimated_cost
    return Refused(
        decision=arguments.decision,
        estimated_cost_minor=None if cost is None else minor_of(cost, case.currency, "--estimated-cost"),
        **said,
    )


def _closed_options(parser: ArgumentParser) -> None:
    from billcheck.recovery.events import Ending

    parser.add_argument("--outcome", choices=get_args(Ending), required=True, help="how it ended")


def _closed(arguments: Namespace, _: Case, said: Said) -> Event:
    from billcheck.recovery.events import Closed

    return Closed(outcome=arguments.outcome, **said)


_EVENTS: dict[str, tuple[str, Callable[[ArgumentParser], None], Callable[[Namespace, Case, Said], Event]]] = {
    "contacted": ("somebody talked to the client", _contacted_options, _contacted),
    "objected": ("the client objected", _objected_options, _objected),
    "offered": ("an offer was put to the client", _offer_options, _offered),
    "agreed": ("the client agreed to an offer", _agreed_options, _agreed),
    "invoiced": ("a document was approved in the ledger", _invoiced_options, _invoiced),
    "paid": ("money came in for a document", _paid_options, _paid),
    "waived": ("something is given up", _waived_options, _waived),
    "disputed": ("the client disputes the claim", _disputed_options, _disputed),
    "refused": ("the client refuses to pay", _refused_options, _refused),
    "closed": ("the case ends", _closed_options, _closed),
}
"""Each event by its name: what it is, its options, and how it is made of them."""
