"""What a ledger is going to bill by itself, beside what it has billed: templates and the series they make.

Comes in: the templates of an account and its series. Goes out: plans, one for each template and thing it bills, each
with the series it belongs to, where there is one; and what is to be said where the two differ. A template is evidence
of what will be billed, never of what was agreed. Must not know contract files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from billcheck.history.draft import QUESTION
from billcheck.history.remarks import money_text
from billcheck.history.wording import folded, name_in, wording_of
from billcheck.ledger.names import fold_code
from billcheck.ledger.source import NO_DAY
from billcheck.money import to_minor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from billcheck.history.series import Series
    from billcheck.ledger.template import Template, TemplateLine

_STATUS_WORDS = {"paused": "is paused and makes nothing", "ended": "has ended and makes nothing more"}
_MAKES_WORDS = {
    "approved": "",
    "draft": ", as drafts that count only when somebody approves them",
    "reminder": ", as a reminder: somebody has to make the invoice",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What one template bills of one thing, each time; `amount` in minor units excl. tax, above zero."""

    template: Template
    lines: tuple[TemplateLine, ...]
    amount: int

    @property
    def name(self) -> str:
        """What its texts say, else its item or the name of the template."""
        line = self.lines[0]
        return name_in(line.description for line in self.lines) or line.item or self.template.name

    @property
    def is_live(self) -> bool:
        """Whether it makes something, be it a draft or a reminder."""
        return self.template.status == "active"


def start_of(plan: Plan, begun: Series | None) -> date | None:
    """The first day that is known to be billed: of what was billed already, else the next date of the template."""
    if begun is not None:
        event = begun.events[0]
        return date.fromordinal(event.day if event.first_day == NO_DAY else event.first_day)
    return plan.template.next_date or plan.template.previous_date or plan.template.first_date


def can_be_drafted(plan: Plan, begun: Series | None) -> bool:
    """Whether a plan says enough to become a charge of its own: it goes on, and says when and how often."""
    return plan.is_live and bool(plan.template.every) and start_of(plan, begun) is not None


def plans_of(
    templates: Sequence[Template], series: Sequence[Series], varying: range
) -> tuple[list[list[Plan]], list[Plan]]:
    """The plans of each series, in its place, and those that belong to none.

    Args:
        templates: The templates of an account.
        series: Its series.
        varying: The places of those whose amounts vary: a template belongs to one only if it made its lines.
    """
    own: list[list[Plan]] = [[] for _ in series]
    alone: list[Plan] = []
    known = [_Known(one) for one in series]
    for template in templates:
        lines = [line for line in template.lines if line.amount > 0] if template.kind == "invoice" else []
        grouped: dict[int, list[TemplateLine]] = {}
        for line in lines:
            place = _place_of(template, line, known, is_only=len(lines) == 1)
            if place is None:
                alone.append(_plan(template, [line]))
            else:
                grouped.setdefault(place, []).append(line)
        for place, members in grouped.items():
            own[place].append(_plan(template, members))
    for place, plans in enumerate(own):
        own[place], others = _of_series(plans, series[place], known[place], is_varying=place in varying)
        alone += others
    return own, alone


def _of_series(
    plans: Sequence[Plan], series: Series, known: _Known, *, is_varying: bool
) -> tuple[list[Plan], list[Plan]]:
    """Of plans that say the same as a series, those that bill it, and those that bill something beside it."""
    made = [plan for plan in plans if fold_code(plan.template.id) in known.templates]
    if is_varying or any(plan.is_live for plan in made):
        return made, [plan for plan in plans if plan not in made]
    live = [plan for plan in plans if plan.is_live]
    last = series.events[-1].amount
    alike = [plan for plan in live if plan.amount == last]
    if len(live) > 1 and alike and sum(plan.amount for plan in live) != last:
        others = [plan for plan in live if plan is not alike[0]]
        return [plan for plan in plans if plan not in others], others
    return list(plans), []


def _plan(template: Template, lines: Sequence[TemplateLine]) -> Plan:
    return Plan(template, tuple(lines), sum(to_minor(line.amount, template.currency) or 0 for line in lines))


class _Known:
    """What the lines of a series bear, folded once."""

    def __init__(self, series: Series) -> None:
        self.templates = frozenset(folded(line.template) for line in series.lines) - {""}
        self.items = frozenset(folded(line.item) for line in series.lines) - {""}
        self.words = frozenset(wording_of(line.text).words for line in series.lines) - {""}


def _place_of(template: Template, line: TemplateLine, known: Sequence[_Known], *, is_only: bool) -> int | None:
    """The series that a line of a template goes on: by the id on its documents first, then by item, then by words."""
    identity, item, words = fold_code(template.id), fold_code(line.item), wording_of(line.description).words
    ranked = []
    for place, one in enumerate(known):
        is_made, has_item, has_words = identity in one.templates, item in one.items, words in one.words
        contradicts = bool(item) and bool(one.items) and not has_item
        if is_made and (has_item or has_words):
            ranked.append((0, place))
        elif is_made and is_only:
            ranked.append((1, place))
        elif has_item and (has_words or not words):
            ranked.append((2, place))
        elif has_item or (has_words and not contradicts):
            ranked.append((3, place))
    return min(ranked)[1] if ranked else None


def named(template: Template) -> str:
    """A template as a remark names it."""
    return f'template "{template.name}" ({template.id})' if template.name else f"template {template.id}"


def described(plan: Plan) -> str:
    """What a plan will bill, and when."""
    template = plan.template
    amount = money_text(plan.amount, template.currency)
    often = f" every {template.every}" if template.every else ", nobody knows how often"
    following = f", next on {template.next_date}" if template.next_date else ""
    until = f", until {template.last_date}" if template.last_date else ""
    state = _STATUS_WORDS.get(template.status)
    if state is not None:
        return f"The {named(template)} of {amount}{often} {state}."
    return f"The {named(template)} bills {amount}{often}{following}{until}{_MAKES_WORDS[template.makes]}."


def remarks_on(plans: Sequence[Plan], last_amount: int, every: str, *, is_ended: bool, currency: str) -> Iterator[str]:
    """What the templates of a series say about it, and where they differ from what was billed.

    Args:
        plans: The plans of the series.
        last_amount: What its last period was billed.
        every: Its cadence, as a contract spells it.
        is_ended: Whether nothing was billed for its latest periods.
        currency: That of the series.
    """
    for plan in plans:
        yield described(plan)
    live = [plan for plan in plans if plan.is_live]
    total = sum(plan.amount for plan in live)
    if live and total != last_amount:
        new, old = money_text(total, currency), money_text(last_amount, currency)
        yield f"{QUESTION} what comes next is {new}, and the last period was billed {old}. Which is agreed?"
    for plan in live:
        if plan.template.every and plan.template.every != every:
            often = plan.template.every
            yield f"{QUESTION} the {named(plan.template)} bills every {often}, and invoices came every {every}."
    if live and is_ended:
        yield f"{QUESTION} nothing was billed of late, and a template is still active. Does it go on?"
    if plans and not live and not is_ended:
        yield f"{QUESTION} no active template is left for it, so who makes the next invoice?"
