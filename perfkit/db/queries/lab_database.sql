-- How the database compares text, what it has installed, and the collations of its columns that came with the system.
select
    coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') as provider,
    d.datcollate::text as collate,
    d.datctype::text as ctype,
    coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') as locale,
    current_setting('block_size')::int as block_bytes,
    current_schemas(false)::text[] as search_path,
    (
        select coalesce(jsonb_agg(jsonb_build_array(e.extname, n.nspname) order by e.oid), '[]')
        from pg_extension as e join pg_namespace as n on n.oid = e.extnamespace
    ) as extensions,
    array(
        select distinct co.collname::text
        from pg_attribute as a
        join pg_class as c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'm', 'v') and c.oid >= 16384
        join pg_collation as co on co.oid = a.attcollation and co.collnamespace = 'pg_catalog'::regnamespace
    ) as collations
from pg_database as d
where d.datname = current_database()
