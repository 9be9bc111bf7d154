"""The notice to a client, in every language and format."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, get_args
from zipfile import ZipFile

import docx
import pytest

from billcheck.errors import InternalError
from billcheck.recovery.notice.content import PARTS
from billcheck.recovery.notice.notice import Notice, make_notice
from billcheck.recovery.writing.language import LANGUAGES, Language
from tests.recovery.views import STORY_PERIODS, VAT, month, view_of

if TYPE_CHECKING:
    from collections.abc import Callable

STORY = {
    "must_contain": [
        "8,712.00", "7,200.00", "1,512.00", "1,200.00", "2,400.00", "21%", "2026-03", "2026-08", "INV-2026-003",
        "INV-2026-008", "C-117",
    ],
    "must_not_contain": ["waive", "discount", "instal", "floor", "interest is due", "3,600.00", "immediately"],
}  # fmt: skip
"""What the acceptance story says about the notice in English."""

GROUPS = {"en": ",", "nl": ".", "de": ".", "fr": "\N{NARROW NO-BREAK SPACE}"}
POINTS = {"en": ".", "nl": ",", "de": ",", "fr": ","}


def docx_text(data: bytes) -> str:
    """Every word of a DOCX document, in the order of its body."""
    document = docx.Document(BytesIO(data))
    lines = []
    for block in document.iter_inner_content():
        if isinstance(block, docx.table.Table):
            lines += [" ".join(cell.text for cell in row.cells) for row in block.rows]
        else:
            lines.append(block.text)
    return "\n".join(lines)


def unescaped(markdown: str) -> str:
    return re.sub(r"\\(.)", r"\1", markdown)


FORMATS: dict[str, Callable[[Notice], str]] = {
    "markdown": lambda notice: unescaped(notice.to_markdown()),
    "html": Notice.to_html,
    "text": Notice.to_text,
    "docx": lambda notice: docx_text(notice.to_docx()),
}


def local(figure: str, language: Language) -> str:
    """A figure of the story as a language writes it."""
    if re.fullmatch(r"[\d,]+\.\d\d", figure):
        whole, _, part = figure.partition(".")
        return whole.replace(",", GROUPS[language]) + POINTS[language] + part
    return figure.replace("%", "\N{NO-BREAK SPACE}%") if language in {"de", "fr"} else figure


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_says_what_the_story_says(language: Language, form: str) -> None:
    text = FORMATS[form](make_notice(view_of(), language=language))
    wanted = [local(figure, language) for figure in STORY["must_contain"]]
    assert [figure for figure in wanted if figure not in text] == []
    assert [word for word in STORY["must_not_contain"] if word in text.casefold()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_parts_stand_in_their_order(language: Language) -> None:
    overbilled = (month(2, billed=250000),)
    page = make_notice(replace(view_of(), overbilled=overbilled, has_reservation=True), language=language).page
    assert tuple(part.name for part in page.parts) == (*PARTS, "closing")


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_choices_name_their_dates_and_totals(language: Language) -> None:
    part = make_notice(view_of(), language=language).page.part("question")
    assert part is not None
    (items,) = [block.items for block in part.blocks if hasattr(block, "items")]
    first, second = (" ".join(run.text for run in item) for item in items)
    thirtieth = {
        "en": "30 September 2026",
        "nl": "30 september 2026",
        "de": "30. September 2026",
        "fr": "30 septembre 2026",
    }
    eighth = {"en": "8 October 2026", "nl": "8 oktober 2026", "de": "8. Oktober 2026", "fr": "8 octobre 2026"}
    assert local("11,616.00", language) in first
    assert thirtieth[language] in first
    assert local("8,712.00", language) in second
    assert local("2,904.00", language) in second
    assert eighth[language] in second


def test_exactly_one_question_follows_the_choices_and_silence_is_no_answer() -> None:
    text = make_notice(view_of(), language="en").to_text()
    after = " ".join(text.split("- B. As a separate invoice")[1].split())
    assert after.count("?") == 1
    assert "Which of the two do you prefer, A or B? Please let us know by 8 September 2026." in after
    assert "we send you a reminder. We do not take silence for consent" in after


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_view_gives_the_same_notice(language: Language, form: str) -> None:
    first, second = (FORMATS[form](make_notice(view_of(), language=language)) for _ in range(2))
    assert first == second


def test_a_docx_is_the_same_to_the_byte_and_bears_no_day_of_today() -> None:
    first, second = (make_notice(view_of(), language="en").to_docx() for _ in range(2))
    assert first == second
    with ZipFile(BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert str(date.today().year) not in archive.read("docProps/core.xml").decode()  # noqa: DTZ011 - a test


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_notice_do_not_depend_on_the_environment(
    language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = make_notice(view_of(), language=language).to_markdown()
    for variable in ("LANGUAGE", "LC_ALL", "LC_TIME", "LC_NUMERIC", "LANG"):
        monkeypatch.setenv(variable, "ja_JP.UTF-8")
    assert make_notice(view_of(), language=language).to_markdown() == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_not_known_to_have_made_the_mistake_is_not_said_to_have(language: Language) -> None:
    ours = {"en": "our mistake", "nl": "onze fout", "de": "unser Fehler", "fr": "la nôtre"}[language]
    part = make_notice(view_of(), language=language).page.part("what_happened")
    neutral = make_notice(replace(view_of(), is_our_mistake=False), language=language).page.part("what_happened")
    assert part is not None
    assert neutral is not None
    assert ours in part.text
    assert ours not in neutral.text
    assert "A wrong quantity was copied into our recurring invoice in March." in neutral.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mistake_that_still_runs_is_not_said_to_be_mended(language: Language) -> None:
    mended = {"en": "corrected it", "nl": "hersteld", "de": "behoben", "fr": "corrigé"}[language]
    part = make_notice(replace(view_of(), fixed_on=None), language=language).page.part("found_and_fixed")
    assert part is not None
    assert mended not in part.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_day_it_was_mended_is_said_once(language: Language) -> None:
    same = {"en": "the same day", "nl": "dezelfde dag", "de": "am selben Tag", "fr": "le jour même"}[language]
    day = {"en": "5 September 2026", "nl": "5 september 2026", "de": "5. September 2026", "fr": "5 septembre 2026"}
    at_once = make_notice(view_of(), language=language).page.part("found_and_fixed")
    later = make_notice(replace(view_of(), fixed_on=date(2026, 9, 5)), language=language).page.part("found_and_fixed")
    assert at_once is not None
    assert later is not None
    assert same in at_once.text
    assert same not in later.text
    assert day[language] in later.text


def test_taxes_are_stated_by_percent() -> None:
    """2020 in Germany: 16 % for 1,200.00 (192.00), 19 % for 1,200.00 (228.00); together 2,820.00."""
    periods = (month(3, percent=Decimal(16)), month(4, percent=Decimal(19)))
    text = make_notice(view_of(periods), language="en").to_text()
    assert re.search(r"Tax, 16% of 1,200\.00 +192\.00", text)
    assert re.search(r"Tax, 19% of 1,200\.00 +228\.00", text)
    assert re.search(r"Difference including tax, in EUR +2,820\.00", text)


@pytest.mark.parametrize(
    ("currency", "shown"), [("JPY", "JPY\N{NO-BREAK SPACE}871,200"), ("KWD", "KWD\N{NO-BREAK SPACE}871.200")]
)
def test_other_currencies_have_their_own_decimals(currency: str, shown: str) -> None:
    assert shown in make_notice(view_of(currency=currency), language="en").to_text()


def test_a_period_that_was_never_billed_names_no_invoice() -> None:
    text = make_notice(view_of((month(3, billed=0), *STORY_PERIODS[1:])), language="en").to_text()
    assert re.search(r"March 2026 +2,400\.00 +0\.00 +2,400\.00 +none\n", text)


def test_one_period_is_one_period() -> None:
    text = make_notice(view_of(STORY_PERIODS[:1]), language="en").to_text()
    assert "For one period, March 2026, we billed you less" in text


def test_what_is_owed_back_is_said_and_set_off_against_nothing() -> None:
    notice = make_notice(replace(view_of(), overbilled=(month(2, billed=250000),)), language="en")
    text = " ".join(notice.to_text().split())
    assert "February 2026, €100.00 excluding tax" in text
    assert "we do not set it off" in text
    assert "€8,712.00" in text


def test_periods_of_several_charges_say_what_they_are_for() -> None:
    seats = replace(month(4), charges=("Seats",))
    text = make_notice(view_of((month(3), seats)), language="en").to_text()
    assert "C-117: Retainer" in text
    assert "C-117: Seats" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_reservation_is_off_by_default(language: Language) -> None:
    assert make_notice(view_of(), language=language).page.part("reservation") is None
    assert make_notice(replace(view_of(), has_reservation=True), language=language).page.part("reservation") is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_choice_alone_is_no_choice(language: Language) -> None:
    """The client is asked whether it suits, and no letter stands before the only way."""
    view = view_of()
    only = replace(view, choices=(replace(view.choices[1], regular=None),))
    part = make_notice(only, language=language).page.part("question")
    assert part is not None
    assert part.text.count("?") == 1
    assert "B." not in part.text


HOSTILE = 'Müller & Söhne <b onclick="x">*bold*</b> {{ 7 }} | [link](http://x) \u202e waive discount'


@pytest.mark.parametrize("form", FORMATS)
def test_names_neither_draw_nor_link_nor_count_as_our_words(form: str) -> None:
    view = replace(view_of(), customer=HOSTILE, contracts=("<C-117>",), attachments=("a|b", "https://x.example/y"))
    notice = make_notice(view, language="en")
    text = FORMATS[form](notice)
    assert "\u202e" not in text
    assert "\\u202e" in text or form == "markdown"
    if form == "html":
        assert "<b onclick" not in text
        assert "&lt;b onclick=" in text
    if form == "markdown":
        assert "\\*bold\\*" in notice.to_markdown()
        assert "\\[link\\]" in notice.to_markdown()
    assert "{{ 7 }}" in text.replace("\\", "")


def test_a_view_that_asks_for_two_amounts_is_a_fault_of_ours() -> None:
    with pytest.raises(InternalError, match="one amount everywhere"):
        replace(view_of(), periods=STORY_PERIODS[1:])


@pytest.mark.parametrize("choices", [(), (0,), (1, 0), (0, 1, 1)])
def test_a_view_offers_the_two_ways_and_no_other(choices: tuple[int, ...]) -> None:
    view = view_of()
    with pytest.raises(InternalError, match="the two ways"):
        replace(view, choices=tuple(view.choices[index] for index in choices))


def test_every_language_has_its_templates() -> None:
    assert set(LANGUAGES) == set(get_args(Language))
    assert Decimal(21) == VAT
