"""A change somebody wants to see tried: CREATE INDEX statements, SET for the session, or both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from perfkit.errors import UsageError
from perfkit.identifier import quote_qualified
from perfkit.sql.outline import parts
from perfkit.sql.tokens import Token, scan


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedChange:
    """One statement of the change, as it can run inside a transaction."""

    kind: Literal["index", "setting"]
    sql: str
    """Without CONCURRENTLY, which no transaction may hold."""
    table: tuple[str | None, str] | None = None
    """Schema, None where it is not written, and name of the table that gets the index."""
    index: str | None = None
    """The index's name, written as SQL wants it; None where PostgreSQL chooses it."""


def read_asked_changes(text: str) -> tuple[AskedChange, ...]:
    """The statements of a change. UsageError for a text that holds another kind of statement, or none.

    >>> [one.sql for one in read_asked_changes("create index concurrently on t (a); set jit = off")]
    ['create index on t (a)', 'set jit = off']
    """
    found = tuple(_change(text, tokens) for tokens in parts(scan(text)))
    if not found:
        raise UsageError("there is no change to try; give a CREATE INDEX or SET statement")
    return found


def _change(text: str, tokens: Sequence[Token]) -> AskedChange:
    written = text[tokens[0].start : tokens[-1].end]
    head = [token.name if token.kind == "word" else "" for token in tokens[:3]]
    if head[:2] == ["create", "index"] or head == ["create", "unique", "index"]:
        return _index(text, tokens)
    is_global = any(token.is_word("authorization", "role", "session_authorization") for token in tokens[1:3])
    if head[0] == "set" and not is_global and not any(token.is_word("transaction") for token in tokens[1:4]):
        kept = tokens[2:] if tokens[1:] and tokens[1].is_word("session", "local") else tokens[1:]
        if len(kept) >= 3 and (kept[1].text == "=" or kept[1].is_word("to")):
            return AskedChange(kind="setting", sql=f"set {text[kept[0].start : tokens[-1].end]}")
    raise UsageError(f"only CREATE INDEX and SET can be tried, got: {' '.join(written.split())}")


def _index(text: str, tokens: Sequence[Token]) -> AskedChange:
    place = next(at for at, token in enumerate(tokens) if token.is_word("index")) + 1
    concurrently = place if tokens[place:] and tokens[place].is_word("concurrently") else None
    on = next((at for at in range(place, len(tokens)) if tokens[at].is_word("on")), None)
    if on is None:
        raise UsageError("this CREATE INDEX names no table: it has no ON")
    name_at = on + 2 if tokens[on + 1 :] and tokens[on + 1].is_word("only") else on + 1
    name = _name(tokens, name_at)
    if name is None:
        raise UsageError("this CREATE INDEX names no table after ON")
    sql = text[tokens[0].start : tokens[-1].end]
    if concurrently is not None:
        following = tokens[concurrently + 1]
        sql = text[tokens[0].start : tokens[concurrently].start] + text[following.start : tokens[-1].end]
    has_name = (
        on > place
        and tokens[on - 1].kind in ("word", "quoted")
        and not tokens[on - 1].is_word("concurrently")
    )
    index = quote_qualified(name[0], tokens[on - 1].name) if has_name else None
    return AskedChange(kind="index", sql=sql, table=name, index=index)


def _name(tokens: Sequence[Token], place: int) -> tuple[str | None, str] | None:
    """A name with or without its schema, from this token on."""
    names = tokens[place : place + 3]
    if not names or names[0].kind not in ("word", "quoted"):
        return None
    if len(names) == 3 and names[1].text == "." and names[2].kind in ("word", "quoted"):
        return names[0].name, names[2].name
    return None, names[0].name
