-- Tables and views outside the system's own schemas, and those of pg_catalog, with their columns in order; visible ones first.
select
    n.nspname::text as schema,
    c.relname::text as name,
    pg_table_is_visible(c.oid) as is_visible,
    array(
        select a.attname::text from pg_attribute as a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        order by a.attnum
    ) as columns
from pg_class as c
join pg_namespace as n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f')
    and n.nspname !~ '^pg_(toast|temp_|toast_temp_)'
order by n.nspname in ('pg_catalog', 'information_schema'), pg_table_is_visible(c.oid) desc, c.relname, n.nspname
limit %(most)s
