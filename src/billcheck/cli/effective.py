"""What a command goes by: the command line, else the configuration, else what is there by custom.

Comes in: parsed arguments, and the configuration of the folder. Goes out: one value per setting, with where it comes
from. Must not know contracts, ledgers or reports.
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from billcheck.cli.console import note
from billcheck.errors import Problem, UsageError
from billcheck.findings import DEFAULT_FAIL_ON

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from billcheck import Limits
    from billcheck.configuration.rules import Configuration

CONTRACTS_FILE = "contracts.toml"
CONTRACTS_FOLDER = "contracts"
DECISIONS_FILE = "decisions.toml"
PROFILES_FOLDER = "profiles"

COMMAND_LINE = "command line"
DEFAULT = "default"


class RepeatedCurrencyError(Problem):
    """The currency is given twice."""

    remedy = "Give one amount per currency."


class Setting(NamedTuple):
    """One setting as it counts: its key in a configuration file, its value, and where that comes from."""

    key: str
    value: Any
    origin: str


class Effective:
    """All settings of a command; without a configuration those of the command line and the defaults."""

    def __init__(self, configuration: Configuration | None, settings: Sequence[Setting]) -> None:
        self.configuration = configuration
        self.settings = tuple(settings)
        self._values = {setting.key: setting.value for setting in settings}

    @property
    def limits(self) -> Limits:
        """What ledger files may hold."""
        from billcheck import Limits

        return Limits(**{one.name: self[f"limits.{one.name}"] for one in fields(Limits)})

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - each setting has a type of its own
        return self._values[key]


def effective(arguments: Namespace) -> Effective:
    """What counts for a command; worked out once.

    Raises:
        ConfigurationRefusedError: The configuration holds faults, or there are two.
        UsageError: A currency is given twice.
    """
    known: Effective | None = getattr(arguments, "effective", None)
    if known is None:
        configuration = _configuration(arguments)
        known = Effective(configuration, list(_settings(arguments, configuration)))
        arguments.effective = known
    return known


def _configuration(arguments: Namespace) -> Configuration | None:
    """The configuration of the command line, else that of the folder or of one above it."""
    from billcheck import load_configuration
    from billcheck.configuration.files import find_configuration

    path = getattr(arguments, "config", None)
    if path is None:
        path = find_configuration()
        if path is None:
            return None
        note(f"Read {path}, the configuration of {'this' if len(Path(path).parts) == 1 else 'that'} folder.")
    return load_configuration(path)


def _settings(arguments: Namespace, configuration: Configuration | None) -> Iterator[Setting]:
    from billcheck import Limits
    from billcheck.configuration.rules import Configuration

    given = configuration or Configuration()
    files, terms, scope = given.files, given.thresholds, given.scope

    def choose(key: str, option: str, own: object, default: object = None) -> Setting:
        value = getattr(arguments, option, None)
        if value is not None and value != []:
            return Setting(key, value, COMMAND_LINE)
        return Setting(key, default, DEFAULT) if own in (None, (), {}) else Setting(key, own, given.place)

    contracts = choose("contracts", "contracts", files.contracts, _default_contracts())
    profile, currency = choose("profile", "profile", files.profile), choose("currency", "currency", files.currency)
    yield contracts
    ledgers = choose("ledgers", "ledger", files.ledgers, ())
    yield _ledgers(ledgers, profile, currency, has_sheet=getattr(arguments, "sheet", None) is not None)
    yield choose("quantities", "quantities", files.quantities, ())
    yield profile
    yield choose("profiles", "profiles", files.profiles, _default_profiles(contracts.value, given.place))
    yield currency
    for one in fields(Limits):
        yield choose(f"limits.{one.name}", "", files.limits.get(one.name), one.default)
    has_decisions = Path(DECISIONS_FILE).exists()
    yield choose("decisions", "decisions", files.decisions, DECISIONS_FILE if has_decisions else None)
    yield _kinds(choose("thresholds.fail_on", "fail_on", terms.fail_on, DEFAULT_FAIL_ON), arguments, given)
    yield _amounts(choose("thresholds.min_amounts", "min_amount", terms.min_amounts, {}), "--min-amount")
    yield choose("thresholds.grace_days", "grace_days", terms.grace_days)
    yield choose("thresholds.covers", "covers", terms.covers)
    yield _amounts(choose("thresholds.control_totals", "control_total", terms.control_totals, {}), "--control-total")
    yield choose("scope.check_from", "check_from", scope.check_from)
    yield choose("scope.check_until", "check_until", scope.check_until)
    # Who names a contract means it, whatever customers the file is about.
    is_named = any(getattr(arguments, name, None) for name in ("only_contracts", "only_customers"))
    yield choose("scope.contracts", "only_contracts", () if is_named else scope.contracts, ())
    yield choose("scope.customers", "only_customers", () if is_named else scope.customers, ())
    for name in ("accounts", "items", "customers"):
        yield choose(f"scope.ignore_{name}", "", getattr(scope.ignore, name), ())
    yield from _credits(given)


def _ledgers(ledgers: Setting, profile: Setting, currency: Setting, *, has_sheet: bool) -> Setting:
    """Those of a command line may be live. What it says of all counts for those too that are configured otherwise."""
    from billcheck.cli.live import live_or_path
    from billcheck.configuration.rules import LedgerFile

    if ledgers.origin == COMMAND_LINE:
        return ledgers._replace(value=tuple(map(live_or_path, ledgers.value)))
    said = [
        LedgerFile(
            one.path,
            None if profile.origin == COMMAND_LINE else one.profile,
            None if currency.origin == COMMAND_LINE else one.currency,
            None if has_sheet else one.sheet,
        )
        if isinstance(one, LedgerFile)
        else one
        for one in ledgers.value
    ]
    return ledgers._replace(value=tuple(said))


def _default_profiles(contracts: Sequence[str], configuration: str) -> tuple[str, ...]:
    """The folders of profiles beside the contracts; without any, beside the configuration or in the working folder.

    A folder that holds no profile is somebody else's.
    """
    places = [Path(path).parent for path in contracts] or [Path(configuration).parent]
    folders = [place / PROFILES_FOLDER for place in dict.fromkeys(places)]
    return tuple(str(folder) for folder in folders if folder.is_dir() and any(folder.glob("*.toml")))


def _kinds(setting: Setting, arguments: Namespace, given: Configuration) -> Setting:
    """No kind at all is a choice too."""
    if getattr(arguments, "fail_on", None) is not None:
        return setting._replace(value=arguments.fail_on, origin=COMMAND_LINE)
    return (
        setting
        if given.thresholds.fail_on is None
        else setting._replace(value=given.thresholds.fail_on, origin=given.place)
    )


def _amounts(setting: Setting, option: str) -> Setting:
    """Amounts by currency; those of a command line as they were repeated there."""
    if setting.origin != COMMAND_LINE:
        return setting
    pairs: Sequence[tuple[str, Decimal]] = setting.value
    currencies = [currency for currency, _ in pairs]
    repeated = sorted({currency for currency in currencies if currencies.count(currency) > 1})
    if repeated:
        raise UsageError([RepeatedCurrencyError(option, currency) for currency in repeated])
    return setting._replace(value=dict(pairs))


def _credits(given: Configuration) -> Iterator[Setting]:
    from billcheck.configuration.rules import CreditClass, Selector

    classes = dict(given.credits.classes)
    for name in get_args(CreditClass):
        selector = classes.get(name, Selector())
        for field in fields(Selector):
            texts = tuple(text.strip() for text in getattr(selector, field.name))
            if field.name != "customers":
                yield Setting(f"credits.{name}.{field.name}", texts, given.place if texts else DEFAULT)


def _default_contracts() -> tuple[str, ...]:
    """The contracts that are there by custom; both are told apart when they are read."""
    found = [name for name in (CONTRACTS_FILE, CONTRACTS_FOLDER) if Path(name).exists()]
    return tuple(found[:1])
