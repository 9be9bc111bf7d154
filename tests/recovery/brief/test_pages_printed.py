"""Pages as a browser prints them; needs Chromium, and pdftotext of Poppler."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from billcheck.recovery import brief_paper, statement_faces
from billcheck.recovery.brief import make_brief
from billcheck.recovery.statement import make_statement
from tests.recovery.by_hand import half_rate_case, make_case, make_period

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = date(2026, 9, 4)


def printed(page: str, folder: Path) -> list[str]:
    """The text of each page of the PDF that a browser makes of a page of HTML."""
    source, target = folder / "page.html", folder / "page.pdf"
    source.write_text(page, encoding="utf-8")
    subprocess.run(
        [program("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
         f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}", source.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    command = [program("pdftotext"), "-layout", str(target), "-"]
    text = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    return text.decode("utf-8").split("\f")[:-1]


def program(name: str) -> str:
    path = shutil.which(name)
    assert path is not None, f"{name} is not installed"
    return path


@pytest.mark.system
def test_every_printed_page_of_a_brief_is_marked(tmp_path: Path) -> None:
    rows = [make_period(f"20{year}-{month:02}", 10_500, 10_000, document=f"INV-{year}-{month:03}")
            for year in (22, 23, 24, 25) for month in range(1, 13)]  # fmt: skip
    pages = printed(brief_paper.to_html(make_brief(make_case(rows), as_of=AS_OF)), tmp_path)
    assert len(pages) > 4
    assert all(page.count("internal – do not send") == 1 for page in pages)


@pytest.mark.system
def test_no_figure_of_a_statement_is_cut_off_on_paper(tmp_path: Path) -> None:
    (page,) = printed(statement_faces.to_html(make_statement(half_rate_case())), tmp_path)
    lines = [" ".join(line.split()) for line in page.splitlines()]
    for number, month in enumerate(range(3, 9), start=3):
        (row,) = [line for line in lines if line.startswith(f"2026-{month:02} INV-2026-{number:03} ")]
        assert row.endswith(" 21% 2,400.00 1,200.00 1,200.00")
    assert "Missing, incl. tax 8,712.00 EUR" in lines
