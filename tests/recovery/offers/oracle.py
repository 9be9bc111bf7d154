"""The arithmetic of offers a second time: in fractions, from the rules alone, with nothing of the library.

A sum in parts: each part is what is left over the parts that are left, rounded up, so that the first ones are larger.
Shares: the whole number below each exact share, and one more for the largest rests. Parts of rows: rows and parts are
stretches of one line, and a part bills of a row where the two overlap.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal


def parts_of(total: int, count: int) -> list[int]:
    parts: list[int] = []
    for left in range(count, 0, -1):
        parts.append(ceil(Fraction(total - sum(parts), left)))
    return parts


def least_count(total: int, cap: int) -> int:
    return ceil(Fraction(total, cap))


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def shares_of(amount: int, weights: Sequence[int]) -> list[int]:
    exact = [Fraction(amount * weight, sum(weights)) for weight in weights]
    shares = [floor(each) for each in exact]
    order = sorted(range(len(weights)), key=lambda number: (shares[number] - exact[number], number))
    for number in order[: amount - sum(shares)]:
        shares[number] += 1
    return shares


def tax_of(lines: Sequence[tuple[Decimal | None, int]]) -> int:
    groups: defaultdict[Decimal, Fraction] = defaultdict(Fraction)
    for percent, amount in lines:
        if percent is not None:
            groups[percent] += Fraction(percent) * amount / 100
    return sum(half_up(tax) for tax in groups.values())


def overlaps(rows: Sequence[tuple[str, int]], parts: Sequence[int]) -> list[dict[str, int]]:
    found: list[dict[str, int]] = []
    begin = 0
    for part in parts:
        billed: dict[str, int] = {}
        row_begin = 0
        for row, amount in rows:
            common = min(begin + part, row_begin + amount) - max(begin, row_begin)
            if common > 0:
                billed[row] = common
            row_begin += amount
        found.append(billed)
        begin += part
    return found
