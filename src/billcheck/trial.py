"""Drafts tried on the ledger they were drafted from, before a person sees them.

Comes in: a ledger and a day. Goes out: drafts. A check by them is the judge: a line billed once that it would count for
another charge becomes a charge of its own, and whatever it still finds stands as a question at the charge, so that a
draft never calls a ledger wrong without having said so. Must not know how anything is learned, or how a check works.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from billcheck.check import check
from billcheck.contracts.agreement import read_contract
from billcheck.contracts.faults import Docket
from billcheck.contracts.values import forget
from billcheck.errors import InternalError
from billcheck.findings import DEFAULT_FAIL_ON, Status
from billcheck.history.draft import QUESTION, as_term
from billcheck.history.drafting import draft, study_ledger
from billcheck.history.remarks import counted, documents_text, money_text
from billcheck.period import period_label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from billcheck.contracts.terms import Contract
    from billcheck.findings import PeriodRow
    from billcheck.history.draft import DraftContract, Drafts
    from billcheck.history.drafting import Place, Study
    from billcheck.history.lines import BilledLine
    from billcheck.ledger.source import Ledger
    from billcheck.report.report import Report

_ROUNDS = 3
"""How often what a check finds is taken in, at most: a line taken in leaves another alone with a charge."""
_MOST_ONCE = 24
"""So many lines billed once become charges of one contract at most; more are no agreement."""
_SHOWN = 4
_WRONG = frozenset({Status.UNDERBILLED, Status.MISSING, Status.OVERBILLED})
_NOT_RIGHT = _WRONG | {Status.INCONCLUSIVE}
_TOLD = DEFAULT_FAIL_ON | {"ambiguous"}
_MISPLACED = frozenset({"currency_mismatch", "ambiguous"})


def draft_contracts(ledger: Ledger, *, as_of: date, customers: Iterable[str] = ()) -> Drafts:
    """The contracts that a ledger suggests, for a person to correct.

    Args:
        ledger: What was billed; its sources are read now. Templates that it holds are further evidence.
        as_of: The day to look back from; documents dated later are left out.
        customers: Only these, by name or id; all where none is named.

    Returns:
        The drafts, by customer; none where nothing recurs. `Drafts.to_toml` is the file to correct. Where a check of
        this ledger by the drafts as they are finds periods that were billed wrongly, a question says which.

    Raises:
        LedgerRefusedError: A source as a whole cannot be read without guessing.
        SourceChangedError: A source is not what it was.
        UsageError: One of the customers was never billed, and no template is theirs.
    """
    trial = _Trial(study_ledger(ledger, as_of=as_of, customers=customers), ledger)
    outcome = trial.run(frozenset())
    for _ in range(_ROUNDS):
        more = trial.fit_to_take_in(outcome) - outcome.taken_in
        if not more:
            break
        wider = trial.run(outcome.taken_in | more, outcome)
        better = frozenset(place for place in more if trial.is_better(wider, outcome, place))
        if not better:
            break
        outcome = wider if better == more else trial.run(outcome.taken_in | better, wider)
    return _with_questions(outcome, trial.names_left_out)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a check by drafts finds.

    `taken_in` are lines billed once that are charges of their own, `counted_elsewhere` those that count for other
    charges or for nobody knows which; `rows` are those that are not right. Both by account.
    """

    drafts: Drafts
    taken_in: frozenset[Place]
    rows: Mapping[int, Sequence[PeriodRow]]
    counted_elsewhere: Mapping[int, frozenset[Place]]

    def wrong(self, account: int) -> int:
        """How much is not right with an account."""
        return len(self.rows.get(account, ())) + len(self.counted_elsewhere.get(account, ()))


class _Trial:
    """Drafts from one study, each time with other lines taken in, and checks by them."""

    def __init__(self, study: Study, ledger: Ledger) -> None:
        self._study, self._ledger = study, ledger
        self._once: dict[tuple[str, str, int], list[BilledLine]] = defaultdict(list)
        self._accounts: dict[Place, int] = {}
        self._varying: dict[tuple[str, str, int], str] = {}
        for number, learned in enumerate(study.learned):
            for series in learned.others:
                for line in (line for line in series.lines if line.amount > 0):
                    path = study.history.sources[line.source].path
                    self._once[path, line.document, line.day].append(line)
                    self._accounts[line.source, line.locator] = number
            for one in learned.varying:
                name = as_term(one.series.name) or "lines without a text"
                for line in one.series.lines:
                    path = study.history.sources[line.source].path
                    self._varying[path, line.document, line.day] = name

    def run(self, taken_in: frozenset[Place], before: _Outcome | None = None) -> _Outcome:
        """Draft with these lines as charges of their own, and check what that may change.

        Args:
            taken_in: The lines.
            before: What was found with others; None to check every draft.
        """
        drafts = draft(self._study, taken_in)
        accounts = {_identity(drafted): drafted.account for drafted in drafts.contracts}
        concerned = set(accounts.values())
        rows: dict[int, Sequence[PeriodRow]] = {}
        elsewhere: dict[int, frozenset[Place]] = {}
        if before is not None:
            touched = {self._accounts[place] for place in taken_in ^ before.taken_in}
            concerned &= touched | before.rows.keys() | before.counted_elsewhere.keys()
            rows = {account: found for account, found in before.rows.items() if account not in concerned}
        if concerned:
            named = [identity for identity, account in accounts.items() if account in concerned]
            report = check(_contracts(drafts), self._ledger, as_of=self._study.as_of, only_contracts=named)
            for found in _not_right(report):
                rows[accounts[found[0].contract]] = found
            elsewhere = self._counted_elsewhere(report, rows)
        return _Outcome(drafts, taken_in, rows, elsewhere)

    def fit_to_take_in(self, outcome: _Outcome) -> frozenset[Place]:
        """The lines that might be charges of their own; none of an account that has too many."""
        few = (places for places in outcome.counted_elsewhere.values() if len(places) <= _MOST_ONCE)
        return frozenset().union(*few)

    def is_better(self, wider: _Outcome, before: _Outcome, place: Place) -> bool:
        """Whether less is wrong with the account of a line now that it has a charge of its own."""
        account = self._accounts[place]
        return wider.wrong(account) < before.wrong(account)

    def names_left_out(self, row: PeriodRow) -> str:
        """The names of what varies, is not drafted, and stands on documents that a row is billed by; often none."""
        keys = ((each.path, each.document, each.date.toordinal()) for each in row.evidence)
        names = dict.fromkeys(self._varying[key] for key in keys if key in self._varying)
        return ", ".join(names)

    def _counted_elsewhere(
        self, report: Report, rows: Mapping[int, Sequence[PeriodRow]]
    ) -> dict[int, frozenset[Place]]:
        """The lines billed once that a check counts for a charge that has too much, or cannot tell for which."""
        if not self._once:
            return {}
        found: list[Place] = []
        for row in (row for several in rows.values() for row in several):
            if row.status is Status.OVERBILLED:
                for each in row.evidence:
                    found += self._at(each.path, each.document, each.date.toordinal(), each.row)
        for item in report.residue:
            if item.kind in _MISPLACED:
                found += self._at(item.path, item.document, item.date.toordinal(), item.row)
        by_account: dict[int, set[Place]] = defaultdict(set)
        for place in found:
            by_account[self._accounts[place]].add(place)
        return {account: frozenset(places) for account, places in by_account.items()}

    def _at(self, path: str, document: str, day: int, row: int) -> list[Place]:
        """The lines billed once that stand there."""
        sources = self._study.history.sources
        return [
            (line.source, line.locator)
            for line in self._once.get((path, document, day), ())
            if sources[line.source].rows_of([line.locator]) == [row]
        ]


def _not_right(report: Report) -> Iterator[list[PeriodRow]]:
    """The rows that are not right, by contract; those of contracts of which nothing is told are not even made."""
    told = dict.fromkeys(finding.contract for finding in report.found if finding.kind in _TOLD)
    told |= dict.fromkeys(item.contract for item in report.residue if item.kind in _MISPLACED)
    for contract in filter(None, told):
        rows = [row for row in report.rows_of(contract).rows if row.status in _NOT_RIGHT]
        if rows:
            yield rows


def _identity(drafted: DraftContract) -> str:
    return next(str(entry.value) for entry in drafted.entries if entry.key == "id")


def _contracts(drafts: Drafts) -> tuple[Contract, ...]:
    """The drafts as if they were accepted.

    Raises:
        InternalError: A draft is no contract.
    """
    contracts: list[Contract] = []
    for number, drafted in enumerate(drafts.contracts, start=1):
        docket = Docket("draft", number, drafted.to_table())
        contract = read_contract(docket)
        if contract is None or docket.problems:
            raise InternalError("a draft is a contract", problems="; ".join(map(str, docket.problems)))
        contracts.append(contract)
    forget()
    return tuple(contracts)


def _with_questions(outcome: _Outcome, names_left_out: Callable[[PeriodRow], str]) -> Drafts:
    """The drafts with what a check by them finds, at the charges it is about."""
    drafts = outcome.drafts
    found: dict[tuple[int, str], list[PeriodRow]] = defaultdict(list)
    for account, rows in outcome.rows.items():
        for row in rows:
            if row.status in _WRONG:
                found[account, row.charges[0]].append(row)
    if not found:
        return drafts
    contracts = []
    for contract in drafts.contracts:
        charges = []
        for charge in contract.charges:
            rows = [row for row in found.get((contract.account, charge.name), ()) if row.first_day not in charge.asked]
            asked = [_question(rows, names_left_out)] if rows else []
            charges.append(replace(charge, remarks=(*charge.remarks, *asked)) if asked else charge)
        contracts.append(replace(contract, charges=tuple(charges)))
    return replace(drafts, contracts=tuple(contracts))


def _question(rows: Sequence[PeriodRow], names_left_out: Callable[[PeriodRow], str]) -> str:
    """What a check finds of a charge."""
    listed = "; ".join(map(_found, rows[:_SHOWN]))
    rest = f"; and {counted(len(rows) - _SHOWN, 'period')} more" if len(rows) > _SHOWN else ""
    names = dict.fromkeys(filter(None, map(names_left_out, (row for row in rows if row.status is Status.OVERBILLED))))
    also = (
        f" What is left out below ({', '.join(names)}) is on the same documents, and counts here unless it is drafted."
        if names
        else ""
    )
    return (
        f"{QUESTION} a check of this ledger by this draft as it is finds {listed}{rest}. Was it billed wrongly, or is "
        f"something else agreed?{also}"
    )


def _found(row: PeriodRow) -> str:
    documents = documents_text(each.document for each in row.evidence)
    billed = money_text(row.billed_minor, row.currency)
    expected = money_text(row.expected_minor, row.currency)
    by = f" ({documents})" if documents else ""
    return f"{period_label(row.first_day, row.last_day)} {row.status}, {billed} in place of {expected}{by}"
