"""``xero:`` where a ledger file could stand: fetched and checked in one go."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.cli import clock
from billcheck.connectors import registry
from billcheck.connectors.files.limits import SPOOL_BYTES
from billcheck.connectors.snapshot import snapshot_lines
from tests.cli.conftest import write_ledger
from tests.servers.counting import MONTHS, Counting, Entry, document
from tests.servers.quickbooks import REALM, QuickBooksServer, customer
from tests.servers.quickbooks import invoice as quickbooks_invoice
from tests.servers.raw import RawServer, answer
from tests.servers.xero import XeroServer, contact, invoice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from billcheck.connectors.base import FetchedDocument
    from tests.cli.conftest import Outcome

    Run = Callable[..., Outcome]

HARTWELL = contact(1, "Hartwell Interieur")
SINCE = ("--since", "2026-01-01")
AS_OF = ("--as-of", "2026-04-20")


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Iterator[XeroServer]:
    """Xero, where three months were billed at half of what was agreed."""
    made = XeroServer([invoice(at, HARTWELL, day, "50.00") for at, day in enumerate(MONTHS, start=1)], [HARTWELL])
    with RawServer(made) as server:
        monkeypatch.setenv("BILLCHECK_XERO_API_URL", f"{server.address}/api.xro/2.0")
        monkeypatch.setenv("BILLCHECK_XERO_CONNECTIONS_URL", f"{server.address}/connections")
        monkeypatch.setenv("BILLCHECK_XERO_ACCESS_TOKEN", "access-0")
        yield made


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Counting:
    connectors = [Counting(), Counting("second")]
    monkeypatch.setattr(registry, "entry_points", lambda **_: [Entry(each) for each in connectors])
    assert folder == Path.cwd()
    return connectors[0]


def inputs(outcome: Outcome) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(outcome.out)["inputs"]
    return found


@pytest.mark.usefixtures("ledger", "folder")
def test_a_live_ledger_is_fetched_and_checked_in_one_go(run: Run) -> None:
    checked = run("check", "xero:", *SINCE, *AS_OF)
    assert checked.code == 1
    assert "150.00 EUR excl. tax was agreed and never billed" in checked.out
    assert "xero:" in checked.out
    assert "xero: 3 documents of Duinweg Webbeheer." in checked.err
    assert "xero: 3 rows, read as snapshot" in checked.out
    assert "xero: Xero lists no money received without an invoice" in checked.err
    assert "::" not in checked.out + checked.err
    assert "  Invoices: 3 read, 3 in the ledger." in checked.err


@pytest.mark.usefixtures("folder")
def test_one_that_broke_off_is_gone_on_with(run: Run, ledger: XeroServer) -> None:
    ledger.before = lambda _, asked: answer(b"", status=400) if "CreditNotes" in asked.target else None
    failed = run("check", "xero:", *SINCE, *AS_OF)
    assert (failed.code, failed.out) == (2, "")
    assert "(4 objects) is kept in " in failed.err
    ledger.before = None
    again = run("check", "xero:", *SINCE, *AS_OF)
    assert again.code == 1
    assert "4 objects are held, and what was changed since is asked for." in again.err
    assert "150.00 EUR excl. tax was agreed and never billed" in again.out
    assert not list(Path(os.environ["BILLCHECK_STATE_DIR"]).glob("*.jsonl"))


def test_it_is_checked_as_its_snapshot_is(run: Run, counting: Counting) -> None:
    counting.documents = tuple(replace(each, excl_tax=each.lines[0].amount) for each in counting.documents[:2])
    live = run("check", "counting:", *SINCE, *AS_OF, "--format", "json")
    (given,) = counting.given
    said = "".join(snapshot_lines(given))
    assert [(each["path"], each["sha256"]) for each in inputs(live)] == [
        ("counting:", sha256(said.encode()).hexdigest())
    ]
    Path("kept.jsonl").write_text(said, encoding="ascii")
    stored = run("check", "kept.jsonl", *AS_OF, "--format", "json")
    assert json.loads(live.out.replace('"counting:"', '"kept.jsonl"')) == json.loads(stored.out)
    assert (live.code, stored.code) == (1, 1)


def test_what_billed_a_period_is_read_back(run: Run, counting: Counting) -> None:
    told = run("explain", "counting:", *SINCE, *AS_OF, "--contract", "C-117", "--period", "2026-02")
    assert told.code == 0, told.err
    assert "counting: row 3" in told.out
    assert "F-1" in told.out
    assert len(counting.asked) == 1


def test_a_snapshot_that_is_kept_is_what_the_report_names(run: Run, counting: Counting) -> None:
    live = run("check", "counting:", *SINCE, *AS_OF, "--snapshot", "kept/ledger.jsonl", "--format", "json")
    said = Path("kept/ledger.jsonl").read_bytes()
    assert said.decode() == "".join(snapshot_lines(counting.given[0]))
    assert [(each["path"], each["sha256"]) for each in inputs(live)] == [
        ("kept/ledger.jsonl", sha256(said).hexdigest())
    ]
    again = run("check", "kept/ledger.jsonl", *AS_OF, "--format", "json")
    assert (again.code, again.out) == (live.code, live.out)


def many(count: int) -> tuple[FetchedDocument, ...]:
    return tuple(document(at, date(2026, 1 + at % 3, 15), "1.00", f"Seats {at} {'x' * 400}") for at in range(count))


@pytest.mark.parametrize("options", [(), ("--contracts", "nowhere.toml"), ("--fail-on", "any")])
def test_nothing_of_it_stays_behind(
    run: Run, counting: Counting, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    place = Path("temporary")
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place.absolute()))
    counting.documents = many(3000)
    seen: list[list[Path]] = []
    monkeypatch.setattr("billcheck.cli.live.note", lambda _: seen.append(list(place.iterdir())))
    run("check", "counting:", *SINCE, *AS_OF, *options)
    assert not any(seen)
    assert all(sum(map(len, snapshot_lines(given))) > SPOOL_BYTES for given in counting.given)
    assert bool(seen) == bool(counting.given) == ("nowhere.toml" not in options)
    assert list(place.iterdir()) == []
    assert not list(Path().glob("*.jsonl"))


def test_documents_up_to_the_day_of_the_check_are_read(run: Run, counting: Counting) -> None:
    run("check", "counting:", *SINCE, *AS_OF)
    run("check", "counting:", *SINCE, *AS_OF, "--until", "2026-02-28")
    assert [(each.first_day, each.last_day) for each in counting.asked] == [
        (date(2026, 1, 1), date(2026, 4, 20)),
        (date(2026, 1, 1), date(2026, 2, 28)),
    ]
    today = clock.today()
    assert f"As of {today}, which is today" in run("check", "counting:", *SINCE).err
    assert counting.asked[-1].last_day >= today


def test_everybody_is_fetched_also_where_one_customer_is_checked(run: Run, counting: Counting) -> None:
    checked = run("check", "counting:", *SINCE, *AS_OF, "--customer", "Hartwell Interieur")
    assert checked.code == 0, checked.out
    assert counting.asked[0].customers == ()


def test_live_and_stored_ledgers_are_checked_together(run: Run, counting: Counting) -> None:
    write_ledger(Path("extra.csv"), ["X-9,2026-03-31,Hartwell Interieur,100.00,EUR,Retainer March 2026"])
    counting.documents = counting.documents[:2]
    assert run("check", "counting:", *SINCE, *AS_OF).code == 1
    both = run("check", "counting:", "extra.csv", *SINCE, *AS_OF, "--covers", "2026-01-01..2026-04-20")
    assert both.code == 0, both.out
    named = run("check", "extra.csv", "counting:", *SINCE, *AS_OF, "--format", "json")
    assert {each["path"] for each in inputs(named)} == {"extra.csv", "counting:"}


def test_two_live_ledgers_each_into_a_file_of_its_own(run: Run, counting: Counting) -> None:
    del counting
    files = ("--snapshot", "a.jsonl", "--snapshot", "b.jsonl")
    checked = run("check", "counting:", "second:", *SINCE, *AS_OF, *files, "--format", "json")
    assert {each["path"] for each in inputs(checked)} == {"a.jsonl", "b.jsonl"}
    assert json.loads(Path("a.jsonl").read_text(encoding="ascii").split("\n")[0])["connector"] == "counting"
    assert json.loads(Path("b.jsonl").read_text(encoding="ascii").split("\n")[0])["connector"] == "second"


def test_xero_and_quickbooks_at_once(
    run: Run, ledger: XeroServer, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    hartwell = customer(1, "Hartwell Interieur")
    rest = [("Invoice", quickbooks_invoice(at, hartwell, day, "50.00")) for at, day in enumerate(MONTHS, start=1)]
    with RawServer(QuickBooksServer(rest, [hartwell])) as server:
        for key, value in {"API_URL": server.address, "ACCESS_TOKEN": "access-0", "REALM_ID": REALM}.items():
            monkeypatch.setenv(f"BILLCHECK_QUICKBOOKS_{key}", value)
        checked = run("check", "xero:", "quickbooks:", *SINCE, *AS_OF)
    # 50.00 in each of the two is what was agreed: 100.00 a month.
    assert checked.code == 0, checked.out + checked.err
    assert len(ledger.documents) == 3
    assert not (folder / "xero:").exists()


def test_a_file_of_that_name_is_named_by_its_folder(run: Run, counting: Counting) -> None:
    write_ledger(Path("counting:"), ["X-1,2026-01-31,Hartwell Interieur,100.00,EUR,Retainer January 2026"])
    assert inputs(run("check", "counting:", *SINCE, *AS_OF, "--format", "json"))[0]["profile"] == "snapshot"
    stored = run("check", "./counting:", *AS_OF, "--format", "json")
    assert [(each["path"], each["profile"]) for each in inputs(stored)] == [("./counting:", "generic")]
    assert len(counting.asked) == 1


@pytest.mark.parametrize("word", ["C:", "c:", "Xero:", "xero", "xero:/x", ":", "a b:", "-x:"])
def test_what_is_no_name_of_a_connector_is_a_path(run: Run, counting: Counting, word: str) -> None:
    failed = run("check", *AS_OF, "--", word)
    assert failed.code == 2
    assert "There is no such file or folder." in failed.err
    assert not counting.asked


MEANT = "There is no such file or folder. On a command line, counting: (with a colon) reads the live ledger."


@pytest.mark.parametrize(
    "words", [("counting",), ("counting", ":"), ("Counting:",), ("COUNTING", *SINCE), ("counting::",)]
)
@pytest.mark.parametrize("command", [("check",), ("explain", "--contract", "C-117")])
def test_what_is_a_connector_but_for_its_colon_is_told(
    run: Run, counting: Counting, command: tuple[str, ...], words: tuple[str, ...]
) -> None:
    failed = run(*command, *words, *AS_OF)
    assert (failed.code, counting.asked) == (2, [])
    assert f"{words[0].rstrip(':')}:{':' if words[0].endswith('::') else ''} {MEANT}" in failed.err


def test_the_name_of_a_connector_may_be_that_of_a_file(run: Run, counting: Counting) -> None:
    write_ledger(Path("counting"), ["X-1,2026-01-31,Hartwell Interieur,100.00,EUR,Retainer January 2026"])
    assert run("check", "counting", *AS_OF).code in {0, 1, 3}
    assert not counting.asked


def test_the_option_that_takes_a_ledger_tells_it_too(run: Run, counting: Counting) -> None:
    failed = run("decisions", "list", "--ledger", "counting", *AS_OF)
    assert (failed.code, counting.asked) == (2, [])
    assert f"counting: {MEANT}" in failed.err


REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "no first day": (("counting:",), "  counting: A live ledger is read from a day on, and none is given."),
    "a window backwards": (("counting:", "--since", "2026-05-01"), "Found '2026-05-01..2026-04-20'."),
    "another window backwards": (
        ("counting:", *SINCE, "--until", "2025-12-31"),
        "--since: The last day lies before the first. Found '2026-01-01..2025-12-31'.",
    ),
    "the same twice": (("counting:", "counting:", *SINCE), "  counting: The live ledger is named twice"),
    "no such connector": (("sage:", *SINCE), "There is no connector of this name. Found 'sage'."),
    "no such connector, and no first day": (("sage:",), "Installed are: counting, second."),
    "a window for a file": (("right.csv", *SINCE), "--since: No live ledger is named"),
    "a last day for a file": (("right.csv", "--until", "2026-12-31"), "--until: No live ledger is named"),
    "a snapshot of a file": (("right.csv", "--snapshot", "s.jsonl"), "--snapshot: No live ledger is named"),
    "one file for two": (
        ("counting:", "second:", *SINCE, "--snapshot", "s.jsonl"),
        "--snapshot: Every live ledger needs a file of its own",
    ),
    "the same file for two": (
        ("counting:", "second:", *SINCE, "--snapshot", "s.jsonl", "--snapshot", "./s.jsonl"),
        "--snapshot: Two outputs go to the same file.",
    ),
    "over a ledger": (
        ("counting:", "right.csv", *SINCE, "--snapshot", "right.csv"),
        "--snapshot: This file is read by the check",
    ),
    "over the contracts": (("counting:", *SINCE, "--snapshot", "contracts.toml"), "--snapshot: This file is read"),
    "among other ledgers": (
        ("counting:", "ledgers", *SINCE, "--snapshot", "ledgers/s.jsonl"),
        "--snapshot: This file would be read as a ledger by the next check",
    ),
    "over an output": (
        ("counting:", *SINCE, "--snapshot", "s.jsonl", "--output", "json=s.jsonl"),
        "--snapshot: Two outputs go to the same file.",
    ),
    "a file that is not there": (("counting:", "nowhere.csv", *SINCE), "There is no such file or folder."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_sense_is_refused_before_anything_is_read(run: Run, counting: Counting, name: str) -> None:
    words, told = REFUSED[name]
    Path("ledgers").mkdir()
    if "ledgers" in words:
        Path("right.csv").rename("ledgers/right.csv")
    failed = run("check", *words, *AS_OF)
    assert failed.code == 2
    assert told in failed.err
    assert not failed.out
    assert not counting.asked
    assert not Path("s.jsonl").exists()


@pytest.mark.parametrize("command", ["explain", "decide", "decisions"])
def test_no_command_writes_a_snapshot_over_what_it_reads(run: Run, counting: Counting, command: str) -> None:
    words = {
        "explain": ("explain", "counting:", "--contract", "C-117"),
        "decide": ("decide", "f-1", "--accept", "--reason", "x", "--ledger", "counting:"),
        "decisions": ("decisions", "list", "--ledger", "counting:"),
    }[command]
    failed = run(*words, *SINCE, *AS_OF, "--snapshot", "contracts.toml")
    assert (failed.code, counting.asked) == (2, [])
    assert "would be overwritten" in failed.err


def test_what_may_lack_makes_the_report_incomplete(run: Run, counting: Counting) -> None:
    counting.shortcomings = ("One page was not read: fetch it again.",)
    clean = run("check", "counting:", *SINCE, *AS_OF)
    assert clean.code == 3
    assert "One page was not read: fetch it again." in clean.out
    counting.documents = tuple(replace(each, **half(each)) for each in counting.documents)
    found = run("check", "counting:", *SINCE, *AS_OF, "--format", "json")
    assert found.code == 1
    assert json.loads(found.out)["complete"] is False


def half(of: FetchedDocument) -> dict[str, Any]:
    return {"excl_tax": Decimal("50.00"), "lines": (replace(of.lines[0], amount=Decimal("50.00")),)}


def test_a_fetch_that_fails_makes_no_report(run: Run, counting: Counting) -> None:
    counting.fails = True
    failed = run("check", "counting:", *SINCE, *AS_OF, "--snapshot", "s.jsonl", "--output", "json=report.json")
    assert failed.code == 2
    assert "counting: Somebody pulled the plug." in failed.err
    assert not failed.out
    assert not Path("s.jsonl").exists()
    assert not Path("report.json").exists()


def test_a_fault_of_the_ledger_shows_no_secret(run: Run, ledger: XeroServer, folder: Path) -> None:
    ledger.before = lambda *_: answer(b"", status=404)
    failed = run("check", "xero:", *SINCE, *AS_OF)
    assert failed.code == 2
    assert "xero GET /connections" in failed.err
    assert "access-0" not in failed.err + failed.out
    assert not list(folder.glob("*.jsonl"))


def test_every_command_that_takes_a_ledger_takes_a_live_one(run: Run, counting: Counting) -> None:
    counting.documents = tuple(replace(each, **half(each)) for each in counting.documents)
    found = run("check", "counting:", *SINCE, *AS_OF, "--format", "json")
    finding = json.loads(found.out)["findings"][0]["id"]
    reason = ("--accept", "--reason", "agreed by phone")
    decided = run("decide", finding, *reason, "--ledger", "counting:", *SINCE, *AS_OF)
    assert decided.code == 0, decided.err
    listed = run("decisions", "list", "--ledger", "counting:", *SINCE, *AS_OF)
    assert "applied" in listed.out
    assert run("decisions", "prune", "--ledger", "counting:", *SINCE, *AS_OF).out == "Every decision is kept.\n"
    assert len(counting.asked) == 4


def test_decide_reads_to_the_day_of_the_check_for_its_until_is_another(run: Run, counting: Counting) -> None:
    run("decide", "f-1", "--accept", "--reason", "x", "--until", "2027-01-01", "--ledger", "counting:", *SINCE, *AS_OF)
    assert counting.asked[0].last_day == date(2026, 4, 20)


def test_the_configuration_names_files_alone(run: Run, counting: Counting) -> None:
    Path("billcheck.toml").write_text('ledgers = ["counting:"]\n', encoding="utf-8")
    failed = run("check", *AS_OF)
    assert (failed.code, counting.asked) == (2, [])
    assert MEANT in failed.err


def test_the_settings_say_what_is_checked(run: Run, counting: Counting) -> None:
    shown = run("config", "show", "counting:", "right.csv", "--format", "json")
    (ledgers,) = [each for each in json.loads(shown.out) if each["key"] == "ledgers"]
    assert ledgers == {"key": "ledgers", "value": ["counting:", "right.csv"], "origin": "command line"}
    assert "counting:, right.csv" in run("config", "show", "counting:", "right.csv").out
    assert not counting.asked


def test_pauses_are_told(run: Run, counting: Counting) -> None:
    assert "Waits for a second." in run("check", "counting:", *SINCE, *AS_OF).err
    assert "PATH" in counting.environment


def test_a_snapshot_that_cannot_be_written(run: Run, counting: Counting) -> None:
    failed = run("check", "counting:", *SINCE, *AS_OF, "--snapshot", "right.csv/s.jsonl")
    assert failed.code == 2
    assert not failed.out
    assert not counting.asked


def test_a_ledger_that_holds_no_document_is_read_beside_others(run: Run, counting: Counting) -> None:
    counting.documents = ()
    write_ledger(Path("right.csv"), ["X-1,2026-01-31,Hartwell Interieur,100.00,EUR,Retainer January 2026"])
    checked = run("check", "counting:", "right.csv", *SINCE, "--as-of", "2026-02-20")
    assert checked.code == 0, checked.out + checked.err
    assert "counting: 0 documents of Duinweg Webbeheer." in checked.err
    counting.documents = Counting().documents[:1]
    assert "counting: 1 document of Duinweg Webbeheer." in run("check", "counting:", *SINCE, *AS_OF).err
