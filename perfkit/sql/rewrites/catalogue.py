"""Every transform perfkit has, in one tuple."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from perfkit.catalog import Catalog
from perfkit.sql.rewrites.arms import or_to_union_all
from perfkit.sql.rewrites.arms_of_keys import or_to_united_keys
from perfkit.sql.rewrites.arms_of_table import or_to_united_table
from perfkit.sql.rewrites.bare_columns import columns_to_stand_alone
from perfkit.sql.rewrites.equal_arms import equal_arms_to_list
from perfkit.sql.rewrites.existence import count_to_exists
from perfkit.sql.rewrites.exists_arms import exists_to_arms
from perfkit.sql.rewrites.inlined_views import with_views_inlined
from perfkit.sql.rewrites.joined_containment import joined_any_to_containment
from perfkit.sql.rewrites.joined_types import joins_to_indexed_type
from perfkit.sql.rewrites.partition_bounds import joined_key_to_bounds
from perfkit.sql.rewrites.rewrite import Rewrite, Transform
from perfkit.sql.rewrites.row_lists import row_list_to_values
from perfkit.sql.rewrites.shape import SHAPE_TRANSFORMS
from perfkit.sql.rewrites.unchanged_rows import unchanged_rows_left
from perfkit.sql.rewrites.using import without_using
from perfkit.sql.statement import Statement

TRANSFORMS: tuple[Transform, ...] = (
    columns_to_stand_alone,
    joins_to_indexed_type,
    joined_any_to_containment,
    count_to_exists,
    or_to_union_all,
    or_to_united_table,
    or_to_united_keys,
    exists_to_arms,
    joined_key_to_bounds,
    row_list_to_values,
    equal_arms_to_list,
    unchanged_rows_left,
    *SHAPE_TRANSFORMS,
)


def rewrites_of(statement: Statement, catalog: Catalog) -> Iterator[Rewrite]:
    """What each transform makes of the statement; nothing where sqlglot could not read it.

    Asks no server. A transform never raises for a statement it does not understand: it yields nothing.
    """
    if statement.tree is None:
        return
    plain = without_using(statement, catalog)
    inlined = with_views_inlined(plain or statement, catalog)
    for transform in TRANSFORMS:
        found = tuple(transform(statement, catalog))
        if not found and plain is not None:
            found = tuple(transform(plain, catalog))
        if not found and inlined is not None:
            found = tuple(_of_views(one, inlined[1]) for one in transform(inlined[0], catalog))
        yield from found


def _of_views(rewrite: Rewrite, views: tuple[str, ...]) -> Rewrite:
    names = " and ".join(views)
    caveat = f"asks the tables of {names} itself, which takes rights on them and does not follow when the view changes"
    return replace(rewrite, caveats=(*rewrite.caveats, caveat))
