"""What a report gives in a notebook, its view and its tables, held against its JSON, number by number."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from html import unescape
from typing import TYPE_CHECKING, Any

from billcheck.characters import visible
from tests.report.reading import rows_of, ungrouped

if TYPE_CHECKING:
    from billcheck import Report

TOTALS = {
    "Agreed": "expected",
    "Billed": "billed",
    "Arrears, excl. tax": "arrears",
    "Tax on arrears": "arrears_tax",
    "Arrears, incl. tax": "arrears_incl_tax",
    "Overbilled": "overbilled",
    "Agreed less billed": "net",
    "Awaiting": "awaiting",
    "Missing, decided": "decided",
    "Overbilled, decided": "decided_overbilled",
    "Not judged": "inconclusive",
    "Allocated to no period": "residue",
    "Still leaking, a month": "monthly_leak",
    "Next invoices short, if nothing changes": "next_shortfall",
}
SHOWN_GROUPS, SHOWN_RUNNING, SHOWN_ROWS, SHOWN_FINDINGS = 10, 10, 200, 50
FIGURE = re.compile(r"-?\d[\d,]*(?:\.\d+)?")
MONEY = re.compile(rf"({FIGURE.pattern}) ([A-Z]{{3}})\b")
DOCUMENTS = re.compile(r"(?<=of what was billed) \(.*?\)(?= was allocated)")
"""Numbers of documents, which are no amounts."""
CAUSE = re.compile(
    r"([\d,]+) contracts?: .*?(?:, goes on(?: in ([\d,]+) of [\d,]+)?: (less than )?(\S+) a month"
    r"(?: for each charge)?)?",
    re.DOTALL,
)


def check_notebook(html: str, data: dict[str, Any]) -> None:
    """Fail where the view shows a number that is not the one of the JSON; it may show less."""
    tables = read_tables(html)
    check_verdict(html, data)
    assert set(tables) == {"Totals", "Periods", *(["Causes"] if data["causes"] else [])}
    check_totals(tables["Totals"], data)
    check_causes(tables.get("Causes", []), data)
    check_rows(tables["Periods"], data)
    check_running(html, data)
    check_findings(html, data)


def read_tables(html: str) -> dict[str, list[dict[str, str]]]:
    """The tables by their captions, each as rows by heading."""
    found = {}
    for caption, body in re.findall(r"<table><caption>(\w+)</caption>(.*?)</table>", html, re.DOTALL):
        headings, *rows = [
            [unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
        ]
        found[caption] = [dict(zip(headings, row, strict=True)) for row in rows]
    return found


def check_verdict(html: str, data: dict[str, Any]) -> None:
    """The sentences above the tables: an amount there is a total, or what was never billed, or left over."""
    (verdict,) = re.findall(r'</style>\n<p class="\w+">(.*?)</p>', html, re.DOTALL)
    text = unescape(verdict)
    for sentence in data["shortcomings"]:
        text = text.replace(visible(sentence), "")
    text = DOCUMENTS.sub("", text)
    known = {(amount, entry["currency"]) for entry in data["totals"] for amount in entry.values()}
    known |= {
        (str(Decimal(entry["arrears"]) - Decimal(entry["credited"])), entry["currency"]) for entry in data["totals"]
    }
    known |= {(entry["amount"], entry["currency"]) for entry in data["min_amounts"]}
    left: dict[str, Decimal] = {}
    for entry in data["residue"]:
        if entry["kind"] == "left_over":
            left[entry["currency"]] = left.get(entry["currency"], Decimal(0)) + Decimal(entry["amount"])
    known |= {(str(amount), currency) for currency, amount in left.items()}
    assert {(ungrouped(amount), currency) for amount, currency in MONEY.findall(text)} <= known


def check_totals(told: list[dict[str, str]], data: dict[str, Any]) -> None:
    for cells, entry in zip(told, data["totals"], strict=True):
        assert cells.pop("Currency") == entry["currency"]
        assert {TOTALS[name]: ungrouped(amount) for name, amount in cells.items()} == {
            name: entry[name] for name in TOTALS.values()
        }


def check_causes(told: list[dict[str, str]], data: dict[str, Any]) -> None:
    parts: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for entry in data["causes"]:
        parts.setdefault((entry["part_of"], entry["currency"]), []).append(entry)
    wanted = [entry for groups in parts.values() for entry in groups[:SHOWN_GROUPS]]
    shown = [cells for cells in told if not re.fullmatch(r"[\d,]+ more causes?", cells["Cause"])]
    for cells, entry in zip(shown, wanted, strict=True):
        assert (cells["Part of"], cells["Currency"]) == (entry["part_of"], entry["currency"])
        assert ungrouped(cells["Amount"]) == entry["amount"]
        words = CAUSE.fullmatch(cells["Cause"])
        assert words
        running = entry["running_contracts"]
        assert int(ungrouped(words[1])) == entry["contracts"]
        assert words[2] == (f"{running:,}" if 0 < running < entry["contracts"] else None)
        assert bool(words[3]) == (running > 0 and not entry["monthly"].strip("0."))
        if not words[3]:
            assert (ungrouped(words[4]) if words[4] else "none") == (entry["monthly"] if running else "none")


def check_rows(told: list[dict[str, str]], data: dict[str, Any]) -> None:
    rows = list(rows_of(data))
    assert len(told) == min(len(rows), SHOWN_ROWS)
    for cells, row in zip(told, rows, strict=False):
        is_known = row["expected"] is not None
        assert cells["Contract"] == visible(row["contract"])
        assert (cells["Due"], cells["Currency"]) == (row["due_on"], row["currency"])
        assert ungrouped(cells["Agreed"]) == (row["expected"] if is_known else "not known")
        assert ungrouped(cells["Billed"]) == row["billed"]
        assert ungrouped(cells["Shortfall"]) == (row["shortfall"] if is_known else "")
        assert cells["Period"].startswith(row["first_day"][:4])
        documents = dict.fromkeys(piece["document"] for piece in row["evidence"])
        assert cells["Billed on"] == visible(", ".join(documents))


def check_running(html: str, data: dict[str, Any]) -> None:
    """The next invoices: each amount that stands there is one of this charge in the JSON."""
    entries = [(item, entry) for item in data["contracts"] for entry in item["running"]]
    block = re.search(r"<p>Next invoices</p><ul>(.*?)</ul>", html, re.DOTALL)
    lines = [unescape(line) for line in re.findall(r"<li>(.*?)</li>", block[1], re.DOTALL)] if block else []
    assert bool(entries) == bool(lines)
    for line, (item, entry) in zip(lines, entries[:SHOWN_RUNNING], strict=False):
        coming = entry["next_invoice"]
        words = f"{visible(item['contract'])}: {visible(' + '.join(entry['charges']))}"
        assert line.startswith(words)
        rest = line.removeprefix(words).replace(coming["due_on"], "")
        told = rest.partition(entry["note"])[0] if entry["note"] else rest
        amounts = re.findall(r"(?<!less than )(?<![\d,.-])-?\d[\d,]*(?:\.\d+)?(?= |$|;|,)", told)
        known = {coming["expected"], coming["projected"], (coming["shortfall"] or "").lstrip("-"), entry["monthly"]}
        assert amounts or "less than " in told
        assert {ungrouped(amount) for amount in amounts} <= known


def check_findings(html: str, data: dict[str, Any]) -> None:
    sentences = [visible(entry["sentence"]) for entry in data["findings"][:SHOWN_FINDINGS]]
    told = [unescape(line) for line in re.findall(r"<li>(.*?)</li>", html, re.DOTALL)]
    for sentence in sentences:
        told.remove(sentence)


def check_dictionaries(report: Report, data: dict[str, Any]) -> None:
    """Fail where rows, findings, evidence or causes as dictionaries differ from the JSON."""
    rows = [
        {"customer": item["customer"], **row}
        for item, told in ((item, {**data, "contracts": [item]}) for item in data["contracts"])
        for row in rows_of(told)
    ]
    found = [as_json(entry) for entry in report.rows.to_dicts()]
    shared = {name for name in rows[0] if name in found[0]} - {"causes", "shortfall_tax"} if rows else set()
    assert [{name: entry[name] for name in shared} for entry in found] == [
        {name: row[name] for name in shared} for row in rows
    ]
    assert [taxes_of(entry) for entry in found] == [row["shortfall_tax"] for row in rows]
    assert [entry["cause_codes"] for entry in found] == [[cause["code"] for cause in row["causes"]] for row in rows]
    assert [as_json(entry) for entry in report.findings.to_dicts()] == data["findings"]
    assert [as_json(entry) for entry in report.causes.to_dicts()] == data["causes"]
    names = ("document", "line", "date", "amount", "path", "row", "rule")
    assert [
        (entry["row_id"], *(entry[name] for name in names)) for entry in map(as_json, report.evidence.to_dicts())
    ] == [(row["id"], *(piece[name] for name in names)) for row in rows for piece in row["evidence"]]


def taxes_of(entry: dict[str, Any]) -> list[dict[str, str]]:
    """The tax of a row as the JSON has it."""
    percent = entry["tax_percent"]
    return [] if percent is None else [{"percent": percent, "amount": entry["shortfall_tax"]}]


def as_json(entry: dict[str, object]) -> dict[str, Any]:
    return {
        name: f"{value:f}" if isinstance(value, Decimal) else str(value) if isinstance(value, date) else value
        for name, value in entry.items()
    }
