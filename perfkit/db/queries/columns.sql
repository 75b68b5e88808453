-- Columns of the relations of %(oids)s in table order, with what pg_stats lets this role see.
select
    a.attrelid::bigint as oid,
    a.attname as name,
    format_type(a.atttypid, a.atttypmod) as type,
    -- since 18 NOT NULL may be declared without a look at the rows that are there
    a.attnotnull and not exists (
        select from pg_constraint as k
        where k.conrelid = a.attrelid and k.contype = 'n' and k.conkey[1] = a.attnum and not k.convalidated
    ) as is_not_null,
    case
        when a.attcollation = 0 then null
        when co.collname = 'default' then (
            select case when to_jsonb(d) ->> 'datlocprovider' = 'b' then 'pg_c_utf8' else d.datcollate end
            from pg_database as d where d.datname = current_database()
        )
        else co.collname
    end as collation,
    s.null_frac as null_fraction,
    s.n_distinct as distinct_values,
    s.correlation as correlation,
    s.avg_width as average_width,
    s.most_common_freqs[1] as most_common_frequency,
    nullif(a.attstattarget, -1) as statistics_target,
    (select substring(o from 'n_distinct=(.*)')::float8 from unnest(a.attoptions) as o where o like 'n_distinct=%%') as distinct_override,
    a.atthasdef or a.attidentity <> '' as has_default,
    a.attgenerated <> '' as is_generated
from pg_attribute as a
join pg_class as c on c.oid = a.attrelid
join pg_namespace as n on n.oid = c.relnamespace
left join pg_collation as co on co.oid = a.attcollation
left join lateral (
    -- OFFSET keeps the view from being joined whole, with all tables of the database
    select * from pg_stats as p
    where p.schemaname = n.nspname and p.tablename = c.relname and p.attname = a.attname
        and p.inherited = (c.relkind = 'p')
    offset 0
) as s on true
where a.attrelid = any (%(oids)s::oid[]) and a.attnum > 0 and not a.attisdropped
order by a.attrelid, a.attnum
