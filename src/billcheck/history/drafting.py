"""Contracts drafted from what a ledger shows, for a person to correct; what it cannot show is asked.

Comes in: a history. Goes out: drafts, one contract for each customer and currency in which something recurs, with what
was left out beside it. Must not know how drafts are written or accepted.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from billcheck.history.charges import draft_charge, draft_plan, ends_on, first_day_of
from billcheck.history.draft import QUESTION, DraftContract, Drafts, Entry, as_term, is_term
from billcheck.history.learning import Learned, Recurring, learn
from billcheck.history.leftovers import nothing_recurs, remarks_on_rest
from billcheck.history.lines import read_history
from billcheck.history.plans import can_be_drafted, start_of
from billcheck.history.remarks import counted, day_text
from billcheck.history.wording import wording_of
from billcheck.ledger.line import TRACKING_SEPARATOR
from billcheck.ledger.names import fold_code, fold_name, spaced_words
from billcheck.money import percent_of, tax_on, to_minor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from billcheck.history.lines import History
    from billcheck.history.plans import Plan
    from billcheck.history.series import Series
    from billcheck.ledger.line import Line
    from billcheck.ledger.source import Ledger

_NOT_IN_ID = re.compile(r"[^a-z0-9]+")
_LONGEST_ID = 40
_SHOWN = 20
"""How many things billed once are listed for each contract."""


def draft_contracts(ledger: Ledger, *, as_of: date, customers: Iterable[str] = ()) -> Drafts:
    """The contracts that a ledger suggests, for a person to correct.

    Args:
        ledger: What was billed; its sources are read now. Templates that it holds are further evidence.
        as_of: The day to look back from; documents dated later are left out.
        customers: Only these, by name or id; all where none is named.

    Returns:
        The drafts, by customer; none where nothing recurs. `Drafts.to_toml` is the file to correct.

    Raises:
        LedgerRefusedError: A source as a whole cannot be read without guessing.
        SourceChangedError: A source is not what it was.
        UsageError: One of the customers was never billed, and no template is theirs.
    """
    history = read_history(ledger, as_of, customers)
    horizon = min(as_of.toordinal(), history.last_day)
    contracts: list[DraftContract] = []
    left_out: list[str] = []
    ids: set[str] = set()
    for learned in learn(history):
        if (learned.recurring or _drafted_plans(learned)) and _can_be_named(learned):
            contracts.append(_contract(learned, horizon, ids))
        else:
            left_out.append(nothing_recurs(learned))
    return Drafts(tuple(_heading(history, as_of)), tuple(contracts), tuple(left_out), len(history.refused))


def _can_be_named(learned: Learned) -> bool:
    """Whether a contract can name the customer so that its lines are found."""
    account = learned.account
    name = as_term(account.customer)
    return bool(name) and (fold_name(name) == fold_name(account.customer) or any(map(is_term, account.ids)))


def _heading(history: History, as_of: date) -> Iterator[str]:
    yield (
        "Drafted from what was billed. Billed is not agreed: hold every value against the contract itself, answer each "
        f"{QUESTION[:-1]}, and correct what is wrong."
    )
    yield (
        "A check refuses a draft. To accept one, take its line draft = true out, or run billcheck contracts accept "
        "with this file and the ids."
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


def _contract(learned: Learned, horizon: int, ids: set[str]) -> DraftContract:
    account = learned.account
    planned = _drafted_plans(learned)
    start = min([*map(first_day_of, learned.recurring), *filter(None, (start_of(*each) for each in planned))])
    taken: set[str] = set()
    names = _names(learned.recurring, taken)
    charges = [
        draft_charge(one, name, _matching(one, name.value, learned), account.currency, start, horizon)
        for one, name in zip(learned.recurring, names, strict=True)
    ]
    for plan, begun in planned:
        wanted = as_term(plan.name) or f"Charge {len(charges) + 1}"
        name = Entry("name", _unused_name(wanted, (plan.lines[0].item, plan.template.id), taken), "by its template")
        charges.append(draft_plan(plan, begun, name, start))
    entries = tuple(_entries(learned, start, horizon, ids))
    return DraftContract(entries, tuple(charges), tuple(remarks_on_rest(learned)))


def _drafted_plans(learned: Learned) -> list[tuple[Plan, Series | None]]:
    """The plans that become charges of their own: of active templates that say when and how often."""
    return [(plan, begun) for plan, begun in learned.planned if can_be_drafted(plan, begun)]


def _entries(learned: Learned, start: date, horizon: int, taken: set[str]) -> Iterator[Entry]:
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
    last_day = max((day for day in ended if day is not None), default=None) if all(ended) else None
    last_day = None if _drafted_plans(learned) else last_day
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
    matching: dict[str, Any] = {}
    ids = sorted(filter(is_term, account.ids))
    if ids:
        matching["customer_ids"] = ids
    others = {fold_name(name): name for name in sorted(account.names, reverse=True) if is_term(name)}
    others.pop(fold_name(customer), None)
    if others:
        matching["aliases"] = sorted(others.values())
    if matching:
        yield Entry("matching", matching, "ids and other names on its documents")


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


def _matching(one: Recurring, name: str, learned: Learned) -> dict[str, Any]:
    """The codes that this series bears and no other of its account, and the words of its texts where the name fails."""
    others = [other.series for other in (*learned.recurring, *learned.varying) if other is not one]
    matching: dict[str, Any] = {}
    everything = [*others, *learned.others]
    for key, field in (("items", "item"), ("accounts", "account"), ("tracking", "tracking"), ("templates", "template")):
        own = _options(one.series, field)
        borne = {fold_code(code) for other in everything for code in _all_options(other, field)}
        if own and all(map(is_term, own)) and borne and borne.isdisjoint(map(fold_code, own)):
            matching[key] = list(own)
    if others and not matching:
        words = spaced_words(name)
        texts = {line.text for line in one.series.lines if words not in spaced_words(line.text) and line.text}
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
