from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.interruptions.killed import killed_until_done

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(os.name == "nt", reason="there is no such signal")
@pytest.mark.parametrize(("name", "seed"), [("quickbooks", 2), ("xero", 3)])
def test_a_fetch_that_is_killed_and_run_again_loses_neither_document_nor_sign_in(
    tmp_path: Path, name: str, seed: int
) -> None:
    outcome = killed_until_done(name, seed, tmp_path, once_held=True)
    assert outcome.wrong == ()
    assert outcome.killed
    assert outcome.went_on
