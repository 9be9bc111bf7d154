"""The day it is, for commands on a case.

Comes in: the system's clock. Goes out: a day. The one place where they read it, so that a test can say what day it is.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


def today() -> date:
    """Today, where the computer is."""
    return datetime.now(UTC).astimezone().date()
