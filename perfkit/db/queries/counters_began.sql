-- Days that the counters of this database cover at the least; null where the server does not say. Since 15 stats_reset is null
-- until somebody resets, and after a crash: then the oldest time that they hold shows since when they have been kept.
select
    extract(epoch from clock_timestamp() - coalesce(d.stats_reset, oldest.moment))::float8 / 86400 as days
from pg_stat_database as d
cross join lateral (
    select min(moments.moment) as moment
    from pg_stat_all_tables as t
    join pg_class as c on c.oid = t.relid and not c.relisshared
    cross join lateral (
        values (t.last_vacuum), (t.last_autovacuum), (t.last_analyze), (t.last_autoanalyze)
    ) as moments (moment)
) as oldest
where d.datname = current_database() and current_setting('track_counts') = 'on'
