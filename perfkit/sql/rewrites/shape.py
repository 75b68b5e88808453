"""The transforms of a query's shape: how it joins, groups, pages and nests."""

from __future__ import annotations

from perfkit.sql.rewrites.anti_join import counted_to_not_exists
from perfkit.sql.rewrites.fanout import distinct_to_exists
from perfkit.sql.rewrites.fence import fence_removed, offset_removed
from perfkit.sql.rewrites.group_max import (
    distinct_on_to_lateral,
    greatest_of_group_to_lateral,
    values_by_jumps,
)
from perfkit.sql.rewrites.grouped_lateral import grouped_table_to_lateral
from perfkit.sql.rewrites.missing_join import join_by_foreign_key
from perfkit.sql.rewrites.not_in import not_in_to_not_exists
from perfkit.sql.rewrites.page import offset_to_keyset, rows_of_page_late
from perfkit.sql.rewrites.random_rows import random_rows_to_sample
from perfkit.sql.rewrites.ranked_join import ranked_join_to_lateral
from perfkit.sql.rewrites.rewrite import Transform
from perfkit.sql.rewrites.scalar_in_list import subqueries_to_grouped_join
from perfkit.sql.rewrites.scalar_in_where import compared_subquery_to_grouped_join
from perfkit.sql.rewrites.scalar_lookup import latest_to_distinct_on, lookup_to_left_join
from perfkit.sql.rewrites.top_n import first_of_group_to_lateral
from perfkit.sql.rewrites.union_all import union_to_union_all
from perfkit.sql.rewrites.windowed_join import windowed_join_to_lateral

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
    offset_removed,
    offset_to_keyset,
    rows_of_page_late,
    ranked_join_to_lateral,
    windowed_join_to_lateral,
    first_of_group_to_lateral,
    greatest_of_group_to_lateral,
    distinct_on_to_lateral,
    values_by_jumps,
    grouped_table_to_lateral,
    random_rows_to_sample,
    join_by_foreign_key,
)
