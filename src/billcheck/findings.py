"""What a check finds, as values: rows per period, findings that point at them, residue, causes and totals.

Comes in: figures of the engine in minor units. Goes out: frozen values whose public amounts are decimals. Money lives
in period rows and residue only; a finding points at them and is never summed. Must not know how anything was matched,
allocated or printed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from billcheck.money import tax_on, to_decimal

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from billcheck.causes import RunningCause
    from billcheck.contracts.terms import Contract


class Status(StrEnum):
    """What one expected period came to."""

    OK = "ok"
    ROUNDING = "rounding"
    UNDERBILLED = "underbilled"
    MISSING = "missing"
    OVERBILLED = "overbilled"
    SETTLED = "settled"
    NOT_DUE = "not_due"
    AWAITING = "awaiting"
    BILLED_AHEAD = "billed_ahead"
    INCONCLUSIVE = "inconclusive"
    DECIDED = "decided"


JUDGED = frozenset({Status.OK, Status.ROUNDING, Status.SETTLED, Status.UNDERBILLED, Status.MISSING, Status.OVERBILLED})
"""The statuses whose rows make up expected, billed and net."""

ARREARS = frozenset({Status.UNDERBILLED, Status.MISSING})
"""The statuses whose positive shortfalls are arrears."""


class Verdict(StrEnum):
    """The outcome of a check, the strongest first."""

    FINDINGS = "findings"
    INCONCLUSIVE = "inconclusive"
    CLEAN = "clean"


class Severity(StrEnum):
    """Whether a finding fails a check by default."""

    ERROR = "error"
    WARNING = "warning"


class FindingKind(NamedTuple):
    """One entry of the catalogue: what a kind of finding means and what settles it."""

    severity: Severity
    meaning: str
    settled_by: str


KINDS: dict[str, FindingKind] = {
    "underbilled": FindingKind(
        Severity.ERROR, "A period was billed for less than was agreed.", "Talk to the client, then bill the difference."
    ),
    "missing": FindingKind(
        Severity.ERROR,
        "A period that is due and past its grace days was not billed.",
        "Talk to the client, then bill the period.",
    ),
    "overbilled": FindingKind(
        Severity.ERROR, "A period was billed for more than was agreed.", "Credit the excess, or correct the contract."
    ),
    "duplicate": FindingKind(
        Severity.ERROR,
        "The same charge was billed twice for one period.",
        "Credit one of the two, be it a document or a line.",
    ),
    "currency_mismatch": FindingKind(
        Severity.ERROR,
        "A line is in another currency than its contract; the period is not judged.",
        "Correct the document, or the contract's currency.",
    ),
    "credited_not_rebilled": FindingKind(
        Severity.ERROR,
        "A period was credited and not billed again.",
        "Bill it again; or, where it was given up on purpose, declare such credits under [credits] in billcheck.toml.",
    ),
    "never_billed": FindingKind(
        Severity.ERROR,
        "The ledger holds no line at all for a contract.",
        "Check the customer's name in the ledger, then set matching.aliases, or matching.confirmed = true.",
    ),
    "unmatched": FindingKind(
        Severity.WARNING,
        "A line of a contracted customer fits no charge.",
        "Write the charge into the contract, give a charge its code, or ignore such lines in [scope].",
    ),
    "ambiguous": FindingKind(
        Severity.WARNING,
        "A line fits several charges; the periods it might fill are not judged.",
        "Give the charges codes of their own (matching.items), or name the charge on the line.",
    ),
    "unapproved": FindingKind(
        Severity.WARNING,
        "A draft would bill this charge; drafts do not count as billed.",
        "Approve and send the draft, or delete it.",
    ),
    "out_of_term": FindingKind(
        Severity.WARNING,
        "A line is for a period outside the contract's term.",
        "Correct the period on the line, or the contract's term.",
    ),
    "placeholder": FindingKind(
        Severity.WARNING,
        "The text of a line holds a placeholder that its template should have replaced by a date or period.",
        "Correct the text, and the template of the repeating invoice.",
    ),
    "expired_still_billed": FindingKind(
        Severity.WARNING,
        "A charge is billed on after its last day.",
        "Renew the contract, or stop billing and credit what was billed since.",
    ),
    "mislabelled_period": FindingKind(
        Severity.WARNING,
        "Invoices repeat the period of an earlier one in their text, or misspell it; their dates were believed.",
        "Correct the text, and the template; where it is misspelt, see which period was meant.",
    ),
    "possible_duplicate": FindingKind(
        Severity.WARNING,
        "An invoice was counted for earlier periods that lacked just as much, and is like another one of its day.",
        "If it makes up for those, put their period or a word such as catch-up into its text, or record a decision. If "
        "it is a duplicate, credit it, and bill those.",
    ),
    "tax_mismatch": FindingKind(
        Severity.WARNING,
        "Lines bear another tax percent than was agreed; first and last day are those of the invoices.",
        "Correct the tax of the documents, or tax in the contract.",
    ),
    "habit": FindingKind(
        Severity.WARNING,
        "The invoices come at another rhythm or time than the contract says.",
        "Nothing, if both sides are content; else correct timing or every.",
    ),
    "open_credit": FindingKind(
        Severity.WARNING,
        "A credit names no document or period, so it was not set against any.",
        "Name the credited document, or declare what such credits are for under [credits] in billcheck.toml.",
    ),
    "uplift_not_exercised": FindingKind(
        Severity.WARNING,
        "An agreed uplift needs notice, and the contract states none in time; the old price is expected.",
        "Add the day of the notice to notified_on if it was given, or let the uplift go.",
    ),
    "sequence_gap": FindingKind(
        Severity.WARNING,
        "Documents are numbered one after the other, and some numbers are not in the ledger.",
        "Look the numbers up: export the documents, or note that they were never used or deleted as drafts.",
    ),
    "document_conflict": FindingKind(
        Severity.WARNING,
        "Documents with the same number differ; all of them were counted.",
        "Remove the outdated export, or check the numbering; a customer whose name was changed may stand under both.",
    ),
    "surprise": FindingKind(
        Severity.WARNING,
        "An invoice or a draft is far above what was agreed for it, and the client was not told.",
        "Talk to the client first, and record it in the case (billcheck recover record).",
    ),
}
"""Every kind of finding. A kind with severity `error` fails a check unless `fail_on` says otherwise."""

DEFAULT_FAIL_ON = frozenset(kind for kind, entry in KINDS.items() if entry.severity is Severity.ERROR)


def digest_id(*parts: str) -> str:
    """A short id that depends on these parts alone: twelve hexadecimal digits."""
    return blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()


@dataclass(frozen=True, slots=True)
class Cause:
    """A likely reason of a run of differences.

    `first_day` and `last_day` (inclusive) bound the run, `amount_minor` is the shortfall it explains, `support` the
    number of different (expected, billed) pairs it explains; one pair alone is only "consistent with" the cause.
    `group` words the cause without any amount or stretch of time of the one contract, and not how sure it is: causes of
    several contracts with one group have the same reason.
    """

    code: str
    sentence: str
    first_day: date
    last_day: date
    currency: str
    amount_minor: int
    support: int
    group: str

    @property
    def amount(self) -> Decimal:
        """The shortfall the cause explains, excl. tax."""
        return to_decimal(self.amount_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One billed amount that went to a period: which line of which document, where it stands, and by which rules.

    `amount_minor` is the part allocated to this period, which may be less than the line. `rule` names how the line
    was matched, dated and allocated, as in ``customer + only charge; period from text; own period``.
    """

    document: str
    line: int
    date: date
    currency: str
    amount_minor: int
    path: str
    row: int
    rule: str

    @property
    def amount(self) -> Decimal:
        """The amount allocated, excl. tax."""
        return to_decimal(self.amount_minor, self.currency)


@dataclass(frozen=True, slots=True)
class PlacedEvidence(Evidence):
    """One billed amount together with the period it went to.

    `row_id` is the id of the period row; `last_day` is inclusive. `row` stays the row of the ledger's file.
    """

    row_id: str
    contract: str
    customer: str
    charges: tuple[str, ...]
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """What was agreed, what was billed and what is missing for one charge and one service period.

    Amounts are in the contract's currency, excluding tax. `last_day` is inclusive. `is_change` marks the row of a
    change inside a period that was already due. `note` says what would settle a row that could not be judged.
    `drafted_minor` is what unapproved drafts would bill; it is not part of `billed`. `credited_minor` is the part of
    the shortfall that a linked credit made; `inferred_minor` the part of billed that rests on an inference. Where it
    is not `is_known` what was agreed (usage or an index was not given), `expected_minor` is what was billed.
    """

    id: str
    contract: str
    customer: str
    charges: tuple[str, ...]
    first_day: date
    last_day: date
    due_on: date
    currency: str
    expected_minor: int
    billed_minor: int
    status: Status
    is_change: bool = False
    tax_percent: Decimal | None = None
    inferred_minor: int = 0
    credited_minor: int = 0
    drafted_minor: int = 0
    causes: tuple[Cause, ...] = ()
    derivation: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    note: str = ""
    is_known: bool = True

    @property
    def expected(self) -> Decimal | None:
        """What was agreed; None where it is not known."""
        return to_decimal(self.expected_minor, self.currency) if self.is_known else None

    @property
    def billed(self) -> Decimal:
        """What approved documents billed."""
        return to_decimal(self.billed_minor, self.currency)

    @property
    def shortfall_minor(self) -> int:
        """Expected less billed, in minor units; negative where too much was billed."""
        return self.expected_minor - self.billed_minor

    @property
    def shortfall(self) -> Decimal:
        """Expected less billed; negative where too much was billed."""
        return to_decimal(self.shortfall_minor, self.currency)

    @property
    def arrears_minor(self) -> int:
        """The part of this row that is arrears: its positive shortfall if underbilled or missing, else zero."""
        return max(self.shortfall_minor, 0) if self.status in ARREARS else 0

    @property
    def overbilled_minor(self) -> int:
        """The excess of this row if it is overbilled, else zero."""
        return max(-self.shortfall_minor, 0) if self.status is Status.OVERBILLED else 0

    @property
    def shortfall_tax_minor(self) -> int | None:
        """Tax on the shortfall at the period's percent, rounded once; None where no percent is known."""
        return None if self.tax_percent is None else tax_on(self.shortfall_minor, self.tax_percent)


@dataclass(frozen=True, slots=True)
class ContractRows:
    """One contract with its period rows, by charge in the contract's order, then by due day, change rows last.

    `together_with` are the ids of other contracts that hold rows of its charges, because they are checked together.
    `running` says, charge by charge, what still goes wrong, and at what the next invoice will be if nothing changes.
    """

    contract: Contract
    rows: tuple[PeriodRow, ...]
    together_with: tuple[str, ...] = ()
    running: tuple[RunningCause, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to act on. It points at rows or lines and is never summed.

    `id` digests kind, contract, charges and first day, or kind, document and line where there is no row; never the
    amount. `amount_minor` repeats what the rows or lines say. `charge` joins several names with " + ". `decision` is
    the verb of the decision that sets it aside, such as ``waive``; a finding that was decided fails no check.
    """

    kind: str
    id: str
    severity: Severity
    contract: str | None
    charge: str | None
    first_day: date | None
    last_day: date | None
    currency: str | None
    amount_minor: int | None
    sentence: str
    rows: tuple[str, ...] = ()
    decision: str = ""

    @property
    def amount(self) -> Decimal | None:
        """The amount the finding speaks of, excl. tax; None where it speaks of none."""
        if self.amount_minor is None or self.currency is None:
            return None
        return to_decimal(self.amount_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Residue:
    """A billed amount that went to no period: which line, how much of it, and why.

    Unmatched and ambiguous lines are residue too, and credits that take nothing back: unlinked ones, and those declared
    to be something else. `kind` says which (`unmatched`, `ambiguous`, `open_credit`, `write_off`, `goodwill`,
    `settlement_discount`, `rebate`, `currency_mismatch`, `out_of_term`, `expired_still_billed` or `left_over`),
    `candidates` the charges it might belong to as ``contract "charge"``.
    """

    kind: str
    document: str
    line: int
    date: date
    customer: str
    contract: str | None
    currency: str
    amount_minor: int
    path: str
    row: int
    reason: str
    candidates: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[str, str, str]:
        """What the id of a finding about this line digests beside its kind; never the amount."""
        return self.document, str(self.line), self.customer

    @property
    def amount(self) -> Decimal:
        """The amount excl. tax; negative for credits."""
        return to_decimal(self.amount_minor, self.currency)


@dataclass(slots=True)
class Totals:
    """The sums of one currency, in minor units; every field that ends in no other word is excluding tax.

    `net` = expected - billed = arrears - overbilled + rounding, over the judged rows; settled rows add nothing to it
    beyond what they settle. `awaiting`, `billed_ahead` and `inconclusive` add the open shortfall (or, for
    `billed_ahead`, the billed amount) of those rows and are outside `net`; so are `decided` and `decided_overbilled`,
    the shortfalls and the excesses of decided rows. `never_billed` is the part of `inconclusive` that belongs to
    contracts without a single line. `credited` is part of arrears, `inferred` part of billed. `residue` is signed.
    Tax on arrears is worked out per customer and tax percent, rounded once, as on one
    invoice each.

    Four foretell, and no other sum counts them: `monthly_leak` is what the causes that still run come to a
    month, `monthly_overbilled` the same of what is billed too much; `next_shortfall` and `next_overbilled` are what the
    next invoices will be short or too much if nothing changes, as far as that can be told.
    """

    currency: str
    expected: int = 0
    billed: int = 0
    arrears: int = 0
    overbilled: int = 0
    rounding: int = 0
    net: int = 0
    inferred: int = 0
    credited: int = 0
    awaiting: int = 0
    billed_ahead: int = 0
    decided: int = 0
    inconclusive: int = 0
    never_billed: int = 0
    residue: int = 0
    arrears_tax: int = 0
    arrears_incl_tax: int = 0
    monthly_leak: int = 0
    monthly_overbilled: int = 0
    next_shortfall: int = 0
    next_overbilled: int = 0
    decided_overbilled: int = 0

    def add(self, other: Totals) -> None:
        """Add the sums of other charges in the same currency."""
        for name, amount in other.amounts().items():
            setattr(self, name, getattr(self, name) + amount)

    def amounts(self) -> dict[str, int]:
        """The sums under their names, in the documented order, without the currency."""
        return {name.name: getattr(self, name.name) for name in fields(self) if name.name != "currency"}


@dataclass(frozen=True, slots=True)
class Coverage:
    """The window of documents the ledger covers (inclusive ends), and whether a person or the source declared it.

    `gaps` are stretches inside it that lie between two sources and that neither covers, as first and last day.
    """

    first_day: date
    last_day: date
    declared: bool
    gaps: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """What somebody says was billed in a currency by the general ledger, and what the ledger checked adds up to.

    Both are minor units excluding tax, of all approved invoices and credit notes.
    """

    currency: str
    stated_minor: int
    ledger_minor: int

    @property
    def difference_minor(self) -> int:
        """What the general ledger has beyond the ledger checked; negative where it has less."""
        return self.stated_minor - self.ledger_minor


@dataclass(frozen=True, slots=True)
class InputFile:
    """One source that was read, by its digest; `rows` of data, of which `lines` became lines.

    `notes` are sentences about how it was read, such as that rows are hidden; no figure depends on them.
    """

    path: str
    sha256: str
    profile: str
    rows: int
    lines: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was checked: `allocated`, `residue` and `set_aside` split the `lines` of contracted customers.

    `outside_repeated` are lines of other customers that stand in a further file too, which the totals outside count
    once; `outside_later` are those dated after the day of the check, which they leave out.
    """

    contracts: int
    contracts_without_lines: int
    lines: int
    allocated: int
    residue: int
    set_aside: int
    refused: int
    outside_repeated: int = 0
    outside_later: int = 0


@dataclass(frozen=True, slots=True)
class SetAside:
    """A line that was read and does not count, with the reason."""

    path: str
    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Outside:
    """What a customer without a contract was billed: information, never a finding."""

    customer: str
    currency: str
    lines: int
    amount_minor: int
    first_date: date
    last_date: date


class UnusedScope(NamedTuple):
    """An account, an item or a customer that the configuration leaves out and no line of the ledger bears.

    `kind` is one of these three words, `text` what was declared, in the spelling that is compared.
    """

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class OutOfScope:
    """What the configuration leaves out, in one currency: approved lines, and what they add up to, excl. tax."""

    currency: str
    lines: int
    amount_minor: int
