"""What is to be said about a next invoice, in plain words.

Comes in: the row of a period with what templates will bill for it, templates, charges. Goes out: concerns, each with
what it means for the next invoice. Must not know how lines were matched.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from billcheck.findings import Status
from billcheck.forecast.shapes import Concern, Weight
from billcheck.period import MONTHS_OF, period_label
from billcheck.report.wording import counted, money_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from billcheck.contracts.terms import Charge
    from billcheck.findings import Evidence, PeriodRow, Residue
    from billcheck.ledger.template import Template

WRONG_ALREADY = frozenset({Status.UNDERBILLED, Status.OVERBILLED, Status.MISSING})
_RIGHT = frozenset({Status.OK, Status.ROUNDING})
_OUTSIDE_TERM = frozenset({"out_of_term", "expired_still_billed"})
_COUNTED = re.compile(r"([0-9]+) (month|year)s?")


def named(template: Template) -> str:
    """A template as a sentence names it."""
    return f'template "{template.name}" ({template.id})' if template.name else f"template {template.id}"


def _listed(templates: Sequence[Template]) -> str:
    distinct = {template.id: template for template in templates}.values()
    return " and ".join(named(template) for template in distinct)


def of_amount(
    row: PeriodRow, planned: Sequence[Evidence], templates: Sequence[Template], *, is_wrong_already: bool
) -> Iterator[Concern]:
    """Whether what templates will bill is what is agreed for the period, with what is billed for it already."""
    label = period_label(row.first_day, row.last_day)
    if not row.is_known:
        yield Concern("not_known", Weight.OPEN, f"What is agreed for {label} is not known yet. {row.note}".rstrip())
        return
    if row.status in _RIGHT or not row.shortfall_minor:
        return
    amount = sum(each.amount_minor for each in planned)
    before = row.billed_minor - amount
    already = f" and {money_text(before, row.currency)} is billed already" if before else ""
    much = "little" if row.shortfall_minor > 0 else "much"
    wrong = "The next invoice will be wrong too" if is_wrong_already else "The next invoice will be wrong"
    yield Concern(
        "wrong_amount",
        Weight.WRONG,
        f"{wrong}: on {planned[0].date} {_listed(templates)} will bill {money_text(amount, row.currency)} for {label}, "
        f"where {money_text(row.expected_minor, row.currency)} is agreed{already}. That is "
        f"{money_text(abs(row.shortfall_minor), row.currency)} too {much}.",
        row.shortfall_minor,
    )


def of_place(
    row: PeriodRow, planned: Sequence[Evidence], templates: Sequence[Template], usual: int | None, interval: int
) -> Concern | None:
    """Whether the period that a document will be taken for is the one whose turn it is.

    Args:
        row: The period.
        planned: What templates will bill for it.
        templates: Those templates.
        usual: After how many days the charge is usually billed, counted from the due day; None where that is not known.
        interval: The days from one period to the next, roughly.
    """
    on = planned[0].date
    lag = (on - row.due_on).days
    if usual is None or 2 * abs(lag - usual) <= interval:
        return None
    amount = sum(each.amount_minor for each in planned)
    label = period_label(row.first_day, row.last_day)
    sentence = (
        f"On {on} {_listed(templates)} will bill {money_text(amount, row.currency)} that would be taken for {label}, "
        f"due on {row.due_on}, and that is not the period whose turn it is. Is it meant so?"
    )
    return Concern("out_of_turn", Weight.OPEN, sentence)


def bills_several(templates: Iterable[Template], members: Sequence[Charge]) -> bool:
    """Whether a template is meant to bill several periods of a charge at once."""
    agreed = max((charge.every.months for charge in members if charge.every is not None), default=0)
    return bool(agreed) and any(_months_of(template.every) > agreed for template in templates)


def of_cadence(templates: Sequence[Template], members: Sequence[Charge], periods: int) -> Iterator[Concern]:
    """Whether templates bill as often as is agreed, or as many periods at once as that takes."""
    every = next((charge.every for charge in members if charge.every is not None), None)
    if every is None:
        return
    for template in templates:
        if not template.every or template.every == str(every):
            continue
        months = _months_of(template.every)
        if months and every.months and months == periods * every.months:
            continue
        yield Concern(
            "wrong_cadence",
            Weight.WRONG,
            f"The {named(template)} bills every {template.every}, and agreed is every {every}.",
        )


def _months_of(every: str) -> int:
    found = _COUNTED.fullmatch(every)
    if found is None:
        return MONTHS_OF.get(every, 0)
    return int(found[1]) * MONTHS_OF[found[2]]


def of_skipped(
    upcoming: PeriodRow | None, ahead: Sequence[PeriodRow], planned: Sequence[PeriodRow], on: date
) -> Iterator[Concern]:
    """Periods that are still to come today, and before the one that the template bills next."""
    if upcoming is None:
        return
    for row in ahead:
        is_between = upcoming.due_on <= row.due_on < planned[0].due_on
        if is_between and not row.evidence and row.is_known and row.expected_minor > 0:
            label = period_label(row.first_day, row.last_day)
            yield Concern(
                "period_skipped",
                Weight.WRONG,
                f"Nothing will bill {label}: {money_text(row.expected_minor, row.currency)}, due on {row.due_on}, and "
                f"the next date of its template is {on}.",
                row.expected_minor,
            )


def of_stopped(
    upcoming: PeriodRow, templates: Sequence[Template], maker: tuple[Template | None, str] | None
) -> Iterator[Concern]:
    """Why no template bills a charge that goes on."""
    if not upcoming.is_known:
        agreed = "what is agreed for it is not known yet"
    else:
        agreed = money_text(upcoming.expected_minor, upcoming.currency)
    due = f"{period_label(upcoming.first_day, upcoming.last_day)} ({agreed}, due on {upcoming.due_on})"
    stopped = [template for template in templates if template.status != "active"]
    amount = upcoming.expected_minor if upcoming.is_known else None
    if stopped and len(stopped) == len(templates):
        state = "is paused" if stopped[0].status == "paused" else "has ended"
        sentence = f"Nothing will bill {due} by itself: the {named(stopped[0])} {state}."
        yield Concern("template_stopped", Weight.WRONG, sentence, amount)
    elif not templates and maker is not None:
        template, identity = maker
        if template is None:
            sentence = f"Nothing will bill {due} by itself: template {identity}, which made the last invoice, is gone."
            yield Concern("template_stopped", Weight.WRONG, sentence, amount)
        else:
            sentence = (
                f"Nothing will bill {due}: the {named(template)}, which made the last invoice, bills "
                f"{template.customer}, and what it bills does not belong to this charge any more."
            )
            yield Concern("other_customer", Weight.WRONG, sentence, amount)
    elif not templates:
        yield Concern("no_template", Weight.REMARK, f"No template bills {due}; somebody has to make the invoice.")


def of_template(template: Template, as_of: date) -> Iterator[Concern]:
    """What a template says of itself that somebody should know."""
    if template.status != "active":
        return
    if template.next_date is None:
        yield Concern("no_date", Weight.OPEN, f"The {named(template)} does not say when it makes its next document.")
    elif template.next_date < as_of:
        passed = f"The next date of the {named(template)}, {template.next_date}, has passed. Was its document made?"
        yield Concern("date_passed", Weight.OPEN, passed)
    if template.makes == "draft":
        unapproved = f"The {named(template)} makes drafts: each counts only when somebody approves it."
        yield Concern("drafts_only", Weight.REMARK, unapproved)
    elif template.makes == "reminder":
        reminded = f"The {named(template)} only reminds somebody; it makes no invoice by itself."
        yield Concern("drafts_only", Weight.REMARK, reminded)


def of_drafts(rows: Sequence[PeriodRow]) -> Iterator[Concern]:
    """Drafts that nobody has approved."""
    waiting = [row for row in rows if row.drafted_minor]
    if waiting:
        amount = money_text(sum(row.drafted_minor for row in waiting), waiting[0].currency)
        labels = ", ".join(period_label(row.first_day, row.last_day) for row in waiting[:3])
        more = f" and {counted(len(waiting) - 3, 'period')} more" if len(waiting) > 3 else ""  # noqa: PLR2004
        yield Concern("not_approved", Weight.REMARK, f"Drafts of {amount} wait for approval: {labels}{more}.")


def of_unclaimed(template: Template, minor: int, item: Residue | None) -> Concern:
    """Why what a template will bill belongs to no charge; `item` says what the check found, None without a contract."""
    amount = money_text(minor, template.currency)
    bills = f"On {template.next_date} the {named(template)} will bill {amount} to {template.customer}"
    if item is None:
        return Concern("no_contract", Weight.REMARK, f"{bills}, with whom there is no contract.")
    if item.kind in _OUTSIDE_TERM:
        return Concern("after_the_end", Weight.WRONG, f"{bills}, and that is outside the term. {item.reason}", -minor)
    if item.kind == "unmatched":
        return Concern("no_contract", Weight.REMARK, f"{bills}, and no charge of the contract fits it.")
    return Concern("not_known", Weight.OPEN, f"{bills}, and it cannot be told for what. {item.reason}")
