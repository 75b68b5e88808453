"""One row for each value a column has, without reading all rows of its table: from the table it refers to, or jumping from value to
value along an index."""

from __future__ import annotations

from dataclasses import dataclass

from perfkit.catalog import Catalog
from perfkit.identifier import quote_identifier, quote_qualified
from perfkit.sql.rewrites.keys import foreign_key, name_of
from perfkit.sql.rewrites.names import column, fresh, short_alias
from perfkit.sql.scope import Occurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupList:
    item: str
    """To stand in a FROM, with its alias."""
    value: str
    """``alias.column``: the value of the group."""
    condition: str
    """Why it holds every group."""


def from_referenced_table(
    occurrence: Occurrence, name: str, catalog: Catalog, used: set[str]
) -> GroupList | None:
    """None where the column refers to no table."""
    relation = occurrence.relation
    key = foreign_key(catalog, relation, (name,)) if relation is not None else None
    if (
        relation is None
        or key is None
        or (key.referenced_schema, key.referenced_table) == (relation.schema, relation.name)
    ):
        return None
    found = catalog.relation(key.referenced_table)
    is_plain = (
        found.schema == key.referenced_schema
        if found is not None
        else key.referenced_schema == relation.schema
        and occurrence.schema is not None
        and relation.schema in catalog.search_path
    )
    schema = None if is_plain and key.referenced_schema in catalog.search_path else key.referenced_schema
    alias = short_alias(key.referenced_table, used)
    return GroupList(
        item=f"{quote_qualified(schema, key.referenced_table)} {alias}",
        value=column(alias, key.referenced_columns[0]),
        condition=f"{name_of(relation, (name,))} refers to {key.referenced_table}.{key.referenced_columns[0]}, so every group is a row there",
    )


def by_jumps(occurrence: Occurrence, table: str, name: str, used: set[str]) -> GroupList | None:
    """The values that are not NULL, by a recursive query; ``table`` as the statement writes it, without an alias."""
    if occurrence.relation is None or occurrence.relation.kind not in (
        "table",
        "materialized view",
        "partitioned table",
    ):
        return None
    groups = fresh("groups", used)
    return GroupList(
        item=f"(\n{jumps(table, name, '', groups)}\nselect {quote_identifier(name)} from {groups} where {quote_identifier(name)} is not null\n) {groups}",
        value=column(groups, name),
        condition=f"the recursive query finds each value of {name_of(occurrence.relation, (name,))} that is not NULL",
    )


def jumps(table: str, name: str, where: str, groups: str) -> str:
    """WITH RECURSIVE ``groups``: each value of the column, found from the one before; ``where`` is a condition on the table or the
    empty text. Its last row is NULL."""
    key = quote_identifier(name)
    only = f"where {where} " if where else ""
    also = f" and {where}" if where else ""
    return (
        f"with recursive {groups} as (\n"
        f"  (select {key} from {table} {only}order by {key} limit 1)\n"
        f"  union all\n"
        f"  select (select {table}.{key} from {table} where {table}.{key} > {groups}.{key}{also} order by {table}.{key} limit 1)\n"
        f"  from {groups}\n"
        f"  where {groups}.{key} is not null\n"
        f")"
    )
