"""A brief to read: one paper, marked as internal on every page, as Markdown and HTML.

Comes in: a brief. Goes out: sections in the order one needs them before a talk. All figures stand in the brief; words
are added here. Internal: nothing of it is for a client. Must not know how a figure came about, nor files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.period import ONE_DAY
from billcheck.recovery.brief_talk import answer_blocks, outcome_blocks
from billcheck.recovery.deadline_texts import deadline_blocks
from billcheck.recovery.paper import INTERNAL_MARK, Bullets, Heading, Paper, Paragraph, Table
from billcheck.recovery.paper import to_html as paper_html
from billcheck.recovery.paper import to_markdown as paper_markdown
from billcheck.recovery.statement_faces import arrears_blocks, share_blocks
from billcheck.recovery.states import MEANINGS
from billcheck.recovery.survival import RULE
from billcheck.report.wording import amount_text, counted, money_text, percent_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from billcheck.recovery.brief import Brief
    from billcheck.recovery.ladder import Rung
    from billcheck.recovery.paper import Block

MARK = INTERNAL_MARK
"""What every page bears."""

NOT_READY = "NOT READY"
_AT_FAULT = {"us": "ours", "client": "the client's", "shared": "shared", "unknown": "not known"}
_CHANNELS = {
    "in_person": "in person",
    "video": "by video",
    "phone": "by phone",
    "letter": "by letter",
    "mail": "by mail",
}
_VERDICTS = {
    "can_absorb": "can_absorb: the business can do without it",
    "tight": "tight: the business can do without it for some time",
    "cannot": "cannot: the business cannot do without it",
}


def to_markdown(brief: Brief) -> str:
    """The brief as Markdown."""
    return paper_markdown(to_paper(brief))


def to_html(brief: Brief) -> str:
    """The brief as a whole page of HTML."""
    return paper_html(to_paper(brief))


def to_paper(brief: Brief) -> Paper:
    """The brief to read."""
    blocks = (
        *_opening(brief),
        *_sum(brief),
        *_cause(brief),
        *deadline_blocks(brief),
        *_caller(brief),
        *outcome_blocks(brief),
        *_ladder(brief),
        *_survival(brief),
        *_waiver(brief),
        *answer_blocks(brief),
        *_three_figures(brief),
        *share_blocks(brief.statement),
    )
    return Paper(f"Brief: {brief.customer}", tuple(blocks), MARK)


def _opening(brief: Brief) -> Iterator[Block]:
    yield Paragraph(f"Case {brief.case}, as of {brief.as_of}. {MEANINGS[brief.state]}")
    if brief.is_ready:
        yield Paragraph("Ready: the walk-away floor is decided.", "strong")
    else:
        yield Paragraph(
            f"{NOT_READY}: decide the walk-away floor before the talk, not in it: --floor AMOUNT --decided-by NAME.",
            "attention",
        )
    hints = []
    if brief.needs_plan and brief.proportion.months is not None:
        hints.append(
            f"The arrears are {brief.proportion.months} normal months, more than 2: have a plan of instalments ready."
        )
    if brief.is_big_for_a_call and brief.contact is not None:
        channel = _CHANNELS[brief.contact.channel]
        hints.append(f"The talk is planned {channel}; for a sum of this size, in person or by video is better.")
    if brief.contact is None:
        hints.append("Nobody is named to talk to the client: --who-calls NAME.")
    if hints:
        yield Bullets(tuple(hints))
    if brief.overrides:
        yield Heading("Safeguards passed by")
        yield Bullets(tuple(f"{override.safeguard}: {override.reason}" for override in brief.overrides))


def _sum(brief: Brief) -> Iterator[Block]:
    currency, proportion, totals = brief.currency, brief.proportion, brief.statement.arrears
    yield Heading("The sum, and what it is beside the rest")
    known = "incl. tax" if totals.is_tax_known else "incl. the tax that is stated"
    excl, incl = (money_text(minor, currency) for minor in (totals.excl_tax_minor, totals.incl_tax_minor))
    yield Paragraph(f"{excl} excl. tax, {incl} {known}.", "strong")
    if proportion.months is None or proportion.normal_month_minor is None or proportion.percent_of_year is None:
        yield Paragraph("Nothing recurs in these contracts, so there is no normal month to hold it against.")
    else:
        yield Bullets(
            (
                f"{proportion.months} normal months of {money_text(proportion.normal_month_minor, currency)}",
                f"{proportion.percent_of_year:f}% of what is billed in a year",
            )
        )
    if brief.claimable_minor != totals.excl_tax_minor:
        yield Paragraph(_claimable_text(brief))
    yield from arrears_blocks(brief.statement)
    back = brief.statement.owed_back
    if brief.statement.overbilled:
        yield Paragraph(
            f"Owed back to this client: {money_text(back.excl_tax_minor, currency)} excl. tax, "
            f"{money_text(back.incl_tax_minor, currency)} incl. tax. It is set off against nothing here.",
            "attention",
        )


def _claimable_text(brief: Brief) -> str:
    """What of the arrears can be claimed, and what became of the rest."""
    claims = [clock.claim for clock in brief.deadlines.periods]
    rest = (
        ("invoiced", sum(claim.invoiced_minor for claim in claims)),
        ("waived", sum(claim.waived_minor for claim in claims)),
        ("made by credit notes, to be billed again first", sum(claim.credited_minor for claim in claims)),
        ("outside a clause of the contract", brief.deadlines.cut_off_minor),
    )
    told = "; ".join(f"{money_text(minor, brief.currency)} {what}" for what, minor in rest if minor)
    return (
        f"Of it {money_text(brief.claimable_minor, brief.currency)} excl. tax can be claimed today. The rest: {told}."
    )


def _cause(brief: Brief) -> Iterator[Block]:
    cause, leak = brief.cause, brief.statement.leak
    yield Heading("Cause and prevention")
    yield Paragraph(cause.sentence)
    facts = [f"Whose mistake: {_AT_FAULT[cause.at_fault]}"]
    if cause.introduced_on is not None:
        facts.append(f"There since {cause.introduced_on}")
    days = brief.deadlines.days_since_found
    ago = f"{counted(days, 'day')} ago" if days else "today"
    facts.append(f"Found on {cause.found_on}, {ago}")
    facts.append("Not put right yet" if cause.fixed_on is None else f"Put right on {cause.fixed_on}")
    if leak.is_running and leak.fixed_on is None:
        facts.append(
            f"It still runs: {money_text(leak.monthly_minor, brief.currency)} a month. Put it right before the talk."
        )
    facts.append(f"Prevention: {cause.prevention or 'not said yet; the client will ask'}")
    yield Bullets(tuple(facts))


def _caller(brief: Brief) -> Iterator[Block]:
    """Who talks, and what is known of the client: it changes who and how, never an amount."""
    contact, relationship = brief.contact, brief.relationship
    yield Heading("Who talks to the client, and how")
    texts = []
    if contact is not None:
        phone = f", {contact.phone}" if contact.phone else ""
        when = "" if contact.planned_for is None else f" on {contact.planned_for}"
        texts.append(f"{contact.person}{phone}, {_CHANNELS[contact.channel]}{when}")
        if contact.fallback:
            texts.append(f"If that fails: {contact.fallback}")
    if brief.owners:
        texts.append(f"The account is looked after by {', '.join(brief.owners)}")
    if relationship is not None:
        texts.append(f"The client is {relationship.difficulty} to deal with")
        if relationship.difficulty == "difficult":
            is_other = contact is not None and brief.owners and contact.person not in brief.owners
            texts.append(
                "Good: not who looks after the account makes the call"
                if is_other
                else "Let somebody else than who looks after the account make the call, such as a partner"
            )
        if relationship.since is not None:
            texts.append(f"A client since {relationship.since}")
        if relationship.referrals:
            texts.append(f"Referrals: {relationship.referrals}")
        if relationship.notes:
            texts.append(relationship.notes)
    yield Bullets((*texts, "Ask once which of the two ways they choose, and wait for the answer."))
    yield Paragraph("What is known of the client changes who talks and how, and no amount in this brief.", "muted")


def _ladder(brief: Brief) -> Iterator[Block]:
    currency, floor = brief.currency, brief.floor
    yield Heading("Concessions, from the smallest to the largest")
    if floor is None:
        yield Paragraph(f"{NOT_READY}: no walk-away floor is decided.", "attention")
    else:
        percent = "" if brief.floor_percent is None else f" ({brief.floor_percent:f}% of the arrears)"
        reason = f": {floor.reason}" if floor.reason else ""
        yield Paragraph(
            f"Walk-away floor: {money_text(floor.floor_excl_tax_minor, currency)} excl. tax{percent}, decided on "
            f"{floor.decided_on} by {floor.decided_by}{reason}.",
            "strong",
        )
        if len(brief.floors) > 1:
            yield Bullets(
                tuple(
                    f"Before: {money_text(each.floor_excl_tax_minor, currency)}, decided on {each.decided_on} by "
                    f"{each.decided_by}"
                    for each in brief.floors[:-1]
                )
            )
    if not brief.rungs:
        yield Paragraph("Nothing is left to claim.")
        return
    yield Paragraph(
        "Show one step at a time, and the next only after an answer. Claims and what is given up are excl. tax, "
        "payments incl. tax."
    )
    yield Table(
        ("Offer", "Claim", "Given up", "Incl. tax", "Payments", "Largest", "Last on", "Floor"),
        ("left", "right", "right", "right", "right", "right", "left", "left"),
        tuple(_rung_cells(rung, brief) for rung in brief.rungs),
    )
    yield from _late_payments(brief)
    if any(rung.has_unknown_tax for rung in brief.rungs):
        yield Paragraph("Tax of periods whose percent is not stated is in none of these.", "attention")


def _rung_cells(rung: Rung, brief: Brief) -> tuple[str, ...]:
    offer, currency = rung.offer, brief.currency
    place = {None: "not decided", True: "below", False: "at or above"}[rung.is_walk_away]
    return (
        offer.name.replace("_", " "),
        amount_text(offer.excl_tax_minor, currency),
        amount_text(offer.waived_minor, currency),
        amount_text(offer.incl_tax_minor, currency),
        str(rung.count),
        amount_text(rung.peak_minor, currency),
        "" if rung.last_day is None else rung.last_day.isoformat(),
        place,
    )


def _late_payments(brief: Brief) -> Iterator[Block]:
    """The offers that bring the money later than the business needs it."""
    days = None if brief.survival is None else brief.survival.given.must_collect_within_days
    if days is None:
        return
    last = brief.as_of + days * ONE_DAY
    late = [
        rung.offer.name.replace("_", " ") for rung in brief.rungs if rung.last_day is not None and rung.last_day > last
    ]
    if late:
        yield Paragraph(
            f"The money must be in by {last}; these bring the last of it later: {', '.join(late)}.", "attention"
        )


def _survival(brief: Brief) -> Iterator[Block]:
    test, currency = brief.survival, brief.currency
    yield Heading("Can the business do without it?")
    if test is None:
        yield Paragraph("Not tested: give --cash-reserve and --monthly-costs.")
        return
    reserve, costs = (
        money_text(minor, currency) for minor in (test.given.cash_reserve_minor, test.given.monthly_costs_minor)
    )
    texts = [
        f"Reserve {reserve}, costs {costs} a month: a runway of {test.runway_months} months",
        f"The arrears are {test.arrears_in_months} months of costs",
    ]
    if test.given.must_collect_within_days is not None:
        texts.append(f"The money must be in within {counted(test.given.must_collect_within_days, 'day')}")
    yield Paragraph(_VERDICTS[test.verdict], "strong")
    yield Bullets(tuple(texts))
    yield Paragraph(f"The rule: {RULE}", "muted")


def _waiver(brief: Brief) -> Iterator[Block]:
    weight, currency = brief.waiver, brief.currency
    if weight is None:
        return
    yield Heading("A full waiver beside what the right price brings")
    if weight.months is None:
        yield Paragraph(
            "Nothing leaks any more: the latest periods give no sign that a charge still to come will be billed too "
            "low. So no correction brings back what a full waiver gives up."
        )
        return
    months = percent_text(weight.months).removesuffix("%")
    yield Bullets(
        (
            f"{months} months of corrected billing bring as much more as a full waiver gives up",
            f"The contracts still bill {money_text(weight.remaining_minor, currency)} excl. tax until they end",
            f"Of that the correction brings about {money_text(weight.uplift_minor, currency)}",
        )
    )


def _three_figures(brief: Brief) -> Iterator[Block]:
    """What to invoice, what to collect and what is overdue are never one sum."""
    currency = brief.currency
    overdue = "look it up in the ledger" if brief.overdue_minor is None else money_text(brief.overdue_minor, currency)
    yield Heading("Three figures that are never mixed")
    yield Table(
        ("What", "Amount"),
        ("left", "right"),
        (
            ("To invoice: never billed, and not waived, excl. tax", money_text(brief.sums.open_minor, currency)),
            ("Waived in this case, excl. tax", money_text(brief.sums.waived_minor, currency)),
            (
                "To collect: unpaid of what this case invoiced, incl. tax",
                money_text(brief.sums.outstanding_minor, currency),
            ),
            ("Overdue on other invoices, incl. tax: no part of this case", overdue),
        ),
    )
