"""Decisions as text: what is written is read back the same, and all else in a file stays as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.decisions.files import parse_decisions
from billcheck.decisions.rules import Decision, Outcome, Standing
from billcheck.decisions.standing import prunable
from billcheck.decisions.writing import append, decide, to_toml, without
from billcheck.errors import DecisionsRefusedError, UsageError
from tests.decisions.test_standing import DECIDED, FOUND, HABIT

NAME = "decisions.toml"
WRITTEN = """\
# Ours, kept by hand.

# January was agreed on the phone.
[[decision]]   # not to be asked again
verb = "accept"
kind = "missing"
contract = "C-1"
charge = "Fee"
first_day = 2026-01-01
last_day = 2026-01-31
amount = "100.00"
currency = "EUR"
reason = '''
A month
without work.'''

# the end
"""
PLAIN = WRITTEN.replace("'''\nA month\nwithout work.'''", '"A month without work."')


def read(text: str) -> list[Decision]:
    return [replace(decision, place="") for decision in parse_decisions(NAME, text)]


def test_what_is_decided_about_a_finding_means_it_up_to_its_amount() -> None:
    made = decide(FOUND, "snooze", reason="Later.", by="Anna", until=date(2026, 5, 1))
    assert made.means(FOUND)
    assert made.allows(FOUND) is Standing.APPLIED
    assert read(append(NAME, "", [to_toml(made)])) == [made]
    on_habit = decide(HABIT, "accept", reason="Fine.")
    assert (on_habit.says, on_habit.amount_minor) == ("In blocks of 3.", None)
    assert on_habit.allows(HABIT) is Standing.APPLIED


texts = st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1).filter(
    lambda text: text == text.strip() and text.isprintable()
)


@given(texts, texts, texts)
def test_any_printed_text_is_read_back_as_it_was(reason: str, by: str, contract: str) -> None:
    made = replace(DECIDED, reason=reason, by=by, contract=contract, place="")
    assert read(append(NAME, "", [to_toml(made, f"{reason}\n{by}")])) == [made]


def test_what_is_in_the_file_stays_letter_by_letter() -> None:
    longer = append(NAME, PLAIN, [to_toml(DECIDED, "Nothing was billed.")])
    assert longer.startswith(PLAIN)
    assert longer.endswith(f"\n{to_toml(DECIDED, 'Nothing was billed.')}")
    assert len(read(longer)) == 2
    assert without(NAME, longer, {1}) == f"{PLAIN}\n"
    assert without(NAME, longer, {0}).startswith("# Ours, kept by hand.\n\n# Nothing was billed.\n[[decision]]")
    assert without(NAME, longer, set()) == longer


def test_a_file_without_a_last_line_break_gets_one() -> None:
    text = to_toml(DECIDED).rstrip("\n")
    assert append(NAME, text, [to_toml(DECIDED)]).count("[[decision]]") == 2
    assert len(read(append(NAME, text, [to_toml(DECIDED)]))) == 2


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_entries_are_found_whatever_the_lines_end_in(ending: str) -> None:
    text = append(NAME, "", [to_toml(DECIDED), to_toml(replace(DECIDED, contract="C-2"))]).replace("\n", ending)
    (left,) = read(without(NAME, text, {0}))
    assert left.contract == "C-2"


def test_a_header_inside_of_a_text_is_no_header() -> None:
    text = PLAIN.replace('"A month without work."', "'''A\n[[decision]]\nB'''")
    with pytest.raises(DecisionsRefusedError):
        without(NAME, text, {0})


def test_a_list_in_one_line_is_left_alone() -> None:
    keys = to_toml(DECIDED).removeprefix("[[decision]]\n").strip().replace("\n", ", ")
    text = f"decision = [{{ {keys} }}]\n"
    assert len(read(text)) == 1
    with pytest.raises(UsageError, match="cannot be changed without rewriting it"):
        append(NAME, text, [to_toml(DECIDED)])
    with pytest.raises(UsageError, match="cannot be changed without rewriting it"):
        without(NAME, text, {0})
    assert without(NAME, "# nothing yet\n", set()) == "# nothing yet\n"


@pytest.mark.parametrize("reason", ["two\nlines", "a\ttab", "\ud800"])
def test_what_is_not_printed_is_not_written(reason: str) -> None:
    with pytest.raises(UsageError, match=r"reason: The text holds a line break or another character"):
        to_toml(replace(DECIDED, reason=reason))


def test_a_faulty_file_is_not_changed() -> None:
    with pytest.raises(DecisionsRefusedError, match="verb"):
        append(NAME, PLAIN.replace("accept", "allow"), [to_toml(DECIDED)])


def outcome(decision: Decision, standing: Standing) -> Outcome:
    return Outcome(decision, standing, "")


def test_only_what_decides_nothing_is_taken_out() -> None:
    kept = (Standing.APPLIED, Standing.SMALLER, Standing.OUTGROWN, Standing.CHANGED, Standing.EXPIRED)
    months = [replace(DECIDED, contract=f"C-{number}") for number in range(8)]
    standings = [*kept, Standing.NOT_CHECKED, Standing.STALE, Standing.SUPERSEDED]
    assert prunable([outcome(*pair) for pair in zip(months, standings, strict=True)]) == {6, 7}


@pytest.mark.parametrize(
    ("later", "is_taken_out"),
    [
        (DECIDED, False),
        (replace(DECIDED, kind="underbilled"), True),
        (replace(DECIDED, charge="Seats"), True),
        (replace(DECIDED, first_day=date(2026, 3, 1), last_day=date(2026, 3, 31)), True),
        (replace(DECIDED, first_day=None, last_day=None), False),
    ],
)
def test_the_last_word_about_what_an_earlier_decision_means_stays(later: Decision, *, is_taken_out: bool) -> None:
    """Else what comes back would be decided by the earlier one, which somebody had replaced."""
    outcomes = [outcome(DECIDED, Standing.APPLIED), outcome(later, Standing.STALE)]
    assert (1 in prunable(outcomes)) is is_taken_out
    confirmed = Decision(verb="confirm", reason="Asked.", contract="C-1")
    assert prunable([outcome(DECIDED, Standing.APPLIED), outcome(confirmed, Standing.STALE)]) == {1}
