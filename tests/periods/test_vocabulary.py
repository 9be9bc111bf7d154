"""The vocabulary is what its script makes, and no word of it contradicts another."""

from __future__ import annotations

from billcheck.periods.kinds import Kind
from billcheck.periods.vocabulary import LANGUAGES, TABLE
from billcheck.periods.words import MONTHS, PHRASES, WEAK, WORDS
from tests.periods.make_vocabulary import TARGET, make


def test_the_committed_vocabulary_is_what_cldr_and_our_words_make() -> None:
    assert TARGET.read_text(encoding="utf-8") == make()


def test_all_languages_know_all_months() -> None:
    for language in range(len(LANGUAGES)):
        known = {WORDS[word].number for word in MONTHS if WORDS[word].owners >> language & 1}
        assert known == set(range(1, 13))


def test_no_month_is_another_month_in_another_language() -> None:
    numbers: dict[str, set[str]] = {}
    for line in TABLE.strip().splitlines():
        _, key, *words = line.split()
        if key.isdigit():
            for word in words:
                numbers.setdefault(word, set()).add(key)
    assert {word for word, found in numbers.items() if len(found) > 1} == set()


def test_a_month_of_one_language_is_unreadable_or_a_common_word_in_the_others() -> None:
    for word in MONTHS - {"des"}:  # December in Norwegian, "of the" in German
        assert set(WORDS[word].kinds) <= {Kind.MONTH, Kind.UNREADABLE, Kind.WORD}
    assert {"set", "ago", "mag", "gen", "may", "out"} <= WEAK


def test_kinds_and_words() -> None:
    kinds = [value for name, value in vars(Kind).items() if name.isupper()]
    assert len(kinds) == len(set(kinds))
    assert all(len(kind) == 1 for kind in kinds)
    assert all(word == word.lower() for word in WORDS)
    assert {"t/m", "tot en met", "t.o.m"} <= PHRASES
