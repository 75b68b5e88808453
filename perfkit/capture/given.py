"""What a person gave to be looked at: a statement with values, or an EXECUTE with the PREPARE it stands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from perfkit.capture.session_setup import apply
from perfkit.db.session import Session
from perfkit.errors import CaptureError, UsageError
from perfkit.sql import parse_statement, refuse_unless_safe
from perfkit.sql.outline import WRITING_VERBS, main_verb
from perfkit.sql.prepared import Execution, Prepared, read_execution, read_prepared, with_casts
from perfkit.sql.session_setup import (
    NO_SETUP,
    SessionSetup,
    SetupStatement,
    read_setup,
    setup_statement,
    split_statements,
)
from perfkit.sql.tokens import scan

_STATEMENTS = ("select", "values", "table", "with", *WRITING_VERBS)
LOOPED = 6
"""So many EXECUTE beside another statement are a session; five of them bring a prepared statement to its generic plan."""

_AFTERWARDS = ("commit", "end", "rollback", "abort", "deallocate", "reset", "set")
"""What people paste behind the statement in question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A statement to look at, its values, and what its session does before."""

    text: str
    """With $n where it has parameters."""
    parameters: tuple[object, ...]
    setup: SessionSetup = NO_SETUP
    prepared: Prepared | None = None
    """The PREPARE of the setup that ``text`` is from; None for a statement given as it is."""
    execution: Execution | None = None
    """Its arguments are what the server makes of them; ``parameters`` are then empty."""


def is_script(text: str) -> bool:
    """Whether a text holds several statements to look at, as a session runs them, rather than one with its setup.

    >>> is_script("set jit = off; select 1"), is_script("select 1; select 2")
    (False, True)
    """
    try:
        pieces = split_statements(text)
    except UsageError:
        return False
    verbs = [main_verb(scan(piece)) for piece in pieces]
    statements = sum(verb in _STATEMENTS for verb in verbs)
    return statements > 1 or (statements == 1 and verbs.count("execute") >= LOOPED)


def read_given(text: str, parameters: Sequence[object] = (), setup: str = "") -> Given:
    """The statement of a text. What stands before it in the text, such as its PREPARE, belongs to its setup.

    UsageError and UnsafeStatement say what cannot be looked at.
    """
    before = read_setup(setup) if setup.strip() else NO_SETUP
    pieces = list(split_statements(text))
    if len(pieces) > 1 and not is_script(text):
        while len(pieces) > 1 and main_verb(scan(pieces[-1])) in _AFTERWARDS:
            pieces.pop()
        before += SessionSetup(statements=tuple(setup_statement(piece) for piece in pieces[:-1]))
        text = pieces[-1]
    prepares = {one.name: one for each in before.statements if (one := read_prepared(each.text)) is not None}
    if alone := read_prepared(text):
        before += SessionSetup(statements=(SetupStatement(kind="prepare", text=text),))
        return Given(text=alone.text, parameters=_all_of(alone, parameters), setup=before, prepared=alone)
    execution = read_execution(text)
    if execution is None:
        return Given(text=text, parameters=tuple(parameters), setup=before)
    if execution.name not in prepares:
        raise UsageError(
            f"EXECUTE {execution.name} has no PREPARE before it: give it in the same text, or in a file with --setup"
        )
    if parameters:
        raise UsageError("EXECUTE has its values in the text; give either these or params")
    prepared = prepares[execution.name]
    return Given(text=prepared.text, parameters=(), setup=before, prepared=prepared, execution=execution)


def _all_of(prepared: Prepared, parameters: Sequence[object]) -> tuple[object, ...]:
    count = parse_statement(prepared.text).parameter_count
    if count and not parameters:
        raise UsageError(
            f"PREPARE {prepared.name} is never executed: add EXECUTE {prepared.name}(…) after it, or give params"
        )
    return tuple(parameters)


def resolve(session: Session, given: Given) -> Given:
    """The statement behind a prepared one, with its parameters as they are typed there and the values that EXECUTE gives.
    Leaves the setup behind in the session."""
    if given.prepared is None:
        return given
    parse_statement(given.text)
    apply(session, given.setup.shaping)
    types = _types(session, given.prepared.name)
    parameters = given.parameters
    if given.execution is not None:
        parameters = _values(session, given.execution, types)
    text = given.text
    if given.prepared.is_typed:
        inferred = _inferred(session, text) or [None] * len(types)
        text = with_casts(
            text, [None if same == kind else kind for kind, same in zip(types, inferred, strict=True)]
        )
    return replace(given, text=text, parameters=parameters, execution=None)


def _types(session: Session, name: str) -> list[str]:
    with session.transaction():
        rows = session.rows(
            "select parameter_types::text[] as types from pg_prepared_statements where name = %s", [name]
        )
    types = rows[0]["types"] if rows else None
    if not isinstance(types, list):
        raise UsageError(f"the setup does not leave a prepared statement {name} behind")
    return [str(one) for one in types]


def _inferred(session: Session, text: str) -> Sequence[str | None] | None:
    """The types PostgreSQL would take without a declaration; None where it can infer none."""
    try:
        session.run_users("prepare perfkit_inferred as ", text)
    except CaptureError:
        return None
    types = _types(session, "perfkit_inferred")
    session.run_users("", "deallocate perfkit_inferred")
    return types


def _values(session: Session, execution: Execution, types: Sequence[str]) -> tuple[object, ...]:
    if len(execution.arguments) != len(types):
        raise UsageError(
            f"EXECUTE {execution.name} gives {len(execution.arguments)} values, its PREPARE has {len(types)} parameters"
        )
    if not types:
        return ()
    columns = ", ".join(
        f"(({argument})::{kind})::text" for argument, kind in zip(execution.arguments, types, strict=True)
    )
    asked = parse_statement(f"select {columns}")
    refuse_unless_safe(asked, allow_writes=False)
    with session.transaction():
        return tuple(session.run_users("", asked.text)[0])
