"""Questions to a ledger that need no answer of each other, asked side by side.

Comes in: what to ask, as functions. Goes out: each answer, to whoever waits for it. Once one fails, nothing that has
not begun is begun, and what is under way can ask whether to go on. Must not know what is asked, or of whom.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

Asked = TypeVar("Asked")
Answered = TypeVar("Answered")


class _Abandoned(Exception):  # noqa: N818 - no error of its own: another question failed
    pass


class SideBySide:
    """Asks so many questions at a time; a context, at whose end nothing is under way any more.

    An interruption from the keyboard waits for nothing: the threads end with the process.
    """

    def __init__(self, most: int) -> None:
        """Prepare; `most` is how many are asked at a time."""
        self._most = most
        self._waiting: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        if error is not None:
            self._fail(error)
        for _thread in self._threads:
            self._waiting.put(None)
        if error is None or isinstance(error, Exception):
            for thread in self._threads:
                thread.join()

    def begin(self, ask: Callable[[], Answered]) -> Callable[[], Answered]:
        """Ask as soon as it is its turn; what is returned waits for the answer, or raises the first failure of all."""
        future: Future[Answered] = Future()
        self._waiting.put((future, ask))
        if len(self._threads) < self._most:
            thread = threading.Thread(target=self._work, daemon=True)
            self._threads.append(thread)
            thread.start()

        def answer() -> Answered:
            try:
                return future.result()
            except _Abandoned:
                raise self._failure or _Abandoned from None

        return answer

    def map(self, ask: Callable[[Asked], Answered], questions: Iterable[Asked]) -> list[Answered]:
        """The answers, in the order of the questions."""
        begun = [self.begin(lambda each=each: ask(each)) for each in questions]  # type: ignore[misc]
        return [answer() for answer in begun]

    def go_on(self) -> None:
        """Return, unless another question has failed: then what asks this is of no use any more, and is left."""
        if self._failure is not None:
            raise _Abandoned

    def _work(self) -> None:
        while (each := self._waiting.get()) is not None:
            future, ask = each
            try:
                self.go_on()
                future.set_result(ask())
            except BaseException as error:  # noqa: BLE001 - whoever waits for the answer raises it
                if not isinstance(error, _Abandoned):
                    self._fail(error)
                future.set_exception(error)

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            self._failure = self._failure or error
