"""A page in its formats: what was put in comes out as itself in each, and does nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from io import BytesIO

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billcheck.characters import visible
from billcheck.recovery.writing.docx_format import to_docx
from billcheck.recovery.writing.markup import FACT_BEGINS, FACT_ENDS, read_markup, read_words
from billcheck.recovery.writing.page import Bullets, Heading, Page, Paragraph, Part, Run, Table, TableRow, text_of
from billcheck.recovery.writing.page_formats import TEXT_WIDTH, to_html, to_markdown, to_text
from billcheck.recovery.writing.templates import Templates


def cell(text: str) -> tuple[Run, ...]:
    return (Run(text),) if text else ()


def page_of(*blocks: Heading | Paragraph | Bullets | Table) -> Page:
    return Page("en", "x.html", (Part("all", blocks),))


TABLE = Table(
    (
        TableRow((cell("Period"), cell("Amount")), is_head=True),
        TableRow(((Run("March"), Run("\n", is_break=True), Run("April")), cell("1.00"))),
        TableRow((cell("Total"), cell("1.00")), is_sum=True),
    ),
    (False, True),
)


def test_markdown() -> None:
    page = page_of(
        Heading(1, cell("Subject")),
        Paragraph((Run("Name"), Run("\n", is_break=True), Run("a "), Run("strong ", is_strong=True), Run("word"))),
        Bullets((cell("one"), cell("- two"))),
        TABLE,
    )
    assert to_markdown(page) == (
        "# Subject\n\nName  \na **strong** word\n\n- one\n- \\- two\n\n"
        "| Period | Amount |\n| --- | ---: |\n| March, April | 1.00 |\n| **Total** | **1.00** |\n"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. Juli 2026", "1.\N{NO-BREAK SPACE}Juli 2026"),
        ("31. März 2026, Köln", "31.\N{NO-BREAK SPACE}März 2026, Köln"),
        ("am 1. Juli 2026", "am 1. Juli 2026"),
        ("1. FC Köln", "1\\. FC Köln"),
        ("2026. Juli 2026", "2026\\. Juli 2026"),
        ("1) Juli 2026", "1\\) Juli 2026"),
    ],
)
def test_a_day_at_the_start_of_a_line_of_markdown_is_neither_a_list_nor_escaped(text: str, shown: str) -> None:
    broken = (Run("Name"), Run("\n", is_break=True), Run(text))
    assert to_markdown(page_of(Paragraph(cell(text)), Paragraph(broken))) == f"{shown}\n\nName  \n{shown}\n"


def test_html() -> None:
    html = to_html(
        page_of(Paragraph((Run("a < b"), Run("\n", is_break=True), Run("c", is_strong=True))), TABLE), Templates()
    )
    assert "<p>a &lt; b<br><strong>c</strong></p>" in html
    assert '<tr><th scope="col">Period</th><th scope="col" class="amount">Amount</th></tr>' in html
    assert '<tr class="sum"><td>Total</td><td class="amount">1.00</td></tr>' in html


def test_text_is_wrapped_and_tables_are_not() -> None:
    long = "word " * 40
    text = to_text(page_of(Heading(1, cell("Subject")), Paragraph(cell(long)), Bullets((cell(long),)), TABLE))
    assert all(len(line) <= TEXT_WIDTH for line in text.splitlines())
    assert "Subject\n=======\n" in text
    assert re.search(r"^- word .*\n  word ", text, re.MULTILINE)
    assert re.search(r"^March, April +1\.00$", text, re.MULTILINE)


def test_an_amount_is_never_torn_apart() -> None:
    text = to_text(page_of(Paragraph(cell("x" * 70 + " €\N{NO-BREAK SPACE}7.200,00"))))
    assert "€\N{NO-BREAK SPACE}7.200,00" in text


class Texts(HTMLParser):
    """What the first paragraph of a page says."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.inside, self.text = False, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag != "script"
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.inside = self.inside or tag == "p"

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "p"

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.text += data


FACTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=80)


@settings(max_examples=50)
@given(fact=FACTS)
def test_any_fact_comes_out_as_itself(fact: str) -> None:
    """Through a template's marks and tags, into HTML and DOCX; with hidden characters written as escapes."""
    from markupsafe import escape  # noqa: PLC0415

    shown = visible(fact)
    source = f'<section data-part="a"><p>x{FACT_BEGINS}{escape(shown)}{FACT_ENDS}y</p></section>'
    parts, problems = read_markup(source, "x.html")
    assert problems == []
    ((block,),) = [part.blocks for part in parts]
    assert isinstance(block, Paragraph)
    # White space is that of HTML: runs of it are one space.
    assert text_of(block.runs) == re.sub(r"[ \t\n\r\f]+", " ", f"x{shown}y")
    assert "".join(run.text for run in block.runs if not run.is_fact) == "xy"
    texts = Texts()
    texts.feed(to_html(Page("en", "x.html", parts), Templates()))
    assert texts.text == text_of(block.runs)
    document = docx.Document(BytesIO(to_docx(Page("en", "x.html", parts))))
    assert document.paragraphs[0].text == text_of(block.runs)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("<p>Pay <b>now</b></p>", "Pay now"),
        ("<style>p { color: red }</style><p>x</p><script>court()</script>", "x"),
        ('<img alt="logo"><p title="hint">x</p>', "logo hint x"),
        ("", ""),
    ],
)
def test_what_a_whole_page_says(page: str, words: str) -> None:
    assert read_words(page) == words


def test_a_letterhead_without_our_styles_gets_plain_paragraphs(tmp_path: object) -> None:
    from pathlib import Path  # noqa: PLC0415

    paper = docx.Document()
    for name in ("List Bullet", "Heading 1"):
        style = paper.styles[name]
        style.element.getparent().remove(style.element)
    place = Path(str(tmp_path)) / "letterhead.docx"
    paper.save(str(place))
    page = page_of(Heading(1, cell("Subject")), Bullets((cell("one"),)), TABLE)
    document = docx.Document(BytesIO(to_docx(page, place)))
    assert [each.text for each in document.paragraphs][:2] == ["Subject", "– one"]
    assert document.paragraphs[0].runs[0].bold
