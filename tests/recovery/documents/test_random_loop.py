"""The loop over agreements that Hypothesis makes up: it closes for every charge, or the drafting says for which not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billcheck import check, load_contracts, read_ledger
from billcheck.errors import OpeningRefusedError
from billcheck.money import format_minor
from billcheck.pricing.schedule import make_schedule
from billcheck.recovery.documents import Wishes, draft_documents
from billcheck.recovery.offers import instalment_offer, next_invoice_offer, separate_invoice_offer
from billcheck.recovery.telling_apart import unclear_charges
from tests.recovery.documents.loops import WAYS, check_again
from tests.recovery.documents.test_loop import TELLING, opened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck import Contract
    from billcheck.ledger.draft import DraftDocument
    from billcheck.recovery.case import Case
    from tests.recovery.documents.loops import Way

NAMES = ("Retainer", "Support", "Support Plus", "Hosting", "Seats", "Q2 support", "Licence 24/7", "Plan: May", "Fee")
NUMBERS = ("INV-{}", "2024-{:02}", "F {}/24", "2024{:04}", "RE-{}")
AS_OF = date(2024, 7, 10)
START = date(2024, 1, 1)


@dataclass(frozen=True)
class Plan:
    """One charge: how it is billed, how many of its periods are billed how wrongly, and its code if it has one."""

    name: str
    is_per_unit: bool
    every: str
    timing: str
    amount: int
    has_code: bool
    grows_on: date | None
    faults: tuple[int, ...]


plans = st.builds(
    Plan,
    name=st.sampled_from(NAMES),
    is_per_unit=st.booleans(),
    every=st.sampled_from(["month", "month", "month", "quarter"]),
    timing=st.sampled_from(["in_advance", "in_arrears"]),
    amount=st.integers(101, 5_000_000),
    has_code=st.booleans(),
    grows_on=st.none() | st.dates(date(2024, 2, 2), date(2024, 5, 28)),
    faults=st.lists(st.sampled_from([100, 100, 50, 99, 0, 33]), min_size=3, max_size=8).map(tuple),
)


def toml(contracts: Sequence[Sequence[Plan]], currency: str, *, tax_changes: bool) -> str:
    steps = ', steps = [{ on = 2024-04-01, percent = "7" }]' if tax_changes else ""
    lines = []
    for number, charges in enumerate(contracts, start=1):
        lines += ["[[contract]]", f'id = "Z-{number}"', 'customer = "Zeta"', f'currency = "{currency}"']
        lines += [f"start = {START}", 'payment_terms = "30 days"', f'tax = {{ percent = "19"{steps} }}']
        for index, plan in enumerate(charges):
            amount = format_minor(plan.amount, currency)
            lines += ["[[contract.charge]]", f'name = "{plan.name}"', f'every = "{plan.every}"']
            lines += [f'timing = "{plan.timing}"']
            if plan.is_per_unit:
                lines += ['model = "per_unit"', f'unit_amount = "{amount}"', 'quantity = "3"']
                if plan.grows_on is not None:
                    lines.append(f'amendments = [{{ on = {plan.grows_on}, quantity = "5" }}]')
            else:
                lines += ['model = "flat"', f'amount = "{amount}"']
                if plan.grows_on is not None:
                    price = format_minor(2 * plan.amount, currency)
                    lines.append(f'price_steps = [{{ on = {plan.grows_on}, amount = "{price}" }}]')
            if plan.has_code:
                lines.append(f'matching = {{ items = ["CODE-{number}-{index}"] }}')
    return "\n".join(lines) + "\n"


def ledger_of(contracts: Sequence[Contract], plans_: Sequence[Sequence[Plan]], numbers: str) -> str:
    """Every period that is due, at so many percent of what was agreed; every line says all that a line can say."""
    rows = [
        "document,issue_date,customer,description,item,amount,currency,period_first_day,period_last_day,contract,charge"
    ]
    rows.append(f"X-1,{START},Somebody Else,Services,,1,{contracts[0].currency},,,,")
    count = 0
    for contract, own in zip(contracts, plans_, strict=True):
        for charge, plan in zip(contract.charges, own, strict=True):
            schedule = make_schedule(contract, charge, AS_OF + timedelta(60))
            for index in range(len(schedule)):
                expected = schedule.charge_at(index)
                percent = plan.faults[index % len(plan.faults)]
                amount = (expected.amount_minor or 0) * percent // 100
                if expected.due_on > AS_OF - timedelta(12) or not amount:
                    continue
                count += 1
                item = next(iter(charge.matching.items), "")
                rows.append(
                    f"{numbers.format(count)},{expected.due_on},Zeta,Services,{item},"
                    f"{format_minor(amount, contract.currency)},{contract.currency},{expected.first_day},"
                    f"{expected.last_day},{contract.id},{charge.name}"
                )
    return "\n".join(rows) + "\n"


def documents_of(case: Case, how: str) -> tuple[DraftDocument, ...]:
    wishes = Wishes(issue_date=AS_OF)
    if how == "next" and case.arrears.coming:
        return draft_documents(case, next_invoice_offer(case), wishes=wishes)[:1]
    if how == "instalments":
        offer = instalment_offer(case, first=AS_OF, count=3, every="week", mode="invoice_each")
        return tuple(each for each in draft_documents(case, offer, wishes=wishes) if each.kind != "regular_invoice")
    return draft_documents(case, separate_invoice_offer(case), wishes=wishes)[:1]


def distinct(charges: Sequence[Sequence[Plan]]) -> bool:
    """Names are unique within a contract."""
    return all(len({plan.name for plan in own}) == len(own) for own in charges)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(plans, min_size=1, max_size=2), min_size=1, max_size=2).filter(distinct),
    st.sampled_from(["EUR", "JPY", "KWD"]),
    st.booleans(),
    st.sampled_from(NUMBERS),
    st.sampled_from(["separate", "next", "instalments"]),
    st.sampled_from(WAYS),
)
def test_the_loop_closes_or_says_for_which_charge_it_may_not(
    charges: list[list[Plan]], currency: str, tax_changes: bool, numbers: str, how: str, way: Way
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "contracts.toml").write_text(toml(charges, currency, tax_changes=tax_changes), encoding="utf-8")
        contracts = load_contracts(folder / "contracts.toml")
        (folder / "ledger.csv").write_text(ledger_of(contracts, charges, numbers), encoding="utf-8")
        ledger = read_ledger(folder / "ledger.csv")
        report = check(contracts, ledger, as_of=AS_OF, covers=(START, AS_OF))
        if not any(totals.arrears for totals in report.totals):
            return
        try:
            case = opened(contracts, report)
        except OpeningRefusedError:
            return
        documents = documents_of(case, how)
        claimed: dict[str, int] = {}
        for line in (line for document in documents for line in document.lines if line.is_arrears):
            claimed[line.row] = claimed.get(line.row, 0) + line.amount_minor
        assert claimed == {period.row: period.shortfall_minor for period in case.arrears.periods}
        said = [remark for document in documents for remark in document.remarks if "would be read as" in remark]
        said += unclear_charges(case.arrears, documents, TELLING[way.form])
        as_of = max(document.issue_date for document in documents)
        again = check_again(folder, contracts, ledger, documents, way, as_of, covers=(START, as_of))
        assert not again.refused
        rows = {row.id: row for row in again.rows}
        still = {row for row in claimed if str(rows[row].status) != "ok"}
        names = {" + ".join(rows[row].charges) for row in still}
        assert all(any(name in remark for remark in said) for name in names), (names, said)


def test_the_strategy_reaches_what_it_is_for() -> None:
    """A document of each kind of difficulty by hand, so that a strategy that makes nothing is noticed."""
    plan = Plan(
        "Seats",
        is_per_unit=True,
        every="month",
        timing="in_advance",
        amount=1_255,
        has_code=True,
        grows_on=date(2024, 3, 16),
        faults=(50, 0, 100),
    )
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "contracts.toml").write_text(toml([[plan]], "KWD", tax_changes=True), encoding="utf-8")
        contracts = load_contracts(folder / "contracts.toml")
        (folder / "ledger.csv").write_text(ledger_of(contracts, [[plan]], "INV-{}"), encoding="utf-8")
        report = check(contracts, read_ledger(folder / "ledger.csv"), as_of=AS_OF, covers=(START, AS_OF))
        case = opened(contracts, report)
        assert {period.status for period in case.arrears.periods} == {"missing", "underbilled"}
        assert {period.tax_percent for period in case.arrears.periods} == {Decimal(19), Decimal(7)}
        assert any(period.is_change for period in case.arrears.periods)
