"""What is held of a fetch, as a file: kept through crashes, and never believed where it is not as it was written."""

from __future__ import annotations

import os
import stat
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billcheck.connectors import held_lines
from billcheck.connectors.base import Request
from billcheck.connectors.checkpoint import Checkpoint, checkpoint_path, read_base, remove_old
from billcheck.connectors.held_lines import (
    HeldPage,
    NotBelievedError,
    fetch_name,
    header,
    line_of,
    page_line,
    read_held,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2026, 9, 4, 12, tzinfo=UTC)
NAME = fetch_name("xero", "t-1", Request(first_day=date(2026, 1, 1), last_day=date(2026, 12, 31)))
PAGE = HeldPage(2, 3, (("a", {"Total": Decimal("40.00")}), ("b", {"Name": "Zoë", "Lines": [1, None, True]})))


def opened(folder: Path, told: list[str] | None = None, *, now: datetime = NOW, is_fresh: bool = False) -> Checkpoint:
    tell = (told if told is not None else []).append
    path = checkpoint_path(folder, NAME)
    return Checkpoint.open(path, NAME, now=now, whole_since=now, is_fresh=is_fresh, tell=tell)


def left(folder: Path) -> Path:
    """What a run that broke off leaves."""
    made = opened(folder)
    made.keep("Invoices", 1, PAGE)
    made.keep("Invoices", 2, HeldPage(2, 3, (("c", {"Total": Decimal("1E+2")}),), is_last=True))
    made.mend("Invoices", "a", {"Total": Decimal("41.0")})
    made.prove("Contacts")
    made.close()
    return made.path


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    path = left(tmp_path / "state")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = opened(tmp_path / "state", now=NOW + timedelta(hours=3))
    assert (again.begun, again.objects) == (NOW, 3)
    held = again.take("Invoices")
    assert held.pages[1] == PAGE
    assert held.pages[2].is_last
    assert str(held.pages[2].items[0][1]["Total"]) == "1E+2"
    assert held.mended == {"a": {"Total": Decimal("41.0")}}
    assert not held.is_proved
    assert again.take("Contacts").is_proved
    assert again.take("Invoices").pages == {}
    again.finish()
    assert list((tmp_path / "state").iterdir()) == []


NUMBER = st.decimals(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | NUMBER,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["$", "Total"]), inner, max_size=2),
    max_leaves=4,
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["a", "$", "b"]), JSON, max_size=2))
def test_a_line_gives_back_every_object_exactly_or_is_not_written(data: dict[str, Any]) -> None:
    first = line_of(header(NAME, NOW, NOW), "")
    assert first is not None
    second = line_of(page_line("q", 1, HeldPage(1, 1, (("a", data),))), first[1])
    if second is None:
        assert "$" in str(data)
        return
    held = read_held([first[0], second[0]], NAME)
    assert held is not None
    assert repr(held.queries["q"].pages[1].items[0][1]) == repr(data)


def test_an_end_that_was_cut_off_is_dropped_and_written_anew(tmp_path: Path) -> None:
    path = left(tmp_path)
    whole = path.read_bytes()
    for cut in (1, 40, 200):
        path.write_bytes(whole[:-cut])
        told: list[str] = []
        again = opened(tmp_path, told)
        assert told == []
        again.prove("Contacts")
        again.close()
        last = opened(tmp_path, told)
        assert told == []
        assert last.take("Contacts").is_proved
        last.close()


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def forged(change: Callable[[dict[str, Any]], dict[str, Any]]) -> bytes:
    """A file whose digests are right, so that only what it says is wrong."""
    first = line_of(change(header(NAME, NOW, NOW)), "")
    assert first is not None
    return first[0]


def behind(value: dict[str, Any]) -> bytes:
    first = line_of(header(NAME, NOW, NOW), "")
    assert first is not None
    second = line_of(value, first[1])
    assert second is not None
    return first[0] + second[0]


HOSTILE: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "an amount was edited": (lambda path: path.read_bytes().replace(b"40.00", b"40.01"), "line 2 is not as it was"),
    "a page was removed": (lambda path: b"".join([*lines_of(path)[:1], *lines_of(path)[2:]]), "line 2 is not as"),
    "two pages changed places": (
        lambda path: b"".join(lines_of(path)[at] for at in (0, 2, 1, 3, 4)),
        "line 2 is not as it was written",
    ),
    "a page comes twice": (lambda path: b"".join(lines_of(path)[at] for at in (0, 1, 1)), "line 3 is not as it was"),
    "no JSON at all": (lambda _: b"hello\n", "line 1 is not as it was written"),
    "bytes": (lambda _: b"\x00\xff\xfe\n\x00\n", "line 1 is not as it was written"),
    "an empty line": (lambda path: b"\n" + path.read_bytes(), "line 1 is not as it was written"),
    "another format": (
        lambda _: forged(lambda one: {**one, "billcheck_held": 99}),
        "written by another version of billcheck",
    ),
    "another billcheck": (
        lambda _: forged(lambda one: {**one, "billcheck": "0.0.1"}),
        "written by another version of billcheck",
    ),
    "another organisation": (lambda _: forged(lambda one: {**one, "organisation_id": "t-2"}), "It is of another fetch"),
    "a moment that is none": (lambda _: forged(lambda one: {**one, "begun": "soon"}), "none of ours"),
    "a key more": (lambda _: forged(lambda one: {**one, "more": 1}), "It is of another fetch"),
    "a line without a query": (lambda _: behind({"page": 1}), "none of ours"),
    "a page without objects": (lambda _: behind({"query": "q", "page": 1}), "none of ours"),
    "a number that is none": (
        lambda _: behind({"query": "q", "page": 1, "size": 1, "stated": 1, "is_last": True, "items": [["a", {}], 5]}),
        "none of ours",
    ),
    "an older one": (
        lambda _: forged(lambda one: {**one, "begun": (NOW - timedelta(days=2)).isoformat()}),
        "not within the last day",
    ),
    "one of tomorrow": (
        lambda _: forged(lambda one: {**one, "begun": (NOW + timedelta(days=1)).isoformat()}),
        "not within the last day",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_as_it_was_written_is_thrown_away_with_words(tmp_path: Path, name: str) -> None:
    path = left(tmp_path)
    make, words = HOSTILE[name]
    path.write_bytes(make(path))
    told: list[str] = []
    again = opened(tmp_path, told)
    assert len(told) == 1
    assert words in told[0]
    assert told[0].endswith("What it holds is thrown away, and everything is read.")
    assert (again.objects, again.begun) == (0, NOW)
    again.keep("Invoices", 1, PAGE)
    again.close()
    assert opened(tmp_path, told).objects == 2
    assert len(told) == 1


@pytest.mark.parametrize("body", ["[1]", "{", '"text"', '{"$":"x"}', "[" * 5000, "NaN"])
def test_a_line_with_a_right_digest_and_no_sense(body: str) -> None:
    digest = held_lines._digest_of("", body.encode())
    line = b'{"digest":"' + digest.encode() + b'","held":' + body.encode() + b"}\n"
    with pytest.raises(NotBelievedError):
        read_held([line], NAME)
    assert read_held([], NAME) is None


def test_fresh_throws_away_what_is_held_without_a_word(tmp_path: Path) -> None:
    left(tmp_path)
    told: list[str] = []
    assert opened(tmp_path, told, is_fresh=True).objects == 0
    assert told == []


def test_two_runs_never_mix(tmp_path: Path) -> None:
    left(tmp_path)
    first, told = opened(tmp_path), list[str]()
    second = opened(tmp_path, told)
    assert told == [
        "Another run of the same fetch is under way: this one keeps nothing for the case of an interruption."
    ]
    second.keep("Other", 1, PAGE)
    assert (second.objects, second.take("Invoices").pages) == (0, {})
    second.finish()
    assert first.take("Invoices").pages
    first.close()
    assert opened(tmp_path).objects == 3


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nobody is kept from a folder")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    told: list[str] = []
    opened(tmp_path / "state", told).keep("Invoices", 1, PAGE)
    assert "What is read is not kept" in told[0]


def test_where_a_file_cannot_be_made_nothing_is_kept_and_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    told: list[str] = []
    made = opened(tmp_path / "state", told)
    made.keep("Invoices", 1, PAGE)
    made.finish()
    assert len(told) == 1
    assert "What is read is not kept for the case of an interruption." in told[0]


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("keep me")
    checkpoint_path(tmp_path, NAME).symlink_to(other)
    told: list[str] = []
    opened(tmp_path, told).keep("Invoices", 1, PAGE)
    assert other.read_text() == "keep me"
    assert len(told) == 1


def test_what_nobody_takes_up_any_more_is_removed(tmp_path: Path) -> None:
    path = left(tmp_path)
    moment = path.stat().st_mtime
    remove_old(tmp_path, datetime.fromtimestamp(moment, UTC) + timedelta(hours=20))
    assert path.exists()
    remove_old(tmp_path, datetime.fromtimestamp(moment, UTC) + timedelta(hours=25))
    assert not path.exists()


def base(folder: Path, *, whole_since: datetime = NOW, begun: datetime = NOW) -> Path:
    path = checkpoint_path(folder, NAME, is_base=True)
    own = checkpoint_path(folder, NAME)
    made = Checkpoint.open(own, NAME, now=begun, whole_since=whole_since, is_fresh=False, tell=lambda _: None)
    made.keep("Invoices", 1, PAGE)
    made.prove("Invoices")
    made.finish(path)
    return path


def test_a_fetch_that_came_to_its_end_is_the_base_of_the_next(tmp_path: Path) -> None:
    path = base(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    held = read_base(path, NAME, now=NOW + timedelta(days=7), tell=lambda _: None)
    assert held is not None
    assert held.queries["Invoices"].is_proved
    assert held.begun == NOW


@pytest.mark.parametrize(
    ("change", "days", "words"),
    [
        (lambda data: data, 31, "after 30 days it is read again"),
        (lambda data: data, -2, "after 30 days it is read again"),
        (lambda data: data[:-9], 1, "It was cut short."),
        (lambda _: b"", 1, "It was cut short."),
        (lambda data: data.replace(b"40.00", b"50.00"), 1, "line 2 is not as it was written."),
    ],
)
def test_a_base_that_is_not_built_upon(tmp_path: Path, change: Callable[[bytes], bytes], days: int, words: str) -> None:
    path = base(tmp_path)
    path.write_bytes(change(path.read_bytes()))
    told: list[str] = []
    assert read_base(path, NAME, now=NOW + timedelta(days=days), tell=told.append) is None
    assert len(told) == 1
    assert words in told[0]


def test_a_base_that_is_not_there_or_no_file(tmp_path: Path) -> None:
    told: list[str] = []
    assert read_base(tmp_path / "none", NAME, now=NOW, tell=told.append) is None
    assert read_base(tmp_path, NAME, now=NOW, tell=told.append) is None
    assert told[0] == "Nothing is held of an earlier fetch of the same, so everything is read."
    assert told[1].endswith("Everything is read.")
