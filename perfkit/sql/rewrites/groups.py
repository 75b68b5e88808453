"""One row of each of few groups, found by hopping through an index from group to group instead of reading all rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from perfkit.catalog import Catalog, Relation
from perfkit.identifier import quote_identifier
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.draft import Draft, Query, is_sound, open_draft
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import aliased, identifier, is_star, output_name
from perfkit.sql.statement import Statement

_CURES = ("groupwise-max-full-scan", "missing-index-group-by", "top-n-per-group-window")
_UNFIT = ("where", "having", "limit", "offset", "windows", "with_", "locks", "joins")


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """The groups of one table by one column, and how to list them."""

    relation: Relation
    table: str
    """As the statement names it."""
    column: str
    """Quoted where it must be."""
    is_nullable: bool
    dimension: tuple[str, str] | None
    """The table and key that a foreign key says hold every group; None without one."""

    @property
    def listing(self) -> str:
        """A WITH clause that lists every group once as ``grp``.``val``."""
        t, c = self.table, self.column
        return (
            "with recursive grp (val) as (\n"
            f"  (select {c} from {t} where {c} is not null order by {c} limit 1)\n"
            "  union all\n"
            f"  select (select {c} from {t} where {c} > grp.val order by {c} limit 1) from grp where grp.val is not null\n"
            ")"
        )

    @property
    def conditions(self) -> tuple[str, ...]:
        name = self.relation.name
        return (f"each value of {name}.{self.column} is met once, in order",)


def groups_to_hops(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``SELECT DISTINCT g``, ``SELECT g, max(o) … GROUP BY g`` and ``SELECT DISTINCT ON (g) … ORDER BY g, o`` over one whole table."""
    draft = open_draft(statement, catalog)
    query = draft.main if draft is not None else None
    if draft is None or query is None or any(query.node.args.get(part) for part in _UNFIT):
        return
    found = _values(draft, query) or _extremes(draft, query) or _first_rows(draft, query)
    if found is None:
        return
    sql, groups = found
    if is_sound(statement, sql):
        yield Rewrite(
            name="groups-to-hops",
            sql=sql,
            cures=_CURES,
            rationale="each group is found by one step through an index that leads with "
            f"{groups.column}, and its other rows are never read; it pays while groups are few",
            conditions=groups.conditions,
        )


def groups_of(query: Query, column: exp.Column, catalog: Catalog) -> Groups | None:
    """The groups of the query's one table by that column; None where it is no column of it."""
    sources = query.scope.sources
    table = sources[0].table if len(sources) == 1 else None
    relation = table.relation if table is not None else None
    known = relation.column(identifier(column.this)) if relation is not None else None
    if (
        relation is None
        or known is None
        or relation.kind not in ("table", "materialized view", "partitioned table")
    ):
        return None
    keys = [
        key
        for key in catalog.foreign_keys
        if (key.schema, key.table, key.columns) == (relation.schema, relation.name, (known.name,))
        and len(key.referenced_columns) == 1
    ]
    dimension = None
    if keys and known.is_not_null:
        dimension = (
            f"{quote_identifier(keys[0].referenced_schema)}.{quote_identifier(keys[0].referenced_table)}",
            quote_identifier(keys[0].referenced_columns[0]),
        )
    item = query.node.args["from_"].this
    name = item.copy()
    name.set("alias", None)
    return Groups(
        relation=relation,
        table=name.sql(dialect="postgres"),
        column=quote_identifier(known.name),
        is_nullable=not known.is_not_null,
        dimension=dimension,
    )


def _ordered(draft: Draft, query: Query, key: str, column: str) -> str | None:
    """ORDER BY of the result, whose group is put out as ``key``: by the group alone, or none; None for any other."""
    order = query.node.args.get("order")
    if order is None:
        return ""
    if len(order.expressions) != 1:
        return None
    node = unwrap(order.expressions[0].this)
    names = {column, key.strip('"')}
    if not isinstance(node, exp.Column) or identifier(node.this) not in names:
        return None
    direction = " desc" if order.expressions[0].args.get("desc") else ""
    return "\n" + draft.own(f"order by {key}{direction}")


def _values(draft: Draft, query: Query) -> tuple[str, Groups] | None:
    """SELECT DISTINCT g, or GROUP BY g with nothing else."""
    items = query.node.expressions
    item = aliased(items[0]) if len(items) == 1 else None
    distinct, group = query.node.args.get("distinct"), query.node.args.get("group")
    if not isinstance(item, exp.Column) or is_star(items[0]) or (distinct is None) == (group is None):
        return None
    if distinct is not None and distinct.args.get("on"):
        return None
    if group is not None and [unwrap(key) for key in group.expressions] != [item]:
        return None
    groups = groups_of(query, item, draft.catalog)
    name = quote_identifier(output_name(items[0]))
    order = _ordered(draft, query, name, identifier(item.this))
    if groups is None or order is None:
        return None
    sql = f"{groups.listing}\nselect val as {name} from grp where val is not null"
    if groups.is_nullable:
        sql += f"\nunion all\nselect null where exists (select 1 from {groups.table} where {groups.column} is null)"
    return sql + order, groups


def _extremes(draft: Draft, query: Query) -> tuple[str, Groups] | None:
    """SELECT g, max(o), min(p) … GROUP BY g."""
    group = query.node.args.get("group")
    if group is None or len(group.expressions) != 1 or query.node.args.get("distinct"):
        return None
    key = unwrap(group.expressions[0])
    groups = groups_of(query, key, draft.catalog) if isinstance(key, exp.Column) else None
    if groups is None or groups.is_nullable:
        return None
    items, name = [], ""
    for item in query.node.expressions:
        inner = unwrap(aliased(item))
        if inner == key:
            name = quote_identifier(output_name(item))
            items.append(f"{{group}} as {name}")
        elif isinstance(inner, (exp.Max, exp.Min)) and isinstance(unwrap(inner.this), exp.Column):
            function = "max" if isinstance(inner, exp.Max) else "min"
            column = unwrap(inner.this).this.sql(dialect="postgres")
            label = quote_identifier(output_name(item) or function)
            items.append(
                f"(select {function}(t.{column}) from {groups.table} as t where t.{groups.column} = {{group}}) as {label}"
            )
        else:
            return None
    assert isinstance(key, exp.Column)
    order = _ordered(draft, query, name, identifier(key.this)) if name else None
    if order is None:
        return None
    text = ", ".join(items).replace("{group}", "grp.val")
    return f"{groups.listing}\nselect {text}\nfrom grp where val is not null{order}", groups


def _first_rows(draft: Draft, query: Query) -> tuple[str, Groups] | None:
    """SELECT DISTINCT ON (g) … ORDER BY g, o."""
    distinct, order = query.node.args.get("distinct"), query.clause("order")
    on = distinct.args.get("on") if distinct is not None else None
    keys = list(on.expressions) if isinstance(on, exp.Tuple) else [on] if on is not None else []
    key = unwrap(keys[0]) if len(keys) == 1 else None
    if not isinstance(key, exp.Column) or order is None:
        return None
    groups = groups_of(query, key, draft.catalog)
    spans = order.items()
    first = unwrap(query.node.args["order"].expressions[0].this)
    if groups is None or groups.is_nullable or len(spans) < 2 or first != key:
        return None
    from_clause = query.clause("from")
    names = [output_name(item) for item in query.node.expressions]
    if from_clause is None or not all(names):
        return None
    listed = ", ".join(item.sql(dialect="postgres", comments=False) for item in query.node.expressions)
    rest = draft.text[spans[1].start : order.whole.end].strip()
    alias = query.scope.sources[0].alias
    inner = (
        f"select {listed} {draft.cut(from_clause.whole)} where {quote_identifier(alias)}.{groups.column} = grp.val"
        f" order by {rest} limit 1"
    )
    shown = ", ".join(f"found.{quote_identifier(name)}" for name in names)
    sql = (
        f"{groups.listing}\nselect {shown}\nfrom grp cross join lateral (\n  {inner}\n) as found\n"
        f"where grp.val is not null\norder by grp.val"
    )
    return sql, groups
