"""Which b-trees would serve one use of a table: the keys follow from its predicates, order and groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from perfkit.advise.indexes.conditions import (
    MOST_EQUAL_KEYS,
    Conditions,
    by_selectivity,
    distinct_columns,
    is_narrow,
    is_selective,
    is_sortable,
    key_of,
    names,
)
from perfkit.advise.indexes.immutable import is_immutable
from perfkit.advise.indexes.proposal import Proposal, proposal
from perfkit.advise.indexes.search import search_of
from perfkit.advise.indexes.shape import Key, Shape
from perfkit.catalog import Catalog, Relation
from perfkit.findings.finding import Finding
from perfkit.sql.predicates import OrderKey, Predicate, TableUse

MOST_READ_COLUMNS = 2
"""Columns that an ordered index holds beside its keys so that the table is not touched; more make it a second table."""

NARROW_BYTES = 16
"""A uuid or two timestamps: beside its keys an index bears values of this width."""

_PATTERN_CLASSES = {"text": "text_pattern_ops", "character varying": "varchar_pattern_ops"}
_BYTE_COLLATIONS = ("C", "POSIX", "ucs_basic", "pg_c_utf8", "pg_unicode_fast")
"""Not C.UTF-8: it sorts by code point, but where it is the C library's PostgreSQL makes no range of a prefix under it."""


def for_filter(relation: Relation, conditions: Conditions) -> Proposal | None:
    equal = distinct_columns([*conditions.equal, *conditions.listed])[:MOST_EQUAL_KEYS]
    ranges = _best_range(conditions.ranges, {item.column for item in equal})
    if not ranges and not is_selective(equal, relation):
        return None
    served = [*equal, *ranges]
    cures = ["missing-index-filter"]
    if len({item.column for item in served}) > 1:
        cures += ["missing-composite-index", "inefficient-index-scan"]
    shape = Shape(
        relation=relation,
        equal=tuple(Key(column=item.column) for item in equal),
        then=tuple(
            Key(column=column)
            for column in dict.fromkeys(_range_columns(ranges))
            if column not in names(equal)
        ),
    )
    return proposal(shape, served, cures, 1.0 if equal else 0.8)


def for_order(use: TableUse, relation: Relation, conditions: Conditions) -> Proposal | None:
    """Equality columns, then the order: LIMIT stops after its rows, DISTINCT ON and groups need no sort."""
    is_first_of_each = use.is_distinct and bool(use.group) and not use.siblings
    if not use.order or (use.limit is None and not is_first_of_each):
        return None
    if use.is_grouped and use.limit is not None and not use.group and use.limit.value != 1:
        return None
    joins = conditions.joins if use.is_correlated else []
    expressions = [item for item in conditions.expressions if item.operator == "="]
    equal = distinct_columns([*conditions.equal, *joins, *expressions])[:MOST_EQUAL_KEYS]
    fixed = {key_of(item).target for item in equal}
    keys = [key for key in map(_order_key, use.order) if key.target not in fixed]
    if not keys or not all(_is_orderable(key, relation, conditions) for key in keys):
        return None
    shape = Shape(relation=relation, equal=tuple(key_of(item) for item in equal), then=tuple(keys))
    cures = ["missing-index-order-limit", "sort-spill"]
    if is_first_of_each:
        cures += ["missing-index-group-by", "groupwise-max-full-scan"]
    if equal:
        cures += ["missing-composite-index", "order-by-limit-wrong-index"]
    first = keys[0].column
    ranges = [item for item in conditions.ranges if item.column == first]
    if equal or ranges:
        cures.append("missing-index-filter")
    if any(key.column is None for key in shape.keys):
        cures.append("missing-expression-index")
    order = "ORDER BY " + ", ".join(_order_text(key) for key in use.order)
    limit = f" LIMIT {use.limit.sql}" if use.limit is not None else ""
    found = proposal(shape, [*equal, *ranges], cures, 1.2)
    return replace(found, serves=(*found.serves, order + limit))


def for_joins(
    use: TableUse, relation: Relation, conditions: Conditions, catalog: Catalog
) -> Iterator[Proposal]:
    """The join key, so that each row of the other side finds its partners, then the columns compared with constants."""

    def partner(item: Predicate) -> str:
        return item.other.alias if item.other is not None else ""

    for _, group in groupby(sorted(conditions.joins, key=partner), key=partner):
        joins = distinct_columns(list(group))
        extra = [item for item in conditions.many if item.column not in names(joins)]
        equal = [*joins, *extra][:MOST_EQUAL_KEYS]
        cures = ["missing-index-join"]
        if any(_references(relation, item.column, catalog) for item in joins):
            cures.append("missing-fk-index")
        if use.is_correlated:
            cures += ["correlated-subquery-per-row", "many-subplan-loops"]
        shape = Shape(relation=relation, equal=tuple(Key(column=item.column) for item in equal))
        yield proposal(shape, equal, cures, 0.9)
        states = [item for item in conditions.equal if item not in equal and item not in conditions.many]
        states = [item for item in states if item.column not in names(equal)][: MOST_EQUAL_KEYS - len(equal)]
        if states:
            wider = replace(shape, equal=(*shape.equal, *(Key(column=item.column) for item in states)))
            yield proposal(wider, [*equal, *states], [*cures, "missing-composite-index"], 0.8)
        in_range = _best_range(conditions.ranges, {item.column for item in equal})
        if in_range:
            keys = dict.fromkeys(_range_columns(in_range))
            wider = replace(shape, then=tuple(Key(column=name) for name in keys if name not in names(equal)))
            yield proposal(wider, [*equal, *in_range], [*cures, "missing-composite-index"], 0.85)
        later = [item for item in conditions.joined_ranges if item.column not in names(equal)][:1]
        if later:
            wider = replace(shape, then=tuple(Key(column=item.column) for item in later))
            cures = [*cures, "missing-composite-index", "inefficient-index-scan"]
            yield proposal(wider, [*equal, *later], cures, 0.85)


def for_expressions(relation: Relation, conditions: Conditions) -> Iterator[Proposal]:
    """The expression exactly as the statement has it, which is how the planner finds it again."""
    for item in distinct_columns(conditions.expressions):
        own = {item.column}
        equal = [other for other in conditions.many if other.column not in own][: MOST_EQUAL_KEYS - 1]
        keys = tuple(Key(column=other.column) for other in equal)
        cures = ["missing-expression-index", "function-on-column"]
        wrapped = item.wrapped_by or ""
        if wrapped in ("lower", "upper"):
            cures.append("case-insensitive-match")
        elif wrapped.startswith("::"):
            cures.append("cast-on-column")
        elif wrapped == "timezone":
            cures.append("timezone-cast-filter")
        cures.append("expression-no-statistics")
        key = key_of(item)
        shape = (
            Shape(relation=relation, equal=(*keys, key))
            if item.operator in ("=", "in", "= any")
            else Shape(relation=relation, equal=keys, then=(key,))
        )
        yield proposal(shape, [*equal, item], cures, 1.1)


def for_prefixes(relation: Relation, conditions: Conditions) -> Iterator[Proposal]:
    """LIKE 'x%' in the order of bytes: a linguistic collation's order is of no use to it."""
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
        yield proposal(shape, [*equal, item], cures[: 1 if by_byte else 3], 1.0)
    for item in conditions.constant:
        is_wrapped = item.use == "prefix" and item.wrapped_by is not None
        if is_wrapped and is_immutable(item.expression, relation, conditions.own_functions):
            key = Key(expression=item.expression, operator_class="text_pattern_ops")
            shape = Shape(relation=relation, equal=(), then=(key,))
            cures = ["missing-expression-index", "missing-pattern-ops-index", "function-on-column"]
            cures += ["cast-on-column"] if (item.wrapped_by or "").startswith("::") else []
            if item.wrapped_by in ("lower", "upper"):
                cures.append("case-insensitive-match")
            yield proposal(shape, [item], cures, 1.0)


def for_alternatives(relation: Relation, conditions: Conditions) -> Iterator[Proposal]:
    """One index for each arm of an OR, so that a BitmapOr can join them; only where every arm has one."""

    def group_of(item: Predicate) -> int:
        return item.or_group or 0

    for _, group in groupby(sorted(conditions.alternatives, key=group_of), key=group_of):
        items = list(group)
        chosen = [
            _searched(
                by_selectivity([item for item in items if item.or_arm == arm], relation), relation, conditions
            )
            for arm in range(items[0].or_arms)
        ]
        arms = [arm for arm in chosen if arm is not None]
        if len(arms) < len(chosen):
            continue
        shapes = list({arm.shapes[0].body: arm.shapes[0] for arm in arms}.values())
        is_across = len({shape.keys[0].target for shape in shapes}) > 1
        own = [cure for arm in arms for cure in arm.cures]
        yield Proposal(
            shapes=tuple(shapes),
            serves=tuple(dict.fromkeys(text for arm in arms for text in arm.serves)),
            cures=tuple(dict.fromkeys((*(("or-across-columns",) if is_across else ()), *own))),
            weight=0.7,
            extension=next((arm.extension for arm in arms if arm.extension), None),
        )


def _searched(items: Sequence[Predicate], relation: Relation, conditions: Conditions) -> Proposal | None:
    """An index for one arm of an OR: for the first of its conditions that has one."""
    for item in items:
        if (
            item.wrapped_by is None
            and item.use in ("equality", "in", "range")
            and (item.is_constant or item.is_join)
            and is_sortable(relation, item.column)
        ):
            shape = Shape(relation=relation, equal=(Key(column=item.column),))
            return proposal(shape, [item], ["missing-index-filter"], 0.7)
        found = search_of(item, relation, conditions)
        if found is not None:
            return found
    return None


def for_groups(
    use: TableUse, relation: Relation, conditions: Conditions, *, has_extremes: bool, is_wide: bool = False
) -> Proposal | None:
    """The grouping keys in order: no hash, no sort. Only where the index alone can answer, or LIMIT ends it early:
    else the whole table is read through the index, which costs more than hashing it. ``has_extremes`` says that the statement
    asks for a min or max, which stand at the ends of each group when one more column follows; ``is_wide`` that rows are much
    wider than what is read of them."""
    if not use.group or not use.is_group_complete or use.siblings:
        return None
    if any(not is_sortable(relation, name) for name in use.group):
        return None
    equal = [item for item in conditions.equal if item.column not in use.group][:MOST_EQUAL_KEYS]
    shape = Shape(
        relation=relation,
        equal=tuple(Key(column=item.column) for item in equal),
        then=tuple(Key(column=name) for name in use.group),
    )
    read = _read_beside(use, relation, shape)
    if read and not is_wide and (not has_extremes or len(read) > 1 or len(use.predicates) > len(shape.equal)):
        read = None
    if use.limit is None and read is None:
        return None
    shape = replace(shape, then=(*shape.then, *(Key(column=name) for name in read or ())))
    cures = ["missing-index-group-by"]
    if read:
        cures += ["groupwise-max-full-scan", "missing-covering-index"]
    found = proposal(shape, equal, cures, 0.4)
    return replace(found, serves=(*found.serves, f"grouping by {', '.join(use.group)}"))


def for_sorted_groups(relation: Relation, findings: Sequence[Finding]) -> Iterator[Proposal]:
    """The key that a finding saw the whole table sorted by: ``count(distinct x)`` sorts out of GROUP BY's sight."""
    for finding in findings:
        if finding.id != "missing-index-group-by" or finding.evidence.get("relation") not in (
            relation.name,
            relation.qualified_name,
        ):
            continue
        columns = str(finding.evidence.get("columns") or "").split(", ")
        if all(is_sortable(relation, name) for name in columns):
            shape = Shape(relation=relation, equal=(), then=tuple(Key(column=name) for name in columns))
            found = proposal(shape, (), ["missing-index-group-by", "sort-spill"], 0.5)
            yield replace(found, serves=(f"the order of {', '.join(columns)}",))


def for_window(use: TableUse, relation: Relation, conditions: Conditions) -> Proposal | None:
    """The order of a window, where the index alone can answer: nothing is sorted and the table is not touched."""
    if not use.window or use.siblings:
        return None
    keys = [_order_key(key) for key in use.window]
    if not all(_is_orderable(key, relation, conditions) for key in keys):
        return None
    equal = [item for item in conditions.equal if item.column not in {key.column for key in keys}]
    shape = Shape(
        relation=relation,
        equal=tuple(Key(column=item.column) for item in equal[:MOST_EQUAL_KEYS]),
        then=tuple(keys),
    )
    read = _read_beside(use, relation, shape)
    if read is None:
        return None
    shape = replace(shape, included=tuple(read))
    found = proposal(shape, equal, ["sort-spill", "missing-covering-index"], 0.5)
    order = f"the window over {', '.join(_order_text(key) for key in use.window)}"
    return replace(found, serves=(*found.serves, order))


def _read_beside(use: TableUse, relation: Relation, shape: Shape) -> list[str] | None:
    """The few narrow columns the statement reads beside the keys; None where an index should not hold them all."""
    others = [name for name in use.columns if name not in shape.holds]
    if len(others) > MOST_READ_COLUMNS or use.selects_star:
        return None
    is_held = all(
        is_narrow(relation, name, NARROW_BYTES) and _is_of_short_type(relation, name) for name in others
    )
    return others if is_held else None


def _is_of_short_type(relation: Relation, name: str) -> bool:
    column = relation.column(name)
    return (
        column is not None
        and is_sortable(relation, name)
        and not column.type.startswith(("text", "character"))
    )


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


def _is_orderable(key: Key, relation: Relation, conditions: Conditions) -> bool:
    if key.column is None:
        return is_immutable(key.expression or "", relation, conditions.own_functions)
    return is_sortable(relation, key.column)


def _order_key(key: OrderKey) -> Key:
    return Key(
        column=key.column,
        expression=key.expression if key.column is None else None,
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
