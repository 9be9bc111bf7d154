"""The last line of a report: when it was made, and on which basis.

Comes in: the text of one line. Goes out: the day and the basis, or nothing where the line is no such footer. Must not
know rows or profiles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from billcheck.connectors.files.reports.period_line import read_long_day

if TYPE_CHECKING:
    from datetime import date

_FOOTER = re.compile(
    r"(?:(?P<basis>accrual|cash) basis[ ,-]*)?"
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday),? "
    r"(?P<day>[a-z]+\.? [0-9]{1,2}, [0-9]{4}|[0-9]{1,2} [a-z]+\.?,? [0-9]{4}),? "
    r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[ap]\.?m\.?)?"
    r"(?: (?:gmt|utc)?(?:z|[+-][0-9:]{1,5})?)?"
    r"(?: ?- ?(?P<late_basis>accrual|cash) basis)?"
)


class Basis(Enum):
    """Whether a report counts what was invoiced or what was paid."""

    ACCRUAL = "accrual"
    CASH = "cash"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Footer:
    """When a report was made, None where the day cannot be read, and its basis."""

    day: date | None
    basis: Basis


def read_footer(text: str) -> Footer | None:
    """What a footer says, None where the line is none."""
    plain = " ".join(text.lower().replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ").split())
    found = _FOOTER.fullmatch(plain)
    if found is None:
        return None
    basis = found["basis"] or found["late_basis"]
    return Footer(read_long_day(found["day"].replace(".", "")), Basis(basis) if basis else Basis.UNKNOWN)
