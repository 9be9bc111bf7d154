"""What has to be settled about a customer before anybody asks them for money.

Comes in: the part of a report that is about the customer, as its JSON has it. Goes out: one problem for each safeguard
that is not met, with what settles it. Must not know cases.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from billcheck.errors import Problem
from billcheck.findings import ARREARS, Status, digest_id
from billcheck.ledger.names import fold_name, parents_of
from billcheck.report.wording import counted, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Table = dict[str, Any]

_SHOWN = 3
_DECLARED = frozenset({"write_off", "goodwill", "settlement_discount", "rebate"})
"""Credits that the configuration says are no correction of what was billed."""


class Safeguard(Problem):
    """Something is not settled yet; `name` is what passes it by, with a reason."""

    name: ClassVar[str] = ""


class AmbiguousError(Safeguard):
    """Lines that fit several charges may bill what is in arrears."""

    name = "ambiguous"
    remedy = "Give the charges codes of their own, or confirm which charge each line belongs to (billcheck decide)."


class ResidueError(Safeguard):
    """Amounts billed to this customer went to no period, and may bill what is in arrears."""

    name = "residue"
    remedy = "Correct the lines or the contract, or decide about them (billcheck decide)."


class CreditedError(Safeguard):
    """Periods were credited and not billed again, and nobody said whether they are still owed."""

    name = "credited"
    remedy = "Bill them again, waive them (billcheck decide), or declare such credits in billcheck.toml."


class OverbilledError(Safeguard):
    """Periods were billed too much, which is owed back to this customer."""

    name = "overbilled"
    remedy = "Credit the excess, correct the contract, or decide about it (billcheck decide)."


class RefusedRowsError(Safeguard):
    """Rows of the ledger that may be of this customer could not be read."""

    name = "refused"
    remedy = "Correct them and check again."


class NotJudgedError(Safeguard):
    """Periods of this customer could not be judged."""

    name = "not_judged"
    remedy = "Give what their notes in the report ask for, and check again."


class IncompleteError(Safeguard):
    """The ledger may not hold all it should."""

    name = "incomplete"
    remedy = "Give the whole ledger and check again."


class NeverBilledError(Safeguard):
    """The ledger holds no line at all for a contract of this customer."""

    name = "never_billed"
    remedy = "Check the name in the ledger, then set matching.aliases or confirm the customer (billcheck decide)."


class TaxMismatchError(Safeguard):
    """Periods in arrears were billed at another tax than was agreed."""

    name = "tax_mismatch"
    remedy = "Correct tax in the contract, or accept the difference (billcheck decide), and check again."


class DraftedError(Safeguard):
    """Unapproved drafts in the ledger would bill what is in arrears, so that it might be billed twice."""

    name = "drafted"
    remedy = "Approve or delete the drafts and check again."


SAFEGUARDS: tuple[type[Safeguard], ...] = (
    AmbiguousError,
    ResidueError,
    CreditedError,
    OverbilledError,
    RefusedRowsError,
    NotJudgedError,
    IncompleteError,
    NeverBilledError,
    TaxMismatchError,
    DraftedError,
)


@dataclass
class CustomerPart:
    """What a report says of one customer in one currency, by the keys of its JSON."""

    customer: str
    currency: str
    contracts: list[Table]
    findings: list[Table]
    lines: list[Table]
    refused: list[Table]
    shortcomings: Sequence[str]
    customers: Sequence[str]
    own_names: frozenset[str] = field(init=False)
    ids: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        aliases = [alias for contract in self.contracts for alias in contract["agreed"]["aliases"]]
        self.own_names = frozenset(map(fold_name, (self.customer, *aliases)))
        self.ids = frozenset(contract["contract"] for contract in self.contracts)
        self.lines = [line for line in self.lines if self._is_own_line(line)]
        own_lines = {_id_of(line) for line in self.lines}
        self.findings = [
            finding for finding in self.findings if finding["contract"] in self.ids or finding["id"] in own_lines
        ]
        self.refused = [row for row in self.refused if self._may_be_own(row["customer"])]

    def _is_own_line(self, line: Table) -> bool:
        """Whether a line that went to no period is of this customer and, where its contract is open, this currency."""
        if line["contract"] is not None:
            return line["contract"] in self.ids
        if any(candidate.startswith(f'{own} "') for candidate in line["candidates"] for own in self.ids):
            return True
        return line["currency"] == self.currency and not self.own_names.isdisjoint(_spellings(line["customer"]))

    def _may_be_own(self, name: str) -> bool:
        """Whether a row that could not be read may be of this customer: it names them, nobody, or a stranger.

        A stranger may be this customer where the contracts are also recognised by an id or a reference.
        """
        spellings = _spellings(name)
        if not name.strip() or not self.own_names.isdisjoint(spellings):
            return True
        if not frozenset(map(fold_name, self.customers)).isdisjoint(spellings):
            return False
        agreed = [contract["agreed"] for contract in self.contracts]
        return any(terms["customer_ids"] or terms["references"] for terms in agreed)

    @property
    def rows(self) -> Iterator[tuple[Table, Table]]:
        """Each contract with each of its rows."""
        return ((contract, row) for contract in self.contracts for row in contract["rows"])

    @property
    def in_arrears(self) -> list[tuple[Table, Table]]:
        """The rows whose shortfalls are arrears."""
        return [(contract, row) for contract, row in self.rows if row["status"] in set(map(str, ARREARS))]

    @property
    def open_lines(self) -> list[Table]:
        """Lines that went to no period and that nobody has decided about."""
        decided = {finding["id"] for finding in self.findings if finding["decision"] is not None}
        return [line for line in self.lines if line["kind"] not in _DECLARED and _id_of(line) not in decided]

    def undecided(self, kind: str) -> list[Table]:
        """The findings of a kind that nobody has decided about."""
        return [each for each in self.findings if each["kind"] == kind and each["decision"] is None]


def _spellings(name: str) -> set[str]:
    folded = fold_name(name)
    return {folded, *parents_of(folded)}


def _id_of(line: Table) -> str:
    return digest_id(line["kind"], line["document"], str(line["line"]), line["customer"])


def open_questions(part: CustomerPart) -> Iterator[Safeguard]:
    """Every safeguard that is not met, in the order of `SAFEGUARDS`."""
    found: Mapping[type[Safeguard], Callable[[CustomerPart], list[str]]] = {
        AmbiguousError: _ambiguous,
        ResidueError: _residue,
        CreditedError: _credited,
        OverbilledError: _overbilled,
        RefusedRowsError: _refused,
        NotJudgedError: _not_judged,
        IncompleteError: lambda part: list(part.shortcomings),
        NeverBilledError: lambda part: [each["sentence"] for each in part.undecided("never_billed")],
        TaxMismatchError: _tax_mismatch,
        DraftedError: _drafted,
    }
    for kind in SAFEGUARDS:
        examples = found[kind](part)
        if examples:
            yield kind(
                f"{kind.name} ({part.customer})",
                what=f"{(kind.__doc__ or '').strip()} {_some(examples)}",
                remedy=f"{kind.remedy} To pass it by: --override {kind.name}=REASON.",
            )


def _some(examples: Sequence[str]) -> str:
    shown = [example.rstrip(".") for example in examples[:_SHOWN]]
    rest = len(examples) - len(shown)
    return f"{'; '.join(shown)}{f'; and {rest} more' if rest else ''}."


def _line_text(line: Table) -> str:
    return f"{line['document']} line {line['line']}, {line['amount']} {line['currency']}: {line['reason']}"


def _ambiguous(part: CustomerPart) -> list[str]:
    return [_line_text(line) for line in part.open_lines if line["kind"] == "ambiguous"]


def _residue(part: CustomerPart) -> list[str]:
    return [_line_text(line) for line in part.open_lines if line["kind"] != "ambiguous"]


def _credited(part: CustomerPart) -> list[str]:
    return _amounts(part, part.in_arrears, "credited")


def _drafted(part: CustomerPart) -> list[str]:
    return _amounts(part, part.in_arrears, "drafted")


def _overbilled(part: CustomerPart) -> list[str]:
    rows = [(contract, row) for contract, row in part.rows if row["status"] == Status.OVERBILLED]
    return _amounts(part, rows, "shortfall")


def _amounts(part: CustomerPart, rows: Iterable[tuple[Table, Table]], key: str) -> list[str]:
    """Rows whose amount of this name is not nought."""
    return [
        f"{_row_text(contract, row)}, {row[key].lstrip('-')} {part.currency}"
        for contract, row in rows
        if row[key].strip("-0.")
    ]


def _row_text(contract: Table, row: Table) -> str:
    return f"{contract['contract']} {listed(row['charges'])} {row['first_day']} to {row['last_day']}"


def _refused(part: CustomerPart) -> list[str]:
    return [f"{row['path']} row {row['row']}: {row['reason']}" for row in part.refused]


def _not_judged(part: CustomerPart) -> list[str]:
    """Rows that are inconclusive; those of a contract without a line are said once, by their own safeguard."""
    never = {finding["contract"] for finding in part.undecided("never_billed")}
    rows = [
        (contract, row)
        for contract, row in part.rows
        if row["status"] == Status.INCONCLUSIVE and contract["contract"] not in never
    ]
    if not rows:
        return []
    notes = list(dict.fromkeys(row["note"] or _row_text(contract, row) for contract, row in rows))
    return [f"{counted(len(rows), 'period')}: {notes[0]}", *notes[1:]]


def _tax_mismatch(part: CustomerPart) -> list[str]:
    """Findings about the tax of documents that billed a period in arrears."""
    billed = {(contract["contract"], piece["date"]) for contract, row in part.in_arrears for piece in row["evidence"]}
    return [
        finding["sentence"]
        for finding in part.undecided("tax_mismatch")
        if any(
            contract == finding["contract"] and finding["first_day"] <= day <= finding["last_day"]
            for contract, day in billed
        )
    ]
