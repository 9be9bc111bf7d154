"""`billcheck.recovery` as a library: every name is there, whatever was imported before."""

from __future__ import annotations

import pkgutil

import pytest

from billcheck import recovery


@pytest.mark.parametrize("name", recovery.__all__)
def test_every_name_leads_somewhere(name: str) -> None:
    assert getattr(recovery, name) is not None


def test_no_name_is_that_of_a_room() -> None:
    """Importing a room makes it an attribute of its house, and would hide a function of the same name."""
    rooms = {module.name for module in pkgutil.iter_modules(recovery.__path__)}
    assert rooms & {*recovery.__all__} == set()
