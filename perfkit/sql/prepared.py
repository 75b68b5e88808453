"""PREPARE and EXECUTE taken apart: the statement behind a name, and what it is executed with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from perfkit.errors import UsageError
from perfkit.sql.tokens import Token, scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """PREPARE name (types) AS text."""

    name: str
    text: str
    is_typed: bool
    """Whether types of parameters were declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """EXECUTE name(arguments)."""

    name: str
    arguments: tuple[str, ...]
    """The expressions as they were written."""


def read_prepared(text: str) -> Prepared | None:
    """The parts of a PREPARE; None for every other statement.

    >>> read_prepared("prepare q (int) as select $1")
    Prepared(name='q', text='select $1', is_typed=True)
    """
    tokens = scan(text)
    if len(tokens) < 4 or not tokens[0].is_word("prepare"):
        return None
    place = 2
    if tokens[2].text == "(":
        place = _closing(tokens, 2) + 1
    if place + 1 >= len(tokens) or not tokens[place].is_word("as"):
        return None
    return Prepared(name=tokens[1].name, text=text[tokens[place + 1].start :].strip(), is_typed=place > 2)


def read_execution(text: str) -> Execution | None:
    """The parts of an EXECUTE; None for every other statement.

    >>> read_execution("execute q(1, array[2, 3], f(4, 5))")
    Execution(name='q', arguments=('1', 'array[2, 3]', 'f(4, 5)'))
    """
    tokens = scan(text.strip().rstrip(";"))
    if len(tokens) < 2 or not tokens[0].is_word("execute"):
        return None
    if len(tokens) == 2:
        return Execution(name=tokens[1].name, arguments=())
    if tokens[2].text != "(" or _closing(tokens, 2) != len(tokens) - 1:
        raise UsageError(
            f"EXECUTE {tokens[1].text} cannot be read: write EXECUTE name(value, …) with one value for each parameter"
        )
    return Execution(name=tokens[1].name, arguments=_arguments(text, tokens[3:-1]))


def with_casts(text: str, types: Sequence[str | None]) -> str:
    """The statement with each parameter cast to its type; None leaves it as it is.

    >>> with_casts("select * from t where a = $1 and b = $2", ["integer", None])
    'select * from t where a = $1::integer and b = $2'
    """
    pieces, end = [], 0
    for token in scan(text):
        number = int(token.text[1:]) if token.kind == "parameter" else 0
        kind = types[number - 1] if 0 < number <= len(types) else None
        if kind is not None:
            pieces += [text[end : token.end], "::", kind]
            end = token.end
    return "".join([*pieces, text[end:]])


def execute_text(name: str, values: Sequence[str | None]) -> str:
    """EXECUTE with values as text, which PostgreSQL reads as the parameters' types.

    >>> execute_text("q", ["it's", None])
    'execute "q"(\\'it\\'\\'s\\', null)'
    """
    quoted = '"' + name.replace('"', '""') + '"'
    if not values:
        return f"execute {quoted}"
    return f"execute {quoted}({', '.join(map(literal, values))})"


def literal(value: str | None) -> str:
    """A constant of unknown type, as standard_conforming_strings has it."""
    return "null" if value is None else "'" + value.replace("'", "''") + "'"


def _arguments(text: str, tokens: Sequence[Token]) -> tuple[str, ...]:
    found, depth, start = [], 0, 0
    for place, token in enumerate(tokens):
        depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
        if token.text == "," and depth == 0:
            found.append(text[tokens[start].start : tokens[place - 1].end])
            start = place + 1
    if tokens:
        found.append(text[tokens[start].start : tokens[-1].end])
    return tuple(found)


def _closing(tokens: Sequence[Token], opening: int) -> int:
    depth = 0
    for place in range(opening, len(tokens)):
        depth += (tokens[place].text == "(") - (tokens[place].text == ")")
        if depth == 0:
            return place
    return len(tokens) - 1
