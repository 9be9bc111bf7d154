"""The concession ladder as a page, JSON, Markdown and CSV, marked as internal in each.

Comes in: rungs, and how the case's arrears divide. Goes out: text with the same figures in each format; keys and
headings do not change, amounts in JSON and CSV are plain figures with the digits of the currency. Must not know where
the text goes.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from billcheck.money import format_minor
from billcheck.recovery.paper import INTERNAL_MARK, Heading, Paper, Paragraph, Table, to_markdown
from billcheck.recovery.proportion import proportion_of
from billcheck.report.page import BLANK, Line, Span, grid, line
from billcheck.report.wording import amount_text, money_text, percent_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from billcheck.recovery.case import Case
    from billcheck.recovery.claims import RowClaim
    from billcheck.recovery.ladder import Rung
    from billcheck.report.page import Align, Role

SCHEMA_VERSION = 1
"""Changes when a key of the JSON, or a heading of the CSV, changes its meaning or goes away."""

AUDIENCE = "internal"
"""What a file says of itself that no client may see."""

COLUMNS = (
    "offer", "how", "mode", "currency", "claim_excl_tax", "claim_tax", "claim_incl_tax", "waived_excl_tax",
    "percent_recovered", "payments", "largest_payment", "last_payment", "percent_of_normal_invoice", "last_day",
    "tax_up_front", "settled_excl_tax", "walk_away", "tax_known", "audience",
)  # fmt: skip
"""The headings of the CSV, and the keys of each offer in the JSON."""

_HEADINGS = (
    "Offer", "Claimed", "Waived", "Recovered", "Incl. tax", "Payments", "Largest", "Of a bill", "Last due",
    "Tax up front", "Floor",
)  # fmt: skip
_ALIGNS: tuple[Align, ...] = ("left", *("right",) * 7, "left", "right", "left")
_FLOORS: dict[bool | None, tuple[str, Role]] = {
    None: ("not decided", "attention"), True: ("below: walk away", "bad"), False: ("kept", "good"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """What the faces show: the rungs, and how the arrears divide on the day of the claim."""

    case: Case
    on: date
    floor_minor: int | None
    claims: tuple[RowClaim, ...]
    rungs: tuple[Rung, ...]

    @property
    def unclaimed(self) -> tuple[tuple[str, int], ...]:
        """What of the arrears no offer asks for, by its reason; every reason, also those of nothing."""
        return (
            ("invoiced", sum(claim.invoiced_minor for claim in self.claims)),
            ("waived", sum(claim.waived_minor for claim in self.claims)),
            ("credited", sum(claim.credited_minor for claim in self.claims)),
            ("cut_off", sum(claim.cut_off_minor for claim in self.claims)),
        )

    @property
    def claimable_minor(self) -> int:
        """What the offers divide."""
        return sum(claim.claimable_minor for claim in self.claims)


_REASONS = {
    "invoiced": "was invoiced in this case",
    "waived": "was waived in this case",
    "credited": "was credited and waits for a decision",
    "cut_off": "is cut off by the contract's clause on late invoices",
}


def to_lines(ladder: Ladder) -> list[Line]:
    """The ladder as a page."""
    heads = tuple(map(Span, _HEADINGS))
    cells = []
    for rung in ladder.rungs:
        name, *figures, floor = _cells(rung, ladder)
        cells.append((Span(name, "strong"), *map(Span, figures), Span(floor, _FLOORS[rung.is_walk_away][1])))
    return [
        line(INTERNAL_MARK, "bad"),
        line(_title(ladder), "heading"),
        *(line(text, indent=2) for text in _opening(ladder)),
        BLANK,
        *grid([heads, *cells], _ALIGNS, indent=2),
        BLANK,
        *(line(text, "muted", indent=2) for text in _remarks(ladder)),
    ]


def to_paper(ladder: Ladder) -> Paper:
    """The ladder as a paper, which is marked on every page."""
    rows = tuple(_cells(rung, ladder) for rung in ladder.rungs)
    return Paper(
        _title(ladder),
        (
            *(Paragraph(text) for text in _opening(ladder)),
            Heading("From the smallest concession to the largest"),
            Table(_HEADINGS, _ALIGNS, rows),
            *(Paragraph(text, "muted") for text in _remarks(ladder)),
        ),
        mark=INTERNAL_MARK,
    )


def to_text(ladder: Ladder, form: str) -> str:
    """The ladder as `json`, `markdown` or `csv`."""
    if form == "markdown":
        return to_markdown(to_paper(ladder))
    return _to_json(ladder) if form == "json" else _to_csv(ladder)


def _title(ladder: Ladder) -> str:
    return f"{ladder.case.customer}: ways to settle"


def _opening(ladder: Ladder) -> Iterator[str]:
    currency = ladder.case.currency
    yield (
        f"{money_text(ladder.claimable_minor, currency)} excl. tax can be claimed on {ladder.on}, of arrears of "
        f"{money_text(ladder.case.arrears.arrears_minor, currency)}."
    )
    for reason, minor in ladder.unclaimed:
        if minor:
            yield f"{money_text(minor, currency)} {_REASONS[reason]}, and is in no offer."
    if ladder.floor_minor is None:
        yield "No floor is decided: settle before the talk how far you go."
    else:
        yield f"The floor is {money_text(ladder.floor_minor, currency)} excl. tax."


def _remarks(ladder: Ladder) -> Iterator[str]:
    yield (
        f"Claimed and waived are excl. tax, payments incl. tax and beside regular bills; {ladder.case.currency}. "
        f"Of a bill: the largest payment as a part of the next regular invoice{_bill(ladder)}."
    )
    if any(rung.has_unknown_tax for rung in ladder.rungs):
        yield "The percent of tax of some periods is not stated in the contract: that tax is in no amount here."
    yield "Name one rung at a time, from the top, and only after the client has heard the whole."


def _bill(ladder: Ladder) -> str:
    """What a payment is held against, and the normal month beside it: the next invoice may bill only some charges."""
    arrears = ladder.case.arrears
    normal = sum(group.excl_tax_minor + group.tax_minor for group in arrears.normal_invoice)
    if normal <= 0:
        return ""
    month = proportion_of(arrears).normal_month_minor
    text = f", of {arrears.coming[0].due_on}, {money_text(normal, arrears.currency)} incl. tax"
    if month is None or month == sum(group.excl_tax_minor for group in arrears.normal_invoice):
        return text
    return f"{text}; a normal month, of all charges, is {money_text(month, arrears.currency)} excl. tax"


def _cells(rung: Rung, ladder: Ladder) -> tuple[str, ...]:
    currency, offer = ladder.case.currency, rung.offer
    return (
        offer.name,
        amount_text(offer.excl_tax_minor, currency),
        amount_text(offer.waived_minor, currency),
        percent_text(rung.percent_recovered),
        amount_text(offer.incl_tax_minor, currency),
        f"{rung.count:,}",
        amount_text(rung.peak_minor, currency),
        "not known" if rung.peak_percent is None else percent_text(rung.peak_percent),
        _due_text(rung),
        amount_text(rung.tax_up_front_minor, currency),
        _FLOORS[rung.is_walk_away][0],
    )


def _due_text(rung: Rung) -> str:
    if not rung.count:
        return "–"
    return "not stated" if rung.last_day is None else rung.last_day.isoformat()


def _table(rung: Rung, currency: str) -> dict[str, str | int | bool | None]:
    offer = rung.offer
    return {
        "offer": offer.name,
        "how": offer.how,
        "mode": offer.mode,
        "currency": currency,
        "claim_excl_tax": format_minor(offer.excl_tax_minor, currency),
        "claim_tax": format_minor(offer.tax_minor, currency),
        "claim_incl_tax": format_minor(offer.incl_tax_minor, currency),
        "waived_excl_tax": format_minor(offer.waived_minor, currency),
        "percent_recovered": f"{rung.percent_recovered:f}",
        "payments": rung.count,
        "largest_payment": format_minor(rung.peak_minor, currency),
        "last_payment": format_minor(rung.last_minor, currency),
        "percent_of_normal_invoice": None if rung.peak_percent is None else f"{rung.peak_percent:f}",
        "last_day": None if rung.last_day is None else rung.last_day.isoformat(),
        "tax_up_front": format_minor(rung.tax_up_front_minor, currency),
        "settled_excl_tax": format_minor(rung.settled_minor, currency),
        "walk_away": rung.is_walk_away,
        "tax_known": not rung.has_unknown_tax,
        "audience": AUDIENCE,
    }


def _to_json(ladder: Ladder) -> str:
    currency = ladder.case.currency
    table = {
        "schema_version": SCHEMA_VERSION,
        "audience": AUDIENCE,
        "case": ladder.case.id,
        "customer": ladder.case.customer,
        "currency": currency,
        "on": ladder.on.isoformat(),
        "arrears": format_minor(ladder.case.arrears.arrears_minor, currency),
        "claimable": format_minor(ladder.claimable_minor, currency),
        **{reason: format_minor(minor, currency) for reason, minor in ladder.unclaimed},
        "floor": None if ladder.floor_minor is None else format_minor(ladder.floor_minor, currency),
        "offers": [_table(rung, currency) for rung in ladder.rungs],
    }
    return json.dumps(table, indent=2) + "\n"


def _to_csv(ladder: Ladder) -> str:
    stream = StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    words = {None: "", True: "yes", False: "no"}
    for rung in ladder.rungs:
        values = _table(rung, ladder.case.currency).values()
        writer.writerow([words[each] if each is None or isinstance(each, bool) else str(each) for each in values])
    return stream.getvalue()
