"""The options that several commands share, and how their values are written.

Comes in: the words of a command line. Goes out: dates, windows and kinds of findings, or a refusal that says how the
value is written. Must not know what the commands do.
"""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.findings import KINDS
from billcheck.grammar import FIRST_YEAR, LAST_YEAR, AmountMarks, GrammarError
from billcheck.money import is_currency, to_minor

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from decimal import Decimal

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE_NUMBER = re.compile(r"[0-9]{1,4}")
_SMALL_NUMBER = re.compile(r"[1-9][0-9]{0,2}")


def parse_date(text: str) -> date:
    """A date written ``2026-09-04``, and nothing else.

    Raises:
        ArgumentTypeError: The text is no such date.
    """
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            message = f"there is no day {text!r} in the calendar"
            raise ArgumentTypeError(message) from None
    message = f"{text!r} is no date; write it as 2026-09-04"
    raise ArgumentTypeError(message)


def parse_working_date(text: str) -> date:
    """A date that prices can be worked out for, in the years that contracts and ledgers may speak of.

    Raises:
        ArgumentTypeError: The text is no date, or one outside these years.
    """
    day = parse_date(text)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        message = f"{text!r} lies outside the years {FIRST_YEAR} to {LAST_YEAR}"
        raise ArgumentTypeError(message)
    return day


def parse_window(text: str) -> tuple[date, date]:
    """A window ``FROM..TO`` of two dates, both inclusive.

    Raises:
        ArgumentTypeError: The text is no such window, or ends before it begins.
    """
    first, dots, last = text.partition("..")
    if not dots:
        message = f"{text!r} is no window; write it as 2026-01-01..2026-08-31"
        raise ArgumentTypeError(message)
    window = parse_date(first), parse_date(last)
    if window[1] < window[0]:
        message = f"{text!r} ends before it begins"
        raise ArgumentTypeError(message)
    return window


def parse_days(text: str) -> int:
    """A number of days, zero or more.

    Raises:
        ArgumentTypeError: The text is no whole number of at most four digits.
    """
    if not _WHOLE_NUMBER.fullmatch(text):
        message = f"{text!r} is no number of days; write a whole number such as 10"
        raise ArgumentTypeError(message)
    return int(text)


def parse_processes(text: str) -> int:
    """A number of processes, one or more.

    Raises:
        ArgumentTypeError: The text is no whole number from 1 to 999.
    """
    if not _SMALL_NUMBER.fullmatch(text):
        message = f"{text!r} is no number of processes; write a whole number such as 2"
        raise ArgumentTypeError(message)
    return int(text)


def parse_money(text: str) -> tuple[str, Decimal]:
    """An amount ``EUR=12345.67`` of a currency.

    Raises:
        ArgumentTypeError: The text is no such amount, or has more decimals than the currency.
    """
    currency, _, figures = text.partition("=")
    try:
        amount = AmountMarks().parse(figures)
    except GrammarError:
        amount = None
    if amount is None or not is_currency(currency):
        message = f"{text!r} is no amount; write currency and amount as EUR=12345.67"
        raise ArgumentTypeError(message)
    if to_minor(amount, currency) is None:
        message = f"{text!r} has more decimals than {currency}"
        raise ArgumentTypeError(message)
    return currency, amount


def parse_sheet(text: str) -> str | int:
    """The sheet of a workbook: a number where there are only digits, else a name."""
    return int(text) if _SMALL_NUMBER.fullmatch(text) else text


def parse_currency(text: str) -> str:
    """A currency of ISO 4217.

    Raises:
        ArgumentTypeError: The text is none.
    """
    if not is_currency(text):
        message = f"{text!r} is no currency; write three capitals such as EUR"
        raise ArgumentTypeError(message)
    return text


def parse_kinds(text: str) -> frozenset[str]:
    """Kinds of findings separated by commas; ``any`` stands for all of them, ``none`` for no kind.

    Raises:
        ArgumentTypeError: A word is no kind of finding, or `none` stands beside others.
    """
    words = [word.strip() for word in text.split(",")]
    unknown = [word for word in words if word not in KINDS and word not in {"any", "none"}]
    if unknown:
        message = f"{unknown[0]!r} is no kind of finding{suggestion(unknown[0], [*KINDS, 'any', 'none'])}"
        raise ArgumentTypeError(f"{message}; the kinds are {', '.join(KINDS)}, any, none")
    if "none" in words and len(words) > 1:
        message = f"{text!r} asks for none and for more"
        raise ArgumentTypeError(message)
    if "any" in words:
        return frozenset(KINDS)
    return frozenset(words) - {"none"}


def parse_kind(text: str) -> str:
    """One kind of finding.

    Raises:
        ArgumentTypeError: There is no such kind.
    """
    kind = text.replace("-", "_")
    if kind not in KINDS:
        message = f"{text!r} is no kind of finding{suggestion(text, list(KINDS))}; the kinds are {', '.join(KINDS)}"
        raise ArgumentTypeError(message)
    return kind


def suggestion(word: str, known: list[str]) -> str:
    """`` (did you mean ...?)`` where one of the known words looks alike, else nothing."""
    folded = {candidate.casefold(): candidate for candidate in reversed(known)}
    near = get_close_matches(word.casefold(), list(folded), n=1)
    return f" (did you mean {folded[near[0]]!r}?)" if near else ""


def add_contracts_option(parser: ArgumentParser) -> None:
    """`--contracts PATH`, as often as wanted."""
    parser.add_argument(
        "--contracts",
        action="append",
        metavar="PATH",
        help="contract file or folder of them; may be given several times (default: contracts.toml, then contracts/)",
    )


def add_quantities_option(parser: ArgumentParser) -> None:
    """`--quantities FILE`, as often as wanted."""
    parser.add_argument(
        "--quantities",
        action="append",
        metavar="FILE",
        help="how much was used, for metered charges: a CSV or TOML file; may be given several times",
    )


def add_format_option(parser: ArgumentParser) -> None:
    """`--format table|json`."""
    parser.add_argument("--format", choices=("table", "json"), default="table", help="how to show it (default: table)")


def add_ledgers(parser: ArgumentParser, *, is_option: bool) -> None:
    """The ledgers to read: words of their own, or the option `--ledger`."""
    if is_option:
        parser.add_argument(
            "--ledger",
            action="append",
            metavar="LEDGER",
            help="ledger file, folder of them, or live ledger such as xero: (may be given several times)",
        )
    else:
        parser.add_argument(
            "ledger",
            nargs="*",
            metavar="LEDGER",
            help="ledger file, folder of them, or live ledger such as xero: (default: those configured)",
        )


def add_live_options(parser: ArgumentParser, *, has_until: bool = True) -> None:
    """`--since DATE`, `--until DATE` and `--snapshot FILE`, of which live ledgers are read.

    `--until` is left out where the command means something else by it.
    """
    parser.add_argument(
        "--since",
        type=parse_working_date,
        metavar="DATE",
        help="of a live ledger: documents dated from this day on are read",
    )
    if has_until:
        parser.add_argument(
            "--until",
            dest="fetch_until",
            type=parse_working_date,
            metavar="DATE",
            help="of a live ledger: and up to this day, inclusive (default: the day of the check)",
        )
    parser.add_argument(
        "--snapshot",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="keep what is read of a live ledger in this file, as in ledger.jsonl; once for each of them",
    )


def add_reading_options(parser: ArgumentParser, *, has_ledger_option: bool = False, has_until: bool = True) -> None:
    """The ledger, the contracts, and the terms on which they are compared.

    The ledger is an option, `--ledger`, where the command's words mean something else.
    """
    add_ledgers(parser, is_option=has_ledger_option)
    add_live_options(parser, has_until=has_until)
    add_contracts_option(parser)
    add_quantities_option(parser)
    parser.add_argument(
        "--as-of",
        type=parse_working_date,
        metavar="DATE",
        help="the day to look back from (default: today, which is said)",
    )
    parser.add_argument(
        "--covers",
        type=parse_window,
        metavar="FROM..TO",
        help="the window of documents the ledger holds in full, both days included (default: first to last document)",
    )
    parser.add_argument(
        "--check-from", type=parse_working_date, metavar="DATE", help="leave out periods that begin before this day"
    )
    parser.add_argument(
        "--check-until", type=parse_working_date, metavar="DATE", help="leave out periods that begin after this day"
    )
    parser.add_argument(
        "--grace-days",
        type=parse_days,
        metavar="N",
        help="days after the due date before an unbilled period counts as missing (default: the contract's, else 10)",
    )
    parser.add_argument(
        "--processes",
        type=parse_processes,
        metavar="N",
        help="how many processes may work on a large ledger at a time (default: as many as there are processors)",
    )
    parser.add_argument(
        "--control-total",
        type=parse_money,
        action="append",
        metavar="EUR=AMOUNT",
        help="what the general ledger has as billed in a currency, excl. tax; may be given once per currency",
    )
    add_profile_options(parser)
    add_config_option(parser)
    parser.add_argument(
        "--decisions",
        metavar="FILE",
        help="what was decided about findings (default: decisions.toml of the working folder, which is said)",
    )


def add_config_option(parser: ArgumentParser) -> None:
    """`--config PATH`."""
    parser.add_argument(
        "--config",
        metavar="PATH",
        help="configuration file (default: billcheck.toml or [tool.billcheck] in pyproject.toml, of the working folder "
        "or the nearest one above that has one, which is said)",
    )


def add_profile_options(parser: ArgumentParser) -> None:
    """How ledgers are read: `--profile`, `--profiles`, `--currency` and `--sheet`."""
    parser.add_argument(
        "--profile",
        metavar="NAME",
        help="how to read the ledger: a profile, or the path of its .toml file (default: recognised by its headings)",
    )
    add_profiles_option(parser)
    parser.add_argument(
        "--currency",
        type=parse_currency,
        metavar="CODE",
        help="the currency of ledgers that name none, such as EUR (default: such a ledger is refused)",
    )
    add_sheet_option(parser)


def add_sheet_option(parser: ArgumentParser) -> None:
    """Which sheet of workbooks is read: `--sheet`."""
    parser.add_argument(
        "--sheet",
        type=parse_sheet,
        metavar="NAME",
        help="the sheet of workbooks that is read, by its name or its number from 1 (default: the only visible one "
        "with anything in it)",
    )


def add_profiles_option(parser: ArgumentParser) -> None:
    """`--profiles PATH`, as often as wanted."""
    parser.add_argument(
        "--profiles",
        action="append",
        metavar="PATH",
        help="profile file of your own, or folder of them; may be given several times (default: the folder profiles/ "
        "beside the contracts, which is said)",
    )


def add_scope_options(parser: ArgumentParser) -> None:
    """`--contract ID` and `--customer NAME`, as often as wanted."""
    parser.add_argument(
        "--contract",
        dest="only_contracts",
        action="append",
        metavar="ID",
        help="check only this contract; may be given several times",
    )
    parser.add_argument(
        "--customer",
        dest="only_customers",
        action="append",
        metavar="NAME",
        help="check only the contracts of this customer; may be given several times",
    )


def add_threshold_options(parser: ArgumentParser) -> None:
    """`--fail-on KIND,...` and `--min-amount EUR=AMOUNT`."""
    parser.add_argument(
        "--fail-on",
        type=parse_kinds,
        metavar="KIND,...",
        help="kinds of findings that give exit code 1, or any, or none (default: those of severity error)",
    )
    parser.add_argument(
        "--min-amount",
        type=parse_money,
        action="append",
        metavar="EUR=AMOUNT",
        help="findings of less than this do not give exit code 1; may be given once per currency",
    )
