"""A column that is joined with one of another type, given that one's type: then its index serves with no cast in between."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.advise.evidence import Evidence, quoted_name
from perfkit.advise.values import Candidate, Step
from perfkit.catalog import Column, Relation
from perfkit.identifier import quote_identifier

_REWRITES = (
    "rewrites the table under an ACCESS EXCLUSIVE lock: on a busy server add a column of the new type, fill it in batches,"
    " and let it take the place of the old one"
)
_FAMILIES = (
    ("smallint", "integer", "bigint"),
    ("numeric",),
    ("real", "double precision"),
    ("text", "character varying"),
    ("character",),
)
"""Types within one family are compared by an index without a cast."""


def column_type_candidates(evidence: Evidence) -> Iterator[Candidate]:
    """For findings of ``implicit-type-mismatch``: the column without the index takes the type of the one with it. A value that
    does not fit makes the trial fail, and with it the candidate."""
    if not any(evidence.of("implicit-type-mismatch")):
        return
    from perfkit.sql.rewrites.joined_types import joined_columns

    for (relation, column), (other, key) in joined_columns(evidence.statement, evidence.catalog):
        if _family(column.type) in (None, _family(key.type)) or _family(key.type) is None:
            continue
        alter = f"ALTER TABLE {quoted_name(relation)} ALTER COLUMN {quote_identifier(column.name)} TYPE"
        name = quote_identifier(column.name)
        steps = (f"{alter} {key.type} USING {name}::{key.type}", f"ANALYZE {quoted_name(relation)}")
        yield Candidate(
            kind="schema",
            sql="; ".join(steps),
            steps=tuple(Step(kind="schema", sql=step) for step in steps),
            rationale=f"{_named(relation, column)} ({column.type}) gets the type of {_named(other, key)} ({key.type}) that it is"
            " joined with",
            cures=("implicit-type-mismatch", "missing-index-join"),
            relation=relation.qualified_name,
            undo_sql=f"{alter} {column.type} USING {name}::{column.type}",
            caveats=(
                _REWRITES,
                "other statements and programs that write the column must pass values of the new type",
            ),
        )


def _family(type_: str) -> tuple[str, ...] | None:
    bare = type_.partition("(")[0]
    return next((family for family in _FAMILIES if bare in family), None)


def _named(relation: Relation, column: Column) -> str:
    return f"{relation.name}.{column.name}"
