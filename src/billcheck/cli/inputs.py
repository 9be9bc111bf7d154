"""From the words of a command line to contracts and a report.

Comes in: parsed arguments. Goes out: loaded contracts, a checked report. The one place of the library that asks what
day it is, and says so. Must not know how results are shown.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.cli.console import note, progress
from billcheck.errors import Problem, UsageError
from billcheck.processes import usable_processors

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from decimal import Decimal

    from billcheck.configuration.rules import Configuration
    from billcheck.contracts.files import Written
    from billcheck.contracts.terms import Contracts
    from billcheck.contracts.usage import Quantities
    from billcheck.decisions.rules import Decision
    from billcheck.report.report import Report

DEFAULT_FILE = "contracts.toml"
DEFAULT_FOLDER = "contracts"
DEFAULT_CONFIGURATION = "billcheck.toml"
DEFAULT_DECISIONS = "decisions.toml"


class RepeatedCurrencyError(Problem):
    """The currency is given twice."""

    remedy = "Give one amount per currency."


class NoContractsError(Problem):
    """No contracts were given, and there is neither contracts.toml nor a folder contracts/ here."""

    remedy = "Give --contracts PATH, or write contracts.toml; billcheck demo --save DIR writes one to start from."


def load(arguments: Namespace) -> Contracts:
    """The contracts of the command line, else those of the working folder.

    Raises:
        UsageError: There are none.
        ContractsRefusedError: They hold faults.
    """
    from billcheck import load_contracts

    paths = arguments.contracts or _default_paths()
    with progress("Reading contracts"):
        return load_contracts(*paths)


def load_usage(arguments: Namespace) -> Quantities | None:
    """The quantities of the command line; None where none are given.

    Raises:
        QuantitiesRefusedError: They hold faults.
    """
    from billcheck import load_quantities

    return load_quantities(*arguments.quantities) if arguments.quantities else None


def load_as_written(arguments: Namespace) -> tuple[Written, ...]:
    """The same contracts with the tables they were written as.

    Raises:
        UsageError: There are none.
        ContractsRefusedError: They hold faults.
    """
    from billcheck.contracts.files import load_written

    return load_written(*(arguments.contracts or _default_paths()))


def _default_paths() -> list[str]:
    is_file, is_folder = Path(DEFAULT_FILE).is_file(), Path(DEFAULT_FOLDER).is_dir()
    if is_file and is_folder:
        note(f"Read {DEFAULT_FILE}; the folder {DEFAULT_FOLDER}/ was not read. Give --contracts for both.")
    if is_file:
        return [DEFAULT_FILE]
    if is_folder:
        return [DEFAULT_FOLDER]
    raise UsageError([NoContractsError("--contracts")])


def load_rules(arguments: Namespace) -> Configuration | None:
    """The configuration of the command line, else that of the working folder; None where there is none.

    Raises:
        ConfigurationRefusedError: It holds faults.
    """
    from billcheck import load_configuration

    path = arguments.config
    if path is None:
        if not Path(DEFAULT_CONFIGURATION).exists():
            return None
        path = DEFAULT_CONFIGURATION
        note(f"Read {DEFAULT_CONFIGURATION}, the configuration of this folder.")
    return load_configuration(path)


def decisions_file(arguments: Namespace) -> str:
    """The file that decisions are written to."""
    return arguments.decisions or DEFAULT_DECISIONS


def load_decided(arguments: Namespace) -> tuple[Decision, ...]:
    """The decisions of the command line, else those of the working folder; none where there is no file.

    Raises:
        DecisionsRefusedError: The file holds faults.
    """
    from billcheck import load_decisions

    path = arguments.decisions
    if path is None:
        if not Path(DEFAULT_DECISIONS).exists():
            return ()
        path = DEFAULT_DECISIONS
        note(f"Read {DEFAULT_DECISIONS}, the decisions of this folder.")
    return load_decisions(path)


def make_report(
    arguments: Namespace,
    *,
    fail_on: frozenset[str] | None = None,
    min_amounts: Sequence[tuple[str, Decimal]] | None = None,
    decisions: tuple[Decision, ...] | None = None,
) -> Report:
    """Check the ledgers of the command line against its contracts; without decisions, those of the command line count.

    Raises:
        InputError: Contracts, the configuration, a ledger or an argument were refused.
    """
    from billcheck import check, read_ledger

    contracts = load(arguments)
    quantities = load_usage(arguments)
    configuration = load_rules(arguments)
    decisions = load_decided(arguments) if decisions is None else decisions
    ledger = read_ledger(*(arguments.ledger or ()), profile=arguments.profile)
    as_of = arguments.as_of
    if as_of is None:
        as_of = datetime.now(UTC).astimezone().date()
        note(f"As of {as_of}, which is today; give --as-of for a result that can be repeated.")
    with progress("Checking"):
        return check(
            contracts,
            ledger,
            as_of=as_of,
            covers=arguments.covers,
            check_from=arguments.check_from,
            grace_days=arguments.grace_days,
            fail_on=fail_on,
            configuration=configuration,
            quantities=quantities,
            decisions=decisions,
            control_totals=_by_currency("--control-total", arguments.control_total),
            min_amounts=_by_currency("--min-amount", min_amounts),
            processes=usable_processors() if arguments.processes is None else arguments.processes,
        )


def _by_currency(option: str, amounts: Sequence[tuple[str, Decimal]] | None) -> dict[str, Decimal]:
    given = dict(amounts or ())
    if amounts and len(given) < len(amounts):
        currencies = [currency for currency, _ in amounts]
        repeated = sorted({currency for currency in currencies if currencies.count(currency) > 1})
        raise UsageError([RepeatedCurrencyError(option, currency) for currency in repeated])
    return given
