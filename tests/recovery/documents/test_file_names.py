"""File names made of document numbers: inside the folder, never hidden, reserved, too long or alike."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from billcheck.connectors.files.drafts.names import LONGEST, file_names, slug

RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(10))}


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("INV-2026-003", "INV-2026-003"),
        ("../../etc/passwd", "etc-passwd"),
        ("/absolute", "absolute"),
        ("..\\..\\windows", "windows"),
        ("C:\\a", "C-a"),
        (".hidden", "hidden"),
        ("a/b:c*d?e", "a-b-c-d-e"),
        ("Facture n° 12", "Facture-n-12"),
        ("München", "Munchen"),
        ("…", "document"),
        ("", "document"),
        ("発票", "document"),
        ("nul", "document-nul"),
        ("CON.txt", "document-CON.txt"),
        ("com1", "document-com1"),
        ("com10", "com10"),
        ("trailing. ", "trailing"),
        ("a\x00b\nc", "a-b-c"),
    ],
)
def test_what_a_number_becomes(number: str, expected: str) -> None:
    assert slug(number) == expected


def test_alike_names_are_counted_apart() -> None:
    assert file_names(["A/1", "a-1", "A 1", "A-1-2"], ".csv") == ("A-1.csv", "a-1-2.csv", "A-1-3.csv", "A-1-2-2.csv")


numbers = st.lists(st.text(max_size=120) | st.sampled_from(["nul", "NUL", "../x", "x", "X", "COM1.x"]), max_size=12)


@given(numbers)
@example(["a" * 200, "a" * 200, "a" * 79 + "-2"])
@example(["nul." + "x" * 100])
def test_every_name_is_safe_in_every_folder(drawn: list[str]) -> None:
    names = file_names(drawn, ".json")
    assert len({name.lower() for name in names}) == len(drawn)
    for name in names:
        stem = name.removesuffix(".json")
        assert 0 < len(stem) <= LONGEST
        assert set(stem) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._")
        assert stem[0] not in ".-"
        assert stem[-1] not in ". "
        assert stem.split(".")[0].upper() not in RESERVED
        assert (Path("/folder") / name).resolve().parent == Path("/folder")
        assert PureWindowsPath(name).name == name
