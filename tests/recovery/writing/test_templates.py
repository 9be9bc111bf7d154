"""Templates of one's own: what they may do, and every way in which they are refused."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import TYPE_CHECKING

import docx
import pytest

from billcheck.recovery.notice.notice import make_notice
from billcheck.recovery.writing.templates import LARGEST_TEMPLATE, Templates, TemplatesRefusedError
from tests.recovery.views import view_of

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.recovery.notice.notice import Notice

EXTENDS = '{% extends "billcheck/notice-en.html" %}\n'


def made(folder: Path, template: str, **others: str) -> Notice:
    (folder / "notice-en.html").write_text(template, encoding="utf-8")
    for name, text in others.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return make_notice(view_of(), language="en", templates=Templates(folder))


def block(name: str, body: str) -> str:
    """A template that replaces one part."""
    return f'{EXTENDS}{{% block {name} %}}<section data-part="{name}">{body}</section>{{% endblock %}}'


def refusal(folder: Path, template: str, **others: str) -> str:
    with pytest.raises(TemplatesRefusedError) as caught:
        made(folder, template, **others)
    return str(caught.value).replace(f"{folder}/", "")


def test_one_part_is_replaced_and_the_others_stay(tmp_path: Path) -> None:
    text = made(tmp_path, block("closing", "<p>Yours,<br>{{ contact.name }}</p>")).to_text()
    assert text.endswith("Yours,\nAnna de Vries\n")
    assert "Which of the two do you prefer, A or B?" in text


def test_a_part_can_be_added_to(tmp_path: Path) -> None:
    added = '{{ super() }}<section data-part="more"><p>It runs as ever.</p></section>'
    text = made(tmp_path, f"{EXTENDS}{{% block service_statement %}}{added}{{% endblock %}}").to_text()
    assert "delivered as agreed throughout.\n\nIt runs as ever." in text


def test_other_languages_keep_the_template_that_ships(tmp_path: Path) -> None:
    made(tmp_path, block("closing", "<p>Yours</p>"))
    notice = make_notice(view_of(), language="nl", templates=Templates(tmp_path))
    assert "Met vriendelijke groet" in notice.to_text()


def test_a_template_includes_others_of_its_folder(tmp_path: Path) -> None:
    assert "Yours" in made(tmp_path, block("closing", '{% include "end.html" %}'), end="<p>Yours</p>").to_text()


@pytest.mark.parametrize("name", ["../secret.html", "/etc/hostname", "..", "sub/end.html", "a\\\\b.html"])
def test_nothing_outside_of_the_folder_is_included(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "templates"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "secret.html").write_text("<p>secret</p>", encoding="utf-8")
    (folder / "sub" / "end.html").write_text("<p>secret</p>", encoding="utf-8")
    assert "The letter was refused" in refusal(folder, block("closing", f'{{% include "{name}" %}}'))


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    folder.mkdir()
    (tmp_path / "secret.html").write_text("<p>secret</p>", encoding="utf-8")
    (folder / "end.html").symlink_to(tmp_path / "secret.html")
    assert "There is no template 'end.html' in the folder" in refusal(
        folder, block("closing", '{% include "end.html" %}')
    )


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (block("closing", "<p>{{ floor }}</p>"), "notice-en.html line 2: 'floor' is undefined."),
        (block("closing", "<p>{{ contact.mobile }}</p>"), "has no attribute 'mobile'."),
        (block("closing", "<p>{{ contact.__class__ }}</p>"), "ccess to attribute '__class__'"),
        (block("closing", "<p>{{ ''.__class__.__mro__ }}</p>"), "ccess to attribute '__class__'"),
        (EXTENDS + "{% block closing %}\n\n{% if %}", "notice-en.html line 4: "),
        (block("closing", "<p>{{ 7|dollars }}</p>"), "No filter named 'dollars'."),
        (block("closing", "<p>{{ (totals.incl_tax_minor // 2)|money }}</p>"), "435600 is no amount of this letter."),
        (block("closing", "<p>{{ 1 // 0 }}</p>"), "notice-en.html line 2: "),
        (block("closing", "<p>{{ 'x'|day }}</p>"), "notice-en.html line 2: "),
        (block("closing", "<p>{% for n in range(1000000) %}x{% endfor %}</p>"), "Range too big."),
    ],
)
def test_what_a_template_may_not_do_is_told_with_its_place(tmp_path: Path, template: str, message: str) -> None:
    assert message in refusal(tmp_path, template)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<div>x</div>", "<div> is no tag of a letter. Found '<div>'."),
        ("<script>alert(1)</script>", "<script> is no tag of a letter."),
        ('<p style="color: red">x</p>', "<p> has an attribute that does nothing in a letter."),
        ("<p><p>x</p></p>", "<p> cannot stand within <p>."),
        ("<li>x</li>", "<li> cannot stand within <section>."),
        ("<p>x", "<p> is not closed."),
        ("<p>x</li></p>", "</li> closes nothing."),
        ("loose words", "There is text outside of every paragraph, item and cell. Found 'loose words'."),
        ("<p>x</p><!-- secret -->", "A comment would be lost."),
        ("<!DOCTYPE html><p>x</p>", "A template of a letter is no whole page."),
        ("<?php x ?><p>x</p>", "A template of a letter has no place for instructions."),
        (
            "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></tbody></table>",
            "A row of the table has 1 instead of 2 cells.",
        ),
    ],
)
def test_what_a_letter_has_no_place_for_is_told_with_its_line(tmp_path: Path, body: str, message: str) -> None:
    assert message in refusal(tmp_path, block("closing", body))


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    twice = EXTENDS + '{% block closing %}<section data-part="contact"><p>x</p></section>{% endblock %}'
    assert 'Every section needs a data-part="…" of its own.' in refusal(tmp_path, twice)


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("closing", "<p>Please pay immediately.</p>", "part 'closing': This threatens."),
        ("closing", "<p>You should have seen it.</p>", "part 'closing': This puts blame on somebody."),
        ("closing", "<p>Would you be willing to pay?</p>", "part 'closing': This pleads."),
        ("closing", "<p>Or ask for a <strong>dis</strong>count.</p>", "part 'closing': This speaks of a third way."),
        ("closing", "<p>We are so sorry.</p>", "part 'closing': This apologises a second time"),
        ("closing", "<p>That is €8,000.00.</p>", "part 'closing': The template states an amount by itself. Found"),
        ("closing", "<p>A fee of 5%.</p>", "part 'closing': The template states an amount by itself. Found '5%'"),
        ("not_asked", "", "notice-en.html: The letter lacks one of its parts. Found 'not_asked'."),
        (
            "purpose",
            "<p>We write to you.</p>",
            "part 'purpose': The letter does not state a fact",
        ),
        ("contact", "<p>Call us.</p>", "Found '+31 20 555 0117'."),
        ("question", "<p>A or B by {{ reply_by|day }}?</p>", "has 0 items instead of 2."),
        (
            "question",
            "<ul><li>A</li><li>B</li><li>Neither</li></ul><p>{{ reply_by|day }}</p>",
            "The list of ways to be billed has 3 items instead of 2.",
        ),
        ("question", "<ul><li>A</li><li>B</li></ul><p>{{ reply_by|day }}</p>", "Found '30 October 2026'."),
        ("table", "<table><tbody><tr><td>x</td></tr></tbody></table>", "The table has 1 rows for 6 periods."),
        (
            "table",
            "<table><tbody>{% for p in periods %}<tr><td>{{ p.first_day|month }}</td></tr>{% endfor %}</tbody></table>",
            "Found '2,400.00'.",
        ),
    ],
)
def test_a_notice_of_ones_own_is_held_to_the_same_rules(tmp_path: Path, name: str, body: str, message: str) -> None:
    assert message in refusal(tmp_path, block(name, body))


def test_the_parts_stay_in_their_order(tmp_path: Path) -> None:
    swapped = (
        EXTENDS + '{% block purpose %}{% endblock %}{% block closing %}<section data-part="purpose">'
        "<p>{{ totals.incl_tax_minor|money }}</p></section>{% endblock %}"
    )
    assert "The parts of the notice are not in their order" in refusal(tmp_path, swapped)


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    text = refusal(tmp_path, block("closing", "<p>Pay immediately or we go to court. €3.00</p>"))
    assert text.startswith("The letter was refused (3 problems):")


def test_the_page_around_the_letter_is_held_to_them_too(tmp_path: Path) -> None:
    page = '<html><body><img alt="Pay immediately">{{ body }}<style>.court { color: red }</style></body></html>'
    assert "page.html, part 'page': This threatens." in refusal(tmp_path, EXTENDS, page=page)


def test_a_page_of_ones_own_surrounds_the_letter(tmp_path: Path) -> None:
    page = '<html lang="{{ language }}"><title>{{ title }}</title><body>Duinweg {{ body }}</body></html>'
    html = made(tmp_path, EXTENDS, page=page).to_html()
    assert html.startswith('<html lang="en"><title>Correction of your invoices, contract C-117</title><body>Duinweg ')
    assert '<section class="question">' in html


def test_a_letterhead_of_ones_own_is_the_paper_of_the_document(tmp_path: Path) -> None:
    paper = docx.Document()
    paper.sections[0].header.paragraphs[0].text = "Duinweg Webbeheer"
    paper.save(str(tmp_path / "letterhead.docx"))
    document = docx.Document(BytesIO(made(tmp_path, EXTENDS).to_docx()))
    assert document.sections[0].header.paragraphs[0].text == "Duinweg Webbeheer"
    assert "Correction of your invoices, contract C-117" in [each.text for each in document.paragraphs]


def test_a_letterhead_that_is_no_document_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letterhead.docx").write_text("not a document", encoding="utf-8")
    notice = made(tmp_path, EXTENDS)
    with pytest.raises(TemplatesRefusedError, match="The document with the letterhead cannot be opened"):
        notice.to_docx()


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplatesRefusedError, match="There is no such folder of templates"):
        Templates(tmp_path / "none")


def test_a_template_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notice-en.html").write_bytes("<p>Müller</p>".encode("latin-1"))
    with pytest.raises(TemplatesRefusedError, match=r"not written in UTF-8 \(byte 4\)"):
        make_notice(view_of(), language="en", templates=Templates(tmp_path))


def test_a_template_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplatesRefusedError, match="larger than 1,000,000 bytes"):
        made(tmp_path, " " * (LARGEST_TEMPLATE + 1))


def test_a_docx_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    notice = make_notice(view_of(), language="en")
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(ImportError, match=r"pip install 'billcheck\[docx\]'"):
        notice.to_docx()
