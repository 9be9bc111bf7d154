"""The outcome of a check as one value that shows itself.

Comes in: what the engine found, in minor units; the rows of the contracts may be computed only when somebody looks.
Goes out: totals, rows, findings, a verdict, JSON, and a table in a notebook. Must not know how anything was matched,
allocated or read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from billcheck.configuration.rules import Scope
from billcheck.errors import FindingsError
from billcheck.findings import DEFAULT_FAIL_ON, Verdict
from billcheck.money import to_decimal
from billcheck.report.columns import (
    CAUSE_COLUMNS,
    EVIDENCE_COLUMNS,
    ROW_COLUMNS,
    finding_columns,
    place_evidence,
)
from billcheck.report.records import Records
from billcheck.report.wording import counted, listed, money_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from billcheck.causes import CauseGroup
    from billcheck.contracts.terms import Contract
    from billcheck.decisions.rules import Outcome
    from billcheck.findings import (
        ContractRows,
        ControlTotal,
        Counts,
        Coverage,
        Finding,
        InputFile,
        OutOfScope,
        Outside,
        PeriodRow,
        PlacedEvidence,
        Residue,
        SetAside,
        Totals,
        UnusedScope,
    )
    from billcheck.ledger.source import RefusedRow

EXIT_CODES = {Verdict.CLEAN: 0, Verdict.FINDINGS: 1, Verdict.INCONCLUSIVE: 3}
"""Exit codes of a check; 2 is kept for runs that give no report."""


def _is_below(min_amounts: Mapping[str, int], finding: Finding) -> bool:
    if finding.amount_minor is None or finding.currency is None:
        return False
    return abs(finding.amount_minor) < min_amounts.get(finding.currency, 0)


def _fails(fail_on: frozenset[str], min_amounts: Mapping[str, int], finding: Finding) -> bool:
    """Whether a finding fails a check; no method, so that the findings of a report do not keep the report alive."""
    return finding.kind in fail_on and not finding.decision and not _is_below(min_amounts, finding)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Report:
    """What was agreed, what was billed, what is missing, and how sure that is.

    Amounts are excluding tax unless a name says otherwise. All sequences have a fixed order that depends on the inputs
    alone: `contracts` as their files list them, rows by charge and due day, `totals` by currency.

    Attributes:
        as_of: The day the check looks back from; later documents are set aside.
        covers: The window of documents the ledger covers, or None where it holds no document.
        inputs: The files that were read.
        totals: The sums, one entry for each currency of the contracts.
        counts: How much was checked.
        cause_groups: The differences by cause as the engine gave them; `causes` is the same, to be used.
        contracts: Every contract with its rows. May compute an element each time it is asked for.
        found: The findings as the engine gave them; `findings` is the same, to be used.
        residue: Billed amounts that went to no period, the unmatched and ambiguous ones included.
        outside: What customers without a contract were billed.
        set_aside: Lines that were read and do not count.
        refused: Rows that could not be read; any makes the report incomplete.
        inconclusive_rows: How many rows could not be judged.
        judged_rows: How many rows were judged.
        fail_on: The kinds of findings that make the verdict `findings`.
        terms: The contracts alone, in the order of `contracts`, so that a reader need not compute rows to find one;
            None where `contracts` is cheap to walk.
        grace_days: The grace days given for this check, None where the contracts' own or the default applied.
        check_from: Periods that begin earlier were not checked; None where none was left out.
        out_of_scope: What the configuration leaves out, by currency.
        unused_scope: What the configuration leaves out and no line bears, so that it may be a slip of the pen.
        controls: The totals of the general ledger that were given, beside those of the ledger.
        shortcomings: Sentences that say why the ledger may not hold all it should, each with what settles it.
        min_amounts: The amounts (minor units) per currency below which a finding does not fail this check.
        inferred_by: The documents per currency that bill a judged period by inference; none where they are many.
        decisions: How each decision stands, in the order of its file.
        decided_rows: How many rows are set aside by a decision.
        redacted: What was made unreadable: ``names``, ``amounts``, both, or nothing.
        scope: What was asked for; by default everything.
        contracts_left_out: How many contracts were given and are not checked, because they are not in the scope.
    """

    as_of: date
    covers: Coverage | None
    inputs: tuple[InputFile, ...]
    totals: tuple[Totals, ...]
    counts: Counts
    contracts: Sequence[ContractRows]
    found: tuple[Finding, ...]
    residue: tuple[Residue, ...]
    outside: Sequence[Outside]
    set_aside: Sequence[SetAside]
    refused: tuple[RefusedRow, ...]
    inconclusive_rows: int
    judged_rows: int
    fail_on: frozenset[str] = DEFAULT_FAIL_ON
    terms: Sequence[Contract] | None = None
    grace_days: int | None = None
    check_from: date | None = None
    out_of_scope: tuple[OutOfScope, ...] = ()
    unused_scope: tuple[UnusedScope, ...] = ()
    controls: tuple[ControlTotal, ...] = ()
    shortcomings: tuple[str, ...] = ()
    min_amounts: Mapping[str, int] = field(default_factory=dict)
    inferred_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cause_groups: tuple[CauseGroup, ...] = ()
    decisions: tuple[Outcome, ...] = ()
    decided_rows: int = 0
    redacted: tuple[str, ...] = ()
    scope: Scope = field(default_factory=Scope)
    contracts_left_out: int = 0

    @cached_property
    def arrears(self) -> Mapping[str, Decimal]:
        """What was agreed and is not billed, per currency: the shortfalls of underbilled and missing rows.

        What was credited and not billed again is in it.
        """
        return self._per_currency("arrears")

    @cached_property
    def overbilled(self) -> Mapping[str, Decimal]:
        """What was billed beyond what was agreed, per currency; never set off against arrears."""
        return self._per_currency("overbilled")

    @cached_property
    def net(self) -> Mapping[str, Decimal]:
        """Expected less billed over the judged rows, per currency: arrears - overbilled + rounding."""
        return self._per_currency("net")

    def _per_currency(self, name: str) -> Mapping[str, Decimal]:
        return MappingProxyType(
            {total.currency: to_decimal(getattr(total, name), total.currency) for total in self.totals}
        )

    @cached_property
    def rows(self) -> Records[PeriodRow]:
        """Every period row of every contract; computed at the first use and kept."""
        contracts = self.contracts
        return Records(ROW_COLUMNS, lambda: (row for contract in contracts for row in contract.rows))

    @cached_property
    def evidence(self) -> Records[PlacedEvidence]:
        """Every billed amount that went to a period, with that period, in the order of `rows`."""
        rows = self.rows
        return Records(EVIDENCE_COLUMNS, lambda: (placed for row in rows.stream() for placed in place_evidence(row)))

    @cached_property
    def findings(self) -> Records[Finding]:
        """What to act on, in their fixed order; they point at rows and are never summed."""
        found = self.found
        return Records(finding_columns(partial(_fails, self.fail_on, self.min_amounts)), lambda: found)

    @cached_property
    def causes(self) -> Records[CauseGroup]:
        """The differences by cause, largest first.

        Those of a currency add up to its arrears and to what is overbilled, since what no cause explains is a group as
        well.
        """
        groups = self.cause_groups
        return Records(CAUSE_COLUMNS, lambda: groups)

    @cached_property
    def agreements(self) -> tuple[Contract, ...]:
        """The contracts of the check, without their rows."""
        if self.terms is not None:
            return tuple(self.terms)
        return tuple(item.contract for item in self.contracts)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {contract.id: position for position, contract in enumerate(self.agreements)}

    def rows_of(self, contract: str) -> ContractRows:
        """One contract with its rows, without computing those of the others.

        Raises:
            KeyError: The check holds no contract with this id.
        """
        return self.contracts[self._positions[contract]]

    @property
    def is_partial(self) -> bool:
        """Whether only some contracts or periods were asked for, so that the report says nothing about the others."""
        scope = self.scope
        return bool(self.check_from or scope.check_from or scope.check_until or scope.contracts or scope.customers)

    @property
    def complete(self) -> bool:
        """Whether the ledger was read in full: no row was refused, and nothing says that documents were left out."""
        return not (self.refused or self.shortcomings)

    @cached_property
    def failing(self) -> tuple[Finding, ...]:
        """The findings that fail this check: of a kind in `fail_on`, not below the least amount and not decided."""
        return tuple(filter(self.fails, self.found))

    @cached_property
    def below(self) -> tuple[Finding, ...]:
        """The findings that would fail this check but for their small amount."""
        asked_for = (finding for finding in self.found if finding.kind in self.fail_on and not finding.decision)
        return tuple(finding for finding in asked_for if self.is_below(finding))

    def fails(self, finding: Finding) -> bool:
        """Whether a finding of this report fails the check."""
        return _fails(self.fail_on, self.min_amounts, finding)

    def is_below(self, finding: Finding) -> bool:
        """Whether a finding speaks of less than the least amount of its currency; one without an amount never does."""
        return _is_below(self.min_amounts, finding)

    @cached_property
    def verdict(self) -> Verdict:
        """`findings` before `inconclusive` before `clean`.

        `findings`: some finding fails this check. `inconclusive`: the ledger is incomplete, a period could not be
        judged, or none was judged at all. `clean`: everything could be judged, and nothing fails; what was decided
        fails nothing.
        """
        if self.failing:
            return Verdict.FINDINGS
        if not self.complete or self.inconclusive_rows or not (self.judged_rows or self.decided_rows):
            return Verdict.INCONCLUSIVE
        return Verdict.CLEAN

    @property
    def exit_code(self) -> int:
        """0 clean, 1 findings, 3 inconclusive or incomplete."""
        return EXIT_CODES[self.verdict]

    def raise_for_findings(self) -> None:
        """Raise where the verdict is `findings`; an inconclusive report raises nothing, so look at `verdict` too.

        Raises:
            FindingsError: It carries this report.
        """
        if self.verdict is Verdict.FINDINGS:
            raise FindingsError(self)

    def to_json(self) -> str:
        """The whole report as JSON text, documented in ``report.schema.json``; same inputs, same bytes.

        Raises:
            InternalError: The rows do not add up to the totals.
        """
        from billcheck.report.json_text import to_json  # noqa: PLC0415 - a face is loaded when somebody looks at it

        return to_json(self)

    def __repr__(self) -> str:
        arrears = ", ".join(money_text(total.arrears, total.currency) for total in self.totals) or "none"
        covers = "no documents" if self.covers is None else f"{self.covers.first_day} to {self.covers.last_day}"
        verdict = f"{self.verdict}{' of a part' if self.is_partial else ''}"
        rows = f"; {counted(self.inconclusive_rows, 'row')} not judged" if self.inconclusive_rows else ""
        refused = [f"{counted(len(self.refused), 'row')} refused"] if self.refused else []
        left_out = ["documents may be left out"] if self.shortcomings else []
        incomplete = "" if self.complete else f", incomplete ({listed([*refused, *left_out])})"
        return f"<Report {verdict}: arrears {arrears}{rows}; covers {covers}; as of {self.as_of}{incomplete}>"

    def _repr_html_(self) -> str:
        from billcheck.report.notebook import to_html  # noqa: PLC0415 - a face is loaded when somebody looks at it

        return to_html(self)
