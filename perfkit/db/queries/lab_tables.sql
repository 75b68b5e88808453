-- The relations named in %(names)s with their partitions and parents, and what views read.
with recursive wanted as (
    select to_regclass(name)::oid as oid from unnest(%(names)s::text[]) as name
    union
    select more.oid from wanted as w
    cross join lateral (
        select i.inhrelid as oid from pg_inherits as i where i.inhparent = w.oid
        union all
        select i.inhparent from pg_inherits as i where i.inhrelid = w.oid
        union all
        select d.refobjid from pg_rewrite as r
        join pg_depend as d on d.objid = r.oid and d.classid = 'pg_rewrite'::regclass
        where r.ev_class = w.oid and d.refclassid = 'pg_class'::regclass and d.refobjid <> w.oid
    ) as more
)
select c.oid::bigint as oid, n.nspname::text as schema, c.relname::text as name
from wanted as w
join pg_class as c on c.oid = w.oid
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm') and c.relpersistence <> 't' and n.nspname not in ('pg_catalog', 'information_schema')
    -- a dump locks tables, which takes these rights
    and (
        c.relkind in ('v', 'm')
        or has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
    )
order by 2, 3
