"""From the words of a command line to contracts and a report.

Comes in: parsed arguments. Goes out: loaded contracts, a checked report. The one place of the library that asks what
day it is, and says so. Must not know how results are shown.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billcheck.cli import clock
from billcheck.cli.console import note, progress
from billcheck.cli.effective import (
    COMMAND_LINE,
    CONTRACTS_FILE,
    CONTRACTS_FOLDER,
    DECISIONS_FILE,
    DEFAULT,
    effective,
)
from billcheck.cli.live import LiveLedger, fetch_live, refuse_names_without_colon
from billcheck.cli.outputs import inputs_of, ledger_folders_of, refuse_outputs, snapshots_of
from billcheck.errors import Problem, UsageError, said_of
from billcheck.processes import usable_processors

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence
    from datetime import date

    from billcheck import Ledger
    from billcheck.configuration.rules import LedgerFile
    from billcheck.contracts.files import Written
    from billcheck.contracts.terms import Contracts
    from billcheck.contracts.usage import Quantities
    from billcheck.decisions.rules import Decision
    from billcheck.recovery.case import Case
    from billcheck.report.report import Report


SHOWN_NAMES = 5
"""How many files that are passed over are named for each folder."""


_SCOPE = {
    "only_contracts": ("--contract", "scope.contracts"),
    "only_customers": ("--customer", "scope.customers"),
    "check_until": ("--check-until", "scope.check_until"),
}
"""The arguments of a check that say of what, as they are called on a command line and in a configuration."""


class NoContractsError(Problem):
    """No contracts were given, and there is neither contracts.toml nor a folder contracts/ here."""

    remedy = "Give --contracts PATH, or write contracts.toml; billcheck demo --save DIR writes one to start from."


class NoLedgerError(Problem):
    """No ledger was given, and no configuration names one."""

    remedy = "Give the path of an export, or a live ledger such as xero:, or name it as ledgers in billcheck.toml."


def load(arguments: Namespace) -> Contracts:
    """The contracts of the command line, else those of the working folder.

    Raises:
        UsageError: There are none.
        ContractsRefusedError: They hold faults.
    """
    from billcheck import load_contracts

    paths = _contract_paths(arguments)
    with progress("Reading contracts"):
        return load_contracts(*paths)


def load_usage(arguments: Namespace) -> Quantities | None:
    """The quantities of the command line; None where none are given.

    Raises:
        QuantitiesRefusedError: They hold faults.
    """
    from billcheck import load_quantities

    paths = effective(arguments)["quantities"]
    return load_quantities(*paths) if paths else None


def load_as_written(arguments: Namespace) -> tuple[Written, ...]:
    """The same contracts with the tables they were written as.

    Raises:
        UsageError: There are none.
        ContractsRefusedError: They hold faults.
    """
    from billcheck.contracts.files import load_written

    return load_written(*_contract_paths(arguments))


def _contract_paths(arguments: Namespace) -> Sequence[str]:
    setting = next(one for one in effective(arguments).settings if one.key == "contracts")
    if not setting.value:
        raise UsageError([NoContractsError("--contracts")])
    if setting.origin == DEFAULT and setting.value == (CONTRACTS_FILE,) and Path(CONTRACTS_FOLDER).is_dir():
        note(f"Read {CONTRACTS_FILE}; the folder {CONTRACTS_FOLDER}/ was not read. Give --contracts for both.")
    paths: Sequence[str] = setting.value
    return paths


def decisions_file(arguments: Namespace) -> str:
    """The file that decisions are written to."""
    return effective(arguments)["decisions"] or DECISIONS_FILE


def load_decided(arguments: Namespace) -> tuple[Decision, ...]:
    """The decisions of the command line, else those configured or of the working folder; none where there is no file.

    Raises:
        DecisionsRefusedError: The file holds faults.
    """
    from billcheck import load_decisions

    setting = next(one for one in effective(arguments).settings if one.key == "decisions")
    if setting.value is None:
        return ()
    if setting.origin == DEFAULT:
        note(f"Read {DECISIONS_FILE}, the decisions of this folder.")
    return load_decisions(setting.value)


def own_profiles(arguments: Namespace) -> Sequence[str]:
    """The user's profiles of the command line, else those configured or beside the contracts, which is said."""
    from billcheck.connectors.files.profile_files import split_path

    settings = effective(arguments)
    setting = next(one for one in settings.settings if one.key == "profiles")
    paths: Sequence[str] = setting.value
    named = settings["profile"]
    if (
        named is not None
        and split_path(named)
        and all(isinstance(ledger, str | LiveLedger) for ledger in settings["ledgers"])
    ):
        return ()  # all ledgers are read by that file alone
    if setting.origin == DEFAULT:
        for path in paths:
            note(f"Read {path}{os.sep}, the profiles beside the contracts.")
    return paths


def _say_what_is_passed_over(ledgers: Sequence[str | LedgerFile]) -> None:
    """Notes on the files that stand in folders of ledgers and are not read."""
    from billcheck.connectors.files import SUFFIXES, passed_over

    for ledger in ledgers:
        others, hidden = passed_over(ledger)
        for names, why in (
            (others, f"only names that end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]} are"),
            (hidden, "names that begin with a dot are left out"),
        ):
            if names:
                rest = f" and {len(names) - SHOWN_NAMES:,} more" if len(names) > SHOWN_NAMES else ""
                note(f"{os.fspath(ledger)}: not read: {', '.join(names[:SHOWN_NAMES])}{rest}; {why}.")


def open_ledger(arguments: Namespace, as_of: date) -> Ledger:
    """The ledgers of the command line, or those configured, as one; live ones are fetched now.

    Args:
        arguments: The command line.
        as_of: Up to when live ledgers are read, unless it says otherwise.

    Raises:
        UsageError: There is none, the options make no sense beside those there are, or a live one is named like a file.
        LedgerRefusedError: A path does not exist, or is given twice.
        ConnectorError: A live ledger could not be read.
    """
    from billcheck import Ledger, read_ledger

    settings = effective(arguments)
    named = settings["ledgers"]
    if not named:
        raise UsageError([NoLedgerError("LEDGER")])
    refuse_outputs(snapshots_of(arguments), inputs_of(arguments), ledger_folders_of(arguments))
    files = [ledger for ledger in named if not isinstance(ledger, LiveLedger)]
    refuse_names_without_colon(files)
    stored = (
        read_ledger(
            *files,
            profile=settings["profile"],
            currency=settings["currency"],
            profiles=own_profiles(arguments),
            sheet=arguments.sheet,
            limits=settings.limits,
        ).sources
        if files
        else ()
    )
    _say_what_is_passed_over(files)
    live = [ledger for ledger in named if isinstance(ledger, LiveLedger)]
    return Ledger((*fetch_live(arguments, live, as_of, settings.limits), *stored))


def working_day(arguments: Namespace) -> date:
    """The day to look back from; today where none is given, which is said."""
    day: date | None = arguments.as_of
    if day is None:
        day = clock.today()
        note(f"As of {day}, which is today; give --as-of for a result that can be repeated.")
    return day


def check_options(arguments: Namespace, *, is_scoped: bool = True) -> dict[str, Any]:
    """What a check is asked for beside contracts, ledger, day, decisions and cases.

    Raises:
        QuantitiesRefusedError: The quantities hold faults.
    """
    settings = effective(arguments)
    return {
        "quantities": load_usage(arguments),
        "covers": settings["thresholds.covers"],
        "check_from": settings["scope.check_from"],
        "check_until": settings["scope.check_until"],
        "only_contracts": settings["scope.contracts"] if is_scoped else (),
        "only_customers": settings["scope.customers"] if is_scoped else (),
        "grace_days": settings["thresholds.grace_days"],
        "fail_on": settings["thresholds.fail_on"],
        "configuration": settings.configuration,
        "control_totals": settings["thresholds.control_totals"],
        "min_amounts": settings["thresholds.min_amounts"],
        "processes": usable_processors() if arguments.processes is None else arguments.processes,
    }


@contextmanager
def told_as_typed(arguments: Namespace) -> Iterator[None]:
    """Has faults of what is to be checked name the option, or the key of the configuration, in place of an argument.

    Raises:
        UsageError: That of the check.
    """
    try:
        yield
    except UsageError as error:
        raise UsageError([_as_typed(problem, arguments) for problem in error.problems]) from None


def _as_typed(problem: Problem, arguments: Namespace) -> Problem:
    if problem.where not in _SCOPE:
        return problem
    option, key = _SCOPE[problem.where]
    setting = next(one for one in effective(arguments).settings if one.key == key)
    where = option if setting.origin == COMMAND_LINE else f"{setting.origin}: {key}"
    return type(problem)(where, problem.value, what=problem.what, remedy=problem.advice)


def make_report(
    arguments: Namespace,
    *,
    decisions: tuple[Decision, ...] | None = None,
    is_scoped: bool = True,
    cases: Sequence[Case] = (),
) -> Report:
    """Check the ledgers of the command line, or those configured, against the contracts.

    Args:
        arguments: The command line.
        decisions: What was decided; None for those of the command line, the configuration or the folder.
        is_scoped: Whether only the contracts and customers count that the configuration may name.
        cases: What was told to customers about arrears.

    Raises:
        InputError: Contracts, the configuration, a ledger or an argument were refused.
        ConnectorError: A live ledger could not be read.
    """
    from billcheck import check

    contracts = load(arguments)
    options = check_options(arguments, is_scoped=is_scoped)
    options["decisions"] = load_decided(arguments) if decisions is None else decisions
    as_of = working_day(arguments)
    ledger = open_ledger(arguments, as_of)
    with progress("Checking"), told_as_typed(arguments):
        report = check(contracts, ledger, as_of=as_of, cases=cases, **options)
    for source in report.inputs:
        for remark in source.notes:
            note(said_of(source.path, remark))
    return report
