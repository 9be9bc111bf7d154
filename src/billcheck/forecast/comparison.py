"""Contract, template and invoices held against each other, before the next invoice goes out.

Comes in: contracts, a ledger with templates, a day. Goes out: a `Forecast`. The real engine judges: what templates will
make goes through a check as documents of their next dates, beside what was billed, so that matching, periods and
amounts follow the same rules as ever. Must not know how it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from billcheck.check import check
from billcheck.findings import Status
from billcheck.forecast import concerns
from billcheck.forecast.planned import PLANNED, PlannedLine, plan
from billcheck.forecast.shapes import Concern, Forecast, LastInvoice, Unclaimed, Upcoming
from billcheck.history.lines import read_history
from billcheck.ledger.names import fold_code
from billcheck.ledger.source import Ledger
from billcheck.money import to_minor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from billcheck.contracts.terms import Charge, Contract
    from billcheck.findings import ContractRows, Evidence, PeriodRow, Residue
    from billcheck.ledger.template import Template
    from billcheck.report.report import Report

_LAST = 6
"""How many of the last invoices are shown."""
_MONTH = 30
_TO_COME = frozenset({Status.NOT_DUE, Status.AWAITING})

Key = tuple[str, tuple[str, ...]]
"""A contract's id, and the names of charges that are checked together."""


def compare_templates(contracts: Iterable[Contract], ledger: Ledger, *, as_of: date, **options: Any) -> Forecast:  # noqa: ANN401 - those of `check`
    """What is agreed next, what templates will make, and what was billed last.

    Args:
        contracts: The agreements.
        ledger: What was billed, with its templates; its sources are read now.
        as_of: The day from which what comes next is to come.
        options: Further arguments of `billcheck.check`.

    Raises:
        UsageError: An argument makes no sense.
        LedgerRefusedError: A source as a whole cannot be read without guessing.
    """
    contracts = tuple(contracts)
    now = check(contracts, ledger, as_of=as_of, **options)
    templates = ledger.templates()
    lines = plan(templates, contracts, as_of, options.get("configuration"))
    coming = tuple(each for each in lines if each.will_come)
    view = _View(now, _ahead(contracts, ledger, coming, as_of, options) or now, lines, coming, as_of)
    if templates:
        view.made_by = _made_by(ledger, as_of)
    invoices = tuple(found for item in now.contracts for found in _next_invoices(item, view))
    return Forecast(as_of, len(templates), invoices, tuple(_unclaimed(view)), now.complete)


def _ahead(
    contracts: tuple[Contract, ...],
    ledger: Ledger,
    coming: Sequence[PlannedLine],
    as_of: date,
    options: Mapping[str, Any],
) -> Report | None:
    """The check of a day when every template has made its next document; None where none makes any."""
    if not coming:
        return None
    planned = Ledger.from_lines([each.line for each in coming], path=PLANNED)
    horizon = max(as_of, *(each.line.issue_date for each in coming))
    return check(contracts, Ledger((*ledger.sources, *planned.sources)), as_of=horizon, **options)


def _made_by(ledger: Ledger, as_of: date) -> dict[str, set[str]]:
    """The templates that documents name as what made them, by the number of the document; both folded."""
    found: dict[str, set[str]] = {}
    for account in read_history(ledger, as_of).accounts:
        for line in account.charges:
            if line.template:
                found.setdefault(fold_code(line.document), set()).add(fold_code(line.template))
    return found


@dataclass(slots=True)
class _View:
    """The check of today, that of the days to come, and what will be made until then."""

    now: Report
    ahead: Report
    lines: tuple[PlannedLine, ...]
    coming: tuple[PlannedLine, ...]
    as_of: date
    made_by: dict[str, set[str]] = field(default_factory=dict)
    rows_ahead: dict[Key, list[PeriodRow]] = field(default_factory=dict)
    placed: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Gather the rows of the days to come by charge."""
        for item in self.ahead.contracts:
            for row in item.rows:
                self.rows_ahead.setdefault((row.contract, row.charges), []).append(row)
                self.placed.update(each.row for each in row.evidence if each.path == PLANNED)

    def template_of(self, evidence: Evidence | Residue) -> Template:
        """The template that makes a planned line."""
        return self.coming[evidence.row - 1].template

    def belonging(self, key: Key) -> list[Template]:
        """The templates with a line that belongs to a charge, each once."""
        keys = {(key[0], charge) for charge in key[1]}
        found = [each.template for each in self.lines if not keys.isdisjoint(each.charges)]
        return list({each.id: each for each in found}.values())


def _next_invoices(item: ContractRows, view: _View) -> Iterator[Upcoming]:
    charges = {charge.name: charge for charge in item.contract.charges}
    groups: dict[Key, list[PeriodRow]] = {}
    for row in item.rows:
        groups.setdefault((row.contract, row.charges), []).append(row)
    for key, rows in groups.items():
        members = [charges[name] for name in key[1] if name in charges]
        ahead = view.rows_ahead.get(key, rows)
        planned = [row for row in ahead if any(each.path == PLANNED for each in row.evidence)]
        if planned or any(charge.every is not None for charge in members):
            yield _next_invoice(item.contract, members, key, rows, ahead, planned, view)


def _next_invoice(
    contract: Contract,
    members: Sequence[Charge],
    key: Key,
    rows: Sequence[PeriodRow],
    ahead: Sequence[PeriodRow],
    planned: Sequence[PeriodRow],
    view: _View,
) -> Upcoming:
    upcoming = next((row for row in rows if row.status in _TO_COME and not row.is_change), None)
    shown = planned[0] if planned else upcoming
    made = [each for row in planned for each in row.evidence if each.path == PLANNED]
    makers = {view.template_of(each).id: view.template_of(each) for each in made}
    templates = list(makers.values()) or view.belonging(key)
    last = _last_invoices(rows)
    is_wrong_already = any(row.status in concerns.WRONG_ALREADY for row in rows[-_LAST - 1 :])
    found: list[Concern] = []
    usual = None if concerns.bills_several(makers.values(), members) else _usual_lag(rows)
    interval = max((charge.every.nominal_days for charge in members if charge.every), default=_MONTH)
    for row in planned:
        own = [each for each in row.evidence if each.path == PLANNED]
        names = [view.template_of(each) for each in own]
        misplaced = concerns.of_place(row, own, names, usual, interval)
        if misplaced is not None:
            found.append(misplaced)
        else:
            found.extend(concerns.of_amount(row, own, names, is_wrong_already=is_wrong_already))
    if planned:
        found.extend(concerns.of_cadence(list(makers.values()), members, len(planned)))
        found.extend(concerns.of_skipped(upcoming, ahead, planned, made[0].date))
    elif upcoming is not None and view.lines:
        missing = _gone(last, view)
        found.extend(concerns.of_stopped(upcoming, templates, missing))
    for template in templates:
        found.extend(concerns.of_template(template, view.as_of))
    found.extend(concerns.of_drafts(rows))
    return Upcoming(
        contract=contract.id,
        customer=contract.customer,
        charges=key[1],
        currency=contract.currency,
        first_day=shown.first_day if shown else None,
        last_day=(planned[-1] if planned else shown).last_day if shown else None,
        due_on=shown.due_on if shown else None,
        expected_minor=_expected(planned or ([shown] if shown else [])),
        billed_minor=sum(row.billed_minor for row in planned) - sum(each.amount_minor for each in made)
        if planned
        else (shown.billed_minor if shown else 0),
        planned_minor=sum(each.amount_minor for each in made) if made else None,
        on=made[0].date if made else None,
        templates=tuple(templates),
        last=last,
        concerns=tuple(found),
    )


def _usual_lag(rows: Sequence[PeriodRow]) -> int | None:
    """After how many days a charge is usually billed, counted from the due day: the lower median; None if never."""
    lags = sorted((each.date - row.due_on).days for row in rows for each in row.evidence)
    return lags[(len(lags) - 1) // 2] if lags else None


def _expected(rows: Sequence[PeriodRow]) -> int | None:
    return sum(row.expected_minor for row in rows) if rows and all(row.is_known for row in rows) else None


def _last_invoices(rows: Sequence[PeriodRow]) -> tuple[LastInvoice, ...]:
    """What the last documents billed of a charge, the latest last."""
    amounts: dict[tuple[date, str, date, date], int] = {}
    for row in rows:
        for each in row.evidence:
            identity = (each.date, each.document, row.first_day, row.last_day)
            amounts[identity] = amounts.get(identity, 0) + each.amount_minor
    return tuple(
        LastInvoice(document, day, first_day, last_day, amounts[day, document, first_day, last_day])
        for day, document, first_day, last_day in sorted(amounts)[-_LAST:]
    )


def _gone(last: Sequence[LastInvoice], view: _View) -> tuple[Template | None, str] | None:
    """The template that made the last invoice, or None for one that is gone, and its id; None where none made it."""
    ids = view.made_by.get(fold_code(last[-1].document), set()) if last else set()
    if not ids:
        return None
    identity = min(ids)
    known = next((each.template for each in view.lines if fold_code(each.template.id) == identity), None)
    return known, identity


def _unclaimed(view: _View) -> Iterator[Unclaimed]:
    """Templates whose lines bill no charge."""
    residue = {item.row: item for item in view.ahead.residue if item.path == PLANNED}
    loose: dict[tuple[str, str], tuple[PlannedLine, int, Residue | None]] = {}
    for number, each in enumerate(view.coming, start=1):
        if number in view.placed:
            continue
        item = residue.get(number)
        kind = "no contract" if not each.is_known else "" if item is None else item.kind
        if each.is_known and item is None:
            continue  # out of scope by the configuration
        known = loose.get((each.template.id, kind))
        minor = to_minor(each.line.amount, each.line.currency) or 0
        loose[each.template.id, kind] = (each, minor + (known[1] if known else 0), item)
    for each, minor, item in loose.values():
        yield Unclaimed(each.template, minor, concerns.of_unclaimed(each.template, minor, item))
