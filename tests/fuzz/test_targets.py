"""The targets of the fuzzer on their seeds, on damaged seeds and on any bytes: so that they cannot rot."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billcheck.connectors.files import invoice_xml
from billcheck.connectors.files.tokens import StrayQuoteError, Tokenizer
from billcheck.errors import LedgerRefusedError
from billcheck.grammar import AmountMarks, DateFormats, DateReadings
from tests.fuzz.seeds import SEEDS
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]


def test_every_target_has_seeds() -> None:
    assert SEEDS.keys() == TARGETS.keys()
    assert all(SEEDS.values())


@pytest.mark.parametrize(("target", "seed"), [(name, seed) for name, seeds in SEEDS.items() for seed in seeds])
def test_a_seed_finds_nothing(target: str, seed: bytes) -> None:
    TARGETS[target](seed)


@pytest.mark.parametrize("target", TARGETS)
@given(data=st.data())
def test_a_damaged_seed_finds_nothing(target: str, data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from(SEEDS[target]))
    for _ in range(data.draw(st.integers(1, 3))):
        begin = data.draw(st.integers(0, len(seed)))
        end = data.draw(st.integers(begin, min(len(seed), begin + 8)))
        seed = seed[:begin] + data.draw(st.binary(max_size=4)) + seed[end:]
    TARGETS[target](seed)


@pytest.mark.parametrize("target", TARGETS)
@given(data=st.binary(max_size=300))
def test_any_bytes_find_nothing(target: str, data: bytes) -> None:
    TARGETS[target](data)


def test_a_target_finds_a_lost_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    parse = AmountMarks.parse
    monkeypatch.setattr(AmountMarks, "parse", lambda self, *what: abs(parse(self, *what)))
    with pytest.raises(AssertionError, match="found Fraction"):
        TARGETS["amounts"](b"\x01-5.00")


def test_a_target_finds_an_exchanged_month(monkeypatch: pytest.MonkeyPatch) -> None:
    read = DateFormats.read
    turned = lambda self, text: DateReadings(read(self, text).month_first, read(self, text).day_first)  # noqa: E731
    monkeypatch.setattr(DateFormats, "read", turned)
    with pytest.raises(AssertionError, match=r"found datetime\.date"):
        TARGETS["dates"](b"\x0002/03/2026")


def test_a_target_finds_a_changed_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.targets.cell_text", lambda cell, _: cell.decode() + "x")
    with pytest.raises(AssertionError, match="expected"):
        TARGETS["csv"](b"\x00a,b\n")


def test_a_target_finds_a_needless_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise LedgerRefusedError([StrayQuoteError("ledger.csv")])

    monkeypatch.setattr(Tokenizer, "slabs", refuse)
    with pytest.raises(AssertionError, match="found False"):
        TARGETS["csv"](b"\x00a,b\n")


def test_a_target_lets_no_other_error_of_a_reader_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invoice_xml, "read_invoice", lambda *_: int(""))
    with pytest.raises(ValueError, match="invalid literal"):
        TARGETS["xml"](b"<Invoice/>")


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="the fuzzer has no build for this Python")
def test_the_fuzzer_runs_a_target() -> None:
    command = [sys.executable, "-m", "tests.fuzz.run", "--target", "dates", "--runs", "300"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, "1 of 1 targets found nothing."), ran.stderr
