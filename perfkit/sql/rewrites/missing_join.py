"""Two tables side by side without a condition, though a foreign key says how they belong together."""

from __future__ import annotations

from collections.abc import Iterator

from perfkit.catalog import Catalog, ForeignKey
from perfkit.sql.rewrites.draft import addition, open_draft
from perfkit.sql.rewrites.from_items import Items, read_items
from perfkit.sql.rewrites.names import column
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.statement import Statement


def join_by_foreign_key(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    draft = open_draft(statement, catalog)
    for query in draft.queries if draft is not None else ():
        items = read_items(query, draft) if draft is not None else None
        if draft is None or items is None or any(items.sides):
            continue
        parts = _parts(items)
        keys = [
            (key, owner, other)
            for owner in range(len(items.sources))
            for other in range(len(items.sources))
            for key in catalog.foreign_keys
            if owner != other and _belongs(items, key, owner, other) and parts[owner] != parts[other]
        ]
        if len(set(parts)) != 2 or len(keys) != 1:
            continue
        key, owner, other = keys[0]
        condition = draft.own(" and ").join(
            f"{column(items.sources[owner].alias, name)} = {column(items.sources[other].alias, referenced)}"
            for name, referenced in zip(key.columns, key.referenced_columns, strict=True)
        )
        sql = draft.edited([addition(query, condition, draft)])
        if sql is not None:
            yield Rewrite(
                name="join-by-foreign-key",
                sql=sql,
                cures=("cartesian-join",),
                rationale="Every row of one table is paired with every row of the other; the foreign key pairs those that belong together.",
                caveats=(
                    f"other rows: each pair now follows the foreign key {key.name}, which the statement most likely forgot",
                ),
                is_contract_change=True,
            )


def _parts(items: Items) -> list[int]:
    """A number for each item, the same for those that conditions connect."""
    parts = list(range(len(items.sources)))
    for condition in items.conditions:
        joined = {parts[place] for place in condition.sources}
        parts = [min(joined) if part in joined else part for part in parts]
    return parts


def _belongs(items: Items, key: ForeignKey, owner: int, other: int) -> bool:
    names = []
    for place in (owner, other):
        table = items.sources[place].table
        relation = table.relation if table is not None and not items.sources[place].column_aliases else None
        names.append((relation.schema, relation.name) if relation is not None else None)
    return names == [(key.schema, key.table), (key.referenced_schema, key.referenced_table)]
