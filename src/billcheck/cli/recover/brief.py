"""`billcheck recover brief`: all one needs before talking to a client, for the supplier's own eyes.

Comes in: the file of a case, and what is settled before the talk. Goes out: the brief on standard output or in a file;
with `--record` the case keeps what was settled. Must not know how a figure came about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from billcheck.cli.arguments import parse_days, parse_working_date
from billcheck.cli.console import note
from billcheck.cli.recover.arguments import add_case_argument, case_of, day_of, happened_on, minor_of
from billcheck.cli.recover.statement import add_output_option, add_year_end_option, deliver
from billcheck.errors import Problem, UsageError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from datetime import date

    from billcheck.recovery.case import Case
    from billcheck.recovery.events import Briefed, ContactPlan, Relationship, Survival, WalkAway
    from billcheck.recovery.time_limits import TimeLimit

NAME = "brief"
HELP = "prepare the talk: the sum in proportion, deadlines, concessions, the floor; internal"
DESCRIPTION = """\
Prepare the talk with the client, for your own eyes: what the sum is beside a normal month, what runs out and when,
what to do for each answer, concessions from the smallest to the largest with your walk-away floor, and whether the
business can do without. Without a floor it says NOT READY. What you settle here is kept in the case with --record."""


class GoesWithError(Problem):
    """This option means nothing without another."""


class BothLimitsError(Problem):
    """Two rules for a time limit are given."""

    remedy = "Give one of --time-limit and --limitation."


_NEEDED = (
    ("floor", "decided_by"),
    ("decided_by", "floor"),
    ("floor_reason", "floor"),
    ("cash_reserve", "monthly_costs"),
    ("monthly_costs", "cash_reserve"),
    ("must_collect_within", "monthly_costs"),
    ("phone", "who_calls"),
    ("channel", "who_calls"),
    ("planned_for", "who_calls"),
    ("fallback", "who_calls"),
)
"""Options, and the one that each of them goes with."""


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this verb."""
    from billcheck.recovery.events import Channel, Difficulty

    add_case_argument(parser)
    parser.add_argument("--format", choices=("markdown", "html"), default="markdown", help="how to show it")
    parser.add_argument(
        "--as-of", type=parse_working_date, metavar="DATE", help="the day of the brief (default: today, which is said)"
    )
    floor = parser.add_argument_group("the walk-away floor, decided before the talk")
    floor.add_argument("--floor", metavar="AMOUNT", help="the least you settle for, excl. tax")
    floor.add_argument("--decided-by", metavar="NAME", help="who decided it")
    floor.add_argument("--floor-reason", metavar="TEXT", help="why")
    survival = parser.add_argument_group("whether the business can do without")
    survival.add_argument("--cash-reserve", metavar="AMOUNT", help="what is in the bank")
    survival.add_argument("--monthly-costs", metavar="AMOUNT", help="fixed costs of a month")
    survival.add_argument(
        "--must-collect-within", type=parse_days, metavar="DAYS", help="the money must be in within so many days"
    )
    talk = parser.add_argument_group("who talks, and how; never changes an amount")
    talk.add_argument("--who-calls", metavar="NAME", help="who talks to the client")
    talk.add_argument("--phone", metavar="NUMBER", help="their number")
    talk.add_argument("--channel", choices=get_args(Channel), help="how (default: phone)")
    talk.add_argument("--planned-for", type=parse_working_date, metavar="DATE", help="when")
    talk.add_argument("--fallback", metavar="TEXT", help="who or how, if that fails")
    talk.add_argument("--difficulty", choices=get_args(Difficulty), help="what the client is like to deal with")
    talk.add_argument("--client-since", type=parse_working_date, metavar="DATE", help="since when they are a client")
    talk.add_argument("--referrals", metavar="TEXT", help="whom they brought, or may bring")
    talk.add_argument("--notes", metavar="TEXT", help="what else to know of them")
    clock = parser.add_argument_group("time limits: hints, no advice; none is chosen for you")
    clock.add_argument("--time-limit", metavar="ID", help="one of the hints that ship, such as nl or gb-eaw")
    clock.add_argument("--limitation", metavar="RULE", help="a rule of your own, as years=6,clock=service_end")
    parser.add_argument("--overdue", metavar="AMOUNT", help="unpaid on other invoices, incl. tax; shown apart")
    parser.add_argument(
        "--first-instalment", type=parse_working_date, metavar="DATE", help="default: the end of next month"
    )
    add_year_end_option(parser)
    add_output_option(parser)
    parser.add_argument("--record", action="store_true", help="keep in the case what is settled here")


def run(arguments: Namespace) -> int:
    """Show the brief; with `--record` write the case."""
    from billcheck.recovery import brief_paper
    from billcheck.recovery.brief import make_brief
    from billcheck.recovery.case_files import write_case
    from billcheck.recovery.states import add

    _check_pairs(arguments)
    case = case_of(arguments)
    as_of = happened_on(arguments, "as_of") if arguments.record else day_of(arguments, "as_of")
    event = _briefed(arguments, case, as_of)
    if event is not None:
        case = add(case, event)
    brief = make_brief(
        case,
        as_of=as_of,
        limit=_limit(arguments),
        fiscal_year_end=arguments.fiscal_year_end,
        first_instalment=arguments.first_instalment,
        overdue_minor=_minor(arguments, "overdue", case),
    )
    if event is not None and arguments.record:
        write_case(case, arguments.case)
        note(f"{arguments.case}: kept what was settled.")
    elif event is not None:
        note("What you settled here is not kept in the case; give --record for that.")
    faces = {"markdown": brief_paper.to_markdown, "html": brief_paper.to_html}
    deliver(faces[arguments.format](brief), arguments.output)
    return 0


def _check_pairs(arguments: Namespace) -> None:
    """Refuse what cannot stand alone, all of it together."""
    problems: list[Problem] = [
        GoesWithError(_option(name), str(getattr(arguments, name)), remedy=f"Give {_option(other)} as well.")
        for name, other in _NEEDED
        if getattr(arguments, name) is not None and getattr(arguments, other) is None
    ]
    if arguments.time_limit is not None and arguments.limitation is not None:
        problems.append(BothLimitsError("--limitation", arguments.limitation))
    if problems:
        raise UsageError(problems)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _minor(arguments: Namespace, name: str, case: Case) -> int | None:
    text: str | None = getattr(arguments, name)
    return None if text is None else minor_of(text, case.currency, _option(name))


def _briefed(arguments: Namespace, case: Case, on: date) -> Briefed | None:
    """What the command line settles; None for nothing."""
    from billcheck.recovery.events import Briefed

    settled = Briefed(
        on=on,
        by=arguments.decided_by or "",
        walk_away=_walk_away(arguments, case, on),
        survival=_survival(arguments, case),
        relationship=_relationship(arguments, case),
        contact=_contact(arguments),
    )
    is_empty = settled == Briefed(on=on, by=settled.by)
    return None if is_empty else settled


def _walk_away(arguments: Namespace, case: Case, on: date) -> WalkAway | None:
    from billcheck.recovery.events import WalkAway

    floor = _minor(arguments, "floor", case)
    if floor is None:
        return None
    return WalkAway(
        floor_excl_tax_minor=floor,
        decided_on=on,
        decided_by=arguments.decided_by,
        reason=arguments.floor_reason or "",
    )


def _survival(arguments: Namespace, case: Case) -> Survival | None:
    from billcheck.recovery.events import Survival

    reserve, costs = _minor(arguments, "cash_reserve", case), _minor(arguments, "monthly_costs", case)
    if reserve is None or costs is None:
        return None
    return Survival(
        cash_reserve_minor=reserve, monthly_costs_minor=costs, must_collect_within_days=arguments.must_collect_within
    )


def _relationship(arguments: Namespace, case: Case) -> Relationship | None:
    """What is said now beside what is on record: each option replaces its own part."""
    from dataclasses import replace

    from billcheck.recovery.events import Relationship

    said = {
        "difficulty": arguments.difficulty,
        "since": arguments.client_since,
        "referrals": arguments.referrals,
        "notes": arguments.notes,
    }
    new = {name: value for name, value in said.items() if value is not None}
    return replace(case.briefed.relationship or Relationship(), **new) if new else None


def _contact(arguments: Namespace) -> ContactPlan | None:
    from billcheck.recovery.events import ContactPlan

    if arguments.who_calls is None:
        return None
    return ContactPlan(
        person=arguments.who_calls,
        phone=arguments.phone or "",
        channel=arguments.channel or "phone",
        planned_for=arguments.planned_for,
        fallback=arguments.fallback or "",
    )


def _limit(arguments: Namespace) -> TimeLimit | None:
    from billcheck.recovery.time_limits import find_time_limit, parse_time_limit

    if arguments.time_limit is not None:
        return find_time_limit(arguments.time_limit)
    return None if arguments.limitation is None else parse_time_limit(arguments.limitation)
