"""A learned series as a drafted charge: every key with its value, and by what it is known.

Comes in: a recurring series, and how far the ledger reaches. Goes out: a drafted charge with its first day and, where
it seems to have ended, its last. What invoices cannot tell is a question; what they suggest without proof is a guess.
Must not know other series, customers or files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from billcheck.contracts.prices import FlatPrice
from billcheck.contracts.terms import DEFAULT_GRACE_DAYS, Charge, Contract
from billcheck.contracts.written import quoted
from billcheck.history.draft import GUESS, QUESTION, DraftCharge, Entry, as_term
from billcheck.history.plans import described, remarks_on, start_of
from billcheck.history.prices import Run
from billcheck.history.remarks import counted, day_text, documents_text, label, labels, money_text
from billcheck.ledger.source import NO_DAY
from billcheck.money import format_minor, to_decimal, to_minor
from billcheck.period import ONE_DAY, add_months
from billcheck.pricing.schedule import make_schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.history.learning import Recurring
    from billcheck.history.plans import Plan
    from billcheck.history.prices import Billed
    from billcheck.history.series import Series
    from billcheck.ledger.line import Line

_FIRST_OF_MONTH = 1


@dataclass(frozen=True, slots=True)
class Terms:
    """What one run of prices shows: an amount for the period, or a whole number of units at a unit amount."""

    amount: int
    unit_amount: Decimal | None = None
    quantity: Decimal | None = None


def terms_of(one: Recurring, currency: str) -> tuple[Terms, ...]:
    """The terms of each run; units only where every run is a whole number of them, more than one in some."""
    counted_in_units = [_in_units(run, line, currency) for run, line in zip(one.prices.runs, one.samples, strict=True)]
    has_units = any(terms is not None and terms.quantity != 1 for terms in counted_in_units)
    known = [terms for terms in counted_in_units if terms is not None]
    if has_units and len(known) == len(one.prices.runs):
        return tuple(known)
    return tuple(Terms(run.amount) for run in one.prices.runs)


def _in_units(run: Run, line: Line | None, currency: str) -> Terms | None:
    if line is None or line.quantity is None or line.unit_price is None:
        return None
    quantity, unit = line.quantity, line.unit_price
    return Terms(run.amount, unit, quantity) if _are_units(quantity, unit, run.amount, currency) else None


def _are_units(quantity: Decimal | None, unit: Decimal | None, amount: int, currency: str) -> bool:
    """Whether a whole number of units at a unit amount gives this amount."""
    if quantity is None or unit is None or quantity != quantity.to_integral_value() or quantity <= 0 or unit <= 0:
        return False
    return to_minor(quantity * unit, currency) == amount


def price_text(amount: Decimal, currency: str) -> str:
    """A price with the digits of its currency, or more where it has more."""
    minor = to_minor(amount, currency)
    return f"{amount.normalize():f}" if minor is None else format_minor(minor, currency)


def ends_on(one: Recurring, horizon: int) -> date | None:
    """The last day (inclusive) of a series that has stopped: its next period should have been billed by now.

    Args:
        one: The series.
        horizon: The last day the ledger is known to hold, or that of the draft if earlier, as an ordinal.
    """
    rhythm = one.rhythm
    if one.prices.part_last is not None:
        return rhythm.end - ONE_DAY
    awaited_until = rhythm.due_day(rhythm.last + 1) + max(0, rhythm.lag) + DEFAULT_GRACE_DAYS
    return rhythm.boundary(rhythm.last + 1) - ONE_DAY if awaited_until <= horizon else None


def first_day_of(one: Recurring) -> date:
    """The first day of what was billed, or of the first whole period where the part before it cannot be priced."""
    rhythm = one.rhythm
    if one.prices.part_first is None:
        return rhythm.boundary(0)
    return rhythm.first_day if _keeps_phase(one) else rhythm.boundary(1)


def _keeps_phase(one: Recurring) -> bool:
    """Whether periods that begin with a part go on at the boundaries of the series."""
    rhythm = one.rhythm
    months, first_day = rhythm.every.months, rhythm.first_day
    if months == 1 or _is_calendar(one):
        return True
    if not months or rhythm.anchor_day is None:
        return False
    following = add_months(first_day, 0, rhythm.anchor_day)
    following = following if following > first_day else add_months(first_day, months, rhythm.anchor_day)
    return following == rhythm.boundary(1)


def _is_calendar(one: Recurring) -> bool:
    months, anchor = one.rhythm.every.months, one.rhythm.anchor
    return months > 0 and 12 % months == 0 and one.rhythm.anchor_day == 1 and (anchor.month - 1) % months == 0


def draft_charge(
    one: Recurring, name: Entry, matching: dict[str, Any], currency: str, contract_start: date, horizon: int
) -> DraftCharge:
    """A series as a charge.

    Args:
        one: The series.
        name: Its name, unique in the contract.
        matching: The codes that tell its lines from others.
        currency: That of the contract.
        contract_start: First day of the contract.
        horizon: The last day the ledger is known to hold.
    """
    entries = [name, *_term(one, contract_start, horizon), *_price(one, currency), *_rhythm(one)]
    entries += _changes(one, currency)
    entries += _discounts(one, currency)
    if matching:
        entries.append(Entry("matching", matching, "codes and words that its lines bear"))
    remarks = [*_evidence(one, currency)]
    last = one.prices.runs[-1].amount
    ended = ends_on(one, horizon) is not None
    remarks += remarks_on(one.plans, last, str(one.rhythm.every), is_ended=ended, currency=currency)
    odd = (billed.number for billed in one.prices.odd)
    extras = (extra.number for extra in one.prices.extras)
    asked = frozenset(one.rhythm.boundary(number) for number in (*one.prices.missed, *odd, *extras))
    return DraftCharge(tuple(remarks), tuple(entries), asked)


def draft_plan(
    plan: Plan, begun: Series | None, name: Entry, contract_start: date, matching: dict[str, Any]
) -> DraftCharge:
    """What a template is going to bill, and nothing has recurred by yet, as a charge.

    Args:
        plan: What it bills; its start and its cadence are known.
        begun: What was billed of it so far.
        name: The name of the charge, unique in the contract.
        contract_start: First day of the contract.
        matching: What tells its lines from those of other charges.
    """
    template, currency = plan.template, plan.template.currency
    remarks = [described(plan), f"{QUESTION} a template is what will be billed, and not what was agreed. Is it agreed?"]
    if begun is not None:
        said = documents_text(event.document for event in begun.events)
        remarks.append(f"Billed so far, and too little to see it recur: {said}.")
    entries = [name]
    start = start_of(plan, begun)
    if start is not None and start != contract_start:
        known = "a date of the template" if begun is None else "first day billed"
        entries.append(Entry("start", start, f"{QUESTION} {known}; when was it agreed to begin?"))
    if template.last_date is not None:
        entries.append(Entry("last_day", template.last_date, f"{QUESTION} the last date of the template. Does it end?"))
    line = plan.lines[0]
    is_counted = len(plan.lines) == 1 and line.quantity is not None and line.unit_price is not None
    if is_counted and _are_units(line.quantity, line.unit_price, plan.amount, currency) and line.quantity != 1:
        entries.append(Entry("model", "per_unit", "quantity × unit price on the template give its amount"))
        entries.append(Entry("unit_amount", price_text(line.unit_price or Decimal(0), currency), "on the template"))
        entries.append(Entry("quantity", f"{line.quantity or Decimal(1):f}", "on the template"))
    else:
        entries.append(Entry("model", "flat"))
        entries.append(Entry("amount", format_minor(plan.amount, currency), "on the template"))
    entries.append(Entry("every", template.every, "of the template"))
    guess = f"{GUESS} a template does not say for which period it bills, so it may as well be in_arrears"
    entries.append(Entry("timing", "in_advance", guess))
    if matching:
        entries.append(Entry("matching", matching, "what the documents of the template bear"))
    return DraftCharge(tuple(remarks), tuple(entries))


def draft_once(series: Series, name: Entry, matching: dict[str, Any], currency: str) -> DraftCharge:
    """A line that was billed once, and would count for another charge, as a charge of its own."""
    line = series.lines[0]
    remark = (
        f"Billed once: {line.document or 'without a number'} of {day_text(line.day)}. It stands here since a check "
        f"would count it for another charge otherwise. {QUESTION} is it agreed?"
    )
    entries = [
        name,
        Entry("model", "one_off"),
        Entry("on", date.fromordinal(line.day), "the day of its document"),
        Entry("amount", format_minor(line.amount, currency), "billed"),
    ]
    if matching:
        entries.append(Entry("matching", matching, "codes and words that it bears"))
    return DraftCharge((remark,), tuple(entries))


def _evidence(one: Recurring, currency: str) -> Iterator[str]:
    """Which documents, how many, how regular, and what is out of line."""
    rhythm, prices = one.rhythm, one.prices
    events = one.series.events
    span = f"{day_text(min(event.day for event in events))} to {day_text(max(event.day for event in events))}"
    in_time = sorted(events, key=lambda event: (event.day, event))
    documents = counted(len({event.document for event in events}), "document")
    yield (
        f"Billed for {prices.billed:,} of {counted(prices.periods, 'period')}, {label(rhythm, 0)} through "
        f"{label(rhythm, rhythm.last)}, on {documents} dated {span}: "
        f"{documents_text(event.document for event in in_time)}."
    )
    if prices.missed:
        yield f"{QUESTION} not billed: {labels(rhythm, prices.missed)}. Forgotten, or agreed? A check calls it missing."
    for odd in prices.odd:
        later = (run.amount for run in prices.runs if run.periods[-1].number > odd.number)
        usual = next(later, prices.runs[-1].amount)
        above = f", {money_text(odd.amount - usual, currency)} more" if odd.amount > usual else ""
        asked = "A mistake, or an extra that is" if odd.amount > usual else "A mistake, or"
        yield (
            f"{QUESTION} {label(rhythm, odd.number)} was billed {money_text(odd.amount, currency)} in place of "
            f"{money_text(usual, currency)}{above} ({_documents(odd)}). {asked} agreed?"
        )
    for extra in prices.extras:
        text = as_term(extra.lines[0].text)
        yield (
            f"{QUESTION} {label(rhythm, extra.number)} was billed {money_text(extra.amount, currency)} besides "
            f"({documents_text(line.document for line in extra.lines)}{f', {quoted(text)}' if text else ''}). An extra "
            "that is agreed, or a mistake? A check calls it too much."
        )
    for part in (prices.part_first, prices.part_last):
        if part is not None and part.number in prices.implied:
            whole = prices.runs[0 if part is prices.part_first else -1].amount
            yield (
                f"{QUESTION} a part of {label(rhythm, part.number)} was billed {money_text(part.amount, currency)} "
                f"({_documents(part)}): its share by days of {money_text(whole, currency)}, and not of the price next "
                "to it. Was that the price, or is something else agreed about the part?"
            )
        elif part is not None and not _is_priced(one, part, currency):
            yield (
                f"{QUESTION} a part of {label(rhythm, part.number)} was billed {money_text(part.amount, currency)} "
                f"({_documents(part)}), which is no share of the price by days. How was it agreed?"
            )
    for event in prices.together:
        yield f"{event.document} bills several periods at once; each is taken for an equal part of it."
    several = [event.document for event in events if len(event.lines) > 1]
    if several:
        yield f"On {counted(len(several), 'document')} several lines make up the amount: {documents_text(several)}."


def _documents(billed: Billed) -> str:
    return documents_text(event.document for event in billed.events)


def _term(one: Recurring, contract_start: date, horizon: int) -> Iterator[Entry]:
    first_day, last_day = first_day_of(one), ends_on(one, horizon)
    if first_day != contract_start:
        yield Entry("start", first_day, f"{QUESTION} first day billed; when was it agreed to begin?")
    if last_day is not None:
        following = f"nothing is billed for the time after it, and the ledger goes on to {day_text(horizon)}"
        yield Entry(
            "last_day",
            last_day,
            f"{QUESTION} {following}. Did it end, or is it forgotten? Take the key out if it goes on.",
        )


def _price(one: Recurring, currency: str) -> Iterator[Entry]:
    terms, first = terms_of(one, currency)[0], one.prices.runs[0]
    evidence = f"{_share(one, first)}; {QUESTION} billed is not agreed: does the contract say so?"
    if terms.unit_amount is None or terms.quantity is None:
        yield Entry("model", "flat")
        yield Entry("amount", format_minor(terms.amount, currency), f"{evidence}{_as_written(one, 0, currency)}")
        return
    yield Entry("model", "per_unit", "quantity × unit price on the lines give their amounts")
    yield Entry("unit_amount", price_text(terms.unit_amount, currency), evidence)
    yield Entry("quantity", f"{terms.quantity.normalize():f}", f"on {first.periods[0].events[0].document}")


def _as_written(one: Recurring, index: int, currency: str) -> str:
    """How the line makes the amount, where that is a part or a multiple of its unit price."""
    line = one.samples[index] if index < len(one.samples) else None
    if line is None or line.quantity in {None, Decimal(1)} or line.unit_price is None:
        return ""
    quantity = f"{line.quantity.normalize():f}" if line.quantity is not None else ""
    return f" On {line.document} it is {quantity} × {price_text(line.unit_price, currency)}."


def _share(one: Recurring, run: Run) -> str:
    """How many of all periods a run is."""
    if run.periods[0].number in one.prices.implied:
        return f"of which a part of {label(one.rhythm, run.periods[0].number)} was billed its share"
    first, last = run.periods[0].number, run.periods[-1].number
    span = (
        label(one.rhythm, first) if first == last else f"{label(one.rhythm, first)} through {label(one.rhythm, last)}"
    )
    return f"billed for {len(run.periods):,} of {counted(one.prices.periods, 'period')}: {span}"


def _rhythm(one: Recurring) -> Iterator[Entry]:
    rhythm = one.rhythm
    events = len(one.series.events)
    if rhythm.stated:
        yield Entry(
            "every", str(rhythm.every), f"by the service periods on {rhythm.stated:,} of {counted(events, 'document')}"
        )
        yield Entry("timing", rhythm.timing, _by_timing(one, events))
    else:
        named = any(event.first_day != NO_DAY for event in one.series.events)
        why = "the texts name less than a period" if named else "no text names a period"
        yield Entry("every", str(rhythm.every), f"by the issue dates of {counted(events, 'document')}; {why}")
        where = "late in their periods" if rhythm.timing == "in_arrears" else "when these periods begin"
        yield Entry(
            "timing",
            rhythm.timing,
            f"{GUESS} {why}, so it may as well be the other: documents are dated {where}, if the "
            f"periods are these ({label(rhythm, 0)})",
        )
    if rhythm.every.unit == "semi_month":
        yield Entry(
            "semi_month_days",
            list(rhythm.every.days),
            "by the service periods" if rhythm.stated else "by the issue dates",
        )
    if rhythm.timing == "in_arrears" and rhythm.is_on_last_day:
        due = (rhythm.due_day(last) for _, last in rhythm.numbers)
        exact = sum(event.day == day for event, day in zip(one.series.events, due, strict=True))
        dated = f"{exact:,} of {counted(events, 'document')} are dated on the last day of their period"
        yield Entry("invoice_day", "period_end", dated)
    start = first_day_of(one)
    begins_with_part = one.prices.part_first is not None and start == rhythm.first_day
    if begins_with_part and rhythm.every.months > 1 and _is_calendar(one):
        yield Entry("align", "calendar", "the first period billed is a part; the others begin with the calendar's")
    elif rhythm.every.months and rhythm.anchor_day not in {None, start.day}:
        yield Entry("anchor_day", rhythm.anchor_day, "the day of the month on which whole periods begin")


def _by_timing(one: Recurring, events: int) -> str:
    rhythm = one.rhythm
    where = "first day" if rhythm.timing == "in_advance" else "end"
    sure = "" if rhythm.timed * 3 >= rhythm.stated * 2 else f"{GUESS} only "
    return (
        f"{sure}{rhythm.timed:,} of {counted(events, 'document')} are dated nearer the {where} of the period they name"
    )


def _changes(one: Recurring, currency: str) -> Iterator[Entry]:
    """Later prices as price steps, later quantities as amendments."""
    every = terms_of(one, currency)
    steps: list[Entry] = []
    amendments: list[Entry] = []
    before = every[0]
    for index, (run, terms) in enumerate(zip(one.prices.runs, every, strict=True)):
        on = one.rhythm.boundary(run.periods[0].number)
        if terms.unit_amount is None:
            if index:
                new, old = money_text(terms.amount, currency), money_text(before.amount, currency)
                remark = (
                    f"{QUESTION} {new} after {old}: agreed, or a mistake? "
                    f"It is {_share(one, run)}, {_run_documents(run)}.{_as_written(one, index, currency)}"
                )
                steps.append(Entry("", {"on": on, "amount": format_minor(terms.amount, currency)}, remark))
            before = terms
            continue
        remark = f"{_share(one, run)}, {_run_documents(run)}."
        if terms.unit_amount != before.unit_amount and before.unit_amount is not None:
            new, old = price_text(terms.unit_amount, currency), price_text(before.unit_amount, currency)
            question = f"{QUESTION} {new} after {old}: agreed, or a mistake? {remark}"
            steps.append(Entry("", {"on": on, "unit_amount": new}, question))
        if terms.quantity != before.quantity and before.quantity is not None and terms.quantity is not None:
            new, old = f"{terms.quantity.normalize():f}", f"{before.quantity.normalize():f}"
            question = f"{QUESTION} {new} units after {old}: agreed? {remark}"
            amendments.append(Entry("", {"on": on, "quantity": new}, question))
        before = terms
    if steps:
        yield Entry("price_steps", steps)
    if amendments:
        yield Entry("amendments", amendments)


def _discounts(one: Recurring, currency: str) -> Iterator[Entry]:
    """What lines of their own take off."""
    members = []
    first_day = first_day_of(one)
    for discount in one.discounts:
        if one.rhythm.boundary(discount.last + 1) <= first_day:
            continue  # it was off a first part that has no price
        off = f"{discount.percent.normalize():f}" if discount.percent is not None else ""
        value: dict[str, Any] = {"percent": off} if off else {"amount": format_minor(discount.amount, currency)}
        if one.rhythm.boundary(discount.first) > first_day:
            value["start"] = one.rhythm.boundary(discount.first)
        if discount.last < one.rhythm.last:
            value["last_day"] = one.rhythm.boundary(discount.last + 1) - ONE_DAY
        exact = "gives the lines to the cent" if off else "is on every one of the lines"
        beside = f" They are off {counted(discount.others, 'other charge')} too." if discount.others else ""
        documents = counted(len({line.document for line in discount.lines}), "document")
        named = documents_text(line.document for line in discount.lines)
        said = quoted(as_term(discount.lines[0].text) or "a line without a text")
        remark = (
            f"{QUESTION} by lines below zero such as {said} on {documents} ({named}), {exact}.{beside} Is it agreed, "
            "and until when?"
        )
        members.append(Entry("", value, remark))
    if members:
        yield Entry("discounts", members)


def _run_documents(run: Run) -> str:
    return documents_text(event.document for billed in run.periods for event in billed.events)


def _is_priced(one: Recurring, part: Billed, currency: str) -> bool:
    """Whether a part of a period was billed its share of the price by days, but for a rounded cent."""
    is_first = part is one.prices.part_first
    run = one.prices.runs[0 if is_first else -1]
    share = _share_of(one, run.amount, currency, is_first=is_first)
    return share is not None and abs(share - part.amount) <= 1


def with_prices_of_parts(one: Recurring, currency: str) -> Recurring:
    """A series whose first or last part is no share of the price next to it, with the price of which it is one."""
    prices, runs, samples = one.prices, list(one.prices.runs), list(one.samples)
    implied = []
    for part in (prices.part_first, prices.part_last):
        if part is None or part.number in {run.periods[0].number for run in runs} or _is_priced(one, part, currency):
            continue
        is_first = part is prices.part_first
        whole = _whole_of(one, part, currency, is_first=is_first)
        if whole is not None:
            place = 0 if is_first else len(runs)
            runs.insert(place, Run(whole, (part,)))
            samples.insert(place, None)
            implied.append(part.number)
    if not implied:
        return one
    return replace(one, prices=replace(prices, runs=tuple(runs), implied=tuple(implied)), samples=tuple(samples))


def _whole_of(one: Recurring, part: Billed, currency: str, *, is_first: bool) -> int | None:
    """The price of a whole period of which a part is the share by days; None where there is none."""
    rhythm = one.rhythm
    first, end = rhythm.boundary(part.number), rhythm.boundary(part.number + 1)
    days = (end - rhythm.first_day if is_first else rhythm.end - first).days
    if days <= 0:
        return None
    whole = (2 * part.amount * (end - first).days + days) // (2 * days)
    return whole if _share_of(one, whole, currency, is_first=is_first) == part.amount else None


def _share_of(one: Recurring, amount: int, currency: str, *, is_first: bool) -> int | None:
    """The share by days of the first or the last period, at a price; None where it cannot be written."""
    rhythm = one.rhythm
    if amount <= 0 or (is_first and not _keeps_phase(one)):
        return None
    charge = Charge(
        name="part",
        model="flat",
        start=first_day_of(one),
        end=rhythm.end,
        price=FlatPrice(to_decimal(amount, currency)),
        every=rhythm.every,
        timing=rhythm.timing,
        anchor_day=rhythm.anchor_day if rhythm.every.months and not _is_calendar(one) else None,
        align="calendar" if _is_calendar(one) else "anniversary",
    )
    contract = Contract("draft", "draft", currency, charge.start, (charge,), charge.end)
    amounts = make_schedule(contract, charge, rhythm.end).amounts
    return amounts[0 if is_first else -1] if amounts else None
