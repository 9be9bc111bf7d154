"""How fast this machine is just now, to hold the time of long work against it instead of against a clock.

Comes in: nothing. Goes out: the processor seconds of a fixed piece of plain Python, 0.2 s where the bounds of the tests
were set. Must not know what is measured.
"""

from __future__ import annotations

from time import process_time

_ROUNDS = 2_000_000


def yardstick() -> float:
    """Processor seconds of the same piece of work, measured now."""
    began = process_time()
    total = 0
    for number in range(_ROUNDS):
        total += number * number % 7
    assert total
    return process_time() - began
