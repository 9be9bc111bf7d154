"""What a small table of words comes to, and the patterns made of words."""

from __future__ import annotations

import re

import pytest

from billcheck.periods import catch_up, reading
from billcheck.periods.kinds import Kind
from billcheck.periods.placeholders import find_placeholder
from billcheck.periods.tokens import Token, cut
from billcheck.periods.vocabulary import LANGUAGES
from billcheck.periods.words import LETTERS, UNKNOWN, Word, _Meanings, unlisted_word

TABLE = """
en 3 march mar
nl 3 maart mrt mar
de 3 märz
en q quarter
nl q kwartaal
de h halbjahr
en ordinal_2 second
en P since
nl P since
de P seit
en t to
nl T t/m tot_en_met
en other maart
de other quarter since
nl other to
en names march
en verbs march
nl names maart
en starts_p price
de starts_p price
nl ends_C datum
en letter_qT T t
fr letter_qT T
fr letter_h S
en due
"""
EN, NL, DE, FR = 0, 1, 2, 3
SIZE = 12


@pytest.fixture(name="meanings")
def fixture_meanings() -> _Meanings:
    return _Meanings(TABLE)


def kinds(rest: str, **own: str) -> str:
    """The letters of all languages: `rest`, but for those named."""
    names = ["en", "nl", "de", "fr"]
    return "".join(own.get(names[place], rest) if place < len(names) else rest for place in range(SIZE))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        # A month is unreadable where it is not known, unless it is a common word there.
        ("märz", Word(kinds("x", de="M"), 3, 1 << DE)),
        ("maart", Word(kinds("x", nl="M", en="w"), 3, 1 << NL)),
        ("mar", Word(kinds("x", en="M", nl="M"), 3, 1 << EN | 1 << NL)),
        # A quarter or half year is a length of time elsewhere, or leaves the rest open.
        ("quarter", Word(kinds("d", en="q", de="w"), 3, 1 << EN)),
        ("kwartaal", Word(kinds("d", nl="q"), 3, 1 << NL)),
        ("halbjahr", Word(kinds("P", de="h"), 6, 1 << DE)),
        ("second", Word(kinds("P", en="O"), 2, 1 << EN)),
        # What is dangerous in one language is so in all that do not use the word themselves.
        ("since", Word(kinds("P", de="w"), 0, 1 << EN | 1 << NL)),
        ("seit", Word("P", 0, 1 << DE)),
        ("to", Word(kinds("P", en="t", nl="w"), 0, 1 << EN)),
        ("tot en met", Word(kinds("P", nl="T"), 0, 1 << NL)),
    ],
)
def test_the_kinds_of_a_word_in_all_languages(meanings: _Meanings, word: str, expected: Word) -> None:
    assert meanings.word(word) == expected


def test_the_parts_of_a_table(meanings: _Meanings) -> None:
    assert meanings.starts == {"price": Word("p", 0, 1 << EN | 1 << DE)}
    assert meanings.ends == {"datum": Word("C", 0, 1 << NL)}
    assert meanings.letters == {"qTT": 1 << EN | 1 << FR, "qTt": 1 << EN, "hS": 1 << FR}
    assert meanings.others == {EN: {"maart"}, DE: {"quarter", "since"}, NL: {"to"}}
    assert meanings.lists == {"names": {"march", "maart"}, "verbs": {"march"}, "due": set()}
    assert meanings.wide == {"march", "maart", "märz"}
    assert meanings.short == {"mar", "mrt"}
    assert meanings.numbers["second"] == 2
    assert "to" not in meanings.numbers


def test_the_first_meaning_in_a_language_stands() -> None:
    meanings = _Meanings("en P since\nen C since\nen 3 march\nen 5 march")
    assert meanings.kinds == {"since": {EN: "P"}, "march": {EN: "M"}}
    assert meanings.numbers == {"march": 3}


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("mieterhöhung", Kind.PRICE),
        ("jahresabo", Kind.DURATION),
        ("monatsmiete", Kind.BILLED),
        ("lieferdatum", Kind.DUE),
        ("vervaldatum", Kind.DUE),
        ("datum", UNKNOWN.kinds),
        ("hartwell", UNKNOWN.kinds),
    ],
)
def test_the_kind_of_a_word_put_together(word: str, kind: str) -> None:
    assert unlisted_word(word).kinds == kind


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("catch-up", "a Catch-up of June", "Catch-up"),
        ("catch-up", "a catch up", "catch up"),
        ("catch-up", "a CATCHUP", "CATCHUP"),
        ("catch-up", "catch-ups", None),
        ("catch-up", "recatch-up", None),
        ("back-bill*", "Backbilled hours", "Backbilled"),
        ("back-bill*", "back-bill", "back-bill"),
        ("not_billed", "was not  billed", "not  billed"),
        ("not_billed", "notbilled", None),
        ("late early", "too early", "early"),
        ("late early", "late", "late"),
        ("a.b", "aXb", None),
        ("a.b", "a.b", "a.b"),
        ("late late*", "later", "later"),
    ],
)
def test_the_pattern_of_words(words: str, text: str, found: str | None) -> None:
    match = catch_up._pattern(words).search(text)
    assert (match and match[0]) == found


def test_the_branches_of_words_match_these_words_and_nothing_else() -> None:
    words = {"jan", "januari", "january", "ja.n", "mei"}
    pattern = re.compile(reading._branches(words))
    for word in words:
        assert pattern.fullmatch(word)
    for word in ("j", "januar", "jaxn", "me", "meij", ""):
        assert not pattern.fullmatch(word)
    # The longer word comes first, or a search would stop at the shorter one.
    assert pattern.findall("januari 2026") == ["januari"]


@pytest.mark.parametrize(
    "text",
    [
        "march", "märz", "1. halbjahr", "kwartaal", "fiscal", "q1", "t4", "k2", "h1", "s2", "fq1", "fy26", "fh1",
        "2026-03", "1999-1", "1/3/26", "1.3.2026", "01-03-26", "1/3 ", "1.3.", "1.3-", "1.3 –", "03.2026", "03/1999",
        "03-2026", "1q", "4q26", "[month", "{{ period", "<date", "%%month", "#month", "{{ invoice.period", "(march)",
    ],
)  # fmt: skip
def test_what_a_period_begins_with(text: str) -> None:
    assert reading._start_pattern().search(f" {text}")


@pytest.mark.parametrize(
    "text",
    [
        "marching", "retainer", "q5", "q0", "t9", "h3", "s0", "fx1", "2126-03", "1/3", "1.3", "1.3 x", "123/4",
        "03.1899", "5q", "0q", "month", "[x", "2026", "2026-x", "xmarch", "xq1", "x1/3/26",
    ],
)  # fmt: skip
def test_what_no_period_begins_with(text: str) -> None:
    assert not reading._start_pattern().search(f" {text}")


def test_a_word_with_a_space_and_one_that_all_languages_share() -> None:
    every = "\n".join(f"{language} P due_by" for language in LANGUAGES)
    meanings = _Meanings(f"en T up_to_and_with\n{every}")
    assert set(meanings.kinds) == {"up to and with", "due by"}
    assert meanings.word("due by") == Word("P", 0, (1 << SIZE) - 1)
    assert _Meanings("en g retainer").word("retainer") == Word("g", 0, 1 << EN)
    assert _Meanings("en f the").word("the") == Word(kinds("w", en="f"), 0, 1 << EN)


def test_a_placeholder_that_was_not_filled_in_is_told() -> None:
    found = reading.read("Retainer {{period}}")
    assert (found.placeholder, found.span) == ("{{period}}", None)
    assert reading.read("Retainer March 2026").reason == ""
    assert reading.read("Retainer March").reason == ""
    assert find_placeholder("<b>Retainer</b>") == ""
    assert find_placeholder("Retainer [Month]") == "[Month]"


@pytest.mark.parametrize(("length", "is_read"), [(2_000, True), (2_001, False)])
def test_the_longest_text_that_is_read(length: int, *, is_read: bool) -> None:
    text = "March 2026;" + " " * (length - 11)
    assert (reading.read(text).span is not None) is is_read


QUARTER = "Q"
Q1, Q4 = Token(QUARTER, "Q1", 103, is_glued=False), Token(QUARTER, "Q4", 1012, is_glued=False)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("Q1", [Q1]),
        ("q4", [Q4._replace(text="q4")]),
        ("1Q26", [Q1, Token(Kind.YEAR, "1Q26", 2026, is_glued=True)]),
        ("4Q2025", [Q4, Token(Kind.YEAR, "4Q2025", 2025, is_glued=True)]),
        (
            "rent 1Q26",
            [Token(Kind.BILLED, "rent", 0, is_glued=False, owners=1), Q1, Token("Y", "1Q26", 2026, is_glued=True)],
        ),
        ("1Q", [Q1]),
        ("H2", [Token(QUARTER, "H2", 712, is_glued=False)]),
        ("H3", [Token(Kind.UNREADABLE, "H3", 0, is_glued=False)]),
        ("(Q1", [Token(Kind.BOUNDARY, "(", 0, is_glued=False), Q1._replace(is_glued=True)]),
        ("(H3", [Token(Kind.BOUNDARY, "(", 0, is_glued=False), Token(Kind.UNREADABLE, "H3", 0, is_glued=True)]),
        ("'26", [Token(Kind.YEAR, "'26", 2026, is_glued=False)]),
        ("2026", [Token(Kind.YEAR, "2026", 2026, is_glued=False)]),
    ],
)
def test_the_tokens_of_quarters_and_years(text: str, tokens: list[Token]) -> None:
    assert cut(text) == tokens


@pytest.mark.parametrize(("code", "languages", "number"), [("T2", LETTERS["qT"], 406), ("K3", LETTERS["qK"], 709)])
def test_a_quarter_of_some_languages_is_unreadable_in_the_others(code: str, languages: int, number: int) -> None:
    (token,) = cut(code)
    expected = "".join(QUARTER if languages >> place & 1 else Kind.UNREADABLE for place in range(SIZE))
    assert (token.kinds, token.number) == (expected, number)
    assert set(token.kinds) == {QUARTER, Kind.UNREADABLE}
