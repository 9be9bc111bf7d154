"""The project's own files, as the tests of this folder look at them."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "billcheck"


def modules(folder: Path = PACKAGE) -> list[Path]:
    """Every Python file below a folder, in the order of their names."""
    return sorted(folder.rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax of one module."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def place(path: Path, node: ast.AST) -> str:
    """Where a node stands, as ``money.py:12``."""
    return f"{path.relative_to(PACKAGE) if path.is_relative_to(PACKAGE) else path}:{getattr(node, 'lineno', 0)}"


def project_table() -> dict[str, Any]:
    """`pyproject.toml` as a whole."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def text_of(name: str) -> str:
    """One text file of the project, by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")
