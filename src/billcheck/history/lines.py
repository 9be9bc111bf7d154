"""All lines of a ledger with their texts, by whom they bill.

Comes in: a ledger and a day. Goes out: every approved invoice line up to that day, its period read from its columns or
its text, grouped by customer, currency and the contract it names; credits beside them; and what was left out, counted
by why. Must not know series, cadences or contracts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from billcheck.errors import Problem, UsageError
from billcheck.ledger.line import DocumentStatus, Kind
from billcheck.ledger.names import fold_code, fold_name
from billcheck.ledger.source import NO_DAY, AnyKeys
from billcheck.periods.catch_up import says_catch_up
from billcheck.periods.reading import read
from billcheck.periods.resolve import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from billcheck.ledger.line import Line
    from billcheck.ledger.source import Batch, Ledger, Receipt, RefusedRow, Source
    from billcheck.ledger.template import Template

NOT_BILLING = "no invoice or credit note"
VOID = "void"
UNAPPROVED = "not approved"
LATER = "dated after the day of the draft"
NO_AMOUNT = "without an amount"
REPEATED = "of a document that an earlier file holds"
NAMELESS = "without a customer"
"""Why lines are left out."""


class UnknownCustomerError(Problem):
    """Nobody of this name or id was billed."""

    remedy = "Write the name or the id as the ledger has it."


class BilledLine(NamedTuple):
    """One approved line; `amount` in minor units excl. tax, credits negative.

    `first_day` and `end_day` (exclusive) are the service period as ordinals, `NO_DAY` where none is stated;
    `is_read` says that it was read from the text. `source` and `locator` are where the rest of the line is found.
    """

    document: str
    day: int
    amount: int
    text: str
    item: str
    account: str
    tracking: str
    template: str
    charge: str
    customer: str
    customer_id: str
    credited: str
    first_day: int
    end_day: int
    is_read: bool
    is_catch_up: bool
    is_on_invoice: bool
    source: int
    locator: int


@dataclass(slots=True)
class Account:
    """What one customer was billed in one currency; or what lines that name one contract bill, whoever they name.

    `names` counts the lines under each spelling of the name, `ids` the ids; `charges` are lines above zero of invoices,
    `credits` all below. `reversed` are documents that another takes back in full, which it names; the lines of neither
    are kept. `templates` are what the ledger makes its documents from. `is_family` says that it is what a customer and
    its sub-customers were billed.
    """

    currency: str
    contract: str
    names: Counter[str] = field(default_factory=Counter)
    ids: Counter[str] = field(default_factory=Counter)
    last_name: tuple[int, str] = (0, "")
    charges: list[BilledLine] = field(default_factory=list)
    credits: list[BilledLine] = field(default_factory=list)
    reversed: list[tuple[str, str]] = field(default_factory=list)
    templates: list[Template] = field(default_factory=list)
    is_family: bool = False

    def add(self, line: BilledLine) -> None:
        """Count a line in."""
        self.names[line.customer] += 1
        if line.customer_id:
            self.ids[line.customer_id] += 1
        self.last_name = max(self.last_name, (line.day, line.customer))
        (self.charges if line.amount > 0 else self.credits).append(line)

    def leave_out_reversed(self) -> None:
        """Let go of documents that were taken back in full, and of what took them back."""
        billed: Counter[str] = Counter()
        for line in self.charges:
            billed[fold_code(line.document)] += line.amount
        taken_back: Counter[str] = Counter()
        for line in self.credits:
            taken_back[fold_code(line.credited)] += line.amount
        whole = {number for number, amount in taken_back.items() if number and billed[number] == -amount}
        by = {fold_code(line.credited): (line.credited, line.document) for line in self.credits}
        self.reversed = sorted([*self.reversed, *(by[number] for number in whole)])
        self.charges = [line for line in self.charges if fold_code(line.document) not in whole]
        self.credits = [line for line in self.credits if fold_code(line.credited) not in whole]

    @property
    def customer(self) -> str:
        """The name on the latest document, else on the first template."""
        return self.last_name[1] or next((template.customer for template in self.templates), "")


@dataclass(slots=True)
class History:
    """A whole ledger as it was read; `accounts` in the order of their names, `left_out` counts lines by why."""

    sources: tuple[Source, ...]
    accounts: tuple[Account, ...]
    receipts: tuple[Receipt, ...]
    refused: tuple[RefusedRow, ...]
    left_out: Counter[str]

    @property
    def last_day(self) -> int:
        """The last day the ledger is known to hold: what its sources declare, else its last document."""
        declared = [receipt.covers[1].toordinal() for receipt in self.receipts if receipt.covers]
        return max(declared or (receipt.last_day for receipt in self.receipts), default=NO_DAY)

    def read(self, lines: Sequence[BilledLine]) -> list[Line]:
        """The lines in full, as their sources have them, in this order.

        Raises:
            SourceChangedError: A source is not what it was.
        """
        found: dict[tuple[int, int], Line] = {}
        for number, source in enumerate(self.sources):
            wanted = sorted({line.locator for line in lines if line.source == number})
            rows = source.read(wanted) if wanted else []
            found.update({(number, locator): row.line for locator, row in zip(wanted, rows, strict=True)})
        return [found[line.source, line.locator] for line in lines]


def _refuse_unknown(asked_for: Sequence[str], accounts: Sequence[Account]) -> None:
    """Name the customers asked for who have no account."""
    known = {fold_name(name) for account in accounts for name in (*account.names, account.customer)}
    known |= {fold_code(identity) for account in accounts for identity in account.ids}
    unknown = [name for name in asked_for if not {fold_name(name), fold_code(name)} & known]
    if unknown:
        raise UsageError([UnknownCustomerError("customers", name) for name in unknown])


_Row = tuple[str, str, str, BilledLine]
"""Currency, folded contract, contract as written, line."""


def read_history(ledger: Ledger, as_of: date, customers: Iterable[str] = ()) -> History:
    """All lines of a ledger up to a day, by customer.

    Args:
        ledger: What was billed; its sources are read now.
        as_of: Documents dated later are left out.
        customers: Only these, by name or id; all where none is named.

    Raises:
        LedgerRefusedError: A source as a whole cannot be read without guessing.
        UsageError: One of the customers was never billed, and no template is theirs.
    """
    left_out: Counter[str] = Counter()
    rows: list[_Row] = []
    receipts: list[Receipt] = []
    refused: list[RefusedRow] = []
    known: set[tuple[int, str, str]] = set()
    for number, source in enumerate(ledger.sources):
        own: set[tuple[int, str, str]] = set()
        for batch in source.scan(AnyKeys()):
            rows.extend(_rows(batch, number, as_of.toordinal(), left_out, known, own))
            left_out[NAMELESS] += sum(total.lines for total in batch.outside.values())
            refused += batch.refused
            receipts += [batch.receipt] if batch.receipt else []
        known |= own
    asked_for = tuple(customers)
    names, ids = frozenset(map(fold_name, asked_for)), frozenset(map(fold_code, asked_for))
    accounts = _accounts(rows, ledger.templates(), names, ids)
    _refuse_unknown(asked_for, accounts)
    return History(ledger.sources, accounts, tuple(receipts), tuple(refused), left_out)


def _rows(
    batch: Batch,
    source: int,
    as_of_day: int,
    left_out: Counter[str],
    known: set[tuple[int, str, str]],
    own: set[tuple[int, str, str]],
) -> Iterator[_Row]:
    """The lines of a batch that were billed; documents of earlier sources (`known`) are left out."""
    order = batch.date_order
    texts = zip(batch.texts, batch.first_days, batch.end_days, batch.templates or _NO_TEMPLATES, strict=False)
    codes = zip(batch.items, batch.accounts, batch.trackings, batch.charges, batch.contracts, strict=False)
    who = zip(batch.customers, batch.customer_ids, batch.documents, batch.credited, strict=False)
    what = zip(batch.kinds, batch.statuses, batch.issue_days, batch.amounts, batch.currencies, strict=False)
    for locator, own_texts, own_codes, own_who, own_what in zip(batch.locators, texts, codes, who, what, strict=False):
        kind, status, day, amount, currency = own_what
        customer, customer_id, document, credited = own_who
        identity = kind, fold_code(document), fold_name(customer)
        own.add(identity)
        why = _why_left_out(kind, status, day, amount, as_of_day)
        if not why and identity in known:
            why = REPEATED
        if why:
            left_out[why] += 1
            continue
        text, first_day, end_day, template = own_texts
        item, account, tracking, charge, contract = own_codes
        is_read = False
        if first_day == NO_DAY and text:
            period = resolve(read(text), day, order=order)
            if period is not None:
                first_day, end_day, is_read = period.first_day, period.end_day, True
        line = BilledLine(
            document, day, amount, text, item, account, tracking, template, charge, customer, customer_id, credited,
            first_day, end_day, is_read, says_catch_up(text), kind == Kind.INVOICE, source, locator,
        )  # fmt: skip
        yield currency, fold_code(contract), contract, line


class _Empty:
    """A column that is empty in every row."""

    def __iter__(self) -> Iterator[str]:
        while True:
            yield ""


_NO_TEMPLATES = _Empty()


def _why_left_out(kind: int, status: int, day: int, amount: int, as_of_day: int) -> str:
    if kind == Kind.OTHER:
        return NOT_BILLING
    if status != DocumentStatus.APPROVED:
        return VOID if status == DocumentStatus.VOID else UNAPPROVED
    if day > as_of_day:
        return LATER
    return "" if amount else NO_AMOUNT


_NOBODY = "", ""
"""In place of the customer where lines name a contract: that counts, whoever they name."""


def _accounts(
    rows: list[_Row], templates: Sequence[Template], names: frozenset[str], ids: frozenset[str]
) -> tuple[Account, ...]:
    """Lines and templates by the contract they name, else by customer, and by currency; sorted by name."""
    rows.sort(key=lambda row: (row[3].day, *row))  # so that no order of rows shows in any draft
    known: dict[str, set[str]] = {}
    billed: list[BilledLine | Template] = [line for _, _, _, line in rows]
    for each in [*billed, *templates]:
        if each.customer_id:
            known.setdefault(fold_name(each.customer), set()).add(fold_code(each.customer_id))
    accounts: dict[tuple[str, str, str, str], Account] = {}
    for currency, folded, contract, line in rows:
        who = _who(line, known)
        if not (names or ids) or who[0] in ids or fold_name(line.customer) in names:
            key = (*(_NOBODY if folded else who), currency, folded)
            accounts.setdefault(key, Account(currency, contract)).add(line)
    for template in templates:
        who = _who(template, known)
        if not (names or ids) or who[0] in ids or fold_name(template.customer) in names:
            folded = fold_code(template.contract)
            key = (*(_NOBODY if folded else who), template.currency, folded)
            account = accounts.setdefault(key, Account(template.currency, template.contract))
            account.templates.append(template)
            if template.customer_id:
                account.ids[template.customer_id] += 0
    for account in accounts.values():
        if account.credits:
            account.leave_out_reversed()
    order = sorted(accounts, key=lambda key: (fold_name(accounts[key].customer), *key[2:], *key[:2]))
    return tuple(accounts[key] for key in order)


def _who(each: BilledLine | Template, known: Mapping[str, set[str]]) -> tuple[str, str]:
    """A customer by id, else by name; a name that is known under one id only counts as that."""
    name = fold_name(each.customer)
    own = known.get(name, set())
    identity = fold_code(each.customer_id) or (next(iter(own)) if len(own) == 1 else "")
    return identity, "" if identity else name
