"""What a check adds up, row by row and charge by charge, in cents."""

from __future__ import annotations

from decimal import Decimal

from billcheck.engine.diff import JudgedRow
from billcheck.engine.sums import Sums
from billcheck.findings import Status, Totals
from tests.engine.agreements import contract

ROWS = (
    JudgedRow(0, Status.OK, 100, 100, inferred=7),
    JudgedRow(1, Status.OK, 100, 100, inferred=5),
    JudgedRow(2, Status.MISSING, 100, 0),
    JudgedRow(3, Status.UNDERBILLED, 100, 60, inferred=60, credited=30),
    JudgedRow(4, Status.UNDERBILLED, 100, 80, credited=20),
    JudgedRow(5, Status.OVERBILLED, 100, 130),
    JudgedRow(6, Status.OVERBILLED, 100, 103),
    JudgedRow(7, Status.ROUNDING, 100, 99),
    JudgedRow(8, Status.ROUNDING, 100, 102),
    JudgedRow(9, Status.AWAITING, 100, 0),
    JudgedRow(10, Status.AWAITING, 50, 0),
    JudgedRow(11, Status.BILLED_AHEAD, 100, 100),
    JudgedRow(12, Status.BILLED_AHEAD, 100, 40),
    JudgedRow(13, Status.INCONCLUSIVE, 100, 0),
    JudgedRow(14, Status.INCONCLUSIVE, 100, 70),
    JudgedRow(15, Status.NOT_DUE, 100, 0),
)
WANTED = Totals(
    "EUR",
    expected=900,  # of the rows 0 to 8, which are judged
    billed=774,  # 200 + 0 + 60 + 80 + 130 + 103 + 99 + 102
    net=126,
    arrears=160,  # 100 + 40 + 20
    overbilled=33,  # 30 + 3
    rounding=-1,  # 1 - 2
    inferred=72,  # 7 + 5 + 60
    credited=50,
    awaiting=150,
    billed_ahead=140,
    inconclusive=130,  # 100 + 30
)
TAX = Decimal(21)


def summed(*, is_never_billed: bool = False) -> Sums:
    sums = Sums()
    for row in ROWS:
        sums.add_row(row, contract(), TAX, is_never_billed=is_never_billed)
    return sums


def test_every_row_is_counted_where_it_belongs() -> None:
    sums = summed()
    assert sums.totals == {"EUR": WANTED}
    assert (sums.judged_rows, sums.inconclusive_rows) == (9, 2)
    assert sums.arrears_by_tax == {("EUR", "hartwell interieur", TAX): 160}
    assert summed(is_never_billed=True).totals["EUR"].never_billed == 130


def test_the_sums_of_two_parts_of_the_work_are_added() -> None:
    one, other = summed(), summed()
    one.aside_lines, other.aside_lines = 2, 5
    for sums, amount in ((one, 10), (other, 7)):
        sums.allocated["EUR"], sums.residue["EUR"], sums.aside["EUR"] = amount, amount + 1, amount + 2
    one.join(other)
    total = one.totals["EUR"]
    assert (total.expected, total.billed, total.arrears, total.overbilled) == (1800, 1548, 320, 66)
    assert (one.judged_rows, one.inconclusive_rows, one.aside_lines) == (18, 4, 7)
    assert (one.allocated, one.residue, one.aside) == ({"EUR": 17}, {"EUR": 19}, {"EUR": 21})
    assert one.arrears_by_tax == {("EUR", "hartwell interieur", TAX): 320}
