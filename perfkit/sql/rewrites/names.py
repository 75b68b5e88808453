"""Names in a rewrite: columns with the table they belong to, and aliases nobody uses yet."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import Expr, exp

from perfkit.identifier import quote_identifier
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query
from perfkit.sql.scope import Scope, Source, identifier
from perfkit.sql.source import SourceText


def taken(draft: Draft) -> set[str]:
    """Every name of the statement that an alias must not repeat."""
    return {identifier(node) for node in draft.tree.find_all(exp.Identifier)}


def short_alias(name: str, used: set[str]) -> str:
    """The initials of a name, with a number where they are in use; the alias is then in use, too.

    >>> used = {"i"}
    >>> short_alias("issues", used), short_alias("label_links", used)
    ('i2', 'll')
    """
    initials = "".join(word[0] for word in name.lower().split("_") if word and word[0].isalpha()) or "t"
    return fresh(initials, used)


def fresh(name: str, used: set[str]) -> str:
    found, number = name, 2
    while found in used or quote_identifier(found) != found:
        found, number = f"{name}{number}", number + 1
    used.add(found)
    return found


def column(alias: str, name: str) -> str:
    return f"{quote_identifier(alias)}.{quote_identifier(name)}"


def source_of(node: exp.Column, scope: Scope) -> Source | None:
    """The FROM item a column of a query belongs to, in this query or one around it."""
    for around in scope.with_parents():
        source = around.find(node)
        if source is not None:
            return source
    return None


def qualified(node: Expr, scope: Scope, draft: Draft, renamed: Mapping[str, str] | None = None) -> str | None:
    """The expression with each column preceded by its table's alias; None where a column's table is not known.

    ``renamed`` gives tables of this query's FROM another alias.
    """
    node = unwrap(node)
    copy = node.copy()
    is_changed = False
    old, new = list(node.find_all(exp.Column)), list(copy.find_all(exp.Column))
    for before, after in zip(old, new, strict=True):
        source = source_of(before, scope)
        if source is None:
            return None
        alias = (renamed or {}).get(source.alias, source.alias) if source in scope.sources else source.alias
        if not before.table or alias != source.alias:
            is_changed = True
            quoted = quote_identifier(alias) != alias
            after.set("table", exp.to_identifier(alias, quoted=quoted))
    if is_changed:
        return copy.sql(dialect="postgres", comments=False)
    return SourceText(draft.text).of(node, qualified=True)


def renaming(query: Query, source: Source, alias: str, draft: Draft) -> list[Edit] | None:
    """Edits that give a table of the query's FROM an alias; None where they cannot be placed."""
    start = query.clause("from")
    items = start.joined() if start is not None else []
    if len(items) != len(query.scope.sources):
        return None
    item = items[query.scope.sources.index(source)][1]
    if source.table is None or draft.cut(item).split()[-1].split(".")[-1].strip('"') != source.table.name:
        return None
    edits = [Edit(Span(item.end, item.end), f" {alias}")]
    for node in query.node.find_all(exp.Column):
        inner = draft.query(node.find_ancestor(exp.Select))
        if inner is None:
            return None
        if source_of(node, inner.scope) is not source:
            continue
        qualifier, name = node.args.get("table"), node.this
        if node.args.get("db") is not None or "start" not in name.meta:
            return None
        if qualifier is not None:
            edits.append(Edit(Span(qualifier.meta["start"], qualifier.meta["end"] + 1), alias))
        else:
            edits.append(Edit(Span(name.meta["start"], name.meta["start"]), f"{alias}."))
    return edits
