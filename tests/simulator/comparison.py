"""A world meets the library: it is handed over, checked, and the report is held against the truth.

Comes in: a world. Goes out: the report, and every difference from the truth in words. This is the only module of the
simulator that knows the library: contracts go in as a file, lines as values, and the report is read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from billcheck import Ledger, Line, check, load_contracts
from tests.simulator.agreements import DAY, GRACE, as_text, to_toml
from tests.simulator.bookkeeping import Entry, Paper, World, keep_books, nominal_days
from tests.simulator.building import build_agreements
from tests.simulator.mistakes import make_mistakes
from tests.simulator.reader import events_of, read
from tests.simulator.truth import RowKey, Said, in_drafts, in_ledger, rebilled_rows, tell_reading, tell_truth
from tests.simulator.wording import WORDS, period_words

if TYPE_CHECKING:
    from billcheck import Contract, Report
    from billcheck.findings import Finding
    from tests.simulator.bookkeeping import Place
    from tests.simulator.settling import Event, Told

LOOKED_AT = 4
"""One in so many free charges that came out as the truth has them is read independently all the same."""

MOST_TOGETHER = 12
"""How many rows one invoice may bill."""

SURE_OF_HABIT = 3
"""From so many invoices on a habit unlike the contract is worth a finding."""

_ABOUT_CHARGES = frozenset({"habit", "possible_duplicate"})
"""Kinds of findings that point at no row and may be right."""

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
    customer = random.choice([*agreement.names, *agreement.children])
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
    """Every row of a report that is due or has money, with its one finding about money and what drafts would bill."""
    kinds: dict[str, str] = {}
    for finding in report.findings:
        for row in finding.rows if finding.kind != "unapproved" else ():
            kinds[row] = finding.kind
    return {
        (row.contract, row.charges[0], row.first_day, row.last_day + DAY, row.is_change): Said(
            row.expected_minor, row.billed_minor, str(row.status), kinds.get(row.id, ""), row.drafted_minor
        )
        for row in report.rows
        if row.due_on <= report.as_of or row.billed_minor or row.drafted_minor
    }


@dataclass(slots=True)
class Outcome:
    """How a report compares with the truth.

    `lost` says where money is not conserved, `wrong` where rows, findings or residue differ from the truth. `doubted`
    holds the charges without stated periods of which an independent reader finds that the ledger does not show the
    truth, or not it alone, each with why:

    - "tie": readings are equally cheap, the truth among them, and the report has one of those.
    - "settles": the reader leaves an event over that is exactly what is open, and that settles it before it may repeat
      anything (step 5 of the allocation comes before step 6). A document written twice pays for one never written.
    - "cheaper": another order-preserving reading costs strictly less than the truth (step 4), and the report has it.

    `unmarked` holds those of them whose report neither calls it inferred, nor leaves residue, nor has a finding there,
    though not every amount stands exactly where its date alone would put it.
    `lucky` holds the ties of which the report shows the truth, because the rules decide ties that way, unmarked.
    `looked_at` counts the charges that were read independently.
    """

    world: World
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    doubted: dict[Place, str] = field(default_factory=dict)
    unmarked: list[Place] = field(default_factory=list)
    lucky: list[Place] = field(default_factory=list)
    misses: int = 0
    false_alarms: int = 0
    minor_units_off: int = 0
    looked_at: int = 0


def compare(world: World, report: Report, *, look_at: int = LOOKED_AT) -> Outcome:
    """Hold a report against the truth; of charges that agree with it one in `look_at` is read independently too."""
    outcome = Outcome(world)
    truth, found = tell_truth(world), rows_found(report)
    habits = {(finding.contract, finding.charge) for finding in report.findings if finding.kind == "habit"}
    for index, place in enumerate(world.places()):
        name = (world.agreements[place[0]].id, world.charge(place).name)
        wanted = {key: said for key, said in truth.items() if key[:2] == name}
        got = {key: said for key, said in found.items() if key[:2] == name}
        if world.charge(place).style == "none":
            _compare_drafts(outcome, report, place, sum(said.drafted for said in got.values()))
            got = {
                key: replace(said, drafted=0) for key, said in got.items() if said.billed or said.status != "not_due"
            }
            got = _with_rebilled(got, rebilled_rows(world, place))
        is_free = world.charge(place).style == "none" and world.charge(place).model != "one_off"
        if not is_free and name in habits:
            outcome.wrong.append(f"{name} states its periods, and is said to have a habit")
        if is_free and (wanted != got or (world.seed + index) % look_at == 0):
            outcome.looked_at += 1
            if _is_doubted(outcome, report, place, wanted, got, says_habit=name in habits):
                continue
        if wanted != got and world.injected and not is_free and _settles_exactly(wanted, got):
            outcome.doubted[place] = "settles"
            continue
        for key in sorted({*wanted, *got}):
            if wanted.get(key) != got.get(key):
                _blame(outcome, key, wanted.get(key), got.get(key))
    _compare_twins(outcome, report)
    for finding in _unfounded(report):
        outcome.wrong.append(f"finding {finding.kind}: {finding.sentence}")
        outcome.false_alarms += 1
    _conserve(outcome, report)
    return outcome


def _unfounded(report: Report) -> list[Finding]:
    """Findings that point at no row: of those only a habit is ever right here, and what is compared apart."""
    return [finding for finding in report.findings if not finding.rows and finding.kind not in _ABOUT_CHARGES]


def _compare_twins(outcome: Outcome, report: Report) -> None:
    """A document written twice on one day that pays for a hole is asked about; and nothing else is."""
    world = outcome.world
    asked = {(item.contract, item.charge): item for item in report.findings if item.kind == "possible_duplicate"}
    for place in world.places():
        name = (world.agreements[place[0]].id, world.charge(place).name)
        finding = asked.get(name)
        has_twins = _is_written_twice_on_a_day(world, place)
        if finding is not None and not has_twins:
            outcome.wrong.append(f"finding {finding.kind}: {finding.sentence}")
            outcome.false_alarms += 1
        if finding is None and has_twins and outcome.doubted.get(place) == "settles":
            outcome.wrong.append(f"{name}: a document written twice settles what lacks, and nothing is said of it")
            outcome.misses += 1


def _is_written_twice_on_a_day(world: World, place: Place) -> bool:
    """Whether a document that bills a charge was written twice on one day by mistake, and the charge has a hole too."""
    kinds = {kind for kind, places in world.spoilt if place in places}
    days = Counter(
        (paper.issued, entry.amount)
        for paper in world.papers
        if paper.status == "approved" and paper.kind == "invoice"
        for entry in paper.entries
        if entry.place == place and not entry.foreign
    )
    return "double_bill" in kinds and len(kinds) > 1 and max(days.values(), default=0) > 1


def _settles_exactly(wanted: Found, got: Found) -> bool:
    """Whether the report differs only in that what one row has too much is just what others lack, and settles them.

    An amount that was billed by mistake may by chance be exactly a month that was not billed at all.
    """
    differing = {key for key in {*wanted, *got} if wanted.get(key) != got.get(key)}
    if not all(key in wanted and key in got and got[key].billed == got[key].expected for key in differing):
        return False
    given = [key for key in differing if wanted[key].status == "overbilled"]
    taken = [key for key in differing if wanted[key].status in {"missing", "underbilled"}]
    return (
        len(given) == 1
        and len(given) + len(taken) == len(differing)
        and all(got[key].status == "settled" for key in taken)
    )


def _with_rebilled(found: Found, rebilled: set[RowKey]) -> Found:
    """Where a second document bills what a credit took back, "settled" says as much as "ok"."""
    return {
        key: replace(said, status="ok") if key in rebilled and said.status == "settled" else said
        for key, said in found.items()
    }


def _compare_drafts(outcome: Outcome, report: Report, place: Place, drafted: int) -> None:
    """Without stated periods a draft stands at the row nearest to its day, which is no more than a hint."""
    world = outcome.world
    wanted, (contract, charge) = in_drafts(world, place), (world.agreements[place[0]].id, world.charge(place).name)
    is_found = any(
        (item.contract, item.charge, item.kind) == (contract, charge, "unapproved") for item in report.findings
    )
    if drafted != wanted or is_found != bool(wanted):
        outcome.wrong.append(f"{contract} {charge}: drafts would bill {wanted}, the report has {drafted}")


def _is_doubted(outcome: Outcome, report: Report, place: Place, wanted: Found, got: Found, *, says_habit: bool) -> bool:
    """Read a free charge independently; note what that shows, and whether it excuses a difference from the truth."""
    world = outcome.world
    readings = read(world, place)
    rebilled = rebilled_rows(world, place)
    told = [_with_rebilled(tell_reading(world, place, reading), rebilled) for reading in readings]
    is_truth = [_billed(said) == _billed(wanted) for said in told]
    name = f"{world.agreements[place[0]].id} {world.charge(place).name}"
    if wanted == got and not any(is_truth):
        outcome.wrong.append(f"{name}: the report has the truth, but the independent reader reads otherwise")
        return True
    has_credit = any(paper.credits for paper in world.papers)
    shown = {key: _without_credit(said) if has_credit else said for key, said in got.items()}
    matching = [said for said in told if said == shown] if wanted != got else told
    if not world.injected or not matching:
        return False
    if says_habit not in {_has_habit(world, place, reading) for reading in readings}:
        outcome.wrong.append(f"{name}: a habit is {'said' if says_habit else 'not said'} to be found")
    if all(is_truth):
        if wanted != got:
            # Of several open rows the ledger does not tell which one a credit without a period took back.
            outcome.doubted[place] = "tie"
        return wanted != got
    outcome.doubted[place] = _why_doubted(is_truth, wanted, matching[0])
    differing = {key for said in (*told, wanted) for key in {*said, *got} if _differs(said, got, key)}
    has_finding = any(key in got and got[key].finding for key in differing)
    if (
        not has_finding
        and not _is_plain(world, place, wanted, got, differing)
        and not _is_marked(world, place, report, differing)
    ):
        (outcome.lucky if wanted == got else outcome.unmarked).append(place)
    return True


def _billed(said: Found) -> dict[RowKey, int]:
    return {key: row.billed for key, row in said.items() if row.billed}


def _without_credit(said: Said) -> Said:
    return replace(said, finding=said.status) if said.finding == "credited_not_rebilled" else said


def _differs(said: Found, got: Found, key: RowKey) -> bool:
    return (said[key].billed if key in said else 0) != (got[key].billed if key in got else 0)


def _why_doubted(is_truth: list[bool], wanted: Found, read_as: Found) -> str:
    if any(is_truth):
        return "tie"
    settled = {key for key, said in read_as.items() if said.status == "settled"}
    return "settles" if any(_differs(wanted, read_as, key) for key in settled) else "cheaper"


def _has_habit(world: World, place: Place, reading: Told) -> bool:
    """Whether a habit unlike the contract shows in enough invoices, those credited again included."""
    days = [
        paper.number
        for paper in world.papers
        if paper.status == "approved" and paper.issued <= world.as_of and not paper.credits
        if any(entry.place == place and not entry.foreign for entry in paper.entries)
    ]
    return len(days) >= SURE_OF_HABIT and (reading.block > 1 or abs(reading.offset) > GRACE)


def _is_plain(world: World, place: Place, wanted: Found, got: Found, keys: set[RowKey]) -> bool:
    """Whether all that the report bills beyond the truth is exact there, and at its row by its date alone."""
    rows = world.charge(place).rows
    beyond = {key[2:] for key in keys if key in got and got[key].billed > (wanted[key].billed if key in wanted else 0)}
    found = [index for index, row in enumerate(rows) if (row.first_day, row.end, row.is_change) in beyond]
    events = events_of(world, place)
    return bool(found) and all(any(_bills(world, place, event, index) for event in events) for index in found)


def _bills(world: World, place: Place, event: Event, index: int) -> bool:
    """Whether an event is just a row, or several in a row with it, and comes within half an interval of one of them."""
    charge = world.charge(place)
    half = nominal_days(charge) // 2
    for first in range(max(index - MOST_TOGETHER + 1, 0), index + 1):
        for last in range(index, min(first + MOST_TOGETHER, len(charge.rows))):
            part = charge.rows[first : last + 1]
            is_near = any(abs(event.issued - row.due.toordinal()) <= half for row in part)
            if is_near and sum(row.amount for row in part) == event.amount:
                return True
    return False


def _is_marked(world: World, place: Place, report: Report, keys: set[RowKey]) -> bool:
    """Whether the report itself says that what it shows of those rows rests on an inference, or leaves residue."""
    papers = {paper.number for paper in world.papers for entry in paper.entries if entry.place == place}
    if any(residue.document in papers and residue.kind == "left_over" for residue in report.residue):
        return True
    return any(
        row.inferred_minor and (row.contract, row.charges[0], row.first_day, row.last_day + DAY, row.is_change) in keys
        for row in report.rows
    )


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
