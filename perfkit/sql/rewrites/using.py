"""JOIN … USING written as JOIN … ON, which says of each column whose it is: the form that the transforms read."""

from __future__ import annotations

from sqlglot import exp

from perfkit.catalog import Catalog
from perfkit.errors import UsageError
from perfkit.sql.parse import parse_statement
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query, open_draft
from perfkit.sql.rewrites.names import column
from perfkit.sql.scope import Source, identifier, is_star, output_name
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import scan


def without_using(statement: Statement, catalog: Catalog) -> Statement | None:
    """None where no join has USING, or where it cannot be told whose a column is: ``select *``, which gives a joined column
    once, RIGHT and FULL joins, tables the catalog does not know."""
    if statement.tree is None or not any(
        join.args.get("using") for join in statement.tree.find_all(exp.Join)
    ):
        return None
    draft = open_draft(statement, catalog)
    edits: list[Edit] = []
    for query in draft.queries if draft is not None else ():
        found = _edits(draft, query) if draft is not None else None
        if found is None:
            return None
        edits += found
    sql = draft.edited(edits) if draft is not None and edits else None
    try:
        return parse_statement(sql) if sql is not None else None
    except UsageError:
        return None


def _edits(draft: Draft, query: Query) -> list[Edit] | None:
    joins = query.node.args.get("joins") or []
    if not any(join.args.get("using") for join in joins):
        return []
    start = query.clause("from")
    places = start.joined() if start is not None else []
    sources = query.scope.sources
    if not len(places) == len(sources) == len(joins) + 1 or any(map(is_star, query.node.expressions)):
        return None
    owners: dict[str, Source] = {}
    edits = []
    for place, join in enumerate(joins, 1):
        names = [identifier(one) for one in join.args.get("using") or []]
        if str(join.side).upper() in ("RIGHT", "FULL"):
            return None
        conditions = []
        for name in names:
            left = owners.get(name) or next((one for one in sources[:place] if one.has(name)), None)
            if left is None or any(one.has(name) is None for one in sources[: place + 1]):
                return None
            owners[name] = left
            conditions.append(f"{column(left.alias, name)} = {column(sources[place].alias, name)}")
        whole, item = places[place]
        if conditions:
            tail = scan(draft.text[item.end : whole.end])
            if not tail or not tail[0].is_word("using"):
                return None
            edits.append(Edit(Span(item.end, whole.end), draft.own(" on ") + " and ".join(conditions)))
    return [*edits, *_qualified(draft, query, owners)]


def _qualified(draft: Draft, query: Query, owners: dict[str, Source]) -> list[Edit]:
    """The joined columns that stand without a table get the first one's."""
    outputs = {output_name(item) for item in query.node.expressions}
    edits = []
    for node in query.node.find_all(exp.Column):
        name, place = identifier(node.this), node.this.meta.get("start")
        if node.table or name not in owners or place is None:
            continue
        holder = draft.query(node.find_ancestor(exp.Select))
        if holder is None or (holder is not query and holder.scope.find(node) is not None):
            continue
        if isinstance(node.parent, exp.Ordered) and name in outputs:
            continue
        edits.append(Edit(Span(place, place), column(owners[name].alias, name).rpartition(".")[0] + "."))
    return edits
