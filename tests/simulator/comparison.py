"""A world meets the library: it is handed over, checked, and the report is held against the truth.

Comes in: a world. Goes out: the report, and every difference from the truth in words. This is the only module of the
simulator that knows the library: contracts go in as a file, lines as values, and the report is read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from billcheck import Ledger, Line, check, load_contracts
from tests.simulator.agreements import DAY, as_text, to_toml
from tests.simulator.bookkeeping import Entry, Paper, World, keep_books
from tests.simulator.building import build_agreements
from tests.simulator.mistakes import make_mistakes
from tests.simulator.reader import read
from tests.simulator.truth import RowKey, Said, in_ledger, tell_truth
from tests.simulator.wording import WORDS, period_words

if TYPE_CHECKING:
    from billcheck import Contract, Report
    from tests.simulator.bookkeeping import Place

QUIET_KINDS = frozenset({"habit"})
"""Information that a habit was found; whether there is one is not part of the truth."""

Found = dict[RowKey, Said]


def make_world(seed: int, *, with_mistakes: bool = True) -> World:
    """The world of a seed; the same for the same seed."""
    random = Random(seed)
    is_pinned = random.random() < 0.5
    agreements, as_of = build_agreements(random, is_pinned=is_pinned)
    world = World(seed, agreements, as_of, is_pinned, random.choice(("en", *WORDS)))
    keep_books(random, world)
    if with_mistakes:
        make_mistakes(random, world)
    return world


def contracts_of(world: World) -> tuple[Contract, ...]:
    """The agreements as the library reads them from a contract file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "contracts.toml"
        path.write_text(to_toml(world.agreements), encoding="utf-8")
        return load_contracts(path)


def lines_of(world: World) -> list[Line]:
    """The ledger as lines."""
    random = Random(world.seed)
    lines = [line for paper in world.papers for line in _lines(random, world, paper)]
    lines += [
        Line(
            document=f"X-{number}",
            issue_date=world.as_of - timedelta(20 * number + 5),
            customer="Somebody Else",
            amount=Decimal(100 + number),
            currency="EUR",
            description="Hosting",
        )
        for number in range(world.strangers)
    ]
    random.shuffle(lines)
    return lines


def _lines(random: Random, world: World, paper: Paper) -> list[Line]:
    agreement = world.agreements[paper.agreement]
    customer = random.choice(agreement.names)
    return [_line(random, world, paper, entry, customer) for entry in paper.entries]


def _line(random: Random, world: World, paper: Paper, entry: Entry, customer: str) -> Line:
    agreement, charge = world.agreements[entry.place[0]], world.charge(entry.place)
    currency = entry.foreign or agreement.currency
    words = [charge.name] if agreement.named_by == "names" or random.randrange(2) else ["Services"]
    first = last = None
    if entry.stated is not None:
        if charge.style == "fields":
            first, last = entry.stated
        else:
            words.append(period_words(random, world.language, *entry.stated))
    return Line(
        document=paper.number,
        issue_date=paper.issued,
        customer=customer,
        amount=Decimal(as_text(entry.amount, agreement.currency)),
        currency=currency,
        kind=paper.kind,
        status=paper.status,
        description=" ".join(words),
        item=charge.item,
        contract=agreement.id if len(world.agreements) > 1 else "",
        charge=charge.name if agreement.named_by == "field" else "",
        period_first_day=first,
        period_last_day=last,
        credits_document=paper.credits,
    )


def examine(world: World) -> Report:
    """Check the world with the library."""
    return check(contracts_of(world), Ledger.from_lines(lines_of(world)), as_of=world.as_of, covers=world.covers)


def rows_found(report: Report) -> Found:
    """Every row of a report that is due or has money, and the kind of its one finding about money."""
    kinds: dict[str, str] = {}
    for finding in report.findings:
        for row in finding.rows:
            kinds[row] = finding.kind
    return {
        (row.contract, row.charges[0], row.first_day, row.last_day + DAY, row.is_change): Said(
            row.expected_minor, row.billed_minor, str(row.status), kinds.get(row.id, "")
        )
        for row in report.rows
        if row.due_on <= report.as_of or row.billed_minor
    }


@dataclass(slots=True)
class Outcome:
    """How a report compares with the truth.

    `lost` says where money is not conserved, `wrong` where rows, findings or residue differ from the truth. `doubted`
    holds charges without stated periods on which an independent reader finds that the ledger does not show the truth:
    "tie" where other readings are equally cheap, "other" where another one is cheaper, and the report has one of those.
    `unmarked` holds those of them whose report neither calls it inferred, nor leaves residue, nor has a finding there.
    """

    world: World
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    doubted: dict[Place, str] = field(default_factory=dict)
    unmarked: list[Place] = field(default_factory=list)
    misses: int = 0
    false_alarms: int = 0
    minor_units_off: int = 0


def compare(world: World, report: Report) -> Outcome:
    """Hold a report against the truth."""
    outcome = Outcome(world)
    truth, found = tell_truth(world), rows_found(report)
    for place in world.places():
        name = (world.agreements[place[0]].id, world.charge(place).name)
        wanted = {key: said for key, said in truth.items() if key[:2] == name}
        got = {key: said for key, said in found.items() if key[:2] == name}
        if wanted == got:
            continue
        doubt = _doubt(world, place, wanted, got) if world.injected and world.charge(place).style == "none" else ""
        if doubt:
            outcome.doubted[place] = doubt
            differing = {key for key in {*wanted, *got} if wanted.get(key) != got.get(key)}
            if not _is_marked(world, place, report, differing) and not any(
                key in got and got[key].finding for key in differing
            ):
                outcome.unmarked.append(place)
            continue
        for key in sorted({*wanted, *got}):
            if wanted.get(key) != got.get(key):
                _blame(outcome, key, wanted.get(key), got.get(key))
    for finding in report.findings:
        if not finding.rows and finding.kind not in QUIET_KINDS:
            outcome.wrong.append(f"finding {finding.kind}: {finding.sentence}")
            outcome.false_alarms += 1
    _conserve(outcome, report)
    return outcome


def _is_marked(world: World, place: Place, report: Report, keys: set[RowKey]) -> bool:
    """Whether the report itself says that what it shows of those rows rests on an inference, or leaves residue."""
    papers = {paper.number for paper in world.papers for entry in paper.entries if entry.place == place}
    if any(residue.document in papers and residue.kind == "left_over" for residue in report.residue):
        return True
    return any(
        row.inferred_minor and (row.contract, row.charges[0], row.first_day, row.last_day + DAY, row.is_change) in keys
        for row in report.rows
    )


def _doubt(world: World, place: Place, wanted: Found, found: Found) -> str:
    """Why the ledger does not show the truth of a free charge and the report is right all the same; "" if it is not."""
    charge = world.charge(place)
    if charge.model == "one_off":
        return ""
    agreement = world.agreements[place[0]]
    keys = [(agreement.id, charge.name, row.first_day, row.end, row.is_change) for row in charge.rows]
    intended, got = (
        tuple((index, rows[key].billed) for index, key in enumerate(keys) if key in rows and rows[key].billed)
        for rows in (wanted, found)
    )
    readings = {
        tuple((index, amount) for index, amount in enumerate(billed) if amount) for billed in read(world, place)
    }
    if got not in readings or readings == {intended}:
        return ""
    return "tie" if len(readings) > 1 else "other"


def _blame(outcome: Outcome, key: RowKey, wanted: Said | None, got: Said | None) -> None:
    outcome.wrong.append(
        f"{key[0]} {key[1]} {key[2]}..{key[3]}{' change' if key[4] else ''}: wanted {wanted}, got {got}"
    )
    if wanted is None or got is None:
        outcome.lost.append(outcome.wrong[-1])
        return
    if wanted.expected != got.expected:
        outcome.lost.append(outcome.wrong[-1])
    outcome.minor_units_off += abs(wanted.billed - got.billed)
    if wanted.finding and not got.finding:
        outcome.misses += 1
    elif got.finding and wanted.finding != got.finding:
        outcome.false_alarms += 1


def _conserve(outcome: Outcome, report: Report) -> None:
    """Expected less billed per currency, exact: every cent of the ledger is in a row or in the residue."""
    world = outcome.world
    billed: Counter[str] = Counter()
    for row in report.rows:
        billed[row.currency] += row.billed_minor
    for residue in report.residue:
        billed[residue.currency] += residue.amount_minor
    wanted = in_ledger(world)
    for currency in sorted({*wanted, *billed}):
        if wanted[currency] != billed[currency]:
            outcome.lost.append(f"{currency}: the ledger bills {wanted[currency]}, the report {billed[currency]}")
