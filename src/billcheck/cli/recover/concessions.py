"""What `recover offers` and `recover plan` share: how a waiver is written, and how instalments lie apart.

Comes in: the words of a command line. Goes out: a partial waiver of a case, or a refusal that says how it is written.
Must not know what a waiver comes to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, get_args

from billcheck.cli.recover.arguments import minor_of, parse_percent
from billcheck.errors import Problem, UsageError
from billcheck.grammar import GrammarError, parse_plain_decimal

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from datetime import date

    from billcheck.recovery.case import Case
    from billcheck.recovery.offer import Offer

_COUNT = re.compile(r"[1-9][0-9]{0,3}")

FORMATS = ("table", "json", "markdown", "csv")


class WaiverTextError(Problem):
    """This does not say what is given up."""

    remedy = "Write 25%, 1800.00, oldest:3, newest:2 or periods:2026-03,2026-05."


def add_concession_options(parser: ArgumentParser) -> None:
    """`--waive WHAT`, `--every`, `--tax-percent`, `--format`."""
    from billcheck.recovery.instalments import Every

    parser.add_argument(
        "--waive",
        metavar="WHAT",
        help="give up a part: 25%%, an amount excl. tax, oldest:3, newest:2, or periods:2026-03,2026-05",
    )
    parser.add_argument(
        "--every", choices=get_args(Every), default="month", help="how far instalments lie apart (default: month)"
    )
    parser.add_argument(
        "--tax-percent", type=parse_percent, metavar="PERCENT", help="where the contract states none; as for documents"
    )
    parser.add_argument("--format", choices=FORMATS, default="table", help="how to show it (default: table)")


def reckoned(arguments: Namespace, case: Case) -> Case:
    """The case to work offers out from: with the tax percent of `--tax-percent` where nobody stated one."""
    return case if arguments.tax_percent is None else case.with_tax_percent(arguments.tax_percent)


def waiver_of(text: str | None, case: Case, on: date) -> Offer | None:
    """The partial waiver of `--waive`; None without one.

    Raises:
        UsageError: It is not written as a waiver, or comes to nothing or to everything.
    """
    from billcheck.recovery.offers import waive_part

    if text is None:
        return None
    kind, colon, rest = text.partition(":")
    if kind == "periods" and rest:
        return waive_part(case, periods=[name.strip() for name in rest.split(",")], on=on)
    if colon and kind in {"oldest", "newest"} and rest.isascii() and rest.isdigit():
        return (
            waive_part(case, oldest=int(rest), on=on) if kind == "oldest" else waive_part(case, newest=int(rest), on=on)
        )
    if colon:
        raise UsageError([WaiverTextError("--waive", text)])
    if text.endswith("%"):
        try:
            return waive_part(case, percent=parse_plain_decimal(text.removesuffix("%")), on=on)
        except GrammarError:
            raise UsageError([WaiverTextError("--waive", text)]) from None
    return waive_part(case, amount_minor=minor_of(text, case.currency, "--waive"), on=on)
