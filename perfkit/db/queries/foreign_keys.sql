-- Foreign keys from or to the relations of %(oids)s; those copied to partitions are left out.
select
    k.conname as name,
    n.nspname as schema,
    c.relname as table,
    array(select a.attname::text from unnest(k.conkey) with ordinality as u (num, pos)
          join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = u.num order by pos) as columns,
    fn.nspname as referenced_schema,
    fc.relname as referenced_table,
    array(select a.attname::text from unnest(k.confkey) with ordinality as u (num, pos)
          join pg_attribute as a on a.attrelid = k.confrelid and a.attnum = u.num order by pos) as referenced_columns,
    k.confdeltype::text as on_delete,
    k.confupdtype::text as on_update
from pg_constraint as k
join pg_class as c on c.oid = k.conrelid
join pg_namespace as n on n.oid = c.relnamespace
join pg_class as fc on fc.oid = k.confrelid
join pg_namespace as fn on fn.oid = fc.relnamespace
where k.contype = 'f' and k.conparentid = 0
    and (k.conrelid = any (%(oids)s::oid[]) or k.confrelid = any (%(oids)s::oid[]))
order by n.nspname, c.relname, k.conname
