"""The floors of the house hold, and the contracts that say so would notice if they did not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.project.sources import PACKAGE, ROOT, project_table

if TYPE_CHECKING:
    from pathlib import Path

BREACHES = {
    "money.py": "import billcheck.errors",
    "ledger/line.py": "import billcheck.engine.keys",
    "periods/reading.py": "import billcheck.pricing.schedule",
    "engine/keys.py": "import billcheck.connectors.files",
    "report/report.py": "import billcheck.recovery.options",
    "findings.py": "import pathlib",
    "recovery/client_view.py": "import billcheck.recovery.case",
    "recovery/notice/notice.py": "import billcheck.recovery.offer",
    "recovery/writing/page.py": "import billcheck.recovery.events",
    "pricing/models.py": "import os",
    "testing/rules.py": "import billcheck.cli.console",
    "cli/fetch.py": "import billcheck.testing",
    "connectors/live.py": "import billcheck.testing.truth",
    "contracts/terms.py": "import pydantic",
    "contracts/files.py": "import billcheck.configuration.rules",
    "configuration/rules.py": "import pydantic",
    "recovery/states.py": "import billcheck.recovery.ladder",
    "recovery/statement.py": "import billcheck.recovery.survival",
}
"""One import for each way of breaking a contract: rooms of one floor, upwards, and what lies outside the package."""


def run_contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the import contracts of the project in the folder that holds (a copy of) the package."""
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8", "COLUMNS": "200"},
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=120,
    )


@pytest.fixture
def copied_house(tmp_path: Path) -> Path:
    shutil.copytree(PACKAGE, tmp_path / "billcheck", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_no_room_imports_from_its_own_floor_or_above(copied_house: Path) -> None:
    done = run_contracts(copied_house)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_every_breach_is_noticed(copied_house: Path) -> None:
    for name, line in BREACHES.items():
        module = copied_house / "billcheck" / name
        module.write_text(f"{module.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    (copied_house / "billcheck" / "attic.py").write_text('"""A room without a floor."""\n', encoding="utf-8")
    done = run_contracts(copied_house)
    assert done.returncode == 1
    for name, line in BREACHES.items():
        importer = f"billcheck.{name.removesuffix('.py').replace('/', '.')}"
        assert re.search(rf"{importer} -> {line.removeprefix('import ')}\b", done.stdout), (importer, line, done.stdout)
    assert "billcheck.attic" in done.stdout


def test_the_layers_are_exhaustive_and_rooms_of_one_floor_do_not_see_each_other() -> None:
    (layers,) = [item for item in project_table()["tool"]["importlinter"]["contracts"] if item["type"] == "layers"]
    assert layers["exhaustive"] is True
    assert layers["containers"] == ["billcheck"]
    assert not layers.get("ignore_imports")
    assert not any(":" in floor for floor in layers["layers"])
