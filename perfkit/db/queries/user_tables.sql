-- Tables, partitioned tables and materialized views of the user's own, the largest first, each named as SQL wants it.
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'm')
  and c.relpersistence <> 't'
  and n.nspname not in ('pg_catalog', 'pg_toast', 'information_schema')
order by c.relpages desc, 1;
