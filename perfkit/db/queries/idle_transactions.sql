-- Sessions of this database that sit in an open transaction and do nothing; the oldest first.
select
    a.pid,
    a.state,
    a.query,
    a.application_name,
    a.usename::text as role,
    extract(epoch from clock_timestamp() - a.xact_start)::float8 * 1000 as transaction_ms,
    extract(epoch from clock_timestamp() - a.state_change)::float8 * 1000 as idle_ms,
    (a.backend_xmin is not null or a.backend_xid is not null) as holds_horizon
from pg_stat_activity as a
where
    a.datname = current_database()
    and a.pid <> pg_backend_pid()
    and a.state like 'idle in transaction%%'
    and clock_timestamp() - a.state_change >= make_interval(secs => %(seconds)s)
order by a.xact_start
limit 20
