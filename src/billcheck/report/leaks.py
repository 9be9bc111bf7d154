"""What leaks by cause and what still runs, in words.

Comes in: groups of causes, and what of a charge still runs. Goes out: short English text for every face that people
read. What foretells an invoice always says "if nothing changes". Must not know where the text will be shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcheck.report.wording import amount_text, counted, money_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.causes import CauseGroup, PartOf, RunningCause

SHOWN_GROUPS = 10
"""So many groups of one currency and total are shown; the rest is counted and added up."""


def parts_of(groups: Sequence[CauseGroup]) -> list[tuple[PartOf, str, list[CauseGroup]]]:
    """The groups of each total and currency, in their order."""
    found: dict[tuple[PartOf, str], list[CauseGroup]] = {}
    for group in groups:
        found.setdefault((group.part_of, group.currency), []).append(group)
    return [(part_of, currency, members) for (part_of, currency), members in found.items()]


def group_text(group: CauseGroup) -> str:
    """``34 contracts: billed without the uplift of 2026-01-01, since 2026-01, goes on: 1,517.00 a month``."""
    extent = f"{counted(len(group.contracts), 'contract')}: {group.sentence}, {when_text(group)}"
    if not group.is_running:
        return extent
    count = len(group.contracts)
    where = "" if group.running == count else f" in {group.running:,} of {count:,}"
    if not group.monthly_minor:
        # Each charge was rounded by itself: of several, the sum may be more.
        return f"{extent}, goes on{where}: less than {amount_text(1, group.currency)} a month for each charge"
    return f"{extent}, goes on{where}: {amount_text(group.monthly_minor, group.currency)} a month"


def when_text(group: CauseGroup) -> str:
    """Since when, where all of it still runs; else from which month to which."""
    first, last = f"{group.first_day:%Y-%m}", f"{group.last_day:%Y-%m}"
    if group.running == len(group.contracts):
        return f"since {first}"
    return first if first == last else f"{first} to {last}"


def running_text(running: RunningCause) -> str:
    """What the next invoice of a charge will be if nothing changes, or why nobody can say; an inference.

    What that comes to a month is said where it is another amount.
    """
    currency, coming = running.currency, running.next_invoice
    monthly = f"{money_text(running.monthly_minor, currency)} a month"
    if not running.monthly_minor:
        monthly = f"less than {money_text(1, currency)} a month"
    shortfall, projected, expected = coming.shortfall_minor, coming.projected_minor, coming.expected_minor
    charges = " + ".join(running.charges)
    if shortfall is None or projected is None or expected is None:
        return f"{charges}, {monthly} {_word(running.part_of)} by the latest period; {running.note}"
    which = f"{charges} due {coming.due_on}{', still awaited,' if coming.is_awaited else ''}"
    difference = f"{money_text(abs(shortfall), currency)} {_word('arrears' if shortfall > 0 else 'overbilled')}"
    of = "of" if shortfall > 0 else "instead of"
    will = f"will be {difference}, {amount_text(projected, currency)} {of} {amount_text(expected, currency)}"
    if not projected:
        will = f"will not be {'invoiced' if expected > 0 else 'taken off'}, {money_text(expected, currency)}"
    extent = "" if running.monthly_minor == abs(shortfall) else f"; {monthly}"
    return f"{which} {will}, if nothing changes{extent}"


def _word(part_of: PartOf) -> str:
    return "short" if part_of == "arrears" else "too high"


def rest_text(groups: Sequence[CauseGroup]) -> str:
    """The groups beyond those that are shown, counted; nothing where there are none."""
    rest = len(groups) - SHOWN_GROUPS
    return f"{counted(rest, 'more cause')}" if rest > 0 else ""
