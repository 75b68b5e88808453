"""The names EXPLAIN's JSON gives to properties, and the fields of the model they fill.

One table serves reading and writing. What is not in it stays in ``extra``.
"""

from __future__ import annotations

from typing import Final

TEXT: Final = frozenset({str})
FLAG: Final = frozenset({bool})
INTEGER: Final = frozenset({int})
NUMBER: Final = frozenset({int, float})
TEXTS: Final = frozenset({list})

NODE: Final[dict[str, tuple[str, frozenset[type]]]] = {
    "Node Type": ("node_type", TEXT),
    "Parent Relationship": ("parent_relationship", TEXT),
    "Subplan Name": ("subplan_name", TEXT),
    "Strategy": ("strategy", TEXT),
    "Partial Mode": ("partial_mode", TEXT),
    "Operation": ("operation", TEXT),
    "Parallel Aware": ("is_parallel", FLAG),
    "Async Capable": ("is_async", FLAG),
    "Scan Direction": ("scan_direction", TEXT),
    "Index Name": ("index", TEXT),
    "Relation Name": ("relation", TEXT),
    "Function Name": ("function", TEXT),
    "CTE Name": ("cte", TEXT),
    "Schema": ("schema", TEXT),
    "Alias": ("alias", TEXT),
    "Join Type": ("join_type", TEXT),
    "Command": ("command", TEXT),
    "Disabled": ("is_disabled", FLAG),
    "Inner Unique": ("is_inner_unique", FLAG),
    "Filter": ("filter", TEXT),
    "Join Filter": ("join_filter", TEXT),
    "Index Cond": ("index_condition", TEXT),
    "Recheck Cond": ("recheck_condition", TEXT),
    "Hash Cond": ("hash_condition", TEXT),
    "Merge Cond": ("merge_condition", TEXT),
    "One-Time Filter": ("one_time_filter", TEXT),
    "TID Cond": ("tid_condition", TEXT),
    "Run Condition": ("run_condition", TEXT),
    "Order By": ("order_by", TEXT),
    "Rows Removed by Filter": ("rows_removed_by_filter", NUMBER),
    "Rows Removed by Join Filter": ("rows_removed_by_join_filter", NUMBER),
    "Rows Removed by Index Recheck": ("rows_removed_by_index_recheck", NUMBER),
    "Output": ("output", TEXTS),
    "Sort Key": ("sort_key", TEXTS),
    "Presorted Key": ("presorted_key", TEXTS),
    "Group Key": ("group_key", TEXTS),
    "Sort Method": ("sort_method", TEXT),
    "Sort Space Used": ("sort_space_kb", INTEGER),
    "Sort Space Type": ("sort_space_type", TEXT),
    "Hash Buckets": ("hash_buckets", INTEGER),
    "Original Hash Buckets": ("original_hash_buckets", INTEGER),
    "Hash Batches": ("hash_batches", INTEGER),
    "Original Hash Batches": ("original_hash_batches", INTEGER),
    "Peak Memory Usage": ("peak_memory_kb", INTEGER),
    "Disk Usage": ("disk_usage_kb", INTEGER),
    "Planned Partitions": ("planned_partitions", INTEGER),
    "HashAgg Batches": ("hashagg_batches", INTEGER),
    "Cache Key": ("cache_key", TEXT),
    "Cache Mode": ("cache_mode", TEXT),
    "Cache Hits": ("cache_hits", INTEGER),
    "Cache Misses": ("cache_misses", INTEGER),
    "Cache Evictions": ("cache_evictions", INTEGER),
    "Cache Overflows": ("cache_overflows", INTEGER),
    "Exact Heap Blocks": ("exact_heap_blocks", INTEGER),
    "Lossy Heap Blocks": ("lossy_heap_blocks", INTEGER),
    "Heap Fetches": ("heap_fetches", NUMBER),
    "Index Searches": ("index_searches", INTEGER),
    "Workers Planned": ("workers_planned", INTEGER),
    "Workers Launched": ("workers_launched", INTEGER),
    "Subplans Removed": ("subplans_removed", INTEGER),
}

ESTIMATE: Final = {
    "Startup Cost": ("startup_cost", NUMBER),
    "Total Cost": ("total_cost", NUMBER),
    "Plan Rows": ("rows", NUMBER),
    "Plan Width": ("width", INTEGER),
}

ACTUAL: Final = {
    "Actual Startup Time": ("startup_ms", NUMBER),
    "Actual Total Time": ("total_ms", NUMBER),
    "Actual Rows": ("rows", NUMBER),
    "Actual Loops": ("loops", INTEGER),
}

BUFFERS: Final = {
    "Shared Hit Blocks": ("shared_hit", INTEGER),
    "Shared Read Blocks": ("shared_read", INTEGER),
    "Shared Dirtied Blocks": ("shared_dirtied", INTEGER),
    "Shared Written Blocks": ("shared_written", INTEGER),
    "Local Hit Blocks": ("local_hit", INTEGER),
    "Local Read Blocks": ("local_read", INTEGER),
    "Local Dirtied Blocks": ("local_dirtied", INTEGER),
    "Local Written Blocks": ("local_written", INTEGER),
    "Temp Read Blocks": ("temp_read", INTEGER),
    "Temp Written Blocks": ("temp_written", INTEGER),
    "Shared I/O Read Time": ("shared_read_ms", NUMBER),
    "Shared I/O Write Time": ("shared_write_ms", NUMBER),
    # before 17; the newer names stand first, so that a plan from another format is written with those
    "I/O Read Time": ("shared_read_ms", NUMBER),
    "I/O Write Time": ("shared_write_ms", NUMBER),
    "Local I/O Read Time": ("local_read_ms", NUMBER),
    "Local I/O Write Time": ("local_write_ms", NUMBER),
    "Temp I/O Read Time": ("temp_read_ms", NUMBER),
    "Temp I/O Write Time": ("temp_write_ms", NUMBER),
}

WAL: Final = {
    "WAL Records": ("records", INTEGER),
    "WAL FPI": ("full_page_images", INTEGER),
    "WAL Bytes": ("bytes", INTEGER),
    "WAL FPI Bytes": ("full_page_image_bytes", INTEGER),
    "WAL Buffers Full": ("buffers_full", INTEGER),
}

PLAN_TIMES: Final = {
    "Planning Time": "planning_ms",
    "Execution Time": "execution_ms",
    # before 9.4
    "Total Runtime": "execution_ms",
}

OLD_TIMES: Final = {"Planning time": "Planning Time", "Execution time": "Execution Time"}
"""As the text format named them before 11; the other formats always had today's names."""
