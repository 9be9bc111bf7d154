"""`billcheck.recovery` offers what it names, and loads a room only when somebody asks for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from billcheck import recovery


@pytest.mark.parametrize("name", recovery.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(recovery, name) is not None
    assert name in dir(recovery)


def test_names_stand_once_and_in_order() -> None:
    names = list(recovery.__all__)
    assert len(set(names)) == len(names)
    assert names == sorted(names, key=lambda name: (not name.isupper(), name.islower() or "_" in name, name))


def test_anything_else_is_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'dunning'"):
        _ = recovery.dunning  # type: ignore[attr-defined]


def test_naming_the_library_loads_no_room() -> None:
    code = "import sys, billcheck.recovery; print([name for name in sys.modules if 'recovery.' in name])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
