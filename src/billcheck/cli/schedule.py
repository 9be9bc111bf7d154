"""`billcheck schedule`: what the contracts say is due, up to a date.

Comes in: contracts and a date. Goes out: every expected charge with its derivation, as a table or as JSON. Must not
know ledgers.
"""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING

from billcheck.cli.arguments import add_contracts_option, add_format_option, add_quantities_option, parse_working_date
from billcheck.cli.console import write, write_text
from billcheck.cli.inputs import load, load_usage
from billcheck.money import format_minor
from billcheck.period import period_label
from billcheck.report.page import BLANK, Line, Span, grid, line
from billcheck.report.wording import NOT_KNOWN, amount_text, counted

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable

    from billcheck.pricing.derivation import DerivedPart
    from billcheck.pricing.expected import ExpectedCharge
    from billcheck.pricing.models import Item

NAME = "schedule"
HELP = "list the charges that contracts expect, up to a date"
DESCRIPTION = "List every charge that the contracts expect to be due on or before a date, and how it is worked out."


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this command."""
    add_contracts_option(parser)
    add_quantities_option(parser)
    parser.add_argument(
        "--until", type=parse_working_date, metavar="DATE", required=True, help="the last due day to list (included)"
    )
    add_format_option(parser)


def run(arguments: Namespace) -> int:
    """Print the expected charges."""
    contracts = load(arguments)
    quantities = load_usage(arguments)
    contracts = contracts if quantities is None else quantities.given_to(contracts)
    from billcheck.pricing.schedule import expected_charges

    charges = expected_charges(contracts, arguments.until)
    if arguments.format == "json":
        body = ",\n".join(json.dumps(_to_json(charge)) for charge in charges)
        write_text(f"[\n{body}\n]\n" if body else "[]\n")
    else:
        write(_to_lines(charges, arguments.until.isoformat()))
    return 0


def _to_json(charge: ExpectedCharge) -> dict[str, object]:
    return {
        "contract": charge.contract,
        "charge": charge.charge,
        "first_day": charge.first_day.isoformat(),
        "last_day": charge.last_day.isoformat(),
        "due_on": charge.due_on.isoformat(),
        "currency": charge.currency,
        "quantity": None if charge.quantity is None else f"{charge.quantity:f}",
        "amount": None if charge.amount_minor is None else format_minor(charge.amount_minor, charge.currency),
        "derivation": list(charge.derivation),
        "parts": [_part(part) for part in charge.parts],
    }


def _part(part: DerivedPart) -> dict[str, object]:
    return {
        "first_day": part.first_day.isoformat(),
        "last_day": part.last_day.isoformat(),
        "items": [_item(item) for item in part.items],
        "instead_of": [_item(item) for item in part.instead_of],
        "share": str(part.share),
        "amount": str(part.amount),
    }


def _item(item: Item) -> dict[str, object]:
    return {
        "quantity": None if item.quantity is None else f"{item.quantity:f}",
        "percent" if item.is_percent else "unit_amount": f"{item.unit_amount:f}",
        **({"role": item.label} if item.label else {}),
    }


def _to_lines(charges: Iterable[ExpectedCharge], until: str) -> list[Line]:
    lines: list[Line] = []
    for (contract, name, currency), members in groupby(
        charges, lambda item: (item.contract, item.charge, item.currency)
    ):
        if lines:
            lines.append(BLANK)
        listed = list(members)
        lines.append(line(f'{contract} "{name}"  ({currency}, excl. tax)', "heading"))
        cells = [tuple(Span(word) for word in ("Period", "Due", "Agreed", "How")), *map(_cells, listed)]
        lines.extend(grid(cells, ("left", "left", "right", "left"), indent=2))
        known = [charge.amount_minor for charge in listed if charge.amount_minor is not None]
        rest = f" and {len(listed) - len(known):,} not known" if len(known) < len(listed) else ""
        total = amount_text(sum(known), currency)
        lines.append(line(f"{counted(len(listed), 'charge')}, {total} {currency}{rest}", "strong", indent=2))
    return lines or [line(f"Nothing is due on or before {until}.", "attention")]


def _cells(charge: ExpectedCharge) -> tuple[Span, ...]:
    label = period_label(charge.first_day, charge.last_day)
    return (
        Span(f"{label} (change)" if charge.is_change else label),
        Span(charge.due_on.isoformat()),
        Span(NOT_KNOWN if charge.amount_minor is None else amount_text(charge.amount_minor, charge.currency)),
        Span("; ".join(charge.derivation), "muted"),
    )
