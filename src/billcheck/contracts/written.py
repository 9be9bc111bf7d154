"""Contracts as they were written, in another kind of file.

Comes in: tables of contracts, as contract files hold them. Goes out: the same tables as TOML, JSON or YAML text, as
texts of CSV files, or as the bytes of an XLSX workbook; reading that gives equal contracts. Every text stands in quotes
or in a cell that is one, so that no reader makes anything else of it. Must not know what the tables mean.
"""

from __future__ import annotations

import csv
import json
import re
from copy import deepcopy
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

from billcheck.characters import visible_json
from billcheck.contracts.rows import to_rows
from billcheck.contracts.sheets import guarded
from billcheck.contracts.uplifts import CONTRACT_ESCALATOR
from billcheck.errors import Problem, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from billcheck.contracts.columns import Tree
    from billcheck.contracts.rows import Table
    from billcheck.contracts.terms import Contract
    from billcheck.contracts.uplifts import IndexClause

CHARGES_FILE = "contracts.csv"
AMENDMENTS_FILE = "amendments.csv"

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LAST_OF_FOUR_DIGITS = 0xFFFF
_LONGEST_COLUMN = 60
_SAME_TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""What a workbook says of when it was made, so that the same contracts give the same bytes."""


class LongCellError(Problem):
    """A sheet of a workbook cannot hold this."""

    remedy = "A cell holds 32,767 characters and a sheet 1,048,576 rows; write another kind of file."


class MissingWriterError(Problem):
    """The package that writes workbooks is not installed."""

    remedy = "Run: pip install 'billcheck[xlsx]'"


def self_contained(table: dict[str, Any], contract: Contract) -> dict[str, Any]:
    """The table of a contract with the values of its indices in place of the files they were read from.

    Such a file lies beside the contract file, and the same contract elsewhere would not find it.
    """
    whole = deepcopy(table)
    # What a commitment or a deposit comes to follows the charges that were written.
    written = contract.charges[: len(whole["charge"])]
    for key, name in (("renewal", "renewal"), ("escalator", CONTRACT_ESCALATOR)):
        index = whole.get(key, {}).get("index", {})
        if "file" in index:
            uplifts = (uplift for terms in written for uplift in terms.escalators if uplift.name == name)
            _put_values(index, next((uplift.index for uplift in uplifts), None))
    for charge, terms in zip(whole["charge"], written, strict=True):
        index = charge.get("escalator", {}).get("index", {})
        if "file" in index:
            _put_values(index, terms.escalators[0].index)
    return whole


def _put_values(index: dict[str, Any], clause: IndexClause | None) -> None:
    """The values of an index in place of its file, where a charge follows it."""
    if clause is not None:
        del index["file"]
        index["values"] = {f"{month:%Y-%m}": f"{value:f}" for month, value in clause.values}


def to_toml(contracts: Sequence[dict[str, Any]]) -> str:
    """Contracts as a TOML file."""
    lines: list[str] = []
    for contract in contracts:
        lines += ["[[contract]]", *_toml_keys(contract, ("charge",))]
        for charge in contract["charge"]:
            lines += ["", "[[contract.charge]]", *_toml_keys(charge)]
        lines.append("")
    return "\n".join(lines)


def _toml_keys(table: dict[str, Any], apart: tuple[str, ...] = ()) -> list[str]:
    return [f"{_toml_key(key)} = {toml_text(value)}" for key, value in table.items() if key not in apart]


def _toml_key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else quoted(key)


def toml_text(value: Tree) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, dict):
        inner = ", ".join(f"{_toml_key(key)} = {toml_text(below)}" for key, below in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(toml_text(item) for item in value)}]"
    return _scalar(value)


def to_json(contracts: Sequence[dict[str, Any]]) -> str:
    """Contracts as a JSON file."""
    text = json.dumps({"contract": list(contracts)}, indent=2, ensure_ascii=False, default=date.isoformat)
    return visible_json(text) + "\n"


def to_yaml(contracts: Sequence[dict[str, Any]]) -> str:
    """Contracts as a YAML file."""
    return "\n".join(["contract:", *_yaml_list(list(contracts), 1), ""])


def _yaml_list(items: list[Any], depth: int) -> list[str]:
    lines = []
    for item in items:
        if isinstance(item, dict) and item:
            first, *others = _yaml_keys(item, depth + 1)
            lines += [f"{'  ' * depth}- {first.lstrip()}", *others]
        else:
            lines.append(f"{'  ' * depth}- {_yaml_inline(item)}")
    return lines


def _yaml_keys(table: dict[str, Any], depth: int) -> list[str]:
    lines = []
    for key, value in table.items():
        name = f"{'  ' * depth}{key if key.isidentifier() and key.isascii() else quoted(key)}:"
        if isinstance(value, dict) and value:
            lines += [name, *_yaml_keys(value, depth + 1)]
        elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
            lines += [name, *_yaml_list(value, depth + 1)]
        else:
            lines.append(f"{name} {_yaml_inline(value)}")
    return lines


def _yaml_inline(value: Tree) -> str:
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return f"[{', '.join(_yaml_inline(item) for item in value)}]"
    return quoted(value.isoformat()) if isinstance(value, date) else _scalar(value)


def _scalar(value: Tree) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return value.isoformat() if isinstance(value, date) else quoted(value)


def quoted(text: str) -> str:
    """A text between double quotes, as TOML and YAML both read it: what is not printable stands as an escape."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable() and character != "\N{ZERO WIDTH NO-BREAK SPACE}":
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= _LAST_OF_FOUR_DIGITS else f"\\U{code:08x}"


def to_csv(contracts: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Contracts as the texts of CSV files, by the name of the file; no file of amendments where there are none."""
    charges, amendments = to_rows(contracts)
    texts = {CHARGES_FILE: _csv(charges)}
    return texts if amendments is None else {**texts, AMENDMENTS_FILE: _csv(amendments)}


def _csv(table: Table) -> str:
    stream = StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    for row in (table.headings, *table.rows):
        writer.writerow([guarded(cell) for cell in row])
    return stream.getvalue()


def to_xlsx(contracts: Sequence[dict[str, Any]]) -> bytes:
    """Contracts as a workbook whose cells are all texts.

    Raises:
        UsageError: The package that writes workbooks is not installed, or the contracts are too many or too long.
    """
    try:
        import xlsxwriter  # noqa: PLC0415 - an extra, loaded when a workbook is written
    except ImportError:
        raise UsageError([MissingWriterError("--to xlsx")]) from None
    stream = BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"created": _SAME_TIME})
    bold, text = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "@"})
    for table in to_rows(contracts):
        if table is None:
            continue
        sheet = workbook.add_worksheet(table.name)
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(table.headings):
            sheet.write_string(0, column, heading, bold)
            widest = max(len(cell) for cell in (heading, *(row[column] for row in table.rows)))
            sheet.set_column(column, column, min(widest, _LONGEST_COLUMN) + 2, text)
        for number, row in enumerate(table.rows, start=1):
            for column, cell in enumerate(row):
                if cell and sheet.write_string(number, column, cell, text):
                    raise UsageError([LongCellError("--to xlsx", cell[:80])])
    workbook.close()
    return stream.getvalue()
