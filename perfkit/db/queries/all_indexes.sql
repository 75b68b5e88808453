-- Every index of the database; one on a partitioned table holds no rows itself and is the parent of others.
select
    c.oid::bigint as oid,
    n.nspname::text as schema,
    c.relname::text as name,
    t.relname::text as table,
    case when c.relkind = 'i' then pg_relation_size(c.oid) else 0 end as size_bytes,
    i.inhparent is null as is_top
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
join pg_index as x on x.indexrelid = c.oid
join pg_class as t on t.oid = x.indrelid
left join pg_inherits as i on i.inhrelid = c.oid
where c.relkind in ('i', 'I')
