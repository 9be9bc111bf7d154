"""Work done beside this process: a copy of it works something out and sends the result back.

Comes in: a function without arguments. Goes out: what it returns, sooner. A job that a copy cannot finish, whatever the
reason, is done in this process after all, so that a result, and an error, is the same as without a copy. Must not know
what the work is.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import sys
import warnings
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

CAN_FORK = hasattr(os, "fork") and sys.platform != "darwin"
"""Whether a copy of this process costs little. On macOS one may not call into the system's own libraries."""


def usable_processors() -> int:
    """How many processes can work at the same time here; 1 where none can be copied."""
    if not CAN_FORK:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Job(Generic[Result]):
    """One piece of work, begun beside this process where that is possible; `result` is asked for once."""

    def __init__(self, work: Callable[[], Result]) -> None:
        """Begin the work.

        Args:
            work: What to do. It may read all that this process has in memory; what it changes stays in the copy. What
                it returns has to be picklable.
        """
        self._work = work
        self._child = 0
        if not CAN_FORK:
            return
        self._reader, writer = os.pipe()
        with warnings.catch_warnings():
            # Of threads beside this one, which only draw a progress sign: the copy neither draws nor waits for a lock.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._child = os.fork()
        if not self._child:
            _answer(work, writer)
        os.close(writer)

    def result(self) -> Result:
        """What the work returned; it is done here if the copy came to nothing.

        Raises:
            Exception: Whatever the work itself raises.
        """
        if not self._child:
            return self._work()
        answer: list[Result] = []
        with os.fdopen(self._reader, "rb") as pipe, contextlib.suppress(EOFError, pickle.UnpicklingError):
            answer.append(pickle.load(pipe))  # noqa: S301 - our own copy wrote it
        _, status = os.waitpid(self._child, 0)
        return answer[0] if answer and not status else self._work()


def _answer(work: Callable[[], object], writer: int) -> None:
    """In the copy: do the work, send the result and end without anything else that ends a process."""
    code = 1
    try:
        gc.disable()
        with os.fdopen(writer, "wb") as pipe:
            pickle.dump(work(), pipe, pickle.HIGHEST_PROTOCOL)
        code = 0
    except BaseException:  # noqa: BLE001, S110 - the other process does the work again, and meets the error itself
        pass
    finally:
        os._exit(code)
