"""What a statement makes PostgreSQL look up without saying so: the rows that refer to one it deletes, or whose key it changes.

Each is a question of its own: the trigger of the foreign key runs just such a query for each row (ri_triggers.c), and no plan of the
statement shows it. Where the key says CASCADE, SET NULL or SET DEFAULT the rows found are written in turn, and what refers to those is
looked up too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfkit.advise.selection.question import Question
from perfkit.advise.selection.writes import WriteLoad
from perfkit.catalog import Catalog, ForeignKey, Relation
from perfkit.db.session import Session
from perfkit.errors import CaptureError
from perfkit.identifier import quote_identifier, quote_qualified
from perfkit.sql import parse_statement

MOST_FOLLOWED = 100
"""Writes that one statement is followed to: a schema in which everything hangs on one table has no end of them."""

MOST_CHILDREN = 1_000
"""Of one row: where a few rows have millions of others below them, those that are deleted are seldom the large ones."""

_FIRST_PAGES_PERCENT = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """A foreign key that a statement has checked from the referenced side."""

    key: ForeignKey
    rows: float
    """So many times in all the statement's calls."""


def looked_up(load: WriteLoad, catalog: Catalog) -> Iterator[LookUp]:
    """The nearest first, each key once; as far as the catalog holds the tables on the way. Of a MERGE it is not known whether it deletes, so
    that nothing behind its own table is followed.

    A row is taken to have as many below it as one has on the average by the statistics, at most ``MOST_CHILDREN``, and one where there
    are none. A table that is reached a second time by the same kind of write is not followed again: a tree in a table of its own counts
    for its first level, and a table on two ways for the shorter.
    """
    waiting = deque([load])
    followed = {(load.table, load.kind, load.changed)}
    seen: set[tuple[str, str, str]] = set()
    while waiting:
        one = waiting.popleft()
        for key in _referring(one, catalog):
            if (name := (key.schema, key.table, key.name)) not in seen:
                seen.add(name)
                yield LookUp(key=key, rows=one.rows)
            below = _below(one, key, catalog)
            if below is None or len(followed) == MOST_FOLLOWED:
                continue
            if (write := (below.table, below.kind, below.changed)) not in followed:
                followed.add(write)
                waiting.append(below)


def missing_tables(loads: Sequence[WriteLoad], catalog: Catalog) -> set[str]:
    """Names of the tables that are looked up and that the catalog does not hold."""
    return {
        quote_qualified(one.key.schema, one.key.table)
        for load in loads
        for one in looked_up(load, catalog)
        if catalog.relation(one.key.table, one.key.schema) is None
    }


def look_ups(
    session: Session, loads: Sequence[WriteLoad], questions: Sequence[Question], catalog: Catalog
) -> Iterator[Question]:
    """One for each statement and foreign key without an index, for as many rows as are looked up in all its calls, of a key that the
    referenced table has. One short read each, in the transaction that the caller opened."""
    found: dict[tuple[str, ForeignKey], float] = {}
    for load in loads:
        for one in looked_up(load, catalog):
            of = (questions[load.place].name, one.key)
            found[of] = found.get(of, 0.0) + one.rows
    for (name, key), rows in found.items():
        child = catalog.relation(key.table, key.schema)
        parent = catalog.relation(key.referenced_table, key.referenced_schema)
        if child is None or parent is None or _has_index(child, key):
            continue
        values = _a_key_of(session, parent, key)
        if values is None:
            continue
        statement = parse_statement(_query(child, key))
        yield Question(
            name=f"{name}, foreign key {key.name}",
            fingerprint=statement.fingerprint,
            statement=statement,
            parameters=values,
            weight=rows,
        )


def _query(child: Relation, key: ForeignKey) -> str:
    only = "" if child.kind == "partitioned table" else "only "
    matched = " and ".join(
        f"{quote_identifier(column)} = ${place}" for place, column in enumerate(key.columns, 1)
    )
    return f"select 1 from {only}{quote_qualified(child.schema, child.name)} where {matched}"


def _referring(load: WriteLoad, catalog: Catalog) -> list[ForeignKey]:
    """The foreign keys that point at what is written."""
    if load.kind not in ("delete", "update", "merge"):
        return []
    tables = _with_ancestors(load.table, catalog)
    return [
        key
        for key in catalog.foreign_keys
        if f"{key.referenced_schema}.{key.referenced_table}" in tables
        and (load.kind != "update" or load.changed & set(key.referenced_columns))
    ]


def _with_ancestors(table: str, catalog: Catalog) -> set[str]:
    """A key that points at a partitioned table points at its partitions' rows."""
    parents = {relation.qualified_name: relation.partition_of for relation in catalog.relations}
    found: set[str] = set()
    above: str | None = table
    while above is not None:
        found.add(above)
        above = parents.get(above)
    return found


def _below(load: WriteLoad, key: ForeignKey, catalog: Catalog) -> WriteLoad | None:
    """What the key's own action writes where it finds rows; None where it writes nothing."""
    action = {"delete": key.on_delete, "update": key.on_update}.get(load.kind)
    if action not in ("cascade", "set null", "set default"):
        return None
    changed = key.columns
    if action == "cascade":
        pairs = zip(key.columns, key.referenced_columns, strict=True)
        changed = tuple(column for column, referenced in pairs if referenced in load.changed)
    return WriteLoad(
        table=f"{key.schema}.{key.table}",
        kind=load.kind if action == "cascade" else "update",
        rows=load.rows * _children(key, catalog),
        changed=frozenset(changed),
        place=load.place,
    )


def _children(key: ForeignKey, catalog: Catalog) -> float:
    """Rows that refer to one row, on the average."""
    child = catalog.relation(key.table, key.schema)
    parent = catalog.relation(key.referenced_table, key.referenced_schema)
    if child is None or parent is None or not child.rows or not parent.rows:
        return 1.0
    statistics = [column.statistics for column in child.columns if column.name in key.columns]
    null_fraction = max((one.null_fraction for one in statistics if one is not None), default=0.0)
    return min(child.rows * (1 - null_fraction) / parent.rows, MOST_CHILDREN)


def _has_index(child: Relation, key: ForeignKey) -> bool:
    wanted = set(key.columns)
    return any(
        index.is_valid and index.predicate is None and set(index.columns[: len(wanted)]) == wanted
        for index in child.indexes
    )


def _a_key_of(session: Session, parent: Relation, key: ForeignKey) -> tuple[str, ...] | None:
    """The same one every time; None where the table has none, or may not be read."""
    columns = ", ".join(f"{quote_identifier(name)}::text" for name in key.referenced_columns)
    name = quote_qualified(parent.schema, parent.name)
    known = " and ".join(f"{quote_identifier(column)} is not null" for column in key.referenced_columns)
    for sample in (f" tablesample system ({_FIRST_PAGES_PERCENT}) repeatable (0)", ""):
        try:
            with session.savepoint():
                rows = session.run_users("", f"select {columns} from {name}{sample} where {known} limit 1")
        except CaptureError:
            return None
        if rows:
            return tuple(str(value) for value in rows[0])
    return None
