"""Statements that a session runs before the one in question: what each is, and whether it leaves anything behind.

Judged from tokens. What the text does not show (is this table temporary?) the server decides when the setup is applied:
data goes into tables only inside a read-only transaction, in which PostgreSQL lets nothing but temporary tables change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from perfkit.errors import UnsafeStatement, UsageError
from perfkit.sql.outline import WRITING_VERBS, main_verb, parts
from perfkit.sql.safety import dangerous_calls
from perfkit.sql.tokens import Token, scan

SetupKind = Literal[
    "set", "prepare", "deallocate", "execute", "select", "temp object", "temp data", "temp upkeep", "cursor",
    "transaction", "lasting",
]  # fmt: skip
"""``temp data`` fills or changes a table that must be temporary, ``temp upkeep`` indexes or analyses one; ``transaction`` is
BEGIN or COMMIT, which perfkit does itself; ``lasting`` leaves something behind when the session ends."""

_READS = ("select", "values", "table")
_NEVER = (
    "copy", "explain", "rollback", "abort", "savepoint", "release", "do", "call", "listen", "notify", "load", "lock",
    "discard", "fetch", "move", "close",
)  # fmt: skip
"""What has no effect on a later plan, no meaning outside a transaction, or runs code that the text does not show."""

_TEMPORARY = ("temp", "temporary")
_REFUSED_SETTINGS = ("standard_conforming_strings", "client_encoding")
"""They change how the very text of statements is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupStatement:
    """One statement of a setup, as it was given."""

    kind: SetupKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSetup:
    """What a session does before the statement in question, in its order."""

    statements: tuple[SetupStatement, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.statements)

    def __add__(self, other: SessionSetup) -> SessionSetup:
        return SessionSetup(statements=(*self.statements, *other.statements))

    @property
    def shaping(self) -> SessionSetup:
        """Without what only runs, and changes no plan that is made for given values."""
        return SessionSetup(
            statements=tuple(
                one
                for one in self.statements
                if one.kind != "execute" and (one.kind != "select" or "set_config" in one.text)
            )
        )


NO_SETUP = SessionSetup()


def split_statements(text: str) -> tuple[str, ...]:
    """The statements of a text, without their semicolons. UsageError for psql's commands and what is never closed.

    >>> split_statements("set work_mem = '1MB'; select ';' ; ")
    ("set work_mem = '1MB'", "select ';'")
    """
    found = []
    for tokens in parts(scan(text)):
        for token in tokens:
            if token.text == "\\":
                line = text[token.start :].split("\n", 1)[0].strip()
                raise UsageError(f"{line[:40]} is a psql command: give SQL statements only")
        found.append(text[tokens[0].start : tokens[-1].end])
    return tuple(found)


def read_setup(text: str) -> SessionSetup:
    """The setup that a text holds. UnsafeStatement for what no setup may do, whatever database it is for.

    >>> [one.kind for one in read_setup("set jit = off; create temp table t as select 1 as a; analyze t").statements]
    ['set', 'temp object', 'temp upkeep']
    """
    return SessionSetup(statements=tuple(setup_statement(one) for one in split_statements(text)))


def setup_statement(text: str) -> SetupStatement:
    """One statement with its kind."""
    tokens = scan(text)
    kind = kind_of_setup(tokens)
    for reason in dangerous_calls(text) if kind != "lasting" else ():
        if "set_config" not in reason:
            raise UnsafeStatement(f"the setup is refused: {reason}", query=text)
    return SetupStatement(kind=kind, text=text)


def kind_of_setup(tokens: Sequence[Token]) -> SetupKind:
    """What kind of setup the statement is; UnsafeStatement where its very text must not run."""
    verb = main_verb(tokens)
    second = tokens[1].name if len(tokens) > 1 else ""
    if verb in ("set", "reset"):
        _refuse_settings(tokens)
        return "set"
    if verb == "create":
        return _created(tokens)
    if verb in _READS:
        return "lasting" if any(_makes_table(tokens, place) for place in range(len(tokens))) else "select"
    if verb in WRITING_VERBS:
        return "temp data"
    if verb in ("analyze", "analyse") and second:
        return "temp upkeep"
    if verb == "declare":
        return "cursor"
    if verb in ("begin", "start", "commit", "end"):
        return "transaction"
    if verb in ("prepare", "execute", "deallocate"):
        if second == "transaction":
            raise UnsafeStatement("the setup is refused: PREPARE TRANSACTION outlives the session")
        return "prepare" if verb == "prepare" else "execute" if verb == "execute" else "deallocate"
    if not verb.isalpha() or verb in _NEVER:
        raise UnsafeStatement(
            f"the setup is refused: {verb.upper() or tokens[0].text} is no statement that a setup can hold; it may SET,"
            " PREPARE, EXECUTE, SELECT and make temporary tables"
        )
    return "lasting"


def without_local(text: str) -> str:
    """SET LOCAL as SET: the transaction it was written for is one that perfkit opens later.

    >>> without_local("set local work_mem = '1GB'"), without_local("set jit = off")
    ("set work_mem = '1GB'", 'set jit = off')
    """
    tokens = scan(text)
    if len(tokens) > 1 and tokens[0].is_word("set") and tokens[1].is_word("local"):
        return text[: tokens[1].start] + text[tokens[1].end :].lstrip()
    return text


def _created(tokens: Sequence[Token]) -> SetupKind:
    words = [token.name for token in tokens[1:6] if token.kind == "word"]
    if words[:2] == ["or", "replace"]:
        words = words[2:]
    if words and words[0] in ("local", "global"):
        words = words[1:]
    if len(words) > 1 and words[0] in _TEMPORARY and words[1] in ("table", "view", "recursive"):
        named = " ".join(token.name for token in tokens if token.kind == "word")
        if "on commit drop" in named or "on commit delete" in named:
            raise UnsafeStatement(
                "the setup is refused: ON COMMIT would empty the temporary table before the statement runs; leave it out"
            )
        return "temp object"
    if words[:1] == ["index"] or words[:2] == ["unique", "index"]:
        return "temp upkeep"
    return "lasting"


def _makes_table(tokens: Sequence[Token], place: int) -> bool:
    """SELECT … INTO; the word is reserved, so unquoted it is a name only after AS or a dot."""
    return tokens[place].is_word("into") and not (
        place and (tokens[place - 1].is_word("as", "insert", "merge") or tokens[place - 1].text == ".")
    )


def _refuse_settings(tokens: Sequence[Token]) -> None:
    named = {token.name for token in tokens[1:3]}
    for name in _REFUSED_SETTINGS:
        if name in named:
            raise UnsafeStatement(f"the setup is refused: {name} would change how statements are read")
