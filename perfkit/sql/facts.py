"""What the text of a statement alone says about its cost: OFFSET, patterns, NOT IN, OR over columns, and their like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.conditions import columns_of, flatten
from perfkit.sql.operands import like_value, unwrap
from perfkit.sql.ordering import row_limit
from perfkit.sql.predicates import RowLimit, TableUse
from perfkit.sql.scope import QUERIES, Scope, aliased, is_star
from perfkit.sql.source import SourceText
from perfkit.sql.statement import Statement
from perfkit.sql.usage import Reader, read


@dataclass(frozen=True, slots=True, kw_only=True)
class LikePattern:
    sql: str
    pattern: str | None
    """None for a parameter or an expression."""
    ignores_case: bool
    is_negated: bool

    @property
    def starts_with_wildcard(self) -> bool:
        """False where the pattern is not known."""
        return self.pattern is not None and self.pattern[:1] in ("%", "_")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrappedColumn:
    """A column that a condition uses inside a function, a cast or an operator."""

    relation: str
    column: str
    wrapped_by: str
    expression: str
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotIn:
    """``x NOT IN (SELECT y …)``: with a NULL among the y it is never true, and it is no anti-join."""

    sql: str
    relation: str | None
    """Of the inner column; None where it is no plain column of a table."""
    column: str | None
    is_nullable: bool | None
    """None where the catalog does not know the inner column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternatives:
    """One OR and what its arms look at."""

    sql: str
    columns: tuple[str, ...]
    """As ``alias.column`` of the base table; as written where it is none of a table."""
    tables: tuple[str, ...]
    """Aliases of the tables."""
    arms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalarSubquery:
    """A subquery used as a value."""

    sql: str
    is_correlated: bool
    is_selected: bool
    """It stands in the select list: once per output row when correlated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Facts of one statement, each in the order of the text. All empty where sqlglot could not read it."""

    uses: tuple[TableUse, ...] = ()
    limit: RowLimit | None = None
    """Of the main query; likewise ``offset``."""
    offset: RowLimit | None = None
    like_patterns: tuple[LikePattern, ...] = ()
    wrapped_columns: tuple[WrappedColumn, ...] = ()
    not_in_subqueries: tuple[NotIn, ...] = ()
    alternatives: tuple[Alternatives, ...] = ()
    in_list_lengths: tuple[int, ...] = ()
    """Values written out in each IN, VALUES or ARRAY[…] that something is compared with."""
    counts_compared_with_zero: tuple[str, ...] = ()
    orders_by_random: bool = False
    distinct_unions: int = 0
    """UNION without ALL."""
    scalar_subqueries: tuple[ScalarSubquery, ...] = ()
    selects_star: bool = False
    """The main query's select list has a star."""

    @property
    def or_across_columns(self) -> tuple[Alternatives, ...]:
        """ORs over several columns of one table."""
        return tuple(item for item in self.alternatives if len(item.tables) == 1 and len(item.columns) > 1)

    @property
    def or_across_tables(self) -> tuple[Alternatives, ...]:
        return tuple(item for item in self.alternatives if len(item.tables) > 1)


def read_facts(statement: Statement, catalog: Catalog) -> Facts:
    """The facts of a statement; columns are told apart with the catalog.

    >>> from perfkit.sql import parse_statement
    >>> empty = Catalog(server_version_num=180000, database="", search_path=(), relations=())
    >>> facts = read_facts(parse_statement("select * from t where a like '%x' order by random() offset 10"), empty)
    >>> facts.offset.value, facts.like_patterns[0].starts_with_wildcard, facts.orders_by_random
    (10, True, True)
    """
    reader = read(statement, catalog)
    if reader is None or statement.tree is None:
        return Facts()
    tree, text, uses = statement.tree, reader.text, reader.uses
    main = tree
    while isinstance(main, exp.Subquery):
        main = main.this
    return Facts(
        uses=uses,
        limit=row_limit(main.args.get("limit"), text),
        offset=row_limit(main.args.get("offset"), text),
        like_patterns=tuple(_like_patterns(tree, text)),
        wrapped_columns=tuple(_wrapped_columns(uses)),
        not_in_subqueries=tuple(_not_in(tree, reader)),
        alternatives=tuple(_alternatives(reader)),
        in_list_lengths=tuple(_list_lengths(tree)),
        counts_compared_with_zero=tuple(_counts_compared_with_zero(tree, text)),
        orders_by_random=any(
            isinstance(unwrap(key.this), exp.Rand)
            for order in _in_text_order(tree, exp.Order)
            for key in order.expressions
            if isinstance(key, exp.Ordered)
        ),
        distinct_unions=sum(bool(union.args.get("distinct")) for union in tree.find_all(exp.Union)),
        scalar_subqueries=tuple(_scalar_subqueries(tree, reader)),
        selects_star=isinstance(main, exp.Select) and any(is_star(item) for item in main.expressions),
    )


def _in_text_order(tree: Expr, *kinds: type[Expr]) -> list[Expr]:
    return list(tree.find_all(*kinds, bfs=False))


def _above(node: Expr) -> Expr | None:
    """What the expression is part of, parentheses left out."""
    above = node.parent
    while isinstance(above, exp.Paren):
        above = above.parent
    return above


def _like_patterns(tree: Expr, text: SourceText) -> Iterator[LikePattern]:
    for node in _in_text_order(tree, exp.Like, exp.ILike):
        yield LikePattern(
            sql=text.of(node, qualified=True),
            pattern=like_value(node.expression),
            ignores_case=isinstance(node, exp.ILike),
            is_negated=bool(node.args.get("negate")) or isinstance(_above(node), exp.Not),
        )


def _wrapped_columns(uses: tuple[TableUse, ...]) -> Iterator[WrappedColumn]:
    for use in uses:
        for item in use.predicates:
            if item.wrapped_by is not None and item.use not in ("expression", "text search", "containment"):
                yield WrappedColumn(
                    relation=use.relation,
                    column=item.column,
                    wrapped_by=item.wrapped_by,
                    expression=item.expression,
                    sql=item.sql,
                )


def _not_in(tree: Expr, reader: Reader) -> Iterator[NotIn]:
    for node in _in_text_order(tree, exp.In):
        query, negation = node.args.get("query"), _above(node)
        if not isinstance(negation, exp.Not) or query is None:
            continue
        relation, column, is_nullable = None, None, None
        for scope in reader.scopes_of(query):
            item = (
                scope.select.expressions[0] if scope.select is not None and scope.select.expressions else None
            )
            item = unwrap(aliased(item)) if item is not None else None
            for found in scope.locate(item) if isinstance(item, exp.Column) else ():
                relation, column = found.table.qualified_name, found.column
                known = found.table.relation.column(column) if found.table.relation is not None else None
                if known is not None:
                    is_safe = known.is_not_null or _excludes_null(scope, item)
                    is_nullable = bool(is_nullable) or not is_safe
        yield NotIn(
            sql=reader.text.of(negation, qualified=True),
            relation=relation,
            column=column,
            is_nullable=is_nullable,
        )


def _excludes_null(scope: Scope, column: Expr | None) -> bool:
    where = scope.node.args.get("where")
    return where is not None and any(
        isinstance(part, exp.Is)
        and bool(part.args.get("negate"))
        and isinstance(part.expression, exp.Null)
        and part.this == column
        for part in flatten(where.this, exp.And)
    )


def _alternatives(reader: Reader) -> Iterator[Alternatives]:
    for node, scope in reader.conditions.alternatives:
        columns: dict[str, None] = {}
        relations: dict[str, None] = {}
        for column in columns_of(node):
            found = scope.locate(column)
            for located in found:
                columns[f"{located.table.alias}.{located.column}"] = None
                relations[located.table.alias] = None
            if not found:
                columns[column.sql(dialect="postgres")] = None
        yield Alternatives(
            sql=reader.text.of(node, qualified=True),
            columns=tuple(columns),
            tables=tuple(relations),
            arms=sum(1 for _ in flatten(node, exp.Or)),
        )


def _list_lengths(tree: Expr) -> Iterator[int]:
    for node in _in_text_order(tree, exp.In, exp.Array):
        items = node.expressions
        if isinstance(node, exp.Array) and not isinstance(node.find_ancestor(exp.Any, exp.Select), exp.Any):
            continue
        if len(items) == 1 and isinstance(items[0], exp.Values):
            items = items[0].expressions
        if items and not isinstance(items[0], QUERIES):
            yield len(items)


def _counts_compared_with_zero(tree: Expr, text: SourceText) -> Iterator[str]:
    """``(SELECT count(*) …) > 0`` and its like; a HAVING on a count is another matter."""
    for node in _in_text_order(tree, *_COMPARISONS):
        for side, other in ((node.this, node.expression), (node.expression, node.this)):
            number = unwrap(other)
            if not isinstance(number, exp.Literal) or number.is_string or str(number.this) not in ("0", "1"):
                continue
            query = unwrap(side)
            while isinstance(query, exp.Subquery):
                query = query.this
            if not isinstance(query, exp.Select) or len(query.expressions) != 1:
                continue
            counted = isinstance(unwrap(aliased(query.expressions[0])), exp.Count)
            if counted and not query.args.get("group") and _tells_none_from_some(node, number, side):
                yield text.of(node, qualified=True)


_COMPARISONS: dict[type[Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
}


def _tells_none_from_some(node: Expr, number: Expr, count: Expr) -> bool:
    """True for the comparisons that only ask whether there is any row: > 0, >= 1, = 0, <> 0, < 1."""
    operator = _COMPARISONS[type(node)]
    if node.expression is count:
        operator = {">": "<", "<": ">", ">=": "<=", "<=": ">="}.get(operator, operator)
    if str(number.this) == "0":
        return operator in ("=", "<>", ">", "<=")
    return operator in (">=", "<")


def _scalar_subqueries(tree: Expr, reader: Reader) -> Iterator[ScalarSubquery]:
    for node in _in_text_order(tree, exp.Subquery):
        if isinstance(
            node.parent, (exp.From, exp.Join, exp.Lateral, exp.In, exp.Any, exp.SetOperation, exp.Subquery)
        ):
            continue
        scopes = reader.scopes_of(node)
        if not scopes:
            continue
        holder: Expr = node
        while holder.parent is not None and not isinstance(holder.parent, exp.Select):
            holder = holder.parent
        yield ScalarSubquery(
            sql=reader.text.of(node, qualified=True),
            is_correlated=any(scope.is_correlated for scope in scopes),
            is_selected=holder.parent is not None and holder.arg_key == "expressions",
        )
