-- The lock one backend waits for.
select
    l.locktype,
    l.mode,
    case when l.relation is not null then l.relation::regclass::text end as relation
from pg_locks as l
where l.pid = %(pid)s and not l.granted
limit 1
