"""Contracts drafted from what a ledger shows, for a person to correct; what it cannot show is asked.

Comes in: a history. Goes out: drafts, one contract for each customer and currency in which something recurs, with what
was left out beside it. Must not know how drafts are written or accepted.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from billcheck.history.charges import draft_charge, draft_once, draft_plan, ends_on, first_day_of, with_prices_of_parts
from billcheck.history.draft import GUESS, QUESTION, DraftContract, Drafts, Entry, as_term, is_term
from billcheck.history.learning import Learned, Recurring, learn
from billcheck.history.leftovers import nothing_recurs, remarks_on_rest
from billcheck.history.lines import read_history
from billcheck.history.plans import can_be_drafted, start_of
from billcheck.history.remarks import counted, day_text
from billcheck.history.series import Series, series_of_line
from billcheck.history.wording import wording_of
from billcheck.ledger.line import TRACKING_SEPARATOR
from billcheck.ledger.names import fold_code, fold_name, spaced_words
from billcheck.money import percent_of, tax_on, to_minor

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from billcheck.history.lines import Account, History
    from billcheck.history.plans import Plan
    from billcheck.ledger.line import Line
    from billcheck.ledger.source import Ledger

_NOT_IN_ID = re.compile(r"[^a-z0-9]+")
_LONGEST_ID = 40
Place = tuple[int, int]
"""Where a line stands: the number of its source, and its locator there."""


@dataclass(frozen=True, slots=True)
class Study:
    """What a ledger was found to bill, by customer; `as_of` is the day it was looked back from."""

    history: History
    learned: tuple[Learned, ...]
    as_of: date


def study_ledger(ledger: Ledger, *, as_of: date, customers: Iterable[str] = ()) -> Study:
    """What a ledger bills again and again.

    Args:
        ledger: What was billed; its sources are read now.
        as_of: The day to look back from; documents dated later are left out.
        customers: Only these, by name or id; all where none is named.

    Raises:
        LedgerRefusedError: A source as a whole cannot be read without guessing.
        SourceChangedError: A source is not what it was.
        UsageError: One of the customers was never billed, and no template is theirs.
    """
    history = read_history(ledger, as_of, customers)
    return Study(history, tuple(map(_with_prices_of_parts, learn(history))), as_of)


def _with_prices_of_parts(learned: Learned) -> Learned:
    currency = learned.account.currency
    return replace(learned, recurring=tuple(with_prices_of_parts(one, currency) for one in learned.recurring))


def draft(study: Study, taken_in: Container[Place] = frozenset()) -> Drafts:
    """The contracts that a ledger suggests.

    Args:
        study: What it bills.
        taken_in: Lines billed once that become charges of their own; all others are listed beside the contract.
    """
    history = study.history
    horizon = min(study.as_of.toordinal(), history.last_day)
    contracts: list[DraftContract] = []
    left_out: list[str] = []
    ids: set[str] = set()
    references = Counter(fold_code(learned.account.contract) for learned in study.learned)
    for number, learned in enumerate(study.learned):
        drafted = _Drafted.of(learned, horizon, taken_in)
        if drafted.charges and _can_be_named(learned):
            shares = references[fold_code(learned.account.contract)] > 1
            contracts.append(replace(_contract(drafted, ids, shares_reference=shares), account=number))
        else:
            left_out.append(nothing_recurs(learned))
    return Drafts(tuple(_heading(history, study.as_of)), tuple(contracts), tuple(left_out), len(history.refused))


@dataclass(frozen=True, slots=True)
class _Drafted:
    """What of an account becomes charges: series that recur, plans of templates, lines billed once."""

    learned: Learned
    horizon: int
    plans: tuple[tuple[Plan, Series | None], ...]
    once: tuple[Series, ...]

    @classmethod
    def of(cls, learned: Learned, horizon: int, taken_in: Container[Place]) -> _Drafted:
        """What of an account is to be drafted."""
        plans = tuple((plan, begun) for plan, begun in learned.planned if can_be_drafted(plan, begun))
        once = tuple(
            series_of_line(line)
            for series in learned.others
            for line in series.lines
            if (line.source, line.locator) in taken_in
        )
        return cls(learned, horizon, plans, once)

    @property
    def charges(self) -> int:
        """How many charges there are."""
        return len(self.learned.recurring) + len(self.plans) + len(self.once)

    @property
    def start(self) -> date:
        """The first day of them all."""
        once = (date.fromordinal(series.lines[0].day) for series in self.once)
        plans = filter(None, (start_of(*each) for each in self.plans))
        return min([*map(first_day_of, self.learned.recurring), *plans, *once])


def _can_be_named(learned: Learned) -> bool:
    """Whether a contract can name the customer so that its lines are found."""
    account = learned.account
    name = as_term(account.customer)
    return bool(name) and (fold_name(name) == fold_name(account.customer) or any(map(is_term, account.ids)))


def _heading(history: History, as_of: date) -> Iterator[str]:
    yield (
        "Drafted from what was billed. Billed is not agreed: hold every value against the contract itself, correct "
        f"what is wrong, and delete each {QUESTION[:-1]} that is answered."
    )
    yield (
        "A check refuses a draft. To accept drafts whose questions are answered, run billcheck contracts accept with "
        "this file and the ids."
    )
    for receipt in history.receipts:
        window = f", {day_text(receipt.first_day)} to {day_text(receipt.last_day)}" if receipt.first_day else ""
        yield f"Read on {as_of}: {receipt.path}, {counted(receipt.lines, 'line')}{window}."
        if receipt.shortcoming:
            yield f"{QUESTION} {receipt.shortcoming}"
    if history.refused:
        rows = ", ".join(f"{row.path} row {row.row}" for row in history.refused[:5])
        yield f"{QUESTION} {counted(len(history.refused), 'row')} could not be read, such as {rows}: what do they bill?"
    templates = sum(len(account.templates) for account in history.accounts)
    if templates:
        yield f"Templates that make documents by themselves: {templates:,}."
    for why, lines in sorted((+history.left_out).items()):
        yield f"Left out: {counted(lines, 'line')} {why}."


def _contract(drafted: _Drafted, ids: set[str], *, shares_reference: bool) -> DraftContract:
    learned = drafted.learned
    currency, start = learned.account.currency, drafted.start
    taken: set[str] = set()
    names = _names(learned.recurring, taken)
    charges = [
        draft_charge(one, name, _matching_of(one, name.value, drafted), currency, start, drafted.horizon)
        for one, name in zip(learned.recurring, names, strict=True)
    ]
    for plan, begun in drafted.plans:
        wanted = as_term(plan.name) or f"Charge {len(charges) + 1}"
        name = Entry("name", _unused_name(wanted, (plan.lines[0].item, plan.template.id), taken), "by its template")
        identity = plan.template.id
        matching = {"templates": [identity]} if drafted.charges > 1 and is_term(identity) else {}
        charges.append(draft_plan(plan, begun, name, start, matching))
    for series in drafted.once:
        line = series.lines[0]
        wanted = as_term(series.name or line.text) or f"Charge {len(charges) + 1}"
        name = Entry("name", _unused_name(wanted, (line.item, line.document), taken), "its text")
        charges.append(draft_once(series, name, _matching(series, name.value, drafted), currency))
    entries = tuple(_entries(drafted, ids, shares_reference=shares_reference))
    shown = {(line.source, line.locator) for series in drafted.once for line in series.lines}
    return DraftContract(entries, tuple(charges), tuple(remarks_on_rest(learned, shown)))


def _entries(drafted: _Drafted, taken: set[str], *, shares_reference: bool) -> Iterator[Entry]:
    learned, start, horizon = drafted.learned, drafted.start, drafted.horizon
    account = learned.account
    lines = account.charges
    documents = {line.document for line in lines}
    customer = as_term(account.customer)
    if is_term(account.contract):
        yield Entry("id", _unused(account.contract, taken), "the contract that the lines name")
    else:
        slug = f"draft-{_slug(customer)}-{account.currency.lower()}"
        yield Entry("id", _unused(slug, taken), "made from the name; lines may name the contract by its own")
    latest = f"as on the latest of {counted(len(documents), 'document')}" if documents else "as on its template"
    yield Entry("customer", customer, latest)
    yield Entry("currency", account.currency)
    ended = [ends_on(one, horizon) for one in learned.recurring]
    last_day = max((day for day in ended if day is not None), default=None) if all(ended) and ended else None
    if drafted.once and last_day is not None:
        last_day = max(last_day, *(date.fromordinal(series.lines[0].day) for series in drafted.once))
    last_day = None if drafted.plans else last_day
    unknown = "renewal and notice" if last_day else "the last day, renewal and notice"
    asked = f"{QUESTION} invoices do not tell {unknown}: add them as agreed."
    yield Entry("start", start, f"{QUESTION} first day billed; when was it agreed to begin?", (asked,))
    if last_day is not None:
        yield Entry("last_day", last_day, f"{QUESTION} nothing is billed any more. Did it end?")
    samples = [line for one in learned.recurring for line in one.samples if line is not None]
    terms = _payment_terms(samples)
    if terms is not None:
        yield terms
    tax = _tax(samples)
    if tax is not None:
        yield tax
    yield from _contract_matching(account, shares_reference=shares_reference)


def _contract_matching(account: Account, *, shares_reference: bool) -> Iterator[Entry]:
    """The ids and names that documents bear, and the contract they name where that is not the id."""
    matching: dict[str, Any] = {}
    ids = sorted(filter(is_term, account.ids))
    if ids:
        matching["customer_ids"] = ids
    others = {fold_name(name): name for name in sorted(account.names, reverse=True) if is_term(name)}
    others.pop(fold_name(as_term(account.customer)), None)
    if others:
        matching["aliases"] = sorted(others.values())
    if shares_reference and is_term(account.contract):
        matching["references"] = [account.contract]
    if not matching:
        return
    remark = "ids and other names on its documents"
    if account.is_family:
        names = counted(len(others) + 1, "name")
        remark = (
            f"{GUESS} billed under {names} that begin alike, to one of them at a time: taken for one agreement. If "
            "there are several, draft them apart by --customer."
        )
    elif others and fold_code(account.contract):
        remark = f"{QUESTION} lines that name this contract bill {len(others) + 1:,} names. Is it one agreement?"
    yield Entry("matching", matching, remark)


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_ID.sub("-", plain).strip("-")[:_LONGEST_ID].strip("-") or "customer"


def _unused(wanted: str, taken: set[str]) -> str:
    """The id, or with the first number behind it that makes it unlike all others."""
    identity, number = wanted, 1
    while fold_code(identity) in taken:
        number += 1
        identity = f"{wanted}-{number}"
    taken.add(fold_code(identity))
    return identity


def _payment_terms(samples: Sequence[Line]) -> Entry | None:
    """Days to pay, where all documents looked at agree."""
    days = {(line.due_date - line.issue_date).days for line in samples if line.due_date is not None}
    if len(days) != 1 or not 0 <= min(days) <= 365:  # noqa: PLR2004 - longer terms are slips of the pen
        return None
    looked_at = len({line.document for line in samples if line.due_date is not None})
    return Entry("payment_terms", f"{days.pop()} days", f"from issue to due date on {_looked_at(looked_at)}")


def _tax(samples: Sequence[Line]) -> Entry | None:
    """The tax percent, where all lines looked at agree on one that gives their tax to the cent."""
    percents = set()
    for line in samples:
        amount = to_minor(line.amount, line.currency)
        tax = None if line.tax is None else to_minor(line.tax, line.currency)
        if not amount or tax is None or tax < 0 or amount < 0:
            return None
        percent = percent_of(tax, amount, 1)
        percents.add(percent)
        if tax_on(amount, percent) != tax:
            return None
    if len(percents) != 1:
        return None
    percent = percents.pop()
    text = f"{percent:f}".removesuffix(".0")
    return Entry("tax", {"percent": text}, f"as charged on {_looked_at(len({line.document for line in samples}))}")


def _looked_at(documents: int) -> str:
    return f"the {counted(documents, 'document')} looked at, the first of each price"


def _names(recurring: Sequence[Recurring], taken: set[str]) -> list[Entry]:
    """A name for each charge, unlike all that are taken."""
    names = []
    for number, one in enumerate(recurring, start=1):
        said = as_term(one.series.name)
        remark = "what all its texts say" if said else "its texts share no words; name it"
        codes = [code for field in ("item", "account", "tracking", "template") for code in one.series.codes(field)[:1]]
        names.append(Entry("name", _unused_name(said or f"Charge {number}", codes, taken), remark))
    return names


def _unused_name(wanted: str, codes: Sequence[str], taken: set[str]) -> str:
    """The name, or with a code or a number behind it that makes it unlike all others."""
    numbers = (str(number) for number in range(2, len(taken) + 3))
    for name in (
        wanted,
        *(f"{wanted} {as_term(code)}" for code in codes if as_term(code)),
        *(f"{wanted} {number}" for number in numbers),
    ):
        if fold_name(name) not in taken:
            taken.add(fold_name(name))
            return name
    return wanted


def _matching_of(one: Recurring, name: str, drafted: _Drafted) -> dict[str, Any]:
    """What tells the lines of a series from others; beside charges billed once, also those of its discounts.

    A line that names neither would count for both.
    """
    matching = _matching(one.series, name, drafted)
    if not drafted.once:
        return matching
    texts = {line.text for discount in one.discounts for line in discount.lines}
    phrases = {_phrase(text) for text in texts if text and spaced_words(name) not in spaced_words(text)}
    patterns = sorted({*matching.get("patterns", ()), *filter(None, phrases)})
    return {**matching, "patterns": patterns} if patterns else matching


def _matching(series: Series, name: str, drafted: _Drafted) -> dict[str, Any]:
    """The codes that this series bears and no other of its account, and the words of its texts where the name fails."""
    learned = drafted.learned
    recurring = [one.series for one in (*learned.recurring, *learned.varying)]
    others = [other for other in (*recurring, *drafted.once) if other is not series]
    matching: dict[str, Any] = {}
    own_lines = frozenset(series.lines)
    everything = [*others, *(other for other in learned.others if own_lines.isdisjoint(other.lines))]
    for key, field in (("items", "item"), ("accounts", "account"), ("tracking", "tracking"), ("templates", "template")):
        own = _options(series, field)
        borne = {fold_code(code) for other in everything for code in _all_options(other, field)}
        if own and all(map(is_term, own)) and borne and borne.isdisjoint(map(fold_code, own)):
            matching[key] = list(own)
    if others and not matching:
        words = spaced_words(name)
        texts = {line.text for line in series.lines if words not in spaced_words(line.text) and line.text}
        patterns = sorted({fold: text for text in sorted(texts) if (fold := _phrase(text))})
        if patterns:
            matching["patterns"] = patterns
    return matching


def _phrase(text: str) -> str:
    """The longest run of words in a text."""
    return max(wording_of(text).phrases, key=lambda phrase: (len(phrase), phrase), default="")


def _options(series: Series, field: str) -> tuple[str, ...]:
    """The codes of a series where all its lines bear one."""
    codes = series.codes(field)
    if field != "tracking":
        return codes
    return tuple(dict.fromkeys(option for code in codes for option in code.split(TRACKING_SEPARATOR)))


def _all_options(series: Series, field: str) -> Iterator[str]:
    """Every code of a series."""
    for code in dict.fromkeys(getattr(line, field) for line in series.lines):
        yield from (option for option in code.split(TRACKING_SEPARATOR) if option)
