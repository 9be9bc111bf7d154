"""Samples of the report-shaped exports that ship: what a person reads in them, and what becomes of them when spoilt.

A sample in `samples/reports` is called like its profile, perhaps with the program's version behind it. Its lines were
read by hand: row, number, issue day, customer, signed amount, kind, status, item, description and quantity. Cash that
names nobody is of no customer, and so no line of any.
"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.connectors.files import read_ledger
from billcheck.connectors.files.profile import shipped_profiles
from billcheck.errors import LedgerRefusedError
from billcheck.ledger.line import DocumentStatus, Kind
from billcheck.money import to_decimal
from tests.connectors.exports import scan

if TYPE_CHECKING:
    from tests.connectors.exports import Scanned

SAMPLES = Path(__file__).parents[1] / "samples" / "reports"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.csv"))
FOOTED = [name for name in NAMES if "sales-by" in name]
UNFOOTED = [name for name in NAMES if name not in FOOTED]


def expected_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def profile_of(name: str) -> str | None:
    """The profile to name, where the file cannot be recognised without a variant."""
    profile: str = expected_of(name)["profile"]
    return profile if ":" in profile else None


def read(path: Path, name: str, profile: str | None = None) -> tuple[Scanned, list[list[Any]]]:
    """The scan of a file, and its lines as they stand in the expected ones."""
    currency = expected_of(name)["currency"]
    (source,) = read_ledger(path, profile=profile or profile_of(name), currency=currency).sources
    found = scan(source)
    rows = [source.read([line.locator])[0] for line in found.lines]
    told = [
        [
            row.row,
            line.document,
            date.fromordinal(line.issue_day).isoformat(),
            line.customer,
            str(to_decimal(line.amount, line.currency)),
            Kind(line.kind).name.lower(),
            DocumentStatus(line.status).name.lower(),
            line.item,
            line.text,
            None if row.line.quantity is None else str(row.line.quantity),
        ]
        for line, row in zip(found.lines, rows, strict=True)
    ]
    assert {line.currency for line in found.lines} == {currency}
    return found, sorted(told, key=lambda line: line[0])


def test_every_report_that_ships_has_a_sample() -> None:
    with_sample = {expected_of(name)["profile"].partition(":")[0] for name in NAMES}
    assert with_sample == {profile.id for profile in shipped_profiles() if profile.report}
    assert all(name.startswith(expected_of(name)["profile"].partition(":")[0]) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_gives_the_lines_a_person_reads_in_it(name: str) -> None:
    found, lines = read(SAMPLES / f"{name}.csv", name)
    covers = found.receipt.covers
    told = {
        "profile": found.receipt.profile,
        "currency": expected_of(name)["currency"],
        "covers": None if covers is None else [day.isoformat() for day in covers],
        "lines": lines,
        "refused": [[row.row, row.column, row.value] for row in found.refused],
    }
    assert told == expected_of(name)
    assert not found.receipt.shortcoming


def bytes_of(name: str) -> bytes:
    return (SAMPLES / f"{name}.csv").read_bytes()


def is_noticed(path: Path, name: str, profile: str | None = None) -> bool:
    """Whether a spoilt copy is refused, has refused rows beyond those of the sample, or is said to be incomplete."""
    try:
        found, _ = read(path, name, profile)
    except LedgerRefusedError:
        return True
    return len(found.refused) > len(expected_of(name)["refused"]) or bool(found.receipt.shortcoming)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_that_is_cut_anywhere_is_noticed(name: str, tmp_path: Path) -> None:
    whole = bytes_of(name)
    path = tmp_path / "cut.csv"
    needed = len(whole.rstrip(b',\r\n"0.'))  # what follows may be lost without loss: ends of lines, empty cells, zeroes
    for end in [*range(1, needed, 37), needed - 1]:
        path.write_bytes(whole[:end])
        assert is_noticed(path, name), whole[max(0, end - 80) : end]


@pytest.mark.parametrize("name", FOOTED)
def test_an_amount_that_is_a_cent_off_refuses_a_report_with_totals(name: str, tmp_path: Path) -> None:
    text = bytes_of(name).decode("cp1252" if "desktop" in name else "utf-8")
    path = tmp_path / "wrong.csv"
    header = text.index("Amount")
    amounts = [found for found in re.finditer(r"[0-9]\.[0-9][0-9](?=[\",)\r\n])", text) if found.start() > header]
    tried = 0
    for found in amounts:
        cells_before = text[text.rindex("\n", 0, found.start()) : found.start()]
        if is_unit_price_or_quantity(cells_before, text):
            continue
        cent = (int(found[0][-1]) + 1) % 10
        wrong = text[: found.end() - 1] + str(cent) + text[found.end() :]
        path.write_bytes(wrong.encode("cp1252" if "desktop" in name else "utf-8"))
        with pytest.raises(LedgerRefusedError, match=r"(add up to|running balance)"):
            read(path, name)
        tried += 1
    assert tried >= 8


def is_unit_price_or_quantity(before: str, text: str) -> bool:
    """Whether the cell behind some text of its row is one that no total holds; the last two columns are held."""
    heading = next(line for line in text.splitlines() if "Amount" in line and "Sales" in line)
    separators = re.sub(r'"[^"]*("|$)', "", before.replace('""', "")).count(",")
    return separators < heading.split(",").index("Amount" if "Amount" in heading.split(",") else '"Amount"')


@pytest.mark.parametrize("name", [name for name in FOOTED if "desktop" not in name])
def test_a_report_without_its_last_line_or_on_cash_basis_is_refused(name: str, tmp_path: Path) -> None:
    text = bytes_of(name).decode()
    path = tmp_path / "ledger.csv"
    path.write_text(re.sub(r'\n"[^\n]*[Aa]ccrual [Bb]asis[^\n]*', "\n", text), encoding="utf-8")
    with pytest.raises(LedgerRefusedError, match="does not end with the line that says when it was made"):
        read(path, name)
    path.write_text(re.sub("[Aa]ccrual", "Cash", text), encoding="utf-8")
    with pytest.raises(LedgerRefusedError, match="on cash basis"):
        read(path, name)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_reads_the_same_with_columns_moved_and_added(name: str, tmp_path: Path) -> None:
    import csv  # noqa: PLC0415
    import random  # noqa: PLC0415

    encoding = "cp1252" if "desktop" in name else "utf-8"
    rows = list(csv.reader(bytes_of(name).decode(encoding).splitlines(keepends=True)))
    width = max(map(len, rows))
    names = next(row for row in rows if {"Amount", "Debit", "Gross"} & set(row))
    order = list(range(1, width))  # a name of its own column, or a section in the first, stays where it is
    random.Random(name).shuffle(order)
    order = [0, *order]
    path = tmp_path / "moved.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        for row in rows:
            if len(row) == width:
                row = [*[row[index] for index in order], "Class" if row == names else ""]  # noqa: PLW2901
            writer.writerow(row)
    assert read(path, name)[1] == expected_of(name)["lines"]


@pytest.mark.parametrize("name", [name for name in NAMES if "-list." in name])
def test_a_list_of_gross_documents_is_refused_unless_there_is_no_tax_in_it(name: str) -> None:
    profile = expected_of(name)["profile"].partition(":")[0]
    (source,) = read_ledger(SAMPLES / f"{name}.csv", currency="USD").sources
    with pytest.raises(LedgerRefusedError) as caught:
        scan(source)
    (problem,) = caught.value.problems
    assert problem.reason == (
        "The amounts of this export include tax, and no column says how much, so it cannot be taken off. Export the "
        "file with a column of tax, or a report without tax (in QuickBooks, Sales by Customer Detail). "
        f"If there is no tax in them, read it as {profile}:untaxed."
    )


def test_accounts_of_transactions_are_read_from_their_groups() -> None:
    (source,) = read_ledger(SAMPLES / "xero.account-transactions.csv", currency="AUD").sources
    assert sorted(line.account for line in scan(source).lines) == ["Consulting", "Consulting", "Freight"]


@pytest.mark.parametrize("by_contact", [False, True])
def test_sections_are_invoices_or_contacts_whichever_has_no_column(by_contact: bool, tmp_path: Path) -> None:
    heading = "Invoice Date,Source,Description,GST,Gross,Status," + ("Invoice Number" if by_contact else "Contact")
    section, cell = ("Gumtree Legal", "INV-1") if by_contact else ("INV-1", "Gumtree Legal")
    row = f"31 Jul 2026,Receivable Invoice,Retainer,10.00,110.00,Paid,{cell}"
    path = tmp_path / "ledger.csv"
    path.write_text(f"{heading}\n{section},,,,,,\n{row}\nTotal {section},,,,,,\nTotal,,,,,,\n", encoding="utf-8")
    (source,) = read_ledger(path, currency="AUD").sources
    assert [(line.document, line.customer, line.amount) for line in scan(source).lines] == [
        ("INV-1", "Gumtree Legal", 10000)
    ]
    path.write_text(heading.rpartition(",")[0] + "\n" + row.rpartition(",")[0] + "\n", encoding="utf-8")
    (source,) = read_ledger(path, currency="AUD").sources
    with pytest.raises(LedgerRefusedError, match="it needs Contact or Invoice Number"):
        scan(source)
