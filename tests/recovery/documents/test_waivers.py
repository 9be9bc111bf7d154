"""What was waived is decided in the next check, up to what was waived and no more."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from billcheck import check, load_decisions
from billcheck.decisions.writing import append
from billcheck.errors import UsageError
from billcheck.recovery.documents import draft_documents
from billcheck.recovery.events import Agreed, Waived
from billcheck.recovery.offers import separate_invoice_offer, waive_all, waive_part
from billcheck.recovery.states import add
from billcheck.recovery.waivers import waiver_decisions, waiver_entries
from tests.acceptance import half_rate
from tests.recovery.documents.loops import WAYS, check_again
from tests.recovery.documents.test_loop import MANY, loaded, many_ledger, opened

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.decisions.rules import Decision
    from billcheck.recovery.case import Case


def written(folder: Path, case: Case) -> tuple[Decision, ...]:
    """The decisions as they are read back from a file."""
    file = folder / "decisions.toml"
    file.write_text(append("decisions.toml", "", waiver_entries(case)), encoding="utf-8")
    return load_decisions(file)


def test_the_story_waived_is_decided(tmp_path: Path) -> None:
    contracts, ledger = loaded(tmp_path, half_rate.CONTRACT_TOML, half_rate.generic_csv())
    case = opened(contracts, check(contracts, ledger, as_of=half_rate.AS_OF))
    case = add(case, Waived(on=half_rate.AS_OF, by="Jo", rows=waive_all(case).waived, reason="goodwill"))
    decisions = written(tmp_path, case)
    assert [(one.verb, one.kind, str(one.first_day), str(one.amount), one.by) for one in decisions] == [
        ("waive", "underbilled", f"2026-0{month}-01", "1200.00", "Jo") for month in range(3, 9)
    ]
    assert {one.reason for one in decisions} == {f"case {case.id}: goodwill"}
    again = check(contracts, ledger, as_of=half_rate.AS_OF, decisions=decisions)
    assert [str(row.status) for row in again.rows] == ["ok", "ok", *["decided"] * 6, "not_due"]
    assert again.verdict == "clean"
    assert sum(totals.arrears for totals in again.totals) == 0


def test_a_part_waived_is_decided_once_the_rest_is_billed(tmp_path: Path) -> None:
    contracts, ledger = loaded(tmp_path, half_rate.CONTRACT_TOML, half_rate.generic_csv())
    case = opened(contracts, check(contracts, ledger, as_of=half_rate.AS_OF))
    offer = separate_invoice_offer(case, waiver=waive_part(case, percent=Decimal(25)))
    case = add(case, Agreed(on=half_rate.AS_OF, offer=offer))
    case = add(case, Waived(on=half_rate.AS_OF, rows=offer.waived, reason="compromise"))
    documents = draft_documents(case, offer)
    decisions = written(tmp_path, case)
    before = check(contracts, ledger, as_of=half_rate.AS_OF, decisions=decisions)
    assert sum(totals.arrears for totals in before.totals) == 720_000
    for way in WAYS:
        again = check_again(tmp_path, contracts, ledger, documents[:1], way, date(2026, 9, 8), decisions=decisions)
        assert again.verdict == "clean"
        rows = [row for row in again.rows if str(row.status) == "decided"]
        assert [row.shortfall_minor for row in rows] == [30_000] * 6
        assert sum(totals.arrears for totals in again.totals) == 0


def test_missing_periods_and_changes_inside_periods_are_decided(tmp_path: Path) -> None:
    contracts, ledger = loaded(tmp_path, MANY, many_ledger())
    case = opened(contracts, check(contracts, ledger, as_of=date(2025, 5, 10)))
    case = add(case, Waived(on=date(2025, 5, 10), rows=waive_all(case).waived, reason="all"))
    decisions = written(tmp_path, case)
    assert sorted((one.kind or "", one.finding is not None) for one in decisions) == [
        ("missing", False),
        ("missing", True),
        ("underbilled", False),
        ("underbilled", False),
        ("underbilled", False),
    ]
    again = check(contracts, ledger, as_of=date(2025, 5, 10), decisions=decisions)
    assert sum(totals.arrears for totals in again.totals) == 0
    assert again.verdict == "clean"


def test_nothing_waived_is_no_decision(tmp_path: Path) -> None:
    contracts, ledger = loaded(tmp_path, half_rate.CONTRACT_TOML, half_rate.generic_csv())
    case = opened(contracts, check(contracts, ledger, as_of=half_rate.AS_OF))
    assert waiver_decisions(case) == ()
    assert waiver_entries(case) == ()


def test_waived_twice_is_one_decision_with_both_reasons(tmp_path: Path) -> None:
    contracts, ledger = loaded(tmp_path, half_rate.CONTRACT_TOML, half_rate.generic_csv())
    case = opened(contracts, check(contracts, ledger, as_of=half_rate.AS_OF))
    row = case.arrears.periods[0].row
    for minor, reason in ((10_000, "first"), (20_000, "second")):
        case = add(case, Waived(on=half_rate.AS_OF, rows=((row, minor),), reason=reason))
    (decision,) = waiver_decisions(case)
    assert (decision.amount_minor, decision.reason) == (30_000, f"case {case.id}: first; second")


def test_a_reason_of_two_lines_is_refused(tmp_path: Path) -> None:
    contracts, ledger = loaded(tmp_path, half_rate.CONTRACT_TOML, half_rate.generic_csv())
    case = opened(contracts, check(contracts, ledger, as_of=half_rate.AS_OF))
    case = add(case, Waived(on=half_rate.AS_OF, rows=waive_all(case).waived, reason="one\ntwo"))
    with pytest.raises(UsageError, match="Write it in one line"):
        waiver_entries(case)
