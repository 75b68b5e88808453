"""Which statement with which values a candidate is tried on: the given one, or the one that takes its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from perfkit.advise.change import Change
from perfkit.advise.trial import Subject
from perfkit.advise.values import Candidate
from perfkit.capture.values import Capture
from perfkit.db.session import Session
from perfkit.errors import UsageError
from perfkit.sql import parse_statement
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Substitution:
    candidate: Candidate
    """With the values that were looked up written into its SQL where the statement has no parameters of its own."""
    subject: Subject


def substituted(
    candidate: Candidate, change: Change, statement: Statement, capture: Capture, session: Session
) -> Substitution:
    """The subject of a trial. Runs ``values_sql`` once where the candidate has one.

    UsageError where the new text is no statement perfkit can run, or its values cannot be found.
    """
    given = capture.query.parameters
    if change.statement is None:
        subject = Subject(
            statement=statement,
            parameters=given,
            before=capture.measurement,
            after=statement,
            parameters_after=given,
        )
        return Substitution(candidate=candidate, subject=subject)
    after = parse_statement(change.statement)
    own = () if candidate.is_literal else given
    values = own
    if candidate.values_sql is not None:
        values = (*own, *_looked_up(candidate.values_sql, session, own))
        if not own:
            named = {f"${number}": value for number, value in enumerate(values, 1)}
            text = with_values(change.statement, named)
            candidate = _in_place_of(candidate, change.statement, text)
            after, values = parse_statement(text), ()
    if after.parameter_count != len(values):
        raise UsageError(f"it has {after.parameter_count} parameters and the statement {len(values)}")
    return Substitution(
        candidate=candidate,
        subject=Subject(
            statement=statement,
            parameters=given,
            before=capture.measurement,
            after=after,
            parameters_after=values,
        ),
    )


def _looked_up(query: str, session: Session, parameters: tuple[str | None, ...]) -> tuple[str, ...]:
    """The one row of values as text; a NULL among them compares with nothing."""
    found = parse_statement(query)
    with session.transaction():
        rows = session.run_users(
            "select to_json(q)::text from (", query, parameters[: found.parameter_count], "\n) as q limit 1"
        )
    if not rows:
        raise UsageError("there is no row before the first one of this page")
    values = [None if value is None else _as_text(value) for value in json.loads(str(rows[0][0])).values()]
    if any(value is None for value in values):
        raise UsageError("the row before this page has a NULL among its sort keys")
    return tuple(str(value) for value in values)


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def with_values(sql: str, values: Mapping[str, str | None]) -> str:
    """The text with parameters replaced by literals of unknown type, which take the type of their place.

    >>> with_values("select * from t where (a, b) < ($1, $2)", {"$1": "o'clock", "$2": None})
    "select * from t where (a, b) < ('o''clock', NULL)"
    >>> with_values("select * from t offset $1 limit $2", {"$1": "40", "$2": "20"})
    'select * from t offset 40 limit 20'
    """
    pieces: list[str] = []
    place, before = 0, None
    for token in scan(sql):
        if token.kind == "parameter" and token.text in values:
            value = values[token.text]
            is_count = before is not None and before.is_word("offset", "limit", "next", "first")
            literal = "NULL" if value is None else "'" + value.replace("'", "''") + "'"
            pieces += [sql[place : token.start], value if is_count and value and value.isdigit() else literal]
            place = token.end
        before = token
    return "".join([*pieces, sql[place:]])


def _in_place_of(candidate: Candidate, old: str, new: str) -> Candidate:
    return replace(
        candidate,
        sql=candidate.sql.replace(old, new),
        steps=tuple(replace(step, sql=step.sql.replace(old, new)) for step in candidate.steps),
    )
