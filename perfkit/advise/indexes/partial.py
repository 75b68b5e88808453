"""A partial index: only the rows that the statement's fixed conditions keep."""

from __future__ import annotations

from collections.abc import Sequence

from perfkit.advise.indexes.conditions import Conditions, fixed_condition, may_be_predicate, names
from perfkit.advise.indexes.existing import finds_one_row
from perfkit.advise.indexes.proposal import Proposal, proposal
from perfkit.advise.indexes.shape import Key, Shape
from perfkit.catalog import Relation
from perfkit.sql.predicates import TableUse


def for_fixed_conditions(
    use: TableUse, relation: Relation, conditions: Conditions, basis: Sequence[Proposal]
) -> Proposal | None:
    """The best index so far under a predicate that holds what is written out in the statement: never a parameter's value,
    which another execution changes. Where nothing else is searched, the primary key in the rows' small part."""
    fixed = [item for item in conditions.constant if may_be_predicate(item, relation)]
    # The NULL of an outer join's missing side is none that the table stores.
    fixed = [
        item for item in fixed if not (use.is_outer and item.clause == "where" and item.use == "null test")
    ]
    if not fixed:
        return None
    fixed_names = names(fixed)
    predicate = tuple(dict.fromkeys(fixed_condition(item) for item in fixed))
    for base in basis:
        shape = base.shapes[0]
        if any(finds_one_row(index, shape) for index in relation.indexes):
            if "missing-index-join" in base.cures:
                continue
            return None
        equal = tuple(key for key in shape.equal if key.column not in fixed_names)
        then = tuple(key for key in shape.then if key.column not in fixed_names)
        if equal or then:
            return Proposal(
                shapes=(Shape(relation=relation, equal=equal, then=then, predicate=predicate),),
                serves=tuple(dict.fromkeys((*base.serves, *(item.sql for item in fixed)))),
                cures=tuple(dict.fromkeys((*base.cures, "missing-partial-index", "inefficient-index-scan"))),
                weight=base.weight * 0.85,
            )
    primary = next((index for index in relation.indexes if index.is_primary), None)
    columns = [column for column in (primary.columns if primary else ()) if column is not None]
    if not columns:
        return None
    keys = tuple(Key(column=name) for name in columns)
    shape = Shape(relation=relation, equal=(), then=keys, predicate=predicate)
    return proposal(shape, fixed, ["missing-partial-index", "missing-index-filter"], 0.7)
