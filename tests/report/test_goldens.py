"""A few cases in every format, word for word: what readers of these formats were shown, they are shown again.

The figures are those that the cases work out by hand; the rest was read through line by line. After a change on
purpose, write the files anew: `python -m tests.report.test_goldens`, and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from billcheck.report.formats import FORMATS, render
from billcheck.report.places import Places
from billcheck.report.redaction import Redaction
from tests.test_cases import read_case, run

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
CASES = HERE.parent / "cases"
NAMES = ("half-rate", "refused-row-beside-findings", "finding-unmatched", "decision-waived")
REDACTED = "half-rate"
SHOWN = tuple(form for form in FORMATS if form != "json")
"""All but JSON, whose every key has a test of its own."""


def make_texts() -> Iterator[tuple[str, str]]:
    """The name of each file and what it should hold; enters the folders of the cases."""
    for name in NAMES:
        os.chdir(CASES / name)
        report = run(read_case(CASES / name))
        places = Places(report)
        for form in SHOWN:
            yield f"{name}.{form}", render(report, form, places)
    os.chdir(CASES / REDACTED)
    redaction = Redaction(run(read_case(CASES / REDACTED)), names=True, amounts=True)
    places = Places(run(read_case(CASES / REDACTED)), redaction.path)
    for form in SHOWN:
        yield f"{REDACTED}.redacted.{form}", render(redaction.report, form, places)


@pytest.fixture(scope="module")
def texts() -> Iterator[dict[str, str]]:
    before = Path.cwd()
    try:
        yield dict(make_texts())
    finally:
        os.chdir(before)


def test_every_format_says_what_it_said(texts: dict[str, str]) -> None:
    for name, text in texts.items():
        assert text == (GOLDEN / name).read_bytes().decode(), name


def test_there_is_a_file_for_each_and_no_other(texts: dict[str, str]) -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(texts)


if __name__ == "__main__":
    for name, text in make_texts():
        (GOLDEN / name).write_bytes(text.encode())
