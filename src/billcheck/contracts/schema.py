"""The JSON Schema of a contract file.

Comes in: the shapes of its tables, and which keys a model needs and refuses. Goes out: a schema for editors and
validators, with a description of every key. Must not know files.
"""

from __future__ import annotations

from typing import Any

from billcheck.contracts.contract_shapes import REQUIRED_KEYS, FileShape
from billcheck.contracts.metering import KEYS_OF_METERED, QUANTITY_KEYS
from billcheck.contracts.price_keys import FOREIGN_TO_MODEL, REQUIRED_FOR_MODEL


def contract_schema() -> dict[str, object]:
    """The JSON Schema (draft 2020-12) of a contract file, with a description of every key.

    It describes files as JSON writes them; in TOML days may also be written without quotes.
    """
    schema = FileShape.model_json_schema()
    tables = {**schema.pop("$defs"), FileShape.__name__: schema}
    for table in tables.values():
        table["properties"] = {key: _tidy(value) for key, value in table["properties"].items()}
    for shape, keys in REQUIRED_KEYS.items():
        tables[shape.__name__]["required"] = list(keys)
    tables["FileShape"]["properties"]["contract"]["minItems"] = 1
    tables["ContractShape"]["properties"]["charge"]["minItems"] = 1
    tables["LateInvoiceCutoffShape"] |= _CUTOFF
    tables["ChargeShape"]["allOf"] = [
        *(_of_model(model, keys) for model, keys in REQUIRED_FOR_MODEL.items()),
        {
            "if": _METERED,
            "then": {"required": ["quantity_basis"], "properties": dict.fromkeys(QUANTITY_KEYS, False)},
            "else": {"properties": dict.fromkeys(KEYS_OF_METERED, False)},
        },
    ]
    root = tables.pop("FileShape")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "billcheck contract file",
        **{key: value for key, value in root.items() if key != "title"},
        "$defs": {
            name: {key: value for key, value in table.items() if key != "title"} for name, table in tables.items()
        },
    }


_CUTOFF: dict[str, Any] = {
    "oneOf": [{"required": [key], "properties": {key: {"minimum": 1}}} for key in ("days", "months")],
    "if": {"properties": {"effect": {"const": "discount"}}, "required": ["effect"]},
    "then": {"required": ["percent"]},
    "else": {"properties": {"percent": False}},
}
"""A clause on late invoices counts in days or in months, and reduces by a percent where it does not forfeit."""
_METERED = {"properties": {"metered": {"const": True}}, "required": ["metered"]}


def _of_model(model: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """What a charge of a model must have and must not have; a quantity only if it is not metered."""
    counted = [key for key in keys if key in QUANTITY_KEYS]
    then: dict[str, Any] = {
        "required": [key for key in keys if key not in counted],
        "properties": dict.fromkeys(FOREIGN_TO_MODEL[model], False),
    }
    if counted:
        then |= {"if": {"not": _METERED}, "then": {"required": counted}}
    return {"if": {"properties": {"model": {"const": model}}, "required": ["model"]}, "then": then}


def _tidy(key: dict[str, Any]) -> dict[str, Any]:
    """The schema of one key without what pydantic adds for its own sake: titles, and absence spelt as null."""
    choices = [choice for choice in key.get("anyOf", []) if choice not in ({"type": "null"}, _DATE_BY_TYPE)]
    tidy = {name: value for name, value in key.items() if name not in {"title", "anyOf", "default"}}
    if len(choices) == 1:
        return {**choices[0], **tidy}
    return {"anyOf": choices, **tidy} if choices else tidy


_DATE_BY_TYPE = {"type": "string", "format": "date"}
