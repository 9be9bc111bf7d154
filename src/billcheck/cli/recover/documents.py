"""`billcheck recover documents`: the drafts that an agreement makes, as files for a ledger or to hand over.

Comes in: the file of a case, what was agreed, and how the ledger calls things. Goes out: one file for each document,
and the event where asked for. Must not know how documents are made or written.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from dataclasses import replace
from typing import TYPE_CHECKING

from billcheck.cli.arguments import parse_working_date
from billcheck.cli.console import note, write
from billcheck.cli.recover.arguments import (
    add_case_argument,
    add_day_option,
    add_teller_options,
    case_of,
    happened_on,
    keep,
    parse_percent,
)
from billcheck.errors import Problem, UsageError
from billcheck.money import tax_on
from billcheck.recovery.document_kinds import ARREARS_KINDS
from billcheck.recovery.line_words import DRAFT_LANGUAGES
from billcheck.report.page import Span, grid, line
from billcheck.report.wording import amount_text, counted

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Sequence
    from datetime import date
    from decimal import Decimal

    from billcheck.connectors.files.drafts.import_settings import ImportSettings
    from billcheck.ledger.draft import DraftDocument
    from billcheck.recovery.case import Case
    from billcheck.recovery.documents import Wishes
    from billcheck.recovery.offer import Offer
    from billcheck.report.page import Line

NAME = "documents"
HELP = "draft the invoices that were agreed, for the ledger or to hand over"
DESCRIPTION = """\
Draft the documents of an agreement, one file for each, named after its number. Nothing is sent or approved. No document
bills arrears before a contact with the client is on record, unless you say why. Without -o they are only shown."""

CHOICES = ("next_invoice", "separate_invoice")
FORMATS = ("generic", "json", "xero", "quickbooks", "markdown", "html")
"""Those of `connectors.files.drafts`, which loads only when one is written, and those to hand over."""
TO_HAND_OVER = {"markdown": ".md", "html": ".html"}
"""Formats for the client's eyes, with the endings of their files."""
ONE_DUE_DATE = frozenset({"generic", "xero", "quickbooks"})
"""Formats that hold no schedule of payments."""


class NothingAgreedError(Problem):
    """It is not said what to draft, and no offer was agreed to."""

    remedy = "Give --choice next_invoice or --choice separate_invoice, or record what was agreed."


class UnknownOfferError(Problem):
    """No offer of this name is on record."""


class AgreedOtherwiseError(Problem):
    """The client agreed to another offer, and what was agreed is what is billed."""


def parse_tax_name(text: str) -> tuple[Decimal, str]:
    """A percent and how the ledger calls it, as ``21=21% BTW``.

    Raises:
        ArgumentTypeError: It is not written so.
    """
    percent, sign, name = text.partition("=")
    if not sign or not name.strip():
        message = f"{text!r} names no tax; write it as PERCENT=NAME"
        raise ArgumentTypeError(message)
    return parse_percent(percent), name.strip()


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this verb."""
    add_case_argument(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--choice", choices=CHOICES, help="how the client chose to pay the full amount")
    what.add_argument("--offer", metavar="NAME", help="an offer on record (default: the one that was agreed to)")
    parser.add_argument("--without-contact", metavar="REASON", help="why before a contact; every brief prints it")
    dates = parser.add_argument_group("dates and kinds")
    dates.add_argument("--issue-date", type=parse_working_date, metavar="DATE", help="date of documents for arrears")
    dates.add_argument("--due-date", type=parse_working_date, metavar="DATE", help="instead of the terms of payment")
    dates.add_argument("--document-kind", choices=ARREARS_KINDS, help="what bills arrears, whatever the country")
    dates.add_argument("--country", metavar="XX", help="your country, which chooses what usually bills arrears")
    dates.add_argument("--tax-percent", type=parse_percent, metavar="PERCENT", help="where the contract states none")
    dates.add_argument(
        "--language", choices=DRAFT_LANGUAGES, default="en", help="the client's, for all texts (default: en)"
    )
    dates.add_argument(
        "--number", action="append", default=[], metavar="NUMBER", help="what a document is to be called; repeatable"
    )
    _add_file_options(parser)
    parser.add_argument("--record", action="store_true", help="append the drafts to the case")
    add_day_option(parser, "the day they are drafted, which dates documents for arrears too, unless --issue-date does")
    add_teller_options(parser)


def _add_file_options(parser: ArgumentParser) -> None:
    files = parser.add_argument_group("files")
    files.add_argument("-o", "--output", metavar="FOLDER", help="where to write them, one file for each")
    files.add_argument("--format", choices=FORMATS, default="generic", help="in which format (default: generic)")
    files.add_argument("--templates", metavar="FOLDER", help="templates of your own for markdown and html")
    files.add_argument("--force", action="store_true", help="replace files that are there")
    files.add_argument(
        "--tax-name",
        action="append",
        type=parse_tax_name,
        default=[],
        metavar="PERCENT=NAME",
        help="how the ledger calls a tax rate; repeatable",
    )
    files.add_argument("--account", metavar="CODE", default="", help="revenue account of charges that declare none")
    files.add_argument("--item", metavar="CODE", default="", help="product of charges that declare none")
    files.add_argument("--tracking-name", metavar="NAME", default="", help="category of tracking options in Xero")
    files.add_argument("--ledger-customer", metavar="NAME", default="", help="the client as the ledger spells it")
    files.add_argument("--month-first", action="store_true", help="write dates as the United States do")


def run(arguments: Namespace) -> int:
    """Show the documents, write them, and keep the event, as far as asked for."""
    from billcheck.connectors.files.drafts import write_drafts
    from billcheck.recovery.contact_gate import pass_gate
    from billcheck.recovery.documents import draft_documents, letters_for
    from billcheck.recovery.events import Drafted
    from billcheck.recovery.states import add, state_of

    case = case_of(arguments)
    record_on = happened_on(arguments) if arguments.record else None
    wishes = _wishes(arguments, case)
    offer = _offer(arguments, case, wishes.issue_date)
    documents = draft_documents(case, offer, wishes=wishes, without_contact=arguments.without_contact)
    has_arrears = any(each.is_arrears for document in documents for each in document.lines)
    override = pass_gate(case, arguments.without_contact) if has_arrears else None
    settings = _settings(arguments)
    written: Sequence[object] = ()
    if arguments.output is not None:
        if arguments.format in TO_HAND_OVER:
            written = _hand_over(documents, arguments)
        else:
            written = write_drafts(
                documents, arguments.output, arguments.format, settings=settings, force=arguments.force
            )
    write([*_listed(documents), *(line(str(path)) for path in written)])
    for remark in _remarks(case, documents, settings, arguments.format if written else ""):
        note(remark)
    if offer.waived and not _is_waived(case, offer):
        note("Record what is given up, so that nobody bills it later: billcheck recover record CASE waived --agreed.")
    note(f"Letters that go with it, by billcheck recover letter: {', '.join(letters_for(offer))}.")
    if not written:
        note("Nothing was written; give -o FOLDER.")
    if record_on is not None:
        event = Drafted(on=record_on, by=arguments.by, note=arguments.note, documents=documents, override=override)
        changed = add(case, event)
        return keep(changed, arguments.case, f"drafted on {record_on}; the case is now {state_of(changed)}.")
    note("The case stays as it is; --record appends the drafts.")
    return 0


def _hand_over(documents: Sequence[DraftDocument], arguments: Namespace) -> Sequence[object]:
    """Write each document as the client can read it."""
    from billcheck.connectors.files.drafts import place_files
    from billcheck.connectors.files.drafts.names import file_names
    from billcheck.recovery.letters.letters import draft_to_hand_over
    from billcheck.recovery.writing.templates import Templates

    templates = Templates(arguments.templates)
    letters = [draft_to_hand_over(each, language=arguments.language, templates=templates) for each in documents]
    names = file_names([document.number for document in documents], TO_HAND_OVER[arguments.format])
    texts = [each.to_html() if arguments.format == "html" else each.to_markdown() for each in letters]
    return place_files(zip(names, texts, strict=True), arguments.output, force=arguments.force)


def _is_waived(case: Case, offer: Offer) -> bool:
    """Whether all that an offer gives up is on record as waived."""
    from billcheck.recovery.sums import period_sums

    waived = {each.period.row: each.waived_minor for each in period_sums(case)}
    return all(waived.get(row, 0) >= minor for row, minor in offer.waived)


def _offer(arguments: Namespace, case: Case, issue_date: date | None) -> Offer:
    """What is to be drafted: the client's choice, an offer on record, or what was agreed to last.

    Raises:
        UsageError: Nothing was agreed, no such offer is on record, or the client agreed to another one.
    """
    from billcheck.recovery.documents import default_issue_date
    from billcheck.recovery.events import Offered
    from billcheck.recovery.offers import next_invoice_offer, separate_invoice_offer

    agreed = _agreed(case)
    if arguments.choice is not None:
        _hold_to(agreed, arguments.choice, "--choice")
        if agreed is not None and agreed.payments:
            return agreed
        if arguments.choice == "next_invoice":
            return next_invoice_offer(case)
        return separate_invoice_offer(case, on=issue_date or default_issue_date(case))
    if arguments.offer is None:
        if agreed is None:
            raise UsageError([NothingAgreedError("documents")])
        return agreed
    known = {event.offer.name: event.offer for event in case.current if isinstance(event, Offered)}
    known |= {} if agreed is None else {agreed.name: agreed}
    if arguments.offer not in known:
        remedy = f"On record: {', '.join(known) or 'none'}."
        raise UsageError([UnknownOfferError("--offer", arguments.offer, remedy=remedy)])
    _hold_to(agreed, arguments.offer, "--offer")
    return known[arguments.offer]


def _agreed(case: Case) -> Offer | None:
    """What the client agreed to last, with the payments that were planned for it since."""
    from billcheck.recovery.sums import agreed_offer, plan_of

    agreed, payments = agreed_offer(case), plan_of(case)
    if agreed is None or agreed.invoices or sum(each.amount_minor for each in payments) != agreed.incl_tax_minor:
        return agreed
    return replace(agreed, payments=payments)


def _hold_to(agreed: Offer | None, name: str, option: str) -> None:
    """Refuse to draft something else than the client agreed to.

    Raises:
        UsageError: Another offer was agreed to.
    """
    if agreed is not None and agreed.name != name:
        remedy = (
            f"On record is {agreed.name}: leave {option} out to draft that. If the client has agreed to something else "
            "since, record it first: billcheck recover record CASE agreed."
        )
        raise UsageError([AgreedOtherwiseError(option, name, remedy=remedy)])


def _wishes(arguments: Namespace, case: Case) -> Wishes:
    from billcheck.recovery.documents import Wishes, default_issue_date

    issue_date = arguments.issue_date
    if issue_date is None and arguments.on is not None:
        issue_date = default_issue_date(case, drafted_on=arguments.on)
    return Wishes(
        issue_date=issue_date,
        due_date=arguments.due_date,
        kind=arguments.document_kind,
        country=arguments.country,
        tax_percent=arguments.tax_percent,
        language=arguments.language,
        numbers=tuple(arguments.number),
    )


def _settings(arguments: Namespace) -> ImportSettings:
    from billcheck.connectors.files.drafts.import_settings import ImportSettings

    return ImportSettings(
        tax_names=dict(arguments.tax_name),
        account=arguments.account,
        item=arguments.item,
        tracking_name=arguments.tracking_name,
        customer=arguments.ledger_customer,
        is_month_first=arguments.month_first,
    )


def _listed(documents: Sequence[DraftDocument]) -> list[Line]:
    """The documents with their dates and amounts, including tax."""
    rows = [
        (
            Span(document.number, "strong"),
            Span(document.kind.replace("_", " ")),
            Span(f"dated {document.issue_date}"),
            Span("" if document.due_date is None else f"due {document.due_date}"),
            Span(counted(len(document.lines), "line")),
            Span(f"{amount_text(document.incl_tax_minor, document.currency)} {document.currency}"),
        )
        for document in documents
    ]
    return grid(rows, ("left", "left", "left", "left", "right", "right"), head=False)


def _remarks(case: Case, documents: Sequence[DraftDocument], settings: ImportSettings, form: str) -> Iterator[str]:
    """What whoever approves the documents should know, once each."""
    from billcheck.recovery.telling_apart import TELLINGS, unclear_charges

    for document in documents:
        for remark in document.remarks:
            yield f"{document.number}: {remark}"
        if document.schedule and form in ONE_DUE_DATE:
            yield _lost_schedule(document)
    if form in TELLINGS:
        telling = replace(TELLINGS[form], item=settings.item, account=settings.account)
        yield from unclear_charges(case.arrears, documents, telling)
    if form == "quickbooks":
        yield "QuickBooks has no drafts: importing a file books it at once."
    if form == "xero":
        yield from _xero_tax(documents)


def _lost_schedule(document: DraftDocument) -> str:
    """What a file with a single due date cannot say of a plan of payments."""
    payments = ", ".join(
        f"{amount_text(each.amount_minor, document.currency)} on {each.due_date}" for each in document.schedule
    )
    return (
        f"{document.number}: The file has one due date, {document.due_date}, and no place for the "
        f"{counted(len(document.schedule), 'payment')} of the plan: {payments} ({document.currency}, incl. tax). Set "
        "them in the ledger, and give the client the schedule: --format html."
    )


def _xero_tax(documents: Sequence[DraftDocument]) -> Iterator[str]:
    """Where Xero, which rounds the tax of each line, comes to another total."""
    for document in documents:
        by_line = sum(
            tax_on(each.amount_minor, each.tax_percent) for each in document.lines if each.tax_percent is not None
        )
        if by_line != document.tax_minor:
            by_line_text, own = (amount_text(minor, document.currency) for minor in (by_line, document.tax_minor))
            yield (
                f"{document.number}: Xero may round the tax of each line, {by_line_text} {document.currency} in all, "
                f"where the document has {own}: look at the tax before you approve it."
            )
