"""`billcheck contracts compare`: what is agreed next, what templates will bill, what was billed last.

Comes in: ledgers with templates, contracts, options. Goes out: a table or JSON, and an exit code. Must not know how
anything is matched or worked out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from billcheck.characters import visible_json
from billcheck.cli.arguments import add_format_option, add_reading_options, add_scope_options
from billcheck.cli.console import note, progress, write, write_text
from billcheck.cli.inputs import check_options, load, load_decided, open_ledger, told_as_typed, working_day
from billcheck.money import format_minor
from billcheck.period import period_label
from billcheck.report.page import BLANK, Line, Role, Span, grid, line
from billcheck.report.wording import NOT_KNOWN, amount_text, counted

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable

    from billcheck.forecast.shapes import Concern, Forecast, Unclaimed, Upcoming
    from billcheck.ledger.template import Template

NO_TEMPLATES = (
    "The ledger holds no templates, so nothing was compared. Templates are what a ledger makes invoices from by "
    "itself: repeating invoices in Xero, recurring transactions in QuickBooks. Exports hold none: name a live ledger "
    "such as xero:, or the snapshot that billcheck fetch writes of one. A snapshot holds those of the customers that "
    "were asked for, as they were that day: fetch again, for all customers, and see whether billcheck fetch says that "
    "they could not be read. If the ledger has none, there is nothing to compare: somebody makes each invoice by hand."
)
_ROLES: dict[str, Role] = {"wrong": "bad", "open": "attention", "remark": "muted"}


def add_compare_arguments(parser: ArgumentParser) -> None:
    """The options of `contracts compare`."""
    add_reading_options(parser)
    add_scope_options(parser)
    add_format_option(parser)


def compare(arguments: Namespace) -> int:
    """Print the three-way view; the exit code is 1 where a next invoice will be wrong, 3 where it cannot be told."""
    from billcheck import compare_templates

    contracts = load(arguments)
    options = check_options(arguments)
    options["decisions"] = load_decided(arguments)
    as_of = working_day(arguments)
    ledger = open_ledger(arguments, as_of)
    with progress("Comparing"), told_as_typed(arguments):
        forecast = compare_templates(contracts, ledger, as_of=as_of, **options)
    if not forecast.templates:
        note(NO_TEMPLATES)
    if arguments.format == "json":
        write_text(visible_json(json.dumps(to_json(forecast), indent=2, ensure_ascii=False) + "\n"))
    else:
        write(to_lines(forecast))
    return forecast.exit_code


def to_json(forecast: Forecast) -> dict[str, object]:
    """The view as JSON holds it; amounts are texts with the digits of their currency, excl. tax."""
    return {
        "as_of": forecast.as_of.isoformat(),
        "templates": forecast.templates,
        "complete": forecast.is_complete,
        "verdict": forecast.verdict or "right",
        "next_invoices": [_next_to_json(each) for each in forecast.next_invoices],
        "unclaimed": [_unclaimed_to_json(each) for each in forecast.unclaimed],
    }


def _next_to_json(each: Upcoming) -> dict[str, object]:
    return {
        "contract": each.contract,
        "customer": each.customer,
        "charges": list(each.charges),
        "currency": each.currency,
        "first_day": _day(each.first_day),
        "last_day": _day(each.last_day),
        "due_on": _day(each.due_on),
        "expected": _amount(each.expected_minor, each.currency),
        "billed": _amount(each.billed_minor, each.currency),
        "planned": _amount(each.planned_minor, each.currency),
        "on": _day(each.on),
        "templates": [_template_to_json(template) for template in each.templates],
        "last": [
            {
                "document": last.document,
                "date": last.issue_date.isoformat(),
                "first_day": last.first_day.isoformat(),
                "last_day": last.last_day.isoformat(),
                "amount": _amount(last.amount_minor, each.currency),
            }
            for last in each.last
        ],
        "concerns": [_concern_to_json(concern, each.currency) for concern in each.concerns],
    }


def _day(day: object) -> str | None:
    return None if day is None else str(day)


def _amount(minor: int | None, currency: str) -> str | None:
    return None if minor is None else format_minor(minor, currency)


def _template_to_json(template: Template) -> dict[str, object]:
    return {
        "id": template.id,
        "name": template.name,
        "customer": template.customer,
        "status": template.status,
        "makes": template.makes,
        "every": template.every,
        "next_date": _day(template.next_date),
        "last_date": _day(template.last_date),
    }


def _unclaimed_to_json(each: Unclaimed) -> dict[str, object]:
    return {
        "template": _template_to_json(each.template),
        "currency": each.template.currency,
        "amount": _amount(each.amount_minor, each.template.currency),
        "concern": _concern_to_json(each.concern, each.template.currency),
    }


def _concern_to_json(concern: Concern, currency: str) -> dict[str, object]:
    return {
        "kind": concern.kind,
        "weight": str(concern.weight),
        "sentence": concern.sentence,
        "amount": _amount(concern.amount_minor, currency),
    }


def to_lines(forecast: Forecast) -> list[Line]:
    """The view as a table: a block for each charge, then templates of no charge, then how it stands."""
    lines: list[Line] = []
    for each in forecast.next_invoices:
        charges = " + ".join(each.charges)
        lines.append(line(f'{each.contract} "{charges}", {each.customer}  ({each.currency}, excl. tax)', "heading"))
        lines += grid(list(_cells(each)), ("left", "right", "left"), indent=2, head=False)
        lines += _said(each.concerns)
        lines.append(BLANK)
    if forecast.unclaimed:
        lines.append(line("Templates of no charge", "heading"))
        lines += _said(each.concern for each in forecast.unclaimed)
        lines.append(BLANK)
    return [*lines, *_verdict(forecast)]


def _cells(each: Upcoming) -> Iterable[tuple[Span, ...]]:
    if each.first_day is None or each.last_day is None:
        yield Span("Agreed"), Span("–"), Span("nothing more is agreed")
    else:
        expected = NOT_KNOWN if each.expected_minor is None else amount_text(each.expected_minor, each.currency)
        label = period_label(each.first_day, each.last_day)
        yield Span("Agreed"), Span(expected, "strong"), Span(f"for {label}, due on {each.due_on}")
    if each.planned_minor is not None:
        ids = ", ".join(template.id for template in each.templates)
        yield (
            Span("Template"),
            Span(amount_text(each.planned_minor, each.currency), "strong"),
            Span(f"on {each.on} by {ids}"),
        )
    else:
        states = ", ".join(f"{template.id} ({template.status})" for template in each.templates)
        yield Span("Template"), Span("–"), Span(states or "none")
    for last in reversed(each.last):
        label = period_label(last.first_day, last.last_day)
        said = f"for {label}, {last.document} of {last.issue_date}"
        yield Span("Invoice"), Span(amount_text(last.amount_minor, each.currency)), Span(said, "muted")


def _said(concerns: Iterable[Concern]) -> list[Line]:
    return [line(concern.sentence, _ROLES[concern.weight], indent=2) for concern in concerns]


def _verdict(forecast: Forecast) -> list[Line]:
    wrong = sum(each.is_wrong for each in forecast.next_invoices)
    alone = sum(each.concern.weight == "wrong" for each in forecast.unclaimed)
    charges = counted(len(forecast.next_invoices), "charge")
    templates = counted(forecast.templates, "template")
    told = [f"{wrong:,} of {charges} will be billed wrongly next"] if wrong else []
    told += [f"{counted(alone, 'template')} will bill what is not agreed"] if alone else []
    if told:
        return [line(f"{', and '.join(told)}.", "bad")]
    if forecast.verdict is not None:
        why = "" if forecast.is_complete else " The ledger was not read in full."
        return [line(f"{charges}, {templates}: not everything could be told.{why}", "attention")]
    return [line(f"{charges}, {templates}: what comes next is what is agreed.", "good")]
