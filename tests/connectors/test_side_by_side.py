"""Questions side by side: how many at a time, what becomes of them once one fails, what an interruption waits for."""

from __future__ import annotations

import threading
import time

import pytest

from billcheck.connectors.side_by_side import SideBySide

LONG = 30.0


def test_answers_come_in_the_order_of_the_questions() -> None:
    def ask(number: int) -> int:
        time.sleep(0.01 * (5 - number))
        return number * number

    with SideBySide(3) as together:
        assert together.map(ask, range(5)) == [0, 1, 4, 9, 16]
        assert together.map(ask, ()) == []


def test_no_more_are_asked_at_a_time_than_allowed_and_not_fewer() -> None:
    lock, now, most = threading.Lock(), 0, 0
    all_there = threading.Barrier(3, timeout=LONG)

    def ask(_: int) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        all_there.wait()  # six pass it three by three
        with lock:
            now -= 1

    with SideBySide(3) as together:
        together.map(ask, range(6))
    assert most == 3


def test_the_first_failure_is_raised_and_ends_the_others() -> None:
    begun, is_failing = list[str](), threading.Event()

    def fails() -> str:
        is_failing.set()
        raise ValueError("the first")

    def asks_twice() -> str:
        is_failing.wait(LONG)
        while True:
            together.go_on()

    def never() -> str:
        begun.append("never")
        return ""

    with pytest.raises(ValueError, match="the first"), SideBySide(2) as together:  # noqa: PT012 - what begins, and waits
        slow, _, _ = together.begin(asks_twice), together.begin(fails), together.begin(never)
        slow()
    assert begun == []


def test_a_failure_of_whoever_asks_ends_what_is_under_way() -> None:
    is_left = threading.Event()

    def asks_for_ever() -> None:
        try:
            while True:
                together.go_on()
        finally:
            is_left.set()

    with pytest.raises(ValueError, match="its own"), SideBySide(1) as together:  # noqa: PT012 - what begins, and fails
        together.begin(asks_for_ever)
        raise ValueError("its own")
    assert is_left.is_set()


def test_a_failure_elsewhere_reaches_what_is_asked_side_by_side_within() -> None:
    is_within = threading.Event()

    def asks_for_ever(_: int) -> None:
        is_within.set()
        while True:
            outer.go_on()

    def pages() -> list[None]:
        with SideBySide(2) as inner:
            return inner.map(asks_for_ever, range(4))

    def fails() -> None:
        is_within.wait(LONG)
        raise ValueError("elsewhere")

    with pytest.raises(ValueError, match="elsewhere"), SideBySide(2) as outer:  # noqa: PT012 - what begins, and waits
        within, _ = outer.begin(pages), outer.begin(fails)
        within()


def test_an_interruption_waits_for_nothing() -> None:
    release = threading.Event()
    try:
        with pytest.raises(KeyboardInterrupt), SideBySide(1) as together:  # noqa: PT012 - what begins, and is interrupted
            together.begin(lambda: release.wait(LONG))
            began = time.monotonic()
            raise KeyboardInterrupt
        assert time.monotonic() - began < LONG / 2
    finally:
        release.set()
