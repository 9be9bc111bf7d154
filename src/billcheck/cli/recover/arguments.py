"""What several verbs of a case share: the file, the day, who says it, and how amounts are written.

Comes in: the words of a command line. Goes out: a case, a day, minor units of its currency, or a refusal that says how
the value is written. Must not know what the verbs do.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.cli import clock
from billcheck.cli.arguments import parse_working_date
from billcheck.cli.console import note, write
from billcheck.errors import Problem, UsageError
from billcheck.grammar import AmountMarks, GrammarError, parse_plain_decimal
from billcheck.money import to_minor
from billcheck.report.page import line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from datetime import date
    from decimal import Decimal

    from billcheck.recovery.case import Case


class AmountError(Problem):
    """This is no amount of the case's currency."""


class FutureDayError(Problem):
    """What is put on record has happened, and this day is still to come."""


def parse_percent(text: str) -> Decimal:
    """A percent from 0 to 100, as ``21``.

    Raises:
        ArgumentTypeError: It is none.
    """
    try:
        percent = parse_plain_decimal(text.strip())
    except GrammarError:
        percent = None
    if percent is None or not 0 <= percent <= 100:  # noqa: PLR2004 - percents end there
        message = f"{text!r} is no percent; write 21 for 21 %"
        raise ArgumentTypeError(message)
    return percent


def add_case_argument(parser: ArgumentParser) -> None:
    """The file of the case, first."""
    parser.add_argument("case", type=Path, metavar="CASE", help="the file of the case")


def add_day_option(parser: ArgumentParser, meaning: str) -> None:
    """`--on DATE`."""
    parser.add_argument(
        "--on", type=parse_working_date, metavar="DATE", help=f"{meaning} (default: today, which is said)"
    )


def add_teller_options(parser: ArgumentParser) -> None:
    """`--by NAME` and `--note TEXT`, which every event bears."""
    parser.add_argument("--by", metavar="NAME", default="", help="who says so")
    parser.add_argument("--note", metavar="TEXT", default="", help="a remark")


def day_of(arguments: Namespace, option: str = "on") -> date:
    """The day of `--on`, else today, which is said."""
    day: date | None = getattr(arguments, option)
    if day is None:
        day = clock.today()
        note(f"On {day}, which is today; give --{option.replace('_', '-')} for another day.")
    return day


def happened_on(arguments: Namespace, option: str = "on") -> date:
    """As `day_of`, for what goes on record: a day still to come would keep out every right day after it.

    Raises:
        UsageError: The day is later than today.
    """
    day, today = day_of(arguments, option), clock.today()
    if day > today:
        raise UsageError([
            FutureDayError(
                f"--{option.replace('_', '-')}", str(day), remedy=f"Today is {today}; record it on the day it happens."
            )
        ])  # fmt: skip
    return day


def case_of(arguments: Namespace) -> Case:
    """The case of the command line.

    Raises:
        CaseRefusedError: Its file cannot be read, or holds faults.
    """
    from billcheck.recovery.case_files import load_case

    return load_case(arguments.case)


def minor_of(text: str, currency: str, option: str) -> int:
    """The minor units of an amount as people write it, such as ``1,200.00``.

    Raises:
        UsageError: It is no amount, or has more decimals than the currency.
    """
    try:
        minor = to_minor(AmountMarks().parse(text.strip(), currency), currency)
    except GrammarError:
        minor = None
    if minor is None:
        raise UsageError([AmountError(option, text, remedy=f"Write it as 1200.00, with the decimals of {currency}.")])
    return minor


def keep(case: Case, path: Path, said: str) -> int:
    """Write the changed case, and say what was added to it."""
    from billcheck.recovery.case_files import write_case

    write_case(case, path)
    write([line(f"{path}: {said}")])
    return 0
