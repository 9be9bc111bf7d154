"""What was billed and is not drafted, as remarks: amounts that vary, what is billed once or now and then, credits.

Comes in: what an account shows. Goes out: remarks for the file of drafts, so that nothing billed goes unsaid. Must not
know the charges that were drafted.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from billcheck.contracts.written import quoted, toml_text
from billcheck.history.draft import QUESTION, as_term
from billcheck.history.plans import can_be_drafted, described, named
from billcheck.history.remarks import counted, day_text, documents_text, money_text
from billcheck.history.series import Series
from billcheck.money import format_minor
from billcheck.period import ONE_DAY, add_months

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from billcheck.history.learning import Learned, Recurring
    from billcheck.history.lines import BilledLine

_SHOWN = 20
"""How many things billed once are listed for each contract."""
_FEW = 4
_NAMELESS = "lines without a text"


def remarks_on_rest(learned: Learned, taken_in: Container[tuple[int, int]] = frozenset()) -> Iterator[str]:
    """What an account was billed that is not drafted; `taken_in` are lines that are, by source and locator."""
    currency = learned.account.currency
    others = [left for series in learned.others if (left := _without(series, taken_in)) is not None]
    for one in learned.varying:
        yield _varying(one, currency)
        yield from map(described, one.plans)
    yield from _templates(learned)
    for series in others[:_SHOWN]:
        yield _once(series, currency) if len(series.lines) == 1 else _now_and_then(series, currency)
    rest = others[_SHOWN:]
    if rest:
        total = money_text(sum(line.amount for series in rest for line in series.lines), currency)
        yield f"Left out too: {counted(len(rest), 'thing')} more that do not recur, {total} {currency} in all."
    catch_ups = tuple(line for line in learned.account.charges if line.is_catch_up)
    if catch_ups:
        yield f"{QUESTION} says that it makes up for others, so left out: {_listed(catch_ups, currency, _SHOWN)}."
    if learned.account.reversed:
        pairs = "; ".join(f"{document} by {credit}" for document, credit in learned.account.reversed[:_SHOWN])
        yield f"Taken back in full, and neither counted: {pairs}{_more(len(learned.account.reversed))}."
    yield from _credits(learned.credits, currency)


def _without(series: Series, taken_in: Container[tuple[int, int]]) -> Series | None:
    """A series without lines that are drafted; None where nothing is left."""
    lines = tuple(line for line in series.lines if (line.source, line.locator) not in taken_in)
    return series if len(lines) == len(series.lines) else Series(lines, series.events) if lines else None


def _templates(learned: Learned) -> Iterator[str]:
    """Templates that no charge is drafted from."""
    for plan, begun in learned.planned:
        if not can_be_drafted(plan, begun):
            listed = "" if begun is None else _listed(begun.lines, learned.account.currency, _FEW)
            said = f" Billed so far: {listed}." if listed else ""
            yield f"{QUESTION} not drafted: {plan.name or 'a text'}. {described(plan)}{said}"
    for template in learned.account.templates:
        if template.kind != "invoice":
            what = "credit notes" if template.kind == "credit_note" else "other documents"
            yield f"{QUESTION} not drafted: the {named(template)} makes no invoices but {what}."


def nothing_recurs(learned: Learned) -> str:
    """An account without a contract."""
    account = learned.account
    total = sum(line.amount for line in (*account.charges, *account.credits))
    lines = counted(len(account.charges) + len(account.credits), "line")
    planned = "".join(f" {said}" for said in _templates(learned))
    why = "nothing recurs"
    found = [_described(series, account.currency) for series in learned.others[:_SHOWN]]
    if learned.varying:
        named = ", ".join(one.series.name or _NAMELESS for one in learned.varying)
        why = f"the amount of {named} varies"
        found = [_described(one.series, account.currency) for one in learned.varying] + found
    if learned.recurring:
        why = "its name holds a control character, which no contract can hold, and no id stands beside it"
        found = []
    said = money_text(total, account.currency)
    billed = f" Billed: {'; '.join(found)}{_more(len(learned.others))}." if found else ""
    credited = f" Credited: {_listed(learned.credits, account.currency, _FEW)}." if learned.credits else ""
    return f"Not drafted: {account.customer}, {lines}, {said} {account.currency}: {why}.{billed}{credited}{planned}"


def _described(series: Series, currency: str) -> str:
    """A thing with its lines, days and amounts."""
    days = [line.day for line in series.lines]
    amounts = [line.amount for line in series.lines]
    first, last = day_text(min(days)), day_text(max(days))
    least, most = money_text(min(amounts), currency), money_text(max(amounts), currency)
    when = first if first == last else f"{first} to {last}"
    much = least if least == most else f"{least} to {most}"
    return f"{series.name or _NAMELESS}, {counted(len(days), 'line')}, {when}, {much}"


def _varying(one: Recurring, currency: str) -> str:
    amounts = [run.amount for run in one.prices.runs]
    events = one.series.events
    units = {line.unit_price for line in one.samples if line is not None and line.quantity is not None}
    usage = ""
    if len(units) == 1 and None not in units and len(one.samples) > 1:
        usage = (
            f" The lines looked at are all a quantity at {units.pop():f} a unit: what is agreed may be a price per "
            "unit of use."
        )
    least, most = money_text(min(amounts), currency), money_text(max(amounts), currency)
    return (
        f"{QUESTION} left out: {one.series.name or _NAMELESS}, every {one.rhythm.every}, {least} to {most} {currency}: "
        f"the amount varies on {counted(len(events), 'document')} "
        f"({documents_text(event.document for event in events)}), so no price can be learned.{usage}"
    )


def _once(series: Series, currency: str) -> str:
    """A thing billed once, as a charge to take in."""
    line = series.lines[0]
    amount = money_text(line.amount, currency)
    said = f"Billed once, so left out: {line.document} of {day_text(line.day)}, {amount} {currency}."
    return "\n".join(
        [
            f"{said} If this contract agrees it, take the number signs of the next lines away:",
            "[[contract.charge]]",
            f"name = {quoted(as_term(series.name or line.text) or 'Once')}",
            'model = "one_off"',
            f"on = {day_text(line.day)}",
            f'amount = "{format_minor(line.amount, currency)}"',
        ]
    )


def _now_and_then(series: Series, currency: str) -> str:
    total = money_text(sum(line.amount for line in series.lines), currency)
    lines = counted(len(series.lines), "line")
    return (
        f"{QUESTION} left out: {series.name or _NAMELESS}, {lines} without a regular distance, {total} {currency} in "
        f"all: {_listed(series.lines, currency, _FEW)}."
    )


def _credits(lines: tuple[BilledLine, ...], currency: str) -> Iterator[str]:
    """Credits that no charge has, with what to write where."""
    linked = tuple(line for line in lines if line.credited)
    if linked:
        listed = _listed(linked, currency, _SHOWN)
        yield (
            f"{QUESTION} credited, and not counted in above: {listed}. What was agreed about it? A check calls what is "
            "taken back too little billed, until a decision or a discount of the charge says that it was agreed."
        )
    loose = tuple(line for line in lines if not line.credited)
    if loose:
        they = "it takes" if len(loose) == 1 else "one of them takes"
        asked = (
            f"{QUESTION} credited, and not counted in above: {_listed(loose, currency, _SHOWN, with_texts=True)}. What "
            f"was agreed about it? If {they} an invoice back, write the number of that invoice into the ledger (in a "
            "file: the column credits_document). If it was a gift, declare it under [credits] in billcheck.toml. If "
            "less was agreed for a period, write it into the charge (into its discounts, where it has some), with the "
            "days of that period:"
        )
        yield f"{asked}\n{_as_discounts(loose[:_SHOWN], currency)}"


def _as_discounts(lines: Sequence[BilledLine], currency: str) -> str:
    """Credits as what their months would be billed less, to be corrected: one line, since a key stands only once."""
    by_month: dict[date, int] = {}
    for line in lines:
        first = date.fromordinal(line.day).replace(day=1)
        by_month[first] = by_month.get(first, 0) - line.amount
    discounts = [
        {"amount": format_minor(amount, currency), "start": first, "last_day": add_months(first, 1, 1) - ONE_DAY}
        for first, amount in sorted(by_month.items())
    ]
    said = ", ".join(dict.fromkeys(as_term(line.document) or "without a number" for line in lines))
    return f"discounts = {toml_text(discounts)}  # {said}"


def _listed(lines: tuple[BilledLine, ...], currency: str, most: int, *, with_texts: bool = False) -> str:
    listed = "; ".join(
        f"{line.document} of {day_text(line.day)} {money_text(line.amount, currency)}"
        f"{f' on {line.credited}' if line.credited else ''}"
        f"{f' ({quoted(as_term(line.text))})' if with_texts and as_term(line.text) else ''}"
        for line in lines[:most]
    )
    rest = len(lines) - most
    return f"{listed} and {rest:,} more" if rest > 0 else listed


def _more(number: int) -> str:
    return f" and {number - _SHOWN:,} more" if number > _SHOWN else ""
