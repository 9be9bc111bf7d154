"""Distributions made on the spot: modules in a folder, with what an installer would write beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def make_distribution(
    folder: Path, name: str, version: str, modules: Mapping[str, str], connectors: Mapping[str, str]
) -> None:
    """Put a distribution into a folder; it is installed once the folder is on the path.

    Args:
        folder: Where to.
        name: What it is called.
        version: Its version.
        modules: Source by the name of the module.
        connectors: What it registers under `billcheck.connectors`, by name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for module, source in modules.items():
        (folder / f"{module}.py").write_text(source, encoding="utf-8")
    facts = folder / f"{name.replace('-', '_')}-{version}.dist-info"  # as installers write it
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    entries = "".join(f"{connector} = {place}\n" for connector, place in connectors.items())
    (facts / "entry_points.txt").write_text(f"[billcheck.connectors]\n{entries}", encoding="utf-8")
