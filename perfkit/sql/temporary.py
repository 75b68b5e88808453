"""What a statement about a temporary table names: the table it makes or works on, and the query that fills it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from perfkit.sql.tokens import Token, scan

_QUERY = ("select", "with", "values", "table")


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedTable:
    """CREATE TABLE … AS taken apart, so that the table can be made first and filled after."""

    name: str
    """As written, without a schema."""
    without_data: str
    """The statement with WITH NO DATA."""
    query: str | None
    """None where the statement itself says WITH NO DATA."""


def created_table(text: str) -> CreatedTable | None:
    """The parts of CREATE TABLE … AS query; None for every other statement.

    >>> made = created_table("create temp table t as select 1 as a")
    >>> made.name, made.without_data, made.query
    ('t', 'create temp table t as select 1 as a with no data', 'select 1 as a')
    """
    tokens = scan(text)
    table = next((place for place in range(min(len(tokens), 5)) if tokens[place].is_word("table")), None)
    fills = _place_of_query(tokens)
    if table is None or fills is None:
        return None
    name = table + 1
    if tokens[name].is_word("if"):
        name += 3
    while tokens[name + 1].text == ".":
        name += 2
    end, has_data = len(text), True
    words = [token.name for token in tokens]
    if words[-3:] == ["with", "no", "data"]:
        end, has_data = tokens[-3].start, False
    elif words[-2:] == ["with", "data"]:
        end = tokens[-2].start
    query = text[tokens[fills].start : end].strip()
    return CreatedTable(
        name=tokens[name].text,
        without_data=f"{text[:end].rstrip()} with no data",
        query=query if has_data else None,
    )


def subject_table(text: str) -> str | None:
    """The one table that ANALYZE, VACUUM or CREATE INDEX works on, as regclass reads it; None when it is not one.

    >>> subject_table("analyze pg_temp.t (a)"), subject_table("create index on t (a)"), subject_table("analyze a, b")
    ('pg_temp.t', 't', None)
    """
    tokens = scan(text)
    start = 1
    if tokens[0].is_word("create"):
        on = next((place for place, token in enumerate(tokens) if token.is_word("on")), None)
        if on is None:
            return None
        start = on + 1
    elif start < len(tokens) and tokens[start].text == "(":
        start = next((place + 1 for place, token in enumerate(tokens) if token.text == ")"), len(tokens))
    while start < len(tokens) and tokens[start].is_word("verbose", "analyze", "full", "freeze", "only"):
        start += 1
    pieces: list[str] = []
    place = start
    while place < len(tokens) and (tokens[place].kind in ("word", "quoted") or tokens[place].text == "."):
        pieces.append(tokens[place].text)
        place += 1
        if pieces[-1] != "." and (place >= len(tokens) or tokens[place].text != "."):
            break
    if not pieces or any(token.text == "," for token in _outside(tokens[place:])):
        return None
    return "".join(pieces)


def _place_of_query(tokens: Sequence[Token]) -> int | None:
    depth = 0
    for place, token in enumerate(tokens[:-1]):
        depth += (token.text == "(") - (token.text == ")")
        following = tokens[place + 1]
        if depth == 0 and token.is_word("as") and (following.is_word(*_QUERY) or following.text == "("):
            return place + 1
    return None


def _outside(tokens: Sequence[Token]) -> list[Token]:
    """Tokens outside parentheses."""
    found, depth = [], 0
    for token in tokens:
        depth += token.text == "("
        if depth == 0:
            found.append(token)
        depth -= token.text == ")"
    return found
