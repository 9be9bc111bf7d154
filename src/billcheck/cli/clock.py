"""The day it is.

Comes in: the system's clock. Goes out: a day. The one place where commands read it, so that a test can say what day it
is.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


def today() -> date:
    """Today, where the computer is."""
    return datetime.now(UTC).astimezone().date()
