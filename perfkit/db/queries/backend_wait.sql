-- What one backend waits for at this moment; asks who blocks it only while it waits for a lock.
select
    a.wait_event_type,
    a.wait_event,
    case when a.wait_event_type = 'Lock' then pg_blocking_pids(a.pid) end as blocking_pids
from pg_stat_activity as a
where a.pid = %(pid)s and a.state = 'active'
