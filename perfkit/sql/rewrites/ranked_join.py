"""The first rows of each group joined to the table of the groups: one LATERAL look-up for each row of that table."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import is_stable, unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query, addition, ands, conditions, open_draft, removal
from perfkit.sql.rewrites.names import qualified, source_of
from perfkit.sql.rewrites.ranked import Ranked, order_text, read_ranked, ties, without_rank
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import aliased, identifier, is_star, output_name
from perfkit.sql.statement import Statement

_Condition = tuple[Expr, Span]


def ranked_join_to_lateral(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """``from p join (select …, row_number() over (partition by g order by o) rn from t) x on x.g = p.id where x.rn <= 3`` as
    ``from p cross join lateral (select … from t where g = p.id order by o limit 3) x``. A LEFT JOIN stays one where the
    rank is kept by its ON."""
    draft = open_draft(statement, catalog)
    for outer in draft.queries if draft is not None else ():
        if draft is None or not isinstance(outer.node, exp.Select):
            continue
        for place in range(1, len(outer.scope.sources)):
            found = _rewritten(draft, outer, place)
            if found is not None:
                sql, ranked = found
                yield Rewrite(
                    name="ranked-join-to-lateral",
                    sql=sql,
                    cures=("top-n-per-group-window",),
                    rationale=f"For each row of the other table an index on the group and its order gives the first {ranked.count} rows;"
                    " row_number() numbers all rows of all groups.",
                    conditions=("the subquery is joined by the very columns it is partitioned by",),
                    caveats=ties(draft, ranked),
                )


def _rewritten(draft: Draft, outer: Query, place: int) -> tuple[str, Ranked] | None:
    start, joins = outer.clause("from"), outer.node.args.get("joins") or []
    items = start.joined() if start is not None else []
    if start is None or len(items) != len(outer.scope.sources) or len(joins) != len(items) - 1:
        return None
    join, (whole, item) = joins[place - 1], items[place]
    side = str(join.side).upper()
    if side in ("RIGHT", "FULL") or join.args.get("using") or str(join.kind).upper() == "NATURAL":
        return None
    on = _on(join, start.on_conditions(whole, item))
    where = conditions(outer)
    found = read_ranked(draft, outer, on if side else [*where, *on], is_joined=bool(side))
    if found is None or found.in_cte or outer.scope.sources.index(found.source) != place:
        return None
    given = [one for one in (on if side else [*on, *where]) if one[1] != found.filter]
    keys = _keys(draft, found, given, place)
    if keys is None or not all(map(is_stable, found.inner.node.find_all(exp.Func))):
        return None
    used = [found.filter, *(span for _, span in keys)]
    rest = " and ".join(draft.cut(span) for _, span in on if span not in used)
    opening = draft.parentheses(found.inner).start
    if side:
        head, tail = "left join lateral ", f" on {rest or 'true'}"
    else:
        head, tail = ("join lateral ", f" on {rest}") if rest else ("cross join lateral ", "")
    is_comma = draft.text[whole.start] == ","
    order = order_text(draft, found)
    clause = outer.clause("where")
    gone = [span for span in used if any(span == one for _, one in where)]
    end = (found.inner.clause("where") or found.inner.clause("from") or start).whole.end
    gap = draft.gap((found.inner.clause("from") or start).whole.start)
    edits = [
        Edit(Span(whole.start, opening), (draft.gap(whole.start) if is_comma else "") + draft.own(head)),
        *without_rank(draft, found, order),
        addition(found.inner, " and ".join(text for text, _ in keys), draft),
        Edit(Span(end, end), draft.own(f"{gap}order by {order}{gap}limit {found.count}")),
        Edit(Span(item.end, whole.end), draft.own(tail) if rest or side else ""),
        *(removal(clause, gone, draft) if clause is not None and gone else ()),
    ]
    sql = draft.edited(edits)
    return (sql, found) if sql is not None else None


def _on(join: exp.Join, spans: list[Span]) -> list[_Condition]:
    nodes = list(ands(join.args["on"])) if join.args.get("on") is not None else []
    return list(zip(nodes, spans, strict=True)) if len(nodes) == len(spans) else []


def _keys(draft: Draft, found: Ranked, given: list[_Condition], place: int) -> list[tuple[str, Span]] | None:
    """For each column of PARTITION BY the condition within, and the one outside that it comes from; None where one is
    not compared with a table that stands before."""
    keys = []
    for key in found.window.args.get("partition_by") or []:
        name = _output(found, unwrap(key))
        inside = qualified(key, found.inner.scope, draft)
        match = next(
            (
                (partner, span)
                for node, span in given
                if (partner := _partner(found, node, name, place)) is not None
            ),
            None,
        )
        if match is None or inside is None:
            return None
        outside = qualified(match[0], found.outer.scope, draft)
        if outside is None or _is_hidden(found, match[0]):
            return None
        keys.append((f"{inside} = {outside}", match[1]))
    return keys or None


def _output(found: Ranked, key: Expr) -> str | None:
    """How the subquery calls the column it is partitioned by; None where it does not give it."""
    for item in found.inner.node.expressions:
        inner = unwrap(aliased(item))
        if is_star(item) and isinstance(key, exp.Column):
            owner = identifier(inner.args.get("table")) if isinstance(inner, exp.Column) else ""
            if not owner or not key.table or owner == identifier(key.args["table"]):
                return identifier(key.this)
        if inner == key:
            return output_name(item)
    return None


def _partner(found: Ranked, node: Expr, name: str | None, place: int) -> exp.Column | None:
    """The column of an earlier table that an equality compares the group with."""
    node = unwrap(node)
    if not isinstance(node, exp.EQ) or name is None:
        return None
    for one, other in ((node.this, node.expression), (node.expression, node.this)):
        own, partner = unwrap(one), unwrap(other)
        if not isinstance(own, exp.Column) or not isinstance(partner, exp.Column):
            continue
        if identifier(own.this) != name or source_of(own, found.outer.scope) is not found.source:
            continue
        source = source_of(partner, found.outer.scope)
        if source in found.outer.scope.sources[:place]:
            return partner
    return None


def _is_hidden(found: Ranked, partner: exp.Column) -> bool:
    """Whether a table within has the alias of the partner's."""
    source = source_of(partner, found.outer.scope)
    return source is None or any(one.alias == source.alias for one in found.inner.scope.sources)
