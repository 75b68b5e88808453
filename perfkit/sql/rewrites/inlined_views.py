"""Views of a FROM with their queries in their place, so that the transforms see what the planner sees."""

from __future__ import annotations

from perfkit.catalog import Catalog, Relation
from perfkit.errors import UsageError
from perfkit.identifier import quote_identifier
from perfkit.sql.parse import parse_statement
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query, open_draft
from perfkit.sql.scope import Source
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import scan


def with_views_inlined(statement: Statement, catalog: Catalog) -> tuple[Statement, tuple[str, ...]] | None:
    """The statement with each view that a SELECT reads replaced by its query, and the views' names; None where there is none."""
    if not any(relation.view_definition for relation in catalog.relations):
        return None
    draft = open_draft(statement, catalog)
    edits, names = [], []
    for query in draft.queries if draft is not None else ():
        start = query.clause("from")
        items = start.joined() if start is not None else []
        if draft is None or len(items) != len(query.scope.sources):
            continue
        for source, (_, item) in zip(query.scope.sources, items, strict=True):
            view = _view(draft, query, source, item, catalog)
            if view is not None:
                definition = (view.view_definition or "").strip().rstrip(";")
                edits.append(Edit(item, f"({definition}) {quote_identifier(source.alias)}"))
                names.append(view.qualified_name)
    sql = draft.edited(edits) if draft is not None and edits else None
    try:
        return (parse_statement(sql), tuple(dict.fromkeys(names))) if sql is not None else None
    except UsageError:
        return None


def _view(draft: Draft, query: Query, source: Source, item: Span, catalog: Catalog) -> Relation | None:
    """The view that an item names without further ado: no column aliases, no sample."""
    tokens = scan(draft.cut(item))
    if query.node.args.get("locks") or source.column_aliases or any(token.text in "()" for token in tokens):
        return None
    name = tokens[2].name if len(tokens) > 2 and tokens[1].text == "." else tokens[0].name
    schema = tokens[0].name if len(tokens) > 2 and tokens[1].text == "." else None
    relation = catalog.relation(name, schema)
    if relation is None or not relation.view_definition or source.alias not in (name, tokens[-1].name):
        return None
    return relation
