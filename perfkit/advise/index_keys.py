"""Which indexes would serve one use of a table: the keys follow from its predicates, order and groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from perfkit.advise.immutable import is_immutable
from perfkit.advise.index_shape import Key, Shape, finds_one_row
from perfkit.catalog import Catalog, Relation
from perfkit.identifier import quote_identifier
from perfkit.sql.predicates import OrderKey, Predicate, TableUse

MOST_EQUAL_KEYS = 3
"""A fourth column compared for equality hardly ever removes rows that three left over."""

FEW_VALUES = 50
"""A column with at most so many values is a state or a flag: fit for a partial index's predicate."""

FLAG_SHARE = 0.1
"""A key that keeps a tenth of the rows for each value still leads to nearly every block of the table."""

SELECTIVE_SHARE = 0.5
"""A partial index must leave out at least half of the table to be worth its own place."""

_UNSORTABLE = re.compile(r"(?:jsonb?|xml|point|box|polygon|path|circle|line|lseg|tsvector|tsquery|.*\[\])\Z")
"""Types without a useful b-tree order: jsonb and arrays have one, which no search for a part of them uses."""

_PATTERN_CLASSES = {"text": "text_pattern_ops", "character varying": "varchar_pattern_ops"}
_BYTE_COLLATIONS = ("C", "POSIX", "C.UTF-8", "C.utf8", "ucs_basic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An index worth a look, and what it would be good for."""

    shapes: tuple[Shape, ...]
    """Several for an OR whose arms each need one."""
    serves: tuple[str, ...]
    """The conditions and clauses it answers, as the statement has them."""
    cures: tuple[str, ...]
    weight: float
    """How much of the table's share in the run time it is expected to save, as against the other proposals."""


def proposals(use: TableUse, relation: Relation, catalog: Catalog) -> Iterator[Proposal]:
    """Indexes for one use of a table, the likeliest first. Nothing is compared with existing indexes yet."""
    conditions = _Conditions(use, relation)
    likely = (
        _for_order(use, relation, conditions),
        _for_filter(relation, conditions),
        *_for_joins(use, relation, conditions, catalog),
        *_for_expressions(relation, conditions),
        *_for_prefixes(relation, conditions),
    )
    basis = [proposal for proposal in likely if proposal is not None]
    yield from basis
    partial = _partial(use, relation, conditions, basis)
    if partial is not None:
        yield partial
    yield from _for_alternatives(relation, conditions)
    for proposal in (_for_groups(use, relation, conditions), _for_window(use, relation, conditions)):
        if proposal is not None:
            yield proposal


class _Conditions:
    """The predicates of one use, sorted by what a b-tree can do with them."""

    def __init__(self, use: TableUse, relation: Relation) -> None:
        certain = [predicate for predicate in use.predicates if not predicate.is_under_or]
        bare = [item for item in certain if item.wrapped_by is None and _is_sortable(relation, item.column)]
        constant = [item for item in bare if item.is_constant]
        self.certain = certain
        self.equal = _by_selectivity([item for item in constant if item.use == "equality"], relation)
        self.many = [item for item in self.equal if _has_many_values(item, relation)]
        """Those of ``equal`` that are worth a place beside a selective key."""
        self.listed = _by_selectivity([item for item in constant if item.use == "in"], relation)
        self.ranges = [item for item in constant if item.use == "range"]
        self.prefixes = [item for item in constant if item.use == "prefix"]
        self.joins = [item for item in bare if item.is_join and item.use in ("equality", "in")]
        self.constant = [item for item in certain if item.is_constant and item.clause != "having"]
        self.alternatives = [item for item in use.predicates if item.is_under_or]


def _for_filter(relation: Relation, conditions: _Conditions) -> Proposal | None:
    equal = _distinct_columns([*conditions.equal, *conditions.listed])[:MOST_EQUAL_KEYS]
    ranges = _best_range(conditions.ranges, {item.column for item in equal})
    if not ranges and not _is_selective(equal, relation):
        return None
    served = [*equal, *ranges]
    cures = ["missing-index-filter"]
    if len({item.column for item in served}) > 1:
        cures.append("missing-composite-index")
    shape = Shape(
        relation=relation,
        equal=tuple(Key(column=item.column) for item in equal),
        then=tuple(
            Key(column=column)
            for column in dict.fromkeys(_range_columns(ranges))
            if column not in _names(equal)
        ),
    )
    return _proposal(shape, served, cures, 1.0 if equal else 0.8)


def _for_order(use: TableUse, relation: Relation, conditions: _Conditions) -> Proposal | None:
    """Equality columns, then the order: LIMIT stops after its rows, DISTINCT ON and groups need no sort."""
    is_first_of_each = use.is_distinct and bool(use.group) and not use.siblings
    if not use.order or (use.limit is None and not is_first_of_each):
        return None
    if use.is_grouped and use.limit is not None and not use.group and use.limit.value != 1:
        return None
    joins = conditions.joins if use.is_correlated else []
    equal = _distinct_columns([*conditions.equal, *joins])[:MOST_EQUAL_KEYS]
    fixed = _names(equal)
    keys = [key for key in use.order if key.column not in fixed]
    if not keys or not all(_is_orderable(key, relation) for key in keys):
        return None
    shape = Shape(
        relation=relation,
        equal=tuple(Key(column=item.column) for item in equal),
        then=tuple(_order_key(key) for key in keys),
    )
    cures = ["missing-index-order-limit"]
    if equal:
        cures += ["missing-composite-index", "order-by-limit-wrong-index"]
    first = keys[0].column
    ranges = [item for item in conditions.ranges if item.column == first]
    if equal or ranges:
        cures.append("missing-index-filter")
    order = "ORDER BY " + ", ".join(_order_text(key) for key in use.order)
    limit = f" LIMIT {use.limit.sql}" if use.limit is not None else ""
    proposal = _proposal(shape, [*equal, *ranges], cures, 1.2)
    return Proposal(
        shapes=proposal.shapes,
        serves=(*proposal.serves, order + limit),
        cures=proposal.cures,
        weight=proposal.weight,
    )


def _for_joins(
    use: TableUse, relation: Relation, conditions: _Conditions, catalog: Catalog
) -> Iterator[Proposal]:
    """The join key, so that each row of the other side finds its partners, then the columns compared with constants."""

    def partner(item: Predicate) -> str:
        return item.other.alias if item.other is not None else ""

    for _, group in groupby(sorted(conditions.joins, key=partner), key=partner):
        joins = _distinct_columns(list(group))
        extra = [item for item in conditions.many if item.column not in _names(joins)]
        equal = [*joins, *extra][:MOST_EQUAL_KEYS]
        cures = ["missing-index-join"]
        if any(_references(relation, item.column, catalog) for item in joins):
            cures.append("missing-fk-index")
        if use.is_correlated:
            cures.append("correlated-subquery-per-row")
        shape = Shape(relation=relation, equal=tuple(Key(column=item.column) for item in equal))
        yield _proposal(shape, equal, cures, 0.9)


def _partial(
    use: TableUse, relation: Relation, conditions: _Conditions, basis: Sequence[Proposal]
) -> Proposal | None:
    """The best index so far, holding only the rows that the statement's fixed conditions keep."""
    fixed = [item for item in conditions.constant if _may_be_predicate(item, relation)]
    # The NULL of an outer join's missing side is none that the table stores.
    fixed = [
        item for item in fixed if not (use.is_outer and item.clause == "where" and item.use == "null test")
    ]
    if not fixed:
        return None
    names = _names(fixed)
    predicate = tuple(dict.fromkeys(fixed_condition(item) for item in fixed))
    for proposal in basis:
        shape = proposal.shapes[0]
        if any(finds_one_row(index, shape) for index in relation.indexes):
            if "missing-index-join" in proposal.cures:
                continue
            return None
        equal = tuple(key for key in shape.equal if key.column not in names)
        then = tuple(key for key in shape.then if key.column not in names)
        if equal or then:
            return Proposal(
                shapes=(Shape(relation=relation, equal=equal, then=then, predicate=predicate),),
                serves=tuple(dict.fromkeys((*proposal.serves, *(item.sql for item in fixed)))),
                cures=(*proposal.cures, "missing-partial-index"),
                weight=proposal.weight * 0.85,
            )
    primary = next((index for index in relation.indexes if index.is_primary), None)
    columns = [column for column in (primary.columns if primary else ()) if column is not None]
    if not columns:
        return None
    keys = tuple(Key(column=name) for name in columns)
    shape = Shape(relation=relation, equal=(), then=keys, predicate=predicate)
    return _proposal(shape, fixed, ["missing-partial-index", "missing-index-filter"], 0.7)


def _for_expressions(relation: Relation, conditions: _Conditions) -> Iterator[Proposal]:
    for item in conditions.constant:
        if item.wrapped_by is None or item.use not in ("equality", "in", "range"):
            continue
        if not is_immutable(item, relation.column(item.column)):
            continue
        equal = [other for other in conditions.many if other.column != item.column][: MOST_EQUAL_KEYS - 1]
        key = Key(expression=item.expression)
        keys = tuple(Key(column=other.column) for other in equal)
        cures = ["missing-expression-index", "function-on-column"]
        if item.wrapped_by in ("lower", "upper"):
            cures.append("case-insensitive-match")
        elif item.wrapped_by.startswith("::"):
            cures.append("cast-on-column")
        elif item.wrapped_by == "timezone":
            cures.append("timezone-cast-filter")
        cures.append("expression-no-statistics")
        shape = (
            Shape(relation=relation, equal=keys, then=(key,))
            if item.use == "range"
            else Shape(relation=relation, equal=(*keys, key))
        )
        yield _proposal(shape, [*equal, item], cures, 1.1)


def _for_prefixes(relation: Relation, conditions: _Conditions) -> Iterator[Proposal]:
    for item in conditions.prefixes:
        column = relation.column(item.column)
        type_name = column.type.partition("(")[0] if column is not None else ""
        if column is None or type_name not in _PATTERN_CLASSES:
            continue
        by_byte = column.collation in _BYTE_COLLATIONS
        key = Key(column=item.column, operator_class=None if by_byte else _PATTERN_CLASSES[type_name])
        equal = conditions.many[: MOST_EQUAL_KEYS - 1]
        shape = Shape(
            relation=relation, equal=tuple(Key(column=other.column) for other in equal), then=(key,)
        )
        cures = ["missing-index-filter", "missing-pattern-ops-index", "collation-prevents-prefix-index"]
        yield _proposal(shape, [*equal, item], cures[: 1 if by_byte else 3], 1.0)


def _for_alternatives(relation: Relation, conditions: _Conditions) -> Iterator[Proposal]:
    """One index for each arm of an OR, so that a BitmapOr can join them; only where every arm has one."""

    def group_of(item: Predicate) -> int:
        return item.or_group or 0

    for _, group in groupby(sorted(conditions.alternatives, key=group_of), key=group_of):
        items = [item for item in group if _is_searchable(item, relation)]
        arms = {item.or_arm for item in items}
        if not items or len(arms) < items[0].or_arms:
            continue
        chosen = [
            _by_selectivity([item for item in items if item.or_arm == arm], relation)[0]
            for arm in sorted(arms)
        ]
        columns = _distinct_columns(chosen)
        yield Proposal(
            shapes=tuple(Shape(relation=relation, equal=(Key(column=item.column),)) for item in columns),
            serves=tuple(dict.fromkeys(item.sql for item in chosen)),
            cures=("or-across-columns", "missing-index-filter")
            if len(columns) > 1
            else ("missing-index-filter",),
            weight=0.7,
        )


def _for_groups(use: TableUse, relation: Relation, conditions: _Conditions) -> Proposal | None:
    """The grouping keys in order: no hash, no sort. Only where the index alone can answer, or LIMIT ends it early:
    else the whole table is read through the index, which costs more than hashing it."""
    if not use.group or not use.is_group_complete or use.siblings:
        return None
    if any(not _is_sortable(relation, name) for name in use.group):
        return None
    equal = [item for item in conditions.equal if item.column not in use.group][:MOST_EQUAL_KEYS]
    shape = Shape(
        relation=relation,
        equal=tuple(Key(column=item.column) for item in equal),
        then=tuple(Key(column=name) for name in use.group),
    )
    if use.limit is None and not set(use.columns) <= {key.column for key in shape.keys}:
        return None
    proposal = _proposal(shape, equal, ["missing-index-group-by"], 0.4)
    serves = (*proposal.serves, f"grouping by {', '.join(use.group)}")
    return Proposal(shapes=proposal.shapes, serves=serves, cures=proposal.cures, weight=proposal.weight)


def _for_window(use: TableUse, relation: Relation, conditions: _Conditions) -> Proposal | None:
    """The order of a window, where the index alone can answer: nothing is sorted and the table is not touched."""
    if not use.window or use.siblings or not all(_is_orderable(key, relation) for key in use.window):
        return None
    equal = [item for item in conditions.equal if item.column not in {key.column for key in use.window}]
    shape = Shape(
        relation=relation,
        equal=tuple(Key(column=item.column) for item in equal[:MOST_EQUAL_KEYS]),
        then=tuple(_order_key(key) for key in use.window),
    )
    if not set(use.columns) <= {key.column for key in shape.keys}:
        return None
    proposal = _proposal(shape, equal, ["sort-spill", "missing-covering-index"], 0.5)
    serves = (*proposal.serves, f"the window over {', '.join(_order_text(key) for key in use.window)}")
    return Proposal(shapes=proposal.shapes, serves=serves, cures=proposal.cures, weight=proposal.weight)


def distinct_values(relation: Relation, name: str) -> float | None:
    """How many values the column has; None when not analysed."""
    column = relation.column(name)
    if column is None or column.statistics is None:
        return None
    distinct = column.statistics.distinct
    if distinct >= 0:
        return distinct
    return None if relation.rows is None else -distinct * relation.rows


def _proposal(shape: Shape, served: Sequence[Predicate], cures: Sequence[str], weight: float) -> Proposal:
    return Proposal(
        shapes=(shape,),
        serves=tuple(dict.fromkeys(item.sql for item in served)),
        cures=tuple(dict.fromkeys(cures)),
        weight=weight,
    )


def _by_selectivity(items: Sequence[Predicate], relation: Relation) -> list[Predicate]:
    """More distinct values first; columns without statistics after them, in the order of the statement."""
    return sorted(items, key=lambda item: -(distinct_values(relation, item.column) or 0.0))


def _best_range(ranges: Sequence[Predicate], taken: set[str]) -> list[Predicate]:
    """All ranges on one column, the first that is not compared for equality already."""
    for item in ranges:
        if item.column not in taken:
            if item.row_columns:
                return [other for other in ranges if other.row_columns == item.row_columns]
            return [other for other in ranges if other.column == item.column]
    return []


def _range_columns(ranges: Sequence[Predicate]) -> list[str]:
    return [name for item in ranges for name in (item.row_columns or (item.column,))]


def _distinct_columns(items: Sequence[Predicate]) -> list[Predicate]:
    return list({item.column: item for item in reversed(items)}.values())[::-1]


def _names(items: Sequence[Predicate]) -> set[str]:
    return {item.column for item in items}


def _is_sortable(relation: Relation, name: str) -> bool:
    column = relation.column(name)
    return column is not None and not _UNSORTABLE.match(column.type)


def _is_orderable(key: OrderKey, relation: Relation) -> bool:
    return key.column is not None and _is_sortable(relation, key.column)


def _is_searchable(item: Predicate, relation: Relation) -> bool:
    return (
        item.wrapped_by is None
        and item.use in ("equality", "in", "range")
        and (item.is_constant or item.is_join)
        and _is_sortable(relation, item.column)
    )


def _may_be_predicate(item: Predicate, relation: Relation) -> bool:
    """A fixed condition that keeps a small part of the table, as far as statistics tell without the value itself."""
    column = relation.column(item.column)
    if not item.is_literal or column is None or item.wrapped_by is not None:
        return False
    statistics = column.statistics
    if item.use == "null test":
        if statistics is None:
            return True
        kept = statistics.null_fraction if item.operator == "is null" else 1 - statistics.null_fraction
        return kept <= SELECTIVE_SHARE
    if item.use != "equality" or item.row_columns:
        return False
    distinct = distinct_values(relation, item.column)
    return distinct is not None and 1 < distinct <= FEW_VALUES


def _is_selective(equal: Sequence[Predicate], relation: Relation) -> bool:
    """False for nothing, and for flags and states alone: those make a partial index's predicate, not keys."""
    kept = 1.0
    for item in equal:
        if not _may_be_predicate(item, relation):
            return True
        kept /= max(distinct_values(relation, item.column) or 1.0, 1.0)
    return kept <= FLAG_SHARE


def _has_many_values(item: Predicate, relation: Relation) -> bool:
    distinct = distinct_values(relation, item.column)
    return distinct is None or distinct > FEW_VALUES


def fixed_condition(item: Predicate) -> str:
    """A condition on a column as an index's predicate has it."""
    column = quote_identifier(item.column)
    if item.use == "null test":
        return f"{column} {item.operator.upper()}"
    if item.value in ("TRUE", "FALSE"):
        return column if item.value == "TRUE" else f"NOT {column}"
    return f"{column} {item.operator} {item.value}"


def _order_key(key: OrderKey) -> Key:
    return Key(
        column=key.column,
        is_ordered=True,
        is_descending=key.is_descending,
        nulls_first=key.nulls_first,
    )


def _order_text(key: OrderKey) -> str:
    text = key.expression + (" DESC" if key.is_descending else "")
    if key.nulls_first != key.is_descending:
        text += " NULLS FIRST" if key.nulls_first else " NULLS LAST"
    return text


def _references(relation: Relation, column: str, catalog: Catalog) -> bool:
    return any(
        key.schema == relation.schema and key.table == relation.name and key.columns[:1] == (column,)
        for key in catalog.foreign_keys
    )
