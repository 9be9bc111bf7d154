"""`billcheck decide`: write down what was decided about a finding.

Comes in: ids of findings, or a line, and what was decided. Goes out: entries at the end of the file of decisions, all
else in it as it was. Must not know how findings come about.
"""

from __future__ import annotations

from argparse import ArgumentTypeError
from pathlib import Path
from typing import TYPE_CHECKING

from billcheck.cli.arguments import add_reading_options, parse_date, suggestion
from billcheck.cli.console import write
from billcheck.cli.inputs import decisions_file, make_report
from billcheck.errors import Problem, UsageError
from billcheck.report.page import line
from billcheck.report.wording import counted

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from billcheck.decisions.rules import Decision, Verb
    from billcheck.findings import Finding
    from billcheck.report.kept import Kept

NAME = "decide"
HELP = "write down what was decided about a finding"
DESCRIPTION = """\
Write down what was decided about findings, in decisions.toml: right as it is, given up, contested by the client, put
off; or, with --confirm, that a customer is the one in the ledger, or which charge a line belongs to. The findings are
those of a check, run now or kept as JSON."""

_VERBS: tuple[tuple[Verb, str], ...] = (
    ("accept", "it is right as it is"),
    ("waive", "the client owes it and is not asked for it"),
    ("dispute", "the client says otherwise; needs --until"),
    ("snooze", "it is looked at later; needs --until"),
    ("confirm", "the customer, or the charge of the line, is confirmed"),
)
_LINE_KINDS = frozenset({"ambiguous", "unmatched"})


class NoSubjectError(Problem):
    """Nothing was named to decide about."""

    remedy = "Give the id of a finding, as the JSON report and billcheck explain show it."


class UnknownFindingError(Problem):
    """The check has no finding with this id."""


class NeedsDayError(Problem):
    """This decision settles nothing by itself, and needs the last day on which it counts."""

    remedy = "Give --until DATE."


class NotOwedError(Problem):
    """Only what a client owes can be waived."""

    remedy = "Accept it instead, or put it off."


class NotToConfirmError(Problem):
    """A finding of this kind asks for no confirmation."""

    remedy = "Confirm what was never billed, or a line that fits several charges or none; decide anything else."


class NeedsChargeError(Problem):
    """It has to be said which charge the line belongs to."""

    remedy = "Give --charge NAME, and --contract ID where the finding names none."


class UnknownLineError(Problem):
    """The check has no line of this number on such a document, or it stands on several in different currencies."""


def parse_line(text: str) -> tuple[str, int]:
    """A line of a document, as ``INV-31:2``.

    Raises:
        ArgumentTypeError: It is not written so.
    """
    document, colon, number = text.rpartition(":")
    if not colon or not document or not number.isascii() or not number.isdigit():
        message = f"{text!r} is no line; write document and line number as INV-31:2"
        raise ArgumentTypeError(message)
    return document, int(number)


def add_arguments(parser: ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument(
        "finding", nargs="*", metavar="FINDING_ID", help="a finding to decide about; several may be given"
    )
    verbs = parser.add_mutually_exclusive_group(required=True)
    for verb, meaning in _VERBS:
        verbs.add_argument(f"--{verb}", dest="verb", action="store_const", const=verb, help=meaning)
    parser.add_argument("--reason", metavar="TEXT", required=True, help="why, in one line")
    parser.add_argument("--by", metavar="NAME", help="who decided")
    parser.add_argument("--until", type=parse_date, metavar="DATE", help="the last day on which it counts")
    parser.add_argument("--charge", metavar="NAME", help="with --confirm: the charge that a line belongs to")
    parser.add_argument("--contract", metavar="ID", help="with --confirm: the contract of that charge")
    parser.add_argument(
        "--line", type=parse_line, metavar="DOCUMENT:LINE", help="with --confirm: a line that no finding is about"
    )
    parser.add_argument("--report", metavar="REPORT", help="find the findings in this JSON report, and check nothing")
    add_reading_options(parser, has_ledger_option=True, has_until=False)


def run(arguments: Namespace) -> int:
    """Write the decisions down, and say so."""
    from billcheck.decisions.writing import append, to_toml

    if not arguments.finding and arguments.line is None:
        raise UsageError([NoSubjectError("FINDING_ID")])
    if arguments.verb in {"dispute", "snooze"} and arguments.until is None:
        raise UsageError([NeedsDayError(f"--{arguments.verb}")])
    kept = _kept(arguments)
    made = [_decided(arguments, kept, finding) for finding in _findings(arguments, kept)]
    if arguments.line is not None:
        made.append((_confirmed_line(arguments, kept, arguments.line, arguments.contract), ""))
    file = Path(decisions_file(arguments))
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    whole = append(str(file), text, [to_toml(decision, comment) for decision, comment in made])
    _write(file, whole)
    write([line(f"{file}: {_described(decision)}") for decision, _ in made])
    return 0


def _write(file: Path, text: str) -> None:
    from billcheck.whole_files import write_whole

    write_whole(file, text)


def _described(decision: Decision) -> str:
    from billcheck.report.decided import describe

    return describe(decision)


def _kept(arguments: Namespace) -> Kept:
    """What the check found: the one kept in a file, else one that is run now."""
    from billcheck.report.kept import keep, load_kept

    if arguments.report is not None:
        return load_kept(arguments.report)
    lines = () if arguments.line is None else (arguments.line,)
    # A file that is named and not there yet is about to be written.
    is_new = not Path(decisions_file(arguments)).exists()
    return keep(make_report(arguments, decisions=() if is_new else None), lines=lines)


def _findings(arguments: Namespace, kept: Kept) -> list[Finding]:
    ids = list(dict.fromkeys(arguments.finding))
    unknown = [name for name in ids if name not in kept.findings]
    if unknown:
        known = list(kept.findings)
        remedy = f"It has {counted(len(known), 'finding')}{suggestion(unknown[0], known)}; billcheck explain shows ids."
        raise UsageError([UnknownFindingError("FINDING_ID", name, remedy=remedy) for name in unknown])
    return [kept.findings[name] for name in ids]


def _decided(arguments: Namespace, kept: Kept, finding: Finding) -> tuple[Decision, str]:
    """The decision about one finding, and what stands above it in the file."""
    from billcheck.decisions.rules import OWED_KINDS, Decision
    from billcheck.decisions.writing import decide

    if arguments.verb != "confirm":
        if arguments.verb == "waive" and finding.kind not in OWED_KINDS:
            raise UsageError([NotOwedError(f"--waive {finding.id}", finding.kind)])
        made = decide(finding, arguments.verb, reason=arguments.reason, by=arguments.by, until=arguments.until)
        return made, finding.sentence
    if finding.kind == "never_billed":
        confirmed = Decision(
            verb="confirm", reason=arguments.reason, contract=finding.contract, by=arguments.by, until=arguments.until
        )
        return confirmed, finding.sentence
    line = kept.lines.get(finding.id)
    if finding.kind not in _LINE_KINDS or line is None:
        raise UsageError([NotToConfirmError(f"--confirm {finding.id}", finding.kind)])
    contract = finding.contract if arguments.contract is None else arguments.contract
    return _confirmed_line(arguments, kept, line, contract), finding.sentence


def _confirmed_line(arguments: Namespace, kept: Kept, line: tuple[str, int], contract: str | None) -> Decision:
    from billcheck.decisions.rules import Decision

    place = f"{line[0]}:{line[1]}"
    if arguments.verb != "confirm":
        raise UsageError([NotToConfirmError("--line", place, remedy="A line can only be confirmed: give --confirm.")])
    if arguments.charge is None or contract is None:
        raise UsageError([NeedsChargeError("--confirm", place)])
    billed = kept.billed.get(line, {})
    if len(billed) != 1:
        raise UsageError([UnknownLineError("--line", place, remedy="Look it up in the evidence of the report.")])
    ((currency, amount),) = billed.items()
    return Decision(
        verb="confirm",
        reason=arguments.reason,
        contract=contract,
        charge=arguments.charge,
        document=line[0],
        line=line[1],
        amount_minor=amount,
        currency=currency,
        by=arguments.by,
        until=arguments.until,
    )
