"""The outline of a statement from its tokens alone: its parts between semicolons, its verb, the verbs of its CTEs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from perfkit.sql.statement import StatementKind
from perfkit.sql.tokens import Token

_KINDS: dict[str, StatementKind] = {
    "select": "select",
    "values": "select",
    "table": "select",
    "insert": "insert",
    "update": "update",
    "delete": "delete",
    "merge": "merge",
}
WRITING_VERBS = ("insert", "update", "delete", "merge")


def parts(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """The statements between semicolons, empty ones left out."""
    found: list[tuple[Token, ...]] = []
    current: list[Token] = []
    for token in tokens:
        if token.text != ";":
            current.append(token)
        elif current:
            found.append(tuple(current))
            current = []
    if current:
        found.append(tuple(current))
    return found


def main_verb(tokens: Sequence[Token]) -> str:
    """The first word in lower case; for WITH, that of the statement the CTEs belong to. "" when it is no word."""
    start = 0
    while start < len(tokens) and tokens[start].text == "(":
        start += 1
    return _verb_at(tokens, start)


def kind_of(tokens: Sequence[Token]) -> StatementKind:
    return _KINDS.get(main_verb(tokens), "other")


def writing_ctes(tokens: Sequence[Token]) -> Iterator[str]:
    """The verb of each data-modifying statement inside parentheses after AS: what a CTE may run."""
    for place in range(2, len(tokens)):
        if tokens[place - 1].text == "(" and tokens[place - 2].is_word("as", "materialized"):
            verb = _verb_at(tokens, place)
            if verb in WRITING_VERBS:
                yield verb


def _verb_at(tokens: Sequence[Token], start: int) -> str:
    if start >= len(tokens) or tokens[start].kind != "word":
        return ""
    if not tokens[start].is_word("with"):
        return tokens[start].name
    depth = 0
    for place in range(start + 1, len(tokens)):
        token = tokens[place]
        if token.text in ("(", "["):
            depth += 1
        elif token.text in (")", "]"):
            depth -= 1
            if depth < 0:
                break
        elif depth == 0 and token.is_word(*_KINDS) and not _names_something(tokens[place - 1]):
            return token.name
    # WITH … (SELECT …): the main statement stands in parentheses, where only a query may.
    return "select"


def _names_something(before: Token) -> bool:
    """True when the word after this token is a name: of a CTE, or of a column in SEARCH or CYCLE."""
    return before.text == "," or before.is_word(
        "with", "recursive", "by", "set", "cycle", "using", "to", "default"
    )
