"""`billcheck config`: what a check would go by here, and where each setting comes from.

Comes in: the options of a check. Goes out: every setting with its value and its origin. Must not know what a setting
does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

from billcheck.cli.arguments import add_format_option, add_reading_options, add_scope_options, add_threshold_options
from billcheck.cli.console import write, write_text
from billcheck.cli.effective import DEFAULT, effective
from billcheck.cli.live import LiveLedger
from billcheck.configuration.rules import LedgerFile
from billcheck.report.page import Line, Span, grid

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from billcheck.cli.effective import Setting

NAME = "config"
HELP = "show what a check would go by, and where each setting comes from"
DESCRIPTION = """\
Show every setting of a check with its value and where that comes from: the command line, a configuration file, or the
default. Nothing is checked."""


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this command."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    showing = actions.add_parser("show", help="show every setting", allow_abbrev=False)
    add_reading_options(showing)
    add_scope_options(showing)
    add_threshold_options(showing)
    add_format_option(showing)


def run(arguments: Namespace) -> int:
    """Print the settings."""
    settings = effective(arguments).settings
    if arguments.format == "json":
        body = [{"key": one.key, "value": _plain(one.value), "origin": one.origin} for one in settings]
        write_text(f"{json.dumps(body, indent=2)}\n")
    else:
        write(_lines(settings))
    return 0


def _lines(settings: tuple[Setting, ...]) -> list[Line]:
    cells = [
        (
            Span(one.key),
            Span(_text(one.value), "muted" if one.origin == DEFAULT else "strong"),
            Span(one.origin, "muted"),
        )
        for one in settings
    ]
    return grid([(Span("Setting"), Span("Value"), Span("From")), *cells], ("left", "left", "left"))


def _plain(value: object) -> object:
    """A value as JSON holds it; days and amounts as texts, kinds in their order."""
    if isinstance(value, Mapping):
        return {key: str(amount) for key, amount in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, LedgerFile):
        return {name: said for name, said in asdict(value).items() if said is not None}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, date | LiveLedger) else value


def _text(value: object) -> str:
    plain = _plain(value)
    if isinstance(plain, dict):
        return ", ".join(f"{key} {amount}" for key, amount in plain.items()) or "-"
    if isinstance(plain, list):
        return ", ".join(map(_item, plain)) or "-"
    return "-" if plain is None else str(plain)


def _item(value: object) -> str:
    """An item of a list; of a ledger its path, and in brackets how it is read."""
    if not isinstance(value, dict):
        return str(value)
    said = ", ".join(f"{name} {text}" for name, text in value.items() if name != "path")
    return f"{value['path']} ({said})" if said else str(value["path"])
