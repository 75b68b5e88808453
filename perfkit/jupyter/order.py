"""What a magic's line asks for: ``name <<``, then options, then the rest as it stands."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from perfkit.errors import UsageError

NAMED = re.compile(r"\s*([A-Za-z_]\w*)\s*<<(?!<)\s*")
_OPTION = re.compile(r"\s*--([a-z][a-z-]*)(?:=|\s+|$)")
_JSON_WORDS = {"null": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a magic's line asks for."""

    name: str | None
    """Variable that keeps the result; None keeps it in none."""
    options: Mapping[str, str | bool]
    rest: str


def read_order(line: str, takes: Mapping[str, bool]) -> Order:
    """Take a line apart. ``takes`` says of each option whether it has a value. An option's value may be quoted.

    >>> read_order("slow << --runs 9 select 1", {"runs": True})
    Order(name='slow', options={'runs': '9'}, rest='select 1')
    """
    name = None
    options: dict[str, str | bool] = {}
    while True:
        if name is None and (named := NAMED.match(line)):
            name, line = named.group(1), line[named.end() :]
            continue
        option = _OPTION.match(line)
        # -- also begins an SQL comment, but there no name follows at once that is an option's
        if not option or (option.group(1) not in takes and line.lstrip().startswith("-- ")):
            return Order(name=name, options=options, rest=line.strip())
        if option.group(1) not in takes:
            raise UsageError(f"there is no option --{option.group(1)}; {_listed(takes)}; see %perfkit help")
        line = line[option.end() :]
        options[option.group(1)] = True
        if takes[option.group(1)]:
            options[option.group(1)], line = _value(option.group(1), line)


def _value(option: str, line: str) -> tuple[str, str]:
    """An option's value and what follows it: a quoted text, a list, or a word."""
    line = line.lstrip()
    if line.startswith("["):
        end = _end_of_list(line)
        if end is None:
            raise UsageError(f"--{option} holds no list: {line}")
        return line[:end], line[end:]
    match = re.match(r"""'[^']*'|"[^"]*"|\S+""", line)
    if not match:
        raise UsageError(f"--{option} needs a value")
    word = match.group()
    return (word[1:-1] if word[0] in "'\"" else word), line[match.end() :]


def _end_of_list(line: str) -> int | None:
    """Where the list that the line begins with ends; None where it does not."""
    depth = 0
    for token in re.finditer(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[\[\]]""", line):
        depth += {"[": 1, "]": -1}.get(token.group(), 0)
        if depth == 0:
            return token.end()
    return None


def _listed(takes: Mapping[str, bool]) -> str:
    return "there are " + ", ".join(f"--{name}" for name in takes) if takes else "there is none here"


def values_of(given: str, names: Mapping[str, object]) -> Sequence[object]:
    """Values of $1 …: what the variable of that name holds, or a list of JSON values and variables.

    >>> values_of('[customer, "open", null]', {"customer": 42})
    [42, 'open', None]
    """
    if given.isidentifier() and given in names:
        values = names[given]
        if not isinstance(values, list | tuple):
            raise UsageError(
                f"--params needs a list of values, got a {type(values).__name__}; write [{given}] for one value"
            )
        return values
    try:
        written = ast.parse(given, mode="eval").body
    except (SyntaxError, ValueError):
        written = None
    if not isinstance(written, ast.List):
        raise UsageError(f"--params takes a list or the name of a variable that holds one, got {given}")
    return [_item(item, names) for item in written.elts]


def _item(item: ast.expr, names: Mapping[str, object]) -> object:
    if isinstance(item, ast.Name):
        if item.id in names:
            return names[item.id]
        if item.id in _JSON_WORDS:
            return _JSON_WORDS[item.id]
        raise UsageError(f"--params names {item.id}, which is no variable here")
    try:
        return ast.literal_eval(item)
    except ValueError:
        raise UsageError(
            f"--params takes values and names of variables, got {ast.unparse(item)}; give it a name first"
        ) from None


def number(name: str, options: Mapping[str, str | bool], kind: Callable[[str], Any], default: Any) -> Any:
    """An option's value as a number; ``default`` where it is not given."""
    if name not in options:
        return default
    try:
        return kind(str(options[name]))
    except ValueError:
        raise UsageError(f"--{name} takes a number, got {options[name]}") from None
