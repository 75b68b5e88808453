"""What a statement asks of each table it reads: ``resolve``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.conditions import Conditions, columns_of
from perfkit.sql.ordering import group_keys, read_order, read_window, row_limit
from perfkit.sql.predicates import TableUse
from perfkit.sql.scope import (
    QUERIES,
    Occurrence,
    Scope,
    Source,
    identifier,
    is_star,
    local_nodes,
    output_name,
)
from perfkit.sql.source import SourceText
from perfkit.sql.statement import Statement
from perfkit.sql.view import read_view


def resolve(statement: Statement, catalog: Catalog) -> tuple[TableUse, ...]:
    """What stands on the columns of each occurrence of a table, in the order the tables are met: CTEs first, then FROM,
    then subqueries of conditions and of the select list.

    Conditions reach a table through derived tables, UNION, CTEs and views as far as PostgreSQL pushes them down. A view
    stands for itself where its definition is not known. Empty where sqlglot could not read the statement.
    """
    reader = read(statement, catalog, into_views=True)
    return reader.uses if reader is not None else ()


def read(statement: Statement, catalog: Catalog, *, into_views: bool = False) -> Reader | None:
    """Walk through the statement, and ``into_views`` through the views it reads; None where there is no tree, or one nested
    too deeply to be followed."""
    if statement.tree is None:
        return None
    reader = Reader(statement, catalog, into_views=into_views)
    try:
        reader.statement(statement.tree, None, 0, {})
    except RecursionError:
        return None
    return reader


@dataclass(slots=True, kw_only=True, eq=False)
class _Cte:
    branches: tuple[Scope, ...] = ()
    columns: tuple[str, ...] = ()
    is_opaque: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class _Branches:
    scopes: tuple[Scope, ...] = ()
    is_opaque: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class _Joins:
    """Conditions of a FROM, read once all its items are known."""

    conditions: list[tuple[Expr, frozenset[int]]] = field(default_factory=list)
    """With the ids of the sources that a constant condition may not filter."""
    shared: list[tuple[Source, tuple[Source, ...], str]] = field(default_factory=list)


_Ctes = dict[str, _Cte]


class Reader:
    """One walk through a statement: the occurrences of tables, and the scopes they were found in."""

    def __init__(self, statement: Statement, catalog: Catalog, *, into_views: bool = False) -> None:
        self.catalog = catalog
        self.into_views = into_views
        self.occurrences: list[Occurrence] = []
        self.text = SourceText(statement.text)
        self.tree = statement.tree
        self.conditions = Conditions(self.text, self._subquery_branches)
        self._read: dict[int, _Branches] = {}
        self._ctes_of: dict[int, _Ctes] = {}

    @property
    def uses(self) -> tuple[TableUse, ...]:
        return tuple(occurrence.as_use() for occurrence in self.occurrences)

    def statement(self, node: Expr, parent: Scope | None, depth: int, ctes: _Ctes) -> _Branches:
        if isinstance(node, (exp.Insert, exp.Update, exp.Delete, exp.Merge)):
            self._modify(node, parent, depth, ctes)
            return _Branches(is_opaque=True)
        return self.query(node, parent, depth, ctes)

    def query(self, node: Expr, parent: Scope | None, depth: int, ctes: _Ctes) -> _Branches:
        """Read a query; gives its SELECTs, several for a UNION."""
        ctes = self._with(node, parent, depth, ctes)
        if isinstance(node, exp.Subquery):
            inner = self.query(node.this, parent, depth, ctes)
            return _Branches(scopes=inner.scopes, is_opaque=inner.is_opaque or _is_cut(node))
        if isinstance(node, exp.SetOperation):
            return self._set_operation(node, parent, depth, ctes)
        if isinstance(node, exp.Select):
            return _Branches(scopes=(self._select(node, parent, depth, ctes),))
        return _Branches(is_opaque=True)

    def _set_operation(
        self, node: exp.SetOperation, parent: Scope | None, depth: int, ctes: _Ctes
    ) -> _Branches:
        arms: list[Expr] = []
        current: Expr = node
        is_opaque = False
        while isinstance(current, exp.SetOperation):
            is_opaque = is_opaque or not isinstance(current, exp.Union) or _is_cut(current)
            arms.append(current.expression)
            current = current.this
            if isinstance(current, exp.SetOperation):
                ctes = self._with(current, parent, depth, ctes)
        arms.append(current)
        branches = [self.query(arm, parent, depth, ctes) for arm in reversed(arms)]
        return _Branches(
            scopes=tuple(scope for branch in branches for scope in branch.scopes),
            is_opaque=is_opaque or any(branch.is_opaque for branch in branches),
        )

    def _with(self, node: Expr, parent: Scope | None, depth: int, ctes: _Ctes) -> _Ctes:
        clause = node.args.get("with_")
        if clause is None:
            return ctes
        ctes = dict(ctes)
        for cte in clause.expressions:
            alias = cte.args["alias"]
            name = identifier(alias.this)
            columns = tuple(identifier(column) for column in alias.args.get("columns") or ())
            if clause.args.get("recursive"):
                # What the recursive term sees of itself: names without a base table behind them.
                ctes[name] = _Cte(columns=columns or _output_names(cte.this), is_opaque=True)
            branches = self.statement(cte.this, parent, depth + 1, ctes)
            references = sum(
                identifier(table.this) == name and not table.args.get("db")
                for table in (self.tree.find_all(exp.Table) if self.tree is not None else ())
            )
            # Since 12: a CTE is folded into the query when it is referenced once, unless MATERIALIZED says otherwise.
            materialized = cte.args.get("materialized")
            is_fence = materialized is True or (materialized is None and references > 1)
            ctes[name] = _Cte(
                branches=branches.scopes,
                columns=columns,
                is_opaque=is_fence or branches.is_opaque or _reads_itself(cte, name),
            )
        return ctes

    def _select(self, node: exp.Select, parent: Scope | None, depth: int, ctes: _Ctes) -> Scope:
        scope = Scope(catalog=self.catalog, node=node, parent=parent, depth=depth)
        joins = _Joins()
        start = node.args.get("from_")
        items = [start.this] if start is not None else []
        self._from(scope, items, node.args.get("joins") or (), joins, ctes)
        self._conditions(scope, joins, node, ctes)
        is_test = isinstance(node.parent, exp.Exists)
        for item in node.expressions:
            # EXISTS (SELECT * …) asks for rows and reads none of their columns.
            if not (is_test and is_star(item)):
                self._visit(item, scope, ctes, is_selected=True)
        for part in ("distinct", "group", "order", "windows", "limit", "offset"):
            for piece in _as_list(node.args.get(part)):
                self._visit(piece, scope, ctes)
        limit, offset = (
            row_limit(node.args.get("limit"), self.text),
            row_limit(node.args.get("offset"), self.text),
        )
        read_order(scope, self.text, limit, offset)
        group_keys(scope)
        read_window(scope, self.text)
        return scope

    def _modify(self, node: Expr, parent: Scope | None, depth: int, ctes: _Ctes) -> None:
        ctes = self._with(node, parent, depth, ctes)
        scope = Scope(catalog=self.catalog, node=node, parent=parent, depth=depth)
        joins = _Joins()
        target = node.this
        set_columns: list[str] = []
        if isinstance(target, exp.Schema):
            set_columns = [identifier(column) for column in target.expressions]
            target = target.this
        if isinstance(target, exp.Table):
            source = self._table(scope, target, {})
            if source.table is not None:
                source.table.is_target = True
                source.table.columns.update(dict.fromkeys(set_columns))
        others = [_as_list(node.args.get(part)) for part in ("from_", "using")]
        items = [item.this if isinstance(item, exp.From) else item for group in others for item in group]
        if not isinstance(node, exp.Insert):
            self._from(scope, items, (), joins, ctes)
        if isinstance(node.args.get("on"), Expr):
            joins.conditions.append((node.args["on"], frozenset()))
        self._conditions(scope, joins, node, ctes)
        source_query = node.args.get("expression")
        if isinstance(node, exp.Insert) and isinstance(source_query, QUERIES):
            self.query(source_query, None, depth, ctes)
        for part in ("expressions", "whens"):
            for piece in _as_list(node.args.get(part)):
                self._visit(piece, scope, ctes)
        for piece in _as_list(node.args.get("returning")):
            for item in piece.expressions:
                self._visit(item, scope, ctes, is_selected=True)

    def _conditions(self, scope: Scope, joins: _Joins, node: Expr, ctes: _Ctes) -> None:
        for condition, kept in joins.conditions:
            self._visit(condition, scope, ctes)
            kept_tables = [source.table for source in scope.sources if id(source) in kept]
            self.conditions.read(condition, scope, "on", kept_tables)
        for right, left, name in joins.shared:
            owner = next((source for source in left if source.has(name)), left[0] if left else None)
            if owner is not None:
                pair = scope.through(owner, name), scope.through(right, name)
                for located in (*pair[0], *pair[1]):
                    located.table.columns[located.column] = None
                self.conditions.equate(*pair, name)
        for part, clause in (("where", "where"), ("having", "having")):
            holder = node.args.get(part)
            if holder is not None:
                self._visit(holder.this, scope, ctes)
                self.conditions.read(holder.this, scope, "where" if clause == "where" else "having")

    def _from(
        self, scope: Scope, items: Sequence[Expr], joined: Sequence[Expr], joins: _Joins, ctes: _Ctes
    ) -> None:
        for item in items:
            self._item(scope, item, joins, ctes)
        for join in joined:
            before = tuple(scope.sources)
            self._item(scope, join.this, joins, ctes)
            added = tuple(source for source in scope.sources if source not in before)
            side = str(join.args.get("side") or "").upper()
            kept: set[int] = set()
            if side in ("LEFT", "FULL"):
                kept |= {id(source) for source in before}
                _mark_outer(added)
            if side in ("RIGHT", "FULL"):
                kept |= {id(source) for source in added}
                _mark_outer(before)
            if join.args.get("on") is not None:
                joins.conditions.append((join.args["on"], frozenset(kept)))
            names = [identifier(name) for name in join.args.get("using") or ()]
            if str(join.args.get("method") or "").upper() == "NATURAL":
                names = _common_names(before, added)
            for right in added[:1]:
                joins.shared += [(right, before, name) for name in names]

    def _item(self, scope: Scope, item: Expr, joins: _Joins, ctes: _Ctes) -> None:
        if isinstance(item, exp.Table):
            self._table(scope, item, ctes)
        elif isinstance(item, exp.Lateral):
            self._lateral(scope, item, ctes)
        elif (
            isinstance(item, exp.Subquery)
            and isinstance(item.this, (exp.Table, exp.Subquery))
            and not item.alias
        ):
            self._item(scope, item.this, joins, ctes)
        elif isinstance(item, exp.Subquery):
            self._derived(scope, item, scope.parent, ctes)
        else:
            scope.sources.append(
                Source(alias=_alias(item), column_aliases=_column_aliases(item), is_opaque=True)
            )
            self._visit(item, scope, ctes)
        self._from(scope, (), item.args.get("joins") or (), joins, ctes)

    def _table(self, scope: Scope, item: exp.Table, ctes: _Ctes) -> Source:
        alias, columns = _alias(item), _column_aliases(item)
        if not isinstance(item.this, exp.Identifier):
            source = Source(alias=alias, column_aliases=columns, is_opaque=True)
            self._visit_below(item, scope, ctes)
        else:
            name = identifier(item.this)
            schema = identifier(item.args.get("db")) or None
            cte = ctes.get(name) if schema is None else None
            if cte is not None:
                source = Source(
                    alias=alias or name,
                    branches=cte.branches,
                    column_aliases=columns or cte.columns,
                    is_opaque=cte.is_opaque,
                )
            else:
                source = self._view(scope, name, schema, alias or name, columns) or self._base_table(
                    scope, name, schema, alias or name, columns
                )
        scope.sources.append(source)
        return source

    def _view(
        self, scope: Scope, name: str, schema: str | None, alias: str, columns: tuple[str, ...]
    ) -> Source | None:
        """A view as the derived table it stands for; None for anything else, and for a view that is changed."""
        relation = self.catalog.relation(name, schema) if self.into_views else None
        view = read_view(relation.view_definition) if relation and relation.view_definition else None
        if relation is None or view is None or not isinstance(scope.node, exp.Select):
            return None
        text, tree = view
        self.text.add_view(text)
        branches = self.query(tree, None, scope.depth + 1, {})
        names = tuple(column.name for column in relation.columns)
        return Source(
            alias=alias,
            schema=relation.schema,
            branches=branches.scopes,
            column_aliases=columns + names[len(columns) :],
            is_opaque=branches.is_opaque,
        )

    def _base_table(
        self, scope: Scope, name: str, schema: str | None, alias: str, columns: tuple[str, ...]
    ) -> Source:
        relation = self.catalog.relation(name, schema)
        occurrence = Occurrence(
            relation=relation,
            schema=relation.schema if relation else schema,
            name=name,
            alias=alias,
            scope=scope,
        )
        self.occurrences.append(occurrence)
        if columns and relation is not None:
            # An alias list may name only the first columns; the others keep their names.
            columns += tuple(column.name for column in relation.columns[len(columns) :])
        return Source(alias=alias, schema=occurrence.schema, table=occurrence, column_aliases=columns)

    def _lateral(self, scope: Scope, item: exp.Lateral, ctes: _Ctes) -> None:
        if isinstance(item.this, exp.Subquery):
            self._derived(scope, item, scope, ctes)
            return
        scope.sources.append(Source(alias=_alias(item), column_aliases=_column_aliases(item), is_opaque=True))
        self._visit(item.this, scope, ctes)

    def _derived(self, scope: Scope, item: Expr, parent: Scope | None, ctes: _Ctes) -> None:
        branches = self.query(item.this, parent, scope.depth + 1, ctes)
        scope.sources.append(
            Source(
                alias=_alias(item),
                branches=branches.scopes,
                column_aliases=_column_aliases(item),
                is_opaque=branches.is_opaque or _is_cut(item),
            )
        )

    def _visit_below(self, node: Expr, scope: Scope, ctes: _Ctes) -> None:
        for child in node.iter_expressions():
            if not isinstance(child, (exp.TableAlias, exp.Join)):
                self._visit(child, scope, ctes)

    def _visit(self, node: Expr, scope: Scope, ctes: _Ctes, *, is_selected: bool = False) -> None:
        """Note the columns an expression reads, and read the queries inside it."""
        if is_selected and is_star(node):
            qualifier = identifier(node.args.get("table")) if isinstance(node, exp.Column) else ""
            for source in scope.sources:
                if not qualifier or source.alias == qualifier:
                    _select_all(source)
        for column in columns_of(node):
            for located in scope.locate(column):
                located.table.columns[located.column] = None
                if is_selected:
                    located.table.selected[located.column] = None
        for inner in local_nodes(node):
            if isinstance(inner, QUERIES):
                self._ctes_of[id(inner)] = ctes
                self._subquery_branches(inner, scope)

    def _subquery_branches(self, node: Expr, scope: Scope) -> tuple[Scope, ...]:
        """The SELECTs of a query inside an expression, read at its first visit."""
        known = self._read.get(id(node))
        if known is None:
            known = self.query(node, scope, scope.depth + 1, self._ctes_of.get(id(node), {}))
            self._read[id(node)] = known
        return known.scopes


def _is_cut(node: Expr) -> bool:
    return any(node.args.get(part) is not None for part in ("limit", "offset"))


def _reads_itself(cte: Expr, name: str) -> bool:
    return any(
        identifier(table.this) == name and not table.args.get("db") for table in cte.this.find_all(exp.Table)
    )


def _output_names(node: Expr) -> tuple[str, ...]:
    while isinstance(node, (exp.SetOperation, exp.Subquery)):
        node = node.this
    return tuple(output_name(item) for item in node.expressions) if isinstance(node, exp.Select) else ()


def _mark_outer(sources: Sequence[Source]) -> None:
    for source in sources:
        if source.table is not None:
            source.table.is_outer = True


def _common_names(left: Sequence[Source], right: Sequence[Source]) -> list[str]:
    relations = [source.table.relation for source in right[:1] if source.table is not None]
    names = [column.name for relation in relations if relation is not None for column in relation.columns]
    return [name for name in names if any(source.has(name) for source in left)]


def _select_all(source: Source) -> None:
    if source.table is not None:
        source.table.selects_star = True
        relation = source.table.relation
        for column in relation.columns if relation is not None else ():
            source.table.columns[column.name] = None
            source.table.selected[column.name] = None


def _alias(item: Expr) -> str:
    alias = item.args.get("alias")
    return identifier(alias.this) if isinstance(alias, exp.TableAlias) and alias.this is not None else ""


def _column_aliases(item: Expr) -> tuple[str, ...]:
    alias = item.args.get("alias")
    columns = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
    return tuple(
        identifier(column.this if isinstance(column, exp.ColumnDef) else column) for column in columns or ()
    )


def _as_list(value: object) -> list[Expr]:
    if isinstance(value, Expr):
        return [value]
    return [item for item in value if isinstance(item, Expr)] if isinstance(value, (list, tuple)) else []
