"""Work beside this process gives what it gives here, and a copy that comes to nothing is replaced."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial

import pytest

from billcheck import processes
from billcheck.processes import Job, usable_processors


def test_a_job_works_in_a_process_of_its_own() -> None:
    jobs = [Job(os.getpid) for _ in range(2)]
    found = {job.result() for job in jobs}
    if processes.CAN_FORK:
        assert len(found) == 2
        assert os.getpid() not in found


def test_results_come_in_the_order_of_the_jobs() -> None:
    jobs = [Job(partial(pow, number, 2)) for number in range(4)]
    assert [job.result() for job in jobs] == [0, 1, 4, 9]


def test_a_large_result_comes_whole() -> None:
    assert Job(lambda: list(range(300_000))).result() == list(range(300_000))


def test_what_a_copy_raises_is_raised_here() -> None:
    job = Job(partial(int, "no number"))
    with pytest.raises(ValueError, match="no number"):
        job.result()


def test_a_copy_that_is_killed_is_replaced() -> None:
    here = os.getpid()

    def work() -> str:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return "done here"

    assert Job(work).result() == "done here"


def test_a_result_that_cannot_be_sent_is_worked_out_here() -> None:
    assert Job(lambda: lambda: 7).result()() == 7


def test_without_copies_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "CAN_FORK", False)
    assert Job(os.getpid).result() == os.getpid()
    assert usable_processors() == 1


def test_a_copy_prints_nothing_that_was_waiting_to_be_printed(capfd: pytest.CaptureFixture[str]) -> None:
    sys.stdout.write("once\n")
    Job(os.getpid).result()
    sys.stdout.flush()
    assert capfd.readouterr().out == "once\n"
