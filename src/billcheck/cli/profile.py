"""`billcheck profile`: which exports can be read, what a profile says, and what it makes of a file.

Comes in: the name of a profile, or a file. Goes out: a list of profiles, the text of one, what became of every row of a
file, or a draft of a profile for it. Must not know contracts, or how anything is read.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from billcheck.characters import visible_json, visible_lines
from billcheck.cli.arguments import (
    add_config_option,
    add_contracts_option,
    add_format_option,
    add_profile_options,
    add_profiles_option,
    add_sheet_option,
)
from billcheck.cli.console import note, progress, write, write_text
from billcheck.cli.effective import effective
from billcheck.cli.inputs import own_profiles
from billcheck.cli.outputs import TakenFileError
from billcheck.errors import InputError, Problem, UsageError
from billcheck.ledger.line import Kind
from billcheck.money import format_minor
from billcheck.report.page import BLANK, Line, Span, grid, line
from billcheck.report.wording import counted

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterable, Sequence

    from billcheck.cli.effective import Effective
    from billcheck.configuration.rules import LedgerFile
    from billcheck.connectors.files.profile_files import ProfileFile
    from billcheck.connectors.files.trial import CurrencyTotal, Trial

NAME = "profile"
HELP = "list the exports that can be read, show how, try one on a file, draft one of your own"
DESCRIPTION = "List profiles, which say how exports are read; show one; try one on a file; or draft one from a file."

INCOMPLETE = 3
SHOWN_ROWS = 20
"""Refused rows that the table lists; the JSON holds them all."""


class OneFileError(Problem):
    """There is no such file, or it is a folder."""

    remedy = "Give a single file, and check its spelling."


class NoTomlError(Problem):
    """A profile is a TOML file."""

    remedy = "Let its name end in .toml."


def add_arguments(parser: ArgumentParser) -> None:
    """The things to do, and their options."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="list all profiles", allow_abbrev=False)
    listing.set_defaults(act=_list)
    showing = actions.add_parser("show", help="show the file of a profile", allow_abbrev=False)
    showing.add_argument("name", metavar="NAME", help="a profile, or the path of its .toml file")
    showing.set_defaults(act=_show)
    testing = actions.add_parser("test", help="show what becomes of every row of a file", allow_abbrev=False)
    testing.add_argument("file", metavar="FILE", help="a ledger file")
    testing.set_defaults(act=_test)
    drafting = actions.add_parser("new", help="draft a profile from a file", allow_abbrev=False)
    drafting.add_argument("file", metavar="FILE", help="a file such as the profile should read")
    drafting.add_argument("-o", "--output", type=Path, metavar="FILE", help="where to write it (default: print it)")
    add_sheet_option(drafting)
    drafting.set_defaults(act=_new)
    for below in (listing, showing, testing):
        if below is testing:
            add_profile_options(below)
        else:
            add_profiles_option(below)
        add_contracts_option(below)
        add_config_option(below)
        if below is not showing:
            add_format_option(below)


def run(arguments: Namespace) -> int:
    """Do one of them."""
    code: int = arguments.act(arguments)
    return code


def _known(arguments: Namespace) -> list[ProfileFile]:
    """The profiles that ship, then the user's."""
    from billcheck.connectors.files.profile_files import load_profiles, shipped_profile_files

    return [*shipped_profile_files(), *load_profiles(own_profiles(arguments))]


def _list(arguments: Namespace) -> int:
    known = _known(arguments)
    if arguments.format == "json":
        body = [
            {
                "id": one.profile.id,
                "title": one.profile.title,
                "evidence": one.profile.evidence,
                "variants": sorted(one.profile.variants),
                "from": one.place,
            }
            for one in known
        ]
        _write_json(body)
        return 0
    cells = [
        (Span(one.profile.id, "strong"), Span(one.profile.evidence), Span(one.place, "muted"), Span(one.profile.title))
        for one in known
    ]
    head = (Span("Profile"), Span("Evidence"), Span("From"), Span("Reads"))
    without = [(Span(name, "strong"), Span(what)) for name, what in _read_without_a_profile()]
    write(
        [
            *grid([head, *cells], ("left", "left", "left", "left")),
            BLANK,
            line("Read without a profile, since such a file says itself how it is written"),
            *grid(without, ("left", "left"), indent=2),
        ]
    )
    return 0


def _read_without_a_profile() -> list[tuple[str, str]]:
    """What reports call each kind of such a file, and what it is."""
    from billcheck.connectors.files.invoice_xml import SYNTAXES

    return [*SYNTAXES.items(), ("snapshot", "What billcheck fetch writes of a live ledger")]


def _show(arguments: Namespace) -> int:
    from billcheck.connectors.files.invoice_xml import SYNTAXES
    from billcheck.connectors.files.profile import find_profile
    from billcheck.connectors.files.profile_files import load_profiles, split_path

    if arguments.name in SYNTAXES:
        return _show_syntax(arguments.name)
    by_file = split_path(arguments.name)
    if by_file is not None:
        known = list(load_profiles([by_file[0]]))
        name = f"{known[0].profile.id}{by_file[1]}"
    else:
        known, name = _known(arguments), arguments.name
    find_profile(name, [one.profile for one in known])
    found = next(one for one in known if one.profile.id == name.split(":")[0])
    write_text(visible_lines(found.text.replace("\r\n", "\n")))
    return 0


def _show_syntax(name: str) -> int:
    """What is read of electronic invoices, which no profile says."""
    from billcheck.connectors.files.invoice_xml import READ_FROM, SYNTAXES

    cells = [(Span(fields), Span(terms)) for fields, terms in READ_FROM]
    write(
        [
            line(f"{name}: {SYNTAXES[name]}", "heading"),
            line("Such a file says itself how it is written: it needs no --profile, and none changes how it is read."),
            BLANK,
            *grid([(Span("Field"), Span("Read from, in terms of EN 16931")), *cells], ("left", "left"), indent=2),
        ]
    )
    return 0


def _test(arguments: Namespace) -> int:
    from billcheck import read_ledger
    from billcheck.connectors.files.source import StreamSource
    from billcheck.connectors.files.trial import try_file

    if not Path(arguments.file).is_file():
        raise UsageError([OneFileError(arguments.file)])
    settings = effective(arguments)
    with progress("Reading"):
        (source,) = read_ledger(
            _as_configured(arguments.file, settings),
            profile=settings["profile"],
            currency=settings["currency"],
            profiles=own_profiles(arguments),
            sheet=arguments.sheet,
            limits=settings.limits,
        ).sources
        if not isinstance(source, StreamSource):
            raise UsageError([OneFileError(arguments.file)])
        trial = try_file(source.opener)
    if arguments.format == "json":
        _write_json(_to_json(trial))
    else:
        write(_lines(trial))
    return 0 if trial.is_complete else INCOMPLETE


def _as_configured(file: str, settings: Effective) -> str | LedgerFile:
    """The file as the configuration says that this ledger is read: by its own table, or that of a folder around it."""
    wanted = Path(file).resolve()
    for ledger in settings["ledgers"]:
        place = Path(ledger).resolve()
        if not isinstance(ledger, str) and (place == wanted or place in wanted.parents):
            said: LedgerFile = replace(ledger, path=file)
            if (said.profile, said.currency, said.sheet) != (None, None, None):
                where = settings.configuration.place if settings.configuration else ""
                note(f"{file} is read as [[ledger]] {ledger.path} of {where} says.")
            return said
    return file


def _new(arguments: Namespace) -> int:
    from billcheck.connectors.files.profile_draft import OPEN, draft_profile
    from billcheck.connectors.files.sample import take_sample

    output: Path | None = arguments.output
    if not Path(arguments.file).is_file():
        raise UsageError([OneFileError(arguments.file)])
    if output is not None and output.suffix.lower() != ".toml":
        raise UsageError([NoTomlError("-o", str(output))])
    if output is not None and output.exists():
        raise UsageError([TakenFileError(str(output))])
    _say_what_reads_it_already(arguments)
    with progress("Reading"):
        draft = draft_profile(take_sample(arguments.file, arguments.file, arguments.sheet))
    if output is None:
        write_text(draft)
        return 0
    if not output.parent.is_dir():
        output.parent.mkdir(parents=True)
        note(f"Made the folder {output.parent}{os.sep}.")
    with output.open("x", encoding="utf-8", newline="\n") as file:
        file.write(draft)
    left = draft.count(f"# {OPEN}:")
    note(f"Wrote {output}; {counted(left, 'line is', 'lines are')} left to be filled in.")
    return 0


def _say_what_reads_it_already(arguments: Namespace) -> None:
    """A note where a profile that ships knows the headings: then a draft is hardly needed."""
    from billcheck.connectors.files.instructions import Instructions
    from billcheck.connectors.files.opening import FileOpener

    file = arguments.file
    with suppress(InputError):
        _, layout = FileOpener(file, file, Instructions(currency="EUR", sheet=arguments.sheet)).open()
        note(f"{file} is read by the profile {layout.profile.id}, which ships with billcheck.")


def _to_json(trial: Trial) -> dict[str, Any]:
    order = trial.date_order
    return {
        "file": trial.path,
        "profile": trial.profile,
        "complete": trial.is_complete,
        "encoding": trial.encoding,
        "delimiter": trial.delimiter,
        "decimal": trial.decimal,
        "date_order": None if order is None else order.name.lower(),
        "fields": dict(trial.fields),
        "unused": list(trial.unused),
        "rows": trial.rows,
        "used": trial.used,
        "set_aside": [{"reason": reason, "rows": rows} for reason, rows in trial.set_aside.items()],
        "refused": [
            {"row": row.row, "column": row.column, "value": row.value, "reason": row.reason} for row in trial.refused
        ],
        "invoices": trial.documents[Kind.INVOICE],
        "credit_notes": trial.documents[Kind.CREDIT_NOTE],
        "totals": [
            {
                "currency": total.currency,
                "rows": total.rows,
                "amount": format_minor(total.amount, total.currency),
            }
            for total in trial.totals
        ],
        "first_day": None if trial.first_day is None else trial.first_day.isoformat(),
        "last_day": None if trial.last_day is None else trial.last_day.isoformat(),
        "notes": list(trial.notes),
        "limits": list(trial.limits),
        "shortcoming": trial.shortcoming,
    }


def _lines(trial: Trial) -> list[Line]:
    facts = [("Profile", trial.profile), ("Written", _conventions(trial)), ("Rows", _rows(trial))]
    if trial.used:
        invoices, credit_notes = trial.documents[Kind.INVOICE], trial.documents[Kind.CREDIT_NOTE]
        facts.append(("Documents", f"{counted(invoices, 'invoice')}, {counted(credit_notes, 'credit note')}"))
    if trial.first_day:
        facts.append(("Dates", f"{trial.first_day} to {trial.last_day}"))
    facts += [
        ("Total", f"{_amount(total)} {total.currency} excl. tax, {counted(total.rows, 'row')}")
        for total in trial.totals
    ]
    fields = [(Span(name), Span(heading)) for name, heading in trial.fields.items()]
    lines = [
        line(trial.path, "heading"),
        *grid([(Span(name, "muted"), Span(text)) for name, text in facts], ("left", "left"), indent=2, head=False),
        BLANK,
        *grid([(Span("Field"), Span("Read from")), *fields], ("left", "left"), indent=2),
    ]
    if trial.unused:
        lines += [line(f"Not read: {', '.join(trial.unused)}", "muted", indent=2)]
    lines += _refused_lines(trial)
    lines += [line(text, indent=2) for text in (*_titled("Note", trial.notes), *_titled("Known limit", trial.limits))]
    return [*lines, BLANK, _verdict(trial)]


def _amount(total: CurrencyTotal) -> str:
    return format_minor(total.amount, total.currency, grouped=True)


def _titled(title: str, texts: Iterable[str]) -> list[str]:
    return [f"{title}: {text}" for text in texts]


def _conventions(trial: Trial) -> str:
    marks = {".": "point", ",": "comma"}
    order = trial.date_order
    if order is None:
        dates = "dates read the same in every order"
    else:
        dates = f"{order.value} in dates, {'as declared' if trial.is_order_declared else 'as some date proves'}"
    ways = [trial.encoding, trial.delimiter and f"{trial.delimiter} between columns"]
    return ", ".join([*filter(None, ways), f"decimal {marks[trial.decimal]}", dates])


def _rows(trial: Trial) -> str:
    parts = [f"{trial.used} used"]
    parts += [f"{count} set aside, {reason}" for reason, count in trial.set_aside.items()]
    return f"{trial.rows} read: {'; '.join([*parts, f'{len(trial.refused)} refused'])}"


def _refused_lines(trial: Trial) -> list[Line]:
    if not trial.refused:
        return []
    rows = [
        (Span(str(row.row)), Span(row.column or "-"), Span(row.value), Span(row.reason))
        for row in trial.refused[:SHOWN_ROWS]
    ]
    head: Sequence[Span] = (Span("Row"), Span("Column"), Span("Value"), Span("Refused because"))
    lines = [BLANK, *grid([head, *rows], ("right", "left", "left", "left"), indent=2)]
    left = len(trial.refused) - SHOWN_ROWS
    return (
        [*lines, line(f"... and {counted(left, 'more row')}; --format json lists all", "muted", indent=2)]
        if left > 0
        else lines
    )


def _verdict(trial: Trial) -> Line:
    if trial.refused:
        return line(f"Incomplete: {counted(len(trial.refused), 'row')} could not be read.", "bad")
    if trial.shortcoming:
        return line(f"Incomplete: {trial.shortcoming}", "attention")
    if not trial.used:
        return line("Nothing was used: every row is set aside.", "bad")
    return line("Every row was read.", "good")


def _write_json(body: object) -> None:
    write_text(f"{visible_json(json.dumps(body, indent=2, ensure_ascii=False))}\n")
