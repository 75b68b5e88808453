-- The tables of %(oids)s that have a file of their own, and their indexes, with how many pages each has now.
select n.nspname::text as schema, c.relname::text as name,
    pg_relation_size(c.oid) / current_setting('block_size')::bigint as pages
from (
    select unnest(%(oids)s::oid[]) as oid
    union
    select i.indexrelid from pg_index as i where i.indrelid = any (%(oids)s::oid[])
) as f
join pg_class as c on c.oid = f.oid
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'm', 'i')
