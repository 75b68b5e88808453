"""UNION of branches that cannot share a row and repeat none, as UNION ALL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from sqlglot import Expr, exp

from perfkit.catalog import Catalog
from perfkit.sql.operands import unwrap
from perfkit.sql.rewrites.blocks import Span
from perfkit.sql.rewrites.draft import Draft, Edit, Query, ands, open_draft
from perfkit.sql.rewrites.from_items import read_items, row_key
from perfkit.sql.rewrites.keys import base_column, name_of
from perfkit.sql.rewrites.rewrite import Rewrite
from perfkit.sql.scope import aliased, is_star
from perfkit.sql.statement import Statement
from perfkit.sql.tokens import scan


@dataclass(frozen=True, slots=True, kw_only=True)
class _Branch:
    query: Query
    reason: str
    """Why it repeats no row."""
    constants: dict[int, str]
    """Literals of the select list by their place."""
    fixed: dict[int, frozenset[str]]
    """Output columns that the WHERE holds to one of these literals; ``is null`` and ``is not null`` for NULL tests, ``< 3`` for
    ranges."""
    key: tuple[str, tuple[int, ...]] | None
    """The table one of whose unique keys is selected, and the places of that key; None where something else keeps rows apart."""
    tests: dict[str, frozenset[str]]
    """Columns of that table, selected or not, that the WHERE holds to something."""


_RANGES: dict[type[Expr], str] = {exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="}


def union_to_union_all(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    draft = open_draft(statement, catalog)
    for union in draft.tree.find_all(exp.Union) if draft is not None else ():
        if draft is None or isinstance(union.parent, exp.SetOperation):
            continue
        arms, unions = _arms(union)
        branches = [_branch(draft.query(arm), draft) for arm in arms]
        known = [branch for branch in branches if branch is not None]
        if not all(node.args.get("distinct") for node in unions) or len(known) != len(arms):
            continue
        reasons = [_apart(one, other) for one, other in combinations(known, 2)]
        if any(reason is None for reason in reasons):
            continue
        sql = draft.edited(_edits(draft, known))
        if sql is not None:
            yield Rewrite(
                name="union-to-union-all",
                sql=sql,
                cures=("union-instead-of-union-all",),
                rationale="The rows of the branches are all different, so nothing has to be sorted or hashed to find repeated ones.",
                conditions=tuple(dict.fromkeys([*map(str, reasons), *(branch.reason for branch in known)])),
            )


def _arms(node: Expr) -> tuple[list[Expr], list[exp.SetOperation]]:
    if isinstance(node, exp.Union) and not (node.args.get("with_") and isinstance(node.parent, exp.Union)):
        left, above = _arms(node.this)
        right, below = _arms(node.expression)
        return [*left, *right], [*above, node, *below]
    return [node], []


def _branch(query: Query | None, draft: Draft) -> _Branch | None:
    """None where the branch might repeat a row."""
    if query is None:
        return None
    items = read_items(query, draft)
    if items is None or not items.sources or any(side in ("RIGHT", "FULL") for side in items.sides):
        return None
    names: dict[int, set[str] | None] = {}
    constants: dict[int, str] = {}
    places: dict[tuple[int, str], int] = {}
    for number, item in enumerate(query.node.expressions):
        node = unwrap(aliased(item))
        if is_star(node):
            if len(items.sources) == 1 and len(query.node.expressions) == 1:
                names[0] = None
                relation = items.sources[0].table.relation if items.sources[0].table is not None else None
                for place, known in enumerate(relation.columns if relation is not None else ()):
                    places[0, known.name] = place
            continue
        if isinstance(node, exp.Cast):
            node = unwrap(node.this)
        column = base_column(node, query.scope)
        if isinstance(node, exp.Literal):
            constants[number] = node.sql(dialect="postgres")
        elif column is not None and not isinstance(unwrap(aliased(item)), exp.Cast):
            place = items.sources.index(column[0])
            places[place, column[1]] = number
            own = names.setdefault(place, set())
            if own is not None:
                own.add(column[1])
    reason: str | None = None
    selected: tuple[int, tuple[str, ...], str] | None = None
    if query.node.args.get("distinct") is not None and not query.node.args["distinct"].args.get("on"):
        reason = "a branch is DISTINCT itself"
    keyed = {
        place: key for place, columns in names.items() if (key := row_key(items, place, columns)) is not None
    }
    keyed = {place: key for place, key in keyed.items() if not items.sides[place]}
    if reason is None and not query.scope.is_grouped and keyed:
        place, key = next(iter(keyed.items()))
        table = items.sources[place].table
        if (
            table is not None
            and table.relation is not None
            and len(items.determined(frozenset(keyed))) == len(items.sources)
        ):
            reason = f"{name_of(table.relation, key)} is selected and unique"
            selected = place, key, table.relation.qualified_name
    group = query.node.args.get("group")
    values = [unwrap(aliased(item)) for item in query.node.expressions]
    if query.scope.is_grouped and group is None:
        reason = "a branch gives one row"
    elif (
        group is not None and group.expressions and all(unwrap(item) in values for item in group.expressions)
    ):
        reason = "a branch selects what it is grouped by"
    if reason is None:
        return None
    fixed: dict[int, frozenset[str]] = {}
    tests: dict[str, frozenset[str]] = {}
    where = query.node.args.get("where")
    for part in ands(where.this if where is not None else None):
        test = _test(unwrap(part))
        column = base_column(test[0], query.scope) if test is not None else None
        if test is not None and column is not None:
            item = items.sources.index(column[0])
            if selected is not None and item == selected[0]:
                tests[column[1]] = test[1]
            number = places.get((item, column[1]), -1)
            if number >= 0:
                fixed[number] = test[1]
    return _Branch(
        query=query,
        reason=reason,
        constants=constants,
        fixed=fixed,
        key=(selected[2], tuple(places[selected[0], name] for name in selected[1]))
        if selected is not None
        else None,
        tests=tests,
    )


def _test(node: Expr) -> tuple[Expr, frozenset[str]] | None:
    """What a condition says of a value: the literals it may be."""
    if isinstance(node, exp.EQ):
        for left, right in ((node.this, node.expression), (node.expression, node.this)):
            if isinstance(unwrap(right), exp.Literal):
                return left, frozenset({unwrap(right).sql(dialect="postgres")})
    if isinstance(node, tuple(_RANGES)) and isinstance(unwrap(node.expression), exp.Literal):
        return node.this, frozenset(
            {f"{_RANGES[type(node)]} {unwrap(node.expression).sql(dialect='postgres')}"}
        )
    if (
        isinstance(node, exp.In)
        and node.expressions
        and all(isinstance(item, exp.Literal) for item in node.expressions)
    ):
        return node.this, frozenset(item.sql(dialect="postgres") for item in node.expressions)
    inner = unwrap(node.this) if isinstance(node, exp.Not) else node
    if isinstance(inner, exp.Is) and isinstance(inner.expression, exp.Null):
        is_negated = isinstance(node, exp.Not) or bool(inner.args.get("negate"))
        return inner.this, frozenset({"is not null" if is_negated else "is null"})
    return None


def _apart(one: _Branch, other: _Branch) -> str | None:
    """Why the two branches have no row in common; None where they may have one."""
    for number, value in one.constants.items():
        if number in other.constants and _differ(value, other.constants[number]):
            return f"column {number + 1} is {value} in one branch and {other.constants[number]} in another"
    for number, values in one.fixed.items():
        others = other.fixed.get(number)
        if others is None:
            continue
        if all(_differ(value, another) for value in values for another in others):
            one_text, other_text = ", ".join(sorted(values)), ", ".join(sorted(others))
            return f"column {number + 1} is held to {one_text} in one branch and to {other_text} in another"
    for name, values in one.tests.items() if one.key is not None and one.key == other.key else ():
        others = other.tests.get(name, frozenset())
        if others and all(_differ(value, another) for value in values for another in others):
            table = one.key[0].rpartition(".")[2] if one.key is not None else ""
            return f"{table}.{name} keeps the branches to different rows of the table, and the key of each row is selected"
    return None


def _differ(one: str, other: str) -> bool:
    """True for literals of one kind that cannot be equal as values of a type with plain equality."""
    tests = {"is null", "is not null"}
    if one in tests or other in tests:
        return "is null" in (one, other) and one != other
    if one[0] in "<>" or other[0] in "<>":
        (first, _, limit), (second, _, other_limit) = one.partition(" "), other.partition(" ")
        return limit == other_limit and {first, second} in ({"<", ">="}, {"<=", ">"}, {"<", ">"})
    if one.startswith("'") != other.startswith("'"):
        return False
    if one.startswith("'"):
        return one.strip("' ").lower() != other.strip("' ").lower()
    return float(one) != float(other)


def _edits(draft: Draft, branches: list[_Branch]) -> list[Edit]:
    edits = []
    tokens = scan(draft.text)
    for branch in branches[1:]:
        start = branch.query.block.span.start
        before = [token for token in tokens if token.end <= start]
        while before and before[-1].text == "(":
            before.pop()
        if before and before[-1].is_word("distinct"):
            edits.append(Edit(Span(before[-1].start, before[-1].end), draft.own("all")))
        elif before and before[-1].is_word("union"):
            edits.append(Edit(Span(before[-1].end, before[-1].end), draft.own(" all")))
    return edits
