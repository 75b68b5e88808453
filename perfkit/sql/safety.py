"""What running a statement could do beyond reading, judged from its tokens: it holds where no parser does.

This is the first of two guards: the session's read-only transaction is the second, and sees what no text shows (a
function of the user's own that writes, a sequence behind a column's default). Two classes of danger:

* Rows changed or locked by INSERT, UPDATE, DELETE, MERGE or FOR UPDATE. Permitted when writes are: a rollback undoes them.
* What no rollback undoes or EXPLAIN cannot run: DDL, utility statements, transaction control, sequences, signals to
  other sessions, files, other servers, and functions that run SQL given as text. Refused always.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfkit.errors import UnsafeStatement
from perfkit.sql.outline import WRITING_VERBS, main_verb, parts, writing_ctes
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import Token, scan

_READING_VERBS = ("select", "values", "table")
_TRANSACTION_VERBS = ("begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release")
_INDIRECT_VERBS = ("execute", "call", "do")

_FUNCTIONS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"(?:{names})\Z"), effect)
    for names, effect in (
        ("nextval|setval", "moves a sequence, which no rollback undoes"),
        ("pg_terminate_backend|pg_cancel_backend|pg_log_backend_memory_contexts", "signals another session"),
        (
            r"pg_reload_conf|pg_rotate_logfile\w*|pg_promote|pg_switch_(?:wal|xlog)|pg_create_restore_point"
            r"|pg_(?:start|stop)_backup|pg_backup_(?:start|stop)|pg_wal_replay_(?:pause|resume)|pg_checkpoint",
            "acts on the whole server",
        ),
        (
            r"pg_logical_\w+|pg_(?:create|drop|copy)_\w*replication_slot|pg_replication_(?:slot|origin)_\w+"
            r"|pg_sync_replication_slots",
            "changes replication, which no rollback undoes",
        ),
        (r"(?!lo_get\Z)lo_\w+|lowrite", "handles large objects or server files"),
        (r"pg_file_(?:write|rename|unlink|sync)", "writes files on the server"),
        (r"dblink\w*|postgres_fdw_disconnect\w*", "runs SQL on another connection, outside the transaction"),
        (r"pg_background_\w+", "runs SQL in another session, outside the transaction"),
        (r"pg_(?:try_)?advisory_(?:lock|unlock)\w*", "takes or frees a lock that outlives the transaction"),
        ("pg_notify", "notifies other sessions"),
        ("set_config", "changes a setting"),
        (r"pg_stat_reset\w*|pg_stat_statements_reset\w*", "resets statistics, which no rollback undoes"),
        (
            r"brin_(?:de)?summarize_\w+|gin_clean_pending_list|pg_truncate_visibility_map|heap_force_\w+"
            r"|pg_(?:restore|clear)_(?:relation|attribute|extended)_stats|pg_import_system_collations",
            "changes what is stored",
        ),
        (
            r"query_to_(?:xml|json)\w*|cursor_to_xml\w*|crosstab\w*|connectby|xpath_table|ts_stat|ts_rewrite",
            "runs SQL given as text, which cannot be checked",
        ),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Danger:
    reason: str
    is_undone_by_rollback: bool = False


def dangers(statement: Statement) -> tuple[str, ...]:
    """Why the statement is more than a read, one sentence each, the gravest first; empty for one that only reads.

    >>> from perfkit.sql import parse_statement
    >>> dangers(parse_statement("select nextval('issues_id_seq')"))
    ('the function nextval moves a sequence, which no rollback undoes',)
    >>> dangers(parse_statement("select nextval, 'delete from t' from counters"))
    ()
    """
    return tuple(danger.reason for danger in _examine(statement))


def refuse_unless_safe(statement: Statement, *, allow_writes: bool) -> None:
    """Raise UnsafeStatement when running the statement could do what was not asked for.

    ``allow_writes`` permits what a rollback undoes: plain INSERT, UPDATE, DELETE, MERGE and row locks; nothing else.
    """
    for danger in _examine(statement):
        if not danger.is_undone_by_rollback:
            raise UnsafeStatement(f"refused: {danger.reason}", query=statement.text)
        if not allow_writes:
            raise UnsafeStatement(
                f"refused: {danger.reason}; with allow_writes (--allow-writes) it runs in a transaction that is rolled back",
                query=statement.text,
            )


def needs_writing(statement: Statement) -> bool:
    """Whether PostgreSQL refuses the statement in a read-only transaction: it changes rows, or locks them.

    >>> from perfkit.sql.parse import parse_statement
    >>> needs_writing(parse_statement("select 1 for update")), needs_writing(parse_statement("select 1"))
    (True, False)
    """
    return statement.kind != "select" or bool(dangers(statement))


def dangerous_calls(text: str) -> tuple[str, ...]:
    """Why a function that the text calls is more than a read, as ``dangers`` says it, whatever the statement around it."""
    return tuple(danger.reason for danger in dict.fromkeys(_calls(scan(text))))


def _examine(statement: Statement) -> list[_Danger]:
    tokens = scan(statement.text)
    found = list(dict.fromkeys((*_several(tokens), *_verbs(tokens), *_clauses(tokens), *_calls(tokens))))
    return sorted(found, key=lambda danger: danger.is_undone_by_rollback)


def _several(tokens: Sequence[Token]) -> Iterator[_Danger]:
    if len(parts(tokens)) > 1:
        yield _Danger(reason="the text holds more than one statement")


def _verbs(tokens: Sequence[Token]) -> Iterator[_Danger]:
    verb = main_verb(tokens)
    if verb in WRITING_VERBS:
        yield _Danger(reason=f"{verb.upper()} changes rows", is_undone_by_rollback=True)
    elif verb == "copy":
        if any(token.is_word("program") for token in tokens):
            yield _Danger(reason="COPY … PROGRAM runs a program on the server")
        yield _Danger(reason="COPY moves data in or out and has no plan to look at")
    elif verb in _TRANSACTION_VERBS:
        yield _Danger(reason=f"{verb.upper()} controls the transaction, which perfkit does itself")
    elif verb in _INDIRECT_VERBS:
        yield _Danger(reason=f"{verb.upper()} runs code that the text does not show")
    elif verb == "explain":
        yield _Danger(reason="the text begins with EXPLAIN, which perfkit adds itself")
    elif verb not in _READING_VERBS:
        named = f"{verb.upper()} is" if verb else "this is"
        yield _Danger(
            reason=f"{named} no query: only SELECT, INSERT, UPDATE, DELETE and MERGE can be captured"
        )
    for inner in writing_ctes(tokens):
        yield _Danger(reason=f"a CTE with {inner.upper()} changes rows", is_undone_by_rollback=True)


def _clauses(tokens: Sequence[Token]) -> Iterator[_Danger]:
    """SELECT INTO and row locks. INTO and FOR are reserved: unquoted, they are never names but after AS or a dot."""
    openings: list[int] = []
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else None
        if token.text == "(":
            openings.append(place)
        elif token.text == ")" and openings:
            openings.pop()
        elif before is None or before.text == "." or before.is_word("as"):
            continue
        elif token.is_word("into") and not before.is_word("insert", "merge"):
            yield _Danger(reason="SELECT INTO creates a table")
        elif token.is_word("for") and _is_query(tokens, openings[-1] + 1 if openings else 0):
            strength = _lock_strength(tokens[place + 1 : place + 4])
            if strength:
                yield _Danger(reason=f"FOR {strength} locks rows", is_undone_by_rollback=True)


def _is_query(tokens: Sequence[Token], start: int) -> bool:
    """True when the parentheses hold a query and not the arguments of substring(… FOR …)."""
    return tokens[start].text == "(" or tokens[start].is_word("with", *_READING_VERBS, *WRITING_VERBS)


def _lock_strength(following: Sequence[Token]) -> str | None:
    words = [token.name for token in following if token.kind == "word"]
    for strength in (["update"], ["share"], ["no", "key", "update"], ["key", "share"]):
        if words[: len(strength)] == strength:
            return " ".join(strength).upper()
    return None


def _calls(tokens: Sequence[Token]) -> Iterator[_Danger]:
    for place, token in enumerate(tokens):
        if token.kind == "quoted" and token.text[0] in "uU":
            yield _Danger(
                reason='an identifier written as U&"…" hides its name from this check: write it plainly'
            )
        if token.kind not in ("word", "quoted") or [
            after.text for after in tokens[place + 1 : place + 2]
        ] != ["("]:
            continue
        if place and tokens[place - 1].is_word("as", "into"):
            continue
        for pattern, effect in _FUNCTIONS:
            if pattern.match(token.name):
                yield _Danger(reason=f"the function {token.name} {effect}")
