"""A derived table joined to a query's FROM."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from perfkit.identifier import quote_identifier
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query
from perfkit.sql.scope import Source, is_star, output_name


def place_for(query: Query, needed: Iterable[Source], draft: Draft) -> int | None:
    """The end of the joined tables, between commas of the FROM, that hold all these items; None where none does."""
    start = query.clause("from")
    items = start.joined() if start is not None else []
    if len(items) != len(query.scope.sources):
        return None
    runs: list[list[int]] = []
    for number, (whole, _) in enumerate(items):
        if not runs or draft.text[whole.start] == ",":
            runs.append([])
        runs[-1].append(number)
    wanted = {query.scope.sources.index(source) for source in needed}
    run = next((run for run in runs if wanted.issubset(run)), None)
    return items[run[-1]][0].end if run is not None and wanted else None


def joining(
    query: Query, joins: Iterable[tuple[int, str]], exposed: Iterable[str], draft: Draft
) -> list[Edit] | None:
    """Edits that add joins at their places, and keep ``*`` and unqualified names meaning what they meant; None where they
    cannot."""
    start = query.clause("from")
    if start is None:
        return None
    gap = draft.gap(start.whole.start)
    edits = [Edit(Span(place, place), gap + laid_out(join, gap)) for place, join in joins]
    sources, names = query.scope.sources, set(exposed)
    outputs = {output_name(item) for item in query.node.expressions}
    for item, span in zip(query.node.expressions, query.block.selected.items(), strict=True):
        if is_star(item) and not isinstance(item, exp.Column):
            every = ", ".join(f"{quote_identifier(source.alias)}.*" for source in sources)
            edits.append(Edit(span, every))
    if query.node.args.get("joins") and any(join.args.get("using") for join in query.node.args["joins"]):
        return None
    for column in query.node.find_all(exp.Column):
        name = column.this
        if column.table or is_star(column) or not isinstance(name, exp.Identifier):
            continue
        text = name.this if name.args.get("quoted") else name.this.lower()
        if text not in names or (isinstance(column.parent, exp.Ordered) and text in outputs):
            continue
        holder = draft.query(column.find_ancestor(exp.Select))
        if holder is None or "start" not in name.meta:
            return None
        source = next(
            (found for around in holder.scope.with_parents() if (found := around.find(column)) is not None),
            None,
        )
        if source in sources:
            assert source is not None
            place = name.meta["start"]
            edits.append(Edit(Span(place, place), f"{quote_identifier(source.alias)}."))
    return edits


def laid_out(sql: str, gap: str) -> str:
    """New SQL of several lines, on one line where the statement's clauses stand on one and no comment needs its line end."""
    if gap != " ":
        return sql.replace("\n", gap)
    if "--" in sql:
        return sql
    return " ".join(line.strip() for line in sql.split("\n")).replace("( ", "(").replace(" )", ")")


def outside(edits: Iterable[Edit], spans: Iterable[Span]) -> list[Edit]:
    """The edits that do not fall into one of the spans, which are to be replaced as a whole."""
    kept = list(spans)
    return [edit for edit in edits if not any(span.start <= edit.span.start < span.end for span in kept)]
