"""`billcheck contracts`: look contract files over, show what they say, write them in another format, draft them.

Comes in: paths of contract files. Goes out: nothing where all is well, contracts with their defaults filled in, or the
same contracts in another kind of file. Must not know ledgers or prices; drafts are made and accepted elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from billcheck.characters import visible_json
from billcheck.cli import compare, drafts
from billcheck.cli.arguments import add_format_option
from billcheck.cli.console import note, write, write_text
from billcheck.cli.inputs import load_as_written
from billcheck.cli.outputs import TakenFileError
from billcheck.errors import ContractsRefusedError, Problem, UsageError
from billcheck.report.page import BLANK, Line, Span, grid, line
from billcheck.report.wording import counted

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from billcheck.contracts.defaults import Default
    from billcheck.contracts.files import Written

NAME = "contracts"
HELP = "draft contract files from a ledger, look them over, show them with their defaults, convert them"
DESCRIPTION = (
    "Draft contracts from a ledger and accept them, look contract files over, show what they say with every default "
    "filled in, or write them as other files."
)

FORMATS = ("toml", "json", "yaml", "csv", "xlsx")
_ENDINGS = {".toml": "toml", ".json": "json", ".yaml": "yaml", ".yml": "yaml", ".csv": "csv", ".xlsx": "xlsx"}


class NoFormatError(Problem):
    """It is not said which format to write."""

    remedy = f"Give --to {', --to '.join(FORMATS[:-1])} or --to {FORMATS[-1]}, or a file that ends in one of them."


class EndingError(Problem):
    """The ending of the file says another format, and billcheck reads a file by its ending."""

    remedy = "Make --to and the ending agree."


class NeedsFolderError(Problem):
    """CSV is two files, and this is no folder for them."""

    remedy = "Give -o FOLDER: contracts.csv and amendments.csv are written there."


class NeedsFileError(Problem):
    """A workbook is not printed."""

    remedy = "Give -o FILE.xlsx."


class NotKeptError(Problem):
    """This format cannot hold these contracts as they are; nothing was written."""

    remedy = "Choose another format."


class UnacceptedProblem(Problem):
    """This contract is a draft that nobody has accepted."""

    remedy = "Correct it, then run billcheck contracts accept."


def add_arguments(parser: ArgumentParser) -> None:
    """The things to do, and their options."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    paths = "contract file or folder of them (default: contracts.toml, then contracts/)"
    for name, text, action in (
        ("lint", "list everything that is wrong with contract files", _lint),
        ("show", "show contracts with every default filled in", _show),
        ("convert", "write the same contracts in another format", _convert),
    ):
        below = actions.add_parser(name, help=text, description=f"{text.capitalize()}.", allow_abbrev=False)
        below.add_argument("contracts", nargs="*", metavar="PATH", help=paths)
        below.set_defaults(act=action)
        if name == "lint":
            below.add_argument("--strict", action="store_true", help="exit with 2 also where something is doubtful")
        if name == "show":
            add_format_option(below)
        if name == "convert":
            below.add_argument("--to", choices=FORMATS, help="the format (default: by the ending of the file)")
            below.add_argument(
                "-o", "--output", type=Path, metavar="FILE", help="the file, or for csv the folder (default: print it)"
            )

    for name, text, action, add in (
        (
            "compare",
            "hold what is agreed next against what templates will bill",
            compare.compare,
            compare.add_compare_arguments,
        ),
        ("draft", "learn contracts from a ledger, for a person to correct", drafts.draft, drafts.add_draft_arguments),
        ("accept", "take the mark of a draft out of a contract file", drafts.accept, drafts.add_accept_arguments),
    ):
        below = actions.add_parser(name, help=text, description=f"{text.capitalize()}.", allow_abbrev=False)
        add(below)
        below.set_defaults(act=action)


def run(arguments: Namespace) -> int:
    """Do one of them."""
    code: int = arguments.act(arguments)
    return code


def _lint(arguments: Namespace) -> int:
    from billcheck.contracts.succession import find_overlaps
    from billcheck.pricing.doubts import find_doubts

    read = [item.contract for item in load_as_written(arguments)]
    unaccepted = [contract for contract in read if contract.is_draft]
    contracts = [replace(contract, is_draft=False) for contract in read]
    overlaps = list(find_overlaps(contracts))
    doubts = [] if overlaps else list(find_doubts(contracts))
    if overlaps or (doubts and arguments.strict):
        raise ContractsRefusedError(overlaps or doubts)
    if unaccepted and arguments.strict:
        raise ContractsRefusedError([UnacceptedProblem(contract.where) for contract in unaccepted])
    charges = sum(len(contract.charges) for contract in contracts)
    found = f"{counted(len(contracts), 'contract')}, {counted(charges, 'charge')}: nothing is wrong"
    if not doubts:
        write([line(f"{found}.", "good"), *_said_of_drafts(len(unaccepted))])
        return 0
    is_one = len(doubts) == 1
    write([line(f"{found}, but {'something is' if is_one else f'{len(doubts)} things are'} doubtful:", "attention")])
    write([line(str(doubt), indent=2) for doubt in doubts])
    write(_said_of_drafts(len(unaccepted)))
    return 0


def _said_of_drafts(number: int) -> list[Line]:
    if not number:
        return []
    return [
        line(
            f"{counted(number, 'contract')} of them {'is a draft' if number == 1 else 'are drafts'}, which a check "
            "refuses until accepted.",
            "attention",
        )
    ]


def _show(arguments: Namespace) -> int:
    from billcheck.contracts.defaults import fill_in

    contracts = load_as_written(arguments)
    if arguments.format == "json":
        body = ",\n".join(json.dumps(_to_json(item), ensure_ascii=False, default=date.isoformat) for item in contracts)
        write_text(visible_json(f"[\n{body}\n]\n"))
        return 0
    lines: list[Line] = []
    for item in contracts:
        filled, defaults = fill_in(item.table)
        lines += [BLANK] if lines else []
        lines.append(line(f"{item.contract.id}, {item.contract.customer}  ({item.contract.file})", "heading"))
        lines += _terms({key: value for key, value in filled.items() if key != "charge"}, (), defaults, indent=2)
        for index, charge in enumerate(filled["charge"]):
            lines += [BLANK, line(f'"{charge["name"]}"', "strong", indent=2)]
            terms = {key: value for key, value in charge.items() if key != "name"}
            lines += _terms(terms, ("charge", index), defaults, indent=4)
    write(lines)
    return 0


def _terms(
    table: dict[str, object], path: tuple[str | int, ...], defaults: Sequence[Default], *, indent: int
) -> list[Line]:
    """The keys of one table and below, each with its value, and the defaults that no value can say after them."""
    from billcheck.contracts.columns import flatten, heading_of

    own = [item for item in defaults if item.path[: len(path)] == path and (path or item.path[0] != "charge")]
    rules = {item.path[len(path) :]: item.rule for item in own}
    cells = []
    for keys, text in flatten(table):
        rule = next((rules[keys[:length]] for length in range(1, len(keys) + 1) if keys[:length] in rules), None)
        cells.append((Span(heading_of(keys)), Span(text), Span("" if rule is None else _said(rule, text), "muted")))
    cells.extend(
        (Span(heading_of(item.path[len(path) :])), Span("–"), Span(_said(item.rule, ""), "muted"))
        for item in own
        if item.value is None
    )
    return grid(cells, ("left", "left", "left"), indent=indent, head=False)


def _said(rule: str, text: str) -> str:
    return "(default)" if rule.strip('"') == text else f"(default: {rule})"


def _to_json(item: Written) -> dict[str, object]:
    from billcheck.contracts.columns import heading_of
    from billcheck.contracts.defaults import fill_in

    filled, defaults = fill_in(item.table)
    return {
        "file": item.contract.file,
        "contract": filled,
        "defaults": [
            {"key": heading_of(default.path), "value": default.value, "rule": default.rule} for default in defaults
        ],
    }


def _convert(arguments: Namespace) -> int:
    output: Path | None = arguments.output
    kind = arguments.to or (None if output is None else _ENDINGS.get(output.suffix.lower()))
    _refuse_output(output, kind)
    contracts = load_as_written(arguments)
    files = _make_files(contracts, kind, "contracts" if output is None else output.name)
    _read_back(contracts, files, kind)
    if output is None:
        write_text(next(iter(files.values())).decode())
        return 0
    folder = output if kind == "csv" else output.parent
    targets = {name: folder / name for name in files}
    taken = [TakenFileError(str(target)) for target in targets.values() if target.exists()]
    if taken:
        raise UsageError(taken)
    folder.mkdir(parents=True, exist_ok=True)
    for name, target in targets.items():
        with target.open("xb") as file:
            file.write(files[name])
        note(f"Wrote {target}.")
    return 0


def _refuse_output(output: Path | None, kind: str | None) -> None:
    if kind is None:
        raise UsageError([NoFormatError("--to")])
    ending = None if output is None else _ENDINGS.get(output.suffix.lower())
    if output is not None and kind not in {"csv", ending}:
        raise UsageError([EndingError("-o", str(output))])
    if kind == "csv" and (output is None or output.suffix or output.is_file()):
        raise UsageError([NeedsFolderError("-o", None if output is None else str(output))])
    if kind == "xlsx" and output is None:
        raise UsageError([NeedsFileError("-o")])


def _make_files(contracts: Sequence[Written], kind: str | None, name: str) -> dict[str, bytes]:
    """The files by their names."""
    from billcheck.contracts import written

    tables = [written.self_contained(item.table, item.contract) for item in contracts]
    if kind == "csv":
        return {file: text.encode() for file, text in written.to_csv(tables).items()}
    if kind == "xlsx":
        return {name: written.to_xlsx(tables)}
    text = {"toml": written.to_toml, "json": written.to_json, "yaml": written.to_yaml}[str(kind)](tables)
    return {name: text.encode()}


def _read_back(contracts: Sequence[Written], files: dict[str, bytes], kind: str | None) -> None:
    """Refuse files that would not give the same contracts when they are read."""
    from billcheck.contracts.files import load_written

    with TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, name if kind == "csv" else f"contracts.{kind}").write_bytes(content)
        try:
            found = [replace(item.contract, file="") for item in load_written(folder)]
        except ContractsRefusedError as refused:
            problem = refused.problems[0]
            raise UsageError([NotKeptError(f"--to {kind}", problem.value, what=problem.what)]) from None
    if found != [replace(item.contract, file="") for item in contracts]:
        raise UsageError([NotKeptError(f"--to {kind}")])
