"""Names and texts that try to do something where they are shown: every command and every format, and nothing happens.

Contracts, a ledger, decisions and file names bear characters that move a cursor, turn text around, break lines, look
like formulas, like markup, like Markdown or like commands to a runner of continuous integration. What is printed, in
whatever format, holds none of the first kinds raw; every format is read back by a reader of its own.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import tomllib
from collections import Counter
from datetime import date
from html.parser import HTMLParser
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
import yaml
from python_calamine import load_workbook

import billcheck
from billcheck.cli.main import COMMANDS, main
from billcheck.contracts.sheets import unguarded
from tests.servers.raw import RawServer
from tests.servers.xero import XeroServer, contact, invoice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TURNING = "Acme \u202e\u2066VB\u2069\u200f Ltd"
"""What contracts may hold: characters that turn text around, but no control characters."""
BIDI = "bidi \u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
NASTY = [
    "esc \x1b[2J\x1b]0;title\x07 \x9b31m",
    "lines a\nb\rc\x0bd\x0ce\x1cf\x85g\u2028h\u2029i",
    "x;=cmd|' /C calc'!A0;y",
    "=1+1",
    "＝1",
    "\n::error::forged",
    "::stop-commands::all",
    "##[add-mask]x ##vso[task.complete]",
    BIDI,
    "rest \x7f\x01\ufeff\u00ad\U000e0041\ue000",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    " =1",
    "＠1",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "]]> &lt; &#27; '\"",
    "[link](javascript:alert(1)) ![](http://x.example) <http://x.example> www.x.example `a` |b|",
    "{0.__class__} %s %(x)s ${x} {{7*7}}",
]
RAW = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ue000\U000e0000-\U000e007f]"
)
"""What may stand in nothing that is printed; only line feeds may."""
LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
WHEN = ("--as-of", "2026-05-31", "--covers", "2026-01-01..2026-05-31")


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)


def contracts_of(customer: str, charge: str) -> str:
    return f"""\
[[contract]]
id = {quoted(customer + " 1")}
customer = {quoted(customer)}
currency = "EUR"
start = 2026-01-01
owner = {quoted("=" + customer)}
tax = {{ percent = "21" }}

[[contract.charge]]
name = {quoted(charge)}
model = "flat"
amount = "100.00"
every = "month"
timing = "in_advance"

[[contract]]
id = "C-2"
customer = "Beta"
currency = "EUR"
start = 2026-01-01
charge = [
    {{ name = "=Fee A", model = "flat", amount = "10.00", every = "month", timing = "in_advance" }},
    {{ name = "-Fee B", model = "flat", amount = "20.00", every = "quarter", timing = "in_advance" }},
]
"""


def ledger_of(customer: str, texts: list[str]) -> str:
    """Too little, once too much, lines that fit nothing, customers without a contract, a credit, and rows to refuse."""
    stream = StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(["document", "issue_date", "customer", "description", "amount", "currency", "kind", "item"])
    for number, text in enumerate(texts):
        day = f"2026-{number % 5 + 1:02}-01"
        if number < 5:
            writer.writerow([text, day, customer, text, "50.00" if number < 4 else "951.17", "EUR", "", text])
        writer.writerow([f"B{text}", day, "Beta", text, "3.00", "EUR", "", text])
        writer.writerow([text, day, f"Other {text}", text, "1.00", "EUR", "", text])
        writer.writerow([text, day, f"Other {text}", text, text, "EUR", "", text])
        writer.writerow([text, day, f"Other {text}", text, "5.00", "EUR", text, text])
    writer.writerow(["CN-1", "2026-05-20", customer, texts[0], "-9.00", "EUR", "credit note", ""])
    return stream.getvalue()


class Desk:
    """A folder of hostile files; `run` prints, and says what was printed."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        self.ledger = folder / "led\x1b[31m\n::error::x\u202eger.csv"
        self.ledger.write_text(ledger_of(TURNING, NASTY), encoding="utf-8", newline="")
        (folder / "contracts.toml").write_text(contracts_of(TURNING, f"=Fee {TURNING}"), encoding="utf-8")

    def run(self, *words: str) -> tuple[int, str, str]:
        self._capsys.readouterr()
        try:
            code = main(words)
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 1
        printed = self._capsys.readouterr()
        assert "Traceback" not in printed.err
        return code, printed.out, printed.err

    def prints_safely(self, *words: str) -> str:
        """Everything printed is seen, and no line of a table or remark begins a command."""
        self.code, out, err = self.run(*words)
        assert out or err
        out = out.replace("\r\n", "\n")  # as CSV ends its lines
        for text in (out, err):
            assert found(text) == []
        for line in err.splitlines():
            assert not line.lstrip().startswith("::")
            assert "##[" not in line
        return out


def found(text: str) -> list[str]:
    return [text[max(match.start() - 20, 0) : match.end() + 20] for match in RAW.finditer(text)]


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return Desk(tmp_path, capsys)


def checked(desk: Desk, form: str) -> str:
    return desk.prints_safely("check", str(desk.ledger), *WHEN, "--format", form)


def no_commands(text: str) -> None:
    for line in text.splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert "##vso[" not in line


def test_the_table_and_the_explanations(desk: Desk) -> None:
    table = checked(desk, "table")
    no_commands(table)
    assert "\\u202e" in table
    assert "\\x1b[2J" in table
    for words in (
        ("explain", str(desk.ledger), *WHEN, "--contract", f"{TURNING} 1"),
        ("explain", str(desk.ledger), *WHEN, "--contract", "C-2"),
        ("schedule", "--until", "2026-05-31"),
        ("config", "show", str(desk.ledger)),
        ("contracts", "lint"),
        ("contracts", "show"),
        ("decisions", "list", "--ledger", str(desk.ledger), *WHEN),
        *(("period", text) for text in NASTY),
        ("period", f"{TURNING} 2026-01"),
        ("rule",),
        ("demo",),
    ):
        no_commands(desk.prints_safely(*words))


def test_drafts_and_what_comes_next(desk: Desk) -> None:
    with Path("again.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["document", "issue_date", "customer", "description", "amount", "currency", "item"])
        for number, text in enumerate([TURNING, *NASTY]):
            writer.writerows(
                [f"{text}{month}", f"2026-0{month}-01", text, f"{text} 2026-0{month}", f"{number + 1}.00", "EUR", text]
                for month in range(1, 6)
            )
    no_commands(desk.prints_safely("contracts", "draft", "again.csv", "--as-of", "2026-05-31", "--out", "d.toml"))
    drafted = tomllib.loads(Path("d.toml").read_text(encoding="utf-8"))["contract"]
    assert TURNING in {contract["customer"] for contract in drafted}
    assert len(drafted) > 10
    assert found(Path("d.toml").read_text(encoding="utf-8")) == []
    for words in (
        ("contracts", "draft", "\x1b[2J\n::x", "--out", "\u202e.toml", "--as-of", "2026-05-31"),
        ("contracts", "draft", str(desk.ledger), "--out", "\x1b[2J\n::x", "--as-of", "2026-05-31"),
        ("contracts", "accept", "\x1b[2J\n::x.toml"),
        ("contracts", "accept", "contracts.toml", "\x1b[2J\n::x\u202e"),
        ("contracts", "lint", "d.toml"),
        ("contracts", "accept", "d.toml"),
        ("contracts", "accept", "d.toml", "--with-questions"),
        *(("contracts", "compare", str(desk.ledger), *WHEN, "--format", form) for form in ("table", "json")),
    ):
        no_commands(desk.prints_safely(*words))


def test_colours_on_a_terminal_are_the_only_escapes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    _, out, _ = desk.run("check", str(desk.ledger), *WHEN)
    assert "\x1b[1" in out
    plain = re.sub("\x1b\\[[0-9;]*m", "", out)
    assert found(plain) == []
    assert "\\x1b[2J" in plain


@pytest.mark.parametrize(
    "words",
    [
        ("check", "no such \x1b[2J\nfile\u202e.csv", *WHEN),
        ("check", "x.csv", "--profile", "\x1b[2J\n::error::"),
        ("check", "x.csv", "--\x1b[2J\n::error::"),
        ("check", "x.csv", "--as-of", "\x1b[2J\n\u202e"),
        ("check", "x.csv", *WHEN, "--output", "\x1b[2J=\u202e"),
        ("check", "x.csv", *WHEN, "--contracts", "\x1b[2J\n::error::"),
        ("check", "x.csv", *WHEN, "--output", "json=no/\x1b[2J\n::x/\u2028"),
        ("\x1b[2J\u202e",),
        ("rule", "\x1b[2J\u202e"),
        ("explain", "x.csv", "--contract", "\x1b[2J\n::x\u202e"),
        ("contracts", "convert", "--to", "json", "-o", "a\x1b[2J\n\u202e.toml"),
        ("contracts", "lint", "\x1b[2J\n::error::x.toml"),
        ("diff", "\x1b[2J\n::error::a", "\u202eb"),
        ("decide", "\x1b[2J\n::x", "--accept", "--reason", "\x1b\u202e", "--ledger", "x.csv", *WHEN),
        ("demo", "--save", "contracts.toml/\x1b[2J\n::x"),
    ],
    ids=lambda words: " ".join(words[:2]).encode("unicode_escape").decode(),
)
def test_what_is_refused_is_quoted_safely(desk: Desk, words: tuple[str, ...]) -> None:
    code, _, _ = desk.run(*words)
    assert code == 2
    desk.prints_safely(*words)


def test_refused_files_are_quoted_safely(desk: Desk) -> None:
    contracts = (desk.folder / "contracts.toml").read_text(encoding="utf-8")
    for text in NASTY:
        bad = contracts.replace('"100.00"', quoted(text)).replace('"month"', quoted(text), 1)
        (desk.folder / "bad.toml").write_text(f"{bad}\n{quoted(text)} = 1\n", encoding="utf-8")
        assert desk.prints_safely("contracts", "lint", "bad.toml") == ""
        (desk.folder / "bad.csv").write_text(f'document,"{text}"\n1,"{text}"\n'.replace("\0", ""), encoding="utf-8")
        assert desk.prints_safely("check", "bad.csv", *WHEN) == ""
        (desk.folder / "decisions.toml").write_text(f"[[decision]]\nverb = {quoted(text)}\n", encoding="utf-8")
        assert desk.prints_safely("check", str(desk.ledger), *WHEN) == ""
        (desk.folder / "decisions.toml").unlink()
        (desk.folder / "billcheck.toml").write_text(f"{quoted(text)} = 1\n", encoding="utf-8")
        assert desk.prints_safely("check", str(desk.ledger), *WHEN) == ""
        (desk.folder / "billcheck.toml").unlink()


def test_json_is_seen_and_says_what_the_files_say(desk: Desk) -> None:
    report = json.loads(checked(desk, "json"))
    assert report["contracts"][0]["customer"] == TURNING
    assert any(item["customer"] == f"Other {BIDI}" for item in report["outside"])
    shown = json.loads(desk.prints_safely("contracts", "show", "--format", "json"))
    assert shown[0]["contract"]["customer"] == TURNING
    named = json.loads(desk.prints_safely("schedule", "--until", "2026-05-31", "--format", "json"))
    assert named[0]["charge"] == f"=Fee {TURNING}"
    desk.prints_safely("config", "show", "--format", "json")
    desk.prints_safely("decisions", "list", "--format", "json", "--ledger", str(desk.ledger), *WHEN)
    for text in NASTY:
        desk.prints_safely("period", text, "--format", "json")


def test_csv_has_no_cell_that_is_calculated(desk: Desk) -> None:
    text = checked(desk, "csv")
    for delimiter in ",;":
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
        for cell in (cell for row in rows for cell in row):
            assert not cell.lstrip().startswith(LIVE) or re.fullmatch(r"-[0-9]+(\.[0-9]+)?", cell), cell
    headings, *data = csv.reader(StringIO(text, newline=""))
    read = [dict(zip(headings, row, strict=True)) for row in data]
    assert any(row["shortfall"].startswith("-") for row in read), "a negative amount is a number"
    assert {row["owner"] for row in read} > {f"'={TURNING}".encode("ascii", "backslashreplace").decode()}


OWN_PROFILE = f"""\
schema = 1
id = "own.lines"
title = {quoted(BIDI)}
evidence = "documented"
identify = {{ required = ["No"] }}
kind = {{ default = "invoice" }}
status = {{ default = "approved" }}
# turned around \u202e
[columns]
document = "No"
issue_date = "Day"
customer = "Who"
amount = {quoted(TURNING)}
currency = {{ const = "EUR" }}
"""


@pytest.mark.parametrize("form", ["table", "json"])
def test_profiles_and_what_they_make_of_a_file(desk: Desk, form: str) -> None:
    (desk.folder / "profiles").mkdir()
    (desk.folder / "profiles" / "own.toml").write_text(OWN_PROFILE, encoding="utf-8")
    (desk.folder / "own.csv").write_text(f"No,Day,Who,{TURNING},\u202emore\n=1,x,\u202e,y,z\n", encoding="utf-8")
    profiles = ("--profiles", "profiles")
    for words in (
        ("profile", "list", *profiles, "--format", form),
        ("profile", "show", "own.lines", *profiles),
        ("profile", "test", str(desk.ledger), "--format", form),
        ("profile", "test", "own.csv", *profiles, "--format", form),
    ):
        told = desk.prints_safely(*words)
        assert told
        if form == "table":
            no_commands(told)


def test_following_up_says_nothing_unseen(desk: Desk) -> None:
    nasty = NASTY[0]
    desk.run("check", str(desk.ledger), *WHEN, "--exit-zero", "--output", "json=r.json")
    opening = ("recover", "open", "r.json", "--customer", TURNING, "--cause", nasty, "--prevention", nasty)
    day = ("--found-on", "2026-05-31", "--on", "2026-05-31")
    no_commands(desk.prints_safely(*opening, *day))
    overrides = [word for name in ("residue", "overbilled") for word in ("--override", f"{name}={nasty}")]
    no_commands(desk.prints_safely(*opening, *day, *overrides))
    record = ("recover", "record", "case.json")
    letter = ("--from", nasty, "--phone", "1", "--issue-date", "2026-05-31", "--payment-days", "30")
    notice = ("recover", "notice", "case.json", "--language", "nl", "--reply-by", "2026-05-31", *letter)
    for words in (
        ("recover", "status", "case.json", "--as-of", "2026-05-31"),
        *(("recover", "statement", "case.json", "--format", form) for form in ("csv", "json", "markdown", "html")),
        *(
            ("recover", "brief", "case.json", "--as-of", "2026-05-31", "--who-calls", nasty, "--format", form)
            for form in ("markdown", "html")
        ),
        *(("recover", "offers", "case.json", "--on", "2026-05-31", "--format", form) for form in ("table", "csv")),
        *((*notice, "--format", form) for form in ("markdown", "html", "text")),
        (*record, "contacted", "--channel", "phone", "--person", nasty, "--on", "2026-05-31"),
        (*record, "objected", "--kind", "other", "--text", nasty, "--on", "2026-05-31"),
        ("recover", "status", "case.json", "--as-of", "2026-05-31", "--format", "json"),
        ("recover", "documents", "case.json", "--choice", "separate_invoice", "--format", "generic", "-o", "out",
         "--issue-date", "2026-06-01"),
    ):  # fmt: skip
        no_commands(desk.prints_safely(*words))
        assert desk.code == 0, words
    drafts = list(Path("out").iterdir())
    assert drafts
    assert [draft.name for draft in drafts if found(draft.name)] == []


def test_what_is_fetched_is_seen(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    customer = contact(1, NASTY[0])
    ledger = XeroServer([invoice(1, customer, date(2026, 3, 31), "10.00", Status=BIDI)], [customer])
    with RawServer(ledger) as server:
        monkeypatch.setenv("BILLCHECK_XERO_API_URL", f"{server.address}/api.xro/2.0")
        monkeypatch.setenv("BILLCHECK_XERO_CONNECTIONS_URL", f"{server.address}/connections")
        monkeypatch.setenv("BILLCHECK_XERO_ACCESS_TOKEN", "access-0")
        monkeypatch.setenv("BILLCHECK_STATE_DIR", str(tmp_path / "state"))
        window = ("--since", "2026-01-01", "--until", "2026-12-31", "--out", "a.jsonl")
        for words in (("--customer", NASTY[0]), ("--customer", TURNING), ()):
            code, out, err = desk.run("fetch", "xero", *window, *words)
            assert code == 3, err
            assert found(out + err) == []
        checked = ("check", "xero:", *window[:4], *WHEN[:2], "--format")
        for form in ("table", "json", "markdown", "github", "junit", "sarif", "csv"):
            code, out, err = desk.run(*checked, form)
            assert code in {1, 3}, err
            assert found(out.replace("\r\n", "\n") + err) == []
    assert found(Path("a.jsonl").read_text(encoding="utf-8")) == []


def test_every_command_is_tried_here() -> None:
    tried = set(re.findall(r'"([a-z]+)"[,)]', Path(__file__).read_text(encoding="utf-8"))) | {"demo"}
    quiet = {"schema", "login", "connectors"}  # they print nothing of anybody's
    assert {command.NAME for command in COMMANDS} - tried <= quiet


def test_a_workflow_gets_only_our_own_commands(desk: Desk) -> None:
    for line in checked(desk, "github").splitlines():
        assert re.match(r"::(error|warning|notice) title=[^\n]*?::", line), line
    lines = checked(desk, "github").splitlines()
    assert len(lines) > len(NASTY)


def test_junit_is_xml_whose_texts_are_seen(desk: Desk) -> None:
    root = ET.fromstring(checked(desk, "junit"))  # noqa: S314 - our own output
    texts = [text for node in root.iter() for text in (node.text or "", node.tail or "", *node.attrib.values())]
    assert [text for text in texts if found(text)] == []
    assert any("\\u202e" in text for text in texts)


def test_sarif_has_messages_that_are_seen(desk: Desk) -> None:
    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (text for item in value.values() for text in texts(item))
        elif isinstance(value, list):
            yield from (text for item in value for text in texts(item))
        elif isinstance(value, str):
            yield value

    assert [text for text in texts(json.loads(checked(desk, "sarif"))) if found(text)] == []


class Tags(HTMLParser):
    """Counts tags with their attributes' names, and keeps the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.counts: Counter[tuple[str, ...]] = Counter()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag, *(name for name, _ in attrs)] += 1

    def handle_data(self, data: str) -> None:
        self.text += data


def report_of(customer: str, texts: list[str], folder: Path) -> billcheck.Report:
    folder.mkdir()
    (folder / "c.toml").write_text(contracts_of(customer, f"Fee {customer}"), encoding="utf-8")
    (folder / "l.csv").write_text(ledger_of(customer, texts), encoding="utf-8", newline="")
    from datetime import date  # noqa: PLC0415 - only here

    return billcheck.check(
        billcheck.load_contracts(folder / "c.toml"),
        billcheck.read_ledger(folder / "l.csv"),
        as_of=date(2026, 5, 31),
        covers=(date(2026, 1, 1), date(2026, 5, 31)),
    )


def test_a_notebook_shows_texts_and_no_markup_of_theirs(tmp_path: Path) -> None:
    hostile = report_of(TURNING, NASTY, tmp_path / "hostile")
    benign = report_of("Acme Limited Ltd", [f"x{number:02}" for number in range(len(NASTY))], tmp_path / "benign")
    shown, plain = Tags(hostile._repr_html_()), Tags(benign._repr_html_())
    assert {tag for tag in shown.counts if tag[0] != "li"} == {tag for tag in plain.counts if tag[0] != "li"}
    assert not any(name.startswith("on") or name in {"src", "href"} for tag in shown.counts for name in tag[1:])
    assert found(shown.text) == []
    assert found(repr(hostile)) == found(str(hostile)) == []


def test_markdown_draws_nothing_of_theirs(desk: Desk) -> None:
    text = checked(desk, "markdown")
    no_commands(text)
    unescaped = re.sub(r"\\.", "", text)
    assert "<script" not in unescaped
    assert "](" not in unescaped
    assert "`" not in unescaped
    assert "http://" not in unescaped
    assert "www." not in unescaped


def test_a_comparison_is_seen_in_every_format(desk: Desk) -> None:
    (desk.folder / "a.json").write_text(checked(desk, "json"), encoding="utf-8")
    desk.ledger.write_text(ledger_of(TURNING, NASTY[::-1]), encoding="utf-8", newline="")
    (desk.folder / "b.json").write_text(checked(desk, "json"), encoding="utf-8")
    for form in ("table", "json", "markdown"):
        text = desk.prints_safely("diff", "a.json", "b.json", "--format", form)
        assert len(text.splitlines()) > 5
        no_commands(text)
    data = json.loads((desk.folder / "b.json").read_text(encoding="utf-8"))
    data["verdict"] = "\x1b[2J\n::error::<script>"
    (desk.folder / "b.json").write_text(json.dumps(data), encoding="utf-8")
    for form in ("table", "json", "markdown"):
        no_commands(desk.prints_safely("diff", "a.json", "b.json", "--format", form))


def test_decisions_are_described_safely(desk: Desk) -> None:
    report = json.loads(checked(desk, "json"))
    turned = next(item for item in report["findings"] if item["kind"] == "underbilled")
    told = desk.prints_safely(
        "decide", turned["id"], "--accept", "--reason", "as agreed", "--ledger", str(desk.ledger), *WHEN
    )  # fmt: skip
    assert told == "" or "\\u202e" in told
    code, out, err = desk.run(
        "decide", "--confirm", "--line", f"B{NASTY[0]}:1", "--contract", "C-2", "--charge", "=Fee A",
        "--reason", "x", "--ledger", str(desk.ledger), *WHEN,
    )  # fmt: skip
    assert code in {0, 2}
    assert found(out) == found(err) == []


READERS: dict[str, Callable[[str], Any]] = {
    "json": json.loads,
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
}


@pytest.mark.parametrize("form", READERS)
def test_contracts_are_converted_to_text_that_is_seen_and_says_the_same(desk: Desk, form: str) -> None:
    data = READERS[form](desk.prints_safely("contracts", "convert", "--to", form))
    assert data["contract"][0]["customer"] == TURNING
    assert data["contract"][0]["charge"][0]["name"] == f"=Fee {TURNING}"


def test_contracts_as_csv_come_back_and_hold_no_formula(desk: Desk) -> None:
    before = billcheck.load_contracts("contracts.toml")
    assert desk.run("contracts", "convert", "--to", "csv", "-o", "out")[0] == 0
    text = Path("out/contracts.csv").read_bytes().decode()
    rows = list(csv.reader(StringIO(text, newline="")))
    assert not [cell for row in rows for cell in row if cell.lstrip().startswith(LIVE)]
    assert f"=Fee {TURNING}" in [unguarded(cell) for row in rows for cell in row]
    after = billcheck.load_contracts("out")
    assert [item.customer for item in after] == [item.customer for item in before]
    assert [charge.name for item in after for charge in item.charges] == [f"=Fee {TURNING}", "=Fee A", "-Fee B"]


def test_contracts_as_a_workbook_come_back_and_hold_only_texts(desk: Desk) -> None:
    assert desk.run("contracts", "convert", "--to", "xlsx", "-o", "out.xlsx")[0] == 0
    content = Path("out.xlsx").read_bytes()
    with ZipFile(BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                sheet = archive.read(name).decode()
                assert "<f" not in sheet.replace("<formatCode", "")
                kinds = {re.search(r' t="(\w+)"', cell) for cell in re.findall(r"<c [^>]*>(?=<)", sheet)}
                assert {kind[1] if kind else None for kind in kinds} == {"s"}
    sheet_rows = load_workbook(BytesIO(content)).get_sheet_by_name("charges").to_python()
    assert f"=Fee {TURNING}" in [cell for row in sheet_rows for cell in row]
    assert [item.customer for item in billcheck.load_contracts("out.xlsx")] == [TURNING, "Beta"]
