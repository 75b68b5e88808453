"""Read the text of one SQL statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from perfkit.errors import UsageError
from perfkit.sql.fingerprint import fingerprint
from perfkit.sql.outline import kind_of, parts
from perfkit.sql.placeholders import foreign_placeholder
from perfkit.sql.read import read
from perfkit.sql.statement import Statement, StatementKind
from perfkit.sql.tokens import Token, scan

if TYPE_CHECKING:
    from sqlglot import Expr

_HIGHEST_PARAMETER = 65535
"""What the wire protocol can number."""


def parse_statement(text: str) -> Statement:
    """The statement of this text, which must hold exactly one.

    Kind, parameters and fingerprint come from tokens and are there even where the syntax tree is not.
    Raises UsageError for text that is empty, holds several statements, begins with EXPLAIN, is a psql command, or
    uses another driver's placeholders.

    >>> statement = parse_statement("select * from issues where id = $1;")
    >>> statement.text, statement.kind, statement.parameter_count
    ('select * from issues where id = $1', 'select', 1)
    """
    if "\0" in text:
        raise UsageError("the statement holds a NUL character, which PostgreSQL cannot take")
    if text.lstrip().startswith("\\"):
        raise UsageError(f"{text.split()[0]} is a psql command: give the bare SQL statement")
    tokens = scan(text)
    statements = parts(tokens)
    if not statements:
        raise UsageError("the statement is empty: give one SQL statement")
    if len(statements) > 1:
        raise UsageError(f"the text holds {len(statements)} statements: give exactly one")
    statement = statements[0]
    _refuse_foreign_text(statement)
    bare = _bare_text(text, tokens)
    kind = kind_of(statement)
    tree, error = _tree(bare, kind)
    return Statement(
        text=bare,
        kind=kind,
        fingerprint=fingerprint(statement),
        parameter_count=parameter_count(statement),
        tree=tree,
        parse_error=error,
    )


def _refuse_foreign_text(tokens: Sequence[Token]) -> None:
    if tokens[0].is_word("explain"):
        raise UsageError("the text begins with EXPLAIN: give the bare statement, perfkit adds EXPLAIN itself")
    for token in tokens:
        if token.text == "\\":
            raise UsageError(
                "the text holds a psql command (a backslash outside strings): give the bare SQL statement"
            )
    placeholder = foreign_placeholder(tokens)
    if placeholder is not None:
        raise UsageError(
            f"the placeholder {placeholder} is not PostgreSQL's: write parameters as $1, $2 and so on"
        )


def _bare_text(text: str, tokens: Sequence[Token]) -> str:
    """The text without semicolons around the statement and without what stands outside them."""
    start, end, seen = 0, len(text), False
    for token in tokens:
        if token.text != ";":
            seen = True
        elif seen:
            end = token.start
            break
        else:
            start = token.end
    return text[start:end].strip(" \t\n\r\f\v")


def parameter_count(tokens: Sequence[Token]) -> int:
    """The highest n of ``$n``; UsageError where one is no parameter."""
    highest = 0
    for token in tokens:
        if token.kind != "parameter":
            continue
        digits = token.text[1:].lstrip("0")
        if not digits or len(digits) > len(str(_HIGHEST_PARAMETER)) or int(digits) > _HIGHEST_PARAMETER:
            raise UsageError(f"{token.text} is no parameter: they go from $1 to ${_HIGHEST_PARAMETER}")
        highest = max(highest, int(digits))
    return highest


def _tree(text: str, kind: StatementKind) -> tuple[Expr | None, str | None]:
    if kind == "other":
        return None, "only SELECT, INSERT, UPDATE, DELETE and MERGE are read in depth"
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        tree = read(text)
    except RecursionError:
        return None, "the statement is nested too deeply"
    except SqlglotError as error:
        return None, " ".join(str(error).partition("\n")[0].split())
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        # sqlglot's parser runs into its own faults on text that is no SQL; to us both mean the same.
        return None, f"sqlglot failed with {type(error).__name__}"
    if isinstance(tree, exp.Command):
        return None, "sqlglot does not know this statement"
    return tree, None
