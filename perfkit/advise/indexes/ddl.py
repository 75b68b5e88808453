"""DDL for a busy server: build without blocking writes, check that the build came to its end, and the way back.

CREATE INDEX CONCURRENTLY waits for older transactions. When lock_timeout or a cancel ends it, it leaves an INVALID index
behind, which costs at every write and serves nobody: hence the check, and what to do when it fails. On a partitioned table
CONCURRENTLY is not allowed (up to 18), so each partition gets its index by itself and it is attached to the parent's.
"""

from __future__ import annotations

import re

from perfkit.advise.indexes.name import index_name
from perfkit.advise.indexes.shape import Shape
from perfkit.catalog import Catalog, Index, Relation
from perfkit.identifier import quote_identifier, quote_qualified

LOCK_TIMEOUT = "5s"
"""A waiting ALTER or CREATE makes everything behind it wait too; five seconds are the most a busy table bears."""

MOST_PARTITIONS = 24
"""Statements for more partitions are made by a query instead of being written out."""

_SET_TIMEOUT = f"SET lock_timeout = '{LOCK_TIMEOUT}'"
_CREATE = re.compile(r"^CREATE( UNIQUE)? INDEX ")


def safe_create(shape: Shape, catalog: Catalog) -> list[str]:
    """Statements, each to be ended by a semicolon, and comments that stand on their own lines."""
    if shape.relation.kind == "partitioned table":
        return _safe_create_partitioned(shape, catalog)
    return [shape.create(concurrently=True), *_check(shape.qualified_name)]


def _check(name: str) -> list[str]:
    return [
        f"SELECT indisvalid FROM pg_index WHERE indexrelid = {_literal(name)}::regclass",
        f"-- false, or the build was cancelled: DROP INDEX CONCURRENTLY IF EXISTS {name}; and build it again",
    ]


def _safe_create_partitioned(shape: Shape, catalog: Catalog) -> list[str]:
    relation = shape.relation
    parts = [part for part in catalog.relations if part.partition_of == relation.qualified_name]
    is_listed = len(parts) == relation.partitions and 0 < len(parts) <= MOST_PARTITIONS
    body = (
        [line for part in parts for line in _for_partition(shape, part)] if is_listed else _generated(shape)
    )
    name = shape.qualified_name
    return [
        shape.create(only=True),
        *body,
        f"SELECT indisvalid FROM pg_index WHERE indexrelid = {_literal(name)}::regclass",
        "-- true once every partition's index is attached; one whose build was cancelled:"
        " DROP INDEX CONCURRENTLY IF EXISTS it, build it again, attach it",
    ]


def _for_partition(shape: Shape, part: Relation) -> list[str]:
    name = index_name(part.name, shape.name_parts, {index.name for index in part.indexes})
    own = quote_qualified(part.schema, name)
    how = "ONLY " if part.kind == "partitioned table" else ""
    concurrently = "" if how else "CONCURRENTLY "
    table = quote_qualified(part.schema, part.name)
    lines = [
        f"CREATE INDEX {concurrently}{quote_identifier(name)} ON {how}{table} {shape.body}",
        f"ALTER INDEX {shape.qualified_name} ATTACH PARTITION {own}",
    ]
    if how:
        lines.append(f"-- {table} is partitioned itself: do the same for its partitions")
    return lines


def _generated(shape: Shape) -> list[str]:
    r"""psql runs each row of a query that ends in ``\gexec`` as a statement."""
    suffix = f"_{'_'.join(shape.name_parts)}_idx"[:40]
    table = _literal(quote_qualified(shape.relation.schema, shape.relation.name))
    name = f"left(c.relname, {62 - len(suffix.encode())}) || {_literal(suffix)}"
    source = f"FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = {table}::regclass"
    return [
        f"SELECT format('CREATE INDEX CONCURRENTLY %I ON %s %s', {name}, c.oid::regclass, {_literal(shape.body)})"
        f" {source} \\gexec",
        f"SELECT format('ALTER INDEX %s ATTACH PARTITION %s.%I', {_literal(shape.qualified_name)},"
        f" c.relnamespace::regnamespace, {name}) {source} \\gexec",
    ]


def drop(shape: Shape) -> str:
    """The way back. The index of a partitioned table goes with those of its partitions, and not concurrently."""
    how = "" if shape.relation.kind == "partitioned table" else "CONCURRENTLY "
    return f"DROP INDEX {how}{shape.qualified_name}"


def drop_existing(index: Index) -> str:
    return f"DROP INDEX {quote_qualified(index.schema, index.name)}"


def safe_drop_existing(index: Index, relation: Relation) -> str:
    how = "" if relation.kind == "partitioned table" else "CONCURRENTLY "
    return f"DROP INDEX {how}{quote_qualified(index.schema, index.name)}"


def recreate(index: Index, relation: Relation) -> str:
    """The definition of an existing index, to build it again while others write."""
    if relation.kind == "partitioned table":
        return index.definition.replace(" ON ONLY ", " ON ", 1)
    return _CREATE.sub(lambda found: f"{found.group()}CONCURRENTLY ", index.definition, count=1)


def script(lines: list[str]) -> str:
    """Statements as a script: each on its line, none in one transaction with another."""
    return "\n".join(
        line if line.startswith("--") or line.endswith("\\gexec") else f"{line};"
        for line in [_SET_TIMEOUT, *lines]
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
