"""Writes a seeded benchmark: contracts, a Xero sales-invoice export of any length, and the truth about both.

    python -m benchmarks.generate --lines 1000000

The same seed and number of lines give the same bytes. Nearly one line in two belongs to a customer without a
contract; a third of the contracts hold one known leak; the rest holds traps that are no leak (see README.md).
"""

from __future__ import annotations

import argparse
import json
import sys
from calendar import month_name
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TextIO

from benchmarks.agreements import (
    AS_OF,
    FIRST_DAY,
    ONE_DAY,
    TAX_PERCENT,
    Agreement,
    Service,
    euros,
    half_up,
    is_chance,
    make_agreement,
    make_customer,
)
from benchmarks.texts import Wording

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADINGS = (
    "ContactName,EmailAddress,POAddressLine1,POAddressLine2,POAddressLine3,POAddressLine4,POCity,PORegion,POPostalCode,"
    "POCountry,SAAddressLine1,SAAddressLine2,SAAddressLine3,SAAddressLine4,SACity,SARegion,SAPostalCode,SACountry,"
    "InvoiceNumber,Reference,InvoiceDate,DueDate,PlannedDate,Total,TaxTotal,InvoiceAmountPaid,InvoiceAmountDue,"
    "InventoryItemCode,Description,Quantity,UnitAmount,Discount,LineAmount,AccountCode,TaxType,TaxAmount,TrackingName1,"
    "TrackingOption1,TrackingName2,TrackingOption2,Currency,Type,Sent,Status"
)
LINES_PER_CONTRACT = 40
CONTRACTS_PER_BLOCK = 1000
LEAKING_PERCENT = 100 / 3
GRACE_DAYS, LEARNED_FROM = 10, 3
"""Nobody can tell a missing invoice from a late one before the charge has been late a few times; see README.md."""
SETTLED_DAYS = 45
"""A period that was never billed is certain to be missing only this long after it was due."""

TAX_NAME = {"EUR": "BTW 21%", "GBP": "20% (VAT on Income)", "USD": "Tax Exempt"}
ADHOC_TEXTS = {
    "Ad-hoc work 3.5 hours": 30,
    "Consulting services senior engineer": 30,
    "Ticket 48213 second line": 20,
    "Travel to client site": 10,
    "Training day, including materials": 8,
    "Printing\nand shipping": 1,
    'Set-up "starter" package': 1,
}


def adhoc_text(random: Random) -> str:
    """A text of work outside any contract; few of them need quotes."""
    return random.choices([*ADHOC_TEXTS], [*ADHOC_TEXTS.values()])[0]


@dataclass(slots=True)
class Bill:
    """One line to be: an amount in cents with its text; `service` is None for work outside any contract."""

    text: str
    item: str
    quantity: int
    amount: int
    service: Service | None = None
    period: int = -1


@dataclass(slots=True)
class Paper:
    """One document to be, with its lines; the number is given when it is written."""

    customer: str
    currency: str
    issued: date
    bills: list[Bill]
    kind: str = "Sales invoice"
    status: str = ""
    agreement: Agreement | None = None


@dataclass(slots=True)
class Leak:
    """What one contract's invoices lack (`arrears`) or have too much (`overbilled`), in cents excluding tax."""

    contract: str
    charges: list[str]
    kind: str
    currency: str
    arrears: int = 0
    overbilled: int = 0
    periods: list[str] = field(default_factory=list)


def quote(text: str) -> str:
    """One field as CSV writes it."""
    if any(mark in text for mark in ',"\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


_ATTEMPTS = 8
"""Kinds of leak that are tried on a contract before it stays without one: most contracts never had a discount."""


class PaperTrail:
    """The documents of one agreement, correct first, then with a trap or a leak."""

    def __init__(self, random: Random, agreement: Agreement) -> None:
        self._random = random
        self._agreement = agreement
        self._wording = Wording.draw(random)
        self._lateness = random.choices([0, random.randint(4, 15)], [85, 15])[0]
        self._jitter = random.choice([0, 0, 1, 3])
        self.papers = self._correct_papers()

    def _correct_papers(self) -> list[Paper]:
        agreement, random = self._agreement, self._random
        by_due_day: dict[date, list[Bill]] = {}
        for service in agreement.services:
            for number, (first_day, end) in enumerate(agreement.periods(service)):
                due_on = agreement.due_on(first_day, end)
                amount = service.amount(number)
                quantity = service.quantity or 1
                if service.change and service.change.quantity and number >= service.change.period:
                    quantity = service.change.quantity
                bill = Bill(self._text(service, first_day, end), "", quantity, amount, service, number)
                if len(agreement.services) > 1:
                    bill.item = service.item
                by_due_day.setdefault(due_on, []).append(bill)
        papers = []
        for due_on, bills in sorted(by_due_day.items()):
            late = self._lateness + random.randint(0, self._jitter)
            if min(bill.period for bill in bills) < LEARNED_FROM:
                late = min(late, GRACE_DAYS)
            issued = due_on + timedelta(days=late)
            if issued <= AS_OF:
                papers.append(Paper(agreement.customer, agreement.currency, issued, bills, agreement=agreement))
        return papers

    def _text(self, service: Service, first_day: date, end: date) -> str:
        return self._wording.describe(service.name, service.every, first_day, end - ONE_DAY)

    def add_traps(self) -> None:
        """Things that look wrong and are not: an error credited and billed again, void copies, drafts, extra work."""
        random, papers = self._random, self.papers
        settled = [paper for paper in papers[1:] if self._settled(paper)]
        trap = random.choices(["rebilled", "voided", "drafted", ""], [3, 3, 3, 91])[0]
        if trap == "rebilled" and settled:
            right = random.choice(settled)
            wrong = [_changed(bill, bill.amount * 3) for bill in right.bills]
            taken = [_changed(bill, -bill.amount) for bill in wrong]
            papers += [_copy(right, wrong), _copy(right, taken, days=1, kind="Sales credit note")]
            right.issued += timedelta(days=2)
        elif trap == "voided" and papers:
            papers.append(_copy(random.choice(papers), None, status="Voided"))
        elif trap == "drafted" and papers:
            papers.append(_copy(papers[-1], None, status="Draft"))
        if len(self._agreement.services) > 1 and is_chance(random, 20):
            invoices = [paper for paper in papers if paper.kind == "Sales invoice"]
            for paper in random.sample(invoices, min(2, len(invoices))):
                text = adhoc_text(random)
                paper.bills = [*paper.bills, Bill(text, "ADHOC", 1, random.randint(20, 900) * 100)]

    def add_leak(self) -> Leak | None:
        """One known leak, or None where the contract has no invoice yet that could hold it."""
        kinds = {
            "half_rate": self._half_rate,
            "missed_period": self._missed_period,
            "missing_line": self._missing_line,
            "old_price": self._stale,
            "old_quantity": self._stale,
            "expired_discount": self._expired_discount,
            "credited_not_rebilled": self._whole_paper,
            "voided": self._whole_paper,
            "draft": self._whole_paper,
            "duplicate": self._whole_paper,
        }
        service = self._agreement.services[0]
        names = [*kinds]
        if service.change:
            names = ["old_quantity" if service.change.price is None else "old_price", *names]
        if service.discount_percent:
            names = ["expired_discount", *names]
        weights = [6 if len(names) > len(kinds) and not index else 1 for index in range(len(names))]
        for kind in self._random.choices(names, weights, k=_ATTEMPTS):
            leak = Leak(self._agreement.id, [], kind, self._agreement.currency)
            kinds[kind](leak)
            if leak.arrears or leak.overbilled:
                return leak
        return None

    def _bills_of(self, service: Service) -> list[tuple[Paper, Bill]]:
        return [(paper, bill) for paper in self.papers for bill in paper.bills if bill.service is service]

    def _underbill(self, leak: Leak, bill: Bill, amount: int) -> None:
        service = bill.service
        if service is None or amount == bill.amount:
            return
        leak.arrears += max(bill.amount - amount, 0)
        leak.overbilled += max(amount - bill.amount, 0)
        if service.name not in leak.charges:
            leak.charges.append(service.name)
        leak.periods.append(self._agreement.period(service, bill.period)[0].isoformat())
        bill.amount = amount

    def _half_rate(self, leak: Leak) -> None:
        bills = self._bills_of(self._agreement.services[0])
        if len(bills) < 3:  # noqa: PLR2004 - a run needs some periods
            return
        start = self._random.randrange(1, len(bills) - 1)
        end = len(bills) if is_chance(self._random, 60) else self._random.randrange(start + 2, len(bills) + 1)
        for _, bill in bills[start:end]:
            self._underbill(leak, bill, half_up(bill.amount, 2))

    def _drop(self, leak: Leak, paper: Paper, bill: Bill) -> None:
        self._underbill(leak, bill, 0)
        paper.bills = [other for other in paper.bills if other is not bill]

    def _settled(self, paper: Paper) -> bool:
        return paper.issued + timedelta(days=SETTLED_DAYS) < AS_OF

    def _missed_period(self, leak: Leak) -> None:
        candidates = [pair for pair in self._bills_of(self._agreement.services[0])[1:] if self._settled(pair[0])]
        for paper, bill in self._random.sample(candidates, min(len(candidates), self._random.choice([1, 1, 2]))):
            self._drop(leak, paper, bill)

    def _missing_line(self, leak: Leak) -> None:
        candidates = [pair for pair in self._bills_of(self._agreement.services[-1])[1:] if self._settled(pair[0])]
        start = self._random.randrange(len(candidates)) if candidates else 0
        for paper, bill in candidates[start : start + self._random.randint(2, 6)]:
            self._drop(leak, paper, bill)

    def _stale(self, leak: Leak) -> None:
        for service in self._agreement.services[:1]:
            for _, bill in self._bills_of(service):
                self._underbill(leak, bill, service.amount(bill.period, is_changed=False))

    def _expired_discount(self, leak: Leak) -> None:
        for service in self._agreement.services[:1]:
            for _, bill in self._bills_of(service):
                self._underbill(leak, bill, service.amount(bill.period, is_discounted=True))

    def _whole_paper(self, leak: Leak) -> None:
        candidates = [paper for paper in self.papers[1:-1] if self._settled(paper)]
        if not candidates:
            return
        paper = self._random.choice(candidates)
        if leak.kind == "duplicate":
            copy = _copy(paper, None, days=1)
            leak.overbilled = sum(bill.amount for bill in copy.bills)
            self.papers.append(copy)
        elif leak.kind == "credited_not_rebilled":
            taken = [_changed(bill, -bill.amount) for bill in paper.bills]
            self.papers.append(_copy(paper, taken, days=5, kind="Sales credit note"))
        else:
            paper.status = "Voided" if leak.kind == "voided" else "Draft"
        if leak.kind != "duplicate":
            leak.arrears = sum(bill.amount for bill in paper.bills)
        for bill in paper.bills:
            if bill.service:
                leak.charges.append(bill.service.name)
                leak.periods.append(self._agreement.period(bill.service, bill.period)[0].isoformat())


def _changed(bill: Bill, amount: int) -> Bill:
    return Bill(bill.text, bill.item, bill.quantity, amount, bill.service, bill.period)


def _copy(
    paper: Paper, bills: list[Bill] | None, *, days: int = 0, kind: str = "Sales invoice", status: str = ""
) -> Paper:
    issued = paper.issued + timedelta(days=days)
    lines = [_changed(bill, bill.amount) for bill in paper.bills] if bills is None else bills
    return Paper(paper.customer, paper.currency, issued, lines, kind, status, paper.agreement)


class Export:
    """Writes documents as rows of the 44-column export."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._contacts: dict[str, str] = {}
        self.lines = 0
        self.documents = 0
        self.lines_of_status: Counter[str] = Counter()
        file.write(HEADINGS + "\n")

    def write(self, papers: list[Paper]) -> None:
        """Append a block of documents by date."""
        self._contacts.clear()
        for paper in sorted(papers, key=lambda paper: paper.issued):
            if paper.bills:
                self._file.write("".join(self._rows(paper)))

    def _rows(self, paper: Paper) -> Iterator[str]:
        self.documents += 1
        self.lines += len(paper.bills)
        is_credit = paper.kind != "Sales invoice"
        sign = -1 if is_credit else 1
        number = f"{'CN' if is_credit else 'INV'}-{self.documents:07d}"
        percent = TAX_PERCENT[paper.currency]
        taxes = [half_up(abs(bill.amount) * percent, 100) for bill in paper.bills]
        total, tax_total = sum(sign * bill.amount for bill in paper.bills) + sum(taxes), sum(taxes)
        is_paid = paper.issued + timedelta(days=40) < AS_OF
        status = paper.status or ("Paid" if is_paid else "Awaiting Payment")
        self.lines_of_status[status] += len(paper.bills)
        paid, open_amount = (total, 0) if status == "Paid" else (0, total)
        due_on = paper.issued + timedelta(days=30)
        head = (
            f"{self._contact(paper.customer)},{number},,{paper.issued:%d/%m/%Y},{due_on:%d/%m/%Y},,{euros(total)},"
            f"{euros(tax_total)},{euros(paid)},{euros(open_amount)}"
        )
        tail = f"Region,North,,,{paper.currency},{paper.kind},Sent,{status}\n"
        for bill, tax in zip(paper.bills, taxes, strict=True):
            amount = sign * bill.amount
            yield (
                f"{head},{bill.item},{quote(bill.text)},{bill.quantity}.0000,{amount / bill.quantity / 100:.4f},,"
                f"{euros(amount)},200,{TAX_NAME[paper.currency]},{euros(tax)},{tail}"
            )

    def _contact(self, customer: str) -> str:
        known = self._contacts.get(customer)
        if known is None:
            word = customer.split(maxsplit=1)[0].lower()
            street = f"{len(customer)} {word.title()} Road" + (", Unit 3" if sum(map(ord, customer)) % 20 == 0 else "")
            post = f"{quote(street)},,,,Utrecht,,35{len(customer):02d} AA,Netherlands"
            known = f"{quote(customer)},accounts@{word}.example,{post},{post}"
            self._contacts[customer] = known
        return known


def outside_papers(random: Random, first_number: int, lines: int) -> Iterator[Paper]:
    """Documents of customers without a contract, this many lines in all."""
    number = first_number
    left = lines
    while left > 0:
        customer = make_customer(random, number)
        number += 1
        for _ in range(random.randint(6, 20)):
            if left <= 0:
                return
            count = min(left, random.choice([1, 1, 1, 2]))
            left -= count
            issued = FIRST_DAY + timedelta(days=random.randrange((AS_OF - FIRST_DAY).days + 1))
            month = f"{month_name[issued.month]} {issued.year}"
            texts = [random.choice([adhoc_text(random), f"Hosting {month}", f"Support {month}"]) for _ in range(count)]
            bills = [Bill(text, "", 1, random.randint(500, 900000)) for text in texts]
            yield Paper(customer, random.choice(["EUR", "EUR", "GBP", "USD"]), issued, bills)


def generate(out: Path, lines: int, seed: int, leaking: float = LEAKING_PERCENT) -> dict[str, object]:
    """Write contracts.json, SalesInvoices.csv and truth.json into `out`; the truth is also returned.

    `leaking` is how many contracts of a hundred hold a leak.
    """
    out.mkdir(parents=True, exist_ok=True)
    random = Random(seed)
    contracts: list[dict[str, object]] = []
    leaks: list[Leak] = []
    count = max(1, lines // LINES_PER_CONTRACT)
    with (out / "SalesInvoices.csv").open("w", encoding="utf-8", newline="") as file:
        export = Export(file)
        for start in range(0, count, CONTRACTS_PER_BLOCK):
            end = min(start + CONTRACTS_PER_BLOCK, count)
            papers: list[Paper] = []
            for number in range(start, end):
                agreement = make_agreement(random, number)
                contracts.append(agreement.to_contract())
                trail = PaperTrail(random, agreement)
                leak = trail.add_leak() if is_chance(random, leaking) else None
                if leak:
                    leaks.append(leak)
                else:
                    trail.add_traps()
                papers += trail.papers
            fill = lines * end // count - export.lines - sum(len(paper.bills) for paper in papers)
            papers += outside_papers(random, 10_000_000 + start * LINES_PER_CONTRACT, fill)
            export.write(papers)
    (out / "contracts.json").write_text(json.dumps({"contract": contracts}, indent=0), encoding="utf-8")
    truth = _truth(export, leaks, seed, count)
    (out / "truth.json").write_text(json.dumps(truth, indent=1), encoding="utf-8")
    return truth


def _truth(export: Export, leaks: list[Leak], seed: int, contracts: int) -> dict[str, object]:
    arrears: Counter[str] = Counter()
    overbilled: Counter[str] = Counter()
    for leak in leaks:
        arrears[leak.currency] += leak.arrears
        overbilled[leak.currency] += leak.overbilled
    return {
        "seed": seed,
        "as_of": AS_OF.isoformat(),
        "lines": export.lines,
        "documents": export.documents,
        "contracts": contracts,
        "kinds": dict(sorted(Counter(leak.kind for leak in leaks).items())),
        "arrears": {currency: euros(arrears[currency]) for currency in sorted(arrears)},
        "overbilled": {currency: euros(overbilled[currency]) for currency in sorted(overbilled)},
        "leaks": [
            {
                "contract": leak.contract,
                "charges": leak.charges,
                "kind": leak.kind,
                "currency": leak.currency,
                "arrears": euros(leak.arrears),
                "overbilled": euros(leak.overbilled),
                "periods": leak.periods,
            }
            for leak in leaks
        ],
    }


def main() -> None:
    """Read the command line and write the benchmark."""
    parser = argparse.ArgumentParser(description="Write a seeded benchmark ledger with its contracts and its truth.")
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--leaking", type=float, default=LEAKING_PERCENT, help="percent of contracts with a leak")
    parser.add_argument("--out", type=Path, default=None, help="folder (default: benchmarks/data/LINES)")
    arguments = parser.parse_args()
    out = arguments.out or Path(__file__).parent / "data" / str(arguments.lines)
    truth = generate(out, arguments.lines, arguments.seed, arguments.leaking)
    shown = {name: value for name, value in truth.items() if name != "leaks"}
    json.dump(shown, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
