"""What runs out in a case, in words: cautious, with sources, and never more than a hint.

Comes in: a brief. Goes out: blocks of a paper. No word here says that a claim can or cannot be raised. Must not know
how a day is worked out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.recovery.paper import Bullets, Heading, Paragraph, Table
from billcheck.recovery.time_limits import CAUTION, OWN_RULE
from billcheck.report.wording import amount_text, counted, listed, money_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.recovery.brief import Brief
    from billcheck.recovery.deadlines import PeriodClock
    from billcheck.recovery.paper import Block
    from billcheck.recovery.time_limits import TimeLimit

_CLOCKS = {
    "service_end": "the end of each period",
    "billing_day": "the day each period was to be billed",
    "claimable": "the end of each period, or the day it was to be billed if that is earlier",
    "year_end": "the end of the year of each period",
    "found": "the day it was found",
}


def deadline_blocks(brief: Brief) -> Iterator[Block]:
    """The contract's clause first, then tax, then time limits."""
    yield Heading("What runs out")
    yield from _clause(brief)
    if brief.notice is not None:
        yield Paragraph(
            f"The notice of {brief.notice.on} asks for an answer by {brief.notice.reply_by}. Without one, remind; "
            "silence agrees to nothing."
        )
    yield _periods(brief)
    yield from _tax(brief)
    yield from _time_limit(brief.deadlines.limit)


def _clause(brief: Brief) -> Iterator[Block]:
    deadlines, currency = brief.deadlines, brief.currency
    agreements = [each for each in brief.statement.agreements if each.late_invoice_cutoff is not None]
    if not agreements:
        yield Paragraph(
            "No clause of these contracts on late invoices is known. Read them for one before the talk: many set 60 to "
            "180 days."
        )
        return
    for agreement in agreements:
        clause = agreement.late_invoice_cutoff
        if clause is None:
            continue
        span = counted(clause.days, "day") if clause.days is not None else counted(clause.months or 0, "month")
        start = {
            "service_end": "the end of a period",
            "due": "the day it was to be billed",
            "termination": "the end of the contract",
        }[clause.counted_from]
        effect = "is lost" if clause.effect == "forfeited" else f"is due less {clause.percent}%"
        text = f"{agreement.contract}: what is invoiced later than {span} after {start} {effect}, by the contract."
        if clause.notice_extends:
            text += " A written notice within that time keeps what it names."
        if agreement.no_waiver_clause:
            text += (
                " Another clause says that nothing is waived by invoicing late: ask an adviser how they go together."
            )
        yield Paragraph(text, "attention" if deadlines.cut_off_minor else "plain")
    if deadlines.cut_off_minor:
        taken = [clock.claim.label for clock in deadlines.periods if clock.claim.cut_off_minor]
        yield Paragraph(
            f"Outside it today: {money_text(deadlines.cut_off_minor, currency)} excl. tax ({listed(taken)}). It is in "
            f"no offer here, and stays in the arrears. Inside: {money_text(brief.claimable_minor, currency)}.",
            "strong",
        )
    texts = [
        f"{cut.day}: the last day for {listed(cut.periods)}, {money_text(cut.amount_minor, currency)}"
        + (", before the next regular invoice" if cut.is_before_next_invoice else "")
        for cut in deadlines.next_cut_offs
    ]
    if texts:
        yield Bullets(tuple(texts))
    if deadlines.lost_on_next_invoice_minor:
        lost = money_text(deadlines.lost_on_next_invoice_minor, currency)
        yield Paragraph(
            f"By the next regular invoice, on {deadlines.next_invoice_day}, another {lost} is outside: a separate "
            "invoice before that keeps it.",
            "attention",
        )


def _periods(brief: Brief) -> Table:
    """One row a period: its age, and by when it can be invoiced; how it stands by a time limit if one was chosen."""
    deadlines = brief.deadlines
    has_limit = deadlines.limit is not None
    rows = tuple(
        (
            f"{clock.claim.period.contract} {clock.claim.label}",
            str(clock.age_days),
            amount_text(clock.claim.period.shortfall_minor, brief.currency),
            _last_invoice_day(clock),
            amount_text(clock.claim.cut_off_minor, brief.currency),
            *((str(clock.limit_day), _standing(clock)) if has_limit else ()),
        )
        for clock in deadlines.periods
    )
    return Table(
        (
            "Period",
            "Age in days",
            "Missing",
            "To be invoiced by",
            "Outside",
            *(("Limit", "Stands") if has_limit else ()),
        ),
        ("left", "right", "right", "left", "right", *(("left", "left") if has_limit else ())),
        rows,
    )


def _last_invoice_day(clock: PeriodClock) -> str:
    day = clock.claim.period.last_invoice_day
    return "no clause" if day is None else day.isoformat()


def _standing(clock: PeriodClock) -> str:
    if clock.standing == "ends_soon":
        return f"ends within {counted(clock.days_left or 0, 'day')}"
    return clock.standing or ""


def _tax(brief: Brief) -> Iterator[Block]:
    """What tax may ask for; general, and for the adviser."""
    totals = brief.statement.arrears
    if not totals.tax_minor and totals.is_tax_known:
        return
    whole = next((rung for rung in brief.rungs if rung.offer.how == "separate_invoice"), None)
    at_once = "all of it" if whole is None else money_text(whole.tax_up_front_minor, brief.currency)
    texts = [
        "Each period keeps its own rate.",
        f"Where tax is owed once an invoice goes out, one invoice brings {at_once} at once, however it is paid.",
        "With one invoice for each instalment, its tax comes with it.",
        "Decide what is waived before anything is invoiced: what was never invoiced needs no credit note.",
        "EU: a document that changes an invoice names it beyond doubt (directive 2006/112, article 219).",
        "Ireland: more than was invoiced goes on a supplementary invoice that names the first one.",
        "Spain: a corrective invoice as soon as it is noticed, within 4 years.",
    ]
    by = brief.deadlines.debit_note_by
    day = f", so by {by}" if by is not None else ""
    texts.append(f"United Kingdom: a debit note within 14 days of the day both agree to more{day} (SI 1995/2518, 15C).")
    yield Paragraph("Tax, each to be checked with your adviser:")
    yield Bullets(tuple(texts))


def _time_limit(limit: TimeLimit | None) -> Iterator[Block]:
    if limit is None:
        yield Paragraph(
            "No rule for a time limit was chosen: only ages are given. Choose one with --time-limit or --limitation.",
            "muted",
        )
        return
    years = counted(limit.years, "year")
    text = f"Time limit: {years} from {_CLOCKS[limit.clock]}"
    if limit.id == OWN_RULE:
        yield Paragraph(f"{text}, a rule of your own. {CAUTION}")
    else:
        yield Paragraph(
            f"{text}. {limit.scope}. {limit.statute}, {limit.confidence} on {limit.as_of}: {limit.url}. {CAUTION}"
        )
    yield Paragraph("It takes no period out of the claim: whether to rely on it is for the client to say.", "muted")
