from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from billcheck.errors import FindingsError
from billcheck.findings import KINDS, ContractRows, Status
from billcheck.ledger.source import RefusedRow
from tests.report.stories import clean, half_rate, make_contract, make_report, make_row, many, nothing_checked

if TYPE_CHECKING:
    from collections.abc import Sequence

REFUSED = RefusedRow("a.csv", 7, "amount", "NaN", "This is no amount.")


class CountingRows(list[ContractRows]):
    """Contracts that remember which of them were asked for."""

    def __init__(self, items: Sequence[ContractRows]) -> None:
        super().__init__(items)
        self.asked: list[int] = []

    def __getitem__(self, index: int) -> ContractRows:  # type: ignore[override]
        self.asked.append(index)
        return super().__getitem__(index)


def test_the_story_in_figures() -> None:
    report = half_rate()
    assert report.arrears == {"EUR": Decimal("7200.00")}
    assert report.overbilled == {"EUR": Decimal("0.00")}
    assert report.net == {"EUR": Decimal("7200.00")}
    assert [str(amount) for amount in report.arrears.values()] == ["7200.00"]
    assert len(report.rows) == 9
    assert len(report.findings) == 6
    assert report.complete
    assert (report.verdict, report.exit_code) == ("findings", 1)


def test_sums_per_currency_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        half_rate().arrears["EUR"] = Decimal(0)  # type: ignore[index]


def test_currencies_stay_apart() -> None:
    yen = make_contract("C-2", "Sakura", currency="JPY")
    dinar = make_contract("C-3", "Pearl", currency="KWD")
    report = make_report(
        [
            ContractRows(yen, (make_row(yen, "2026-01", 5000, 0, Status.MISSING),)),
            ContractRows(dinar, (make_row(dinar, "2026-01", 5000, 4001, Status.UNDERBILLED),)),
        ]
    )
    assert {currency: str(amount) for currency, amount in report.arrears.items()} == {"JPY": "5000", "KWD": "0.999"}


def test_clean_is_clean() -> None:
    report = clean()
    assert (report.verdict, report.exit_code) == ("clean", 0)
    report.raise_for_findings()


@pytest.mark.parametrize(
    "changes",
    [{"refused": (REFUSED,)}, {"inconclusive_rows": 1}, {"judged_rows": 0}],
    ids=["refused row", "row not judged", "nothing judged"],
)
def test_what_could_not_be_checked_is_never_clean(changes: dict[str, object]) -> None:
    report = replace(clean(), **changes)  # type: ignore[arg-type]
    assert (report.verdict, report.exit_code) == ("inconclusive", 3)
    report.raise_for_findings()


def test_findings_come_before_inconclusive() -> None:
    report = replace(half_rate(), refused=(REFUSED,), inconclusive_rows=3)
    assert (report.verdict, report.exit_code, report.complete) == ("findings", 1, False)


@pytest.mark.parametrize(
    ("fail_on", "verdict"),
    [
        (frozenset(), "clean"),
        (frozenset({"missing"}), "clean"),
        (frozenset({"underbilled"}), "findings"),
        (frozenset(KINDS), "findings"),
    ],
    ids=["none", "another", "this", "any"],
)
def test_fail_on_decides_what_fails(fail_on: frozenset[str], verdict: str) -> None:
    report = replace(half_rate(), fail_on=fail_on)
    assert report.verdict == verdict
    assert len(report.failing) == (6 if verdict == "findings" else 0)


def test_an_empty_check_is_inconclusive() -> None:
    assert nothing_checked().verdict == "inconclusive"
    assert replace(make_report([]), covers=None).verdict == "inconclusive"
    assert make_report([]).arrears == {}


def test_raise_for_findings_carries_the_report() -> None:
    report = half_rate()
    with pytest.raises(FindingsError) as caught:
        report.raise_for_findings()
    assert caught.value.report is report
    assert "7,200.00 EUR" in str(caught.value)


def test_repr_is_one_line_with_verdict_arrears_and_coverage() -> None:
    assert repr(half_rate()) == (
        "<Report findings: arrears 7,200.00 EUR; covers 2026-01-31 to 2026-08-31; as of 2026-09-04>"
    )
    assert repr(replace(nothing_checked(), totals=(), refused=(REFUSED,))) == (
        "<Report inconclusive: arrears none; covers no documents; as of 2026-09-04, incomplete (1 row refused)>"
    )


def test_repr_names_the_rows_that_were_not_judged() -> None:
    assert repr(replace(half_rate(), inconclusive_rows=18)) == (
        "<Report findings: arrears 7,200.00 EUR; 18 rows not judged; covers 2026-01-31 to 2026-08-31; as of 2026-09-04>"
    )
    assert "; 1 row not judged;" in repr(replace(half_rate(), inconclusive_rows=1))


def test_rows_are_computed_only_when_asked_for_and_once() -> None:
    items = CountingRows(many(5, leaking=2))
    report = replace(make_report(many(5, leaking=2)), contracts=items, terms=[item.contract for item in items])
    assert report.arrears == {"EUR": Decimal("200.01")}
    assert report.verdict == "findings"
    assert items.asked == []
    assert report.rows_of("C-0003").contract.id == "C-0003"
    assert items.asked == [3]
    assert report.rows is report.rows
    assert len(report.rows) == 10


def test_contracts_are_found_without_separate_terms() -> None:
    report = make_report(many(3, leaking=0))
    assert report.rows_of("C-0002").rows[0].first_day == date(2026, 1, 1)
    with pytest.raises(KeyError):
        report.rows_of("C-9")
