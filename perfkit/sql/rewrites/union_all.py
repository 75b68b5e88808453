"""UNION between queries that have no row in common, as UNION ALL, which looks for no duplicates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.draft import Draft, Query, ands, is_sound, open_draft
from perfkit.sql.rewrites.keys import unique_keys
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import aliased, identifier, is_star
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import scan

CAVEAT = "neither keys nor conditions show that there can be no duplicates: it is equal only as long as the data has none"


def union_to_union_all(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """Every UNION of the statement at once, where nothing but UNIONs without ALL joins its queries."""
    draft = open_draft(statement, catalog)
    if draft is None:
        return
    unions = list(draft.tree.find_all(exp.Union))
    if not unions or not all(union.args.get("distinct") for union in unions):
        return
    if any(isinstance(node, (exp.Except, exp.Intersect)) for node in draft.tree.find_all(exp.SetOperation)):
        return
    sql = _without_search(statement.text)
    if sql is None or not is_sound(statement, sql):
        return
    branches = [draft.query(node) for node in _branches(unions[0])]
    shown = _shown(draft, [branch for branch in branches if branch is not None], len(branches))
    yield Rewrite(
        name="union-to-union-all",
        sql=sql,
        cures=("union-instead-of-union-all",),
        rationale="no row is compared with all others to find duplicates that do not occur",
        conditions=shown or (),
        caveats=() if shown else (CAVEAT,),
    )


def _branches(union: Expr) -> Iterator[Expr]:
    for side in (union.this, union.expression):
        node = unwrap(side)
        while isinstance(node, exp.Subquery):
            node = node.this
        if isinstance(node, exp.Union):
            yield from _branches(node)
        else:
            yield node


def _without_search(text: str) -> str | None:
    pieces, done = [], 0
    for token in scan(text):
        if token.is_word("union"):
            rest = text[token.end :].lstrip()
            if rest[:3].lower() == "all":
                return None
            pieces.append(text[done : token.end] + (" ALL" if token.text.isupper() else " all"))
            done = token.end
            if rest[:8].lower() == "distinct":
                done += text[token.end :].lower().index("distinct") + len("distinct")
    return "".join([*pieces, text[done:]]) if pieces else None


def _shown(draft: Draft, branches: Sequence[Query], count: int) -> tuple[str, ...] | None:
    """Why there are no duplicates: each query puts out a key of its one table, and no two share a row."""
    if len(branches) != count:
        return None
    keys = [_key(branch) for branch in branches]
    if not all(keys):
        return None
    for number, one in enumerate(branches):
        for other in branches[number + 1 :]:
            if not _are_apart(one, other):
                return None
    return (*dict.fromkeys(f"{key} is unique" for key in keys if key), "no two queries share a row")


def _key(query: Query) -> str | None:
    tables = list(query.scope.occurrences())
    if (
        len(tables) != 1
        or len(query.scope.sources) != 1
        or tables[0].relation is None
        or query.scope.is_grouped
    ):
        return None
    relation = tables[0].relation
    names = {
        identifier(item.this)
        for item in map(aliased, query.node.expressions)
        if isinstance(item, exp.Column) and not is_star(item)
    }
    starred = any(is_star(item) for item in query.node.expressions)
    for key in unique_keys(relation):
        if starred or set(key) <= names:
            return f"{relation.name} ({', '.join(key)})"
    return None


def _are_apart(one: Query, other: Query) -> bool:
    return _constants_differ(one, other) or _conditions_exclude(one, other)


def _constants_differ(one: Query, other: Query) -> bool:
    pairs = zip(one.node.expressions, other.node.expressions, strict=False)
    return any(
        isinstance(a, exp.Literal) and isinstance(b, exp.Literal) and a != b
        for a, b in ((unwrap(aliased(left)), unwrap(aliased(right))) for left, right in pairs)
    )


def _conditions_exclude(one: Query, other: Query) -> bool:
    """Both read the same table, and ask for different constants in one column that both put out, or for NULL and not."""
    a, b = _fixed(one), _fixed(other)
    return any(column in b and a[column] != b[column] for column in a)


def _fixed(query: Query) -> dict[str, str]:
    """Columns that all rows have one constant in, or are NULL in, or are not."""
    where = query.node.args.get("where")
    put_out = {
        identifier(item.this): place
        for place, item in enumerate(map(aliased, query.node.expressions))
        if isinstance(item, exp.Column) and not is_star(item)
    }
    starred = any(is_star(item) for item in query.node.expressions)
    found: dict[str, str] = {}
    for part in ands(where.this if where is not None else None):
        node = unwrap(part)
        column = unwrap(node.this) if isinstance(node, (exp.EQ, exp.Is)) else None
        if not isinstance(column, exp.Column):
            continue
        name = identifier(column.this)
        value = unwrap(node.expression)
        if (name in put_out or starred) and isinstance(value, (exp.Literal, exp.Boolean, exp.Null)):
            place = str(put_out.get(name, name))
            found[place] = value.sql()
    return found
