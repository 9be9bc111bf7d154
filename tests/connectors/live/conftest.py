"""Connections that the tests of live ledgers open are closed behind each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.connectors.live import connections

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _closed_connections() -> Iterator[None]:
    yield
    connections.close_all()
