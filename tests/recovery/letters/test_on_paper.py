"""Letters as a client gets them: the page in Chromium and the document in LibreOffice, both as PDF.

Needs Chromium, LibreOffice Writer and the tools of Poppler, which `.ci/run` installs; without them these tests fail.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from billcheck.recovery.client_view import ClientContact
from billcheck.recovery.disclosed_letters import price_view, waiver_view
from billcheck.recovery.disclosure import Billing, choices_of, notice_view
from billcheck.recovery.documents import next_invoice
from billcheck.recovery.letters.letters import draft_to_hand_over, price_confirmation, waiver_letter
from billcheck.recovery.notice.notice import make_notice
from billcheck.recovery.writing.language import LANGUAGES, Language
from tests.recovery.cases import story_case

if TYPE_CHECKING:
    from pathlib import Path

    from billcheck.recovery.writing.letter import Letter

pytestmark = pytest.mark.system

CONTACT = ClientContact(
    name="Anna de Vries", phone="+31 20 555 0117", business="Duinweg Webbeheer", meeting_on=date(2026, 9, 7)
)
DAY = date(2026, 9, 4)


def program(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is not installed; in Debian: apt-get install --no-install-recommends {package}")
    return found


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def printed(letter: Letter, folder: Path) -> Path:
    """The page, as Chromium prints it."""
    page, pdf = folder / "letter.html", folder / "page.pdf"
    page.write_text(letter.to_html(), encoding="utf-8")
    run(
        program("chromium", "chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
        f"--user-data-dir={folder / 'browser'}", f"--print-to-pdf={pdf}", page.as_uri(),
    )  # fmt: skip
    return pdf


def converted(letter: Letter, folder: Path) -> Path:
    """The document, as LibreOffice makes a PDF of it."""
    (folder / "letter.docx").write_bytes(letter.to_docx())
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    office = program("soffice", "libreoffice-writer")
    run(office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(folder / "letter.docx"))
    return folder / "letter.pdf"


def words_of(pdf: Path) -> str:
    return re.sub(r"\s+", " ", run(program("pdftotext", "poppler-utils"), "-layout", str(pdf), "-"))


def pages_of(pdf: Path) -> int:
    found = re.search(r"^Pages:\s+(\d+)$", run(program("pdfinfo", "poppler-utils"), str(pdf)), re.MULTILINE)
    assert found is not None
    return int(found[1])


def the_notice(language: Language) -> Letter:
    case = story_case()
    choices = choices_of(case, Billing(separate_on=date(2026, 9, 8)))
    view = notice_view(case, choices, issue_date=DAY, reply_by=date(2026, 9, 8), contact=CONTACT, has_reservation=True)
    return make_notice(view, language=language)


def letters(language: Language) -> dict[str, Letter]:
    case = story_case()
    document = next_invoice(case, without_contact="to look at")
    return {
        "notice": the_notice(language),
        "waiver_letter": waiver_letter(
            waiver_view(case, issue_date=DAY, contact=CONTACT, is_all=True), language=language
        ),
        "price_confirmation": price_confirmation(price_view(case, issue_date=DAY, contact=CONTACT), language=language),
        "draft": draft_to_hand_over(document, language=language),
    }


def check(pdf: Path, letter: Letter) -> None:
    """One page, with every word of the letter on it, in its order, cell by cell."""
    assert pages_of(pdf) == 1
    shown = words_of(pdf)
    lines = [line for part in letter.page.parts for line in part.text.split("\n")]
    missing = [word for line in lines for word in line.split() if word not in shown]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_fits_one_page_from_the_browser_and_from_the_word_processor(
    language: Language, tmp_path: Path
) -> None:
    letter = the_notice(language)
    for pdf in (printed(letter, tmp_path), converted(letter, tmp_path)):
        check(pdf, letter)


@pytest.mark.parametrize("name", ["waiver_letter", "price_confirmation", "draft"])
def test_the_other_letters_fit_one_page_too(name: str, tmp_path: Path) -> None:
    letter = letters("de")[name]
    for pdf in (printed(letter, tmp_path), converted(letter, tmp_path)):
        check(pdf, letter)


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    html = the_notice("en").to_html()
    assert re.findall(r"(?i)<script|<link|<iframe|url\(|https?:|@import|\son\w+=", html) == []
