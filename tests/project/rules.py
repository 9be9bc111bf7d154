"""What no module of the package may do, as functions from syntax to offences.

Each rule is a function of one module's syntax, so that the tests can show that it fires.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_BODY = 60
LONGEST_FILE = 600
VAGUE_NAMES = frozenset({"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"})
CLOCKS = frozenset({"today", "now", "utcnow", "time", "time_ns", "monotonic", "perf_counter", "localtime", "gmtime"})
CLOCK_OWNERS = frozenset({"date", "datetime", "time"})

Functions = ast.FunctionDef | ast.AsyncFunctionDef


def long_bodies(module: ast.Module) -> Iterator[ast.AST]:
    """Functions whose body, without its docstring, spans more than `LONGEST_BODY` lines."""
    for node in ast.walk(module):
        if isinstance(node, Functions):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            if body and (body[-1].end_lineno or 0) - body[0].lineno + 1 > LONGEST_BODY:
                yield node


def clock_readings(module: ast.Module) -> Iterator[ast.AST]:
    """Calls such as `date.today()`, `datetime.now(...)` or `time.monotonic()`."""
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute):
            if node.attr in CLOCKS and _last_name(node.value) in CLOCK_OWNERS:
                yield node
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            yield node


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def guessing_date_parsers(module: ast.Module) -> Iterator[ast.AST]:
    """Imports of `dateutil.parser`, which swaps day and month from row to row, and of `rrule`, which skips months."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        if any(name.split(".")[:2] in (["dateutil", "parser"], ["dateutil", "rrule"]) for name in names):
            yield node


def unchecked_decimals(module: ast.Module) -> Iterator[ast.AST]:
    """Calls of `Decimal` on anything but a literal; text that people write goes through the grammar instead."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and _last_name(node.func) == "Decimal" and not _is_literal(node):
            yield node


def _is_literal(call: ast.Call) -> bool:
    return len(call.args) <= 1 and not call.keywords and all(isinstance(value, ast.Constant) for value in call.args)


def floats(module: ast.Module) -> Iterator[ast.AST]:
    """Literals with a decimal point or an exponent, and calls of `float`."""
    for node in ast.walk(module):
        is_literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        if is_literal or (isinstance(node, ast.Call) and _last_name(node.func) == "float"):
            yield node


def prints(module: ast.Module) -> Iterator[ast.AST]:
    """Calls of `print`, and uses of the standard streams."""
    for node in ast.walk(module):
        is_stream = isinstance(node, ast.Attribute) and node.attr in {"stdout", "stderr", "__stdout__", "__stderr__"}
        if is_stream or (isinstance(node, ast.Call) and _last_name(node.func) == "print"):
            yield node


def assertions(module: ast.Module) -> Iterator[ast.AST]:
    """`assert` statements; a broken invariant raises `InternalError`, also under `python -O`."""
    return (node for node in ast.walk(module) if isinstance(node, ast.Assert))
