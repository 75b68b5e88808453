"""The transforms of a query's shape: how it joins, groups, pages and nests."""

from __future__ import annotations

from perfkit.sql.rewrites.anti_join import counted_to_not_exists
from perfkit.sql.rewrites.fanout import distinct_to_exists
from perfkit.sql.rewrites.fence import fence_removed
from perfkit.sql.rewrites.not_in import not_in_to_not_exists
from perfkit.sql.rewrites.page import offset_to_keyset, rows_of_page_late
from perfkit.sql.rewrites.rewrite import Transform
from perfkit.sql.rewrites.scalar_in_list import subqueries_to_grouped_join
from perfkit.sql.rewrites.scalar_in_where import compared_subquery_to_grouped_join
from perfkit.sql.rewrites.scalar_lookup import latest_to_distinct_on, lookup_to_left_join
from perfkit.sql.rewrites.union_all import union_to_union_all

SHAPE_TRANSFORMS: tuple[Transform, ...] = (
    not_in_to_not_exists,
    subqueries_to_grouped_join,
    lookup_to_left_join,
    latest_to_distinct_on,
    compared_subquery_to_grouped_join,
    distinct_to_exists,
    counted_to_not_exists,
    union_to_union_all,
    fence_removed,
    offset_to_keyset,
    rows_of_page_late,
)
