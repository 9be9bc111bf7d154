"""`billcheck recover notice`: the letter that tells the client what happened and asks how they want to be billed.

Comes in: the file of a case, who writes when, and how the two ways are dated. Goes out: a letter for the client in
their language, and the event where asked for. Must not know wording.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import timedelta
from typing import TYPE_CHECKING

from billcheck.cli.arguments import parse_days, parse_working_date
from billcheck.cli.console import note
from billcheck.cli.recover.arguments import add_case_argument, case_of, happened_on, minor_of, parse_percent
from billcheck.cli.recover.letter_files import add_letter_options, deliver, refuse_output

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from datetime import date

    from billcheck.recovery.case import Case
    from billcheck.recovery.client_view import ClientView
    from billcheck.recovery.disclosure import Billing
    from billcheck.recovery.notice.notice import Notice

NAME = "notice"
HELP = "write to the client: what happened, every amount, and the two ways to be billed"
DESCRIPTION = """\
Write the letter that tells the client what happened and asks which way of being billed they prefer: on the next
invoice, or by a separate one, both for the full amount. It shows nothing of what you decided among yourselves. Nothing
is sent; call the client before you send it."""


LANGUAGE_NAMES = {"en": "English", "nl": "Dutch", "de": "German", "fr": "French"}


def parse_next_invoice(text: str) -> tuple[date, str]:
    """A date and an amount, as ``2026-09-30=2400.00``.

    Raises:
        ArgumentTypeError: It is not written so.
    """
    day, sign, amount = text.partition("=")
    if not sign or not amount.strip():
        message = f"{text!r} states no invoice; write it as DATE=AMOUNT, excl. tax, such as 2026-09-30=2400.00"
        raise ArgumentTypeError(message)
    return parse_working_date(day.strip()), amount.strip()


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this verb."""
    add_case_argument(parser)
    add_letter_options(parser)
    parser.add_argument(
        "--reply-by", type=parse_working_date, metavar="DATE", required=True, help="by when the client is to reply"
    )
    parser.add_argument("--meeting", type=parse_working_date, metavar="DATE", help="when you would like to talk")
    parser.add_argument(
        "--attachment",
        action="append",
        default=[],
        metavar="NAME",
        help="what you send with it (default: the statement of all periods); may be given several times",
    )
    parser.add_argument("--cause", metavar="TEXT", default="", help="the stated cause in the language of the client")
    parser.add_argument("--reservation", action="store_true", help="reserve the right to performance, in one sentence")
    _add_billing_options(parser)
    parser.add_argument("--record", action="store_true", help="append to the case that the client gets it")
    parser.add_argument("--by", metavar="NAME", default="", help="with --record: who says so")


def _add_billing_options(parser: ArgumentParser) -> None:
    """How the two ways are dated, and what stands in for what the case does not know."""
    ways = parser.add_argument_group("the two ways to be billed")
    ways.add_argument(
        "--separate-on",
        type=parse_working_date,
        metavar="DATE",
        help="its date, where separate (default: --reply-by)",
    )
    next_ways = ways.add_mutually_exclusive_group()
    next_ways.add_argument(
        "--next-invoice",
        type=parse_next_invoice,
        metavar="DATE=AMOUNT",
        help="the next regular invoice, excl. tax, where the case knows none, or not all of it",
    )
    next_ways.add_argument(
        "--no-next-invoice",
        action="store_true",
        help="there is none: ask whether a separate one suits",
    )
    ways.add_argument("--tax-percent", type=parse_percent, metavar="PERCENT", help="where the contract states none")
    ways.add_argument("--payment-days", type=parse_days, metavar="DAYS", help="where no terms of payment are stated")


def run(arguments: Namespace) -> int:
    """Write the letter, and record it where asked for."""
    from billcheck.recovery.notice.notice import make_notice
    from billcheck.recovery.writing.spoken import seems_to_be_in
    from billcheck.recovery.writing.templates import Templates

    refuse_output(arguments)
    case = case_of(arguments)
    view = _view(arguments, case)
    notice = make_notice(view, language=arguments.language, templates=Templates(arguments.templates))
    noted = _noted(arguments, case, view, notice)
    deliver(notice, arguments)
    for warning in notice.warnings:
        note(warning)
    if not arguments.cause.strip() and not seems_to_be_in(view.cause, arguments.language):
        note(
            f"The cause is printed as it was recorded, which does not read as {LANGUAGE_NAMES[arguments.language]}; "
            "--cause gives it in that language."
        )
    if arguments.output is not None and not arguments.attachment:
        note(f"Attach the statement: billcheck recover statement {arguments.case}.")
    if noted is None:
        note("Nothing was recorded; give --record once the client gets it.")
    else:
        from billcheck.recovery.case_files import write_case

        write_case(noted, arguments.case)
        note(f"{arguments.case}: noticed on {arguments.issue_date}, to be answered by {arguments.reply_by}.")
    return 0


def _view(arguments: Namespace, case: Case) -> ClientView:
    from billcheck.recovery.client_view import ClientContact
    from billcheck.recovery.disclosure import choices_of, notice_view

    billing = _billing(arguments, case)
    if billing.separate_on < arguments.reply_by:
        note(f"The separate invoice of {billing.separate_on} is dated before the client has to reply.")
    return notice_view(
        case,
        choices_of(case, billing),
        issue_date=arguments.issue_date,
        reply_by=arguments.reply_by,
        contact=ClientContact(
            name=arguments.sender, phone=arguments.phone, business=arguments.business, meeting_on=arguments.meeting
        ),
        cause=arguments.cause,
        attachments=arguments.attachment,
        has_reservation=arguments.reservation,
    )


def _billing(arguments: Namespace, case: Case) -> Billing:
    from billcheck.recovery.disclosure import Billing, NextInvoice

    stated = None
    if arguments.next_invoice is not None:
        day, amount = arguments.next_invoice
        minor = minor_of(amount, case.currency, "--next-invoice")
        stated = NextInvoice(issue_date=day, excl_tax_minor=minor)
    return Billing(
        separate_on=arguments.separate_on or arguments.reply_by,
        next_invoice=stated,
        has_next_invoice=not arguments.no_next_invoice,
        tax_percent=arguments.tax_percent,
        payment_time=None if arguments.payment_days is None else timedelta(days=arguments.payment_days),
    )


def _noted(arguments: Namespace, case: Case, view: ClientView, notice: Notice) -> Case | None:
    """The case with the notice on record, before anything is written; None where it is not to be recorded."""
    if not arguments.record:
        return None
    from hashlib import sha256

    from billcheck.recovery.events import Noticed
    from billcheck.recovery.states import add

    noticed = Noticed(
        on=happened_on(arguments, "issue_date"),
        by=arguments.by,
        language=arguments.language,
        excl_tax_minor=view.totals.excl_tax_minor,
        incl_tax_minor=view.totals.incl_tax_minor,
        reply_by=arguments.reply_by,
        digest=sha256(notice.to_text().encode("utf-8")).hexdigest(),
    )
    return add(case, noticed)
