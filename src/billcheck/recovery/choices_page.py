"""The choices for a client as text for the person who will talk to them.

Comes in: the options of one customer. Goes out: lines: what there is to ask for, the two ways with every line and
date, and what to settle before the talk. Meant for the supplier's own eyes. Must not know terminals or reports.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.period import period_label
from billcheck.report.page import BLANK, Line, Span, grid, line
from billcheck.report.wording import amount_text, counted, listed, money_text, percent_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.ledger.draft import DraftDocument, DraftLine
    from billcheck.recovery.options import Choice, CustomerOptions

LETTERS = {"next_invoice": "A", "separate_invoice": "B"}


def to_lines(options: CustomerOptions) -> list[Line]:
    """The choices of one customer; never a third way, and never less than the full amount."""
    lines = _heading(options)
    for number, choice in enumerate(options.choices):
        lines.append(BLANK)
        lines.extend(_choice_lines(choice, is_only=len(options.choices) == 1, is_repeated=number > 0))
    remarks = list(_remarks(options))
    if remarks:
        lines.append(BLANK)
        lines.extend(line(remark, "attention", indent=2) for remark in remarks)
    return lines


def _heading(options: CustomerOptions) -> list[Line]:
    separate = options.separate
    if separate is None:
        return [
            (Span(f"{options.customer}: nothing to ask for before a decision is made", "heading"),),
        ]
    ways = "two ways" if len(options.choices) > 1 else "one way"
    amount = money_text(separate.incl_tax_minor, options.currency)
    parts = f"{amount_text(separate.excl_tax_minor, options.currency)} excl. tax{_tax_text(separate)}"
    return [
        (Span(f"{options.customer}: {ways} to ask for {amount}", "heading"), Span(f" ({parts})")),
        line("Talk to the client first, then let them choose how to pay. Nothing has been sent.", indent=2),
    ]


def _tax_text(document: DraftDocument) -> str:
    known = [group for group in document.tax_groups if group.percent is not None]
    text = "".join(
        f" + {amount_text(group.tax_minor, document.currency)} tax at {percent_text(group.percent)}"
        for group in known
        if group.percent is not None
    )
    return text if len(known) == len(document.tax_groups) else f"{text} + tax that the contract does not state"


def _choice_lines(choice: Choice, *, is_only: bool, is_repeated: bool) -> list[Line]:
    """One choice; where the arrears were listed above already, they are only counted."""
    first = choice.documents[0]
    name = "On the next invoice" if choice.how == "next_invoice" else "As a separate invoice"
    letter = "" if is_only else f"{LETTERS[choice.how]}  "
    lines: list[Line] = [(Span(f"  {letter}{name}", "strong"), Span(f", {_dates(first)}"))]
    lines.extend(_document_lines(first, is_repeated=is_repeated))
    for regular in choice.documents[1:]:
        lines.append(line(f"and the next invoice as usual, {_dates(regular)}", indent=5))
        lines.extend(_document_lines(regular, is_repeated=False))
        lines.append(line(f"together {money_text(choice.incl_tax_minor, regular.currency)}", indent=5))
    return lines


def _dates(document: DraftDocument) -> str:
    due = "to be paid by your usual terms" if document.due_date is None else f"due {document.due_date}"
    return f"dated {document.issue_date}, {due}"


def _document_lines(document: DraftDocument, *, is_repeated: bool) -> list[Line]:
    currency = document.currency
    has_several = len({entry.contract for entry in document.lines}) > 1
    cells = [
        (Span(_description(entry, has_several=has_several)), Span(amount_text(entry.amount_minor, currency)))
        for entry in document.lines
    ]
    if is_repeated and len(cells) > 1:
        cells = [(Span(f"the {len(cells)} arrears lines above"), Span(amount_text(document.excl_tax_minor, currency)))]
    cells.append((Span("excl. tax", "muted"), Span(amount_text(document.excl_tax_minor, currency), "muted")))
    for group in document.tax_groups:
        label = "tax not stated in the contract" if group.percent is None else f"tax at {percent_text(group.percent)}"
        amount = "?" if group.percent is None else amount_text(group.tax_minor, currency)
        cells.append((Span(label, "muted"), Span(amount, "muted")))
    is_open = any(group.percent is None for group in document.tax_groups)
    cells.append(
        (
            Span("to pay, and that tax" if is_open else "to pay"),
            Span(money_text(document.incl_tax_minor, currency), "strong"),
        )
    )
    return grid(_aligned(cells, currency), ("left", "right"), indent=7, head=False)


def _aligned(cells: list[tuple[Span, Span]], currency: str) -> list[tuple[Span, Span]]:
    """The amounts filled up by the width of the currency that stands behind the last one, so that digits line up."""
    fill = " " * (len(currency) + 1)
    return [*((label, Span(amount.text + fill, amount.role)) for label, amount in cells[:-1]), cells[-1]]


def _description(entry: DraftLine, *, has_several: bool) -> str:
    contract = f"{entry.contract} " if has_several else ""
    what = f"{contract}{' + '.join(entry.charges)} {period_label(entry.first_day, entry.last_day)}"
    if not entry.is_arrears:
        return f"{what}, as agreed"
    return (
        f"{what}, arrears on {listed(list(dict.fromkeys(each.number for each in entry.references)))}"
        if entry.references
        else f"{what}, not billed before"
    )


def _remarks(options: CustomerOptions) -> Iterator[str]:
    currency, is_open = options.currency, bool(options.choices)
    if is_open and len(options.choices) == 1:
        yield _why_separate_only(options)
    elif is_open:
        next_date = options.choices[0].documents[0].issue_date
        days = (next_date - options.as_of).days
        if options.separate and next_date < options.separate.issue_date:
            yield f"The next invoice goes out in {counted(days, 'day')}: talk before {next_date}."
        first, second = (choice.incl_tax_minor for choice in options.choices)
        if first != second:
            difference = money_text(abs(second - first), currency)
            yield f"A and B differ by {difference}: tax is rounded once per document, and B is two documents."
    if options.credited_minor:
        yield (
            f"{money_text(options.credited_minor, currency)} excl. tax stands on periods with a credit note: decide on "
            "it first; it is in no document above."
        )
    if options.drafted_minor:
        yield (
            f"{money_text(options.drafted_minor, currency)} excl. tax of this stands on unapproved drafts: approve "
            "them or ask this way, not both."
        )
    if options.overbilled_minor:
        yield (
            f"{money_text(options.overbilled_minor, currency)} excl. tax is owed back to this client for overbilled "
            "periods; it is set off against nothing here."
        )
    if options.unallocated_lines:
        yield (
            f"{counted(options.unallocated_lines, 'line')} billed to this client went to no period: settle that first, "
            "it may already bill part of this."
        )
    yield from _left_out(options)


def _why_separate_only(options: CustomerOptions) -> str:
    """Why there is no invoice to add the arrears to: its amount is open, or there is none to come."""
    if options.unknown_rows:
        charges = counted(options.unknown_rows, "charge")
        return f"What the next invoice will come to is not known yet ({charges}): only the separate one can be shown."
    return (
        "No next regular invoice is known (the contract ended, or the next one is billed already or comes to nothing): "
        "only the separate one."
    )


def _left_out(options: CustomerOptions) -> Iterator[str]:
    """What is in no document above."""
    currency = options.currency
    if options.awaiting_minor:
        yield f"{money_text(options.awaiting_minor, currency)} excl. tax is due and still awaited: it is not in here."
    if options.inconclusive_rows:
        yield f"{counted(options.inconclusive_rows, 'period')} could not be judged: nothing of that is in here."
    if options.unknown_rows and len(options.choices) != 1:
        yield (
            f"What {counted(options.unknown_rows, 'charge')} will come to is not known yet: it is on top of the next "
            "invoice."
        )
