"""What messages say and what exceptions carry."""

from __future__ import annotations

import pytest

from billcheck.errors import (
    BillcheckError,
    ContractsRefusedError,
    FindingsError,
    InputError,
    InternalError,
    LedgerRefusedError,
    Problem,
    SourceChangedError,
    UsageError,
)


class TooShortError(Problem):
    """The name is too short.

    More words that a message does not need.
    """

    remedy = "Write at least two letters."


def test_a_problem_says_where_what_the_value_and_what_to_do() -> None:
    problem = TooShortError("contracts.toml: C-1 customer", "x")
    assert str(problem) == (
        "contracts.toml: C-1 customer: The name is too short. Found 'x'. Write at least two letters."
    )
    assert problem.reason == "The name is too short. Found 'x'. Write at least two letters."


def test_a_problem_may_say_more_precisely_what_and_what_to_do() -> None:
    problem = TooShortError("here", what="The name is empty.", remedy="Write a name.")
    assert str(problem) == "here: The name is empty. Write a name."
    assert str(Problem("here")) == "here: Something is wrong."


@pytest.mark.parametrize("refused", [InputError, ContractsRefusedError, LedgerRefusedError, UsageError])
def test_a_refusal_holds_every_problem_in_order(refused: type[InputError]) -> None:
    problems = [TooShortError("a", "x"), TooShortError("b", "y")]
    error = refused(problems)
    assert error.problems == tuple(problems)
    first, second, third = str(error).splitlines()
    assert first == f"{refused.heading} (2 problems):"
    assert second.startswith("  a: ")
    assert third.startswith("  b: ")
    assert str(refused(problems[:1])).startswith(f"{refused.heading} (1 problem):")


def test_a_wrong_argument_is_a_value_error_too() -> None:
    assert issubclass(UsageError, ValueError)


def test_every_class_is_a_billcheck_error() -> None:
    for error in (InputError, Problem, SourceChangedError, FindingsError, InternalError):
        assert issubclass(error, BillcheckError)


def test_the_other_errors_say_what_to_do() -> None:
    assert (
        str(SourceChangedError("a.csv")) == "a.csv: the file changed while it was being checked. Run the check again."
    )
    internal = InternalError("net adds up", net=3, billed=2)
    assert str(internal) == (
        "billcheck's own check 'net adds up' failed (billed=2, net=3). No report was made; this is a bug."
    )
    assert internal.facts == {"net": 3, "billed": 2}
    assert FindingsError("the report").report == "the report"
