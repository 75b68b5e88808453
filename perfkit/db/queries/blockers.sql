-- Sessions that one backend waits for, and those that these wait for in turn; the last column is the lock it waits for.
-- A prepared transaction has pid 0. Text and state are null where the role may not see them.
with recursive chain (pid, distance) as (
    select unnest(pg_blocking_pids(%(pid)s)), 1
    union
    select unnest(pg_blocking_pids(c.pid)), c.distance + 1
    from chain as c
    where c.distance < 5 and c.pid <> 0
)
select
    c.pid,
    min(c.distance) as distance,
    a.state,
    a.query,
    a.application_name,
    a.usename::text as role,
    extract(epoch from clock_timestamp() - a.xact_start)::float8 * 1000 as transaction_ms,
    case
        when a.state like 'idle in transaction%%' then extract(epoch from clock_timestamp() - a.state_change)::float8 * 1000
    end as idle_ms,
    coalesce(cardinality(pg_blocking_pids(nullif(c.pid, 0))) > 0, false) as is_waiting
from chain as c
left join pg_stat_activity as a on a.pid = c.pid
group by c.pid, a.state, a.query, a.application_name, a.usename, a.xact_start, a.state_change
order by distance, c.pid
