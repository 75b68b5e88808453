"""What a statement makes PostgreSQL look up without saying so: the rows that refer to one it deletes, or whose key it changes.

Each is a question of its own: the trigger of the foreign key runs just such a query for each row (ri_triggers.c), and no plan of the
statement shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from perfkit.advise.selection.question import Question
from perfkit.advise.selection.writes import WriteLoad
from perfkit.catalog import Catalog, ForeignKey, Relation
from perfkit.db.session import Session
from perfkit.errors import CaptureError
from perfkit.identifier import quote_identifier, quote_qualified
from perfkit.sql import parse_statement

_FIRST_PAGES_PERCENT = 1.0


def looked_up_keys(load: WriteLoad, catalog: Catalog) -> list[ForeignKey]:
    """Foreign keys that a write to the table has checked from the referenced side."""
    if load.kind not in ("delete", "update", "merge"):
        return []
    return [
        key
        for key in catalog.foreign_keys
        if f"{key.referenced_schema}.{key.referenced_table}" == load.table
        and (load.kind != "update" or load.changed & set(key.referenced_columns))
    ]


def missing_tables(loads: Sequence[WriteLoad], catalog: Catalog) -> set[str]:
    """Names of the tables that are looked up and that the catalog does not hold."""
    return {
        quote_qualified(key.schema, key.table)
        for load in loads
        for key in looked_up_keys(load, catalog)
        if catalog.relation(key.table, key.schema) is None
    }


def look_ups(
    session: Session, loads: Sequence[WriteLoad], questions: Sequence[Question], catalog: Catalog
) -> Iterator[Question]:
    """One for each foreign key without an index, for as many rows as the statement writes in all its calls, of a key that the
    referenced table has. One short read each, in the transaction that the caller opened."""
    for load in loads:
        for key in looked_up_keys(load, catalog):
            child = catalog.relation(key.table, key.schema)
            parent = catalog.relation(key.referenced_table, key.referenced_schema)
            if child is None or parent is None or _has_index(child, key):
                continue
            values = _a_key_of(session, parent, key)
            if values is None:
                continue
            only = "" if child.kind == "partitioned table" else "only "
            name = quote_qualified(child.schema, child.name)
            matched = " and ".join(
                f"{quote_identifier(column)} = ${place}" for place, column in enumerate(key.columns, 1)
            )
            statement = parse_statement(f"select 1 from {only}{name} where {matched}")
            yield Question(
                name=f"{questions[load.place].name}, foreign key {key.name}",
                fingerprint=statement.fingerprint,
                statement=statement,
                parameters=values,
                weight=load.rows,
            )


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
