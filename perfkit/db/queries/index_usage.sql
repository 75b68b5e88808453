-- Reads and writes of the user's indexes since the counters began. A parent's index on a partitioned table has none.
select
    s.schemaname::text as schema,
    s.indexrelname::text as name,
    s.idx_scan as scans,
    io.idx_blks_read + io.idx_blks_hit as blocks,
    t.n_tup_ins + t.n_tup_upd - t.n_tup_hot_upd as entered_rows
from pg_stat_user_indexes as s
join pg_statio_user_indexes as io on io.indexrelid = s.indexrelid
join pg_stat_user_tables as t on t.relid = s.relid
