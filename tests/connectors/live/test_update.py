"""Fetches that ask only for what was changed since the last one, against both ledgers over real sockets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from billcheck.connectors.start import Start
from tests.connectors.live.test_resume import COMPANIES, YEAR, Company, lines, pages, same
from tests.servers import quickbooks, xero

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("_small_pages_of_updates")


@pytest.fixture
def _small_pages_of_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billcheck.connectors.xero.connector.PAGE_SIZE", 25)
    monkeypatch.setattr("billcheck.connectors.quickbooks.connector.PAGE_SIZE", 24)


@pytest.fixture(params=sorted(COMPANIES))
def company(request: pytest.FixtureRequest) -> Company:
    made = COMPANIES[request.param]()
    if made.name == "xero":
        for each in (*made.server.documents, *made.server.contacts):
            each["UpdatedDateUTC"] = "/Date(1541176290160+0000)/"
    return made


class Editor:
    """Somebody who works in a ledger: each edit bears its moment, as the ledger gives it."""

    def __init__(self, company: Company, random: Random) -> None:
        self.company = company
        self.random = random
        self.server = company.server
        self.count = 0

    def stamp(self, thing: dict[str, Any]) -> None:
        now = datetime.now(UTC)
        if self.company.name == "xero":
            self.server.change(thing, now)
        else:
            moment = now.isoformat(timespec="seconds")
            thing["MetaData"] = {"CreateTime": moment, "LastUpdatedTime": moment}

    def document(self) -> dict[str, Any]:
        chosen = self.random.choice(self.server.documents)
        made: dict[str, Any] = chosen if self.company.name == "xero" else chosen[1]
        return made

    def insert(self) -> None:
        self.count += 1
        day = date(2026, 5, 1) + timedelta(days=self.random.randrange(30))
        if self.company.name == "xero":
            made = xero.invoice(5000 + self.count, self.random.choice(self.server.contacts), day, "77.00")
            self.server.documents.append(made)
        else:
            made = quickbooks.invoice(5000 + self.count, self.random.choice(self.server.customers), day, "77.00")
            self.server.documents.append(("Invoice", made))
        self.stamp(made)

    def change(self) -> None:
        self._refill(self.document(), "88.10")

    def void(self) -> None:
        made = self.document()
        made.update({"Status": "VOIDED"} if self.company.name == "xero" else quickbooks.voided(made))
        self.stamp(made)

    def move(self) -> None:
        made = self.document()
        day = self.random.choice((date(2025, 12, 30), date(2026, 7, 7)))
        if self.company.name == "xero":
            made.update(DateString=f"{day}T00:00:00", Date=xero.milliseconds(day))
        else:
            made["TxnDate"] = day.isoformat()
        self.stamp(made)

    def delete(self) -> None:
        if self.company.name == "xero":
            made = self.document()
            made["Status"] = "DELETED"  # Xero keeps what was deleted
            self.stamp(made)
        else:
            entity, made = self.random.choice(self.server.documents)
            self.server.delete(entity, made["Id"])

    def rename(self) -> None:
        self.count += 1
        name = f"Renamed {self.count}"
        if self.company.name == "xero":
            contact = self.random.choice(self.server.contacts)
            contact["Name"] = name
            for each in self.server.documents:
                if each["Contact"]["ContactID"] == contact["ContactID"]:
                    each["Contact"] = {**each["Contact"], "Name": name}
            self.stamp(contact)
            return
        customer = self.random.choice(self.server.customers)
        customer.update(DisplayName=name, FullyQualifiedName=name)
        for _, each in self.server.documents:
            if each["CustomerRef"]["value"] == customer["Id"]:
                each["CustomerRef"] = {**each["CustomerRef"], "name": name}
        self.stamp(customer)

    def _refill(self, made: dict[str, Any], amount: str) -> None:
        """Another amount, and nothing else."""
        of = {"ContactID": "", "Name": "", "Id": "", "DisplayName": ""}
        if self.company.name == "xero":
            new = xero.invoice(1, of, date(2026, 1, 1), amount)
            keys = ["LineAmountTypes", "LineItems", "SubTotal", "TotalTax", "Total"]
        else:
            new = quickbooks.invoice(1, of, date(2026, 1, 1), amount)
            keys = ["Line", "TxnTaxDetail", "TotalAmt", "PrivateNote"]
            made.pop("LinkedTxn", None)
        made.update({key: new[key] for key in keys})
        self.stamp(made)


EDITS: dict[str, Callable[[Editor], None]] = {
    "insert": Editor.insert,
    "change": Editor.change,
    "void": Editor.void,
    "move": Editor.move,
    "delete": Editor.delete,
    "rename": Editor.rename,
}


def update(company: Company, folder: Path, told: list[str] | None = None) -> Any:
    return company.fetch(Start(folder, tell=(told if told is not None else []).append, is_update=True))


@pytest.mark.parametrize("edit", EDITS)
def test_what_was_changed_is_asked_for_and_the_rest_is_not(company: Company, tmp_path: Path, edit: str) -> None:
    first, asked = update(company, tmp_path)
    assert pages(asked)
    (base,) = lines(tmp_path)
    assert base.name.endswith(".base.jsonl")
    assert base.stat().st_mode & 0o777 == 0o600
    EDITS[edit](Editor(company, Random(edit)))
    told: list[str] = []
    updated, asked = update(company, tmp_path, told)
    truth, _ = company.fetch(Start())
    assert same(updated, truth)
    assert not same(updated, first)
    assert updated.completeness.is_complete
    assert told[0].startswith("Asking for what was changed since ")
    # A list of names in which one was changed is read again, and nothing else is.
    again = {page for page in pages(asked) if "/Contacts" not in page and "FROM Customer" not in page}
    assert {page for page in again if "Contact.ContactID" not in page and "CustomerRef" not in page} == set()
    assert bool(told[1:]) == (edit == "rename")


@pytest.mark.parametrize("seed", range(6))
def test_an_update_is_what_a_fetch_from_nothing_gives(company: Company, tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    editor = Editor(company, random)
    update(company, tmp_path)
    for _ in range(3):
        for _ in range(random.randrange(1, 6)):
            EDITS[random.choice(sorted(EDITS))](editor)
        updated, _ = update(company, tmp_path)
        truth, _ = company.fetch(Start())
        assert same(updated, truth)
        assert all(count.read == count.stated for count in updated.completeness.counts)


def test_what_was_deleted_without_a_trace_has_everything_read_again(tmp_path: Path) -> None:
    company = COMPANIES["quickbooks"]()
    update(company, tmp_path)
    del company.server.documents[5]  # the list of changes knows nothing of it
    told: list[str] = []
    updated, _ = update(company, tmp_path, told)
    truth, _ = company.fetch(Start())
    assert same(updated, truth)
    assert any("does not fit what the ledger has now" in each for each in told)


def test_another_window_has_nothing_to_build_upon(company: Company, tmp_path: Path) -> None:
    update(company, tmp_path)
    told: list[str] = []
    half = replace(YEAR, last_day=date(2026, 6, 30))
    start = Start(tmp_path, tell=told.append, is_update=True)
    found, _ = company.fetch(start, half)
    assert same(found, company.fetch(Start(), half)[0])
    assert told == ["Nothing is held of an earlier fetch of the same, so everything is read."]


def test_an_update_that_breaks_off_goes_on(company: Company, tmp_path: Path) -> None:
    update(company, tmp_path)
    Editor(company, Random(1)).insert()
    company.breaks_off(tmp_path, 1, is_update=True)
    told: list[str] = []
    updated, asked = update(company, tmp_path, told)
    assert same(updated, company.fetch(Start())[0])
    assert told[0].startswith("Going on where a fetch of ")
    assert pages(asked) == set()
