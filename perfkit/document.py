"""Values to JSON documents and back: ``{"schema": "perfkit.<kind>/<version>", …}``.

Fields are written under the names they have in Python. A plan is written as EXPLAIN (FORMAT JSON) writes it, so that
other tools can read it. Only home of cattrs.
"""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from perfkit.errors import UsageError
from perfkit.plan.model import Plan

T = TypeVar("T")


@cache
def _converter() -> Any:
    from cattrs import Converter

    from perfkit.plan import dump_json, read_json

    converter = Converter(forbid_extra_keys=False, prefer_attrib_converters=False)
    converter.register_unstructure_hook(Plan, dump_json)
    converter.register_structure_hook(Plan, lambda document, _: read_json(document))
    # by predicate: a hook registered for the class object would catch every class
    converter.register_structure_hook_func(lambda kind: kind is object, lambda value, _: value)
    converter.register_structure_hook(str | int | float | bool | None, lambda value, _: value)
    converter.register_structure_hook(float, lambda value, _: float(value))
    return converter


def to_document(value: object, schema: str | None = None) -> dict[str, Any]:
    """The value as plain dicts, lists, text and numbers, headed by its schema where one is given."""
    body: dict[str, Any] = _converter().unstructure(value)
    return {"schema": schema, **body} if schema else body


def from_document(kind: type[T], document: dict[str, Any], schema: str | None = None) -> T:
    """The value that a document holds; UsageError when it is of another schema or a field is missing or wrong."""
    from cattrs import BaseValidationError, transform_error

    found = document.get("schema")
    if schema is not None and found != schema:
        raise UsageError(
            f"this document says schema {found!r}, expected {schema!r}; was it written by another tool or version?"
        )
    try:
        value: T = _converter().structure({k: v for k, v in document.items() if k != "schema"}, kind)
    except BaseValidationError as error:
        raise UsageError(
            f"this {schema or kind.__name__} document is damaged: {transform_error(error)[0]}"
        ) from None
    return value


def write(path: Path, value: object, schema: str) -> None:
    """Write the value as a JSON document, whole or not at all; UsageError where that cannot be."""
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.write_text(dumps(to_document(value, schema)), encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


def dumps(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def read(kind: type[T], path: Path, schema: str) -> T:
    """Read a value back; UsageError names the file when it cannot be read."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"{path} is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise UsageError(f"{path} holds no perfkit document: expected a JSON object")
    return from_document(kind, document, schema)
