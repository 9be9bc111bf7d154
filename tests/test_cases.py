"""Every folder of `tests/cases` holds an agreement, a ledger and what a bookkeeper expects of the check.

`contracts.toml` (or `.json`), `ledger.csv` (or the files named by `ledgers`), `case.toml` (as_of and other options of
the check), `billcheck.toml` where decisions about the ledger matter, `decisions.toml` where some about findings do, and
`expected.json`: the arithmetic in words under `why`, and figures. Only the keys given are compared, but rows, findings
and residue are compared as a whole, so that nothing unexpected can hide.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from billcheck import check, load_configuration, load_contracts, load_decisions, load_quantities, read_ledger
from billcheck.cli.main import main
from billcheck.findings import KINDS, Status
from billcheck.recovery import load_case

if TYPE_CHECKING:
    from collections.abc import Callable

    from billcheck import Report

CASES = sorted(folder for folder in (Path(__file__).parent / "cases").iterdir() if folder.is_dir())


@dataclass(frozen=True, slots=True)
class Case:
    """One folder, read."""

    folder: Path
    options: dict[str, Any]
    expected: dict[str, Any]

    @property
    def contracts_path(self) -> str:
        return next(name for name in ("contracts.toml", "contracts.json") if (self.folder / name).exists())

    @property
    def ledger_paths(self) -> list[str]:
        return list(self.options.get("ledgers", ["ledger.csv"]))


def read_case(folder: Path) -> Case:
    options = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return Case(folder, options, expected)


def run(case: Case, processes: int = 1) -> Report:
    """Check the files of a case; the working directory is its folder."""
    options = case.options
    return check(
        load_contracts(case.contracts_path),
        read_ledger(*case.ledger_paths, profile=options.get("profile"), currency=options.get("currency")),
        as_of=options["as_of"],
        covers=tuple(options["covers"]) if "covers" in options else None,
        check_from=options.get("check_from"),
        check_until=options.get("check_until"),
        only_contracts=options.get("only_contracts"),
        only_customers=options.get("only_customers"),
        grace_days=options.get("grace_days"),
        fail_on=frozenset(options["fail_on"]) if "fail_on" in options else None,
        configuration=load_configuration("billcheck.toml") if (case.folder / "billcheck.toml").exists() else None,
        control_totals=as_amounts(options.get("control_totals")),
        min_amounts=as_amounts(options.get("min_amounts")),
        processes=processes,
        quantities=load_quantities(*options["quantities"]) if "quantities" in options else None,
        decisions=load_decisions("decisions.toml") if (case.folder / "decisions.toml").exists() else (),
        cases=[load_case(path) for path in options.get("cases", ())],
    )


def as_amounts(texts: dict[str, str] | None) -> dict[str, Decimal]:
    return {currency: Decimal(text) for currency, text in (texts or {}).items()}


def as_rows(report: Report, _: Any) -> dict[str, list[list[str]]]:
    return {
        item.contract.id: [
            [
                " + ".join(row.charges),
                str(row.first_day),
                str(row.last_day),
                str(row.status),
                str(row.expected),
                str(row.billed),
                str(row.shortfall),
            ]
            for row in item.rows
        ]
        for item in report.contracts
    }


def as_totals(report: Report, wanted: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    found = {total["currency"]: total for total in json.loads(report.to_json())["totals"]}
    return {
        currency: {name: found.get(currency, {}).get(name, "absent") for name in wanted.get(currency, found[currency])}
        for currency in sorted({*found, *wanted})
    }


def as_finding_days(report: Report, wanted: dict[str, list[str]]) -> dict[str, list[str]]:
    return {kind: [str(item.first_day) for item in report.findings if item.kind == kind] for kind in wanted}


def as_causes(report: Report, _: Any) -> list[list[str]]:
    causes = {
        (
            row.contract,
            " + ".join(row.charges),
            cause.code,
            str(cause.first_day),
            str(cause.last_day),
            str(cause.amount),
        )
        for row in report.rows
        for cause in row.causes
    }
    return [list(cause) for cause in sorted(causes)]


def as_groups(report: Report, _: Any) -> list[list[str | int]]:
    return [
        [
            group.part_of,
            group.currency,
            group.code,
            str(group.amount),
            len(group.contracts),
            group.rows,
            str(group.first_day),
            str(group.last_day),
            group.running,
            str(group.monthly),
        ]
        for group in report.causes
    ]


def as_running(report: Report, _: Any) -> list[list[str]]:
    return [
        [
            item.contract.id,
            " + ".join(running.charges),
            running.code,
            str(running.since),
            str(running.monthly),
            str(running.next_invoice.due_on),
            str(running.next_invoice.expected),
            str(running.next_invoice.projected),
            str(running.next_invoice.shortfall),
        ]
        for item in report.contracts
        for running in item.running
    ]


def as_coverage(report: Report, wanted: dict[str, int]) -> dict[str, int]:
    return {name: getattr(report.counts, name) for name in wanted}


def as_covers(report: Report, _: Any) -> list[str | bool] | None:
    covers = report.covers
    return None if covers is None else [str(covers.first_day), str(covers.last_day), covers.declared]


OBSERVED: dict[str, Callable[[Report, Any], Any]] = {
    "verdict": lambda report, _: str(report.verdict),
    "exit_code": lambda report, _: report.exit_code,
    "complete": lambda report, _: report.complete,
    "totals": as_totals,
    "rows": as_rows,
    "due_on": lambda report, _: {item.contract.id: [str(row.due_on) for row in item.rows] for item in report.contracts},
    "findings": lambda report, _: dict(Counter(item.kind for item in report.findings)),
    "finding_days": as_finding_days,
    "sentences": lambda report, wanted: {
        kind: [item.sentence for item in report.findings if item.kind == kind] for kind in wanted
    },
    "causes": as_causes,
    "groups": as_groups,
    "running": as_running,
    "evidence": lambda report, _: [
        [str(row.first_day), item.document, item.line, str(item.amount)] for row in report.rows for item in row.evidence
    ],
    "residue": lambda report, _: sorted([item.kind, item.document, str(item.amount)] for item in report.residue),
    "coverage": as_coverage,
    "covers": as_covers,
    "gaps": lambda report, _: [[str(first), str(last)] for first, last in report.covers.gaps] if report.covers else [],
    "shortcomings": lambda report, _: list(report.shortcomings),
    "controls": lambda report, _: [
        [item.currency, to_text(item.stated_minor), to_text(item.ledger_minor)] for item in report.controls
    ],
    "failing": lambda report, _: len(report.failing),
    "decided": lambda report, _: dict(Counter(item.decision for item in report.findings if item.decision)),
    "standings": lambda report, _: [str(outcome.standing) for outcome in report.decisions],
    "notes": lambda report, _: [row.note for row in report.rows if row.note],
    "outside": lambda report, _: [
        [
            item.customer,
            item.currency,
            item.lines,
            to_text(item.amount_minor),
            str(item.first_date),
            str(item.last_date),
        ]
        for item in report.outside
    ],
    "out_of_scope": lambda report, _: [
        [item.currency, item.lines, to_text(item.amount_minor)] for item in report.out_of_scope
    ],
    "unused_scope": lambda report, _: [list(item) for item in report.unused_scope],
    "set_aside": lambda report, _: [[item.path, item.row] for item in report.set_aside],
    "refused": lambda report, _: [[item.path, item.row, item.column, item.value] for item in report.refused],
}


def to_text(minor: int) -> str:
    """Cents as text; the cases total customers without a contract in currencies with cents only."""
    return f"{minor // 100}.{minor % 100:02}"


@pytest.fixture(params=CASES, ids=lambda folder: folder.name)
def case(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Case:
    monkeypatch.chdir(request.param)
    return read_case(request.param)


def test_case_comes_out_as_a_bookkeeper_expects(case: Case) -> None:
    report = run(case)
    wanted = {name: value for name, value in case.expected.items() if name != "why"}
    found = {name: OBSERVED[name](report, value) for name, value in wanted.items()}
    differences = [
        f"{name}:\n  expected {wanted[name]}\n  found    {found[name]}"
        for name in wanted
        if found[name] != wanted[name]
    ]
    assert not differences, "\n".join([case.folder.name, *case.expected["why"], *differences])


def test_the_command_reports_the_same_and_exits_accordingly(case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    options = case.options
    arguments = ["check", *case.ledger_paths, "--contracts", case.contracts_path, "--as-of", str(options["as_of"])]
    for name in ("check_from", "check_until", "grace_days"):
        arguments += [f"--{name.replace('_', '-')}", str(options[name])] if name in options else []
    for name, option in (("quantities", "quantities"), ("only_contracts", "contract"), ("only_customers", "customer")):
        for text in options.get(name, ()):
            arguments += [f"--{option}", text]
    if "covers" in options:
        arguments += ["--covers", "..".join(map(str, options["covers"]))]
    if "currency" in options:
        arguments += ["--currency", options["currency"]]
    if "fail_on" in options:
        arguments += ["--fail-on", ",".join(options["fail_on"])]
    for path in options.get("cases", ()):
        arguments += ["--case", path]
    for name in ("control_total", "min_amount"):
        for currency, text in options.get(f"{name}s", {}).items():
            arguments += [f"--{name.replace('_', '-')}", f"{currency}={text}"]
    code = main([*arguments, "--format", "json"])
    assert code == case.expected["exit_code"]
    assert capsys.readouterr().out.rstrip("\n") == run(case).to_json().rstrip("\n")


def test_every_status_has_a_case() -> None:
    seen = {row[3] for folder in CASES for rows in read_case(folder).expected.get("rows", {}).values() for row in rows}
    assert seen == {str(status) for status in Status}


def test_every_kind_of_finding_has_a_case() -> None:
    seen = {kind for folder in CASES for kind in read_case(folder).expected.get("findings", {})}
    assert seen == set(KINDS)


def test_every_case_says_why_and_uses_known_keys() -> None:
    for folder in CASES:
        expected = read_case(folder).expected
        assert expected["why"], folder.name
        assert set(expected) <= {"why", *OBSERVED}, folder.name
