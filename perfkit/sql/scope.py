"""The queries inside a statement with what stands in their FROM, and which base table's column a name means.

Names are looked up as PostgreSQL does: in the query's own FROM first, then in the queries around it. A column of a
derived table or CTE is followed to the base table, and it is noted whether a condition on it could be pushed down there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import Expr, exp

from perfkit.catalog import Catalog, Relation
from perfkit.sql.predicates import OrderKey, Predicate, RowLimit, TableUse
from perfkit.sql.tokens import fold

QUERIES = (exp.Select, exp.SetOperation, exp.Subquery)

_AGGREGATES_TEXT = """
json_agg jsonb_agg json_object_agg jsonb_object_agg bool_and bool_or every xmlagg bit_and bit_or range_agg mode
any_value regr_slope
"""
_AGGREGATES = frozenset(_AGGREGATES_TEXT.split())
"""Aggregates that sqlglot reads as unknown functions."""


@dataclass(slots=True, kw_only=True, eq=False)
class Occurrence:
    """One occurrence of a base table while its facts are being gathered."""

    relation: Relation | None
    schema: str | None
    name: str
    alias: str
    scope: Scope
    is_target: bool = False
    is_outer: bool = False
    predicates: list[Predicate] = field(default_factory=list)
    order: list[OrderKey] = field(default_factory=list)
    is_order_complete: bool = False
    group: list[str] = field(default_factory=list)
    is_group_complete: bool = False
    window: list[OrderKey] = field(default_factory=list)
    columns: dict[str, None] = field(default_factory=dict)
    selected: dict[str, None] = field(default_factory=dict)
    selects_star: bool = False
    limit: RowLimit | None = None
    offset: RowLimit | None = None

    @property
    def qualified_name(self) -> str:
        if self.relation is not None:
            return self.relation.qualified_name
        return f"{self.schema}.{self.name}" if self.schema else self.name

    def as_use(self) -> TableUse:
        """What was gathered, as a value."""
        names = [column.name for column in self.relation.columns] if self.relation is not None else []
        rank = {name: number for number, name in enumerate(names)}

        def in_table_order(columns: dict[str, None]) -> tuple[str, ...]:
            return tuple(sorted(columns, key=lambda name: rank.get(name, len(names))))

        select = self.scope.select
        return TableUse(
            relation=self.qualified_name,
            schema=self.schema,
            name=self.name,
            alias=self.alias,
            is_known=self.relation is not None,
            is_target=self.is_target,
            is_outer=self.is_outer,
            depth=self.scope.depth,
            is_correlated=any(scope.is_correlated for scope in self.scope.with_parents()),
            predicates=tuple(self.predicates),
            order=tuple(self.order),
            is_order_complete=self.is_order_complete,
            group=tuple(self.group),
            is_group_complete=self.is_group_complete,
            window=tuple(self.window),
            columns=in_table_order(self.columns),
            selected=in_table_order(self.selected),
            selects_star=self.selects_star,
            limit=self.limit,
            offset=self.offset,
            is_distinct=bool(select is not None and select.args.get("distinct")),
            is_grouped=self.scope.is_grouped,
            siblings=len(self.scope.sources) - 1,
        )


@dataclass(slots=True, kw_only=True, eq=False)
class Source:
    """One item of a FROM: a base table, a query with its branches, or something else (a function, VALUES)."""

    alias: str
    schema: str | None = None
    table: Occurrence | None = None
    branches: tuple[Scope, ...] = ()
    column_aliases: tuple[str, ...] = ()
    is_opaque: bool = False
    """No condition can be pushed into it: a materialised or repeated CTE, a LIMIT, a window."""

    def has(self, name: str) -> bool | None:
        """Whether it has a column of that name; None when that cannot be known."""
        if self.column_aliases:
            return name in self.column_aliases
        if self.table is not None:
            relation = self.table.relation
            return None if relation is None else relation.column(name) is not None or name in SYSTEM_COLUMNS
        if self.branches:
            return self.branches[0].has_output(name)
        return None


SYSTEM_COLUMNS = ("ctid", "tableoid", "xmin", "xmax", "cmin", "cmax")


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A column of a base table that a name in some query means."""

    table: Occurrence
    column: str
    can_push: bool
    """A condition on the name may be applied while the base table is read."""


@dataclass(slots=True, kw_only=True, eq=False)
class Scope:
    """One SELECT (or the body of an INSERT, UPDATE, DELETE, MERGE) with its FROM."""

    catalog: Catalog
    node: Expr
    parent: Scope | None
    depth: int
    sources: list[Source] = field(default_factory=list)
    is_correlated: bool = False

    @property
    def select(self) -> exp.Select | None:
        return self.node if isinstance(self.node, exp.Select) else None

    @property
    def is_grouped(self) -> bool:
        select = self.select
        if select is None:
            return False
        if select.args.get("group") or select.args.get("having"):
            return True
        return any(is_aggregate(node) for item in select.expressions for node in local_nodes(item))

    @property
    def is_transparent(self) -> bool:
        """True when a condition on any output may be applied below: no LIMIT, DISTINCT, grouping or window."""
        select = self.select
        if select is None or self.is_grouped:
            return False
        if any(select.args.get(part) for part in ("limit", "offset", "distinct", "locks")):
            return False
        return not any(
            isinstance(node, exp.Window) for item in select.expressions for node in local_nodes(item)
        )

    def output(self, name: str) -> Expr | None:
        """The select-list expression of that output name."""
        select = self.select
        for item in select.expressions if select is not None else ():
            if output_name(item) == name:
                return aliased(item)
        return None

    def has_output(self, name: str) -> bool | None:
        if self.output(name) is not None:
            return True
        select = self.select
        starred = select is not None and any(is_star(item) for item in select.expressions)
        if not starred:
            return False
        answers = [source.has(name) for source in self.sources]
        return True if True in answers else None if None in answers else False

    def locate(self, column: exp.Column) -> tuple[Located, ...]:
        """The base-table columns the name means: none for a function's column, several through UNION."""
        crossed: list[Scope] = []
        for scope in self.with_parents():
            source = scope.find(column)
            if source is not None:
                for inner in crossed:
                    inner.is_correlated = True
                return scope.through(source, identifier(column.this))
            crossed.append(scope)
        return ()

    def find(self, column: exp.Column) -> Source | None:
        """The item of this FROM that the name belongs to."""
        if column.table:
            qualifier, schema = identifier(column.args["table"]), column.args.get("db")
            for source in self.sources:
                if source.alias == qualifier and (schema is None or source.schema == identifier(schema)):
                    return source
            return None
        name = identifier(column.this)
        answers = [(source, source.has(name)) for source in self.sources]
        for source, answer in answers:
            if answer:
                return source
        unknown = [source for source, answer in answers if answer is None]
        return unknown[0] if len(unknown) == 1 else None

    def through(self, source: Source, name: str) -> tuple[Located, ...]:
        """Follow a column of one FROM item down to base tables."""
        if source.table is not None:
            relation = source.table.relation
            if source.column_aliases and relation is not None:
                place = source.column_aliases.index(name) if name in source.column_aliases else -1
                name = relation.columns[place].name if 0 <= place < len(relation.columns) else name
            return (Located(table=source.table, column=name, can_push=True),)
        found: list[Located] = []
        for number, branch in enumerate(source.branches):
            for inner in _through_branch(branch, source, name, number):
                can_push = inner.can_push and not source.is_opaque and branch.allows_push(inner)
                found.append(Located(table=inner.table, column=inner.column, can_push=can_push))
        return tuple(found)

    def allows_push(self, inner: Located) -> bool:
        """A condition passes a GROUP BY when it is on one of its keys."""
        if self.is_transparent:
            return True
        select = self.select
        group = select.args.get("group") if select is not None else None
        if (
            select is None
            or group is None
            or any(select.args.get(part) for part in ("limit", "offset", "distinct"))
        ):
            return False
        for key in group.expressions:
            if isinstance(key, exp.Column) and any(
                place.table is inner.table and place.column == inner.column for place in self.locate(key)
            ):
                return True
        return False

    def with_parents(self) -> Iterator[Scope]:
        """This query and those around it, inside out."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def occurrences(self) -> Iterator[Occurrence]:
        for source in self.sources:
            if source.table is not None:
                yield source.table


def _through_branch(branch: Scope, source: Source, name: str, number: int) -> tuple[Located, ...]:
    select = branch.select
    if select is None:
        return ()
    item: Expr | None
    names = source.column_aliases
    if not names and number:
        first = source.branches[0].select
        names = tuple(output_name(output) for output in first.expressions) if first is not None else ()
    if names and not any(is_star(output) for output in select.expressions):
        place = names.index(name) if name in names else len(select.expressions)
        item = select.expressions[place] if place < len(select.expressions) else None
        item = aliased(item) if item is not None else None
    else:
        item = branch.output(name)
    if item is None and any(is_star(output) for output in select.expressions):
        item = exp.column(exp.to_identifier(name, quoted=True))
    while isinstance(item, exp.Paren):
        item = item.this
    if not isinstance(item, exp.Column) or isinstance(item.this, exp.Star):
        return ()
    found = branch.find(item)
    return branch.through(found, identifier(item.this)) if found is not None else ()


def identifier(node: object) -> str:
    """The name an identifier stands for: folded to lower case unless it is quoted."""
    if isinstance(node, exp.Identifier):
        name = str(node.this)
        return name if node.args.get("quoted") else fold(name)
    return ""


def aliased(item: Expr) -> Expr:
    """The expression of a select-list item without its alias."""
    inner: Expr = item.this if isinstance(item, exp.Alias) else item
    return inner


def output_name(item: Expr) -> str:
    if isinstance(item, exp.Alias):
        return identifier(item.args.get("alias"))
    if isinstance(item, exp.Column) and not isinstance(item.this, exp.Star):
        return identifier(item.this)
    if isinstance(item, exp.Cast):
        return output_name(item.this)
    return ""


def is_star(item: Expr) -> bool:
    return isinstance(item, exp.Star) or (isinstance(item, exp.Column) and isinstance(item.this, exp.Star))


def is_aggregate(node: Expr) -> bool:
    """True for an aggregate call; one with OVER is a window function and none."""
    named = isinstance(node, exp.Anonymous) and fold(str(node.this)) in _AGGREGATES
    if not named and not isinstance(node, exp.AggFunc):
        return False
    above = node.parent
    while isinstance(above, (exp.Filter, exp.WithinGroup, exp.Order)):
        above = above.parent
    return not isinstance(above, exp.Window)


def local_nodes(node: Expr) -> Iterator[Expr]:
    """The node and all below it, depth first; a query is given but not entered."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        if not isinstance(current, QUERIES):
            stack.extend(reversed(list(current.iter_expressions())))
