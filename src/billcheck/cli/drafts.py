"""`billcheck contracts draft` and `accept`: contracts learned from a ledger, and what makes them count.

Comes in: ledgers, or a file of drafts. Goes out: a contract file to be corrected by a person; or the same file with
drafts accepted. Must not know how anything is learned.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.cli.arguments import (
    add_config_option,
    add_ledgers,
    add_live_options,
    add_profile_options,
    parse_working_date,
)
from billcheck.cli.console import note, progress, write
from billcheck.cli.inputs import open_ledger, working_day
from billcheck.cli.outputs import (
    Output,
    TakenFileError,
    inputs_of,
    ledger_folders_of,
    refuse_outputs,
    snapshots_of,
)
from billcheck.errors import ContractsRefusedError, Problem, UsageError
from billcheck.report.page import line
from billcheck.report.wording import counted

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Sequence

    from billcheck.contracts.acceptance import OpenQuestion

INCONCLUSIVE = 3
_ENDING = ".toml"


class DraftFileError(Problem):
    """Drafts are written as TOML, which holds remarks beside the values."""

    remedy = "Give --out FILE.toml."


class UnwritableDraftError(Problem):
    """No draft can be written there."""

    remedy = "Name a file in a folder that may be written to."


class OtherFormatError(Problem):
    """Only in TOML can one key be taken out and all else stay as it is written."""

    remedy = "Take draft out of the contracts by hand."


class OpenQuestionProblem(Problem):
    """This question of a draft is not answered."""


_REMEDY = (
    "Answer each question: correct the value where it is wrong, and delete the question. Or accept with "
    "--with-questions, which leaves them open: what was billed then counts as agreed."
)


def add_draft_arguments(parser: ArgumentParser) -> None:
    """The options of `contracts draft`."""
    add_ledgers(parser, is_option=False)
    add_live_options(parser)
    parser.add_argument(
        "--customer",
        action="append",
        default=[],
        metavar="NAME",
        help="draft only contracts of this customer, by name or id; may be given several times",
    )
    parser.add_argument(
        "--as-of",
        type=parse_working_date,
        metavar="DATE",
        help="the day to look back from (default: today, which is said)",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", required=True, help="the contract file to write, in TOML")
    add_profile_options(parser)
    add_config_option(parser)


def add_accept_arguments(parser: ArgumentParser) -> None:
    """The options of `contracts accept`."""
    parser.add_argument("file", metavar="FILE", help="contract file that holds drafts, in TOML")
    parser.add_argument(
        "ids", nargs="*", metavar="ID", help="the contracts to accept (default: all drafts of the file)"
    )
    parser.add_argument(
        "--with-questions", action="store_true", help="accept although questions are open: what was billed is agreed"
    )


def draft(arguments: Namespace) -> int:
    """Learn contracts and write them; exit code 3 where nothing recurs, or rows could not be read."""
    from billcheck import draft_contracts
    from billcheck.history.draft import QUESTION

    output: Path = arguments.out
    _refuse_place(output, arguments)
    as_of = working_day(arguments)
    ledger = open_ledger(arguments, as_of)
    with progress("Learning"):
        drafts = draft_contracts(ledger, as_of=as_of, customers=arguments.customer)
    if drafts.refused:
        note(f"{counted(drafts.refused, 'row')} could not be read; what they bill is not drafted.")
    if not drafts.contracts:
        write([line("Nothing recurs in what was billed, so nothing was drafted and nothing written.", "attention")])
        return INCONCLUSIVE
    text = drafts.to_toml()
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("xb") as file:
        file.write(text.encode())
    found = f"{counted(len(drafts.contracts), 'contract')}, {counted(drafts.charges, 'charge')}"
    questions = counted(text.count(QUESTION), "question")
    write([line(f"Drafted {found} with {questions} to answer.", "strong")])
    write([line("Correct the file, then accept it; until then a check refuses it.")])
    note(f"Wrote {output}.")
    return INCONCLUSIVE if drafts.refused else 0


def _refuse_place(output: Path, arguments: Namespace) -> None:
    """Refuse a file that cannot be written, or is something else's, before anything is asked of a ledger.

    Raises:
        UsageError: It is such a file.
    """
    if output.suffix.lower() != _ENDING:
        raise UsageError([DraftFileError("--out", str(output))])
    if output.exists() or output.is_symlink():
        raise UsageError([TakenFileError("--out", str(output))])
    above = next(folder for folder in output.absolute().parents if folder.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise UsageError([UnwritableDraftError("--out", str(output))])
    outputs = [*snapshots_of(arguments), Output("draft", output, "--out")]
    refuse_outputs(outputs, inputs_of(arguments), ledger_folders_of(arguments))


def accept(arguments: Namespace) -> int:
    """Take the mark of a draft out of a file, which must be free of faults and of open questions."""
    from billcheck.contracts.acceptance import accept_drafts
    from billcheck.contracts.files import load_written
    from billcheck.whole_files import write_whole

    load_written(arguments.file)
    path = Path(arguments.file)
    if path.suffix.lower() != _ENDING or path.is_dir():
        raise UsageError([OtherFormatError(arguments.file)])
    text = path.read_bytes().decode("utf-8-sig")
    accepted = accept_drafts(arguments.file, text, arguments.ids)
    if accepted.questions and not arguments.with_questions:
        raise ContractsRefusedError(_not_answered(arguments.file, accepted.questions))
    write_whole(path, accepted.text)
    write([line(f"Accepted {counted(len(accepted.ids), 'contract')}: {', '.join(accepted.ids)}.", "good")])
    if accepted.questions:
        left = counted(len(accepted.questions), "question")
        write([line(f"Left open: {left}. What was billed now counts as agreed.", "attention")])
    return 0


def _not_answered(file: str, questions: Sequence[OpenQuestion]) -> list[Problem]:
    """Each open question with its line; what to do stands once, behind the last."""
    last = len(questions) - 1
    return [
        OpenQuestionProblem(
            f"{file}: line {question.line}",
            what=f"Not answered: {question.text}",
            remedy=_REMEDY if number == last else "",
        )
        for number, question in enumerate(questions)
    ]
