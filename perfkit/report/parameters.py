"""Parameters of a notebook: read from the one cell tagged ``parameters``, by Python's own parser.

The cell holds nothing but lines of the form ``name: type = literal  # help`` with the types str, int, float, bool and
list[str]. What does not fit is refused with its line, so a run never starts with a parameter that was silently ignored.
"""

from __future__ import annotations

import ast
import io
import json
import math
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from perfkit.errors import UsageError
from perfkit.report.secrets import holds_password

Value = str | int | float | bool | list[str]

TYPES = ("str", "int", "float", "bool", "list[str]")

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One thing a notebook can be told."""

    name: str
    type: str
    """str, int, float, bool or list[str]"""
    default: Value
    help: str


def describe(notebook: Path) -> tuple[Parameter, ...]:
    """The notebook's parameters in their order; UsageError names the line that is no parameter."""
    return parameters_of(json.loads(notebook.read_text(encoding="utf-8")), notebook.name)


def parameters_of(notebook: Mapping[str, Any], name: str) -> tuple[Parameter, ...]:
    """The parameters that a notebook document declares; none where it has no parameters cell."""
    cells = [cell for cell in notebook["cells"] if "parameters" in cell.get("metadata", {}).get("tags", ())]
    if not cells:
        return ()
    if len(cells) > 1:
        raise UsageError(f"{name} has {len(cells)} cells tagged parameters; tag exactly one")
    return parse("".join(cells[0]["source"]), name)


def parse(source: str, notebook: str = "the notebook") -> tuple[Parameter, ...]:
    """Parameters declared by the text of a parameters cell.

    >>> [(p.name, p.type, p.default, p.help) for p in parse('scale: float = 1  # share of the full size')]
    [('scale', 'float', 1.0, 'share of the full size')]
    """
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise UsageError(
            f"the parameters cell of {notebook} is not Python: {error.msg}, line {error.lineno}"
        ) from None
    comments = _comments(source)
    found: dict[str, Parameter] = {}
    for statement in statements:
        parameter = _parameter(
            statement, comments, f"line {statement.lineno} of the parameters cell of {notebook}"
        )
        if parameter.name in found:
            raise UsageError(f"the parameters cell of {notebook} declares {parameter.name} twice")
        found[parameter.name] = parameter
    return tuple(found.values())


def bind(parameters: tuple[Parameter, ...], given: Mapping[str, object], notebook: str) -> dict[str, Value]:
    """The given values, each checked and converted to its parameter's type; texts from a command line are parsed."""
    known = {parameter.name: parameter for parameter in parameters}
    bound: dict[str, Value] = {}
    for name, value in given.items():
        if name not in known:
            raise UsageError(_unknown(name, tuple(known), notebook))
        if holds_password(value):
            raise UsageError(
                f"parameter {name} holds a password, and parameters are written into the report; put the connection "
                "string into an environment variable and pass the variable's name as dsn_variable"
            )
        bound[name] = _convert(known[name], value)
    return bound


def _unknown(name: str, known: tuple[str, ...], notebook: str) -> str:
    if not known:
        return f"{notebook} takes no parameters, got {name}"
    near = get_close_matches(name, known, 1)
    hint = f"did you mean {near[0]}?" if near else f"it takes {', '.join(known)}"
    return f"{notebook} has no parameter {name}; {hint}"


def _parameter(statement: ast.stmt, comments: Mapping[int, str], place: str) -> Parameter:
    if (
        not isinstance(statement, ast.AnnAssign)
        or not isinstance(statement.target, ast.Name)
        or statement.value is None
    ):
        raise UsageError(f"{place} is no parameter; write name: type = value  # help")
    if statement.end_lineno != statement.lineno:
        raise UsageError(f"{place} goes over several lines; a parameter is one line, SQL goes into a file")
    kind = ast.unparse(statement.annotation)
    if kind not in TYPES:
        raise UsageError(f"{place} has the type {kind}; parameters are {', '.join(TYPES)}")
    try:
        literal = ast.literal_eval(statement.value)
    except ValueError:
        raise UsageError(f"{place} is no literal; a parameter's default is a plain value") from None
    value = _typed(kind, literal)
    if value is None:
        raise UsageError(f"{place} says {kind} but its value is {literal!r}")
    return Parameter(
        name=statement.target.id, type=kind, default=value, help=comments.get(statement.lineno, "")
    )


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("#").strip() for token in tokens if token.type == tokenize.COMMENT
    }


def _convert(parameter: Parameter, value: object) -> Value:
    parsed = _parsed(parameter.type, value) if isinstance(value, str) else value
    typed = _typed(parameter.type, parsed)
    if typed is None:
        raise UsageError(f"parameter {parameter.name} takes {_WORDS[parameter.type]}, got {value!r}")
    return typed


_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "list[str]": 'a JSON list of texts such as ["a", "b"]',
}


def _parsed(kind: str, text: str) -> object:
    """What a text means as a value of that type; the text itself when it means none."""
    try:
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
        if kind == "list[str]":
            return json.loads(text)
    except ValueError:
        return text
    if kind == "bool" and text.strip().lower() in _TRUE + _FALSE:
        return text.strip().lower() in _TRUE
    return text


def _typed(kind: str, value: object) -> Value | None:
    """The value where it is of that type, None where it is not. A whole number is a fine float, a bool is no number."""
    if kind == "list[str]":
        return (
            list(value) if isinstance(value, list) and all(isinstance(item, str) for item in value) else None
        )
    if isinstance(value, bool):
        return value if kind == "bool" else None
    if kind == "float" and isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    if kind == "int" and isinstance(value, int):
        return value
    return value if kind == "str" and isinstance(value, str) else None
