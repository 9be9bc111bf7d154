"""`billcheck period`: which service period a text names, or why it names none.

Comes in: a text, and what is known about it. Goes out: the first and last day, the rule and the language, as a table or
as JSON. Must not know contracts or ledgers.
"""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from datetime import date
from typing import TYPE_CHECKING, Any

from billcheck.characters import visible_json
from billcheck.cli.arguments import add_format_option, parse_date
from billcheck.cli.console import write, write_text
from billcheck.grammar import DateOrder
from billcheck.report.page import line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

NAME = "period"
HELP = "show which service period a text names, or why none"
DESCRIPTION = "Read the service period that the text of an invoice line names, as a check would."

_NO_DATE = "it depends on the invoice date, which is not given (--invoice-date)"


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("text", metavar="TEXT", help="the text of a line, in quotes")
    parser.add_argument(
        "--invoice-date", type=parse_date, metavar="DATE", help="date of the invoice; texts without a year need it"
    )
    parser.add_argument("--language", type=_parse_language, metavar="xx", help="read the text in this language alone")
    order = parser.add_mutually_exclusive_group()
    order.add_argument(
        "--day-first", dest="order", action="store_const", const=DateOrder.DAY_FIRST, help="01/02/2026 is 1 February"
    )
    order.add_argument(
        "--month-first", dest="order", action="store_const", const=DateOrder.MONTH_FIRST, help="01/02/2026 is 2 January"
    )
    parser.add_argument(
        "--fiscal-year-start", type=int, choices=range(1, 13), metavar="M", help="the month a fiscal year starts in"
    )
    add_format_option(parser)


def run(arguments: Namespace) -> int:
    """Print the period, or the reason why there is none; both are answers, so both exit with 0."""
    found = _find(arguments)
    if arguments.format == "json":
        write_text(visible_json(json.dumps(found, ensure_ascii=False)) + "\n")
    elif found["period"] is None:
        write([line(f"No period: {found['reason']}.", "attention")])
    else:
        period = found["period"]
        language = f", in {period['language']}" if period["language"] else ""
        write([line(f"{period['first_day']} to {period['last_day']}  ({period['rule']}{language})")])
    return 0


def _parse_language(text: str) -> str:
    """One of the languages that are read.

    Raises:
        ArgumentTypeError: The text is none of them.
    """
    from billcheck.periods.vocabulary import LANGUAGES

    if text not in LANGUAGES:
        message = f"{text!r} is no language that is read; the languages are {', '.join(LANGUAGES)}"
        raise ArgumentTypeError(message)
    return text


def _find(arguments: Namespace) -> dict[str, Any]:
    from billcheck.periods.reading import read
    from billcheck.periods.resolve import refusal, resolve

    reading = read(arguments.text, arguments.language)
    known = {"order": arguments.order, "fiscal_year_start": arguments.fiscal_year_start}
    if arguments.invoice_date is not None:
        issue_day = arguments.invoice_date.toordinal()
    elif reading.by_order is not None and arguments.order is not None:
        chosen = reading.by_order[0 if arguments.order is DateOrder.DAY_FIRST else 1]
        issue_day = chosen.dated.first_day if chosen.dated else 0
    else:
        issue_day = reading.dated.first_day if reading.dated else 0
    if not issue_day:
        return {"period": None, "reason": reading.reason or _NO_DATE}
    period = resolve(reading, issue_day, **known)
    if period is None:
        return {"period": None, "reason": refusal(reading, issue_day, **known)}
    return {
        "period": {
            "first_day": date.fromordinal(period.first_day).isoformat(),
            "last_day": date.fromordinal(period.end_day - 1).isoformat(),
            "rule": period.rule,
            "language": reading.language,
        },
        "reason": None,
    }
