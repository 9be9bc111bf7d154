"""What a check is asked for: its arguments judged, before anything is read.

Comes in: the arguments of `check`, as somebody gave them. Goes out: a request that makes sense, amounts in minor units
and every default filled in; or one error with all that makes none. Must not know the engine, sources or reports.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from os import PathLike
from typing import TYPE_CHECKING

from billcheck.configuration.rules import Configuration, Scope, Selector
from billcheck.contracts.usage import Quantities
from billcheck.decisions.rules import Decision
from billcheck.decisions.standing import Register
from billcheck.errors import Problem, UsageError
from billcheck.findings import DEFAULT_FAIL_ON, KINDS
from billcheck.ledger.names import fold_name
from billcheck.ledger.source import Ledger
from billcheck.money import is_currency, to_minor

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from billcheck.contracts.terms import Contract, Contracts

_MOST_MEANT = 3
FIRST_YEAR, LAST_YEAR = 1900, 2190
"""Years a check may look back from: those that can be priced, with room for periods that are not due yet."""


class UnknownKindError(Problem):
    """There is no such kind of finding."""


class WrongTypeError(Problem):
    """This is not what the argument takes."""


class ReversedWindowError(Problem):
    """The window ends before it begins."""


class ReversedScopeError(Problem):
    """The last period would begin before the first."""


class UnknownContractError(Problem):
    """No contract has this id."""


class UnknownCustomerError(Problem):
    """No contract is with this customer."""


class DayOutOfRangeError(Problem):
    """The day of the check lies outside the years that can be priced."""

    remedy = "Give a day from 1900 to 2190."


class NegativeGraceError(Problem):
    """Grace days cannot be negative."""


class NegativeAmountError(Problem):
    """A least amount cannot be negative."""


class NoCurrencyError(Problem):
    """This is not a currency code of ISO 4217."""

    remedy = "Write three capitals, such as EUR."


class TooExactError(Problem):
    """The amount has more decimals than its currency."""

    remedy = "Give it in whole minor units, as the general ledger has it."


class DuplicateContractError(Problem):
    """Two contracts of one check have the same id."""

    remedy = "Give each contract an id of its own."


class DraftContractError(Problem):
    """This contract is a draft that nobody has accepted; what it says is not known to be agreed."""

    remedy = "Correct it, then run billcheck contracts accept with its file."


@dataclass(frozen=True, slots=True)
class Request:
    """What is checked and how; `stated` and `least` are amounts per currency in minor units.

    `contracts` know what was used. `register` holds what was decided, as of the day of the check. `scope` is what was
    asked for as a report tells it, `asked_for` the ids of the contracts it means, None where that is all of them.
    """

    contracts: Contracts
    as_of: date
    covers: tuple[date, date] | None
    scope: Scope
    asked_for: frozenset[str] | None
    grace_days: int | None
    fail_on: frozenset[str]
    configuration: Configuration
    stated: Mapping[str, int]
    least: Mapping[str, int]
    register: Register


def judge_request(
    contracts: Iterable[Contract],
    ledger: Ledger,
    *,
    as_of: date,
    covers: tuple[date, date] | None,
    check_from: date | None,
    check_until: date | None,
    only_contracts: Iterable[str] | None,
    only_customers: Iterable[str] | None,
    grace_days: int | None,
    fail_on: Iterable[str] | None,
    configuration: Configuration | None,
    control_totals: Mapping[str, Decimal] | None,
    min_amounts: Mapping[str, Decimal] | None,
    quantities: Quantities | None,
    decisions: Iterable[Decision],
) -> Request:
    """The request that the arguments of a check make; see there for what each means.

    Raises:
        UsageError: An argument makes no sense.
        QuantitiesRefusedError: A quantity fits no contract, or contradicts another.
    """
    _refuse_wrong_types(contracts, ledger, as_of, fail_on, configuration, quantities)
    contracts = tuple(contracts)
    configuration = configuration or Configuration()
    terms, own = configuration.thresholds, configuration.scope
    scope = replace(
        own,
        check_from=own.check_from if check_from is None else check_from,
        check_until=own.check_until if check_until is None else check_until,
        contracts=own.contracts if only_contracts is None else _texts("only_contracts", only_contracts),
        customers=own.customers if only_customers is None else _texts("only_customers", only_customers),
    )
    covers = terms.covers if covers is None else covers
    grace_days = terms.grace_days if grace_days is None else grace_days
    fail_on = terms.fail_on if fail_on is None else fail_on
    kinds = DEFAULT_FAIL_ON if fail_on is None else frozenset(fail_on)
    drafts = [DraftContractError(contract.where) for contract in contracts if contract.is_draft]
    if drafts:
        raise UsageError(drafts)
    _refuse_nonsense(contracts, as_of, covers, grace_days, kinds, scope)
    least = _minor_units("min_amounts", terms.min_amounts if min_amounts is None else min_amounts)
    if any(amount < 0 for amount in least.values()):
        raise UsageError([NegativeAmountError("min_amounts")])
    asked_for = _asked_for(contracts, scope)
    return Request(
        contracts=contracts if quantities is None else quantities.given_to(contracts),
        as_of=as_of,
        covers=covers,
        scope=_as_spelt(contracts, scope),
        asked_for=asked_for,
        grace_days=grace_days,
        fail_on=kinds,
        configuration=configuration,
        stated=_minor_units("control_totals", terms.control_totals if control_totals is None else control_totals),
        least=least,
        register=Register(_checked_decisions(decisions), as_of),
    )


def _refuse_wrong_types(
    contracts: object, ledger: object, as_of: object, fail_on: object, configuration: object, quantities: object
) -> None:
    """Name what was given instead of a day, contracts or a ledger; people pass texts and paths."""
    problems: list[Problem] = []
    if not isinstance(as_of, date):
        problems.append(WrongTypeError("as_of", str(as_of), remedy="Give a datetime.date, such as date(2026, 9, 4)."))
    if isinstance(contracts, str | PathLike):
        problems.append(WrongTypeError("contracts", str(contracts), remedy="Give billcheck.load_contracts(path)."))
    if not isinstance(ledger, Ledger):
        shown = str(ledger) if isinstance(ledger, str | PathLike) else type(ledger).__name__
        remedy = "Give billcheck.read_ledger(path), or billcheck.read_frame(frame) of a data frame."
        problems.append(WrongTypeError("ledger", shown, remedy=remedy))
    if isinstance(fail_on, str):
        problems.append(WrongTypeError("fail_on", str(fail_on), remedy=f"Give a list, such as [{fail_on!r}]."))
    if configuration is not None and not isinstance(configuration, Configuration):
        remedy = "Give billcheck.load_configuration(path)."
        problems.append(WrongTypeError("configuration", str(configuration), remedy=remedy))
    if quantities is not None and not isinstance(quantities, Quantities):
        problems.append(WrongTypeError("quantities", str(quantities), remedy="Give billcheck.load_quantities(path)."))
    if problems:
        raise UsageError(problems)


def _texts(name: str, texts: Iterable[str]) -> tuple[str, ...]:
    """Several texts; one alone would be taken for its letters.

    Raises:
        UsageError: It is one text.
    """
    if isinstance(texts, str):
        raise UsageError([WrongTypeError(name, texts, remedy=f"Give a list, such as [{texts!r}].")])
    return tuple(texts)


def _asked_for(contracts: Contracts, scope: Scope) -> frozenset[str] | None:
    """The ids of the contracts that a scope means; None where it means all.

    Raises:
        UsageError: It names a contract or a customer that there is not.
    """
    if not (scope.contracts or scope.customers):
        return None
    ids = {contract.id for contract in contracts}
    customers = {fold_name(contract.customer): contract.customer for contract in contracts}
    problems: list[Problem] = [
        UnknownContractError("only_contracts", name, remedy=_did_you_mean(name, ids))
        for name in scope.contracts
        if name not in ids
    ]
    problems.extend(
        UnknownCustomerError("only_customers", name, remedy=_did_you_mean(name, customers.values()))
        for name in scope.customers
        if fold_name(name) not in customers
    )
    if problems:
        raise UsageError(problems)
    wanted, named = frozenset(scope.contracts), {fold_name(name) for name in scope.customers}
    return frozenset(
        contract.id
        for contract in contracts
        if (not wanted or contract.id in wanted) and (not named or fold_name(contract.customer) in named)
    )


def _as_spelt(contracts: Contracts, scope: Scope) -> Scope:
    """The scope as a report tells it: customers as their contracts spell them, without what is ignored."""
    spelt = {fold_name(contract.customer): contract.customer for contract in reversed(contracts)}
    named = dict.fromkeys(spelt[fold_name(name)] for name in scope.customers)
    return replace(scope, ignore=Selector(), customers=tuple(named))


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    """What was most likely meant: a name that holds the word, else one that is spelt much like it."""
    names = sorted(known)
    holding = [name for name in names if word.strip() and fold_name(word) in fold_name(name)]
    near = holding if len(holding) == 1 else get_close_matches(word, names, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    if len(holding) > 1:
        rest = f" or {len(holding) - _MOST_MEANT} more" if len(holding) > _MOST_MEANT else ""
        return f"Did you mean one of {', '.join(map(repr, holding[:_MOST_MEANT]))}{rest}?"
    return ""


def _refuse_nonsense(
    contracts: Contracts,
    as_of: date,
    covers: tuple[date, date] | None,
    grace_days: int | None,
    kinds: frozenset[str],
    scope: Scope,
) -> None:
    problems: list[Problem] = [
        UnknownKindError("fail_on", kind, remedy=f"Use one of: {', '.join(KINDS)}.")
        for kind in sorted(kinds - {*KINDS})
    ]
    if not FIRST_YEAR <= as_of.year <= LAST_YEAR:
        problems.append(DayOutOfRangeError("as_of", as_of.isoformat()))
    if covers is not None and covers[1] < covers[0]:
        problems.append(ReversedWindowError("covers", f"{covers[0]}..{covers[1]}", remedy="Write FROM..TO."))
    if scope.check_from is not None and scope.check_until is not None and scope.check_until < scope.check_from:
        days = f"{scope.check_from}..{scope.check_until}"
        problems.append(ReversedScopeError("check_until", days, remedy="Give a later day, or none."))
    if grace_days is not None and grace_days < 0:
        problems.append(NegativeGraceError("grace_days", str(grace_days), remedy="Give zero or more days."))
    counted = Counter(contract.id for contract in contracts)
    problems.extend(DuplicateContractError("contracts", name) for name, count in counted.items() if count > 1)
    if problems:
        raise UsageError(problems)


def _checked_decisions(decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """The decisions, where they are any.

    Raises:
        UsageError: They are a path, or something else.
    """
    found = () if isinstance(decisions, str | PathLike) else tuple(decisions)
    strange = [decision for decision in found if not isinstance(decision, Decision)]
    if strange or isinstance(decisions, str | PathLike):
        given = str(strange[0]) if strange else str(decisions)
        raise UsageError([WrongTypeError("decisions", given, remedy="Give billcheck.load_decisions(path).")])
    return found


def _minor_units(name: str, amounts: Mapping[str, Decimal] | None) -> dict[str, int]:
    """Amounts per currency in minor units.

    Raises:
        UsageError: A currency is unknown, or an amount is no decimal or more exact than its currency.
    """
    minor: dict[str, int] = {}
    problems: list[Problem] = []
    for currency, amount in (amounts or {}).items():
        if not is_currency(currency):
            problems.append(NoCurrencyError(name, currency))
        elif not isinstance(amount, Decimal) or not amount.is_finite():
            remedy = "Give a decimal.Decimal, such as Decimal('12345.67')."
            problems.append(WrongTypeError(f"{name} {currency}", str(amount), remedy=remedy))
        elif (exact := to_minor(amount, currency)) is None:
            problems.append(TooExactError(f"{name} {currency}", str(amount)))
        else:
            minor[currency] = exact
    if problems:
        raise UsageError(problems)
    return minor
